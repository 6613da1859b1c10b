//! What can keep a set of constraints from having a chronology.

use std::fmt;

use crate::{ConstraintId, Point};

/// Why there is no chronology, or none that could be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChronologyError {
    /// These constraints cannot all be true, with every tick within [`LIMIT`](crate::LIMIT) of zero; without any one of
    /// them the others can.
    Contradiction {
        /// In the order in which they follow from each other where that is known.
        constraints: Vec<ConstraintId>,
    },
    /// A constraint or question names a point that the network does not have.
    UnknownPoint {
        /// The point that was named.
        point: Point,
    },
    /// A number of ticks is greater than [`LIMIT`](crate::LIMIT), or points that nothing dates would be that far apart.
    OutOfRange {
        /// The constraints that lead there; empty where it is an assumption or a question.
        constraints: Vec<ConstraintId>,
    },
    /// Functions without a period went round a cycle, or alternatives were tried, too often. Neither yes nor no.
    Unsettled {
        /// The constraints that go round; empty where it is an assumption or a question.
        constraints: Vec<ConstraintId>,
    },
}

impl fmt::Display for ChronologyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contradiction { constraints } => write!(out, "{} cannot all be true", Listed(constraints)),
            Self::UnknownPoint { point } => write!(out, "there is no point {}", point.0),
            Self::OutOfRange { constraints } => write!(out, "{} leave the range of ticks", Listed(constraints)),
            Self::Unsettled { constraints } => write!(out, "{} did not settle", Listed(constraints)),
        }
    }
}

impl std::error::Error for ChronologyError {}

struct Listed<'a>(&'a [ConstraintId]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return write!(out, "the assumptions");
        }
        write!(out, "constraints")?;
        for (index, constraint) in self.0.iter().enumerate() {
            write!(out, "{}{}", if index == 0 { " " } else { ", " }, constraint.0)?;
        }
        Ok(())
    }
}
