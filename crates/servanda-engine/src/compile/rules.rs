//! Rules: what sets them off, what must hold, what they do.

use servanda_model::{
    Condition, Effect as SourceEffect, Expr as SourceExpr, FluentId, Kinded, Program, Rule, Term, Trigger,
};

use super::error::ProgramError;
use super::graph::NodeKind;
use super::ops::{Arg, Effect, Elapsed, Held, Listener, Match, Source, Time, Unless};
use super::plan::{Bound, Indexes, Planner, Unbound, arg};
use super::totals::Totals;
use crate::index::IndexSpec;

/// What compiling the rules fills.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) listeners: Vec<Listener>,
    pub(crate) held: Vec<Held>,
    pub(crate) elapsed: Vec<Elapsed>,
    /// For every `Arm` node, by node: the place of its timer in `elapsed`.
    pub(crate) armed: Vec<(u32, u32)>,
    pub(crate) effects: Vec<Box<[Effect]>>,
}

pub(crate) struct RuleCompiler<'a> {
    pub(crate) program: &'a Program,
    pub(crate) nodes: &'a [NodeKind],
    pub(crate) increased: &'a [bool],
    pub(crate) indexes: &'a mut Vec<Vec<IndexSpec>>,
    pub(crate) totals: &'a Totals,
    pub(crate) tables: Tables,
}

impl<'a> RuleCompiler<'a> {
    pub(crate) fn rule(&mut self, id: usize, rule: &'a Rule) -> Result<(), ProgramError> {
        let fail = |unbound: Unbound| unbound.error(&rule.vars, &rule.name, rule.origin);
        let node = self.node(NodeKind::Fire(id as u32));
        let mut common: Option<Bound> = None;
        for (at, trigger) in rule.triggers.iter().enumerate() {
            let bound = self.trigger(id, rule, node, at as u32, trigger).map_err(fail)?;
            common = Some(match common {
                None => bound,
                Some(common) => common.iter().zip(&bound).map(|(a, b)| *a && *b).collect(),
            });
        }
        let bound = common.unwrap_or_else(|| vec![true; rule.vars.len()]);
        let mut planner = self.planner(rule);
        let effects =
            rule.effects.iter().map(|it| effect(&mut planner, it, &bound)).collect::<Result<_, _>>().map_err(fail)?;
        self.tables.effects.push(effects);
        Ok(())
    }

    fn node(&self, kind: NodeKind) -> u32 {
        self.nodes.iter().position(|node| *node == kind).expect("order() placed every rule") as u32
    }

    /// Adds what listens to one trigger; returns the variables bound when the rule fires through it.
    fn trigger(
        &mut self,
        id: usize,
        rule: &'a Rule,
        node: u32,
        at: u32,
        trigger: &'a Trigger,
    ) -> Result<Bound, Unbound> {
        match trigger {
            Trigger::After { time, trigger, given } => {
                let arm_node = self.node(NodeKind::Arm { rule: id as u32, trigger: at });
                let (bound, _) = self.listener(rule, arm_node, at, trigger, given)?;
                let time = self.time(rule, time, &bound)?;
                let elapsed = self.tables.elapsed.len() as u32;
                self.tables.armed.push((arm_node, elapsed));
                let mut after = bound.clone();
                let mut planner = self.planner(rule);
                let conditions = planner.plan(&rule.conditions.iter().collect::<Vec<_>>(), &mut after)?;
                let listener = Listener {
                    node,
                    trigger: at,
                    source: Source::Elapsed(elapsed),
                    args: Box::new([]),
                    value: Match::Skip,
                    conditions,
                    unless: self.unless(rule, &after),
                    unless_first: false,
                    hidden: hidden(&after),
                    sites: Box::default(),
                    effect_sites: Box::default(),
                    direct: None,
                    is_shared: false,
                };
                let listener = self.push(listener);
                self.tables.elapsed.push(Elapsed { listener, time });
                Ok(after)
            }
            Trigger::HasHeld { pattern, time, since_renewed } => {
                let held = self.tables.held.len() as u32;
                let args = (pattern.args.as_slice(), Some(&pattern.value));
                let source = Source::Held(held);
                let (bound, listener, inner) = self.match_terms(rule, node, at, source, args, &rule.conditions)?;
                let time = self.time(rule, time, &inner)?;
                let fluent = pattern.fluent.0;
                let since_renewed = *since_renewed;
                let is_variable = |it: &Match| matches!(it, Match::Bind(..) | Match::Skip);
                let is_plain = self.tables.listeners[listener as usize].args.iter().all(is_variable);
                self.tables.held.push(Held { fluent, listener, since_renewed, is_plain, time, vars: rule.vars.len() });
                Ok(bound)
            }
            _ => self.listener(rule, node, at, trigger, &rule.conditions).map(|(bound, _)| bound),
        }
    }

    /// Listens to a trigger that needs no timer.
    fn listener(
        &mut self,
        rule: &'a Rule,
        node: u32,
        at: u32,
        trigger: &'a Trigger,
        conditions: &'a [Condition],
    ) -> Result<(Bound, u32), Unbound> {
        let (source, args, value) = match trigger {
            Trigger::Happens(pattern) => (Source::Happens(pattern.action.0), &pattern.args, None),
            Trigger::Initiated(pattern) => {
                let settled = self.increased[pattern.fluent.index()];
                let source = Source::Initiated { fluent: pattern.fluent.0, settled };
                (source, &pattern.args, Some(&pattern.value))
            }
            Trigger::Begins(pattern) => (Source::Begins(pattern.fluent.0), &pattern.args, Some(&pattern.value)),
            Trigger::Ends(pattern) => (Source::Ends(pattern.fluent.0), &pattern.args, Some(&pattern.value)),
            Trigger::Comes(pattern) => (Source::Comes(pattern.fluent.0), &pattern.args, Some(&pattern.value)),
            // `check` has refused timers inside timers.
            Trigger::HasHeld { pattern, .. } => (Source::Ends(pattern.fluent.0), &pattern.args, Some(&pattern.value)),
            Trigger::After { trigger, .. } => return self.listener(rule, node, at, trigger, conditions),
        };
        let (bound, listener, _) = self.match_terms(rule, node, at, source, (args, value), conditions)?;
        Ok((bound, listener))
    }

    fn match_terms(
        &mut self,
        rule: &'a Rule,
        node: u32,
        at: u32,
        source: Source,
        (args, value): (&'a [Term], Option<&'a Term>),
        conditions: &'a [Condition],
    ) -> Result<(Bound, u32, Bound), Unbound> {
        let fires = matches!(self.nodes[node as usize], NodeKind::Fire(_));
        let mut planner = self.planner(rule);
        let mut bound: Bound = vec![false; rule.vars.len()];
        let args = args.iter().map(|term| planner.matching(term, &mut bound)).collect();
        let value = value.map_or(Match::Skip, |term| planner.matching(term, &mut bound));
        let inner = bound.clone();
        let conditions = planner.plan(&conditions.iter().collect::<Vec<_>>(), &mut bound)?;
        let unless = if fires { self.unless(rule, &bound) } else { Box::default() };
        let is_known =
            |arg: &Arg| matches!(*arg, Arg::Value(_)) || matches!(*arg, Arg::Var(var) if inner[var as usize]);
        let unless_first = unless.iter().all(|unless| unless.key.as_ref().is_some_and(|key| key.iter().all(is_known)));
        let hidden = hidden(&bound);
        let listener = Listener {
            node,
            trigger: at,
            source,
            args,
            value,
            conditions,
            unless,
            unless_first,
            hidden,
            sites: Box::default(),
            effect_sites: Box::default(),
            direct: None,
            is_shared: false,
        };
        let listener = self.push(listener);
        Ok((bound, listener, inner))
    }

    fn planner(&mut self, rule: &'a Rule) -> Planner<'_> {
        Planner { program: self.program, vars: &rule.vars, indexes: Indexes::Open(self.indexes), totals: self.totals }
    }

    fn push(&mut self, listener: Listener) -> u32 {
        self.tables.listeners.push(listener);
        (self.tables.listeners.len() - 1) as u32
    }

    fn unless(&mut self, rule: &'a Rule, bound: &Bound) -> Box<[Unless]> {
        let planner = self.planner(rule);
        rule.unless
            .iter()
            .map(|pattern| {
                let mut bound = bound.clone();
                let args: Box<[Match]> = pattern.args.iter().map(|term| planner.matching(term, &mut bound)).collect();
                let known = |arg: &Match| match *arg {
                    Match::Value(value) => Some(Arg::Value(value)),
                    Match::Bound(var) => Some(Arg::Var(var)),
                    Match::Bind(..) | Match::Skip => None,
                };
                Unless { action: pattern.action.0, key: args.iter().map(known).collect(), args }
            })
            .collect()
    }

    fn time(&mut self, rule: &'a Rule, time: &SourceExpr, bound: &Bound) -> Result<Time, Unbound> {
        if let SourceExpr::Value(value) = time
            && let Kinded::Duration(duration) = value.kinded()
        {
            return Ok(Time::Constant(duration));
        }
        self.planner(rule).expr(time, bound, bound).map(Time::Worked)
    }
}

fn hidden(bound: &Bound) -> Box<[u32]> {
    (0..bound.len()).filter(|&var| !bound[var]).map(|var| var as u32).collect()
}

fn effect(planner: &mut Planner<'_>, effect: &SourceEffect, bound: &Bound) -> Result<Effect, Unbound> {
    let key = |args: &[Term]| args.iter().map(|term| arg(term, bound)).collect::<Result<Box<[Arg]>, _>>();
    let optional = |term: &Term| match term {
        Term::Any => Ok(None),
        _ => arg(term, bound).map(Some),
    };
    Ok(match effect {
        SourceEffect::Initiate { fluent, args, value } => {
            Effect::Initiate { fluent: fluent.0, key: key(args)?, value: planner.expr(value, bound, bound)? }
        }
        SourceEffect::Increase { fluent, args, by } => {
            Effect::Increase { fluent: fluent.0, key: key(args)?, by: planner.expr(by, bound, bound)? }
        }
        SourceEffect::Happen(pattern) => Effect::Happen { action: pattern.action.0, args: key(&pattern.args)? },
        SourceEffect::Terminate { pattern } => {
            let FluentId(fluent) = pattern.fluent;
            let value = optional(&pattern.value)?;
            if pattern.args.contains(&Term::Any) {
                let key = pattern.args.iter().map(optional).collect::<Result<Box<[Option<Arg>]>, _>>()?;
                let known: Box<[u8]> = (0..key.len()).filter(|&at| key[at].is_some()).map(|at| at as u8).collect();
                let spec = IndexSpec { positions: known, only: None };
                let is_worth_it = !spec.positions.is_empty();
                let index = if is_worth_it { planner.indexes.index(fluent as usize, spec) } else { None };
                Effect::TerminateAll { fluent, key, value, index }
            } else {
                Effect::Terminate { fluent, key: key(&pattern.args)?, value }
            }
        }
    })
}
