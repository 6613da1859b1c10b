//! The checker: one moment after another, what is claimed must be exactly what follows.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Occurrence, Program};

use crate::format::{Accepted, Atom, Certificate, Refused, Shape, Span, Step, Target, What};
use crate::value::Val;
use crate::walk::{Claims, Moment, Walk};

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
    for shape in proof.goals.iter().chain(&proof.scope) {
        let arity = match shape.of {
            Target::Fluent(id) => program.fluents.get(id as usize).map(|it| it.args.len()),
            Target::Action(id) => program.actions.get(id as usize).map(|it| it.holes.len()),
        };
        if arity != Some(shape.args.len()) {
            return refused(format!("{} is not of the program", shown(shape)), None);
        }
    }
    for (at, shape) in proof.scope.iter().enumerate() {
        if proof.scope.iter().enumerate().any(|(other, it)| other != at && it.covers(shape)) {
            return refused(format!("entry {at} of the scope is part of another"), None);
        }
    }
    let mut walk = Walk::new(program, narrative, &proof.scope, loose);
    proof.goals.iter().for_each(|goal| walk.want(goal));
    let (mut moment, mut at): (Moment, usize) = (None, 0);
    loop {
        let same = |step: &&Step| step.tick.map(|tick| (tick, step.order)) == moment;
        let here = &proof.steps[at..][..proof.steps[at..].iter().take_while(same).count()];
        let claims: Claims = here.iter().map(|step| ((step.what.clone(), step.by.clone()), step.id)).collect();
        follows(&walk, moment, here, &claims, at)?;
        walk.settle(moment, &claims);
        let next = walk.next(moment, proof.through);
        if let Some(shape) = walk.looked().1.first() {
            return refused(format!("the scope leaves out {}", shown(shape)), None);
        }
        at += here.len();
        match next {
            None => break,
            _ => moment = next,
        }
    }
    if at < proof.steps.len() {
        return refused("it is out of order, or at a moment at which nothing can happen".to_owned(), Some(at));
    }
    let used = walk.looked().0;
    match (0..proof.scope.len()).find(|entry| !used.contains(entry)) {
        Some(at) => refused(format!("entry {at} of the scope is not needed"), None),
        None => Ok(accepted(proof, &walk)),
    }
}

fn refused<T>(reason: String, step: Option<usize>) -> Result<T, Refused> {
    Err(Refused { reason, step })
}

fn shown(shape: &Shape) -> String {
    format!("{:?} {:?}", shape.of, shape.args)
}

/// The steps of one moment are exactly those that follow, each from exactly what it rests on.
fn follows(walk: &Walk<'_>, moment: Moment, steps: &[Step], claims: &Claims, first: usize) -> Result<(), Refused> {
    let expected = walk.expected(moment, claims);
    for (at, step) in steps.iter().enumerate() {
        let wrong = if step.id != first + at {
            "its number is not its place"
        } else if step.premises.iter().any(|premise| *premise >= step.id) {
            "it rests on what comes after it"
        } else if step.tick.is_none() && step.order != 0 {
            "the beginning of time has no order"
        } else {
            match expected.get(&(step.what.clone(), step.by.clone())) {
                None => "it does not follow",
                Some((premises, _)) if !step.premises.iter().eq(premises) => "these are not just its premises",
                Some((_, searched)) if !step.searched.iter().eq(searched) => "this is not just what it searched",
                Some(_) if claims.get(&(step.what.clone(), step.by.clone())) != Some(&step.id) => "it is there twice",
                Some(_) => continue,
            }
        };
        return refused(wrong.to_owned(), Some(step.id));
    }
    match expected.keys().find(|key| !claims.contains_key(key)) {
        Some((what, _)) => refused(format!("what follows at {moment:?} is left out: {what:?}"), None),
        None => Ok(()),
    }
}

/// What a history says of the goals, fluents in intervals.
fn accepted(proof: &Certificate, walk: &Walk<'_>) -> Accepted {
    let mut accepted = Accepted::default();
    let mut changes: BTreeMap<&Atom, BTreeMap<Option<i64>, Option<Val>>> = BTreeMap::new();
    for step in &proof.steps {
        match (&step.what, step.tick) {
            (What::Event(atom), Some(tick)) if proof.goals.iter().any(|goal| goal.has(atom)) => {
                accepted.events.push((tick, step.order, atom.clone()));
            }
            // The last change of a tick is what the tick leaves.
            (What::Change(atom, value), tick) if proof.goals.iter().any(|goal| goal.has(atom)) => {
                changes.entry(atom).or_default().insert(tick, *value);
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
    (accepted.orders, accepted.moving) = walk.orders(proof.through, &values);
    accepted.events.sort();
    accepted.events.dedup();
    accepted
}
