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

fn sort_part(found: &Found, format: &Format, common: usize, rows: Vec<u32>, all: &mut Vec<u32>) {
    let mut text = Vec::new();
    let mut keyed: Vec<(u128, u32)> = Vec::with_capacity(rows.len());
    for row in rows {
        text.clear();
        format.write_args(&mut text, found, row);
        let rest = &text[common.min(text.len())..];
        let mut word = [0; 16];
        let length = rest.len().min(16);
        word[..length].copy_from_slice(&rest[..length]);
        keyed.push((u128::from_be_bytes(word), row));
    }
    let mut other = Vec::new();
    keyed.sort_unstable_by(|(a_key, a), (b_key, b)| {
        a_key.cmp(b_key).then_with(|| compare(found, format, *a, *b, &mut text, &mut other))
    });
    all.extend(keyed.into_iter().map(|(_, row)| row));
}

#[cold]
fn compare_texts(found: &Found, format: &Format, a: u32, b: u32, left: &mut Vec<u8>, right: &mut Vec<u8>) -> Ordering {
    left.clear();
    right.clear();
    format.write_args(left, found, a);
    format.write_args(right, found, b);
    left.as_slice().cmp(right.as_slice())
}

fn compare(found: &Found, format: &Format, a: u32, b: u32, left: &mut Vec<u8>, right: &mut Vec<u8>) -> Ordering {
    let (x, y) = (&found.rows[a as usize], &found.rows[b as usize]);
    let same = x.fluent == y.fluent && found.args(x) == found.args(y);
    let texts = if same { Ordering::Equal } else { compare_texts(found, format, a, b, left, right) };
    texts
        .then_with(|| {
            if x.value == y.value {
                return Ordering::Equal;
            }
            left.clear();
            right.clear();
            format.write_value(left, x.value);
            format.write_value(right, y.value);
            left.as_slice().cmp(right.as_slice())
        })
        .then(x.since.cmp(&y.since))
        .then(x.until.cmp(&y.until))
}
