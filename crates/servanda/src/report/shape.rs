//! What a report holds.

use serde::Serialize;

use super::{Because, Measured};
use crate::ask::{ShownView, Truth};
use crate::conflicts::Conflict;
use crate::steps::Cited;

/// A report. Text for people is made of it by the front end.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// From where the dossier was looked at.
    pub view: ShownView,
    /// How much there is of it.
    pub scope: Scope,
    /// Instruments, with their status over time.
    pub instruments: Vec<Instrument>,
    /// Who or what had which place, by the fluents that have one value at a time.
    pub holdings: Vec<Holdings>,
    /// Numbers, with the limits that norms set to them.
    pub numbers: Vec<Measured>,
    /// Norms, with their verdicts.
    pub norms: Vec<NormLine>,
    /// What the dossier leaves open, and what would decide it.
    pub open: Vec<Open>,
    /// Secret things, and who knew of them.
    pub secrets: Vec<Secret>,
    /// Norms in conflict that nothing puts in order.
    pub conflicts: Vec<Conflict>,
    /// What was given two values on one day.
    pub clashes: Vec<Disagreement>,
    /// What a source says and something else shows wrong.
    pub contradicted: Vec<Disagreement>,
    /// What is taken as a fact although somebody denies it.
    pub disputed: Vec<Disagreement>,
}

/// How much there is of a dossier.
#[derive(Clone, Debug, Serialize)]
pub struct Scope {
    /// First and last day that anything is dated to.
    pub first: String,
    /// See `first`.
    pub last: String,
    /// Events and facts that count from this point of view.
    pub events: usize,
    /// Of them, those without a certain day.
    pub undated: usize,
    /// Things said by somebody and not taken as facts.
    pub claims: usize,
    /// Chapters of law in use.
    pub chapters: usize,
}

/// A value, and when it was had.
#[derive(Clone, Debug, Serialize)]
pub struct Stretch {
    /// The value, in words.
    pub value: String,
    /// Whether it is so on the day asked for wherever the open days fall.
    pub truth: Truth,
    /// The first day, if it is certain.
    pub since: Option<String>,
    /// The first day on which it was no longer so, if that is certain; never told through somebody's eyes on a day.
    pub until: Option<String>,
    /// The days between which `since` lies, where it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_between: Option<(String, Option<String>)>,
    /// The days between which `until` lies, where it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_between: Option<(String, Option<String>)>,
    /// What an instrument becomes on its last day, where that is told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
    /// What began it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
}

/// An instrument.
#[derive(Clone, Debug, Serialize)]
pub struct Instrument {
    /// Its name.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// The parties it names.
    pub between: Vec<String>,
    /// Whether only some know of it from the start.
    pub secret: bool,
    /// Its status over time, or on the day; empty where the law in use knows of none.
    pub status: Vec<Stretch>,
}

/// A fluent with one value at a time, and who or what it was for each thing.
#[derive(Clone, Debug, Serialize)]
pub struct Holdings {
    /// The fluent, in the words of its declaration.
    pub fluent: String,
    /// Things and the values they had. Things that had the same share a row.
    pub rows: Vec<Holding>,
}

/// Things, and the value they all had.
#[derive(Clone, Debug, Serialize)]
pub struct Holding {
    /// The things.
    pub of: Vec<String>,
    /// For whom, where the fluent says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub for_whom: Vec<String>,
    /// The values, in order of time.
    pub values: Vec<Stretch>,
}

/// A norm and its verdict.
#[derive(Clone, Debug, Serialize)]
pub struct NormLine {
    /// Its name.
    pub name: String,
    /// The reading, if one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// What it says.
    pub sentence: String,
    /// Its instrument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// Its article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The gravest status it has from this point of view; absent where it never binds.
    pub verdict: Option<String>,
    /// Whether it has that status wherever the open days fall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<Truth>,
    /// Each way it was set off, and what became of it.
    pub cases: Vec<Case>,
    /// Phrases left to judgment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judgments: Vec<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What it cites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Cited>,
}

/// One way in which a norm was set off.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// Bearer, counterparty and whatever else tells it from others.
    pub of: Vec<String>,
    /// Its statuses.
    pub statuses: Vec<Stretch>,
}

/// Something left open.
#[derive(Clone, Debug, Serialize)]
pub struct Open {
    /// `undated`, `unknown-number` or `undecided`.
    pub kind: &'static str,
    /// In words.
    pub text: String,
    /// What it hangs on; for `undated`, what hangs on it.
    pub hangs_on: Vec<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A secret thing.
#[derive(Clone, Debug, Serialize)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// Who knew from the start.
    pub from_the_start: Vec<String>,
    /// Who came to know, and how.
    pub learnt: Vec<Learnt>,
}

/// Who came to know of a thing.
#[derive(Clone, Debug, Serialize)]
pub struct Learnt {
    /// Who.
    pub who: Vec<String>,
    /// Since when, and why.
    pub since: Stretch,
}

/// Something that sources or states do not agree on.
#[derive(Clone, Debug, Serialize)]
pub struct Disagreement {
    /// What is said.
    pub text: String,
    /// When it is said to have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// Who says so, if the dossier does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub said_by: Vec<String>,
    /// What or who speaks against it.
    pub against: Vec<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What it cites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Cited>,
}
