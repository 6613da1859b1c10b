//! The façade: all that a front end needs to read a dossier, ask it, and explain the answers.

pub mod archive;
pub mod ask;
pub mod check;
mod chronologies;
pub mod conflicts;
pub mod dating;
pub mod diagnose;
pub mod ends;
mod facts;
mod figures;
mod instants;
pub mod law;
pub mod load;
mod may;
pub mod negotiating;
mod numbers;
pub mod proving;
pub mod question;
mod relevance;
pub mod report;
pub mod say;
mod sight;
mod slice;
pub mod sourcing;
pub mod steps;
mod weighing;
pub mod world;
