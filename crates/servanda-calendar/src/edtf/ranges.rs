//! The exact days of an expression, run by run.

use super::{Date, Edtf, Element, Expression, Mask, Shape};
use crate::calendar::Calendar;
use crate::date::{Day, DayRange};
use crate::interval::Interval;
use crate::set::IntervalSet;

/// The runs of days an expression allows, in order, disjoint and never touching.
///
/// Runs of a mask are found as they are asked for: `XXXX-XX-13` has 120 000 of them.
#[derive(Debug)]
pub struct DayRanges {
    source: Source,
    pending: Option<DayRange>,
}

#[derive(Debug)]
enum Source {
    Mask { mask: Mask, calendar: Calendar, next_year: u16, in_year: std::vec::IntoIter<DayRange> },
    Ready(std::vec::IntoIter<Interval>),
    Once(Option<DayRange>),
}

impl Edtf {
    /// The exact days allowed, as runs. An interval gives one run, from its first possible to its last possible day;
    /// an end that is unknown or does not exist is not bounded.
    pub fn day_ranges(&self) -> DayRanges {
        match &self.expression {
            Expression::Date(date) => date.day_ranges(self.calendar),
            Expression::OneOf(elements) | Expression::AllOf(elements) => {
                let intervals: IntervalSet = elements
                    .iter()
                    .flat_map(|element| element.day_ranges(self.calendar))
                    .filter_map(Option::from)
                    .collect();
                DayRanges { source: Source::Ready(intervals.into_iter()), pending: None }
            }
            _ => DayRanges { source: Source::Once(Some(self.bounds().allowed())), pending: None },
        }
    }

    /// The days of each date that is meant, where it is a set of which all are; `a..b` in it is every date from the one
    /// to the other.
    pub fn each(&self) -> impl Iterator<Item = DayRange> + '_ {
        let elements = match &self.expression {
            Expression::AllOf(elements) => &elements[..],
            _ => &[],
        };
        elements.iter().flat_map(|element| element.each(self.calendar))
    }

    /// The exact days allowed, as a set of ticks.
    pub fn to_intervals(&self) -> IntervalSet {
        self.day_ranges().filter_map(Option::<Interval>::from).collect()
    }
}

impl Date {
    fn day_ranges(&self, calendar: Calendar) -> DayRanges {
        let source = match &self.shape {
            Shape::Masked(mask) => {
                Source::Mask { mask: *mask, calendar, next_year: 0, in_year: Vec::new().into_iter() }
            }
            _ => Source::Once(Some(self.bounds(calendar).allowed())),
        };
        DayRanges { source, pending: None }
    }
}

impl Element {
    fn day_ranges(&self, calendar: Calendar) -> DayRanges {
        match self {
            Element::Date(date) => date.day_ranges(calendar),
            _ => DayRanges { source: Source::Once(Some(self.bounds(calendar).allowed())), pending: None },
        }
    }
}

/// No more dates of a set are told apart.
const MOST_DATES: usize = 1_000;

impl Element {
    fn each(&self, calendar: Calendar) -> Vec<DayRange> {
        let Element::Range(first, last) = self else { return vec![self.bounds(calendar).allowed()] };
        let (mut next, end) = (first.bounds(calendar).allowed(), last.bounds(calendar).allowed().max);
        let mut all = vec![next];
        while let (Some(min), Some(max)) = (next.min, next.max)
            && end.is_some_and(|end| max < end)
            && all.len() < MOST_DATES
        {
            let (since, length) = (Day(max.0 + 1), max.0 - min.0);
            let (year, month, _) = calendar.ymd(since);
            let until = match length {
                0 => Some(since),
                1..=31 => calendar.day_from_ymd(year, month, calendar.days_in_month(year, month)),
                _ => calendar.day_from_ymd(year, 12, 31),
            };
            next = DayRange { min: Some(since), max: until };
            all.push(next);
        }
        all
    }
}

impl Source {
    fn next(&mut self) -> Option<DayRange> {
        match self {
            Source::Once(range) => range.take(),
            Source::Ready(intervals) => intervals.next().map(DayRange::from),
            Source::Mask { mask, calendar, next_year, in_year } => loop {
                if let Some(range) = in_year.next() {
                    return Some(range);
                }
                if *next_year == mask.year_count() {
                    return None;
                }
                if let Some(year) = mask.year_at(*next_year) {
                    *in_year = mask.ranges_in_year(*calendar, year).collect::<Vec<_>>().into_iter();
                }
                *next_year += 1;
            },
        }
    }
}

impl Iterator for DayRanges {
    type Item = DayRange;

    fn next(&mut self) -> Option<DayRange> {
        let mut run = self.pending.take().or_else(|| self.source.next())?;
        while let Some(next) = self.source.next() {
            if !touches(run, next) {
                self.pending = Some(next);
                break;
            }
            run.max = next.max;
        }
        Some(run)
    }
}

/// Whether `next`, which begins later, leaves no gap.
fn touches(run: DayRange, next: DayRange) -> bool {
    match (run.max, next.min) {
        (Some(max), Some(min)) => min <= Day(max.0.saturating_add(1)),
        _ => true,
    }
}
