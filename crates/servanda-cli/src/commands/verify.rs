//! `servanda verify DIR FILE`, and `servanda verify FILE.md PROOF --events FEED`.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::json;
use servanda::proving::feeds::FeedProofFile;
use servanda::proving::{ProofFile, Refusal, verify};
use servanda::world::World;
use servanda_exchange::ReplayOptions;

use super::run::{rules_of_run, show_error};
use super::{count, feed_proofs, opened};
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(dir: &Path, file: &Path, events: Vec<PathBuf>, late: u32, out: &Terminal) -> Exit {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            out.complain(&format!("error[cannot-read]: {}: {error}\n", file.display()));
            return Exit::CouldNot;
        }
    };
    if events.is_empty() { of_dossier(dir, &text, out) } else { of_run(dir, &text, events, late, out) }
}

fn of_dossier(dir: &Path, text: &str, out: &Terminal) -> Exit {
    let dossier = match opened(dir, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    if serde_json::from_str::<FeedProofFile>(text).is_ok() {
        out.complain(
            "error[no-feed]: these are proofs of what a run found in feeds\n\
             help: name the feeds: `servanda verify FILE.md PROOF --events FEED`\n",
        );
        return Exit::CouldNot;
    }
    let world = World::new(&dossier.model);
    match read::<ProofFile>(text).and_then(|file| verify(&world, &file).map(|()| file)) {
        Ok(file) => {
            if out.json() {
                let proofs = file.proofs.iter().map(|it| json!({ "question": it.question, "answers": it.answers }));
                out.print_json(&json!({ "accepted": true, "proofs": proofs.collect::<Vec<_>>() }));
            } else {
                let cases: usize = file.proofs.iter().map(|it| it.cases.len()).sum();
                let proofs = count(file.proofs.len(), "proof", "proofs");
                out.print(&format!("accepted: {proofs}, {}\n", count(cases, "history", "histories")));
            }
            Exit::Yes
        }
        Err(refusal) => refused(&refusal, out),
    }
}

fn of_run(rules: &Path, text: &str, feeds: Vec<PathBuf>, late: u32, out: &Terminal) -> Exit {
    let dossier = match rules_of_run(rules, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let file = match read::<FeedProofFile>(text) {
        Ok(file) => file,
        Err(refusal) => return refused(&refusal, out),
    };
    let options = ReplayOptions { feeds, until: None, late: i64::from(late) };
    match feed_proofs::verify(&dossier.model, options, &file) {
        Ok(Ok(())) => {
            let shown = file.proofs.iter().flat_map(|it| &it.instances);
            if out.json() {
                let proofs = shown.clone().map(|it| json!({ "of": it.of, "rows": it.rows }));
                out.print_json(&json!({ "accepted": true, "proofs": proofs.collect::<Vec<_>>() }));
            } else {
                let rows: usize = shown.map(|it| it.rows.len()).sum();
                let proofs = count(file.proofs.len(), "proof", "proofs");
                out.print(&format!("accepted: {proofs}, {}\n", count(rows, "row", "rows")));
            }
            Exit::Yes
        }
        Ok(Err(refusal)) => refused(&refusal, out),
        Err(error) => {
            show_error(&dossier.model, &error, out);
            Exit::CouldNot
        }
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| Refusal {
        reason: format!("it is no proof: {error}"),
        proof: None,
        case: None,
        step: None,
    })
}

fn refused(refusal: &Refusal, out: &Terminal) -> Exit {
    if out.json() {
        let Refusal { reason, proof, case, step } = refusal;
        let refused = json!({ "reason": reason, "proof": proof, "case": case, "step": step });
        out.print_json(&json!({ "accepted": false, "refused": refused }));
    } else {
        out.print(&format!("refused: {}{}\n", place(refusal), refusal.reason));
    }
    Exit::No
}

/// Where in the file, counted as the file counts: from 0.
fn place(refusal: &Refusal) -> String {
    let parts = [("proof", refusal.proof), ("case", refusal.case), ("step", refusal.step)];
    let parts: Vec<String> = parts.into_iter().filter_map(|(name, at)| Some(format!("{name} {}", at?))).collect();
    if parts.is_empty() { String::new() } else { format!("{}: ", parts.join(", ")) }
}
