//! A run: feeds through the engine, into a file.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;

use servanda_engine::{Compiled, Engine};
use servanda_model::{
    ActionId, Clock, Duration, EventKind, Expr, Kinded, Model, NumberRange, Occurrence, Program, Standing as Stands,
    Trigger, Value,
};

use crate::batch::{Batch, Standing};
use crate::checkpoint::{Checkpoints, Claim, Keeper};
use crate::clerk::{Clerk, Resumed};
use crate::error::{RunError, Trouble};
use crate::forget::forgets;
use crate::found::{Found, Rows};
use crate::guard::keep_apart;
use crate::merge::{Merged, Settings};
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
    /// With two, rows are read and results written on a thread of their own.
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
    let plan =
        Plan { arity: rules.actions.iter().map(|action| action.holes.len()).collect(), told, until: settings.until };
    let mut resumed = None;
    let (mut clerk, mut runner) = match (kept, &mut keeper) {
        (Some(mut kept), Some(keeper)) => {
            let engine = kept.engine(&compiled, found).map_err(|error| keeper.bad(&error.to_string()))?;
            let files = (options.feeds.as_slice(), options.out.as_path());
            let Resumed { clerk, standing } =
                Clerk::resume(settings, model, files, options.order, keeper, kept.parts())?;
            resumed = Some(standing.events);
            (clerk, Runner::new(plan, engine, &standing))
        }
        _ => {
            let merged = Merged::open(&options.feeds, model)?;
            let output = Output::create(&options.out)?;
            let clerk = Clerk::new(merged, settings, model, output, options.order);
            (clerk, Runner::new(plan, Engine::new(&compiled, found), &Standing::AT_FIRST))
        }
    };
    runner.engine.forget(forgets);
    if let Some(keeper) = keeper {
        clerk.set_keeper(keeper, &options.out)?;
    }
    let mut show = |events: u64| progress(Progress { events, bytes: bytes.load(Ordering::Relaxed), of, resumed });
    show(runner.events);
    let outcome = if options.threads > 1 {
        two_threads(&mut clerk, &mut runner, &mut show)
    } else {
        clerk.alternate(|batch| runner.work(batch, &mut show))
    };
    let outcome = outcome.and_then(|()| runner.finish(&mut clerk, until, reach(&rules)));
    outcome.inspect_err(|error| clerk.leave(error))
}

/// The rules run here; rows are read and results written on a thread of their own.
fn two_threads(clerk: &mut Clerk<'_>, runner: &mut Runner<'_>, show: &mut dyn FnMut(u64)) -> Result<(), RunError> {
    let (ahead, batches) = channel::<Batch>();
    let (done, back) = channel::<Batch>();
    std::thread::scope(|scope| {
        let clerk = scope.spawn(move || clerk.serve(ahead, &back));
        for mut batch in &batches {
            runner.work(&mut batch, show);
            if done.send(batch).is_err() {
                break;
            }
        }
        drop((done, batches));
        clerk.join().expect("the clerk reports what is wrong and does not panic")
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

/// What does not change while it runs.
struct Plan {
    arity: Vec<usize>,
    told: Vec<Occurrence>,
    until: i64,
}

/// Runs the rules.
struct Runner<'c> {
    plan: Plan,
    engine: Engine<'c, Found>,
    next_told: usize,
    newest: i64,
    events: u64,
    /// Contradictions found before the checkpoint this run went on from.
    contradictions: u64,
}

impl Standing {
    const AT_FIRST: Standing = Standing {
        events: 0,
        newest: i64::MIN,
        next_told: 0,
        contradictions: 0,
        contradicted: Vec::new(),
        engine: Vec::new(),
    };
}

impl<'c> Runner<'c> {
    fn new(plan: Plan, engine: Engine<'c, Found>, from: &Standing) -> Runner<'c> {
        let &Standing { events, newest, next_told, contradictions, .. } = from;
        Runner { plan, engine, next_told, newest, events, contradictions }
    }

    /// Takes in rows, and puts what is found into their batch.
    fn work(&mut self, batch: &mut Batch, show: &mut dyn FnMut(u64)) {
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
        std::mem::swap(&mut batch.found, &mut self.engine.sink_mut().rows);
        batch.ranges = self.ranges_in(&batch.found);
        batch.standing = batch.mark.is_some().then(|| self.standing());
        show(self.events);
    }

    /// Takes in what the rules' own files say to have happened up to a tick.
    #[cold]
    fn tell(&mut self, tick: i64) {
        while let Some(told) = self.plan.told.get(self.next_told).filter(|told| told.tick <= tick) {
            self.engine.push(told).expect("statements are in order and were read with the vocabulary");
            self.next_told += 1;
        }
    }

    /// The ranges there are, if a row has one: arithmetic may have made some.
    fn ranges_in(&self, rows: &Rows) -> Option<Vec<NumberRange>> {
        let is_range = |value: Value| matches!(value.kinded(), Kinded::Range(_));
        rows.iter().any(|(row, _)| is_range(row.value)).then(|| self.engine.ranges())
    }

    fn contradictions(&self) -> u64 {
        self.contradictions + self.engine.sink().contradiction_count
    }

    fn standing(&self) -> Standing {
        let mut engine = Vec::new();
        self.engine.save(&mut engine).expect("memory takes whatever is written");
        Standing {
            events: self.events,
            newest: self.newest,
            next_told: self.next_told,
            contradictions: self.contradictions(),
            contradicted: self.engine.sink().contradictions.clone(),
            engine,
        }
    }

    fn finish(&mut self, clerk: &mut Clerk<'_>, until: Option<i64>, reach: i64) -> Result<Summary, RunError> {
        let report = clerk.report()?;
        let kept = self.engine.kept();
        self.tell(self.plan.until);
        let newest = self.plan.told[..self.next_told].last().map_or(self.newest, |told| told.tick.max(self.newest));
        let end = until.unwrap_or_else(|| newest.max(0).saturating_add(reach));
        self.engine.end(end);
        let rows = std::mem::take(&mut self.engine.sink_mut().rows);
        clerk.write(&rows, self.ranges_in(&rows))?;
        drop(rows);
        clerk.finish()?;
        Ok(Summary {
            events: self.events,
            intervals: clerk.intervals,
            skipped: report.count,
            troubles: report.troubles,
            contradictions: self.contradictions(),
            contradicted: clerk.in_words(&self.engine.sink().contradictions),
            kept,
        })
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
