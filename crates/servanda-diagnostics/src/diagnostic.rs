//! What is wrong with a dossier, as data.

use std::cmp::Ordering;

use serde::Serialize;

use crate::span::{FileId, Span};

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The dossier does not say anything that can be run here.
    Error,
    /// It runs, but probably not as meant.
    Warning,
    /// A legal question that nobody settled; a person must choose.
    Question,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word shown to the reader.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Question => "question",
            Severity::Note => "note",
        }
    }
}

/// A place, and what to see there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// The stretch of text.
    pub span: Span,
    /// A few words shown beside the marks; may be empty.
    pub text: String,
}

/// One finding: a code that never changes, one short sentence, and where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kebab-case, for ever.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One short sentence.
    pub message: String,
    /// The headings above the place, outermost first.
    pub headings: Vec<String>,
    /// Where to look, the main place first.
    pub labels: Vec<Label>,
    /// Authority and background.
    pub notes: Vec<String>,
    /// Something that can be typed.
    pub help: Option<String>,
    /// How many more of this code in this file were left out (see [`crate::Sink`]).
    pub more: usize,
    /// Whether others may follow from it: a file that cannot be read, a block that is never closed.
    pub is_cause: bool,
}

impl Diagnostic {
    /// A finding without a place yet.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message: readable(message.into()),
            headings: Vec::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            more: 0,
            is_cause: false,
        }
    }

    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message)
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message)
    }

    /// A legal question that nobody settled.
    pub fn question(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Question, code, message)
    }

    /// A remark.
    pub fn remark(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Note, code, message)
    }

    /// Says that others may follow from it: it is shown before them.
    #[must_use]
    pub fn cause(mut self) -> Diagnostic {
        self.is_cause = true;
        self
    }

    /// Adds a place. The first one added is the main one.
    #[must_use]
    pub fn label(mut self, file: FileId, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { file, span, text: text.into() });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(readable(text.into()));
        self
    }

    /// Says what can be typed instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(readable(text.into()));
        self
    }

    /// Says under which headings the place stands.
    #[must_use]
    pub fn headings(mut self, headings: &[String]) -> Diagnostic {
        self.headings = headings.to_vec();
        self
    }

    /// The main file, if the finding has a place.
    #[must_use]
    pub fn file(&self) -> Option<FileId> {
        self.labels.first().map(|label| label.file)
    }

    /// The order in which findings are shown: those that others may follow from, then by file, place, code, and wording.
    /// Those without a place come first.
    #[must_use]
    pub fn order(&self, other: &Diagnostic) -> Ordering {
        let key = |finding: &Diagnostic| finding.labels.first().map(|label| (label.file, label.span));
        (!self.is_cause, key(self), self.code, self.severity, &self.message).cmp(&(
            !other.is_cause,
            key(other),
            other.code,
            other.severity,
            &other.message,
        ))
    }
}

/// Words of megabytes, as nonsense has them, are cut: nobody reads them, and nobody wants them twice.
fn readable(text: String) -> String {
    const LONGEST: usize = 200;
    if text.split(' ').all(|word| word.len() <= LONGEST) {
        return text;
    }
    let short = |word: &str| {
        let end = word.char_indices().map(|(at, _)| at).find(|at| *at >= LONGEST / 2).unwrap_or(word.len());
        if word.len() > LONGEST { format!("{}…", &word[..end]) } else { word.to_owned() }
    };
    text.split(' ').map(short).collect::<Vec<_>>().join(" ")
}
