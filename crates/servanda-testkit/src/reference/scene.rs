//! Rule 8: what fills a list of conditions in one state.

use super::World;
use super::numbers::Verdict;
use super::scope::{Vars, binds, choices, is_ready, surely_binds};
use super::state::{Filling, Instance, State, instances_of};
use servanda_model::{Condition, EventPattern, FluentPattern, Term, Value, Var};
use std::collections::BTreeSet;

/// One state at one tick, seen by one rule or definition.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) state: &'a State,
    pub(crate) tick: i64,
    pub(crate) vars: &'a [Var],
    /// Derived instances of the stratum that is being formed, and so not yet part of the state (rule 7).
    pub(crate) forming: &'a BTreeSet<(Instance, Value)>,
}

impl Scene<'_> {
    /// Rule 8: every way of extending `start` so that all conditions hold.
    pub(crate) fn fillings(&self, list: &[Condition], start: &Filling) -> BTreeSet<Filling> {
        let started: Vars = start.keys().copied().collect();
        let kept = &started | &surely_binds(list);
        let mut found = BTreeSet::new();
        for choice in choices(list) {
            let bindable = &started | &binds(&choice);
            self.extend(choice, start, &bindable, &mut found);
        }
        // What only one alternative binds belongs to that alternative.
        found.into_iter().map(|filling| filling.into_iter().filter(|(var, _)| kept.contains(var)).collect()).collect()
    }

    fn extend(&self, mut left: Vec<&Condition>, filling: &Filling, bindable: &Vars, found: &mut BTreeSet<Filling>) {
        if left.is_empty() {
            found.insert(filling.clone());
            return;
        }
        let bound: Vars = filling.keys().copied().collect();
        let next = left.iter().position(|condition| is_ready(condition, &bound, bindable));
        let condition = left.remove(next.expect("checks.rs refused lists that cannot be ordered"));
        for longer in self.satisfy(condition, filling) {
            self.extend(left.clone(), &longer, bindable, found);
        }
    }

    /// The extensions of a filling by which one condition holds.
    fn satisfy(&self, condition: &Condition, filling: &Filling) -> Vec<Filling> {
        let when = |holds: bool| if holds { vec![filling.clone()] } else { Vec::new() };
        match condition {
            Condition::Holds(pattern) => self.holding(pattern, filling),
            Condition::Not(list) => when(self.fillings(list, filling).is_empty()),
            Condition::AnyOf(_) => unreachable!("choices() leaves none"),
            Condition::Compare { left, op, right } => when(self.verdict(left, *op, right, filling) == Verdict::Holds),
            Condition::Undecided { left, op, right } => {
                when(self.verdict(left, *op, right, filling) == Verdict::Undecided)
            }
            Condition::IsKind(term, kind) => {
                let entity = self.filled(*term, filling).and_then(Value::as_entity);
                when(entity.is_some_and(|entity| self.world.program.is_of_kind(entity, *kind)))
            }
            Condition::Let(var, expr) => {
                let mut longer = filling.clone();
                let value = self.value_of(expr, filling);
                let bound = value.is_some_and(|value| self.bind(Term::Var(*var), value, &mut longer));
                if bound { vec![longer] } else { Vec::new() }
            }
        }
    }

    fn holding(&self, pattern: &FluentPattern, filling: &Filling) -> Vec<Filling> {
        let fits = |instance: &Instance, value| self.match_fluent(pattern, instance, value, filling);
        let forming = self.forming.iter().filter_map(|(instance, value)| fits(instance, *value));
        // A pattern without open arguments is looked up; everything else is tried against every instance.
        if let Some(args) = pattern.args.iter().map(|term| self.filled(*term, filling)).collect() {
            let instance = Instance { fluent: pattern.fluent, args };
            let value = self.state.get(&instance);
            return value.and_then(|value| fits(&instance, *value)).into_iter().chain(forming).collect();
        }
        instances_of(self.state, pattern.fluent).filter_map(|(i, value)| fits(i, value)).chain(forming).collect()
    }

    /// The filling made longer so that the pattern is this instance with this value.
    pub(crate) fn match_fluent(
        &self,
        p: &FluentPattern,
        instance: &Instance,
        value: Value,
        filling: &Filling,
    ) -> Option<Filling> {
        if p.fluent != instance.fluent {
            return None;
        }
        let mut longer = filling.clone();
        let fits = self.bind_all(&p.args, &instance.args, &mut longer) && self.bind(p.value, value, &mut longer);
        fits.then_some(longer)
    }

    /// The filling made longer so that the pattern is this event.
    pub(crate) fn match_event(&self, p: &EventPattern, event: &super::Event, filling: &Filling) -> Option<Filling> {
        let mut longer = filling.clone();
        (p.action == event.action && self.bind_all(&p.args, &event.args, &mut longer)).then_some(longer)
    }

    fn bind_all(&self, terms: &[Term], values: &[Value], filling: &mut Filling) -> bool {
        terms.len() == values.len() && terms.iter().zip(values).all(|(term, value)| self.bind(*term, *value, filling))
    }

    /// Rule 8: a variable is bound at its first use and compared afterwards; its kind restricts what it may be.
    pub(crate) fn bind(&self, term: Term, value: Value, filling: &mut Filling) -> bool {
        match term {
            Term::Any => true,
            Term::Value(wanted) => wanted == value,
            Term::Var(var) => match filling.get(&var) {
                Some(bound) => *bound == value,
                None if self.admits(var, value) => {
                    filling.insert(var, value);
                    true
                }
                None => false,
            },
        }
    }

    /// The value of a term that is no longer open.
    pub(crate) fn filled(&self, term: Term, filling: &Filling) -> Option<Value> {
        match term {
            Term::Value(value) => Some(value),
            Term::Var(var) => filling.get(&var).copied(),
            Term::Any => None,
        }
    }
}
