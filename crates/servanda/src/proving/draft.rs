//! Writing a certificate: what the checker would look up is listed, until it looks up nothing that is not.
//!
//! The scope begins with the goals. Going through the narrative with it shows what else is looked up; that joins the
//! scope, and the walk begins again.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Occurrence, Program};
use servanda_proof::{Certificate, Reading, Shape, Step, Target};
use servanda_verify::Walk;

use super::history::{Accepted, accepted};

/// How often a scope may grow.
const MOST_ROUNDS: usize = 2_000;
/// A walk that misses so much is not gone on with; or, where the scope is large, so large a part of it again.
const MOST_MISSING: usize = 12;
const LARGE_PART: usize = 4;

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
    /// Whether all steps are listed, or those about the goals alone.
    pub(crate) lists_all: bool,
}

/// What histories looked up for which part of their scope. Others are likely to need the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leads(BTreeMap<Shape, BTreeSet<Shape>>);

impl Leads {
    /// Shapes, with all that they are known to lead to.
    fn from(&self, shapes: BTreeSet<Shape>) -> BTreeSet<Shape> {
        let mut open: Vec<Shape> = shapes.iter().cloned().collect();
        let mut all = shapes;
        while let Some(shape) = open.pop() {
            for next in self.0.get(&shape).into_iter().flatten() {
                if all.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        all
    }

    fn learn(&mut self, scope: &[Shape], walk: &Walk<'_>) {
        for (to, owners) in walk.looked.iter().filter(|(shape, _)| walk.entry(shape).is_none()) {
            for from in owners.iter().flatten() {
                self.0.entry(scope[*from].clone()).or_default().insert(to.clone());
            }
        }
    }

    /// Forgets what is not of all questions.
    pub(crate) fn retain(&mut self, of_all: impl Fn(&Shape) -> bool) {
        self.0.retain(|from, to| {
            to.retain(&of_all);
            of_all(from)
        });
    }
}

/// The closed history of some goals up to a tick, and what it comes to. The scope is what is likely to be looked up, and
/// then what is.
///
/// # Errors
/// What kept it from being written, in words: a moment that never settles, say.
pub(crate) fn draft(
    task: Task<'_>,
    scope: &mut Vec<Shape>,
    leads: &mut Leads,
) -> Result<(Certificate, Accepted), String> {
    let Task { program, narrative, loose, goals, through, widest, lists_all } = task;
    let most_missing = if lists_all { MOST_MISSING } else { 1 };
    let reading = Reading::of(program);
    let told = reading.told(narrative, loose);
    join(scope, goals.iter().cloned(), widest);
    for _ in 0..MOST_ROUNDS {
        let sought = Certificate { goals: goals.to_vec(), through, scope: scope.clone(), steps: Vec::new() };
        let mut walk = Walk::new(&reading, &told, &sought);
        let listed = |of: &Shape| lists_all || goals.iter().any(|goal| goal.covers(of));
        let steps = steps(&mut walk, most_missing.max(scope.len() / LARGE_PART), &listed)?;
        leads.learn(scope, &walk);
        let (needed, missing) = walk.needed();
        if !missing.is_empty() {
            join(scope, leads.from(missing).into_iter(), widest);
            continue;
        }
        // The goals themselves are counted among those for whom something is needed.
        let too_much = needed.len() <= scope.len();
        *scope = needed.into_iter().flatten().map(|at| scope[at].clone()).collect();
        // What the goals do not need is not in the steps about them.
        if !(too_much && lists_all) {
            let hangs = walk.finish();
            let certificate = Certificate { steps, scope: scope.clone(), ..sought };
            let accepted = accepted(&certificate, hangs);
            return Ok((certificate, accepted));
        }
    }
    Err("what it depends on has no end".to_owned())
}

/// All that happens, unless so much is missing that what follows is not worth going through.
fn steps(walk: &mut Walk<'_>, most_missing: usize, listed: &dyn Fn(&Shape) -> bool) -> Result<Vec<Step>, String> {
    let (mut steps, mut moments, mut next_look) = (Vec::new(), 0, 1);
    loop {
        let (at, text, origin) = (walk.now, String::new(), String::new());
        let step = |(what, by)| Step { at, what, by, text: text.clone(), origin: origin.clone() };
        steps.extend(walk.pass()?.into_iter().filter(|(what, _)| listed(&what.on)).map(step));
        moments += 1;
        if moments == next_look {
            if walk.needed().1.len() >= most_missing {
                break;
            }
            next_look *= 2;
        }
        if !walk.advance() {
            break;
        }
    }
    Ok(steps)
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
