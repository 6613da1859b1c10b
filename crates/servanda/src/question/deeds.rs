//! What norms and questions speak of: acts, and states with limits to their numbers.

use std::collections::BTreeSet;

use servanda_model::{
    CompareOp, Condition, Effect, EventPattern, Expr, FluentId, FluentPattern, Hole, Kinded, Modality, Norm, Scope,
    Term, Trouble, Value, VarId,
};

use super::norms::Ruling;
use super::terms::Put;

/// What somebody does, or what is so.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Act(EventPattern),
    State(FluentPattern, Vec<(CompareOp, Value)>),
}

/// Whether an act is of a number.
pub(super) fn has_number(deed: &Deed) -> bool {
    match deed {
        Deed::Act(act) => act.args.iter().any(
            |term| matches!(term, Term::Value(value) if matches!(value.kinded(), Kinded::Number(_) | Kinded::Range(_))),
        ),
        Deed::State(..) => false,
    }
}

pub(super) fn no_deed(text: &str) -> Trouble {
    Trouble {
        code: "no-deed",
        message: format!("`{text}` is nothing that a norm can speak of"),
        span: servanda_diagnostics::Span::default(),
        help: None,
        unknown: None,
    }
}

/// What a norm speaks of.
pub(super) fn deeds_of(norm: &Norm) -> Vec<Deed> {
    match &norm.act {
        Some(act) => {
            // `must not fortify Guam or Wake` speaks of each of them.
            let mut all = vec![act.clone()];
            for condition in &norm.content {
                let Condition::AnyOf(lists) = condition else { continue };
                let values: Vec<(VarId, Value)> = lists
                    .iter()
                    .filter_map(|list| match list.as_slice() {
                        [
                            Condition::Compare {
                                left: Expr::Var(var),
                                op: CompareOp::Equal,
                                right: Expr::Value(value),
                            },
                        ] => Some((*var, *value)),
                        _ => None,
                    })
                    .collect();
                all = all
                    .into_iter()
                    .flat_map(|act| {
                        values.iter().map(move |(var, value)| {
                            let put = |term: &Term| if *term == Term::Var(*var) { Term::Value(*value) } else { *term };
                            EventPattern { action: act.action, args: act.args.iter().map(put).collect() }
                        })
                    })
                    .collect();
            }
            all.into_iter().map(Deed::Act).collect()
        }
        None => states_in(&norm.content).into_iter().map(|(it, tests)| Deed::State(it, tests)).collect(),
    }
}

/// The states that conditions speak of, with how their numbers are compared.
pub(super) fn states_in(conditions: &[Condition]) -> Vec<(FluentPattern, Vec<(CompareOp, Value)>)> {
    let mut all: Vec<(FluentPattern, Vec<(CompareOp, Value)>)> = Vec::new();
    for condition in conditions {
        match condition {
            Condition::Holds(it) => all.push((it.clone(), Vec::new())),
            Condition::Not(list) => all.extend(states_in(list)),
            Condition::Compare { left: Expr::Fluent(fluent, args), op, right: Expr::Value(value) } => {
                let test = (*op, *value);
                match all.iter_mut().find(|(it, _)| it.fluent == *fluent && it.args == *args) {
                    Some((_, tests)) => tests.push(test),
                    None => {
                        let it = FluentPattern { fluent: *fluent, args: args.clone(), value: Term::Any };
                        all.push((it, vec![test]));
                    }
                }
            }
            Condition::Compare { left: Expr::Var(var), op, right: Expr::Value(value) } => {
                let of_var = all.iter_mut().find(|(it, _)| it.value == Term::Var(*var));
                if let Some((_, tests)) = of_var {
                    tests.push((*op, *value));
                }
            }
            _ => {}
        }
    }
    all
}

/// What a norm says of a deed.
pub(super) fn ruling(norm: &Norm, theirs: &Deed, ours: &Deed, how_many: bool) -> Option<Ruling> {
    let denied = norm.act.is_none() && matches!(norm.content.as_slice(), [Condition::Not(_)]);
    let modality = match (norm.modality, denied) {
        (Modality::Must, true) => Modality::MustNot,
        (Modality::MustNot, true) => Modality::Must,
        (modality, _) => modality,
    };
    let bounds: &[(CompareOp, Value)] = match theirs {
        Deed::State(_, tests) => tests,
        Deed::Act(_) => &[],
    };
    let number = match ours {
        Deed::State(_, tests) => tests.first().copied(),
        Deed::Act(_) => None,
    };
    let within = number.and_then(|(said, number)| {
        let fits = bounds.iter().all(|(op, bound)| compares(number, *op, *bound));
        // Of `at least so many` only that it is too many is sure.
        let sure = said == CompareOp::Equal || !fits && bounds.iter().all(|(op, _)| *op == CompareOp::AtMost);
        sure.then_some(fits)
    });
    // In its own words a norm requires what it limits.
    if modality == Modality::Must && number.is_some_and(|number| bounds.contains(&number)) {
        return Some(Ruling::Requires);
    }
    match (modality, bounds.is_empty(), within) {
        (Modality::May | Modality::Can, true, _) | (Modality::May | Modality::Can, _, Some(true)) => {
            Some(Ruling::Permits)
        }
        // So many are allowed, and these are more.
        (Modality::May | Modality::Can, _, Some(false)) => Some(Ruling::Limits),
        // So many, and no more.
        (Modality::May | Modality::Can, false, None) if !how_many => Some(Ruling::Permits),
        (Modality::Must, true, _) => Some(Ruling::Requires),
        (Modality::Must, _, Some(true))
            if bounds
                .iter()
                .any(|(op, bound)| *op == CompareOp::AtLeast && number == Some((CompareOp::Equal, *bound))) =>
        {
            Some(Ruling::Requires)
        }
        (Modality::Must, _, Some(true)) | (Modality::MustNot, _, Some(false)) => Some(Ruling::Leaves),
        (Modality::Must, _, Some(false)) | (Modality::MustNot, true, _) | (Modality::MustNot, _, Some(true)) => {
            Some(Ruling::Forbids)
        }
        (_, false, None) => Some(Ruling::Limits),
    }
}

pub(super) fn compares(left: Value, op: CompareOp, right: Value) -> bool {
    let (Kinded::Number(a), Kinded::Number(b)) = (left.kinded(), right.kinded()) else { return left == right };
    match op {
        CompareOp::Equal => a == b,
        CompareOp::NotEqual => a != b,
        CompareOp::Less => a < b,
        CompareOp::AtMost => a <= b,
        CompareOp::Greater => a > b,
        CompareOp::AtLeast => a >= b,
    }
}

/// What is asked for in a deed, in its order.
pub(super) fn asked_of(deed: &Deed, scope: &Scope, how_many: bool) -> Vec<VarId> {
    let terms: Vec<Term> = match deed {
        Deed::Act(act) => act.args.clone(),
        Deed::State(state, _) => state.args.iter().chain([&state.value]).copied().collect(),
    };
    let mut all = Vec::new();
    for term in terms {
        if let Term::Var(var) = term
            && !all.contains(&var)
            && !(how_many && scope.vars[var.index()].hole == Hole::Number)
        {
            all.push(var);
        }
    }
    all
}

/// What variables of a pattern become when it is laid on terms.
pub(super) fn laid_on(pattern: &[Term], terms: &[Term]) -> Option<Put> {
    let mut put = Put::default();
    for (theirs, ours) in pattern.iter().zip(terms) {
        match (theirs, ours) {
            (Term::Value(theirs), Term::Value(ours)) if theirs != ours => return None,
            (Term::Var(var), ours) => {
                put.terms.entry(*var).or_insert(*ours);
            }
            _ => {}
        }
    }
    Some(put)
}

/// The most acts that one act is at once.
pub(super) const MOST_ACTS: usize = 16;

/// What was put in for terms, if something was for each.
pub(super) fn all_placed(terms: &[Term], put: &Put) -> Option<Vec<Term>> {
    let known = |term: &Term| match term {
        Term::Var(var) => put.terms.get(var).copied(),
        other => Some(*other),
    };
    terms.iter().map(known).collect()
}

/// What was put in for a term; variables that nothing was put in for are open.
pub(super) fn placed(term: Term, put: &Put) -> Term {
    match term {
        Term::Var(var) => put.terms.get(&var).copied().unwrap_or(Term::Any),
        other => other,
    }
}

/// The state that an effect begins or adds to.
pub(super) fn brought_about(effect: &Effect, put: &Put) -> Option<FluentPattern> {
    // What else it may be of hangs on conditions, which are not looked at here.
    let args = |args: &[Term]| all_placed(args, put);
    match effect {
        Effect::Initiate { fluent, args: list, value } => {
            let value = match value {
                Expr::Value(value) if *value == Value::integer(0).expect("0 fits") => return None,
                Expr::Value(value) => Term::Value(*value),
                Expr::Var(var) => placed(Term::Var(*var), put),
                _ => Term::Any,
            };
            Some(FluentPattern { fluent: *fluent, args: args(list)?, value })
        }
        Effect::Increase { fluent, args: list, by: Expr::Var(_) | Expr::Value(_) } => {
            Some(FluentPattern { fluent: *fluent, args: args(list)?, value: Term::Any })
        }
        _ => None,
    }
}

pub(super) fn fluents_in(conditions: &[Condition], out: &mut BTreeSet<FluentId>) {
    fn of_expr(expr: &Expr, out: &mut BTreeSet<FluentId>) {
        match expr {
            Expr::Fluent(fluent, _) => {
                out.insert(*fluent);
            }
            Expr::Arith(_, left, right) => {
                of_expr(left, out);
                of_expr(right, out);
            }
            Expr::Aggregate(it) => fluents_in(&it.over, out),
            Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
        }
    }
    for condition in conditions {
        match condition {
            Condition::Holds(it) => {
                out.insert(it.fluent);
            }
            Condition::Not(list) => fluents_in(list, out),
            Condition::AnyOf(lists) => lists.iter().for_each(|list| fluents_in(list, out)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                of_expr(left, out);
                of_expr(right, out);
            }
            Condition::Let(_, expr) => of_expr(expr, out),
            Condition::IsKind(..) => {}
        }
    }
}
