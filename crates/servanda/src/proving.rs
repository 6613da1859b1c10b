//! Proofs of answers: written for a question, and checked again from the dossier and the file alone.
//!
//! Both sides meet in [`Stage`]: the dossier's program with the question put to it, what the actor of a view does not
//! know, and which events count. A proof has a certificate for each chronology that it rests on. What the checker
//! accepts of them is read the way any other outcome is, and must give the answers that the proof claims.

mod days;
mod draft;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use servanda_engine::{Happened, Instance, Interval, Solution};
use servanda_model::{
    ActionId, DefinitionId, EntityId, EventId, EventKind, FluentId, Guard, Happening, Model, Occurrence, Program,
    RangeId, Standing, Term, Value, View,
};
use servanda_proof::{Accepted, Atom, By, Certificate, Refused, Shape, Step, Stray, Target, Val, What, check};
use sha2::{Digest, Sha256};

use crate::ask::{self, AskError, Reply, Truth};
use crate::question::{Form, Preparing, Question};
use crate::world::{Outcome, Questions, Run, World};
use crate::{say, steps};
use days::Days;

/// The name and version of the format.
pub const FORMAT: &str = "servanda-proof 1";
/// The most chronologies a proof may rest on.
pub const MOST_CASES: usize = 400;

/// A file of proofs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// [`FORMAT`].
    pub format: String,
    /// SHA-256 over the dossier's files, law included.
    pub dossier: String,
    /// One for each question.
    pub proofs: Vec<Proof>,
}

/// The proof of the answers to one question.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// As asked.
    pub question: String,
    /// From where.
    pub view: ViewOf,
    /// What is proved; none means no.
    pub answers: Vec<Answered>,
    /// Whether the cases are all the chronologies there are, as far as they could matter. Without that nothing is
    /// certain.
    pub exhaustive: bool,
    /// What each chronology comes to.
    pub cases: Vec<Case>,
    /// For a view of an actor: what it knows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub knowledge: Option<Case>,
}

/// A view in words.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ViewOf {
    pub on: Option<String>,
    #[serde(rename = "as")]
    pub seen_by: Option<String>,
    pub known: Option<i64>,
    pub under: Vec<String>,
}

/// One answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Answered {
    pub text: String,
    pub truth: String,
    pub since: Option<String>,
    pub until: Option<String>,
}

/// A chronology, and what follows in it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The ticks of the events without a certain day, by their numbers.
    pub days: BTreeMap<u32, i64>,
    /// The history of what was asked.
    pub certificate: Certificate,
}

/// Why there is no proof.
#[derive(Debug)]
pub enum NoProof {
    /// The question has no answer to prove.
    Ask(AskError),
    /// It is outside what proofs are made of; the reason.
    NotCheckable(String),
    /// The checker does not agree with the engine. That is a fault in one of them.
    Disagree(String),
}

/// Why a proof is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// In words.
    pub reason: String,
    /// Which of the file's proofs.
    pub proof: Option<usize>,
    /// Which of its chronologies.
    pub case: Option<usize>,
    /// Which step.
    pub step: Option<usize>,
}

impl Refusal {
    fn of(reason: impl Into<String>) -> Refusal {
        Refusal { reason: reason.into(), proof: None, case: None, step: None }
    }

    fn in_case(case: usize, refused: Refused) -> Refusal {
        Refusal { reason: refused.reason, proof: None, case: Some(case), step: refused.step }
    }
}

/// The digest of everything a dossier says, with the law it uses.
#[must_use]
pub fn digest(model: &Model) -> String {
    let mut hash = Sha256::new();
    for (_, file) in model.files.iter() {
        for part in [&*file.path, &*file.text] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file of these proofs.
#[must_use]
pub fn file(model: &Model, proofs: Vec<Proof>) -> ProofFile {
    ProofFile { format: FORMAT.to_owned(), dossier: digest(model), proofs }
}

/// What both sides look at: the dossier from a point of view, with a question put to it.
struct Stage<'m> {
    model: &'m Model,
    question: Question,
    view: View,
    program: Program,
    goals: Vec<Shape>,
    visible: Vec<EventId>,
    days: &'m Days,
    /// What can be said of each event's day for certain.
    bounds: Vec<Option<days::Bounds>>,
    through: i64,
}

impl<'m> Stage<'m> {
    fn new(
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
        program.fluents.extend(questions.fluents.iter().cloned());
        if questions.ranges.len() > program.ranges.len() {
            program.ranges.clone_from(&questions.ranges);
        }
        for definition in &questions.definitions {
            let id = DefinitionId::from_index(program.definitions.len());
            program.definitions.push(servanda_model::Definition { id, ..definition.clone() });
        }
        let bounds = match days.given(&[]) {
            Ok(Some(bounds)) => bounds,
            _ => return Err("what the dossier says of days contradicts itself".to_owned()),
        };
        let visible = (0..model.events.len())
            .map(EventId::from_index)
            .filter(|id| counts(world, view, unknown, *id))
            .filter(|id| match (view.seen_by, view.on) {
                // An actor knows of nothing that is yet to come.
                (Some(_), Some(day)) => matches!(bounds[id.index()], Some((Some(min), _)) if min <= day),
                _ => true,
            })
            .collect();
        let goals = goals(world, &question, &program)?;
        let last = world.last_day().max(view.on.unwrap_or(i64::MIN));
        let through = last.saturating_add(world.years_ahead * 366);
        Ok(Stage { model, question, view: view.clone(), program, goals, visible, days, bounds, through })
    }

    /// The day of an event that can be on no other.
    fn certain(&self, event: EventId) -> Option<i64> {
        match self.bounds[event.index()] {
            Some((Some(min), Some(max))) if min == max => Some(min),
            _ => None,
        }
    }

    /// The ticks of the events that have one, certain or given.
    fn ticks(&self, days: &BTreeMap<u32, i64>) -> Vec<Option<i64>> {
        let all = (0..self.model.events.len()).map(EventId::from_index);
        all.map(|id| self.certain(id).or_else(|| days.get(&id.0).copied())).collect()
    }

    fn narrative(&self, days: &BTreeMap<u32, i64>) -> Vec<Occurrence> {
        let ticks = self.ticks(days);
        let mut all = Vec::new();
        for id in &self.visible {
            let Some(tick) = ticks[id.index()] else { continue };
            let step = order(self.model, *id, &ticks, 0);
            let happenings = self.model.events[id.index()].happenings.iter();
            all.extend(happenings.map(|what| Occurrence { tick, step, what: what.clone(), tag: id.0 }));
        }
        all.sort();
        all
    }

    /// The events without a certain day that could be seen by a scope, with those that their order may hang on.
    fn open(&self, scope: &[Shape]) -> BTreeSet<usize> {
        let mut next: Vec<EventId> = self.visible.iter().copied().filter(|id| self.seen(*id, scope)).collect();
        let mut met = BTreeSet::new();
        while let Some(id) = next.pop() {
            let soon = matches!(self.bounds[id.index()], Some((Some(min), _)) if min <= self.through);
            if soon && met.insert(id.index()) {
                let named = |it: &servanda_model::Relation| {
                    self.model.events.iter().position(|event| event.entity == Some(it.other))
                };
                let relations = self.model.events[id.index()].relations.iter().filter(|it| it.then);
                next.extend(relations.filter_map(named).map(EventId::from_index));
            }
        }
        met.retain(|id| self.certain(EventId::from_index(*id)).is_none());
        met
    }

    /// The open events that have no day in a chronology.
    fn strays(&self, scope: &[Shape], days: &BTreeMap<u32, i64>) -> Vec<usize> {
        self.open(scope).into_iter().filter(|id| !days.contains_key(&(*id as u32))).collect()
    }

    fn stray(&self, id: usize) -> Stray {
        let (first, last) = self.bounds[id].unwrap_or_default();
        let what = self.model.events[id].happenings.clone();
        Stray { what, first: first.unwrap_or(i64::MAX), last: last.unwrap_or(i64::MAX) }
    }

    /// Whether an event is put into an order with others of its day.
    fn is_ordered(&self, id: usize) -> bool {
        let events = &self.model.events;
        let named = |other: &EntityId| events[id].entity == Some(*other);
        let after = |event: &servanda_model::Event| event.relations.iter().any(|it| it.then && named(&it.other));
        events[id].relations.iter().any(|it| it.then) || events.iter().any(after)
    }

    fn seen(&self, id: EventId, scope: &[Shape]) -> bool {
        self.model.events[id.index()].happenings.iter().any(|happening| {
            let (of, args) = match happening {
                Happening::Action(action, args) => (Target::Action(action.0), args),
                Happening::FactBegins(fluent, args, _) | Happening::FactEnds(fluent, args, _) => {
                    (Target::Fluent(fluent.0), args)
                }
            };
            let args = args.iter().map(|value| Val::of(*value, &self.program.ranges)).collect();
            scope.iter().any(|shape| shape.has(&Atom { of, args: Vec::clone(&args) }))
        })
    }

    /// What accepted histories come to, read as any outcome of a dossier.
    fn reply(&self, world: &World<'_>, cases: &[(BTreeMap<u32, i64>, Accepted)], exhaustive: bool) -> Reply {
        let program = Rc::new(self.program.clone());
        let runs = cases.iter().map(|(days, accepted)| Run {
            program: Rc::clone(&program),
            ticks: self.ticks(days),
            solution: solution(accepted, &self.program),
        });
        let uncertain: BTreeSet<u32> = cases.iter().flat_map(|(days, _)| days.keys().copied()).collect();
        let uncertain = uncertain.into_iter().map(EventId).collect();
        let outcome = Outcome::of_runs(runs.collect(), exhaustive, self.visible.clone(), uncertain);
        ask::reply(world, &self.question, &self.view, &outcome)
    }

    /// A step in words, and where what brought it about is written.
    fn tell(&self, step: &Step) -> (String, String) {
        let model = self.model;
        let mut ranges = self.program.ranges.clone();
        let mut shown = |atom: &Atom, value: Option<Val>| {
            let args: Vec<Value> = atom.args.iter().map(|arg| plain(*arg, &mut ranges)).collect();
            let value = value.map(|value| plain(value, &mut ranges));
            match atom.of {
                Target::Action(id) if (id as usize) < model.program.actions.len() => {
                    say::action(model, ActionId(id), &args)
                }
                Target::Fluent(id) if (id as usize) < model.program.fluents.len() => {
                    say::fluent(model, FluentId(id), &args, value)
                }
                _ => "the answer".to_owned(),
            }
        };
        let text = match &step.what {
            What::Event(atom) => shown(atom, None),
            What::Initiate(atom, value) => shown(atom, Some(*value)),
            What::Increase(atom, by) => {
                format!("{} changes by {}", shown(atom, None), model.show(plain(*by, &mut ranges)))
            }
            What::Change(atom, Some(value)) => format!("from now on {}", shown(atom, Some(*value))),
            What::Change(atom, None) => format!("no longer: {}", shown(atom, None)),
            What::End(shape, _) => {
                let args: Option<Vec<Val>> = shape.args.iter().copied().collect();
                let text = args.map(|args| shown(&Atom { of: shape.of, args }, None));
                format!("ends: {}", text.unwrap_or_else(|| "whatever is so".to_owned()))
            }
        };
        let origin = match &step.by {
            By::Initial(at) => self.program.initial.get(*at as usize).map(|it| it.origin),
            By::Narrative(tag) => model.events.get(*tag as usize).map(|it| it.origin),
            By::Rule(at, ..) => self.program.rules.get(*at as usize).map(|it| it.origin),
            By::Definition(at, _) => self.program.definitions.get(*at as usize).map(|it| it.origin),
            By::Deadline(_) | By::Effects | By::Conflict | By::Lapse => None,
        };
        let place = origin.and_then(|origin| steps::of_origin(model, origin, "").place);
        (text, place.unwrap_or_default())
    }

    fn told(&self, mut certificate: Certificate) -> Certificate {
        for step in &mut certificate.steps {
            (step.text, step.origin) = self.tell(step);
        }
        certificate
    }

    /// A case, checked.
    fn accept(&self, at: usize, case: &Case) -> Result<(BTreeMap<u32, i64>, Accepted), Refusal> {
        let refused = |reason: &str| Err(Refusal { case: Some(at), ..Refusal::of(reason) });
        if case.certificate.goals != self.goals || case.certificate.through != self.through {
            return refused("it is a history of something else than was asked");
        }
        let strays = self.strays(&case.certificate.scope, &case.days);
        if let Some(id) = strays.iter().find(|id| self.is_ordered(**id)) {
            let name = steps::event_name(self.model, EventId::from_index(*id));
            return refused(&format!("“{name}” could matter, and has no day in this chronology"));
        }
        let stray = strays.iter().map(|id| self.stray(*id)).collect::<Vec<_>>();
        let fixed: Vec<(usize, i64)> = case.days.iter().map(|(id, day)| (*id as usize, *day)).collect();
        if !matches!(self.days.given(&fixed), Ok(Some(_))) {
            return refused("what the dossier says of days does not allow this chronology");
        }
        let narrative = self.narrative(&case.days);
        let accepted = check(&self.program, &narrative, &stray, &case.certificate);
        let accepted = accepted.map_err(|it| Refusal::in_case(at, it))?;
        let wrong =
            case.certificate.steps.iter().find(|step| self.tell(step) != (step.text.clone(), step.origin.clone()));
        match wrong {
            Some(step) => {
                let reason = "its words are not what it says".to_owned();
                Err(Refusal::in_case(at, Refused { reason, step: Some(step.id) }))
            }
            None => Ok((case.days.clone(), accepted)),
        }
    }
}

/// Whether an event counts from a point of view, whenever it is.
fn counts(world: &World<'_>, view: &View, unknown: &[EntityId], id: EventId) -> bool {
    let event = &world.model.events[id.index()];
    event.standing == Standing::Stated
        && event.kind != EventKind::Words
        && view.known_in.is_none_or(|year| world.evidence_by(event.origin, year))
        && !event.mentions.iter().chain(&event.entity).any(|entity| unknown.contains(entity))
        && match (view.seen_by, &event.known_only_to) {
            (Some(actor), Some(actors)) => actors.contains(&actor),
            _ => true,
        }
}

/// Events put `then` after others of the same day come after them in order.
fn order(model: &Model, id: EventId, ticks: &[Option<i64>], depth: u32) -> u32 {
    let relations = model.events[id.index()].relations.iter().filter(|it| it.then && depth <= 64);
    let after = relations.filter_map(|relation| {
        let other = model.events.iter().position(|event| event.entity == Some(relation.other))?;
        let same = ticks[other] == ticks[id.index()];
        same.then(|| 1 + order(model, EventId::from_index(other), ticks, depth + 1))
    });
    after.max().unwrap_or(0)
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
        Form::Happened(_) => {
            return Err("what happened is a list of the dossier's own statements, and rests on nothing else".to_owned());
        }
        Form::Knowledge { actor, thing } => {
            let mut things = vec![*thing];
            things.extend(world.secret_root(*thing).filter(|root| root != thing));
            let knows = |thing: EntityId| Shape {
                of: Target::Fluent(model.hooks.knows.0),
                args: vec![entity(*actor), entity(thing)],
            };
            things.into_iter().map(knows).collect()
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
        Form::Whether | Form::Which | Form::When | Form::What | Form::HowMany => {
            let Some(fluent) = question.fluent else { return Err("the question has no form of its own".to_owned()) };
            vec![any(fluent)]
        }
    };
    Ok(goals)
}

/// A value of the model again, its range in a table.
fn plain(val: Val, ranges: &mut Vec<servanda_model::NumberRange>) -> Value {
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
fn solution(accepted: &Accepted, program: &Program) -> Solution {
    let mut solution = Solution { ranges: program.ranges.clone(), ..Solution::default() };
    for (atom, spans) in &accepted.intervals {
        let Target::Fluent(fluent) = atom.of else { continue };
        let args: Vec<Value> = atom.args.iter().map(|arg| plain(*arg, &mut solution.ranges)).collect();
        let intervals = spans.iter().map(|span| {
            let value = plain(span.value, &mut solution.ranges);
            Interval { value, since: span.since, until: span.until, begun_by: None, ended_by: None }
        });
        let intervals = intervals.collect();
        solution.instances.push(Instance { fluent: FluentId(fluent), args: args.into(), intervals });
    }
    solution.instances.sort_by(|a, b| (a.fluent, &a.args).cmp(&(b.fluent, &b.args)));
    for (tick, step, atom) in &accepted.events {
        let Target::Action(action) = atom.of else { continue };
        let args = atom.args.iter().map(|arg| plain(*arg, &mut solution.ranges)).collect();
        let event = Happened { tick: *tick, step: *step, action: ActionId(action), args, is_produced: false, by: None };
        solution.events.push(event);
    }
    solution.events.sort();
    solution
}

/// The answers of a reply, as a proof claims them.
fn answered(reply: &Reply) -> Vec<Answered> {
    let truth = |truth| if truth == Truth::Certain { "certain" } else { "possible" }.to_owned();
    let answer = |it: &ask::Answer| Answered {
        text: it.text.clone(),
        truth: truth(it.truth),
        since: it.since.clone(),
        until: it.until.clone(),
    };
    reply.answers.iter().map(answer).collect()
}

/// The question and what is put to the program for it.
fn prepared(model: &Model, text: &str, view: &View) -> Result<(Question, Questions, View), AskError> {
    let mut preparing = Preparing::new(model);
    let question = preparing.question(text).map_err(AskError::Trouble)?;
    preparing.questions.ranges = preparing.ranges().to_vec();
    let view = View { on: view.on.or(question.on), ..view.clone() };
    Ok((question, std::mem::take(&mut preparing.questions), view))
}

/// The days of a world's dossier, read anew.
fn days_of(world: &World<'_>) -> Result<Days, String> {
    let horizon = world.dating.horizon;
    Days::of(world.model, horizon.first, horizon.last).map_err(|error| match error {
        days::Undated::Contradiction => "what the dossier says of days contradicts itself".to_owned(),
        days::Undated::Unsettled => "the bounds of days do not settle".to_owned(),
    })
}

/// Writes the proof of the answers to a question.
///
/// # Errors
/// See [`NoProof`].
pub fn prove(world: &mut World<'_>, text: &str, view: &View) -> Result<Proof, NoProof> {
    let (question, questions, view) = prepared(world.model, text, view).map_err(NoProof::Ask)?;
    let days = days_of(world).map_err(NoProof::NotCheckable)?;
    let not = NoProof::NotCheckable;
    let knowledge = match view.seen_by {
        Some(actor) => Some(knowledge(world, &days, actor, &view)?),
        None => None,
    };
    let unknown = match &knowledge {
        Some(case) => known(world, &days, &view, case).map_err(|it| NoProof::Disagree(it.reason))?,
        None => Vec::new(),
    };
    let outcome = world.ask(&view, &questions).map_err(|errors| NoProof::Ask(AskError::Program(errors)))?;
    let stage = Stage::new(world, &days, question, &questions, &view, &unknown).map_err(not)?;
    let reply = ask::reply(world, &stage.question, &stage.view, &outcome);
    let (cases, exhaustive) = match every_case(&stage)? {
        Some(cases) => (cases, true),
        None if outcome.exhaustive || reply.answers.is_empty() => {
            let reason = format!("there are more than {MOST_CASES} chronologies that could matter");
            return Err(NoProof::NotCheckable(reason));
        }
        None => (witnesses(&stage, &outcome)?, false),
    };
    let mut accepted = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        accepted.push(stage.accept(at, case).map_err(|it| NoProof::Disagree(it.reason))?);
    }
    let proved = stage.reply(world, &accepted, exhaustive);
    let answers = answered(&proved);
    if outcome.exhaustive && exhaustive && answers != answered(&reply) {
        let reason = format!("the engine says {:?}, the checker {answers:?}", answered(&reply));
        return Err(NoProof::Disagree(reason));
    }
    let name = |id: &EntityId| world.model.name(*id).to_owned();
    let view = ViewOf {
        on: stage.view.on.map(|day| world.model.show_tick(day)),
        seen_by: stage.view.seen_by.as_ref().map(name),
        known: stage.view.known_in,
        under: stage.view.under.iter().map(name).collect(),
    };
    Ok(Proof { question: text.to_owned(), view, answers, exhaustive, cases, knowledge })
}

/// A case for each chronology, as far as they matter; `None` if there are too many.
fn every_case(stage: &Stage<'_>) -> Result<Option<Vec<Case>>, NoProof> {
    let mut events: BTreeSet<usize> = BTreeSet::new();
    'more: loop {
        let order: Vec<usize> = events.iter().copied().collect();
        let Some(all) = stage.days.all(&order, MOST_CASES) else { return Ok(None) };
        let mut cases: Vec<Case> = Vec::new();
        let mut scope: Vec<Shape> = Vec::new();
        for ticks in all {
            let days: BTreeMap<u32, i64> = order.iter().map(|id| *id as u32).zip(ticks).collect();
            let (certificate, live) = drafted(stage, &days, &scope)?;
            if !live.is_empty() {
                events.extend(live);
                continue 'more;
            }
            scope.clone_from(&certificate.scope);
            cases.push(Case { days, certificate });
        }
        return Ok(Some(cases));
    }
}

/// A certificate for a chronology, and the events without a day in it that would change it.
fn drafted(
    stage: &Stage<'_>,
    days: &BTreeMap<u32, i64>,
    scope: &[Shape],
) -> Result<(Certificate, BTreeSet<usize>), NoProof> {
    let narrative = stage.narrative(days);
    let mut scope = scope.to_vec();
    let mut strays: Vec<usize> = stage.strays(&scope, days);
    loop {
        let moving: Vec<Stray> = strays.iter().map(|id| stage.stray(*id)).collect();
        let drafted = draft::draft(&stage.program, &narrative, &moving, &stage.goals, stage.through, &scope);
        let (certificate, live) = drafted.map_err(NoProof::Disagree)?;
        let all = stage.strays(&certificate.scope, days);
        let mut live: BTreeSet<usize> = live.into_iter().map(|at| strays[at]).collect();
        live.extend(all.iter().copied().filter(|id| stage.is_ordered(*id)));
        if all == strays || !live.is_empty() {
            return Ok((stage.told(certificate), live));
        }
        scope.clone_from(&certificate.scope);
        strays = all;
    }
}

/// Of the chronologies that were looked at, for everything that any says one in which it is so and one in which it is
/// not.
fn witnesses(stage: &Stage<'_>, outcome: &Outcome) -> Result<Vec<Case>, NoProof> {
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
        cases.push(settled(stage, day)?);
    }
    Ok(cases)
}

/// A case in which every event that matters has a given day.
fn settled(stage: &Stage<'_>, day: impl Fn(usize) -> Option<i64>) -> Result<Case, NoProof> {
    let mut days: BTreeMap<u32, i64> = BTreeMap::new();
    loop {
        let (certificate, live) = drafted(stage, &days, &[])?;
        let more: Vec<(u32, i64)> = live.iter().filter_map(|id| Some((*id as u32, day(*id)?))).collect();
        if live.is_empty() {
            return Ok(Case { days, certificate });
        }
        if more.iter().all(|(id, _)| days.contains_key(id)) {
            return Err(NoProof::NotCheckable("an event that matters has no day".to_owned()));
        }
        days.extend(more);
    }
}

/// What an actor was told by a day: a history of the whole world, in the chronology in which all is as early as can be.
fn knowledge(world: &World<'_>, days: &Days, actor: EntityId, view: &View) -> Result<Case, NoProof> {
    let stage = knowing(world, days, actor, view).map_err(NoProof::NotCheckable)?;
    settled(&stage, |id| stage.bounds[id]?.0)
}

/// The stage on which it is shown what an actor knows.
fn knowing<'m>(world: &World<'m>, days: &'m Days, actor: EntityId, view: &View) -> Result<Stage<'m>, String> {
    let question = Question {
        asked: Vec::new(),
        body: String::new(),
        text: String::new(),
        form: Form::Knowledge { actor, thing: actor },
        fluent: None,
        conditions: Vec::new(),
        vars: Vec::new(),
        since: None,
        until: None,
        on: None,
        possibly: false,
    };
    let plain = View { seen_by: None, ..view.clone() };
    let mut stage = Stage::new(world, days, question, &Questions::default(), &plain, &[])?;
    let things = secrets(world);
    stage.goals = things
        .into_iter()
        .map(|thing| Shape {
            of: Target::Fluent(world.model.hooks.knows.0),
            args: vec![Some(Val::Entity(actor.0)), Some(Val::Entity(thing.0))],
        })
        .collect();
    Ok(stage)
}

/// Secret things, and what they belong to.
fn secrets(world: &World<'_>) -> BTreeSet<EntityId> {
    let entities = &world.model.lexicon.entities;
    let secret = (0..entities.len()).map(EntityId::from_index).filter(|id| world.secret_root(*id).is_some());
    secret.flat_map(|id| chain(world.model, id)).collect()
}

/// A thing and what it belongs to, one in another.
fn chain(model: &Model, id: EntityId) -> Vec<EntityId> {
    let whole = |id: &EntityId| model.lexicon.entities[id.index()].belongs_to.first().copied();
    std::iter::successors(Some(id), whole).take(8).collect()
}

/// The things that the actor of a view does not know of, by an accepted history of what it was told.
fn known(world: &World<'_>, days: &Days, view: &View, case: &Case) -> Result<Vec<EntityId>, Refusal> {
    let Some(actor) = view.seen_by else { return Ok(Vec::new()) };
    let days: &Days = days;
    let stage = knowing(world, days, actor, view).map_err(Refusal::of)?;
    for (id, day) in &case.days {
        if stage.bounds.get(*id as usize).copied().flatten().and_then(|(min, _)| min) != Some(*day) {
            return Err(Refusal::of("what an actor knows is told of the earliest chronology, and this is another"));
        }
    }
    let (_, accepted) = stage.accept(0, case)?;
    let day = view.on.unwrap_or(world.last_day());
    let told = |thing: &EntityId| {
        let args = vec![Val::Entity(actor.0), Val::Entity(thing.0)];
        let spans = accepted.intervals.get(&Atom { of: Target::Fluent(world.model.hooks.knows.0), args });
        let holds = |span: &servanda_proof::Span| {
            span.since.is_none_or(|since| since <= day) && span.until.is_none_or(|until| day < until)
        };
        spans.is_some_and(|spans| spans.iter().any(holds))
    };
    let insider = |thing: &EntityId| {
        let actors = &world.model.lexicon.entities[thing.index()].known_only_to;
        actors.as_ref().is_some_and(|actors| actors.contains(&actor))
    };
    let entities = (0..world.model.lexicon.entities.len()).map(EntityId::from_index);
    let secret = entities.filter(|id| world.secret_root(*id).is_some());
    let unknown = secret.filter(|id| !chain(world.model, *id).iter().any(|it| insider(it) || told(it)));
    Ok(unknown.collect())
}

/// Checks every proof of a file against a dossier. Nothing in the file is taken on trust, and the engine is not asked.
///
/// # Errors
/// The first thing found wrong.
pub fn verify(world: &World<'_>, file: &ProofFile) -> Result<(), Refusal> {
    if file.format != FORMAT {
        return Err(Refusal::of(format!("its format is `{}`, and this reads `{FORMAT}`", file.format)));
    }
    if file.dossier != digest(world.model) {
        return Err(Refusal::of("it was made from another dossier, or from this one before it was changed"));
    }
    let days = days_of(world).map_err(Refusal::of)?;
    for (at, proof) in file.proofs.iter().enumerate() {
        verify_one(world, &days, proof).map_err(|refusal| Refusal { proof: Some(at), ..refusal })?;
    }
    Ok(())
}

fn verify_one(world: &World<'_>, days: &Days, proof: &Proof) -> Result<(), Refusal> {
    let view = view_of(world.model, &proof.view)?;
    let (question, questions, view) = prepared(world.model, &proof.question, &view).map_err(|error| match error {
        AskError::Trouble(trouble) => Refusal::of(format!("its question is not understood: {}", trouble.message)),
        AskError::Program(_) => Refusal::of("the dossier has no meaning"),
    })?;
    let unknown = match (&proof.knowledge, view.seen_by) {
        (Some(case), Some(_)) => known(world, days, &view, case)?,
        (None, None) => Vec::new(),
        (None, Some(_)) => return Err(Refusal::of("it does not show what the actor knows")),
        (Some(_), None) => return Err(Refusal::of("nobody's knowledge was asked for")),
    };
    let stage = Stage::new(world, days, question, &questions, &view, &unknown).map_err(Refusal::of)?;
    let mut accepted = Vec::new();
    for (at, case) in proof.cases.iter().enumerate() {
        accepted.push(stage.accept(at, case)?);
    }
    if accepted.is_empty() || (!proof.exhaustive && proof.answers.is_empty()) {
        return Err(Refusal::of("it looks at too few chronologies for its answer"));
    }
    if proof.exhaustive {
        exhaustive(&stage, &proof.cases)?;
    }
    if answered(&stage.reply(world, &accepted, proof.exhaustive)) != proof.answers {
        return Err(Refusal::of("what it shows gives other answers than it claims"));
    }
    Ok(())
}

/// The cases are all the ways of placing the events that they place, each once.
fn exhaustive(stage: &Stage<'_>, cases: &[Case]) -> Result<(), Refusal> {
    // Whatever has no day in a case was shown to change nothing in it.
    let placed: BTreeSet<u32> = cases.iter().flat_map(|case| case.days.keys().copied()).collect();
    let order: Vec<usize> = placed.into_iter().map(|id| id as usize).collect();
    let Some(all) = stage.days.all(&order, MOST_CASES) else {
        return Err(Refusal::of(format!("not checkable: there are more than {MOST_CASES} chronologies")));
    };
    for (at, ticks) in all.iter().enumerate() {
        let days: BTreeMap<u32, i64> = order.iter().map(|id| *id as u32).zip(ticks.iter().copied()).collect();
        if cases.get(at).is_none_or(|case| case.days != days) {
            return Err(Refusal { case: Some(at), ..Refusal::of("a chronology is left out, or out of order") });
        }
    }
    if cases.len() > all.len() {
        return Err(Refusal { case: Some(all.len()), ..Refusal::of("this chronology is not needed") });
    }
    Ok(())
}

/// What a view in words means in a dossier.
fn view_of(model: &Model, view: &ViewOf) -> Result<View, Refusal> {
    let entity =
        |name: &String| model.lexicon.entity(name).ok_or_else(|| Refusal::of(format!("nothing is called `{name}`")));
    let on = view.on.as_ref().map(|text| {
        let date = servanda_calendar::parse_written(text).ok();
        let day = date.and_then(|date| date.bounds().allowed().max).map(|day| day.0);
        day.filter(|_| model.program.clock == servanda_model::Clock::Days).or_else(|| text.parse().ok())
    });
    if on == Some(None) {
        return Err(Refusal::of("its day is no day"));
    }
    Ok(View {
        on: on.flatten(),
        seen_by: view.seen_by.as_ref().map(entity).transpose()?,
        known_in: view.known,
        under: view.under.iter().map(entity).collect::<Result<_, _>>()?,
    })
}
