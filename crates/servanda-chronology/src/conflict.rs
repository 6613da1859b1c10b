//! From a halted solver to the fewest constraints to blame.
//!
//! A simple cycle of plain distances is minimal as it stands. It need not be so once functions are on it, or if one of the
//! caller's constraints consists of several inequalities, since then the others of them count as well. Such a set goes
//! through a deletion filter: leave one out, and if the rest still cannot hold, go on with the rest's own conflict. Each
//! trial solves a network of the cited constraints only.

use std::collections::BTreeMap;

use crate::network::{Bound, Inequality, Rule};
use crate::side::{Halt, Side};
use crate::{ChronologyError, ConstraintId, Network};

/// Where the inequalities of each constraint are.
#[derive(Clone, Debug, Default)]
pub(crate) struct LabelIndex {
    sorted: Vec<(ConstraintId, u32)>,
    /// So many inequalities are in it; later ones are looked through.
    covered: usize,
}

impl LabelIndex {
    /// Takes in the first so many inequalities, unless that is few more than before. They must be there for good.
    pub(crate) fn cover(&mut self, network: &Network, length: usize) {
        if length > self.covered + self.covered / 64 {
            self.covered = length;
            self.sorted = labelled(&network.inequalities[..length]).collect();
            self.sorted.sort_unstable();
        }
    }

    /// The inequalities of the given constraints.
    pub(crate) fn edges_of(&self, network: &Network, labels: &[ConstraintId]) -> Vec<u32> {
        let mut labels = labels.to_vec();
        labels.sort_unstable();
        let mut edges = Vec::new();
        for label in &labels {
            let start = self.sorted.partition_point(|(other, _)| other < label);
            edges.extend(self.sorted[start..].iter().take_while(|(other, _)| other == label).map(|(_, edge)| *edge));
        }
        edges.extend(cited(network, self.covered, &labels));
        edges
    }
}

fn labelled(inequalities: &[Inequality]) -> impl Iterator<Item = (ConstraintId, u32)> + '_ {
    inequalities.iter().enumerate().filter_map(|(edge, it)| it.label.map(|label| (label, edge as u32)))
}

/// The inequalities from some index on that belong to the given constraints, which are sorted.
fn cited<'a>(network: &'a Network, from: usize, labels: &'a [ConstraintId]) -> impl Iterator<Item = u32> + 'a {
    let later = network.inequalities.iter().enumerate().skip(from);
    later
        .filter(|(_, it)| it.label.is_some_and(|label| labels.binary_search(&label).is_ok()))
        .map(|(edge, _)| edge as u32)
}

/// What a halt means to the caller. Assumptions, if there are any, are among the inequalities from `assumed` on.
pub(crate) fn report(network: &Network, halt: Halt, index: &LabelIndex, assumed: usize) -> ChronologyError {
    match halt {
        Halt::OutOfRange(edges) => ChronologyError::OutOfRange { constraints: labels(network, &edges) },
        Halt::Unsettled(edges) => ChronologyError::Unsettled { constraints: labels(network, &edges) },
        Halt::Conflict(edges) => {
            ChronologyError::Contradiction { constraints: shrunk(network, &edges, index, assumed) }
        }
    }
}

/// The constraints behind some inequalities, each once, in the order of its first mention.
pub(crate) fn labels(network: &Network, edges: &[u32]) -> Vec<ConstraintId> {
    let mut seen = std::collections::BTreeSet::new();
    let all = edges.iter().filter_map(|edge| network.inequalities[*edge as usize].label);
    all.filter(|label| seen.insert(*label)).collect()
}

/// A minimal set among the constraints of a conflict. Assumptions stay in force throughout and are never blamed.
fn shrunk(network: &Network, conflict: &[u32], index: &LabelIndex, assumed: usize) -> Vec<ConstraintId> {
    let blamed = labels(network, conflict);
    let all = index.edges_of(network, &blamed);
    let plain = conflict.iter().all(|edge| matches!(network.inequalities[*edge as usize].rule, Rule::Within(_)));
    let assumed = assumptions(network, assumed);
    // One inequality for each constraint, and every assumption on the cycle: nothing is left to take away.
    if plain && all.len() == blamed.len() && assumed.len() <= conflict.len() - all.len() {
        return blamed;
    }
    let mut edges_by_label: BTreeMap<ConstraintId, Vec<u32>> = BTreeMap::new();
    for (label, edge) in all.iter().filter_map(|edge| Some((network.inequalities[*edge as usize].label?, *edge))) {
        edges_by_label.entry(label).or_default().push(edge);
    }
    filter(blamed, |kept| {
        let edges: Vec<u32> =
            kept.iter().filter_map(|label| edges_by_label.get(label)).flatten().chain(&assumed).copied().collect();
        conflict_among(network, &edges).map(|edges| labels(network, &edges))
    })
}

fn assumptions(network: &Network, from: usize) -> Vec<u32> {
    let all = network.inequalities.iter().enumerate().skip(from);
    all.filter(|(_, it)| it.label.is_none()).map(|(edge, _)| edge as u32).collect()
}

/// The deletion filter. `conflict_in` tells whether a set is in conflict, and which part of it.
pub(crate) fn filter(
    mut kept: Vec<ConstraintId>,
    mut conflict_in: impl FnMut(&[ConstraintId]) -> Option<Vec<ConstraintId>>,
) -> Vec<ConstraintId> {
    let mut needed = 0;
    while needed < kept.len() {
        let left_out = kept.remove(needed);
        match conflict_in(&kept) {
            // What was needed in a larger set is needed in a smaller one, so `needed` still counts the first ones.
            Some(mut conflict) => {
                conflict.sort_unstable();
                kept.retain(|label| conflict.binary_search(label).is_ok());
            }
            None => {
                kept.insert(needed, left_out);
                needed += 1;
            }
        }
    }
    kept
}

/// Solves a network of these inequalities alone and returns its conflict. One side decides; see `side.rs`.
pub(crate) fn conflict_among(network: &Network, edges: &[u32]) -> Option<Vec<u32>> {
    let (part, _) = part_of(network, edges);
    match Side::new(&part, Bound::Lower).tighten(&part) {
        Err(Halt::Conflict(conflict)) => Some(conflict.into_iter().map(|edge| edges[edge as usize]).collect()),
        // Not shown to be in conflict, so whatever was left out is kept.
        Err(Halt::OutOfRange(_) | Halt::Unsettled(_)) | Ok(()) => None,
    }
}

/// A network of these inequalities and their points, and how points are numbered in it.
pub(crate) fn part_of(network: &Network, edges: &[u32]) -> (Network, impl Fn(u32) -> Option<u32> + use<>) {
    let chosen = || edges.iter().map(|edge| network.inequalities[*edge as usize]);
    let mut points: Vec<u32> = chosen().flat_map(|it| [it.from, it.to]).chain([0]).collect();
    points.sort_unstable();
    points.dedup();
    let number = move |point: u32| points.binary_search(&point).ok().map(|index| index as u32);
    let mut part = Network::new();
    for inequality in chosen() {
        let rule = match inequality.rule {
            Rule::Within(ticks) => Rule::Within(ticks),
            Rule::AtMost(f) => Rule::AtMost(part.share(network, f)),
            Rule::AtLeast(f) => Rule::AtLeast(part.share(network, f)),
        };
        if let (Some(from), Some(to)) = (number(inequality.from), number(inequality.to)) {
            part.points = part.points.max(from + 1).max(to + 1);
            part.inequalities.push(Inequality { from, to, rule, label: inequality.label });
        }
    }
    (part, number)
}

impl Network {
    fn share(&mut self, other: &Network, function: u32) -> u32 {
        self.functions.push(other.functions[function as usize].clone());
        self.functions.len() as u32 - 1
    }
}
