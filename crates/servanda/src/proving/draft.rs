//! Writing a certificate: what the checker would look at is listed, until it looks at nothing that is not.
//!
//! The scope begins with the goals. Walking through the narrative with it shows what else is looked at; that joins the
//! scope, and the walk begins again. At each moment the claims are what follows from the claims so far, until nothing
//! new follows: a program has no cycle within a moment, so that comes to an end.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Occurrence, Program};
use servanda_proof::walk::{Claims, Moment, Walk};
use servanda_proof::{By, Certificate, Shape, Step, Target, What};

/// How often a scope may grow, and how often the claims of one moment.
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
        let mut walk = Walk::new(program, narrative, &scope, &none);
        goals.iter().for_each(|goal| walk.want(goal));
        // What rules wait for can be told without going through the history.
        let steps = if walk.looked().1.is_empty() { history(&mut walk, through)? } else { Vec::new() };
        let (used, missing) = walk.looked();
        drop(walk);
        if !missing.is_empty() {
            // Once it leads to something known, all that is known is likely to be looked at.
            if missing.iter().any(|shape| known.contains(shape)) {
                join(&mut scope, std::mem::take(&mut known).iter().cloned(), widest);
            }
            join(&mut scope, missing.into_iter(), widest);
        } else if used.len() < scope.len() {
            scope = used.into_iter().map(|at| scope[at].clone()).collect();
        } else {
            return Ok(Certificate { goals: goals.to_vec(), through, scope, steps });
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

/// All that happens to what is in the scope.
fn history(walk: &mut Walk<'_>, through: i64) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut moment: Moment = None;
    loop {
        // What was looked at for claims that came to nothing does not count.
        let first = steps.len();
        let claims = walk.aside(|| ordered(walk, moment, settled(walk, moment, first)?, first))?;
        let expected = walk.expected(moment, &claims);
        let mut here: Vec<Step> = Vec::new();
        for ((what, by), id) in &claims {
            let (premises, searched) = expected.get(&(what.clone(), by.clone())).cloned().unwrap_or_default();
            here.push(Step {
                id: *id,
                tick: moment.map(|(tick, _)| tick),
                order: moment.map_or(0, |(_, order)| order),
                what: what.clone(),
                by: by.clone(),
                premises: premises.into_iter().collect(),
                searched: searched.into_iter().collect(),
                text: String::new(),
                origin: String::new(),
            });
        }
        here.sort_by_key(|step| step.id);
        steps.extend(here);
        walk.settle(moment, &claims);
        if moment.is_none() && !walk.looked().1.is_empty() {
            return Ok(steps);
        }
        let next = walk.next(moment, through);
        match next {
            None => return Ok(steps),
            next => moment = next,
        }
    }
}

/// What follows at a moment from itself.
fn settled(walk: &Walk<'_>, moment: Moment, first: usize) -> Result<Claims, String> {
    let mut ids: BTreeMap<(What, By), usize> = BTreeMap::new();
    let mut claims = Claims::new();
    for _ in 0..MOST_ROUNDS {
        let expected = walk.expected(moment, &claims);
        if expected.len() == claims.len() && expected.keys().all(|key| claims.contains_key(key)) {
            return Ok(claims);
        }
        claims = Claims::new();
        for (key, _) in expected {
            let next = first + ids.len();
            let id = *ids.entry(key.clone()).or_insert(next);
            claims.insert(key, id);
        }
    }
    Err(format!("what happens at {moment:?} does not settle"))
}

/// The same claims, numbered so that premises come before what follows from them.
fn ordered(walk: &Walk<'_>, moment: Moment, claims: Claims, first: usize) -> Result<Claims, String> {
    let expected = walk.expected(moment, &claims);
    let here: BTreeSet<usize> = claims.values().copied().collect();
    let mut left: Vec<(&(What, By), &BTreeSet<usize>)> = expected.iter().map(|(key, (from, _))| (key, from)).collect();
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let mut all = Claims::new();
    while !left.is_empty() {
        let ready = |from: &BTreeSet<usize>| from.iter().all(|id| !here.contains(id) || done.contains(id));
        let next = left.iter().position(|(_, from)| ready(from));
        let Some(next) = next else { return Err(format!("what happens at {moment:?} rests on itself")) };
        let (key, _) = left.remove(next);
        done.insert(claims[key]);
        all.insert(key.clone(), first + all.len());
    }
    Ok(all)
}
