//! Answers: what holds from a point of view, how surely, since when, and by which steps.

mod known;
mod live;
mod norms;
mod parting;
mod spells;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use servanda_calendar::{Interval as Span, IntervalSet};
use servanda_engine::{Interval, ProgramError, Solution, StepId};
use servanda_model::{
    Condition, EntityId, EventId, EventPattern, FluentId, FluentPattern, FluentType, Model, Term, Trouble, Value, View,
};

use known::{claims, knowledge, learnt, named, says, secrets, statuses};
use spells::{causes, end_of, intervals};

use crate::question::{Form, Preparing, Question};
use crate::say;
use crate::steps::{self, Told};
use crate::world::{Outcome, Run, Target, World};

/// How sure an answer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// So in every admissible chronology.
    Certain,
    /// So in some.
    Possible,
}

/// One answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// In words.
    pub text: String,
    /// How sure.
    pub truth: Truth,
    /// The first day, where that is the same in every chronology.
    pub since: Option<String>,
    /// The first day on which it is no longer so, where that is the same in every chronology.
    pub until: Option<String>,
    /// The days between which `since` lies, where it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_between: Option<(String, String)>,
    /// The days between which `until` lies, where it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_between: Option<(String, String)>,
    /// For a possible answer: a chronology in which it is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// For a possible answer: a chronology in which it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter_witness: Option<Witness>,
    /// The norms that say so, or the things that were counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub which: Vec<String>,
    /// Why.
    pub steps: Vec<Told>,
    /// Whether it tells of an act, which happens on a day and does not last.
    #[serde(skip)]
    pub act: bool,
    /// What it rests on besides facts.
    #[serde(skip)]
    pub assumptions: Vec<String>,
}

/// A chronology, as the days of the events that are uncertain and matter.
pub type Witness = BTreeMap<String, String>;

/// Why the answer is no.
#[derive(Clone, Debug, Default, Serialize)]
pub struct No {
    /// What was looked for and not found.
    pub searched: Vec<String>,
    /// What is so instead, or was at another time.
    pub instead: Vec<String>,
    /// Which rules would make it so.
    pub would_change: Vec<String>,
    /// Why it is not so, or why it is so at another time: the steps to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Told>,
}

/// The view, as it is written in answers.
#[derive(Clone, Debug, Serialize)]
pub struct ShownView {
    /// The day.
    pub on: Option<String>,
    /// Whose eyes.
    #[serde(rename = "as")]
    pub seen_by: Option<String>,
    /// The year of the evidence.
    pub known: Option<i64>,
    /// Readings and doctrines.
    pub under: Vec<String>,
}

/// The answers to one question.
#[derive(Clone, Debug, Serialize)]
pub struct Reply {
    /// As typed.
    pub question: String,
    /// From where.
    pub view: ShownView,
    /// None means no.
    pub answers: Vec<Answer>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// `approximate` where not every chronology could be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<&'static str>,
    /// Answers under readings of norms and doctrines that were not chosen, where they differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Parted>,
    /// Where the answer is no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no: Option<No>,
}

/// Where the answers part.
#[derive(Clone, Debug, Serialize)]
pub struct Parted {
    /// The reading or doctrine.
    pub under: String,
    /// Who holds it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_by: Vec<String>,
    /// What the answers are then; empty for no.
    pub answers: Vec<String>,
}

/// What kept a question from being answered.
#[derive(Clone, Debug)]
pub enum AskError {
    /// It was not understood.
    Trouble(Trouble),
    /// The dossier's rules have no meaning.
    Program(Vec<ProgramError>),
}

/// Answers one question.
///
/// # Errors
/// It is not understood, or the dossier cannot be run.
pub fn ask(world: &mut World<'_>, text: &str, view: &View) -> Result<Reply, AskError> {
    let mut replies = ask_all(world, &[text.to_owned()], view, true)?;
    replies.remove(0)
}

/// Answers several questions from one point of view; much cheaper than one by one.
///
/// # Errors
/// The dossier cannot be run. A question that is not understood fails by itself.
pub fn ask_all(
    world: &mut World<'_>,
    texts: &[String],
    view: &View,
    readings: bool,
) -> Result<Vec<Result<Reply, AskError>>, AskError> {
    ask_in_run(world, texts, view, readings).map(|(replies, _)| replies)
}

/// A reply for each question, and the run in which everything is as early as can be.
pub(crate) type InRun = (Vec<Result<Reply, AskError>>, Option<Rc<Run>>);

/// As [`ask_all`], and gives the run in the earliest chronology as well, for whoever looks for more in it.
pub(crate) fn ask_in_run(
    world: &mut World<'_>,
    texts: &[String],
    view: &View,
    readings: bool,
) -> Result<InRun, AskError> {
    let model = world.model;
    if world.dating.contradiction.is_some() {
        return Err(AskError::Trouble(contradictory(world)));
    }
    let mut preparing = Preparing::new(model).seen_from(world, view);
    let questions: Vec<Result<Question, Trouble>> = texts.iter().map(|text| preparing.question(text)).collect();
    preparing.questions.ranges = preparing.ranges().to_vec();
    let mut view = view.clone();
    match questions.as_slice() {
        [Ok(question)] => view = own_view(question, &view),
        several if several.iter().flatten().any(|question| question.view != View::default()) => {
            // A question with a point of view of its own is asked from there alone.
            return Ok((texts.iter().map(|text| ask_alone(world, text, &view, readings)).collect(), None));
        }
        _ => {}
    }
    // What an actor knows is a matter of the day; other views have no day of their own.
    if texts.len() == 1 || view.seen_by.is_some() {
        for question in questions.iter().flatten() {
            view.on = view.on.or(question.on);
        }
    }
    let put = std::mem::take(&mut preparing.questions);
    let targets: Vec<Target> = questions
        .iter()
        .map(|question| question.as_ref().map_or_else(|_| Target::default(), |it| target(world, it, &view)))
        .collect();
    let outcomes = world.ask_each(&view, &put, &targets).map_err(AskError::Program)?;
    let run = outcomes.first().and_then(|outcome| outcome.runs.first()).map(Rc::clone);
    let mut replies = Vec::new();
    for (question, outcome) in questions.into_iter().zip(&outcomes) {
        replies.push(match question {
            Err(trouble) => Err(AskError::Trouble(trouble)),
            Ok(question) => Ok(reply(world, &question, &view, outcome)),
        });
    }
    if readings && view.under.is_empty() {
        let mut asked = targets.clone();
        // What the actor of a view knows hangs on what it was told.
        let knows = (model.hooks.knows, Vec::new());
        asked.extend(view.seen_by.map(|_| Target { fluents: vec![knows], ..Target::default() }));
        let others = parting::able_to_matter(model, &put, &asked, &readings_of(model));
        for reading in others {
            let under = View { under: vec![reading], ..view.clone() };
            let Ok(outcomes) = world.ask_each(&under, &put, &targets) else { continue };
            let mut again = Preparing::new(model).seen_from(world, &under);
            for (at, text) in texts.iter().enumerate() {
                let (Ok(question), Ok(old)) = (again.question(text), &mut replies[at]) else { continue };
                let new = reply(world, &question, &under, &outcomes[at]);
                let texts = |reply: &Reply| -> Vec<String> { reply.answers.iter().map(plain).collect() };
                // Of what is so on a day it makes no difference when it ends.
                let of_day = |reply: &Reply| -> Vec<(String, Truth)> {
                    reply.answers.iter().map(|answer| (answer.text.clone(), answer.truth)).collect()
                };
                let same = if question.is_of_all_days(&under) {
                    texts(&new) == texts(old)
                } else {
                    of_day(&new) == of_day(old)
                };
                if !same {
                    let norm = model.norms.iter().find(|norm| norm.reading == Some(reading));
                    let held_by = norm.map(|norm| norm.held_by.clone()).unwrap_or_default();
                    old.readings.push(Parted {
                        under: model.name(reading).to_owned(),
                        held_by: held_by.iter().map(|id| model.name(*id).to_owned()).collect(),
                        answers: texts(&new),
                    });
                }
            }
        }
    }
    Ok((replies, run))
}

fn ask_alone(world: &mut World<'_>, text: &String, view: &View, readings: bool) -> Result<Reply, AskError> {
    ask_all(world, std::slice::from_ref(text), view, readings)?.remove(0)
}

/// A point of view, with what a question says of its own.
pub(crate) fn own_view(question: &Question, view: &View) -> View {
    let mut own = view.clone();
    own.seen_by = question.view.seen_by.or(view.seen_by);
    own.known_in = question.view.known_in.or(view.known_in);
    own.under.extend(question.view.under.iter().filter(|it| !view.under.contains(it)));
    own
}

/// What a question looks at.
fn target(world: &World<'_>, question: &Question, view: &View) -> Target {
    let model = world.model;
    let on = question.on.or(view.on);
    let day = Some(on.unwrap_or_else(|| world.last_day()));
    let knows = |actor: EntityId, thing: EntityId| {
        (model.hooks.knows, vec![Some(Value::entity(actor)), Some(Value::entity(thing))])
    };
    match &question.form {
        Form::Acts { patterns, .. } => Target { fluents: Vec::new(), acts: patterns.clone(), day: on, each: false },
        Form::Happened(_) | Form::Did(_) | Form::Says(_) | Form::Claims(_) | Form::Named(_) => Target::default(),
        Form::Secrets(actor) => {
            let fluents = vec![(model.hooks.knows, vec![Some(Value::entity(*actor)), None])];
            Target { fluents, day, ..Target::default() }
        }
        Form::Knowledge { actor, thing } | Form::Learnt { actor, thing } => {
            let things = [Some(*thing), world.secret_root(*thing)];
            Target {
                fluents: things.into_iter().flatten().map(|it| knows(*actor, it)).collect(),
                day,
                ..Target::default()
            }
        }
        Form::Statuses(norm) => {
            let own = model.norms.iter().filter(|it| it.entity == *norm).map(|it| (it.status, Vec::new()));
            let words = model.hooks.statuses.iter().map(|(_, fluent)| (*fluent, vec![Some(Value::entity(*norm))]));
            Target { fluents: own.chain(words).collect(), day, ..Target::default() }
        }
        _ => {
            let day = if question.is_of_all_days(view) { None } else { day };
            let open = undecided_patterns(model, question).map(|(_, open)| (open, Vec::new()));
            let fluents = question.fluents().into_iter().map(|it| (it, Vec::new())).chain(open).collect();
            let each = question.asks_for_several();
            Target { fluents, day, each, ..Target::default() }
        }
    }
}

/// Nothing follows from dates that contradict each other: any answer would be as good as its opposite.
fn contradictory(world: &World<'_>) -> Trouble {
    let said = world.dating.contradiction.iter().flatten().filter_map(|id| world.dating.said.get(id.0 as usize));
    let all: Vec<String> =
        said.map(|said| format!("{} ({})", steps::event_name(world.model, said.event), said.text)).collect();
    Trouble {
        code: "contradictory-dates",
        message: format!("these statements about days cannot all be true, so nothing is answered: {}", all.join("; ")),
        span: servanda_diagnostics::Span::default(),
        help: Some("drop or widen any one of them; the others are then consistent".to_owned()),
        unknown: None,
    }
}

/// Everything that `under` can choose and that does not apply by default.
fn readings_of(model: &Model) -> Vec<EntityId> {
    let mut all: Vec<EntityId> = model.norms.iter().filter_map(|norm| norm.reading).collect();
    all.extend(model.doctrines.iter().filter(|doctrine| !doctrine.default).map(|doctrine| doctrine.entity));
    all.sort_unstable();
    all.dedup();
    all
}

/// An answer with its truth and its days, to be compared and shown in one line.
fn plain(answer: &Answer) -> String {
    let truth = if answer.truth == Truth::Certain { "" } else { "possibly " };
    let told = |day: &String| answer.text.contains(day.as_str());
    let day = |word: &str, day: &Option<String>, between: &Option<(String, String)>| match (day, between) {
        (Some(day), _) if !told(day) => format!(" {word} {day}"),
        (None, Some((first, last))) if !told(first) => format!(" {word} some day from {first} to {last}"),
        _ => String::new(),
    };
    let since = day(if answer.act { "on" } else { "since" }, &answer.since, &answer.since_between);
    format!("{truth}{}{since}{}", answer.text, day("until", &answer.until, &answer.until_between))
}

/// What was found for one filling of a question's holes.
pub(super) struct Found<'o> {
    /// In what.
    pub(super) outcome: &'o Outcome,
    /// For each run the days it holds.
    pub(super) days: Vec<IntervalSet>,
    /// For each run the interval on the day asked for, with the step that began it.
    pub(super) at: Vec<Option<Interval>>,
    /// The steps that began it in the first run, and when.
    pub(super) steps: Vec<(Option<i64>, StepId)>,
}

pub(crate) fn reply(world: &World<'_>, question: &Question, view: &View, outcome: &Outcome) -> Reply {
    let model = world.model;
    let day = question.on.or(view.on);
    let on = day.unwrap_or_else(|| world.last_day());
    let all_days = question.is_of_all_days(view);
    let mut answers = match &question.form {
        Form::Acts { patterns, asked, negated } => {
            let done = acts(world, outcome, patterns, asked, question, day);
            if *negated { undone(world, &done, question, outcome) } else { done }
        }
        Form::Happened(thing) => happened(world, outcome, *thing, false, day, question.during),
        Form::Did(actor) => happened(world, outcome, Some(*actor), true, day, question.during),
        Form::Knowledge { actor, thing } => knowledge(world, outcome, *actor, *thing, on),
        Form::Learnt { actor, thing } => learnt(world, outcome, *actor, *thing, on),
        Form::Secrets(actor) => secrets(world, outcome, *actor, on),
        Form::Statuses(norm) => statuses(world, outcome, *norm, on),
        Form::Says(thing) => says(world, *thing),
        Form::Claims(actor) => claims(world, view, *actor, day),
        Form::Named(thing) => named(world, *thing),
        Form::Norms(of) => norms::answers(world, outcome, question, of, view, on),
        Form::Cause => causes(world, outcome, question, view),
        Form::Count if !all_days => counted(world, held(world, outcome, question, on)),
        Form::Since | Form::Until if !all_days => end_of(question, held(world, outcome, question, on)),
        _ if all_days => intervals(world, outcome, question, view),
        _ => held(world, outcome, question, on),
    };
    if matches!(question.form, Form::Whether | Form::Which) && !all_days {
        leave_open(world, outcome, question, on, &mut answers);
        let unknown = "a number is not known, or known for a whole and not for its parts";
        may_be_so(world, (outcome, question.open), question, on, Some(unknown), &mut answers);
        insiders(world, outcome, question, on, &mut answers);
    }
    if matches!(question.form, Form::Whether | Form::Which | Form::What) && !all_days && answers.is_empty() {
        let whole = "what is said of a whole place may be so of each place within it, and what is said of an article of its treaty";
        may_be_so(world, (outcome, question.as_whole), question, on, Some(whole), &mut answers);
    }
    if matches!(question.form, Form::HowMany | Form::What) {
        unstated(world, question, view, &mut answers);
    }
    if let Some(since) = question.since {
        let since = model.show_tick(since);
        answers.retain(|answer| answer.since.as_ref() == Some(&since));
    }
    if let Some(until) = question.until {
        let until = model.show_tick(until);
        answers.retain(|answer| answer.until.as_ref() == Some(&until));
    }
    let mut assumptions: Vec<String> = Vec::new();
    let wrong = model.diagnostics.iter().filter(|it| it.severity == servanda_diagnostics::Severity::Error).count();
    if wrong > 0 {
        assumptions
            .push(format!("what is wrong in the dossier is left out: {wrong} errors, which `servanda check` shows"));
    }
    for doctrine in world.chosen(view) {
        if !view.under.contains(&doctrine) {
            assumptions.push(format!("doctrine {} applies, as none was chosen", model.name(doctrine)));
        }
    }
    for answer in &answers {
        for assumption in &answer.assumptions {
            if !assumptions.contains(assumption) {
                assumptions.push(assumption.clone());
            }
        }
    }
    let negative = answers.is_empty().then(|| match &question.form {
        Form::Secrets(actor) => No {
            searched: vec![format!("a secret of which {} was told, or that it shares", model.name(*actor))],
            ..No::default()
        },
        Form::Norms(of) => norms::no(world, outcome, question, of, on),
        _ => steps::no(world, question, outcome, view, on),
    });
    if negative.is_some() {
        assumptions.push("what the dossier does not state is taken not to be so".to_owned());
        assumptions.extend(outcome.inexact.iter().filter_map(|event| steps::missing_number(world, *event)));
    }
    Reply {
        question: question.text.clone(),
        view: shown(model, view, day),
        answers,
        assumptions,
        precision: (!(outcome.exhaustive && outcome.precise)).then_some("approximate"),
        readings: Vec::new(),
        no: negative,
    }
}

fn shown(model: &Model, view: &View, day: Option<i64>) -> ShownView {
    ShownView {
        on: day.map(|day| model.show_tick(day)),
        seen_by: view.seen_by.map(|id| model.name(id).to_owned()),
        known: view.known_in,
        under: view.under.iter().map(|id| model.name(*id).to_owned()).collect(),
    }
}

/// Statuses of norms that a question denies and that a missing number may leave undecided: the pattern, and the fluent that
/// says so.
pub(crate) fn undecided_patterns<'q>(
    model: &'q Model,
    question: &'q Question,
) -> impl Iterator<Item = (&'q FluentPattern, FluentId)> {
    let statuses = &model.hooks.statuses;
    let status = move |pattern: &FluentPattern| {
        statuses.iter().find(|(_, fluent)| *fluent == pattern.fluent).map(|(word, _)| model.name(*word))
    };
    let open = statuses.iter().find(|(word, _)| model.name(*word) == "undecided").map(|(_, fluent)| *fluent);
    let denied = question.conditions.iter().flat_map(|condition| match condition {
        Condition::Not(list) => list.as_slice(),
        _ => &[],
    });
    denied.filter_map(move |condition| match condition {
        Condition::Holds(it) if matches!(status(it), Some("breached" | "observed")) => Some((it, open?)),
        _ => None,
    })
}

/// Who shares a secret knows of it without being told.
fn insiders(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, answers: &mut Vec<Answer>) {
    let model = world.model;
    let [Condition::Holds(it)] = question.conditions.as_slice() else { return };
    let (true, [who, Term::Value(thing)]) = (it.fluent == model.hooks.knows, it.args.as_slice()) else { return };
    let Some(thing) = thing.as_entity() else { return };
    for actor in known::sharers(world, thing) {
        let text = match who {
            Term::Value(value) if *value != Value::entity(actor) => continue,
            Term::Value(_) => statement(model, question),
            _ => model.name(actor).to_owned(),
        };
        if !answers.iter().any(|answer| answer.text == text) {
            let known = knowledge(world, outcome, actor, thing, on).into_iter().next();
            answers.extend(known.map(|it| Answer { text, ..it }));
        }
    }
}

/// A number that nobody stated: what is taken for it, and who states one all the same.
fn unstated(world: &World<'_>, question: &Question, view: &View, answers: &mut [Answer]) {
    for answer in answers {
        if answer.text == "0" && answer.since.is_none() && answer.since_between.is_none() {
            answer.assumptions.push("no number is stated of it, which is taken to be none".to_owned());
        }
        if answer.text == "unknown" && view.seen_by.is_none() && view.known_in.is_none() {
            for condition in &question.conditions {
                if let Condition::Holds(pattern) = condition {
                    answer.which.extend(steps::claimed_facts(world, pattern).into_iter().map(|(text, _)| text));
                }
            }
        }
    }
}

/// The arguments of a pattern that are given.
fn constants(pattern: &FluentPattern) -> Vec<Option<Value>> {
    let constant = |term: &Term| match term {
        Term::Value(value) => Some(*value),
        _ => None,
    };
    pattern.args.iter().map(constant).collect()
}

/// Adds as possible, with what that takes for granted, whatever a fluent of the question leaves open.
fn may_be_so(
    world: &World<'_>,
    (outcome, fluent): (&Outcome, Option<FluentId>),
    question: &Question,
    on: i64,
    assumption: Option<&str>,
    answers: &mut Vec<Answer>,
) {
    for (key, found) in fillings(outcome, fluent, on) {
        let Some(run) = found.at.iter().position(Option::is_some) else { continue };
        let outcome = found.outcome;
        let text = text_of(world.model, question, &key, &outcome.runs[run].solution);
        if answers.iter().any(|answer| answer.text == text) {
            continue;
        }
        let held = || found.at.iter().flatten();
        let (sinces, untils) = (held().map(|it| it.since).collect(), held().map(|it| it.until).collect());
        let mut answer = answer(world, text, false, sinces, untils);
        why(world, outcome, run, held().next().and_then(|it| it.begun_by), Some(on), &mut answer);
        answer.assumptions.extend(assumption.map(str::to_owned));
        answers.push(answer);
    }
}

/// What a number that is not known leaves open: a norm may be breached, and may be observed.
fn leave_open(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, answers: &mut Vec<Answer>) {
    for (pattern, open) in undecided_patterns(world.model, question) {
        let wanted = constants(pattern);
        let mut all = outcome.runs[0].solution.instances_of(open, &wanted);
        if all.any(|instance| instance.intervals.iter().any(|it| it.contains(on))) {
            answers.iter_mut().for_each(|answer| answer.truth = Truth::Possible);
        }
    }
    may_be_so(world, (outcome, question.undecided), question, on, None, answers);
}

/// Everything that fills the question's holes in any run.
fn fillings(outcome: &Outcome, fluent: Option<FluentId>, on: i64) -> BTreeMap<Vec<Value>, Found<'_>> {
    let mut all: BTreeMap<Vec<Value>, Found<'_>> = BTreeMap::new();
    let Some(fluent) = fluent else { return all };
    for (keys, part) in outcome.parts_for(fluent) {
        let counts = |args: &[Value]| keys.is_none_or(|keys| keys.contains(&(fluent, Box::from(args))));
        add_fillings(part, fluent, on, &counts, &mut all);
    }
    all
}

fn add_fillings<'o>(
    outcome: &'o Outcome,
    fluent: FluentId,
    on: i64,
    counts: &dyn Fn(&[Value]) -> bool,
    all: &mut BTreeMap<Vec<Value>, Found<'o>>,
) {
    let valued = outcome.program.fluents.get(fluent.index()).is_some_and(|it| it.ty == FluentType::Number);
    let runs = outcome.runs.len();
    for (index, run) in outcome.runs.iter().enumerate() {
        let instances = run.solution.instances.iter().filter(|instance| instance.fluent == fluent);
        for instance in instances.filter(|instance| counts(&instance.args)) {
            for interval in &instance.intervals {
                let mut key = instance.args.to_vec();
                if valued {
                    key.push(interval.value);
                }
                let found = all.entry(key).or_insert_with(|| Found {
                    outcome,
                    days: vec![IntervalSet::default(); runs],
                    at: vec![None; runs],
                    steps: Vec::new(),
                });
                if index == 0 {
                    found.steps.extend(interval.begun_by.map(|step| (interval.since, step)));
                }
                found.days[index] = found.days[index].union(&span_of(interval));
                if interval.contains(on) {
                    found.at[index] = Some(*interval);
                }
            }
        }
    }
}

fn span_of(interval: &Interval) -> IntervalSet {
    Span::new(interval.since, interval.until).map(|span| IntervalSet::from_iter([span])).unwrap_or_default()
}

/// Answers about one day.
fn held(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (key, found) in fillings(outcome, question.fluent, on) {
        let Some(first) = found.at.iter().flatten().next() else { continue };
        let outcome = found.outcome;
        let everywhere = found.at.iter().all(Option::is_some);
        let run = found.at.iter().position(Option::is_some).expect("some run has it");
        let sinces = found.at.iter().flatten().map(|interval| interval.since);
        let untils = found.at.iter().flatten().map(|interval| interval.until);
        let text = text_of(world.model, question, &key, &outcome.runs[run].solution);
        let mut answer = answer(world, text, everywhere && outcome.exhaustive, sinces.collect(), untils.collect());
        if !everywhere {
            let other = found.at.iter().position(Option::is_none).expect("not everywhere");
            answer.witness = Some(witness(world, outcome, run));
            answer.counter_witness = Some(witness(world, outcome, other));
        }
        why(world, outcome, run, first.begun_by, Some(on), &mut answer);
        answers.push(answer);
    }
    answers
}

/// How many answers there are.
fn counted(world: &World<'_>, all: Vec<Answer>) -> Vec<Answer> {
    let certain = all.iter().filter(|answer| answer.truth == Truth::Certain).count();
    let text = match certain == all.len() {
        true => all.len().to_string(),
        false => format!("between {certain} and {}", all.len()),
    };
    let mut one = answer(world, text, true, vec![None], vec![None]);
    one.which = all.iter().map(|answer| answer.text.clone()).collect();
    for it in all {
        one.assumptions.extend(it.assumptions);
        one.steps.extend(it.steps);
    }
    let mut seen = std::collections::BTreeSet::new();
    one.steps.retain(|told| seen.insert(told.id));
    vec![one]
}

fn text_of(model: &Model, question: &Question, key: &[Value], solution: &Solution) -> String {
    if key.is_empty() {
        return statement(model, question);
    }
    let shown: Vec<String> = key.iter().map(|value| say::value(model, solution, *value)).collect();
    shown.join(", ")
}

/// What a yes says: the question as a sentence, where it is a single one.
fn statement(model: &Model, question: &Question) -> String {
    match question.conditions.as_slice() {
        [one @ Condition::Holds(it)] if !it.args.contains(&Term::Any) && it.value != Term::Any => {
            say::condition(model, one, &question.vars)
        }
        _ => told(model, &question.body),
    }
}

/// A yes-or-no question with its words in the order of a statement: `is Ceiling observed` says `Ceiling is observed`.
fn told(model: &Model, question: &str) -> String {
    let body = question.trim_end_matches('?').trim();
    let words: Vec<&str> = body.split_whitespace().collect();
    let Some((first, rest)) = words.split_first() else { return body.to_owned() };
    // `is not Ceiling breached`
    if rest.first().is_some_and(|word| word.eq_ignore_ascii_case("not")) {
        let positive = told(model, &[&[*first], &rest[1..]].concat().join(" "));
        let auxiliary = format!(" {} ", first.to_lowercase());
        return match positive.split_once(auxiliary.as_str()) {
            Some((subject, rest)) => format!("{subject}{auxiliary}not {rest}"),
            None => body.to_owned(),
        };
    }
    let subject = (1..rest.len()).rev().find(|end| model.lexicon.entity(&rest[..*end].join(" ")).is_some());
    let Some(end) = subject else { return body.to_owned() };
    match first.to_lowercase().as_str() {
        aux @ ("is" | "was" | "are" | "were" | "has" | "had") => {
            format!("{} {aux} {}", rest[..end].join(" "), rest[end..].join(" "))
        }
        aux @ ("does" | "did" | "do") if rest.get(end).is_some_and(|word| word.eq_ignore_ascii_case("not")) => {
            format!("{} {aux} {}", rest[..end].join(" "), rest[end..].join(" "))
        }
        "does" | "did" | "do" => rest.join(" "),
        _ => body.to_owned(),
    }
}

fn answer(
    world: &World<'_>,
    text: String,
    certain: bool,
    sinces: Vec<Option<i64>>,
    untils: Vec<Option<i64>>,
) -> Answer {
    let model = world.model;
    let same = |days: &[Option<i64>]| days.windows(2).all(|pair| pair[0] == pair[1]);
    let one = |days: &[Option<i64>]| {
        if same(days) { days.first().copied().flatten().map(|day| model.show_tick(day)) } else { None }
    };
    let between = |days: &[Option<i64>]| {
        if same(days) {
            return None;
        }
        let known: Vec<i64> = days.iter().flatten().copied().collect();
        Some((model.show_tick(*known.iter().min()?), model.show_tick(*known.iter().max()?)))
    };
    Answer {
        text,
        truth: if certain { Truth::Certain } else { Truth::Possible },
        since: one(&sinces),
        until: one(&untils),
        since_between: between(&sinces),
        until_between: between(&untils),
        witness: None,
        counter_witness: None,
        which: Vec::new(),
        act: false,
        steps: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn witness(world: &World<'_>, outcome: &Outcome, run: usize) -> Witness {
    let day = |event: &EventId| {
        let tick = outcome.runs[run].ticks[event.index()]?;
        Some((steps::event_name(world.model, *event), world.model.show_tick(tick)))
    };
    outcome.uncertain.iter().filter_map(day).collect()
}

fn why(world: &World<'_>, outcome: &Outcome, run: usize, step: Option<StepId>, on: Option<i64>, answer: &mut Answer) {
    let Some(step) = step else { return };
    let told = steps::trace(world, &outcome.runs[run], step, on);
    answer.steps = told.steps;
    answer.assumptions = told.assumptions;
}

/// Acts that happened, up to the day asked for.
fn acts(
    world: &World<'_>,
    outcome: &Outcome,
    patterns: &[EventPattern],
    asked: &[usize],
    question: &Question,
    day: Option<i64>,
) -> Vec<Answer> {
    let model = world.model;
    let mut found: BTreeMap<Vec<Value>, Vec<Option<i64>>> = BTreeMap::new();
    let wants_day = question.body.to_lowercase().starts_with("when");
    let that_day = question.on.filter(|_| question.that_day);
    let (first, last) = question.during.unwrap_or((that_day, that_day.or(day)));
    let in_time = |tick: i64| first.is_none_or(|first| first <= tick) && last.is_none_or(|last| tick <= last);
    for (index, run) in outcome.runs.iter().enumerate() {
        for event in &run.solution.events {
            let fits = patterns.iter().any(|pattern| pattern.action == event.action && fits(pattern, &event.args));
            if fits && in_time(event.tick) {
                let days = found.entry(event.args.clone()).or_insert_with(|| vec![None; outcome.runs.len()]);
                if days[index].is_none() {
                    days[index] = Some(event.tick);
                }
            }
        }
    }
    let mut answers = Vec::new();
    for (args, days) in found {
        let everywhere = days.iter().all(Option::is_some);
        let sentence = say::action(model, patterns[0].action, &args);
        let words: Vec<String> = asked.iter().filter_map(|at| args.get(*at)).map(|value| model.show(*value)).collect();
        let known: Vec<Option<i64>> = days.iter().copied().filter(Option::is_some).collect();
        let mut text = match (words.is_empty(), wants_day) {
            (false, _) => words.join(", "),
            (true, true) => days_text(model, &known),
            (true, false) => sentence.clone(),
        };
        if wants_day && !words.is_empty() {
            text = format!("{text}: {}", days_text(model, &known));
        }
        let mut answer = answer(world, text, everywhere && outcome.exhaustive, known, vec![None]);
        answer.act = true;
        let run = days.iter().position(Option::is_some).unwrap_or(0);
        let told = steps::of_act(world, outcome, &outcome.runs[run], patterns[0].action, &args, days[run].unwrap_or(0));
        answer.steps = told.steps;
        answer.assumptions = told.assumptions;
        answers.push((days.iter().flatten().min().copied(), answer));
    }
    answers.sort_by(|(a, one), (b, other)| (a, &one.text).cmp(&(b, &other.text)));
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// When the answer to a question is yes: what fills its holes, and the first day and the one after the last in each
/// chronology, with the step that began it.
#[allow(clippy::type_complexity)]
pub(crate) fn times(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
) -> Vec<(String, Vec<Option<i64>>, Vec<Option<i64>>, Option<StepId>)> {
    let mut all = spells::spells(fillings(outcome, question.fluent, i64::MIN));
    all.sort_by(|a, b| (a.sinces.iter().min(), &a.key).cmp(&(b.sinces.iter().min(), &b.key)));
    let shown = |value: &Value| say::value(world.model, &outcome.runs[0].solution, *value);
    let label = |key: &[Value]| key.iter().map(shown).collect::<Vec<_>>().join(", ");
    all.into_iter().map(|it| (label(&it.key), it.sinces, it.untils, it.begun)).collect()
}

/// A day, or the days between which it lies.
pub(crate) fn days_text(model: &Model, days: &[Option<i64>]) -> String {
    let known = || days.iter().flatten().copied();
    match (known().min(), known().max()) {
        (Some(first), Some(last)) if first == last => model.show_tick(first),
        (Some(first), Some(last)) => {
            format!("some day from {} to {}", model.show_tick(first), model.show_tick(last))
        }
        _ => String::new(),
    }
}

fn fits(pattern: &EventPattern, args: &[Value]) -> bool {
    pattern.args.iter().zip(args).all(|(term, value)| match term {
        Term::Value(wanted) => wanted == value,
        Term::Var(_) | Term::Any => true,
    })
}

/// That an act did not happen: certain where no chronology has it.
fn undone(world: &World<'_>, acts: &[Answer], question: &Question, outcome: &Outcome) -> Vec<Answer> {
    if acts.iter().any(|answer| answer.truth == Truth::Certain) {
        return Vec::new();
    }
    let text = told(world.model, &question.body);
    vec![answer(world, text, acts.is_empty() && outcome.exhaustive, vec![None], vec![None])]
}

/// What happened, to whom or by whom.
fn happened(
    world: &World<'_>,
    outcome: &Outcome,
    thing: Option<EntityId>,
    does: bool,
    day: Option<i64>,
    during: Option<(Option<i64>, Option<i64>)>,
) -> Vec<Answer> {
    let model = world.model;
    let mut answers = Vec::new();
    for id in outcome.visible.iter() {
        let event = &model.events[id.index()];
        let involved = thing.is_none_or(|thing| event.mentions.contains(&thing) || event.entity == Some(thing));
        let by_it = |happening: &servanda_model::Happening| {
            let doer = match happening {
                servanda_model::Happening::Action(_, args) => args.first().copied(),
                _ => None,
            };
            doer.is_some() && doer == thing.map(Value::entity)
        };
        let involved = involved && (!does || event.happenings.iter().any(by_it));
        let (min, max) = world.dating.bounds(*id);
        let on_day = match (thing, day) {
            (None, Some(day)) => min.is_none_or(|min| min <= day) && max.is_none_or(|max| day <= max),
            (_, Some(day)) => min.is_none_or(|min| min <= day),
            (_, None) => true,
        };
        let in_time = during.is_none_or(|(first, last)| {
            first.is_none_or(|first| max.is_some_and(|max| first <= max))
                && last.is_none_or(|last| min.is_some_and(|min| min <= last))
        });
        if !involved || !on_day || !in_time || event.kind == servanda_model::EventKind::Ends {
            continue;
        }
        let whole = during.is_none_or(|(first, last)| {
            first.is_none_or(|first| min.is_some_and(|min| first <= min))
                && last.is_none_or(|last| max.is_some_and(|max| max <= last))
        });
        let certain = (min == max && min.is_some() || day.is_none()) && whole && !outcome.doubtful.contains(id);
        let mut answer = answer(world, event.sentence.clone(), certain, vec![min, max], vec![None]);
        answer.act = event.happenings.iter().all(|it| matches!(it, servanda_model::Happening::Action(..)));
        let told = steps::of_event(world, *id);
        answer.steps = vec![told];
        answers.push((answer.truth == Truth::Possible, min, answer));
    }
    answers.sort_by(|(a, first, one), (b, second, other)| (a, first, &one.text).cmp(&(b, second, &other.text)));
    answers.into_iter().map(|(.., answer)| answer).collect()
}
