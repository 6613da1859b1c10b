//! Reads rows in and writes results out: everything of a run but the rules.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender};

use servanda_model::{Model, NumberRange};

use crate::batch::{Batch, Standing, Strings};
use crate::bytes::Writer;
use crate::checkpoint::Keeper;
use crate::error::RunError;
use crate::found::{Found, Rows};
use crate::merge::{Merged, Report, Settings};
use crate::run::Order;
use crate::sorting::Sorter;
use crate::write::{Format, HEADER, Output};

pub(crate) struct Clerk<'m> {
    merged: Merged<'m>,
    settings: Settings<'m>,
    format: Format,
    output: Output,
    /// Where intervals are sorted.
    sorter: Option<Sorter>,
    keeper: Option<Keeper>,
    /// Intervals written.
    pub(crate) intervals: u64,
    has_begun: bool,
    /// What was said of contradictions before the checkpoint this run went on from.
    contradicted: Vec<String>,
}

/// Batches on their way at one time.
const IN_FLIGHT: usize = 8;

impl<'m> Clerk<'m> {
    pub(crate) fn new(
        merged: Merged<'m>,
        settings: Settings<'m>,
        model: &Model,
        mut output: Output,
        order: Order,
    ) -> Clerk<'m> {
        output.buffer().extend_from_slice(HEADER);
        Clerk::with(merged, settings, Format::new(model), output, order)
    }

    fn with(merged: Merged<'m>, settings: Settings<'m>, format: Format, output: Output, order: Order) -> Clerk<'m> {
        let sorter = (order == Order::Sorted).then(|| Sorter::new(&format, output.place_beside("runs")));
        Clerk {
            merged,
            settings,
            format,
            output,
            sorter,
            keeper: None,
            intervals: 0,
            has_begun: false,
            contradicted: Vec::new(),
        }
    }

    /// Fills a batch; it stays empty at the end, and where rows are bad and that is not to be overlooked.
    fn read(&mut self, batch: &mut Batch) -> Result<(), RunError> {
        loop {
            self.merged.next(&self.settings, batch)?;
            self.format.learn(&batch.things, &batch.texts);
            batch.learnt = self.format.learnt();
            if batch.events.is_empty() {
                return Ok(());
            }
            if !std::mem::replace(&mut self.has_begun, true) {
                self.format.as_timestamps = batch.is_dated;
            }
            if self.merged.report.count == 0 || self.settings.skip_bad_rows {
                return Ok(());
            }
        }
    }

    /// Takes in what was found in a batch.
    fn take(&mut self, batch: &mut Batch) -> Result<(), RunError> {
        self.write(&batch.found, batch.ranges.take())?;
        match (batch.mark.take(), batch.standing.take()) {
            (Some(mark), Some(standing)) => self.keep(&mark, &standing, batch.learnt),
            _ => Ok(()),
        }
    }

    pub(crate) fn write(&mut self, rows: &Rows, ranges: Option<Vec<NumberRange>>) -> Result<(), RunError> {
        if let Some(ranges) = ranges {
            self.format.ranges = ranges;
        }
        if let Some(keeper) = &mut self.keeper {
            keeper.note(rows)?;
        }
        if let Some(sorter) = &mut self.sorter {
            return sorter.add(rows, &self.format);
        }
        for (it, args) in rows.iter() {
            self.format.write_row(self.output.buffer(), it, args);
        }
        self.intervals += rows.len() as u64;
        self.output.flow()
    }

    /// Reads and writes in turn; `batch` is worked out in between.
    pub(crate) fn alternate(&mut self, mut work: impl FnMut(&mut Batch)) -> Result<(), RunError> {
        let mut batch = Batch::default();
        loop {
            self.read(&mut batch)?;
            if batch.events.is_empty() {
                return Ok(());
            }
            work(&mut batch);
            self.take(&mut batch)?;
        }
    }

    /// Reads ahead of whoever works batches out, and writes what comes back.
    pub(crate) fn serve(&mut self, ahead: Sender<Batch>, back: &Receiver<Batch>) -> Result<(), RunError> {
        let mut spare: Vec<Batch> = Vec::new();
        let mut on_their_way = 0;
        loop {
            let came = if on_their_way == IN_FLIGHT { back.recv().ok() } else { back.try_recv().ok() };
            if let Some(mut batch) = came {
                self.take(&mut batch)?;
                spare.push(batch);
                on_their_way -= 1;
                continue;
            }
            let mut batch = spare.pop().unwrap_or_default();
            self.read(&mut batch)?;
            if batch.events.is_empty() || ahead.send(batch).is_err() {
                break;
            }
            on_their_way += 1;
        }
        drop(ahead);
        back.iter().try_for_each(|mut batch| self.take(&mut batch))
    }

    /// What was wrong with rows; an error unless that is to be overlooked.
    pub(crate) fn report(&mut self) -> Result<Report, RunError> {
        let report = std::mem::take(&mut self.merged.report);
        if report.count > 0 && !self.settings.skip_bad_rows {
            return Err(RunError::Rows { troubles: report.troubles, count: report.count });
        }
        Ok(report)
    }

    /// Puts the result in its place.
    pub(crate) fn finish(&mut self) -> Result<(), RunError> {
        if let Some(sorter) = self.sorter.take() {
            self.intervals += sorter.finish(&mut self.output, &self.format)?;
        }
        if let Some(keeper) = &mut self.keeper {
            // First the checkpoint: without one, a run that is cut short here begins anew; without what was written it
            // could not go on.
            self.output.settle()?;
            keeper.remove();
            self.output.is_kept = false;
        }
        self.output.finish()
    }

    /// The first contradictions, in words.
    pub(crate) fn in_words(&self, found: &[servanda_engine::Contradiction]) -> Vec<String> {
        let new = found.iter().map(|it| self.format.contradiction(it));
        self.contradicted.iter().cloned().chain(new).take(Found::MOST_CONTRADICTIONS).collect()
    }
}

/// Checkpoints.
impl<'m> Clerk<'m> {
    /// Writes checkpoints from now on.
    pub(crate) fn set_keeper(&mut self, keeper: Keeper, out: &Path) -> Result<(), RunError> {
        if !self.output.can_be_kept() {
            return Err(keeper.needs_a_file(out));
        }
        self.keeper = Some(keeper);
        Ok(())
    }

    /// Writes a checkpoint; reading goes on from `reading`.
    #[cold]
    fn keep(&mut self, reading: &[u8], standing: &Standing, learnt: (usize, usize)) -> Result<(), RunError> {
        let Some(mut keeper) = self.keeper.take() else { return Ok(()) };
        let outcome = self.keep_with(&mut keeper, reading, standing, learnt);
        self.output.is_kept = keeper.is_kept;
        self.keeper = Some(keeper);
        outcome
    }

    fn keep_with(
        &mut self,
        keeper: &mut Keeper,
        reading: &[u8],
        standing: &Standing,
        learnt: (usize, usize),
    ) -> Result<(), RunError> {
        let (beside, length) = self.output.settle()?;
        let mut to = Writer::default();
        [standing.events, self.intervals].into_iter().for_each(|it| to.number(it));
        to.tick(standing.newest);
        [standing.next_told as u64, standing.contradictions, u64::from(self.format.as_timestamps)]
            .into_iter()
            .for_each(|it| to.number(it));
        to.all(self.in_words(&standing.contradicted).iter(), |to, it| to.text(it));
        let (things, texts) = self.format.first_learnt(learnt);
        to.all(things, |to, it| to.text(it));
        to.all(texts, |to, it| to.text(it));
        to.text(&beside);
        to.number(length);
        keeper.store(reading, &mut to, &standing.engine)
    }

    /// Removes the checkpoint if no run can go on from it: a feed with bad rows will be another once they are mended.
    pub(crate) fn leave(&mut self, error: &RunError) {
        if let Some(keeper) = &mut self.keeper
            && matches!(error, RunError::Rows { .. })
        {
            keeper.remove();
            self.output.is_kept = false;
        }
    }
}

/// What a checkpoint says of a run, apart from the engine.
pub(crate) struct Resumed<'m> {
    pub(crate) clerk: Clerk<'m>,
    pub(crate) standing: Standing,
}

impl<'m> Clerk<'m> {
    /// Goes on from a checkpoint, but for the engine.
    pub(crate) fn resume(
        settings: Settings<'m>,
        model: &'m Model,
        (feeds, out): (&[PathBuf], &Path),
        order: Order,
        keeper: &mut Keeper,
        (reading, mut from): (&[u8], crate::bytes::Reader<'_>),
    ) -> Result<Resumed<'m>, RunError> {
        use crate::bytes::Reader;
        let mut format = Format::new(model);
        let (mut things, mut texts) = (Strings::default(), Strings::default());
        let mut take_up = || {
            let numbers = (from.number()?, from.number()?, from.tick()?, from.size()?, from.number()?);
            format.as_timestamps = from.number()? != 0;
            let contradicted = from.all(Reader::text)?;
            from.all(Reader::text)?.iter().for_each(|it| things.push(it));
            from.all(Reader::text)?.iter().for_each(|it| texts.push(it));
            Some((numbers, contradicted, from.text()?, from.number()?))
        };
        let Some((numbers, contradicted, beside, length)) = take_up() else { return Err(keeper.bad("it is damaged")) };
        let (events, intervals, newest, next_told, contradictions) = numbers;
        format.learn(&things, &texts);
        let merged = Merged::resume(feeds, model, reading, (&things, &texts))?;
        let Some(merged) = merged else { return Err(keeper.bad("it is damaged")) };
        let output = Output::resume(out, beside, length).map_err(|why| keeper.bad(&why))?;
        let mut clerk = Clerk::with(merged, settings, format, output, order);
        (clerk.intervals, clerk.has_begun, clerk.contradicted) = (intervals, true, contradicted);
        let arity: Vec<usize> = model.program.fluents.iter().map(|fluent| fluent.args.len()).collect();
        let Clerk { sorter, format, .. } = &mut clerk;
        keeper.take_up(&mut from, &arity, &mut |rows| match sorter {
            Some(sorter) => sorter.add(rows, format),
            None => Ok(()),
        })?;
        let standing =
            Standing { events, newest, next_told, contradictions, contradicted: Vec::new(), engine: Vec::new() };
        Ok(Resumed { clerk, standing })
    }
}
