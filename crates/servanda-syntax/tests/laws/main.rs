//! What holds of every text, however broken.

mod chance;

use chance::{Chance, mutant, soup};
use servanda_diagnostics::SourceMap;
use servanda_diagnostics::render::{TextOptions, json, text};
use servanda_syntax::{Document, FileId, LineKind, Statement, Token, format};

/// A dossier with something of everything.
const SAMPLE: &str = include_str!("../sample.md");

fn parse(text: &str) -> Document {
    Document::parse(FileId(0), "a.md", text)
}

/// Everything that must hold of a document.
fn holds(source: &str) {
    let document = parse(source);
    assert_eq!(document.print(), source);
    nothing_is_lost(&document);
    let mut files = SourceMap::new();
    files.add("a.md", source);
    let _ = text(&document.diagnostics, &files, TextOptions::default());
    let _ = json(&document.diagnostics, &files);

    let formatted = format(&document);
    let again = parse(&formatted);
    assert_eq!(words(&document), words(&again), "formatting changed the words of {source:?} to {formatted:?}");
    assert_eq!(format(&again), formatted, "formatting twice differs for {source:?}");
    assert_eq!(outside(&document), outside(&again), "formatting changed the prose of {source:?}");
}

fn tokens(statement: &Statement) -> impl Iterator<Item = &Token> {
    statement.head.tokens.iter().chain(statement.clauses.iter().flat_map(|clause| &clause.tokens))
}

/// Each statement with its keywords, tokens and comments.
fn words(document: &Document) -> Vec<String> {
    let text = |span: servanda_syntax::Span| span.of(&document.text);
    let comments = |spans: &[servanda_syntax::Span]| spans.iter().map(|span| text(*span)).collect::<Vec<_>>().join("|");
    let joined = |tokens: &[Token]| {
        tokens.iter().map(|token| format!("{:?}:{}", token.kind, text(token.span))).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for statement in &document.statements {
        all.push(format!(
            "{:?} {:?} {}",
            statement.kind,
            joined(&statement.head.tokens),
            comments(&statement.head.comments)
        ));
        for clause in &statement.clauses {
            all.push(format!("  {:?} {:?} {}", clause.keyword, joined(&clause.tokens), comments(&clause.comments)));
        }
    }
    all
}

/// What is not in a block that runs.
fn outside(document: &Document) -> Vec<&str> {
    let mut from = 0;
    let mut parts = Vec::new();
    for block in &document.blocks {
        parts.push(&document.text[from..block.span.start as usize]);
        from = block.span.end as usize;
    }
    parts.push(&document.text[from..]);
    parts
}

/// Tokens come in order and lie in lines of their kind; between them there is only white space and comments.
fn nothing_is_lost(document: &Document) {
    let mut end = 0;
    for statement in &document.statements {
        assert!(end <= statement.keyword_span.start && statement.keyword_span.start == statement.span.start);
        end = statement.span.start;
        for token in tokens(statement) {
            assert!(
                end <= token.span.start && token.span.start < token.span.end && token.span.end <= statement.span.end
            );
            end = token.span.end;
        }
    }
    for block in &document.blocks {
        let mut pieces = Vec::new();
        for statement in document.statements_of(block) {
            pieces.push(statement.keyword_span);
            pieces.extend(statement.clauses.iter().map(|clause| clause.keyword_span));
            pieces.extend(tokens(statement).map(|token| token.span));
            pieces.extend(&statement.head.comments);
            pieces.extend(statement.clauses.iter().flat_map(|clause| clause.comments.iter().copied()));
        }
        pieces.sort();
        for line in &block.lines {
            assert!(block.span.start <= line.span.start && line.span.end <= block.span.end);
            if matches!(line.kind, LineKind::Head | LineKind::Clause | LineKind::More) {
                let first = pieces.partition_point(|piece| piece.start < line.span.start);
                let here = pieces[first..].iter().take_while(|piece| piece.end <= line.span.end);
                let mut at = line.span.start;
                for piece in here {
                    if piece.start > at {
                        assert_eq!(document.text[at as usize..piece.start as usize].trim(), "");
                    }
                    at = at.max(piece.end);
                }
                assert_eq!(document.text[at as usize..line.span.end as usize].trim(), "");
            }
        }
    }
}

#[test]
fn law_of_the_sample_and_its_beginnings() {
    for end in (0..=SAMPLE.len()).filter(|end| SAMPLE.is_char_boundary(*end)) {
        holds(&SAMPLE[..end]);
        holds(&SAMPLE[end..]);
    }
    assert_eq!(parse(SAMPLE).diagnostics, []);
}

#[test]
fn law_of_mutants() {
    let mut chance = Chance::new(7);
    (0..3000).for_each(|_| holds(&mutant(&mut chance)));
}

#[test]
fn law_of_soup() {
    let mut chance = Chance::new(11);
    (0..6000).for_each(|_| holds(&soup(&mut chance, 60)));
}

#[test]
fn law_of_bytes() {
    let mut chance = Chance::new(13);
    for _ in 0..1000 {
        let bytes: Vec<u8> = (0..chance.below(200)).map(|_| chance.below(256) as u8).collect();
        holds(&String::from_utf8_lossy(&bytes));
        holds(&format!("```servanda\n{}", String::from_utf8_lossy(&bytes)));
    }
}

#[test]
fn no_panic() {
    for broken in [
        "",
        "\u{feff}",
        "\0",
        "```servanda",
        "```servanda\n",
        "```servanda\n\n\n",
        "```servanda\n```",
        "> ```servanda",
        "- ```servanda\n  - x",
        "```servanda\n,",
        "```servanda\n  ,\n,\n",
        "```servanda\na,\n\n\n  ,",
        "```servanda\n\"",
        "```servanda\n[",
        "```servanda\n{",
        "```servanda\n#",
        "```servanda\nY-",
        "```servanda\n1'",
        "```servanda\n1,",
        "```servanda\n1939/",
        "```servanda\n..",
        "```servanda\n..1",
        "```servanda\n-",
        "```servanda\n~",
        "```servanda\nor",
        "```servanda\nx\n or when",
        "```servanda\r\n\tx\r\n \ty",
        "-\t```servanda\n\t x",
        " - ```servanda\n\tx\n\t  y\n\t```",
        "#\n#\n```servanda\nx",
        "######## x\n```servanda\nx\n```",
        "```servanda\nsource\u{a0}x\n\u{3000}note\u{2009}\"y\"\n```",
        "```servanda\nx\n  known   only to a\n```",
        "1939-10-29",
        "```servanda\n1939-10-29T\n```",
    ] {
        holds(broken);
    }
}

#[test]
fn nonsense_takes_time_in_proportion() {
    // Each of these would take minutes if the work grew with the square of the length.
    let block = |piece: &str| format!("```servanda\nx\n  {}\n```\n", piece.repeat(400_000 / piece.len()));
    for piece in [
        "\"", "“", "“\"", "{", "[", "[1", ".", "..", "1..", "1 ", "1,000", "1-", "1/", "~", "-", "#", " #", "\n",
        "a,\n ", "\n\n x", "a'", "é", "@ ",
    ] {
        let document = parse(&block(piece));
        assert_eq!(document.print(), *document.text);
        let _ = format(&document);
    }
    let lists = format!("{}\n{}", "- ".repeat(100_000), "a\n".repeat(200_000));
    assert_eq!(parse(&lists).diagnostics[0].code, "nested-too-deep");
    let quotations = format!("{}\n{}", ">".repeat(100_000), "a\n".repeat(200_000));
    assert_eq!(parse(&quotations).diagnostics[0].code, "nested-too-deep");
    let complaints = parse(&format!("```servanda\n{}```", "@ \"\n".repeat(100_000)));
    assert!(complaints.diagnostics.len() <= 100);
}
