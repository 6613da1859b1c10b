//! `docs/semantics.md`, rules 1 to 11, each as a worked example.

use servanda_model::{
    Aggregate, AggregateOp, ArithOp, Clock, CompareOp, Condition, Expr, FluentType, Hole, Term, Value,
};
use servanda_testkit::reference::{Rejected, evaluate};
use servanda_testkit::sketch::{Lines, Sketch};

/// A lamp that is switched on and off by name.
fn lamps() -> Sketch {
    let mut s = Sketch::default();
    s.action("on", 1);
    s.action("off", 1);
    s.truth("lamp", 1);
    s.rule("on", |r| _ = r.happens("on(L)").initiate("lamp(L)"));
    s.rule("off", |r| _ = r.happens("off(L)").terminate("lamp(L)"));
    s
}

fn arith(op: ArithOp, a: Expr, b: Expr) -> Expr {
    Expr::Arith(op, Box::new(a), Box::new(b))
}

/// What a probe finds: the fluent `found(X)` for every `X` that fills the conditions.
fn probe(s: &mut Sketch, write: impl FnOnce(&mut Lines<'_>)) -> String {
    s.derived("found", 1, FluentType::Truth);
    s.define("found(X)", write);
    let all = s.outcome(1);
    all.lines().filter(|line| line.starts_with("found")).collect::<Vec<_>>().join("\n")
}

#[test]
fn rule_1_a_narrative_is_a_list_of_occurrences_on_ticks() {
    let mut s = lamps();
    s.at(-3, "on(a)");
    s.at(4, "off(a)");
    assert_eq!(s.outcome(10), "lamp(a) [-3, 4)");
}

#[test]
fn rule_2_a_later_step_sees_what_the_earlier_one_left() {
    let mut s = lamps();
    s.truth("seen", 1);
    s.rule("seen", |r| _ = r.happens("off(L)").holds("lamp(L)").initiate("seen(L)"));
    // Together: the state before has no lamp on. One after the other: it has.
    s.at(1, "off(a)");
    s.at(1, "on(b)");
    s.at_step(1, 1, "off(b)");
    assert_eq!(s.outcome(10), "seen(b) [1, ..)");
}

#[test]
fn rule_3_intervals_are_half_open_and_what_begins_and_ends_in_a_tick_leaves_none() {
    let mut s = lamps();
    s.at(2, "on(a)");
    s.at(5, "off(a)");
    s.at(7, "on(a)");
    s.at_step(7, 1, "off(a)");
    // Off and on again within tick 4: on that tick, and so throughout, it was on.
    s.at_step(4, 0, "off(a)");
    s.at_step(4, 1, "on(a)");
    assert_eq!(s.outcome(10), "lamp(a) [2, 5)");
}

#[test]
fn rule_4_initial_facts_hold_since_ever_and_arm_nothing() {
    let mut s = lamps();
    s.truth("lit", 0);
    s.program.fluents[1].mode = servanda_model::Mode::Derived;
    s.define("lit", |d| _ = d.holds("lamp(_)"));
    s.deadline(servanda_model::FluentId(0), "true", None, 3, false);
    s.initially("lamp(a)");
    s.at(1, "on(b)");
    assert_eq!(s.outcome(20), "lamp(a) [.., ..)\nlamp(b) [1, 4)\nlit [.., ..)");
}

#[test]
fn rule_5_one_value_at_a_time_and_an_unset_number_reads_as_0() {
    let mut s = Sketch::default();
    s.action("paint", 1);
    s.valued("colour", 0);
    s.number("coats", 0);
    s.number("left", 0);
    s.rule("paint", |r| {
        r.happens("paint(C)").initiate("colour = C");
        let coats = r.read("coats");
        r.compare(coats, CompareOp::Equal, Expr::Value(Value::integer(0).unwrap()));
        r.initiate("left = 2");
    });
    s.at(1, "paint(red)");
    s.at(3, "paint(blue)");
    assert_eq!(s.outcome(5), "colour red [1, 3)\ncolour blue [3, ..)\nleft 2 [1, ..)");
}

#[test]
fn rule_6_inertial_fluents_stay() {
    let mut s = lamps();
    s.at(1, "on(a)");
    s.at(2, "on(b)");
    s.at(3, "off(b)");
    assert_eq!(s.outcome(1_000), "lamp(a) [1, ..)\nlamp(b) [2, 3)");
}

#[test]
fn rule_7_derived_fluents_hold_while_their_conditions_do() {
    let mut s = lamps();
    s.derived("dark", 0, FluentType::Truth);
    s.define("dark", |d| _ = d.not(&["lamp(_)"]));
    s.at(2, "on(a)");
    s.at(5, "off(a)");
    assert_eq!(s.outcome(9), "lamp(a) [2, 5)\ndark [.., 2)\ndark [5, ..)");
}

#[test]
fn rule_7_two_values_in_one_state_are_a_contradiction() {
    let mut s = lamps();
    s.derived("brightest", 0, FluentType::Valued(Hole::Any));
    s.define("brightest = L", |d| _ = d.holds("lamp(L)"));
    s.at(1, "on(a)");
    s.at(2, "on(b)");
    s.at(4, "off(a)");
    let expected =
        "lamp(a) [1, 4)\nlamp(b) [2, ..)\nbrightest a [1, 2)\nbrightest b [4, ..)\nbrightest contradicted at 2";
    assert_eq!(s.outcome(9), expected);
}

#[test]
fn rule_7_recursion_through_plain_conditions_is_a_least_fixed_point() {
    let mut s = Sketch::default();
    s.truth("wire", 2);
    s.derived("joined", 2, FluentType::Truth);
    s.define("joined(A, B)", |d| _ = d.holds("wire(A, B)"));
    s.define("joined(A, C)", |d| _ = d.holds("joined(A, B)").holds("wire(B, C)"));
    s.fact(1, "wire(a, b)");
    s.fact(1, "wire(b, a)");
    s.fact_ends(2, "wire(b, a)");
    let expected = "wire(a, b) [1, ..)\nwire(b, a) [1, 2)\njoined(a, a) [1, 2)\njoined(a, b) [1, ..)\njoined(b, a) [1, 2)\njoined(b, b) [1, 2)";
    assert_eq!(s.outcome(3), expected);
}

#[test]
fn rule_7_recursion_through_absence_is_rejected() {
    let mut s = Sketch::default();
    let odd = s.derived("odd", 0, FluentType::Truth);
    let even = s.derived("even", 0, FluentType::Truth);
    s.define("odd", |d| _ = d.not(&["even"]));
    s.define("even", |d| _ = d.not(&["odd"]));
    assert_eq!(evaluate(&s.program, &[], 0), Err(Rejected::NotStratified(vec![odd, even])));
}

#[test]
fn rule_8_holds_binds_and_not_looks_for_any_filling() {
    let mut s = Sketch::default();
    s.truth("parent", 2);
    s.of_kind("ann", &[0, 1]);
    s.of_kind("ben", &[0]);
    s.initially("parent(ann, ben)");
    s.initially("parent(ben, cid)");
    s.initially("parent(ann, dot)");
    let mut childless = s.clone();
    assert_eq!(
        probe(&mut childless, |d| _ = d.not(&["parent(X, Y)"]).holds("parent(_, X)")),
        "found(cid) [.., ..)\nfound(dot) [.., ..)"
    );
    let mut of_kind = s.clone();
    let kind = of_kind.kind(0);
    let found = probe(&mut of_kind, |d| {
        d.holds("parent(_, X)").takes("X", kind);
    });
    assert_eq!(found, "found(ben) [.., ..)");
    let mut either = s.clone();
    let found = probe(&mut either, |d| {
        let alternative = |d: &mut Lines<'_>, text| vec![Condition::Holds(d.pattern(text))];
        let lists = vec![alternative(d, "parent(X, ben)"), alternative(d, "parent(X, cid)")];
        d.given(Condition::AnyOf(lists));
    });
    assert_eq!(found, "found(ann) [.., ..)\nfound(ben) [.., ..)");
    let grandparent = s.derived("grandparent", 1, FluentType::Truth);
    s.define("grandparent(X)", |d| _ = d.not(&["parent(X, Y)"]));
    assert!(matches!(evaluate(&s.program, &[], 0), Err(Rejected::Unsafe(_))), "{grandparent:?} of whom?");
}

#[test]
fn rule_9_a_range_leaves_some_comparisons_undecided() {
    let number = |n: i64| Expr::Value(Value::integer(n).unwrap());
    // What is asked of a number known to lie in the range: does it compare so to 3, or can that not be decided?
    let ask = |min: Option<i64>, max: Option<i64>, approximate: bool, op: CompareOp| {
        let mut s = Sketch::default();
        let range = s.range(min, max, approximate);
        for word in ["holds", "undecided"] {
            s.derived(word, 0, FluentType::Truth);
        }
        s.define("holds", |d| _ = d.compare(Expr::Value(range), op, number(3)));
        s.define("undecided", |d| {
            d.given(Condition::Undecided { left: Expr::Value(range), op, right: number(3) });
        });
        let outcome = s.outcome(1);
        outcome.split(' ').next().unwrap_or_default().to_owned()
    };
    use CompareOp::{AtMost, Equal, Greater, Less, NotEqual};
    assert_eq!(ask(Some(1), Some(2), false, Less), "holds");
    assert_eq!(ask(Some(1), Some(3), false, Less), "undecided");
    assert_eq!(ask(Some(1), Some(3), false, AtMost), "holds");
    assert_eq!(ask(Some(3), Some(9), false, Less), "");
    assert_eq!(ask(Some(4), None, false, Greater), "holds");
    assert_eq!(ask(Some(2), None, false, Greater), "undecided");
    assert_eq!(ask(None, None, false, NotEqual), "undecided");
    assert_eq!(ask(Some(1), Some(3), false, Equal), "undecided");
    assert_eq!(ask(Some(4), Some(5), false, Equal), "");
    assert_eq!(ask(Some(4), Some(5), false, NotEqual), "holds");
    // About three: neither more nor not more. About four is more than three.
    assert_eq!(ask(Some(3), Some(3), true, AtMost), "undecided");
    assert_eq!(ask(Some(4), Some(4), true, Greater), "holds");
}

#[test]
fn rule_9_a_missing_value_compares_to_nothing() {
    let mut s = Sketch::default();
    s.valued("colour", 1);
    s.initially("colour(a) = red");
    s.initially("colour(b) = blue");
    let differs = |x: &str, y: &str| {
        let mut s = s.clone();
        s.derived("differ", 0, FluentType::Truth);
        s.define("differ", |d| {
            let (left, right) = (d.read(&format!("colour({x})")), d.read(&format!("colour({y})")));
            d.compare(left, CompareOp::NotEqual, right);
        });
        s.outcome(1).contains("differ")
    };
    assert!(differs("a", "b"));
    assert!(!differs("a", "a"));
    assert!(!differs("a", "c"), "c has no colour");
}

#[test]
fn rule_10_arithmetic_gives_the_range_of_possible_results() {
    let mut s = Sketch::default();
    let (two_or_three, some) = (s.range(Some(2), Some(3), false), s.range(Some(1), None, false));
    let exprs = [
        (ArithOp::Plus, two_or_three, Value::integer(1)),
        (ArithOp::Minus, two_or_three, Some(two_or_three)),
        (ArithOp::Times, two_or_three, Value::integer(-2)),
        (ArithOp::DividedBy, two_or_three, Value::integer(2)),
        (ArithOp::DividedBy, two_or_three, Some(some)),
        (ArithOp::DividedBy, two_or_three, Value::integer(0)),
        (ArithOp::Times, some, Value::integer(0)),
    ];
    for (place, (op, a, b)) in exprs.into_iter().enumerate() {
        let name = format!("n{place}");
        s.derived(&name, 0, FluentType::Number);
        let value = move |_: &mut Lines<'_>| arith(op, Expr::Value(a), Expr::Value(b.unwrap()));
        s.define_as(&format!("{name} = 0"), Some(&value), |_| {});
    }
    let expected = "n0 [3, 4] [.., ..)\nn1 [-1, 1] [.., ..)\nn2 [-6, -4] [.., ..)\nn3 [1, 1.5] [.., ..)\nn4 [0, 3] [.., ..)\nn6 0 [.., ..)";
    assert_eq!(s.outcome(1), expected);
}

#[test]
fn rule_10_months_keep_the_day_or_take_the_last() {
    let mut s = Sketch::new(Clock::Days);
    s.action("note", 0);
    s.valued("due", 1);
    s.rule("note", |r| {
        r.happens("note");
        for (place, time) in ["1m", "1y", "3t"].into_iter().enumerate() {
            let due = r.pattern(&format!("due({place})"));
            let time = r.expr(time);
            let value = arith(ArithOp::Plus, Expr::Now, time);
            r.then(servanda_model::Effect::Initiate { fluent: due.fluent, args: due.args, value });
        }
    });
    // 1970-01-31, so 1970-02-28, 1971-01-31 and 1970-02-03.
    s.at(30, "note");
    assert_eq!(s.outcome(30), "due(0) @58 [30, ..)\ndue(1) @395 [30, ..)\ndue(2) @33 [30, ..)");
}

#[test]
fn rule_11_an_aggregate_counts_distinct_fillings() {
    let mut s = Sketch::default();
    s.number("price", 1);
    s.initially("price(apple) = 3");
    s.initially("price(pear) = 3");
    s.initially("price(plum) = 1");
    let ops = [
        ("n", AggregateOp::Count),
        ("sum", AggregateOp::Sum),
        ("least", AggregateOp::Least),
        ("most", AggregateOp::Greatest),
    ];
    for (name, op) in ops {
        s.derived(name, 0, FluentType::Number);
        let value = move |d: &mut Lines<'_>| {
            let of = d.expr("P");
            let over = vec![Condition::Holds(d.pattern("price(F) = P"))];
            Expr::Aggregate(Box::new(Aggregate { op, of, over }))
        };
        s.define_as(&format!("{name} = 0"), Some(&value), |_| {});
    }
    // Two prices of 3 are two fillings, since the fruits differ; with `_` for the fruit they would be one.
    s.derived("prices", 0, FluentType::Number);
    let value = |d: &mut Lines<'_>| {
        let mut pattern = d.pattern("price(_) = P");
        pattern.args = vec![Term::Any];
        let over = vec![Condition::Holds(pattern)];
        Expr::Aggregate(Box::new(Aggregate { op: AggregateOp::Count, of: Expr::Value(Value::TRUE), over }))
    };
    s.define_as("prices = 0", Some(&value), |_| {});
    let outcome = s.outcome(1);
    let derived: Vec<&str> = outcome.lines().filter(|line| !line.starts_with("price(")).collect();
    assert_eq!(derived, ["n 3 [.., ..)", "sum 7 [.., ..)", "least 1 [.., ..)", "most 3 [.., ..)", "prices 2 [.., ..)"]);
}
