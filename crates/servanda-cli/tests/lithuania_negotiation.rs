//! What the sources tell of the autumn of 1939, found again in the record of the dossier `lithuania-1939`.

mod support;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use support::servanda;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The record with nothing hidden, made once for all tests.
fn record() -> &'static Value {
    static RECORD: OnceLock<Value> = OnceLock::new();
    RECORD.get_or_init(|| seen(&[]))
}

fn seen(more: &[&str]) -> Value {
    let args: Vec<&str> = ["negotiation", "dossiers/lithuania-1939", "--format", "json"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    let ran = servanda(&root(), &args);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    serde_json::from_str(&ran.out).expect("it is JSON")
}

fn parts(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn words(value: &Value) -> Vec<&str> {
    parts(value).filter_map(Value::as_str).collect()
}

/// The entry of that issue in a part of the record.
fn on<'r>(record: &'r Value, part: &str, issue: &str) -> &'r Value {
    parts(&record[part]).find(|it| it["issue"] == issue).unwrap_or_else(|| panic!("{part} has nothing on {issue}"))
}

#[test]
fn nine_issues_and_the_troop_path() {
    let record = record();
    assert_eq!(parts(&record["issues"]).count(), 9);
    let troops = on(record, "paths", "troops");
    let of = |by: &str| -> Vec<f64> {
        let own = parts(&troops["steps"]).filter(|step| words(&step["by"]) == [by]);
        own.filter_map(|step| step["figure"].as_f64()).collect()
    };
    assert_eq!(of("USSR"), [50_000.0, 35_000.0, 20_000.0]);
    assert_eq!(of("Lithuania"), [0.0]);
    let shares: Vec<(&str, f64)> =
        parts(&troops["shares"]).filter_map(|it| Some((it["side"].as_str()?, it["share"].as_f64()?))).collect();
    assert_eq!(shares, [("USSR", 0.6), ("Lithuania", 0.4)]);
    let settled = on(record, "settlement", "troops");
    assert_eq!((&settled["date"], &settled["value"]), (&"1939-10-10".into(), &"at most 20 000".into()));
    assert_eq!(settled["carried_by"][0]["secret"], true);
    let placed = parts(&on(record, "conduct", "troops")["rows"]).any(|row| {
        row["text"].as_str().is_some_and(|text| text.contains("18 786"))
            && row["date"].as_str().is_some_and(|date| date.starts_with("1939-10-28"))
    });
    assert!(placed, "18 786 were placed on 28 October");
}

#[test]
fn whose_sites_they_were() {
    let record = record();
    let sites = on(record, "settlement", "sites");
    let lists: Vec<(&str, u64)> =
        parts(&sites["lists"]).filter_map(|it| Some((it[0].as_str()?, it[1].as_u64()?))).collect();
    assert_eq!(lists, [("USSR", 1), ("Lithuania", 2), ("on more than one list", 1), ("on no list", 2)]);
    let both = parts(&sites["members"]).find(|it| parts(&it["named_by"]).count() == 2).expect("one is on both");
    assert_eq!(both["name"], "Alytus");
    assert_eq!((&sites["sum"], &sites["altogether"]), (&"18 500".into(), &"18 786".into()));
    assert!(parts(&record["findings"]).any(|it| it["code"] == "parts-and-whole"));
}

#[test]
fn what_held_what_was_put_off_and_what_was_refused() {
    let record = record();
    let line = &record["red_lines"][0];
    assert_eq!((&line["outcome"], &line["issue"]), (&"held".into(), &"sites".into()));
    let form: Vec<&str> = parts(&on(record, "paths", "form")["steps"]).filter_map(|it| it["value"].as_str()).collect();
    assert_eq!(
        (form.first(), form.last()),
        (Some(&"three separate treaties"), Some(&"one treaty for Vilnius and assistance"))
    );
    let fates: Vec<&str> = parts(&record["alternatives"]).filter_map(|it| it["fate"].as_str()).collect();
    assert_eq!(fates, ["refused"; 5]);
    let status = |day: &str| {
        let at = words(&record["table"]["days"]).iter().rposition(|it| *it <= day).expect("it had begun");
        on(&record["table"], "rows", "strip")["cells"][at]["status"].clone()
    };
    assert_eq!(
        (status("1939-10-10"), status("1940-06-15"), status("1941-01-10")),
        ("deferred".into(), "deferred".into(), "dropped".into())
    );
}

#[test]
fn undated_moves_stay_undated() {
    let record = record();
    let undated = |n: &str| parts(&record["moves"]).find(|it| it["sentence"] == n).map(|it| it["dated"] == false);
    for sentence in ["USSR concedes troops at most 35 000", "Germany defers strip", "USSR demands form one-treaty"] {
        assert_eq!(undated(sentence), Some(true), "{sentence}");
    }
    assert_eq!(undated("USSR demands troops at most 50 000"), Some(false));
    for it in parts(&record["moves"]) {
        assert_eq!(it["dated"] == true, it["min"] == it["max"] && !it["min"].is_null(), "{it}");
    }
}

#[test]
fn mandates_were_for_lithuanian_ears() {
    let mandates = |as_seen_by: &str| {
        let record = seen(&["--as", as_seen_by]);
        parts(&record["moves"]).filter(|it| it["kind"] == "mandate").count()
    };
    assert_eq!((mandates("Lithuania"), mandates("USSR")), (2, 0));
}

/// One row of the table of moves.
struct Told<'t> {
    n: &'t str,
    by: Vec<&'static str>,
    kind: &'static str,
    issue: &'t str,
    line: usize,
}

fn told(row: &str) -> Told<'_> {
    let cells: Vec<&str> = row.splitn(7, ',').collect();
    let line = row.split(',').rev().find_map(|cell| cell.parse::<usize>().ok()).expect("a line of the source");
    let by = match cells[3] {
        "LT" => vec!["Lithuania"],
        "DE" => vec!["Germany"],
        "BOTH" => vec!["Lithuania", "USSR"],
        "DE+USSR" => vec!["Germany", "USSR"],
        _ => vec!["USSR"],
    };
    let kind = match (cells[4], cells[3]) {
        ("settle", "DE+USSR") => "drop",
        ("settle", _) => "settlement",
        ("invite", _) => "invitation",
        ("demand" | "take-it-or-leave-it", _) => "demand",
        ("offer", _) => "offer",
        ("reject" | "refuse to sign", _) => "refusal",
        ("argue" | "argument", _) => "argument",
        ("counter", _) => "alternative",
        ("threat", _) => "threat",
        ("concession", _) => "concession",
        ("conditional concession", _) => "promise",
        ("defer" | "statement", _) => "deferral",
        ("mandate", _) => "mandate",
        ("deadline", _) => "deadline",
        ("red line", _) => "red line",
        ("preference", _) => "preference",
        (other, _) => panic!("the table has a new kind of move: {other}"),
    };
    let issue = match cells[5] {
        "suvalkija" => "strip",
        "bases_loc" => "sites",
        "bases_n" => "bases",
        other => other,
    };
    Told { n: cells[0], by, kind, issue, line }
}

#[test]
fn every_move_of_the_table_is_in_the_record() {
    let shared = root().join("../shared");
    let table = std::fs::read_to_string(shared.join("data/negotiation/lithuania-1939-moves.csv"));
    let article = std::fs::read_to_string(shared.join("sources/000_5dd10ac59a304b19.txt"));
    let (Ok(table), Ok(article)) = (table, article) else {
        return eprintln!("skipped: the table of moves and its source are not at hand");
    };
    let article: Vec<&str> = article.split('\n').collect();
    let record = record();
    let cites = |it: &Value, line: usize| {
        let locators = parts(&it["sources"]).filter_map(|passage| passage["locator"].as_str());
        locators.filter_map(|locator| locator.split(" … ").next()).any(|start| article[line - 1].contains(start))
    };
    let mut left: Vec<&Value> = parts(&record["moves"]).collect();
    let mut missing = Vec::new();
    for told in table.lines().skip(1).map(told) {
        let found = left.iter().position(|it| {
            let mut by = words(&it["by"]);
            by.sort_unstable();
            by == told.by
                && it["kind"] == told.kind
                && words(&it["issues"]).first().copied().unwrap_or_default() == told.issue
                && cites(it, told.line)
        });
        match found {
            Some(at) => drop(left.remove(at)),
            None => missing
                .push(format!("{}: {} of {:?} on {}, line {}", told.n, told.kind, told.by, told.issue, told.line)),
        }
    }
    assert!(missing.is_empty(), "not in the record:\n{}", missing.join("\n"));
    assert_eq!(table.lines().count() - 1, 39);
}
