//! What a dossier file is made of: headings, blocks, statements, clauses, tokens. Everything knows its span.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use servanda_diagnostics::{Diagnostic, FileId, Span};
use smol_str::SmolStr;

/// A parsed dossier file. There always is one, whatever the text.
#[derive(Debug, Clone)]
pub struct Document {
    /// Which file.
    pub file: FileId,
    /// Its path, for the reader.
    pub path: String,
    /// Its text, byte for byte.
    pub text: Arc<str>,
    /// All headings, in order.
    pub headings: Vec<Heading>,
    /// The blocks that run, in order.
    pub blocks: Vec<Block>,
    /// The statements of all blocks, in order.
    pub statements: Vec<Statement>,
    /// What is wrong with the file, in order.
    pub diagnostics: Vec<Diagnostic>,
}

/// A Markdown heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Plain text, without emphasis, links and the like.
    pub text: String,
    /// The whole heading.
    pub span: Span,
}

/// A fenced block marked `servanda`.
#[derive(Debug, Clone)]
pub struct Block {
    /// The block with its fences.
    pub span: Span,
    /// What follows `servanda` after the opening fence.
    pub info: String,
    /// The headings above it, outermost first.
    pub headings: Arc<[String]>,
    /// Its lines without fences, and without what the lists and quotations around it put before them.
    pub lines: Vec<BlockLine>,
    /// Its statements, as a range of [`Document::statements`].
    pub statements: Range<usize>,
    /// True if something in it is wrong, or it cannot be formatted for the tabs and line breaks around it.
    pub broken: bool,
}

/// A line of a block as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockLine {
    /// What it is.
    pub kind: LineKind,
    /// The line without its line break.
    pub span: Span,
    /// True if it starts with a space or a tab.
    pub indented: bool,
}

/// What a line of a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing but white space.
    Blank,
    /// Nothing but a comment.
    Comment,
    /// The head of a statement.
    Head,
    /// A clause.
    Clause,
    /// Goes on with the head or the clause before it.
    More,
    /// A clause that belongs to no statement, or says nothing.
    Stray,
}

/// A head and its clauses.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Which file.
    pub file: FileId,
    /// Head and clauses.
    pub span: Span,
    /// What the first word of the head says.
    pub kind: HeadKind,
    /// The first word of the head.
    pub keyword_span: Span,
    /// The head. After a keyword its tokens begin with what follows the keyword; those of a sentence are all there.
    pub head: Line,
    /// The clauses, in the order typed.
    pub clauses: Vec<Clause>,
    /// The headings above it, outermost first.
    pub headings: Arc<[String]>,
    /// True if it holds a lexical error, which has been reported.
    pub broken: bool,
}

/// What kind of statement a head begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeadKind {
    /// One of the keywords of [`crate::grammar::HEADS`].
    Keyword(&'static str),
    /// Anything else: `treaty Sele …`, `Annex prevails over Sele`. What it says is for the model to find out.
    Sentence,
}

/// The head of a statement: one line, or several when it ends with `,` or `;`.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// What it says.
    pub tokens: Vec<Token>,
    /// From the first token (with the keyword) to the last.
    pub span: Span,
    /// The comments at its ends, with their `#`.
    pub comments: Vec<Span>,
}

/// An indented line below a head, or several when it ends with `,` or `;`.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The keyword it begins with, if the head's statement knows such a clause.
    pub keyword: Option<&'static str>,
    /// Where the keyword stands; empty, at the start of the clause, if there is none.
    pub keyword_span: Span,
    /// What follows the keyword; everything if there is none.
    pub tokens: Vec<Token>,
    /// From the keyword to the last token.
    pub span: Span,
    /// The comments at the ends of its lines, with their `#`.
    pub comments: Vec<Span>,
}

/// The smallest piece that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// As typed, except that a string is without its quotation marks and a hole without its braces.
    pub text: SmolStr,
    /// As typed, with quotation marks and braces.
    pub span: Span,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// `Żeligowski`, `Six-Day`, `MutualAssistance.II`, `cede/cedes`, `15th`, `%`.
    Word,
    /// `6`, `20 000`, `18,786`, `7.5`; also a bare year. See [`Token::number`].
    Number,
    /// `1939-10-29`, `1939~`, `156X`, `1939-10-28..1939-11-15`, `[1939-11-14, 1939-11-15]`: any EDTF but a bare year.
    Date,
    /// `"…"` or `“…”`.
    String,
    /// `{place}`, `{a: polity}`.
    Hole,
    /// `, ; : ( ) = < > <= >= != + - * / …` and the like. See [`Token::punct`].
    Punct,
    /// What cannot stand in a block.
    Bad,
}

impl Document {
    /// The statements of a block.
    #[must_use]
    pub fn statements_of(&self, block: &Block) -> &[Statement] {
        &self.statements[block.statements.clone()]
    }

    /// The statement that a byte offset is in.
    #[must_use]
    pub fn statement_at(&self, offset: u32) -> Option<&Statement> {
        let after = self.statements.partition_point(|statement| statement.span.start <= offset);
        let statement = &self.statements[after.checked_sub(1)?];
        (offset <= statement.span.end).then_some(statement)
    }
}

impl Statement {
    /// The keyword, unless it is a sentence.
    #[must_use]
    pub fn keyword(&self) -> Option<&'static str> {
        match self.kind {
            HeadKind::Keyword(keyword) => Some(keyword),
            HeadKind::Sentence => None,
        }
    }

    /// The clauses that begin with a keyword.
    pub fn clauses_of(&self, keyword: &str) -> impl Iterator<Item = &Clause> {
        self.clauses.iter().filter(move |clause| clause.keyword == Some(keyword))
    }

    /// The first clause that begins with a keyword.
    #[must_use]
    pub fn clause(&self, keyword: &str) -> Option<&Clause> {
        self.clauses_of(keyword).next()
    }
}

impl Token {
    /// True of the word `word`, letter by letter.
    #[must_use]
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text == word
    }

    /// True of that sign, however it was typed (`≤` is `<=`, `…` is `...`).
    #[must_use]
    pub fn is_punct(&self, sign: &str) -> bool {
        self.punct() == Some(sign)
    }

    /// The sign in plain spelling: `<=` for `≤`, `...` for `…`, `-` for `−` and the dashes.
    #[must_use]
    pub fn punct(&self) -> Option<&str> {
        (self.kind == TokenKind::Punct).then(|| match self.text.as_str() {
            "≤" => "<=",
            "≥" => ">=",
            "≠" => "!=",
            "−" | "–" | "—" => "-",
            "×" => "*",
            "÷" => "/",
            "…" => "...",
            other => other,
        })
    }

    /// A number in plain decimals, `18786.5` for `18,786.5`.
    #[must_use]
    pub fn number(&self) -> Option<Cow<'_, str>> {
        let plain = |sign: char| sign.is_ascii_digit() || matches!(sign, '.' | '-');
        (self.kind == TokenKind::Number).then(|| {
            if self.text.chars().all(plain) {
                Cow::Borrowed(self.text.as_str())
            } else {
                self.text.chars().filter(|sign| plain(*sign)).collect()
            }
        })
    }
}
