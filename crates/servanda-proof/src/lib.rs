//! The form of a proof: what stands in it, for its writer and for the checker, who have nothing else in common.
//!
//! A proof is a [`Certificate`]: a closed part of a history. Its scope lists fluents and actions, with or without
//! arguments, and its steps everything that ever happens to them. `docs/reference/proofs.md` shows it as JSON. A [`Reading`]
//! says in the same words what a program and a narrative say. Nothing is judged here: whether a proof holds is for
//! `servanda-verify` to say.

mod format;
mod reading;
mod value;

pub use format::{
    By, Certificate, Claims, Filling, From, Hangs, Instant, Kind, Moment, Orders, Refused, Shape, Step, Target, What,
};
pub use reading::{Deadline, Deed, Place, Reading, Told, When};
pub use value::{End, Val};
