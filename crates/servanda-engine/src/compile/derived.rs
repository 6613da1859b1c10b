//! Definitions: which depend on which, how to check one instance, and which instances a change may touch.
//!
//! A change of one instance runs, for each place where a definition reads that fluent, a plan from the changed
//! arguments through the definition's other positive conditions to the heads concerned. Those heads are then worked out
//! anew. Recursive groups are worked out from scratch, in synchronous rounds.

use std::collections::BTreeSet;

use servanda_model::{
    Condition, Definition, Expr as SourceExpr, FluentId, FluentType, Hole, Mode, Program, Term, Value, VarId,
};

use super::error::{CycleLink, ProgramError, ProgramErrorKind};
use super::graph::{shortest_cycle, strong_components};
use super::ops::{Arg, Expr, Match, Op, Plan};
use super::plan::{Bound, Indexes, MOST_VARIANTS, Planner, Unbound, arg, variants};
use crate::index::IndexSpec;
use crate::vars::{binders, condition_vars, expr_vars, pattern_vars};

/// Derived fluents that depend on each other, or one alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Component {
    pub(crate) fluents: Vec<u32>,
    /// Worked out from scratch whenever something it depends on changes.
    pub(crate) from_scratch: bool,
    /// Fluents outside the component that its definitions read.
    pub(crate) dependencies: BTreeSet<u32>,
    pub(crate) definitions: Vec<u32>,
    /// By the fluent that changed.
    pub(crate) deltas: Vec<Delta>,
    /// Where it is worked out from scratch: from what a round found to what the next one finds; absent where that has too
    /// many ways.
    pub(crate) growths: Option<Vec<Growth>>,
}

/// A place where a definition reads a fluent of its own component.
#[derive(Clone, Debug)]
pub(crate) struct Growth {
    /// The table in which the value is the last argument.
    pub(crate) table: u32,
    pub(crate) args: Box<[Match]>,
    /// What else must hold.
    pub(crate) plan: Plan,
    pub(crate) definition: u32,
}

impl Component {
    /// The ways from a change of this fluent.
    pub(crate) fn deltas_of(&self, fluent: u32) -> &[Delta] {
        let first = self.deltas.partition_point(|delta| delta.fluent < fluent);
        let all = &self.deltas[first..];
        &all[..all.partition_point(|delta| delta.fluent == fluent)]
    }
}

/// A compiled definition.
#[derive(Clone, Debug)]
pub(crate) struct DefinitionPlan {
    pub(crate) head: u32,
    pub(crate) vars: usize,
    /// Matched against an instance to be checked.
    pub(crate) head_match: Box<[Match]>,
    pub(crate) check: Plan,
    /// As `check`, for whoever wants the values and not every filling: what only has to exist is found once.
    pub(crate) quick: Plan,
    pub(crate) full: Plan,
    pub(crate) head_args: Box<[Arg]>,
    pub(crate) value: Expr,
    /// Variables that do not belong to the filling.
    pub(crate) hidden: Box<[u32]>,
    /// All fillings for one instance give it the same value, so the first one found will do.
    pub(crate) has_one_value: bool,
}

/// From a changed instance of `fluent` to the instances of `head` that may change with it.
#[derive(Clone, Debug)]
pub(crate) struct Delta {
    pub(crate) fluent: u32,
    pub(crate) args: Box<[Match]>,
    /// For a positive condition, the value it asks for.
    pub(crate) value: Option<Match>,
    pub(crate) vars: usize,
    pub(crate) plan: Plan,
    pub(crate) head: u32,
    pub(crate) head_args: Box<[Arg]>,
}

/// One place where a fluent is read.
struct Read<'a> {
    fluent: FluentId,
    args: &'a [Term],
    /// The value asked for, if the place is a condition.
    value: Option<&'a Term>,
    positive: bool,
    /// What has to hold together with it, from the innermost negation or aggregate around it outwards, for the reading
    /// to matter.
    within: Vec<&'a Condition>,
}

/// The places where something is read inside `within`.
struct Reads<'a> {
    within: Vec<&'a Condition>,
    found: Vec<Read<'a>>,
}

impl<'a> Reads<'a> {
    fn new() -> Reads<'a> {
        Reads { within: Vec::new(), found: Vec::new() }
    }

    fn add(&mut self, fluent: FluentId, args: &'a [Term], value: Option<&'a Term>, positive: bool) {
        self.found.push(Read { fluent, args, value, positive, within: self.within.clone() });
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
            Condition::Not(list) => self.list(list, false),
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
                self.list(&aggregate.over, false);
                self.inside(aggregate.over.iter(), |reads| reads.expr(&aggregate.of));
            }
            SourceExpr::Value(_) | SourceExpr::Var(_) | SourceExpr::Now => {}
        }
    }
}

fn reads(definition: &Definition) -> Vec<Read<'_>> {
    let mut reads = Reads::new();
    definition.conditions.iter().for_each(|condition| reads.condition(condition, true));
    reads.expr(&definition.value);
    reads.found
}

/// Groups the derived fluents, or says which depend on their own absence.
pub(crate) fn components(program: &Program) -> Result<Vec<Component>, Vec<ProgramError>> {
    let count = program.fluents.len();
    let is_derived = |fluent: usize| program.fluents[fluent].mode == Mode::Derived;
    let mut all: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    let mut strict: BTreeSet<(usize, usize)> = BTreeSet::new();
    for definition in &program.definitions {
        let head = definition.fluent.index();
        for read in reads(definition).iter().filter(|read| is_derived(read.fluent.index())) {
            all[read.fluent.index()].insert(head);
            if !read.positive {
                strict.insert((read.fluent.index(), head));
            }
        }
    }
    let edges: Vec<Vec<usize>> = all.into_iter().map(|to| to.into_iter().collect()).collect();
    let groups = strong_components(&edges);
    let mut errors = Vec::new();
    for group in &groups {
        let Some(&(from, to)) = strict.iter().find(|(from, to)| group.contains(from) && group.contains(to)) else {
            continue;
        };
        let cycle = if from == to { vec![from] } else { cycle_through(&edges, group, from, to) };
        let links: Vec<CycleLink> = cycle.iter().map(|&fluent| fluent_link(program, fluent)).collect();
        let (name, origin) = (links[0].name.clone(), links[0].origin);
        errors.push(ProgramError { kind: ProgramErrorKind::UnstratifiedRecursion(links), name, origin });
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut group_of: Vec<Option<usize>> = vec![None; count];
    let mut components: Vec<Component> = Vec::new();
    for fluent in (0..count).filter(|&fluent| is_derived(fluent)) {
        let group = groups.iter().position(|group| group.contains(&fluent));
        let known = group.and_then(|group| group_of[groups[group][0]]);
        let at = known.unwrap_or_else(|| {
            components.push(Component { from_scratch: group.is_some(), ..Component::default() });
            components.len() - 1
        });
        group_of[fluent] = Some(at);
        components[at].fluents.push(fluent as u32);
    }
    for (id, definition) in program.definitions.iter().enumerate() {
        let Some(at) = group_of[definition.fluent.index()] else { continue };
        components[at].definitions.push(id as u32);
        for read in reads(definition).iter().filter(|read| group_of[read.fluent.index()] != Some(at)) {
            components[at].dependencies.insert(read.fluent.0);
        }
    }
    Ok(components)
}

fn fluent_link(program: &Program, fluent: usize) -> CycleLink {
    let definition = program.definitions.iter().find(|definition| definition.fluent.index() == fluent);
    CycleLink { name: program.fluents[fluent].name.clone(), origin: definition.map(|definition| definition.origin) }
}

/// A cycle that uses the edge `from → to`: the shortest way back, closed by it.
fn cycle_through(edges: &[Vec<usize>], group: &[usize], from: usize, to: usize) -> Vec<usize> {
    let mut kept: Vec<Vec<usize>> = edges.to_vec();
    kept[from] = vec![to];
    let mut order = vec![from];
    order.extend(group.iter().copied().filter(|&fluent| fluent != from));
    shortest_cycle(&kept, &order).unwrap_or(order)
}

/// Lets the definitions of a component read its fluents in tables of their own, in which the value is one argument
/// more, so that an instance can have several values while they are worked out.
pub(crate) fn shadow(program: &mut Program, component: &Component, shadows: &mut [u32]) {
    for &fluent in &component.fluents {
        shadows[fluent as usize] = program.fluents.len() as u32;
        let mut shadow = program.fluents[fluent as usize].clone();
        shadow.args.push(Hole::Any);
        shadow.ty = FluentType::Truth;
        program.fluents.push(shadow);
    }
    for &id in &component.definitions {
        let conditions = &mut program.definitions[id as usize].conditions;
        conditions.iter_mut().for_each(|condition| shadow_condition(condition, component, shadows));
    }
}

fn shadow_condition(condition: &mut Condition, component: &Component, shadows: &[u32]) {
    match condition {
        Condition::Holds(pattern) if component.fluents.contains(&pattern.fluent.0) => {
            pattern.fluent = FluentId(shadows[pattern.fluent.index()]);
            pattern.args.push(pattern.value);
            pattern.value = Term::Value(Value::TRUE);
        }
        Condition::AnyOf(lists) => {
            lists.iter_mut().flatten().for_each(|condition| shadow_condition(condition, component, shadows));
        }
        // Its fluents are read positively or not at all: components() has seen to that.
        _ => {}
    }
}

/// Compiles a definition for checking and for finding all its instances.
pub(crate) fn definition_plan(
    program: &Program,
    definition: &Definition,
    indexes: &mut Vec<Vec<IndexSpec>>,
) -> Result<DefinitionPlan, ProgramError> {
    let fail = |unbound: Unbound| unbound.error(&definition.vars, &definition.name, definition.origin);
    let mut planner = Planner { program, vars: &definition.vars, indexes: Indexes::Open(indexes) };
    let conditions: Vec<&Condition> = definition.conditions.iter().collect();
    let mut bound: Bound = vec![false; definition.vars.len()];
    let full = planner.plan(&conditions, &mut bound).map_err(fail)?;
    let head_args = definition.args.iter().map(|term| arg(term, &bound)).collect::<Result<_, _>>().map_err(fail)?;
    let value = planner.expr(&definition.value, &bound, &bound).map_err(fail)?;
    let hidden = (0..bound.len()).filter(|&var| !bound[var]).map(|var| var as u32).collect();
    let all_bound = bound;
    let mut bound: Bound = vec![false; definition.vars.len()];
    let head_match = definition.args.iter().map(|term| planner.matching(term, &mut bound)).collect();
    let has_one_value = planner.expr(&definition.value, &bound, &all_bound).is_ok();
    let existing = existing(definition, &conditions, &bound);
    let quick = planner.plan(&existing.iter().collect::<Vec<_>>(), &mut bound.clone()).map_err(fail)?;
    let check = planner.plan(&conditions, &mut bound).map_err(fail)?;
    Ok(DefinitionPlan {
        head: definition.fluent.0,
        vars: definition.vars.len(),
        head_match,
        check,
        quick,
        full,
        head_args,
        has_one_value,
        value,
        hidden,
    })
}

/// The ways in which a component, its definitions reading their own fluents in tables apart, grows from round to round.
pub(crate) fn growths(
    program: &Program,
    component: &Component,
    shadows: &[u32],
    indexes: &mut Vec<Vec<IndexSpec>>,
) -> Option<Vec<Growth>> {
    let own: Vec<u32> = component.fluents.iter().map(|&fluent| shadows[fluent as usize]).collect();
    let mut all = Vec::new();
    for &id in &component.definitions {
        let definition = &program.definitions[id as usize];
        let conditions: Vec<&Condition> = definition.conditions.iter().collect();
        for variant in variants(&conditions, MOST_VARIANTS)? {
            for (at, condition) in variant.iter().enumerate() {
                let Condition::Holds(pattern) = condition else { continue };
                if !own.contains(&pattern.fluent.0) {
                    continue;
                }
                let mut planner = Planner { program, vars: &definition.vars, indexes: Indexes::Open(indexes) };
                let mut bound: Bound = vec![false; definition.vars.len()];
                let args = pattern.args.iter().map(|term| planner.matching(term, &mut bound)).collect();
                let others = variant.iter().enumerate().filter(|(other, _)| *other != at);
                let rest: Vec<&Condition> = others.map(|(_, other)| *other).collect();
                let plan = planner.plan(&rest, &mut bound).ok()?;
                let is_known = |term: &Term| arg(term, &bound).is_ok();
                let value = planner.expr(&definition.value, &bound, &bound);
                if !definition.args.iter().all(is_known) || value.is_err() {
                    return None;
                }
                all.push(Growth { table: pattern.fluent.0, args, plan, definition: id });
            }
        }
    }
    Some(all)
}

/// The ways from changes to heads, one for each place where the definition reads a fluent; `None` when there are too
/// many.
pub(crate) fn deltas(
    program: &Program,
    definition: &Definition,
    indexes: &mut Vec<Vec<IndexSpec>>,
) -> Option<Vec<Delta>> {
    let mut deltas = Vec::new();
    let conditions: Vec<&Condition> = definition.conditions.iter().collect();
    for variant in variants(&conditions, MOST_VARIANTS)? {
        for (at, condition) in variant.iter().enumerate() {
            let is_read_itself = matches!(condition, Condition::Holds(_));
            let mut reads = Reads::new();
            reads.condition(condition, false);
            for read in reads.found {
                deltas.push(delta(program, definition, indexes, &variant, is_read_itself.then_some(at), &read)?);
            }
        }
        let mut reads = Reads::new();
        reads.expr(&definition.value);
        for read in reads.found {
            deltas.push(delta(program, definition, indexes, &variant, None, &read)?);
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
    variant: &[&Condition],
    changed: Option<usize>,
    read: &Read<'_>,
) -> Option<Delta> {
    let mut in_scope = vec![false; definition.vars.len()];
    binders(variant.iter().copied().chain(read.within.iter().copied()), &mut in_scope);
    let mut planner = Planner { program, vars: &definition.vars, indexes: Indexes::Open(indexes) };
    let mut bound: Bound = vec![false; definition.vars.len()];
    let mut matching = |term: &Term| match term {
        Term::Var(var) if !in_scope[var.index()] => Match::Skip,
        _ => planner.matching(term, &mut bound),
    };
    let args = read.args.iter().map(&mut matching).collect();
    let value = read.value.map(&mut matching);
    let others = variant.iter().enumerate().filter(|(at, condition)| Some(*at) != changed && leads_on(condition));
    // What stands around the place is nearest to it, and of two lookups the planner takes the first.
    let kept: Vec<&Condition> = read.within.iter().copied().chain(others.map(|(_, condition)| *condition)).collect();
    let existing = existing(definition, &kept, &bound);
    let mut try_with = |conditions: &[&Condition]| {
        let known = bound.clone();
        let mut bound = bound.clone();
        let plan = planner.plan(conditions, &mut bound).ok()?;
        let plan = until_known(plan, &definition.args, known);
        let head_args: Box<[Arg]> =
            definition.args.iter().map(|term| arg(term, &bound)).collect::<Result<_, _>>().ok()?;
        Some((plan, head_args))
    };
    let (plan, head_args) = try_with(&existing.iter().collect::<Vec<_>>()).or_else(|| try_with(&kept))?;
    let vars = definition.vars.len();
    Some(Delta { fluent: read.fluent.0, args, value, vars, plan, head: definition.fluent.0, head_args })
}

/// The plan up to where it binds all of these arguments; of the rest it is enough that there is some filling.
fn until_known(plan: Plan, args: &[Term], mut known: Bound) -> Plan {
    let is_done = |known: &Bound| args.iter().all(|term| !matches!(term, Term::Var(var) if !known[var.index()]));
    let mut first = 0;
    while !is_done(&known) {
        let Some(op) = plan.ops.get(first) else { return plan };
        binds(op, &mut known);
        first += 1;
    }
    let mut ops = plan.ops.into_vec();
    let rest = Plan::new(ops.split_off(first), plan.distinct);
    if rest.is_test {
        ops.extend(rest.ops);
    } else {
        let no_filling = Op::Not(rest);
        ops.push(Op::Not(Plan::new(vec![no_filling], true)));
    }
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
        Op::Compare { .. } | Op::IsKind(..) | Op::Not(_) => {}
    }
}

/// Variables that stand in one place of the definition only, that place being a condition of its own: it does not matter
/// what they are, only that there is something.
fn lone_variables(definition: &Definition) -> Vec<bool> {
    let mut places = vec![0_u32; definition.vars.len()];
    let mut count = |vars: &[VarId], by: u32| vars.iter().for_each(|var| places[var.index()] += by);
    let (mut head, mut within) = (Vec::new(), Vec::new());
    for term in &definition.args {
        if let Term::Var(var) = term {
            head.push(*var);
        }
    }
    expr_vars(&definition.value, &mut head);
    for condition in &definition.conditions {
        match condition {
            Condition::Holds(pattern) => pattern_vars(pattern, &mut within),
            _ => condition_vars(condition, &mut head),
        }
    }
    count(&head, 2);
    count(&within, 1);
    places.into_iter().map(|places| places == 1).collect()
}

/// The conditions, those with lone variables as the condition that it is not so that there is none, where everything else
/// in them is bound by others.
fn existing(definition: &Definition, conditions: &[&Condition], bound: &Bound) -> Vec<Condition> {
    let lone = lone_variables(definition);
    let mut binds: Vec<bool> = vec![true; conditions.len()];
    for (at, condition) in conditions.iter().enumerate() {
        let Condition::Holds(pattern) = condition else { continue };
        let mut vars = Vec::new();
        pattern_vars(pattern, &mut vars);
        let mut known = bound.clone();
        let others = conditions.iter().enumerate().filter(|(other, _)| *other != at && binds[*other]);
        binders(others.map(|(_, other)| *other), &mut known);
        let has_lone = vars.iter().any(|var| lone[var.index()]);
        binds[at] = !has_lone || !vars.iter().all(|var| lone[var.index()] || known[var.index()]);
    }
    let twice_not = |condition: &Condition| Condition::Not(vec![Condition::Not(vec![condition.clone()])]);
    let all = conditions.iter().zip(binds);
    all.map(|(condition, binds)| if binds { (*condition).clone() } else { twice_not(condition) }).collect()
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
