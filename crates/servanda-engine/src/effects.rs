//! Effects on inertial fluents, and what several on one instance come to (`docs/semantics.md`, 15).

use servanda_model::{ArithOp, FluentId, Kinded, Number, Ties, Value};

use crate::amount;
use crate::compile::FluentPlan;
use crate::hash;
use crate::moment::{EffectKind, EffectRecord, Touch, WildEnding};
use crate::record::{Cause, Premise, StepId};
use crate::sink::{Contradiction, Sink};
use crate::state::{ABSENT, At, NONE};
use crate::sweep::Sweep;

/// What the effects on one instance come to.
enum Outcome {
    /// It has this value, or none, because of this step.
    Value(Value, u32),
    Contradiction {
        with_other_effects: bool,
    },
}

impl<S: Sink, const R: bool> Sweep<'_, S, R> {
    pub(crate) fn initiate(&mut self, fluent: u32, key: &[Value], value: Value, step: u32) {
        self.affect(fluent, key, EffectKind::Initiate, value, step);
    }

    /// Ends a value, or with `ABSENT` any.
    pub(crate) fn terminate(&mut self, fluent: u32, key: &[Value], value: Value, step: u32) {
        self.affect(fluent, key, EffectKind::Terminate, value, step);
    }

    /// Ends a value, or any, of every instance that matches; `ABSENT` arguments match all.
    /// `index` is by the arguments that are given, if any are.
    pub(crate) fn terminate_all(&mut self, fluent: u32, key: &[Value], value: Value, step: u32, index: Option<usize>) {
        let ending = WildEnding { fluent, key: key.into(), value, step };
        self.trace_scan(fluent);
        match index {
            Some(index) => {
                let given = key.iter().filter(|value| **value != ABSENT);
                let hash = given.fold(hash::begin(), |hash, &value| hash::mix(hash, value));
                let mut slot = self.world.tables[fluent as usize].first(index, hash);
                while slot != NONE {
                    self.end_one(&ending, slot);
                    slot = self.world.tables[fluent as usize].next(index, slot);
                }
            }
            None => self.world.tables[fluent as usize].slots().for_each(|slot| self.end_one(&ending, slot)),
        }
        self.wild.push(ending);
    }

    fn end_one(&mut self, ending: &WildEnding, slot: u32) {
        let fluent = ending.fluent;
        let table = &self.world.tables[fluent as usize];
        let is_kept = table.cell(slot).read(At::Before, &self.touches) != ABSENT || self.owes_deadline(fluent, slot);
        if is_kept && ending.matches(self.world.tables[fluent as usize].key(slot)) {
            self.touch(fluent, slot);
        }
    }

    pub(crate) fn affect(&mut self, fluent: u32, key: &[Value], kind: EffectKind, value: Value, step: u32) {
        let slot = self.world.tables[fluent as usize].find_or_insert(key, self.tick);
        self.affect_slot(fluent, slot, kind, value, step);
    }

    #[inline]
    pub(crate) fn affect_slot(&mut self, fluent: u32, slot: u32, kind: EffectKind, value: Value, step: u32) {
        let touch = self.touch(fluent, slot);
        let effect = self.effects.len() as u32;
        let touch = &mut self.touches[touch as usize];
        self.effects.push(EffectRecord { kind, value, slot, next: touch.effects, step });
        touch.effects = effect;
        let compiled = self.compiled;
        let plan = &compiled.fluents[fluent as usize];
        if kind == EffectKind::Initiate && plan.has_initiated {
            let Sweep { pending, ready, world, .. } = self;
            plan.initiated.each(world.tables[fluent as usize].key(slot), value, |listener| {
                pending[listener as usize].push(effect);
                ready.insert(compiled.listeners[listener as usize].node);
            });
        }
    }

    /// The record of what happens to an instance in this moment. Whoever listens to its changes is set off.
    #[inline]
    pub(crate) fn touch(&mut self, fluent: u32, slot: u32) -> u32 {
        let Sweep { world, touches, active, moment, .. } = self;
        let table = &mut world.tables[fluent as usize];
        let cell = table.cell_mut(slot);
        let id = if cell.touch == NONE {
            cell.touch = touches.len() as u32;
            touches.push(Touch::new(fluent, slot, cell.value, *moment));
            cell.touch
        } else {
            let touch = &mut touches[cell.touch as usize];
            if touch.moment == *moment {
                return cell.touch;
            }
            touch.moment = *moment;
            touch.effects = NONE;
            touch.is_settled = false;
            cell.touch
        };
        active.push(id);
        let plan = &self.compiled.fluents[fluent as usize];
        if plan.is_heard {
            self.wake_for(plan, id);
        }
        id
    }

    /// Sets off whoever listens to the changes of an instance.
    fn wake_for(&mut self, plan: &FluentPlan, id: u32) {
        let compiled = self.compiled;
        let Sweep { world, touches, pending, ready, .. } = self;
        let Touch { fluent, slot, .. } = touches[id as usize];
        let table = &mut world.tables[fluent as usize];
        if plan.is_read {
            table.active.push(id);
        }
        let mut wake = |listener: u32| {
            pending[listener as usize].push(id);
            ready.insert(compiled.listeners[listener as usize].node);
        };
        plan.changed.each(table.key(slot), ABSENT, &mut wake);
        if plan.has_initiated {
            plan.settled.each(table.key(slot), ABSENT, &mut wake);
        }
        plan.derives.each(table.key(slot), ABSENT, |node| ready.insert(node));
    }

    /// Works out the value of an instance after the moment. Every effect on it must be known.
    #[inline]
    pub(crate) fn settle(&mut self, touch: u32) {
        let it = &mut self.touches[touch as usize];
        if std::mem::replace(&mut it.is_settled, true) {
            return;
        }
        match self.only_effect(touch) {
            Some((value, step)) => self.set(touch, value, step),
            None => self.settle_several(touch),
        }
    }

    fn settle_several(&mut self, touch: u32) {
        if !R && let Some(value) = self.only_increase(touch) {
            return self.set(touch, value, NONE);
        }
        let before = self.touches[touch as usize].before;
        self.add_increases(touch);
        match self.outcome(touch, before) {
            Outcome::Value(value, step) => self.set(touch, value, step),
            Outcome::Contradiction { with_other_effects } => {
                let step = self.contradict(touch, with_other_effects);
                self.set(touch, ABSENT, step);
            }
        }
    }

    /// Gives a touched instance its value after the moment.
    #[inline]
    pub(crate) fn set(&mut self, touch: u32, value: Value, step: u32) {
        let Touch { fluent, slot, before, .. } = self.touches[touch as usize];
        let table = &mut self.world.tables[fluent as usize];
        let cell = table.cell_mut(slot);
        cell.epoch = cell.epoch.wrapping_add(u32::from(value != before));
        if value != cell.value {
            table.set_value(slot, value);
        }
        if R && value != before {
            self.touches[touch as usize].step = step;
            if let Some(made) = table.made_mut(slot) {
                made.by = if value == ABSENT { NONE } else { step };
            }
        }
    }

    /// What an instance comes to that one thing at most happens to.
    #[inline]
    fn only_effect(&self, touch: u32) -> Option<(Value, u32)> {
        let Touch { effects, before, .. } = self.touches[touch as usize];
        if !self.wild.is_empty() {
            return None;
        }
        let Some(effect) = self.effects.get(effects as usize) else { return Some((before, NONE)) };
        match effect.kind {
            _ if effect.next != NONE => None,
            EffectKind::Initiate => Some((effect.value, effect.step)),
            EffectKind::Terminate if effect.value == ABSENT || effect.value == before => Some((ABSENT, effect.step)),
            EffectKind::Terminate => Some((before, NONE)),
            EffectKind::Increase => None,
        }
    }

    /// What an instance comes to that is increased once, both being plain numbers; that is then what it is initiated with.
    fn only_increase(&mut self, touch: u32) -> Option<Value> {
        let Touch { effects, before, .. } = self.touches[touch as usize];
        let effect = self.effects.get_mut(effects as usize)?;
        if effect.kind != EffectKind::Increase || effect.next != NONE || !self.wild.is_empty() {
            return None;
        }
        let plain = |value: Value| match value.kinded() {
            Kinded::Number(number) => Some(number),
            _ => None,
        };
        let held = if before == ABSENT { Number::whole(0) } else { plain(before)? };
        let value = amount::exact(ArithOp::Plus, held, plain(effect.value)?).and_then(Value::number)?;
        (effect.kind, effect.value) = (EffectKind::Initiate, value);
        Some(value)
    }

    fn outcome(&self, touch: u32, before: Value) -> Outcome {
        let Touch { fluent, slot, effects, .. } = self.touches[touch as usize];
        let mut initiated = ABSENT;
        let mut by = NONE;
        let mut has_two = false;
        for effect in self.chain(effects) {
            if effect.kind == EffectKind::Increase {
                return Outcome::Contradiction { with_other_effects: true };
            }
            if effect.kind == EffectKind::Initiate {
                has_two |= initiated != ABSENT && initiated != effect.value;
                initiated = effect.value;
                by = by.min(effect.step);
            }
        }
        if initiated == ABSENT {
            return match self.ending(fluent, slot, effects, before) {
                Some(step) => Outcome::Value(ABSENT, step),
                None => Outcome::Value(before, NONE),
            };
        }
        if !has_two {
            let ending = self.ending(fluent, slot, effects, initiated);
            return match (ending, self.compiled.fluents[fluent as usize].ties) {
                (None, _) | (_, Ties::StartingWins) => Outcome::Value(initiated, by),
                (Some(step), Ties::EndingWins) => {
                    let step = if before == initiated { step } else { step.min(by) };
                    Outcome::Value(ABSENT, step)
                }
                (_, Ties::Contradiction) => Outcome::Contradiction { with_other_effects: true },
            };
        }
        match self.compiled.fluents[fluent as usize].ties {
            Ties::EndingWins => Outcome::Value(ABSENT, self.first_other(effects, before)),
            Ties::Contradiction | Ties::StartingWins => Outcome::Contradiction { with_other_effects: false },
        }
    }

    /// The first step that initiates another value than this.
    fn first_other(&self, effects: u32, value: Value) -> u32 {
        let others = self.chain(effects).filter(|it| it.kind == EffectKind::Initiate && it.value != value);
        others.map(|effect| effect.step).min().unwrap_or(NONE)
    }

    /// The effects of a chain, last first.
    pub(crate) fn chain(&self, first: u32) -> impl Iterator<Item = EffectRecord> + '_ {
        let mut next = first;
        std::iter::from_fn(move || {
            let effect = *self.effects.get(next as usize)?;
            next = effect.next;
            Some(effect)
        })
    }

    /// The first step that explicitly ends this value of the instance, if any does.
    fn ending(&self, fluent: u32, slot: u32, effects: u32, value: Value) -> Option<u32> {
        let ends = |ended: Value| ended == ABSENT || ended == value;
        let own = self.chain(effects).filter(|it| it.kind == EffectKind::Terminate && ends(it.value));
        let own = own.map(|effect| effect.step).min();
        if self.wild.is_empty() {
            return own;
        }
        let key = self.world.tables[fluent as usize].key(slot);
        let wild = self.wild.iter().filter(|it| it.fluent == fluent && ends(it.value) && it.matches(key));
        own.into_iter().chain(wild.map(|ending| ending.step)).min()
    }

    /// Turns increases without any other effect into the initiation of their sum.
    fn add_increases(&mut self, touch: u32) {
        let Touch { fluent, slot, effects, before, .. } = self.touches[touch as usize];
        let mut amount: Option<Option<amount::Amount>> = None;
        for effect in self.chain(effects) {
            if effect.kind != EffectKind::Increase {
                return;
            }
            let by = self.world.ranges.borrow().amount(effect.value);
            amount = Some(match amount {
                None => Some(by),
                Some(so_far) => so_far.and_then(|so_far| amount::sum(so_far, by)),
            });
        }
        let Some(amount) = amount else { return };
        if self.is_ended_at_all(fluent, slot) {
            return;
        }
        let held = match before {
            ABSENT => amount::Amount::ZERO,
            _ => self.world.ranges.borrow().amount(before),
        };
        let sum = amount.and_then(|amount| amount::sum(held, amount));
        let value = sum.and_then(|sum| self.world.ranges.borrow_mut().value(sum));
        let step = if R { self.note_increases(touch, before) } else { NONE };
        // A sum that cannot be written down leaves the number as it was.
        self.touches[touch as usize].effects = NONE;
        if let Some(value) = value {
            let effect = self.effects.len() as u32;
            self.effects.push(EffectRecord { kind: EffectKind::Initiate, value, slot, next: NONE, step });
            self.touches[touch as usize].effects = effect;
        }
    }

    fn is_ended_at_all(&self, fluent: u32, slot: u32) -> bool {
        let key = self.world.tables[fluent as usize].key(slot);
        self.wild.iter().any(|ending| ending.fluent == fluent && ending.matches(key))
    }

    fn note_increases(&mut self, touch: u32, before: Value) -> u32 {
        let Touch { fluent, slot, effects, .. } = self.touches[touch as usize];
        let table = &self.world.tables[fluent as usize];
        let args = table.key(slot).to_vec();
        let fluent = FluentId(fluent);
        let mut premises = self.effect_premises(effects);
        premises.push(match before {
            ABSENT => Premise::NoValue { fluent, args: args.clone() },
            value => {
                let by = StepId::some(table.made(slot).before);
                Premise::Holds { fluent, args: args.clone(), value, by }
            }
        });
        self.note(Cause::Increases { fluent, args }, premises)
    }

    fn effect_premises(&self, effects: u32) -> Vec<Premise> {
        let mut steps: Vec<StepId> = self.chain(effects).filter_map(|effect| StepId::some(effect.step)).collect();
        steps.sort_unstable();
        steps.dedup();
        steps.into_iter().map(Premise::Effect).collect()
    }

    /// The distinct values initiated for a settled instance.
    pub(crate) fn initiated_values(&self, touch: u32) -> Vec<Value> {
        let effects = self.chain(self.touches[touch as usize].effects);
        let mut values: Vec<Value> =
            effects.filter(|effect| effect.kind == EffectKind::Initiate).map(|effect| effect.value).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    fn contradict(&mut self, touch: u32, with_other_effects: bool) -> u32 {
        let Touch { fluent, slot, effects, .. } = self.touches[touch as usize];
        let key = self.world.tables[fluent as usize].key(slot);
        let (fluent_id, args) = (FluentId(fluent), key.to_vec());
        let wild = self.wild.iter().filter(|ending| ending.fluent == fluent && ending.matches(key));
        let wild = wild.filter_map(|ending| StepId::some(ending.step)).map(Premise::Effect);
        let mut premises = self.effect_premises(effects);
        premises.extend(wild.filter(|_| R).collect::<Vec<_>>());
        let steps = premises
            .iter()
            .filter_map(|premise| match premise {
                Premise::Effect(step) => Some(*step),
                _ => None,
            })
            .collect();
        let values = self.initiated_values(touch);
        let contradiction = Contradiction {
            tick: Some(self.tick),
            fluent: fluent_id,
            args: args.clone(),
            values,
            with_other_effects,
            steps,
        };
        self.sink.contradiction(contradiction);
        if R { self.note(Cause::Contradiction { fluent: fluent_id, args }, premises) } else { NONE }
    }

    /// Whether an effect initiates this value of the instance, and whether one breaks it.
    pub(crate) fn initiates_and_breaks(&self, touch: &Touch, value: Value) -> (bool, bool) {
        let (mut initiates, mut breaks) = (false, false);
        for effect in self.chain(touch.effects) {
            match effect.kind {
                EffectKind::Initiate => {
                    initiates |= effect.value == value;
                    breaks |= effect.value != value;
                }
                EffectKind::Terminate => breaks |= effect.value == ABSENT || effect.value == value,
                EffectKind::Increase => {}
            }
        }
        let breaks =
            breaks || (!self.wild.is_empty() && self.ending(touch.fluent, touch.slot, touch.effects, value).is_some());
        (initiates, breaks)
    }
}

impl WildEnding {
    pub(crate) fn matches(&self, key: &[Value]) -> bool {
        self.key.iter().zip(key).all(|(wanted, value)| *wanted == ABSENT || wanted == value)
    }
}
