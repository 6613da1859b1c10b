//! Answers about what happened and what was done.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::lexicon::{Piece, Slot, Target, Wording};
use servanda_model::{ActionId, Condition, EntityId, EventId, EventPattern, Happening, Hole, Model, Value};

use super::matching::suits;
use super::order;
use super::sayings::told;
use super::witness::part;
use super::{Answer, Truth, answer, dated, ends};
use crate::ends::Ends;
use crate::question::Question;
use crate::world::{Outcome, Run, World, known_happenings, step_of};
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
    let mut deeds: Vec<Vec<Done>> = Vec::new();
    for (at, pattern) in patterns.iter().enumerate() {
        let compared = question.compared.get(at).map_or(&[][..], Vec::as_slice);
        deeds.push(acts_of(world, outcome, (pattern, compared), asked, question, day));
    }
    // Of `A and B did so` each has to be, and to the same thing where one is asked for; of `A or B` one is enough.
    if !question.body.contains(" or ") && !question.any_act {
        let by_all = |wanted: &str| deeds.iter().all(|done| done.iter().any(|it| it.wanted == wanted));
        let kept: BTreeSet<String> =
            deeds.iter().flatten().map(|it| it.wanted.clone()).filter(|it| by_all(it)).collect();
        for done in &mut deeds {
            done.retain(|it| kept.contains(&it.wanted));
        }
    }
    let mut all: Vec<Done> = deeds.into_iter().flatten().collect();
    let step = |it: &Done| it.answer.place.map_or(0, |(_, step)| step);
    all.sort_by(|a, b| (a.first, step(a), &a.answer.text).cmp(&(b.first, step(b), &b.answer.text)));
    all.dedup_by(|a, b| a.answer.text == b.answer.text && a.answer.since == b.answer.since);
    all.into_iter().map(|it| it.answer).collect()
}

/// An act that was done.
struct Done {
    /// The first day on which it may have been.
    first: Option<i64>,
    /// What fills the places asked for.
    wanted: String,
    answer: Answer,
}

/// One occurrence of an act: whether its numbers suit for certain, and its day and its place in that in each run.
type Occurrence = (bool, Vec<Option<(i64, u32)>>);

fn acts_of(
    world: &World<'_>,
    outcome: &Outcome,
    deed: (&EventPattern, &[Condition]),
    asked: &[usize],
    question: &Question,
    day: Option<i64>,
) -> Vec<Done> {
    let (model, action) = (world.model, deed.0.action);
    let wants_day = question.asks_when();
    let (first, last) = question.own_time().unwrap_or((None, day));
    let in_time = |tick: i64| first.is_none_or(|first| first <= tick) && last.is_none_or(|last| tick <= last);
    let mut found: BTreeMap<(Vec<Value>, usize), Occurrence> = BTreeMap::new();
    for (index, run) in outcome.runs.iter().enumerate() {
        let mut times: BTreeMap<Vec<Value>, Vec<i64>> = BTreeMap::new();
        for event in run.solution.events.iter().filter(|event| event.action == action) {
            let args = numbers::as_stated(model, &run.numbers, action, &event.args);
            let Some(sure) = suits(model, deed, &question.vars, &args) else { continue };
            let ticks = times.entry(args.clone()).or_default();
            if !ticks.contains(&event.tick) {
                let none = || (sure, vec![None; outcome.runs.len()]);
                found.entry((args, ticks.len())).or_insert_with(none).1[index] = Some((event.tick, event.step));
                ticks.push(event.tick);
            }
        }
    }
    // How often it was done counts each time, and not each doer; and so much was done each time, even if it is as much.
    let holes = &model.program.actions[action.index()].holes;
    let asks_amount = question.asks_how_many() && asked.iter().any(|at| holes[*at] == Hole::Number);
    let counts_times = asked.is_empty() && question.asks_how_many();
    let mut answers: Vec<Done> = Vec::new();
    let mut told: BTreeMap<Vec<Value>, usize> = BTreeMap::new();
    let beside = beside(world, outcome, question);
    for ((args, _), (sure, places)) in found {
        let days: Vec<Option<i64>> = places.iter().map(|place| place.map(|(day, _)| day)).collect();
        // On the day of the event itself it has to be said which came first.
        let is_ordered = question.beside.is_some_and(|(event, before)| {
            let mut told = told_of_act(world, outcome, (action, &args));
            told.any(|id| if before { order::is_said(model, id, event) } else { order::is_said(model, event, id) })
        });
        let is_beside = |run: usize| match (beside.as_ref().and_then(|it| it[run]), places[run]) {
            (Some((day, step, before)), Some((own_day, own))) if is_ordered && day == own_day => {
                if before {
                    own < step
                } else {
                    own > step
                }
            }
            _ => false,
        };
        let is_so: Vec<bool> =
            days.iter().enumerate().map(|(run, day)| day.is_some_and(in_time) || is_beside(run)).collect();
        let is_beside = (0..days.len()).any(is_beside);
        let known: Vec<i64> = days.iter().copied().flatten().collect();
        let (earliest, latest) = (known.iter().min().copied(), known.iter().max().copied());
        // Between the earliest and the latest day any may be it, unless the date leaves it out.
        let may_be = is_beside
            || first.is_none_or(|first| latest >= Some(first))
                && last.is_none_or(|last| earliest <= Some(last))
                && dated_within(world, outcome, (action, &args), (first, last));
        let everywhere = is_so.iter().all(|is_so| *is_so);
        let certain = everywhere && sure && outcome.exhaustive;
        // When it was is asked of each time; otherwise one is enough, if it is certain.
        let known_of = told.get(&args).copied().filter(|_| !wants_day && !counts_times && !asks_amount);
        if !may_be || known_of.is_some_and(|at| !certain || answers[at].answer.truth == Truth::Certain) {
            continue;
        }
        let hull: Vec<Option<i64>> = known.iter().map(|day| Some(*day)).collect();
        let stated = |day: Option<i64>| day.filter(|day| !world.dating.is_open(*day));
        let until = stated(latest).into_iter().chain(last.filter(|_| !is_beside)).min();
        let since = match everywhere {
            false if outcome.precise => Ends::bounds((stated(earliest).max(first), until)),
            _ => ends(world, outcome, &hull, &[]).0,
        };
        let said = say::action(model, action, &args);
        let text = match counts_times {
            true => format!("{said}: {}", since.text(model)),
            false => wanted_of(model, asked, &args, said, wants_day.then(|| since.text(model))),
        };
        let mut answer = dated(world, text, certain, since, Ends::default());
        answer.act = true;
        answer.is_dated = wants_day;
        answer.place = places.first().copied().flatten().filter(|place| places.iter().all(|it| *it == Some(*place)));
        if !everywhere {
            part(world, outcome, &is_so, &mut answer);
        }
        let run = is_so.iter().position(|is_so| *is_so).or(days.iter().position(Option::is_some)).unwrap_or(0);
        let tick = days[run].unwrap_or(0);
        let of = |run: &Run| steps::of_act(world, outcome, run, action, &args, tick);
        let stated = outcome.stated.as_ref().map(|stated| of(stated)).filter(|told| !told.steps.is_empty());
        let trace = stated.unwrap_or_else(|| of(&outcome.runs[run]));
        answer.steps = trace.steps;
        answer.assumptions = trace.assumptions;
        let done = Done { first: earliest, wanted: wanted_words(model, asked, &args), answer };
        match known_of {
            Some(at) => answers[at] = done,
            None => {
                told.insert(args, answers.len());
                answers.push(done);
            }
        }
    }
    answers
}

/// In each run the day of the event beside which something was done, its place in that day, and whether it was done before it.
fn beside(world: &World<'_>, outcome: &Outcome, question: &Question) -> Option<Vec<Option<(i64, u32, bool)>>> {
    let (event, before) = question.beside.filter(|(event, _)| outcome.visible.contains(event))?;
    let place = |run: &std::rc::Rc<Run>| {
        let day = run.ticks[event.index()]?;
        Some((day, step_of(world.model, &run.ticks, event), before))
    };
    Some(outcome.runs.iter().map(place).collect())
}

/// Whether the dates of the statements of an act have a day within a time; what rules make happen has no date.
fn dated_within(
    world: &World<'_>,
    outcome: &Outcome,
    act: (ActionId, &[Value]),
    (first, last): (Option<i64>, Option<i64>),
) -> bool {
    let (from, to) = (first.unwrap_or(i64::MIN), last.unwrap_or(i64::MAX));
    let mut spans = told_of_act(world, outcome, act).filter_map(|id| world.dating.spans.get(&id)).peekable();
    spans.peek().is_none() || spans.flatten().any(|(start, end)| *start <= to && from <= *end)
}

/// The statements of an act.
fn told_of_act<'a>(
    world: &'a World<'_>,
    outcome: &'a Outcome,
    (action, args): (ActionId, &'a [Value]),
) -> impl Iterator<Item = EventId> + 'a {
    let is_it =
        move |happening: &Happening| matches!(happening, Happening::Action(it, list) if *it == action && list == args);
    let told = outcome.visible.iter().copied();
    told.filter(move |id| world.model.events[id.index()].happenings.iter().any(is_it))
}

const OF_WHOLE: &str = "what is done to a whole place may be done to each place within it";
const OF_PART: &str = "what is done to a part of a place may be done to the whole";

/// Acts upon a place in which the place asked about lies: what is done to the whole may be done to each place within it. And acts
/// done in a place that lies in the one asked about: they are done there, too.
pub(super) fn on_wholes(
    world: &World<'_>,
    outcome: &Outcome,
    patterns: &[EventPattern],
    asked: &[usize],
    question: &Question,
    day: Option<i64>,
) -> Vec<Answer> {
    let model = world.model;
    let (first, last) = question.own_time().unwrap_or((None, day));
    let counts = asked.is_empty() && question.asks_how_many();
    let wants_day = question.asks_when() || counts;
    // How the places lie in each other, what makes it doubtful, and the day in each run.
    type Nested = (String, Option<&'static str>, Vec<Option<i64>>);
    let mut found: BTreeMap<(ActionId, Vec<Value>, usize), Nested> = BTreeMap::new();
    for (index, run) in outcome.runs.iter().enumerate() {
        let mut times: BTreeMap<(ActionId, &[Value]), usize> = BTreeMap::new();
        for event in &run.solution.events {
            let mut of_it = patterns.iter().filter(|pattern| pattern.action == event.action);
            let nested = of_it.find_map(|pattern| {
                let whole = steps::within(model, run, pattern, event).map(|it| (it, Some(OF_WHOLE)));
                let part = || steps::around(model, run, pattern, event);
                whole.or_else(|| Some((part()?, Some(OF_PART).filter(|_| !is_done_in_place(model, pattern)))))
            });
            let Some((within, doubt)) = nested else { continue };
            let time = times.entry((event.action, &event.args)).or_default();
            *time += 1;
            let entry = found.entry((event.action, event.args.clone(), *time));
            let (.., days) = entry.or_insert_with(|| (within, doubt, vec![None; outcome.runs.len()]));
            days[index] = Some(event.tick);
        }
    }
    let mut answers = Vec::new();
    let mut named: BTreeSet<(ActionId, Vec<Value>)> = BTreeSet::new();
    for ((action, args, _), (within, doubt, days)) in found {
        // Chronologies that were looked at need not have it on the days asked about: then its dates say whether it may be.
        let (earliest, latest) = (days.iter().flatten().min(), days.iter().flatten().max());
        let Some((earliest, latest)) = earliest.zip(latest) else { continue };
        let mut dates: Vec<(i64, i64)> = Vec::new();
        // Only the statements of this very time: the same act of another year was done where places lay otherwise.
        let is_told = |id: &EventId| {
            outcome.runs.iter().zip(&days).any(|(run, day)| day.is_some() && run.ticks[id.index()] == *day)
        };
        for id in told_of_act(world, outcome, (action, &args)).filter(is_told) {
            let (start, end) = world.dating.bounds(id);
            let bounds = [(start.unwrap_or(*earliest), end.unwrap_or(*latest))];
            dates.extend(world.dating.spans.get(&id).map_or(&bounds[..], Vec::as_slice));
        }
        if dates.is_empty() {
            dates.push((*earliest, *latest));
        }
        let (from, to) = (first.unwrap_or(i64::MIN), last.unwrap_or(i64::MAX));
        let may_be = dates.iter().filter(|(start, end)| *start <= to && from <= *end);
        let known: Vec<Option<i64>> =
            may_be.flat_map(|(start, end)| [Some(from.max(*start)), Some(to.min(*end))]).collect();
        if known.is_empty() || !named.insert((action, args.clone())) && !wants_day {
            continue;
        }
        let said = format!("{}, and {within}", say::action(model, action, &args));
        let run = days.iter().position(Option::is_some).unwrap_or(0);
        let first_day = days[run].unwrap_or(0);
        let day = wants_day.then(|| ends(world, outcome, &known, &[]).0.text(model));
        let text = match day {
            Some(day) if counts => format!("{said}: {day}"),
            day => wanted_of(model, asked, &args, said.clone(), day),
        };
        let is_sure = days.iter().all(Option::is_some) && dates.iter().all(|(start, end)| from <= *start && *end <= to);
        let mut one = answer(world, text, doubt.is_none() && is_sure, known, vec![None]);
        one.act = true;
        one.is_dated = wants_day;
        if one.text != said && !counts {
            one.which = vec![said];
        }
        let told = steps::of_act(world, outcome, &outcome.runs[run], action, &args, first_day);
        one.steps = told.steps;
        one.assumptions = told.assumptions;
        one.assumptions.extend(doubt.map(str::to_owned));
        answers.push((days.iter().flatten().min().copied(), one));
    }
    answers.sort_by(|(a, one), (b, other)| (a, &one.text).cmp(&(b, &other.text)));
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Whether an act is done in the places that it names, as `stations troops in Tarn`, and not to them.
fn is_done_in_place(model: &Model, pattern: &EventPattern) -> bool {
    let Some(main) = model.lexicon.main_wording(Target::Action(pattern.action)) else { return false };
    let is_place = |at: usize| {
        let hole = model.program.actions[pattern.action.index()].holes[at];
        model.nesting.iter().any(|nests| model.program.fluents[nests.index()].args.first() == Some(&hole))
    };
    let mut after = "";
    main.pieces.iter().all(|piece| match piece {
        Piece::Word(forms) => {
            after = &forms[0];
            true
        }
        Piece::Hole(slot) => match main.slots[*slot].0 {
            Slot::Arg(at) => !is_place(at) || ["in", "at", "into", "within", "near", "from"].contains(&after),
            Slot::Value => true,
        },
    })
}

/// What is wanted of an act: what fills the places asked for, else the day if that is asked for, else what was done.
fn wanted_of(model: &Model, asked: &[usize], args: &[Value], said: String, day: Option<String>) -> String {
    let words = wanted_words(model, asked, args);
    match (words.is_empty(), day) {
        (true, None) => said,
        (true, Some(day)) => day,
        (false, None) => words,
        (false, Some(day)) => format!("{words}: {day}"),
    }
}

fn wanted_words(model: &Model, asked: &[usize], args: &[Value]) -> String {
    let words: Vec<String> = asked.iter().filter_map(|at| args.get(*at)).map(|value| model.show(*value)).collect();
    words.join(", ")
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

/// How a place and one that an event is upon lie in each other: `Tarn lies in Eastmarch`.
fn nested_with(
    world: &World<'_>,
    outcome: &Outcome,
    id: EventId,
    part_and_whole: impl Fn(Value) -> [Value; 2],
) -> Option<String> {
    let model = world.model;
    let run = outcome.runs.first()?;
    let tick = run.ticks[id.index()]?;
    let holes = |action: &ActionId| &model.program.actions[action.index()].holes;
    known_happenings(model, id, &outcome.unknown).find_map(|happening| {
        let Happening::Action(action, args) = happening else { return None };
        args.iter().zip(holes(action)).find_map(|(there, hole)| {
            let args = part_and_whole(*there);
            let lies = model.nesting.iter().any(|nests| {
                let of_places = model.program.fluents[nests.index()].args.first() == Some(hole);
                let on = |tick| run.solution.holds_at(*nests, &args, Value::TRUE, tick);
                of_places && (on(tick) || on(tick - 1))
            });
            lies.then(|| format!("{} lies in {}", model.show(args[0]), model.show(args[1])))
        })
    })
}

/// What happened, to whom or by whom: on a day, within a time, or up to a day where it is asked of something.
pub(super) fn happened(
    world: &World<'_>,
    outcome: &Outcome,
    (thing, inside): (Option<EntityId>, bool),
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
        let by_parties = |it: &Happening| thing.is_some_and(|thing| is_done_by_parties(model, it, thing));
        let is_theirs = event.happenings.iter().any(by_parties);
        let involved =
            is_theirs || thing.is_none_or(|thing| event.mentions.contains(&thing) || event.entity == Some(thing));
        let by_it = |happening: &servanda_model::Happening| {
            let doer = match happening {
                servanda_model::Happening::Action(_, args) => args.first().copied(),
                _ => None,
            };
            doer.is_some() && doer == thing.map(Value::entity)
        };
        let involved = involved && (!does || is_theirs || event.happenings.iter().any(by_it));
        let whole_of = (!does && !involved)
            .then(|| thing.and_then(|it| nested_with(world, outcome, *id, |there| [Value::entity(it), there])))
            .flatten();
        // What happened in a part of a place happened in it.
        let part_of = (inside && !involved && whole_of.is_none())
            .then(|| thing.and_then(|it| nested_with(world, outcome, *id, |there| [there, Value::entity(it)])))
            .flatten();
        let involved = involved || whole_of.is_some() || part_of.is_some();
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
        let text = whole_of.or(part_of).map_or(text.clone(), |within| format!("{text}, and {within}"));
        let mut answer = dated(world, text, certain, Ends::bounds((min, max)), Ends::default());
        answer.act = event.happenings.iter().all(|it| matches!(it, servanda_model::Happening::Action(..)));
        let told = steps::of_event(world, *id);
        answer.steps = vec![told];
        answers.push((answer.truth == Truth::Possible, (min, event.step), answer));
    }
    answers.sort_by(|(a, first, one), (b, second, other)| (a, first, &one.text).cmp(&(b, second, &other.text)));
    answers.into_iter().map(|(.., answer)| answer).collect()
}

/// Whether an act upon an instrument of which no doer is told, and which some doer can do, is one of a party to it: `Sele signed`.
fn is_done_by_parties(model: &Model, happening: &Happening, thing: EntityId) -> bool {
    let Happening::Action(action, args) = happening else { return false };
    let upon = args.first().and_then(|it| it.as_entity());
    let Some(parties) = upon.map(|upon| &model.lexicon.entities[upon.index()].parties) else { return false };
    if !parties.contains(&thing) {
        return false;
    }
    let wordings = &model.lexicon.wordings;
    let verb = |it: &Wording| match it.pieces.as_slice() {
        [Piece::Hole(_), Piece::Word(forms), ..] => forms.clone(),
        _ => Vec::new(),
    };
    let own: Vec<String> = wordings.iter().filter(|it| it.target == Target::Action(*action)).flat_map(verb).collect();
    let is_with_doer = |it: &Wording| match (it.target, it.pieces.get(2)) {
        (Target::Action(other), Some(Piece::Hole(_))) => {
            let holes = &model.program.actions[other.index()].holes;
            let upon_text = holes.get(1).is_some_and(|hole| *hole == model.program.actions[action.index()].holes[0]);
            other != *action && upon_text && verb(it).iter().any(|form| own.contains(form))
        }
        _ => false,
    };
    wordings.iter().any(is_with_doer)
}
