//! A small builder for programs, and short names for their parts.
#![allow(dead_code, unreachable_pub, missing_docs)]

pub mod netbill;
pub mod rows;

use servanda_engine::{Compiled, Options, Premise, ProgramError, Record, Solution, StepId, solve};
use servanda_model::*;

#[derive(Default)]
pub struct Builder {
    pub program: Program,
}

pub fn var(id: u32) -> Term {
    Term::Var(VarId(id))
}

pub fn val(value: Value) -> Term {
    Term::Value(value)
}

pub const ANY: Term = Term::Any;
pub const TRUE: Term = Term::Value(Value::TRUE);

pub fn ent(id: u32) -> Value {
    Value::entity(EntityId(id))
}

pub fn num(number: i64) -> Value {
    Value::integer(number).unwrap()
}

pub fn tick(tick: i64) -> Value {
    Value::tick(tick).unwrap()
}

pub fn ticks(n: i32) -> Expr {
    Expr::Value(Value::duration(Duration::Ticks(n)))
}

pub fn e(value: Value) -> Expr {
    Expr::Value(value)
}

pub fn ev(id: u32) -> Expr {
    Expr::Var(VarId(id))
}

pub fn event(action: ActionId, args: &[Term]) -> EventPattern {
    EventPattern { action, args: args.to_vec() }
}

pub fn pat(fluent: FluentId, args: &[Term], value: Term) -> FluentPattern {
    FluentPattern { fluent, args: args.to_vec(), value }
}

pub fn happens(action: ActionId, args: &[Term]) -> Trigger {
    Trigger::Happens(event(action, args))
}

pub fn holds(fluent: FluentId, args: &[Term], value: Term) -> Condition {
    Condition::Holds(pat(fluent, args, value))
}

pub fn not(conditions: &[Condition]) -> Condition {
    Condition::Not(conditions.to_vec())
}

pub fn compare(left: Expr, op: CompareOp, right: Expr) -> Condition {
    Condition::Compare { left, op, right }
}

pub fn of(fluent: FluentId, args: &[Term]) -> Expr {
    Expr::Fluent(fluent, args.to_vec())
}

pub fn arith(op: ArithOp, left: Expr, right: Expr) -> Expr {
    Expr::Arith(op, Box::new(left), Box::new(right))
}

pub fn aggregate(op: AggregateOp, of: Expr, over: &[Condition]) -> Expr {
    Expr::Aggregate(Box::new(Aggregate { op, of, over: over.to_vec() }))
}

pub fn initiate(fluent: FluentId, args: &[Term], value: Value) -> Effect {
    Effect::Initiate { fluent, args: args.to_vec(), value: Expr::Value(value) }
}

pub fn begin(fluent: FluentId, args: &[Term]) -> Effect {
    initiate(fluent, args, Value::TRUE)
}

pub fn terminate(fluent: FluentId, args: &[Term], value: Term) -> Effect {
    Effect::Terminate { pattern: pat(fluent, args, value) }
}

pub fn increase(fluent: FluentId, args: &[Term], by: Expr) -> Effect {
    Effect::Increase { fluent, args: args.to_vec(), by }
}

pub fn happen(action: ActionId, args: &[Term]) -> Effect {
    Effect::Happen(event(action, args))
}

/// A rule in the making: what is left out is empty.
#[derive(Default)]
pub struct R {
    pub vars: Vec<Hole>,
    pub on: Vec<Trigger>,
    pub cond: Vec<Condition>,
    pub unless: Vec<EventPattern>,
    pub then: Vec<Effect>,
}

impl Builder {
    pub fn action(&mut self, name: &str, arity: usize) -> ActionId {
        self.program.actions.push(Action { name: name.into(), holes: vec![Hole::Any; arity] });
        ActionId(self.program.actions.len() as u32 - 1)
    }

    pub fn fluent_of(&mut self, name: &str, arity: usize, ty: FluentType, mode: Mode) -> FluentId {
        let fluent = Fluent {
            name: name.into(),
            args: vec![Hole::Any; arity],
            ty,
            ties: Ties::default(),
            mode,
            deadlines: vec![],
        };
        self.program.fluents.push(fluent);
        FluentId(self.program.fluents.len() as u32 - 1)
    }

    pub fn fluent(&mut self, name: &str, arity: usize) -> FluentId {
        self.fluent_of(name, arity, FluentType::Valued(Hole::Any), Mode::Inertial)
    }

    pub fn number(&mut self, name: &str, arity: usize) -> FluentId {
        self.fluent_of(name, arity, FluentType::Number, Mode::Inertial)
    }

    pub fn derived(&mut self, name: &str, arity: usize) -> FluentId {
        self.fluent_of(name, arity, FluentType::Valued(Hole::Any), Mode::Derived)
    }

    pub fn ties(&mut self, fluent: FluentId, ties: Ties) {
        self.program.fluents[fluent.index()].ties = ties;
    }

    pub fn deadline(&mut self, fluent: FluentId, from: Value, to: Option<Value>, after: i32, renewable: bool) {
        let after = Duration::Ticks(after);
        let deadline = Deadline { from, to, after, renewable, origin: OriginId(0) };
        self.program.fluents[fluent.index()].deadlines.push(deadline);
    }

    pub fn initially(&mut self, fluent: FluentId, args: &[Value], value: Value) {
        self.program.initial.push(Initial { fluent, args: args.to_vec(), value, origin: OriginId(0) });
    }

    pub fn rule(&mut self, name: &str, rule: R) -> RuleId {
        let id = RuleId(self.program.rules.len() as u32);
        let R { vars, on, cond, unless, then } = rule;
        self.program.rules.push(Rule {
            id,
            name: name.into(),
            vars: named(vars),
            triggers: on,
            conditions: cond,
            unless,
            effects: then,
            origin: OriginId(id.0),
        });
        id
    }

    pub fn define(&mut self, fluent: FluentId, args: &[Term], value: Expr, vars: usize, conditions: &[Condition]) {
        let id = DefinitionId(self.program.definitions.len() as u32);
        self.program.definitions.push(Definition {
            id,
            name: format!("definition {}", id.0),
            vars: named(vec![Hole::Any; vars]),
            fluent,
            args: args.to_vec(),
            value,
            conditions: conditions.to_vec(),
            origin: OriginId(1000 + id.0),
        });
    }

    pub fn compiled(&self) -> Result<Compiled, Vec<ProgramError>> {
        Compiled::new(&self.program)
    }

    pub fn solve(&self, narrative: &[Occurrence], until: i64) -> Solution {
        let options = Options { until: Some(until), horizon: until, record: Record::Timeline };
        let compiled = self.compiled().expect("a program that can be run");
        let solution = solve(&compiled, narrative, &options);
        let recorded = solve(&compiled, narrative, &Options { record: Record::Derivations, ..options });
        assert_eq!(without_steps(&solution), without_steps(&recorded), "recording changes nothing");
        assert_eq!(solution.rejected, []);
        check_steps(&recorded);
        solution
    }
}

pub fn without_steps(solution: &Solution) -> Solution {
    let mut solution = solution.clone();
    solution.steps.clear();
    for interval in solution.instances.iter_mut().flat_map(|instance| &mut instance.intervals) {
        interval.begun_by = None;
        interval.ended_by = None;
    }
    solution.contradictions.iter_mut().for_each(|it| it.steps.clear());
    solution.events.iter_mut().for_each(|it| it.by = None);
    solution
}

fn named(holes: Vec<Hole>) -> Vec<Var> {
    holes.into_iter().enumerate().map(|(at, hole)| Var { name: format!("v{at}"), hole }).collect()
}

pub fn at(tick: i64, action: ActionId, args: &[Value]) -> Occurrence {
    at_step(tick, 0, action, args)
}

pub fn at_step(tick: i64, step: u32, action: ActionId, args: &[Value]) -> Occurrence {
    Occurrence {
        tick,
        step,
        what: Happening::Action(action, args.to_vec()),
        tag: (tick as u32).wrapping_mul(10) + step,
    }
}

/// The intervals of an instance as `value[since,until)`, in order.
pub fn line(solution: &Solution, fluent: FluentId, args: &[Value]) -> String {
    let Some(instance) = solution.instance(fluent, args) else { return String::new() };
    let bound = |tick: Option<i64>| tick.map_or_else(String::new, |tick| tick.to_string());
    let all: Vec<String> = instance
        .intervals
        .iter()
        .map(|it| format!("{}[{},{})", show(it.value), bound(it.since), bound(it.until)))
        .collect();
    all.join(" ")
}

pub fn show(value: Value) -> String {
    match value.kinded() {
        Kinded::Entity(EntityId(0)) => "T".into(),
        Kinded::Entity(EntityId(id)) => format!("e{id}"),
        Kinded::Number(number) => number.to_string(),
        Kinded::Tick(tick) => format!("@{tick}"),
        other => format!("{other:?}"),
    }
}

/// A small generator of numbers, so that every run is the same.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}

/// Premises come before what follows from them, and every end of an interval has its step.
pub fn check_steps(solution: &Solution) {
    fn steps(premises: &[Premise], out: &mut Vec<Option<StepId>>) {
        for premise in premises {
            match premise {
                Premise::Holds { by, .. }
                | Premise::Happened { by, .. }
                | Premise::Initiated { by, .. }
                | Premise::Began { by, .. }
                | Premise::Ended { by, .. }
                | Premise::Timer { by, .. } => out.push(*by),
                Premise::Effect(step) => out.push(Some(*step)),
                Premise::Tally { fillings, .. } => fillings.iter().for_each(|premises| steps(premises, out)),
                Premise::NotHolds(_) | Premise::NotHappened(_) | Premise::NoValue { .. } => {}
            }
        }
    }
    for (id, step) in solution.steps.iter().enumerate() {
        let mut used = Vec::new();
        steps(&step.premises, &mut used);
        for by in used {
            let by = by.unwrap_or_else(|| panic!("a premise without a step: {step:?}"));
            assert!((by.0 as usize) < id, "{by:?} of {step:?}");
            assert!(solution.steps[by.0 as usize].tick <= step.tick);
        }
    }
    for it in solution.instances.iter().flat_map(|it| &it.intervals) {
        assert_eq!(solution.step(it.begun_by.unwrap()).unwrap().tick, it.since);
        assert_eq!(it.ended_by.map(|by| solution.step(by).unwrap().tick.unwrap()), it.until);
    }
}
