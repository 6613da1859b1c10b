//! `servanda negotiation` on invented talks between three states, on stated preferences, and on files from elsewhere.

mod support;

use std::path::{Path, PathBuf};

use support::{Ran, folder, servanda, unexpected};

const CONFERENCE: &str = include_str!("negotiation/conference.md");
const PREFERENCES: &str = include_str!("negotiation/preferences.md");

/// Name of the expected output, arguments, exit status. `talks` is the conference, `both` has the preferences as well.
const RUNS: &[(&str, &[&str], i32)] = &[
    ("record.txt", &["negotiation", "talks"], 0),
    ("record.csv", &["negotiation", "talks", "River", "--format", "csv"], 0),
    ("record.svg", &["negotiation", "talks", "--format", "svg"], 0),
    ("on-a-day.txt", &["negotiation", "talks", "--on", "1924-06-12"], 0),
    ("analysis.txt", &["negotiation", "both", "Pair", "--analyse"], 0),
    ("before-it-began.txt", &["negotiation", "talks", "--on", "1924-01-01"], 1),
    ("unknown-name.txt", &["negotiation", "talks", "Rivver"], 2),
    ("another-thing.txt", &["negotiation", "talks", "Holt"], 2),
    ("which-one.txt", &["negotiation", "both"], 2),
    ("nobody-prefers.txt", &["negotiation", "talks", "--analyse"], 2),
    ("not-by-that-author.txt", &["negotiation", "both", "Pair", "--analyse", "--author", "Corvia"], 2),
    ("no-such-author.txt", &["negotiation", "both", "Pair", "--analyse", "--author", "Hold"], 2),
    ("no-chart-of-an-analysis.txt", &["negotiation", "both", "Pair", "--analyse", "--format", "svg"], 2),
];

fn talks(test: &str) -> PathBuf {
    let folder = folder(&format!("negotiation-{test}"));
    for (name, texts) in [("talks", vec![CONFERENCE]), ("both", vec![CONFERENCE, PREFERENCES])] {
        std::fs::create_dir(folder.join(name)).expect("a folder can be made");
        for (at, text) in texts.iter().enumerate() {
            std::fs::write(folder.join(name).join(format!("{at}.md")), text).expect("a dossier can be written");
        }
    }
    folder
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

#[test]
fn every_view_of_the_talks_is_as_expected() {
    let folder = talks("views");
    let expected_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/negotiation/expected");
    let mut wrong = Vec::new();
    for (name, args, status) in RUNS {
        let ran = servanda(&folder, args);
        assert_eq!(ran.status, *status, "{args:?}: {}{}", ran.out, ran.err);
        let text = format!("{}{}", ran.out, ran.err);
        wrong.extend(unexpected(&expected_in.join(name), &text));
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECTED=1 writes them anew\n{}", wrong.join("\n"));
    for entry in std::fs::read_dir(expected_in).expect("the folder is there") {
        let name = entry.expect("it can be listed").file_name().into_string().expect("names are plain");
        assert!(RUNS.iter().any(|(known, ..)| *known == name), "nothing makes {name}");
    }
}

#[test]
fn json_says_what_the_text_says() {
    let folder = talks("json");
    let record = json(&servanda(&folder, &["negotiation", "talks", "--format", "json"]));
    assert_eq!(record["sides"], serde_json::json!(["Arvenia", "Belmark", "Corvia"]));
    assert_eq!(record["moves"].as_array().map(Vec::len), Some(33));
    let scales: Vec<&str> = parts(&record["paths"]).map(|path| text(&path["scale"])).collect();
    assert_eq!(scales, ["number", "ordinal", "choice", "set", "ordinal", "set"]);
    let figures = parts(&record["paths"][2]["steps"]).filter(|step| !step["figure"].is_null()).count();
    assert_eq!(figures, 0, "a choice without an order has no figures");
    let shares: Vec<f64> = parts(&record["paths"][0]["shares"]).filter_map(|share| share["share"].as_f64()).collect();
    assert_eq!(shares, [0.4, 0.6, 0.2]);
    let undated = parts(&record["moves"]).find(|it| it["name"] == "CorviaAnswers").expect("it is there");
    assert_eq!((&undated["dated"], &undated["min"]), (&false.into(), &"1924-06-03".into()));
    let kept: Vec<_> = parts(&record["pressures"]).filter_map(|it| it["outcome"].as_str()).collect();
    assert_eq!(kept, ["missed", "met"]);
}

#[test]
fn nobody_sees_the_mandate_of_another() {
    let folder = talks("as");
    let seen = |actor: &str| {
        let record = json(&servanda(&folder, &["negotiation", "talks", "--as", actor, "--format", "json"]));
        parts(&record["moves"]).any(|it| it["kind"] == "mandate")
    };
    assert!(seen("Arvenia"));
    assert!(!seen("Belmark"));
    for format in ["text", "csv", "svg"] {
        let ran = servanda(&folder, &["negotiation", "talks", "--as", "Belmark", "--format", format]);
        assert!(ran.status == 0 && !ran.out.contains("mandate"), "{format}: {}", ran.out);
    }
}

#[test]
fn a_dossier_without_negotiations_says_how_to_write_one() {
    let folder = support::dossier("negotiation-none", "# Nothing\n```servanda\npolity Arvenia\n```\n");
    let ran = servanda(&folder, &["negotiation"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.starts_with("error[no-negotiation]") && ran.err.contains("help: write `negotiation"),
        "{}",
        ran.err
    );
}

#[test]
fn a_record_is_written_whole_or_not_at_all() {
    let folder = talks("output");
    let written = servanda(&folder, &["negotiation", "talks", "--format", "svg", "-o", "chart.svg"]);
    assert_eq!((written.status, written.out.as_str()), (0, ""));
    let chart = std::fs::read_to_string(folder.join("chart.svg")).expect("it is there");
    assert!(chart.starts_with("<svg") && chart.ends_with("</svg>\n"));
    let refused = servanda(&folder, &["negotiation", "talks", "--as", "Belmrk", "-o", "chart.svg"]);
    assert_eq!(refused.status, 2);
    assert_eq!(std::fs::read_to_string(folder.join("chart.svg")).expect("it is there"), chart);
    let nowhere = servanda(&folder, &["negotiation", "talks", "-o", "no/such/folder/chart.svg"]);
    assert_eq!(nowhere.status, 2);
    assert!(nowhere.err.starts_with("error[cannot-write]"), "{}", nowhere.err);
    assert!(!folder.join("no").exists());
}

#[test]
fn only_a_deadline_ends_by_a_day() {
    let threat = "threatens over guards \"the ferry stops\"\n";
    let wrong = CONFERENCE.replace(threat, &format!("{threat}  by 1924-06-20\n"));
    let folder = support::dossier("negotiation-by", &wrong);
    let ran = servanda(&folder, &["check", "."]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("error[no-deadline]"), "{}{}", ran.out, ran.err);
}

const DOMAIN: &str = r#"<negotiation_template><utility_space><objective name="root">
<issue index="1" name="Price"><item index="1" value="low"/><item index="2" value="high"/></issue>
<issue index="2" name="Colour"><item index="1" value="red"/><item index="2" value="blue"/></issue>
</objective></utility_space></negotiation_template>"#;

/// A file's name and bytes.
type File<'a> = (&'a str, &'a [u8]);

/// A utility space over `DOMAIN`.
fn space(weights: [&str; 2], price: [i32; 2], colour: [i32; 2], reservation: &str) -> String {
    format!(
        r#"<utility_space><reservation value="{reservation}"/><objective name="root">
<weight index="1" value="{}"/><weight index="2" value="{}"/>
<issue index="1" name="Price"><item index="1" value="low" evaluation="{}"/><item index="2" value="high" evaluation="{}"/></issue>
<issue index="2" name="Colour"><item index="1" value="red" evaluation="{}"/><item index="2" value="blue" evaluation="{}"/></issue>
</objective></utility_space>"#,
        weights[0], weights[1], price[0], price[1], colour[0], colour[1]
    )
}

fn buyer() -> String {
    space(["0.6", "0.4"], [10, 0], [5, 10], "0")
}

fn seller() -> String {
    space(["0.7", "0.3"], [0, 10], [10, 5], "0")
}

/// Writes the files and analyses them.
fn imported(test: &str, files: &[File<'_>], more: &[&str]) -> Ran {
    let folder = folder(&format!("negotiation-import-{test}"));
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).expect("a file can be written");
    }
    let names = files.iter().map(|(name, _)| *name);
    let args: Vec<&str> = ["negotiation", "--import"].into_iter().chain(names).chain(more.iter().copied()).collect();
    servanda(&folder, &args)
}

#[test]
fn files_from_elsewhere_are_analysed() {
    let (buyer, seller) = (buyer(), seller());
    let files: [File<'_>; 3] =
        [("domain.xml", DOMAIN.as_bytes()), ("buyer.xml", buyer.as_bytes()), ("seller.xml", seller.as_bytes())];
    let analysis = json(&imported("good", &files, &["--format", "json"]));
    assert_eq!(analysis["semantics"], "raw");
    let frontier = analysis["frontier"].as_array().expect("there is one");
    assert!(!frontier.is_empty());
    let placed = imported("settled", &files, &["--settlement", "Price=low", "--settlement", "Colour=red"]);
    assert!(placed.status == 0 && placed.out.contains("The settlement gives (8; 3)."), "{}{}", placed.out, placed.err);
    let other = imported("unknown-value", &files, &["--settlement", "Price=lwo", "--settlement", "Colour=red"]);
    assert!(other.status == 2 && other.err.contains("it may be \"low\", \"high\""), "{}", other.err);
}

#[test]
fn a_scenario_that_does_not_hold_together_is_refused_with_its_place() {
    let (domain, buyer, seller) = (DOMAIN.as_bytes(), buyer(), seller());
    let cut = &buyer[..buyer.len() - 20];
    let empty = DOMAIN.replace("<item index=\"1\" value=\"red\"/><item index=\"2\" value=\"blue\"/>", "");
    let foreign = seller.replace("Colour", "Shade");
    let (whole, other) = (buyer.as_bytes(), seller.as_bytes());
    let cases: [(&str, &[File<'_>], &str); 8] = [
        ("cut", &[("d.xml", domain), ("b.xml", cut.as_bytes()), ("s.xml", other)], "b.xml:5:"),
        ("no-values", &[("d.xml", empty.as_bytes()), ("b.xml", whole), ("s.xml", other)], "\"Colour\""),
        ("foreign", &[("d.xml", domain), ("b.xml", whole), ("s.xml", foreign.as_bytes())], "no issue \"Shade\""),
        ("bytes", &[("d.xml", domain), ("b.xml", whole), ("s.xml", b"<a>\xF3\xFF</a>")], "save it as UTF-8"),
        ("alone", &[("b.xml", whole)], "needs two sides"),
        ("domain-alone", &[("d.xml", domain)], "needs two sides"),
        ("nothing", &[("n.xml", b"")], "broken XML"),
        ("json-and-xml", &[("t.json", b"{}"), ("b.xml", whole)], "stands alone"),
    ];
    for (test, files, wanted) in cases {
        let ran = imported(test, files, &[]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{test}: {}", ran.err);
        assert!(ran.err.starts_with("error[import]: ") && ran.err.contains(wanted), "{test}: {}", ran.err);
    }
    let missing = servanda(&folder("negotiation-import-missing"), &["negotiation", "--import", "gone.xml"]);
    assert_eq!((missing.status, missing.err.as_str()), (2, "error[cannot-open]: gone.xml: no such file\n"));
}

#[test]
fn weights_that_do_not_sum_to_one_are_used_as_they_stand_and_said() {
    let heavy = space(["0.6", "0.6"], [10, 0], [5, 10], "0");
    let seller = seller();
    let files: [File<'_>; 3] =
        [("d.xml", DOMAIN.as_bytes()), ("b.xml", heavy.as_bytes()), ("s.xml", seller.as_bytes())];
    let ran = imported("heavy", &files, &[]);
    assert_eq!(ran.status, 0);
    assert!(ran.err.contains("note[weights-not-one]: b.xml:") && ran.err.contains("sum to 1.2"), "{}", ran.err);
    assert!(ran.out.contains("b: 3 to 12"), "{}", ran.out);
}

#[test]
fn a_reservation_above_every_outcome_is_a_result() {
    let proud = space(["0.6", "0.4"], [10, 0], [5, 10], "99");
    let seller = seller();
    let files: [File<'_>; 3] =
        [("d.xml", DOMAIN.as_bytes()), ("b.xml", proud.as_bytes()), ("s.xml", seller.as_bytes())];
    let ran = imported("proud", &files, &[]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("Pareto frontier, ") && !ran.out.contains("Pareto frontier, 0"), "{}", ran.out);
    assert!(ran.out.contains("below a reservation value"), "{}", ran.out);
    let analysis = json(&imported("proud-json", &files, &["--format", "json"]));
    assert!(analysis["solutions"].is_null() && !analysis["agreement"].is_null(), "{analysis}");
}

fn parts(value: &serde_json::Value) -> impl Iterator<Item = &serde_json::Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}
