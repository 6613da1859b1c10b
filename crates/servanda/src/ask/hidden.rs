//! Verdicts that rest on a number of which a point of view does not see all.

use servanda_model::{Condition, EntityId, Expr, FluentId, Model, Norm, Term, Value, View};

use super::held::is_partly_hidden;
use super::{Answer, Truth, answer};
use crate::question::{Form, Question};
use crate::steps;
use crate::world::{Outcome, World};

/// What is taken for granted of such a verdict.
const ASSUMPTION: &str = "not all that is told of the number is known from here";

/// Makes possible what is said of the keeping of a limit whose number is not seen whole: that it is breached as that it is observed.
pub(super) fn verdicts(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    (view, on): (&View, i64),
    answers: &mut Vec<Answer>,
) {
    if view.seen_by.is_none() && view.known_in.is_none() {
        return;
    }
    let (model, sees) = (world.model, |norm: EntityId| is_partly_seen(world, outcome, norm, on));
    if let Form::Statuses(norm) = question.form {
        if sees(norm) {
            answers.iter_mut().for_each(doubt);
        }
        return;
    }
    let [Condition::Holds(it), ..] = question.conditions.as_slice() else { return };
    if !is_verdict(model, it.fluent) || !matches!(question.form, Form::Whether | Form::Which) {
        return;
    }
    match it.args.first() {
        Some(Term::Value(norm)) => {
            let Some(norm) = norm.as_entity().filter(|norm| sees(*norm)) else { return };
            answers.iter_mut().for_each(doubt);
            let whole = question.conditions.len() == 1 && matches!(question.form, Form::Whether);
            let stands = || {
                let mut statuses = super::statuses(world, outcome, norm, on).into_iter();
                statuses.any(|it| it.text.starts_with("breached") || it.text.starts_with("observed"))
            };
            if answers.is_empty() && whole && stands() {
                let text = super::sayings::statement(model, question);
                let mut one = answer(world, text, false, vec![None], vec![None]);
                doubt(&mut one);
                answers.push(one);
            }
        }
        _ => {
            let named = |answer: &Answer| model.lexicon.entity(&answer.text);
            answers.iter_mut().filter(|it| named(it).is_some_and(sees)).for_each(doubt);
        }
    }
}

/// Leaves out what is not known of only because it was not yet made; what was made is unknown from then on.
pub(super) fn not_yet_made(world: &World<'_>, question: &Question, on: i64, answers: &mut Vec<Answer>) {
    let model = world.model;
    let denied = question.body.to_lowercase().contains(" not know of");
    if !denied || !matches!(question.form, Form::Which) {
        return;
    }
    answers.retain_mut(|answer| {
        let thing = model.lexicon.entity(&answer.text);
        let Some(made) = thing.and_then(|thing| steps::made_on(world, thing)) else { return true };
        if answer.since.is_none() && answer.since_between.is_none() {
            answer.since = Some(model.show_tick(made));
        }
        if answer.steps.iter().all(|told| told.place.is_none()) {
            let origin = thing.map(|id| model.lexicon.entities[id.index()].origin);
            answer.steps.extend(origin.map(|origin| steps::of_origin(model, origin, "")));
        }
        made <= on
    });
}

fn doubt(answer: &mut Answer) {
    answer.truth = Truth::Possible;
    answer.assumptions.push(ASSUMPTION.to_owned());
}

/// Whether a fluent says that a norm is breached, or observed.
fn is_verdict(model: &Model, fluent: FluentId) -> bool {
    let statuses = model.hooks.statuses.iter().filter(|(_, it)| *it == fluent);
    statuses.map(|(word, _)| model.name(*word)).any(|word| matches!(word, "breached" | "observed"))
}

/// Whether a norm compares a number, of which something is told by a day that is hidden from whoever looks.
pub(crate) fn is_partly_seen(world: &World<'_>, outcome: &Outcome, norm: EntityId, on: i64) -> bool {
    let norms = world.model.norms.iter().filter(|it| it.entity == norm && it.reading.is_none());
    norms.flat_map(|norm| norm.content.iter().map(move |condition| (norm, condition))).any(|(norm, condition)| {
        let Condition::Compare { left: Expr::Fluent(fluent, args), .. } = condition else { return false };
        let args: Vec<Term> = args.iter().map(|term| borne(norm, *term)).collect();
        world.model.totals.iter().any(|it| it.total == *fluent) && is_partly_hidden(world, outcome, *fluent, &args, on)
    })
}

/// Who a norm binds, where that is only one.
fn borne(norm: &Norm, term: Term) -> Term {
    match norm.bearers.as_slice() {
        [only] if term == norm.bearer => Term::Value(Value::entity(*only)),
        _ => term,
    }
}
