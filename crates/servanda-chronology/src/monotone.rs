//! Functions that never turn back: "three months after", "the first day of the month following".
//!
//! No number of days equals a month, so these are not distances. But a later start never gives an earlier end, and that
//! is all that bounds need: if x is at least a, then f(x) is at least f(a). Going back uses the two adjoints of f, found
//! by a doubling search and a bisection where the caller knows no better.

use std::fmt;
use std::sync::Arc;

use crate::LIMIT;

/// A function from ticks to ticks that never decreases.
///
/// Contract, relied on and not checked: `a <= b` implies `at(a) <= at(b)`. A function that breaks it gives wrong bounds,
/// though neither a panic nor an endless loop. Outside the ticks it knows a function should saturate.
pub trait Monotone: Send + Sync {
    /// The value at a tick.
    fn at(&self, tick: i64) -> i64;

    /// The first tick whose value is at least `value`; `None` if there is none. `i64::MIN` if every tick will do.
    fn first_reaching(&self, value: i64) -> Option<i64> {
        first_where(guess(value, self.offsets()), |tick| self.at(tick) >= value)
    }

    /// The last tick whose value is at most `value`; `None` if there is none. `i64::MAX` if every tick will do.
    fn last_within(&self, value: i64) -> Option<i64> {
        match first_where(guess(value, self.offsets()), |tick| self.at(tick) > value) {
            None => Some(i64::MAX),
            Some(i64::MIN) => None,
            Some(beyond) => Some(beyond - 1),
        }
    }

    /// The least and the greatest of `at(tick) - tick`, if known. One month moves by 28 to 31 days. With it, most
    /// contradictions that go round a cycle are seen in the first round.
    fn offsets(&self) -> Option<(i64, i64)> {
        None
    }

    /// A positive `p` with `at(tick + p) == at(tick) + p` for all ticks, if there is one: 146 097 days for the Gregorian
    /// calendar, 1461 for the Julian. With it, going round a cycle always comes to an end. Without it, contradictions
    /// among points that nothing dates may go unseen, and so a contradiction may cite more than it needs.
    fn period(&self) -> Option<i64> {
        None
    }
}

impl<F: Fn(i64) -> i64 + Send + Sync> Monotone for F {
    fn at(&self, tick: i64) -> i64 {
        self(tick)
    }
}

/// A shared [`Monotone`] function.
#[derive(Clone)]
pub struct Shift(pub Arc<dyn Monotone>);

impl Shift {
    /// Shares a function.
    pub fn new(function: impl Monotone + 'static) -> Self {
        Self(Arc::new(function))
    }

    /// The same function, its value moved by some ticks: "the day after three months".
    pub fn plus(&self, ticks: i64) -> Self {
        Self::new(Plus { function: self.clone(), ticks })
    }
}

impl fmt::Debug for Shift {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Shift(0 -> {})", self.0.at(0))
    }
}

/// Two are equal if they share one function.
impl PartialEq for Shift {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Shift {}

struct Plus {
    function: Shift,
    ticks: i64,
}

impl Monotone for Plus {
    fn at(&self, tick: i64) -> i64 {
        self.function.0.at(tick).saturating_add(self.ticks)
    }

    fn first_reaching(&self, value: i64) -> Option<i64> {
        self.function.0.first_reaching(value.saturating_sub(self.ticks))
    }

    fn last_within(&self, value: i64) -> Option<i64> {
        self.function.0.last_within(value.saturating_sub(self.ticks))
    }

    fn offsets(&self) -> Option<(i64, i64)> {
        let (least, greatest) = self.function.0.offsets()?;
        Some((least.saturating_add(self.ticks), greatest.saturating_add(self.ticks)))
    }

    fn period(&self) -> Option<i64> {
        self.function.0.period()
    }
}

/// Where to begin looking for the tick that a function takes to `value`.
fn guess(value: i64, offsets: Option<(i64, i64)>) -> i64 {
    value.saturating_sub(offsets.map_or(0, |(least, _)| least)).clamp(-LIMIT, LIMIT)
}

/// The first tick within the limits at which a claim holds that, once true, stays true.
fn first_where(guess: i64, claim: impl Fn(i64) -> bool) -> Option<i64> {
    let (mut fails, mut holds) = bracket(guess, &claim)?;
    if fails < -LIMIT {
        return Some(i64::MIN);
    }
    while holds - fails > 1 {
        let middle = fails + (holds - fails) / 2;
        if claim(middle) {
            holds = middle;
        } else {
            fails = middle;
        }
    }
    Some(holds)
}

/// A tick where the claim fails and a later one where it holds, by steps that double. The first is below the limits if
/// the claim fails nowhere; there is no pair if it holds nowhere.
fn bracket(guess: i64, claim: &impl Fn(i64) -> bool) -> Option<(i64, i64)> {
    let (mut edge, mut step) = (guess, 1);
    if claim(guess) {
        while edge > -LIMIT {
            let next = edge.saturating_sub(step).max(-LIMIT);
            if !claim(next) {
                return Some((next, edge));
            }
            (edge, step) = (next, step.saturating_mul(2));
        }
        Some((i64::MIN, edge))
    } else {
        while edge < LIMIT {
            let next = edge.saturating_add(step).min(LIMIT);
            if claim(next) {
                return Some((edge, next));
            }
            (edge, step) = (next, step.saturating_mul(2));
        }
        None
    }
}
