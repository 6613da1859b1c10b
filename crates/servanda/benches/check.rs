//! How the time to check a dossier grows with its events: `cargo bench -p servanda --bench check`.
//!
//! The dossier is made up: garrisons that come and go at a hundred places under one ceiling each, every tenth event placed
//! by a relation to another. The floor is one pass over the bytes of the text.

use std::fmt::Write as _;
use std::time::Instant;

use servanda::archive::Entry;
use servanda::load::{DefaultLaw, model_of};
use servanda::world::World;

fn dossier(events: usize) -> String {
    let mut text = String::from(
        "# Garrisons\n```servanda\npolity Arvenia, Belmark\ntreaty Sele between Arvenia and Belmark\n  enters into force 1800-01-01\n",
    );
    for place in 0..100 {
        writeln!(text, "place P{place}\nnorm Ceiling{place}: Belmark must keep at most 5 000 troops in P{place}")
            .expect("text");
    }
    for event in 0..events {
        let (year, month, day) = (1801 + event / 336 % 190, 1 + event / 28 % 12, 1 + event % 28);
        let verb = if event % 2 == 0 { "stations 900 troops in" } else { "withdraws 900 troops from" };
        let place = event / 2 % 100;
        if event % 10 == 9 {
            writeln!(text, "event E{event}: Belmark {verb} P{place}\n  the day after E{}", event - 1).expect("text");
        } else {
            writeln!(text, "event {year}-{month:02}-{day:02} E{event}: Belmark {verb} P{place}").expect("text");
        }
    }
    text.push_str(
        "check on 1900-01-01\n  expect which norms bind Arvenia: nothing\n  expect Ceiling1 is observed\n```\n",
    );
    text
}

fn main() {
    println!("{:>8} {:>9} {:>10} {:>10} {:>10} {:>12}", "events", "MB", "read s", "check s", "µs/event", "floor s");
    for events in std::env::args().filter_map(|a| a.parse().ok()).collect::<Vec<usize>>() {
        let text = dossier(events);
        let bytes = text.len();
        let start = Instant::now();
        let sum: u64 = text.bytes().map(u64::from).sum();
        let floor = start.elapsed().as_secs_f64();
        std::hint::black_box(sum);
        let entries = [Entry { path: "garrisons.md".to_owned(), text: Ok(text) }];
        let start = Instant::now();
        let model = model_of(&entries, DefaultLaw::Library);
        let read = start.elapsed().as_secs_f64();
        let mut world = World::new(&model);
        let checked = servanda::check::check(&mut world);
        let total = start.elapsed().as_secs_f64();
        assert!(checked.is_clean(), "{:?}", checked.diagnostics.first());
        println!(
            "{events:>8} {:>9.2} {read:>10.3} {:>10.3} {:>10.1} {floor:>12.6}",
            bytes as f64 / 1e6,
            total - read,
            total * 1e6 / events as f64,
        );
    }
}
