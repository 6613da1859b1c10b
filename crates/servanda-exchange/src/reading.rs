//! Reads rows in, batch by batch.

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
