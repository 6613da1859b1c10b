//! Diagnostics for servanda: places in source text, findings about them, and how they are shown.
//!
//! What is wrong with a dossier is data, not failure. A [`Diagnostic`] has a code that never changes, one short
//! message, the headings above it, labelled places, notes, and a help that can be typed. This crate knows nothing of
//! what a dossier says; it prints nothing and reads no files.

mod diagnostic;
pub mod render;
mod sink;
mod span;
mod suggest;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use sink::{DEFAULT_CAP, Sink, fold, sort};
pub use span::{FileId, LineColumn, SourceFile, SourceMap, Span};
pub use suggest::suggest;
