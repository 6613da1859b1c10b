//! One module a verb, and what several of them share.

pub(crate) mod ask;
pub(crate) mod check;
pub(crate) mod chronology;
pub(crate) mod date;
pub(crate) mod explain;
pub(crate) mod feed_proofs;
pub(crate) mod fmt;
pub(crate) mod law;
pub(crate) mod negotiation;
pub(crate) mod new;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod sources;
pub(crate) mod verify;

use std::path::Path;

use servanda::ask::AskError;
use servanda::load::{DefaultLaw, Dossier, open};
use servanda::proving::{NoProof, Prover};
use servanda::world::World;
use servanda_calendar::parse_written;
use servanda_diagnostics::{Diagnostic, Severity, suggest};
use servanda_model::{EntityId, Model, View};

use crate::ViewArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Opens a dossier, or says why not.
pub(crate) fn opened(dir: &Path, out: &Terminal) -> Result<Dossier, Exit> {
    let dossier = open(dir, DefaultLaw::Library).map_err(|error| {
        out.complain(&format!("error[cannot-open]: {error}\nhelp: name a folder with .md files, or a file\n"));
        Exit::CouldNot
    })?;
    let says_something = dossier.model.origins.iter().any(|origin| !origin.law && origin.span.end > 0);
    if !says_something && dossier.model.diagnostics.is_empty() {
        out.complain(&format!(
            "error[nothing-stated]: no block of {} is marked `servanda`, so there is nothing to run\n\
             help: begin a block with three backticks and `servanda`; `servanda new NAME` writes an example\n",
            dir.display()
        ));
        return Err(Exit::CouldNot);
    }
    Ok(dossier)
}

/// A number of things, in words.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Shows diagnostics on standard error, errors last, and says whether there are errors.
pub(crate) fn show_diagnostics(model: &Model, diagnostics: &[Diagnostic], out: &Terminal) -> bool {
    let text = servanda::diagnose::text(model, diagnostics, out.error_color, out.width);
    out.complain(&text);
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Shows the errors found while reading, and says whether there are any.
pub(crate) fn show_errors(model: &Model, out: &Terminal) -> bool {
    let errors: Vec<Diagnostic> =
        model.diagnostics.iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
    show_diagnostics(model, &errors, out)
}

/// What `--on`, `--as`, `--known` and `--under` mean in this dossier.
pub(crate) fn view_of(model: &Model, args: &ViewArgs, out: &Terminal) -> Result<View, Exit> {
    let entity = |name: &str| -> Result<EntityId, Exit> {
        model.lexicon.entity(name).ok_or_else(|| {
            let several = model.lexicon.lookup(name);
            if several.len() > 1 {
                let names: Vec<&str> = several.iter().map(|id| model.name(*id)).collect();
                out.complain(&format!(
                    "error[ambiguous-name]: `{name}` can be several things\nhelp: write one of: {}\n",
                    names.join(", ")
                ));
                return Exit::CouldNot;
            }
            let near = suggest(name, model.lexicon.all_names());
            let list = || (args.under.iter().any(|it| it == name)).then(|| choices(model)).flatten();
            let help = near.map(|near| format!("did you mean `{near}`?")).or_else(list);
            let help = help.map_or_else(String::new, |help| format!("help: {}\n", out.wrap(&help, 6)));
            out.complain(&format!("error[unknown-name]: nothing is called `{name}`\n{help}"));
            Exit::CouldNot
        })
    };
    let mut view = View { known_in: args.known, ..View::default() };
    if let Some(text) = &args.on {
        let date = parse_written(text).map_err(|error| {
            let meant = servanda_model::meant_day(text);
            let help = meant.map_or("for example `--on 1939-10-29`".to_owned(), |day| format!("`--on {day}`"));
            out.complain(&format!("error[bad-date]: `{text}` is no day: {error}\nhelp: write {help}\n"));
            Exit::CouldNot
        })?;
        let allowed = date.bounds().allowed();
        if allowed.min != allowed.max || allowed.min.is_none() {
            let trouble = servanda::question::no_day(model, text, allowed.max.or(allowed.min).map(|day| day.0));
            return Err(show_ask_error(model, &AskError::Trouble(trouble), out));
        }
        view.on = allowed.min.map(|day| day.0);
    }
    if let Some(day) = view.on
        && servanda::world::is_too_far(model, day)
    {
        let text = args.on.as_deref().unwrap_or_default();
        out.complain(&format!("error[bad-date]: `{text}` is too far from every day of the dossier\n"));
        return Err(Exit::CouldNot);
    }
    let suits = |name: &str, id: EntityId, can: fn(&Model, EntityId) -> bool, what: &str| {
        if can(model, id) {
            return Ok(id);
        }
        let help = help_for_view(model, name, can);
        let help = help.map_or_else(String::new, |help| format!("help: {}\n", out.wrap(&help, 6)));
        out.complain(&format!("error[bad-view]: `{name}` is nothing that {what}\n{help}"));
        Err(Exit::CouldNot)
    };
    if let Some(name) = args.seen_by.as_deref() {
        view.seen_by =
            Some(suits(name, entity(name)?, Model::can_know, "can know of anything: `--as` takes an actor")?);
    }
    let is_chosen = "is a doctrine or a reading: `--under` takes one of them";
    let chosen = |name: &String| suits(name, entity(name)?, Model::can_be_chosen, is_chosen);
    view.under = args.under.iter().map(chosen).collect::<Result<_, _>>()?;
    if let Some(year) = args.known {
        before_all_sources(model, year, out);
    }
    Ok(view)
}

/// The names nearest to one that does not suit a point of view, or all that do if they are few.
fn help_for_view(model: &Model, name: &str, can: fn(&Model, EntityId) -> bool) -> Option<String> {
    const MOST: usize = 12;
    let all = (0..model.lexicon.entities.len()).map(EntityId::from_index).filter(|id| can(model, *id));
    let all: Vec<&str> = all.map(|id| model.name(id)).filter(|name| !name.is_empty()).collect();
    match suggest(name, all.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if all.is_empty() => None,
        None => {
            let more = if all.len() > MOST { " and others" } else { "" };
            Some(format!("there are: {}{more}", all.iter().take(MOST).copied().collect::<Vec<_>>().join(", ")))
        }
    }
}

/// By the evidence of a year before every source nothing that cites one is known.
fn before_all_sources(model: &Model, year: i64, out: &Terminal) {
    let own = model.sources.iter().filter(|source| !model.origins[source.origin.index()].law);
    let Some(years) = own.map(|source| source.published).collect::<Option<Vec<i64>>>() else { return };
    if let Some(first) = years.into_iter().min().filter(|first| year < *first) {
        out.complain(&format!(
            "warning: no source of the dossier was published by {year}; the first is of {first}: `--known {first}`\n"
        ));
    }
}

/// The readings and doctrines that `--under` can choose.
fn choices(model: &Model) -> Option<String> {
    let readings = model.norms.iter().filter_map(|norm| norm.reading);
    let all: std::collections::BTreeSet<&str> =
        readings.chain(model.doctrines.iter().map(|it| it.entity)).map(|id| model.name(id)).collect();
    (!all.is_empty()).then(|| format!("there are: {}", all.into_iter().collect::<Vec<_>>().join(", ")))
}

/// Says on standard error that what is asked is asked of a dossier with errors.
pub(crate) fn warn_of_errors(model: &Model, out: &Terminal) {
    let errors = model.diagnostics.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        let these = count(errors, "error, and the statement with it is", "errors, and the statements with them are");
        let them = if errors == 1 { "it" } else { "them" };
        out.complain(&format!("warning: the dossier has {these} left out; `servanda check` shows {them}\n"));
    }
}

/// `DIR QUESTION` or `QUESTION`.
pub(crate) fn dir_and_question(words: &[String]) -> (&Path, &str) {
    match words {
        [dir, question] => (Path::new(dir), question),
        [question] => (Path::new("."), question),
        _ => (Path::new("."), ""),
    }
}

/// Writes the proofs of the answers to questions, each with its view, as far as they have one, and says whether all have.
/// Why the others have none is said. If there is none at all, no file is written.
pub(crate) fn write_proofs(
    world: &mut World<'_>,
    questions: &[(View, Vec<String>)],
    path: &Path,
    out: &Terminal,
) -> Result<bool, Exit> {
    let mut proofs = Vec::new();
    let complain = |question: &str, why: NoProof| {
        let why = match why {
            NoProof::NotCheckable(why) => why,
            NoProof::Ask(_) => "it has no answer".to_owned(),
            NoProof::Disagree(why) => format!("the engine and the checker disagree; please report this: {why}"),
        };
        out.complain(&format!("error[no-proof]: {question}: {why}\n"));
    };
    let mut prover = match Prover::new(world) {
        Ok(prover) => prover,
        Err(why) => {
            complain("nothing can be proved", why);
            return Err(Exit::CouldNot);
        }
    };
    let mut missing = 0;
    for (view, texts) in questions {
        for (text, proof) in texts.iter().zip(prover.prove(world, texts, view)) {
            match proof {
                Ok(proof) => proofs.push(proof),
                Err(why) => {
                    missing += 1;
                    complain(text, why);
                }
            }
        }
    }
    if missing > 0 && proofs.is_empty() {
        return Err(Exit::CouldNot);
    }
    let proved = proofs.len();
    let file = servanda::proving::file(world.model, proofs);
    let text = serde_json::to_string(&file).expect("proofs are plain data");
    servanda::archive::write_whole(path, text.as_bytes()).map_err(|error| {
        out.complain(&format!("error[cannot-write]: {}: {error}\n", path.display()));
        Exit::CouldNot
    })?;
    if missing > 0 {
        let these = count(proved, "answer", "answers");
        out.complain(&format!(
            "note: {} has the proofs of {these}; {} without\n",
            path.display(),
            count(missing, "is", "are")
        ));
    }
    Ok(missing == 0)
}

/// Shows why a question could not be answered.
pub(crate) fn show_ask_error(model: &Model, error: &AskError, out: &Terminal) -> Exit {
    match error {
        AskError::Trouble(trouble) => {
            let help = trouble.help.as_ref().map_or_else(String::new, |help| format!("help: {}\n", out.wrap(help, 6)));
            out.complain(&format!("error[{}]: {}\n{help}", trouble.code, trouble.message));
        }
        AskError::Program(errors) => {
            let all: Vec<Diagnostic> =
                errors.iter().map(|error| servanda::diagnose::program_error(model, error)).collect();
            show_diagnostics(model, &all, out);
        }
    }
    Exit::CouldNot
}
