//! A timeline kept up to date while its narrative changes.
//!
//! The run is cut into short stretches between two ticks. Of each stretch are kept its occurrences and a trace: every
//! instance that something happened to, and every look-up, as a hash. Of each instance is kept how it stood after each
//! stretch in which something happened to it. When an occurrence comes, goes or changes, its stretch is run again, in a
//! state that has only the instances that the stretch looks at; should it now look at others, it is run once more with
//! these. How the touched instances stand afterwards is compared with how they stood before. Where one differs, the next
//! stretch that touched it or looked for it, or in which a timer of it is due, is found and run again, and so on until nothing
//! differs any more, or nothing else cares. All other stretches would have gone exactly as they did, and their part of
//! the timeline stays. Where only the beginning of a value differs, nothing is run: the value is given its new beginning
//! for as long as it goes on.
//!
//! Cost: the events of the stretches that a change matters to, two or three times, and some look-ups for each; neither how
//! long the narrative is nor how much is open counts. Memory: how things stand after each stretch that touched them, and the
//! trace, some forty bytes for each look-up. Not the best possible:
//! - one later event that a change matters to has its whole stretch run again, and so has an event on a busy tick;
//! - a plan that scans a fluent, and a recursive definition, is run again wherever that fluent differs, and with all its instances;
//! - a difference that the whole rest of the narrative reads costs as much as a run from scratch;
//! - derivations are not kept: [`crate::solve`] has them.

mod history;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{ActionId, FluentId, Happening, Occurrence, Value};

use self::history::{History, Name, Readers};
use self::standing::{Carried, Standing};
use crate::compile::Compiled;
use crate::engine::{PushError, check};
use crate::record::StepId;
use crate::sink::{Closed, Contradiction, Sink};
use crate::solution::{Happened, Instance, Interval, Options, Solution};
use crate::state::{ABSENT, BEGINNING};
use crate::sweep::{Sweep, Timers};

/// How many occurrences a stretch has at least; twice as many, and it is cut in two where a tick allows.
const SHORTEST: usize = 32;

/// What a change of the narrative changed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Update {
    /// The instances whose intervals are not what they were, in order.
    pub changed: Vec<(FluentId, Box<[Value]>)>,
    /// How many occurrences were worked out again.
    pub replayed: usize,
}

/// A program with a narrative that may change, and the timeline that follows from it.
pub struct Incremental<'c> {
    /// Empty but while a stretch is run.
    sweep: Sweep<'c, Gathered, false>,
    options: Options,
    /// The least length of a stretch.
    shortest: usize,
    stretches: Vec<Stretch>,
    history: History,
    readers: Readers,
    /// For each fluent the stretches that went through all its instances.
    scanners: Vec<BTreeSet<i64>>,
    /// `After` timers that outlast the stretch they were armed in, and how many alike there are.
    carried: BTreeMap<Carried, u32>,
    carried_vars: Vec<usize>,
    /// What contradicts itself since the beginning of time.
    beginning: Vec<Contradiction>,
    /// Occurrences that are not looked at, being later than [`Options::until`].
    beyond: Vec<Occurrence>,
    rejected: Vec<(usize, PushError)>,
    /// How many occurrences there are.
    count: usize,
}

/// The moments from one tick to before another.
struct Stretch {
    from: i64,
    narrative: Vec<Occurrence>,
    outcome: Outcome,
    /// All instances there are at its beginning that it looks at, and perhaps others; worked out when it is first run again.
    looked_at: Option<Vec<u32>>,
}

/// What a stretch came to. All lists are in order.
#[derive(Default)]
struct Outcome {
    reads: Vec<u64>,
    scans: Vec<u32>,
    /// The instances that something happened to.
    touched: Vec<u32>,
    carried: Vec<Carried>,
    contradictions: Vec<Contradiction>,
    produced: Vec<Happened>,
}

/// A stretch that was run, before its outcome has been noted.
struct Ran {
    outcome: Outcome,
    touched: Vec<Name>,
    rows: Vec<(Name, Interval)>,
}

/// What has to be looked at because of a change of the narrative.
#[derive(Default)]
struct Wave {
    /// Stretches to be run again for their own sake.
    edited: BTreeSet<i64>,
    /// Stretches to be run again because of instances that differ.
    concerned: BTreeMap<i64, Vec<u32>>,
    /// How instances stood and how they stand now, where that differs, at the boundary that was reached.
    differing: BTreeMap<u32, (Standing, Standing)>,
    changed: BTreeSet<u32>,
}

impl Wave {
    /// The next stretch to be run again, with the instances it is run again for.
    fn next(&mut self) -> Option<(i64, Vec<u32>)> {
        loop {
            let edited = self.edited.first().copied();
            let concerned = self.concerned.first_key_value().map(|(from, _)| *from);
            let from = [edited, concerned].into_iter().flatten().min()?;
            let mut ids = self.concerned.remove(&from).unwrap_or_default();
            ids.retain(|id| self.differing.contains_key(id));
            if self.edited.remove(&from) || !ids.is_empty() {
                return Some((from, ids));
            }
        }
    }
}

impl<'c> Incremental<'c> {
    /// Works out the timeline of a narrative, whose order does not matter. Derivations are not recorded, whatever the
    /// options say.
    #[must_use]
    pub fn new(compiled: &'c Compiled, narrative: &[Occurrence], options: &Options) -> Incremental<'c> {
        Incremental::with_stretches_of(compiled, narrative, options, SHORTEST)
    }

    /// As [`Incremental::new`], with stretches of about so many occurrences: where they are shorter less is run again, and
    /// more is kept.
    #[must_use]
    pub fn with_stretches_of(
        compiled: &'c Compiled,
        narrative: &[Occurrence],
        options: &Options,
        occurrences: usize,
    ) -> Incremental<'c> {
        let mut kept = Vec::new();
        let mut rejected = Vec::new();
        for (at, occurrence) in narrative.iter().enumerate() {
            match fits(compiled, occurrence) {
                Ok(()) => kept.push(occurrence.clone()),
                Err(error) => rejected.push((at, error)),
            }
        }
        kept.sort_unstable();
        let count = kept.len();
        let last = options.until.unwrap_or(i64::MAX);
        let beyond = kept.split_off(kept.partition_point(|occurrence| occurrence.tick <= last));
        let mut sweep = Sweep::new(compiled, Gathered::default());
        let beginning = std::mem::take(&mut sweep.sink.contradictions);
        let mut made = Incremental {
            sweep,
            options: *options,
            shortest: occurrences.max(1),
            stretches: Vec::new(),
            history: History::default(),
            readers: Readers::default(),
            scanners: vec![BTreeSet::new(); compiled.indexes.len()],
            carried: BTreeMap::new(),
            carried_vars: standing::carried_vars(compiled),
            beginning,
            beyond,
            rejected,
            count,
        };
        made.note_beginning();
        made.run_first(kept);
        made
    }

    /// How everything stands before the first moment.
    fn note_beginning(&mut self) {
        let tables = self.sweep.world.tables.iter().enumerate();
        let mut names: BTreeSet<Name> = tables
            .take(self.sweep.compiled.fluents.len())
            .flat_map(|(fluent, table)| {
                let slots = table.slots().filter(|slot| table.cell(*slot).value != ABSENT);
                slots.map(move |slot| (fluent as u32, table.key(slot).into()))
            })
            .collect();
        names.extend(self.sweep.conflicts.keys().cloned());
        let names: Vec<(&Name, Option<&Standing>)> = names.iter().map(|name| (name, None)).collect();
        for (standing, (name, _)) in standing::standings(&self.sweep, &names, BEGINNING).into_iter().zip(&names) {
            let id = self.history.number(name);
            self.history.put(self.sweep.compiled, id, BEGINNING, standing);
        }
    }

    /// Goes through the whole narrative, which is in order, and notes what each stretch comes to.
    fn run_first(&mut self, narrative: Vec<Occurrence>) {
        let mut narrative = narrative.into_iter().peekable();
        let mut from = BEGINNING;
        loop {
            let mut part: Vec<Occurrence> = Vec::new();
            let next = loop {
                let Some(next) = narrative.peek() else { break None };
                let is_new_tick = part.last().is_some_and(|last| last.tick < next.tick);
                if part.len() >= self.shortest && is_new_tick && next.tick <= self.options.horizon {
                    break Some(next.tick);
                }
                part.extend(narrative.next());
            };
            let conflicts = self.sweep.conflicts.clone();
            let last = next.map_or(self.last(), |next| next - 1);
            let mut ran = run(&mut self.sweep, &part, last);
            ran.outcome.carried = standing::carried(&self.sweep.timers, &self.carried_vars, from);
            ran.outcome.touched = self.number_touched(&ran, &conflicts);
            self.note_carried(&ran.outcome.carried);
            let standings = self.stand(&ran.outcome.touched, from);
            for (id, standing) in ran.outcome.touched.iter().zip(standings) {
                self.history.put(self.sweep.compiled, *id, next.unwrap_or(i64::MAX), standing);
            }
            for (name, interval) in ran.rows {
                let id = self.history.number(&name);
                self.history.all[id as usize].closed.push(interval);
            }
            self.readers.add_first(&ran.outcome.reads, from);
            for fluent in &ran.outcome.scans {
                self.scanners[*fluent as usize].insert(from);
            }
            self.stretches.push(Stretch { from, narrative: part, outcome: ran.outcome, looked_at: None });
            match next {
                Some(next) => from = next,
                None => break,
            }
        }
        self.history.seal();
        self.readers.seal();
        self.sweep.world.tables = self.sweep.compiled.tables(false);
        self.sweep.timers = Timers::new(self.sweep.compiled);
    }

    /// The numbers of the instances that something happened to in a run, in order of fluent: conflicts that came or went
    /// since it began count.
    fn number_touched(&mut self, ran: &Ran, conflicts: &BTreeMap<Name, Vec<Value>>) -> Vec<u32> {
        let mut ids: Vec<u32> = ran.touched.iter().map(|name| self.history.number(name)).collect();
        let now = &self.sweep.conflicts;
        if !conflicts.is_empty() || !now.is_empty() {
            let heads = conflicts.keys().chain(now.keys()).filter(|head| conflicts.get(*head) != now.get(*head));
            let history = &mut self.history;
            ids.extend(heads.map(|head| history.number(head)));
        }
        let all = &self.history.all;
        ids.sort_unstable_by_key(|id| (all[*id as usize].name.0, *id));
        ids.dedup();
        ids
    }

    /// How instances, in order of fluent, stand in the sweep after a stretch that began at `from`.
    fn stand(&self, ids: &[u32], from: i64) -> Vec<Standing> {
        let named = |id: &u32| (&self.history.all[*id as usize].name, Some(self.history.at(*id, from)));
        let names: Vec<(&Name, Option<&Standing>)> = ids.iter().map(named).collect();
        standing::standings(&self.sweep, &names, from)
    }

    fn note_carried(&mut self, new: &[Carried]) {
        for timer in new {
            *self.carried.entry(timer.clone()).or_default() += 1;
        }
    }

    fn forget_carried(&mut self, gone: &[Carried]) {
        for timer in gone {
            if let Some(count) = self.carried.get_mut(timer) {
                *count -= 1;
                if *count == 0 {
                    self.carried.remove(timer);
                }
            }
        }
    }

    /// Adds an occurrence.
    ///
    /// # Errors
    /// Where it does not fit the program; nothing has then changed.
    pub fn insert(&mut self, occurrence: Occurrence) -> Result<Update, PushError> {
        fits(self.sweep.compiled, &occurrence)?;
        let at = self.put_in(occurrence);
        Ok(self.update(at.into_iter().collect()))
    }

    /// Takes an occurrence back, or says nothing if there is none like it, tag included.
    pub fn remove(&mut self, occurrence: &Occurrence) -> Option<Update> {
        let at = self.take_out(occurrence)?;
        Some(self.update(at.into_iter().collect()))
    }

    /// Puts an occurrence in another's place, or says nothing if there is none like the old one, tag included.
    ///
    /// # Errors
    /// Where the new one does not fit the program; nothing has then changed.
    pub fn replace(&mut self, old: &Occurrence, new: Occurrence) -> Result<Option<Update>, PushError> {
        fits(self.sweep.compiled, &new)?;
        let Some(from) = self.take_out(old) else { return Ok(None) };
        let to = self.put_in(new);
        Ok(Some(self.update(from.into_iter().chain(to).collect())))
    }

    /// The beginning of the stretch it belongs to, if it is looked at.
    fn put_in(&mut self, occurrence: Occurrence) -> Option<i64> {
        self.count += 1;
        if self.options.until.is_some_and(|until| until < occurrence.tick) {
            self.beyond.push(occurrence);
            return None;
        }
        let at = self.stretch_of(occurrence.tick);
        let Stretch { narrative, from, .. } = &mut self.stretches[at];
        let place = narrative.partition_point(|other| *other <= occurrence);
        narrative.insert(place, occurrence);
        Some(*from)
    }

    fn take_out(&mut self, occurrence: &Occurrence) -> Option<Option<i64>> {
        let from = if self.options.until.is_some_and(|until| until < occurrence.tick) {
            let place = self.beyond.iter().position(|other| other == occurrence)?;
            self.beyond.swap_remove(place);
            None
        } else {
            let at = self.stretch_of(occurrence.tick);
            let place = self.stretches[at].narrative.binary_search(occurrence).ok()?;
            self.stretches[at].narrative.remove(place);
            Some(self.stretches[at].from)
        };
        self.count -= 1;
        Some(from)
    }

    fn stretch_of(&self, tick: i64) -> usize {
        self.stretches.partition_point(|stretch| stretch.from <= tick) - 1
    }

    /// The last tick that is looked at after all occurrences.
    fn last(&self) -> i64 {
        self.options.until.unwrap_or(i64::MAX).min(self.options.horizon)
    }

    /// The tick at which the next stretch begins.
    fn end_of(&self, at: usize) -> i64 {
        self.stretches.get(at + 1).map_or(i64::MAX, |next| next.from)
    }

    /// The last tick up to which a stretch runs when nothing happens.
    fn last_of(&self, at: usize) -> i64 {
        self.stretches.get(at + 1).map_or(self.last(), |next| next.from - 1)
    }

    /// The last tick that a stretch reaches: occurrences may lie beyond the horizon.
    fn reach_of(&self, at: usize) -> i64 {
        self.stretches[at].narrative.last().map_or(i64::MIN, |last| last.tick).max(self.last_of(at))
    }

    /// Runs again what the changes of some stretches matter to.
    fn update(&mut self, edited: BTreeSet<i64>) -> Update {
        let mut update = Update::default();
        let mut wave = Wave { edited: edited.clone(), ..Wave::default() };
        while let Some((from, ids)) = wave.next() {
            let at = self.stretch_of(from);
            update.replayed += self.stretches[at].narrative.len();
            self.replay(at, &ids, &mut wave);
        }
        for from in edited {
            self.split(self.stretch_of(from));
        }
        let name = |id: u32| self.history.all[id as usize].name.clone();
        let changed: BTreeSet<Name> = wave.changed.into_iter().map(name).collect();
        update.changed = changed.into_iter().map(|(fluent, args)| (FluentId(fluent), args)).collect();
        update
    }

    /// Runs a stretch again and follows up what then differs: what it comes to, and how instances stand at its end.
    fn replay(&mut self, at: usize, concerned: &[u32], wave: &mut Wave) {
        let compiled = self.sweep.compiled;
        let (from, to) = (self.stretches[at].from, self.end_of(at));
        let ran = self.run_again(at, concerned);
        let rows = self.rows_of(ran.rows);
        let old = std::mem::replace(&mut self.stretches[at].outcome, ran.outcome);
        let standings = self.stand(&self.stretches[at].outcome.touched, from);
        let new = self.stretches[at].outcome.touched.iter().copied().zip(standings);
        let mut now: BTreeMap<u32, Option<Standing>> = new.map(|(id, standing)| (id, Some(standing))).collect();
        for id in old.touched.iter().chain(concerned) {
            now.entry(*id).or_default();
        }
        let mut differing = Vec::new();
        for (id, standing) in now {
            if self.replace_rows(id, (from, to), rows.get(&id).map_or(&[], Vec::as_slice)) {
                wave.changed.insert(id);
            }
            let is = standing.as_ref().unwrap_or_else(|| self.history.at(id, from));
            let known = self.history.entry(id, to);
            if standing.is_some() && known == Some(is) {
                wave.differing.remove(&id);
                continue;
            }
            let is = is.clone();
            let was = match (known, wave.differing.get(&id)) {
                (Some(was), _) | (None, Some((was, _))) => was.clone(),
                (None, None) => self.history.at(id, from).clone(),
            };
            match standing {
                Some(standing) => self.history.put(compiled, id, to, standing),
                None => self.history.forget(id, to),
            }
            if was == is {
                wave.differing.remove(&id);
                continue;
            }
            if (was.value, was.since) != (is.value, is.since) {
                wave.changed.insert(id);
            }
            if was.differs_in_since_only(&is) {
                self.history.begin_anew(id, to, was.since, is.since);
                wave.differing.remove(&id);
            } else {
                wave.differing.insert(id, (was, is));
                differing.push(id);
            }
        }
        self.follow_carried(at, &old.carried, wave);
        self.note_reads(at, &old);
        for id in differing {
            let (was, is) = &wave.differing[&id];
            if let Some(next) = self.next_concerned(at, id, was, is) {
                wave.concerned.entry(next).or_default().push(id);
            }
        }
    }

    /// Runs a stretch with what it looks at, as often as that turns out to be more.
    fn run_again(&mut self, at: usize, concerned: &[u32]) -> Ran {
        let (from, last, reach) = (self.stretches[at].from, self.last_of(at), self.reach_of(at));
        let Stretch { outcome, looked_at, .. } = &mut self.stretches[at];
        let looked_at = looked_at.take();
        let mut ids = looked_at.unwrap_or_else(|| {
            let mut ids = Vec::new();
            self.history.found_by(&outcome.reads, &mut ids);
            ids.extend(outcome.scans.iter().flat_map(|fluent| self.history.of_fluent(*fluent)));
            ids
        });
        ids.extend(outcome.touched.iter().chain(concerned));
        self.history.due_between(from, reach, &mut ids);
        let is_there = |history: &History, id: &u32| *history.at(*id, from) != Standing::NOTHING;
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| is_there(&self.history, id));
        loop {
            self.set_up(&ids, from, reach);
            let conflicts = self.sweep.conflicts.clone();
            let Stretch { narrative, outcome, .. } = &self.stretches[at];
            let mut ran = run(&mut self.sweep, narrative, last);
            let mut more = Vec::new();
            let new = ran.outcome.reads.iter().filter(|hash| outcome.reads.binary_search(hash).is_err());
            self.history.found_by(&new.copied().collect::<Vec<u64>>(), &mut more);
            more.extend(ran.outcome.scans.iter().flat_map(|fluent| self.history.of_fluent(*fluent)));
            more.extend(ran.touched.iter().filter_map(|(fluent, key)| self.history.find(*fluent, key)));
            more.retain(|id| ids.binary_search(id).is_err() && is_there(&self.history, id));
            if more.is_empty() {
                self.stretches[at].looked_at = Some(ids);
                ran.outcome.carried = standing::carried(&self.sweep.timers, &self.carried_vars, from);
                ran.outcome.touched = self.number_touched(&ran, &conflicts);
                return ran;
            }
            ids.extend(more);
            ids.sort_unstable();
            ids.dedup();
        }
    }

    /// Makes the sweep go on from a boundary with some of the instances, and with whatever `After` timers are due by a tick.
    fn set_up(&mut self, ids: &[u32], from: i64, reach: i64) {
        standing::empty(&mut self.sweep);
        for id in ids {
            standing::put(&mut self.sweep, &self.history.all[*id as usize].name, self.history.at(*id, from), from);
        }
        let first: Carried = (from, 0, i64::MIN, Box::default());
        for (timer, count) in self.carried.range(first..).take_while(|(timer, _)| timer.0 <= reach) {
            if timer.2 < from {
                (0..*count).for_each(|_| standing::put_carried(&mut self.sweep.timers, timer));
            }
        }
    }

    fn rows_of(&mut self, rows: Vec<(Name, Interval)>) -> BTreeMap<u32, Vec<Interval>> {
        let mut by_id: BTreeMap<u32, Vec<Interval>> = BTreeMap::new();
        for (name, interval) in rows {
            by_id.entry(self.history.number(&name)).or_default().push(interval);
        }
        by_id
    }

    /// Puts intervals in place of those that closed from one tick to before another; says whether they are others.
    fn replace_rows(&mut self, id: u32, (from, to): (i64, i64), new: &[Interval]) -> bool {
        let closed = &mut self.history.all[id as usize].closed;
        let before = |tick: i64| closed.partition_point(|interval| interval.until.is_some_and(|until| until < tick));
        let old = before(from)..before(to);
        if closed[old.clone()] == *new {
            return false;
        }
        closed.splice(old, new.iter().copied());
        true
    }

    /// Looks after the `After` timers that a stretch now leaves behind, or no longer does.
    fn follow_carried(&mut self, at: usize, old: &[Carried], wave: &mut Wave) {
        let new = std::mem::take(&mut self.stretches[at].outcome.carried);
        if *old != new[..] {
            self.forget_carried(old);
            self.note_carried(&new);
            let last = self.stretches.len() - 1;
            let differing = old.iter().filter(|it| !new.contains(it)).chain(new.iter().filter(|it| !old.contains(it)));
            for timer in differing.filter(|timer| timer.0 <= self.reach_of(last)) {
                let due = self.stretch_of(timer.0);
                if at < due {
                    wave.edited.insert(self.stretches[due].from);
                }
            }
        }
        self.stretches[at].outcome.carried = new;
    }

    /// Takes note of what a stretch reads now, instead of what it read before.
    fn note_reads(&mut self, at: usize, old: &Outcome) {
        let Stretch { from, outcome, .. } = &self.stretches[at];
        self.readers.replace(*from, &old.reads, &outcome.reads);
        if old.scans != outcome.scans {
            old.scans.iter().for_each(|fluent| {
                self.scanners[*fluent as usize].remove(from);
            });
            outcome.scans.iter().for_each(|fluent| {
                self.scanners[*fluent as usize].insert(*from);
            });
        }
    }

    /// The first stretch after this one that may go otherwise because an instance differs at the end of this one.
    fn next_concerned(&self, at: usize, id: u32, was: &Standing, is: &Standing) -> Option<i64> {
        let compiled = self.sweep.compiled;
        let next = self.stretches.get(at + 1)?.from;
        let fluent = self.history.all[id as usize].name.0;
        let mut first: Option<i64> = None;
        let mut may_be = |stretch: i64| first = Some(first.map_or(stretch, |first| first.min(stretch)));
        if let Some(boundary) = self.history.next_entry(id, next) {
            may_be(self.stretches[self.stretch_of(boundary - 1)].from);
        }
        let reach = self.reach_of(self.stretches.len() - 1);
        for due in was.dues(compiled, fluent).chain(is.dues(compiled, fluent)).filter(|due| *due <= reach) {
            may_be(self.stretches[self.stretch_of(due.max(next))].from);
        }
        self.scanners[fluent as usize].range(next..).next().into_iter().for_each(|stretch| may_be(*stretch));
        if !was.looks_like(is) {
            let mut tests = vec![ABSENT, was.value, is.value];
            tests.sort_unstable();
            tests.dedup();
            for test in tests {
                self.history.places(compiled, id, test, |hash| {
                    self.readers.next(hash, next).into_iter().for_each(&mut may_be);
                });
            }
        }
        first
    }

    /// Cuts a stretch that has become long in two.
    fn split(&mut self, at: usize) {
        let narrative = &self.stretches[at].narrative;
        if narrative.len() <= 2 * self.shortest {
            return;
        }
        let first = narrative[0].tick;
        let middle = narrative[narrative.len() / 2].tick;
        let middle = if first < middle {
            middle
        } else {
            match narrative.iter().find(|occurrence| first < occurrence.tick) {
                Some(occurrence) => occurrence.tick,
                None => return,
            }
        };
        if self.options.horizon < middle {
            return;
        }
        let cut = narrative.partition_point(|occurrence| occurrence.tick < middle);
        let rest = self.stretches[at].narrative.split_off(cut);
        let touched = self.stretches[at].outcome.touched.clone();
        let outcome = Outcome { touched, ..Outcome::default() };
        self.stretches.insert(at + 1, Stretch { from: middle, narrative: rest, outcome, looked_at: Some(Vec::new()) });
        self.run_half(at);
        self.replay(at + 1, &[], &mut Wave::default());
    }

    /// Runs the first half of a stretch that was cut: how things stand at the cut was not known before.
    fn run_half(&mut self, at: usize) {
        let (from, to) = (self.stretches[at].from, self.end_of(at));
        let ran = self.run_again(at, &[]);
        let old = std::mem::replace(&mut self.stretches[at].outcome, ran.outcome);
        let touched = self.stretches[at].outcome.touched.clone();
        for (id, standing) in touched.iter().zip(self.stand(&touched, from)) {
            self.history.put(self.sweep.compiled, *id, to, standing);
        }
        self.forget_carried(&old.carried);
        let new = std::mem::take(&mut self.stretches[at].outcome.carried);
        self.note_carried(&new);
        self.stretches[at].outcome.carried = new;
        self.note_reads(at, &old);
    }

    /// How many occurrences there are, those that are not looked at included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no occurrence.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The intervals of one instance as they now are, in order of time.
    #[must_use]
    pub fn intervals(&self, fluent: FluentId, args: &[Value]) -> Vec<Interval> {
        self.history.find(fluent.0, args).map_or_else(Vec::new, |id| self.intervals_of(id))
    }

    fn intervals_of(&self, id: u32) -> Vec<Interval> {
        let mut intervals = self.history.all[id as usize].closed.clone();
        let Standing { value, since, .. } = *self.history.at(id, i64::MAX);
        let since = (since != BEGINNING).then_some(since);
        let open = Interval { value, since, until: None, begun_by: None, ended_by: None };
        intervals.extend((value != ABSENT).then_some(open));
        intervals
    }

    fn instances(&self) -> Vec<Instance> {
        let mut ids: Vec<u32> = (0..self.history.all.len() as u32).collect();
        ids.sort_unstable_by(|a, b| self.history.all[*a as usize].name.cmp(&self.history.all[*b as usize].name));
        let instance = |id: u32| {
            let (fluent, args) = self.history.all[id as usize].name.clone();
            Instance { fluent: FluentId(fluent), args, intervals: self.intervals_of(id) }
        };
        ids.into_iter().map(instance).filter(|instance| !instance.intervals.is_empty()).collect()
    }

    /// Everything that follows from the narrative as it now is: what [`crate::solve`] would say of it, but that ranges may have
    /// other numbers. This goes through the whole timeline; [`Incremental::intervals`] does not.
    #[must_use]
    pub fn solution(&self) -> Solution {
        let mut contradictions = self.beginning.clone();
        let mut events = Vec::new();
        for Stretch { narrative, outcome, .. } in &self.stretches {
            contradictions.extend(outcome.contradictions.iter().cloned());
            events.extend(outcome.produced.iter().cloned());
            for Occurrence { tick, step, what, .. } in narrative {
                if let Happening::Action(action, args) = what {
                    let (action, args) = (*action, args.clone());
                    events.push(Happened { tick: *tick, step: *step, action, args, is_produced: false, by: None });
                }
            }
        }
        contradictions.sort_unstable();
        events.sort_unstable();
        events.dedup();
        let ranges = self.sweep.world.ranges.borrow().table().to_vec();
        let rejected = self.rejected.clone();
        Solution { instances: self.instances(), contradictions, events, steps: Vec::new(), ranges, rejected }
    }
}

/// Runs a stretch from the state the sweep is in.
fn run(sweep: &mut Sweep<'_, Gathered, false>, narrative: &[Occurrence], last: i64) -> Ran {
    sweep.sink.contradictions.clear();
    sweep.sink.produced.clear();
    sweep.sink.rows.clear();
    sweep.trace = Some(Box::default());
    for occurrence in narrative {
        sweep.advance(occurrence.tick, occurrence.step);
        sweep.occurrence(&occurrence.what, occurrence.tag);
    }
    sweep.run_timers(last);
    sweep.end_tick();
    let mut trace = sweep.trace.take().unwrap_or_default().into_inner();
    trace.seal();
    let (reads, scans, touched) = trace.into_parts();
    let contradictions = std::mem::take(&mut sweep.sink.contradictions);
    let produced = std::mem::take(&mut sweep.sink.produced);
    let outcome = Outcome { reads, scans, contradictions, produced, ..Outcome::default() };
    Ran { outcome, touched, rows: std::mem::take(&mut sweep.sink.rows) }
}

/// Whether an occurrence fits the program and the time line.
fn fits(compiled: &Compiled, occurrence: &Occurrence) -> Result<(), PushError> {
    check(compiled, &occurrence.what)?;
    Value::tick(occurrence.tick).map(|_| ()).ok_or(PushError::TickOutOfRange)
}

/// What a stretch brings to light.
#[derive(Default)]
struct Gathered {
    rows: Vec<(Name, Interval)>,
    contradictions: Vec<Contradiction>,
    produced: Vec<Happened>,
}

impl Sink for Gathered {
    fn interval(&mut self, closed: &Closed<'_>) {
        let Closed { fluent, args, value, since, until, begun_by, ended_by } = *closed;
        self.rows.push(((fluent.0, args.into()), Interval { value, since, until, begun_by, ended_by }));
    }

    fn contradiction(&mut self, contradiction: Contradiction) {
        self.contradictions.push(contradiction);
    }

    fn produced(&mut self, tick: i64, step: u32, action: ActionId, args: &[Value], by: Option<StepId>) {
        self.produced.push(Happened { tick, step, action, args: args.to_vec(), is_produced: true, by });
    }
}
