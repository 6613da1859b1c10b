//! What can be worked out from values (rules 9 and 10 of `docs/semantics.md`).

use std::cmp::Ordering;

use servanda_model::{ArithOp, Clock, CompareOp, Number, Value};
use servanda_proof::{End, Val};

const ZERO: End = End::At(Number::whole(0));

/// A range again; a number where only one is left.
fn ranging(low: End, high: End, about: bool) -> Option<Val> {
    match (low, high) {
        (End::At(a), End::At(b)) if a == b && !about => Value::number(a).map(|_| Val::Number(a)),
        _ => Some(Val::Range(low, high, about)),
    }
}

/// Rule 9: whether a comparison holds for all numbers that the sides can be, and for some. Both sides are there.
pub(crate) fn compare(a: Val, op: CompareOp, b: Val) -> (bool, bool) {
    // Which orders are possible between what the one can be and what the other can.
    let possible = match (a.ends().zip(b.ends()), order(a, b)) {
        (Some((a, b)), _) => [a.0 < b.1, a.0 <= b.1 && b.0 <= a.1, a.1 > b.0],
        (_, Some(order)) => [order.is_lt(), order.is_eq(), order.is_gt()],
        _ if matches!(op, CompareOp::Equal | CompareOp::NotEqual) => [a != b, a == b, false],
        _ => return (false, false),
    };
    let about = possible[1] && [a, b].iter().any(|it| matches!(it, Val::Range(_, _, true)));
    let orders = [Ordering::Less, Ordering::Equal, Ordering::Greater].into_iter().zip(possible);
    let mut wanted = orders.filter(|(_, possible)| *possible).map(|(order, _)| op.holds(order));
    let some = about || wanted.clone().any(|it| it);
    (some && !about && wanted.all(|it| it), some)
}

/// The order of two ticks, or of two durations of one unit.
fn order(a: Val, b: Val) -> Option<Ordering> {
    let alike = std::mem::discriminant(&a) == std::mem::discriminant(&b);
    (alike && matches!(a, Val::Tick(_) | Val::Ticks(_) | Val::Months(_) | Val::Years(_))).then(|| a.cmp(&b))
}

/// The greater or the lesser of two, of ranges the range of what that can be (rule 11).
pub(crate) fn extreme(a: Val, b: Val, greatest: bool) -> Option<Val> {
    let pick = |a: End, b: End| if greatest { a.max(b) } else { a.min(b) };
    match (a.ends(), b.ends()) {
        (Some(a), Some(b)) => ranging(pick(a.0, b.0), pick(a.1, b.1), a.2 || b.2),
        _ => Some(if order(a, b)?.is_gt() == greatest { a } else { b }),
    }
}

/// Rule 10.
pub(crate) fn arithmetic(clock: Clock, a: Val, op: ArithOp, b: Val) -> Option<Val> {
    let day = |tick: Option<i64>| tick.and_then(Value::tick).map(|value| Val::of(value, &[]));
    match (a, op, b) {
        (Val::Tick(a), ArithOp::Minus, Val::Tick(b)) => Val::whole(a.checked_sub(b)?),
        (Val::Tick(a), ArithOp::Plus, _) => day(later(clock, a, b)),
        (Val::Tick(a), ArithOp::Minus, _) => day(later(clock, a, negative(b)?)),
        (Val::Number(a), ArithOp::Modulo, Val::Number(b)) => a.modulo(b).map(Val::Number),
        (_, ArithOp::Modulo, _) => None,
        _ => on_ranges(a.ends()?, op, b.ends()?),
    }
}

/// What the result can be lies between the results for the ends: each operation rises or falls with each side.
fn on_ranges(a: (End, End, bool), op: ArithOp, b: (End, End, bool)) -> Option<Val> {
    if op == ArithOp::DividedBy && b.0 <= ZERO && ZERO <= b.1 {
        return None;
    }
    let pairs = match op {
        ArithOp::Plus => vec![(a.0, b.0), (a.1, b.1)],
        ArithOp::Minus => vec![(a.0, b.1), (a.1, b.0)],
        _ => vec![(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)],
    };
    let all = pairs.into_iter().map(|(x, y)| on_ends(x, op, y)).collect::<Option<Vec<End>>>()?;
    ranging(*all.iter().min()?, *all.iter().max()?, a.2 || b.2)
}

fn on_ends(x: End, op: ArithOp, y: End) -> Option<End> {
    let infinite = |positive: bool| if positive { End::Above } else { End::Below };
    Some(match (op, x, y) {
        (ArithOp::Plus, End::At(x), End::At(y)) => End::At(x.plus(y)?),
        (ArithOp::Minus, End::At(x), End::At(y)) => End::At(x.minus(y)?),
        (ArithOp::Times, End::At(x), End::At(y)) => End::At(x.times(y)?),
        (ArithOp::DividedBy, End::At(x), End::At(y)) => End::At(x.divided_by(y)?),
        (ArithOp::Plus, End::At(_), y) => y,
        (ArithOp::Minus, End::At(_), y) => infinite(y == End::Below),
        (ArithOp::Plus | ArithOp::Minus, x, _) => x,
        (ArithOp::Times, x, y) if x == ZERO || y == ZERO => ZERO,
        (ArithOp::DividedBy, _, End::Below | End::Above) => ZERO,
        (_, x, y) => infinite((x > ZERO) == (y > ZERO)),
    })
}

/// As long a time, the other way.
pub(crate) fn negative(time: Val) -> Option<Val> {
    match time {
        Val::Ticks(n) => n.checked_neg().map(Val::Ticks),
        Val::Months(n) => n.checked_neg().map(Val::Months),
        Val::Years(n) => n.checked_neg().map(Val::Years),
        Val::Number(number) => Number::whole(0).minus(number).map(Val::Number),
        _ => None,
    }
}

/// A duration, or a whole number of ticks, after a tick; before it, if it is negative.
#[must_use]
pub fn later(clock: Clock, tick: i64, time: Val) -> Option<i64> {
    let months = match time {
        Val::Ticks(n) => return tick.checked_add(i64::from(n)),
        Val::Number(Number { mantissa, scale: 0 }) => return tick.checked_add(mantissa),
        Val::Months(n) => i64::from(n),
        Val::Years(n) => 12 * i64::from(n),
        _ => return None,
    };
    let ticks = Some(clock.day()).filter(|_| clock != Clock::Integers)?;
    let day = Some(tick.div_euclid(ticks)).filter(|day| (-1 << 40..1 << 40).contains(day))?;
    Some(add_months(day, months) * ticks + tick.rem_euclid(ticks))
}

/// The same day of the month some months on, or the month's last day. Months are counted from January of the year 0.
fn add_months(day: i64, months: i64) -> i64 {
    let mut month = (day * 4_800).div_euclid(146_097) + 1970 * 12 - 2;
    while first_of(month + 1) <= day {
        month += 1;
    }
    let to = month + months;
    (first_of(to) + day - first_of(month)).min(first_of(to + 1) - 1)
}

fn first_of(month: i64) -> i64 {
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12));
    let leapt = if month < 2 { year - 1 } else { year };
    let leap_days = leapt.div_euclid(4) - leapt.div_euclid(100) + leapt.div_euclid(400);
    year * 365 + leap_days + [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize] - 719_527
}
