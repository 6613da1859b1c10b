//! Numbers that are missing until somebody states them.
//!
//! The engine reads a number without a value as 0, which is right for what events count up. A number that no rule changes
//! is only ever stated: until it is, nothing can be said of how it compares with others, or of what is worked out from it.

use std::collections::BTreeSet;

use super::Elaborator;
use crate::ids::FluentId;
use crate::model::Model;
use crate::program::{Condition, Definition, Effect, Expr, FluentPattern, FluentType, Mode, Term};

impl Model {
    /// The numbers that only facts state, as no rule has an effect on them.
    pub(crate) fn stated_numbers(&self) -> BTreeSet<FluentId> {
        let changed: BTreeSet<FluentId> = self
            .rules
            .iter()
            .flat_map(|rule| &rule.item.effects)
            .filter_map(|effect| match effect {
                Effect::Initiate { fluent, .. } | Effect::Increase { fluent, .. } => Some(*fluent),
                Effect::Terminate { .. } | Effect::Happen(_) => None,
            })
            .collect();
        let only_stated = |id: &FluentId| {
            let fluent = &self.program.fluents[id.index()];
            fluent.ty == FluentType::Number && fluent.mode == Mode::Inertial && !changed.contains(id)
        };
        let all = (0..self.program.fluents.len()).map(FluentId::from_index);
        let mut stated: BTreeSet<FluentId> = all.filter(only_stated).collect();
        // What is stated of a whole itself is one part of its total, which need not be there.
        for total in &self.totals {
            if stated.remove(&total.own) {
                stated.insert(total.total);
            }
        }
        // What is worked out from such numbers is missing as long as they are.
        let mut before = 0;
        while before < stated.len() {
            before = stated.len();
            let defined =
                (0..self.program.fluents.len()).map(FluentId::from_index).filter(|it| self.is_worked_out(*it, &stated));
            let defined: Vec<FluentId> = defined.collect();
            stated.extend(defined);
        }
        stated
    }

    /// Whether every definition of a number works it out from some of these.
    fn is_worked_out(&self, fluent: FluentId, of: &BTreeSet<FluentId>) -> bool {
        let it = &self.program.fluents[fluent.index()];
        let reads = |condition: &Condition| matches!(condition, Condition::Holds(it) if of.contains(&it.fluent));
        let waits = |it: &Definition| it.conditions.iter().any(reads) || !needed_for(&it.value, of).is_empty();
        let mut definitions = self.definitions.iter().filter(|it| it.item.fluent == fluent).peekable();
        it.ty == FluentType::Number
            && it.mode == Mode::Derived
            && definitions.peek().is_some()
            && definitions.all(|it| waits(&it.item))
    }

    /// Has what definitions compare or work out wait for the numbers that only facts state.
    pub fn wait_for_stated(&self, definitions: &mut [Definition]) {
        let stated = self.stated_numbers();
        definitions.iter_mut().for_each(|it| wait_in_definition(it, &stated));
    }
}

impl Elaborator<'_> {
    pub(crate) fn wait_for_stated_numbers(&mut self) {
        let stated = self.model.stated_numbers();
        for rule in &mut self.model.rules {
            wait(&mut rule.item.conditions, &stated);
        }
        self.model.definitions.iter_mut().for_each(|it| wait_in_definition(&mut it.item, &stated));
    }
}

fn wait_in_definition(definition: &mut Definition, stated: &BTreeSet<FluentId>) {
    wait(&mut definition.conditions, stated);
    let mut needed = needed_for(&definition.value, stated);
    needed.retain(|it| !definition.conditions.contains(it));
    definition.conditions.append(&mut needed);
}

/// That the numbers which an expression reads are stated.
fn needed_for(expr: &Expr, stated: &BTreeSet<FluentId>) -> Vec<Condition> {
    match expr {
        Expr::Fluent(fluent, args) if stated.contains(fluent) => {
            vec![Condition::Holds(FluentPattern { fluent: *fluent, args: args.clone(), value: Term::Any })]
        }
        Expr::Arith(_, left, right) => {
            let mut all = needed_for(left, stated);
            all.extend(needed_for(right, stated));
            all
        }
        Expr::Value(_) | Expr::Var(_) | Expr::Now | Expr::Fluent(..) | Expr::Aggregate(_) => Vec::new(),
    }
}

fn wait(list: &mut Vec<Condition>, stated: &BTreeSet<FluentId>) {
    let mut needed = Vec::new();
    for condition in &mut *list {
        match condition {
            Condition::Not(inner) => wait(inner, stated),
            Condition::AnyOf(lists) => lists.iter_mut().for_each(|inner| wait(inner, stated)),
            Condition::Compare { left, right, .. } => {
                for side in [left, right] {
                    wait_within(side, stated);
                    needed.extend(needed_for(side, stated));
                }
            }
            Condition::Let(_, expr) => {
                wait_within(expr, stated);
                needed.extend(needed_for(expr, stated));
            }
            Condition::Holds(_) | Condition::Undecided { .. } | Condition::IsKind(..) => {}
        }
    }
    for condition in needed {
        if !list.contains(&condition) {
            list.push(condition);
        }
    }
}

/// What is counted or added up in an expression has conditions of its own.
fn wait_within(expr: &mut Expr, stated: &BTreeSet<FluentId>) {
    match expr {
        Expr::Arith(_, left, right) => {
            wait_within(left, stated);
            wait_within(right, stated);
        }
        Expr::Aggregate(it) => wait(&mut it.over, stated),
        Expr::Value(_) | Expr::Var(_) | Expr::Now | Expr::Fluent(..) => {}
    }
}
