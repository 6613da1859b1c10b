//! Which variables stand in conditions and expressions.

use servanda_model::{Condition, Expr, FluentPattern, Term, VarId};

fn term_var(term: &Term, out: &mut Vec<VarId>) {
    if let Term::Var(var) = term {
        out.push(*var);
    }
}

pub(crate) fn pattern_vars(pattern: &FluentPattern, out: &mut Vec<VarId>) {
    pattern.args.iter().for_each(|term| term_var(term, out));
    term_var(&pattern.value, out);
}

pub(crate) fn expr_vars(expr: &Expr, out: &mut Vec<VarId>) {
    match expr {
        Expr::Value(_) | Expr::Now => {}
        Expr::Var(var) => out.push(*var),
        Expr::Fluent(_, args) => args.iter().for_each(|term| term_var(term, out)),
        Expr::Arith(_, left, right) => {
            expr_vars(left, out);
            expr_vars(right, out);
        }
        Expr::Aggregate(aggregate) => {
            aggregate.over.iter().for_each(|condition| condition_vars(condition, out));
            expr_vars(&aggregate.of, out);
        }
    }
}

pub(crate) fn condition_vars(condition: &Condition, out: &mut Vec<VarId>) {
    match condition {
        Condition::Holds(pattern) => pattern_vars(pattern, out),
        Condition::Not(list) => list.iter().for_each(|inner| condition_vars(inner, out)),
        Condition::AnyOf(lists) => lists.iter().flatten().for_each(|inner| condition_vars(inner, out)),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            expr_vars(left, out);
            expr_vars(right, out);
        }
        Condition::IsKind(term, _) => term_var(term, out),
        Condition::Let(var, expr) => {
            out.push(*var);
            expr_vars(expr, out);
        }
    }
}

/// Every variable that stands anywhere in the list.
pub(crate) fn list_vars(list: &[Condition]) -> Vec<VarId> {
    let mut vars = Vec::new();
    list.iter().for_each(|condition| condition_vars(condition, &mut vars));
    vars
}

/// Marks the variables that the conditions bind: those of `Holds` and `Let`, and what every branch of `AnyOf` binds.
pub(crate) fn binders<'a>(conditions: impl Iterator<Item = &'a Condition>, bound: &mut [bool]) {
    for condition in conditions {
        match condition {
            Condition::Holds(pattern) => {
                let mut vars = Vec::new();
                pattern_vars(pattern, &mut vars);
                vars.iter().for_each(|var| bound[var.index()] = true);
            }
            Condition::Let(var, _) => bound[var.index()] = true,
            Condition::AnyOf(lists) => {
                let branches: Vec<Vec<bool>> = lists
                    .iter()
                    .map(|list| {
                        let mut inner = vec![false; bound.len()];
                        binders(list.iter(), &mut inner);
                        inner
                    })
                    .collect();
                for (var, bound) in bound.iter_mut().enumerate() {
                    *bound |= !branches.is_empty() && branches.iter().all(|branch| branch[var]);
                }
            }
            _ => {}
        }
    }
}
