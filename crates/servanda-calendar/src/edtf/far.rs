//! Years too far away for day numbers, such as `Y17E200`.
//!
//! They are kept as their digits. What one wants of them is their order and their text, and both follow from the
//! digits without ever writing out the exponent.

use std::cmp::Ordering;

use super::bounds::{Bound, Side};
use crate::calendar::Calendar;

/// Years longer than this are not written out.
const MAX_WRITTEN_DIGITS: u128 = 4300;

/// A year further away than [`Day::MAX_YEAR`](crate::Day::MAX_YEAR), or several sharing their first digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FarYears {
    /// Whether the year is before year 0.
    pub negative: bool,
    /// The digits before the exponent.
    pub digits: Box<str>,
    /// The power of ten they are multiplied by.
    pub exponent: u64,
    /// How many digits from the left are to be relied on; `None` for all.
    pub significant: Option<u64>,
}

/// The digits of a positive number: `head`, then zeros up to `exact` digits, then `fill` up to `total`.
struct Magnitude<'a> {
    head: &'a [u8],
    exact: u128,
    fill: u8,
    total: u128,
}

impl Magnitude<'_> {
    fn digit(&self, index: u128) -> u8 {
        match usize::try_from(index).ok().and_then(|index| self.head.get(index)) {
            Some(&digit) => digit,
            None if index < self.exact => b'0',
            None => self.fill,
        }
    }

    fn compare(&self, other: &Magnitude<'_>) -> Ordering {
        let heads = self.head.len().max(other.head.len()) as u128;
        // Behind the heads the digits change at most once on each side.
        let changes = [heads, self.exact.max(heads), other.exact.max(heads)];
        let places = (0..heads).chain(changes).filter(|&place| place < self.total);
        let digits = places.map(|place| self.digit(place).cmp(&other.digit(place)));
        self.total.cmp(&other.total).then_with(|| digits.fold(Ordering::Equal, Ordering::then))
    }

    fn value(&self) -> Option<i64> {
        if self.total > 19 {
            return None;
        }
        let mut digits = (0..self.total).map(|place| i64::from(self.digit(place) - b'0'));
        digits.try_fold(0i64, |value, digit| value.checked_mul(10)?.checked_add(digit))
    }

    fn write(&self, text: &mut String) -> Option<()> {
        if self.total > MAX_WRITTEN_DIGITS {
            return None;
        }
        text.extend((0..self.total).map(|place| char::from(self.digit(place))));
        Some(())
    }
}

impl FarYears {
    /// The digits of the year nearest to (`fill` 0) or farthest from (`fill` 9) year 0.
    fn magnitude(&self, fill: u8) -> Magnitude<'_> {
        let total = self.digits.len() as u128 + u128::from(self.exponent);
        let exact = self.significant.map_or(total, |significant| u128::from(significant).min(total));
        let relied_on = usize::try_from(exact).unwrap_or(usize::MAX);
        let head = &self.digits.as_bytes()[..self.digits.len().min(relied_on)];
        Magnitude { head, exact, fill, total }
    }

    /// The digits of the first or last of these years.
    fn end(&self, side: Side) -> Magnitude<'_> {
        let farthest = (side == Side::Last) != self.negative;
        self.magnitude(if farthest { b'9' } else { b'0' })
    }

    pub(super) fn bound(&self, calendar: Calendar, side: Side) -> Bound {
        let (month, day) = if side == Side::First { (1, 1) } else { (12, 31) };
        let year = self.end(side).value().map(|year| if self.negative { -year } else { year });
        match year.and_then(|year| calendar.day_from_ymd(year, month, day)) {
            Some(day) => Bound::Day(day),
            None if self.negative => Bound::FarPast,
            None => Bound::FarFuture,
        }
    }

    /// The first or last day as ISO text, unless it is absurdly long.
    pub(super) fn iso(&self, side: Side) -> Option<String> {
        let mut text = String::from(if self.negative { "-" } else { "" });
        self.end(side).write(&mut text)?;
        text.push_str(if side == Side::First { "-01-01" } else { "-12-31" });
        Some(text)
    }

    pub(super) fn compare(&self, side: Side, other: &FarYears, other_side: Side) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.end(side).compare(&other.end(other_side)),
            (true, true) => other.end(other_side).compare(&self.end(side)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn years(negative: bool, digits: &str, exponent: u64, significant: Option<u64>) -> FarYears {
        FarYears { negative, digits: digits.into(), exponent, significant }
    }

    #[test]
    fn digits_are_swept_behind_the_significant_ones() {
        let swept = years(true, "179", 17, Some(2));
        assert_eq!(swept.iso(Side::First).unwrap(), "-17999999999999999999-01-01");
        assert_eq!(swept.iso(Side::Last).unwrap(), "-17000000000000000000-12-31");
        let padded = years(false, "17", 18, Some(4));
        assert_eq!(padded.iso(Side::Last).unwrap(), "17009999999999999999-12-31");
    }

    #[test]
    fn huge_years_are_ordered_without_writing_them() {
        let order = |a: &FarYears, b: &FarYears| a.compare(Side::First, b, Side::Last);
        assert_eq!(order(&years(false, "1", 400, None), &years(false, "2", 400, None)), Ordering::Less);
        assert_eq!(order(&years(false, "10", 399, None), &years(false, "1", 400, None)), Ordering::Equal);
        assert_eq!(order(&years(true, "2", 400, None), &years(true, "1", 400, None)), Ordering::Less);
        assert_eq!(order(&years(false, "1", u64::MAX, None), &years(false, "9", 400, None)), Ordering::Greater);
        assert_eq!(order(&years(false, "15", 400, None), &years(false, "1", 401, Some(1))), Ordering::Less);
    }

    #[test]
    fn absurd_lengths_are_not_written() {
        assert_eq!(years(false, "1", 100_001, None).iso(Side::First), None);
    }
}
