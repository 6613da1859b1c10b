//! Proofs of rows of a result, written by `servanda run … --proof` and checked by `servanda verify … --events`.

use std::path::Path;

use servanda::proving::feeds::verify as check;
use servanda::proving::feeds::{Claimed, FEED_FORMAT, FeedProof, FeedProofFile, Feeds, History, Setting, Written};
use servanda::proving::feeds::{goal, prove as draft};
use servanda::proving::{Refusal, digest};
use servanda_exchange::{Replay, ReplayOptions, RunError, replay};
use servanda_model::{ActionId, FluentId, Model, Program, Value};

use super::run::show_error;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Feeds, with what one reading of them brought to light.
struct Opened<'m> {
    model: &'m Model,
    options: ReplayOptions,
    replay: Replay,
    program: Program,
}

struct Reading<'a>(&'a Model, &'a ReplayOptions);

impl Feeds for Reading<'_> {
    type Error = RunError;

    fn each(&mut self, show: &mut dyn FnMut(i64, ActionId, &[Value])) -> Result<(), RunError> {
        replay(self.0, self.1, show).map(|_| ())
    }
}

impl<'m> Opened<'m> {
    fn new(model: &'m Model, options: ReplayOptions) -> Result<Opened<'m>, RunError> {
        let replay = replay(model, &options, &mut |_, _, _| {})?;
        let program = replay.program(model);
        Ok(Opened { model, options, replay, program })
    }

    fn setting(&self) -> Setting<'_> {
        Setting {
            program: &self.program,
            told: &self.replay.told,
            end: self.replay.end,
            first: self.model.events.len() as u32,
            changed: &self.replay.changed,
        }
    }

    fn feeds(&self) -> Reading<'_> {
        Reading(self.model, &self.options)
    }

    /// The rows of an instance, as a run writes them, and how they name it.
    fn claimed(&mut self, history: &History) -> Claimed {
        let of = (history.fluent, history.args.as_slice());
        let rows = history.spans.iter().map(|span| self.replay.row(of, *span, &history.ranges)).collect();
        Claimed { of: self.replay.head(of.0, of.1), rows }
    }
}

/// Writes proofs of rows, or nothing.
pub(crate) fn prove(model: &Model, options: ReplayOptions, of: &[String], path: &Path, out: &Terminal) -> Exit {
    let until = options.until.clone();
    let mut feeds = match Opened::new(model, options) {
        Ok(feeds) => feeds,
        Err(error) => return show_error(model, &error, out),
    };
    let mut instances: Vec<(FluentId, Vec<Value>)> = Vec::new();
    let mut wanted: Vec<(usize, &String)> = Vec::new();
    for row in of {
        let Some(instance) = feeds.replay.instance(row) else {
            out.complain(&format!(
                "error[no-such-row]: `{row}` is not about anything that a run of these rules over these feeds writes\n\
                 help: give a row of the result as it stands there, or its first two cells: `FLUENT,ARGS`\n"
            ));
            return Exit::CouldNot;
        };
        let place = instances.iter().position(|it| *it == instance).unwrap_or(instances.len());
        if place == instances.len() {
            instances.push(instance);
        }
        wanted.push((place, row));
    }
    let goals: Vec<_> = instances.iter().map(|(fluent, args)| goal(&feeds.program, *fluent, args)).collect();
    let drafted = match draft(&feeds.setting(), &goals, &mut feeds.feeds()) {
        Ok(drafted) => drafted,
        Err(error) => return show_error(model, &error, out),
    };
    let mut proofs = Vec::new();
    for (places, drafted) in drafted {
        let mut rows = wanted.iter().filter(|(of, _)| places.contains(of));
        let written = match drafted {
            Ok(written) => written,
            Err(why) => {
                for (_, row) in rows.by_ref() {
                    out.complain(&format!("error[no-proof]: {row}: {why}\nnote: no proof was written\n"));
                }
                return Exit::CouldNot;
            }
        };
        let instances: Vec<Claimed> = written.histories.iter().map(|it| feeds.claimed(it)).collect();
        for (place, row) in rows {
            let Claimed { of, rows } = &instances[places.iter().position(|it| it == place).unwrap_or_default()];
            if *row != of && !rows.contains(row) {
                let instead: String = rows.iter().map(|it| format!("  instead: {it}\n")).collect();
                out.complain(&format!("error[no-such-row]: {row} is not so\n{instead}note: no proof was written\n"));
                return Exit::No;
            }
        }
        let Written { certificate, all_steps, .. } = written;
        proofs.push(FeedProof { instances, certificate, all_steps });
    }
    let file = FeedProofFile { format: FEED_FORMAT.to_owned(), rules: digest(model), until, proofs };
    let text = serde_json::to_string(&file).expect("proofs are plain data");
    match servanda::archive::write_whole(path, text.as_bytes()) {
        Ok(()) => Exit::Yes,
        Err(error) => {
            out.complain(&format!("error[cannot-write]: {}: {error}\n", path.display()));
            Exit::CouldNot
        }
    }
}

/// Checks proofs of rows; says what is wrong, if something is.
pub(crate) fn verify(
    model: &Model,
    options: ReplayOptions,
    file: &FeedProofFile,
) -> Result<Result<(), Refusal>, RunError> {
    let refused = |proof: Option<usize>, reason: &str| {
        Ok(Err(Refusal { reason: reason.to_owned(), proof, case: None, step: None }))
    };
    if file.format != FEED_FORMAT {
        return refused(None, &format!("its format is `{}`, and this reads `{FEED_FORMAT}`", file.format));
    }
    if file.rules != digest(model) {
        return refused(None, "it was made from other rules, or from these before they were changed");
    }
    let mut feeds = Opened::new(model, ReplayOptions { until: file.until.clone(), ..options })?;
    let histories = match check(&feeds.setting(), &file.proofs, &mut feeds.feeds())? {
        Ok(histories) => histories,
        Err(refusal) => return Ok(Err(refusal)),
    };
    for (at, (history, proof)) in histories.iter().zip(&file.proofs).enumerate() {
        if !history.iter().map(|it| feeds.claimed(it)).eq(proof.instances.iter().cloned()) {
            return refused(Some(at), "what it shows gives other rows than it claims");
        }
    }
    Ok(Ok(()))
}
