//! A run that is killed goes on from its checkpoint, and ends with the result it would have had.

#![cfg(unix)]
#![allow(clippy::disallowed_methods)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

/// Names of things, texts, numbers, a duty with its deadline, and one day with two values.
const RULES: &str = "```servanda
uses clock integers
kind agent
action {a: agent} borrow/borrows/borrowed {n: number} from {b: agent} as {t: text}
action {a: agent} repay/repays/repaid {n: number} to {b: agent} as {t: text}
fluent debt of {a: agent} to {b: agent}: number
fluent reason of {a: agent}: any
rule Borrowed
  for      a, b: agent; n: number; t: text
  when     a borrows n from b as t
  then     debt of a to b increases by n; reason of a becomes t
rule Repaid
  for      a, b: agent; n: number; t: text
  when     a repays n to b as t
  then     debt of a to b decreases by n
norm Repay: a must repay n to b as t
  for      a, b: agent; n: number; t: text
  when     a borrows n from b as t
  within   30 days
```
";

const SCHEMA: &str = "message feed { required int64 time; required binary action (STRING);
  required binary who (STRING); required int64 sum; required binary from (STRING); optional binary as (STRING); }";

type Row = (i64, [String; 5]);

/// Loans among agents of whom new ones keep turning up; every seventh row is two ticks late.
fn rows(count: i64) -> Vec<Row> {
    let mut state = 5_u64;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let row = |at: i64| {
        let tick = (at / 20 - if at % 7 == 0 { 2 } else { 0 }).max(0);
        let newest = 20 + at as u64 / 60;
        let mut agent = || format!("agent {}", newest - below(20));
        let (a, b) = (agent(), agent());
        let action = ["borrow", "repay"][below(2) as usize];
        let reason = ["bread", "a very long reason, which no short cell would hold", "rent"][below(3) as usize];
        (tick, [action.to_owned(), a, (1 + below(2)).to_string(), b, reason.to_owned()])
    };
    (0..count).map(row).collect()
}

fn write_csv(path: &Path, rows: &[Row]) {
    let lines = rows.iter().map(|(tick, [action, a, n, b, t])| format!("{tick},{action},{a},{n},{b},\"{t}\"\n"));
    let header = "time,action,who,sum,from,as\n".to_owned();
    fs::write(path, std::iter::once(header).chain(lines).collect::<String>()).expect("written");
}

fn write_parquet(path: &Path, rows: &[Row]) {
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let mut file =
        SerializedFileWriter::new(File::create(path).expect("created"), schema, Arc::default()).expect("begun");
    for group in rows.chunks(25_000) {
        let mut out = file.next_row_group().expect("a group");
        let ticks = group.iter().map(|row| row.0);
        let sums = group.iter().map(|row| row.1[2].parse().expect("a number"));
        let texts = |at: usize| group.iter().map(move |row| ByteArray::from(row.1[at].as_str())).collect::<Vec<_>>();
        write_column::<Int64Type>(&mut out, &ticks.collect::<Vec<_>>(), None);
        write_column::<ByteArrayType>(&mut out, &texts(0), None);
        write_column::<ByteArrayType>(&mut out, &texts(1), None);
        write_column::<Int64Type>(&mut out, &sums.collect::<Vec<_>>(), None);
        write_column::<ByteArrayType>(&mut out, &texts(3), None);
        write_column::<ByteArrayType>(&mut out, &texts(4), Some(&vec![1; group.len()]));
        out.close().expect("closed");
    }
    file.close().expect("closed");
}

fn write_column<T: DataType>(out: &mut SerializedRowGroupWriter<'_, File>, values: &[T::T], levels: Option<&[i16]>) {
    let mut column = out.next_column().expect("written").expect("a column");
    column.typed::<T>().write_batch(values, levels, None).expect("written");
    column.close().expect("closed");
}

/// A folder of a test's own, emptied.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkpoint").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    fs::write(folder.join("rules.md"), RULES).expect("written");
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("listed")
        .map(|it| it.expect("listed").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn command(folder: &Path, feeds: &[&str], out: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servanda"));
    command.current_dir(folder).args(["run", "rules.md"]).args(["--late", "3", "-o", out]).args(more);
    for feed in feeds {
        command.args(["--events", feed]);
    }
    command
}

fn ends(mut command: Command) -> Output {
    command.output().expect("the command starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const KEPT: [&str; 4] = ["--checkpoint", "state", "--every", "6000"];

/// Kills a run as soon as there is a newer checkpoint than before.
fn kill_after_a_checkpoint(mut run: Child, folder: &Path, before: Option<SystemTime>) -> SystemTime {
    let began = Instant::now();
    loop {
        let written = fs::metadata(folder.join("state")).and_then(|it| it.modified()).ok();
        if let Some(at) = written.filter(|at| before.is_none_or(|before| *at > before)) {
            run.kill().expect("it still runs");
            run.wait().expect("it ends");
            return at;
        }
        assert!(run.try_wait().expect("it can be asked").is_none(), "it ended before it could be killed");
        assert!(began.elapsed() < Duration::from_secs(60), "no checkpoint in a minute");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn killed_and_restarted(name: &str, feeds: &[&str], more: &[&str]) {
    let folder = folder(name);
    let rows = rows(150_000);
    write_csv(&folder.join("feed.csv"), &rows);
    write_parquet(&folder.join("feed.parquet"), &rows);
    let whole = ends(command(&folder, feeds, "whole.csv", more));
    assert!(whole.status.success(), "{}", said(&whole));
    let more = [&KEPT[..], more].concat();
    let start = || {
        let mut command = command(&folder, feeds, "out.csv", &more);
        command.stderr(Stdio::null()).spawn().expect("the command starts")
    };
    let mut before = None;
    for _ in 0..3 {
        before = Some(kill_after_a_checkpoint(start(), &folder, before));
        assert!(!folder.join("out.csv").exists(), "nothing half-written under its name");
    }
    let last = ends(command(&folder, feeds, "out.csv", &more));
    assert!(last.status.success(), "{}", said(&last));
    let (note, warnings) = said(&last).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a note");
    assert!(note.starts_with("note: went on from the checkpoint after "), "{note}");
    assert_eq!(warnings, said(&whole));
    let read = |name: &str| fs::read(folder.join(name)).expect("the result is there");
    assert!(read("out.csv") == read("whole.csv"), "the result is another than without interruption");
    assert_eq!(names(&folder), ["feed.csv", "feed.parquet", "out.csv", "rules.md", "whole.csv"], "nothing is left");
}

#[test]
fn csv_with_history() {
    killed_and_restarted("csv-sorted", &["feed.csv"], &["--threads", "2"]);
}

#[test]
fn csv_without_history() {
    killed_and_restarted("csv-streamed", &["feed.csv"], &["--no-history", "--threads", "1"]);
}

#[test]
fn parquet_with_history() {
    killed_and_restarted("parquet-sorted", &["feed.parquet"], &["--threads", "1"]);
}

#[test]
fn two_feeds_without_history() {
    killed_and_restarted("both-streamed", &["feed.parquet", "feed.csv"], &["--no-history", "--threads", "2"]);
}

#[test]
fn only_the_same_run_goes_on_from_a_checkpoint() {
    let folder = folder("other");
    let rows = rows(60_000);
    write_csv(&folder.join("feed.csv"), &rows);
    let start = |out: &str, more: &[&str]| command(&folder, &["feed.csv"], out, &[&KEPT[..], more].concat());
    kill_after_a_checkpoint(start("out.csv", &[]).spawn().expect("the command starts"), &folder, None);
    let left = names(&folder);
    let refused = |output: Output, why: &[&str]| {
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        why.iter().for_each(|part| assert!(said(&output).contains(part), "`{part}` is not in\n{}", said(&output)));
        assert_eq!(names(&folder), left, "nothing is touched");
    };
    refused(ends(start("out.csv", &["--until", "9"])), &["error[other-checkpoint]", "`--until`", "not given"]);
    refused(
        ends(start("out.csv", &["--no-history"])),
        &["error[other-checkpoint]", "`--no-history` was false, and now it is true"],
    );
    refused(ends(start("elsewhere.csv", &[])), &["error[other-checkpoint]", "out.csv", "elsewhere.csv"]);
    refused(ends(start("/dev/stdout", &[])), &["error[other-checkpoint]"]);
    let log = fs::read(folder.join("state.intervals")).expect("there is a log");
    fs::write(folder.join("state.intervals"), &log[..log.len() / 2]).expect("written");
    refused(ends(start("out.csv", &[])), &["error[bad-checkpoint]", "state.intervals"]);
    fs::write(folder.join("state.intervals"), &log).expect("written");
    let state = fs::read(folder.join("state")).expect("there is a checkpoint");
    for (at, why) in [(3, "no checkpoint that this program wrote"), (400, "damaged"), (state.len() - 9, "damaged")] {
        let mut damaged = state.clone();
        damaged[at] ^= 1;
        fs::write(folder.join("state"), damaged).expect("written");
        refused(ends(start("out.csv", &[])), &["error[bad-checkpoint]", why]);
    }
    fs::write(folder.join("state"), &state[..state.len() / 2]).expect("written");
    refused(ends(start("out.csv", &[])), &["error[bad-checkpoint]"]);
    fs::write(folder.join("state"), &state).expect("written");
    let mut longer = rows;
    longer.extend_from_within(longer.len() - 1..);
    write_csv(&folder.join("feed.csv"), &longer);
    refused(ends(start("out.csv", &[])), &["error[other-checkpoint]", "the feed feed.csv"]);
}

#[test]
fn bad_rows_leave_no_checkpoint_and_a_full_disk_does() {
    let folder = folder("failing");
    let mut rows = rows(30_000);
    rows.push((0, rows[0].1.clone()));
    write_csv(&folder.join("feed.csv"), &rows);
    let bad = ends(command(&folder, &["feed.csv"], "out.csv", &KEPT));
    assert_eq!(bad.status.code(), Some(1), "{}", said(&bad));
    assert_eq!(names(&folder), ["feed.csv", "rules.md"]);
    let nowhere =
        ends(command(&folder, &["feed.csv"], "out.csv", &["--checkpoint", "no/such/folder", "--every", "6000"]));
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(said(&nowhere).contains("error[cannot-write]: no/such/folder"), "{}", said(&nowhere));
    for (feed, out) in [("feed.csv", "/dev/null"), ("/dev/null", "out.csv")] {
        let refused = ends(command(&folder, &[feed], out, &KEPT));
        assert_eq!(refused.status.code(), Some(2));
        assert!(said(&refused).contains("error[no-checkpoint]: /dev/null"), "{}", said(&refused));
    }
    assert_eq!(names(&folder), ["feed.csv", "rules.md"]);
}
