//! Several feeds as one, in order of time.
//!
//! A feed is sorted, or nearly so: a row may be up to `late` ticks older than the newest before it. Rows are held back
//! until nothing older can come. Rows of one tick may come in any order, so that only ticks are compared.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use servanda_model::{Action, Model, Value};

use crate::batch::{Batch, Event, Strings};
use crate::binding::{Binding, Within};
use crate::bytes::{Reader, Writer};
use crate::csv::{CsvReader, ReadError};
use crate::error::{Flaw, RunError, Trouble};
use crate::names::{Names, text_of};
use crate::row::Row;
use crate::straight::Text;

/// What all feeds share.
pub(crate) struct Settings<'a> {
    pub(crate) late: i64,
    pub(crate) skip_bad_rows: bool,
    /// Rows after this tick are passed over.
    pub(crate) until: i64,
    /// After how many events a checkpoint is due; never with 0.
    pub(crate) every: u64,
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

    fn save(&self, to: &mut Writer) {
        to.number(self.count);
        to.all(self.troubles.iter(), |to, it| {
            to.text(&it.file.to_string_lossy());
            to.number(it.row);
            to.all(it.column.iter(), |to, column| to.text(column));
            to.text(&it.code);
            to.text(&it.message);
            to.text(&it.help);
        });
    }

    fn had_from(from: &mut Reader<'_>) -> Option<Report> {
        let count = from.number()?;
        let troubles = from.all(|from| {
            Some(Trouble {
                file: PathBuf::from(from.text()?),
                row: from.number()?,
                column: from.all(Reader::text)?.pop(),
                code: from.text()?.into(),
                message: from.text()?,
                help: from.text()?,
            })
        })?;
        Some(Report { troubles, count })
    }
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

    /// Where the next row is: for CSV its byte, and how many rows come before it.
    fn place(&self) -> (u64, u64) {
        match self {
            Source::Csv(reader) => reader.place(),
            #[cfg(feature = "parquet")]
            Source::Parquet(reader) => (0, reader.rows()),
        }
    }

    fn go_to(&mut self, place: (u64, u64)) -> Result<(), ReadError> {
        match self {
            Source::Csv(reader) => reader.go_to(place),
            #[cfg(feature = "parquet")]
            Source::Parquet(reader) => reader.pass_over(place.1),
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
        let (source, header, odd) = if is_parquet {
            parquet(path)?
        } else {
            let mut source = Source::Csv(Box::new(CsvReader::open(path)?));
            let header = header_of(&mut source, path)?;
            let odd = vec![None; header.len()];
            (source, header, odd)
        };
        let binding = Binding::new(model, names, header, odd).map_err(|flaw| RunError::Rows {
            troubles: vec![trouble(path, if is_parquet { 0 } else { source.rows() }, *flaw)],
            count: 1,
        })?;
        let bytes = source.bytes();
        Ok(Feed { path: path.to_path_buf(), source, binding, newest: i64::MIN, at_end: false, bytes, is_dated: false })
    }

    fn go_to(&mut self, place: (u64, u64)) -> Result<(), RunError> {
        self.bytes = 0;
        self.source.go_to(place).map_err(|error| error.into_run_error(&self.path))
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
        loop {
            self.fill_straight(names, settings, batch);
            if batch.events.len() >= Batch::ROWS {
                break;
            }
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

    /// Adds rows as most of them are, up to one that is not.
    fn fill_straight(&mut self, names: &Names<'_>, settings: &Settings<'_>, batch: &mut Batch) {
        let reader = match &mut self.source {
            Source::Csv(reader) if self.newest != i64::MIN => reader,
            _ => return,
        };
        let mut within = Within { newest: self.newest, late: settings.late, until: settings.until };
        let (rows, bytes) = self.binding.read_straight(Text(reader.at_hand()), &mut within, names, batch);
        self.newest = within.newest;
        reader.pass_over(rows, bytes);
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
    Trouble { file: path.to_path_buf(), row, column, code: code.into(), message, help }
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

/// A feed with its header, and for each column what it is where no cell can say that.
type Opened = (Source, Vec<String>, Vec<Option<&'static str>>);

#[cfg(feature = "parquet")]
fn parquet(path: &Path) -> Result<Opened, RunError> {
    let reader = crate::parquet_in::ParquetReader::open(path)?;
    let (header, odd) = (reader.header().to_vec(), reader.odd());
    Ok((Source::Parquet(Box::new(reader)), header, odd))
}

#[cfg(not(feature = "parquet"))]
fn parquet(path: &Path) -> Result<Opened, RunError> {
    let reason = "is a Parquet file, and this program was built without Parquet".to_owned();
    Err(RunError::Read { path: path.to_path_buf(), row: 0, reason })
}

/// Feeds, merged.
pub(crate) struct Merged<'m> {
    model: &'m Model,
    names: Names<'m>,
    feeds: Vec<Waiting>,
    /// Events handed on.
    events: u64,
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
        Merged::with(paths, model, Names::new(model))
    }

    fn with(paths: &[PathBuf], model: &'m Model, mut names: Names<'m>) -> Result<Merged<'m>, RunError> {
        let mut feeds = Vec::new();
        for path in paths {
            let feed = Feed::open(path, model, &mut names)?;
            feeds.push(Waiting { feed, batch: Batch::default(), next: 0, ready: 0 });
        }
        Ok(Merged { model, names, feeds, events: 0, report: Report::default() })
    }

    /// Goes on from what was saved, with the names and texts that the feeds had brought up; `None` where that does not
    /// fit together.
    pub(crate) fn resume(
        paths: &[PathBuf],
        model: &'m Model,
        saved: &[u8],
        (things, texts): (&Strings, &Strings),
    ) -> Result<Option<Merged<'m>>, RunError> {
        let mut from = Reader(saved);
        let mut names = Names::new(model);
        if names.take_up(&mut from, things, texts).is_none() {
            return Ok(None);
        }
        let mut merged = Merged::with(paths, model, names)?;
        let Some(places) = merged.take_up(&mut from) else { return Ok(None) };
        for (waiting, place) in merged.feeds.iter_mut().zip(places) {
            waiting.feed.go_to(place)?;
        }
        Ok(Some(merged))
    }

    /// How many events were handed on.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// Fills a batch; it stays empty at the end of all feeds.
    pub(crate) fn next(&mut self, settings: &Settings<'_>, batch: &mut Batch) -> Result<(), RunError> {
        batch.clear();
        let outcome = self.gather(settings, batch);
        batch.is_dated = self.feeds.first().is_some_and(|it| it.feed.is_dated);
        let before = self.events;
        self.events += batch.events.len() as u64;
        let periods = |events: u64| events.checked_div(settings.every).unwrap_or(0);
        batch.mark = (periods(before) < periods(self.events)).then(|| self.save());
        outcome
    }

    fn gather(&mut self, settings: &Settings<'_>, batch: &mut Batch) -> Result<(), RunError> {
        let Merged { model, names, feeds, report, .. } = self;
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

impl Merged<'_> {
    fn save(&self) -> Vec<u8> {
        let mut to = Writer::default();
        self.names.save(&mut to);
        to.number(self.events);
        self.report.save(&mut to);
        to.all(self.feeds.iter(), |to, waiting| waiting.save(self.model, to));
        to.0
    }

    /// Takes up all but the places in the feeds, which it gives.
    fn take_up(&mut self, from: &mut Reader<'_>) -> Option<Vec<(u64, u64)>> {
        self.events = from.number()?;
        self.report = Report::had_from(from)?;
        let actions = &self.model.program.actions;
        let mut feeds = self.feeds.iter_mut();
        let places = from.all(|from| feeds.next()?.take_up(actions, from))?;
        (feeds.next().is_none() && from.0.is_empty()).then_some(places)
    }
}

impl Waiting {
    fn save(&self, model: &Model, to: &mut Writer) {
        let (byte, rows) = self.feed.source.place();
        to.number(byte);
        to.number(rows);
        to.tick(self.feed.newest);
        to.number(u64::from(self.feed.at_end));
        to.number(u64::from(self.feed.is_dated));
        to.number((self.ready - self.next) as u64);
        to.all(self.batch.events[self.next..].iter(), |to, event| {
            to.tick(event.tick);
            to.number(u64::from(event.action));
            let arity = model.program.actions[event.action as usize].holes.len();
            self.batch.values[event.at as usize..][..arity].iter().for_each(|value| to.number(value.bits()));
        });
    }

    fn take_up(&mut self, actions: &[Action], from: &mut Reader<'_>) -> Option<(u64, u64)> {
        let place = (from.number()?, from.number()?);
        self.feed.newest = from.tick()?;
        self.feed.at_end = from.number()? != 0;
        self.feed.is_dated = from.number()? != 0;
        self.ready = from.size()?;
        let Batch { events, values, .. } = &mut self.batch;
        *events = from.all(|from| {
            let (tick, action) = (from.tick()?, from.size()?);
            let at = values.len() as u32;
            for _ in &actions.get(action)?.holes {
                values.push(Value::from_bits(from.number()?));
            }
            Some(Event { tick, action: action as u32, at })
        })?;
        (self.ready <= events.len()).then_some(place)
    }

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
