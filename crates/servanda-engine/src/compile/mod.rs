//! A program made ready to run: what listens to what, in which order, and how conditions are tried.

mod check;
mod deltas;
pub(crate) mod derived;
pub(crate) mod direct;
pub(crate) mod dispatch;
mod error;
pub(crate) mod graph;
pub(crate) mod ops;
pub(crate) mod plan;
pub(crate) mod recursion;
mod rules;
pub(crate) mod totals;

use servanda_model::{Definition, Duration, Effect as SourceEffect, Mode, Program, Ties, Value};

use self::derived::{Component, DefinitionPlan};
use self::dispatch::Dispatch;
pub use self::error::{CycleLink, ProgramError, ProgramErrorKind};
use self::graph::NodeKind;
use self::ops::{Effect, Elapsed, Held, Listener, Match, Source};
use self::rules::{RuleCompiler, Tables};
use self::totals::{TotalPlan, Totals};
use crate::index::IndexSpec;
use crate::sites::{Site, sites};
use crate::state::{Layout, NONE, Table};

/// A program made ready to run. It can be shared between threads and run any number of times.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(crate) program: Program,
    /// In the order of a moment.
    pub(crate) nodes: Vec<Node>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) held: Vec<Held>,
    pub(crate) elapsed: Vec<Elapsed>,
    pub(crate) rules: Vec<RulePlan>,
    pub(crate) components: Vec<Component>,
    pub(crate) definitions: Vec<DefinitionPlan>,
    pub(crate) actions: Vec<ActionPlan>,
    pub(crate) fluents: Vec<FluentPlan>,
    pub(crate) indexes: Vec<Vec<IndexSpec>>,
    /// For fluents worked out from scratch: the table, after those of all fluents, whose last argument is the value.
    pub(crate) shadows: Vec<u32>,
    pub(crate) totals: Vec<TotalPlan>,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) listeners: Vec<u32>,
    /// For `Arm`: the timer it arms.
    pub(crate) elapsed: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct RulePlan {
    pub(crate) vars: usize,
    pub(crate) effects: Box<[Effect]>,
    /// Firing twice for one filling would show: it increases something.
    pub(crate) counts: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ActionPlan {
    pub(crate) arity: usize,
    pub(crate) happens: Dispatch,
    /// Nodes with listeners that share a list of its events, and the other listeners.
    pub(crate) shared: Box<[u32]>,
    /// The sites that these listeners use.
    pub(crate) shared_sites: Box<[u32]>,
    pub(crate) others: Dispatch,
    /// Whether there is any listener.
    pub(crate) is_heard: bool,
    /// Some rule has it after `unless`.
    pub(crate) is_forbidden: bool,
    /// Some rule makes it happen.
    pub(crate) is_produced: bool,
    /// The instances that an event of it names.
    pub(crate) sites: Box<[Site]>,
}

#[derive(Clone, Debug)]
pub(crate) struct FluentPlan {
    pub(crate) arity: usize,
    pub(crate) ties: Ties,
    pub(crate) is_derived: bool,
    pub(crate) deadlines: Vec<DeadlinePlan>,
    pub(crate) initiated: Dispatch,
    /// Those that wait until increases are added up.
    pub(crate) settled: Dispatch,
    pub(crate) has_initiated: bool,
    pub(crate) changed: Dispatch,
    /// `Derive` nodes to be worked out anew when an instance changes.
    pub(crate) derives: Dispatch,
    /// Whether any of these three is there.
    pub(crate) is_heard: bool,
    /// Whether a definition reads it.
    pub(crate) is_read: bool,
    pub(crate) held: Vec<u32>,
    /// Listeners to its `Comes`.
    pub(crate) comes: Vec<u32>,
    /// Whether its instances have deadlines or other timers.
    pub(crate) has_timers: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct DeadlinePlan {
    pub(crate) from: Value,
    pub(crate) to: Option<Value>,
    pub(crate) after: Duration,
    /// The node that decides it, if it is renewable.
    pub(crate) node: Option<u32>,
}

impl Compiled {
    /// Makes a program ready to run.
    ///
    /// # Errors
    /// Everything that is wrong with it: parts that do not fit together, variables that nothing binds, cycles within a
    /// moment, definitions that depend on their own absence.
    pub fn new(program: &Program) -> Result<Compiled, Vec<ProgramError>> {
        let errors = check::check(program);
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut components = derived::components(program)?;
        let kinds = graph::order(program, &components)?;
        let mut indexes: Vec<Vec<IndexSpec>> = vec![Vec::new(); program.fluents.len()];
        let mut errors = Vec::new();
        let mut shadows = vec![NONE; program.fluents.len()];
        let totals = Totals::of(program, &mut indexes);
        let definitions =
            compile_definitions(program, &mut components, &mut indexes, &mut shadows, &totals, &mut errors);
        let mut increased = vec![false; program.fluents.len()];
        for effect in program.rules.iter().flat_map(|rule| &rule.effects) {
            if let SourceEffect::Increase { fluent, .. } = effect {
                increased[fluent.index()] = true;
            }
        }
        let mut compiler = RuleCompiler {
            program,
            nodes: &kinds,
            increased: &increased,
            indexes: &mut indexes,
            totals: &totals,
            tables: Tables::default(),
        };
        for (id, rule) in program.rules.iter().enumerate() {
            errors.extend(compiler.rule(id, rule).err());
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut tables = compiler.tables;
        let sites = sites(&mut tables.listeners, &kinds, &tables.effects, program.actions.len());
        share(&mut tables.listeners, program.actions.len());
        let mut nodes: Vec<Node> =
            kinds.iter().map(|&kind| Node { kind, listeners: Vec::new(), elapsed: NONE }).collect();
        for (id, listener) in tables.listeners.iter().enumerate() {
            nodes[listener.node as usize].listeners.push(id as u32);
        }
        for &(node, elapsed) in &tables.armed {
            nodes[node as usize].elapsed = elapsed;
        }
        Ok(Compiled {
            actions: actions(program, &tables.listeners, sites),
            fluents: fluents(program, &kinds, &components, &tables, &increased, &totals),
            rules: rules(program, &tables.effects),
            program: program.clone(),
            nodes,
            listeners: tables.listeners,
            held: tables.held,
            elapsed: tables.elapsed,
            components,
            definitions,
            indexes,
            shadows,
            totals: totals.plans,
        })
    }

    /// The program this was made from.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Empty tables for all fluents.
    pub(crate) fn tables(&self, keeps_steps: bool) -> Vec<Table> {
        (0..self.indexes.len()).map(|fluent| Table::new(self.layout(fluent, keeps_steps))).collect()
    }

    fn layout(&self, fluent: usize, keeps_steps: bool) -> Layout {
        let Some(plan) = self.fluents.get(fluent) else {
            let shadowed = self.shadows.iter().position(|shadow| *shadow as usize == fluent).unwrap_or_default();
            let arity = self.fluents[shadowed].arity + 1;
            return Layout { arity, indexes: self.indexes[fluent].clone(), ..Layout::default() };
        };
        Layout {
            arity: plan.arity,
            deadlines: plan.deadlines.len(),
            keeps_renewals: plan.held.iter().any(|&held| self.held[held as usize].since_renewed),
            keeps_steps,
            indexes: self.indexes[fluent].clone(),
        }
    }
}

fn compile_definitions(
    program: &Program,
    components: &mut [Component],
    indexes: &mut Vec<Vec<IndexSpec>>,
    shadows: &mut [u32],
    totals: &Totals,
    errors: &mut Vec<ProgramError>,
) -> Vec<DefinitionPlan> {
    for component in components.iter_mut() {
        let own: Vec<&Definition> = component.definitions.iter().map(|&id| &program.definitions[id as usize]).collect();
        component.totals = own.iter().flat_map(|definition| totals.of_definition(definition)).collect();
        component.totals.sort_unstable();
        component.totals.dedup();
        if component.from_scratch {
            continue;
        }
        for definition in own {
            match deltas::deltas(program, definition, indexes, totals) {
                Some(deltas) => component.add(deltas),
                None => component.from_scratch = true,
            }
        }
    }
    let mut shadowed = program.clone();
    for component in components.iter().filter(|component| component.from_scratch) {
        derived::shadow(&mut shadowed, component, shadows);
    }
    indexes.resize(shadowed.fluents.len(), Vec::new());
    for component in components.iter_mut().filter(|component| component.from_scratch) {
        component.growths = derived::growths(&shadowed, component, shadows, indexes, totals);
    }
    let mut definitions = Vec::new();
    for definition in &shadowed.definitions {
        match derived::definition_plan(&shadowed, definition, indexes, totals) {
            Ok(plan) => definitions.push(plan),
            Err(error) => errors.push(error),
        }
    }
    for component in components.iter_mut().filter(|component| component.from_scratch) {
        component.recursion = recursion::recursion(program, component, indexes, totals, &mut definitions);
    }
    definitions
}

fn rules(program: &Program, effects: &[Box<[Effect]>]) -> Vec<RulePlan> {
    let counts = |effect: &Effect| matches!(effect, Effect::Increase { .. });
    let plan = |vars: usize, effects: &[Effect]| RulePlan {
        vars,
        counts: effects.iter().any(counts),
        effects: effects.into(),
    };
    program.rules.iter().zip(effects).map(|(rule, effects)| plan(rule.vars.len(), effects)).collect()
}

fn actions(program: &Program, listeners: &[Listener], sites: Vec<Vec<Site>>) -> Vec<ActionPlan> {
    let mut ids: Vec<Vec<u32>> = vec![Vec::new(); program.actions.len()];
    let mut forbidden = vec![false; program.actions.len()];
    for (id, listener) in listeners.iter().enumerate() {
        if let Source::Happens(action) = listener.source {
            ids[action as usize].push(id as u32);
        }
        listener.unless.iter().for_each(|unless| forbidden[unless.action as usize] = true);
    }
    let mut plans: Vec<ActionPlan> = program
        .actions
        .iter()
        .zip(sites)
        .enumerate()
        .map(|(action, (declared, sites))| ActionPlan {
            arity: declared.holes.len(),
            happens: Dispatch::new(listeners, &ids[action], false),
            shared: shared(listeners, &ids[action], |listener| std::slice::from_ref(&listener.node)),
            shared_sites: shared(listeners, &ids[action], |listener| &listener.sites),
            others: Dispatch::new(listeners, &others(listeners, &ids[action]), false),
            is_heard: !ids[action].is_empty(),
            is_forbidden: forbidden[action],
            is_produced: false,
            sites: sites.into(),
        })
        .collect();
    for effect in program.rules.iter().flat_map(|rule| &rule.effects) {
        if let SourceEffect::Happen(pattern) = effect {
            plans[pattern.action.index()].is_produced = true;
        }
    }
    plans
}

/// Finds the listeners that share a list of events.
fn share(listeners: &mut [Listener], actions: usize) {
    let mut taking_all: Vec<Vec<usize>> = vec![Vec::new(); actions];
    for (id, listener) in listeners.iter().enumerate() {
        if let (Source::Happens(action), true) = (listener.source, listener.takes_all()) {
            taking_all[action as usize].push(id);
        }
    }
    let several = taking_all.into_iter().filter(|ids| ids.len() > 1);
    several.flatten().for_each(|id| listeners[id].is_shared = true);
}

/// What those of the listeners have that share a list of events, each once and in order.
fn shared(listeners: &[Listener], ids: &[u32], what: impl Fn(&Listener) -> &[u32]) -> Box<[u32]> {
    let sharing = ids.iter().map(|&id| &listeners[id as usize]).filter(|listener| listener.is_shared);
    let mut all: Vec<u32> = sharing.flat_map(|listener| what(listener).iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}

fn others(listeners: &[Listener], ids: &[u32]) -> Vec<u32> {
    ids.iter().copied().filter(|&id| !listeners[id as usize].is_shared).collect()
}

fn fluents(
    program: &Program,
    kinds: &[NodeKind],
    components: &[Component],
    tables: &Tables,
    increased: &[bool],
    totals: &Totals,
) -> Vec<FluentPlan> {
    let count = program.fluents.len();
    let [mut initiated, mut changed, mut comes, mut held] = [const { Vec::new() }; 4].map(|mut list| {
        list.resize(count, Vec::new());
        list
    });
    let mut derives: Vec<Vec<(u32, &[Match])>> = vec![Vec::new(); count];
    for (id, listener) in tables.listeners.iter().enumerate() {
        let list: Option<&mut Vec<u32>> = match listener.source {
            Source::Initiated { fluent, .. } => Some(&mut initiated[fluent as usize]),
            Source::Begins(fluent) | Source::Ends(fluent) => Some(&mut changed[fluent as usize]),
            Source::Comes(fluent) => Some(&mut comes[fluent as usize]),
            Source::Happens(_) | Source::Held(_) | Source::Elapsed(_) => None,
        };
        list.into_iter().for_each(|list| list.push(id as u32));
    }
    for (id, it) in tables.held.iter().enumerate() {
        held[it.fluent as usize].push(id as u32);
    }
    let mut renews = vec![Vec::new(); count];
    for (node, kind) in kinds.iter().enumerate() {
        match *kind {
            NodeKind::Derive(component) => {
                let component = &components[component as usize];
                let node = node as u32;
                if component.from_scratch {
                    component.dependencies.iter().for_each(|&fluent| derives[fluent as usize].push((node, &[])));
                } else {
                    let deltas = component.deltas.iter().flatten();
                    deltas.for_each(|it| derives[it.fluent as usize].push((node, &it.args)));
                }
            }
            NodeKind::Renew { fluent, deadline } => renews[fluent as usize].push((deadline, node as u32)),
            NodeKind::Fire(_) | NodeKind::Arm { .. } => {}
        }
    }
    let mut plans = Vec::new();
    for (at, fluent) in program.fluents.iter().enumerate() {
        let deadline = |(index, it): (usize, &servanda_model::Deadline)| DeadlinePlan {
            from: it.from,
            to: it.to,
            after: it.after,
            node: renews[at].iter().find(|(deadline, _)| *deadline as usize == index).map(|(_, node)| *node),
        };
        let initiation = |settled: bool| if increased[at] == settled { initiated[at].as_slice() } else { &[] };
        let settled = Dispatch::new(&tables.listeners, initiation(true), false);
        let changed = Dispatch::new(&tables.listeners, &changed[at], false);
        let is_read = !derives[at].is_empty() || totals.read(at as u32);
        plans.push(FluentPlan {
            arity: fluent.args.len(),
            ties: fluent.ties,
            is_derived: fluent.mode == Mode::Derived,
            deadlines: fluent.deadlines.iter().enumerate().map(deadline).collect(),
            initiated: Dispatch::new(&tables.listeners, initiation(false), true),
            has_initiated: !initiated[at].is_empty(),
            is_heard: is_read || !settled.is_empty() || !changed.is_empty(),
            settled,
            changed,
            is_read,
            derives: Dispatch::of(derives[at].iter().map(|(node, args)| (*node, args.iter()))),
            has_timers: !(fluent.deadlines.is_empty() && held[at].is_empty() && comes[at].is_empty()),
            held: std::mem::take(&mut held[at]),
            comes: std::mem::take(&mut comes[at]),
        });
    }
    plans
}
