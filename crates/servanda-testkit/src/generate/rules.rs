//! Definitions and rules.

use super::Dice;
use super::conditions::Names;
use super::vocabulary::Maker;
use servanda_model::{
    ActionId, Condition, Definition, DefinitionId, Effect, Expr, Fluent, FluentId, FluentPattern, FluentType,
};
use servanda_model::{Hole, KindId, Mode, OriginId, Rule, RuleId, Term, Ties, Trigger, Value};
use std::collections::BTreeSet;

impl Maker {
    /// Derived fluents, each over what comes before it and sometimes, through plain conditions, over itself.
    pub(crate) fn define(&mut self, dice: &mut Dice) {
        for place in 0..dice.roll(4) {
            let args =
                (0..dice.pick(&[0, 1, 1, 2])).map(|_| dice.pick(&[Hole::Kind(KindId(0)), Hole::Thing])).collect();
            let ty = dice.pick(&[
                FluentType::Truth,
                FluentType::Truth,
                FluentType::Truth,
                FluentType::Number,
                FluentType::Valued(Hole::Thing),
            ]);
            let below: Vec<FluentId> = (0..self.program.fluents.len()).map(FluentId::from_index).collect();
            let id = FluentId::from_index(below.len());
            let fluent = Fluent {
                name: format!("so{place}"),
                args,
                ty,
                ties: Ties::Contradiction,
                mode: Mode::Derived,
                deadlines: Vec::new(),
            };
            self.program.fluents.push(fluent);
            self.rank.push(0);
            for _ in 0..1 + dice.roll(2) {
                self.definition(id, &below, dice);
            }
        }
    }

    fn definition(&mut self, fluent: FluentId, below: &[FluentId], dice: &mut Dice) {
        let mut names = Names { is_definition: true, ..Names::default() };
        let mut conditions = Vec::new();
        let is_truth = self.program.fluents[fluent.index()].ty == FluentType::Truth;
        // The first condition looks at something that lasts; recursion comes after it.
        let count = 1 + dice.roll(2);
        let first = FluentId::from_index(dice.roll(below.len()));
        conditions.push(Condition::Holds(self.fluent_pattern(first, &mut names, dice)));
        conditions.extend(self.conditions(count - 1, below, &mut names, dice));
        if is_truth && dice.chance(25) {
            conditions.push(Condition::Holds(self.fluent_pattern(fluent, &mut names, dice)));
        }
        if dice.chance(2) {
            let args = vec![Term::Any; self.program.fluents[fluent.index()].args.len()];
            conditions.push(Condition::Not(vec![Condition::Holds(FluentPattern { fluent, args, value: Term::Any })]));
        }
        dice.shuffle(&mut conditions);
        let holes = self.program.fluents[fluent.index()].args.clone();
        let args = holes.into_iter().map(|hole| self.ground_term(hole, &names, dice)).collect();
        let value = self.new_value(fluent, below, &mut names, dice);
        self.rank[fluent.index()] = self.rank_of_definition(fluent, below, &conditions);
        let id = DefinitionId::from_index(self.program.definitions.len());
        let name = format!("definition {}", id.0);
        let definition =
            Definition { id, name, vars: names.vars, fluent, args, value, conditions, origin: OriginId(0) };
        self.program.definitions.push(definition);
    }

    /// After everything below it; finer would be possible.
    fn rank_of_definition(&self, fluent: FluentId, below: &[FluentId], conditions: &[Condition]) -> usize {
        let plain = conditions.iter().filter_map(|condition| match condition {
            Condition::Holds(pattern) => Some(self.rank[pattern.fluent.index()]),
            _ => None,
        });
        let all_plain = conditions.iter().all(|condition| matches!(condition, Condition::Holds(_)));
        let highest = below.iter().map(|f| self.rank[f.index()]).max().unwrap_or(0);
        self.rank[fluent.index()].max(if all_plain { plain.max().unwrap_or(0) } else { highest })
    }

    pub(crate) fn write_rules(&mut self, dice: &mut Dice) {
        for _ in 0..3 + dice.roll(7) {
            let rule = self.rule(dice);
            self.program.rules.push(rule);
        }
    }

    fn rule(&self, dice: &mut Dice) -> Rule {
        let mut names = Names::default();
        let everything: Vec<FluentId> = (0..self.program.fluents.len()).map(FluentId::from_index).collect();
        let (first, mut rank) = self.trigger(true, &mut names, dice);
        let mut triggers = vec![first];
        if dice.chance(20) {
            let bound = std::mem::take(&mut names.bound);
            // The second trigger is likely to bind what the first does, and only that can be relied on.
            let mut again = Names { bound: bound.clone(), ..names.clone() };
            let (second, other) = self.trigger(false, &mut again, dice);
            names.vars = again.vars;
            names.bound = in_trigger(&second).intersection(&bound).copied().collect();
            triggers.push(second);
            rank = rank.max(other);
        }
        let conditions = self.conditions(dice.pick(&[0, 0, 0, 1, 1, 2, 3]), &everything, &mut names, dice);
        let mut unless = Vec::new();
        if dice.chance(15) {
            let action = ActionId::from_index(dice.roll(self.program.actions.len()));
            let mut own = names.clone();
            unless.push(self.event_pattern(action, &mut own, dice));
            names.vars = own.vars;
            rank = rank.max(self.action_rank[action.index()]);
        }
        let floor = if dice.chance(5) { 0 } else { rank };
        let effects = (0..1 + dice.roll(2)).filter_map(|_| self.effect(floor, &mut names, dice)).collect();
        let id = RuleId::from_index(self.program.rules.len());
        let name = format!("rule {}", id.0);
        Rule { id, name, vars: names.vars, triggers, conditions, unless, effects, origin: OriginId(0) }
    }

    /// A trigger, and how late in a moment it can come.
    fn trigger(&self, is_first: bool, names: &mut Names, dice: &mut Dice) -> (Trigger, usize) {
        let everything: Vec<FluentId> = (0..self.program.fluents.len()).map(FluentId::from_index).collect();
        let fluent = dice.pick(&everything);
        match dice.roll(100) {
            70..=79 => {
                let pattern = self.fluent_pattern(fluent, names, dice);
                let time = self.time(&in_pattern(&pattern), names, dice);
                (Trigger::HasHeld { pattern, time, since_renewed: dice.chance(40) }, 0)
            }
            80..=91 if is_first => {
                let (inner, _) = self.instant(names, dice);
                let given = self.conditions(dice.pick(&[0, 0, 1]), &everything, names, dice);
                let time = self.time(&names.bound.clone(), names, dice);
                (Trigger::After { time, trigger: Box::new(inner), given }, 0)
            }
            92..=99 => {
                let days: Vec<FluentId> =
                    everything.iter().copied().filter(|f| self.type_hole(*f) == Some(Hole::Day)).collect();
                match dice.pick_any(&days) {
                    Some(fluent) => (Trigger::Comes(self.fluent_pattern(fluent, names, dice)), 0),
                    None => self.instant(names, dice),
                }
            }
            _ => self.instant(names, dice),
        }
    }

    fn instant(&self, names: &mut Names, dice: &mut Dice) -> (Trigger, usize) {
        let fluent = FluentId::from_index(dice.roll(self.program.fluents.len()));
        let rank = self.rank[fluent.index()];
        match dice.roll(10) {
            0..=4 => {
                let action = ActionId::from_index(dice.roll(self.program.actions.len()));
                (Trigger::Happens(self.event_pattern(action, names, dice)), self.action_rank[action.index()])
            }
            5 | 6 => (Trigger::Initiated(self.fluent_pattern(fluent, names, dice)), rank),
            7 | 8 => (Trigger::Begins(self.fluent_pattern(fluent, names, dice)), rank),
            _ => (Trigger::Ends(self.fluent_pattern(fluent, names, dice)), rank),
        }
    }

    fn time(&self, bound: &BTreeSet<servanda_model::VarId>, names: &Names, dice: &mut Dice) -> Expr {
        let numbers: Vec<_> = names.like(Hole::Number).into_iter().filter(|var| bound.contains(var)).collect();
        match dice.pick_any(&numbers) {
            Some(var) if dice.chance(40) => Expr::Var(var),
            _ => Expr::Value(self.value(Hole::Duration, dice)),
        }
    }

    /// Something that comes later in the order than `floor`, if there is anything.
    fn effect(&self, floor: usize, names: &mut Names, dice: &mut Dice) -> Option<Effect> {
        if dice.chance(15) {
            let later =
                (0..self.action_rank.len()).filter(|place| self.action_rank[*place] > floor).collect::<Vec<_>>();
            let action = ActionId::from_index(dice.pick_any(&later)?);
            let holes = &self.program.actions[action.index()].holes;
            let args = holes.iter().map(|hole| self.ground_term(*hole, names, dice)).collect();
            return Some(Effect::Happen(servanda_model::EventPattern { action, args }));
        }
        let later: Vec<FluentId> =
            self.fluents(Mode::Inertial).into_iter().filter(|f| floor == 0 || self.rank[f.index()] > floor).collect();
        let fluent = dice.pick_any(&later)?;
        let ty = self.program.fluents[fluent.index()].ty;
        let holes = self.program.fluents[fluent.index()].args.clone();
        let args: Vec<Term> = holes.iter().map(|hole| self.ground_term(*hole, names, dice)).collect();
        let everything: Vec<FluentId> = (0..self.program.fluents.len()).map(FluentId::from_index).collect();
        Some(match dice.roll(10) {
            0..=2 => {
                let loosely = |term: Term, dice: &mut Dice| if dice.chance(20) { Term::Any } else { term };
                let args = args.into_iter().map(|term| loosely(term, dice)).collect();
                let value = match self.type_hole(fluent) {
                    Some(hole) if dice.chance(60) => self.ground_term(hole, names, dice),
                    None if dice.chance(60) => Term::Value(Value::TRUE),
                    _ => Term::Any,
                };
                Effect::Terminate { pattern: FluentPattern { fluent, args, value } }
            }
            3..=6 if ty == FluentType::Number => {
                Effect::Increase { fluent, args, by: self.number(1, &everything, names, dice) }
            }
            _ => Effect::Initiate { fluent, args, value: self.new_value(fluent, &everything, names, dice) },
        })
    }

    fn new_value(&self, fluent: FluentId, among: &[FluentId], names: &mut Names, dice: &mut Dice) -> Expr {
        match self.type_hole(fluent) {
            None => Expr::Value(Value::TRUE),
            Some(Hole::Number) => self.number(1, among, names, dice),
            Some(Hole::Day) => self.day_expr(among, names, dice),
            Some(hole) => match self.ground_term(hole, names, dice) {
                Term::Var(var) => Expr::Var(var),
                Term::Value(value) => Expr::Value(value),
                Term::Any => unreachable!("a ground term is not open"),
            },
        }
    }
}

fn in_pattern(pattern: &FluentPattern) -> BTreeSet<servanda_model::VarId> {
    in_terms(pattern.args.iter().chain([&pattern.value]))
}

fn in_terms<'a>(terms: impl Iterator<Item = &'a Term>) -> BTreeSet<servanda_model::VarId> {
    let var = |term: &Term| match term {
        Term::Var(var) => Some(*var),
        _ => None,
    };
    terms.filter_map(var).collect()
}

/// The variables that a trigger binds; of `After` only those of its inner trigger are counted.
fn in_trigger(trigger: &Trigger) -> BTreeSet<servanda_model::VarId> {
    match trigger {
        Trigger::Happens(pattern) => in_terms(pattern.args.iter()),
        Trigger::Initiated(p) | Trigger::Begins(p) | Trigger::Ends(p) | Trigger::Comes(p) => in_pattern(p),
        Trigger::HasHeld { pattern, .. } => in_pattern(pattern),
        Trigger::After { trigger, .. } => in_trigger(trigger),
    }
}
