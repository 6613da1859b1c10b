//! Numbers at a place of which nothing is told, where something is told of a whole in which it lies: any part of that may be
//! there.

use super::builder::Builder;
use super::exceptions::bound_by;
use crate::ids::VarId;
use crate::model::Total;
use crate::program::{Aggregate, AggregateOp, CompareOp, Condition, Expr, FluentPattern, Hole, Term, Var};
use crate::value::Value;

impl Builder<'_, '_> {
    /// For each limit to a number at a place the conditions under which it is open whether it is kept: nothing is told of the
    /// place or of what lies in it, and with all that is told of the wholes around it would be otherwise than with nothing.
    pub(super) fn untold(&mut self, state: &[Condition], bound: &[Condition]) -> Vec<Vec<Condition>> {
        let known = bound_by(bound);
        let mut all = Vec::new();
        for condition in state {
            let Condition::Compare { left: Expr::Fluent(fluent, args), op, right } = condition else { continue };
            let is_known =
                |term: &Term| matches!(term, Term::Value(_)) || matches!(term, Term::Var(var) if known.contains(var));
            let total = self.this.model.totals.iter().find(|it| it.total == *fluent).copied();
            let (Some(total), Expr::Value(limit), true) = (total, right, args.iter().all(is_known)) else { continue };
            all.push(self.open(total, args, *op, *limit));
        }
        all
    }

    fn open(&mut self, total: Total, args: &[Term], op: CompareOp, limit: Value) -> Vec<Condition> {
        let hole = self.this.model.program.fluents[total.total.index()].args[total.place];
        let (whole, part, around) =
            (self.fresh("whole", hole), self.fresh("n", Hole::Number), self.fresh("around", Hole::Number));
        let at_whole = args
            .iter()
            .enumerate()
            .map(|(at, term)| if at == total.place { Term::Var(whole) } else { *term })
            .collect();
        let lies = FluentPattern {
            fluent: total.within,
            args: vec![args[total.place], Term::Var(whole)],
            value: Term::Value(Value::TRUE),
        };
        let there = FluentPattern { fluent: total.own, args: at_whole, value: Term::Var(part) };
        let sum = Expr::Aggregate(Box::new(Aggregate {
            op: AggregateOp::Sum,
            of: Expr::Var(part),
            over: vec![Condition::Holds(lies), Condition::Holds(there)],
        }));
        let told = FluentPattern { fluent: total.total, args: args.to_vec(), value: Term::Any };
        let right = Expr::Value(limit);
        let with = |left: Expr| Condition::Compare { left, op, right: right.clone() };
        let nothing = with(Expr::Value(Value::integer(0).expect("0 fits")));
        let everything = with(Expr::Var(around));
        let undecided = Condition::Undecided { left: Expr::Var(around), op, right: right.clone() };
        vec![
            Condition::Not(vec![Condition::Holds(told)]),
            Condition::Let(around, sum),
            Condition::AnyOf(vec![
                vec![nothing.clone(), Condition::Not(vec![everything.clone()])],
                vec![Condition::Not(vec![nothing.clone()]), everything],
                vec![Condition::Not(vec![nothing]), undecided],
            ]),
        ]
    }

    fn fresh(&mut self, name: &str, hole: Hole) -> VarId {
        self.content.vars.push(Var { name: name.to_owned(), hole });
        VarId::from_index(self.content.vars.len() - 1)
    }
}
