//! Laying what a norm says over what is asked.

use std::collections::BTreeMap;

use servanda_model::{Condition, EventPattern, Expr, FluentId, FluentPattern, Hole, Norm, Scope, Term, Value, VarId};

use crate::question::Preparing;
use crate::question::deeds::Deed;
use crate::question::terms::Put;

/// How a norm's deed is laid over the deed asked about.
#[derive(Default)]
pub(super) struct Laid {
    /// For variables of the norm.
    pub(super) norm: Put,
    /// For what is asked.
    pub(super) asked: BTreeMap<VarId, Term>,
    /// That the place asked about lies in the one of which the norm speaks.
    pub(super) parts: Vec<Condition>,
}

pub(super) fn expr_of(term: Term) -> Expr {
    match term {
        Term::Value(value) => Expr::Value(value),
        Term::Var(var) => Expr::Var(var),
        Term::Any => Expr::Value(Value::TRUE),
    }
}

impl Preparing<'_> {
    /// Whether a norm may be owed as it was laid over the question: the other has to be a party.
    pub(super) fn can_concern(&self, norm: &Norm, laid: &Laid) -> bool {
        let hooks = &self.model.hooks;
        norm.binding.iter().all(|condition| match condition {
            Condition::Holds(it) if [hooks.named_in, hooks.party].contains(&it.fluent) => {
                let constant = |term: &Term| match laid.norm.term(*term) {
                    Term::Value(value) => value.as_entity(),
                    _ => None,
                };
                match (constant(&it.args[0]), constant(&it.args[1])) {
                    // Who is a party on the day is for the condition itself to say, where the law does.
                    (Some(_), Some(_)) if it.fluent == hooks.party && hooks.party != hooks.named_in => true,
                    (Some(other), Some(instrument)) => {
                        self.model.lexicon.entities[instrument.index()].parties.contains(&other)
                    }
                    _ => true,
                }
            }
            _ => true,
        })
    }

    /// Lays a norm's deed over another.
    pub(super) fn fit(&self, norm: &Norm, theirs: &Deed, ours: &Deed, scope: &Scope) -> Option<Laid> {
        let mut laid = Laid::default();
        let pairs: Vec<(Term, Term)> = match (theirs, ours) {
            (Deed::Act(theirs), Deed::Act(ours)) if theirs.action == ours.action => {
                if self.is_beside(theirs, ours) {
                    return None;
                }
                let mut theirs = theirs.args.clone();
                laid.parts = self.placed_within(norm, &mut theirs, &ours.args, &mut laid.norm);
                theirs.into_iter().zip(ours.args.iter().copied()).collect()
            }
            (Deed::State(theirs, _), Deed::State(ours, _)) if theirs.fluent == ours.fluent => {
                let args = theirs.args.iter().copied().zip(ours.args.iter().copied());
                args.chain([(theirs.value, ours.value)]).collect()
            }
            _ => return None,
        };
        let model = self.model;
        let is_of = |value: Value, hole: Hole| match hole {
            Hole::Kind(kind) => value.as_entity().is_some_and(|it| model.lexicon.is_of_kind(it, kind)),
            _ => true,
        };
        // Numbers are compared apart, with the limits.
        let apart = |a: Value, b: Value| a != b && (a.as_entity().is_some() || b.as_entity().is_some());
        for (theirs, ours) in pairs {
            match (laid.norm.term(theirs), ours) {
                (Term::Value(theirs), Term::Value(ours)) if apart(theirs, ours) => return None,
                (Term::Value(_), Term::Value(_)) => {}
                (Term::Var(var), Term::Value(value)) => {
                    if !is_of(value, norm.vars[var.index()].hole) {
                        return None;
                    }
                    laid.norm.terms.insert(var, ours);
                }
                (theirs, Term::Var(var)) => {
                    let hole = scope.vars.get(var.index()).map_or(Hole::Any, |var| var.hole);
                    if matches!(theirs, Term::Value(value) if !is_of(value, hole)) {
                        return None;
                    }
                    laid.asked.entry(var).or_insert(theirs);
                }
                _ => {}
            }
        }
        Some(laid)
    }

    /// Whether an act that is asked about names what a norm leaves open and leaves open what the norm names: to ally with one
    /// state is not yet to ally against another.
    fn is_beside(&self, theirs: &EventPattern, ours: &EventPattern) -> bool {
        let holes = &self.model.program.actions[theirs.action.index()].holes;
        let is_thing = |hole: &Hole| matches!(hole, Hole::Kind(_) | Hole::Thing);
        let pairs =
            || theirs.args.iter().zip(&ours.args).zip(holes).filter(|(_, hole)| is_thing(hole)).map(|(it, _)| it);
        pairs().any(|(theirs, ours)| *theirs == Term::Any && matches!(ours, Term::Value(_)))
            && pairs().any(|(theirs, ours)| *theirs != Term::Any && *ours == Term::Any)
    }

    /// Lays what a norm says of a state of things in a whole over what is asked about a place in it.
    pub(super) fn fit_around(&self, norm: &Norm, theirs: &Deed, ours: &Deed, scope: &Scope) -> Option<(Laid, Deed)> {
        let (Deed::State(wide, _), Deed::State(own, tests)) = (theirs, ours) else { return None };
        if wide.fluent != own.fluent {
            return None;
        }
        let mut around = own.clone();
        let mut parts = Vec::new();
        let holes = &self.model.program.fluents[own.fluent.index()].args;
        for ((own, wide), hole) in around.args.iter_mut().zip(&wide.args).zip(holes) {
            let lies = self.model.nesting.iter().find(|it| self.model.program.fluents[it.index()].args[0] == *hole);
            if let (Some(lies), Term::Value(_), Term::Value(_)) = (lies, *own, *wide)
                && own != wide
            {
                let args = vec![*own, *wide];
                let lies = FluentPattern { fluent: *lies, args, value: Term::Value(Value::TRUE) };
                parts.push(Condition::Holds(lies));
                *own = *wide;
            }
        }
        if parts.is_empty() {
            return None;
        }
        let around = Deed::State(around, tests.clone());
        let laid = self.fit(norm, theirs, &around, scope)?;
        Some((Laid { parts, ..laid }, around))
    }

    /// What a norm says of an act in a place it says of the act in a part of it: lays the place asked about over that of the norm,
    /// and gives back that it has to lie in it.
    fn placed_within(&self, norm: &Norm, theirs: &mut [Term], ours: &[Term], put: &mut Put) -> Vec<Condition> {
        let mut parts = Vec::new();
        for (at, var) in &norm.places {
            let Some(part @ Term::Value(_)) = ours.get(*at).copied() else { continue };
            put.terms.insert(*var, part);
            let whole = std::mem::replace(&mut theirs[*at], part);
            let Hole::Kind(kind) = norm.vars[var.index()].hole else { continue };
            let is_whole = |it: &&FluentId| self.model.program.fluents[it.index()].args[0] == Hole::Kind(kind);
            let lies =
                self.model.nesting.iter().find(is_whole).filter(|_| whole != part && matches!(whole, Term::Value(_)));
            match lies {
                Some(lies) => parts.push(Condition::Holds(FluentPattern {
                    fluent: *lies,
                    args: vec![part, whole],
                    value: Term::Value(Value::TRUE),
                })),
                None => theirs[*at] = whole,
            }
        }
        parts
    }
}
