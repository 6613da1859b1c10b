//! The rules of law that an act would set off.

use std::collections::BTreeSet;

use servanda_model::{
    CompareOp, Condition, Definition, DefinitionId, Effect, EventPattern, Expr, FluentId, FluentPattern, Guard, Hole,
    OriginId, Rule, Term, Trigger, Value, Var, VarId,
};

use super::Times;
use crate::question::deeds::{fluents_in, laid_on};
use crate::question::terms::{Put, bound_by};
use crate::question::{Preparing, Question};

/// A rule that an act would set off.
struct SetOff<'m> {
    rule: usize,
    put: Put,
    conditions: &'m [Condition],
    /// Whether anything comes of it.
    effective: bool,
}

/// How `today` must be to a day, if that is what a condition says.
fn compared_with_today(condition: &Condition) -> Option<(CompareOp, Expr)> {
    let Condition::Compare { left, op, right } = condition else { return None };
    let turned = match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::AtMost => CompareOp::AtLeast,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::AtLeast => CompareOp::AtMost,
        same => *same,
    };
    match (left, right) {
        (Expr::Now, day) if !reads_today(day) => Some((*op, day.clone())),
        (day, Expr::Now) if !reads_today(day) => Some((turned, day.clone())),
        _ => None,
    }
}

fn has_today(condition: &Condition) -> bool {
    match condition {
        Condition::Not(list) => list.iter().any(has_today),
        Condition::AnyOf(lists) => lists.iter().flatten().any(has_today),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            reads_today(left) || reads_today(right)
        }
        Condition::Let(_, expr) => reads_today(expr),
        Condition::Holds(_) | Condition::IsKind(..) => false,
    }
}

fn reads_today(expr: &Expr) -> bool {
    match expr {
        Expr::Now => true,
        Expr::Arith(_, left, right) => reads_today(left) || reads_today(right),
        Expr::Aggregate(it) => reads_today(&it.of) || it.over.iter().any(has_today),
        Expr::Var(_) | Expr::Value(_) | Expr::Fluent(..) => false,
    }
}

impl<'m> Preparing<'m> {
    /// The rules that an act would set off on the day, if it were done then.
    pub(super) fn powers(
        &mut self,
        act: &EventPattern,
        question: &Question,
        of_law: bool,
    ) -> Vec<(FluentId, usize, bool)> {
        let day = question.on.or(self.day);
        let Some(today) = day.and_then(Value::tick) else { return Vec::new() };
        let model = self.model;
        let mut found = Vec::new();
        for mut set_off in self.set_off(act, of_law) {
            set_off.put.today = Some(today);
            let rule = &model.rules[set_off.rule].item;
            let fluent = self.rule_fluent(rule, &set_off.put, set_off.conditions, Vec::new(), question);
            found.push((fluent, set_off.rule, set_off.effective));
        }
        found
    }

    /// The rules that would give an act an effect, on whatever day it was done.
    pub(super) fn times(&mut self, act: &EventPattern, question: &Question, of_law: bool) -> Vec<Times> {
        let model = self.model;
        let mut found = Vec::new();
        for set_off in self.set_off(act, of_law).into_iter().filter(|it| it.effective) {
            let rule = &model.rules[set_off.rule].item;
            let vars = rule.vars.len();
            let mut bounds = Vec::new();
            let mut days = Vec::new();
            let conditions: Vec<Condition> = set_off
                .conditions
                .iter()
                .map(|condition| match compared_with_today(condition) {
                    Some((op, day)) => {
                        let var = VarId((vars + days.len()) as u32);
                        days.push(var);
                        bounds.push(op);
                        Condition::Let(var, day)
                    }
                    None => condition.clone(),
                })
                .collect();
            // What compares today within alternatives is left to the rules that compare it alone.
            if conditions.iter().any(has_today) {
                continue;
            }
            let fluent = self.rule_fluent(rule, &set_off.put, &conditions, days, question);
            found.push(Times { fluent, rule: set_off.rule, vars, bounds });
        }
        found
    }

    fn set_off(&self, act: &EventPattern, of_law: bool) -> Vec<SetOff<'m>> {
        let model = self.model;
        let mut found = Vec::new();
        for (at, rule) in model.rules.iter().enumerate() {
            let applies = rule.guards.iter().all(|guard| match guard {
                Guard::Chosen(it) => self.chosen.contains(it),
                Guard::NotChosen(it) => !self.chosen.contains(it),
                Guard::About(_) => true,
            });
            let of_norm = !model.origins[rule.item.origin.index()].within.is_empty();
            // That an act is remembered brings nothing about.
            let remembers = |effect: &Effect| matches!(effect, Effect::Initiate { fluent, .. } if model.happened.iter().any(|(it, _)| it == fluent));
            if !applies || of_norm || rule.item.effects.iter().all(remembers) {
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
            let effective = self.has_effect(&rule.item);
            let doer = pattern.args.first().copied();
            if of_law && !rule.item.effects.iter().any(|effect| self.is_of_law(effect, &rule.item, doer, &put)) {
                continue;
            }
            found.push(SetOff { rule: at, put, conditions, effective });
        }
        found
    }

    /// What an act requires of who does it, each of several ways with a fluent that holds while one is so.
    pub(super) fn required(&mut self, act: &EventPattern, question: &Question) -> Vec<(FluentId, Vec<FluentPattern>)> {
        let model = self.model;
        let mut all = Vec::new();
        for requirement in model.requirements.iter().filter(|it| it.action == act.action) {
            let filled = |term: &Term| match term {
                Term::Var(hole) => match act.args[hole.index()] {
                    Term::Value(value) => Term::Value(value),
                    _ => Term::Any,
                },
                other => *other,
            };
            let pattern =
                |it: &FluentPattern| FluentPattern { args: it.args.iter().map(filled).collect(), ..it.clone() };
            let patterns: Vec<FluentPattern> = requirement.patterns.iter().map(pattern).collect();
            let fluent = self.fluent_for(vec![Hole::Any]);
            self.questions.definitions.extend(patterns.iter().map(|pattern| Definition {
                id: DefinitionId(0),
                name: question.text.clone(),
                vars: Vec::new(),
                fluent,
                args: vec![Term::Value(Value::entity(model.hooks.unspecified))],
                value: Expr::Value(Value::TRUE),
                conditions: vec![Condition::Holds(pattern.clone())],
                origin: OriginId(0),
            }));
            all.push((fluent, patterns));
        }
        all
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
    pub(super) fn is_of_law(&self, effect: &Effect, rule: &Rule, doer: Option<Term>, put: &Put) -> bool {
        let model = self.model;
        let args = match effect {
            Effect::Initiate { args, .. } | Effect::Increase { args, .. } => args,
            Effect::Terminate { pattern } => &pattern.args,
            Effect::Happen(it) => &it.args,
        };
        let hooks = &model.hooks;
        if matches!(effect, Effect::Initiate { fluent, .. } if *fluent == hooks.knows) {
            return false;
        }
        let texts = [hooks.instrument, hooks.norm, hooks.article];
        let is_text = |kind| texts.iter().any(|text| model.lexicon.is_subkind(kind, *text));
        let may_be_text = |kind| is_text(kind) || texts.iter().any(|text| model.lexicon.is_subkind(*text, kind));
        let is_text_itself = |value: Value| {
            let entity = value.as_entity();
            entity.is_some_and(|it| model.lexicon.entities[it.index()].kinds.iter().any(|kind| is_text(*kind)))
        };
        if matches!(effect, Effect::Happen(_)) {
            return args.iter().any(|term| match term {
                Term::Var(var) => matches!(rule.vars[var.index()].hole, Hole::Kind(kind) if may_be_text(kind)),
                _ => false,
            });
        }
        let others = args.iter().filter(|term| Some(**term) != doer).count();
        others > 0
            && args.iter().all(|term| match term {
                doing if Some(*doing) == doer => true,
                Term::Var(var) => match (put.term(Term::Var(*var)), rule.vars[var.index()].hole) {
                    (Term::Value(value), _) => is_text_itself(value),
                    (_, Hole::Kind(kind)) => may_be_text(kind),
                    (_, hole) => hole == Hole::Thing,
                },
                Term::Value(value) => is_text_itself(*value),
                Term::Any => false,
            })
    }

    pub(super) fn rule_fluent(
        &mut self,
        rule: &Rule,
        put: &Put,
        conditions: &[Condition],
        days: Vec<VarId>,
        question: &Question,
    ) -> FluentId {
        let mut vars = rule.vars.clone();
        vars.extend(days.iter().map(|_| Var { name: "day".to_owned(), hole: Hole::Day }));
        let fluent = self.fluent_for(vars.iter().map(|_| Hole::Any).collect());
        let conditions = put.conditions(conditions);
        let bound = bound_by(&conditions);
        let unspecified = Term::Value(Value::entity(self.model.hooks.unspecified));
        let args = (0..vars.len() as u32).map(VarId).map(|var| match put.term(Term::Var(var)) {
            Term::Var(var) if !bound.contains(&var) => unspecified,
            term => term,
        });
        let args = args.collect();
        self.questions.definitions.push(Definition {
            id: DefinitionId(0),
            name: question.text.clone(),
            vars,
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
