//! What a bound rests on, and what it would be without one of its grounds.

use std::collections::BTreeMap;

use crate::arcs::NONE;
use crate::conflict::{labels, part_of};
use crate::network::Bound;
use crate::side::{LIFTED, Side};
use crate::{Chronology, ConstraintId, Point};

/// What would become of a bound if one constraint were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sensitivity {
    /// The constraint.
    pub constraint: ConstraintId,
    /// The bound without it; `None` if there would be none.
    pub without: Option<i64>,
}

impl Chronology {
    /// The constraints that a bound rests on, from the origin on. They alone give the same bound. Empty if there is no
    /// bound, or no such point.
    pub fn explain(&self, point: Point, bound: Bound) -> Vec<ConstraintId> {
        if self.bound(point, bound).is_none() {
            return Vec::new();
        }
        let path = self.side(bound).path(&self.network, NONE, point.0);
        let cited = labels(&self.network, &path);
        if self.rests_on_a_lift(point, bound) { self.fewest(point, bound, &path, cited) } else { cited }
    }

    /// The constraints any one of which, if it were dropped, would move a bound, and to where; in the order of
    /// [`Chronology::explain`].
    ///
    /// Only the constraints that the bound rests on are tried. Without any other one they still give the bound, and
    /// dropping a constraint never makes a bound tighter, so no other one moves it.
    pub fn sensitivity(&mut self, point: Point, bound: Bound) -> Vec<Sensitivity> {
        let now = self.bound(point, bound);
        let mut moving = Vec::new();
        for constraint in self.explain(point, bound) {
            let without = self.bound_without(point, bound, constraint);
            if without != now {
                moving.push(Sensitivity { constraint, without });
            }
        }
        moving
    }

    /// Forgets what hangs on a constraint, raises it again from everything else, and goes back.
    fn bound_without(&mut self, point: Point, bound: Bound, constraint: ConstraintId) -> Option<i64> {
        let frame = self.open();
        self.labels.cover(&self.network, self.settled());
        let edges = self.labels.edges_of(&self.network, &[constraint]);
        let (side, other) = match bound {
            Bound::Lower => (&mut self.lower, &self.upper),
            Bound::Upper => (&mut self.upper, &self.lower),
        };
        side.left_out = Some(constraint);
        let forgotten = forget(side, &self.network, &edges);
        for node in forgotten {
            side.enqueue(node);
            // The arcs into a node are those that leave it on the other side.
            for arc in other.arcs.of(node) {
                let inequality = &self.network.inequalities[arc.edge as usize];
                let into = crate::arcs::Arc { head: node, ..arc };
                let _ = side.relax(&self.network, inequality.ends(bound).0, into);
            }
        }
        // With less to satisfy there is no new conflict. Should functions run out of rounds, the value so far is a bound.
        let _ = side.settle(&self.network);
        side.left_out = None;
        let without = self.bound(point, bound);
        self.roll_back(frame);
        without
    }

    fn rests_on_a_lift(&self, point: Point, bound: Bound) -> bool {
        let side = self.side(bound);
        let mut node = point.0;
        while node != NONE {
            let at = &side.nodes[node as usize];
            if at.flags & LIFTED != 0 {
                return true;
            }
            node = at.parent;
        }
        false
    }

    /// Cycles that lifted a bound may have been many; some of them may not have been needed.
    fn fewest(&self, point: Point, bound: Bound, path: &[u32], cited: Vec<ConstraintId>) -> Vec<ConstraintId> {
        let mut by_label: BTreeMap<ConstraintId, Vec<u32>> = BTreeMap::new();
        for edge in path {
            if let Some(label) = self.network.inequalities[*edge as usize].label {
                by_label.entry(label).or_default().push(*edge);
            }
        }
        let assumed: Vec<u32> =
            path.iter().copied().filter(|edge| self.network.inequalities[*edge as usize].label.is_none()).collect();
        let target = self.bound(point, bound);
        filter(cited, |kept| {
            let of_kept = kept.iter().filter_map(|label| by_label.get(label)).flatten();
            let mut edges: Vec<u32> = of_kept.chain(&assumed).copied().collect();
            edges.sort_unstable();
            edges.dedup();
            let (part, number) = part_of(&self.network, &edges);
            let mut side = Side::new(&part, bound);
            side.tighten(&part).is_ok() && number(point.0).and_then(|node| side.tick(node)) == target
        })
    }
}

/// Resets every node whose value rests on one of these inequalities, and returns them.
fn forget(side: &mut Side, network: &crate::Network, edges: &[u32]) -> Vec<u32> {
    let bound = side.bound;
    let heads = edges.iter().map(|edge| (network.inequalities[*edge as usize].ends(bound).1, *edge));
    let mut tops: Vec<u32> =
        heads.filter(|(head, edge)| side.nodes[*head as usize].reason == *edge).map(|(head, _)| head).collect();
    let cites = |lift: &crate::lap::Lift| edges.iter().any(|edge| lift.edges.binary_search(edge).is_ok());
    tops.extend(side.lifts.iter().filter(|(_, lift)| cites(lift)).map(|(node, _)| *node));
    let mut forgotten = Vec::new();
    for top in tops {
        let below = side.subtree(top);
        for node in below {
            side.reset(node);
            forgotten.push(node);
        }
    }
    forgotten.sort_unstable();
    forgotten.dedup();
    forgotten
}

/// The deletion filter: leave one out, and keep it if `suffice` says that the rest is not enough.
fn filter(mut kept: Vec<ConstraintId>, suffice: impl Fn(&[ConstraintId]) -> bool) -> Vec<ConstraintId> {
    let mut needed = 0;
    while needed < kept.len() {
        let left_out = kept.remove(needed);
        if !suffice(&kept) {
            kept.insert(needed, left_out);
            needed += 1;
        }
    }
    kept
}
