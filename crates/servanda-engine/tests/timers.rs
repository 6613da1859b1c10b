//! Timers and deadlines: `docs/semantics.md`, 18 to 22.

mod support;

use servanda_model::*;
use support::*;

const ON: u32 = 1;
const OFF: u32 = 2;

/// A fluent that `on` turns on and `off` ends, with a deadline from on to off after five ticks.
struct Lamp {
    b: Builder,
    on: ActionId,
    off: ActionId,
    lamp: FluentId,
}

fn lamp(ties: Ties, deadline: Option<bool>) -> Lamp {
    let mut b = Builder::default();
    let [on, off] = [b.action("on", 0), b.action("off", 0)];
    let lamp = b.fluent("lamp", 0);
    b.ties(lamp, ties);
    if let Some(renewable) = deadline {
        b.deadline(lamp, ent(ON), Some(ent(OFF)), 5, renewable);
    }
    b.rule("on", R { on: vec![happens(on, &[])], then: vec![initiate(lamp, &[], ent(ON))], ..R::default() });
    b.rule("off", R { on: vec![happens(off, &[])], then: vec![terminate(lamp, &[], val(ent(ON)))], ..R::default() });
    Lamp { b, on, off, lamp }
}

impl Lamp {
    fn run(&self, ons: &[i64], offs: &[i64]) -> String {
        let ons = ons.iter().map(|tick| at(*tick, self.on, &[]));
        let narrative: Vec<Occurrence> = ons.chain(offs.iter().map(|tick| at(*tick, self.off, &[]))).collect();
        line(&self.b.solve(&narrative, 100), self.lamp, &[])
    }
}

#[test]
fn a_plain_deadline_runs_out_and_renewing_does_not_postpone_it() {
    let lamp = lamp(Ties::EndingWins, Some(false));
    assert_eq!(lamp.run(&[1], &[]), "e1[1,6) e2[6,)");
    // The renewal's own timer was armed at 3 and broken by the first one at 6.
    assert_eq!(lamp.run(&[1, 3], &[]), "e1[1,6) e2[6,)");
    assert_eq!(lamp.run(&[1], &[4]), "e1[1,4)");
    assert_eq!(lamp.run(&[1, 5], &[4]), "e1[1,4) e1[5,10) e2[10,)");
}

#[test]
fn a_renewable_deadline_runs_from_the_last_renewal_the_last_day_included() {
    let lamp = lamp(Ties::EndingWins, Some(true));
    assert_eq!(lamp.run(&[1, 3], &[]), "e1[1,8) e2[8,)");
    assert_eq!(lamp.run(&[1, 6], &[]), "e1[1,11) e2[11,)");
    // One day late: it had run out.
    assert_eq!(lamp.run(&[1, 7], &[]), "e1[1,6) e2[6,7) e1[7,12) e2[12,)");
}

#[test]
fn an_initiation_undone_by_a_tie_still_arms_its_timer() {
    for renewable in [false, true] {
        assert_eq!(lamp(Ties::EndingWins, Some(renewable)).run(&[1], &[1]), "e2[6,)");
    }
}

#[test]
fn a_break_on_the_last_day_does_not_cancel() {
    assert_eq!(lamp(Ties::EndingWins, Some(false)).run(&[1], &[6]), "e1[1,6) e2[6,)");
    assert_eq!(lamp(Ties::EndingWins, Some(false)).run(&[1], &[5]), "e1[1,5)");
}

#[test]
fn what_holds_from_the_beginning_arms_nothing() {
    let mut lamp = lamp(Ties::EndingWins, Some(false));
    lamp.b.initially(lamp.lamp, &[], ent(ON));
    assert_eq!(lamp.run(&[], &[]), "e1[,)");
    // Initiated again, it does.
    assert_eq!(lamp.run(&[2], &[]), "e1[,7) e2[7,)");
}

#[test]
fn a_deadline_without_a_new_value_ends_the_fluent() {
    let mut lamp = lamp(Ties::EndingWins, None);
    lamp.b.deadline(lamp.lamp, ent(ON), None, 3, false);
    assert_eq!(lamp.run(&[1], &[]), "e1[1,4)");
}

#[test]
fn a_deadline_breaks_the_other_timers_of_its_instance() {
    let mut lamp = lamp(Ties::EndingWins, Some(false));
    lamp.b.deadline(lamp.lamp, ent(ON), Some(ent(3)), 2, false);
    assert_eq!(lamp.run(&[1], &[]), "e1[1,3) e3[3,)");
}

#[test]
fn an_effect_on_another_value_breaks_and_one_on_no_value_does_not() {
    let mut lamp = lamp(Ties::EndingWins, Some(false));
    let f = lamp.lamp;
    let [dim, other] = [lamp.b.action("dim", 0), lamp.b.action("other", 0)];
    lamp.b.rule("dim", R { on: vec![happens(dim, &[])], then: vec![initiate(f, &[], ent(4))], ..R::default() });
    let then = vec![terminate(f, &[], val(ent(4)))];
    lamp.b.rule("other", R { on: vec![happens(other, &[])], then, ..R::default() });
    let run = |action| line(&lamp.b.solve(&[at(1, lamp.on, &[]), at(3, action, &[])], 20), f, &[]);
    assert_eq!(run(dim), "e1[1,3) e4[3,)");
    assert_eq!(run(other), "e1[1,6) e2[6,)");
}

fn held(since_renewed: bool, time: Expr) -> Lamp {
    let mut lamp = lamp(Ties::EndingWins, None);
    let pattern = pat(lamp.lamp, &[], val(ent(ON)));
    let on = vec![Trigger::HasHeld { pattern, time, since_renewed }];
    lamp.b.rule("expire", R { on, then: vec![initiate(lamp.lamp, &[], ent(OFF))], ..R::default() });
    lamp
}

#[test]
fn has_held_counts_from_the_beginning_or_from_the_last_renewal() {
    assert_eq!(held(false, ticks(5)).run(&[1, 3], &[]), "e1[1,6) e2[6,)");
    assert_eq!(held(true, ticks(5)).run(&[1, 3], &[]), "e1[1,8) e2[8,)");
    assert_eq!(held(false, ticks(5)).run(&[1, 5], &[4]), "e1[1,4) e1[5,10) e2[10,)");
    // Its rule and an ending at the due tick are a tie like any other; the state before it still had the value.
    assert_eq!(held(false, ticks(5)).run(&[1], &[6]), "e1[1,6) e2[6,)");
}

#[test]
fn a_timer_of_no_length_is_never_armed() {
    for time in [ticks(0), ticks(-3), e(ent(4))] {
        assert_eq!(held(false, time).run(&[1], &[]), "e1[1,)");
    }
}

#[test]
fn an_initial_value_is_held_only_from_its_renewal() {
    for (since_renewed, expected) in [(false, "e1[,)"), (true, "e1[,9) e2[9,)")] {
        let mut lamp = held(since_renewed, ticks(5));
        lamp.b.initially(lamp.lamp, &[], ent(ON));
        assert_eq!(lamp.run(&[4], &[]), expected);
    }
}

#[test]
fn the_time_of_has_held_is_worked_out_after_the_beginning() {
    let mut b = Builder::default();
    let start = b.action("start", 1);
    let [f, length] = [b.fluent("f", 0), b.number("length", 0)];
    let then = vec![begin(f, &[]), Effect::Initiate { fluent: length, args: vec![], value: ev(0) }];
    b.rule("start", R { vars: vec![Hole::Any], on: vec![happens(start, &[var(0)])], then, ..R::default() });
    let on = vec![Trigger::HasHeld { pattern: pat(f, &[], TRUE), time: of(length, &[]), since_renewed: false }];
    b.rule("end", R { on, then: vec![terminate(f, &[], TRUE)], ..R::default() });
    let solution = b.solve(&[at(1, start, &[num(4)]), at(8, start, &[num(2)])], 20);
    assert_eq!(line(&solution, f, &[]), "T[1,5) T[8,10)");
}

#[test]
fn has_held_watches_derived_fluents() {
    let mut lamp = lamp(Ties::EndingWins, None);
    let lit = lamp.b.derived("lit", 0);
    let warm = lamp.b.fluent("warm", 0);
    lamp.b.define(lit, &[], e(Value::TRUE), 0, &[holds(lamp.lamp, &[], val(ent(ON)))]);
    let on = vec![Trigger::HasHeld { pattern: pat(lit, &[], TRUE), time: ticks(3), since_renewed: false }];
    lamp.b.rule("warms", R { on, then: vec![begin(warm, &[])], ..R::default() });
    let narrative = [at(1, lamp.on, &[]), at(3, lamp.off, &[]), at(5, lamp.on, &[])];
    assert_eq!(line(&lamp.b.solve(&narrative, 20), warm, &[]), "T[8,)");
}

#[test]
fn after_carries_its_filling_and_tests_the_conditions_when_due() {
    let mut b = Builder::default();
    let [promise, cancel, grant] = [b.action("promise", 2), b.action("cancel", 0), b.action("grant", 1)];
    let [grace, off, done] = [b.fluent("grace", 1), b.fluent("off", 0), b.fluent("done", 2)];
    let vars = || vec![Hole::Any; 3];
    let then = vec![Effect::Initiate { fluent: grace, args: vec![val(ent(1))], value: ev(0) }];
    b.rule("grant", R { vars: vars(), on: vec![happens(grant, &[var(0)])], then, ..R::default() });
    b.rule("cancel", R { on: vec![happens(cancel, &[])], then: vec![begin(off, &[])], ..R::default() });
    let trigger = Trigger::After {
        time: arith(ArithOp::Plus, ev(1), ev(2)),
        trigger: Box::new(happens(promise, &[var(0), var(1)])),
        given: vec![holds(grace, &[val(ent(1))], var(2))],
    };
    let cond = vec![not(&[holds(off, &[], TRUE)])];
    b.rule(
        "done",
        R { vars: vars(), on: vec![trigger], cond, then: vec![begin(done, &[var(0), var(2)])], ..R::default() },
    );
    let (x, y, z) = (ent(7), ent(8), ent(9));
    let narrative = [
        at(1, promise, &[z, num(5)]),
        at(1, grant, &[num(2)]),
        at(2, promise, &[x, num(5)]),
        at(3, grant, &[num(4)]),
        at(4, promise, &[y, num(6)]),
        at(11, cancel, &[]),
    ];
    let solution = b.solve(&narrative, 30);
    assert_eq!(line(&solution, done, &[x, num(2)]), "T[9,)");
    assert_eq!(solution.instances_of(done, &[None, None]).count(), 1);
}

#[test]
fn a_day_comes_once_and_only_if_it_lies_ahead() {
    let mut b = Builder::default();
    let set = b.action("set", 1);
    let rang = b.action("rang", 1);
    let day = b.fluent_of("day", 0, FluentType::Valued(Hole::Day), Mode::Inertial);
    let vars = || vec![Hole::Any];
    let then = vec![Effect::Initiate { fluent: day, args: vec![], value: ev(0) }];
    b.rule("set", R { vars: vars(), on: vec![happens(set, &[var(0)])], then, ..R::default() });
    let on = vec![Trigger::Comes(pat(day, &[], var(0)))];
    b.rule("ring", R { vars: vars(), on, then: vec![happen(rang, &[var(0)])], ..R::default() });
    b.initially(day, &[], tick(-5));
    let narrative = [at(1, set, &[tick(9)]), at(3, set, &[tick(6)]), at(8, set, &[tick(8)]), at(9, set, &[tick(12)])];
    let solution = b.solve(&narrative, 30);
    let rang: Vec<i64> = solution.events.iter().filter(|it| it.action == rang).map(|it| it.tick).collect();
    assert_eq!(rang, [-5, 6, 12]);
}

#[test]
fn timers_that_set_each_other_off_stop_at_the_horizon() {
    let mut b = Builder::default();
    let tock = b.action("tock", 0);
    let on = vec![Trigger::After { time: ticks(3), trigger: Box::new(happens(tock, &[])), given: vec![] }];
    b.rule("clock", R { on, then: vec![happen(tock, &[])], ..R::default() });
    let solution = b.solve(&[at(0, tock, &[])], 10);
    let ticks: Vec<i64> = solution.events.iter().map(|it| it.tick).collect();
    assert_eq!(ticks, [0, 3, 6, 9]);
}

#[test]
fn timers_due_in_a_tick_with_steps_come_with_its_first() {
    let lamp = lamp(Ties::EndingWins, Some(false));
    let narrative = [at(1, lamp.on, &[]), at_step(6, 2, lamp.on, &[])];
    let solution = lamp.b.solve(&narrative, 8);
    // Off at step 0, on again at step 2: the tick leaves it on without a break.
    assert_eq!(line(&solution, lamp.lamp, &[]), "e1[1,)");
    let solution = lamp.b.solve(&narrative, 20);
    assert_eq!(line(&solution, lamp.lamp, &[]), "e1[1,11) e2[11,)");
}
