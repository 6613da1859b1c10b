//! What a dossier states that only chapters of law look at which it does not use.
//!
//! `uses law making` leaves `lasts 5 years` without effect, as it is the chapter `term` that makes a treaty end. Each chapter that
//! would have looked at something is told of where that is first stated.

use std::collections::{BTreeMap, BTreeSet};

use servanda_diagnostics::{Diagnostic, SourceMap, Span};
use servanda_model::lexicon::Target;
use servanda_model::{Condition, Effect, File, Happening, Mention, Model, OriginId, Trigger, elaborate};
use servanda_syntax::Document;

use crate::law;

/// Warnings for the chapters that are not used and would have looked at something that is stated.
pub(crate) fn warnings(model: &Model, used: &[String]) -> Vec<Diagnostic> {
    let looked_at: BTreeSet<Target> = reads(model).into_iter().map(|(_, target)| target).collect();
    let mut stated: BTreeMap<&str, OriginId> = BTreeMap::new();
    for (target, origin) in statements(model) {
        if !looked_at.contains(&target)
            && let Some(phrase) = phrase(model, target)
        {
            stated.entry(phrase).or_insert(origin);
        }
    }
    let mut all: Vec<Diagnostic> = binding_nobody(model).into_iter().collect();
    if stated.is_empty() {
        return all;
    }
    let library = library();
    let mut missing: BTreeMap<(OriginId, &str), BTreeSet<String>> = BTreeMap::new();
    for (origin, target) in reads(&library) {
        let Some((phrase, at)) = phrase(&library, target).and_then(|phrase| stated.get_key_value(phrase)) else {
            continue;
        };
        let path = library.files.get(library.origins[origin.index()].file).map_or("", |file| file.path.as_str());
        let chapter = path.trim_start_matches("law/").trim_end_matches(".md");
        if !used.iter().any(|it| it == chapter) {
            missing.entry((*at, *phrase)).or_default().insert(chapter.to_owned());
        }
    }
    let effect = |phrase: &str| format!("`{phrase}` has no effect: no chapter that is used looks at it");
    all.extend(missing.iter().map(|((origin, phrase), chapters)| warning(model, *origin, effect(phrase), chapters)));
    all
}

/// Norms of treaties where no chapter says whom they bind.
fn binding_nobody(model: &Model) -> Option<Diagnostic> {
    if model.definitions.iter().any(|it| it.item.fluent == model.hooks.binds) {
        return None;
    }
    let norm = model.norms.iter().find(|norm| norm.instrument.is_some())?;
    let message = "no chapter that is used says whom the norms of an instrument bind: they are taken to bind always";
    Some(warning(model, norm.origin, message.to_owned(), &BTreeSet::from(["observance".to_owned()])))
}

fn warning(model: &Model, origin: OriginId, message: String, chapters: &BTreeSet<String>) -> Diagnostic {
    let origin = &model.origins[origin.index()];
    let text = model.files.get(origin.file).map_or("", |file| origin.span.of(&file.text));
    let length = u32::try_from(text.find('\n').unwrap_or(text.len())).unwrap_or(0);
    let span = Span { start: origin.span.start, end: origin.span.start + length };
    let chapters: Vec<&str> = chapters.iter().map(String::as_str).collect();
    Diagnostic::warning("chapter-not-used", message)
        .label(origin.file, span, "")
        .headings(&origin.headings)
        .help(format!("add to `uses law`: {}; or leave `uses law` out for the whole library", chapters.join(", ")))
}

/// The whole library by itself.
fn library() -> Model {
    let mut files = SourceMap::new();
    let mut documents = Vec::new();
    for (name, text) in law::chapters() {
        let path = format!("law/{name}.md");
        let id = files.add(path.clone(), text);
        documents.push(File { document: Document::parse(id, path, text), law: true });
    }
    elaborate(files, &documents)
}

/// The phrase of an action or a fluent, as declared.
fn phrase(model: &Model, target: Target) -> Option<&str> {
    let mut wordings = model.lexicon.wordings.iter();
    wordings.find(|it| it.target == target && it.main).map(|it| it.written.as_str())
}

/// What the dossier itself says happened or holds.
fn statements(model: &Model) -> Vec<(Target, OriginId)> {
    let own = |origin: &OriginId| !model.origins[origin.index()].law;
    let mut all = Vec::new();
    for event in model.events.iter().filter(|event| own(&event.origin)) {
        all.extend(event.happenings.iter().map(|happening| match happening {
            Happening::Action(action, _) => (Target::Action(*action), event.origin),
            Happening::FactBegins(fluent, ..) | Happening::FactEnds(fluent, ..) => {
                (Target::Fluent(*fluent), event.origin)
            }
        }));
    }
    let initial = model.initial.iter().map(|it| &it.item).filter(|it| own(&it.origin));
    all.extend(initial.map(|it| (Target::Fluent(it.fluent), it.origin)));
    all
}

/// What rules and definitions look at.
fn reads(model: &Model) -> Vec<(OriginId, Target)> {
    let mut all = Vec::new();
    // What only tells the reader something has no effect.
    let tells = |effect: &Effect| matches!(effect, Effect::Happen(it) if Some(it.action) == model.hooks.reader_told);
    for rule in model.rules.iter().map(|it| &it.item).filter(|rule| !rule.effects.iter().all(tells)) {
        let mut found = Vec::new();
        rule.triggers.iter().for_each(|trigger| of_trigger(trigger, &mut found));
        of_conditions(&rule.conditions, &mut found);
        found.extend(rule.unless.iter().map(|it| Target::Action(it.action)));
        all.extend(found.into_iter().map(|target| (rule.origin, target)));
    }
    for definition in model.definitions.iter().map(|it| &it.item) {
        let mut found = Vec::new();
        of_conditions(&definition.conditions, &mut found);
        definition.value.mentions(&mut |it| note(it, &mut found));
        all.extend(found.into_iter().map(|target| (definition.origin, target)));
    }
    all
}

fn of_trigger(trigger: &Trigger, out: &mut Vec<Target>) {
    match trigger {
        Trigger::Happens(it) => out.push(Target::Action(it.action)),
        Trigger::Initiated(it) | Trigger::Begins(it) | Trigger::Ends(it) | Trigger::Comes(it) => {
            out.push(Target::Fluent(it.fluent));
        }
        Trigger::HasHeld { pattern, .. } => out.push(Target::Fluent(pattern.fluent)),
        Trigger::After { trigger, given, .. } => {
            of_trigger(trigger, out);
            of_conditions(given, out);
        }
    }
}

fn of_conditions(conditions: &[Condition], out: &mut Vec<Target>) {
    conditions.iter().for_each(|condition| condition.mentions(&mut |it| note(it, out)));
}

fn note(mention: Mention<'_>, out: &mut Vec<Target>) {
    if let Mention::Fluent(fluent, _) = mention {
        out.push(Target::Fluent(fluent));
    }
}
