//! What is wrong with a file, where, and what to do about it.

use std::fmt;

use crate::number::NumberError;
use crate::scenario::ShapeError;

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// The element or entry, as far as it has a name: `issue "Body"`.
    pub element: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)?;
        if self.element.is_empty() { Ok(()) } else { write!(f, " ({})", self.element) }
    }
}

/// Why a file could not be read as a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImportError {
    /// The bytes are no text in a known encoding.
    NotText {
        /// The file.
        file: String,
    },
    /// The XML is broken.
    BrokenXml {
        /// Where.
        place: Box<Place>,
        /// How, in the reader's words.
        problem: String,
    },
    /// The JSON is broken, or lacks something needed.
    BrokenJson {
        /// Where.
        place: Box<Place>,
        /// How, in the reader's words.
        problem: String,
    },
    /// The file is XML of another kind.
    UnexpectedRoot {
        /// Where.
        place: Box<Place>,
        /// The root element found.
        found: String,
        /// The root elements that would do.
        expected: &'static str,
    },
    /// An attribute or a field is missing.
    Missing {
        /// Where.
        place: Box<Place>,
        /// Its name.
        name: &'static str,
    },
    /// Something that should be a number is not.
    BadNumber {
        /// Where.
        place: Box<Place>,
        /// What stands there.
        text: String,
        /// Why it is no number.
        reason: NumberError,
    },
    /// A file without issues.
    NoIssues {
        /// Where.
        place: Box<Place>,
    },
    /// An issue without values.
    EmptyIssue {
        /// Where.
        place: Box<Place>,
        /// The issue.
        issue: String,
    },
    /// An issue, or a value of one, that stands twice.
    Duplicate {
        /// Where the second stands.
        place: Box<Place>,
        /// What kind of thing it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A range that ends before it begins, or has more than a million values.
    BadRange {
        /// Where.
        place: Box<Place>,
        /// The issue.
        issue: String,
        /// What the range says.
        range: String,
    },
    /// A side does not evaluate a value that the domain has.
    MissingEvaluation {
        /// Where the side's evaluations of the issue begin.
        place: Box<Place>,
        /// The side.
        side: String,
        /// The issue.
        issue: String,
        /// The value.
        value: String,
    },
    /// A side weighs some issues and not this one.
    MissingWeight {
        /// Where the issue stands.
        place: Box<Place>,
        /// The side.
        side: String,
        /// The issue.
        issue: String,
    },
    /// A side speaks of an issue or a value that the domain does not have, or lacks an issue.
    DifferentDomains {
        /// Where.
        place: Box<Place>,
        /// The side.
        side: String,
        /// How the domains differ.
        difference: String,
    },
    /// A kind of scenario that this importer does not read.
    NotSupported {
        /// Where.
        place: Box<Place>,
        /// What it is.
        what: String,
        /// What to do instead.
        instead: &'static str,
    },
    /// Fewer than two sides, and the like.
    Shape {
        /// The file, or the first of them.
        file: String,
        /// What is wrong.
        error: ShapeError,
    },
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportError::NotText { file } => {
                write!(f, "{file}: this is no text in UTF-8, UTF-16 or declared Latin-1; save it as UTF-8")
            }
            ImportError::BrokenXml { place, problem } => {
                write!(f, "{place}: broken XML: {problem}; correct the file, or export it again")
            }
            ImportError::BrokenJson { place, problem } => write!(f, "{place}: {problem}; correct the file"),
            ImportError::UnexpectedRoot { place, found, expected } => {
                write!(f, "{place}: this is a <{found}> file; give one that begins with {expected}")
            }
            ImportError::Missing { place, name } => write!(f, "{place}: \"{name}\" is missing; add it"),
            ImportError::BadNumber { place, text, reason } => {
                write!(f, "{place}: \"{text}\" is {reason}; write a plain decimal such as 0.25")
            }
            ImportError::NoIssues { place } => {
                write!(f, "{place}: there is no issue to negotiate; check that this is the right file")
            }
            ImportError::EmptyIssue { place, issue } => {
                write!(f, "{place}: issue \"{issue}\" has no value; give it at least one, or leave it out everywhere")
            }
            ImportError::Duplicate { place, what, name } => {
                write!(f, "{place}: {what} \"{name}\" stands here for the second time; rename or remove one")
            }
            ImportError::BadRange { place, issue, range } => write!(
                f,
                "{place}: issue \"{issue}\" ranges {range}; the lower bound must not exceed the upper, nor may there be \
                 more than a million values"
            ),
            ImportError::MissingEvaluation { place, side, issue, value } => {
                write!(f, "{place}: {side} does not evaluate \"{value}\" of issue \"{issue}\"; add the evaluation")
            }
            ImportError::MissingWeight { place, side, issue } => {
                write!(
                    f,
                    "{place}: {side} weighs other issues but not \"{issue}\"; add the weight, 0 if it does not matter"
                )
            }
            ImportError::DifferentDomains { place, side, difference } => {
                write!(
                    f,
                    "{place}: {side} speaks of another domain: {difference}; check that the files belong together"
                )
            }
            ImportError::NotSupported { place, what, instead } => {
                write!(f, "{place}: {what} is not supported; {instead}")
            }
            ImportError::Shape { file, error } => write!(f, "{file}: {error}"),
        }
    }
}

impl std::error::Error for ImportError {}
