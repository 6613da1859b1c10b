//! Proofs of what holds and what happens, and the checker that accepts or refuses them.

mod check;
mod conditions;
mod format;
mod moving;
mod parts;
mod value;
mod walk;

pub use check::{Replay, check, replay};
pub use conditions::Lookups;
pub use format::{
    Accepted, Atom, By, Certificate, Filling, From, Instant, Moment, Refused, Shape, Span, Step, Target, What,
};
pub use value::{End, Val, later};
