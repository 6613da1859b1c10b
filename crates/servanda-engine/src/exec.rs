//! Runs plans against one of the two states of a moment. Nothing here changes anything.

use std::cell::RefCell;

use servanda_model::{AggregateOp, Clock, Kinded, Number, Value};

use crate::amount::{self, Amount, Answer, Ranges};
use crate::compile::ops::{Aggregate, Arg, Expr, Match, Op, Plan};
use crate::hash;
use crate::kinds::Kinds;
use crate::moment::{Located, Touch};
use crate::state::{ABSENT, At, NONE, Table};
use crate::totals::Totals;
use crate::trace::{self, Trace};

/// A state to read, and what reading needs.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) tables: &'a [Table],
    pub(crate) touches: &'a [Touch],
    pub(crate) ranges: &'a RefCell<Ranges>,
    pub(crate) kinds: &'a Kinds,
    pub(crate) clock: Clock,
    pub(crate) at: At,
    pub(crate) now: i64,
    /// Where what is read is written down, if anywhere.
    pub(crate) trace: Option<&'a RefCell<Trace>>,
    /// The instances of the sites of the event that is worked out, if it is one.
    pub(crate) sites: &'a [Located],
    /// The totals that are kept, if any are.
    pub(crate) totals: &'a [Totals],
    pub(crate) moment: u64,
}

/// Called for every filling found; `true` stops the search.
pub(crate) type Found<'f> = &'f mut dyn FnMut(&mut [Value]) -> bool;

impl Arg {
    #[inline]
    pub(crate) fn value(self, frame: &[Value]) -> Value {
        match self {
            Arg::Value(value) => value,
            Arg::Var(var) => frame[var as usize],
        }
    }
}

/// The one value that a test of a value can tell from others, or `ABSENT` where it is more than one.
fn tested(wanted: Match, frame: &[Value]) -> Value {
    match wanted {
        Match::Value(value) => value,
        Match::Bound(var) => frame[var as usize],
        Match::Bind(..) | Match::Skip => ABSENT,
    }
}

fn plain_number(value: Value) -> Option<Number> {
    match value.kinded() {
        Kinded::Number(number) => Some(number),
        _ => None,
    }
}

impl View<'_> {
    /// Matches one value, binding a variable where the pattern has an open one.
    #[inline]
    pub(crate) fn accepts(&self, pattern: Match, value: Value, frame: &mut [Value]) -> bool {
        match pattern {
            Match::Value(wanted) => wanted == value,
            Match::Bound(var) => frame[var as usize] == value,
            Match::Bind(var, hole) => {
                let fits = self.kinds.fits(hole, value);
                if fits {
                    frame[var as usize] = value;
                }
                fits
            }
            Match::Skip => true,
        }
    }

    #[inline]
    pub(crate) fn accepts_all(&self, patterns: &[Match], values: &[Value], frame: &mut [Value]) -> bool {
        patterns.iter().zip(values).all(|(pattern, value)| self.accepts(*pattern, *value, frame))
    }

    /// Whether a place reads this instance with this value; for a condition, `value` is what it asks for.
    #[inline]
    pub(crate) fn reads(
        &self,
        args: &[Match],
        value: Option<Match>,
        (key, held): (&[Value], Value),
        frame: &mut [Value],
    ) -> bool {
        let may_be = match value {
            Some(Match::Value(wanted)) => held == wanted,
            Some(_) => held != ABSENT,
            None => true,
        };
        may_be && self.accepts_all(args, key, frame) && self.accepts(value.unwrap_or(Match::Skip), held, frame)
    }

    /// What the instance with this key is, or `ABSENT`.
    #[inline]
    fn point(&self, fluent: u32, key: &[Arg], site: u32, wanted: Match, frame: &[Value]) -> Value {
        match self.sites.get(site as usize) {
            Some(located) if self.trace.is_none() => located.held,
            _ => match self.find(fluent, key, wanted, frame) {
                Some(slot) => self.tables[fluent as usize].cell(slot).read(self.at, self.touches),
                None => ABSENT,
            },
        }
    }

    fn find(&self, fluent: u32, key: &[Arg], wanted: Match, frame: &[Value]) -> Option<u32> {
        let hash = key.iter().fold(hash::begin(), |hash, arg| hash::mix(hash, arg.value(frame)));
        if let Some(trace) = self.trace {
            trace.borrow_mut().read(trace::point(fluent, hash, tested(wanted, frame)));
        }
        let same = |other: &[Value]| key.iter().zip(other).all(|(arg, value)| arg.value(frame) == *value);
        self.tables[fluent as usize].find_by(hash, same)
    }

    /// Runs a plan; returns whether the search was stopped.
    pub(crate) fn run(&self, plan: &Plan, frame: &mut [Value], found: Found<'_>) -> bool {
        self.ops(&plan.ops, frame, found)
    }

    /// Whether a plan that searches for nothing has a filling; the frame then holds it.
    #[inline]
    pub(crate) fn passes(&self, plan: &Plan, frame: &mut [Value]) -> bool {
        plan.ops.iter().all(|op| self.test(op, frame))
    }

    fn has_filling(&self, plan: &Plan, frame: &mut [Value]) -> bool {
        if plan.is_test { self.passes(plan, frame) } else { self.run(plan, frame, &mut |_| true) }
    }

    /// One step that has at most one filling.
    #[inline]
    fn test(&self, op: &Op, frame: &mut [Value]) -> bool {
        match op {
            Op::Point { fluent, key, value, site } => {
                let held = self.point(*fluent, key, *site, *value, frame);
                held != ABSENT && self.accepts(*value, held, frame)
            }
            Op::Compare { left, op, right, undecided } => {
                let wanted = if *undecided { Answer::Undecided } else { Answer::Yes };
                self.compares(left, *op, right, wanted, frame)
            }
            Op::IsKind(arg, kind) => {
                arg.value(frame).as_entity().is_some_and(|entity| self.kinds.is_of_kind(entity, *kind))
            }
            Op::Let(target, expr) => self.value(expr, frame).is_some_and(|value| self.accepts(*target, value, frame)),
            Op::Not(plan) => !self.has_filling(plan, frame),
            // All of them are tried: what is undecided in one is noted although another holds.
            Op::SomeOf(plans) => plans.iter().fold(false, |found, plan| self.passes(plan, frame) | found),
            Op::Probe { .. } | Op::Scan { .. } | Op::AnyOf(_) => unreachable!("what searches is no test"),
        }
    }

    fn ops(&self, ops: &[Op], frame: &mut [Value], found: Found<'_>) -> bool {
        let Some((op, rest)) = ops.split_first() else { return found(frame) };
        match op {
            Op::Probe { fluent, index, key, args, value } => {
                let table = &self.tables[*fluent as usize];
                let hash = key.iter().fold(hash::begin(), |hash, arg| hash::mix(hash, arg.value(frame)));
                if let Some(trace) = self.trace {
                    trace.borrow_mut().read(trace::probe(*fluent, *index, hash, tested(*value, frame)));
                }
                let mut slot = table.first(*index, hash);
                while slot != NONE {
                    if self.slot_matches(table, slot, args, *value, frame) && self.ops(rest, frame, found) {
                        return true;
                    }
                    slot = table.next(*index, slot);
                }
                false
            }
            Op::Scan { fluent, args, value } => {
                let table = &self.tables[*fluent as usize];
                if let Some(trace) = self.trace {
                    trace.borrow_mut().scan(*fluent);
                }
                table
                    .slots()
                    .any(|slot| self.slot_matches(table, slot, args, *value, frame) && self.ops(rest, frame, found))
            }
            Op::AnyOf(plans) => {
                plans.iter().any(|plan| self.run(plan, frame, &mut |frame| self.ops(rest, frame, found)))
            }
            _ => self.test(op, frame) && self.ops(rest, frame, found),
        }
    }

    #[inline]
    fn slot_matches(&self, table: &Table, slot: u32, args: &[Match], value: Match, frame: &mut [Value]) -> bool {
        let held = table.cell(slot).read(self.at, self.touches);
        held != ABSENT && self.accepts_all(args, table.key(slot), frame) && self.accepts(value, held, frame)
    }

    /// Whether a comparison comes out as it has to; one that had to hold and was undecided is noted.
    #[inline]
    fn compares(
        &self,
        left: &Expr,
        op: servanda_model::CompareOp,
        right: &Expr,
        wanted: Answer,
        frame: &mut [Value],
    ) -> bool {
        if let (Some(left), Some(right)) = (self.plain(left, frame), self.plain(right, frame)) {
            return wanted == if op.holds(amount::order(left, right)) { Answer::Yes } else { Answer::No };
        }
        let Some((left, right)) = self.amount(left, frame).zip(self.amount(right, frame)) else { return false };
        let answer = amount::compare(left, op, right);
        if answer == Answer::Undecided && wanted == Answer::Yes {
            self.ranges.borrow_mut().doubt(self.now, left, right);
        }
        answer == wanted
    }

    /// The value of an expression; `None` where it is missing.
    #[inline]
    pub(crate) fn value(&self, expr: &Expr, frame: &mut [Value]) -> Option<Value> {
        match expr {
            Expr::Value(value) => Some(*value),
            Expr::Var(var) => Some(frame[*var as usize]),
            _ => match self.plain(expr, frame) {
                Some(number) => Value::number(number),
                None => {
                    let amount = self.amount(expr, frame)?;
                    self.ranges.borrow_mut().value(amount)
                }
            },
        }
    }

    /// The value of an expression that is a plain number, where that is seen at once.
    #[inline]
    pub(crate) fn plain(&self, expr: &Expr, frame: &[Value]) -> Option<Number> {
        match expr {
            Expr::Value(value) => plain_number(*value),
            Expr::Var(var) => plain_number(frame[*var as usize]),
            _ => self.plain_of_several(expr, frame),
        }
    }

    fn plain_of_several(&self, expr: &Expr, frame: &[Value]) -> Option<Number> {
        match expr {
            Expr::Value(_) | Expr::Var(_) => self.plain(expr, frame),
            Expr::Fluent { fluent, key, is_number, site } => {
                match self.point(*fluent, key, *site, Match::Skip, frame) {
                    ABSENT if *is_number => Some(Number::whole(0)),
                    held => plain_number(held),
                }
            }
            Expr::Arith(op, sides) => amount::exact(*op, self.plain(&sides.0, frame)?, self.plain(&sides.1, frame)?),
            Expr::Aggregate(aggregate) => match self.total(aggregate, frame)?? {
                Amount::Number(number) => Some(number),
                Amount::Range(_) | Amount::Other(_) => None,
            },
            Expr::Now => None,
        }
    }

    pub(crate) fn amount(&self, expr: &Expr, frame: &mut [Value]) -> Option<Amount> {
        match expr {
            Expr::Value(value) => Some(self.ranges.borrow().amount(*value)),
            Expr::Var(var) => Some(self.ranges.borrow().amount(frame[*var as usize])),
            Expr::Now => Value::tick(self.now).map(Amount::Other),
            Expr::Fluent { fluent, key, is_number, site } => {
                match self.point(*fluent, key, *site, Match::Skip, frame) {
                    ABSENT if *is_number => Some(Amount::ZERO),
                    ABSENT => None,
                    held => Some(self.ranges.borrow().amount(held)),
                }
            }
            Expr::Arith(op, sides) => {
                let left = self.amount(&sides.0, frame)?;
                let right = self.amount(&sides.1, frame)?;
                amount::arithmetic(self.clock, *op, left, right)
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate, frame),
        }
    }

    /// What an aggregate with totals comes to; nothing where it has to be worked out.
    fn total(&self, aggregate: &Aggregate, frame: &[Value]) -> Option<Option<Amount>> {
        let totals = self.totals.get(aggregate.total as usize)?;
        totals.read(aggregate.total_key.iter().map(|arg| arg.value(frame)), self.at, self.moment)
    }

    fn aggregate(&self, aggregate: &Aggregate, frame: &mut [Value]) -> Option<Amount> {
        if let Some(known) = self.total(aggregate, frame) {
            return known;
        }
        let mut count = 0_i64;
        let mut so_far = Some(None);
        let mut take = |frame: &mut [Value]| {
            count += 1;
            if aggregate.op != AggregateOp::Count {
                let next = self.amount(&aggregate.of, frame);
                so_far = match (so_far, next) {
                    (Some(so_far), Some(next)) => amount::fold(aggregate.op, so_far, next).map(Some),
                    _ => None,
                };
            }
            so_far.is_none()
        };
        if aggregate.over.distinct {
            self.run(&aggregate.over, frame, &mut take);
        } else {
            let mut seen = self.fillings(&aggregate.over, &aggregate.locals, frame);
            seen.sort_unstable();
            seen.dedup();
            for filling in seen {
                for (var, value) in aggregate.locals.iter().zip(&filling) {
                    frame[*var as usize] = *value;
                }
                take(frame);
            }
        }
        match aggregate.op {
            AggregateOp::Count => Some(Amount::Number(Number::whole(count))),
            AggregateOp::Sum => so_far.map(|sum| sum.unwrap_or(Amount::ZERO)),
            AggregateOp::Least | AggregateOp::Greatest => so_far.flatten(),
        }
    }

    /// The values of some variables in every filling, repeats included.
    pub(crate) fn fillings(&self, plan: &Plan, vars: &[u32], frame: &mut [Value]) -> Vec<Box<[Value]>> {
        let mut all = Vec::new();
        self.run(plan, frame, &mut |frame| {
            all.push(vars.iter().map(|var| frame[*var as usize]).collect());
            false
        });
        all
    }
}
