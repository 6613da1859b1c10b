//! The shared corpus of date expressions: validity, level and bounds.
//!
//! The corpus lies beside the workspace, not in it. Without it there is nothing to test, and the test says so.

use std::path::PathBuf;

use serde_json::Value;
use servanda_calendar::Edtf;
use servanda_calendar::edtf::IsoBounds;

/// Expressions of the corpus that we decide otherwise, with the reason. `docs/reference/dates.md` says more.
const DECIDED_OTHERWISE: &[(&str, &str)] = &[
    ("-0400-12-31T23:59:59Z", "negative years are level 1, with or without a time"),
    ("-1200-06-30T00:00:00Z", "negative years are level 1, with or without a time"),
    ("-1200-12-31T00:00:00Z", "negative years are level 1, with or without a time"),
    ("2011-23~", "a season with a qualifier at its end is level 1, as `2001-22~` is"),
];

fn corpus() -> Option<String> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "..", "shared", "edtf", "public.jsonl"].iter().collect();
    std::fs::read_to_string(path).ok()
}

#[test]
fn the_corpus_is_read_as_it_says() {
    let Some(corpus) = corpus() else {
        println!("skipped: no corpus of date expressions beside the workspace");
        return;
    };
    let cases: Vec<Value> =
        corpus.lines().map(|line| serde_json::from_str(line).expect("the corpus is JSON")).collect();
    let wrong: Vec<String> = cases.iter().filter_map(complaint).collect();
    let (core, others): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case["tier"] == "core");
    println!("{} core and {} disputed expressions", core.len(), others.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What we say otherwise than the corpus, unless that was decided.
fn complaint(case: &Value) -> Option<String> {
    let text = case["input"].as_str().expect("every case has an input");
    let decided = DECIDED_OTHERWISE.iter().any(|(input, _)| *input == text);
    let found = Edtf::parse(text);
    let ours = match &found {
        Ok(edtf) => answer(edtf),
        Err(_) => "invalid".to_owned(),
    };
    let theirs = expected(case);
    match (ours == theirs, decided) {
        (true, false) | (false, true) => None,
        (true, true) => Some(format!("{text}: no longer decided otherwise")),
        (false, false) => Some(format!("{} {text}\n  ours   {ours}\n  theirs {theirs} {}", case["tier"], case["rule"])),
    }
}

fn answer(edtf: &Edtf) -> String {
    let pair = |bounds: IsoBounds| format!("{} {}", or_null(bounds.min), or_null(bounds.max));
    let ends = edtf.iso_start_bounds().zip(edtf.iso_end_bounds());
    let ends = ends.map_or(String::new(), |(start, end)| format!(" start {} end {}", pair(start), pair(end)));
    format!("level {} {}{ends}", edtf.level(), pair(edtf.iso_bounds()))
}

fn expected(case: &Value) -> String {
    if case["valid"] == false {
        return "invalid".to_owned();
    }
    let pair = |min: &Value, max: &Value| {
        let text = |value: &Value| or_null(value.as_str().map(str::to_owned));
        format!("{} {}", text(min), text(max))
    };
    let ends = match (case.get("start"), case.get("end")) {
        (Some(start), Some(end)) => {
            format!(" start {} end {}", pair(&start[0], &start[1]), pair(&end[0], &end[1]))
        }
        _ => String::new(),
    };
    format!("level {} {}{ends}", case["level"], pair(&case["min"], &case["max"]))
}

fn or_null(text: Option<String>) -> String {
    text.unwrap_or_else(|| "null".to_owned())
}
