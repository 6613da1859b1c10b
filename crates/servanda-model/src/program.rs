//! The kernel program: vocabulary, rules and definitions over time, with every name resolved.
//!
//! Norms, instruments, terms and quantities along nested places have already been turned into fluents, rules and
//! definitions here. An engine needs nothing but a [`Program`] and a narrative; `docs/semantics.md` says what they mean.

use std::cmp::Ordering;

use crate::ids::{ActionId, DefinitionId, EntityId, FluentId, KindId, OriginId, RuleId, VarId};
use crate::value::{Duration, NumberRange, Value};

/// What ticks count, and so what calendar durations mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Clock {
    /// Civil days, proleptic Gregorian, day 0 = 1970-01-01.
    #[default]
    Days,
    /// Seconds since 1970-01-01T00:00:00.
    Seconds,
    /// Bare integers; months and years are errors.
    Integers,
}

impl Clock {
    /// How many ticks a day is.
    #[must_use]
    pub const fn day(self) -> i64 {
        match self {
            Clock::Days | Clock::Integers => 1,
            Clock::Seconds => 86_400,
        }
    }

    /// So many of a unit, in the singular or plural; without one, ticks. Nothing where the clock has no such unit, or
    /// cannot count so far.
    #[must_use]
    pub fn duration(self, count: i64, unit: &str) -> Option<Duration> {
        let ticks = |each: i64| count.checked_mul(each)?.try_into().ok().map(Duration::Ticks);
        let is_fine = self == Clock::Seconds;
        match unit {
            "" | "tick" | "ticks" => ticks(1),
            "second" | "seconds" if is_fine => ticks(1),
            "minute" | "minutes" if is_fine => ticks(60),
            "hour" | "hours" if is_fine => ticks(3600),
            "day" | "days" => ticks(self.day()),
            "week" | "weeks" => ticks(7 * self.day()),
            "month" | "months" => count.try_into().ok().map(Duration::Months),
            "year" | "years" => count.try_into().ok().map(Duration::Years),
            _ => None,
        }
    }

    /// Which lengths of time there are, to be typed.
    #[must_use]
    pub const fn lengths(self) -> &'static str {
        match self {
            Clock::Days => "`30 days`, `2 weeks`, `6 months` or `15 years`; for shorter ones `uses clock seconds`",
            Clock::Seconds => {
                "`90 seconds`, `5 minutes`, `36 hours`, `30 days` (up to 24 855; a day is 86 400 seconds), `6 months` or `15 years`"
            }
            Clock::Integers => {
                "`30`, which are ticks, as `30 days` are; for other units `uses clock seconds` or `days`"
            }
        }
    }
}

/// A kernel program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// What ticks count.
    pub clock: Clock,
    /// Declared action phrases.
    pub actions: Vec<Action>,
    /// Declared fluent phrases.
    pub fluents: Vec<Fluent>,
    /// Happening to change.
    pub rules: Vec<Rule>,
    /// Holding while other things hold.
    pub definitions: Vec<Definition>,
    /// What holds before the first event.
    pub initial: Vec<Initial>,
    /// Bounds of [`crate::Kinded::Range`] values made when the program was read.
    pub ranges: Vec<NumberRange>,
    /// For each entity, its kinds, including all parent kinds, sorted.
    pub entity_kinds: Vec<Vec<KindId>>,
}

/// A declared action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Short name, unique among actions: the phrase with its words joined by `_`, or as the dossier names it.
    pub name: String,
    /// Kinds of its holes in order; the doer, if any, is the first hole of the phrase like any other.
    pub holes: Vec<Hole>,
}

/// What a hole of a phrase takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hole {
    /// An entity of this kind.
    Kind(KindId),
    /// Any entity.
    Thing,
    /// A number, exact or a range.
    Number,
    /// A tick.
    Day,
    /// A length of time.
    Duration,
    /// A text.
    Text,
    /// Anything at all.
    Any,
}

/// A declared fluent.
#[derive(Clone, Debug)]
pub struct Fluent {
    /// Short name, unique among fluents; what `run` writes in its `fluent` column.
    pub name: String,
    /// Kinds of its arguments in order.
    pub args: Vec<Hole>,
    /// What values it takes.
    pub ty: FluentType,
    /// What happens when one tick gives it two values, or starts and ends one.
    pub ties: Ties,
    /// How it comes to hold.
    pub mode: Mode,
    /// Deadlines armed by a value being initiated.
    pub deadlines: Vec<Deadline>,
}

/// What values a fluent takes. Every fluent has at most one value at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FluentType {
    /// Holds or not; while it holds, its value is [`Value::TRUE`].
    Truth,
    /// One entity, text, day or duration at a time, or none.
    Valued(Hole),
    /// A number; a numeric fluent that was never set has no value, and counts as 0 in sums and when increased.
    Number,
}

/// The declared policy for two effects on one fluent instance at one tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ties {
    /// Report a contradiction; the instance then has no value.
    #[default]
    Contradiction,
    /// Ending wins, as in the literature: a value that held ends, one that did not hold does not start.
    EndingWins,
    /// Starting wins over ending; two different started values are still a contradiction.
    StartingWins,
}

/// How a fluent comes to hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Keeps its value until a rule changes it.
    Inertial,
    /// Holds exactly while one of its definitions does.
    Derived,
}

/// `after N OLD becomes NEW`: armed each time `from` is initiated for an instance (see `docs/semantics.md`, Deadlines).
#[derive(Clone, Debug)]
pub struct Deadline {
    /// The value whose initiation arms the timer.
    pub from: Value,
    /// The value initiated when it runs out; `None` ends the fluent.
    pub to: Option<Value>,
    /// How long after.
    pub after: Duration,
    /// Whether initiating `from` again, up to and including the last tick, cancels the older timer.
    pub renewable: bool,
    /// Where it is written.
    pub origin: OriginId,
}

/// A fluent instance that holds from the start of time.
#[derive(Clone, Debug)]
pub struct Initial {
    /// Which fluent.
    pub fluent: FluentId,
    /// Its arguments.
    pub args: Vec<Value>,
    /// Its value.
    pub value: Value,
    /// Where it is written.
    pub origin: OriginId,
}

/// When the trigger happens, and the conditions held just before, the effects take place.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its own place in the table.
    pub id: RuleId,
    /// Name, for proofs.
    pub name: String,
    /// Variables, numbered by [`VarId`], with their names and kinds.
    pub vars: Vec<Var>,
    /// Any of these sets it off (each on its own).
    pub triggers: Vec<Trigger>,
    /// All must hold in the state before the tick.
    pub conditions: Vec<Condition>,
    /// None of these may happen at the same tick. Variables not bound elsewhere mean "any".
    pub unless: Vec<EventPattern>,
    /// What follows, at the same tick.
    pub effects: Vec<Effect>,
    /// Where it is written.
    pub origin: OriginId,
}

/// A variable of a rule or a definition.
#[derive(Clone, Debug)]
pub struct Var {
    /// As written.
    pub name: String,
    /// What it ranges over.
    pub hole: Hole,
}

/// An argument of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// This value.
    Value(Value),
    /// A variable: bound at its first use, compared afterwards.
    Var(VarId),
    /// Anything.
    Any,
}

/// An action with its holes filled or open.
#[derive(Clone, PartialEq, Debug)]
pub struct EventPattern {
    /// Which action.
    pub action: ActionId,
    /// One term a hole.
    pub args: Vec<Term>,
}

/// A fluent with its arguments and its value filled or open.
#[derive(Clone, PartialEq, Debug)]
pub struct FluentPattern {
    /// Which fluent.
    pub fluent: FluentId,
    /// One term an argument.
    pub args: Vec<Term>,
    /// The value; [`Value::TRUE`] for a boolean fluent.
    pub value: Term,
}

/// What sets a rule off, at a tick.
#[derive(Clone, PartialEq, Debug)]
pub enum Trigger {
    /// An event of this form happens (given by the narrative or produced by a rule).
    Happens(EventPattern),
    /// An effect gives the fluent this value, whether or not that changes anything.
    Initiated(FluentPattern),
    /// The fluent comes to have this value, not having had it before the tick.
    Begins(FluentPattern),
    /// The fluent had this value before the tick and has it no longer.
    Ends(FluentPattern),
    /// The fluent has had this value without a break for the given time (and still had it just before this tick).
    HasHeld {
        /// What has held.
        pattern: FluentPattern,
        /// For how long.
        time: Expr,
        /// Counted anew from each time the value was initiated again.
        since_renewed: bool,
    },
    /// This long after an inner trigger (never another `After`, `HasHeld` or `Comes`).
    After {
        /// How long after; its variables must be bound by the inner trigger or by `given`.
        time: Expr,
        /// Set off when this happens.
        trigger: Box<Trigger>,
        /// Conditions in the state before the tick of the inner trigger; may bind variables.
        given: Vec<Condition>,
    },
    /// The day-valued fluent holds a tick, and that tick has come.
    Comes(FluentPattern),
}

/// A condition on one state.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// The fluent has this value; binds open variables, once for each match.
    Holds(FluentPattern),
    /// No way of filling the variables that are open here makes all of these hold.
    Not(Vec<Condition>),
    /// At least one of these lists holds. Every list must bind the same open variables if others use them.
    AnyOf(Vec<Vec<Condition>>),
    /// A comparison. With a range it can be undecided, and then does not hold (see `Undecided`).
    Compare {
        /// Left side.
        left: Expr,
        /// How.
        op: CompareOp,
        /// Right side.
        right: Expr,
    },
    /// The comparison can be neither affirmed nor denied, because a side is a range or is missing.
    Undecided {
        /// Left side.
        left: Expr,
        /// How.
        op: CompareOp,
        /// Right side.
        right: Expr,
    },
    /// The term is an entity of this kind.
    IsKind(Term, KindId),
    /// Binds a variable to a value.
    Let(VarId, Expr),
}

/// How two values are compared. Order is defined on numbers, ticks and durations of one unit; equality on all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl CompareOp {
    /// Whether it holds of two things in this order.
    #[must_use]
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            CompareOp::Equal => order.is_eq(),
            CompareOp::NotEqual => order.is_ne(),
            CompareOp::Less => order.is_lt(),
            CompareOp::AtMost => order.is_le(),
            CompareOp::Greater => order.is_gt(),
            CompareOp::AtLeast => order.is_ge(),
        }
    }
}

/// A value to be worked out.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// This value.
    Value(Value),
    /// The value of a variable.
    Var(VarId),
    /// The current tick.
    Now,
    /// The value of a fluent. A numeric fluent without a value is 0; another makes the expression missing.
    Fluent(FluentId, Vec<Term>),
    /// Arithmetic on numbers; a day plus or minus a duration (or a number of ticks) is a day; day minus day a number.
    Arith(ArithOp, Box<Expr>, Box<Expr>),
    /// Over all ways of filling the open variables so that the conditions hold.
    Aggregate(Box<Aggregate>),
}

/// Arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum ArithOp {
    Plus,
    Minus,
    Times,
    DividedBy,
    /// What is left over: `a mod b` is at least 0 and less than the size of `b`. Of two exact numbers only.
    Modulo,
}

/// Counting and adding up.
#[derive(Clone, PartialEq, Debug)]
pub struct Aggregate {
    /// How.
    pub op: AggregateOp,
    /// What is added up (not looked at when counting).
    pub of: Expr,
    /// Over which. Distinct fillings of the variables open in these conditions count once each.
    pub over: Vec<Condition>,
}

/// How an aggregate is formed. Of nothing: a sum and a count are 0, a least and a greatest are missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum AggregateOp {
    Count,
    Sum,
    Least,
    Greatest,
}

/// What a rule does.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// The fluent takes this value (a boolean fluent: begins).
    Initiate {
        /// Which.
        fluent: FluentId,
        /// Its arguments, all bound.
        args: Vec<Term>,
        /// Its new value.
        value: Expr,
    },
    /// The fluent loses this value, or whatever value it has.
    Terminate {
        /// Which; `Term::Any` as value ends whatever value there is. `Term::Any` arguments end every match.
        pattern: FluentPattern,
    },
    /// A number goes up (or, with a negative amount, down). Several at one tick add up and are no contradiction.
    Increase {
        /// Which.
        fluent: FluentId,
        /// Its arguments, all bound.
        args: Vec<Term>,
        /// By how much.
        by: Expr,
    },
    /// An event follows at the same tick.
    Happen(EventPattern),
}

/// A derived fluent holds, with this value, in every state in which the conditions hold.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its own place in the table.
    pub id: DefinitionId,
    /// Name, for proofs.
    pub name: String,
    /// Variables.
    pub vars: Vec<Var>,
    /// Which fluent.
    pub fluent: FluentId,
    /// Its arguments; every variable is bound by the conditions.
    pub args: Vec<Term>,
    /// Its value.
    pub value: Expr,
    /// All must hold, in the same state.
    pub conditions: Vec<Condition>,
    /// Where it is written.
    pub origin: OriginId,
}

/// One happening, ready for the engine.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Occurrence {
    /// When.
    pub tick: i64,
    /// Order within the tick: occurrences of a later step see the state left by the earlier one.
    pub step: u32,
    /// What.
    pub what: Happening,
    /// Which event of the narrative it is, for proofs (the caller's own numbering).
    pub tag: u32,
}

/// What an occurrence does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Happening {
    /// An action.
    Action(ActionId, Vec<Value>),
    /// A stated fact begins: the fluent is initiated.
    FactBegins(FluentId, Vec<Value>, Value),
    /// A stated fact ends.
    FactEnds(FluentId, Vec<Value>, Value),
}

impl Program {
    /// Whether an entity is of a kind, counting parent kinds.
    #[must_use]
    pub fn is_of_kind(&self, entity: EntityId, kind: KindId) -> bool {
        self.entity_kinds.get(entity.index()).is_some_and(|kinds| kinds.binary_search(&kind).is_ok())
    }
}
