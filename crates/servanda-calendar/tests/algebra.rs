//! Laws of the algebra of intervals and of the calendars, on random values.

use std::collections::BTreeSet;

use proptest::prelude::*;
use servanda_calendar::{Calendar, Day, Interval, IntervalSet, Tick, julian};

/// Every tick that a set of this test can tell apart.
const TICKS: std::ops::Range<Tick> = -3..24;

/// A set of intervals, and the same ticks in the most naive form.
#[derive(Clone, Debug)]
struct Both {
    set: IntervalSet,
    naive: BTreeSet<Tick>,
}

fn both() -> impl Strategy<Value = Both> {
    let bound = || proptest::option::weighted(0.9, 0..20i64);
    proptest::collection::vec((bound(), bound()), 0..6).prop_map(|bounds| {
        let intervals: Vec<Interval> =
            bounds.into_iter().filter_map(|(since, until)| Interval::new(since, until)).collect();
        let naive = TICKS.filter(|&tick| intervals.iter().any(|interval| interval.contains(tick))).collect();
        Both { set: intervals.into_iter().collect(), naive }
    })
}

fn ticks(set: &IntervalSet) -> BTreeSet<Tick> {
    TICKS.filter(|&tick| set.contains(tick)).collect()
}

fn assert_normal(set: &IntervalSet) {
    let touching = set.intervals().windows(2).any(|pair| match (pair[0].until(), pair[1].since()) {
        (Some(until), Some(since)) => since <= until,
        _ => true,
    });
    assert!(!touching, "not normal: {set}");
}

proptest! {
    #[test]
    fn law_operations_agree_with_naive_sets(a in both(), b in both()) {
        let inside: BTreeSet<Tick> = TICKS.collect();
        for (set, naive) in [
            (a.set.clone(), a.naive.clone()),
            (a.set.union(&b.set), &a.naive | &b.naive),
            (a.set.intersection(&b.set), &a.naive & &b.naive),
            (a.set.difference(&b.set), &a.naive - &b.naive),
            (a.set.complement(), &inside - &a.naive),
        ] {
            assert_normal(&set);
            prop_assert_eq!(ticks(&set), naive);
        }
        prop_assert_eq!(a.set.is_superset(&b.set), b.set.difference(&a.set).is_empty());
    }

    #[test]
    fn law_boolean_algebra(a in both(), b in both(), c in both()) {
        let (a, b, c) = (a.set, b.set, c.set);
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert_eq!(a.intersection(&b), b.intersection(&a));
        prop_assert_eq!(a.union(&b).union(&c), a.union(&b.union(&c)));
        prop_assert_eq!(a.intersection(&b.union(&c)), a.intersection(&b).union(&a.intersection(&c)));
        prop_assert_eq!(a.union(&b).complement(), a.complement().intersection(&b.complement()));
        prop_assert_eq!(a.complement().complement(), a.clone());
        prop_assert_eq!(a.union(&a.complement()), IntervalSet::always());
        prop_assert_eq!(a.intersection(&a.complement()), IntervalSet::empty());
        prop_assert_eq!(a.difference(&b).union(&a.intersection(&b)), a);
    }

    #[test]
    fn law_inserting_is_union(a in both(), since in 0..20i64, length in 1..8i64) {
        let interval = Interval::new(since, since + length).unwrap();
        let mut inserted = a.set.clone();
        inserted.insert(interval);
        assert_normal(&inserted);
        prop_assert_eq!(inserted, a.set.union(&interval.into()));
    }

    #[test]
    fn law_dates_and_days_round_trip(number in Day::MIN.0..=Day::MAX.0) {
        let day = Day(number);
        let (year, month, day_of_month) = day.ymd();
        prop_assert_eq!(Day::from_ymd(year, month, day_of_month), Some(day));
        prop_assert_eq!(day.to_string().parse(), Ok(day));
        let (year, month, day_of_month) = julian::to_ymd(day);
        prop_assert_eq!(julian::day_from_ymd(year, month, day_of_month), Some(day));
    }

    #[test]
    fn law_any_number_has_a_date(number: i64) {
        for calendar in [Calendar::Gregorian, Calendar::Julian] {
            let (year, month, day) = calendar.ymd(Day(number));
            prop_assert!((1..=12).contains(&month) && 1 <= day && day <= calendar.days_in_month(year, month));
        }
    }

    #[test]
    fn law_adding_months_keeps_the_day_or_says_so(number in -1_000_000..1_000_000i64, months in -500..500i64) {
        let day = Day(number);
        let shifted = day.shift_months(months);
        let (from_year, from_month, from_day) = day.ymd();
        let (year, month, day_of_month) = shifted.day.ymd();
        prop_assert_eq!(year * 12 + i64::from(month), from_year * 12 + i64::from(from_month) + months);
        prop_assert_eq!(shifted.clamped, day_of_month != from_day);
        prop_assert!(!shifted.clamped || shifted.day.add_days(1) == shifted.day.first_of_next_month());
    }
}
