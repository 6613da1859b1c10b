//! Why an analysis could not be made.

use std::fmt;

use crate::scenario::ShapeError;

/// Why an analysis could not be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AnalysisError {
    /// The scenario lacks something.
    Shape(ShapeError),
    /// The frontier grows beyond the limit set.
    TooManyPoints {
        /// The issue at which it did; for a table, its name.
        issue: String,
        /// How many points would have to be compared.
        candidates: u128,
        /// How many were allowed.
        limit: usize,
    },
    /// The settlement leaves an issue open.
    UnsettledIssue {
        /// The issue.
        issue: String,
    },
    /// The settlement settles something that was not negotiated.
    UnknownIssue {
        /// The name in the settlement.
        issue: String,
        /// The issues there are.
        known: Vec<String>,
    },
    /// The settlement names a value that the issue does not have.
    UnknownValue {
        /// The issue.
        issue: String,
        /// The value in the settlement.
        value: String,
        /// The first values there are.
        known: Vec<String>,
    },
    /// The settlement is in other terms than the scenario: values for a table, or an outcome's label for issues.
    OtherTerms {
        /// What is needed.
        expected: &'static str,
    },
    /// A table has no outcome.
    EmptyTable {
        /// Its name.
        table: String,
    },
    /// A table's utilities are not a whole number of rows, or its labels not one per row.
    RaggedTable {
        /// Its name.
        table: String,
        /// How many cells or labels there are.
        cells: usize,
        /// How many sides.
        sides: usize,
    },
}

impl fmt::Display for AnalysisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnalysisError::Shape(shape) => shape.fmt(f),
            AnalysisError::TooManyPoints { issue, candidates, limit } => write!(
                f,
                "the frontier grows too large at \"{issue}\": {candidates} points to compare, {limit} allowed; raise the \
                 limit, or round the weights and evaluations, which lets more outcomes tie"
            ),
            AnalysisError::UnsettledIssue { issue } => {
                write!(f, "the settlement does not say what became of \"{issue}\"; give it a value")
            }
            AnalysisError::UnknownIssue { issue, known } => {
                write!(f, "the settlement settles \"{issue}\", which is no issue here; there are {}", quoted(known))
            }
            AnalysisError::UnknownValue { issue, value, known } => {
                write!(f, "\"{issue}\" cannot be settled as \"{value}\"; it may be {}", quoted(known))
            }
            AnalysisError::OtherTerms { expected } => write!(f, "the settlement must be given as {expected}"),
            AnalysisError::EmptyTable { table } => write!(f, "table \"{table}\" has no outcome"),
            AnalysisError::RaggedTable { table, cells, sides } => {
                write!(f, "table \"{table}\" has {cells} entries, which make no whole rows for {sides} sides")
            }
        }
    }
}

impl std::error::Error for AnalysisError {}

impl From<ShapeError> for AnalysisError {
    fn from(shape: ShapeError) -> AnalysisError {
        AnalysisError::Shape(shape)
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}
