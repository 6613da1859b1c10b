//! Puts the rows of a run in order by what they begin with.
//!
//! What a row begins with is some bytes: the place of its fluent, the first bytes of its arguments and of its value. At
//! each of these places only a few different bytes occur in a run, digits and a separator mostly. Numbered in order, they
//! take some three bits instead of eight, and what counts fits into one word, which is sorted eleven bits at a time from
//! the last to the first. Rows that this does not tell apart are then compared in full.

use std::cmp::Ordering;
use std::ops::Range;

use crate::record::{Record, record};

/// So many bytes of arguments are in a key; those before them that all have in common are its place.
const ARGS: usize = 16;
const VALUE: usize = 4;
/// Three bytes for the place, the arguments, one for whether these are longer, and the value.
const BYTES: usize = 3 + ARGS + 1 + VALUE;

/// Keys are read in words, which may be longer than what is there by so much.
pub(crate) const PADDING: usize = 16;

/// What a row begins with. In the order of the words, and within them of their bytes, rows are in order.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    words: [u64; BYTES / 8],
    /// Where the row is.
    at: u32,
    /// Whether the words say all of arguments and value.
    is_whole: bool,
}

impl Key {
    pub(crate) const FIRST: Key = Key { words: [0; BYTES / 8], at: 0, is_whole: true };

    /// Of the arguments that are left after what all rows of the place begin with.
    #[inline]
    pub(crate) fn new(at: u32, place: u32, text: &[u8], args: Range<usize>, value: Range<usize>) -> Key {
        // The first so many bytes of a word, the others being nought.
        let first = |at: usize, length: usize| {
            let word = u64::from_be_bytes(*text[at..].first_chunk().expect("keys are read from padded text"));
            word & u64::MAX.checked_shl(64 - 8 * length as u32).unwrap_or(0)
        };
        // Bytes of nought at the end look like no bytes.
        let ends_in_nought = |range: &Range<usize>| !range.is_empty() && text[range.end - 1] == 0;
        let is_longer = args.len() > ARGS || ends_in_nought(&args);
        let high = first(args.start, args.len().min(8));
        let low = first(args.start + 8, args.len().clamp(8, ARGS) - 8);
        // Values tell rows apart only where the arguments are the same.
        let of_value = if is_longer { 0 } else { first(value.start, value.len().min(VALUE)) >> (64 - 8 * VALUE) };
        let last = u64::from(is_longer) << (8 * VALUE) | of_value;
        let words = [u64::from(place) << 40 | high >> 24, high << 40 | low >> 24, low << 40 | last];
        Key { words, at, is_whole: !is_longer && value.len() <= VALUE && !ends_in_nought(&value) }
    }

    /// Compares two rows by their keys, and where these do not tell, in full.
    #[inline]
    pub(crate) fn compare<'t>(
        &self,
        other: &Key,
        it: impl FnOnce() -> Record<'t>,
        its: impl FnOnce() -> Record<'t>,
    ) -> Ordering {
        self.words.cmp(&other.words).then_with(|| {
            let (a, b) = (it(), its());
            let by_time = a.since.cmp(&b.since);
            if self.is_whole && other.is_whole { by_time } else { in_full(&a, &b) }
        })
    }
}

fn in_full(a: &Record<'_>, b: &Record<'_>) -> Ordering {
    a.args().cmp(b.args()).then_with(|| a.value().cmp(b.value())).then(a.since.cmp(&b.since))
}

/// The rows of a run, in the order in which they came, and then in order.
#[derive(Default)]
pub(crate) struct Run {
    keys: Vec<Key>,
    packing: Packing,
    /// After [`Run::sort`]: the rows in order as far as the first word of their packed keys tells.
    order: Vec<Entry>,
    spare: Vec<Entry>,
}

#[derive(Clone, Copy, Default)]
struct Entry {
    /// A word of the packed key.
    packed: u64,
    /// Which row, and where it is.
    number: u32,
    at: u32,
}

/// So many bits are sorted by at a time.
const DIGIT: u32 = 11;
/// So many keys stay near the processor while they are gone through once for each byte.
const NEAR: usize = 512;
const DIGITS: usize = u64::BITS.div_ceil(DIGIT) as usize;

impl Run {
    #[inline]
    pub(crate) fn push(&mut self, key: Key) {
        self.keys.push(key);
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        self.order.clear();
    }

    /// Puts the rows in order, but for those that go by [`Run::next_alike`].
    pub(crate) fn sort(&mut self) {
        self.packing = Packing::new(&self.keys);
        let digits = self.packing.bits.div_ceil(DIGIT) as usize;
        let mut counts = [[0_u32; 1 << DIGIT]; DIGITS];
        self.order.clear();
        let entry = |(key, number): (&Key, u32)| Entry { packed: 0, number, at: key.at };
        self.order.extend(self.keys.iter().zip(0..).map(entry));
        for (keys, order) in self.keys.chunks(NEAR).zip(self.order.chunks_mut(NEAR)) {
            for varying in self.packing.words.first().into_iter().flatten() {
                keys.iter().zip(&mut *order).for_each(|(key, entry)| entry.packed |= varying.code(key));
            }
            for entry in order {
                for (at, counts) in counts[..digits].iter_mut().enumerate() {
                    counts[digit(entry.packed, at)] += 1;
                }
            }
        }
        self.spare.resize(self.order.len(), Entry::default());
        for (at, counts) in counts[..digits].iter_mut().enumerate() {
            let mut start = 0;
            for count in counts.iter_mut() {
                start += std::mem::replace(count, start);
            }
            for &entry in &self.order {
                let next = &mut counts[digit(entry.packed, at)];
                self.spare[*next as usize] = entry;
                *next += 1;
            }
            std::mem::swap(&mut self.order, &mut self.spare);
        }
    }

    /// Puts rows in order, from one place on, that the first word does not tell apart, and says where they end. Rows that
    /// are equal stay in the order in which they came.
    ///
    /// They lie far apart, and are best put in order just before they are used.
    fn next_alike(&mut self, from: usize, text: &[u8]) -> usize {
        let packed = self.order[from].packed;
        let alike = self.order[from..].iter().take_while(|it| it.packed == packed).count();
        if alike > 1 {
            settle(&self.packing, 0, &self.keys, text, &mut self.order[from..from + alike]);
        }
        from + alike
    }

    /// Goes through the rows, which are sorted and whose text this is, in order.
    pub(crate) fn in_order<'r>(&'r mut self, text: &'r [u8]) -> InOrder<'r> {
        InOrder { run: self, text, at: 0, settled: 0 }
    }
}

/// Goes through the rows of a run.
pub(crate) struct InOrder<'r> {
    run: &'r mut Run,
    pub(crate) text: &'r [u8],
    at: usize,
    settled: usize,
}

impl InOrder<'_> {
    /// Where the next row is.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<usize> {
        if self.at == self.settled {
            if self.at == self.run.order.len() {
                return None;
            }
            self.settled = self.run.next_alike(self.at, self.text);
        }
        self.at += 1;
        Some(self.run.order[self.at - 1].at as usize)
    }

    /// The key of the row that was the last.
    pub(crate) fn key(&self) -> Key {
        self.run.keys[self.run.order[self.at - 1].number as usize]
    }
}

#[inline]
fn digit(packed: u64, at: usize) -> usize {
    (packed >> (DIGIT as usize * at)) as usize & ((1 << DIGIT) - 1)
}

/// Puts rows in order whose packed keys are the same up to this word.
fn settle(packing: &Packing, word: usize, keys: &[Key], text: &[u8], alike: &mut [Entry]) {
    if alike.len() < 2 {
        return;
    }
    let row = |it: &Entry| record(text, it.at as usize).0;
    // Nearly always they are the same but for their time, and come in order of time.
    if word == 0 && alike.is_sorted_by(|a, b| in_full(&row(a), &row(b)).is_le()) {
        return;
    }
    if word + 1 < packing.words.len() {
        alike.iter_mut().for_each(|it| it.packed = packing.pack(word + 1, &keys[it.number as usize]));
        alike.sort_by_key(|it| it.packed);
        for alike in alike.chunk_by_mut(|a, b| a.packed == b.packed) {
            settle(packing, word + 1, keys, text, alike);
        }
    } else if !alike.is_sorted_by(|a, b| in_full(&row(a), &row(b)).is_le()) {
        alike.sort_by(|a, b| in_full(&row(a), &row(b)));
    }
}

/// How keys are packed.
#[derive(Default)]
struct Packing {
    /// The bytes that are not the same in all keys, so many to a word as fit.
    words: Vec<Vec<Varying>>,
    /// How many bits the first word takes.
    bits: u32,
}

struct Varying {
    word: usize,
    shift: u32,
    /// For each byte that occurs there what it adds to the packed key.
    codes: [u64; 256],
}

impl Varying {
    #[inline]
    fn code(&self, key: &Key) -> u64 {
        self.codes[usize::from((key.words[self.word] >> self.shift) as u8)]
    }
}

impl Packing {
    fn new(keys: &[Key]) -> Packing {
        let (mut any, mut all) = ([0; BYTES / 8], [u64::MAX; BYTES / 8]);
        for key in keys {
            for (at, word) in key.words.into_iter().enumerate() {
                any[at] |= word;
                all[at] &= word;
            }
        }
        let places = (0..BYTES).map(|at| (at / 8, 56 - 8 * (at % 8) as u32));
        let is_varying = |(word, shift): &(usize, u32)| (any[*word] ^ all[*word]) >> shift & 0xff != 0;
        let places: Vec<(usize, u32)> = places.filter(is_varying).collect();
        let mut seen = vec![[false; 256]; places.len()];
        for keys in keys.chunks(NEAR) {
            for (&(word, shift), seen) in places.iter().zip(&mut seen) {
                keys.iter().for_each(|key| seen[usize::from((key.words[word] >> shift) as u8)] = true);
            }
        }
        let mut packing = Packing { words: Vec::new(), bits: 0 };
        let mut left = 0;
        for ((of_key, shift), seen) in places.into_iter().zip(seen) {
            let different = seen.iter().filter(|it| **it).count();
            let width = different.next_power_of_two().trailing_zeros();
            if packing.words.is_empty() || left < width {
                packing.words.push(Vec::new());
                left = u64::BITS;
            }
            left -= width;
            packing.bits += if packing.words.len() == 1 { width } else { 0 };
            let mut codes = [0; 256];
            let occurring = codes.iter_mut().zip(seen).filter(|(_, seen)| *seen);
            occurring.zip(0..).for_each(|((code, _), number)| *code = number << left);
            if let Some(word) = packing.words.last_mut() {
                word.push(Varying { word: of_key, shift, codes });
            }
        }
        packing.align();
        packing
    }

    /// What the first word does not take at its end it is shifted by, so that fewer bits are sorted by.
    fn align(&mut self) {
        let unused = u64::BITS - self.bits;
        for varying in self.words.first_mut().into_iter().flatten() {
            varying.codes.iter_mut().for_each(|code| *code >>= unused.min(63));
        }
    }

    #[inline]
    fn pack(&self, word: usize, key: &Key) -> u64 {
        let Some(word) = self.words.get(word) else { return 0 };
        word.iter().fold(0, |packed, it| packed | it.code(key))
    }
}
