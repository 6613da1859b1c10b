//! The checker that accepts or refuses proofs of what holds and what happens.
//!
//! The scope of a [`Certificate`] lists fluents and actions, its steps everything that ever happens to them. The checker
//! goes through that part of the history again, in the plainest way there is:
//!
//! 1. A moment begins with what the narrative says. Every rule that could touch the scope is tried against the state before
//!    it, every definition against that after it, until nothing new follows. The steps must be exactly what follows.
//! 2. Whatever is looked up must be in the scope: what is not listed is not known, and never taken to be false. So a *no*
//!    is proved as anything else is, and nothing can be left out. What is in the scope must be needed by the goals.
//! 3. Where events may be on other days, the orders of instants are noted on which all this hangs: in whatever
//!    chronology they are the same, the same steps follow, each on the day of its instant.

mod conditions;
mod moment;
mod moving;
mod timers;
mod value;
mod walk;

use std::collections::BTreeSet;

use servanda_model::{Occurrence, Program};
use servanda_proof::{By, Certificate, Hangs, Moment, Reading, Refused, What};

pub use value::later;
pub use walk::{Owner, Walk};

/// Accepts a certificate, or says what is wrong with it. Some events of the narrative, by their numbers, are `loose`:
/// they may be on other days as well. It is asked of all steps whether they are listed.
///
/// # Errors
/// The first thing found that does not follow, or is left out, or is not needed.
pub fn check(
    program: &Program,
    narrative: &[Occurrence],
    loose: &BTreeSet<u32>,
    proof: &Certificate,
    mut lists: impl FnMut(Moment, &What, &By) -> bool,
) -> Result<Hangs, Refused> {
    let refused = |reason: String, step| Err(Refused { reason, step });
    let reading = Reading::of(program);
    if let Some(shape) = proof.goals.iter().chain(&proof.scope).find(|shape| !reading.has(shape)) {
        return refused(format!("{:?} {:?} is not of the program", shape.of, shape.args), None);
    }
    let told = reading.told(narrative, loose);
    let mut walk = Walk::new(&reading, &told, proof);
    let (mut place, mut goes_on) = (0, true);
    while goes_on {
        let follows = walk.pass().map_err(|reason| Refused { reason, step: None })?;
        for (what, by) in follows.into_iter().filter(|(what, by)| lists(walk.now, what, by)) {
            if proof.steps.get(place).is_none_or(|it| (it.at, &it.what, &it.by) != (walk.now, &what, &by)) {
                return refused(format!("what follows here is {what:?} at {:?}, by {by:?}", walk.now), Some(place));
            }
            place += 1;
        }
        goes_on = walk.advance();
    }
    if place < proof.steps.len() {
        return refused("it does not follow".to_owned(), Some(place));
    }
    let (needed, missing) = walk.needed();
    if let Some(shape) = missing.first() {
        return refused(format!("the scope leaves out {:?} {:?}", shape.of, shape.args), None);
    }
    for (entry, shape) in proof.scope.iter().enumerate() {
        let is_part = proof.scope.iter().filter(|it| it.covers(shape)).count() > 1;
        if is_part || !needed.contains(&Some(entry)) {
            return refused(format!("entry {entry} of the scope is not needed"), None);
        }
    }
    Ok(walk.finish())
}
