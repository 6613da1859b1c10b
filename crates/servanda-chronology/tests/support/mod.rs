//! A slow and obvious chronology: every combination of ticks is tried.

use proptest::prelude::*;
use servanda_chronology::{Constraint, ConstraintId, Horizon, Monotone, Network, Point, Relation, Scenario, Shift};

/// A calendar whose year has the months of 3, 2 and 2 days, and functions on it and on bare ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Toy {
    MonthsAfter(i64),
    FirstOfNextMonth,
    /// Begins of weeks of three days.
    Weekly,
    /// No period, and gaps.
    Doubled,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    Apart { from: u32, to: u32, at_least: Option<i64>, at_most: Option<i64> },
    Moved { from: u32, to: u32, by: Toy, relation: Relation },
}

/// Things said of points 1 to `points`; the constraint's id is its index.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) points: u32,
    pub(crate) said: Vec<Said>,
}

impl Toy {
    pub(crate) fn value(self, tick: i64) -> i64 {
        match self {
            Self::MonthsAfter(months) => {
                let (month, day) = month_and_day(tick);
                let moved = month + months;
                first_of(moved) + day.min(first_of(moved + 1) - first_of(moved) - 1)
            }
            Self::FirstOfNextMonth => first_of(month_and_day(tick).0 + 1),
            Self::Weekly => tick.div_euclid(3) * 3,
            Self::Doubled => tick.saturating_mul(2),
        }
    }

    fn shift(self) -> Shift {
        Shift::new(self)
    }
}

impl Monotone for Toy {
    fn at(&self, tick: i64) -> i64 {
        self.value(tick)
    }

    fn period(&self) -> Option<i64> {
        match self {
            Self::MonthsAfter(_) | Self::FirstOfNextMonth => Some(7),
            Self::Weekly => Some(3),
            Self::Doubled => None,
        }
    }

    fn offsets(&self) -> Option<(i64, i64)> {
        match self {
            Self::MonthsAfter(1) => Some((2, 3)),
            Self::FirstOfNextMonth => Some((1, 3)),
            _ => None,
        }
    }
}

fn first_of(month: i64) -> i64 {
    month.div_euclid(3) * 7 + [0, 3, 5][month.rem_euclid(3) as usize]
}

fn month_and_day(tick: i64) -> (i64, i64) {
    let month = tick.div_euclid(7) * 3 + [0, 0, 0, 1, 1, 2, 2][tick.rem_euclid(7) as usize];
    (month, tick - first_of(month))
}

impl Said {
    pub(crate) fn constraint(&self) -> Constraint {
        match *self {
            Self::Apart { from, to, at_least, at_most } => {
                Constraint::Apart { from: Point(from), to: Point(to), at_least, at_most }
            }
            Self::Moved { from, to, by, relation } => {
                Constraint::Moved { from: Point(from), to: Point(to), by: by.shift(), relation }
            }
        }
    }

    pub(crate) fn is_true(&self, ticks: &[i64]) -> bool {
        match *self {
            Self::Apart { from, to, at_least, at_most } => {
                let apart = ticks[to as usize] - ticks[from as usize];
                at_least.is_none_or(|least| least <= apart) && at_most.is_none_or(|most| apart <= most)
            }
            Self::Moved { from, to, by, relation } => {
                let (value, to) = (by.value(ticks[from as usize]), ticks[to as usize]);
                match relation {
                    Relation::Equal => to == value,
                    Relation::AtLeast => to >= value,
                    Relation::AtMost => to <= value,
                }
            }
        }
    }

    fn last_point(&self) -> usize {
        match *self {
            Self::Apart { from, to, .. } | Self::Moved { from, to, .. } => from.max(to) as usize,
        }
    }
}

impl Story {
    pub(crate) fn network(&self) -> Network {
        self.network_of(|_| true)
    }

    /// Of some of what is said only.
    pub(crate) fn network_of(&self, chosen: impl Fn(ConstraintId) -> bool) -> Network {
        let mut network = Network::new();
        (0..self.points).for_each(|_| _ = network.add_point());
        for (index, said) in self.said.iter().enumerate() {
            let id = ConstraintId(index as u32);
            if chosen(id) {
                network.add(id, said.constraint()).expect("the points were made above");
            }
        }
        network
    }

    pub(crate) fn is_true(&self, scenario: &Scenario) -> bool {
        self.said.iter().all(|said| said.is_true(scenario.ticks()))
    }

    /// All chronologies with ticks from `first` to `last`, in rising order.
    pub(crate) fn chronologies(&self, first: i64, last: i64) -> Vec<Vec<i64>> {
        let mut found = vec![vec![0]];
        for point in 1..=self.points as usize {
            found = found
                .iter()
                .flat_map(|ticks| (first..=last).map(|tick| [&ticks[..], &[tick]].concat()))
                .filter(|ticks| self.said.iter().filter(|it| it.last_point() == point).all(|it| it.is_true(ticks)))
                .collect();
        }
        found.retain(|ticks| self.said.iter().filter(|it| it.last_point() == 0).all(|it| it.is_true(ticks)));
        found
    }
}

pub(crate) const FIRST: i64 = -2;
pub(crate) const LAST: i64 = 5;
pub(crate) const HORIZON: Horizon = Horizon { first: FIRST, last: LAST };

fn toy() -> impl Strategy<Value = Toy> {
    prop_oneof![
        (-2i64..4).prop_map(Toy::MonthsAfter),
        Just(Toy::FirstOfNextMonth),
        Just(Toy::Weekly),
        Just(Toy::Doubled)
    ]
}

fn periodic_toy() -> impl Strategy<Value = Toy> {
    toy().prop_filter("only functions with a period", |toy| toy.period().is_some())
}

fn relation() -> impl Strategy<Value = Relation> {
    prop_oneof![Just(Relation::Equal), Just(Relation::AtLeast), Just(Relation::AtMost)]
}

fn apart(points: u32) -> impl Strategy<Value = Said> {
    let limit = || proptest::option::weighted(0.6, -6i64..7);
    (0..=points, 0..=points, limit(), limit()).prop_map(|(from, to, least, most)| {
        let (at_least, at_most) = match (least, most) {
            // Mostly windows that are not empty in themselves.
            (Some(a), Some(b)) if (a + b) % 5 != 0 => (Some(a.min(b)), Some(a.max(b))),
            other => other,
        };
        Said::Apart { from, to, at_least, at_most }
    })
}

fn said(points: u32, by: impl Strategy<Value = Toy>) -> impl Strategy<Value = Said> {
    let moved = (0..=points, 0..=points, by, relation());
    prop_oneof![
        3 => apart(points),
        2 => moved.prop_map(|(from, to, by, relation)| Said::Moved { from, to, by, relation }),
    ]
}

/// Stories in which every point is between [`FIRST`] and [`LAST`]; those are the first things said.
pub(crate) fn bounded() -> impl Strategy<Value = Story> {
    (1u32..5).prop_flat_map(|points| {
        proptest::collection::vec(said(points, toy()), 0..8).prop_map(move |more| {
            let within = |to| Said::Apart { from: 0, to, at_least: Some(FIRST), at_most: Some(LAST) };
            Story { points, said: (1..=points).map(within).chain(more).collect() }
        })
    })
}

/// Stories in which points may be without bounds.
pub(crate) fn open() -> impl Strategy<Value = Story> {
    (1u32..4).prop_flat_map(|points| {
        proptest::collection::vec(said(points, periodic_toy()), 0..7).prop_map(move |said| Story { points, said })
    })
}

/// Many points and many distances, some functions among them, all true of one chronology or nearly so.
pub(crate) fn wide() -> impl Strategy<Value = Story> {
    proptest::collection::vec(0i64..60, 2..40).prop_flat_map(|ticks| {
        let points = ticks.len() as u32;
        let one = (0..=points, 0..=points, 0i64..12, 0u8..16);
        proptest::collection::vec(one, 0..120).prop_map(move |chosen| {
            let at = |point: u32| if point == 0 { 0 } else { ticks[point as usize - 1] };
            let said = chosen.into_iter().map(|(from, to, slack, kind)| {
                let apart = at(to) - at(from);
                match kind {
                    0 => Said::Apart { from, to, at_least: Some(apart + slack - 1), at_most: None },
                    1..=6 => Said::Apart { from, to, at_least: Some(apart - slack), at_most: None },
                    7..=12 => Said::Apart { from, to, at_least: None, at_most: Some(apart + slack) },
                    13 => {
                        let by = Toy::MonthsAfter((apart - slack).div_euclid(3));
                        Said::Moved { from, to, by, relation: Relation::AtLeast }
                    }
                    14 => Said::Moved { from, to, by: Toy::MonthsAfter(apart / 2 + slack), relation: Relation::AtMost },
                    _ => Said::Apart { from, to, at_least: Some(apart - slack), at_most: Some(apart + slack) },
                }
            });
            Story { points, said: said.collect() }
        })
    })
}
