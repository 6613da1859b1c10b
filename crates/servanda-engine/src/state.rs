//! What holds: one table of instances per fluent, readable both before and after the current moment.
//!
//! A cell keeps the value after the moment, and what happened to it the value before, so `S(m-)` and `S(m)` are both
//! there without copying. Instances that have no value and owe no deadline are dropped, so the table grows with what is open.

use servanda_model::{TextId, Value};

use crate::hash;
use crate::index::{Index, IndexSpec};
use crate::moment::Touch;
use crate::save::{Bytes, Saved, Source, saved};
use crate::slots::Slots;

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

/// Arguments that a cell holds itself; those of fluents with more stand beside.
const INLINE: usize = 3;

/// One fluent instance, in one line of the processor's cache. Its value before the current moment stands in its touch:
/// untouched instances have the same value before and after.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Cell {
    key: [Value; INLINE],
    /// In `S(m)`, as far as it has been worked out.
    pub(crate) value: Value,
    /// The tick the value holds from, as of the last finished tick.
    pub(crate) since: i64,
    /// Goes up with every change of value and with every reuse of the slot: timers carry it.
    pub(crate) epoch: u32,
    /// What happened to it in the current tick, or [`NONE`].
    pub(crate) touch: u32,
    /// The fluent's first deadline.
    arm: Arm,
}

impl Cell {
    #[inline]
    pub(crate) fn read(&self, at: At, touches: &[Touch]) -> Value {
        match at {
            At::Before if self.touch != NONE => touches[self.touch as usize].before,
            _ => self.value,
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

const IDLE: Arm = Arm { initiated: BEGINNING, broken: BEGINNING };
const UNMADE: Made = Made { by: NONE, before: NONE, begun: NONE };

/// What a table needs to know about its fluent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    pub(crate) arity: usize,
    pub(crate) deadlines: usize,
    pub(crate) keeps_renewals: bool,
    pub(crate) keeps_steps: bool,
    /// Ways in which instances are looked up.
    pub(crate) indexes: Vec<IndexSpec>,
}

/// All instances of one fluent.
#[derive(Debug)]
pub(crate) struct Table {
    layout: Layout,
    find: Slots,
    cells: Vec<Cell>,
    /// The keys, where they do not fit into the cells.
    long_keys: Vec<Value>,
    /// Deadlines after the first.
    more_arms: Vec<Arm>,
    renewed: Vec<i64>,
    made: Vec<Made>,
    free: Vec<u32>,
    indexes: Vec<Index>,
    /// The touches of the current moment.
    pub(crate) active: Vec<u32>,
}

impl Table {
    pub(crate) fn new(layout: Layout) -> Table {
        let indexes = layout.indexes.iter().map(|spec| Index::new(spec.clone())).collect();
        Table {
            layout,
            find: Slots::new(),
            cells: Vec::new(),
            long_keys: Vec::new(),
            more_arms: Vec::new(),
            renewed: Vec::new(),
            made: Vec::new(),
            free: Vec::new(),
            indexes,
            active: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn key(&self, slot: u32) -> &[Value] {
        key_in(&self.cells, &self.long_keys, self.layout.arity, slot)
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
        self.find.find(hash, |slot| same(self.key(slot)))
    }

    #[inline]
    pub(crate) fn find(&self, key: &[Value]) -> Option<u32> {
        self.find_by(hash::hash_all(key), |other| other == key)
    }

    /// The slot of this key, made if there is none yet. A new slot counts as broken at `tick`, which disarms whatever
    /// timers of the slot's former owner are still queued.
    #[inline]
    pub(crate) fn find_or_insert(&mut self, key: &[Value], tick: i64) -> u32 {
        self.find_or_insert_hashed(hash::hash_all(key), key, tick)
    }

    /// The same where the hash of the key is known.
    #[inline]
    pub(crate) fn find_or_insert_hashed(&mut self, hash: u64, key: &[Value], tick: i64) -> u32 {
        match self.find.find_or_place(hash, |slot| self.key(slot) == key) {
            Ok(slot) => slot,
            Err(place) => self.insert(place, hash, key, tick),
        }
    }

    fn insert(&mut self, place: usize, hash: u64, key: &[Value], tick: i64) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        let Table { layout, cells, long_keys, more_arms, .. } = self;
        let arity = layout.arity;
        let cell = &mut cells[slot as usize];
        if arity <= INLINE {
            cell.key.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        } else {
            long_keys[slot as usize * arity..][..arity].copy_from_slice(key);
        }
        let idle = Arm { initiated: BEGINNING, broken: tick };
        cell.arm = idle;
        if layout.deadlines > 1 {
            let more = layout.deadlines - 1;
            more_arms[slot as usize * more..][..more].fill(idle);
        }
        self.find.insert_at(place, hash, slot);
        for index in self.indexes.iter_mut().filter(|index| index.spec.only.is_none()) {
            index.insert(slot, key);
        }
        slot
    }

    fn grow(&mut self) -> u32 {
        let slot = self.cells.len() as u32;
        assert!(slot < NONE, "fewer than 2^32 open instances of one fluent");
        let key = [ABSENT; INLINE];
        self.cells.push(Cell { key, value: ABSENT, since: BEGINNING, epoch: 0, touch: NONE, arm: IDLE });
        if self.layout.arity > INLINE {
            self.long_keys.resize(self.long_keys.len() + self.layout.arity, ABSENT);
        }
        let more = self.layout.deadlines.saturating_sub(1);
        self.more_arms.resize(self.more_arms.len() + more, IDLE);
        if self.layout.keeps_renewals {
            self.renewed.push(BEGINNING);
        }
        if self.layout.keeps_steps {
            self.made.push(UNMADE);
        }
        slot
    }

    /// Gives an instance its value after the moment. Indexes by value keep what was there before until
    /// [`Table::settle_indexes`], so that both states can be looked up.
    #[inline]
    pub(crate) fn set_value(&mut self, slot: u32, value: Value) {
        self.cells[slot as usize].value = value;
        if !self.indexes.is_empty() {
            self.index_value(slot, value);
        }
    }

    fn index_value(&mut self, slot: u32, value: Value) {
        let Table { indexes, cells, long_keys, layout, .. } = self;
        for index in indexes.iter_mut().filter(|index| index.spec.only == Some(value)) {
            index.insert(slot, key_in(cells, long_keys, layout.arity, slot));
        }
    }

    /// Forgets where an instance was found by a value it no longer has.
    #[inline]
    pub(crate) fn settle_indexes(&mut self, slot: u32) {
        if self.indexes.is_empty() {
            return;
        }
        let Table { indexes, cells, long_keys, layout, .. } = self;
        let value = cells[slot as usize].value;
        for index in indexes.iter_mut().filter(|index| index.spec.only.is_some_and(|only| only != value)) {
            index.remove(slot, key_in(cells, long_keys, layout.arity, slot));
        }
    }

    /// Takes every instance out.
    pub(crate) fn clear(&mut self) {
        if self.cells.is_empty() {
            return;
        }
        let Table { layout: _, find, cells, long_keys, more_arms, renewed, made, free, indexes, active } = self;
        find.clear();
        cells.clear();
        long_keys.clear();
        more_arms.clear();
        renewed.clear();
        made.clear();
        free.clear();
        indexes.iter_mut().for_each(Index::clear);
        active.clear();
    }

    /// Takes every value away, with no bookkeeping of changes.
    pub(crate) fn clear_values(&mut self) {
        self.cells.iter_mut().for_each(|cell| cell.value = ABSENT);
    }

    /// Drops every instance that has a value.
    pub(crate) fn drop_all(&mut self) {
        for slot in self.slots() {
            if self.cells[slot as usize].value != ABSENT {
                self.cells[slot as usize].value = ABSENT;
                self.drop_slot(slot);
            }
        }
    }

    /// Gives the slot back. It must have no value.
    pub(crate) fn drop_slot(&mut self, slot: u32) {
        let Table { indexes, cells, long_keys, layout, find, .. } = self;
        let key = key_in(cells, long_keys, layout.arity, slot);
        find.remove(hash::hash_all(key), slot);
        for index in indexes {
            index.remove(slot, key);
        }
        let cell = &mut self.cells[slot as usize];
        debug_assert!(cell.value == ABSENT, "only instances without a value are dropped");
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
    pub(crate) fn arm(&self, slot: u32, deadline: usize) -> &Arm {
        match deadline {
            0 => &self.cells[slot as usize].arm,
            _ => &self.more_arms[slot as usize * (self.layout.deadlines - 1) + deadline - 1],
        }
    }

    #[inline]
    pub(crate) fn arm_mut(&mut self, slot: u32, deadline: usize) -> &mut Arm {
        match deadline {
            0 => &mut self.cells[slot as usize].arm,
            _ => &mut self.more_arms[slot as usize * (self.layout.deadlines - 1) + deadline - 1],
        }
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
        self.indexes[index].next(slot)
    }
}

#[inline]
fn key_in<'t>(cells: &'t [Cell], long_keys: &'t [Value], arity: usize, slot: u32) -> &'t [Value] {
    if arity <= INLINE { &cells[slot as usize].key[..arity] } else { &long_keys[slot as usize * arity..][..arity] }
}

saved!(Arm { initiated, broken });
saved!(Cell { key, value, since, epoch, touch, arm });

impl Saved for [Value; INLINE] {
    fn put(&self, to: &mut Bytes) {
        self.iter().for_each(|value| value.put(to));
    }

    fn get(from: &mut Source<'_>) -> Option<[Value; INLINE]> {
        let mut key = [ABSENT; INLINE];
        for value in &mut key {
            *value = Value::get(from)?;
        }
        Some(key)
    }
}

impl Table {
    /// Without the steps of derivations, which a run that is saved does not record.
    pub(crate) fn put(&self, to: &mut Bytes) {
        self.cells.put(to);
        self.long_keys.put(to);
        self.more_arms.put(to);
        self.renewed.put(to);
        self.free.put(to);
        self.active.put(to);
        self.indexes.iter().for_each(|index| index.put(to));
    }

    pub(crate) fn get(&mut self, from: &mut Source<'_>) -> Option<()> {
        self.cells = Saved::get(from)?;
        self.long_keys = Saved::get(from)?;
        self.more_arms = Saved::get(from)?;
        self.renewed = Saved::get(from)?;
        self.free = Saved::get(from)?;
        self.active = Saved::get(from)?;
        let Table { layout, find, cells, long_keys, free, indexes, .. } = self;
        let key = |slot: u32| key_in(cells, long_keys, layout.arity, slot);
        for index in indexes {
            index.get(from, key)?;
        }
        let mut is_free = vec![false; cells.len()];
        free.iter().for_each(|&slot| is_free[slot as usize] = true);
        find.clear();
        for slot in (0..cells.len() as u32).filter(|&slot| !is_free[slot as usize]) {
            find.insert(hash::hash_all(key(slot)), slot);
        }
        Some(())
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
        let by_second = IndexSpec { positions: Box::new([1]), only: None };
        let layout = Layout { arity: 2, indexes: vec![by_second], ..Layout::default() };
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
