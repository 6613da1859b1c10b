//! The streaming form: occurrences in, intervals out as they close.

use servanda_model::{ActionId, EntityId, FluentId, Happening, Initial, KindId, NumberRange, Occurrence, Value};

use crate::compile::Compiled;
use crate::sink::Sink;
use crate::state::{BEGINNING, NONE};
use crate::sweep::Sweep;
use crate::timers::{DeadlineQueue, TimerQueue};

/// Why an occurrence was not taken in. The engine goes on without it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PushError {
    /// It is earlier than one taken in before.
    OutOfOrder {
        /// The tick and step already reached.
        reached: (i64, u32),
    },
    /// The program has no such action or fluent.
    Unknown,
    /// It has more or fewer arguments than declared.
    WrongArity {
        /// How many were declared.
        declared: usize,
        /// How many it has.
        found: usize,
    },
    /// A fact is stated of a fluent that is defined by others.
    DerivedFact,
    /// Its tick cannot be written as a value (beyond 2⁶⁰).
    TickOutOfRange,
}

impl std::fmt::Display for PushError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PushError::OutOfOrder { reached: (tick, step) } => {
                write!(f, "it is earlier than tick {tick}, step {step}, already reached")
            }
            PushError::Unknown => write!(f, "it names an action or fluent the program does not have"),
            PushError::WrongArity { declared, found } => write!(f, "it takes {declared} arguments and has {found}"),
            PushError::DerivedFact => write!(f, "it states a fluent that is defined by others"),
            PushError::TickOutOfRange => write!(f, "its tick is out of range"),
        }
    }
}

impl std::error::Error for PushError {}

/// Runs a program over occurrences as they come, keeping only what is open.
///
/// Occurrences must come in order of tick and step; those of one moment in any order. The memory it takes follows the
/// instances that have a value and the timers that are pending.
pub struct Engine<'c, S> {
    pub(crate) sweep: Sweep<'c, S, false>,
}

impl<'c, S: Sink> Engine<'c, S> {
    /// The state at the beginning of time.
    pub fn new(compiled: &'c Compiled, sink: S) -> Engine<'c, S> {
        Engine::over(compiled, &compiled.program.initial, sink)
    }

    /// As [`Engine::new`], with only those facts of the start that pass a test: for a part of the instances, where others
    /// have theirs.
    pub fn of_part(compiled: &'c Compiled, sink: S, has: impl Fn(FluentId, &[Value]) -> bool) -> Engine<'c, S> {
        let initial = compiled.program.initial.iter().filter(|it| has(it.fluent, &it.args)).cloned();
        Engine::over(compiled, &initial.collect::<Vec<_>>(), sink)
    }

    fn over(compiled: &'c Compiled, initial: &[Initial], sink: S) -> Engine<'c, S> {
        let mut sweep = Sweep::from(compiled, initial, &compiled.program.ranges, sink);
        sweep.keep_totals();
        Engine { sweep }
    }

    /// Says for each fluent which of its values are told as soon as a tick ends with them, by [`Sink::forgotten`], and then
    /// not kept. Whoever says so sees to it that nothing looks at them, ends them or has a deadline for them. An instance
    /// whose value is forgotten is as one without a value; of what happens to it next the sink is told as usual. Values
    /// of derived fluents are always kept.
    pub fn forget(&mut self, mut values: Vec<Vec<Value>>) {
        for (values, plan) in values.iter_mut().zip(&self.sweep.compiled.fluents) {
            if plan.is_derived {
                values.clear();
            }
        }
        self.sweep.forgets = values;
    }

    /// Says of which kinds an entity is, parent kinds included: for entities that a feed brings up.
    pub fn set_kinds(&mut self, entity: EntityId, kinds: &[KindId]) {
        if self.sweep.world.kinds.set(entity, kinds) {
            self.sweep.kinds_changed();
        }
    }

    /// Takes in one occurrence.
    ///
    /// # Errors
    /// Where it is out of order or does not fit the program; nothing has then changed.
    pub fn push(&mut self, occurrence: &Occurrence) -> Result<(), PushError> {
        let Occurrence { tick, step, what, tag } = occurrence;
        check(self.sweep.compiled, what)?;
        self.sweep.reach(*tick, *step)?;
        self.sweep.occurrence(what, *tag);
        Ok(())
    }

    /// Takes in one event; as [`Engine::push`], without an [`Occurrence`] to be made.
    ///
    /// # Errors
    /// As [`Engine::push`].
    #[inline]
    pub fn action(&mut self, tick: i64, step: u32, action: ActionId, args: &[Value]) -> Result<(), PushError> {
        let plan = self.sweep.compiled.actions.get(action.index()).ok_or(PushError::Unknown)?;
        if plan.arity != args.len() {
            return Err(PushError::WrongArity { declared: plan.arity, found: args.len() });
        }
        self.sweep.reach(tick, step)?;
        self.sweep.happens(action.0, args, NONE);
        Ok(())
    }

    /// Goes on to a tick, at which more may still be taken in. What ended before it has then been handed over.
    ///
    /// # Errors
    /// As [`Engine::push`].
    pub fn reach(&mut self, tick: i64) -> Result<(), PushError> {
        self.sweep.reach(tick, 0)
    }

    /// How many instances and timers are kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept_of(|_| true)
    }

    /// The same, of the fluents that pass a test.
    #[must_use]
    pub fn kept_of(&self, of: impl Fn(FluentId) -> bool) -> usize {
        self.sweep.kept(of)
    }

    /// Bounds of the ranges that values refer to, those of the program first.
    #[must_use]
    pub fn ranges(&self) -> Vec<NumberRange> {
        self.sweep.world.ranges.borrow().table().to_vec()
    }

    /// Whether there are any.
    #[must_use]
    pub fn has_ranges(&self) -> bool {
        !self.sweep.world.ranges.borrow().table().is_empty()
    }

    /// Where results go.
    pub fn sink(&self) -> &S {
        &self.sweep.sink
    }

    /// Where results go, to be emptied.
    pub fn sink_mut(&mut self) -> &mut S {
        &mut self.sweep.sink
    }

    /// Runs the timers due up to and including a tick, hands over what is then open, and gives the sink back.
    pub fn finish(mut self, until: i64) -> S {
        self.end(until);
        self.sweep.sink
    }

    /// As [`Engine::finish`], the sink staying where it is. Nothing must be taken in afterwards.
    pub fn end(&mut self, until: i64) {
        self.settle(until);
        self.sweep.finish();
    }

    /// Runs the timers due up to and including a tick and hands over what has ended by then. Nothing but [`Engine::end`]
    /// must follow.
    pub fn settle(&mut self, until: i64) {
        self.sweep.run_timers(until);
        self.sweep.close();
        self.sweep.end_tick();
    }
}

/// Whether an occurrence fits the program.
pub(crate) fn check(compiled: &Compiled, what: &Happening) -> Result<(), PushError> {
    let (declared, found) = match what {
        Happening::Action(action, args) => {
            (compiled.actions.get(action.index()).ok_or(PushError::Unknown)?.arity, args.len())
        }
        Happening::FactBegins(fluent, args, _) | Happening::FactEnds(fluent, args, _) => {
            let plan = compiled.fluents.get(fluent.index()).ok_or(PushError::Unknown)?;
            if plan.is_derived {
                return Err(PushError::DerivedFact);
            }
            (plan.arity, args.len())
        }
    };
    if declared == found { Ok(()) } else { Err(PushError::WrongArity { declared, found }) }
}

impl<S: Sink, const R: bool> Sweep<'_, S, R> {
    /// Goes on to a moment, if it is not earlier than where the sweep is.
    #[inline]
    pub(crate) fn reach(&mut self, tick: i64, step: u32) -> Result<(), PushError> {
        if (tick, step) == (self.tick, self.step) && self.is_open {
            return Ok(());
        }
        if (tick, step) < (self.tick, self.step) || (!self.is_open && (tick, step) == (self.tick, self.step)) {
            return Err(PushError::OutOfOrder { reached: (self.tick, self.step) });
        }
        if tick == BEGINNING || Value::tick(tick).is_none() {
            return Err(PushError::TickOutOfRange);
        }
        self.advance(tick, step);
        Ok(())
    }

    pub(crate) fn kept(&self, of: impl Fn(FluentId) -> bool) -> usize {
        let timers = &self.timers;
        let by_fluent = self.world.tables.iter().zip(&timers.deadlines).zip(&timers.comes).enumerate();
        let by_fluent = by_fluent.filter(|(fluent, _)| of(FluentId::from_index(*fluent)));
        let instances = by_fluent.map(|(_, ((table, deadlines), comes))| {
            table.live() + deadlines.iter().map(DeadlineQueue::len).sum::<usize>() + comes.len()
        });
        let held = self.compiled.held.iter().zip(&timers.held).filter(|(held, _)| of(FluentId(held.fluent)));
        let others = held.map(|(_, queue)| queue).chain(&timers.elapsed);
        instances.sum::<usize>() + others.map(TimerQueue::len).sum::<usize>()
    }
}
