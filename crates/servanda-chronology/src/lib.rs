//! The chronology: when may each dated thing have happened, given everything that is said about all of them?
//!
//! A [`Network`] holds points on a line of integer ticks (in a dossier a tick is a civil day) and constraints between
//! them: "not before", "within six days of", "three months after". [`Network::tighten`] answers with a [`Chronology`],
//! in which every point has its tight bounds, or with a minimal set of constraints that cannot all be true. Each
//! constraint carries the caller's own [`ConstraintId`], so bounds and contradictions lead back to statements.
//!
//! ```
//! use servanda_chronology::{Bound, ChronologyError, Constraint, ConstraintId, Network};
//!
//! let mut network = Network::new();
//! let (signed, in_force) = (network.add_point(), network.add_point());
//! network.add(ConstraintId(1), Constraint::on(signed, 100))?;
//! network.add(ConstraintId(2), Constraint::apart(signed, in_force, 0, 6))?; // within six days of signature
//!
//! let mut chronology = network.tighten()?;
//! assert_eq!(chronology.bounds(in_force), (Some(100), Some(106)));
//! assert_eq!(chronology.explain(in_force, Bound::Upper), [ConstraintId(1), ConstraintId(2)]);
//!
//! let late = chronology.add(ConstraintId(3), Constraint::not_before(in_force, 107));
//! let all_three = vec![ConstraintId(3), ConstraintId(2), ConstraintId(1)];
//! assert_eq!(late, Err(ChronologyError::Contradiction { constraints: all_three }));
//! # Ok::<(), ChronologyError>(())
//! ```
//!
//! The constraints form a simple temporal problem (Dechter, Meiri and Pearl, "Temporal constraint networks", Artificial
//! Intelligence 49, 1991), widened by monotone functions of one point ([`Monotone`]) for what calendars do. The method
//! and its cost are on the first page of `side.rs`.
//!
//! What is absent: no calendar, no clock, no statements. Ticks are `i64` within [`LIMIT`] of zero.

mod arcs;
mod chronology;
mod condition;
mod conflict;
mod constraint;
mod error;
mod explain;
mod lap;
mod monotone;
mod network;
mod scenario;
mod side;
mod undo;

pub use chronology::{Assumed, Chronology};
pub use condition::{Condition, Truth, Weighed};
pub use constraint::{Constraint, Relation};
pub use error::ChronologyError;
pub use explain::Sensitivity;
pub use monotone::{Monotone, Shift};
pub use network::{Bound, Network};
pub use scenario::{Enumeration, Horizon, Scenario};

/// The greatest distance from zero that a tick or a number of ticks may have: 2⁶⁰, about 3·10¹⁵ years of days. Sums of
/// a few such numbers still fit into an `i64`, so nothing overflows.
pub const LIMIT: i64 = 1 << 60;

/// A dated thing: a variable whose value is a tick. Made by [`Network::add_point`]; the number is its index, and
/// index 0 is the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point(pub u32);

impl Point {
    /// The point at tick 0 in every chronology. Absolute dates are distances from it.
    pub const ORIGIN: Point = Point(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The caller's name for a constraint, by which bounds and contradictions cite it. Constraints with one name count as
/// one statement: they are blamed together and dropped together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConstraintId(pub u32);
