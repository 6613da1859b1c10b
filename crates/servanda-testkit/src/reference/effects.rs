//! Rule 15: effects at one moment on one inertial instance are taken together.

use super::World;
use super::state::{Change, Deed, Instance, Source, State};
use servanda_model::{Ties, Value};
use std::collections::{BTreeMap, BTreeSet};

/// An instance that was given two values, or both a value and its end, and what did that.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Contradiction {
    /// When; absent before the first moment.
    pub tick: Option<i64>,
    /// Of what.
    pub instance: Instance,
    /// What set the values; empty for a derived fluent.
    pub sources: BTreeSet<Source>,
}

/// What the effects come to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Outcome {
    /// The inertial part of the state after the moment.
    pub(crate) inertial: State,
    /// The instances on which the effects disagreed.
    pub(crate) contradicted: BTreeMap<Instance, BTreeSet<Source>>,
}

impl World<'_> {
    /// Every value that effects initiate, before ties are looked at: what `Initiated` sees and what arms deadlines.
    pub(crate) fn initiations<'a>(
        &self,
        before: &State,
        deeds: impl Iterator<Item = &'a Deed> + Clone,
    ) -> BTreeSet<(Instance, Value)> {
        let mut initiated = BTreeSet::new();
        for deed in deeds.clone() {
            match &deed.change {
                Change::Initiate(instance, value) => {
                    initiated.insert((instance.clone(), *value));
                }
                Change::Increase(instance, _) => {
                    let sum = self.increased(before, instance, deeds.clone());
                    initiated.extend(sum.map(|sum| (instance.clone(), sum)));
                }
                Change::End(..) => {}
            }
        }
        initiated
    }

    /// The value before (or 0) plus all increases, if nothing else happens to the instance.
    fn increased<'a>(&self, before: &State, i: &Instance, deeds: impl Iterator<Item = &'a Deed>) -> Option<Value> {
        let mut sum = before.get(i).copied().or(Value::integer(0))?;
        for deed in deeds.filter(|deed| concerns(&deed.change, i)) {
            match &deed.change {
                Change::Increase(_, by) => sum = self.ranges.sum(sum, *by)?,
                _ => return None,
            }
        }
        Some(sum)
    }

    /// The state that effects make of the state before, by the tie policy of each fluent.
    pub(crate) fn apply(&self, before: &State, deeds: &BTreeSet<Deed>) -> Outcome {
        let initiated = self.initiations(before, deeds.iter());
        let mut outcome = Outcome::default();
        let touched = deeds.iter().filter_map(|deed| match &deed.change {
            Change::Initiate(instance, _) | Change::Increase(instance, _) => Some(instance.clone()),
            Change::End(..) => None,
        });
        let held = before.keys().filter(|instance| !self.is_derived(instance.fluent)).cloned();
        for instance in touched.chain(held).collect::<BTreeSet<_>>() {
            let mine: Vec<&Deed> = deeds.iter().filter(|deed| concerns(&deed.change, &instance)).collect();
            let started: BTreeSet<Value> = initiated
                .range((instance.clone(), Value::TRUE)..)
                .take_while(|(i, _)| *i == instance)
                .map(|(_, v)| *v)
                .collect();
            match self.decide(&instance, before.get(&instance).copied(), &started, &mine) {
                Ok(Some(value)) => {
                    outcome.inertial.insert(instance, value);
                }
                Ok(None) => {}
                Err(()) => {
                    let sources = mine.iter().map(|deed| deed.source.clone()).collect();
                    outcome.contradicted.insert(instance, sources);
                }
            }
        }
        outcome
    }

    /// The value afterwards; an error is a contradiction.
    fn decide(
        &self,
        instance: &Instance,
        before: Option<Value>,
        started: &BTreeSet<Value>,
        deeds: &[&Deed],
    ) -> Result<Option<Value>, ()> {
        let is_increase = |deed: &&&Deed| matches!(deed.change, Change::Increase(..));
        let increases = deeds.iter().filter(is_increase).count();
        if increases > 0 && increases < deeds.len() {
            return Err(());
        }
        let explicitly_ended = |value: Value| deeds.iter().any(|deed| deed.change.ends_value(instance, value));
        let displaced = |value: Value| started.iter().any(|other| *other != value);
        let ended = |value: Value| explicitly_ended(value) || displaced(value);
        let kept = before.filter(|value| !ended(*value));
        match self.program.fluents[instance.fluent.index()].ties {
            Ties::Contradiction if started.len() > 1 || started.iter().any(|value| explicitly_ended(*value)) => Err(()),
            Ties::StartingWins if started.len() > 1 => Err(()),
            Ties::Contradiction | Ties::StartingWins => Ok(started.first().copied().or(kept)),
            Ties::EndingWins => Ok(started.iter().copied().find(|value| !ended(*value)).or(kept)),
        }
    }
}

/// Whether an effect is one on this instance. One that ends every match is an effect on all that could match.
fn concerns(change: &Change, instance: &Instance) -> bool {
    match change {
        Change::Initiate(i, _) | Change::Increase(i, _) => i == instance,
        Change::End(..) => change.ends(instance),
    }
}
