//! Findings for people: the sentence, the lines in question with marks under them, and what to do.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::span::{FileId, SourceFile, SourceMap};

/// How to render.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// How many columns the terminal has; longer source lines are cut around their marks.
    pub width: usize,
    /// Whether to use colours (ANSI escape sequences).
    pub colour: bool,
}

impl Default for TextOptions {
    fn default() -> TextOptions {
        TextOptions { width: 100, colour: false }
    }
}

/// Findings in the order given, with a blank line between them.
#[must_use]
pub fn text(findings: &[Diagnostic], files: &SourceMap, options: TextOptions) -> String {
    let mut page = Page { out: String::new(), files, options };
    for (at, finding) in findings.iter().enumerate() {
        if at > 0 {
            page.out.push('\n');
        }
        page.finding(finding);
    }
    page.out
}

const TAB: usize = 4;
/// A cut line shows at least this many columns, however narrow the terminal.
const LEAST: usize = 20;

const BOLD: &str = "\x1b[1m";
const BLUE: &str = "\x1b[34m";
const RESET: &str = "\x1b[0m";

const fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "\x1b[1;31m",
        Severity::Warning => "\x1b[1;33m",
        Severity::Question => "\x1b[1;35m",
        Severity::Note => "\x1b[1;36m",
    }
}

struct Page<'a> {
    out: String,
    files: &'a SourceMap,
    options: TextOptions,
}

impl Page<'_> {
    fn finding(&mut self, finding: &Diagnostic) {
        let name = format!("{}[{}]", finding.severity.word(), finding.code);
        self.painted(colour(finding.severity), &name);
        self.painted(BOLD, &format!(": {}", clean(&finding.message)));
        self.out.push('\n');
        // The labels of each file together, beginning with that of the main one.
        let mut left: Vec<&Label> = finding.labels.iter().collect();
        let mut first = true;
        while let Some(file) = left.first().map(|label| label.file) {
            let (here, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|label| label.file == file);
            self.places(finding, file, &here, first);
            left = others;
            first = false;
        }
        for note in &finding.notes {
            self.remark("note", note);
        }
        if let Some(help) = &finding.help {
            self.remark("help", help);
        }
        if finding.more > 0 {
            let _ = writeln!(self.out, "and {} more of these in this file", finding.more);
        }
    }

    fn painted(&mut self, colour: &str, text: &str) {
        if self.options.colour {
            let _ = write!(self.out, "{colour}{text}{RESET}");
        } else {
            self.out.push_str(text);
        }
    }

    fn remark(&mut self, kind: &str, text: &str) {
        self.painted(BOLD, &format!("{kind}: "));
        let _ = writeln!(self.out, "{}", clean(text));
    }

    fn places(&mut self, finding: &Diagnostic, id: FileId, labels: &[&Label], main: bool) {
        let Some(file) = self.files.get(id) else { return };
        let at = file.line_column(labels[0].span.start);
        self.painted(BLUE, if main { "  --> " } else { "  ::: " });
        let _ = write!(self.out, "{}:{}:{}", clean(&file.path), at.line, at.column);
        if main && !finding.headings.is_empty() {
            let _ = write!(self.out, " ({})", clean(&finding.headings.join(" › ")));
        }
        self.out.push('\n');
        let mut marks: Vec<Mark> = labels.iter().enumerate().map(|(at, label)| mark(file, label, at == 0)).collect();
        marks.sort_by_key(|mark| (mark.line, mark.start, mark.end));
        let gutter = marks.iter().map(|mark| mark.line.to_string().len()).max().unwrap_or(0);
        let mut shown: Option<(u32, Cut)> = None;
        for mark in marks {
            let line = file.line_span(mark.line).of(&file.text);
            let room = self.options.width.saturating_sub(gutter + 3).max(LEAST);
            let cut = cut(line, mark.start, mark.end, room);
            let here = (mark.line, cut);
            if shown.as_ref() != Some(&here) {
                if shown.as_ref().is_some_and(|(last, _)| last + 1 < mark.line) {
                    self.painted(BLUE, &format!("{:>gutter$} …\n", ""));
                }
                self.painted(BLUE, &format!("{:>gutter$} | ", mark.line));
                let _ = writeln!(self.out, "{}", here.1.text);
            }
            let severity = if main { colour(finding.severity) } else { BLUE };
            self.mark(gutter, &mark, &here.1, severity);
            shown = Some(here);
        }
    }

    fn mark(&mut self, gutter: usize, mark: &Mark<'_>, cut: &Cut, severity: &str) {
        self.painted(BLUE, &format!("{:gutter$} | ", ""));
        let sign = if mark.main { "^" } else { "-" };
        let (before, under) = cut.columns(mark.start, mark.end);
        self.out.extend(std::iter::repeat_n(' ', before));
        let mut signs = sign.repeat(under.max(1));
        if !mark.text.is_empty() {
            let _ = write!(signs, " {}", clean(mark.text));
        }
        self.painted(if mark.main { severity } else { BLUE }, &signs);
        self.out.push('\n');
    }
}

/// A label on its line; `start` and `end` are bytes of the line.
struct Mark<'a> {
    line: u32,
    start: usize,
    end: usize,
    main: bool,
    text: &'a str,
}

fn mark<'a>(file: &SourceFile, label: &'a Label, main: bool) -> Mark<'a> {
    let (from, to) = (file.boundary(label.span.start), file.boundary(label.span.end));
    let line = file.line_column(from as u32).line;
    let span = file.line_span(line);
    let within = |at: usize| at.clamp(span.start as usize, span.end as usize) - span.start as usize;
    Mark { line, start: within(from), end: within(to.max(from)), main, text: &label.text }
}

/// The part of a line that is shown.
#[derive(PartialEq, Eq)]
struct Cut {
    text: String,
    /// Of each character shown: its first byte in the whole line, and its column.
    columns: Vec<(usize, usize)>,
    width: usize,
}

impl Cut {
    /// How many columns come before the bytes from `start` to `end`, and how many they fill.
    fn columns(&self, start: usize, end: usize) -> (usize, usize) {
        let column = |byte: usize| {
            let at = self.columns.partition_point(|(at, _)| *at < byte);
            self.columns.get(at).map_or(self.width, |(_, column)| *column)
        };
        let before = column(start);
        (before, column(end).saturating_sub(before))
    }
}

/// What is shown of a line: all of it, or a window of `room` columns around the bytes from `start` to `end`.
fn cut(line: &str, start: usize, end: usize, room: usize) -> Cut {
    // A line of bytes that fits certainly is not cut; one that may not fit is looked at only around its mark.
    let lead = room / 3;
    let fits = line.len() <= 4 * room && shown_width(line) <= room;
    let mut from = 0;
    if !fits {
        let mut width = 0;
        let mut back = line[..start].char_indices().rev();
        from = loop {
            let Some((at, sign)) = back.next() else { break 0 };
            width += sign_width(sign, 0);
            if width > lead {
                break at + sign.len_utf8();
            }
        };
    }
    let mut cut = Cut { text: String::new(), columns: Vec::new(), width: 0 };
    if from > 0 {
        cut.text.push('…');
        cut.width = 1;
    }
    for (at, sign) in line[from..].char_indices() {
        let width = sign_width(sign, cut.width);
        if !fits && cut.width + width > room.saturating_sub(1) {
            cut.text.push('…');
            break;
        }
        cut.columns.push((from + at, cut.width));
        cut.width += width;
        match sign {
            '\t' => cut.text.extend(std::iter::repeat_n(' ', width)),
            _ => cut.text.push(visible(sign)),
        }
    }
    debug_assert!(end >= start);
    cut
}

fn shown_width(line: &str) -> usize {
    line.chars().fold(0, |column, sign| column + sign_width(sign, column))
}

fn sign_width(sign: char, column: usize) -> usize {
    match sign {
        '\t' => TAB - column % TAB,
        _ => visible(sign).width().unwrap_or(1),
    }
}

/// Control characters would act on the terminal, and direction marks reorder what is read: both are replaced.
fn visible(sign: char) -> char {
    let reorders = matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if sign.is_control() || reorders { '\u{fffd}' } else { sign }
}

fn clean(text: &str) -> String {
    text.chars().map(|sign| if sign == '\n' { ' ' } else { visible(sign) }).collect()
}
