//! What conditions and expressions mention: a walk over their parts, for whoever reads a program.

use std::collections::BTreeSet;

use crate::ids::{FluentId, VarId};
use crate::program::{Condition, Definition, Expr, Term};

/// A variable, or a fluent with its terms.
#[derive(Clone, Copy, Debug)]
pub enum Mention<'p> {
    /// A variable, wherever it stands.
    Var(VarId),
    /// A fluent that is looked at.
    Fluent(FluentId, &'p [Term]),
}

impl Term {
    /// The variable that stands here, if one does.
    #[must_use]
    pub fn as_var(self) -> Option<VarId> {
        if let Term::Var(var) = self { Some(var) } else { None }
    }
}

impl Condition {
    /// Shows everything that a condition mentions, also within what it is made of.
    pub fn mentions<'p>(&'p self, see: &mut dyn FnMut(Mention<'p>)) {
        match self {
            Condition::Holds(it) => {
                see(Mention::Fluent(it.fluent, &it.args));
                it.args.iter().chain([&it.value]).filter_map(|term| term.as_var()).for_each(|it| see(Mention::Var(it)));
            }
            Condition::Not(list) => list.iter().for_each(|it| it.mentions(see)),
            Condition::AnyOf(lists) => lists.iter().flatten().for_each(|it| it.mentions(see)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                left.mentions(see);
                right.mentions(see);
            }
            Condition::IsKind(term, _) => term.as_var().into_iter().for_each(|it| see(Mention::Var(it))),
            Condition::Let(var, expr) => {
                see(Mention::Var(*var));
                expr.mentions(see);
            }
        }
    }

    /// The variables that a condition by itself gives a value.
    pub fn binds(&self) -> impl Iterator<Item = VarId> {
        let (terms, own) = match self {
            Condition::Holds(it) => (Some(it.args.iter().chain([&it.value])), None),
            Condition::Let(var, _) => (None, Some(*var)),
            _ => (None, None),
        };
        terms.into_iter().flatten().filter_map(|term| term.as_var()).chain(own)
    }
}

impl Condition {
    /// The variables that have a value whenever all of these hold, whichever alternatives do.
    pub fn surely_bound<'p>(conditions: impl IntoIterator<Item = &'p Condition>) -> BTreeSet<u32> {
        let each = conditions.into_iter().flat_map(|condition| match condition {
            Condition::AnyOf(lists) => {
                lists.iter().map(Condition::surely_bound).reduce(|a, b| &a & &b).unwrap_or_default()
            }
            other => other.binds().map(|var| var.0).collect(),
        });
        each.collect()
    }
}

impl Definition {
    /// Shows everything that its conditions and its value mention.
    pub fn mentions<'p>(&'p self, see: &mut dyn FnMut(Mention<'p>)) {
        self.conditions.iter().for_each(|it| it.mentions(see));
        self.value.mentions(see);
    }
}

impl Expr {
    /// Shows everything that an expression mentions, also within what it is made of.
    pub fn mentions<'p>(&'p self, see: &mut dyn FnMut(Mention<'p>)) {
        match self {
            Expr::Value(_) | Expr::Now => {}
            Expr::Var(it) => see(Mention::Var(*it)),
            Expr::Fluent(it, terms) => {
                see(Mention::Fluent(*it, terms));
                terms.iter().filter_map(|term| term.as_var()).for_each(|it| see(Mention::Var(it)));
            }
            Expr::Arith(_, a, b) => {
                a.mentions(see);
                b.mentions(see);
            }
            Expr::Aggregate(it) => {
                it.of.mentions(see);
                it.over.iter().for_each(|it| it.mentions(see));
            }
        }
    }
}
