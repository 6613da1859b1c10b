//! Reasons for a no: what stands in the way, what is so beside it, and what norms have to do with it.

use std::collections::BTreeMap;

use servanda_engine::{Instance, Interval};
use servanda_model::{
    Condition, EntityId, EventPattern, Expr, FluentId, FluentPattern, Modality, Model, Norm, Term, Trigger, Value,
    VarId,
};

use super::absence::{claimed, held_since, stretch_text};
use super::{of_origin, trace};
use crate::ask::No;
use crate::say;
use crate::world::{Outcome, Run, World};

/// The most reasons of one sort that are told.
const MOST: usize = 3;

type Put = BTreeMap<VarId, Value>;

/// What variables stand for where terms are laid on others; nothing if constants differ.
fn laid(terms: &[Term], on: &[Option<Value>]) -> Option<Put> {
    let mut put = Put::new();
    for (term, value) in terms.iter().zip(on) {
        match (term, value) {
            (Term::Value(own), Some(value)) if own != value => return None,
            (Term::Var(var), Some(value)) if *put.entry(*var).or_insert(*value) != *value => return None,
            _ => {}
        }
    }
    Some(put)
}

fn constants(terms: &[Term], put: &Put) -> Vec<Option<Value>> {
    let constant = |term: &Term| match term {
        Term::Value(value) => Some(*value),
        Term::Var(var) => put.get(var).copied(),
        Term::Any => None,
    };
    terms.iter().map(constant).collect()
}

/// Tells what of some conditions holds on a day, with its reason; says whether anything does.
pub(super) fn holding(world: &World<'_>, outcome: &Outcome, list: &[Condition], on: i64, no: &mut No) -> bool {
    let (run, told) = (&outcome.runs[0], no.instead.len());
    for condition in list {
        let Condition::Holds(pattern) = condition else { continue };
        holds(world, outcome, run, pattern, &Put::new(), on, "", no);
    }
    no.instead.len() > told
}

/// Tells that a pattern holds on a day, after some words of why that matters.
#[allow(clippy::too_many_arguments)]
fn holds(
    world: &World<'_>,
    outcome: &Outcome,
    run: &Run,
    pattern: &FluentPattern,
    put: &Put,
    on: i64,
    before: &str,
    no: &mut No,
) -> bool {
    let wanted = constants(&pattern.args, put);
    let value = constants(&[pattern.value], put)[0];
    let mut any = false;
    for instance in run.solution.instances_of(pattern.fluent, &wanted).take(MOST) {
        let fits = |value_of: Value| value.is_none_or(|value| value == value_of);
        let Some(interval) = instance.intervals.iter().find(|it| it.contains(on) && fits(it.value)) else { continue };
        let text = format!("{before}{}", held_since(world, outcome, run, instance, interval, on));
        if no.instead.contains(&text) {
            continue;
        }
        any = true;
        no.instead.push(text);
        if let Some(step) = interval.begun_by {
            no.steps.extend(trace(world, run, step, Some(on)).steps);
        }
    }
    any
}

/// What keeps a definition from holding, or kept a rule from firing, that would have made it so: a thing that must not be and is.
pub(super) fn stopped(world: &World<'_>, outcome: &Outcome, run: &Run, pattern: &FluentPattern, on: i64, no: &mut No) {
    let wanted = constants(&pattern.args, &Put::new());
    let told = no.instead.len();
    let is_it = |it: &&Interval| !matches!(pattern.value, Term::Value(value) if value != it.value);
    let held = run.solution.instances_of(pattern.fluent, &wanted).flat_map(|it| &it.intervals).filter(is_it);
    let came: Vec<i64> = held.filter_map(|it| it.since).collect();
    for definition in outcome.program.definitions.iter().filter(|it| it.fluent == pattern.fluent) {
        if let Some(put) = laid(&definition.args, &wanted)
            && no.instead.len() < told + MOST
        {
            in_the_way(world, outcome, run, &definition.conditions, &put, on, "", no);
        }
    }
    for rule in &outcome.program.rules {
        let brings = rule.effects.iter().find_map(|effect| match effect {
            servanda_model::Effect::Initiate { fluent, args, value } if *fluent == pattern.fluent => {
                with_value(laid(args, &wanted)?, value, pattern.value)
            }
            _ => None,
        });
        let Some(put) = brings else { continue };
        for trigger in &rule.triggers {
            let Trigger::Happens(act) = trigger else { continue };
            let wanted = constants(&act.args, &put);
            let events = run.solution.events.iter().filter(|event| event.action == act.action && event.tick <= on);
            for event in events {
                let same = wanted.iter().zip(&event.args).all(|(wanted, value)| wanted.is_none_or(|it| it == *value));
                // Of several rules for one thing it is enough that one brought it about.
                if !same || came.contains(&event.tick) || no.instead.len() >= told + MOST {
                    continue;
                }
                let args: Vec<Option<Value>> = event.args.iter().copied().map(Some).collect();
                let Some(own) = laid(&act.args, &args) else { continue };
                let all: Put = put.iter().chain(&own).map(|(var, value)| (*var, *value)).collect();
                let said = say::action(world.model, event.action, &event.args);
                let before = format!("{said} on {}, but ", world.model.show_tick(event.tick));
                in_the_way(world, outcome, run, &rule.conditions, &all, event.tick - 1, &before, no);
            }
        }
    }
}

/// What variables stand for where a rule gives a value, too; nothing if it gives another one.
fn with_value(mut put: Put, given: &Expr, wanted: Term) -> Option<Put> {
    match (given, wanted) {
        (Expr::Value(given), Term::Value(wanted)) if *given != wanted => None,
        (Expr::Var(var), Term::Value(wanted)) => (*put.entry(*var).or_insert(wanted) == wanted).then_some(put),
        _ => Some(put),
    }
}

/// Of conditions of which all others hold, tells those that ask for something not to be that is.
#[allow(clippy::too_many_arguments)]
fn in_the_way(
    world: &World<'_>,
    outcome: &Outcome,
    run: &Run,
    conditions: &[Condition],
    put: &Put,
    on: i64,
    before: &str,
    no: &mut No,
) {
    let model = world.model;
    let met = |pattern: &FluentPattern| {
        let (wanted, value) = (constants(&pattern.args, put), constants(&[pattern.value], put)[0]);
        let mut all = run.solution.instances_of(pattern.fluent, &wanted);
        all.any(|it| it.intervals.iter().any(|it| it.contains(on) && value.is_none_or(|value| value == it.value)))
    };
    let others = conditions.iter().all(|condition| match condition {
        Condition::Holds(pattern) => met(pattern),
        _ => true,
    });
    if !others {
        return;
    }
    for condition in conditions {
        let Condition::Not(list) = condition else { continue };
        let [Condition::Holds(pattern)] = list.as_slice() else { continue };
        // Variables of the denied part alone may stand for anything.
        let shown = model.shown.get(pattern.fluent.index()).copied().unwrap_or(false);
        if shown {
            holds(world, outcome, run, pattern, put, on, before, no);
        }
    }
}

/// Of whom a relation to an instrument or a norm holds that does not hold of who is asked about, and what else is so between
/// the two.
pub(super) fn beside(world: &World<'_>, outcome: &Outcome, run: &Run, pattern: &FluentPattern, on: i64, no: &mut No) {
    let model = world.model;
    let args: Vec<Option<EntityId>> =
        constants(&pattern.args, &Put::new()).into_iter().map(|value| value.and_then(Value::as_entity)).collect();
    let [Some(one), Some(other)] = args[..] else { return };
    let hooks = &model.hooks;
    let is_text = |id: EntityId| {
        [hooks.instrument, hooks.norm, hooks.article].iter().any(|kind| model.lexicon.is_of_kind(id, *kind))
    };
    if is_text(one) == is_text(other) || [hooks.knows, hooks.belongs_to].contains(&pattern.fluent) {
        return;
    }
    let both = [Value::entity(one), Value::entity(other)];
    let who = usize::from(is_text(one));
    let mut wanted = constants(&pattern.args, &Put::new());
    wanted[who] = None;
    let between = run.solution.instances.iter().filter(|instance| {
        let shown = model.shown.get(instance.fluent.index()).copied().unwrap_or(false);
        let same = instance.args.len() == 2 && both.iter().all(|value| instance.args.contains(value));
        shown && same && ![pattern.fluent, hooks.knows, hooks.named_in].contains(&instance.fluent)
    });
    let (between, others): (Vec<&Instance>, Vec<&Instance>) =
        (between.collect(), run.solution.instances_of(pattern.fluent, &wanted).collect());
    let is_of_others = |instance: &Instance| {
        let mut wanted: Vec<Option<Value>> = instance.args.iter().copied().map(Some).collect();
        let Some(at) = instance.args.iter().position(|it| *it == both[who]) else { return false };
        wanted[at] = None;
        let all = run.solution.instances_of(instance.fluent, &wanted);
        all.filter(|it| it.intervals.iter().any(|it| it.since.is_none() && it.contains(on))).count() > 1
    };
    // What is so on the day comes first; where nothing is, what ever was.
    for is_past in [false, true] {
        for all in [&between, &others] {
            let told = no.instead.len();
            for instance in all {
                let of_truth = |it: &&Interval| it.value == Value::TRUE;
                let mut intervals = instance.intervals.iter().filter(of_truth);
                let text = match is_past {
                    // What is so of others from the start, too, is no reason.
                    false => intervals
                        .find(|it| it.contains(on) && !(it.since.is_none() && is_of_others(instance)))
                        .map(|interval| held_since(world, outcome, run, instance, interval, on)),
                    true => {
                        let last = intervals.next_back().filter(|it| it.since.is_none_or(|since| since <= on));
                        last.filter(|it| it.since.is_some() || it.until.is_some()).map(|interval| {
                            let said = say::fluent(model, instance.fluent, &instance.args, None);
                            let stretch = stretch_text(world, outcome, run, instance, interval);
                            format!("{said} ({})", stretch.trim_start())
                        })
                    }
                };
                no.instead.extend(text.filter(|_| no.instead.len() < told + MOST));
            }
        }
        if !no.instead.is_empty() {
            return;
        }
    }
}

/// The norms that a status is asked of: one by name, or those of an instrument.
fn norms_of<'m>(model: &'m Model, pattern: &FluentPattern, whole: Option<Term>) -> Vec<&'m Norm> {
    let entity = |term: Option<&Term>| match term {
        Some(Term::Value(value)) => value.as_entity(),
        _ => None,
    };
    let (named, whole) = (entity(pattern.args.first()), entity(whole.as_ref()));
    let of_whole = |norm: &Norm| whole.is_some() && [norm.instrument, norm.article].contains(&whole);
    let all = model.norms.iter().filter(|norm| norm.reading.is_none());
    all.filter(|norm| named == Some(norm.entity) || named.is_none() && of_whole(norm)).collect()
}

/// Why norms are not breached by somebody: it is no party, what was done was done while they did not bind, or it is only claimed.
pub(super) fn of_norms(
    world: &World<'_>,
    run: &Run,
    (pattern, whole): (&FluentPattern, Option<Term>),
    tells_claims: Option<Option<i64>>,
    no: &mut No,
) {
    let model = world.model;
    let breached = |it: &&(EntityId, FluentId)| model.name(it.0) == "breached";
    if model.hooks.statuses.iter().find(breached).map(|(_, fluent)| *fluent) != Some(pattern.fluent) {
        return;
    }
    let somebody = match pattern.args.get(1) {
        Some(Term::Value(value)) => Some(*value),
        _ => None,
    };
    let norms = norms_of(model, pattern, whole);
    let named = match norms.as_slice() {
        [norm] if norm.bearers.len() == 1 => norm.bearers.first().map(|it| Value::entity(*it)),
        _ => None,
    };
    if let Some(who) = somebody.or(named)
        && let Some(id) = who.as_entity()
        && !norms.is_empty()
        && norms.iter().all(|norm| !is_ever_bound(model, run, norm, who))
        && let Some(whole) = norms[0].instrument
        && let parties = &model.lexicon.entities[whole.index()].parties
        && !parties.is_empty()
        && !parties.contains(&id)
    {
        let parties: Vec<&str> = parties.iter().map(|id| model.name(*id)).collect();
        no.instead.push(format!(
            "{} is no party to {}, which is between {}",
            model.name(id),
            model.name(whole),
            parties.join(" and ")
        ));
        no.steps.push(of_origin(model, model.lexicon.entities[whole.index()].origin, ""));
        return;
    }
    for norm in norms {
        let (Some(act), Modality::MustNot) = (&norm.act, norm.modality) else { continue };
        let act = EventPattern {
            action: act.action,
            args: act
                .args
                .iter()
                .map(|term| match somebody {
                    Some(who) if *term == norm.bearer => Term::Value(who),
                    _ => *term,
                })
                .collect(),
        };
        if let Some(known_in) = tells_claims {
            claimed(world, &act, known_in, no);
        }
        done_unbound(world, run, norm, &act, no);
    }
}

fn is_ever_bound(model: &Model, run: &Run, norm: &Norm, who: Value) -> bool {
    run.solution.instances_of(model.hooks.binds, &[Some(Value::entity(norm.entity)), Some(who)]).next().is_some()
}

/// Acts that a norm forbids, done when it did not bind who did them.
fn done_unbound(world: &World<'_>, run: &Run, norm: &Norm, act: &EventPattern, no: &mut No) {
    let model = world.model;
    let parties = norm.instrument.map(|it| model.lexicon.entities[it.index()].parties.clone()).unwrap_or_default();
    let told = no.instead.len();
    for event in run.solution.events.iter().filter(|event| event.action == act.action) {
        // Who is not named is the other party.
        let fits = act.args.iter().zip(&event.args).all(|(term, value)| match term {
            Term::Value(wanted) => wanted == value,
            _ => parties.is_empty() || value.as_entity().is_none_or(|it| parties.contains(&it)),
        });
        let Some(who) = event.args.first() else { continue };
        let bound =
            |day| run.solution.holds_at(model.hooks.binds, &[Value::entity(norm.entity), *who], Value::TRUE, day);
        if !fits
            || bound(event.tick)
            || bound(event.tick - 1)
            || !is_ever_bound(model, run, norm, *who)
            || no.instead.len() >= told + MOST
        {
            continue;
        }
        let said = say::action(model, event.action, &event.args);
        let (name, who) = (model.name(norm.entity), model.show(*who));
        no.instead.push(format!("{said} on {}, when {name} did not bind {who}", model.show_tick(event.tick)));
    }
}

/// Why a norm is not set off, or asks for nothing: an exception that holds on a day, with what its variables stand for.
pub(crate) fn excepted(
    world: &World<'_>,
    outcome: &Outcome,
    norm: &Norm,
    put: &BTreeMap<VarId, Value>,
    on: i64,
    no: &mut No,
) {
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return };
    let before = format!("{} does not apply, as ", world.model.name(norm.entity));
    for except in &norm.excepts {
        let met = |condition: &Condition| match condition {
            Condition::Holds(pattern) => {
                let (wanted, value) = (constants(&pattern.args, put), constants(&[pattern.value], put)[0]);
                let mut all = run.solution.instances_of(pattern.fluent, &wanted).flat_map(|it| &it.intervals);
                all.any(|it| it.contains(on) && value.is_none_or(|value| value == it.value))
            }
            _ => false,
        };
        if except.iter().all(met) {
            for condition in except {
                let Condition::Holds(pattern) = condition else { continue };
                if world.model.shown.get(pattern.fluent.index()).copied().unwrap_or(false) {
                    holds(world, outcome, run, pattern, put, on, &before, no);
                }
            }
        }
    }
}

/// Norms that ask for an act that has not been done, as far as is stated.
pub(super) fn owed(world: &World<'_>, outcome: &Outcome, run: &Run, act: &EventPattern, on: i64, no: &mut No) {
    let model = world.model;
    for norm in model.norms.iter().filter(|norm| norm.modality == Modality::Must && norm.reading.is_none()) {
        let Some(asked) = norm.act.as_ref().filter(|it| it.action == act.action) else { continue };
        let differ = |(one, other): (&Term, &Term)| matches!((one, other), (Term::Value(a), Term::Value(b)) if a != b);
        if asked.args.iter().zip(&act.args).any(differ) {
            continue;
        }
        let doer = match act.args.first() {
            Some(Term::Value(value)) => Some(*value),
            _ => None,
        };
        for (word, fluent) in &model.hooks.statuses {
            let name = model.name(*word);
            if !["due", "breached"].contains(&name) {
                continue;
            }
            let wanted = [Some(Value::entity(norm.entity)), doer];
            for instance in run.solution.instances_of(*fluent, &wanted) {
                let Some(interval) = instance.intervals.iter().rfind(|it| it.since.is_none_or(|since| since <= on))
                else {
                    continue;
                };
                let stretch = stretch_text(world, outcome, run, instance, interval);
                no.instead.push(format!("{}: {} ({name}{stretch})", model.name(norm.entity), norm.sentence));
                if let Some(step) = interval.begun_by {
                    no.steps.extend(trace(world, run, step, Some(on)).steps);
                }
            }
        }
    }
}
