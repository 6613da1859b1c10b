//! Rules 7 and 17: what depends on what within a moment, and the order of derived fluents.

use super::checks::{Rejected, expr_looks_at, looked_at};
use servanda_model::{ActionId, Deadline, Effect, Expr, Fluent, FluentId, Mode, Program, Rule, RuleId, Trigger, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What can depend on something else at the same moment. Fluents and actions count as wholes, whatever their arguments.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Node {
    Happens(ActionId),
    Fires(RuleId),
    /// The values that effects initiate.
    Initiated(FluentId),
    /// The explicit endings.
    Ended(FluentId),
    /// The state after the moment.
    After(FluentId),
    /// A renewable deadline, which waits for renewals (rule 22).
    Deadline(FluentId, usize),
}

/// Who waits for whom: from each node to those it depends on.
type Graph = BTreeMap<Node, BTreeSet<Node>>;

/// Rule 17: no cycles but those of positive recursion among definitions, which rule 7 has looked at.
pub(crate) fn refuse_cycles(program: &Program) -> Result<(), Rejected> {
    let graph = graph(program);
    let derived = |node: &Node| matches!(node, Node::After(f) if program.fluents[f.index()].mode == Mode::Derived);
    for node in graph.keys().filter(|node| !derived(node)) {
        if reachable(&graph, *node).contains(node) {
            let circle = graph
                .keys()
                .filter(|other| reachable(&graph, *node).contains(other) && reachable(&graph, **other).contains(node));
            return Err(Rejected::Cycle(circle.map(|node| format!("{node:?}")).collect()));
        }
    }
    Ok(())
}

fn reachable(graph: &Graph, from: Node) -> BTreeSet<Node> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(node) = left.pop() {
        for next in graph.get(&node).into_iter().flatten() {
            if reached.insert(*next) {
                left.push(*next);
            }
        }
    }
    reached
}

fn graph(program: &Program) -> Graph {
    let mut graph = Graph::new();
    let mut edge = |who: Node, on: Node| {
        graph.entry(on).or_default();
        graph.entry(who).or_default().insert(on);
    };
    for rule in &program.rules {
        let fires = Node::Fires(rule.id);
        rule.triggers.iter().filter_map(waits_for).for_each(|on| edge(fires, on));
        rule.unless.iter().for_each(|pattern| edge(fires, Node::Happens(pattern.action)));
        for effect in &rule.effects {
            match effect {
                Effect::Initiate { fluent, .. } => edge(Node::Initiated(*fluent), fires),
                Effect::Increase { fluent, .. } => {
                    edge(Node::Initiated(*fluent), fires);
                    // Rule 15: whether the sum is initiated depends on there being no other effect.
                    edge(Node::Initiated(*fluent), Node::Ended(*fluent));
                }
                Effect::Terminate { pattern } => edge(Node::Ended(pattern.fluent), fires),
                Effect::Happen(pattern) => edge(Node::Happens(pattern.action), fires),
            }
        }
    }
    for (place, fluent) in program.fluents.iter().enumerate() {
        let id = FluentId::from_index(place);
        edge(Node::After(id), Node::Initiated(id));
        edge(Node::After(id), Node::Ended(id));
        for (index, deadline) in fluent.deadlines.iter().enumerate().filter(|(_, deadline)| deadline.renewable) {
            let node = Node::Deadline(id, index);
            edge(if deadline.to.is_some() { Node::Initiated(id) } else { Node::Ended(id) }, node);
            for rule in program.rules.iter().filter(|rule| may_initiate(rule, id, deadline.from)) {
                edge(node, Node::Fires(rule.id));
            }
            renewing(fluent, index, deadline).for_each(|other| edge(node, Node::Deadline(id, other)));
        }
    }
    for definition in &program.definitions {
        let (plainly, otherwise) = looked_at(&definition.conditions);
        for on in plainly.into_iter().chain(otherwise).chain(expr_looks_at(&definition.value)) {
            edge(Node::After(definition.fluent), Node::After(on));
        }
    }
    graph
}

/// Timers are known before any rule fires (rule 22), so they wait for nothing.
fn waits_for(trigger: &Trigger) -> Option<Node> {
    match trigger {
        Trigger::Happens(pattern) => Some(Node::Happens(pattern.action)),
        Trigger::Initiated(pattern) => Some(Node::Initiated(pattern.fluent)),
        Trigger::Begins(pattern) | Trigger::Ends(pattern) => Some(Node::After(pattern.fluent)),
        Trigger::HasHeld { .. } | Trigger::After { .. } | Trigger::Comes(_) => None,
    }
}

fn may_initiate(rule: &Rule, fluent: FluentId, value: Value) -> bool {
    rule.effects.iter().any(|effect| match effect {
        Effect::Initiate { fluent: f, value: Expr::Value(v), .. } => *f == fluent && *v == value,
        Effect::Initiate { fluent: f, .. } | Effect::Increase { fluent: f, .. } => *f == fluent,
        _ => false,
    })
}

/// The other renewable deadlines of a fluent that may renew this one.
fn renewing<'a>(fluent: &'a Fluent, index: usize, deadline: &'a Deadline) -> impl Iterator<Item = usize> + 'a {
    let others = fluent.deadlines.iter().enumerate();
    others
        .filter(move |(other, d)| *other != index && d.renewable && d.to == Some(deadline.from))
        .map(|(other, _)| other)
}

/// Rule 7: derived fluents in an order in which each comes after what it is made of; the members of one set are defined
/// through each other, and then only through plain conditions.
pub(crate) fn strata(program: &Program) -> Result<Vec<BTreeSet<FluentId>>, Rejected> {
    let mut uses: BTreeMap<FluentId, BTreeSet<FluentId>> = BTreeMap::new();
    let mut other_uses = BTreeSet::new();
    for d in &program.definitions {
        let (plainly, mut otherwise) = looked_at(&d.conditions);
        otherwise.extend(expr_looks_at(&d.value));
        other_uses.extend(otherwise.iter().map(|on| (d.fluent, *on)));
        uses.entry(d.fluent).or_default().extend(plainly.into_iter().chain(otherwise));
    }
    let closed = closure(uses);
    let depends = |a: FluentId, b: FluentId| closed.get(&a).is_some_and(|on| on.contains(&b));
    for (who, on) in other_uses {
        if depends(on, who) || who == on {
            let circle = closed.keys().copied().filter(|f| depends(*f, who) && depends(who, *f));
            return Err(Rejected::NotStratified(circle.collect()));
        }
    }
    let mut left: BTreeSet<FluentId> = closed.keys().copied().collect();
    let mut strata = Vec::new();
    while let Some(first) = left.iter().copied().find(|f| left.iter().all(|g| !depends(*f, *g) || depends(*g, *f))) {
        let stratum: BTreeSet<FluentId> =
            left.iter().copied().filter(|g| *g == first || (depends(first, *g) && depends(*g, first))).collect();
        left = &left - &stratum;
        strata.push(stratum);
    }
    Ok(strata)
}

/// Everything that each fluent is made of, directly or not.
fn closure(mut uses: BTreeMap<FluentId, BTreeSet<FluentId>>) -> BTreeMap<FluentId, BTreeSet<FluentId>> {
    loop {
        let mut next = uses.clone();
        for on in next.values_mut() {
            for step in on.clone() {
                on.extend(uses.get(&step).into_iter().flatten());
            }
        }
        if next == uses {
            return uses;
        }
        uses = next;
    }
}
