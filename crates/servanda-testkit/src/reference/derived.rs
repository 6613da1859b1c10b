//! Rule 7: derived fluents, from scratch in every state.

use super::World;
use super::scene::Scene;
use super::state::{Filling, Instance, State};
use servanda_model::{Definition, FluentId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Derived instances with the several values that definitions give them; they have none of these.
pub(crate) type Ambiguous = BTreeMap<Instance, BTreeSet<Value>>;

impl World<'_> {
    /// The state that these inertial values make, and the derived instances that were given several values in
    /// it, with those.
    pub(crate) fn with_derived(&self, inertial: &State) -> (State, Ambiguous) {
        let mut state = inertial.clone();
        let mut ambiguous = Ambiguous::new();
        for stratum in &self.strata {
            let mut values: BTreeMap<Instance, BTreeSet<Value>> = BTreeMap::new();
            for (instance, value) in self.least_fixed_point(stratum, &state) {
                values.entry(instance).or_default().insert(value);
            }
            for (instance, values) in values {
                if values.len() > 1 {
                    ambiguous.insert(instance, values);
                } else {
                    state.insert(instance, *values.first().expect("an entry has a value"));
                }
            }
        }
        (state, ambiguous)
    }

    /// Everything that the definitions of mutually recursive fluents give, starting from nothing.
    fn least_fixed_point(&self, stratum: &BTreeSet<FluentId>, state: &State) -> BTreeSet<(Instance, Value)> {
        let mut forming = BTreeSet::new();
        loop {
            let mut next = BTreeSet::new();
            for definition in self.program.definitions.iter().filter(|d| stratum.contains(&d.fluent)) {
                next.extend(self.given_by(definition, state, &forming));
            }
            if next == forming {
                return forming;
            }
            forming = next;
        }
    }

    fn given_by(&self, d: &Definition, state: &State, forming: &BTreeSet<(Instance, Value)>) -> Vec<(Instance, Value)> {
        // checks.rs refuses definitions that mention the tick, so any will do.
        let scene = Scene { world: self, state, tick: 0, vars: &d.vars, forming };
        let head = |filling: &Filling| {
            let args = d.args.iter().map(|term| scene.filled(*term, filling)).collect::<Option<Vec<_>>>()?;
            Some((Instance { fluent: d.fluent, args }, scene.value_of(&d.value, filling)?))
        };
        scene.fillings(&d.conditions, &Filling::new()).iter().filter_map(head).collect()
    }
}
