//! Negotiations as they look from somewhere, and what was done later with what was settled.

use std::collections::BTreeSet;

use servanda_model::negotiation::{Move, MoveKind, Negotiation};
use servanda_model::{EntityId, EventId, Lapse, Model, Relation, Standing, Value, View};
use servanda_negotiation::record::{self, Conduct, ConductRow, Placed, Record, Settled, Sight};

use crate::ask::{AskError, Truth, ask};
use crate::world::{Outcome, Questions, World};

/// Why there is no negotiation to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FindError {
    /// The dossier records none.
    None,
    /// It records several, and none was named.
    Several(Vec<String>),
    /// None has this name.
    Unknown {
        /// The name.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
}

/// The negotiation of that name, or the only one.
///
/// # Errors
/// There is none, or more than one and no name.
pub fn find<'m>(model: &'m Model, name: Option<&str>) -> Result<&'m Negotiation, FindError> {
    let known = || model.negotiations.iter().map(|it| model.name(it.entity).to_owned()).collect::<Vec<_>>();
    match (name, model.negotiations.as_slice()) {
        (_, []) => Err(FindError::None),
        (Some(name), all) => {
            let ids = model.lexicon.lookup(name);
            let found = all.iter().find(|it| ids.contains(&it.entity));
            found.ok_or_else(|| FindError::Unknown { name: name.to_owned(), known: known() })
        }
        (None, [only]) => Ok(only),
        (None, _) => Err(FindError::Several(known())),
    }
}

/// What can be seen of a negotiation.
pub struct Seen {
    placed: Vec<Placed>,
    outcome: Outcome,
    on: Option<i64>,
    /// The day on which it is asked where things lie.
    day: i64,
}

/// Looks at a negotiation.
///
/// # Errors
/// The dossier's rules have no meaning.
pub fn look(world: &mut World<'_>, negotiation: &Negotiation, view: &View) -> Result<Seen, AskError> {
    let outcome = world.ask(view, &Questions::default()).map_err(AskError::Program)?;
    let unknown = world.unknown(view).map_err(AskError::Program)?;
    let visible = |it: &Move| can_see(world, negotiation, it, view, &unknown);
    let placed: Vec<Placed> = (0..negotiation.moves.len())
        .filter(|index| visible(&negotiation.moves[*index]))
        .map(|index| {
            let (min, max) = bounds(world, negotiation.moves[index].event);
            Placed { index, min, max }
        })
        .filter(|placed| view.on.is_none_or(|on| placed.min.is_none_or(|min| min <= on)))
        .collect();
    let settled = placed.iter().filter(|it| negotiation.moves[it.index].kind == MoveKind::Settle);
    let day = settled.filter_map(|it| it.max).max().unwrap_or_else(|| world.last_day());
    Ok(Seen { placed, outcome, on: view.on, day })
}

/// What a negotiation looks like to who sees this of it.
pub fn with_sight<T>(world: &World<'_>, negotiation: &Negotiation, seen: &Seen, f: impl FnOnce(&Sight<'_>) -> T) -> T {
    let model = world.model;
    let within = |part: EntityId, whole: EntityId| {
        let args = [Value::entity(part), Value::entity(whole)];
        let run = seen.outcome.runs.first();
        run.is_some_and(|run| {
            model.nesting.iter().any(|fluent| run.solution.holds_at(*fluent, &args, Value::TRUE, seen.day))
        })
    };
    f(&Sight { model, negotiation, placed: seen.placed.clone(), on: seen.on, within: &within })
}

/// The record of a negotiation, with what came later.
///
/// # Errors
/// The dossier's rules have no meaning.
pub fn record(world: &mut World<'_>, negotiation: &Negotiation, view: &View) -> Result<Record, AskError> {
    let seen = look(world, negotiation, view)?;
    let mut record = with_sight(world, negotiation, &seen, record::record);
    let conduct = record.settlement.iter().map(|settled| conduct(world, negotiation, &seen, settled, view));
    record.conduct = conduct.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|it| !it.rows.is_empty()).collect();
    Ok(record)
}

fn can_see(world: &World<'_>, negotiation: &Negotiation, it: &Move, view: &View, unknown: &[EntityId]) -> bool {
    let event = &world.model.events[it.event.index()];
    let evidence = |year| world.evidence_by(it.origin, year) && world.is_evident(it.event, year);
    let carriers = it.issues.iter().filter(|_| it.kind == MoveKind::Settle);
    let carriers = carriers.flat_map(|issue| &negotiation.issues[*issue].carried_by);
    let mentioned = event.mentions.iter().chain(&it.carried_by).chain(&it.by).chain(carriers);
    let mut things = mentioned.chain(&event.entity).chain(&it.entity).chain([&negotiation.entity]);
    view.known_in.is_none_or(evidence)
        && !things.any(|thing| unknown.contains(thing))
        && match (view.seen_by, &it.known_only_to) {
            (Some(actor), Some(actors)) => actors.contains(&actor),
            _ => true,
        }
}

/// The days between which an event lies. A claim is no point of the chronology, so only its own date and the bounds of
/// what it is related to are used.
fn bounds(world: &World<'_>, event: EventId) -> (Option<i64>, Option<i64>) {
    let it = &world.model.events[event.index()];
    if it.standing == Standing::Stated {
        return world.dating.bounds(event);
    }
    let (mut min, mut max) = (it.when.min, it.when.max);
    for relation in &it.relations {
        let (least, most) = related(world, relation);
        min = min.max(least);
        max = match (max, most) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    (min, max)
}

fn related(world: &World<'_>, relation: &Relation) -> (Option<i64>, Option<i64>) {
    let events = &world.model.events;
    let Some(other) = events.iter().position(|it| it.entity == Some(relation.other) && it.begun_by.is_none()) else {
        return (None, None);
    };
    let other = EventId::from_index(other);
    if events[other.index()].standing != Standing::Stated {
        return (None, None);
    }
    let (min, max) = world.dating.bounds(other);
    let lapse = |day: Option<i64>, by: Option<Lapse>| match (day?, by?) {
        (day, Lapse::Days(n)) => day.checked_add(n),
        (day, Lapse::Months(n)) => Some(servanda_calendar::Day(day).add_months(n).0),
    };
    (lapse(min, relation.at_least), lapse(max, relation.at_most))
}

fn conduct(
    world: &mut World<'_>,
    negotiation: &Negotiation,
    seen: &Seen,
    settled: &Settled,
    view: &View,
) -> Result<Conduct, AskError> {
    let model = world.model;
    let mut rows: Vec<(i64, ConductRow)> = Vec::new();
    let issue = negotiation.issues.iter().find(|issue| issue.name == settled.issue);
    let mut days: BTreeSet<i64> = BTreeSet::new();
    let of_issue = |placed: &&Placed| {
        let it = &negotiation.moves[placed.index];
        it.kind == MoveKind::Settle && it.issues.iter().any(|at| negotiation.issues[*at].name == settled.issue)
    };
    days.extend(seen.placed.iter().filter(of_issue).filter_map(|placed| placed.max));
    let until = view.on.unwrap_or(i64::MAX);
    for name in issue.iter().flat_map(|issue| &issue.afterwards) {
        let Some(event) = model.events.iter().position(|it| it.entity == Some(*name) && it.begun_by.is_none()) else {
            continue;
        };
        let id = EventId::from_index(event);
        let (min, max) = bounds(world, id);
        let at = min.or(max).unwrap_or(i64::MAX);
        let hidden = model.events[event].standing == Standing::Stated
            && model.events[event].kind != servanda_model::EventKind::Words
            && !seen.outcome.visible.contains(&id);
        if at > until || hidden {
            continue;
        }
        days.extend([min, max].into_iter().flatten().filter(|day| *day <= until));
        rows.push((at, event_row(model, id, min, max)));
    }
    let norms = settled
        .carried_by
        .iter()
        .filter(|carrier| model.norms.iter().any(|norm| model.name(norm.entity) == carrier.name));
    let mut questions: Vec<(&'static str, String, String)> =
        norms.map(|norm| ("norm", norm.name.clone(), format!("what is status of {}", norm.name))).collect();
    if let Some(measure) = issue.and_then(|issue| issue.measured_by.as_ref()) {
        questions.push(("measure", measure.clone(), format!("what is {measure}")));
    }
    for (kind, what, question) in questions {
        let mut last = String::new();
        for day in &days {
            let view = View { on: Some(*day), ..view.clone() };
            let reply = ask(world, &question, &view)?;
            let certain = reply.answers.len() == 1 && reply.answers[0].truth == Truth::Certain;
            let texts: Vec<String> = reply.answers.iter().map(|answer| answer.text.clone()).collect();
            let none = if kind == "norm" { "not binding" } else { "not said" };
            let text = if texts.is_empty() { none.to_owned() } else { texts.join(" or ") };
            let text = format!("{what}: {text}");
            let certain = certain || texts.is_empty();
            if last != format!("{text}{certain}") {
                last = format!("{text}{certain}");
                let date = model.show_tick(*day);
                rows.push((*day, ConductRow { date, kind, text, certain, sources: Vec::new() }));
            }
        }
    }
    rows.sort_by_key(|(day, row)| (*day, row.kind != "event"));
    Ok(Conduct {
        issue: settled.issue.clone(),
        settled: settled.value.clone(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    })
}

fn event_row(model: &Model, id: EventId, min: Option<i64>, max: Option<i64>) -> ConductRow {
    let event = &model.events[id.index()];
    let text = match &event.standing {
        Standing::Stated => event.sentence.clone(),
        Standing::Claimed(by) if by.is_empty() => format!("it is said: {}", event.sentence),
        Standing::Claimed(by) => {
            format!("{} says: {}", record::listed(&record::names(model, by), "and"), event.sentence)
        }
        Standing::Contradicted => format!("contradicted: {}", event.sentence),
    };
    ConductRow {
        date: record::date_text(model, min, max),
        kind: "event",
        text,
        certain: true,
        sources: record::passages(model, &[event.origin]),
    }
}
