//! Copies of the engine's state, how two of them differ, and how one is turned into the other.

use std::collections::BTreeMap;

use servanda_model::Value;

use crate::amount;
use crate::compile::Compiled;
use crate::compile::graph::NodeKind;
use crate::sink::Sink;
use crate::state::{ABSENT, Arm, BEGINNING, NONE, Table};
use crate::sweep::{Sweep, Timers};
use crate::timers::{DeadlineTimer, QueueId, Timer};

/// A fluent instance.
pub(super) type Name = (u32, Box<[Value]>);

/// The open state between two ticks.
#[derive(Clone)]
pub(super) struct State {
    pub(super) tables: Vec<Table>,
    timers: Timers,
    conflicts: BTreeMap<Name, Vec<Value>>,
    moment: u64,
}

/// All that later moments can know of one instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    pub(super) value: Value,
    pub(super) since: i64,
    /// Which deadline, and when it was armed.
    deadlines: Vec<(u32, i64)>,
    /// Which `HasHeld`, when it is due and when it was armed.
    held: Vec<(u32, i64, i64)>,
    /// When a `Comes` is due and when it was armed.
    comes: Vec<(i64, i64)>,
    renewed: i64,
}

/// An `After` timer: which, due, armed, and what it carries.
type Carried = (u32, i64, i64, Box<[Value]>);

/// Where a run now differs from the run before. Of each pair the first is how it was, the second how it is.
#[derive(Default, Debug)]
pub(super) struct Difference {
    pub(super) standings: BTreeMap<Name, (Standing, Standing)>,
    pub(super) gone: Vec<Carried>,
    pub(super) new: Vec<Carried>,
    pub(super) conflicts: BTreeMap<Name, Option<Vec<Value>>>,
}

impl Difference {
    pub(super) fn is_empty(&self) -> bool {
        self.standings.is_empty() && self.gone.is_empty() && self.new.is_empty() && self.conflicts.is_empty()
    }
}

impl Standing {
    /// Whether only the beginning of the value differs, which nothing but the timeline shows.
    pub(super) fn differs_in_since_only(&self, other: &Standing) -> bool {
        self.value == other.value && self.has_timers_of(other)
    }

    fn has_timers_of(&self, other: &Standing) -> bool {
        (&self.deadlines, &self.held, &self.comes, self.renewed)
            == (&other.deadlines, &other.held, &other.comes, other.renewed)
    }

    /// The first tick at which a timer of it is due.
    pub(super) fn first_due(&self, compiled: &Compiled, fluent: u32) -> Option<i64> {
        let plan = &compiled.fluents[fluent as usize];
        let deadline = |&(at, armed): &(u32, i64)| {
            amount::due_after(compiled.program.clock, armed, plan.deadlines[at as usize].after)
        };
        let deadlines = self.deadlines.iter().filter_map(deadline);
        let others = self.held.iter().map(|timer| timer.1).chain(self.comes.iter().map(|timer| timer.0));
        deadlines.chain(others).min()
    }
}

impl State {
    pub(super) fn of<S: Sink>(sweep: &Sweep<'_, S, false>) -> State {
        State {
            tables: sweep.world.tables.clone(),
            timers: sweep.timers.clone(),
            conflicts: sweep.conflicts.clone(),
            moment: sweep.moment,
        }
    }

    /// Makes the sweep go on from here.
    pub(super) fn restore<S: Sink>(&self, sweep: &mut Sweep<'_, S, false>) {
        sweep.world.tables.clone_from(&self.tables);
        sweep.timers = self.timers.clone();
        sweep.conflicts.clone_from(&self.conflicts);
        sweep.moment = self.moment;
        (sweep.tick, sweep.step) = (BEGINNING, 0);
    }

    /// How the sweep differs from this, looking only at instances that may differ.
    pub(super) fn difference<S: Sink>(&self, sweep: &Sweep<'_, S, false>, names: Vec<Name>) -> Difference {
        let compiled = sweep.compiled;
        let was = standings(compiled, &self.tables, &self.timers, &names);
        let is = standings(compiled, &sweep.world.tables, &sweep.timers, &names);
        let pairs = names.into_iter().zip(was.into_iter().zip(is));
        let mut difference =
            Difference { standings: pairs.filter(|(_, (was, is))| was != is).collect(), ..Difference::default() };
        if !compiled.elapsed.is_empty() {
            let vars = carried_vars(compiled);
            (difference.gone, difference.new) = unshared(carried(&self.timers, &vars), carried(&sweep.timers, &vars));
        }
        if self.conflicts != sweep.conflicts {
            for head in self.conflicts.keys().chain(sweep.conflicts.keys()) {
                let is = sweep.conflicts.get(head);
                if self.conflicts.get(head) != is {
                    difference.conflicts.insert(head.clone(), is.cloned());
                }
            }
        }
        difference
    }

    /// Changes what differs. All later moments are at `tick` or after.
    pub(super) fn apply(&mut self, compiled: &Compiled, difference: &Difference, tick: i64) {
        for ((fluent, key), (was, is)) in &difference.standings {
            self.put(compiled, (*fluent, key), was, is, tick);
        }
        let vars = if difference.gone.is_empty() { Vec::new() } else { carried_vars(compiled) };
        for (elapsed, due, armed, filling) in &difference.gone {
            let (fillings, free) = &mut self.timers.carried[*elapsed as usize];
            let mut is_found = false;
            self.timers.elapsed[*elapsed as usize].retain(|timer| {
                let is_it = !is_found
                    && (timer.due, timer.armed) == (*due, *armed)
                    && fillings[timer.item as usize * vars[*elapsed as usize]..][..filling.len()] == **filling;
                if is_it {
                    is_found = true;
                    free.push(timer.item);
                }
                !is_it
            });
        }
        for (elapsed, due, armed, filling) in &difference.new {
            let place = self.timers.carry(*elapsed, filling);
            self.timers.elapsed[*elapsed as usize].insert(Timer {
                due: *due,
                armed: *armed,
                item: place,
                epoch: 0,
                step: NONE,
            });
            self.timers.wakes.push(*due, QueueId::Elapsed(*elapsed));
        }
        for (head, values) in &difference.conflicts {
            match values {
                Some(values) => self.conflicts.insert(head.clone(), values.clone()),
                None => self.conflicts.remove(head),
            };
        }
    }

    fn put(&mut self, compiled: &Compiled, (fluent, key): (u32, &[Value]), was: &Standing, is: &Standing, tick: i64) {
        let State { tables, timers, .. } = self;
        let table = &mut tables[fluent as usize];
        let old = table.find(key);
        if was.differs_in_since_only(is) {
            if let Some(slot) = old {
                table.cell_mut(slot).since = is.since;
            }
            return;
        }
        let plan = &compiled.fluents[fluent as usize];
        let is_kept = is.value != ABSENT || !is.deadlines.is_empty();
        if !is_kept && old.is_none() {
            return;
        }
        let slot = table.find_or_insert(key, tick);
        if table.cell(slot).value != is.value {
            table.set_value(slot, is.value);
            table.settle_indexes(slot);
        }
        let cell = table.cell_mut(slot);
        cell.since = is.since;
        // Whatever timers are queued for it, other than deadlines, no longer count.
        cell.epoch = cell.epoch.wrapping_add(1);
        let epoch = cell.epoch;
        table.set_renewed(slot, is.renewed);
        for (at, deadline) in plan.deadlines.iter().enumerate() {
            let armed = is.deadlines.iter().filter(|timer| timer.0 as usize == at).map(|timer| timer.1);
            let queue = &mut timers.deadlines[fluent as usize][at];
            *table.arm_mut(slot, at) = match (armed.clone().min(), armed.clone().max()) {
                (Some(first), Some(last)) => Arm { initiated: last, broken: first },
                _ => Arm { initiated: BEGINNING, broken: tick },
            };
            if was.deadlines == is.deadlines && old.is_some() {
                continue;
            }
            if armed.clone().next().is_some() {
                queue.remove(slot);
            }
            for armed in armed {
                queue.insert(DeadlineTimer { armed, slot, step: NONE });
                if let Some(due) = amount::due_after(compiled.program.clock, armed, deadline.after) {
                    timers.wakes.push(due, QueueId::Deadline { fluent, deadline: at as u32 });
                }
            }
        }
        for &(held, due, armed) in &is.held {
            timers.held[held as usize].insert(Timer { due, armed, item: slot, epoch, step: NONE });
            timers.wakes.push(due, QueueId::Held(held));
        }
        for &(due, armed) in &is.comes {
            timers.comes[fluent as usize].insert(Timer { due, armed, item: slot, epoch, step: NONE });
            timers.wakes.push(due, QueueId::Comes(fluent));
        }
        if !is_kept {
            table.drop_slot(slot);
        }
    }
}

/// How instances stand, in the order given, which must be by fluent.
fn standings(compiled: &Compiled, tables: &[Table], timers: &Timers, names: &[Name]) -> Vec<Standing> {
    let mut all = Vec::with_capacity(names.len());
    for of_fluent in names.chunk_by(|a, b| a.0 == b.0) {
        let fluent = of_fluent[0].0;
        let table = &tables[fluent as usize];
        let mut places: Vec<(u32, usize)> = Vec::new();
        for (_, key) in of_fluent {
            let slot = table.find(key);
            places.extend(slot.map(|slot| (slot, all.len())));
            let (value, since) = slot.map_or((ABSENT, BEGINNING), |slot| {
                let cell = table.cell(slot);
                (cell.value, if cell.value == ABSENT { BEGINNING } else { cell.since })
            });
            let (deadlines, held, comes) = (Vec::new(), Vec::new(), Vec::new());
            all.push(Standing { value, since, deadlines, held, comes, renewed: BEGINNING });
        }
        places.sort_unstable();
        let place = |slot: u32| Some(places[places.binary_search_by_key(&slot, |place| place.0).ok()?].1);
        let plan = &compiled.fluents[fluent as usize];
        for (at, queue) in timers.deadlines[fluent as usize].iter().enumerate() {
            for timer in queue.iter() {
                let arm = table.arm(timer.slot, at);
                let is_renewable = plan.deadlines[at].node.is_some();
                if arm.broken <= timer.armed
                    && (!is_renewable || arm.initiated <= timer.armed)
                    && let Some(place) = place(timer.slot)
                {
                    all[place].deadlines.push((at as u32, timer.armed));
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
                    all[place].held.push((held, timer.due, timer.armed));
                    all[place].renewed = table.renewed(timer.item);
                }
            }
        }
        for timer in timers.comes[fluent as usize].iter() {
            if table.cell(timer.item).epoch == timer.epoch
                && let Some(place) = place(timer.item)
            {
                all[place].comes.push((timer.due, timer.armed));
            }
        }
    }
    for standing in &mut all {
        standing.deadlines.sort_unstable();
        standing.held.sort_unstable();
        standing.comes.sort_unstable();
    }
    all
}

/// For each `After`, how many values its timers carry.
fn carried_vars(compiled: &Compiled) -> Vec<usize> {
    let mut vars = vec![0; compiled.elapsed.len()];
    for node in &compiled.nodes {
        if let NodeKind::Arm { rule, .. } = node.kind {
            vars[node.elapsed as usize] = compiled.rules[rule as usize].vars;
        }
    }
    vars
}

fn carried(timers: &Timers, vars: &[usize]) -> Vec<Carried> {
    let mut all = Vec::new();
    for (elapsed, queue) in timers.elapsed.iter().enumerate() {
        let filling = |item: u32| &timers.carried[elapsed].0[item as usize * vars[elapsed]..][..vars[elapsed]];
        all.extend(queue.iter().map(|timer| (elapsed as u32, timer.due, timer.armed, filling(timer.item).into())));
    }
    all.sort_unstable();
    all
}

/// What is in the one sorted list and not in the other, each with its repeats.
fn unshared(left: Vec<Carried>, right: Vec<Carried>) -> (Vec<Carried>, Vec<Carried>) {
    let (mut only_left, mut only_right) = (Vec::new(), Vec::new());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return (only_left, only_right),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(a), Some(b)) => a.cmp(b),
        };
        if order.is_eq() {
            left.next();
            right.next();
        } else if order.is_lt() {
            only_left.extend(left.next());
        } else {
            only_right.extend(right.next());
        }
    }
}
