//! Finds slots by a hash: open addressing, the next free place being tried, in order of the hash.
//!
//! Beside each slot stands half of its hash. So other keys are told apart without a look at them, growing goes from the
//! first place to the last in both tables, and what is taken out is made up for at once by moving what follows: places
//! never fill with what is gone, however many come and go.

use crate::state::NONE;

#[derive(Clone, Copy, Debug)]
struct Place {
    /// The upper half.
    hash: u32,
    slot: u32,
}

const FREE: Place = Place { hash: 0, slot: NONE };

#[derive(Clone, Debug)]
pub(crate) struct Slots {
    /// A power of two of them.
    places: Vec<Place>,
    /// How far a half hash is shifted to be a place.
    shift: u32,
    len: usize,
}

impl Slots {
    pub(crate) fn new() -> Slots {
        Slots { places: vec![FREE; 4], shift: 30, len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn clear(&mut self) {
        self.places.fill(FREE);
        self.len = 0;
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.places.len() - 1)
    }

    /// The slot with this hash that is the one.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        self.find_or_place(hash, is_it).ok()
    }

    /// The slot with this hash that is the one, or the place for it.
    #[inline]
    pub(crate) fn find_or_place(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let hash = (hash >> 32) as u32;
        let mut at = (hash >> self.shift) as usize;
        loop {
            let place = self.places[at];
            if place.slot == NONE {
                return Err(at);
            }
            if place.hash == hash && is_it(place.slot) {
                return Ok(place.slot);
            }
            at = self.next(at);
        }
    }

    /// Adds a slot that is not there, in the place for it.
    #[inline]
    pub(crate) fn insert_at(&mut self, at: usize, hash: u64, slot: u32) {
        if self.is_full() {
            return self.insert(hash, slot);
        }
        self.len += 1;
        self.places[at] = Place { hash: (hash >> 32) as u32, slot };
    }

    /// Adds a slot that is not there.
    #[inline]
    pub(crate) fn insert(&mut self, hash: u64, slot: u32) {
        if self.is_full() {
            self.grow();
        }
        self.len += 1;
        self.put(Place { hash: (hash >> 32) as u32, slot });
    }

    #[inline]
    fn is_full(&self) -> bool {
        3 * self.len >= 2 * self.places.len()
    }

    fn put(&mut self, place: Place) {
        let mut at = (place.hash >> self.shift) as usize;
        while self.places[at].slot != NONE {
            at = self.next(at);
        }
        self.places[at] = place;
    }

    #[cold]
    fn grow(&mut self) {
        self.shift = self.shift.checked_sub(1).expect("fewer than 2^32 slots");
        let twice = vec![FREE; 2 * self.places.len()];
        for place in std::mem::replace(&mut self.places, twice).into_iter().filter(|place| place.slot != NONE) {
            self.put(place);
        }
    }

    /// Puts another slot in the place of one.
    pub(crate) fn replace(&mut self, hash: u64, slot: u32, other: u32) {
        if let Some(at) = self.place(hash, slot) {
            self.places[at].slot = other;
        }
    }

    fn place(&self, hash: u64, slot: u32) -> Option<usize> {
        let mut at = ((hash >> 32) as u32 >> self.shift) as usize;
        while self.places[at].slot != slot {
            if self.places[at].slot == NONE {
                return None;
            }
            at = self.next(at);
        }
        Some(at)
    }

    /// Takes a slot out, if it is there.
    pub(crate) fn remove(&mut self, hash: u64, slot: u32) {
        let Some(mut gap) = self.place(hash, slot) else { return };
        self.len -= 1;
        let last = self.places.len() - 1;
        let mut at = gap;
        loop {
            at = self.next(at);
            let place = self.places[at];
            if place.slot == NONE {
                break;
            }
            // It may move back as far as the place that its hash names.
            let from_home = at.wrapping_sub((place.hash >> self.shift) as usize) & last;
            if from_home >= at.wrapping_sub(gap) & last {
                self.places[gap] = place;
                gap = at;
            }
        }
        self.places[gap] = FREE;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::hash;

    #[test]
    fn what_is_there_is_found_whatever_came_and_went() {
        let mut seed = 5_u64;
        let mut below = |limit: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % limit
        };
        // Few different hashes, at both ends of the table, so that places are contended for and run over its end.
        let hash =
            |key: u64| hash::mix_bits(hash::begin(), key % 40) | if key.is_multiple_of(3) { u64::MAX << 58 } else { 0 };
        let (mut slots, mut wanted) = (Slots::new(), BTreeMap::new());
        for round in 0..20_000 {
            let key = below(if round < 10_000 { 200 } else { 20 });
            match wanted.remove(&key) {
                Some(slot) => slots.remove(hash(key), slot),
                None => {
                    slots.insert(hash(key), key as u32);
                    wanted.insert(key, key as u32);
                }
            }
            assert_eq!(slots.len(), wanted.len());
            let other = below(200);
            let found = slots.find(hash(other), |slot| u64::from(slot) == other);
            assert_eq!(found, wanted.get(&other).copied(), "round {round}");
        }
    }
}
