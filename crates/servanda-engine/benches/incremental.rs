//! What one change of a narrative costs, against a run from scratch.
//!
//! `cargo bench -p servanda-engine --bench incremental [-- EVENTS NAME]` changes streams of so many events (10⁵ unless said), those named
//! NAME: events at random places of the first tenth, the middle tenth and the last tenth of the time are put in, corrected (one for
//! another, a little later) and taken back. Each line shows the processor time of one change on average, the share of a run from scratch,
//! and how many events were worked out again. In the end everything is compared with a run from scratch.

mod streams;
#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use servanda_engine::{Compiled, Incremental, Options, Record, solve};
use servanda_model::{Happening, Occurrence};
use streams::{Stream, deadline_stream, netbill_stream, seconds};
use support::Random;

/// Changes of each kind at each place: the clock is coarse.
const CHANGES: usize = 200;

fn change(name: &str, (compiled, stream): (Compiled, Stream)) {
    let occurrence = |at: usize, tick: i64| {
        let (_, action, args) = stream.rows[at];
        let what = Happening::Action(action, args[..stream.arity[action.index()]].to_vec());
        Occurrence { tick, step: 0, what, tag: at as u32 }
    };
    let mut narrative: Vec<Occurrence> = (0..stream.rows.len()).map(|at| occurrence(at, stream.rows[at].0)).collect();
    let last = stream.rows.last().map_or(0, |row| row.0);
    let options = Options { until: Some(last), horizon: last, record: Record::Timeline };
    let runs = 5;
    let start = seconds();
    for _ in 0..runs {
        black_box(solve(&compiled, &narrative, &options));
    }
    let scratch = (seconds() - start) / f64::from(runs);
    let start = seconds();
    let mut kept = Incremental::new(&compiled, &narrative, &options);
    let made = seconds() - start;
    println!(
        "{name}: {} events, from scratch {:.1} ms, to be kept up {:.1} ms",
        narrative.len(),
        scratch * 1e3,
        made * 1e3
    );
    let mut random = Random(7);
    for (place, tenth) in [("early", 0), ("middle", 45), ("late", 90)] {
        let late: Vec<Occurrence> = (0..CHANGES)
            .map(|_| {
                let tick = last * tenth / 100 + random.below((last / 10).max(1) as u64) as i64;
                occurrence(random.below(stream.rows.len() as u64) as usize, tick)
            })
            .collect();
        let corrected: Vec<Occurrence> = late
            .iter()
            .map(|late| Occurrence { tick: (late.tick + 1 + random.below(3) as i64).min(last), ..late.clone() })
            .collect();
        let show = |kind: &str, took: f64, replayed: usize| {
            let each = took / CHANGES as f64;
            println!(
                "  {place:<7} {kind:<10} {:>8.3} ms, 1/{:<6.0} {:>6} events worked out again",
                each * 1e3,
                scratch / each,
                replayed / CHANGES
            );
        };
        let start = seconds();
        let replayed: usize = late.iter().map(|it| kept.insert(it.clone()).expect("it fits").replayed).sum();
        show("put in", seconds() - start, replayed);
        let start = seconds();
        let pairs = late.iter().zip(&corrected);
        let replayed: usize = pairs
            .map(|(old, new)| kept.replace(old, new.clone()).expect("it fits").expect("it was there").replayed)
            .sum();
        show("corrected", seconds() - start, replayed);
        let (gone, stays) = corrected.split_at(CHANGES / 2);
        let start = seconds();
        let replayed: usize = gone.iter().map(|it| kept.remove(it).expect("it was there").replayed).sum();
        show("taken back", 2.0 * (seconds() - start), 2 * replayed);
        narrative.extend_from_slice(stays);
    }
    assert!(
        kept.solution().instances == solve(&compiled, &narrative, &options).instances,
        "what was kept up is what follows from scratch"
    );
}

fn main() {
    let events = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(100_000_usize);
    type Make = fn(usize) -> (Compiled, Stream);
    let families: [(&str, Make); 4] = [
        ("netbill, 200 agents", |events| netbill_stream(events, 200)),
        ("netbill, 20 000 agents", |events| netbill_stream(events, 20_000)),
        ("deadline, 30 days", |events| deadline_stream(events, 30)),
        ("deadline, 365 days", |events| deadline_stream(events, 365)),
    ];
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-') && arg.parse::<usize>().is_err());
    for (name, make) in families {
        if wanted.as_ref().is_none_or(|wanted| name.contains(wanted)) {
            change(name, make(events));
        }
    }
}
