//! A table from texts to numbers.
//!
//! Feeds number what they name: `r1041`, `r1042`, `r1043` are opened one after another, and closed not long after. So texts
//! that are alike but for the last bits stand side by side, and what a row names is mostly where rows before it have
//! looked. Texts that have nothing in common are as good as anywhere.

use crate::batch::Strings;
use crate::row::{Cell, PADDING};

/// Texts in the order in which they came, and where each is found. Short texts are kept in the table itself.
pub(crate) struct Table {
    /// A power of two of them, at least half of them free.
    places: Vec<Place>,
    entries: Vec<Entry>,
    long: Strings,
}

#[derive(Clone, Copy)]
struct Place {
    /// Some bits of the hash, so that most entries that are others need not be looked at.
    tag: u32,
    entry: u32,
}

const FREE: Place = Place { tag: 0, entry: u32::MAX };

struct Entry {
    /// The halves of a short text as [`Cell::key`] gives it; for a long one its hash, with the top byte of a length no
    /// short text has.
    key: [u64; 2],
    id: u32,
    /// Where a long text is kept.
    long: u32,
}

/// What the key of a long text begins with.
const LONG: u64 = 0xff << 56;
/// Where in the upper half of a key the last bits of its text are.
const LAST: u32 = 48;
/// So many texts that differ only in their last bits stand side by side.
const TOGETHER: u64 = 8;
const MIX: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xa076_1d64_78bd_642f];

#[inline(always)]
fn halves(key: u128) -> [u64; 2] {
    [(key >> 64) as u64, key as u64]
}

fn key_of(cell: Cell<'_>) -> [u64; 2] {
    cell.key().map_or_else(|| key_of_long(cell.bytes()), halves)
}

fn key_of_long(text: &[u8]) -> [u64; 2] {
    let (last, others) = text.split_last().expect("a long text is not empty");
    let (last, rest) = (u64::from(*last) % TOGETHER, u64::from(*last) / TOGETHER);
    let hash = others.chunks(8).fold(text.len() as u64 ^ rest << 32, |hash, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(MIX[0])
    });
    [LONG | last << LAST, hash]
}

impl Table {
    pub(crate) fn new() -> Table {
        Table { places: vec![FREE; 64], entries: Vec::new(), long: Strings::default() }
    }

    /// Where a key is looked for first, and its tag.
    #[inline(always)]
    fn home(&self, [upper, lower]: [u64; 2]) -> (usize, u32) {
        let last = upper >> LAST & (TOGETHER - 1);
        let of_its_like = upper ^ last << LAST;
        let product = u128::from(of_its_like ^ MIX[0]) * u128::from(lower ^ MIX[1]);
        let hash = (product >> 64) as u64 ^ product as u64;
        let home = (hash >> 32) * TOGETHER + last;
        (home as usize & (self.places.len() - 1), (hash as u32).wrapping_mul(TOGETHER as u32) | last as u32)
    }

    #[inline(always)]
    fn find(&self, key: [u64; 2], is_it: impl Fn(&Entry) -> bool) -> Option<u32> {
        let (mut at, tag) = self.home(key);
        loop {
            let place = self.places[at];
            if place.entry == FREE.entry {
                return None;
            }
            if place.tag == tag {
                let entry = &self.entries[place.entry as usize];
                if entry.key == key && is_it(entry) {
                    return Some(entry.id);
                }
            }
            at = (at + 1) & (self.places.len() - 1);
        }
    }

    /// What a text of at most fifteen bytes stands for, by its [`Cell::key`].
    #[inline(always)]
    pub(crate) fn get_short(&self, key: u128) -> Option<u32> {
        self.find(halves(key), |_| true)
    }

    #[inline]
    pub(crate) fn get(&self, cell: Cell<'_>) -> Option<u32> {
        let key = key_of(cell);
        self.find(key, |entry| key[0] < LONG || self.long.get(entry.long as usize).as_bytes() == cell.bytes())
    }

    /// Adds a text that is not there.
    pub(crate) fn insert(&mut self, cell: Cell<'_>, text: &str, id: u32) {
        let key = key_of(cell);
        let mut long = 0;
        if key[0] >= LONG {
            long = self.long.len() as u32;
            self.long.push(text);
        }
        self.entries.push(Entry { key, id, long });
        if 2 * self.entries.len() > self.places.len() {
            let twice = 2 * self.places.len();
            self.places.clear();
            self.places.resize(twice, FREE);
            (0..self.entries.len()).for_each(|entry| self.put(entry));
        } else {
            self.put(self.entries.len() - 1);
        }
    }

    /// Those of the texts that are wanted, with numbers one after another.
    pub(crate) fn insert_all(&mut self, texts: &Strings, first: u32, is_wanted: impl Fn(&str) -> bool) {
        let mut padded = texts.text().as_bytes().to_vec();
        padded.resize(padded.len() + PADDING, 0);
        let mut start = 0;
        for (id, text) in (first..).zip(texts.iter_from(0)) {
            if is_wanted(text) {
                self.insert(Cell::of(&padded[start..], text.len()), text, id);
            }
            start += text.len();
        }
    }

    fn put(&mut self, entry: usize) {
        let (mut at, tag) = self.home(self.entries[entry].key);
        while self.places[at].entry != FREE.entry {
            at = (at + 1) & (self.places.len() - 1);
        }
        self.places[at] = Place { tag, entry: entry as u32 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_cell<T>(text: &str, of: impl FnOnce(Cell<'_>) -> T) -> T {
        let padded = text.to_owned() + "0123456789abcdef";
        of(Cell::of(padded.as_bytes(), text.len()))
    }

    #[test]
    fn texts_are_found_and_others_are_not() {
        let stems = ["", "r", "claim-", "a name as long as that ", "fifteen letters", "eight by eight: "];
        let all: Vec<String> = (0..3_000).map(|at| format!("{}{}", stems[at % stems.len()], at / 7)).collect();
        let mut table = Table::new();
        let mut known = std::collections::BTreeMap::new();
        for (id, text) in (0..).zip(&all) {
            let found = with_cell(text, |cell| table.get(cell));
            assert_eq!(found, known.get(text).copied(), "{text}");
            if found.is_none() {
                with_cell(text, |cell| table.insert(cell, text, id));
                known.insert(text.clone(), id);
            }
        }
        for text in &all {
            let by_key = with_cell(text, |cell| cell.key()).map(|key| table.get_short(key));
            assert!(by_key.is_none_or(|found| found == known.get(text).copied()));
            assert_eq!(with_cell(text, |cell| table.get(cell)), known.get(text).copied());
            assert_eq!(with_cell(&format!("{text}?"), |cell| table.get(cell)), None);
        }
        let again = known.iter().all(|(text, id)| with_cell(text, |cell| table.get(cell)) == Some(*id));
        assert!(again);
    }

    #[test]
    fn texts_that_are_numbered_stand_side_by_side() {
        let mut table = Table::new();
        for id in 0..1_000 {
            let text = format!("request-{id}");
            with_cell(&text, |cell| table.insert(cell, &text, id));
        }
        let at = |text: &str| with_cell(text, |cell| table.home(key_of(cell)).0);
        for (first, stem) in [("request-120", "request-12"), ("a long request-440", "a long request-44")] {
            assert!((0..8).all(|last| at(&format!("{stem}{last}")) == at(first) + last));
        }
    }
}
