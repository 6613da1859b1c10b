//! Aggregates that are kept up change by change.
//!
//! An aggregate over a join of fluents has one total for each filling of the variables that it shares with what stands
//! around it, its *key*. A change of an instance takes from the totals the fillings that the instance had a part in before
//! the moment, and adds those that it has a part in after it: the rule of incremental view maintenance. Where one filling
//! has several changed instances it counts through the first of its places alone.

use servanda_model::{
    Aggregate as Source, AggregateOp, Condition, Definition, Expr as SourceExpr, FluentId, FluentPattern, FluentType,
    Hole, Program, Rule, Term, Trigger, Value, Var, VarId,
};

use super::ops::{Arg, Expr, Match, Plan};
use super::plan::{Bound, Indexes, Planner, Unbound, arg};
use crate::index::IndexSpec;
use crate::vars::{binders, expr_vars, list_vars, pattern_vars};

/// A compiled aggregate with its totals.
#[derive(Clone, Debug)]
pub(crate) struct TotalPlan {
    pub(crate) op: AggregateOp,
    /// What one filling contributes.
    pub(crate) of: Expr,
    pub(crate) vars: usize,
    /// The key: so many variables, the first ones.
    pub(crate) key: usize,
    /// All fillings.
    pub(crate) full: Plan,
    pub(crate) changes: Vec<Change>,
    /// Some variable takes fewer things than the fluents whose arguments it matches.
    pub(crate) minds_kinds: bool,
    form: Form,
}

/// A fluent and its arguments.
pub(crate) type Instance = (u32, Box<[Arg]>);

/// From a changed instance to the fillings that it has a part in.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) fluent: u32,
    pub(crate) args: Box<[Match]>,
    /// For a condition, the value it asks for.
    pub(crate) value: Option<Match>,
    pub(crate) plan: Plan,
    /// The instances at the places before this one.
    pub(crate) earlier: Box<[Instance]>,
}

/// An aggregate with its variables numbered as they come, those of the key first: equal forms share their totals.
#[derive(Clone, PartialEq, Debug)]
struct Form {
    op: AggregateOp,
    of: SourceExpr,
    over: Vec<Condition>,
    holes: Vec<Hole>,
    key: usize,
}

/// A place in an aggregate where a fluent is read.
struct Place<'a> {
    fluent: FluentId,
    args: &'a [Term],
    value: Option<&'a Term>,
    /// Which condition it is, if it is one.
    at: Option<usize>,
}

/// The aggregate's form, and the variables of its key; `None` where it can have no totals.
fn form(aggregate: &Source, bound: &Bound, vars: &[Var]) -> Option<(Form, Vec<VarId>)> {
    let counts = aggregate.op == AggregateOp::Count;
    let of = if counts { SourceExpr::Value(Value::TRUE) } else { aggregate.of.clone() };
    let mut mentioned = list_vars(&aggregate.over);
    let mut holds = vec![false; bound.len()];
    binders(aggregate.over.iter(), &mut holds);
    expr_vars(&of, &mut mentioned);
    let is_bound_within = mentioned.iter().all(|var| holds[var.index()]);
    if !is_bound_within || !aggregate.over.iter().all(is_plain) || !is_plain_expr(&of) {
        return None;
    }
    let (mut key, mut own): (Vec<VarId>, Vec<VarId>) = (Vec::new(), Vec::new());
    for var in mentioned {
        let list = if bound[var.index()] { &mut key } else { &mut own };
        if !list.contains(&var) {
            list.push(var);
        }
    }
    let all = [key.as_slice(), own.as_slice()].concat();
    let number = |var: VarId| VarId(all.iter().position(|other| *other == var).unwrap_or_default() as u32);
    let form = Form {
        op: aggregate.op,
        of: renamed_expr(&of, &number),
        over: aggregate.over.iter().map(|condition| renamed(condition, &number)).collect(),
        holes: all.iter().map(|var| vars[var.index()].hole).collect(),
        key: key.len(),
    };
    Some((form, key))
}

/// A condition whose fillings are followed: it holds of one instance with all its arguments named, or tests what is named.
fn is_plain(condition: &Condition) -> bool {
    match condition {
        Condition::Holds(pattern) => !pattern.args.contains(&Term::Any),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            is_plain_expr(left) && is_plain_expr(right)
        }
        Condition::IsKind(..) => true,
        Condition::Let(_, expr) => is_plain_expr(expr),
        Condition::Not(_) | Condition::AnyOf(_) => false,
    }
}

fn is_plain_expr(expr: &SourceExpr) -> bool {
    match expr {
        SourceExpr::Value(_) | SourceExpr::Var(_) | SourceExpr::Fluent(..) => true,
        SourceExpr::Arith(_, left, right) => is_plain_expr(left) && is_plain_expr(right),
        SourceExpr::Now | SourceExpr::Aggregate(_) => false,
    }
}

fn renamed_term(term: &Term, number: &impl Fn(VarId) -> VarId) -> Term {
    match *term {
        Term::Var(var) => Term::Var(number(var)),
        term => term,
    }
}

fn renamed(condition: &Condition, number: &impl Fn(VarId) -> VarId) -> Condition {
    match condition {
        Condition::Holds(FluentPattern { fluent, args, value }) => Condition::Holds(FluentPattern {
            fluent: *fluent,
            args: args.iter().map(|term| renamed_term(term, number)).collect(),
            value: renamed_term(value, number),
        }),
        Condition::Compare { left, op, right } => {
            Condition::Compare { left: renamed_expr(left, number), op: *op, right: renamed_expr(right, number) }
        }
        Condition::Undecided { left, op, right } => {
            Condition::Undecided { left: renamed_expr(left, number), op: *op, right: renamed_expr(right, number) }
        }
        Condition::IsKind(term, kind) => Condition::IsKind(renamed_term(term, number), *kind),
        Condition::Let(var, expr) => Condition::Let(number(*var), renamed_expr(expr, number)),
        Condition::Not(_) | Condition::AnyOf(_) => unreachable!("is_plain() has refused these"),
    }
}

fn renamed_expr(expr: &SourceExpr, number: &impl Fn(VarId) -> VarId) -> SourceExpr {
    match expr {
        SourceExpr::Var(var) => SourceExpr::Var(number(*var)),
        SourceExpr::Fluent(fluent, args) => {
            SourceExpr::Fluent(*fluent, args.iter().map(|term| renamed_term(term, number)).collect())
        }
        SourceExpr::Arith(op, left, right) => {
            SourceExpr::Arith(*op, Box::new(renamed_expr(left, number)), Box::new(renamed_expr(right, number)))
        }
        other => other.clone(),
    }
}

/// With alternatives, what is bound around an aggregate would hang on which of them is taken.
pub(crate) fn is_without_alternatives(definition: &Definition) -> bool {
    !definition.conditions.iter().any(|condition| matches!(condition, Condition::AnyOf(_)))
}

/// The totals of one program.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) plans: Vec<TotalPlan>,
}

impl Totals {
    /// The totals of an aggregate, if it has any, and the variables of its key.
    pub(crate) fn find(&self, aggregate: &Source, bound: &Bound, vars: &[Var]) -> Option<(u32, Vec<VarId>)> {
        if self.plans.is_empty() {
            return None;
        }
        let (form, key) = form(aggregate, bound, vars)?;
        Some((self.plans.iter().position(|plan| plan.form == form)? as u32, key))
    }

    /// Gives every aggregate of the definitions totals that can have them, and of the rules those over one instance each:
    /// a change then concerns one filling, however seldom the rule asks.
    pub(crate) fn of(program: &Program, indexes: &mut Vec<Vec<IndexSpec>>) -> Totals {
        let mut totals = Totals::default();
        for definition in &program.definitions {
            totals.add_definition(program, definition, indexes);
        }
        for rule in &program.rules {
            totals.add_rule(program, rule, indexes);
        }
        totals
    }

    /// Those of a definition.
    pub(crate) fn of_definition(&self, definition: &Definition) -> Vec<u32> {
        if self.plans.is_empty() || !is_without_alternatives(definition) {
            return Vec::new();
        }
        let conditions: Vec<&Condition> = definition.conditions.iter().collect();
        let mut bound = vec![false; definition.vars.len()];
        binders(conditions.iter().copied(), &mut bound);
        let all = aggregates(&conditions, [&definition.value]).into_iter();
        all.filter_map(|aggregate| Some(self.find(aggregate, &bound, &definition.vars)?.0)).collect()
    }

    /// Whether any reads a fluent.
    pub(crate) fn read(&self, fluent: u32) -> bool {
        self.plans.iter().flat_map(|plan| &plan.changes).any(|change| change.fluent == fluent)
    }

    fn add_definition(&mut self, program: &Program, definition: &Definition, indexes: &mut Vec<Vec<IndexSpec>>) {
        if !is_without_alternatives(definition) {
            return;
        }
        let conditions: Vec<&Condition> = definition.conditions.iter().collect();
        let mut bound = vec![false; definition.vars.len()];
        binders(conditions.iter().copied(), &mut bound);
        for aggregate in aggregates(&conditions, [&definition.value]) {
            self.add(program, &definition.vars, &bound, aggregate, indexes);
        }
    }

    fn add_rule(&mut self, program: &Program, rule: &Rule, indexes: &mut Vec<Vec<IndexSpec>>) {
        let conditions: Vec<&Condition> = rule.conditions.iter().collect();
        let mut bound = vec![false; rule.vars.len()];
        binders(conditions.iter().copied(), &mut bound);
        rule.triggers.iter().for_each(|trigger| bind_trigger(trigger, &mut bound));
        for aggregate in aggregates(&conditions, []) {
            if let [Condition::Holds(_)] = aggregate.over.as_slice()
                && !matches!(aggregate.of, SourceExpr::Fluent(..) | SourceExpr::Arith(..))
            {
                self.add(program, &rule.vars, &bound, aggregate, indexes);
            }
        }
    }

    fn add(
        &mut self,
        program: &Program,
        vars: &[Var],
        bound: &Bound,
        aggregate: &Source,
        indexes: &mut Vec<Vec<IndexSpec>>,
    ) {
        if let Some((form, _)) = form(aggregate, bound, vars)
            && !self.plans.iter().any(|plan| plan.form == form)
        {
            self.plans.extend(plan(program, form, indexes));
        }
    }
}

fn bind_trigger(trigger: &Trigger, bound: &mut Bound) {
    let mut vars = Vec::new();
    match trigger {
        Trigger::Happens(pattern) => {
            vars.extend(
                pattern.args.iter().filter_map(|term| if let Term::Var(var) = term { Some(*var) } else { None }),
            );
        }
        Trigger::Initiated(pattern) | Trigger::Begins(pattern) | Trigger::Ends(pattern) | Trigger::Comes(pattern) => {
            pattern_vars(pattern, &mut vars);
        }
        Trigger::HasHeld { pattern, .. } => pattern_vars(pattern, &mut vars),
        Trigger::After { trigger, given, .. } => {
            bind_trigger(trigger, bound);
            binders(given.iter(), bound);
        }
    }
    vars.iter().for_each(|var| bound[var.index()] = true);
}

/// The aggregates that stand in conditions themselves, or in these expressions.
fn aggregates<'a, const N: usize>(conditions: &[&'a Condition], exprs: [&'a SourceExpr; N]) -> Vec<&'a Source> {
    let mut rest: Vec<&SourceExpr> = exprs.to_vec();
    for condition in conditions {
        match condition {
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                rest.extend([left, right]);
            }
            Condition::Let(_, expr) => rest.push(expr),
            Condition::Holds(_) | Condition::Not(_) | Condition::AnyOf(_) | Condition::IsKind(..) => {}
        }
    }
    let mut found = Vec::new();
    while let Some(expr) = rest.pop() {
        match expr {
            SourceExpr::Aggregate(aggregate) => found.push(&**aggregate),
            SourceExpr::Arith(_, left, right) => rest.extend([&**left, &**right]),
            SourceExpr::Value(_) | SourceExpr::Var(_) | SourceExpr::Now | SourceExpr::Fluent(..) => {}
        }
    }
    found
}

fn places(form: &Form) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    let mut exprs = Vec::new();
    for (at, condition) in form.over.iter().enumerate() {
        match condition {
            Condition::Holds(FluentPattern { fluent, args, value }) => {
                places.push(Place { fluent: *fluent, args, value: Some(value), at: Some(at) });
            }
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                exprs.extend([left, right]);
            }
            Condition::Let(_, expr) => exprs.push(expr),
            Condition::Not(_) | Condition::AnyOf(_) | Condition::IsKind(..) => {}
        }
    }
    exprs.push(&form.of);
    while let Some(expr) = exprs.pop() {
        match expr {
            SourceExpr::Fluent(fluent, args) => places.push(Place { fluent: *fluent, args, value: None, at: None }),
            SourceExpr::Arith(_, left, right) => exprs.extend([&**left, &**right]),
            _ => {}
        }
    }
    places
}

fn plan(program: &Program, form: Form, indexes: &mut Vec<Vec<IndexSpec>>) -> Option<TotalPlan> {
    let vars: Vec<Var> = form.holes.iter().map(|&hole| Var { name: String::new(), hole }).collect();
    let open: Bound = vec![false; vars.len()];
    let all: Vec<&Condition> = form.over.iter().collect();
    let mut planner = Planner { program, vars: &vars, indexes: Indexes::Open(indexes), totals: &Totals::default() };
    let mut bound = open.clone();
    let full = planner.plan(&all, &mut bound).ok()?;
    let of = planner.expr(&form.of, &bound, &bound).ok()?;
    let places = places(&form);
    let key_of = |place: &Place<'_>| place.args.iter().map(|term| arg(term, &bound)).collect::<Result<Box<[Arg]>, _>>();
    let mut changes = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let mut known = open.clone();
        let args = place.args.iter().map(|term| planner.matching(term, &mut known)).collect();
        let value = place.value.map(|term| planner.matching(term, &mut known));
        let rest: Vec<&Condition> =
            all.iter().enumerate().filter(|(other, _)| Some(*other) != place.at).map(|(_, other)| *other).collect();
        let plan = planner.plan(&rest, &mut known).ok()?;
        let earlier: Result<Box<[Instance]>, Unbound> =
            places[..at].iter().map(|place| Ok((place.fluent.0, key_of(place)?))).collect();
        let earlier = earlier.ok()?;
        if !plan.distinct || known.contains(&false) {
            return None;
        }
        changes.push(Change { fluent: place.fluent.0, args, value, plan, earlier });
    }
    let minds_kinds = places.iter().any(|place| {
        let declared = &program.fluents[place.fluent.index()];
        let of_value = match declared.ty {
            FluentType::Truth => None,
            FluentType::Valued(hole) => Some(hole),
            FluentType::Number => Some(Hole::Number),
        };
        let args = place.args.iter().zip(&declared.args);
        args.chain(place.value.into_iter().zip(&of_value)).any(|(term, hole)| match term {
            Term::Var(var) => vars[var.index()].hole != *hole,
            Term::Value(_) | Term::Any => false,
        })
    });
    let is_kind = form.over.iter().any(|condition| matches!(condition, Condition::IsKind(..)));
    let key = form.key;
    full.distinct.then_some(TotalPlan {
        op: form.op,
        of,
        vars: vars.len(),
        key,
        full,
        changes,
        minds_kinds: minds_kinds || is_kind,
        form,
    })
}
