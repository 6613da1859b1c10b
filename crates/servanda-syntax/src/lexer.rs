//! One line of text into tokens.
//!
//! The lexer goes through a line once, from left to right. Where it looks ahead (for the end of a string, a hole, a
//! bracketed date, or the next group of a number) it stops at whatever would make it look again, so that its work
//! stays proportional to the length of the line.

use servanda_diagnostics::Span;
use smol_str::SmolStr;
use unicode_normalization::char::is_combining_mark;

use crate::edtf;
use crate::tree::{Token, TokenKind};

/// What the lexer found wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) kind: ProblemKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    UnclosedString,
    UnclosedHole,
    BadCharacters,
}

/// Adds the tokens of a line to `tokens` and what is wrong to `problems`; gives the comment at its end.
/// `base` is where the line starts in its file.
pub(crate) fn lex(line: &str, base: u32, tokens: &mut Vec<Token>, problems: &mut Vec<Problem>) -> Option<Span> {
    let first = tokens.len();
    let mut lexer = Lexer { line, at: 0, base, first, missing: Vec::new(), tokens, problems };
    while lexer.skip_white() {
        if let Some(comment) = lexer.comment() {
            return Some(comment);
        }
        lexer.token();
    }
    None
}

struct Lexer<'a> {
    line: &'a str,
    at: usize,
    base: u32,
    /// The first token of this line in `tokens`.
    first: usize,
    /// Closing quotation marks that do not come any more.
    missing: Vec<char>,
    tokens: &'a mut Vec<Token>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn before(&self) -> Option<char> {
        self.line[..self.at].chars().next_back()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }

    /// Skips white space; false at the end of the line.
    fn skip_white(&mut self) -> bool {
        self.at = self.line.len() - self.rest().trim_start().len();
        self.at < self.line.len()
    }

    /// A comment starts the line or comes after white space.
    fn comment(&self) -> Option<Span> {
        let starts = self.rest().starts_with('#') && self.before().is_none_or(char::is_whitespace);
        starts.then(|| self.span(self.at, self.line.trim_end().len()))
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        let text = SmolStr::new(&self.line[self.at..end]);
        self.tokens.push(Token { kind, text, span: self.span(self.at, end) });
        self.at = end;
    }

    /// A token whose text is within its delimiters.
    fn push_inner(&mut self, kind: TokenKind, inner: &str, end: usize) {
        self.tokens.push(Token { kind, text: SmolStr::new(inner), span: self.span(self.at, end) });
        self.at = end;
    }

    fn problem(&mut self, kind: ProblemKind, end: usize) {
        self.problems.push(Problem { kind, span: self.span(self.at, end) });
    }

    fn token(&mut self) {
        let Some(first) = self.peek() else { return };
        match first {
            'a'..='z' | 'A'..='X' | 'Z' | '_' => self.word(),
            '0'..='9' => self.digits(0),
            'Y' => self.long_year_or_word(),
            '"' => self.string(&['"']),
            '“' => self.string(&['”', '"']),
            '„' => self.string(&['“', '”', '"']),
            '«' => self.string(&['»']),
            '{' => self.hole(),
            '[' => self.bracket(),
            '.' => self.dots(),
            '-' => self.sign(),
            '~' | '?' | '%' => self.qualified_date(),
            _ if is_word_start(first) => self.word(),
            _ => self.punct(),
        }
    }

    fn word(&mut self) {
        let end = self.at + word_len(self.rest());
        self.push(TokenKind::Word, end);
    }

    /// A run that starts with a digit `skip` bytes on: a number, a date, or a word such as `15th`.
    fn digits(&mut self, skip: usize) {
        let start = self.at + skip;
        let run = &self.line[start..start + edtf::run_len(&self.line[start..])];
        let end = start + run.len();
        if let Some(whole) = number_len(&self.line[start..], run) {
            self.push(TokenKind::Number, start + whole);
        } else if edtf::is_date(run) {
            self.push(TokenKind::Date, end);
        } else {
            self.push(TokenKind::Word, end);
        }
    }

    /// `Y17000` and `Y-17E7` are years; `Yser` and `Y2` are words.
    fn long_year_or_word(&mut self) {
        let len = edtf::run_len(self.rest());
        if edtf::is_long_year(&self.rest()[..len]) {
            self.push(TokenKind::Date, self.at + len);
        } else {
            self.word();
        }
    }

    fn string(&mut self, closers: &[char]) {
        let open = self.peek().map_or(0, char::len_utf8);
        let body = &self.rest()[open..];
        let close = closers.iter().find_map(|closer| self.find(*closer, body).map(|at| (at, closer.len_utf8())));
        if let Some((len, closer)) = close {
            self.push_inner(TokenKind::String, &body[..len], self.at + open + len + closer);
        } else {
            let end = self.line.trim_end().len();
            self.problem(ProblemKind::UnclosedString, end);
            self.push_inner(TokenKind::String, body.trim_end(), end);
        }
    }

    /// Where `closer` first comes in the rest of the line. Once missing, it is not looked for again.
    fn find(&mut self, closer: char, rest: &str) -> Option<usize> {
        if self.missing.contains(&closer) {
            return None;
        }
        let found = rest.find(closer);
        if found.is_none() {
            self.missing.push(closer);
        }
        found
    }

    /// `{place}`, or the EDTF set `{1939-10, 1939-11}`.
    fn hole(&mut self) {
        let body = &self.rest()[1..];
        match body.find(['{', '}']) {
            Some(len) if body.as_bytes()[len] == b'}' => {
                let end = self.at + len + 2;
                if body.starts_with(|sign: char| sign.is_ascii_digit()) && edtf::is_list(&body[..len]) {
                    self.push(TokenKind::Date, end);
                } else {
                    self.push_inner(TokenKind::Hole, body[..len].trim(), end);
                }
            }
            _ => {
                self.problem(ProblemKind::UnclosedHole, self.at + 1);
                self.push(TokenKind::Bad, self.at + 1);
            }
        }
    }

    /// `[1939-11-14, 1939-11-15]`, or just a bracket.
    fn bracket(&mut self) {
        let body = &self.rest()[1..];
        let len = body.find(|sign| !edtf::is_list_char(sign)).unwrap_or(body.len());
        let end = self.at + len + 2;
        if body[len..].starts_with(']') && edtf::is_list(&body[..len]) {
            self.push(TokenKind::Date, end);
        } else {
            self.push(TokenKind::Punct, self.at + 1);
        }
    }

    /// `../1944`, `..1944-05`, `...`, `..`, `.`.
    fn dots(&mut self) {
        let rest = self.rest();
        let dots = rest.bytes().take(3).take_while(|byte| *byte == b'.').count();
        let slash = usize::from(rest[dots..].starts_with('/'));
        let run = edtf::run_len(&rest[dots + slash..]);
        if dots == 2 && run > 0 && rest.as_bytes()[dots + slash].is_ascii_digit() {
            self.push(TokenKind::Date, self.at + dots + slash + run);
        } else {
            self.push(TokenKind::Punct, self.at + dots);
        }
    }

    /// A sign belongs to its number (`-5`, `-0044-03-15`), unless there is something to subtract from.
    fn sign(&mut self) {
        let after_value = self.tokens[self.first..].last().is_some_and(|last| match last.kind {
            TokenKind::Number => true,
            TokenKind::Punct => last.text == ")",
            _ => last.span.end == self.base + self.at as u32,
        });
        if !after_value && self.rest()[1..].starts_with(|sign: char| sign.is_ascii_digit()) {
            self.digits(1);
        } else {
            self.punct();
        }
    }

    /// `~1939`, `?1939-10`.
    fn qualified_date(&mut self) {
        let run = edtf::run_len(&self.rest()[1..]);
        let body = &self.rest()[1..=run];
        if body.len() >= 4 && body.starts_with(|sign: char| sign.is_ascii_digit()) && edtf::is_date_run(body) {
            self.push(TokenKind::Date, self.at + 1 + run);
        } else {
            self.punct();
        }
    }

    fn punct(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        let end = self.at + first.len_utf8();
        match first {
            '<' | '>' | '!' if rest[1..].starts_with('=') => self.push(TokenKind::Punct, end + 1),
            _ if is_sign(first) => self.push(TokenKind::Punct, end),
            _ if is_symbol_word(first) => self.push(TokenKind::Word, end),
            _ => self.bad(),
        }
    }

    fn bad(&mut self) {
        let known = |sign: char| {
            sign.is_whitespace() || is_word_start(sign) || is_sign(sign) || is_symbol_word(sign) || is_opener(sign)
        };
        let mut rest = self.rest().char_indices().skip(1);
        let len = rest.find(|(_, sign)| known(*sign)).map_or(self.rest().len(), |(at, _)| at);
        self.problem(ProblemKind::BadCharacters, self.at + len);
        self.push(TokenKind::Bad, self.at + len);
    }
}

/// The sign for what could not be read stands where a letter may have stood; whoever reads the file says so.
fn is_word_start(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_' || sign == char::REPLACEMENT_CHARACTER
}

/// Letters, digits, and what can only stand on or between letters.
pub(crate) fn is_word_char(sign: char) -> bool {
    sign.is_ascii_alphanumeric()
        || sign == '_'
        || (!sign.is_ascii()
            && (sign.is_alphanumeric()
                || is_combining_mark(sign)
                || matches!(sign, '\u{200c}' | '\u{200d}' | char::REPLACEMENT_CHARACTER)))
}

fn is_joiner(sign: char) -> bool {
    matches!(sign, '-' | '\'' | '’' | '.' | '/' | '–' | '\u{2011}')
}

fn is_sign(sign: char) -> bool {
    matches!(sign, ',' | ';' | ':' | '(' | ')' | '[' | ']' | '=' | '<' | '>' | '+' | '-' | '*' | '/' | '.' | '?')
        || matches!(sign, '…' | '≤' | '≥' | '≠' | '−' | '×' | '÷' | '–' | '—')
}

/// Signs read as words of their own.
fn is_symbol_word(sign: char) -> bool {
    matches!(sign, '%' | '‰' | '°' | '§' | '&' | '$' | '€' | '£' | '¥' | '№')
}

fn is_opener(sign: char) -> bool {
    matches!(sign, '"' | '“' | '„' | '«' | '{')
}

/// The length of the word that `text` starts with.
fn word_len(text: &str) -> usize {
    let mut signs = text.char_indices().peekable();
    let mut after_letter = false;
    while let Some((at, sign)) = signs.next() {
        if is_word_char(sign) {
            after_letter = true;
            continue;
        }
        let joined = signs.peek().is_some_and(|(_, next)| is_word_start(*next));
        if after_letter && is_joiner(sign) && joined {
            after_letter = false;
            continue;
        }
        // The plural's genitive keeps its apostrophe: the parties' troops.
        let genitive = matches!(sign, '\'' | '’') && text[..at].ends_with(['s', 'S']);
        return if genitive { at + sign.len_utf8() } else { at };
    }
    text.len()
}

/// The length of the number that `text` starts with, where `run` is the run of letters and digits at its start.
fn number_len(text: &str, run: &str) -> Option<usize> {
    let decimal = |run: &str| {
        run.split_once('.').is_some_and(|(whole, part)| !whole.is_empty() && all_digits(whole) && all_digits(part))
    };
    if decimal(run) {
        return Some(run.len());
    }
    if !all_digits(run) {
        return None;
    }
    let mut end = run.len();
    let separator = text[end..].chars().next().filter(|sign| end <= 3 && is_group_separator(*sign));
    let Some(separator) = separator else { return Some(end) };
    while let Some(next) = text[end..].strip_prefix(separator) {
        let group = &next[..edtf::run_len(next)];
        let last = group.len() > 3 && group.as_bytes()[3] == b'.' && decimal(group);
        if !(last || group.len() == 3 && all_digits(group)) {
            break;
        }
        end += separator.len_utf8() + group.len();
        if last {
            break;
        }
    }
    Some(end)
}

fn is_group_separator(sign: char) -> bool {
    matches!(sign, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | ',' | '\'' | '’')
}

fn all_digits(run: &str) -> bool {
    !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit())
}
