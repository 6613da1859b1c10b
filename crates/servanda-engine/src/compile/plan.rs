//! Puts conditions in an order in which every variable is bound before it is needed.
//!
//! Greedy: tests as soon as they can be made, then lookups of one instance, then of the instances that share the most
//! known arguments. Not optimal; good where rules are keyed by what sets them off.

use servanda_model::{Condition, FluentPattern, FluentType, Program, Term, Var, VarId};

use super::error::{ProgramError, ProgramErrorKind};
use super::ops::{Aggregate, Arg, Expr, Match, Op, Plan};
use super::totals::Totals;
use crate::index::IndexSpec;
use crate::state::NONE;
use crate::vars::{binders, condition_vars, expr_vars, list_vars};

/// Ways in which instances are looked up, per fluent.
#[derive(Debug)]
pub(crate) enum Indexes<'a> {
    /// New ones may be added.
    Open(&'a mut Vec<Vec<IndexSpec>>),
    /// Only what is there can be used.
    Fixed(&'a [Vec<IndexSpec>]),
}

impl Indexes<'_> {
    pub(crate) fn index(&mut self, fluent: usize, spec: IndexSpec) -> Option<usize> {
        let known = match self {
            Indexes::Open(all) => &all[fluent],
            Indexes::Fixed(all) => &all[fluent],
        };
        let found = known.iter().position(|index| *index == spec);
        match (found, self) {
            (None, Indexes::Open(all)) => {
                all[fluent].push(spec);
                Some(all[fluent].len() - 1)
            }
            _ => found,
        }
    }
}

/// More ways of choosing alternatives than this, and a list is refused, or worked out from scratch.
pub(crate) const MOST_VARIANTS: usize = 64;

/// Which variables have a value by now.
pub(crate) type Bound = Vec<bool>;

/// Compiles the conditions of one rule or definition.
pub(crate) struct Planner<'a> {
    pub(crate) program: &'a Program,
    pub(crate) vars: &'a [Var],
    pub(crate) indexes: Indexes<'a>,
    pub(crate) totals: &'a Totals,
}

/// A variable that nothing binds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unbound(pub(crate) VarId);

impl Unbound {
    pub(crate) fn error(self, vars: &[Var], name: &str, origin: servanda_model::OriginId) -> ProgramError {
        let variable = vars.get(self.0.index()).map_or_else(|| "?".to_owned(), |var| var.name.clone());
        ProgramError { kind: ProgramErrorKind::UnboundVariable(variable), name: name.to_owned(), origin: Some(origin) }
    }
}

impl Planner<'_> {
    /// A plan for all of the conditions; what they bind is marked in `bound`.
    pub(crate) fn plan(&mut self, conditions: &[&Condition], bound: &mut Bound) -> Result<Plan, Unbound> {
        let settled = bound.clone();
        self.list(conditions, bound, &settled)
    }

    fn list(&mut self, conditions: &[&Condition], bound: &mut Bound, outer: &Bound) -> Result<Plan, Unbound> {
        if let Some(var) = split_variable(conditions, bound) {
            let variants = variants(conditions, MOST_VARIANTS).ok_or(Unbound(var))?;
            let op = self.union(&variants, bound, outer)?;
            return Ok(Plan::new(vec![op], false));
        }
        let mut will = outer.clone();
        for (will, bound) in will.iter_mut().zip(bound.iter()) {
            *will |= bound;
        }
        binders(conditions.iter().copied(), &mut will);
        let mut rest: Vec<&Condition> = conditions.to_vec();
        let mut ops = Vec::new();
        let mut distinct = true;
        while !rest.is_empty() {
            let Some((at, op)) = self.next(&rest, bound, &will) else {
                return Err(Unbound(first_unbound(&rest, bound)));
            };
            distinct &= match &op {
                Op::Scan { args, .. } | Op::Probe { args, .. } => !args.iter().any(|arg| matches!(arg, Match::Skip)),
                Op::AnyOf(_) => false,
                _ => true,
            };
            ops.push(op);
            rest.remove(at);
        }
        Ok(Plan::new(ops, distinct))
    }

    /// The condition to try next, compiled.
    fn next(&mut self, rest: &[&Condition], bound: &mut Bound, will: &Bound) -> Option<(usize, Op)> {
        for (at, condition) in rest.iter().enumerate() {
            if let Some(op) = self.test(condition, bound, will) {
                return Some((at, op));
            }
        }
        let known = |pattern: &FluentPattern, bound: &Bound| {
            let count = pattern.args.iter().filter(|term| is_known(term, bound)).count();
            // Of two alike, the one that also asks for a value leaves fewer.
            ((count == pattern.args.len(), count), is_known(&pattern.value, bound))
        };
        let best = rest
            .iter()
            .enumerate()
            .filter_map(|(at, condition)| match condition {
                Condition::Holds(pattern) => Some((known(pattern, bound), std::cmp::Reverse(at), pattern)),
                _ => None,
            })
            .max_by_key(|(known, at, _)| (*known, *at));
        if let Some((((all, count), _), at, pattern)) = best
            && (all || count > 0)
        {
            return Some((at.0, self.lookup(pattern, bound)));
        }
        for (at, condition) in rest.iter().enumerate() {
            if let Condition::AnyOf(lists) = condition {
                let lists: Vec<Vec<&Condition>> = lists.iter().map(|list| list.iter().collect()).collect();
                if let Ok(op) = self.union(&lists, bound, will) {
                    return Some((at, op));
                }
            }
        }
        best.map(|(_, at, pattern)| (at.0, self.lookup(pattern, bound)))
    }

    /// A condition that only tests what is known (or binds one variable to it), if all it needs is bound.
    fn test(&mut self, condition: &Condition, bound: &mut Bound, will: &Bound) -> Option<Op> {
        match condition {
            Condition::Compare { left, op, right } | Condition::Undecided { left, op, right } => {
                let left = self.expr(left, bound, will).ok()?;
                let right = self.expr(right, bound, will).ok()?;
                let undecided = matches!(condition, Condition::Undecided { .. });
                Some(Op::Compare { left, op: *op, right, undecided })
            }
            Condition::IsKind(term, kind) => Some(Op::IsKind(arg(term, bound).ok()?, *kind)),
            Condition::Let(var, expr) => {
                let expr = self.expr(expr, bound, will).ok()?;
                Some(Op::Let(self.matching(&Term::Var(*var), bound), expr))
            }
            Condition::Not(list) => {
                let waits = list_vars(list).iter().any(|var| will[var.index()] && !bound[var.index()]);
                if waits {
                    return None;
                }
                let list: Vec<&Condition> = list.iter().collect();
                self.list(&list, &mut bound.clone(), will).ok().map(Op::Not)
            }
            Condition::Holds(_) | Condition::AnyOf(_) => None,
        }
    }

    /// Any of the lists; afterwards what all of them bind is bound.
    fn union(&mut self, lists: &[Vec<&Condition>], bound: &mut Bound, will: &Bound) -> Result<Op, Unbound> {
        let mut after: Option<Bound> = None;
        let mut plans = Vec::new();
        for list in lists {
            let mut inner = bound.clone();
            plans.push(self.list(list, &mut inner, will)?);
            after = Some(match after {
                None => inner,
                Some(common) => common.iter().zip(&inner).map(|(a, b)| *a && *b).collect(),
            });
        }
        let is_test = after.as_ref() == Some(bound) && plans.iter().all(|plan| plan.is_test);
        if let Some(after) = after {
            *bound = after;
        }
        Ok(if is_test { Op::SomeOf(plans.into()) } else { Op::AnyOf(plans.into()) })
    }

    fn lookup(&mut self, pattern: &FluentPattern, bound: &mut Bound) -> Op {
        let fluent = pattern.fluent.index();
        let known: Vec<u8> =
            (0..pattern.args.len()).filter(|&at| is_known(&pattern.args[at], bound)).map(|at| at as u8).collect();
        let key: Box<[Arg]> = known.iter().filter_map(|&at| arg(&pattern.args[at as usize], bound).ok()).collect();
        if known.len() == pattern.args.len() {
            let value = self.matching(&pattern.value, bound);
            return Op::Point { fluent: fluent as u32, key, value, site: NONE };
        }
        // A truth has one value: then the instances are those that have it.
        let only = match pattern.value {
            Term::Value(value) if self.program.fluents[fluent].ty != FluentType::Truth => Some(value),
            _ => None,
        };
        let is_worth_it = !known.is_empty() || only.is_some();
        let spec = IndexSpec { positions: known.into(), only };
        let index = if is_worth_it { self.indexes.index(fluent, spec) } else { None };
        let args: Box<[Match]> = pattern.args.iter().map(|term| self.matching(term, bound)).collect();
        let value = self.matching(&pattern.value, bound);
        match index {
            Some(index) => Op::Probe { fluent: fluent as u32, index, key, args, value },
            None => Op::Scan { fluent: fluent as u32, args, value },
        }
    }

    /// How a term is matched; a variable that was open is bound afterwards.
    pub(crate) fn matching(&self, term: &Term, bound: &mut Bound) -> Match {
        match *term {
            Term::Value(value) => Match::Value(value),
            Term::Any => Match::Skip,
            Term::Var(var) if bound[var.index()] => Match::Bound(var.0),
            Term::Var(var) => {
                bound[var.index()] = true;
                Match::Bind(var.0, self.vars[var.index()].hole)
            }
        }
    }

    /// An expression, once everything in it is bound.
    pub(crate) fn expr(&mut self, expr: &servanda_model::Expr, bound: &Bound, will: &Bound) -> Result<Expr, Unbound> {
        use servanda_model::Expr as Source;
        Ok(match expr {
            Source::Value(value) => Expr::Value(*value),
            Source::Now => Expr::Now,
            Source::Var(var) if bound[var.index()] => Expr::Var(var.0),
            Source::Var(var) => return Err(Unbound(*var)),
            Source::Fluent(fluent, args) => {
                let key = args.iter().map(|term| arg(term, bound)).collect::<Result<_, _>>()?;
                let is_number = self.program.fluents[fluent.index()].ty == FluentType::Number;
                Expr::Fluent { fluent: fluent.0, key, is_number, site: NONE }
            }
            Source::Arith(op, left, right) => {
                Expr::Arith(*op, Box::new((self.expr(left, bound, will)?, self.expr(right, bound, will)?)))
            }
            Source::Aggregate(aggregate) => {
                let mut mentioned = list_vars(&aggregate.over);
                expr_vars(&aggregate.of, &mut mentioned);
                if let Some(var) = mentioned.iter().find(|var| will[var.index()] && !bound[var.index()]) {
                    return Err(Unbound(*var));
                }
                let over: Vec<&Condition> = aggregate.over.iter().collect();
                let mut inner = bound.clone();
                let plan = self.list(&over, &mut inner, will)?;
                let of = match aggregate.op {
                    servanda_model::AggregateOp::Count => Expr::Now,
                    _ => self.expr(&aggregate.of, &inner, &inner)?,
                };
                let locals = (0..bound.len()).filter(|&var| inner[var] && !bound[var]).map(|var| var as u32).collect();
                let (total, key) = self.totals.find(aggregate, bound, self.vars).unwrap_or((NONE, Vec::new()));
                let total_key = key.iter().map(|var| Arg::Var(var.0)).collect();
                Expr::Aggregate(Box::new(Aggregate { op: aggregate.op, of, over: plan, locals, total, total_key }))
            }
        })
    }
}

fn is_known(term: &Term, bound: &Bound) -> bool {
    match term {
        Term::Value(_) => true,
        Term::Var(var) => bound[var.index()],
        Term::Any => false,
    }
}

/// A term whose value must be known.
pub(crate) fn arg(term: &Term, bound: &Bound) -> Result<Arg, Unbound> {
    match *term {
        Term::Value(value) => Ok(Arg::Value(value)),
        Term::Var(var) if bound[var.index()] => Ok(Arg::Var(var.0)),
        Term::Var(var) => Err(Unbound(var)),
        // `check` has refused `Any` wherever this is asked.
        Term::Any => Ok(Arg::Value(crate::state::ABSENT)),
    }
}

/// A variable that some but not all alternatives of an `AnyOf` bind, and that stands outside it as well. Which other
/// conditions it is shared with then depends on the alternative, so each has to be planned with the whole list.
fn split_variable(conditions: &[&Condition], bound: &Bound) -> Option<VarId> {
    for (at, condition) in conditions.iter().enumerate() {
        let Condition::AnyOf(lists) = condition else { continue };
        let mut outside = Vec::new();
        for (_, other) in conditions.iter().enumerate().filter(|(other, _)| *other != at) {
            condition_vars(other, &mut outside);
        }
        let mut all = vec![false; bound.len()];
        binders(std::iter::once(*condition), &mut all);
        let mut some = vec![false; bound.len()];
        binders_of_any(lists, &mut some);
        let is_split = |var: &VarId| some[var.index()] && !all[var.index()] && !bound[var.index()];
        if lists.len() > 1
            && let Some(var) = outside.into_iter().find(is_split)
        {
            return Some(var);
        }
    }
    None
}

/// Marks what any of the alternatives binds, inner alternatives included.
fn binders_of_any(lists: &[Vec<Condition>], bound: &mut Bound) {
    for list in lists {
        binders(list.iter(), bound);
        for condition in list {
            if let Condition::AnyOf(inner) = condition {
                binders_of_any(inner, bound);
            }
        }
    }
}

/// The conditions with one alternative chosen for every `AnyOf`; `None` when there are too many ways.
pub(crate) fn variants<'a>(conditions: &[&'a Condition], most: usize) -> Option<Vec<Vec<&'a Condition>>> {
    let mut all: Vec<Vec<&Condition>> = vec![Vec::new()];
    for &condition in conditions {
        let branches = match condition {
            Condition::AnyOf(lists) => {
                let mut branches = Vec::new();
                for list in lists {
                    branches.extend(variants(&list.iter().collect::<Vec<_>>(), most)?);
                }
                branches
            }
            _ => vec![vec![condition]],
        };
        if all.len().saturating_mul(branches.len()) > most {
            return None;
        }
        all = all
            .iter()
            .flat_map(|prefix| branches.iter().map(move |branch| [prefix.as_slice(), branch.as_slice()].concat()))
            .collect();
    }
    Some(all)
}

fn first_unbound(rest: &[&Condition], bound: &Bound) -> VarId {
    let mut mentioned = Vec::new();
    for condition in rest {
        condition_vars(condition, &mut mentioned);
    }
    mentioned.into_iter().find(|var| !bound[var.index()]).unwrap_or_default()
}
