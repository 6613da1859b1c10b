//! Conditions of norms and rules with values put in for some of their variables.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Aggregate, Condition, Expr, FluentPattern, Term, Value, VarId};

/// What is put in: terms for variables, and a day for `today`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Put {
    pub(crate) terms: BTreeMap<VarId, Term>,
    pub(crate) today: Option<Value>,
}

impl Put {
    pub(crate) fn term(&self, term: Term) -> Term {
        match term {
            Term::Var(var) => self.terms.get(&var).copied().unwrap_or(term),
            other => other,
        }
    }

    pub(crate) fn terms(&self, terms: &[Term]) -> Vec<Term> {
        terms.iter().map(|term| self.term(*term)).collect()
    }

    pub(crate) fn pattern(&self, pattern: &FluentPattern) -> FluentPattern {
        FluentPattern { fluent: pattern.fluent, args: self.terms(&pattern.args), value: self.term(pattern.value) }
    }

    pub(crate) fn conditions(&self, all: &[Condition]) -> Vec<Condition> {
        all.iter().map(|condition| self.condition(condition)).collect()
    }

    fn condition(&self, condition: &Condition) -> Condition {
        match condition {
            Condition::Holds(pattern) => Condition::Holds(self.pattern(pattern)),
            Condition::Not(list) => Condition::Not(self.conditions(list)),
            Condition::AnyOf(lists) => Condition::AnyOf(lists.iter().map(|list| self.conditions(list)).collect()),
            Condition::Compare { left, op, right } => {
                Condition::Compare { left: self.expr(left), op: *op, right: self.expr(right) }
            }
            Condition::Undecided { left, op, right } => {
                Condition::Undecided { left: self.expr(left), op: *op, right: self.expr(right) }
            }
            Condition::IsKind(term, kind) => Condition::IsKind(self.term(*term), *kind),
            Condition::Let(var, expr) => match self.terms.get(var) {
                // What is bound already is compared.
                Some(term) => Condition::Compare {
                    left: expr_of(*term),
                    op: servanda_model::CompareOp::Equal,
                    right: self.expr(expr),
                },
                None => Condition::Let(*var, self.expr(expr)),
            },
        }
    }

    fn expr(&self, expr: &Expr) -> Expr {
        match expr {
            Expr::Var(var) => self.terms.get(var).map_or_else(|| expr.clone(), |term| expr_of(*term)),
            Expr::Now => self.today.map_or(Expr::Now, Expr::Value),
            Expr::Value(_) => expr.clone(),
            Expr::Fluent(fluent, args) => Expr::Fluent(*fluent, self.terms(args)),
            Expr::Arith(op, left, right) => Expr::Arith(*op, Box::new(self.expr(left)), Box::new(self.expr(right))),
            Expr::Aggregate(it) => Expr::Aggregate(Box::new(Aggregate {
                op: it.op,
                of: self.expr(&it.of),
                over: self.conditions(&it.over),
            })),
        }
    }
}

fn expr_of(term: Term) -> Expr {
    match term {
        Term::Value(value) => Expr::Value(value),
        Term::Var(var) => Expr::Var(var),
        Term::Any => Expr::Value(Value::TRUE),
    }
}

/// The variables that conditions bind.
pub(crate) fn bound_by(conditions: &[Condition]) -> BTreeSet<VarId> {
    let mut bound = BTreeSet::new();
    for condition in conditions {
        match condition {
            Condition::Holds(it) => {
                let vars = it.args.iter().chain([&it.value]).filter_map(|term| match term {
                    Term::Var(var) => Some(*var),
                    _ => None,
                });
                bound.extend(vars);
            }
            Condition::Let(var, _) => {
                bound.insert(*var);
            }
            _ => {}
        }
    }
    bound
}

/// The variables that a condition reads in any place.
pub(crate) fn read_by(condition: &Condition, out: &mut BTreeSet<VarId>) {
    let mut term = |term: &Term| {
        if let Term::Var(var) = term {
            out.insert(*var);
        }
    };
    match condition {
        Condition::Holds(it) => it.args.iter().chain([&it.value]).for_each(term),
        Condition::Not(list) => list.iter().for_each(|it| read_by(it, out)),
        Condition::AnyOf(lists) => lists.iter().flatten().for_each(|it| read_by(it, out)),
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            read_in(left, out);
            read_in(right, out);
        }
        Condition::IsKind(it, _) => term(it),
        Condition::Let(var, expr) => {
            out.insert(*var);
            read_in(expr, out);
        }
    }
}

fn read_in(expr: &Expr, out: &mut BTreeSet<VarId>) {
    match expr {
        Expr::Var(var) => {
            out.insert(*var);
        }
        Expr::Fluent(_, args) => out.extend(args.iter().filter_map(|term| match term {
            Term::Var(var) => Some(*var),
            _ => None,
        })),
        Expr::Arith(_, left, right) => {
            read_in(left, out);
            read_in(right, out);
        }
        Expr::Value(_) | Expr::Now | Expr::Aggregate(_) => {}
    }
}
