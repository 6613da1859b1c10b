//! Back to text: byte for byte, or formatted.
//!
//! The formatter touches only the lines of blocks without errors, and in them only white space. It aligns what follows
//! the clause keywords of a statement, indents clauses by two spaces and the lines that go on further, puts one space
//! where there was any, and keeps at most one blank line in a row. Where the tokens would be read otherwise with one
//! space between them (`20  000` is two numbers, `20 000` one) it leaves the white space alone.

use servanda_diagnostics::Span;

use crate::lexer::lex;
use crate::tree::{Block, BlockLine, Document, LineKind, Statement, Token, TokenKind};

const INDENT: &str = "  ";

impl Document {
    /// The text as it was, put together from what was parsed and what lies between.
    #[must_use]
    pub fn print(&self) -> String {
        let mut printed = Copier { text: &self.text, done: 0, out: String::with_capacity(self.text.len()) };
        for statement in &self.statements {
            let clauses = statement.clauses.iter().flat_map(|clause| &clause.tokens);
            for token in statement.head.tokens.iter().chain(clauses) {
                printed.up_to(token.span.start);
                printed.up_to(token.span.end);
            }
        }
        printed.finish()
    }
}

/// The file with its blocks formatted. Formatting twice changes nothing more.
#[must_use]
pub fn format(document: &Document) -> String {
    let mut copier = Copier { text: &document.text, done: 0, out: String::with_capacity(document.text.len() + 64) };
    for block in document.blocks.iter().filter(|block| !block.broken) {
        Formatter { document, block, copier: &mut copier, next: block.statements.start, column: 0, tokens: Vec::new() }
            .block();
    }
    copier.finish()
}

/// Copies a text from front to back.
struct Copier<'a> {
    text: &'a str,
    done: usize,
    out: String,
}

impl Copier<'_> {
    /// Copies up to `end`.
    fn up_to(&mut self, end: u32) {
        let end = end as usize;
        self.out.push_str(self.text.get(self.done..end).unwrap_or_default());
        self.done = self.done.max(end);
    }

    /// Goes on from `at` without copying.
    fn skip_to(&mut self, at: u32) {
        self.done = self.done.max(at as usize);
    }

    fn finish(mut self) -> String {
        self.up_to(self.text.len() as u32);
        self.out
    }
}

struct Formatter<'a, 'c> {
    document: &'a Document,
    block: &'a Block,
    copier: &'c mut Copier<'a>,
    /// The next statement to come.
    next: usize,
    /// Where what follows the keywords of this statement starts, from the left margin.
    column: usize,
    tokens: Vec<Token>,
}

impl Formatter<'_, '_> {
    fn block(mut self) {
        let lines = &self.block.lines;
        let mut hanging = 0;
        for (at, line) in lines.iter().enumerate() {
            match line.kind {
                LineKind::Blank if self.superfluous(at) => {
                    self.drop_line(at);
                    continue;
                }
                LineKind::Head => {
                    hanging = 2 * INDENT.len();
                    self.column = self.document.statements.get(self.next).map_or(0, column);
                    self.next += 1;
                }
                _ => {}
            }
            self.copier.up_to(line.span.start);
            self.copier.skip_to(line.span.end);
            let comment = self.lex(*line);
            match line.kind {
                LineKind::Blank => {}
                LineKind::Comment if line.indented => self.copier.out.push_str(INDENT),
                LineKind::Comment | LineKind::Head | LineKind::Stray => self.tokens(0),
                LineKind::Clause => hanging = self.clause(),
                LineKind::More => {
                    self.spaces(hanging);
                    self.tokens(0);
                }
            }
            if let Some(comment) = comment {
                if line.kind != LineKind::Comment {
                    self.copier.out.push_str(INDENT);
                }
                self.copier.out.push_str(comment.of(&self.document.text));
            }
        }
    }

    /// True of blank lines at the ends of a block and after other blank lines.
    fn superfluous(&self, at: usize) -> bool {
        let lines = &self.block.lines;
        let blank = |line: &BlockLine| line.kind == LineKind::Blank;
        at == 0 || blank(&lines[at - 1]) || self.blank_from(at)
    }

    /// Only asked of the first blank line in a row, so that the lines are gone through at most twice.
    fn blank_from(&self, at: usize) -> bool {
        self.block.lines[at..].iter().all(|line| line.kind == LineKind::Blank)
    }

    /// Leaves a line out, with the line break before it, or after it if it is the first.
    fn drop_line(&mut self, at: usize) {
        let lines = &self.block.lines;
        match at.checked_sub(1) {
            Some(before) => {
                self.copier.up_to(lines[before].span.end);
                self.copier.skip_to(lines[at].span.end);
            }
            None => {
                let opening = self.document.text[self.block.span.range()].find('\n').map_or(0, |at| at as u32);
                let mut end = self.block.span.start + opening;
                if self.document.text[..end as usize].ends_with('\r') {
                    end -= 1;
                }
                self.copier.up_to(end);
                self.copier.skip_to(lines[at].span.end);
            }
        }
    }

    fn lex(&mut self, line: BlockLine) -> Option<Span> {
        self.tokens.clear();
        lex(line.span.of(&self.document.text), line.span.start, &mut self.tokens, &mut Vec::new())
    }

    /// Prints a clause; gives the column at which lines that go on with it stand.
    fn clause(&mut self) -> usize {
        self.copier.out.push_str(INDENT);
        let start = self.tokens.first().map_or(0, |first| first.span.start);
        let statement = &self.document.statements[self.next - 1];
        let at = statement.clauses.partition_point(|clause| clause.span.start < start);
        let keyword = statement.clauses.get(at).and_then(|clause| clause.keyword);
        let Some(keyword) = keyword else {
            self.tokens(0);
            return 2 * INDENT.len();
        };
        self.copier.out.push_str(keyword);
        let words = keyword.split(' ').count();
        if self.tokens.len() > words {
            self.spaces(self.column - INDENT.len() - keyword.len());
            self.tokens(words);
        }
        self.column
    }

    fn spaces(&mut self, count: usize) {
        self.copier.out.extend(std::iter::repeat_n(' ', count));
    }

    /// Prints the tokens of the line from the `first` on.
    fn tokens(&mut self, first: usize) {
        let text = &*self.document.text;
        let mut before: Option<&Token> = None;
        for token in self.tokens.iter().skip(first) {
            if let Some(before) = before {
                let gap = Span::new(before.span.end, token.span.start).of(text);
                self.copier.out.push_str(if reads_otherwise(before, token) || gap.is_empty() { gap } else { " " });
            }
            self.copier.out.push_str(token.span.of(text));
            before = Some(token);
        }
    }
}

/// True if one space between the two could make them one number.
fn reads_otherwise(before: &Token, token: &Token) -> bool {
    before.kind == TokenKind::Number && token.kind == TokenKind::Number
}

/// Where what follows the keywords of a statement's clauses starts: two spaces after the longest, or one if all have
/// the same keyword.
fn column(statement: &Statement) -> usize {
    let mut keywords = statement.clauses.iter().filter_map(|clause| clause.keyword);
    let Some(first) = keywords.next() else { return 0 };
    let (longest, alone) =
        keywords.fold((first.len(), true), |(longest, alone), next| (longest.max(next.len()), alone && next == first));
    INDENT.len() + longest + if alone { 1 } else { 2 }
}
