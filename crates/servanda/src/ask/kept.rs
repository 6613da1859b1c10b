//! What is seen of answers only beside others: whether the whole of a treaty is kept, since when a secret is one, and what the
//! dossier says against itself.

use std::cmp::Ordering;

use servanda_model::lexicon::{Piece, Slot, Target};
use servanda_model::{Condition, FluentId, FluentType, Hole, Model, Term, Value};

use super::held::{Found, constants, fillings};
use super::sayings::{day_or_between, told};
use super::{Answer, Truth, answer, because};
use crate::question::{Extreme, Form, Question};
use crate::say;
use crate::steps;
use crate::world::{Outcome, World};

/// Since when an answer is so, in words.
fn since_text(answer: &Answer) -> String {
    day_or_between(&answer.since, &answer.since_between).map_or_else(String::new, |day| format!(" since {day}"))
}

/// Turns the norms that are broken into whether the whole of them is kept; gives back those that say no.
pub(super) fn keeping(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    (bound, on, all_days): (FluentId, i64, bool),
    answers: &mut Vec<Answer>,
) -> Vec<Answer> {
    let broken = std::mem::take(answers);
    let found = fillings(outcome, Some(bound), on);
    let binds = |it: &Found<'_>| match all_days {
        true => it.days.iter().flat_map(|days| days.iter()).any(|span| {
            let (first, last) = question.during.unwrap_or((None, None));
            last.is_none_or(|last| span.since().is_none_or(|since| since <= last))
                && first.is_none_or(|first| span.until().is_none_or(|until| first < until))
        }),
        false => it.at.iter().any(Option::is_some),
    };
    if !question.asked.is_empty() && matches!(question.form, Form::Which) && found.keys().any(|key| !key.is_empty()) {
        // Of each whom it binds by itself.
        for (key, it) in found.iter().filter(|(_, it)| binds(it)) {
            let text = say::value(world.model, &it.outcome.runs[it.of].solution, key[0]);
            let mut against = broken.iter().filter(|broken| broken.text == text).peekable();
            let is_doubted = against.peek().is_some();
            if key[0].as_entity() == Some(world.model.hooks.unspecified)
                || !is_of_asked_kind(world.model, question, key[0])
                || against.any(|it| it.truth == Truth::Certain)
            {
                continue;
            }
            let mut one = answer(world, text, !is_doubted, vec![None], vec![None]);
            for (_, run, step) in it.steps.iter().take(1) {
                because(world, run, Some(*step), Some(on), &mut one);
            }
            answers.push(one);
        }
        return if answers.is_empty() { broken } else { Vec::new() };
    }
    if !found.values().any(binds) || broken.iter().any(|it| it.truth == Truth::Certain) {
        return broken;
    }
    let mut one = answer(world, told(world.model, &question.body), broken.is_empty(), vec![None], vec![None]);
    for (_, run, step) in found.values().flat_map(|it| &it.steps).take(1) {
        because(world, run, Some(*step), Some(on), &mut one);
    }
    one.which = broken.iter().map(|norm| format!("but possibly {}", breach_text(norm))).collect();
    answers.push(one);
    Vec::new()
}

/// Whether a thing is of the kind that a question asks for.
fn is_of_asked_kind(model: &Model, question: &Question, thing: Value) -> bool {
    match question.asked.first().map(|var| question.vars[var.index()].hole) {
        Some(Hole::Kind(kind)) => thing.as_entity().is_some_and(|it| model.lexicon.is_of_kind(it, kind)),
        _ => true,
    }
}

/// That a norm is breached, since when and until when.
pub(super) fn breach_text(norm: &Answer) -> String {
    let breached = if norm.text.contains(" breached") { "" } else { " breached" };
    let until =
        day_or_between(&norm.until, &norm.until_between).map_or_else(String::new, |day| format!(" until {day}"));
    format!("{}{breached}{}{until}", norm.text, since_text(norm))
}

/// Breaches, of which one that is possible up to the day from which it is certain is the same one, with an open first day.
pub(super) fn joined(all: Vec<Answer>) -> Vec<Answer> {
    let mut joined: Vec<Answer> = Vec::new();
    for breach in all {
        let may_be = |known: &&mut Answer| {
            known.truth == Truth::Possible
                && breach.truth == Truth::Certain
                && known.text == breach.text
                && known.until.is_some()
                && known.until == breach.since
        };
        match joined.iter_mut().find(may_be) {
            Some(known) if known.since.is_some() => {
                let between = Some((known.since.clone(), breach.since.clone()));
                *known = Answer { since: None, since_between: between, ..breach };
            }
            _ => joined.push(breach),
        }
    }
    joined
}

/// Denies what was found: a yes where there is nothing, possibly where all of it is only possible. Gives back what says no.
pub(super) fn denied(world: &World<'_>, outcome: &Outcome, asked: &str, answers: &mut Vec<Answer>) -> Vec<Answer> {
    let found = std::mem::take(answers);
    if found.iter().any(|it| it.truth == Truth::Certain) {
        return found;
    }
    let certain = found.is_empty() && outcome.exhaustive;
    let mut one = answer(world, told(world.model, asked), certain, vec![None], vec![None]);
    one.assumptions.push("what the dossier does not state is taken not to be so".to_owned());
    one.which = found.iter().map(|it| format!("but possibly {}", it.text)).collect();
    answers.push(one);
    Vec::new()
}

/// What is secret is so from when it was made, and not before.
pub(super) fn secrets_made(world: &World<'_>, question: &Question, on: i64, all_days: bool, answers: &mut Vec<Answer>) {
    let [Condition::Holds(it), ..] = question.conditions.as_slice() else { return };
    if it.fluent != world.model.hooks.secret {
        return;
    }
    let named = |answer: &Answer| match it.args.first() {
        Some(Term::Value(value)) => value.as_entity(),
        _ => world.model.lexicon.entity(&answer.text),
    };
    answers.retain_mut(|answer| {
        let Some(made) = named(answer).and_then(|thing| steps::made_on(world, thing)) else { return true };
        if answer.since.is_none() && answer.since_between.is_none() {
            answer.since = Some(world.model.show_tick(made));
        }
        all_days || made <= on
    });
}

/// The most contradictions that are told of.
const MOST_CONTRADICTIONS: usize = 3;

/// What the dossier says against itself by a day: no value is taken for it, and answers beside it may be otherwise.
pub(super) fn contradictory(world: &World<'_>, outcome: &Outcome, on: i64) -> Vec<String> {
    let model = world.model;
    let by = |tick: &Option<i64>| tick.is_none_or(|tick| tick <= on);
    let found = outcome.runs.iter().take(1).flat_map(|run| &run.solution.contradictions);
    let told = found.filter(|it| by(&it.tick) && it.fluent.index() < model.program.fluents.len()).map(|it| {
        let day = it.tick.map_or_else(|| "from the start".to_owned(), |tick| format!("on {}", model.show_tick(tick)));
        let said = say::fluent(model, it.fluent, &it.args, None);
        format!("what is said of “{said}” {day} contradicts itself and is left out; `servanda check` shows where")
    });
    told.take(MOST_CONTRADICTIONS).collect()
}

/// For whom a value is one, where the question leaves that out: `who holds title to Tarn`.
pub(super) fn for_whom(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, answers: &mut [Answer]) {
    let model = world.model;
    let [Condition::Holds(it)] = question.conditions.as_slice() else { return };
    let open: Vec<usize> = (0..it.args.len()).filter(|at| it.args[*at] == Term::Any).collect();
    let [at] = open.as_slice() else { return };
    // Of what is only so or not so it matters in whose eyes.
    if it.value == Term::Value(Value::TRUE) && word_before(model, it.fluent, *at) != "for" {
        return;
    }
    let wanted = constants(it);
    let run = &outcome.runs[0];
    for answer in answers {
        let mut whom: Vec<&str> = Vec::new();
        for instance in run.solution.instances_of(it.fluent, &wanted) {
            let held = instance.intervals.iter().find(|interval| interval.contains(on));
            let Some(held) = held else { continue };
            let is_it = match it.value {
                Term::Value(value) => held.value == value,
                _ => say::value(model, &run.solution, held.value) == answer.text,
            };
            whom.extend(instance.args[*at].as_entity().filter(|_| is_it).map(|id| model.name(id)));
        }
        if !whom.is_empty() {
            answer.which.insert(0, format!("{} {}", word_before(model, it.fluent, *at), whom.join(", ")));
        }
    }
}

/// What an instrument becomes when it is no more as it is: one that is denounced is in force until its time has run out.
pub(super) fn afterwards(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, answers: &mut [Answer]) {
    let model = world.model;
    let [Condition::Holds(it)] = question.conditions.as_slice() else { return };
    let fluent = &model.program.fluents[it.fluent.index()];
    let of_instruments =
        matches!(*fluent.args, [Hole::Kind(kind)] if model.lexicon.is_subkind(kind, model.hooks.instrument));
    let ([answer], true, FluentType::Valued(Hole::Kind(_))) = (answers, of_instruments, fluent.ty) else { return };
    let run = &outcome.runs[0];
    for instance in run.solution.instances_of(it.fluent, &constants(it)) {
        let Some(now) = instance.intervals.iter().position(|interval| interval.contains(on)) else { continue };
        let next = instance.intervals.get(now + 1).filter(|next| next.since == instance.intervals[now].until);
        let next = next.and_then(|next| next.value.as_entity()).filter(|_| answer.until.is_some());
        answer.which.extend(next.map(|word| format!("and then {}", model.lexicon.entities[word.index()].label)));
    }
}

/// The word by which a phrase leads up to one of its holes.
fn word_before(model: &Model, fluent: FluentId, argument: usize) -> String {
    let main = model.lexicon.main_wording(Target::Fluent(fluent));
    let word = main.and_then(|wording| {
        let is_it = |piece: &Piece| matches!(piece, Piece::Hole(slot) if wording.slots[*slot].0 == Slot::Arg(argument));
        match &wording.pieces[wording.pieces.iter().position(is_it)?.checked_sub(1)?] {
            Piece::Word(forms) => forms.first().cloned(),
            Piece::Hole(_) => None,
        }
    });
    word.unwrap_or_else(|| "of".to_owned())
}

/// Keeps of several answers those that began first, or last; as far as their days are open, those that may have.
pub(super) fn extreme(which: Extreme, answers: &mut Vec<Answer>) {
    let bounds = |answer: &Answer| match (&answer.since, &answer.since_between) {
        (Some(day), _) => (Some(day.clone()), Some(day.clone())),
        (None, Some((first, last))) => (first.clone(), last.clone()),
        (None, None) => (None, None),
    };
    // A beginning that is not known is before all others.
    let of = |answer: &Answer| bounds(answer).0.unwrap_or_default();
    let until = |answer: &Answer| bounds(answer).1.unwrap_or_default();
    let (earliest, latest) = (answers.iter().map(until).min(), answers.iter().map(of).max());
    // Of one day the hours decide.
    let order = |answer: &Answer, other: &Answer| Some(answer.place?.cmp(&other.place?));
    let (wanted, unwanted) = match which {
        Extreme::First => (Ordering::Less, Ordering::Greater),
        Extreme::Last => (Ordering::Greater, Ordering::Less),
    };
    let beaten: Vec<bool> =
        answers.iter().map(|answer| answers.iter().any(|other| order(answer, other) == Some(unwanted))).collect();
    let certain = |answer: &Answer| {
        answers.iter().all(|other| match which {
            _ if order(answer, other) == Some(wanted) => true,
            Extreme::First => of(other) >= until(answer) || other.text == answer.text,
            Extreme::Last => until(other) <= of(answer) || other.text == answer.text,
        })
    };
    let sure: Vec<bool> = answers.iter().map(certain).collect();
    let mut at = 0;
    answers.retain_mut(|answer| {
        at += 1;
        if !sure[at - 1] {
            answer.truth = Truth::Possible;
        }
        let is_it = match which {
            Extreme::First => Some(of(answer)) <= earliest,
            Extreme::Last => Some(until(answer)) >= latest,
        };
        is_it && !beaten[at - 1]
    });
}
