//! Whatever is said, there is an answer: extreme numbers, unknown points, functions that break their promises.

use std::ops::ControlFlow;

use proptest::prelude::*;
use servanda_chronology::{
    Bound, Chronology, Condition, Constraint, ConstraintId, Horizon, LIMIT, Monotone, Network, Point, Relation, Shift,
};

/// Functions no calendar has.
#[derive(Clone, Copy, Debug)]
enum Odd {
    Constant(i64),
    Saturating(i64),
    /// Not monotone.
    Mirror,
    /// Not monotone, with a false period and false offsets.
    Liar(i64),
}

impl Monotone for Odd {
    fn at(&self, tick: i64) -> i64 {
        match *self {
            Self::Constant(value) => value,
            Self::Saturating(by) => tick.saturating_add(by),
            Self::Mirror => tick.saturating_neg(),
            Self::Liar(salt) => (tick ^ salt).wrapping_mul(0x2545_f491),
        }
    }

    fn period(&self) -> Option<i64> {
        if let Self::Liar(salt) = self { Some(*salt) } else { None }
    }

    fn offsets(&self) -> Option<(i64, i64)> {
        if let Self::Liar(salt) = self { Some((*salt, i64::MIN)) } else { None }
    }
}

fn number() -> impl Strategy<Value = i64> {
    let edges = [i64::MIN, i64::MAX, LIMIT, -LIMIT, LIMIT + 1, -LIMIT - 1, LIMIT - 1, LIMIT / 2, 0, 1, -1];
    prop_oneof![proptest::sample::select(edges.to_vec()), -20i64..20, any::<i64>(), any::<i64>().prop_map(|it| it / 16)]
}

fn constraint() -> impl Strategy<Value = Constraint> {
    let point = || prop_oneof![20 => 0u32..5, 1 => any::<u32>()].prop_map(Point);
    let limit = || proptest::option::of(number());
    let apart = (point(), point(), limit(), limit()).prop_map(|(from, to, at_least, at_most)| Constraint::Apart {
        from,
        to,
        at_least,
        at_most,
    });
    let odd = prop_oneof![
        number().prop_map(Odd::Constant),
        number().prop_map(Odd::Saturating),
        Just(Odd::Mirror),
        number().prop_map(Odd::Liar)
    ];
    let relation = prop_oneof![Just(Relation::Equal), Just(Relation::AtLeast), Just(Relation::AtMost)];
    let moved = (point(), point(), odd, relation).prop_map(|(from, to, odd, relation)| Constraint::Moved {
        from,
        to,
        by: Shift::new(odd),
        relation,
    });
    prop_oneof![3 => apart, 1 => moved]
}

fn ask_everything(chronology: &mut Chronology, constraint: &Constraint, tick: i64, other: i64) {
    let horizon = Horizon { first: tick, last: other };
    for point in (0..6).map(Point) {
        for bound in [Bound::Lower, Bound::Upper] {
            let _ = (chronology.explain(point, bound), chronology.sensitivity(point, bound));
        }
        let _ = chronology.in_force(point, Some(Point(1)), tick);
        let _ = chronology.pinned(point, tick, horizon);
    }
    let _ = chronology.weigh(&Condition::Holds(constraint.clone()), horizon);
    let _ = chronology.with_assumed(std::slice::from_ref(constraint));
    let _ = (chronology.earliest(horizon), chronology.latest(horizon), chronology.sample(1, horizon));
    let _ = chronology.assignments(&[Point(1), Point(1), Point(2)], horizon, 20, |_| ControlFlow::Continue(()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_panic_whatever_is_said(
        said in proptest::collection::vec(constraint(), 0..10),
        asked in constraint(),
        tick in number(),
        other in number(),
    ) {
        let mut network = Network::new();
        (0..4).for_each(|_| _ = network.add_point());
        let mut one_by_one = network.clone().tighten().expect("nothing is said");
        for (index, constraint) in said.iter().enumerate() {
            let id = ConstraintId(index as u32 / 2);
            let _ = network.add(id, constraint.clone());
            let _ = one_by_one.add(id, constraint.clone());
        }
        ask_everything(&mut one_by_one, &asked, tick, other);
        if let Ok(mut chronology) = network.tighten() {
            ask_everything(&mut chronology, &asked, tick, other);
        }
    }
}
