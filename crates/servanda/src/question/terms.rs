//! Conditions of norms and rules with values put in for some of their variables.

use std::collections::BTreeSet;

pub(crate) use servanda_model::Put;
use servanda_model::{Condition, Expr, Term, VarId};

/// The variables that conditions bind.
pub(crate) fn bound_by(conditions: &[Condition]) -> BTreeSet<VarId> {
    let mut bound = BTreeSet::new();
    for condition in conditions {
        match condition {
            Condition::Holds(it) => {
                let vars = it.args.iter().chain([&it.value]).filter_map(|term| match term {
                    Term::Var(var) => Some(*var),
                    _ => None,
                });
                bound.extend(vars);
            }
            Condition::Let(var, _) => {
                bound.insert(*var);
            }
            _ => {}
        }
    }
    bound
}

/// The variables that a condition reads in any place.
pub(crate) fn read_by(condition: &Condition, out: &mut BTreeSet<VarId>) {
    let mut term = |term: &Term| {
        if let Term::Var(var) = term {
            out.insert(*var);
        }
    };
    match condition {
        Condition::Holds(it) => it.args.iter().chain([&it.value]).for_each(term),
        Condition::Not(list) => list.iter().for_each(|it| read_by(it, out)),
        Condition::AnyOf(lists) => lists.iter().flatten().for_each(|it| read_by(it, out)),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            read_in(left, out);
            read_in(right, out);
        }
        Condition::IsKind(it, _) => term(it),
        Condition::Let(var, expr) => {
            out.insert(*var);
            read_in(expr, out);
        }
    }
}

fn read_in(expr: &Expr, out: &mut BTreeSet<VarId>) {
    match expr {
        Expr::Var(var) => {
            out.insert(*var);
        }
        Expr::Fluent(_, args) => out.extend(args.iter().filter_map(|term| match term {
            Term::Var(var) => Some(*var),
            _ => None,
        })),
        Expr::Arith(_, left, right) => {
            read_in(left, out);
            read_in(right, out);
        }
        Expr::Value(_) | Expr::Now | Expr::Aggregate(_) => {}
    }
}
