//! What a report compares its chronology with: the one in which everything is as late as it can be, and the ones in which all
//! numbers that are left open are the least, or the greatest, that they can be.

use std::collections::BTreeSet;
use std::rc::Rc;

use servanda_engine::{Compiled, Instance, Interval, Options, Record, Solution, Start, solve, solve_doubting};
use servanda_model::{EntityId, EventId, Kinded, Norm, Term, Value, View};

use super::{Making, hang_of};
use crate::numbers::{Figure, Trial, corner, of_event, of_start, put};
use crate::world::{Outcome, World, narrative};

/// The timeline when everything is as late as it can be; none where every day is certain.
pub(super) fn latest(world: &mut World<'_>, outcome: &Outcome, view: &View) -> Option<Solution> {
    if !outcome.visible.iter().any(|event| hang_of(world, *event).is_some()) {
        return None;
    }
    let horizon = world.dating.horizon;
    let scenario = world.dating.chronology.as_mut()?.latest(horizon).ok()?;
    let ticks: Vec<Option<i64>> =
        world.dating.points.iter().map(|point| point.and_then(|point| scenario.tick(point))).collect();
    let compiled = compiled(outcome)?;
    let until = world.horizon(view);
    let options = Options { until: None, horizon: until, record: Record::Timeline };
    Some(solve(&compiled, &narrative(world.model, &outcome.visible, &ticks, &outcome.unknown), &options))
}

/// The timelines when all numbers that are left open are the least, and the greatest; none where every number is certain, or none
/// of the norms that it leaves undecided is one on which another hangs.
pub(super) fn with_numbers(world: &World<'_>, outcome: &Outcome, view: &View) -> Vec<Solution> {
    let (model, program) = (world.model, &outcome.program);
    let solution = &outcome.runs[0].solution;
    let undecided = |value: Value| value.as_entity().is_some_and(|word| model.name(word) == "undecided");
    let is_undecided = |norm: &Norm| {
        let any = vec![None; norm.instance.len()];
        solution.instances_of(norm.status, &any).any(|it| it.intervals.iter().any(|interval| undecided(interval.value)))
    };
    let named = |norm: &&Norm| model.own_statuses.iter().any(|(.., it)| *it == norm.entity);
    if !model.norms.iter().filter(named).any(is_undecided) {
        return Vec::new();
    }
    let told = outcome.visible.iter().flat_map(|event| of_event(model, *event));
    let figures: BTreeSet<Figure> = told.chain(of_start(program)).collect();
    let Some(compiled) = compiled(outcome).filter(|_| !figures.is_empty()) else { return Vec::new() };
    let told = narrative(model, &outcome.visible, &world.base(), &outcome.unknown);
    let trial = Trial::new(model, program, &figures, &BTreeSet::new(), &told);
    let facts: BTreeSet<usize> = (0..program.initial.len()).collect();
    let options = world.options(view, Record::Timeline);
    let solved = |greatest: bool| {
        let taken = trial.taken(&corner(&trial.whole(), greatest), program, &facts);
        let mut told = told.clone();
        told.iter_mut().for_each(|it| put(model, program, &taken, it));
        let start = Start { initial: &taken.initial, ranges: &taken.ranges };
        solve_doubting(&compiled, start, &told, &options).0
    };
    vec![solved(false), solved(true)]
}

fn compiled(outcome: &Outcome) -> Option<Rc<Compiled>> {
    outcome.compiled.clone().or_else(|| Compiled::new(&outcome.program).ok().map(Rc::new))
}

impl Making<'_, '_> {
    /// Whether the value is had in the latest chronology too, and with other numbers where they decide it: on the day, or at
    /// some time.
    pub(super) fn is_so_always(&self, instance: &Instance, interval: &Interval) -> bool {
        // A number made by the run is told by its bounds, which the two runs keep apart.
        if matches!(interval.value.kinded(), Kinded::Range(id) if id.index() >= self.model.program.ranges.len()) {
            return true;
        }
        let is_so = |solution: &Solution| match self.on {
            Some(day) => solution.holds_at(instance.fluent, &instance.args, interval.value, day),
            None => solution.holds_for(instance.fluent, &instance.args, interval.value).next().is_some(),
        };
        let of_norm = self.model.norms.iter().any(|norm| norm.status == instance.fluent);
        // That a number leaves it undecided is told as it is.
        let undecided = interval.value.as_entity().is_some_and(|word| self.model.name(word) == "undecided");
        self.late.is_none_or(is_so) && (!of_norm || undecided || self.with_numbers.iter().all(is_so))
    }

    /// The first and the last day of the same interval when everything is as late as it can be.
    pub(super) fn later(&self, instance: &Instance, interval: &Interval) -> Option<(Option<i64>, Option<i64>)> {
        let late = self.late?.instance(instance.fluent, &instance.args)?;
        let same = |it: &&Interval| it.value == interval.value;
        let at = instance.intervals.iter().filter(same).position(|it| it == interval)?;
        let (mine, other) = (instance.intervals.iter().filter(same), late.intervals.iter().filter(same));
        if mine.count() != other.clone().count() {
            return None;
        }
        other.clone().nth(at).map(|it| (it.since, it.until))
    }

    /// The event without a certain day that is on one day at the earliest and on another at the latest.
    pub(super) fn undated(&self, first: i64, last: i64) -> Option<EventId> {
        let is_it = |event: &&EventId| {
            let slack = hang_of(self.world, **event).map(|hang| hang.slack);
            self.world.earliest(**event) == Some(first)
                && slack.is_some_and(|slack| slack.is_none_or(|slack| first.saturating_add(slack) == last))
        };
        self.outcome.visible.iter().find(is_it).copied()
    }

    /// The numbers that a norm compares and that are not stated, in words.
    pub(super) fn unstated(&self, norm: EntityId, of: &[String]) -> Vec<String> {
        let norms = self.model.norms.iter().filter(|it| it.entity == norm);
        let compared = norms.flat_map(|norm| norm.content.iter().map(move |condition| (norm, condition)));
        let mut all: Vec<String> = Vec::new();
        for (norm, condition) in compared {
            let Some((fluent, args, ..)) = super::limits::compared(condition) else { continue };
            let Some(args) = args.iter().map(|term| self.settled(norm, *term, of)).collect::<Option<Vec<Value>>>()
            else {
                continue;
            };
            let held = self.solution.instance(fluent, &args).map_or(&[][..], |it| &it.intervals);
            let stated = held.iter().any(|it| self.on.is_none_or(|day| it.contains(day)));
            let text = format!("a number for {}, of which none is stated", super::sentence(self.model, fluent, &args));
            if !stated && !all.contains(&text) {
                all.push(text);
            }
        }
        all
    }

    /// What a term of a norm stands for where it is borne by whoever is told first of an instance.
    fn settled(&self, norm: &Norm, term: Term, of: &[String]) -> Option<Value> {
        match term {
            Term::Value(value) => Some(value),
            _ if term == norm.bearer => of.first().and_then(|name| self.model.lexicon.entity(name)).map(Value::entity),
            _ => None,
        }
    }
}
