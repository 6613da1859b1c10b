//! `servanda verify DIR FILE`.

use std::path::Path;

use serde_json::json;
use servanda::proving::{ProofFile, Refusal, verify};
use servanda::world::World;

use super::{count, opened};
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(dir: &Path, file: &Path, out: &Terminal) -> Exit {
    let dossier = match opened(dir, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            out.complain(&format!("error[cannot-read]: {}: {error}\n", file.display()));
            return Exit::CouldNot;
        }
    };
    let read: Result<ProofFile, Refusal> = serde_json::from_str(&text).map_err(|error| Refusal {
        reason: format!("it is no proof: {error}"),
        proof: None,
        case: None,
        step: None,
    });
    let world = World::new(&dossier.model);
    match read.and_then(|file| verify(&world, &file).map(|()| file)) {
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
        Err(refusal) => {
            if out.json() {
                let Refusal { reason, proof, case, step } = &refusal;
                let refused = json!({ "reason": reason, "proof": proof, "case": case, "step": step });
                out.print_json(&json!({ "accepted": false, "refused": refused }));
            } else {
                out.print(&format!("refused: {}{}\n", place(&refusal), refusal.reason));
            }
            Exit::No
        }
    }
}

/// Where in the file, counted as the file counts: from 0.
fn place(refusal: &Refusal) -> String {
    let parts = [("proof", refusal.proof), ("case", refusal.case), ("step", refusal.step)];
    let parts: Vec<String> = parts.into_iter().filter_map(|(name, at)| Some(format!("{name} {}", at?))).collect();
    if parts.is_empty() { String::new() } else { format!("{}: ", parts.join(", ")) }
}
