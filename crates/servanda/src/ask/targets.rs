//! What a question looks at.

use servanda_model::{Condition, EntityId, FluentId, FluentPattern, Model, Value, View};

use super::{How, constants};
use crate::question::{Form, Question};
use crate::world::{Target, World};

/// What a question looks at.
pub(super) fn target(world: &World<'_>, question: &Question, view: &View, how: How) -> Target {
    let model = world.model;
    let on = question.on.or(view.on);
    let day = Some(on.unwrap_or_else(|| world.last_day()));
    match &question.form {
        Form::Acts { patterns, .. } => {
            Target { acts: patterns.clone(), day: on, weighs_numbers: how.tries_numbers, ..Target::default() }
        }
        Form::Happened(_)
        | Form::Did(_)
        | Form::Says(_)
        | Form::Claims(_)
        | Form::Against { .. }
        | Form::Apart(..)
        | Form::Named(_)
        | Form::Holders { .. } => Target::default(),
        Form::Secrets(actor) => {
            let told = (model.hooks.knows, vec![Some(Value::entity(*actor)), None]);
            let public = world.public().map(|fluent| (fluent, vec![None]));
            Target { fluents: std::iter::once(told).chain(public).collect(), day, each: true, ..Target::default() }
        }
        Form::Knowledge { actor, thing } | Form::Learnt { actor, thing } => {
            let things = [Some(*thing), world.secret_root(*thing)];
            Target {
                fluents: things.into_iter().flatten().flat_map(|it| world.knowing_of(*actor, it)).collect(),
                day,
                ..Target::default()
            }
        }
        Form::Statuses(norm) => {
            let own = model.norms.iter().filter(|it| it.entity == *norm).map(|it| (it.status, Vec::new()));
            let words = model.hooks.statuses.iter().map(|(_, fluent)| (*fluent, vec![Some(Value::entity(*norm))]));
            let weighs_numbers = how.tries_numbers;
            Target { fluents: own.chain(words).collect(), day, weighs_numbers, ..Target::default() }
        }
        _ => {
            // What an act breached it breached by its last day.
            let of_act = || question.by_act.and_then(|act| world.last_day_of(act));
            let day = if question.is_of_all_days(view) { of_act() } else { day };
            let open = undecided_patterns(model, question).map(|(pattern, open)| (open, constants(pattern)));
            let fluents = question.fluents().into_iter().map(|it| (it, Vec::new())).chain(open).collect();
            // A number that is asked for is told with what is left open of it.
            let wants_number = matches!(question.form, Form::HowMany | Form::What);
            let weighs_numbers = how.tries_numbers && !wants_number && !asks_what_is_undecided(model, question);
            let each = question.asks_for_several();
            Target { fluents, day, each, weighs_numbers, tells_ends: how.tells_ends, ..Target::default() }
        }
    }
}

/// Whether a question is about what numbers leave open, and would be none if they were tried out.
fn asks_what_is_undecided(model: &Model, question: &Question) -> bool {
    let open = |it: &(EntityId, FluentId)| model.name(it.0) == "undecided";
    let fluent = model.hooks.statuses.iter().find(|it| open(it)).map(|(_, fluent)| *fluent);
    let mut any = false;
    crate::instants::each_condition(&question.conditions, &mut |condition| {
        any |= match condition {
            Condition::Holds(pattern) => Some(pattern.fluent) == fluent,
            Condition::Undecided { .. } => true,
            _ => false,
        };
    });
    any
}

/// Statuses of norms that a question denies and that a missing number may leave undecided: the pattern, and the fluent that
/// says so.
pub(crate) fn undecided_patterns<'q>(
    model: &'q Model,
    question: &'q Question,
) -> impl Iterator<Item = (&'q FluentPattern, FluentId)> {
    let statuses = &model.hooks.statuses;
    let status = move |pattern: &FluentPattern| {
        statuses.iter().find(|(_, fluent)| *fluent == pattern.fluent).map(|(word, _)| model.name(*word))
    };
    let open = statuses.iter().find(|(word, _)| model.name(*word) == "undecided").map(|(_, fluent)| *fluent);
    let denied = question.conditions.iter().flat_map(|condition| match condition {
        Condition::Not(list) => list.as_slice(),
        _ => &[],
    });
    denied.filter_map(move |condition| match condition {
        Condition::Holds(it) if matches!(status(it), Some("breached" | "observed")) => Some((it, open?)),
        _ => None,
    })
}
