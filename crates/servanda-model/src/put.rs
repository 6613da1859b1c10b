//! Conditions of norms and rules with values put in for some of their variables.

use std::collections::BTreeMap;

use crate::ids::VarId;
use crate::program::{Aggregate, CompareOp, Condition, Expr, FluentPattern, Term};
use crate::value::Value;

/// What is put in: terms for variables, and a day for `today`.
#[derive(Clone, Debug, Default)]
pub struct Put {
    /// What stands for each of these variables.
    pub terms: BTreeMap<VarId, Term>,
    /// The day that `today` is.
    pub today: Option<Value>,
}

impl Put {
    /// A term with them put in.
    #[must_use]
    pub fn term(&self, term: Term) -> Term {
        match term {
            Term::Var(var) => self.terms.get(&var).copied().unwrap_or(term),
            other => other,
        }
    }

    /// Terms with them put in.
    #[must_use]
    pub fn terms(&self, terms: &[Term]) -> Vec<Term> {
        terms.iter().map(|term| self.term(*term)).collect()
    }

    /// A pattern with them put in.
    #[must_use]
    pub fn pattern(&self, pattern: &FluentPattern) -> FluentPattern {
        FluentPattern { fluent: pattern.fluent, args: self.terms(&pattern.args), value: self.term(pattern.value) }
    }

    /// Conditions with them put in.
    #[must_use]
    pub fn conditions(&self, all: &[Condition]) -> Vec<Condition> {
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
                Some(term) => Condition::Compare { left: expr_of(*term), op: CompareOp::Equal, right: self.expr(expr) },
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
