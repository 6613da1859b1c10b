//! Derived fluents, kept up change by change, are what the state alone makes them.

mod support;

use servanda_engine::{Compiled, Engine, Interval, Options, Record, Solution, solve};
use servanda_model::*;
use support::rows::{Row, Rows};
use support::*;

/// Inertial `p(x, y)` (entity or number values) and `n(x)` (numbers), set and cleared at random, and definitions of
/// every shape on top.
struct World {
    b: Builder,
    narrative: Vec<Occurrence>,
    derived: Vec<FluentId>,
}

fn world(seed: u64) -> World {
    let mut random = Random(seed);
    let mut b = Builder::default();
    let p = b.fluent("p", 2);
    let n = b.number("n", 1);
    let [set, clear, put] = [b.action("set", 3), b.action("clear", 2), b.action("put", 2)];
    for fluent in [p, n] {
        b.ties(fluent, Ties::EndingWins);
    }
    let vars = || vec![Hole::Any; 3];
    let args = [var(0), var(1)];
    let then = vec![Effect::Initiate { fluent: p, args: args.to_vec(), value: ev(2) }];
    b.rule("set", R { vars: vars(), on: vec![happens(set, &[var(0), var(1), var(2)])], then, ..R::default() });
    let then = vec![terminate(p, &args, ANY)];
    b.rule("clear", R { vars: vars(), on: vec![happens(clear, &args)], then, ..R::default() });
    let then = vec![Effect::Initiate { fluent: n, args: vec![var(0)], value: ev(1) }];
    b.rule("put", R { vars: vars(), on: vec![happens(put, &args)], then, ..R::default() });

    let yes = || e(Value::TRUE);
    let [join, lonely, either, many, big, named, reach, stacked, heavy, best, rest] =
        ["join", "lonely", "either", "many", "big", "named", "reach", "stacked", "heavy", "best", "rest"].map(|name| {
            let arity = match name {
                "join" | "reach" => 2,
                _ => 1,
            };
            b.derived(name, arity)
        });
    b.define(
        join,
        &[var(0), var(2)],
        ev(3),
        4,
        &[holds(p, &[var(0), var(1)], var(3)), holds(p, &[var(1), var(2)], val(ent(5)))],
    );
    b.define(
        lonely,
        &[var(0)],
        yes(),
        3,
        &[holds(p, &[var(0), var(1)], ANY), not(&[holds(p, &[var(2), var(0)], ANY), holds(n, &[var(2)], ANY)])],
    );
    b.define(
        either,
        &[var(0)],
        yes(),
        3,
        &[
            Condition::AnyOf(vec![
                vec![holds(p, &[var(0), val(ent(1))], val(ent(6)))],
                vec![holds(n, &[var(0)], var(1)), compare(ev(1), CompareOp::AtLeast, e(num(2)))],
            ]),
            not(&[holds(lonely, &[var(0)], TRUE)]),
        ],
    );
    let count = aggregate(AggregateOp::Count, e(num(0)), &[holds(p, &[var(0), var(2)], ANY)]);
    b.define(
        many,
        &[var(0)],
        count.clone(),
        3,
        &[holds(n, &[var(0)], ANY), compare(count, CompareOp::Greater, e(num(1)))],
    );
    b.define(
        big,
        &[var(0)],
        yes(),
        3,
        &[holds(p, &[var(0), var(1)], ANY), compare(of(n, &[var(0)]), CompareOp::Greater, of(n, &[var(1)]))],
    );
    // A value that may be given twice.
    b.define(named, &[var(1)], ev(0), 3, &[holds(p, &[var(0), var(1)], val(ent(5)))]);
    b.define(reach, &args, yes(), 3, &[holds(p, &args, val(ent(5)))]);
    b.define(reach, &args, yes(), 3, &[holds(reach, &[var(0), var(2)], TRUE), holds(reach, &[var(2), var(1)], TRUE)]);
    b.define(
        stacked,
        &[var(0)],
        ev(2),
        3,
        &[
            holds(reach, &[var(0), var(0)], TRUE),
            Condition::Let(VarId(2), arith(ArithOp::Plus, of(n, &[var(0)]), e(num(1)))),
            not(&[holds(big, &[var(0)], TRUE)]),
        ],
    );

    // What is added up comes from two places, and the sum decides whether there is anything at all.
    let loads = [holds(p, &[var(0), var(2)], ANY), holds(n, &[var(2)], var(3))];
    let sum = Condition::Let(VarId(1), aggregate(AggregateOp::Sum, ev(3), &loads));
    let enough = compare(ev(1), CompareOp::Greater, e(num(3)));
    b.define(heavy, &[var(0)], ev(1), 5, &[holds(p, &[var(0), var(4)], ANY), sum, enough]);
    // The greatest of some, which are those of one value.
    let some = [holds(p, &[var(2), var(0)], var(3)), compare(of(n, &[var(2)]), CompareOp::Less, e(num(3)))];
    let most = aggregate(AggregateOp::Greatest, of(n, &[var(2)]), &some);
    b.define(best, &[var(0)], most, 4, &[holds(p, &[var(1), var(0)], var(3))]);
    let least = aggregate(AggregateOp::Least, ev(2), &[holds(heavy, &[var(1)], var(2))]);
    b.define(rest, &[var(0)], ev(3), 4, &[holds(best, &[var(0)], ANY), Condition::Let(VarId(3), least)]);

    let mut narrative = Vec::new();
    for n in 0..60_i64 {
        let mut who = || ent(1 + random.below(4) as u32);
        let (x, y) = (who(), who());
        let what = match random.below(4) {
            0 => at(n / 2, clear, &[x, y]),
            1 => at(n / 2, put, &[x, num(random.below(4) as i64)]),
            _ => at(n / 2, set, &[x, y, ent(5 + random.below(2) as u32)]),
        };
        narrative.push(Occurrence { step: random.below(2) as u32, ..what });
    }
    World { b, narrative, derived: vec![join, lonely, either, many, big, named, reach, stacked, heavy, best, rest] }
}

fn derived_at(solution: &Solution, derived: &[FluentId], tick: i64) -> Vec<(FluentId, Box<[Value]>, Value)> {
    let state = solution.state_at(tick).filter(|(instance, _)| derived.contains(&instance.fluent));
    state.map(|(instance, interval)| (instance.fluent, instance.args.clone(), interval.value)).collect()
}

#[test]
fn derived_fluents_depend_on_the_state_alone() {
    let mut seen = 0;
    for seed in 0..200 {
        let World { b, narrative, derived } = world(seed);
        let solution = b.solve(&narrative, 40);
        for tick in [3, 11, 17, 23, 29] {
            let mut program = b.program.clone();
            program.initial = solution
                .state_at(tick)
                .filter(|(instance, _)| !derived.contains(&instance.fluent))
                .map(|(instance, interval)| Initial {
                    fluent: instance.fluent,
                    args: instance.args.to_vec(),
                    value: interval.value,
                    origin: OriginId(0),
                })
                .collect();
            let options = Options { until: None, horizon: 0, record: Record::Timeline };
            let afresh = solve(&Compiled::new(&program).unwrap(), &[], &options);
            let expected = derived_at(&afresh, &derived, 0);
            assert_eq!(derived_at(&solution, &derived, tick), expected, "seed {seed}, tick {tick}");
            seen += expected.len();
        }
    }
    assert!(seen > 5000, "{seen}");
}

/// A stream keeps totals, and neither it nor a solution without derivations works recursive definitions out afresh.
#[test]
fn a_stream_derives_what_a_solution_with_derivations_has() {
    for seed in 0..200 {
        let World { b, mut narrative, .. } = world(seed);
        narrative.sort();
        let compiled = b.compiled().unwrap();
        let mut engine = Engine::new(&compiled, Rows::default());
        narrative.iter().for_each(|occurrence| engine.push(occurrence).unwrap());
        let mut rows = engine.finish(40).0;
        rows.sort();
        let options = Options { until: Some(40), horizon: 40, record: Record::Derivations };
        let solution = solve(&compiled, &narrative, &options);
        let intervals = solution.instances.iter().flat_map(|instance| {
            let row = |it: &Interval| (instance.fluent, instance.args.to_vec(), it.since, it.value, it.until);
            instance.intervals.iter().map(row)
        });
        let mut expected: Vec<Row> = intervals.collect();
        expected.sort();
        assert_eq!(rows, expected, "seed {seed}");
    }
}
