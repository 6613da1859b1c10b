//! Finds the instances of a fluent that share some arguments.

use servanda_model::Value;

use crate::hash;
use crate::save::{Bytes, Saved, Source, saved};
use crate::slots::Slots;
use crate::state::NONE;

/// A way of looking instances up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct IndexSpec {
    /// By the arguments at these positions.
    pub(crate) positions: Box<[u8]>,
    /// Only instances that have this value, in one of the two states of the moment.
    pub(crate) only: Option<Value>,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    next: u32,
    previous: u32,
}

/// A slot that stands in no chain.
const OUTSIDE: Link = Link { next: NONE, previous: NONE - 1 };

/// Slots by the values at some argument positions: a chain through the slots for each half hash.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) spec: IndexSpec,
    heads: Slots,
    links: Vec<Link>,
}

impl Index {
    pub(crate) fn new(spec: IndexSpec) -> Index {
        Index { spec, heads: Slots::new(), links: Vec::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.heads.clear();
        self.links.clear();
    }

    fn hash(&self, key: &[Value]) -> u64 {
        self.spec.positions.iter().fold(hash::begin(), |hash, &position| hash::mix(hash, key[position as usize]))
    }

    #[inline]
    pub(crate) fn first(&self, hash: u64) -> u32 {
        self.heads.find(hash, |_| true).unwrap_or(NONE)
    }

    #[inline]
    pub(crate) fn next(&self, slot: u32) -> u32 {
        self.links[slot as usize].next
    }

    /// Adds a slot, unless it is there already.
    pub(crate) fn insert(&mut self, slot: u32, key: &[Value]) {
        if self.links.len() <= slot as usize {
            self.links.resize(slot as usize + 1, OUTSIDE);
        }
        if self.links[slot as usize].previous != OUTSIDE.previous {
            return;
        }
        let hash = self.hash(key);
        let next = self.first(hash);
        match next {
            NONE => self.heads.insert(hash, slot),
            head => self.heads.replace(hash, head, slot),
        }
        self.links[slot as usize] = Link { next, previous: NONE };
        if next != NONE {
            self.links[next as usize].previous = slot;
        }
    }

    /// Takes a slot out, if it is there.
    pub(crate) fn remove(&mut self, slot: u32, key: &[Value]) {
        let Some(&Link { next, previous }) = self.links.get(slot as usize) else { return };
        if previous == OUTSIDE.previous {
            return;
        }
        self.links[slot as usize] = OUTSIDE;
        if next != NONE {
            self.links[next as usize].previous = previous;
        }
        if previous != NONE {
            self.links[previous as usize].next = next;
            return;
        }
        let hash = self.hash(key);
        match next {
            NONE => self.heads.remove(hash, slot),
            next => self.heads.replace(hash, slot, next),
        }
    }
}

saved!(Link { next, previous });

impl Index {
    pub(crate) fn put(&self, to: &mut Bytes) {
        self.links.put(to);
    }

    /// The chains are saved; where each begins is not.
    pub(crate) fn get<'k>(&mut self, from: &mut Source<'_>, key: impl Fn(u32) -> &'k [Value]) -> Option<()> {
        self.links = Saved::get(from)?;
        self.heads.clear();
        for slot in 0..self.links.len() as u32 {
            if self.links[slot as usize].previous == NONE {
                self.heads.insert(self.hash(key(slot)), slot);
            }
        }
        Some(())
    }
}
