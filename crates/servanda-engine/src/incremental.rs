//! A timeline kept up to date while its narrative changes.
//!
//! The run is cut into stretches between two ticks. Of each stretch are kept its occurrences, a copy of the open state it
//! starts from, and a trace: every instance that something happened to, and every look-up, as a hash. When an occurrence
//! comes, goes or changes, its stretch is run again from its copy, and the state it ends in is compared with the copy that
//! the next stretch starts from, looking only at what either run touched. What differs is written into the later copies;
//! a later stretch is run again only if it touched or looked for something that differs, or if a timer of such a thing is
//! due in it. All others would have gone exactly as they did, and their part of the timeline stays. Where only the
//! beginning of a value differs, nothing is run: the first interval that closes is given its new beginning.
//!
//! Cost: a change runs about one 256th of the narrative, and as much again for every later stretch it matters to; before
//! each of these the copy is copied once more, which takes time with the number of open instances; and writing a lasting
//! difference into the copies takes some lookups for each stretch. Memory: 256 to 768 copies of what is open, and the trace,
//! some eight bytes for each look-up. Not the best possible:
//! - where tens of thousands of instances stay open, copying them costs more than the stretch that is run (a change then
//!   takes a thirtieth of a run from scratch, and the copies a gigabyte): copies that share what they have in common
//!   would not;
//! - one later event that a change matters to has its whole stretch run again;
//! - a plan that scans a fluent, and a recursive definition, is run again wherever that fluent differs;
//! - a difference that the whole rest of the narrative reads costs as much as a run from scratch;
//! - derivations are not kept: [`crate::solve`] has them.

mod state;

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{ActionId, FluentId, Happening, Occurrence, Value};

use self::state::{Difference, Name, State};
use crate::compile::Compiled;
use crate::engine::{PushError, check};
use crate::hash;
use crate::record::StepId;
use crate::sink::{Closed, Contradiction, Sink};
use crate::solution::{Happened, Instance, Interval, Options, Solution};
use crate::state::{ABSENT, BEGINNING};
use crate::sweep::Sweep;
use crate::trace::{self, Trace};

/// Into how many stretches a narrative is cut at first.
const STRETCHES: usize = 256;
/// Shorter stretches are not worth a copy.
const SHORTEST: usize = 64;

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
    sweep: Sweep<'c, Gathered, false>,
    options: Options,
    /// The least length of a stretch.
    shortest: usize,
    stretches: Vec<Stretch>,
    /// The state after the last moment.
    end: State,
    /// Closed intervals.
    timeline: BTreeMap<Name, Vec<Interval>>,
    /// What contradicts itself since the beginning of time.
    beginning: Vec<Contradiction>,
    /// Occurrences that are not looked at, being later than [`Options::until`].
    beyond: Vec<Occurrence>,
    rejected: Vec<(usize, PushError)>,
    /// How many occurrences there are, and how many there were when the stretches were cut.
    count: usize,
    count_when_cut: usize,
}

/// The moments from one tick to before another.
struct Stretch {
    from: i64,
    start: State,
    narrative: Vec<Occurrence>,
    outcome: Outcome,
}

#[derive(Default)]
struct Outcome {
    trace: Trace,
    contradictions: Vec<Contradiction>,
    produced: Vec<Happened>,
}

impl<'c> Incremental<'c> {
    /// Works out the timeline of a narrative, whose order does not matter. Derivations are not recorded, whatever the
    /// options say.
    #[must_use]
    pub fn new(compiled: &'c Compiled, narrative: &[Occurrence], options: &Options) -> Incremental<'c> {
        let mut kept = Vec::new();
        let mut rejected = Vec::new();
        for (at, occurrence) in narrative.iter().enumerate() {
            match fits(compiled, occurrence) {
                Ok(()) => kept.push(occurrence.clone()),
                Err(error) => rejected.push((at, error)),
            }
        }
        Incremental::build(compiled, kept, rejected, *options, SHORTEST)
    }

    /// As [`Incremental::new`], with a copy of the state for about every so many occurrences, however few: a change is then
    /// cheaper, and the copies take more memory.
    #[must_use]
    pub fn with_stretches_of(
        compiled: &'c Compiled,
        narrative: &[Occurrence],
        options: &Options,
        occurrences: usize,
    ) -> Incremental<'c> {
        let mut made = Incremental::new(compiled, &[], options);
        made.shortest = occurrences.max(1);
        for (at, occurrence) in narrative.iter().enumerate() {
            match fits(compiled, occurrence) {
                Ok(()) => made.beyond.push(occurrence.clone()),
                Err(error) => made.rejected.push((at, error)),
            }
        }
        made.rebuild();
        made
    }

    fn build(
        compiled: &'c Compiled,
        mut narrative: Vec<Occurrence>,
        rejected: Vec<(usize, PushError)>,
        options: Options,
        shortest: usize,
    ) -> Incremental<'c> {
        narrative.sort_unstable();
        let count = narrative.len();
        let last = options.until.unwrap_or(i64::MAX);
        let beyond = narrative.split_off(narrative.partition_point(|occurrence| occurrence.tick <= last));
        let mut sweep = Sweep::new(compiled, Gathered::default());
        let beginning = std::mem::take(&mut sweep.sink.contradictions);
        let end = State::of(&sweep);
        let timeline = BTreeMap::new();
        let mut made = Incremental {
            sweep,
            options,
            shortest,
            stretches: Vec::new(),
            end,
            timeline,
            beginning,
            beyond,
            rejected,
            count,
            count_when_cut: count,
        };
        let longest = made.length();
        let mut narrative = narrative.into_iter().peekable();
        let mut from = BEGINNING;
        loop {
            let mut part: Vec<Occurrence> = Vec::new();
            let next = loop {
                let Some(next) = narrative.peek() else { break None };
                let is_new_tick = part.last().is_some_and(|last| last.tick < next.tick);
                if part.len() >= longest && is_new_tick && next.tick <= options.horizon {
                    break Some(next.tick);
                }
                part.extend(narrative.next());
            };
            let start = State::of(&made.sweep);
            made.stretches.push(Stretch { from, start, narrative: part, outcome: Outcome::default() });
            let last = made.stretches.len() - 1;
            let outcome = made.run(last, next.map_or(made.last(), |next| next - 1));
            made.stretches[last].outcome = outcome;
            for (name, interval) in std::mem::take(&mut made.sweep.sink.rows) {
                made.timeline.entry(name).or_default().push(interval);
            }
            match next {
                Some(next) => from = next,
                None => break,
            }
        }
        made.end = State::of(&made.sweep);
        made
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

    /// The stretch it belongs to, if it is looked at.
    fn put_in(&mut self, occurrence: Occurrence) -> Option<usize> {
        self.count += 1;
        if self.options.until.is_some_and(|until| until < occurrence.tick) {
            self.beyond.push(occurrence);
            return None;
        }
        let at = self.stretch_of(occurrence.tick);
        let narrative = &mut self.stretches[at].narrative;
        let place = narrative.partition_point(|other| *other <= occurrence);
        narrative.insert(place, occurrence);
        Some(at)
    }

    fn take_out(&mut self, occurrence: &Occurrence) -> Option<Option<usize>> {
        let at = if self.options.until.is_some_and(|until| until < occurrence.tick) {
            let place = self.beyond.iter().position(|other| other == occurrence)?;
            self.beyond.swap_remove(place);
            None
        } else {
            let at = self.stretch_of(occurrence.tick);
            let place = self.stretches[at].narrative.binary_search(occurrence).ok()?;
            self.stretches[at].narrative.remove(place);
            Some(at)
        };
        self.count -= 1;
        Some(at)
    }

    fn stretch_of(&self, tick: i64) -> usize {
        self.stretches.partition_point(|stretch| stretch.from <= tick) - 1
    }

    /// How long a stretch is to be.
    fn length(&self) -> usize {
        (self.count_when_cut / STRETCHES).max(self.shortest)
    }

    /// The last tick that is looked at after all occurrences.
    fn last(&self) -> i64 {
        self.options.until.unwrap_or(i64::MAX).min(self.options.horizon)
    }

    /// The last tick of a stretch.
    fn last_of(&self, at: usize) -> i64 {
        self.stretches.get(at + 1).map_or(self.last(), |next| next.from - 1)
    }

    /// Runs a stretch from the state the sweep is in.
    fn run(&mut self, at: usize, last: i64) -> Outcome {
        let sweep = &mut self.sweep;
        sweep.trace = Some(Box::default());
        for occurrence in &self.stretches[at].narrative {
            sweep.advance(occurrence.tick, occurrence.step);
            sweep.occurrence(&occurrence.what, occurrence.tag);
        }
        sweep.run_timers(last);
        sweep.end_tick();
        let mut trace = sweep.trace.take().unwrap_or_default().into_inner();
        trace.seal();
        let contradictions = std::mem::take(&mut sweep.sink.contradictions);
        let produced = std::mem::take(&mut sweep.sink.produced);
        Outcome { trace, contradictions, produced }
    }

    /// Runs again what the changes of some stretches matter to.
    fn update(&mut self, edited: BTreeSet<usize>) -> Update {
        if self.count > 2 * self.count_when_cut.max(self.shortest * STRETCHES) {
            return self.rebuild();
        }
        let mut update = Update::default();
        let mut changed: BTreeSet<Name> = BTreeSet::new();
        let mut difference = Difference::default();
        // The stretch whose start the sweep stands at.
        let mut reached = None;
        let mut at = 0;
        while at < self.stretches.len() {
            if difference.is_empty() {
                let Some(&next) = edited.range(at..).next() else { break };
                at = next;
            } else {
                let Stretch { start, from, .. } = &mut self.stretches[at];
                start.apply(self.sweep.compiled, &difference, *from);
            }
            if edited.contains(&at) || self.matters(&difference, at) {
                if reached != Some(at) {
                    self.stretches[at].start.restore(&mut self.sweep);
                }
                difference = self.replay(at, difference, &mut changed);
                reached = Some(at + 1);
                update.replayed += self.stretches[at].narrative.len();
            } else {
                self.carry_on(at, &mut difference, &mut changed);
            }
            at += 1;
        }
        if at == self.stretches.len() {
            self.end.apply(self.sweep.compiled, &difference, i64::MAX);
            let open = difference
                .standings
                .into_iter()
                .filter(|(_, (was, is))| (was.value, was.since) != (is.value, is.since));
            changed.extend(open.map(|(name, _)| name));
        }
        for &at in edited.iter().rev() {
            self.split(at);
        }
        update.changed = changed.into_iter().map(|(fluent, args)| (FluentId(fluent), args)).collect();
        update
    }

    /// Whether a stretch may go otherwise because of a difference in the state it starts from.
    fn matters(&self, difference: &Difference, at: usize) -> bool {
        let compiled = self.sweep.compiled;
        let trace = &self.stretches[at].outcome.trace;
        let last = self.last_of(at);
        let is_due = |due: Option<i64>| due.is_some_and(|due| due <= last);
        difference.gone.iter().chain(&difference.new).any(|timer| timer.1 <= last)
            || difference.conflicts.keys().any(|(fluent, key)| {
                trace.has_scanned(*fluent) || trace.has_read(trace::point(*fluent, hash::hash_all(key), ABSENT))
            })
            || difference.standings.iter().any(|((fluent, key), (was, is))| {
                if was.differs_in_since_only(is) {
                    return false;
                }
                // An ending of all instances also ends what the timers of instances without a value stand on.
                if trace.has_touched(*fluent, key)
                    || trace.has_scanned(*fluent)
                    || is_due(was.first_due(compiled, *fluent))
                    || is_due(is.first_due(compiled, *fluent))
                {
                    return true;
                }
                if was.value == is.value {
                    return false;
                }
                let tests = [ABSENT, was.value, is.value];
                let whole = hash::hash_all(key);
                tests.iter().any(|test| trace.has_read(trace::point(*fluent, whole, *test)))
                    || compiled.indexes[*fluent as usize].iter().enumerate().any(|(index, spec)| {
                        let part = spec.positions.iter();
                        let part = part.fold(hash::begin(), |part, &at| hash::mix(part, key[at as usize]));
                        tests.iter().any(|test| trace.has_read(trace::probe(*fluent, index, part, *test)))
                    })
            })
    }

    /// Runs a stretch again from the state the sweep is in, and says how the state it ends in differs from before.
    fn replay(&mut self, at: usize, difference: Difference, changed: &mut BTreeSet<Name>) -> Difference {
        let last = self.last_of(at);
        let outcome = self.run(at, last);
        let outcome = std::mem::replace(&mut self.stretches[at].outcome, outcome);
        let touched = outcome.trace.touched().iter().chain(self.stretches[at].outcome.trace.touched()).cloned();
        let mut names: BTreeSet<Name> = touched.collect();
        let mut rows: BTreeMap<Name, Vec<Interval>> = BTreeMap::new();
        for (name, interval) in std::mem::take(&mut self.sweep.sink.rows) {
            rows.entry(name).or_default().push(interval);
        }
        let (from, to) = (self.stretches[at].from, self.stretches.get(at + 1).map_or(i64::MAX, |next| next.from));
        for name in &names {
            let new = rows.remove(name).unwrap_or_default();
            let known = self.timeline.get_mut(name);
            let old = known.as_ref().map_or(0..0, |known| closed_between(known, from, to));
            match known {
                Some(known) if known[old.clone()] != new => {
                    known.splice(old, new);
                }
                None if !new.is_empty() => {
                    self.timeline.insert(name.clone(), new);
                }
                _ => continue,
            }
            changed.insert(name.clone());
        }
        names.extend(difference.standings.into_keys());
        let next = match self.stretches.get(at + 1) {
            Some(next) => &next.start,
            None => &self.end,
        };
        next.difference(&self.sweep, names.into_iter().collect())
    }

    /// Passes over a stretch that goes as it went: values that began at another tick end in it with their new beginning.
    fn carry_on(&mut self, at: usize, difference: &mut Difference, changed: &mut BTreeSet<Name>) {
        let (from, to) = (self.stretches[at].from, self.stretches.get(at + 1).map_or(i64::MAX, |next| next.from));
        let trace = &self.stretches[at].outcome.trace;
        difference.standings.retain(|name, (was, is)| {
            if !was.differs_in_since_only(is) || !trace.has_touched(name.0, &name.1) {
                return true;
            }
            let Some(known) = self.timeline.get_mut(name) else { return true };
            let Some(first) = closed_between(known, from, to).next() else { return true };
            known[first].since = (is.since != BEGINNING).then_some(is.since);
            changed.insert(name.clone());
            false
        });
    }

    /// Cuts a stretch that has become long in two.
    fn split(&mut self, at: usize) {
        let narrative = &self.stretches[at].narrative;
        if narrative.len() <= 2 * self.length() {
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
        let last = self.last_of(at);
        self.stretches[at].start.restore(&mut self.sweep);
        let rest = self.stretches[at].narrative.split_off(cut);
        self.stretches[at].outcome = self.run(at, middle - 1);
        let start = State::of(&self.sweep);
        let outcome = Outcome::default();
        self.stretches.insert(at + 1, Stretch { from: middle, start, narrative: rest, outcome });
        self.stretches[at + 1].outcome = self.run(at + 1, last);
        self.sweep.sink.rows.clear();
    }

    /// Starts from scratch, with longer stretches.
    fn rebuild(&mut self) -> Update {
        let before = self.instances();
        let mut narrative: Vec<Occurrence> = std::mem::take(&mut self.beyond);
        self.stretches.iter_mut().for_each(|stretch| narrative.append(&mut stretch.narrative));
        let replayed = narrative.len();
        let rejected = std::mem::take(&mut self.rejected);
        *self = Incremental::build(self.sweep.compiled, narrative, rejected, self.options, self.shortest);
        let after = self.instances();
        let mut changed = BTreeSet::new();
        let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
        while let Some(order) = match (before.peek(), after.peek()) {
            (None, None) => None,
            (Some(_), None) => Some(std::cmp::Ordering::Less),
            (None, Some(_)) => Some(std::cmp::Ordering::Greater),
            (Some(a), Some(b)) => Some((a.fluent, &a.args).cmp(&(b.fluent, &b.args))),
        } {
            let was = before.next_if(|_| order.is_le());
            let is = after.next_if(|_| order.is_ge());
            if was != is {
                changed.extend(was.or(is).map(|it| (it.fluent, it.args)));
            }
        }
        Update { changed: changed.into_iter().collect(), replayed }
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
        let name = (fluent.0, args.into());
        let mut intervals = self.timeline.get(&name).cloned().unwrap_or_default();
        let table = self.end.tables.get(fluent.index());
        intervals.extend(table.and_then(|table| open(table, table.find(args)?)));
        intervals
    }

    fn instances(&self) -> Vec<Instance> {
        let mut all: BTreeMap<Name, Vec<Interval>> = self
            .timeline
            .iter()
            .filter(|(_, known)| !known.is_empty())
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect();
        for (fluent, table) in self.end.tables.iter().enumerate() {
            for slot in table.slots() {
                if let Some(interval) = open(table, slot) {
                    all.entry((fluent as u32, table.key(slot).into())).or_default().push(interval);
                }
            }
        }
        let instance = |((fluent, args), intervals)| Instance { fluent: FluentId(fluent), args, intervals };
        all.into_iter().map(instance).collect()
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

/// Whether an occurrence fits the program and the time line.
fn fits(compiled: &Compiled, occurrence: &Occurrence) -> Result<(), PushError> {
    check(compiled, &occurrence.what)?;
    Value::tick(occurrence.tick).map(|_| ()).ok_or(PushError::TickOutOfRange)
}

/// The intervals that close at a tick from `from` to before `to`.
fn closed_between(known: &[Interval], from: i64, to: i64) -> std::ops::Range<usize> {
    let before = |tick: i64| known.partition_point(|interval| interval.until.is_some_and(|until| until < tick));
    before(from)..before(to)
}

/// The interval that is open at the end.
fn open(table: &crate::state::Table, slot: u32) -> Option<Interval> {
    let cell = table.cell(slot);
    let since = (cell.since != BEGINNING).then_some(cell.since);
    (cell.value != ABSENT).then_some(Interval { value: cell.value, since, until: None, begun_by: None, ended_by: None })
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
