//! The order of one moment: which rule can set off which (`docs/semantics.md`, 17 and 22).
//!
//! Two patterns depend on each other only where their constants agree, so a rule may end one norm because another
//! ended without that being a cycle.

use std::collections::{BTreeSet, HashMap};

use servanda_model::{Effect, EventPattern, Expr, FluentId, Program, Term, Trigger, Value};

use super::derived::Component;
use super::error::{CycleLink, ProgramError, ProgramErrorKind};

/// What is done at one place of the order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NodeKind {
    /// Fires a rule.
    Fire(u32),
    /// Arms the `After` timer of a rule's trigger.
    Arm { rule: u32, trigger: u32 },
    /// Decides the renewable deadline of a fluent.
    Renew { fluent: u32, deadline: u32 },
    /// Works out derived fluents.
    Derive(u32),
}

/// The nodes, each after all that can set it off; or the cycles that prevent it.
pub(crate) fn order(program: &Program, components: &[Component]) -> Result<Vec<NodeKind>, Vec<ProgramError>> {
    let nodes = nodes(program, components);
    let edges = Edges::new(program, components, &nodes).collect();
    let mut incoming = vec![0_usize; nodes.len()];
    edges.iter().flatten().for_each(|&to| incoming[to] += 1);
    let mut ready: BTreeSet<usize> = (0..nodes.len()).filter(|&node| incoming[node] == 0).collect();
    let mut order = Vec::new();
    while let Some(node) = ready.pop_first() {
        order.push(nodes[node]);
        for &to in &edges[node] {
            incoming[to] -= 1;
            if incoming[to] == 0 {
                ready.insert(to);
            }
        }
    }
    if order.len() == nodes.len() {
        return Ok(order);
    }
    let mut errors = Vec::new();
    for component in strong_components(&edges) {
        if let Some(cycle) = shortest_cycle(&edges, &component) {
            let links: Vec<CycleLink> = cycle.iter().map(|&node| link(program, components, nodes[node])).collect();
            let (name, origin) = (links[0].name.clone(), links[0].origin);
            errors.push(ProgramError { kind: ProgramErrorKind::Cycle(links), name, origin });
        }
    }
    Err(errors)
}

fn nodes(program: &Program, components: &[Component]) -> Vec<NodeKind> {
    let mut nodes = Vec::new();
    for (rule, source) in program.rules.iter().enumerate() {
        for (trigger, source) in source.triggers.iter().enumerate() {
            if matches!(source, Trigger::After { .. }) {
                nodes.push(NodeKind::Arm { rule: rule as u32, trigger: trigger as u32 });
            }
        }
        nodes.push(NodeKind::Fire(rule as u32));
    }
    for (fluent, source) in program.fluents.iter().enumerate() {
        for (deadline, source) in source.deadlines.iter().enumerate() {
            if source.renewable {
                nodes.push(NodeKind::Renew { fluent: fluent as u32, deadline: deadline as u32 });
            }
        }
    }
    nodes.extend((0..components.len()).map(|component| NodeKind::Derive(component as u32)));
    nodes
}

fn link(program: &Program, components: &[Component], node: NodeKind) -> CycleLink {
    match node {
        NodeKind::Fire(rule) | NodeKind::Arm { rule, .. } => {
            let rule = &program.rules[rule as usize];
            CycleLink { name: rule.name.clone(), origin: Some(rule.origin) }
        }
        NodeKind::Renew { fluent, deadline } => {
            let fluent = &program.fluents[fluent as usize];
            CycleLink { name: fluent.name.clone(), origin: Some(fluent.deadlines[deadline as usize].origin) }
        }
        NodeKind::Derive(component) => {
            let component = &components[component as usize];
            let fluent = &program.fluents[component.fluents[0] as usize];
            let definition = program.definitions.iter().find(|it| it.fluent.0 == component.fluents[0]);
            CycleLink { name: fluent.name.clone(), origin: definition.map(|it| it.origin) }
        }
    }
}

/// Something a node listens to, with the terms it must agree with.
struct Ear<'a> {
    node: usize,
    args: Option<&'a [Term]>,
    /// A value it must agree with, where it listens to initiations.
    value: Option<Value>,
}

struct Edges<'a> {
    program: &'a Program,
    components: &'a [Component],
    nodes: &'a [NodeKind],
    events: HashMap<u32, Vec<Ear<'a>>>,
    initiations: HashMap<u32, Vec<Ear<'a>>>,
    changes: HashMap<u32, Vec<Ear<'a>>>,
    /// Fluents that some rule increases: what they are initiated with needs every effect on them.
    increased: BTreeSet<FluentId>,
    edges: Vec<BTreeSet<usize>>,
}

impl<'a> Edges<'a> {
    fn new(program: &'a Program, components: &'a [Component], nodes: &'a [NodeKind]) -> Edges<'a> {
        let effects = program.rules.iter().flat_map(|rule| &rule.effects);
        let increased = effects
            .filter_map(|effect| match effect {
                Effect::Increase { fluent, .. } => Some(*fluent),
                _ => None,
            })
            .collect();
        let edges = vec![BTreeSet::new(); nodes.len()];
        let (events, initiations, changes) = Default::default();
        Edges { program, components, nodes, events, initiations, changes, increased, edges }
    }

    fn collect(mut self) -> Vec<Vec<usize>> {
        for node in 0..self.nodes.len() {
            self.listen(node);
        }
        for node in 0..self.nodes.len() {
            self.speak(node);
        }
        self.edges.into_iter().map(|to| to.into_iter().collect()).collect()
    }

    fn listen(&mut self, node: usize) {
        match self.nodes[node] {
            NodeKind::Fire(rule) => {
                let rule = &self.program.rules[rule as usize];
                rule.triggers.iter().for_each(|trigger| self.listen_to(node, trigger));
                for EventPattern { action, args } in &rule.unless {
                    let ear = Ear { node, args: Some(args), value: None };
                    self.events.entry(action.0).or_default().push(ear);
                }
            }
            NodeKind::Arm { rule, trigger } => {
                if let Trigger::After { trigger, .. } = &self.program.rules[rule as usize].triggers[trigger as usize] {
                    self.listen_to(node, trigger);
                }
            }
            NodeKind::Renew { fluent, deadline } => {
                let from = self.program.fluents[fluent as usize].deadlines[deadline as usize].from;
                let ear = Ear { node, args: None, value: Some(from) };
                self.initiations.entry(fluent).or_default().push(ear);
            }
            NodeKind::Derive(component) => {
                for &fluent in &self.components[component as usize].dependencies {
                    self.changes.entry(fluent).or_default().push(Ear { node, args: None, value: None });
                }
            }
        }
    }

    fn listen_to(&mut self, node: usize, trigger: &'a Trigger) {
        match trigger {
            Trigger::Happens(pattern) => {
                let ear = Ear { node, args: Some(&pattern.args), value: None };
                self.events.entry(pattern.action.0).or_default().push(ear);
            }
            Trigger::Initiated(pattern) => {
                let value = match pattern.value {
                    Term::Value(value) => Some(value),
                    _ => None,
                };
                let ear = Ear { node, args: Some(&pattern.args), value };
                self.initiations.entry(pattern.fluent.0).or_default().push(ear);
            }
            Trigger::Begins(pattern) | Trigger::Ends(pattern) => {
                let ear = Ear { node, args: Some(&pattern.args), value: None };
                self.changes.entry(pattern.fluent.0).or_default().push(ear);
            }
            Trigger::HasHeld { .. } | Trigger::After { .. } | Trigger::Comes(_) => {}
        }
    }

    fn speak(&mut self, node: usize) {
        match self.nodes[node] {
            NodeKind::Arm { .. } => {}
            NodeKind::Fire(rule) => {
                let program = self.program;
                for effect in &program.rules[rule as usize].effects {
                    match effect {
                        Effect::Happen(pattern) => self.happen(node, pattern),
                        Effect::Initiate { fluent, args, value } => {
                            let value = match value {
                                Expr::Value(value) => Some(*value),
                                _ => None,
                            };
                            self.affect(node, *fluent, Some(args), Some(value));
                        }
                        Effect::Increase { fluent, args, .. } => self.affect(node, *fluent, Some(args), Some(None)),
                        Effect::Terminate { pattern } => {
                            self.affect(node, pattern.fluent, Some(&pattern.args), None);
                        }
                    }
                }
            }
            NodeKind::Renew { fluent, deadline } => {
                let to = self.program.fluents[fluent as usize].deadlines[deadline as usize].to;
                let own = self.edges[node].contains(&node);
                self.affect(node, FluentId(fluent), None, to.map(Some));
                // Rule 22: a deadline does not wait for itself.
                if !own {
                    self.edges[node].remove(&node);
                }
            }
            NodeKind::Derive(component) => {
                let components = self.components;
                for &fluent in &components[component as usize].fluents {
                    self.change(node, fluent, None);
                }
            }
        }
    }

    fn happen(&mut self, node: usize, pattern: &EventPattern) {
        for ear in self.events.get(&pattern.action.0).into_iter().flatten() {
            if agree(Some(&pattern.args), ear.args) {
                self.edges[node].insert(ear.node);
            }
        }
    }

    /// An effect on an inertial fluent. `initiates` is absent for an ending, and its value where it is a constant.
    fn affect(&mut self, node: usize, fluent: FluentId, args: Option<&[Term]>, initiates: Option<Option<Value>>) {
        let any_effect = self.increased.contains(&fluent);
        for ear in self.initiations.get(&fluent.0).into_iter().flatten() {
            let value_agrees = match initiates {
                Some(Some(value)) => ear.value.is_none_or(|wanted| wanted == value),
                Some(None) => true,
                None => false,
            };
            if (value_agrees || any_effect) && agree(args, ear.args) {
                self.edges[node].insert(ear.node);
            }
        }
        self.change(node, fluent.0, args);
    }

    fn change(&mut self, node: usize, fluent: u32, args: Option<&[Term]>) {
        for ear in self.changes.get(&fluent).into_iter().flatten() {
            if agree(args, ear.args) {
                self.edges[node].insert(ear.node);
            }
        }
    }
}

/// Whether some filling could make the two the same.
fn agree(a: Option<&[Term]>, b: Option<&[Term]>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return true };
    a.iter().zip(b).all(|pair| match pair {
        (Term::Value(a), Term::Value(b)) => a == b,
        _ => true,
    })
}

/// Groups of nodes that reach each other, in order of their least member; single nodes only where they reach
/// themselves.
pub(crate) fn strong_components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut tarjan = Tarjan {
        edges,
        index: vec![usize::MAX; edges.len()],
        low: vec![0; edges.len()],
        on_stack: vec![false; edges.len()],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for node in 0..edges.len() {
        if tarjan.index[node] == usize::MAX {
            tarjan.visit(node);
        }
    }
    let mut found = tarjan.found;
    found.retain(|component| component.len() > 1 || edges[component[0]].contains(&component[0]));
    found.iter_mut().for_each(|component| component.sort_unstable());
    found.sort_unstable();
    found
}

struct Tarjan<'a> {
    edges: &'a [Vec<usize>],
    index: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Tarjan<'_> {
    /// Without recursion: chains of rules can be as long as the program.
    fn visit(&mut self, root: usize) {
        let mut calls = vec![(root, 0_usize)];
        while let Some(&mut (node, ref mut at)) = calls.last_mut() {
            if *at == 0 {
                self.index[node] = self.next;
                self.low[node] = self.next;
                self.next += 1;
                self.stack.push(node);
                self.on_stack[node] = true;
            }
            if let Some(&to) = self.edges[node].get(*at) {
                *at += 1;
                if self.index[to] == usize::MAX {
                    calls.push((to, 0));
                } else if self.on_stack[to] {
                    self.low[node] = self.low[node].min(self.index[to]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(caller, _)) = calls.last() {
                self.low[caller] = self.low[caller].min(self.low[node]);
            }
            if self.low[node] == self.index[node] {
                let component = self.close(node);
                self.found.push(component);
            }
        }
    }

    fn close(&mut self, root: usize) -> Vec<usize> {
        let mut component = Vec::new();
        while let Some(node) = self.stack.pop() {
            self.on_stack[node] = false;
            component.push(node);
            if node == root {
                break;
            }
        }
        component
    }
}

/// The shortest cycle through the component's least node that has one.
pub(crate) fn shortest_cycle(edges: &[Vec<usize>], component: &[usize]) -> Option<Vec<usize>> {
    let start = *component.first()?;
    let mut came_from: HashMap<usize, usize> = HashMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &to in edges[node].iter().filter(|to| component.contains(to)) {
            if to == start {
                let mut cycle = vec![node];
                while let Some(&before) = came_from.get(&cycle[cycle.len() - 1]) {
                    cycle.push(before);
                }
                cycle.reverse();
                return Some(cycle);
            }
            came_from.entry(to).or_insert_with(|| {
                queue.push_back(to);
                node
            });
        }
    }
    None
}
