//! Patterns, conditions and expressions over the variables of one rule.

use super::Dice;
use super::vocabulary::Maker;
use servanda_model::{ActionId, Hole, KindId, Term, Value, Var, VarId};
use servanda_model::{
    Aggregate, AggregateOp, ArithOp, CompareOp, Condition, EventPattern, Expr, FluentId, FluentPattern, FluentType,
};
use std::collections::BTreeSet;

/// The variables of a rule, and which of them are bound where one stands.
#[derive(Clone, Default)]
pub(crate) struct Names {
    pub(crate) vars: Vec<Var>,
    pub(crate) bound: BTreeSet<VarId>,
    /// The expression is one of a definition: it has no tick, and looks only at these fluents.
    pub(crate) is_definition: bool,
}

const ORDERS: [CompareOp; 6] =
    [CompareOp::Equal, CompareOp::NotEqual, CompareOp::Less, CompareOp::AtMost, CompareOp::Greater, CompareOp::AtLeast];

impl Names {
    pub(crate) fn fresh(&mut self, hole: Hole) -> VarId {
        self.vars.push(Var { name: format!("V{}", self.vars.len()), hole });
        let var = VarId::from_index(self.vars.len() - 1);
        self.bound.insert(var);
        var
    }

    pub(crate) fn like(&self, hole: Hole) -> Vec<VarId> {
        self.bound.iter().copied().filter(|var| is_alike(self.vars[var.index()].hole, hole)).collect()
    }
}

fn is_alike(a: Hole, b: Hole) -> bool {
    let is_thing = |hole| matches!(hole, Hole::Kind(_) | Hole::Thing);
    a == b || (is_thing(a) && is_thing(b))
}

impl Maker {
    /// A term that may bind.
    pub(crate) fn open_term(&self, hole: Hole, names: &mut Names, dice: &mut Dice) -> Term {
        let known = names.like(hole);
        match dice.roll(100) {
            0..=29 if !known.is_empty() => Term::Var(dice.pick(&known)),
            0..=74 => {
                let narrower = [hole, hole, hole, Hole::Any, Hole::Kind(KindId(1))];
                let hole = if is_alike(hole, Hole::Thing) { dice.pick(&narrower) } else { hole };
                Term::Var(names.fresh(hole))
            }
            75..=86 => Term::Value(self.value(hole, dice)),
            _ => Term::Any,
        }
    }

    /// A term that is no longer open.
    pub(crate) fn ground_term(&self, hole: Hole, names: &Names, dice: &mut Dice) -> Term {
        match dice.pick_any(&names.like(hole)) {
            Some(var) if dice.chance(75) => Term::Var(var),
            _ => Term::Value(self.value(hole, dice)),
        }
    }

    pub(crate) fn fluent_pattern(&self, fluent: FluentId, names: &mut Names, dice: &mut Dice) -> FluentPattern {
        let holes = self.program.fluents[fluent.index()].args.clone();
        let args = holes.into_iter().map(|hole| self.open_term(hole, names, dice)).collect();
        let value = match self.type_hole(fluent) {
            Some(hole) => self.open_term(hole, names, dice),
            None if dice.chance(5) => Term::Any,
            None => Term::Value(Value::TRUE),
        };
        FluentPattern { fluent, args, value }
    }

    pub(crate) fn event_pattern(&self, action: ActionId, names: &mut Names, dice: &mut Dice) -> EventPattern {
        let holes = self.program.actions[action.index()].holes.clone();
        EventPattern { action, args: holes.into_iter().map(|hole| self.open_term(hole, names, dice)).collect() }
    }

    /// So many conditions, which bind more.
    pub(crate) fn conditions(
        &self,
        count: usize,
        among: &[FluentId],
        names: &mut Names,
        dice: &mut Dice,
    ) -> Vec<Condition> {
        let mut list: Vec<Condition> = (0..count).map(|_| self.condition(1, among, names, dice)).collect();
        // The order of conditions means nothing.
        dice.shuffle(&mut list);
        list
    }

    fn condition(&self, depth: usize, among: &[FluentId], names: &mut Names, dice: &mut Dice) -> Condition {
        let Some(fluent) = dice.pick_any(among) else {
            return self.comparison(among, names, dice);
        };
        match dice.roll(100) {
            50..=64 if depth > 0 => Condition::Not(self.inner(depth, among, names, dice)),
            65..=73 if depth > 0 => self.any_of(depth, among, names, dice),
            74..=87 => self.comparison(among, names, dice),
            88..=91 => {
                let things = names.like(Hole::Thing);
                let term = dice.pick_any(&things).map_or_else(|| Term::Value(self.value(Hole::Thing, dice)), Term::Var);
                Condition::IsKind(term, KindId(u32::from(dice.chance(50))))
            }
            92..=99 => {
                let expr = self.number(1, among, names, dice);
                Condition::Let(names.fresh(if dice.chance(80) { Hole::Number } else { Hole::Thing }), expr)
            }
            _ => Condition::Holds(self.fluent_pattern(fluent, names, dice)),
        }
    }

    /// A list whose own variables are nobody else's.
    fn inner(&self, depth: usize, among: &[FluentId], names: &mut Names, dice: &mut Dice) -> Vec<Condition> {
        let before = names.bound.clone();
        let list = (0..1 + dice.roll(2)).map(|_| self.condition(depth - 1, among, names, dice)).collect();
        names.bound = before;
        list
    }

    /// Alternatives; sometimes they bind one variable between them.
    fn any_of(&self, depth: usize, among: &[FluentId], names: &mut Names, dice: &mut Dice) -> Condition {
        let shared = self.binder(among, dice).filter(|_| dice.chance(50)).map(|_| names.fresh(Hole::Thing));
        if let Some(var) = shared {
            names.bound.remove(&var);
        }
        let alternative = |names: &mut Names, dice: &mut Dice| {
            let mut list = self.inner(depth, among, names, dice);
            if let (Some(var), Some(fluent)) = (shared, self.binder(among, dice)) {
                let mut args: Vec<Term> = self.program.fluents[fluent.index()].args.iter().map(|_| Term::Any).collect();
                let place = dice.roll(args.len());
                args[place] = Term::Var(var);
                list.push(Condition::Holds(FluentPattern { fluent, args, value: Term::Any }));
            }
            list
        };
        let lists = (0..2).map(|_| alternative(names, dice)).collect();
        names.bound.extend(shared);
        Condition::AnyOf(lists)
    }

    fn binder(&self, among: &[FluentId], dice: &mut Dice) -> Option<FluentId> {
        let with_args = |f: &FluentId| !self.program.fluents[f.index()].args.is_empty();
        dice.pick_any(&among.iter().copied().filter(with_args).collect::<Vec<_>>())
    }

    fn comparison(&self, among: &[FluentId], names: &mut Names, dice: &mut Dice) -> Condition {
        let things = names.like(Hole::Thing);
        let (left, right) = match dice.roll(10) {
            0..=1 if things.len() > 1 => (Expr::Var(dice.pick(&things)), Expr::Var(dice.pick(&things))),
            2..=3 if !names.is_definition => (self.day_expr(among, names, dice), self.day_expr(among, names, dice)),
            _ => (self.number(1, among, names, dice), self.number(1, among, names, dice)),
        };
        let op = dice.pick(&ORDERS);
        if dice.chance(20) { Condition::Undecided { left, op, right } } else { Condition::Compare { left, op, right } }
    }

    /// A fluent of this type, as an expression.
    fn read(&self, ty: FluentType, among: &[FluentId], names: &Names, dice: &mut Dice) -> Option<Expr> {
        let such = among.iter().copied().filter(|f| self.program.fluents[f.index()].ty == ty).collect::<Vec<_>>();
        let fluent = dice.pick_any(&such)?;
        let holes = &self.program.fluents[fluent.index()].args;
        Some(Expr::Fluent(fluent, holes.iter().map(|hole| self.ground_term(*hole, names, dice)).collect()))
    }

    /// An expression for a number, or for nothing.
    pub(crate) fn number(&self, depth: usize, among: &[FluentId], names: &mut Names, dice: &mut Dice) -> Expr {
        let constant = Expr::Value(self.value(Hole::Number, dice));
        match dice.roll(100) {
            0..=29 => dice.pick_any(&names.like(Hole::Number)).map_or(constant, Expr::Var),
            30..=49 => self.read(FluentType::Number, among, names, dice).unwrap_or(constant),
            50..=64 if depth > 0 => {
                let op =
                    dice.pick(&[ArithOp::Plus, ArithOp::Minus, ArithOp::Times, ArithOp::DividedBy, ArithOp::Modulo]);
                let left = self.number(depth - 1, among, names, dice);
                Expr::Arith(op, Box::new(left), Box::new(self.number(depth - 1, among, names, dice)))
            }
            65..=79 if depth > 0 && !among.is_empty() => self.aggregate(depth, among, names, dice),
            80..=83 if !names.is_definition => {
                let left = self.day_expr(among, names, dice);
                Expr::Arith(ArithOp::Minus, Box::new(left), Box::new(self.day_expr(among, names, dice)))
            }
            _ => constant,
        }
    }

    fn aggregate(&self, depth: usize, among: &[FluentId], names: &mut Names, dice: &mut Dice) -> Expr {
        let before = names.bound.clone();
        let fluent = dice.pick(among);
        let mut over = vec![Condition::Holds(self.fluent_pattern(fluent, names, dice))];
        if dice.chance(30) {
            over.push(self.condition(0, among, names, dice));
        }
        let of = self.number(depth - 1, among, names, dice);
        names.bound = before;
        let op = dice.pick(&[AggregateOp::Count, AggregateOp::Sum, AggregateOp::Least, AggregateOp::Greatest]);
        Expr::Aggregate(Box::new(Aggregate { op, of, over }))
    }

    /// An expression for a day; never in a definition.
    pub(crate) fn day_expr(&self, among: &[FluentId], names: &Names, dice: &mut Dice) -> Expr {
        let day = match dice.roll(6) {
            0 => Expr::Value(self.value(Hole::Day, dice)),
            1 => dice.pick_any(&names.like(Hole::Day)).map_or(Expr::Now, Expr::Var),
            2 => self.read(FluentType::Valued(Hole::Day), among, names, dice).unwrap_or(Expr::Now),
            _ => Expr::Now,
        };
        match dice.roll(3) {
            0 => day,
            1 => Expr::Arith(ArithOp::Plus, Box::new(day), Box::new(Expr::Value(self.value(Hole::Duration, dice)))),
            _ => {
                let ticks = Expr::Value(Value::integer(dice.between(1, 3)).expect("small"));
                Expr::Arith(dice.pick(&[ArithOp::Plus, ArithOp::Plus, ArithOp::Minus]), Box::new(day), Box::new(ticks))
            }
        }
    }
}
