//! What a dossier tells and what makes no sense, as rules say: a state that attacks itself.
//!
//! A rule says so by having the reader told something: its title says what is odd, and the text what to write instead.

use servanda_diagnostics::Diagnostic;
use servanda_engine::Cause;
use servanda_model::{Kinded, Model};

use crate::world::Run;
use crate::{check, diagnose};

/// Warnings of what makes no sense. In a run without reasons they are seen, too, but not where they come from.
pub(crate) fn in_run(model: &Model, run: &Run) -> Vec<Diagnostic> {
    let told = run.solution.events.iter().filter(|it| Some(it.action) == model.hooks.reader_told);
    told.map(|event| {
        let step = event.by.and_then(|by| run.solution.step(by));
        let rule = step.and_then(|step| match step.cause {
            Cause::Rule { rule, .. } => Some(&run.program.rules[rule.index()]),
            _ => None,
        });
        let says = rule.map_or("this makes no sense", |rule| model.origins[rule.origin.index()].label.as_str());
        let mut diagnostic = Diagnostic::warning("makes-no-sense", lower(says));
        let mut blamed = Vec::new();
        if let Some(by) = event.by {
            check::stated_by(model, run, by, &mut blamed);
        }
        for (origin, text) in blamed {
            diagnostic = diagnose::at(model, origin, diagnostic, &text);
        }
        match event.args.first().map(|it| it.kinded()) {
            Some(Kinded::Text(text)) => match model.lexicon.texts.get(text.index()) {
                Some(help) => diagnostic.help(help.as_str()),
                None => diagnostic,
            },
            _ => diagnostic,
        }
    })
    .collect()
}

/// A title as part of a message.
fn lower(title: &str) -> String {
    let mut letters = title.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
