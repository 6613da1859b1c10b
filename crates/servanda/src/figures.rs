//! What a step read of numbers and days: how they compared, and the steps that gave them.
//!
//! A limit that is kept or broken rests on the number as it was. Where the comparison is denied, or was made before the
//! day asked about, the derivation does not name that number, so it is read again from the timeline.

use std::cmp::Ordering;

use servanda_engine::{Cause, Premise, StepId};
use servanda_model::{
    ArithOp, CompareOp, Condition, Expr, FluentId, FluentType, Kinded, Modality, Model, Norm, Number, NumberRange,
    Term, Value, VarId,
};

use crate::say;
use crate::world::Run;

/// A comparison as it turned out.
#[derive(Debug, Default)]
pub(crate) struct Figure {
    /// In words.
    pub text: String,
    /// The steps that gave the values read.
    pub by: Vec<StepId>,
    /// Numbers read that nothing states, and that count as 0.
    pub unstated: Vec<(FluentId, Vec<Value>)>,
}

/// The comparisons that a step rests on: as they were when it came about and, where what it made still holds on the day
/// asked about, as they then are.
pub(crate) fn read(model: &Model, run: &Run, id: StepId, on: Option<i64>) -> Vec<Figure> {
    let Some(step) = run.solution.step(id) else { return Vec::new() };
    let tick = step.tick.unwrap_or(i64::MIN);
    match &step.cause {
        Cause::Rule { rule, bindings, .. } => {
            let before = Reading { model, run, bindings, day: tick.saturating_sub(1), then: None };
            before.all(&run.program.rules[rule.index()].conditions)
        }
        Cause::Definition { definition, bindings } => {
            let definition = &run.program.definitions[definition.index()];
            let reading = Reading { model, run, bindings, day: tick, then: None };
            let mut figures = reading.all(&definition.conditions);
            let args = reading.bound(&definition.args);
            let made = args.and_then(|args| run.solution.interval_at(definition.fluent, &args, on?));
            if let Some(day) = on.filter(|day| made.is_some_and(|it| it.begun_by == Some(id)) && *day > tick) {
                let later = Reading { day, then: on, ..reading }.all(&definition.conditions);
                let known: Vec<Vec<StepId>> = figures.iter().map(|it| it.by.clone()).collect();
                figures.extend(later.into_iter().filter(|it| !known.contains(&it.by)));
            }
            figures
        }
        _ => Vec::new(),
    }
}

/// What an act does to a number that a norm sets a limit to.
pub(crate) struct Passing {
    /// The number with the act, and the limit that it passes.
    pub text: String,
    /// Whether the act takes it farther from the limit than it is without.
    pub is_farther: bool,
}

/// The limit of a norm that a number passes with an act, of which the timelines without it and with it are given.
pub(crate) fn passing(
    model: &Model,
    norm: &Norm,
    bearer: Value,
    (without, with): (&Run, &Run),
    day: i64,
) -> Option<Passing> {
    let own = |var: usize| (norm.bearer == Term::Var(VarId::from_index(var))).then_some(bearer);
    let bindings: Vec<Option<Value>> = (0..norm.vars.len()).map(own).collect();
    let reading = |run| Reading { model, run, bindings: &bindings, day, then: None };
    let is_forbidden = norm.modality == Modality::MustNot;
    norm.content.iter().find_map(|condition| {
        let Condition::Compare { left, op, right } = condition else { return None };
        let passed = reading(with).compared(left, *op, right, Some(is_forbidden))?;
        let number = |run| reading(run).value(left, &mut Figure::default()).map(Value::kinded);
        let order = match (number(without)?, number(with)?) {
            (Kinded::Number(without), Kinded::Number(with)) => with.cmp(&without),
            _ => return None,
        };
        let is_ceiling = matches!(op, CompareOp::AtMost | CompareOp::Less) != is_forbidden;
        let is_farther = order == if is_ceiling { Ordering::Greater } else { Ordering::Less };
        Some(Passing { text: passed.text, is_farther })
    })
}

/// Whether an act changes a number to which a norm sets a limit; nothing where it sets none that can be read.
pub(crate) fn changes(
    model: &Model,
    norm: &Norm,
    bearer: Value,
    (without, with): (&Run, &Run),
    day: i64,
) -> Option<bool> {
    let own = |var: usize| (norm.bearer == Term::Var(VarId::from_index(var))).then_some(bearer);
    let bindings: Vec<Option<Value>> = (0..norm.vars.len()).map(own).collect();
    let read =
        |run, expr| Reading { model, run, bindings: &bindings, day, then: None }.value(expr, &mut Figure::default());
    let limited = norm.content.iter().filter_map(|condition| match condition {
        Condition::Compare { left, .. } => Some(left),
        _ => None,
    });
    let changed: Vec<bool> = limited.filter_map(|left| Some(read(without, left)? != read(with, left)?)).collect();
    (!changed.is_empty()).then(|| changed.contains(&true))
}

/// Whether a premise says no more than that a comparison fails.
pub(crate) fn only_compares(premise: &Premise) -> bool {
    let compares = |it: &Condition| matches!(it, Condition::Compare { .. } | Condition::Undecided { .. });
    matches!(premise, Premise::NotHolds(conditions) if conditions.iter().all(compares))
}

/// The timeline on one day, with the variables of a rule or a definition.
#[derive(Clone, Copy)]
struct Reading<'a> {
    model: &'a Model,
    run: &'a Run,
    bindings: &'a [Option<Value>],
    day: i64,
    /// The day, where the words have to say it.
    then: Option<i64>,
}

impl Reading<'_> {
    fn all(&self, conditions: &[Condition]) -> Vec<Figure> {
        let mut figures = Vec::new();
        self.look(conditions, true, &mut figures);
        figures
    }

    /// Of alternatives, and of what is denied together, only the comparisons that turned out as needed are told.
    fn look(&self, conditions: &[Condition], wanted: bool, figures: &mut Vec<Figure>) {
        for condition in conditions {
            match condition {
                Condition::Not(list) => self.look(list, !wanted, figures),
                Condition::AnyOf(lists) => lists.iter().for_each(|list| self.look(list, wanted, figures)),
                Condition::Compare { left, op, right } => figures.extend(self.compared(left, *op, right, Some(wanted))),
                Condition::Undecided { left, op, right } if wanted => {
                    figures.extend(self.compared(left, *op, right, None));
                }
                _ => {}
            }
        }
    }

    /// A comparison, if it comes to what is wanted; `None` where it has to be open.
    fn compared(&self, left: &Expr, op: CompareOp, right: &Expr, wanted: Option<bool>) -> Option<Figure> {
        let mut figure = Figure::default();
        let (a, b) = (self.value(left, &mut figure)?, self.value(right, &mut figure)?);
        if (figure.by.is_empty() && figure.unstated.is_empty()) || holds(a, op, b, &self.run.solution.ranges) != wanted
        {
            return None;
        }
        let amount = |value| grouped(&say::value(self.model, &self.run.solution, value));
        let other = match right {
            Expr::Value(_) | Expr::Var(_) => amount(b),
            _ => format!("{}, which is {}", self.words(right), amount(b)),
        };
        let told = match left {
            Expr::Value(_) | Expr::Var(_) => amount(a),
            _ => format!("{} is {}", self.words(left), amount(a)),
        };
        let relation = match wanted {
            Some(true) => format!("{} {other}", word(op)),
            Some(false) => format!("{} {other}", word(denied(op))),
            None => format!("so it is open whether {} {other}", word(op)),
        };
        let day = self.then.map_or_else(String::new, |day| format!("on {} ", self.model.show_tick(day)));
        figure.text = format!("{day}{told}, {relation}");
        Some(figure)
    }

    fn value(&self, expr: &Expr, figure: &mut Figure) -> Option<Value> {
        match expr {
            Expr::Value(value) => Some(*value),
            Expr::Var(var) => self.bindings.get(var.index()).copied().flatten(),
            Expr::Fluent(fluent, args) => {
                let args = self.bound(args)?;
                if let Some(interval) = self.run.solution.interval_at(*fluent, &args, self.day) {
                    figure.by.extend(interval.begun_by);
                    return Some(interval.value);
                }
                if self.run.program.fluents[fluent.index()].ty != FluentType::Number {
                    return None;
                }
                figure.unstated.push((*fluent, args));
                Value::number(Number::whole(0))
            }
            Expr::Arith(op, left, right) => {
                let (left, right) = (self.value(left, figure)?, self.value(right, figure)?);
                let (Kinded::Number(left), Kinded::Number(right)) = (left.kinded(), right.kinded()) else {
                    return None;
                };
                let number = match op {
                    ArithOp::Plus => left.plus(right)?,
                    ArithOp::Minus => left.minus(right)?,
                    ArithOp::Times => left.times(right)?,
                    ArithOp::DividedBy => left.divided_by(right)?,
                    ArithOp::Modulo => return None,
                };
                Value::number(number)
            }
            // The derivation itself has what was counted.
            Expr::Aggregate(_) | Expr::Now => None,
        }
    }

    fn bound(&self, terms: &[Term]) -> Option<Vec<Value>> {
        let value = |term: &Term| match term {
            Term::Value(value) => Some(*value),
            Term::Var(var) => self.bindings.get(var.index()).copied().flatten(),
            Term::Any => None,
        };
        terms.iter().map(value).collect()
    }

    fn words(&self, expr: &Expr) -> String {
        match expr {
            Expr::Fluent(fluent, args) => {
                let args = self.bound(args).unwrap_or_default();
                say::fluent(self.model, *fluent, &args, None)
            }
            Expr::Arith(ArithOp::Minus, from, less) => format!("{} without {}", self.words(from), self.words(less)),
            _ => say::expr(self.model, expr, &[]),
        }
    }
}

/// The least and the greatest that a number can be.
type Bounds = (Option<Number>, Option<Number>);

/// Whether a comparison with a range holds of all numbers in it, or of none.
fn holds_in_range(a: Bounds, op: CompareOp, b: Bounds) -> Option<bool> {
    let less = |most: Option<Number>, least: Option<Number>| matches!((most, least), (Some(x), Some(y)) if x < y);
    let at_most = |most: Option<Number>, least: Option<Number>| matches!((most, least), (Some(x), Some(y)) if x <= y);
    let apart = less(a.1, b.0) || less(b.1, a.0);
    let (yes, no) = match op {
        CompareOp::Less => (less(a.1, b.0), at_most(b.1, a.0)),
        CompareOp::AtMost => (at_most(a.1, b.0), less(b.1, a.0)),
        CompareOp::Greater => (less(b.1, a.0), at_most(a.1, b.0)),
        CompareOp::AtLeast => (at_most(b.1, a.0), less(a.1, b.0)),
        CompareOp::Equal => (false, apart),
        CompareOp::NotEqual => (apart, false),
    };
    (yes || no).then_some(yes)
}

/// Whether a comparison holds; `None` where it is open or the sides cannot be compared.
fn holds(a: Value, op: CompareOp, b: Value, ranges: &[NumberRange]) -> Option<bool> {
    let bounds = |value: Value| match value.kinded() {
        Kinded::Number(number) => Some((Some(number), Some(number))),
        Kinded::Range(id) => ranges.get(id.index()).map(|range| (range.min, range.max)),
        _ => None,
    };
    let order = match (a.kinded(), b.kinded()) {
        (Kinded::Number(a), Kinded::Number(b)) => a.cmp(&b),
        (Kinded::Tick(a), Kinded::Tick(b)) => a.cmp(&b),
        (Kinded::Range(_), _) | (_, Kinded::Range(_)) => return holds_in_range(bounds(a)?, op, bounds(b)?),
        _ if a == b => Ordering::Equal,
        _ => return matches!(op, CompareOp::Equal | CompareOp::NotEqual).then_some(op == CompareOp::NotEqual),
    };
    Some(op.holds(order))
}

fn word(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "the same as",
        CompareOp::NotEqual => "other than",
        CompareOp::Less => "less than",
        CompareOp::AtMost => "at most",
        CompareOp::Greater => "more than",
        CompareOp::AtLeast => "at least",
    }
}

fn denied(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
        CompareOp::Less => CompareOp::AtLeast,
        CompareOp::AtMost => CompareOp::Greater,
        CompareOp::Greater => CompareOp::AtMost,
        CompareOp::AtLeast => CompareOp::Less,
    }
}

/// `20 000` for `20000`: long numbers in groups of three, as they are written in dossiers.
fn grouped(text: &str) -> String {
    let group = |word: &str| {
        if word.len() < 5 || !word.bytes().all(|byte| byte.is_ascii_digit()) {
            return word.to_owned();
        }
        let groups: Vec<&str> = word.as_bytes().rchunks(3).rev().filter_map(|it| str::from_utf8(it).ok()).collect();
        groups.join(" ")
    };
    text.split(' ').map(group).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn long_numbers_are_grouped_and_days_are_not() {
        assert_eq!(grouped("at least 1234567"), "at least 1 234 567");
        assert_eq!(grouped("18786"), "18 786");
        assert_eq!(grouped("1939"), "1939");
        assert_eq!(grouped("1939-10-16"), "1939-10-16");
    }
}
