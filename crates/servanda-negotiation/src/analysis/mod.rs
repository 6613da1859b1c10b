//! From a scenario to its frontier and solutions.

mod amount;
mod error;
mod merge;
pub mod render;
mod report;
mod sensitivity;
mod settlement;
mod solve;
mod table;

use std::collections::BTreeMap;

use num_bigint::BigInt;
use serde::Serialize;

use crate::number::Number;
use crate::scenario::Scenario;
use amount::Scaled;
use merge::Merged;
use solve::{Front, Picked};

pub use error::AnalysisError;
pub use report::{Agreement, Analysis, Finding, FrontierPoint, SideSummary, Solution, Solutions};
pub use sensitivity::{Sensitivity, SensitivitySettings, SolutionRange, sensitivity};
pub use settlement::{Dominator, Settlement, SolutionDistance};
pub use table::{Decimal, Table, TableSide, analyse_table};

/// How weights and evaluations make a utility. Common tools differ, so the choice is named in every result.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Semantics {
    /// Weight × evaluation ÷ the greatest evaluation of the issue, as GENIUS does with tables of evaluations.
    Genius,
    /// Weight × evaluation.
    Raw,
}

/// What a side may hope for in the Kalai–Smorodinsky solution.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ideal {
    /// Its best among the outcomes acceptable to all, as in the 1975 paper.
    #[default]
    IndividuallyRational,
    /// Its best among all outcomes, as some tools have it.
    AllOutcomes,
}

/// The settlement to place among the outcomes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Terms {
    /// The value settled for each issue, by name.
    Values(BTreeMap<String, String>),
    /// The label of an outcome in a table.
    Outcome(String),
}

/// What to compute and how much of it to list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How utilities are made. A table states utilities and ignores this.
    pub semantics: Semantics,
    /// The ideal point of Kalai and Smorodinsky.
    pub ideal: Ideal,
    /// The settlement that was reached, if any.
    pub settlement: Option<Terms>,
    /// How many tied outcomes to list at each point. All are counted.
    pub listed_outcomes: usize,
    /// The most candidate points that one step may compare before [`AnalysisError::TooManyPoints`] stops it; a million
    /// take about 50 MB.
    pub candidate_limit: usize,
}

impl Settings {
    /// The usual settings: sixteen outcomes listed per point, ten million candidates.
    pub fn new(semantics: Semantics) -> Settings {
        Settings {
            semantics,
            ideal: Ideal::default(),
            settlement: None,
            listed_outcomes: 16,
            candidate_limit: 10_000_000,
        }
    }
}

/// The frontier and the solutions of a scenario with additive preferences.
///
/// # Errors
/// A malformed scenario, a settlement in other terms, or a frontier too large for `settings.candidate_limit`. That no
/// outcome is acceptable to somebody is no error but a result: [`Analysis::agreement`].
pub fn analyse(scenario: &Scenario, settings: &Settings) -> Result<Analysis, AnalysisError> {
    scenario.check()?;
    let scaled = Scaled::from_scenario(scenario, settings.semantics);
    let (front, merged) = additive(scenario, &scaled, settings.candidate_limit)?;
    let counts = merged.counts();
    let label = |values: Vec<usize>| labels(scenario, &values);
    let points = (0..front.rows.len()).map(|point| {
        let outcomes = merged.outcomes(point, settings.listed_outcomes).into_iter().map(label).collect();
        (counts[point], outcomes)
    });
    let stated = scenario.sides.iter().map(|side| (side.name.clone(), side.reservation.clone()));
    let mut analysis = Analysis {
        scenario: scenario.name.clone(),
        semantics: Some(settings.semantics),
        outcomes: scenario.outcomes().to_string(),
        findings: report::findings(scenario, settings.semantics),
        ..report::of_front(&front, settings, stated.collect(), points.collect())
    };
    if let Some(terms) = &settings.settlement {
        let row = settlement::scaled_row(scenario, &scaled, terms)?;
        analysis.settlement = Some(settlement::place(&front, &analysis, row));
    }
    Ok(analysis)
}

/// The frontier of additive preferences in whole numbers, with the layers that lead to it.
fn additive(scenario: &Scenario, scaled: &Scaled, limit: usize) -> Result<(Front, Merged), AnalysisError> {
    let mut merged = merge::merge(scaled, limit).map_err(|too_many| AnalysisError::TooManyPoints {
        issue: scenario.issues[too_many.issue].name.clone(),
        candidates: too_many.candidates,
        limit,
    })?;
    let extreme = |better: fn(BigInt, BigInt) -> BigInt| {
        let side = |side: usize| -> BigInt {
            let issue = |values: &Vec<Vec<BigInt>>| values.iter().map(|value| value[side].clone()).reduce(better);
            scaled.contributions.iter().filter_map(issue).sum()
        };
        (0..scenario.sides.len()).map(side).collect()
    };
    let front = Front {
        rows: std::mem::take(&mut merged.rows),
        denominators: scaled.denominators.clone(),
        reservations: scaled.reservations.clone(),
        best: extreme(BigInt::max),
        worst: extreme(BigInt::min),
    };
    Ok((front, merged))
}

fn labels(scenario: &Scenario, values: &[usize]) -> Vec<String> {
    scenario.issues.iter().zip(values).map(|(issue, &value)| issue.label(value)).collect()
}

/// The five solutions, or nothing when no outcome is acceptable to all.
fn solve(front: &Front, ideal: Ideal) -> Option<Solutions> {
    let gains = front.gains(ideal)?;
    let idle = gains.without_gain();
    let share_note = (!idle.is_empty()).then_some("a side without any possible gain is passed over in the comparison");
    let nash_note =
        (!idle.is_empty()).then_some("some side gains nothing at any acceptable outcome, so every product is 0");
    let solution = |picked: Picked, note: Option<&str>| {
        let exact = Number::from_rational(picked.score);
        Solution { points: picked.points, score: exact.to_f64(), exact_score: exact, note: note.map(str::to_owned) }
    };
    Some(Solutions {
        nash: solution(gains.nash(), nash_note),
        ks: solution(gains.closest_shares(), share_note),
        ks_maxmin: solution(gains.greatest_least_share(), share_note),
        egalitarian: solution(gains.egalitarian(), None),
        utilitarian: solution(gains.utilitarian(), None),
    })
}
