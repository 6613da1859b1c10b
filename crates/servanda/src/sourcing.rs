//! Citations against the texts they cite: which are found, which are not, which have moved, and what of each source no
//! statement cites.
//!
//! A source's file is looked for from the folder of the file that declares it. Where it is not at hand the dossier still
//! runs; its citations are then neither right nor wrong. What was found can be recorded, so that a later run sees that
//! a text has changed: a record is a line for each citation, `digest source "locator"`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Component, Path};

use serde::Serialize;
use servanda_diagnostics::{Diagnostic, Span};
use servanda_model::{Citation, Model, OriginId, SourceId};
use servanda_sources::{Figures, Ignored, Locator, Resolution, SourceText, Tally};

use crate::archive::{self, Unreadable};
use crate::load::Dossier;

/// The name of the file in a dossier's folder that digests are recorded in.
pub const LOCK: &str = "sources.lock";

/// Every source of a dossier, with what became of its citations.
#[derive(Clone, Debug, Serialize)]
pub struct Sourcing {
    /// One for each source.
    pub sources: Vec<Sourced>,
}

/// A source.
#[derive(Clone, Debug, Serialize)]
pub struct Sourced {
    /// Its name.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// Its file, as declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether its text could be read.
    pub at_hand: bool,
    /// Why not, if it has a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// Its citations that name a passage.
    pub citations: Vec<Cited>,
    /// How many statements cite it as a whole.
    pub without_passage: usize,
    /// How much of it is cited or said to be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Covered>,
}

/// A citation of a passage.
#[derive(Clone, Debug, Serialize)]
pub struct Cited {
    /// The phrase.
    pub locator: String,
    /// `found`, `ambiguous`, `missing`, `moved`, `bad`, or `unchecked` where the source is not at hand.
    pub state: &'static str,
    /// The line of the source it was found on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The digest of the sentences around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What is wrong, and what could be written instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Whether it says that a passage is left out.
    pub left_out: bool,
    /// Where the citation stands.
    pub place: String,
    /// The statement that cites.
    #[serde(skip)]
    pub origin: OriginId,
    /// The citation in it.
    #[serde(skip)]
    pub span: Span,
}

/// How much of a source is treated.
#[derive(Clone, Debug, Serialize)]
pub struct Covered {
    /// Sentences cited or left out with a reason.
    pub sentences: usize,
    /// Of so many.
    pub of: usize,
    /// In percent of the characters.
    pub percent: f64,
    /// Sentences nothing cites; those with a date or a number first.
    pub uncited: Vec<Uncited>,
}

/// A sentence nothing cites.
#[derive(Clone, Debug, Serialize)]
pub struct Uncited {
    /// Its line in the source.
    pub line: usize,
    /// Its words.
    pub text: String,
    /// `date`, `number`, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<&'static str>,
}

impl Sourcing {
    /// Whether every passage that could be looked for was found, once and as recorded.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let mut all = self.sources.iter().flat_map(|source| &source.citations);
        all.all(|cited| matches!(cited.state, "found" | "unchecked"))
    }

    /// How many citations are in this state.
    #[must_use]
    pub fn count(&self, state: &str) -> usize {
        self.sources.iter().flat_map(|source| &source.citations).filter(|cited| cited.state == state).count()
    }

    /// The digests of everything found, as a file to be compared with later.
    #[must_use]
    pub fn record(&self) -> String {
        let mut text = String::from("# Digests of cited passages. Made by `servanda sources --record`.\n");
        for source in &self.sources {
            let mut lines: BTreeMap<&str, &str> = BTreeMap::new();
            for cited in &source.citations {
                if let Some(digest) = &cited.digest {
                    lines.insert(&cited.locator, digest);
                }
            }
            for (locator, digest) in lines {
                writeln!(text, "{digest} {} \"{locator}\"", source.name).expect("strings take text");
            }
        }
        text
    }
}

/// What was recorded: for a source and a locator the digest.
type Recorded = BTreeMap<(String, String), String>;

fn recorded(root: &Path) -> Recorded {
    let text = archive::text_of(&root.join(LOCK)).unwrap_or_default();
    let line = |line: &str| {
        let (digest, rest) = line.split_once(' ')?;
        let (name, locator) = rest.split_once(' ')?;
        let locator = locator.strip_prefix('"')?.strip_suffix('"')?;
        Some(((name.to_owned(), locator.to_owned()), digest.to_owned()))
    };
    text.lines().filter(|text| !text.starts_with('#')).filter_map(line).collect()
}

/// Looks every citation of a dossier up.
#[must_use]
pub fn look_up(dossier: &Dossier) -> Sourcing {
    let recorded = recorded(&dossier.root);
    let model = &dossier.model;
    let own = model.sources.iter().enumerate().filter(|(_, source)| !model.origins[source.origin.index()].law);
    Sourcing { sources: own.map(|(at, _)| looked_up(dossier, at, &recorded)).collect() }
}

fn looked_up(dossier: &Dossier, at: usize, recorded: &Recorded) -> Sourced {
    let model = &dossier.model;
    let source = &model.sources[at];
    let id = SourceId::from_index(at);
    let name = model.name(source.entity).to_owned();
    let text = source.file.as_ref().map(|file| read(dossier, source.origin, file));
    let cited: Vec<(&Citation, bool)> =
        (model.citations.iter().filter(|it| it.reason.is_empty()).map(|it| (it, false)))
            .chain(model.left_out.iter().map(|it| (it, true)))
            .filter(|(it, _)| it.source == id)
            .collect();
    let without_passage = cited.iter().filter(|(it, _)| it.locator.is_none()).count();
    let parsed: Vec<(&Citation, bool, &str, Option<Locator>)> = cited
        .into_iter()
        .filter_map(|(it, left_out)| {
            let written = it.locator.as_deref()?;
            Some((it, left_out, written, Locator::parse(written).ok()))
        })
        .collect();
    let mut sourced = Sourced {
        label: model.lexicon.entities[source.entity.index()].label.clone(),
        file: source.file.clone(),
        at_hand: matches!(text, Some(Ok(_))),
        why_not: text.as_ref().and_then(|text| text.as_ref().err().cloned()),
        citations: Vec::new(),
        without_passage,
        coverage: None,
        name,
    };
    let Some(Ok(text)) = text else {
        sourced.citations =
            parsed.iter().map(|(it, left_out, written, _)| plain(model, it, *left_out, written)).collect();
        return sourced;
    };
    let known = |written: &str| recorded.get(&(sourced.name.clone(), written.to_owned())).map(String::as_str);
    let asked: Vec<(&Locator, Option<&str>)> =
        parsed.iter().filter_map(|(_, _, written, locator)| Some((locator.as_ref()?, known(written)))).collect();
    let mut answers = text.resolve_all(&asked).into_iter();
    let mut passages = Vec::new();
    for (citation, left_out, written, locator) in &parsed {
        let mut cited = plain(model, citation, *left_out, written);
        match locator.as_ref().and_then(|_| answers.next()) {
            Some(resolution) => {
                passages.extend(resolution.passage().map(|passage| passage.bytes.clone()));
                told(&text, &resolution, &mut cited);
            }
            None => {
                cited.state = "bad";
                cited.trouble = Some("there is no word in it to look for".to_owned());
            }
        }
        sourced.citations.push(cited);
    }
    let ignored: Vec<Ignored> =
        source.ignored.iter().filter_map(|it| Locator::parse(it).ok()).map(Ignored::Passage).collect();
    let coverage = text.coverage(&passages, &ignored);
    let Tally { cited, total } = coverage.sentences;
    sourced.coverage = Some(Covered {
        sentences: cited,
        of: total,
        percent: coverage.characters.percent(),
        uncited: coverage
            .uncited
            .into_iter()
            .map(|it| Uncited {
                line: it.line,
                text: it.text,
                holds: match it.figures {
                    Figures::Date => Some("date"),
                    Figures::Number => Some("number"),
                    Figures::None => None,
                },
            })
            .collect(),
    });
    sourced
}

/// A remark for each source whose file cannot be read: the dossier runs without it.
#[must_use]
pub fn not_at_hand(dossier: &Dossier) -> Vec<Diagnostic> {
    let model = &dossier.model;
    let mut remarks = Vec::new();
    for source in &model.sources {
        let Some(file) = &source.file else { continue };
        if let Err(reason) = read(dossier, source.origin, file) {
            let name = model.name(source.entity);
            let remark =
                Diagnostic::remark("source-not-at-hand", format!("the text of `{name}` is not at hand: {reason}"));
            let remark = remark.help(format!("put it at `{file}`, or leave out the clause `file`"));
            remarks.push(crate::diagnose::at(model, source.origin, remark, "its citations are not looked up"));
        }
    }
    remarks
}

/// What is wrong with the passages that statements cite, where the source is at hand.
#[must_use]
pub fn unresolved(dossier: &Dossier) -> Vec<Diagnostic> {
    let model = &dossier.model;
    let mut found = Vec::new();
    for source in look_up(dossier).sources {
        for cited in source.citations {
            let (locator, name) = (&cited.locator, &source.name);
            let finding = match cited.state {
                "missing" | "bad" => {
                    Diagnostic::error("passage-not-found", format!("“{locator}” is not in the text of `{name}`"))
                }
                "ambiguous" => {
                    Diagnostic::warning("passage-ambiguous", format!("“{locator}” stands in `{name}` more than once"))
                }
                "moved" => Diagnostic::warning(
                    "passage-changed",
                    format!("the text of `{name}` around “{locator}” is not what it was when it was recorded"),
                ),
                _ => continue,
            };
            let origin = &model.origins[cited.origin.index()];
            let span = if cited.span.end > 0 { cited.span } else { origin.span };
            let finding = finding.label(origin.file, span, "").headings(&origin.headings);
            found.push(match cited.trouble {
                Some(trouble) => finding.help(trouble),
                None => finding,
            });
        }
    }
    found
}

/// A citation not looked up yet.
fn plain(model: &Model, citation: &Citation, left_out: bool, written: &str) -> Cited {
    let origin = &model.origins[citation.origin.index()];
    let start = if citation.span.end > 0 { citation.span.start } else { origin.span.start };
    let place = model.files.get(origin.file).map_or_else(String::new, |file| {
        let at = file.line_column(start);
        format!("{}:{}", file.path, at.line)
    });
    Cited {
        locator: written.to_owned(),
        state: "unchecked",
        line: None,
        digest: None,
        trouble: None,
        left_out,
        place,
        origin: citation.origin,
        span: citation.span,
    }
}

fn told(text: &SourceText, resolution: &Resolution, cited: &mut Cited) {
    if let Some(passage) = resolution.passage() {
        cited.line = Some(passage.line);
        cited.digest = Some(passage.digest.to_string());
    }
    let (state, trouble) = match resolution {
        Resolution::Found(_) => ("found", None),
        Resolution::Moved { recorded, .. } => {
            ("moved", Some(format!("the sentences around it have changed since {recorded} was recorded")))
        }
        Resolution::Ambiguous { places, total, .. } => {
            let better: Vec<String> =
                places.iter().take(3).filter_map(|it| Some(format!("“{}”", text.unique_phrase(&it.bytes)?))).collect();
            let better = if better.is_empty() { String::new() } else { format!("; write {}", better.join(" or ")) };
            ("ambiguous", Some(format!("it stands {total} times{better}")))
        }
        Resolution::NotFound { nearest, .. } => {
            let near = nearest.as_ref().map(|it| format!("; did you mean “{}” (line {})?", it.phrase, it.place.line));
            ("missing", Some(format!("it is not in the source{}", near.unwrap_or_default())))
        }
    };
    (cited.state, cited.trouble) = (state, trouble);
}

/// The text of a source, from beside the file that declares it.
fn read(dossier: &Dossier, origin: OriginId, file: &str) -> Result<SourceText, String> {
    if Path::new(file).is_absolute() {
        return Err("its path is absolute; name it from the folder of the file that declares it".to_owned());
    }
    let declared_in = dossier.model.files.get(dossier.model.origins[origin.index()].file);
    let folder = declared_in.and_then(|it| Path::new(&it.path).parent().map(Path::to_path_buf)).unwrap_or_default();
    // A dossier may be a stranger's: what lies outside its folder is read only where its name says that it is a text.
    if leaves(&folder.join(file)) && !is_called_a_text(file) {
        return Err(format!("it lies outside the dossier, where only texts ({}) are read", TEXTS.join(", ")));
    }
    let path = dossier.root.join(folder).join(file);
    match archive::text_of(&path) {
        Ok(text) => Ok(SourceText::new(&text)),
        Err(Unreadable::NotUtf8 { at, .. }) => Err(format!("it is not UTF-8: byte {at} is no character")),
        Err(Unreadable::TooLarge) => Err(format!("it is larger than {} MiB", archive::LARGEST >> 20)),
        Err(Unreadable::NotAFile) => Err("it is no ordinary file".to_owned()),
        Err(Unreadable::Circle) => Err("it leads back to itself".to_owned()),
        Err(Unreadable::Outside) => Err("it leads out of the folder".to_owned()),
        Err(Unreadable::System(reason)) => Err(reason),
    }
}

/// How the names of texts end.
const TEXTS: [&str; 6] = ["txt", "md", "html", "htm", "xml", "tex"];

fn is_called_a_text(file: &str) -> bool {
    let ending = Path::new(file).extension().and_then(|it| it.to_str()).unwrap_or_default();
    TEXTS.contains(&ending.to_lowercase().as_str())
}

/// Whether a path leads above the folder that it begins in.
fn leaves(path: &Path) -> bool {
    let mut depth = 0_usize;
    for part in path.components() {
        match part {
            Component::ParentDir if depth == 0 => return true,
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            _ => {}
        }
    }
    false
}
