//! Writing proofs, for several questions of one view at once.

use std::collections::BTreeSet;

use servanda_model::{EntityId, Value, View};
use servanda_proof::{Accepted, Atom, Shape, Target, Val};

use super::days::Days;
use super::stage::Stage;
use super::{Case, NoProof, Proof, ViewOf, answered, cells, comes_to, days_of, knowing, known, prepared, undocumented};
use crate::ask::{self, AskError, Reply};
use crate::world::{Outcome, World};

/// Writes proofs. What one looked at is tried first for the next.
pub struct Prover {
    days: Days,
    scope: Vec<Shape>,
}

impl Prover {
    /// Reads the days of a dossier.
    ///
    /// # Errors
    /// What it says of days has no meaning.
    pub fn new(world: &World<'_>) -> Result<Prover, NoProof> {
        Ok(Prover { days: days_of(world).map_err(NoProof::NotCheckable)?, scope: Vec::new() })
    }

    /// Writes the proofs of the answers to several questions from one point of view.
    pub fn prove(&mut self, world: &mut World<'_>, texts: &[String], view: &View) -> Vec<Result<Proof, NoProof>> {
        if texts.is_empty() {
            return Vec::new();
        }
        let replies = match ask::ask_all(world, texts, view, false) {
            Ok(replies) => replies,
            Err(error) => return texts.iter().map(|_| Err(NoProof::Ask(error.clone()))).collect(),
        };
        let mut all = Vec::new();
        for (text, reply) in texts.iter().zip(replies) {
            let reply = reply.map_err(NoProof::Ask);
            all.push(reply.and_then(|reply| prove_one(world, &self.days, text, view, &reply, &mut self.scope)));
        }
        all
    }
}

fn prove_one(
    world: &mut World<'_>,
    days: &Days,
    text: &str,
    view: &View,
    reply: &Reply,
    scope: &mut Vec<Shape>,
) -> Result<Proof, NoProof> {
    let (question, questions, view) = prepared(world.model, text, view).map_err(NoProof::Ask)?;
    let knowledge = match view.seen_by {
        Some(actor) => Some(knowledge(world, days, actor, &view)?),
        None => None,
    };
    let mut unknown = match &knowledge {
        Some(case) => known(world, days, &view, case).map_err(|it| NoProof::Disagree(it.reason))?,
        None => Vec::new(),
    };
    unknown.extend(undocumented(world, &view));
    let stage = Stage::new(world, days, question, &questions, &view, &unknown).map_err(NoProof::NotCheckable)?;
    let (mut cases, exhaustive) = cells::explored(&stage, scope)?;
    if !exhaustive {
        if reply.precision.is_none() || reply.answers.is_empty() {
            let most = cells::MOST_CASES;
            return Err(NoProof::NotCheckable(format!("it hangs on more than {most} orders of days")));
        }
        let asked = world.ask(&view, &questions).map_err(|errors| NoProof::Ask(AskError::Program(errors)))?;
        cases = witnesses(&stage, &asked)?;
    }
    let pairs: Vec<(&Case, &Accepted)> = cases.iter().map(|(case, accepted)| (case, accepted)).collect();
    let proved = comes_to(world, &stage, &pairs, exhaustive).map_err(|it| NoProof::Disagree(it.reason))?;
    let answers = answered(&proved);
    if reply.precision.is_none() && exhaustive && answers != answered(reply) {
        let reason = format!("the engine says {:?}, the checker {answers:?}", answered(reply));
        return Err(NoProof::Disagree(reason));
    }
    let name = |id: &EntityId| world.model.name(*id).to_owned();
    let view = ViewOf {
        on: stage.view.on.map(|day| world.model.show_tick(day)),
        seen_by: stage.view.seen_by.as_ref().map(name),
        known: stage.view.known_in,
        under: stage.view.under.iter().map(name).collect(),
    };
    let cases = cases.into_iter().map(|(case, _)| case).collect();
    Ok(Proof { question: text.to_owned(), view, answers, exhaustive, cases, knowledge })
}

/// Of the chronologies that were looked at, for everything that any says one in which it is so and one in which it is
/// not.
fn witnesses(stage: &Stage<'_>, outcome: &Outcome) -> Result<Vec<(Case, Accepted)>, NoProof> {
    let mut said: Vec<BTreeSet<String>> = Vec::new();
    for run in &outcome.runs {
        let solution = &run.solution;
        let value = |value: &Value| Val::of(*value, &solution.ranges);
        let instances = solution.instances.iter().flat_map(|instance| {
            let atom = Atom { of: Target::Fluent(instance.fluent.0), args: instance.args.iter().map(value).collect() };
            let goal = stage.goals.iter().any(|goal| goal.has(&atom));
            let on = stage.view.on;
            let spans = instance.intervals.iter().filter(move |it| goal && on.is_none_or(|on| it.contains(on)));
            spans.map(move |it| format!("{atom:?} {:?}", value(&it.value)))
        });
        let events = solution.events.iter().filter_map(|event| {
            let atom = Atom { of: Target::Action(event.action.0), args: event.args.iter().map(value).collect() };
            let goal = stage.goals.iter().any(|goal| goal.has(&atom));
            (goal && stage.view.on.is_none_or(|on| event.tick <= on)).then(|| format!("{atom:?}"))
        });
        said.push(instances.chain(events).collect());
    }
    let all: BTreeSet<&String> = said.iter().flatten().collect();
    let mut chosen = BTreeSet::from([0]);
    for it in all {
        chosen.extend(said.iter().position(|said| said.contains(it)));
        chosen.extend(said.iter().position(|said| !said.contains(it)));
    }
    let mut cases = Vec::new();
    for run in chosen {
        let day = |id: usize| outcome.runs[run].ticks.get(id).copied().flatten();
        cases.push(cells::written(stage, &[], &mut Vec::new(), &day)?);
    }
    Ok(cases)
}

/// What an actor was told by a day: a history of the whole world, in the chronology in which all is as early as can be.
fn knowledge(world: &World<'_>, days: &Days, actor: EntityId, view: &View) -> Result<Case, NoProof> {
    let stage = knowing(world, days, actor, view).map_err(NoProof::NotCheckable)?;
    Ok(cells::earliest(&stage)?.0)
}
