//! The first and last day an expression allows.
//!
//! Bounds are strict: `?`, `~` and `%` do not widen them.

use std::cmp::Ordering;
use std::fmt;

use super::{Date, Edtf, Element, Endpoint, Expression, Shape};
use crate::calendar::Calendar;
use crate::date::{Day, DayRange};

/// How far an expression reaches in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// There is an end, but nothing is known of it: `1919/`.
    Unknown,
    /// There is no end: `1919/..`.
    Unbounded,
    /// Up to this day, included.
    Day(Day),
    /// A day too long ago for a day number: `Y-17E200`. [`Edtf::iso_bounds`] writes it.
    FarPast,
    /// A day too far ahead for a day number: `Y17E200`.
    FarFuture,
}

impl Bound {
    /// The day, if it has a number.
    pub fn day(self) -> Option<Day> {
        match self {
            Bound::Day(day) => Some(day),
            _ => None,
        }
    }
}

/// The earliest and the latest day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The first day.
    pub min: Bound,
    /// The last day, included.
    pub max: Bound,
}

impl Bounds {
    /// Nothing is known.
    pub const UNKNOWN: Bounds = Bounds { min: Bound::Unknown, max: Bound::Unknown };

    /// Exactly these days.
    pub const fn days(min: Day, max: Day) -> Bounds {
        Bounds { min: Bound::Day(min), max: Bound::Day(max) }
    }

    /// The days that are not excluded: neither an unknown nor an absent end excludes any.
    pub fn allowed(self) -> DayRange {
        let min = match self.min {
            Bound::Unknown | Bound::Unbounded | Bound::FarPast => None,
            Bound::Day(day) => Some(day),
            Bound::FarFuture => Some(Day::MAX),
        };
        let max = match self.max {
            Bound::Unknown | Bound::Unbounded | Bound::FarFuture => None,
            Bound::Day(day) => Some(day),
            Bound::FarPast => Some(Day::MIN),
        };
        DayRange { min, max }
    }
}

impl From<DayRange> for Bounds {
    fn from(range: DayRange) -> Bounds {
        let bound = |day: Option<Day>| day.map_or(Bound::Unbounded, Bound::Day);
        Bounds { min: bound(range.min), max: bound(range.max) }
    }
}

impl fmt::Display for Bounds {
    /// `1919-01-01..1919-12-31`; an end that is unknown is `?`, one that does not exist is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let write_bound = |f: &mut fmt::Formatter<'_>, bound| match bound {
            Bound::Unknown => f.write_str("?"),
            Bound::Unbounded => Ok(()),
            Bound::Day(day) => write!(f, "{day}"),
            Bound::FarPast => f.write_str("far past"),
            Bound::FarFuture => f.write_str("far future"),
        };
        write_bound(f, self.min)?;
        f.write_str("..")?;
        write_bound(f, self.max)
    }
}

/// Bounds as text, for tables and tests: an ISO day, `-inf` or `inf` where there is no end, `None` where it is not
/// known or takes thousands of digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IsoBounds {
    /// The first day.
    pub min: Option<String>,
    /// The last day, included.
    pub max: Option<String>,
}

/// Where an expression ends in one direction.
#[derive(Clone, Copy)]
enum End<'a> {
    Unknown,
    Open,
    Date(&'a Date),
    Day(Day),
}

impl End<'_> {
    fn bound(self, calendar: Calendar, side: Side) -> Bound {
        match self {
            End::Unknown => Bound::Unknown,
            End::Open => Bound::Unbounded,
            End::Date(date) => date.bound(calendar, side),
            End::Day(day) => Bound::Day(day),
        }
    }

    fn iso(self, calendar: Calendar, side: Side) -> Option<String> {
        match (self, side) {
            (End::Unknown, _) => None,
            (End::Open, Side::First) => Some("-inf".to_owned()),
            (End::Open, Side::Last) => Some("inf".to_owned()),
            (End::Date(date), _) => match (date.bound(calendar, side), &date.shape) {
                (Bound::Day(day), _) => Some(day.to_string()),
                (_, Shape::Far(years)) if calendar == Calendar::Gregorian => years.iso(side),
                _ => None,
            },
            (End::Day(day), _) => Some(day.to_string()),
        }
    }
}

/// Which of the days of a date is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    First,
    Last,
}

/// The first and last end of an expression or of a part of it.
struct Ends<'a>(End<'a>, End<'a>);

impl Ends<'_> {
    fn bounds(self, calendar: Calendar) -> Bounds {
        Bounds { min: self.0.bound(calendar, Side::First), max: self.1.bound(calendar, Side::Last) }
    }

    fn iso(self, calendar: Calendar) -> IsoBounds {
        IsoBounds { min: self.0.iso(calendar, Side::First), max: self.1.iso(calendar, Side::Last) }
    }
}

impl Edtf {
    /// The first and the last day allowed. For an interval: the first day it may have begun, the last it may have
    /// ended. Qualifiers do not widen them.
    pub fn bounds(&self) -> Bounds {
        self.ends().bounds(self.calendar)
    }

    /// For an interval, the days on which it may have begun.
    pub fn start_bounds(&self) -> Option<Bounds> {
        self.endpoints().map(|(start, _)| start.ends().bounds(self.calendar))
    }

    /// For an interval, the days that may have been its last.
    pub fn end_bounds(&self) -> Option<Bounds> {
        self.endpoints().map(|(_, end)| end.ends().bounds(self.calendar))
    }

    /// For something that lasts, the days on which it may have begun and those that may have been its last. In a set
    /// of which all are meant these are the days of the earliest and of the latest element.
    pub fn extent(&self) -> Option<(Bounds, Bounds)> {
        match &self.expression {
            Expression::Interval(..) => self.start_bounds().zip(self.end_bounds()),
            Expression::AllOf(_) => {
                let Ends(first, last) = self.ends();
                let days = |end: End<'_>| Ends(end, end).bounds(self.calendar);
                Some((days(first), days(last)))
            }
            _ => None,
        }
    }

    /// [`Edtf::bounds`] as text, however far away.
    pub fn iso_bounds(&self) -> IsoBounds {
        self.ends().iso(self.calendar)
    }

    /// [`Edtf::start_bounds`] as text. An open start is `-inf` on both sides.
    pub fn iso_start_bounds(&self) -> Option<IsoBounds> {
        self.endpoints().map(|(start, _)| start.iso(self.calendar, "-inf"))
    }

    /// [`Edtf::end_bounds`] as text. An open end is `inf` on both sides.
    pub fn iso_end_bounds(&self) -> Option<IsoBounds> {
        self.endpoints().map(|(_, end)| end.iso(self.calendar, "inf"))
    }

    /// Whether `day` is one of the days the expression allows: exact for masks and sets, and for an interval any day
    /// from its first possible to its last possible one. An unknown end excludes nothing.
    pub fn contains(&self, day: Day) -> bool {
        match &self.expression {
            Expression::Date(date) => date.contains(self.calendar, day),
            Expression::DateTime(time) => time.day == day,
            Expression::Interval(..) => self.bounds().allowed().contains(day),
            Expression::OneOf(elements) | Expression::AllOf(elements) => elements.iter().any(|element| match element {
                Element::Date(date) => date.contains(self.calendar, day),
                _ => element.bounds(self.calendar).allowed().contains(day),
            }),
        }
    }

    fn endpoints(&self) -> Option<(&Endpoint, &Endpoint)> {
        match &self.expression {
            Expression::Interval(start, end) => Some((start, end)),
            _ => None,
        }
    }

    fn ends(&self) -> Ends<'_> {
        match &self.expression {
            Expression::Date(date) => Ends(End::Date(date), End::Date(date)),
            Expression::DateTime(time) => Ends(End::Day(time.day), End::Day(time.day)),
            Expression::Interval(start, end) => Ends(start.ends().0, end.ends().1),
            Expression::OneOf(elements) | Expression::AllOf(elements) => {
                let firsts = elements.iter().map(|element| element.ends().0);
                let lasts = elements.iter().map(|element| element.ends().1);
                Ends(outermost(self.calendar, firsts, Side::First), outermost(self.calendar, lasts, Side::Last))
            }
        }
    }
}

/// The end furthest out on one side.
fn outermost<'a>(calendar: Calendar, ends: impl Iterator<Item = End<'a>>, side: Side) -> End<'a> {
    let outward = if side == Side::First { Ordering::Less } else { Ordering::Greater };
    let further = |known: End<'a>, next: End<'a>| match (known, next) {
        (End::Date(a), End::Date(b)) => {
            if b.compare(calendar, side, a, side) == outward {
                next
            } else {
                known
            }
        }
        (End::Date(_), _) => next,
        _ => known,
    };
    ends.reduce(further).unwrap_or(End::Unknown)
}

impl Date {
    /// The first and the last day, the date being read in `calendar`.
    pub fn bounds(&self, calendar: Calendar) -> Bounds {
        Bounds { min: self.bound(calendar, Side::First), max: self.bound(calendar, Side::Last) }
    }

    fn contains(&self, calendar: Calendar, day: Day) -> bool {
        match &self.shape {
            Shape::Masked(mask) => mask.contains(calendar, day),
            _ => self.bounds(calendar).allowed().contains(day),
        }
    }

    pub(super) fn bound(&self, calendar: Calendar, side: Side) -> Bound {
        let first = side == Side::First;
        let day = match &self.shape {
            Shape::Year(year) if first => calendar.day(*year, 1, 1),
            Shape::Year(year) => calendar.day(*year, 12, 31),
            Shape::Month(year, month) if first => calendar.day(*year, *month, 1),
            Shape::Month(year, month) => calendar.day(*year, *month, calendar.days_in_month(*year, *month)),
            Shape::Day(year, month, day) => calendar.day(*year, *month, *day),
            Shape::Season(year, season) => season.end(calendar, *year, side),
            Shape::Masked(mask) if first => mask.first_day(calendar),
            Shape::Masked(mask) => mask.last_day(calendar),
            Shape::Significant { first: year, .. } if first => calendar.day(*year, 1, 1),
            Shape::Significant { last: year, .. } => calendar.day(*year, 12, 31),
            Shape::Far(years) => return years.bound(calendar, side),
        };
        Bound::Day(day)
    }

    /// Compares the first or last day of this date with the first or last of another, however far away.
    pub(super) fn compare(&self, calendar: Calendar, side: Side, other: &Date, other_side: Side) -> Ordering {
        if let (Shape::Far(years), Shape::Far(others)) = (&self.shape, &other.shape) {
            return years.compare(side, others, other_side);
        }
        let rank = |bound| match bound {
            Bound::Day(day) => (1, day),
            Bound::FarFuture => (2, Day::MAX),
            _ => (0, Day::MIN),
        };
        rank(self.bound(calendar, side)).cmp(&rank(other.bound(calendar, other_side)))
    }
}

impl Endpoint {
    fn ends(&self) -> Ends<'_> {
        match self {
            Endpoint::Unknown => Ends(End::Unknown, End::Unknown),
            Endpoint::Open => Ends(End::Open, End::Open),
            Endpoint::Date(date) => Ends(End::Date(date), End::Date(date)),
            Endpoint::OnOrBefore(date) => Ends(End::Open, End::Date(date)),
            Endpoint::OnOrAfter(date) => Ends(End::Date(date), End::Open),
        }
    }

    fn iso(&self, calendar: Calendar, open: &str) -> IsoBounds {
        match self {
            Endpoint::Open => IsoBounds { min: Some(open.to_owned()), max: Some(open.to_owned()) },
            _ => self.ends().iso(calendar),
        }
    }
}

impl Element {
    /// The first and the last day, the dates being read in `calendar`.
    pub fn bounds(&self, calendar: Calendar) -> Bounds {
        self.ends().bounds(calendar)
    }

    fn ends(&self) -> Ends<'_> {
        match self {
            Element::Date(date) => Ends(End::Date(date), End::Date(date)),
            Element::Range(first, last) => Ends(End::Date(first), End::Date(last)),
            Element::OnOrBefore(date) => Ends(End::Open, End::Date(date)),
            Element::OnOrAfter(date) => Ends(End::Date(date), End::Open),
        }
    }
}
