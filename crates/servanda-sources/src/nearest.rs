//! The phrase of a text that most resembles one that is not in it.
//!
//! All missing phrases are looked for in one pass. Each is cut into its trigrams, and each block of the text is judged by
//! how many of them stand in it or in the block before; the few best blocks of each phrase are then compared with it word
//! by word (Ukkonen 1992 for the filter by q-grams, Wagner and Fischer 1974 for the distance). A phrase so garbled that no
//! trigram is left is not found; nor is the better of two phrases if a dozen blocks hold more of the trigrams.

use std::ops::Range;

use crate::normal::Normal;

/// Below this nobody would recognise the phrase.
const LEAST_SIMILARITY: f64 = 0.55;

/// A longer phrase is looked for by its beginning, which has at most as many trigrams as [`Votes`] has bits.
const MOST_BYTES: usize = 130;

/// How many blocks are compared word by word.
const BLOCKS_COMPARED: usize = 12;

const BUCKETS: usize = 1 << 16;

/// For each phrase, in normal form and folded case, the most similar range of the text and how similar it is.
pub(crate) fn nearest(text: &Normal, phrases: &[&str]) -> Vec<Option<(Range<usize>, f64)>> {
    if phrases.is_empty() {
        return Vec::new();
    }
    let phrases: Vec<&str> = phrases.iter().map(|phrase| beginning(phrase, MOST_BYTES)).collect();
    let mut votes: Vec<Votes> = phrases.iter().map(|phrase| Votes::new(phrase.len())).collect();
    count(text.text(), &phrases, &mut votes);
    let best = |(phrase, votes): (&&str, Votes)| {
        let compared = votes.best().into_iter().map(|block| best_in(text, &block, phrase));
        let better = |one: Option<(Range<usize>, f64)>, other: Option<(Range<usize>, f64)>| match (&one, &other) {
            (Some((_, first)), Some((_, second))) if second <= first => one,
            (_, None) => one,
            _ => other,
        };
        compared.fold(None, better).filter(|&(_, similarity)| similarity >= LEAST_SIMILARITY)
    };
    std::iter::zip(&phrases, votes).map(best).collect()
}

/// Which trigrams of one phrase stand in the block being read and in the one before, and the best pairs of both so far.
struct Votes {
    shift: u32,
    block: usize,
    here: u128,
    before: u128,
    best: Vec<(u32, usize)>,
    /// What a pair must exceed to be among them.
    least: u32,
}

impl Votes {
    fn new(length: usize) -> Self {
        let shift = (2 * length).next_power_of_two().trailing_zeros().max(5);
        Self { shift, block: 0, here: 0, before: 0, best: Vec::new(), least: 0 }
    }

    fn vote(&mut self, at: usize, trigram: u32) {
        let block = at >> self.shift;
        if block != self.block {
            self.settle();
            self.before = if block == self.block + 1 { self.here } else { 0 };
            self.block = block;
            self.here = 0;
        }
        self.here |= 1 << trigram;
    }

    fn settle(&mut self) {
        let votes = (self.here | self.before).count_ones();
        if votes <= self.least {
            return;
        }
        self.best.push((votes, self.block));
        if self.best.len() > BLOCKS_COMPARED {
            // Of equals the last goes: the first in the text is kept.
            let worst = (0..self.best.len()).rev().min_by_key(|&index| self.best[index].0).expect("the list is full");
            self.best.remove(worst);
            self.least = self.best.iter().map(|&(votes, _)| votes).min().unwrap_or(0);
        }
    }

    /// The bytes of the best pairs of blocks, in the order of the text.
    fn best(mut self) -> Vec<Range<usize>> {
        self.settle();
        let size = 1 << self.shift;
        self.best.iter().map(|&(_, block)| block.saturating_sub(1) * size..(block + 1) * size).collect()
    }
}

fn count(text: &str, phrases: &[&str], votes: &mut [Votes]) {
    let mut having: Vec<Vec<(usize, u32)>> = vec![Vec::new(); BUCKETS];
    for (index, phrase) in phrases.iter().enumerate() {
        for (number, trigram) in (0..).zip(phrase.as_bytes().windows(3)) {
            let bucket = &mut having[bucket(trigram)];
            if bucket.last().is_none_or(|&(last, _)| last != index) {
                bucket.push((index, number));
            }
        }
    }
    for (at, trigram) in text.as_bytes().windows(3).enumerate() {
        for &(index, number) in &having[bucket(trigram)] {
            votes[index].vote(at, number);
        }
    }
}

fn bucket(trigram: &[u8]) -> usize {
    let number = trigram.iter().fold(0u32, |number, &byte| number << 8 | u32::from(byte));
    (number.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

/// The most similar run of whole words in and around a block.
fn best_in(normal: &Normal, block: &Range<usize>, phrase: &str) -> Option<(Range<usize>, f64)> {
    let text = normal.text();
    let wanted: Vec<char> = phrase.chars().collect();
    let from = floor_boundary(text, block.start.saturating_sub(phrase.len()));
    let until = floor_boundary(text, block.end.saturating_add(phrase.len()).min(text.len()));
    let mut best: Option<(Range<usize>, f64)> = None;
    for (offset, first) in text[from..until].char_indices() {
        let start = from + offset;
        if !first.is_alphanumeric() || !normal.is_cut(start) {
            continue;
        }
        for (length, characters, distance) in distances(&wanted, &text[start..]) {
            let similarity = 1.0 - distance as f64 / characters.max(wanted.len()) as f64;
            let is_better = best.as_ref().is_none_or(|(_, best)| similarity > *best);
            if is_better && normal.is_cut(start + length) && !text[..start + length].ends_with(' ') {
                best = Some((start..start + length, similarity));
            }
        }
    }
    best
}

/// For each beginning of `text` up to half as long again as `wanted`: its length in bytes and in characters, and its
/// Levenshtein distance from `wanted`.
fn distances(wanted: &[char], text: &str) -> Vec<(usize, usize, usize)> {
    let mut column: Vec<usize> = (0..=wanted.len()).collect();
    let mut found = Vec::new();
    let mut length = 0;
    for (index, character) in text.chars().take(wanted.len() + wanted.len() / 2 + 2).enumerate() {
        let mut diagonal = column[0];
        column[0] = index + 1;
        for row in 1..column.len() {
            let changed = diagonal + usize::from(wanted[row - 1] != character);
            diagonal = column[row];
            column[row] = changed.min(column[row] + 1).min(column[row - 1] + 1);
        }
        length += character.len_utf8();
        found.push((length, index + 1, column[wanted.len()]));
    }
    found
}

fn beginning(phrase: &str, most: usize) -> &str {
    &phrase[..floor_boundary(phrase, most.min(phrase.len()))]
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::Case;

    #[track_caller]
    fn check_nearest(text: &str, phrase: &str, expected: Option<&str>) {
        let normal = Normal::new(text, Case::Folded);
        let found = nearest(&normal, &[phrase]).remove(0);
        assert_eq!(found.map(|(range, _)| &normal.text()[range]), expected);
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        let text = "The king of Ruritania ceded the castle of Zenda to his brother in the spring of that year.";
        check_nearest(text, "ceded the caslte of zenda", Some("ceded the castle of zenda"));
        check_nearest(text, "seeded the castle to zenda", Some("ceded the castle of zenda"));
        check_nearest(text, "brothers in spring", Some("brother in the spring"));
        check_nearest(text, "nothing like it whatsoever", None);
        check_nearest(text, "z", None);
        check_nearest("", "of zenda", None);
    }

    #[test]
    fn the_right_place_is_found_in_a_long_text() {
        let filler = "The armies marched on, and nobody knew where they went or when they would return. ".repeat(2000);
        let text = format!("{filler}Michael of Strelsau renounced his claim. {filler}");
        check_nearest(&text, "michael of strelsau renouned his clam", Some("michael of strelsau renounced his claim"));
    }
}
