//! Findings for programs.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::span::SourceMap;

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    headings: &'a [String],
    places: Vec<Place<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "is_zero")]
    more: usize,
}

/// Lines and columns count from 1, columns in characters; `start` and `end` are bytes from 0.
#[derive(Serialize)]
struct Place<'a> {
    file: Option<&'a str>,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    start: u32,
    end: u32,
    text: &'a str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(more: &usize) -> bool {
    *more == 0
}

/// One finding as a JSON object.
#[must_use]
pub fn to_json(finding: &Diagnostic, files: &SourceMap) -> serde_json::Value {
    serde_json::to_value(of(finding, files)).expect("a finding is made of strings and numbers")
}

/// Findings as a JSON array, in the order given, ending with a line break.
#[must_use]
pub fn json(findings: &[Diagnostic], files: &SourceMap) -> String {
    let all: Vec<_> = findings.iter().map(|finding| of(finding, files)).collect();
    let mut json = serde_json::to_string_pretty(&all).expect("findings are made of strings and numbers");
    json.push('\n');
    json
}

fn of<'a>(finding: &'a Diagnostic, files: &'a SourceMap) -> Finding<'a> {
    Finding {
        code: finding.code,
        severity: finding.severity,
        message: &finding.message,
        headings: &finding.headings,
        places: finding.labels.iter().map(|label| place(label, files)).collect(),
        notes: &finding.notes,
        help: finding.help.as_deref(),
        more: finding.more,
    }
}

fn place<'a>(label: &'a Label, files: &'a SourceMap) -> Place<'a> {
    let file = files.get(label.file);
    let (start, end) = (label.span.start, label.span.end.max(label.span.start));
    let from = file.map(|file| file.line_column(start));
    let to = file.map(|file| file.line_column(end));
    Place {
        file: file.map(|file| file.path.as_str()),
        line: from.map_or(0, |from| from.line),
        column: from.map_or(0, |from| from.column),
        end_line: to.map_or(0, |to| to.line),
        end_column: to.map_or(0, |to| to.column),
        start,
        end,
        text: &label.text,
    }
}
