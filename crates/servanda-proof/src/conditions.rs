//! Conditions and expressions in one state, tried against everything listed (rules 8 to 11 of `docs/semantics.md`).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{
    Aggregate, AggregateOp, ArithOp, Condition, EntityId, Expr, FluentPattern, FluentType, NumberRange, Program, Term,
    Value, Var,
};

use crate::format::{Atom, Filling, Instant, Shape, Target};
use crate::parts::{binds, needed, surely_bound};
use crate::value::{Val, Verdict, arithmetic, compare, extreme, negative};

/// What has a value in a state, and the step that gave it.
pub(crate) type State = BTreeMap<Atom, (Val, usize)>;

/// Instances with all the values that definitions give them.
pub(crate) type Formed = BTreeSet<(Atom, Val)>;

/// The scope of a certificate, with the entries that were looked up, and what was looked up that no entry covers.
pub(crate) struct Scope<'a> {
    pub(crate) shapes: &'a [Shape],
    places: BTreeMap<Target, Vec<usize>>,
    /// For which entry something is worked out now; none for the goals.
    pub(crate) owner: Cell<Option<usize>>,
    /// Whether what is looked up is noted.
    pub(crate) noting: Cell<bool>,
    /// For which entry which was looked up.
    used: RefCell<BTreeSet<(Option<usize>, usize)>>,
    missing: RefCell<BTreeSet<(Option<usize>, Shape)>>,
    looked: RefCell<BTreeSet<usize>>,
    /// What was looked up in states since the last moment.
    pub(crate) reads: RefCell<BTreeSet<Shape>>,
    pub(crate) moving: RefCell<Moving>,
}

/// Ticks that are not the same in all chronologies, and the orders that were looked at.
#[derive(Default)]
pub(crate) struct Moving {
    /// The day of the moment, if it moves.
    pub(crate) now: Option<Instant>,
    pub(crate) ticks: BTreeMap<i64, Instant>,
    fixed: BTreeSet<i64>,
    pub(crate) orders: BTreeSet<(Instant, Instant)>,
}

impl Moving {
    /// What a tick is.
    pub(crate) fn instant(&self, tick: i64) -> Instant {
        self.ticks.get(&tick).cloned().unwrap_or_else(|| Instant::on(tick))
    }

    /// A tick is this instant; if it is another as well, they must stay together.
    pub(crate) fn name(&mut self, tick: i64, instant: &Instant) {
        let known = self.ticks.entry(tick).or_insert_with(|| instant.clone()).clone();
        self.hangs_on(&known, instant);
    }

    pub(crate) fn hangs_on(&mut self, a: &Instant, b: &Instant) {
        if a != b {
            self.orders.insert((a.min(b).clone(), a.max(b).clone()));
        }
    }

    /// Two values are compared: what comes of it hangs on their order.
    fn compared(&mut self, a: Val, b: Val) {
        if let (Val::Tick(a), Val::Tick(b)) = (a, b)
            && a != b
            && (self.ticks.contains_key(&a) || self.ticks.contains_key(&b))
        {
            self.hangs_on(&self.instant(a), &self.instant(b));
        }
    }

    /// Each of these is compared with each.
    pub(crate) fn all_compared(&mut self, mut values: Vec<Val>) {
        values.sort_unstable();
        values.windows(2).for_each(|pair| self.compared(pair[0], pair[1]));
    }

    /// A value must stay what it is.
    pub(crate) fn stays(&mut self, value: Val) {
        if let Val::Tick(tick) = value {
            self.hangs_on(&self.instant(tick), &Instant::on(tick));
        }
    }

    /// What arithmetic gave, of what.
    fn worked_out(&mut self, value: Option<Val>, a: Val, op: ArithOp, b: Val) {
        let before = match (a, b) {
            (Val::Tick(a), _) => self.ticks.get(&a).cloned(),
            _ => None,
        };
        let back = if op == ArithOp::Minus { negative(b) } else { Some(b) };
        match (value, before, back) {
            (Some(Val::Tick(tick)), Some(before), Some(time)) => self.name(tick, &before.after(time)),
            (Some(Val::Tick(tick)), None, _) => _ = self.fixed.insert(tick),
            _ => [a, b].into_iter().for_each(|it| self.stays(it)),
        }
    }

    /// The orders that were looked at. What is also a fixed tick must stay there.
    pub(crate) fn orders(&mut self) -> BTreeSet<(Instant, Instant)> {
        let both: Vec<i64> = self.fixed.iter().copied().filter(|tick| self.ticks.contains_key(tick)).collect();
        both.into_iter().for_each(|tick| self.stays(Val::Tick(tick)));
        self.orders.clone()
    }
}

impl<'a> Scope<'a> {
    pub(crate) fn new(shapes: &'a [Shape]) -> Scope<'a> {
        let mut places: BTreeMap<Target, Vec<usize>> = BTreeMap::new();
        shapes.iter().enumerate().for_each(|(at, shape)| places.entry(shape.of).or_default().push(at));
        let (owner, noting) = (Cell::new(None), Cell::new(true));
        let (used, missing, looked, reads, moving) = Default::default();
        Scope { shapes, places, owner, noting, used, missing, looked, reads, moving }
    }

    /// The entries that the goals depend on, directly or by others; and what these look up that no entry covers.
    pub(crate) fn needed(&self) -> (BTreeSet<usize>, BTreeSet<Shape>) {
        let used = self.used.borrow();
        let mut needed = BTreeSet::new();
        let mut open: Vec<Option<usize>> = vec![None];
        while let Some(owner) = open.pop() {
            let of = used.range((owner, 0)..).take_while(|(it, _)| *it == owner);
            open.extend(of.filter(|(_, at)| needed.insert(*at)).map(|(_, at)| Some(*at)));
        }
        let missing = self.missing.borrow();
        let missing = missing.iter().filter(|(owner, _)| owner.is_none_or(|it| needed.contains(&it)));
        (needed.clone(), missing.map(|(_, shape)| shape.clone()).collect())
    }

    /// The entries for a fluent or action.
    pub(crate) fn of(&self, of: Target) -> impl Iterator<Item = usize> + '_ {
        self.places.get(&of).into_iter().flatten().copied()
    }

    /// A value of the program.
    pub(crate) fn val(&self, value: Value, ranges: &[NumberRange]) -> Val {
        let value = Val::of(value, ranges);
        if let Val::Tick(tick) = value {
            self.moving.borrow_mut().fixed.insert(tick);
        }
        value
    }

    /// The first entry that covers a shape.
    pub(crate) fn entry(&self, shape: &Shape) -> Option<usize> {
        let found = self.of(shape.of).find(|at| self.shapes[*at].covers(shape));
        found.into_iter().for_each(|at| _ = self.looked.borrow_mut().insert(at));
        match found.filter(|_| self.noting.get()) {
            Some(at) => self.used.borrow_mut().insert((self.owner.get(), at)),
            None if found.is_some() || !self.noting.get() => false,
            None => self.missing.borrow_mut().insert((self.owner.get(), shape.clone())),
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
        distinct(self.scope, all)
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
                left.zip(right).is_some_and(|(left, right)| {
                    self.scope.moving.borrow_mut().compared(left, right);
                    compare(left, *op, right) == wanted
                })
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
        self.scope.reads.borrow_mut().insert(shape.clone());
        shape.args.iter().flatten().for_each(|arg| self.scope.moving.borrow_mut().stays(*arg));
        let forming = self.forming.filter(|(of, _)| matches!(shape.of, Target::Fluent(it) if of.contains(&it)));
        let all: Vec<(Atom, Val, usize)> = match forming {
            Some((_, formed)) => {
                let id = |atom: &Atom| self.state.get(atom).map_or(usize::MAX, |(_, id)| *id);
                formed.iter().map(|(atom, value)| (atom.clone(), *value, id(atom))).collect()
            }
            None => {
                let known: Vec<Val> = shape.args.iter().map_while(|arg| *arg).collect();
                let all = self.state.range(Atom { of: shape.of, args: known.clone() }..);
                let all = all.take_while(|(atom, _)| atom.of == shape.of && atom.args.starts_with(&known));
                all.map(|(atom, (value, id))| (atom.clone(), *value, *id)).collect()
            }
        };
        (entry, all.into_iter().filter(|(atom, ..)| entry.is_some() && shape.has(atom)).collect())
    }

    /// What a search gives, and the entries of the scope that it looked up.
    pub(crate) fn looking<T>(&self, search: impl FnOnce() -> T) -> (T, BTreeSet<usize>) {
        let before = self.scope.looked.take();
        let result = search();
        let looked = self.scope.looked.replace(before);
        self.scope.looked.borrow_mut().extend(&looked);
        (result, looked)
    }

    /// The value of an expression, if it has one.
    pub(crate) fn value(&self, expr: &Expr, found: &mut Found) -> Option<Val> {
        match expr {
            Expr::Value(value) => Some(self.scope.val(*value, &self.program.ranges)),
            Expr::Var(var) => found.filling.get(&var.0).copied(),
            Expr::Now => {
                let (tick, mut moving) = (self.tick?, self.scope.moving.borrow_mut());
                match moving.now.clone() {
                    Some(now) => moving.name(tick, &now),
                    None => _ = moving.fixed.insert(tick),
                }
                Some(Val::Tick(tick))
            }
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
                let (a, b) = a.zip(b)?;
                let value = arithmetic(self.program.clock, a, *op, b);
                self.scope.moving.borrow_mut().worked_out(value, a, *op, b);
                value
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
                values.into_iter().skip(1).try_fold(first, |a, b| {
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
            Term::Value(value) => Some(self.scope.val(value, &self.program.ranges)),
            Term::Var(var) => filling.get(&var.0).copied(),
            Term::Any => None,
        }
    }

    /// Rule 8: a variable is bound at its first use and compared afterwards; its kind restricts what it may be.
    pub(crate) fn bind(&self, term: Term, value: Val, filling: &mut Filling) -> bool {
        match (term, self.filled(term, filling)) {
            (_, Some(wanted)) => {
                self.scope.moving.borrow_mut().compared(wanted, value);
                wanted == value
            }
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
pub(crate) fn distinct(scope: &Scope<'_>, all: Vec<Found>) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let mut ticks: BTreeMap<u32, Vec<Val>> = BTreeMap::new();
    for (var, value) in all.iter().flat_map(|found| &found.filling) {
        ticks.entry(*var).or_default().extend(matches!(value, Val::Tick(_)).then_some(*value));
    }
    ticks.into_values().for_each(|values| scope.moving.borrow_mut().all_compared(values));
    all.into_iter().filter(|found| seen.insert(found.filling.clone())).collect()
}
