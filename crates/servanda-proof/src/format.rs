//! What stands in a proof. `docs/reference/proofs.md` shows it as JSON.
#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::value::Val;

/// A fluent or an action, by its place in the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    Fluent(u32),
    Action(u32),
}

/// A fluent instance, or an event.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Atom {
    pub of: Target,
    pub args: Vec<Val>,
}

/// All fluent instances, or events, with these arguments; `null` is any.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    pub of: Target,
    pub args: Vec<Option<Val>>,
}

impl Shape {
    fn fits<T>(&self, of: Target, args: &[T], fits: impl Fn(Val, &T) -> bool) -> bool {
        let mut both = self.args.iter().zip(args);
        self.of == of && self.args.len() == args.len() && both.all(|(mine, it)| mine.is_none_or(|mine| fits(mine, it)))
    }

    /// Whether everything of the other shape is of this one.
    #[must_use]
    pub fn covers(&self, other: &Shape) -> bool {
        self.fits(other.of, &other.args, |mine, it| *it == Some(mine))
    }

    /// Whether something can be of both shapes.
    pub(crate) fn meets(&self, other: &Shape) -> bool {
        self.fits(other.of, &other.args, |mine, it| it.is_none_or(|it| it == mine))
    }

    /// Whether something is of this shape.
    #[must_use]
    pub fn has(&self, atom: &Atom) -> bool {
        self.fits(atom.of, &atom.args, |mine, it| *it == mine)
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

/// A tick and the order within it; `None` is before the first.
pub type Moment = Option<(i64, u32)>;

/// One step. `text` and `origin` are for people; whoever shows a proof works them out again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When; absent for what holds from the start.
    pub at: Moment,
    pub what: What,
    pub by: By,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
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
pub struct Span {
    pub value: Val,
    pub since: Option<i64>,
    pub until: Option<i64>,
}

/// What an accepted certificate says of its goals: fluents in intervals, events with their tick and order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
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
pub struct Instant {
    pub from: From,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plus: Vec<Val>,
}

/// What an instant is counted from: an event, by its number in the narrative, or a tick.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum From {
    Event(u32),
    Tick(i64),
}

impl Instant {
    #[must_use]
    pub fn on(tick: i64) -> Instant {
        Instant { from: From::Tick(tick), plus: Vec::new() }
    }

    pub(crate) fn of_event(tag: u32) -> Instant {
        Instant { from: From::Event(tag), plus: Vec::new() }
    }

    /// So long after, or as long after as a negative time says before.
    pub(crate) fn after(&self, time: Val) -> Instant {
        Instant { from: self.from, plus: self.plus.iter().copied().chain([time]).collect() }
    }
}

/// Why a certificate was refused, and at which of its steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    pub reason: String,
    pub step: Option<usize>,
}
