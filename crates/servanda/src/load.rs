//! From files to a model, with the law that the dossier uses.

use std::path::{Path, PathBuf};

use servanda_diagnostics::{Diagnostic, SourceMap, Span};
use servanda_model::{File, Model, elaborate};
use servanda_syntax::Document;

use crate::archive::{self, ArchiveError, Entry, Unreadable};
use crate::law;

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
    Ok(Dossier { model: model_of(&entries, default), root: folder.to_path_buf() })
}

/// The model of these files.
#[must_use]
pub fn model_of(entries: &[Entry], default: DefaultLaw) -> Model {
    let mut files = SourceMap::new();
    let mut unread = Vec::new();
    let mut documents = Vec::new();
    for entry in entries {
        match &entry.text {
            Ok(text) => {
                let id = files.add(entry.path.clone(), text.as_str());
                documents.push(File { document: Document::parse(id, entry.path.clone(), text.as_str()), law: false });
            }
            Err(reason) => unread.push(unreadable(&mut files, &entry.path, reason)),
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
    unread.append(&mut complaints);
    unread.append(&mut model.diagnostics);
    model.diagnostics = unread;
    model
}

/// Names of the chapters a dossier brings itself.
fn chapters_in(document: &Document) -> Vec<String> {
    let heads = document.statements.iter().filter(|statement| statement.keyword() == Some("chapter"));
    heads.filter_map(|statement| statement.head.tokens.first()).map(|token| token.text.to_string()).collect()
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
                                .headings(&statement.headings);
                        complaints.push(match servanda_diagnostics::suggest(name, names.iter().copied()) {
                            Some(near) => complaint.help(format!("did you mean `{near}`?")),
                            None => complaint.help(format!("the chapters are: {}", names.join(", "))),
                        });
                    }
                }
            }
        }
    }
    let chosen = match (named, default) {
        (Some(mut names), _) => {
            // Chapters speak in the words of the vocabulary, and cite its authorities.
            if !names.is_empty() {
                names.extend(["vocabulary".to_owned(), "authorities".to_owned()]);
            }
            Some(names)
        }
        (None, DefaultLaw::Library) => None,
        (None, DefaultLaw::None) => Some(Vec::new()),
    };
    (chosen, complaints)
}

fn unreadable(files: &mut SourceMap, path: &str, reason: &Unreadable) -> Diagnostic {
    let id = files.add(path, "");
    let (code, message, help) = match reason {
        Unreadable::NotUtf8 { at } => (
            "not-utf8",
            format!("`{path}` is not UTF-8: byte {at} is no character"),
            "save the file as UTF-8".to_owned(),
        ),
        Unreadable::Outside => (
            "outside-dossier",
            format!("`{path}` leads out of the dossier's folder, and is not read"),
            "copy the file into the dossier".to_owned(),
        ),
        Unreadable::TooLarge => (
            "file-too-large",
            format!("`{path}` is larger than {} MiB, and is not read", archive::LARGEST >> 20),
            "split the file".to_owned(),
        ),
        Unreadable::System(reason) => ("unreadable", format!("`{path}` cannot be read: {reason}"), String::new()),
    };
    let diagnostic = Diagnostic::error(code, message).label(id, Span::default(), "");
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}
