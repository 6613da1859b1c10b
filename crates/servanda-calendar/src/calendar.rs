//! Which calendar a written date is to be read in.

use std::fmt;

use crate::date::{self, Day};
use crate::julian;

/// A calendar dates are written in. Days themselves belong to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Calendar {
    /// The Gregorian calendar, extended to all years.
    #[default]
    Gregorian,
    /// The Julian calendar, extended to all years.
    Julian,
}

impl Calendar {
    /// The calendar with this name, `gregorian` or `julian`.
    pub fn from_name(name: &str) -> Option<Calendar> {
        match name {
            "gregorian" => Some(Calendar::Gregorian),
            "julian" => Some(Calendar::Julian),
            _ => None,
        }
    }

    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Calendar::Gregorian => "gregorian",
            Calendar::Julian => "julian",
        }
    }

    /// The day on which this calendar shows the date, if it has it and the day has a number.
    pub fn day_from_ymd(self, year: i64, month: u8, day: u8) -> Option<Day> {
        match self {
            Calendar::Gregorian => Day::from_ymd(year, month, day),
            Calendar::Julian => julian::day_from_ymd(year, month, day),
        }
    }

    /// The year, month (1–12) and day of the month this calendar shows on `day`.
    pub fn ymd(self, day: Day) -> (i64, u8, u8) {
        match self {
            Calendar::Gregorian => day.ymd(),
            Calendar::Julian => julian::to_ymd(day),
        }
    }

    /// The number of days in a month (1–12).
    pub fn days_in_month(self, year: i64, month: u8) -> u8 {
        match self {
            Calendar::Gregorian => date::days_in_month(year, month),
            Calendar::Julian => julian::days_in_month(year, month),
        }
    }

    /// The day of a date known to exist, in a year of no more than sixteen digits.
    pub(crate) fn day(self, year: i64, month: u8, day: u8) -> Day {
        match self {
            Calendar::Gregorian => Day::of(year, month, day),
            Calendar::Julian => {
                julian::day_from_ymd(year, month, day).expect("the caller checked that the date exists")
            }
        }
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
