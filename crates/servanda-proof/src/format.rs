//! What stands in a proof. `docs/reference/proofs.md` shows it as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::value::Val;

/// A fluent or an action, by its place in the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Target {
    Fluent(u32),
    Action(u32),
}

/// A fluent instance, or an event.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Atom {
    pub of: Target,
    pub args: Vec<Val>,
}

/// All fluent instances, or events, with these arguments; `null` is any.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Shape {
    pub of: Target,
    pub args: Vec<Option<Val>>,
}

impl Shape {
    /// Whether everything of the other shape is of this one.
    #[must_use]
    pub fn covers(&self, other: &Shape) -> bool {
        let fits = |(mine, theirs): (&Option<Val>, &Option<Val>)| mine.is_none() || mine == theirs;
        self.of == other.of && self.args.len() == other.args.len() && self.args.iter().zip(&other.args).all(fits)
    }

    /// Whether something can be of both shapes.
    pub(crate) fn meets(&self, other: &Shape) -> bool {
        let fits = |(mine, theirs): (&Option<Val>, &Option<Val>)| mine.is_none() || theirs.is_none() || mine == theirs;
        self.of == other.of && self.args.len() == other.args.len() && self.args.iter().zip(&other.args).all(fits)
    }

    /// Whether something is of this shape.
    #[must_use]
    pub fn has(&self, atom: &Atom) -> bool {
        self.covers(&Shape { of: atom.of, args: atom.args.iter().copied().map(Some).collect() })
    }
}

/// What values the variables of a rule or definition have.
pub type Filling = BTreeMap<u32, Val>;

/// What a step establishes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// An event happens.
    Event(Atom),
    /// An effect gives a fluent instance a value, whether or not that changes anything.
    Initiate(Atom, Val),
    /// An effect ends this value (`null`: whatever value) of every instance of this shape.
    End(Shape, Option<Val>),
    /// An effect adds to a number.
    Increase(Atom, Val),
    /// A fluent instance comes to have this value, or none. Until its next change it keeps it.
    Change(Atom, Option<Val>),
}

/// What brought it about. Rules, definitions and the like are named by their place in the program.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// It holds from the start.
    Initial(u32),
    /// The narrative says so: the number of the event.
    Narrative(u32),
    /// A rule fired: with which variables, and which of its effects.
    Rule(u32, Filling, u32),
    /// A deadline of the fluent ran out.
    Deadline(u32),
    /// The effects of the moment taken together.
    Effects,
    /// Effects, or definitions, that contradict each other.
    Conflict,
    /// The conditions of a definition hold.
    Definition(u32, Filling),
    /// No definition gives this value any longer.
    Lapse,
}

/// One step. `text` and `origin` are for people; whoever shows a proof works them out again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its place in the list.
    pub id: usize,
    /// When; absent for what holds from the start.
    pub tick: Option<i64>,
    /// The order within the tick.
    pub order: u32,
    /// What it establishes.
    pub what: What,
    /// By what.
    pub by: By,
    /// The steps it rests on, all before it.
    pub premises: Vec<usize>,
    /// The entries of the scope that were searched, and held nothing to prevent it.
    pub searched: Vec<usize>,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where the rule, event or definition is written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

/// Everything that ever happens to what the scope lists, up to a tick: a closed part of the history.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// What the question is about.
    pub goals: Vec<Shape>,
    /// The last tick looked at.
    pub through: i64,
    /// Every fluent and action that the history of the goals depends on.
    pub scope: Vec<Shape>,
    /// All that happens to them, moment by moment.
    pub steps: Vec<Step>,
}

/// The time from `since` (or the beginning) to before `until` (or the last tick looked at) with one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Span {
    pub value: Val,
    pub since: Option<i64>,
    pub until: Option<i64>,
}

/// What an accepted certificate says of its goals: fluents in intervals, events with their tick and order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)]
pub struct Accepted {
    pub intervals: BTreeMap<Atom, Vec<Span>>,
    pub events: Vec<(i64, u32, Atom)>,
    /// Where some events may move: what is said stays true, with the days moved, as long as the order of each of these
    /// pairs (before, on one tick, after) stays as it is in the certificate.
    pub orders: BTreeSet<(Instant, Instant)>,
    /// Which instants the ticks are that move.
    pub moving: BTreeMap<i64, Instant>,
}

/// A day in words that stay true when events move: so long after an event, or after a tick.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Instant {
    pub from: From,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plus: Vec<Val>,
}

/// What an instant is counted from: an event, by its number in the narrative, or a tick.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum From {
    Event(u32),
    Tick(i64),
}

impl Instant {
    /// On a tick.
    #[must_use]
    pub fn on(tick: i64) -> Instant {
        Instant { from: From::Tick(tick), plus: Vec::new() }
    }

    /// So long after, or as long after as a negative time says before.
    pub(crate) fn after(&self, time: Val) -> Instant {
        Instant { from: self.from, plus: self.plus.iter().copied().chain([time]).collect() }
    }
}

/// Why a certificate was refused, and at which step.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Refused {
    pub reason: String,
    pub step: Option<usize>,
}
