//! Refuses programs whose parts do not fit together, so that nothing later has to.

use servanda_model::{
    Clock, Condition, Duration, Effect, EventPattern, Expr, FluentId, FluentPattern, Kinded, Mode, OriginId, Program,
    Term, Trigger, Value, VarId,
};

use super::error::{ProgramError, ProgramErrorKind};

/// Everything wrong with the shape of the program.
pub(crate) fn check(program: &Program) -> Vec<ProgramError> {
    let mut errors = Vec::new();
    for rule in &program.rules {
        let mut check = Check::new(program, &mut errors, &rule.name, rule.origin, rule.vars.len());
        rule.triggers.iter().for_each(|trigger| check.trigger(trigger));
        check.conditions(&rule.conditions);
        rule.unless.iter().for_each(|pattern| check.event(pattern, true));
        rule.effects.iter().for_each(|effect| check.effect(effect));
    }
    for definition in &program.definitions {
        let mut check = Check::new(program, &mut errors, &definition.name, definition.origin, definition.vars.len());
        check.in_definition = true;
        check.fluent(definition.fluent, &definition.args, false);
        if let Some(fluent) = program.fluents.get(definition.fluent.index())
            && fluent.mode == Mode::Inertial
        {
            check.report(ProgramErrorKind::InertialIsDefined(fluent.name.clone()));
        }
        check.expr(&definition.value);
        check.conditions(&definition.conditions);
    }
    for initial in &program.initial {
        let mut check = Check::new(program, &mut errors, "initial", initial.origin, 0);
        let args: Vec<Term> = initial.args.iter().map(|value| Term::Value(*value)).collect();
        check.fluent(initial.fluent, &args, false);
        check.changes(initial.fluent);
    }
    for fluent in &program.fluents {
        for deadline in &fluent.deadlines {
            let mut check = Check::new(program, &mut errors, &fluent.name, deadline.origin, 0);
            check.value(Value::duration(deadline.after));
            if fluent.mode == Mode::Derived {
                check.report(ProgramErrorKind::DerivedIsChanged(fluent.name.clone()));
            }
        }
    }
    errors
}

struct Check<'a> {
    program: &'a Program,
    errors: &'a mut Vec<ProgramError>,
    name: &'a str,
    origin: OriginId,
    vars: usize,
    in_definition: bool,
}

impl<'a> Check<'a> {
    fn new(
        program: &'a Program,
        errors: &'a mut Vec<ProgramError>,
        name: &'a str,
        origin: OriginId,
        vars: usize,
    ) -> Check<'a> {
        Check { program, errors, name, origin, vars, in_definition: false }
    }

    fn report(&mut self, kind: ProgramErrorKind) {
        self.errors.push(ProgramError { kind, name: self.name.to_owned(), origin: Some(self.origin) });
    }

    fn var(&mut self, var: VarId) {
        if var.index() >= self.vars {
            self.report(ProgramErrorKind::UnknownId("variable"));
        }
    }

    fn value(&mut self, value: Value) {
        let calendar = matches!(value.kinded(), Kinded::Duration(Duration::Months(_) | Duration::Years(_)));
        if calendar && self.program.clock == Clock::Integers {
            self.report(ProgramErrorKind::CalendarOnIntegers);
        }
    }

    fn terms(&mut self, phrase: &str, declared: usize, terms: &[Term], any: bool) {
        if terms.len() != declared {
            let kind = ProgramErrorKind::WrongArity { phrase: phrase.to_owned(), declared, found: terms.len() };
            self.report(kind);
        }
        terms.iter().for_each(|term| self.term(term, any));
    }

    fn term(&mut self, term: &Term, any: bool) {
        match term {
            Term::Var(var) => self.var(*var),
            Term::Any if !any => self.report(ProgramErrorKind::AnyWhereValueNeeded),
            Term::Any => {}
            Term::Value(value) => self.value(*value),
        }
    }

    fn fluent(&mut self, fluent: FluentId, args: &[Term], any: bool) {
        let program = self.program;
        match program.fluents.get(fluent.index()) {
            Some(declared) => self.terms(&declared.name, declared.args.len(), args, any),
            None => self.report(ProgramErrorKind::UnknownId("fluent")),
        }
    }

    fn pattern(&mut self, pattern: &FluentPattern) {
        self.fluent(pattern.fluent, &pattern.args, true);
        self.term(&pattern.value, true);
    }

    fn event(&mut self, pattern: &EventPattern, any: bool) {
        let program = self.program;
        match program.actions.get(pattern.action.index()) {
            Some(declared) => self.terms(&declared.name, declared.holes.len(), &pattern.args, any),
            None => self.report(ProgramErrorKind::UnknownId("action")),
        }
    }

    fn changes(&mut self, fluent: FluentId) {
        if let Some(declared) = self.program.fluents.get(fluent.index())
            && declared.mode == Mode::Derived
        {
            self.report(ProgramErrorKind::DerivedIsChanged(declared.name.clone()));
        }
    }

    fn trigger(&mut self, trigger: &Trigger) {
        match trigger {
            Trigger::Happens(pattern) => self.event(pattern, true),
            Trigger::Initiated(pattern)
            | Trigger::Begins(pattern)
            | Trigger::Ends(pattern)
            | Trigger::Comes(pattern) => self.pattern(pattern),
            Trigger::HasHeld { pattern, time, .. } => {
                self.pattern(pattern);
                self.expr(time);
            }
            Trigger::After { time, trigger, given } => {
                if matches!(**trigger, Trigger::After { .. } | Trigger::HasHeld { .. } | Trigger::Comes(_)) {
                    self.report(ProgramErrorKind::NestedTimer);
                }
                self.trigger(trigger);
                self.conditions(given);
                self.expr(time);
            }
        }
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            match condition {
                Condition::Holds(pattern) => self.pattern(pattern),
                Condition::Not(list) => self.conditions(list),
                Condition::AnyOf(lists) => lists.iter().for_each(|list| self.conditions(list)),
                Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                    self.expr(left);
                    self.expr(right);
                }
                Condition::IsKind(term, _) => self.term(term, false),
                Condition::Let(var, expr) => {
                    self.var(*var);
                    self.expr(expr);
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Value(value) => self.value(*value),
            Expr::Var(var) => self.var(*var),
            Expr::Now if self.in_definition => self.report(ProgramErrorKind::NowInDefinition),
            Expr::Now => {}
            Expr::Fluent(fluent, args) => self.fluent(*fluent, args, false),
            Expr::Arith(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            Expr::Aggregate(aggregate) => {
                self.conditions(&aggregate.over);
                self.expr(&aggregate.of);
            }
        }
    }

    fn effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Initiate { fluent, args, value } => {
                self.fluent(*fluent, args, false);
                self.changes(*fluent);
                self.expr(value);
            }
            Effect::Terminate { pattern } => {
                self.pattern(pattern);
                self.changes(pattern.fluent);
            }
            Effect::Increase { fluent, args, by } => {
                self.fluent(*fluent, args, false);
                self.changes(*fluent);
                self.expr(by);
            }
            Effect::Happen(pattern) => self.event(pattern, false),
        }
    }
}
