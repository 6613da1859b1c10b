//! Uncertain dates: the Extended Date/Time Format of ISO 8601-2:2019, levels 0, 1 and 2.
//!
//! The grammar follows the specification of the Library of Congress (EDTF, 2019), the profile of that standard. Where
//! it is silent, `docs/reference/dates.md` says what was decided and why.
//!
//! ```
//! use servanda_calendar::Edtf;
//!
//! let date = Edtf::parse("1560-X2").unwrap();
//! assert_eq!(date.level(), 2);
//! assert_eq!(date.bounds().to_string(), "1560-02-01..1560-12-31");
//! // Exactly February or December, although the bounds cannot say so.
//! assert!(!date.contains("1560-06-01".parse().unwrap()));
//! ```

mod bounds;
mod describe;
mod error;
mod far;
mod mask;
mod parse;
mod ranges;
mod scan;
mod season;
mod time;

use std::str::FromStr;

pub use bounds::{Bound, Bounds, IsoBounds};
pub use describe::month_named;
pub use error::{EdtfError, EdtfErrorKind};
pub use far::FarYears;
pub use mask::Mask;
pub use ranges::DayRanges;
pub use season::Season;

use crate::calendar::Calendar;
use crate::date::Day;

/// An expression of the Extended Date/Time Format: what was written, understood but not interpreted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edtf {
    expression: Expression,
    level: u8,
    calendar: Calendar,
}

/// What an expression consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `1919-06-28`, `156X`, `2001-21?`.
    Date(Date),
    /// `1985-04-12T23:20:30Z`.
    DateTime(DateTime),
    /// `1919/1939`: something that lasted from one date to another.
    Interval(Endpoint, Endpoint),
    /// `[1667,1668]`: one of these, and it is not said which.
    OneOf(Box<[Element]>),
    /// `{1667,1668}`: all of these.
    AllOf(Box<[Element]>),
}

/// One date, season or run of years, with its qualifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    /// The date without its qualifiers.
    pub shape: Shape,
    /// What is uncertain or approximate about it.
    pub qualifiers: Qualifiers,
}

/// A date without its qualifiers. Years are astronomical: 0 is 1 BC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `1985`, `-0043`, `Y170000`.
    Year(i64),
    /// `1985-04`.
    Month(i64, u8),
    /// `1985-04-12`.
    Day(i64, u8, u8),
    /// `1985-21`.
    Season(i64, Season),
    /// `156X`, `1560-X2`, `1985-XX-31`: digits that are not specified.
    Masked(Mask),
    /// `1950S2`: a year estimated, with so many significant digits.
    Significant {
        /// The estimate.
        year: i64,
        /// How many of its digits, from the left, are to be relied on.
        digits: u8,
        /// The earliest year with these digits.
        first: i64,
        /// The latest year with these digits.
        last: i64,
    },
    /// Years further away than [`Day::MAX_YEAR`].
    Far(Box<FarYears>),
}

/// One of the doubts a part of a date may be under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub struct Qualifier {
    /// `?` or `%`: the source is doubtful.
    pub uncertain: bool,
    /// `~` or `%`: an estimate, taken to be close.
    pub approximate: bool,
}

impl Qualifier {
    /// Whether there is any doubt.
    pub const fn any(self) -> bool {
        self.uncertain || self.approximate
    }

    pub(crate) const fn and(self, other: Qualifier) -> Qualifier {
        Qualifier { uncertain: self.uncertain || other.uncertain, approximate: self.approximate || other.approximate }
    }
}

/// The doubts about each part of a date.
///
/// A qualifier to the right of a part applies to it and to every part further left; one to the left of a part applies
/// to that part alone. Parts that were not written have no qualifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub struct Qualifiers {
    /// About the year.
    pub year: Qualifier,
    /// About the month or season.
    pub month: Qualifier,
    /// About the day of the month.
    pub day: Qualifier,
}

impl Qualifiers {
    /// Whether some part is in doubt.
    pub const fn any(self) -> bool {
        self.joined().any()
    }

    /// The doubts about all parts together.
    pub const fn joined(self) -> Qualifier {
        self.year.and(self.month).and(self.day)
    }
}

/// A civil day and the time on the clock. Bounds use the day alone: it is not moved to another time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The day as written.
    pub day: Day,
    /// 0–24; 24 only as `24:00:00`, the end of the day.
    pub hour: u8,
    /// 0–59.
    pub minute: u8,
    /// 0–59.
    pub second: u8,
    /// What the clock was set to.
    pub offset: Offset,
}

/// How far a clock is ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offset {
    /// Not said: local time.
    Unsaid,
    /// `Z`.
    Utc,
    /// `+05:30`, in minutes; between −14 and +14 hours.
    Minutes(i16),
}

/// One end of an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Nothing written: there is an end, but it is not known.
    Unknown,
    /// `..`: there is no end.
    Open,
    /// A date.
    Date(Date),
    /// `..1919`, as a start: in that year or earlier.
    OnOrBefore(Date),
    /// `1919..`, as an end: in that year or later.
    OnOrAfter(Date),
}

/// One item of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// A date.
    Date(Date),
    /// `1670..1672`: every year (month, day) from one to the other.
    Range(Date, Date),
    /// `..1984`, first in its set.
    OnOrBefore(Date),
    /// `1984..`, last in its set.
    OnOrAfter(Date),
}

impl Edtf {
    /// Reads an expression. The whole text must be one; no white space is skipped.
    ///
    /// # Errors
    /// Says what is wrong and at which byte.
    pub fn parse(text: &str) -> Result<Edtf, EdtfError> {
        Edtf::parse_in(text, Calendar::Gregorian)
    }

    /// Reads an expression whose dates are those of another calendar. The standard knows the Gregorian calendar only,
    /// so a document must say which it is beside the date.
    ///
    /// # Errors
    /// As [`Edtf::parse`]; which days exist depends on the calendar.
    pub fn parse_in(text: &str, calendar: Calendar) -> Result<Edtf, EdtfError> {
        parse::expression(text, calendar)
    }

    /// The calendar its dates are read in.
    pub fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// The expression itself.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The lowest level of the format, 0 to 2, that has this expression.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Whether any part is marked `?` or `%`.
    pub fn is_uncertain(&self) -> bool {
        self.qualifier().uncertain
    }

    /// Whether any part is marked `~` or `%`.
    pub fn is_approximate(&self) -> bool {
        self.qualifier().approximate
    }

    /// The doubts about all parts of all dates together.
    pub fn qualifier(&self) -> Qualifier {
        let mut joined = Qualifier::default();
        self.for_each_date(|date| joined = joined.and(date.qualifiers.joined()));
        joined
    }

    /// Whether this is something that lasts, rather than a point in time known only roughly.
    ///
    /// Intervals last, and so do sets of which all are meant.
    pub fn is_period(&self) -> bool {
        matches!(self.expression, Expression::Interval(..) | Expression::AllOf(_))
    }

    /// Whether a season without a fixed place in the calendar is named (`2001-21` to `2001-32`), whose bounds are a
    /// convention: the meteorological seasons, three whole months each.
    pub fn rests_on_season_convention(&self) -> bool {
        let mut conventional = false;
        self.for_each_date(|date| {
            conventional |= match &date.shape {
                Shape::Season(_, season) => season.is_conventional(),
                Shape::Masked(mask) => mask.season().is_some_and(Season::is_conventional),
                _ => false,
            }
        });
        conventional
    }

    fn for_each_date(&self, mut visit: impl FnMut(&Date)) {
        match &self.expression {
            Expression::Date(date) => visit(date),
            Expression::DateTime(_) => {}
            Expression::Interval(start, end) => {
                for date in [start, end].into_iter().filter_map(Endpoint::date) {
                    visit(date);
                }
            }
            Expression::OneOf(elements) | Expression::AllOf(elements) => {
                for element in elements {
                    match element {
                        Element::Date(date) | Element::OnOrBefore(date) | Element::OnOrAfter(date) => visit(date),
                        Element::Range(first, last) => {
                            visit(first);
                            visit(last);
                        }
                    }
                }
            }
        }
    }
}

impl Endpoint {
    fn date(&self) -> Option<&Date> {
        match self {
            Endpoint::Unknown | Endpoint::Open => None,
            Endpoint::Date(date) | Endpoint::OnOrBefore(date) | Endpoint::OnOrAfter(date) => Some(date),
        }
    }
}

impl FromStr for Edtf {
    type Err = EdtfError;

    fn from_str(text: &str) -> Result<Edtf, EdtfError> {
        Edtf::parse(text)
    }
}
