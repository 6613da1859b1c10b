//! The frontier of additive utilities, issue by issue, and of a table in one sweep.
//!
//! When utilities add up over independent issues, an outcome is Pareto optimal only if its part over the first issues is
//! Pareto optimal among such parts: exchange a dominated part for the one that dominates it, and the whole is dominated.
//! So the frontier over k issues lies within the sums of the frontier over k−1 issues and the undominated values of issue
//! k (a Minkowski sum, pruned). Each step costs a sort of (points so far × values of the issue), and outcomes are never
//! enumerated. The method does badly where pruning finds nothing: in a strictly competitive scenario with unrelated
//! weights every outcome is on the frontier, and `limit` then stops the work with a stated error.
//!
//! Points with equal utilities are kept once, with links to every pair (point before, value) that makes them, so that all
//! tied outcomes can be listed and counted without being stored.

use std::collections::BTreeMap;
use std::ops::Bound;

use num_bigint::BigInt;

use super::amount::{Amount, Row, Scaled, Width};

/// A point that may or may not be dominated.
pub(crate) struct Candidate<R> {
    pub(crate) row: R,
    /// The point of the layer before (or the row of a table).
    pub(crate) before: u32,
    /// The value of this layer's issue.
    pub(crate) value: u32,
}

/// Every way to reach each point of a layer: pairs (point of the layer before, value of the issue).
pub(crate) struct Links {
    offsets: Vec<u32>,
    pairs: Vec<(u32, u32)>,
}

impl Links {
    pub(crate) fn of(&self, point: usize) -> &[(u32, u32)] {
        &self.pairs[self.offsets[point] as usize..self.offsets[point + 1] as usize]
    }
}

/// The frontier, best for the first side first, with the layers that lead to it.
pub(crate) struct Merged {
    pub(crate) rows: Vec<Vec<BigInt>>,
    pub(crate) layers: Vec<Links>,
}

/// A step needs more candidate points than allowed.
#[derive(Debug)]
pub(crate) struct TooMany {
    pub(crate) issue: usize,
    pub(crate) candidates: u128,
}

/// The frontier of additive utilities. `limit` bounds the candidate points of one step.
pub(crate) fn merge(scaled: &Scaled, limit: usize) -> Result<Merged, TooMany> {
    match (scaled.width, scaled.denominators.len()) {
        (Width::Bits64, 2) => merge_rows::<[i64; 2]>(scaled, limit),
        (Width::Bits64, 3) => merge_rows::<[i64; 3]>(scaled, limit),
        (Width::Bits64, _) => merge_rows::<Vec<i64>>(scaled, limit),
        (Width::Bits128, 2) => merge_rows::<[i128; 2]>(scaled, limit),
        (Width::Bits128, 3) => merge_rows::<[i128; 3]>(scaled, limit),
        (Width::Bits128, _) => merge_rows::<Vec<i128>>(scaled, limit),
        (Width::Unbounded, 2) => merge_rows::<[BigInt; 2]>(scaled, limit),
        (Width::Unbounded, _) => merge_rows::<Vec<BigInt>>(scaled, limit),
    }
}

fn merge_rows<R: Row>(scaled: &Scaled, limit: usize) -> Result<Merged, TooMany> {
    let mut layers = Vec::with_capacity(scaled.contributions.len());
    let mut frontier: Vec<R> = Vec::new();
    for (issue, values) in scaled.contributions.iter().enumerate() {
        if values.len() > limit {
            return Err(TooMany { issue, candidates: values.len() as u128 });
        }
        let alone = values.iter().enumerate().map(|(value, row)| Candidate {
            row: R::from_big(row),
            before: 0,
            value: value as u32,
        });
        let (rows, links) = prune(alone.collect());
        if issue == 0 {
            (frontier, layers) = (rows, vec![links]);
            continue;
        }
        let useful: Vec<(R, u32)> = (0..rows.len())
            .flat_map(|point| links.of(point).iter().map(move |&(_, value)| (point, value)))
            .map(|(point, value)| (rows[point].clone(), value))
            .collect();
        let candidates = frontier.len() as u128 * useful.len() as u128;
        if candidates > limit as u128 {
            return Err(TooMany { issue, candidates });
        }
        let (rows, links) = prune(sums(&frontier, &useful));
        frontier = rows;
        layers.push(links);
    }
    let rows = frontier.iter().map(|row| row.amounts().iter().map(Amount::to_big).collect()).collect();
    Ok(Merged { rows, layers })
}

/// One descending run per value: the stable sort in [`prune`] finds the runs and merely merges them.
fn sums<R: Row>(frontier: &[R], useful: &[(R, u32)]) -> Vec<Candidate<R>> {
    let mut candidates = Vec::with_capacity(frontier.len() * useful.len());
    for (row, value) in useful {
        for (before, point) in frontier.iter().enumerate() {
            candidates.push(Candidate { row: point.plus(row), before: before as u32, value: *value });
        }
    }
    candidates
}

/// Drops dominated candidates and gathers equal ones, best for the first side first.
pub(crate) fn prune<R: Row>(mut candidates: Vec<Candidate<R>>) -> (Vec<R>, Links) {
    candidates.sort_by(|a, b| b.row.cmp(&a.row));
    let mut rows: Vec<R> = Vec::new();
    let mut links = Links { offsets: Vec::new(), pairs: Vec::new() };
    let sides = candidates.first().map_or(0, |candidate| candidate.row.amounts().len());
    let mut kept = Kept::new(sides);
    for candidate in candidates {
        let tied = rows.last() == Some(&candidate.row);
        if !tied {
            if kept.dominate(candidate.row.amounts()) {
                continue;
            }
            kept.add(candidate.row.amounts());
            links.offsets.push(links.pairs.len() as u32);
            rows.push(candidate.row);
        }
        links.pairs.push((candidate.before, candidate.value));
    }
    links.offsets.push(links.pairs.len() as u32);
    (rows, links)
}

/// What has been kept so far, in the form that answers fastest whether it dominates the next row. Rows come in descending
/// order, so the first side of everything kept is at least that of the next row and need not be looked at.
enum Kept<A> {
    /// The greatest utility of the second side.
    Two(Option<A>),
    /// A staircase: the second side ascending, the third descending.
    Three(BTreeMap<A, A>),
    /// All rows.
    Many(Vec<Vec<A>>),
}

impl<A: Amount> Kept<A> {
    fn new(sides: usize) -> Kept<A> {
        match sides {
            2 => Kept::Two(None),
            3 => Kept::Three(BTreeMap::new()),
            _ => Kept::Many(Vec::new()),
        }
    }

    fn dominate(&self, row: &[A]) -> bool {
        match self {
            Kept::Two(best) => best.as_ref().is_some_and(|best| *best >= row[1]),
            Kept::Three(stairs) => stairs.range(&row[1]..).next().is_some_and(|(_, third)| *third >= row[2]),
            Kept::Many(rows) => rows.iter().any(|other| other.iter().zip(row).all(|(theirs, mine)| theirs >= mine)),
        }
    }

    fn add(&mut self, row: &[A]) {
        match self {
            Kept::Two(best) => *best = Some(row[1].clone()),
            Kept::Three(stairs) => {
                let below = (Bound::Unbounded, Bound::Included(&row[1]));
                while let Some((second, third)) = stairs.range(below).next_back() {
                    if *third > row[2] {
                        break;
                    }
                    let second = second.clone();
                    stairs.remove(&second);
                }
                stairs.insert(row[1].clone(), row[2].clone());
            }
            Kept::Many(rows) => rows.push(row.to_vec()),
        }
    }
}

impl Merged {
    /// How many outcomes tie at a point; `u64::MAX` stands for that many or more.
    pub(crate) fn counts(&self) -> Vec<u64> {
        let mut before = vec![1u64];
        for (depth, links) in self.layers.iter().enumerate() {
            let ways = |&(point, _): &(u32, u32)| if depth == 0 { 1 } else { before[point as usize] };
            let points = links.offsets.len() - 1;
            before = (0..points).map(|point| links.of(point).iter().map(ways).fold(0, u64::saturating_add)).collect();
        }
        before
    }

    /// The first `most` outcomes at a point, each as one value index per issue, in a fixed order.
    pub(crate) fn outcomes(&self, point: usize, most: usize) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let mut stack = vec![(self.layers.len(), point, Vec::new())];
        while let Some((depth, point, values)) = stack.pop() {
            if found.len() == most {
                break;
            }
            if depth == 0 {
                found.push(values.into_iter().rev().collect());
                continue;
            }
            for &(before, value) in self.layers[depth - 1].of(point).iter().rev() {
                let mut values: Vec<usize> = values.clone();
                values.push(value as usize);
                stack.push((depth - 1, before as usize, values));
            }
        }
        found
    }
}
