//! The façade: all that a front end needs to read a dossier, ask it, and explain the answers.

pub mod archive;
pub mod ask;
pub mod check;
pub mod conflicts;
pub mod dating;
pub mod diagnose;
pub mod law;
pub mod load;
pub mod question;
mod relevance;
pub mod report;
pub mod say;
pub mod sourcing;
pub mod steps;
pub mod world;
