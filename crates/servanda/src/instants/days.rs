//! The days that a value may stand for.

use servanda_model::{ArithOp, Condition, Expr, Kinded, Value};

use super::{Days, InstantId, Times, each_condition, negated};
use crate::may::{NodeId, SOME, plain};

impl Times<'_, '_> {
    /// The days that an expression may stand for; `now` is when it is worked out.
    pub(crate) fn days_of(&mut self, expr: &Expr, item: usize, bindings: &[Value], now: &[InstantId]) -> Days {
        match expr {
            Expr::Value(value) => self.days_of_value(*value),
            Expr::Var(var) => {
                let value = bindings[var.index()];
                if plain(value) {
                    self.days_of_value(value)
                } else {
                    self.days_of_var(var.index(), item, bindings, now, 0)
                }
            }
            Expr::Now => Days { set: now.to_vec(), unknown: false },
            Expr::Fluent(fluent, args) => {
                let mut nodes = Vec::new();
                self.may.matching(fluent.index(), args, bindings, &mut nodes);
                self.days_of_nodes(&nodes)
            }
            Expr::Arith(op, left, right) => {
                let from = self.days_of(left, item, bindings, now);
                let by = self.days_of(right, item, bindings, now);
                if let (false, true, ArithOp::Plus | ArithOp::Minus) = (from.unknown, by == Days::default(), op)
                    && let Some(lengths) = self.lengths(right, bindings)
                {
                    let mut set = Vec::new();
                    for length in lengths {
                        let length = if *op == ArithOp::Minus { negated(length) } else { length };
                        set.extend(self.all_shifted(&from.set, length));
                    }
                    set.sort_unstable();
                    set.dedup();
                    return Days { set, unknown: false };
                }
                self.worked_out(&[from, by])
            }
            Expr::Aggregate(_) => {
                let mut nodes = Vec::new();
                self.may.reads_of_expr(expr, self.may.vars(item), bindings, &mut nodes);
                let days = self.days_of_nodes(&nodes);
                let now = Days { set: if speaks_of_now(expr) { now.to_vec() } else { Vec::new() }, unknown: false };
                self.worked_out(&[days, now])
            }
        }
    }

    /// What is worked out from these; it depends on uncertain days if any of them is.
    fn worked_out(&self, from: &[Days]) -> Days {
        let open = |days: &Days| days.unknown || days.set.iter().any(|id| !self.is_certain(*id));
        Days { set: Vec::new(), unknown: from.iter().any(open) }
    }

    fn days_of_value(&mut self, value: Value) -> Days {
        match value.kinded() {
            Kinded::Tick(tick) if plain(value) => Days { set: vec![self.certain(tick)], unknown: false },
            _ => Days::default(),
        }
    }

    fn days_of_nodes(&self, nodes: &[NodeId]) -> Days {
        let mut all = Days::default();
        for node in nodes {
            let days = &self.days[*node as usize];
            all.unknown |= days.unknown;
            all.set.extend(&days.set);
        }
        all.set.sort_unstable();
        all.set.dedup();
        all
    }

    fn days_of_var(&mut self, var: usize, item: usize, bindings: &[Value], now: &[InstantId], depth: usize) -> Days {
        let mut all = Days::default();
        let literals = self.literals[item].clone();
        for literal in literals {
            let is = |term: &servanda_model::Term| matches!(term, servanda_model::Term::Var(it) if it.index() == var);
            let as_value = is(&literal.value);
            if !as_value && !literal.args.iter().any(is) {
                continue;
            }
            let mut nodes = Vec::new();
            self.may.matching(literal.pred, literal.args, bindings, &mut nodes);
            for node in nodes {
                if as_value {
                    let days = &self.days[node as usize];
                    all.unknown |= days.unknown;
                    all.set.extend(&days.set);
                }
                for (term, arg) in literal.args.iter().zip(&self.may.nodes[node as usize].args) {
                    if is(term) {
                        all.unknown |= *arg == SOME;
                        if let Kinded::Tick(tick) = arg.kinded() {
                            all.set.push(self.certain(tick));
                        }
                    }
                }
            }
        }
        if depth < 4 {
            let mut lets = Vec::new();
            each_condition(self.may.conditions(item), &mut |condition| {
                if let Condition::Let(bound, expr) = condition
                    && bound.index() == var
                {
                    lets.push(expr.clone());
                }
            });
            for expr in lets {
                let days = match &expr {
                    Expr::Var(other) => self.days_of_var(other.index(), item, bindings, now, depth + 1),
                    other => self.days_of(other, item, bindings, now),
                };
                all.unknown |= days.unknown;
                all.set.extend(days.set);
            }
        }
        all.set.sort_unstable();
        all.set.dedup();
        all
    }
}

fn speaks_of_now(expr: &Expr) -> bool {
    match expr {
        Expr::Now => true,
        Expr::Arith(_, left, right) => speaks_of_now(left) || speaks_of_now(right),
        Expr::Aggregate(it) => {
            let mut any = speaks_of_now(&it.of);
            each_condition(&it.over, &mut |condition| {
                if let Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } = condition {
                    any |= speaks_of_now(left) || speaks_of_now(right);
                }
            });
            any
        }
        _ => false,
    }
}
