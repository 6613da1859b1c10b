//! Conditions and expressions in one state, tried against everything listed (rules 8 to 11 of `docs/semantics.md`).

use std::collections::BTreeSet;

use servanda_model::{
    Aggregate, AggregateOp, ArithOp, Condition, EntityId, Expr, FluentPattern, FluentType, Mention, Term, Var,
};
use servanda_proof::{Filling, Shape, Target, Val};

use crate::scope::{Scope, State, Values, of_shape};
use crate::value::{arithmetic, compare, extreme, fits, whole};

/// One state, seen by one rule or definition.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) state: &'a State,
    /// Changes of the state that count already.
    pub(crate) changes: &'a State<Option<Val>>,
    pub(crate) vars: &'a [Var],
    /// Derived fluents that are being formed, and what was formed so far, with all values (rule 7).
    pub(crate) forming: Option<(&'a BTreeSet<u32>, &'a Values)>,
}

impl Scene<'_> {
    /// Every way of extending a filling so that all conditions hold.
    pub(crate) fn solve(&self, conditions: &[Condition], start: &Filling) -> BTreeSet<Filling> {
        let mut kept = surely_bound(conditions);
        kept.extend(start.keys());
        let mut all = Vec::new();
        self.extend(conditions.iter().collect(), start.clone(), &mut all);
        // What only one alternative binds belongs to that alternative.
        all.iter_mut().for_each(|filling| filling.retain(|var, _| kept.contains(var)));
        self.scope.distinct(all)
    }

    fn extend(&self, mut left: Vec<&Condition>, filling: Filling, all: &mut Vec<Filling>) {
        if let Some(at) = left.iter().position(|it| matches!(it, Condition::AnyOf(_))) {
            let Condition::AnyOf(lists) = left.swap_remove(at) else { return };
            for list in lists {
                self.extend(left.iter().copied().chain(list).collect(), filling.clone(), all);
            }
            return;
        }
        // Narrow conditions come first, so that little need be looked up.
        let width = |at: &usize| self.width(left[*at], &left, &filling);
        match (0..left.len()).filter_map(|at| Some((width(&at)?, at))).min() {
            Some((_, next)) => {
                let condition = left.remove(next);
                for longer in self.satisfy(condition, &filling) {
                    self.extend(left.clone(), longer, all);
                }
            }
            None if left.is_empty() => all.push(filling),
            None => {}
        }
    }

    /// In how many ways a condition may hold, roughly; none while it needs what others of those left bind.
    fn width(&self, condition: &Condition, left: &[&Condition], filling: &Filling) -> Option<usize> {
        if let Condition::Holds(it) = condition {
            let open = it.args.iter().filter(|term| self.filled(**term, filling).is_none()).count();
            return Some(2 + 2 * open - usize::from(self.scope.is_rigid(condition)));
        }
        let mut waits = false;
        let mut see = |mention: Mention<'_>| {
            if let Mention::Var(var) = mention {
                let binds = || left.iter().any(|other| other.binds().any(|it| it == var));
                waits |= !filling.contains_key(&var.0) && binds();
            }
        };
        match condition {
            Condition::Let(_, expr) => expr.mentions(&mut see),
            other => other.mentions(&mut see),
        }
        (!waits).then_some(match condition {
            Condition::IsKind(..) => 0,
            Condition::Not(_) => 101,
            _ => 100,
        })
    }

    fn satisfy(&self, condition: &Condition, filling: &Filling) -> Vec<Filling> {
        let mut next = filling.clone();
        let holds = match condition {
            Condition::Holds(it) => return self.holding(it, filling),
            Condition::Not(list) => self.solve(list, filling).is_empty(),
            Condition::Compare { left, op, right } | Condition::Undecided { left, op, right } => {
                self.value(left, filling).zip(self.value(right, filling)).is_some_and(|(left, right)| {
                    self.scope.moving.borrow_mut().compared([left, right]);
                    let (all, some) = compare(left, *op, right);
                    if matches!(condition, Condition::Compare { .. }) { all } else { some && !all }
                })
            }
            Condition::IsKind(term, kind) => {
                let value = self.filled(*term, filling);
                matches!(value, Some(Val::Entity(id)) if self.scope.program.is_of_kind(EntityId(id), *kind))
            }
            Condition::Let(var, expr) => {
                self.value(expr, filling).is_some_and(|value| self.bind(Term::Var(*var), value, &mut next))
            }
            Condition::AnyOf(_) => false,
        };
        if holds { vec![next] } else { Vec::new() }
    }

    fn holding(&self, pattern: &FluentPattern, filling: &Filling) -> Vec<Filling> {
        let found = self.look(&self.shape(Target::Fluent(pattern.fluent.0), &pattern.args, filling));
        let fits = |(on, value): &(Shape, Val)| self.matched(&pattern.args, on, Some((pattern.value, *value)), filling);
        found.iter().filter_map(fits).collect()
    }

    /// Everything of a shape that has a value.
    fn look(&self, shape: &Shape) -> Vec<(Shape, Val)> {
        let known = self.scope.looks_up(shape);
        let forming = self.forming.filter(|(of, _)| matches!(shape.of, Target::Fluent(it) if of.contains(&it)));
        match forming {
            _ if !known => Vec::new(),
            Some((_, formed)) => formed.iter().filter(|(on, _)| shape.covers(on)).cloned().collect(),
            None => {
                let new = of_shape(self.changes, shape).filter_map(|(on, value)| Some((on.clone(), (*value)?)));
                let old = of_shape(self.state, shape).filter(|(on, _)| !self.changes.contains_key(on));
                old.map(|(on, value)| (on.clone(), *value)).chain(new).collect()
            }
        }
    }

    /// The value of an expression, if it has one.
    pub(crate) fn value(&self, expr: &Expr, filling: &Filling) -> Option<Val> {
        match expr {
            Expr::Value(value) => Some(self.scope.val(*value)),
            Expr::Var(var) => filling.get(&var.0).copied(),
            Expr::Now => self.scope.moving.borrow_mut().today(),
            Expr::Fluent(fluent, terms) => {
                let shape = self.shape(Target::Fluent(fluent.0), terms, filling);
                let found = self.look(&shape).first().map(|(_, value)| *value);
                let number = self.scope.program.fluents.get(fluent.index())?.ty == FluentType::Number;
                found.filter(|_| shape.is_single()).or_else(|| whole(0).filter(|_| number))
            }
            Expr::Arith(op, a, b) => {
                let (a, b) = self.value(a, filling).zip(self.value(b, filling))?;
                let value = arithmetic(self.scope.program.clock, a, *op, b);
                self.scope.moving.borrow_mut().worked_out(value, a, *op, b);
                value
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate, filling),
        }
    }

    fn aggregate(&self, aggregate: &Aggregate, filling: &Filling) -> Option<Val> {
        let all = self.solve(&aggregate.over, filling);
        if aggregate.op == AggregateOp::Count {
            return whole(i64::try_from(all.len()).ok()?);
        }
        let values: Vec<Option<Val>> = all.iter().map(|filling| self.value(&aggregate.of, filling)).collect();
        let values = values.into_iter().collect::<Option<Vec<Val>>>()?;
        if aggregate.op == AggregateOp::Sum {
            let plus = |a, b| arithmetic(self.scope.program.clock, a, ArithOp::Plus, b);
            return values.into_iter().try_fold(whole(0)?, plus);
        }
        self.scope.moving.borrow_mut().compared(values.iter().copied());
        let first = *values.first()?;
        values.into_iter().try_fold(first, |a, b| extreme(a, b, aggregate.op == AggregateOp::Greatest))
    }

    /// A pattern with its bound variables filled in.
    pub(crate) fn shape(&self, of: Target, terms: &[Term], filling: &Filling) -> Shape {
        Shape { of, args: terms.iter().map(|term| self.filled(*term, filling)).collect() }
    }

    /// The value of a term that is not open.
    pub(crate) fn filled(&self, term: Term, filling: &Filling) -> Option<Val> {
        match term {
            Term::Value(value) => Some(self.scope.val(value)),
            Term::Var(var) => filling.get(&var.0).copied(),
            Term::Any => None,
        }
    }

    /// Rule 8: a variable is bound at its first use and compared afterwards; its kind restricts what it may be.
    fn bind(&self, term: Term, value: Val, filling: &mut Filling) -> bool {
        match (term, self.filled(term, filling)) {
            (_, Some(wanted)) => {
                self.scope.moving.borrow_mut().compared([wanted, value]);
                wanted == value
            }
            (Term::Var(var), None) => {
                let fits = self.vars.get(var.index()).is_some_and(|it| fits(value, it.hole, self.scope.program));
                fits && filling.insert(var.0, value).is_none()
            }
            (_, None) => true,
        }
    }

    /// The filling with which terms are what is known of a shape, and a further one a value.
    pub(crate) fn matched(
        &self,
        terms: &[Term],
        shape: &Shape,
        value: Option<(Term, Val)>,
        filling: &Filling,
    ) -> Option<Filling> {
        let mut filling = filling.clone();
        let known = terms.iter().zip(&shape.args).filter_map(|(term, arg)| Some((*term, (*arg)?)));
        let fits = known.chain(value).all(|(term, it)| self.bind(term, it, &mut filling));
        (fits && terms.len() == shape.args.len()).then_some(filling)
    }
}

/// The variables that are bound whichever alternatives hold.
pub(crate) fn surely_bound(conditions: &[Condition]) -> BTreeSet<u32> {
    let each = conditions.iter().flat_map(|condition| match condition {
        Condition::AnyOf(lists) => {
            lists.iter().map(|list| surely_bound(list)).reduce(|a, b| &a & &b).unwrap_or_default()
        }
        other => other.binds().map(|var| var.0).collect(),
    });
    each.collect()
}
