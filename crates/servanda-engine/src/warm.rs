//! Brings instances near before they are needed.
//!
//! Events of one moment look instances up one after another, and where there are very many instances each look-up waits
//! for memory. Doing the look-ups of all events at once first, with nothing in between, lets these waits overlap.

use servanda_model::Value;

use crate::compile::graph::NodeKind;
use crate::compile::ops::{Arg, Effect, Listener, Match, Op, Source};
use crate::hash;
use crate::moment::Events;
use crate::state::Table;

/// An instance that an event looks up: its fluent, and its arguments, variables being arguments of the event.
#[derive(Clone, Debug)]
pub(crate) struct Warm {
    fluent: u32,
    key: Box<[Arg]>,
}

/// What the events of a listener look up whatever they come to.
pub(crate) fn warms(listener: &Listener, kind: NodeKind, effects: &[Box<[Effect]>]) -> Box<[Warm]> {
    let mut all: Vec<Warm> = Vec::new();
    let mut add = |fluent: u32, key: &[Arg]| {
        let of_event = |arg: &Arg| match *arg {
            Arg::Value(value) => Some(Arg::Value(value)),
            Arg::Var(var) => {
                let is_it = |pattern: &Match| matches!(pattern, Match::Bind(bound, _) if *bound == var);
                listener.args.iter().position(is_it).map(|at| Arg::Var(at as u32))
            }
        };
        let Some(key) = key.iter().map(of_event).collect::<Option<Box<[Arg]>>>() else { return };
        let same = |a: &Arg, b: &Arg| match (a, b) {
            (Arg::Value(a), Arg::Value(b)) => a == b,
            (Arg::Var(a), Arg::Var(b)) => a == b,
            _ => false,
        };
        let is_there = |it: &Warm| it.fluent == fluent && it.key.iter().zip(&key).all(|(a, b)| same(a, b));
        if !all.iter().any(is_there) {
            all.push(Warm { fluent, key });
        }
    };
    if let Source::Happens(_) = listener.source {
        points(&listener.conditions.ops, &mut add);
        if let NodeKind::Fire(rule) = kind {
            for effect in &effects[rule as usize] {
                if let Effect::Initiate { fluent, key, .. }
                | Effect::Terminate { fluent, key, .. }
                | Effect::Increase { fluent, key, .. } = effect
                {
                    add(*fluent, key);
                }
            }
        }
    }
    all.into()
}

fn points(ops: &[Op], add: &mut impl FnMut(u32, &[Arg])) {
    for op in ops {
        match op {
            Op::Point { fluent, key, .. } => add(*fluent, key),
            Op::Not(plan) => points(&plan.ops, add),
            _ => {}
        }
    }
}

impl Warm {
    /// Looks these events' instances up, for nothing but that they are near afterwards.
    pub(crate) fn look(&self, tables: &[Table], events: &Events, ids: &[u32]) {
        let table = &tables[self.fluent as usize];
        if !table.is_far() {
            return;
        }
        let seen = ids.iter().fold(0, |seen, &id| {
            let args = events.args(id);
            let value = |arg: &Arg| match *arg {
                Arg::Value(value) => value,
                Arg::Var(at) => args[at as usize],
            };
            let key = self.key.iter().fold(hash::begin(), |hash, arg: &Arg| hash::mix(hash, value(arg)));
            seen ^ table.glance(key).map_or(0, Value::bits)
        });
        std::hint::black_box(seen);
    }
}
