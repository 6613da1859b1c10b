//! Rules 9 and 10: numbers that are only known within bounds, days and durations.

use servanda_model::{ArithOp, Clock, CompareOp, Duration, Number, NumberRange};
use std::cmp::Ordering;

/// A bound of a range; a missing one is infinite.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    Below,
    At(Number),
    Above,
}

/// What a comparison comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Holds,
    Fails,
    Undecided,
}

pub(crate) fn exactly(number: Number) -> NumberRange {
    NumberRange { min: Some(number), max: Some(number), approximate: false }
}

fn least(range: NumberRange) -> Bound {
    range.min.map_or(Bound::Below, Bound::At)
}

fn greatest(range: NumberRange) -> Bound {
    range.max.map_or(Bound::Above, Bound::At)
}

fn between(min: Bound, max: Bound, approximate: bool) -> NumberRange {
    let number = |bound| match bound {
        Bound::At(number) => Some(number),
        _ => None,
    };
    NumberRange { min: number(min), max: number(max), approximate }
}

/// Rule 9, on numbers and ranges: it holds when it holds for every pair of numbers, and fails when it fails for every pair.
pub(crate) fn compare(a: NumberRange, op: CompareOp, b: NumberRange) -> Verdict {
    let disjoint = greatest(a) < least(b) || greatest(b) < least(a);
    if (a.approximate || b.approximate) && !disjoint {
        return Verdict::Undecided;
    }
    let one_point = a.min.is_some() && a.min == a.max && b.min == b.max && a.min == b.min;
    let verdict = |always: bool, never: bool| match (always, never) {
        (true, _) => Verdict::Holds,
        (_, true) => Verdict::Fails,
        _ => Verdict::Undecided,
    };
    match op {
        CompareOp::Equal => verdict(one_point, disjoint),
        CompareOp::NotEqual => verdict(disjoint, one_point),
        CompareOp::Less => verdict(surely_less(a, b), surely_at_most(b, a)),
        CompareOp::AtMost => verdict(surely_at_most(a, b), surely_less(b, a)),
        CompareOp::Greater => verdict(surely_less(b, a), surely_at_most(a, b)),
        CompareOp::AtLeast => verdict(surely_at_most(b, a), surely_less(a, b)),
    }
}

fn surely_less(a: NumberRange, b: NumberRange) -> bool {
    matches!((a.max, b.min), (Some(a), Some(b)) if a < b)
}

fn surely_at_most(a: NumberRange, b: NumberRange) -> bool {
    matches!((a.max, b.min), (Some(a), Some(b)) if a <= b)
}

/// What an order between two exact things says of a comparison.
pub(crate) fn ordered(order: Ordering, op: CompareOp) -> Verdict {
    let holds = match op {
        CompareOp::Equal => order.is_eq(),
        CompareOp::NotEqual => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::AtMost => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::AtLeast => order.is_ge(),
    };
    if holds { Verdict::Holds } else { Verdict::Fails }
}

/// Rule 10: the range of possible results; `None` on overflow and where the divisor can be 0.
pub(crate) fn arithmetic(op: ArithOp, a: NumberRange, b: NumberRange) -> Option<NumberRange> {
    let zero = Bound::At(Number::whole(0));
    let approximate = a.approximate || b.approximate;
    if op == ArithOp::DividedBy && least(b) <= zero && zero <= greatest(b) {
        return None;
    }
    if op == ArithOp::Modulo {
        let exact = |range: NumberRange| range.min.filter(|_| range.min == range.max && !range.approximate);
        let left_over = exact(a)?.modulo(exact(b)?)?;
        return Some(NumberRange { min: Some(left_over), max: Some(left_over), approximate: false });
    }
    // Every other operation is monotone in each side on the ranges that remain, so the extremes lie at corners.
    let mut corners = Vec::new();
    for x in [least(a), greatest(a)] {
        for y in [least(b), greatest(b)] {
            corners.push((x, y));
        }
    }
    if matches!(op, ArithOp::Plus) {
        corners = vec![(least(a), least(b)), (greatest(a), greatest(b))];
    } else if matches!(op, ArithOp::Minus) {
        corners = vec![(least(a), greatest(b)), (greatest(a), least(b))];
    }
    let mut results = Vec::new();
    for (x, y) in corners {
        results.push(corner(op, x, y)?);
    }
    Some(between(*results.iter().min()?, *results.iter().max()?, approximate))
}

fn corner(op: ArithOp, x: Bound, y: Bound) -> Option<Bound> {
    use Bound::{Above, At, Below};
    let signed = |positive: bool| if positive { Above } else { Below };
    let zero = At(Number::whole(0));
    Some(match (op, x, y) {
        (ArithOp::Plus, At(x), At(y)) => At(x.plus(y)?),
        (ArithOp::Minus, At(x), At(y)) => At(x.minus(y)?),
        (ArithOp::Times, At(x), At(y)) => At(x.times(y)?),
        (ArithOp::DividedBy, At(x), At(y)) => At(x.divided_by(y)?),
        (ArithOp::Plus, At(_), y) => y,
        (ArithOp::Minus, At(_), y) => signed(y == Below),
        (ArithOp::Plus | ArithOp::Minus, x, _) => x,
        // Nought times any number is nought, however large the number.
        (ArithOp::Times, x, y) if x == zero || y == zero => zero,
        (ArithOp::Times, x, y) => signed((x > zero) == (y > zero)),
        (ArithOp::DividedBy, _, Below | Above) => zero,
        (ArithOp::DividedBy, x, y) => signed((x > zero) == (y > zero)),
        (ArithOp::Modulo, ..) => return None,
    })
}

/// Aggregates `Least` and `Greatest` of ranges: the range of what the least (greatest) can be.
pub(crate) fn extreme(a: NumberRange, b: NumberRange, greater: bool) -> NumberRange {
    let pick = |x: Bound, y: Bound| if greater { x.max(y) } else { x.min(y) };
    let approximate = a.approximate || b.approximate;
    between(pick(least(a), least(b)), pick(greatest(a), greatest(b)), approximate)
}

/// Rule 10: a tick and a duration later (or, with a negative duration, earlier). Bare integers know no months.
pub(crate) fn shift(clock: Clock, tick: i64, duration: Duration) -> Option<i64> {
    let months = match duration {
        Duration::Ticks(ticks) => return tick.checked_add(i64::from(ticks)),
        Duration::Months(months) => i64::from(months),
        Duration::Years(years) => i64::from(years) * 12,
    };
    match clock {
        Clock::Integers => None,
        Clock::Days => shift_months(tick, months),
        Clock::Seconds => Some(shift_months(tick.div_euclid(86_400), months)? * 86_400 + tick.rem_euclid(86_400)),
    }
}

/// A duration the other way.
pub(crate) fn negated(duration: Duration) -> Option<Duration> {
    Some(match duration {
        Duration::Ticks(n) => Duration::Ticks(n.checked_neg()?),
        Duration::Months(n) => Duration::Months(n.checked_neg()?),
        Duration::Years(n) => Duration::Years(n.checked_neg()?),
    })
}

fn shift_months(day: i64, months: i64) -> Option<i64> {
    if day.abs() > 1_000_000_000 {
        return None;
    }
    let (year, month, of_month) = civil(day);
    let index = year * 12 + month + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12));
    Some(first_of(year, month) + of_month.min(days_in(year, month) - 1))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Months are counted from 0.
fn days_in(year: i64, month: i64) -> i64 {
    match month {
        1 => 28 + i64::from(is_leap(year)),
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the first of a month counted from 0.
fn first_of(year: i64, month: i64) -> i64 {
    // 719 162 days lie between 0001-01-01 and 1970-01-01.
    let before = year - 1;
    let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    before * 365 + leap_days - 719_162 + (0..month).map(|m| days_in(year, m)).sum::<i64>()
}

/// Year, month and day of the month of a day, the last two counted from 0.
fn civil(day: i64) -> (i64, i64, i64) {
    // A first guess that is never too late, then forward a year at a time.
    let mut year = 1970 + day.div_euclid(366).min(day.div_euclid(365)) - 1;
    year += (day - first_of(year, 0)) / 366;
    while first_of(year + 1, 0) <= day {
        year += 1;
    }
    let month = (0..12).rev().find(|&month| first_of(year, month) <= day).expect("the year has begun");
    (year, month, day - first_of(year, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_apart_and_together() {
        let mut expected = (1600, 0, 0);
        for day in first_of(1600, 0)..first_of(2101, 0) {
            assert_eq!(civil(day), expected);
            let (year, month, of_month) = expected;
            expected = match (month, of_month + 1 == days_in(year, month)) {
                (11, true) => (year + 1, 0, 0),
                (_, true) => (year, month + 1, 0),
                (_, false) => (year, month, of_month + 1),
            };
        }
        assert_eq!(civil(0), (1970, 0, 0));
    }

    #[test]
    fn months_keep_the_day_or_take_the_last() {
        let day = |y: i64, m: i64, d: i64| first_of(y, m - 1) + d - 1;
        let after = |t, n| shift(Clock::Days, t, Duration::Months(n)).unwrap();
        assert_eq!(after(day(2001, 1, 31), 1), day(2001, 2, 28));
        assert_eq!(after(day(2003, 12, 15), 2), day(2004, 2, 15));
        assert_eq!(shift(Clock::Days, day(2004, 2, 29), Duration::Years(1)), Some(day(2005, 2, 28)));
        assert_eq!(
            shift(Clock::Seconds, day(2001, 1, 31) * 86_400 + 5, Duration::Months(-2)),
            Some(day(2000, 11, 30) * 86_400 + 5)
        );
        assert_eq!(shift(Clock::Integers, 0, Duration::Months(1)), None);
    }
}
