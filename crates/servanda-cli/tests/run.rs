//! `servanda run` as it is typed: the worked examples, their references where these are at hand, and feeds gone wrong.

#![allow(clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn example(path: &str) -> PathBuf {
    workspace().join("examples").join(path)
}

/// A reference that is kept beside the workspace, if it is there.
fn shared(path: &str) -> Option<PathBuf> {
    let path = workspace().join("../shared/feeds").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}

/// A folder of a test's own, emptied.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("run").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn run(rules: &Path, feeds: &[&Path], out: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servanda"));
    command.arg("run").arg(rules);
    for feed in feeds {
        command.arg("--events").arg(feed);
    }
    command.arg("-o").arg(out).args(more).output().expect("the command starts")
}

fn result(rules: &Path, feeds: &[&Path], out: &Path, more: &[&str]) -> String {
    let output = run(rules, feeds, out, more);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(said, "", "nothing is said where all is well and nobody watches");
    fs::read_to_string(out).expect("the result is there")
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn the_examples_give_what_stands_beside_them() {
    for name in ["deadline", "netbill", "committee"] {
        let rules = example(&format!("{name}/{name}.md"));
        let feed = example(&format!("{name}/feed.csv"));
        let expected = fs::read_to_string(example(&format!("{name}/expected.csv"))).expect("committed");
        let out = folder(&format!("example-{name}")).join("out.csv");
        for threads in ["1", "2"] {
            assert_eq!(result(&rules, &[&feed], &out, &["--threads", threads]), expected, "{name}");
        }
    }
}

#[test]
fn netbill_equals_its_reference_row_for_row() {
    let (Some(feed), Some(reference)) = (shared("netbill/events-10k.csv"), shared("netbill/reference-10k.csv")) else {
        return;
    };
    let folder = folder("netbill");
    let rules = example("netbill/netbill.md");
    let reference = fs::read_to_string(reference).expect("readable");
    assert!(result(&rules, &[&feed], &folder.join("out.csv"), &[]) == reference);
    let streamed = result(&rules, &[&feed], &folder.join("streamed.csv"), &["--no-history"]);
    assert!(sorted(&streamed) == sorted(&reference));
}

#[test]
fn breaches_of_the_deadline_equal_their_reference() {
    let (Some(feed), Some(reference)) = (shared("deadline/events-10k.csv"), shared("deadline/expected-10k.csv")) else {
        return;
    };
    let rules = example("deadline/deadline.md");
    let folder = folder("deadline");
    let reference = fs::read_to_string(reference).expect("readable");
    let expected: BTreeSet<(String, i64)> = reference
        .lines()
        .skip(1)
        .map(|line| {
            let (who, day) = line.rsplit_once(',').expect("three columns");
            (who.replace(',', ";"), day.parse().expect("a day"))
        })
        .collect();
    let whole = result(&rules, &[&feed], &folder.join("out.csv"), &[]);
    let streamed = result(&rules, &[&feed], &folder.join("streamed.csv"), &["--no-history"]);
    for text in [&whole, &streamed] {
        let breached = text.lines().map(|line| line.split(',').collect::<Vec<_>>()).filter(|row| row[2] == "breached");
        let found: BTreeSet<(String, i64)> =
            breached.map(|row| (row[1].to_owned(), row[3].parse::<i64>().expect("a tick") - 31)).collect();
        assert_eq!(found, expected);
    }
    assert!(sorted(&streamed) == sorted(&whole));
}

#[test]
fn feeds_are_merged_and_late_rows_put_in_their_place() {
    let folder = folder("merged");
    let rules = example("netbill/netbill.md");
    let text = fs::read_to_string(example("netbill/feed.csv")).expect("committed");
    let expected = fs::read_to_string(example("netbill/expected.csv")).expect("committed");
    let mut lines = text.lines();
    let header = lines.next().expect("a header");
    let rows: Vec<&str> = lines.collect();
    let part = |keep: &dyn Fn(usize) -> bool| {
        let kept = rows.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, row)| *row);
        std::iter::once(header).chain(kept).map(|row| format!("{row}\r\n")).collect::<String>()
    };
    let (a, b) = (folder.join("a.csv"), folder.join("b.csv"));
    fs::write(&a, part(&|at| at % 3 != 0)).expect("written");
    fs::write(&b, part(&|at| at % 3 == 0)).expect("written");
    let out = folder.join("out.csv");
    assert_eq!(result(&rules, &[&a, &b], &out, &[]), expected);
    assert_eq!(result(&rules, &[&b, &a], &out, &[]), expected);
    // Every other pair of rows four apart changes places.
    let mut shuffled = rows.clone();
    for at in (0..shuffled.len() - 4).step_by(7) {
        shuffled.swap(at, at + 4);
    }
    let late = folder.join("late.csv");
    fs::write(&late, format!("\u{feff}{header}\n{}\r", shuffled.join("\r"))).expect("written");
    assert_eq!(result(&rules, &[&late], &out, &["--late", "2"]), expected);
    let refused = run(&rules, &[&late], &folder.join("none.csv"), &["--late", "1"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("error[out-of-order]"));
}

/// What is wrong with a feed, the feed, the exit status, and what must be said.
const WRONG: &[(&str, &str, i32, &[&str])] = &[
    ("empty", "", 1, &["error[no-header]", "feed.csv:1"]),
    ("no-time", "when,action,id,debtor\n", 1, &["error[no-time-column]", "feed.csv:1", "when"]),
    ("no-action", "time,id,debtor\n", 1, &["error[no-action-column]"]),
    ("two-columns", "time,action,id,id\n", 1, &["error[bad-header]", "`id`"]),
    ("few-columns", "time,action,id\n1,open,2\n", 1, &["error[unknown-column]", "`debtor`", "feed.csv:2"]),
    ("unknown", "time,action,id,debtor\n1,opne,2,3\n", 1, &["error[unknown-action]", "feed.csv:2", "`open`"]),
    (
        "bad-time",
        "time,action,id,debtor\n\n1,open,2,3\nsoon,open,3,3\n",
        1,
        &["error[bad-time]", "feed.csv:4", "`soon`"],
    ),
    ("bad-value", "time,action,id,debtor\r\n1,open,two,3\r\n", 1, &["error[bad-value]", "feed.csv:2", "column `id`"]),
    ("missing", "time,action,id,debtor\n1,open,2\n", 1, &["error[missing-value]", "column `debtor`"]),
    ("surplus", "time,action,id,debtor\n1,open,2,3,4\n", 1, &["error[too-many-cells]", "`4`"]),
    ("order", "time,action,id,debtor\n5,open,2,3\n4,open,3,3\n", 1, &["error[out-of-order]", "feed.csv:3", "--late"]),
    (
        "line-ends",
        "time,action,id,debtor\r1,open,2,3\n2,open,3,3\r\n\n3,opne,4,3\r4,open,5,3",
        1,
        &["error[unknown-action]", "feed.csv:5"],
    ),
    ("mark", "\u{feff}time,action,id,debtor\n1,open,2,\u{feff}3\n", 1, &["error[bad-value]", "feed.csv:2", "`debtor`"]),
    ("day", "time,action,id,debtor\n1939-10-10,open,2,3\n", 1, &["error[bad-time]", "feed.csv:2", "uses clock days"]),
    ("far", "time,action,id,debtor\n99999999999999999999,open,2,3\n", 1, &["error[bad-time]", "feed.csv:2"]),
    ("long", "time,action,id,debtor\n1,open,99999999999999999,3\n", 1, &["error[bad-value]", "16 digits"]),
    ("nameless", "time,action,id,debtor\n1,,2,3\n", 1, &["error[unknown-action]", "missing", "feed.csv:2"]),
    ("no-rows", "\n\n\n", 1, &["error[no-header]"]),
    ("quotation", "time,action,id,debtor\n5,open,\"2,3\n", 1, &["error[open-quotation]", "feed.csv:2"]),
];

#[test]
fn what_is_wrong_with_a_feed_is_said_by_row_and_nothing_is_written() {
    let rules = example("deadline/deadline.md");
    for (name, text, status, wanted) in WRONG {
        let folder = folder(&format!("wrong-{name}"));
        let feed = folder.join("feed.csv");
        fs::write(&feed, text).expect("written");
        let output = run(&rules, &[&feed], &folder.join("out.csv"), &[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(*status), "{name}: {said}");
        for part in *wanted {
            assert!(said.contains(part), "{name}: `{part}` is not in\n{said}");
        }
        let left: Vec<_> = fs::read_dir(&folder).expect("listed").map(|it| it.expect("listed").file_name()).collect();
        assert_eq!(left, ["feed.csv"], "{name}");
    }
}

#[test]
fn a_huge_cell_is_refused_and_the_rest_of_the_feed_still_read() {
    let folder = folder("huge");
    let feed = folder.join("feed.csv");
    let huge = "9".repeat(3 << 20);
    fs::write(&feed, format!("time,action,id,debtor\n1,open,{huge},3\n2,open,4,x\n3,open,5,5\n")).expect("written");
    let output = run(&example("deadline/deadline.md"), &[&feed], &folder.join("out.csv"), &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("error[row-too-long]") && said.contains("feed.csv:2"), "{said}");
    assert!(said.contains("feed.csv:3") && said.len() < 2000, "{said}");
    let output = run(&example("deadline/deadline.md"), &[&feed], &folder.join("out.csv"), &["--skip-bad-rows"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("2 rows were skipped"), "{said}");
    let text = fs::read_to_string(folder.join("out.csv")).expect("written");
    assert_eq!(text, "fluent,args,value,since,until\nDischarge,5;5,breached,34,\nDischarge,5;5,due,3,34\n");
}

#[test]
fn quoted_cells_and_any_line_ends_are_understood() {
    let folder = folder("quoted");
    let feed = folder.join("feed.csv");
    fs::write(&feed, "\u{feff}time,\"action\",id,debtor\r\n\"1\",\"open\",5,5\r\r\n3,discharge,\"5\",5")
        .expect("written");
    let text = result(&example("deadline/deadline.md"), &[&feed], &folder.join("out.csv"), &[]);
    assert_eq!(text, "fluent,args,value,since,until\nDischarge,5;5,due,1,3\nDischarge,5;5,met,3,\n");
}

#[test]
fn a_feed_that_is_not_there_or_no_parquet_file_could_not_be_tried() {
    let folder = folder("unreadable");
    let rules = example("deadline/deadline.md");
    let truncated = folder.join("feed.parquet");
    fs::write(&truncated, b"PAR1 and nothing more").expect("written");
    for feed in [folder.join("nowhere.csv"), truncated, folder.clone()] {
        let output = run(&rules, &[&feed], &folder.join("out.csv"), &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("error[cannot-read]"));
    }
    assert!(!folder.join("out.csv").exists());
}

#[test]
fn bytes_that_are_no_text_are_shown_and_refused() {
    let folder = folder("bytes");
    let feed = folder.join("feed.csv");
    let refused = |bytes: &[u8], status: i32, wanted: &[&str]| {
        fs::write(&feed, bytes).expect("written");
        let output = run(&example("deadline/deadline.md"), &[&feed], &folder.join("out.csv"), &[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{said}");
        wanted.iter().for_each(|part| assert!(said.contains(part), "`{part}` is not in\n{said}"));
        assert!(!folder.join("out.csv").exists());
    };
    refused(b"time,action,id,debtor\n1,op\xe9n,2,3\n", 1, &["error[not-utf8]", "feed.csv:2", "column `action`"]);
    refused(b"time,action,id,deb\xfftor\n", 1, &["error[not-utf8]", "feed.csv:1"]);
    refused(b"time,action,id,debtor\n1,open,\0\0\0\0\0,3\n", 1, &["error[bad-value]", "feed.csv:2"]);
    let wide: Vec<u8> = "time,action\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused(&[&b"\xff\xfe"[..], &wide].concat(), 2, &["error[cannot-read]", "UTF-16"]);
}

/// A disk that is full after so many blocks of 1024 bytes, as far as the program can tell.
fn run_on_a_small_disk(folder: &Path, blocks: u32, more: &[&str]) -> Output {
    let rules = example("deadline/deadline.md");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut command = Command::new("bash");
    command.current_dir(folder).args(["-c", &script, "bash", env!("CARGO_BIN_EXE_servanda"), "run"]).arg(rules);
    command.args(["--events", "feed.csv", "-o", "out.csv"]).args(more).output().expect("there is a shell")
}

#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_nothing_half_written() {
    let folder = folder("small-disk");
    let rows = (0..60_000).map(|at| format!("{},open,{at},{}\n", at / 20, at % 7));
    let header = "time,action,id,debtor\n".to_owned();
    fs::write(folder.join("feed.csv"), std::iter::once(header).chain(rows).collect::<String>()).expect("written");
    let listed = || {
        let entries = fs::read_dir(&folder).expect("listed").map(|it| it.expect("listed").file_name());
        let mut names: Vec<String> = entries.map(|it| it.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    for more in [&[][..], &["--no-history"]] {
        let output = run_on_a_small_disk(&folder, 700, more);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("error[cannot-write]: out.csv"), "{said}");
        assert_eq!(listed(), ["feed.csv"]);
    }
    // With a checkpoint, what was done is kept, and gone on from once there is room.
    let kept = ["--no-history", "--checkpoint", "state", "--every", "5000"];
    let output = run_on_a_small_disk(&folder, 1_200, &kept);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(listed().contains(&"state".to_owned()) && !listed().contains(&"out.csv".to_owned()), "{:?}", listed());
    let output = run_on_a_small_disk(&folder, 1_000_000, &kept);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("went on from the checkpoint"), "{said}");
    assert_eq!(listed(), ["feed.csv", "out.csv"]);
    let whole = folder.join("whole.csv");
    run(&example("deadline/deadline.md"), &[&folder.join("feed.csv")], &whole, &["--no-history"]);
    assert!(fs::read(whole).expect("written") == fs::read(folder.join("out.csv")).expect("written"));
}

#[test]
fn a_full_disk_is_reported_and_no_half_file_left() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let feed = example("deadline/feed.csv");
    let output = run(&example("deadline/deadline.md"), &[&feed], Path::new("/dev/full"), &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("error[cannot-write]") && said.contains("/dev/full"), "{said}");
}

#[test]
fn a_run_stops_where_it_is_told_to() {
    let out = folder("until").join("out.csv");
    let text = result(&example("deadline/deadline.md"), &[&example("deadline/feed.csv")], &out, &["--until", "90"]);
    assert!(text.lines().any(|line| line == "Discharge,6;8,due,80,"), "{text}");
    let text = result(&example("deadline/deadline.md"), &[&example("deadline/feed.csv")], &out, &["--until", "30"]);
    assert!(!text.contains("6;8") && text.contains("Discharge,3;9,due,0,\n"), "{text}");
}

#[cfg(unix)]
#[test]
fn standard_output_stays_what_it_is() {
    let folder = folder("standard-output");
    let rules = example("deadline/deadline.md");
    let feed = example("deadline/feed.csv");
    let expected = result(&rules, &[&feed], &folder.join("out.csv"), &[]);
    for out in ["-", "/dev/stdout"] {
        // The file that the shell opened goes on where it was.
        let command = format!(
            "echo first > got; {} run '{}' --events '{}' -o {out} >> got",
            env!("CARGO_BIN_EXE_servanda"),
            rules.display(),
            feed.display()
        );
        let ran = Command::new("sh").current_dir(&folder).args(["-c", &command]).status().expect("there is a shell");
        assert!(ran.success());
        let got = fs::read_to_string(folder.join("got")).expect("it is there");
        assert_eq!(got, format!("first\n{expected}"), "-o {out}");
    }
    std::os::unix::fs::symlink("target.csv", folder.join("link.csv")).expect("it can be linked");
    fs::write(folder.join("target.csv"), "").expect("it can be written");
    assert_eq!(result(&rules, &[&feed], &folder.join("link.csv"), &[]), expected);
    assert_eq!(fs::read_to_string(folder.join("target.csv")).expect("it is there"), expected);
}
