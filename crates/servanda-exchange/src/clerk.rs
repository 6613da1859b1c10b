//! Writes results out, and checkpoints.

use std::path::Path;

use servanda_engine::Contradiction;
use servanda_model::Model;

use crate::batch::{Batch, Findings, Standing, Strings};
use crate::bytes::{Reader, Writer};
use crate::checkpoint::Keeper;
use crate::error::RunError;
use crate::found::{By, Found, in_order};
use crate::run::Order;
use crate::sorting::Sorter;
use crate::write::{Format, HEADER, Output};

pub(crate) struct Clerk {
    format: Format,
    output: Output,
    /// Where intervals are sorted.
    sorter: Option<Sorter>,
    keeper: Option<Keeper>,
    /// Intervals written.
    pub(crate) intervals: u64,
    has_begun: bool,
    /// How many contradictions there were before the checkpoint this run went on from, and what was said of the first.
    contradictions: u64,
    contradicted: Vec<String>,
}

impl Clerk {
    pub(crate) fn new(model: &Model, mut output: Output, order: Order) -> Clerk {
        output.buffer().extend_from_slice(HEADER);
        Clerk::with(Format::new(model), output, order)
    }

    fn with(format: Format, output: Output, order: Order) -> Clerk {
        let sorter = (order == Order::Sorted).then(|| Sorter::new(&format, output.place_beside("runs")));
        Clerk {
            format,
            output,
            sorter,
            keeper: None,
            intervals: 0,
            has_begun: false,
            contradictions: 0,
            contradicted: Vec::new(),
        }
    }

    /// Takes in a batch, and what was found in it.
    pub(crate) fn take(&mut self, batch: &Batch, findings: &mut [Findings]) -> Result<(), RunError> {
        self.format.learn(&batch.things, &batch.texts);
        if !std::mem::replace(&mut self.has_begun, true) {
            self.format.as_timestamps = batch.is_dated;
        }
        self.write(findings, By::Tick)?;
        match &batch.mark {
            Some(mark) => self.keep(mark, batch, findings),
            None => Ok(()),
        }
    }

    /// Writes what was found; where several parts found something, it is in this order.
    pub(crate) fn write(&mut self, findings: &[Findings], by: By) -> Result<(), RunError> {
        if let Some(ranges) = findings.iter().find_map(|it| it.ranges.as_ref()) {
            self.format.ranges.clone_from(ranges);
        }
        if let Some(keeper) = &mut self.keeper {
            findings.iter().try_for_each(|it| keeper.note(&it.rows))?;
        }
        if let Some(sorter) = &mut self.sorter {
            return findings.iter().try_for_each(|it| sorter.add(&it.rows, &self.format));
        }
        let Clerk { format, output, intervals, .. } = self;
        in_order(findings, by, |it, args| {
            format.write_row(output.buffer(), it, args);
            *intervals += 1;
            output.flow()
        })
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

    /// How many contradictions there were, and the first in words: those of each part are `found`.
    pub(crate) fn contradictions<'f>(
        &self,
        found: impl Iterator<Item = (u64, &'f [Contradiction])>,
    ) -> (u64, Vec<String>) {
        let mut count = self.contradictions;
        let mut new: Vec<&Contradiction> = Vec::new();
        for (of_part, first) in found {
            count += of_part;
            new.extend(first);
        }
        new.sort_by_key(|it| it.tick);
        let new = new.into_iter().map(|it| self.format.contradiction(it));
        (count, self.contradicted.iter().cloned().chain(new).take(Found::MOST_CONTRADICTIONS).collect())
    }
}

/// Checkpoints.
impl Clerk {
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
    fn keep(&mut self, reading: &[u8], batch: &Batch, findings: &mut [Findings]) -> Result<(), RunError> {
        let Some(mut keeper) = self.keeper.take() else { return Ok(()) };
        let outcome = self.keep_with(&mut keeper, reading, batch, findings);
        self.output.is_kept = keeper.is_kept;
        self.keeper = Some(keeper);
        outcome
    }

    fn keep_with(
        &mut self,
        keeper: &mut Keeper,
        reading: &[u8],
        batch: &Batch,
        findings: &mut [Findings],
    ) -> Result<(), RunError> {
        let standings: Vec<Standing> = findings.iter_mut().filter_map(|it| it.standing.take()).collect();
        let (beside, length) = self.output.settle()?;
        let mut to = Writer::default();
        [batch.so_far, self.intervals].into_iter().for_each(|it| to.number(it));
        to.tick(batch.newest);
        to.number(u64::from(self.format.as_timestamps));
        to.all(standings.iter(), |to, it| to.number(it.next_told as u64));
        let of_parts = standings.iter().map(|it| (it.contradictions, it.contradicted.as_slice()));
        let (contradictions, contradicted) = self.contradictions(of_parts);
        to.number(contradictions);
        to.all(contradicted.iter(), |to, it| to.text(it));
        let (things, texts) = self.format.learnt();
        to.all(things, |to, it| to.text(it));
        to.all(texts, |to, it| to.text(it));
        to.text(&beside);
        to.number(length);
        keeper.store(reading, &mut to, standings.iter().map(|it| it.engine.as_slice()))
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

/// What a checkpoint says of a run, apart from the engines.
pub(crate) struct Resumed {
    pub(crate) clerk: Clerk,
    pub(crate) things: Strings,
    pub(crate) texts: Strings,
    pub(crate) events: u64,
    pub(crate) newest: i64,
    /// For each part.
    pub(crate) next_told: Vec<usize>,
}

impl Clerk {
    /// Goes on from a checkpoint with what is to be written.
    pub(crate) fn resume(
        model: &Model,
        out: &Path,
        order: Order,
        keeper: &mut Keeper,
        mut from: Reader<'_>,
    ) -> Result<Resumed, RunError> {
        let mut format = Format::new(model);
        let (mut things, mut texts) = (Strings::default(), Strings::default());
        let mut take_up = || {
            let numbers = (from.number()?, from.number()?, from.tick()?);
            format.as_timestamps = from.number()? != 0;
            let next_told = from.all(Reader::size)?;
            let contradictions = (from.number()?, from.all(Reader::text)?);
            from.all(Reader::text)?.iter().for_each(|it| things.push(it));
            from.all(Reader::text)?.iter().for_each(|it| texts.push(it));
            Some((numbers, next_told, contradictions, from.text()?, from.number()?))
        };
        let Some((numbers, next_told, contradictions, beside, length)) = take_up() else {
            return Err(keeper.bad("it is damaged"));
        };
        let (events, intervals, newest) = numbers;
        format.learn(&things, &texts);
        let output = Output::resume(out, beside, length).map_err(|why| keeper.bad(&why))?;
        let mut clerk = Clerk::with(format, output, order);
        (clerk.intervals, clerk.has_begun) = (intervals, true);
        (clerk.contradictions, clerk.contradicted) = contradictions;
        let arity: Vec<usize> = model.program.fluents.iter().map(|fluent| fluent.args.len()).collect();
        let Clerk { sorter, format, .. } = &mut clerk;
        keeper.take_up(&mut from, &arity, &mut |rows| match sorter {
            Some(sorter) => sorter.add(rows, format),
            None => Ok(()),
        })?;
        Ok(Resumed { clerk, things, texts, events, newest, next_told })
    }
}
