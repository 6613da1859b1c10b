//! The record of a negotiation: what each side asked, offered and refused, and what became of it.
//!
//! A record is made from the moves that a dossier states, each placed between its first and its last possible day. It
//! invents nothing: a move without a day stays without one, hearsay is listed and counts for nothing, and what follows a
//! threat is put beside it without saying why. Field names of the serialised record are stable.

mod chart;
mod csv;
mod evidence;
mod path;
mod preferences;
mod settlement;
mod status;
mod text;

use std::collections::BTreeSet;

use serde::Serialize;
use servanda_model::negotiation::{Issue, IssueKind, Move, MoveKind, Negotiation, Term, TermValue};
use servanda_model::{Citation, EntityId, Model, OriginId, Standing};

pub use chart::svg;
pub use csv::csv;
pub use evidence::{Alternative, Answer, Finding, Follower, Pressure};
pub use path::{Path, Share, Step};
pub use preferences::{PreferenceError, scenario, settled_terms};
pub use settlement::{Carrier, Member, RedLine, Settled};
pub use status::{Cell, Row, Status, Table};
pub use text::text;

/// A move, and the days between which it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Its index in [`Negotiation::moves`].
    pub index: usize,
    /// The first day it can have been made.
    pub min: Option<i64>,
    /// The last.
    pub max: Option<i64>,
}

/// A negotiation as it looks from somewhere.
pub struct Sight<'a> {
    /// The dossier.
    pub model: &'a Model,
    /// The negotiation.
    pub negotiation: &'a Negotiation,
    /// The moves that can be seen.
    pub placed: Vec<Placed>,
    /// The day it is looked at, if not the last.
    pub on: Option<i64>,
    /// Whether a thing lies in another on the day it was settled.
    pub within: &'a dyn Fn(EntityId, EntityId) -> bool,
}

/// Everything a record says.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// The negotiation's name.
    pub negotiation: String,
    /// What to call it.
    pub label: String,
    /// Who negotiates.
    pub sides: Vec<String>,
    /// What is to be settled.
    pub issues: Vec<IssueLine>,
    /// All moves in order.
    pub moves: Vec<Entry>,
    /// Where each issue stands, day by day.
    pub table: Table,
    /// What each side asked, one after the other.
    pub paths: Vec<Path>,
    /// What was settled.
    pub settlement: Vec<Settled>,
    /// Lines that a side would not cross.
    pub red_lines: Vec<RedLine>,
    /// Threats and deadlines, and the moves that come after.
    pub pressures: Vec<Pressure>,
    /// Alternatives put forward, and what became of them.
    pub alternatives: Vec<Alternative>,
    /// Gaps and contradictions.
    pub findings: Vec<Finding>,
    /// What was settled against what came later.
    pub conduct: Vec<Conduct>,
}

/// An issue.
#[derive(Clone, Debug, Serialize)]
pub struct IssueLine {
    /// Its name.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// What values it takes, in words.
    pub values: String,
}

/// A move.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its number in this record.
    pub n: usize,
    /// Its name, or that of the event it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When, in words.
    pub date: String,
    /// The first day it can have been made.
    pub min: Option<String>,
    /// The last.
    pub max: Option<String>,
    /// Whether the day is known.
    pub dated: bool,
    /// Who makes it.
    pub by: Vec<String>,
    /// What it does.
    pub kind: &'static str,
    /// On which issues.
    pub issues: Vec<String>,
    /// The value, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The move, as written.
    pub sentence: String,
    /// Only by hearsay: who says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub according_to: Option<Vec<String>>,
    /// What speaks against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contradicted_by: Vec<String>,
    /// Who denies it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied_by: Vec<String>,
    /// If secret, who knows of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_only_to: Option<Vec<String>>,
    /// Its passages.
    pub sources: Vec<Passage>,
    /// Where it is written.
    pub place: String,
}

/// A passage of a source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Passage {
    /// The source's name.
    pub source: String,
    /// A few words of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// Article or page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A settled term against what came later.
#[derive(Clone, Debug, Serialize)]
pub struct Conduct {
    /// The issue.
    pub issue: String,
    /// What was settled.
    pub settled: String,
    /// What was so later, by day.
    pub rows: Vec<ConductRow>,
}

/// What was so on a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ConductRow {
    /// The day, in words.
    pub date: String,
    /// `norm`, `measure` or `event`.
    pub kind: &'static str,
    /// In words.
    pub text: String,
    /// Whether so for certain.
    pub certain: bool,
    /// Passages, of events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Passage>,
}

/// A move with what the passes need to know of it.
pub(crate) struct Seen<'a> {
    pub(crate) n: usize,
    pub(crate) it: &'a Move,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}

impl Seen<'_> {
    /// Neither hearsay nor contradicted.
    pub(crate) fn counts(&self) -> bool {
        hearsay(self.it).is_none() && self.it.standing != Standing::Contradicted
    }

    pub(crate) fn is_on(&self, issue: usize) -> bool {
        self.it.issues.contains(&issue)
    }
}

/// Makes the record; what came later is for the caller to add.
#[must_use]
pub fn record(sight: &Sight<'_>) -> Record {
    let (model, negotiation) = (sight.model, sight.negotiation);
    let seen = in_order(sight);
    let settlement = settlement::settled(sight, &seen);
    Record {
        negotiation: model.name(negotiation.entity).to_owned(),
        label: model.lexicon.entities[negotiation.entity.index()].label.clone(),
        sides: names(model, &negotiation.sides),
        issues: negotiation.issues.iter().map(|issue| issue_line(model, issue)).collect(),
        moves: seen.iter().map(|seen| entry(sight, seen)).collect(),
        table: status::table(sight, &seen),
        paths: path::paths(sight, &seen),
        red_lines: settlement::red_lines(sight, &seen),
        pressures: evidence::pressures(sight, &seen),
        alternatives: evidence::alternatives(sight, &seen),
        findings: evidence::findings(sight, &seen),
        conduct: Vec::new(),
        settlement,
    }
}

/// The moves in the order they were made, as far as that is known; else in that of the text.
fn in_order<'a>(sight: &Sight<'a>) -> Vec<Seen<'a>> {
    let mut placed = sight.placed.clone();
    placed.sort_by_key(|it| (it.min.or(it.max).unwrap_or(i64::MAX), it.max.or(it.min).unwrap_or(i64::MAX), it.index));
    let seen = |(at, it): (usize, &Placed)| Seen {
        n: at + 1,
        it: &sight.negotiation.moves[it.index],
        min: it.min,
        max: it.max,
    };
    placed.iter().enumerate().map(seen).collect()
}

fn issue_line(model: &Model, issue: &Issue) -> IssueLine {
    let list = |values: &[servanda_model::negotiation::Choice]| {
        values.iter().map(|value| value.label.clone()).collect::<Vec<_>>()
    };
    let values = match &issue.kind {
        IssueKind::Number { unit } if unit.is_empty() => "a number".to_owned(),
        IssueKind::Number { unit } => format!("a number of {unit}"),
        IssueKind::OneOf { values, ordered: true } => format!("from {}", list(values).join(" < ")),
        IssueKind::OneOf { values, ordered: false } => format!("one of: {}", list(values).join("; ")),
        IssueKind::SomeOf { values } => format!("some of: {}", list(values).join("; ")),
        IssueKind::SetOf { kind } => format!("a set, each a {}", model.lexicon.kinds[kind.index()].label),
        IssueKind::Words => "words".to_owned(),
    };
    IssueLine { name: issue.name.clone(), label: issue.label.clone(), values }
}

fn entry(sight: &Sight<'_>, seen: &Seen<'_>) -> Entry {
    let (model, it) = (sight.model, seen.it);
    let event = &model.events[it.event.index()];
    let day = |day: Option<i64>| day.map(|day| model.show_tick(day));
    let name = it.entity.or(event.entity).map(|id| model.name(id).to_owned());
    let mut contradicted_by = event.contradicted_by.clone();
    contradicted_by.sort();
    contradicted_by.dedup();
    Entry {
        n: seen.n,
        name,
        date: date_text(model, seen.min, seen.max),
        min: day(seen.min),
        max: day(seen.max),
        dated: seen.min.is_some() && seen.min == seen.max,
        by: names(model, &it.by),
        kind: it.kind.word(),
        issues: it.issues.iter().map(|issue| sight.negotiation.issues[*issue].name.clone()).collect(),
        value: value_text(sight, it),
        sentence: it.sentence.clone(),
        according_to: hearsay(it).map(|by| names(model, by)),
        contradicted_by,
        denied_by: names(model, &event.denied_by),
        known_only_to: it.known_only_to.as_ref().map(|actors| names(model, actors)),
        sources: passages(model, &[it.origin, event.origin]),
        place: place(model, it.origin),
    }
}

/// Who reports a move that the dossier does not state itself. A side's word on its own move is no hearsay.
pub(crate) fn hearsay(it: &Move) -> Option<&[EntityId]> {
    match &it.standing {
        Standing::Claimed(by) if by.is_empty() || by.iter().any(|who| !it.by.contains(who)) => Some(by),
        _ => None,
    }
}

/// Things by name.
#[must_use]
pub fn names(model: &Model, ids: &[EntityId]) -> Vec<String> {
    ids.iter().map(|id| model.name(*id).to_owned()).collect()
}

/// `a, b and c`.
#[must_use]
pub fn listed(names: &[String], word: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., last] => format!("{} {word} {last}", front.join(", ")),
    }
}

/// The days between which something lies, in words.
#[must_use]
pub fn date_text(model: &Model, min: Option<i64>, max: Option<i64>) -> String {
    let day = |day: i64| model.show_tick(day);
    match (min, max) {
        (Some(a), Some(b)) if a == b => day(a),
        (Some(a), Some(b)) => format!("{}..{}", day(a), day(b)),
        (Some(a), None) => format!("not before {}", day(a)),
        (None, Some(b)) => format!("not after {}", day(b)),
        (None, None) => "undated".to_owned(),
    }
}

/// The value of a move as people read it, or its words.
pub(crate) fn value_text(sight: &Sight<'_>, it: &Move) -> Option<String> {
    let term = it.term.as_ref().map(|term| match (it.kind, &term.value) {
        // `refuses more than 5` is no position of at least 5.
        (MoveKind::Refuse, TermValue::Number(_)) => term.shown.clone(),
        _ => term_text(sight, it.issues.first().copied(), term),
    });
    let words = it.words.iter().map(|words| format!("“{words}”")).collect::<Vec<_>>().join(", ");
    match (term, words.is_empty()) {
        (Some(term), true) => Some(term),
        (Some(term), false) => Some(format!("{term}, {words}")),
        (None, false) => Some(words),
        (None, true) => None,
    }
}

pub(crate) fn term_text(sight: &Sight<'_>, issue: Option<usize>, term: &Term) -> String {
    let values = issue.map(|issue| &sight.negotiation.issues[issue].kind);
    let with = |name: String, number: &Option<servanda_model::Number>| match number {
        Some(number) => format!("{name} with {}", grouped(*number)),
        None => name,
    };
    let text = match (&term.value, values) {
        (TermValue::Number(range), _) => range_text(range),
        (TermValue::Choices(all), Some(IssueKind::OneOf { values, .. } | IssueKind::SomeOf { values })) => {
            let label =
                |(at, number): &(usize, Option<servanda_model::Number>)| with(values[*at].label.clone(), number);
            all.iter().map(label).collect::<Vec<_>>().join(", ")
        }
        (TermValue::Things(all), _) => {
            let name = |(id, number): &(EntityId, Option<servanda_model::Number>)| {
                with(sight.model.lexicon.entities[id.index()].label.clone(), number)
            };
            all.iter().map(name).collect::<Vec<_>>().join(", ")
        }
        (TermValue::Choices(_), _) => term.shown.clone(),
    };
    if term.negated { format!("not {text}") } else { text }
}

pub(crate) fn range_text(range: &servanda_model::NumberRange) -> String {
    match (range.min, range.max) {
        (Some(a), Some(b)) if a == b && range.approximate => format!("about {}", grouped(a)),
        (Some(a), Some(b)) if a == b => grouped(a),
        (Some(a), Some(b)) => format!("between {} and {}", grouped(a), grouped(b)),
        (Some(a), None) => format!("at least {}", grouped(a)),
        (None, Some(b)) => format!("at most {}", grouped(b)),
        (None, None) => "unknown".to_owned(),
    }
}

/// `50000` as `50 000`.
pub(crate) fn grouped(number: servanda_model::Number) -> String {
    let text = number.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && whole.len() > 3 {
            out.push(' ');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// The passages that statements cite, each once.
#[must_use]
pub fn passages(model: &Model, origins: &[OriginId]) -> Vec<Passage> {
    let mut seen = BTreeSet::new();
    let citations = origins.iter().flat_map(|origin| &model.origins[origin.index()].citations);
    let passage = |citation: &Citation| Passage {
        source: model.name(model.sources[citation.source.index()].entity).to_owned(),
        locator: citation.locator.clone(),
        place: Some(citation.place.clone()).filter(|place| !place.is_empty()),
    };
    citations.map(|at| passage(&model.citations[*at])).filter(|it| seen.insert(it.clone())).collect()
}

/// `file.md:12`.
fn place(model: &Model, origin: OriginId) -> String {
    let origin = &model.origins[origin.index()];
    let Some(file) = model.files.get(origin.file) else { return String::new() };
    format!("{}:{}", file.path, file.line_column(origin.span.start).line)
}

/// What a side asks for by a move, where it is a position and not a word about one.
pub(crate) const fn is_position(kind: MoveKind) -> bool {
    matches!(kind, MoveKind::Demand | MoveKind::Offer | MoveKind::Concede | MoveKind::Accept)
}
