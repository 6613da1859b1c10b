//! Which days events can have together: read off the dossier, and worked out by going round all that it says of days
//! until no bound moves. Slow beside the chronology that answers come from, and sharing nothing with it.

use servanda_calendar::Day;
use servanda_model::{Lapse, Model, Standing};

/// What a dossier says of the days of its events.
pub(crate) struct Days {
    /// The first and last day each event can have by itself; claims have none.
    own: Vec<Option<Bounds>>,
    apart: Vec<Apart>,
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
        let stated = |index: &usize| model.events[*index].standing == Standing::Stated;
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
        let mut days = Days { own, apart };
        let bounds = days.given(&[])?.ok_or(Undated::Contradiction)?;
        let within = |(min, max): Bounds| {
            let min = min.unwrap_or(max.map_or(first, |max| max.min(first)));
            (Some(min), Some(max.unwrap_or(min.max(last))))
        };
        days.own = bounds.into_iter().map(|bounds| bounds.map(within)).collect();
        Ok(days)
    }

    /// The bounds of every event where some are on given days; `None` if that cannot be.
    pub(crate) fn given(&self, fixed: &[(usize, i64)]) -> Result<Option<Vec<Option<Bounds>>>, Undated> {
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
            if !self.round(&mut all) {
                return Ok(Some(all));
            }
        }
        Err(Undated::Unsettled)
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

    /// Every way of placing some events that the dossier allows, if there are not too many; in rising order.
    pub(crate) fn all(&self, events: &[usize], most: usize) -> Option<Vec<Vec<i64>>> {
        let mut all = Vec::new();
        self.place(events, &mut Vec::new(), most, &mut all)?;
        Some(all)
    }

    fn place(
        &self,
        events: &[usize],
        fixed: &mut Vec<(usize, i64)>,
        most: usize,
        all: &mut Vec<Vec<i64>>,
    ) -> Option<()> {
        let Some(bounds) = self.given(fixed).ok()? else { return Some(()) };
        let Some(event) = events.get(fixed.len()) else {
            all.push(fixed.iter().map(|(_, day)| *day).collect());
            return (all.len() <= most).then_some(());
        };
        let (Some(first), Some(last)) = bounds[*event]? else { return None };
        if last.saturating_sub(first) > i64::try_from(most).ok()? {
            return None;
        }
        for day in first..=last {
            fixed.push((*event, day));
            self.place(events, fixed, most, all)?;
            fixed.pop();
        }
        Some(())
    }
}
