//! Conditions and expressions in one state, tried against everything listed (rules 8 to 11 of `docs/semantics.md`).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{
    Aggregate, AggregateOp, ArithOp, Condition, EntityId, Expr, FluentPattern, FluentType, Program, Term, Value, Var,
};

use crate::format::{Atom, Filling, Instant, Shape, Target};
use crate::moving::Moving;
use crate::parts::{is_ready, surely_bound};
use crate::value::{Val, arithmetic, compare, extreme};

/// What has a value in a state; or the changes of a state, with what then has none.
pub(crate) type State<V = Val> = BTreeMap<Atom, V>;
/// Instances with values that they have or come to have.
pub(crate) type Values = BTreeSet<(Atom, Val)>;
/// For which entry of the scope (none: for the goals) what was looked up: an entry, or what no entry covers.
pub type Lookups = BTreeSet<(Option<usize>, Result<usize, Shape>)>;

/// What was looked up in the scope and in states, and on which orders that hangs.
pub(crate) type Noted = (Lookups, BTreeSet<Shape>, BTreeSet<(Instant, Instant)>);

/// The scope of a certificate, and what was looked up in it.
pub(crate) struct Scope<'a> {
    pub(crate) program: &'a Program,
    pub(crate) shapes: &'a [Shape],
    places: BTreeMap<Target, Vec<usize>>,
    exactly: BTreeMap<&'a Shape, usize>,
    /// For which entry something is worked out now; none for the goals.
    pub(crate) owner: Cell<Option<usize>>,
    pub(crate) lookups: RefCell<Lookups>,
    /// What was looked up in states; it matters only where days move.
    pub(crate) reads: RefCell<BTreeSet<Shape>>,
    pub(crate) moving: RefCell<Moving>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(program: &'a Program, shapes: &'a [Shape], loose: &BTreeSet<u32>) -> Scope<'a> {
        let mut places: BTreeMap<Target, Vec<usize>> = BTreeMap::new();
        shapes.iter().enumerate().for_each(|(at, shape)| places.entry(shape.of).or_default().push(at));
        let moving = RefCell::new(Moving::new(loose));
        let exactly = shapes.iter().enumerate().map(|(at, shape)| (shape, at)).collect();
        let (owner, lookups, reads) = Default::default();
        Scope { program, shapes, places, exactly, owner, lookups, reads, moving }
    }

    /// The entries for a fluent or action.
    pub(crate) fn of(&self, of: Target) -> &[usize] {
        self.places.get(&of).map_or(&[], Vec::as_slice)
    }

    /// A value of the program.
    pub(crate) fn val(&self, value: Value) -> Val {
        let value = Val::of(value, &self.program.ranges);
        self.moving.borrow_mut().named(value);
        value
    }

    /// Looks a shape up. Whether an entry covers it.
    pub(crate) fn covers(&self, shape: &Shape) -> bool {
        let wider = || self.of(shape.of).iter().copied().find(|at| self.shapes[*at].covers(shape));
        let found = self.exactly.get(shape).copied().or_else(wider);
        self.lookups.borrow_mut().insert((self.owner.get(), found.ok_or_else(|| shape.clone())));
        found.is_some()
    }

    /// What is looked up in a state, of whatever is the case.
    pub(crate) fn reads(&self, shape: &Shape) {
        let mut moving = self.moving.borrow_mut();
        if !moving.loose.is_empty() {
            self.reads.borrow_mut().insert(shape.clone());
            shape.args.iter().flatten().for_each(|arg| moving.stays(*arg));
        }
    }

    /// What was noted since this was last asked for.
    pub(crate) fn noted(&self) -> Noted {
        (self.lookups.take(), self.reads.take(), std::mem::take(&mut self.moving.borrow_mut().fresh))
    }

    /// Notes it again.
    pub(crate) fn note(&self, (lookups, reads, orders): &Noted) {
        self.lookups.borrow_mut().extend(lookups.iter().cloned());
        self.reads.borrow_mut().extend(reads.iter().cloned());
        self.moving.borrow_mut().fresh.extend(orders.iter().cloned());
    }

    /// These fillings are told apart.
    pub(crate) fn distinct(&self, all: Vec<Filling>) -> BTreeSet<Filling> {
        let vars: BTreeSet<u32> = all.iter().flat_map(|filling| filling.keys().copied()).collect();
        for var in vars {
            self.moving.borrow_mut().all_compared(all.iter().filter_map(|filling| filling.get(&var).copied()));
        }
        all.into_iter().collect()
    }
}

/// One state, seen by one rule or definition.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) state: &'a State,
    /// Changes of the state that count already.
    pub(crate) changes: &'a State<Option<Val>>,
    pub(crate) tick: Option<i64>,
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
        let width = |condition: &Condition| match condition {
            Condition::Holds(it) => 1 + it.args.iter().filter(|term| self.filled(**term, &filling).is_none()).count(),
            Condition::IsKind(..) => 0,
            Condition::Not(_) => 101,
            _ => 100,
        };
        let ready = (0..left.len()).filter(|at| is_ready(left[*at], &left, &filling));
        match ready.min_by_key(|at| width(left[*at])) {
            Some(next) => {
                let condition = left.remove(next);
                for longer in self.satisfy(condition, &filling) {
                    self.extend(left.clone(), longer, all);
                }
            }
            None if left.is_empty() => all.push(filling),
            None => {}
        }
    }

    fn satisfy(&self, condition: &Condition, filling: &Filling) -> Vec<Filling> {
        let mut next = filling.clone();
        let holds = match condition {
            Condition::Holds(it) => return self.holding(it, filling),
            Condition::Not(list) => self.solve(list, filling).is_empty(),
            Condition::Compare { left, op, right } | Condition::Undecided { left, op, right } => {
                self.value(left, filling).zip(self.value(right, filling)).is_some_and(|(left, right)| {
                    self.scope.moving.borrow_mut().compared(left, right);
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
        let shape = self.shape(Target::Fluent(pattern.fluent.0), &pattern.args, filling);
        let found = self.look(&shape).into_iter();
        found.filter_map(|(atom, value)| self.matched(&pattern.args, pattern.value, &atom, value, filling)).collect()
    }

    /// Everything of a shape that has a value.
    fn look(&self, shape: &Shape) -> Vec<(Atom, Val)> {
        let known = self.scope.covers(shape);
        self.scope.reads(shape);
        let forming = self.forming.filter(|(of, _)| matches!(shape.of, Target::Fluent(it) if of.contains(&it)));
        match forming {
            _ if !known => Vec::new(),
            Some((_, formed)) => formed.iter().filter(|(atom, _)| shape.has(atom)).cloned().collect(),
            None => {
                let new = of_shape(self.changes, shape).filter_map(|(atom, value)| Some((atom.clone(), (*value)?)));
                let old = of_shape(self.state, shape).filter(|(atom, _)| !self.changes.contains_key(atom));
                old.map(|(atom, value)| (atom.clone(), *value)).chain(new).collect()
            }
        }
    }

    /// The value of an expression, if it has one.
    pub(crate) fn value(&self, expr: &Expr, filling: &Filling) -> Option<Val> {
        match expr {
            Expr::Value(value) => Some(self.scope.val(*value)),
            Expr::Var(var) => filling.get(&var.0).copied(),
            Expr::Now => {
                self.scope.moving.borrow_mut().today(self.tick?);
                self.tick.map(Val::Tick)
            }
            Expr::Fluent(fluent, terms) => {
                let shape = self.shape(Target::Fluent(fluent.0), terms, filling);
                let found = self.look(&shape).first().map(|(_, value)| *value);
                let number = self.scope.program.fluents.get(fluent.index())?.ty == FluentType::Number;
                let found = found.filter(|_| shape.args.iter().all(Option::is_some));
                found.or_else(|| Val::whole(0).filter(|_| number))
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
            return Val::whole(i64::try_from(all.len()).ok()?);
        }
        let values: Vec<Option<Val>> = all.iter().map(|filling| self.value(&aggregate.of, filling)).collect();
        let mut values = values.into_iter().collect::<Option<Vec<Val>>>()?.into_iter();
        let plus = |a, b| arithmetic(self.scope.program.clock, a, ArithOp::Plus, b);
        match aggregate.op {
            AggregateOp::Sum => values.try_fold(Val::whole(0)?, plus),
            op => {
                let first = values.next()?;
                values.try_fold(first, |a, b| {
                    self.scope.moving.borrow_mut().compared(a, b);
                    extreme(a, b, op == AggregateOp::Greatest)
                })
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
            Term::Value(value) => Some(self.scope.val(value)),
            Term::Var(var) => filling.get(&var.0).copied(),
            Term::Any => None,
        }
    }

    /// Rule 8: a variable is bound at its first use and compared afterwards; its kind restricts what it may be.
    fn bind(&self, term: Term, value: Val, filling: &mut Filling) -> bool {
        match (term, self.filled(term, filling)) {
            (_, Some(wanted)) => {
                self.scope.moving.borrow_mut().compared(wanted, value);
                wanted == value
            }
            (Term::Var(var), None) => {
                let fits = self.vars.get(var.index()).is_some_and(|it| value.fits(it.hole, self.scope.program));
                fits && filling.insert(var.0, value).is_none()
            }
            (_, None) => true,
        }
    }

    /// The filling with which a pattern is an instance with its value.
    pub(crate) fn matched(
        &self,
        args: &[Term],
        value: Term,
        atom: &Atom,
        is: Val,
        filling: &Filling,
    ) -> Option<Filling> {
        let mut filling = filling.clone();
        let mut pairs = args.iter().zip(&atom.args).chain([(&value, &is)]);
        let fits = args.len() == atom.args.len() && pairs.all(|(term, it)| self.bind(*term, *it, &mut filling));
        fits.then_some(filling)
    }

    /// What is known of the variables where terms are to give something of a shape.
    pub(crate) fn unify(&self, terms: &[Term], shape: &Shape) -> Option<Filling> {
        let mut filling = Filling::new();
        let fits = |(term, value): (&Term, &Option<Val>)| value.is_none_or(|it| self.bind(*term, it, &mut filling));
        (terms.len() == shape.args.len() && terms.iter().zip(&shape.args).all(fits)).then_some(filling)
    }
}

/// Everything of a shape.
pub(crate) fn of_shape<'s, V>(state: &'s State<V>, shape: &'s Shape) -> impl Iterator<Item = (&'s Atom, &'s V)> {
    let first = Atom { of: shape.of, args: shape.args.iter().map_while(|arg| *arg).collect() };
    let near = state.range(first.clone()..);
    let near = near.take_while(move |(atom, _)| atom.of == first.of && atom.args.starts_with(&first.args));
    near.filter(|(atom, _)| shape.has(atom))
}
