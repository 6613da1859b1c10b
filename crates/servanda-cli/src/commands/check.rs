//! `servanda check DIR`.

use std::path::Path;

use serde_json::json;
use servanda::world::World;
use servanda_model::View;

use super::{count, opened, show_diagnostics, write_proofs};
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(dir: &Path, proof: Option<&Path>, out: &Terminal) -> Exit {
    let dossier = match opened(dir, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let mut world = World::new(&dossier.model);
    let mut checked = servanda::check::check(&mut world);
    checked.diagnostics.extend(servanda::sourcing::not_at_hand(&dossier));
    checked.diagnostics.extend(servanda::sourcing::unresolved(&dossier));
    let clean = checked.is_clean();
    let mut proved = true;
    if let Some(path) = proof {
        let checks = dossier.model.checks.iter();
        let questions: Vec<(View, Vec<String>)> = checks
            .map(|it| (it.view.clone(), it.expects.iter().map(|expect| expect.question.clone()).collect()))
            .collect();
        proved = match write_proofs(&mut world, &questions, path, out) {
            Ok(proved) => proved,
            Err(exit) => return exit,
        };
    }
    if out.json() {
        let findings: Vec<_> = checked
            .diagnostics
            .iter()
            .map(|it| servanda_diagnostics::render::to_json(it, &dossier.model.files))
            .collect();
        out.print_json(&json!({
            "clean": clean,
            "expectations": checked.expectations,
            "met": checked.met,
            "diagnostics": findings,
        }));
    } else {
        show_diagnostics(&dossier.model, &checked.diagnostics, out);
        let model = &dossier.model;
        let files = model.files.len()
            - model
                .chapters
                .iter()
                .filter(|chapter| model.files.get(chapter.file).is_some_and(|file| file.path.starts_with("law/")))
                .count();
        out.print(&format!(
            "{}: {}, {}, {}; {} of {} expectations met\n",
            if clean { "clean" } else { "not clean" },
            count(files, "file", "files"),
            count(model.events.len(), "event, fact or claim", "events, facts and claims"),
            count(model.norms.iter().filter(|norm| norm.reading.is_none()).count(), "norm", "norms"),
            checked.met,
            checked.expectations,
        ));
    }
    if clean && proved { Exit::Yes } else { Exit::No }
}
