//! Why no norm says what is asked, and what they say instead.

use std::collections::BTreeMap;

use servanda_model::{EntityId, Modality, Model, Norm, Term, Value, View};

use super::wording::{by, text};
use super::{
    allows_a_number, begun_by, cite, forbids, is_limit, is_permission, lacking, of_rule, on_day, read, told_of,
};
use crate::ask::trial::Trial;
use crate::ask::{No, answer};
use crate::question::{OfNorms, Question, Ruling, Wants};
use crate::steps::{self, Told};
use crate::world::{Outcome, World};

/// Why no norm says so, and what they say instead.
pub(in crate::ask) fn no(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    of: &OfNorms,
    view: &View,
    on: i64,
) -> No {
    let model = world.model;
    let mut no = No::default();
    let wanted = match of.wants {
        Wants::May => "a norm in force that permits or requires it",
        Wants::Can => "a norm in force that permits it, or a rule that would give it an effect",
        Wants::Must => "a norm in force that requires it",
        Wants::MustNot => "a norm in force that forbids it",
    };
    no.searched.push(wanted.to_owned());
    let trial = (of.is_plain() && of.wants == Wants::May).then(|| Trial::of(world, outcome, of, view, on)).flatten();
    let broken = trial.as_ref().map(|trial| trial.broken(world, outcome)).unwrap_or_default();
    let mut forbidding: Vec<EntityId> = Vec::new();
    for (key, standing) in on_day(world, outcome, Some(of.against), on) {
        let Some(said) = read(model, &key, of) else { continue };
        if broken.iter().any(|it| it.norm == said.norm.entity) && !forbids(model, of, said.norm) {
            continue;
        }
        let limits = !forbids(model, of, said.norm) && is_limit(said.norm);
        if limits && trial.as_ref().is_some_and(|trial| !is_touched(world, outcome, of, trial, said.norm)) {
            continue;
        }
        forbidding.push(said.norm.entity);
        let word = match said.norm.modality {
            _ if of.how_many && is_permission(said.norm) && !is_limit(said.norm) => "permitted, without a number, by",
            _ if of.wants != Wants::MustNot && !forbids(model, of, said.norm) => "limited by",
            Modality::MustNot => "forbidden by",
            Modality::Must if of.wants != Wants::MustNot => "forbidden by",
            Modality::Must => "required by",
            Modality::May | Modality::Can => "permitted by",
        };
        let possibly = if standing.certain { "" } else { "possibly " };
        let left: Vec<String> = model.origins[said.norm.origin.index()]
            .judgments
            .iter()
            .map(|phrase| format!(" (left to judgment: “{phrase}”)"))
            .collect();
        no.instead.push(format!("{possibly}{word} {}{}", by(model, of, &said), left.concat()));
        let mut told = answer(world, String::new(), true, vec![None], vec![None]);
        begun_by(world, standing.begun, on, &mut told);
        cite(model, said.norm.origin, &mut told.steps);
        no.steps.extend(told.steps);
    }
    for it in broken.iter().filter(|it| !forbidding.contains(&it.norm)) {
        let Some(norm) = model.norms.iter().find(|norm| norm.entity == it.norm) else { continue };
        let possibly = if it.certain { "" } else { "possibly " };
        let figures = if it.figures.is_empty() { String::new() } else { format!(", as {}", it.figures.join("; ")) };
        no.instead.push(format!("{possibly}would break {}: {}{figures}", model.name(norm.entity), norm.sentence));
        no.steps.extend(it.steps.iter().cloned());
        cite(model, norm.origin, &mut no.steps);
    }
    for (key, standing) in on_day(world, outcome, question.fluent, on) {
        let Some(said) = read(model, &key, of) else { continue };
        let possibly = if standing.certain { "" } else { "possibly " };
        let beyond = trial.as_ref().filter(|_| allows_a_number(said.norm)).and_then(|it| it.beyond(model, said.norm));
        no.instead.push(match beyond {
            Some(figure) => {
                let mut told = answer(world, String::new(), true, vec![None], vec![None]);
                begun_by(world, standing.begun, on, &mut told);
                cite(model, said.norm.origin, &mut told.steps);
                told.steps.extend(steps::of_figures(world, outcome, &said.norm.content, on));
                let new: Vec<Told> = told.steps.into_iter().filter(|it| !no.steps.contains(it)).collect();
                no.steps.extend(new);
                format!(
                    "{possibly}{} permits no more: {}, and {figure}",
                    model.name(said.norm.entity),
                    said.norm.sentence
                )
            }
            None => format!("{possibly}{}", text(model, of, &said, None)),
        });
    }
    if of.asked == 0 && !of.how_many && no.instead.is_empty() {
        permitted_less(world, outcome, question, of, on, &mut no);
    }
    performed(world, outcome, of, on, &mut no);
    done_that_day(world, outcome, of, on, &mut no);
    let lacking = lacking(outcome, of, on);
    for it in lacking.iter().filter(|it| it.certain) {
        no.instead.push(format!("without effect in law, unless {}", told_of(model, it.patterns)));
        it.patterns.iter().for_each(|pattern| steps::lacking(world, outcome, pattern, on, &mut no));
    }
    // What only keeps a note of the act says nothing of one that nobody can do.
    let notes = of.rules.iter().filter(|(_, _, effective)| !effective && !lacking.iter().any(|it| it.certain));
    for (fluent, rule, _) in notes {
        for answer in of_rule(world, outcome, *fluent, *rule, on) {
            if !no.instead.contains(&answer.text) {
                no.instead.push(answer.text);
                no.steps.extend(answer.steps);
            }
        }
    }
    let against = !no.instead.is_empty();
    if !against && !of.list {
        no.instead.push(match of.wants {
            Wants::MustNot => "no norm in force forbids it".to_owned(),
            Wants::Must => "no norm in force requires it".to_owned(),
            _ => "no norm in force speaks of it: it is neither permitted nor forbidden".to_owned(),
        });
        no.is_open = matches!(of.wants, Wants::May | Wants::Can);
    }
    for (at, ruling) in &of.norms {
        let norm = &model.norms[*at];
        let says = match ruling {
            Ruling::Permits => "permits it",
            Ruling::Requires => "requires it",
            Ruling::Forbids => "forbids it",
            Ruling::Limits | Ruling::Leaves => "sets a limit to it",
            // Of another place, unless that one lies in it.
            Ruling::Around => continue,
        };
        // Who does not know of a norm is not told of it.
        let is_hidden =
            outcome.unknown.contains(&norm.entity) || norm.instrument.is_some_and(|it| outcome.unknown.contains(&it));
        if is_hidden || of.doer.is_some_and(|doer| !can_bind(world, outcome, norm, doer)) {
            continue;
        }
        let wants = match of.wants {
            Wants::MustNot => *ruling == Ruling::Forbids,
            _ => *ruling != Ruling::Forbids,
        };
        if wants && !of.list && no.would_change.len() < 12 {
            // One that stands says something else: of another place, say.
            let is_standing = stands(outcome, norm, on);
            if is_standing && is_permission(norm) {
                continue;
            }
            let text = format!("{}: {}; {says} while it binds and stands", model.name(norm.entity), norm.sentence);
            if !no.would_change.contains(&text) {
                no.would_change.push(text);
                if !against && !is_standing && of.wants != Wants::Must {
                    let text = format!("{} {says}, but does not stand then", model.name(norm.entity));
                    if !no.instead.contains(&text) {
                        no.instead.push(text);
                    }
                }
                if !against {
                    no.steps.push(Told { kind: "norm", ..steps::of_origin(model, norm.origin, "") });
                }
            }
        }
    }
    no
}

/// Permissions that stand and do not go as far as what is asked.
fn permitted_less(world: &World<'_>, outcome: &Outcome, question: &Question, of: &OfNorms, on: i64, no: &mut No) {
    let model = world.model;
    let permitting: Vec<Vec<Value>> = on_day(world, outcome, question.fluent, on).into_iter().map(|it| it.0).collect();
    for (key, standing) in on_day(world, outcome, Some(of.less), on) {
        let [norm, ..] = key.as_slice() else { continue };
        let Some(norm) = model.norms.iter().find(|it| Some(it.entity) == norm.as_entity()) else { continue };
        if permitting.contains(&key) {
            continue;
        }
        let possibly = if standing.certain { "" } else { "possibly " };
        let how =
            if norm.act.is_some() { "permits no more than this" } else { "permits it for a whole around it only" };
        no.instead.push(format!("{possibly}{} {how}: {}", model.name(norm.entity), norm.sentence));
        let mut told = answer(world, String::new(), true, vec![None], vec![None]);
        begun_by(world, standing.begun, on, &mut told);
        cite(model, norm.origin, &mut told.steps);
        no.steps.extend(told.steps);
    }
}

/// Whether some instance of a permission stands on a day.
fn stands(outcome: &Outcome, norm: &Norm, on: i64) -> bool {
    let any = vec![None; norm.instance.len()];
    outcome.runs.iter().any(|run| {
        let mut instances = run.solution.instances_of(norm.status, &any);
        instances.any(|it| it.intervals.iter().any(|interval| interval.contains(on)))
    })
}

/// Whether an act bears on a limit: it is one of who does it, to a number that the act changes.
pub(super) fn is_touched(world: &World<'_>, outcome: &Outcome, of: &OfNorms, trial: &Trial, norm: &Norm) -> bool {
    of.doer.is_none_or(|doer| can_bind(world, outcome, norm, doer)) && trial.touches(world.model, norm)
}

/// Whether a norm is one of somebody: of who it names, or of a party to its instrument, or it binds them at some time.
fn can_bind(world: &World<'_>, outcome: &Outcome, norm: &Norm, somebody: Value) -> bool {
    let model = world.model;
    let Some(who) = somebody.as_entity() else { return true };
    let wanted = [Some(Value::entity(norm.entity)), Some(somebody)];
    let binds = outcome.runs.iter().any(|run| run.solution.instances_of(model.hooks.binds, &wanted).next().is_some());
    let named = norm.bearers.is_empty() || norm.bearers.contains(&who);
    // Of a norm that binds somebody it is known whom.
    let is_known = || {
        let wanted = [Some(Value::entity(norm.entity)), None];
        outcome.runs.iter().any(|run| run.solution.instances_of(model.hooks.binds, &wanted).next().is_some())
    };
    binds || named && !is_known()
}

/// Whether a norm asks for an act towards the other party, and an act is towards somebody who is none.
fn is_owed_to_others(model: &Model, norm: &Norm, act: &servanda_model::EventPattern) -> bool {
    let Some(parties) = norm.instrument.map(|it| &model.lexicon.entities[it.index()].parties) else { return false };
    let (Some(own), false) = (&norm.act, parties.is_empty()) else { return false };
    let towards_the_other = norm.sentence.contains("the other");
    let is_outsider = |(own, asked): (&Term, &Term)| match (own, asked) {
        (Term::Var(_), Term::Value(value)) if *own != norm.bearer => {
            towards_the_other && value.as_entity().is_some_and(|id| !parties.contains(&id))
        }
        // What is owed to one by name may pass to another, and is not owed to them before it has.
        (Term::Value(own), Term::Value(asked)) => {
            own != asked && own.as_entity().is_some_and(|id| parties.contains(&id))
        }
        _ => false,
    };
    own.action == act.action && own.args.iter().zip(&act.args).any(is_outsider)
}

/// An act that was done on the very day on which it is asked whether it can be: what follows from it is so already.
fn done_that_day(world: &World<'_>, outcome: &Outcome, of: &OfNorms, on: i64, no: &mut No) {
    let (Some(act), Wants::Can) = (&of.act, of.wants) else { return };
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return };
    for event in run.solution.events.iter().filter(|it| it.action == act.action && it.tick == on) {
        let same = |(term, value): (&Term, &Value)| !matches!(term, Term::Value(wanted) if wanted != value);
        if act.args.iter().zip(&event.args).all(same) {
            let said = crate::say::action(world.model, event.action, &event.args);
            no.instead.push(format!("{said} on that very day, and what follows from it is so by its end"));
            no.steps.extend(steps::of_act(world, outcome, run, event.action, &event.args, event.tick).steps);
        }
    }
}

/// Duties that would require it and are done with: met, lapsed or excused.
fn performed(world: &World<'_>, outcome: &Outcome, of: &OfNorms, on: i64, no: &mut No) {
    let model = world.model;
    if of.wants != Wants::Must || of.list {
        return;
    }
    let run = &outcome.runs[0];
    let somebody_else = |at: usize| of.act.as_ref().is_some_and(|act| is_owed_to_others(model, &model.norms[at], act));
    for (at, _) in of.norms.iter().filter(|(at, ruling)| *ruling == Ruling::Requires && !somebody_else(*at)) {
        let own = of.names.iter().filter(|(of, ..)| of == at);
        let own = own.filter_map(|(_, name, value)| {
            let var = model.norms[*at].vars.iter().position(|var| var.name == *name)?;
            Some((servanda_model::VarId::from_index(var), *value))
        });
        let mut put: BTreeMap<servanda_model::VarId, Value> = own.collect();
        if let (Term::Var(bearer), Some(doer)) = (model.norms[*at].bearer, of.doer) {
            put.insert(bearer, doer);
        }
        steps::excepted(world, outcome, &model.norms[*at], &put, on, no);
        let norm = Some(Value::entity(model.norms[*at].entity));
        for (_, fluent) in &model.hooks.statuses {
            for instance in run.solution.instances_of(*fluent, &[norm, None]) {
                // What others have to do is no matter of who is asked about.
                let other = of.doer.is_some_and(|doer| {
                    let as_bearer = doer.as_entity().is_some() && instance.args[1].as_entity().is_some();
                    as_bearer && instance.args[1] != doer
                });
                let Some(interval) = instance.intervals.iter().find(|it| it.contains(on) && !other) else { continue };
                let text = steps::held_since(world, outcome, run, instance, interval, on);
                if no.instead.contains(&text) {
                    continue;
                }
                no.instead.push(text);
                if let Some(step) = interval.begun_by {
                    no.steps.extend(steps::trace(world, run, step, Some(on)).steps);
                }
            }
        }
    }
}
