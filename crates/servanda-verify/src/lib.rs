//! The checker that accepts or refuses proofs of what holds and what happens.
//!
//! A proof is a [`servanda_proof::Certificate`]: a closed part of a history. Its scope lists fluents and actions, with or without
//! arguments, and its steps everything that ever happens to them. The checker goes through that part again, one moment
//! after another, in the plainest way there is:
//!
//! 1. A moment begins with nothing but what the narrative says. Every rule that could touch the scope is tried against
//!    what is so before the moment and what is said of it; what follows is said as well, and all are tried again, until
//!    nothing new follows (`walk.rs`, `rules.rs`, `timers.rs`). Definitions give what they give in the state after it
//!    (`definitions.rs`). Conditions are tried against everything listed (`conditions.rs`).
//! 2. Whatever is looked up must be in the scope (`scope.rs`), or the proof is refused: what is not listed is not known,
//!    and never taken to be false. So a *no* is proved as anything else is, and nothing can be left out: not an event,
//!    not a change, and not a reason why something did not change. What is in the scope must be needed by the goals.
//!    A rule waits for nothing that does not fit what is so from the start and never changes: this keeps scopes small.
//! 3. The steps must be exactly those that follow (`check.rs`).
//! 4. Where events may be on other days as well, the orders of instants are noted on which all this hangs
//!    (`moving.rs`): in whatever chronology they are the same, the same steps follow, each on the day of its instant.
//!
//! Nothing is compiled, indexed by value or kept from one proof to the next. The program, the narrative and the proof are
//! read; the engine is not known here. That the scope may name a few arguments out of many is what makes proofs short;
//! it is also their limit: what leads to everything has a proof as long as everything.

mod check;
mod conditions;
mod definitions;

mod moving;
mod rules;
mod scope;
mod timers;
mod value;
mod walk;

pub use check::{Hangs, check};

pub use moving::Orders;
pub use value::later;
pub use walk::{Claims, Walk};
