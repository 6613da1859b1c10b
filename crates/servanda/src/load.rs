//! From files to a model, with the law that the dossier uses.

use std::path::{Path, PathBuf};

use servanda_diagnostics::{Diagnostic, FileId, SourceMap, Span};
use servanda_model::{File, Model, elaborate};
use servanda_syntax::Document;

use crate::archive::{self, ArchiveError, Entry, Unreadable};
use crate::{law, unread};

/// A dossier, read and resolved.
pub struct Dossier {
    /// What it says.
    pub model: Model,
    /// Its folder; paths of sources are relative to its files.
    pub root: PathBuf,
}

/// Which law applies where the dossier does not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefaultLaw {
    /// The whole library.
    Library,
    /// None: for rules over feeds.
    None,
}

/// Reads the dossier at a path.
///
/// # Errors
/// The folder cannot be read. Whatever is wrong inside it is in the model's diagnostics.
pub fn open(path: &Path, default: DefaultLaw) -> Result<Dossier, ArchiveError> {
    let entries = archive::read(path)?;
    let folder = if path.is_file() { path.parent().unwrap_or(Path::new(".")) } else { path };
    let mut model = model_of(&entries, default);
    let is_lost = |finding: &Diagnostic| finding.code.starts_with("unknown-");
    if path.is_file() && model.diagnostics.iter().any(is_lost) && archive::has_others(folder) {
        let remark = Diagnostic::remark("other-files-unread", "the other files of its folder are not read");
        let whole = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        model
            .diagnostics
            .insert(0, remark.help(format!("for all of them, name the folder: `{}`", whole.display())).cause());
    }
    Ok(Dossier { model, root: folder.to_path_buf() })
}

/// The model of these files.
#[must_use]
pub fn model_of(entries: &[Entry], default: DefaultLaw) -> Model {
    let mut files = SourceMap::new();
    let mut remarks = Vec::new();
    let mut documents = Vec::new();
    for entry in entries {
        match &entry.text {
            Ok(text) => {
                let id = files.add(entry.path.clone(), text.as_str());
                documents.push(File { document: Document::parse(id, entry.path.clone(), text.as_str()), law: false });
            }
            Err(Unreadable::NotUtf8 { lossy, at, places }) => {
                // One bad byte is no reason to lose the rest.
                let id = files.add(entry.path.clone(), lossy.as_str());
                remarks.push(damaged(id, &entry.path, *at, *places));
                documents.push(File { document: Document::parse(id, entry.path.clone(), lossy.as_str()), law: false });
            }
            Err(reason) => remarks.push(unreadable(&mut files, &entry.path, reason)),
        }
    }
    let (wanted, mut complaints) = law_used(&documents, default);
    let own: Vec<String> = documents.iter().flat_map(|file| chapters_in(&file.document)).collect();
    for (name, text) in law::chapters() {
        if wanted.as_ref().is_some_and(|wanted| !wanted.iter().any(|w| w == name)) || own.iter().any(|own| own == name)
        {
            continue;
        }
        let path = format!("law/{name}.md");
        let id = files.add(path.clone(), text);
        documents.push(File { document: Document::parse(id, path, text), law: true });
    }
    let mut model = elaborate(files, &documents);
    remarks.append(&mut complaints);
    remarks.append(&mut model.diagnostics);
    if let Some(used) = wanted.filter(|used| !used.is_empty()) {
        let used: Vec<String> = used.into_iter().chain(own).collect();
        remarks.extend(unread::warnings(&model, &used));
    }
    model.diagnostics = remarks;
    model
}

/// Names of the chapters a dossier brings itself.
fn chapters_in(document: &Document) -> Vec<String> {
    let heads = document.statements.iter().filter(|statement| statement.keyword() == Some("chapter"));
    heads.filter_map(|statement| statement.head.tokens.first()).map(|token| token.text.to_string()).collect()
}

/// Whether the files are about ticks that are no days: `uses clock integers`.
fn counts_ticks(documents: &[File]) -> bool {
    let uses = documents.iter().flat_map(|file| &file.document.statements);
    uses.filter(|statement| statement.keyword() == Some("uses")).any(|statement| {
        let tokens = &statement.head.tokens;
        tokens.first().is_some_and(|it| it.is_word("clock")) && tokens.get(1).is_some_and(|it| it.is_word("integers"))
    })
}

/// The chapters that `uses law …` names; `None` for all of them.
fn law_used(documents: &[File], default: DefaultLaw) -> (Option<Vec<String>>, Vec<Diagnostic>) {
    let mut named: Option<Vec<String>> = None;
    let mut complaints = Vec::new();
    for file in documents {
        for statement in file.document.statements.iter().filter(|statement| statement.keyword() == Some("uses")) {
            let tokens = &statement.head.tokens;
            if !tokens.first().is_some_and(|token| token.is_word("law")) {
                continue;
            }
            let list = named.get_or_insert_default();
            for token in &tokens[1..] {
                let name = token.text.as_str();
                match name {
                    "," | "and" | "none" => {}
                    "all" => list.extend(law::chapters().map(|(name, _)| name.to_owned())),
                    _ if law::chapter(name).is_some() => list.push(name.to_owned()),
                    _ => {
                        let names: Vec<&str> = law::chapters().map(|(name, _)| name).collect();
                        let complaint =
                            Diagnostic::error("unknown-chapter", format!("there is no chapter of law `{name}`"))
                                .label(statement.file, token.span, "")
                                .headings(&statement.headings)
                                .cause();
                        complaints.push(match servanda_diagnostics::suggest(name, names.iter().copied()) {
                            Some(near) => complaint.help(format!("did you mean `{near}`?")),
                            None => complaint.help(format!("the chapters are: {}", names.join(", "))),
                        });
                    }
                }
            }
        }
    }
    // Whoever names a chapter that does not exist meant some law: without any, nothing would be understood.
    let misnamed = !complaints.is_empty();
    let chosen = match (named, default) {
        (Some(_), _) if misnamed => None,
        (Some(mut names), _) => {
            // Chapters speak in the words of the vocabulary, and cite its authorities.
            if !names.is_empty() {
                names.extend(["vocabulary".to_owned(), "authorities".to_owned()]);
            }
            Some(names)
        }
        // The law counts in days of the calendar, which bare ticks have not.
        (None, DefaultLaw::Library) if counts_ticks(documents) => Some(Vec::new()),
        (None, DefaultLaw::Library) => None,
        (None, DefaultLaw::None) => Some(Vec::new()),
    };
    (chosen, complaints)
}

fn damaged(id: FileId, path: &str, at: usize, places: usize) -> Diagnostic {
    let more = if places == 1 { String::new() } else { format!(", nor in {} more places", places - 1) };
    let first = u32::try_from(at).unwrap_or(u32::MAX);
    let end = first.saturating_add(char::REPLACEMENT_CHARACTER.len_utf8() as u32);
    Diagnostic::error("not-utf8", format!("`{path}` is not UTF-8 here{more}: these bytes are no characters"))
        .label(id, Span::new(first, end), "read as `\u{fffd}`")
        .help("save the file as UTF-8")
        .cause()
}

fn unreadable(files: &mut SourceMap, path: &str, reason: &Unreadable) -> Diagnostic {
    let id = files.add(path, "");
    let (diagnostic, help) = match reason {
        Unreadable::NotUtf8 { .. } => unreachable!("what is not UTF-8 is read as far as it can be"),
        Unreadable::Outside => (
            Diagnostic::error(
                "outside-dossier",
                format!("`{path}` leads out of the dossier's folder, and is not read"),
            ),
            "copy the file into the dossier",
        ),
        Unreadable::TooLarge => (
            Diagnostic::error(
                "file-too-large",
                format!("`{path}` is larger than {} MiB, and is not read", archive::LARGEST >> 20),
            ),
            "split the file",
        ),
        Unreadable::NotAFile => (
            Diagnostic::error("not-a-file", format!("`{path}` is no ordinary file, and is not read")),
            "copy what it gives into a file",
        ),
        Unreadable::Circle => (
            Diagnostic::error(
                "outside-dossier",
                format!("`{path}` is a link to a folder that it lies in, and is not followed"),
            ),
            "take the link away",
        ),
        Unreadable::System(reason) => {
            (Diagnostic::error("unreadable", format!("`{path}` cannot be read: {reason}")), "")
        }
    };
    let diagnostic = diagnostic.label(id, Span::default(), "").cause();
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}
