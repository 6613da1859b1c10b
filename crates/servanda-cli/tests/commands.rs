//! Every command on the dossier that `servanda new` writes: whole outputs, exit statuses, and JSON.

mod support;

use std::path::{Path, PathBuf};

use support::{folder, servanda, servanda_reading, unexpected};

/// Name of the expected output, arguments, exit status. `sele` is the new dossier.
const RUNS: &[(&str, &[&str], i32)] = &[
    ("check", &["check", "sele"], 0),
    ("report", &["report", "sele"], 0),
    ("report-on-a-day", &["report", "sele", "--on", "1924-10-05"], 0),
    ("report-as-seen-by-corvia", &["report", "sele", "--on", "1924-10-20", "--as", "Corvia"], 0),
    ("sources", &["sources", "sele"], 0),
    ("chronology", &["chronology", "sele"], 0),
    ("chronology-sensitivity", &["chronology", "sele", "--sensitivity", "Help"], 0),
    ("ask", &["ask", "sele", "who controls Eastmarch", "--on", "1924-10-20"], 0),
    ("ask-no", &["ask", "sele", "does Corvia control Eastmarch", "--on", "1924-10-20"], 1),
    ("ask-unknown-name", &["ask", "sele", "does Corvja control Eastmarch"], 2),
    ("explain-breach", &["explain", "sele", "is Ceiling breached"], 0),
    ("date", &["date", "1939-10~"], 0),
    ("date-julian", &["date", "1918-02-03 julian"], 0),
    ("date-none", &["date", "next Tuesday"], 1),
    ("law-unknown", &["law", "teritory"], 2),
    ("unknown-verb", &["chek"], 2),
    ("unknown-option", &["report", "sele", "--no"], 2),
    ("bad-day", &["report", "sele", "--on", "1924-13-01"], 2),
    ("unknown-actor", &["report", "sele", "--as", "Corvja"], 2),
    ("unknown-event", &["chronology", "sele", "--sensitivity", "Rade"], 2),
];

fn new_dossier(test: &str) -> PathBuf {
    let folder = folder(test);
    let made = servanda(&folder, &["new", "sele"]);
    assert_eq!((made.status, made.err.as_str()), (0, ""));
    folder
}

#[test]
fn every_command_prints_what_is_expected() {
    let folder = new_dossier("every-command");
    let expected_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected");
    let mut wrong = Vec::new();
    for (name, args, status) in RUNS {
        let ran = servanda(&folder, args);
        assert_eq!(ran.status, *status, "{args:?}: {}{}", ran.out, ran.err);
        let mut text = format!("$ servanda {}\n{}", args.join(" "), ran.out);
        if !ran.err.is_empty() {
            text.push_str(&format!("--- standard error\n{}", ran.err));
        }
        wrong.extend(unexpected(&expected_in.join(format!("{name}.txt")), &text));
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECTED=1 writes them anew\n{}", wrong.join("\n"));
}

#[test]
fn no_expected_output_is_left_over() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected");
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let name = entry.expect("it can be listed").file_name().into_string().expect("names are plain");
        assert!(RUNS.iter().any(|(known, ..)| format!("{known}.txt") == name), "nothing makes {name}");
    }
}

#[test]
fn json_is_json_everywhere() {
    let folder = new_dossier("json");
    let runs: &[&[&str]] = &[
        &["check", "sele"],
        &["report", "sele", "--on", "1924-10-05"],
        &["sources", "sele"],
        &["chronology", "sele"],
        &["ask", "sele", "which norms are breached"],
        &["explain", "sele", "is Ceiling breached"],
        &["date", "1939-10~"],
        &["law"],
    ];
    for args in runs {
        let args: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
        let ran = servanda(&folder, &args);
        assert!(ran.status < 2, "{args:?}: {}", ran.err);
        let value: Result<serde_json::Value, _> = serde_json::from_str(&ran.out);
        assert!(value.is_ok(), "{args:?}: {}", ran.out);
    }
}

#[test]
fn ask_alone_looks_in_the_current_folder() {
    let folder = new_dossier("current-folder").join("sele");
    let ran = servanda(&folder, &["ask", "who controls Eastmarch on 1924-10-20"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("Belmark"), "{}", ran.out);
}

#[test]
fn new_overwrites_nothing() {
    let folder = new_dossier("overwrite");
    std::fs::write(folder.join("sele/treaty.md"), "mine").expect("it can be written");
    let again = servanda(&folder, &["new", "sele"]);
    assert_eq!(again.status, 2);
    assert!(again.err.starts_with("error[exists]"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(folder.join("sele/treaty.md")).expect("it is there"), "mine");
}

#[test]
fn formatting_twice_changes_nothing() {
    let folder = new_dossier("format");
    servanda(&folder, &["fmt", "sele"]);
    let again = servanda(&folder, &["fmt", "sele", "--check"]);
    assert_eq!((again.status, again.out.as_str()), (0, ""));
    let checked = servanda(&folder, &["check", "sele"]);
    assert_eq!(checked.status, 0, "{}{}", checked.out, checked.err);
}

#[test]
fn digests_recorded_find_a_changed_source() {
    let folder = new_dossier("digests");
    let recorded = servanda(&folder, &["sources", "sele", "--record", "sele/sources.lock"]);
    assert_eq!(recorded.status, 0, "{}{}", recorded.out, recorded.err);
    assert_eq!(servanda(&folder, &["sources", "sele"]).status, 0);
    let path = folder.join("sele/sources/herald.txt");
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(&path, text.replace("yesterday", "the day before")).expect("it can be written");
    let moved = servanda(&folder, &["sources", "sele"]);
    assert_eq!(moved.status, 1, "{}", moved.out);
    assert!(moved.out.contains("moved: “crossed the river at dawn”"), "{}", moved.out);
}

#[test]
fn a_proof_is_written_whole_or_not_at_all() {
    let folder = new_dossier("proof");
    let written = servanda(&folder, &["explain", "sele", "is Ceiling breached", "--proof", "proof.json"]);
    assert_eq!(written.status, 0, "{}", written.err);
    let accepted = servanda(&folder, &["verify", "sele", "proof.json"]);
    assert_eq!((accepted.status, accepted.out.starts_with("accepted: 1 proof")), (0, true), "{}", accepted.out);
    let text = std::fs::read_to_string(folder.join("proof.json")).expect("it was written");
    let other = text.replacen("\"by\":{\"initial\":", "\"by\":{\"initial\":77", 1);
    assert_ne!(other, text);
    std::fs::write(folder.join("altered.json"), other).expect("it can be");
    let altered = servanda(&folder, &["verify", "sele", "altered.json"]);
    assert_eq!(
        (altered.status, altered.out.starts_with("refused: proof 0, case 0, step")),
        (1, true),
        "{}",
        altered.out
    );
    assert_eq!(servanda(&folder, &["verify", "sele", "nothing.json"]).status, 2);
    let refused = servanda(&folder, &["explain", "sele", "is Ceiling breached", "--proof", "no/such/folder.json"]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.starts_with("error[cannot-write]"), "{}", refused.err);
}

#[test]
fn a_check_writes_the_proofs_there_are_and_names_the_others() {
    let folder = new_dossier("proofs-of-checks");
    let check = |extra: &str| {
        let path = folder.join("sele/more.md");
        std::fs::write(&path, format!("# More\n\n```servanda\n{extra}```\n")).expect("it can be");
        servanda(&folder, &["check", "sele", "--proof", "proofs.json"])
    };
    let all = check("check on 1924-10-20\n  expect Ceiling is breached\n");
    assert_eq!((all.status, all.err.as_str()), (0, ""));
    let verified = servanda(&folder, &["verify", "sele", "proofs.json"]);
    let whole = verified.out.clone();
    assert_eq!(verified.status, 0, "{whole}");
    std::fs::remove_file(folder.join("proofs.json")).expect("it was written");
    let some = check(
        "check on 1924-10-20\n  expect Ceiling is breached\ncheck\n  expect what happened on 1850-01-01: nothing\n",
    );
    assert_eq!(some.status, 1, "{}", some.err);
    assert!(some.out.starts_with("clean: "), "{}", some.out);
    assert!(some.err.starts_with("error[no-proof]: what happened on 1850-01-01: what happened"), "{}", some.err);
    let verified = servanda(&folder, &["verify", "sele", "proofs.json"]);
    assert_eq!((verified.status, verified.out), (0, whole));
}

#[test]
fn dates_come_in_batches() {
    let ran = servanda_reading(&folder("batch"), &["date", "--batch"], "1939-10~\nnonsense\n1919/..\n");
    assert_eq!(ran.status, 1);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["valid"], &lines[0]["min"]), (&true.into(), &"1939-10-01".into()));
    assert_eq!((&lines[1]["valid"], &lines[1]["min"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!((&lines[2]["valid"], &lines[2]["level"]), (&true.into(), &1.into()));
}

#[test]
fn a_report_through_the_eyes_of_an_actor_keeps_what_is_secret() {
    let folder = new_dossier("secret");
    for format in ["text", "json"] {
        let before = servanda(&folder, &["report", "sele", "--on", "1924-10-20", "--as", "Corvia", "--format", format]);
        assert!(!before.out.contains("Annex") && !before.out.contains("Ceiling"), "{}", before.out);
        let after = servanda(&folder, &["report", "sele", "--on", "1924-12-01", "--as", "Corvia", "--format", format]);
        assert!(after.out.contains("Annex") && after.out.contains("Ceiling"), "{}", after.out);
    }
}

#[test]
fn a_report_in_a_pipe_has_no_colours() {
    let folder = new_dossier("colours");
    assert!(!servanda(&folder, &["report", "sele"]).out.contains('\u{1b}'));
    assert!(servanda(&folder, &["report", "sele", "--color", "always"]).out.contains('\u{1b}'));
}
