//! To whom what a norm asks for is owed.

use servanda_model::{Condition, EntityId, FluentPattern, Norm, Term, Value, VarId};

use super::Laid;
use crate::question::Preparing;
use crate::question::deeds::{Deed, deeds_of};

impl Preparing<'_> {
    /// Whether a norm is owed to somebody: it names them, or they are the other party, or a party to the instrument where
    /// it names nobody.
    pub(super) fn is_owed_to(&self, norm: &Norm, creditor: EntityId, heir: Option<VarId>, laid: &mut Laid) -> bool {
        let model = self.model;
        let creditor_value = Value::entity(creditor);
        let parties = norm.instrument.map(|it| model.lexicon.entities[it.index()].parties.clone()).unwrap_or_default();
        let mut terms: Vec<Term> = Vec::new();
        for deed in deeds_of(norm) {
            match deed {
                Deed::Act(act) => terms.extend(act.args),
                Deed::State(state, _) => terms.extend(state.args),
            }
        }
        terms.retain(|term| *term != norm.bearer);
        // A treaty is owed to its parties alone: on the day, where the law says who they are.
        let by_law = model.hooks.party != model.hooks.named_in;
        let is_polity = by_law && parties.first().is_some_and(|it| self.are_akin(*it, creditor));
        if !parties.is_empty() && !parties.contains(&creditor) && !is_polity {
            return false;
        }
        if terms.contains(&Term::Value(creditor_value)) {
            return true;
        }
        if let Some(heir) = heir {
            laid.norm.terms.insert(heir, Term::Value(creditor_value));
            return true;
        }
        if let Some(Term::Var(var)) = self.other_of(norm)
            && (parties.contains(&creditor) || is_polity)
        {
            laid.norm.terms.insert(var, Term::Value(creditor_value));
            return true;
        }
        let names_somebody = terms.iter().any(|term| match term {
            Term::Value(value) => value.as_entity().is_some_and(|it| parties.contains(&it)),
            _ => false,
        });
        !names_somebody && (parties.contains(&creditor) || is_polity)
    }

    /// Whether two things are of one kind, or the one of a kind within that of the other: a power is a polity.
    fn are_akin(&self, one: EntityId, other: EntityId) -> bool {
        let lexicon = &self.model.lexicon;
        let of_kinds_of = |one: EntityId, other: EntityId| {
            lexicon.entities[other.index()].kinds.iter().any(|kind| lexicon.is_of_kind(one, *kind))
        };
        // Two kinds of one kind, as powers and republics among the polities.
        let parents = |thing: EntityId| {
            let own = lexicon.entities[thing.index()].kinds.iter();
            own.flat_map(|kind| lexicon.kinds[kind.index()].parents.iter().copied()).collect::<Vec<_>>()
        };
        of_kinds_of(one, other)
            || of_kinds_of(other, one)
            || parents(one).iter().any(|kind| lexicon.is_of_kind(other, *kind))
    }

    /// That somebody whom the instrument of a norm does not name is a party to it, where the norm is owed to the parties.
    pub(super) fn is_party(&self, norm: &Norm, creditor: EntityId) -> Option<Condition> {
        let model = self.model;
        let instrument = norm.instrument?;
        if model.lexicon.entities[instrument.index()].parties.contains(&creditor) || self.other_of(norm).is_some() {
            return None;
        }
        let args = [creditor, instrument].map(|it| Term::Value(Value::entity(it))).to_vec();
        let value = Term::Value(Value::TRUE);
        Some(Condition::Holds(FluentPattern { fluent: model.hooks.party, args, value }))
    }

    /// `the other` of a norm: a variable that is named in the instrument, or counts as a party to it.
    pub(in crate::question) fn other_of(&self, norm: &Norm) -> Option<Term> {
        let parties_by = [self.model.hooks.named_in, self.model.hooks.party];
        norm.binding.iter().find_map(|condition| match condition {
            Condition::Holds(it) if parties_by.contains(&it.fluent) => {
                it.args.first().copied().filter(|term| *term != norm.bearer)
            }
            _ => None,
        })
    }
}
