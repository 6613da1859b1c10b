//! Writing a certificate: what the checker would look up is listed, until it looks up nothing that is not.
//!
//! The scope begins with the goals. Going through the narrative with it shows what else is looked up; that joins the
//! scope, and the walk begins again.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Occurrence, Program};
use servanda_proof::{Accepted, Certificate, Shape, Target, replay};

/// How often a scope may grow.
const MOST_ROUNDS: usize = 2_000;

/// What a history is to be drafted of.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) program: &'a Program,
    pub(crate) narrative: &'a [Occurrence],
    /// Events that may be on other days as well.
    pub(crate) loose: &'a BTreeSet<u32>,
    pub(crate) goals: &'a [Shape],
    pub(crate) through: i64,
    /// Of one fluent or action so many entries; where more are looked up, all of it is.
    pub(crate) widest: usize,
}

/// The closed history of some goals up to a tick, and what it comes to. The scope is what is likely to be looked up, and
/// then what is; what is known to have been looked up for other goals joins it as soon as any of that is.
///
/// # Errors
/// What kept it from being written, in words: a moment that never settles, say.
pub(crate) fn draft(
    task: Task<'_>,
    scope: &mut Vec<Shape>,
    mut known: &[Shape],
) -> Result<(Certificate, Accepted), String> {
    let Task { program, narrative, loose, goals, through, widest } = task;
    join(scope, goals.iter().cloned(), widest);
    for _ in 0..MOST_ROUNDS {
        let replay = replay(program, narrative, loose, goals, scope, through)?;
        if !replay.missing.is_empty() {
            if replay.missing.iter().any(|shape| known.contains(shape)) {
                let wider = |it: &Shape| scope.iter().chain(&replay.missing).any(|mine| it != mine && it.covers(mine));
                let more: Vec<Shape> = known.iter().filter(|it| !wider(it)).cloned().collect();
                join(scope, more.into_iter(), widest);
                known = &[];
            }
            join(scope, replay.missing.into_iter(), widest);
        } else if replay.needed.len() < scope.len() {
            *scope = replay.needed.into_iter().map(|at| scope[at].clone()).collect();
        } else {
            let certificate = Certificate { goals: goals.to_vec(), through, scope: scope.clone(), steps: replay.steps };
            return Ok((certificate, replay.accepted));
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
