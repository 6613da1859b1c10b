//! Arms timers after a moment and sets off what is due (`docs/semantics.md`, 18 to 22).

use servanda_model::{FluentId, Kinded, Value};

use crate::amount;
use crate::compile::FluentPlan;
use crate::compile::ops::{Held, Match, Time};
use crate::moment::{Due, EffectKind, Touch};
use crate::record::{Cause, Premise, StepId};
use crate::sink::Sink;
use crate::state::{ABSENT, At, BEGINNING, NONE};
use crate::sweep::Sweep;
use crate::timers::{DeadlineTimer, QueueId, Timer};

impl<S: Sink, const R: bool> Sweep<'_, S, R> {
    /// Arms what the effects on an instance arm, all values after the moment being known.
    #[inline]
    pub(crate) fn arm_timers(&mut self, touch: u32) {
        let compiled = self.compiled;
        let plan = &compiled.fluents[self.touches[touch as usize].fluent as usize];
        if plan.has_timers {
            self.arm_timers_of(plan, touch);
        }
    }

    fn arm_timers_of(&mut self, plan: &FluentPlan, touch: u32) {
        let touch = self.touches[touch as usize];
        let compiled = self.compiled;
        for deadline in 0..plan.deadlines.len() {
            self.arm_deadline(&touch, deadline);
        }
        if plan.held.is_empty() && plan.comes.is_empty() {
            return;
        }
        let value = self.world.tables[touch.fluent as usize].cell(touch.slot).value;
        if value == ABSENT {
            return;
        }
        let begins = value != touch.before;
        for &held in &plan.held {
            let since_renewed = compiled.held[held as usize].since_renewed;
            let renews = || self.initiates_and_breaks(&touch, value).0;
            if begins || (since_renewed && renews()) {
                self.arm_held(&touch, held);
            }
        }
        if begins
            && !plan.comes.is_empty()
            && let Kinded::Tick(due) = value.kinded()
            && self.tick < due
        {
            let step = self.world.tables[touch.fluent as usize].made(touch.slot).by;
            self.arm_comes(touch.fluent, touch.slot, due, step);
        }
    }

    pub(crate) fn arm_comes(&mut self, fluent: u32, slot: u32, due: i64, step: u32) {
        let epoch = self.world.tables[fluent as usize].cell(slot).epoch;
        let queue = &mut self.timers.comes[fluent as usize];
        if queue.push(Timer { due, armed: self.tick, item: slot, epoch, step }) {
            self.timers.wakes.push(due, QueueId::Comes(fluent));
        }
        if queue.wants_cleaning() {
            let table = &self.world.tables[fluent as usize];
            queue.clean(|timer| table.cell(timer.item).epoch == timer.epoch);
        }
    }

    fn arm_deadline(&mut self, touch: &Touch, deadline: usize) {
        let &Touch { fluent, slot, .. } = touch;
        let plan = self.compiled.fluents[fluent as usize].deadlines[deadline];
        let (initiates, breaks) = self.initiates_and_breaks(touch, plan.from);
        let arm = self.world.tables[fluent as usize].arm_mut(slot, deadline);
        if breaks {
            arm.broken = self.tick;
        }
        if !initiates || arm.initiated == self.tick {
            return;
        }
        arm.initiated = self.tick;
        let Some(due) = amount::due_after(self.compiled.program.clock, self.tick, plan.after) else { return };
        let step = if R { self.initiating_step(touch, plan.from) } else { NONE };
        let queue = &mut self.timers.deadlines[fluent as usize][deadline];
        if queue.push(DeadlineTimer { armed: self.tick, slot, step }) {
            self.timers.wakes.push(due, QueueId::Deadline { fluent, deadline: deadline as u32 });
        }
        if queue.wants_cleaning() {
            let table = &self.world.tables[fluent as usize];
            queue.clean(|timer| {
                let arm = table.arm(timer.slot, deadline);
                arm.broken <= timer.armed && (plan.node.is_none() || arm.initiated <= timer.armed)
            });
        }
    }

    fn initiating_step(&self, touch: &Touch, value: Value) -> u32 {
        let effects = self.chain(touch.effects);
        let initiating = effects.filter(|effect| effect.kind == EffectKind::Initiate && effect.value == value);
        initiating.map(|effect| effect.step).min().unwrap_or(NONE)
    }

    fn arm_held(&mut self, touch: &Touch, held: u32) {
        let &Touch { fluent, slot, .. } = touch;
        let compiled = self.compiled;
        let plan = &compiled.held[held as usize];
        let listener = &compiled.listeners[plan.listener as usize];
        let table = &self.world.tables[fluent as usize];
        let value = table.cell(slot).value;
        if matches!(listener.value, Match::Value(wanted) if wanted != value) {
            return;
        }
        let (epoch, step) = (table.cell(slot).epoch, table.made(slot).by);
        let due = match (&plan.time, &listener.value) {
            (Time::Constant(time), Match::Value(_)) if plan.is_plain => {
                let fits = |(pattern, &arg): (&Match, &Value)| match *pattern {
                    Match::Bind(_, hole) => self.world.kinds.fits(hole, arg),
                    _ => true,
                };
                let matches = listener.args.iter().zip(table.key(slot)).all(fits);
                matches.then(|| amount::due_after(compiled.program.clock, self.tick, *time)).flatten()
            }
            _ => self.held_until(touch, plan),
        };
        let table = &mut self.world.tables[fluent as usize];
        if plan.since_renewed {
            table.set_renewed(slot, self.tick);
        }
        let Some(due) = due else { return };
        let step = if R && plan.since_renewed { self.renewing_step(touch, step) } else { step };
        let queue = &mut self.timers.held[held as usize];
        if queue.push(Timer { due, armed: self.tick, item: slot, epoch, step }) {
            self.timers.wakes.push(due, QueueId::Held(held));
        }
        if queue.wants_cleaning() {
            let table = &self.world.tables[fluent as usize];
            let since_renewed = plan.since_renewed;
            queue.clean(|timer| {
                table.cell(timer.item).epoch == timer.epoch
                    && (!since_renewed || table.renewed(timer.item) == timer.armed)
            });
        }
    }

    /// When a trigger that binds something else than each argument once is due, armed now.
    fn held_until(&mut self, touch: &Touch, plan: &Held) -> Option<i64> {
        let listener = &self.compiled.listeners[plan.listener as usize];
        let mut frame = self.take_frame(plan.vars);
        let view = self.view(At::After);
        let table = &view.tables[touch.fluent as usize];
        let matches = view.accepts_all(&listener.args, table.key(touch.slot), &mut frame)
            && view.accepts(listener.value, table.cell(touch.slot).value, &mut frame);
        let due = if matches { self.due_at(&plan.time, &mut frame, At::After) } else { None };
        self.frame = frame;
        due
    }

    fn renewing_step(&self, touch: &Touch, otherwise: u32) -> u32 {
        let value = self.world.tables[touch.fluent as usize].cell(touch.slot).value;
        match self.initiating_step(touch, value) {
            NONE => otherwise,
            step => step,
        }
    }

    /// Whether an instance without a value must be kept because a deadline armed for it is still to come.
    #[inline]
    pub(crate) fn owes_deadline(&self, fluent: u32, slot: u32) -> bool {
        let plan = &self.compiled.fluents[fluent as usize];
        if plan.deadlines.is_empty() {
            return false;
        }
        let table = &self.world.tables[fluent as usize];
        plan.deadlines.iter().enumerate().any(|(at, deadline)| {
            let arm = table.arm(slot, at);
            arm.initiated != BEGINNING
                && arm.broken <= arm.initiated
                && amount::due_after(self.compiled.program.clock, arm.initiated, deadline.after)
                    .is_some_and(|due| self.tick < due)
        })
    }

    /// Sets off every timer that is due by the current tick. None is armed meanwhile.
    pub(crate) fn fire_timers(&mut self) {
        while let Some(queue) = self.timers.wakes.due(self.tick) {
            let next = match queue {
                QueueId::Deadline { fluent, deadline } => self.drain_deadlines(fluent, deadline as usize),
                QueueId::Held(held) => self.drain_held(held),
                QueueId::Elapsed(elapsed) => self.drain_elapsed(elapsed),
                QueueId::Comes(fluent) => self.drain_comes(fluent),
            };
            self.timers.wakes.put_off(next);
        }
    }

    /// Returns when the next one is due.
    fn drain_deadlines(&mut self, fluent: u32, deadline: usize) -> Option<i64> {
        let plan = self.compiled.fluents[fluent as usize].deadlines[deadline];
        loop {
            let timer = self.timers.deadlines[fluent as usize][deadline].front()?;
            let due = amount::due_after(self.compiled.program.clock, timer.armed, plan.after)?;
            if self.tick < due {
                return Some(due);
            }
            self.timers.deadlines[fluent as usize][deadline].pop();
            let arm = *self.world.tables[fluent as usize].arm(timer.slot, deadline);
            let is_renewed = plan.node.is_some() && timer.armed < arm.initiated;
            if timer.armed < arm.broken || is_renewed {
                continue;
            }
            match plan.node {
                Some(node) => {
                    self.renewals[node as usize].push(timer);
                    self.ready.insert(node);
                }
                None => self.run_out(fluent, deadline, timer),
            }
        }
    }

    /// Decides the renewable deadlines of a fluent's value, its initiations at this moment being known.
    pub(crate) fn renew(&mut self, node: u32, fluent: u32, deadline: u32) {
        let from = self.compiled.fluents[fluent as usize].deadlines[deadline as usize].from;
        let mut timers = std::mem::take(&mut self.renewals[node as usize]);
        for timer in timers.drain(..) {
            let touch = self.world.tables[fluent as usize].cell(timer.slot).touch;
            let touch = self.touches.get(touch as usize).filter(|touch| touch.moment == self.moment);
            let is_renewed = touch.is_some_and(|touch| self.initiates_and_breaks(touch, from).0);
            if is_renewed {
                continue;
            }
            self.run_out(fluent, deadline as usize, timer);
        }
        self.renewals[node as usize] = timers;
    }

    fn run_out(&mut self, fluent: u32, deadline: usize, timer: DeadlineTimer) {
        let plan = self.compiled.fluents[fluent as usize].deadlines[deadline];
        let step = if R {
            let premises = vec![Premise::Timer { armed: timer.armed, by: StepId::some(timer.step) }];
            self.note(Cause::Deadline { fluent: FluentId(fluent), index: deadline as u32 }, premises)
        } else {
            NONE
        };
        let (kind, value) = match plan.to {
            Some(value) => (EffectKind::Initiate, value),
            None => (EffectKind::Terminate, plan.from),
        };
        self.affect_slot(fluent, timer.slot, kind, value, step);
    }

    fn drain_held(&mut self, held: u32) -> Option<i64> {
        let plan = &self.compiled.held[held as usize];
        loop {
            let timer = self.timers.held[held as usize].front()?;
            if self.tick < timer.due {
                return Some(timer.due);
            }
            self.timers.held[held as usize].pop();
            let table = &self.world.tables[plan.fluent as usize];
            let still_runs = !plan.since_renewed || table.renewed(timer.item) == timer.armed;
            if table.cell(timer.item).epoch == timer.epoch && still_runs {
                self.trace_timer(plan.fluent, timer.item);
                self.set_off(plan.listener, &timer);
            }
        }
    }

    fn drain_elapsed(&mut self, elapsed: u32) -> Option<i64> {
        loop {
            let timer = self.timers.elapsed[elapsed as usize].front()?;
            if self.tick < timer.due {
                return Some(timer.due);
            }
            self.timers.elapsed[elapsed as usize].pop();
            self.set_off(self.compiled.elapsed[elapsed as usize].listener, &timer);
        }
    }

    fn drain_comes(&mut self, fluent: u32) -> Option<i64> {
        let compiled = self.compiled;
        loop {
            let timer = self.timers.comes[fluent as usize].front()?;
            if self.tick < timer.due {
                return Some(timer.due);
            }
            self.timers.comes[fluent as usize].pop();
            if self.world.tables[fluent as usize].cell(timer.item).epoch == timer.epoch {
                self.trace_timer(fluent, timer.item);
                for &listener in &compiled.fluents[fluent as usize].comes {
                    self.set_off(listener, &timer);
                }
            }
        }
    }

    fn set_off(&mut self, listener: u32, timer: &Timer) {
        let due = self.due.len() as u32;
        self.due.push(Due { item: timer.item, armed: timer.armed, step: timer.step });
        self.pending[listener as usize].push(due);
        self.ready.insert(self.compiled.listeners[listener as usize].node);
    }
}
