//! Answers: what holds from a point of view, how surely, since when, and by which steps.

use std::collections::BTreeMap;

use serde::Serialize;
use servanda_calendar::{Interval as Span, IntervalSet};
use servanda_engine::{Interval, ProgramError, Solution, StepId};
use servanda_model::{
    Condition, EntityId, EventId, EventPattern, FluentId, FluentPattern, Happening, Model, Number, Term, Trouble,
    Value, VarId, View,
};

use crate::ends::Ends;
use crate::numbers::{self, Figure};
use crate::question::{Form, Preparing, Question};
use crate::say;
use crate::steps::{self, Told};
use crate::world::{MOST_YEARS, Outcome, Run, Target, World, known_happenings};

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
    /// The days between which `since` lies, where it is open; null where nothing bounds it on that side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_between: Option<(Option<String>, Option<String>)>,
    /// The days between which `until` lies, where it is open; null as a last day where it may go on for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_between: Option<(Option<String>, Option<String>)>,
    /// For a possible answer: a chronology in which it is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// For a possible answer: a chronology in which it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter_witness: Option<Witness>,
    /// Why.
    pub steps: Vec<Told>,
    /// Whether it tells of an act, which happens on a day and does not last.
    #[serde(skip)]
    pub act: bool,
    /// Whether its days are in its text.
    #[serde(skip)]
    pub is_dated: bool,
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
    /// Answers under readings of norms that were not chosen, where they differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Parted>,
    /// Where the answer is no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no: Option<No>,
    /// Whether numbers that are left open were tried out, as the answer may hang on them.
    #[serde(skip)]
    pub tried_numbers: bool,
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
    ask_with(world, texts, view, How { readings, tries_numbers: true, tells_ends: readings })
}

/// How much is looked into.
#[derive(Clone, Copy)]
pub(crate) struct How {
    /// Also what readings of norms that were not chosen come to.
    pub(crate) readings: bool,
    /// Numbers that are left open are tried out.
    pub(crate) tries_numbers: bool,
    /// Also as far as they matter only to when an answer ends.
    pub(crate) tells_ends: bool,
}

/// As [`ask_all`].
pub(crate) fn ask_with(
    world: &mut World<'_>,
    texts: &[String],
    view: &View,
    how: How,
) -> Result<Vec<Result<Reply, AskError>>, AskError> {
    let model = world.model;
    if world.dating.contradiction.is_some() {
        return Err(AskError::Trouble(contradictory(world)));
    }
    let mut preparing = Preparing::new(model);
    let questions: Vec<Result<Question, Trouble>> = texts.iter().map(|text| preparing.question(text)).collect();
    preparing.questions.ranges = preparing.ranges().to_vec();
    let mut view = view.clone();
    // What an actor knows is a matter of the day; other views have no day of their own.
    if texts.len() == 1 || view.seen_by.is_some() {
        for question in questions.iter().flatten() {
            view.on = view.on.or(question.on);
        }
    }
    let put = std::mem::take(&mut preparing.questions);
    let targets: Vec<Target> = questions
        .iter()
        .map(|question| question.as_ref().map_or_else(|_| Target::default(), |it| target(world, it, &view, how)))
        .collect();
    let farthest = world.farthest();
    let days = questions.iter().flatten().filter_map(|question| question.on);
    if let Some(day) = days.chain(view.on).find(|day| *day > farthest) {
        return Err(AskError::Trouble(too_late(world, day)));
    }
    let outcomes = world.ask_each(&view, &put, &targets).map_err(AskError::Program)?;
    let mut replies = Vec::new();
    for (question, outcome) in questions.into_iter().zip(&outcomes) {
        replies.push(match question {
            Err(trouble) => Err(AskError::Trouble(trouble)),
            Ok(question) => Ok(reply(world, &question, &view, outcome)),
        });
    }
    if how.readings && view.under.is_empty() {
        let others: Vec<EntityId> = readings_of(model);
        for reading in others {
            let under = View { under: vec![reading], ..view.clone() };
            let Ok(outcomes) = world.ask_each(&under, &put, &targets) else { continue };
            let mut again = Preparing::new(model);
            for (at, text) in texts.iter().enumerate() {
                let (Ok(question), Ok(old)) = (again.question(text), &mut replies[at]) else { continue };
                let new = reply(world, &question, &under, &outcomes[at]);
                let texts = |reply: &Reply| -> Vec<String> { reply.answers.iter().map(plain).collect() };
                if texts(&new) != texts(old) {
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
    Ok(replies)
}

/// What a question looks at.
fn target(world: &World<'_>, question: &Question, view: &View, how: How) -> Target {
    let model = world.model;
    let on = question.on.or(view.on);
    let day = Some(on.unwrap_or_else(|| world.last_day()));
    match &question.form {
        Form::Acts { patterns, .. } => {
            let (weighs_numbers, tells_ends) = (how.tries_numbers, false);
            Target { fluents: Vec::new(), acts: patterns.clone(), day: on, weighs_numbers, tells_ends }
        }
        Form::Happened(_) => Target::default(),
        Form::Knowledge { actor, thing } => {
            let things = [Some(*thing), world.secret_root(*thing)];
            Target {
                fluents: things.into_iter().flatten().flat_map(|it| world.knowing_of(*actor, it)).collect(),
                day,
                ..Target::default()
            }
        }
        Form::Statuses(norm) => {
            let own = model.norms.iter().filter(|it| it.entity == *norm).map(|it| (it.status, Vec::new()));
            let words = model.hooks.statuses.iter().map(|(_, fluent)| (*fluent, vec![Some(Value::entity(*norm))]));
            Target { fluents: own.chain(words).collect(), day, ..Target::default() }
        }
        Form::When | Form::Whether | Form::Which | Form::What | Form::HowMany => {
            let day = if matches!(question.form, Form::When) { None } else { day };
            let open = undecided_patterns(model, question).map(|(_, _, open)| (open, Vec::new()));
            let fluents = question.fluent.iter().map(|it| (*it, Vec::new())).chain(open).collect();
            let weighs_numbers = how.tries_numbers && !asks_what_is_undecided(model, question);
            Target { fluents, day, weighs_numbers, tells_ends: how.tells_ends, ..Target::default() }
        }
    }
}

/// Whether a question is about what numbers leave open, and would be none if they were tried out.
fn asks_what_is_undecided(model: &Model, question: &Question) -> bool {
    let open = |it: &(EntityId, FluentId)| model.name(it.0) == "undecided";
    let fluent = model.hooks.statuses.iter().find(|it| open(it)).map(|(_, fluent)| *fluent);
    let mut any = false;
    crate::instants::each_condition(&question.conditions, &mut |condition| {
        any |= match condition {
            Condition::Holds(pattern) => Some(pattern.fluent) == fluent,
            Condition::Undecided { .. } => true,
            _ => false,
        };
    });
    any
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

/// Terms and deadlines are not followed for ever.
fn too_late(world: &World<'_>, day: i64) -> Trouble {
    let (day, last) = (world.model.show_tick(day), world.model.show_tick(world.last_day()));
    Trouble {
        code: "bad-date",
        message: format!("{day} is more than {MOST_YEARS} years after {last}, the last day of the dossier's chronicle"),
        span: servanda_diagnostics::Span::default(),
        help: Some(format!("ask about a day nearer to it, as `--on {last}`")),
        unknown: None,
    }
}

/// Everything that `under` can choose and that is not chosen by default.
fn readings_of(model: &Model) -> Vec<EntityId> {
    let mut all: Vec<EntityId> = model.norms.iter().filter_map(|norm| norm.reading).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn plain(answer: &Answer) -> String {
    let truth = if answer.truth == Truth::Certain { "" } else { "possibly " };
    let day = |day: &Option<String>| day.clone().unwrap_or_default();
    format!("{truth}{} {}–{}", answer.text, day(&answer.since), day(&answer.until))
        .trim_end_matches([' ', '–'])
        .to_owned()
}

/// What was found for one filling of a question's holes.
#[derive(Default)]
struct Found {
    /// For each run the days it holds.
    days: Vec<IntervalSet>,
    /// For each run the interval on the day asked for, with the step that began it.
    at: Vec<Option<Interval>>,
}

pub(crate) fn reply(world: &World<'_>, question: &Question, view: &View, outcome: &Outcome) -> Reply {
    let model = world.model;
    let day = question.on.or(view.on);
    let on = day.unwrap_or_else(|| world.last_day());
    let mut answers = match &question.form {
        Form::Acts { patterns, asked, negated: false } => acts(world, outcome, patterns, asked, &question.text, day),
        Form::Acts { patterns, asked, negated: true } => {
            undone(world, &acts(world, outcome, patterns, asked, &question.text, day), question, outcome)
        }
        Form::Happened(thing) => happened(world, outcome, *thing, question.from.or(view.on), day),
        Form::Knowledge { actor, thing } => knowledge(world, outcome, *actor, *thing, on),
        Form::Statuses(norm) => statuses(world, outcome, *norm, on),
        Form::When => intervals(world, outcome, question),
        Form::Whether | Form::Which | Form::What | Form::HowMany => held(world, outcome, question, on),
    };
    if matches!(question.form, Form::Whether | Form::Which) {
        leave_open(world, outcome, question, on, &mut answers);
    }
    if matches!(question.form, Form::Whether | Form::Which) {
        insiders(world, outcome, question, on, &mut answers);
    }
    if let Some(since) = question.since {
        let since = model.show_tick(since);
        answers.retain(|answer| answer.since.as_ref() == Some(&since));
    }
    if let Some(until) = question.until {
        let until = model.show_tick(until);
        answers.retain(|answer| answer.until.as_ref() == Some(&until));
    }
    if !outcome.precise && !matches!(question.form, Form::Happened(_)) {
        for answer in &mut answers {
            (answer.since_between, answer.until_between) = (None, None);
        }
    }
    let mut assumptions: Vec<String> = Vec::new();
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
    let negative = answers.is_empty().then(|| steps::no(world, question, outcome, on));
    if negative.is_some() {
        assumptions.push("what the dossier does not state is taken not to be so".to_owned());
        assumptions.extend(view.known_in.and_then(|year| left_out(world, year)));
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
        tried_numbers: outcome.stated.is_some(),
    }
}

/// What was stated and does not count, as no source tells of it by a year.
fn left_out(world: &World<'_>, year: i64) -> Option<String> {
    let origins = world.model.events.iter().filter(|event| event.begun_by.is_none()).map(|event| event.origin);
    let late = origins.filter(|origin| !world.evidence_by(*origin, year)).count();
    let statements = match late {
        0 => return None,
        1 => "1 statement is".to_owned(),
        _ => format!("{late} statements are"),
    };
    Some(format!(
        "not known by {year}: {statements} left out, as nothing that tells of them had been published by then"
    ))
}

fn shown(model: &Model, view: &View, day: Option<i64>) -> ShownView {
    ShownView {
        on: day.map(|day| model.show_tick(day)),
        seen_by: view.seen_by.map(|id| model.name(id).to_owned()),
        known: view.known_in,
        under: view.under.iter().map(|id| model.name(*id).to_owned()).collect(),
    }
}

/// Statuses of norms that a question asks for and that a missing number may leave undecided: the pattern, whether it is
/// denied, and the fluent that says so.
pub(crate) fn undecided_patterns<'q>(
    model: &'q Model,
    question: &'q Question,
) -> impl Iterator<Item = (&'q FluentPattern, bool, FluentId)> {
    let statuses = &model.hooks.statuses;
    let status = move |pattern: &FluentPattern| {
        statuses.iter().find(|(_, fluent)| *fluent == pattern.fluent).map(|(word, _)| model.name(*word))
    };
    let open = statuses.iter().find(|(word, _)| model.name(*word) == "undecided").map(|(_, fluent)| *fluent);
    let patterns = question.conditions.iter().flat_map(|condition| match condition {
        Condition::Holds(pattern) => vec![(pattern, false)],
        Condition::Not(list) => list
            .iter()
            .filter_map(|it| match it {
                Condition::Holds(pattern) => Some((pattern, true)),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    });
    patterns.filter_map(move |(pattern, denied)| {
        matches!(status(pattern), Some("breached" | "observed")).then_some((pattern, denied, open?))
    })
}

/// What a number that is not known leaves open: a norm may be breached, and may be observed.
fn leave_open(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, answers: &mut Vec<Answer>) {
    let model = world.model;
    for (pattern, denied, open) in undecided_patterns(model, question) {
        let constant = |term: &Term| match term {
            Term::Value(value) => Some(*value),
            _ => None,
        };
        let wanted: Vec<Option<Value>> = pattern.args.iter().map(constant).collect();
        let run = &outcome.runs[0];
        for instance in run.solution.instances_of(open, &wanted) {
            let Some(interval) = instance.intervals.iter().find(|it| it.contains(on)) else { continue };
            if denied {
                answers.iter_mut().for_each(|answer| answer.truth = Truth::Possible);
                continue;
            }
            let place = |var: &VarId| pattern.args.iter().position(|term| *term == Term::Var(*var));
            let key: Vec<Value> = question.asked.iter().filter_map(|var| Some(instance.args[place(var)?])).collect();
            let text = text_of(model, question, &key, &run.solution);
            if answers.iter().any(|answer| answer.text == text) {
                continue;
            }
            let mut answer = answer(world, text, false, vec![interval.since], vec![interval.until]);
            why(world, outcome, 0, interval.begun_by, Some(on), &mut answer);
            answers.push(answer);
        }
    }
}

/// Who knows of something secret because it is theirs is among those who know of it, from the day it was made.
fn insiders(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, answers: &mut Vec<Answer>) {
    let model = world.model;
    let [Condition::Holds(pattern)] = question.conditions.as_slice() else { return };
    let [knower, Term::Value(thing)] = pattern.args.as_slice() else { return };
    let Some(thing) =
        thing.as_entity().filter(|it| pattern.fluent == model.hooks.knows && !outcome.unknown.contains(it))
    else {
        return;
    };
    let root = world.secret_root(thing);
    let actors = root.and_then(|root| model.lexicon.entities[root.index()].known_only_to.clone()).unwrap_or_default();
    for actor in actors {
        if matches!(knower, Term::Value(wanted) if *wanted != Value::entity(actor)) {
            continue;
        }
        for mut known in knowledge(world, outcome, actor, thing, on).into_iter().take(1) {
            let key = if matches!(knower, Term::Value(_)) { Vec::new() } else { vec![Value::entity(actor)] };
            known.text = text_of(model, question, &key, &outcome.runs[0].solution);
            answers.retain(|answer| answer.text != known.text);
            answers.push(known);
        }
    }
    answers.sort_by(|one, other| one.text.cmp(&other.text));
}

/// Everything that fills the question's holes in any run.
fn fillings(outcome: &Outcome, question: &Question, on: i64) -> BTreeMap<Vec<Value>, Found> {
    let mut all: BTreeMap<Vec<Value>, Found> = BTreeMap::new();
    let Some(fluent) = question.fluent else { return all };
    let runs = outcome.runs.len();
    for (index, run) in outcome.runs.iter().enumerate() {
        for instance in run.solution.instances.iter().filter(|instance| instance.fluent == fluent) {
            for interval in &instance.intervals {
                let mut key = instance.args.to_vec();
                if matches!(question.form, Form::HowMany) {
                    key.push(interval.value);
                }
                let found = all
                    .entry(key)
                    .or_insert_with(|| Found { days: vec![IntervalSet::default(); runs], at: vec![None; runs] });
                found.days[index] = found.days[index].union(&span_of(interval));
                if interval.contains(on) {
                    found.at[index] = Some(*interval);
                }
            }
        }
    }
    all
}

fn span_of(interval: &Interval) -> IntervalSet {
    Span::new(interval.since, interval.until).map(|span| IntervalSet::from_iter([span])).unwrap_or_default()
}

/// Answers about one day.
fn held(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64) -> Vec<Answer> {
    let mut answers = Vec::new();
    let found = fillings(outcome, question, on);
    if let Some(answer) = some_day(world, outcome, question, &found) {
        return vec![answer];
    }
    for (key, found) in found {
        let Some(first) = found.at.iter().flatten().next().copied() else { continue };
        let everywhere = found.at.iter().all(Option::is_some);
        let run = found.at.iter().position(Option::is_some).expect("some run has it");
        let sinces = found.at.iter().flatten().map(|interval| interval.since);
        let untils = found.at.iter().flatten().map(|interval| interval.until);
        let text = text_of(world.model, question, &key, &outcome.runs[run].solution);
        let mut answer = answer(world, text, everywhere && outcome.exhaustive, sinces.collect(), untils.collect());
        if !everywhere {
            let is_so: Vec<bool> = found.at.iter().map(Option::is_some).collect();
            part(world, outcome, &is_so, &mut answer);
        }
        // Numbers are told as they are stated where the answer is the same with them.
        let stated = outcome.stated.as_ref().zip(question.fluent).and_then(|(stated, fluent)| {
            let args = if matches!(question.form, Form::HowMany) { &key[..key.len() - 1] } else { &key };
            Some((stated, stated.solution.interval_at(fluent, args, on)?.begun_by))
        });
        match stated {
            Some((stated, begun_by)) => because(world, stated, begun_by, Some(on), &mut answer),
            None => why(world, outcome, run, first.begun_by, Some(on), &mut answer),
        }
        answers.push(answer);
    }
    answers
}

/// A day that is asked for and can be one of more than could be looked at, in one answer.
fn some_day(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    found: &BTreeMap<Vec<Value>, Found>,
) -> Option<Answer> {
    let held = || found.iter().filter(|(_, found)| found.at.iter().any(Option::is_some));
    if outcome.exhaustive || !matches!(question.form, Form::What) || held().count() < 2 {
        return None;
    }
    let days: Option<Vec<i64>> = held()
        .map(|(key, _)| match key.as_slice() {
            [value] => match value.kinded() {
                servanda_model::Kinded::Tick(tick) => Some(tick),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let days = days?;
    let bounds = Ends::bounds((days.iter().min().copied(), days.iter().max().copied()));
    Some(answer(world, bounds.text(world.model), false, vec![None], vec![None]))
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
    dated(world, text, certain, Ends::since(&world.dating, &sinces), Ends::until(&world.dating, &untils))
}

fn dated(world: &World<'_>, text: String, certain: bool, since: Ends, until: Ends) -> Answer {
    let model = world.model;
    Answer {
        text,
        truth: if certain { Truth::Certain } else { Truth::Possible },
        since: since.one.map(|day| model.show_tick(day)),
        until: until.one.map(|day| model.show_tick(day)),
        since_between: since.shown(model),
        until_between: until.shown(model),
        witness: None,
        counter_witness: None,
        act: false,
        is_dated: false,
        steps: Vec::new(),
        assumptions: Vec::new(),
    }
}

/// The most runs with and without something among which two are looked for that part in little.
const MOST_COMPARED: usize = 64;

/// Shows a chronology in which something is so and one in which it is not, by the days on which they part. The two are
/// as near to each other as any that were looked at.
fn part(world: &World<'_>, outcome: &Outcome, is_so: &[bool], answer: &mut Answer) {
    let runs_where = |so: bool| (0..is_so.len()).filter(move |run| is_so[*run] == so).take(MOST_COMPARED);
    let day = |run: usize, event: &EventId| outcome.runs[run].ticks[event.index()];
    let cost = |with: usize, without: usize| -> usize {
        let of = |event: &EventId| {
            let (a, b) = (day(with, event), day(without, event));
            let far = [a, b].into_iter().flatten().filter(|day| world.dating.is_open(*day)).count();
            usize::from(a != b) * (4 + far)
        };
        let (a, b) = (&outcome.runs[with].numbers, &outcome.runs[without].numbers);
        let numbers = a.iter().filter(|(figure, number)| b.get(figure) != Some(number)).count();
        outcome.uncertain.iter().map(of).sum::<usize>() + 4 * numbers
    };
    let pairs = runs_where(true).flat_map(|with| runs_where(false).map(move |without| (with, without)));
    let nearest = pairs.map(|(with, without)| (cost(with, without), with, without)).filter(|it| it.0 > 0).min();
    let Some((_, with, without)) = nearest else { return };
    let parting = || outcome.uncertain.iter().filter(|event| day(with, event) != day(without, event));
    let shown = |run: usize| -> Witness {
        let (mine, other) = (&outcome.runs[run].numbers, &outcome.runs[with + without - run].numbers);
        let numbers = mine.iter().filter(|(figure, number)| other.get(figure) != Some(number));
        let named = |(figure, number): (&Figure, &Number)| {
            (numbers::name(world.model, &outcome.program, *figure), number.to_string())
        };
        let days = parting()
            .filter_map(|event| Some((steps::moment_name(world.model, *event), day_text(world, day(run, event)?))));
        days.chain(numbers.map(named)).collect()
    };
    answer.witness = Some(shown(with));
    answer.counter_witness = Some(shown(without));
}

/// A day of a chronology; one that only stands for being early or late enough is told by the days of the dossier.
fn day_text(world: &World<'_>, day: i64) -> String {
    let (model, horizon) = (world.model, world.dating.horizon);
    match world.dating.is_open(day) {
        true if day < horizon.first => format!("a day before {}", model.show_tick(horizon.first)),
        true => format!("a day after {}", model.show_tick(horizon.last)),
        false => model.show_tick(day),
    }
}

fn why(world: &World<'_>, outcome: &Outcome, run: usize, step: Option<StepId>, on: Option<i64>, answer: &mut Answer) {
    because(world, &outcome.runs[run], step, on, answer);
}

fn because(world: &World<'_>, run: &Run, step: Option<StepId>, on: Option<i64>, answer: &mut Answer) {
    let Some(step) = step else { return };
    let told = steps::trace(world, run, step, on);
    answer.steps = told.steps;
    answer.assumptions = told.assumptions;
}

/// The intervals of a question, certain and possible.
fn intervals(world: &World<'_>, outcome: &Outcome, question: &Question) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (key, found) in fillings(outcome, question, i64::MIN) {
        let label = if key.is_empty() {
            String::new()
        } else {
            format!("{}: ", text_of(world.model, question, &key, &outcome.runs[0].solution))
        };
        let counts: Vec<usize> = found.days.iter().map(|days| days.iter().count()).collect();
        let paired = counts.windows(2).all(|pair| pair[0] == pair[1]);
        if paired {
            // The same intervals in every chronology, if not on the same days.
            for index in 0..counts[0] {
                let each: Vec<Span> = found.days.iter().filter_map(|days| days.iter().nth(index)).collect();
                let sinces: Vec<Option<i64>> = each.iter().map(|span| span.since()).collect();
                let untils: Vec<Option<i64>> = each.iter().map(|span| span.until()).collect();
                let (since, until) = ends(world, outcome, &sinces, &untils);
                let text = format!("{label}{}", span_text(world.model, since, until));
                let mut answer = dated(world, text, outcome.exhaustive, since, until);
                answer.is_dated = true;
                let begun = begun_by(outcome, question, &key, each[0].since());
                why(world, outcome, 0, begun, None, &mut answer);
                answers.push(answer);
            }
            continue;
        }
        let (mut certain, mut possible): (Option<IntervalSet>, IntervalSet) = (None, IntervalSet::default());
        for (earliest, latest) in &outcome.cells {
            let (always, ever) = within_cell(&found.days[*earliest], &found.days[*latest]);
            certain = Some(certain.map_or_else(|| always.clone(), |all| all.intersection(&always)));
            possible = possible.union(&ever);
        }
        let certain = certain.unwrap_or_default();
        let sets = [(certain.clone(), true), (possible.difference(&certain), false)];
        for (set, sure) in sets {
            for span in set.iter() {
                let (since, until) = (span.since(), span.until());
                let (since, until) = ends(world, outcome, &[since], &[until]);
                let text = format!("{label}{}", span_text(world.model, since, until));
                let mut answer = dated(world, text, sure && outcome.exhaustive, since, until);
                answer.is_dated = true;
                answers.push(answer);
            }
        }
    }
    answers
}

/// The days in all and in any of the chronologies of a cell, from those of its earliest and its latest: each interval
/// moves from the one to the other.
fn within_cell(earliest: &IntervalSet, latest: &IntervalSet) -> (IntervalSet, IntervalSet) {
    let pairs = || earliest.iter().zip(latest.iter());
    let always = pairs().filter_map(|(first, last)| Span::new(last.since(), first.until()));
    let ever = pairs().filter_map(|(first, last)| Span::new(first.since(), last.until()));
    (IntervalSet::from_iter(always), IntervalSet::from_iter(ever))
}

/// When an interval begins and ends; no bound is claimed that only a sample of the chronologies has.
fn ends(world: &World<'_>, outcome: &Outcome, sinces: &[Option<i64>], untils: &[Option<i64>]) -> (Ends, Ends) {
    let (since, until) = (Ends::since(&world.dating, sinces), Ends::until(&world.dating, untils));
    if outcome.precise { (since, until) } else { (since.unbounded(), until.unbounded()) }
}

/// An interval, with the days between which its ends lie where they are not the same in every chronology.
fn span_text(model: &Model, since: Ends, until: Ends) -> String {
    let (since, until) = (since.text(model), until.text(model));
    match (since.is_empty(), until.is_empty()) {
        (false, false) => format!("{since} to {until}"),
        (false, true) => format!("since {since}"),
        (true, false) => format!("until {until}"),
        (true, true) => "always".to_owned(),
    }
}

fn begun_by(outcome: &Outcome, question: &Question, key: &[Value], since: Option<i64>) -> Option<StepId> {
    let fluent = question.fluent?;
    let args = if matches!(question.form, Form::HowMany) { &key[..key.len() - 1] } else { key };
    let instance = outcome.runs[0].solution.instance(fluent, args)?;
    instance.intervals.iter().find(|interval| interval.since == since)?.begun_by
}

/// Acts that happened, up to the day asked for.
fn acts(
    world: &World<'_>,
    outcome: &Outcome,
    patterns: &[EventPattern],
    asked: &[usize],
    text: &str,
    day: Option<i64>,
) -> Vec<Answer> {
    let model = world.model;
    let mut found: BTreeMap<Vec<Value>, Vec<Option<i64>>> = BTreeMap::new();
    let wants_day = text.to_lowercase().starts_with("when");
    for (index, run) in outcome.runs.iter().enumerate() {
        for event in &run.solution.events {
            let fits = patterns.iter().any(|pattern| pattern.action == event.action && fits(pattern, &event.args));
            if fits && day.is_none_or(|day| event.tick <= day) {
                let args = numbers::as_stated(model, &run.numbers, event.action, &event.args);
                let days = found.entry(args).or_insert_with(|| vec![None; outcome.runs.len()]);
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
            (true, true) => ends(world, outcome, &known, &[]).0.text(model),
            (true, false) => sentence.clone(),
        };
        if wants_day && !words.is_empty() {
            text = format!("{text}: {}", ends(world, outcome, &known, &[]).0.text(model));
        }
        let mut answer = answer(world, text, everywhere && outcome.exhaustive, known, vec![None]);
        answer.act = true;
        answer.is_dated = wants_day;
        if !everywhere {
            let is_so: Vec<bool> = days.iter().map(Option::is_some).collect();
            part(world, outcome, &is_so, &mut answer);
        }
        let run = days.iter().position(Option::is_some).unwrap_or(0);
        let of = |run: &Run| steps::of_act(world, outcome, run, patterns[0].action, &args, days_first(&days));
        let stated = outcome.stated.as_ref().map(|stated| of(stated)).filter(|told| !told.steps.is_empty());
        let told = stated.unwrap_or_else(|| of(&outcome.runs[run]));
        answer.steps = told.steps;
        answer.assumptions = told.assumptions;
        answers.push((days.iter().flatten().min().copied(), answer));
    }
    answers.sort_by(|(a, one), (b, other)| (a, &one.text).cmp(&(b, &other.text)));
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn days_first(days: &[Option<i64>]) -> i64 {
    days.iter().flatten().next().copied().unwrap_or(0)
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

/// The statement of an event; without what is not known of, where it tells of several things.
fn told_of(world: &World<'_>, id: EventId, unknown: &[EntityId]) -> String {
    let (model, event) = (world.model, &world.model.events[id.index()]);
    let known: Vec<&Happening> = known_happenings(model, id, unknown).collect();
    if known.len() == event.happenings.len() {
        return event.sentence.clone();
    }
    let told = known.into_iter().map(|happening| match happening {
        Happening::Action(action, args) => say::action(model, *action, args),
        Happening::FactBegins(fluent, args, value) | Happening::FactEnds(fluent, args, value) => {
            say::fluent(model, *fluent, args, Some(*value))
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// What happened, to whom or by whom; from one day to another, or up to a day where it is asked of something.
fn happened(
    world: &World<'_>,
    outcome: &Outcome,
    thing: Option<EntityId>,
    from: Option<i64>,
    day: Option<i64>,
) -> Vec<Answer> {
    let model = world.model;
    let mut answers = Vec::new();
    let within = |id: EventId, from: i64, to: i64| match world.dating.spans.get(&id) {
        Some(spans) => spans.iter().any(|(first, last)| *first <= to && from <= *last),
        None => true,
    };
    for id in outcome.visible.iter() {
        let event = &model.events[id.index()];
        let involved = thing.is_none_or(|thing| event.mentions.contains(&thing) || event.entity == Some(thing));
        let (min, max) = world.dating.bounds(*id);
        let on_day = match (thing, day) {
            (None, Some(day)) => {
                let from = from.unwrap_or(day);
                min.is_none_or(|min| min <= day) && max.is_none_or(|max| from <= max) && within(*id, from, day)
            }
            (_, Some(day)) => min.is_none_or(|min| min <= day),
            (_, None) => true,
        };
        if !involved || !on_day || event.kind == servanda_model::EventKind::Ends {
            continue;
        }
        let inside = match (min, max, day) {
            (Some(min), Some(max), Some(day)) if thing.is_none() => from.is_none_or(|from| from <= min) && max <= day,
            (_, max, day) => day.is_none_or(|day| max.is_some_and(|max| max <= day)),
        };
        let certain = inside && !outcome.doubtful.contains(id);
        let text = told_of(world, *id, &outcome.unknown);
        let mut answer = dated(world, text, certain, Ends::bounds((min, max)), Ends::bounds((None, None)));
        answer.until_between = None;
        answer.act = event.happenings.iter().all(|it| matches!(it, servanda_model::Happening::Action(..)));
        let told = steps::of_event(world, *id);
        answer.steps = vec![told];
        answers.push((answer.truth == Truth::Possible, min, answer));
    }
    answers.sort_by(|(a, first, one), (b, second, other)| (a, first, &one.text).cmp(&(b, second, &other.text)));
    answers.into_iter().map(|(.., answer)| answer).collect()
}

/// Whether an actor was told of a thing in any chronology, and does not merely know what everyone knows.
fn told_only(world: &World<'_>, outcome: &Outcome, actor: EntityId, thing: EntityId, on: i64) -> bool {
    let args = [Value::entity(actor), Value::entity(thing)];
    outcome.runs.iter().any(|run| run.solution.interval_at(world.model.hooks.knows, &args, on).is_some())
}

/// What an actor knows of a thing: that it exists, its norms, and what happened to it.
fn knowledge(world: &World<'_>, outcome: &Outcome, actor: EntityId, thing: EntityId, on: i64) -> Vec<Answer> {
    let model = world.model;
    let mut answers = Vec::new();
    let root = world.secret_root(thing);
    let insider = root.is_some_and(|root| {
        model.lexicon.entities[root.index()].known_only_to.as_ref().is_some_and(|actors| actors.contains(&actor))
    });
    // Who was told of the whole knows of its parts.
    let ways: Vec<_> = [Some(thing), root].into_iter().flatten().flat_map(|it| world.knowing_of(actor, it)).collect();
    let told = |run: &crate::world::Run| {
        let of = |(fluent, args): &(FluentId, Vec<Option<Value>>)| {
            let args: Vec<Value> = args.iter().flatten().copied().collect();
            run.solution.interval_at(*fluent, &args, on).copied()
        };
        ways.iter().find_map(of)
    };
    let each: Vec<Option<Interval>> = outcome.runs.iter().map(|run| told(run)).collect();
    let first = each.iter().position(Option::is_some);
    let name = model.name(thing).to_owned();
    let who = model.name(actor).to_owned();
    let is_event = model.lexicon.is_of_kind(thing, model.hooks.event);
    // What is public, and was never secret, is told of below.
    match (first.filter(|_| root.is_some() || told_only(world, outcome, actor, thing, on)), root, insider) {
        (Some(run), _, _) if !(insider && is_event) => {
            let everywhere = each.iter().all(Option::is_some);
            let sinces = each.iter().flatten().map(|it| it.since).collect();
            let untils = each.iter().flatten().map(|it| it.until).collect();
            let certain = everywhere && outcome.exhaustive;
            let mut answer = answer(world, format!("{who} knows of {name}"), certain, sinces, untils);
            if !everywhere {
                let is_so: Vec<bool> = each.iter().map(Option::is_some).collect();
                part(world, outcome, &is_so, &mut answer);
            }
            why(world, outcome, run, each[run].and_then(|it| it.begun_by), Some(on), &mut answer);
            answers.push(answer);
        }
        (_, Some(_), true) => {
            let those = if is_event { "to whom it is known" } else { "who made it" };
            let text = format!("{who} knows of {name}, as one of those {those}");
            let entity = &model.lexicon.entities[thing.index()];
            let made = steps::made_on(world, outcome, thing);
            let mut answer = answer(world, text, true, vec![made.filter(|day| *day <= on)], vec![None]);
            answer.steps = vec![steps::of_origin(model, entity.origin, "declared secret, and known to it")];
            if made.is_none_or(|day| day <= on) {
                answers.push(answer);
            }
        }
        (_, None, _) => {
            let made = steps::made_on(world, outcome, thing);
            if made.is_none_or(|day| day <= on) {
                let text = format!("{who} can know of {name}, which is not secret");
                let mut answer = answer(world, text, true, vec![made], vec![None]);
                let entity = &model.lexicon.entities[thing.index()];
                answer.steps = vec![steps::of_origin(model, entity.origin, "not declared secret")];
                answers.push(answer);
            }
        }
        (_, Some(_), false) => {}
    }
    if answers.is_empty() {
        return answers;
    }
    for norm in model.norms.iter().filter(|norm| norm.reading.is_none() && norm.instrument == Some(thing)) {
        let text = format!("{}: {}", model.name(norm.entity), norm.sentence);
        let mut one = answer(world, text, true, vec![None], vec![None]);
        one.since.clone_from(&answers[0].since);
        one.steps = vec![steps::of_origin(model, norm.origin, "norm")];
        answers.push(one);
    }
    answers
}

/// The statuses of all instances of a norm.
fn statuses(world: &World<'_>, outcome: &Outcome, norm: EntityId, on: i64) -> Vec<Answer> {
    let model = world.model;
    let mut found: BTreeMap<(Value, Vec<Value>), Vec<Option<Interval>>> = BTreeMap::new();
    let fluents: Vec<_> = model.norms.iter().filter(|it| it.entity == norm).map(|it| it.status).collect();
    for (index, run) in outcome.runs.iter().enumerate() {
        for instance in run.solution.instances.iter().filter(|instance| fluents.contains(&instance.fluent)) {
            if let Some(interval) = instance.intervals.iter().find(|interval| interval.contains(on)) {
                let key = (interval.value, instance.args.to_vec());
                found.entry(key).or_insert_with(|| vec![None; outcome.runs.len()])[index] = Some(*interval);
            }
        }
        for (word, fluent) in &model.hooks.statuses {
            if model.name(*word) != "dormant" {
                continue;
            }
            for instance in
                run.solution.instances.iter().filter(|it| it.fluent == *fluent && it.args[0] == Value::entity(norm))
            {
                if let Some(interval) = instance.intervals.iter().find(|interval| interval.contains(on)) {
                    let key = (Value::entity(*word), instance.args[1..].to_vec());
                    found.entry(key).or_insert_with(|| vec![None; outcome.runs.len()])[index] = Some(*interval);
                }
            }
        }
    }
    let mut answers = Vec::new();
    for ((status, args), runs) in found {
        let everywhere = runs.iter().all(Option::is_some);
        let label = status.as_entity().map_or_else(String::new, |id| model.lexicon.entities[id.index()].label.clone());
        let shown: Vec<String> = args.iter().map(|value| model.show(*value)).collect();
        let text = if shown.is_empty() { label } else { format!("{label} ({})", shown.join(", ")) };
        let sinces = runs.iter().flatten().map(|it| it.since).collect();
        let untils = runs.iter().flatten().map(|it| it.until).collect();
        let mut answer = answer(world, text, everywhere && outcome.exhaustive, sinces, untils);
        if !everywhere {
            let is_so: Vec<bool> = runs.iter().map(Option::is_some).collect();
            part(world, outcome, &is_so, &mut answer);
        }
        let run = runs.iter().position(Option::is_some).unwrap_or(0);
        why(world, outcome, run, runs[run].and_then(|it| it.begun_by), Some(on), &mut answer);
        answers.push(answer);
    }
    answers
}
