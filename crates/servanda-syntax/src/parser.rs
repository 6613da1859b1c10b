//! Lines into statements. The parser goes through each block once and never stops.

use std::sync::Arc;

use servanda_diagnostics::{Diagnostic, FileId, Sink, Span, suggest};

use crate::depth;
use crate::grammar;
use crate::lexer::{Problem, ProblemKind, lex};
use crate::markdown::{self, FencedBlock, LANGUAGE, RawLine};
use crate::tree::{Block, BlockLine, Clause, Document, HeadKind, Line, LineKind, Statement, Token};

/// Parses a file; see [`Document::parse`].
pub(crate) fn parse(file: FileId, path: String, text: Arc<str>) -> Document {
    let mut sink = Sink::new();
    let mut document = Document {
        file,
        path,
        text: Arc::clone(&text),
        headings: Vec::new(),
        blocks: Vec::new(),
        statements: Vec::new(),
        diagnostics: Vec::new(),
    };
    if u32::try_from(text.len()).is_err() {
        sink.push(
            Diagnostic::error("file-too-large", "a dossier file cannot be larger than 4 GiB")
                .label(file, Span::default(), "")
                .help("split it; a dossier may have any number of files"),
        );
        document.diagnostics = sink.finish();
        return document;
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let base = (text.len() - body.len()) as u32;
    let (body, blots) = depth::blot_out(body);
    for blot in blots {
        let span = Span::new(blot.start as u32 + base, blot.end as u32 + base);
        sink.push_with("nested-too-deep", Some(file), || {
            Diagnostic::warning("nested-too-deep", "lists or quotations are nested too deep here to be read").label(
                file,
                span,
                "read as plain text",
            )
        });
    }
    let markdown = markdown::read(&body, base);
    for fenced in &markdown.blocks {
        check_fence(file, fenced, &mut sink);
        if fenced.runs() {
            let first = document.statements.len();
            let parser = BlockParser {
                file,
                text: &text,
                fenced,
                sink: &mut sink,
                statements: &mut document.statements,
                first,
                lines: Vec::with_capacity(fenced.lines.len()),
                tokens: Vec::new(),
                problems: Vec::new(),
                comma: None,
                broken: !fenced.closed || has_lone_returns(fenced.span.of(&text)),
            };
            document.blocks.push(parser.parse());
        }
    }
    document.headings = markdown.headings;
    document.diagnostics = sink.finish();
    document
}

/// True if a carriage return is a line break of its own, as on the first Macintosh: such a block is not formatted.
fn has_lone_returns(block: &str) -> bool {
    block.match_indices('\r').any(|(at, _)| block.as_bytes().get(at + 1) != Some(&b'\n'))
}

fn check_fence(file: FileId, fenced: &FencedBlock, sink: &mut Sink) {
    if !fenced.closed {
        let (severity, what) = if fenced.runs() {
            (Diagnostic::error as fn(&'static str, String) -> Diagnostic, "this block is never closed")
        } else {
            (Diagnostic::warning as fn(&'static str, String) -> Diagnostic, "this code block is never closed")
        };
        sink.push(
            severity("unclosed-block", format!("{what}, so all that follows belongs to it"))
                .headings(&fenced.headings)
                .label(file, fenced.opening, "opened here")
                .help("end it with a line of the same fence, such as ```")
                .cause(),
        );
    }
    if !fenced.runs() && suggest(&fenced.language, [LANGUAGE]).is_some() {
        sink.push(
            Diagnostic::warning("block-not-run", format!("a block marked `{}` does not run", fenced.language))
                .headings(&fenced.headings)
                .label(file, fenced.opening, "only `servanda` runs")
                .help("write ```servanda"),
        );
    }
}

struct BlockParser<'a> {
    file: FileId,
    text: &'a str,
    fenced: &'a FencedBlock,
    sink: &'a mut Sink,
    statements: &'a mut Vec<Statement>,
    /// The first statement of this block.
    first: usize,
    lines: Vec<BlockLine>,
    tokens: Vec<Token>,
    problems: Vec<Problem>,
    /// The `,` or `;` at the end of the line before, after which the line goes on.
    comma: Option<Span>,
    broken: bool,
}

impl BlockParser<'_> {
    fn parse(mut self) -> Block {
        let heads = self.fenced.lines.iter().filter(|line| self.may_be_head(**line)).count();
        self.statements.reserve(heads);
        for line in &self.fenced.lines {
            let kind = self.line(*line);
            let indented = self.indented(*line);
            self.lines.push(BlockLine { kind, span: line.span, indented });
        }
        self.nothing_follows();
        Block {
            span: self.fenced.span,
            info: self.fenced.info.clone(),
            headings: Arc::clone(&self.fenced.headings),
            lines: self.lines,
            statements: self.first..self.statements.len(),
            broken: self.broken,
        }
    }

    fn may_be_head(&self, line: RawLine) -> bool {
        !line.span.is_empty() && !self.indented(line)
    }

    fn indented(&self, line: RawLine) -> bool {
        line.split_tab || line.span.of(self.text).starts_with(char::is_whitespace)
    }

    fn line(&mut self, line: RawLine) -> LineKind {
        let comment = lex(line.span.of(self.text), line.span.start, &mut self.tokens, &mut self.problems);
        // White space that is only part of a tab cannot be formatted without touching what is around the block, and
        // a space put right after the `>` of a quotation would belong to the quotation.
        let quoted = self.text[..line.span.start as usize].ends_with('>');
        self.broken |= line.split_tab || quoted && self.indented(line);
        if self.tokens.is_empty() {
            return if comment.is_some() { LineKind::Comment } else { LineKind::Blank };
        }
        let kind = self.place(self.indented(line), comment);
        let broken = !self.problems.is_empty();
        for problem in std::mem::take(&mut self.problems) {
            self.report(problem);
        }
        if broken && let Some(statement) = self.statements[self.first..].last_mut() {
            statement.broken = true;
        }
        kind
    }

    /// Puts the tokens of a line where they belong.
    fn place(&mut self, indented: bool, comment: Option<Span>) -> LineKind {
        let goes_on = self.comma.is_some() && indented;
        if !goes_on {
            self.nothing_follows();
        }
        self.comma = self.tokens.last().filter(|last| last.is_punct(",") || last.is_punct(";")).map(|last| last.span);
        let span = self.tokens[0].span.to(self.tokens[self.tokens.len() - 1].span);
        if !indented {
            self.head(span, comment);
            return LineKind::Head;
        }
        let Some(statement) = self.statements[self.first..].last_mut() else {
            self.stray(span);
            return LineKind::Stray;
        };
        statement.span = statement.span.to(span);
        if !goes_on {
            let clause = clause(statement.kind, span, &mut self.tokens, comment);
            match clause.keyword.and_then(|keyword| lacking(keyword, &clause)) {
                // What says nothing, or nothing that can be read, is as if it were not there.
                Some(lack) => {
                    self.lacking(&clause, lack);
                    return LineKind::Stray;
                }
                None => statement.clauses.push(clause),
            }
            return LineKind::Clause;
        }
        let (tokens, whole, comments) = match statement.clauses.last_mut() {
            Some(clause) => (&mut clause.tokens, &mut clause.span, &mut clause.comments),
            None => (&mut statement.head.tokens, &mut statement.head.span, &mut statement.head.comments),
        };
        tokens.append(&mut self.tokens);
        *whole = whole.to(span);
        comments.extend(comment);
        LineKind::More
    }

    fn head(&mut self, span: Span, comment: Option<Span>) {
        let keyword_span = self.tokens[0].span;
        let keyword = Some(&self.tokens[0]).filter(|first| first.kind == crate::TokenKind::Word);
        let kind = match keyword.and_then(|first| grammar::head(&first.text)) {
            Some(form) => HeadKind::Keyword(form.keyword),
            None => HeadKind::Sentence,
        };
        let skip = usize::from(kind != HeadKind::Sentence);
        let tokens = self.tokens.drain(..).skip(skip).collect();
        self.statements.push(Statement {
            file: self.file,
            span,
            kind,
            keyword_span,
            head: Line { tokens, span, comments: comment.into_iter().collect() },
            clauses: Vec::new(),
            headings: Arc::clone(&self.fenced.headings),
            broken: false,
        });
    }

    /// A clause in which nothing follows its keyword, or no text in quotation marks where nothing else is read.
    fn lacking(&mut self, clause: &Clause, lack: Lack) {
        self.broken = true;
        self.comma = None;
        let (file, headings, form) = (self.file, &self.fenced.headings, lack.form);
        let keyword = form.keyword;
        if !lack.quotes {
            self.sink.push_with("empty-clause", Some(file), || {
                Diagnostic::error("empty-clause", format!("nothing follows `{keyword}`"))
                    .headings(headings)
                    .label(file, clause.span, "says nothing")
                    .note(form.doc)
                    .help(format!("write `{}`, for example `{}`, or take the clause away", form.form, form.example))
            });
            return;
        }
        let said = clause.tokens[0].span.to(clause.tokens[clause.tokens.len() - 1].span).of(self.text);
        let said = said.replace(['"', '\n'], "");
        self.sink.push_with("text-not-quoted", Some(file), || {
            Diagnostic::error("text-not-quoted", format!("what follows `{keyword}` is a text in quotation marks"))
                .headings(headings)
                .label(file, clause.span, "")
                .note(form.doc)
                .help(format!("write `{keyword} \"{said}\"`"))
        });
    }

    fn stray(&mut self, span: Span) {
        self.tokens.clear();
        self.comma = None;
        self.broken = true;
        let (file, headings) = (self.file, &self.fenced.headings);
        self.sink.push_with("clause-without-statement", Some(file), || {
            Diagnostic::error("clause-without-statement", "this line is indented, but there is no statement above it")
                .headings(headings)
                .label(file, span, "belongs to nothing")
                .note("a statement starts at the left margin of its block; the indented lines below it are its clauses")
                .help("move the line to the left margin, or put it below the statement it belongs to")
        });
    }

    /// A line that ends with a comma goes on on the next, but none came.
    fn nothing_follows(&mut self) {
        let Some(comma) = self.comma.take() else { return };
        let (file, headings, text) = (self.file, &self.fenced.headings, comma.of(self.text));
        self.sink.push_with("unfinished-line", Some(file), || {
            Diagnostic::warning("unfinished-line", format!("the line ends with `{text}`, but does not go on"))
                .headings(headings)
                .label(file, comma, "expected more after this")
                .note("a line that ends with `,` or `;` goes on on the next indented line")
                .help(format!("take the `{text}` away, or indent the line that follows"))
        });
    }

    fn report(&mut self, problem: Problem) {
        self.broken = true;
        let (file, span, headings) = (self.file, problem.span, &self.fenced.headings);
        let text = span.of(self.text);
        match problem.kind {
            ProblemKind::UnclosedString => self.sink.push_with("unclosed-string", Some(file), || {
                Diagnostic::error("unclosed-string", "this text has no closing quotation mark")
                    .headings(headings)
                    .label(file, span, "opened here")
                    .note("a text ends on the line it starts on")
                    .help("end it with `\"`; a text that starts with “ ends with ”")
            }),
            ProblemKind::UnclosedHole => self.sink.push_with("unclosed-hole", Some(file), || {
                Diagnostic::error("unclosed-hole", "this hole has no closing brace")
                    .headings(headings)
                    .label(file, span, "opened here")
                    .help("write a hole as `{place}` or `{a: polity}`")
            }),
            ProblemKind::BadCharacters => self.sink.push_with("unexpected-character", Some(file), || {
                let finding = Diagnostic::error("unexpected-character", unexpected(text));
                finding.headings(headings).label(file, span, "").help(instead(text))
            }),
        }
    }
}

/// What a clause lacks.
struct Lack {
    form: &'static grammar::ClauseForm,
    /// Whether something follows, but not in quotation marks.
    quotes: bool,
}

fn lacking(keyword: &str, clause: &Clause) -> Option<Lack> {
    let form = grammar::CLAUSES.iter().find(|form| form.keyword == keyword)?;
    match clause.tokens.first() {
        None => Some(Lack { form, quotes: false }),
        Some(first) => {
            (form.is_text() && first.kind != crate::TokenKind::String).then_some(Lack { form, quotes: true })
        }
    }
}

fn clause(head: HeadKind, span: Span, tokens: &mut Vec<Token>, comment: Option<Span>) -> Clause {
    let (keyword, skip) = match grammar::clause_at(head, tokens) {
        Some((form, words)) => (Some(form.keyword), words),
        None => (None, 0),
    };
    let start = Span::new(span.start, span.start);
    let keyword_span = skip.checked_sub(1).map_or(start, |last| start.to(tokens[last].span));
    let tokens = tokens.drain(..).skip(skip).collect();
    Clause { keyword, keyword_span, tokens, span, comments: comment.into_iter().collect() }
}

fn unexpected(text: &str) -> String {
    let first = text.chars().next().unwrap_or_default();
    if first.is_control() || first.escape_debug().len() > 2 {
        format!("an invisible or unusual character (U+{:04X}) cannot stand here", first as u32)
    } else {
        format!("`{}` cannot stand here", text.chars().take(20).collect::<String>())
    }
}

fn instead(text: &str) -> &'static str {
    match text.chars().next() {
        Some('#') => "put a space before `#` to start a comment",
        Some('}') => "a hole is opened by `{`",
        Some('”' | '»') => "a text is opened by `\"` or `“`",
        Some('\'' | '’' | '‘' | '`') => "put texts between `\"` and `\"`",
        Some('!') => "write `not`, or `!=`",
        _ => "take it away, or put it in a text between `\"` and `\"`",
    }
}
