//! Which variables a list of conditions binds, and in what order that can be worked out (rule 8).

use servanda_model::{Condition, EventPattern, Expr, FluentPattern, Term, VarId};
use std::collections::BTreeSet;

/// Some variables of a rule.
pub(crate) type Vars = BTreeSet<VarId>;

/// `AnyOf` denotes a union, so a list is the union of the lists got by choosing one alternative of each.
pub(crate) fn choices(list: &[Condition]) -> Vec<Vec<&Condition>> {
    let mut so_far: Vec<Vec<&Condition>> = vec![Vec::new()];
    for condition in list {
        let here: Vec<Vec<&Condition>> = match condition {
            Condition::AnyOf(alternatives) => alternatives.iter().flat_map(|list| choices(list)).collect(),
            other => vec![vec![other]],
        };
        so_far = so_far
            .iter()
            .flat_map(|before| here.iter().map(move |after| [before.clone(), after.clone()].concat()))
            .collect();
    }
    so_far
}

/// The variables that one choice binds.
pub(crate) fn binds(choice: &[&Condition]) -> Vars {
    let mut vars = Vars::new();
    for condition in choice {
        match condition {
            Condition::Holds(pattern) => vars.extend(in_pattern(pattern)),
            Condition::Let(var, _) => {
                vars.insert(*var);
            }
            _ => {}
        }
    }
    vars
}

/// The variables bound whichever alternatives are chosen.
pub(crate) fn surely_binds(list: &[Condition]) -> Vars {
    choices(list).iter().map(|choice| binds(choice)).reduce(|a, b| &a & &b).unwrap_or_default()
}

/// Whether a condition of a choice can be evaluated: what it shares with the rest is bound.
pub(crate) fn is_ready(condition: &Condition, bound: &Vars, bindable: &Vars) -> bool {
    needs(condition, bindable).is_subset(bound)
}

/// What must be bound before the condition is evaluated. Variables that nothing outside can bind are its own.
pub(crate) fn needs(condition: &Condition, bindable: &Vars) -> Vars {
    match condition {
        Condition::Holds(_) => Vars::new(),
        Condition::Let(_, expr) => expr_needs(expr, bindable),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            &expr_needs(left, bindable) | &expr_needs(right, bindable)
        }
        Condition::IsKind(term, _) => in_term(*term).into_iter().collect(),
        Condition::Not(list) => &in_list(list) & bindable,
        Condition::AnyOf(_) => unreachable!("choices() leaves none"),
    }
}

/// What must be bound before an expression is evaluated.
pub(crate) fn expr_needs(expr: &Expr, bindable: &Vars) -> Vars {
    match expr {
        Expr::Value(_) | Expr::Now => Vars::new(),
        Expr::Var(var) => Vars::from([*var]),
        Expr::Fluent(_, terms) => terms.iter().filter_map(|term| in_term(*term)).collect(),
        Expr::Arith(_, a, b) => &expr_needs(a, bindable) | &expr_needs(b, bindable),
        Expr::Aggregate(aggregate) => {
            let all = &in_list(&aggregate.over) | &in_expr(&aggregate.of);
            &all & bindable
        }
    }
}

pub(crate) fn in_term(term: Term) -> Option<VarId> {
    match term {
        Term::Var(var) => Some(var),
        _ => None,
    }
}

pub(crate) fn in_pattern(pattern: &FluentPattern) -> Vars {
    pattern.args.iter().chain([&pattern.value]).filter_map(|term| in_term(*term)).collect()
}

pub(crate) fn in_event(pattern: &EventPattern) -> Vars {
    pattern.args.iter().filter_map(|term| in_term(*term)).collect()
}

/// Every variable written anywhere in a list.
pub(crate) fn in_list(list: &[Condition]) -> Vars {
    list.iter().flat_map(in_condition).collect()
}

pub(crate) fn in_condition(condition: &Condition) -> Vars {
    match condition {
        Condition::Holds(pattern) => in_pattern(pattern),
        Condition::Not(list) => in_list(list),
        Condition::AnyOf(lists) => lists.iter().flat_map(|list| in_list(list)).collect(),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            &in_expr(left) | &in_expr(right)
        }
        Condition::IsKind(term, _) => in_term(*term).into_iter().collect(),
        Condition::Let(var, expr) => &Vars::from([*var]) | &in_expr(expr),
    }
}

pub(crate) fn in_expr(expr: &Expr) -> Vars {
    match expr {
        Expr::Value(_) | Expr::Now => Vars::new(),
        Expr::Var(var) => Vars::from([*var]),
        Expr::Fluent(_, terms) => terms.iter().filter_map(|term| in_term(*term)).collect(),
        Expr::Arith(_, a, b) => &in_expr(a) | &in_expr(b),
        Expr::Aggregate(aggregate) => &in_list(&aggregate.over) | &in_expr(&aggregate.of),
    }
}
