//! From a locator to its passage.
//!
//! One index serves every locator: the text in normal form and folded case. What is found there is looked at again with
//! its case, and places that agree in case rule out those that do not. A few phrases are looked for with `memmem`; many
//! with one Aho–Corasick pass, which for three hundred takes less than half the time, whatever their letters.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::digest::Digest;
use crate::locator::{Locator, Phrase};
use crate::nearest::nearest;
use crate::normal::{Case, Normal};
use crate::source::{SourceText, spelled};

/// From so many phrases on one pass for all is cheaper than one for each.
const MANY_PHRASES: usize = 4;

/// How many places of an ambiguous locator are listed.
const PLACES_LISTED: usize = 20;

/// What became of a locator.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// It stands once in the source, and its sentences are those recorded, if any were.
    Found(Passage),
    /// It stands more than once. [`SourceText::unique_phrase`] makes a better locator of any of the places.
    Ambiguous {
        /// The first twenty places, in order.
        places: Vec<Place>,
        /// How many there are.
        total: usize,
        /// Which of `places` has the recorded digest, if exactly one has.
        recorded: Option<usize>,
    },
    /// It stands nowhere.
    NotFound {
        /// Which of its phrases is missing.
        missing: Part,
        /// The most similar phrase of the source, if any is similar enough to be offered.
        nearest: Option<Nearest>,
    },
    /// It stands once in the source, but the sentences around it are no longer those recorded.
    Moved {
        /// Where it stands now, with the digest of now.
        passage: Passage,
        /// The digest that was recorded.
        recorded: String,
    },
}

/// A passage of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Where it stands in the source.
    pub bytes: Range<usize>,
    /// The line of its first byte, counted from 1.
    pub line: usize,
    /// Which of [`SourceText::sentences`] it touches.
    pub sentences: Range<usize>,
    /// The digest of these sentences, from the beginning of the first to the end of the last.
    pub digest: Digest,
    /// Whether it was found only when the case of letters was ignored.
    pub case_differs: bool,
}

/// One of several places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where it stands in the source.
    pub bytes: Range<usize>,
    /// The line of its first byte, counted from 1.
    pub line: usize,
}

/// A phrase of the source that resembles a locator which is not there.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// The phrase, spelled so that it can be written into a dossier; longer by some words if it stands more than once.
    pub phrase: String,
    /// Where it stands.
    pub place: Place,
    /// From 0 to 1: one less the share of characters to be changed (Levenshtein distance).
    pub similarity: f64,
}

/// A phrase of a locator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The only phrase, or the first.
    Start,
    /// The phrase after the ellipsis: it stands nowhere after the first.
    End,
}

impl Resolution {
    /// The passage, whether or not its sentences are still those recorded.
    pub fn passage(&self) -> Option<&Passage> {
        match self {
            Self::Found(passage) | Self::Moved { passage, .. } => Some(passage),
            Self::Ambiguous { .. } | Self::NotFound { .. } => None,
        }
    }
}

/// Where each phrase stands, in folded case.
type Places<'p> = BTreeMap<&'p str, Vec<Range<usize>>>;

/// A locator's phrase that is missing, to be compared with the text.
enum Looked {
    Done(Resolution),
    Missing(Part),
}

impl SourceText {
    /// Looks for a locator, and compares the digest of its sentences with the one recorded, if any.
    ///
    /// Words must agree, layout need not, and case matters only if some place agrees in case. Of `start … end` the passage
    /// runs from the only `start` that has an `end` after it to the first such `end`.
    pub fn resolve(&self, locator: &Locator, expected_digest: Option<&str>) -> Resolution {
        let mut resolutions = self.resolve_all(&[(locator, expected_digest)]);
        resolutions.pop().expect("resolve_all() answers every locator")
    }

    /// [`Self::resolve`] for many locators in one pass over the text. The answers come in the order of the questions.
    pub fn resolve_all(&self, citations: &[(&Locator, Option<&str>)]) -> Vec<Resolution> {
        let places = self.places_of_all(citations);
        let looked: Vec<Looked> =
            citations.iter().map(|&(locator, digest)| self.look(locator, digest, &places)).collect();
        let missing: Vec<&str> = std::iter::zip(citations, &looked)
            .filter_map(|(&(locator, _), looked)| match looked {
                Looked::Missing(part) => Some(phrase_of(locator, *part).folded.as_str()),
                Looked::Done(_) => None,
            })
            .collect();
        let mut nearest = nearest(&self.folded, &missing).into_iter();
        let answer = |looked| match looked {
            Looked::Done(resolution) => resolution,
            Looked::Missing(missing) => {
                let found = nearest.next().flatten();
                let nearest = found.map(|(range, similarity)| self.as_nearest(range, similarity));
                Resolution::NotFound { missing, nearest }
            }
        };
        looked.into_iter().map(answer).collect()
    }

    fn places_of_all<'p>(&self, citations: &[(&'p Locator, Option<&str>)]) -> Places<'p> {
        let phrases = citations.iter().flat_map(|(locator, _)| [Some(locator.start()), locator.end()]).flatten();
        let mut places: Places<'p> = phrases.map(|phrase| (phrase.folded.as_str(), Vec::new())).collect();
        let wanted: Vec<&str> = places.keys().copied().collect();
        // Building fails only for more text in the phrases than an automaton can number.
        match AhoCorasick::new(&wanted) {
            Ok(automaton) if wanted.len() >= MANY_PHRASES => {
                let mut found: Vec<&mut Vec<Range<usize>>> = places.values_mut().collect();
                for hit in automaton.find_overlapping_iter(self.folded.text()) {
                    if self.is_whole(&hit.range()) {
                        found[hit.pattern().as_usize()].push(hit.range());
                    }
                }
            }
            _ => places.iter_mut().for_each(|(phrase, found)| found.extend(self.places_of(phrase))),
        }
        places
    }

    fn look(&self, locator: &Locator, expected: Option<&str>, places: &Places<'_>) -> Looked {
        let (starts, mut case_differs) = self.best_in_case(locator.start(), places);
        let passages: Vec<Range<usize>> = match locator.end() {
            None => starts,
            Some(_) if starts.is_empty() => Vec::new(),
            Some(end) => {
                let (ends, end_differs) = self.best_in_case(end, places);
                case_differs |= end_differs;
                let closed = |start: Range<usize>| {
                    let next = ends.partition_point(|end| end.start < start.end);
                    ends.get(next).map(|end| start.start..end.end)
                };
                let passages: Vec<_> = starts.into_iter().filter_map(closed).collect();
                if passages.is_empty() {
                    return Looked::Missing(Part::End);
                }
                passages
            }
        };
        match passages.as_slice() {
            [] => Looked::Missing(Part::Start),
            [only] => Looked::Done(self.found(only.clone(), case_differs, expected)),
            several => Looked::Done(self.ambiguous(several, expected)),
        }
    }

    /// The places of a phrase that agree in case; if there are none, those that do not.
    fn best_in_case(&self, phrase: &Phrase, places: &Places<'_>) -> (Vec<Range<usize>>, bool) {
        let found = places.get(phrase.folded.as_str()).map_or(&[][..], Vec::as_slice);
        let agrees = |place: &&Range<usize>| {
            let bytes = self.folded.source_range((*place).clone());
            Normal::new(&self.text()[bytes], Case::Kept).text() == phrase.kept
        };
        let agreeing: Vec<_> = found.iter().filter(agrees).cloned().collect();
        if agreeing.is_empty() { (found.to_vec(), !found.is_empty()) } else { (agreeing, false) }
    }

    fn found(&self, range: Range<usize>, case_differs: bool, expected: Option<&str>) -> Resolution {
        let bytes = self.folded.source_range(range);
        let sentences = self.sentences_of(&bytes);
        let digest = self.digest_of(&bytes);
        let passage = Passage { line: self.line(bytes.start), bytes, sentences, digest, case_differs };
        match expected {
            Some(recorded) if !passage.digest.is(recorded) => {
                Resolution::Moved { passage, recorded: recorded.to_owned() }
            }
            _ => Resolution::Found(passage),
        }
    }

    fn ambiguous(&self, ranges: &[Range<usize>], expected: Option<&str>) -> Resolution {
        let listed = ranges.iter().take(PLACES_LISTED);
        let places: Vec<Place> = listed.map(|range| self.place(self.folded.source_range(range.clone()))).collect();
        let recorded = expected.and_then(|recorded| {
            let mut same = (0..places.len()).filter(|&index| self.digest_of(&places[index].bytes).is(recorded));
            same.next().filter(|_| same.next().is_none())
        });
        Resolution::Ambiguous { places, total: ranges.len(), recorded }
    }

    /// The digest of the sentences that a range of bytes touches.
    fn digest_of(&self, bytes: &Range<usize>) -> Digest {
        let touched = &self.sentences()[self.sentences_of(bytes)];
        let start = touched.first().map_or(bytes.start, |first| first.bytes.start);
        let end = touched.last().map_or(bytes.end, |last| last.bytes.end);
        Digest::of(&self.text()[start..end])
    }

    fn as_nearest(&self, range: Range<usize>, similarity: f64) -> Nearest {
        let bytes = self.folded.source_range(range);
        let phrase = self.unique_phrase(&bytes).unwrap_or_else(|| spelled(&self.text()[bytes.clone()]));
        Nearest { phrase, place: self.place(bytes), similarity }
    }

    fn place(&self, bytes: Range<usize>) -> Place {
        Place { line: self.line(bytes.start), bytes }
    }
}

fn phrase_of(locator: &Locator, part: Part) -> &Phrase {
    match part {
        Part::Start => locator.start(),
        Part::End => locator.end().unwrap_or(locator.start()),
    }
}
