//! Rules 7 and 17: what depends on what within a moment, and the order of derived fluents.

use super::checks::{Rejected, expr_looks_at, looked_at};
use servanda_model::{ActionId, Effect, EventPattern, Expr, FluentId, Mode, Program, RuleId, Term, Trigger, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What can depend on something else at the same moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Node {
    Fires(RuleId),
    /// A renewable deadline, which waits for renewals (rule 22).
    Deadline(FluentId, usize),
    /// A derived fluent, as a whole.
    Derived(FluentId),
}

/// Who waits for whom: from each node to those it depends on.
type Graph = BTreeMap<Node, BTreeSet<Node>>;

/// What a rule or a deadline does, as far as that can be seen without running it. `None` stands for anything.
struct Deed {
    by: Node,
    what: What,
}

enum What {
    Happen(ActionId, Vec<Option<Value>>),
    Initiate(FluentId, Vec<Option<Value>>, Option<Value>),
    Increase(FluentId, Vec<Option<Value>>),
    End(FluentId, Vec<Option<Value>>),
}

/// Rule 17: no cycles but those of positive recursion among definitions, which rule 7 has looked at.
pub(crate) fn refuse_cycles(program: &Program) -> Result<(), Rejected> {
    let graph = graph(program);
    for node in graph.keys().filter(|node| !matches!(node, Node::Derived(_))) {
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
    let deeds = deeds(program);
    let mut graph = Graph::new();
    let mut edges = |who: Node, on: BTreeSet<Node>| graph.entry(who).or_default().extend(on);
    for rule in &program.rules {
        for trigger in &rule.triggers {
            edges(Node::Fires(rule.id), waits_for(program, trigger, &deeds));
        }
        for pattern in &rule.unless {
            edges(Node::Fires(rule.id), makers_of_event(pattern, &deeds));
        }
    }
    for (place, fluent) in program.fluents.iter().enumerate() {
        let id = FluentId::from_index(place);
        for (index, deadline) in fluent.deadlines.iter().enumerate().filter(|(_, deadline)| deadline.renewable) {
            let node = Node::Deadline(id, index);
            let anywhere = vec![None; fluent.args.len()];
            let mut makers = initiators(id, &anywhere, Some(deadline.from), &deeds);
            makers.remove(&node);
            edges(node, makers);
        }
    }
    for definition in &program.definitions {
        let (plainly, otherwise) = looked_at(&definition.conditions);
        for on in plainly.into_iter().chain(otherwise).chain(expr_looks_at(&definition.value)) {
            let anywhere = vec![None; program.fluents[on.index()].args.len()];
            edges(Node::Derived(definition.fluent), changers(program, on, &anywhere, &deeds));
        }
    }
    graph
}

fn deeds(program: &Program) -> Vec<Deed> {
    let mut deeds = Vec::new();
    for rule in &program.rules {
        let by = Node::Fires(rule.id);
        deeds.extend(rule.effects.iter().map(|effect| Deed { by, what: seen(effect) }));
    }
    for (place, fluent) in program.fluents.iter().enumerate() {
        let id = FluentId::from_index(place);
        // The other deadlines are known before anything else and depend on nothing.
        for (index, deadline) in fluent.deadlines.iter().enumerate().filter(|(_, deadline)| deadline.renewable) {
            let anywhere = vec![None; fluent.args.len()];
            let what = match deadline.to {
                Some(to) => What::Initiate(id, anywhere, Some(to)),
                None => What::End(id, anywhere),
            };
            deeds.push(Deed { by: Node::Deadline(id, index), what });
        }
    }
    deeds
}

fn seen(effect: &Effect) -> What {
    match effect {
        Effect::Initiate { fluent, args, value } => {
            let value = if let Expr::Value(value) = value { Some(*value) } else { None };
            What::Initiate(*fluent, constants(args), value)
        }
        Effect::Increase { fluent, args, .. } => What::Increase(*fluent, constants(args)),
        Effect::Terminate { pattern } => What::End(pattern.fluent, constants(&pattern.args)),
        Effect::Happen(pattern) => What::Happen(pattern.action, constants(&pattern.args)),
    }
}

fn constants(terms: &[Term]) -> Vec<Option<Value>> {
    let constant = |term: &Term| if let Term::Value(value) = term { Some(*value) } else { None };
    terms.iter().map(constant).collect()
}

/// Whether two patterns may be of one thing: no two constants differ.
fn may_meet(a: &[Option<Value>], b: &[Option<Value>]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.is_none() || b.is_none() || a == b)
}

/// Timers are known before any rule fires (rule 22), so they wait for nothing.
fn waits_for(program: &Program, trigger: &Trigger, deeds: &[Deed]) -> BTreeSet<Node> {
    match trigger {
        Trigger::Happens(pattern) => makers_of_event(pattern, deeds),
        Trigger::Initiated(pattern) => {
            let value = constants(&[pattern.value])[0];
            initiators(pattern.fluent, &constants(&pattern.args), value, deeds)
        }
        Trigger::Begins(p) | Trigger::Ends(p) => changers(program, p.fluent, &constants(&p.args), deeds),
        Trigger::HasHeld { .. } | Trigger::After { .. } | Trigger::Comes(_) => BTreeSet::new(),
    }
}

fn makers_of_event(pattern: &EventPattern, deeds: &[Deed]) -> BTreeSet<Node> {
    let args = constants(&pattern.args);
    let makes =
        |what: &What| matches!(what, What::Happen(action, made) if *action == pattern.action && may_meet(made, &args));
    deeds.iter().filter(|deed| makes(&deed.what)).map(|deed| deed.by).collect()
}

/// What may initiate the value. Where a fluent is increased, that also depends on there being no other effect on it.
fn initiators(fluent: FluentId, args: &[Option<Value>], value: Option<Value>, deeds: &[Deed]) -> BTreeSet<Node> {
    let met = |f: FluentId, others: &[Option<Value>]| f == fluent && may_meet(others, args);
    let is_increased = deeds.iter().any(|deed| matches!(&deed.what, What::Increase(f, _) if *f == fluent));
    let initiates = |what: &What| match what {
        What::Initiate(f, others, v) => met(*f, others) && (is_increased || may_meet(&[*v], &[value])),
        What::Increase(f, others) => met(*f, others),
        What::End(f, others) => is_increased && met(*f, others),
        What::Happen(..) => false,
    };
    deeds.iter().filter(|deed| initiates(&deed.what)).map(|deed| deed.by).collect()
}

/// What may change the state of the fluent: every effect on it, whatever its value, or what it is derived from.
fn changers(program: &Program, fluent: FluentId, args: &[Option<Value>], deeds: &[Deed]) -> BTreeSet<Node> {
    if program.fluents[fluent.index()].mode == Mode::Derived {
        return BTreeSet::from([Node::Derived(fluent)]);
    }
    let changes = |what: &What| match what {
        What::Initiate(f, others, _) | What::Increase(f, others) | What::End(f, others) => {
            *f == fluent && may_meet(others, args)
        }
        What::Happen(..) => false,
    };
    deeds.iter().filter(|deed| changes(&deed.what)).map(|deed| deed.by).collect()
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
