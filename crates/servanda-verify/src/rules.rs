//! What rules wait for and what they do, each in one form.

use std::collections::BTreeSet;

use servanda_model::{Condition, Effect, Expr, Term, Trigger};
use servanda_proof::{Filling, Kind, Target, What};

use crate::conditions::{Scene, surely_bound};

/// What a trigger waits for: something that is said at a moment; then, if it is timed, for a while.
pub(crate) struct Wait<'a> {
    pub(crate) kind: Kind,
    pub(crate) of: Target,
    pub(crate) args: &'a [Term],
    pub(crate) value: Term,
    pub(crate) timed: Option<Timed<'a>>,
}

/// How long after, and under which conditions when the time begins.
pub(crate) struct Timed<'a> {
    pub(crate) time: &'a Expr,
    pub(crate) given: &'a [Condition],
    /// Whether the value must last, and whether the time begins anew when it is started again.
    pub(crate) lasting: Option<bool>,
}

impl<'a> Wait<'a> {
    pub(crate) fn of(trigger: &'a Trigger) -> Wait<'a> {
        let (kind, it) = match trigger {
            Trigger::Happens(it) => {
                let of = Target::Action(it.action.0);
                return Wait { kind: Kind::Happen, of, args: &it.args, value: Term::Any, timed: None };
            }
            Trigger::After { time, trigger, given } => {
                return Wait { timed: Some(Timed { time, given, lasting: None }), ..Wait::of(trigger) };
            }
            Trigger::Comes(it) => (Kind::Come, it),
            Trigger::Initiated(it) => (Kind::Start, it),
            Trigger::Ends(it) => (Kind::Cease, it),
            Trigger::Begins(it) | Trigger::HasHeld { pattern: it, .. } => (Kind::Begin, it),
        };
        let timed = match trigger {
            Trigger::HasHeld { time, since_renewed, .. } => {
                Some(Timed { time, given: &[], lasting: Some(*since_renewed) })
            }
            _ => None,
        };
        Wait { kind, of: Target::Fluent(it.fluent.0), args: &it.args, value: it.value, timed }
    }

    /// What is known of the variables that the trigger binds: where it is timed, others are open until the time comes.
    pub(crate) fn early(&self, known: &Filling) -> Filling {
        let Some(timed) = &self.timed else { return known.clone() };
        let mut bound: BTreeSet<u32> = surely_bound(timed.given);
        bound.extend(self.args.iter().chain([&self.value]).filter_map(|term| term.as_var()).map(|var| var.0));
        known.iter().filter(|(var, _)| bound.contains(var)).map(|(var, value)| (*var, *value)).collect()
    }
}

/// What an effect does, and to what.
pub(crate) fn done(effect: &Effect) -> (Kind, Target, &[Term]) {
    match effect {
        Effect::Initiate { fluent, args, .. } => (Kind::Start, Target::Fluent(fluent.0), args),
        Effect::Increase { fluent, args, .. } => (Kind::Add, Target::Fluent(fluent.0), args),
        Effect::Terminate { pattern: it } => (Kind::End, Target::Fluent(it.fluent.0), &it.args),
        Effect::Happen(it) => (Kind::Happen, Target::Action(it.action.0), &it.args),
    }
}

/// The same for one filling; nothing if its value, or of which instance it is, is missing.
pub(crate) fn perform(scene: &Scene<'_>, effect: &Effect, filling: &Filling) -> Option<What> {
    let (kind, of, args) = done(effect);
    let on = Some(scene.shape(of, args, filling)).filter(|on| kind == Kind::End || on.is_single())?;
    let value = match effect {
        Effect::Initiate { value, .. } | Effect::Increase { by: value, .. } => Some(scene.value(value, filling)?),
        Effect::Terminate { pattern } => scene.filled(pattern.value, filling),
        Effect::Happen(_) => None,
    };
    Some(What { kind, on, value })
}
