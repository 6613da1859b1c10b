//! Proofs of what holds and what happens, and the checker that accepts or refuses them.
//!
//! A proof is a [`Certificate`]: a closed part of a history. Its scope lists fluents and actions, with or without
//! arguments, and its steps everything that ever happens to them. The checker goes through the moments one by one and
//! tries every rule that could touch the scope against what is claimed of the moment. What follows and what is claimed
//! must be the same, and whatever was looked at must be in the scope. So nothing is left out: not a change, and not a
//! reason why something did not change. It reads the program and the narrative, and shares nothing with the engine.

mod check;
mod conditions;
mod format;
mod parts;
mod value;
pub mod walk;

pub use check::check;
pub use format::{Accepted, Atom, By, Certificate, Filling, From, Instant, Refused, Shape, Span, Step, Target, What};
pub use value::{End, Val, later};
