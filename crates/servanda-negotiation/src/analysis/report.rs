//! The result of an analysis, as it is serialised.
//!
//! Field names are stable. Utilities come twice: as doubles for charts, and exactly, as decimals or quotients.

use num_rational::BigRational;
use num_traits::{One, Signed};
use serde::Serialize;

use super::settlement::Settlement;
use super::solve::Front;
use super::{Semantics, Settings};
use crate::number::Number;
use crate::scenario::{Scale, Scenario};

/// Everything an analysis found.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Analysis {
    /// The scenario's name.
    pub scenario: String,
    /// How utilities were made; nothing for a table, which states them.
    pub semantics: Option<Semantics>,
    /// How many outcomes there are. As text, for it may exceed any machine number.
    pub outcomes: String,
    /// The sides, in the order of all lists of utilities below.
    pub sides: Vec<SideSummary>,
    /// Remarks on the preferences that bear on how to read the rest.
    pub findings: Vec<Finding>,
    /// The Pareto frontier by utility points, best for the first side first. It does not depend on reservation values.
    pub frontier: Vec<FrontierPoint>,
    /// Whether any outcome is acceptable to all.
    pub agreement: Agreement,
    /// The solutions; nothing when no outcome is acceptable to all.
    pub solutions: Option<Solutions>,
    /// Where the actual settlement stands, if one was given.
    pub settlement: Option<Settlement>,
}

/// A side and the span of its utilities.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct SideSummary {
    /// Its name.
    pub name: String,
    /// The utility of no agreement that was used.
    pub reservation: Number,
    /// Whether the source states it. If not, it is 0.
    pub reservation_stated: bool,
    /// Its least utility over all outcomes.
    pub worst: Number,
    /// Its greatest utility over all outcomes.
    pub best: Number,
}

/// One utility point of the frontier, and the outcomes that tie there.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FrontierPoint {
    /// Each side's utility, rounded to a double.
    pub utilities: Vec<f64>,
    /// Each side's utility, exactly.
    pub exact: Vec<Number>,
    /// Whether no side gets less than its reservation value.
    pub individually_rational: bool,
    /// How many outcomes have exactly these utilities (2⁶⁴−1 stands for that many or more).
    pub outcome_count: u64,
    /// The first of them, each with one value per issue. A table's outcome is its label.
    pub outcomes: Vec<Vec<String>>,
}

/// Whether any outcome is acceptable to all sides, that is, gives none less than its reservation value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Agreement {
    /// Some outcome is.
    Possible {
        /// How many points of the frontier are.
        points: usize,
    },
    /// To some sides no outcome is acceptable at all.
    UnacceptableTo {
        /// Those sides.
        sides: Vec<String>,
        /// The same as a sentence.
        statement: String,
    },
    /// Every side has acceptable outcomes, but they share none.
    NoCommonGround {
        /// The same as a sentence.
        statement: String,
    },
}

/// The bargaining solutions, each among the individually rational points of the frontier.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Solutions {
    /// The greatest product of gains over the reservation values. Nash (1950).
    pub nash: Solution,
    /// The least difference between the sides' shares of their ideal gains. Kalai and Smorodinsky (1975).
    pub ks: Solution,
    /// The greatest least share of an ideal gain. Kalai and Smorodinsky (1975).
    pub ks_maxmin: Solution,
    /// The greatest least gain, in the utilities as they stand. It supposes that they can be compared between sides.
    /// Kalai (1977).
    pub egalitarian: Solution,
    /// The greatest sum of utilities. It supposes the same.
    pub utilitarian: Solution,
}

/// A solution as the set of points that tie for it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Solution {
    /// Indices into the frontier.
    pub points: Vec<usize>,
    /// What the criterion comes to at these points.
    pub score: f64,
    /// The same, exactly.
    pub exact_score: Number,
    /// What to bear in mind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Solutions {
    /// The solutions with their names, in a fixed order.
    pub fn named(&self) -> [(&'static str, &Solution); 5] {
        [
            ("nash", &self.nash),
            ("ks", &self.ks),
            ("ks_maxmin", &self.ks_maxmin),
            ("egalitarian", &self.egalitarian),
            ("utilitarian", &self.utilitarian),
        ]
    }
}

/// A remark that stops nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// A name for programs; it does not change.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// Where, if it was in a file: `file:line:column`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Everything that follows from a frontier alone. `stated` are the sides' names and reservation values, `points` the
/// count and the first outcomes of each point.
pub(super) fn of_front(
    front: &Front,
    settings: &Settings,
    stated: Vec<(String, Option<Number>)>,
    points: Vec<(u64, Vec<Vec<String>>)>,
) -> Analysis {
    let exact = |value: BigRational| Number::from_rational(value);
    let sides: Vec<SideSummary> = stated
        .into_iter()
        .enumerate()
        .map(|(side, (name, reservation))| SideSummary {
            name,
            reservation_stated: reservation.is_some(),
            reservation: reservation.unwrap_or_default(),
            worst: exact(front.utility(side, &front.worst[side])),
            best: exact(front.utility(side, &front.best[side])),
        })
        .collect();
    let frontier: Vec<FrontierPoint> = front
        .rows
        .iter()
        .zip(points)
        .map(|(row, (outcome_count, outcomes))| {
            let exact: Vec<Number> = front.utilities(row).into_iter().map(exact).collect();
            FrontierPoint {
                utilities: exact.iter().map(Number::to_f64).collect(),
                exact,
                individually_rational: front.is_rational(row),
                outcome_count,
                outcomes,
            }
        })
        .collect();
    Analysis {
        scenario: String::new(),
        semantics: None,
        outcomes: String::new(),
        findings: Vec::new(),
        agreement: agreement(&sides, &frontier),
        solutions: super::solve(front, settings.ideal),
        settlement: None,
        sides,
        frontier,
    }
}

fn agreement(sides: &[SideSummary], frontier: &[FrontierPoint]) -> Agreement {
    let points = frontier.iter().filter(|point| point.individually_rational).count();
    if points > 0 {
        return Agreement::Possible { points };
    }
    let refusing: Vec<&SideSummary> = sides.iter().filter(|side| side.best < side.reservation).collect();
    if refusing.is_empty() {
        let statement = "each side finds some outcome acceptable, but none is acceptable to all".to_owned();
        return Agreement::NoCommonGround { statement };
    }
    let reason = |side: &&SideSummary| {
        format!(
            "no outcome is acceptable to {}: the best gives {}, no agreement {}",
            side.name, side.best, side.reservation
        )
    };
    Agreement::UnacceptableTo {
        sides: refusing.iter().map(|side| side.name.clone()).collect(),
        statement: refusing.iter().map(reason).collect::<Vec<_>>().join("; "),
    }
}

/// Remarks on a scenario under a semantics.
pub(super) fn findings(scenario: &Scenario, semantics: Semantics) -> Vec<Finding> {
    let mut findings = Vec::new();
    for side in &scenario.sides {
        let mut found = |code, message| findings.push(Finding { code, message, place: None });
        let sum: BigRational = side.weights.iter().map(|weight| weight.value.rational()).sum();
        if semantics == Semantics::Genius && !sums_to_one(&sum) {
            let sum = Number::from_rational(sum);
            let message = format!(
                "the weights of {} sum to {sum} and not to 1; they are used as they stand, so utilities may leave the range \
                 from 0 to 1",
                side.name
            );
            found("weights-not-one", message);
        }
        if let Some(at) = side.weights.iter().position(|weight| weight.value.rational().is_negative()) {
            let (issue, weight) = (&scenario.issues[at].name, &side.weights[at].value);
            found("negative-weight", format!("{} weighs \"{issue}\" {weight}, below 0", side.name));
        }
        if side.reservation.is_none() {
            let message = format!("nobody states what no agreement is worth to {}; 0 is used", side.name);
            found("no-reservation", message);
        }
        for (issue, evaluations) in scenario.issues.iter().zip(&side.evaluations) {
            let useless = evaluations.values.iter().all(|value| !value.value.rational().is_positive());
            if semantics == Semantics::Genius && evaluations.scale == Scale::OfMaximum && useless {
                let message = format!(
                    "{} gives no value of \"{}\" more than 0, so nothing can be divided by the greatest; the issue counts 0",
                    side.name, issue.name
                );
                found("no-positive-evaluation", message);
            }
        }
    }
    findings
}

/// Whether weights sum to one but for the rounding of decimals: files carry ten digits and more, so a millionth is ample.
fn sums_to_one(sum: &BigRational) -> bool {
    (sum - BigRational::one()).abs() <= BigRational::new(1.into(), 1_000_000.into())
}
