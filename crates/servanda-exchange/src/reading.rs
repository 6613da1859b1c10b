//! Reads rows in, batch by batch.

use std::path::Path;
use std::sync::atomic::AtomicU64;

use servanda_model::Model;

use crate::batch::Batch;
use crate::error::RunError;
use crate::merge::{Merged, Report, Settings};
use crate::runner::Plan;

pub(crate) struct Reading<'m> {
    merged: Merged<'m>,
    settings: Settings<'m>,
    plan: &'m Plan,
    /// The tick of the last row.
    newest: i64,
}

impl<'m> Reading<'m> {
    /// Goes on after a row of that tick.
    pub(crate) fn new(merged: Merged<'m>, settings: Settings<'m>, plan: &'m Plan, newest: i64) -> Reading<'m> {
        Reading { merged, settings, plan, newest }
    }

    /// Fills a batch; it stays empty at the end, and where rows are bad and that is not to be overlooked.
    pub(crate) fn read(&mut self, batch: &mut Batch) -> Result<(), RunError> {
        loop {
            self.merged.next(&self.settings, batch)?;
            let Some(last) = batch.events.last() else { return Ok(()) };
            let after = std::mem::replace(&mut self.newest, last.tick);
            (batch.newest, batch.so_far) = (self.newest, self.merged.events());
            if self.merged.report.count == 0 || self.settings.skip_bad_rows {
                if self.plan.shares.parts > 1 {
                    batch.fall_apart(&self.plan.shares, &self.plan.arity, after);
                }
                return Ok(());
            }
        }
    }

    /// What was wrong with rows; an error unless that is to be overlooked.
    pub(crate) fn report(&mut self) -> Result<Report, RunError> {
        let report = std::mem::take(&mut self.merged.report);
        if report.count > 0 && !self.settings.skip_bad_rows {
            return Err(RunError::Rows { troubles: report.troubles, count: report.count });
        }
        Ok(report)
    }

    /// The tick of the last row, and how many there were.
    pub(crate) fn so_far(&self) -> (i64, u64) {
        (self.newest, self.merged.events())
    }
}

/// Reads a feed as for a run, its cells becoming the values of events, and does nothing with them: a floor that a run is
/// measured by. Gives the events.
///
/// # Errors
/// The file cannot be read, or a row is not understood.
pub fn read_rows(model: &Model, path: &Path) -> Result<u64, RunError> {
    let bytes = AtomicU64::new(0);
    let settings = Settings { late: 0, skip_bad_rows: false, until: i64::MAX, every: 0, bytes: &bytes };
    let mut merged = Merged::open(&[path.to_path_buf()], model)?;
    let mut batch = Batch::default();
    loop {
        merged.next(&settings, &mut batch)?;
        if merged.report.count > 0 {
            let Report { troubles, count } = merged.report;
            return Err(RunError::Rows { troubles, count });
        }
        if batch.events.is_empty() {
            return Ok(merged.events());
        }
    }
}
