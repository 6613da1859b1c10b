//! Any text and any locator get an answer.

use std::ops::Range;

use servanda_sources::{Digest, Ignored, Locator, SourceText};

const TEXTS: &[&str] = &[
    "",
    " ",
    "\n",
    "\r\n\r\n",
    ".",
    "...",
    "…",
    "[",
    "]",
    "[[[",
    "[12",
    "[1234]",
    "''",
    "'",
    "a'",
    "'a",
    "—",
    "- ",
    "-a-",
    "\u{AD}",
    "\u{AD}\n",
    "\u{FEFF}",
    "\u{1}",
    "\u{0}",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{301}\u{301} a",
    "ﬃ",
    "½",
    "´a",
    "İ",
    "ß",
    "各",
    "조약",
    "\u{1F1F1}\u{1F1F9}",
    "a.b.c",
    "A. B",
    "1. ",
    "12) x",
    "*",
    "* ",
    "#",
    "{{",
    "== a ==",
    "a.\n\n.b",
    "x [\n]\n y",
    "\u{FFFD}",
    "a\u{2028}b",
    "Gen.",
    "U.S.",
    "No.",
    "?!",
    "。。",
    "a.[",
    "a.]",
    "a.)(",
    "\u{0}\u{1}\u{2}",
    "A\n\u{1}\nB",
];

#[test]
fn every_text_takes_every_locator() {
    let locators: Vec<Locator> =
        TEXTS.iter().chain(&["a … b", "é", "b c", "1"]).filter_map(|text| Locator::parse(text).ok()).collect();
    let citations: Vec<_> = locators.iter().map(|locator| (locator, Some("0123456789abcdef"))).collect();
    for (index, first) in TEXTS.iter().enumerate() {
        for second in TEXTS.iter().skip(index % 4).step_by(4) {
            let text = format!("{first}{second}");
            let source = SourceText::new(&text);
            let found = source.resolve_all(&citations);
            let bytes: Vec<_> =
                found.iter().filter_map(|resolution| Some(resolution.passage()?.bytes.clone())).collect();
            for range in &bytes {
                assert!(!text[range.clone()].is_empty());
                source.unique_phrase(range);
            }
            let ignored = [Ignored::Lines(1..=1), Ignored::Lines(0..=9), Ignored::Passage(locators[0].clone())];
            source.coverage(&bytes, &ignored);
            Digest::of(&text);
        }
    }
}

#[test]
fn sentences_lie_in_order_on_character_boundaries() {
    for first in TEXTS {
        for second in TEXTS {
            let text = format!("{first} {second} x. {first}");
            let mut end = 0;
            for sentence in SourceText::new(&text).sentences() {
                assert!(end <= sentence.bytes.start && sentence.bytes.start < sentence.bytes.end, "{text:?}");
                assert!(text.get(sentence.bytes.clone()).is_some(), "{text:?}");
                end = sentence.bytes.end;
            }
        }
    }
}

#[test]
fn ranges_from_outside_the_text_are_borne() {
    let source = SourceText::new("éa b");
    for range in [0..0, 1..2, 0..99, 50..99, Range { start: 4, end: 2 }] {
        source.unique_phrase(&range);
        source.sentences_of(&range);
        source.coverage(&[range], &[Ignored::Lines(1..=1)]);
    }
}

#[test]
fn monotonous_text_ends_soon() {
    for unit in ["a", ".", ". ", "[", "a. ", "\n", "é\u{301}", "\u{301}", "A\n", "'", "- ", "\u{AD}\n"] {
        let text = unit.repeat(300_000 / unit.len());
        let source = SourceText::new(&text);
        let locators = ["a a a a", "aaa", "Ruritania ceded Zenda", "é"].map(|written| Locator::parse(written).unwrap());
        let citations: Vec<_> = locators.iter().map(|locator| (locator, None)).collect();
        source.resolve_all(&citations);
        source.coverage(&[], &[Ignored::Lines(1..=1)]);
    }
}
