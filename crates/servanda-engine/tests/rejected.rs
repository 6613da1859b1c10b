//! Programs that cannot be run, and occurrences that do not fit.

mod support;

use servanda_engine::{Closed, Compiled, Engine, Options, ProgramErrorKind, PushError, Record, Sink, solve};
use servanda_model::*;
use support::*;

fn error(b: &Builder) -> ProgramErrorKind {
    let errors = b.compiled().expect_err("an error");
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].kind.clone()
}

fn names(kind: ProgramErrorKind) -> Vec<String> {
    match kind {
        ProgramErrorKind::Cycle(links) | ProgramErrorKind::UnstratifiedRecursion(links) => {
            links.into_iter().map(|link| link.name).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rules_that_set_each_other_off_within_a_moment_are_shown() {
    let mut b = Builder::default();
    let [ping, pong, other] = [b.action("ping", 0), b.action("pong", 0), b.action("other", 0)];
    b.rule("aside", R { on: vec![happens(other, &[])], then: vec![happen(ping, &[])], ..R::default() });
    b.rule("pings", R { on: vec![happens(pong, &[])], then: vec![happen(ping, &[])], ..R::default() });
    b.rule("pongs", R { on: vec![happens(ping, &[])], then: vec![happen(pong, &[])], ..R::default() });
    let errors = b.compiled().unwrap_err();
    assert_eq!(errors[0].to_string(), "a cycle within one moment: pings → pongs → pings");
    assert_eq!(errors[0].origin, Some(OriginId(1)));
}

#[test]
fn a_cycle_through_a_derived_fluent_an_unless_or_a_deadline_is_a_cycle() {
    let mut b = Builder::default();
    let f = b.fluent("f", 0);
    let g = b.derived("g", 0);
    b.define(g, &[], e(Value::TRUE), 0, &[holds(f, &[], TRUE)]);
    let on = vec![Trigger::Begins(pat(g, &[], TRUE))];
    b.rule("back", R { on, then: vec![terminate(f, &[], TRUE)], ..R::default() });
    assert_eq!(names(error(&b)), ["back", "g"]);

    let mut b = Builder::default();
    let [go, stop] = [b.action("go", 0), b.action("stop", 0)];
    let unless = vec![event(stop, &[])];
    b.rule("stops", R { on: vec![happens(go, &[])], unless, then: vec![happen(stop, &[])], ..R::default() });
    assert_eq!(names(error(&b)), ["stops"]);

    let mut b = Builder::default();
    let f = b.fluent("f", 0);
    b.deadline(f, ent(1), Some(ent(2)), 5, true);
    let on = vec![Trigger::Initiated(pat(f, &[], val(ent(2))))];
    b.rule("again", R { on, then: vec![initiate(f, &[], ent(1))], ..R::default() });
    assert_eq!(names(error(&b)), ["again", "f"]);
}

#[test]
fn a_cycle_through_time_is_fine() {
    let mut b = Builder::default();
    let f = b.fluent("f", 0);
    b.deadline(f, ent(1), Some(ent(2)), 5, false);
    b.deadline(f, ent(2), Some(ent(1)), 5, false);
    let start = b.action("start", 0);
    b.rule("start", R { on: vec![happens(start, &[])], then: vec![initiate(f, &[], ent(1))], ..R::default() });
    assert_eq!(line(&b.solve(&[at(0, start, &[])], 12), f, &[]), "e1[0,5) e2[5,10) e1[10,)");
}

#[test]
fn definitions_may_not_depend_on_their_own_absence_or_value() {
    let mut b = Builder::default();
    let [p, q] = [b.derived("p", 0), b.derived("q", 0)];
    b.define(p, &[], e(Value::TRUE), 0, &[not(&[holds(q, &[], TRUE)])]);
    b.define(q, &[], e(Value::TRUE), 0, &[holds(p, &[], TRUE)]);
    assert_eq!(names(error(&b)), ["q", "p"]);

    let mut b = Builder::default();
    let p = b.derived("p", 0);
    b.define(p, &[], e(Value::TRUE), 0, &[compare(of(p, &[]), CompareOp::NotEqual, e(ent(3)))]);
    assert_eq!(names(error(&b)), ["p"]);
}

#[test]
fn a_variable_must_be_bound_before_it_is_needed() {
    let unbound = |rule: R| {
        let mut b = Builder::default();
        b.action("go", 1);
        b.fluent("f", 1);
        b.rule("r", R { vars: vec![Hole::Any; 2], ..rule });
        error(&b)
    };
    let go = || vec![happens(ActionId(0), &[var(0)])];
    let f = FluentId(0);
    let expected = ProgramErrorKind::UnboundVariable("v1".into());
    assert_eq!(unbound(R { on: go(), then: vec![begin(f, &[var(1)])], ..R::default() }), expected);
    let cond = vec![not(&[holds(f, &[var(1)], TRUE)])];
    assert_eq!(unbound(R { on: go(), cond, then: vec![begin(f, &[var(1)])], ..R::default() }), expected);
    let cond = vec![compare(ev(1), CompareOp::Less, e(num(1)))];
    assert_eq!(unbound(R { on: go(), cond, ..R::default() }), expected);
    // Bound through one trigger only.
    let on = vec![happens(ActionId(0), &[var(0)]), happens(ActionId(0), &[var(1)])];
    assert_eq!(unbound(R { on, then: vec![begin(f, &[var(1)])], ..R::default() }), expected);
}

#[test]
fn parts_that_do_not_fit_are_named() {
    let mut b = Builder::default();
    let go = b.action("go", 1);
    let derived = b.derived("d", 0);
    b.rule("r", R { on: vec![happens(go, &[])], ..R::default() });
    b.rule("s", R { on: vec![happens(ActionId(9), &[])], ..R::default() });
    b.rule("t", R { on: vec![happens(go, &[ANY])], then: vec![begin(derived, &[])], ..R::default() });
    b.rule("u", R { on: vec![happens(go, &[ANY])], then: vec![happen(go, &[ANY])], ..R::default() });
    let after = |trigger| Trigger::After { time: ticks(1), trigger: Box::new(trigger), given: vec![] };
    b.rule("v", R { on: vec![after(after(happens(go, &[ANY])))], ..R::default() });
    b.define(derived, &[], Expr::Now, 0, &[]);
    b.program.clock = Clock::Integers;
    let year = Expr::Value(Value::duration(Duration::Years(1)));
    let on = vec![Trigger::After { time: year, trigger: Box::new(happens(go, &[ANY])), given: vec![] }];
    b.rule("w", R { on, ..R::default() });
    let errors = b.compiled().unwrap_err();
    let kinds: Vec<_> = errors.iter().map(|error| (error.name.as_str(), &error.kind)).collect();
    let arity = ProgramErrorKind::WrongArity { phrase: "go".into(), declared: 1, found: 0 };
    let changed = ProgramErrorKind::DerivedIsChanged("d".into());
    assert_eq!(
        kinds,
        [
            ("r", &arity),
            ("s", &ProgramErrorKind::UnknownId("action")),
            ("t", &changed),
            ("u", &ProgramErrorKind::AnyWhereValueNeeded),
            ("v", &ProgramErrorKind::NestedTimer),
            ("w", &ProgramErrorKind::CalendarOnIntegers),
            ("definition 0", &ProgramErrorKind::NowInDefinition),
        ]
    );
}

struct Nothing;

impl Sink for Nothing {
    fn interval(&mut self, _: &Closed<'_>) {}
}

#[test]
fn occurrences_that_do_not_fit_are_told_and_passed_over() {
    let mut b = Builder::default();
    let go = b.action("go", 1);
    let f = b.fluent("f", 1);
    let d = b.derived("d", 0);
    let on = vec![happens(go, &[var(0)])];
    b.rule("go", R { vars: vec![Hole::Any], on, then: vec![begin(f, &[var(0)])], ..R::default() });
    let compiled = Compiled::new(&b.program).unwrap();
    let fact = Happening::FactBegins(d, vec![], Value::TRUE);
    let narrative = [
        at(1, go, &[]),
        at(1, ActionId(7), &[]),
        Occurrence { tick: 1, step: 0, what: fact, tag: 0 },
        at(2, go, &[ent(1)]),
        at(i64::MAX, go, &[ent(1)]),
    ];
    let options = Options { until: None, horizon: 100, record: Record::Timeline };
    let solution = solve(&compiled, &narrative, &options);
    assert_eq!(
        solution.rejected,
        [
            (0, PushError::WrongArity { declared: 1, found: 0 }),
            (1, PushError::Unknown),
            (2, PushError::DerivedFact),
            (4, PushError::TickOutOfRange),
        ]
    );
    assert_eq!(line(&solution, f, &[ent(1)]), "T[2,)");
    let mut engine = Engine::new(&compiled, Nothing);
    engine.push(&at(5, go, &[ent(1)])).unwrap();
    assert_eq!(engine.push(&at(4, go, &[ent(1)])), Err(PushError::OutOfOrder { reached: (5, 0) }));
    engine.action(5, 0, go, &[ent(2)]).unwrap();
}
