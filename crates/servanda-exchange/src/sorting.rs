//! Results in order: by fluent, arguments as text, value as text, and time.
//!
//! The text of a row's arguments is not kept. Rows are sorted by the first sixteen bytes of it; only rows that agree in
//! these are compared in full. What all rows of a fluent begin with (`send(` in `send({1};{2})`) is left out first.

use std::cmp::Ordering;

use crate::write::{Format, Found};

/// The order in which rows are written.
pub(crate) fn order(found: &Found, format: &Format) -> Vec<u32> {
    let parts = parts(format);
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); parts.len()];
    let mut part_of = vec![0; format.fluents.len()];
    for (at, part) in parts.iter().enumerate() {
        for fluent in &part.fluents {
            part_of[*fluent] = at;
        }
    }
    for (at, row) in found.rows.iter().enumerate() {
        rows[part_of[row.fluent as usize]].push(at as u32);
    }
    let mut all = Vec::with_capacity(found.rows.len());
    for (part, rows) in parts.iter().zip(rows) {
        sort_part(found, format, part.common, rows, &mut all);
    }
    all
}

/// Fluents that go by one name and whose arguments begin with the same constant text.
struct Part {
    fluents: Vec<usize>,
    /// Length of that text.
    common: usize,
}

fn parts(format: &Format) -> Vec<Part> {
    let mut fluents: Vec<usize> = (0..format.fluents.len()).collect();
    let head = |fluent: usize| (&format.fluents[fluent].name, format.fluents[fluent].constant_head());
    fluents.sort_by(|a, b| head(*a).cmp(&head(*b)));
    let mut parts: Vec<Part> = Vec::new();
    for fluent in fluents {
        match parts.last_mut() {
            // In order, a head that begins with another comes after it.
            Some(part)
                if head(part.fluents[0]).0 == head(fluent).0
                    && head(fluent).1.starts_with(&head(part.fluents[0]).1[..part.common]) =>
            {
                part.fluents.push(fluent);
            }
            _ => parts.push(Part { fluents: vec![fluent], common: head(fluent).1.len() }),
        }
    }
    parts
}

/// What a row is sorted by.
struct Key {
    /// The first bytes of its arguments, after what all have in common.
    text: u128,
    /// The first bytes of its value.
    value: u64,
    since: i64,
    row: u32,
    /// Whether `text` and `value` are all of the two.
    is_whole: bool,
}

fn sort_part(found: &Found, format: &Format, common: usize, rows: Vec<u32>, all: &mut Vec<u32>) {
    let mut text = Vec::new();
    let mut keys: Vec<Key> = Vec::with_capacity(rows.len());
    for row in rows {
        let it = &found.rows[row as usize];
        text.clear();
        format.write_args(&mut text, found, row);
        let rest = &text[common.min(text.len())..];
        let mut word = [0; 16];
        let length = rest.len().min(16);
        word[..length].copy_from_slice(&rest[..length]);
        let mut is_whole = rest.len() == length;
        text.clear();
        format.write_value(&mut text, it.value);
        let mut value = [0; 8];
        let length = text.len().min(8);
        value[..length].copy_from_slice(&text[..length]);
        is_whole &= text.len() == length;
        let (text, value) = (u128::from_be_bytes(word), u64::from_be_bytes(value));
        keys.push(Key { text, value, since: it.since, row, is_whole });
    }
    let mut other = Vec::new();
    keys.sort_unstable_by(|a, b| {
        if a.text == b.text && !(a.is_whole && b.is_whole) {
            return compare(found, format, a.row, b.row, &mut text, &mut other);
        }
        (a.text, a.value, a.since, a.row).cmp(&(b.text, b.value, b.since, b.row))
    });
    all.extend(keys.into_iter().map(|key| key.row));
}

/// Compares two rows in full.
#[cold]
fn compare(found: &Found, format: &Format, a: u32, b: u32, left: &mut Vec<u8>, right: &mut Vec<u8>) -> Ordering {
    let (x, y) = (&found.rows[a as usize], &found.rows[b as usize]);
    let mut texts = |write: &dyn Fn(&mut Vec<u8>, u32)| {
        left.clear();
        right.clear();
        write(left, a);
        write(right, b);
        left.as_slice().cmp(right.as_slice())
    };
    let same = x.fluent == y.fluent && found.args(x) == found.args(y);
    let args = if same { Ordering::Equal } else { texts(&|out, row| format.write_args(out, found, row)) };
    args.then_with(|| texts(&|out, row| format.write_value(out, found.rows[row as usize].value)))
        .then(x.since.cmp(&y.since))
        .then(a.cmp(&b))
}
