//! A few chronologies that stand for all.
//!
//! The orders of instants that matter cut the admissible chronologies into cells, within each of which everything
//! comes in the same order. The cells are walked depth first: one order after the other is assumed to be before, together
//! or after, on the tightened chronology, so only orders that the dossier's own statements permit are ever entered.
//! The earliest and the latest chronology of a cell stand for it. All changes of a run are on instants, and an
//! instant is never earlier than in the earliest chronology nor later than in the latest; so their answers span those of
//! the cell. (These are the regions of a hyperplane arrangement; for the days themselves see [`all_days`].)

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use servanda_calendar::Day;
use servanda_chronology::{
    Chronology, Condition, Constraint, ConstraintId, Horizon, Monotone, Point, Relation, Scenario, Shift,
};
use servanda_model::{Duration, EventId, Value};

use crate::instants::{Instant, InstantId, later};

/// An order that matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// Which of two instants comes first, if not both together.
    Of(InstantId, InstantId),
    /// Whether an instant comes by a day.
    By(InstantId, i64),
}

/// The days of the dossier's events, by their numbers.
pub(crate) type Ticks = Vec<Option<i64>>;

/// The length of a timer with months in it.
struct Length(Vec<Duration>);

impl Monotone for Length {
    fn at(&self, tick: i64) -> i64 {
        let (mut tick, mut months) = (tick, 0);
        for by in &self.0 {
            // Months after a day that every month has come to the same one by one and all at once.
            match by {
                Duration::Months(n) if Day(tick).ymd().2 <= 28 => months += i64::from(*n),
                by => (tick, months) = (later(Day(tick).add_months(months).0, *by), 0),
            }
        }
        Day(tick).add_months(months).0
    }

    fn offsets(&self) -> Option<(i64, i64)> {
        let mut all = (0_i64, 0_i64);
        for by in &self.0 {
            let (short, long) = match by {
                Duration::Ticks(n) => (i64::from(*n), i64::from(*n)),
                Duration::Months(n) => (i64::from(*n) * 28, i64::from(*n) * 31),
                Duration::Years(n) => (i64::from(*n) * 365, i64::from(*n) * 366),
            };
            all = (all.0.saturating_add(short.min(long) - 3), all.1.saturating_add(short.max(long) + 3));
        }
        Some(all)
    }

    fn period(&self) -> Option<i64> {
        Some(146_097)
    }
}

/// The ways in which each order can be, as constraints.
pub(crate) type Branches = Vec<Vec<Constraint>>;

/// The chronology with points for the instants that matter.
pub(crate) struct Cells<'a> {
    chronology: Chronology,
    points: &'a [Option<Point>],
    /// Points for instants that are months from their event.
    made: BTreeMap<(EventId, Vec<Value>), Point>,
}

/// What is shown the cells of a chronology; it breaks off by returning `Break`.
pub(crate) type Show<'s> = dyn FnMut(&mut Chronology) -> ControlFlow<()> + 's;

impl<'a> Cells<'a> {
    pub(crate) fn new(chronology: &Chronology, points: &'a [Option<Point>]) -> Cells<'a> {
        Cells { chronology: chronology.clone(), points, made: BTreeMap::new() }
    }

    /// The orders as constraints; `None` where one cannot be told.
    pub(crate) fn branches(
        &mut self,
        instants: &[Instant],
        orders: impl IntoIterator<Item = Order>,
    ) -> Option<Branches> {
        orders.into_iter().map(|order| self.ways(instants, order)).collect()
    }

    /// Shows every cell, at most so many. Says whether these were all.
    pub(crate) fn each(&mut self, branches: &Branches, mut most: usize, show: &mut Show<'_>) -> bool {
        walk(&mut self.chronology, branches, &mut most, show).is_continue()
    }

    /// The instant as a point and a distance from it.
    fn place(&mut self, instant: &Instant) -> Option<(Point, i64)> {
        let Some(event) = instant.base else { return Some((Point::ORIGIN, instant.lower?)) };
        let base = self.points[event.index()]?;
        match instant.shifts.as_slice() {
            [] => Some((base, 0)),
            [Duration::Ticks(n)] => Some((base, i64::from(*n))),
            shifts => {
                let key = (event, shifts.iter().map(|by| Value::duration(*by)).collect());
                if let Some(point) = self.made.get(&key) {
                    return Some((*point, 0));
                }
                let point = self.chronology.add_point();
                let by = Shift::new(Length(shifts.to_vec()));
                let moved = Constraint::Moved { from: base, to: point, by, relation: Relation::Equal };
                let id = ConstraintId(u32::MAX - self.made.len() as u32);
                self.chronology.add(id, moved).ok()?;
                self.made.insert(key, point);
                Some((point, 0))
            }
        }
    }

    fn ways(&mut self, instants: &[Instant], order: Order) -> Option<Vec<Constraint>> {
        let apart = |from, to, at_least, at_most| Constraint::Apart { from, to, at_least, at_most };
        Some(match order {
            Order::Of(a, b) => {
                let (from, plus) = self.place(&instants[a as usize])?;
                let (to, minus) = self.place(&instants[b as usize])?;
                let same = plus.checked_sub(minus)?;
                vec![
                    apart(from, to, Some(same + 1), None),
                    apart(from, to, Some(same), Some(same)),
                    apart(from, to, None, Some(same - 1)),
                ]
            }
            Order::By(id, day) => {
                let (point, plus) = self.place(&instants[id as usize])?;
                let last = day.checked_sub(plus)?;
                vec![Constraint::not_after(point, last), Constraint::not_before(point, last + 1)]
            }
        })
    }
}

/// The days of the events in the earliest and the latest chronology of what is assumed.
pub(crate) fn extremes(
    chronology: &mut Chronology,
    points: &[Option<Point>],
    horizon: Horizon,
) -> Option<(Ticks, Ticks)> {
    let days = |scenario: Scenario| points.iter().map(|point| point.and_then(|point| scenario.tick(point))).collect();
    Some((days(chronology.earliest(horizon).ok()?), days(chronology.latest(horizon).ok()?)))
}

/// More orders than this are not walked.
const MOST_ORDERS: usize = 250;

/// Assumes one order after the other, each in every way that is left.
pub(crate) fn walk(
    chronology: &mut Chronology,
    orders: &[Vec<Constraint>],
    left: &mut usize,
    show: &mut Show<'_>,
) -> ControlFlow<()> {
    if orders.len() > MOST_ORDERS {
        return ControlFlow::Break(());
    }
    for (at, branches) in orders.iter().enumerate() {
        let mut open = Vec::new();
        for branch in branches {
            match chronology.possible(&Condition::Holds(branch.clone())) {
                Ok(true) => open.push(branch),
                Ok(false) => {}
                Err(_) => return ControlFlow::Break(()),
            }
        }
        if open.len() < 2 {
            // The order follows from what is assumed already.
            continue;
        }
        for branch in open {
            let rest = &orders[at + 1..];
            match chronology.assuming(std::slice::from_ref(branch), |all| walk(all, rest, left, show)) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) | Err(_) => return ControlFlow::Break(()),
            }
        }
        return ControlFlow::Continue(());
    }
    if *left == 0 {
        return ControlFlow::Break(());
    }
    *left -= 1;
    show(chronology)
}

/// Every combination of days of some events, at most so many, each within a whole chronology. Says whether these
/// were all.
pub(crate) fn all_days(
    chronology: &mut Chronology,
    points: &[Option<Point>],
    events: &[EventId],
    horizon: Horizon,
    most: usize,
) -> (Vec<Ticks>, bool) {
    let wanted: Vec<Point> = events.iter().filter_map(|event| points[event.index()]).collect();
    let mut all: Vec<Vec<i64>> = Vec::new();
    let ended = chronology.assignments(&wanted, horizon, most, |ticks| {
        all.push(ticks.to_vec());
        ControlFlow::Continue(())
    });
    let exhaustive = matches!(ended, Ok(ended) if ended.exhaustive);
    if !exhaustive {
        all.truncate(most / 4);
    }
    let mut found: Vec<Ticks> = Vec::new();
    for ticks in all {
        let pins: Vec<Constraint> =
            wanted.iter().zip(&ticks).map(|(point, tick)| Constraint::on(*point, *tick)).collect();
        if let Ok(list) = chronology.assuming(&pins, |all| extremes(all, points, horizon)) {
            found.extend(list.map(|(earliest, _)| earliest));
        }
    }
    if !exhaustive {
        found.extend(some(chronology, points, horizon, most / 4));
    }
    (found, exhaustive)
}

/// A few chronologies, here and there.
pub(crate) fn some(
    chronology: &mut Chronology,
    points: &[Option<Point>],
    horizon: Horizon,
    count: usize,
) -> Vec<Ticks> {
    let mut found: Vec<Ticks> =
        extremes(chronology, points, horizon).into_iter().flat_map(|(earliest, latest)| [earliest, latest]).collect();
    for seed in 0..count as u64 {
        if let Ok(scenario) = chronology.sample(seed, horizon) {
            found.push(points.iter().map(|point| point.and_then(|point| scenario.tick(point))).collect());
        }
    }
    found
}
