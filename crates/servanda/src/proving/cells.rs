//! Few histories for many chronologies.
//!
//! A history stays true, with its days moved, as long as the orders that it hangs on stay as they are (see
//! [`servanda_verify::check`]). So the chronologies are cut by orders: whichever an accepted history hangs on and the
//! dossier leaves open is given, in each of the three ways it can be, to histories of their own. What is left is a tree
//! of given orders with a history at the end of each branch that the dossier's statements about days allow.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use servanda_proof::{Instant, Shape};

use super::days::Bounds;
use super::draft::Leads;
use super::history::Accepted;
use super::stage::Stage;
use super::{Case, NoProof, Refusal, draft};
use crate::world::Run;

/// The most histories of one proof.
pub const MOST_CASES: usize = 400;

/// An order of two instants that is given in a case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Given {
    pub first: Instant,
    pub how: How,
    pub second: Instant,
}

/// How two instants can lie.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum How {
    Before,
    Same,
    After,
}

const EVERY_WAY: [How; 3] = [How::Before, How::Same, How::After];

/// How two instants lie in all the chronologies that are left, if it is the same in all.
fn settled(stage: &Stage<'_>, given: &[Given], all: &[Option<Bounds>], pair: &(Instant, Instant)) -> Option<How> {
    let (a, b) = (stage.days.of_instant(all, &pair.0)?, stage.days.of_instant(all, &pair.1)?);
    if a.1 < b.0 {
        return Some(How::Before);
    } else if b.1 < a.0 {
        return Some(How::After);
    } else if a.0 == a.1 && a == b {
        return Some(How::Same);
    }
    let mut given = given.to_vec();
    let mut can_be = |how: &How| {
        given.push(Given { first: pair.0.clone(), how: *how, second: pair.1.clone() });
        let possible = !matches!(stage.days.given(&[], &given), Ok(None));
        given.pop();
        possible
    };
    let mut left = EVERY_WAY.into_iter().filter(|how| can_be(how));
    left.next().filter(|_| left.next().is_none())
}

/// The bounds of all days where these orders are given.
fn bounds(stage: &Stage<'_>, given: &[Given]) -> Option<Vec<Option<Bounds>>> {
    stage.days.given(&[], given).ok().flatten()
}

/// The first of the orders that something hangs on and that are still open.
fn open_order(stage: &Stage<'_>, given: &[Given], orders: &BTreeSet<(Instant, Instant)>) -> Option<(Instant, Instant)> {
    let all = bounds(stage, given)?;
    orders.iter().find(|pair| settled(stage, given, &all, pair).is_none()).cloned()
}

/// A history for each way in which the orders that matter can lie. Says whether these stand for all chronologies, which
/// they do unless there are too many.
pub(super) fn explored(stage: &Stage<'_>, leads: &mut Leads) -> Result<(Vec<(Case, Accepted)>, bool), NoProof> {
    let mut all = Vec::new();
    let whole = explore(stage, &mut Vec::new(), None, (&mut Vec::new(), leads), &mut all)?;
    leads.retain(|shape| stage.is_of_model(shape));
    Ok((all, whole))
}

fn explore(
    stage: &Stage<'_>,
    given: &mut Vec<Given>,
    known: Option<(Case, Accepted)>,
    (scope, leads): (&mut Vec<Shape>, &mut Leads),
    all: &mut Vec<(Case, Accepted)>,
) -> Result<bool, NoProof> {
    if bounds(stage, given).is_none() {
        return Ok(true);
    }
    if all.len() >= MOST_CASES {
        return Ok(false);
    }
    let (case, accepted) = match known {
        Some((case, accepted)) => (Case { given: given.clone(), ..case }, accepted),
        None => written(stage, given, scope, leads, &|_| None)?,
    };
    let Some((first, second)) = open_order(stage, given, &accepted.orders) else {
        all.push((case, accepted));
        return Ok(true);
    };
    let fixed: Vec<(usize, i64)> = case.days.iter().map(|(id, day)| (*id as usize, *day)).collect();
    let mut known = Some((case, accepted));
    let mut whole = true;
    for how in EVERY_WAY {
        given.push(Given { first: first.clone(), how, second: second.clone() });
        // In one of the three ways lies the chronology that there is a history of already.
        let mine = matches!(stage.days.given(&fixed, given), Ok(Some(_)));
        let known = if mine { known.take() } else { None };
        whole &= explore(stage, given, known, (&mut *scope, &mut *leads), all)?;
        given.pop();
    }
    Ok(whole)
}

/// A history in some chronology in which the given orders hold, with given days for the events that have them.
pub(super) fn written(
    stage: &Stage<'_>,
    given: &[Given],
    scope: &mut Vec<Shape>,
    leads: &mut Leads,
    day: &dyn Fn(usize) -> Option<i64>,
) -> Result<(Case, Accepted), NoProof> {
    let mut days: BTreeMap<u32, i64> = BTreeMap::new();
    loop {
        place(stage, given, &stage.open(scope), day, &mut days)?;
        let (narrative, loose) = (stage.narrative(&days), days.keys().copied().collect());
        let (program, goals, through) = (&stage.program, stage.goals.as_slice(), stage.through);
        let task = draft::Task {
            program,
            narrative: &narrative,
            loose: &loose,
            goals,
            through,
            widest: usize::MAX,
            lists_all: true,
        };
        let (certificate, mut accepted) = draft::draft(task, scope, leads).map_err(NoProof::Disagree)?;
        let open = stage.open(scope);
        if open.iter().all(|id| days.contains_key(&(*id as u32))) {
            days.retain(|id, _| open.contains(&(*id as usize)));
            stage.hang(&mut accepted, &open);
            return Ok((Case { given: given.to_vec(), days, certificate: stage.told(certificate) }, accepted));
        }
    }
}

/// Gives a day to each event that has none yet: one that nothing else is on, if there is one in the middle of its days.
fn place(
    stage: &Stage<'_>,
    given: &[Given],
    open: &BTreeSet<usize>,
    day: &dyn Fn(usize) -> Option<i64>,
    days: &mut BTreeMap<u32, i64>,
) -> Result<(), NoProof> {
    let nowhere = || NoProof::NotCheckable("an event that matters has no day".to_owned());
    let mut fixed: Vec<(usize, i64)> = days.iter().map(|(id, day)| (*id as usize, *day)).collect();
    let mut taken: BTreeSet<i64> = stage.visible.iter().filter_map(|id| stage.certain(*id)).collect();
    taken.extend(fixed.iter().map(|(_, day)| *day));
    for id in open {
        if days.contains_key(&(*id as u32)) {
            continue;
        }
        let all = stage.days.given(&fixed, given).ok().flatten().ok_or_else(nowhere)?;
        let Some((Some(first), Some(last))) = all[*id] else { return Err(nowhere()) };
        let middle = first + (last - first) / 2;
        let near = (0..40).flat_map(|by| [middle + by, middle - by]).filter(|it| (first..=last).contains(it));
        let free = near.filter(|it| !taken.contains(it));
        let mut with = |it: i64| {
            fixed.push((*id, it));
            let possible = matches!(stage.days.given(&fixed, given), Ok(Some(_)));
            fixed.pop();
            possible
        };
        let chosen = match day(*id) {
            Some(day) => day,
            None => free.take(8).find(|it| with(*it)).unwrap_or(first),
        };
        fixed.push((*id, chosen));
        taken.insert(chosen);
        days.insert(*id as u32, chosen);
    }
    Ok(())
}

/// The cases are a whole tree of given orders, and no history hangs on an order that is open where it stands.
pub(super) fn cover(stage: &Stage<'_>, cases: &[(&Case, &Accepted)]) -> Result<(), (usize, String)> {
    for (at, (case, accepted)) in cases.iter().enumerate() {
        if let Some((first, second)) = open_order(stage, &case.given, &accepted.orders) {
            return Err((at, format!("it hangs on the order of {first:?} and {second:?}, which is open")));
        }
    }
    whole(stage, &mut Vec::new(), cases, 0)
}

fn whole(
    stage: &Stage<'_>,
    given: &mut Vec<Given>,
    cases: &[(&Case, &Accepted)],
    at: usize,
) -> Result<(), (usize, String)> {
    let possible = bounds(stage, given).is_some();
    let next = cases.first().and_then(|(case, _)| case.given.get(given.len()));
    match (cases.len(), next) {
        (0, _) if possible => Err((at, "a chronology is left out before this one".to_owned())),
        (0, _) => Ok(()),
        _ if !possible => Err((at, "this chronology cannot be".to_owned())),
        (1, None) => Ok(()),
        (_, None) => Err((at + 1, "this chronology is not needed".to_owned())),
        (_, Some(Given { first, second, .. })) => {
            let mut rest = cases;
            for how in EVERY_WAY {
                given.push(Given { first: first.clone(), how, second: second.clone() });
                let mine = rest.iter().take_while(|(case, _)| case.given.starts_with(given)).count();
                whole(stage, given, &rest[..mine], at + cases.len() - rest.len())?;
                given.pop();
                rest = &rest[mine..];
            }
            if rest.is_empty() { Ok(()) } else { Err((at + cases.len() - rest.len(), "it is out of order".to_owned())) }
        }
    }
}

/// What a case comes to, on the first and on the last days that are left to it. All its other chronologies lie between.
pub(super) fn ends(stage: &Stage<'_>, case: &Case, accepted: &Accepted) -> Result<Vec<Rc<Run>>, Refusal> {
    let all = bounds(stage, &case.given).ok_or_else(|| Refusal::of("this chronology cannot be"))?;
    let ends = |last: bool| {
        let day = |bounds: &Option<Bounds>| bounds.and_then(|(first, until)| if last { until } else { first });
        let ticks: Vec<Option<i64>> = all.iter().map(day).collect();
        let days = case.days.keys().map(|id| (*id, ticks[*id as usize].unwrap_or_default())).collect();
        stage.run(accepted, stage.ticks(&days))
    };
    let moves = case.days.keys().any(|id| all[*id as usize].is_none_or(|(first, last)| first != last));
    Ok([false, true].into_iter().take(1 + usize::from(moves)).map(ends).collect())
}
