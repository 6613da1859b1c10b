//! Writing a certificate: what the checker would look at is listed, until it looks at nothing that is not.
//!
//! The scope begins with the goals. Walking through the narrative with it shows what else is looked at; that joins the
//! scope, and the walk begins again. At each moment the claims are what follows from the claims so far, until nothing
//! new follows: a program has no cycle within a moment, so that comes to an end.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Occurrence, Program};
use servanda_proof::walk::{Claims, Moment, Walk};
use servanda_proof::{By, Certificate, Shape, Step, Stray, What, moving, stray_days};

/// How often a scope may grow, and how often the claims of one moment.
const MOST_ROUNDS: usize = 2_000;

/// The closed history of some goals up to a tick, and which strays would change it on some day.
///
/// # Errors
/// What kept it from being written, in words: the claims of a moment that never settle, say.
pub(crate) fn draft(
    program: &Program,
    narrative: &[Occurrence],
    strays: &[Stray],
    goals: &[Shape],
    through: i64,
    known: &[Shape],
) -> Result<(Certificate, BTreeSet<usize>), String> {
    let mut scope: Vec<Shape> = Vec::new();
    join(&mut scope, goals.iter().chain(known).cloned());
    for _ in 0..MOST_ROUNDS {
        let mut walk = Walk::new(program, narrative, &scope);
        goals.iter().for_each(|goal| walk.want(goal));
        let (steps, live) = history(&mut walk, strays, through)?;
        let (used, missing) = walk.looked();
        drop(walk);
        if !missing.is_empty() {
            join(&mut scope, missing.into_iter());
        } else if used.len() < scope.len() {
            scope = used.into_iter().map(|at| scope[at].clone()).collect();
        } else {
            return Ok((Certificate { goals: goals.to_vec(), through, scope, steps }, live));
        }
    }
    Err("what it depends on has no end".to_owned())
}

/// Adds shapes, none of which is part of another.
fn join(scope: &mut Vec<Shape>, more: impl Iterator<Item = Shape>) {
    for shape in more {
        if !scope.iter().any(|mine| mine.covers(&shape)) {
            scope.retain(|mine| !shape.covers(mine));
            scope.push(shape);
        }
    }
    scope.sort();
}

/// All that happens to what is in the scope.
fn history(walk: &mut Walk<'_>, strays: &[Stray], through: i64) -> Result<(Vec<Step>, BTreeSet<usize>), String> {
    let mut live: BTreeSet<usize> = BTreeSet::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut moment: Moment = None;
    loop {
        // What was looked at for claims that came to nothing does not count.
        let looked = walk.looked();
        let claims = ordered(walk, moment, settled(walk, moment, steps.len())?, steps.len())?;
        walk.look_back(looked);
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
        let one = |at: usize| std::slice::from_ref(&strays[at]);
        live.extend((0..strays.len()).filter(|at| moving(walk, moment, &claims, one(*at)).is_some()));
        walk.settle(moment, &claims);
        let next = walk.next(moment, through);
        for day in stray_days(strays, moment, next, through) {
            let still = (0..strays.len()).filter(|at| !live.contains(at));
            let moving = still.filter(|at| moving(walk, Some((day, 0)), &Claims::new(), one(*at)).is_some());
            live.extend(moving.collect::<Vec<_>>());
        }
        match next {
            None => return Ok((steps, live)),
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
