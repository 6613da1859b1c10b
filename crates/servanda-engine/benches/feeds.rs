//! Events per second on random streams: NetBill, and the policy that what is opened must be discharged.
//!
//! `cargo bench -p servanda-engine [-- MOST NAME]` runs streams of 10⁴ events up to MOST (10⁶ unless said), those named NAME. Each line
//! shows the processor time per event, the growth against the line before, the same stream read and not used (the floor), and what the
//! engine keeps at the end. Streams are made beforehand and lie in memory as eight-byte values.

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

use servanda_engine::{Closed, Compiled, Engine, Incremental, Options, Record, Sink, solve};
use servanda_model::*;
use support::netbill::{BOOK, ISERVER, MUSIC, agent, kinds_of, netbill};
use support::*;

/// A stream as a feed reader would hand it over: one row an event.
struct Stream {
    rows: Vec<(i64, ActionId, [Value; 5])>,
    arity: Vec<usize>,
}

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

/// Forty-three events a tick, as in the made-up stream of the reference; agents grow with the stream if `spread`.
fn netbill_stream(events: usize, agents: u64) -> (Compiled, Stream) {
    let nb = netbill(agents as u32);
    let mut random = Random(1);
    let mut pick = |merchant: bool| loop {
        let number = random.below(agents) as u32;
        if kinds_of(number).contains(&KindId(u32::from(merchant))) {
            return (agent(number), random.below(2));
        }
    };
    let server = ent(ISERVER);
    let ten = num(10);
    let mut recent: Vec<(Value, Value, Value)> = Vec::new();
    let mut rows = Vec::new();
    let mut choose = Random(2);
    for at in 0..events {
        let (m, g) = pick(true);
        let (c, _) = pick(false);
        let goods = [ent(BOOK), ent(MUSIC)][g as usize];
        let sale = match recent.len() {
            0 => (m, c, goods),
            known if choose.below(4) < 3 => recent[choose.below(known as u64) as usize],
            _ => (m, c, goods),
        };
        let (m, c, goods) = sale;
        let (action, args) = match choose.below(100) {
            0..18 => (nb.request_quote, [c, m, goods, server, server]),
            18..44 => (nb.present_quote, [m, c, goods, ten, server]),
            44..65 => (nb.accept_quote, [c, m, goods, server, server]),
            65..82 => (nb.send_epo, [c, server, goods, ten, server]),
            _ => (nb.send_goods, [m, server, goods, server, server]),
        };
        if recent.len() < 64 {
            recent.push(sale);
        } else {
            recent[choose.below(64) as usize] = (pick(true).0, pick(false).0, goods);
        }
        rows.push(((at / 43) as i64, action, args));
    }
    (Compiled::new(&nb.program).expect("NetBill can be run"), Stream { rows, arity: vec![3, 4, 3, 4, 5] })
}

/// Every obligation opened is to be discharged within the window; nine in ten are, at a random time before.
fn deadline_stream(events: usize, window: i32) -> (Compiled, Stream) {
    let mut b = Builder::default();
    let [open, discharge] = [b.action("open", 2), b.action("discharge", 2)];
    let duty = b.fluent("duty", 2);
    b.deadline(duty, Value::TRUE, None, window + 1, false);
    let args = [var(0), var(1)];
    let rule = |on: ActionId, unless: Vec<EventPattern>, then: Effect| R {
        vars: vec![Hole::Any; 2],
        on: vec![happens(on, &args)],
        unless,
        then: vec![then],
        ..R::default()
    };
    b.rule("opened", rule(open, vec![event(discharge, &args)], begin(duty, &args)));
    b.rule("discharged", rule(discharge, vec![], terminate(duty, &args, TRUE)));
    let mut random = Random(3);
    // A hundred events a day.
    let mut rows: Vec<(i64, ActionId, [Value; 5])> = Vec::new();
    let unused = Value::TRUE;
    for id in 0..events / 2 + 1 {
        let day = (id / 50) as i64;
        let args = [num(id as i64), num(random.below(500) as i64), unused, unused, unused];
        rows.push((day, open, args));
        if random.below(10) < 9 {
            rows.push((day + random.below(29) as i64 + 1, discharge, args));
        }
    }
    rows.sort_by_key(|row| row.0);
    rows.truncate(events);
    (b.compiled().expect("the policy can be run"), Stream { rows, arity: vec![2, 2] })
}

/// Seconds this thread has been running on a processor, so that neighbours do not count; without such a clock, seconds.
fn seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_processor.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
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

/// One late event, or one taken back, among so many: what a hundred of them cost, against a run from scratch.
fn late_events(name: &str, events: usize, (compiled, stream): (Compiled, Stream)) {
    let occurrence = |at: usize, tick: i64| {
        let (_, action, args) = stream.rows[at];
        let what = Happening::Action(action, args[..stream.arity[action.index()]].to_vec());
        Occurrence { tick, step: 0, what, tag: at as u32 }
    };
    let narrative: Vec<Occurrence> = (0..stream.rows.len()).map(|at| occurrence(at, stream.rows[at].0)).collect();
    let last = stream.rows.last().map_or(0, |row| row.0);
    let options = Options { until: Some(last), horizon: last, record: Record::Timeline };
    let start = seconds();
    black_box(solve(&compiled, &narrative, &options));
    let scratch = seconds() - start;
    let start = seconds();
    let mut kept = Incremental::new(&compiled, &narrative, &options);
    let made = seconds() - start;
    let mut random = Random(7);
    let (mut all, mut replayed) = (Vec::new(), 0);
    for _ in 0..50 {
        let late = occurrence(random.below(narrative.len() as u64) as usize, random.below(last as u64 + 1) as i64);
        for takes_back in [false, true] {
            let start = seconds();
            let update = if takes_back { kept.remove(&late) } else { kept.insert(late.clone()).ok() };
            let took = seconds() - start;
            replayed += update.expect("it fits").replayed;
            all.push(took);
        }
    }
    all.sort_by(f64::total_cmp);
    let figure = |it: f64| format!("{:.3} ms (1/{:.0})", it * 1e3, scratch / it);
    println!(
        "{name:<28} {events:>9} events, from scratch {:.1} ms, kept up for the first time {:.1} ms",
        scratch * 1e3,
        made * 1e3
    );
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let (median, nine_in_ten, most) = (all[all.len() / 2], all[all.len() * 9 / 10], all[all.len() - 1]);
    println!(
        "  a late event: mean {}, median {}, nine in ten below {}, at most {}; {} events replayed on average",
        figure(mean),
        figure(median),
        figure(nine_in_ten),
        figure(most),
        replayed / all.len()
    );
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
    if is_wanted("late") {
        late_events("late, netbill, 200 agents", 100_000, netbill_stream(100_000, 200));
        late_events("late, netbill, 20 000 agents", 100_000, netbill_stream(100_000, 20_000));
        late_events("late, deadline, 365 days", 100_000, deadline_stream(100_000, 365));
    }
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
