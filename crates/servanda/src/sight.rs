//! What an actor knows of, chronology by chronology.
//!
//! Secrets are kept until they are disclosed, and a disclosure may have no certain day. Who knows of what on the day of
//! a view is a question to the whole world, not to the actor's; each answer to it gives another view of the dossier.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use servanda_engine::{Compiled, Options, ProgramError, Record, Solution, solve};
use servanda_model::{ActionId, Effect, EntityId, EventId, FluentId, Happening, Model, Trigger, Value, View};

use crate::chronologies::{self, Cells, Ticks};
use crate::instants::Instant;
use crate::relevance::{Relevant, Target};
use crate::slice::Slice;
use crate::world::{MOST_RUNS, World, narrative};

/// What is unknown from a point of view.
pub(crate) struct Sight {
    /// Events after this day are not seen.
    pub(crate) day: Option<i64>,
    /// The things that are not known of; one set for each way in which days can be, that of the earliest chronology first.
    pub(crate) sets: Vec<Vec<EntityId>>,
    /// What tells the ways apart, where there is more than one.
    pub(crate) whole: Option<Whole>,
    /// Whether the sets are all there are.
    pub(crate) exhaustive: bool,
}

/// The whole world, in which it is decided what the actor knows.
pub(crate) struct Whole {
    /// As much of its program as matters to it.
    compiled: Compiled,
    options: Options,
    pub(crate) instants: Rc<Vec<Instant>>,
    pub(crate) relevant: Relevant,
    knowing: Knowing,
}

/// The world as it is, whoever looks at it, and what follows in the earliest chronology.
struct Everything {
    /// The view without eyes and day.
    view: View,
    compiled: Compiled,
    options: Options,
    earliest: Solution,
    /// What the knowledge of some actors on some days depends on; nothing where all days are certain.
    weighed: Option<Weighed>,
}

struct Weighed {
    instants: Rc<Vec<Instant>>,
    of: Vec<((EntityId, i64), Relevant)>,
}

/// Points of view that will be taken, so that what they have in common is worked out once.
#[derive(Default)]
pub(crate) struct Foreseen {
    views: Vec<View>,
    known: RefCell<Vec<Rc<Everything>>>,
}

/// What is asked of the whole world.
#[derive(Clone)]
struct Knowing {
    actor: EntityId,
    knows: FluentId,
    public: Option<FluentId>,
    day: i64,
    secret: Vec<EntityId>,
    /// What was never secret, comes out on a day, and is not known to the actor before.
    published: Vec<EntityId>,
    /// Not known to anybody who looks from there.
    fixed: Vec<EntityId>,
}

impl Knowing {
    fn unknown(&self, model: &Model, solution: &Solution) -> Vec<EntityId> {
        let told = |entity: &EntityId| {
            let args = [Value::entity(self.actor), Value::entity(*entity)];
            let is_public = |fluent| solution.holds_at(fluent, &[Value::entity(*entity)], Value::TRUE, self.day);
            solution.holds_at(self.knows, &args, Value::TRUE, self.day) || self.public.is_some_and(is_public)
        };
        let insider = |entity: &EntityId| {
            let actors = &model.lexicon.entities[entity.index()].known_only_to;
            actors.as_ref().is_some_and(|actors| actors.contains(&self.actor))
        };
        let hidden = |id: &&EntityId| !chain(model, **id).iter().any(|it| insider(it) || told(it));
        let is_out = |entity: &EntityId| {
            let args = [Value::entity(*entity)];
            self.public.is_some_and(|public| solution.holds_at(public, &args, Value::TRUE, self.day))
        };
        let unpublished = |id: &&EntityId| !chain(model, **id).iter().any(is_out);
        let secret = self.secret.iter().filter(hidden);
        secret.chain(self.published.iter().filter(unpublished)).chain(&self.fixed).copied().collect()
    }
}

impl Whole {
    /// What the actor does not know of where the events are on these days.
    pub(crate) fn unknown(&self, model: &Model, ticks: &Ticks) -> Vec<EntityId> {
        let narrative = narrative(model, &self.relevant.events, ticks, &[]);
        self.knowing.unknown(model, &solve(&self.compiled, &narrative, &self.options))
    }
}

/// A thing, what it belongs to, and so on up to what is itself secret: who knows of a treaty does not know of its secret
/// protocol.
fn chain(model: &Model, id: EntityId) -> Vec<EntityId> {
    let mut all = vec![id];
    while all.len() < 8 {
        let last = all[all.len() - 1];
        if model.lexicon.entities[last.index()].known_only_to.is_some() {
            break;
        }
        let Some(whole) = model.lexicon.entities[last.index()].belongs_to.first() else { break };
        all.push(*whole);
    }
    all
}

impl World<'_> {
    /// What is unknown from a point of view, in each way in which the days can be.
    pub(crate) fn sight(&self, view: &View) -> Result<Sight, Vec<ProgramError>> {
        let fixed = view.known_in.map_or_else(Vec::new, |year| self.undocumented(year));
        let model = self.model;
        let Some(actor) = view.seen_by else {
            return Ok(Sight { day: None, sets: vec![fixed], whole: None, exhaustive: true });
        };
        let secret: Vec<EntityId> = (0..model.lexicon.entities.len())
            .map(EntityId::from_index)
            .filter(|id| self.secret_root(*id).is_some())
            .collect();
        let day = view.on.unwrap_or(self.last_day());
        let mut published = self.published(view);
        if secret.is_empty() && published.is_empty() {
            return Ok(Sight { day: view.on, sets: vec![fixed], whole: None, exhaustive: true });
        }
        let everything = self.everything(view, &secret, &published)?;
        // What is known from the day on which it came out was not told.
        let earliest = &everything.earliest;
        let is_told = |id: &EntityId| {
            let args = [Value::entity(actor), Value::entity(*id)];
            let since = |fluent, args: &[Value]| earliest.interval_at(fluent, args, day).map(|it| it.since);
            let out = self.public().and_then(|public| since(public, &args[1..]));
            let known = since(model.hooks.knows, &args);
            model.lexicon.entities[id.index()].parties.contains(&actor) || known.is_some() && known != out
        };
        published.retain(|id| !chain(model, *id).iter().any(is_told));
        let public = self.public();
        let knowing = Knowing { actor, knows: model.hooks.knows, public, day, secret, published, fixed };
        let first = knowing.unknown(model, &everything.earliest);
        let mut sight = Sight { day: view.on, sets: vec![first], whole: None, exhaustive: true };
        let Some(weighed) = &everything.weighed else { return Ok(sight) };
        let relevant = weighed.of.iter().find(|(of, _)| *of == (actor, day)).map(|(_, relevant)| relevant.clone());
        let Some(relevant) = relevant.filter(|relevant| !relevant.uncertain.is_empty()) else { return Ok(sight) };
        let instants = Rc::clone(&weighed.instants);
        let part = Slice::of_items(everything.compiled.program(), &relevant.items, &relevant.initial);
        let whole = Whole { compiled: Compiled::new(&part)?, options: everything.options, instants, relevant, knowing };
        sight.exhaustive = self.ways_of_knowing(&whole, &mut sight.sets);
        sight.whole = Some(whole);
        Ok(sight)
    }

    /// Says which points of view will be taken, instead of those said before.
    pub(crate) fn foresee<'v>(&mut self, views: impl IntoIterator<Item = &'v View>) {
        let views = views.into_iter().filter(|view| view.seen_by.is_some()).cloned().collect();
        self.foreseen = Foreseen { views, known: RefCell::default() };
    }

    /// The world in which it is decided what the actor of a view knows: what the actor was told is a matter of the
    /// whole world, not of the actor's view. All that foreseen views ask of it is answered at once.
    fn everything(
        &self,
        view: &View,
        secret: &[EntityId],
        published: &[EntityId],
    ) -> Result<Rc<Everything>, Vec<ProgramError>> {
        let model = self.model;
        let whole = |view: &View| View { seen_by: None, on: None, ..view.clone() };
        let options = |view: &View| self.options(&View { seen_by: None, ..view.clone() }, Record::Timeline);
        let knows = |view: &View| Some((view.seen_by?, view.on.unwrap_or(self.last_day())));
        let (plain, options_here) = (whole(view), options(view));
        let is_it = |known: &&Rc<Everything>| {
            let is_weighed = |it: &Weighed| it.of.iter().any(|(of, _)| Some(*of) == knows(view));
            known.view == plain && known.options == options_here && known.weighed.as_ref().is_none_or(is_weighed)
        };
        if let Some(known) = self.foreseen.known.borrow().iter().find(is_it) {
            return Ok(Rc::clone(known));
        }
        let program = model.program_under(&self.chosen(view));
        let visible = self.visible(&plain, &[]);
        let compiled = Compiled::new(&program)?;
        let earliest = solve(&compiled, &narrative(model, &visible, &self.base(), &[]), &options_here);
        let weighed = visible.iter().any(|event| self.is_open(*event)).then(|| {
            let alike = |other: &&View| whole(other) == plain && options(other) == options_here;
            let mut all: Vec<(EntityId, i64)> =
                self.foreseen.views.iter().filter(alike).chain([view]).filter_map(knows).collect();
            all.sort_unstable();
            all.dedup();
            let target = |&(actor, day): &(EntityId, i64)| {
                let things = secret.iter().flat_map(|id| chain(model, *id));
                let asked = things.flat_map(|id| self.knowing_of(actor, id));
                let out = published.iter().flat_map(|id| chain(model, *id));
                let public = out.filter_map(|id| Some((self.public()?, vec![Some(Value::entity(id))])));
                Target { fluents: asked.chain(public).collect(), day: Some(day), ..Target::default() }
            };
            let targets: Vec<Target> = all.iter().map(target).collect();
            let mut relevant = Vec::new();
            let plain = View { seen_by: None, ..view.clone() };
            let instants = self.weigh(&plain, &program, &visible, &targets.iter().collect::<Vec<_>>(), |relevance| {
                relevant = targets.iter().map(|it| relevance.of(std::slice::from_ref(it), None)).collect();
            });
            let of = all.into_iter().zip(relevant).collect();
            Weighed { instants: Rc::new(instants), of }
        });
        let made = Rc::new(Everything { view: plain, compiled, options: options_here, earliest, weighed });
        if !self.foreseen.views.is_empty() {
            self.foreseen.known.borrow_mut().push(Rc::clone(&made));
        }
        Ok(made)
    }

    /// What was never secret and is told to have been published, with all that belongs to it; not what was out by the day of a
    /// view, whatever the day of its publication.
    pub(crate) fn published(&self, view: &View) -> Vec<EntityId> {
        let (model, Some(out)) = (self.model, self.out()) else { return Vec::new() };
        // What a person knows of what their state does is not told.
        if view.seen_by.is_some_and(|eyes| self.is_person(eyes)) {
            return Vec::new();
        }
        let rules = || model.rules.iter().map(|rule| &rule.item);
        let happens = |trigger: &Trigger| match trigger {
            Trigger::Happens(act) => Some(act.action),
            _ => None,
        };
        // The acts that lead to it, through what they bring about.
        let makes = |effect: &Effect, all: &[ActionId]| match effect {
            Effect::Initiate { fluent, .. } => *fluent == out,
            Effect::Happen(act) => all.contains(&act.action),
            _ => false,
        };
        let mut acts: Vec<ActionId> = Vec::new();
        loop {
            let known = acts.len();
            let leading = rules().filter(|rule| rule.effects.iter().any(|it| makes(it, &acts)));
            let new = leading.flat_map(|rule| &rule.triggers).filter_map(happens);
            let new: Vec<ActionId> = new.filter(|act| !acts.contains(act)).collect();
            acts.extend(new);
            if acts.len() == known {
                break;
            }
        }
        let of_act = |happening: &Happening| match happening {
            Happening::Action(act, args) if acts.contains(act) => args.clone(),
            _ => Vec::new(),
        };
        let day = view.on.unwrap_or(self.last_day());
        let is_told = |id: EventId| {
            model.is_stated(&model.events[id.index()], view.known_in)
                && view.known_in.is_none_or(|year| self.is_evident(id, year))
        };
        let is_open = |id: EventId| is_told(id) && self.dating.bounds(id).1.is_none_or(|last| last > day);
        let ids = (0..model.events.len()).map(EventId::from_index).filter(|id| is_open(*id));
        let told = ids.flat_map(|id| &model.events[id.index()].happenings).flat_map(of_act);
        // What is not made yet has nothing to hide.
        let begun = (0..model.events.len())
            .map(EventId::from_index)
            .filter(|id| self.dating.bounds(*id).0.is_none_or(|first| first <= day));
        let made: BTreeSet<Value> = begun
            .flat_map(|id| &model.events[id.index()].happenings)
            .filter_map(|happening| match happening {
                Happening::Action(_, args) => args.first().copied(),
                _ => None,
            })
            .collect();
        let things: BTreeSet<EntityId> =
            told.filter(|value| made.contains(value)).filter_map(|value| value.as_entity()).collect();
        let is_it = |id: &EntityId| {
            self.secret_root(*id).is_none() && chain(model, *id).iter().any(|whole| things.contains(whole))
        };
        let texts = [model.hooks.instrument, model.hooks.article, model.hooks.norm];
        let is_text = |id: &EntityId| texts.iter().any(|kind| model.lexicon.is_of_kind(*id, *kind));
        (0..model.lexicon.entities.len()).map(EntityId::from_index).filter(|id| is_text(id) && is_it(id)).collect()
    }

    /// Whether somebody is a person, and no state, government or public.
    pub(crate) fn is_person(&self, actor: EntityId) -> bool {
        let lexicon = &self.model.lexicon;
        lexicon.kind("person").is_some_and(|kind| lexicon.is_of_kind(actor, kind))
    }

    /// The fluent `THING is public`, if there is one.
    pub(crate) fn public(&self) -> Option<FluentId> {
        self.of_things(&["public", "is_public"])
    }

    /// The fluent `THING is out`, if there is one: it was published on a day.
    pub(crate) fn out(&self) -> Option<FluentId> {
        self.of_things(&["out", "is_out"])
    }

    fn of_things(&self, names: &[&str]) -> Option<FluentId> {
        let is_it = |it: &servanda_model::Fluent| names.contains(&it.name.as_str()) && it.args.len() == 1;
        self.model.program.fluents.iter().position(is_it).map(FluentId::from_index)
    }

    /// What says that an actor knows of a thing: that it was told, or that everyone knows.
    pub(crate) fn knowing_of(&self, actor: EntityId, thing: EntityId) -> Vec<(FluentId, Vec<Option<Value>>)> {
        let told = (self.model.hooks.knows, vec![Some(Value::entity(actor)), Some(Value::entity(thing))]);
        let public = self.public().map(|fluent| (fluent, vec![Some(Value::entity(thing))]));
        std::iter::once(told).chain(public).collect()
    }

    /// Adds every other set of things unknown; says whether these are all.
    fn ways_of_knowing(&self, whole: &Whole, sets: &mut Vec<Vec<EntityId>>) -> bool {
        let Some(chronology) = &self.dating.chronology else { return false };
        let (points, horizon) = (&self.dating.points, self.dating.reach);
        let mut add = |ticks: &Ticks| {
            let set = whole.unknown(self.model, ticks);
            if !sets.contains(&set) {
                sets.push(set);
            }
        };
        if !whole.relevant.by_order {
            let mut chronology = chronology.clone();
            let (near, events) = (self.dating.horizon, &whole.relevant.uncertain);
            let (list, all) = chronologies::all_days(&mut chronology, points, events, near, MOST_RUNS);
            let is_on =
                |ticks: &Ticks, it: &EventId| ticks[it.index()].is_none_or(|day| self.dating.is_within_spans(*it, day));
            list.iter().filter(|ticks| events.iter().all(|it| is_on(ticks, it))).for_each(add);
            return all;
        }
        let mut cells = Cells::new(chronology, points);
        let mut ways = self.dating.on_spans(&whole.relevant.uncertain);
        let Some(branches) = cells.branches(&whole.instants, whole.relevant.all_orders(false)) else { return false };
        ways.extend(branches);
        cells.each(&ways, MOST_RUNS, &mut |cell| match chronologies::extremes(cell, points, horizon) {
            Some((earliest, _)) => {
                add(&earliest);
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        })
    }

    /// The things that are not known of from a point of view: to the actor who looks, or in the year. What the actor
    /// knows of in some chronologies only counts as unknown.
    ///
    /// # Errors
    /// As [`World::ask`].
    pub fn unknown(&mut self, view: &View) -> Result<Vec<EntityId>, Vec<ProgramError>> {
        let mut all: Vec<EntityId> = self.sight(view)?.sets.concat();
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }
}
