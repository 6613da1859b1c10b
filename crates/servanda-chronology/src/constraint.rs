//! What can be said about when things happened, in the caller's terms.

use crate::{Point, Shift};

/// One thing said about one or two points. Compare [`Condition`](crate::Condition), which joins several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// `to` comes at least and at most so many ticks after `from`; `None` is no limit. Negative numbers are before.
    Apart {
        /// Where the distance is measured from.
        from: Point,
        /// Where it is measured to.
        to: Point,
        /// The least distance, itself allowed.
        at_least: Option<i64>,
        /// The greatest distance, itself allowed.
        at_most: Option<i64>,
    },
    /// `to` is at, or not before, or not after, the value of a monotone function at `from`.
    Moved {
        /// The point that the function is applied to.
        from: Point,
        /// The point that is compared with its value.
        to: Point,
        /// The function.
        by: Shift,
        /// How they compare.
        relation: Relation,
    },
}

/// How a point compares with the value of a function at another point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// It is the value.
    Equal,
    /// It is the value or later.
    AtLeast,
    /// It is the value or earlier.
    AtMost,
}

impl Constraint {
    /// `point` is at this tick.
    pub fn on(point: Point, tick: i64) -> Self {
        Self::between(point, tick, tick)
    }

    /// `point` is at one of the ticks from `first` to `last`, both included.
    pub fn between(point: Point, first: i64, last: i64) -> Self {
        Self::apart(Point::ORIGIN, point, first, last)
    }

    /// `point` is at this tick or later.
    pub fn not_before(point: Point, tick: i64) -> Self {
        Self::at_least_after(Point::ORIGIN, point, tick)
    }

    /// `point` is at this tick or earlier.
    pub fn not_after(point: Point, tick: i64) -> Self {
        Self::at_most_after(Point::ORIGIN, point, tick)
    }

    /// `to` comes at least and at most so many ticks after `from`: "the day after" is 1 and 1, "within six days" 0 and 6.
    pub fn apart(from: Point, to: Point, at_least: i64, at_most: i64) -> Self {
        Self::Apart { from, to, at_least: Some(at_least), at_most: Some(at_most) }
    }

    /// `to` comes at least so many ticks after `from`.
    pub fn at_least_after(from: Point, to: Point, ticks: i64) -> Self {
        Self::Apart { from, to, at_least: Some(ticks), at_most: None }
    }

    /// `to` comes at most so many ticks after `from`: the difference constraint `to - from <= ticks`.
    pub fn at_most_after(from: Point, to: Point, ticks: i64) -> Self {
        Self::Apart { from, to, at_least: None, at_most: Some(ticks) }
    }

    /// `earlier` comes before `later`, by a tick or more.
    pub fn before(earlier: Point, later: Point) -> Self {
        Self::at_least_after(earlier, later, 1)
    }

    /// Both are at one tick.
    pub fn together(one: Point, other: Point) -> Self {
        Self::apart(one, other, 0, 0)
    }

    /// `to` is exactly the value of a function at `from`: "three months after ratification".
    pub fn moved(from: Point, to: Point, by: Shift) -> Self {
        Self::Moved { from, to, by, relation: Relation::Equal }
    }

    /// The ways in which it can be false: at least one of them is true exactly where this is not. At most two, and none
    /// if it says nothing.
    pub fn negated(&self) -> Vec<Constraint> {
        match self {
            Self::Apart { from, to, at_least, at_most } => {
                let sooner = at_least.map(|ticks| Self::at_most_after(*from, *to, ticks.saturating_sub(1)));
                let later = at_most.map(|ticks| Self::at_least_after(*from, *to, ticks.saturating_add(1)));
                sooner.into_iter().chain(later).collect()
            }
            Self::Moved { from, to, by, relation } => {
                let (from, to) = (*from, *to);
                let sooner = Self::Moved { from, to, by: by.plus(-1), relation: Relation::AtMost };
                let later = Self::Moved { from, to, by: by.plus(1), relation: Relation::AtLeast };
                match relation {
                    Relation::Equal => vec![sooner, later],
                    Relation::AtLeast => vec![sooner],
                    Relation::AtMost => vec![later],
                }
            }
        }
    }

    /// The two points it speaks of; one of them may be the origin.
    pub fn points(&self) -> [Point; 2] {
        match self {
            Self::Apart { from, to, .. } | Self::Moved { from, to, .. } => [*from, *to],
        }
    }
}
