//! `servanda sources DIR`.

use std::path::Path;

use servanda::sourcing::{Sourced, Sourcing, look_up};

use super::{count, opened, show_errors};
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(dir: &Path, uncited: usize, record: Option<&Path>, out: &Terminal) -> Exit {
    let dossier = match opened(dir, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let mut found = look_up(&dossier);
    if let Some(path) = record
        && let Err(error) = servanda::archive::write_whole(path, found.record().as_bytes())
    {
        out.complain(&format!("error[cannot-write]: {}: {error}\n", path.display()));
        return Exit::CouldNot;
    }
    for coverage in found.sources.iter_mut().filter_map(|source| source.coverage.as_mut()) {
        coverage.uncited.truncate(uncited);
    }
    if out.json() {
        out.print_json(&found);
    } else {
        out.print(&text(&found, out));
    }
    let is_sound = !show_errors(&dossier.model, out);
    if found.is_clean() && is_sound { Exit::Yes } else { Exit::No }
}

fn text(found: &Sourcing, out: &Terminal) -> String {
    let mut text = String::new();
    let (with_text, without): (Vec<&Sourced>, Vec<&Sourced>) = found.sources.iter().partition(|it| it.file.is_some());
    for source in with_text {
        text.push_str(&one(source, out));
    }
    if !without.is_empty() {
        text.push_str(&format!("{}\n", out.bold("Cited without a file to look in")));
        let names: Vec<String> =
            without.iter().map(|it| format!("{} ({})", it.name, it.citations.len() + it.without_passage)).collect();
        text.push_str(&format!("  {}\n\n", out.wrap(&names.join(", "), 2)));
    }
    let bad: usize = ["missing", "ambiguous", "moved", "bad"].iter().map(|state| found.count(state)).sum();
    text.push_str(&format!(
        "{}: {} found, {} missing, {} ambiguous, {} moved, {} not at hand\n",
        if bad == 0 { "all well" } else { "not all well" },
        count(found.count("found"), "passage", "passages"),
        found.count("missing") + found.count("bad"),
        found.count("ambiguous"),
        found.count("moved"),
        found.count("unchecked"),
    ));
    text
}

fn one(source: &Sourced, out: &Terminal) -> String {
    let file = source.file.as_deref().unwrap_or_default();
    let mut text = format!("{}  {}\n  {}\n", out.bold(&source.name), out.wrap(&source.label, 4), out.dim(file));
    if let Some(why_not) = &source.why_not {
        text.push_str(&format!(
            "  not at hand: {why_not}; {} citations are left unchecked\n\n",
            source.citations.len() + source.without_passage
        ));
        return text;
    }
    let left_out = source.citations.iter().filter(|it| it.left_out).count();
    let found = source.citations.iter().filter(|it| it.state == "found").count();
    let mut counts = vec![format!("{found} of {} found", count(source.citations.len(), "passage", "passages"))];
    counts.extend((left_out > 0).then(|| format!("{left_out} of them left out with a reason")));
    let whole = source.without_passage;
    counts.extend((whole > 0).then(|| format!("{} as a whole", count(whole, "citation", "citations"))));
    text.push_str(&format!("  {}\n", counts.join(", ")));
    for cited in source.citations.iter().filter(|it| it.state != "found") {
        let trouble = cited.trouble.as_deref().unwrap_or_default();
        let line = format!("{}: “{}” at {}: {trouble}", cited.state, cited.locator, cited.place);
        text.push_str(&format!("  {}\n", out.wrap(&line, 6)));
    }
    if let Some(coverage) = &source.coverage {
        text.push_str(&format!(
            "  treated: {} of {} sentences, {:.1} % of the text\n",
            coverage.sentences, coverage.of, coverage.percent
        ));
        for sentence in &coverage.uncited {
            let holds = sentence.holds.map_or_else(String::new, |what| format!(" ({what})"));
            let line = format!("line {}{holds}: {}", sentence.line, sentence.text);
            text.push_str(&format!("    {}\n", out.dim(&out.wrap(&line, 6))));
        }
        let rest = coverage.of - coverage.sentences - coverage.uncited.len();
        if rest > 0 {
            text.push_str(&format!(
                "    {}\n",
                out.dim(&format!("… {rest} more sentences nothing cites: `--uncited N`"))
            ));
        }
    }
    text.push('\n');
    text
}
