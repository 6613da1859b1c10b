//! Cycles of bounds: contradictions, and lifts that come to rest.
//!
//! When an arc closes a cycle, the cycle moves its head. If the gains of its arcs surely add up to more than nothing, it
//! would move it for ever: a contradiction. If functions are on the way, the next round may gain nothing, so the head is
//! lifted by this one round and the cycle is noted beside it. The rounds come to an end: the inequalities of all cycles
//! that lifted a node since it had its value from elsewhere are strongly connected, none of them is absolute, and if all
//! their functions repeat themselves every p ticks, so do their solutions. Were there any, there would be one less than
//! p above the value that the lifting began with. So a lift of more than p is a contradiction between the noted ones.

use crate::arcs::Arc;
use crate::network::Network;
use crate::side::{Halt, LIFTED, Side};

/// How many rounds are tried in one go: enough for ten nodes and all days of the Gregorian calendar's period.
const MOST_LAPS: u32 = 1 << 21;

/// A round of functions that never repeat themselves counts as so many, as nothing else ends it.
const ENDLESS_LAP: u32 = 1 << 5;

/// How cycles raised a node above the value that its place in the tree gives it.
#[derive(Clone, Debug)]
pub(crate) struct Lift {
    /// The value before the first of them.
    pub(crate) since: i64,
    /// The inequalities of the cycles, sorted.
    pub(crate) edges: Vec<u32>,
}

impl Side {
    /// The arc closes a cycle, and everything below its head has been taken out of the tree.
    pub(crate) fn lap(&mut self, network: &Network, tail: u32, arc: Arc, candidate: i64) -> Result<(), Halt> {
        let cycle = self.cycle(network, tail, arc);
        if sure_gain(network, &cycle).is_some_and(|gain| gain > 0) {
            return Err(Halt::Conflict(cycle));
        }
        let around = self.path(network, arc.head, tail);
        let head = &mut self.nodes[arc.head as usize];
        let lift = self.lifts.entry(arc.head).or_insert(Lift { since: head.value, edges: Vec::new() });
        head.flags |= LIFTED;
        head.value = candidate;
        lift.edges.extend(around);
        lift.edges.push(arc.edge);
        lift.edges.sort_unstable();
        lift.edges.dedup();
        let period = common_period(network, &lift.edges);
        if period.is_some_and(|period| candidate - lift.since > period) {
            return Err(Halt::Conflict(lift.edges.clone()));
        }
        self.laps += if period.is_some() { 1 } else { ENDLESS_LAP };
        if self.laps > MOST_LAPS {
            return Err(Halt::Unsettled(lift.edges.clone()));
        }
        self.enqueue(arc.head);
        Ok(())
    }

    pub(crate) fn forget_lift(&mut self, node: u32) {
        let at = &mut self.nodes[node as usize];
        if at.flags & LIFTED != 0 {
            at.flags &= !LIFTED;
            self.lifts.remove(&node);
        }
    }

    /// The arcs from the head down the tree to the tail, without lifts, and the one that closes the cycle.
    fn cycle(&self, network: &Network, tail: u32, arc: Arc) -> Vec<u32> {
        let mut cycle = vec![arc.edge];
        let mut node = tail;
        while node != arc.head {
            let reason = self.nodes[node as usize].reason;
            cycle.push(reason);
            node = network.inequalities[reason as usize].ends(self.bound).0;
        }
        cycle.reverse();
        cycle
    }
}

/// The least that a cycle gains in a round, if it is known of all its inequalities.
fn sure_gain(network: &Network, cycle: &[u32]) -> Option<i128> {
    let gain = |edge: &u32| network.inequalities[*edge as usize].sure_gain(&network.functions).map(i128::from);
    cycle.iter().map(gain).sum()
}

/// After how many ticks all functions among the inequalities repeat themselves together.
fn common_period(network: &Network, edges: &[u32]) -> Option<i64> {
    edges.iter().try_fold(1i64, |period, edge| {
        let own = network.inequalities[*edge as usize].period(&network.functions)?;
        (period / common_divisor(period, own)).checked_mul(own)
    })
}

fn common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
