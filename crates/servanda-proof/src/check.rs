//! Accepting and refusing.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Occurrence, Program};

use crate::conditions::Lookups;
use crate::format::{Accepted, Atom, Certificate, Refused, Shape, Span, Step, Target, What};
use crate::value::Val;
use crate::walk::Walk;

/// A walk that misses so much is not gone on with.
const MOST_MISSING: usize = 12;

/// All that happens to what a scope lists, and what was looked up on the way.
#[derive(Debug)]
pub struct Replay {
    /// In order.
    pub steps: Vec<Step>,
    /// Entries of the scope that the goals need, by themselves or for others they need.
    pub needed: BTreeSet<usize>,
    /// What was looked up at all, for the goals or for which entry: another entry, or what no entry covers.
    pub lookups: Lookups,
    /// What these look up that no entry covers.
    pub missing: BTreeSet<Shape>,
    /// What all this says of the goals.
    pub accepted: Accepted,
}

/// Goes through a part of a history up to a tick.
///
/// # Errors
/// A moment at which nothing comes of what happens.
pub fn replay(
    program: &Program,
    narrative: &[Occurrence],
    loose: &BTreeSet<u32>,
    goals: &[Shape],
    scope: &[Shape],
    through: i64,
) -> Result<Replay, String> {
    let mut walk = Walk::new(program, narrative, scope, goals, loose);
    let (mut steps, mut moment) = (Vec::new(), None);
    // Where much is missing, what follows is not worth going through.
    while walk.missing() < MOST_MISSING {
        let here = walk.pass(moment)?.into_iter();
        let (text, origin) = (String::new(), String::new());
        steps.extend(here.map(|(what, by)| Step { at: moment, what, by, text: text.clone(), origin: origin.clone() }));
        match walk.next(moment, through) {
            None => break,
            next => moment = next,
        }
    }
    let (needed, missing) = walk.needed();
    let accepted = accepted(goals, &steps, through, &walk);
    Ok(Replay { steps, needed, missing, lookups: walk.looked, accepted })
}

/// Accepts a certificate, or says what is wrong with it.
///
/// Some events of the narrative, by their numbers, are `loose`: they may be on other days as well. What is accepted then
/// names the pairs of instants on whose order it hangs. In whatever chronology they come in the same order, the same
/// steps follow, each on the day on which its instant then is.
///
/// What is accepted follows from the program and the narrative, whoever wrote the certificate.
///
/// # Errors
/// The first thing found that does not follow, or is left out, or is not needed.
pub fn check(
    program: &Program,
    narrative: &[Occurrence],
    loose: &BTreeSet<u32>,
    proof: &Certificate,
) -> Result<Accepted, Refused> {
    let refused = |reason: String, step| Err(Refused { reason, step });
    for shape in proof.goals.iter().chain(&proof.scope) {
        let arity = match shape.of {
            Target::Fluent(id) => program.fluents.get(id as usize).map(|it| it.args.len()),
            Target::Action(id) => program.actions.get(id as usize).map(|it| it.holes.len()),
        };
        if arity != Some(shape.args.len()) {
            return refused(format!("{:?} {:?} is not of the program", shape.of, shape.args), None);
        }
    }
    let part =
        |(at, shape): (usize, &Shape)| proof.scope.iter().enumerate().any(|(of, it)| of != at && it.covers(shape));
    if let Some(entry) = proof.scope.iter().enumerate().position(part) {
        return refused(format!("entry {entry} of the scope is part of another"), None);
    }
    let replay = replay(program, narrative, loose, &proof.goals, &proof.scope, proof.through);
    let replay = replay.map_err(|reason| Refused { reason, step: None })?;
    if let Some(shape) = replay.missing.first() {
        return refused(format!("the scope leaves out {:?} {:?}", shape.of, shape.args), None);
    }
    if let Some(entry) = (0..proof.scope.len()).find(|entry| !replay.needed.contains(entry)) {
        return refused(format!("entry {entry} of the scope is not needed"), None);
    }
    let same =
        |(told, follows): (&Step, &Step)| (told.at, &told.what, &told.by) == (follows.at, &follows.what, &follows.by);
    let sound = proof.steps.iter().zip(&replay.steps).take_while(|both| same(*both)).count();
    match (proof.steps.get(sound), replay.steps.get(sound)) {
        (None, None) => Ok(replay.accepted),
        (_, Some(next)) => {
            refused(format!("what follows here is {:?} at {:?}, by {:?}", next.what, next.at, next.by), Some(sound))
        }
        (Some(_), None) => refused("it does not follow".to_owned(), Some(sound)),
    }
}

/// What a history says of the goals, fluents in intervals.
fn accepted(goals: &[Shape], steps: &[Step], through: i64, walk: &Walk<'_>) -> Accepted {
    let mut accepted = Accepted::default();
    let mut changes: BTreeMap<&Atom, BTreeMap<Option<i64>, Option<Val>>> = BTreeMap::new();
    for step in steps {
        match (&step.what, step.at) {
            (What::Event(atom), Some((tick, order))) if goals.iter().any(|goal| goal.has(atom)) => {
                accepted.events.push((tick, order, atom.clone()));
            }
            // The last change of a tick is what the tick leaves.
            (What::Change(atom, value), at) if goals.iter().any(|goal| goal.has(atom)) => {
                changes.entry(atom).or_default().insert(at.map(|(tick, _)| tick), *value);
            }
            _ => {}
        }
    }
    for (atom, changes) in changes {
        let mut spans: Vec<Span> = Vec::new();
        for (tick, value) in changes {
            let open = spans.last_mut().filter(|span| span.until.is_none());
            if open.as_ref().map(|span| span.value) == value {
                continue;
            }
            open.into_iter().for_each(|span| span.until = tick);
            spans.extend(value.map(|value| Span { value, since: tick, until: None }));
        }
        accepted.intervals.insert(atom.clone(), spans);
    }
    accepted.intervals.retain(|_, spans| !spans.is_empty());
    let values: Vec<Val> = accepted.intervals.values().flatten().map(|span| span.value).collect();
    (accepted.orders, accepted.moving) = walk.orders(through, &values);
    accepted.events.sort();
    accepted.events.dedup();
    accepted
}
