//! A run: feeds through the engine, into a file.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use servanda_engine::{Compiled, Engine};
use servanda_model::{
    Action, ActionId, Clock, Duration, Effect, EventKind, EventPattern, Expr, FluentPattern, Kinded, Model, Occurrence,
    Program, Standing, Term, Trigger, Value,
};

use crate::batch::{Batch, Strings};
use crate::bytes::{Reader, Writer};
use crate::checkpoint::{Checkpoints, Claim, Keeper, Kept};
use crate::error::{RunError, Trouble};
use crate::merge::{Merged, Report, Settings};
use crate::slice::{looks_at, slice};
use crate::sorting;
use crate::time::parse_tick;
use crate::write::{Format, Found, HEADER, Output, written};

/// In which order intervals are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// All at the end, by fluent, arguments, value and time.
    #[default]
    Sorted,
    /// Each as it closes; what is closed is forgotten, and so are duties that are met, excused or lapsed.
    AsTheyClose,
}

/// What to run on what.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The feeds.
    pub feeds: Vec<PathBuf>,
    /// Where the result goes.
    pub out: PathBuf,
    /// The last tick that is looked at, as the clock of the rules writes it. Without it the run goes on after the last
    /// row until no deadline can be pending.
    pub until: Option<String>,
    /// In which order results are written.
    pub order: Order,
    /// How many ticks late a row may be.
    pub late: i64,
    /// Whether to go on without rows that are not understood.
    pub skip_bad_rows: bool,
    /// With two, rows are read on a thread of their own.
    pub threads: usize,
    /// Whether to write checkpoints, and to go on from one that is there.
    pub checkpoints: Option<Checkpoints>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Rows that became events.
    pub events: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes there are to read.
    pub of: u64,
    /// With how many events the checkpoint was made that this run went on from, if it did.
    pub resumed: Option<u64>,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Rows that became events.
    pub events: u64,
    /// Intervals written.
    pub intervals: u64,
    /// Rows skipped.
    pub skipped: u64,
    /// The first of them.
    pub troubles: Vec<Trouble>,
    /// How many contradictions there were.
    pub contradictions: u64,
    /// The first of them, in words.
    pub contradicted: Vec<String>,
    /// How many instances and timers the engine kept when the last row was in.
    pub kept: usize,
}

/// Runs the rules of a model over feeds. A checkpoint that is there is gone on from, and removed when all is done.
///
/// # Errors
/// The rules have no meaning, a feed is not understood, a file cannot be read or written, or the checkpoint is of another
/// run. No result is then left; a checkpoint is, unless rows were bad, and with it what was written so far.
pub fn run(model: &Model, options: &RunOptions, progress: &mut dyn FnMut(Progress)) -> Result<Summary, RunError> {
    let mut rules = model.program_under(&defaults(model));
    let clock = rules.clock;
    let until = tick_of(options.until.as_deref(), clock)?;
    let written = written(model);
    let wanted: Vec<bool> = written.iter().map(Option::is_some).collect();
    slice(&mut rules, &wanted);
    let finals = if options.order == Order::AsTheyClose { forget_ended_duties(model, &mut rules) } else { Vec::new() };
    let compiled = Compiled::new(&rules).map_err(RunError::Program)?;
    let told = told(model)?;
    let bytes = AtomicU64::new(0);
    let settings = Settings {
        late: options.late.max(0),
        skip_bad_rows: options.skip_bad_rows,
        until: until.unwrap_or(i64::MAX),
        every: options.checkpoints.as_ref().map_or(0, |it| it.every.max(1)),
        bytes: &bytes,
    };
    let of = options.feeds.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|it| it.len()).sum();
    let keeper = options.checkpoints.as_ref().map(|checkpoints| {
        let claim = Claim::new(model, &compiled, options)?;
        Ok(Keeper::new(checkpoints, claim, options.order == Order::Sorted))
    });
    let mut keeper = keeper.transpose()?;
    let kept = keeper.as_mut().map_or(Ok(None), Keeper::load)?;
    let plan = Plan {
        order: options.order,
        arity: rules.actions.iter().map(|action| action.holes.len()).collect(),
        told,
        until: settings.until,
    };
    let found = Found::new(written, finals);
    let mut resumed = None;
    let (merged, mut runner) = match (kept, &mut keeper) {
        (Some(mut kept), Some(keeper)) => {
            let going_on = Runner::resume(plan, &compiled, found, model, options, keeper, &mut kept)?;
            resumed = Some(going_on.1.events);
            going_on
        }
        _ => {
            let merged = Merged::open(&options.feeds, model)?;
            let output = Output::create(&options.out)?;
            (merged, Runner::new(plan, Engine::new(&compiled, found), Format::new(model), output))
        }
    };
    if let Some(keeper) = &keeper
        && !runner.output.can_be_kept()
    {
        return Err(keeper.needs_a_file(&options.out));
    }
    runner.keeper = keeper;
    let mut show = |events: u64| progress(Progress { events, bytes: bytes.load(Ordering::Relaxed), of, resumed });
    show(runner.events);
    let outcome = runner.run(merged, &settings, options.threads, &mut show);
    let outcome = outcome.and_then(|report| runner.finish(report, until, reach(&rules)));
    runner.leave(&outcome);
    outcome
}

/// The last tick to look at, if one is given.
pub(crate) fn tick_of(until: Option<&str>, clock: Clock) -> Result<Option<i64>, RunError> {
    let tick = until.map(|text| {
        parse_tick(text, clock).ok_or_else(|| RunError::Unfit {
            code: "bad-until",
            message: format!("`{text}` is no time of this clock"),
            help: "write it as the feed writes its times".to_owned(),
        })
    });
    tick.transpose()
}

/// Schools of law that apply where none is chosen.
pub(crate) fn defaults(model: &Model) -> Vec<servanda_model::EntityId> {
    model.doctrines.iter().filter(|doctrine| doctrine.default).map(|doctrine| doctrine.entity).collect()
}

/// What the rules' own files state to have happened, in order.
pub(crate) fn told(model: &Model) -> Result<Vec<Occurrence>, RunError> {
    let mut all = Vec::new();
    for (tag, event) in model.events.iter().enumerate() {
        if event.standing != Standing::Stated || event.kind == EventKind::Words {
            continue;
        }
        let day = event.when.min.filter(|day| event.when.max == Some(*day));
        let Some(tick) = day.filter(|_| event.relations.is_empty()) else {
            return Err(RunError::Unfit {
                code: "uncertain-event",
                message: format!("`{}` has no certain time, and a run needs one", event.sentence),
                help: "give it one day, or leave it out of rules over feeds".to_owned(),
            });
        };
        let tag = tag as u32;
        all.extend(event.happenings.iter().map(|what| Occurrence { tick, step: 0, what: what.clone(), tag }));
    }
    all.sort();
    Ok(all)
}

fn one_thread(
    mut merged: Merged<'_>,
    settings: &Settings<'_>,
    runner: &mut Runner<'_>,
    show: &mut dyn FnMut(u64),
) -> Result<Report, RunError> {
    let mut batch = Batch::default();
    loop {
        merged.next(settings, &mut batch)?;
        if batch.events.is_empty() {
            return Ok(merged.report);
        }
        if merged.report.count == 0 || settings.skip_bad_rows {
            runner.take(&batch)?;
        }
        show(runner.events);
    }
}

/// Rows are read on a thread of their own; the rules run here.
fn two_threads(
    merged: Merged<'_>,
    settings: &Settings<'_>,
    runner: &mut Runner<'_>,
    show: &mut dyn FnMut(u64),
) -> Result<Report, RunError> {
    const IN_FLIGHT: usize = 8;
    let (full, batches) = sync_channel::<Batch>(IN_FLIGHT);
    let (empty, emptied) = channel::<Batch>();
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read_ahead(merged, settings, &full, &emptied));
        let mut outcome = Ok(());
        for batch in &batches {
            outcome = runner.take(&batch);
            if outcome.is_err() {
                break;
            }
            show(runner.events);
            // The reader may be done already.
            let _ = empty.send(batch);
        }
        drop(batches);
        let report = reader.join().expect("the reader reports what is wrong and does not panic");
        outcome?;
        report
    })
}

fn read_ahead(
    mut merged: Merged<'_>,
    settings: &Settings<'_>,
    full: &SyncSender<Batch>,
    emptied: &Receiver<Batch>,
) -> Result<Report, RunError> {
    loop {
        let mut batch = emptied.try_recv().unwrap_or_default();
        merged.next(settings, &mut batch)?;
        if batch.events.is_empty() {
            return Ok(merged.report);
        }
        let is_wanted = merged.report.count == 0 || settings.skip_bad_rows;
        if is_wanted && full.send(batch).is_err() {
            return Ok(merged.report);
        }
    }
}

/// What does not change while it runs.
struct Plan {
    order: Order,
    arity: Vec<usize>,
    told: Vec<Occurrence>,
    until: i64,
}

struct Runner<'c> {
    plan: Plan,
    engine: Engine<'c, Found>,
    format: Format,
    output: Output,
    keeper: Option<Keeper>,
    next_told: usize,
    newest: i64,
    events: u64,
    intervals: u64,
    /// Contradictions found before the checkpoint this run went on from.
    contradictions: u64,
    contradicted: Vec<String>,
}

impl<'c> Runner<'c> {
    fn new(plan: Plan, engine: Engine<'c, Found>, format: Format, mut output: Output) -> Runner<'c> {
        output.buffer().extend_from_slice(HEADER);
        Runner {
            plan,
            engine,
            format,
            output,
            keeper: None,
            next_told: 0,
            newest: i64::MIN,
            events: 0,
            intervals: 0,
            contradictions: 0,
            contradicted: Vec::new(),
        }
    }

    /// Goes on from a checkpoint.
    fn resume<'m>(
        plan: Plan,
        compiled: &'c Compiled,
        found: Found,
        model: &'m Model,
        options: &RunOptions,
        keeper: &mut Keeper,
        kept: &mut Kept,
    ) -> Result<(Merged<'m>, Runner<'c>), RunError> {
        let engine = kept.engine(compiled, found).map_err(|error| keeper.bad(&error.to_string()))?;
        let (reading, mut from) = kept.parts();
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
        let merged = Merged::resume(&options.feeds, model, reading, (&things, &texts))?;
        let Some(merged) = merged else { return Err(keeper.bad("it is damaged")) };
        let output = Output::resume(&options.out, beside, length).map_err(|why| keeper.bad(&why))?;
        let mut runner = Runner {
            plan,
            engine,
            format,
            output,
            keeper: None,
            next_told,
            newest,
            events,
            intervals,
            contradictions,
            contradicted,
        };
        keeper.take_up(&mut from, runner.engine.sink_mut())?;
        Ok((merged, runner))
    }

    /// Writes a checkpoint; reading goes on from `reading`.
    #[cold]
    fn keep(&mut self, reading: &[u8]) -> Result<(), RunError> {
        let Some(mut keeper) = self.keeper.take() else { return Ok(()) };
        let outcome = self.keep_with(&mut keeper, reading);
        self.output.is_kept = keeper.is_kept;
        self.keeper = Some(keeper);
        outcome
    }

    fn keep_with(&mut self, keeper: &mut Keeper, reading: &[u8]) -> Result<(), RunError> {
        let (beside, length) = self.output.settle()?;
        let (contradictions, contradicted) = self.contradictions();
        let mut to = Writer::default();
        [self.events, self.intervals].into_iter().for_each(|it| to.number(it));
        to.tick(self.newest);
        [self.next_told as u64, contradictions, u64::from(self.format.as_timestamps)]
            .into_iter()
            .for_each(|it| to.number(it));
        to.all(contradicted.iter(), |to, it| to.text(it));
        to.all(self.format.learnt_things(), |to, it| to.text(it));
        to.all(self.format.learnt_texts(), |to, it| to.text(it));
        to.text(&beside);
        to.number(length);
        keeper.store(reading, &mut to, &self.engine)
    }

    fn run(
        &mut self,
        merged: Merged<'_>,
        settings: &Settings<'_>,
        threads: usize,
        show: &mut dyn FnMut(u64),
    ) -> Result<Report, RunError> {
        let report = if threads > 1 {
            two_threads(merged, settings, self, show)?
        } else {
            one_thread(merged, settings, self, show)?
        };
        if report.count > 0 && !settings.skip_bad_rows {
            return Err(RunError::Rows { troubles: report.troubles, count: report.count });
        }
        Ok(report)
    }

    /// Takes in rows.
    fn take(&mut self, batch: &Batch) -> Result<(), RunError> {
        self.format.learn(&batch.things, &batch.texts);
        if self.events == 0 {
            self.format.as_timestamps = batch.is_dated;
        }
        let mut grants = batch.grants.iter().peekable();
        for (at, event) in batch.events.iter().enumerate() {
            while let Some(grant) = grants.next_if(|grant| grant.row <= at) {
                self.engine.set_kinds(grant.entity, &grant.kinds);
            }
            if self.plan.told.get(self.next_told).is_some_and(|told| told.tick <= event.tick) {
                self.tell(event.tick);
            }
            let from = event.at as usize;
            let args = &batch.values[from..from + self.plan.arity[event.action as usize]];
            self.engine
                .action(event.tick, 0, ActionId(event.action), args)
                .expect("rows are in order and fit the actions they are bound to");
        }
        for grant in grants {
            self.engine.set_kinds(grant.entity, &grant.kinds);
        }
        self.events += batch.events.len() as u64;
        self.newest = batch.events.last().map_or(self.newest, |event| event.tick);
        if self.plan.order == Order::AsTheyClose {
            self.stream()?;
        }
        batch.mark.iter().try_for_each(|mark| self.keep(mark))
    }

    /// Takes in what the rules' own files say to have happened up to a tick.
    #[cold]
    fn tell(&mut self, tick: i64) {
        while let Some(told) = self.plan.told.get(self.next_told).filter(|told| told.tick <= tick) {
            self.engine.push(told).expect("statements are in order and were read with the vocabulary");
            self.next_told += 1;
        }
    }

    /// Writes what was found and forgets it.
    fn stream(&mut self) -> Result<(), RunError> {
        self.note_ranges();
        let found = self.engine.sink_mut();
        for row in 0..found.rows.len() {
            self.format.write_row(self.output.buffer(), found, row as u32);
        }
        self.intervals += found.rows.len() as u64;
        found.clear();
        self.output.flow()
    }

    /// Arithmetic may have made numbers that are not exact.
    fn note_ranges(&mut self) {
        let is_range = |value: Value| matches!(value.kinded(), Kinded::Range(_));
        if self.engine.sink().rows.iter().any(|row| is_range(row.value)) {
            self.format.ranges = self.engine.ranges();
        }
    }

    /// How many contradictions there were, and the first of them in words.
    fn contradictions(&self) -> (u64, Vec<String>) {
        let found = self.engine.sink();
        let new = found.contradictions.iter().map(|it| self.format.contradiction(it));
        let words = self.contradicted.iter().cloned().chain(new).take(Found::MOST_CONTRADICTIONS).collect();
        (self.contradictions + found.contradiction_count, words)
    }

    fn finish(&mut self, report: Report, until: Option<i64>, reach: i64) -> Result<Summary, RunError> {
        let kept = self.engine.kept();
        self.tell(self.plan.until);
        let newest = self.plan.told[..self.next_told].last().map_or(self.newest, |told| told.tick.max(self.newest));
        let end = until.unwrap_or_else(|| newest.max(0).saturating_add(reach));
        self.note_ranges();
        self.engine.end(end);
        let found = self.engine.sink();
        let rows: Vec<u32> = match self.plan.order {
            Order::Sorted => sorting::order(found, &self.format),
            Order::AsTheyClose => (0..found.rows.len() as u32).collect(),
        };
        self.intervals += rows.len() as u64;
        for row in rows {
            self.format.write_row(self.output.buffer(), found, row);
            self.output.flow()?;
        }
        if let Some(keeper) = &mut self.keeper {
            // First the checkpoint: without one, a run that is cut short here begins anew; without what was written it
            // could not go on.
            self.output.settle()?;
            keeper.remove();
            self.output.is_kept = false;
        }
        self.output.finish()?;
        let (contradictions, contradicted) = self.contradictions();
        Ok(Summary {
            events: self.events,
            intervals: self.intervals,
            skipped: report.count,
            troubles: report.troubles,
            contradictions,
            contradicted,
            kept,
        })
    }

    /// Removes the checkpoint if no run can go on from it: a feed with bad rows will be another once they are mended.
    fn leave(&mut self, outcome: &Result<Summary, RunError>) {
        if let Some(keeper) = &mut self.keeper
            && matches!(outcome, Err(RunError::Rows { .. }))
        {
            keeper.remove();
            self.output.is_kept = false;
        }
    }
}

/// How long after the last row something may still be pending: all lengths of time in the rules, one after another.
pub(crate) fn reach(program: &Program) -> i64 {
    let (day, far) = match program.clock {
        Clock::Days => (1, 400 * 366),
        Clock::Seconds => (86_400, 400 * 366 * 86_400),
        Clock::Integers => (1, 1_000_000),
    };
    let length = |duration: Duration| match duration {
        Duration::Ticks(n) => i64::from(n).max(0),
        Duration::Months(n) => i64::from(n).max(0) * 31 * day,
        Duration::Years(n) => i64::from(n).max(0) * 366 * day,
    };
    let time = |expr: &Expr| match expr {
        Expr::Value(value) => match value.kinded() {
            Kinded::Duration(duration) => length(duration),
            Kinded::Number(number) if number.scale == 0 => number.mantissa.clamp(0, far),
            _ => far,
        },
        _ => far,
    };
    let deadlines = program.fluents.iter().flat_map(|fluent| &fluent.deadlines).map(|it| length(it.after));
    let triggers = program.rules.iter().flat_map(|rule| &rule.triggers).map(|trigger| match trigger {
        Trigger::HasHeld { time: expr, .. } | Trigger::After { time: expr, .. } => time(expr),
        Trigger::Comes(_) => far,
        _ => 0,
    });
    deadlines.chain(triggers).fold(1, i64::saturating_add)
}

/// Duties that are met, excused or lapsed end as far as the engine is concerned: an event of their own says what they
/// came to, where no rule looks back at that. What [`Found`] makes of these events is in the result.
fn forget_ended_duties(model: &Model, program: &mut Program) -> Vec<Option<(u32, Value)>> {
    const ENDS: [&str; 4] = ["met", "met-late", "excused", "lapsed"];
    let word = |entity: &servanda_model::EntityId| model.lexicon.entities[entity.index()].name.as_str();
    let statuses = model.hooks.statuses.iter().map(|(entity, _)| entity);
    let ends: Vec<Value> = statuses.filter(|it| ENDS.contains(&word(it))).map(|it| Value::entity(*it)).collect();
    let mut finals = vec![None; program.actions.len()];
    for norm in &model.norms {
        let fluent = norm.status;
        for end in &ends {
            let changes = |effect: &Effect| matches!(effect, Effect::Initiate { fluent: of, value: Expr::Value(value), .. } if *of == fluent && value == end);
            let is_used = program.rules.iter().any(|rule| rule.effects.iter().any(changes));
            if !is_used || looks_at(program, fluent.index(), *end) {
                continue;
            }
            let action = ActionId::from_index(program.actions.len());
            let holes = program.fluents[fluent.index()].args.clone();
            program.actions.push(Action { name: format!("{} ends", model.name(norm.entity)), holes });
            finals.push(Some((fluent.0, *end)));
            for rule in &mut program.rules {
                for at in 0..rule.effects.len() {
                    if !changes(&rule.effects[at]) {
                        continue;
                    }
                    let Effect::Initiate { args, .. } = &rule.effects[at] else { continue };
                    let args = args.clone();
                    let pattern = FluentPattern { fluent, args: args.clone(), value: Term::Any };
                    rule.effects[at] = Effect::Terminate { pattern };
                    rule.effects.push(Effect::Happen(EventPattern { action, args }));
                }
            }
        }
    }
    finals
}
