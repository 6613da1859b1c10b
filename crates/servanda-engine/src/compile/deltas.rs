//! From a change of what a definition reads to the instances that may change with it.
//!
//! For each place where a definition reads a fluent there is a plan from the changed arguments through the definition's
//! other positive conditions to the heads concerned. Inside a negation or an aggregate, variables of its own stand for
//! the change alone: they get other numbers there, so that the aggregate as a whole keeps its meaning in the plan.

use std::borrow::Cow;

use servanda_model::{Condition, Definition, Expr as SourceExpr, FluentId, FluentPattern, Program, Term, Var, VarId};

use super::derived::{Delta, existing};
use super::ops::{Arg, Match, Op, Plan};
use super::plan::{Bound, Indexes, MOST_VARIANTS, Planner, arg, variants};
use super::totals::{Totals, is_without_alternatives};
use crate::index::IndexSpec;
use crate::vars::{binders, condition_vars};

/// One place where a fluent is read, or totals.
pub(crate) struct Read<'a> {
    /// The fluent, or with `is_total` the number of the aggregate.
    pub(crate) fluent: FluentId,
    is_total: bool,
    is_in_total: bool,
    pub(crate) args: Cow<'a, [Term]>,
    /// The value asked for, if the place is a condition.
    value: Option<&'a Term>,
    pub(crate) positive: bool,
    /// What has to hold together with it, from the innermost negation or aggregate around it outwards, for the reading
    /// to matter.
    within: Vec<&'a Condition>,
}

/// The places where something is read inside `within`.
struct Reads<'a> {
    within: Vec<&'a Condition>,
    /// What is bound around aggregates that have totals.
    around: Option<(&'a Totals, &'a Bound, &'a [Var])>,
    is_in_total: bool,
    found: Vec<Read<'a>>,
}

impl<'a> Reads<'a> {
    fn new(around: Option<(&'a Totals, &'a Bound, &'a [Var])>) -> Reads<'a> {
        Reads { within: Vec::new(), around, is_in_total: false, found: Vec::new() }
    }

    fn add(&mut self, fluent: FluentId, args: &'a [Term], value: Option<&'a Term>, positive: bool) {
        let (args, within, is_in_total) = (Cow::Borrowed(args), self.within.clone(), self.is_in_total);
        self.found.push(Read { fluent, is_total: false, is_in_total, args, value, positive, within });
    }

    /// Goes through conditions that hold together.
    fn list(&mut self, list: &'a [Condition], positive: bool) {
        for (at, condition) in list.iter().enumerate() {
            let others = list.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
            self.inside(others, |reads| reads.condition(condition, positive));
        }
    }

    /// Goes on with more conditions around.
    fn inside(&mut self, around: impl Iterator<Item = &'a Condition>, go: impl FnOnce(&mut Self)) {
        let outside = self.within.len();
        self.within.extend(around.filter(|condition| matches!(condition, Condition::Holds(_))));
        go(self);
        self.within.truncate(outside);
    }

    fn condition(&mut self, condition: &'a Condition, positive: bool) {
        match condition {
            Condition::Holds(pattern) => self.add(pattern.fluent, &pattern.args, Some(&pattern.value), positive),
            Condition::Not(list) => {
                let around = self.around.take();
                self.list(list, false);
                self.around = around;
            }
            Condition::AnyOf(lists) => lists.iter().for_each(|list| self.list(list, positive)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            Condition::IsKind(..) => {}
            Condition::Let(_, expr) => self.expr(expr),
        }
    }

    fn expr(&mut self, expr: &'a SourceExpr) {
        match expr {
            SourceExpr::Fluent(fluent, args) => self.add(*fluent, args, None, false),
            SourceExpr::Arith(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            SourceExpr::Aggregate(aggregate) => {
                let around = self.around.take();
                let total = around.and_then(|(totals, bound, vars)| totals.find(aggregate, bound, vars));
                let is_in_total = std::mem::replace(&mut self.is_in_total, total.is_some());
                self.list(&aggregate.over, false);
                self.inside(aggregate.over.iter(), |reads| reads.expr(&aggregate.of));
                self.is_in_total = is_in_total;
                self.around = around;
                if let Some((total, key)) = total {
                    let args = key.into_iter().map(Term::Var).collect();
                    let within = self.within.clone();
                    let fluent = FluentId(total);
                    self.found.push(Read {
                        fluent,
                        is_total: true,
                        is_in_total: false,
                        args,
                        value: None,
                        positive: false,
                        within,
                    });
                }
            }
            SourceExpr::Value(_) | SourceExpr::Var(_) | SourceExpr::Now => {}
        }
    }
}

/// Where a definition reads something.
pub(crate) fn reads(definition: &Definition) -> Vec<Read<'_>> {
    let mut reads = Reads::new(None);
    definition.conditions.iter().for_each(|condition| reads.condition(condition, true));
    reads.expr(&definition.value);
    reads.found
}

/// The ways from changes to heads, one for each place where the definition reads a fluent or totals; `None` when there
/// are too many.
pub(crate) fn deltas(
    program: &Program,
    definition: &Definition,
    indexes: &mut Vec<Vec<IndexSpec>>,
    totals: &Totals,
) -> Option<Vec<Delta>> {
    let mut deltas = Vec::new();
    let conditions: Vec<&Condition> = definition.conditions.iter().collect();
    let mut scope = vec![false; definition.vars.len()];
    binders(conditions.iter().copied(), &mut scope);
    let around = is_without_alternatives(definition).then_some((totals, &scope, definition.vars.as_slice()));
    for variant in variants(&conditions, MOST_VARIANTS)? {
        for (at, condition) in variant.iter().enumerate() {
            let is_read_itself = matches!(condition, Condition::Holds(_));
            let mut reads = Reads::new(around);
            reads.condition(condition, false);
            for read in reads.found {
                let changed = is_read_itself.then_some(at);
                deltas.push(delta(program, definition, indexes, totals, &variant, changed, &read)?);
            }
        }
        let mut reads = Reads::new(around);
        reads.expr(&definition.value);
        for read in reads.found {
            deltas.push(delta(program, definition, indexes, totals, &variant, None, &read)?);
        }
    }
    Some(deltas)
}

/// Whatever changes the heads by way of this place has, before the moment or after it, a filling of the conditions
/// around the place as well: those of the definition and those of each negation and aggregate that it stands in.
fn delta(
    program: &Program,
    definition: &Definition,
    indexes: &mut Vec<Vec<IndexSpec>>,
    totals: &Totals,
    variant: &[&Condition],
    changed: Option<usize>,
    read: &Read<'_>,
) -> Option<Delta> {
    let apart = Apart::new(definition, variant, changed.is_none());
    let within: Vec<Condition> = read.within.iter().filter_map(|condition| apart.condition(condition)).collect();
    let mut in_scope = vec![false; apart.vars.len()];
    binders(variant.iter().copied().chain(&within), &mut in_scope);
    let mut planner = Planner { program, vars: &apart.vars, indexes: Indexes::Open(indexes), totals };
    let mut bound: Bound = vec![false; apart.vars.len()];
    let mut matching = |term: &Term| match apart.term(term) {
        Term::Var(var) if !in_scope[var.index()] => Match::Skip,
        term => planner.matching(&term, &mut bound),
    };
    let args: Box<[Match]> = read.args.iter().map(&mut matching).collect();
    let value = read.value.map(&mut matching);
    let is_named = |arg: &Arg| match *arg {
        Arg::Value(_) => true,
        Arg::Var(var) => args.iter().any(|it| matches!(it, Match::Bind(bound, _) if *bound == var)),
    };
    let others = variant.iter().enumerate().filter(|(at, condition)| Some(*at) != changed && leads_on(condition));
    // What stands around the place is nearest to it, and of two lookups the planner takes the first.
    let all: Vec<&Condition> = within.iter().chain(others.map(|(_, condition)| *condition)).collect();
    let quick = without_aggregates(&all, &bound);
    let mut try_with = |conditions: &[&Condition]| {
        let known = bound.clone();
        let mut bound = bound.clone();
        let plan = planner.plan(conditions, &mut bound).ok()?;
        let plan = until_known(plan, &definition.args, known);
        let head_args: Box<[Arg]> =
            definition.args.iter().map(|term| arg(term, &bound)).collect::<Result<_, _>>().ok()?;
        Some((plan, head_args))
    };
    let (plan, head_args) = [quick, all].iter().find_map(|kept| {
        let existing = existing(definition, kept, &bound);
        try_with(&existing.iter().collect::<Vec<_>>()).or_else(|| try_with(kept))
    })?;
    let vars = apart.vars.len();
    let Read { fluent, is_total, is_in_total, .. } = *read;
    let head = definition.fluent.0;
    let is_one_head = plan.is_test && head_args.iter().all(is_named);
    Some(Delta { fluent: fluent.0, is_total, is_in_total, args, value, vars, plan, head, head_args, is_one_head })
}

/// Gives variables that only a negation or an aggregate knows other numbers.
struct Apart {
    /// Those of the definition, and the same again.
    vars: Vec<Var>,
    outer: Vec<bool>,
}

impl Apart {
    fn new(definition: &Definition, variant: &[&Condition], is_inside: bool) -> Apart {
        let count = definition.vars.len();
        let mut outer = vec![!is_inside; count];
        binders(variant.iter().copied(), &mut outer);
        let own = if is_inside { definition.vars.as_slice() } else { &[] };
        let vars = [definition.vars.as_slice(), own].concat();
        Apart { vars, outer }
    }

    fn term(&self, term: &Term) -> Term {
        match *term {
            Term::Var(var) if !self.outer[var.index()] => Term::Var(VarId(var.0 + self.outer.len() as u32)),
            term => term,
        }
    }

    fn condition(&self, condition: &Condition) -> Option<Condition> {
        let Condition::Holds(FluentPattern { fluent, args, value }) = condition else { return None };
        let args = args.iter().map(|term| self.term(term)).collect();
        Some(Condition::Holds(FluentPattern { fluent: *fluent, args, value: self.term(value) }))
    }
}

/// The conditions without those that work an aggregate out, or need what such a one binds: more instances are then
/// looked at than have to be, each of them once.
fn without_aggregates<'c>(conditions: &[&'c Condition], bound: &Bound) -> Vec<&'c Condition> {
    let is_plain = |condition: &&&Condition| !matches!(condition, Condition::Let(_, expr) if aggregates(expr));
    let mut kept: Vec<&Condition> = conditions.iter().filter(is_plain).copied().collect();
    loop {
        let mut known = bound.clone();
        binders(kept.iter().copied(), &mut known);
        let count = kept.len();
        kept.retain(|condition| {
            let mut vars = Vec::new();
            condition_vars(condition, &mut vars);
            vars.iter().all(|var| known[var.index()])
        });
        if kept.len() == count {
            return kept;
        }
    }
}

/// The plan up to where it binds all of these arguments, and the tests after that for which nothing is searched: whether
/// there is a filling of the rest is seen when the head is worked out.
fn until_known(plan: Plan, args: &[Term], mut known: Bound) -> Plan {
    let is_done = |known: &Bound| args.iter().all(|term| !matches!(term, Term::Var(var) if !known[var.index()]));
    let mut first = 0;
    while !is_done(&known) {
        let Some(op) = plan.ops.get(first) else { return plan };
        binds(op, &mut known);
        first += 1;
    }
    let is_quick = |op: &Op| matches!(op, Op::Point { .. } | Op::Compare { .. } | Op::IsKind(..) | Op::Let(..));
    let mut ops = plan.ops.into_vec();
    let rest = ops.split_off(first);
    ops.extend(rest.into_iter().take_while(is_quick));
    Plan::new(ops, plan.distinct)
}

/// Marks the variables that a step binds.
fn binds(op: &Op, known: &mut Bound) {
    let mut mark = |pattern: &Match| {
        if let Match::Bind(var, _) = pattern {
            known[*var as usize] = true;
        }
    };
    match op {
        Op::Point { value, .. } => mark(value),
        Op::Probe { args, value, .. } | Op::Scan { args, value, .. } => args.iter().chain([value]).for_each(mark),
        Op::Let(target, _) => mark(target),
        Op::AnyOf(plans) => {
            let of_plan = |plan: &Plan| {
                let mut inner = known.clone();
                plan.ops.iter().for_each(|op| binds(op, &mut inner));
                inner
            };
            let all: Vec<Bound> = plans.iter().map(of_plan).collect();
            for (var, known) in known.iter_mut().enumerate() {
                *known |= !all.is_empty() && all.iter().all(|inner| inner[var]);
            }
        }
        Op::Compare { .. } | Op::IsKind(..) | Op::Not(_) | Op::SomeOf(_) => {}
    }
}

/// Conditions that bind, or that narrow cheaply.
fn leads_on(condition: &Condition) -> bool {
    match condition {
        Condition::Holds(_) | Condition::Let(..) | Condition::IsKind(..) => true,
        Condition::Compare { left, right, .. } => !aggregates(left) && !aggregates(right),
        _ => false,
    }
}

fn aggregates(expr: &SourceExpr) -> bool {
    match expr {
        SourceExpr::Aggregate(_) => true,
        SourceExpr::Arith(_, left, right) => aggregates(left) || aggregates(right),
        _ => false,
    }
}
