//! Admissible chronologies: a tick for every point, such that everything said is true.

use std::ops::ControlFlow;

use crate::chronology::Frame;
use crate::{Chronology, ChronologyError, Constraint, LIMIT, Point};

/// One admissible chronology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    ticks: Vec<i64>,
}

/// From where to where points are looked for that have no bound of their own. Points with a bound do not care, and a
/// point with one bound beyond the horizon is put at that bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// The earliest tick for points that could be arbitrarily early.
    pub first: i64,
    /// The latest tick for points that could be arbitrarily late.
    pub last: i64,
}

/// How an enumeration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enumeration {
    /// How many assignments were shown.
    pub found: usize,
    /// Whether these were all there are: neither the cap nor the caller nor the horizon cut anything off.
    pub exhaustive: bool,
}

impl Scenario {
    /// A chronology with these ticks, by the points' numbers. The origin's comes first and should be 0. Whether it is
    /// admissible is for [`Network::broken_by`](crate::Network::broken_by) to say.
    pub fn new(ticks: Vec<i64>) -> Self {
        Self { ticks }
    }

    /// When a point is.
    pub fn tick(&self, point: Point) -> Option<i64> {
        self.ticks.get(point.index()).copied()
    }

    /// All ticks, by the points' numbers.
    pub fn ticks(&self) -> &[i64] {
        &self.ticks
    }
}

impl Chronology {
    /// The chronology in which everything happens as early as it can, all at once.
    ///
    /// # Errors
    /// [`ChronologyError::OutOfRange`] and [`ChronologyError::Unsettled`], and [`ChronologyError::Contradiction`] if functions
    /// without a period have no solution from the horizon on.
    pub fn earliest(&mut self, horizon: Horizon) -> Result<Scenario, ChronologyError> {
        self.within(|all| {
            all.clamp_below(horizon, None)?;
            Ok(all.lowest())
        })
    }

    /// The chronology in which everything happens as late as it can, all at once.
    ///
    /// # Errors
    /// As [`Chronology::earliest`].
    pub fn latest(&mut self, horizon: Horizon) -> Result<Scenario, ChronologyError> {
        self.within(|all| {
            all.clamp_above(horizon, None)?;
            let ticks = (0..all.network.points).map(|node| all.upper.tick(node).unwrap_or(LIMIT)).collect();
            Ok(Scenario { ticks })
        })
    }

    /// The earliest chronology in which a point is at a given tick; `None` if there is none.
    ///
    /// # Errors
    /// As [`Chronology::earliest`], and [`ChronologyError::UnknownPoint`].
    pub fn pinned(&mut self, point: Point, tick: i64, horizon: Horizon) -> Result<Option<Scenario>, ChronologyError> {
        match self.assuming(&[Constraint::on(point, tick)], |all| all.earliest(horizon)) {
            Ok(scenario) => scenario.map(Some),
            Err(ChronologyError::Contradiction { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Some admissible chronology; the same one for the same seed. Points are placed one after the other, in random
    /// order, anywhere they can still be, which reaches every chronology within the horizon but not all equally often.
    ///
    /// # Errors
    /// As [`Chronology::earliest`].
    pub fn sample(&mut self, seed: u64, horizon: Horizon) -> Result<Scenario, ChronologyError> {
        self.within(|all| {
            all.clamp_below(horizon, None)?;
            all.clamp_above(horizon, None)?;
            let mut dice = Dice(seed);
            for point in dice.shuffled(all.network.points) {
                if let (Some(first), Some(last)) = all.bounds(point)
                    && first < last
                {
                    all.assume(Constraint::not_before(point, dice.between(first, last)))?;
                    // A function may skip the tick. The bound is the next one that it does not skip.
                    let next = all.lower(point).unwrap_or(first);
                    all.assume(Constraint::not_after(point, next))?;
                }
            }
            Ok(all.lowest())
        })
    }

    /// Shows every combination of ticks that some of the points can have together, each once, in rising order. They are
    /// found one by one as they are shown, and `show` or the cap may end it.
    ///
    /// # Errors
    /// As [`Chronology::earliest`], and [`ChronologyError::UnknownPoint`].
    pub fn assignments(
        &mut self,
        points: &[Point],
        horizon: Horizon,
        cap: usize,
        mut show: impl FnMut(&[i64]) -> ControlFlow<()>,
    ) -> Result<Enumeration, ChronologyError> {
        if let Some(point) = points.iter().copied().find(|point| point.0 >= self.network.points) {
            return Err(ChronologyError::UnknownPoint { point });
        }
        self.within(|all| {
            let below = all.clamp_below(horizon, Some(points))?;
            let above = all.clamp_above(horizon, Some(points))?;
            let mut odometer = Odometer { points, frames: Vec::new(), ticks: Vec::new() };
            let mut found = 0;
            let mut more = odometer.fill(all)?;
            while more {
                if found == cap {
                    return Ok(Enumeration { found, exhaustive: false });
                }
                found += 1;
                if show(&odometer.ticks).is_break() {
                    return Ok(Enumeration { found, exhaustive: false });
                }
                more = odometer.turn(all)?;
            }
            Ok(Enumeration { found, exhaustive: !below && !above })
        })
    }

    /// Does something and undoes it. Frames that are left open within are closed with this one.
    pub(crate) fn within<T>(
        &mut self,
        ask: impl FnOnce(&mut Self) -> Result<T, ChronologyError>,
    ) -> Result<T, ChronologyError> {
        let frame = self.open();
        let answer = ask(self);
        self.roll_back(frame);
        answer
    }

    pub(crate) fn assume(&mut self, constraint: Constraint) -> Result<(), ChronologyError> {
        self.insert(None, &constraint).map_err(|refusal| self.explain_refusal(refusal))
    }

    /// Gives a lower bound to points that have none. The chronology of the upper bounds keeps to it, so it never
    /// contradicts anything. Says whether there were any such points.
    fn clamp_below(&mut self, horizon: Horizon, points: Option<&[Point]>) -> Result<bool, ChronologyError> {
        let open = self.choose(points, |all, point| all.lower(point).is_none());
        for point in &open {
            let first = self.upper(*point).map_or(horizon.first, |last| last.min(horizon.first));
            self.assume(Constraint::not_before(*point, first.clamp(-LIMIT, LIMIT)))?;
        }
        Ok(!open.is_empty())
    }

    fn clamp_above(&mut self, horizon: Horizon, points: Option<&[Point]>) -> Result<bool, ChronologyError> {
        let open = self.choose(points, |all, point| all.upper(point).is_none());
        for point in &open {
            let last = self.lower(*point).map_or(horizon.last, |first| first.max(horizon.last));
            self.assume(Constraint::not_after(*point, last.clamp(-LIMIT, LIMIT)))?;
        }
        Ok(!open.is_empty())
    }

    fn choose(&self, points: Option<&[Point]>, claim: impl Fn(&Self, Point) -> bool) -> Vec<Point> {
        match points {
            Some(points) => points.iter().copied().filter(|point| claim(self, *point)).collect(),
            None => (0..self.network.points).map(Point).filter(|point| claim(self, *point)).collect(),
        }
    }

    /// The lower bounds, which are a chronology once all points have one.
    fn lowest(&self) -> Scenario {
        Scenario { ticks: (0..self.network.points).map(|node| self.lower.tick(node).unwrap_or(-LIMIT)).collect() }
    }
}

/// A tick for each of the first points, each held in a frame of its own, so that the last can be moved on.
struct Odometer<'p> {
    points: &'p [Point],
    frames: Vec<Frame>,
    ticks: Vec<i64>,
}

impl Odometer<'_> {
    /// Puts all further points at their first ticks.
    fn fill(&mut self, all: &mut Chronology) -> Result<bool, ChronologyError> {
        while self.ticks.len() < self.points.len() {
            if !self.place(all, None)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Moves the last point that can be moved on, and puts those behind it at their first ticks.
    fn turn(&mut self, all: &mut Chronology) -> Result<bool, ChronologyError> {
        while let (Some(frame), Some(tick)) = (self.frames.pop(), self.ticks.pop()) {
            all.roll_back(frame);
            if self.place(all, Some(tick))? {
                return self.fill(all);
            }
        }
        Ok(false)
    }

    /// Puts the next point at its first tick, or at its first tick after another. Nothing is tried in vain: the lower bound
    /// of a consistent network is always reached.
    fn place(&mut self, all: &mut Chronology, after: Option<i64>) -> Result<bool, ChronologyError> {
        let point = self.points[self.ticks.len()];
        let frame = all.open();
        if let Some(tick) = after {
            if all.upper(point).is_some_and(|last| last <= tick) {
                all.roll_back(frame);
                return Ok(false);
            }
            all.assume(Constraint::not_before(point, tick + 1)).inspect_err(|_| all.roll_back(frame))?;
        }
        let tick = all.lower(point).unwrap_or(-LIMIT);
        all.assume(Constraint::not_after(point, tick)).inspect_err(|_| all.roll_back(frame))?;
        self.frames.push(frame);
        self.ticks.push(tick);
        Ok(true)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Both ends included; they are within the limits.
    fn between(&mut self, first: i64, last: i64) -> i64 {
        let width = last.abs_diff(first).saturating_add(1);
        // The high half of the product: even, but for a bias of width / 2^64.
        first + ((u128::from(self.roll()) * u128::from(width)) >> 64) as i64
    }

    fn shuffled(&mut self, count: u32) -> Vec<Point> {
        let mut points: Vec<Point> = (0..count).map(Point).collect();
        for index in (1..points.len()).rev() {
            let other = self.between(0, index as i64) as usize;
            points.swap(index, other);
        }
        points
    }
}
