//! The slow, obvious reading of `docs/semantics.md`, and random programs to hold the engine to it.
//!
//! [`reference`](mod@reference) evaluates a program moment by moment, straight from the numbered rules; nothing in it is
//! clever, and nothing in it knows the engine. [`generate`] makes up programs and narratives, [`shrink`] cuts a
//! disagreement down to a few lines, and [`listing`] prints what is left. [`sketch`] writes small programs by hand.
//! [`fuzz`](mod@fuzz) alters inputs of readers at random.

pub mod fuzz;
pub mod generate;
pub mod listing;
pub mod reference;
pub mod shrink;
pub mod sketch;
