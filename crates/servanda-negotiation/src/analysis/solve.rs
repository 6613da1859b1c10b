//! Bargaining solutions on a frontier, as sets of points.
//!
//! Every solution is looked for among the individually rational points of the frontier: those that give no side less
//! than its reservation value. The maximisers of the Nash product, of the least normalised gain and of the sum lie on the
//! frontier in any case. For the egalitarian point this is a choice: an outcome that gives one side more and the
//! worst-off side the same is preferred, so weakly dominated ties are left out.
//!
//! Sources: J. F. Nash, "The Bargaining Problem", Econometrica 18 (1950) 155–162; E. Kalai and M. Smorodinsky, "Other
//! Solutions to Nash's Bargaining Problem", Econometrica 43 (1975) 513–518; for the egalitarian point E. Kalai,
//! "Proportional Solutions to Bargaining Situations", Econometrica 45 (1977) 1623–1630. They speak of convex sets, where
//! each solution is one point. Outcomes here are finitely many: each solution is the set of points that score best, and the
//! two readings of Kalai and Smorodinsky, which agree on convex sets, may differ.
//!
//! A criterion is first computed in doubles. Only the points within a margin far above their rounding error of the best
//! are then compared exactly, so ties are exact and large frontiers stay cheap.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use super::Ideal;

/// A frontier in whole numbers, one denominator per side.
pub(crate) struct Front {
    pub(crate) rows: Vec<Vec<BigInt>>,
    pub(crate) denominators: Vec<BigInt>,
    pub(crate) reservations: Vec<BigInt>,
    /// Each side's greatest utility over all outcomes.
    pub(crate) best: Vec<BigInt>,
    /// Each side's least utility over all outcomes.
    pub(crate) worst: Vec<BigInt>,
}

/// The points that a solution picks, and what they score.
pub(crate) struct Picked {
    pub(crate) points: Vec<usize>,
    pub(crate) score: BigRational,
}

/// Gains over the reservation values of the individually rational points, exact and in doubles.
pub(crate) struct Gains<'a> {
    front: &'a Front,
    points: Vec<usize>,
    exact: Vec<Vec<BigInt>>,
    /// In the side's own unit.
    rough: Vec<Vec<f64>>,
    /// The greatest gain each side may hope for, scaled like `exact`.
    ideal: Vec<BigInt>,
}

/// Relative margin between rounding in doubles (about 1e-15 here) and a comparison made exactly.
const MARGIN: f64 = 1e-11;

impl Front {
    /// A scaled utility as an exact number.
    pub(crate) fn utility(&self, side: usize, scaled: &BigInt) -> BigRational {
        reduced(scaled, &self.denominators[side])
    }

    /// Whether a row gives every side at least its reservation value.
    pub(crate) fn is_rational(&self, row: &[BigInt]) -> bool {
        row.iter().zip(&self.reservations).all(|(utility, reservation)| utility >= reservation)
    }

    /// The gains at individually rational points, or nothing when there is no such point.
    pub(crate) fn gains(&self, ideal: Ideal) -> Option<Gains<'_>> {
        let points: Vec<usize> = (0..self.rows.len()).filter(|&point| self.is_rational(&self.rows[point])).collect();
        if points.is_empty() {
            return None;
        }
        let gain = |row: &Vec<BigInt>| row.iter().zip(&self.reservations).map(|(mine, least)| mine - least).collect();
        let exact: Vec<Vec<BigInt>> = points.iter().map(|&point| gain(&self.rows[point])).collect();
        let ideal = match ideal {
            Ideal::IndividuallyRational => (0..self.denominators.len())
                .map(|side| exact.iter().map(|gains| &gains[side]).max().cloned().unwrap_or_default())
                .collect(),
            Ideal::AllOutcomes => gain(&self.best),
        };
        let rough = exact.iter().map(|gains| self.rough(gains)).collect();
        Some(Gains { front: self, points, exact, rough, ideal })
    }

    fn rough(&self, scaled: &[BigInt]) -> Vec<f64> {
        let quotient = |(scaled, denominator): (&BigInt, &BigInt)| quotient(scaled, denominator);
        scaled.iter().zip(&self.denominators).map(quotient).collect()
    }
}

/// `numerator / denominator` in lowest terms. Unbounded division is slow for the 64 bits that most of them have.
fn reduced(numerator: &BigInt, denominator: &BigInt) -> BigRational {
    match (numerator.to_i64(), denominator.to_i64()) {
        (Some(small), Some(denominator)) if small > i64::MIN => {
            let divisor = small.gcd(&denominator);
            BigRational::new_raw((small / divisor).into(), (denominator / divisor).into())
        }
        _ => BigRational::new(numerator.clone(), denominator.clone()),
    }
}

/// `numerator / denominator` in doubles, also where each alone would overflow.
pub(crate) fn quotient(numerator: &BigInt, denominator: &BigInt) -> f64 {
    if numerator.bits() < 1000 && denominator.bits() < 1000 {
        numerator.to_f64().unwrap_or(f64::NAN) / denominator.to_f64().unwrap_or(f64::NAN)
    } else {
        BigRational::new(numerator.clone(), denominator.clone()).to_f64().unwrap_or(f64::NAN)
    }
}

impl Gains<'_> {
    /// Nash (1950): the greatest product of gains.
    pub(crate) fn nash(&self) -> Picked {
        let exact = |at: usize| {
            let product: BigInt = self.exact[at].iter().product();
            BigRational::new(product, self.front.denominators.iter().product())
        };
        self.greatest(|at| Rough::sized(self.rough[at].iter().product()), exact)
    }

    /// The greatest sum of utilities.
    pub(crate) fn utilitarian(&self) -> Picked {
        let row = |at: usize| &self.front.rows[self.points[at]];
        let exact = |at: usize| self.front.utilities(row(at)).into_iter().sum();
        let rough = |at: usize| {
            let utilities = self.front.rough(row(at));
            Rough { score: utilities.iter().sum(), size: utilities.iter().map(|utility| utility.abs()).sum() }
        };
        self.greatest(rough, exact)
    }

    /// The greatest least gain, in the sides' own units.
    pub(crate) fn egalitarian(&self) -> Picked {
        let exact = |at: usize| self.front.utilities(&self.exact[at]).into_iter().min().unwrap_or_default();
        self.greatest(|at| Rough::sized(self.rough[at].iter().copied().fold(f64::INFINITY, f64::min)), exact)
    }

    /// Kalai and Smorodinsky (1975) on a finite frontier: the least difference between the greatest and the least
    /// normalised gain, so the points nearest to the line along which all sides gain the same share of their ideal.
    pub(crate) fn closest_shares(&self) -> Picked {
        let spread = |shares: Vec<f64>| {
            let greatest = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
            if shares.is_empty() { Rough::sized(0.0) } else { Rough { score: least - greatest, size: greatest } }
        };
        let exact = |at: usize| {
            let shares = self.shares(at);
            let least = shares.iter().min().cloned().unwrap_or_default();
            least - shares.into_iter().max().unwrap_or_default()
        };
        let mut picked = self.greatest(|at| spread(self.rough_shares(at)), exact);
        picked.score = -picked.score;
        picked
    }

    /// Kalai and Smorodinsky (1975) as the greatest least normalised gain.
    pub(crate) fn greatest_least_share(&self) -> Picked {
        let exact = |at: usize| self.shares(at).into_iter().min().unwrap_or_default();
        self.greatest(|at| Rough::sized(self.rough_shares(at).into_iter().fold(f64::INFINITY, f64::min)), exact)
    }

    /// Sides that cannot gain anything over their reservation value at any acceptable outcome.
    pub(crate) fn without_gain(&self) -> Vec<usize> {
        (0..self.ideal.len()).filter(|&side| self.exact.iter().all(|gains| gains[side].is_zero())).collect()
    }

    /// Each side's share of its ideal gain. A side with nothing to gain has no share and is passed over.
    fn shares(&self, at: usize) -> Vec<BigRational> {
        let sides = self.exact[at].iter().zip(&self.ideal).filter(|(_, ideal)| ideal.is_positive());
        sides.map(|(gain, ideal)| BigRational::new(gain.clone(), ideal.clone())).collect()
    }

    fn rough_shares(&self, at: usize) -> Vec<f64> {
        let sides = self.exact[at].iter().zip(&self.ideal).filter(|(_, ideal)| ideal.is_positive());
        sides.map(|(gain, ideal)| quotient(gain, ideal)).collect()
    }

    /// The points with the exactly greatest score.
    fn greatest(&self, rough: impl Fn(usize) -> Rough, exact: impl Fn(usize) -> BigRational) -> Picked {
        let scores: Vec<Rough> = (0..self.points.len()).map(rough).collect();
        let best = scores.iter().map(|rough| rough.score).fold(f64::NEG_INFINITY, f64::max);
        let size = scores.iter().map(|rough| rough.size.abs()).fold(0.0, f64::max);
        // Below this, doubles lose digits and the margin means nothing: then every point is compared exactly.
        let margin = if size > 1e-280 { MARGIN * size } else { f64::INFINITY };
        let mut picked = Picked { points: Vec::new(), score: BigRational::zero() };
        for (at, rough) in scores.iter().enumerate() {
            if rough.score < best - margin {
                continue;
            }
            let score = exact(at);
            if picked.points.is_empty() || score > picked.score {
                picked = Picked { points: vec![self.points[at]], score };
            } else if score == picked.score {
                picked.points.push(self.points[at]);
            }
        }
        picked
    }
}

/// A score in doubles, and the size of the terms it was made from, to which its rounding error is relative.
struct Rough {
    score: f64,
    size: f64,
}

impl Rough {
    /// A score without cancellation.
    fn sized(score: f64) -> Rough {
        Rough { score, size: score }
    }
}

impl Front {
    /// A row of scaled utilities as exact numbers.
    pub(crate) fn utilities(&self, row: &[BigInt]) -> Vec<BigRational> {
        row.iter().enumerate().map(|(side, scaled)| self.utility(side, scaled)).collect()
    }
}
