//! Conditions, expressions, ranges, aggregates: `docs/semantics.md`, 8 to 11.

mod support;

use servanda_model::*;
use support::*;

/// `put(x, n)` gives `stock(x)` the number n; `ask` fires the rule under test, which sets `said(…)`.
struct Shop {
    b: Builder,
    put: ActionId,
    ask: ActionId,
    stock: FluentId,
    said: FluentId,
}

fn shop() -> Shop {
    let mut b = Builder::default();
    let put = b.action("put", 2);
    let ask = b.action("ask", 0);
    let stock = b.number("stock", 1);
    let said = b.fluent("said", 1);
    let on_put = R {
        vars: vec![Hole::Any; 2],
        on: vec![happens(put, &[var(0), var(1)])],
        then: vec![Effect::Initiate { fluent: stock, args: vec![var(0)], value: ev(1) }],
        ..R::default()
    };
    b.rule("put", on_put);
    Shop { b, put, ask, stock, said }
}

impl Shop {
    /// Whether the rule with these conditions fires, and for which values of variable 0.
    fn answers(mut self, vars: usize, cond: &[Condition], narrative: &[Occurrence]) -> Vec<Value> {
        let rule = R {
            vars: vec![Hole::Any; vars],
            on: vec![happens(self.ask, &[])],
            cond: cond.to_vec(),
            then: vec![begin(self.said, &[if vars == 0 { val(ent(99)) } else { var(0) }])],
            ..R::default()
        };
        self.b.rule("answer", rule);
        let mut narrative = narrative.to_vec();
        narrative.push(at(100, self.ask, &[]));
        let solution = self.b.solve(&narrative, 200);
        solution.instances_of(self.said, &[None]).map(|it| it.args[0]).collect()
    }

    fn range(&mut self, min: Option<i64>, max: Option<i64>, approximate: bool) -> Value {
        let bound = |bound: Option<i64>| bound.map(Number::whole);
        self.b.program.ranges.push(NumberRange { min: bound(min), max: bound(max), approximate });
        Value::range(RangeId(self.b.program.ranges.len() as u32 - 1))
    }

    fn holds_between(left: (Option<i64>, Option<i64>, bool), op: CompareOp, right: i64) -> [bool; 2] {
        [false, true].map(|undecided| {
            let mut shop = shop();
            let left = e(shop.range(left.0, left.1, left.2));
            let right = e(num(right));
            let condition = match undecided {
                false => Condition::Compare { left, op, right },
                true => Condition::Undecided { left, op, right },
            };
            !shop.answers(0, &[condition], &[]).is_empty()
        })
    }
}

const YES: [bool; 2] = [true, false];
const NO: [bool; 2] = [false, false];
const OPEN: [bool; 2] = [false, true];

#[test]
fn a_condition_list_has_every_filling_once_in_any_order() {
    let shop = shop();
    let (put, stock) = (shop.put, shop.stock);
    let conditions = [
        compare(ev(1), CompareOp::Greater, e(num(4))),
        Condition::Let(VarId(1), arith(ArithOp::Plus, ev(2), e(num(1)))),
        holds(stock, &[var(0)], var(2)),
    ];
    let narrative = [at(1, put, &[ent(1), num(3)]), at(1, put, &[ent(2), num(4)]), at(2, put, &[ent(3), num(9)])];
    assert_eq!(shop.answers(3, &conditions, &narrative), [ent(2), ent(3)]);
}

#[test]
fn a_negation_has_variables_of_its_own() {
    let shop = shop();
    let (put, stock) = (shop.put, shop.stock);
    // Nothing has more than x.
    let conditions = [
        holds(stock, &[var(0)], var(1)),
        not(&[holds(stock, &[var(2)], var(3)), compare(ev(3), CompareOp::Greater, ev(1))]),
    ];
    let narrative = [at(1, put, &[ent(1), num(3)]), at(1, put, &[ent(2), num(4)])];
    assert_eq!(shop.answers(4, &conditions, &narrative), [ent(2)]);
}

#[test]
fn alternatives_bind_what_all_of_them_bind() {
    let shop = shop();
    let (put, stock) = (shop.put, shop.stock);
    let conditions = [Condition::AnyOf(vec![
        vec![holds(stock, &[var(0)], val(num(3)))],
        vec![holds(stock, &[var(0)], var(1)), compare(ev(1), CompareOp::Greater, e(num(7)))],
    ])];
    let narrative = [at(1, put, &[ent(1), num(3)]), at(1, put, &[ent(2), num(4)]), at(1, put, &[ent(3), num(8)])];
    assert_eq!(shop.answers(2, &conditions, &narrative), [ent(1), ent(3)]);
}

#[test]
fn what_one_alternative_binds_is_shared_with_the_rest_of_the_list() {
    let shop = shop();
    let (put, stock) = (shop.put, shop.stock);
    // The second alternative never holds, so x is what has three.
    let conditions = [
        Condition::AnyOf(vec![
            vec![holds(stock, &[var(0)], val(num(3)))],
            vec![compare(e(num(1)), CompareOp::Greater, e(num(2)))],
        ]),
        holds(stock, &[var(0)], var(1)),
    ];
    let narrative = [at(1, put, &[ent(1), num(3)]), at(1, put, &[ent(2), num(4)])];
    assert_eq!(shop.answers(2, &conditions, &narrative), [ent(1)]);
}

#[test]
fn a_kind_restricts_what_a_variable_takes() {
    let mut b = Builder::default();
    let see = b.action("see", 1);
    let seen = b.fluent("seen", 1);
    b.program.entity_kinds = vec![vec![], vec![KindId(0)], vec![KindId(0), KindId(70)], vec![KindId(1)]];
    let rule = R {
        vars: vec![Hole::Kind(KindId(0))],
        on: vec![happens(see, &[var(0)])],
        then: vec![begin(seen, &[var(0)])],
        ..R::default()
    };
    b.rule("see", rule);
    let narrative: Vec<Occurrence> = (1..4).map(|id| at(1, see, &[ent(id)])).collect();
    let solution = b.solve(&narrative, 2);
    let args: Vec<Value> = solution.instances.iter().map(|it| it.args[0]).collect();
    assert_eq!(args, [ent(1), ent(2)]);
}

#[test]
fn exact_numbers_compare_as_decimals_and_missing_ones_do_not() {
    let shop_of_one = shop();
    let half = e(Value::number(Number::parse("0.5").unwrap()).unwrap());
    let conditions = [
        compare(half, CompareOp::Less, e(num(1))),
        // A number that was never set reads as 0.
        compare(of(shop_of_one.stock, &[val(ent(1))]), CompareOp::Equal, e(num(0))),
    ];
    assert_eq!(shop_of_one.answers(0, &conditions, &[]), [ent(99)]);
    let mut shop = shop();
    let who = shop.b.fluent("who", 0);
    assert!(shop.answers(0, &[compare(of(who, &[]), CompareOp::NotEqual, e(ent(1)))], &[]).is_empty());
}

#[test]
fn division_by_zero_and_overflow_are_missing() {
    for (op, right) in [(ArithOp::DividedBy, 0), (ArithOp::Times, 1 << 40)] {
        let big = arith(op, e(num(1 << 40)), e(num(right)));
        for compared in [CompareOp::Equal, CompareOp::NotEqual] {
            assert!(shop().answers(0, &[compare(big.clone(), compared, e(num(5)))], &[]).is_empty());
        }
        let undecided = Condition::Undecided { left: big, op: CompareOp::Less, right: e(num(5)) };
        assert!(shop().answers(0, &[undecided], &[]).is_empty());
    }
}

#[test]
fn a_range_is_compared_for_every_number_in_it() {
    let range = |min, max| (Some(min), Some(max), false);
    assert_eq!(Shop::holds_between(range(5, 9), CompareOp::Less, 10), YES);
    assert_eq!(Shop::holds_between(range(5, 10), CompareOp::Less, 10), OPEN);
    assert_eq!(Shop::holds_between(range(10, 12), CompareOp::Less, 10), NO);
    assert_eq!(Shop::holds_between(range(5, 10), CompareOp::AtMost, 10), YES);
    assert_eq!(Shop::holds_between(range(5, 9), CompareOp::Equal, 7), OPEN);
    assert_eq!(Shop::holds_between(range(5, 9), CompareOp::Equal, 10), NO);
    assert_eq!(Shop::holds_between(range(5, 9), CompareOp::NotEqual, 10), YES);
    assert_eq!(Shop::holds_between((Some(5), None, false), CompareOp::Greater, 4), YES);
    assert_eq!(Shop::holds_between((Some(5), None, false), CompareOp::Greater, 6), OPEN);
    assert_eq!(Shop::holds_between((None, None, false), CompareOp::Greater, 6), OPEN);
}

#[test]
fn an_approximate_figure_is_undecided_within_its_stated_bounds_only() {
    let about = |figure| (Some(figure), Some(figure), true);
    assert_eq!(Shop::holds_between(about(430), CompareOp::AtLeast, 430), OPEN);
    assert_eq!(Shop::holds_between(about(430), CompareOp::AtLeast, 429), YES);
    assert_eq!(Shop::holds_between(about(430), CompareOp::AtLeast, 431), NO);
}

#[test]
fn sums_and_counts_take_each_filling_once() {
    let over = |stock| [holds(stock, &[var(1)], var(2))];
    let cases = [
        (AggregateOp::Count, num(3)),
        (AggregateOp::Sum, num(11)),
        (AggregateOp::Least, num(3)),
        (AggregateOp::Greatest, num(5)),
    ];
    for (op, expected) in cases {
        let shop = shop();
        let (put, stock) = (shop.put, shop.stock);
        let narrative = [at(1, put, &[ent(1), num(3)]), at(1, put, &[ent(2), num(3)]), at(1, put, &[ent(3), num(5)])];
        let conditions = [Condition::Let(VarId(0), aggregate(op, ev(2), &over(stock)))];
        assert_eq!(shop.answers(3, &conditions, &narrative), [expected], "{op:?}");
    }
    for (op, expected) in [(AggregateOp::Sum, vec![num(0)]), (AggregateOp::Least, vec![])] {
        let shop = shop();
        let conditions = [Condition::Let(VarId(0), aggregate(op, ev(2), &over(shop.stock)))];
        assert_eq!(shop.answers(3, &conditions, &[]), expected, "{op:?} of nothing");
    }
}

#[test]
fn distinct_values_are_counted_once_when_the_instance_does_not_matter() {
    let shop = shop();
    let (put, stock) = (shop.put, shop.stock);
    let narrative = [at(1, put, &[ent(1), num(3)]), at(1, put, &[ent(2), num(3)]), at(1, put, &[ent(3), num(5)])];
    let values = aggregate(AggregateOp::Count, e(num(0)), &[holds(stock, &[ANY], var(2))]);
    assert_eq!(shop.answers(3, &[Condition::Let(VarId(0), values)], &narrative), [num(2)]);
}

#[test]
fn the_sum_of_a_range_is_a_range() {
    let mut shop = shop();
    let (put, stock) = (shop.put, shop.stock);
    let some = shop.range(Some(2), Some(4), false);
    let total = aggregate(AggregateOp::Sum, ev(2), &[holds(stock, &[var(1)], var(2))]);
    let narrative = [at(1, put, &[ent(1), num(3)]), at(1, put, &[ent(2), some])];
    let conditions = [
        Condition::Let(VarId(0), e(ent(5))),
        compare(total.clone(), CompareOp::AtMost, e(num(7))),
        Condition::Undecided { left: total, op: CompareOp::Less, right: e(num(7)) },
    ];
    assert_eq!(shop.answers(3, &conditions, &narrative), [ent(5)]);
}

#[test]
fn months_keep_the_day_or_take_the_last_one() {
    // 2024-01-31 and one month; 2024-02-29 and one year.
    for (from, time, to) in [(19753, Duration::Months(1), 19782), (19782, Duration::Years(1), 20147)] {
        let sum = arith(ArithOp::Plus, e(tick(from)), e(Value::duration(time)));
        let answers = shop().answers(1, &[Condition::Let(VarId(0), sum)], &[]);
        assert_eq!(answers, [tick(to)]);
    }
    let days = arith(ArithOp::Minus, e(tick(19782)), e(tick(19753)));
    assert_eq!(shop().answers(1, &[Condition::Let(VarId(0), days)], &[]), [num(29)]);
}
