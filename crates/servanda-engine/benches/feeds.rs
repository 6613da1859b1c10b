//! Events per second on random streams: NetBill, and the policy that what is opened must be discharged.
//!
//! `cargo bench -p servanda-engine [-- MOST NAME]` runs streams of 10⁴ events up to MOST (10⁶ unless said), those named NAME. Each line
//! shows the processor time per event, the growth against the line before, the same stream read and not used (the floor), and what the
//! engine keeps at the end. Streams are made beforehand and lie in memory as eight-byte values.

mod streams;
#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use servanda_engine::{Closed, Compiled, Engine, Sink};
use streams::{Stream, deadline_stream, netbill_stream, seconds};

#[derive(Default)]
struct Count {
    intervals: u64,
    bits: u64,
}

impl Sink for Count {
    fn interval(&mut self, it: &Closed<'_>) {
        self.intervals += 1;
        self.bits = self.bits.wrapping_add(it.value.bits() ^ it.since.unwrap_or(0) as u64);
    }
}

fn measure(name: &str, events: usize, before: Option<f64>, (compiled, stream): (Compiled, Stream)) -> f64 {
    // Short streams are run again and again: the clock is coarse.
    let times = (2_000_000 / events).max(1);
    let per_event = 1.0 / (times * events) as f64;
    let floor = seconds();
    for _ in 0..times {
        black_box(stream.rows.iter().fold(0_u64, |bits, (tick, action, args)| {
            let args = &args[..stream.arity[action.index()]];
            args.iter().fold(bits ^ *tick as u64, |bits, value| bits.rotate_left(5) ^ value.bits())
        }));
    }
    let floor = (seconds() - floor) * per_event;
    let (mut count, mut kept) = (Count::default(), 0);
    let start = seconds();
    for _ in 0..times {
        let mut engine = Engine::new(&compiled, Count::default());
        for (tick, action, args) in &stream.rows {
            engine.action(*tick, 0, *action, &args[..stream.arity[action.index()]]).expect("a stream in order");
        }
        kept = engine.kept();
        count = engine.finish(stream.rows.last().map_or(0, |row| row.0));
    }
    let each = (seconds() - start) * per_event;
    black_box(count.bits);
    let growth = before.map_or_else(String::new, |before| format!("×{:.2}", each / before));
    println!(
        "{name:<28} {events:>9} events {:>7.0} ns each {:>12.0}/s {growth:>6}   floor {:>4.1} ns   kept {kept:>8}   intervals {}",
        each * 1e9,
        1.0 / each,
        floor * 1e9,
        count.intervals,
    );
    each
}

fn main() {
    let most = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(1_000_000_usize);
    let sizes = || std::iter::successors(Some(10_000), |size| Some(size * 10)).take_while(move |size| *size <= most);
    type Make = fn(usize) -> (Compiled, Stream);
    let families: [(&str, Make); 5] = [
        ("netbill, 200 agents", |events| netbill_stream(events, 200)),
        ("netbill, 20 000 agents", |events| netbill_stream(events, 20_000)),
        ("netbill, an agent per 50", |events| netbill_stream(events, (events as u64 / 50).max(20))),
        ("deadline, 30 days", |events| deadline_stream(events, 30)),
        ("deadline, 365 days", |events| deadline_stream(events, 365)),
    ];
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-') && arg.parse::<usize>().is_err());
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| name.contains(wanted));
    for (name, make) in families {
        if !is_wanted(name) {
            continue;
        }
        let mut before = None;
        for events in sizes() {
            before = Some(measure(name, events, before, make(events)));
        }
    }
}
