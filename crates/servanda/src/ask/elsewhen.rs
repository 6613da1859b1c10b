//! What a no tells of other times: when an act was done, how a norm stood, and what else is told of an instrument.

use servanda_engine::{Instance, Interval};
use servanda_model::negotiation::VERBS;
use servanda_model::{
    Condition, EntityId, EventPattern, FluentPattern, Happening, Hole, Model, Standing, Term, Value, View,
};

use super::No;
use super::matching::suits;
use crate::ends::Ends;
use crate::question::{Question, is_form_of};
use crate::say;
use crate::steps::{self, days};
use crate::world::{Outcome, Run, World};

/// The most that is told of one sort.
const MOST: usize = 12;

/// When an act was done that was not done at the time asked about.
pub(super) fn done(world: &World<'_>, outcome: &Outcome, patterns: &[EventPattern], question: &Question, no: &mut No) {
    let model = world.model;
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return };
    for (at, pattern) in patterns.iter().enumerate() {
        let compared = question.compared.get(at).map_or(&[][..], Vec::as_slice);
        for event in run.solution.events.iter().filter(|event| event.action == pattern.action) {
            let Some(sure) = suits(model, (pattern, compared), &question.vars, &event.args) else { continue };
            let when = day_of(world, outcome, run, event).text(model);
            let possibly = if sure { "" } else { "possibly " };
            let text = format!("{possibly}{} on {when}", say::action(model, event.action, &event.args));
            if no.instead.len() < MOST && !no.instead.contains(&text) {
                no.instead.push(text);
                no.steps.extend(steps::of_act(world, outcome, run, event.action, &event.args, event.tick).steps);
            }
        }
    }
}

/// Moves of negotiations in the words of an act that was not done: what somebody demanded is no event of its own.
pub(super) fn moves(
    world: &World<'_>,
    outcome: &Outcome,
    patterns: &[EventPattern],
    question: &Question,
    (view, on): (&View, i64),
    no: &mut No,
) {
    let model = world.model;
    // What a move says is no event of the timeline; it is for all to see unless it is secret.
    let is_open = |made: &servanda_model::negotiation::Move| {
        made.known_only_to.as_ref().is_none_or(|all| view.seen_by.is_none_or(|it| all.contains(&it)))
            && made.standing == Standing::Stated
            && (view.known_in.is_none() || outcome.visible.contains(&made.event))
    };
    let doer = |pattern: &EventPattern| match pattern.args.first() {
        Some(Term::Value(value)) => value.as_entity(),
        _ => None,
    };
    let (first, last) = question.own_time().unwrap_or((None, Some(on)));
    let says = |verb: &str| question.body.split_whitespace().any(|word| is_form_of(&word.to_lowercase(), verb));
    for negotiation in &model.negotiations {
        for made in &negotiation.moves {
            let (earliest, latest) = world.dating.bounds(made.event);
            let in_time = last.is_none_or(|last| earliest.is_none_or(|it| it <= last))
                && first.is_none_or(|first| latest.is_none_or(|it| first <= it));
            let is_by = patterns.iter().any(|it| doer(it).is_none_or(|doer| made.by.contains(&doer)));
            let verb = VERBS.iter().find(|(kind, ..)| *kind == made.kind).map_or("", |(_, verb, _)| *verb);
            if !(in_time && is_by && says(verb) && is_open(made)) || no.instead.len() >= MOST {
                continue;
            }
            let day = Ends::bounds((earliest, latest)).text(model);
            let name = model.name(negotiation.entity);
            no.instead.push(format!("a move of the negotiation {name}: {} on {day}", made.sentence));
            no.steps.push(steps::of_event(world, made.event));
        }
    }
}

/// The days that an act can have been done on: those of its statement, or of what it follows from.
fn day_of(world: &World<'_>, outcome: &Outcome, run: &Run, event: &servanda_engine::Happened) -> Ends {
    if event.by.is_some() {
        let told = days::Told { run, day: Some(event.tick), step: event.by };
        return days::of_end(world, outcome, &told, &[], days::End::Since);
    }
    let is_it = |happening: &Happening| matches!(happening, Happening::Action(action, args) if *action == event.action && *args == event.args);
    let stated = outcome.visible.iter().find(|id| {
        run.ticks[id.index()] == Some(event.tick) && world.model.events[id.index()].happenings.iter().any(is_it)
    });
    match stated {
        Some(id) => Ends::bounds(world.dating.bounds(*id)),
        None => Ends { one: Some(event.tick), between: None },
    }
}

/// How a norm stood at other times than the day asked about.
pub(super) fn stood(world: &World<'_>, outcome: &Outcome, norm: EntityId, view: &View, on: i64) -> No {
    let model = world.model;
    let mut no = No::default();
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return no };
    let chosen = world.chosen(view);
    let of = model.norms.iter().filter(|it| it.entity == norm);
    let reading = of.filter_map(|it| it.reading).find(|it| chosen.contains(it));
    no.searched.push(match reading {
        Some(reading) => format!("the status of {}, as read by {}", model.name(norm), model.name(reading)),
        None => format!("the status of {}", model.name(norm)),
    });
    let mut all = stands(model, run, norm);
    let of_norm = [Some(Value::entity(norm)), None];
    let binds = run.solution.instances_of(model.hooks.binds, &of_norm);
    if all.is_empty() {
        all.extend(binds.flat_map(|it| it.intervals.iter().map(move |interval| (it, interval))));
    }
    let last = all.iter().filter(|(_, it)| it.until.is_some_and(|until| until <= on)).filter_map(|it| it.1.until).max();
    let next = all.iter().filter_map(|it| it.1.since).filter(|since| on < *since).min();
    // What was last, and what comes next, say why there is nothing on the day.
    for (instance, interval) in all {
        let is_last = interval.until.is_some() && interval.until == last;
        let is_next = interval.since.is_some() && interval.since == next;
        if !(is_last || is_next) || no.instead.len() >= MOST {
            continue;
        }
        let (since, until) = days::of_interval(world, outcome, run, instance, interval);
        let from = if interval.since.is_none() { "the beginning".to_owned() } else { since.text(model) };
        let to = if interval.until.is_none() { "on".to_owned() } else { format!("until {}", until.text(model)) };
        let of_status = model.norms.iter().any(|it| it.status == instance.fluent);
        let said = match (of_status, interval.value.as_entity()) {
            (true, Some(word)) => {
                let who: Vec<String> = instance.args.iter().map(|value| model.show(*value)).collect();
                let label = &model.lexicon.entities[word.index()].label;
                if who.is_empty() { label.clone() } else { format!("{label} ({})", who.join(", ")) }
            }
            _ => say::fluent(model, instance.fluent, &instance.args, None),
        };
        no.instead.push(format!("it is so from {from} {to} {said}"));
        let step = if is_last { interval.ended_by } else { interval.begun_by };
        if let Some(step) = step {
            let told = steps::trace(world, run, step, None).steps;
            no.steps.extend(told.into_iter().filter(|it| !no.steps.contains(it)).collect::<Vec<_>>());
        }
    }
    no
}

/// Every time in which a norm stands, and that in which it is dormant.
fn stands<'r>(model: &Model, run: &'r Run, norm: EntityId) -> Vec<(&'r Instance, &'r Interval)> {
    let fluents: Vec<_> = model.norms.iter().filter(|it| it.entity == norm).map(|it| it.status).collect();
    let dormant = model.hooks.statuses.iter().find(|(word, _)| model.name(*word) == "dormant").map(|it| it.1);
    let of_it = run.solution.instances.iter().filter(|it| {
        fluents.contains(&it.fluent) || Some(it.fluent) == dormant && it.args.first() == Some(&Value::entity(norm))
    });
    of_it.flat_map(|it| it.intervals.iter().map(move |interval| (it, interval))).collect()
}

/// All that is told of an instrument by a day, where nothing else says why something is not so of it.
pub(super) fn told_of(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, no: &mut No) {
    let model = world.model;
    for condition in &question.conditions {
        let Condition::Holds(FluentPattern { fluent, args, .. }) = condition else { continue };
        let Some(Term::Value(thing)) = args.first() else { continue };
        let is_text =
            |kind: Hole| matches!(kind, Hole::Kind(kind) if model.lexicon.is_subkind(kind, model.hooks.instrument));
        let Some(id) = thing.as_entity().filter(|_| is_text(model.program.fluents[fluent.index()].args[0])) else {
            continue;
        };
        let about =
            |happening: &Happening| matches!(happening, Happening::Action(_, args) if args.first() == Some(thing));
        for event in outcome.visible.iter() {
            let stated = &model.events[event.index()];
            let (first, last) = world.dating.bounds(*event);
            if stated.happenings.iter().any(about) && first.is_some_and(|first| first <= on) && no.instead.len() < 3 {
                let when = Ends::bounds((first, last)).text(model);
                let said: Vec<String> = stated
                    .happenings
                    .iter()
                    .filter(|it| about(it))
                    .filter_map(|it| match it {
                        Happening::Action(action, args) => Some(say::action(model, *action, args)),
                        _ => None,
                    })
                    .collect();
                no.instead.push(format!("of {} it is told: {} on {when}", model.name(id), said.join("; ")));
                no.steps.push(steps::of_event(world, *event));
            }
        }
    }
}

/// Whether a norm that binds stands on a day, and else when it last did: what binds under a condition does nothing while that is
/// not so.
pub(super) fn without_effect(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64) -> Option<String> {
    let model = world.model;
    let [Condition::Holds(it)] = question.conditions.as_slice() else { return None };
    let Some(Term::Value(norm)) = it.args.first().filter(|_| it.fluent == model.hooks.binds) else { return None };
    let norm = norm.as_entity().filter(|id| model.lexicon.is_of_kind(*id, model.hooks.norm))?;
    let goes_on = model.norms.iter().any(|it| {
        use servanda_model::Modality::{Can, May};
        it.entity == norm && matches!(it.modality, May | Can)
    });
    let run = outcome.stated.as_ref().or(outcome.runs.first()).filter(|_| goes_on)?;
    let all = stands(model, run, norm);
    if all.iter().any(|(_, interval)| interval.contains(on)) {
        return None;
    }
    let last = all.iter().filter(|(_, it)| it.until.is_some_and(|until| until <= on)).max_by_key(|it| it.1.until);
    let name = model.name(norm);
    Some(match last {
        Some((instance, interval)) => {
            let until = days::of_interval(world, outcome, run, instance, interval).1.text(model);
            format!("but {name} does not stand on that day: what it permits is permitted until {until} only")
        }
        None => format!("but {name} does not stand on that day: it permits nothing then"),
    })
}
