//! The dossier from a point of view: what of it counts, on which days, and what follows.

use std::ops::ControlFlow;

use servanda_chronology::{Point, Scenario};
use servanda_engine::{Compiled, Options, ProgramError, Record, Solution, solve};
use servanda_model::{
    Definition, EntityId, EventId, EventKind, Fluent, Guard, Happening, Model, Occurrence, Program, Standing, View,
};

use crate::dating::{self, Dating};
use crate::relevance;

/// A dossier ready to be asked.
pub struct World<'m> {
    /// What it says.
    pub model: &'m Model,
    /// When.
    pub dating: Dating,
    /// For each event the tick in the chronology in which everything is as early as can be.
    earliest: Option<Scenario>,
    /// Years after the last dated day that are looked at, for terms and deadlines still running.
    pub years_ahead: i64,
}

/// What was made of the dossier from one point of view.
pub struct Outcome {
    /// The program that ran, with the questions put to it.
    pub program: Program,
    /// One run for each chronology looked at; the first is the earliest.
    pub runs: Vec<Run>,
    /// Whether every admissible chronology that could matter was looked at.
    pub exhaustive: bool,
    /// The events that counted.
    pub visible: Vec<EventId>,
    /// Events without a certain day that could matter to the questions.
    pub uncertain: Vec<EventId>,
}

/// One chronology and what follows in it.
pub struct Run {
    /// The day of each event, by its number, in this chronology.
    pub ticks: Vec<Option<i64>>,
    /// What follows.
    pub solution: Solution,
}

/// Questions as definitions of fluents of their own, put to a program.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    /// Fluents for the answers; their ids follow those of the model.
    pub fluents: Vec<Fluent>,
    /// What they mean.
    pub definitions: Vec<Definition>,
    /// Actions asked about, with whatever constants the question gives.
    pub acts: Vec<servanda_model::EventPattern>,
    /// Ranges of numbers, those of the model first; empty for just these.
    pub ranges: Vec<servanda_model::NumberRange>,
}

/// How many chronologies are run at most for one question.
pub const MOST_RUNS: usize = 400;

impl<'m> World<'m> {
    /// Dates a dossier.
    #[must_use]
    pub fn new(model: &'m Model) -> World<'m> {
        let mut dating = dating::date(model);
        let earliest = dating.earliest();
        World { model, dating, earliest, years_ahead: 60 }
    }

    /// The day of an event in the earliest chronology.
    #[must_use]
    pub fn earliest(&self, event: EventId) -> Option<i64> {
        let point = self.dating.points[event.index()]?;
        self.earliest.as_ref()?.tick(point)
    }

    /// The last day that the dossier's chronicle reaches.
    #[must_use]
    pub fn last_day(&self) -> i64 {
        self.dating.horizon.last
    }

    /// The readings and doctrines that apply: those chosen, and default doctrines where no other was.
    #[must_use]
    pub fn chosen(&self, view: &View) -> Vec<EntityId> {
        let mut chosen = view.under.clone();
        let doctrine = self.model.doctrines.iter().any(|doctrine| view.under.contains(&doctrine.entity));
        if !doctrine {
            chosen.extend(self.model.doctrines.iter().filter(|doctrine| doctrine.default).map(|it| it.entity));
        }
        chosen
    }

    /// Puts questions to the dossier as it looks from somewhere.
    ///
    /// # Errors
    /// The program has no meaning (a cycle within one tick, say); the errors carry origins.
    pub fn ask(&mut self, view: &View, questions: &Questions) -> Result<Outcome, Vec<ProgramError>> {
        let chosen = self.chosen(view);
        let unknown = match view.seen_by {
            Some(actor) => self.unknown_to(actor, view, &chosen)?,
            None => Vec::new(),
        };
        let mut visible = self.visible(view, &unknown);
        if let (Some(actor), Some(day)) = (view.seen_by, view.on) {
            let _ = actor;
            visible.retain(|event| self.earliest(*event).is_some_and(|tick| tick <= day));
        }
        let mut program = self.model.program_where(|guard| match guard {
            Guard::Chosen(entity) => chosen.contains(&entity),
            Guard::NotChosen(entity) => !chosen.contains(&entity),
            Guard::About(entity) => !unknown.contains(&entity),
        });
        program.fluents.extend(questions.fluents.iter().cloned());
        if questions.ranges.len() > program.ranges.len() {
            program.ranges.clone_from(&questions.ranges);
        }
        for definition in &questions.definitions {
            let mut definition = definition.clone();
            definition.id = servanda_model::DefinitionId::from_index(program.definitions.len());
            program.definitions.push(definition);
        }
        self.run(program, visible, view, questions)
    }

    fn run(
        &mut self,
        program: Program,
        visible: Vec<EventId>,
        view: &View,
        questions: &Questions,
    ) -> Result<Outcome, Vec<ProgramError>> {
        let compiled = Compiled::new(&program)?;
        let last = self.last_day().max(view.on.unwrap_or(i64::MIN));
        let horizon = last.saturating_add(self.years_ahead * 366);
        let options = Options { until: None, horizon, record: Record::Derivations };
        let base: Vec<Option<i64>> =
            (0..self.model.events.len()).map(|index| self.earliest(EventId::from_index(index))).collect();
        let open: Vec<EventId> = visible
            .iter()
            .copied()
            .filter(|event| {
                let (min, max) = self.dating.bounds(*event);
                min.is_none() || min != max
            })
            .collect();
        let uncertain = relevance::relevant(self.model, &program, &visible, &open, questions);
        let mut runs = Vec::new();
        let mut run = |ticks: Vec<Option<i64>>| {
            let narrative = narrative(self.model, &visible, &ticks);
            runs.push(Run { solution: solve(&compiled, &narrative, &options), ticks });
        };
        run(base.clone());
        let mut exhaustive = true;
        if !uncertain.is_empty() {
            let points: Vec<Point> = uncertain.iter().filter_map(|event| self.dating.points[event.index()]).collect();
            let mut all: Vec<Vec<i64>> = Vec::new();
            let horizon = self.dating.horizon;
            let enumeration = self.dating.chronology.as_mut().map(|chronology| {
                chronology.assignments(&points, horizon, MOST_RUNS, |ticks| {
                    all.push(ticks.to_vec());
                    ControlFlow::Continue(())
                })
            });
            exhaustive = matches!(enumeration, Some(Ok(done)) if done.exhaustive);
            if !exhaustive {
                all.truncate(MOST_RUNS / 4);
                if let Some(chronology) = self.dating.chronology.as_mut() {
                    let latest = chronology.latest(horizon).ok();
                    let samples = (0..MOST_RUNS as u64 / 4).filter_map(|seed| chronology.sample(seed, horizon).ok());
                    for scenario in latest.into_iter().chain(samples) {
                        all.push(points.iter().map(|point| scenario.tick(*point).unwrap_or(0)).collect());
                    }
                }
            }
            for ticks in all {
                let mut days = base.clone();
                for (event, tick) in uncertain.iter().zip(ticks) {
                    days[event.index()] = Some(tick);
                }
                if days != base {
                    run(days);
                }
            }
        }
        Ok(Outcome { program, runs, exhaustive, visible, uncertain })
    }

    /// The events that count from a point of view, but for what an actor does not know.
    fn visible(&self, view: &View, unknown: &[EntityId]) -> Vec<EventId> {
        let known = |index: usize| {
            let event = &self.model.events[index];
            if event.standing != Standing::Stated || event.kind == EventKind::Words {
                return false;
            }
            if let Some(year) = view.known_in
                && !self.evidence_by(event.origin, year)
            {
                return false;
            }
            !event.mentions.iter().any(|entity| unknown.contains(entity))
                && !event.entity.is_some_and(|entity| unknown.contains(&entity))
                && match (view.seen_by, &event.known_only_to) {
                    (Some(actor), Some(actors)) => actors.contains(&actor),
                    _ => true,
                }
        };
        (0..self.model.events.len()).filter(|index| known(*index)).map(EventId::from_index).collect()
    }

    /// Whether a statement rests on a source that could be read by that year, or on none.
    #[must_use]
    pub fn evidence_by(&self, origin: servanda_model::OriginId, year: i64) -> bool {
        let citations = &self.model.origins[origin.index()].citations;
        let published = |at: &usize| self.model.sources[self.model.citations[*at].source.index()].published;
        citations.is_empty() || citations.iter().any(|at| published(at).is_none_or(|published| published <= year))
    }

    /// The things that an actor does not know of on the day of the view.
    fn unknown_to(
        &mut self,
        actor: EntityId,
        view: &View,
        chosen: &[EntityId],
    ) -> Result<Vec<EntityId>, Vec<ProgramError>> {
        let secret: Vec<EntityId> = (0..self.model.lexicon.entities.len())
            .map(EntityId::from_index)
            .filter(|id| self.secret_root(*id).is_some())
            .collect();
        if secret.is_empty() {
            return Ok(Vec::new());
        }
        // What the actor was told is a matter of the whole world, not of the actor's view.
        let plain = View { on: view.on, seen_by: None, known_in: view.known_in, under: view.under.clone() };
        let program = self.model.program_under(chosen);
        let visible = self.visible(&plain, &[]);
        let outcome = self.run(program, visible, &plain, &Questions::default())?;
        let run = &outcome.runs[0];
        let day = view.on.unwrap_or(self.last_day());
        let told = |entity: EntityId| {
            let args = [servanda_model::Value::entity(actor), servanda_model::Value::entity(entity)];
            run.solution.holds_at(self.model.hooks.knows, &args, servanda_model::Value::TRUE, day)
        };
        let unknown = secret.into_iter().filter(|id| {
            let mut next = Some(*id);
            let mut knows = false;
            for _ in 0..8 {
                let Some(entity) = next else { break };
                let insider = self.model.lexicon.entities[entity.index()]
                    .known_only_to
                    .as_ref()
                    .is_some_and(|actors| actors.contains(&actor));
                if insider || told(entity) {
                    knows = true;
                    break;
                }
                next = self.model.lexicon.entities[entity.index()].belongs_to.first().copied();
            }
            !knows
        });
        Ok(unknown.collect())
    }

    /// The secret thing that makes this one secret: itself, or what it belongs to.
    #[must_use]
    pub fn secret_root(&self, entity: EntityId) -> Option<EntityId> {
        let mut next = Some(entity);
        for _ in 0..8 {
            let id = next?;
            let it = &self.model.lexicon.entities[id.index()];
            if it.known_only_to.is_some() {
                return Some(id);
            }
            next = it.belongs_to.iter().copied().find(|whole| {
                let instrument = self.model.hooks.instrument;
                self.model.lexicon.is_of_kind(*whole, instrument)
            });
        }
        None
    }
}

/// The happenings of the events, each on its day.
fn narrative(model: &Model, visible: &[EventId], ticks: &[Option<i64>]) -> Vec<Occurrence> {
    let mut all = Vec::new();
    for id in visible {
        let event = &model.events[id.index()];
        let Some(tick) = ticks[id.index()] else { continue };
        for happening in &event.happenings {
            let what: Happening = happening.clone();
            all.push(Occurrence { tick, step: step_of(model, *id, ticks, 0), what, tag: id.0 });
        }
    }
    all.sort();
    all
}

/// Events put `then` after others of the same day come in later steps.
fn step_of(model: &Model, id: EventId, ticks: &[Option<i64>], depth: u32) -> u32 {
    if depth > 64 {
        return 0;
    }
    let event = &model.events[id.index()];
    let steps = event.relations.iter().filter(|relation| relation.then).filter_map(|relation| {
        let other = model.events.iter().position(|event| event.entity == Some(relation.other))?;
        (ticks[other] == ticks[id.index()]).then(|| 1 + step_of(model, EventId::from_index(other), ticks, depth + 1))
    });
    steps.max().unwrap_or(0)
}
