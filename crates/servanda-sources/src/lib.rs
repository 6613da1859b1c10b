//! Anchors citations in source texts, and says what no citation has touched.
//!
//! A dossier cites a source by a [`Locator`]: a few words of its text, or a first and a last phrase of a longer
//! passage, written `start … end`. The idea is that of URL text fragments (WICG, *Text Fragments*, `#:~:text=start,end`).
//! A [`SourceText`] finds the words again although lines are broken elsewhere, brackets and quotes came or went, dashes
//! changed their length or letters their Unicode composition; and it refuses to guess: words that stand in two places are
//! [`Resolution::Ambiguous`], words that stand nowhere are [`Resolution::NotFound`] with the nearest phrase that does.
//!
//! The [`Digest`] of the sentences around a found passage lets a later run see that the text itself has changed
//! ([`Resolution::Moved`]). [`SourceText::coverage`] lists the sentences nothing cites.
//!
//! Promises: no file, network or clock; no treaty and no dossier; any text at all is accepted, and nothing panics.
//!
//! ```
//! use servanda_sources::{Locator, Resolution, SourceText};
//!
//! let source = SourceText::new("Zenda is ceded.[ On 3 May 1897 the “Treaty\nof Strelsau” was signed.]");
//! let locator = Locator::parse("the \"Treaty of Strelsau\" was signed").unwrap();
//! let Resolution::Found(passage) = source.resolve(&locator, None) else { panic!() };
//! assert_eq!((passage.line, passage.sentences), (1, 1..2));
//!
//! let coverage = source.coverage(&[passage.bytes], &[]);
//! assert_eq!(coverage.uncited[0].text, "Zenda is ceded.");
//! ```

mod abbreviations;
mod coverage;
mod digest;
mod figures;
mod locator;
mod nearest;
mod normal;
mod resolve;
mod sentence;
mod source;

pub use coverage::{Coverage, Ignored, Tally, Uncited, Unresolved};
pub use digest::Digest;
pub use figures::Figures;
pub use locator::{Locator, LocatorError};
pub use resolve::{Nearest, Part, Passage, Place, Resolution};
pub use sentence::{Sentence, SentenceKind};
pub use source::SourceText;
