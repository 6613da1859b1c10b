//! Certificates for random programs: accepted, in agreement with the engine, tight, and refused when altered.

#[allow(unreachable_pub)]
#[path = "../../servanda/src/proving/draft.rs"]
#[allow(dead_code)]
mod draft;
#[allow(unreachable_pub)]
#[path = "../../servanda/src/proving/history.rs"]
#[allow(dead_code)]
mod history;

use std::collections::{BTreeMap, BTreeSet};

use draft::{Leads, Task, draft};
use history::{Accepted, Span, accepted};
use servanda_engine::{Compiled, Options, Record, Solution, solve};
use servanda_model::{Occurrence, Value};
use servanda_proof::{By, Certificate, From, Instant, Kind, Refused, Shape, Target, Val};
use servanda_testkit::generate::{Case, Dice, case};
use servanda_verify::{check, later};

/// No event is loose.
const NONE: BTreeSet<u32> = BTreeSet::new();

fn vals(values: &[Value], solution: &Solution) -> Vec<Option<Val>> {
    values.iter().map(|value| Some(Val::of(*value, &solution.ranges))).collect()
}

/// What a certificate says of its goals, if it is accepted.
fn says(
    case: &Case,
    narrative: &[Occurrence],
    loose: &BTreeSet<u32>,
    proof: &Certificate,
) -> Result<Accepted, Refused> {
    let hangs = check(&case.program, narrative, loose, proof, |_, _, _| true)?;
    Ok(Accepted { acts: BTreeSet::new(), ..accepted(proof, hangs) })
}

/// What the engine says of a goal.
fn by_engine(solution: &Solution, goal: &Shape) -> Accepted {
    let mut all = Accepted::default();
    for instance in &solution.instances {
        let args = vals(&instance.args, solution);
        let atom = Shape { of: Target::Fluent(instance.fluent.0), args };
        if goal.covers(&atom) {
            let spans = instance.intervals.iter().map(|it| Span {
                value: Val::of(it.value, &solution.ranges),
                since: it.since,
                until: it.until,
            });
            all.intervals.insert(atom, spans.collect());
        }
    }
    for event in &solution.events {
        let args = vals(&event.args, solution);
        let atom = Shape { of: Target::Action(event.action.0), args };
        if goal.covers(&atom) {
            all.events.push((event.tick, event.step, atom));
        }
    }
    all.events.sort();
    all.events.dedup();
    all
}

fn solved(case: &Case, narrative: &[Occurrence]) -> Option<Solution> {
    let compiled = Compiled::new(&case.program).ok()?;
    let options = Options { until: Some(case.horizon), horizon: case.horizon, record: Record::Timeline };
    Some(solve(&compiled, narrative, &options))
}

/// One goal for each fluent and action, with as many arguments given as the dice say.
fn goals(case: &Case, solution: &Solution, dice: &mut Dice) -> Vec<Shape> {
    let mut all = Vec::new();
    for (id, fluent) in case.program.fluents.iter().enumerate() {
        let of = Target::Fluent(id as u32);
        let mut goal = Shape { of, args: vec![None; fluent.args.len()] };
        let known: Vec<_> = solution.instances.iter().filter(|it| it.fluent.index() == id).collect();
        if !known.is_empty() && dice.chance(50) {
            let instance = known[dice.roll(known.len())];
            goal.args = vals(&instance.args, solution);
        }
        all.push(goal);
    }
    for (id, action) in case.program.actions.iter().enumerate() {
        all.push(Shape { of: Target::Action(id as u32), args: vec![None; action.holes.len()] });
    }
    all
}

fn proofs(seeds: std::ops::Range<u64>, mut with: impl FnMut(&Case, &Solution, &Certificate, &mut Dice)) -> usize {
    let mut count = 0;
    for seed in seeds {
        let case = case(seed);
        let Some(solution) = solved(&case, &case.narrative) else { continue };
        let mut dice = Dice::new(seed);
        for goal in goals(&case, &solution, &mut dice) {
            let (program, narrative, goals) = (&case.program, case.narrative.as_slice(), std::slice::from_ref(&goal));
            let (loose, through, widest) = (&NONE, case.horizon, usize::MAX);
            let task = Task { program, narrative, loose, goals, through, widest, lists_all: true };
            match draft(task, &mut Vec::new(), &mut Leads::default()) {
                Ok((proof, _)) => {
                    count += 1;
                    with(&case, &solution, &proof, &mut dice);
                }
                Err(why) => panic!("seed {seed}, {goal:?}: {why}"),
            }
        }
    }
    count
}

fn cases() -> u64 {
    std::env::var("SERVANDA_PROOF_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

#[test]
fn certificates_are_accepted_and_say_what_the_engine_says() {
    let count = proofs(0..cases(), |case, solution, proof, _| {
        let accepted = match says(case, &case.narrative, &NONE, proof) {
            Ok(accepted) => accepted,
            Err(refused) => panic!("{refused:?}\n{}", servanda_testkit::listing::list(case)),
        };
        let expected = by_engine(solution, &proof.goals[0]);
        assert_eq!(accepted, expected, "{:?}\n{}", proof.goals, servanda_testkit::listing::list(case));
    });
    println!("{count} certificates");
    assert!(count as u64 > cases());
}

#[test]
fn solving_again_with_what_is_cited_alone_gives_the_same() {
    proofs(0..cases() / 2, |case, _, proof, _| {
        let cited: Vec<Occurrence> = case.narrative.iter().filter(|it| cites(proof, it)).cloned().collect();
        let again = solved(case, &cited).expect("the program is the same");
        let accepted = says(case, &case.narrative, &NONE, proof).expect("it was drafted");
        assert_eq!(accepted, by_engine(&again, &proof.goals[0]));
    });
}

fn cites(proof: &Certificate, occurrence: &Occurrence) -> bool {
    let at = Some((occurrence.tick, occurrence.step));
    proof.steps.iter().any(|step| step.by == By::Narrative(occurrence.tag) && step.at == at)
}

#[test]
fn nothing_can_be_dropped() {
    let mut dropped = 0;
    proofs(0..cases() / 8, |case, _, proof, _| {
        for altered in without_one(proof) {
            dropped += 1;
            let result = says(case, &case.narrative, &NONE, &altered);
            assert!(result.is_err(), "{altered:?}\n{}", servanda_testkit::listing::list(case));
        }
    });
    println!("{dropped} dropped");
    assert!(dropped > 1000);
}

/// The proof without one entry of the scope or one step.
fn without_one(proof: &Certificate) -> Vec<Certificate> {
    let mut all = Vec::new();
    for at in 0..proof.scope.len() {
        let mut altered = proof.clone();
        altered.scope.remove(at);
        all.push(altered);
    }
    for at in 0..proof.steps.len() {
        let mut altered = proof.clone();
        altered.steps.remove(at);
        all.push(altered);
    }
    all
}

#[test]
fn altered_certificates_are_refused_or_still_true() {
    let (mut altered_count, mut still_true) = (0, 0);
    proofs(0..cases() / 4, |case, solution, proof, dice| {
        for _ in 0..12 {
            let Some(altered) = altered(proof, dice) else { continue };
            if altered == *proof {
                continue;
            }
            altered_count += 1;
            if let Ok(accepted) = says(case, &case.narrative, &NONE, &altered) {
                // Whether it is still true is for the engine to say.
                assert_eq!(altered.through, case.horizon, "a shorter look is cut off");
                let mut expected = Accepted::default();
                for goal in &altered.goals {
                    let more = by_engine(solution, goal);
                    expected.intervals.extend(more.intervals);
                    expected.events.extend(more.events);
                }
                expected.events.sort();
                expected.events.dedup();
                assert_eq!(accepted, expected, "{altered:?}\n{}", servanda_testkit::listing::list(case));
                still_true += 1;
            }
        }
    });
    println!("{altered_count} altered, {still_true} of them still true");
    assert!(altered_count > 1000);
}

/// A proof with one thing changed.
fn altered(proof: &Certificate, dice: &mut Dice) -> Option<Certificate> {
    let mut proof = proof.clone();
    let steps = proof.steps.len();
    let at = if steps > 0 { dice.roll(steps) } else { 0 };
    match dice.roll(12) {
        0 => proof.steps.get_mut(at)?.at = Some((dice.between(-2, 12), 0)),
        1 => proof.steps.get_mut(at)?.at.as_mut()?.1 += 1,
        2 | 3 => drop((steps > 0).then(|| proof.steps.remove(at))?),
        4 => {
            let other = dice.roll(steps.max(1));
            let what = proof.steps.get(other)?.what.clone();
            proof.steps.get_mut(at)?.what = what;
        }
        5 => {
            let what = &mut proof.steps.get_mut(at)?.what;
            match dice.roll(3) {
                0 => what.kind = if what.kind == Kind::Begin { Kind::Cease } else { Kind::Begin },
                1 => *what.on.args.first_mut()? = Some(Val::Entity(dice.roll(4) as u32)),
                _ => what.value = [None, Some(Val::Entity(dice.roll(4) as u32))][dice.roll(2)],
            }
        }
        6 => {
            let entry = dice.roll(proof.scope.len());
            proof.scope.remove(entry);
        }
        7 => {
            let other = dice.roll(steps.max(1));
            let copy = proof.steps.get(other)?.clone();
            proof.steps.insert(at, copy);
        }
        8 => {
            let other = dice.roll(steps.max(1));
            (steps > 0).then_some(())?;
            proof.steps.swap(at, other);
        }
        9 => {
            let entry = dice.roll(proof.scope.len());
            *proof.scope[entry].args.first_mut()? = Some(Val::Entity(dice.roll(4) as u32));
        }
        10 => {
            let entry = dice.roll(proof.scope.len());
            let goal = proof.scope[entry].clone();
            proof.goals[0] = goal;
        }
        _ => match &mut proof.steps.get_mut(at)?.by {
            By::Rule(rule, filling, effect) => match dice.roll(3) {
                0 => *rule += 1,
                1 => *effect += 1,
                _ => *filling.values_mut().next()? = Val::Entity(dice.roll(4) as u32),
            },
            By::Initial(at) | By::Narrative(at) | By::Deadline(at) | By::Definition(at, _) => *at += 1,
            by => *by = if *by == By::Effects { By::Lapse } else { By::Effects },
        },
    }
    Some(proof)
}

#[test]
fn garbage_is_refused_without_panic() {
    let mut texts: Vec<String> =
        ["", "{", "null", "[]", "{\"goals\":[]}", "\u{0}", "{\"goals\":1e999}"].map(str::to_owned).to_vec();
    let mut originals = Vec::new();
    proofs(0..40, |case, _, proof, dice| {
        let text = serde_json::to_string(proof).expect("a certificate is plain data");
        assert_eq!(serde_json::from_str::<Certificate>(&text).expect("what was written can be read"), *proof);
        for _ in 0..6 {
            let cut = dice.roll(text.len());
            texts.push(text.chars().take(cut).collect());
            let mut bytes = text.clone().into_bytes();
            for _ in 0..=dice.roll(3) {
                let at = dice.roll(bytes.len());
                bytes[at] = *b"0123456789{}[],:\"-nul~.@eE\x00".get(dice.roll(27)).unwrap_or(&b'9');
            }
            originals.push((case.clone(), proof.clone(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    });
    let program = &case(1).program;
    for text in &texts {
        if let Ok(proof) = serde_json::from_str::<Certificate>(text) {
            let _ = check(program, &[], &NONE, &proof, |_, _, _| true);
        }
    }
    let mut read: BTreeMap<bool, usize> = BTreeMap::new();
    for (case, original, text) in &originals {
        let Ok(proof) = serde_json::from_str::<Certificate>(text) else { continue };
        let accepted = says(case, &case.narrative, &NONE, &proof);
        *read.entry(accepted.is_ok()).or_default() += 1;
        if accepted.is_ok() && proof.goals == original.goals && proof.through == original.through {
            assert_eq!(accepted, says(case, &case.narrative, &NONE, original));
        }
    }
    println!("of altered texts that could still be read, accepted or not: {read:?}");
}

fn day(case: &Case, days: &BTreeMap<u32, i64>, instant: &Instant) -> Option<i64> {
    let start = match instant.from {
        From::Event(tag) => days[&tag],
        From::Tick(tick) => tick,
    };
    instant.plus.iter().try_fold(start, |tick, time| later(case.program.clock, tick, *time))
}

/// What was accepted, on the days that its instants have in another chronology.
fn moved(case: &Case, accepted: &Accepted, days: &BTreeMap<u32, i64>) -> Accepted {
    let at = |tick: i64| accepted.moving.get(&tick).map_or(Some(tick), |it| day(case, days, it)).expect("it has a day");
    let mut all = Accepted::default();
    for (atom, spans) in &accepted.intervals {
        let spans = spans.iter().map(|it| Span { since: it.since.map(at), until: it.until.map(at), ..*it });
        all.intervals.insert(atom.clone(), spans.collect());
    }
    all.events = accepted.events.iter().map(|(tick, step, atom)| (at(*tick), *step, atom.clone())).collect();
    all.events.sort();
    all
}

#[test]
fn what_hangs_on_no_order_stays_true_when_events_move() {
    let mut tried = 0;
    proofs(0..cases(), |case, _, proof, dice| {
        let own: BTreeMap<u32, i64> = case.narrative.iter().map(|it| (it.tag, it.tick)).collect();
        let loose: BTreeSet<u32> = own.keys().copied().collect();
        let accepted = says(case, &case.narrative, &loose, proof).expect("it was drafted");
        for _ in 0..6 {
            let mut days = own.clone();
            for _ in 0..=dice.roll(3) {
                let tag = *own.keys().nth(dice.roll(own.len())).expect("there are events");
                days.insert(tag, own[&tag] + dice.roll(9) as i64 - 4);
            }
            let order = |days: &BTreeMap<u32, i64>, (a, b): &(Instant, Instant)| {
                day(case, days, a).zip(day(case, days, b)).map(|(a, b)| a.cmp(&b))
            };
            if days == own || accepted.orders.iter().any(|pair| order(&own, pair) != order(&days, pair)) {
                continue;
            }
            let mut narrative = case.narrative.clone();
            narrative.iter_mut().for_each(|it| it.tick = days[&it.tag]);
            narrative.sort();
            let solution = solved(case, &narrative).expect("it was solved before");
            assert_eq!(
                moved(case, &accepted, &days),
                by_engine(&solution, &proof.goals[0]),
                "{own:?} {days:?} {:?}",
                proof
            );
            tried += 1;
        }
    });
    assert!(tried > 500, "{tried}");
}
