//! How far each weight may move before a solution changes.
//!
//! A weight nobody measured should not decide anything by its third digit. For each weight the others of the same side
//! are renormalised in proportion, so that their sum stays what it was, and the analysis is repeated: first at evenly
//! spaced weights outward from the one stated, then by bisection between the last spacing at which the solution was the
//! same and the first at which it was not. A solution is the same while its set of outcomes is the same. A change that is
//! undone again between two spacings is not seen; more `steps` make such a miss less likely, and cost in proportion.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use serde::Serialize;

use super::amount::Scaled;
use super::{AnalysisError, Settings, additive, solve};
use crate::number::Number;
use crate::scenario::{Attribution, Scenario};

/// How finely to search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SensitivitySettings {
    /// How many spacings to try on each side of the stated weight.
    pub steps: u32,
    /// How often to halve the gap in which a solution changes. Ten halvings at 16 steps pin a change to within 1/16,000 of
    /// the room there is.
    pub halvings: u32,
}

impl Default for SensitivitySettings {
    fn default() -> Self {
        SensitivitySettings { steps: 16, halvings: 12 }
    }
}

/// One weight, and how far each solution withstands a change of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Sensitivity {
    /// The side.
    pub side: String,
    /// The issue.
    pub issue: String,
    /// The weight as stated.
    pub weight: Number,
    /// Whose statement it is.
    pub attribution: Attribution,
    /// The sum of the side's weights, which is kept; the weight is moved between 0 and this.
    pub sum: Number,
    /// How far each solution withstands. Empty when no outcome is acceptable to all, or when no other weight of the side
    /// could make up for a change.
    pub ranges: Vec<SolutionRange>,
}

/// The weights over which one solution is unchanged.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SolutionRange {
    /// The solution's name.
    pub solution: &'static str,
    /// The lowest weight found at which the solution is unchanged.
    pub unchanged_from: f64,
    /// The highest.
    pub unchanged_to: f64,
    /// Whether the solution withstands every lower weight tried.
    pub down_to_zero: bool,
    /// Whether the solution withstands every higher weight tried.
    pub up_to_sum: bool,
}

/// The range of every weight of every side over which each solution stays the same.
///
/// # Errors
/// As [`super::analyse`]; also when a frontier on the way grows beyond the limit.
pub fn sensitivity(
    scenario: &Scenario,
    settings: &Settings,
    search: SensitivitySettings,
) -> Result<Vec<Sensitivity>, AnalysisError> {
    scenario.check()?;
    let stated = Solved::of(scenario, settings)?;
    let mut found = Vec::new();
    for (side, preferences) in scenario.sides.iter().enumerate() {
        for (issue, weight) in preferences.weights.iter().enumerate() {
            let probe = Probe::new(scenario, settings, side, issue);
            found.push(Sensitivity {
                side: preferences.name.clone(),
                issue: scenario.issues[issue].name.clone(),
                weight: weight.value.clone(),
                attribution: weight.attribution.clone().unwrap_or_else(|| preferences.attribution.clone()),
                sum: Number::from_rational(probe.sum.clone()),
                ranges: if probe.is_meaningful() { probe.ranges(&stated, search)? } else { Vec::new() },
            });
        }
    }
    Ok(found)
}

/// How many tied outcomes make up the identity of a solution; beyond it, their number stands for the rest.
const COMPARED: usize = 64;

/// The outcomes of each solution at some weights.
#[derive(Clone, PartialEq)]
struct Solved(Vec<(&'static str, Vec<Vec<usize>>, u64)>);

impl Solved {
    fn of(scenario: &Scenario, settings: &Settings) -> Result<Solved, AnalysisError> {
        let scaled = Scaled::from_scenario(scenario, settings.semantics);
        let (front, merged) = additive(scenario, &scaled, settings.candidate_limit)?;
        let counts = merged.counts();
        let Some(solutions) = solve(&front, settings.ideal) else { return Ok(Solved(Vec::new())) };
        let identity = |points: &[usize]| {
            let count = points.iter().map(|&point| counts[point]).fold(0, u64::saturating_add);
            let listed = points.iter().flat_map(|&point| merged.outcomes(point, COMPARED)).take(COMPARED);
            let mut outcomes: Vec<Vec<usize>> = listed.collect();
            outcomes.sort_unstable();
            (outcomes, count)
        };
        let named = solutions.named();
        Ok(Solved(named.map(|(name, solution)| (name, identity(&solution.points))).map(flat).to_vec()))
    }

    fn same(&self, other: &Solved, solution: usize) -> bool {
        self.0.get(solution) == other.0.get(solution)
    }
}

fn flat<A, B, C>((a, (b, c)): (A, (B, C))) -> (A, B, C) {
    (a, b, c)
}

/// One weight of one side, to be varied.
struct Probe<'a> {
    scenario: Scenario,
    settings: &'a Settings,
    side: usize,
    issue: usize,
    stated: Vec<BigRational>,
    sum: BigRational,
}

impl<'a> Probe<'a> {
    fn new(scenario: &Scenario, settings: &'a Settings, side: usize, issue: usize) -> Probe<'a> {
        let stated: Vec<_> =
            scenario.sides[side].weights.iter().map(|weight| weight.value.rational().clone()).collect();
        let sum = stated.iter().sum();
        Probe { scenario: scenario.clone(), settings, side, issue, stated, sum }
    }

    /// Whether the other weights can make up for a change of this one.
    fn is_meaningful(&self) -> bool {
        let weight = &self.stated[self.issue];
        !weight.is_negative() && *weight < self.sum && self.stated.iter().all(|weight| !weight.is_negative())
    }

    fn ranges(mut self, stated: &Solved, search: SensitivitySettings) -> Result<Vec<SolutionRange>, AnalysisError> {
        let zero = BigRational::zero();
        let down = self.edges(stated, &zero, search)?;
        let up = self.edges(stated, &self.sum.clone(), search)?;
        let names = stated.0.iter().map(|(name, ..)| *name);
        let ranges = names.zip(down.into_iter().zip(up)).map(|(solution, (down, up))| SolutionRange {
            solution,
            unchanged_from: down.last_same,
            unchanged_to: up.last_same,
            down_to_zero: !down.changes,
            up_to_sum: !up.changes,
        });
        Ok(ranges.collect())
    }

    /// For each solution, the last weight on the way to `end` at which it is still the stated one.
    fn edges(
        &mut self,
        stated: &Solved,
        end: &BigRational,
        search: SensitivitySettings,
    ) -> Result<Vec<Edge>, AnalysisError> {
        let steps = search.steps.max(1);
        let start = self.stated[self.issue].clone();
        let at =
            |step: u32| tidy(&(&start + (end - &start) * BigRational::new(step.into(), steps.into())), &start, end);
        let mut first_change = vec![None; stated.0.len()];
        for step in 1..=steps {
            if first_change.iter().all(Option::is_some) {
                break;
            }
            let solved = self.solved(&at(step))?;
            for (solution, change) in first_change.iter_mut().enumerate() {
                if change.is_none() && !solved.same(stated, solution) {
                    *change = Some(step);
                }
            }
        }
        let mut edges = Vec::new();
        for (solution, change) in first_change.into_iter().enumerate() {
            let Some(step) = change else {
                edges.push(Edge { last_same: end.to_f64().unwrap_or(f64::NAN), changes: false });
                continue;
            };
            let mut same = if step == 1 { start.clone() } else { at(step - 1) };
            let mut other = at(step);
            for _ in 0..search.halvings {
                let middle = tidy(&((&same + &other) / BigInt::from(2)), &same, &other);
                if self.solved(&middle)?.same(stated, solution) { same = middle } else { other = middle }
            }
            edges.push(Edge { last_same: same.to_f64().unwrap_or(f64::NAN), changes: true });
        }
        Ok(edges)
    }

    /// The solutions with this weight, and the others in the proportions stated.
    fn solved(&mut self, weight: &BigRational) -> Result<Solved, AnalysisError> {
        let others = (&self.sum - weight) / (&self.sum - &self.stated[self.issue]);
        let weights = self.scenario.sides[self.side].weights.iter_mut().zip(&self.stated);
        for (issue, (changed, stated)) in weights.enumerate() {
            let value = if issue == self.issue { weight.clone() } else { stated * &others };
            changed.value = Number::from_rational(value);
        }
        Solved::of(&self.scenario, self.settings)
    }
}

/// How far one solution lasts in one direction.
struct Edge {
    last_same: f64,
    changes: bool,
}

/// A number near `value` with few digits, so that the utilities made from it stay narrow; `value` itself where rounding
/// would leave the span from `a` through `b`.
fn tidy(value: &BigRational, a: &BigRational, b: &BigRational) -> BigRational {
    let billion = BigInt::from(1_000_000_000);
    let rounded = (value * &billion).round() / &billion;
    let inside = *a.min(b) <= rounded && rounded <= *a.max(b);
    if inside { rounded } else { value.clone() }
}
