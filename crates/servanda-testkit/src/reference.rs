//! The reference evaluator: `docs/semantics.md`, moment by moment, as slowly and plainly as it can be said.
//!
//! States are maps that are copied at every moment. Conditions are tried against every stored instance, derived fluents
//! are worked out from nothing in every state, and timers are found by looking back at all earlier moments. Each
//! function names the rule it follows. Where this and the engine differ, the text decides.

mod checks;
mod derived;
mod effects;
mod expressions;
mod graph;
mod numbers;
mod scene;
mod scope;
mod settle;
mod state;
mod timeline;
mod timers;

pub use checks::Rejected;
pub use effects::Contradiction;
pub use state::{Event, Filling, Instance, Source, State};
pub use timeline::Span;

use derived::Ambiguous;
use expressions::Ranges;
use servanda_model::{FluentId, Kinded, Mode, NumberRange, Occurrence, Program, RuleId};
use settle::Moment;
use state::{Record, difference};
use std::collections::{BTreeMap, BTreeSet};
use timeline::Timeline;

/// What a program makes of a narrative.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReferenceSolution {
    /// Rule 23: for every instance that ever has a value, its maximal intervals in order.
    pub intervals: BTreeMap<Instance, Vec<Span>>,
    /// Every instance and tick on which two values, or a value and its end, were set at once.
    pub contradictions: BTreeSet<Contradiction>,
    /// Every event, given or produced, with its tick and step.
    pub events: BTreeSet<(i64, u32, Event)>,
    /// Whatever ever had an effect on a fluent: rules by themselves, not by filling.
    pub active: BTreeSet<Active>,
    /// Bounds of the range values above: the program's own, then those worked out.
    pub ranges: Vec<NumberRange>,
}

/// A rule or deadline that had an effect on a fluent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Active {
    /// A rule, fired.
    Rule(RuleId),
    /// A deadline of the fluent, run out.
    Deadline(FluentId, usize),
}

/// A program with what follows from it alone.
#[derive(Debug)]
pub(crate) struct World<'a> {
    program: &'a Program,
    ranges: Ranges,
    /// Derived fluents in the order in which they can be worked out.
    strata: Vec<BTreeSet<FluentId>>,
}

impl World<'_> {
    fn is_derived(&self, fluent: FluentId) -> bool {
        self.program.fluents[fluent.index()].mode == Mode::Derived
    }
}

/// Evaluates a narrative up to and including the tick `horizon`.
///
/// # Errors
/// When the program must be rejected.
pub fn evaluate(program: &Program, narrative: &[Occurrence], horizon: i64) -> Result<ReferenceSolution, Rejected> {
    checks::check(program)?;
    let strata = graph::strata(program)?;
    graph::refuse_cycles(program)?;
    let world = World { program, ranges: Ranges::new(&program.ranges), strata };
    let mut solution = world.run(narrative, horizon);
    solution.ranges = world.ranges.into_table();
    Ok(solution)
}

impl World<'_> {
    /// Rules 1 to 4: from the initial state through every tick on which something may happen, step by step.
    fn run(&self, narrative: &[Occurrence], horizon: i64) -> ReferenceSolution {
        let mut solution = ReferenceSolution::default();
        let (mut state, mut ambiguous) = self.initial();
        self.report(None, BTreeMap::new(), &Ambiguous::new(), &ambiguous, &mut solution);
        let mut timeline = Timeline::new(&state);
        let mut history: Vec<Record> = Vec::new();
        for tick in self.first_tick(narrative, &state, horizon)..=horizon {
            let today: Vec<&Occurrence> = narrative.iter().filter(|occurrence| occurrence.tick == tick).collect();
            let due = self.due(&history, tick);
            let nothing_due = timers::Due::default();
            let steps: BTreeSet<u32> = today.iter().map(|occurrence| occurrence.step).chain([0]).collect();
            for step in steps {
                let occurrences: Vec<&Occurrence> = today.iter().copied().filter(|o| o.step == step).collect();
                let due = if step == 0 { &due } else { &nothing_due };
                let moment = Moment { tick, step, before: &state, occurrences: &occurrences, due };
                let settled = self.settle(&moment);
                solution.events.extend(settled.events.iter().map(|event| (tick, step, event.clone())));
                self.report(Some(tick), settled.contradicted.clone(), &ambiguous, &settled.ambiguous, &mut solution);
                solution.active.extend(settled.deeds.iter().filter_map(|deed| match deed.source {
                    Source::Narrative => None,
                    Source::Deadline(fluent, index) => Some(Active::Deadline(fluent, index)),
                    Source::Rule(rule, ..) => Some(Active::Rule(rule)),
                }));
                let record = Record {
                    tick,
                    ended: difference(&state, &settled.after),
                    armed: self.arm(tick, &state, &settled),
                    initiated: settled.initiated,
                    deeds: settled.deeds,
                };
                if !record.deeds.is_empty() || !record.armed.is_empty() {
                    history.push(record);
                }
                state = settled.after;
                ambiguous = settled.ambiguous;
            }
            timeline.tick(tick, &state);
        }
        solution.intervals = timeline.finish();
        solution
    }

    /// Rule 4: the initial facts and what they make true.
    fn initial(&self) -> (State, Ambiguous) {
        let fact = |initial: &servanda_model::Initial| {
            (Instance { fluent: initial.fluent, args: initial.args.clone() }, initial.value)
        };
        self.with_derived(&self.program.initial.iter().map(fact).collect())
    }

    /// No moment can come before the first occurrence and the first tick that the initial state names.
    fn first_tick(&self, narrative: &[Occurrence], initial: &State, horizon: i64) -> i64 {
        let named = initial.values().filter_map(|value| match value.kinded() {
            Kinded::Tick(tick) => Some(tick),
            _ => None,
        });
        narrative.iter().map(|occurrence| occurrence.tick).chain(named).min().unwrap_or(horizon)
    }

    /// Effects that disagree are reported at every moment they do; several values of a derived instance,
    /// when these begin to be given.
    fn report(
        &self,
        tick: Option<i64>,
        contradicted: BTreeMap<Instance, BTreeSet<Source>>,
        ambiguous_before: &Ambiguous,
        ambiguous_after: &Ambiguous,
        solution: &mut ReferenceSolution,
    ) {
        let others = ambiguous_after.iter().filter(|(instance, values)| ambiguous_before.get(instance) != Some(values));
        let begun = others.map(|(instance, _)| (instance.clone(), BTreeSet::new()));
        let all = contradicted.into_iter().chain(begun);
        solution.contradictions.extend(all.map(|(instance, sources)| Contradiction { tick, instance, sources }));
    }
}
