//! Sets of ticks, kept as maximal intervals.
//!
//! The intervals of an [`IntervalSet`] are sorted, disjoint and never touching, so two sets with the same ticks are
//! equal, and union, intersection and difference are single passes over both: O(n + m).

use std::fmt;

use crate::interval::{Interval, Tick};

/// A set of ticks as sorted, disjoint, never touching intervals.
///
/// ```
/// use servanda_calendar::{Interval, IntervalSet};
///
/// let in_force: IntervalSet = [Interval::new(0, 4), Interval::new(4, 9)].into_iter().flatten().collect();
/// let suspended = IntervalSet::from(Interval::new(6, 7).unwrap());
/// assert_eq!(in_force.difference(&suspended).to_string(), "[0, 6) [7, 9)");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct IntervalSet {
    intervals: Vec<Interval>,
}

impl IntervalSet {
    /// The set without ticks.
    pub const fn empty() -> IntervalSet {
        IntervalSet { intervals: Vec::new() }
    }

    /// The set of all ticks.
    pub fn always() -> IntervalSet {
        Interval::ALWAYS.into()
    }

    /// Whether it has no tick.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// The maximal intervals, in order.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// The maximal intervals, in order.
    pub fn iter(&self) -> std::iter::Copied<std::slice::Iter<'_, Interval>> {
        self.intervals.iter().copied()
    }

    /// Whether `tick` is in the set; O(log n).
    pub fn contains(&self, tick: Tick) -> bool {
        self.interval_at(tick).is_some()
    }

    /// The maximal interval around `tick`; O(log n).
    pub fn interval_at(&self, tick: Tick) -> Option<Interval> {
        let begun = self.intervals.partition_point(|interval| interval.since_tick() <= tick);
        let last = *self.intervals.get(begun.checked_sub(1)?)?;
        last.contains(tick).then_some(last)
    }

    /// Whether every tick of `other` is in this set.
    pub fn is_superset(&self, other: &IntervalSet) -> bool {
        other.iter().all(|interval| {
            let around = if interval.since().is_none() {
                self.intervals.first().copied().filter(|first| first.since().is_none())
            } else {
                self.interval_at(interval.since_tick())
            };
            around.is_some_and(|around| interval.until_tick() <= around.until_tick())
        })
    }

    /// Adds the ticks of one interval.
    pub fn insert(&mut self, interval: Interval) {
        // Everything from `first` up to `after` overlaps or touches, and melts into one.
        let first = self.intervals.partition_point(|known| known.until_tick() < interval.since_tick());
        let after = self.intervals.partition_point(|known| known.since_tick() <= interval.until_tick());
        let mut melted = interval;
        if first < after {
            let since = interval.since_tick().min(self.intervals[first].since_tick());
            let until = interval.until_tick().max(self.intervals[after - 1].until_tick());
            melted = Interval::between(since, until).expect("`insert` only widens an interval");
        }
        self.intervals.splice(first..after, [melted]);
    }

    /// The ticks in either.
    pub fn union(&self, other: &IntervalSet) -> IntervalSet {
        let mut result = IntervalSet { intervals: Vec::with_capacity(self.intervals.len() + other.intervals.len()) };
        let (mut left, mut right) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if a <= b => left.next(),
                (Some(_), None) => left.next(),
                (_, Some(_)) => right.next(),
                (None, None) => break,
            };
            result.extend_sorted(next.expect("a peeked interval is there"));
        }
        result
    }

    /// The ticks in both.
    pub fn intersection(&self, other: &IntervalSet) -> IntervalSet {
        let mut intervals = Vec::new();
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (self.intervals.get(i), other.intervals.get(j)) {
            intervals.extend(a.intersection(*b));
            // Whichever ends first cannot meet anything further.
            if a.until_tick() <= b.until_tick() {
                i += 1;
            } else {
                j += 1;
            }
        }
        IntervalSet { intervals }
    }

    /// The ticks of this set that are not in `other`.
    pub fn difference(&self, other: &IntervalSet) -> IntervalSet {
        self.intersection(&other.complement())
    }

    /// The ticks not in this set.
    pub fn complement(&self) -> IntervalSet {
        let mut intervals = Vec::with_capacity(self.intervals.len() + 1);
        let mut since = Tick::MIN;
        for interval in self.iter() {
            intervals.extend(Interval::between(since, interval.since_tick()));
            since = interval.until_tick();
        }
        intervals.extend(Interval::between(since, Tick::MAX));
        IntervalSet { intervals }
    }

    /// The smallest interval around the set.
    pub fn hull(&self) -> Option<Interval> {
        let (first, last) = (self.intervals.first()?, self.intervals.last()?);
        Interval::between(first.since_tick(), last.until_tick())
    }

    /// The number of ticks; `None` if unbounded.
    pub fn length(&self) -> Option<u64> {
        self.iter().try_fold(0u64, |sum, interval| sum.checked_add(interval.length()?))
    }

    /// Adds an interval that does not begin before the last one.
    fn extend_sorted(&mut self, interval: Interval) {
        match self.intervals.last_mut() {
            Some(last) if interval.since_tick() <= last.until_tick() => {
                let until = last.until_tick().max(interval.until_tick());
                *last = Interval::between(last.since_tick(), until).expect("`extend_sorted` only widens an interval");
            }
            _ => self.intervals.push(interval),
        }
    }
}

impl From<Interval> for IntervalSet {
    fn from(interval: Interval) -> IntervalSet {
        IntervalSet { intervals: vec![interval] }
    }
}

impl FromIterator<Interval> for IntervalSet {
    /// Takes the intervals in any order, overlapping or touching.
    fn from_iter<I: IntoIterator<Item = Interval>>(intervals: I) -> IntervalSet {
        let mut unsorted: Vec<Interval> = intervals.into_iter().collect();
        unsorted.sort_unstable();
        let mut result = IntervalSet { intervals: Vec::with_capacity(unsorted.len()) };
        for interval in unsorted {
            result.extend_sorted(interval);
        }
        result
    }
}

impl Extend<Interval> for IntervalSet {
    fn extend<I: IntoIterator<Item = Interval>>(&mut self, intervals: I) {
        *self = self.union(&intervals.into_iter().collect());
    }
}

impl<'a> IntoIterator for &'a IntervalSet {
    type Item = Interval;
    type IntoIter = std::iter::Copied<std::slice::Iter<'a, Interval>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for IntervalSet {
    type Item = Interval;
    type IntoIter = std::vec::IntoIter<Interval>;

    fn into_iter(self) -> Self::IntoIter {
        self.intervals.into_iter()
    }
}

impl fmt::Display for IntervalSet {
    /// `[0, 6) [7, 9)`; the empty set is `∅`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("∅");
        }
        for (index, interval) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{interval}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for IntervalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(bounds: &[(Tick, Tick)]) -> IntervalSet {
        bounds.iter().filter_map(|&(since, until)| Interval::new(since, until)).collect()
    }

    #[test]
    fn touching_intervals_become_one() {
        assert_eq!(set(&[(4, 9), (0, 4)]).to_string(), "[0, 9)");
        assert_eq!(set(&[(0, 4), (5, 9), (1, 2)]).to_string(), "[0, 4) [5, 9)");
    }

    #[test]
    fn inserting_melts_everything_it_touches() {
        let mut known = set(&[(0, 2), (4, 6), (8, 10)]);
        known.insert(Interval::new(2, 8).unwrap());
        assert_eq!(known.to_string(), "[0, 10)");
        known.insert(Interval::new(12, 13).unwrap());
        known.insert(Interval::before_tick(-5));
        assert_eq!(known.to_string(), "(-∞, -5) [0, 10) [12, 13)");
    }

    #[test]
    fn the_complement_turns_gaps_into_intervals() {
        assert_eq!(set(&[(0, 2), (4, 6)]).complement().to_string(), "(-∞, 0) [2, 4) [6, ∞)");
        assert_eq!(IntervalSet::empty().complement(), IntervalSet::always());
        assert_eq!(IntervalSet::always().complement().to_string(), "∅");
    }

    #[test]
    fn the_interval_around_a_tick_is_found() {
        let known = set(&[(0, 2), (4, 6)]);
        assert_eq!(known.interval_at(5), Interval::new(4, 6));
        assert_eq!(known.interval_at(2), None);
        assert_eq!(known.interval_at(-1), None);
        assert_eq!((known.length(), known.hull()), (Some(4), Interval::new(0, 6)));
        assert!(IntervalSet::always().contains(Tick::MAX) && IntervalSet::always().contains(Tick::MIN));
    }
}
