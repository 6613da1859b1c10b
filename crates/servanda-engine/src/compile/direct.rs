//! Rules that need nothing but an event and the instances that it names.
//!
//! Most rules that norms are turned into are such: set off by an event, they ask what the status of one instance is and
//! whether something else happens, and give the instance another status. For these nothing has to be bound or searched, and
//! what is to be done is said in terms of the event's own arguments.

use servanda_model::{Hole, Value};

use super::ops::{Arg, Effect, Expr, Listener, Match, Op};
use crate::state::NONE;

/// What firing a rule for one event comes to. A variable is an argument of the event.
#[derive(Clone, Debug)]
pub(crate) struct Direct {
    pub(crate) tests: Box<[Test]>,
    /// Arguments that must be such and such values.
    pub(crate) values: Box<[(u32, Value)]>,
    /// Arguments that must fit a hole, where not everything does.
    pub(crate) holes: Box<[(u32, Hole)]>,
    /// What must not happen.
    pub(crate) unless: Box<[(u32, OfEvent)]>,
    pub(crate) effects: Box<[DirectEffect]>,
}

/// Arguments in terms of those of an event: a variable is one of these.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OfEvent {
    pub(crate) args: Box<[Arg]>,
    /// Whether they are the event's own, all of them and in order, so that its hash is theirs.
    pub(crate) are_its_own: bool,
}

impl OfEvent {
    /// `arity` is that of the event.
    pub(crate) fn new(args: Box<[Arg]>, arity: usize) -> OfEvent {
        let are_its_own = args.len() == arity && (0..).zip(&args).all(|(at, arg)| *arg == Arg::Var(at));
        OfEvent { args, are_its_own }
    }
}

/// Whether the instance of a site has this value in the state before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    pub(crate) site: u32,
    pub(crate) value: Value,
    pub(crate) wanted: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum DirectEffect {
    Initiate {
        fluent: u32,
        site: u32,
        key: OfEvent,
        value: Arg,
    },
    /// Without a value it ends any.
    Terminate {
        fluent: u32,
        site: u32,
        key: OfEvent,
        value: Option<Arg>,
    },
    Happen {
        action: u32,
        args: OfEvent,
    },
}

/// What a listener to an event comes to, its sites being known; `bound` says of variables which argument they are.
pub(crate) fn direct(listener: &Listener, bound: &[(u32, u32)], effects: &[Effect]) -> Option<Direct> {
    let of_event = |arg: Arg| match arg {
        Arg::Value(_) => Some(arg),
        Arg::Var(var) => bound.iter().find(|(bound, _)| *bound == var).map(|(_, at)| Arg::Var(*at)),
    };
    let all_of_event = |args: &[Arg]| {
        let args = args.iter().map(|arg| of_event(*arg)).collect::<Option<Box<[Arg]>>>()?;
        Some(OfEvent::new(args, listener.args.len()))
    };
    let effect = |(effect, &site): (&Effect, &u32)| match effect {
        Effect::Initiate { fluent, key, value } if site != NONE => {
            let value = match value {
                Expr::Value(value) => Arg::Value(*value),
                Expr::Var(var) => of_event(Arg::Var(*var))?,
                _ => return None,
            };
            Some(DirectEffect::Initiate { fluent: *fluent, site, key: all_of_event(key)?, value })
        }
        Effect::Terminate { fluent, key, value } if site != NONE => {
            let value = match value {
                Some(value) => Some(of_event(*value)?),
                None => None,
            };
            Some(DirectEffect::Terminate { fluent: *fluent, site, key: all_of_event(key)?, value })
        }
        Effect::Happen { action, args } => Some(DirectEffect::Happen { action: *action, args: all_of_event(args)? }),
        _ => None,
    };
    if listener.args.iter().any(|pattern| matches!(pattern, Match::Bound(_))) {
        return None;
    }
    let args = || (0..).zip(&listener.args);
    let unless = listener.unless.iter().map(|unless| Some((unless.action, all_of_event(unless.key.as_ref()?)?)));
    Some(Direct {
        tests: listener.conditions.ops.iter().map(test).collect::<Option<_>>()?,
        values: args()
            .filter_map(|(at, pattern)| match *pattern {
                Match::Value(value) => Some((at, value)),
                _ => None,
            })
            .collect(),
        holes: args()
            .filter_map(|(at, pattern)| match *pattern {
                Match::Bind(_, hole) if hole != Hole::Any => Some((at, hole)),
                _ => None,
            })
            .collect(),
        unless: unless.collect::<Option<_>>()?,
        effects: effects.iter().zip(&listener.effect_sites).map(effect).collect::<Option<_>>()?,
    })
}

fn test(op: &Op) -> Option<Test> {
    match op {
        Op::Point { value: Match::Value(value), site, .. } if *site != NONE => {
            Some(Test { site: *site, value: *value, wanted: true })
        }
        Op::Not(plan) => match &*plan.ops {
            [op] => test(op).map(|test| Test { wanted: !test.wanted, ..test }),
            _ => None,
        },
        _ => None,
    }
}
