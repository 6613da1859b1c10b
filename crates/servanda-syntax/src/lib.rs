//! The front end of servanda's language: Markdown in, statements out, and back to text.
//!
//! A dossier file is CommonMark. Fenced blocks marked `servanda` run, and the headings above them belong to them.
//! [`Document::parse`] never fails, does no input or output, and never stops at the first error: broken text gives
//! fewer statements and more diagnostics. Nothing is lost, so [`Document::print`] gives the file back byte for byte.
//! What the words mean is none of this crate's business.
//!
//! ```
//! use servanda_syntax::{Document, FileId, HeadKind};
//!
//! let text = "# Sele\n\n```servanda\nnorm Assist: each party must aid the other\n  within 30 days # a month\n```\n";
//! let document = Document::parse(FileId(0), "sele.md", text);
//! let norm = &document.statements[0];
//! assert_eq!(norm.kind, HeadKind::Keyword("norm"));
//! assert_eq!(norm.headings[..], ["Sele"]);
//! assert_eq!(norm.clause("within").unwrap().tokens[0].number().unwrap(), "30");
//! assert_eq!(document.print(), text);
//! ```

mod depth;
mod edtf;
pub mod grammar;
mod lexer;
mod markdown;
mod parser;
mod print;
mod tree;

use std::sync::Arc;

pub use print::format;
pub use servanda_diagnostics::{Diagnostic, FileId, Span};
pub use smol_str::SmolStr;
pub use tree::{Block, BlockLine, Clause, Document, HeadKind, Heading, Line, LineKind, Statement, Token, TokenKind};

impl Document {
    /// Parses a file. Never fails: what is wrong is in [`Document::diagnostics`].
    pub fn parse(file: FileId, path: impl Into<String>, text: impl Into<Arc<str>>) -> Document {
        parser::parse(file, path.into(), text.into())
    }
}

/// The tokens of a text that is no part of a file, such as a question. What is wrong is among them as
/// [`TokenKind::Bad`]; spans count from the start of the text.
#[must_use]
pub fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let end = text.floor_char_boundary(u32::MAX as usize);
    lexer::lex(&text[..end], 0, &mut tokens, &mut Vec::new());
    tokens
}
