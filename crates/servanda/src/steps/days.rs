//! On which days something that is told beside an answer begins and ends, over all chronologies.

use servanda_engine::{Instance, Interval, StepId};

use crate::ends::Ends;
use crate::report::hang_of_step;
use crate::world::{Outcome, Run, World};

/// What is told of one run: a day, and the step that brought it about.
pub(crate) struct Told<'r> {
    pub(crate) run: &'r Run,
    pub(crate) day: Option<i64>,
    pub(crate) step: Option<StepId>,
}

/// Which end of a time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Since,
    Until,
}

/// When an interval of a run begins and ends.
pub(crate) fn of_interval(
    world: &World<'_>,
    outcome: &Outcome,
    run: &Run,
    instance: &Instance,
    interval: &Interval,
) -> (Ends, Ends) {
    let each = paired(outcome, instance, interval);
    let sinces: Vec<(&Run, Option<i64>)> = each.iter().map(|(run, it)| (*run, it.since)).collect();
    let untils: Vec<(&Run, Option<i64>)> = each.iter().map(|(run, it)| (*run, it.until)).collect();
    let begun = Told { run, day: interval.since, step: interval.begun_by };
    let ended = Told { run, day: interval.until, step: interval.ended_by };
    (of_end(world, outcome, &begun, &sinces, End::Since), of_end(world, outcome, &ended, &untils, End::Until))
}

/// The same interval in each chronology that tells as many of the instance; in none where they differ.
fn paired<'o>(outcome: &'o Outcome, instance: &Instance, interval: &Interval) -> Vec<(&'o Run, &'o Interval)> {
    let same = |it: &&Interval| it.value == interval.value;
    let count = instance.intervals.iter().filter(same).count();
    let Some(at) = instance.intervals.iter().filter(same).position(|it| it == interval) else { return Vec::new() };
    let mut all = Vec::new();
    for run in &outcome.runs {
        let Some(other) = run.solution.instance(instance.fluent, &instance.args) else { continue };
        // Chronologies that leave an instance out had no need of it, and say nothing.
        if other.intervals.is_empty() {
            continue;
        }
        let those: Vec<&Interval> = other.intervals.iter().filter(same).collect();
        if those.len() != count {
            return Vec::new();
        }
        all.push((&**run, those[at]));
    }
    all
}

/// The days on which it begins, or ends. What comes about as an event does, so many days after it, in all the chronologies that
/// were looked at, does so on any day that the event can have: also where not all of these were looked at.
pub(crate) fn of_end(
    world: &World<'_>,
    outcome: &Outcome,
    told: &Told<'_>,
    each: &[(&Run, Option<i64>)],
    end: End,
) -> Ends {
    let days: Vec<Option<i64>> = each.iter().map(|(_, day)| *day).chain([told.day]).collect();
    let found = match end {
        End::Since => Ends::since(&world.dating, &days),
        End::Until => Ends::until(&world.dating, &days),
    };
    if outcome.precise && found.between.is_some() {
        return found;
    }
    let as_found = if outcome.precise { found } else { found.unbounded() };
    follows(world, told, each).unwrap_or(as_found)
}

fn follows(world: &World<'_>, told: &Told<'_>, each: &[(&Run, Option<i64>)]) -> Option<Ends> {
    let (day, hang) = (told.day?, hang_of_step(world, &told.run.solution, told.step?)?);
    let tick = |run: &Run| run.ticks[hang.event.index()];
    let lag = day.checked_sub(tick(told.run)?)?;
    let follow = each.iter().all(|(run, day)| tick(run).map(|tick| tick.saturating_add(lag)) == *day);
    let (first, last) = world.dating.bounds(hang.event);
    let after = |day: Option<i64>| day.map(|day| day.saturating_add(lag));
    follow.then(|| Ends::bounds((after(first), after(last))))
}
