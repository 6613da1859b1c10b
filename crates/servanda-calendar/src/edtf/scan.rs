//! Going through the characters of one date.

use super::error::EdtfErrorKind as Kind;
use super::{EdtfError, Qualifier};

pub(super) type Parsed<T> = Result<T, EdtfError>;

/// A place in the text, and whether a qualifier was met that does not simply stand at the end of the date.
pub(super) struct Scan<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) individual: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect_dash(&mut self, otherwise: Kind) -> Parsed<()> {
        match self.peek() {
            Some(b'-') => {
                self.at += 1;
                Ok(())
            }
            Some(b'0'..=b'9' | b'X') => fail(self.at, otherwise),
            Some(b'T') => fail(self.at, Kind::TimeNotAlone),
            _ => fail(self.at, Kind::Unexpected),
        }
    }

    /// A qualifier in front of a part, for that part alone.
    pub(super) fn qualifier_before(&mut self) -> Parsed<Qualifier> {
        let qualifier = self.qualifier()?;
        self.individual |= qualifier.any();
        Ok(qualifier)
    }

    /// A qualifier behind a part, for it and all parts further left.
    pub(super) fn qualifier_after(&mut self) -> Parsed<Qualifier> {
        let qualifier = self.qualifier()?;
        self.individual |= qualifier.any() && !self.is_done();
        Ok(qualifier)
    }

    fn qualifier(&mut self) -> Parsed<Qualifier> {
        let Some(qualifier) = self.peek().and_then(qualifier) else {
            return Ok(Qualifier::default());
        };
        self.at += 1;
        match self.peek().and_then(self::qualifier) {
            Some(_) => fail(self.at, Kind::DoubledQualifier),
            None => Ok(qualifier),
        }
    }

    /// Exactly `N` characters, each a digit or `X`.
    pub(super) fn digits<const N: usize>(&mut self, otherwise: Kind) -> Parsed<[u8; N]> {
        let mut digits = [0; N];
        for digit in &mut digits {
            match self.peek() {
                Some(byte @ (b'0'..=b'9' | b'X')) => *digit = byte,
                _ => return fail(self.at, otherwise),
            }
            self.at += 1;
        }
        Ok(digits)
    }

    /// As many digits as there are.
    pub(super) fn number(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// `S` and a positive number.
    pub(super) fn significant_digits(&mut self) -> Parsed<u64> {
        self.at += 1;
        let at = self.at;
        match self.number() {
            [] | [b'0'] => fail(at, Kind::SignificantDigits),
            [b'0', ..] => fail(at, Kind::LeadingZero),
            number => Ok(saturating(number)),
        }
    }
}

fn qualifier(byte: u8) -> Option<Qualifier> {
    match byte {
        b'?' => Some(Qualifier { uncertain: true, approximate: false }),
        b'~' => Some(Qualifier { uncertain: false, approximate: true }),
        b'%' => Some(Qualifier { uncertain: true, approximate: true }),
        _ => None,
    }
}

pub(super) fn two_digits(text: &[u8]) -> Option<u8> {
    match text {
        [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => Some((tens - b'0') * 10 + units - b'0'),
        _ => None,
    }
}

pub(super) fn four_digits(text: &[u8]) -> Option<u16> {
    let (century, rest) = text.split_at_checked(2)?;
    Some(u16::from(two_digits(century)?) * 100 + u16::from(two_digits(rest)?))
}

pub(super) fn saturating(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value: u64, digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

pub(super) fn fail<T>(position: usize, kind: Kind) -> Parsed<T> {
    Err(EdtfError { position, kind })
}
