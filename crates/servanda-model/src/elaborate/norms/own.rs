//! The status of a norm that is named: a fluent of its own.
//!
//! `NORM is STATUS by BEARER` is one fluent for all norms, so that whatever reads it waits for all of them. Where a rule
//! names the norm, it waits for that one alone.

use crate::elaborate::{Elaborator, value_of};
use crate::ids::{EntityId, FluentId, VarId};
use crate::program::{CompareOp, Condition, Definition, Expr, FluentPattern, FluentType, Mode, Term, Trigger, Var};

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

    /// `when NORM is breached by X begins` is set off by each breach: also where X breaks the norm a second time, of which the
    /// status of the norm as a whole tells nothing, as it is breached already.
    pub(super) fn set_off_by_each(&mut self) {
        for at in 0..self.model.rules.len() {
            let triggers = self.model.rules[at].item.triggers.clone();
            let is_own = |it: &Trigger| matches!(it, Trigger::Begins(of) if self.tells_of(of.fluent).is_some());
            if !triggers.iter().any(is_own) {
                continue;
            }
            let mut kept = Vec::new();
            for trigger in triggers {
                match &trigger {
                    Trigger::Begins(of) if self.tells_of(of.fluent).is_some() => {
                        let of = of.clone();
                        let status = self.tells_of(of.fluent).unwrap_or_default();
                        for (bearer, told) in status {
                            kept.extend(self.each_instance(at, &of, bearer, told));
                        }
                    }
                    _ => kept.push(trigger),
                }
            }
            self.model.rules[at].item.triggers = kept;
        }
    }

    /// The statuses of instances from which a status of a norm follows, each with who bears it; none where it follows from
    /// anything else.
    fn tells_of(&self, own: FluentId) -> Option<Vec<(Term, FluentPattern)>> {
        let is_own = self.own_statuses.values().any(|it| *it == own);
        let definitions = self.model.definitions.iter().filter(|it| it.item.fluent == own && is_own);
        let told = definitions.map(|it| match (it.item.args.as_slice(), it.item.conditions.as_slice()) {
            ([bearer], [Condition::Holds(status)]) => Some((*bearer, status.clone())),
            _ => None,
        });
        let told: Option<Vec<_>> = told.collect();
        told.filter(|all| !all.is_empty())
    }

    /// The trigger that a status of an instance begins, for a rule that waits for the status of its norm. Where the bearer is
    /// named by the norm alone, the rule is told who it is in a rule of its own.
    fn each_instance(&mut self, rule: usize, of: &FluentPattern, bearer: Term, told: FluentPattern) -> Option<Trigger> {
        let wanted = of.args[0];
        let item = &mut self.model.rules[rule].item;
        let mut vars = item.vars.clone();
        let holes = &self.model.program.fluents[told.fluent.index()].args;
        let args = told.args.iter().zip(holes).map(|(term, hole)| match term {
            Term::Var(_) if *term == bearer => wanted,
            Term::Value(_) => *term,
            _ => {
                vars.push(Var { name: "of it".to_owned(), hole: *hole });
                Term::Var(VarId::from_index(vars.len() - 1))
            }
        });
        let begins = Trigger::Begins(FluentPattern { args: args.collect(), ..told });
        let said = match (bearer, wanted) {
            (Term::Value(bearer), Term::Value(wanted)) if bearer != wanted => return None,
            (Term::Value(bearer), Term::Var(var)) => Some(Condition::Let(var, Expr::Value(bearer))),
            _ => None,
        };
        match said {
            None => {
                item.vars = vars;
                Some(begins)
            }
            Some(said) => {
                let mut own = self.model.rules[rule].clone();
                own.item.vars = vars;
                own.item.triggers = vec![begins];
                own.item.conditions.insert(0, said);
                self.push_rule(own.item, own.guards);
                None
            }
        }
    }
}
