//! Rules 12 to 17: what happens at one moment, and what it leads to.

use super::World;
use super::derived::Ambiguous;
use super::scene::Scene;
use super::state::{Change, Deed, Event, Filling, Instance, Source, State, difference};
use super::timers::Due;
use servanda_model::{Effect, FluentPattern, Happening, Kinded, Occurrence, Rule, RuleId, Term, Trigger, Value, Var};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that happens at a moment, and the state after it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Settled {
    pub(crate) events: BTreeSet<Event>,
    pub(crate) deeds: BTreeSet<Deed>,
    pub(crate) initiated: BTreeSet<(Instance, Value)>,
    pub(crate) after: State,
    pub(crate) contradicted: BTreeMap<Instance, BTreeSet<Source>>,
    /// Derived instances that are given several values in the state after.
    pub(crate) ambiguous: Ambiguous,
}

/// What a moment starts from.
pub(crate) struct Moment<'a> {
    pub(crate) tick: i64,
    pub(crate) step: u32,
    pub(crate) before: &'a State,
    pub(crate) occurrences: &'a [&'a Occurrence],
    pub(crate) due: &'a Due,
}

/// Nothing is being formed while a whole state is looked at.
pub(crate) fn no_instances() -> &'static BTreeSet<(Instance, Value)> {
    static NONE: BTreeSet<(Instance, Value)> = BTreeSet::new();
    &NONE
}

impl World<'_> {
    /// Rule 17: start from what is given, let the rules fire on what has been found so far, and begin again with what
    /// they did, until nothing changes. `checks.rs` has refused cycles, so what depends on nothing is right after the
    /// first round, what depends only on that after the second, and so on.
    pub(crate) fn settle(&self, moment: &Moment<'_>) -> Settled {
        let mut now = self.consequences(moment, BTreeSet::new(), BTreeSet::new(), &Settled::default());
        loop {
            let mut events = BTreeSet::new();
            let mut deeds = self.run_out(moment.due, moment.before, &now.deeds);
            for rule in &self.program.rules {
                for filling in self.firings(rule, moment, &now) {
                    self.perform(rule, &filling, moment, &mut events, &mut deeds);
                }
            }
            let next = self.consequences(moment, events, deeds, &now);
            if next == now {
                return now;
            }
            now = next;
        }
    }

    /// Rules 12, 15 and 16: the occurrences of the moment together with what rules and deadlines did, and the state after.
    fn consequences(
        &self,
        moment: &Moment<'_>,
        mut events: BTreeSet<Event>,
        mut deeds: BTreeSet<Deed>,
        last: &Settled,
    ) -> Settled {
        for occurrence in moment.occurrences {
            let stated = |change| Deed { source: Source::Narrative, change };
            match &occurrence.what {
                Happening::Action(action, args) => {
                    events.insert(Event { action: *action, args: args.clone() });
                }
                Happening::FactBegins(fluent, args, value) => {
                    let instance = Instance { fluent: *fluent, args: args.clone() };
                    deeds.insert(stated(Change::Initiate(instance, *value)));
                }
                Happening::FactEnds(fluent, args, value) => {
                    let args = args.iter().map(|arg| Some(*arg)).collect();
                    deeds.insert(stated(Change::End(*fluent, args, Some(*value))));
                }
            }
        }
        if deeds == last.deeds && !last.after.is_empty() {
            return Settled { events, ..last.clone() };
        }
        let outcome = self.apply(moment.before, &deeds);
        let (after, ambiguous) = self.with_derived(&outcome.inertial);
        let initiated = self.initiations(moment.before, deeds.iter());
        Settled { events, initiated, after, contradicted: outcome.contradicted, ambiguous, deeds }
    }

    /// Rule 13: the distinct fillings for which a rule fires.
    fn firings(&self, rule: &Rule, moment: &Moment<'_>, now: &Settled) -> BTreeSet<Filling> {
        let scene =
            Scene { world: self, state: moment.before, tick: moment.tick, vars: &rule.vars, forming: no_instances() };
        let mut fillings = BTreeSet::new();
        for place in 0..rule.triggers.len() {
            for start in self.matched(rule, place, moment, now) {
                fillings.extend(scene.fillings(&rule.conditions, &start));
            }
        }
        let prevented = |filling: &Filling| {
            rule.unless.iter().any(|p| now.events.iter().any(|event| scene.match_event(p, event, filling).is_some()))
        };
        fillings.into_iter().filter(|filling| !prevented(filling)).collect()
    }

    /// Rule 14: how a trigger is matched at the moment.
    fn matched(&self, rule: &Rule, place: usize, moment: &Moment<'_>, now: &Settled) -> Vec<Filling> {
        match &rule.triggers[place] {
            Trigger::HasHeld { .. } | Trigger::After { .. } => due_for(moment.due, rule.id, place),
            Trigger::Comes(pattern) if moment.step == 0 => self.come(&rule.vars, pattern, moment),
            Trigger::Comes(_) => Vec::new(),
            now_or_never => self.matched_at_once(&rule.vars, now_or_never, moment.before, now),
        }
    }

    /// Rule 14: the triggers that need nothing but this moment.
    pub(crate) fn matched_at_once(
        &self,
        vars: &[Var],
        trigger: &Trigger,
        before: &State,
        now: &Settled,
    ) -> Vec<Filling> {
        let scene = Scene { world: self, state: before, tick: 0, vars, forming: no_instances() };
        let nothing = Filling::new();
        let among = |pattern: &FluentPattern, instances: &BTreeSet<(Instance, Value)>| {
            instances.iter().filter_map(|(i, value)| scene.match_fluent(pattern, i, *value, &nothing)).collect()
        };
        match trigger {
            Trigger::Happens(pattern) => {
                now.events.iter().filter_map(|e| scene.match_event(pattern, e, &nothing)).collect()
            }
            Trigger::Initiated(pattern) => among(pattern, &now.initiated),
            Trigger::Begins(pattern) => among(pattern, &difference(&now.after, before)),
            Trigger::Ends(pattern) => among(pattern, &difference(before, &now.after)),
            _ => unreachable!("checks.rs refuses a timer within a timer"),
        }
    }

    /// `Comes`: the value before the moment is this tick.
    fn come(&self, vars: &[Var], pattern: &FluentPattern, moment: &Moment<'_>) -> Vec<Filling> {
        let scene = Scene { world: self, state: moment.before, tick: moment.tick, vars, forming: no_instances() };
        let today = |value: &Value| value.kinded() == Kinded::Tick(moment.tick);
        let instances = moment.before.iter().filter(|(_, value)| today(value));
        instances.filter_map(|(i, value)| scene.match_fluent(pattern, i, *value, &Filling::new())).collect()
    }

    /// Rule 13: the effects of a rule for one filling. An effect whose value is missing does not take place.
    fn perform(
        &self,
        rule: &Rule,
        filling: &Filling,
        moment: &Moment<'_>,
        events: &mut BTreeSet<Event>,
        deeds: &mut BTreeSet<Deed>,
    ) {
        let scene =
            Scene { world: self, state: moment.before, tick: moment.tick, vars: &rule.vars, forming: no_instances() };
        let all =
            |terms: &[Term]| terms.iter().map(|term| scene.filled(*term, filling)).collect::<Option<Vec<Value>>>();
        let instance = |fluent, terms: &[Term]| Some(Instance { fluent, args: all(terms)? });
        for (place, effect) in rule.effects.iter().enumerate() {
            let change = match effect {
                Effect::Initiate { fluent, args, value } => instance(*fluent, args)
                    .and_then(|instance| Some(Change::Initiate(instance, scene.value_of(value, filling)?))),
                Effect::Increase { fluent, args, by } => instance(*fluent, args)
                    .and_then(|instance| Some(Change::Increase(instance, scene.value_of(by, filling)?))),
                Effect::Terminate { pattern } => {
                    let args = pattern.args.iter().map(|term| scene.filled(*term, filling)).collect();
                    Some(Change::End(pattern.fluent, args, scene.filled(pattern.value, filling)))
                }
                Effect::Happen(pattern) => {
                    events.extend(all(&pattern.args).map(|args| Event { action: pattern.action, args }));
                    None
                }
            };
            let source = Source::Rule(rule.id, filling.clone(), place);
            deeds.extend(change.map(|change| Deed { source, change }));
        }
    }
}

fn due_for(due: &Due, rule: RuleId, place: usize) -> Vec<Filling> {
    due.rules.iter().filter(|(r, p, _)| *r == rule && *p == place).map(|(_, _, filling)| filling.clone()).collect()
}
