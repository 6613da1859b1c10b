//! Exact numbers: decimals as written, and the quotients that dividing by a maximum makes of them.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};
use serde::{Serialize, Serializer};

/// Digits and powers of ten beyond which a number is refused: enough for any double written out, and a bound on the
/// work that one hostile attribute can cause.
const LONGEST: usize = 1100;

/// An exact rational number. Serialised as text: `"0.34"` where the decimal ends, `"1/3"` where it does not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Number(BigRational);

/// Why a text is not a [`Number`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberError {
    /// The text is no decimal number.
    NotANumber,
    /// The text says "not a number" or "infinite", which no utility can be.
    NotFinite,
    /// More than 1,100 digits, or a power of ten beyond 1,100.
    TooLong,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumberError::NotANumber => "not a decimal number",
            NumberError::NotFinite => "not a finite number",
            NumberError::TooLong => "a number too long to be meant",
        })
    }
}

impl std::error::Error for NumberError {}

impl Number {
    /// The quotient of two whole numbers, or nothing when the divisor is zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Number> {
        (denominator != 0).then(|| Number(BigRational::new(numerator.into(), denominator.into())))
    }

    /// The nearest double, for display and for measuring distances.
    pub fn to_f64(&self) -> f64 {
        const EXACT: i64 = 1 << 53;
        match (self.0.numer().to_i64(), self.0.denom().to_i64()) {
            // Both are doubles as they stand, so one division rounds once.
            (Some(numerator), Some(denominator))
                if numerator.unsigned_abs() <= EXACT as u64 && denominator <= EXACT =>
            {
                numerator as f64 / denominator as f64
            }
            _ => self.0.to_f64().unwrap_or(f64::NAN),
        }
    }

    /// The decimal that a double prints as (its shortest exact name), or nothing when it is not finite.
    pub fn from_f64(value: f64) -> Option<Number> {
        format!("{value:e}").parse().ok()
    }

    pub(crate) fn from_rational(value: BigRational) -> Number {
        Number(value)
    }

    pub(crate) fn rational(&self) -> &BigRational {
        &self.0
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number(BigRational::from_integer(value.into()))
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Number, NumberError> {
        let written = Written::read(text)?;
        let magnitude = BigInt::parse_bytes(&written.digits, 10).ok_or(NumberError::NotANumber)?;
        let digits = if written.negative { -magnitude } else { magnitude };
        let power = BigInt::from(10).pow(written.exponent.unsigned_abs());
        Ok(Number(if written.exponent < 0 {
            BigRational::new(digits, power)
        } else {
            BigRational::from_integer(digits * power)
        }))
    }
}

/// A decimal as written: its digits without a point, and the power of ten they are multiplied by.
pub(crate) struct Written {
    pub(crate) negative: bool,
    pub(crate) digits: Vec<u8>,
    pub(crate) exponent: i32,
}

impl Written {
    pub(crate) fn read(text: &str) -> Result<Written, NumberError> {
        let text = text.trim();
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if ["nan", "inf", "infinity"].iter().any(|word| unsigned.eq_ignore_ascii_case(word)) {
            return Err(NumberError::NotFinite);
        }
        let (mantissa, power) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], read_power(&unsigned[at + 1..])?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(NumberError::NotANumber);
        }
        if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::NotANumber);
        }
        if whole.len() + fraction.len() > LONGEST {
            return Err(NumberError::TooLong);
        }
        let digits = [whole.as_bytes(), fraction.as_bytes()].concat();
        Ok(Written { negative, digits, exponent: power - fraction.len() as i32 })
    }
}

fn read_power(text: &str) -> Result<i32, NumberError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    match text.parse::<i32>() {
        Ok(power) if power.unsigned_abs() as usize <= LONGEST => Ok(power),
        _ => Err(NumberError::TooLong),
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match decimal_places(self.0.denom()) {
            Some(0) => write!(f, "{}", self.0.numer()),
            Some(places) => {
                let scaled = self.0.numer().abs() * BigInt::from(10).pow(places) / self.0.denom();
                let digits = format!("{scaled:0>width$}", width = places as usize + 1);
                let (whole, fraction) = digits.split_at(digits.len() - places as usize);
                write!(f, "{}{whole}.{fraction}", if self.0.is_negative() { "-" } else { "" })
            }
            None => write!(f, "{}/{}", self.0.numer(), self.0.denom()),
        }
    }
}

/// How many decimal places `1/denominator` takes, or nothing when the decimal does not end.
fn decimal_places(denominator: &BigInt) -> Option<u32> {
    let twos = denominator.trailing_zeros().unwrap_or(0) as u32;
    let mut rest = denominator >> twos;
    let mut fives = 0;
    while !rest.is_one() {
        if !(&rest % 5u32).is_zero() {
            return None;
        }
        rest /= 5u32;
        fives += 1;
    }
    Some(twos.max(fives))
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Number>().map_or_else(|error| error.to_string(), |number| number.to_string())
    }

    #[test]
    fn decimals_are_read_exactly_and_shown_as_decimals() {
        assert_eq!(shown("0.3031462333758278"), "0.3031462333758278");
        assert_eq!(shown(" +044 "), "44");
        assert_eq!(shown("-.50"), "-0.5");
        assert_eq!(shown("1.5E-3"), "0.0015");
        assert_eq!(shown("2e3"), "2000");
        assert_eq!(Number::ratio(1, 3).map(|third| third.to_string()).as_deref(), Some("1/3"));
    }

    #[test]
    fn what_is_not_a_number_says_so() {
        for text in ["", ".", "-", "1,5", "1e", "1e+-3", "0x10", "1 2", "--1", "é", "1é"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::NotANumber), "{text:?}");
        }
        for text in ["NaN", "-inf", "Infinity"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::NotFinite), "{text:?}");
        }
        assert_eq!("1e999999999999".parse::<Number>(), Err(NumberError::TooLong));
        assert_eq!("9".repeat(2000).parse::<Number>(), Err(NumberError::TooLong));
    }
}
