//! Definitions that depend on themselves, where a change of what they read can be followed.
//!
//! Where its fluents either hold or do not, no instance ever has two values, and what holds without the change can be told
//! from what rests on it.

use servanda_model::{Condition, Definition, Expr as SourceExpr, Hole, Program, Term, Value, Var};

use super::deltas::{Read, deltas, reads};
use super::derived::{Component, DefinitionPlan, Delta, definition_plan};
use super::totals::Totals;
use crate::index::IndexSpec;

/// How a change spreads within a component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recursion {
    /// For each of the component's fluents the ways from a change of it.
    pub(crate) deltas: Vec<Vec<Delta>>,
    /// Its definitions as plans that read what they define where it stands.
    pub(crate) definitions: Vec<u32>,
}

impl Recursion {
    /// The ways from a change of one of the component's own fluents.
    pub(crate) fn of(&self, component: &Component, fluent: u32) -> &[Delta] {
        component.fluents.binary_search(&fluent).map_or(&[], |at| self.deltas[at].as_slice())
    }
}

/// Finds out how changes spread in a component, and adds to the plans; `None` where they cannot be followed.
pub(crate) fn recursion(
    program: &Program,
    component: &mut Component,
    indexes: &mut Vec<Vec<IndexSpec>>,
    totals: &Totals,
    plans: &mut Vec<DefinitionPlan>,
) -> Option<Recursion> {
    let own: Vec<&Definition> = component.definitions.iter().map(|&id| &program.definitions[id as usize]).collect();
    let is_plain = |definition: &&Definition| definition.value == SourceExpr::Value(Value::TRUE);
    if !own.iter().all(is_plain) || own.iter().any(|definition| minds_kinds(program, definition)) {
        return None;
    }
    let mut all = Vec::new();
    for definition in &own {
        all.extend(deltas(program, definition, indexes, totals)?);
    }
    let mut recursion = Recursion::default();
    for definition in own {
        recursion.definitions.push(plans.len() as u32);
        plans.push(definition_plan(program, definition, indexes, totals).ok()?);
    }
    recursion.deltas.resize_with(component.fluents.len(), Vec::new);
    let mut from_outside = Vec::new();
    for delta in all {
        component.vars = component.vars.max(delta.vars);
        match component.fluents.binary_search(&delta.fluent) {
            Ok(at) if !delta.is_total => recursion.deltas[at].push(delta),
            _ => from_outside.push(delta),
        }
    }
    component.add(from_outside);
    Some(recursion)
}

/// Whether it matters of which kinds things are that stand where it reads: what things become later is then to be seen, too.
fn minds_kinds(program: &Program, definition: &Definition) -> bool {
    let is_narrow = |read: &Read<'_>| {
        let holes = &program.fluents[read.fluent.index()].args;
        read.args.iter().zip(holes).any(|(term, hole)| match term {
            Term::Var(var) => definition.vars[var.index()].hole != *hole,
            Term::Value(_) | Term::Any => false,
        })
    };
    let all_read = reads(definition);
    let mut named = Vec::new();
    for read in &all_read {
        named.extend(read.args.iter().filter_map(|term| if let Term::Var(var) = term { Some(*var) } else { None }));
    }
    // What is bound by a value, or asked for its kind alone, is not looked at more closely.
    let is_other =
        |(at, var): (usize, &Var)| matches!(var.hole, Hole::Kind(_)) && !named.iter().any(|named| named.index() == at);
    let asks = |condition: &Condition| matches!(condition, Condition::IsKind(..));
    all_read.iter().any(is_narrow)
        || definition.vars.iter().enumerate().any(is_other)
        || definition.conditions.iter().any(|condition| is_within(condition, &asks))
}

fn is_within(condition: &Condition, test: &impl Fn(&Condition) -> bool) -> bool {
    test(condition)
        || match condition {
            Condition::Not(list) => list.iter().any(|it| is_within(it, test)),
            Condition::AnyOf(lists) => lists.iter().flatten().any(|it| is_within(it, test)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                is_within_expr(left, test) || is_within_expr(right, test)
            }
            Condition::Let(_, expr) => is_within_expr(expr, test),
            Condition::Holds(_) | Condition::IsKind(..) => false,
        }
}

fn is_within_expr(expr: &SourceExpr, test: &impl Fn(&Condition) -> bool) -> bool {
    match expr {
        SourceExpr::Arith(_, left, right) => is_within_expr(left, test) || is_within_expr(right, test),
        SourceExpr::Aggregate(it) => {
            it.over.iter().any(|condition| is_within(condition, test)) || is_within_expr(&it.of, test)
        }
        SourceExpr::Value(_) | SourceExpr::Var(_) | SourceExpr::Now | SourceExpr::Fluent(..) => false,
    }
}
