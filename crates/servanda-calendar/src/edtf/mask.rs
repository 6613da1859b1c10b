//! Dates with unspecified digits (`X`), as exact sets of days.

use crate::calendar::Calendar;
use crate::date::{Day, DayRange};
use crate::edtf::Season;
use crate::edtf::bounds::Side;

/// A date some of whose digits are `X`. It stands for exactly the existing days whose digits match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mask {
    negative: bool,
    // ASCII digits or `X`; month and day are zero bytes where they were not written.
    year: [u8; 4],
    month: [u8; 2],
    day: [u8; 2],
}

const UNWRITTEN: [u8; 2] = [0, 0];

impl Mask {
    /// `None` if no day matches.
    pub(super) fn new(
        calendar: Calendar,
        negative: bool,
        year: [u8; 4],
        month: Option<[u8; 2]>,
        day: Option<[u8; 2]>,
    ) -> Option<Mask> {
        let mask = Mask { negative, year, month: month.unwrap_or(UNWRITTEN), day: day.unwrap_or(UNWRITTEN) };
        mask.years().find_map(|year| mask.end_in_year(calendar, year, Side::First)).map(|_| mask)
    }

    /// Whether the year is before year 0.
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// The four characters of the year, digits or `X`.
    pub fn year_digits(self) -> [char; 4] {
        self.year.map(char::from)
    }

    /// The two characters of the month or season, if written.
    pub fn month_digits(self) -> Option<[char; 2]> {
        (self.month != UNWRITTEN).then(|| self.month.map(char::from))
    }

    /// The two characters of the day of the month, if written.
    pub fn day_digits(self) -> Option<[char; 2]> {
        (self.day != UNWRITTEN).then(|| self.day.map(char::from))
    }

    /// The season, in an expression such as `20XX-21`.
    pub fn season(self) -> Option<Season> {
        let [tens, units] = self.month;
        let is_season_code = (b'2'..=b'4').contains(&tens) && units.is_ascii_digit();
        if is_season_code { Season::from_code((tens - b'0') * 10 + units - b'0') } else { None }
    }

    /// Whether the pattern is among those of level 1: the last one or two digits of a year, or everything after the
    /// year or month.
    pub(super) fn is_level_1(self) -> bool {
        let unspecified_at = |place: usize| self.year[place] == b'X';
        let century_known = !unspecified_at(0) && !unspecified_at(1);
        if self.month == UNWRITTEN {
            return century_known && unspecified_at(3);
        }
        let year_known = century_known && !unspecified_at(2) && !unspecified_at(3);
        let month_open = self.month == *b"XX";
        let month_known = !self.month.contains(&b'X');
        let day_open = self.day == *b"XX";
        year_known && (month_open && (day_open || self.day == UNWRITTEN) || month_known && day_open)
    }

    /// Whether `day` matches.
    pub(super) fn contains(self, calendar: Calendar, day: Day) -> bool {
        let (year, month, day_of_month) = calendar.ymd(day);
        match self.season() {
            Some(season) => (year.saturating_sub(1)..=year).any(|year| {
                self.has_year(year)
                    && season.end(calendar, year, Side::First) <= day
                    && day <= season.end(calendar, year, Side::Last)
            }),
            None => {
                let day_matches = |days: u32| days & (1 << day_of_month) != 0;
                self.has_year(year)
                    && self.months() & (1 << month) != 0
                    && day_matches(self.days(calendar, year, month))
            }
        }
    }

    /// The first day that matches.
    pub(super) fn first_day(self, calendar: Calendar) -> Day {
        let found = self.years().find_map(|year| self.end_in_year(calendar, year, Side::First));
        found.expect("`Mask::new` found a day that matches")
    }

    /// The last day that matches.
    pub(super) fn last_day(self, calendar: Calendar) -> Day {
        let found = self.years().rev().find_map(|year| self.end_in_year(calendar, year, Side::Last));
        found.expect("`Mask::new` found a day that matches")
    }

    /// The years that match, in order.
    fn years(self) -> impl DoubleEndedIterator<Item = i64> {
        (0..self.year_count()).filter_map(move |index| self.year_at(index))
    }

    /// The first or last day of `year` that matches.
    fn end_in_year(self, calendar: Calendar, year: i64, side: Side) -> Option<Day> {
        if let Some(season) = self.season() {
            return Some(season.end(calendar, year, side));
        }
        let mut months = self.months();
        while months != 0 {
            let month = match side {
                Side::First => months.trailing_zeros(),
                Side::Last => months.ilog2(),
            };
            let days = self.days(calendar, year, month as u8);
            if days != 0 {
                let day = if side == Side::First { days.trailing_zeros() } else { days.ilog2() };
                return Some(calendar.day(year, month as u8, day as u8));
            }
            months &= !(1 << month);
        }
        None
    }

    /// The runs of matching days in one year, in order.
    pub(super) fn ranges_in_year(self, calendar: Calendar, year: i64) -> impl Iterator<Item = DayRange> {
        let season = self.season().map(|season| {
            DayRange::new(season.end(calendar, year, Side::First), season.end(calendar, year, Side::Last))
        });
        let months = if season.is_some() { 0 } else { self.months() };
        let by_month = (1..=12u8).filter(move |month| months & (1 << month) != 0).flat_map(move |month| {
            runs(self.days(calendar, year, month)).map(move |(first, last)| {
                DayRange::new(calendar.day(year, month, first), calendar.day(year, month, last))
            })
        });
        season.into_iter().chain(by_month)
    }

    /// The number of ways to fill in the year's digits.
    pub(super) fn year_count(self) -> u16 {
        10u16.pow(self.year.iter().filter(|&&digit| digit == b'X').count() as u32)
    }

    /// The years in order, from the earliest; `None` for −0, which is no year.
    pub(super) fn year_at(self, index: u16) -> Option<i64> {
        // A larger number after the minus sign is an earlier year.
        let mut filling = if self.negative { self.year_count() - 1 - index } else { index };
        let mut year = 0;
        for (place, &digit) in [1, 10, 100, 1000].into_iter().zip(self.year.iter().rev()) {
            if digit == b'X' {
                year += place * i64::from(filling % 10);
                filling /= 10;
            } else {
                year += place * i64::from(digit - b'0');
            }
        }
        match self.negative {
            true if year == 0 => None,
            true => Some(-year),
            false => Some(year),
        }
    }

    fn has_year(self, year: i64) -> bool {
        let sign_matches = if self.negative { year < 0 } else { year >= 0 };
        let mut rest = year.unsigned_abs();
        let digits_match = self.year.iter().rev().all(|&digit| {
            let place = (rest % 10) as u8 + b'0';
            rest /= 10;
            digit == b'X' || digit == place
        });
        sign_matches && digits_match && rest == 0
    }

    /// The months that match, as bits 1 to 12.
    fn months(self) -> u16 {
        match self.month {
            UNWRITTEN => 0b1_1111_1111_1110,
            pattern => (1..=12).filter(|&month| matches(pattern, month)).fold(0, |months, month| months | 1 << month),
        }
    }

    /// The days of a month that match, as bits 1 to 31.
    fn days(self, calendar: Calendar, year: i64, month: u8) -> u32 {
        let existing = u32::MAX >> (31 - calendar.days_in_month(year, month)) & !1;
        existing & day_bits(self.day)
    }
}

fn day_bits(pattern: [u8; 2]) -> u32 {
    match pattern {
        UNWRITTEN => u32::MAX,
        [b'X', b'X'] => u32::MAX,
        _ => (1..=31).filter(|&day| matches(pattern, day)).fold(0, |days, day| days | 1 << day),
    }
}

fn matches([tens, units]: [u8; 2], number: u8) -> bool {
    (tens == b'X' || tens - b'0' == number / 10) && (units == b'X' || units - b'0' == number % 10)
}

/// The runs of set bits, from the lowest, as their first and last positions.
fn runs(mut bits: u32) -> impl Iterator<Item = (u8, u8)> {
    std::iter::from_fn(move || {
        if bits == 0 {
            return None;
        }
        let first = bits.trailing_zeros();
        let length = (bits >> first).trailing_ones();
        bits &= u32::MAX.checked_shl(first + length).unwrap_or(0);
        Some((first as u8, (first + length - 1) as u8))
    })
}
