//! Days as numbers.
//!
//! A [`Day`] counts days from 1970-01-01 in the proleptic Gregorian calendar with astronomical years:
//! the year 0 exists and the year −1 comes before it. Nothing here knows a clock or a time zone.
//!
//! The conversions shift the year to begin in March, so that the leap day falls last and the lengths of the months
//! follow one linear rule; a 400-year cycle always has 146 097 days. Howard Hinnant, "chrono-Compatible Low-Level Date
//! Algorithms", describes the method; [`crate::julian`] uses it with a cycle of four years.
//!
//! ```
//! use servanda_calendar::Day;
//!
//! let day = Day::from_ymd(1919, 6, 28).unwrap();
//! assert_eq!(day.ymd(), (1919, 6, 28));
//! assert_eq!(day.to_string(), "1919-06-28");
//! assert_eq!("1919-06-28".parse(), Ok(day));
//! ```

use std::fmt;
use std::str::FromStr;

/// Days in 400 Gregorian years.
const CYCLE_DAYS: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01 beyond four whole cycles.
const EPOCH_DAYS: i64 = 719_468 - 4 * CYCLE_DAYS;

/// A day: the number of days since 1970-01-01, proleptic Gregorian.
///
/// Dates can be written for the years `±MAX_YEAR`; arithmetic saturates at [`Day::MIN`] and [`Day::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i64);

/// A day reached by counting months or years, and whether it had to be moved to the end of its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shifted {
    /// The day reached.
    pub day: Day,
    /// True when the month has no such day (31 January and one month), so that its last day was taken.
    pub clamped: bool,
}

impl Day {
    /// The furthest year, before or after year 0, whose days have numbers.
    pub const MAX_YEAR: i64 = 25_000_000_000_000_000;
    /// 1 January of the year `-MAX_YEAR`.
    pub const MIN: Day = Day::of(-Day::MAX_YEAR, 1, 1);
    /// 31 December of the year `MAX_YEAR`.
    pub const MAX: Day = Day::of(Day::MAX_YEAR, 12, 31);

    /// The day with this year, month (1–12) and day of the month (1–31); `None` if the calendar has no such day or the
    /// year lies beyond [`Day::MAX_YEAR`].
    pub const fn from_ymd(year: i64, month: u8, day: u8) -> Option<Day> {
        let year_fits = -Day::MAX_YEAR <= year && year <= Day::MAX_YEAR;
        if year_fits && 1 <= month && month <= 12 && 1 <= day && day <= days_in_month(year, month) {
            Some(Day::of(year, month, day))
        } else {
            None
        }
    }

    /// As [`Day::from_ymd`], for a date already known to exist.
    pub(crate) const fn of(year: i64, month: u8, day: u8) -> Day {
        let (shifted_year, month_from_march) =
            if month > 2 { (year, month as i64 - 3) } else { (year - 1, month as i64 + 9) };
        let cycle = shifted_year.div_euclid(400);
        let year_of_cycle = shifted_year.rem_euclid(400);
        let day_of_year = (153 * month_from_march + 2) / 5 + day as i64 - 1;
        let day_of_cycle = 365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
        Day((cycle - 4) * CYCLE_DAYS + day_of_cycle - EPOCH_DAYS)
    }

    /// Year, month (1–12) and day of the month (1–31).
    pub const fn ymd(self) -> (i64, u8, u8) {
        // The two parts are shifted apart so that even the extreme numbers cannot overflow.
        let mut cycle = self.0.div_euclid(CYCLE_DAYS) + 4;
        let mut day_of_cycle = self.0.rem_euclid(CYCLE_DAYS) + EPOCH_DAYS;
        if day_of_cycle >= CYCLE_DAYS {
            cycle += 1;
            day_of_cycle -= CYCLE_DAYS;
        }
        let year_of_cycle =
            (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
        let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let (month, day) = month_and_day_from_march(day_of_year);
        let year = cycle * 400 + year_of_cycle + if month <= 2 { 1 } else { 0 };
        (year, month, day)
    }

    /// The year this day is in.
    pub const fn year(self) -> i64 {
        self.ymd().0
    }

    /// The day `days` later (earlier if negative).
    pub fn add_days(self, days: i64) -> Day {
        Day(self.0.saturating_add(days)).clamp(Day::MIN, Day::MAX)
    }

    /// The same day of the month `months` later (earlier if negative), or that month's last day if it is shorter:
    /// 31 January and one month is 28 or 29 February. [`Day::shift_months`] tells whether this happened.
    pub fn add_months(self, months: i64) -> Day {
        self.shift_months(months).day
    }

    /// The same date `years` later (earlier if negative); 29 February becomes the 28th in a common year.
    pub fn add_years(self, years: i64) -> Day {
        self.add_months(years.saturating_mul(12))
    }

    /// As [`Day::add_months`], and says whether the day was moved to the end of a shorter month.
    pub fn shift_months(self, months: i64) -> Shifted {
        let (year, month, day) = self.ymd();
        let months_since_zero = i128::from(year) * 12 + i128::from(month - 1) + i128::from(months);
        let year = months_since_zero.div_euclid(12);
        let month = months_since_zero.rem_euclid(12) as u8 + 1;
        if year < i128::from(-Day::MAX_YEAR) {
            return Shifted { day: Day::MIN, clamped: false };
        }
        if year > i128::from(Day::MAX_YEAR) {
            return Shifted { day: Day::MAX, clamped: false };
        }
        let year = year as i64;
        let length = days_in_month(year, month);
        Shifted { day: Day::of(year, month, day.min(length)), clamped: day > length }
    }

    /// The first day of the month after the one this day is in. Many treaties enter into force on such a day.
    pub fn first_of_next_month(self) -> Day {
        let (year, month, _) = self.ymd();
        let (year, month) = if month == 12 { (year.saturating_add(1), 1) } else { (year, month + 1) };
        Day::from_ymd(year, month, 1).unwrap_or(Day::MAX)
    }
}

/// Whether the proleptic Gregorian calendar gives this year a 29 February.
pub const fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days in a month (1–12) of the proleptic Gregorian calendar.
///
/// A month outside 1–12 has no days.
pub const fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if is_leap_year(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}

/// Month and day of the month from the number of days since 1 March.
pub(crate) const fn month_and_day_from_march(day_of_year: i64) -> (u8, u8) {
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (month as u8, day as u8)
}

impl fmt::Display for Day {
    /// ISO 8601 with at least four digits in the year: `0044-03-15`, `-0043-03-15`, `10000-01-01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write_year(f, year)?;
        write!(f, "-{month:02}-{day:02}")
    }
}

/// Writes a year with at least four digits, the sign before them.
pub(crate) fn write_year(f: &mut impl fmt::Write, year: i64) -> fmt::Result {
    let sign = if year < 0 { "-" } else { "" };
    write!(f, "{sign}{:04}", year.unsigned_abs())
}

/// Why a text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseDayError {
    /// The text is not of the form `YYYY-MM-DD`.
    NotADate,
    /// The form is right, but the calendar has no such day.
    NoSuchDay,
}

impl fmt::Display for ParseDayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParseDayError::NotADate => "a day is written as YYYY-MM-DD",
            ParseDayError::NoSuchDay => "the calendar has no such day",
        })
    }
}

impl std::error::Error for ParseDayError {}

impl FromStr for Day {
    type Err = ParseDayError;

    /// Reads what [`Day`] displays: four or more digits of the year, two of the month, two of the day.
    fn from_str(text: &str) -> Result<Day, ParseDayError> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut parts = rest.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ParseDayError::NotADate);
        };
        let all_digits = [year, month, day].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        let padded_too_far = year.len() > 4 && year.starts_with('0');
        if !all_digits || year.len() < 4 || month.len() != 2 || day.len() != 2 || padded_too_far {
            return Err(ParseDayError::NotADate);
        }
        let year: i64 = year.parse().map_err(|_| ParseDayError::NoSuchDay)?;
        if negative && year == 0 {
            return Err(ParseDayError::NoSuchDay);
        }
        let (month, day) = (two_digits(month), two_digits(day));
        Day::from_ymd(if negative { -year } else { year }, month, day).ok_or(ParseDayError::NoSuchDay)
    }
}

fn two_digits(text: &str) -> u8 {
    text.bytes().fold(0, |value, byte| value * 10 + (byte - b'0'))
}

/// A run of days with both ends included; an end that is `None` is not bounded.
///
/// This is what a date of coarse precision, such as a month, covers. The engine's half-open
/// [`Interval`](crate::Interval) is what a treaty covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DayRange {
    /// The first day.
    pub min: Option<Day>,
    /// The last day, included.
    pub max: Option<Day>,
}

impl DayRange {
    /// Every day there is.
    pub const ALL: DayRange = DayRange { min: None, max: None };

    /// The days from `min` to `max`, both included.
    pub const fn new(min: Day, max: Day) -> DayRange {
        DayRange { min: Some(min), max: Some(max) }
    }

    /// Whether `day` is one of them.
    pub fn contains(self, day: Day) -> bool {
        self.min.is_none_or(|min| min <= day) && self.max.is_none_or(|max| day <= max)
    }

    /// The days in both, which may be none.
    pub fn intersection(self, other: DayRange) -> Option<DayRange> {
        let min = self.min.max(other.min);
        let max = match (self.max, other.max) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let is_empty = matches!((min, max), (Some(min), Some(max)) if max < min);
        (!is_empty).then_some(DayRange { min, max })
    }
}

impl fmt::Display for DayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => write!(f, "{min}"),
            (Some(min), Some(max)) => write!(f, "{min}..{max}"),
            (Some(min), None) => write!(f, "{min}.."),
            (None, Some(max)) => write!(f, "..{max}"),
            (None, None) => f.write_str(".."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("the test writes an existing day")
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(day("1970-01-01"), Day(0));
        assert_eq!(day("1969-12-31"), Day(-1));
        assert_eq!(day("2000-03-01"), Day(11_017));
        assert_eq!(day("0000-03-01"), Day(-719_468));
    }

    #[test]
    fn the_number_and_the_date_agree_over_two_cycles() {
        let mut expected = day("-0001-12-31");
        for year in 0..800 {
            for month in 1..=12 {
                for day_of_month in 1..=days_in_month(year, month) {
                    let next = Day::from_ymd(year, month, day_of_month).unwrap();
                    assert_eq!(next.0, expected.0 + 1, "{year}-{month}-{day_of_month}");
                    assert_eq!(next.ymd(), (year, month, day_of_month));
                    expected = next;
                }
            }
        }
    }

    #[test]
    fn extreme_numbers_still_have_a_date() {
        assert!(Day(i64::MAX).year() > Day::MAX_YEAR);
        assert!(Day(i64::MIN).year() < -Day::MAX_YEAR);
        assert_eq!(Day::MAX.ymd(), (Day::MAX_YEAR, 12, 31));
        assert_eq!(Day::MIN.ymd(), (-Day::MAX_YEAR, 1, 1));
        assert_eq!(Day(i64::MAX).add_months(1), Day::MAX);
        assert_eq!(Day(i64::MAX).first_of_next_month(), Day::MAX);
        assert_eq!(Day(0).add_years(i64::MIN), Day::MIN);
    }

    #[test]
    fn years_are_written_with_at_least_four_digits() {
        for text in ["0000-01-01", "0044-03-15", "-0043-03-15", "-2001-01-01", "1000000000-01-01"] {
            assert_eq!(day(text).to_string(), text);
        }
    }

    #[test]
    fn only_existing_days_are_read() {
        assert_eq!("1900-02-29".parse::<Day>(), Err(ParseDayError::NoSuchDay));
        assert_eq!("-0000-01-01".parse::<Day>(), Err(ParseDayError::NoSuchDay));
        assert_eq!("2000-13-01".parse::<Day>(), Err(ParseDayError::NoSuchDay));
        for text in ["", "-", "2000-1-1", "200-01-01", "02000-01-01", "2000-01-01-", "２000-01-01"] {
            assert_eq!(text.parse::<Day>(), Err(ParseDayError::NotADate), "{text}");
        }
        assert_eq!("99999999999999999999-01-01".parse::<Day>(), Err(ParseDayError::NoSuchDay));
    }

    #[test]
    fn adding_months_stops_at_the_end_of_a_shorter_month() {
        assert_eq!(day("2023-01-31").shift_months(1), Shifted { day: day("2023-02-28"), clamped: true });
        assert_eq!(day("2024-01-31").shift_months(1), Shifted { day: day("2024-02-29"), clamped: true });
        assert_eq!(day("2023-01-31").shift_months(2), Shifted { day: day("2023-03-31"), clamped: false });
        assert_eq!(day("2023-03-31").add_months(-1), day("2023-02-28"));
        assert_eq!(day("2024-02-29").add_years(1), day("2025-02-28"));
        assert_eq!(day("0000-01-15").add_months(-1), day("-0001-12-15"));
    }

    #[test]
    fn the_month_after_december_is_in_the_next_year() {
        assert_eq!(day("1999-12-31").first_of_next_month(), day("2000-01-01"));
        assert_eq!(day("2000-02-01").first_of_next_month(), day("2000-03-01"));
    }

    #[test]
    fn ranges_meet_where_both_allow() {
        let may = DayRange::new(day("1919-05-01"), day("1919-05-31"));
        let from_the_20th = DayRange { min: Some(day("1919-05-20")), max: None };
        assert_eq!(may.intersection(from_the_20th), Some(DayRange::new(day("1919-05-20"), day("1919-05-31"))));
        assert_eq!(may.intersection(DayRange { min: None, max: Some(day("1919-04-30")) }), None);
        assert_eq!(may.intersection(DayRange::ALL), Some(may));
    }
}
