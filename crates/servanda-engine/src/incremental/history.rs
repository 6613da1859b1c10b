//! How every instance stood between the stretches of a run, and where to find those that matter to one.
//!
//! A log says of an instance how it stood after each stretch in which something happened to it; in between it stood as
//! it did. So the state at any boundary is there without ever being copied, and a later entry goes on from an earlier one that
//! has changed.

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasherDefault;

use hashbrown::HashTable;
use servanda_model::Value;

use super::standing::Standing;
use crate::compile::Compiled;
use crate::hash;
use crate::solution::Interval;
use crate::state::ABSENT;
use crate::trace;

/// A fluent instance.
pub(super) type Name = (u32, Box<[Value]>);

/// What is known of one instance.
pub(super) struct Known {
    pub(super) name: Name,
    hash: u64,
    /// By the boundary before which a stretch ends, how it stands from there on.
    log: Vec<(i64, Standing)>,
    /// Its closed intervals.
    pub(super) closed: Vec<Interval>,
    /// The values under which it can be found.
    found_by: Vec<Value>,
}

/// All instances that something ever happened to, by number.
#[derive(Default)]
pub(super) struct History {
    pub(super) all: Vec<Known>,
    find: HashTable<u32>,
    by_fluent: Vec<Vec<u32>>,
    /// From the hashes by which an instance may be looked up to the instances.
    places: Multimap<u32>,
    /// When timers of an instance that outlast a stretch are due, those that no longer count included.
    due: BTreeSet<(i64, u32)>,
}

impl History {
    /// The number of an instance.
    pub(super) fn number(&mut self, name: &Name) -> u32 {
        let hash = hash::hash_all(&name.1);
        if let Some(id) = self.lookup(hash, name.0, &name.1) {
            return id;
        }
        let id = self.all.len() as u32;
        let (closed, found_by, log) = (Vec::new(), Vec::new(), Vec::new());
        self.all.push(Known { name: name.clone(), hash, log, closed, found_by });
        let History { all, find, .. } = self;
        let mixed = |id: u32| trace::point(all[id as usize].name.0, all[id as usize].hash, ABSENT);
        find.insert_unique(mixed(id), id, |&id| mixed(id));
        let fluent = name.0 as usize;
        if self.by_fluent.len() <= fluent {
            self.by_fluent.resize(fluent + 1, Vec::new());
        }
        self.by_fluent[fluent].push(id);
        id
    }

    fn lookup(&self, hash: u64, fluent: u32, key: &[Value]) -> Option<u32> {
        let same = |id: &u32| {
            let name = &self.all[*id as usize].name;
            name.0 == fluent && *name.1 == *key
        };
        self.find.find(trace::point(fluent, hash, ABSENT), same).copied()
    }

    pub(super) fn find(&self, fluent: u32, key: &[Value]) -> Option<u32> {
        self.lookup(hash::hash_all(key), fluent, key)
    }

    /// How an instance stands at a boundary.
    pub(super) fn at(&self, id: u32, boundary: i64) -> &Standing {
        let log = &self.all[id as usize].log;
        let after = log.partition_point(|entry| entry.0 <= boundary);
        after.checked_sub(1).map_or(const { &Standing::NOTHING }, |last| &log[last].1)
    }

    /// What the log says of a boundary itself: something happened to the instance in the stretch before.
    pub(super) fn entry(&self, id: u32, boundary: i64) -> Option<&Standing> {
        let log = &self.all[id as usize].log;
        log.binary_search_by_key(&boundary, |entry| entry.0).ok().map(|at| &log[at].1)
    }

    /// The next boundary that the log speaks of.
    pub(super) fn next_entry(&self, id: u32, boundary: i64) -> Option<i64> {
        let log = &self.all[id as usize].log;
        log.get(log.partition_point(|entry| entry.0 <= boundary)).map(|entry| entry.0)
    }

    pub(super) fn put(&mut self, compiled: &Compiled, id: u32, boundary: i64, standing: Standing) {
        let known = &mut self.all[id as usize];
        if standing != Standing::NOTHING {
            let fluent = known.name.0;
            for value in [ABSENT, standing.value] {
                if !known.found_by.contains(&value) {
                    known.found_by.push(value);
                    each_place(compiled, &known.name, known.hash, value, |place| self.places.add(place, id));
                }
            }
            self.due.extend(standing.dues(compiled, fluent).map(|due| (due, id)));
        }
        match known.log.binary_search_by_key(&boundary, |entry| entry.0) {
            Ok(at) => known.log[at].1 = standing,
            Err(at) => known.log.insert(at, (boundary, standing)),
        }
    }

    pub(super) fn forget(&mut self, id: u32, boundary: i64) {
        let log = &mut self.all[id as usize].log;
        if let Ok(at) = log.binary_search_by_key(&boundary, |entry| entry.0) {
            log.remove(at);
        }
    }

    /// Gives a value that goes on after a boundary its new beginning, for as long as it goes on.
    pub(super) fn begin_anew(&mut self, id: u32, boundary: i64, was: i64, is: i64) {
        let Known { log, closed, .. } = &mut self.all[id as usize];
        let after = log.partition_point(|entry| entry.0 <= boundary);
        for (_, standing) in log[after..].iter_mut().take_while(|(_, it)| it.value != ABSENT && it.since == was) {
            standing.since = is;
        }
        let first = closed.partition_point(|interval| interval.until.is_some_and(|until| until < boundary));
        let tick = |tick: i64| (tick != crate::state::BEGINNING).then_some(tick);
        if let Some(interval) = closed.get_mut(first).filter(|interval| interval.since == tick(was)) {
            interval.since = tick(is);
        }
    }

    /// Adds the instances that may be found by one of these hashes.
    pub(super) fn found_by(&self, hashes: &[u64], ids: &mut Vec<u32>) {
        hashes.iter().for_each(|hash| self.places.each(*hash, |id| ids.push(id)));
    }

    pub(super) fn of_fluent(&self, fluent: u32) -> &[u32] {
        self.by_fluent.get(fluent as usize).map_or(&[], Vec::as_slice)
    }

    /// Adds the instances that may have a timer due between these ticks, both included.
    pub(super) fn due_between(&self, first: i64, last: i64, ids: &mut Vec<u32>) {
        if first <= last {
            ids.extend(self.due.range((first, 0)..=(last, u32::MAX)).map(|due| due.1));
        }
    }

    /// The hashes that a look at an instance with this value has, or with `ABSENT`, at any.
    pub(super) fn places(&self, compiled: &Compiled, id: u32, value: Value, each: impl FnMut(u64)) {
        let known = &self.all[id as usize];
        each_place(compiled, &known.name, known.hash, value, each);
    }

    /// To be called when most of what there is has been put in.
    pub(super) fn seal(&mut self) {
        self.places.seal();
    }
}

fn each_place(compiled: &Compiled, (fluent, key): &Name, hash: u64, value: Value, mut each: impl FnMut(u64)) {
    each(trace::point(*fluent, hash, value));
    for (index, spec) in compiled.indexes[*fluent as usize].iter().enumerate() {
        let part = spec.positions.iter().fold(hash::begin(), |part, &at| hash::mix(part, key[at as usize]));
        each(trace::probe(*fluent, index, part, value));
    }
}

/// Hashes are as good as any hash of them.
#[derive(Default)]
struct Same(u64);

impl std::hash::Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Several things for each hash: a sorted list, and what has come since.
#[derive(Default)]
struct Multimap<T> {
    sorted: Vec<(u64, T)>,
    new: HashMap<u64, Vec<T>, BuildHasherDefault<Same>>,
    is_sealed: bool,
}

impl<T: Copy + Ord> Multimap<T> {
    fn add(&mut self, hash: u64, it: T) {
        if self.is_sealed {
            self.new.entry(hash).or_default().push(it);
        } else {
            self.sorted.push((hash, it));
        }
    }

    fn seal(&mut self) {
        self.sorted.sort_unstable();
        self.sorted.shrink_to_fit();
        self.is_sealed = true;
    }

    fn old(&self, hash: u64) -> &[(u64, T)] {
        let first = self.sorted.partition_point(|it| it.0 < hash);
        let rest = &self.sorted[first..];
        &rest[..rest.iter().take_while(|it| it.0 == hash).count()]
    }

    fn each(&self, hash: u64, mut each: impl FnMut(T)) {
        self.old(hash).iter().for_each(|it| each(it.1));
        self.new.get(&hash).into_iter().flatten().for_each(|it| each(*it));
    }
}

/// Which stretches looked something up, by its hash: each named by the tick it begins at.
#[derive(Default)]
pub(super) struct Readers {
    first: Multimap<i64>,
    /// Hashes of which this counts instead.
    changed: HashMap<u64, Vec<i64>, BuildHasherDefault<Same>>,
}

impl Readers {
    /// What a stretch read while the narrative was gone through for the first time.
    pub(super) fn add_first(&mut self, reads: &[u64], stretch: i64) {
        reads.iter().for_each(|hash| self.first.add(*hash, stretch));
    }

    pub(super) fn seal(&mut self) {
        self.first.seal();
    }

    /// The first stretch from this one on that looked it up.
    pub(super) fn next(&self, hash: u64, from: i64) -> Option<i64> {
        if let Some(all) = self.changed.get(&hash) {
            return all.get(all.partition_point(|stretch| *stretch < from)).copied();
        }
        let at = self.first.sorted.partition_point(|it| *it < (hash, from));
        self.first.sorted.get(at).filter(|it| it.0 == hash).map(|it| it.1)
    }

    /// Takes note that a stretch now reads other things, both lists being in order.
    pub(super) fn replace(&mut self, stretch: i64, before: &[u64], after: &[u64]) {
        let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(old), Some(new)) => old.cmp(new),
            };
            if order.is_ne() {
                let hash = if order.is_lt() { *old.peek().expect("one more") } else { *new.peek().expect("one more") };
                let all = self.of(*hash);
                match (all.binary_search(&stretch), order.is_lt()) {
                    (Ok(at), true) => {
                        all.remove(at);
                    }
                    (Err(at), false) => all.insert(at, stretch),
                    _ => {}
                }
            }
            old.next_if(|_| order.is_le());
            new.next_if(|_| order.is_ge());
        }
    }

    fn of(&mut self, hash: u64) -> &mut Vec<i64> {
        let Readers { first, changed } = self;
        changed.entry(hash).or_insert_with(|| first.old(hash).iter().map(|it| it.1).collect())
    }
}
