//! What is recorded of why.

mod support;

use servanda_engine::{Cause, Compiled, Options, Premise, Record, Solution, Step, StepId, solve};
use servanda_model::*;
use support::*;

fn recorded(b: &Builder, narrative: &[Occurrence]) -> Solution {
    let compiled = Compiled::new(&b.program).unwrap();
    let solution = solve(&compiled, narrative, &Options { until: None, horizon: 1000, record: Record::Derivations });
    check_steps(&solution);
    solution
}

fn step(solution: &Solution, id: Option<StepId>) -> &Step {
    solution.step(id.unwrap()).unwrap()
}

#[test]
fn a_proof_goes_down_to_events_timers_and_what_did_not_hold() {
    let mut b = Builder::default();
    let [sign, ratify, waive] = [b.action("sign", 1), b.action("ratify", 1), b.action("waive", 1)];
    let [signed, party, state] = [b.fluent("signed", 1), b.fluent("party", 1), b.fluent("state", 0)];
    let bound = b.derived("bound", 1);
    b.initially(state, &[], ent(40));
    b.deadline(party, Value::TRUE, None, 30, false);
    let vars = || vec![Hole::Any; 2];
    let args = [var(0)];
    b.rule(
        "sign",
        R { vars: vars(), on: vec![happens(sign, &args)], then: vec![begin(signed, &args)], ..R::default() },
    );
    b.rule(
        "ratify",
        R {
            vars: vars(),
            on: vec![happens(ratify, &args)],
            cond: vec![holds(signed, &args, TRUE), not(&[holds(party, &args, TRUE)])],
            unless: vec![event(waive, &args)],
            then: vec![begin(party, &args)],
        },
    );
    b.define(bound, &args, e(Value::TRUE), 2, &[holds(party, &args, TRUE), holds(state, &[], var(1))]);
    let tagged = |tag, it: Occurrence| Occurrence { tag, ..it };
    let x = ent(9);
    let solution = recorded(&b, &[tagged(1, at(1, sign, &[x])), tagged(2, at(5, ratify, &[x]))]);

    let interval = &solution.instance(bound, &[x]).unwrap().intervals[0];
    let begun = step(&solution, interval.begun_by);
    assert_eq!(begun.cause, Cause::Definition { definition: DefinitionId(0), bindings: vec![Some(x), Some(ent(40))] });
    let [Premise::Holds { by: party_by, .. }, Premise::Holds { by: state_by, .. }] = begun.premises.as_slice() else {
        panic!("{begun:?}");
    };
    assert_eq!(step(&solution, *state_by).cause, Cause::Initial(0));
    let ratified = step(&solution, *party_by);
    assert_eq!(ratified.cause, Cause::Rule { rule: RuleId(1), bindings: vec![Some(x), None], trigger: 0 });
    let [Premise::Happened { by: event_by, .. }, Premise::Holds { by: signed_by, .. }, negative, unless] =
        ratified.premises.as_slice()
    else {
        panic!("{ratified:?}");
    };
    assert_eq!(step(&solution, *event_by).cause, Cause::Occurrence(2));
    assert_eq!(step(&solution, *signed_by).tick, Some(1));
    assert_eq!(*negative, Premise::NotHolds(vec![holds(party, &[val(x)], TRUE)]));
    assert_eq!(*unless, Premise::NotHappened(event(waive, &[val(x)])));

    // Ended by the deadline that the ratification armed.
    let ended = step(&solution, interval.ended_by);
    let Cause::NoDefinition { .. } = ended.cause else { panic!("{ended:?}") };
    let [Premise::Ended { by, .. }] = ended.premises.as_slice() else { panic!("{ended:?}") };
    let deadline = step(&solution, *by);
    assert_eq!(deadline.cause, Cause::Deadline { fluent: party, index: 0 });
    assert_eq!(deadline.premises, [Premise::Timer { armed: 5, by: *party_by }]);
    assert_eq!(deadline.tick, Some(35));
}

#[test]
fn sums_contradictions_and_aggregates_name_what_they_are_made_of() {
    let mut b = Builder::default();
    let [pay, set] = [b.action("pay", 2), b.action("set", 1)];
    let [paid, top] = [b.number("paid", 1), b.fluent("top", 0)];
    let total = b.derived("total", 0);
    let vars = || vec![Hole::Any; 2];
    let args = [var(0), var(1)];
    let then = vec![increase(paid, &[var(0)], ev(1))];
    b.rule("pay", R { vars: vars(), on: vec![happens(pay, &args)], then, ..R::default() });
    let then = vec![Effect::Initiate { fluent: top, args: vec![], value: ev(0) }];
    b.rule("set", R { vars: vars(), on: vec![happens(set, &[var(0)])], then, ..R::default() });
    let sum = aggregate(AggregateOp::Sum, ev(1), &[holds(paid, &[var(0)], var(1))]);
    b.define(total, &[], sum, 2, &[]);
    let narrative = [
        at(1, pay, &[ent(1), num(5)]),
        at(1, pay, &[ent(1), num(6)]),
        at(2, pay, &[ent(2), num(1)]),
        at(3, set, &[ent(1)]),
        at(3, set, &[ent(2)]),
    ];
    let solution = recorded(&b, &narrative);
    assert_eq!(line(&solution, total, &[]), "0[,1) 11[1,2) 12[2,)");
    let increase = step(&solution, solution.instance(paid, &[ent(1)]).unwrap().intervals[0].begun_by);
    assert!(matches!(increase.cause, Cause::Increases { .. }));
    assert_eq!(increase.premises.iter().filter(|it| matches!(it, Premise::Effect(_))).count(), 2);
    let last = step(&solution, solution.instance(total, &[]).unwrap().intervals[2].begun_by);
    let [Premise::Tally { fillings, .. }] = last.premises.as_slice() else { panic!("{last:?}") };
    assert_eq!(fillings.len(), 2);
    assert_eq!(solution.contradictions[0].steps.len(), 2);
}

#[test]
fn support_found_later_is_what_later_steps_rest_on() {
    let mut b = Builder::default();
    let [set, clear, ask] = [b.action("set", 1), b.action("clear", 1), b.action("ask", 0)];
    let [f, said] = [b.fluent("f", 1), b.fluent("said", 0)];
    let some = b.derived("some", 0);
    let vars = || vec![Hole::Any];
    let args = [var(0)];
    b.rule("set", R { vars: vars(), on: vec![happens(set, &args)], then: vec![begin(f, &args)], ..R::default() });
    b.rule(
        "clear",
        R { vars: vars(), on: vec![happens(clear, &args)], then: vec![terminate(f, &args, TRUE)], ..R::default() },
    );
    b.define(some, &[], e(Value::TRUE), 1, &[holds(f, &args, TRUE)]);
    let cond = vec![holds(some, &[], TRUE)];
    b.rule("ask", R { on: vec![happens(ask, &[])], cond, then: vec![begin(said, &[])], ..R::default() });
    let narrative = [at(1, set, &[ent(1)]), at(2, set, &[ent(2)]), at(3, clear, &[ent(1)]), at(4, ask, &[])];
    let solution = recorded(&b, &narrative);
    assert_eq!(line(&solution, some, &[]), "T[1,)");
    let said = step(&solution, solution.instance(said, &[]).unwrap().intervals[0].begun_by);
    let Premise::Holds { by, .. } = &said.premises[1] else { panic!("{said:?}") };
    let support = step(&solution, *by);
    assert_eq!(support.cause, Cause::Definition { definition: DefinitionId(0), bindings: vec![Some(ent(2))] });
    assert_eq!(support.tick, Some(3));
}
