//! Accepting and refusing.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Occurrence, Program};
use servanda_proof::{Certificate, Instant, Refused, Shape, Target};

use crate::moving::Orders;
use crate::walk::Walk;

/// On what an accepted certificate hangs where some events may be on other days as well.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hangs {
    /// In whatever chronology these pairs come in the same order (before, on one tick, after), the same steps follow.
    pub orders: Orders,
    /// Which instants the ticks are that move: there each of the steps is on the day that its instant then has.
    pub moving: BTreeMap<i64, Instant>,
}

/// Accepts a certificate, or says what is wrong with it. Some events of the narrative, by their numbers, are `loose`:
/// they may be on other days as well.
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
) -> Result<Hangs, Refused> {
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
    let mut walk = Walk::new(program, narrative, loose, &proof.goals, &proof.scope);
    let (mut moment, mut steps) = (None, proof.steps.iter().enumerate());
    loop {
        let follows = walk.pass(moment).map_err(|reason| Refused { reason, step: None })?;
        for (what, by) in &follows {
            let told = steps.next().filter(|(_, it)| (it.at, &it.what, &it.by) == (moment, what, by));
            if told.is_none() {
                let at = proof.steps.len() - steps.len();
                return refused(format!("what follows here is {what:?} at {moment:?}, by {by:?}"), Some(at));
            }
        }
        match walk.next(moment, proof.through) {
            None => break,
            next => moment = next,
        }
    }
    if let Some((at, _)) = steps.next() {
        return refused("it does not follow".to_owned(), Some(at));
    }
    let moving = walk.finish(proof.through);
    let (needed, missing) = walk.needed();
    if let Some(shape) = missing.first() {
        return refused(format!("the scope leaves out {:?} {:?}", shape.of, shape.args), None);
    }
    for (entry, shape) in proof.scope.iter().enumerate() {
        let part = |(of, it): (usize, &Shape)| of != entry && it.covers(shape);
        if !needed.contains(&entry) || proof.scope.iter().enumerate().any(part) {
            return refused(format!("entry {entry} of the scope is not needed"), None);
        }
    }
    Ok(Hangs { orders: walk.orders, moving })
}
