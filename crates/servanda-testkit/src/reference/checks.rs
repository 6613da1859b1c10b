//! What makes a program one that must be rejected: rules 7, 8, 16 and 17.

use super::scope::{
    Vars, binds, choices, expr_needs, in_condition, in_event, in_pattern, in_term, is_ready, needs, surely_binds,
};
use servanda_model::{Condition, Definition, Effect, Expr, FluentId, Mode, Program, Rule, Term, Trigger};
use std::collections::BTreeSet;

/// Why a program has no meaning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rejected {
    /// Things of one moment depend on each other in a circle (rule 17).
    Cycle(Vec<String>),
    /// Derived fluents depend on their own absence, sum or value (rule 7).
    NotStratified(Vec<FluentId>),
    /// A variable is used that nothing binds.
    Unsafe(String),
    /// An effect or initial fact on a derived fluent, or a definition of an inertial one.
    WrongMode(String),
    /// An `After` within an `After`, a definition that mentions the tick, and the like.
    Malformed(String),
}

/// Everything that can be seen rule by rule. Cycles are found by `graph.rs`.
pub(crate) fn check(program: &Program) -> Result<(), Rejected> {
    for initial in &program.initial {
        must_be(program, initial.fluent, Mode::Inertial, "initial fact")?;
    }
    for definition in &program.definitions {
        must_be(program, definition.fluent, Mode::Derived, &definition.name)?;
        check_definition(definition)?;
    }
    program.rules.iter().try_for_each(|rule| check_rule(program, rule))
}

fn must_be(program: &Program, fluent: FluentId, mode: Mode, who: &str) -> Result<(), Rejected> {
    let is = program.fluents[fluent.index()].mode;
    if is == mode { Ok(()) } else { Err(Rejected::WrongMode(who.to_owned())) }
}

fn check_definition(d: &Definition) -> Result<(), Rejected> {
    let bound = check_list(&d.conditions, &Vars::new(), &d.name)?;
    check_terms(&d.args, &bound, &d.name)?;
    check_expr(&d.value, &bound, &d.name)?;
    if d.conditions.iter().any(condition_mentions_now) || mentions_now(&d.value) {
        return Err(Rejected::Malformed(format!("{}: a state has no tick of its own", d.name)));
    }
    Ok(())
}

fn check_rule(program: &Program, rule: &Rule) -> Result<(), Rejected> {
    for trigger in &rule.triggers {
        let started = check_trigger(trigger, &rule.name)?;
        let bound = check_list(&rule.conditions, &started, &rule.name)?;
        rule.effects.iter().try_for_each(|effect| check_effect(program, effect, &bound, &rule.name))?;
    }
    Ok(())
}

/// The variables that a trigger binds.
fn check_trigger(trigger: &Trigger, who: &str) -> Result<Vars, Rejected> {
    match trigger {
        Trigger::Happens(pattern) => Ok(in_event(pattern)),
        Trigger::Initiated(pattern) | Trigger::Begins(pattern) | Trigger::Ends(pattern) | Trigger::Comes(pattern) => {
            Ok(in_pattern(pattern))
        }
        Trigger::HasHeld { pattern, time, .. } => {
            check_expr(time, &in_pattern(pattern), who)?;
            Ok(in_pattern(pattern))
        }
        Trigger::After { trigger, .. } if is_timer(trigger) => {
            Err(Rejected::Malformed(format!("{who}: a timer within a timer")))
        }
        Trigger::After { time, trigger, given } => {
            let bound = check_list(given, &check_trigger(trigger, who)?, who)?;
            check_expr(time, &bound, who)?;
            Ok(bound)
        }
    }
}

fn is_timer(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::HasHeld { .. } | Trigger::After { .. } | Trigger::Comes(_))
}

/// Effects: all that they mention is bound, and they change inertial fluents only (rule 16).
fn check_effect(program: &Program, effect: &Effect, bound: &Vars, who: &str) -> Result<(), Rejected> {
    let inertial = |fluent| must_be(program, fluent, Mode::Inertial, who);
    match effect {
        Effect::Initiate { fluent, args, value: expr } | Effect::Increase { fluent, args, by: expr } => {
            inertial(*fluent)?;
            check_terms(args, bound, who)?;
            check_expr(expr, bound, who)
        }
        Effect::Terminate { pattern } => {
            inertial(pattern.fluent)?;
            subset(&in_pattern(pattern), bound, who)
        }
        Effect::Happen(pattern) => check_terms(&pattern.args, bound, who),
    }
}

/// Terms that must come out as values: `Any` will not do.
fn check_terms(terms: &[Term], bound: &Vars, who: &str) -> Result<(), Rejected> {
    if terms.contains(&Term::Any) {
        return Err(Rejected::Unsafe(format!("{who}: `any` where a value is needed")));
    }
    subset(&terms.iter().filter_map(|term| in_term(*term)).collect(), bound, who)
}

fn subset(used: &Vars, bound: &Vars, who: &str) -> Result<(), Rejected> {
    match used.difference(bound).next() {
        Some(var) => Err(Rejected::Unsafe(format!("{who}: nothing binds variable {}", var.0))),
        None => Ok(()),
    }
}

/// Rule 8: every list can be put in an order in which each condition finds bound what it shares with the rest.
/// Gives the variables bound whichever alternatives hold.
fn check_list(list: &[Condition], started: &Vars, who: &str) -> Result<Vars, Rejected> {
    let surely = started | &surely_binds(list);
    for (place, condition) in list.iter().enumerate() {
        let others = list.iter().enumerate().filter(|(other, _)| *other != place);
        let elsewhere: Vars = others.flat_map(|(_, other)| in_condition(other)).collect();
        if let Condition::AnyOf(_) = condition {
            let here: Vars = choices(std::slice::from_ref(condition)).iter().flat_map(|choice| binds(choice)).collect();
            // Each alternative must bind what others use.
            subset(&(&here & &elsewhere), &surely, who)?;
        }
    }
    for mut choice in choices(list) {
        let bindable = started | &binds(&choice);
        let mut bound = started.clone();
        while let Some(next) = choice.iter().position(|condition| is_ready(condition, &bound, &bindable)) {
            let condition = choice.remove(next);
            bound.extend(binds(&[condition]));
            check_inside(condition, &bindable, who)?;
        }
        if let Some(stuck) = choice.first() {
            subset(&needs(stuck, &bindable), &bound, who)?;
        }
    }
    Ok(surely)
}

fn check_inside(condition: &Condition, bound: &Vars, who: &str) -> Result<(), Rejected> {
    match condition {
        Condition::Not(list) => check_list(list, bound, who).map(|_| ()),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            check_expr(left, bound, who)?;
            check_expr(right, bound, who)
        }
        Condition::Let(_, expr) => check_expr(expr, bound, who),
        Condition::IsKind(Term::Any, _) => Err(Rejected::Unsafe(format!("{who}: `any` has no kind"))),
        Condition::Holds(_) | Condition::IsKind(..) | Condition::AnyOf(_) => Ok(()),
    }
}

fn check_expr(expr: &Expr, bound: &Vars, who: &str) -> Result<(), Rejected> {
    subset(&expr_needs(expr, bound), bound, who)?;
    match expr {
        Expr::Fluent(_, terms) => check_terms(terms, bound, who),
        Expr::Arith(_, a, b) => {
            check_expr(a, bound, who)?;
            check_expr(b, bound, who)
        }
        Expr::Aggregate(aggregate) => {
            let bound = check_list(&aggregate.over, bound, who)?;
            // What is counted is not looked at.
            if aggregate.op == servanda_model::AggregateOp::Count {
                Ok(())
            } else {
                check_expr(&aggregate.of, &bound, who)
            }
        }
        Expr::Value(_) | Expr::Var(_) | Expr::Now => Ok(()),
    }
}

fn mentions_now(expr: &Expr) -> bool {
    match expr {
        Expr::Now => true,
        Expr::Value(_) | Expr::Var(_) | Expr::Fluent(..) => false,
        Expr::Arith(_, a, b) => mentions_now(a) || mentions_now(b),
        Expr::Aggregate(aggregate) => mentions_now(&aggregate.of) || aggregate.over.iter().any(condition_mentions_now),
    }
}

fn condition_mentions_now(condition: &Condition) -> bool {
    match condition {
        Condition::Holds(_) | Condition::IsKind(..) => false,
        Condition::Not(list) => list.iter().any(condition_mentions_now),
        Condition::AnyOf(lists) => lists.iter().flatten().any(condition_mentions_now),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            mentions_now(left) || mentions_now(right)
        }
        Condition::Let(_, expr) => mentions_now(expr),
    }
}

/// The fluents a list looks at: through plain `Holds`, and in any other way.
pub(crate) fn looked_at(list: &[Condition]) -> (BTreeSet<FluentId>, BTreeSet<FluentId>) {
    let (mut plainly, mut otherwise) = (BTreeSet::new(), BTreeSet::new());
    for condition in list {
        match condition {
            Condition::Holds(pattern) => {
                plainly.insert(pattern.fluent);
            }
            Condition::AnyOf(lists) => {
                for list in lists {
                    let (plain, other) = looked_at(list);
                    plainly.extend(plain);
                    otherwise.extend(other);
                }
            }
            Condition::Not(list) => otherwise.extend(all_looked_at(list)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                otherwise.extend(expr_looks_at(left));
                otherwise.extend(expr_looks_at(right));
            }
            Condition::Let(_, expr) => otherwise.extend(expr_looks_at(expr)),
            Condition::IsKind(..) => {}
        }
    }
    (plainly, otherwise)
}

fn all_looked_at(list: &[Condition]) -> BTreeSet<FluentId> {
    let (plainly, otherwise) = looked_at(list);
    &plainly | &otherwise
}

pub(crate) fn expr_looks_at(expr: &Expr) -> BTreeSet<FluentId> {
    match expr {
        Expr::Value(_) | Expr::Var(_) | Expr::Now => BTreeSet::new(),
        Expr::Fluent(fluent, _) => BTreeSet::from([*fluent]),
        Expr::Arith(_, a, b) => &expr_looks_at(a) | &expr_looks_at(b),
        Expr::Aggregate(aggregate) => &all_looked_at(&aggregate.over) | &expr_looks_at(&aggregate.of),
    }
}
