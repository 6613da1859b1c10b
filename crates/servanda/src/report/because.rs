//! Why a value began, in one line: the event that set it off, and the uncertain days that it hangs on.
//!
//! Steps stand after what they rest on, so one pass over a run's derivations is enough for all of them.

use std::collections::BTreeSet;

use serde::Serialize;
use servanda_engine::{Cause, Premise, Solution, StepId};
use servanda_model::{Condition, EventId, Expr, Term, Value};

use crate::steps::{self, Cited};
use crate::world::World;

/// The event behind something, with its source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Because {
    /// The event, or the statement, in words.
    pub text: String,
    /// When it happened, as far as is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// The article it belongs to, or else the instrument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provision: Option<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What it cites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Cited>,
}

/// An event without a certain day, on which the day of something hangs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Hang {
    pub(crate) event: EventId,
    /// How many days later it can be than in the earliest chronology; absent where there is no last day.
    pub(crate) slack: Option<i64>,
}

/// For every step the event at its root, and what its day hangs on.
pub(crate) struct Roots {
    root: Vec<Option<EventId>>,
    hang: Vec<Option<Hang>>,
}

impl Roots {
    pub(crate) fn new(world: &World<'_>, solution: &Solution) -> Roots {
        let mut roots = Roots { root: Vec::new(), hang: Vec::new() };
        for step in &solution.steps {
            let (root, hang) = match &step.cause {
                Cause::Occurrence(tag) => {
                    let event = EventId(*tag);
                    (Some(event), hang_of(world, event))
                }
                _ => roots.inherited(solution, step.tick, &step.premises),
            };
            roots.root.push(root);
            roots.hang.push(hang);
        }
        roots
    }

    /// What set a step off counts before what merely held; of several, the latest.
    fn inherited(
        &self,
        solution: &Solution,
        tick: Option<i64>,
        premises: &[Premise],
    ) -> (Option<EventId>, Option<Hang>) {
        let mut best: Option<((bool, Option<i64>), EventId)> = None;
        let mut hang: Option<Hang> = None;
        let mut look = |by: StepId, sets_off: bool, timer: bool| {
            let Some(step) = solution.step(by) else { return };
            let Some(root) = self.root.get(by.0 as usize) else { return };
            if let Some(root) = *root {
                let rank = (sets_off, step.tick);
                if best.is_none_or(|(other, _)| rank > other) {
                    best = Some((rank, root));
                }
            }
            if step.tick == tick || timer {
                hang = wider(hang, self.hang[by.0 as usize]);
            }
        };
        each(premises, &mut look);
        for premise in premises {
            if let Premise::NotHolds(conditions) = premise {
                conditions.iter().for_each(|it| compared(solution, it, tick, &mut look));
            }
        }
        (best.map(|(_, event)| event), hang)
    }

    /// What the day of a step hangs on.
    pub(crate) fn hang(&self, step: Option<StepId>) -> Option<Hang> {
        *self.hang.get(step?.0 as usize)?
    }

    /// The event behind a step.
    pub(crate) fn root(&self, step: Option<StepId>) -> Option<EventId> {
        *self.root.get(step?.0 as usize)?
    }

    /// The event behind a step, in words.
    pub(crate) fn because(&self, world: &World<'_>, step: Option<StepId>) -> Option<Because> {
        Some(because_of(world, self.root(step)?))
    }
}

/// What the day of one step hangs on, without a look at the others.
pub(crate) fn hang_of_step(world: &World<'_>, solution: &Solution, step: StepId) -> Option<Hang> {
    hang_after(world, solution, step, &mut BTreeSet::new())
}

fn hang_after(world: &World<'_>, solution: &Solution, from: StepId, seen: &mut BTreeSet<StepId>) -> Option<Hang> {
    let step = solution.step(from).filter(|_| seen.insert(from))?;
    if let Cause::Occurrence(tag) = &step.cause {
        return (*tag != steps::SUPPOSED).then(|| hang_of(world, EventId(*tag))).flatten();
    }
    let mut hang: Option<Hang> = None;
    let mut look = |by: StepId, _: bool, timer: bool| {
        if timer || solution.step(by).is_some_and(|other| other.tick == step.tick) {
            hang = wider(hang, hang_after(world, solution, by, seen));
        }
    };
    each(&step.premises, &mut look);
    for premise in &step.premises {
        if let Premise::NotHolds(conditions) = premise {
            conditions.iter().for_each(|it| compared(solution, it, step.tick, &mut look));
        }
    }
    hang
}

/// An event in words.
pub(crate) fn because_of(world: &World<'_>, event: EventId) -> Because {
    let told = steps::of_event(world, event);
    let stated = &world.model.events[event.index()];
    // A clause of a thing has its date within its sentence.
    let dated = !stated.when.written.is_empty() && told.text.contains(&stated.when.written);
    let text = if dated { told.text.replacen(&stated.when.written, "", 1) } else { told.text };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Because {
        text,
        day: told.day.filter(|day| day != ".."),
        provision: told.article.or(told.instrument),
        place: told.place,
        sources: told.sources,
    }
}

/// How far the day of an event is open.
pub(crate) fn hang_of(world: &World<'_>, event: EventId) -> Option<Hang> {
    let (_, max) = world.dating.bounds(event);
    let day = world.earliest(event)?;
    match max {
        Some(max) if max == day => None,
        max => Some(Hang { event, slack: max.map(|max| max - day) }),
    }
}

fn wider(one: Option<Hang>, other: Option<Hang>) -> Option<Hang> {
    match (one, other) {
        (Some(a), Some(b)) => {
            let slack = |hang: Hang| hang.slack.unwrap_or(i64::MAX);
            Some(if slack(b) > slack(a) { b } else { a })
        }
        (a, b) => a.or(b),
    }
}

/// A limit that does not hold fails for what the number then was.
fn compared(solution: &Solution, condition: &Condition, tick: Option<i64>, look: &mut impl FnMut(StepId, bool, bool)) {
    let Condition::Compare { left, right, .. } = condition else { return };
    for side in [left, right] {
        let Expr::Fluent(fluent, args) = side else { continue };
        let value = |term: &Term| match term {
            Term::Value(value) => Some(*value),
            _ => None,
        };
        let args: Option<Vec<Value>> = args.iter().map(value).collect();
        let interval = args.zip(tick).and_then(|(args, tick)| solution.interval_at(*fluent, &args, tick));
        if let Some(by) = interval.and_then(|it| it.begun_by) {
            look(by, false, false);
        }
    }
}

fn each(premises: &[Premise], look: &mut impl FnMut(StepId, bool, bool)) {
    for premise in premises {
        match premise {
            Premise::Holds { by: Some(by), .. } => look(*by, false, false),
            Premise::Happened { by: Some(by), .. }
            | Premise::Initiated { by: Some(by), .. }
            | Premise::Began { by: Some(by), .. }
            | Premise::Ended { by: Some(by), .. } => look(*by, true, false),
            Premise::Timer { by: Some(by), .. } => look(*by, true, true),
            Premise::Effect(by) => look(*by, true, false),
            Premise::Tally { fillings, .. } => fillings.iter().for_each(|filling| each(filling, look)),
            _ => {}
        }
    }
}
