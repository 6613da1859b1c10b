//! Random streams for the benchmarks, and a clock for them.

use std::sync::OnceLock;
use std::time::Instant;

use servanda_engine::Compiled;
use servanda_model::*;

use crate::support::netbill::{BOOK, ISERVER, MUSIC, agent, kinds_of, netbill};
use crate::support::*;

/// A stream as a feed reader would hand it over: one row an event.
pub(crate) struct Stream {
    pub(crate) rows: Vec<(i64, ActionId, [Value; 5])>,
    pub(crate) arity: Vec<usize>,
}

/// Forty-three events a tick, as in the made-up stream of the reference; agents grow with the stream if `spread`.
pub(crate) fn netbill_stream(events: usize, agents: u64) -> (Compiled, Stream) {
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
pub(crate) fn deadline_stream(events: usize, window: i32) -> (Compiled, Stream) {
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
pub(crate) fn seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_processor.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
}
