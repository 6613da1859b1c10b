//! Conditions and expressions in one state, tried against everything listed (rules 8 to 11 of `docs/semantics.md`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{
    Aggregate, AggregateOp, ArithOp, Condition, EntityId, Expr, FluentPattern, FluentType, Program, Term, Var,
};

use crate::format::{Atom, Filling, Shape, Target};
use crate::parts::{binds, needed, surely_bound};
use crate::value::{Val, Verdict, arithmetic, compare, extreme};

/// What has a value in a state, and the step that gave it.
pub(crate) type State = BTreeMap<Atom, (Val, usize)>;

/// Instances with all the values that definitions give them.
pub(crate) type Formed = BTreeSet<(Atom, Val)>;

/// The scope of a certificate, with the entries that were looked up, and what was looked up that no entry covers.
pub(crate) struct Scope<'a> {
    pub(crate) shapes: &'a [Shape],
    pub(crate) used: RefCell<BTreeSet<usize>>,
    pub(crate) missing: RefCell<BTreeSet<Shape>>,
}

impl Scope<'_> {
    /// The first entry that covers a shape.
    pub(crate) fn entry(&self, shape: &Shape) -> Option<usize> {
        let found = self.shapes.iter().position(|mine| mine.covers(shape));
        match found {
            Some(at) => self.used.borrow_mut().insert(at),
            None => self.missing.borrow_mut().insert(shape.clone()),
        };
        found
    }
}

/// A way of making conditions hold, with the steps it rests on and the entries of the scope it searched in vain.
#[derive(Clone, Default)]
pub(crate) struct Found {
    pub(crate) filling: Filling,
    pub(crate) premises: BTreeSet<usize>,
    pub(crate) searched: BTreeSet<usize>,
}

impl Found {
    pub(crate) fn with(filling: &Filling) -> Found {
        Found { filling: filling.clone(), ..Found::default() }
    }
}

/// One state, seen by one rule or definition.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) program: &'a Program,
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) state: &'a State,
    pub(crate) tick: Option<i64>,
    pub(crate) vars: &'a [Var],
    /// Derived fluents that are being formed, and what was formed so far, with all values (rule 7).
    pub(crate) forming: Option<(&'a BTreeSet<u32>, &'a Formed)>,
}

impl Scene<'_> {
    /// Every way of extending `start` so that all conditions hold; of those that fill alike the first.
    pub(crate) fn solve(&self, conditions: &[Condition], start: Found) -> Vec<Found> {
        let mut kept = surely_bound(conditions);
        kept.extend(start.filling.keys());
        let mut all = Vec::new();
        self.extend(conditions.iter().collect(), start, &mut all);
        // What only one alternative binds belongs to that alternative.
        all.iter_mut().for_each(|found| found.filling.retain(|var, _| kept.contains(var)));
        distinct(all)
    }

    fn extend(&self, mut left: Vec<&Condition>, found: Found, all: &mut Vec<Found>) {
        if let Some(at) = left.iter().position(|it| matches!(it, Condition::AnyOf(_))) {
            let Condition::AnyOf(lists) = left.swap_remove(at) else { return };
            for list in lists {
                self.extend(left.iter().copied().chain(list).collect(), found.clone(), all);
            }
            return;
        }
        let bindable: BTreeSet<u32> = left.iter().flat_map(|condition| binds(condition)).collect();
        let ready = |condition: &Condition| {
            needed(condition).iter().all(|var| found.filling.contains_key(var) || !bindable.contains(var))
        };
        // Narrow conditions come first, so that little need be listed.
        let cost = |condition: &Condition| match condition {
            Condition::Holds(it) => {
                1 + it.args.iter().filter(|term| self.filled(**term, &found.filling).is_none()).count()
            }
            Condition::IsKind(..) => 0,
            Condition::Not(_) => 101,
            _ => 100,
        };
        let next = (0..left.len()).filter(|at| ready(left[*at])).min_by_key(|at| cost(left[*at]));
        match next.map(|next| left.remove(next)) {
            Some(condition) => {
                self.satisfy(condition, &found).into_iter().for_each(|longer| self.extend(left.clone(), longer, all));
            }
            None if left.is_empty() => all.push(found),
            None => {}
        }
    }

    fn satisfy(&self, condition: &Condition, found: &Found) -> Vec<Found> {
        let mut next = found.clone();
        let holds = match condition {
            Condition::Holds(pattern) => return self.holding(pattern, found),
            Condition::Not(list) => {
                let (found, looked) = self.looking(|| self.solve(list, Found::with(&found.filling)));
                next.searched.extend(looked);
                found.is_empty()
            }
            Condition::Compare { left, op, right } | Condition::Undecided { left, op, right } => {
                let undecided = matches!(condition, Condition::Undecided { .. });
                let wanted = if undecided { Verdict::Undecided } else { Verdict::Holds };
                let (left, right) = (self.value(left, &mut next), self.value(right, &mut next));
                left.zip(right).is_some_and(|(left, right)| compare(left, *op, right) == wanted)
            }
            Condition::IsKind(term, kind) => {
                let value = self.filled(*term, &found.filling);
                matches!(value, Some(Val::Entity(id)) if self.program.is_of_kind(EntityId(id), *kind))
            }
            Condition::Let(var, expr) => {
                let value = self.value(expr, &mut next);
                value.is_some_and(|value| self.bind(Term::Var(*var), value, &mut next.filling))
            }
            Condition::AnyOf(_) => false,
        };
        if holds { vec![next] } else { Vec::new() }
    }

    fn holding(&self, pattern: &FluentPattern, found: &Found) -> Vec<Found> {
        let shape = self.shape(Target::Fluent(pattern.fluent.0), &pattern.args, &found.filling);
        let fits = |(atom, value, id): (Atom, Val, usize)| {
            let mut next = found.clone();
            next.premises.insert(id);
            let fits = self.bind_all(&pattern.args, &atom.args, &mut next.filling);
            (fits && self.bind(pattern.value, value, &mut next.filling)).then_some(next)
        };
        self.look(&shape).1.into_iter().filter_map(fits).collect()
    }

    /// Everything of a shape that has a value, and the entry of the scope by which it is everything.
    fn look(&self, shape: &Shape) -> (Option<usize>, Vec<(Atom, Val, usize)>) {
        let entry = self.scope.entry(shape);
        let forming = self.forming.filter(|(of, _)| matches!(shape.of, Target::Fluent(it) if of.contains(&it)));
        let all: Vec<(Atom, Val, usize)> = match forming {
            Some((_, formed)) => {
                let id = |atom: &Atom| self.state.get(atom).map_or(usize::MAX, |(_, id)| *id);
                formed.iter().map(|(atom, value)| (atom.clone(), *value, id(atom))).collect()
            }
            None => {
                let all = self.state.range(Atom { of: shape.of, args: Vec::new() }..);
                let all = all.take_while(|(atom, _)| atom.of == shape.of);
                all.map(|(atom, (value, id))| (atom.clone(), *value, *id)).collect()
            }
        };
        (entry, all.into_iter().filter(|(atom, ..)| entry.is_some() && shape.has(atom)).collect())
    }

    /// What a search gives, and the entries of the scope that it looked up.
    pub(crate) fn looking<T>(&self, search: impl FnOnce() -> T) -> (T, BTreeSet<usize>) {
        let before = self.scope.used.take();
        let result = search();
        let looked = self.scope.used.replace(before);
        self.scope.used.borrow_mut().extend(&looked);
        (result, looked)
    }

    /// The value of an expression, if it has one.
    pub(crate) fn value(&self, expr: &Expr, found: &mut Found) -> Option<Val> {
        match expr {
            Expr::Value(value) => Some(Val::of(*value, &self.program.ranges)),
            Expr::Var(var) => found.filling.get(&var.0).copied(),
            Expr::Now => self.tick.map(Val::Tick),
            Expr::Fluent(fluent, terms) => {
                let shape = self.shape(Target::Fluent(fluent.0), terms, &found.filling);
                let (entry, all) = self.look(&shape);
                if let Some((_, value, id)) = all.first().filter(|_| shape.args.iter().all(Option::is_some)) {
                    found.premises.insert(*id);
                    return Some(*value);
                }
                found.searched.extend(entry);
                let number = self.program.fluents.get(fluent.index())?.ty == FluentType::Number;
                if number { Val::whole(0) } else { None }
            }
            Expr::Arith(op, a, b) => {
                let (a, b) = (self.value(a, found), self.value(b, found));
                arithmetic(self.program.clock, a?, *op, b?)
            }
            Expr::Aggregate(aggregate) => self.aggregate(aggregate, found),
        }
    }

    fn aggregate(&self, aggregate: &Aggregate, found: &mut Found) -> Option<Val> {
        let search = || self.solve(&aggregate.over, Found::with(&found.filling));
        let (mut all, looked) = self.looking(search);
        found.searched.extend(looked);
        let mut values = Vec::new();
        for one in &mut all {
            if aggregate.op != AggregateOp::Count {
                values.push(self.value(&aggregate.of, one));
            }
            found.premises.extend(&one.premises);
            found.searched.extend(&one.searched);
        }
        let values = values.into_iter().collect::<Option<Vec<Val>>>()?;
        let plus = |a, b| arithmetic(self.program.clock, a, ArithOp::Plus, b);
        match aggregate.op {
            AggregateOp::Count => Val::whole(i64::try_from(all.len()).ok()?),
            AggregateOp::Sum => values.into_iter().try_fold(Val::whole(0)?, plus),
            op => {
                let first = *values.first()?;
                values.into_iter().skip(1).try_fold(first, |a, b| extreme(a, b, op == AggregateOp::Greatest))
            }
        }
    }

    /// A pattern with its bound variables filled in.
    pub(crate) fn shape(&self, of: Target, terms: &[Term], filling: &Filling) -> Shape {
        Shape { of, args: terms.iter().map(|term| self.filled(*term, filling)).collect() }
    }

    /// The same, if nothing in it is open.
    pub(crate) fn atom(&self, of: Target, terms: &[Term], filling: &Filling) -> Option<Atom> {
        let args = terms.iter().map(|term| self.filled(*term, filling)).collect::<Option<_>>()?;
        Some(Atom { of, args })
    }

    /// The value of a term that is not open.
    pub(crate) fn filled(&self, term: Term, filling: &Filling) -> Option<Val> {
        match term {
            Term::Value(value) => Some(Val::of(value, &self.program.ranges)),
            Term::Var(var) => filling.get(&var.0).copied(),
            Term::Any => None,
        }
    }

    /// Rule 8: a variable is bound at its first use and compared afterwards; its kind restricts what it may be.
    pub(crate) fn bind(&self, term: Term, value: Val, filling: &mut Filling) -> bool {
        match (term, self.filled(term, filling)) {
            (_, Some(wanted)) => wanted == value,
            (Term::Var(var), None) => {
                let fits = self.vars.get(var.index()).is_some_and(|it| value.fits(it.hole, self.program));
                fits && filling.insert(var.0, value).is_none()
            }
            (_, None) => true,
        }
    }

    pub(crate) fn bind_all(&self, terms: &[Term], values: &[Val], filling: &mut Filling) -> bool {
        terms.len() == values.len() && terms.iter().zip(values).all(|(term, value)| self.bind(*term, *value, filling))
    }

    /// What is known of the variables where terms are to give something of a shape.
    pub(crate) fn unify(&self, terms: &[Term], shape: &Shape) -> Option<Filling> {
        let mut filling = Filling::new();
        let fits = |(term, value): (&Term, &Option<Val>)| value.is_none_or(|it| self.bind(*term, it, &mut filling));
        (terms.len() == shape.args.len() && terms.iter().zip(&shape.args).all(fits)).then_some(filling)
    }
}

/// Of those that fill alike the first.
pub(crate) fn distinct(all: Vec<Found>) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|found| seen.insert(found.filling.clone())).collect()
}
