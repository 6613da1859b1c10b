//! `servanda check DIR`.

use std::path::Path;

use serde_json::json;
use servanda::world::World;

use super::{opened, show_diagnostics};
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(dir: &Path, out: &Terminal) -> Exit {
    let dossier = match opened(dir, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let mut world = World::new(&dossier.model);
    let checked = servanda::check::check(&mut world);
    let clean = checked.is_clean();
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
            "{}: {} files, {} statements of fact, {} norms; {} of {} expectations met\n",
            if clean { "clean" } else { "not clean" },
            files,
            model.events.len(),
            model.norms.iter().filter(|norm| norm.reading.is_none()).count(),
            checked.met,
            checked.expectations,
        ));
    }
    if clean { Exit::Yes } else { Exit::No }
}
