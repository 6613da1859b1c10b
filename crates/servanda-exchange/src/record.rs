//! Rows as they are kept while they are sorted: some numbers, then `args,value,` as they will be written.

use crate::found::{BEGINNING, BROKEN, FORGOTTEN, Interval, OPEN};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'t> {
    pub(crate) fluent: u32,
    pub(crate) since: i64,
    pub(crate) until: i64,
    pub(crate) text: &'t [u8],
    /// How much of the text is arguments.
    pub(crate) split: usize,
}

impl<'t> Record<'t> {
    pub(crate) fn args(&self) -> &'t [u8] {
        &self.text[..self.split]
    }

    pub(crate) fn value(&self) -> &'t [u8] {
        &self.text[self.split + 1..self.text.len() - 1]
    }
}

/// What `until` is; with [`FROM_THE_BEGINNING`] there is no `since`.
const CLOSED: u64 = 0;
const IS_OPEN: u64 = 1;
const IS_FORGOTTEN: u64 = 2;
const IS_BROKEN: u64 = 3;
const FROM_THE_BEGINNING: u64 = 4;

/// Puts fluent and bounds.
#[inline]
pub(crate) fn put_head(out: &mut Vec<u8>, it: &Interval) {
    let kind = match it.until {
        OPEN => IS_OPEN,
        FORGOTTEN => IS_FORGOTTEN,
        BROKEN => IS_BROKEN,
        _ => CLOSED,
    };
    let begins = it.since == BEGINNING;
    put_number(out, u64::from(it.fluent) << 3 | kind | if begins { FROM_THE_BEGINNING } else { 0 });
    let since = if begins { 0 } else { it.since };
    if !begins {
        put_number(out, folded(since));
    }
    if kind == CLOSED {
        put_number(out, folded(it.until.wrapping_sub(since)));
    }
}

/// The lengths of arguments and value; where they are too great for that, these bytes are all ones, and
/// [`LONG_LENGTHS`] bytes follow that have them.
pub(crate) const LENGTHS: usize = 3;
pub(crate) const LONG_LENGTHS: usize = 16;

/// Says whether they are too great.
#[inline]
pub(crate) fn put_lengths(to: &mut [u8], args: usize, value: usize) -> bool {
    let is_long = args >= 0xffff || value >= 0xff;
    let (args, value) = if is_long { (0xffff, 0xff) } else { (args as u16, value as u8) };
    to[..2].copy_from_slice(&args.to_le_bytes());
    to[2] = value;
    is_long
}

/// The row at this place, and where it ends.
#[inline]
pub(crate) fn record(text: &[u8], at: usize) -> (Record<'_>, usize) {
    parse(&text[at..]).map(|(record, length)| (record, at + length)).expect("a row was put here")
}

/// How long the row is that these bytes begin with; `None` where that is more than there are.
#[inline]
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    parse(bytes).map(|(_, length)| length)
}

#[inline]
fn parse(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
    let mut rest = bytes;
    let head = number(&mut rest)?;
    let since = if head & FROM_THE_BEGINNING == 0 { unfolded(number(&mut rest)?) } else { BEGINNING };
    let until = match head & 3 {
        IS_OPEN => OPEN,
        IS_FORGOTTEN => FORGOTTEN,
        IS_BROKEN => BROKEN,
        _ => {
            let from = if since == BEGINNING { 0 } else { since };
            from.wrapping_add(unfolded(number(&mut rest)?))
        }
    };
    let (&[low, high, value], after) = rest.split_first_chunk::<LENGTHS>()?;
    rest = after;
    let mut split = usize::from(u16::from_le_bytes([low, high]));
    let mut value = usize::from(value);
    if (split, value) == (0xffff, 0xff) {
        let (lengths, after) = rest.split_first_chunk::<LONG_LENGTHS>()?;
        let (of_args, of_value) = lengths.split_at(8);
        split = u64::from_le_bytes(of_args.try_into().ok()?) as usize;
        value = u64::from_le_bytes(of_value.try_into().ok()?) as usize;
        rest = after;
    }
    let text = rest.get(..split + 1 + value + 1)?;
    let length = bytes.len() - rest.len() + text.len();
    Some((Record { fluent: (head >> 3) as u32, since, until, text, split }, length))
}

/// Small numbers of either sign as small numbers.
#[inline]
fn folded(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

#[inline]
fn unfolded(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Seven bits a byte, least first; the last byte is below 128.
#[inline]
fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline]
fn number(from: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::found::Rows;
    use servanda_model::Value;

    fn put(rows: &Rows, args: &str, value: &str) -> Vec<u8> {
        let mut out = Vec::new();
        put_head(&mut out, rows.iter().next().unwrap().0);
        let mut lengths = [0; LENGTHS];
        let is_long = put_lengths(&mut lengths, args.len(), value.len());
        out.extend_from_slice(&lengths);
        if is_long {
            out.extend_from_slice(&(args.len() as u64).to_le_bytes());
            out.extend_from_slice(&(value.len() as u64).to_le_bytes());
        }
        out.extend_from_slice(format!("{args},{value},").as_bytes());
        out
    }

    #[test]
    fn rows_come_back_as_they_were_put() {
        let long = "x".repeat(70_000);
        for (since, until) in
            [(0, 1), (-5, 1 << 40), (BEGINNING, -3), (7, OPEN), (7, FORGOTTEN), (7, BROKEN), (BEGINNING, OPEN)]
        {
            for (args, value) in [("1;7", "due"), ("", ""), (long.as_str(), "met"), ("a", long.as_str())] {
                let mut rows = Rows::default();
                rows.push(300, &[], Value::TRUE, since, until);
                let bytes = put(&rows, args, value);
                let (it, end) = record(&bytes, 0);
                assert_eq!((it.fluent, it.since, it.until), (300, since, until));
                assert_eq!((it.args(), it.value(), end), (args.as_bytes(), value.as_bytes(), bytes.len()));
                assert!((0..bytes.len()).all(|length| super::length(&bytes[..length]).is_none()));
            }
        }
    }
}
