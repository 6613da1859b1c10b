//! What of a source no citation has touched.

use std::ops::{Range, RangeInclusive};

use crate::figures::Figures;
use crate::locator::Locator;
use crate::resolve::Resolution;
use crate::sentence::{FILLER, Sentence, SentenceKind, split};
use crate::source::{SourceText, touched};

/// A passage that is no part of the source proper, such as the text of another article spliced into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ignored {
    /// Whole lines, counted from 1, both ends included.
    Lines(RangeInclusive<usize>),
    /// What a locator finds, usually `start … end`.
    Passage(Locator),
}

/// How much of a source is cited.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Counted by sentences.
    pub sentences: Tally,
    /// Counted by the characters of these sentences, white space apart. A cited sentence counts whole.
    pub characters: Tally,
    /// The sentences nothing cites: those with a date or a number first, each group in the order of the text.
    pub uncited: Vec<Uncited>,
    /// Citations, by their place in the list given, that lie wholly in ignored passages.
    pub ignored_citations: Vec<usize>,
    /// Ignored passages that could not be found.
    pub unresolved: Vec<Unresolved>,
}

/// An ignored passage that could not be found, and is therefore not left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Unresolved {
    /// Its place in the list given.
    pub index: usize,
    /// What became of its locator; `None` if it is lines that the text does not have.
    pub resolution: Option<Resolution>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many are cited.
    pub cited: usize,
    /// How many there are.
    pub total: usize,
}

/// A sentence that nothing cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncited {
    /// From its first byte to its last; ignored passages may lie in between.
    pub bytes: Range<usize>,
    /// The line of its first byte, counted from 1.
    pub line: usize,
    /// Its words on one line, ignored passages and brackets left out.
    pub text: String,
    /// What it holds that a statement could record.
    pub figures: Figures,
    /// What it is.
    pub kind: SentenceKind,
}

impl Tally {
    /// From 0 to 100; of nothing everything is cited.
    pub fn percent(&self) -> f64 {
        if self.total == 0 { 100.0 } else { 100.0 * self.cited as f64 / self.total as f64 }
    }

    fn add(&mut self, amount: usize, is_cited: bool) {
        self.total += amount;
        self.cited += if is_cited { amount } else { 0 };
    }
}

impl SourceText {
    /// Which sentences the cited passages touch, and which they do not.
    ///
    /// Ignored passages are taken out first, so that a sentence which was torn apart by one is whole again. A heading
    /// counts only if it holds a date or a number: others record nothing. A citation touches each sentence it has a byte
    /// in.
    pub fn coverage(&self, cited: &[Range<usize>], ignored: &[Ignored]) -> Coverage {
        let (holes, unresolved) = self.holes(ignored);
        let sentences = if holes.is_empty() { self.sentences().to_vec() } else { split(&punched(self.text(), &holes)) };
        let mut is_cited = vec![false; sentences.len()];
        let mut ignored_citations = Vec::new();
        for (index, passage) in cited.iter().enumerate() {
            let shown = outside(passage, &holes);
            if shown.is_empty() && !passage.is_empty() {
                ignored_citations.push(index);
            }
            for part in shown {
                is_cited[touched(&sentences, &part)].fill(true);
            }
        }
        let mut coverage = Coverage {
            sentences: Tally::default(),
            characters: Tally::default(),
            uncited: Vec::new(),
            ignored_citations,
            unresolved,
        };
        for (sentence, is_cited) in std::iter::zip(&sentences, is_cited) {
            coverage.add(self.described(sentence, &holes), is_cited);
        }
        coverage.uncited.sort_by_key(|sentence| (sentence.figures == Figures::None, sentence.bytes.start));
        coverage
    }

    /// The ignored bytes, in order and disjoint, and what of `ignored` was not found.
    fn holes(&self, ignored: &[Ignored]) -> (Vec<Range<usize>>, Vec<Unresolved>) {
        let mut holes = Vec::new();
        let mut unresolved = Vec::new();
        let mut passages = Vec::new();
        for (index, ignored) in ignored.iter().enumerate() {
            match ignored {
                Ignored::Passage(locator) => passages.push((index, locator)),
                Ignored::Lines(lines) => match self.line_bytes(*lines.start(), *lines.end()) {
                    Some(bytes) => holes.push(bytes),
                    None => unresolved.push(Unresolved { index, resolution: None }),
                },
            }
        }
        let citations: Vec<(&Locator, Option<&str>)> = passages.iter().map(|&(_, locator)| (locator, None)).collect();
        for ((index, _), resolution) in std::iter::zip(passages, self.resolve_all(&citations)) {
            match resolution.passage() {
                Some(passage) => holes.push(passage.bytes.clone()),
                None => unresolved.push(Unresolved { index, resolution: Some(resolution) }),
            }
        }
        unresolved.sort_by_key(|unresolved| unresolved.index);
        (merged(holes), unresolved)
    }

    fn described(&self, sentence: &Sentence, holes: &[Range<usize>]) -> Uncited {
        let parts = outside(&sentence.bytes, holes).into_iter().map(|part| &self.text()[part]);
        let with_gaps: String = parts.collect::<Vec<_>>().join(" ").replace(['[', ']'], "");
        let text = on_one_line(&with_gaps);
        let figures = Figures::of(&text);
        let bytes = sentence.bytes.clone();
        Uncited { line: self.line(bytes.start), bytes, text, figures, kind: sentence.kind }
    }
}

impl Coverage {
    fn add(&mut self, sentence: Uncited, is_cited: bool) {
        if sentence.kind == SentenceKind::Heading && sentence.figures == Figures::None {
            return;
        }
        self.sentences.add(1, is_cited);
        self.characters.add(sentence.text.chars().filter(|c| !c.is_whitespace()).count(), is_cited);
        if !is_cited {
            self.uncited.push(sentence);
        }
    }
}

/// White space is one space, and none before the marks that a hole or bracket has left alone.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() && !word.starts_with([',', '.', ';', ':', ')']) {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// The parts of a range that lie in no hole.
fn outside(range: &Range<usize>, holes: &[Range<usize>]) -> Vec<Range<usize>> {
    let first = holes.partition_point(|hole| hole.end <= range.start);
    let mut parts = Vec::new();
    let mut from = range.start;
    for hole in holes[first..].iter().take_while(|hole| hole.start < range.end) {
        if from < hole.start {
            parts.push(from..hole.start);
        }
        from = hole.end;
    }
    if from < range.end {
        parts.push(from..range.end);
    }
    parts
}

/// The text with filler in its holes, byte for byte as long.
fn punched(text: &str, holes: &[Range<usize>]) -> String {
    let mut punched = String::with_capacity(text.len());
    let mut from = 0;
    for hole in holes {
        punched.push_str(&text[from..hole.start]);
        punched.extend(std::iter::repeat_n(FILLER, hole.len()));
        from = hole.end;
    }
    punched.push_str(&text[from..]);
    punched
}
