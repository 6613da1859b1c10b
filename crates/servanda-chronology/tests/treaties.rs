//! What the chronology says of small invented treaties. Days are counted from 1 January 2000.

use std::ops::ControlFlow;

use servanda_chronology::{
    Assumed, Bound, Chronology, ChronologyError, Condition, Constraint, ConstraintId, Horizon, Monotone, Network,
    Point, Relation, Sensitivity, Shift, Truth,
};

/// So many months after, on the same day of the month or the last one there is, in the Gregorian calendar.
struct MonthsAfter(i64);

struct FirstOfNextMonth;

impl Monotone for MonthsAfter {
    fn at(&self, day: i64) -> i64 {
        let (month, day_of_month) = month_and_day(day);
        let moved = month + self.0;
        (first_of(moved) + day_of_month).min(first_of(moved + 1) - 1)
    }

    fn period(&self) -> Option<i64> {
        Some(146_097)
    }
}

impl Monotone for FirstOfNextMonth {
    fn at(&self, day: i64) -> i64 {
        first_of(month_and_day(day).0 + 1)
    }

    fn period(&self) -> Option<i64> {
        Some(146_097)
    }

    fn offsets(&self) -> Option<(i64, i64)> {
        Some((1, 31))
    }
}

/// The first day of a month, counted from January 2000. 2000 was a leap year.
fn first_of(month: i64) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12));
    let leap_days = (year + 3).div_euclid(4) - (year + 99).div_euclid(100) + (year + 399).div_euclid(400);
    let leaps = year.rem_euclid(4) == 0 && year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0;
    year * 365 + leap_days + BEFORE[month as usize] + i64::from(leaps && month > 1)
}

fn month_and_day(day: i64) -> (i64, i64) {
    let mut month = (day * 4800).div_euclid(146_097);
    while first_of(month + 1) <= day {
        month += 1;
    }
    while day < first_of(month) {
        month -= 1;
    }
    (month, day - first_of(month))
}

/// A day of 2000 or later.
fn day(year: i64, month: i64, day: i64) -> i64 {
    first_of((year - 2000) * 12 + month - 1) + day - 1
}

fn points<const N: usize>() -> (Network, [Point; N]) {
    let mut network = Network::new();
    let points = std::array::from_fn(|_| network.add_point());
    (network, points)
}

fn tightened(network: Network, constraints: impl IntoIterator<Item = Constraint>) -> Chronology {
    told(network, constraints).tighten().expect("the story is consistent")
}

/// Each constraint has its index as its name.
fn told(mut network: Network, constraints: impl IntoIterator<Item = Constraint>) -> Network {
    for (index, constraint) in constraints.into_iter().enumerate() {
        network.add(ConstraintId(index as u32), constraint).expect("its points are there");
    }
    network
}

fn ids(numbers: &[u32]) -> Vec<ConstraintId> {
    numbers.iter().copied().map(ConstraintId).collect()
}

const HORIZON: Horizon = Horizon { first: 0, last: 10_000 };

/// "Within six days of signature" is a window; the ratification then lies in it.
#[test]
fn a_window_is_carried_both_ways() {
    let (network, [signed, ratified]) = points();
    let chronology = tightened(
        network,
        [
            Constraint::between(signed, 10, 12),
            Constraint::apart(signed, ratified, 0, 6),
            Constraint::not_before(ratified, 17),
        ],
    );
    assert_eq!(chronology.bounds(ratified), (Some(17), Some(18)));
    assert_eq!(chronology.bounds(signed), (Some(11), Some(12)));
    assert_eq!(chronology.explain(signed, Bound::Lower), ids(&[2, 1]));
}

/// "Enters into force on the first day of the month following the third month after ratification."
#[test]
fn months_are_not_a_number_of_days() {
    let (network, [ratified, later, in_force]) = points();
    let mut chronology = tightened(
        network,
        [
            Constraint::between(ratified, day(2001, 11, 20), day(2001, 11, 30)),
            Constraint::moved(ratified, later, Shift::new(MonthsAfter(3))),
            Constraint::moved(later, in_force, Shift::new(FirstOfNextMonth)),
        ],
    );
    assert_eq!(chronology.bounds(later), (Some(day(2002, 2, 20)), Some(day(2002, 2, 28))));
    assert_eq!(chronology.bounds(in_force), (Some(day(2002, 3, 1)), Some(day(2002, 3, 1))));
    // The other way round: three days of November end up on the last of February, and so do all that are known.
    let on_the_last = [Constraint::on(later, day(2002, 2, 28))];
    let ratified = chronology.assuming(&on_the_last, |all| all.bounds(ratified));
    assert_eq!(ratified, Ok((Some(day(2001, 11, 28)), Some(day(2001, 11, 30)))));
}

/// No treaty that enters into force on the first of a month does so on the fifteenth.
#[test]
fn a_day_that_a_function_skips_is_not_possible_though_within_the_bounds() {
    let (network, [ratified, in_force]) = points();
    let mut chronology = tightened(
        network,
        [
            Constraint::between(ratified, day(2001, 1, 1), day(2001, 3, 31)),
            Constraint::moved(ratified, in_force, Shift::new(FirstOfNextMonth)),
        ],
    );
    assert_eq!(chronology.bounds(in_force), (Some(day(2001, 2, 1)), Some(day(2001, 4, 1))));
    let on = |month, of_month| Condition::Holds(Constraint::on(in_force, day(2001, month, of_month)));
    assert_eq!(chronology.truth(&on(3, 1)), Ok(Truth::Possible));
    assert_eq!(chronology.truth(&on(3, 15)), Ok(Truth::No));
    let mut firsts = Vec::new();
    let ended = chronology.assignments(&[in_force], HORIZON, 10, |ticks| {
        firsts.extend_from_slice(ticks);
        ControlFlow::Continue(())
    });
    assert!(ended.is_ok_and(|ended| ended.exhaustive));
    assert_eq!(firsts, [day(2001, 2, 1), day(2001, 3, 1), day(2001, 4, 1)]);
}

/// Two months of 28 and 30 days do not follow each other, whatever the year; nothing here has a date.
#[test]
fn a_contradiction_needs_no_dates() {
    let (network, [first, second, third]) = points();
    let story = [
        Constraint::moved(first, second, Shift::new(MonthsAfter(1))),
        Constraint::moved(second, third, Shift::new(MonthsAfter(1))),
        Constraint::at_most_after(first, second, 28),
        Constraint::apart(second, third, 30, 30),
        Constraint::before(first, third),
    ];
    let Err(ChronologyError::Contradiction { mut constraints }) = told(network, story).tighten() else {
        panic!("February is followed by March")
    };
    constraints.sort_unstable();
    assert_eq!(constraints, ids(&[0, 1, 2, 3]));
}

/// No two years in a row have a leap day between them; to be sure of it the whole period of the calendar is gone through.
#[test]
fn a_contradiction_may_take_four_hundred_years_to_see() {
    let (network, [first, second, third]) = points();
    let story = [
        Constraint::moved(first, second, Shift::new(MonthsAfter(12))),
        Constraint::moved(second, third, Shift::new(MonthsAfter(12))),
        Constraint::at_least_after(first, second, 366),
        Constraint::at_least_after(second, third, 366),
    ];
    let Err(ChronologyError::Contradiction { mut constraints }) = told(network, story).tighten() else {
        panic!("leap years are years apart")
    };
    constraints.sort_unstable();
    assert_eq!(constraints, ids(&[0, 1, 2, 3]));
}

/// Of many statements only those are blamed that contradict each other.
#[test]
fn a_contradiction_is_minimal() {
    let (network, [signed, ratified, in_force, unrelated]) = points();
    let story = [
        Constraint::on(signed, 100),
        Constraint::before(signed, ratified),
        Constraint::at_least_after(ratified, in_force, 30),
        Constraint::on(unrelated, 7),
        Constraint::not_after(in_force, 120),
        Constraint::before(signed, in_force),
    ];
    let Err(ChronologyError::Contradiction { mut constraints }) = told(network, story).tighten() else {
        panic!("131 is after 120")
    };
    constraints.sort_unstable();
    assert_eq!(constraints, ids(&[0, 1, 2, 4]));
}

/// Statements with one name stand and fall together.
#[test]
fn several_constraints_of_one_statement_are_blamed_once() {
    let (mut network, [begun, ended]) = points();
    let (statement, other) = (ConstraintId(7), ConstraintId(8));
    let all = [
        (statement, Constraint::not_before(begun, 10)),
        (other, Constraint::before(begun, ended)),
        (statement, Constraint::not_after(ended, 10)),
    ];
    for (id, constraint) in all {
        network.add(id, constraint).expect("its points are there");
    }
    let Err(ChronologyError::Contradiction { mut constraints }) = network.tighten() else {
        panic!("it cannot end before it begins")
    };
    constraints.sort_unstable();
    assert_eq!(constraints, [statement, other]);
}

/// If B enters into force on the day A ends, one of them is in force all the time, though neither certainly is.
#[test]
fn either_may_be_certain_though_neither_is() {
    let (network, [a, change, b_end]) = points();
    let mut chronology =
        tightened(network, [Constraint::on(a, 0), Constraint::between(change, 40, 60), Constraint::on(b_end, 100)]);
    let (first, second) = (Condition::in_force(a, Some(change), 50), Condition::in_force(change, Some(b_end), 50));
    assert_eq!(chronology.truth(&first), Ok(Truth::Possible));
    assert_eq!(chronology.truth(&second), Ok(Truth::Possible));
    assert_eq!(chronology.truth(&Condition::Any(vec![first.clone(), second.clone()])), Ok(Truth::Certain));
    assert_eq!(chronology.truth(&Condition::All(vec![first, second])), Ok(Truth::No));
}

/// At the start it is in force, at the end no longer; what begins and ends on one day never was.
#[test]
fn in_force_is_half_open() {
    let (network, [since, until, void]) = points();
    let mut chronology =
        tightened(network, [Constraint::on(since, 10), Constraint::on(until, 20), Constraint::on(void, 10)]);
    let mut on = |until, tick| chronology.in_force(since, until, tick);
    assert_eq!(on(Some(until), 9), Ok(Truth::No));
    assert_eq!(on(Some(until), 10), Ok(Truth::Certain));
    assert_eq!(on(Some(until), 19), Ok(Truth::Certain));
    assert_eq!(on(Some(until), 20), Ok(Truth::No));
    assert_eq!(on(None, 20), Ok(Truth::Certain));
    assert_eq!(on(Some(void), 10), Ok(Truth::No));
}

/// A possible answer has a chronology for it and one against; a certain one has its grounds.
#[test]
fn answers_come_with_their_evidence() {
    let (network, [signed, in_force]) = points();
    let mut chronology = tightened(network, [Constraint::on(signed, 100), Constraint::apart(signed, in_force, 0, 6)]);
    let by = |tick| Condition::Holds(Constraint::not_after(in_force, tick));
    let possible = chronology.weigh(&by(103), HORIZON).expect("it is settled");
    assert_eq!(possible.truth, Truth::Possible);
    assert_eq!(possible.witness_for.and_then(|it| it.tick(in_force)), Some(100));
    assert_eq!(possible.witness_against.and_then(|it| it.tick(in_force)), Some(104));
    let certain = chronology.weigh(&by(106), HORIZON).expect("it is settled");
    assert_eq!((certain.truth, certain.because), (Truth::Certain, ids(&[0, 1])));
    let no = chronology.weigh(&by(99), HORIZON).expect("it is settled");
    assert_eq!((no.truth, no.because), (Truth::No, ids(&[0, 1])));
}

#[test]
fn sensitivity_names_the_statement_to_check() {
    let (network, [signed, ratified]) = points();
    let mut chronology = tightened(
        network,
        [
            Constraint::not_before(signed, 50),
            Constraint::before(signed, ratified),
            Constraint::not_before(ratified, 40),
        ],
    );
    let moving = chronology.sensitivity(ratified, Bound::Lower);
    let without = |id, tick| Sensitivity { constraint: ConstraintId(id), without: Some(tick) };
    assert_eq!(moving, [without(0, 40), without(1, 40)]);
}

#[test]
fn assumptions_leave_no_trace() {
    let (network, [signed, ratified]) = points();
    let mut chronology = tightened(network, [Constraint::on(signed, 50), Constraint::before(signed, ratified)]);
    let early = [Constraint::not_after(ratified, 50)];
    assert_eq!(chronology.with_assumed(&early), Ok(Assumed::RuledOut { by: ids(&[0, 1]) }));
    let nested = chronology.assuming(&[Constraint::not_after(ratified, 60)], |all| {
        let inner = all.assuming(&[Constraint::not_before(ratified, 55)], |all| all.bounds(ratified));
        (inner, all.bounds(ratified))
    });
    assert_eq!(nested, Ok((Ok((Some(55), Some(60))), (Some(51), Some(60)))));
    assert_eq!(chronology.bounds(ratified), (Some(51), None));
}

#[test]
fn a_refused_constraint_changes_nothing() {
    let (network, [signed, ratified]) = points();
    let mut chronology = tightened(network, [Constraint::on(signed, 50)]);
    assert_eq!(chronology.add(ConstraintId(1), Constraint::before(signed, ratified)), Ok(vec![ratified]));
    let refused = chronology.add(ConstraintId(2), Constraint::not_after(ratified, 50));
    assert!(matches!(refused, Err(ChronologyError::Contradiction { .. })));
    assert_eq!(chronology.bounds(ratified), (Some(51), None));
    let new = chronology.add_point();
    assert_eq!(chronology.add(ConstraintId(3), Constraint::together(ratified, new)), Ok(vec![new]));
    assert_eq!(chronology.bounds(new), (Some(51), None));
}

/// A point without a bound is put where the caller looks, unless what is known of it lies elsewhere.
#[test]
fn scenarios_keep_to_the_horizon_where_nothing_else_is_known() {
    let (network, [anytime, before, after]) = points();
    let mut chronology =
        tightened(network, [Constraint::not_after(before, -500), Constraint::not_before(after, 20_000)]);
    let earliest = chronology.earliest(HORIZON).expect("it is consistent");
    assert_eq!(earliest.ticks(), [0, 0, -500, 20_000]);
    let latest = chronology.latest(HORIZON).expect("it is consistent");
    assert_eq!(latest.ticks(), [0, 10_000, -500, 20_000]);
    assert_eq!(chronology.pinned(before, -499, HORIZON), Ok(None));
    let pinned = chronology.pinned(anytime, 77, HORIZON).expect("the point is known");
    assert_eq!(pinned.and_then(|scenario| scenario.tick(anytime)), Some(77));
}

/// A relation to a later first of the month holds or not like any other.
#[test]
fn functions_can_be_negated() {
    let (network, [notice, end]) = points();
    let year_after = |relation| Constraint::Moved { from: notice, to: end, by: Shift::new(MonthsAfter(12)), relation };
    let mut chronology = tightened(
        network,
        [Constraint::on(notice, day(2000, 2, 29)), Constraint::between(end, day(2001, 2, 27), day(2001, 3, 2))],
    );
    assert_eq!(chronology.truth(&Condition::Holds(year_after(Relation::Equal))), Ok(Truth::Possible));
    let on_the_last = [Constraint::on(end, day(2001, 2, 28))];
    let truth = chronology.assuming(&on_the_last, |all| all.truth(&Condition::Holds(year_after(Relation::Equal))));
    assert_eq!(truth, Ok(Ok(Truth::Certain)));
}
