//! Finds the premises of a step. Only run when derivations are recorded, so it may take its time.

use servanda_model::{
    Aggregate, AggregateOp, Condition, EventPattern, Expr, FluentId, FluentPattern, FluentType, RuleId, Term, Value,
    Var,
};

use crate::compile::ops::Source;
use crate::compile::plan::{Indexes, Planner};
use crate::compile::totals::Totals;
use crate::record::{Cause, Premise, StepId};
use crate::sink::Sink;
use crate::state::{ABSENT, At, NONE};
use crate::sweep::Sweep;
use crate::vars::binders;

impl<S: Sink, const R: bool> Sweep<'_, S, R> {
    /// Records the firing of a rule for one filling.
    pub(crate) fn note_rule(&mut self, rule: u32, filling: &[Value], source: (u32, u32)) -> u32 {
        let compiled = self.compiled;
        let program = &compiled.program.rules[rule as usize];
        let mut premises = vec![self.trigger_premise(source)];
        premises.extend(self.condition_premises(&program.conditions, &program.vars, filling, At::Before));
        for effect in &program.effects {
            use servanda_model::Effect;
            match effect {
                Effect::Initiate { value: expr, .. } | Effect::Increase { by: expr, .. } => {
                    self.expr_premises(expr, &program.vars, filling, At::Before, &mut premises);
                }
                Effect::Terminate { .. } | Effect::Happen(_) => {}
            }
        }
        for EventPattern { action, args } in &program.unless {
            let args = args.iter().map(|term| filled(term, filling)).collect();
            premises.push(Premise::NotHappened(EventPattern { action: *action, args }));
        }
        let bindings = filling.iter().map(|&value| (value != ABSENT).then_some(value)).collect();
        let trigger = compiled.listeners[source.0 as usize].trigger;
        self.note(Cause::Rule { rule: RuleId(rule), bindings, trigger }, premises)
    }

    /// Which trigger it was and which step it came from: the least is recorded when several set a filling off.
    pub(crate) fn source_rank(&self, source: (u32, u32)) -> (u32, u32) {
        let trigger = self.compiled.listeners[source.0 as usize].trigger;
        (trigger, if R { self.source_step(source) } else { NONE })
    }

    /// The step of what set a listener off.
    pub(crate) fn source_step(&self, (listener, item): (u32, u32)) -> u32 {
        match self.compiled.listeners[listener as usize].source {
            Source::Happens(_) => self.events.record(item).step,
            Source::Initiated { .. } => self.effects[item as usize].step,
            Source::Begins(_) | Source::Ends(_) => self.touches[item as usize].step,
            Source::Held(_) | Source::Comes(_) | Source::Elapsed(_) => self.due[item as usize].step,
        }
    }

    fn trigger_premise(&self, source: (u32, u32)) -> Premise {
        let (listener, item) = source;
        let by = StepId::some(self.source_step(source));
        let instance = |fluent: u32, slot: u32| self.world.tables[fluent as usize].key(slot).to_vec();
        match self.compiled.listeners[listener as usize].source {
            Source::Happens(action) => {
                let args = self.events.args(item).to_vec();
                Premise::Happened { action: servanda_model::ActionId(action), args, by }
            }
            Source::Initiated { fluent, .. } => {
                let effect = self.effects[item as usize];
                let args = instance(fluent, effect.slot);
                Premise::Initiated { fluent: FluentId(fluent), args, value: effect.value, by }
            }
            Source::Begins(fluent) => {
                let touch = self.touches[item as usize];
                let value = self.world.tables[fluent as usize].cell(touch.slot).value;
                Premise::Began { fluent: FluentId(fluent), args: instance(fluent, touch.slot), value, by }
            }
            Source::Ends(fluent) => {
                let touch = self.touches[item as usize];
                let value = touch.before;
                Premise::Ended { fluent: FluentId(fluent), args: instance(fluent, touch.slot), value, by }
            }
            Source::Held(_) | Source::Comes(_) | Source::Elapsed(_) => {
                Premise::Timer { armed: self.due[item as usize].armed, by }
            }
        }
    }

    /// What the conditions rest on, for one filling that makes them hold.
    pub(crate) fn condition_premises<'a>(
        &mut self,
        conditions: &'a [Condition],
        vars: &[Var],
        filling: &[Value],
        at: At,
    ) -> Vec<Premise> {
        let mut chosen: Vec<&Condition> = conditions.iter().collect();
        while let Some(place) = chosen.iter().position(|condition| matches!(condition, Condition::AnyOf(_))) {
            let Condition::AnyOf(lists) = chosen[place] else { break };
            let with = |list: &'a [Condition]| -> Vec<&'a Condition> {
                chosen[..place].iter().copied().chain(list).chain(chosen[place + 1..].iter().copied()).collect()
            };
            // The first alternative with which all of it still holds.
            let choice = lists
                .iter()
                .map(|list| with(list))
                .find(|choice| !self.fillings_of(choice, vars, filling, at).is_empty());
            match choice {
                Some(choice) => chosen = choice,
                None => return Vec::new(),
            }
        }
        // What the chosen alternatives bind besides does not belong to the filling, but is needed to name instances.
        let has_chosen = conditions.iter().any(|condition| matches!(condition, Condition::AnyOf(_)));
        let with_more = match has_chosen {
            false => None,
            true => self.fillings_of(&chosen, vars, filling, at).into_iter().next(),
        };
        self.premises_of_all(&chosen, vars, with_more.as_deref().unwrap_or(filling), at)
    }

    fn premises_of_all(&mut self, conditions: &[&Condition], vars: &[Var], filling: &[Value], at: At) -> Vec<Premise> {
        let mut premises = Vec::new();
        for condition in conditions {
            match condition {
                Condition::Holds(pattern) => premises.extend(self.holds_premise(pattern, filling, at)),
                Condition::Not(list) => premises.push(Premise::NotHolds(filled_list(list, filling))),
                // The caller has chosen an alternative of each.
                Condition::AnyOf(_) => {}
                Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                    self.expr_premises(left, vars, filling, at, &mut premises);
                    self.expr_premises(right, vars, filling, at, &mut premises);
                }
                Condition::IsKind(..) => {}
                Condition::Let(_, expr) => self.expr_premises(expr, vars, filling, at, &mut premises),
            }
        }
        premises
    }

    /// The least instance that matches.
    fn holds_premise(&self, pattern: &FluentPattern, filling: &[Value], at: At) -> Option<Premise> {
        let table = &self.world.tables[pattern.fluent.index()];
        let wanted: Vec<Term> = pattern.args.iter().map(|term| filled(term, filling)).collect();
        let value = filled(&pattern.value, filling);
        let fits = |term: &Term, value: Value| !matches!(term, Term::Value(wanted) if *wanted != value);
        let matches = |slot: &u32| {
            let held = table.cell(*slot).read(at, &self.touches);
            held != ABSENT
                && fits(&value, held)
                && wanted.iter().zip(table.key(*slot)).all(|(term, it)| fits(term, *it))
        };
        let key: Option<Vec<Value>> = wanted
            .iter()
            .map(|term| match term {
                Term::Value(value) => Some(*value),
                _ => None,
            })
            .collect();
        let slot = match key {
            Some(key) => table.find(&key).filter(matches),
            None => table.slots().filter(matches).min_by(|&a, &b| table.key(a).cmp(table.key(b))),
        }?;
        let made = table.made(slot);
        let by = StepId::some(if at == At::Before { made.before } else { made.by });
        let (args, value) = (table.key(slot).to_vec(), table.cell(slot).read(at, &self.touches));
        Some(Premise::Holds { fluent: pattern.fluent, args, value, by })
    }

    /// What the fluents and aggregates in an expression rest on.
    pub(crate) fn expr_premises(
        &mut self,
        expr: &Expr,
        vars: &[Var],
        filling: &[Value],
        at: At,
        out: &mut Vec<Premise>,
    ) {
        match expr {
            Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
            Expr::Fluent(fluent, args) => {
                let pattern = FluentPattern { fluent: *fluent, args: args.clone(), value: Term::Any };
                let premise = self.holds_premise(&pattern, filling, at);
                let is_number = self.compiled.program.fluents[fluent.index()].ty == FluentType::Number;
                let args = args.iter().map(|term| value_of(term, filling)).collect();
                let absent = is_number.then_some(Premise::NoValue { fluent: *fluent, args });
                out.extend(premise.or(absent));
            }
            Expr::Arith(_, left, right) => {
                self.expr_premises(left, vars, filling, at, out);
                self.expr_premises(right, vars, filling, at, out);
            }
            Expr::Aggregate(aggregate) => out.push(self.tally(aggregate, vars, filling, at)),
        }
    }

    fn tally(&mut self, aggregate: &Aggregate, vars: &[Var], filling: &[Value], at: At) -> Premise {
        let mut fillings = Vec::new();
        let over: Vec<&Condition> = aggregate.over.iter().collect();
        for inner in self.fillings_of(&over, vars, filling, at) {
            let mut premises = self.condition_premises(&aggregate.over, vars, &inner, at);
            if aggregate.op != AggregateOp::Count {
                self.expr_premises(&aggregate.of, vars, &inner, at, &mut premises);
            }
            fillings.push(premises);
        }
        Premise::Tally { over: filled_list(&aggregate.over, filling), fillings }
    }

    /// The distinct fillings of a list, in order, that go on from a filling.
    fn fillings_of(&mut self, list: &[&Condition], vars: &[Var], filling: &[Value], at: At) -> Vec<Vec<Value>> {
        let compiled = self.compiled;
        let mut bound: Vec<bool> = filling.iter().map(|value| *value != ABSENT).collect();
        let indexes = Indexes::Fixed(&compiled.indexes);
        let mut planner = Planner { program: &compiled.program, vars, indexes, totals: &Totals::default() };
        let Ok(plan) = planner.plan(list, &mut bound) else { return Vec::new() };
        let mut counted: Vec<bool> = filling.iter().map(|value| *value != ABSENT).collect();
        binders(list.iter().copied(), &mut counted);
        let mut frame = filling.to_vec();
        let mut all = Vec::new();
        self.view(at).run(&plan, &mut frame, &mut |frame| {
            let values = frame.iter().zip(&counted).map(|(&value, &counts)| if counts { value } else { ABSENT });
            all.push(values.collect::<Vec<Value>>());
            false
        });
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn filled(term: &Term, filling: &[Value]) -> Term {
    match term {
        Term::Var(var) => match filling.get(var.index()) {
            Some(&value) if value != ABSENT => Term::Value(value),
            _ => *term,
        },
        _ => *term,
    }
}

fn value_of(term: &Term, filling: &[Value]) -> Value {
    match filled(term, filling) {
        Term::Value(value) => value,
        Term::Var(_) | Term::Any => ABSENT,
    }
}

fn filled_pattern(pattern: &FluentPattern, filling: &[Value]) -> FluentPattern {
    FluentPattern {
        fluent: pattern.fluent,
        args: pattern.args.iter().map(|term| filled(term, filling)).collect(),
        value: filled(&pattern.value, filling),
    }
}

fn filled_list(list: &[Condition], filling: &[Value]) -> Vec<Condition> {
    list.iter().map(|condition| filled_condition(condition, filling)).collect()
}

fn filled_condition(condition: &Condition, filling: &[Value]) -> Condition {
    let expr = |expr: &Expr| filled_expr(expr, filling);
    match condition {
        Condition::Holds(pattern) => Condition::Holds(filled_pattern(pattern, filling)),
        Condition::Not(list) => Condition::Not(filled_list(list, filling)),
        Condition::AnyOf(lists) => Condition::AnyOf(lists.iter().map(|list| filled_list(list, filling)).collect()),
        Condition::Compare { left, op, right } => Condition::Compare { left: expr(left), op: *op, right: expr(right) },
        Condition::Undecided { left, op, right } => {
            Condition::Undecided { left: expr(left), op: *op, right: expr(right) }
        }
        Condition::IsKind(term, kind) => Condition::IsKind(filled(term, filling), *kind),
        Condition::Let(var, value) => Condition::Let(*var, expr(value)),
    }
}

fn filled_expr(expr: &Expr, filling: &[Value]) -> Expr {
    match expr {
        Expr::Value(_) | Expr::Now => expr.clone(),
        Expr::Var(var) => match filled(&Term::Var(*var), filling) {
            Term::Value(value) => Expr::Value(value),
            _ => expr.clone(),
        },
        Expr::Fluent(fluent, args) => Expr::Fluent(*fluent, args.iter().map(|term| filled(term, filling)).collect()),
        Expr::Arith(op, left, right) => {
            Expr::Arith(*op, Box::new(filled_expr(left, filling)), Box::new(filled_expr(right, filling)))
        }
        Expr::Aggregate(aggregate) => Expr::Aggregate(Box::new(Aggregate {
            op: aggregate.op,
            of: filled_expr(&aggregate.of, filling),
            over: filled_list(&aggregate.over, filling),
        })),
    }
}
