//! Writing a certificate: what the checker would look up is listed, until it looks up nothing that is not.
//!
//! The scope begins with the goals. Going through the narrative with it shows what else is looked up; that joins the
//! scope, and the walk begins again.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Occurrence, Program};
use servanda_proof::{Certificate, Shape, Target, replay};

/// How often a scope may grow.
const MOST_ROUNDS: usize = 2_000;

/// The closed history of some goals up to a tick.
///
/// # Errors
/// What kept it from being written, in words: the claims of a moment that never settle, say.
pub(crate) fn draft(
    program: &Program,
    narrative: &[Occurrence],
    goals: &[Shape],
    through: i64,
    known: &[Shape],
) -> Result<Certificate, String> {
    drafted(program, narrative, goals, through, Vec::new(), known, usize::MAX)
}

/// The same, where it is likely that all this is looked at. Of a fluent or action of which more than so many entries are
/// looked at, everything is.
pub(crate) fn widely(
    program: &Program,
    narrative: &[Occurrence],
    goals: &[Shape],
    through: i64,
    likely: &[Shape],
    widest: usize,
) -> Result<Certificate, String> {
    drafted(program, narrative, goals, through, likely.to_vec(), &[], widest)
}

fn drafted(
    program: &Program,
    narrative: &[Occurrence],
    goals: &[Shape],
    through: i64,
    mut scope: Vec<Shape>,
    mut known: &[Shape],
    widest: usize,
) -> Result<Certificate, String> {
    join(&mut scope, goals.iter().cloned(), widest);
    let none = BTreeSet::new();
    for _ in 0..MOST_ROUNDS {
        let replay = replay(program, narrative, &none, goals, &scope, through)?;
        if !replay.missing.is_empty() {
            // Once it leads to something known, all that is known is likely to be looked at.
            if replay.missing.iter().any(|shape| known.contains(shape)) {
                join(&mut scope, std::mem::take(&mut known).iter().cloned(), widest);
            }
            join(&mut scope, replay.missing.into_iter(), widest);
        } else if replay.needed.len() < scope.len() {
            scope = replay.needed.into_iter().map(|at| scope[at].clone()).collect();
        } else {
            return Ok(Certificate { goals: goals.to_vec(), through, scope, steps: replay.steps });
        }
    }
    Err("what it depends on has no end".to_owned())
}

/// Adds shapes, none of which is part of another; more than `widest` of one fluent or action become one for all of it.
pub(crate) fn join(scope: &mut Vec<Shape>, more: impl Iterator<Item = Shape>, widest: usize) {
    for shape in more {
        if !scope.iter().any(|mine| mine.covers(&shape)) {
            scope.retain(|mine| !shape.covers(mine));
            scope.push(shape);
        }
    }
    let mut counts: BTreeMap<Target, usize> = BTreeMap::new();
    scope.iter().for_each(|shape| *counts.entry(shape.of).or_default() += 1);
    for (of, _) in counts.into_iter().filter(|(_, count)| *count > widest) {
        let arity = scope.iter().find(|shape| shape.of == of).map_or(0, |shape| shape.args.len());
        scope.retain(|shape| shape.of != of);
        scope.push(Shape { of, args: vec![None; arity] });
    }
    scope.sort();
}
