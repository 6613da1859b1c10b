//! The part of a program that some fluents and actions can depend on, by name alone.
//!
//! It is coarser than what `relevance.rs` finds, and much cheaper: whatever that would reach is in here, so grounding only
//! this part finds the same.

use std::collections::BTreeSet;

use servanda_model::{
    Condition, Definition, DefinitionId, Effect, Expr, FluentPattern, Happening, Program, Rule, RuleId, Trigger,
};

use crate::relevance::Target;

/// A part of a program, with fluents and actions numbered as in the whole.
pub(crate) struct Slice {
    pub(crate) program: Program,
    /// For each rule and, behind all of these, each definition its place in the whole, definitions behind all rules.
    pub(crate) items: Vec<usize>,
    /// For each fact of the start its place in the whole.
    pub(crate) initial: Vec<usize>,
    /// By fluent, and behind all fluents by action.
    is_needed: Vec<bool>,
}

impl Slice {
    /// What these targets depend on.
    pub(crate) fn new<'t>(whole: &Program, targets: impl IntoIterator<Item = &'t Target>) -> Slice {
        let preds = whole.fluents.len() + whole.actions.len();
        let rules: Vec<(Vec<usize>, Vec<usize>)> = whole
            .rules
            .iter()
            .map(|rule| {
                let mut reads = Reads { fluents: whole.fluents.len(), found: Vec::new() };
                rule.triggers.iter().for_each(|trigger| reads.trigger(trigger));
                reads.list(&rule.conditions);
                reads.found.extend(rule.unless.iter().map(|pattern| whole.fluents.len() + pattern.action.index()));
                rule.effects.iter().for_each(|effect| reads.effect(effect));
                let makes = rule.effects.iter().map(|effect| made(whole.fluents.len(), effect)).collect();
                (makes, reads.found)
            })
            .collect();
        let definitions = whole.definitions.iter().map(|definition| {
            let mut reads = Reads { fluents: whole.fluents.len(), found: Vec::new() };
            reads.list(&definition.conditions);
            reads.expr(&definition.value);
            (vec![definition.fluent.index()], reads.found)
        });
        let items: Vec<(Vec<usize>, Vec<usize>)> = rules.into_iter().chain(definitions).collect();
        let mut makers: Vec<Vec<usize>> = vec![Vec::new(); preds];
        for (item, (makes, _)) in items.iter().enumerate() {
            makes.iter().for_each(|pred| makers[*pred].push(item));
        }
        let mut is_needed = vec![false; preds];
        let mut is_kept = vec![false; items.len()];
        let mut open: Vec<usize> = Vec::new();
        for target in targets {
            open.extend(target.fluents.iter().map(|(fluent, _)| fluent.index()));
            open.extend(target.acts.iter().map(|pattern| whole.fluents.len() + pattern.action.index()));
        }
        while let Some(pred) = open.pop() {
            if std::mem::replace(&mut is_needed[pred], true) {
                continue;
            }
            for &item in &makers[pred] {
                if !std::mem::replace(&mut is_kept[item], true) {
                    open.extend(&items[item].1);
                }
            }
        }
        let (of_rules, of_definitions) = is_kept.split_at(whole.rules.len());
        let initial = |at: &usize| is_needed[whole.initial[*at].fluent.index()];
        let initial: Vec<usize> = (0..whole.initial.len()).filter(initial).collect();
        let program = Program {
            clock: whole.clock,
            entity_kinds: whole.entity_kinds.clone(),
            fluents: whole.fluents.clone(),
            actions: whole.actions.clone(),
            rules: kept(&whole.rules, of_rules),
            definitions: kept(&whole.definitions, of_definitions),
            initial: initial.iter().map(|at| whole.initial[*at].clone()).collect(),
            ranges: whole.ranges.clone(),
        };
        let items = (0..items.len()).filter(|item| is_kept[*item]).collect();
        Slice { program, items, initial, is_needed }
    }

    /// The part with these rules and, counted behind all rules, these definitions, and with these facts of the start, all
    /// numbered anew.
    pub(crate) fn of_items(whole: &Program, items: &BTreeSet<usize>, initial: &BTreeSet<usize>) -> Program {
        let rules = whole.rules.len();
        let (of_rules, of_definitions) = (items.range(..rules), items.range(rules..));
        let rule = |(at, item): (usize, &usize)| Rule { id: RuleId::from_index(at), ..whole.rules[*item].clone() };
        let definition = |(at, item): (usize, &usize)| {
            let definition = whole.definitions[item - rules].clone();
            Definition { id: DefinitionId::from_index(at), ..definition }
        };
        Program {
            clock: whole.clock,
            entity_kinds: whole.entity_kinds.clone(),
            fluents: whole.fluents.clone(),
            actions: whole.actions.clone(),
            rules: of_rules.enumerate().map(rule).collect(),
            definitions: of_definitions.enumerate().map(definition).collect(),
            initial: initial.iter().map(|at| whole.initial[*at].clone()).collect(),
            ranges: whole.ranges.clone(),
        }
    }

    /// Whether something that is told matters to it.
    pub(crate) fn hears(&self, happening: &Happening) -> bool {
        match happening {
            Happening::Action(action, _) => self.is_needed[self.program.fluents.len() + action.index()],
            Happening::FactBegins(fluent, ..) | Happening::FactEnds(fluent, ..) => self.is_needed[fluent.index()],
        }
    }
}

fn kept<T: Clone>(all: &[T], is_kept: &[bool]) -> Vec<T> {
    all.iter().zip(is_kept).filter(|(_, is_kept)| **is_kept).map(|(it, _)| it.clone()).collect()
}

/// What an effect is on.
fn made(fluents: usize, effect: &Effect) -> usize {
    match effect {
        Effect::Initiate { fluent, .. } | Effect::Increase { fluent, .. } => fluent.index(),
        Effect::Terminate { pattern } => pattern.fluent.index(),
        Effect::Happen(pattern) => fluents + pattern.action.index(),
    }
}

/// Gathers the fluents and actions that are read.
struct Reads {
    fluents: usize,
    found: Vec<usize>,
}

impl Reads {
    fn pattern(&mut self, pattern: &FluentPattern) {
        self.found.push(pattern.fluent.index());
    }

    fn trigger(&mut self, trigger: &Trigger) {
        match trigger {
            Trigger::Happens(pattern) => self.found.push(self.fluents + pattern.action.index()),
            Trigger::Initiated(it) | Trigger::Begins(it) | Trigger::Ends(it) | Trigger::Comes(it) => self.pattern(it),
            Trigger::HasHeld { pattern, time, .. } => {
                self.pattern(pattern);
                self.expr(time);
            }
            Trigger::After { time, trigger, given } => {
                self.expr(time);
                self.trigger(trigger);
                self.list(given);
            }
        }
    }

    fn list(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            match condition {
                Condition::Holds(pattern) => self.pattern(pattern),
                Condition::Not(list) => self.list(list),
                Condition::AnyOf(lists) => lists.iter().for_each(|list| self.list(list)),
                Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                    self.expr(left);
                    self.expr(right);
                }
                Condition::Let(_, expr) => self.expr(expr),
                Condition::IsKind(..) => {}
            }
        }
    }

    fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Initiate { value, .. } => self.expr(value),
            Effect::Increase { by, .. } => self.expr(by),
            Effect::Terminate { .. } | Effect::Happen(_) => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Fluent(fluent, _) => self.found.push(fluent.index()),
            Expr::Arith(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            Expr::Aggregate(it) => {
                self.list(&it.over);
                self.expr(&it.of);
            }
            Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
        }
    }
}
