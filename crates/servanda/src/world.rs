//! The dossier from a point of view: what of it counts, on which days, and what follows.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use servanda_chronology::Scenario;
use servanda_engine::{Compiled, Options, ProgramError, Record, Solution, solve};
use servanda_model::{
    Definition, EntityId, EventId, EventKind, Fluent, FluentId, Guard, Happening, Model, Occurrence, Program, Standing,
    View,
};

use crate::chronologies::{self, Cells, Order, Ticks};
use crate::dating::{self, Dating};
use crate::instants::Times;
use crate::may::May;
use crate::relevance::{Relevance, Relevant};

pub use crate::relevance::Target;

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
    pub program: Rc<Program>,
    /// One run for each chronology looked at; the first is the earliest, in which all events take part. The others leave
    /// out what cannot matter to the question.
    pub runs: Vec<Rc<Run>>,
    /// Whether these chronologies stand for all: what is so in each of them is certain.
    pub exhaustive: bool,
    /// Whether they also span the days on which answers begin and end.
    pub precise: bool,
    /// The events that counted.
    pub visible: Rc<Vec<EventId>>,
    /// Events without a certain day that could matter to the question.
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
    /// Actions asked about, with whatever constants the question gives; for callers, as targets say what matters.
    pub acts: Vec<servanda_model::EventPattern>,
    /// Ranges of numbers, those of the model first; empty for just these.
    pub ranges: Vec<servanda_model::NumberRange>,
}

/// How many chronologies are run at most for one question, give or take the last.
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

    /// Puts questions to the dossier as it looks from somewhere, all together: what is looked at stands for all
    /// chronologies as far as any of their answers depends on one, on any day. Without questions it is the earliest alone.
    ///
    /// # Errors
    /// The program has no meaning (a cycle within one tick, say); the errors carry origins.
    pub fn ask(&mut self, view: &View, questions: &Questions) -> Result<Outcome, Vec<ProgramError>> {
        let first = self.model.program.fluents.len();
        let fluents = (first..first + questions.fluents.len()).map(|at| (FluentId::from_index(at), Vec::new()));
        let every = Target { fluents: fluents.collect(), acts: questions.acts.clone(), day: None };
        let at = Target { day: view.on, ..every.clone() };
        let all = self.ask_groups(view, questions, &[vec![every, at]])?;
        Ok(all.into_iter().next().expect("as many outcomes as groups"))
    }

    /// Puts questions to the dossier as it looks from somewhere: for each target, what follows in chronologies that
    /// stand for all.
    ///
    /// # Errors
    /// As [`World::ask`].
    pub fn ask_each(
        &mut self,
        view: &View,
        questions: &Questions,
        targets: &[Target],
    ) -> Result<Vec<Outcome>, Vec<ProgramError>> {
        let groups: Vec<Vec<Target>> = targets.iter().map(|target| vec![target.clone()]).collect();
        self.ask_groups(view, questions, &groups)
    }

    fn ask_groups(
        &mut self,
        view: &View,
        questions: &Questions,
        groups: &[Vec<Target>],
    ) -> Result<Vec<Outcome>, Vec<ProgramError>> {
        let chosen = self.chosen(view);
        let unknown = self.unknown(view)?;
        let mut visible = self.visible(view, &unknown);
        if let (Some(_), Some(day)) = (view.seen_by, view.on) {
            visible.retain(|event| self.earliest(*event).is_some_and(|tick| tick <= day));
        }
        let mut program = self.model.program_where(|guard| match guard {
            Guard::Chosen(entity) => chosen.contains(&entity),
            Guard::NotChosen(entity) => !chosen.contains(&entity),
            Guard::About(entity) => !unknown.contains(&entity),
        });
        if let Some(year) = view.known_in {
            program.initial.retain(|fact| self.evidence_by(fact.origin, year));
        }
        put(&mut program, questions);
        self.run(program, visible, view, groups)
    }

    fn run(
        &mut self,
        program: Program,
        visible: Vec<EventId>,
        view: &View,
        groups: &[Vec<Target>],
    ) -> Result<Vec<Outcome>, Vec<ProgramError>> {
        let compiled = Compiled::new(&program)?;
        let last = self.last_day().max(view.on.unwrap_or(i64::MIN));
        let horizon = last.saturating_add(self.years_ahead * 366);
        let options = Options { until: None, horizon, record: Record::Derivations };
        let base: Ticks = (0..self.model.events.len()).map(|at| self.earliest(EventId::from_index(at))).collect();
        let model = self.model;
        let run = |events: &[EventId], ticks: Ticks| {
            let narrative = narrative(model, events, &ticks);
            Rc::new(Run { solution: solve(&compiled, &narrative, &options), ticks })
        };
        let first = run(&visible, base);
        let mut relevant: BTreeMap<Relevant, Vec<usize>> = BTreeMap::new();
        let mut instants = Vec::new();
        let asked = groups.iter().flatten().any(|target| !target.fluents.is_empty() || !target.acts.is_empty());
        if asked && visible.iter().any(|event| self.is_open(*event)) {
            let happenings = |event: &EventId| self.model.events[event.index()].happenings.as_slice();
            let may = May::new(&program, visible.iter().flat_map(happenings));
            let narrative = visible.iter().map(|event| (*event, happenings(event)));
            let mut times = Times::new(&may, narrative, |event| self.dating.bounds(event), horizon);
            let mut relevance = Relevance::new(&mut times);
            for (at, group) in groups.iter().enumerate() {
                relevant.entry(relevance.of(group)).or_default().push(at);
            }
            instants = times.instants;
        } else {
            let nothing = Relevant { by_order: true, ..Relevant::default() };
            relevant.insert(nothing, (0..groups.len()).collect());
        }
        let program = Rc::new(program);
        let visible = Rc::new(visible);
        let mut outcomes: Vec<Option<Outcome>> = groups.iter().map(|_| None).collect();
        for (relevant, asking) in relevant {
            let mut runs = vec![Rc::clone(&first)];
            let chosen = self.chronologies(&relevant, &instants);
            let mut seen: Vec<Vec<Option<i64>>> = vec![of_events(&first.ticks, &relevant.uncertain)];
            for ticks in chosen.all {
                let days = of_events(&ticks, &relevant.uncertain);
                if !seen.contains(&days) {
                    seen.push(days);
                    runs.push(run(&relevant.events, ticks));
                }
            }
            for at in asking {
                outcomes[at] = Some(Outcome {
                    program: Rc::clone(&program),
                    runs: runs.clone(),
                    exhaustive: chosen.exhaustive,
                    precise: chosen.precise,
                    visible: Rc::clone(&visible),
                    uncertain: relevant.uncertain.clone(),
                });
            }
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// Whether an event's day is not the same in all chronologies.
    fn is_open(&self, event: EventId) -> bool {
        let (min, max) = self.dating.bounds(event);
        min.is_none() || min != max
    }

    /// Chronologies that stand for all as far as something is relevant.
    fn chronologies(&mut self, relevant: &Relevant, instants: &[crate::instants::Instant]) -> Chosen {
        let mut chosen = Chosen { all: Vec::new(), exhaustive: true, precise: true };
        if relevant.uncertain.is_empty() {
            return chosen;
        }
        let horizon = self.dating.horizon;
        let Dating { chronology: Some(chronology), points, .. } = &mut self.dating else {
            return Chosen { exhaustive: false, ..chosen };
        };
        if !relevant.by_order {
            let (all, exhaustive) = chronologies::all_days(chronology, points, &relevant.uncertain, horizon, MOST_RUNS);
            return Chosen { all, exhaustive, precise: exhaustive };
        }
        let bounded = |event: &EventId| {
            let (min, max) = points[event.index()].map_or((None, None), |point| chronology.bounds(point));
            min.is_some() && max.is_some()
        };
        chosen.precise = relevant.uncertain.iter().all(bounded);
        let by_day = relevant.by_day.iter().map(|(id, day)| Order::By(*id, *day));
        let between = relevant.orders.iter().map(|(a, b)| Order::Of(*a, *b));
        let mut orders: Vec<Order> = by_day.chain(between).collect();
        let enough = orders.len();
        orders.extend(relevant.finer.iter().map(|(a, b)| Order::Of(*a, *b)));
        let mut cells = Cells::new(chronology, points, instants);
        let mut collect = |orders: &[Order]| {
            let mut all: Vec<Ticks> = Vec::new();
            let whole = cells.each(orders, MOST_RUNS / 2, &mut |cell| {
                all.extend(chronologies::extremes(cell, points, horizon));
                ControlFlow::Continue(())
            });
            (all, whole)
        };
        let (all, whole) = collect(&orders);
        chosen.all = all;
        if !whole && enough < orders.len() {
            let (all, whole) = collect(&orders[..enough]);
            chosen = Chosen { all, exhaustive: whole, precise: false };
        } else {
            chosen.exhaustive = whole;
        }
        if !chosen.exhaustive {
            chosen.precise = false;
            chosen.all.extend(chronologies::some(chronology, points, horizon, MOST_RUNS / 8));
        }
        chosen
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
        let outcome = self.run(program, visible, &plain, &[Vec::new()])?;
        let run = &outcome[0].runs[0];
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
                // Who knows of a treaty does not know of its secret protocol.
                if self.model.lexicon.entities[entity.index()].known_only_to.is_some() {
                    break;
                }
                next = self.model.lexicon.entities[entity.index()].belongs_to.first().copied();
            }
            !knows
        });
        Ok(unknown.collect())
    }

    /// The things that are not known of from a point of view: to the actor who looks, or in the year.
    ///
    /// # Errors
    /// As [`World::ask`].
    pub fn unknown(&mut self, view: &View) -> Result<Vec<EntityId>, Vec<ProgramError>> {
        let mut unknown = match view.seen_by {
            Some(actor) => self.unknown_to(actor, view, &self.chosen(view))?,
            None => Vec::new(),
        };
        unknown.extend(view.known_in.map(|year| self.undocumented(year)).into_iter().flatten());
        Ok(unknown)
    }

    /// Instruments and provisions that no source by that year tells of, with all that belongs to them.
    fn undocumented(&self, year: i64) -> Vec<EntityId> {
        let hooks = &self.model.hooks;
        let lexicon = &self.model.lexicon;
        let declared_late = |id: EntityId| {
            let textual =
                [hooks.instrument, hooks.norm, hooks.article].iter().any(|kind| lexicon.is_of_kind(id, *kind));
            textual && !self.evidence_by(lexicon.entities[id.index()].origin, year)
        };
        let late = |id: &EntityId| {
            let mut open = vec![*id];
            let mut seen = Vec::new();
            while let Some(next) = open.pop() {
                if seen.contains(&next) {
                    continue;
                }
                if declared_late(next) {
                    return true;
                }
                seen.push(next);
                // A treaty may stand on its own evidence while its protocol does not; never the other way round.
                open.extend(lexicon.entities[next.index()].belongs_to.iter().copied());
            }
            false
        };
        (0..lexicon.entities.len()).map(EntityId::from_index).filter(late).collect()
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

/// Chronologies that were chosen to stand for all.
struct Chosen {
    all: Vec<Ticks>,
    exhaustive: bool,
    precise: bool,
}

/// Puts questions to a program.
fn put(program: &mut Program, questions: &Questions) {
    program.fluents.extend(questions.fluents.iter().cloned());
    if questions.ranges.len() > program.ranges.len() {
        program.ranges.clone_from(&questions.ranges);
    }
    for definition in &questions.definitions {
        let mut definition = definition.clone();
        definition.id = servanda_model::DefinitionId::from_index(program.definitions.len());
        program.definitions.push(definition);
    }
}

/// The days of some events.
fn of_events(ticks: &Ticks, events: &[EventId]) -> Vec<Option<i64>> {
    events.iter().map(|event| ticks[event.index()]).collect()
}

/// The happenings of the events, each on its day.
pub(crate) fn narrative(model: &Model, visible: &[EventId], ticks: &[Option<i64>]) -> Vec<Occurrence> {
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
