//! Answers about what happened and what was done.

use std::collections::BTreeMap;

use servanda_model::{ActionId, EntityId, EventId, EventPattern, Happening, Term, Value};

use super::witness::part;
use super::{Answer, Truth, answer, dated, ends, told};
use crate::ends::Ends;
use crate::question::Question;
use crate::world::{Outcome, Run, World, known_happenings};
use crate::{numbers, say, steps};

/// Acts that happened, up to the day asked for.
pub(super) fn acts(
    world: &World<'_>,
    outcome: &Outcome,
    patterns: &[EventPattern],
    asked: &[usize],
    question: &Question,
    day: Option<i64>,
) -> Vec<Answer> {
    let model = world.model;
    let mut found: BTreeMap<Vec<Value>, Vec<Option<i64>>> = BTreeMap::new();
    let wants_day = question.body.to_lowercase().starts_with("when");
    let that_day = question.on.filter(|_| question.that_day);
    let (first, last) = question.during.unwrap_or((that_day, that_day.or(day)));
    let in_time = |tick: i64| first.is_none_or(|first| first <= tick) && last.is_none_or(|last| tick <= last);
    for (index, run) in outcome.runs.iter().enumerate() {
        for event in &run.solution.events {
            let fits = patterns.iter().any(|pattern| pattern.action == event.action && fits(pattern, &event.args));
            if fits && in_time(event.tick) {
                let args = numbers::as_stated(model, &run.numbers, event.action, &event.args);
                let days = found.entry(args).or_insert_with(|| vec![None; outcome.runs.len()]);
                if days[index].is_none() {
                    days[index] = Some(event.tick);
                }
            }
        }
    }
    let mut answers = Vec::new();
    for (args, days) in found {
        let everywhere = days.iter().all(Option::is_some);
        let sentence = say::action(model, patterns[0].action, &args);
        let words: Vec<String> = asked.iter().filter_map(|at| args.get(*at)).map(|value| model.show(*value)).collect();
        let known: Vec<Option<i64>> = days.iter().copied().filter(Option::is_some).collect();
        let mut text = match (words.is_empty(), wants_day) {
            (false, _) => words.join(", "),
            (true, true) => ends(world, outcome, &known, &[]).0.text(model),
            (true, false) => sentence.clone(),
        };
        if wants_day && !words.is_empty() {
            text = format!("{text}: {}", ends(world, outcome, &known, &[]).0.text(model));
        }
        let mut answer = answer(world, text, everywhere && outcome.exhaustive, known, vec![None]);
        answer.act = true;
        answer.is_dated = wants_day;
        if !everywhere {
            let is_so: Vec<bool> = days.iter().map(Option::is_some).collect();
            part(world, outcome, &is_so, &mut answer);
        }
        let run = days.iter().position(Option::is_some).unwrap_or(0);
        let of = |run: &Run| steps::of_act(world, outcome, run, patterns[0].action, &args, days_first(&days));
        let stated = outcome.stated.as_ref().map(|stated| of(stated)).filter(|told| !told.steps.is_empty());
        let told = stated.unwrap_or_else(|| of(&outcome.runs[run]));
        answer.steps = told.steps;
        answer.assumptions = told.assumptions;
        answers.push((days.iter().flatten().min().copied(), answer));
    }
    answers.sort_by(|(a, one), (b, other)| (a, &one.text).cmp(&(b, &other.text)));
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Acts upon a place in which the place asked about lies: what is done to the whole may be done to each place within it.
pub(super) fn on_wholes(
    world: &World<'_>,
    outcome: &Outcome,
    patterns: &[EventPattern],
    asked: &[usize],
    question: &Question,
    day: Option<i64>,
) -> Vec<Answer> {
    let model = world.model;
    let that_day = question.on.filter(|_| question.that_day);
    let (first, last) = question.during.unwrap_or((that_day, that_day.or(day)));
    let in_time = |tick: i64| first.is_none_or(|first| first <= tick) && last.is_none_or(|last| tick <= last);
    let wants_day = question.body.to_lowercase().starts_with("when");
    type Days = Vec<Option<i64>>;
    let mut found: BTreeMap<(ActionId, Vec<Value>), (String, Days)> = BTreeMap::new();
    for (index, run) in outcome.runs.iter().enumerate() {
        for event in run.solution.events.iter().filter(|event| in_time(event.tick)) {
            for pattern in patterns.iter().filter(|pattern| pattern.action == event.action) {
                let Some(within) = steps::within(model, run, pattern, event) else { continue };
                let entry = found.entry((event.action, event.args.clone()));
                let (_, days) = entry.or_insert_with(|| (within, vec![None; outcome.runs.len()]));
                days[index] = days[index].or(Some(event.tick));
            }
        }
    }
    let mut answers = Vec::new();
    for ((action, args), (within, days)) in found {
        let known: Vec<Option<i64>> = days.iter().copied().filter(Option::is_some).collect();
        let said = format!("{}, and {within}", say::action(model, action, &args));
        let words: Vec<String> = asked.iter().filter_map(|at| args.get(*at)).map(|value| model.show(*value)).collect();
        let day = ends(world, outcome, &known, &[]).0.text(model);
        let text = match (words.is_empty(), wants_day) {
            (true, false) => said.clone(),
            (true, true) => day,
            (false, false) => words.join(", "),
            (false, true) => format!("{}: {day}", words.join(", ")),
        };
        let mut one = answer(world, text, false, known, vec![None]);
        one.act = true;
        one.is_dated = wants_day;
        if one.text != said {
            one.which = vec![said];
        }
        let run = days.iter().position(Option::is_some).unwrap_or(0);
        let told = steps::of_act(world, outcome, &outcome.runs[run], action, &args, days_first(&days));
        one.steps = told.steps;
        one.assumptions = told.assumptions;
        one.assumptions.push("what is done to a whole place may be done to each place within it".to_owned());
        answers.push((days.iter().flatten().min().copied(), one));
    }
    answers.sort_by(|(a, one), (b, other)| (a, &one.text).cmp(&(b, &other.text)));
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn days_first(days: &[Option<i64>]) -> i64 {
    days.iter().flatten().next().copied().unwrap_or(0)
}

fn fits(pattern: &EventPattern, args: &[Value]) -> bool {
    pattern.args.iter().zip(args).all(|(term, value)| match term {
        Term::Value(wanted) => wanted == value,
        Term::Var(_) | Term::Any => true,
    })
}

/// That an act did not happen: certain where no chronology has it.
pub(super) fn undone(world: &World<'_>, acts: &[Answer], question: &Question, outcome: &Outcome) -> Vec<Answer> {
    if acts.iter().any(|answer| answer.truth == Truth::Certain) {
        return Vec::new();
    }
    let text = told(world.model, &question.body);
    vec![answer(world, text, acts.is_empty() && outcome.exhaustive, vec![None], vec![None])]
}

/// The statement of an event; without what is not known of, where it tells of several things.
fn told_of(world: &World<'_>, id: EventId, unknown: &[EntityId]) -> String {
    let (model, event) = (world.model, &world.model.events[id.index()]);
    let known: Vec<&Happening> = known_happenings(model, id, unknown).collect();
    if known.len() == event.happenings.len() {
        return event.sentence.clone();
    }
    let told = known.into_iter().map(|happening| match happening {
        Happening::Action(action, args) => say::action(model, *action, args),
        Happening::FactBegins(fluent, args, value) | Happening::FactEnds(fluent, args, value) => {
            say::fluent(model, *fluent, args, Some(*value))
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// How a place lies in one that an event is upon: `Tarn lies in Eastmarch`.
fn in_whole(world: &World<'_>, outcome: &Outcome, id: EventId, place: EntityId) -> Option<String> {
    let model = world.model;
    let run = outcome.runs.first()?;
    let tick = run.ticks[id.index()]?;
    let holes = |action: &ActionId| &model.program.actions[action.index()].holes;
    known_happenings(model, id, &outcome.unknown).find_map(|happening| {
        let Happening::Action(action, args) = happening else { return None };
        args.iter().zip(holes(action)).find_map(|(whole, hole)| {
            let lies = model.nesting.iter().any(|nests| {
                let args = [Value::entity(place), *whole];
                let of_places = model.program.fluents[nests.index()].args.first() == Some(hole);
                let on = |tick| run.solution.holds_at(*nests, &args, Value::TRUE, tick);
                of_places && (on(tick) || on(tick - 1))
            });
            lies.then(|| format!("{} lies in {}", model.name(place), model.show(*whole)))
        })
    })
}

/// What happened, to whom or by whom: on a day, within a time, or up to a day where it is asked of something.
pub(super) fn happened(
    world: &World<'_>,
    outcome: &Outcome,
    thing: Option<EntityId>,
    does: bool,
    day: Option<i64>,
    during: Option<(Option<i64>, Option<i64>)>,
) -> Vec<Answer> {
    let model = world.model;
    let mut answers = Vec::new();
    let within = |id: EventId, from: i64, to: i64| match world.dating.spans.get(&id) {
        Some(spans) => spans.iter().any(|(first, last)| *first <= to && from <= *last),
        None => true,
    };
    for id in outcome.visible.iter() {
        let event = &model.events[id.index()];
        let involved = thing.is_none_or(|thing| event.mentions.contains(&thing) || event.entity == Some(thing));
        let by_it = |happening: &servanda_model::Happening| {
            let doer = match happening {
                servanda_model::Happening::Action(_, args) => args.first().copied(),
                _ => None,
            };
            doer.is_some() && doer == thing.map(Value::entity)
        };
        let involved = involved && (!does || event.happenings.iter().any(by_it));
        let whole_of =
            (!does && !involved).then(|| thing.and_then(|thing| in_whole(world, outcome, *id, thing))).flatten();
        let involved = involved || whole_of.is_some();
        let (min, max) = world.dating.bounds(*id);
        let on_day = match (thing, day) {
            (None, Some(day)) if during.is_none() => {
                min.is_none_or(|min| min <= day) && max.is_none_or(|max| day <= max) && within(*id, day, day)
            }
            (_, Some(day)) => min.is_none_or(|min| min <= day),
            (_, None) => true,
        };
        let in_time = during.is_none_or(|(first, last)| {
            first.is_none_or(|first| max.is_none_or(|max| first <= max))
                && last.is_none_or(|last| min.is_none_or(|min| min <= last))
                && within(*id, first.unwrap_or(i64::MIN), last.unwrap_or(i64::MAX))
        });
        if !involved || !on_day || !in_time || event.kind == servanda_model::EventKind::Ends {
            continue;
        }
        let whole = during.is_none_or(|(first, last)| {
            first.is_none_or(|first| min.is_some_and(|min| first <= min))
                && last.is_none_or(|last| max.is_some_and(|max| max <= last))
        });
        let by_then = match (thing, day) {
            (None, Some(day)) if during.is_none() => min == Some(day) && max == Some(day),
            (_, day) => day.is_none_or(|day| max.is_some_and(|max| max <= day)),
        };
        let certain = by_then && whole && whole_of.is_none() && !outcome.doubtful.contains(id);
        let text = told_of(world, *id, &outcome.unknown);
        let text = whole_of.map_or(text.clone(), |within| format!("{text}, and {within}"));
        let mut answer = dated(world, text, certain, Ends::bounds((min, max)), Ends::default());
        answer.act = event.happenings.iter().all(|it| matches!(it, servanda_model::Happening::Action(..)));
        let told = steps::of_event(world, *id);
        answer.steps = vec![told];
        answers.push((answer.truth == Truth::Possible, min, answer));
    }
    answers.sort_by(|(a, first, one), (b, second, other)| (a, first, &one.text).cmp(&(b, second, &other.text)));
    answers.into_iter().map(|(.., answer)| answer).collect()
}
