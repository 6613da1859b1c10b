//! Arithmetic and comparison of values, ranges included (`docs/semantics.md`, 9 and 10).

use std::cmp::Ordering;
use std::collections::HashMap;

use servanda_calendar::Day;
use servanda_model::{AggregateOp, ArithOp, Clock, CompareOp, Duration, Kinded, Number, NumberRange, RangeId, Value};

/// Ticks further from the origin than this have no calendar.
const CALENDAR_LIMIT: i64 = 1 << 52;
const SECONDS_PER_DAY: i64 = 86_400;

/// A value while it is being worked with: numbers taken out of their eight bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Amount {
    Number(Number),
    Range(NumberRange),
    Other(Value),
}

/// What a comparison comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Yes,
    No,
    Undecided,
    /// The sides cannot be compared.
    Incomparable,
}

type RangeKey = (Option<(i64, u8)>, Option<(i64, u8)>, bool);

/// The ranges of the program and those that arithmetic made. Equal ranges have one id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges {
    table: Vec<NumberRange>,
    ids: HashMap<RangeKey, u32>,
    /// Comparisons that were undecided and had to hold.
    pub(crate) doubts: Vec<Doubt>,
}

/// A comparison that a rule or a definition needs and that a number left open keeps undecided: when, and a sign by which
/// comparisons of other numbers are told from it.
pub type Doubt = (i64, u64);

impl Ranges {
    pub(crate) fn new(table: &[NumberRange]) -> Ranges {
        let mut ids = HashMap::new();
        for (id, range) in table.iter().enumerate() {
            ids.entry(range_key(range)).or_insert(id as u32);
        }
        Ranges { table: table.to_vec(), ids, doubts: Vec::new() }
    }

    /// Notes that a comparison which had to hold was undecided.
    pub(crate) fn doubt(&mut self, now: i64, left: Amount, right: Amount) {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut sign = DefaultHasher::new();
        for side in [left, right] {
            side.as_range().map(|range| range_key(&range)).hash(&mut sign);
        }
        self.doubts.push((now, sign.finish()));
    }

    pub(crate) fn table(&self) -> &[NumberRange] {
        &self.table
    }

    /// Takes a value apart. A range with an id that no table has counts as unknown.
    pub(crate) fn amount(&self, value: Value) -> Amount {
        match value.kinded() {
            Kinded::Number(number) => Amount::Number(number),
            Kinded::Range(id) => simplified(self.table.get(id.index()).copied().unwrap_or_default()),
            _ => Amount::Other(value),
        }
    }

    /// Puts a value together; `None` where it has too many digits.
    pub(crate) fn value(&mut self, amount: Amount) -> Option<Value> {
        match amount {
            Amount::Number(number) => Value::number(number),
            Amount::Other(value) => Some(value),
            Amount::Range(range) => {
                let table = &mut self.table;
                let id = *self.ids.entry(range_key(&range)).or_insert_with(|| {
                    table.push(range);
                    (table.len() - 1) as u32
                });
                Some(Value::range(RangeId(id)))
            }
        }
    }
}

fn range_key(range: &NumberRange) -> RangeKey {
    let bits = |bound: Option<Number>| bound.map(|number| (number.mantissa, number.scale));
    (bits(range.min), bits(range.max), range.approximate)
}

fn simplified(range: NumberRange) -> Amount {
    match (range.min, range.max) {
        (Some(min), Some(max)) if min == max && !range.approximate => Amount::Number(min),
        _ => Amount::Range(range),
    }
}

impl Amount {
    pub(crate) const ZERO: Amount = Amount::Number(Number::whole(0));

    fn as_range(self) -> Option<NumberRange> {
        match self {
            Amount::Number(number) => Some(NumberRange { min: Some(number), max: Some(number), approximate: false }),
            Amount::Range(range) => Some(range),
            Amount::Other(_) => None,
        }
    }

    fn is_unknown(self) -> bool {
        matches!(self, Amount::Range(NumberRange { min: None, max: None, .. }))
    }

    pub(crate) fn is_numeric(self) -> bool {
        !matches!(self, Amount::Other(_))
    }
}

/// Compares; a bound that is missing is infinite.
pub(crate) fn compare(left: Amount, op: CompareOp, right: Amount) -> Answer {
    match (left, right) {
        (Amount::Number(a), Amount::Number(b)) => answer(op.holds(order(a, b))),
        (Amount::Other(a), Amount::Other(b)) => compare_plain(a, op, b),
        _ => match (left.as_range(), right.as_range()) {
            (Some(a), Some(b)) if left.is_unknown() || right.is_unknown() || blurred(&a, &b) => Answer::Undecided,
            (Some(a), Some(b)) => compare_ranges(&a, op, &b),
            _ => match op {
                CompareOp::Equal => Answer::No,
                CompareOp::NotEqual => Answer::Yes,
                _ => Answer::Incomparable,
            },
        },
    }
}

fn compare_plain(a: Value, op: CompareOp, b: Value) -> Answer {
    match (op, a.kinded(), b.kinded()) {
        (CompareOp::Equal, ..) => answer(a == b),
        (CompareOp::NotEqual, ..) => answer(a != b),
        (_, Kinded::Tick(a), Kinded::Tick(b)) => answer(op.holds(a.cmp(&b))),
        (_, Kinded::Duration(a), Kinded::Duration(b)) => match (a, b) {
            (Duration::Ticks(a), Duration::Ticks(b))
            | (Duration::Months(a), Duration::Months(b))
            | (Duration::Years(a), Duration::Years(b)) => answer(op.holds(a.cmp(&b))),
            _ => Answer::Incomparable,
        },
        _ => Answer::Incomparable,
    }
}

/// Whether a figure said to be approximate meets the other side within its own stated bounds.
fn blurred(a: &NumberRange, b: &NumberRange) -> bool {
    (a.approximate || b.approximate) && !disjoint(a, b)
}

fn disjoint(a: &NumberRange, b: &NumberRange) -> bool {
    certainly_less(a, b) || certainly_less(b, a)
}

fn certainly_less(a: &NumberRange, b: &NumberRange) -> bool {
    matches!((a.max, b.min), (Some(most), Some(least)) if most < least)
}

fn certainly_at_most(a: &NumberRange, b: &NumberRange) -> bool {
    matches!((a.max, b.min), (Some(most), Some(least)) if most <= least)
}

fn compare_ranges(a: &NumberRange, op: CompareOp, b: &NumberRange) -> Answer {
    let decide = |yes: bool, no: bool| match (yes, no) {
        (true, _) => Answer::Yes,
        (_, true) => Answer::No,
        _ => Answer::Undecided,
    };
    match op {
        CompareOp::Less => decide(certainly_less(a, b), certainly_at_most(b, a)),
        CompareOp::AtMost => decide(certainly_at_most(a, b), certainly_less(b, a)),
        CompareOp::Greater => decide(certainly_less(b, a), certainly_at_most(a, b)),
        CompareOp::AtLeast => decide(certainly_at_most(b, a), certainly_less(a, b)),
        CompareOp::Equal => decide(false, disjoint(a, b)),
        CompareOp::NotEqual => decide(disjoint(a, b), false),
    }
}

fn answer(holds: bool) -> Answer {
    if holds { Answer::Yes } else { Answer::No }
}

/// Works out `left op right`; `None` where there is no such value.
pub(crate) fn arithmetic(clock: Clock, op: ArithOp, left: Amount, right: Amount) -> Option<Amount> {
    match (left, right) {
        (Amount::Number(a), Amount::Number(b)) => exact(op, a, b).map(Amount::Number),
        (Amount::Other(day), _) => {
            let Kinded::Tick(tick) = day.kinded() else { return None };
            tick_arithmetic(clock, op, tick, right)
        }
        _ => range_arithmetic(op, &left.as_range()?, &right.as_range()?),
    }
}

/// Both mantissas at one scale, where that is small.
#[inline]
fn near(a: Number, b: Number) -> Option<(i64, i64, u8)> {
    const POWERS: [i64; 5] = [1, 10, 100, 1_000, 10_000];
    const LIMIT: i64 = 1 << 40;
    let is_small = |number: Number| (-LIMIT..LIMIT).contains(&number.mantissa);
    if !is_small(a) || !is_small(b) {
        return None;
    }
    let scale = a.scale.max(b.scale);
    let lifted = |number: Number| Some(number.mantissa * POWERS.get(usize::from(scale - number.scale))?);
    Some((lifted(a)?, lifted(b)?, scale))
}

#[inline]
pub(crate) fn order(a: Number, b: Number) -> Ordering {
    near(a, b).map_or_else(|| a.cmp(&b), |(a, b, _)| a.cmp(&b))
}

/// A number without trailing zeros.
#[inline]
fn lowest(mut mantissa: i64, mut scale: u8) -> Number {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Number { mantissa, scale }
}

/// Works out `a op b`; `None` where there is no such number, or it has too many digits.
pub(crate) fn exact(op: ArithOp, a: Number, b: Number) -> Option<Number> {
    near(a, b).and_then(|near| quick(op, a, b, near)).or_else(|| match op {
        ArithOp::Plus => a.plus(b),
        ArithOp::Minus => a.minus(b),
        ArithOp::Times => a.times(b),
        ArithOp::DividedBy => a.divided_by(b),
        ArithOp::Modulo => a.modulo(b),
    })
}

/// The same where numbers are small, as they mostly are; `near` are their mantissas at one scale.
#[inline]
fn quick(op: ArithOp, a: Number, b: Number, near: (i64, i64, u8)) -> Option<Number> {
    const LIMIT: i64 = 1 << 56;
    const NINE_PLACES: i64 = 1_000_000_000;
    let (left, right, scale) = near;
    match op {
        ArithOp::Plus => Some(lowest(left + right, scale)),
        ArithOp::Minus => Some(lowest(left - right, scale)),
        ArithOp::Times => {
            let product = a.mantissa.checked_mul(b.mantissa).filter(|it| (-LIMIT..LIMIT).contains(it))?;
            Some(lowest(product, a.scale + b.scale)).filter(|it| it.scale <= 15)
        }
        ArithOp::DividedBy => {
            let quotient = left.checked_mul(NINE_PLACES)?.checked_div(right)?;
            Some(lowest(quotient, 9)).filter(|it| (-LIMIT..LIMIT).contains(&it.mantissa))
        }
        ArithOp::Modulo => left.checked_rem_euclid(right).map(|rest| lowest(rest, scale)),
    }
}

fn tick_arithmetic(clock: Clock, op: ArithOp, tick: i64, right: Amount) -> Option<Amount> {
    let sign = match op {
        ArithOp::Plus => 1,
        ArithOp::Minus => -1,
        _ => return None,
    };
    if let (ArithOp::Minus, Amount::Other(other)) = (op, right)
        && let Kinded::Tick(other) = other.kinded()
    {
        let number = Value::integer(tick.checked_sub(other)?)?;
        let Kinded::Number(number) = number.kinded() else { return None };
        return Some(Amount::Number(number));
    }
    shift(clock, tick, right, sign).and_then(Value::tick).map(Amount::Other)
}

/// The tick a length of time after `tick`, or before it when `sign` is -1. A bare whole number counts ticks.
fn shift(clock: Clock, tick: i64, by: Amount, sign: i64) -> Option<i64> {
    match by {
        Amount::Number(Number { mantissa, scale: 0 }) => tick.checked_add(mantissa.checked_mul(sign)?),
        Amount::Other(value) => match value.kinded() {
            Kinded::Duration(Duration::Ticks(n)) => tick.checked_add(i64::from(n) * sign),
            Kinded::Duration(Duration::Months(n)) => shift_months(clock, tick, i64::from(n) * sign),
            Kinded::Duration(Duration::Years(n)) => shift_months(clock, tick, i64::from(n) * 12 * sign),
            _ => None,
        },
        _ => None,
    }
}

fn shift_months(clock: Clock, tick: i64, months: i64) -> Option<i64> {
    let (day, seconds) = match clock {
        Clock::Days => (tick, 0),
        Clock::Seconds => (tick.div_euclid(SECONDS_PER_DAY), tick.rem_euclid(SECONDS_PER_DAY)),
        Clock::Integers => return None,
    };
    if !(-CALENDAR_LIMIT..CALENDAR_LIMIT).contains(&day) {
        return None;
    }
    let shifted = Day(day).add_months(months).0;
    match clock {
        Clock::Seconds => shifted.checked_mul(SECONDS_PER_DAY)?.checked_add(seconds),
        _ => Some(shifted),
    }
}

/// When a timer armed at `tick` is due; `None` when it is never armed, its time being missing, zero or negative.
pub(crate) fn due(clock: Clock, tick: i64, time: Amount) -> Option<i64> {
    shift(clock, tick, time, 1).filter(|&due| tick < due && Value::tick(due).is_some())
}

/// As [`due`], for a length written in the program.
#[inline]
pub(crate) fn due_after(clock: Clock, tick: i64, time: Duration) -> Option<i64> {
    const NEAR: i64 = 1 << 58;
    if let Duration::Ticks(n @ 1..) = time
        && (-NEAR..NEAR).contains(&tick)
    {
        return Some(tick + i64::from(n));
    }
    due(clock, tick, Amount::Other(Value::duration(time)))
}

fn range_arithmetic(op: ArithOp, a: &NumberRange, b: &NumberRange) -> Option<Amount> {
    let approximate = a.approximate || b.approximate;
    let (min, max) = match op {
        ArithOp::Plus => (bound(a.min, b.min, Number::plus)?, bound(a.max, b.max, Number::plus)?),
        ArithOp::Minus => (bound(a.min, b.max, Number::minus)?, bound(a.max, b.min, Number::minus)?),
        ArithOp::Times => product(a, b)?,
        ArithOp::DividedBy => quotient(a, b)?,
        ArithOp::Modulo => return None,
    };
    Some(simplified(NumberRange { min, max, approximate }))
}

/// Combines two bounds; a missing one makes the result missing, and overflow fails.
fn bound(
    a: Option<Number>,
    b: Option<Number>,
    combine: fn(Number, Number) -> Option<Number>,
) -> Option<Option<Number>> {
    match (a, b) {
        (Some(a), Some(b)) => combine(a, b).map(Some),
        _ => Some(None),
    }
}

/// An end of a range, infinite where the bound is missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Below,
    At(Number),
    Above,
}

impl End {
    fn sign(self) -> Ordering {
        self.cmp(&End::At(Number::whole(0)))
    }

    fn infinite(positive: bool) -> End {
        if positive { End::Above } else { End::Below }
    }

    fn number(self) -> Option<Number> {
        match self {
            End::At(number) => Some(number),
            _ => None,
        }
    }

    fn times(self, other: End) -> Option<End> {
        match (self, other) {
            (End::At(a), End::At(b)) => a.times(b).map(End::At),
            _ if self.sign().is_eq() || other.sign().is_eq() => Some(End::At(Number::whole(0))),
            _ => Some(End::infinite(self.sign() == other.sign())),
        }
    }

    /// The quotient by something other than 0. Infinity by infinity counts as 0: the other ends reach further.
    fn over(self, other: End) -> Option<End> {
        match (self, other) {
            (End::At(a), End::At(b)) => a.divided_by(b).map(End::At),
            (_, End::At(_)) => Some(End::infinite(self.sign() == other.sign())),
            _ => Some(End::At(Number::whole(0))),
        }
    }
}

fn ends(range: &NumberRange) -> [End; 2] {
    [range.min.map_or(End::Below, End::At), range.max.map_or(End::Above, End::At)]
}

type Bounds = (Option<Number>, Option<Number>);

fn product(a: &NumberRange, b: &NumberRange) -> Option<Bounds> {
    corners(a, b, End::times)
}

fn quotient(a: &NumberRange, b: &NumberRange) -> Option<Bounds> {
    let [least, most] = ends(b);
    let spans_zero = least.sign() != most.sign() || least.sign().is_eq();
    if spans_zero { None } else { corners(a, b, End::over) }
}

fn corners(a: &NumberRange, b: &NumberRange, combine: fn(End, End) -> Option<End>) -> Option<Bounds> {
    let mut least = End::Above;
    let mut most = End::Below;
    for x in ends(a) {
        for y in ends(b) {
            let end = combine(x, y)?;
            least = least.min(end);
            most = most.max(end);
        }
    }
    Some((least.number(), most.number()))
}

/// Adds, keeping ranges; what several increases of one moment come to.
pub(crate) fn sum(a: Amount, b: Amount) -> Option<Amount> {
    arithmetic(Clock::Integers, ArithOp::Plus, a, b).filter(|_| a.is_numeric())
}

/// Takes one more contribution into an aggregate; `None` when the two cannot go together.
pub(crate) fn fold(op: AggregateOp, so_far: Option<Amount>, next: Amount) -> Option<Amount> {
    let Some(so_far) = so_far else { return Some(next).filter(|next| op != AggregateOp::Sum || next.is_numeric()) };
    match op {
        AggregateOp::Count | AggregateOp::Sum => sum(so_far, next),
        AggregateOp::Least => extreme(so_far, next, Ordering::Less),
        AggregateOp::Greatest => extreme(so_far, next, Ordering::Greater),
    }
}

/// The lesser (or greater) of two amounts; of two ranges, the range in which it lies.
fn extreme(a: Amount, b: Amount, wanted: Ordering) -> Option<Amount> {
    if let (Amount::Number(x), Amount::Number(y)) = (a, b) {
        return Some(if order(x, y) == wanted.reverse() { b } else { a });
    }
    let op = if wanted.is_lt() { CompareOp::AtMost } else { CompareOp::AtLeast };
    let (Some(x), Some(y)) = (a.as_range(), b.as_range()) else {
        return match compare(a, op, b) {
            Answer::Yes => Some(a),
            Answer::No => Some(b),
            _ => None,
        };
    };
    let ([x_min, x_max], [y_min, y_max]) = (ends(&x), ends(&y));
    let (least, most) = match wanted {
        Ordering::Less => (x_min.min(y_min), x_max.min(y_max)),
        _ => (x_min.max(y_min), x_max.max(y_max)),
    };
    let approximate = x.approximate || y.approximate;
    Some(simplified(NumberRange { min: least.number(), max: most.number(), approximate }))
}
