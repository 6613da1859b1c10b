//! The network as given: points and inequalities, nothing yet derived.

use crate::conflict::{LabelIndex, report};
use crate::side::Side;
use crate::{Chronology, ChronologyError, Constraint, ConstraintId, LIMIT, Point, Relation, Scenario, Shift};

/// One of the two ends of what is known about a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// The first tick at which it can be.
    Lower,
    /// The last tick at which it can be.
    Upper,
}

/// Points and what is said about them. See the crate's page for an example.
#[derive(Clone, Debug)]
pub struct Network {
    pub(crate) points: u32,
    pub(crate) inequalities: Vec<Inequality>,
    pub(crate) functions: Vec<Shift>,
}

/// Half of a constraint: one point against one other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inequality {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) rule: Rule,
    /// `None` for an assumption.
    pub(crate) label: Option<ConstraintId>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// `to - from <= ticks`.
    Within(i64),
    /// `to <= f(from)`; the number is the function's index.
    AtMost(u32),
    /// `to >= f(from)`.
    AtLeast(u32),
}

/// What an inequality makes of the bound at its tail.
pub(crate) enum Step {
    /// The head has this bound or a tighter one.
    To(i64),
    /// It says nothing.
    Nothing,
    /// No tick at all would do for the head.
    Nowhere,
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

impl Network {
    /// A network with no point but the origin.
    pub fn new() -> Self {
        Self { points: 1, inequalities: Vec::new(), functions: Vec::new() }
    }

    /// A new point, of which nothing is known. There can be 2³² - 2 of them; a point beyond is unknown to the network.
    pub fn add_point(&mut self) -> Point {
        let point = Point(self.points);
        self.points = self.points.saturating_add(1);
        point
    }

    /// How many points there are, the origin included. Points are numbered below it.
    pub fn point_count(&self) -> usize {
        self.points as usize
    }

    /// Adds a constraint under a name of the caller's.
    ///
    /// # Errors
    /// [`ChronologyError::UnknownPoint`], and [`ChronologyError::OutOfRange`] for a number of ticks beyond
    /// [`LIMIT`]; the network is then as before. Contradictions are found by [`Network::tighten`].
    pub fn add(&mut self, id: ConstraintId, constraint: Constraint) -> Result<(), ChronologyError> {
        self.insert(Some(id), &constraint)
    }

    /// Derives the tight bounds of all points.
    ///
    /// # Errors
    /// [`ChronologyError::Contradiction`] with a minimal set; rarely [`ChronologyError::OutOfRange`] or
    /// [`ChronologyError::Unsettled`].
    pub fn tighten(self) -> Result<Chronology, ChronologyError> {
        let explained = |halt| report(&self, halt, &LabelIndex::default(), self.inequalities.len());
        let mut lower = Side::new(&self, Bound::Lower);
        lower.tighten(&self).map_err(explained)?;
        let mut upper = Side::new(&self, Bound::Upper);
        upper.tighten(&self).map_err(explained)?;
        Ok(Chronology::new(self, lower, upper))
    }

    /// The constraints that a chronology breaks, each once and in rising order; empty if it is admissible. A point that
    /// the scenario does not have breaks whatever is said about it.
    pub fn broken_by(&self, scenario: &Scenario) -> Vec<ConstraintId> {
        let breaks = |inequality: &&Inequality| !self.holds(inequality, scenario);
        let mut broken: Vec<_> = self.inequalities.iter().filter(breaks).filter_map(|it| it.label).collect();
        broken.sort_unstable();
        broken.dedup();
        broken
    }

    fn holds(&self, inequality: &Inequality, scenario: &Scenario) -> bool {
        let (Some(from), Some(to)) = (scenario.tick(Point(inequality.from)), scenario.tick(Point(inequality.to)))
        else {
            return false;
        };
        match inequality.rule {
            Rule::Within(ticks) => i128::from(to) - i128::from(from) <= i128::from(ticks),
            Rule::AtMost(function) => to <= self.functions[function as usize].0.at(from),
            Rule::AtLeast(function) => to >= self.functions[function as usize].0.at(from),
        }
    }

    pub(crate) fn insert(
        &mut self,
        label: Option<ConstraintId>,
        constraint: &Constraint,
    ) -> Result<(), ChronologyError> {
        if let Some(point) = constraint.points().into_iter().find(|point| point.0 >= self.points) {
            return Err(ChronologyError::UnknownPoint { point });
        }
        let [Point(from), Point(to)] = constraint.points();
        match constraint {
            Constraint::Apart { at_least, at_most, .. } => {
                if at_least.iter().chain(at_most).any(|ticks| ticks.unsigned_abs() > LIMIT.unsigned_abs()) {
                    return Err(ChronologyError::OutOfRange { constraints: label.into_iter().collect() });
                }
                let nearest = at_least.map(|ticks| (to, from, -ticks));
                let farthest = at_most.map(|ticks| (from, to, ticks));
                for (from, to, ticks) in nearest.into_iter().chain(farthest) {
                    self.inequalities.push(Inequality { from, to, rule: Rule::Within(ticks), label });
                }
            }
            Constraint::Moved { by, relation, .. } => {
                let function = self.functions.len() as u32;
                self.functions.push(by.clone());
                if *relation != Relation::AtMost {
                    self.inequalities.push(Inequality { from, to, rule: Rule::AtLeast(function), label });
                }
                if *relation != Relation::AtLeast {
                    self.inequalities.push(Inequality { from, to, rule: Rule::AtMost(function), label });
                }
            }
        }
        Ok(())
    }
}

impl Inequality {
    /// Which point's bound it makes of which other's: tail, then head. The two sides go opposite ways.
    pub(crate) fn ends(&self, bound: Bound) -> (u32, u32) {
        match (self.rule, bound) {
            (Rule::Within(_) | Rule::AtMost(_), Bound::Lower) | (Rule::AtLeast(_), Bound::Upper) => {
                (self.to, self.from)
            }
            (Rule::Within(_) | Rule::AtMost(_), Bound::Upper) | (Rule::AtLeast(_), Bound::Lower) => {
                (self.from, self.to)
            }
        }
    }

    /// The bound at the head that follows from a bound at the tail. On the upper side all ticks are negated, so that
    /// both sides look for the least values.
    pub(crate) fn step(&self, functions: &[Shift], bound: Bound, value: i64) -> Step {
        match (self.rule, bound) {
            (Rule::Within(ticks), _) => Step::To(value.saturating_sub(ticks)),
            (Rule::AtLeast(f), Bound::Lower) => Step::To(functions[f as usize].0.at(value)),
            (Rule::AtMost(f), Bound::Upper) => Step::To(functions[f as usize].0.at(-value).saturating_neg()),
            (Rule::AtMost(f), Bound::Lower) => match functions[f as usize].0.first_reaching(value) {
                None => Step::Nowhere,
                Some(i64::MIN) => Step::Nothing,
                Some(tick) => Step::To(tick),
            },
            (Rule::AtLeast(f), Bound::Upper) => match functions[f as usize].0.last_within(-value) {
                None => Step::Nowhere,
                Some(i64::MAX) => Step::Nothing,
                Some(tick) => Step::To(tick.saturating_neg()),
            },
        }
    }

    /// By how much it surely moves a bound on either side, if that is known.
    pub(crate) fn sure_gain(&self, functions: &[Shift]) -> Option<i64> {
        match self.rule {
            Rule::Within(ticks) => Some(-ticks),
            Rule::AtLeast(f) => functions[f as usize].0.offsets().map(|(least, _)| least),
            Rule::AtMost(f) => functions[f as usize].0.offsets().map(|(_, greatest)| greatest.saturating_neg()),
        }
    }

    /// After how many ticks it repeats itself, if it does.
    pub(crate) fn period(&self, functions: &[Shift]) -> Option<i64> {
        match self.rule {
            Rule::Within(_) => Some(1),
            Rule::AtLeast(f) | Rule::AtMost(f) => functions[f as usize].0.period().filter(|period| *period > 0),
        }
    }
}
