//! Rules 9 to 11: what expressions and comparisons come to in one state.

use super::numbers::{Verdict, arithmetic, compare, exactly, extreme, negated, ordered, shift};
use super::scene::Scene;
use super::state::{Filling, Instance};
use servanda_model::{Aggregate, AggregateOp, ArithOp, CompareOp, Duration, Expr, FluentType, Hole, Kinded};
use servanda_model::{Number, NumberRange, RangeId, Value, VarId};
use std::cell::RefCell;

/// The bounds of every range value met, the program's own first. One content has one value.
#[derive(Debug)]
pub(crate) struct Ranges(RefCell<Vec<NumberRange>>);

impl Ranges {
    pub(crate) fn new(ranges: &[NumberRange]) -> Ranges {
        Ranges(RefCell::new(ranges.to_vec()))
    }

    pub(crate) fn into_table(self) -> Vec<NumberRange> {
        self.0.into_inner()
    }

    /// A number as the range of what it can be; `None` for what is no number.
    pub(crate) fn bounds(&self, value: Value) -> Option<NumberRange> {
        match value.kinded() {
            Kinded::Number(number) => Some(exactly(number)),
            Kinded::Range(id) => Some(self.0.borrow()[id.index()]),
            _ => None,
        }
    }

    /// The value with those bounds: a number where they leave no choice.
    fn value(&self, range: NumberRange) -> Option<Value> {
        if let (Some(min), Some(max), false) = (range.min, range.max, range.approximate)
            && min == max
        {
            return Value::number(min);
        }
        let mut table = self.0.borrow_mut();
        let place = table.iter().position(|known| *known == range).unwrap_or_else(|| {
            table.push(range);
            table.len() - 1
        });
        Some(Value::range(RangeId::from_index(place)))
    }

    pub(crate) fn sum(&self, a: Value, b: Value) -> Option<Value> {
        self.value(arithmetic(ArithOp::Plus, self.bounds(a)?, self.bounds(b)?)?)
    }
}

impl Scene<'_> {
    /// The value of an expression; `None` when it is missing.
    pub(crate) fn value_of(&self, expr: &Expr, filling: &Filling) -> Option<Value> {
        match expr {
            Expr::Value(value) => Some(*value),
            Expr::Var(var) => filling.get(var).copied(),
            Expr::Now => Value::tick(self.tick),
            Expr::Fluent(fluent, terms) => {
                let args = terms.iter().map(|term| self.filled(*term, filling)).collect::<Option<Vec<_>>>()?;
                let numeric = self.world.program.fluents[fluent.index()].ty == FluentType::Number;
                let value = self.state.get(&Instance { fluent: *fluent, args }).copied();
                // Rule 5: a number that was never set reads as 0.
                if numeric { value.or(Value::integer(0)) } else { value }
            }
            Expr::Arith(op, a, b) => self.calculate(*op, self.value_of(a, filling)?, self.value_of(b, filling)?),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate, filling),
        }
    }

    /// Rule 10.
    fn calculate(&self, op: ArithOp, a: Value, b: Value) -> Option<Value> {
        let ranges = &self.world.ranges;
        match (a.kinded(), op, b.kinded()) {
            (Kinded::Tick(a), ArithOp::Minus, Kinded::Tick(b)) => Value::integer(a.checked_sub(b)?),
            (Kinded::Tick(a), ArithOp::Plus, _) => Value::tick(self.later(a, b)?),
            (Kinded::Tick(a), ArithOp::Minus, Kinded::Duration(b)) => {
                Value::tick(shift(self.world.program.clock, a, negated(b)?)?)
            }
            (Kinded::Tick(a), ArithOp::Minus, Kinded::Number(b)) if b.scale == 0 => {
                Value::tick(a.checked_sub(b.mantissa)?)
            }
            _ => ranges.value(arithmetic(op, ranges.bounds(a)?, ranges.bounds(b)?)?),
        }
    }

    /// A tick and a duration, or a whole number of ticks, later.
    pub(crate) fn later(&self, tick: i64, time: Value) -> Option<i64> {
        match time.kinded() {
            Kinded::Duration(duration) => shift(self.world.program.clock, tick, duration),
            Kinded::Number(Number { mantissa, scale: 0 }) => tick.checked_add(mantissa),
            _ => None,
        }
    }

    /// Rule 9. Both sides must have a value.
    pub(crate) fn verdict(&self, left: &Expr, op: CompareOp, right: &Expr, filling: &Filling) -> Verdict {
        match (self.value_of(left, filling), self.value_of(right, filling)) {
            (Some(left), Some(right)) => self.compare_values(left, op, right),
            _ => Verdict::Fails,
        }
    }

    fn compare_values(&self, a: Value, op: CompareOp, b: Value) -> Verdict {
        let ranges = &self.world.ranges;
        if let (Some(a), Some(b)) = (ranges.bounds(a), ranges.bounds(b)) {
            return compare(a, op, b);
        }
        let order = match (a.kinded(), b.kinded()) {
            (Kinded::Tick(a), Kinded::Tick(b)) => Some(a.cmp(&b)),
            (Kinded::Duration(a), Kinded::Duration(b)) => duration_order(a, b),
            _ => None,
        };
        match (order, op) {
            (Some(order), _) => ordered(order, op),
            // Equality is defined on all values, order only on those above.
            (None, CompareOp::Equal | CompareOp::NotEqual) => ordered(a.cmp(&b), op),
            (None, _) => Verdict::Fails,
        }
    }

    /// Rule 11: over the distinct fillings of the variables open in the list.
    fn aggregate(&self, aggregate: &Aggregate, filling: &Filling) -> Option<Value> {
        let fillings = self.fillings(&aggregate.over, filling);
        if aggregate.op == AggregateOp::Count {
            return Value::integer(i64::try_from(fillings.len()).ok()?);
        }
        // One missing value makes the whole missing.
        let values = fillings.iter().map(|f| self.value_of(&aggregate.of, f)).collect::<Option<Vec<_>>>()?;
        match aggregate.op {
            AggregateOp::Sum => {
                values.iter().try_fold(Value::integer(0)?, |sum, value| self.world.ranges.sum(sum, *value))
            }
            _ => {
                let (first, rest) = values.split_first()?;
                rest.iter().try_fold(*first, |so_far, value| self.extreme_of(so_far, *value, aggregate.op))
            }
        }
    }

    fn extreme_of(&self, a: Value, b: Value, op: AggregateOp) -> Option<Value> {
        let greater = op == AggregateOp::Greatest;
        let ranges = &self.world.ranges;
        if let (Some(a), Some(b)) = (ranges.bounds(a), ranges.bounds(b)) {
            return ranges.value(extreme(a, b, greater));
        }
        let order = match (a.kinded(), b.kinded()) {
            (Kinded::Tick(a), Kinded::Tick(b)) => a.cmp(&b),
            (Kinded::Duration(a), Kinded::Duration(b)) => duration_order(a, b)?,
            _ => return None,
        };
        Some(if order.is_lt() == greater { b } else { a })
    }

    /// Rule 8: whether a variable may be bound to the value.
    pub(crate) fn admits(&self, var: VarId, value: Value) -> bool {
        match (self.vars[var.index()].hole, value.kinded()) {
            (Hole::Kind(kind), Kinded::Entity(entity)) => self.world.program.is_of_kind(entity, kind),
            (Hole::Thing, Kinded::Entity(_))
            | (Hole::Number, Kinded::Number(_) | Kinded::Range(_))
            | (Hole::Day, Kinded::Tick(_))
            | (Hole::Duration, Kinded::Duration(_))
            | (Hole::Text, Kinded::Text(_))
            | (Hole::Any, _) => true,
            _ => false,
        }
    }
}

/// Durations are ordered within one unit.
fn duration_order(a: Duration, b: Duration) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Duration::Ticks(a), Duration::Ticks(b))
        | (Duration::Months(a), Duration::Months(b))
        | (Duration::Years(a), Duration::Years(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}
