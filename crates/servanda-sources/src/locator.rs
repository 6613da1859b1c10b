//! What a citation says to find its passage.

use std::error::Error;
use std::fmt;

use crate::normal::{Case, Normal};

/// A phrase of a source, or the first and the last phrase of a longer passage (`start … end`, also `start ... end`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locator {
    start: Phrase,
    end: Option<Phrase>,
}

/// A phrase as written and as searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    written: String,
    pub(crate) kept: String,
    pub(crate) folded: String,
}

/// Why a locator cannot be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocatorError {
    /// No letter or digit stands in it.
    NoWords {
        /// The locator as written.
        written: String,
    },
    /// It has more than one ellipsis, so that its passage has no single first and last phrase.
    ManyEllipses {
        /// The locator as written.
        written: String,
    },
}

impl fmt::Display for LocatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWords { written } => write!(f, "the locator `{written}` has no word to look for"),
            Self::ManyEllipses { written } => {
                write!(f, "the locator `{written}` has more than one ellipsis; write `start … end`")
            }
        }
    }
}

impl Error for LocatorError {}

impl Locator {
    /// Reads a locator as a dossier writes it, without the quotes around it.
    ///
    /// An ellipsis at either end is dropped: `… of Zenda` is the phrase `of Zenda`.
    ///
    /// # Errors
    /// A locator without a letter or digit, and one with more than one ellipsis inside.
    pub fn parse(written: &str) -> Result<Self, LocatorError> {
        let with_ellipses = written.replace("...", "…");
        let inner = with_ellipses.trim_matches(|c: char| c.is_whitespace() || c == '…');
        let no_words = || LocatorError::NoWords { written: written.to_owned() };
        let mut phrases = inner.split('…').filter(|part| !part.trim().is_empty()).map(Phrase::new);
        let start = phrases.next().flatten().ok_or_else(no_words)?;
        let end = phrases.next().map(|end| end.ok_or_else(no_words)).transpose()?;
        match phrases.next() {
            Some(_) => Err(LocatorError::ManyEllipses { written: written.to_owned() }),
            None => Ok(Self { start, end }),
        }
    }

    /// How many words it is made of, both phrases together. A dossier keeps this small, to quote and not to copy.
    pub fn word_count(&self) -> usize {
        let phrases = [Some(&self.start), self.end.as_ref()];
        phrases.into_iter().flatten().map(|phrase| phrase.written.split_whitespace().count()).sum()
    }

    pub(crate) fn start(&self) -> &Phrase {
        &self.start
    }

    pub(crate) fn end(&self) -> Option<&Phrase> {
        self.end.as_ref()
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start.written)?;
        self.end.as_ref().map_or(Ok(()), |end| write!(f, " … {}", end.written))
    }
}

impl Phrase {
    fn new(written: &str) -> Option<Self> {
        let kept = Normal::new(written, Case::Kept).into_text();
        let folded = Normal::new(written, Case::Folded).into_text();
        kept.contains(char::is_alphanumeric).then(|| Self { written: written.trim().to_owned(), kept, folded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locator_is_a_phrase_or_two() {
        assert_eq!(Locator::parse(" of Zenda ").unwrap().to_string(), "of Zenda");
        assert_eq!(Locator::parse("from here ... to there").unwrap().to_string(), "from here … to there");
        assert_eq!(Locator::parse("… of Zenda…").unwrap().to_string(), "of Zenda");
        assert_eq!(Locator::parse("from here … to there").unwrap().word_count(), 4);
    }

    #[test]
    fn a_locator_without_words_or_with_two_ellipses_is_refused() {
        for written in ["", " ", "…", "[]", "''", "– …", "a … -"] {
            assert!(matches!(Locator::parse(written), Err(LocatorError::NoWords { .. })), "{written}");
        }
        assert!(matches!(Locator::parse("a … b … c"), Err(LocatorError::ManyEllipses { .. })));
    }
}
