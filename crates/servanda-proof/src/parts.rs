//! Which variables and fluents conditions, expressions and triggers mention.

use std::collections::BTreeSet;

use servanda_model::{Condition, Expr, Term, Trigger};

use crate::format::{Filling, Target};

/// A variable, or a fluent with its terms.
pub(crate) enum Part<'a> {
    Var(u32),
    Fluent(u32, &'a [Term]),
}

pub(crate) fn parts<'a>(conditions: &'a [Condition], see: &mut dyn FnMut(Part<'a>)) {
    for condition in conditions {
        match condition {
            Condition::Holds(pattern) => {
                see(Part::Fluent(pattern.fluent.0, &pattern.args));
                pattern.args.iter().chain([&pattern.value]).filter_map(var).for_each(|var| see(Part::Var(var)));
            }
            Condition::Not(list) => parts(list, see),
            Condition::AnyOf(lists) => lists.iter().for_each(|list| parts(list, see)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                parts_of(left, see);
                parts_of(right, see);
            }
            Condition::IsKind(term, _) => var(term).into_iter().for_each(|var| see(Part::Var(var))),
            Condition::Let(var, expr) => {
                see(Part::Var(var.0));
                parts_of(expr, see);
            }
        }
    }
}

pub(crate) fn parts_of<'a>(expr: &'a Expr, see: &mut dyn FnMut(Part<'a>)) {
    match expr {
        Expr::Value(_) | Expr::Now => {}
        Expr::Var(it) => see(Part::Var(it.0)),
        Expr::Fluent(it, terms) => {
            see(Part::Fluent(it.0, terms));
            terms.iter().filter_map(var).for_each(|var| see(Part::Var(var)));
        }
        Expr::Arith(_, a, b) => {
            parts_of(a, see);
            parts_of(b, see);
        }
        Expr::Aggregate(it) => {
            parts_of(&it.of, see);
            parts(&it.over, see);
        }
    }
}

fn var(term: &Term) -> Option<u32> {
    if let Term::Var(var) = term { Some(var.0) } else { None }
}

/// Whether a condition by itself binds a variable.
pub(crate) fn binds(condition: &Condition, wanted: u32) -> bool {
    match condition {
        Condition::Holds(it) => it.args.iter().chain([&it.value]).any(|term| var(term) == Some(wanted)),
        Condition::Let(var, _) => var.0 == wanted,
        _ => false,
    }
}

/// Whether the variables that a condition needs are bound, as far as anything of what is left can bind them.
pub(crate) fn is_ready(condition: &Condition, left: &[&Condition], filling: &Filling) -> bool {
    let mut ready = true;
    let mut see = |part: Part<'_>| {
        if let Part::Var(var) = part {
            ready &= filling.contains_key(&var) || !left.iter().any(|other| binds(other, var));
        }
    };
    match condition {
        Condition::Holds(_) => {}
        Condition::Let(_, expr) => parts_of(expr, &mut see),
        other => parts(std::slice::from_ref(other), &mut see),
    }
    ready
}

/// The variables that are bound whichever alternatives hold.
pub(crate) fn surely_bound(conditions: &[Condition]) -> BTreeSet<u32> {
    let each = conditions.iter().flat_map(|condition| match condition {
        Condition::AnyOf(lists) => {
            lists.iter().map(|list| surely_bound(list)).reduce(|a, b| &a & &b).unwrap_or_default()
        }
        Condition::Holds(it) => it.args.iter().chain([&it.value]).filter_map(var).collect(),
        Condition::Let(var, _) => BTreeSet::from([var.0]),
        _ => BTreeSet::new(),
    });
    each.collect()
}

/// What a trigger waits for: what kind of thing, with which arguments and which value.
pub(crate) fn awaited(trigger: &Trigger) -> (Target, &[Term], Term) {
    match trigger {
        Trigger::Happens(it) => (Target::Action(it.action.0), &it.args, Term::Any),
        Trigger::Initiated(it)
        | Trigger::Begins(it)
        | Trigger::Ends(it)
        | Trigger::Comes(it)
        | Trigger::HasHeld { pattern: it, .. } => (Target::Fluent(it.fluent.0), &it.args, it.value),
        Trigger::After { trigger, .. } => awaited(trigger),
    }
}

/// What is known of the variables that a timer's trigger binds: the others are open while it is armed.
pub(crate) fn known_early(known: &Filling, trigger: &Trigger) -> Filling {
    let (_, args, value) = awaited(trigger);
    let mut bound: BTreeSet<u32> = args.iter().chain([&value]).filter_map(var).collect();
    if let Trigger::After { given, .. } = trigger {
        bound.extend(surely_bound(given));
    }
    known.iter().filter(|(var, _)| bound.contains(var)).map(|(var, value)| (*var, *value)).collect()
}
