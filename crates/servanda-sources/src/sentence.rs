//! Parts a text into sentences.
//!
//! The method is a rule or two per mark, as in an encyclopedia article: a full stop ends a sentence unless the word before
//! it is an abbreviation, an initial or a figure of a date, or a small letter follows. A line break ends none, except
//! that blank lines, headings and list items stand alone. Languages that do not write capitals after a full stop get
//! longer sentences; [`MAX_LENGTH`] bounds them. Digests are taken over sentences: changing a rule changes recorded digests.

use std::ops::Range;

use crate::abbreviations::full_stop_ends;
use crate::normal::{is_quote, reference_mark_end};

/// Stands for every byte of a passage that the caller wants left out, so that offsets stay as they are.
pub(crate) const FILLER: char = '\u{1}';

/// Text without any sentence end is cut at the first white space after so many bytes.
const MAX_LENGTH: usize = 4096;

/// A heading is short. Longer lines without a full stop are taken for text that goes on in the next line.
const MAX_HEADING_WORDS: usize = 6;
const MAX_HEADING_BYTES: usize = 80;

/// No heading ends in one of these: the line goes on.
const JOINING_WORDS: &[&str] = &[
    "a", "after", "against", "an", "and", "as", "at", "before", "between", "but", "by", "for", "from", "in", "into",
    "is", "its", "of", "on", "or", "that", "the", "their", "to", "was", "were", "when", "which", "while", "with",
];

/// A sentence, heading or list item of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands in the source.
    pub bytes: Range<usize>,
    /// What it is.
    pub kind: SentenceKind,
}

/// What a sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentenceKind {
    /// Running text.
    Prose,
    /// A title over text, or a line of markup.
    Heading,
    /// An item of a list, or the first sentence of one.
    Item,
}

/// What stands before a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The beginning of the text, a blank line, a heading or a full stop.
    Nothing,
    /// A list item without a full stop.
    Item,
    /// A sentence that may go on.
    Running,
}

/// The sentences of a text, in order, without the white space, brackets and [`FILLER`] between them.
pub(crate) fn split(text: &str) -> Vec<Sentence> {
    let mut splitter = Splitter { text, sentences: Vec::new(), open: None, before: Before::Nothing };
    let mut at = 0;
    while at < text.len() {
        let end = line_end(text, at);
        splitter.line(at..end);
        at = end + 1;
    }
    splitter.close(text.len());
    splitter.sentences
}

struct Splitter<'t> {
    text: &'t str,
    sentences: Vec<Sentence>,
    open: Option<(usize, SentenceKind)>,
    before: Before,
}

impl Splitter<'_> {
    fn line(&mut self, line: Range<usize>) {
        let whole = &self.text[line.clone()];
        let content = trimmed(self.text, line.clone());
        if content.is_empty() {
            if !whole.contains([FILLER, '[', ']']) {
                self.close(line.start);
                self.before = Before::Nothing;
            }
            return;
        }
        let words = &self.text[content.clone()];
        let item = is_item(words, self.before);
        if is_markup(words) || (!item && self.is_heading(whole, words, line.end)) {
            self.close(content.start);
            self.sentences.push(Sentence { bytes: content, kind: SentenceKind::Heading });
            self.before = Before::Nothing;
            return;
        }
        let new_thought =
            self.before == Before::Item && !words.starts_with(char::is_lowercase) && begins_sentence(words);
        if item || new_thought {
            self.close(content.start);
        }
        self.scan(content, if item { SentenceKind::Item } else { SentenceKind::Prose });
        self.before = match self.open {
            None => Before::Nothing,
            Some((_, SentenceKind::Item)) => Before::Item,
            Some(_) => Before::Running,
        };
    }

    /// Ends sentences at the marks inside a line.
    fn scan(&mut self, content: Range<usize>, kind: SentenceKind) {
        let mut open = self.open.get_or_insert((content.start, kind)).0;
        let mut next_kind = SentenceKind::Prose;
        if kind == SentenceKind::Item {
            // The figure of `1. First` ends nothing.
            next_kind = kind;
        }
        let label = if kind == SentenceKind::Item { item_label_len(&self.text[content.clone()]) } else { 0 };
        let mut at = content.start + label;
        while at < content.end {
            if self.text.as_bytes()[at].is_ascii_alphanumeric() && at - open < MAX_LENGTH {
                at += 1;
                continue;
            }
            let character = self.text[at..].chars().next().unwrap_or(FILLER);
            let after = at + character.len_utf8();
            let end = match character {
                '.' | '!' | '?' | '…' => self.sentence_end(at, character),
                '。' | '！' | '？' | '؟' | '।' => Some(after),
                c if at - open >= MAX_LENGTH && (c.is_whitespace() || at - open >= 2 * MAX_LENGTH) => Some(at),
                _ => None,
            };
            at = match end {
                None => after,
                Some(end) => {
                    self.close(end);
                    let start = skip_between(self.text, end.max(after), content.end);
                    if start >= content.end {
                        return;
                    }
                    self.open = Some((start, next_kind));
                    open = start;
                    next_kind = SentenceKind::Prose;
                    start
                }
            };
        }
    }

    /// Where the sentence ends that the mark at `at` may end.
    fn sentence_end(&self, at: usize, mark: char) -> Option<usize> {
        let rest = &self.text[at..];
        let marks = rest.len() - rest.trim_start_matches(['.', '!', '?', '…']).len();
        let (end, mut next) = closers(self.text, at + marks);
        if !rest[marks..].is_empty() && end == at + marks && next == end {
            // Nothing but white space may follow: `3.8`, `e.g.`, `www.example`.
            let follows = self.text[next..].chars().next()?;
            if !follows.is_whitespace() && follows != FILLER {
                return None;
            }
        }
        let follows = loop {
            let Some(follows) = self.text[next..].chars().next() else { return Some(end) };
            let skipped = follows.is_whitespace() || follows == FILLER || "[](".contains(follows) || is_quote(follows);
            if !skipped {
                break follows;
            }
            if follows == '\n' && self.text[next + 1..].starts_with(['\n', '\r']) {
                return Some(end);
            }
            next += follows.len_utf8();
        };
        let stops = if follows.is_alphanumeric() { !follows.is_lowercase() } else { "*#={|•".contains(follows) };
        let shortened = mark == '.' && marks == 1 && follows.is_alphanumeric();
        (stops && (!shortened || full_stop_ends(&self.text[..at], &self.text[next..]))).then_some(end)
    }

    fn close(&mut self, end: usize) {
        if let Some((start, kind)) = self.open.take() {
            let bytes = trimmed(self.text, start..end);
            if self.text[bytes.clone()].contains(char::is_alphanumeric) {
                self.sentences.push(Sentence { bytes, kind });
            }
        }
    }

    fn is_heading(&self, whole: &str, words: &str, line_end: usize) -> bool {
        words.len() <= MAX_HEADING_BYTES
            && words.split_whitespace().count() <= MAX_HEADING_WORDS
            && !whole.contains(['[', ']'])
            && words.starts_with(|c: char| !c.is_lowercase() && c.is_alphanumeric())
            && words.ends_with(|c: char| c.is_alphanumeric() || c == ')')
            && words.rsplit(' ').next().is_none_or(|last| !JOINING_WORDS.contains(&last))
            && (self.before != Before::Running)
            && next_line_begins_afresh(self.text, line_end)
    }
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length)
}

/// A range without white space, brackets, [`FILLER`] and other control characters at either end.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let outside = |c: char| c.is_whitespace() || c.is_control() || c == '[' || c == ']';
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start_matches(outside).len());
    let end = range.end - (slice.len() - slice.trim_end_matches(outside).len());
    start..end.max(start)
}

/// After the marks of a sentence: where it ends, closing quotes included, and where what follows may begin.
fn closers(text: &str, mut at: usize) -> (usize, usize) {
    let mut end = at;
    while let Some(c) = text[at..].chars().next() {
        if c == '[' {
            at = reference_mark_end(text, at).unwrap_or(at + 1);
        } else if c == ']' {
            at += 1;
        } else if c == ')' || (is_quote(c) && end == at) {
            at += c.len_utf8();
            end = at;
        } else {
            break;
        }
    }
    (end, at)
}

/// Skips what belongs to no sentence.
fn skip_between(text: &str, at: usize, limit: usize) -> usize {
    if at >= limit {
        return limit;
    }
    let mut start = at;
    while let Some(c) = text[start..limit].chars().next() {
        match c {
            '[' => start = reference_mark_end(text, start).unwrap_or(start + 1),
            c if c == ']' || c == FILLER || c.is_whitespace() => start += c.len_utf8(),
            _ => break,
        }
        if start >= limit {
            return limit;
        }
    }
    start
}

fn is_markup(words: &str) -> bool {
    words.starts_with("==") || words.starts_with("{{") || words.starts_with("}}") || words.starts_with(['|', '{'])
}

fn is_item(words: &str, before: Before) -> bool {
    let mut characters = words.chars();
    match (characters.next(), characters.next()) {
        (Some('*' | '•' | '#'), Some(_)) => true,
        // A dash or a figure may also stand first in a broken line.
        (Some('-' | '–' | '—'), Some(' ')) => before != Before::Running,
        _ => before != Before::Running && item_label_len(words) > 0,
    }
}

/// The length of `1.` or `12)` before a space.
fn item_label_len(words: &str) -> usize {
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let labelled = (1..=2).contains(&digits) && [". ", ") "].iter().any(|mark| words[digits..].starts_with(mark));
    if labelled { digits + 1 } else { 0 }
}

fn begins_sentence(words: &str) -> bool {
    let opening = |c: char| is_quote(c) || c == '(';
    words.trim_start_matches(opening).starts_with(|c: char| c.is_alphanumeric() && !c.is_lowercase())
}

/// Whether the line after a possible heading is blank, markup, or begins a sentence. Left-out lines are looked through.
fn next_line_begins_afresh(text: &str, mut end: usize) -> bool {
    while end < text.len() {
        let line = end + 1..line_end(text, (end + 1).min(text.len()));
        if line.start > line.end {
            return true;
        }
        let words = &text[trimmed(text, line.clone())];
        if !words.is_empty() {
            return begins_sentence(words) || is_markup(words) || is_item(words, Before::Nothing);
        }
        if !text[line.clone()].contains([FILLER, '[', ']']) {
            return true;
        }
        end = line.end;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_split(text: &str, expected: &[&str]) {
        let found: Vec<&str> = split(text).into_iter().map(|sentence| &text[sentence.bytes]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_full_stop_ends_a_sentence_and_a_line_break_does_not() {
        check_split(
            "Zenda fell. The king\nfled.\nHe came\nback.",
            &["Zenda fell.", "The king\nfled.", "He came\nback."],
        );
    }

    #[test]
    fn abbreviations_initials_and_figures_end_none() {
        check_split("Gen. A. B. Sapt met Dr. Strauss.", &["Gen. A. B. Sapt met Dr. Strauss."]);
        check_split("See Art. 5, No. 3 and pp. 7. It holds.", &["See Art. 5, No. 3 and pp. 7.", "It holds."]);
        check_split(
            "Some 3.8 million, i.e. 18,786 in 1920. Then war.",
            &["Some 3.8 million, i.e. 18,786 in 1920.", "Then war."],
        );
        check_split("After World War I. The U.S. Army left.", &["After World War I.", "The U.S. Army left."]);
        check_split("Am 23. August kam er. Es war spät.", &["Am 23. August kam er.", "Es war spät."]);
        check_split("He said no. Then he left.", &["He said no.", "Then he left."]);
    }

    #[test]
    fn quotes_and_brackets_stand_at_the_edge() {
        check_split("He said \"Go.\" They went.", &["He said \"Go.\"", "They went."]);
        check_split(
            "It ended.][ In ]Zenda\nit began.[12] So be it.[",
            &["It ended.", "In ]Zenda\nit began.", "So be it."],
        );
        check_split("“Why?” he asked. “Now!”", &["“Why?” he asked.", "“Now!”"]);
    }

    #[test]
    fn headings_items_and_paragraphs_stand_alone() {
        let text = "It ended.\nThe war\nEarly years\nThe king of Zenda went with the\narmy.\n# One thing;\n# Another\nThen peace";
        let expected = [
            "It ended.",
            "The war",
            "Early years",
            "The king of Zenda went with the\narmy.",
            "# One thing;",
            "# Another",
            "Then peace",
        ];
        check_split(text, &expected);
        check_split("no stop\n\nnext one", &["no stop", "next one"]);
        check_split("1. First. More\n2. Second", &["1. First.", "More", "2. Second"]);
        check_split("== Law ==\n{{Box}}\nText.", &["== Law ==", "{{Box}}", "Text."]);
    }

    #[test]
    fn left_out_lines_do_not_break_a_sentence() {
        let filler = FILLER.to_string().repeat(5);
        let text = format!("signed between the\nUnion\n{filler}\nand Zenda on\n{filler}1 May.");
        assert_eq!(split(&text).len(), 1);
    }

    #[test]
    fn text_without_an_end_is_cut() {
        assert!(split(&"word ".repeat(10_000)).iter().all(|sentence| sentence.bytes.len() <= MAX_LENGTH + 5));
        assert!(split(&"é".repeat(10_000)).len() > 1);
    }
}
