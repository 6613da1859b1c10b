//! When things may come about: each firing of a grounded rule is put at the instants at which it could happen.
//!
//! An [`Instant`] is the day of an uncertain event, or a certain day, moved by the lengths of the timers in between. So
//! "two months after the ratification" is one instant whatever day the ratification is on, and what matters about a
//! chronology is only in which order the instants of a question come (see `relevance.rs`).

mod days;

use std::collections::HashMap;

use servanda_calendar::Day;
use servanda_model::{
    Clock, Condition, Duration, Effect, EventId, EventPattern, Expr, Happening, Kinded, Mode, Rule, Trigger, Value, Var,
};

use crate::may::{Literal, May, NodeId, QuickMap, SOME, filled, innermost, literal_of, plain, term_of, value_of, ways};

/// An instant, by its place in [`Times::instants`].
pub(crate) type InstantId = u32;

/// An instant of which nothing is known: where a timer's length has to be worked out.
pub(crate) const ANYTIME: InstantId = 0;

/// Some day so long after the last day looked at that it never comes, nor any day counted back from it.
pub(crate) const FAR: InstantId = 1;

/// Days that are further than this beyond the last day looked at are [`FAR`]: 120 years.
const BEYOND: i64 = 43_830;
/// Timers that set each other off are followed this far from an event.
const MOST_SHIFTS: usize = 400;
/// Beyond this many instants besides those of the events themselves, what comes of them is taken to happen at any time.
const MOST_INSTANTS: usize = 20_000;
/// A rule whose timers set it off again is followed this many times more than there are events, and then fires at any time.
const MOST_FIRINGS: usize = 500;
/// Ways of meeting one instance's conditions that are looked at for when they may be met.
const MOST_FILLINGS: usize = 64;

/// A moment that is the same in all chronologies relative to its event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Instant {
    /// The event it is counted from; a certain day has none.
    pub(crate) base: Option<EventId>,
    /// How far from it, one after the other.
    pub(crate) shifts: Vec<Duration>,
    /// The first day it can be.
    pub(crate) lower: Option<i64>,
    /// The last day it can be.
    pub(crate) upper: Option<i64>,
}

type Key = (Option<EventId>, Vec<Value>, Option<i64>);

/// Days that a value may stand for.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Days {
    /// These instants.
    pub(crate) set: Vec<InstantId>,
    /// Something worked out from uncertain days, in a way that is not followed.
    pub(crate) unknown: bool,
}

/// How a change changes: two of one manner on one node come to the same in either order, unless they are [`Manner::Other`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Manner {
    /// It starts this value, by its place.
    Start(usize),
    /// It adds to a number.
    Increase,
    /// It ends something, or does one thing in one firing and another in another.
    Other,
}

/// What an instance reads and changes.
#[derive(Default)]
pub(crate) struct Ties {
    /// What its conditions read.
    pub(crate) reads: Vec<NodeId>,
    /// What the conditions of its timers read when they are armed.
    pub(crate) given: Vec<NodeId>,
    /// Events that keep it from firing.
    pub(crate) unless: Vec<NodeId>,
    /// Events one of each list of which happens whenever it fires.
    with: Vec<Vec<NodeId>>,
    /// What it starts, increases or makes happen, with the place of the value.
    pub(crate) starts: Vec<(NodeId, usize, Manner)>,
    /// What it ends.
    pub(crate) ends: Vec<NodeId>,
    /// Ways of meeting its positive conditions; none if there are too many to look at.
    met: Option<Vec<Vec<(NodeId, usize)>>>,
}

/// The grounded program with its instants.
pub(crate) struct Times<'m, 'p> {
    pub(crate) may: &'m May<'p>,
    pub(crate) instants: Vec<Instant>,
    /// By base, shifts and, for certain days, the day.
    interned: HashMap<Key, InstantId>,
    pub(crate) ties: Vec<Ties>,
    /// For each instance the instants at which it may fire.
    pub(crate) fires: Vec<Vec<InstantId>>,
    /// For each node the instants at which it may change, or the event may happen.
    pub(crate) writes: Vec<Vec<InstantId>>,
    /// For each node how it is changed at each of these instants.
    pub(crate) manners: Vec<QuickMap<InstantId, Manner>>,
    /// For each node and value the instants at which it may be started with this value.
    starts: Vec<Vec<Vec<InstantId>>>,
    /// For each node the days its values may stand for.
    pub(crate) days: Vec<Days>,
    /// For each node and value the first day on which it may be had.
    earliest: Vec<Vec<i64>>,
    /// For each node the instances that start, end or define it.
    pub(crate) makers: Vec<Vec<u32>>,
    /// For each node the events of the narrative that are about it.
    pub(crate) told_by: Vec<Vec<EventId>>,
    literals: Vec<Vec<Literal<'p>>>,
    horizon: i64,
    most: usize,
}

impl<'m, 'p> Times<'m, 'p> {
    /// Follows everything that may come about through time.
    pub(crate) fn new<'n>(
        may: &'m May<'p>,
        narrative: impl IntoIterator<Item = (EventId, &'n [Happening])>,
        bounds: impl Fn(EventId) -> (Option<i64>, Option<i64>),
        horizon: i64,
    ) -> Times<'m, 'p> {
        let count = may.nodes.len();
        let anytime = Instant { base: None, shifts: vec![Duration::Ticks(0)], lower: None, upper: None };
        let far = Instant { base: None, shifts: Vec::new(), lower: Some(i64::MAX >> 3), upper: Some(i64::MAX >> 3) };
        let mut times = Times {
            may,
            instants: vec![anytime, far],
            interned: HashMap::new(),
            ties: may.instances.iter().map(|_| Ties::default()).collect(),
            fires: vec![Vec::new(); may.instances.len()],
            writes: vec![Vec::new(); count],
            manners: vec![QuickMap::default(); count],
            starts: may.nodes.iter().map(|node| vec![Vec::new(); node.values.len()]).collect(),
            days: vec![Days::default(); count],
            earliest: may.nodes.iter().map(|node| vec![i64::MAX; node.values.len()]).collect(),
            makers: vec![Vec::new(); count],
            told_by: vec![Vec::new(); count],
            literals: Vec::new(),
            horizon,
            most: MOST_INSTANTS,
        };
        times.literals = (0..may.rules() + may.program.definitions.len()).map(|item| times.literals_of(item)).collect();
        for (id, node) in may.nodes.iter().enumerate() {
            times.earliest[id][..node.initial].fill(i64::MIN);
            for value in &node.values {
                if let Kinded::Tick(tick) = value.kinded() {
                    let instant = times.certain(tick);
                    insert(&mut times.days[id].set, instant);
                }
            }
        }
        let fluents = may.program.fluents.len();
        for (event, happenings) in narrative {
            times.most += 1;
            let instant = times.of_event(event, bounds(event));
            for happening in happenings {
                let (pred, args, value) = match happening {
                    Happening::Action(action, args) => (fluents + action.index(), args, Some(Value::TRUE)),
                    Happening::FactBegins(fluent, args, value) => (fluent.index(), args, Some(*value)),
                    Happening::FactEnds(fluent, args, _) => (fluent.index(), args, None),
                };
                let Some(node) = may.node(pred, args) else { continue };
                times.told_by[node as usize].push(event);
                match value.and_then(|value| may.nodes[node as usize].values.iter().position(|it| *it == value)) {
                    Some(place) => times.start(node, place, Manner::Start(place), &[instant]),
                    None => times.write(node, Manner::Other, instant),
                };
            }
        }
        times.tie();
        times.settle();
        times
    }

    /// The instant of a certain day.
    pub(crate) fn certain(&mut self, tick: i64) -> InstantId {
        self.intern(Instant { base: None, shifts: Vec::new(), lower: Some(tick), upper: Some(tick) })
    }

    /// Whether its day is the same in every chronology.
    pub(crate) fn is_certain(&self, id: InstantId) -> bool {
        id != ANYTIME && self.instants[id as usize].base.is_none()
    }

    fn of_event(&mut self, event: EventId, (lower, upper): (Option<i64>, Option<i64>)) -> InstantId {
        match (lower, upper) {
            (Some(first), Some(last)) if first == last => self.certain(first),
            _ => self.intern(Instant { base: Some(event), shifts: Vec::new(), lower, upper }),
        }
    }

    fn intern(&mut self, instant: Instant) -> InstantId {
        let shifts = instant.shifts.iter().map(|by| Value::duration(*by)).collect();
        let key = (instant.base, shifts, instant.lower.filter(|_| instant.base.is_none()));
        if let Some(id) = self.interned.get(&key) {
            return *id;
        }
        if self.instants.len() >= self.most {
            return ANYTIME;
        }
        let id = self.instants.len() as InstantId;
        self.instants.push(instant);
        self.interned.insert(key, id);
        id
    }

    /// The instant some time after another.
    fn shifted(&mut self, id: InstantId, by: Duration) -> InstantId {
        let clock = self.may.program.clock;
        let by = match by {
            Duration::Years(n) => Duration::Months(n.saturating_mul(12)),
            other => other,
        };
        if id == ANYTIME || (matches!(by, Duration::Months(_)) && clock != Clock::Days) {
            return ANYTIME;
        }
        if id == FAR {
            return FAR;
        }
        let from = &self.instants[id as usize];
        let moved = |tick: Option<i64>| tick.map(|tick| later(tick, by));
        let (lower, upper) = (moved(from.lower), moved(from.upper));
        if lower.is_some_and(|tick| tick > self.horizon.saturating_add(BEYOND)) {
            return FAR;
        }
        if from.base.is_none() {
            return lower.map_or(ANYTIME, |tick| self.certain(tick));
        }
        let mut shifts = from.shifts.clone();
        match (shifts.last_mut(), by) {
            (Some(Duration::Ticks(before)), Duration::Ticks(n)) => *before = before.saturating_add(n),
            _ => shifts.push(by),
        }
        if shifts.last() == Some(&Duration::Ticks(0)) {
            shifts.pop();
        }
        if shifts.len() > MOST_SHIFTS {
            return ANYTIME;
        }
        let base = from.base;
        self.intern(Instant { base, shifts, lower, upper })
    }

    fn all_shifted(&mut self, ids: &[InstantId], by: Duration) -> Vec<InstantId> {
        let mut all: Vec<InstantId> = ids.iter().map(|id| self.shifted(*id, by)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Notes that a node may be started with a value; says whether that is new.
    fn start(&mut self, node: NodeId, value: usize, manner: Manner, at: &[InstantId]) -> bool {
        let mut new = false;
        for id in at {
            new |= self.write(node, manner, *id);
            insert(&mut self.starts[node as usize][value], *id);
            let lower = self.instants[*id as usize].lower.unwrap_or(i64::MIN);
            let earliest = &mut self.earliest[node as usize][value];
            new |= lower < *earliest;
            *earliest = lower.min(*earliest);
        }
        new
    }

    /// Notes that a node may be changed; says whether that is new.
    fn write(&mut self, node: NodeId, manner: Manner, at: InstantId) -> bool {
        let vague = matches!(manner, Manner::Start(place) if self.may.nodes[node as usize].values[place] == SOME);
        let manner = if vague { Manner::Other } else { manner };
        let known = self.manners[node as usize].entry(at).or_insert(manner);
        if *known != manner {
            *known = Manner::Other;
        }
        insert(&mut self.writes[node as usize], at)
    }

    /// What each instance reads and changes.
    fn tie(&mut self) {
        let may = self.may;
        let program = may.program;
        let mut makers: Vec<Vec<&Rule>> = vec![Vec::new(); program.actions.len()];
        for (rule, effect) in program.rules.iter().flat_map(|rule| rule.effects.iter().map(move |it| (rule, it))) {
            if let Effect::Happen(made) = effect {
                makers[made.action.index()].push(rule);
            }
        }
        let needed: Vec<Vec<&[EventPattern]>> = program.rules.iter().map(|rule| needed(rule, &makers)).collect();
        for (at, instance) in may.instances.iter().enumerate() {
            let vars = may.vars(instance.item);
            let bindings = &instance.bindings;
            let mut ties = Ties::default();
            may.reads(may.conditions(instance.item), vars, bindings, &mut ties.reads);
            ties.met = self.met(instance.item, bindings);
            let start = |ties: &mut Ties, pred: usize, args: &[Value], value: Value| {
                let Some(node) = may.node(pred, args) else { return };
                if let Some(place) = may.nodes[node as usize].values.iter().position(|it| *it == value) {
                    ties.starts.push((node, place, Manner::Start(place)));
                }
            };
            if let Some(rule) = program.rules.get(instance.item) {
                for trigger in &rule.triggers {
                    match trigger {
                        Trigger::After { given, time, .. } => {
                            may.reads(given, vars, bindings, &mut ties.given);
                            may.reads_of_expr(time, vars, bindings, &mut ties.given);
                        }
                        Trigger::HasHeld { time, .. } => may.reads_of_expr(time, vars, bindings, &mut ties.given),
                        _ => {}
                    }
                }
                let events = |patterns: &[EventPattern], nodes: &mut Vec<NodeId>| {
                    for pattern in patterns {
                        let pred = program.fluents.len() + pattern.action.index();
                        may.matching(pred, &pattern.args, bindings, nodes);
                    }
                };
                events(&rule.unless, &mut ties.unless);
                ties.with.resize(needed[instance.item].len(), Vec::new());
                needed[instance.item].iter().zip(&mut ties.with).for_each(|(list, nodes)| events(list, nodes));
                for effect in &rule.effects {
                    match effect {
                        Effect::Initiate { fluent, args, value } => {
                            may.reads_of_expr(value, vars, bindings, &mut ties.reads);
                            start(&mut ties, fluent.index(), &filled(args, bindings), value_of(value, bindings));
                        }
                        Effect::Increase { fluent, args, by } => {
                            may.reads_of_expr(by, vars, bindings, &mut ties.reads);
                            start(&mut ties, fluent.index(), &filled(args, bindings), SOME);
                            ties.starts.iter_mut().next_back().into_iter().for_each(|it| it.2 = Manner::Increase);
                        }
                        Effect::Terminate { pattern } => {
                            may.matching(pattern.fluent.index(), &pattern.args, bindings, &mut ties.ends);
                        }
                        Effect::Happen(it) => {
                            let pred = program.fluents.len() + it.action.index();
                            start(&mut ties, pred, &filled(&it.args, bindings), Value::TRUE);
                        }
                    }
                }
            } else {
                let definition = &program.definitions[instance.item - program.rules.len()];
                may.reads_of_expr(&definition.value, vars, bindings, &mut ties.reads);
                let args = filled(&definition.args, bindings);
                start(&mut ties, definition.fluent.index(), &args, value_of(&definition.value, bindings));
            }
            for list in [&mut ties.reads, &mut ties.given, &mut ties.unless, &mut ties.ends] {
                list.sort_unstable();
                list.dedup();
            }
            for node in ties.starts.iter().map(|(node, _, _)| node).chain(&ties.ends) {
                self.makers[*node as usize].push(at as u32);
            }
            self.ties[at] = ties;
        }
        for makers in &mut self.makers {
            makers.dedup();
        }
    }

    fn met(&self, item: usize, bindings: &[Value]) -> Option<Vec<Vec<(NodeId, usize)>>> {
        let may = self.may;
        let mut all = Vec::new();
        for way in ways(may.conditions(item)) {
            let mut left: Vec<usize> = (0..way.literals.len()).collect();
            let mut open = bindings.to_vec();
            may.join(&way.literals, &mut left, may.vars(item), &mut open, &mut Vec::new(), &mut |_, met| {
                if all.len() <= MOST_FILLINGS {
                    all.push(met.to_vec());
                }
            });
        }
        (all.len() <= MOST_FILLINGS).then_some(all)
    }

    /// The first day on which an instance's positive conditions may be met.
    fn may_be_met(&self, instance: usize) -> i64 {
        let Some(met) = &self.ties[instance].met else { return i64::MIN };
        let first = |way: &Vec<(NodeId, usize)>| {
            way.iter().map(|(node, value)| self.earliest[*node as usize][*value]).max().unwrap_or(i64::MIN)
        };
        met.iter().map(first).min().unwrap_or(i64::MAX)
    }

    /// Follows firings until there are no new ones.
    fn settle(&mut self) {
        let may = self.may;
        let mut users: Vec<Vec<u32>> = vec![Vec::new(); may.nodes.len()];
        for (at, instance) in may.instances.iter().enumerate() {
            let ties = &self.ties[at];
            let triggers = instance.triggers.iter().flat_map(|(_, nodes)| nodes);
            for node in ties.reads.iter().chain(&ties.given).chain(triggers).chain(ties.with.iter().flatten()) {
                if users[*node as usize].last() != Some(&(at as u32)) {
                    users[*node as usize].push(at as u32);
                }
            }
        }
        let mut waiting = vec![true; may.instances.len()];
        let mut queue: std::collections::VecDeque<u32> = (0..may.instances.len() as u32).collect();
        let mut changed: Vec<NodeId> = Vec::new();
        for node in 0..may.nodes.len() as NodeId {
            self.run_out(node, &mut changed);
        }
        changed.clear();
        while let Some(at) = queue.pop_front() {
            waiting[at as usize] = false;
            self.step(at as usize, &mut changed);
            while let Some(node) = changed.pop() {
                self.run_out(node, &mut changed);
                for user in &users[node as usize] {
                    if !std::mem::replace(&mut waiting[*user as usize], true) {
                        queue.push_back(*user);
                    }
                }
            }
        }
    }

    fn step(&mut self, at: usize, changed: &mut Vec<NodeId>) {
        let may = self.may;
        let first = self.may_be_met(at);
        if first == i64::MAX {
            return;
        }
        let instance = &may.instances[at];
        let ties = std::mem::take(&mut self.ties[at]);
        match may.program.rules.get(instance.item) {
            Some(rule) => {
                let mut new = Vec::new();
                for (index, nodes) in &instance.triggers {
                    for id in self.instants_of(&rule.triggers[*index], nodes, &instance.bindings) {
                        let it = &self.instants[id as usize];
                        let in_time = it.upper.is_none_or(|upper| first <= upper);
                        let comes = in_time && it.lower.is_none_or(|lower| lower <= self.horizon);
                        if comes && ties.with.iter().all(|nodes| self.may_meet(id, nodes)) {
                            new.push(id);
                        }
                    }
                }
                let most = MOST_FIRINGS + self.most - MOST_INSTANTS;
                for id in new {
                    let id = if self.fires[at].len() < most { id } else { ANYTIME };
                    insert(&mut self.fires[at], id);
                }
                let fires = self.fires[at].clone();
                if !fires.is_empty() {
                    for (node, value, manner) in &ties.starts {
                        if self.start(*node, *value, *manner, &fires) {
                            changed.push(*node);
                        }
                    }
                    for node in &ties.ends {
                        let mut new = false;
                        for id in &fires {
                            new |= self.write(*node, Manner::Other, *id);
                        }
                        if new {
                            changed.push(*node);
                        }
                    }
                    for effect in &rule.effects {
                        let (fluent, args, expr) = match effect {
                            Effect::Initiate { fluent, args, value } => (fluent, args, value),
                            Effect::Increase { fluent, args, by } => (fluent, args, by),
                            _ => continue,
                        };
                        let days = self.days_of(expr, instance.item, &instance.bindings, &fires);
                        let Some(node) = may.node(fluent.index(), &filled(args, &instance.bindings)) else { continue };
                        self.note_days(node, &days, changed);
                    }
                }
            }
            None => {
                let definition = &may.program.definitions[instance.item - may.rules()];
                let all = self.changes_of(&ties.reads);
                let days = self.days_of(&definition.value, instance.item, &instance.bindings, &[]);
                for (node, value, _) in &ties.starts {
                    let mut new = false;
                    for id in &all {
                        new |= insert(&mut self.writes[*node as usize], *id);
                    }
                    let earliest = &mut self.earliest[*node as usize][*value];
                    new |= first < *earliest;
                    *earliest = first.min(*earliest);
                    if new {
                        changed.push(*node);
                    }
                    self.note_days(*node, &days, changed);
                }
            }
        }
        self.ties[at] = ties;
    }

    /// Whether one of these events may happen on the day of an instant.
    fn may_meet(&self, id: InstantId, events: &[NodeId]) -> bool {
        let by = |first: Option<i64>, last: Option<i64>| first.zip(last).is_none_or(|(first, last)| first <= last);
        let it = &self.instants[id as usize];
        let meets = |other: &InstantId| {
            let other = &self.instants[*other as usize];
            by(it.lower, other.upper) && by(other.lower, it.upper)
        };
        events.iter().any(|node| self.writes[*node as usize].iter().any(meets))
    }

    fn note_days(&mut self, node: NodeId, days: &Days, changed: &mut Vec<NodeId>) {
        let known = &mut self.days[node as usize];
        let mut new = days.unknown && !known.unknown;
        known.unknown |= days.unknown;
        for id in &days.set {
            new |= insert(&mut known.set, *id);
        }
        if new {
            changed.push(node);
        }
    }

    /// The deadlines of a node's values.
    fn run_out(&mut self, node: NodeId, changed: &mut Vec<NodeId>) {
        let program = self.may.program;
        let it = &self.may.nodes[node as usize];
        let Some(fluent) = program.fluents.get(it.pred) else { return };
        for deadline in &fluent.deadlines {
            let from = self.starts_with(node, deadline.from);
            let due = self.all_shifted(&from, deadline.after);
            let due: Vec<InstantId> = due
                .into_iter()
                .filter(|id| self.instants[*id as usize].lower.is_none_or(|lower| lower <= self.horizon))
                .collect();
            let place = deadline.to.and_then(|to| it.values.iter().position(|value| *value == to));
            let new = match place {
                Some(place) => self.start(node, place, Manner::Start(place), &due),
                None => due.iter().fold(false, |new, id| self.write(node, Manner::Other, *id) | new),
            };
            if new {
                changed.push(node);
            }
        }
    }

    /// When a trigger may set something off.
    fn instants_of(&mut self, trigger: &Trigger, nodes: &[NodeId], bindings: &[Value]) -> Vec<InstantId> {
        let union = |lists: &[Vec<InstantId>]| {
            let mut all: Vec<InstantId> = nodes.iter().flat_map(|node| lists[*node as usize].iter().copied()).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        match trigger {
            Trigger::Happens(_) | Trigger::Ends(_) => union(&self.writes),
            Trigger::Begins(pattern) | Trigger::Initiated(pattern) => self.begins(nodes, pattern.value, bindings),
            Trigger::HasHeld { pattern, time, .. } => {
                let from = self.begins(nodes, pattern.value, bindings);
                self.timed(&from, time, bindings)
            }
            Trigger::After { time, trigger, .. } => {
                let from = self.instants_of(trigger, nodes, bindings);
                self.timed(&from, time, bindings)
            }
            Trigger::Comes(pattern) => {
                if let Kinded::Tick(tick) = term_of(pattern.value, bindings).kinded() {
                    return vec![self.certain(tick)];
                }
                let mut all = Vec::new();
                for node in nodes {
                    let days = &self.days[*node as usize];
                    all.extend(&days.set);
                    all.extend(days.unknown.then_some(ANYTIME));
                }
                all.sort_unstable();
                all.dedup();
                all
            }
        }
    }

    /// The instants at which a node may be started with a value, or with one that may turn out to be it.
    fn starts_with(&self, node: NodeId, wanted: Value) -> Vec<InstantId> {
        let values = self.may.nodes[node as usize].values.iter();
        let suits = |value: &Value| *value == wanted || !plain(wanted) || *value == SOME;
        let starts = values.zip(&self.starts[node as usize]).filter(|(value, _)| suits(value));
        let mut all: Vec<InstantId> = starts.flat_map(|(_, starts)| starts.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The instants at which one of these nodes may begin to have a value.
    fn begins(&self, nodes: &[NodeId], value: servanda_model::Term, bindings: &[Value]) -> Vec<InstantId> {
        let wanted = term_of(value, bindings);
        let of = |node: &NodeId| match self.is_derived(*node) {
            true => self.writes[*node as usize].clone(),
            false => self.starts_with(*node, wanted),
        };
        let mut all: Vec<InstantId> = nodes.iter().flat_map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Instants some time after others.
    fn timed(&mut self, from: &[InstantId], time: &Expr, bindings: &[Value]) -> Vec<InstantId> {
        let Some(lengths) = self.lengths(time, bindings) else {
            return if from.is_empty() { Vec::new() } else { vec![ANYTIME] };
        };
        let mut all = Vec::new();
        for by in lengths {
            all.extend(self.all_shifted(from, by));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The lengths of time an expression may be, if that is plain to see.
    fn lengths(&self, time: &Expr, bindings: &[Value]) -> Option<Vec<Duration>> {
        let length = |value: Value| match value.kinded() {
            _ if !plain(value) => None,
            Kinded::Duration(duration) => Some(duration),
            Kinded::Number(number) if number.scale == 0 => i32::try_from(number.mantissa).ok().map(Duration::Ticks),
            _ => None,
        };
        if let Expr::Fluent(fluent, args) = time {
            let mut nodes = Vec::new();
            self.may.matching(fluent.index(), args, bindings, &mut nodes);
            let values = nodes.iter().flat_map(|node| self.may.nodes[*node as usize].values.iter());
            return values.map(|value| length(*value)).collect();
        }
        length(value_of(time, bindings)).map(|length| vec![length])
    }

    /// The instants at which any of these nodes may change.
    pub(crate) fn changes_of(&self, nodes: &[NodeId]) -> Vec<InstantId> {
        let mut all: Vec<InstantId> =
            nodes.iter().flat_map(|node| self.writes[*node as usize].iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// All literals of an item, those within other conditions included.
    fn literals_of(&self, item: usize) -> Vec<Literal<'p>> {
        let program = self.may.program;
        let mut all: Vec<Literal<'p>> = Vec::new();
        if let Some(rule) = program.rules.get(item) {
            for trigger in &rule.triggers {
                all.push(literal_of(program, innermost(trigger)));
                if let Trigger::After { given, .. } = trigger {
                    literals_within(given, &mut all);
                }
            }
        }
        literals_within(self.may.conditions(item), &mut all);
        all
    }

    /// Whether a node is a derived fluent's.
    pub(crate) fn is_derived(&self, node: NodeId) -> bool {
        let pred = self.may.nodes[node as usize].pred;
        self.may.program.fluents.get(pred).is_some_and(|fluent| fluent.mode == Mode::Derived)
    }
}

/// Events one of each list of which happens whenever a rule fires: where it waits for something not to happen that is
/// made to happen whenever the rule is set off, unless one of these happens.
fn needed<'p>(rule: &Rule, makers: &[Vec<&'p Rule>]) -> Vec<&'p [EventPattern]> {
    let same = |one: &Var, other: &Var| one.name == other.name && one.hole == other.hole;
    let is_set_off_with = |other: &&&'p Rule| {
        rule.triggers.iter().all(|trigger| other.triggers.contains(trigger))
            && other.conditions.iter().all(|condition| rule.conditions.contains(condition))
            && other.vars.len() == rule.vars.len()
            && other.vars.iter().zip(&rule.vars).all(|(one, other)| same(one, other))
    };
    let makes = |other: &Rule, awaited: &EventPattern| {
        other.effects.iter().any(|effect| matches!(effect, Effect::Happen(made) if made == awaited))
    };
    let of = |awaited: &'_ EventPattern| {
        let others = makers[awaited.action.index()].iter().filter(|other| makes(other, awaited));
        others.filter(is_set_off_with).map(|other| other.unless.as_slice()).collect::<Vec<_>>()
    };
    rule.unless.iter().flat_map(of).collect()
}

/// Adds to a sorted list; says whether it is new.
pub(crate) fn insert(list: &mut Vec<InstantId>, id: InstantId) -> bool {
    match list.binary_search(&id) {
        Ok(_) => false,
        Err(at) => {
            list.insert(at, id);
            true
        }
    }
}

/// A tick some time later.
pub(crate) fn later(tick: i64, by: Duration) -> i64 {
    match by {
        Duration::Ticks(n) => tick.saturating_add(i64::from(n)),
        Duration::Months(n) => Day(tick).add_months(i64::from(n)).0,
        Duration::Years(n) => Day(tick).add_months(i64::from(n) * 12).0,
    }
}

fn negated(by: Duration) -> Duration {
    match by {
        Duration::Ticks(n) => Duration::Ticks(n.saturating_neg()),
        Duration::Months(n) => Duration::Months(n.saturating_neg()),
        Duration::Years(n) => Duration::Years(n.saturating_neg()),
    }
}

fn literals_within<'p>(conditions: &'p [Condition], all: &mut Vec<Literal<'p>>) {
    each_condition(conditions, &mut |condition| {
        if let Condition::Holds(it) = condition {
            all.push(Literal { pred: it.fluent.index(), args: &it.args, value: it.value });
        }
    });
}

/// Visits conditions and those within them.
pub(crate) fn each_condition<'p>(conditions: &'p [Condition], visit: &mut dyn FnMut(&'p Condition)) {
    for condition in conditions {
        visit(condition);
        match condition {
            Condition::Not(list) => each_condition(list, visit),
            Condition::AnyOf(lists) => lists.iter().for_each(|list| each_condition(list, visit)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                each_condition_of(left, visit);
                each_condition_of(right, visit);
            }
            Condition::Let(_, expr) => each_condition_of(expr, visit),
            Condition::Holds(_) | Condition::IsKind(..) => {}
        }
    }
}

fn each_condition_of<'p>(expr: &'p Expr, visit: &mut dyn FnMut(&'p Condition)) {
    match expr {
        Expr::Arith(_, left, right) => {
            each_condition_of(left, visit);
            each_condition_of(right, visit);
        }
        Expr::Aggregate(it) => {
            each_condition(&it.over, visit);
            each_condition_of(&it.of, visit);
        }
        Expr::Value(_) | Expr::Var(_) | Expr::Now | Expr::Fluent(..) => {}
    }
}
