//! What the writer of a proof and its checker both look at: the dossier from a point of view, with a question put to it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use servanda_engine::{Cause, Happened, Instance, Interval, Solution, StepId};
use servanda_model::{
    ActionId, DefinitionId, EntityId, EventId, EventKind, FluentId, Guard, Happening, Model, Norm, Occurrence, Program,
    RangeId, Term, Value, View,
};
use servanda_proof::{By, Certificate, From, Instant, Kind, Orders, Refused, Shape, Step, Target, Val, What};
use servanda_verify::check;

use super::days::{Bounds, Days};
use super::history::{Accepted, accepted};
use super::{Answered, Case, Refusal};
use crate::ask::{self, Reply};
use crate::question::{Form, Question, Turn, is_of_breach};
use crate::world::{Outcome, Questions, Run, World, is_known, known_happenings, name_of};
use crate::{say, steps};

/// What both sides look at: the dossier from a point of view, with a question put to it.
pub(super) struct Stage<'m> {
    pub(super) model: &'m Model,
    pub(super) question: Question,
    pub(super) view: View,
    pub(super) program: Rc<Program>,
    pub(super) goals: Vec<Shape>,
    pub(super) visible: Vec<EventId>,
    pub(super) days: &'m Days,
    /// Things that are not known of.
    unknown: Vec<EntityId>,
    /// What can be said of each event's day for certain.
    pub(super) bounds: Vec<Option<Bounds>>,
    pub(super) through: i64,
    /// The days with which something else may be so of what is asked: the first of the time that it is asked of, and the
    /// first after that.
    turns: BTreeSet<i64>,
    /// Whether acts upon places in which those asked about lie are looked at.
    wholes: bool,
    /// Whether acts against norms are looked at.
    acts: bool,
    /// The last day of which the actor of the view knows.
    seen_until: Option<i64>,
}

impl<'m> Stage<'m> {
    pub(super) fn new(
        world: &World<'m>,
        days: &'m Days,
        question: Question,
        questions: &Questions,
        view: &View,
        unknown: &[EntityId],
    ) -> Result<Stage<'m>, String> {
        let model = world.model;
        let chosen = world.chosen(view);
        let mut program = model.program_where(|guard| match guard {
            Guard::Chosen(entity) => chosen.contains(&entity),
            Guard::NotChosen(entity) => !chosen.contains(&entity),
            Guard::About(entity) => !unknown.contains(&entity),
        });
        world.hold_back(&mut program, view, unknown);
        program.fluents.extend(questions.fluents.iter().cloned());
        if questions.ranges.len() > program.ranges.len() {
            program.ranges.clone_from(&questions.ranges);
        }
        for definition in &questions.definitions {
            let id = DefinitionId::from_index(program.definitions.len());
            program.definitions.push(servanda_model::Definition { id, ..definition.clone() });
        }
        let bounds = match days.given(&[], &[]) {
            Ok(Some(bounds)) => bounds,
            _ => return Err("what the dossier says of days contradicts itself".to_owned()),
        };
        let visible =
            (0..model.events.len()).map(EventId::from_index).filter(|id| counts(world, view, unknown, *id)).collect();
        let goals = goals(world, &question, &program)?;
        let through = world.horizon(view);
        let day = match question.form {
            _ if question.is_of_all_days(view) => None,
            Form::Acts { .. } => question.on.or(view.on),
            _ => Some(question.on.or(view.on).unwrap_or_else(|| world.last_day())),
        };
        let (first, last) = question.own_time().unwrap_or_default();
        let acts = reads_acts(model, &question);
        let by = acts.then(|| question.on.or(view.on).unwrap_or_else(|| world.last_day()));
        let turns =
            first.into_iter().chain([day, last, by].into_iter().flatten().map(|day| day.saturating_add(1))).collect();
        let (seen_until, wholes) = (view.seen_by.and(view.on), false);
        let (view, unknown, program) = (view.clone(), unknown.to_vec(), Rc::new(program));
        Ok(Stage {
            model,
            question,
            view,
            program,
            goals,
            visible,
            days,
            unknown,
            bounds,
            through,
            turns,
            wholes,
            acts,
            seen_until,
        })
    }

    /// The same with acts upon places in which those asked about may lie: what is done to a whole may be done to each of
    /// its parts. Where an act itself is certain they do not matter.
    pub(super) fn with_wholes(mut self, answers: &[Answered]) -> Stage<'m> {
        let Form::Acts { patterns, negated: false, .. } = &self.question.form else { return self };
        let counts = self.question.body.to_lowercase().starts_with("how many ");
        if !counts && answers.iter().any(|it| it.truth == "certain") {
            return self;
        }
        for (pattern, goal) in patterns.iter().zip(0..) {
            let holes = &self.model.program.actions[pattern.action.index()].holes;
            for (at, hole) in holes.iter().enumerate() {
                let nesting = self.model.nesting.iter().filter(|nests| steps::is_place(self.model, **nests, *hole));
                let Term::Value(asked) = pattern.args[at] else { continue };
                for nests in nesting {
                    let asked = Some(Val::of(asked, &self.model.program.ranges));
                    // The places around it, and those within it.
                    for args in [vec![asked, None], vec![None, asked]] {
                        self.goals.push(Shape { of: Target::Fluent(nests.0), args });
                    }
                    self.goals[goal].args[at] = None;
                    self.wholes = true;
                }
            }
        }
        self
    }

    /// Whether a shape is of the dossier, and not of the question.
    pub(super) fn is_of_model(&self, shape: &Shape) -> bool {
        !matches!(shape.of, Target::Fluent(id) if id as usize >= self.model.program.fluents.len())
    }

    /// The day of an event that can be on no other.
    pub(super) fn certain(&self, event: EventId) -> Option<i64> {
        match self.bounds[event.index()] {
            Some((Some(min), Some(max))) if min == max => Some(min),
            _ => None,
        }
    }

    /// The ticks of the events that have one, certain or given.
    pub(super) fn ticks(&self, days: &BTreeMap<u32, i64>) -> Vec<Option<i64>> {
        let all = (0..self.model.events.len()).map(EventId::from_index);
        all.map(|id| self.certain(id).or_else(|| days.get(&id.0).copied())).collect()
    }

    pub(super) fn narrative(&self, days: &BTreeMap<u32, i64>) -> Vec<Occurrence> {
        let ticks = self.ticks(days);
        let mut all = Vec::new();
        for id in &self.visible {
            let Some(tick) = ticks[id.index()] else { continue };
            if self.seen_until.is_some_and(|day| tick > day) {
                // An actor knows of nothing that is yet to come.
                continue;
            }
            let step = order(self.model, *id, &ticks, 0);
            let happenings = known_happenings(self.model, *id, &self.unknown);
            all.extend(happenings.map(|what| Occurrence { tick, step, what: what.clone(), tag: id.0 }));
        }
        all.sort();
        all
    }

    /// The events without a certain day that are seen by a scope, with those that their order within a day hangs on.
    pub(super) fn open(&self, scope: &[Shape]) -> BTreeSet<usize> {
        let mut next: Vec<EventId> = self.visible.iter().copied().filter(|id| self.seen(*id, scope)).collect();
        let mut met = BTreeSet::new();
        while let Some(id) = next.pop() {
            if met.insert(id.index()) {
                next.extend(before(self.model, id));
            }
        }
        met.retain(|id| self.certain(EventId::from_index(*id)).is_none());
        met
    }

    fn seen(&self, id: EventId, scope: &[Shape]) -> bool {
        known_happenings(self.model, id, &self.unknown).any(|happening| {
            let (of, args) = match happening {
                Happening::Action(action, args) => (Target::Action(action.0), args),
                Happening::FactBegins(fluent, args, _) | Happening::FactEnds(fluent, args, _) => {
                    (Target::Fluent(fluent.0), args)
                }
            };
            let args = args.iter().map(|value| Some(Val::of(*value, &self.program.ranges))).collect();
            let it = Shape { of, args };
            scope.iter().any(|shape| shape.covers(&it))
        })
    }

    /// What accepted histories come to, read as any outcome of a dossier.
    pub(super) fn reply(
        &self,
        world: &World<'_>,
        runs: Vec<Rc<Run>>,
        cells: Vec<(usize, usize)>,
        exhaustive: bool,
    ) -> Reply {
        let outcome = Outcome { cells, ..Outcome::of_runs(runs, exhaustive, self.visible.clone(), Vec::new()) };
        ask::reply(world, &self.question, &self.view, &outcome)
    }

    /// A history on the days of one chronology, which may be another than that it was written for.
    pub(super) fn run(&self, accepted: &Accepted, ticks: Vec<Option<i64>>) -> Rc<Run> {
        let day = |instant: &Instant| {
            let start = match instant.from {
                From::Event(id) => ticks[id as usize],
                From::Tick(tick) => Some(tick),
            };
            let clock = self.program.clock;
            instant.plus.iter().try_fold(start?, |tick, time| servanda_verify::later(clock, tick, *time))
        };
        let moved = |tick: i64| accepted.moving.get(&tick).and_then(day).unwrap_or(tick);
        let solution = solution(accepted, &self.program, &moved);
        Rc::new(Run { program: Rc::clone(&self.program), ticks, solution, numbers: Default::default() })
    }

    /// A step in words, and where what brought it about is written.
    fn tell(&self, step: &Step) -> (String, String) {
        let model = self.model;
        let mut ranges = self.program.ranges.clone();
        let mut shown = |on: &Shape, value: Option<Val>| {
            let args: Option<Vec<Value>> = on.args.iter().map(|arg| Some(plain((*arg)?, &mut ranges))).collect();
            let value = value.map(|value| plain(value, &mut ranges));
            match (on.of, args) {
                (_, None) => "whatever is so".to_owned(),
                (Target::Action(id), Some(args)) if (id as usize) < model.program.actions.len() => {
                    say::action(model, ActionId(id), &args)
                }
                (Target::Fluent(id), Some(args)) if (id as usize) < model.program.fluents.len() => {
                    say::fluent(model, FluentId(id), &args, value)
                }
                _ => "the answer".to_owned(),
            }
        };
        let What { kind, on, value } = &step.what;
        let text = match kind {
            Kind::Happen => shown(on, None),
            Kind::Start => shown(on, *value),
            Kind::Add => {
                let by = model.show(plain(value.unwrap_or(Val::Entity(0)), &mut self.program.ranges.clone()));
                format!("{} changes by {by}", shown(on, None))
            }
            Kind::Begin => format!("from now on {}", shown(on, *value)),
            Kind::Cease => format!("no longer: {}", shown(on, *value)),
            Kind::Come => format!("the day has come: {}", shown(on, *value)),
            Kind::End => format!("ends: {}", shown(on, None)),
        };
        let origin = match &step.by {
            By::Initial(at) => self.program.initial.get(*at as usize).map(|it| it.origin),
            By::Narrative(tag) => model.events.get(*tag as usize).map(|it| it.origin),
            By::Rule(at, ..) => self.program.rules.get(*at as usize).map(|it| it.origin),
            By::Definition(at, _) => self.program.definitions.get(*at as usize).map(|it| it.origin),
            By::Deadline(_) | By::Effects | By::Conflict | By::Lapse | By::Day => None,
        };
        let place = origin.and_then(|origin| steps::of_origin(model, origin, "").place);
        (text, place.unwrap_or_default())
    }

    pub(super) fn told(&self, mut certificate: Certificate) -> Certificate {
        for step in &mut certificate.steps {
            (step.text, step.origin) = self.tell(step);
        }
        certificate
    }

    /// What a case says, checked; on which orders it hangs is said with it.
    pub(super) fn accept(&self, at: usize, case: &Case) -> Result<Accepted, Refusal> {
        let refused = |reason: &str| Err(Refusal { case: Some(at), ..Refusal::of(reason) });
        let certificate = &case.certificate;
        if certificate.goals != self.goals || certificate.through != self.through {
            return refused("it is a history of something else than was asked");
        }
        let open = self.open(&certificate.scope);
        if !case.days.keys().copied().eq(open.iter().map(|id| *id as u32)) {
            return refused("its days are not those of just the events that it sees and that have no certain day");
        }
        let fixed: Vec<(usize, i64)> = case.days.iter().map(|(id, day)| (*id as usize, *day)).collect();
        if !matches!(self.days.given(&fixed, &case.given), Ok(Some(_))) {
            return refused("what the dossier says of days does not allow this chronology");
        }
        let loose = case.days.keys().copied().collect();
        let hangs = check(&self.program, &self.narrative(&case.days), &loose, certificate, |_, _, _| true);
        let mut accepted = accepted(certificate, hangs.map_err(|it| Refusal::in_case(at, it))?);
        let wrong = |step: &Step| self.tell(step) != (step.text.clone(), step.origin.clone());
        if let Some(step) = certificate.steps.iter().position(wrong) {
            let reason = "its words are not what it says".to_owned();
            return Err(Refusal::in_case(at, Refused { reason, step: Some(step) }));
        }
        self.hang(&mut accepted, &open);
        Ok(accepted)
    }

    /// Adds the orders of acts with the days on which it begins and ceases that a place lies in another or that a norm is
    /// broken, and with the days after these: an act is upon what lies in its place on the day or the day before.
    fn hang_on_states(&self, accepted: &mut Accepted) {
        let instant = |tick: i64| accepted.moving.get(&tick).cloned().unwrap_or(Instant::of(From::Tick(tick)));
        let mut orders = Orders::new();
        for end in accepted.intervals.values().flatten().flat_map(|span| [span.since, span.until]).flatten() {
            let next = Instant { plus: [instant(end).plus, vec![Val::Ticks(1)]].concat(), ..instant(end) };
            for (tick, ..) in accepted
                .events
                .iter()
                .filter(|(tick, ..)| [*tick, end].iter().any(|it| accepted.moving.contains_key(it)))
            {
                orders.extend([(instant(*tick), instant(end)), (instant(*tick), next.clone())]);
            }
        }
        accepted.orders.append(&mut orders);
    }

    /// Adds the orders that the answers hang on: by when something came, which of one day was first, and on which run of
    /// days that its date has an event is.
    pub(super) fn hang(&self, accepted: &mut Accepted, open: &BTreeSet<usize>) {
        let spans = accepted.intervals.values().flatten().flat_map(|span| [span.since, span.until]).flatten();
        let ticks: BTreeSet<i64> = spans.chain(accepted.events.iter().map(|(tick, ..)| *tick)).collect();
        let moving = ticks.iter().filter_map(|tick| accepted.moving.get(tick));
        let turns = self.turns.iter().map(|day| Instant::of(From::Tick(*day)));
        accepted.orders.extend(moving.flat_map(|it| turns.clone().map(|day| (it.clone(), day))));
        if self.wholes || self.acts {
            self.hang_on_states(accepted);
        }
        let event = |id: usize| Instant::of(From::Event(id as u32));
        let gaps = open.iter().flat_map(|id| self.days.gaps(*id).map(|day| (event(*id), Instant::of(From::Tick(day)))));
        accepted.orders.extend(gaps);
        if let Some(day) = self.seen_until {
            let after = Instant::of(From::Tick(day.saturating_add(1)));
            accepted.orders.extend(open.iter().map(|id| (event(*id), after.clone())));
        }
        for id in self.visible.iter().copied() {
            for other in before(self.model, id) {
                if open.contains(&id.index()) || open.contains(&other.index()) {
                    accepted.orders.insert((event(id.index()), event(other.index())));
                }
            }
        }
    }
}

/// The events that an event is put `then` after.
fn before(model: &Model, id: EventId) -> Vec<EventId> {
    let relations = model.events[id.index()].relations.iter().filter(|it| it.then);
    let named = |other: EntityId| model.events.iter().position(|event| event.entity == Some(other));
    relations.filter_map(|it| named(it.other)).map(EventId::from_index).collect()
}

/// Whether an event counts from a point of view, whenever it is.
fn counts(world: &World<'_>, view: &View, unknown: &[EntityId], id: EventId) -> bool {
    let event = &world.model.events[id.index()];
    world.model.is_stated(event, view.known_in)
        && event.kind != EventKind::Words
        && view.known_in.is_none_or(|year| world.is_evident(id, year))
        && is_known(world.model, id, unknown)
        && match (view.seen_by, &event.known_only_to) {
            (Some(actor), Some(actors)) => actors.contains(&actor) || name_of(world.model, id).is_some(),
            _ => true,
        }
}

/// Events put `then` after others of the same day come after them in order.
fn order(model: &Model, id: EventId, ticks: &[Option<i64>], depth: u32) -> u32 {
    let same = |other: &EventId| depth <= 64 && ticks[other.index()] == ticks[id.index()];
    let others = before(model, id).into_iter().filter(same);
    let after = others.map(|other| 1 + order(model, other, ticks, depth + 1)).max().unwrap_or(0);
    after.max(model.events[id.index()].step)
}

/// Whether the acts are looked at that are done against norms, as one that is broken may be broken again.
fn reads_acts(model: &Model, question: &Question) -> bool {
    let begins = question.turn == Some(Turn::Begins) && matches!(question.form, Form::Whether | Form::Which);
    question.by_act.is_some() || begins && is_of_breach(model, question)
}

/// That a norm is broken, and what is done against it: the act that it forbids, also in a part of a place that it names.
fn against(model: &Model, norm: &Norm) -> Vec<Shape> {
    let fixed = |term: &Term| match term {
        Term::Value(value) => Some(Val::of(*value, &model.program.ranges)),
        _ => None,
    };
    let Some(act) = &norm.act else { return Vec::new() };
    let mut done = Shape { of: Target::Action(act.action.0), args: act.args.iter().map(fixed).collect() };
    let status = Shape { of: Target::Fluent(norm.status.0), args: vec![None; norm.instance.len()] };
    let mut all = vec![status];
    for (at, _) in &norm.places {
        done.args[*at] = None;
        let whole = fixed(&act.args[*at]);
        all.extend(model.nesting.iter().map(|it| Shape { of: Target::Fluent(it.0), args: vec![None, whole] }));
    }
    all.push(done);
    all
}

/// What a question is about.
fn goals(world: &World<'_>, question: &Question, program: &Program) -> Result<Vec<Shape>, String> {
    let model = world.model;
    let any = |fluent: FluentId| Shape {
        of: Target::Fluent(fluent.0),
        args: vec![None; program.fluents[fluent.index()].args.len()],
    };
    let entity = |id: EntityId| Some(Val::Entity(id.0));
    let goals = match &question.form {
        Form::Acts { patterns, .. } => patterns
            .iter()
            .map(|pattern| Shape {
                of: Target::Action(pattern.action.0),
                args: pattern
                    .args
                    .iter()
                    .map(|term| match term {
                        Term::Value(value) => Some(Val::of(*value, &model.program.ranges)),
                        _ => None,
                    })
                    .collect(),
            })
            .collect(),
        Form::Happened(_) | Form::Did(_) => {
            return Err("what happened is a list of the dossier's own statements, and rests on nothing else".to_owned());
        }
        Form::Apart(..) | Form::ApartFrom { .. } => {
            return Err("how far two events are apart is read off what is said of their days".to_owned());
        }
        Form::Says(_) | Form::Claims(_) | Form::Against { .. } | Form::Named(_) => {
            return Err("what a text says rests on the text alone".to_owned());
        }
        _ if question.by_act.is_some() && !ask::is_of_acts_alone(model, question) => {
            return Err(
                "what an act led to is read off the reasons of breaches, where these are not just that it is forbidden"
                    .to_owned(),
            );
        }
        Form::Cause => {
            return Err("what led to something is read off its reasons, and rests on nothing else".to_owned());
        }
        Form::Secrets(actor) => {
            vec![Shape { of: Target::Fluent(model.hooks.knows.0), args: vec![entity(*actor), None] }]
        }
        Form::Knowledge { actor, thing } | Form::Learnt { actor, thing } => {
            let mut things = vec![*thing];
            things.extend(world.secret_root(*thing).filter(|root| root != thing));
            let shape = |(fluent, args): (FluentId, Vec<Option<Value>>)| Shape {
                of: Target::Fluent(fluent.0),
                args: args.into_iter().map(|it| entity(it?.as_entity()?)).collect(),
            };
            things.into_iter().flat_map(|thing| world.knowing_of(*actor, thing)).map(shape).collect()
        }
        Form::Statuses(norm) => {
            let own = model.norms.iter().filter(|it| it.entity == *norm).map(|it| it.status).collect::<BTreeSet<_>>();
            let own = own.into_iter().map(any);
            let dormant = model.hooks.statuses.iter().filter(|(word, _)| model.name(*word) == "dormant");
            let dormant = dormant.map(|(_, fluent)| {
                let mut shape = any(*fluent);
                shape.args[0] = entity(*norm);
                shape
            });
            own.chain(dormant).collect()
        }
        _ => {
            if question.fluent.is_none() {
                return Err("the question has no form of its own".to_owned());
            }
            let open = ask::undecided_patterns(model, question).map(|(_, open)| open);
            let mut goals: BTreeSet<Shape> = open.chain(question.fluents()).map(any).collect();
            if reads_acts(model, question) {
                goals.extend(ask::forbidding(model, question).into_iter().flat_map(|norm| against(model, norm)));
            }
            goals.into_iter().collect()
        }
    };
    Ok(goals)
}

/// A value of the model again, its range in a table.
pub(super) fn plain(val: Val, ranges: &mut Vec<servanda_model::NumberRange>) -> Value {
    use servanda_model::{Duration, NumberRange, TextId};
    use servanda_proof::End;
    match val {
        Val::Entity(id) => Value::entity(EntityId(id)),
        Val::Number(number) => Value::number(number).unwrap_or(Value::TRUE),
        Val::Tick(tick) => Value::tick(tick).unwrap_or(Value::TRUE),
        Val::Ticks(n) => Value::duration(Duration::Ticks(n)),
        Val::Months(n) => Value::duration(Duration::Months(n)),
        Val::Years(n) => Value::duration(Duration::Years(n)),
        Val::Text(id) => Value::text(TextId(id)),
        Val::Range(low, high, approximate) => {
            let at = |end| if let End::At(number) = end { Some(number) } else { None };
            let range = NumberRange { min: at(low), max: at(high), approximate };
            let place = ranges.iter().position(|it| *it == range).unwrap_or_else(|| {
                ranges.push(range);
                ranges.len() - 1
            });
            Value::range(RangeId::from_index(place))
        }
    }
}

/// Accepted intervals and events in the form in which outcomes are read.
fn solution(accepted: &Accepted, program: &Program, moved: &dyn Fn(i64) -> i64) -> Solution {
    let mut solution = Solution { ranges: program.ranges.clone(), ..Solution::default() };
    for (on, spans) in &accepted.intervals {
        let Target::Fluent(fluent) = on.of else { continue };
        let args: Vec<Value> = on.args.iter().flatten().map(|arg| plain(*arg, &mut solution.ranges)).collect();
        let intervals = spans.iter().map(|span| {
            let value = plain(span.value, &mut solution.ranges);
            Interval {
                value,
                since: span.since.map(moved),
                until: span.until.map(moved),
                begun_by: None,
                ended_by: None,
            }
        });
        let intervals = intervals.collect();
        solution.instances.push(Instance { fluent: FluentId(fluent), args: args.into(), intervals });
    }
    solution.instances.sort_by(|a, b| (a.fluent, &a.args).cmp(&(b.fluent, &b.args)));
    for (tick, step, on) in &accepted.events {
        let Target::Action(action) = on.of else { continue };
        let args = on.args.iter().flatten().map(|arg| plain(*arg, &mut solution.ranges)).collect();
        let (at, tick, step) = (Some((*tick, *step)), moved(*tick), *step);
        let is_produced =
            accepted.acts.iter().any(|(it, act, by)| (*it, act) == (at, on) && matches!(by, By::Rule(..)));
        // What it follows from is the step by which it is told.
        let origin = accepted.origins(program, at, on).into_iter().next_back().filter(|_| is_produced);
        let by = origin.map(|tag| {
            let cause = Cause::Occurrence(tag);
            solution.steps.push(servanda_engine::Step { tick: Some(tick), step, cause, premises: Vec::new() });
            StepId(solution.steps.len() as u32 - 1)
        });
        let event = Happened { tick, step, action: ActionId(action), args, is_produced, by };
        solution.events.push(event);
    }
    solution.events.sort();
    solution
}
