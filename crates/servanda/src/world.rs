//! The dossier from a point of view: what of it counts, on which days, and what follows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::rc::Rc;

use servanda_chronology::Scenario;
use servanda_engine::{Compiled, Options, ProgramError, Record, Solution};
use servanda_model::{
    Clock, Definition, DefinitionId, EntityId, EventId, EventKind, Fluent, FluentId, Guard, Happening, Kinded, Model,
    Occurrence, Program, RuleId, Value, View,
};

use crate::chronologies::{self, Branches, Cells, Ticks};
use crate::dating::{self, Dating};
use crate::instants::{Instant, Times};
use crate::may::May;
use crate::numbers::{self, Numbers};
use crate::relevance::{Keys, Looked, OfPart, Part, Relevance, Relevant, put_together};
use crate::sight::{Foreseen, Sight};
use crate::slice::Slice;
use crate::weighing::{Ready, Runner, Runs, Weighing};

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
    /// Whether runs keep why everything is so. Without it answers are the same, but have no steps.
    pub(crate) record: Record,
    pub(crate) foreseen: Foreseen,
}

/// What was made of the dossier from one point of view.
pub struct Outcome {
    /// The program that ran, with the questions put to it.
    pub program: Rc<Program>,
    /// The same made ready to run, where it still is at hand.
    pub(crate) compiled: Option<Rc<Compiled>>,
    /// One run for each chronology looked at; the first is the earliest, in which all events take part. The others leave
    /// out what cannot matter to the question.
    pub runs: Vec<Rc<Run>>,
    /// The runs that stand for one cell of chronologies, in which everything comes in one order: the earliest and the
    /// latest of it.
    pub cells: Vec<(usize, usize)>,
    /// Whether these chronologies stand for all: what is so in each of them is certain.
    pub exhaustive: bool,
    /// Whether they also span the days on which answers begin and end.
    pub precise: bool,
    /// The events that counted.
    pub visible: Rc<Vec<EventId>>,
    /// Those among them that the actor of the view may not have known of.
    pub doubtful: Rc<Vec<EventId>>,
    /// Events without a certain day that could matter to the question.
    pub uncertain: Vec<EventId>,
    /// Events that could matter to the question and leave a number open.
    pub inexact: Vec<EventId>,
    /// Things that are not known of, in some chronology at least.
    pub unknown: Rc<Vec<EntityId>>,
    /// Where the runs are with numbers in place of those left open: the earliest chronology with these as they are stated.
    pub stated: Option<Rc<Run>>,
    /// Where the instances asked about depend on different events: some of them each, with the outcome that counts for
    /// these. What they do not tell apart is the same in the outcome itself.
    pub(crate) parts: Vec<(Keys, Outcome)>,
}

impl Outcome {
    /// The outcomes to look at for a fluent, each with the instances it counts for, if not for all.
    pub(crate) fn parts_for(&self, fluent: FluentId) -> Vec<(Option<&Keys>, &Outcome)> {
        let of_fluent = |keys: &Keys| keys.iter().any(|(it, _)| *it == fluent);
        match self.parts.is_empty() {
            true => vec![(None, self)],
            false => self.parts.iter().filter(|(keys, _)| of_fluent(keys)).map(|(keys, it)| (Some(keys), it)).collect(),
        }
    }

    /// An outcome of runs that each stand for themselves.
    #[must_use]
    pub fn of_runs(runs: Vec<Rc<Run>>, exhaustive: bool, visible: Vec<EventId>, uncertain: Vec<EventId>) -> Outcome {
        let program = runs.first().map(|run| Rc::clone(&run.program)).unwrap_or_default();
        Outcome {
            program,
            compiled: None,
            cells: (0..runs.len()).map(|at| (at, at)).collect(),
            runs,
            exhaustive,
            precise: exhaustive,
            visible: Rc::new(visible),
            doubtful: Rc::default(),
            uncertain,
            inexact: Vec::new(),
            unknown: Rc::default(),
            stated: None,
            parts: Vec::new(),
        }
    }
}

/// One chronology and what follows in it.
pub struct Run {
    /// The program that ran. An actor may know of more in one chronology than in another.
    pub program: Rc<Program>,
    /// The day of each event, by its number, in this chronology.
    pub ticks: Vec<Option<i64>>,
    /// What follows.
    pub solution: Solution,
    /// What is taken for numbers that are left open.
    pub(crate) numbers: Numbers,
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

/// How many years after the last day of the chronicle questions can be about.
pub const MOST_YEARS: i64 = 1_000;

/// How many chronologies are run at most for one question, give or take the last.
pub const MOST_RUNS: usize = 400;

/// Whether a day is so far from all days of the dossier that nothing sensible can be said of it: terms that are renewed
/// for ever would be followed all the way.
#[must_use]
pub fn is_too_far(model: &Model, day: i64) -> bool {
    let far = 100_000 * 366 * model.program.clock.day();
    let days = || model.events.iter().flat_map(|event| [event.when.min, event.when.max]).flatten();
    let (first, last) = (days().min().unwrap_or(0), days().max().unwrap_or(0));
    day < first.saturating_sub(far) || day > last.saturating_add(far)
}

impl<'m> World<'m> {
    /// Dates a dossier.
    #[must_use]
    pub fn new(model: &'m Model) -> World<'m> {
        let mut dating = dating::date(model);
        let earliest = dating.earliest();
        World {
            model,
            dating,
            earliest,
            years_ahead: dating::YEARS_AHEAD,
            record: Record::Derivations,
            foreseen: Foreseen::default(),
        }
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
        self.dating.last
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
        let every = Target { fluents: fluents.collect(), acts: questions.acts.clone(), ..Target::default() };
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
        let sight = self.sight(view)?;
        let sides: Vec<Side> =
            sight.sets.iter().map(|unknown| self.side(view, unknown, questions)).collect::<Result<_, _>>()?;
        let mut looked = self.look(view, &sides, sight.whole.is_some(), groups);
        let base = self.base();
        let runner =
            Runner { model: self.model, sides: &sides, sight: &sight, options: self.options(view, self.record) };
        let (first, first_doubts) = runner.run(0, &sides[0].visible, &base);
        let mut asking: BTreeMap<Vec<Relevant>, Vec<(usize, Option<OfPart>)>> = BTreeMap::new();
        for (at, relevant) in looked.relevant.into_iter().enumerate() {
            match looked.parts[at].take() {
                Some(parts) => {
                    for Part { keys, relevant, within } in parts {
                        asking.entry(vec![relevant]).or_default().push((at, Some((keys, within))));
                    }
                }
                None => asking.entry(relevant).or_default().push((at, None)),
            }
        }
        let common = Common::new(self.seen(&sight, &sides), &sight);
        let mut outcomes: Vec<Option<Outcome>> = groups.iter().map(|_| None).collect();
        let mut parts: Vec<Vec<(Keys, Outcome)>> = groups.iter().map(|_| Vec::new()).collect();
        while let Some((relevant, asked)) = asking.pop_first() {
            let chosen = self.chronologies(&sight, &looked.instants, &relevant);
            let related: BTreeSet<EventId> = relevant.iter().flat_map(|it| it.events.iter().copied()).collect();
            let inexact: Vec<EventId> = related.into_iter().filter(|event| self.is_inexact(*event)).collect();
            let mut weighing = Weighing::new(&runner, &relevant, &chosen, (&first, &first_doubts));
            let mut by_day: BTreeMap<i64, Vec<(usize, Option<OfPart>)>> = BTreeMap::new();
            for (at, part) in asked {
                by_day.entry(weighing.last(&groups[at])).or_default().push((at, part));
            }
            for (last, asked) in by_day {
                let targets: Vec<&Target> = asked.iter().flat_map(|(at, _)| &groups[*at]).collect();
                let runs = weighing.runs(last, &targets);
                for (at, part) in asked {
                    let uncertain = chosen.uncertain.clone();
                    let outcome = common.outcome(&sides[0].ready.program, runs.clone(), uncertain, inexact.clone());
                    let outcome = Outcome { compiled: Some(Rc::clone(&sides[0].ready.compiled)), ..outcome };
                    match part {
                        Some((mut keys, within)) => {
                            if outcome.exhaustive {
                                keys.extend(within.into_iter().flat_map(|(keys, _)| keys));
                            } else {
                                for Part { keys, relevant, within } in put_together(within) {
                                    asking.entry(vec![relevant]).or_default().push((at, Some((keys, within))));
                                }
                            }
                            parts[at].push((keys, outcome));
                        }
                        None => outcomes[at] = Some(outcome),
                    }
                }
            }
        }
        for (outcome, parts) in outcomes.iter_mut().zip(parts) {
            if outcome.is_none() {
                *outcome = Some(common.whole_of(&first, parts));
            }
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// The last day that an event with this name can have.
    pub(crate) fn last_day_of(&self, thing: EntityId) -> Option<i64> {
        let event = self.model.events.iter().position(|event| event.entity == Some(thing))?;
        self.dating.bounds(EventId::from_index(event)).1
    }

    /// The days of all events in the earliest chronology.
    pub(crate) fn base(&self) -> Ticks {
        (0..self.model.events.len()).map(|at| self.earliest(EventId::from_index(at))).collect()
    }

    pub(crate) fn options(&self, view: &View, record: Record) -> Options {
        Options { until: None, horizon: self.horizon(view), record }
    }

    /// The last day to which terms and deadlines are followed.
    pub(crate) fn horizon(&self, view: &View) -> i64 {
        let last = self.last_day().max(view.on.unwrap_or(i64::MIN));
        last.min(self.farthest()).saturating_add(self.dating.ticks_ahead(self.years_ahead))
    }

    /// The last day that can be asked about: what renews itself is not followed for ever.
    #[must_use]
    pub fn farthest(&self) -> i64 {
        self.last_day().saturating_add(MOST_YEARS * 366 * self.model.program.clock.day())
    }

    /// The program and the events that count for who does not know of some things.
    fn side(&self, view: &View, unknown: &[EntityId], questions: &Questions) -> Result<Side, Vec<ProgramError>> {
        let chosen = self.chosen(view);
        let mut visible = self.visible(view, unknown);
        if let (Some(_), Some(day)) = (view.seen_by, view.on) {
            visible.retain(|event| self.dating.bounds(*event).0.is_none_or(|first| first <= day));
        }
        let mut program = self.model.program_where(|guard| match guard {
            Guard::Chosen(entity) => chosen.contains(&entity),
            Guard::NotChosen(entity) => !chosen.contains(&entity),
            Guard::About(entity) => !unknown.contains(&entity),
        });
        self.hold_back(&mut program, view, unknown);
        put(&mut program, questions);
        Ok(Side { ready: Ready { compiled: Rc::new(Compiled::new(&program)?), program: Rc::new(program) }, visible })
    }

    /// What each group of targets depends on, on each side. Where it `parts` on a day what the actor knows of, there are several
    /// chronologies even if all that a side sees is certain.
    fn look(&self, view: &View, sides: &[Side], parts: bool, groups: &[Vec<Target>]) -> Looked {
        let nothing = Relevant { by_order: true, ..Relevant::default() };
        let mut looked = Looked {
            instants: sides.iter().map(|_| Vec::new()).collect(),
            relevant: groups.iter().map(|_| vec![nothing.clone(); sides.len()]).collect(),
            parts: groups.iter().map(|_| None).collect(),
        };
        if groups.iter().flatten().all(|target| target.fluents.is_empty() && target.acts.is_empty()) {
            return looked;
        }
        for (at, side) in sides.iter().enumerate() {
            let unclear = |event: &EventId| self.is_open(*event) || self.is_inexact(*event);
            let is_clear = !side.visible.iter().any(unclear) && numbers::of_start(&side.ready.program).is_empty();
            if is_clear && !parts {
                continue;
            }
            let until = view.seen_by.and(view.on);
            let targets: Vec<&Target> = groups.iter().flatten().collect();
            looked.instants[at] = self.weigh(view, &side.ready.program, &side.visible, &targets, |relevance| {
                for (index, group) in groups.iter().enumerate() {
                    if let ([target], [_]) = (group.as_slice(), sides)
                        && target.each
                    {
                        looked.parts[index] = relevance.of_each(target, until).filter(|parts| !parts.is_empty());
                    }
                    if looked.parts[index].is_none() {
                        looked.relevant[index][at] = relevance.of(group, until);
                    }
                }
            });
        }
        looked
    }

    /// Grounds what these targets can depend on over events, and asks what depends on what.
    pub(crate) fn weigh(
        &self,
        view: &View,
        program: &Program,
        visible: &[EventId],
        targets: &[&Target],
        ask: impl FnOnce(&mut Relevance<'_, '_, '_>),
    ) -> Vec<Instant> {
        let slice = Slice::new(program, targets.iter().copied());
        let happenings = |event: &EventId| self.model.events[event.index()].happenings.as_slice();
        let heard = visible.iter().filter(|event| happenings(event).iter().any(|it| slice.hears(it)));
        let may = May::new(&slice.program, heard.clone().flat_map(happenings));
        let narrative = heard.map(|event| (*event, happenings(event)));
        let horizon = self.options(view, Record::Timeline).horizon;
        let mut times = Times::new(&may, narrative, |event| self.dating.bounds(event), horizon);
        ask(&mut Relevance::new(&mut times, self.model, &slice));
        times.instants
    }

    /// The events that count in some chronology, and those that do not in all.
    fn seen(&self, sight: &Sight, sides: &[Side]) -> (Rc<Vec<EventId>>, Rc<Vec<EventId>>) {
        let all: BTreeSet<EventId> = sides.iter().flat_map(|side| side.visible.iter().copied()).collect();
        let late =
            |event: &EventId| sight.day.is_some_and(|day| self.dating.bounds(*event).1.is_none_or(|last| day < last));
        let missing = |event: &EventId| sides.iter().any(|side| side.visible.binary_search(event).is_err());
        let doubtful = all.iter().copied().filter(|event| late(event) || missing(event)).collect();
        (Rc::new(all.into_iter().collect()), Rc::new(doubtful))
    }

    /// Whether an event's day is not the same in all chronologies.
    pub(crate) fn is_open(&self, event: EventId) -> bool {
        let (min, max) = self.dating.bounds(event);
        min.is_none() || min != max
    }

    /// Whether an event leaves a number open.
    fn is_inexact(&self, event: EventId) -> bool {
        let open = |value: &Value| matches!(value.kinded(), Kinded::Range(_));
        self.model.events[event.index()].happenings.iter().any(|happening| match happening {
            Happening::Action(_, args) => args.iter().any(open),
            Happening::FactBegins(_, args, value) | Happening::FactEnds(_, args, value) => {
                open(value) || args.iter().any(open)
            }
        })
    }

    /// Chronologies that stand for all as far as something is relevant.
    fn chronologies(&mut self, sight: &Sight, instants: &[Vec<Instant>], relevant: &[Relevant]) -> Chosen {
        let whole = sight.whole.as_ref();
        let of_whole = whole.map(|whole| &whole.relevant);
        let all = || relevant.iter().chain(of_whole);
        let uncertain: BTreeSet<EventId> = all().flat_map(|it| it.uncertain.iter().copied()).collect();
        let uncertain: Vec<EventId> = uncertain.into_iter().collect();
        let by_order = all().all(|it| it.by_order);
        let mut chosen = Chosen { all: Vec::new(), exhaustive: sight.exhaustive, precise: sight.exhaustive, uncertain };
        if chosen.uncertain.is_empty() {
            return chosen;
        }
        let (model, horizon) = (self.model, self.dating.reach);
        let on_spans = self.dating.on_spans(&chosen.uncertain);
        let near = self.dating.horizon;
        let spans = self.dating.spans.clone();
        let within_spans = |event: EventId, day: i64| {
            spans.get(&event).is_none_or(|spans| spans.iter().any(|(first, last)| (*first..=*last).contains(&day)))
        };
        let Dating { chronology: Some(chronology), points, .. } = &mut self.dating else {
            return Chosen { exhaustive: false, ..chosen };
        };
        let side_of = |ticks: &Ticks| match whole {
            Some(whole) => sight.sets.iter().position(|set| *set == whole.unknown(model, ticks)),
            None => Some(0),
        };
        let gaps = |ticks: &Ticks, events: &[EventId]| {
            let is_on = |event: &EventId| ticks[event.index()].is_none_or(|day| within_spans(*event, day));
            !events.iter().all(is_on)
        };
        let days = |chosen: &mut Chosen, list: Vec<Ticks>| {
            for ticks in list {
                if gaps(&ticks, &chosen.uncertain) {
                    continue;
                }
                match side_of(&ticks) {
                    Some(side) => chosen.all.push((side, ticks.clone(), ticks)),
                    None => chosen.exhaustive = false,
                }
            }
        };
        if !by_order {
            let (list, whole) = chronologies::all_days(chronology, points, &chosen.uncertain, near, MOST_RUNS);
            chosen.exhaustive &= whole;
            days(&mut chosen, list);
            chosen.precise = chosen.exhaustive;
            if whole {
                return chosen;
            }
        }
        let collect = |finer: bool| -> Option<Vec<(usize, Ticks, Ticks)>> {
            let mut cells = Cells::new(chronology, points);
            let mut outer = on_spans.clone();
            if let Some(whole) = whole {
                outer.extend(cells.branches(&whole.instants, whole.relevant.all_orders(false))?);
            }
            let sides = relevant.iter().zip(instants);
            let inner: Vec<Branches> =
                sides.map(|(it, of)| cells.branches(of, it.all_orders(finer))).collect::<Option<_>>()?;
            let mut found = Vec::new();
            let mut left = MOST_RUNS / 2;
            let entered = cells.each(&outer, MOST_RUNS, &mut |cell| {
                let side = chronologies::extremes(cell, points, horizon).and_then(|(ticks, _)| side_of(&ticks));
                let Some(side) = side else { return ControlFlow::Break(()) };
                chronologies::walk(cell, &inner[side], &mut left, &mut |cell| {
                    let ends = chronologies::extremes(cell, points, horizon);
                    found.extend(ends.map(|(earliest, latest)| (side, earliest, latest)));
                    ControlFlow::Continue(())
                })
            });
            entered.then_some(found)
        };
        if !by_order {
            // The days themselves matter, and there are too many: what is looked at spans the orders besides.
            chosen.all.extend(collect(true).or_else(|| collect(false)).unwrap_or_default());
        } else if let Some(found) = collect(true) {
            chosen.all = found;
        } else if let Some(found) = collect(false) {
            chosen.all = found;
            chosen.precise = false;
        } else if let (list, true) = chronologies::all_days(chronology, points, &chosen.uncertain, near, MOST_RUNS) {
            // Orders are too many to be told apart, and days are not.
            days(&mut chosen, list);
            chosen.precise = chosen.exhaustive;
        } else {
            chosen.exhaustive = false;
            chosen.precise = false;
            days(&mut chosen, chronologies::some(chronology, points, near, MOST_RUNS / 4));
        }
        chosen
    }

    /// The events that count from a point of view, but for what an actor does not know.
    pub(crate) fn visible(&self, view: &View, unknown: &[EntityId]) -> Vec<EventId> {
        let known = |index: usize| {
            let event = &self.model.events[index];
            if !self.model.is_stated(event, view.known_in) || event.kind == EventKind::Words {
                return false;
            }
            let id = EventId::from_index(index);
            if view.known_in.is_some_and(|year| !self.is_evident(id, year)) {
                return false;
            }
            is_known(self.model, id, unknown)
                && match (view.seen_by, &event.known_only_to) {
                    (Some(actor), Some(actors)) => actors.contains(&actor) || name_of(self.model, id).is_some(),
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

    /// Whether there was word of an event by a year: a source tells of it, and it was not still to come.
    #[must_use]
    pub fn is_evident(&self, id: EventId, year: i64) -> bool {
        let next = servanda_calendar::Day::from_ymd(year.saturating_add(1), 1, 1);
        let is_over = |first: i64| match (self.model.program.clock, next) {
            (Clock::Days, Some(next)) => first < next.0,
            _ => true,
        };
        self.evidence_by(self.model.events[id.index()].origin, year) && self.dating.bounds(id).0.is_none_or(is_over)
    }

    /// Whether a reading or a doctrine could be read of by a year. Law is no evidence.
    pub(crate) fn is_read_by(&self, reading: EntityId, year: i64) -> bool {
        let origin = self.model.lexicon.entities[reading.index()].origin;
        self.model.origins[origin.index()].law || self.evidence_by(origin, year)
    }

    /// Leaves out what a dossier takes for granted, concludes or defines on sources that could not be read by the year of a
    /// view. Law is no evidence, and who can read an instrument can read its provisions.
    pub(crate) fn hold_back(&self, program: &mut Program, view: &View, unknown: &[EntityId]) {
        let Some(year) = view.known_in else { return };
        let provisions = self.provisions(unknown);
        let counts = |origin: servanda_model::OriginId| {
            self.model.origins[origin.index()].law || provisions.contains(&origin) || self.evidence_by(origin, year)
        };
        program.initial.retain(|fact| counts(fact.origin));
        program.rules.retain(|rule| counts(rule.origin));
        program.definitions.retain(|definition| counts(definition.origin));
        program.rules.iter_mut().enumerate().for_each(|(at, rule)| rule.id = RuleId::from_index(at));
        let definitions = program.definitions.iter_mut().enumerate();
        definitions.for_each(|(at, definition)| definition.id = DefinitionId::from_index(at));
    }

    /// The statements of provisions of instruments that are known of.
    pub(crate) fn provisions(&self, unknown: &[EntityId]) -> BTreeSet<servanda_model::OriginId> {
        let (lexicon, hooks) = (&self.model.lexicon, &self.model.hooks);
        let entities = (0..lexicon.entities.len()).map(EntityId::from_index);
        let known = entities.filter(|id| !unknown.contains(id));
        let provisions = known.filter(|id| {
            let is_provision = [hooks.norm, hooks.article].iter().any(|kind| lexicon.is_of_kind(*id, *kind));
            let whole = &lexicon.entities[id.index()].belongs_to;
            is_provision && whole.iter().any(|it| lexicon.is_of_kind(*it, hooks.instrument))
        });
        provisions.map(|id| lexicon.entities[id.index()].origin).collect()
    }

    /// Instruments and provisions that no source by that year tells of, with all that belongs to them.
    pub(crate) fn undocumented(&self, year: i64) -> Vec<EntityId> {
        let hooks = &self.model.hooks;
        let lexicon = &self.model.lexicon;
        // Who can read an instrument can read what stands in it; a provision counts for itself only where it has no whole.
        let instrument = |id: &EntityId| lexicon.is_of_kind(*id, hooks.instrument);
        let declared_late = |id: EntityId| {
            let provision = [hooks.norm, hooks.article].iter().any(|kind| lexicon.is_of_kind(id, *kind));
            let alone = provision && !lexicon.entities[id.index()].belongs_to.iter().any(instrument);
            (instrument(&id) || alone) && !self.evidence_by(lexicon.entities[id.index()].origin, year)
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

/// What an actor knows in some chronologies, or what everyone does: a program and the events that count.
pub(crate) struct Side {
    pub(crate) ready: Ready,
    visible: Vec<EventId>,
}

/// What all outcomes of a view have in common.
struct Common {
    visible: Rc<Vec<EventId>>,
    doubtful: Rc<Vec<EventId>>,
    unknown: Rc<Vec<EntityId>>,
}

impl Common {
    fn new((visible, doubtful): (Rc<Vec<EventId>>, Rc<Vec<EventId>>), sight: &Sight) -> Common {
        let unknown: BTreeSet<EntityId> = sight.sets.iter().flatten().copied().collect();
        Common { visible, doubtful, unknown: Rc::new(unknown.into_iter().collect()) }
    }

    fn outcome(&self, program: &Rc<Program>, runs: Runs, uncertain: Vec<EventId>, inexact: Vec<EventId>) -> Outcome {
        let Runs { runs, cells, exhaustive, precise, stated } = runs;
        Outcome {
            program: Rc::clone(program),
            compiled: None,
            runs,
            cells,
            exhaustive,
            precise,
            visible: Rc::clone(&self.visible),
            doubtful: Rc::clone(&self.doubtful),
            unknown: Rc::clone(&self.unknown),
            uncertain,
            inexact,
            stated,
            parts: Vec::new(),
        }
    }

    /// An outcome made of outcomes for some of the instances each.
    fn whole_of(&self, first: &Rc<Run>, parts: Vec<(Keys, Outcome)>) -> Outcome {
        let of = |list: fn(&Outcome) -> &Vec<EventId>| {
            let all: BTreeSet<EventId> = parts.iter().flat_map(|(_, part)| list(part).iter().copied()).collect();
            all.into_iter().collect::<Vec<EventId>>()
        };
        let (uncertain, inexact) = (of(|it| &it.uncertain), of(|it| &it.inexact));
        let runs = Runs {
            runs: vec![Rc::clone(first)],
            cells: vec![(0, 0)],
            exhaustive: parts.iter().all(|(_, part)| part.exhaustive),
            precise: parts.iter().all(|(_, part)| part.precise),
            stated: parts.iter().find_map(|(_, part)| part.stated.clone()),
        };
        Outcome { parts, ..self.outcome(&first.program, runs, uncertain, inexact) }
    }
}

/// Chronologies that were chosen to stand for all.
pub(crate) struct Chosen {
    /// For each cell its side, and its earliest and latest chronology.
    pub(crate) all: Vec<(usize, Ticks, Ticks)>,
    pub(crate) exhaustive: bool,
    pub(crate) precise: bool,
    pub(crate) uncertain: Vec<EventId>,
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

/// The name of an event, or of that which began what it ends.
pub(crate) fn name_of(model: &Model, id: EventId) -> Option<EntityId> {
    let event = &model.events[id.index()];
    event.entity.or_else(|| model.events[event.begun_by?.index()].entity)
}

/// What a happening names.
fn named(happening: &Happening) -> impl Iterator<Item = EntityId> {
    let (args, value) = match happening {
        Happening::Action(_, args) => (args, None),
        Happening::FactBegins(_, args, value) | Happening::FactEnds(_, args, value) => (args, Some(value)),
    };
    args.iter().chain(value).filter_map(|value| value.as_entity())
}

/// What of an event is known to who does not know of some things. What names one of these is not; of several happenings
/// told in one statement the others are.
pub(crate) fn known_happenings<'m>(
    model: &'m Model,
    id: EventId,
    unknown: &[EntityId],
) -> impl Iterator<Item = &'m Happening> {
    let is_known = |it: &&Happening| unknown.is_empty() || !named(it).any(|entity| unknown.contains(&entity));
    model.events[id.index()].happenings.iter().filter(is_known)
}

/// Whether anything of an event is known to who does not know of some things.
pub(crate) fn is_known(model: &Model, id: EventId, unknown: &[EntityId]) -> bool {
    if unknown.is_empty() {
        return true;
    }
    let event = &model.events[id.index()];
    if name_of(model, id).is_some_and(|name| unknown.contains(&name)) {
        return false;
    }
    let apart = |entity: &EntityId| !event.happenings.iter().any(|it| named(it).any(|named| named == *entity));
    let besides = event.mentions.iter().any(|entity| unknown.contains(entity) && apart(entity));
    !besides && (event.happenings.is_empty() || known_happenings(model, id, unknown).next().is_some())
}

/// The happenings of the events that are known of, each on its day.
pub(crate) fn narrative(
    model: &Model,
    visible: &[EventId],
    ticks: &[Option<i64>],
    unknown: &[EntityId],
) -> Vec<Occurrence> {
    let steps = Steps::new(model, ticks);
    let mut all = Vec::new();
    for id in visible {
        let Some(tick) = ticks[id.index()] else { continue };
        let step = steps.of(*id, 0);
        for happening in known_happenings(model, *id, unknown) {
            let what: Happening = happening.clone();
            all.push(Occurrence { tick, step, what, tag: id.0 });
        }
    }
    all.sort();
    all
}

/// In which step of its day an event comes, as days are chosen.
pub(crate) fn step_of(model: &Model, ticks: &[Option<i64>], id: EventId) -> u32 {
    Steps::new(model, ticks).of(id, 0)
}

/// Events put `then` after others of the same day come in later steps, as do those of a later hour.
struct Steps<'a> {
    model: &'a Model,
    ticks: &'a [Option<i64>],
    /// The first event of each name that something comes `then` after.
    named: HashMap<EntityId, usize>,
}

impl<'a> Steps<'a> {
    fn new(model: &'a Model, ticks: &'a [Option<i64>]) -> Steps<'a> {
        let relations = model.events.iter().flat_map(|event| &event.relations);
        let others: BTreeSet<EntityId> = relations.filter(|it| it.then).map(|it| it.other).collect();
        let mut named = HashMap::new();
        for (at, event) in model.events.iter().enumerate() {
            if let Some(name) = event.entity.filter(|name| others.contains(name)) {
                named.entry(name).or_insert(at);
            }
        }
        Steps { model, ticks, named }
    }

    fn of(&self, id: EventId, depth: u32) -> u32 {
        if depth > 64 {
            return 0;
        }
        let event = &self.model.events[id.index()];
        let after = event.relations.iter().filter(|relation| relation.then);
        let steps = after.filter_map(|relation| {
            let other = *self.named.get(&relation.other)?;
            (self.ticks[other] == self.ticks[id.index()]).then(|| 1 + self.of(EventId::from_index(other), depth + 1))
        });
        steps.max().unwrap_or(0).max(event.step)
    }
}
