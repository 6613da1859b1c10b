//! The fingerprint of a passage.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::normal::{Case, Normal};

/// The first 64 bits of the SHA-256 (FIPS 180-4) of a passage in normal form, case kept.
///
/// It is printed as 16 lower-case hexadecimal digits. Broken lines, quotes, brackets and dashes do not change it; words,
/// figures, case and punctuation do. It is meant to notice change, not to withstand forgery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 8]);

impl Digest {
    /// The digest of a text, usually of the sentences a passage touches.
    pub fn of(text: &str) -> Self {
        let hash = Sha256::digest(Normal::new(text, Case::Kept).text());
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        Self(first)
    }

    /// Whether `recorded` is this digest as printed, in either case of letters.
    pub fn is(&self, recorded: &str) -> bool {
        recorded.trim().eq_ignore_ascii_case(&self.to_string())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_does_not_change_a_digest_but_a_figure_does() {
        let digest = Digest::of("Up to 20,000 of “their” troops – no more.");
        assert_eq!(digest, Digest::of("Up to 20,000\nof \"their\"[ troops—no more."));
        assert_ne!(digest, Digest::of("Up to 25,000 of their troops – no more."));
        assert!(digest.is(&digest.to_string().to_uppercase()));
        assert_eq!(digest.to_string().len(), 16);
    }

    #[test]
    fn the_printed_form_is_the_head_of_the_standard_hash() {
        assert_eq!(Digest::of("abc").to_string(), "ba7816bf8f01cfea");
    }
}
