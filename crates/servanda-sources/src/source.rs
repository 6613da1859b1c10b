//! A source text made ready for looking things up.

use std::ops::Range;

use crate::normal::{Case, Normal, is_dash, is_quote};
use crate::sentence::{Sentence, split};

/// A source text with its index: the normal form that is searched, its lines and its sentences.
///
/// Building it reads the text once; it is then asked any number of times.
pub struct SourceText {
    text: Box<str>,
    pub(crate) folded: Normal,
    lines: Vec<usize>,
    sentences: Vec<Sentence>,
}

impl SourceText {
    /// Indexes a text. Any text will do, an empty one too.
    pub fn new(text: &str) -> Self {
        let line_starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self {
            text: text.into(),
            folded: Normal::new(text, Case::Folded),
            lines: std::iter::once(0).chain(line_starts).collect(),
            sentences: split(text),
        }
    }

    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The sentences, headings and list items in order.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The line, counted from 1, on which a byte of the text stands. Past the end it is the last line.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset)
    }

    /// The column, counted from 1 in characters, at which a byte of the text stands.
    pub fn column(&self, offset: usize) -> usize {
        let start = self.lines[self.line(offset) - 1];
        self.text.get(start..offset).map_or(1, |before| before.chars().count() + 1)
    }

    /// The bytes of the lines `first` to `last`, both included and counted from 1; `None` if they are not in the text.
    pub fn line_bytes(&self, first: usize, last: usize) -> Option<Range<usize>> {
        let start = *self.lines.get(first.checked_sub(1)?)?;
        let end = self.lines.get(last).copied().unwrap_or(self.text.len());
        (first <= last && last <= self.lines.len()).then_some(start..end)
    }

    /// Which sentences a range of bytes touches.
    pub fn sentences_of(&self, bytes: &Range<usize>) -> Range<usize> {
        touched(&self.sentences, bytes)
    }

    /// A phrase that stands only once in the text and holds the given bytes, spelled so that it can be written into a
    /// dossier; `None` if not even a dozen words will do. It grows to the right first, then to the left.
    pub fn unique_phrase(&self, bytes: &Range<usize>) -> Option<String> {
        const MOST_WORDS_ADDED: usize = 12;
        let text = self.folded.text();
        let mut range = self.folded.place_of(bytes.start)..self.folded.place_of(bytes.end);
        for added in 0..=MOST_WORDS_ADDED {
            if range.is_empty() || range.end > text.len() {
                return None;
            }
            if self.places_of(&text[range.clone()]).take(2).count() == 1 {
                return Some(spelled(&self.text[self.folded.source_range(range)]));
            }
            let right = self.next_cut(range.end);
            let left = self.previous_cut(range.start);
            range = match (left, right) {
                (_, Some(right)) if added % 3 < 2 => range.start..right,
                (Some(left), _) => left..range.end,
                (None, Some(right)) => range.start..right,
                (None, None) => return None,
            };
        }
        None
    }

    /// Where a phrase in normal form and folded case stands, whole words only.
    pub(crate) fn places_of(&self, phrase: &str) -> impl Iterator<Item = Range<usize>> {
        let found = memchr::memmem::Finder::new(phrase).into_owned();
        let length = phrase.len();
        let mut from = 0;
        std::iter::from_fn(move || {
            while let Some(at) = found.find(self.folded.text().as_bytes().get(from..)?) {
                let place = from + at..from + at + length;
                from = place.start + 1;
                if self.is_whole(&place) {
                    return Some(place);
                }
            }
            None
        })
    }

    pub(crate) fn is_whole(&self, place: &Range<usize>) -> bool {
        self.folded.is_cut(place.start) && self.folded.is_cut(place.end)
    }

    /// The end of the word after `at`.
    fn next_cut(&self, at: usize) -> Option<usize> {
        let rest = self.folded.text()[at..].char_indices();
        let mut in_word = false;
        for (offset, character) in rest {
            if in_word && self.folded.is_cut(at + offset) {
                return Some(at + offset);
            }
            in_word |= character.is_alphanumeric();
        }
        in_word.then_some(self.folded.text().len())
    }

    /// The beginning of the word before `at`.
    fn previous_cut(&self, at: usize) -> Option<usize> {
        let before = self.folded.text()[..at].char_indices().rev();
        let mut words = before.skip_while(|&(_, character)| !character.is_alphanumeric());
        words.find(|&(offset, _)| self.folded.is_cut(offset)).map(|(offset, _)| offset)
    }
}

/// Which of some sentences a range of bytes touches.
pub(crate) fn touched(sentences: &[Sentence], bytes: &Range<usize>) -> Range<usize> {
    let first = sentences.partition_point(|sentence| sentence.bytes.end <= bytes.start);
    let last = sentences.partition_point(|sentence| sentence.bytes.start < bytes.end);
    first..last.max(first)
}

/// A piece of a source on one line and without what only its layout put there, so that it can be written as a locator.
pub(crate) fn spelled(piece: &str) -> String {
    let plain = piece.replace("''", "").replace("...", ".").replace('…', ".");
    let kept = |c: &char| !c.is_control() && !matches!(c, '[' | ']') && (!is_quote(*c) || *c == '\'' || *c == '’');
    let spaced = plain.replace(char::is_whitespace, " ");
    let words: Vec<String> = spaced.split(' ').map(|word| word.chars().filter(kept).collect()).collect();
    let joined = words.into_iter().filter(|word: &String| !word.is_empty()).collect::<Vec<_>>().join(" ");
    joined.trim_matches(|c: char| c.is_whitespace() || is_dash(c)).to_owned()
}
