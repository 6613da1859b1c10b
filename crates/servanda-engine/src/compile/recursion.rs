//! Definitions that depend on themselves, where a change of what they read can be followed.
//!
//! Where its fluents either hold or do not, no instance ever has two values, and what holds without the change can be told
//! from what rests on it.

use servanda_model::{Definition, Expr as SourceExpr, Program, Value};

use super::deltas::deltas;
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
    if own.iter().any(|definition| definition.value != SourceExpr::Value(Value::TRUE)) {
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
