//! How the time for a dossier grows with its events: `cargo bench -p servanda --bench check [-- EVENTS… NAME]`.
//!
//! The dossiers are made up, 10³, 10⁴ and 10⁵ events unless said otherwise: garrisons that come and go at a hundred places under one
//! ceiling each, every tenth event placed by a relation to another; the same with every fiftieth event known to the month only; and
//! places that lie in ten regions and change hands, with a ceiling for each region. Each line shows processor time: for reading, for
//! checking, both together for each event and against the line before, for one question and for a report. The floor is one pass over
//! the bytes of the text.

use std::fmt::Write as _;
use std::time::Instant;

use servanda::archive::Entry;
use servanda::load::{DefaultLaw, model_of};
use servanda::world::World;
use servanda_model::View;

const PLACES: usize = 100;
const REGIONS: usize = 10;

/// A day of its own for each of 63 840 events; then they begin again, at other places.
fn day(event: usize) -> String {
    format!("{}-{:02}-{:02}", 1801 + event / 336 % 190, 1 + event / 28 % 12, 1 + event % 28)
}

fn beginning(limited: &str, number: usize, most: &str) -> String {
    let mut text = String::from(
        "# Garrisons\n```servanda\npolity Arvenia, Belmark\ntreaty Sele between Arvenia and Belmark\n  enters into force 1800-01-01\n",
    );
    for place in 0..number {
        let name = format!("{limited}{place}");
        writeln!(text, "place {name}\nnorm Ceiling{place}: Belmark must keep at most {most} troops in {name}")
            .expect("text");
    }
    text
}

fn ending(text: &mut String) {
    text.push_str(
        "check on 1900-01-01\n  expect which norms bind Arvenia: nothing\n  expect Ceiling1 is observed\n```\n",
    );
}

fn march(event: usize) -> String {
    let verb = if event.is_multiple_of(2) { "stations 900 troops in" } else { "withdraws 900 troops from" };
    format!("E{event}: Belmark {verb} P{}", event / 2 % PLACES)
}

fn garrisons(events: usize) -> String {
    let mut text = beginning("P", PLACES, "5 000");
    for event in 0..events {
        if event % 10 == 9 {
            writeln!(text, "event {}\n  the day after E{}", march(event), event - 1).expect("text");
        } else {
            writeln!(text, "event {} {}", day(event), march(event)).expect("text");
        }
    }
    ending(&mut text);
    text
}

fn uncertain(events: usize) -> String {
    let mut text = beginning("P", PLACES, "5 000");
    for event in 0..events {
        let day = day(event);
        let known = if event % 50 == 7 { &day[..7] } else { &day };
        writeln!(text, "event {known} {}", march(event)).expect("text");
    }
    ending(&mut text);
    text
}

fn regions(events: usize) -> String {
    let mut text = beginning("R", REGIONS, "500 000");
    for place in 0..PLACES {
        writeln!(text, "place P{place}\nfact since 1800-01-01: P{place} lies in R{}", place % REGIONS).expect("text");
    }
    for event in 0..events {
        if event % 10 == 4 {
            let taker = ["Arvenia", "Belmark"][event / 10 % 2];
            writeln!(text, "event {} E{event}: {taker} takes control of P{}", day(event), event / 20 % PLACES)
                .expect("text");
        } else {
            writeln!(text, "event {} {}", day(event), march(event)).expect("text");
        }
    }
    ending(&mut text);
    text
}

/// Seconds this thread has been running on a processor; without such a clock, seconds.
fn seconds(start: Instant) -> f64 {
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_processor.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
}

fn measure(name: &str, events: usize, text: String, before: Option<f64>) -> f64 {
    let clock = Instant::now();
    let bytes = text.len();
    let start = seconds(clock);
    std::hint::black_box(text.bytes().map(u64::from).sum::<u64>());
    let floor = seconds(clock) - start;
    let entries = [Entry { path: "garrisons.md".to_owned(), text: Ok(text) }];
    let start = seconds(clock);
    let model = model_of(&entries, DefaultLaw::Library);
    let read = seconds(clock) - start;
    let mut world = World::new(&model);
    let checked = servanda::check::check(&mut world);
    let total = seconds(clock) - start;
    assert!(checked.is_clean(), "{:?}", checked.diagnostics.first());
    let start = seconds(clock);
    let reply =
        servanda::ask::ask(&mut world, "is Ceiling1 observed", &View::default()).expect("the question is understood");
    let asked = seconds(clock) - start;
    assert!(!reply.answers.is_empty(), "the ceiling is never exceeded");
    let start = seconds(clock);
    std::hint::black_box(servanda::report::report(&mut world, &View::default()).expect("the rules have a meaning"));
    let reported = seconds(clock) - start;
    let each = total / events as f64;
    let growth = before.map_or_else(String::new, |before| format!("×{:.2}", each / before));
    println!(
        "{name:<10} {events:>8} {:>6.2} {read:>9.3} {:>9.3} {:>9.1} {growth:>7} {asked:>9.3} {reported:>9.3} {floor:>9.6}",
        bytes as f64 / 1e6,
        total - read,
        each * 1e6,
    );
    each
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let mut sizes: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000, 100_000];
    }
    let wanted = args.iter().find(|arg| arg.parse::<usize>().is_err());
    println!(
        "{:<10} {:>8} {:>6} {:>9} {:>9} {:>9} {:>7} {:>9} {:>9} {:>9}",
        "dossier", "events", "MB", "read s", "check s", "µs/event", "growth", "ask s", "report s", "floor s"
    );
    type Make = fn(usize) -> String;
    let families: [(&str, Make); 3] = [("garrisons", garrisons), ("uncertain", uncertain), ("regions", regions)];
    for (name, make) in families {
        if wanted.is_some_and(|wanted| !name.contains(wanted.as_str())) {
            continue;
        }
        let mut before = None;
        for &events in &sizes {
            before = Some(measure(name, events, make(events), before));
        }
    }
}
