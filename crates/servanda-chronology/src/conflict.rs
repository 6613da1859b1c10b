//! From a halted solver to the fewest constraints to blame.
//!
//! A simple cycle of plain distances is minimal as it stands. It need not be so once functions are on it, or if one of the
//! caller's constraints consists of several inequalities ("on that day" has two), since then the others of them count as
//! well. Such a set is put to the test: is the rest consistent, whichever of them is left out? To leave out each of k
//! constraints, half of them are added, and each of the other half is left out in turn by the same means; then the other
//! way round. That is k log k additions to a network of the cited constraints only, instead of k solutions from scratch.
//! Whenever a part turns out to contradict itself, its own conflict, which is smaller, takes the place of the set.
//!
//! Where it is not optimal: an addition that joins two halves of a long loop moves one of them, so that a loop of k such
//! statements takes time in the order of k². A thousand take some hundredths of a second.

use std::collections::BTreeMap;

use crate::network::{Bound, Inequality, Rule};
use crate::side::{Halt, Side};
use crate::{Chronology, ChronologyError, ConstraintId, Network};

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
    let edges: Vec<u32> = all.into_iter().chain(assumed).collect();
    Trial::new(network, &edges).fewest(blamed)
}

fn assumptions(network: &Network, from: usize) -> Vec<u32> {
    let all = network.inequalities.iter().enumerate().skip(from);
    all.filter(|(_, it)| it.label.is_none()).map(|(edge, _)| edge as u32).collect()
}

/// Some inequalities and their points, to be added and taken back again.
struct Trial {
    chronology: Chronology,
    by_label: BTreeMap<Option<ConstraintId>, Vec<Inequality>>,
}

impl Trial {
    fn new(network: &Network, edges: &[u32]) -> Self {
        let (mut part, _) = part_of(network, edges);
        let mut by_label: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for inequality in std::mem::take(&mut part.inequalities) {
            by_label.entry(inequality.label).or_default().push(inequality);
        }
        let (lower, upper) = (Side::new(&part, Bound::Lower), Side::new(&part, Bound::Upper));
        Self { chronology: Chronology::new(part, lower, upper), by_label }
    }

    /// A minimal part of constraints that contradict each other and the assumptions.
    fn fewest(mut self, mut blamed: Vec<ConstraintId>) -> Vec<ConstraintId> {
        let frame = self.chronology.open();
        match self.add([None]) {
            // The assumptions contradict each other.
            Err(Halt::Conflict(_)) => return Vec::new(),
            Err(Halt::OutOfRange(_) | Halt::Unsettled(_)) => return blamed,
            Ok(()) => self.chronology.commit(frame),
        }
        while let Some(mut smaller) = self.conflict_without_one_of(&blamed) {
            smaller.sort_unstable();
            blamed.retain(|label| smaller.binary_search(label).is_ok());
        }
        blamed
    }

    /// A conflict of what has been added and all of these but one, for any one of them.
    fn conflict_without_one_of(&mut self, labels: &[ConstraintId]) -> Option<Vec<ConstraintId>> {
        if labels.len() < 2 {
            return None;
        }
        let (one, other) = labels.split_at(labels.len() / 2);
        [(one, other), (other, one)].into_iter().find_map(|(added, tried)| {
            let frame = self.chronology.open();
            let conflict = match self.add(added.iter().copied().map(Some)) {
                Ok(()) => self.conflict_without_one_of(tried),
                Err(Halt::Conflict(edges)) => Some(self::labels(&self.chronology.network, &edges)),
                // Not shown to be in conflict, so what is left out here counts as needed.
                Err(Halt::OutOfRange(_) | Halt::Unsettled(_)) => None,
            };
            self.chronology.roll_back(frame);
            conflict
        })
    }

    fn add(&mut self, labels: impl IntoIterator<Item = Option<ConstraintId>>) -> Result<(), Halt> {
        let before = self.chronology.network.inequalities.len();
        let added = labels.into_iter().filter_map(|label| self.by_label.get(&label)).flatten();
        self.chronology.network.inequalities.extend(added);
        self.chronology.take_in(before)
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
