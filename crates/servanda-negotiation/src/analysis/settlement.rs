//! Where an actual settlement stands: dominance first, then distances.

use num_bigint::BigInt;
use num_traits::Zero;
use serde::Serialize;

use super::amount::Scaled;
use super::report::Analysis;
use super::solve::{Front, quotient};
use super::{AnalysisError, Terms};
use crate::number::Number;
use crate::scenario::{Issue, Scenario, Values};

/// How many values to offer in an error about an unknown one.
const OFFERED: usize = 12;

/// Where a settlement stands among the outcomes.
///
/// Distances are Euclidean, after each side's utilities over all outcomes are mapped onto 0 through 1: only so are they
/// independent of the units that each side's utilities happen to have.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Settlement {
    /// Each side's utility.
    pub utilities: Vec<f64>,
    /// Each side's utility, exactly.
    pub exact: Vec<Number>,
    /// Whether some outcome gives a side more and no side less.
    pub dominated: bool,
    /// The points of the frontier that do.
    pub dominated_by: Vec<Dominator>,
    /// The point of the frontier that it is, if it is one.
    pub frontier_point: Option<usize>,
    /// The sides that get less than their reservation value.
    pub unacceptable_to: Vec<String>,
    /// The normalised distance to the nearest point of the frontier: 0 on it.
    pub frontier_distance: f64,
    /// The distance to each solution.
    pub solution_distances: Vec<SolutionDistance>,
}

/// A point that dominates a settlement.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Dominator {
    /// Its index in the frontier.
    pub point: usize,
    /// How much more each side would have had, in its own utility.
    pub more: Vec<Number>,
}

/// How far a settlement is from a solution.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SolutionDistance {
    /// The solution's name.
    pub solution: &'static str,
    /// The nearest of its tied points.
    pub point: usize,
    /// The normalised distance to it.
    pub distance: f64,
    /// What each side would have more there (less, if negative), in its own utility.
    pub more: Vec<Number>,
}

/// The settlement's utilities, scaled like the frontier.
pub(super) fn scaled_row(scenario: &Scenario, scaled: &Scaled, terms: &Terms) -> Result<Vec<BigInt>, AnalysisError> {
    let Terms::Values(values) = terms else {
        return Err(AnalysisError::OtherTerms { expected: "a value for every issue" });
    };
    let known = |issue: &&String| scenario.issues.iter().any(|known| known.name == **issue);
    if let Some(issue) = values.keys().find(|issue| !known(issue)) {
        let known = scenario.issues.iter().map(|issue| issue.name.clone()).collect();
        return Err(AnalysisError::UnknownIssue { issue: issue.clone(), known });
    }
    let mut row = vec![BigInt::zero(); scenario.sides.len()];
    for (issue, contributions) in scenario.issues.iter().zip(&scaled.contributions) {
        let value =
            values.get(&issue.name).ok_or_else(|| AnalysisError::UnsettledIssue { issue: issue.name.clone() })?;
        let at = issue.position(value).ok_or_else(|| unknown_value(issue, value))?;
        for (sum, more) in row.iter_mut().zip(&contributions[at]) {
            *sum += more;
        }
    }
    Ok(row)
}

fn unknown_value(issue: &Issue, value: &str) -> AnalysisError {
    let known = match &issue.values {
        Values::Named(values) => values.iter().take(OFFERED).cloned().collect(),
        Values::Integers { lower, upper } => vec![format!("{lower} through {upper}")],
    };
    AnalysisError::UnknownValue { issue: issue.name.clone(), value: value.to_owned(), known }
}

/// Places a settlement with the given scaled utilities.
pub(super) fn place(front: &Front, analysis: &Analysis, row: Vec<BigInt>) -> Settlement {
    let exact: Vec<Number> = front.utilities(&row).into_iter().map(Number::from_rational).collect();
    let dominates = |other: &Vec<BigInt>| *other != row && other.iter().zip(&row).all(|(theirs, mine)| theirs >= mine);
    let more = |point: usize| -> Vec<Number> {
        let gain = |(side, mine): (usize, &BigInt)| front.utility(side, &(&front.rows[point][side] - mine));
        row.iter().enumerate().map(|pair| Number::from_rational(gain(pair))).collect()
    };
    let dominated_by: Vec<Dominator> = (0..front.rows.len())
        .filter(|&point| dominates(&front.rows[point]))
        .map(|point| Dominator { point, more: more(point) })
        .collect();
    let distances: Vec<f64> = front.rows.iter().map(|point| distance(front, point, &row)).collect();
    let nearest =
        |points: &mut dyn Iterator<Item = usize>| points.min_by(|&a, &b| distances[a].total_cmp(&distances[b]));
    let solutions = analysis.solutions.iter().flat_map(|solutions| solutions.named());
    let solution_distances = solutions
        .filter_map(|(solution, picked)| {
            let point = nearest(&mut picked.points.iter().copied())?;
            Some(SolutionDistance { solution, point, distance: distances[point], more: more(point) })
        })
        .collect();
    let sides = front.reservations.iter().zip(&row).zip(&analysis.sides);
    Settlement {
        utilities: exact.iter().map(Number::to_f64).collect(),
        exact,
        dominated: !dominated_by.is_empty(),
        dominated_by,
        frontier_point: front.rows.iter().position(|point| *point == row),
        unacceptable_to: sides.filter(|((least, mine), _)| mine < least).map(|(_, side)| side.name.clone()).collect(),
        frontier_distance: nearest(&mut (0..distances.len())).map_or(0.0, |point| distances[point]),
        solution_distances,
    }
}

/// Euclidean, with each side's span of utilities as the unit. A side whose utility never varies adds nothing.
fn distance(front: &Front, a: &[BigInt], b: &[BigInt]) -> f64 {
    let share = |side: usize| {
        let span = &front.best[side] - &front.worst[side];
        if span.is_zero() { 0.0 } else { quotient(&(&a[side] - &b[side]), &span) }
    };
    (0..a.len()).map(|side| share(side).powi(2)).sum::<f64>().sqrt()
}
