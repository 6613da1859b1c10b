//! Laying what a norm says over what is asked.

use std::collections::BTreeMap;

use servanda_model::{
    ActionId, Condition, Effect, EventPattern, Expr, FluentId, FluentPattern, FluentType, Hole, Norm, Rule, Scope,
    Term, Trigger, Value, VarId,
};

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

    /// Lays what a norm says of a state of things in a whole, or of an act upon it, over what is asked about a place in it.
    pub(super) fn fit_around(&self, norm: &Norm, theirs: &Deed, ours: &Deed, scope: &Scope) -> Option<(Laid, Deed)> {
        let program = &self.model.program;
        let (around, parts) = match (theirs, ours) {
            (Deed::State(wide, _), Deed::State(own, tests)) if wide.fluent == own.fluent => {
                let (args, parts) = self.around(&own.args, &wide.args, &program.fluents[own.fluent.index()].args);
                (Deed::State(FluentPattern { args, ..own.clone() }, tests.clone()), parts)
            }
            (Deed::Act(wide), Deed::Act(own)) if wide.action == own.action && norm.places.is_empty() => {
                let (args, parts) = self.around(&own.args, &wide.args, &program.actions[own.action.index()].holes);
                (Deed::Act(EventPattern { action: own.action, args }), parts)
            }
            _ => return None,
        };
        if parts.is_empty() {
            return None;
        }
        let laid = self.fit(norm, theirs, &around, scope)?;
        Some((Laid { parts, ..laid }, around))
    }

    /// Terms with the places of a norm in place of those that are asked about, and that the ones lie in the others.
    fn around(&self, own: &[Term], wide: &[Term], holes: &[Hole]) -> (Vec<Term>, Vec<Condition>) {
        let mut around = own.to_vec();
        let mut parts = Vec::new();
        for ((own, wide), hole) in around.iter_mut().zip(wide).zip(holes) {
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
        (around, parts)
    }

    /// Whether who does an act to a place has done something to each place in it, by a rule: who hands over a land hands over
    /// the towns in it.
    pub(super) fn reaches_parts(&self, action: ActionId) -> bool {
        let program = &self.model.program;
        let is_place =
            |var: &Term, of: &Rule| matches!(var, Term::Var(it) if self.is_nested_kind(of.vars[it.index()].hole));
        let lies_in = |condition: &Condition, whole: &Term, of: &Rule| match condition {
            Condition::Holds(it) if it.value == Term::Value(Value::TRUE) && it.args.len() == 2 => {
                (it.args[1] == *whole && is_place(&it.args[0], of)).then_some(it.args[0])
            }
            _ => None,
        };
        let begins = |effect: &Effect, part: &Term| {
            matches!(effect, Effect::Initiate { fluent, args, .. }
                if args.contains(part) && program.fluents[fluent.index()].ty == FluentType::Truth)
        };
        self.model.rules.iter().map(|rule| &rule.item).any(|rule| {
            let [Trigger::Happens(act)] = rule.triggers.as_slice() else { return false };
            let wholes = || act.args.iter().filter(|term| act.action == action && is_place(term, rule));
            wholes().any(|whole| {
                let mut parts = rule.conditions.iter().filter_map(|it| lies_in(it, whole, rule));
                parts.any(|part| rule.effects.iter().any(|effect| begins(effect, &part)))
            })
        })
    }

    /// Whether things of a kind of hole lie in each other.
    fn is_nested_kind(&self, hole: Hole) -> bool {
        self.model.nesting.iter().any(|it| self.model.program.fluents[it.index()].args[0] == hole)
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
