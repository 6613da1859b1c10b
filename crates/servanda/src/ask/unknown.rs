//! What a no says of things that are not known of from a point of view.

use servanda_model::{Condition, EntityId, EventId, EventPattern, Happening, Standing, Term, Value, View};

use super::No;
use crate::question::{Form, Question};
use crate::steps;
use crate::world::{Outcome, World};

/// A no about what is not known of says so.
pub(super) fn unknown_to(world: &World<'_>, outcome: &Outcome, question: &Question, view: &View, mut no: No) -> No {
    let model = world.model;
    let mut named: Vec<EntityId> = Vec::new();
    let mut note = |value: &Value| {
        if let Some(id) = value.as_entity().filter(|id| outcome.unknown.contains(id) && !named.contains(id)) {
            named.push(id);
        }
    };
    crate::instants::each_condition(&question.conditions, &mut |condition| {
        if let Condition::Holds(pattern) = condition {
            pattern.args.iter().chain([&pattern.value]).for_each(|term| {
                if let Term::Value(value) = term {
                    note(value);
                }
            });
        }
    });
    match &question.form {
        Form::Says(thing) | Form::Named(thing) | Form::Statuses(thing) => note(&Value::entity(*thing)),
        _ => {}
    }
    if let (Some(year), true) = (view.known_in, no.instead.is_empty()) {
        named_late(world, outcome, question, year, &mut no);
        told_late(world, outcome, question, year, &mut no);
    }
    for (at, id) in named.into_iter().enumerate() {
        let name = model.name(id);
        let text = match (view.seen_by, view.known_in) {
            (_, Some(year)) if world.undocumented(year).contains(&id) => {
                format!("nothing that tells of {name} had been published by {year}")
            }
            (Some(eyes), _) => format!("{} does not know of {name}", model.name(eyes)),
            _ => continue,
        };
        no.instead.insert(at, text);
    }
    no
}

/// The very acts and facts asked about, where what tells of them was not published by a year.
fn told_late(world: &World<'_>, outcome: &Outcome, question: &Question, year: i64, no: &mut No) {
    let fits = |terms: &[Term], values: &[Value]| {
        !terms.iter().zip(values).any(|(term, value)| matches!(term, Term::Value(wanted) if wanted != value))
    };
    let acts: &[EventPattern] = match &question.form {
        Form::Acts { patterns, negated: false, .. } => patterns,
        _ => &question.told_as,
    };
    let is_asked = |happening: &Happening| match happening {
        Happening::Action(action, args) => acts.iter().any(|it| it.action == *action && fits(&it.args, args)),
        Happening::FactBegins(fluent, args, _) => question
            .conditions
            .iter()
            .any(|condition| matches!(condition, Condition::Holds(it) if it.fluent == *fluent && fits(&it.args, args))),
        Happening::FactEnds(..) => false,
    };
    for (at, event) in world.model.events.iter().enumerate() {
        let id = EventId::from_index(at);
        let is_late = event.standing == Standing::Stated
            && !outcome.visible.contains(&id)
            && !world.evidence_by(event.origin, year);
        let text = format!("what tells of it had not been published by {year}: {}", event.sentence);
        if is_late && event.happenings.iter().any(is_asked) && no.instead.len() < 3 && !no.instead.contains(&text) {
            no.instead.push(text);
            no.steps.push(steps::of_event(world, id));
        }
    }
}

/// What tells of the instrument of a norm asked about, and was not published by a year.
fn named_late(world: &World<'_>, outcome: &Outcome, question: &Question, year: i64, no: &mut No) {
    let model = world.model;
    let mut about: Vec<EntityId> = Vec::new();
    crate::instants::each_condition(&question.conditions, &mut |condition| {
        let Condition::Holds(pattern) = condition else { return };
        let named = pattern.args.iter().filter_map(|term| match term {
            Term::Value(value) => value.as_entity(),
            _ => None,
        });
        let norms = named.filter(|id| model.lexicon.is_of_kind(*id, model.hooks.norm) && !outcome.unknown.contains(id));
        about.extend(norms.flat_map(|id| model.lexicon.entities[id.index()].belongs_to.iter().copied()));
    });
    for (at, event) in model.events.iter().enumerate() {
        let id = EventId::from_index(at);
        let is_late = event.standing == Standing::Stated && !outcome.visible.contains(&id);
        let is_it = event.happenings.iter().any(|happening| match happening {
            Happening::Action(_, args) => {
                args.first().and_then(|it| it.as_entity()).is_some_and(|it| about.contains(&it))
            }
            _ => false,
        });
        if is_late && is_it && !world.evidence_by(event.origin, year) && no.instead.len() < 3 {
            no.instead.push(format!("what tells of it had not been published by {year}: {}", event.sentence));
            no.steps.push(steps::of_event(world, id));
        }
    }
}

/// What was stated and does not count, as no source tells of it by a year.
pub(super) fn left_out(world: &World<'_>, year: i64) -> Option<String> {
    let origins = world.model.events.iter().filter(|event| event.begun_by.is_none()).map(|event| event.origin);
    let late = origins.filter(|origin| !world.evidence_by(*origin, year)).count();
    let statements = match late {
        0 => return None,
        1 => "1 statement is".to_owned(),
        _ => format!("{late} statements are"),
    };
    Some(format!(
        "not known by {year}: {statements} left out, as nothing that tells of them had been published by then"
    ))
}
