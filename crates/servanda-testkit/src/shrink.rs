//! Cuts a case down while it still goes wrong.

use crate::generate::Case;
use servanda_model::{Condition, Expr, RuleId, Trigger};

/// Drops whatever can be dropped, one thing at a time, as long as the case still goes wrong.
#[must_use]
pub fn shrink(mut case: Case, goes_wrong: &dyn Fn(&Case) -> bool) -> Case {
    loop {
        let smaller = smaller(&case).into_iter().find(|candidate| goes_wrong(candidate));
        match smaller {
            Some(smaller) => case = smaller,
            None => return case,
        }
    }
}

/// Every case with one thing less, the greater cuts first.
fn smaller(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    let mut less = |change: &dyn Fn(&mut Case)| {
        let mut candidate = case.clone();
        change(&mut candidate);
        found.push(candidate);
    };
    for place in 0..case.program.rules.len() {
        less(&|case| {
            case.program.rules.remove(place);
            for (id, rule) in case.program.rules.iter_mut().enumerate() {
                rule.id = RuleId::from_index(id);
            }
        });
    }
    for place in 0..case.program.definitions.len() {
        less(&|case| {
            case.program.definitions.remove(place);
            for (id, definition) in case.program.definitions.iter_mut().enumerate() {
                definition.id = servanda_model::DefinitionId::from_index(id);
            }
        });
    }
    for place in 0..case.narrative.len() {
        less(&|case| _ = case.narrative.remove(place));
    }
    for place in 0..case.program.initial.len() {
        less(&|case| _ = case.program.initial.remove(place));
    }
    for (fluent, declared) in case.program.fluents.iter().enumerate() {
        for place in 0..declared.deadlines.len() {
            less(&|case| _ = case.program.fluents[fluent].deadlines.remove(place));
        }
    }
    for (rule, written) in case.program.rules.iter().enumerate() {
        for place in 0..written.effects.len() {
            less(&|case| _ = case.program.rules[rule].effects.remove(place));
        }
        for place in 0..written.unless.len() {
            less(&|case| _ = case.program.rules[rule].unless.remove(place));
        }
        for (place, trigger) in written.triggers.iter().enumerate() {
            if written.triggers.len() > 1 {
                less(&|case| _ = case.program.rules[rule].triggers.remove(place));
            }
            if let Trigger::After { given, .. } = trigger {
                for list in shorter(given) {
                    less(&|case| {
                        if let Trigger::After { given, .. } = &mut case.program.rules[rule].triggers[place] {
                            given.clone_from(&list);
                        }
                    });
                }
            }
        }
        for list in shorter(&written.conditions) {
            less(&|case| case.program.rules[rule].conditions.clone_from(&list));
        }
    }
    for (place, definition) in case.program.definitions.iter().enumerate() {
        for list in shorter(&definition.conditions) {
            less(&|case| case.program.definitions[place].conditions.clone_from(&list));
        }
    }
    less(&|case| case.horizon -= 1);
    found.retain(|candidate| candidate.horizon >= 0);
    found
}

/// Every list with one condition less, or with one of them made simpler.
fn shorter(list: &[Condition]) -> Vec<Vec<Condition>> {
    let mut found = Vec::new();
    for (place, condition) in list.iter().enumerate() {
        let mut without = list.to_vec();
        without.remove(place);
        found.push(without);
        for simpler in simpler(condition) {
            let mut changed = list.to_vec();
            changed[place] = simpler;
            found.push(changed);
        }
    }
    found
}

fn simpler(condition: &Condition) -> Vec<Condition> {
    match condition {
        Condition::Not(list) => shorter(list).into_iter().filter(|list| !list.is_empty()).map(Condition::Not).collect(),
        Condition::AnyOf(lists) => {
            let mut found = Vec::new();
            for (place, list) in lists.iter().enumerate() {
                for shorter in shorter(list) {
                    let mut lists = lists.clone();
                    lists[place] = shorter;
                    found.push(Condition::AnyOf(lists));
                }
            }
            if lists.len() > 1 {
                found.extend(lists.iter().map(|list| Condition::AnyOf(vec![list.clone()])));
            }
            found
        }
        Condition::Compare { left, op, right } => {
            let make = |left: Expr, right: Expr| Condition::Compare { left, op: *op, right };
            let lefts = parts(left).into_iter().map(|left| make(left, right.clone()));
            lefts.chain(parts(right).into_iter().map(|right| make(left.clone(), right))).collect()
        }
        Condition::Undecided { left, op, right } => {
            let make = |left: Expr, right: Expr| Condition::Undecided { left, op: *op, right };
            let lefts = parts(left).into_iter().map(|left| make(left, right.clone()));
            lefts.chain(parts(right).into_iter().map(|right| make(left.clone(), right))).collect()
        }
        Condition::Let(var, expr) => parts(expr).into_iter().map(|expr| Condition::Let(*var, expr)).collect(),
        Condition::Holds(_) | Condition::IsKind(..) => Vec::new(),
    }
}

/// Simpler expressions in place of one.
fn parts(expr: &Expr) -> Vec<Expr> {
    match expr {
        Expr::Arith(_, a, b) => vec![(**a).clone(), (**b).clone()],
        Expr::Aggregate(aggregate) => {
            let with = |over| Expr::Aggregate(Box::new(servanda_model::Aggregate { over, ..(**aggregate).clone() }));
            let lists = shorter(&aggregate.over).into_iter().filter(|list| !list.is_empty());
            let mut found: Vec<Expr> = lists.map(with).collect();
            found.extend(
                parts(&aggregate.of)
                    .into_iter()
                    .map(|of| Expr::Aggregate(Box::new(servanda_model::Aggregate { of, ..(**aggregate).clone() }))),
            );
            found
        }
        _ => Vec::new(),
    }
}
