//! The codes of all diagnostics, found where they are raised.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A code, and what is said under it.
pub(crate) struct Code {
    pub(crate) severity: &'static str,
    pub(crate) says: Vec<String>,
}

/// How a finding begins in the code, and how grave it then is.
const RAISED: [(&str, &str); 8] = [
    ("Diagnostic::error(", "error"),
    ("Diagnostic::warning(", "warning"),
    ("Diagnostic::question(", "question"),
    ("Diagnostic::remark(", "note"),
    ("Trouble::new(", "error"),
    ("Err(trouble(", "error"),
    ("format!(\"error[", "error"),
    ("complain(\"error[", "error"),
];

/// Every code, in order.
pub(crate) fn all() -> BTreeMap<String, Code> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir("crates").expect("crates/ is there") {
        rust_files(&entry.expect("it can be listed").path().join("src"), &mut files);
    }
    files.sort();
    let mut codes = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("code is text");
        // What tests raise is nobody's concern.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (start, severity) in RAISED {
            text.split(start).skip(1).for_each(|rest| note(rest, start, severity, &mut codes));
        }
    }
    codes
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

fn note(rest: &str, start: &str, severity: &'static str, codes: &mut BTreeMap<String, Code>) {
    let (code, says) = if start.ends_with('[') {
        let Some((code, says)) = rest.split_once("]: ") else { return };
        (code.to_owned(), says.split("\\n").next().and_then(|it| it.split('"').next()).map(str::to_owned))
    } else {
        let Some((code, rest)) = literal(rest) else { return };
        (code, literal(rest).map(|(says, _)| says))
    };
    let is_code = code.contains(|c: char| c.is_ascii_lowercase())
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !is_code {
        return;
    }
    let known = codes.entry(code).or_insert(Code { severity, says: Vec::new() });
    if let Some(says) = says.map(|text| plain(&text))
        && says.contains(' ')
        && !known.says.contains(&says)
        && known.says.len() < 2
    {
        known.says.push(says);
    }
}

/// The string literal that comes next in this statement, and what follows it.
fn literal(code: &str) -> Option<(String, &str)> {
    let start = code.find('"')?;
    if code[..start].contains(';') || start > 120 {
        return None;
    }
    let mut text = String::new();
    let mut chars = code[start + 1..].chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some((text, chars.as_str())),
            '\\' => match chars.next()? {
                '\n' => {
                    // A literal that goes on in the next line.
                    chars = chars.as_str().trim_start().chars();
                }
                other => text.push(other),
            },
            _ => text.push(c),
        }
    }
    None
}

/// A sentence with its holes as `…`, fit for a table.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut in_hole = false;
    for c in text.chars() {
        match c {
            '{' => in_hole = true,
            '}' => {
                in_hole = false;
                out.push('…');
            }
            '|' => out.push_str("\\|"),
            _ if !in_hole => out.push(c),
            _ => {}
        }
    }
    out
}
