//! Findings for people and for programs.

mod json;
mod text;

pub use json::{json, to_json};
pub use text::{TextOptions, text};
