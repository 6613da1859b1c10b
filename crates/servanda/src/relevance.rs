//! What an answer depends on: which uncertain days, and which of their orders.
//!
//! From what a question asks, everything that may start, end or be read on the way to it is followed backwards over the
//! grounded program of `may.rs`. Two instants are *told apart* when both change one thing, or one changes what the other
//! reads. Chronologies in which all instants that are told apart come in the same order give the same answer, with
//! every change on the same instant: that is why a few chronologies stand for all (see `chronologies.rs`).

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{
    Condition, EventId, EventPattern, Expr, FluentId, FluentType, Hole, Kinded, Model, Number, Trigger, Value,
};

use crate::chronologies::Order;
use crate::instants::{ANYTIME, FAR, Instant, InstantId, Manner, Times, each_condition};
use crate::may::NodeId;
use crate::numbers::{self, Figure};
use crate::slice::Slice;

/// What one question looks at.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Target {
    /// Fluent instances: these fluents, with these arguments where one is given.
    pub fluents: Vec<(FluentId, Vec<Option<Value>>)>,
    /// Acts.
    pub acts: Vec<EventPattern>,
    /// The day asked about; without it all days are.
    pub day: Option<i64>,
    /// Whether numbers that are left open are tried out where the answer may hang on them.
    pub weighs_numbers: bool,
    /// Whether it is told when an answer ends, which may hang on numbers compared after the day asked about.
    pub tells_ends: bool,
    /// Whether each instance is a matter of its own: what one depends on is not put together with what another does.
    pub each: bool,
}

/// Some instances of fluents.
pub(crate) type Keys = BTreeSet<(FluentId, Box<[Value]>)>;

/// What an answer depends on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Relevant {
    /// The uncertain events that matter.
    pub(crate) uncertain: Vec<EventId>,
    /// All events that matter.
    pub(crate) events: Vec<EventId>,
    /// Instants whose order matters.
    pub(crate) orders: BTreeSet<(InstantId, InstantId)>,
    /// Instants of which it matters whether they come by a day.
    pub(crate) by_day: BTreeSet<(InstantId, i64)>,
    /// Instants whose order matters only to when an answer begins or ends.
    pub(crate) finer: BTreeSet<(InstantId, InstantId)>,
    /// Numbers left open that may be compared on the way.
    pub(crate) figures: BTreeSet<Figure>,
    /// Numbers that they may be compared with.
    pub(crate) met: BTreeSet<Number>,
    /// The rules and, behind all of these, the definitions on the way.
    pub(crate) items: BTreeSet<usize>,
    /// The facts of the start on the way.
    pub(crate) initial: BTreeSet<usize>,
    /// Whether these orders are all that matters. If not, the days themselves do.
    pub(crate) by_order: bool,
}

/// Instances that are looked at together.
pub(crate) struct Part {
    /// Those that depend on all of it.
    pub(crate) keys: Keys,
    /// What they depend on.
    pub(crate) relevant: Relevant,
    /// Others, which depend on some of it: where not all chronologies can be looked at, theirs may be.
    pub(crate) within: Vec<(Keys, Relevant)>,
}

/// What targets depend on.
pub(crate) struct Looked {
    /// For each side.
    pub(crate) instants: Vec<Vec<Instant>>,
    /// For each target for each side.
    pub(crate) relevant: Vec<Vec<Relevant>>,
    /// For each target whose instances are looked at each for itself.
    pub(crate) parts: Vec<Option<Vec<Part>>>,
}

/// Instances that are looked at together, and others that depend on less, with what they depend on.
pub(crate) type OfPart = (Keys, Vec<(Keys, Relevant)>);

/// Instances with what they depend on, those that depend on less with those that depend on more.
pub(crate) fn put_together(mut parts: Vec<(Keys, Relevant)>) -> Vec<Part> {
    // The widest first: what is within one of them needs no chronologies of its own.
    parts.sort_by_key(|(_, relevant)| std::cmp::Reverse(relevant.uncertain.len()));
    let mut kept: Vec<Part> = Vec::new();
    for (keys, relevant) in parts {
        match kept.iter_mut().find(|wider| relevant.is_within(&wider.relevant)) {
            Some(wider) => {
                wider.relevant.take_in(relevant.clone());
                wider.within.push((keys, relevant));
            }
            None => kept.push(Part { keys, relevant, within: Vec::new() }),
        }
    }
    kept
}

impl Relevant {
    /// Whether chronologies that stand for all as far as the other is relevant do so for this, too.
    fn is_within(&self, other: &Relevant) -> bool {
        self.by_order == other.by_order
            && self.uncertain.iter().all(|it| other.uncertain.binary_search(it).is_ok())
            && self.orders.is_subset(&other.orders)
            && self.by_day.is_subset(&other.by_day)
            && self.finer.iter().all(|it| other.finer.contains(it) || other.orders.contains(it))
            && self.figures.is_subset(&other.figures)
            && self.met.is_subset(&other.met)
            && (other.figures.is_empty() || self.items.is_subset(&other.items))
    }

    /// Takes in what is within it besides, for the same chronologies.
    fn take_in(&mut self, other: Relevant) {
        self.items.extend(other.items);
        self.initial.extend(other.initial);
        self.events.extend(other.events);
        self.events.sort_unstable();
        self.events.dedup();
    }

    /// All orders that matter; the finer ones if wanted.
    pub(crate) fn all_orders(&self, finer: bool) -> impl Iterator<Item = Order> {
        let by_day = self.by_day.iter().map(|(id, day)| Order::By(*id, *day));
        let between = self.orders.iter().chain(self.finer.iter().filter(move |_| finer));
        by_day.chain(between.map(|(a, b)| Order::Of(*a, *b)))
    }
}

/// Finds what answers depend on.
pub(crate) struct Relevance<'t, 'm, 'p> {
    times: &'t mut Times<'m, 'p>,
    model: &'t Model,
    /// The part of the program that `times` is of.
    slice: &'t Slice,
    leaves: BTreeMap<NodeId, Vec<NodeId>>,
    /// Of fluents looked at, whether their answers name days.
    names_days: BTreeMap<FluentId, bool>,
}

/// What numbers something may be.
#[derive(Default)]
struct Sort {
    /// One that is left open, or worked out.
    open: bool,
    /// These.
    plain: Vec<Number>,
}

impl Sort {
    fn with(mut self, other: Sort) -> Sort {
        self.plain.extend(other.plain);
        Sort { open: self.open || other.open, plain: self.plain }
    }
}

#[derive(Default)]
struct Cone {
    nodes: BTreeSet<NodeId>,
    instances: BTreeSet<u32>,
}

impl<'t, 'm, 'p> Relevance<'t, 'm, 'p> {
    pub(crate) fn new(times: &'t mut Times<'m, 'p>, model: &'t Model, slice: &'t Slice) -> Relevance<'t, 'm, 'p> {
        Relevance { times, model, slice, leaves: BTreeMap::new(), names_days: BTreeMap::new() }
    }

    /// What the answers to these targets depend on. Events after `seen_until` are not seen.
    pub(crate) fn of(&mut self, targets: &[Target], seen_until: Option<i64>) -> Relevant {
        let mut relevant = Relevant { by_order: true, ..Relevant::default() };
        let mut roots: BTreeSet<NodeId> = BTreeSet::new();
        for target in targets {
            let (fluents, acts) = self.nodes_of(target);
            let below = self.leaves_of(&fluents);
            let mut seen = self.times.changes_of(&below);
            if target.fluents.iter().any(|(fluent, _)| self.gives_days(*fluent)) {
                relevant.by_order = false;
            }
            self.pairs(&seen, &seen, None, &mut relevant.finer);
            seen.extend(self.times.changes_of(&acts));
            if let Some(day) = target.day {
                for id in seen {
                    let it = &self.times.instants[id as usize];
                    if it.lower.is_none_or(|lower| lower <= day) && it.upper.is_none_or(|upper| day < upper) {
                        relevant.by_day.insert((id, day));
                    }
                }
            } else {
                relevant.orders.append(&mut relevant.finer);
            }
            roots.extend(fluents);
            roots.extend(acts);
        }
        let cone = self.cone(roots);
        self.orders(&cone, &mut relevant);
        if targets.iter().any(|target| target.weighs_numbers) {
            self.numbers(&cone, &mut relevant);
        }
        let item = |at: &u32| self.slice.items[self.times.may.instances[*at as usize].item];
        relevant.items = cone.instances.iter().map(item).collect();
        relevant.initial = self.facts_of(&cone).map(|at| self.slice.initial[at]).collect();
        let mut events: BTreeSet<EventId> = BTreeSet::new();
        let mut uncertain: BTreeSet<EventId> = BTreeSet::new();
        for node in &cone.nodes {
            events.extend(&self.times.told_by[*node as usize]);
            for id in &self.times.writes[*node as usize] {
                relevant.by_order &= *id != ANYTIME;
                uncertain.extend(self.times.instants[*id as usize].base);
            }
        }
        if let Some(day) = seen_until {
            for id in 0..self.times.instants.len() as InstantId {
                let it = &self.times.instants[id as usize];
                let of_event = it.base.is_some_and(|base| uncertain.contains(&base)) && it.shifts.is_empty();
                if of_event && it.lower.is_none_or(|lower| lower <= day) && it.upper.is_none_or(|upper| day < upper) {
                    relevant.by_day.insert((id, day));
                }
            }
        }
        relevant.finer.retain(|pair| !relevant.orders.contains(pair));
        relevant.uncertain = uncertain.into_iter().collect();
        relevant.events = events.into_iter().collect();
        relevant
    }

    /// What the instances of a target depend on, each for itself; those that depend on the same are put together. Nothing
    /// where an instance cannot be told from others beforehand.
    pub(crate) fn of_each(&mut self, target: &Target, seen_until: Option<i64>) -> Option<Vec<Part>> {
        let may = self.times.may;
        let (nodes, _) = self.nodes_of(target);
        let vague = |node: &NodeId| may.nodes[*node as usize].args.contains(&crate::may::SOME);
        if !target.acts.is_empty() || nodes.iter().any(vague) {
            return None;
        }
        let mut parts: Vec<(Keys, Relevant)> = Vec::new();
        for node in nodes {
            let it = &may.nodes[node as usize];
            let fluent = FluentId::from_index(it.pred);
            let args = it.args.iter().copied().map(Some).collect();
            let one = Target { fluents: vec![(fluent, args)], each: false, ..target.clone() };
            let relevant = self.of(&[one], seen_until);
            let key = (fluent, it.args.clone());
            match parts.iter_mut().find(|(_, known)| *known == relevant) {
                Some((keys, _)) => {
                    keys.insert(key);
                }
                None => parts.push((Keys::from([key]), relevant)),
            }
        }
        Some(put_together(parts))
    }

    fn nodes_of(&self, target: &Target) -> (Vec<NodeId>, Vec<NodeId>) {
        let may = self.times.may;
        let fits = |wanted: &[Option<Value>], args: &[Value]| {
            wanted
                .iter()
                .zip(args)
                .all(|(wanted, arg)| wanted.is_none_or(|wanted| wanted == *arg || *arg == crate::may::SOME))
        };
        let mut fluents = Vec::new();
        let mut acts = Vec::new();
        for (fluent, wanted) in &target.fluents {
            fluents.extend(may.nodes_with(fluent.index()).filter(|id| fits(wanted, &may.nodes[*id as usize].args)));
        }
        for pattern in &target.acts {
            let pred = may.program.fluents.len() + pattern.action.index();
            let open = vec![crate::may::OPEN; 1 + most_var(&pattern.args)];
            may.matching(pred, &pattern.args, &open, &mut acts);
        }
        (fluents, acts)
    }

    /// Whether the answers of a fluent name uncertain days, or what is worked out from them.
    fn gives_days(&mut self, fluent: FluentId) -> bool {
        if let Some(known) = self.names_days.get(&fluent) {
            return *known;
        }
        let found = self.has_days(fluent);
        self.names_days.insert(fluent, found);
        found
    }

    fn has_days(&mut self, fluent: FluentId) -> bool {
        let may = self.times.may;
        let nodes: Vec<NodeId> = may.nodes_with(fluent.index()).collect();
        let open = nodes.iter().any(|node| {
            let days = &self.times.days[*node as usize];
            days.unknown || days.set.iter().any(|id| !self.times.is_certain(*id))
        });
        if open {
            return true;
        }
        for instance in &may.instances {
            if instance.item < may.rules() {
                continue;
            }
            let definition = &may.program.definitions[instance.item - may.rules()];
            if definition.fluent != fluent {
                continue;
            }
            for term in &definition.args {
                if let servanda_model::Term::Var(var) = term {
                    let expr = servanda_model::Expr::Var(*var);
                    let days = self.times.days_of(&expr, instance.item, &instance.bindings, &[]);
                    if days.unknown || days.set.iter().any(|id| !self.times.is_certain(*id)) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Everything that may lead to these nodes.
    fn cone(&self, roots: BTreeSet<NodeId>) -> Cone {
        let mut cone = Cone::default();
        let mut open: Vec<NodeId> = roots.into_iter().collect();
        while let Some(node) = open.pop() {
            if !cone.nodes.insert(node) {
                continue;
            }
            for maker in &self.times.makers[node as usize] {
                let instance = &self.times.may.instances[*maker as usize];
                let is_rule = instance.item < self.times.may.rules();
                if is_rule && self.times.fires[*maker as usize].is_empty() || !cone.instances.insert(*maker) {
                    continue;
                }
                let ties = &self.times.ties[*maker as usize];
                open.extend(ties.reads.iter().chain(&ties.given).chain(&ties.unless));
                open.extend(instance.triggers.iter().flat_map(|(_, nodes)| nodes));
            }
        }
        cone
    }

    /// The orders that matter to what is in a cone.
    fn orders(&mut self, cone: &Cone, relevant: &mut Relevant) {
        let may = self.times.may;
        let mut orders = std::mem::take(&mut relevant.orders);
        for node in &cone.nodes {
            if !self.times.is_derived(*node) && may.nodes[*node as usize].pred < may.program.fluents.len() {
                let writes = self.times.writes[*node as usize].clone();
                self.pairs(&writes, &writes, Some(*node), &mut orders);
            }
        }
        for at in &cone.instances {
            let instance = &may.instances[*at as usize];
            let fires = self.times.fires[*at as usize].clone();
            let reads = self.leaves_of(&self.times.ties[*at as usize].reads.clone());
            let given = self.leaves_of(&self.times.ties[*at as usize].given.clone());
            if let Some(rule) = may.program.rules.get(instance.item) {
                let read = self.times.changes_of(&reads);
                self.pairs(&read, &fires, None, &mut orders);
                let unless = self.times.changes_of(&self.times.ties[*at as usize].unless);
                self.pairs(&unless, &fires, None, &mut orders);
                for (index, nodes) in &instance.triggers {
                    let trigger = &rule.triggers[*index];
                    let below = self.leaves_of(nodes);
                    let changes = self.times.changes_of(&below);
                    match crate::may::innermost(trigger) {
                        Trigger::Happens(_) | Trigger::Initiated(_) => {}
                        Trigger::Comes(_) => self.pairs(&changes, &fires, None, &mut orders),
                        _ => {
                            self.pairs(&changes, &changes, None, &mut orders);
                            self.pairs(&changes, &fires, None, &mut orders);
                        }
                    }
                    if matches!(trigger, Trigger::After { .. } | Trigger::HasHeld { .. }) {
                        let armed = self.times.changes_of(nodes);
                        let given = self.times.changes_of(&given);
                        self.pairs(&given, &armed, None, &mut orders);
                    }
                }
            }
            self.compared(*at as usize, &fires, relevant, &mut orders);
        }
        relevant.orders = orders;
    }

    /// The facts of the start in a cone.
    fn facts_of(&self, cone: &Cone) -> impl Iterator<Item = usize> {
        let may = self.times.may;
        may.program.initial.iter().enumerate().filter_map(move |(at, fact)| {
            let node = may.node(fact.fluent.index(), &fact.args)?;
            cone.nodes.contains(&node).then_some(at)
        })
    }

    /// Numbers left open, where any may be compared, and what with.
    fn numbers(&self, cone: &Cone, relevant: &mut Relevant) {
        let may = self.times.may;
        let (mut is_compared, mut met) = (false, BTreeSet::new());
        for at in &cone.instances {
            let instance = &may.instances[*at as usize];
            let mut look = |condition: &'p Condition| {
                let Condition::Compare { left, right, .. } = condition else { return };
                let sides = [left, right].map(|side| self.numbers_of(side, instance.item, &instance.bindings));
                is_compared |= sides.iter().any(|side| side.open);
                met.extend(sides.into_iter().flat_map(|side| side.plain));
            };
            each_condition(may.conditions(instance.item), &mut look);
            for trigger in may.program.rules.get(instance.item).iter().flat_map(|rule| &rule.triggers) {
                if let Trigger::After { given, .. } = trigger {
                    each_condition(given, &mut look);
                }
            }
        }
        if !is_compared {
            return;
        }
        let told: BTreeSet<EventId> =
            cone.nodes.iter().flat_map(|node| &self.times.told_by[*node as usize]).copied().collect();
        relevant.figures.extend(told.into_iter().flat_map(|event| numbers::of_event(self.model, event)));
        let facts: BTreeSet<usize> = self.facts_of(cone).collect();
        for figure in numbers::of_start(may.program) {
            if let Figure::Initial(at, place) = figure
                && facts.contains(&at)
            {
                relevant.figures.insert(Figure::Initial(self.slice.initial[at], place));
            }
        }
        relevant.met = met;
    }

    /// The numbers that an expression may stand for.
    fn numbers_of(&self, expr: &Expr, item: usize, bindings: &[Value]) -> Sort {
        let may = self.times.may;
        let of = |value: Value| match value.kinded() {
            _ if value == crate::may::SOME => Sort { open: true, plain: Vec::new() },
            Kinded::Range(_) => Sort { open: true, plain: Vec::new() },
            Kinded::Number(number) => Sort { open: false, plain: vec![number] },
            _ => Sort::default(),
        };
        match expr {
            Expr::Value(value) => of(*value),
            Expr::Now => Sort::default(),
            Expr::Var(var) if bindings[var.index()] != crate::may::OPEN => {
                let is_number = matches!(may.vars(item)[var.index()].hole, Hole::Number | Hole::Any);
                if is_number { of(bindings[var.index()]) } else { Sort::default() }
            }
            Expr::Var(_) | Expr::Aggregate(_) => Sort { open: true, plain: Vec::new() },
            Expr::Fluent(fluent, args) => {
                if may.program.fluents[fluent.index()].ty != FluentType::Number {
                    return Sort::default();
                }
                let mut nodes = Vec::new();
                may.matching(fluent.index(), args, bindings, &mut nodes);
                let values = nodes.iter().flat_map(|node| &may.nodes[*node as usize].values);
                values.map(|value| of(*value)).fold(Sort::default(), Sort::with)
            }
            Expr::Arith(_, left, right) => {
                self.numbers_of(left, item, bindings).with(self.numbers_of(right, item, bindings))
            }
        }
    }

    /// Days that conditions compare.
    fn compared(
        &mut self,
        at: usize,
        fires: &[InstantId],
        relevant: &mut Relevant,
        orders: &mut BTreeSet<(InstantId, InstantId)>,
    ) {
        let may = self.times.may;
        let instance = &may.instances[at];
        let mut sides = Vec::new();
        let mut look = |condition: &'p Condition| {
            if let Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } = condition {
                sides.push((left, right));
            }
        };
        each_condition(may.conditions(instance.item), &mut look);
        if let Some(rule) = may.program.rules.get(instance.item) {
            for trigger in &rule.triggers {
                if let Trigger::After { given, .. } = trigger {
                    each_condition(given, &mut look);
                }
            }
        }
        // What `Let` binds to a day is compared with what it meets; that is followed where comparisons are written out.
        for (left, right) in sides {
            let left = self.times.days_of(left, instance.item, &instance.bindings, fires);
            let right = self.times.days_of(right, instance.item, &instance.bindings, fires);
            let both_far = left.set.contains(&FAR) && right.set.contains(&FAR);
            relevant.by_order &= !left.unknown && !right.unknown && !both_far;
            if !left.set.is_empty() && !right.set.is_empty() {
                self.pairs(&left.set, &right.set, None, orders);
            }
        }
    }

    /// The inertial fluents that derived ones rest on; others are their own.
    fn leaves_of(&mut self, nodes: &[NodeId]) -> Vec<NodeId> {
        let mut all = Vec::new();
        for node in nodes {
            if !self.times.is_derived(*node) {
                all.push(*node);
                continue;
            }
            if !self.leaves.contains_key(node) {
                let leaves = self.leaves_below(*node);
                self.leaves.insert(*node, leaves);
            }
            all.extend(&self.leaves[node]);
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    fn leaves_below(&self, node: NodeId) -> Vec<NodeId> {
        let mut seen = BTreeSet::new();
        let mut leaves = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            if !self.times.is_derived(node) {
                leaves.push(node);
                continue;
            }
            for maker in &self.times.makers[node as usize] {
                open.extend(&self.times.ties[*maker as usize].reads);
            }
        }
        leaves
    }

    /// Adds the pairs whose order is open; changes to one node that come to the same in either order are left out.
    fn pairs(
        &self,
        some: &[InstantId],
        others: &[InstantId],
        node: Option<NodeId>,
        out: &mut BTreeSet<(InstantId, InstantId)>,
    ) {
        let manners = node.map(|node| &self.times.manners[node as usize]);
        let mut add = |a: InstantId, b: InstantId| {
            if a == b || a == ANYTIME || b == ANYTIME || self.ordered(a, b) {
                return;
            }
            if let Some(manners) = manners
                && let (Some(one), Some(other)) = (manners.get(&a), manners.get(&b))
                && one == other
                && *one != Manner::Other
            {
                return;
            }
            out.insert((a.min(b), a.max(b)));
        };
        let same = std::ptr::eq(some, others);
        for a in some.iter().filter(|id| !self.times.is_certain(**id)) {
            others.iter().for_each(|b| add(*a, *b));
        }
        if !same {
            for b in others.iter().filter(|id| !self.times.is_certain(**id)) {
                some.iter().for_each(|a| add(*a, *b));
            }
        }
    }

    /// Whether their bounds alone put one before the other.
    fn ordered(&self, a: InstantId, b: InstantId) -> bool {
        let (a, b) = (&self.times.instants[a as usize], &self.times.instants[b as usize]);
        let before = |first: Option<i64>, second: Option<i64>| matches!((first, second), (Some(x), Some(y)) if x < y);
        before(a.upper, b.lower) || before(b.upper, a.lower)
    }
}

fn most_var(terms: &[servanda_model::Term]) -> usize {
    let var = |term: &servanda_model::Term| match term {
        servanda_model::Term::Var(var) => var.index(),
        _ => 0,
    };
    terms.iter().map(var).max().unwrap_or(0)
}
