//! What rules and definitions are compiled to: patterns to match, plans to run, effects to carry out.

use super::direct::Direct;
use servanda_model::{AggregateOp, ArithOp, CompareOp, Duration, Hole, KindId, Value};

/// A term whose value is known when it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arg {
    Value(Value),
    Var(u32),
}

/// A term matched against a value that is there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Match {
    Value(Value),
    /// Equal to a variable bound before.
    Bound(u32),
    /// Binds a variable, if its kind allows.
    Bind(u32, Hole),
    Skip,
}

/// Conditions in the order in which they are tried.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) ops: Box<[Op]>,
    /// Whether no filling can be found twice.
    pub(crate) distinct: bool,
    /// Whether there is never more than one filling: nothing is searched for.
    pub(crate) is_test: bool,
}

impl Plan {
    pub(crate) fn new(ops: Vec<Op>, distinct: bool) -> Plan {
        let searches = |op: &Op| matches!(op, Op::Probe { .. } | Op::Scan { .. } | Op::AnyOf(_));
        Plan { is_test: !ops.iter().any(searches), ops: ops.into(), distinct }
    }
}

/// One step of a plan.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// One instance, all arguments known. Where the event itself says which, `site` is the event's place for it.
    Point {
        fluent: u32,
        key: Box<[Arg]>,
        value: Match,
        site: u32,
    },
    /// The instances that share the known arguments.
    Probe {
        fluent: u32,
        index: usize,
        key: Box<[Arg]>,
        args: Box<[Match]>,
        value: Match,
    },
    /// Every instance.
    Scan {
        fluent: u32,
        args: Box<[Match]>,
        value: Match,
    },
    Compare {
        left: Expr,
        op: CompareOp,
        right: Expr,
        undecided: bool,
    },
    IsKind(Arg, KindId),
    Let(Match, Expr),
    Not(Plan),
    AnyOf(Box<[Plan]>),
    /// Some of these pass. None of them searches, and what follows sees nothing of what they bind.
    SomeOf(Box<[Plan]>),
}

/// An expression with every variable bound.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Value(Value),
    Var(u32),
    Now,
    Fluent { fluent: u32, key: Box<[Arg]>, is_number: bool, site: u32 },
    Arith(ArithOp, Box<(Expr, Expr)>),
    Aggregate(Box<Aggregate>),
}

/// An aggregate; `locals` are the variables whose fillings count.
#[derive(Clone, Debug)]
pub(crate) struct Aggregate {
    pub(crate) op: AggregateOp,
    pub(crate) of: Expr,
    pub(crate) over: Plan,
    pub(crate) locals: Box<[u32]>,
    /// Its totals, or [`NONE`](crate::state::NONE), and their key.
    pub(crate) total: u32,
    pub(crate) total_key: Box<[Arg]>,
}

/// What a rule does, for one filling.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    Initiate {
        fluent: u32,
        key: Box<[Arg]>,
        value: Expr,
    },
    Terminate {
        fluent: u32,
        key: Box<[Arg]>,
        value: Option<Arg>,
    },
    /// Ends every instance that matches; `None` is any argument.
    TerminateAll {
        fluent: u32,
        key: Box<[Option<Arg>]>,
        value: Option<Arg>,
        /// The index by the arguments that are known, if any are.
        index: Option<usize>,
    },
    Increase {
        fluent: u32,
        key: Box<[Arg]>,
        by: Expr,
    },
    Happen {
        action: u32,
        args: Box<[Arg]>,
    },
}

/// What a listener listens to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    Happens(u32),
    /// `settled`: increases have to be added up before it is known what was initiated.
    Initiated {
        fluent: u32,
        settled: bool,
    },
    Begins(u32),
    Ends(u32),
    /// A `HasHeld` timer, by its place in [`super::Compiled::held`].
    Held(u32),
    /// A `Comes` trigger of this fluent.
    Comes(u32),
    /// An `After` timer, by its place in [`super::Compiled::elapsed`].
    Elapsed(u32),
}

/// One way of setting a node off: what to match, and what must hold besides.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    pub(crate) node: u32,
    pub(crate) trigger: u32,
    pub(crate) source: Source,
    pub(crate) args: Box<[Match]>,
    pub(crate) value: Match,
    pub(crate) conditions: Plan,
    pub(crate) unless: Box<[Unless]>,
    /// Whether what must not happen is known before the conditions are tried.
    pub(crate) unless_first: bool,
    /// Variables that do not belong to the filling.
    pub(crate) hidden: Box<[u32]>,
    /// Of an event: the sites that the conditions and effects use.
    pub(crate) sites: Box<[u32]>,
    /// For each effect of the rule its site, or [`crate::state::NONE`].
    pub(crate) effect_sites: Box<[u32]>,
    /// All that firing the rule comes to, where it can be said so.
    pub(crate) direct: Option<Direct>,
    /// Whether it shares a list of the events of its action with others (see [`Listener::takes_all`]).
    pub(crate) is_shared: bool,
}

impl Listener {
    /// Whether it asks for no constant: such listeners to one action share a list of its events, if they are several.
    pub(crate) fn takes_all(&self) -> bool {
        !self.args.iter().any(|pattern| matches!(pattern, Match::Value(_)))
    }
}

/// An event that must not happen.
#[derive(Clone, Debug)]
pub(crate) struct Unless {
    pub(crate) action: u32,
    pub(crate) args: Box<[Match]>,
    /// The arguments, if all are known.
    pub(crate) key: Option<Box<[Arg]>>,
}

/// How long a timer runs.
#[derive(Clone, Debug)]
pub(crate) enum Time {
    /// Always this long, so that what is armed first is due first.
    Constant(Duration),
    Worked(Expr),
}

/// A `HasHeld` trigger.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) fluent: u32,
    pub(crate) listener: u32,
    pub(crate) since_renewed: bool,
    /// Whether its arguments are variables of their own, or anything.
    pub(crate) is_plain: bool,
    pub(crate) time: Time,
    pub(crate) vars: usize,
}

/// An `After` trigger.
#[derive(Clone, Debug)]
pub(crate) struct Elapsed {
    /// The listener that is set off when the time is over.
    pub(crate) listener: u32,
    pub(crate) time: Time,
}
