//! Writing proofs, for several questions of one view at once.

use std::collections::BTreeSet;

use servanda_model::{EntityId, Value, View};
use servanda_proof::{Shape, Target, Val};

use super::days::Days;
use super::draft::Leads;
use super::history::Accepted;
use super::stage::Stage;
use super::{Case, NoProof, Proof, ViewOf, answered, cells, comes_to, days_of, knowing, known, prepared, undocumented};
use crate::ask::{self, AskError, How, Reply};
use crate::world::{Outcome, World};

/// Writes proofs. What one looked at is tried first for the next.
pub struct Prover {
    days: Days,
    leads: Leads,
    /// What the actors of the views know, as far as it was looked at.
    knowledge: Vec<(View, Vec<Case>)>,
}

impl Prover {
    /// Reads the days of a dossier.
    ///
    /// # Errors
    /// What it says of days has no meaning.
    pub fn new(world: &World<'_>) -> Result<Prover, NoProof> {
        Ok(Prover {
            days: days_of(world).map_err(NoProof::NotCheckable)?,
            leads: Leads::default(),
            knowledge: Vec::new(),
        })
    }

    /// Writes the proofs of the answers to several questions from one point of view.
    pub fn prove(&mut self, world: &mut World<'_>, texts: &[String], view: &View) -> Vec<Result<Proof, NoProof>> {
        if texts.is_empty() {
            return Vec::new();
        }
        let how = How { readings: false, tries_numbers: true, tells_ends: true };
        let replies = match ask::ask_with(world, texts, view, how) {
            Ok(replies) => replies,
            Err(error) => return texts.iter().map(|_| Err(NoProof::Ask(error.clone()))).collect(),
        };
        let mut all = Vec::new();
        for (text, reply) in texts.iter().zip(replies) {
            let reply = reply.map_err(NoProof::Ask).and_then(|reply| as_stated(world, text, view, reply));
            all.push(reply.and_then(|(reply, undated)| self.prove_one(world, text, view, &reply, undated)));
        }
        all
    }

    fn prove_one(
        &mut self,
        world: &mut World<'_>,
        text: &str,
        view: &View,
        reply: &Reply,
        undated: bool,
    ) -> Result<Proof, NoProof> {
        let (question, questions, view) = prepared(world, text, view).map_err(NoProof::Ask)?;
        let knowledge = self.knowledge(world, &view)?;
        let days = &self.days;
        let mut unknown = known(world, days, &view, &knowledge).map_err(|it| NoProof::NotCheckable(it.reason))?;
        unknown.extend(undocumented(world, &view));
        let stage = Stage::new(world, days, question, &questions, &view, &unknown).map_err(NoProof::NotCheckable)?;
        let stage = stage.with_wholes(&answered(reply, undated));
        let (mut cases, exhaustive) = cells::explored(&stage, &mut self.leads)?;
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
        let answers = answered(&proved, undated);
        if reply.precision.is_none() && exhaustive && answers != answered(reply, undated) {
            let reason = format!("the engine says {:?}, the checker {answers:?}", answered(reply, undated));
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
        Ok(Proof { question: text.to_owned(), view, answers, exhaustive, undated, cases, knowledge })
    }

    /// What the actor of a view was told by its day: histories of the whole world, for all chronologies.
    fn knowledge(&mut self, world: &World<'_>, view: &View) -> Result<Vec<Case>, NoProof> {
        let Some(actor) = view.seen_by else { return Ok(Vec::new()) };
        if let Some((_, cases)) = self.knowledge.iter().find(|(known, _)| known == view) {
            return Ok(cases.clone());
        }
        let stage = knowing(world, &self.days, actor, view).map_err(NoProof::NotCheckable)?;
        let (cases, exhaustive) = cells::explored(&stage, &mut self.leads)?;
        if !exhaustive {
            return Err(NoProof::NotCheckable("what the actor knows hangs on too many orders of days".to_owned()));
        }
        let cases: Vec<Case> = cases.into_iter().map(|(case, _)| case).collect();
        self.knowledge.push((view.clone(), cases.clone()));
        Ok(cases)
    }
}

/// The reply with numbers that are left open as they are stated, which is what histories have. It has to be the same, if
/// need be but for its days; whether these have to be left out is said with it.
fn as_stated(world: &mut World<'_>, text: &str, view: &View, reply: Reply) -> Result<(Reply, bool), NoProof> {
    if !reply.tried_numbers {
        return Ok((reply, false));
    }
    let how = How { readings: false, tries_numbers: false, tells_ends: false };
    let replies = ask::ask_with(world, &[text.to_owned()], view, how).map_err(NoProof::Ask)?;
    let stated = replies.into_iter().next().expect("as many replies as questions").map_err(NoProof::Ask)?;
    if answered(&stated, true) != answered(&reply, true) {
        return Err(NoProof::NotCheckable("it hangs on a number that is left open".to_owned()));
    }
    let undated = answered(&stated, false) != answered(&reply, false);
    Ok((stated, undated))
}

/// Of the chronologies that were looked at, for everything that any says one in which it is so and one in which it is
/// not.
fn witnesses(stage: &Stage<'_>, outcome: &Outcome) -> Result<Vec<(Case, Accepted)>, NoProof> {
    let mut said: Vec<BTreeSet<String>> = Vec::new();
    for run in &outcome.runs {
        let solution = &run.solution;
        let value = |value: &Value| Val::of(*value, &solution.ranges);
        let instances = solution.instances.iter().flat_map(|instance| {
            let args = instance.args.iter().map(|it| Some(value(it))).collect();
            let shape = Shape { of: Target::Fluent(instance.fluent.0), args };
            let goal = stage.goals.iter().any(|goal| goal.covers(&shape));
            let on = stage.view.on;
            let spans = instance.intervals.iter().filter(move |it| goal && on.is_none_or(|on| it.contains(on)));
            spans.map(move |it| format!("{shape:?} {:?}", value(&it.value)))
        });
        let events = solution.events.iter().filter_map(|event| {
            let args = event.args.iter().map(|it| Some(value(it))).collect();
            let shape = Shape { of: Target::Action(event.action.0), args };
            let goal = stage.goals.iter().any(|goal| goal.covers(&shape));
            (goal && stage.view.on.is_none_or(|on| event.tick <= on)).then(|| format!("{shape:?}"))
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
        cases.push(cells::written(stage, &[], &mut Vec::new(), &mut Leads::default(), &day)?);
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use servanda_engine::{Compiled, Options, Record, solve};
    use servanda_model::{Occurrence, View};
    use servanda_proof::By;

    use super::super::history::Span;
    use super::*;
    use crate::load::{DefaultLaw, open};

    /// Solved anew with nothing but the events that a history cites, what was asked comes to the same.
    #[test]
    fn what_is_cited_is_sufficient() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dossiers/lithuania-1939");
        let dossier = open(&root, DefaultLaw::Library).expect("the dossier is there");
        let world = World::new(&dossier.model);
        let mut prover = Prover::new(&world).expect("its days are in order");
        let norms = dossier.model.norms.iter().filter(|norm| norm.reading.is_none()).step_by(3);
        let asked = norms.map(|norm| format!("what is the status of {}", dossier.model.name(norm.entity)));
        let mut histories = 0;
        for text in asked.chain(["who controls Vilnius".to_owned(), "how many troops of USSR in Lithuania".to_owned()])
        {
            let prepared = prepared(&world, &text, &View::default());
            let Ok((question, questions, view)) = prepared else { panic!("{text}") };
            let stage = Stage::new(&world, &prover.days, question, &questions, &view, &[]).expect("it has goals");
            let Ok((cases, _)) = cells::explored(&stage, &mut prover.leads) else { panic!("{text}") };
            let Ok(compiled) = Compiled::new(&stage.program) else { panic!("the program is checked") };
            for (case, accepted) in &cases {
                let cites = |it: &&Occurrence| {
                    let steps = case.certificate.steps.iter();
                    steps
                        .filter(|step| step.at == Some((it.tick, it.step)))
                        .any(|step| step.by == By::Narrative(it.tag))
                };
                let all = stage.narrative(&case.days);
                let cited: Vec<Occurrence> = all.iter().filter(cites).cloned().collect();
                assert!(cited.len() < all.len(), "{text}");
                let options = Options { until: Some(stage.through), horizon: stage.through, record: Record::Timeline };
                let solution = solve(&compiled, &cited, &options);
                let value = |value: &Value| Val::of(*value, &solution.ranges);
                for instance in &solution.instances {
                    let args = instance.args.iter().map(|it| Some(value(it))).collect();
                    let shape = Shape { of: Target::Fluent(instance.fluent.0), args };
                    if stage.goals.iter().any(|goal| goal.covers(&shape)) {
                        let spans = instance.intervals.iter().map(|it| Span {
                            value: value(&it.value),
                            since: it.since,
                            until: it.until,
                        });
                        let proved = accepted.intervals.get(&shape).cloned().unwrap_or_default();
                        assert_eq!(spans.collect::<Vec<_>>(), proved, "{text}: {shape:?}");
                    }
                }
                histories += 1;
            }
        }
        assert!(histories > 12, "{histories}");
    }
}
