//! `docs/semantics.md`, rules 12 to 24, each as a worked example.

use servanda_model::{Clock, Expr, FluentId, FluentType, Hole, Ties, Trigger, Value};
use servanda_testkit::reference::{Rejected, evaluate};
use servanda_testkit::sketch::Sketch;

/// A door that is opened and shut, with the tie policy given.
fn door(ties: Ties) -> Sketch {
    let mut s = Sketch::default();
    for action in ["open", "shut", "bang"] {
        s.action(action, 0);
    }
    s.fluent("door", 0, FluentType::Valued(Hole::Any), ties);
    s.rule("open", |r| _ = r.happens("open").initiate("door = open"));
    s.rule("shut", |r| _ = r.happens("shut").initiate("door = shut"));
    s.rule("bang", |r| _ = r.happens("bang").terminate("door = open"));
    s
}

const DOOR: FluentId = FluentId(0);

fn ticks(count: i64) -> Expr {
    Expr::Value(Value::integer(count).unwrap())
}

#[test]
fn rule_12_effects_produce_events() {
    let mut s = door(Ties::Contradiction);
    s.action("echo", 1);
    s.rule("echo", |r| _ = r.happens("bang").happen("echo(loud)"));
    s.rule("startle", |r| _ = r.happens("echo(_)").initiate("door = open"));
    s.at(3, "bang");
    assert_eq!(s.events(5), "3.0 bang\n3.0 echo(loud)");
    // The bang ends what the echo starts.
    assert_eq!(s.outcome(5), "door contradicted at 3");
}

#[test]
fn rule_13_conditions_are_tested_in_the_state_before() {
    let mut s = door(Ties::Contradiction);
    s.truth("draught", 0);
    s.rule("draught", |r| _ = r.happens("open").holds("door = shut").initiate("draught"));
    s.at(1, "shut");
    s.at(2, "open");
    s.at(3, "open");
    assert_eq!(s.outcome(5), "door shut [1, 2)\ndoor open [2, ..)\ndraught [2, ..)");
}

#[test]
fn rule_13_a_rule_fires_once_per_filling() {
    let mut s = Sketch::default();
    s.action("pay", 1);
    s.action("give", 1);
    s.number("gifts", 0);
    let one = ticks(1);
    s.rule("count", |r| _ = r.happens("pay(X)").happens("give(X)").increase("gifts", one));
    s.at(1, "pay(ann)");
    s.at(1, "give(ann)");
    s.at(1, "give(ben)");
    assert_eq!(s.outcome(2), "gifts 2 [1, ..)");
}

#[test]
fn rule_13_unless_prevents_at_the_same_moment() {
    let mut s = Sketch::default();
    s.action("vote", 1);
    s.action("veto", 2);
    s.truth("passed", 1);
    // The variable `Who` is bound by nothing else: whoever vetoes, it is prevented.
    s.rule("pass", |r| _ = r.happens("vote(M)").unless("veto(Who, M)").initiate("passed(M)"));
    s.at(1, "vote(m1)");
    s.at(1, "vote(m2)");
    s.at(1, "veto(ann, m2)");
    s.at(2, "veto(ann, m1)");
    assert_eq!(s.outcome(3), "passed(m1) [1, ..)");
}

#[test]
fn rule_14_initiated_begins_and_ends_are_three_things() {
    let mut s = door(Ties::EndingWins);
    for name in ["was_initiated", "began", "ended"] {
        s.truth(name, 0);
    }
    s.rule("1", |r| _ = r.initiated("door = open").initiate("was_initiated"));
    s.rule("2", |r| _ = r.begins("door = open").initiate("began"));
    s.rule("3", |r| _ = r.ends("door = open").initiate("ended"));
    let mut tie = s.clone();
    s.initially("door = open");
    s.at(2, "open");
    s.at(3, "shut");
    assert_eq!(s.outcome(4), "door open [.., 3)\ndoor shut [3, ..)\nwas_initiated [2, ..)\nended [3, ..)");
    // A tie undoes the beginning, but the effect was there.
    tie.at(2, "open");
    tie.at(2, "bang");
    assert_eq!(tie.outcome(4), "was_initiated [2, ..)");
}

#[test]
fn rule_14_a_day_comes() {
    let mut s = Sketch::default();
    s.action("fix", 1);
    s.valued("opening", 0);
    s.truth("opened", 0);
    s.rule("fix", |r| _ = r.happens("fix(D)").initiate("opening = D"));
    s.rule("open", |r| {
        let pattern = r.pattern("opening = _");
        r.when(Trigger::Comes(pattern)).initiate("opened");
    });
    let mut late = s.clone();
    s.at(1, "fix(@4)");
    assert_eq!(s.outcome(9), "opening @4 [1, ..)\nopened [4, ..)");
    late.at(4, "fix(@4)");
    late.at(5, "fix(@3)");
    assert_eq!(late.outcome(9), "opening @4 [4, 5)\nopening @3 [5, ..)");
}

#[test]
fn rule_15_ties_are_a_declared_policy() {
    // The door is shut; in the first moment it is opened, in the second opened and shut at once.
    let after = |ties, events: &[&str]| {
        let mut s = door(ties);
        s.initially("door = shut");
        events.iter().for_each(|event| s.at(1, event));
        s.outcome(2).replace("door shut [.., 1)", "").trim().replace('\n', ", ")
    };
    let opened_and_ended = ["open", "bang"];
    assert_eq!(after(Ties::Contradiction, &opened_and_ended), "door contradicted at 1");
    assert_eq!(after(Ties::EndingWins, &opened_and_ended), "");
    assert_eq!(after(Ties::StartingWins, &opened_and_ended), "door open [1, ..)");
    let two_values = ["open", "shut"];
    assert_eq!(after(Ties::Contradiction, &two_values), "door contradicted at 1");
    assert_eq!(after(Ties::EndingWins, &two_values), "");
    assert_eq!(after(Ties::StartingWins, &two_values), "door contradicted at 1");
    // Shut again, and what is not so is ended: nothing changes.
    assert_eq!(after(Ties::Contradiction, &["shut", "bang"]), "door shut [.., ..)");
}

#[test]
fn rule_15_increases_add_up_and_suffer_no_other_effect() {
    let mut s = Sketch::default();
    s.action("pay", 1);
    s.action("reset", 0);
    s.number("paid", 0);
    s.rule("pay", |r| {
        let amount = r.expr("X");
        r.happens("pay(X)").increase("paid", amount);
    });
    s.rule("reset", |r| _ = r.happens("reset").initiate("paid = 0"));
    s.at(1, "pay(2)");
    s.at(1, "pay(3)");
    s.at(2, "pay(-1)");
    s.at(3, "pay(1)");
    s.at(3, "reset");
    s.at(4, "pay(7)");
    assert_eq!(s.outcome(5), "paid 5 [1, 2)\npaid 4 [2, 3)\npaid 7 [4, ..)\npaid contradicted at 3");
}

#[test]
fn rule_15_ending_every_match_concerns_what_starts_at_that_moment() {
    let mut s = Sketch::default();
    s.action("enter", 1);
    s.action("evacuate", 0);
    s.truth("inside", 1);
    s.rule("enter", |r| _ = r.happens("enter(X)").initiate("inside(X)"));
    s.rule("evacuate", |r| _ = r.happens("evacuate").terminate("inside(_)"));
    s.at(1, "enter(ann)");
    s.at(2, "enter(ben)");
    s.at(2, "evacuate");
    assert_eq!(s.outcome(3), "inside(ann) [1, 2)\ninside(ben) contradicted at 2");
}

#[test]
fn rule_16_a_stated_fact_is_an_effect() {
    let mut s = door(Ties::Contradiction);
    s.truth("noted", 0);
    s.rule("noted", |r| _ = r.initiated("door = open").initiate("noted"));
    s.fact(2, "door = open");
    s.fact_ends(3, "door = shut");
    s.fact_ends(5, "door = open");
    assert_eq!(s.outcome(6), "door open [2, 5)\nnoted [2, ..)");
}

#[test]
fn rule_16_derived_fluents_take_no_effects() {
    let mut s = door(Ties::Contradiction);
    s.derived("passable", 0, FluentType::Truth);
    s.rule("wrong", |r| _ = r.happens("bang").initiate("passable"));
    assert!(matches!(evaluate(&s.program, &[], 0), Err(Rejected::WrongMode(_))));
}

#[test]
fn rule_17_one_moment_has_no_cycles() {
    let mut s = door(Ties::Contradiction);
    s.derived("passable", 0, FluentType::Truth);
    s.define("passable", |d| _ = d.holds("door = open"));
    let mut through_state = s.clone();
    // A condition reads the state before, so this is no cycle.
    s.rule("slam", |r| _ = r.happens("bang").holds("passable").initiate("door = shut"));
    assert!(evaluate(&s.program, &[], 0).is_ok());
    through_state.rule("slam", |r| _ = r.begins("passable").initiate("door = shut"));
    assert!(matches!(evaluate(&through_state.program, &[], 0), Err(Rejected::Cycle(_))));
    let mut through_unless = s;
    through_unless.rule("odd", |r| _ = r.happens("open").unless("shut").happen("shut"));
    assert!(matches!(evaluate(&through_unless.program, &[], 0), Err(Rejected::Cycle(_))));
}

#[test]
fn rule_18_a_timer_without_a_positive_time_is_never_armed() {
    let mut s = door(Ties::Contradiction);
    s.action("bell", 1);
    for time in [-1, 0, 1] {
        s.rule("after", |r| {
            let trigger = Box::new(Trigger::Happens(r.event("bang")));
            r.when(Trigger::After { time: ticks(time), trigger, given: Vec::new() });
            r.happen(&format!("bell({time})"));
        });
    }
    s.at_step(2, 1, "bang");
    assert_eq!(s.events(9), "2.1 bang\n3.0 bell(1)");
}

/// A lease that lapses when it has held for three ticks.
fn lease(since_renewed: bool) -> Sketch {
    let mut s = Sketch::default();
    s.action("grant", 0);
    s.action("revoke", 0);
    s.action("lapse", 0);
    s.truth("lease", 0);
    s.rule("grant", |r| _ = r.happens("grant").initiate("lease"));
    s.rule("revoke", |r| _ = r.happens("revoke").terminate("lease"));
    s.rule("lapse", |r| {
        let pattern = r.pattern("lease");
        r.when(Trigger::HasHeld { pattern, time: ticks(3), since_renewed }).happen("lapse");
    });
    s
}

#[test]
fn rule_19_has_held_counts_from_the_beginning_or_from_the_last_renewal() {
    for (since_renewed, lapses) in [(false, "4.0 lapse"), (true, "5.0 lapse")] {
        let mut s = lease(since_renewed);
        s.at(1, "grant");
        s.at(2, "grant");
        let events = s.events(20);
        assert_eq!(events.lines().last(), Some(lapses));
    }
    for since_renewed in [false, true] {
        let mut broken = lease(since_renewed);
        broken.at(1, "grant");
        broken.at(3, "revoke");
        broken.at_step(3, 1, "grant");
        assert_eq!(broken.events(20).lines().last(), Some("6.0 lapse"), "counted from the new beginning");
        let mut since_ever = lease(since_renewed);
        since_ever.initially("lease");
        assert_eq!(since_ever.events(20), "");
    }
    // Revoked at the very moment it is due: it still held just before.
    let mut on_the_day = lease(false);
    on_the_day.at(1, "grant");
    on_the_day.at(4, "revoke");
    assert!(on_the_day.events(20).contains("4.0 lapse"));
}

#[test]
fn rule_20_after_carries_its_filling_and_nothing_cancels_it() {
    let mut s = Sketch::default();
    s.action("invoice", 2);
    s.action("remind", 1);
    s.truth("customer", 1);
    s.truth("paid", 1);
    s.rule("remind", |r| {
        let trigger = Box::new(Trigger::Happens(r.event("invoice(W, T)")));
        let given = vec![servanda_model::Condition::Holds(r.pattern("customer(W)"))];
        let time = r.expr("T");
        r.when(Trigger::After { time, trigger, given }).not(&["paid(W)"]).happen("remind(W)");
    });
    s.initially("customer(ann)");
    s.initially("customer(ben)");
    for who in ["ann", "ben", "cid"] {
        s.at(1, &format!("invoice({who}, 3)"));
    }
    // No longer a customer, but that was asked when the bill came; paid, and that is asked when it is due.
    s.fact_ends(2, "customer(ann)");
    s.fact(2, "paid(ben)");
    let events = s.events(20);
    assert_eq!(events.lines().skip(3).collect::<Vec<_>>(), ["4.0 remind(ann)"]);
}

#[test]
fn rule_21_a_deadline_runs_unless_its_value_is_broken_strictly_between() {
    let run = |renewable: bool, events: &[(i64, &str)]| {
        let mut s = door(Ties::EndingWins);
        s.deadline(DOOR, "open", Some("alarm"), 4, renewable);
        events.iter().for_each(|(tick, event)| s.at(*tick, event));
        s.outcome(20).replace('\n', ", ")
    };
    assert_eq!(run(false, &[(1, "open")]), "door open [1, 5), door alarm [5, ..)");
    assert_eq!(run(false, &[(1, "open"), (3, "bang")]), "door open [1, 3)");
    assert_eq!(
        run(false, &[(1, "open"), (3, "shut"), (4, "open")]),
        "door open [1, 3), door shut [3, 4), door open [4, 8), door alarm [8, ..)"
    );
    // A break on the last tick does not cancel: `shut` and `alarm` are then started at once.
    assert_eq!(run(false, &[(1, "open"), (5, "shut")]), "door open [1, 5)");
    // Undone by a tie, and still armed.
    assert_eq!(run(false, &[(1, "open"), (1, "bang")]), "door alarm [5, ..)");
    // Renewed: the first timer runs all the same, unless the deadline is renewable.
    assert_eq!(run(false, &[(1, "open"), (3, "open")]), "door open [1, 5), door alarm [5, ..)");
    assert_eq!(run(true, &[(1, "open"), (3, "open")]), "door open [1, 7), door alarm [7, ..)");
}

#[test]
fn rule_22_a_renewal_on_the_last_day_wins() {
    let mut s = door(Ties::EndingWins);
    s.action("knock", 0);
    s.rule("answer", |r| _ = r.happens("knock").happen("open"));
    s.deadline(DOOR, "open", Some("alarm"), 4, true);
    s.at(1, "open");
    // By way of another rule, and so not yet known when the moment begins.
    s.at(5, "knock");
    assert_eq!(s.outcome(20), "door open [1, 9)\ndoor alarm [9, ..)");
    // What renews it may not itself wait for it.
    s.rule("again", |r| _ = r.initiated("door = alarm").happen("open"));
    assert!(matches!(evaluate(&s.program, &[], 0), Err(Rejected::Cycle(_))));
}

#[test]
fn rule_22_a_deadline_may_renew_itself() {
    let mut s = Sketch::new(Clock::Integers);
    s.truth("beat", 0);
    s.number("beats", 0);
    s.deadline(FluentId(0), "true", Some("true"), 2, true);
    s.rule("count", |r| _ = r.initiated("beat").increase("beats", ticks(1)));
    s.fact(1, "beat");
    assert_eq!(s.outcome(6), "beat [1, ..)\nbeats 1 [1, 3)\nbeats 2 [3, 5)\nbeats 3 [5, ..)");
}

#[test]
fn rule_23_touching_intervals_of_one_value_are_one() {
    let mut s = door(Ties::Contradiction);
    s.at(1, "open");
    s.at(3, "shut");
    s.at_step(3, 1, "open");
    s.at(5, "open");
    assert_eq!(s.outcome(6), "door open [1, ..)");
}

#[test]
fn rule_24_order_means_nothing() {
    let mut s = door(Ties::EndingWins);
    s.deadline(DOOR, "open", Some("alarm"), 2, true);
    for (tick, event) in [(1, "open"), (2, "shut"), (2, "bang"), (3, "open"), (6, "open")] {
        s.at(tick, event);
    }
    let forward = s.solve(9);
    s.narrative.reverse();
    s.program.rules.reverse();
    for (place, rule) in s.program.rules.iter_mut().enumerate() {
        rule.id = servanda_model::RuleId::from_index(place);
    }
    let backward = s.solve(9);
    assert_eq!((forward.intervals, forward.events), (backward.intervals, backward.events));
}
