//! Rows as bytes: where they end and where their cells are.

use std::path::Path;

use crate::csv::CsvReader;
use crate::error::RunError;

/// After the last byte of a row's text come at least this many more, so that cells can be looked at in words.
pub(crate) const PADDING: usize = 16;

/// A row: its text, and where cells begin. Cell `i` ends one byte before cell `i + 1` begins.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) bounds: &'a [u32],
}

impl<'a> Row<'a> {
    #[inline]
    pub(crate) fn cells(self) -> usize {
        self.bounds.len() - 1
    }

    /// A cell; empty beyond the last.
    #[inline]
    pub(crate) fn cell(self, index: usize) -> Cell<'a> {
        match self.bounds.get(index..index + 2) {
            Some(&[start, next]) => Cell { text: &self.text[start as usize..], len: (next - 1 - start) as usize },
            _ => Cell { text: &[0; PADDING], len: 0 },
        }
    }
}

/// A cell, and at least [`PADDING`] bytes after it.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    text: &'a [u8],
    len: usize,
}

impl<'a> Cell<'a> {
    /// The first `len` bytes of a text with at least [`PADDING`] more.
    pub(crate) fn of(text: &'a [u8], len: usize) -> Cell<'a> {
        debug_assert!(text.len() >= len + PADDING, "cells are padded");
        Cell { text, len }
    }

    #[inline]
    pub(crate) fn bytes(self) -> &'a [u8] {
        &self.text[..self.len]
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Text of at most 15 bytes as a number; different for different texts, never 0. The text ends, and its length is, at
    /// the top.
    #[inline]
    pub(crate) fn key(self) -> Option<u128> {
        if self.len > 15 {
            return None;
        }
        Some(key_of(u128::from_le_bytes(*self.text.first_chunk()?), self.len))
    }

    /// A whole number of up to eight digits and nothing else.
    #[inline]
    pub(crate) fn small_number(self) -> Option<u32> {
        if self.len == 0 || self.len > 8 {
            return None;
        }
        // The digits go to the upper bytes of the word, and noughts before them.
        let word = u64::from_le_bytes(*self.text.first_chunk()?);
        let digits = (word ^ 0x3030_3030_3030_3030) << (8 * (8 - self.len));
        if (digits | digits.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
            return None;
        }
        Some(number_of(digits))
    }
}

/// The key of the text that the first bytes of a word are.
#[inline(always)]
pub(crate) fn key_of(word: u128, len: usize) -> u128 {
    let text = (word << (8 * (15 - len))) & ((1 << 120) - 1);
    text | (len as u128 + 1) << 120
}

/// The same of at most seven bytes.
#[inline(always)]
pub(crate) fn key_of_few(word: u64, len: usize) -> u128 {
    let text = (word << (8 * (7 - len))) & ((1 << 56) - 1);
    u128::from(text | (len as u64 + 1) << 56) << 64
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that is a comma or less, as little else of what is in a feed is.
#[inline(always)]
pub(crate) fn at_most_commas(word: u64) -> u64 {
    !(((word & !HIGHS) + ONES * (0x7f - b',' as u64)) | word) & HIGHS
}

/// The number that the digits at the beginning of a word are, and how many these are; none is no number.
#[inline(always)]
pub(crate) fn first_digits(word: u64) -> Option<(u32, usize)> {
    let digits = word ^ (ONES * b'0' as u64);
    // What comes after the first byte that is no digit may be anything.
    let others = (digits | digits.wrapping_add(ONES * 6)) & (ONES * 0xf0);
    let count = others.trailing_zeros() / 8;
    (count > 0).then(|| (number_of(digits << (64 - 8 * count)), count as usize))
}

/// Eight digits as bytes, the first the least, as a number.
#[inline(always)]
fn number_of(digits: u64) -> u32 {
    let pairs = (digits.wrapping_mul(10) + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul(10_000) + (fours >> 32)) as u32
}

/// Where the cells of a row begin.
pub(crate) struct Bounds {
    /// Some more than there are.
    all: Vec<u32>,
    count: usize,
}

impl Bounds {
    pub(crate) fn new() -> Bounds {
        Bounds { all: vec![0; 32], count: 0 }
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.count = 0;
    }

    #[inline]
    pub(crate) fn push(&mut self, bound: u32) {
        match self.all.get_mut(self.count) {
            Some(place) => *place = bound,
            None => self.grow(bound),
        }
        self.count += 1;
    }

    #[cold]
    fn grow(&mut self, bound: u32) {
        self.all.push(bound);
        self.all.resize(2 * self.all.len(), 0);
    }

    #[inline]
    pub(crate) fn get(&self) -> &[u32] {
        &self.all[..self.count]
    }

    /// Has all cells begin so much before.
    pub(crate) fn move_back(&mut self, by: u32) {
        self.all[..self.count].iter_mut().for_each(|bound| *bound -= by);
    }
}

/// Notes where cells begin in `text[from..end]`, up to a line end or a quotation mark, which it gives the place of.
#[inline]
pub(crate) fn split(text: &[u8], from: usize, end: usize, bounds: &mut Bounds) -> Option<usize> {
    let mut at = from;
    while at < end {
        let word = u64::from_le_bytes(*text[at..].first_chunk().expect("rows are padded"));
        let mut some = at_most_commas(word);
        while some != 0 {
            let bit = some.trailing_zeros();
            let found = at + (bit / 8) as usize;
            if found >= end {
                return None;
            }
            let byte = (word >> (bit - 7)) as u8;
            if byte == b',' {
                bounds.push(found as u32 + 1);
            } else if matches!(byte, b'\n' | b'\r' | b'"') {
                return Some(found);
            }
            some &= some - 1;
        }
        at += 8;
    }
    None
}

/// Reads a CSV file, splits its rows into cells and does nothing with them: the floor that a run is measured by.
/// Gives the rows and the cells.
///
/// # Errors
/// The file cannot be read.
pub fn split_rows(path: &Path) -> Result<(u64, u64), RunError> {
    let mut reader = CsvReader::open(path)?;
    let (mut rows, mut cells) = (0, 0);
    loop {
        match reader.next() {
            Ok(Some(row)) => {
                rows += 1;
                cells += row.cells() as u64;
            }
            Ok(None) => return Ok((rows, cells)),
            Err(error) => return Err(error.into_run_error(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<String> {
        let mut padded = text.as_bytes().to_vec();
        padded.resize(text.len() + PADDING, b',');
        let mut bounds = Bounds::new();
        bounds.push(0);
        assert_eq!(split(&padded, 0, text.len(), &mut bounds), None);
        bounds.push(text.len() as u32 + 1);
        let row = Row { text: &padded, bounds: bounds.get() };
        (0..row.cells()).map(|at| String::from_utf8(row.cell(at).bytes().to_vec()).unwrap()).collect()
    }

    #[test]
    fn rows_are_split_at_commas() {
        assert_eq!(cells("a,bc,,12345678901,"), ["a", "bc", "", "12345678901", ""]);
        assert_eq!(cells(""), [""]);
        assert_eq!(cells("-,-,,-,+,"), ["-", "-", "", "-", "+", ""]);
        assert_eq!(cells(&",".repeat(99)), [""; 100]);
    }

    #[test]
    fn rows_end_with_their_lines() {
        for (text, end) in [("a,b\nc", 3), ("\r", 0), ("12345678,-\"", 10), ("é ,!#$%&'()*+\u{7f}\t\u{1}\r", 17)] {
            let mut padded = text.as_bytes().to_vec();
            padded.resize(text.len() + PADDING, b'\n');
            assert_eq!(split(&padded, 0, text.len(), &mut Bounds::new()), Some(end), "{text}");
            assert_eq!(split(&padded, 0, end, &mut Bounds::new()), None, "{text}");
        }
    }

    #[test]
    fn small_numbers_are_read_in_one_go() {
        for (text, number) in
            [("0", Some(0)), ("7", Some(7)), ("42", Some(42)), ("00012", Some(12)), ("98765432", Some(98_765_432))]
        {
            let padded = format!("{text},9999999999999999");
            let cell = Cell { text: padded.as_bytes(), len: text.len() };
            assert_eq!(cell.small_number(), number, "{text}");
        }
        for text in ["", "-1", "1.5", "123456789", "1a", ":1", "/1", "1 ", "１"] {
            let padded = format!("{text},9999999999999999");
            let cell = Cell { text: padded.as_bytes(), len: text.len() };
            assert_eq!(cell.small_number(), None, "{text}");
        }
    }

    #[test]
    fn keys_tell_texts_apart() {
        let key = |text: &str| {
            let padded = format!("{text}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
            let key = Cell { text: padded.as_bytes(), len: text.len() }.key();
            let word = u64::from_le_bytes(*padded.as_bytes().first_chunk().unwrap());
            assert!(text.len() > 7 || key == Some(key_of_few(word, text.len())));
            key
        };
        let texts = ["", "a", "a\0", "aa", "123456789012345"];
        for (at, a) in texts.iter().enumerate() {
            assert!(key(a).is_some_and(|key| key != 0));
            assert!(texts.iter().enumerate().all(|(other, b)| (at == other) == (key(a) == key(b))));
        }
        assert_eq!(key("1234567890123456"), None);
    }
}
