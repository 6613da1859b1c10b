//! The engine against the reference evaluator, on random programs: every boundary, contradiction and event.
//!
//! `SERVANDA_ORACLE_FIRST` and `SERVANDA_ORACLE_CASES` choose other seeds than the few thousand of a usual run.

use servanda_engine::{Compiled, Options, ProgramErrorKind, Record, solve};
use servanda_model::{ActionId, FluentId, Kinded, NumberRange, Value};
use servanda_testkit::generate::{Case, Dice, case};
use servanda_testkit::listing::{Words, list};
use servanda_testkit::reference::{Rejected, evaluate};
use servanda_testkit::shrink::shrink;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A value that means the same whatever table its range is in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Plain {
    Value(Value),
    Range(String),
}

/// Fluent, arguments, since, until and value.
type Held = (FluentId, Vec<Plain>, Option<i64>, Option<i64>, Plain);

/// What both sides must agree on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Answer {
    rejected: Option<&'static str>,
    intervals: BTreeSet<Held>,
    contradictions: BTreeSet<(Option<i64>, FluentId, Vec<Plain>)>,
    events: BTreeSet<(i64, u32, ActionId, Vec<Plain>)>,
}

fn plain(value: Value, ranges: &[NumberRange]) -> Plain {
    match value.kinded() {
        Kinded::Range(id) => Plain::Range(servanda_testkit::listing::bounds(ranges[id.index()])),
        _ => Plain::Value(value),
    }
}

fn all_plain(values: &[Value], ranges: &[NumberRange]) -> Vec<Plain> {
    values.iter().map(|value| plain(*value, ranges)).collect()
}

fn by_reference(case: &Case) -> Answer {
    let solution = match evaluate(&case.program, &case.narrative, case.horizon) {
        Ok(solution) => solution,
        Err(why) => {
            let rejected = Some(match why {
                Rejected::Cycle(_) => "cycle",
                Rejected::NotStratified(_) => "not stratified",
                _ => "other",
            });
            return Answer { rejected, ..Answer::default() };
        }
    };
    let ranges = &solution.ranges;
    let intervals = solution.intervals.iter().flat_map(|(i, spans)| {
        spans.iter().map(move |s| (i.fluent, all_plain(&i.args, ranges), s.since, s.until, plain(s.value, ranges)))
    });
    let contradictions =
        solution.contradictions.iter().map(|c| (c.tick, c.instance.fluent, all_plain(&c.instance.args, ranges)));
    let events = solution.events.iter().map(|(tick, step, e)| (*tick, *step, e.action, all_plain(&e.args, ranges)));
    Answer {
        rejected: None,
        intervals: intervals.collect(),
        contradictions: contradictions.collect(),
        events: events.collect(),
    }
}

fn by_engine(case: &Case, record: Record) -> Answer {
    let compiled = match Compiled::new(&case.program) {
        Ok(compiled) => compiled,
        Err(errors) => {
            let rejected = Some(match errors[0].kind {
                ProgramErrorKind::Cycle(_) => "cycle",
                ProgramErrorKind::UnstratifiedRecursion(_) => "not stratified",
                _ => "other",
            });
            return Answer { rejected, ..Answer::default() };
        }
    };
    let options = Options { until: Some(case.horizon), horizon: case.horizon, record };
    let solution = solve(&compiled, &case.narrative, &options);
    assert!(solution.rejected.is_empty(), "{:?}", solution.rejected);
    let ranges = &solution.ranges;
    let intervals = solution.instances.iter().flat_map(|i| {
        i.intervals
            .iter()
            .map(move |s| (i.fluent, all_plain(&i.args, ranges), s.since, s.until, plain(s.value, ranges)))
    });
    let contradictions = solution.contradictions.iter().map(|c| (c.tick, c.fluent, all_plain(&c.args, ranges)));
    let events = solution.events.iter().map(|e| (e.tick, e.step, e.action, all_plain(&e.args, ranges)));
    Answer {
        rejected: None,
        intervals: intervals.collect(),
        contradictions: contradictions.collect(),
        events: events.collect(),
    }
}

/// How the two differ, if they do. A shrunk case must still differ in the same way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Difference {
    EnginePanics,
    Rejected(Option<&'static str>, Option<&'static str>),
    Intervals,
    Contradictions,
    Events,
}

fn difference(case: &Case) -> Option<Difference> {
    let expected = by_reference(case);
    let Ok(found) = std::panic::catch_unwind(|| by_engine(case, Record::Timeline)) else {
        return Some(Difference::EnginePanics);
    };
    if found.rejected != expected.rejected {
        return Some(Difference::Rejected(expected.rejected, found.rejected));
    }
    let pairs = [
        (found.intervals != expected.intervals, Difference::Intervals),
        (found.contradictions != expected.contradictions, Difference::Contradictions),
        (found.events != expected.events, Difference::Events),
    ];
    pairs.into_iter().find(|(differ, _)| *differ).map(|(_, difference)| difference)
}

fn report(seed: u64) -> String {
    let kind = difference(&case(seed));
    let shrunk = shrink(case(seed), &|smaller| difference(smaller) == kind);
    let words = Words { program: &shrunk.program, vars: &[] };
    let name = |value: &Plain| match value {
        Plain::Value(value) => words.value(*value),
        Plain::Range(range) => range.clone(),
    };
    let fluent = |f: FluentId, args: &[Plain]| {
        format!("{}({})", shrunk.program.fluents[f.index()].name, args.iter().map(name).collect::<Vec<_>>().join(", "))
    };
    let mut text = format!("seed {seed}: {kind:?}\n{}", list(&shrunk));
    let engine = std::panic::catch_unwind(|| by_engine(&shrunk, Record::Timeline)).ok();
    for (who, answer) in [("reference", Some(by_reference(&shrunk))), ("engine", engine)] {
        let Some(answer) = answer else {
            writeln!(text, "  {who}: panics").unwrap();
            continue;
        };
        writeln!(text, "  {who}: {}", answer.rejected.map_or("solved", |why| why)).unwrap();
        for (f, args, since, until, value) in &answer.intervals {
            writeln!(text, "    {} {} [{since:?}, {until:?})", fluent(*f, args), name(value)).unwrap();
        }
        for (tick, f, args) in &answer.contradictions {
            writeln!(text, "    {} contradicted at {tick:?}", fluent(*f, args)).unwrap();
        }
        for (tick, step, action, args) in &answer.events {
            let args: Vec<String> = args.iter().map(name).collect();
            writeln!(text, "    {tick}.{step} {}({})", shrunk.program.actions[action.index()].name, args.join(", "))
                .unwrap();
        }
    }
    text
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

#[test]
fn oracle_engine_and_reference_agree_on_random_programs() {
    let first = setting("SERVANDA_ORACLE_FIRST", 0);
    let cases = setting("SERVANDA_ORACLE_CASES", 4_000);
    let wrong: Vec<u64> = (first..first + cases).filter(|seed| difference(&case(*seed)).is_some()).collect();
    println!("{cases} programs compared, {} disagreements", wrong.len());
    let shown: Vec<String> = wrong
        .iter()
        .take(usize::try_from(setting("SERVANDA_ORACLE_SHOWN", 6)).unwrap())
        .map(|seed| report(*seed))
        .collect();
    assert!(wrong.is_empty(), "{} of {cases} programs:\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn oracle_derivations_and_order_change_nothing() {
    for seed in 0..setting("SERVANDA_ORACLE_CASES", 4_000) / 8 {
        let mut case = case(seed);
        let before = by_engine(&case, Record::Timeline);
        assert_eq!(before, by_engine(&case, Record::Derivations), "seed {seed}, with derivations");
        Dice::new(seed).shuffle(&mut case.narrative);
        assert_eq!(before, by_engine(&case, Record::Timeline), "seed {seed}, in another order");
    }
}
