//! What conditions and expressions are made of.

use std::collections::BTreeSet;

use servanda_model::{Condition, Expr, FluentPattern, Program, Term};

/// Shows every variable and every fluent, with its terms, that a condition mentions.
pub(crate) fn parts(condition: &Condition, var: &mut dyn FnMut(u32), fluent: &mut dyn FnMut(u32, &[Term])) {
    match condition {
        Condition::Holds(pattern) => {
            fluent(pattern.fluent.0, &pattern.args);
            pattern_vars(pattern).into_iter().for_each(var);
        }
        Condition::Not(list) => list.iter().for_each(|it| parts(it, var, fluent)),
        Condition::AnyOf(lists) => lists.iter().flatten().for_each(|it| parts(it, var, fluent)),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            parts_of(left, var, fluent);
            parts_of(right, var, fluent);
        }
        Condition::IsKind(term, _) => term_vars(&[*term]).into_iter().for_each(var),
        Condition::Let(it, expr) => {
            var(it.0);
            parts_of(expr, var, fluent);
        }
    }
}

pub(crate) fn parts_of(expr: &Expr, var: &mut dyn FnMut(u32), fluent: &mut dyn FnMut(u32, &[Term])) {
    match expr {
        Expr::Value(_) | Expr::Now => {}
        Expr::Var(it) => var(it.0),
        Expr::Fluent(it, terms) => {
            fluent(it.0, terms);
            term_vars(terms).into_iter().for_each(var);
        }
        Expr::Arith(_, a, b) => {
            parts_of(a, var, fluent);
            parts_of(b, var, fluent);
        }
        Expr::Aggregate(it) => {
            parts_of(&it.of, var, fluent);
            it.over.iter().for_each(|condition| parts(condition, var, fluent));
        }
    }
}

pub(crate) fn term_vars(terms: &[Term]) -> Vec<u32> {
    terms.iter().filter_map(|term| if let Term::Var(var) = term { Some(var.0) } else { None }).collect()
}

pub(crate) fn pattern_vars(pattern: &FluentPattern) -> Vec<u32> {
    [term_vars(&pattern.args), term_vars(&[pattern.value])].concat()
}

/// The variables that a condition by itself binds.
pub(crate) fn binds(condition: &Condition) -> Vec<u32> {
    match condition {
        Condition::Holds(pattern) => pattern_vars(pattern),
        Condition::Let(var, _) => vec![var.0],
        _ => Vec::new(),
    }
}

/// The variables that must be bound before a condition is looked at, if anything else can bind them.
pub(crate) fn needed(condition: &Condition) -> BTreeSet<u32> {
    let mut vars = BTreeSet::new();
    let mut note = |var| _ = vars.insert(var);
    match condition {
        Condition::Holds(_) => {}
        Condition::Let(_, expr) => parts_of(expr, &mut note, &mut |_, _| {}),
        other => parts(other, &mut note, &mut |_, _| {}),
    }
    vars
}

/// The variables that are bound whichever alternatives hold.
pub(crate) fn surely_bound(conditions: &[Condition]) -> BTreeSet<u32> {
    let each = conditions.iter().flat_map(|condition| match condition {
        Condition::AnyOf(lists) => {
            lists.iter().map(|list| surely_bound(list)).reduce(|a, b| &a & &b).unwrap_or_default()
        }
        other => binds(other).into_iter().collect(),
    });
    each.collect()
}

/// The derived fluents, those that are defined by each other together; and whether they are defined by themselves.
pub(crate) fn components(program: &Program) -> BTreeSet<(BTreeSet<u32>, bool)> {
    let reached = |from: u32| {
        let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(next) = open.pop() {
            let mut note = |fluent: u32, _: &[Term]| {
                if reached.insert(fluent) {
                    open.push(fluent)
                }
            };
            for definition in program.definitions.iter().filter(|it| it.fluent.0 == next) {
                definition.conditions.iter().for_each(|it| parts(it, &mut |_| {}, &mut note));
                parts_of(&definition.value, &mut |_| {}, &mut note);
            }
        }
        reached
    };
    let fluents: BTreeSet<u32> = program.definitions.iter().map(|it| it.fluent.0).collect();
    let component = |fluent: &u32| {
        let all = reached(*fluent);
        let mutual = all.iter().copied().filter(|other| reached(*other).contains(fluent));
        (mutual.chain([*fluent]).collect(), all.contains(fluent))
    };
    fluents.iter().map(component).collect()
}
