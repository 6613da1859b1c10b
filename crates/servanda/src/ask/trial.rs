//! An act tried out: the dossier as it would be if somebody did on a day what a question asks about.
//!
//! Whether an act keeps within a limit, and what comes of it in law, depends on the rules that it sets off and on all that
//! holds on the day. So it is put into the narrative of each chronology, and what follows is laid beside what follows without it.

use std::collections::BTreeSet;
use std::rc::Rc;

use servanda_engine::{Cause, Compiled, Instance, Record, Step, StepId, solve};
use servanda_model::{
    Condition, Effect, EntityId, EventPattern, Expr, FluentId, FluentType, Happening, Hole, Modality, Model, Norm,
    Occurrence, OriginId, Term, Value, View,
};

use crate::figures;
use crate::numbers::{self, Taken};
use crate::question::OfNorms;
use crate::steps::{self, SUPPOSED, Told};
use crate::world::{Outcome, Run, World, narrative};

/// The most chronologies in which an act is tried.
const MOST_RUNS: usize = 6;

/// A norm that an act would break.
pub(super) struct Broken {
    pub(super) norm: EntityId,
    /// In every chronology that was looked at.
    pub(super) certain: bool,
    /// What passes the limit, where it is one.
    pub(super) figures: Vec<String>,
    pub(super) steps: Vec<Told>,
}

/// What a rule would bring about.
pub(super) struct BroughtAbout {
    pub(super) text: String,
    /// The rule's name and place.
    pub(super) rule: String,
    pub(super) origin: OriginId,
    pub(super) day: i64,
    pub(super) certain: bool,
    pub(super) steps: Vec<Told>,
}

/// What follows with an act and without it, in some chronologies.
pub(super) struct Trial {
    /// Each without, and with.
    pairs: Vec<(Run, Run)>,
    /// The same without what happens on the day after, which is none of the act's doing; empty where nothing happens on it.
    undisturbed: Vec<(Run, Run)>,
    act: Vec<Value>,
    on: i64,
    exhaustive: bool,
    /// Whether the rules that it sets off meet the same state in every chronology, tried or not.
    alike: bool,
}

/// Whether every chronology has the same of these fluents on a day.
fn alike(outcome: &Outcome, fluents: &[FluentId], on: i64) -> bool {
    let state = |run: &Rc<Run>| -> BTreeSet<(FluentId, Vec<Value>, Value)> {
        let instances = run.solution.instances.iter().filter(|it| fluents.contains(&it.fluent));
        let value = |it: &'_ Instance| it.intervals.iter().find(|interval| interval.contains(on)).map(|it| it.value);
        instances.filter_map(|it| Some((it.fluent, it.args.to_vec(), value(it)?))).collect()
    };
    let mut states = outcome.runs.iter().map(state);
    let first = states.next();
    states.all(|state| Some(&state) == first.as_ref())
}

/// Whether a norm demands that something is so, or is not, in the first of its readings.
fn is_chosen_demand(model: &Model, norm: &Norm) -> bool {
    let is_demand = match norm.modality {
        Modality::Must => norm.act.is_none(),
        Modality::MustNot => true,
        Modality::May | Modality::Can => false,
    };
    is_demand && model.norms.iter().find(|it| it.entity == norm.entity).is_some_and(|it| it.status == norm.status)
}

/// The act of a question with all that it names; what it leaves out is not specified.
fn whole(model: &Model, act: &EventPattern) -> Option<Vec<Value>> {
    let holes = &model.program.actions[act.action.index()].holes;
    let value = |(term, hole): (&Term, &Hole)| match (term, hole) {
        (Term::Value(value), _) => Some(*value),
        (_, Hole::Kind(_) | Hole::Thing | Hole::Any) => Some(Value::entity(model.hooks.unspecified)),
        _ => None,
    };
    act.args.iter().zip(holes).map(value).collect()
}

impl Trial {
    /// Tries the act of a question on a day; nothing where it leaves open how much is done.
    pub(super) fn of(world: &World<'_>, outcome: &Outcome, of: &OfNorms, view: &View, on: i64) -> Option<Trial> {
        let model = world.model;
        let pattern = of.act.as_ref()?;
        let act = whole(model, pattern)?;
        let compiled = Compiled::new(&outcome.program).ok()?;
        let next = on + model.program.clock.day();
        let is_next = |it: &Occurrence| on < it.tick && it.tick <= next;
        let is_disturbed = outcome
            .runs
            .iter()
            .take(MOST_RUNS)
            .any(|base| narrative(model, &outcome.visible, &base.ticks, &outcome.unknown).iter().any(is_next));
        let mut pairs: Vec<(Run, Run)> = Vec::new();
        let mut undisturbed: Vec<(Run, Run)> = Vec::new();
        for base in outcome.runs.iter().take(MOST_RUNS) {
            let is_seen = |id: &&servanda_model::EventId| {
                view.seen_by.is_none() || base.ticks[id.index()].is_some_and(|tick| tick <= on)
            };
            let seen: Vec<_> = outcome.visible.iter().filter(is_seen).copied().collect();
            let mut told = narrative(model, &seen, &base.ticks, &outcome.unknown);
            let taken = Taken::with(&outcome.program, &base.numbers);
            told.iter_mut().for_each(|it| numbers::put(model, &outcome.program, &taken, it));
            let options = world.options(&View { on: Some(on), ..view.clone() }, Record::Derivations);
            // The run of the outcome may leave out what the question does not hang on.
            let run = |told: &[Occurrence]| Run {
                program: Rc::clone(&outcome.program),
                ticks: base.ticks.clone(),
                solution: solve(&compiled, told, &options),
                numbers: base.numbers.clone(),
            };
            let step = told.iter().filter(|it| it.tick == on).map(|it| it.step + 1).max().unwrap_or(0);
            let what = Happening::Action(pattern.action, act.clone());
            let supposed = Occurrence { tick: on, step, what, tag: SUPPOSED };
            let both = |told: &[Occurrence]| {
                let mut with = told.to_vec();
                with.push(supposed.clone());
                with.sort();
                (run(told), run(&with))
            };
            pairs.push(both(&told));
            if is_disturbed {
                told.retain(|it| !is_next(it));
                undisturbed.push(both(&told));
            }
        }
        let exhaustive = outcome.exhaustive && outcome.runs.len() <= MOST_RUNS;
        let fluents: Vec<FluentId> =
            of.rules.iter().map(|(fluent, ..)| *fluent).chain(of.required.iter().map(|(fluent, _)| *fluent)).collect();
        let alike = outcome.exhaustive && !fluents.is_empty() && alike(outcome, &fluents, on);
        Some(Trial { pairs, undisturbed, act, on, exhaustive, alike })
    }

    /// The day on which it is tried.
    pub(super) fn on(&self) -> i64 {
        self.on
    }

    /// The timelines in which a breach that shows on the day after is one of the act.
    fn of_the_act(&self) -> &[(Run, Run)] {
        if self.undisturbed.is_empty() { &self.pairs } else { &self.undisturbed }
    }

    /// Whether an act changes a number to which a norm sets a limit, or may change it.
    pub(super) fn touches(&self, model: &Model, norm: &Norm) -> bool {
        let Some(doer) = self.act.first().copied() else { return true };
        self.pairs
            .iter()
            .any(|(without, with)| figures::changes(model, norm, doer, (without, with), self.on).unwrap_or(true))
    }

    /// The norms that the act would break, of those of who does it.
    pub(super) fn broken(&self, world: &World<'_>, outcome: &Outcome) -> Vec<Broken> {
        let model = world.model;
        let word = |it: &&(EntityId, FluentId)| model.name(it.0) == "breached";
        let Some((_, breached)) = model.hooks.statuses.iter().find(word) else { return Vec::new() };
        let Some(doer) = self.act.first().copied() else { return Vec::new() };
        let mut all: Vec<Broken> = Vec::new();
        for (base, with) in self.of_the_act() {
            for instance in with.solution.instances_of(*breached, &[None, Some(doer)]) {
                let new = |day: i64| {
                    let before = base.solution.interval_at(*breached, &instance.args, day);
                    with.solution
                        .interval_at(*breached, &instance.args, day)
                        .filter(|_| before.is_none())
                        .map(|it| (day, it))
                };
                let Some((day, interval)) = new(self.on).or_else(|| new(self.on + model.program.clock.day())) else {
                    continue;
                };
                let Some(norm) = instance.args[0].as_entity() else { continue };
                if all.iter().any(|known| known.norm == norm) {
                    continue;
                }
                let told =
                    interval.begun_by.map(|step| steps::trace(world, with, step, Some(day)).steps).unwrap_or_default();
                let figures = self.figures(model, with, interval.begun_by, day);
                all.push(Broken { norm, certain: false, figures, steps: told });
            }
        }
        let first_further = all.len();
        for norm in model.norms.iter().filter(|it| is_chosen_demand(model, it)) {
            let is_known = all.iter().any(|known| known.norm == norm.entity);
            if let Some(text) = self.farther(model, norm, doer, *breached).filter(|_| !is_known) {
                all.push(Broken {
                    norm: norm.entity,
                    certain: false,
                    figures: Some(text).filter(|it| !it.is_empty()).into_iter().collect(),
                    steps: Vec::new(),
                });
            }
        }
        let further: Vec<EntityId> = all[first_further..].iter().map(|it| it.norm).collect();
        all.extend(self.left_open(model, doer, &all));
        for known in &mut all {
            let args = [Value::entity(known.norm), doer];
            let norm = model.norms.iter().find(|it| it.entity == known.norm && further.contains(&it.entity));
            let breaks = |pair: &(Run, Run)| match norm {
                Some(norm) => self.goes_farther(model, norm, doer, *breached, pair).is_some(),
                None => {
                    let day = |day| pair.1.solution.interval_at(*breached, &args, day).is_some();
                    day(self.on) || day(self.on + model.program.clock.day())
                }
            };
            let stands_for_all = || self.exhaustive || self.alike && self.same_everywhere(model, outcome, known.norm);
            known.certain = self.of_the_act().iter().all(breaks) && stands_for_all();
        }
        all
    }

    /// Whether every chronology has the same numbers and the same status for a norm, on the day and on the next.
    fn same_everywhere(&self, model: &Model, outcome: &Outcome, norm: EntityId) -> bool {
        let mut fluents = Vec::new();
        for norm in model.norms.iter().filter(|it| it.entity == norm) {
            fluents.push(norm.status);
            fluents.extend(norm.content.iter().filter_map(|condition| match condition {
                Condition::Compare { left: Expr::Fluent(fluent, _), .. } => Some(*fluent),
                _ => None,
            }));
        }
        [self.on, self.on + model.program.clock.day()].iter().all(|day| alike(outcome, &fluents, *day))
    }

    /// That a norm which is broken already would be broken further, in some chronology; with the number, where it sets a limit.
    fn farther(&self, model: &Model, norm: &Norm, doer: Value, breached: FluentId) -> Option<String> {
        self.of_the_act().iter().find_map(|pair| self.goes_farther(model, norm, doer, breached, pair))
    }

    fn goes_farther(
        &self,
        model: &Model,
        norm: &Norm,
        doer: Value,
        breached: FluentId,
        (without, with): &(Run, Run),
    ) -> Option<String> {
        let args = [Value::entity(norm.entity), doer];
        let is_breached = |run: &Run| run.solution.interval_at(breached, &args, self.on).is_some();
        if !is_breached(without) || !is_breached(with) {
            return None;
        }
        if norm.act.is_some() {
            let again = self.breaches(model, norm, doer, with) > self.breaches(model, norm, doer, without);
            return again.then(String::new);
        }
        let passing = figures::passing(model, norm, doer, (without, with), self.on)?;
        passing.is_farther.then_some(passing.text)
    }

    /// How often a norm is broken by somebody on the day.
    fn breaches(&self, model: &Model, norm: &Norm, doer: Value, run: &Run) -> usize {
        let word = model.hooks.statuses.iter().find(|(word, _)| model.name(*word) == "breached");
        let Some(breached) = word.map(|(word, _)| Expr::Value(Value::entity(*word))) else { return 0 };
        let mut definitions = run.program.definitions.iter();
        let definition = definitions.find(|it| it.fluent == norm.status && it.value == breached);
        let Some([Condition::Holds(broken)]) = definition.map(|it| it.conditions.as_slice()) else { return 0 };
        let is_it = |step: &&Step| match (&step.cause, step.tick) {
            (Cause::Rule { rule, bindings, .. }, Some(tick)) if tick == self.on => {
                let effects = &run.program.rules[rule.index()].effects;
                let by_doer = match norm.bearer {
                    Term::Var(var) => bindings.get(var.index()).copied().flatten() == Some(doer),
                    Term::Value(bearer) => bearer == doer,
                    Term::Any => false,
                };
                by_doer
                    && effects
                        .iter()
                        .any(|it| matches!(it, Effect::Initiate { fluent, .. } if *fluent == broken.fluent))
            }
            _ => false,
        };
        run.solution.steps.iter().filter(is_it).count()
    }

    /// Whether a permission goes less far than the act: in each chronology, whether what would be so is more than it allows.
    pub(super) fn exceeds(&self, model: &Model, norm: &Norm) -> Vec<bool> {
        self.pairs.iter().map(|pair| self.more_than_allowed(model, norm, pair).is_some()).collect()
    }

    /// The number that would be more than a permission allows.
    pub(super) fn beyond(&self, model: &Model, norm: &Norm) -> Option<String> {
        self.pairs.iter().find_map(|pair| self.more_than_allowed(model, norm, pair))
    }

    fn more_than_allowed(&self, model: &Model, norm: &Norm, (without, with): &(Run, Run)) -> Option<String> {
        let passing = figures::passing(model, norm, *self.act.first()?, (without, with), self.on)?;
        passing.is_farther.then_some(passing.text)
    }

    /// Norms of which a number that is not known leaves open whether the act would break them.
    fn left_open(&self, model: &Model, doer: Value, broken: &[Broken]) -> Vec<Broken> {
        let word = |it: &&(EntityId, FluentId)| model.name(it.0) == "undecided";
        let Some((_, undecided)) = model.hooks.statuses.iter().find(word) else { return Vec::new() };
        let mut open: Vec<EntityId> = Vec::new();
        for (base, with) in &self.pairs {
            for instance in with.solution.instances_of(*undecided, &[None, Some(doer)]) {
                let is_new = with.solution.interval_at(*undecided, &instance.args, self.on).is_some()
                    && base.solution.interval_at(*undecided, &instance.args, self.on).is_none();
                open.extend(instance.args[0].as_entity().filter(|_| is_new));
            }
        }
        open.sort_unstable();
        open.dedup();
        open.retain(|norm| !broken.iter().any(|known| known.norm == *norm));
        let as_broken = |norm| Broken { norm, certain: false, figures: Vec::new(), steps: Vec::new() };
        open.into_iter().map(as_broken).collect()
    }

    /// The numbers that pass a limit: what the status of the norm rests on.
    fn figures(&self, model: &Model, with: &Run, step: Option<StepId>, day: i64) -> Vec<String> {
        let mut open: Vec<StepId> = step.into_iter().collect();
        for _ in 0..4 {
            let mut next = Vec::new();
            for id in open {
                let figures = crate::figures::read(model, with, id, Some(day));
                if !figures.is_empty() {
                    return figures.into_iter().map(|figure| figure.text).collect();
                }
                let premises = with.solution.step(id).map_or(&[][..], |step| &step.premises);
                premises.iter().for_each(|premise| steps::premises_of(premise, &mut next));
            }
            open = next;
        }
        Vec::new()
    }

    /// What those rules would bring about that the act would set off.
    pub(super) fn effects(&self, world: &World<'_>, rules: &[OriginId]) -> Vec<BroughtAbout> {
        let model = world.model;
        let fired = |run: &Run| -> Vec<(StepId, i64, OriginId, Vec<Option<Value>>)> {
            let steps = run.solution.steps.iter().enumerate();
            steps
                .filter_map(|(at, step)| match (&step.cause, step.tick) {
                    (Cause::Rule { rule, bindings, .. }, Some(tick)) if tick >= self.on => {
                        let origin = run.program.rules[rule.index()].origin;
                        rules.contains(&origin).then(|| (StepId(at as u32), tick, origin, bindings.clone()))
                    }
                    _ => None,
                })
                .collect()
        };
        let mut all: Vec<BroughtAbout> = Vec::new();
        let mut seen: Vec<usize> = Vec::new();
        for (base, with) in &self.pairs {
            let without = fired(base);
            let is_new = |it: &(StepId, i64, OriginId, Vec<Option<Value>>)| {
                !without.iter().any(|old| (old.1, old.2, &old.3) == (it.1, it.2, &it.3))
            };
            for (step, day, origin, _) in fired(with).into_iter().filter(is_new) {
                let text = steps::brought_about(model, with, step);
                match all.iter().position(|known| known.text == text && known.origin == origin) {
                    Some(at) => seen[at] += 1,
                    None => {
                        let rule =
                            model.rules.iter().find(|it| it.item.origin == origin).map_or("", |it| &it.item.name);
                        let steps = steps::trace(world, with, step, Some(day)).steps;
                        all.push(BroughtAbout { text, rule: rule.to_owned(), origin, day, certain: true, steps });
                        seen.push(1);
                    }
                }
            }
        }
        for (effect, seen) in all.iter_mut().zip(seen) {
            // What comes at once comes of the state of the day; what comes later may meet others.
            let stands_for_all = self.exhaustive || self.alike && effect.day == self.on;
            effect.certain = stands_for_all && seen >= self.pairs.len();
        }
        all.sort_by_key(|effect| effect.day);
        all
    }

    /// Days that would be others than they are, of what the act is upon and of its parts: when a treaty expires.
    pub(super) fn moved_days(&self, world: &World<'_>) -> Vec<String> {
        let model = world.model;
        let Some((base, with)) = self.pairs.first() else { return Vec::new() };
        let is_upon = |value: &Value| {
            let upon = |id: EntityId| self.act[1..].contains(&Value::entity(id));
            value
                .as_entity()
                .is_some_and(|id| upon(id) || model.lexicon.entities[id.index()].belongs_to.iter().any(|it| upon(*it)))
        };
        let mut all = Vec::new();
        for instance in &with.solution.instances {
            let Some(fluent) = model.program.fluents.get(instance.fluent.index()) else { continue };
            if fluent.ty != FluentType::Valued(Hole::Day) || !instance.args.iter().any(is_upon) {
                continue;
            }
            if let Some((before, after)) = parting(base, with, (instance.fluent, &instance.args), self.on) {
                let said = crate::say::fluent(model, instance.fluent, &instance.args, Some(after));
                all.push(format!("{said} instead of {}", model.show(before)));
            }
        }
        all
    }
}

/// The values that an instance has without and with an act, on the first day from which these differ.
fn parting(without: &Run, with: &Run, (fluent, args): (FluentId, &[Value]), on: i64) -> Option<(Value, Value)> {
    let begins = |run: &Run| {
        let intervals = run.solution.instance(fluent, args).map_or(&[][..], |it| &it.intervals);
        let days = intervals.iter().flat_map(|it| [it.since, it.until]).flatten();
        days.filter(|day| *day > on).collect::<Vec<i64>>()
    };
    let mut days = begins(without);
    days.extend(begins(with));
    days.push(on);
    days.sort_unstable();
    let values =
        |day: i64| Some((without.solution.value_at(fluent, args, day)?, with.solution.value_at(fluent, args, day)?));
    days.into_iter().filter_map(values).find(|(before, after)| before != after)
}
