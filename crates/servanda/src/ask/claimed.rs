//! Answers about what is said and not taken as so, and what speaks against it.

use servanda_model::{EntityId, Event, EventId, Model, Standing, View};

use super::{Answer, answer, dated};
use crate::ends::Ends;
use crate::question::OfClaims;
use crate::steps;
use crate::world::{Outcome, World};

/// What somebody says, and the dossier does not take as so; or what something speaks against.
pub(super) fn claims(
    world: &World<'_>,
    outcome: &Outcome,
    view: &View,
    of: &OfClaims,
    day: Option<i64>,
    during: Option<(Option<i64>, Option<i64>)>,
) -> Vec<Answer> {
    let (first, last) = during.unwrap_or((None, day));
    let model = world.model;
    let mut all = Vec::new();
    for (at, event) in model.events.iter().enumerate() {
        let by: &[EntityId] = match &event.standing {
            Standing::Claimed(by) => by,
            _ if of.contradicted && (!model.is_stated(event, view.known_in) || !event.denied_by.is_empty()) => &[],
            _ => continue,
        };
        let (min, max) = world.dating.said_between(model, event);
        // An act with a time of its own is one of that time.
        let said = last.is_none_or(|last| min.is_none_or(|min| min <= last))
            && first.is_none_or(|first| max.is_none_or(|max| first <= max));
        let mut which: Vec<String> =
            event.contradicted_by.iter().filter(|it| is_heard_of(model, outcome, it)).cloned().collect();
        if of.contradicted {
            which.extend(event.denied_by.iter().map(|id| model.name(*id).to_owned()));
        }
        let wanted = of.by.is_none_or(|actor| by.contains(&actor))
            && of.text.as_ref().is_none_or(|words| event.sentence.to_lowercase().contains(&words.to_lowercase()))
            && of.named.is_none_or(|named| event.entity == Some(named))
            && !(of.contradicted && which.is_empty());
        if !wanted || !said || !is_heard(world, outcome, view, event) {
            continue;
        }
        let certain = last.is_none_or(|last| max.is_some_and(|max| max <= last))
            && first.is_none_or(|first| min.is_some_and(|min| first <= min));
        let since = if min.or(max).is_some() { Ends::bounds((min, max)) } else { Ends::default() };
        let names: Vec<&str> = by.iter().map(|id| model.name(*id)).collect();
        let text = match of.by {
            None if !names.is_empty() => format!("{}: {}", names.join(" and "), event.sentence),
            _ => event.sentence.clone(),
        };
        let mut one = dated(world, text, certain, since, Ends::default());
        one.act = true;
        one.steps = vec![steps::of_event(world, EventId::from_index(at))];
        one.which = if of.contradicted { which.iter().map(|it| format!("against it: {it}")).collect() } else { which };
        all.push((min, one));
    }
    all.sort_by(|(a, one), (b, other)| (a, &one.text).cmp(&(b, &other.text)));
    all.into_iter().map(|(_, one)| one).collect()
}

/// What speaks against the statement of a name.
pub(super) fn against(
    world: &World<'_>,
    outcome: &Outcome,
    view: &View,
    named: EntityId,
    by: Option<EntityId>,
) -> Vec<Answer> {
    let model = world.model;
    let mut all = Vec::new();
    for (at, event) in model.events.iter().enumerate() {
        if event.entity != Some(named) || !is_heard(world, outcome, view, event) {
            continue;
        }
        let denied = event.denied_by.iter().map(|id| model.name(*id).to_owned());
        let spoken = event.contradicted_by.iter().filter(|it| is_heard_of(model, outcome, it)).cloned().chain(denied);
        let spoken = spoken.filter(|it| by.is_none_or(|by| model.lexicon.entity(it) == Some(by)));
        all.extend(spoken.map(|text| {
            let own =
                model.lexicon.entity(&text).and_then(|id| model.events.iter().position(|it| it.entity == Some(id)));
            let ids = own.into_iter().chain([at]).map(EventId::from_index);
            let steps = ids.map(|id| steps::of_event(world, id)).collect();
            Answer { steps, ..answer(world, text, true, vec![None], vec![None]) }
        }));
    }
    all
}

/// Whether a view has word of a statement: by the evidence of its year, and in the eyes of whoever looks.
fn is_heard(world: &World<'_>, outcome: &Outcome, view: &View, event: &Event) -> bool {
    let said_by = |eyes: &EntityId| matches!(&event.standing, Standing::Claimed(by) if by.contains(eyes));
    let told = |eyes: &EntityId| event.known_only_to.as_ref().is_none_or(|list| list.contains(eyes));
    let hidden = event.mentions.iter().chain(&event.entity).any(|it| outcome.unknown.contains(it));
    let evident = view.known_in.is_none_or(|year| world.evidence_by(event.origin, year));
    evident && !hidden && view.seen_by.is_none_or(|eyes| said_by(&eyes) || told(&eyes))
}

/// Whether a view has word of what speaks against a statement, if that is a thing with a name.
fn is_heard_of(model: &Model, outcome: &Outcome, name: &str) -> bool {
    model.lexicon.entity(name).is_none_or(|id| !outcome.unknown.contains(&id))
}
