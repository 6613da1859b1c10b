//! How long a large source takes: `cargo bench -p servanda-sources`.
//!
//! Ten megabytes of invented prose with the litter of a scrape, 300 locators of six words, then the same with a slip in
//! each, and the coverage. Times are the best of five runs, in milliseconds.

use std::hint::black_box;
use std::time::{Duration, Instant};

use servanda_sources::{Ignored, Locator, Resolution, SourceText};

const SIZE: usize = 10_000_000;
const LOCATORS: usize = 300;
const RUNS: usize = 5;

const WORDS: &[&str] = &[
    "the",
    "king",
    "of",
    "Ruritania",
    "ceded",
    "castle",
    "men",
    "Zenda",
    "treaty",
    "Łódź",
    "signed",
    "Strelsau–Zenda",
    "army",
    "and",
    "to",
    "Klaipėda",
    "“status”",
    "frontier",
    "on",
    "with",
    "Ruritania's",
    "was",
    "without",
    "[ In",
    "]Hentzau",
];

fn main() {
    let text = prose();
    let source = SourceText::new(&text);
    let locators: Vec<Locator> = (0..LOCATORS).map(|index| locator(&text, index)).collect();
    let slips: Vec<Locator> = locators.iter().map(slip).collect();
    let ask = |locators: &[Locator]| {
        let citations: Vec<_> = locators.iter().map(|locator| (locator, None)).collect();
        source.resolve_all(&citations)
    };
    let found: Vec<_> =
        ask(&locators).iter().filter_map(|resolution| Some(resolution.passage()?.bytes.clone())).collect();
    let helped = ask(&slips).iter().filter(|r| matches!(r, Resolution::NotFound { nearest: Some(_), .. })).count();
    println!(
        "{} bytes, {} sentences, {} found, {helped} slips helped",
        text.len(),
        source.sentences().len(),
        found.len()
    );

    report("index", || SourceText::new(&text).sentences().len());
    report("300 locators together", || ask(&locators).len());
    report("300 locators one by one", || {
        locators.iter().filter(|l| source.resolve(l, None).passage().is_some()).count()
    });
    report("one locator", || usize::from(source.resolve(&locators[150], None).passage().is_some()));
    report("300 slips, each with the nearest phrase", || ask(&slips).len());
    report("coverage", || source.coverage(&found, &[]).uncited.len());
    report("coverage without 1000 lines", || source.coverage(&found, &[Ignored::Lines(1..=1000)]).uncited.len());
}

fn report(name: &str, mut run: impl FnMut() -> usize) {
    let mut timed = || -> Duration {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    };
    let best = (0..RUNS).map(|_| timed()).min().unwrap_or_default();
    println!("{:9.2} ms  {name}", best.as_secs_f64() * 1000.0);
}

fn prose() -> String {
    let mut text = String::with_capacity(SIZE + 100);
    let mut state = 1939_u32;
    let mut number = 0;
    while text.len() < SIZE {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(WORDS[(state >> 16) as usize % WORDS.len()]);
        number += 1;
        match number % 64 {
            0 => text.push_str(&format!(" {number}.\n")),
            17 | 43 => text.push_str(". The "),
            _ => text.push(' '),
        }
    }
    text
}

/// Six words that hold one of the figures, which stand once each.
fn locator(text: &str, index: usize) -> Locator {
    let from = (index * (SIZE / LOCATORS)..).find(|&at| text.is_char_boundary(at)).expect("the text goes on");
    let end = from + text[from..].find(".\n").expect("a line ends");
    let words: Vec<&str> = text[..end].rsplit(' ').take(6).collect();
    Locator::parse(&words.into_iter().rev().collect::<Vec<_>>().join(" ")).expect("it has words")
}

fn slip(locator: &Locator) -> Locator {
    Locator::parse(&locator.to_string().replacen(' ', "q ", 1)).expect("it has words")
}
