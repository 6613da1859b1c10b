//! The whole timeline of a narrative, and questions about it.

use servanda_model::{ActionId, FluentId, Happening, Initial, NumberRange, Occurrence, Value};

use crate::amount::Doubt;
use crate::compile::Compiled;
use crate::engine::{PushError, check};
use crate::record::{Step, StepId};
use crate::sink::{Closed, Contradiction, Sink};
use crate::sweep::Sweep;

/// What is kept of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Record {
    /// Intervals only.
    #[default]
    Timeline,
    /// Also why each begins and ends.
    Derivations,
}

/// How far to go and what to keep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// The last tick that is looked at. Occurrences and timers beyond it are left out. Without it, timers run on after
    /// the last occurrence until none is due.
    pub until: Option<i64>,
    /// No timer beyond this tick is run in any case: rules may set each other off for ever.
    pub horizon: i64,
    /// What to keep.
    pub record: Record,
}

/// The time during which an instance had one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// The value.
    pub value: Value,
    /// The tick from which it held; absent when since the beginning of time.
    pub since: Option<i64>,
    /// The tick from which it no longer held; absent when it still does.
    pub until: Option<i64>,
    /// With derivations: the step that began it.
    pub begun_by: Option<StepId>,
    /// With derivations: the step that ended it.
    pub ended_by: Option<StepId>,
}

impl Interval {
    /// Whether the tick lies in it.
    #[must_use]
    pub fn contains(&self, tick: i64) -> bool {
        self.since.is_none_or(|since| since <= tick) && self.until.is_none_or(|until| tick < until)
    }
}

/// A fluent instance with all its intervals, in order of time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instance {
    /// Which fluent.
    pub fluent: FluentId,
    /// Its arguments.
    pub args: Box<[Value]>,
    /// When it had which value.
    pub intervals: Vec<Interval>,
}

/// An event that happened.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Happened {
    /// When.
    pub tick: i64,
    /// The step within the tick.
    pub step: u32,
    /// Which action.
    pub action: ActionId,
    /// Its holes, filled.
    pub args: Vec<Value>,
    /// A rule made it happen; otherwise it stands in the narrative.
    pub is_produced: bool,
    /// With derivations: the step that made it happen, for events that a rule produced.
    pub by: Option<StepId>,
}

/// What follows from a narrative.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Solution {
    /// Every instance that ever had a value, in order of fluent and arguments.
    pub instances: Vec<Instance>,
    /// Values that met, in order of time.
    pub contradictions: Vec<Contradiction>,
    /// All events, in order of time.
    pub events: Vec<Happened>,
    /// With derivations: every step, premises before what follows from them.
    pub steps: Vec<Step>,
    /// Bounds of the ranges that values refer to: those of the program first, then those that arithmetic made.
    pub ranges: Vec<NumberRange>,
    /// Occurrences that do not fit the program, by their place in the narrative, with the reason.
    pub rejected: Vec<(usize, PushError)>,
}

/// Works out the timeline of a narrative. Its order does not matter.
#[must_use]
pub fn solve(compiled: &Compiled, narrative: &[Occurrence], options: &Options) -> Solution {
    let start = Start { initial: &compiled.program.initial, ranges: &compiled.program.ranges };
    solve_doubting(compiled, start, narrative, options).0
}

/// What a program starts from, in place of what it says itself.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// As many facts of the start as it has, of the same fluents.
    pub initial: &'a [Initial],
    /// Its ranges, and behind them any others that values refer to.
    pub ranges: &'a [NumberRange],
}

/// As [`solve`], with the comparisons that rules and definitions need and that were undecided, so that what follows may
/// hang on a number left open.
#[must_use]
pub fn solve_doubting(
    compiled: &Compiled,
    start: Start<'_>,
    narrative: &[Occurrence],
    options: &Options,
) -> (Solution, Vec<Doubt>) {
    match options.record {
        Record::Timeline => run::<false>(compiled, start, narrative, options),
        Record::Derivations => run::<true>(compiled, start, narrative, options),
    }
}

fn run<const R: bool>(
    compiled: &Compiled,
    start: Start<'_>,
    narrative: &[Occurrence],
    options: &Options,
) -> (Solution, Vec<Doubt>) {
    let last = options.until.unwrap_or(i64::MAX);
    let mut order: Vec<&Occurrence> = Vec::new();
    let mut rejected = Vec::new();
    for (at, occurrence) in narrative.iter().enumerate() {
        match check(compiled, &occurrence.what) {
            Ok(()) if Value::tick(occurrence.tick).is_none() => rejected.push((at, PushError::TickOutOfRange)),
            Ok(()) if occurrence.tick <= last => order.push(occurrence),
            Ok(()) => {}
            Err(error) => rejected.push((at, error)),
        }
    }
    order.sort_unstable();
    let mut sweep = Sweep::<Collected, R>::from(compiled, start.initial, start.ranges, Collected::default());
    if !R {
        sweep.keep_totals();
    }
    for occurrence in order {
        sweep.advance(occurrence.tick, occurrence.step);
        sweep.occurrence(&occurrence.what, occurrence.tag);
        if let Happening::Action(action, args) = &occurrence.what {
            let Occurrence { tick, step, .. } = *occurrence;
            let args = args.clone();
            let event = Happened { tick, step, action: *action, args, is_produced: false, by: None };
            sweep.sink.events.push(event);
        }
    }
    sweep.run_timers(last.min(options.horizon));
    sweep.finish();
    let ranges = sweep.world.ranges.borrow().table().to_vec();
    let doubts = std::mem::take(&mut sweep.world.ranges.borrow_mut().doubts);
    let Collected { mut rows, mut contradictions, mut events } = sweep.sink;
    rows.sort_unstable_by(|a, b| (a.0, &a.1, a.2.since).cmp(&(b.0, &b.1, b.2.since)));
    contradictions.sort_unstable();
    events.sort_unstable();
    events.dedup();
    let steps = sweep.recorder.steps;
    (Solution { instances: grouped(rows), contradictions, events, steps, ranges, rejected }, doubts)
}

type Row = (FluentId, Box<[Value]>, Interval);

#[derive(Default)]
struct Collected {
    rows: Vec<Row>,
    contradictions: Vec<Contradiction>,
    events: Vec<Happened>,
}

impl Sink for Collected {
    fn interval(&mut self, closed: &Closed<'_>) {
        let Closed { fluent, args, value, since, until, begun_by, ended_by } = *closed;
        self.rows.push((fluent, args.into(), Interval { value, since, until, begun_by, ended_by }));
    }

    fn contradiction(&mut self, contradiction: Contradiction) {
        self.contradictions.push(contradiction);
    }

    fn produced(&mut self, tick: i64, step: u32, action: ActionId, args: &[Value], by: Option<StepId>) {
        self.events.push(Happened { tick, step, action, args: args.to_vec(), is_produced: true, by });
    }
}

/// Rows in order of instance and time, by instance.
fn grouped(rows: Vec<Row>) -> Vec<Instance> {
    let mut instances: Vec<Instance> = Vec::new();
    for (fluent, args, interval) in rows {
        match instances.last_mut() {
            Some(last) if last.fluent == fluent && last.args == args => last.intervals.push(interval),
            _ => instances.push(Instance { fluent, args, intervals: vec![interval] }),
        }
    }
    instances
}

impl Solution {
    /// One instance, if it ever had a value.
    #[must_use]
    pub fn instance(&self, fluent: FluentId, args: &[Value]) -> Option<&Instance> {
        let at = self.instances.binary_search_by(|it| (it.fluent, &*it.args).cmp(&(fluent, args))).ok()?;
        Some(&self.instances[at])
    }

    /// The value on a tick, after its last moment.
    #[must_use]
    pub fn value_at(&self, fluent: FluentId, args: &[Value], tick: i64) -> Option<Value> {
        self.interval_at(fluent, args, tick).map(|interval| interval.value)
    }

    /// The interval that a tick lies in.
    #[must_use]
    pub fn interval_at(&self, fluent: FluentId, args: &[Value], tick: i64) -> Option<&Interval> {
        let intervals = &self.instance(fluent, args)?.intervals;
        let after = intervals.partition_point(|interval| interval.since.is_none_or(|since| since <= tick));
        intervals[..after].last().filter(|interval| interval.contains(tick))
    }

    /// Whether an instance has this value on a tick, after its last moment.
    #[must_use]
    pub fn holds_at(&self, fluent: FluentId, args: &[Value], value: Value, tick: i64) -> bool {
        self.value_at(fluent, args, tick) == Some(value)
    }

    /// The intervals during which an instance had this value.
    pub fn holds_for(&self, fluent: FluentId, args: &[Value], value: Value) -> impl Iterator<Item = &Interval> {
        let intervals = self.instance(fluent, args).map_or(&[][..], |instance| &instance.intervals);
        intervals.iter().filter(move |interval| interval.value == value)
    }

    /// The instances of a fluent that have these arguments where one is given.
    pub fn instances_of<'a>(
        &'a self,
        fluent: FluentId,
        pattern: &'a [Option<Value>],
    ) -> impl Iterator<Item = &'a Instance> {
        let start = self.instances.partition_point(|it| it.fluent < fluent);
        let of_fluent = self.instances[start..].iter().take_while(move |it| it.fluent == fluent);
        of_fluent.filter(move |it| {
            it.args.len() == pattern.len()
                && it.args.iter().zip(pattern).all(|(arg, wanted)| wanted.is_none_or(|wanted| wanted == *arg))
        })
    }

    /// Everything that has a value on a tick, after its last moment.
    pub fn state_at(&self, tick: i64) -> impl Iterator<Item = (&Instance, &Interval)> {
        self.instances.iter().filter_map(move |instance| {
            let interval = instance.intervals.iter().find(|interval| interval.contains(tick))?;
            Some((instance, interval))
        })
    }

    /// A step.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0 as usize)
    }
}
