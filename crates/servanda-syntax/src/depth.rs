//! How deep lists and quotations may be nested.
//!
//! A Markdown reader looks at every open list for every line, so a hundred thousand lists opened on one line make each
//! of the lines that follow slow. Nobody writes such a line on purpose: it is blotted out before the file is read as
//! Markdown, letter for letter, so that all offsets stay.

use std::borrow::Cow;
use std::ops::Range;

/// More markers than this on one line are not read.
const MOST_MARKERS: usize = 100;
/// A marker that stands further to the right than this is not read either.
const FURTHEST: usize = 200;

/// The text without lines that nest too deep, and where they were.
pub(crate) fn blot_out(text: &str) -> (Cow<'_, str>, Vec<Range<usize>>) {
    let mut blots = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if too_deep(line.as_bytes()) {
            blots.push(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    if blots.is_empty() {
        return (Cow::Borrowed(text), blots);
    }
    let mut blotted = String::with_capacity(text.len());
    for blot in &blots {
        blotted.push_str(&text[blotted.len()..blot.start]);
        blotted.extend(std::iter::repeat_n('x', blot.len()));
    }
    blotted.push_str(&text[blotted.len()..]);
    (Cow::Owned(blotted), blots)
}

fn too_deep(line: &[u8]) -> bool {
    let (mut at, mut markers) = (0, 0);
    while markers <= MOST_MARKERS {
        at += line[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let len = marker_len(&line[at..]);
        if len == 0 {
            return false;
        }
        if at > FURTHEST {
            return true;
        }
        at += len;
        markers += 1;
    }
    true
}

/// The length of the marker of a list or a quotation that `line` starts with.
fn marker_len(line: &[u8]) -> usize {
    let digits = line.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let sign = match line.get(digits) {
        Some(b'>') if digits == 0 => return 1,
        Some(b'-' | b'*' | b'+') => digits == 0,
        Some(b'.' | b')') => (1..10).contains(&digits),
        _ => false,
    };
    let ends = line.get(digits + 1).is_none_or(u8::is_ascii_whitespace);
    if sign && ends { digits + 1 } else { 0 }
}
