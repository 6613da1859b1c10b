//! What the formatter makes of a file.

use servanda_syntax::{Document, FileId, format};

fn formatted(text: &str) -> String {
    format(&Document::parse(FileId(0), "a.md", text))
}

#[test]
fn the_sample_is_aligned_and_its_prose_is_left_alone() {
    let expected = include_str!("sample.formatted.md");
    assert_eq!(formatted(include_str!("sample.md")), expected);
    assert_eq!(formatted(expected), expected);
}

#[test]
fn a_block_with_errors_is_left_alone() {
    let text = "```servanda\nfact   a\n```\n\n```servanda\nfact   \"b\n```\n\n```python\nfact   c\n```\n\n```servanda\nfact   d\n";
    assert_eq!(formatted(text), text.replacen("fact   a", "fact a", 1));
}

#[test]
fn blank_lines_and_line_breaks() {
    assert_eq!(formatted("```servanda\n\n\n\na\n\n\n\nb\n\n\n```\n"), "```servanda\na\n\nb\n```\n");
    assert_eq!(
        formatted("```servanda\r\n\r\na\r\n\r\n\r\n  note   \"b\"\r\n```\r\n"),
        "```servanda\r\na\r\n\r\n  note \"b\"\r\n```\r\n"
    );
    assert_eq!(formatted("> ```servanda\n>\n> a  b\n>\n>\n> c\n> ```\n"), "> ```servanda\n> a b\n>\n> c\n> ```\n");
    assert_eq!(formatted("```servanda\n\n\n```\n"), "```servanda\n```\n");
}
