//! What a person wants first of a dossier: instruments and their status, who had what, figures beside their limits,
//! each norm with its verdict, what is open, who knew, and where norms and sources disagree.
//!
//! The report tells the chronology in which everything is as early as it can be. A day that hangs on an event without a
//! certain date is given as the days between which it lies. What is otherwise in the chronology in which everything is
//! as late as it can be is called possible, and so is the verdict on a norm that is otherwise when the numbers that are left
//! open are all the least, or all the greatest. These are compared and no others, so that a report costs four runs of the engine
//! at most; whoever needs to know that a thing is certain in every admissible chronology asks it (see [`crate::ask`]).

mod because;
mod coming;
mod disputes;
mod limits;
mod otherwise;
mod shape;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use servanda_engine::{Instance, Interval, ProgramError, Solution};
use servanda_model::{
    Effect, EntityId, EventId, FluentId, FluentType, Hole, Kinded, Model, Norm, OriginId, Standing, Value, View,
};

pub use because::Because;
pub use limits::Measured;
pub use shape::{
    Case, Disagreement, Holding, Holdings, Instrument, Learnt, NormLine, Open, Report, Scope, Secret, Stretch,
};

use crate::ask::{ShownView, Truth, is_partly_seen};
use crate::conflicts::conflicts;
use crate::say;
use crate::steps;
use crate::world::{Outcome, Questions, World};
pub(crate) use because::hang_of_step;
use because::{Hang, Roots, because_of, hang_of};

/// Reports on a dossier: on the day of the view, or over the whole time where it has none.
///
/// # Errors
/// The dossier's rules have no meaning; the errors carry their places.
pub fn report(world: &mut World<'_>, view: &View) -> Result<Report, Vec<ProgramError>> {
    let outcome = world.ask(view, &Questions::default())?;
    let chosen = world.chosen(view);
    let solution = &outcome.runs[0].solution;
    let late = otherwise::latest(world, &outcome, view);
    let making = Making {
        late: late.as_ref(),
        with_numbers: otherwise::with_numbers(world, &outcome, view),
        roots: Roots::new(world, solution),
        world,
        model: world.model,
        outcome: &outcome,
        solution,
        on: view.on,
        until: view.on.unwrap_or_else(|| world.last_day()),
        hanging: RefCell::default(),
        seen_by: view.seen_by.is_some(),
        known: view.known_in.is_some(),
        first_days: coming::first_days(world.model, &world.dating),
    };
    Ok(making.report(view, &chosen))
}

/// What the sections are made from.
struct Making<'w, 'm> {
    world: &'w World<'m>,
    model: &'m Model,
    outcome: &'w Outcome,
    solution: &'w Solution,
    /// The timeline when everything is as late as it can be.
    late: Option<&'w Solution>,
    /// The timelines when the numbers that are left open are the least and the greatest.
    with_numbers: Vec<Solution>,
    roots: Roots,
    /// The day of the view.
    on: Option<i64>,
    /// The last day of interest.
    until: i64,
    /// What hangs on each event without a certain day, as far as it was shown.
    hanging: RefCell<BTreeMap<EventId, BTreeSet<String>>>,
    /// Whether it is through somebody's eyes that the dossier is looked at.
    seen_by: bool,
    /// Whether only what was published by a year counts.
    known: bool,
    /// The first day of whatever something happened to.
    first_days: BTreeMap<EntityId, i64>,
}

impl Making<'_, '_> {
    fn report(&self, view: &View, chosen: &[EntityId]) -> Report {
        let norms = self.norms(chosen);
        let mut found = conflicts(self.world, self.solution, chosen);
        found.retain(|conflict| {
            [&conflict.one, &conflict.other].iter().all(|name| {
                self.model.lexicon.entity(name).is_none_or(|id| !self.is_hidden(id) && !self.is_to_come(id))
            })
        });
        if let Some(day) = self.on {
            found.retain(|conflict| conflict.on(day));
        }
        Report {
            view: ShownView {
                on: view.on.map(|day| self.model.show_tick(day)),
                seen_by: view.seen_by.map(|id| self.model.name(id).to_owned()),
                known: view.known_in,
                under: view.under.iter().map(|id| self.model.name(*id).to_owned()).collect(),
            },
            scope: self.scope(),
            instruments: self.instruments(),
            holdings: self.holdings(),
            numbers: limits::measured(self),
            secrets: self.secrets(),
            open: self.open(&norms),
            norms,
            conflicts: found,
            clashes: self.clashes(),
            contradicted: self.contradicted(view),
            disputed: self.disputed(),
        }
    }

    fn scope(&self) -> Scope {
        let horizon = self.world.dating.horizon;
        let undated = self.outcome.visible.iter().filter(|event| hang_of(self.world, **event).is_some()).count();
        Scope {
            first: self.model.show_tick(horizon.first),
            last: self.model.show_tick(horizon.last),
            events: self.outcome.visible.len(),
            undated,
            claims: self.model.events.iter().filter(|event| event.standing != Standing::Stated).count(),
            chapters: self.model.chapters.len(),
        }
    }

    /// The stretches of an instance that are of interest.
    fn stretches(&self, instance: &Instance) -> Vec<Stretch> {
        let shown = instance.intervals.iter().filter_map(|interval| {
            let mut stretch = self.stretch(interval)?;
            if !self.is_so_always(instance, interval) {
                stretch.truth = Truth::Possible;
            }
            let moved = self.moved(instance, interval, &mut stretch);
            for event in moved.into_iter().flatten() {
                let mut hanging = self.hanging.borrow_mut();
                hanging.entry(event).or_default().insert(sentence(self.model, instance.fluent, &instance.args));
            }
            for hang in [self.roots.hang(interval.begun_by), self.roots.hang(interval.ended_by)].into_iter().flatten() {
                let mut hanging = self.hanging.borrow_mut();
                hanging.entry(hang.event).or_default().insert(sentence(self.model, instance.fluent, &instance.args));
            }
            Some(stretch)
        });
        shown.collect()
    }

    /// Gives ends that are later when everything is as late as it can be the days between which they lie, where what led to them
    /// does not say so; and the events on whose days they are.
    fn moved(&self, instance: &Instance, interval: &Interval, stretch: &mut Stretch) -> [Option<EventId>; 2] {
        let Some((since, until)) = self.later(instance, interval) else { return [None, None] };
        let open = |one: &mut Option<String>, between: &mut Option<(String, Option<String>)>, first, last| {
            let (Some(first), Some(last), Some(_)) = (first, last, one.as_ref()) else { return None };
            if first >= last {
                return None;
            }
            let end = (!self.world.dating.is_open(last)).then(|| self.model.show_tick(last));
            *between = one.take().map(|day| (day, end));
            self.undated(first, last)
        };
        let begun = open(&mut stretch.since, &mut stretch.since_between, interval.since, since);
        [begun, open(&mut stretch.until, &mut stretch.until_between, interval.until, until)]
    }

    /// An interval in words, unless it does not touch the day of the view.
    fn stretch(&self, interval: &Interval) -> Option<Stretch> {
        let (begun, ended) = (self.roots.hang(interval.begun_by), self.roots.hang(interval.ended_by));
        let latest = |day: Option<i64>, hang: Option<Hang>| match (day, hang) {
            (Some(day), Some(hang)) => hang.slack.map(|slack| day.saturating_add(slack)),
            (day, _) => day,
        };
        let (last_since, last_until) = (latest(interval.since, begun), latest(interval.until, ended));
        let mut truth = Truth::Certain;
        if let Some(day) = self.on {
            if interval.since.is_some_and(|since| day < since) || last_until.is_some_and(|until| until <= day) {
                return None;
            }
            let begun_by_then = begun.is_none() || last_since.is_some_and(|since| since <= day);
            let not_over = interval.until.is_none_or(|until| day < until);
            if !begun_by_then || !not_over {
                truth = Truth::Possible;
            }
        } else if interval.since.is_some_and(|since| since > self.until) {
            return None;
        }
        let show = |day: i64| self.model.show_tick(day);
        let between = |day: Option<i64>, last: Option<i64>, hang: Option<Hang>| match (day, hang) {
            (Some(day), Some(_)) => (None, Some((show(day), last.map(show)))),
            (day, _) => (day.map(show), None),
        };
        let (since, since_between) = between(interval.since, last_since, begun);
        // Seen by somebody on a day, how long it went on is yet to come.
        let foreseen = self.on.is_none() || !self.seen_by;
        let (until, until_between) = if foreseen { between(interval.until, last_until, ended) } else { (None, None) };
        Some(Stretch {
            value: self.show(interval.value),
            truth,
            since,
            until,
            since_between,
            until_between,
            then: None,
            because: self.roots.because(self.world, interval.begun_by),
        })
    }

    /// A value in words, with the ranges that the run itself made.
    fn show(&self, value: Value) -> String {
        match value.kinded() {
            Kinded::Range(id) if id.index() >= self.model.program.ranges.len() => {
                let mut lent = Model::default();
                lent.program.ranges.clone_from(&self.solution.ranges);
                lent.show(value)
            }
            Kinded::Entity(id) => {
                let entity = &self.model.lexicon.entities[id.index()];
                let is_word = entity.name.chars().all(|c| c.is_lowercase() || c == '-');
                if is_word { entity.label.clone() } else { entity.name.clone() }
            }
            _ => self.model.show(value),
        }
    }

    /// Whether a thing is not known of from the point of view, just as for questions.
    fn is_hidden(&self, id: EntityId) -> bool {
        self.outcome.unknown.binary_search(&id).is_ok()
    }

    fn names(&self, all: &[EntityId]) -> Vec<String> {
        all.iter().map(|id| self.model.name(*id).to_owned()).collect()
    }

    fn instances(&self, fluent: FluentId) -> impl Iterator<Item = &Instance> {
        let start = self.solution.instances.partition_point(|it| it.fluent < fluent);
        self.solution.instances[start..].iter().take_while(move |it| it.fluent == fluent)
    }

    /// The fluents that the author can see, with their type.
    fn fluents(&self) -> impl Iterator<Item = (FluentId, &servanda_model::Fluent)> {
        let all = self.model.program.fluents.iter().enumerate();
        all.filter(|(at, _)| self.model.shown[*at]).map(|(at, fluent)| (FluentId::from_index(at), fluent))
    }

    /// Whether a fluent says of one instrument in which of several states it is.
    fn is_status_of_instruments(&self, fluent: &servanda_model::Fluent) -> bool {
        let lexicon = &self.model.lexicon;
        let about_instruments = matches!(*fluent.args, [Hole::Kind(kind)]
            if lexicon.is_subkind(kind, self.model.hooks.instrument));
        about_instruments && matches!(fluent.ty, FluentType::Valued(Hole::Kind(_)))
    }

    fn instruments(&self) -> Vec<Instrument> {
        let mut by_thing: BTreeMap<EntityId, Vec<Stretch>> = BTreeMap::new();
        for (id, _) in self.fluents().filter(|(_, fluent)| self.is_status_of_instruments(fluent)) {
            for instance in self.instances(id) {
                if let Some(thing) = instance.args[0].as_entity() {
                    let mut stretches = self.stretches(instance);
                    for stretch in stretches.iter_mut().filter(|_| self.on.is_some()) {
                        let next = |it: &&Interval| it.since.map(|day| self.model.show_tick(day)) == stretch.until;
                        let next = instance.intervals.iter().filter(|it| it.since.is_some()).find(next);
                        stretch.then = next.map(|it| self.show(it.value));
                    }
                    by_thing.entry(thing).or_default().extend(stretches);
                }
            }
        }
        let kind = self.model.hooks.instrument;
        let all = (0..self.model.lexicon.entities.len()).map(EntityId::from_index);
        let instruments = all.filter(|id| {
            let is_law = self.model.origins[self.model.lexicon.entities[id.index()].origin.index()].law;
            self.model.lexicon.is_of_kind(*id, kind) && !is_law && !self.is_hidden(*id) && !self.is_to_come(*id)
        });
        let mut list: Vec<Instrument> = instruments
            .map(|id| {
                let entity = &self.model.lexicon.entities[id.index()];
                Instrument {
                    name: entity.name.clone(),
                    label: entity.label.clone(),
                    between: self.names(&entity.parties),
                    secret: self.world.secret_root(id).is_some(),
                    status: by_thing.remove(&id).unwrap_or_default(),
                }
            })
            .collect();
        let begins = |it: &Instrument| {
            let first = it.status.first()?;
            first.since.clone().or_else(|| first.since_between.as_ref().map(|(day, _)| day.clone()))
        };
        list.sort_by_key(|it| (it.status.is_empty(), begins(it), it.name.clone()));
        list
    }

    fn holdings(&self) -> Vec<Holdings> {
        let mut all = Vec::new();
        for (id, fluent) in self.fluents() {
            let FluentType::Valued(Hole::Kind(kind)) = fluent.ty else { continue };
            if kind == self.model.hooks.status || fluent.args.is_empty() || self.is_status_of_instruments(fluent) {
                continue;
            }
            let rows = self.rows(id);
            if !rows.is_empty() {
                all.push((self.is_moved_by_law(id), Holdings { fluent: self.declared(id), rows }));
            }
        }
        // What the law speaks of, such as who holds which land, comes before what the dossier alone tells.
        all.sort_by_key(|(of_law, _)| !of_law);
        all.into_iter().map(|(_, holdings)| holdings).collect()
    }

    /// Whether a rule or a definition of the law library gives a fluent its values.
    fn is_moved_by_law(&self, id: FluentId) -> bool {
        let model = self.model;
        let of_law = |origin: OriginId| {
            let file = model.files.get(model.origins[origin.index()].file);
            file.is_some_and(|file| file.path.starts_with("law/"))
        };
        let moves = |effect: &Effect| matches!(effect, Effect::Initiate { fluent, .. } if *fluent == id);
        model.rules.iter().any(|rule| rule.item.effects.iter().any(moves) && of_law(rule.item.origin))
            || model.definitions.iter().any(|it| it.item.fluent == id && of_law(it.item.origin))
    }

    /// Things with the values they had; those with the same values at the same times in one row.
    fn rows(&self, id: FluentId) -> Vec<Holding> {
        let mut rows: Vec<Holding> = Vec::new();
        let mut seen: BTreeMap<(String, Vec<u64>), usize> = BTreeMap::new();
        let shape = |stretches: &[Stretch]| {
            let list: Vec<String> = stretches
                .iter()
                .map(|it| format!("{}|{:?}|{:?}|{:?}", it.value, it.since, it.until, it.since_between))
                .collect();
            list.join(";")
        };
        let mut by_first: Vec<(Value, Vec<String>, Vec<Stretch>)> = Vec::new();
        for instance in self.instances(id) {
            let changes = instance.intervals.iter().any(|it| it.since.is_some() || it.until.is_some());
            let values = self.stretches(instance);
            if values.is_empty() || (self.on.is_none() && !changes) {
                continue;
            }
            let rest: Vec<String> = instance.args[1..].iter().map(|value| self.show(*value)).collect();
            let same = by_first.iter_mut().find(|(first, others, known)| {
                *first == instance.args[0] && !others.is_empty() && shape(known) == shape(&values)
            });
            match same {
                Some((_, others, _)) => others.push(rest.join(", ")),
                None => {
                    let others = if rest.is_empty() { Vec::new() } else { vec![rest.join(", ")] };
                    by_first.push((instance.args[0], others, values));
                }
            }
        }
        for (first, for_whom, values) in by_first {
            let key = (format!("{}#{}", for_whom.join(";"), shape(&values)), Vec::new());
            let name = self.show(first);
            match seen.get(&key) {
                Some(at) => rows[*at].of.push(name),
                None => {
                    seen.insert(key, rows.len());
                    rows.push(Holding { of: vec![name], for_whom, values });
                }
            }
        }
        rows
    }

    /// A fluent in the words of its declaration, without its holes' names.
    fn declared(&self, id: FluentId) -> String {
        let target = servanda_model::lexicon::Target::Fluent(id);
        let wording = self.model.lexicon.wordings.iter().find(|it| it.target == target && it.main);
        let written =
            wording.map_or_else(|| self.model.program.fluents[id.index()].name.clone(), |it| it.written.clone());
        let mut out = String::new();
        let mut hole = false;
        for c in written.chars() {
            match c {
                '{' => hole = true,
                '}' => {
                    hole = false;
                    out.push('…');
                }
                _ if !hole => out.push(c),
                _ => {}
            }
        }
        out
    }

    fn norms(&self, chosen: &[EntityId]) -> Vec<NormLine> {
        let readings: Vec<&Norm> =
            self.model
                .norms
                .iter()
                .filter(|norm| match norm.reading {
                    Some(reading) => chosen.contains(&reading),
                    None => !self.model.norms.iter().any(|other| {
                        other.entity == norm.entity && other.reading.is_some_and(|it| chosen.contains(&it))
                    }),
                })
                .filter(|norm| !self.model.origins[norm.origin.index()].law)
                .filter(|norm| !self.is_hidden(norm.entity) && !self.is_to_come(norm.entity))
                .collect();
        readings.into_iter().map(|norm| self.norm(norm)).collect()
    }

    fn norm(&self, norm: &Norm) -> NormLine {
        let mut cases: Vec<Case> = self
            .instances(norm.status)
            .map(|instance| Case {
                of: instance.args.iter().map(|value| self.show(*value)).collect(),
                statuses: self.stretches(instance),
            })
            .filter(|case| !case.statuses.is_empty())
            .collect();
        for (word, fluent) in &self.model.hooks.statuses {
            if self.model.name(*word) != "dormant" {
                continue;
            }
            for instance in self.instances(*fluent).filter(|it| it.args[0] == Value::entity(norm.entity)) {
                let mut statuses = self.stretches(instance);
                statuses.iter_mut().for_each(|it| it.value = self.show(Value::entity(*word)));
                if !statuses.is_empty() {
                    cases.push(Case {
                        of: instance.args[1..].iter().map(|value| self.show(*value)).collect(),
                        statuses,
                    });
                }
            }
        }
        let sees_part =
            (self.seen_by || self.known) && is_partly_seen(self.world, self.outcome, norm.entity, self.until);
        if sees_part {
            let all = cases.iter_mut().flat_map(|case| &mut case.statuses);
            all.filter(|it| ["breached", "observed"].contains(&it.value.as_str()))
                .for_each(|it| it.truth = Truth::Possible);
        }
        let verdict = cases.iter().filter_map(verdict_of).min_by_key(|it| rank(it)).map(str::to_owned);
        let truth = verdict.as_ref().map(|verdict| {
            let mut those = cases.iter().flat_map(|case| &case.statuses).filter(|it| it.value == *verdict);
            if those.any(|it| it.truth == Truth::Certain) { Truth::Certain } else { Truth::Possible }
        });
        let origin = steps::of_origin(self.model, norm.origin, "");
        NormLine {
            truth,
            name: self.model.name(norm.entity).to_owned(),
            reading: norm.reading.map(|id| self.model.name(id).to_owned()),
            sentence: norm.sentence.clone(),
            instrument: norm.instrument.map(|id| self.model.name(id).to_owned()),
            article: norm.article.map(|id| self.model.name(id).to_owned()),
            verdict,
            cases,
            judgments: self.model.origins[norm.origin.index()].judgments.clone(),
            place: origin.place,
            sources: origin.sources,
        }
    }

    fn open(&self, norms: &[NormLine]) -> Vec<Open> {
        let mut open = Vec::new();
        for norm in norms {
            let undecided = norm.cases.iter().flat_map(|case| case.statuses.iter().map(move |it| (case, it)));
            for (case, stretch) in undecided.filter(|(_, it)| it.value == "undecided" || it.truth == Truth::Possible) {
                let mut hangs_on: Vec<String> = Vec::new();
                if stretch.value == "undecided" {
                    let entity = self.model.lexicon.entity(&norm.name);
                    hangs_on.extend(entity.map(|it| self.unstated(it, &case.of)).unwrap_or_default());
                }
                if hangs_on.is_empty() {
                    hangs_on.extend(stretch.because.iter().map(|it| it.text.clone()));
                }
                if let Some((first, last)) = &stretch.since_between {
                    hangs_on.push(format!("since a day from {first} to {}", last.as_deref().unwrap_or("no known day")));
                }
                let of = if case.of.is_empty() { String::new() } else { format!(" ({})", case.of.join(", ")) };
                open.push(Open {
                    kind: "undecided",
                    text: format!("whether {} is {}{of}", norm.name, stretch.value),
                    hangs_on,
                    place: norm.place.clone(),
                });
            }
        }
        let hanging = self.hanging.borrow();
        for (id, things) in hanging.iter() {
            let told = because_of(self.world, *id);
            let day = told.day.map_or_else(String::new, |day| format!(", some day of {day}"));
            open.push(Open {
                kind: "undated",
                text: format!("{}{day}", told.text),
                hangs_on: things.iter().cloned().collect(),
                place: told.place,
            });
        }
        for id in self.outcome.visible.iter().filter(|id| self.has_unknown_number(**id)) {
            let (min, _) = self.world.dating.bounds(*id);
            if self.on.is_none_or(|day| min.is_none_or(|min| min <= day)) {
                let told = because_of(self.world, *id);
                let place = told.place;
                open.push(Open { kind: "unknown-number", text: told.text, hangs_on: Vec::new(), place });
            }
        }
        open
    }

    /// Whether an event states a number of which a bound is missing.
    fn has_unknown_number(&self, id: EventId) -> bool {
        use servanda_model::Happening;
        let values = self.model.events[id.index()].happenings.iter().flat_map(|happening| match happening {
            Happening::Action(_, args) => args.clone(),
            Happening::FactBegins(_, args, value) => args.iter().chain([value]).copied().collect(),
            Happening::FactEnds(..) => Vec::new(),
        });
        values.into_iter().any(|value| match value.kinded() {
            Kinded::Range(id) => self
                .model
                .program
                .ranges
                .get(id.index())
                .is_some_and(|range| range.min.is_none() || range.max.is_none()),
            _ => false,
        })
    }

    fn secrets(&self) -> Vec<Secret> {
        let entities = self.model.lexicon.entities.iter().enumerate();
        let mut all = Vec::new();
        for (at, entity) in entities {
            let Some(insiders) = &entity.known_only_to else { continue };
            let id = EntityId::from_index(at);
            let is_event = self.model.lexicon.is_of_kind(id, self.model.hooks.event);
            let is_said =
                is_event && self.model.events.iter().any(|it| it.entity == Some(id) && it.standing != Standing::Stated);
            if self.is_hidden(id) || self.is_to_come(id) || is_said {
                continue;
            }
            let mut learnt: Vec<Learnt> = Vec::new();
            for instance in self.instances(self.model.hooks.knows).filter(|it| it.args[1] == Value::entity(id)) {
                let who = instance.args[0].as_entity();
                if who.is_some_and(|who| insiders.contains(&who)) {
                    continue;
                }
                let Some(since) = self.stretches(instance).into_iter().next() else { continue };
                let name = self.show(instance.args[0]);
                let same = learnt
                    .iter_mut()
                    .find(|known| known.since.since == since.since && known.since.because == since.because);
                match same {
                    Some(known) => known.who.push(name),
                    None => learnt.push(Learnt { who: vec![name], since }),
                }
            }
            // Of what merely happened between some, there is nothing to tell as long as it stays with them.
            if is_event && learnt.is_empty() {
                continue;
            }
            learnt.sort_by(|a, b| a.since.since.cmp(&b.since.since));
            all.push(Secret {
                name: entity.name.clone(),
                label: entity.label.clone(),
                from_the_start: self.names(insiders),
                learnt,
            });
        }
        all
    }
}

/// What a breach or a doubt leaves behind stays; otherwise the last word counts.
fn verdict_of(case: &Case) -> Option<&str> {
    let had = |status: &str| case.statuses.iter().any(|it| it.value == status);
    let marks = ["breached", "undecided"].into_iter().find(|status| had(status));
    marks.or_else(|| case.statuses.last().map(|it| it.value.as_str()))
}

/// The gravest first.
fn rank(status: &str) -> usize {
    let order =
        ["breached", "undecided", "due", "met late", "lapsed", "excused", "met", "observed", "permitted", "dormant"];
    order.iter().position(|known| *known == status).unwrap_or(order.len())
}

/// A fluent of these arguments in words.
fn sentence(model: &Model, fluent: FluentId, args: &[Value]) -> String {
    say::fluent(model, fluent, args, None)
}
