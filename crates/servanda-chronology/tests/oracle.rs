//! The network against a chronology that tries every combination of ticks.

mod support;

use std::ops::ControlFlow;

use proptest::prelude::*;
use servanda_chronology::{
    Assumed, Bound, Chronology, ChronologyError, Condition, Constraint, ConstraintId, Horizon, Point, Relation, Truth,
};
use support::{FIRST, HORIZON, LAST, Said, Story, Toy, bounded, open, wide};

fn settings() -> ProptestConfig {
    // `PROPTEST_CASES` asks for more.
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.max(400), failure_persistence: None, ..usual }
}

fn contradiction(error: ChronologyError) -> Vec<ConstraintId> {
    match error {
        ChronologyError::Contradiction { constraints } => constraints,
        other => panic!("expected a contradiction, not {other:?}"),
    }
}

fn all_bounds(chronology: &Chronology) -> Vec<(Option<i64>, Option<i64>)> {
    (0..chronology.network().point_count() as u32).map(|point| chronology.bounds(Point(point))).collect()
}

/// The cited ones contradict each other, and no longer if one is dropped, which a chronology proves.
fn assert_minimal(story: &Story, cited: &[ConstraintId], assumed: &[Constraint]) {
    let holds_with = |chosen: &dyn Fn(ConstraintId) -> bool| {
        let Ok(mut rest) = story.network_of(chosen).tighten() else { return false };
        let wide = Horizon { first: -1000, last: 1000 };
        match rest.assuming(assumed, |all| all.earliest(wide)) {
            Ok(scenario) => {
                let scenario = scenario.expect("a consistent network has a chronology");
                let said = story.said.iter().enumerate();
                said.filter(|(id, _)| chosen(ConstraintId(*id as u32))).all(|(_, it)| it.is_true(scenario.ticks()))
            }
            Err(_) => false,
        }
    };
    assert!(!holds_with(&|id| cited.contains(&id)), "{cited:?} do not contradict each other");
    let has_no_period = |said: &Said| matches!(said, Said::Moved { by: Toy::Doubled, .. });
    if cited.iter().any(|id| has_no_period(&story.said[id.0 as usize])) {
        // Without their dates, contradictions between such points may go unseen; see `Monotone::period`.
        return;
    }
    for dropped in cited {
        assert!(
            holds_with(&|id| id != *dropped && cited.contains(&id)),
            "{cited:?} without {dropped:?} still contradict"
        );
    }
}

fn admitted_by(conditions: &Condition, ticks: &[i64]) -> bool {
    match conditions {
        Condition::Holds(Constraint::Apart { from, to, at_least, at_most }) => {
            let apart = ticks[to.0 as usize] - ticks[from.0 as usize];
            at_least.is_none_or(|least| least <= apart) && at_most.is_none_or(|most| apart <= most)
        }
        Condition::Holds(Constraint::Moved { .. }) => unreachable!("only told by stories; see `condition`"),
        Condition::Not(inner) => !admitted_by(inner, ticks),
        Condition::All(parts) => parts.iter().all(|part| admitted_by(part, ticks)),
        Condition::Any(parts) => parts.iter().any(|part| admitted_by(part, ticks)),
    }
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = (0u32..2, 0u32..2, -5i64..6, proptest::option::of(0i64..3)).prop_map(|(from, to, least, width)| {
        let at_most = width.map(|width| least + width);
        Condition::Holds(Constraint::Apart { from: Point(from), to: Point(to), at_least: Some(least), at_most })
    });
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Condition::negated),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Condition::All),
            proptest::collection::vec(inner, 0..4).prop_map(Condition::Any),
        ]
    })
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn oracle_bounds_are_reached_and_contradictions_are_minimal(story in bounded()) {
        let chronologies = story.chronologies(FIRST, LAST);
        match story.network().tighten() {
            Ok(chronology) => {
                prop_assert!(!chronologies.is_empty());
                for point in 0..=story.points {
                    let ticks = || chronologies.iter().map(|ticks| ticks[point as usize]);
                    prop_assert_eq!(chronology.bounds(Point(point)), (ticks().min(), ticks().max()));
                }
            }
            Err(error) => {
                prop_assert!(chronologies.is_empty());
                let cited = contradiction(error);
                let only = Story { points: story.points, said: cited.iter().map(|id| story.said[id.0 as usize].clone()).collect() };
                prop_assert!(story.points > 3 || only.chronologies(-12, 15).is_empty());
                assert_minimal(&story, &cited, &[]);
            }
        }
    }

    #[test]
    fn oracle_points_without_bounds(story in open()) {
        let nearby = story.chronologies(-15, 15);
        match story.network().tighten() {
            Err(error) => {
                prop_assert!(nearby.is_empty());
                assert_minimal(&story, &contradiction(error), &[]);
            }
            Ok(mut chronology) => {
                let scenario = chronology.earliest(HORIZON).expect("it is consistent");
                prop_assert!(story.is_true(&scenario));
                for point in (0..=story.points).map(Point) {
                    let (lower, upper) = chronology.bounds(point);
                    let outside = |ticks: &Vec<i64>| {
                        let tick = ticks[point.0 as usize];
                        lower.is_some_and(|lower| tick < lower) || upper.is_some_and(|upper| upper < tick)
                    };
                    prop_assert!(!nearby.iter().any(outside));
                    let far = [
                        lower.map_or(Constraint::not_after(point, -500), |tick| Constraint::on(point, tick)),
                        upper.map_or(Constraint::not_before(point, 500), |tick| Constraint::on(point, tick)),
                    ];
                    for end in far {
                        let scenario = chronology.assuming(std::slice::from_ref(&end), |all| all.latest(HORIZON));
                        prop_assert!(story.is_true(&scenario.expect("bounds are reached").expect("it is consistent")));
                    }
                }
            }
        }
    }

    #[test]
    fn oracle_explanations_suffice_and_nothing_else_moves_a_bound(story in bounded()) {
        let Ok(mut chronology) = story.network().tighten() else { return Ok(()) };
        let before = all_bounds(&chronology);
        for point in (0..=story.points).map(Point) {
            for bound in [Bound::Lower, Bound::Upper] {
                let cited = chronology.explain(point, bound);
                let alone = story.network_of(|id| cited.contains(&id)).tighten().expect("a part is consistent");
                prop_assert_eq!(alone.bound(point, bound), chronology.bound(point, bound));
                let moving = chronology.sensitivity(point, bound);
                for id in (0..story.said.len() as u32).map(ConstraintId) {
                    let without = story.network_of(|other| other != id).tighten().expect("a part is consistent");
                    let expected = without.bound(point, bound);
                    let moved = moving.iter().find(|it| it.constraint == id).map(|it| it.without);
                    let expected = (expected != chronology.bound(point, bound)).then_some(expected);
                    prop_assert_eq!(moved, expected);
                }
            }
        }
        prop_assert_eq!(all_bounds(&chronology), before);
    }

    #[test]
    fn differential_one_by_one_is_as_all_at_once(story in prop_oneof![bounded(), open(), wide()]) {
        let mut chronology = Story { points: story.points, said: Vec::new() }.network().tighten().expect("nothing said");
        let mut accepted: Vec<ConstraintId> = Vec::new();
        for (index, said) in story.said.iter().enumerate() {
            let id = ConstraintId(index as u32);
            let before = all_bounds(&chronology);
            let at_once = story.network_of(|other| other == id || accepted.contains(&other)).tighten();
            match chronology.add(id, said.constraint()) {
                Ok(changed) => {
                    accepted.push(id);
                    let after = all_bounds(&chronology);
                    prop_assert_eq!(&after, &all_bounds(&at_once.expect("it was accepted")));
                    let differing = (0..=story.points).filter(|point| before[*point as usize] != after[*point as usize]);
                    prop_assert_eq!(changed, differing.map(Point).collect::<Vec<_>>());
                }
                Err(error) => {
                    prop_assert!(at_once.is_err());
                    prop_assert_eq!(all_bounds(&chronology), before);
                    let cited = contradiction(error);
                    prop_assert!(cited.iter().all(|cited| *cited == id || accepted.contains(cited)));
                    assert_minimal(&story, &cited, &[]);
                }
            }
        }
    }

    #[test]
    fn oracle_certain_and_possible(story in bounded(), condition in condition()) {
        let chronologies = story.chronologies(FIRST, LAST);
        let Ok(mut chronology) = story.network().tighten() else { return Ok(()) };
        let before = all_bounds(&chronology);
        let some = chronologies.iter().any(|ticks| admitted_by(&condition, ticks));
        let all = chronologies.iter().all(|ticks| admitted_by(&condition, ticks));
        let expected = if all { Truth::Certain } else if some { Truth::Possible } else { Truth::No };
        prop_assert_eq!(chronology.truth(&condition), Ok(expected));

        let weighed = chronology.weigh(&condition, HORIZON).expect("it was answered above");
        prop_assert_eq!(weighed.truth, expected);
        prop_assert_eq!(weighed.witness_for.is_some(), some);
        prop_assert_eq!(weighed.witness_against.is_some(), !all);
        for (witness, wanted) in [(&weighed.witness_for, true), (&weighed.witness_against, false)] {
            if let Some(witness) = witness {
                prop_assert!(story.is_true(witness));
                prop_assert_eq!(admitted_by(&condition, witness.ticks()), wanted);
            }
        }
        if expected != Truth::Possible {
            let mut alone = story.network_of(|id| weighed.because.contains(&id)).tighten().expect("a part is consistent");
            prop_assert_eq!(alone.truth(&condition), Ok(expected));
        }
        prop_assert_eq!(all_bounds(&chronology), before);
    }

    #[test]
    fn oracle_in_force(story in bounded(), tick in FIRST - 1..LAST + 2) {
        let chronologies = story.chronologies(FIRST, LAST);
        let Ok(mut chronology) = story.network().tighten() else { return Ok(()) };
        let until = (story.points > 1).then_some(Point(2));
        let in_force = |ticks: &Vec<i64>| ticks[1] <= tick && until.is_none_or(|_| tick < ticks[2]);
        let truth = chronology.in_force(Point(1), until, tick).expect("the points are known");
        prop_assert_eq!(truth == Truth::Certain, chronologies.iter().all(in_force));
        prop_assert_eq!(truth != Truth::No, chronologies.iter().any(in_force));
    }

    #[test]
    fn oracle_assumptions_are_tested_together(story in bounded(), one in -6i64..7, other in -6i64..7) {
        let chronologies = story.chronologies(FIRST, LAST);
        let Ok(mut chronology) = story.network().tighten() else { return Ok(()) };
        let second = Point(story.points);
        let assumed = [Constraint::at_least_after(Point(1), second, one), Constraint::at_most_after(Point(0), second, other)];
        let fits = |ticks: &Vec<i64>| ticks[second.0 as usize] - ticks[1] >= one && ticks[second.0 as usize] <= other;
        match chronology.with_assumed(&assumed).expect("the points are known") {
            Assumed::Consistent => prop_assert!(chronologies.iter().any(fits)),
            Assumed::RuledOut { by } => {
                prop_assert!(!chronologies.iter().any(fits));
                assert_minimal(&story, &by, &assumed);
            }
        }
    }

    #[test]
    fn oracle_scenarios_are_admissible(story in bounded(), seed in any::<u64>(), tick in FIRST..=LAST) {
        let chronologies = story.chronologies(FIRST, LAST);
        let Ok(mut chronology) = story.network().tighten() else { return Ok(()) };
        let earliest = chronology.earliest(HORIZON).expect("it is consistent");
        let latest = chronology.latest(HORIZON).expect("it is consistent");
        let sample = chronology.sample(seed, HORIZON).expect("it is consistent");
        prop_assert_eq!(chronology.sample(seed, HORIZON), Ok(sample.clone()));
        for scenario in [&earliest, &latest, &sample] {
            prop_assert!(story.is_true(scenario));
            prop_assert!(chronology.network().broken_by(scenario).is_empty());
        }
        for point in (0..=story.points).map(Point) {
            prop_assert_eq!(earliest.tick(point), chronology.lower(point));
            prop_assert_eq!(latest.tick(point), chronology.upper(point));
        }
        let pinned = chronology.pinned(Point(1), tick, HORIZON).expect("the point is known");
        prop_assert_eq!(pinned.is_some(), chronologies.iter().any(|ticks| ticks[1] == tick));
        prop_assert!(pinned.is_none_or(|scenario| story.is_true(&scenario) && scenario.tick(Point(1)) == Some(tick)));
    }

    #[test]
    fn oracle_assignments_are_all_and_each_once(story in bounded(), cap in 0usize..60) {
        let Ok(mut chronology) = story.network().tighten() else { return Ok(()) };
        let mut expected: Vec<Vec<i64>> =
            story.chronologies(FIRST, LAST).iter().map(|ticks| ticks[1..ticks.len().min(3)].to_vec()).collect();
        expected.dedup();
        let points: Vec<Point> = (1..=story.points.min(2)).map(Point).collect();
        let before = all_bounds(&chronology);
        let mut shown = Vec::new();
        let ended = chronology.assignments(&points, HORIZON, cap, |ticks| {
            shown.push(ticks.to_vec());
            ControlFlow::Continue(())
        });
        let ended = ended.expect("the points are known");
        prop_assert_eq!(ended.found, shown.len());
        prop_assert_eq!(ended.exhaustive, expected.len() <= cap);
        expected.truncate(cap);
        prop_assert_eq!(shown, expected);
        prop_assert_eq!(all_bounds(&chronology), before);
    }

    #[test]
    fn oracle_many_points(story in wide()) {
        match story.network().tighten() {
            Err(error) => {
                prop_assert_eq!(slow_lower_bounds(&story), None);
                assert_minimal(&story, &contradiction(error), &[]);
            }
            Ok(mut chronology) => {
                let lower: Vec<_> = (0..=story.points).map(|point| chronology.lower(Point(point))).collect();
                prop_assert_eq!(slow_lower_bounds(&story), Some(lower));
                let scenario = chronology.sample(1, HORIZON).expect("it is consistent");
                prop_assert!(story.is_true(&scenario));
                for point in (0..=story.points).map(Point) {
                    let cited = chronology.explain(point, Bound::Upper);
                    let alone = story.network_of(|id| cited.contains(&id)).tighten().expect("a part is consistent");
                    prop_assert_eq!(alone.upper(point), chronology.upper(point));
                    for moved in chronology.sensitivity(point, Bound::Upper) {
                        let rest = story.network_of(|id| id != moved.constraint).tighten().expect("a part is consistent");
                        prop_assert_eq!(moved.without, rest.upper(point));
                    }
                }
            }
        }
    }
}

/// Lower bounds by going through everything said until nothing changes, or for far longer than anything could; `None` if
/// that contradicts. Points without a bound start far below, and far below they stay.
fn slow_lower_bounds(story: &Story) -> Option<Vec<Option<i64>>> {
    const FAR: i64 = 1_000_000;
    let mut ticks = vec![-2 * FAR; story.points as usize + 1];
    ticks[0] = 0;
    for _ in 0..40 * story.points + 400 {
        let before = ticks.clone();
        for said in &story.said {
            tighten_one(said, &mut ticks);
        }
        if ticks[0] > 0 {
            return None;
        }
        if ticks == before {
            return Some(ticks.into_iter().map(|tick| (tick > -FAR).then_some(tick)).collect());
        }
    }
    None
}

fn tighten_one(said: &Said, ticks: &mut [i64]) {
    let raise = |ticks: &mut [i64], point: u32, tick: i64| ticks[point as usize] = ticks[point as usize].max(tick);
    match *said {
        Said::Apart { from, to, at_least, at_most } => {
            if let Some(least) = at_least {
                raise(ticks, to, ticks[from as usize] + least);
            }
            if let Some(most) = at_most {
                raise(ticks, from, ticks[to as usize] - most);
            }
        }
        Said::Moved { from, to, by, relation } => {
            if relation != Relation::AtMost {
                raise(ticks, to, by.value(ticks[from as usize]));
            }
            if relation != Relation::AtLeast {
                let mut tick = ticks[from as usize].max(ticks[to as usize] - 1000);
                while by.value(tick) < ticks[to as usize] {
                    tick += 1;
                }
                raise(ticks, from, tick);
            }
        }
    }
}
