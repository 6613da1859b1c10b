//! Several feeds as one, in order of time.
//!
//! A feed is sorted, or nearly so: a row may be up to `late` ticks older than the newest before it. Rows are held back
//! until nothing older can come. Rows of one tick may come in any order, so that only ticks are compared.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use servanda_model::Model;

use crate::batch::{Batch, Event};
use crate::binding::Binding;
use crate::csv::{CsvReader, ReadError};
use crate::error::{Flaw, RunError, Trouble};
use crate::names::{Names, text_of};
use crate::row::Row;

/// What all feeds share.
pub(crate) struct Settings<'a> {
    pub(crate) late: i64,
    pub(crate) skip_bad_rows: bool,
    /// Rows after this tick are passed over.
    pub(crate) until: i64,
    /// How many bytes were read, for whoever shows progress.
    pub(crate) bytes: &'a AtomicU64,
}

/// Rows that were not understood.
#[derive(Default, Debug)]
pub(crate) struct Report {
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) count: u64,
}

impl Report {
    /// So many are described; without `skip_bad_rows` reading stops there.
    pub(crate) const MOST: usize = 20;
}

enum Source {
    Csv(Box<CsvReader>),
    #[cfg(feature = "parquet")]
    Parquet(Box<crate::parquet_in::ParquetReader>),
}

impl Source {
    fn next(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        match self {
            Source::Csv(reader) => reader.next(),
            #[cfg(feature = "parquet")]
            Source::Parquet(reader) => reader.next(),
        }
    }

    fn rows(&self) -> u64 {
        match self {
            Source::Csv(reader) => reader.rows(),
            #[cfg(feature = "parquet")]
            Source::Parquet(reader) => reader.rows(),
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Source::Csv(reader) => reader.bytes(),
            #[cfg(feature = "parquet")]
            Source::Parquet(reader) => reader.bytes(),
        }
    }
}

/// One feed.
struct Feed {
    path: PathBuf,
    source: Source,
    binding: Binding,
    /// The newest tick so far.
    newest: i64,
    at_end: bool,
    bytes: u64,
    is_dated: bool,
}

impl Feed {
    fn open(path: &Path, model: &Model, names: &mut Names<'_>) -> Result<Feed, RunError> {
        let is_parquet = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("parquet"));
        let (source, header) = if is_parquet {
            parquet(path)?
        } else {
            let mut source = Source::Csv(Box::new(CsvReader::open(path)?));
            let header = header_of(&mut source, path)?;
            (source, header)
        };
        let binding = Binding::new(model, names, header).map_err(|flaw| RunError::Rows {
            troubles: vec![trouble(path, if is_parquet { 0 } else { source.rows() }, *flaw)],
            count: 1,
        })?;
        let bytes = source.bytes();
        Ok(Feed { path: path.to_path_buf(), source, binding, newest: i64::MIN, at_end: false, bytes, is_dated: false })
    }

    /// Adds rows to a batch until it is full or the feed is at its end.
    fn fill(
        &mut self,
        model: &Model,
        names: &mut Names<'_>,
        settings: &Settings<'_>,
        report: &mut Report,
        batch: &mut Batch,
    ) -> Result<(), RunError> {
        while batch.events.len() < Batch::ROWS {
            let row = match self.source.next() {
                Ok(Some(row)) => row,
                Ok(None) => {
                    self.at_end = true;
                    break;
                }
                Err(ReadError::Row(flaw)) => {
                    self.note(*flaw, settings, report)?;
                    continue;
                }
                Err(error) => return Err(error.into_run_error(&self.path)),
            };
            let tick = self.binding.tick(row).and_then(|tick| {
                if self.newest == i64::MIN {
                    self.is_dated = self.binding.is_dated(row);
                }
                if tick < self.newest.saturating_sub(settings.late) {
                    return Err(too_late(self.newest, settings.late));
                }
                Ok(tick)
            });
            let read = tick.and_then(|tick| {
                if tick <= settings.until {
                    self.binding.read(row, tick, model, names, batch)?;
                }
                self.newest = self.newest.max(tick);
                Ok(())
            });
            if let Err(flaw) = read {
                self.note(*flaw, settings, report)?;
            }
        }
        let bytes = self.source.bytes();
        settings.bytes.fetch_add(bytes - self.bytes, Ordering::Relaxed);
        self.bytes = bytes;
        Ok(())
    }

    #[cold]
    fn note(&self, flaw: Flaw, settings: &Settings<'_>, report: &mut Report) -> Result<(), RunError> {
        report.count += 1;
        // What is wrong with many rows in the same way is said once.
        let same = |it: &Trouble| it.message == flaw.message && it.column == flaw.column && it.file == self.path;
        if report.troubles.iter().any(same) {
            return Ok(());
        }
        if report.troubles.len() < Report::MOST {
            report.troubles.push(trouble(&self.path, self.source.rows(), flaw));
        }
        if !settings.skip_bad_rows && report.troubles.len() == Report::MOST {
            let troubles = std::mem::take(&mut report.troubles);
            return Err(RunError::Rows { troubles, count: report.count });
        }
        Ok(())
    }
}

#[cold]
fn too_late(newest: i64, late: i64) -> Box<Flaw> {
    let bound = match late {
        0 => "rows must be in order of time".to_owned(),
        late => format!("rows may be late by {late}"),
    };
    let flaw = Flaw::new("out-of-order", format!("the row is older than one before it, of tick {newest}, and {bound}"));
    flaw.help("sort the feed by time, or say how late rows may be: `--late TICKS`").at("time")
}

fn trouble(path: &Path, row: u64, flaw: Flaw) -> Trouble {
    let Flaw { column, code, message, help } = flaw;
    Trouble { file: path.to_path_buf(), row, column, code, message, help }
}

fn header_of(source: &mut Source, path: &Path) -> Result<Vec<String>, RunError> {
    let refuse = |flaw: Box<Flaw>| RunError::Rows { troubles: vec![trouble(path, 1, *flaw)], count: 1 };
    match source.next() {
        Ok(Some(row)) => {
            let cells = (0..row.cells()).map(|at| Ok(text_of(row.cell(at))?.trim().to_owned()));
            cells.collect::<Result<_, Box<Flaw>>>().map_err(refuse)
        }
        Ok(None) => Err(refuse(
            Flaw::new("no-header", "the feed is empty").help("its first row names the columns: `time,action,…`"),
        )),
        Err(ReadError::Row(flaw)) => Err(refuse(flaw)),
        Err(error) => Err(error.into_run_error(path)),
    }
}

#[cfg(feature = "parquet")]
fn parquet(path: &Path) -> Result<(Source, Vec<String>), RunError> {
    let reader = crate::parquet_in::ParquetReader::open(path)?;
    let header = reader.header().to_vec();
    Ok((Source::Parquet(Box::new(reader)), header))
}

#[cfg(not(feature = "parquet"))]
fn parquet(path: &Path) -> Result<(Source, Vec<String>), RunError> {
    let reason = "is a Parquet file, and this program was built without Parquet".to_owned();
    Err(RunError::Read { path: path.to_path_buf(), row: 0, reason })
}

/// Feeds, merged.
pub(crate) struct Merged<'m> {
    model: &'m Model,
    names: Names<'m>,
    feeds: Vec<Waiting>,
    pub(crate) report: Report,
}

/// A feed with the rows of it that were read and not handed on.
struct Waiting {
    feed: Feed,
    batch: Batch,
    /// Rows before this one were handed on.
    next: usize,
    /// Rows before this one are in order and may be handed on.
    ready: usize,
}

impl<'m> Merged<'m> {
    pub(crate) fn open(paths: &[PathBuf], model: &'m Model) -> Result<Merged<'m>, RunError> {
        let mut names = Names::new(model);
        let mut feeds = Vec::new();
        for path in paths {
            let feed = Feed::open(path, model, &mut names)?;
            feeds.push(Waiting { feed, batch: Batch::default(), next: 0, ready: 0 });
        }
        Ok(Merged { model, names, feeds, report: Report::default() })
    }

    /// Fills a batch; it stays empty at the end of all feeds.
    pub(crate) fn next(&mut self, settings: &Settings<'_>, batch: &mut Batch) -> Result<(), RunError> {
        batch.clear();
        let outcome = self.gather(settings, batch);
        batch.is_dated = self.feeds.first().is_some_and(|it| it.feed.is_dated);
        outcome
    }

    fn gather(&mut self, settings: &Settings<'_>, batch: &mut Batch) -> Result<(), RunError> {
        let Merged { model, names, feeds, report } = self;
        if let ([only], 0) = (feeds.as_mut_slice(), settings.late) {
            while batch.events.is_empty() && !only.feed.at_end {
                only.feed.fill(model, names, settings, report, batch)?;
            }
            return Ok(());
        }
        while batch.events.len() < Batch::ROWS {
            for waiting in feeds.iter_mut() {
                while waiting.next == waiting.ready
                    && !(waiting.feed.at_end && waiting.ready == waiting.batch.events.len())
                {
                    waiting.refill(model, names, settings, report, batch)?;
                }
            }
            let head = |it: &Waiting| (it.next < it.ready).then(|| it.batch.events[it.next].tick);
            let Some(first) =
                (0..feeds.len()).filter(|at| head(&feeds[*at]).is_some()).min_by_key(|at| head(&feeds[*at]))
            else {
                break;
            };
            let others = (0..feeds.len()).filter(|at| *at != first).filter_map(|at| head(&feeds[at]));
            let limit = others.min().unwrap_or(i64::MAX);
            feeds[first].hand_on(limit, model, batch);
        }
        Ok(())
    }
}

impl Waiting {
    /// Reads on, puts what was read in order, and finds out how much of it may be handed on.
    fn refill(
        &mut self,
        model: &Model,
        names: &mut Names<'_>,
        settings: &Settings<'_>,
        report: &mut Report,
        out: &mut Batch,
    ) -> Result<(), RunError> {
        let old: Vec<Event> = self.batch.events.drain(self.next..).collect();
        let mut kept = Batch::default();
        for event in old {
            let from = event.at as usize;
            let arity = model.program.actions[event.action as usize].holes.len();
            kept.events.push(Event { at: kept.values.len() as u32, ..event });
            kept.values.extend_from_slice(&self.batch.values[from..from + arity]);
        }
        let mut fresh = Batch::default();
        self.feed.fill(model, names, settings, report, &mut fresh)?;
        let shift = kept.values.len() as u32;
        kept.events.extend(fresh.events.iter().map(|event| Event { at: event.at + shift, ..*event }));
        kept.values.extend_from_slice(&fresh.values);
        // Things are of their kinds as soon as they were read, so that no row is handed on before.
        for mut grant in fresh.grants {
            grant.row = out.events.len();
            out.grants.push(grant);
        }
        out.things.extend(&fresh.things);
        out.texts.extend(&fresh.texts);
        self.batch.events = kept.events;
        self.batch.values = kept.values;
        self.batch.events.sort_by_key(|event| event.tick);
        self.next = 0;
        self.ready = if self.feed.at_end {
            self.batch.events.len()
        } else {
            let settled = self.feed.newest.saturating_sub(settings.late);
            self.batch.events.partition_point(|event| event.tick <= settled)
        };
        Ok(())
    }

    /// Hands on rows up to a tick.
    fn hand_on(&mut self, limit: i64, model: &Model, out: &mut Batch) {
        while self.next < self.ready && out.events.len() < Batch::ROWS {
            let event = self.batch.events[self.next];
            if event.tick > limit {
                return;
            }
            let from = event.at as usize;
            let arity = model.program.actions[event.action as usize].holes.len();
            out.events.push(Event { at: out.values.len() as u32, ..event });
            out.values.extend_from_slice(&self.batch.values[from..from + arity]);
            self.next += 1;
        }
    }
}
