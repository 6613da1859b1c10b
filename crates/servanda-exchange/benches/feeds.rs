//! What `servanda run` costs from file to file: NetBill, the committee and the deadline policy.
//!
//! `cargo bench -p servanda-exchange [-- MOST NAME]` makes feeds in the folder for temporary files, of 10⁵ rows up to MOST (10⁶
//! unless said), and then of one length with more keys, more rules and longer windows; only those whose name begins with
//! NAME. Each measurement is a process of its own, which opens the rules, runs them over the feed so many times that the
//! clock is fine enough, and says what it took: processor time of all its threads, in the system as well; time by the
//! clock; and the most memory it had. All measurements of a feed take turns, some rounds of them, and the least counts.
//!
//! Beside each figure stand its multiples of the floor: the time to read the same file and do nothing. That can mean more than
//! one thing, and each is measured:
//! - `lines`: its bytes are read and its line ends counted. Nobody could know any row in this time.
//! - `csv`: it is read with the `csv` crate, row by row into one `ByteRecord`: cells as bytes, which mean nothing yet.
//! - `cells`: the same with the splitter of this crate.
//! - `rows`: it is read as for a run, cells having become the values of an event, names their numbers; no rule sees them.
//! - `copied`: lines are counted and as many bytes as the streamed result has are written to a file: what goes in and out.

#![allow(clippy::disallowed_methods)]

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use servanda::load::{DefaultLaw, open};
use servanda_exchange::{Order, RunOptions, read_rows, run, split_rows};
use servanda_model::Model;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Forty-three rows a tick; three sales in four are among some of late.
fn netbill(events: usize, agents: u64, path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "time,action,arg1,arg2,arg3,arg4,arg5")?;
    let mut random = Random(1);
    let mut recent: Vec<(u64, u64, &str)> = Vec::new();
    for at in 0..events {
        let mut sale = (
            2 * random.below(agents / 2),
            3 * random.below(agents / 3) + 1 + random.below(2),
            ["book", "music"][random.below(2) as usize],
        );
        if recent.len() < 64 {
            recent.push(sale);
        } else if random.below(4) < 3 {
            sale = recent[random.below(64) as usize];
        } else {
            recent[random.below(64) as usize] = sale;
        }
        let (tick, (m, c, goods)) = (at / 43, sale);
        match random.below(100) {
            0..18 => writeln!(out, "{tick},request_quote,{c},{m},{goods},,")?,
            18..44 => writeln!(out, "{tick},present_quote,{m},{c},{goods},10,")?,
            44..65 => writeln!(out, "{tick},accept_quote,{c},{m},{goods},,")?,
            65..82 => writeln!(out, "{tick},send_EPO,{c},iServer,{goods},10,")?,
            _ => writeln!(out, "{tick},send_goods,{m},iServer,{goods},key,dec")?,
        }
    }
    out.flush()
}

/// Two rows a tick; six motions at a time, most votes cast while a ballot should be open, chairs mostly the right ones.
fn committee(events: usize, path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "time,action,member,motion,what")?;
    let mut random = Random(7);
    // Each with whether it was seconded and whether it was closed, as far as can be told from here.
    let mut motions: Vec<(usize, bool, bool)> = Vec::new();
    let mut next = 0;
    for at in 0..events {
        let (tick, member) = (at / 2, random.below(10));
        let kind = random.below(100);
        if kind < 4 || motions.is_empty() {
            writeln!(out, "{tick},propose,{member},{next},")?;
            motions.push((next, false, false));
            next += 1;
            if motions.len() > 6 {
                motions.remove(0);
            }
            continue;
        }
        let which = random.below(motions.len() as u64) as usize;
        let (motion, ..) = motions[which];
        let chair = if random.below(10) < 9 { motion as u64 % 10 } else { member };
        match kind {
            4..10 => {
                motions[which].1 = true;
                writeln!(out, "{tick},second,{member},{motion},")?;
            }
            10..88 => {
                let open = motions.iter().find(|motion| motion.1 && !motion.2).filter(|_| random.below(50) > 0);
                let side = ["aye", "nay"][random.below(2) as usize];
                writeln!(out, "{tick},vote,{member},{side},{}", open.map_or(motion, |motion| motion.0))?;
            }
            88..94 => {
                motions[which].2 |= motions[which].1;
                writeln!(out, "{tick},close,{chair},{motion},")?;
            }
            _ => {
                writeln!(out, "{tick},declare,{chair},{motion},{}", ["carried", "lost"][random.below(2) as usize])?;
                if motions[which].2 {
                    motions.remove(which);
                }
            }
        }
    }
    out.flush()
}

/// A hundred rows a day; nine claims in ten are discharged in time, at some day of the window. With several duties, claims
/// are of each in turn, and rows are called `open`, `open1`, `open2` and so on.
fn deadline(events: usize, window: u64, duties: u64, path: &Path) -> std::io::Result<()> {
    let mut random = Random(3);
    let mut rows: Vec<(u64, &str, u64, u64)> = Vec::new();
    for id in 0..events as u64 / 2 + 1 {
        let (day, debtor) = (id / 50, random.below(500));
        rows.push((day, "open", id, debtor));
        if random.below(10) < 9 {
            rows.push((day + 1 + random.below(window - 1), "discharge", id, debtor));
        }
    }
    rows.sort_by_key(|row| row.0);
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "time,action,id,debtor")?;
    for (day, action, id, debtor) in rows.iter().take(events) {
        match id % duties {
            0 => writeln!(out, "{day},{action},{id},{debtor}")?,
            duty => writeln!(out, "{day},{action}{duty},{id},{debtor}")?,
        }
    }
    out.flush()
}

/// Seconds of processor time this process has taken, all threads and the system's work for it included.
fn processor() -> f64 {
    // What stands in brackets is a name, and may be anything.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The most memory this process has had, in KiB.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// What a process found out about itself; of times those of a row.
#[derive(Clone, Copy)]
struct Measured {
    processor: f64,
    clock: f64,
    memory: f64,
    kept: f64,
    intervals: f64,
}

/// Ways to read a feed and do nothing.
const FLOORS: [&str; 5] = ["lines", "csv", "cells", "rows", "copied"];
/// Ways to run, and on how many threads.
const RUNS: [(&str, usize); 4] = [("streamed", 1), ("streamed", 2), ("sorted", 1), ("sorted", 2)];
/// Those that multiples are given of.
const BESIDE: [usize; 4] = [0, 1, 3, 4];

/// One measurement, in a process of its own.
fn measure(rules: &Path, feed: &Path, events: usize, (how, threads): (&str, usize)) -> Measured {
    // The system counts processor time in hundredths of a second, and a floor is soon reached.
    let more = match how {
        "lines" => 64,
        _ if FLOORS.contains(&how) => 8,
        _ => 1,
    };
    let times = (2_000_000 / events).clamp(1, 20) * more;
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program)
        .args(["measured", how, &threads.to_string(), &times.to_string()])
        .args([rules, feed])
        .output()
        .expect("this program can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [processor, clock, memory, kept, intervals] = numbers[..] else { panic!("{text}{output:?}") };
    let each = 1e9 / (times * events) as f64;
    Measured { processor: processor * each, clock: clock * each, memory: memory / 1024.0, kept, intervals }
}

impl Measured {
    fn least(self, other: Measured) -> Measured {
        Measured {
            processor: self.processor.min(other.processor),
            clock: self.clock.min(other.clock),
            memory: self.memory.min(other.memory),
            ..other
        }
    }
}

/// Reads a file and counts its line ends.
fn lines(feed: &Path, buffer: &mut [u8]) -> usize {
    let mut file = File::open(feed).expect("the feed is there");
    let mut count = 0;
    loop {
        match file.read(buffer).expect("readable") {
            0 => return count,
            read => count += memchr::memchr_iter(b'\n', &buffer[..read]).count(),
        }
    }
}

/// Reads a file with the `csv` crate, and counts its rows.
fn records(feed: &Path) -> usize {
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_path(feed).expect("the feed is there");
    let (mut record, mut count) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record).expect("readable") {
        count += 1;
    }
    count
}

fn run_once(model: &Model, feed: &Path, how: &str, threads: usize) -> (usize, u64) {
    let options = RunOptions {
        feeds: vec![PathBuf::from(feed)],
        out: feed.with_extension("out"),
        until: None,
        order: if how == "sorted" { Order::Sorted } else { Order::AsTheyClose },
        late: 0,
        skip_bad_rows: false,
        threads,
        checkpoints: None,
    };
    let summary = run(model, &options, &mut |_| {}).expect("a feed in order");
    (summary.kept, summary.intervals)
}

/// The other side of [`measure`].
fn measured(args: &[String]) {
    let [how, threads, times, rules, feed] = args else { panic!("{args:?}") };
    let (threads, times) = (threads.parse().expect("a number"), times.parse().expect("a number"));
    let needs_rules = !["lines", "csv", "cells"].contains(&how.as_str());
    let dossier = needs_rules.then(|| open(Path::new(rules), DefaultLaw::None).expect("rules"));
    let model = || &dossier.as_ref().expect("rules were opened").model;
    let (feed, mut buffer) = (Path::new(feed), vec![0; 1 << 18]);
    let out = feed.with_extension("out");
    let mut result = Vec::new();
    if how == "copied" {
        run_once(model(), feed, how, threads);
        result = std::fs::read(&out).expect("a result");
    }
    let (before, start) = (processor(), Instant::now());
    let mut found = (0, 0);
    for _ in 0..times {
        match how.as_str() {
            "lines" => found.0 = lines(feed, &mut buffer),
            "csv" => found.0 = records(feed),
            "cells" => found.1 = split_rows(feed).expect("readable").0,
            "rows" => found.1 = read_rows(model(), feed).expect("readable"),
            "copied" => {
                found.0 = lines(feed, &mut buffer);
                let mut to = File::create(&out).expect("room for the result");
                result.chunks(buffer.len()).for_each(|part| to.write_all(part).expect("room for the result"));
            }
            _ => found = run_once(model(), feed, how, threads),
        }
    }
    let (kept, intervals) = found;
    println!("{} {} {} {kept} {intervals}", processor() - before, start.elapsed().as_secs_f64(), most_memory());
    let _ = std::fs::remove_file(out);
}

/// Measures one feed in every way, and prints a line for each.
fn table(name: &str, rules: &Path, feed: &Path, events: usize) {
    let ways: Vec<(&str, usize)> = FLOORS.iter().map(|floor| (*floor, 1)).chain(RUNS).collect();
    let round = || ways.iter().map(|way| measure(rules, feed, events, *way)).collect::<Vec<_>>();
    let mut all = round();
    for _ in 1..if events > 1_000_000 { 1 } else { ROUNDS } {
        all = all.into_iter().zip(round()).map(|(so_far, next)| so_far.least(next)).collect();
    }
    let (floors, runs) = all.split_at(FLOORS.len());
    print!("{name}, {events} rows; ns of processor to read the file and do nothing:");
    FLOORS.iter().zip(floors).for_each(|(floor, it)| print!(" {floor} {:.1}", it.processor));
    println!();
    for ((how, threads), it) in RUNS.iter().zip(runs) {
        print!("  {how:<8} on {threads}  {:>4.0} ns of processor {:>9.0}/s", it.processor, 1e9 / it.processor);
        print!("  {:>4.0} by the clock {:>9.0}/s  ", it.clock, 1e9 / it.clock);
        for at in BESIDE {
            print!(" ×{:.1} {}", it.processor / floors[at].processor.max(0.1), FLOORS[at]);
        }
        println!("  {:>6.1} MB, kept {}, intervals {}", it.memory, it.kept, it.intervals);
    }
}

/// So many times each measurement is made, of feeds that are not too long.
const ROUNDS: usize = 3;

/// The deadline policy with another window, and with so many duties of one kind each.
fn policy(rules: &str, window: u64, duties: u64) -> String {
    let text = rules.replace("within   30 days", &format!("within   {window} days"));
    let mut all = text.clone();
    for duty in 1..duties {
        all += &format!(
            "\n## Duty {duty}\n```servanda\n\
             action {{id: number}} opened{duty} against {{debtor: number}}\n\
             action {{id: number}} discharged{duty} by {{debtor: number}}\n  \
             also     {{debtor: number}} discharge{duty}/discharges{duty} {{id: number}}\n\
             feed open{duty}: {{id}} is opened{duty} against {{debtor}}\n\
             feed discharge{duty}: {{id}} is discharged{duty} by {{debtor}}\n\
             norm Discharge{duty}: d must discharge{duty} i\n  for      i, d: number\n  \
             when     i is opened{duty} against d\n  within   {window} days\n```\n"
        );
    }
    all
}

type Make<'m> = &'m dyn Fn(&Path) -> std::io::Result<()>;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if args.first().is_some_and(|arg| arg == "measured") {
        return measured(&args[1..]);
    }
    let most = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000_usize);
    let wanted = args.iter().find(|arg| arg.parse::<usize>().is_err()).map_or("", String::as_str);
    let folder = std::env::temp_dir().join(format!("servanda-feeds-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for feeds");
    let example = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
        std::fs::read_to_string(path).expect("the example is there")
    };
    let (feed, path) = (folder.join("feed.csv"), folder.join("rules.md"));
    let try_one = |name: &str, rules: &str, events: usize, make: Make<'_>| {
        if name.starts_with(wanted) {
            std::fs::write(&path, rules).expect("room for rules");
            make(&feed).expect("room for the feed");
            table(name, &path, &feed, events);
        }
    };
    let [sale, motion, claim] = ["netbill/netbill.md", "committee/committee.md", "deadline/deadline.md"].map(example);
    for events in std::iter::successors(Some(100_000), |size| Some(size * 10)).take_while(|size| *size <= most) {
        try_one("netbill", &sale, events, &|feed| netbill(events, 200, feed));
        try_one("committee", &motion, events, &|feed| committee(events, feed));
        for window in [30, 365] {
            let rules = policy(&claim, window, 1);
            try_one(&format!("deadline {window}"), &rules, events, &|feed| deadline(events, window, 1, feed));
        }
    }
    let events = most.min(1_000_000);
    for agents in [200, 2_000, 20_000, 200_000] {
        try_one(&format!("keys, netbill with {agents} agents"), &sale, events, &|feed| netbill(events, agents, feed));
    }
    for duties in [1, 10, 100] {
        let rules = policy(&claim, 30, duties);
        try_one(&format!("rules, {duties} duties"), &rules, events, &|feed| deadline(events, 30, duties, feed));
    }
    for window in [3, 30, 300, 3_000] {
        let rules = policy(&claim, window, 1);
        try_one(&format!("window, {window} days"), &rules, events, &|feed| deadline(events, window, 1, feed));
    }
    let _ = std::fs::remove_dir_all(folder);
}
