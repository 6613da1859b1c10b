//! Whether an act that happened is one that was asked about.

use std::cmp::Ordering;

use servanda_model::{CompareOp, Condition, EventPattern, Expr, Hole, Kinded, Model, Number, Term, Value, Var, VarId};

/// Whether the arguments of an act, as stated, suit a pattern and what its numbers are compared with: for certain
/// (`Some(true)`), as far as a number leaves it open (`Some(false)`), or not at all.
pub(super) fn suits(
    model: &Model,
    (pattern, compared): (&EventPattern, &[Condition]),
    vars: &[Var],
    args: &[Value],
) -> Option<bool> {
    let mut all = true;
    for (term, value) in pattern.args.iter().zip(args) {
        all &= match term {
            Term::Any => true,
            Term::Value(wanted) => is_it(model, *wanted, *value)?,
            Term::Var(var) => {
                let kind = match vars.get(var.index()).map(|var| var.hole) {
                    Some(Hole::Kind(kind)) => Some(kind),
                    _ => None,
                };
                let of_kind = |kind| value.as_entity().is_some_and(|thing| model.lexicon.is_of_kind(thing, kind));
                if !kind.is_none_or(of_kind) || !is_one_of(compared, *var, *value) {
                    return None;
                }
                let tests = compared.iter().filter_map(|condition| match condition {
                    Condition::Compare { left: Expr::Var(it), op, right: Expr::Value(wanted) } if it == var => {
                        Some((*op, *wanted))
                    }
                    _ => None,
                });
                let mut sure = true;
                for (op, wanted) in tests {
                    sure &= compare(model, *value, op, wanted)?;
                }
                sure
            }
        };
    }
    Some(all)
}

/// Whether a thing is one of those of which one is meant: `did A or B do so`.
fn is_one_of(compared: &[Condition], var: VarId, value: Value) -> bool {
    let is_it = |condition: &Condition| match condition {
        Condition::Compare { left: Expr::Var(it), op: CompareOp::Equal, right: Expr::Value(wanted) } if *it == var => {
            Some(*wanted == value)
        }
        _ => None,
    };
    compared.iter().all(|condition| match condition {
        Condition::AnyOf(lists) => {
            let tests: Vec<bool> = lists.iter().flatten().filter_map(is_it).collect();
            tests.is_empty() || tests.contains(&true)
        }
        _ => true,
    })
}

fn is_it(model: &Model, wanted: Value, value: Value) -> Option<bool> {
    if wanted == value { Some(true) } else { compare(model, value, CompareOp::Equal, wanted) }
}

/// Whether a number, which may be left open, compares so with another that is not.
fn compare(model: &Model, value: Value, op: CompareOp, wanted: Value) -> Option<bool> {
    let Kinded::Number(wanted) = wanted.kinded() else { return None };
    let (least, most, vague) = match value.kinded() {
        Kinded::Number(number) => (Some(number), Some(number), false),
        Kinded::Range(id) => {
            let range = model.program.ranges.get(id.index())?;
            (range.min, range.max, range.approximate)
        }
        _ => return None,
    };
    // An end that is open lies beyond every number.
    let order = |end: Option<Number>, beyond: Ordering| end.map_or(beyond, |end| end.cmp(&wanted));
    let (low, high) = (order(least, Ordering::Less), order(most, Ordering::Greater));
    let orders = [Ordering::Less, Ordering::Equal, Ordering::Greater];
    let mut held = orders.into_iter().filter(|it| low <= *it && *it <= high).map(|it| op.holds(it));
    let first = held.next()?;
    let same = held.all(|it| it == first);
    match (same, first) {
        (true, _) if vague && low == Ordering::Equal => Some(false),
        (true, true) => Some(true),
        (true, false) => None,
        (false, _) => Some(false),
    }
}
