//! Conditions and expressions in one state, tried against everything listed (rules 8 to 11 of `docs/semantics.md`).

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Aggregate, AggregateOp, ArithOp, Condition, Expr, FluentType, Hole, Mention, Term};
use servanda_proof::{By, Deed, Filling, Kind, Place, Shape, Target, Val, What};

use crate::value::{arithmetic, compare, extreme};
use crate::walk::{Owner, State, Walk};

/// One state, seen for one deed.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) walk: &'a Walk<'a>,
    pub(crate) deed: &'a Deed<'a>,
    pub(crate) owner: Owner,
    /// Changes of the state before the moment that count already.
    pub(crate) changes: &'a State<Option<Val>>,
    /// The place of the definitions that are tried, and what they gave so far, with all values (rule 7).
    pub(crate) forming: Option<(Place, &'a State<BTreeMap<Val, By>>)>,
}

impl Scene<'_> {
    /// Every way of extending a filling so that all conditions hold.
    pub(crate) fn solve(&self, conditions: Vec<&Condition>, start: &Filling) -> BTreeSet<Filling> {
        let mut kept = Condition::surely_bound(conditions.iter().copied());
        kept.extend(start.vars());
        let mut all = Vec::new();
        self.extend(conditions, start.clone(), &mut all);
        // What only one alternative binds belongs to that alternative.
        all.iter_mut().for_each(|filling| filling.retain(|var| kept.contains(&var)));
        self.walk.moving.distinct(all)
    }

    fn extend(&self, mut left: Vec<&Condition>, filling: Filling, all: &mut Vec<Filling>) {
        let next = (0..left.len()).min_by_key(|at| self.rank(left[*at], &left, &filling));
        let Some(next) = next else { return all.push(filling) };
        let condition = left.remove(next);
        if let Condition::AnyOf(lists) = condition {
            for list in lists {
                self.extend(left.iter().copied().chain(list).collect(), filling.clone(), all);
            }
        } else {
            self.satisfy(condition, &filling).into_iter().for_each(|longer| self.extend(left.clone(), longer, all));
        }
    }

    /// Which condition comes first: narrow ones, so that little need be looked up; then what needs what these bind.
    fn rank(&self, condition: &Condition, left: &[&Condition], filling: &Filling) -> usize {
        match condition {
            Condition::AnyOf(_) => 0,
            Condition::IsKind(term, _) if self.filled(*term, filling).is_some() => 1,
            Condition::Holds(it) => {
                let open = it.args.iter().filter(|term| self.filled(**term, filling).is_none()).count();
                3 + 2 * open - usize::from(self.walk.is_rigid(condition))
            }
            Condition::Let(_, expr) => {
                let open = left.iter().flat_map(|it| it.binds()).filter(|var| filling.get(var.0).is_none());
                let (open, mut waits) = (open.collect::<Vec<_>>(), false);
                expr.mentions(&mut |it| waits |= matches!(it, Mention::Var(var) if open.contains(&var)));
                1_000 + usize::from(waits)
            }
            Condition::Compare { .. } | Condition::Undecided { .. } | Condition::IsKind(..) => 1_002,
            Condition::Not(_) => 1_003,
        }
    }

    fn satisfy(&self, condition: &Condition, filling: &Filling) -> Vec<Filling> {
        let mut next = filling.clone();
        let holds = match condition {
            Condition::Holds(it) => {
                let found = self.look(&self.shape(Target::Fluent(it.fluent.0), &it.args, filling));
                let fits =
                    |(on, val): &(Shape, Val)| self.matched(on.beside(&it.args).chain([(it.value, *val)]), filling);
                return found.iter().filter_map(fits).collect();
            }
            Condition::Not(list) => self.solve(list.iter().collect(), filling).is_empty(),
            Condition::Compare { left, op, right } | Condition::Undecided { left, op, right } => {
                self.value(left, filling).zip(self.value(right, filling)).is_some_and(|(left, right)| {
                    self.walk.moving.compared([left, right]);
                    let (all, some) = compare(left, *op, right);
                    if matches!(condition, Condition::Compare { .. }) { all } else { some && !all }
                })
            }
            Condition::IsKind(term, kind) => {
                self.filled(*term, filling).is_some_and(|it| self.walk.reading.takes(Hole::Kind(*kind), it))
            }
            Condition::Let(var, expr) => {
                self.value(expr, filling).is_some_and(|value| self.bind(Term::Var(*var), value, &mut next))
            }
            Condition::AnyOf(_) => false,
        };
        if holds { vec![next] } else { Vec::new() }
    }

    /// Everything of a shape that has a value.
    fn look(&self, shape: &Shape) -> Vec<(Shape, Val)> {
        self.walk.looks_up(self.owner, shape);
        let place = self.walk.reading.place(shape.of);
        if let Some((_, formed)) = self.forming.filter(|(it, _)| it.recursive && place == Some(*it)) {
            return shape.of(formed).flat_map(|(on, all)| all.keys().map(|value| (on.clone(), *value))).collect();
        }
        let new = shape.of(self.changes).filter_map(|(on, value)| Some((on.clone(), (*value)?)));
        let old = shape.of(&self.walk.state).filter(|(on, _)| !self.changes.contains_key(on));
        old.map(|(on, value)| (on.clone(), *value)).chain(new).collect()
    }

    /// The value of an expression, if it has one.
    pub(crate) fn value(&self, expr: &Expr, filling: &Filling) -> Option<Val> {
        let moving = &self.walk.moving;
        match expr {
            Expr::Value(value) => Some(moving.fixed(self.walk.reading.val(*value))),
            Expr::Var(var) => filling.get(var.0),
            Expr::Now => Some(moving.name(self.walk.now?.0, self.walk.at.clone())),
            Expr::Fluent(fluent, terms) => {
                let shape = self.shape(Target::Fluent(fluent.0), terms, filling);
                let found = self.look(&shape).first().map(|(_, value)| *value).filter(|_| shape.is_single());
                let number = self.walk.reading.fluent(shape.of)?.ty == FluentType::Number;
                found.or(Val::whole(0).filter(|_| number))
            }
            Expr::Arith(op, a, b) => {
                let (a, b) = self.value(a, filling).zip(self.value(b, filling))?;
                moving.worked_out(arithmetic(self.walk.reading.program.clock, a, *op, b), a, *op, b)
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate, filling),
        }
    }

    fn aggregate(&self, it: &Aggregate, filling: &Filling) -> Option<Val> {
        let all = self.solve(it.over.iter().collect(), filling);
        let mut values = all.iter().map(|filling| self.value(&it.of, filling));
        let plus = |sum, value: Option<Val>| arithmetic(self.walk.reading.program.clock, sum, ArithOp::Plus, value?);
        match it.op {
            AggregateOp::Count => Val::whole(i64::try_from(all.len()).ok()?),
            AggregateOp::Sum => values.try_fold(Val::whole(0)?, plus),
            AggregateOp::Least | AggregateOp::Greatest => {
                let values = values.collect::<Option<Vec<Val>>>()?;
                self.walk.moving.compared(values.iter().copied());
                let further = |a: Option<Val>, b: Option<Val>| extreme(a?, b?, it.op == AggregateOp::Greatest);
                values.into_iter().map(Some).reduce(further)?
            }
        }
    }

    /// What the deed comes to; nothing if its value, or of which instance it is, is missing.
    pub(crate) fn done(&self, filling: &Filling) -> Option<What> {
        let Deed { kind, of, args, value, .. } = *self.deed;
        let on = Some(self.shape(of, args, filling)).filter(|on| kind == Kind::End || on.is_single())?;
        let value = match value {
            Ok(expr) => Some(self.value(expr, filling)?),
            Err(term) => self.filled(term, filling),
        };
        Some(What { kind, on, value })
    }

    /// A pattern with its bound variables filled in.
    pub(crate) fn shape(&self, of: Target, terms: &[Term], filling: &Filling) -> Shape {
        Shape { of, args: terms.iter().map(|term| self.filled(*term, filling)).collect() }
    }

    /// The value of a term that is not open.
    fn filled(&self, term: Term, filling: &Filling) -> Option<Val> {
        match term {
            Term::Value(value) => Some(self.walk.moving.fixed(self.walk.reading.val(value))),
            Term::Var(var) => filling.get(var.0),
            Term::Any => None,
        }
    }

    /// Rule 8: a variable is bound at its first use and compared afterwards; its kind restricts what it may be.
    fn bind(&self, term: Term, value: Val, filling: &mut Filling) -> bool {
        if let Some(wanted) = self.filled(term, filling) {
            self.walk.moving.compared([wanted, value]);
            return wanted == value;
        }
        term.as_var().is_none_or(|var| {
            filling.insert(var.0, value);
            self.deed.vars.get(var.index()).is_some_and(|it| self.walk.reading.takes(it.hole, value))
        })
    }

    /// The filling with which terms are these values.
    pub(crate) fn matched(&self, all: impl IntoIterator<Item = (Term, Val)>, filling: &Filling) -> Option<Filling> {
        let mut filling = filling.clone();
        all.into_iter().all(|(term, value)| self.bind(term, value, &mut filling)).then_some(filling)
    }
}
