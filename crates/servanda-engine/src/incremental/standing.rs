//! All that later moments can know of an instance, taken out of the engine's state and put back into it.

use servanda_model::Value;

use super::history::Name;
use crate::amount;
use crate::compile::Compiled;
use crate::compile::graph::NodeKind;
use crate::sink::Sink;
use crate::state::{ABSENT, Arm, BEGINNING, NONE, Table};
use crate::sweep::{Sweep, Timers};
use crate::timers::{DeadlineTimer, QueueId, Timer};

/// How an instance stands between two ticks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    pub(super) value: Value,
    pub(super) since: i64,
    /// Most instances have none.
    pub(super) more: Option<Box<More>>,
}

/// What is pending for an instance.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct More {
    /// Which deadline, and when it was armed.
    deadlines: Vec<(u32, i64)>,
    /// Which `HasHeld`, when it is due and when it was armed.
    held: Vec<(u32, i64, i64)>,
    /// When a `Comes` is due and when it was armed.
    comes: Vec<(i64, i64)>,
    renewed: Option<i64>,
    /// Values that definitions give it at once, already reported.
    conflict: Vec<Value>,
}

/// An `After` timer that outlasts the stretch in which it was armed: due, which, armed, and what it carries.
pub(super) type Carried = (i64, u32, i64, Box<[Value]>);

impl Standing {
    /// That of an instance of which nothing is known.
    pub(super) const NOTHING: Standing = Standing { value: ABSENT, since: BEGINNING, more: None };

    /// Whether only the beginning of the value differs, which nothing but the timeline shows.
    pub(super) fn differs_in_since_only(&self, other: &Standing) -> bool {
        self.value == other.value && self.more == other.more && self.since != other.since
    }

    /// Whether one that looks at the instance, and is not otherwise concerned with it, sees a difference.
    pub(super) fn looks_like(&self, other: &Standing) -> bool {
        self.value == other.value && self.conflict() == other.conflict()
    }

    fn conflict(&self) -> &[Value] {
        self.more.as_ref().map_or(&[], |more| &more.conflict)
    }

    /// The ticks at which its timers are due.
    pub(super) fn dues(&self, compiled: &Compiled, fluent: u32) -> impl Iterator<Item = i64> {
        let plan = &compiled.fluents[fluent as usize];
        let more = self.more.iter();
        more.flat_map(move |more| {
            let deadline = move |&(at, armed): &(u32, i64)| {
                amount::due_after(compiled.program.clock, armed, plan.deadlines[at as usize].after)
            };
            let others = more.held.iter().map(|timer| timer.1).chain(more.comes.iter().map(|timer| timer.0));
            more.deadlines.iter().filter_map(deadline).chain(others)
        })
    }
}

/// Takes everything out of the sweep's state.
pub(super) fn empty<S: Sink>(sweep: &mut Sweep<'_, S, false>) {
    sweep.world.tables.iter_mut().for_each(Table::clear);
    sweep.timers.clear();
    sweep.conflicts.clear();
    (sweep.tick, sweep.step) = (BEGINNING, 0);
}

/// Puts an instance into a state that does not have it. All later moments are at `tick` or after.
pub(super) fn put<S: Sink>(sweep: &mut Sweep<'_, S, false>, (fluent, key): &Name, is: &Standing, tick: i64) {
    let plan = &sweep.compiled.fluents[*fluent as usize];
    if !is.conflict().is_empty() {
        sweep.conflicts.insert((*fluent, key.clone()), is.conflict().to_vec());
    }
    let deadlines = is.more.as_ref().map_or(&[][..], |more| &more.deadlines);
    if is.value == ABSENT && deadlines.is_empty() {
        return;
    }
    let clock = sweep.compiled.program.clock;
    let (table, timers) = (&mut sweep.world.tables[*fluent as usize], &mut sweep.timers);
    let slot = table.find_or_insert(key, tick);
    if is.value != ABSENT {
        table.set_value(slot, is.value);
    }
    let cell = table.cell_mut(slot);
    cell.since = is.since;
    let epoch = cell.epoch;
    for (at, deadline) in plan.deadlines.iter().enumerate() {
        let armed = deadlines.iter().filter(|timer| timer.0 as usize == at).map(|timer| timer.1);
        let (first, last) = (armed.clone().min(), armed.clone().max());
        *table.arm_mut(slot, at) = match (first, last) {
            (Some(first), Some(last)) => Arm { initiated: last, broken: first },
            _ => Arm { initiated: BEGINNING, broken: tick },
        };
        for armed in armed {
            timers.deadlines[*fluent as usize][at].insert(DeadlineTimer { armed, slot, step: NONE });
            if let Some(due) = amount::due_after(clock, armed, deadline.after) {
                timers.wakes.push(due, QueueId::Deadline { fluent: *fluent, deadline: at as u32 });
            }
        }
    }
    let Some(more) = &is.more else { return };
    table.set_renewed(slot, more.renewed.unwrap_or(BEGINNING));
    for &(held, due, armed) in &more.held {
        timers.held[held as usize].insert(Timer { due, armed, item: slot, epoch, step: NONE });
        timers.wakes.push(due, QueueId::Held(held));
    }
    for &(due, armed) in &more.comes {
        timers.comes[*fluent as usize].insert(Timer { due, armed, item: slot, epoch, step: NONE });
        timers.wakes.push(due, QueueId::Comes(*fluent));
    }
}

/// Puts an `After` timer into the state.
pub(super) fn put_carried(timers: &mut Timers, (due, elapsed, armed, filling): &Carried) {
    let place = timers.carry(*elapsed, filling);
    let timer = Timer { due: *due, armed: *armed, item: place, epoch: 0, step: NONE };
    timers.elapsed[*elapsed as usize].insert(timer);
    timers.wakes.push(*due, QueueId::Elapsed(*elapsed));
}

/// How instances stand at the end of a stretch that began at `from`. They come in order of fluent, each with how it stood
/// when the stretch began, if the state may hold timers of that time for others as well.
pub(super) fn standings<S: Sink>(
    sweep: &Sweep<'_, S, false>,
    names: &[(&Name, Option<&Standing>)],
    from: i64,
) -> Vec<Standing> {
    let mut all: Vec<Standing> = Vec::with_capacity(names.len());
    let mut more: Vec<More> = Vec::new();
    for of_fluent in names.chunk_by(|a, b| a.0.0 == b.0.0) {
        let fluent = of_fluent[0].0.0;
        let table = &sweep.world.tables[fluent as usize];
        let first = all.len();
        more.clear();
        more.resize(of_fluent.len(), More::default());
        let mut places: Vec<(u32, usize)> = Vec::new();
        for (at, ((_, key), _)) in of_fluent.iter().enumerate() {
            let slot = table.find(key);
            places.extend(slot.map(|slot| (slot, at)));
            let (value, since) = slot.map_or((ABSENT, BEGINNING), |slot| {
                let cell = table.cell(slot);
                (cell.value, if cell.value == ABSENT { BEGINNING } else { cell.since })
            });
            all.push(Standing { value, since, more: None });
            if !sweep.conflicts.is_empty()
                && let Some(conflict) = sweep.conflicts.get(&(fluent, key.clone()))
            {
                more[at].conflict.clone_from(conflict);
            }
        }
        places.sort_unstable();
        timers(sweep, fluent, of_fluent, &places, from, &mut more);
        for (at, more) in more.iter_mut().enumerate().filter(|(_, more)| **more != More::default()) {
            more.deadlines.sort_unstable();
            more.deadlines.dedup();
            more.held.sort_unstable();
            more.comes.sort_unstable();
            all[first + at].more = Some(Box::new(std::mem::take(more)));
        }
    }
    all
}

/// Gathers the timers that still count of instances of one fluent, whose slots and places are given.
fn timers<S: Sink>(
    sweep: &Sweep<'_, S, false>,
    fluent: u32,
    names: &[(&Name, Option<&Standing>)],
    places: &[(u32, usize)],
    from: i64,
    more: &mut [More],
) {
    let (compiled, timers) = (sweep.compiled, &sweep.timers);
    let table = &sweep.world.tables[fluent as usize];
    let place = |slot: u32| Some(places[places.binary_search_by_key(&slot, |place| place.0).ok()?].1);
    let plan = &compiled.fluents[fluent as usize];
    for (at, queue) in timers.deadlines[fluent as usize].iter().enumerate() {
        let counts = |slot: u32, armed: i64| {
            let arm = table.arm(slot, at);
            arm.broken <= armed && (plan.deadlines[at].node.is_none() || arm.initiated <= armed)
        };
        for timer in queue.armed_since(from) {
            if let Some(place) = place(timer.slot).filter(|_| counts(timer.slot, timer.armed)) {
                more[place].deadlines.push((at as u32, timer.armed));
            }
        }
        // Those armed before are among those that were pending then, unless they have run out.
        let still_due = queue.front().map_or(i64::MAX, |first| first.armed);
        for &(slot, place) in places {
            let before = names[place].1.and_then(|was| was.more.as_ref()).map_or(&[][..], |more| &more.deadlines);
            for &(_, armed) in before.iter().filter(|(deadline, armed)| *deadline as usize == at && *armed < from) {
                if still_due <= armed && counts(slot, armed) {
                    more[place].deadlines.push((at as u32, armed));
                }
            }
        }
    }
    for &held in &plan.held {
        let since_renewed = compiled.held[held as usize].since_renewed;
        for timer in timers.held[held as usize].iter() {
            if table.cell(timer.item).epoch == timer.epoch
                && (!since_renewed || table.renewed(timer.item) == timer.armed)
                && let Some(place) = place(timer.item)
            {
                more[place].held.push((held, timer.due, timer.armed));
                let renewed = table.renewed(timer.item);
                more[place].renewed = (renewed != BEGINNING).then_some(renewed);
            }
        }
    }
    for timer in timers.comes[fluent as usize].iter() {
        if table.cell(timer.item).epoch == timer.epoch
            && let Some(place) = place(timer.item)
        {
            more[place].comes.push((timer.due, timer.armed));
        }
    }
}

/// For each `After`, how many values its timers carry.
pub(super) fn carried_vars(compiled: &Compiled) -> Vec<usize> {
    let mut vars = vec![0; compiled.elapsed.len()];
    for node in &compiled.nodes {
        if let NodeKind::Arm { rule, .. } = node.kind {
            vars[node.elapsed as usize] = compiled.rules[rule as usize].vars;
        }
    }
    vars
}

/// The `After` timers armed since a tick that are still pending, in order.
pub(super) fn carried(timers: &Timers, vars: &[usize], since: i64) -> Vec<Carried> {
    let mut all = Vec::new();
    for (elapsed, queue) in timers.elapsed.iter().enumerate() {
        let filling = |item: u32| &timers.carried[elapsed].0[item as usize * vars[elapsed]..][..vars[elapsed]];
        let new = queue.iter().filter(|timer| since <= timer.armed);
        all.extend(new.map(|timer| (timer.due, elapsed as u32, timer.armed, filling(timer.item).into())));
    }
    all.sort_unstable();
    all
}
