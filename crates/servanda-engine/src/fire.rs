//! Fires rules: matches what set them off, tests their conditions, carries out their effects.

use servanda_model::{ActionId, Hole, Value};

use crate::amount;
use crate::compile::ActionPlan;
use crate::compile::direct::{Direct, DirectEffect, OfEvent};
use crate::compile::ops::{Arg, Effect, Expr, Listener, Source, Time, Unless};
use crate::exec::View;
use crate::moment::{EffectKind, Events, Touch};
use crate::record::StepId;
use crate::sink::Sink;
use crate::state::{ABSENT, At, NONE};
use crate::sweep::Sweep;
use crate::timers::{QueueId, Timer};

/// What set a listener off.
#[derive(Clone, Copy)]
struct Cue<'c> {
    listener: &'c Listener,
    id: u32,
    item: u32,
}

impl<S: Sink, const R: bool> Sweep<'_, S, R> {
    /// Fires a rule for every filling that what is pending gives it.
    pub(crate) fn fire(&mut self, node: u32, rule: u32) {
        let compiled = self.compiled;
        let plan = &compiled.rules[rule as usize];
        self.collect(node, plan.vars, (!plan.counts && !R).then_some(&plan.effects));
        let fillings = std::mem::take(&mut self.fillings);
        let sources = std::mem::take(&mut self.sources);
        if (plan.counts || R) && sources.len() > 1 {
            for at in distinct(&fillings, &sources, plan.vars, |source| self.source_rank(source)) {
                self.fire_once(rule, &fillings[at * plan.vars..][..plan.vars], sources[at]);
            }
        } else {
            for (at, source) in sources.iter().enumerate() {
                self.fire_once(rule, &fillings[at * plan.vars..][..plan.vars], *source);
            }
        }
        self.fillings = fillings;
        self.sources = sources;
    }

    /// Finds the fillings of a node into the buffers. Those that nothing has to be searched for take effect `at_once`, if
    /// that is given: what they change is not seen before the next moment.
    fn collect(&mut self, node: u32, vars: usize, at_once: Option<&[Effect]>) {
        let compiled = self.compiled;
        self.fillings.clear();
        self.sources.clear();
        let shares = self.shares_events();
        for &id in &compiled.nodes[node as usize].listeners {
            let listener = &compiled.listeners[id as usize];
            let heard = match listener.source {
                Source::Happens(action) if listener.is_shared && shares => Some(action),
                _ => None,
            };
            let items = match heard {
                Some(action) => &mut self.heard[action as usize],
                None => &mut self.pending[id as usize],
            };
            if items.is_empty() {
                continue;
            }
            let mut items = std::mem::take(items);
            match heard {
                Some(action) => self.locate_heard(action, &items),
                None => self.locate(listener, &items),
            }
            self.take(&Cue { listener, id, item: NONE }, &items, vars, at_once);
            match heard {
                Some(action) => self.heard[action as usize] = items,
                None => {
                    items.clear();
                    self.pending[id as usize] = items;
                }
            }
        }
    }

    /// Has a listener take what set it off, one thing after another.
    fn take(&mut self, cue: &Cue<'_>, items: &[u32], vars: usize, at_once: Option<&[Effect]>) {
        let listener = cue.listener;
        match at_once.filter(|_| listener.conditions.is_test) {
            Some(effects) if matches!(listener.source, Source::Happens(_)) => match &listener.direct {
                Some(direct) if self.trace.is_none() => self.fire_directly(direct, items),
                _ => self.fire_events(listener, items, vars, effects),
            },
            at_once => {
                for &item in items {
                    self.match_source(&Cue { item, ..*cue }, vars, at_once);
                }
            }
        }
    }

    /// Looks up what the events of an action name that those need who share them: once for all of these.
    fn locate_heard(&mut self, action: u32, heard: &[u32]) {
        if std::mem::replace(&mut self.is_located[action as usize], true) {
            return;
        }
        let plan = &self.compiled.actions[action as usize];
        self.locate_sites(plan, &plan.shared_sites, heard);
    }

    /// Looks up what the events name that a listener needs.
    fn locate(&mut self, listener: &Listener, events: &[u32]) {
        if let Source::Happens(action) = listener.source {
            self.locate_sites(&self.compiled.actions[action as usize], &listener.sites, events);
        }
    }

    fn locate_sites(&mut self, plan: &ActionPlan, sites: &[u32], events: &[u32]) {
        let Sweep { world, touches, events: all, .. } = self;
        for &at in sites {
            let site = &plan.sites[at as usize];
            site.locate(at, &world.tables[site.fluent as usize], touches, all, events);
        }
    }

    /// Fires a rule for events, each of which gives it one filling or none.
    fn fire_events(&mut self, listener: &Listener, events: &[u32], vars: usize, effects: &[Effect]) {
        // What is read of the frame is bound by the event or the conditions, so that it need not be cleared in between.
        let mut frame = self.take_frame(vars);
        for &event in events {
            let view = self.view_of(event);
            let fires = view.accepts_all(&listener.args, self.events.args(event), &mut frame)
                && fires(&view, &self.events, listener, &mut frame);
            if fires {
                for (effect, &site) in effects.iter().zip(&listener.effect_sites) {
                    self.carry_out(effect, &mut frame, NONE, (event, site));
                }
            }
        }
        self.frame = frame;
    }

    /// The same where all that matters is in the events and the instances that they name.
    fn fire_directly(&mut self, direct: &Direct, events: &[u32]) {
        let mut passing = std::mem::take(&mut self.passing);
        self.events.passing(&direct.tests, events, &mut passing);
        for &event in &passing {
            if self.is_set_off(direct, event) {
                direct.effects.iter().for_each(|effect| self.carry_out_directly(effect, event));
            }
        }
        self.passing = passing;
    }

    /// Whether an event that passes the tests sets it off.
    #[inline]
    fn is_set_off(&self, direct: &Direct, event: u32) -> bool {
        let args = self.events.args(event);
        let is_it = |&(at, value): &(u32, Value)| args[at as usize] == value;
        let fits = |&(at, hole): &(u32, Hole)| self.world.kinds.fits(hole, args[at as usize]);
        let happens = |(action, of_event): &(u32, OfEvent)| match of_event.are_its_own {
            true => self.events.has_alike(*action, event),
            false => self.events.has(*action, of_event.args.iter().map(|arg| arg.value(args))),
        };
        direct.holes.iter().all(fits) && direct.values.iter().all(is_it) && !direct.unless.iter().any(happens)
    }

    #[inline]
    fn carry_out_directly(&mut self, effect: &DirectEffect, event: u32) {
        let value_of = |sweep: &Self, arg: Arg| match arg {
            Arg::Value(value) => value,
            Arg::Var(at) => sweep.events.args(event)[at as usize],
        };
        match effect {
            DirectEffect::Initiate { fluent, site, key, value } => {
                let slot = self.instance_of(*fluent, *site, key, event);
                let value = value_of(self, *value);
                self.affect_slot(*fluent, slot, EffectKind::Initiate, value, NONE);
            }
            DirectEffect::Terminate { fluent, site, key, value } => {
                let slot = self.instance_of(*fluent, *site, key, event);
                let value = value.map_or(ABSENT, |value| value_of(self, value));
                self.affect_slot(*fluent, slot, EffectKind::Terminate, value, NONE);
            }
            DirectEffect::Happen { action, args } if args.are_its_own => {
                if let Some(made) = self.events.push_alike(*action, event, NONE) {
                    self.tell_produced(*action, made, NONE);
                }
            }
            DirectEffect::Happen { action, args } => {
                let key = self.key_of(&args.args, event);
                self.produce(*action, &key, NONE);
                self.key = key;
            }
        }
    }

    /// The slot of a site's instance, made if there is none yet.
    #[inline]
    fn instance_of(&mut self, fluent: u32, site: u32, key: &OfEvent, event: u32) -> u32 {
        let slot = self.events.slot(event, site);
        if slot != NONE {
            return slot;
        }
        let slot = if key.are_its_own {
            let Sweep { world, events, tick, .. } = self;
            world.tables[fluent as usize].find_or_insert_hashed(events.hash(event), events.args(event), *tick)
        } else {
            let key = self.key_of(&key.args, event);
            let slot = self.world.tables[fluent as usize].find_or_insert(&key, self.tick);
            self.key = key;
            slot
        };
        self.events.set_slot(event, site, slot);
        slot
    }

    /// In the room that there is, to be put back.
    fn key_of(&mut self, args: &[Arg], event: u32) -> Vec<Value> {
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let of_event = self.events.args(event);
        args.iter().for_each(|arg| key.push(arg.value(of_event)));
        key
    }

    fn match_source(&mut self, cue: &Cue<'_>, vars: usize, at_once: Option<&[Effect]>) {
        let Cue { listener, item, .. } = *cue;
        let mut frame = self.take_frame(vars);
        match listener.source {
            Source::Happens(_) => {
                if self.view(At::Before).accepts_all(&listener.args, self.events.args(item), &mut frame) {
                    self.fill(cue, &mut frame, at_once);
                }
            }
            Source::Initiated { settled: false, fluent } => {
                let effect = self.effects[item as usize];
                self.match_instance(cue, (fluent, effect.slot, effect.value), &mut frame, at_once);
            }
            Source::Initiated { settled: true, fluent } => {
                self.settle(item);
                let slot = self.touches[item as usize].slot;
                let mut next = self.touches[item as usize].effects;
                while let Some(effect) = self.effects.get(next as usize).copied() {
                    if effect.kind == EffectKind::Initiate {
                        frame.fill(ABSENT);
                        let cue = Cue { item: next, ..*cue };
                        self.match_instance(&cue, (fluent, slot, effect.value), &mut frame, at_once);
                    }
                    next = effect.next;
                }
            }
            Source::Begins(fluent) | Source::Ends(fluent) => {
                self.settle(item);
                let Touch { slot, before, .. } = self.touches[item as usize];
                let after = self.world.tables[fluent as usize].cell(slot).value;
                let begins = matches!(listener.source, Source::Begins(_));
                let value = if begins { after } else { before };
                if before != after && value != ABSENT {
                    self.match_instance(cue, (fluent, slot, value), &mut frame, at_once);
                }
            }
            Source::Held(held) => {
                let fluent = self.compiled.held[held as usize].fluent;
                self.match_due(cue, fluent, &mut frame, at_once);
            }
            Source::Comes(fluent) => self.match_due(cue, fluent, &mut frame, at_once),
            Source::Elapsed(elapsed) => {
                let place = self.due[item as usize].item;
                let (carried, free) = &mut self.timers.carried[elapsed as usize];
                frame.copy_from_slice(&carried[place as usize * vars..][..vars]);
                free.push(place);
                self.fill(cue, &mut frame, at_once);
            }
        }
        self.frame = frame;
    }

    fn match_due(&mut self, cue: &Cue<'_>, fluent: u32, frame: &mut [Value], at_once: Option<&[Effect]>) {
        let slot = self.due[cue.item as usize].item;
        self.trace_point(fluent, self.world.tables[fluent as usize].key(slot));
        let value = self.world.tables[fluent as usize].cell(slot).read(At::Before, &self.touches);
        self.match_instance(cue, (fluent, slot, value), frame, at_once);
    }

    fn match_instance(
        &mut self,
        cue: &Cue<'_>,
        (fluent, slot, value): (u32, u32, Value),
        frame: &mut [Value],
        at_once: Option<&[Effect]>,
    ) {
        let listener = cue.listener;
        let view = self.view(At::Before);
        let key = view.tables[fluent as usize].key(slot);
        if view.accepts_all(&listener.args, key, frame) && view.accepts(listener.value, value, frame) {
            self.fill(cue, frame, at_once);
        }
    }

    /// Runs the listener's conditions from a matched trigger, and keeps every filling that nothing forbids.
    fn fill(&mut self, cue: &Cue<'_>, frame: &mut [Value], at_once: Option<&[Effect]>) {
        let Cue { listener, id, item } = *cue;
        if let Some(effects) = at_once {
            if fires(&self.view(At::Before), &self.events, listener, frame) {
                effects.iter().for_each(|effect| self.carry_out(effect, frame, NONE, NOWHERE));
            }
            return;
        }
        let mut fillings = std::mem::take(&mut self.fillings);
        let mut sources = std::mem::take(&mut self.sources);
        let view = match listener.source {
            Source::Happens(_) => self.view_of(item),
            _ => self.view(At::Before),
        };
        view.run(&listener.conditions, frame, &mut |frame| {
            if listener.unless.iter().all(|unless| !happens(&view, &self.events, unless, frame)) {
                let start = fillings.len();
                fillings.extend_from_slice(frame);
                listener.hidden.iter().for_each(|&var| fillings[start + var as usize] = ABSENT);
                sources.push((id, item));
            }
            false
        });
        self.fillings = fillings;
        self.sources = sources;
    }

    fn fire_once(&mut self, rule: u32, filling: &[Value], source: (u32, u32)) {
        let compiled = self.compiled;
        let step = if R { self.note_rule(rule, filling, source) } else { NONE };
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        frame.extend_from_slice(filling);
        for effect in &compiled.rules[rule as usize].effects {
            self.carry_out(effect, &mut frame, step, NOWHERE);
        }
        self.frame = frame;
    }

    /// `place` is the event that sets it off, and its site of the instance concerned.
    fn carry_out(&mut self, effect: &Effect, frame: &mut [Value], step: u32, place: (u32, u32)) {
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        match effect {
            Effect::Initiate { fluent, key: args, value } => {
                if let Some(value) = self.view(At::Before).value(value, frame) {
                    let slot = self.instance(*fluent, args, frame, &mut key, place);
                    self.affect_slot(*fluent, slot, EffectKind::Initiate, value, step);
                }
            }
            Effect::Terminate { fluent, key: args, value } => {
                let slot = self.instance(*fluent, args, frame, &mut key, place);
                let value = value.map_or(ABSENT, |value| value.value(frame));
                self.affect_slot(*fluent, slot, EffectKind::Terminate, value, step);
            }
            Effect::TerminateAll { fluent, key: args, value, index } => {
                key.extend(args.iter().map(|arg| arg.map_or(ABSENT, |arg| arg.value(frame))));
                self.terminate_all(*fluent, &key, value.map_or(ABSENT, |value| value.value(frame)), step, *index);
            }
            Effect::Increase { fluent, key: args, by } => {
                if let Some(by) = self.increase(by, frame) {
                    let slot = self.instance(*fluent, args, frame, &mut key, place);
                    self.affect_slot(*fluent, slot, EffectKind::Increase, by, step);
                }
            }
            Effect::Happen { action, args } => {
                key.extend(args.iter().map(|arg| arg.value(frame)));
                self.produce(*action, &key, step);
            }
        }
        self.key = key;
    }

    fn increase(&self, by: &Expr, frame: &mut [Value]) -> Option<Value> {
        let view = self.view(At::Before);
        if let Some(number) = view.plain(by, frame) {
            return Value::number(number);
        }
        let by = view.amount(by, frame).filter(|by| by.is_numeric())?;
        self.world.ranges.borrow_mut().value(by)
    }

    /// The slot of an instance that something happens to, made if there is none yet.
    #[inline]
    fn instance(
        &mut self,
        fluent: u32,
        args: &[Arg],
        frame: &[Value],
        key: &mut Vec<Value>,
        (event, site): (u32, u32),
    ) -> u32 {
        if site != NONE
            && let slot = self.events.slot(event, site)
            && slot != NONE
        {
            return slot;
        }
        args.iter().for_each(|arg| key.push(arg.value(frame)));
        let slot = self.world.tables[fluent as usize].find_or_insert(key, self.tick);
        if site != NONE {
            self.events.set_slot(event, site, slot);
        }
        slot
    }

    /// An event that a rule makes happen, unless the same one happens already.
    fn produce(&mut self, action: u32, args: &[Value], step: u32) {
        if let Some(event) = self.events.push_new(action, args, step) {
            self.tell_produced(action, event, step);
        }
    }

    #[inline]
    fn tell_produced(&mut self, action: u32, event: u32, step: u32) {
        if self.compiled.actions[action as usize].is_heard {
            self.announce(action, event);
        }
        self.sink.produced(self.tick, self.step, ActionId(action), self.events.args(event), StepId::some(step));
    }

    /// Arms the `After` timers of one trigger.
    pub(crate) fn arm(&mut self, node: u32, rule: u32, _trigger: u32) {
        let compiled = self.compiled;
        let vars = compiled.rules[rule as usize].vars;
        self.collect(node, vars, None);
        let fillings = std::mem::take(&mut self.fillings);
        let sources = std::mem::take(&mut self.sources);
        let elapsed = compiled.nodes[node as usize].elapsed;
        for at in distinct(&fillings, &sources, vars, |source| self.source_rank(source)) {
            let mut frame = self.take_frame(vars);
            frame.copy_from_slice(&fillings[at * vars..][..vars]);
            let due = self.due_at(&compiled.elapsed[elapsed as usize].time, &mut frame, At::Before);
            if let Some(due) = due {
                let step = if R { self.source_step(sources[at]) } else { NONE };
                self.carry(elapsed, due, &frame, step);
            }
            self.frame = frame;
        }
        self.fillings = fillings;
        self.sources = sources;
    }

    fn carry(&mut self, elapsed: u32, due: i64, filling: &[Value], step: u32) {
        let place = self.timers.carry(elapsed, filling);
        let timer = Timer { due, armed: self.tick, item: place, epoch: 0, step };
        if self.timers.elapsed[elapsed as usize].push(timer) {
            self.timers.wakes.push(due, QueueId::Elapsed(elapsed));
        }
    }

    /// When a timer armed now is due.
    pub(crate) fn due_at(&self, time: &Time, frame: &mut [Value], at: At) -> Option<i64> {
        let clock = self.compiled.program.clock;
        match time {
            Time::Constant(duration) => amount::due_after(clock, self.tick, *duration),
            Time::Worked(expr) => amount::due(clock, self.tick, self.view(at).amount(expr, frame)?),
        }
    }
}

/// No event, and no site.
const NOWHERE: (u32, u32) = (NONE, NONE);

/// Whether a rule fires for a matched trigger that gives it one filling or none.
#[inline]
fn fires(view: &View<'_>, events: &Events, listener: &Listener, frame: &mut [Value]) -> bool {
    let is_open = |frame: &mut [Value]| listener.unless.iter().all(|unless| !happens(view, events, unless, frame));
    // Events of the moment are near; instances may be far.
    let first = listener.unless_first;
    (!first || is_open(frame)) && view.passes(&listener.conditions, frame) && (first || is_open(frame))
}

/// Whether a forbidden event happens at this moment.
fn happens(view: &View<'_>, events: &Events, unless: &Unless, frame: &mut [Value]) -> bool {
    if let Some(key) = &unless.key {
        return events.has(unless.action, key.iter().map(|arg| arg.value(frame)));
    }
    events.of(unless.action).iter().any(|&event| view.accepts_all(&unless.args, events.args(event), frame))
}

/// The places of the fillings that differ, in order of filling; among equal ones the source of least rank.
fn distinct(
    fillings: &[Value],
    sources: &[(u32, u32)],
    vars: usize,
    rank: impl Fn((u32, u32)) -> (u32, u32),
) -> Vec<usize> {
    let filling = |at: usize| &fillings[at * vars..][..vars];
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_unstable_by(|&a, &b| filling(a).cmp(filling(b)).then_with(|| rank(sources[a]).cmp(&rank(sources[b]))));
    order.dedup_by(|b, a| filling(*a) == filling(*b));
    order
}
