//! What is certain and what is possible, over all admissible chronologies.
//!
//! A condition is possible if some chronology satisfies it, and certain if none satisfies its negation. Truth values are
//! never composed: if B begins on the day A ends, "A or B is in force" is certain though neither alone is. So a
//! composed condition is tested as a whole, by adding its parts as temporary constraints; where it has alternatives,
//! each is tried in turn and left as soon as it contradicts. With many alternatives at once this is a disjunctive
//! temporal problem, for which nothing better than trying is known; the trials are counted and cut off.

use std::collections::BTreeSet;

use crate::chronology::{Frame, Refusal};
use crate::{Chronology, ChronologyError, Constraint, ConstraintId, Horizon, Point, Scenario};

/// How many constraints are tried for one question.
const MOST_TRIALS: u32 = 1 << 20;

/// Something that is true or false in each chronology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The constraint holds.
    Holds(Constraint),
    /// The condition does not.
    Not(Box<Condition>),
    /// All do; true if there are none.
    All(Vec<Condition>),
    /// At least one does; false if there are none.
    Any(Vec<Condition>),
}

/// What can be said of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It is true in no admissible chronology.
    No,
    /// It is true in some and false in others.
    Possible,
    /// It is true in every one, of which there is at least one.
    Certain,
}

/// What can be said of a condition, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The answer.
    pub truth: Truth,
    /// A chronology in which it is true, unless the answer is no.
    pub witness_for: Option<Scenario>,
    /// A chronology in which it is false, unless the answer is certain.
    pub witness_against: Option<Scenario>,
    /// Constraints that suffice for the answer, in rising order, if it is certain or no. Each alternative is ruled out by
    /// as few of them as can be; all together may be more than are needed.
    pub because: Vec<ConstraintId>,
}

impl Condition {
    /// Something that begins at `since` and ends at `until` is in force at a tick: begun by then, not yet ended. At `since`
    /// it is in force, at `until` no longer. `None` never ends.
    pub fn in_force(since: Point, until: Option<Point>, tick: i64) -> Self {
        let begun = Self::Holds(Constraint::not_after(since, tick));
        let lasts = until.map(|until| Self::Holds(Constraint::not_before(until, tick.saturating_add(1))));
        Self::All([begun].into_iter().chain(lasts).collect())
    }

    /// Not this one.
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }
}

impl Chronology {
    /// Whether something is in force at a tick; see [`Condition::in_force`].
    ///
    /// # Errors
    /// As [`Chronology::truth`].
    pub fn in_force(&mut self, since: Point, until: Option<Point>, tick: i64) -> Result<Truth, ChronologyError> {
        self.truth(&Condition::in_force(since, until, tick))
    }

    /// Whether a condition is certain, possible or neither.
    ///
    /// # Errors
    /// [`ChronologyError::UnknownPoint`], [`ChronologyError::OutOfRange`], and [`ChronologyError::Unsettled`] after a million
    /// trials. There is no contradiction: this chronology is consistent, so nothing is certain vacuously.
    pub fn truth(&mut self, condition: &Condition) -> Result<Truth, ChronologyError> {
        if !self.possible(condition)? {
            return Ok(Truth::No);
        }
        Ok(if self.certain(condition)? { Truth::Certain } else { Truth::Possible })
    }

    /// Whether a condition is true in some admissible chronology.
    ///
    /// # Errors
    /// As [`Chronology::truth`].
    pub fn possible(&mut self, condition: &Condition) -> Result<bool, ChronologyError> {
        Ok(Search::new(condition, true, None).run(self, |_| Ok(()))?.is_some())
    }

    /// Whether a condition is true in every admissible chronology.
    ///
    /// # Errors
    /// As [`Chronology::truth`].
    pub fn certain(&mut self, condition: &Condition) -> Result<bool, ChronologyError> {
        Ok(Search::new(condition, false, None).run(self, |_| Ok(()))?.is_none())
    }

    /// The answer with its evidence: one chronology for it and one against, or the constraints that leave no choice.
    ///
    /// # Errors
    /// As [`Chronology::truth`] and [`Chronology::earliest`].
    pub fn weigh(&mut self, condition: &Condition, horizon: Horizon) -> Result<Weighed, ChronologyError> {
        let mut because = BTreeSet::new();
        let witness_for = Search::new(condition, true, Some(&mut because)).run(self, |all| all.earliest(horizon))?;
        if witness_for.is_some() {
            because.clear();
        }
        let against = if witness_for.is_some() { Some(&mut because) } else { None };
        let witness_against = Search::new(condition, false, against).run(self, |all| all.earliest(horizon))?;
        let truth = match (&witness_for, &witness_against) {
            (None, _) => Truth::No,
            (Some(_), None) => Truth::Certain,
            (Some(_), Some(_)) => Truth::Possible,
        };
        if truth == Truth::Possible {
            because.clear();
        }
        Ok(Weighed { truth, witness_for, witness_against, because: because.into_iter().collect() })
    }
}

/// Something still to be made true.
#[derive(Clone)]
enum Goal<'c> {
    Condition(&'c Condition, bool),
    Constraint(Constraint),
}

/// A place to return to: what was assumed and what was still to do, and the alternatives not yet tried.
struct Choice<'c> {
    frame: Frame,
    goals: Vec<Goal<'c>>,
    alternatives: Vec<Goal<'c>>,
}

struct Search<'c, 'b> {
    goals: Vec<Goal<'c>>,
    choices: Vec<Choice<'c>>,
    /// What ruled alternatives out, if that is wanted.
    because: Option<&'b mut BTreeSet<ConstraintId>>,
    trials: u32,
}

impl<'c, 'b> Search<'c, 'b> {
    fn new(condition: &'c Condition, wanted: bool, because: Option<&'b mut BTreeSet<ConstraintId>>) -> Self {
        Self { goals: vec![Goal::Condition(condition, wanted)], choices: Vec::new(), because, trials: 0 }
    }

    /// Looks for a chronology and asks something in the midst of it; `None` if there is none.
    fn run<T>(
        mut self,
        all: &mut Chronology,
        ask: impl FnOnce(&mut Chronology) -> Result<T, ChronologyError>,
    ) -> Result<Option<T>, ChronologyError> {
        let frame = all.open();
        let answer = match self.find(all) {
            Ok(true) => ask(all).map(Some),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        };
        while let Some(choice) = self.choices.pop() {
            all.roll_back(choice.frame);
        }
        all.roll_back(frame);
        answer
    }

    fn find(&mut self, all: &mut Chronology) -> Result<bool, ChronologyError> {
        while let Some(goal) = self.goals.pop() {
            let fits = match goal {
                Goal::Constraint(constraint) => self.fits(all, &constraint)?,
                Goal::Condition(Condition::Holds(constraint), true) => self.fits(all, constraint)?,
                Goal::Condition(Condition::Holds(constraint), false) => {
                    self.branch(all, constraint.negated().into_iter().map(Goal::Constraint).collect())
                }
                Goal::Condition(Condition::Not(inner), wanted) => {
                    self.goals.push(Goal::Condition(inner, !wanted));
                    true
                }
                Goal::Condition(Condition::All(parts), true) => self.require(parts, true),
                Goal::Condition(Condition::Any(parts), false) => self.require(parts, false),
                Goal::Condition(Condition::All(parts), false) => self.branch(all, goals(parts, false)),
                Goal::Condition(Condition::Any(parts), true) => self.branch(all, goals(parts, true)),
            };
            if !fits && !self.back(all) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn require(&mut self, parts: &'c [Condition], wanted: bool) -> bool {
        self.goals.extend(goals(parts, wanted));
        true
    }

    fn fits(&mut self, all: &mut Chronology, constraint: &Constraint) -> Result<bool, ChronologyError> {
        self.trials += 1;
        if self.trials > MOST_TRIALS {
            return Err(ChronologyError::Unsettled { constraints: Vec::new() });
        }
        if self.because.is_none() && all.bounds_forbid(constraint) {
            return Ok(false);
        }
        match all.insert(None, constraint) {
            Ok(()) => Ok(true),
            Err(refusal) if self.because.is_none() && refusal.is_conflict() => Ok(false),
            Err(refusal) => match all.explain_refusal(refusal) {
                ChronologyError::Contradiction { constraints } => {
                    self.because.iter_mut().for_each(|because| because.extend(&constraints));
                    Ok(false)
                }
                error => Err(error),
            },
        }
    }

    /// Goes on with the first of the alternatives; `false` if there are none.
    fn branch(&mut self, all: &mut Chronology, mut alternatives: Vec<Goal<'c>>) -> bool {
        alternatives.reverse();
        let Some(first) = alternatives.pop() else { return false };
        if !alternatives.is_empty() {
            self.choices.push(Choice { frame: all.open(), goals: self.goals.clone(), alternatives });
        }
        self.goals.push(first);
        true
    }

    /// Returns to the last choice and takes the next alternative; `false` if none is left anywhere.
    fn back(&mut self, all: &mut Chronology) -> bool {
        let Some(choice) = self.choices.last_mut() else { return false };
        all.roll_back(choice.frame);
        let Some(next) = choice.alternatives.pop() else { return false };
        self.goals.clone_from(&choice.goals);
        self.goals.push(next);
        if choice.alternatives.is_empty() {
            self.choices.pop();
        } else {
            choice.frame = all.open();
        }
        true
    }
}

impl Chronology {
    /// Whether the bounds alone show that a distance cannot be. Most questions end here, without a trial.
    fn bounds_forbid(&self, constraint: &Constraint) -> bool {
        let Constraint::Apart { from, to, at_least, at_most } = constraint else { return false };
        // Bounds are within 2^60 of zero, so their differences do not overflow.
        let longest = self.upper(*to).zip(self.lower(*from)).map(|(last, first)| last - first);
        let shortest = self.lower(*to).zip(self.upper(*from)).map(|(first, last)| first - last);
        at_least.zip(longest).is_some_and(|(least, longest)| longest < least)
            || at_most.zip(shortest).is_some_and(|(most, shortest)| most < shortest)
    }
}

impl Refusal {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Halted(crate::side::Halt::Conflict(_)))
    }
}

fn goals(parts: &[Condition], wanted: bool) -> Vec<Goal<'_>> {
    parts.iter().rev().map(|part| Goal::Condition(part, wanted)).collect()
}
