//! What `servanda run` costs from file to file: NetBill, the committee and the deadline policy.
//!
//! `cargo bench -p servanda-exchange [-- MOST NAME]` makes feeds in the folder for temporary files, of 10⁵ rows up to MOST (10⁶
//! unless said), and then of one length with more keys, more rules and longer windows; only those whose name begins with
//! NAME. Each measurement is a process of its own, which opens the rules, runs them over the feed so many times that the
//! clock is fine enough, and says what it took: processor time of all its threads, in the system as well; time by the
//! clock; and the most memory it had. The time and memory of a process that only reads the file and splits its rows, the floor,
//! stand beside.

#![allow(clippy::disallowed_methods)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use servanda::load::{DefaultLaw, open};
use servanda_exchange::{Order, RunOptions, run, split_rows};

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

/// What a process found out about itself.
struct Measured {
    processor: f64,
    clock: f64,
    memory: u64,
    kept: u64,
    intervals: u64,
}

/// One measurement, in a process of its own.
fn measure(rules: &Path, feed: &Path, events: usize, how: &str, threads: usize) -> Measured {
    let times = (2_000_000 / events).clamp(1, 20);
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
    Measured {
        processor: processor * each,
        clock: clock * each,
        memory: memory as u64,
        kept: kept as u64,
        intervals: intervals as u64,
    }
}

/// The other side of [`measure`].
fn measured(args: &[String]) {
    let [how, threads, times, rules, feed] = args else { panic!("{args:?}") };
    let (threads, times) = (threads.parse().expect("a number"), times.parse().expect("a number"));
    let dossier = (how != "split").then(|| open(Path::new(rules), DefaultLaw::None).expect("rules"));
    let out = Path::new(feed).with_extension("out");
    let options = RunOptions {
        feeds: vec![PathBuf::from(feed)],
        out: out.clone(),
        until: None,
        order: if how == "sorted" { Order::Sorted } else { Order::AsTheyClose },
        late: 0,
        skip_bad_rows: false,
        threads,
        checkpoints: None,
    };
    let (before, start) = (processor(), Instant::now());
    let (mut kept, mut intervals) = (0, 0);
    for _ in 0..times {
        match &dossier {
            None => drop(split_rows(Path::new(feed)).expect("readable")),
            Some(dossier) => {
                let summary = run(&dossier.model, &options, &mut |_| {}).expect("a feed in order");
                (kept, intervals) = (summary.kept, summary.intervals);
            }
        }
    }
    println!("{} {} {} {kept} {intervals}", processor() - before, start.elapsed().as_secs_f64(), most_memory());
    let _ = std::fs::remove_file(out);
}

/// Measures one feed in every way, and prints a line for each.
fn table(name: &str, rules: &Path, feed: &Path, events: usize) {
    let floor = measure(rules, feed, events, "split", 1);
    println!(
        "{name}, {events} rows; to read and split the file takes {:.0} ns a row and {:.1} MB",
        floor.processor,
        floor.memory as f64 / 1024.0
    );
    for (how, threads) in [("streamed", 1), ("streamed", 2), ("sorted", 1), ("sorted", 2)] {
        let it = measure(rules, feed, events, how, threads);
        println!(
            "  {how:<8} on {threads}  {:>5.0} ns of processor {:>9.0}/s ×{:<5.1} {:>5.0} ns by the clock {:>9.0}/s  \
             {:>7.1} MB, kept {:>7}  intervals {}",
            it.processor,
            1e9 / it.processor,
            it.processor / floor.processor.max(0.1),
            it.clock,
            1e9 / it.clock,
            it.memory as f64 / 1024.0,
            it.kept,
            it.intervals,
        );
    }
}

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
