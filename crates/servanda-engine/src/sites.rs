//! Instances that events name.
//!
//! Most of what rules look up and change when an event happens is named by the event's own arguments, and several rules
//! name the same. Each such instance is a *site* of the action: it is looked up once for an event, and all the events of
//! one moment one after another with nothing in between, so that where there are very many instances the waits for memory
//! overlap. A site without an instance stays so for what reads the state before the moment, since what is made later in
//! the moment had no value then.

use crate::compile::direct::{OfEvent, direct};
use crate::compile::graph::NodeKind;
use crate::compile::ops::{Arg, Effect, Expr, Listener, Match, Op, Plan, Source};
use crate::hash;
use crate::moment::{Events, Touch};
use crate::state::{ABSENT, At, NONE, Table};

/// An instance that an event names: its fluent, and its arguments, variables being arguments of the event.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) fluent: u32,
    key: OfEvent,
}

/// Finds the sites of every action, and writes down where they are used.
pub(crate) fn sites(
    listeners: &mut [Listener],
    kinds: &[NodeKind],
    effects: &[Box<[Effect]>],
    actions: usize,
) -> Vec<Vec<Site>> {
    let mut all: Vec<Vec<Site>> = vec![Vec::new(); actions];
    for listener in listeners {
        let Source::Happens(action) = listener.source else { continue };
        let bound = listener.args.iter().enumerate().filter_map(|(at, pattern)| match pattern {
            Match::Bind(var, _) => Some((*var, at as u32)),
            _ => None,
        });
        let mut finder = Finder {
            sites: &mut all[action as usize],
            arity: listener.args.len(),
            bound: bound.collect(),
            used: Vec::new(),
        };
        finder.plan(&mut listener.conditions);
        if let NodeKind::Fire(rule) = kinds[listener.node as usize] {
            let of_effect = |effect: &Effect| match effect {
                Effect::Initiate { fluent, key, .. }
                | Effect::Terminate { fluent, key, .. }
                | Effect::Increase { fluent, key, .. } => finder.site(*fluent, key),
                Effect::TerminateAll { .. } | Effect::Happen { .. } => NONE,
            };
            listener.effect_sites = effects[rule as usize].iter().map(of_effect).collect();
            listener.direct = direct(listener, &finder.bound, &effects[rule as usize]);
        }
        listener.sites = finder.used.into();
    }
    all
}

struct Finder<'a> {
    sites: &'a mut Vec<Site>,
    /// Of the action.
    arity: usize,
    /// Variables that the event binds, each with the argument that it is.
    bound: Vec<(u32, u32)>,
    used: Vec<u32>,
}

impl Finder<'_> {
    fn site(&mut self, fluent: u32, key: &[Arg]) -> u32 {
        let of_event = |arg: &Arg| match *arg {
            Arg::Value(value) => Some(Arg::Value(value)),
            Arg::Var(var) => self.bound.iter().find(|(bound, _)| *bound == var).map(|(_, at)| Arg::Var(*at)),
        };
        let Some(key) = key.iter().map(of_event).collect::<Option<Box<[Arg]>>>() else { return NONE };
        let key = OfEvent::new(key, self.arity);
        let is_it = |site: &Site| site.fluent == fluent && site.key == key;
        let at = self.sites.iter().position(is_it).unwrap_or_else(|| {
            self.sites.push(Site { fluent, key });
            self.sites.len() - 1
        }) as u32;
        if !self.used.contains(&at) {
            self.used.push(at);
        }
        at
    }

    fn plan(&mut self, plan: &mut Plan) {
        plan.ops.iter_mut().for_each(|op| self.op(op));
    }

    fn op(&mut self, op: &mut Op) {
        match op {
            Op::Point { fluent, key, site, .. } => *site = self.site(*fluent, key),
            Op::Compare { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            Op::Let(_, expr) => self.expr(expr),
            Op::Not(plan) => self.plan(plan),
            Op::AnyOf(plans) | Op::SomeOf(plans) => plans.iter_mut().for_each(|plan| self.plan(plan)),
            Op::Probe { .. } | Op::Scan { .. } | Op::IsKind(..) => {}
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Fluent { fluent, key, site, .. } => *site = self.site(*fluent, key),
            Expr::Arith(_, sides) => {
                self.expr(&mut sides.0);
                self.expr(&mut sides.1);
            }
            Expr::Aggregate(aggregate) => {
                self.plan(&mut aggregate.over);
                self.expr(&mut aggregate.of);
            }
            Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
        }
    }
}

impl Site {
    /// Looks these events' instances up, where that is not done yet, and what they are before the moment; `at` is the place
    /// of the site.
    pub(crate) fn locate(&self, at: u32, table: &Table, touches: &[Touch], events: &mut Events, ids: &[u32]) {
        for &id in ids {
            if events.is_located(id, at) {
                continue;
            }
            let args = events.args(id);
            let slot = if self.key.are_its_own {
                table.find_by(events.hash(id), |other| other == args)
            } else {
                let value = |arg: &Arg| arg.value(args);
                let hash = self.key.args.iter().fold(hash::begin(), |hash, arg| hash::mix(hash, value(arg)));
                table.find_by(hash, |other| self.key.args.iter().map(value).eq(other.iter().copied()))
            };
            match slot {
                Some(slot) => events.locate(id, at, slot, table.cell(slot).read(At::Before, touches)),
                None => events.locate(id, at, NONE, ABSENT),
            }
        }
    }
}
