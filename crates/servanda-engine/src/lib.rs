//! Rules over time: a narrative in, maximal intervals out, with the derivation of every one if asked.
//!
//! What a program means is stated in `docs/semantics.md`; the numbers in the comments here are its numbers. The engine
//! knows time, events, fluents, rules and definitions, and nothing of treaties. It is a pure function: the same program
//! and narrative give the same timeline, in whatever order their parts are written.
//!
//! - [`Compiled::new`] checks a program and makes it ready to run.
//! - [`solve`] works out the whole timeline of a narrative, with derivations if asked.
//! - [`Incremental`] keeps a timeline up to date while occurrences are added, taken back and corrected.
//! - [`Engine`] takes occurrences one by one and hands intervals over as they close; memory follows what is open.

mod amount;
mod compile;
mod derive;
mod due;
mod effects;
mod engine;
mod exec;
mod explain;
mod fire;
mod hash;
mod incremental;
mod index;
mod kinds;
mod moment;
mod record;
mod save;
mod sink;
mod sites;
mod slots;
mod solution;
mod spread;
mod state;
mod sweep;
mod timers;
mod totals;
mod trace;
mod vars;

pub use amount::Doubt;
pub use compile::{Compiled, CycleLink, ProgramError, ProgramErrorKind};
pub use engine::{Engine, PushError};
pub use incremental::{Incremental, Update};
pub use record::{Cause, Premise, Step, StepId};
pub use save::RestoreError;
pub use sink::{Closed, Contradiction, Sink};
pub use solution::{Happened, Instance, Interval, Options, Record, Solution, Start, solve, solve_doubting};
