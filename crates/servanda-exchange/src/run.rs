//! A run: feeds through the engine, into a file.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use servanda_engine::{Compiled, Engine};
use servanda_model::{
    Clock, Duration, EventKind, Expr, Kinded, Model, Occurrence, Program, Standing as Stands, Trigger,
};

use crate::batch::Findings;
use crate::checkpoint::{Checkpoints, Claim, Keeper};
use crate::clerk::Clerk;
use crate::crew;
use crate::error::{RunError, Trouble};
use crate::forget::forgets;
use crate::found::{By, Found};
use crate::guard::keep_apart;
use crate::merge::{Merged, Settings};
use crate::reading::Reading;
use crate::runner::{Plan, Runner};
use crate::shares::Shares;
use crate::slice::slice;
use crate::time::parse_tick;
use crate::write::{Output, written};

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
    /// How many threads share the work; the result is the same with one.
    pub threads: usize,
    /// Whether to write checkpoints, and to go on from one that is there.
    pub checkpoints: Option<Checkpoints>,
}

impl RunOptions {
    /// Refuses a run that would write over one of its feeds or over other files that are read.
    ///
    /// # Errors
    /// As [`keep_apart`].
    pub fn keep_apart(&self, others: &[PathBuf]) -> Result<(), RunError> {
        let reads: Vec<PathBuf> = self.feeds.iter().chain(others).cloned().collect();
        let is_file = self.out.as_os_str() != "-";
        let mut writes: Vec<PathBuf> = is_file.then(|| self.out.clone()).into_iter().collect();
        writes.extend(self.checkpoints.iter().flat_map(Checkpoints::files));
        keep_apart(&reads, &writes)
    }
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
    run_in_parts(model, options, Shares::of, progress)
}

/// As [`run()`], instances falling into parts as it is said.
pub(crate) fn run_in_parts(
    model: &Model,
    options: &RunOptions,
    shares: fn(&Program) -> Shares,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, RunError> {
    options.keep_apart(&[])?;
    let mut rules = model.program_under(&defaults(model));
    let clock = rules.clock;
    let until = tick_of(options.until.as_deref(), clock)?;
    let written = written(model);
    slice(&mut rules, &written);
    let compiled = Compiled::new(&rules).map_err(RunError::Program)?;
    let told = told(model)?;
    let forgets = forgets(model, &rules, &told, options.order);
    let breaks = match options.order {
        Order::Sorted => forgets.iter().map(|it| !it.is_empty()).collect(),
        Order::AsTheyClose => Vec::new(),
    };
    let found = Found::new(written, breaks);
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
        shares: shares(&rules),
        arity: rules.actions.iter().map(|action| action.holes.len()).collect(),
        until: settings.until,
    };
    let parts = 0..plan.shares.parts;
    let found = |part: usize| found.clone().only(|fluent| plan.shares.tells(part, fluent));
    let runner = |part, engine, next_told| Runner::new(&plan, part, engine, &forgets, &told, next_told);
    let mut resumed = None;
    let (mut reading, mut clerk, mut runners): (_, _, Vec<Runner<'_>>) = match (kept, &mut keeper) {
        (Some(mut kept), Some(keeper)) => {
            let engines = parts.map(|part| kept.engine(&compiled, found(part)));
            let engines = engines.collect::<Result<Vec<_>, _>>().map_err(|error| keeper.bad(&error.to_string()))?;
            let (reading, running) = kept.parts();
            let from = Clerk::resume(model, &options.out, options.order, keeper, running)?;
            let merged = Merged::resume(&options.feeds, model, reading, (&from.things, &from.texts))?;
            let Some(merged) = merged.filter(|_| from.next_told.len() == engines.len()) else {
                return Err(keeper.bad("it is damaged"));
            };
            resumed = Some(from.events);
            let engines = engines.into_iter().zip(from.next_told).enumerate();
            let runners = engines.map(|(part, (engine, next_told))| runner(part, engine, next_told));
            (Reading::new(merged, settings, &plan, from.newest), from.clerk, runners.collect())
        }
        _ => {
            let merged = Merged::open(&options.feeds, model)?;
            let output = Output::create(&options.out)?;
            let engine =
                |part| Engine::of_part(&compiled, found(part), |fluent, args| plan.shares.has(part, fluent, args));
            let runners = parts.map(|part| runner(part, engine(part), 0)).collect();
            (Reading::new(merged, settings, &plan, i64::MIN), Clerk::new(model, output, options.order), runners)
        }
    };
    if let Some(keeper) = keeper {
        clerk.set_keeper(keeper, &options.out)?;
    }
    let mut show = |events: u64| progress(Progress { events, bytes: bytes.load(Ordering::Relaxed), of, resumed });
    show(reading.so_far().1);
    let outcome = crew::work(options.threads, &mut reading, &mut runners, &mut clerk, &mut show);
    let outcome = outcome.and_then(|()| {
        let reach = reach(&rules);
        finish(&mut reading, &mut runners, &mut clerk, until, reach)
    });
    outcome.inspect_err(|error| clerk.leave(error))
}

/// Goes on after the last row.
fn finish(
    reading: &mut Reading<'_>,
    runners: &mut [Runner<'_>],
    clerk: &mut Clerk,
    until: Option<i64>,
    reach: i64,
) -> Result<Summary, RunError> {
    let report = reading.report()?;
    let kept = runners.iter().map(Runner::kept).sum();
    let (newest, events) = reading.so_far();
    let newest = runners.iter_mut().filter_map(Runner::tell_all).fold(newest, i64::max);
    let end = until.unwrap_or_else(|| newest.max(0).saturating_add(reach));
    let ended: Vec<Findings> = runners.iter_mut().map(|runner| runner.settle(end)).collect();
    clerk.write(&ended, By::Tick)?;
    drop(ended);
    let open: Vec<Findings> = runners.iter_mut().map(|runner| runner.end(end)).collect();
    clerk.write(&open, By::Instance)?;
    drop(open);
    clerk.finish()?;
    let (contradictions, contradicted) = clerk.contradictions(runners.iter().map(Runner::contradictions));
    Ok(Summary {
        events,
        intervals: clerk.intervals,
        skipped: report.count,
        troubles: report.troubles,
        contradictions,
        contradicted,
        kept,
    })
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
        if event.standing != Stands::Stated || event.kind == EventKind::Words {
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
