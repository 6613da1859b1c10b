//! Rules 3 and 23: maximal half-open intervals from the states on each tick.

use super::state::{Instance, State};
use servanda_model::Value;
use std::collections::BTreeMap;

/// A value and the interval over which an instance has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Span {
    /// The value.
    pub value: Value,
    /// The tick from which it has it; absent since the beginning of time.
    pub since: Option<i64>,
    /// The tick from which it no longer has it; absent when it still has it at the end.
    pub until: Option<i64>,
}

pub(crate) struct Timeline {
    /// The state on the tick before.
    last: State,
    spans: BTreeMap<Instance, Vec<Span>>,
}

impl Timeline {
    pub(crate) fn new(initial: &State) -> Timeline {
        let span = |value: &Value| Span { value: *value, since: None, until: None };
        let spans = initial.iter().map(|(instance, value)| (instance.clone(), vec![span(value)])).collect();
        Timeline { last: initial.clone(), spans }
    }

    /// Takes in the state after the last moment of a tick.
    pub(crate) fn tick(&mut self, tick: i64, state: &State) {
        for (instance, value) in &self.last {
            if state.get(instance) != Some(value) {
                let open = self.spans.get_mut(instance).and_then(|spans| spans.last_mut());
                open.expect("what held has an interval").until = Some(tick);
            }
        }
        for (instance, value) in state {
            if self.last.get(instance) != Some(value) {
                let span = Span { value: *value, since: Some(tick), until: None };
                self.spans.entry(instance.clone()).or_default().push(span);
            }
        }
        self.last = state.clone();
    }

    pub(crate) fn finish(self) -> BTreeMap<Instance, Vec<Span>> {
        self.spans
    }
}
