//! How findings look.

use servanda_diagnostics::render::{TextOptions, json, text, to_json};
use servanda_diagnostics::{Diagnostic, FileId, Sink, SourceMap, Span, fold};

fn at(files: &SourceMap, file: FileId, word: &str) -> Span {
    let text = &files.get(file).unwrap().text;
    let start = text.find(word).unwrap();
    Span::new(start as u32, (start + word.len()) as u32)
}

fn zenda() -> (SourceMap, FileId, Diagnostic) {
    let mut files = SourceMap::new();
    let file = files.add("zenda.md", "# Zenda\n\nRuritania is a party since 1897-05-03.\n");
    let finding =
        Diagnostic::error("party-without-consent", "Ruritania is called a party, but nothing records its consent")
            .headings(&["Treaty of Zenda".to_owned(), "Article II".to_owned()])
            .label(file, at(&files, file, "Ruritania"), "claimed here")
            .note("a party has consented (VCLT 2(1)(g))")
            .help("record its ratification, or write `signatory`");
    (files, file, finding)
}

#[test]
fn a_finding_shows_the_line_and_what_to_do() {
    let (files, _, finding) = zenda();
    assert_eq!(
        text(&[finding], &files, TextOptions::default()),
        "error[party-without-consent]: Ruritania is called a party, but nothing records its consent
  --> zenda.md:3:1 (Treaty of Zenda › Article II)
3 | Ruritania is a party since 1897-05-03.
  | ^^^^^^^^^ claimed here
note: a party has consented (VCLT 2(1)(g))
help: record its ratification, or write `signatory`
"
    );
}

#[test]
fn several_places_in_several_files() {
    let (mut files, file, finding) = zenda();
    let other = files.add("strelsau.md", "one\ntwo\n\nfour\n");
    let finding = finding
        .label(file, at(&files, file, "1897-05-03"), "since when")
        .label(other, at(&files, other, "four"), "")
        .label(other, at(&files, other, "one"), "declared here");
    let shown = text(&[finding], &files, TextOptions::default());
    assert_eq!(
        shown.lines().skip(1).take(12).collect::<Vec<_>>().join("\n"),
        "  --> zenda.md:3:1 (Treaty of Zenda › Article II)
3 | Ruritania is a party since 1897-05-03.
  | ^^^^^^^^^ claimed here
  |                            ---------- since when
  ::: strelsau.md:4:1
1 | one
  | --- declared here
  …
4 | four
  | ^^^^
note: a party has consented (VCLT 2(1)(g))
help: record its ratification, or write `signatory`"
    );
}

fn marked(line: &str, word: &str, width: usize) -> String {
    let mut files = SourceMap::new();
    let file = files.add("a.md", line);
    let finding = Diagnostic::warning("x", "y").label(file, at(&files, file, word), "");
    let shown = text(&[finding], &files, TextOptions { width, colour: false });
    shown.lines().skip(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn marks_stand_under_wide_combining_and_tabbed_characters() {
    assert_eq!(marked("維爾 x", "x", 80), "1 | 維爾 x\n  |      ^");
    assert_eq!(marked("e\u{301}e\u{301} x", "x", 80), "1 | e\u{301}e\u{301} x\n  |    ^");
    assert_eq!(marked("\ta\tx", "x", 80), "1 |     a   x\n  |         ^");
    assert_eq!(marked("a 維爾 b", "維爾", 80), "1 | a 維爾 b\n  |   ^^^^");
    assert_eq!(marked("a\u{1b}[2Jb", "b", 80), "1 | a\u{fffd}[2Jb\n  |      ^");
}

#[test]
fn long_lines_are_cut_around_the_mark() {
    let long = format!("{} WORD {}", "a".repeat(1000), "b".repeat(1000));
    assert_eq!(marked(&long, "WORD", 40), "1 | …aaaaaaaaaaa WORD bbbbbbbbbbbbbbbbb…\n  |              ^^^^");
    assert!(marked(&long, "bbb", 5).lines().all(|line| line.chars().count() < 30));
}

#[test]
fn places_that_do_not_fit_the_file_do_no_harm() {
    let mut files = SourceMap::new();
    let file = files.add("a.md", "é\r\nb");
    for (start, end) in [(1, 2), (0, 99), (99, 100), (5, 2), (3, 4), (2, 5), (0, 0)] {
        let finding = Diagnostic::error("x", "y").label(file, Span::new(start, end), "z").label(
            FileId(9),
            Span::new(start, end),
            "",
        );
        assert!(text(std::slice::from_ref(&finding), &files, TextOptions::default()).contains("z"));
        assert_eq!(to_json(&finding, &files)["places"][1]["file"], serde_json::Value::Null);
    }
}

#[test]
fn programs_read_json() {
    let (files, _, finding) = zenda();
    let value: serde_json::Value = serde_json::from_str(&json(&[finding], &files)).unwrap();
    assert_eq!(
        value,
        serde_json::json!([{
            "code": "party-without-consent", "severity": "error",
            "message": "Ruritania is called a party, but nothing records its consent",
            "headings": ["Treaty of Zenda", "Article II"],
            "places": [{"file": "zenda.md", "line": 3, "column": 1, "end_line": 3, "end_column": 10, "start": 9, "end": 18, "text": "claimed here"}],
            "notes": ["a party has consented (VCLT 2(1)(g))"],
            "help": "record its ratification, or write `signatory`",
        }])
    );
}

#[test]
fn colours_only_when_asked() {
    let (files, _, finding) = zenda();
    let shown = text(&[finding], &files, TextOptions { width: 80, colour: true });
    assert!(shown.starts_with("\u{1b}[1;31merror[party-without-consent]\u{1b}[0m"));
}

#[test]
fn many_of_one_kind_are_folded_and_the_order_is_fixed() {
    let finding = |code, at| Diagnostic::error(code, "m").label(FileId(0), Span::new(at, at + 1), "");
    let many: Vec<_> = (0..100).rev().map(|at| finding("a", at)).chain([finding("b", 50)]).collect();
    let folded = fold(fold(many, 10), 3);
    let short: Vec<_> =
        folded.iter().map(|finding| (finding.code, finding.labels[0].span.start, finding.more)).collect();
    assert_eq!(short, [("a", 0, 0), ("a", 1, 0), ("a", 2, 97), ("b", 50, 0)]);
    let mut sink = Sink::with_cap(2);
    sink.extend((0..5).map(|at| finding("a", at)));
    let kept = sink.finish();
    assert_eq!((kept.len(), kept[1].more), (2, 3));
    let shown = text(&kept[1..], &SourceMap::new(), TextOptions::default());
    assert_eq!(shown, "error[a]: m\nand 3 more of these in this file\n");
}

#[test]
fn lines_and_columns_count_from_one() {
    let mut files = SourceMap::new();
    let file = files.add("a.md", "é\r\nb\n");
    let file = files.get(file).unwrap();
    let places: Vec<_> = [0, 2, 4, 5, 6, 99].map(|at| file.line_column(at)).map(|at| (at.line, at.column)).to_vec();
    assert_eq!(places, [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 1)]);
    assert_eq!(file.line_span(1), Span::new(0, 2));
    assert_eq!(file.line_span(9), Span::new(6, 6));
}
