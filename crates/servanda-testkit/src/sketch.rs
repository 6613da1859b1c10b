//! Small programs in a few words, for tests: patterns are written as `quote(M, C, book) = true`.
//!
//! A capital letter begins a variable, `_` is anything, digits are a number, `@7` is the tick 7, `3t` three ticks, `2m`
//! two months, `1y` a year; any other word is an entity. Names of entities are made up as they are met.

mod outcome;

use servanda_model::{Action, ActionId, Clock, CompareOp, Condition, Deadline, Definition, DefinitionId, Duration};
use servanda_model::{
    Effect, EntityId, EventPattern, Expr, Fluent, FluentId, FluentPattern, FluentType, Happening, Hole,
};
use servanda_model::{
    Initial, KindId, Mode, Number, NumberRange, Occurrence, OriginId, Program, RangeId, Rule, RuleId,
};
use servanda_model::{Term, Ties, Trigger, Value, Var, VarId};

/// A program being written.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// As it stands.
    pub program: Program,
    /// What entities are called, by id; `true` is the first.
    pub entities: Vec<String>,
    /// What has been said to happen.
    pub narrative: Vec<Occurrence>,
}

/// A rule or a definition being written.
#[derive(Debug)]
pub struct Lines<'a> {
    sketch: &'a mut Sketch,
    /// The rule; of a definition, its variables and conditions.
    pub rule: Rule,
}

impl Default for Sketch {
    fn default() -> Sketch {
        Sketch::new(Clock::Integers)
    }
}

impl Sketch {
    /// An empty program.
    #[must_use]
    pub fn new(clock: Clock) -> Sketch {
        let program = Program { clock, entity_kinds: vec![Vec::new()], ..Program::default() };
        Sketch { program, entities: vec!["true".to_owned()], narrative: Vec::new() }
    }

    /// Declares an action with so many holes.
    pub fn action(&mut self, name: &str, holes: usize) -> ActionId {
        self.program.actions.push(Action { name: name.to_owned(), holes: vec![Hole::Any; holes] });
        ActionId::from_index(self.program.actions.len() - 1)
    }

    /// Declares an inertial fluent with so many arguments.
    pub fn fluent(&mut self, name: &str, args: usize, ty: FluentType, ties: Ties) -> FluentId {
        let args = vec![Hole::Any; args];
        let fluent = Fluent { name: name.to_owned(), args, ty, ties, mode: Mode::Inertial, deadlines: Vec::new() };
        self.program.fluents.push(fluent);
        FluentId::from_index(self.program.fluents.len() - 1)
    }

    /// Declares an inertial fluent that holds or not.
    pub fn truth(&mut self, name: &str, args: usize) -> FluentId {
        self.fluent(name, args, FluentType::Truth, Ties::Contradiction)
    }

    /// Declares an inertial fluent that has a value or none.
    pub fn valued(&mut self, name: &str, args: usize) -> FluentId {
        self.fluent(name, args, FluentType::Valued(Hole::Any), Ties::Contradiction)
    }

    /// Declares an inertial number.
    pub fn number(&mut self, name: &str, args: usize) -> FluentId {
        self.fluent(name, args, FluentType::Number, Ties::Contradiction)
    }

    /// Declares a derived fluent.
    pub fn derived(&mut self, name: &str, args: usize, ty: FluentType) -> FluentId {
        let id = self.fluent(name, args, ty, Ties::Contradiction);
        self.program.fluents[id.index()].mode = Mode::Derived;
        id
    }

    /// `after so many ticks FROM becomes TO`; ends without a `to`.
    pub fn deadline(&mut self, fluent: FluentId, from: &str, to: Option<&str>, ticks: i32, renewable: bool) {
        let (from, to) = (self.word(from), to.map(|to| self.word(to)));
        let deadline = Deadline { from, to, after: Duration::Ticks(ticks), renewable, origin: OriginId(0) };
        self.program.fluents[fluent.index()].deadlines.push(deadline);
    }

    /// A sort of thing.
    #[must_use]
    pub fn kind(&self, id: u32) -> Hole {
        Hole::Kind(KindId(id))
    }

    /// Says what kinds an entity is of.
    pub fn of_kind(&mut self, entity: &str, kinds: &[u32]) {
        let id = self.word(entity).as_entity().expect("a word that names an entity");
        self.program.entity_kinds[id.index()] = kinds.iter().map(|kind| KindId(*kind)).collect();
    }

    /// A number known within bounds.
    pub fn range(&mut self, min: Option<i64>, max: Option<i64>, approximate: bool) -> Value {
        let (min, max) = (min.map(Number::whole), max.map(Number::whole));
        self.program.ranges.push(NumberRange { min, max, approximate });
        Value::range(RangeId::from_index(self.program.ranges.len() - 1))
    }

    /// A rule, written by the closure.
    pub fn rule(&mut self, name: &str, write: impl FnOnce(&mut Lines<'_>)) {
        let rule = self.write(name, write);
        self.program.rules.push(Rule { id: RuleId::from_index(self.program.rules.len()), ..rule });
    }

    /// A definition of what `head` says, with its conditions written by the closure.
    pub fn define(&mut self, head: &str, write: impl FnOnce(&mut Lines<'_>)) {
        self.define_as(head, None, write);
    }

    /// A definition whose value is worked out from its variables.
    pub fn define_as(
        &mut self,
        head: &str,
        value: Option<&dyn Fn(&mut Lines<'_>) -> Expr>,
        write: impl FnOnce(&mut Lines<'_>),
    ) {
        let (mut pattern, mut given) = (None, None);
        let rule = self.write(head, |lines| {
            pattern = Some(lines.pattern(head));
            given = value.map(|value| value(lines));
            write(lines);
        });
        let FluentPattern { fluent, args, value } = pattern.expect("the closure has run");
        let of_term = match value {
            Term::Value(value) => Expr::Value(value),
            Term::Var(var) => Expr::Var(var),
            Term::Any => panic!("a definition gives a value"),
        };
        let id = DefinitionId::from_index(self.program.definitions.len());
        let Rule { name, vars, conditions, origin, .. } = rule;
        let value = given.unwrap_or(of_term);
        self.program.definitions.push(Definition { id, name, vars, fluent, args, value, conditions, origin });
    }

    fn write(&mut self, name: &str, write: impl FnOnce(&mut Lines<'_>)) -> Rule {
        let empty = Rule {
            id: RuleId(0),
            name: name.to_owned(),
            vars: Vec::new(),
            triggers: Vec::new(),
            conditions: Vec::new(),
            unless: Vec::new(),
            effects: Vec::new(),
            origin: OriginId(0),
        };
        let mut lines = Lines { sketch: self, rule: empty };
        write(&mut lines);
        lines.rule
    }

    /// What holds from the beginning of time.
    pub fn initially(&mut self, fact: &str) {
        let (fluent, args, value) = self.ground(fact);
        self.program.initial.push(Initial { fluent, args, value, origin: OriginId(0) });
    }

    /// At the first step of a tick, an action.
    pub fn at(&mut self, tick: i64, event: &str) {
        self.at_step(tick, 0, event);
    }

    /// At a step of a tick, an action.
    pub fn at_step(&mut self, tick: i64, step: u32, event: &str) {
        let (name, args, _) = parts(event);
        let action = self.program.actions.iter().position(|action| action.name == name);
        let args = args.iter().map(|word| self.word(word)).collect();
        let what = Happening::Action(ActionId::from_index(action.expect("a declared action")), args);
        self.push(tick, step, what);
    }

    /// A stated fact begins.
    pub fn fact(&mut self, tick: i64, fact: &str) {
        let (fluent, args, value) = self.ground(fact);
        self.push(tick, 0, Happening::FactBegins(fluent, args, value));
    }

    /// A stated fact ends.
    pub fn fact_ends(&mut self, tick: i64, fact: &str) {
        let (fluent, args, value) = self.ground(fact);
        self.push(tick, 0, Happening::FactEnds(fluent, args, value));
    }

    fn push(&mut self, tick: i64, step: u32, what: Happening) {
        let tag = u32::try_from(self.narrative.len()).expect("a short narrative");
        self.narrative.push(Occurrence { tick, step, what, tag });
    }

    /// A fluent instance and its value.
    pub fn ground(&mut self, text: &str) -> (FluentId, Vec<Value>, Value) {
        let (name, args, value) = parts(text);
        let args = args.iter().map(|word| self.word(word)).collect();
        (self.fluent_named(name), args, value.map_or(Value::TRUE, |word| self.word(word)))
    }

    fn fluent_named(&self, name: &str) -> FluentId {
        let place = self.program.fluents.iter().position(|fluent| fluent.name == name);
        FluentId::from_index(place.unwrap_or_else(|| panic!("no fluent {name}")))
    }

    /// The value that a word stands for.
    ///
    /// # Panics
    /// Where a number or tick cannot be read.
    pub fn word(&mut self, word: &str) -> Value {
        if let Some(tick) = word.strip_prefix('@') {
            return tick.parse().ok().and_then(Value::tick).expect("a tick");
        }
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            let count = || word[..word.len() - 1].parse().expect("a whole number");
            return match word.as_bytes()[word.len() - 1] {
                b't' => Value::duration(Duration::Ticks(count())),
                b'm' => Value::duration(Duration::Months(count())),
                b'y' => Value::duration(Duration::Years(count())),
                _ => Number::parse(word).and_then(Value::number).expect("a number"),
            };
        }
        let place = self.entities.iter().position(|known| known == word).unwrap_or_else(|| {
            self.entities.push(word.to_owned());
            self.program.entity_kinds.push(Vec::new());
            self.entities.len() - 1
        });
        Value::entity(EntityId::from_index(place))
    }
}

/// Name, arguments and value of a pattern.
fn parts(text: &str) -> (&str, Vec<&str>, Option<&str>) {
    let (head, value) = match text.split_once('=') {
        Some((head, value)) => (head.trim(), Some(value.trim())),
        None => (text.trim(), None),
    };
    match head.split_once('(') {
        Some((name, args)) => (name, args.trim_end_matches(')').split(',').map(str::trim).collect(), value),
        None => (head, Vec::new(), value),
    }
}

impl Lines<'_> {
    /// The variable of that name.
    pub fn var(&mut self, name: &str) -> VarId {
        let vars = &mut self.rule.vars;
        let place = vars.iter().position(|var| var.name == name).unwrap_or_else(|| {
            vars.push(Var { name: name.to_owned(), hole: Hole::Any });
            vars.len() - 1
        });
        VarId::from_index(place)
    }

    /// Restricts a variable.
    pub fn takes(&mut self, name: &str, hole: Hole) {
        let var = self.var(name);
        self.rule.vars[var.index()].hole = hole;
    }

    fn term(&mut self, word: &str) -> Term {
        match word {
            "_" => Term::Any,
            word if word.starts_with(|c: char| c.is_ascii_uppercase()) => Term::Var(self.var(word)),
            word => Term::Value(self.sketch.word(word)),
        }
    }

    /// A variable or a value, as an expression.
    ///
    /// # Panics
    /// At `_`.
    pub fn expr(&mut self, word: &str) -> Expr {
        match self.term(word) {
            Term::Value(value) => Expr::Value(value),
            Term::Var(var) => Expr::Var(var),
            Term::Any => panic!("an expression has a value"),
        }
    }

    /// The value of a fluent, as an expression.
    pub fn read(&mut self, text: &str) -> Expr {
        let FluentPattern { fluent, args, .. } = self.pattern(text);
        Expr::Fluent(fluent, args)
    }

    /// A fluent pattern.
    pub fn pattern(&mut self, text: &str) -> FluentPattern {
        let (name, args, value) = parts(text);
        let fluent = self.sketch.fluent_named(name);
        let args = args.iter().map(|word| self.term(word)).collect();
        FluentPattern { fluent, args, value: value.map_or(Term::Value(Value::TRUE), |word| self.term(word)) }
    }

    /// An event pattern.
    ///
    /// # Panics
    /// Where no such action is declared.
    pub fn event(&mut self, text: &str) -> EventPattern {
        let (name, args, _) = parts(text);
        let action = self.sketch.program.actions.iter().position(|action| action.name == name);
        let args = args.iter().map(|word| self.term(word)).collect();
        EventPattern { action: ActionId::from_index(action.expect("a declared action")), args }
    }

    /// When this happens.
    pub fn happens(&mut self, event: &str) -> &mut Self {
        let pattern = self.event(event);
        self.when(Trigger::Happens(pattern))
    }

    /// When this is initiated.
    pub fn initiated(&mut self, fluent: &str) -> &mut Self {
        let pattern = self.pattern(fluent);
        self.when(Trigger::Initiated(pattern))
    }

    /// When this begins.
    pub fn begins(&mut self, fluent: &str) -> &mut Self {
        let pattern = self.pattern(fluent);
        self.when(Trigger::Begins(pattern))
    }

    /// When this ends.
    pub fn ends(&mut self, fluent: &str) -> &mut Self {
        let pattern = self.pattern(fluent);
        self.when(Trigger::Ends(pattern))
    }

    /// Any other trigger.
    pub fn when(&mut self, trigger: Trigger) -> &mut Self {
        self.rule.triggers.push(trigger);
        self
    }

    /// If this holds.
    pub fn holds(&mut self, fluent: &str) -> &mut Self {
        let pattern = self.pattern(fluent);
        self.given(Condition::Holds(pattern))
    }

    /// If these do not hold together.
    pub fn not(&mut self, fluents: &[&str]) -> &mut Self {
        let list = fluents.iter().map(|fluent| Condition::Holds(self.pattern(fluent))).collect();
        self.given(Condition::Not(list))
    }

    /// If the two compare so.
    pub fn compare(&mut self, left: Expr, op: CompareOp, right: Expr) -> &mut Self {
        self.given(Condition::Compare { left, op, right })
    }

    /// Any other condition.
    pub fn given(&mut self, condition: Condition) -> &mut Self {
        self.rule.conditions.push(condition);
        self
    }

    /// Unless this happens at the same moment.
    pub fn unless(&mut self, event: &str) -> &mut Self {
        let pattern = self.event(event);
        self.rule.unless.push(pattern);
        self
    }

    /// Then this takes its value.
    pub fn initiate(&mut self, fluent: &str) -> &mut Self {
        let FluentPattern { fluent, args, value } = self.pattern(fluent);
        let value = match value {
            Term::Value(value) => Expr::Value(value),
            Term::Var(var) => Expr::Var(var),
            Term::Any => panic!("an initiated fluent has a value"),
        };
        self.then(Effect::Initiate { fluent, args, value })
    }

    /// Then this ends.
    pub fn terminate(&mut self, fluent: &str) -> &mut Self {
        let pattern = self.pattern(fluent);
        self.then(Effect::Terminate { pattern })
    }

    /// Then this goes up.
    pub fn increase(&mut self, fluent: &str, by: Expr) -> &mut Self {
        let FluentPattern { fluent, args, .. } = self.pattern(fluent);
        self.then(Effect::Increase { fluent, args, by })
    }

    /// Then this happens.
    pub fn happen(&mut self, event: &str) -> &mut Self {
        let pattern = self.event(event);
        self.then(Effect::Happen(pattern))
    }

    /// Any other effect.
    pub fn then(&mut self, effect: Effect) -> &mut Self {
        self.rule.effects.push(effect);
        self
    }
}
