//! The slow, obvious reading of `docs/semantics.md`, and random programs to hold the engine to it.
//!
//! [`reference`](mod@reference) evaluates a program moment by moment, straight from the numbered rules; nothing in it is
//! clever, and nothing in it knows the engine. [`sketch`] writes small programs down in a few words.

pub mod reference;
pub mod sketch;
