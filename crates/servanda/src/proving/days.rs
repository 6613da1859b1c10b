//! Which days events can have together: read off the dossier, and worked out by going round all that it says of days
//! until no bound moves. Slow beside the chronology that answers come from, and sharing nothing with it.

use servanda_calendar::Day;
use servanda_model::{Clock, Lapse, Model};
use servanda_proof::{From, Instant};
use servanda_verify::later;

use super::cells::{Given, How};

/// What a dossier says of the days of its events.
pub(crate) struct Days {
    /// The first and last day each event can have by itself; claims have none.
    own: Vec<Option<Bounds>>,
    /// Runs of days that each event is on one of; none where it can be on all days between its first and its last.
    runs: Vec<Vec<(i64, i64)>>,
    apart: Vec<Apart>,
    clock: Clock,
}

/// First and last day.
pub(crate) type Bounds = (Option<i64>, Option<i64>);

/// One event is so long after another.
struct Apart {
    from: usize,
    to: usize,
    at_least: Option<Lapse>,
    at_most: Option<Lapse>,
}

/// Why there are no days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Undated {
    /// What the dossier says of days contradicts itself.
    Contradiction,
    /// The bounds go on moving for ever, as far as can be seen.
    Unsettled,
}

/// No number of rounds beyond this is tried.
const MOST_ROUNDS: usize = 20_000;

fn moved(day: i64, lapse: Lapse) -> i64 {
    match lapse {
        Lapse::Days(n) => day.saturating_add(n),
        Lapse::Months(n) => Day(day).add_months(n).0,
    }
}

/// The last day from which a lapse leads no further than `day`.
fn last_before(day: i64, lapse: Lapse) -> i64 {
    match lapse {
        Lapse::Days(n) => day.saturating_sub(n),
        Lapse::Months(n) => {
            let near = Day(day).add_months(-n).0;
            (near - 4..=near + 4).rev().find(|from| moved(*from, lapse) <= day).unwrap_or(near)
        }
    }
}

/// The first day from which a lapse leads at least to `day`.
fn first_after(day: i64, lapse: Lapse) -> i64 {
    match lapse {
        Lapse::Days(n) => day.saturating_sub(n),
        Lapse::Months(n) => {
            let near = Day(day).add_months(-n).0;
            (near - 4..=near + 4).find(|from| moved(*from, lapse) >= day).unwrap_or(near)
        }
    }
}

impl Days {
    /// What a dossier says. Events of which it says too little are put between the first and last day it names.
    pub(crate) fn of(model: &Model, first: i64, last: i64) -> Result<Days, Undated> {
        let stated = |index: &usize| model.may_count(&model.events[*index]);
        let when = |index: usize| (model.events[index].when.min, model.events[index].when.max);
        let own = (0..model.events.len()).map(|index| stated(&index).then(|| when(index))).collect();
        let mut apart = Vec::new();
        for (to, event) in model.events.iter().enumerate().filter(|(index, _)| stated(index)) {
            if let Some(from) = event.begun_by.map(|id| id.index()).filter(stated) {
                apart.push(Apart { from, to, at_least: Some(Lapse::Days(0)), at_most: None });
            }
            for relation in &event.relations {
                let named = |it: &servanda_model::Event| it.entity == Some(relation.other) && it.begun_by.is_none();
                if let Some(from) = model.events.iter().position(named).filter(stated) {
                    apart.push(Apart { from, to, at_least: relation.at_least, at_most: relation.at_most });
                }
            }
        }
        let runs = model.events.iter().map(|event| event.when.spans.clone()).collect();
        let mut days = Days { own, runs, apart, clock: model.program.clock };
        let bounds = days.given(&[], &[])?.ok_or(Undated::Contradiction)?;
        let within = |(min, max): Bounds| {
            let min = min.unwrap_or(max.map_or(first, |max| max.min(first)));
            (Some(min), Some(max.unwrap_or(min.max(last))))
        };
        days.own = bounds.into_iter().map(|bounds| bounds.map(within)).collect();
        Ok(days)
    }

    /// The bounds of every event where some are on given days, and some orders are given; `None` if that cannot be.
    ///
    /// The first days that are left are a chronology together, and so are the last: each statement puts one day no
    /// earlier than something that rises with another, and such statements keep the lesser and the greater of two
    /// chronologies.
    pub(crate) fn given(
        &self,
        fixed: &[(usize, i64)],
        orders: &[Given],
    ) -> Result<Option<Vec<Option<Bounds>>>, Undated> {
        let apart = orders.iter().flat_map(|it| match it.how {
            How::Before => vec![(&it.first, 1, &it.second)],
            How::Same => vec![(&it.first, 0, &it.second), (&it.second, 0, &it.first)],
            How::After => vec![(&it.second, 1, &it.first)],
        });
        let apart: Vec<(&Instant, i64, &Instant)> = apart.collect();
        let mut all = self.own.clone();
        for (event, day) in fixed {
            let Some(Some((min, max))) = all.get_mut(*event) else { return Ok(None) };
            (*min, *max) =
                (Some((*min).map_or(*day, |min| min.max(*day))), Some((*max).map_or(*day, |max| max.min(*day))));
        }
        for _ in 0..MOST_ROUNDS {
            if all.iter().flatten().any(|(min, max)| matches!((min, max), (Some(min), Some(max)) if min > max)) {
                return Ok(None);
            }
            let moved = self.round(&mut all) | self.leave_gaps(&mut all);
            if !(self.ordered(&apart, &mut all) || moved) {
                return Ok(Some(all));
            }
        }
        Err(Undated::Unsettled)
    }

    /// The first days on which an event cannot be, after others on which it can.
    pub(crate) fn gaps(&self, event: usize) -> impl Iterator<Item = i64> {
        let runs = &self.runs[event];
        runs.iter().take(runs.len().saturating_sub(1)).map(|(_, last)| last.saturating_add(1))
    }

    /// Moves bounds out of the days on which their event cannot be.
    fn leave_gaps(&self, all: &mut [Option<Bounds>]) -> bool {
        let mut any = false;
        for (bounds, runs) in all.iter_mut().zip(&self.runs).filter(|(_, runs)| !runs.is_empty()) {
            let Some((min, max)) = bounds else { continue };
            let first = |min: i64| runs.iter().find(|run| min <= run.1).map_or(i64::MAX, |run| min.max(run.0));
            let last = |max: i64| runs.iter().rfind(|run| run.0 <= max).map_or(i64::MIN, |run| max.min(run.1));
            let new = (min.map(first), max.map(last));
            any |= new != (*min, *max);
            (*min, *max) = new;
        }
        any
    }

    /// Moves every bound as far as each statement by itself moves it.
    fn round(&self, all: &mut [Option<Bounds>]) -> bool {
        let mut any = false;
        for Apart { from, to, at_least, at_most } in &self.apart {
            let (Some(a), Some(b)) = (all[*from], all[*to]) else { continue };
            let (mut new_a, mut new_b) = (a, b);
            let later = |old: Option<i64>, new: Option<i64>| old.max(new);
            let sooner = |old: Option<i64>, new: Option<i64>| match (old, new) {
                (Some(old), Some(new)) => Some(old.min(new)),
                (old, new) => old.or(new),
            };
            if let Some(lapse) = *at_least {
                new_b.0 = later(new_b.0, a.0.map(|day| moved(day, lapse)));
                new_a.1 = sooner(new_a.1, b.1.map(|day| last_before(day, lapse)));
            }
            if let Some(lapse) = *at_most {
                new_b.1 = sooner(new_b.1, a.1.map(|day| moved(day, lapse)));
                new_a.0 = later(new_a.0, b.0.map(|day| first_after(day, lapse)));
            }
            any |= new_a != a || new_b != b;
            if from != to {
                all[*from] = Some(new_a);
            }
            all[*to] = Some(new_b);
        }
        any
    }

    /// The first and the last day of an instant.
    pub(crate) fn of_instant(&self, all: &[Option<Bounds>], at: &Instant) -> Option<(i64, i64)> {
        let (first, last) = match at.from {
            From::Event(id) => all.get(id as usize).copied().flatten()?,
            From::Tick(tick) => (Some(tick), Some(tick)),
        };
        Some((self.shifted(first?, at)?, self.shifted(last?, at)?))
    }

    fn shifted(&self, day: i64, at: &Instant) -> Option<i64> {
        at.plus.iter().try_fold(day, |day, time| later(self.clock, day, *time))
    }

    /// Moves the bounds of events as far as each order by itself moves them. Says whether any moved.
    fn ordered(&self, apart: &[(&Instant, i64, &Instant)], all: &mut [Option<Bounds>]) -> bool {
        let mut any = false;
        for (first, gap, second) in apart {
            let (Some((least, _)), Some((_, most))) = (self.of_instant(all, first), self.of_instant(all, second))
            else {
                continue;
            };
            if let From::Event(id) = second.from
                && let Some(Some((Some(low), Some(high)))) = all.get(id as usize).copied()
            {
                let new = search(low, high, |day| self.shifted(day, second).is_none_or(|it| least + gap <= it));
                any |= new != low;
                all[id as usize] = Some((Some(new), Some(high)));
            }
            if let From::Event(id) = first.from
                && let Some(Some((Some(low), Some(high)))) = all.get(id as usize).copied()
            {
                let beyond = |day| self.shifted(day, first).is_some_and(|it| most - gap < it);
                let new = search(low, high, beyond) - 1;
                any |= new != high;
                all[id as usize] = Some((Some(low), Some(new)));
            }
        }
        any
    }
}

/// The first day of which something is true that stays true afterwards; the day after the last if there is none.
fn search(mut low: i64, high: i64, holds: impl Fn(i64) -> bool) -> i64 {
    let mut high = high.saturating_add(1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}
