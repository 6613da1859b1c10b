//! The part of a program that its results depend on.
//!
//! A model brings fluents of its own that answer questions about dossiers. Where nobody asks, rules and definitions that
//! only serve them need not run.

use servanda_model::{
    Condition, DefinitionId, Effect, Expr, FluentPattern, Program, Rule, RuleId, Term, Trigger, Value,
};

/// What matters.
struct Needed {
    fluents: Vec<bool>,
    actions: Vec<bool>,
    changed: bool,
}

/// Leaves out the rules and definitions that cannot matter to the fluents wanted.
pub(crate) fn slice(program: &mut Program, wanted: &[bool]) {
    let mut needed = Needed { fluents: wanted.to_vec(), actions: vec![false; program.actions.len()], changed: true };
    needed.fluents.resize(program.fluents.len(), false);
    while std::mem::take(&mut needed.changed) {
        for rule in &program.rules {
            if !rule.effects.iter().any(|it| needed.wants(it)) {
                continue;
            }
            for it in &rule.triggers {
                needed.trigger(it);
            }
            needed.conditions(&rule.conditions);
            for pattern in &rule.unless {
                needed.action(pattern.action.index());
            }
            for effect in &rule.effects {
                if let Effect::Initiate { value: expr, .. } | Effect::Increase { by: expr, .. } = effect {
                    needed.expr(expr);
                }
            }
        }
        for definition in &program.definitions {
            if needed.fluents[definition.fluent.index()] {
                needed.conditions(&definition.conditions);
                needed.expr(&definition.value);
            }
        }
    }
    for rule in &mut program.rules {
        rule.effects.retain(|effect| needed.wants(effect));
    }
    program.rules.retain(|rule| !rule.effects.is_empty());
    program.definitions.retain(|it| needed.fluents[it.fluent.index()]);
    program.initial.retain(|it| needed.fluents[it.fluent.index()]);
    for (index, rule) in program.rules.iter_mut().enumerate() {
        rule.id = RuleId::from_index(index);
    }
    for (index, definition) in program.definitions.iter_mut().enumerate() {
        definition.id = DefinitionId::from_index(index);
    }
}

impl Needed {
    fn wants(&self, effect: &Effect) -> bool {
        match effect {
            Effect::Initiate { fluent, .. } | Effect::Increase { fluent, .. } => self.fluents[fluent.index()],
            Effect::Terminate { pattern } => self.fluents[pattern.fluent.index()],
            Effect::Happen(pattern) => self.actions[pattern.action.index()],
        }
    }

    fn fluent(&mut self, index: usize) {
        self.changed |= !std::mem::replace(&mut self.fluents[index], true);
    }

    fn action(&mut self, index: usize) {
        self.changed |= !std::mem::replace(&mut self.actions[index], true);
    }

    fn trigger(&mut self, trigger: &Trigger) {
        match trigger {
            Trigger::Happens(pattern) => self.action(pattern.action.index()),
            Trigger::Initiated(pattern)
            | Trigger::Begins(pattern)
            | Trigger::Ends(pattern)
            | Trigger::Comes(pattern) => self.fluent(pattern.fluent.index()),
            Trigger::HasHeld { pattern, time, .. } => {
                self.fluent(pattern.fluent.index());
                self.expr(time);
            }
            Trigger::After { time, trigger, given } => {
                self.expr(time);
                self.trigger(trigger);
                self.conditions(given);
            }
        }
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            match condition {
                Condition::Holds(pattern) => self.fluent(pattern.fluent.index()),
                Condition::Not(list) => self.conditions(list),
                Condition::AnyOf(lists) => lists.iter().for_each(|list| self.conditions(list)),
                Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                    self.expr(left);
                    self.expr(right);
                }
                Condition::IsKind(..) => {}
                Condition::Let(_, expr) => self.expr(expr),
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
            Expr::Fluent(fluent, _) => self.fluent(fluent.index()),
            Expr::Arith(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            Expr::Aggregate(aggregate) => {
                self.expr(&aggregate.of);
                self.conditions(&aggregate.over);
            }
        }
    }
}

/// Whether some rule or definition looks at this value of a fluent, other than to change it.
pub(crate) fn looks_at(program: &Program, fluent: usize, value: Value) -> bool {
    let matters = |pattern: &FluentPattern| {
        pattern.fluent.index() == fluent
            && (pattern.value == Term::Value(value) || !matches!(pattern.value, Term::Value(_)))
    };
    let in_rule = |rule: &Rule| {
        rule.triggers.iter().any(|it| in_trigger(it, &matters, fluent))
            || in_conditions(&rule.conditions, &matters, fluent)
            || rule.effects.iter().any(|effect| match effect {
                Effect::Initiate { value: expr, .. } | Effect::Increase { by: expr, .. } => {
                    in_expr(expr, &matters, fluent)
                }
                Effect::Terminate { .. } | Effect::Happen(_) => false,
            })
    };
    program.rules.iter().any(in_rule)
        || program
            .definitions
            .iter()
            .any(|it| in_conditions(&it.conditions, &matters, fluent) || in_expr(&it.value, &matters, fluent))
}

fn in_trigger(trigger: &Trigger, matters: &impl Fn(&FluentPattern) -> bool, fluent: usize) -> bool {
    match trigger {
        Trigger::Happens(_) => false,
        Trigger::Initiated(pattern) | Trigger::Begins(pattern) | Trigger::Ends(pattern) | Trigger::Comes(pattern) => {
            matters(pattern)
        }
        Trigger::HasHeld { pattern, time, .. } => matters(pattern) || in_expr(time, matters, fluent),
        Trigger::After { trigger, given, time } => {
            in_expr(time, matters, fluent)
                || in_trigger(trigger, matters, fluent)
                || in_conditions(given, matters, fluent)
        }
    }
}

fn in_conditions(conditions: &[Condition], matters: &impl Fn(&FluentPattern) -> bool, fluent: usize) -> bool {
    conditions.iter().any(|condition| match condition {
        Condition::Holds(pattern) => matters(pattern),
        Condition::Not(list) => in_conditions(list, matters, fluent),
        Condition::AnyOf(lists) => lists.iter().any(|list| in_conditions(list, matters, fluent)),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            in_expr(left, matters, fluent) || in_expr(right, matters, fluent)
        }
        Condition::IsKind(..) => false,
        Condition::Let(_, expr) => in_expr(expr, matters, fluent),
    })
}

fn in_expr(expr: &Expr, matters: &impl Fn(&FluentPattern) -> bool, fluent: usize) -> bool {
    match expr {
        Expr::Value(_) | Expr::Var(_) | Expr::Now => false,
        Expr::Fluent(of, _) => of.index() == fluent,
        Expr::Arith(_, left, right) => in_expr(left, matters, fluent) || in_expr(right, matters, fluent),
        Expr::Aggregate(it) => in_expr(&it.of, matters, fluent) || in_conditions(&it.over, matters, fluent),
    }
}
