//! `servanda run`: what rules over feeds mean, in small cases that are worked out by hand.

#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of a test's own with rules and a feed in it.
fn folder(name: &str, rules: &str, feed: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("feeds").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    fs::write(folder.join("rules.md"), format!("```servanda\n{rules}\n```\n")).expect("written");
    fs::write(folder.join("feed.csv"), feed).expect("written");
    folder
}

fn servanda(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_servanda")).current_dir(folder).args(args).output().expect("the command starts")
}

fn run(folder: &Path, more: &[&str]) -> Output {
    servanda(folder, &[&["run", "rules.md", "--events", "feed.csv"][..], more].concat())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The rows of the result about a fluent, without its name.
fn rows(folder: &Path, fluent: &str, more: &[&str]) -> Vec<String> {
    let output = run(folder, &[&["-o", "out.csv"], more].concat());
    assert!(output.status.success() && output.stderr.is_empty(), "{}", said(&output));
    let text = fs::read_to_string(folder.join("out.csv")).expect("written");
    let mut rows: Vec<String> =
        text.lines().filter_map(|line| line.strip_prefix(fluent)?.strip_prefix(',').map(str::to_owned)).collect();
    rows.sort();
    rows
}

const CLAIMS: &str = "uses clock integers
kind member
action {id: number} is opened against {d: member}
action {d: member} discharge/discharges/discharged {id: number}
action {d: member} sell/sells/sold {id: number}
action {d: member} appeal/appeals/appealed {id: number}
action {id: number} is waived
feed open: {id} is opened against {d}
feed discharge: {d} discharges {id}
feed sell: {d} sells {id}
feed appeal: {d} appeals {id}
feed waive: {id} is waived
fluent {d: member} has appealed against {id: number}
rule Appeal
  for d: member; id: number
  when d appeals id
  then d has appealed against id begins
norm Discharge: d must discharge id
  for d: member; id: number
  when id is opened against d
  within 5
  except d has appealed against id
  until id is waived
norm NoSale: d must not sell id
  for d: member; id: number
  when id is opened against d
  until d discharges id
norm Loose: d may appeal id
  for d: member; id: number";

/// A name, what happens to one claim, and the status of the duty and of the prohibition over time.
type Life = (&'static str, &'static [(i64, &'static str)], &'static [&'static str], &'static [&'static str]);

const LIVES: &[Life] = &[
    ("done in time", &[(0, "open"), (5, "discharge")], &["due,0,5", "met,5,"], &["observed,0,5"]),
    ("done late", &[(0, "open"), (9, "discharge")], &["breached,6,9", "due,0,6", "met-late,9,"], &["observed,0,9"]),
    (
        "done on the tick of the breach",
        &[(0, "open"), (6, "discharge")],
        &["breached,6,7", "due,0,6", "met-late,7,"],
        &["observed,0,6"],
    ),
    ("waived on the tick of the breach", &[(0, "open"), (6, "waive")], &["breached,6,", "due,0,6"], &["observed,0,"]),
    ("waived", &[(0, "open"), (5, "waive")], &["due,0,5", "lapsed,5,"], &["observed,0,"]),
    ("done and waived", &[(0, "open"), (4, "discharge"), (4, "waive")], &["due,0,4", "met,4,"], &["observed,0,4"]),
    ("done at once", &[(0, "open"), (0, "discharge")], &["met,0,"], &[]),
    ("waived at once", &[(0, "open"), (0, "waive")], &["lapsed,0,"], &["observed,0,"]),
    ("done and waived at once", &[(0, "open"), (0, "waive"), (0, "discharge")], &["met,0,"], &[]),
    (
        "opened while due",
        &[(0, "open"), (4, "open"), (9, "discharge")],
        &["breached,6,9", "due,0,6", "met-late,9,"],
        &["observed,0,9"],
    ),
    (
        "opened on the tick of the discharge",
        &[(0, "open"), (3, "open"), (3, "discharge")],
        &["breached,9,", "due,0,9"],
        &["observed,0,"],
    ),
    (
        "opened on the tick of the waiver",
        &[(0, "open"), (3, "open"), (3, "waive"), (8, "discharge")],
        &["due,0,8", "met,8,"],
        &["observed,0,8"],
    ),
    (
        "opened on the tick of the breach",
        &[(0, "open"), (6, "open"), (12, "discharge")],
        &["breached,6,7", "due,0,6", "due,7,12", "met,12,"],
        &["observed,0,12"],
    ),
    (
        "opened and done on the tick of the breach",
        &[(0, "open"), (6, "open"), (6, "discharge")],
        &["breached,13,", "breached,6,7", "due,0,6", "due,7,13"],
        &["observed,0,"],
    ),
    (
        "opened and done while breached",
        &[(0, "open"), (8, "open"), (8, "discharge"), (9, "discharge")],
        &["breached,6,8", "due,0,6", "due,8,9", "met,9,"],
        &["observed,0,9"],
    ),
    ("appealed before", &[(0, "appeal"), (1, "open"), (9, "discharge")], &["excused,1,"], &["observed,1,9"]),
    ("appealed at once", &[(0, "appeal"), (0, "open")], &["due,0,6", "excused,6,"], &["observed,0,"]),
    ("appealed later", &[(0, "open"), (1, "appeal")], &["due,0,1", "excused,1,"], &["observed,0,"]),
    (
        "appealed on the tick of the breach",
        &[(0, "open"), (6, "appeal")],
        &["breached,6,", "due,0,6"],
        &["observed,0,"],
    ),
    (
        "appealed on the tick of the discharge",
        &[(0, "open"), (3, "appeal"), (3, "discharge")],
        &["due,0,3", "met,3,"],
        &["observed,0,3"],
    ),
    (
        "appealed and opened again",
        &[(0, "open"), (1, "appeal"), (2, "open"), (4, "discharge")],
        &["due,0,1", "excused,1,"],
        &["observed,0,4"],
    ),
    ("sold", &[(0, "open"), (2, "sell"), (3, "discharge")], &["due,0,3", "met,3,"], &["breached,2,", "observed,0,2"]),
    (
        "sold on the tick of the opening",
        &[(0, "open"), (0, "sell"), (3, "discharge")],
        &["due,0,3", "met,3,"],
        &["observed,0,3"],
    ),
    (
        "sold on the tick of the discharge",
        &[(0, "open"), (3, "sell"), (3, "discharge")],
        &["due,0,3", "met,3,"],
        &["breached,3,", "observed,0,3"],
    ),
];

#[test]
fn the_life_of_a_norm_is_as_the_reference_defines_it() {
    let mut events: Vec<(i64, String)> = Vec::new();
    for (id, (_, happens, ..)) in LIVES.iter().enumerate() {
        for (tick, what) in *happens {
            let who = if *what == "waive" { "" } else { "a" };
            events.push((*tick, format!("{tick},{what},{id},{who}\n")));
        }
    }
    events.sort();
    let feed: String = events.into_iter().map(|(_, row)| row).collect();
    let folder = folder("lives", CLAIMS, &format!("time,action,id,d\n{feed}"));
    let duties = rows(&folder, "Discharge", &[]);
    let sales = rows(&folder, "NoSale", &[]);
    for (id, (what, _, duty, sale)) in LIVES.iter().enumerate() {
        let of = |rows: &[String]| -> Vec<String> {
            let head = format!("a;{id},");
            rows.iter().filter_map(|row| row.strip_prefix(&head).map(str::to_owned)).collect()
        };
        assert_eq!(of(&duties), *duty, "{what}");
        assert_eq!(of(&sales), *sale, "{what}");
    }
    // As intervals close, the same ones, but for what a settled duty becomes later.
    assert_eq!(rows(&folder, "NoSale", &["--no-history"]), sales);
    let mut closed = rows(&folder, "Discharge", &["--no-history"]);
    let again = LIVES.iter().position(|it| it.0 == "appealed and opened again").expect("a life");
    closed.retain(|row| *row != format!("a;{again},excused,2,"));
    assert_eq!(closed, duties);
    // A permission for anybody at all does not stand in the way of proofs.
    let proof = run(&folder, &["--proof", "proof.json", "--of", "Discharge,a;10"]);
    assert!(proof.status.success(), "{}", said(&proof));
    let verified = servanda(&folder, &["verify", "rules.md", "proof.json", "--events", "feed.csv"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn each_breach_sets_off_what_waits_for_a_breach() {
    let rules = format!(
        "{CLAIMS}
fluent fines of {{d: member}}: number
rule Fined
  for d: member
  when Discharge is breached by d begins
  then fines of d increases by 1"
    );
    // Of ann two claims run out while an earlier one is still breached, both on one tick.
    let feed = "time,action,id,d\n0,open,1,ann\n1,open,2,ann\n1,open,3,ann\n1,open,4,bob\n3,discharge,4,bob\n";
    let folder = folder("each-breach", &rules, feed);
    assert_eq!(rows(&folder, "fines_of", &[]), ["ann,1,6,7", "ann,3,7,"]);
}

#[test]
fn a_number_of_whom_another_condition_names_is_nothing_if_none_is_stated_in_whatever_order() {
    let rules = |conditions: &str| {
        format!(
            "uses clock integers
kind client
action {{c: client}} join/joins/joined
action {{c: client}} pay/pays/paid {{x: number}}
fluent {{c: client}} is member
fluent balance of {{c: client}}: number
fluent known balance of {{c: client}}: any
rule Joins
  for c: client
  when c joins
  then c is member
rule Pays
  for c: client; x: number
  when c pays x
  then balance of c increases by x
define known balance of c is b
  for c: client; b: number
  while {conditions}"
        )
    };
    let feed = "time,action,c,x\n1,join,ann,\n2,join,bob,\n3,pay,bob,5\n4,pay,eve,7\n";
    for conditions in ["balance of c is b; c is member", "c is member; balance of c is b"] {
        let folder = folder("number-orders", &rules(conditions), feed);
        assert_eq!(rows(&folder, "known_balance_of", &[]), ["ann,0,1,", "bob,0,2,3", "bob,5,3,"], "{conditions}");
    }
    let folder = folder("number-alone", &rules("balance of c is b"), feed);
    assert_eq!(rows(&folder, "known_balance_of", &[]), ["bob,5,3,", "eve,7,4,"]);
}

#[test]
fn a_prohibition_begun_and_ended_at_one_moment_is_no_contradiction() {
    let rules = CLAIMS.replace("until d discharges id", "until id is waived");
    let feed = "time,action,id,d\n0,open,1,a\n4,open,1,a\n4,waive,1,\n6,sell,1,a\n0,open,2,a\n".to_owned();
    let mut lines: Vec<&str> = feed.lines().skip(1).collect();
    lines.sort_unstable();
    let folder = folder("begun-and-ended", &rules, &format!("time,action,id,d\n{}\n", lines.join("\n")));
    assert_eq!(rows(&folder, "NoSale", &[]), ["a;1,breached,6,", "a;1,observed,0,6", "a;2,observed,0,"]);
}

const PINGS: &str = "uses clock seconds
action {a: thing} ping/pings/pinged
fluent {a: thing} is up
rule Up
  for a: thing
  when a pings
  then a is up
rule Down
  for a: thing
  when a is up has held for LENGTH, since renewed
  then a is up ends";

#[test]
fn lengths_of_time_are_what_they_say_on_every_clock() {
    let feed = "time,action,a\n2024-01-31T12:00:00Z,ping,x\n";
    for (length, end) in [
        ("90", "2024-01-31T12:01:30Z"),
        ("90 seconds", "2024-01-31T12:01:30Z"),
        ("5 minutes", "2024-01-31T12:05:00Z"),
        ("36 hours", "2024-02-02T00:00:00Z"),
        ("1 day", "2024-02-01T12:00:00Z"),
        ("2 weeks", "2024-02-14T12:00:00Z"),
        ("1 month", "2024-02-29T12:00:00Z"),
    ] {
        let folder = folder("lengths", &PINGS.replace("LENGTH", length), feed);
        assert_eq!(rows(&folder, "up", &[]), [format!("x,true,2024-01-31T12:00:00Z,{end}")], "{length}");
    }
    for (clock, time, wrong) in [("days", "2024-01-31", "36 hours"), ("integers", "5", "90 seconds")] {
        let rules = PINGS.replace("clock seconds", &format!("clock {clock}")).replace("LENGTH", wrong);
        let folder = folder("no-such-length", &rules, &format!("time,action,a\n{time},ping,x\n"));
        let output = run(&folder, &["-o", "out.csv"]);
        assert_eq!(output.status.code(), Some(1), "{clock}");
        assert!(said(&output).contains("error[not-a-duration]"), "{}", said(&output));
    }
    let waits = PINGS
        .replace("action", "action {a: thing} wait/waits/waited for {d: duration}\naction")
        .replace("when a is up has held for LENGTH, since renewed", "for d: duration\n  when d after a waits for d");
    let feed = "time,action,a,d\n2024-01-31T12:00:00Z,ping,x,\n2024-01-31T12:00:00Z,wait,x,3 hours\n";
    let folder = folder("length-in-a-cell", &waits, feed);
    let until = ["--until", "2024-02-10"];
    assert_eq!(rows(&folder, "up", &until), ["x,true,2024-01-31T12:00:00Z,2024-01-31T15:00:00Z"]);
}

#[test]
fn facts_and_events_of_the_rules_have_the_times_that_they_say() {
    let rules = |clock: &str, facts: &str| {
        format!(
            "uses clock {clock}\nkind member\nmember bob\naction {{m: member}} ping/pings/pinged\nfluent {{m: member}} is on duty\nfluent {{m: member}} is seen\nrule Seen\n  for m: member\n  when m pings\n  then m is seen\n{facts}"
        )
    };
    for (fact, since, until) in [("5..8", "5", "8"), ("since 5", "5", ""), ("until 8", "", "8"), ("5..", "5", "")] {
        let folder =
            folder("ticks", &rules("integers", &format!("fact {fact}: bob is on duty")), "time,action,m\n1,ping,bob\n");
        assert_eq!(rows(&folder, "on_duty", &[]), [format!("bob,true,{since},{until}")], "{fact}");
    }
    let feed = "time,action,m\n1924-01-02T00:00:00Z,ping,ann\n";
    for (fact, since, until) in [
        ("1924-01-05..1924-01-08", "1924-01-05T00:00:00Z", "1924-01-08T00:00:00Z"),
        ("1924-01-05T10:00:00Z..1924-01-05T12:30:00+01:00", "1924-01-05T10:00:00Z", "1924-01-05T11:30:00Z"),
        ("since 1924-01-05T10:00:00Z", "1924-01-05T10:00:00Z", ""),
    ] {
        let folder = folder("seconds", &rules("seconds", &format!("fact {fact}: bob is on duty")), feed);
        assert_eq!(rows(&folder, "on_duty", &[]), [format!("bob,true,{since},{until}")], "{fact}");
    }
    let event = rules("seconds", "event 1924-01-05T10:00:00Z: bob pings");
    let folder_of_event = folder("event", &event, feed);
    assert!(rows(&folder_of_event, "seen", &[]).contains(&"bob,true,1924-01-05T10:00:00Z,".to_owned()));
    for (clock, fact) in [("seconds", "since 1924"), ("integers", "since 1924-01-05"), ("integers", "since 1.5")] {
        let folder = folder("no-time", &rules(clock, &format!("fact {fact}: bob is on duty")), feed);
        let output = run(&folder, &["-o", "out.csv"]);
        assert_eq!(output.status.code(), Some(1), "{clock}: {fact}: {}", said(&output));
        assert!(!folder.join("out.csv").exists());
    }
}

#[test]
fn a_row_is_of_the_day_that_it_says() {
    let rules = PINGS.replace("uses clock seconds\n", "").replace("LENGTH", "1 day");
    let feed = "time,action,a\n2024-02-28T23:59:59-05:00,ping,x\n2024-03-05T00:30:00+02:00,ping,y\n";
    let folder = folder("days", &rules, feed);
    assert_eq!(rows(&folder, "up", &[]), ["x,true,2024-02-28,2024-02-29", "y,true,2024-03-05,2024-03-06"]);
}

#[test]
fn nothing_that_is_read_is_written_over() {
    let feed = "time,action,a\n2024-01-31T12:00:00Z,ping,x\n";
    let rules = PINGS.replace("LENGTH", "1 day");
    let folder = folder("kept", &rules, feed);
    fs::hard_link(folder.join("feed.csv"), folder.join("linked.csv")).expect("linked");
    let before = |name: &str| fs::read_to_string(folder.join(name)).expect("readable");
    let (old_rules, old_feed) = (before("rules.md"), before("feed.csv"));
    let other = format!("./../{}/feed.csv", folder.file_name().expect("a name").to_string_lossy());
    for (args, code) in [
        (&["-o", "feed.csv"][..], "output-is-input"),
        (&["-o", "rules.md"], "output-is-input"),
        (&["-o", &other], "output-is-input"),
        (&["-o", "linked.csv"], "output-is-input"),
        (&["-o", "out.csv", "--checkpoint", "feed.csv"], "output-is-input"),
        (&["-o", "out.csv", "--checkpoint", "out.csv"], "output-twice"),
        (&["--proof", "feed.csv", "--of", "up,x"], "output-is-input"),
    ] {
        let output = run(&folder, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said(&output).contains(&format!("error[{code}]")), "{args:?}: {}", said(&output));
        assert!(before("rules.md") == old_rules && before("feed.csv") == old_feed, "{args:?}");
        assert!(!folder.join("out.csv").exists(), "{args:?}");
    }
    let of_a_folder = servanda(&folder, &["run", ".", "--events", "feed.csv", "-o", "rules.md"]);
    assert_eq!(of_a_folder.status.code(), Some(2));
    assert!(before("rules.md") == old_rules);
    // A result that is there already is replaced.
    assert!(run(&folder, &["-o", "out.csv"]).status.success() && run(&folder, &["-o", "out.csv"]).status.success());
}

#[test]
fn a_thing_of_a_feed_may_be_called_as_a_value_is() {
    let rules = "uses clock integers
kind member
kind item
action {m: member} ask/asks/asked for {i: item}
action {i: item} go/goes/went to {what: any}
fluent status of {i: item}: one of free, taken
  deadline free becomes taken after 3
fluent asks of {i: item}: number
fluent aim of {i: item}: any
rule Asked
  for m: member; i: item
  when m asks for i
  then status of i becomes free; asks of i increases by 1
rule Gone
  for i: item; x: any
  when i goes to x
  then aim of i becomes x";
    let feed = "time,action,a,b\n1,ask_for,bob,free\n2,ask_for,ann,due\n3,ask_for,ann,free\n4,go_to,free,taken\n";
    let expected = ["due,free,2,5", "due,taken,5,", "free,free,1,4", "free,taken,4,"];
    let named = folder("words", rules, feed);
    assert_eq!(rows(&named, "status_of", &[]), expected);
    assert_eq!(rows(&named, "asks_of", &[]), ["due,1,2,", "free,1,1,3", "free,2,3,"]);
    assert_eq!(rows(&named, "aim_of", &[]), ["free,taken,4,"]);
    let proof = run(&named, &["--proof", "proof.json", "--of", "status_of,free"]);
    assert!(proof.status.success(), "{}", said(&proof));
    let verified = servanda(&named, &["verify", "rules.md", "proof.json", "--events", "feed.csv"]);
    assert!(verified.status.success(), "{}", said(&verified));
    // The rules may know such a thing, too.
    let declared = folder("declared-words", &format!("{rules}\nitem free\nfact: status of free is taken"), feed);
    let mut with_fact = vec!["due,free,2,5", "due,taken,5,", "free,free,1,4", "free,taken,,1", "free,taken,4,"];
    with_fact.sort_unstable();
    assert_eq!(rows(&declared, "status_of", &[]), with_fact);
}

#[test]
fn offers_are_counted_and_added_up_as_the_example_says() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/offers");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("offers.csv");
    let out = out.to_string_lossy();
    let output = servanda(&example, &["run", "offers.md", "--events", "feed.csv", "-o", &out]);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", said(&output));
    let expected = fs::read_to_string(example.join("expected.csv")).expect("committed");
    assert_eq!(fs::read_to_string(&*out).expect("written"), expected);
}
