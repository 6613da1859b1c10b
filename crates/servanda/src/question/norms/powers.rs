//! The rules of law that an act would set off.

use std::collections::BTreeSet;

use servanda_model::{
    Condition, Definition, DefinitionId, Effect, EventPattern, Expr, FluentId, Guard, Hole, Rule, Term, Trigger, Value,
    VarId,
};

use crate::question::deeds::{fluents_in, laid_on};
use crate::question::terms::{Put, bound_by};
use crate::question::{Preparing, Question};

impl Preparing<'_> {
    /// The rules that an act would set off on the day, if it were done then.
    pub(super) fn powers(
        &mut self,
        act: &EventPattern,
        question: &Question,
        of_law: bool,
    ) -> Vec<(FluentId, usize, bool)> {
        let model = self.model;
        let day = question.on.or(self.day);
        let Some(today) = day.and_then(Value::tick) else { return Vec::new() };
        let mut found = Vec::new();
        for (at, rule) in model.rules.iter().enumerate() {
            let applies = rule.guards.iter().all(|guard| match guard {
                Guard::Chosen(it) => self.chosen.contains(it),
                Guard::NotChosen(it) => !self.chosen.contains(it),
                Guard::About(_) => true,
            });
            let of_norm = !model.origins[rule.item.origin.index()].within.is_empty();
            if !applies || of_norm {
                continue;
            }
            let set_off = rule.item.triggers.iter().find_map(|trigger| match trigger {
                Trigger::Happens(it) if it.action == act.action => Some((it, &rule.item.conditions)),
                Trigger::After { trigger, given, .. } => match &**trigger {
                    Trigger::Happens(it) if it.action == act.action => Some((it, given)),
                    _ => None,
                },
                _ => None,
            });
            let Some((pattern, conditions)) = set_off else { continue };
            let Some(mut put) = laid_on(&pattern.args, &act.args) else { continue };
            let of_kind = put.terms.iter().all(|(var, term)| match (rule.item.vars[var.index()].hole, term) {
                (Hole::Kind(kind), Term::Value(value)) => {
                    value.as_entity().is_some_and(|it| model.lexicon.is_of_kind(it, kind))
                }
                _ => true,
            });
            if !of_kind {
                continue;
            }
            put.terms.retain(|_, term| matches!(term, Term::Value(_)));
            put.today = Some(today);
            let effective = self.has_effect(&rule.item);
            let doer = pattern.args.first().copied();
            if of_law && effective && !rule.item.effects.iter().any(|effect| self.is_of_law(effect, &rule.item, doer)) {
                continue;
            }
            let fluent = self.rule_fluent(&rule.item, &put, conditions, question);
            found.push((fluent, at, effective));
        }
        found
    }

    /// An act upon an instrument or a part of one changes what is law; that is for the rules of law to allow.
    pub(super) fn is_on_instrument(&self, act: &EventPattern) -> bool {
        let hooks = &self.model.hooks;
        act.args.iter().any(|term| match term {
            Term::Value(value) => value.as_entity().is_some_and(|it| {
                [hooks.instrument, hooks.norm, hooks.article]
                    .iter()
                    .any(|kind| self.model.lexicon.is_of_kind(it, *kind))
            }),
            _ => false,
        })
    }

    /// Whether an effect is on instruments and their parts, and on who acts alone, and so on the law between states and not on the facts.
    pub(super) fn is_of_law(&self, effect: &Effect, rule: &Rule, doer: Option<Term>) -> bool {
        let model = self.model;
        let args = match effect {
            Effect::Initiate { args, .. } | Effect::Increase { args, .. } => args,
            Effect::Terminate { pattern } => &pattern.args,
            Effect::Happen(it) => &it.args,
        };
        let hooks = &model.hooks;
        let is_text = |kind| {
            [hooks.instrument, hooks.norm, hooks.article].iter().any(|text| model.lexicon.is_subkind(kind, *text))
        };
        if matches!(effect, Effect::Happen(_)) {
            return args.iter().any(|term| match term {
                Term::Var(var) => matches!(rule.vars[var.index()].hole, Hole::Kind(kind) if is_text(kind)),
                _ => false,
            });
        }
        let texts = args.iter().filter(|term| Some(**term) != doer).count();
        texts > 0
            && args.iter().all(|term| match term {
                doing if Some(*doing) == doer => true,
                Term::Var(var) => match rule.vars[var.index()].hole {
                    Hole::Kind(kind) => is_text(kind) || kind == hooks.thing,
                    Hole::Thing => true,
                    _ => false,
                },
                Term::Value(value) => value
                    .as_entity()
                    .is_some_and(|it| model.lexicon.entities[it.index()].kinds.iter().any(|kind| is_text(*kind))),
                Term::Any => false,
            })
    }

    pub(super) fn rule_fluent(
        &mut self,
        rule: &Rule,
        put: &Put,
        conditions: &[Condition],
        question: &Question,
    ) -> FluentId {
        let fluent = self.fluent_for(rule.vars.iter().map(|_| Hole::Any).collect());
        let conditions = put.conditions(conditions);
        let bound = bound_by(&conditions);
        let unspecified = Term::Value(Value::entity(self.model.hooks.unspecified));
        let args = (0..rule.vars.len() as u32).map(VarId).map(|var| match put.term(Term::Var(var)) {
            Term::Var(var) if !bound.contains(&var) => unspecified,
            term => term,
        });
        let args = args.collect();
        self.questions.definitions.push(Definition {
            id: DefinitionId(0),
            name: question.text.clone(),
            vars: rule.vars.clone(),
            fluent,
            args,
            value: Expr::Value(Value::TRUE),
            conditions,
            origin: rule.origin,
        });
        fluent
    }

    /// Whether anything looks at what a rule changes: a mere note that an act was without effect is looked at by nothing.
    pub(super) fn has_effect(&self, rule: &Rule) -> bool {
        let model = self.model;
        let mut read: BTreeSet<FluentId> = BTreeSet::new();
        let mut acts = BTreeSet::new();
        let applies = |guards: &[Guard]| {
            guards.iter().all(|guard| match guard {
                Guard::Chosen(it) => self.chosen.contains(it),
                Guard::NotChosen(it) => !self.chosen.contains(it),
                Guard::About(_) => true,
            })
        };
        for rule in model.rules.iter().filter(|rule| applies(&rule.guards)) {
            for trigger in &rule.item.triggers {
                let inner = match trigger {
                    Trigger::After { trigger, given, .. } => {
                        fluents_in(given, &mut read);
                        trigger
                    }
                    other => other,
                };
                match inner {
                    Trigger::Happens(it) => {
                        acts.insert(it.action);
                    }
                    Trigger::Initiated(it)
                    | Trigger::Begins(it)
                    | Trigger::Ends(it)
                    | Trigger::Comes(it)
                    | Trigger::HasHeld { pattern: it, .. } => {
                        read.insert(it.fluent);
                    }
                    Trigger::After { .. } => {}
                }
            }
            fluents_in(&rule.item.conditions, &mut read);
        }
        for definition in model.definitions.iter().filter(|it| applies(&it.guards)) {
            fluents_in(&definition.item.conditions, &mut read);
        }
        rule.effects.iter().any(|effect| match effect {
            Effect::Initiate { fluent, .. } | Effect::Increase { fluent, .. } => read.contains(fluent),
            Effect::Terminate { pattern } => read.contains(&pattern.fluent),
            Effect::Happen(it) => acts.contains(&it.action),
        })
    }
}
