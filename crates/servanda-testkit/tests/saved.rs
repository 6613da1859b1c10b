//! A run that is saved and taken up again, at every position, against one that is not.

use servanda_engine::{Closed, Compiled, Contradiction, Engine, RestoreError, Sink, StepId};
use servanda_model::{ActionId, FluentId, Occurrence, Value};
use servanda_testkit::generate::case;
use std::io::Cursor;

/// Fluent, arguments, value, since and until.
type Held = (FluentId, Vec<Value>, Value, Option<i64>, Option<i64>);

/// Everything handed over, in the order in which it was.
#[derive(Clone, PartialEq, Debug, Default)]
struct Heard {
    intervals: Vec<Held>,
    contradictions: Vec<Contradiction>,
    produced: Vec<(i64, u32, ActionId, Vec<Value>)>,
}

impl Sink for Heard {
    fn interval(&mut self, it: &Closed<'_>) {
        self.intervals.push((it.fluent, it.args.to_vec(), it.value, it.since, it.until));
    }

    fn contradiction(&mut self, contradiction: Contradiction) {
        self.contradictions.push(contradiction);
    }

    fn produced(&mut self, tick: i64, step: u32, action: ActionId, args: &[Value], _: Option<StepId>) {
        self.produced.push((tick, step, action, args.to_vec()));
    }
}

fn push<S: Sink>(engine: &mut Engine<'_, S>, narrative: &[Occurrence]) {
    for occurrence in narrative {
        engine.push(occurrence).expect("in order, and made for the program");
    }
}

fn ready(seed: u64) -> Option<(Compiled, Vec<Occurrence>, i64)> {
    let case = case(seed);
    let mut narrative = case.narrative;
    narrative.sort();
    narrative.retain(|occurrence| occurrence.tick <= case.horizon);
    Some((Compiled::new(&case.program).ok()?, narrative, case.horizon))
}

#[test]
fn a_run_taken_up_at_any_position_ends_as_one_in_one_go() {
    let mut positions = 0;
    for (compiled, narrative, horizon) in (0..600).filter_map(ready) {
        let mut whole = Engine::new(&compiled, Heard::default());
        push(&mut whole, &narrative);
        let whole = whole.finish(horizon);
        for position in 0..=narrative.len() {
            let mut engine = Engine::new(&compiled, Heard::default());
            push(&mut engine, &narrative[..position]);
            let mut saved = Vec::new();
            engine.save(&mut saved).unwrap();
            let heard = std::mem::take(engine.sink_mut());
            drop(engine);
            saved.extend_from_slice(b"and something else");
            let mut from = Cursor::new(&saved);
            let mut engine = Engine::restore(&compiled, heard, &mut from).unwrap();
            assert_eq!(saved.len() as u64 - from.position(), 18, "reads to the end and no further");
            push(&mut engine, &narrative[position..]);
            assert_eq!(engine.finish(horizon), whole);
            positions += 1;
        }
    }
    println!("taken up at {positions} positions");
}

#[test]
fn another_program_and_a_damaged_state_are_refused() {
    let (compiled, narrative, _) = (0..).find_map(ready).unwrap();
    let (other, ..) = (1..).filter_map(ready).find(|(other, ..)| other.digest() != compiled.digest()).unwrap();
    let mut engine = Engine::new(&compiled, Heard::default());
    push(&mut engine, &narrative);
    let mut saved = Vec::new();
    engine.save(&mut saved).unwrap();
    let restore =
        |compiled, bytes: &[u8]| Engine::restore(compiled, Heard::default(), &mut &*bytes).map(|_| ()).unwrap_err();
    assert!(matches!(restore(&other, &saved), RestoreError::OtherProgram));
    for length in 0..saved.len() {
        assert!(matches!(restore(&compiled, &saved[..length]), RestoreError::Truncated), "{length} bytes");
    }
    for at in 0..saved.len() {
        let mut damaged = saved.clone();
        damaged[at] ^= 0x10;
        let error = restore(&compiled, &damaged);
        let is_expected = match at {
            0..8 => matches!(error, RestoreError::NotOne),
            8..16 => matches!(error, RestoreError::Version { .. }),
            16..24 => matches!(error, RestoreError::OtherProgram),
            24..32 => matches!(error, RestoreError::Truncated | RestoreError::Damaged),
            _ => matches!(error, RestoreError::Damaged),
        };
        assert!(is_expected, "byte {at}: {error}");
    }
}
