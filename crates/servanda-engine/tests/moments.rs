//! One moment: triggers, effects, ties: `docs/semantics.md`, 12 to 17.

mod support;

use servanda_model::*;
use support::*;

/// A program with an action and rule for each way of changing `f`, with a given policy.
fn tied(ties: Ties, narrative: &[(i64, &str)]) -> (String, usize) {
    let mut b = Builder::default();
    let f = b.fluent("f", 0);
    b.ties(f, ties);
    let mut actions = Vec::new();
    for (name, effect) in [
        ("start 1", initiate(f, &[], ent(1))),
        ("start 2", initiate(f, &[], ent(2))),
        ("end 1", terminate(f, &[], val(ent(1)))),
        ("end any", terminate(f, &[], ANY)),
    ] {
        let action = b.action(name, 0);
        actions.push((name, action));
        b.rule(name, R { on: vec![happens(action, &[])], then: vec![effect], ..R::default() });
    }
    let action = |name: &str| actions.iter().find(|it| it.0 == name).unwrap().1;
    let narrative: Vec<Occurrence> = narrative.iter().map(|(tick, name)| at(*tick, action(name), &[])).collect();
    let solution = b.solve(&narrative, 20);
    (line(&solution, f, &[]), solution.contradictions.len())
}

#[test]
fn by_default_two_effects_that_differ_are_a_contradiction_and_leave_no_value() {
    use Ties::Contradiction as C;
    assert_eq!(tied(C, &[(1, "start 1"), (1, "start 2")]), (String::new(), 1));
    assert_eq!(tied(C, &[(1, "start 1"), (1, "end 1")]), (String::new(), 1));
    assert_eq!(tied(C, &[(1, "start 1"), (3, "start 1"), (3, "end any")]), ("e1[1,3)".into(), 1));
    assert_eq!(tied(C, &[(1, "start 1"), (1, "start 1")]), ("e1[1,)".into(), 0));
    // Ending the old value while the new one starts says the same thing twice.
    assert_eq!(tied(C, &[(1, "start 1"), (3, "end 1"), (3, "start 2")]), ("e1[1,3) e2[3,)".into(), 0));
    assert_eq!(tied(C, &[(1, "start 2"), (3, "end 1")]), ("e2[1,)".into(), 0));
}

#[test]
fn ending_wins_where_it_is_declared() {
    use Ties::EndingWins as E;
    assert_eq!(tied(E, &[(1, "start 1"), (1, "start 2")]), (String::new(), 0));
    assert_eq!(tied(E, &[(1, "start 1"), (3, "start 1"), (3, "start 2")]), ("e1[1,3)".into(), 0));
    assert_eq!(tied(E, &[(1, "start 1"), (3, "start 1"), (3, "end 1")]), ("e1[1,3)".into(), 0));
    assert_eq!(tied(E, &[(1, "start 1"), (3, "end 1"), (3, "start 2")]), ("e1[1,3) e2[3,)".into(), 0));
    assert_eq!(tied(E, &[(1, "start 1"), (3, "end any"), (3, "start 2")]), ("e1[1,3)".into(), 0));
}

#[test]
fn starting_wins_where_it_is_declared() {
    use Ties::StartingWins as S;
    assert_eq!(tied(S, &[(1, "start 1"), (1, "end 1")]), ("e1[1,)".into(), 0));
    assert_eq!(tied(S, &[(1, "start 1"), (3, "end any"), (3, "start 2")]), ("e1[1,3) e2[3,)".into(), 0));
    assert_eq!(tied(S, &[(1, "start 1"), (1, "start 2")]), (String::new(), 1));
    assert_eq!(tied(S, &[(1, "start 1"), (3, "end 1")]), ("e1[1,3)".into(), 0));
}

#[test]
fn increases_add_up_once_per_filling_and_do_not_go_with_other_effects() {
    let mut b = Builder::default();
    let pay = b.action("pay", 2);
    let clear = b.action("clear", 0);
    let told = b.action("told", 1);
    let sum = b.number("sum", 0);
    let vars = vec![Hole::Any; 2];
    let on = vec![happens(pay, &[var(0), var(1)])];
    b.rule("pay", R { vars, on, then: vec![increase(sum, &[], ev(1))], ..R::default() });
    b.rule("clear", R { on: vec![happens(clear, &[])], then: vec![initiate(sum, &[], num(0))], ..R::default() });
    let on = vec![Trigger::Initiated(pat(sum, &[], var(0)))];
    b.rule("tell", R { vars: vec![Hole::Any], on, then: vec![happen(told, &[var(0)])], ..R::default() });
    let narrative = [
        at(1, pay, &[ent(1), num(5)]),
        at(1, pay, &[ent(2), num(5)]),
        at(1, pay, &[ent(2), num(5)]),
        at(3, pay, &[ent(1), num(-2)]),
        at(4, pay, &[ent(1), num(1)]),
        at(4, pay, &[ent(1), num(-1)]),
        at(6, clear, &[]),
        at(6, pay, &[ent(1), num(1)]),
    ];
    let solution = b.solve(&narrative, 10);
    assert_eq!(line(&solution, sum, &[]), "10[1,3) 8[3,6)");
    assert_eq!(solution.contradictions.len(), 1);
    let told: Vec<_> =
        solution.events.iter().filter(|it| it.action == told).map(|it| (it.tick, show(it.args[0]))).collect();
    assert_eq!(told, [(1, "10".into()), (3, "8".into()), (4, "8".into()), (6, "0".into())]);
}

#[test]
fn a_rule_fires_once_per_filling_however_many_triggers_match() {
    let mut b = Builder::default();
    let [knock, ring] = [b.action("knock", 1), b.action("ring", 1)];
    let count = b.number("count", 0);
    let on = vec![happens(knock, &[var(0)]), happens(ring, &[var(0)])];
    b.rule("come", R { vars: vec![Hole::Any], on, then: vec![increase(count, &[], e(num(1)))], ..R::default() });
    let (x, y) = (ent(1), ent(2));
    let narrative = [at(1, knock, &[x]), at(1, ring, &[x]), at(2, knock, &[x]), at(2, ring, &[y])];
    assert_eq!(line(&b.solve(&narrative, 5), count, &[]), "1[1,2) 3[2,)");
}

#[test]
fn unless_looks_at_the_events_of_the_moment_produced_ones_included() {
    let mut b = Builder::default();
    let [open, close, slam] = [b.action("open", 1), b.action("close", 2), b.action("slam", 1)];
    let is_open = b.fluent("is open", 1);
    let vars = || vec![Hole::Any; 2];
    b.rule(
        "open",
        R {
            vars: vars(),
            on: vec![happens(open, &[var(0)])],
            unless: vec![event(close, &[var(0), var(1)])],
            then: vec![begin(is_open, &[var(0)])],
            ..R::default()
        },
    );
    let then = vec![happen(close, &[var(0), val(ent(9))])];
    b.rule("slam", R { vars: vars(), on: vec![happens(slam, &[var(0)])], then, ..R::default() });
    let narrative = [
        at(1, open, &[ent(1)]),
        at(1, open, &[ent(2)]),
        at(1, close, &[ent(2), ent(8)]),
        at(1, open, &[ent(3)]),
        at(1, slam, &[ent(3)]),
    ];
    let solution = b.solve(&narrative, 5);
    let args: Vec<Value> = solution.instances.iter().map(|it| it.args[0]).collect();
    assert_eq!(args, [ent(1)]);
    assert!(solution.events.iter().any(|it| it.is_produced && it.action == close && it.args == [ent(3), ent(9)]));
}

#[test]
fn conditions_read_the_state_before_the_moment() {
    let mut b = Builder::default();
    let [arm, fire] = [b.action("arm", 0), b.action("fire", 0)];
    let [armed, fired] = [b.fluent("armed", 0), b.fluent("fired", 0)];
    b.rule("arm", R { on: vec![happens(arm, &[])], then: vec![begin(armed, &[])], ..R::default() });
    let cond = vec![holds(armed, &[], TRUE)];
    b.rule("fire", R { on: vec![happens(fire, &[])], cond, then: vec![begin(fired, &[])], ..R::default() });
    assert_eq!(line(&b.solve(&[at(1, arm, &[]), at(1, fire, &[])], 5), fired, &[]), "");
    let ordered = [at_step(1, 0, arm, &[]), at_step(1, 1, fire, &[])];
    assert_eq!(line(&b.solve(&ordered, 5), fired, &[]), "T[1,)");
}

#[test]
fn begins_and_ends_need_a_change_and_initiated_does_not() {
    let mut b = Builder::default();
    let set = b.action("set", 1);
    let said = b.action("said", 2);
    let f = b.fluent("f", 0);
    let g = b.derived("g", 1);
    b.ties(f, Ties::EndingWins);
    b.define(g, &[var(0)], e(Value::TRUE), 1, &[holds(f, &[], var(0))]);
    let vars = || vec![Hole::Any];
    let then = vec![Effect::Initiate { fluent: f, args: vec![], value: ev(0) }];
    b.rule("set", R { vars: vars(), on: vec![happens(set, &[var(0)])], then, ..R::default() });
    for (word, trigger) in [
        (1, Trigger::Initiated(pat(f, &[], var(0)))),
        (2, Trigger::Begins(pat(f, &[], var(0)))),
        (3, Trigger::Ends(pat(f, &[], var(0)))),
        (4, Trigger::Begins(pat(g, &[var(0)], TRUE))),
        (5, Trigger::Ends(pat(g, &[var(0)], TRUE))),
    ] {
        let then = vec![happen(said, &[val(num(word)), var(0)])];
        b.rule("say", R { vars: vars(), on: vec![trigger], then, ..R::default() });
    }
    let narrative = [
        at(1, set, &[ent(1)]),
        at(2, set, &[ent(1)]),
        at(3, set, &[ent(2)]),
        // A tie: both are initiated, neither begins, the old value ends.
        at(4, set, &[ent(1)]),
        at(4, set, &[ent(2)]),
    ];
    let solution = b.solve(&narrative, 10);
    let said: Vec<String> = solution
        .events
        .iter()
        .filter(|it| it.action == said)
        .map(|it| format!("{}:{}{}", it.tick, show(it.args[0]), show(it.args[1])))
        .collect();
    assert_eq!(
        said,
        [
            "1:1e1", "1:2e1", "1:4e1", "2:1e1", "3:1e2", "3:2e2", "3:3e1", "3:4e2", "3:5e1", "4:1e1", "4:1e2", "4:3e2",
            "4:5e2"
        ]
    );
}

#[test]
fn a_stated_fact_acts_as_an_effect() {
    let mut b = Builder::default();
    let f = b.fluent("f", 1);
    b.deadline(f, ent(1), Some(ent(2)), 5, false);
    let fact = |tick, what| Occurrence { tick, step: 0, what, tag: 0 };
    let narrative = [
        fact(1, Happening::FactBegins(f, vec![ent(7)], ent(1))),
        fact(8, Happening::FactEnds(f, vec![ent(7)], ent(2))),
    ];
    assert_eq!(line(&b.solve(&narrative, 10), f, &[ent(7)]), "e1[1,6) e2[6,8)");
}

#[test]
fn an_ending_with_open_arguments_ends_every_match_those_just_started_too() {
    let mut b = Builder::default();
    let [start, sweep] = [b.action("start", 2), b.action("sweep", 1)];
    let f = b.fluent("f", 2);
    b.ties(f, Ties::EndingWins);
    let vars = || vec![Hole::Any; 2];
    let args = [var(0), var(1)];
    b.rule("start", R { vars: vars(), on: vec![happens(start, &args)], then: vec![begin(f, &args)], ..R::default() });
    let then = vec![terminate(f, &[var(0), ANY], TRUE)];
    b.rule("sweep", R { vars: vars(), on: vec![happens(sweep, &[var(0)])], then, ..R::default() });
    let [x, y, p, q] = [1, 2, 3, 4].map(ent);
    let narrative = [
        at(1, start, &[x, p]),
        at(1, start, &[x, q]),
        at(1, start, &[y, p]),
        at(3, sweep, &[x]),
        at(3, start, &[x, y]),
    ];
    let solution = b.solve(&narrative, 5);
    assert_eq!(line(&solution, f, &[x, p]), "T[1,3)");
    assert_eq!(line(&solution, f, &[x, q]), "T[1,3)");
    assert_eq!(line(&solution, f, &[y, p]), "T[1,)");
    assert_eq!(line(&solution, f, &[x, y]), "");
}

#[test]
fn one_norm_may_end_because_another_of_the_same_fluent_ends() {
    let mut b = Builder::default();
    let start = b.action("start", 1);
    let stop = b.action("stop", 1);
    let status = b.fluent("status", 1);
    let vars = || vec![Hole::Any];
    b.rule(
        "start",
        R { vars: vars(), on: vec![happens(start, &[var(0)])], then: vec![begin(status, &[var(0)])], ..R::default() },
    );
    let then = vec![terminate(status, &[val(ent(1))], TRUE)];
    b.rule("stop", R { vars: vars(), on: vec![happens(stop, &[val(ent(1))])], then, ..R::default() });
    let on = vec![Trigger::Ends(pat(status, &[val(ent(1))], TRUE))];
    b.rule("follow", R { on, then: vec![terminate(status, &[val(ent(2))], TRUE)], ..R::default() });
    let narrative = [at(1, start, &[ent(1)]), at(2, start, &[ent(2)]), at(5, stop, &[ent(1)])];
    // `start` may start any norm, but nothing that ends sets it off: no cycle.
    let solution = b.solve(&narrative, 9);
    assert_eq!(line(&solution, status, &[ent(2)]), "T[2,5)");
}
