//! What stands in a proof. `docs/reference/proofs.md` shows it as JSON.
#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use servanda_model::Term;

use crate::value::Val;

/// A fluent or an action, by its place in the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    Fluent(u32),
    Action(u32),
}

/// All fluent instances, or events, with these arguments; `null` is any. Without any of these it is a single one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    pub of: Target,
    pub args: Vec<Option<Val>>,
}

impl Shape {
    /// Whether everything of the other shape is of this one.
    #[must_use]
    pub fn covers(&self, other: &Shape) -> bool {
        self.fits(other, |mine, it| it == Some(mine))
    }

    /// Whether something can be of both shapes.
    #[must_use]
    pub fn meets(&self, other: &Shape) -> bool {
        self.fits(other, |mine, it| it.is_none_or(|it| it == mine))
    }

    fn fits(&self, other: &Shape, fits: impl Fn(Val, Option<Val>) -> bool) -> bool {
        let mut both = self.args.iter().zip(&other.args);
        let fits = |(mine, it): (&Option<Val>, &Option<Val>)| mine.is_none_or(|mine| fits(mine, *it));
        self.of == other.of && self.args.len() == other.args.len() && both.all(fits)
    }

    /// What there is of this shape in a table.
    pub fn of<'s, V>(&'s self, table: &'s BTreeMap<Shape, V>) -> impl Iterator<Item = (&'s Shape, &'s V)> {
        let args = self.args.iter().take_while(|arg| arg.is_some()).copied().collect();
        let first = Shape { of: self.of, args };
        let near = table.range(first.clone()..);
        let near = near.take_while(move |(it, _)| it.of == first.of && it.args.starts_with(&first.args));
        near.filter(|(it, _)| self.covers(it))
    }

    /// What is said in this way of everything of this shape.
    pub fn said<'c>(&'c self, kind: Kind, claims: &'c Claims) -> impl Iterator<Item = &'c (What, By)> {
        let args = self.args.iter().take_while(|arg| arg.is_some()).copied().collect();
        let first = What { kind, on: Shape { of: self.of, args }, value: None };
        let near = claims.range((first.clone(), By::Effects)..).take_while(move |(what, _)| {
            (what.kind, what.on.of) == (kind, self.of) && what.on.args.starts_with(&first.on.args)
        });
        near.filter(|(what, _)| self.covers(&what.on))
    }

    /// What of a table takes this shape in.
    pub fn wider<'t, V>(&self, table: &'t BTreeMap<Shape, V>) -> impl Iterator<Item = (&'t Shape, &'t V)> {
        let mut fronts = vec![Shape { of: self.of, args: Vec::new() }];
        for arg in &self.args {
            let longer = |front: &Shape, arg| {
                let args = front.args.iter().copied().chain([arg]).collect();
                Shape { of: front.of, args }
            };
            let both = fronts.iter().flat_map(|front| {
                let given = arg.map(|_| longer(front, *arg));
                [longer(front, None)].into_iter().chain(given)
            });
            let leads_on = |front: &Shape| {
                let next = table.range(front..).next();
                next.is_some_and(|(it, _)| it.of == front.of && it.args.starts_with(&front.args))
            };
            fronts = both.filter(leads_on).collect();
        }
        fronts.into_iter().filter_map(|it| table.get_key_value(&it))
    }

    /// The arguments that are given, each with the term that stands at its place.
    pub fn beside<'s>(&'s self, terms: &'s [Term]) -> impl Iterator<Item = (Term, Val)> + 's {
        terms.iter().zip(&self.args).filter_map(|(term, arg)| Some((*term, (*arg)?)))
    }

    /// Whether it is a single instance or event.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.args.iter().all(Option::is_some)
    }
}

impl Target {
    /// What there is of this fluent or action in a table.
    pub fn of<V>(self, table: &BTreeMap<Shape, V>) -> impl Iterator<Item = (&Shape, &V)> {
        table.range(Shape { of: self, args: Vec::new() }..).take_while(move |(it, _)| it.of == self)
    }
}

/// What values the variables of a rule or definition have, in the order of the variables.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<u32, Val>", into = "BTreeMap<u32, Val>")]
pub struct Filling(Vec<(u32, Val)>);

impl std::convert::From<BTreeMap<u32, Val>> for Filling {
    fn from(map: BTreeMap<u32, Val>) -> Filling {
        Filling(map.into_iter().collect())
    }
}

impl std::convert::From<Filling> for BTreeMap<u32, Val> {
    fn from(filling: Filling) -> BTreeMap<u32, Val> {
        filling.0.into_iter().collect()
    }
}

impl Filling {
    /// In which no variable has a value.
    #[must_use]
    pub fn new() -> Filling {
        Filling::default()
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, var: u32) -> Option<Val> {
        self.0.iter().find(|(it, _)| *it == var).map(|(_, value)| *value)
    }

    /// Gives a variable a value.
    pub fn insert(&mut self, var: u32, value: Val) {
        let at = self.0.partition_point(|(it, _)| *it < var);
        match self.0.get_mut(at).filter(|(it, _)| *it == var) {
            Some((_, old)) => *old = value,
            None => self.0.insert(at, (var, value)),
        }
    }

    /// Gives variables the values that they have in another.
    pub fn extend(&mut self, other: &Filling) {
        other.0.iter().for_each(|(var, value)| self.insert(*var, *value));
    }

    /// The variables that have a value.
    pub fn vars(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().map(|(var, _)| *var)
    }

    /// The values.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Val> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Takes the value from all variables but these.
    pub fn retain(&mut self, keeps: impl Fn(u32) -> bool) {
        self.0.retain(|(var, _)| keeps(*var));
    }
}

/// What is said of something at a moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The event happens.
    Happen,
    /// The day has come that is the value of the instance.
    Come,
    /// An effect gives the instance the value, whether or not that changes anything.
    Start,
    /// An effect ends the value (without one: whatever value) of every instance of the shape.
    End,
    /// An effect adds the value to a number.
    Add,
    /// The instance has the value no longer.
    Cease,
    /// The instance comes to have the value, and keeps it until it ceases.
    Begin,
}

/// What a step establishes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct What {
    pub kind: Kind,
    pub on: Shape,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Val>,
}

/// What is said of one moment, and by what.
pub type Claims = BTreeSet<(What, By)>;

/// What brought it about. Rules, definitions and the like are named by their place in the program.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The effects of the moment taken together.
    Effects,
    /// Effects, or definitions, that contradict each other.
    Conflict,
    /// No definition gives this value any longer.
    Lapse,
    /// Its being the value of the instance.
    Day,
    /// It holds from the start.
    Initial(u32),
    /// The narrative says so: the number of the event.
    Narrative(u32),
    /// A rule fired: with which variables, and which of its effects.
    Rule(u32, Filling, u32),
    /// A deadline of the fluent ran out.
    Deadline(u32),
    /// The conditions of a definition hold.
    Definition(u32, Filling),
}

impl By {
    /// The event that says it, if the narrative does.
    #[must_use]
    pub fn event(&self) -> Option<Instant> {
        if let By::Narrative(tag) = self { Some(Instant::of(From::Event(*tag))) } else { None }
    }
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
    /// The day of an event, or a tick.
    #[must_use]
    pub fn of(from: From) -> Instant {
        Instant { from, plus: Vec::new() }
    }

    /// So long after, or as long after as a negative time says before.
    #[must_use]
    pub fn after(&self, time: Val) -> Instant {
        Instant { from: self.from, plus: self.plus.iter().copied().chain([time]).collect() }
    }
}

/// Pairs of instants.
pub type Orders = BTreeSet<(Instant, Instant)>;

/// On what an accepted certificate hangs where some events may be on other days as well.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hangs {
    /// In whatever chronology these pairs come in the same order (before, on one tick, after), the same steps follow.
    pub orders: Orders,
    /// Which instants the ticks are that move: there each of the steps is on the day that its instant then has.
    pub moving: BTreeMap<i64, Instant>,
}

/// Why a certificate was refused, and at which of its steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    pub reason: String,
    pub step: Option<usize>,
}
