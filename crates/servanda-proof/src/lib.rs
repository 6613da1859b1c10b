//! The form of a proof: what stands in it, for its writer and for the checker, who have nothing else in common.
//!
//! A proof is a [`Certificate`]: a closed part of a history. Its scope lists fluents and actions, with or without
//! arguments, and its steps everything that ever happens to them. `docs/reference/proofs.md` shows it as JSON. Nothing is
//! judged here: whether a proof holds is for `servanda-verify` to say.

mod format;
mod value;

pub use format::{By, Certificate, Filling, From, Instant, Kind, Moment, Refused, Shape, Step, Target, What};
pub use value::{End, Val};
