//! Divisions of the year, codes 21 to 41.
//!
//! The standard does not say when a season begins. Here spring, summer, autumn and winter are the meteorological ones
//! of three whole months; a northern winter is dated by the year its December is in, a southern summer likewise.

use super::bounds::Side;
use crate::calendar::Calendar;
use crate::date::Day;

/// A division of the year shorter than the year and longer than a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Season(u8);

impl Season {
    /// The season with a code from 21 to 41.
    pub fn from_code(code: u8) -> Option<Season> {
        (21..=41).contains(&code).then_some(Season(code))
    }

    /// The code, 21 to 41.
    pub fn code(self) -> u8 {
        self.0
    }

    /// Whether its place in the year is a convention. Quarters, quadrimesters and semesters divide the calendar year
    /// and are not.
    pub fn is_conventional(self) -> bool {
        self.0 <= 32
    }

    /// Its name in English.
    pub fn name(self) -> &'static str {
        match self.0 {
            21 => "spring",
            22 => "summer",
            23 => "autumn",
            24 => "winter",
            25 => "northern spring",
            26 => "northern summer",
            27 => "northern autumn",
            28 => "northern winter",
            29 => "southern spring",
            30 => "southern summer",
            31 => "southern autumn",
            32 => "southern winter",
            33 => "first quarter",
            34 => "second quarter",
            35 => "third quarter",
            36 => "fourth quarter",
            37 => "first four months",
            38 => "second four months",
            39 => "last four months",
            40 => "first half",
            _ => "second half",
        }
    }

    /// The first month and the number of months.
    fn months(self) -> (u8, u8) {
        match self.0 {
            21 | 25 | 31 => (3, 3),
            22 | 26 | 32 => (6, 3),
            23 | 27 | 29 => (9, 3),
            24 | 28 | 30 => (12, 3),
            code @ 33..=36 => (1 + 3 * (code - 33), 3),
            code @ 37..=39 => (1 + 4 * (code - 37), 4),
            code => (1 + 6 * (code - 40), 6),
        }
    }

    /// Its first or last day in `year`; a season that begins in December ends in the next year.
    pub(super) fn end(self, calendar: Calendar, year: i64, side: Side) -> Day {
        let (first, count) = self.months();
        let last = first + count - 1;
        match side {
            Side::First => calendar.day(year, first, 1),
            Side::Last if last <= 12 => calendar.day(year, last, calendar.days_in_month(year, last)),
            Side::Last => calendar.day(year + 1, last - 12, calendar.days_in_month(year + 1, last - 12)),
        }
    }
}
