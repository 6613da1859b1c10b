//! `servanda run FILE.md --events FEED -o OUT`.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use servanda::load::{DefaultLaw, Dossier, open};
use servanda_diagnostics::{Diagnostic, Severity};
use servanda_exchange::{Checkpoints, Order, Progress, ReplayOptions, RunError, RunOptions, Summary, keep_apart};
use servanda_model::Model;

use super::{feed_proofs, show_diagnostics};
use crate::exit::Exit;
use crate::terminal::Terminal;

/// What was typed.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// The rules: a file, or a folder of files.
    #[arg(value_name = "FILE.md")]
    rules: PathBuf,
    /// A feed, CSV or Parquet, with columns `time`, `action` and the action's holes; may be given several times.
    #[arg(long = "events", value_name = "FEED", required = true, num_args = 1..)]
    events: Vec<PathBuf>,
    /// Where the intervals go, as CSV; `-` for standard output.
    #[arg(short, long = "out", value_name = "OUT", required_unless_present = "proof")]
    out: Option<PathBuf>,
    /// Instead of a result, write proofs of the rows named by --of, made by reading the feeds again.
    #[arg(long, value_name = "FILE", requires = "of", conflicts_with_all = ["out", "no_history", "skip_bad_rows", "threads", "checkpoint"])]
    proof: Option<PathBuf>,
    /// What to prove: a row of the result, or its first two cells, `FLUENT,ARGS`; may be given several times.
    #[arg(long, value_name = "ROW", requires = "proof", allow_hyphen_values = true)]
    of: Vec<String>,
    /// The last tick to look at (default: until no deadline is pending after the last row).
    #[arg(long, value_name = "TICK", allow_hyphen_values = true)]
    until: Option<String>,
    /// Write each interval as it closes, unsorted, and keep only what is open.
    #[arg(long)]
    no_history: bool,
    /// How many ticks late a row may be.
    #[arg(long, value_name = "TICKS", default_value_t = 0)]
    late: u32,
    /// Go on without rows that are not understood; they are counted.
    #[arg(long)]
    skip_bad_rows: bool,
    /// How many threads share the work (default: as many as there are cores). The result is the same.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Write to this file, from time to time, all that is needed to go on, and go on from what is in it.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// After how many events a checkpoint is written.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, requires = "checkpoint")]
    every: u64,
}

pub(crate) fn run(args: &RunArgs, out: &Terminal) -> Exit {
    let dossier = match rules_of_run(&args.rules, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let model = &dossier.model;
    let rules = files_of(&dossier, &args.rules);
    let diagnostics = model.diagnostics.iter();
    let doubtful: Vec<Diagnostic> = diagnostics.filter(|it| it.severity == Severity::Warning).cloned().collect();
    if !doubtful.is_empty() {
        show_diagnostics(model, &doubtful, out);
    }
    if let Some(proof) = &args.proof {
        let reads: Vec<PathBuf> = rules.iter().chain(&args.events).cloned().collect();
        if let Err(error) = keep_apart(&reads, std::slice::from_ref(proof)) {
            return show_error(model, &error, out);
        }
        let feeds = ReplayOptions { feeds: args.events.clone(), until: args.until.clone(), late: i64::from(args.late) };
        return feed_proofs::prove(model, feeds, &args.of, proof, out);
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let options = RunOptions {
        feeds: args.events.clone(),
        out: args.out.clone().unwrap_or_default(),
        until: args.until.clone(),
        order: if args.no_history { Order::AsTheyClose } else { Order::Sorted },
        late: i64::from(args.late),
        skip_bad_rows: args.skip_bad_rows,
        threads: args.threads.unwrap_or(cores).max(1),
        checkpoints: args.checkpoint.clone().map(|file| Checkpoints { file, every: args.every }),
    };
    if let Err(error) = options.keep_apart(&rules) {
        return show_error(model, &error, out);
    }
    let mut bar = Bar::new(out);
    let mut is_told = false;
    let outcome = servanda_exchange::run(model, &options, &mut |progress| {
        if let Some(events) = progress.resumed
            && !std::mem::replace(&mut is_told, true)
        {
            out.complain(&format!("note: went on from the checkpoint after {events} events\n"));
        }
        bar.show(progress);
    });
    bar.clear();
    match outcome {
        Ok(summary) => {
            tell(&summary, out);
            Exit::Yes
        }
        Err(error) => show_error(model, &error, out),
    }
}

/// Reads the rules of a run, in which nothing may be wrong.
pub(crate) fn rules_of_run(rules: &Path, out: &Terminal) -> Result<Dossier, Exit> {
    let dossier = open(rules, DefaultLaw::None).map_err(|error| {
        out.complain(&format!("error[cannot-open]: {error}\nhelp: name a file with rules\n"));
        Exit::CouldNot
    })?;
    let diagnostics = &dossier.model.diagnostics;
    let wrong: Vec<Diagnostic> = diagnostics.iter().filter(|it| it.severity == Severity::Error).cloned().collect();
    if wrong.is_empty() {
        return Ok(dossier);
    }
    show_diagnostics(&dossier.model, &wrong, out);
    Err(Exit::No)
}

/// The files that the rules were read from.
fn files_of(dossier: &Dossier, rules: &Path) -> Vec<PathBuf> {
    let files = dossier.model.files.iter().map(|(_, file)| dossier.root.join(&file.path));
    std::iter::once(rules.to_path_buf()).chain(files).filter(|path| path.is_file()).collect()
}

/// Shows why a run, or reading its feeds again, came to nothing.
pub(crate) fn show_error(model: &Model, error: &RunError, out: &Terminal) -> Exit {
    if let RunError::Program(errors) = error {
        let all: Vec<Diagnostic> = errors.iter().map(|error| servanda::diagnose::program_error(model, error)).collect();
        show_diagnostics(model, &all, out);
        return Exit::No;
    }
    out.complain(&error.to_string());
    if matches!(error, RunError::Rows { .. }) { Exit::No } else { Exit::CouldNot }
}

fn tell(summary: &Summary, out: &Terminal) {
    for trouble in &summary.troubles {
        out.complain(&trouble.to_string().replacen("error", "warning", 1));
    }
    for contradiction in &summary.contradicted {
        out.complain(&format!("warning[contradiction]: {contradiction}\n"));
    }
    if summary.contradictions > summary.contradicted.len() as u64 {
        let more = summary.contradictions - summary.contradicted.len() as u64;
        out.complain(&format!("and {more} more contradictions; `ties` says what wins\n"));
    }
    if out.json() {
        out.print_json(&json!({
            "events": summary.events,
            "intervals": summary.intervals,
            "skipped": summary.skipped,
            "contradictions": summary.contradictions,
            "open": summary.kept,
        }));
    } else if summary.skipped > 0 {
        out.complain(&format!(
            "{} events, {} intervals; {} rows were skipped\n",
            summary.events, summary.intervals, summary.skipped
        ));
    }
}

/// A line on the terminal that says how far a run is; nothing where nobody looks.
struct Bar {
    width: Option<usize>,
    began: Instant,
    shown: Option<Instant>,
}

impl Bar {
    fn new(out: &Terminal) -> Bar {
        let is_seen = std::io::stderr().is_terminal() && !out.json();
        Bar { width: is_seen.then_some(out.width), began: Instant::now(), shown: None }
    }

    fn show(&mut self, progress: Progress) {
        let Some(width) = self.width else { return };
        let now = Instant::now();
        if now.duration_since(self.shown.unwrap_or(self.began)) < Duration::from_millis(200) {
            return;
        }
        self.shown = Some(now);
        let seconds = now.duration_since(self.began).as_secs_f64();
        let done = (progress.bytes as f64 / progress.of.max(1) as f64).clamp(0.0, 1.0);
        let rate = progress.events as f64 / seconds;
        let left = if done > 0.0 { seconds / done - seconds } else { 0.0 };
        let text = format!(
            " {:3.0} %  {:.1} million events, {:.2} million a second, {left:.0} s left",
            100.0 * done,
            progress.events as f64 * 1e-6,
            rate * 1e-6
        );
        let room = width.saturating_sub(text.len() + 3).min(30);
        let full = (done * room as f64) as usize;
        let line = format!("\r[{}{}]{text}", "#".repeat(full), " ".repeat(room - full));
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }

    fn clear(&self) {
        if let (Some(width), Some(_)) = (self.width, self.shown) {
            let _ = std::io::stderr().lock().write_all(format!("\r{}\r", " ".repeat(width)).as_bytes());
        }
    }
}
