//! The status of a norm that is named: a fluent of its own.
//!
//! `NORM is STATUS by BEARER` is one fluent for all norms, so that whatever reads it waits for all of them. Where a rule
//! names the norm, it waits for that one alone.

use crate::elaborate::{Elaborator, value_of};
use crate::ids::{EntityId, FluentId};
use crate::program::{CompareOp, Condition, Definition, Expr, FluentPattern, FluentType, Mode, Term, Trigger};

impl Elaborator<'_> {
    /// Has triggers and conditions that name a norm look at a status of that norm alone.
    pub(crate) fn name_statuses(&mut self, triggers: &mut [Trigger], conditions: &mut [Condition]) {
        triggers.iter_mut().for_each(|it| self.name_in_trigger(it));
        conditions.iter_mut().for_each(|it| self.name_in_condition(it));
    }

    fn name_in_trigger(&mut self, trigger: &mut Trigger) {
        match trigger {
            Trigger::Happens(_) => {}
            Trigger::Initiated(it) | Trigger::Begins(it) | Trigger::Ends(it) | Trigger::Comes(it) => self.name_in(it),
            Trigger::HasHeld { pattern, .. } => self.name_in(pattern),
            Trigger::After { trigger, given, .. } => {
                self.name_in_trigger(trigger);
                given.iter_mut().for_each(|it| self.name_in_condition(it));
            }
        }
    }

    fn name_in_condition(&mut self, condition: &mut Condition) {
        match condition {
            Condition::Holds(pattern) => self.name_in(pattern),
            Condition::Not(list) => list.iter_mut().for_each(|it| self.name_in_condition(it)),
            Condition::AnyOf(lists) => lists.iter_mut().flatten().for_each(|it| self.name_in_condition(it)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                self.name_in_expr(left);
                self.name_in_expr(right);
            }
            Condition::Let(_, expr) => self.name_in_expr(expr),
            Condition::IsKind(..) => {}
        }
    }

    fn name_in_expr(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Arith(_, left, right) => {
                self.name_in_expr(left);
                self.name_in_expr(right);
            }
            Expr::Aggregate(it) => {
                self.name_in_expr(&mut it.of);
                it.over.iter_mut().for_each(|it| self.name_in_condition(it));
            }
            Expr::Value(_) | Expr::Var(_) | Expr::Now | Expr::Fluent(..) => {}
        }
    }

    fn name_in(&mut self, pattern: &mut FluentPattern) {
        let is_status = self.model.hooks.statuses.iter().any(|(_, fluent)| *fluent == pattern.fluent);
        let norm = match pattern.args.first() {
            Some(Term::Value(value)) if is_status => value.as_entity(),
            _ => None,
        };
        let Some(norm) = norm.filter(|it| self.model.lexicon.is_of_kind(*it, self.model.hooks.norm)) else { return };
        pattern.fluent = self.own_status(norm, pattern.fluent);
        pattern.args.remove(0);
    }

    fn own_status(&mut self, norm: EntityId, status: FluentId) -> FluentId {
        if let Some(known) = self.own_statuses.get(&(norm, status)) {
            return *known;
        }
        let shared = &self.model.program.fluents[status.index()];
        let (name, holes) =
            (format!("{} {}", self.model.name(norm), shared.name.replace('_', " ")), shared.args[1..].to_vec());
        let own = self.add_fluent(name, holes, FluentType::Truth, Mode::Derived, false);
        self.model.own_statuses.push((own, status, norm));
        self.own_statuses.insert((norm, status), own);
        own
    }

    /// Whatever says that a norm stands so says it of the fluent of its own, too.
    pub(super) fn define_own_statuses(&mut self) {
        let mut at = 0;
        // A definition may itself name a norm.
        while let Some(&(own, status, norm)) = self.model.own_statuses.get(at) {
            at += 1;
            let own_norm = Term::Value(value_of(norm));
            let of_status = self.model.definitions.iter().filter(|it| it.item.fluent == status);
            let of_it = of_status.filter(|it| matches!(it.item.args[0], Term::Var(_)) || it.item.args[0] == own_norm);
            for it in of_it.cloned().collect::<Vec<_>>() {
                let mut definition = Definition { fluent: own, args: it.item.args[1..].to_vec(), ..it.item };
                if let Term::Var(var) = it.item.args[0] {
                    let (left, right) = (Expr::Var(var), Expr::Value(value_of(norm)));
                    definition.conditions.push(Condition::Compare { left, op: CompareOp::Equal, right });
                }
                self.push_definition(definition, it.guards);
            }
        }
    }
}
