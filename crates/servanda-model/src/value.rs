//! Values in eight bytes: what fluents take and phrases are filled with.

use crate::ids::{EntityId, RangeId, TextId};

/// One value: an entity, a decimal number, a range of numbers, a tick, a duration or a text.
///
/// Two values are equal exactly when their bits are: numbers are kept without trailing zeros.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(u64);

const TAG_SHIFT: u32 = 61;
const PAYLOAD: u64 = (1 << TAG_SHIFT) - 1;
const ENTITY: u64 = 0;
const NUMBER: u64 = 1;
const RANGE: u64 = 2;
const TICK: u64 = 3;
const DURATION: u64 = 4;
const TEXT: u64 = 5;

const MANTISSA_BITS: u32 = 57;
const MANTISSA_LIMIT: i64 = 1 << (MANTISSA_BITS - 1);

/// What a [`Value`] is, taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kinded {
    /// A named thing.
    Entity(EntityId),
    /// An exact decimal.
    Number(Number),
    /// A number known only within bounds; the bounds are in a table beside the model.
    Range(RangeId),
    /// A point of the time line.
    Tick(i64),
    /// A length of time.
    Duration(Duration),
    /// A text.
    Text(TextId),
}

/// An exact decimal, `mantissa · 10^-scale`, with no trailing zero in the mantissa unless `scale` is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    /// The digits, at most 2⁵⁶ in size.
    pub mantissa: i64,
    /// How many of them stand after the point, 0 to 15.
    pub scale: u8,
}

/// A length of time as it was said. Months and years are calendar units and have no fixed number of days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Duration {
    /// That many ticks (days in a dossier).
    Ticks(i32),
    /// That many calendar months.
    Months(i32),
    /// That many calendar years.
    Years(i32),
}

impl Value {
    /// The value of a boolean fluent while it holds; entity 0 of every model.
    pub const TRUE: Value = Value(0);

    /// A named thing.
    #[must_use]
    pub const fn entity(id: EntityId) -> Value {
        Value(id.0 as u64)
    }

    /// An exact decimal; `None` where it needs more digits than a value holds.
    #[must_use]
    pub fn number(number: Number) -> Option<Value> {
        let Number { mut mantissa, mut scale } = number;
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        if !(-MANTISSA_LIMIT..MANTISSA_LIMIT).contains(&mantissa) || scale > 15 {
            return None;
        }
        let bits = (mantissa as u64) & ((1 << MANTISSA_BITS) - 1);
        Some(Value(NUMBER << TAG_SHIFT | u64::from(scale) << MANTISSA_BITS | bits))
    }

    /// A whole number; `None` beyond 2⁵⁶.
    #[must_use]
    pub fn integer(number: i64) -> Option<Value> {
        Value::number(Number { mantissa: number, scale: 0 })
    }

    /// A number known within bounds.
    #[must_use]
    pub const fn range(id: RangeId) -> Value {
        Value(RANGE << TAG_SHIFT | id.0 as u64)
    }

    /// A point of the time line; `None` beyond 2⁶⁰ ticks from the origin.
    #[must_use]
    pub fn tick(tick: i64) -> Option<Value> {
        let limit = 1_i64 << (TAG_SHIFT - 1);
        (-limit..limit).contains(&tick).then_some(Value(TICK << TAG_SHIFT | (tick as u64 & PAYLOAD)))
    }

    /// A length of time.
    #[must_use]
    pub const fn duration(duration: Duration) -> Value {
        let (unit, count) = match duration {
            Duration::Ticks(n) => (0, n),
            Duration::Months(n) => (1, n),
            Duration::Years(n) => (2, n),
        };
        Value(DURATION << TAG_SHIFT | (unit as u64) << 32 | (count as u32 as u64))
    }

    /// A text.
    #[must_use]
    pub const fn text(id: TextId) -> Value {
        Value(TEXT << TAG_SHIFT | id.0 as u64)
    }

    /// The value, taken apart.
    #[must_use]
    pub const fn kinded(self) -> Kinded {
        let payload = self.0 & PAYLOAD;
        match self.0 >> TAG_SHIFT {
            ENTITY => Kinded::Entity(EntityId(payload as u32)),
            NUMBER => {
                let shift = 64 - MANTISSA_BITS;
                let mantissa = ((payload << shift) as i64) >> shift;
                Kinded::Number(Number { mantissa, scale: (payload >> MANTISSA_BITS) as u8 })
            }
            RANGE => Kinded::Range(RangeId(payload as u32)),
            TICK => {
                let shift = 64 - TAG_SHIFT;
                Kinded::Tick(((payload << shift) as i64) >> shift)
            }
            DURATION => {
                let count = payload as u32 as i32;
                Kinded::Duration(match payload >> 32 {
                    0 => Duration::Ticks(count),
                    1 => Duration::Months(count),
                    _ => Duration::Years(count),
                })
            }
            _ => Kinded::Text(TextId(payload as u32)),
        }
    }

    /// The entity, if it is one.
    #[must_use]
    pub const fn as_entity(self) -> Option<EntityId> {
        match self.kinded() {
            Kinded::Entity(id) => Some(id),
            _ => None,
        }
    }

    /// The whole number, if it is one from 0 to 99 999 999.
    #[inline]
    #[must_use]
    pub const fn as_small_number(self) -> Option<u32> {
        let number = self.0.wrapping_sub(NUMBER << TAG_SHIFT);
        if number < 100_000_000 { Some(number as u32) } else { None }
    }

    /// The bits, for packing into keys.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The value that has these [`Value::bits`].
    #[must_use]
    pub const fn from_bits(bits: u64) -> Value {
        Value(bits)
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kinded().fmt(f)
    }
}

impl Number {
    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Number {
        Number { mantissa: number, scale: 0 }
    }

    /// Reads `-12.50`; no thousands separators. `None` when it is not a decimal or has too many digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Number> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || (digits.contains('.') && fraction.is_empty()) || fraction.len() > 15 {
            return None;
        }
        let mut mantissa: i64 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            if !digit.is_ascii_digit() {
                return None;
            }
            mantissa = mantissa.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
        }
        let number = Number { mantissa: if negative { -mantissa } else { mantissa }, scale: fraction.len() as u8 };
        Number::from_wide(i128::from(number.mantissa), u32::from(number.scale))
    }

    /// `mantissa · 10^-scale` in lowest terms, if it fits.
    fn from_wide(mut mantissa: i128, mut scale: u32) -> Option<Number> {
        // Short ones are divided in a fraction of the time.
        while scale > 0 && i64::try_from(mantissa).is_err() && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        let mut small = i64::try_from(mantissa).ok()?;
        while scale > 0 && small % 10 == 0 {
            small /= 10;
            scale -= 1;
        }
        let fits = scale <= 15 && (-MANTISSA_LIMIT..MANTISSA_LIMIT).contains(&small);
        fits.then_some(Number { mantissa: small, scale: scale as u8 })
    }

    fn aligned(self, other: Number) -> (i128, i128, u32) {
        let scale = self.scale.max(other.scale);
        let lift = |n: Number| i128::from(n.mantissa) * 10_i128.pow(u32::from(scale - n.scale));
        (lift(self), lift(other), u32::from(scale))
    }

    /// The sum, if it fits.
    #[must_use]
    pub fn plus(self, other: Number) -> Option<Number> {
        let (a, b, scale) = self.aligned(other);
        Number::from_wide(a + b, scale)
    }

    /// The difference, if it fits.
    #[must_use]
    pub fn minus(self, other: Number) -> Option<Number> {
        let (a, b, scale) = self.aligned(other);
        Number::from_wide(a - b, scale)
    }

    /// The product, if it fits.
    #[must_use]
    pub fn times(self, other: Number) -> Option<Number> {
        let product = i128::from(self.mantissa) * i128::from(other.mantissa);
        Number::from_wide(product, u32::from(self.scale) + u32::from(other.scale))
    }

    /// The quotient rounded toward zero at nine decimals; `None` for a divisor of 0.
    #[must_use]
    pub fn divided_by(self, other: Number) -> Option<Number> {
        let (a, b, _) = self.aligned(other);
        if b == 0 { None } else { Number::from_wide(a.checked_mul(1_000_000_000)? / b, 9) }
    }

    /// What is left when as many whole times `other` as possible are taken away: at least 0, and less than the size of
    /// `other`; `None` for a divisor of 0.
    #[must_use]
    pub fn modulo(self, other: Number) -> Option<Number> {
        let (a, b, scale) = self.aligned(other);
        if b == 0 { None } else { Number::from_wide(a.rem_euclid(b), scale) }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> std::cmp::Ordering {
        let (a, b, _) = self.aligned(*other);
        a.cmp(&b)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.mantissa);
        }
        let digits = format!("{:0width$}", self.mantissa.unsigned_abs(), width = usize::from(self.scale) + 1);
        let (whole, fraction) = digits.split_at(digits.len() - usize::from(self.scale));
        write!(f, "{}{whole}.{fraction}", if self.mantissa < 0 { "-" } else { "" })
    }
}

/// A number known only within bounds, both included; a missing bound is unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NumberRange {
    /// The least it can be.
    pub min: Option<Number>,
    /// The most it can be.
    pub max: Option<Number>,
    /// Said to be approximate (`about 430 000`): the bounds are then the stated figure, not a promise.
    pub approximate: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_apart_as_they_were_put_together() {
        for n in [0, 1, -1, 20_000, -MANTISSA_LIMIT, MANTISSA_LIMIT - 1] {
            let value = Value::integer(n).unwrap();
            assert_eq!(value.kinded(), Kinded::Number(Number::whole(n)));
        }
        assert_eq!(Value::integer(MANTISSA_LIMIT), None);
        for tick in [0, -700_000, 700_000, i64::MIN >> 4] {
            assert_eq!(Value::tick(tick).unwrap().kinded(), Kinded::Tick(tick));
        }
        let years = Duration::Years(-15);
        assert_eq!(Value::duration(years).kinded(), Kinded::Duration(years));
        assert_eq!(Value::entity(EntityId(7)).as_entity(), Some(EntityId(7)));
    }

    #[test]
    fn equal_decimals_have_equal_bits() {
        let a = Value::number(Number::parse("7.50").unwrap());
        let b = Value::number(Number { mantissa: 75, scale: 1 });
        assert_eq!(a, b);
        assert_eq!(Number::parse("7.50").unwrap().to_string(), "7.5");
        assert_eq!(Number::parse("-0.05").unwrap().to_string(), "-0.05");
    }

    #[test]
    fn arithmetic_is_exact_or_absent() {
        let n = |text| Number::parse(text).unwrap();
        assert_eq!(n("0.1").plus(n("0.2")), Some(n("0.3")));
        assert_eq!(n("18786").minus(n("20000")), Some(n("-1214")));
        assert_eq!(n("1").divided_by(n("3")).unwrap().to_string(), "0.333333333");
        assert_eq!(n("1").divided_by(n("0")), None);
        assert_eq!((n("7").modulo(n("3")), n("-7").modulo(n("3"))), (Some(n("1")), Some(n("2"))));
        assert_eq!((n("7.5").modulo(n("2")), n("7").modulo(n("0"))), (Some(n("1.5")), None));
        assert!(n("1.5") < n("1.51"));
        for bad in ["", "-", "1.", ".5", "1e5", "1 000", "12345678901234567890"] {
            assert_eq!(Number::parse(bad), None, "{bad}");
        }
    }
}
