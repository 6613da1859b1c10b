//! Numbers over time, each beside the norms that set a limit to it.

use serde::Serialize;
use servanda_engine::Instance;
use servanda_model::{CompareOp, Condition, Expr, FluentId, FluentType, Hole, Kinded, Modality, Norm, Term, Value};

use super::{Making, Stretch, sentence};

/// A number of the dossier.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// What is counted, in words.
    pub of: String,
    /// How many, over time or on the day.
    pub values: Vec<Stretch>,
    /// The norms about it.
    pub limits: Vec<Limited>,
}

/// A limit that a norm sets.
#[derive(Clone, Debug, Serialize)]
pub struct Limited {
    /// The norm.
    pub norm: String,
    /// The modal, the comparison and the number: `must be at most 20000`.
    pub limit: String,
    /// Whether it is kept, over time or on the day; empty while it does not bind.
    pub statuses: Vec<Stretch>,
}

/// A number with a limit is shown first; the others follow in the order of their declaration.
pub(super) fn measured(making: &Making<'_, '_>) -> Vec<Measured> {
    let lexicon = &making.model.lexicon;
    let mut all = Vec::new();
    for (id, fluent) in making.fluents() {
        let of_an_instrument =
            matches!(*fluent.args, [Hole::Kind(kind)] if lexicon.is_subkind(kind, making.model.hooks.instrument));
        if fluent.ty != FluentType::Number || of_an_instrument {
            continue;
        }
        for instance in making.instances(id) {
            let limits = limits_of(making, id, instance);
            let mut values = making.stretches(instance);
            values.dedup_by(|next, first| next.value == first.value && next.since == first.since);
            let changes = instance.intervals.iter().any(|it| it.since.is_some());
            if values.is_empty() || (limits.is_empty() && !changes) {
                continue;
            }
            all.push(Measured { of: sentence(making.model, id, &instance.args), values, limits });
        }
    }
    all.sort_by_key(|it| it.limits.is_empty());
    all
}

fn limits_of(making: &Making<'_, '_>, id: FluentId, instance: &Instance) -> Vec<Limited> {
    let mut limits = Vec::new();
    for norm in making.model.norms.iter().filter(|norm| norm.reading.is_none() && !making.is_hidden(norm.entity)) {
        for condition in &norm.content {
            let Some((fluent, args, op, value)) = compared(condition) else { continue };
            let about = fluent == id
                && args.iter().zip(&*instance.args).all(|(term, value)| match term {
                    Term::Value(wanted) => wanted == value,
                    Term::Var(_) => value.as_entity().is_none_or(|it| norm.bearers.contains(&it)),
                    Term::Any => true,
                });
            if !about {
                continue;
            }
            let limit = format!("{} be {} {}", norm.modality.word(), word(op), making.show(value));
            let mut statuses = statuses(making, norm, instance);
            if matches!(norm.modality, Modality::May | Modality::Can) {
                statuses.extend(passed(making, instance, op, value));
            }
            limits.push(Limited { norm: making.model.name(norm.entity).to_owned(), limit, statuses });
        }
    }
    limits
}

/// The statuses of the norm for the bearer whose number it is.
fn statuses(making: &Making<'_, '_>, norm: &Norm, instance: &Instance) -> Vec<Stretch> {
    let ours = |args: &[Value]| args.iter().all(|arg| instance.args.contains(arg));
    let cases = making.instances(norm.status).filter(|it| ours(&it.args));
    cases.flat_map(|it| making.stretches(it)).collect()
}

/// When a number goes beyond what is permitted of it, which breaches nothing by itself.
fn passed(making: &Making<'_, '_>, instance: &Instance, op: CompareOp, bound: Value) -> Vec<Stretch> {
    let is_beyond = |value: Value| match (value.kinded(), bound.kinded()) {
        (Kinded::Number(number), Kinded::Number(bound)) => match op {
            CompareOp::Less => number >= bound,
            CompareOp::AtMost => number > bound,
            CompareOp::Equal | CompareOp::NotEqual | CompareOp::Greater | CompareOp::AtLeast => false,
        },
        _ => false,
    };
    let mut beyond = instance.clone();
    beyond.intervals.retain(|it| is_beyond(it.value));
    let passed = making.stretches(&beyond).into_iter();
    passed.map(|stretch| Stretch { value: "passed".to_owned(), ..stretch }).collect()
}

pub(super) fn compared(condition: &Condition) -> Option<(FluentId, &[Term], CompareOp, Value)> {
    match condition {
        Condition::Compare { left: Expr::Fluent(fluent, args), op, right: Expr::Value(value) } => {
            Some((*fluent, args, *op, *value))
        }
        _ => None,
    }
}

fn word(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "exactly",
        CompareOp::NotEqual => "other than",
        CompareOp::Less => "less than",
        CompareOp::AtMost => "at most",
        CompareOp::Greater => "more than",
        CompareOp::AtLeast => "at least",
    }
}
