//! Negotiations: the record of what was asked and settled, and the analysis of preferences when somebody asks for it.
//!
//! A [`record`] of moves needs no preferences. An analysis does, and it is only as good as the weights and evaluations
//! somebody wrote down, so each of them may carry its author and source ([`Attribution`]). From them this crate computes
//! the Pareto frontier, the bargaining solutions of Nash and of Kalai and Smorodinsky, the egalitarian and the
//! utilitarian points, the place of an actual settlement among them, and how far each weight may move before an answer
//! changes.
//!
//! All comparisons are exact: numbers are read as the decimals they are written as ([`Number`]) and compared as
//! rationals, so two outcomes tie when their utilities are equal and for no other reason.
//!
//! What is absent: the analysis knows no moves and no dates, the record draws no conclusions from preferences, and neither
//! reads files. Importers take texts that the caller has read.
//!
//! ```
//! use servanda_negotiation::{analyse, import, render, Semantics, Settings};
//!
//! let text = r#"{"scenario": "Border", "tables": [
//!   {"name": "Ruritania", "issues": [{"issue": "line", "weight": 1, "values": [["river", 3], ["ridge", 1]]}]},
//!   {"name": "Graustark", "issues": [{"issue": "line", "weight": 1, "values": [["river", 1], ["ridge", 2]]}]}]}"#;
//! let read = import::json::read(&import::Source::new("border.json", text.as_bytes()))?;
//! let analysis = analyse(&read.scenario, &Settings::new(Semantics::Raw))?;
//! assert_eq!(analysis.frontier.len(), 2);
//! assert_eq!(analysis.solutions.as_ref().map(|found| found.nash.points.len()), Some(1));
//! println!("{}", render::text(&analysis));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod analysis;
pub mod import;
mod number;
pub mod record;
mod scenario;

pub use analysis::render;
pub use analysis::{Analysis, AnalysisError, Ideal, Semantics, Settings, analyse, analyse_table};
pub use number::{Number, NumberError};
pub use scenario::{
    Attribution, Evaluation, Issue, IssueEvaluations, Scale, Scenario, ShapeError, Side, Values, Weight,
};
