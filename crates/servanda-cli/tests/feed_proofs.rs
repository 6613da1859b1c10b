//! Proofs of rows of a result as they are typed: made of a sample, checked, and refused where a feed or a proof was altered.

#![allow(clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(path)
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("feed_proofs").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn servanda(args: &[&Path], more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servanda"));
    command.args(args).args(more).output().expect("the command starts")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

fn said(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr];
    both.map(|text| String::from_utf8_lossy(text).into_owned()).concat()
}

/// Rules, a feed, and what a run over it writes.
struct Run {
    rules: PathBuf,
    feed: PathBuf,
    rows: Vec<String>,
}

impl Run {
    fn of(rules: &Path, feed: &Path, out: &Path) -> Run {
        let output = servanda(&[Path::new("run"), rules], &["--events", text(feed), "-o", text(out)]);
        assert_eq!(status(&output), 0, "{}", said(&output));
        let rows = fs::read_to_string(out).expect("the result is there");
        let rows = rows.lines().skip(1).map(str::to_owned).collect();
        Run { rules: rules.to_path_buf(), feed: feed.to_path_buf(), rows }
    }

    fn prove(&self, of: &[&str], proof: &Path, more: &[&str]) -> Output {
        let mut args = vec!["--events", text(&self.feed), "--proof", text(proof)];
        of.iter().for_each(|row| args.extend(["--of", row]));
        args.extend(more);
        servanda(&[Path::new("run"), &self.rules], &args)
    }

    fn verify(&self, proof: &Path) -> Output {
        servanda(&[Path::new("verify"), &self.rules, proof], &["--events", text(&self.feed)])
    }

    /// The rows of these instances.
    fn about(&self, heads: &BTreeSet<String>) -> Vec<&String> {
        self.rows.iter().filter(|row| heads.contains(&head(row))).collect()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// The first two cells; none of the examples has cells in quotation marks.
fn head(row: &str) -> String {
    let mut cells = row.split(',');
    format!("{},{}", cells.next().unwrap_or_default(), cells.next().unwrap_or_default())
}

/// A fixed series of numbers, each less than what it is asked for.
fn dice(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |most| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % most
    }
}

/// So many of them, the same each time.
fn sampled<T>(all: &[T], many: usize, seed: u64) -> Vec<&T> {
    let mut roll = dice(seed);
    (0..many).map(|_| &all[roll(all.len())]).collect()
}

#[test]
fn a_sample_of_each_example_is_proved_and_no_altered_feed_is_taken_for_it() {
    for name in ["deadline", "netbill", "committee"] {
        let folder = folder(name);
        let (rules, feed) = (example(&format!("{name}/{name}.md")), example(&format!("{name}/feed.csv")));
        let run = Run::of(&rules, &feed, &folder.join("out.csv"));
        let rows: Vec<&str> = sampled(&run.rows, 30, 7).into_iter().map(String::as_str).collect();
        let heads: BTreeSet<String> = rows.iter().map(|row| head(row)).collect();
        let proof = folder.join("proof.json");
        let made = run.prove(&rows, &proof, &[]);
        assert_eq!((status(&made), said(&made)), (0, String::new()), "{name}");
        let checked = run.verify(&proof);
        assert_eq!(status(&checked), 0, "{name}: {}", said(&checked));
        let proofs: Value = serde_json::from_str(&fs::read_to_string(&proof).expect("written")).expect("JSON");
        let proofs = proofs["proofs"].as_array().expect("proofs");
        let proved = proofs.iter().flat_map(|it| it["instances"].as_array().expect("instances"));
        let proved = proved.flat_map(|it| it["rows"].as_array().expect("rows"));
        let proved: BTreeSet<&str> = proved.filter_map(Value::as_str).collect();
        assert_eq!(proved, run.about(&heads).into_iter().map(String::as_str).collect(), "{name}");

        let whole = fs::read_to_string(&feed).expect("committed");
        let lines: Vec<&str> = whole.lines().collect();
        let mut altered = 0;
        for line in sampled(&lines[1..], 30, 11) {
            let at = lines.iter().position(|it| it == line).expect("one of them");
            let left: Vec<&str> = lines[..at].iter().chain(&lines[at + 1..]).copied().collect();
            let short = folder.join("short.csv");
            fs::write(&short, left.join("\n")).expect("written");
            let other = Run::of(&rules, &short, &folder.join("short-out.csv"));
            if other.about(&heads) == run.about(&heads) {
                continue;
            }
            altered += 1;
            // An event less, and, for a proof of what is then so, an event more.
            assert_eq!(status(&other.verify(&proof)), 1, "{name} without {line}");
            let other_proof = folder.join("short.json");
            let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
            let made = other.prove(&heads, &other_proof, &[]);
            assert_eq!((status(&made), said(&made)), (0, String::new()), "{name} without {line}");
            assert_eq!(status(&other.verify(&other_proof)), 0, "{name} without {line}");
            assert_eq!(status(&run.verify(&other_proof)), 1, "{name} with {line}");
        }
        assert!(altered >= 3, "{name}: {altered} of the events matter");
    }
}

/// A hundred rows a tick; nine claims in ten are discharged in time.
fn a_million_claims(feed: &Path) {
    let mut roll = dice(3);
    let mut rows: Vec<(usize, String)> = Vec::new();
    for id in 0..500_001 {
        let (day, debtor) = (id / 50, roll(500));
        rows.push((day, format!("open,{id},{debtor}")));
        if roll(10) < 9 {
            rows.push((day + 1 + roll(29), format!("discharge,{id},{debtor}")));
        }
    }
    rows.sort();
    written(feed, "time,action,id,debtor", rows.into_iter().take(1_000_000));
}

/// Forty-three rows a tick, of a hundred merchants and as many consumers.
fn a_million_offers(feed: &Path) {
    offers(feed, 1_000_000, 100);
}

fn offers(feed: &Path, many: usize, agents: usize) {
    let mut roll = dice(1);
    let rows = (0..many).map(|at| {
        let (m, c, goods) = (2 * roll(agents), 3 * roll(agents * 2 / 3) + 1 + roll(2), ["book", "music"][roll(2)]);
        let row = match roll(100) {
            0..18 => format!("request_quote,{c},{m},{goods},,"),
            18..44 => format!("present_quote,{m},{c},{goods},10,"),
            44..65 => format!("accept_quote,{c},{m},{goods},,"),
            65..82 => format!("send_EPO,{c},iServer,{goods},10,"),
            _ => format!("send_goods,{m},iServer,{goods},key,dec"),
        };
        (at / 43, row)
    });
    written(feed, "time,action,arg1,arg2,arg3,arg4,arg5", rows);
}

fn written(feed: &Path, head: &str, rows: impl Iterator<Item = (usize, String)>) {
    let mut text = format!("{head}\n");
    rows.for_each(|(tick, row)| text.push_str(&format!("{tick},{row}\n")));
    fs::write(feed, text).expect("written");
}

#[test]
fn a_sample_of_a_run_over_a_million_events_is_proved() {
    type Make = fn(&Path);
    let runs: [(&str, Make, &[&str]); 2] = [
        ("deadline", a_million_claims, &["Discharge,"]),
        // What else there is in NetBill hangs on all events, and has a test of its own.
        ("netbill", a_million_offers, &["quote,", "per,"]),
    ];
    for (name, make, fluents) in runs {
        let folder = folder(&format!("million-{name}"));
        let feed = folder.join("feed.csv");
        make(&feed);
        let mut run = Run::of(&example(&format!("{name}/{name}.md")), &feed, &folder.join("out.csv"));
        run.rows.retain(|row| fluents.iter().any(|fluent| row.starts_with(fluent)));
        assert!(run.rows.len() > 100_000, "{name}: {}", run.rows.len());
        let rows: Vec<&str> = sampled(&run.rows, 20, 13).into_iter().map(String::as_str).collect();
        let heads: BTreeSet<String> = rows.iter().map(|row| head(row)).collect();
        let proof = folder.join("proof.json");
        let made = run.prove(&rows, &proof, &[]);
        assert_eq!((status(&made), said(&made)), (0, String::new()), "{name}");
        let checked = run.verify(&proof);
        assert_eq!(status(&checked), 0, "{name}: {}", said(&checked));
        let text = fs::read_to_string(&proof).expect("written");
        let row = run.about(&heads).into_iter().next().expect("rows that were proved");
        assert!(text.contains(row.as_str()), "{name}: {row}");
        fs::remove_dir_all(&folder).expect("it was made above");
    }
}

/// What stands in the block of a page with this word behind its fence.
fn block<'p>(page: &'p str, word: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("```{word}\n")).expect("the page has the block");
    rest.split_once("```").expect("the block ends").0
}

#[test]
fn the_example_of_the_page_is_what_is_written_and_checked() {
    let folder = folder("page");
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/proofs.md");
    let page = fs::read_to_string(&rules).expect("it is there");
    let (feed, proof) = (folder.join("feed.csv"), folder.join("proof.json"));
    fs::write(&feed, block(&page, "csv")).expect("written");
    let run = Run::of(&rules, &feed, &folder.join("out.csv"));
    let made = run.prove(&["ajar,7"], &proof, &[]);
    assert_eq!((status(&made), said(&made)), (0, String::new()));
    let file: Value = serde_json::from_str(&fs::read_to_string(&proof).expect("written")).expect("JSON");
    let shown: Value = serde_json::from_str(block(&page, "json")).expect("JSON");
    assert_eq!(file["proofs"], serde_json::json!([shown]));
    assert_eq!(status(&run.verify(&proof)), 0);
    let rows = block(&page, "csv");
    let others = [
        (format!("{rows}2,close,7\n"), 1),
        (rows.replace("0,open,7\n", ""), 1),
        (rows.replace("2,close,8\n", "2,close,8\n2,close,9\n"), 0),
    ];
    for (rows, expected) in others {
        fs::write(&feed, &rows).expect("written");
        let checked = run.verify(&proof);
        assert_eq!(status(&checked), expected, "{rows}{}", said(&checked));
    }
}

#[test]
fn rows_of_every_fluent_of_forty_thousand_offers_are_proved() {
    let folder = folder("offers");
    let feed = folder.join("feed.csv");
    offers(&feed, 40_000, 100);
    let run = Run::of(&example("netbill/netbill.md"), &feed, &folder.join("out.csv"));
    let mut rows = Vec::new();
    for fluent in ["quote,", "contract,", "per,", "obl,", "suspended,", "pow,"] {
        let all: Vec<&str> = run.rows.iter().map(String::as_str).filter(|row| row.starts_with(fluent)).collect();
        rows.extend(sampled(&all, 2, 17).into_iter().copied());
    }
    let proof = folder.join("proof.json");
    let made = run.prove(&rows, &proof, &[]);
    assert_eq!((status(&made), said(&made)), (0, String::new()));
    let checked = run.verify(&proof);
    assert_eq!(status(&checked), 0, "{}", said(&checked));
    let written = fs::read_to_string(&proof).expect("written");
    assert!(rows.iter().all(|row| written.contains(*row)));
    fs::remove_dir_all(&folder).expect("it was made above");
}

/// Rows that hang on every event; on a million of them with `SERVANDA_PROOFS=all`, which takes minutes.
#[test]
fn rows_that_hang_on_a_whole_feed_are_proved_together() {
    let many = if std::env::var("SERVANDA_PROOFS").is_ok_and(|it| it == "all") { 1_000_000 } else { 60_000 };
    let folder = folder("whole");
    let (feed, other) = (folder.join("feed.csv"), folder.join("other.csv"));
    offers(&feed, many, 30);
    let run = Run::of(&example("netbill/netbill.md"), &feed, &folder.join("out.csv"));
    let mut rows = Vec::new();
    for fluent in ["contract,", "obl,", "suspended,", "pow,"] {
        let all: Vec<&str> = run.rows.iter().map(String::as_str).filter(|row| row.starts_with(fluent)).collect();
        rows.extend(sampled(&all, 3, 19).into_iter().copied());
    }
    let (proof, altered) = (folder.join("proof.json"), folder.join("altered.json"));
    let made = run.prove(&rows, &proof, &[]);
    assert_eq!((status(&made), said(&made)), (0, String::new()));
    let checked = run.verify(&proof);
    assert_eq!(status(&checked), 0, "{}", said(&checked));
    let written = fs::read_to_string(&proof).expect("written");
    assert!(rows.iter().all(|row| written.contains(*row)));
    let whole: Value = serde_json::from_str(&written).expect("JSON");
    let [only] = whole["proofs"].as_array().expect("proofs").as_slice() else { panic!("one history") };
    assert!(only["all_steps"]["count"].as_u64().is_some_and(|count| count > many as u64), "{}", only["all_steps"]);

    // One event less, which none of the rows need show: the steps together are others.
    let text = fs::read_to_string(&feed).expect("written");
    let dropped = text.lines().skip(many / 2).position(|line| line.contains("present_quote")).expect("one");
    let lines: Vec<&str> =
        text.lines().enumerate().filter(|(at, _)| *at != dropped + many / 2).map(|it| it.1).collect();
    fs::write(&other, lines.join("\n")).expect("written");
    let other = Run { feed: other, rules: run.rules.clone(), rows: Vec::new() };
    assert_eq!(status(&other.verify(&proof)), 1);

    let refuse = |alter: &dyn Fn(&mut Value)| {
        let mut file = whole.clone();
        alter(&mut file["proofs"][0]);
        assert!(file != whole);
        fs::write(&altered, file.to_string()).expect("written");
        let checked = run.verify(&altered);
        assert_eq!(status(&checked), 1, "{}", said(&checked));
    };
    let mut roll = dice(23);
    let steps = only["certificate"]["steps"].as_array().expect("steps").len();
    let at = roll(steps);
    refuse(&|it| it["all_steps"]["count"] = 7.into());
    refuse(&|it| it["all_steps"]["sha256"] = "0".repeat(64).into());
    refuse(&|it| _ = it.as_object_mut().expect("an object").remove("all_steps"));
    refuse(&|it| _ = it["certificate"]["steps"].as_array_mut().expect("steps").remove(at));
    refuse(&|it| it["certificate"]["steps"][at]["at"][0] = 0.into());
    refuse(&|it| _ = it["certificate"]["scope"].as_array_mut().expect("scope").pop());
    refuse(&|it| _ = it["certificate"]["goals"].as_array_mut().expect("goals").pop());
    refuse(&|it| it["instances"].as_array_mut().expect("instances").swap(0, 1));
    fs::remove_dir_all(&folder).expect("it was made above");
}

#[test]
fn an_altered_proof_is_refused() {
    let folder = folder("altered");
    let run = Run::of(&example("netbill/netbill.md"), &example("netbill/feed.csv"), &folder.join("out.csv"));
    let row = run.rows.iter().find(|row| row.starts_with("quote,") && !row.ends_with(',')).expect("one that ended");
    let (proof, altered) = (folder.join("proof.json"), folder.join("altered.json"));
    assert_eq!(status(&run.prove(&[row], &proof, &[])), 0);
    let read = || serde_json::from_str::<Value>(&fs::read_to_string(&proof).expect("written")).expect("JSON");
    let refuse = |file: &Value| {
        fs::write(&altered, file.to_string()).expect("written");
        let output = run.verify(&altered);
        assert_eq!(status(&output), 1, "{}", said(&output));
        said(&output)
    };
    let mut longer = read();
    let until = row.rsplit(',').next().expect("a tick");
    let later =
        format!("{}{}", row.strip_suffix(until).expect("at its end"), until.parse::<i64>().expect("a tick") + 1);
    let rows = longer["proofs"][0]["instances"][0]["rows"].as_array_mut().expect("rows");
    *rows.iter_mut().find(|it| *it == row.as_str()).expect("proved") = later.into();
    assert!(refuse(&longer).contains("gives other rows than it claims"));
    let steps = read()["proofs"][0]["certificate"]["steps"].as_array().expect("steps").len();
    for at in 0..steps {
        let mut moved = read();
        let step = &mut moved["proofs"][0]["certificate"]["steps"][at];
        let tick = step["at"][0].as_i64().map_or(0, |tick| tick + 1);
        step["at"] = serde_json::json!([tick, 0]);
        refuse(&moved);
        let mut without = read();
        without["proofs"][0]["certificate"]["steps"].as_array_mut().expect("steps").remove(at);
        refuse(&without);
    }
    let scope = read()["proofs"][0]["certificate"]["scope"].as_array().expect("scope").len();
    for at in 0..scope {
        let mut without = read();
        without["proofs"][0]["certificate"]["scope"].as_array_mut().expect("scope").remove(at);
        refuse(&without);
    }
    let mut shorter = read();
    shorter["until"] = "1".into();
    refuse(&shorter);
    let mut other = read();
    other["rules"] = "0".into();
    assert!(refuse(&other).contains("other rules"));
}

#[test]
fn what_is_not_so_has_no_proof_and_leaves_no_file() {
    let folder = folder("not-so");
    let run = Run::of(&example("deadline/deadline.md"), &example("deadline/feed.csv"), &folder.join("out.csv"));
    let proof = folder.join("proof.json");
    let not_so = run.prove(&["Discharge,1;7,breached,3,9"], &proof, &[]);
    assert_eq!(status(&not_so), 1);
    assert!(said(&not_so).contains("instead: Discharge,1;7,due,0,1"), "{}", said(&not_so));
    let unknown = run.prove(&["Discharge,1"], &proof, &[]);
    assert_eq!(status(&unknown), 2);
    assert!(said(&unknown).contains("no-such-row"), "{}", said(&unknown));
    assert!(!proof.exists());
    // That nothing ever was can be proved as well.
    assert_eq!(status(&run.prove(&["Discharge,999;999"], &proof, &["--until", "20"])), 0);
    assert_eq!(status(&run.verify(&proof)), 0);
    let without = servanda(&[Path::new("verify"), &run.rules, &proof], &[]);
    assert_eq!(status(&without), 2);
    assert!(said(&without).contains("--events"), "{}", said(&without));
}

#[test]
fn things_that_a_feed_brings_up_keep_their_kinds() {
    let folder = folder("kinds");
    let rules = folder.join("rules.md");
    fs::write(
        &rules,
        "```servanda\nuses clock integers\nkind ship\naction {a: ship} dock/docks/docked at {b: thing}\n\
         action {b: thing} burn/burns/burned\nfluent {a: thing} is seen\nrule Seen\n  for a: ship\n  \
         when a burns\n  then a is seen\n```\n",
    )
    .expect("written");
    let proof = folder.join("proof.json");
    let run = |rows: &str| {
        let feed = folder.join("feed.csv");
        fs::write(&feed, format!("time,action,a,b\n{rows}")).expect("written");
        Run::of(&rules, &feed, &folder.join("out.csv"))
    };
    let early = run("1,dock,\"Vytis, old\",Klaipeda\n2,burn,\"Vytis, old\",\n");
    let [row] = early.rows.as_slice() else { panic!("{:?}", early.rows) };
    assert_eq!(status(&early.prove(&[row], &proof, &[])), 0);
    assert_eq!(status(&early.verify(&proof)), 0);
    // It burned before it was known to be a ship: the checker, for which it always was one, has nothing to say of that.
    let late = run("1,burn,Vytis,\n2,dock,Vytis,Klaipeda\n3,burn,Vytis,\n");
    let refused = late.prove(&[&late.rows[0]], &proof, &[]);
    assert_eq!(status(&refused), 2, "{}", said(&refused));
    assert!(said(&refused).contains("after it had been named"), "{}", said(&refused));
}
