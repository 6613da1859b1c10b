//! What is negotiated, and what somebody says each side prefers.

use std::fmt;

use num_bigint::BigUint;
use num_traits::One;
use serde::Serialize;

use crate::number::Number;

/// Issues, and the preferences of two or more sides over them.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Scenario {
    /// A name for people.
    pub name: String,
    /// What is negotiated. An outcome picks one value of every issue.
    pub issues: Vec<Issue>,
    /// Who negotiates, and how each values the outcomes.
    pub sides: Vec<Side>,
}

/// One thing to settle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Issue {
    /// Its name, unique in the scenario.
    pub name: String,
    /// The values it may take.
    pub values: Values,
}

/// The values an issue may take.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Values {
    /// Named values, in the order of the source.
    Named(Vec<String>),
    /// Every whole number from `lower` through `upper`.
    Integers {
        /// The first number.
        lower: i64,
        /// The last number, included.
        upper: i64,
    },
}

/// One side and its additive preferences: `bias` plus, for every issue, weight times evaluation.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Side {
    /// Its name, unique in the scenario.
    pub name: String,
    /// One weight per issue, in the order of the issues.
    pub weights: Vec<Weight>,
    /// One list of evaluations per issue, in the order of the issues.
    pub evaluations: Vec<IssueEvaluations>,
    /// The utility of no agreement to this side; `None` when nobody stated it, and then 0 is used and said so.
    pub reservation: Option<Number>,
    /// The discount per unit of time that the source states. It is kept and not used: it scales a side's whole utility
    /// at any one time, so no frontier depends on it.
    pub discount: Option<Number>,
    /// Added to the utility of every outcome.
    pub bias: Number,
    /// Whose statement these preferences are, where the source says it once for all.
    pub attribution: Attribution,
}

/// How much an issue matters to a side.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Weight {
    /// The weight as stated.
    pub value: Number,
    /// Whose statement it is, when it differs from the side's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
}

/// What a side makes of each value of one issue.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct IssueEvaluations {
    /// How the `genius` semantics reads the numbers.
    pub scale: Scale,
    /// One evaluation per value, in the order of the values.
    pub values: Vec<Evaluation>,
}

/// How the `genius` semantics reads the evaluations of an issue; `raw` takes them as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// A table of evaluations, to be divided by the greatest of them.
    OfMaximum,
    /// Values of an evaluation function, which are utilities already and are cut to 0 through 1.
    Utility,
}

/// What a side makes of one value.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Evaluation {
    /// The evaluation as stated.
    pub value: Number,
    /// Whose statement it is, when it differs from the side's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Box<Attribution>>,
}

/// Who says so, and where.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Attribution {
    /// Who made the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Issue {
    /// How many values the issue may take. An integer range ends at `usize::MAX` at the latest.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Named(values) => values.len(),
            Values::Integers { lower, upper } if lower <= upper => {
                usize::try_from(upper.abs_diff(*lower)).map_or(usize::MAX, |span| span.saturating_add(1))
            }
            Values::Integers { .. } => 0,
        }
    }

    /// Whether the issue has no value at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `index`, as text.
    pub fn label(&self, index: usize) -> String {
        match &self.values {
            Values::Named(values) => values.get(index).cloned().unwrap_or_default(),
            Values::Integers { lower, .. } => (i128::from(*lower) + index as i128).to_string(),
        }
    }

    /// The index of the value written as `label`.
    pub fn position(&self, label: &str) -> Option<usize> {
        match &self.values {
            Values::Named(values) => values.iter().position(|value| value == label),
            Values::Integers { lower, upper } => {
                let value: i64 = label.trim().parse().ok()?;
                let inside = *lower <= value && value <= *upper;
                inside.then(|| usize::try_from(value.abs_diff(*lower)).ok()).flatten()
            }
        }
    }
}

/// How a scenario built by hand is malformed. Importers report the same faults with a place in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShapeError {
    /// Fewer than two sides.
    TooFewSides {
        /// How many there are.
        sides: usize,
    },
    /// No issue at all.
    NoIssues,
    /// An issue without values.
    EmptyIssue {
        /// The issue.
        issue: String,
    },
    /// A side has not one weight for each issue.
    Weights {
        /// The side.
        side: String,
        /// How many weights it has.
        found: usize,
        /// How many issues there are.
        expected: usize,
    },
    /// A side has not one evaluation for each value of an issue.
    Evaluations {
        /// The side.
        side: String,
        /// The issue, or nothing when whole issues are missing.
        issue: Option<String>,
        /// How many evaluations it has.
        found: usize,
        /// How many values there are.
        expected: usize,
    },
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShapeError::TooFewSides { sides } => {
                write!(f, "a negotiation needs two sides, and there is preference data for {sides}")
            }
            ShapeError::NoIssues => write!(f, "there is no issue to negotiate"),
            ShapeError::EmptyIssue { issue } => {
                write!(f, "issue \"{issue}\" has no value; give it at least one or leave it out")
            }
            ShapeError::Weights { side, found, expected } => {
                write!(f, "{side} has {found} weights for {expected} issues")
            }
            ShapeError::Evaluations { side, issue: Some(issue), found, expected } => {
                write!(f, "{side} evaluates {found} of the {expected} values of \"{issue}\"")
            }
            ShapeError::Evaluations { side, issue: None, found, expected } => {
                write!(f, "{side} evaluates {found} of {expected} issues")
            }
        }
    }
}

impl std::error::Error for ShapeError {}

impl Scenario {
    /// How many outcomes there are: the product of the numbers of values.
    pub fn outcomes(&self) -> BigUint {
        self.issues.iter().fold(BigUint::one(), |count, issue| count * issue.len())
    }

    /// Checks that every side has a weight for every issue and an evaluation for every value.
    pub fn check(&self) -> Result<(), ShapeError> {
        if self.sides.len() < 2 {
            return Err(ShapeError::TooFewSides { sides: self.sides.len() });
        }
        if self.issues.is_empty() {
            return Err(ShapeError::NoIssues);
        }
        if let Some(issue) = self.issues.iter().find(|issue| issue.is_empty()) {
            return Err(ShapeError::EmptyIssue { issue: issue.name.clone() });
        }
        self.sides.iter().try_for_each(|side| self.check_side(side))
    }

    fn check_side(&self, side: &Side) -> Result<(), ShapeError> {
        let expected = self.issues.len();
        if side.weights.len() != expected {
            return Err(ShapeError::Weights { side: side.name.clone(), found: side.weights.len(), expected });
        }
        if side.evaluations.len() != expected {
            let found = side.evaluations.len();
            return Err(ShapeError::Evaluations { side: side.name.clone(), issue: None, found, expected });
        }
        for (issue, evaluations) in self.issues.iter().zip(&side.evaluations) {
            let (found, expected) = (evaluations.values.len(), issue.len());
            if found != expected {
                let issue = Some(issue.name.clone());
                return Err(ShapeError::Evaluations { side: side.name.clone(), issue, found, expected });
            }
        }
        Ok(())
    }
}
