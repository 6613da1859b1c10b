//! Findings as text, with those of the engine put in the dossier's terms.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use servanda_diagnostics::render::{TextOptions, text as render};
use servanda_diagnostics::{Diagnostic, Span};
use servanda_engine::{CycleLink, ProgramError, ProgramErrorKind};
use servanda_model::lexicon::Target;
use servanda_model::{FluentId, Model, OriginId};

/// Diagnostics as people read them.
#[must_use]
pub fn text(model: &Model, findings: &[Diagnostic], color: bool, width: usize) -> String {
    let mut findings = findings.to_vec();
    servanda_diagnostics::sort(&mut findings);
    findings.dedup();
    let findings = said_once(findings);
    let findings = servanda_diagnostics::fold(findings, 20);
    render(&findings, &model.files, TextOptions { colour: color, width })
}

/// A name that nothing has is missed wherever it is used: it is shown where it is used first.
fn said_once(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(findings.len());
    let mut first: BTreeMap<(&'static str, String), (usize, usize)> = BTreeMap::new();
    for finding in findings {
        if !finding.code.starts_with("unknown-") {
            kept.push(finding);
            continue;
        }
        match first.entry((finding.code, finding.message.clone())) {
            Entry::Occupied(mut known) => known.get_mut().1 += 1,
            Entry::Vacant(new) => {
                new.insert((kept.len(), 0));
                kept.push(finding);
            }
        }
    }
    for (at, more) in first.into_values().filter(|(_, more)| *more > 0) {
        let places = if more == 1 { "1 more place".to_owned() } else { format!("{more} more places") };
        let finding = kept[at].clone().note(format!("the same in {places}"));
        kept[at] = finding;
    }
    kept
}

/// The first line of where something is written.
fn place(model: &Model, origin: OriginId) -> Option<(servanda_diagnostics::FileId, Span)> {
    let origin = model.origins.get(origin.index()).filter(|origin| origin.span.end > 0)?;
    let file = model.files.get(origin.file)?;
    let length = origin.span.of(&file.text).find('\n').unwrap_or((origin.span.end - origin.span.start) as usize);
    Some((origin.file, Span { start: origin.span.start, end: origin.span.start + length as u32 }))
}

/// What is wrong with the rules of a dossier.
#[must_use]
pub fn program_error(model: &Model, error: &ProgramError) -> Diagnostic {
    let (mut diagnostic, help) = match &error.kind {
        ProgramErrorKind::Cycle(_) => (
            Diagnostic::error("cyclic-rules", format!("{error}")),
            "let one of them take effect a day later, or test a condition instead",
        ),
        ProgramErrorKind::UnstratifiedRecursion(_) => (
            Diagnostic::error("cyclic-definitions", in_words(model, &format!("{error}"), error)),
            "a definition cannot depend on its own absence: state one of them by rules",
        ),
        ProgramErrorKind::UnboundVariable(_) => (
            Diagnostic::error("unbound-variable", format!("{error}")),
            "name it in `when`, or in a condition that is not a negation, a comparison or `is a KIND`",
        ),
        ProgramErrorKind::DerivedIsChanged(_) | ProgramErrorKind::InertialIsDefined(_) => (
            Diagnostic::error("defined-and-changed", format!("{error}")),
            "either define a fluent or change it by rules and facts, not both",
        ),
        ProgramErrorKind::AnyWhereValueNeeded => {
            (Diagnostic::error("value-missing", format!("{error}")), "name what it is about")
        }
        ProgramErrorKind::NestedTimer => {
            (Diagnostic::error("nested-delay", format!("{error}")), "split the rule in two")
        }
        ProgramErrorKind::NowInDefinition => {
            (Diagnostic::error("today-in-definition", format!("{error}")), "use a rule: `when N days after …`")
        }
        ProgramErrorKind::CalendarOnIntegers => {
            (Diagnostic::error("no-calendar", format!("{error}")), "count in ticks, or write `uses clock days`")
        }
        ProgramErrorKind::WrongArity { .. } | ProgramErrorKind::UnknownId(_) => {
            (Diagnostic::error("bad-program", format!("{error}")), "")
        }
    };
    let links: &[CycleLink] = match &error.kind {
        ProgramErrorKind::Cycle(links) | ProgramErrorKind::UnstratifiedRecursion(links) => links,
        _ => &[],
    };
    let mut places: Vec<(OriginId, String)> = error.origin.map(|origin| (origin, String::new())).into_iter().collect();
    if !links.is_empty() {
        let exceptions = model.exceptions.iter().filter(|(norm, _)| {
            let name = model.name(*norm);
            links.iter().any(|link| link.name == name)
        });
        places = exceptions.map(|(norm, origin)| (*origin, format!("an exception to {}", model.name(*norm)))).collect();
        let of_links = links.iter().filter_map(|link| Some((link.origin?, phrase(model, &link.name))));
        places.extend(of_links);
    }
    for (origin, text) in places {
        if let Some((file, span)) = place(model, origin) {
            if diagnostic.headings.is_empty() {
                diagnostic = diagnostic.headings(&model.origins[origin.index()].headings);
            }
            diagnostic = diagnostic.label(file, span, text);
        }
    }
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}

/// A fluent by its phrase instead of the name that it goes by within.
fn phrase(model: &Model, name: &str) -> String {
    let at = model.program.fluents.iter().position(|fluent| fluent.name == name);
    let target = at.map(|at| Target::Fluent(FluentId::from_index(at)));
    let wording = model.lexicon.wordings.iter().find(|it| Some(it.target) == target && it.main);
    wording.map_or_else(|| name.to_owned(), |it| it.written.clone())
}

/// The message of a cycle, with fluents by their phrases.
fn in_words(model: &Model, message: &str, error: &ProgramError) -> String {
    let ProgramErrorKind::UnstratifiedRecursion(links) = &error.kind else { return message.to_owned() };
    let Some((what, _)) = message.split_once(':') else { return message.to_owned() };
    let names: Vec<String> = links.iter().chain(links.first()).map(|link| phrase(model, &link.name)).collect();
    format!("{what}: {}", names.join(" → "))
}

/// A diagnostic that points at where something is written.
#[must_use]
pub fn at(model: &Model, origin: OriginId, diagnostic: Diagnostic, text: &str) -> Diagnostic {
    match place(model, origin) {
        Some((file, span)) => diagnostic.label(file, span, text).headings(&model.origins[origin.index()].headings),
        None => diagnostic,
    }
}
