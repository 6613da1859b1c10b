//! Scenarios from the files of the negotiation community, and from JSON tables.
//!
//! Importers take the bytes of files that the caller has read, and name those files in their errors and findings.

mod error;
pub mod genius;
pub mod json;
mod xml;

use crate::analysis::Finding;
use crate::scenario::Scenario;

pub use error::{ImportError, Place};

/// A file's name and contents.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The name to use in messages; its stem names the side where the file does not.
    pub name: &'a str,
    /// What the file holds: UTF-8 or UTF-16, with or without a byte order mark, or Latin-1 where the XML declares it.
    pub bytes: &'a [u8],
}

impl<'a> Source<'a> {
    /// A file with a name and contents.
    pub fn new(name: &'a str, bytes: &'a [u8]) -> Source<'a> {
        Source { name, bytes }
    }

    /// The file name without its folders and its extension.
    pub(crate) fn stem(&self) -> &'a str {
        let file = self.name.rsplit(['/', '\\']).next().unwrap_or(self.name);
        file.rsplit_once('.').map_or(file, |(stem, _)| stem)
    }

    /// The contents as text.
    pub(crate) fn text(&self) -> Result<String, ImportError> {
        let utf16 = |from: fn([u8; 2]) -> u16, bytes: &[u8]| {
            let (units, rest) = bytes.as_chunks::<2>();
            let text = String::from_utf16(&units.iter().map(|unit| from(*unit)).collect::<Vec<_>>());
            text.ok().filter(|_| rest.is_empty())
        };
        let text = match self.bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
            [0xFE, 0xFF, rest @ ..] => utf16(u16::from_be_bytes, rest),
            [0xFF, 0xFE, rest @ ..] => utf16(u16::from_le_bytes, rest),
            bytes if declares_latin1(bytes) => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
            bytes => String::from_utf8(bytes.to_vec()).ok(),
        };
        text.ok_or_else(|| ImportError::NotText { file: self.name.to_owned() })
    }
}

/// Whether bytes that are not UTF-8 begin with an XML declaration of Latin-1 or of its Windows relative.
fn declares_latin1(bytes: &[u8]) -> bool {
    if std::str::from_utf8(bytes).is_ok() {
        return false;
    }
    let opening = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).to_ascii_lowercase();
    opening.split("?>").next().is_some_and(|declaration| {
        declaration.contains("iso-8859-1") || declaration.contains("windows-1252") || declaration.contains("latin1")
    })
}

/// A scenario, and what was noticed while reading it.
#[derive(Clone, PartialEq, Debug)]
pub struct Imported {
    /// The scenario; it passes [`Scenario::check`].
    pub scenario: Scenario,
    /// What a reader should know and what stopped nothing.
    pub findings: Vec<Finding>,
}
