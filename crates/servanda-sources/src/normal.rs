//! The normal form in which a locator and a source are compared, and the way back to the bytes of the source.
//!
//! The form is a single pass. White space of any kind becomes one space, and none before closing punctuation or around
//! dashes; dashes of any length become one hyphen; quotes, brackets, reference marks such as `[12]`, soft hyphens and
//! invisible characters go; an apostrophe between two letters stays; any run of full stops, an ellipsis included, is one
//! full stop; everything else is decomposed for compatibility (Unicode Standard Annex 15, NFKD).
//!
//! The way back is a sorted list of pieces, one for each place where the two texts fall out of step, so that it costs
//! next to nothing in plain prose. Digests are taken over this form: changing a rule here changes recorded digests.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// Whether letters keep their case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// Digests, and the first look at a match.
    Kept,
    /// The searched index.
    Folded,
}

/// A text in normal form with the way back to where it came from.
pub(crate) struct Normal {
    text: String,
    pieces: Vec<Piece>,
}

/// From `at` in the normal text on, characters stand for the source from `from` on.
/// Of an `atomic` piece the whole stands for `from..until`; of any other each byte stands for one byte.
struct Piece {
    at: usize,
    from: usize,
    until: usize,
    atomic: bool,
}

impl Normal {
    pub(crate) fn new(source: &str, case: Case) -> Self {
        let mut writer = Writer { source, case, out: Self::with_capacity(source.len()), gap: None };
        let mut at = 0;
        while let Some(character) = source[at..].chars().next() {
            let plain = writer.plain_run(at);
            at = if plain > at { plain } else { writer.step(at, character) };
        }
        writer.out
    }

    fn with_capacity(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity), pieces: Vec::new() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The bytes of the source that a non-empty range of the normal text stands for.
    pub(crate) fn source_range(&self, range: Range<usize>) -> Range<usize> {
        let first = self.piece(range.start);
        let last = self.piece(range.end - 1);
        let start = if first.atomic { first.from } else { first.from + (range.start - first.at) };
        let end = if last.atomic { last.until } else { last.from + (range.end - last.at) };
        start..end
    }

    /// The first place in the normal text that stands for `offset` of the source or for what follows it.
    pub(crate) fn place_of(&self, offset: usize) -> usize {
        let next = self.pieces.partition_point(|piece| piece.from <= offset);
        let limit = self.pieces.get(next).map_or(self.text.len(), |piece| piece.at);
        let Some(piece) = next.checked_sub(1).map(|index| &self.pieces[index]) else { return 0 };
        match piece.atomic {
            true if offset < piece.until => piece.at,
            true => limit,
            false => limit.min(piece.at + (offset - piece.from)),
        }
    }

    /// Whether a phrase may begin or end at `at`: between words, inside no number and inside no character of the source.
    pub(crate) fn is_cut(&self, at: usize) -> bool {
        if at == 0 || at >= self.text.len() {
            return true;
        }
        let piece = self.piece(at);
        (!piece.atomic || piece.at == at) && is_word_cut(&self.text, at)
    }

    fn piece(&self, at: usize) -> &Piece {
        let next = self.pieces.partition_point(|piece| piece.at <= at);
        &self.pieces[next.saturating_sub(1)]
    }

    fn push(&mut self, from: Range<usize>, character: char) {
        let atomic = character.len_utf8() != from.len();
        if atomic || !self.is_in_step(from.start) {
            self.pieces.push(Piece { at: self.text.len(), from: from.start, until: from.end, atomic });
        }
        self.text.push(character);
    }

    /// Writes text that stands in the source at `from` byte for byte.
    fn push_run(&mut self, from: usize, run: &str) {
        if !self.is_in_step(from) {
            self.pieces.push(Piece { at: self.text.len(), from, until: from + run.len(), atomic: false });
        }
        self.text.push_str(run);
    }

    /// Whether the last piece goes on at `from` of the source.
    fn is_in_step(&self, from: usize) -> bool {
        let next = |last: &Piece| !last.atomic && last.from + (self.text.len() - last.at) == from;
        self.pieces.last().is_some_and(next)
    }
}

struct Writer<'s> {
    source: &'s str,
    case: Case,
    out: Normal,
    /// White space seen and not yet written.
    gap: Option<usize>,
}

impl Writer<'_> {
    /// Writes what stands at `at` and returns where to go on.
    fn step(&mut self, at: usize, character: char) -> usize {
        let end = at + character.len_utf8();
        match character {
            '[' => return reference_mark_end(self.source, at).unwrap_or(end),
            ']' => {}
            '\u{AD}' => return end + line_break_len(&self.source[end..]),
            c if c.is_whitespace() => self.gap = self.gap.or(Some(at)),
            c if is_dash(c) => self.dash(at..end),
            c if is_apostrophe(c) => self.apostrophe(at..end),
            c if is_quote(c) || is_invisible(c) => {}
            '.' | '…' | '‥' => self.full_stop(at..end),
            _ => return self.character(at, end, character),
        }
        end
    }

    fn dash(&mut self, from: Range<usize>) {
        self.gap = None;
        if !self.out.text.ends_with('-') {
            self.out.push(from, '-');
        }
    }

    /// Keeps the apostrophe of `state's`; those of `''wiki''`, of `'quotes'` and of `the states' right` go.
    fn apostrophe(&mut self, from: Range<usize>) {
        let is_letter = |c: char| c.is_alphanumeric() || (!c.is_ascii() && canonical_combining_class(c) != 0);
        let before = self.source[..from.start].chars().next_back().is_some_and(is_letter);
        let after = self.source[from.end..].chars().next().is_some_and(is_letter);
        if before && after {
            self.out.push(from, '\'');
        }
    }

    fn full_stop(&mut self, from: Range<usize>) {
        self.gap = None;
        if !self.out.text.ends_with('.') {
            self.out.push(from, '.');
        }
    }

    /// Writes the ASCII letters and digits from `at` on at one go, and returns where they end.
    fn plain_run(&mut self, at: usize) -> usize {
        let rest = &self.source.as_bytes()[at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        // The last may carry a mark.
        let length = if rest.get(length).is_none_or(u8::is_ascii) { length } else { length.saturating_sub(1) };
        if length > 0 {
            self.space(true);
            self.out.push_run(at, &self.source[at..at + length]);
            if self.case == Case::Folded {
                let start = self.out.text.len() - length;
                self.out.text[start..].make_ascii_lowercase();
            }
        }
        at + length
    }

    /// Writes the white space seen, if the text before it and what follows are `parted` by it.
    fn space(&mut self, parted: bool) {
        if let Some(gap) = self.gap.take()
            && parted
            && !self.out.text.is_empty()
            && !self.out.text.ends_with(['-', '('])
        {
            let length = self.source[gap..].chars().next().map_or(1, char::len_utf8);
            self.out.push(gap..gap + length, ' ');
        }
    }

    fn character(&mut self, at: usize, end: usize, character: char) -> usize {
        let closes = matches!(character, ',' | ';' | ':' | '!' | '?' | ')' | '%');
        self.space(!closes);
        let end = end + marks_len(&self.source[end..]);
        let lone = end - at == character.len_utf8();
        if lone && character.is_ascii() {
            let folded = if self.case == Case::Folded { character.to_ascii_lowercase() } else { character };
            self.out.push(at..end, folded);
        } else {
            self.decomposed(at..end, lone.then_some(character));
        }
        end
    }

    /// Writes a letter with its marks, decomposed and put in canonical order.
    fn decomposed(&mut self, from: Range<usize>, lone: Option<char>) {
        if let Some(character) = lone
            && decomposes_to_itself(character)
            && self.case == Case::Kept
        {
            return self.out.push(from, character);
        }
        let cluster = &self.source[from.clone()];
        let mut spelled: String = cluster.nfkd().collect();
        // A free-standing accent decomposes to a space and a mark; it is no white space.
        if spelled.contains(' ') {
            spelled = cluster.to_owned();
        }
        if self.case == Case::Folded {
            spelled = spelled.chars().flat_map(folded).collect();
        }
        let mut characters = spelled.chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) => self.out.push(from, only),
            _ => {
                self.out.pieces.push(Piece {
                    at: self.out.text.len(),
                    from: from.start,
                    until: from.end,
                    atomic: true,
                });
                self.out.text.push_str(&spelled);
            }
        }
    }
}

/// Simple folding: lower case, with the two letters whose lower case is not yet one spelling.
fn folded(character: char) -> impl Iterator<Item = char> {
    let (swapped, second) = match character {
        'ς' => ('σ', None),
        'ß' | 'ẞ' => ('s', Some('s')),
        other => (other, None),
    };
    swapped.to_lowercase().chain(second)
}

fn decomposes_to_itself(character: char) -> bool {
    let mut same = true;
    decompose_compatible(character, |part| same &= part == character);
    same
}

fn marks_len(rest: &str) -> usize {
    if rest.as_bytes().first().is_none_or(u8::is_ascii) {
        return 0;
    }
    rest.chars().take_while(|&c| canonical_combining_class(c) != 0).map(char::len_utf8).sum()
}

fn line_break_len(rest: &str) -> usize {
    if rest.starts_with(['\n', '\r']) { rest.len() - rest.trim_start().len() } else { 0 }
}

/// The end of `[7]`, `[12]`, `[123]`. Four digits are a year that an editor supplied, and stay.
pub(crate) fn reference_mark_end(source: &str, at: usize) -> Option<usize> {
    let rest = source.as_bytes().get(at + 1..)?;
    let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    ((1..=3).contains(&digits) && rest.get(digits) == Some(&b']')).then_some(at + digits + 2)
}

pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2E3A}' | '\u{2E3B}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'
    )
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{B4}' | '\u{2BC}' | '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{FF07}')
}

pub(crate) fn is_quote(c: char) -> bool {
    is_apostrophe(c)
        || matches!(
            c,
            '"' | '«' | '»' | '\u{201C}'..='\u{201F}' | '‹' | '›' | '\u{2033}' | '\u{FF02}' | '「' | '」' | '『' | '』'
        )
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{202A}'..='\u{202E}')
}

/// Whether `at` stands between words. A comma or point between digits does not part them: `8` is no word of `3.8`.
pub(crate) fn is_word_cut(text: &str, at: usize) -> bool {
    let mut before = text[..at].chars().rev();
    let mut after = text[at..].chars();
    let (Some(left), Some(right)) = (before.next(), after.next()) else { return true };
    let digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    let mark = |c: char| matches!(c, ',' | '.');
    let in_word = is_word(left) && is_word(right);
    let in_number = (left.is_numeric() && mark(right) && digit(after.next()))
        || (right.is_numeric() && mark(left) && digit(before.next()));
    !in_word && !in_number
}

/// A letter or digit of a script that parts its words by spaces.
pub(crate) fn is_word(c: char) -> bool {
    let unspaced = matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}'
        | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}');
    c.is_alphanumeric() && !unspaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_normal(source: &str, expected: &str) {
        assert_eq!(Normal::new(source, Case::Kept).into_text(), expected);
    }

    #[test]
    fn white_space_brackets_quotes_and_dashes_have_one_spelling() {
        check_normal("ceded \n\t to\u{A0}Ruritania", "ceded to Ruritania");
        check_normal("Zenda.[ The ]Treaty][12] ended", "Zenda. The Treaty ended");
        check_normal("the “Elphberg” ''line'' of 'Zenda'", "the Elphberg line of Zenda");
        check_normal("Strelsau's king’s kings' l’État", "Strelsau's king's kings l'E\u{301}tat");
        check_normal("up to 20 – about — half−way", "up to 20-about-half-way");
        check_normal("wait ... and . . . wait… ", "wait. and. wait.");
        check_normal("( a , b ) 80 %", "(a, b) 80%");
        check_normal("inde\u{AD}\npen\u{AD}dence", "independence");
        check_normal("[1897]", "1897");
    }

    #[test]
    fn every_character_knows_where_it_came_from() {
        let source = "A[ “Šé” — ﬃ x";
        let normal = Normal::new(source, Case::Folded);
        assert_eq!(normal.text(), "a s\u{30c}e\u{301}-ffi x");
        let at = normal.text().find('f').unwrap();
        assert_eq!(&source[normal.source_range(at..at + 3)], "ﬃ");
        let at = normal.text().find('e').unwrap();
        assert_eq!(&source[normal.source_range(at..at + 3)], "é");
        assert!(!normal.is_cut(at + 1));
        assert_eq!(normal.place_of(source.find('x').unwrap()), normal.text().len() - 1);
    }

    #[test]
    fn numbers_are_not_cut_at_their_marks() {
        assert!(!is_word_cut("3.8 million", 2));
        assert!(!is_word_cut("18,786", 2));
        assert!(is_word_cut("10, 1939", 2));
    }
}
