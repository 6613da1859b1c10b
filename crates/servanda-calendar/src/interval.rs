//! Half-open intervals of ticks.
//!
//! The engine counts in bare integers, so that one algebra serves days, hours and steps of a negotiation alike. For a
//! day the tick is [`Day::0`](crate::Day).

use std::fmt;

use crate::date::{Day, DayRange};

/// A point on the line of time: a day number, or whatever the narrative counts in.
///
/// `Tick::MIN` and `Tick::MAX` stand for "no bound" in an [`Interval`] and date nothing.
pub type Tick = i64;

/// The ticks from `since`, included, to `until`, not included. Never empty.
///
/// An interval without `since` holds from the beginning of time, one without `until` never ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    // The extreme ticks mean "no bound", which makes every comparison a plain one.
    since: Tick,
    until: Tick,
}

impl Interval {
    /// All of time.
    pub const ALWAYS: Interval = Interval { since: Tick::MIN, until: Tick::MAX };

    /// The ticks with `since <= tick && tick < until`; `None` for a bound means there is none. There is no empty
    /// interval, so the result is `None` unless `since < until`.
    pub fn new(since: impl Into<Option<Tick>>, until: impl Into<Option<Tick>>) -> Option<Interval> {
        Interval::between(since.into().unwrap_or(Tick::MIN), until.into().unwrap_or(Tick::MAX))
    }

    /// As [`Interval::new`], with the extreme ticks for "no bound".
    pub(crate) fn between(since: Tick, until: Tick) -> Option<Interval> {
        (since < until).then_some(Interval { since, until })
    }

    /// From `since` on, without end.
    pub fn from_tick(since: Tick) -> Interval {
        Interval { since: since.min(Tick::MAX - 1), until: Tick::MAX }
    }

    /// Everything before `until`.
    pub fn before_tick(until: Tick) -> Interval {
        Interval { since: Tick::MIN, until: until.max(Tick::MIN + 1) }
    }

    /// The first tick; `None` if the interval has no beginning.
    pub fn since(self) -> Option<Tick> {
        (self.since != Tick::MIN).then_some(self.since)
    }

    /// The first tick after the interval; `None` if it never ends.
    pub fn until(self) -> Option<Tick> {
        (self.until != Tick::MAX).then_some(self.until)
    }

    /// As [`Interval::since`], with `Tick::MIN` for "no beginning".
    pub(crate) fn since_tick(self) -> Tick {
        self.since
    }

    /// As [`Interval::until`], with `Tick::MAX` for "no end".
    pub(crate) fn until_tick(self) -> Tick {
        self.until
    }

    /// Whether it holds at `tick`.
    pub fn contains(self, tick: Tick) -> bool {
        self.since <= tick && (tick < self.until || self.until == Tick::MAX)
    }

    /// The ticks in both.
    pub fn intersection(self, other: Interval) -> Option<Interval> {
        Interval::between(self.since.max(other.since), self.until.min(other.until))
    }

    /// Whether they share a tick.
    pub fn overlaps(self, other: Interval) -> bool {
        self.since < other.until && other.since < self.until
    }

    /// The number of ticks; `None` if unbounded.
    pub fn length(self) -> Option<u64> {
        match (self.since(), self.until()) {
            (Some(since), Some(until)) => Some(until.abs_diff(since)),
            _ => None,
        }
    }
}

impl From<DayRange> for Option<Interval> {
    /// The same days, the end not included.
    fn from(range: DayRange) -> Option<Interval> {
        Interval::new(range.min.map(|day| day.0), range.max.map(|day| day.0.saturating_add(1)))
    }
}

impl From<Interval> for DayRange {
    /// The same days, the end included.
    fn from(interval: Interval) -> DayRange {
        DayRange { min: interval.since().map(Day), max: interval.until().map(|tick| Day(tick - 1)) }
    }
}

impl fmt::Display for Interval {
    /// `[3, 7)`, `(-∞, 7)`, `[3, ∞)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.since() {
            Some(since) => write!(f, "[{since}, ")?,
            None => f.write_str("(-∞, ")?,
        }
        match self.until() {
            Some(until) => write!(f, "{until})"),
            None => f.write_str("∞)"),
        }
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_included_and_until_is_not() {
        let interval = Interval::new(3, 7).unwrap();
        assert!(!interval.contains(2) && interval.contains(3) && interval.contains(6) && !interval.contains(7));
        assert_eq!(interval.length(), Some(4));
    }

    #[test]
    fn there_is_no_empty_interval() {
        assert_eq!(Interval::new(3, 3), None);
        assert_eq!(Interval::new(4, 3), None);
    }

    #[test]
    fn missing_bounds_reach_to_the_ends_of_time() {
        let open = Interval::new(3, None).unwrap();
        assert_eq!((open.since(), open.until(), open.length()), (Some(3), None, None));
        assert!(open.contains(Tick::MAX) && !open.contains(2));
        assert!(Interval::new(None, 3).unwrap().contains(Tick::MIN));
        assert_eq!(Interval::new(None, None), Some(Interval::ALWAYS));
    }

    #[test]
    fn a_range_of_days_becomes_half_open() {
        let interval: Option<Interval> = DayRange::new(Day(3), Day(6)).into();
        assert_eq!(interval, Interval::new(3, 7));
        assert_eq!(DayRange::from(Interval::new(3, 7).unwrap()), DayRange::new(Day(3), Day(6)));
    }

    #[test]
    fn touching_intervals_do_not_overlap() {
        let (early, late) = (Interval::new(1, 3).unwrap(), Interval::new(3, 5).unwrap());
        assert!(!early.overlaps(late));
        assert_eq!(early.intersection(late), None);
        assert_eq!(Interval::new(1, 4).unwrap().intersection(late), Interval::new(3, 4));
    }

    #[test]
    fn intervals_are_written_with_their_brackets() {
        assert_eq!(Interval::new(3, 7).unwrap().to_string(), "[3, 7)");
        assert_eq!(Interval::ALWAYS.to_string(), "(-∞, ∞)");
    }
}
