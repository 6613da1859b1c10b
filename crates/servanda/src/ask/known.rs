//! Answers about what an actor knows, and about the statuses of a norm.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use servanda_engine::Interval;
use servanda_model::{EntityId, FluentId, Model, OriginId, Standing, Value, View};

use super::sayings::day_or_between;
use super::witness::part;
use super::{Answer, Truth, answer, because, why};
use crate::steps;
use crate::world::{Outcome, Run, World};

/// Whether an actor was told of a thing in any chronology, and does not merely know what everyone knows.
fn told_only(world: &World<'_>, outcome: &Outcome, actor: EntityId, thing: EntityId, on: i64) -> bool {
    let args = [Value::entity(actor), Value::entity(thing)];
    outcome.runs.iter().any(|run| run.solution.interval_at(world.model.hooks.knows, &args, on).is_some())
}

/// What an actor knows of a thing: that it exists, its norms, and what happened to it.
pub(super) fn knowledge(
    world: &World<'_>,
    outcome: &Outcome,
    actor: EntityId,
    thing: EntityId,
    on: i64,
) -> Vec<Answer> {
    let model = world.model;
    let mut answers = Vec::new();
    let root = world.secret_root(thing);
    let insider = sharers(world, thing).contains(&actor);
    let secret = root.or_else(|| (!sharers(world, thing).is_empty()).then_some(thing));
    // Who was told of the whole knows of its parts.
    let ways: Vec<_> = [Some(thing), root].into_iter().flatten().flat_map(|it| world.knowing_of(actor, it)).collect();
    let told = |run: &crate::world::Run| {
        let of = |(fluent, args): &(FluentId, Vec<Option<Value>>)| {
            let args: Vec<Value> = args.iter().flatten().copied().collect();
            run.solution.interval_at(*fluent, &args, on).copied()
        };
        ways.iter().find_map(of)
    };
    let each: Vec<Option<Interval>> = outcome.runs.iter().map(|run| told(run)).collect();
    let first = each.iter().position(Option::is_some);
    let name = model.name(thing).to_owned();
    let who = model.name(actor).to_owned();
    let is_event = model.lexicon.is_of_kind(thing, model.hooks.event);
    // What is public, and was never secret, is told of below.
    match (first.filter(|_| secret.is_some() || told_only(world, outcome, actor, thing, on)), secret, insider) {
        (Some(run), _, _) if !(insider && is_event) => {
            let everywhere = each.iter().all(Option::is_some);
            let sinces = each.iter().flatten().map(|it| it.since).collect();
            let untils = each.iter().flatten().map(|it| it.until).collect();
            let certain = everywhere && outcome.exhaustive;
            let mut answer = answer(world, format!("{who} knows of {name}"), certain, sinces, untils);
            if !everywhere {
                let is_so: Vec<bool> = each.iter().map(Option::is_some).collect();
                part(world, outcome, &is_so, &mut answer);
            }
            why(world, outcome, run, each[run].and_then(|it| it.begun_by), Some(on), &mut answer);
            answers.push(answer);
        }
        (_, Some(_), true) => {
            let those = if is_event { "to whom it is known" } else { "who made it" };
            let text = format!("{who} knows of {name}, as one of those {those}");
            let entity = &model.lexicon.entities[thing.index()];
            let made = steps::made_on(world, thing);
            let mut answer = answer(world, text, true, vec![made.filter(|day| *day <= on)], vec![None]);
            answer.steps = vec![steps::of_origin(model, entity.origin, "declared secret, and known to it")];
            if made.is_none_or(|day| day <= on) {
                answers.push(answer);
            }
        }
        (_, None, _) => {
            // A text that was published on a day was not out before.
            let out = |run: &Rc<Run>| {
                let spans = run.solution.instance(world.out()?, &[Value::entity(thing)])?.intervals.iter();
                spans.filter_map(|it| it.since).min()
            };
            let out = outcome.runs.iter().filter_map(out).min();
            let made = out.or_else(|| steps::made_on(world, thing));
            if made.is_none_or(|day| day <= on) {
                let text = format!("{who} can know of {name}, which is not secret");
                let mut answer = answer(world, text, true, vec![made], vec![None]);
                let entity = &model.lexicon.entities[thing.index()];
                answer.steps = vec![steps::of_origin(model, entity.origin, "not declared secret")];
                answers.push(answer);
            }
        }
        (_, Some(_), false) => {}
    }
    if answers.is_empty() {
        return answers;
    }
    for norm in model.norms.iter().filter(|norm| norm.reading.is_none() && norm.instrument == Some(thing)) {
        let text = format!("{}: {}", model.name(norm.entity), norm.sentence);
        let mut one = answer(world, text, true, vec![None], vec![None]);
        // What stands in it is known as far as it is.
        one.since.clone_from(&answers[0].since);
        one.since_between.clone_from(&answers[0].since_between);
        one.truth = answers[0].truth;
        one.steps = vec![steps::of_origin(model, norm.origin, "norm")];
        answers.push(one);
    }
    answers
}

/// A status and who or what it is of, with the interval of the day in each run.
type Standings = BTreeMap<(Value, Vec<Value>), Vec<Option<Interval>>>;

/// How the instances of a norm stand on a day.
fn standings(model: &Model, runs: &[Rc<Run>], norm: EntityId, on: i64) -> Standings {
    let mut found = Standings::new();
    let fluents: Vec<_> = model.norms.iter().filter(|it| it.entity == norm).map(|it| it.status).collect();
    let dormant: Vec<_> = model.hooks.statuses.iter().filter(|(word, _)| model.name(*word) == "dormant").collect();
    for (index, run) in runs.iter().enumerate() {
        for instance in &run.solution.instances {
            let Some(interval) = instance.intervals.iter().find(|interval| interval.contains(on)) else { continue };
            let word = dormant.iter().find(|(_, fluent)| *fluent == instance.fluent);
            let key = match word {
                _ if fluents.contains(&instance.fluent) => (interval.value, instance.args.to_vec()),
                Some((word, _)) if instance.args[0] == Value::entity(norm) => {
                    (Value::entity(*word), instance.args[1..].to_vec())
                }
                _ => continue,
            };
            found.entry(key).or_insert_with(|| vec![None; runs.len()])[index] = Some(*interval);
        }
    }
    found
}

/// The statuses of all instances of a norm. What a number leaves undecided is told so; what hangs on a number that is open
/// elsewhere is only possible.
pub(super) fn statuses(world: &World<'_>, outcome: &Outcome, norm: EntityId, on: i64) -> Vec<Answer> {
    let model = world.model;
    let tell = |outcome: &Outcome, runs: &[Rc<Run>], found: Standings| {
        let mut answers = Vec::new();
        for ((status, args), held) in found {
            let everywhere = held.iter().all(Option::is_some);
            let label =
                status.as_entity().map_or_else(String::new, |id| model.lexicon.entities[id.index()].label.clone());
            let shown: Vec<String> = args.iter().map(|value| model.show(*value)).collect();
            let text = if shown.is_empty() { label } else { format!("{label} ({})", shown.join(", ")) };
            let sinces = held.iter().flatten().map(|it| it.since).collect();
            let untils = held.iter().flatten().map(|it| it.until).collect();
            let mut answer = answer(world, text, everywhere && outcome.exhaustive, sinces, untils);
            if !everywhere {
                let is_so: Vec<bool> = held.iter().map(Option::is_some).collect();
                part(world, outcome, &is_so, &mut answer);
            }
            let run = held.iter().position(Option::is_some).unwrap_or(0);
            because(world, &runs[run], held[run].and_then(|it| it.begun_by), Some(on), &mut answer);
            answers.push(answer);
        }
        answers
    };
    let mut found = standings(model, &outcome.runs, norm, on);
    let Some(stated) = &outcome.stated else { return tell(outcome, &outcome.runs, found) };
    let is_undecided =
        |(status, _): &&(Value, Vec<Value>)| status.as_entity().is_some_and(|word| model.name(word) == "undecided");
    let mut undecided = standings(model, std::slice::from_ref(stated), norm, on);
    undecided.retain(|key, _| is_undecided(&key));
    // What it comes to in chronologies in which it is the same with all numbers.
    let decided = |args: &Vec<Value>, found: &Standings| -> BTreeSet<Value> {
        let mut each: BTreeMap<&[Option<i64>], BTreeSet<Value>> = BTreeMap::new();
        for ((status, _), held) in found.iter().filter(|((_, of), _)| of == args) {
            for at in (0..held.len()).filter(|at| held[*at].is_some()) {
                each.entry(&outcome.runs[at].ticks).or_default().insert(*status);
            }
        }
        each.remove(stated.ticks.as_slice());
        each.into_values().filter(|all| all.len() == 1).flatten().collect()
    };
    let mut answers = tell(outcome, std::slice::from_ref(stated), undecided.clone());
    for ((_, args), answer) in undecided.keys().zip(&mut answers) {
        let others = decided(args, &found);
        if !others.is_empty() {
            answer.truth = Truth::Possible;
        }
        found.retain(|(status, of), _| of != args || others.contains(status));
    }
    answers.extend(tell(outcome, &outcome.runs, found));
    answers
}

/// Those who share a secret from the start.
pub(super) fn sharers(world: &World<'_>, thing: EntityId) -> Vec<EntityId> {
    let model = world.model;
    let entities = &model.lexicon.entities;
    let root = world.secret_root(thing).and_then(|root| entities[root.index()].known_only_to.clone());
    let event = || model.events.iter().find(|event| event.entity == Some(thing))?.known_only_to.clone();
    root.or_else(event).unwrap_or_default()
}

/// Since when an actor knows of a thing.
pub(super) fn learnt(world: &World<'_>, outcome: &Outcome, actor: EntityId, thing: EntityId, on: i64) -> Vec<Answer> {
    let mut answers = knowledge(world, outcome, actor, thing, on);
    answers.truncate(1);
    answers.retain(|answer| answer.since.is_some() || answer.since_between.is_some());
    for answer in &mut answers {
        answer.is_dated = true;
        answer.text = day_or_between(&answer.since, &answer.since_between).unwrap_or_default();
    }
    answers
}

/// The secrets of which an actor knows.
pub(super) fn secrets(world: &World<'_>, outcome: &Outcome, actor: EntityId, on: i64) -> Vec<Answer> {
    let model = world.model;
    let entities = (0..model.lexicon.entities.len()).map(EntityId::from_index);
    // What somebody merely says is nothing that others could know of.
    let said = |id: EntityId| model.events.iter().any(|it| it.entity == Some(id) && it.standing != Standing::Stated);
    let secret = entities.filter(|id| model.lexicon.entities[id.index()].known_only_to.is_some() && !said(*id));
    let mut all = Vec::new();
    for thing in secret {
        // What each depends on is looked at for itself.
        let key = (model.hooks.knows, Box::from([Value::entity(actor), Value::entity(thing)]));
        let own = outcome.parts.iter().find(|(keys, _)| keys.contains(&key)).map_or(outcome, |(_, own)| own);
        if let Some(answer) = knowledge(world, own, actor, thing, on).into_iter().next() {
            all.push(Answer { text: model.name(thing).to_owned(), ..answer });
        }
    }
    all
}

/// What the norms of a thing say.
pub(super) fn says(world: &World<'_>, outcome: &Outcome, thing: EntityId) -> Vec<Answer> {
    let model = world.model;
    let mut all = Vec::new();
    for norm in model
        .norms
        .iter()
        .filter(|norm| [Some(norm.entity), norm.reading, norm.article, norm.instrument].contains(&Some(thing)))
    {
        let is_other_reading = norm.reading.is_some() && norm.reading != Some(thing);
        if is_other_reading || outcome.unknown.contains(&norm.entity) {
            continue;
        }
        let clauses = clauses_of(model, norm.origin);
        let text = format!("{}: {}{clauses}", model.name(norm.entity), norm.sentence);
        let mut one = answer(world, text, true, vec![None], vec![None]);
        one.steps = vec![steps::of_origin(model, norm.origin, "norm")];
        all.push(one);
    }
    // What is not encoded is said all the same.
    let of_thing = |id: &EntityId| *id == thing || model.lexicon.entities[id.index()].belongs_to.contains(&thing);
    let encoded = |id: &EntityId| model.norms.iter().any(|norm| norm.article == Some(*id) || norm.entity == *id);
    let articles = (0..model.lexicon.entities.len()).map(EntityId::from_index).filter(|id| {
        model.lexicon.is_of_kind(*id, model.hooks.article)
            && of_thing(id)
            && !encoded(id)
            && !outcome.unknown.contains(id)
    });
    for article in articles {
        let origin = model.lexicon.entities[article.index()].origin;
        for phrase in &model.origins[origin.index()].judgments {
            let text = format!("{}: “{phrase}” (not encoded)", model.name(article));
            let mut one = answer(world, text, true, vec![None], vec![None]);
            one.steps = vec![steps::of_origin(model, origin, "article")];
            all.push(one);
        }
    }
    if all.is_empty() && !outcome.unknown.contains(&thing) {
        let entity = &model.lexicon.entities[thing.index()];
        let text = format!("“{}”, of which no norm is encoded", entity.label);
        let mut one = answer(world, text, true, vec![None], vec![None]);
        one.steps = vec![steps::of_origin(model, entity.origin, "")];
        all.push(one);
    }
    all
}

/// The clauses of a norm that say more of what it asks for, and what of its text is not translated, as they are written.
fn clauses_of(model: &Model, origin: OriginId) -> String {
    const SAYING: [&str; 17] = [
        "when",
        "while",
        "if",
        "unless",
        "except",
        "within",
        "by",
        "before",
        "after",
        "from",
        "until",
        "on",
        "untranslated",
        "judgment",
        "towards",
        "or",
        "for",
    ];
    let origin = &model.origins[origin.index()];
    let Some(file) = model.files.get(origin.file).filter(|_| origin.span.end > 0) else { return String::new() };
    let from = &file.text[origin.span.start as usize..];
    let clauses = from.lines().skip(1).take_while(|line| line.starts_with([' ', '\t'])).map(str::trim);
    let said = clauses.filter(|line| line.split(' ').next().is_some_and(|first| SAYING.contains(&first)));
    said.map(|line| format!(", {}", line.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

/// Who holds a reading or a doctrine.
pub(super) fn held_by(model: &Model, thing: EntityId) -> Vec<EntityId> {
    let reading = model.norms.iter().find(|norm| norm.reading == Some(thing)).map(|norm| norm.held_by.clone());
    let doctrine = || model.doctrines.iter().find(|it| it.entity == thing).map(|it| it.held_by.clone());
    reading.or_else(doctrine).unwrap_or_default()
}

/// Who holds what of readings and doctrines.
pub(super) fn holders(
    world: &World<'_>,
    outcome: &Outcome,
    (by, of): (Option<EntityId>, Option<EntityId>),
    view: &View,
) -> Vec<Answer> {
    let model = world.model;
    let norms =
        model.norms.iter().filter(|norm| !outcome.unknown.contains(&norm.entity)).filter_map(|norm| norm.reading);
    let mut all: Vec<EntityId> = norms.chain(model.doctrines.iter().map(|it| it.entity)).collect();
    all.sort_unstable();
    all.dedup();
    all.retain(|thing| view.known_in.is_none_or(|year| world.is_read_by(*thing, year)));
    let mut answers = Vec::new();
    for thing in all.into_iter().filter(|it| of.is_none_or(|of| of == *it)) {
        for holder in held_by(model, thing).into_iter().filter(|it| by.is_none_or(|by| by == *it)) {
            let (name, holder) = (model.name(thing), model.name(holder));
            let text = match (by, of) {
                (None, _) => holder.to_owned(),
                (_, None) => name.to_owned(),
                _ => format!("{holder} holds {name}"),
            };
            let mut one = answer(world, text, true, vec![None], vec![None]);
            one.steps = vec![steps::of_origin(model, model.lexicon.entities[thing.index()].origin, "")];
            answers.push(one);
        }
    }
    answers
}

/// What a thing is: its title, its kind, and whose it is.
pub(super) fn named(world: &World<'_>, thing: EntityId) -> Vec<Answer> {
    let model = world.model;
    let entity = &model.lexicon.entities[thing.index()];
    let kinds: Vec<&str> = entity.kinds.iter().map(|kind| model.lexicon.kinds[kind.index()].label.as_str()).collect();
    let mut text = match kinds.as_slice() {
        [] => entity.label.clone(),
        kinds => format!("{}, {}", entity.label, kinds.join(" and ")),
    };
    let list = |all: &[EntityId]| all.iter().map(|id| model.name(*id)).collect::<Vec<_>>().join(" and ");
    if !entity.belongs_to.is_empty() {
        text.push_str(&format!(" of {}", list(&entity.belongs_to[..1])));
    }
    if !entity.parties.is_empty() {
        text.push_str(&format!(" between {}", list(&entity.parties)));
    }
    let mut one = answer(world, text, true, vec![None], vec![None]);
    one.steps = vec![steps::of_origin(model, entity.origin, "declared")];
    vec![one]
}
