//! Feeds in, results out: rules over rows of CSV and Parquet files, as fast as they can be read.
//!
//! - [`run()`] does all of it: reads the feeds, merges them by time, runs the rules, writes the intervals.
//! - [`Trouble`] says which row of which file was not understood, and why; [`RunError`] why a run could not be done.
//! - [`replay()`] reads feeds for someone who wants to see the events: whoever proves a row, or checks a proof.
//!
//! Rows become eight-byte values in batches. Where rules join only what names the same thing, instances fall apart into parts
//! by it, with an engine each. Threads share the work, and nothing depends on which of them does what. What is kept is what the engine keeps, the names that things
//! of a kind have, and, where results are sorted, a run of them; full runs are in a file. `docs/reference/feeds.md` says
//! what a feed and a result look like.

#[cfg(test)]
mod apart;
mod batch;
mod binding;
mod bytes;
mod checkpoint;
mod clerk;
mod crew;
mod csv;
mod error;
mod forget;
mod found;
mod group;
mod guard;
mod line;
mod merge;
mod names;
mod order;
#[cfg(feature = "parquet")]
mod parquet_in;
mod reading;
mod record;
mod replay;
mod row;
mod run;
mod runner;
mod runs;
mod shares;
mod slice;
mod sorting;
mod straight;
mod table;
mod time;
mod write;

pub use checkpoint::Checkpoints;
pub use error::{RunError, Trouble};
pub use guard::keep_apart;
pub use reading::read_rows;
pub use replay::{Replay, ReplayOptions, replay};
pub use row::split_rows;
pub use run::{Order, Progress, RunOptions, Summary, run};
