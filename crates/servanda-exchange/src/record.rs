//! Rows as they are kept while they are sorted: some numbers, then `args,value,` as they will be written.

use crate::found::{BEGINNING, BROKEN, FORGOTTEN, Interval, OPEN};
use crate::line::{Line, Text};

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

/// A row begins with a word: two bytes for the length of the arguments, one for that of the value, half a byte each for how
/// many bytes `since` and the time from then to `until` take, and four for the fluent and what the bounds are. These bounds
/// follow, and then the text.
const HEAD: usize = 8;

/// Where the lengths of arguments and value are too great for the first three bytes, these are all ones, and so many bytes
/// with the lengths stand before the text.
const LONG: u64 = 0xff_ffff;
const LONG_LENGTHS: usize = 16;

/// Where a row's text begins, its arguments end, and its value ends.
pub(crate) struct Put {
    pub(crate) start: usize,
    pub(crate) split: usize,
    pub(crate) end: usize,
}

/// A row's arguments and value, to be written.
pub(crate) trait Told {
    fn args(&self, out: &mut impl Text);
    fn value(&self, out: &mut impl Text);
}

/// What a row begins with, as far as it is known before its text is.
struct Head {
    of_since: (u64, usize),
    of_until: (u64, usize),
    /// The fluent, and what the bounds are.
    kind: u64,
}

impl Head {
    #[inline]
    fn new(it: &Interval) -> Head {
        let kind = match it.until {
            OPEN => IS_OPEN,
            FORGOTTEN => IS_FORGOTTEN,
            BROKEN => IS_BROKEN,
            _ => CLOSED,
        };
        let (begins, since) = if it.since == BEGINNING { (FROM_THE_BEGINNING, 0) } else { (0, it.since) };
        let until = if kind == CLOSED { folded(it.until.wrapping_sub(since)) } else { 0 };
        let sized = |number: u64| (number, (u64::BITS.div_ceil(8) - number.leading_zeros() / 8) as usize);
        let kind = u64::from(it.fluent) << 3 | kind | begins;
        Head { of_since: sized(folded(since)), of_until: sized(until), kind }
    }

    /// The word that a row begins with.
    #[inline]
    fn word(&self, of_text: u64) -> u64 {
        let lengths = self.of_since.1 | self.of_until.1 << 4;
        of_text | (lengths as u64) << 24 | self.kind << 32
    }

    #[inline]
    fn put_bounds(&self, out: &mut impl Text) {
        out.word(self.of_since.0, self.of_since.1);
        out.word(self.of_until.0, self.of_until.1);
    }
}

/// Puts a row at the end.
#[inline]
pub(crate) fn put(out: &mut Vec<u8>, it: &Interval, told: &impl Told) -> Put {
    let head = Head::new(it);
    let mut line = Line::new();
    line.word(0, HEAD);
    head.put_bounds(&mut line);
    let start = line.len();
    told.args(&mut line);
    let split = line.len();
    line.byte(b',');
    told.value(&mut line);
    let end = line.len();
    line.byte(b',');
    let of_text = (split - start) as u64 | ((end - split - 1) as u64) << 16;
    line.begin_with(head.word(of_text));
    let at = out.len();
    if !line.append_to(out) {
        return put_long(out, &head, told);
    }
    Put { start: at + start, split: at + split, end: at + end }
}

#[cold]
fn put_long(out: &mut Vec<u8>, head: &Head, told: &impl Told) -> Put {
    let at = out.len();
    out.extend_from_slice(&[0; HEAD]);
    head.put_bounds(out);
    let start = out.len();
    told.args(out);
    let split = out.len();
    out.push(b',');
    told.value(out);
    let end = out.len();
    out.push(b',');
    let mut put = Put { start, split, end };
    let mut of_text = (split - start) as u64 | ((end - split - 1) as u64) << 16;
    if split - start >= 0xffff || end - split > 0xff {
        of_text = LONG;
        put.lengthen(out);
    }
    out[at..at + HEAD].copy_from_slice(&head.word(of_text).to_le_bytes());
    put
}

impl Put {
    fn lengthen(&mut self, out: &mut Vec<u8>) {
        let lengths = [self.split - self.start, self.end - self.split - 1].map(|length| (length as u64).to_le_bytes());
        out.splice(self.start..self.start, lengths.concat());
        [&mut self.start, &mut self.split, &mut self.end].into_iter().for_each(|at| *at += LONG_LENGTHS);
    }
}

/// The row at this place, and where it ends.
#[inline]
pub(crate) fn record(text: &[u8], at: usize) -> (Record<'_>, usize) {
    parse(&text[at..]).map(|(record, length)| (record, at + length)).expect("a row was put here")
}

/// Where the row at this place ends.
#[inline]
pub(crate) fn end_of(text: &[u8], at: usize) -> usize {
    let head = text[at..].first_chunk().map_or(LONG, |head| u64::from_le_bytes(*head));
    if head & LONG == LONG {
        return record(text, at).1;
    }
    let of_bounds = (head >> 24 & 0xf) + (head >> 28 & 0xf);
    at + HEAD + (of_bounds + (head & 0xffff) + (head >> 16 & 0xff)) as usize + 2
}

/// The row that these bytes begin with, and how long it is; `None` where that is more than there are.
#[inline]
pub(crate) fn parse(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
    let head = u64::from_le_bytes(*bytes.first_chunk()?);
    let (of_since, of_until) = ((head >> 24 & 0xf) as usize, (head >> 28 & 0xf) as usize);
    let until_at = HEAD + of_since;
    let mut start = until_at + of_until;
    let since = match head >> 32 & FROM_THE_BEGINNING {
        0 => unfolded(number(bytes, HEAD, of_since)?),
        _ => BEGINNING,
    };
    let until = match head >> 32 & 3 {
        IS_OPEN => OPEN,
        IS_FORGOTTEN => FORGOTTEN,
        IS_BROKEN => BROKEN,
        _ => {
            let from = if since == BEGINNING { 0 } else { since };
            from.wrapping_add(unfolded(number(bytes, until_at, of_until)?))
        }
    };
    let (mut split, mut value) = ((head & 0xffff) as usize, (head >> 16 & 0xff) as usize);
    if head & LONG == LONG {
        let (args_at, value_at) = (start, start + 8);
        split = number(bytes, args_at, 8)? as usize;
        value = number(bytes, value_at, 8)? as usize;
        start += LONG_LENGTHS;
    }
    let end = start.checked_add(split)?.checked_add(value)?.checked_add(2)?;
    let text = bytes.get(start..end)?;
    Some((Record { fluent: (head >> 35) as u32, since, until, text, split }, end))
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

#[inline]
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    match bytes.get(at..at + 8) {
        _ if length == 0 => Some(0),
        Some(word) => {
            let word = u64::from_le_bytes(word.try_into().ok()?);
            Some(word & (u64::MAX >> (64 - 8 * length)))
        }
        None => {
            let mut word = [0; 8];
            word[..length].copy_from_slice(bytes.get(at..at + length)?);
            Some(u64::from_le_bytes(word))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::found::Rows;
    use servanda_model::Value;

    impl Told for (&str, &str) {
        fn args(&self, out: &mut impl Text) {
            out.bytes(self.0.as_bytes());
        }

        fn value(&self, out: &mut impl Text) {
            out.bytes(self.1.as_bytes());
        }
    }

    fn put(rows: &Rows, args: &str, value: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let put = super::put(&mut out, rows.iter().next().unwrap().0, &(args, value));
        assert_eq!((&out[put.start..put.split], &out[put.split + 1..put.end]), (args.as_bytes(), value.as_bytes()));
        out
    }

    #[test]
    fn rows_come_back_as_they_were_put() {
        let long = "x".repeat(70_000);
        for (since, until) in [
            (0, 0),
            (0, 1),
            (-5, 1 << 40),
            (i64::MIN + 1, 127),
            (1 << 62, 300),
            (BEGINNING, -3),
            (7, OPEN),
            (7, FORGOTTEN),
            (7, BROKEN),
            (BEGINNING, OPEN),
        ] {
            for (args, value) in [("1;7", "due"), ("", ""), (long.as_str(), "met"), ("a", long.as_str())] {
                let mut rows = Rows::default();
                rows.push(300, &[], Value::TRUE, since, until);
                let bytes = put(&rows, args, value);
                let (it, end) = record(&bytes, 0);
                assert_eq!(end_of(&bytes, 0), end);
                assert_eq!((it.fluent, it.since, it.until), (300, since, until));
                assert_eq!((it.args(), it.value(), end), (args.as_bytes(), value.as_bytes(), bytes.len()));
                assert!((0..bytes.len()).all(|length| parse(&bytes[..length]).is_none()));
            }
        }
    }
}
