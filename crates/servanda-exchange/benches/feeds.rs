//! Events per second from file to file: NetBill, the committee and the deadline policy, as `servanda run` does them on one
//! thread.
//!
//! `cargo bench -p servanda-exchange [-- MOST NAME]` makes feeds of 10⁴ rows up to MOST (10⁶ unless said) in the folder for temporary
//! files, those named NAME. Each line shows the processor time per event of a run that writes intervals as they close, and of one
//! that sorts them; the growth against the line before; the time it takes to read the same file and split its rows (the
//! floor), and how many times that the run took; and how much was kept at the end.

#![allow(clippy::disallowed_methods)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use servanda::load::{DefaultLaw, open};
use servanda_exchange::{Order, RunOptions, count_rows, run, split_rows};
use servanda_model::Model;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Forty-three rows a tick; three sales in four are among some of late.
fn netbill(events: usize, path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "time,action,arg1,arg2,arg3,arg4,arg5")?;
    let mut random = Random(1);
    let mut recent: Vec<(u64, u64, &str)> = Vec::new();
    for at in 0..events {
        let mut sale = (
            2 * random.below(100),
            3 * random.below(66) + 1 + random.below(2),
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

/// A hundred rows a day; nine claims in ten are discharged in time, at some day of the window.
fn deadline(events: usize, window: u64, path: &Path) -> std::io::Result<()> {
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
        writeln!(out, "{day},{action},{id},{debtor}")?;
    }
    out.flush()
}

/// Seconds this thread has been running on a processor, so that neighbours do not count; without such a clock, seconds.
fn seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_processor.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
}

fn timed<T>(times: usize, mut work: impl FnMut() -> T) -> (f64, T) {
    let start = seconds();
    let mut last = work();
    for _ in 1..times {
        last = work();
    }
    ((seconds() - start) / times as f64, last)
}

fn measure(name: &str, events: usize, model: &Model, feed: &Path, before: Option<f64>) -> f64 {
    let out = feed.with_extension("out");
    let options = |order| RunOptions {
        feeds: vec![feed.to_path_buf()],
        out: out.clone(),
        until: None,
        order,
        late: 0,
        skip_bad_rows: false,
        threads: 1,
        checkpoints: None,
    };
    let times = (1_000_000 / events).max(1);
    let each = 1e9 / events as f64;
    let (read, _) = timed(times, || count_rows(feed).expect("readable"));
    let (floor, _) = timed(times, || split_rows(feed).expect("readable"));
    let once = |order| timed(times, || run(model, &options(order), &mut |_| {}).expect("a feed in order"));
    let (streamed, summary) = once(Order::AsTheyClose);
    let (sorted, _) = once(Order::Sorted);
    let growth = before.map_or_else(String::new, |before| format!("×{:.2}", streamed * each / before));
    println!(
        "{name:<20} {events:>9} rows  streamed {:>5.0} ns {:>10.0}/s {growth:>6}  sorted {:>5.0} ns {:>10.0}/s  \
         read {:>4.1} ns, split {:>4.1} ns, ×{:.0}  kept {:>7}  intervals {}",
        streamed * each,
        1e9 / (streamed * each),
        sorted * each,
        1e9 / (sorted * each),
        read * each,
        floor * each,
        streamed / floor,
        summary.kept,
        summary.intervals,
    );
    let _ = std::fs::remove_file(out);
    streamed * each
}

type Make = fn(usize, &Path) -> std::io::Result<()>;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let most = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000_usize);
    let wanted = args.iter().find(|arg| arg.parse::<usize>().is_err());
    let folder = std::env::temp_dir().join(format!("servanda-feeds-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for feeds");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let families: [(&str, &str, Make); 4] = [
        ("netbill", "netbill/netbill.md", netbill),
        ("committee", "committee/committee.md", committee),
        ("deadline 30", "deadline/deadline.md", |events, path| deadline(events, 30, path)),
        ("deadline 365", "deadline/deadline.md", |events, path| deadline(events, 365, path)),
    ];
    for (name, rules, make) in families {
        if wanted.is_some_and(|wanted| !name.starts_with(wanted.as_str())) {
            continue;
        }
        let rules = with_window(&examples.join(rules), &folder, name);
        let dossier = open(&rules, DefaultLaw::None).expect("the example is there");
        let mut before = None;
        for events in std::iter::successors(Some(10_000), |size| Some(size * 10)).take_while(|size| *size <= most) {
            let feed = folder.join("feed.csv");
            make(events, &feed).expect("room for the feed");
            before = Some(measure(name, events, &dossier.model, &feed, before));
        }
    }
    let _ = std::fs::remove_dir_all(folder);
}

/// The example's rules, with the window that the name says.
fn with_window(rules: &Path, folder: &Path, name: &str) -> PathBuf {
    let text = std::fs::read_to_string(rules).expect("the example is there");
    let Some(window) = name.strip_prefix("deadline ") else { return rules.to_path_buf() };
    let path = folder.join("rules.md");
    std::fs::write(&path, text.replace("within   30 days", &format!("within   {window} days")))
        .expect("room for rules");
    path
}
