//! The resolved corpus: names, vocabulary, rules, definitions, norms, events and sources of a dossier.
//!
//! Nothing here solves anything. Every component carries an [`Origin`], so that whoever reports on it can name the
//! file, the headings and the words of the author. What the parts mean over time is stated in `docs/semantics.md`.

mod elaborate;
pub mod ids;
pub mod lexicon;
pub mod mentions;
pub mod model;
pub mod negotiation;
pub mod program;
mod put;
mod quotations;
pub mod value;

pub use elaborate::{Asked, Asker, Deed, File, Filler, Like, Said, Scope, Trouble, Unknown, elaborate, meant_day};
pub use ids::*;
pub use mentions::Mention;
pub use model::*;
pub use program::*;
pub use put::Put;
pub use quotations::{close_quotations, open_quotations};
pub use value::*;
