//! Utilities as whole numbers: every side is multiplied by one denominator of its own.
//!
//! Dominance compares a side only with itself, so each side may have its own denominator. Sums then need addition and
//! comparison alone, in 64 bits where they fit, in 128 where not, and in unbounded integers otherwise. Which of the three
//! it is follows from the greatest sum that can occur, so no addition can overflow.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::Semantics;
use crate::scenario::{IssueEvaluations, Scale, Scenario, Side};

/// An integer wide enough for the sums at hand.
pub(crate) trait Amount: Clone + Ord {
    fn plus(&self, other: &Self) -> Self;
    fn from_big(value: &BigInt) -> Self;
    fn to_big(&self) -> BigInt;
}

impl Amount for i64 {
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    fn from_big(value: &BigInt) -> Self {
        value.to_i64().expect("Width::of() chose 64 bits for sums that fit")
    }
    fn to_big(&self) -> BigInt {
        (*self).into()
    }
}

impl Amount for i128 {
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    fn from_big(value: &BigInt) -> Self {
        value.to_i128().expect("Width::of() chose 128 bits for sums that fit")
    }
    fn to_big(&self) -> BigInt {
        (*self).into()
    }
}

impl Amount for BigInt {
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    fn from_big(value: &BigInt) -> Self {
        value.clone()
    }
    fn to_big(&self) -> BigInt {
        self.clone()
    }
}

/// One amount per side; ordered by the first side, then the second, and so on.
pub(crate) trait Row: Clone + Ord {
    type Amount: Amount;
    fn from_big(values: &[BigInt]) -> Self;
    fn plus(&self, other: &Self) -> Self;
    fn amounts(&self) -> &[Self::Amount];
}

impl<A: Amount, const N: usize> Row for [A; N] {
    type Amount = A;
    fn from_big(values: &[BigInt]) -> Self {
        std::array::from_fn(|side| A::from_big(&values[side]))
    }
    fn plus(&self, other: &Self) -> Self {
        std::array::from_fn(|side| self[side].plus(&other[side]))
    }
    fn amounts(&self) -> &[A] {
        self
    }
}

impl<A: Amount> Row for Vec<A> {
    type Amount = A;
    fn from_big(values: &[BigInt]) -> Self {
        values.iter().map(A::from_big).collect()
    }
    fn plus(&self, other: &Self) -> Self {
        self.iter().zip(other).map(|(mine, theirs)| mine.plus(theirs)).collect()
    }
    fn amounts(&self) -> &[A] {
        self
    }
}

/// How wide an integer the sums need.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Width {
    Bits64,
    Bits128,
    Unbounded,
}

impl Width {
    /// The narrowest width that holds every number up to `greatest` in size.
    pub(crate) fn of(greatest: &BigInt) -> Width {
        match greatest.bits() {
            0..=62 => Width::Bits64,
            63..=126 => Width::Bits128,
            _ => Width::Unbounded,
        }
    }
}

/// Additive utilities as whole numbers.
pub(crate) struct Scaled {
    /// What each value of each issue adds to each side: `[issue][value][side]`. The bias is in the first issue.
    pub(crate) contributions: Vec<Vec<Vec<BigInt>>>,
    /// What each side's numbers are divided by.
    pub(crate) denominators: Vec<BigInt>,
    /// Each side's reservation value, scaled alike.
    pub(crate) reservations: Vec<BigInt>,
    pub(crate) width: Width,
}

impl Scaled {
    /// Scales a scenario that has passed [`Scenario::check`].
    pub(crate) fn from_scenario(scenario: &Scenario, semantics: Semantics) -> Scaled {
        let mut scaled = Scaled {
            contributions: scenario.issues.iter().map(|issue| vec![Vec::new(); issue.len()]).collect(),
            denominators: Vec::new(),
            reservations: Vec::new(),
            width: Width::Bits64,
        };
        for side in &scenario.sides {
            scaled.add_side(side, semantics);
        }
        scaled
    }

    fn add_side(&mut self, side: &Side, semantics: Semantics) {
        let mut terms = terms(side, semantics);
        for term in &mut terms[0] {
            *term += side.bias.rational();
        }
        let reservation = side.reservation.clone().unwrap_or_default();
        let denominator =
            terms.iter().flatten().map(BigRational::denom).fold(reservation.rational().denom().clone(), lcm);
        let mut greatest = BigInt::zero();
        for (issue, terms) in self.contributions.iter_mut().zip(&terms) {
            let mut widest = BigInt::zero();
            for (value, term) in issue.iter_mut().zip(terms) {
                let whole = whole(term, &denominator);
                widest = widest.max(whole.abs());
                value.push(whole);
            }
            greatest += widest;
        }
        self.reservations.push(whole(reservation.rational(), &denominator));
        self.denominators.push(denominator);
        self.width = self.width.max(Width::of(&greatest));
    }
}

fn lcm(so_far: BigInt, denominator: &BigInt) -> BigInt {
    if (&so_far % denominator).is_zero() { so_far } else { so_far.lcm(denominator) }
}

fn whole(value: &BigRational, denominator: &BigInt) -> BigInt {
    value.numer() * (denominator / value.denom())
}

/// What each value of each issue adds to a side's utility, before the bias.
pub(crate) fn terms(side: &Side, semantics: Semantics) -> Vec<Vec<BigRational>> {
    let issues = side.weights.iter().zip(&side.evaluations);
    issues
        .map(|(weight, evaluations)| {
            let weight = weight.value.rational();
            match semantics {
                Semantics::Raw => evaluations.values.iter().map(|value| weight * value.value.rational()).collect(),
                Semantics::Genius => normalised(evaluations).into_iter().map(|value| weight * value).collect(),
            }
        })
        .collect()
}

/// Evaluations between 0 and 1 as GENIUS has them: a table divided by its greatest entry, a function cut to the range.
/// A table without a positive entry gives 0 throughout, where GENIUS would divide by zero.
fn normalised(evaluations: &IssueEvaluations) -> Vec<BigRational> {
    let values = evaluations.values.iter().map(|evaluation| evaluation.value.rational());
    match evaluations.scale {
        Scale::Utility => values.map(|value| value.clamp(&BigRational::zero(), &BigRational::one()).clone()).collect(),
        Scale::OfMaximum => {
            let greatest = values.clone().max().filter(|greatest| greatest.is_positive());
            values.map(|value| greatest.map_or_else(BigRational::zero, |greatest| value / greatest)).collect()
        }
    }
}
