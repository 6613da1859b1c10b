//! What can be wrong with a feed, and why a run could not be done.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use servanda_engine::ProgramError;

/// A row that was not understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// Which file.
    pub file: PathBuf,
    /// Which row, the header of a CSV file being row 1; a Parquet file's rows are numbered from 1, and 0 is the file.
    pub row: u64,
    /// Which column, where the trouble is with one.
    pub column: Option<String>,
    /// Stable code.
    pub code: Cow<'static, str>,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}\n  --> {}", self.code, self.message, self.file.display())?;
        if self.row > 0 {
            write!(f, ":{}", self.row)?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        f.write_str("\n")?;
        if self.help.is_empty() { Ok(()) } else { writeln!(f, "help: {}", self.help) }
    }
}

/// Why there is no result.
#[derive(Debug)]
pub enum RunError {
    /// The rules have no meaning.
    Program(Vec<ProgramError>),
    /// Rows that were not understood: the first of them, and how many were found before reading stopped.
    Rows {
        /// The first ones.
        troubles: Vec<Trouble>,
        /// All that were found.
        count: u64,
    },
    /// A file cannot be read.
    Read {
        /// Which.
        path: PathBuf,
        /// The row reached.
        row: u64,
        /// Why not.
        reason: String,
    },
    /// The result cannot be written; nothing is left of it.
    Write {
        /// Where.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Something that was asked for is not possible.
    Unfit {
        /// Stable code.
        code: &'static str,
        /// What.
        message: String,
        /// What to do instead.
        help: String,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Program(errors) => errors.iter().try_for_each(|error| writeln!(f, "error[bad-program]: {error}")),
            RunError::Rows { troubles, count } => {
                troubles.iter().try_for_each(|trouble| write!(f, "{trouble}"))?;
                let more = count - troubles.len() as u64;
                if more > 0 {
                    writeln!(f, "and {more} more rows like these")?;
                }
                writeln!(f, "nothing was written; `--skip-bad-rows` goes on without such rows")
            }
            RunError::Read { path, row: 0, reason } => {
                writeln!(f, "error[cannot-read]: {}: {reason}", path.display())
            }
            RunError::Read { path, row, reason } => {
                writeln!(f, "error[cannot-read]: {}: {reason}\n  --> {}:{row}", path.display(), path.display())
            }
            RunError::Write { path, reason } => {
                writeln!(f, "error[cannot-write]: {}: {reason}", path.display())?;
                writeln!(f, "help: no result is left there; free some space or choose another place")
            }
            RunError::Unfit { code, message, help } => {
                writeln!(f, "error[{code}]: {message}")?;
                if help.is_empty() { Ok(()) } else { writeln!(f, "help: {help}") }
            }
        }
    }
}

impl std::error::Error for RunError {}

/// What is wrong with a row, before it is known which one.
#[derive(Clone, Debug)]
pub(crate) struct Flaw {
    pub(crate) column: Option<String>,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Flaw {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Box<Flaw> {
        Box::new(Flaw { column: None, code, message: message.into(), help: String::new() })
    }

    pub(crate) fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Flaw> {
        self.help = help.into();
        self
    }

    pub(crate) fn at(mut self: Box<Self>, column: &str) -> Box<Flaw> {
        self.column = Some(column.to_owned());
        self
    }
}

/// A cell as it is quoted in a message: short, and printable.
pub(crate) fn shown(cell: &[u8]) -> String {
    const MOST: usize = 40;
    let text: String = String::from_utf8_lossy(&cell[..cell.len().min(4 * MOST)])
        .chars()
        .map(|c| if c.is_control() { '\u{b7}' } else { c })
        .collect();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
