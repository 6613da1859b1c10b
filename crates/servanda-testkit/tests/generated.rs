//! What the generator makes is varied, and mostly has a meaning.

use servanda_model::Happening;
use servanda_testkit::generate::case;
use servanda_testkit::listing::list;
use servanda_testkit::reference::{Rejected, Source, evaluate};
use std::collections::BTreeMap;

#[test]
fn random_programs_reach_every_corner() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = |what| *seen.entry(what).or_default() += 1;
    let (mut rules, mut active) = (0, 0);
    for seed in 0..2_000 {
        let case = case(seed);
        match evaluate(&case.program, &case.narrative, case.horizon) {
            Err(Rejected::Cycle(_)) => count("cycle"),
            Err(Rejected::NotStratified(_)) => count("not stratified"),
            Err(Rejected::Unsafe(why)) => panic!("seed {seed}: {why}\n{}", list(&case)),
            Err(other) => panic!("seed {seed}: {other:?}\n{}", list(&case)),
            Ok(solution) => {
                count("solved");
                rules += case.program.rules.len();
                active += solution.active.len();
                if !solution.contradictions.is_empty() {
                    count("contradiction");
                }
                if solution.contradictions.iter().any(|c| c.sources.is_empty()) {
                    count("two derived values");
                }
                let by_deadline = |source: &Source| matches!(source, Source::Deadline(..));
                if solution.contradictions.iter().any(|c| c.sources.iter().any(by_deadline)) {
                    count("contradicted deadline");
                }
                let is_action = |what: &Happening| matches!(what, Happening::Action(..));
                if solution.events.len() > case.narrative.iter().filter(|o| is_action(&o.what)).count() {
                    count("events from rules");
                }
                if solution.ranges.len() > case.program.ranges.len() {
                    count("ranges worked out");
                }
                if solution.intervals.values().map(Vec::len).sum::<usize>() > 12 {
                    count("many intervals");
                }
            }
        }
    }
    println!("{seen:?}; {active} of {rules} rules active");
    for (what, least) in [
        ("solved", 1_200),
        ("cycle", 20),
        ("not stratified", 5),
        ("contradiction", 200),
        ("many intervals", 150),
        ("events from rules", 100),
        ("two derived values", 20),
    ] {
        assert!(seen.get(what).is_some_and(|times| least <= *times), "{what}: {seen:?}");
    }
}
