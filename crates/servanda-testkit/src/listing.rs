//! A program and narrative as a readable listing.

use crate::generate::Case;
use servanda_model::{
    Aggregate, ArithOp, CompareOp, Condition, Definition, Duration, Effect, EventPattern, Expr, FluentId,
};
use servanda_model::{
    FluentPattern, Happening, Hole, Kinded, NumberRange, Occurrence, Program, Rule, Term, Trigger, Value, Var,
};
use std::fmt::Write;

/// The whole case, a line for each thing in it.
#[must_use]
pub fn list(case: &Case) -> String {
    let program = &case.program;
    let mut text = format!("clock {:?}, horizon {}\n", program.clock, case.horizon);
    let mut line = |words: String| writeln!(text, "{words}").expect("a string takes everything");
    for (place, kinds) in program.entity_kinds.iter().enumerate().filter(|(_, kinds)| !kinds.is_empty()) {
        line(format!("e{place} is of kinds {:?}", kinds.iter().map(|kind| kind.0).collect::<Vec<_>>()));
    }
    let words = Words { program, vars: &[] };
    for action in &program.actions {
        line(format!("action {}{}", action.name, holes(&action.holes)));
    }
    for fluent in &program.fluents {
        let deadlines = fluent.deadlines.iter().map(|d| {
            let becomes = d.to.map_or("ends".to_owned(), |to| format!("becomes {}", words.value(to)));
            let how = if d.renewable { ", renewable" } else { "" };
            format!("; after {} {} {becomes}{how}", words.value(Value::duration(d.after)), words.value(d.from))
        });
        let deadlines: String = deadlines.collect();
        line(format!(
            "{:?} {}{}: {:?}, {:?}{deadlines}",
            fluent.mode,
            fluent.name,
            holes(&fluent.args),
            fluent.ty,
            fluent.ties
        ));
    }
    for initial in &program.initial {
        line(format!("initially {}", words.instance(initial.fluent, &initial.args, initial.value)));
    }
    for definition in &program.definitions {
        line(define(program, definition));
    }
    for rule in &program.rules {
        line(rule_line(program, rule));
    }
    let mut narrative: Vec<&Occurrence> = case.narrative.iter().collect();
    narrative.sort();
    for occurrence in narrative {
        line(format!("at {}.{}: {}", occurrence.tick, occurrence.step, words.happening(&occurrence.what)));
    }
    text
}

/// Writes values, patterns and expressions with the names of one program and one rule.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Whose fluents and ranges.
    pub program: &'a Program,
    /// Whose variables.
    pub vars: &'a [Var],
}

fn holes(holes: &[Hole]) -> String {
    let names: Vec<String> = holes.iter().map(|hole| hole_name(*hole)).collect();
    if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) }
}

fn hole_name(hole: Hole) -> String {
    match hole {
        Hole::Kind(kind) => format!("kind {}", kind.0),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn define(program: &Program, d: &Definition) -> String {
    let words = Words { program, vars: &d.vars };
    let head = format!("{}{} = {}", program.fluents[d.fluent.index()].name, words.terms(&d.args), words.expr(&d.value));
    format!("define {head} if {}{}", words.conditions(&d.conditions), words.kinds())
}

fn rule_line(program: &Program, rule: &Rule) -> String {
    let words = Words { program, vars: &rule.vars };
    let triggers: Vec<String> = rule.triggers.iter().map(|trigger| words.trigger(trigger)).collect();
    let mut text = format!("{}: when {}", rule.name, triggers.join(" or when "));
    if !rule.conditions.is_empty() {
        text += &format!(" if {}", words.conditions(&rule.conditions));
    }
    for pattern in &rule.unless {
        text += &format!(" unless {}", words.event(pattern));
    }
    let effects: Vec<String> = rule.effects.iter().map(|effect| words.effect(effect)).collect();
    format!("{text} then {}{}", effects.join(" and "), words.kinds())
}

impl Words<'_> {
    fn kinds(&self) -> String {
        let kinds: Vec<String> = self.vars.iter().map(|var| format!("{}: {}", var.name, hole_name(var.hole))).collect();
        if kinds.is_empty() { String::new() } else { format!("   [{}]", kinds.join(", ")) }
    }

    /// A value, in the notation of [`crate::sketch`] where that has one.
    #[must_use]
    pub fn value(&self, value: Value) -> String {
        match value.kinded() {
            Kinded::Entity(_) if value == Value::TRUE => "true".to_owned(),
            Kinded::Entity(id) => format!("e{}", id.0),
            Kinded::Number(number) => number.to_string(),
            Kinded::Range(id) => {
                self.program.ranges.get(id.index()).map_or_else(|| format!("range {}", id.0), |r| bounds(*r))
            }
            Kinded::Tick(tick) => format!("@{tick}"),
            Kinded::Duration(Duration::Ticks(n)) => format!("{n}t"),
            Kinded::Duration(Duration::Months(n)) => format!("{n}m"),
            Kinded::Duration(Duration::Years(n)) => format!("{n}y"),
            Kinded::Text(id) => format!("text {}", id.0),
        }
    }

    fn term(&self, term: Term) -> String {
        match term {
            Term::Value(value) => self.value(value),
            Term::Var(var) => self.vars.get(var.index()).map_or_else(|| format!("?{}", var.0), |var| var.name.clone()),
            Term::Any => "_".to_owned(),
        }
    }

    fn terms(&self, terms: &[Term]) -> String {
        let words: Vec<String> = terms.iter().map(|term| self.term(*term)).collect();
        if words.is_empty() { String::new() } else { format!("({})", words.join(", ")) }
    }

    /// A fluent instance with its value.
    #[must_use]
    pub fn instance(&self, fluent: FluentId, args: &[Value], value: Value) -> String {
        let args = args.iter().map(|arg| Term::Value(*arg)).collect();
        self.pattern(&FluentPattern { fluent, args, value: Term::Value(value) })
    }

    fn pattern(&self, pattern: &FluentPattern) -> String {
        let head = format!("{}{}", self.program.fluents[pattern.fluent.index()].name, self.terms(&pattern.args));
        if pattern.value == Term::Value(Value::TRUE) { head } else { format!("{head} = {}", self.term(pattern.value)) }
    }

    fn event(&self, pattern: &EventPattern) -> String {
        format!("{}{}", self.program.actions[pattern.action.index()].name, self.terms(&pattern.args))
    }

    fn happening(&self, what: &Happening) -> String {
        match what {
            Happening::Action(action, args) => {
                let args = args.iter().map(|arg| Term::Value(*arg)).collect();
                self.event(&EventPattern { action: *action, args })
            }
            Happening::FactBegins(fluent, args, value) => {
                format!("fact begins {}", self.instance(*fluent, args, *value))
            }
            Happening::FactEnds(fluent, args, value) => format!("fact ends {}", self.instance(*fluent, args, *value)),
        }
    }

    fn trigger(&self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::Happens(event) => self.event(event),
            Trigger::Initiated(pattern) => format!("{} is initiated", self.pattern(pattern)),
            Trigger::Begins(pattern) => format!("{} begins", self.pattern(pattern)),
            Trigger::Ends(pattern) => format!("{} ends", self.pattern(pattern)),
            Trigger::Comes(pattern) => format!("{} comes", self.pattern(pattern)),
            Trigger::HasHeld { pattern, time, since_renewed } => {
                let from = if *since_renewed { " since renewed" } else { "" };
                format!("{} has held for {}{from}", self.pattern(pattern), self.expr(time))
            }
            Trigger::After { time, trigger, given } => {
                let given = if given.is_empty() { String::new() } else { format!(" given {}", self.conditions(given)) };
                format!("{} after <{}{given}>", self.expr(time), self.trigger(trigger))
            }
        }
    }

    fn conditions(&self, list: &[Condition]) -> String {
        list.iter().map(|condition| self.condition(condition)).collect::<Vec<_>>().join(" and ")
    }

    fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Holds(pattern) => self.pattern(pattern),
            Condition::Not(list) => format!("not <{}>", self.conditions(list)),
            Condition::AnyOf(lists) => {
                let lists: Vec<String> = lists.iter().map(|list| self.conditions(list)).collect();
                format!("any of <{}>", lists.join(" | "))
            }
            Condition::Compare { left, op, right } => format!("{} {} {}", self.expr(left), sign(*op), self.expr(right)),
            Condition::Undecided { left, op, right } => {
                format!("undecided <{} {} {}>", self.expr(left), sign(*op), self.expr(right))
            }
            Condition::IsKind(term, kind) => format!("{} is of kind {}", self.term(*term), kind.0),
            Condition::Let(var, expr) => format!("{} := {}", self.term(Term::Var(*var)), self.expr(expr)),
        }
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Value(value) => self.value(*value),
            Expr::Var(var) => self.term(Term::Var(*var)),
            Expr::Now => "now".to_owned(),
            Expr::Fluent(fluent, terms) => {
                format!("value of {}{}", self.program.fluents[fluent.index()].name, self.terms(terms))
            }
            Expr::Arith(op, a, b) => {
                let sign = match op {
                    ArithOp::Plus => "+",
                    ArithOp::Minus => "-",
                    ArithOp::Times => "*",
                    ArithOp::DividedBy => "/",
                    ArithOp::Modulo => "mod",
                };
                format!("({} {sign} {})", self.expr(a), self.expr(b))
            }
            Expr::Aggregate(aggregate) => {
                let Aggregate { op, of, over } = &**aggregate;
                format!("{op:?} of {} over <{}>", self.expr(of), self.conditions(over))
            }
        }
    }

    fn effect(&self, effect: &Effect) -> String {
        match effect {
            Effect::Initiate { fluent, args, value } => {
                format!(
                    "initiate {}{} = {}",
                    self.program.fluents[fluent.index()].name,
                    self.terms(args),
                    self.expr(value)
                )
            }
            Effect::Terminate { pattern } => format!("terminate {}", self.pattern(pattern)),
            Effect::Increase { fluent, args, by } => {
                format!(
                    "increase {}{} by {}",
                    self.program.fluents[fluent.index()].name,
                    self.terms(args),
                    self.expr(by)
                )
            }
            Effect::Happen(pattern) => self.event(pattern),
        }
    }
}

fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::AtMost => "<=",
        CompareOp::Greater => ">",
        CompareOp::AtLeast => ">=",
    }
}

/// Bounds as `[1, 3]`, open where unknown.
#[must_use]
pub fn bounds(range: NumberRange) -> String {
    let number = |bound: Option<servanda_model::Number>| bound.map_or("..".to_owned(), |number| number.to_string());
    format!("{}[{}, {}]", if range.approximate { "about " } else { "" }, number(range.min), number(range.max))
}
