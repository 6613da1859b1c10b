//! Definitions: which depend on which, and how to check one instance.
//!
//! A change leads to the instances concerned (see `deltas.rs`), and these are then worked out anew. Recursive groups are
//! worked out from scratch, in synchronous rounds.

use std::collections::BTreeSet;

use servanda_model::{Condition, Definition, FluentId, FluentType, Hole, Mode, Program, Term, Value, VarId};

use super::deltas::reads;
use super::error::{CycleLink, ProgramError, ProgramErrorKind};
use super::graph::{shortest_cycle, strong_components};
use super::ops::{Arg, Expr, Match, Plan};
use super::plan::{Bound, Indexes, MOST_VARIANTS, Planner, Unbound, arg, variants};
use super::recursion::Recursion;
use super::totals::Totals;
use crate::index::IndexSpec;
use crate::vars::{binders, condition_vars, expr_vars, pattern_vars};

/// Derived fluents that depend on each other, or one alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Component {
    pub(crate) fluents: Vec<u32>,
    /// Worked out from scratch whenever something it depends on changes.
    pub(crate) from_scratch: bool,
    /// Fluents outside the component that its definitions read, in order.
    pub(crate) dependencies: Vec<u32>,
    pub(crate) definitions: Vec<u32>,
    /// For each of the dependencies the ways from a change of it.
    pub(crate) deltas: Vec<Vec<Delta>>,
    /// The aggregates of its definitions that have totals, in order.
    pub(crate) totals: Vec<u32>,
    /// For each of these the ways from a change of its totals.
    pub(crate) total_deltas: Vec<Vec<Delta>>,
    /// So many variables have room for those of any way.
    pub(crate) vars: usize,
    /// Where it is worked out from scratch: from what a round found to what the next one finds; absent where that has too
    /// many ways.
    pub(crate) growths: Option<Vec<Growth>>,
    /// Where changes of such a component can be followed nevertheless, as long as no derivations are recorded.
    pub(crate) recursion: Option<Recursion>,
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
    /// Takes the ways from changes in.
    pub(crate) fn add(&mut self, deltas: Vec<Delta>) {
        for delta in deltas {
            self.vars = self.vars.max(delta.vars);
            match delta.is_total {
                true => file(&mut self.totals, &mut self.total_deltas, delta),
                false => file(&mut self.dependencies, &mut self.deltas, delta),
            }
        }
    }
}

/// Puts a way from a change with the others of the same thing.
fn file(of: &mut Vec<u32>, all: &mut Vec<Vec<Delta>>, delta: Delta) {
    all.resize_with(of.len(), Vec::new);
    let at = of.binary_search(&delta.fluent).unwrap_or_else(|at| {
        of.insert(at, delta.fluent);
        all.insert(at, Vec::new());
        at
    });
    all[at].push(delta);
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

/// From a changed instance of `fluent`, or a changed total of an aggregate, to the instances of `head` that may change
/// with it.
#[derive(Clone, Debug)]
pub(crate) struct Delta {
    pub(crate) fluent: u32,
    pub(crate) is_total: bool,
    /// Its place is in an aggregate that has totals.
    pub(crate) is_in_total: bool,
    pub(crate) args: Box<[Match]>,
    /// For a positive condition, the value it asks for.
    pub(crate) value: Option<Match>,
    pub(crate) vars: usize,
    pub(crate) plan: Plan,
    pub(crate) head: u32,
    pub(crate) head_args: Box<[Arg]>,
    /// It leads to one instance at most, the same in both states of a moment: nothing is searched for, and what is changed
    /// says which.
    pub(crate) is_one_head: bool,
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
            components[at].dependencies.push(read.fluent.0);
        }
    }
    for component in &mut components {
        component.dependencies.sort_unstable();
        component.dependencies.dedup();
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
    totals: &Totals,
) -> Result<DefinitionPlan, ProgramError> {
    let fail = |unbound: Unbound| unbound.error(&definition.vars, &definition.name, definition.origin);
    let mut planner = Planner { program, vars: &definition.vars, indexes: Indexes::Open(indexes), totals };
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
    totals: &Totals,
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
                let mut planner = Planner { program, vars: &definition.vars, indexes: Indexes::Open(indexes), totals };
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
pub(crate) fn existing(definition: &Definition, conditions: &[&Condition], bound: &Bound) -> Vec<Condition> {
    let mut lone = lone_variables(definition);
    lone.resize(bound.len(), false);
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
