//! The Julian calendar: every fourth year is a leap year.
//!
//! Years are astronomical, as in [`crate::date`], and begin on 1 January; documents that begin the year on another day
//! must be brought to this form first. A Julian month or year is a run of days, not a Gregorian month or year.
//!
//! ```
//! use servanda_calendar::{Day, julian};
//!
//! let brest_litovsk = julian::day_from_ymd(1918, 2, 18).unwrap();
//! assert_eq!(brest_litovsk.to_string(), "1918-03-03");
//! assert_eq!(julian::to_ymd(brest_litovsk), (1918, 2, 18));
//! ```

use crate::date::{Day, month_and_day_from_march};

/// Days in four Julian years.
const CYCLE_DAYS: i64 = 1_461;
/// Days from Julian 0000-03-01 to 1970-01-01, beyond 492 whole cycles.
const EPOCH_DAYS: i64 = 719_470 - 492 * CYCLE_DAYS;

/// The day on which the Julian calendar shows this date; `None` if it has no such date or the day lies beyond
/// [`Day::MIN`] or [`Day::MAX`].
pub const fn day_from_ymd(year: i64, month: u8, day: u8) -> Option<Day> {
    let year_fits = -Day::MAX_YEAR <= year && year <= Day::MAX_YEAR;
    if !(year_fits && 1 <= month && month <= 12 && 1 <= day && day <= days_in_month(year, month)) {
        return None;
    }
    let (shifted_year, month_from_march) =
        if month > 2 { (year, month as i64 - 3) } else { (year - 1, month as i64 + 9) };
    let cycle = shifted_year.div_euclid(4);
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i64 - 1;
    let number = (cycle - 492) * CYCLE_DAYS + 365 * shifted_year.rem_euclid(4) + day_of_year - EPOCH_DAYS;
    if Day::MIN.0 <= number && number <= Day::MAX.0 { Some(Day(number)) } else { None }
}

/// The year, month and day of the month the Julian calendar shows on `day`.
pub const fn to_ymd(day: Day) -> (i64, u8, u8) {
    let mut cycle = day.0.div_euclid(CYCLE_DAYS) + 492;
    let mut day_of_cycle = day.0.rem_euclid(CYCLE_DAYS) + EPOCH_DAYS;
    if day_of_cycle >= CYCLE_DAYS {
        cycle += 1;
        day_of_cycle -= CYCLE_DAYS;
    }
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460) / 365;
    let (month, day_of_month) = month_and_day_from_march(day_of_cycle - 365 * year_of_cycle);
    let year = cycle * 4 + year_of_cycle + if month <= 2 { 1 } else { 0 };
    (year, month, day_of_month)
}

/// Whether the Julian calendar gives this year a 29 February.
pub const fn is_leap_year(year: i64) -> bool {
    year % 4 == 0
}

/// The number of days in a month (1–12) of the Julian calendar. A month outside 1–12 has no days.
pub const fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if is_leap_year(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gregorian(year: i64, month: u8, day: u8) -> String {
        day_from_ymd(year, month, day).expect("the test writes an existing date").to_string()
    }

    #[test]
    fn reforms_follow_the_last_julian_day() {
        assert_eq!(gregorian(1582, 10, 4), "1582-10-14");
        assert_eq!(gregorian(1752, 9, 2), "1752-09-13");
        assert_eq!(gregorian(1918, 1, 31), "1918-02-13");
        assert_eq!(gregorian(1923, 2, 15), "1923-02-28");
    }

    #[test]
    fn the_calendars_agree_in_the_third_century() {
        assert_eq!(gregorian(200, 3, 1), "0200-03-01");
        assert_eq!(gregorian(300, 2, 28), "0300-02-28");
        assert_eq!(gregorian(0, 3, 1), "0000-02-28");
    }

    #[test]
    fn every_fourth_year_has_a_leap_day() {
        assert_eq!(gregorian(1900, 2, 29), "1900-03-13");
        assert_eq!(day_from_ymd(1901, 2, 29), None);
        assert_eq!(gregorian(-44, 2, 29), "-0044-02-27");
    }

    #[test]
    fn dates_follow_each_other() {
        let mut expected = day_from_ymd(-9, 12, 31).unwrap();
        for year in -8..=9 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let next = day_from_ymd(year, month, day).unwrap();
                    assert_eq!(next.0, expected.0 + 1);
                    assert_eq!(to_ymd(next), (year, month, day));
                    expected = next;
                }
            }
        }
    }

    #[test]
    fn extreme_numbers_do_not_overflow() {
        assert!(to_ymd(Day(i64::MAX)).0 > 0);
        assert!(to_ymd(Day(i64::MIN)).0 < 0);
        assert_eq!(day_from_ymd(i64::MAX, 1, 1), None);
    }
}
