//! A program and a narrative in the words of proofs: what rules, definitions and events say, in one form. Nothing is
//! worked out here, and no state is known.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{
    Condition, Definition, Effect, EntityId, EventPattern, Expr, Fluent, Happening, Hole, Mention, Occurrence, Program,
    Rule, Term, Trigger, Value, Var,
};

use crate::format::{By, Filling, Kind, Moment, Shape, Target, What};
use crate::value::Val;

/// One effect of a rule, or what a definition gives.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// Variables.
    pub vars: &'a [Var],
    /// Any of these sets it off; a definition has none.
    pub triggers: &'a [Trigger],
    /// All must hold: of a rule before the moment, of a definition in the same state.
    pub conditions: &'a [Condition],
    /// None of these may happen at the moment.
    pub unless: &'a [EventPattern],
    /// What it establishes.
    pub kind: Kind,
    /// Of what.
    pub of: Target,
    /// With which arguments.
    pub args: &'a [Term],
    /// Its value, to be worked out, or to be filled in.
    pub value: Result<&'a Expr, Term>,
    /// The place of its rule or definition.
    id: u32,
    /// Which effect of the rule.
    effect: Option<u32>,
}

impl<'a> Deed<'a> {
    fn of_rule(rule: &'a Rule, effect: &'a Effect, at: u32) -> Deed<'a> {
        let (kind, of, args, value) = match effect {
            Effect::Initiate { fluent, args, value } => (Kind::Start, Target::Fluent(fluent.0), args, Ok(value)),
            Effect::Increase { fluent, args, by } => (Kind::Add, Target::Fluent(fluent.0), args, Ok(by)),
            Effect::Terminate { pattern: it } => (Kind::End, Target::Fluent(it.fluent.0), &it.args, Err(it.value)),
            Effect::Happen(it) => (Kind::Happen, Target::Action(it.action.0), &it.args, Err(Term::Any)),
        };
        let Rule { vars, triggers, conditions, unless, .. } = rule;
        Deed { vars, triggers, conditions, unless, kind, of, args, value, id: rule.id.0, effect: Some(at) }
    }

    fn of_definition(it: &'a Definition) -> Deed<'a> {
        let Definition { id, vars, fluent, args, value, conditions, .. } = it;
        let (kind, of, value) = (Kind::Begin, Target::Fluent(fluent.0), Ok(value));
        Deed { vars, triggers: &[], conditions, unless: &[], kind, of, args, value, id: id.0, effect: None }
    }

    /// How a proof says that it was done.
    #[must_use]
    pub fn by(&self, filling: Filling) -> By {
        match self.effect {
            Some(effect) => By::Rule(self.id, filling, effect),
            None => By::Definition(self.id, filling),
        }
    }
}

/// What a trigger waits for: something that is said at a moment; then, if it is timed, for a while.
#[derive(Clone, Copy, Debug)]
pub struct When<'a> {
    /// What is said.
    pub kind: Kind,
    /// Of what.
    pub of: Target,
    /// With which arguments.
    pub args: &'a [Term],
    /// And which value.
    pub value: Term,
    /// How long after.
    pub time: Option<&'a Expr>,
    /// Under which conditions when the time begins.
    pub given: &'a [Condition],
    /// Whether the value must last for that time, and whether the time begins anew when the value is started again.
    pub lasting: Option<bool>,
}

impl<'a> When<'a> {
    /// What a trigger waits for.
    #[must_use]
    pub fn of(trigger: &'a Trigger) -> When<'a> {
        let fluent = |kind, it: &'a servanda_model::FluentPattern| {
            let (of, args, value) = (Target::Fluent(it.fluent.0), it.args.as_slice(), it.value);
            When { kind, of, args, value, time: None, given: &[], lasting: None }
        };
        match trigger {
            Trigger::Happens(it) => {
                let (kind, of) = (Kind::Happen, Target::Action(it.action.0));
                When { kind, of, args: &it.args, value: Term::Any, time: None, given: &[], lasting: None }
            }
            Trigger::Comes(it) => fluent(Kind::Come, it),
            Trigger::Initiated(it) => fluent(Kind::Start, it),
            Trigger::Begins(it) => fluent(Kind::Begin, it),
            Trigger::Ends(it) => fluent(Kind::Cease, it),
            Trigger::HasHeld { pattern, time, since_renewed } => {
                When { time: Some(time), lasting: Some(*since_renewed), ..fluent(Kind::Begin, pattern) }
            }
            Trigger::After { time, trigger, given } => When { time: Some(time), given, ..When::of(trigger) },
        }
    }

    /// Whether it waits for what is said in this way.
    #[must_use]
    pub fn waits_for(&self, kind: Kind) -> bool {
        kind == self.kind || (kind == Kind::Start && self.lasting == Some(true))
    }

    /// Which of the variables it gives a value.
    #[must_use]
    pub fn binds(&self) -> BTreeSet<u32> {
        let terms = self.args.iter().chain([&self.value]).filter_map(|term| term.as_var());
        terms.map(|var| var.0).chain(Condition::surely_bound(self.given)).collect()
    }
}

/// What runs from the start of a value, if this is not broken off before.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// For how long.
    pub time: Val,
    /// Whether its time begins anew when the value is started again.
    pub renewable: bool,
    /// What is so when the time has come.
    pub what: What,
    /// How a proof says that it is by this deadline.
    pub by: By,
}

/// A program, with its deeds by what they are done to.
#[derive(Debug)]
pub struct Reading<'a> {
    /// What is read.
    pub program: &'a Program,
    deeds: BTreeMap<Target, Vec<Deed<'a>>>,
    places: BTreeMap<Target, Place>,
}

/// Where a defined fluent stands in an order in which each comes after those that its definitions look at. Fluents that
/// look at each other, or at themselves, are on one place together, which is `recursive`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub struct Place {
    pub order: usize,
    pub recursive: bool,
}

impl<'a> Reading<'a> {
    /// Reads a program.
    #[must_use]
    pub fn of(program: &'a Program) -> Reading<'a> {
        let mut deeds: BTreeMap<Target, Vec<Deed<'a>>> = BTreeMap::new();
        let mut order = Order::default();
        for rule in &program.rules {
            for (effect, at) in rule.effects.iter().zip(0..) {
                let deed = Deed::of_rule(rule, effect, at);
                deeds.entry(deed.of).or_default().push(deed);
            }
        }
        for it in &program.definitions {
            let deed = Deed::of_definition(it);
            deeds.entry(deed.of).or_default().push(deed);
            let looks_at = order.looks_at.entry(deed.of).or_default();
            it.mentions(&mut |mention| {
                if let Mention::Fluent(fluent, _) = mention {
                    looks_at.insert(Target::Fluent(fluent.0));
                }
            });
        }
        for of in order.looks_at.keys().copied().collect::<Vec<_>>() {
            order.visit(of);
        }
        Reading { program, deeds, places: order.places }
    }

    /// A value of the program.
    #[must_use]
    pub fn val(&self, value: Value) -> Val {
        Val::of(value, &self.program.ranges)
    }

    /// What may be done to a fluent, or make an action happen, by rules and definitions.
    #[must_use]
    pub fn deeds(&self, of: Target) -> &[Deed<'a>] {
        self.deeds.get(&of).map_or(&[], Vec::as_slice)
    }

    /// A fluent.
    #[must_use]
    pub fn fluent(&self, of: Target) -> Option<&'a Fluent> {
        if let Target::Fluent(id) = of { self.program.fluents.get(id as usize) } else { None }
    }

    /// Where a fluent stands among those that have definitions, if it has any.
    #[must_use]
    pub fn place(&self, of: Target) -> Option<Place> {
        self.places.get(&of).copied()
    }

    /// The deadlines of a fluent that begin with what is said.
    pub fn deadlines(&self, said: &What) -> impl Iterator<Item = Deadline> {
        let fluent = self.fluent(said.on.of).filter(|_| said.kind == Kind::Start);
        let all = fluent.into_iter().flat_map(|it| &it.deadlines).zip(0..);
        all.filter(move |(it, _)| said.value == Some(self.val(it.from))).map(move |(it, place)| {
            let kind = if it.to.is_some() { Kind::Start } else { Kind::End };
            let what = What { kind, on: said.on.clone(), value: it.to.map(|to| self.val(to)).or(said.value) };
            let (time, renewable) = (self.val(Value::duration(it.after)), it.renewable);
            Deadline { time, renewable, what, by: By::Deadline(place) }
        })
    }

    /// Whether a hole of a phrase takes a value.
    #[must_use]
    pub fn takes(&self, hole: Hole, value: Val) -> bool {
        match hole {
            Hole::Kind(kind) => matches!(value, Val::Entity(id) if self.program.is_of_kind(EntityId(id), kind)),
            Hole::Thing => matches!(value, Val::Entity(_)),
            Hole::Number => matches!(value, Val::Number(_) | Val::Range(..)),
            Hole::Day => matches!(value, Val::Tick(_)),
            Hole::Duration => matches!(value, Val::Ticks(_) | Val::Months(_) | Val::Years(_)),
            Hole::Text => matches!(value, Val::Text(_)),
            Hole::Any => true,
        }
    }

    /// Whether there is such a fluent or action, with so many arguments.
    #[must_use]
    pub fn has(&self, shape: &Shape) -> bool {
        let arity = match shape.of {
            Target::Fluent(id) => self.program.fluents.get(id as usize).map(|it| it.args.len()),
            Target::Action(id) => self.program.actions.get(id as usize).map(|it| it.holes.len()),
        };
        arity == Some(shape.args.len())
    }

    /// What the program has from the start, and what a narrative says, of which some events may be on other days as well.
    #[must_use]
    pub fn told(&self, narrative: &[Occurrence], loose: &BTreeSet<u32>) -> Told {
        let what = |kind, of, args: &[Value], value: Option<&Value>| {
            let on = Shape { of, args: args.iter().map(|value| Some(self.val(*value))).collect() };
            What { kind, on, value: value.map(|value| self.val(*value)) }
        };
        let initial = self.program.initial.iter().zip(0..).map(|(it, place)| {
            let of = Target::Fluent(it.fluent.0);
            (None, what(Kind::Begin, of, &it.args, Some(&it.value)), By::Initial(place))
        });
        let happens = narrative.iter().map(|it| {
            let what = match &it.what {
                Happening::Action(of, args) => what(Kind::Happen, Target::Action(of.0), args, None),
                Happening::FactBegins(of, args, value) => what(Kind::Start, Target::Fluent(of.0), args, Some(value)),
                Happening::FactEnds(of, args, value) => what(Kind::End, Target::Fluent(of.0), args, Some(value)),
            };
            (Some((it.tick, it.step)), what, By::Narrative(it.tag))
        });
        let happens: Vec<(Moment, What, By)> = happens.collect();
        let of = happens.iter().map(|(_, what, _)| what.on.of).collect();
        Told { all: initial.chain(happens).collect(), of, loose: loose.clone() }
    }
}

/// What a program and a narrative say, when, and by what.
#[derive(Clone, Debug)]
pub struct Told {
    /// In no order.
    pub all: Vec<(Moment, What, By)>,
    /// What the narrative says something of.
    pub of: BTreeSet<Target>,
    /// The events that may be on other days as well, by their numbers.
    pub loose: BTreeSet<u32>,
}

/// The way to an order of what is defined (Tarjan 1972).
#[derive(Default)]
struct Order {
    looks_at: BTreeMap<Target, BTreeSet<Target>>,
    /// In which order fluents were met; those that have a place come after all.
    met: BTreeMap<Target, usize>,
    open: Vec<Target>,
    places: BTreeMap<Target, Place>,
}

impl Order {
    /// The first met of the fluents without a place that one leads to.
    fn visit(&mut self, of: Target) -> usize {
        if let Some(met) = self.met.get(&of) {
            return *met;
        }
        let Some(next) = self.looks_at.get(&of).cloned() else { return usize::MAX };
        let own = self.met.len();
        self.met.insert(of, own);
        self.open.push(of);
        let first = next.iter().map(|it| self.visit(*it)).fold(own, usize::min);
        if first == own {
            let from = self.open.iter().rposition(|it| *it == of).unwrap_or_default();
            let together = self.open.split_off(from);
            let place = Place { order: self.places.len(), recursive: together.len() > 1 || next.contains(&of) };
            for it in together {
                self.met.insert(it, usize::MAX);
                self.places.insert(it, place);
            }
        }
        first
    }
}
