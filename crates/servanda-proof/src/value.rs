//! Values as proofs write them.

use serde::{Deserialize, Serialize};
use servanda_model::{Duration, Kinded, Number, NumberRange, Value};

/// A value whose ranges are written out, so that equal means equal in every run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Val {
    Entity(u32),
    Number(#[serde(with = "decimal")] Number),
    /// A number between two bounds; and whether it is said to be approximate.
    Range(End, End, bool),
    Tick(i64),
    Ticks(i32),
    Months(i32),
    Years(i32),
    Text(u32),
}

/// The end of a range.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum End {
    Below,
    At(#[serde(with = "decimal")] Number),
    Above,
}

/// Numbers are written as text: no reader of JSON rounds them.
mod decimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use servanda_model::Number;

    pub(super) fn serialize<S: Serializer>(number: &Number, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        Number::parse(&String::deserialize(from)?).ok_or_else(|| D::Error::custom("not a decimal number"))
    }
}

impl Val {
    /// A value of a program.
    #[must_use]
    pub fn of(value: Value, ranges: &[NumberRange]) -> Val {
        match value.kinded() {
            Kinded::Entity(id) => Val::Entity(id.0),
            Kinded::Number(number) => Val::Number(number),
            Kinded::Tick(tick) => Val::Tick(tick),
            Kinded::Duration(Duration::Ticks(n)) => Val::Ticks(n),
            Kinded::Duration(Duration::Months(n)) => Val::Months(n),
            Kinded::Duration(Duration::Years(n)) => Val::Years(n),
            Kinded::Text(id) => Val::Text(id.0),
            Kinded::Range(id) => {
                let range = ranges.get(id.index()).copied().unwrap_or_default();
                let (low, high) = (range.min.map_or(End::Below, End::At), range.max.map_or(End::Above, End::At));
                Val::Range(low, high, range.approximate)
            }
        }
    }

    /// The tick that it is, if it is one.
    #[must_use]
    pub fn tick(self) -> Option<i64> {
        if let Val::Tick(tick) = self { Some(tick) } else { None }
    }

    /// A whole number, if it is not too large for a value.
    #[must_use]
    pub fn whole(number: i64) -> Option<Val> {
        Value::integer(number).map(|_| Val::Number(Number::whole(number)))
    }

    /// A number or range by its ends, and whether it is approximate.
    #[must_use]
    pub fn ends(self) -> Option<(End, End, bool)> {
        match self {
            Val::Range(low, high, about) => Some((low, high, about)),
            Val::Number(number) => Some((End::At(number), End::At(number), false)),
            _ => None,
        }
    }
}
