//! Goes through the moments in order of time.
//!
//! The method is the forward sweep of run-time event calculus with instances instead of windows: nothing is looked at
//! again unless something happens to it. Within a moment the nodes of the same-moment graph that were set off are
//! processed in topological order; conditions read the cells as they were before the moment, definitions as they are
//! after it. The cost of a moment is what its events, timers and changes set off.

use std::cell::RefCell;

use hashbrown::HashTable;
use servanda_model::{Happening, Initial, NumberRange, Value};

use crate::amount::Ranges;
use crate::compile::Compiled;
use crate::compile::graph::NodeKind;
use crate::exec::View;
use crate::kinds::Kinds;
use crate::moment::{Due, EffectRecord, Events, Ready, Touch, WildEnding};
use crate::record::{Cause, Premise, Recorder, Step};
use crate::save::{Bytes, Saved, Source};
use crate::sink::{Closed, Sink};
use crate::spread::Spread;
use crate::state::{ABSENT, At, BEGINNING, NONE, Table};
use crate::timers::{DeadlineQueue, DeadlineTimer, TimerQueue, Wakes};
use crate::totals::Totals;
use crate::trace::Trace;

/// What is read while a moment is worked out.
pub(crate) struct World {
    pub(crate) tables: Vec<Table>,
    pub(crate) ranges: RefCell<Ranges>,
    pub(crate) kinds: Kinds,
}

/// All timers that are pending.
pub(crate) struct Timers {
    /// By fluent and deadline.
    pub(crate) deadlines: Vec<Vec<DeadlineQueue>>,
    pub(crate) held: Vec<TimerQueue>,
    pub(crate) elapsed: Vec<TimerQueue>,
    /// By fluent.
    pub(crate) comes: Vec<TimerQueue>,
    pub(crate) wakes: Wakes,
    /// For each `After`: the fillings that its timers carry, and the places that are free.
    pub(crate) carried: Vec<(Vec<Value>, Vec<u32>)>,
}

impl Timers {
    /// None pending.
    pub(crate) fn new(compiled: &Compiled) -> Timers {
        let in_order = |time: &crate::compile::ops::Time| matches!(time, crate::compile::ops::Time::Constant(_));
        Timers {
            deadlines: compiled
                .fluents
                .iter()
                .map(|fluent| fluent.deadlines.iter().map(|_| DeadlineQueue::default()).collect())
                .collect(),
            held: compiled.held.iter().map(|held| TimerQueue::new(in_order(&held.time))).collect(),
            elapsed: compiled.elapsed.iter().map(|elapsed| TimerQueue::new(in_order(&elapsed.time))).collect(),
            comes: compiled.fluents.iter().map(|_| TimerQueue::new(false)).collect(),
            wakes: Wakes::default(),
            carried: vec![(Vec::new(), Vec::new()); compiled.elapsed.len()],
        }
    }

    /// Takes all of them out.
    pub(crate) fn clear(&mut self) {
        self.deadlines.iter_mut().flatten().for_each(DeadlineQueue::clear);
        self.held.iter_mut().chain(&mut self.elapsed).chain(&mut self.comes).for_each(TimerQueue::clear);
        self.wakes.clear();
        for (fillings, free) in &mut self.carried {
            fillings.clear();
            free.clear();
        }
    }

    /// Keeps the filling of an `After` timer; returns its place.
    pub(crate) fn carry(&mut self, elapsed: u32, filling: &[Value]) -> u32 {
        let (carried, free) = &mut self.carried[elapsed as usize];
        let place = free.pop().unwrap_or_else(|| {
            let place = carried.len() / filling.len().max(1);
            carried.resize(carried.len() + filling.len(), ABSENT);
            place as u32
        });
        carried[place as usize * filling.len()..][..filling.len()].copy_from_slice(filling);
        place
    }
}

/// The engine's state. With `R`, derivations are recorded.
pub(crate) struct Sweep<'c, S, const R: bool> {
    pub(crate) compiled: &'c Compiled,
    pub(crate) world: World,
    pub(crate) timers: Timers,
    pub(crate) recorder: Recorder,
    pub(crate) sink: S,
    /// What is read and touched, if that is written down.
    pub(crate) trace: Option<Box<RefCell<Trace>>>,
    /// The current moment; `is_open` while it may still get occurrences.
    pub(crate) tick: i64,
    pub(crate) step: u32,
    pub(crate) is_open: bool,
    /// Counts moments.
    pub(crate) moment: u64,
    /// Instances that something happened to in this tick, and of those the ones touched in this moment.
    pub(crate) touches: Vec<Touch>,
    pub(crate) active: Vec<u32>,
    pub(crate) effects: Vec<EffectRecord>,
    pub(crate) wild: Vec<WildEnding>,
    pub(crate) events: Events,
    pub(crate) ready: Ready,
    /// What set each listener off, by listener.
    pub(crate) pending: Vec<Vec<u32>>,
    /// For each action the events that listeners take straight, and for which actions there are any.
    pub(crate) heard: Vec<Vec<u32>>,
    pub(crate) heard_now: Vec<u32>,
    /// For each action whether what these events name was looked up.
    pub(crate) is_located: Vec<bool>,
    pub(crate) due: Vec<Due>,
    /// Renewable deadlines that ran out, by node.
    pub(crate) renewals: Vec<Vec<DeadlineTimer>>,
    /// For each fluent the values that are told as soon as they hold and then forgotten.
    pub(crate) forgets: Vec<Vec<Value>>,
    /// Derived instances with two values, so that each is reported once: fluent, arguments, values.
    pub(crate) conflicts: std::collections::BTreeMap<(u32, Box<[Value]>), Vec<Value>>,
    /// Of the aggregates that have any, if they are kept.
    pub(crate) totals: Vec<Totals>,
    /// For each component whether it is to be worked out from scratch, since entities have become something else.
    pub(crate) stale: Vec<bool>,
    // Buffers that are reused.
    pub(crate) frame: Vec<Value>,
    pub(crate) key: Vec<Value>,
    pub(crate) fillings: Vec<Value>,
    pub(crate) sources: Vec<(u32, u32)>,
    pub(crate) changed: Vec<u32>,
    pub(crate) passing: Vec<u32>,
    /// Heads that were worked out already: hash and place.
    pub(crate) known: HashTable<(u64, u32)>,
    pub(crate) spread: Spread,
}

impl<'c, S: Sink, const R: bool> Sweep<'c, S, R> {
    /// The state at the beginning of time.
    pub(crate) fn new(compiled: &'c Compiled, sink: S) -> Self {
        Sweep::from(compiled, &compiled.program.initial, &compiled.program.ranges, sink)
    }

    /// As [`Sweep::new`], with other facts of the start and other ranges.
    pub(crate) fn from(compiled: &'c Compiled, initial: &[Initial], ranges: &[NumberRange], sink: S) -> Self {
        let mut sweep = Sweep {
            compiled,
            world: World {
                tables: compiled.tables(R),
                ranges: RefCell::new(Ranges::new(ranges)),
                kinds: Kinds::new(&compiled.program),
            },
            timers: Timers::new(compiled),
            recorder: Recorder::default(),
            sink,
            trace: None,
            tick: BEGINNING,
            step: 0,
            is_open: false,
            moment: 0,
            touches: Vec::new(),
            active: Vec::new(),
            effects: Vec::new(),
            wild: Vec::new(),
            events: Events::new(compiled.actions.iter().map(|action| action.sites.len() as u32).collect()),
            ready: Ready::new(compiled.nodes.len()),
            pending: vec![Vec::new(); compiled.listeners.len()],
            heard: vec![Vec::new(); compiled.actions.len()],
            heard_now: Vec::new(),
            is_located: vec![false; compiled.actions.len()],
            due: Vec::new(),
            renewals: vec![Vec::new(); compiled.nodes.len()],
            forgets: Vec::new(),
            conflicts: std::collections::BTreeMap::new(),
            totals: Vec::new(),
            stale: vec![false; compiled.components.len()],
            frame: Vec::new(),
            key: Vec::new(),
            fillings: Vec::new(),
            sources: Vec::new(),
            changed: Vec::new(),
            passing: Vec::new(),
            known: HashTable::new(),
            spread: Spread::default(),
        };
        sweep.begin(initial);
        sweep
    }

    #[inline]
    pub(crate) fn view(&self, at: At) -> View<'_> {
        View {
            tables: &self.world.tables,
            touches: &self.touches,
            ranges: &self.world.ranges,
            kinds: &self.world.kinds,
            clock: self.compiled.program.clock,
            at,
            now: self.tick,
            trace: self.trace.as_deref(),
            sites: &[],
            totals: &self.totals,
            moment: self.moment,
        }
    }

    /// The state before the moment, for an event of it.
    #[inline]
    pub(crate) fn view_of(&self, event: u32) -> View<'_> {
        View { sites: self.events.located(event), ..self.view(At::Before) }
    }

    /// A frame with room for the variables of one rule, all open.
    pub(crate) fn take_frame(&mut self, vars: usize) -> Vec<Value> {
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        frame.resize(vars, ABSENT);
        frame
    }

    /// A frame with room for so many variables, for a plan that binds each before it reads it.
    #[inline]
    pub(crate) fn take_room(&mut self, vars: usize) -> Vec<Value> {
        let mut frame = std::mem::take(&mut self.frame);
        if frame.len() < vars {
            frame.resize(vars, ABSENT);
        }
        frame
    }

    /// Goes on to a moment, running the timers due before it, and those due at it if it is the first of its tick.
    pub(crate) fn advance(&mut self, tick: i64, step: u32) {
        if self.is_open && (self.tick, self.step) == (tick, step) {
            return;
        }
        self.close();
        while let Some(due) = self.timers.wakes.next().filter(|&due| due < tick || (due == tick && step > 0)) {
            self.open(due, 0);
            self.fire_timers();
            self.close();
        }
        self.open(tick, step);
        if step == 0 {
            self.fire_timers();
        }
    }

    /// Runs the timers due up to and including a tick.
    pub(crate) fn run_timers(&mut self, until: i64) {
        self.close();
        while let Some(due) = self.timers.wakes.next().filter(|&due| due <= until) {
            self.open(due, 0);
            self.fire_timers();
            self.close();
        }
    }

    fn open(&mut self, tick: i64, step: u32) {
        if tick != self.tick {
            self.end_tick();
        }
        self.tick = tick;
        self.step = step;
        self.is_open = true;
        self.moment += 1;
    }

    /// One occurrence of the open moment.
    pub(crate) fn occurrence(&mut self, what: &Happening, tag: u32) {
        let step = self.note_occurrence(tag);
        match what {
            Happening::Action(action, args) => self.happens(action.0, args, step),
            Happening::FactBegins(fluent, args, value) => self.initiate(fluent.0, args, *value, step),
            Happening::FactEnds(fluent, args, value) => self.terminate(fluent.0, args, *value, step),
        }
    }

    pub(crate) fn note_occurrence(&mut self, tag: u32) -> u32 {
        if !R {
            return NONE;
        }
        self.note(Cause::Occurrence(tag), Vec::new())
    }

    /// An event of the open moment, not yet worked out.
    #[inline]
    pub(crate) fn happens(&mut self, action: u32, args: &[Value], step: u32) {
        let plan = &self.compiled.actions[action as usize];
        let event = self.events.push(action, args, step, plan.is_forbidden || plan.is_produced);
        self.announce(action, event);
    }

    /// Sets off whoever listens to an event.
    #[inline(always)]
    pub(crate) fn announce(&mut self, action: u32, event: u32) {
        let compiled = self.compiled;
        let plan = &compiled.actions[action as usize];
        let is_shared = self.shares_events();
        let Sweep { events, pending, ready, heard, heard_now, .. } = self;
        if is_shared && !plan.shared.is_empty() {
            let heard = &mut heard[action as usize];
            if heard.is_empty() {
                heard_now.push(action);
                plan.shared.iter().for_each(|&node| ready.insert(node));
            }
            heard.push(event);
        }
        let listeners = if is_shared { &plan.others } else { &plan.happens };
        if listeners.is_empty() {
            return;
        }
        listeners.each(events.args(event), ABSENT, |listener| {
            pending[listener as usize].push(event);
            ready.insert(compiled.listeners[listener as usize].node);
        });
    }

    /// Whether listeners that take all events of an action share a list of them: not where each reading is written down.
    #[inline]
    pub(crate) fn shares_events(&self) -> bool {
        !R && self.trace.is_none()
    }

    /// Records a step of the current moment.
    pub(crate) fn note(&mut self, cause: Cause, premises: Vec<Premise>) -> u32 {
        let tick = (self.tick != BEGINNING).then_some(self.tick);
        self.recorder.add(Step { tick, step: self.step, cause, premises })
    }

    /// Works the open moment out.
    pub(crate) fn close(&mut self) {
        if !self.is_open {
            return;
        }
        self.is_open = false;
        let compiled = self.compiled;
        while let Some(node) = self.ready.pop() {
            match compiled.nodes[node as usize].kind {
                NodeKind::Fire(rule) => self.fire(node, rule),
                NodeKind::Arm { rule, trigger } => self.arm(node, rule, trigger),
                NodeKind::Renew { fluent, deadline } => self.renew(node, fluent, deadline),
                NodeKind::Derive(component) => self.derive(component),
            }
        }
        for at in 0..self.active.len() {
            self.settle(self.active[at]);
        }
        for total in 0..self.totals.len() as u32 {
            self.update_totals(total);
        }
        for at in 0..self.active.len() {
            self.arm_timers(self.active[at]);
            let touch = &mut self.touches[self.active[at] as usize];
            let Touch { fluent, slot, before, .. } = *touch;
            let table = &mut self.world.tables[fluent as usize];
            table.active.clear();
            touch.before = table.cell(slot).value;
            if touch.before != before {
                table.settle_indexes(slot);
            }
            if let Some(made) = table.made_mut(slot) {
                made.before = made.by;
            }
        }
        self.active.clear();
        self.effects.clear();
        self.wild.clear();
        self.events.clear();
        for action in self.heard_now.drain(..) {
            self.heard[action as usize].clear();
            self.is_located[action as usize] = false;
        }
        self.due.clear();
    }

    /// Closes the intervals of a tick and drops what is no longer open.
    pub(crate) fn end_tick(&mut self) {
        let mut touches = std::mem::take(&mut self.touches);
        for touch in touches.drain(..) {
            self.end_touch(&touch);
        }
        self.touches = touches;
    }

    fn end_touch(&mut self, touch: &Touch) {
        let Touch { fluent, slot, start, step, .. } = *touch;
        let table = &mut self.world.tables[fluent as usize];
        if let Some(trace) = &mut self.trace {
            trace.get_mut().touch(fluent, table.key(slot));
        }
        let cell = table.cell_mut(slot);
        cell.touch = NONE;
        let value = cell.value;
        if value != start {
            let since = std::mem::replace(&mut cell.since, self.tick);
            if start != ABSENT {
                let begun = table.made(slot).begun;
                let bounds = (since, Some(self.tick));
                self.sink.interval(&Closed::new(fluent, table.key(slot), start, bounds, (begun, step)));
            }
            if let Some(made) = table.made_mut(slot) {
                made.begun = made.by;
            }
        }
        let is_forgotten = value != start && self.forgets.get(fluent as usize).is_some_and(|it| it.contains(&value));
        if (value == ABSENT || is_forgotten) && !self.owes_deadline(fluent, slot) {
            let table = &mut self.world.tables[fluent as usize];
            if is_forgotten {
                let bounds = (self.tick, None);
                let interval = Closed::new(fluent, table.key(slot), value, bounds, (NONE, NONE));
                self.sink.forgotten(&interval);
                table.cell_mut(slot).value = ABSENT;
            }
            table.drop_slot(slot);
        }
    }

    /// Tells the sink about every interval that is still open, in order of fluent and arguments.
    pub(crate) fn finish(&mut self) {
        self.close();
        self.end_tick();
        for (fluent, table) in self.world.tables.iter().enumerate() {
            let mut slots: Vec<u32> = table.slots().filter(|&slot| table.cell(slot).value != ABSENT).collect();
            slots.sort_unstable_by(|&a, &b| table.key(a).cmp(table.key(b)));
            for slot in slots {
                let cell = table.cell(slot);
                let steps = (table.made(slot).begun, NONE);
                let bounds = (cell.since, None);
                let key = table.key(slot);
                self.sink.interval(&Closed::new(fluent as u32, key, cell.value, bounds, steps));
            }
        }
    }
}

/// Everything that lasts from one occurrence to the next, in one order for both ways.
macro_rules! lasting {
    ($sweep:ident, $each:ident) => {
        $each!($sweep.world.kinds);
        $each!($sweep.timers.deadlines);
        $each!($sweep.timers.held);
        $each!($sweep.timers.elapsed);
        $each!($sweep.timers.comes);
        $each!($sweep.timers.wakes);
        $each!($sweep.timers.carried);
        $each!($sweep.tick);
        $each!($sweep.step);
        $each!($sweep.is_open);
        $each!($sweep.moment);
        $each!($sweep.touches);
        $each!($sweep.active);
        $each!($sweep.effects);
        $each!($sweep.wild);
        $each!($sweep.ready);
        $each!($sweep.pending);
        $each!($sweep.heard);
        $each!($sweep.heard_now);
        $each!($sweep.due);
        $each!($sweep.renewals);
        $each!($sweep.conflicts);
        $each!($sweep.stale);
    };
}

impl<'c, S> Sweep<'c, S, false> {
    /// Saves the state, in the middle of a moment if need be.
    pub(crate) fn save_into(&self, to: &mut Bytes) {
        self.world.ranges.borrow().table().to_vec().put(to);
        self.world.tables.iter().for_each(|table| table.put(to));
        self.events.put(to);
        macro_rules! put {
            ($field:expr) => {
                Saved::put(&$field, to)
            };
        }
        lasting!(self, put);
    }

    /// Takes a saved state up.
    pub(crate) fn take_up(&mut self, from: &mut Source<'_>) -> Option<()> {
        self.world.ranges = RefCell::new(Ranges::new(&Vec::get(from)?));
        for table in &mut self.world.tables {
            table.get(from)?;
        }
        let compiled = self.compiled;
        self.events.get(from, |action| Some(compiled.actions.get(action as usize)?.arity))?;
        macro_rules! get {
            ($field:expr) => {
                $field = Saved::get(from)?
            };
        }
        lasting!(self, get);
        Some(())
    }

    pub(crate) fn with_sink<T>(self, sink: T) -> Sweep<'c, T, false> {
        let Sweep { compiled, world, timers, recorder, trace, tick, step, is_open, moment, touches, active, .. } = self;
        let Sweep {
            effects,
            wild,
            events,
            ready,
            pending,
            heard,
            heard_now,
            is_located,
            due,
            renewals,
            forgets,
            conflicts,
            ..
        } = self;
        let Sweep { totals, stale, frame, key, fillings, sources, changed, passing, known, spread, .. } = self;
        Sweep {
            compiled,
            world,
            timers,
            recorder,
            sink,
            trace,
            tick,
            step,
            is_open,
            moment,
            touches,
            active,
            effects,
            wild,
            events,
            ready,
            pending,
            heard,
            heard_now,
            is_located,
            due,
            renewals,
            forgets,
            conflicts,
            totals,
            stale,
            frame,
            key,
            fillings,
            sources,
            changed,
            passing,
            known,
            spread,
        }
    }
}
