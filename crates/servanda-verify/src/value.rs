//! What can be worked out from values (rules 9 and 10 of `docs/semantics.md`).

use std::cmp::Ordering;

use servanda_model::{ArithOp, Clock, CompareOp, EntityId, Hole, Number, Program, Value};
use servanda_proof::{End, Val};

/// A whole number, if it is not too large for a value.
pub(crate) fn whole(number: i64) -> Option<Val> {
    Value::integer(number).map(|_| Val::Number(Number::whole(number)))
}

/// A number or range by its ends.
fn ends(value: Val) -> Option<(End, End, bool)> {
    match value {
        Val::Range(low, high, about) => Some((low, high, about)),
        Val::Number(number) => Some((End::At(number), End::At(number), false)),
        _ => None,
    }
}

/// Whether a hole takes a value (rule 8).
pub(crate) fn fits(value: Val, hole: Hole, program: &Program) -> bool {
    match hole {
        Hole::Kind(kind) => matches!(value, Val::Entity(id) if program.is_of_kind(EntityId(id), kind)),
        Hole::Thing => matches!(value, Val::Entity(_)),
        Hole::Number => matches!(value, Val::Number(_) | Val::Range(..)),
        Hole::Day => matches!(value, Val::Tick(_)),
        Hole::Duration => matches!(value, Val::Ticks(_) | Val::Months(_) | Val::Years(_)),
        Hole::Text => matches!(value, Val::Text(_)),
        Hole::Any => true,
    }
}

/// A range again; a number where only one is left.
fn ranging(low: End, high: End, about: bool) -> Option<Val> {
    match (low, high) {
        (End::At(a), End::At(b)) if a == b && !about => Value::number(a).map(|_| Val::Number(a)),
        _ => Some(Val::Range(low, high, about)),
    }
}

/// Rule 9: whether a comparison holds for all numbers that the sides can be, and for some. Both sides are there.
pub(crate) fn compare(a: Val, op: CompareOp, b: Val) -> (bool, bool) {
    let (less, equal, greater) = match (ends(a), ends(b)) {
        // Which orders are possible between a number of the one and a number of the other.
        (Some(a), Some(b)) => (a.0 < b.1, a.0 <= b.1 && b.0 <= a.1, a.1 > b.0),
        _ => match order(a, b) {
            Some(order) => (order.is_lt(), order.is_eq(), order.is_gt()),
            None if matches!(op, CompareOp::Equal | CompareOp::NotEqual) => (a != b, a == b, false),
            None => return (false, false),
        },
    };
    let about = [a, b].iter().any(|it| matches!(it, Val::Range(_, _, true)));
    let possible = [(less, Ordering::Less), (equal, Ordering::Equal), (greater, Ordering::Greater)];
    let mut wanted = possible.iter().filter(|(possible, _)| *possible).map(|(_, order)| op.holds(*order));
    let some = wanted.clone().any(|it| it) || (about && equal);
    (some && wanted.all(|it| it) && !(about && equal), some)
}

/// The order of two ticks, or of two durations of one unit.
fn order(a: Val, b: Val) -> Option<Ordering> {
    let alike = std::mem::discriminant(&a) == std::mem::discriminant(&b);
    (alike && matches!(a, Val::Tick(_) | Val::Ticks(_) | Val::Months(_) | Val::Years(_))).then(|| a.cmp(&b))
}

/// The greater or the lesser of two, of ranges the range of what that can be (rule 11).
pub(crate) fn extreme(a: Val, b: Val, greatest: bool) -> Option<Val> {
    let pick = |a: End, b: End| if greatest { a.max(b) } else { a.min(b) };
    match (ends(a), ends(b)) {
        (Some(a), Some(b)) => ranging(pick(a.0, b.0), pick(a.1, b.1), a.2 || b.2),
        _ => Some(if order(a, b)?.is_gt() == greatest { a } else { b }),
    }
}

/// Rule 10.
pub(crate) fn arithmetic(clock: Clock, a: Val, op: ArithOp, b: Val) -> Option<Val> {
    let day = |tick: Option<i64>| tick.filter(|tick| Value::tick(*tick).is_some()).map(Val::Tick);
    match (a, op, b) {
        (Val::Tick(a), ArithOp::Minus, Val::Tick(b)) => whole(a.checked_sub(b)?),
        (Val::Tick(a), ArithOp::Plus, _) => day(later(clock, a, b, 1)),
        (Val::Tick(a), ArithOp::Minus, _) => day(later(clock, a, b, -1)),
        (Val::Number(a), ArithOp::Modulo, Val::Number(b)) => a.modulo(b).map(Val::Number),
        (_, ArithOp::Modulo, _) => None,
        _ => on_ranges(ends(a)?, op, ends(b)?),
    }
}

/// What the result can be lies between the results for the ends: each operation rises or falls with each side.
fn on_ranges(a: (End, End, bool), op: ArithOp, b: (End, End, bool)) -> Option<Val> {
    let zero = End::At(Number::whole(0));
    if op == ArithOp::DividedBy && b.0 <= zero && zero <= b.1 {
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
    let zero = End::At(Number::whole(0));
    let infinite = |positive: bool| if positive { End::Above } else { End::Below };
    Some(match (op, x, y) {
        (ArithOp::Plus, End::At(x), End::At(y)) => End::At(x.plus(y)?),
        (ArithOp::Minus, End::At(x), End::At(y)) => End::At(x.minus(y)?),
        (ArithOp::Times, End::At(x), End::At(y)) => End::At(x.times(y)?),
        (ArithOp::DividedBy, End::At(x), End::At(y)) => End::At(x.divided_by(y)?),
        (ArithOp::Plus, End::At(_), y) => y,
        (ArithOp::Minus, End::At(_), y) => infinite(y == End::Below),
        (ArithOp::Plus | ArithOp::Minus, x, _) => x,
        (ArithOp::Times, x, y) if x == zero || y == zero => zero,
        (ArithOp::DividedBy, _, End::Below | End::Above) => zero,
        (_, x, y) => infinite((x > zero) == (y > zero)),
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

/// A duration, or a whole number of ticks, after (or before) a tick.
pub fn later(clock: Clock, tick: i64, time: Val, sign: i64) -> Option<i64> {
    let months = match time {
        Val::Ticks(n) => return tick.checked_add(sign * i64::from(n)),
        Val::Number(Number { mantissa, scale: 0 }) => return tick.checked_add(sign * mantissa),
        Val::Months(n) => sign * i64::from(n),
        Val::Years(n) => sign * 12 * i64::from(n),
        _ => return None,
    };
    match clock {
        Clock::Days => add_months(tick, months),
        Clock::Seconds => Some(add_months(tick.div_euclid(86_400), months)? * 86_400 + tick.rem_euclid(86_400)),
        Clock::Integers => None,
    }
}

/// The same day of the month some months on, or the month's last day. Months are counted from January of the year 0.
fn add_months(day: i64, months: i64) -> Option<i64> {
    if !(-1 << 40..1 << 40).contains(&day) {
        return None;
    }
    let mut month = (day * 4_800).div_euclid(146_097) + 1970 * 12;
    while first_of(month) > day {
        month -= 1;
    }
    while first_of(month + 1) <= day {
        month += 1;
    }
    let to = month + months;
    Some((first_of(to) + day - first_of(month)).min(first_of(to + 1) - 1))
}

fn first_of(month: i64) -> i64 {
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12));
    let leapt = if month < 2 { year - 1 } else { year };
    let leap_days = leapt.div_euclid(4) - leapt.div_euclid(100) + leapt.div_euclid(400);
    year * 365 + leap_days + [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize] - 719_527
}
