//! What has to be so for a norm to stand as it was laid over what is asked.

use std::collections::BTreeSet;

use servanda_model::{
    Condition, Definition, DefinitionId, Expr, FluentId, FluentPattern, Modality, Norm, Term, Value, VarId,
};

use super::Laid;
use crate::question::terms::{Put, bound_by, read_by};
use crate::question::{Preparing, Question};

impl Preparing<'_> {
    /// A definition for each status in which a norm stands: the fluent holds the norm, its status and what was asked.
    pub(super) fn stand(
        &mut self,
        norm: &Norm,
        laid: &Laid,
        asked: &[VarId],
        extra: &[Condition],
        fluent: FluentId,
        question: &Question,
    ) {
        let model = self.model;
        let instance: Vec<Term> = norm.instance.iter().map(|var| laid.norm.term(Term::Var(*var))).collect();
        let words: &[&str] = match (&norm.act, norm.modality) {
            (_, Modality::May | Modality::Can) => &["permitted"],
            (Some(_), Modality::Must) => &["due", "breached"],
            (Some(_), Modality::MustNot) => &["observed", "breached"],
            // What has to be so only by a day to come limits nothing yet.
            (None, Modality::Must) if question.fluent == Some(fluent) => &["due", "observed", "breached", "undecided"],
            (None, _) => &["observed", "breached", "undecided"],
        };
        let word = |name: &str| model.hooks.statuses.iter().find(|(word, _)| model.name(*word) == name);
        let mut standing: Vec<(Value, FluentPattern)> = Vec::new();
        for (word, _) in words.iter().filter_map(|name| word(name)) {
            let value = Value::entity(*word);
            standing.push((
                value,
                FluentPattern { fluent: norm.status, args: instance.clone(), value: Term::Value(value) },
            ));
        }
        if norm.modality == Modality::Must
            && let Some((dormant, fluent)) = word("dormant")
        {
            let args = vec![Term::Value(Value::entity(norm.entity)), laid.norm.term(norm.bearer)];
            let pattern = FluentPattern { fluent: *fluent, args, value: Term::Value(Value::TRUE) };
            standing.push((Value::entity(*dormant), pattern));
        }
        let asked_terms = Put { terms: laid.asked.clone(), today: None };
        for (status, pattern) in standing {
            let mut conditions = vec![Condition::Holds(pattern)];
            conditions.extend(laid.parts.iter().cloned());
            // What is due is owed, whether or not its instrument is still in force: it may have come of its end.
            let is_due =
                model.hooks.statuses.iter().any(|(it, _)| Value::entity(*it) == status && model.name(*it) == "due");
            if !is_due || !self.is_told_by(&conditions, norm, laid, asked) {
                conditions.extend(laid.norm.conditions(&norm.binding));
            }
            if norm.act.is_some() {
                conditions.extend(laid.norm.conditions(&norm.content));
            }
            conditions.extend(asked_terms.conditions(extra));
            let bound = bound_by(&conditions);
            let is_known = |condition: &Condition| {
                let mut read = BTreeSet::new();
                read_by(condition, &mut read);
                read.iter().all(|var| bound.contains(var))
            };
            conditions.retain(is_known);
            for except in &norm.excepts {
                // How many, or where, is not asked: then it is enough that some of it is excepted.
                let mut except = laid.norm.conditions(except);
                let all = except.len();
                except.retain(|it| !matches!(it, Condition::Compare { .. } | Condition::AnyOf(_)) || is_known(it));
                if except.len() < all && norm.modality == Modality::MustNot {
                    // What is forbidden but for some places is forbidden.
                    continue;
                }
                conditions.push(Condition::Not(except));
            }
            let shown = |var: &VarId| match laid.asked.get(var).map(|term| laid.norm.term(*term)) {
                Some(Term::Var(var)) if bound.contains(&var) => Term::Var(var),
                Some(Term::Value(value)) => Term::Value(value),
                _ => Term::Value(Value::entity(model.hooks.unspecified)),
            };
            let mut args = vec![Term::Value(Value::entity(norm.entity)), Term::Value(status)];
            args.extend(asked.iter().map(shown));
            self.questions.definitions.push(Definition {
                id: DefinitionId(0),
                name: question.text.clone(),
                vars: norm.vars.clone(),
                fluent,
                args,
                value: Expr::Value(Value::TRUE),
                conditions,
                origin: norm.origin,
            });
        }
    }

    /// Whether conditions say all that is asked of a norm, as far as it knows it.
    fn is_told_by(&self, conditions: &[Condition], norm: &Norm, laid: &Laid, asked: &[VarId]) -> bool {
        let (bound, binding) = (bound_by(conditions), bound_by(&laid.norm.conditions(&norm.binding)));
        asked.iter().all(|var| match laid.asked.get(var).map(|term| laid.norm.term(*term)) {
            Some(Term::Var(var)) => bound.contains(&var) || !binding.contains(&var),
            _ => true,
        })
    }
}
