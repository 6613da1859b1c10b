//! What holds: one table of instances per fluent, readable both before and after the current moment.
//!
//! A cell keeps the value before the moment and the value after it, so `S(m-)` and `S(m)` are both there without
//! copying. Instances that have no value and owe no deadline are dropped, so the table grows with what is open.

use hashbrown::HashTable;
use servanda_model::{TextId, Value};

use crate::hash;

/// Stands for "no value" inside the engine. No text has this id.
pub(crate) const ABSENT: Value = Value::text(TextId(u32::MAX));
/// No slot, no touch, no step.
pub(crate) const NONE: u32 = u32::MAX;
/// The tick of what holds since the beginning of time.
pub(crate) const BEGINNING: i64 = i64::MIN;

/// Which of the two states of the current moment is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum At {
    Before,
    After,
}

/// One fluent instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// In `S(m)`, as far as it has been worked out.
    pub(crate) value: Value,
    /// In `S(m-)`.
    pub(crate) before: Value,
    /// The tick the value holds from, as of the last finished tick.
    pub(crate) since: i64,
    /// Goes up with every change of value and with every reuse of the slot: timers carry it.
    pub(crate) epoch: u32,
    /// What happened to it in the current tick, or [`NONE`].
    pub(crate) touch: u32,
}

impl Cell {
    #[inline]
    pub(crate) fn read(&self, at: At) -> Value {
        match at {
            At::Before => self.before,
            At::After => self.value,
        }
    }
}

/// When a value with a deadline was last initiated and last broken, for one instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arm {
    pub(crate) initiated: i64,
    pub(crate) broken: i64,
}

/// Where a value comes from; kept only while derivations are recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    /// The step that makes the value hold now.
    pub(crate) by: u32,
    /// The same before the current moment.
    pub(crate) before: u32,
    /// The step with which the current interval began.
    pub(crate) begun: u32,
}

const UNMADE: Made = Made { by: NONE, before: NONE, begun: NONE };

/// What a table needs to know about its fluent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    pub(crate) arity: usize,
    pub(crate) deadlines: usize,
    pub(crate) keeps_renewals: bool,
    pub(crate) keeps_steps: bool,
    /// The sets of argument positions by which instances are looked up.
    pub(crate) indexes: Vec<Box<[u8]>>,
}

/// All instances of one fluent.
#[derive(Debug)]
pub(crate) struct Table {
    layout: Layout,
    find: HashTable<u32>,
    keys: Vec<Value>,
    pub(crate) cells: Vec<Cell>,
    arms: Vec<Arm>,
    renewed: Vec<i64>,
    made: Vec<Made>,
    free: Vec<u32>,
    indexes: Vec<Index>,
    /// The touches of the current moment.
    pub(crate) active: Vec<u32>,
}

impl Table {
    pub(crate) fn new(layout: Layout) -> Table {
        let indexes = layout.indexes.iter().map(|positions| Index::new(positions.clone())).collect();
        Table {
            layout,
            find: HashTable::new(),
            keys: Vec::new(),
            cells: Vec::new(),
            arms: Vec::new(),
            renewed: Vec::new(),
            made: Vec::new(),
            free: Vec::new(),
            indexes,
            active: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn key(&self, slot: u32) -> &[Value] {
        let start = slot as usize * self.layout.arity;
        &self.keys[start..start + self.layout.arity]
    }

    #[inline]
    pub(crate) fn cell(&self, slot: u32) -> &Cell {
        &self.cells[slot as usize]
    }

    #[inline]
    pub(crate) fn cell_mut(&mut self, slot: u32) -> &mut Cell {
        &mut self.cells[slot as usize]
    }

    /// The slot whose key has this hash and passes the test.
    #[inline]
    pub(crate) fn find_by(&self, hash: u64, same: impl Fn(&[Value]) -> bool) -> Option<u32> {
        self.find.find(hash, |&slot| same(self.key(slot))).copied()
    }

    #[inline]
    pub(crate) fn find(&self, key: &[Value]) -> Option<u32> {
        self.find_by(hash::hash_all(key), |other| other == key)
    }

    /// The slot of this key, made if there is none yet. A new slot counts as broken at `tick`, which disarms whatever
    /// timers of the slot's former owner are still queued.
    #[inline]
    pub(crate) fn find_or_insert(&mut self, key: &[Value], tick: i64) -> u32 {
        let hash = hash::hash_all(key);
        match self.find_by(hash, |other| other == key) {
            Some(slot) => slot,
            None => self.insert(hash, key, tick),
        }
    }

    fn insert(&mut self, hash: u64, key: &[Value], tick: i64) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        let Table { layout, find, keys, arms, .. } = self;
        let start = slot as usize * layout.arity;
        keys[start..start + layout.arity].copy_from_slice(key);
        let arity = layout.arity;
        find.insert_unique(hash, slot, |&slot| hash::hash_all(&keys[slot as usize * arity..][..arity]));
        for arm in &mut arms[slot as usize * layout.deadlines..][..layout.deadlines] {
            *arm = Arm { initiated: BEGINNING, broken: tick };
        }
        for index in &mut self.indexes {
            index.insert(slot, key);
        }
        slot
    }

    fn grow(&mut self) -> u32 {
        let slot = self.cells.len() as u32;
        assert!(slot < NONE, "fewer than 2^32 open instances of one fluent");
        self.keys.resize(self.keys.len() + self.layout.arity, ABSENT);
        self.cells.push(Cell { value: ABSENT, before: ABSENT, since: BEGINNING, epoch: 0, touch: NONE });
        let idle = Arm { initiated: BEGINNING, broken: BEGINNING };
        self.arms.resize(self.arms.len() + self.layout.deadlines, idle);
        if self.layout.keeps_renewals {
            self.renewed.push(BEGINNING);
        }
        if self.layout.keeps_steps {
            self.made.push(UNMADE);
        }
        slot
    }

    /// Gives the slot back. It must have no value.
    pub(crate) fn drop_slot(&mut self, slot: u32) {
        let start = slot as usize * self.layout.arity;
        let key = &self.keys[start..start + self.layout.arity];
        if let Ok(entry) = self.find.find_entry(hash::hash_all(key), |&other| other == slot) {
            entry.remove();
        }
        for index in &mut self.indexes {
            index.remove(slot, key);
        }
        let cell = &mut self.cells[slot as usize];
        debug_assert!(cell.value == ABSENT, "only instances without a value are dropped");
        cell.before = ABSENT;
        cell.epoch = cell.epoch.wrapping_add(1);
        if let Some(made) = self.made.get_mut(slot as usize) {
            *made = UNMADE;
        }
        if let Some(renewed) = self.renewed.get_mut(slot as usize) {
            *renewed = BEGINNING;
        }
        self.free.push(slot);
    }

    #[inline]
    pub(crate) fn arm(&mut self, slot: u32, deadline: usize) -> &mut Arm {
        &mut self.arms[slot as usize * self.layout.deadlines + deadline]
    }

    #[inline]
    pub(crate) fn arms(&self, slot: u32) -> &[Arm] {
        &self.arms[slot as usize * self.layout.deadlines..][..self.layout.deadlines]
    }

    pub(crate) fn renewed(&self, slot: u32) -> i64 {
        self.renewed.get(slot as usize).copied().unwrap_or(BEGINNING)
    }

    pub(crate) fn set_renewed(&mut self, slot: u32, tick: i64) {
        if let Some(renewed) = self.renewed.get_mut(slot as usize) {
            *renewed = tick;
        }
    }

    pub(crate) fn made(&self, slot: u32) -> Made {
        self.made.get(slot as usize).copied().unwrap_or(UNMADE)
    }

    pub(crate) fn made_mut(&mut self, slot: u32) -> Option<&mut Made> {
        self.made.get_mut(slot as usize)
    }

    /// Every slot in use, and unused ones that read as having no value.
    pub(crate) fn slots(&self) -> std::ops::Range<u32> {
        0..self.cells.len() as u32
    }

    /// Instances with a value or a pending deadline.
    pub(crate) fn live(&self) -> usize {
        self.find.len()
    }

    #[inline]
    pub(crate) fn first(&self, index: usize, hash: u64) -> u32 {
        self.indexes[index].first(hash)
    }

    #[inline]
    pub(crate) fn next(&self, index: usize, slot: u32) -> u32 {
        self.indexes[index].links[slot as usize].next
    }
}

#[derive(Clone, Copy, Debug)]
struct Link {
    next: u32,
    previous: u32,
}

/// Slots by the values at some argument positions: a chain through the slots for each hash.
#[derive(Debug)]
struct Index {
    positions: Box<[u8]>,
    heads: HashTable<(u64, u32)>,
    links: Vec<Link>,
}

impl Index {
    fn new(positions: Box<[u8]>) -> Index {
        Index { positions, heads: HashTable::new(), links: Vec::new() }
    }

    fn hash(&self, key: &[Value]) -> u64 {
        self.positions.iter().fold(hash::begin(), |hash, &position| hash::mix(hash, key[position as usize]))
    }

    fn first(&self, hash: u64) -> u32 {
        self.heads.find(hash, |head| head.0 == hash).map_or(NONE, |head| head.1)
    }

    fn insert(&mut self, slot: u32, key: &[Value]) {
        let hash = self.hash(key);
        if self.links.len() <= slot as usize {
            self.links.resize(slot as usize + 1, Link { next: NONE, previous: NONE });
        }
        let next = match self.heads.find_mut(hash, |head| head.0 == hash) {
            Some(head) => std::mem::replace(&mut head.1, slot),
            None => {
                self.heads.insert_unique(hash, (hash, slot), |head| head.0);
                NONE
            }
        };
        self.links[slot as usize] = Link { next, previous: NONE };
        if next != NONE {
            self.links[next as usize].previous = slot;
        }
    }

    fn remove(&mut self, slot: u32, key: &[Value]) {
        let Link { next, previous } = self.links[slot as usize];
        if next != NONE {
            self.links[next as usize].previous = previous;
        }
        if previous != NONE {
            self.links[previous as usize].next = next;
            return;
        }
        let hash = self.hash(key);
        if next != NONE {
            if let Some(head) = self.heads.find_mut(hash, |head| head.0 == hash) {
                head.1 = next;
            }
        } else if let Ok(entry) = self.heads.find_entry(hash, |head| head.0 == hash) {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use servanda_model::EntityId;

    fn e(id: u32) -> Value {
        Value::entity(EntityId(id))
    }

    #[test]
    fn a_chain_keeps_exactly_the_instances_in_use() {
        let layout = Layout { arity: 2, indexes: vec![Box::new([1])], ..Layout::default() };
        let mut table = Table::new(layout);
        let slots: Vec<u32> = (0..6).map(|i| table.find_or_insert(&[e(i), e(i % 2)], 0)).collect();
        for slot in [slots[0], slots[4], slots[5]] {
            table.drop_slot(slot);
        }
        table.find_or_insert(&[e(9), e(0)], 0);
        let chain = |table: &Table, second: u32| {
            let mut found = Vec::new();
            let mut slot = table.first(0, hash::mix(hash::begin(), e(second)));
            while slot != NONE {
                found.push(table.key(slot)[0]);
                slot = table.next(0, slot);
            }
            found.sort();
            found
        };
        assert_eq!(chain(&table, 0), [e(2), e(9)]);
        assert_eq!(chain(&table, 1), [e(1), e(3)]);
        assert_eq!(table.live(), 4);
    }
}
