//! On which changes it rests that something derived is so no longer.

use std::collections::BTreeMap;

use servanda_engine::Premise;
use servanda_model::{Condition, Expr, FluentId, Term, Value, VarId};

use crate::instants::each_condition;
use crate::world::Run;

/// Whether a definition of an instance reads what a premise is about.
pub(super) fn is_read(run: &Run, fluent: FluentId, args: &[Value], premise: &Premise) -> bool {
    let (read, of) = match premise {
        Premise::Holds { fluent, args, .. }
        | Premise::Initiated { fluent, args, .. }
        | Premise::Began { fluent, args, .. }
        | Premise::Ended { fluent, args, .. }
        | Premise::NoValue { fluent, args, .. } => (*fluent, args.as_slice()),
        _ => return true,
    };
    run.program.definitions.iter().filter(|definition| definition.fluent == fluent).any(|definition| {
        let Some(known) = settled(&definition.args, args) else { return false };
        let fits = |terms: &[Term]| {
            terms.iter().zip(of).all(|(term, value)| match term {
                Term::Value(own) => own == value,
                Term::Var(var) => known.get(var).is_none_or(|own| own == value),
                Term::Any => true,
            })
        };
        let mut found = reads(&definition.value, read, &fits);
        each_condition(&definition.conditions, &mut |condition| {
            found |= match condition {
                Condition::Holds(it) => it.fluent == read && fits(&it.args),
                Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                    reads(left, read, &fits) || reads(right, read, &fits)
                }
                Condition::Let(_, expr) => reads(expr, read, &fits),
                _ => false,
            };
        });
        found
    })
}

/// The variables of a head that an instance or an act settles; nothing where it is of others.
pub(crate) fn settled(head: &[Term], args: &[Value]) -> Option<BTreeMap<VarId, Value>> {
    let mut known = BTreeMap::new();
    for (term, value) in head.iter().zip(args) {
        match term {
            Term::Value(own) if own != value => return None,
            Term::Var(var) if *known.entry(*var).or_insert(*value) != *value => return None,
            _ => {}
        }
    }
    Some(known)
}

fn reads(expr: &Expr, read: FluentId, fits: &dyn Fn(&[Term]) -> bool) -> bool {
    match expr {
        Expr::Fluent(fluent, args) => *fluent == read && fits(args),
        Expr::Arith(_, left, right) => reads(left, read, fits) || reads(right, read, fits),
        Expr::Aggregate(it) => {
            let over = |condition: &Condition| matches!(condition, Condition::Holds(it) if it.fluent == read && fits(&it.args));
            it.over.iter().any(over) || reads(&it.of, read, fits)
        }
        Expr::Value(_) | Expr::Var(_) | Expr::Now => false,
    }
}
