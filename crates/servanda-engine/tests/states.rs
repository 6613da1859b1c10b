//! Time, states and derived fluents: `docs/semantics.md`, 1 to 7.

mod support;

use servanda_model::*;
use support::*;

/// `set(x)` gives `f` the value x, `unset` ends it.
struct Setter {
    b: Builder,
    set: ActionId,
    unset: ActionId,
    f: FluentId,
}

fn setter() -> Setter {
    let mut b = Builder::default();
    let set = b.action("set", 1);
    let unset = b.action("unset", 0);
    let f = b.fluent("f", 0);
    let on_set = R {
        vars: vec![Hole::Any],
        on: vec![happens(set, &[var(0)])],
        then: vec![Effect::Initiate { fluent: f, args: vec![], value: ev(0) }],
        ..R::default()
    };
    b.rule("set", on_set);
    b.rule("unset", R { on: vec![happens(unset, &[])], then: vec![terminate(f, &[], ANY)], ..R::default() });
    Setter { b, set, unset, f }
}

#[test]
fn a_value_holds_from_the_tick_of_its_cause_until_the_tick_of_its_end() {
    let Setter { b, set, unset, f } = setter();
    let solution = b.solve(&[at(3, set, &[ent(1)]), at(7, unset, &[])], 10);
    assert_eq!(line(&solution, f, &[]), "e1[3,7)");
    assert!(solution.holds_at(f, &[], ent(1), 3));
    assert!(solution.holds_at(f, &[], ent(1), 6));
    assert!(!solution.holds_at(f, &[], ent(1), 7));
    assert_eq!(solution.holds_for(f, &[], ent(1)).count(), 1);
    assert_eq!(solution.state_at(5).count(), 1);
}

#[test]
fn one_value_replaces_another_and_the_same_value_goes_on() {
    let Setter { b, set, f, .. } = setter();
    let solution = b.solve(&[at(1, set, &[ent(1)]), at(2, set, &[ent(1)]), at(5, set, &[ent(2)])], 10);
    assert_eq!(line(&solution, f, &[]), "e1[1,5) e2[5,)");
}

#[test]
fn steps_of_a_tick_see_each_other_and_leave_no_interval_of_their_own() {
    let Setter { b, set, unset, f } = setter();
    let passing = [at_step(4, 0, set, &[ent(1)]), at_step(4, 1, unset, &[])];
    assert_eq!(line(&b.solve(&passing, 10), f, &[]), "");
    let there_and_back = [
        at_step(1, 0, set, &[ent(1)]),
        at_step(4, 0, set, &[ent(2)]),
        at_step(4, 1, set, &[ent(1)]),
        at_step(6, 0, unset, &[]),
    ];
    assert_eq!(line(&b.solve(&there_and_back, 10), f, &[]), "e1[1,6)");
}

#[test]
fn initial_facts_have_no_beginning_and_feed_derived_fluents() {
    let Setter { mut b, unset, f, .. } = setter();
    let seen = b.derived("seen", 1);
    b.define(seen, &[var(0)], e(Value::TRUE), 1, &[holds(f, &[], var(0))]);
    b.initially(f, &[], ent(3));
    let solution = b.solve(&[at(5, unset, &[])], 10);
    assert_eq!(line(&solution, f, &[]), "e3[,5)");
    assert_eq!(line(&solution, seen, &[ent(3)]), "T[,5)");
    assert_eq!(solution.value_at(f, &[], -1_000_000), Some(ent(3)));
}

#[test]
fn initial_facts_that_differ_are_a_contradiction() {
    let Setter { mut b, f, .. } = setter();
    b.initially(f, &[], ent(3));
    b.initially(f, &[], ent(2));
    let solution = b.solve(&[], 10);
    assert_eq!(solution.contradictions.len(), 1);
    assert_eq!((solution.contradictions[0].tick, solution.instances.len()), (None, 0));
}

#[test]
fn a_derived_fluent_follows_joins_and_absence() {
    let mut b = Builder::default();
    let on = b.action("on", 2);
    let off = b.action("off", 2);
    let edge = b.fluent("edge", 2);
    let path = b.derived("path", 2);
    let alone = b.derived("alone", 1);
    let args = [var(0), var(1)];
    let vars = vec![Hole::Any; 2];
    b.rule(
        "on",
        R { vars: vars.clone(), on: vec![happens(on, &args)], then: vec![begin(edge, &args)], ..R::default() },
    );
    b.rule("off", R { vars, on: vec![happens(off, &args)], then: vec![terminate(edge, &args, TRUE)], ..R::default() });
    b.define(
        path,
        &[var(0), var(2)],
        e(Value::TRUE),
        3,
        &[holds(edge, &[var(0), var(1)], TRUE), holds(edge, &[var(1), var(2)], TRUE)],
    );
    b.define(
        alone,
        &[var(0)],
        e(Value::TRUE),
        3,
        &[holds(edge, &[var(0), var(1)], TRUE), not(&[holds(edge, &[ANY, var(0)], TRUE)])],
    );
    let (x, y, z) = (ent(1), ent(2), ent(3));
    let narrative =
        [at(1, on, &[x, y]), at(2, on, &[y, z]), at(4, on, &[z, x]), at(6, off, &[x, y]), at(8, off, &[z, x])];
    let solution = b.solve(&narrative, 10);
    assert_eq!(line(&solution, path, &[x, z]), "T[2,6)");
    assert_eq!(line(&solution, path, &[y, x]), "T[4,8)");
    assert_eq!(line(&solution, path, &[z, y]), "T[4,6)");
    assert_eq!(line(&solution, alone, &[x]), "T[1,4)");
    assert_eq!(line(&solution, alone, &[y]), "T[6,)");
    assert_eq!(line(&solution, alone, &[z]), "");
}

#[test]
fn recursion_finds_the_least_fixed_point_and_loses_what_hung_on_itself() {
    let mut b = Builder::default();
    let on = b.action("on", 2);
    let off = b.action("off", 2);
    let inside = b.fluent("inside", 2);
    let within = b.derived("within", 2);
    let args = [var(0), var(1)];
    let vars = vec![Hole::Any; 2];
    b.rule(
        "on",
        R { vars: vars.clone(), on: vec![happens(on, &args)], then: vec![begin(inside, &args)], ..R::default() },
    );
    b.rule(
        "off",
        R { vars, on: vec![happens(off, &args)], then: vec![terminate(inside, &args, TRUE)], ..R::default() },
    );
    b.define(within, &args, e(Value::TRUE), 2, &[holds(inside, &args, TRUE)]);
    b.define(
        within,
        &[var(0), var(2)],
        e(Value::TRUE),
        3,
        &[holds(within, &[var(0), var(1)], TRUE), holds(within, &[var(1), var(2)], TRUE)],
    );
    let [p, q, r] = [1, 2, 3].map(ent);
    // A loop: within(p, p) must not keep itself up once the way back is gone.
    let narrative =
        [at(1, on, &[p, q]), at(2, on, &[q, r]), at(3, on, &[r, p]), at(5, off, &[r, p]), at(7, off, &[p, q])];
    let solution = b.solve(&narrative, 10);
    assert_eq!(line(&solution, within, &[p, r]), "T[2,7)");
    assert_eq!(line(&solution, within, &[p, p]), "T[3,5)");
    assert_eq!(line(&solution, within, &[r, q]), "T[3,5)");
    assert_eq!(line(&solution, within, &[q, r]), "T[2,)");
}

#[test]
fn definitions_that_give_two_values_are_a_contradiction_for_as_long_as_they_do() {
    let Setter { mut b, set, unset, f } = setter();
    let g = b.derived("g", 0);
    b.define(g, &[], e(ent(7)), 0, &[]);
    b.define(g, &[], ev(0), 1, &[holds(f, &[], var(0))]);
    let narrative = [at(2, set, &[ent(8)]), at(4, set, &[ent(7)]), at(6, set, &[ent(9)]), at(8, unset, &[])];
    let solution = b.solve(&narrative, 10);
    assert_eq!(line(&solution, g, &[]), "e7[,2) e7[4,6) e7[8,)");
    let ticks: Vec<_> = solution.contradictions.iter().map(|it| (it.tick, it.values.clone())).collect();
    assert_eq!(ticks, [(Some(2), vec![ent(7), ent(8)]), (Some(6), vec![ent(7), ent(9)])]);
}

#[test]
fn an_instance_with_two_values_supports_others_while_the_fixed_point_is_found() {
    let Setter { mut b, set, f, .. } = setter();
    let [g, h] = [b.derived("g", 1), b.derived("h", 0)];
    // g(e1) gets the value of f and, through g itself, e9.
    b.define(g, &[val(ent(1))], ev(0), 1, &[holds(f, &[], var(0))]);
    b.define(g, &[var(0)], e(ent(9)), 1, &[holds(g, &[var(0)], val(ent(5)))]);
    b.define(h, &[], e(Value::TRUE), 0, &[holds(g, &[val(ent(1))], ANY)]);
    let solution = b.solve(&[at(2, set, &[ent(4)]), at(6, set, &[ent(5)]), at(8, set, &[ent(9)])], 10);
    assert_eq!(line(&solution, g, &[ent(1)]), "e4[2,6) e9[8,)");
    // Outside the recursion, an instance with two values has none.
    assert_eq!(line(&solution, h, &[]), "T[2,6) T[8,)");
    assert_eq!(solution.contradictions.len(), 1);
    assert_eq!(solution.contradictions[0].values, [ent(5), ent(9)]);
}
