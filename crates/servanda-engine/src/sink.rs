//! Where results go as they become known.

use servanda_model::{ActionId, FluentId, Value};

use crate::record::StepId;
use crate::state::BEGINNING;

/// An interval of the timeline.
#[derive(Clone, Copy, Debug)]
pub struct Closed<'a> {
    /// Which fluent.
    pub fluent: FluentId,
    /// Its arguments.
    pub args: &'a [Value],
    /// The value it had.
    pub value: Value,
    /// The tick from which it had it; absent when since the beginning of time.
    pub since: Option<i64>,
    /// The tick from which it no longer had it; absent when it still has.
    pub until: Option<i64>,
    /// With derivations: the step that began it.
    pub begun_by: Option<StepId>,
    /// With derivations: the step that ended it.
    pub ended_by: Option<StepId>,
}

impl<'a> Closed<'a> {
    pub(crate) fn new(
        fluent: u32,
        args: &'a [Value],
        value: Value,
        (since, until): (i64, Option<i64>),
        (begun, ended): (u32, u32),
    ) -> Closed<'a> {
        Closed {
            fluent: FluentId(fluent),
            args,
            value,
            since: (since != BEGINNING).then_some(since),
            until,
            begun_by: StepId::some(begun),
            ended_by: StepId::some(ended),
        }
    }
}

/// Effects, or definitions, that give one instance two values, or start and end one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Contradiction {
    /// When; absent for the state at the beginning of time.
    pub tick: Option<i64>,
    /// Which fluent.
    pub fluent: FluentId,
    /// Its arguments.
    pub args: Vec<Value>,
    /// The values that were set, in order.
    pub values: Vec<Value>,
    /// Whether an effect also ended the value that another set, or an increase met another effect.
    pub with_other_effects: bool,
    /// With derivations: the steps that set or ended the values.
    pub steps: Vec<StepId>,
}

/// Takes results as they become known.
///
/// Within one tick the order of calls is unspecified; ticks come in order. Intervals that are open at the end come last,
/// in order of fluent and arguments.
pub trait Sink {
    /// An interval was closed, or is open at the end.
    fn interval(&mut self, interval: &Closed<'_>);

    /// A value began that is not followed further (see [`crate::Engine::forget`]); told as an open interval unless
    /// implemented.
    fn forgotten(&mut self, interval: &Closed<'_>) {
        self.interval(interval);
    }

    /// Two values met. Ignored unless implemented.
    fn contradiction(&mut self, contradiction: Contradiction) {
        let _ = contradiction;
    }

    /// A rule made an event happen. Ignored unless implemented.
    fn produced(&mut self, tick: i64, step: u32, action: ActionId, args: &[Value], by: Option<StepId>) {
        let _ = (tick, step, action, args, by);
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn interval(&mut self, interval: &Closed<'_>) {
        (**self).interval(interval);
    }

    fn forgotten(&mut self, interval: &Closed<'_>) {
        (**self).forgotten(interval);
    }

    fn contradiction(&mut self, contradiction: Contradiction) {
        (**self).contradiction(contradiction);
    }

    fn produced(&mut self, tick: i64, step: u32, action: ActionId, args: &[Value], by: Option<StepId>) {
        (**self).produced(tick, step, action, args, by);
    }
}
