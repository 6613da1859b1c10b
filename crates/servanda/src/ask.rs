//! Answers: what holds from a point of view, how surely, since when, and by which steps.

mod acts;
mod aligned;
mod claimed;
mod elsewhen;
mod held;
mod hidden;
mod kept;
mod known;
mod live;
mod matching;
mod norms;
mod order;
mod parting;
mod sayings;
mod spells;
mod targets;
mod times;
mod trial;
mod unknown;
mod views;
mod witness;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use servanda_engine::{ProgramError, StepId};
use servanda_model::{EntityId, Hole, Model, Trouble, View};

use acts::{acts, happened, on_wholes, undone};
use claimed::{against, claims};
pub(crate) use held::constants;
use held::{
    Found, compared_untold, counted, fillings, held, insiders, leave_open, may_be_equal, may_be_so, of_parts, readers,
    unstated, untold,
};
pub(crate) use hidden::is_partly_seen;
use kept::{afterwards, breach_text, denied, extreme, for_whom, joined, keeping, secrets_made};
use known::{held_by, holders, knowledge, learnt, named, says, secrets, statuses};
use sayings::told;
use spells::{
    Broken, again_in_time, apart, apart_from, broken_again, causes, end_of, intervals, made_by, no_more, run_out,
};
pub(crate) use spells::{forbidding, is_of_acts_alone};
use targets::target;
pub(crate) use targets::undecided_patterns;
pub(crate) use times::times;
use unknown::{left_out, unknown_to};

use crate::ends::{Ends, between_text};
use crate::question::{Form, Preparing, Question, Turn, is_of_breach};
use crate::steps::{self, Told};
use crate::world::{MOST_YEARS, Outcome, Run, Target, World};

/// How sure an answer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// So in every admissible chronology.
    Certain,
    /// So in some.
    Possible,
}

/// Two bounds, either of which may be open.
pub type Between = (Option<String>, Option<String>);

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
    pub since_between: Option<Between>,
    /// The days between which `until` lies, where it is open; null as a last day where it may go on for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_between: Option<Between>,
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
    /// Whether its days are in its text.
    #[serde(skip)]
    pub is_dated: bool,
    /// Whether all chronologies that matter to it were looked at, if not all that matter to the others.
    #[serde(skip)]
    pub is_precise: bool,
    /// Its day and its place among the events of that day, where both are certain.
    #[serde(skip)]
    pub place: Option<(i64, u32)>,
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
    /// Where somebody is asked about what they may do, whether no norm in force speaks of it: it is not forbidden, either.
    #[serde(rename = "unregulated", skip_serializing_if = "std::ops::Not::not")]
    pub is_open: bool,
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
    /// What the dossier says against itself by then, and what is therefore left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<String>,
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
    ask_with(world, texts, view, How::of(readings))
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

impl How {
    pub(crate) fn of(readings: bool) -> How {
        How { readings, tries_numbers: true, tells_ends: readings }
    }
}

/// As [`ask_all`].
pub(crate) fn ask_with(
    world: &mut World<'_>,
    texts: &[String],
    view: &View,
    how: How,
) -> Result<Vec<Result<Reply, AskError>>, AskError> {
    ask_in_run(world, texts, view, how).map(|(replies, _)| replies)
}

/// A reply for each question, and the run in which everything is as early as can be.
pub(crate) type InRun = (Vec<Result<Reply, AskError>>, Option<Rc<Run>>);

/// As [`ask_with`], and gives the run in the earliest chronology as well, for whoever looks for more in it.
pub(crate) fn ask_in_run(world: &mut World<'_>, texts: &[String], view: &View, how: How) -> Result<InRun, AskError> {
    let model = world.model;
    if world.dating.contradiction.is_some() {
        return Err(AskError::Trouble(contradictory(world)));
    }
    let mut preparing = Preparing::new(model).seen_from(world, view);
    let farthest = world.farthest();
    let near = |question: Question| match question.on.filter(|day| *day > farthest) {
        Some(day) => Err(too_late(world, day)),
        None => Ok(question),
    };
    let questions: Vec<Result<Question, Trouble>> =
        texts.iter().map(|text| preparing.question(text).and_then(near)).collect();
    let mut view = view.clone();
    match questions.as_slice() {
        [Ok(question)] => view = own_view(question, &view),
        several if several.iter().flatten().any(|question| question.view != View::default()) => {
            // A question with a point of view of its own is asked from there alone.
            return Ok((texts.iter().map(|text| ask_alone(world, text, &view, how)).collect(), None));
        }
        _ => {}
    }
    // What an actor knows is a matter of the day; other views have no day of their own.
    if texts.len() == 1 || view.seen_by.is_some() {
        for question in questions.iter().flatten() {
            view.on = view.on.or(question.on);
        }
    }
    if let Some(trouble) = views::two_readings(model, &view) {
        return Err(AskError::Trouble(trouble));
    }
    let put = preparing.put();
    let targets: Vec<Target> = questions
        .iter()
        .map(|question| question.as_ref().map_or_else(|_| Target::default(), |it| target(world, it, &view, how)))
        .collect();
    if let Some(day) = view.on.filter(|day| *day > farthest) {
        return Err(AskError::Trouble(too_late(world, day)));
    }
    let outcomes = world.ask_each(&view, &put, &targets).map_err(AskError::Program)?;
    let run = outcomes.first().and_then(|outcome| outcome.stated.as_ref().or(outcome.runs.first())).map(Rc::clone);
    let mut replies = Vec::new();
    for (question, outcome) in questions.into_iter().zip(&outcomes) {
        replies.push(match question {
            Err(trouble) => Err(AskError::Trouble(trouble)),
            Ok(question) => Ok(reply(world, &question, &view, outcome)),
        });
    }
    if how.readings && view.under.is_empty() {
        let mut asked = targets.clone();
        // What the actor of a view knows hangs on what it was told.
        let knows = std::iter::once(model.hooks.knows).chain(world.public()).map(|fluent| (fluent, Vec::new()));
        asked.extend(view.seen_by.map(|_| Target { fluents: knows.collect(), ..Target::default() }));
        let mut readings = readings_of(model);
        readings.retain(|reading| view.known_in.is_none_or(|year| world.is_read_by(*reading, year)));
        let others = parting::able_to_matter(model, &put, &asked, &readings);
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
                    old.readings.push(Parted {
                        under: model.name(reading).to_owned(),
                        held_by: held_by(model, reading).iter().map(|id| model.name(*id).to_owned()).collect(),
                        answers: texts(&new),
                    });
                }
            }
        }
    }
    Ok((replies, run))
}

fn ask_alone(world: &mut World<'_>, text: &String, view: &View, how: How) -> Result<Reply, AskError> {
    ask_with(world, std::slice::from_ref(text), view, how)?.remove(0)
}

/// A point of view, with what a question says of its own.
pub(crate) fn own_view(question: &Question, view: &View) -> View {
    let mut own = view.clone();
    own.seen_by = question.view.seen_by.or(view.seen_by);
    own.known_in = question.view.known_in.or(view.known_in);
    own.under.extend(question.view.under.iter().filter(|it| !view.under.contains(it)));
    own
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
    let day = |word: &str, day: &Option<String>, between: &Option<Between>| match (day, between) {
        _ if answer.is_dated => String::new(),
        (Some(day), _) => format!(" {word} {day}"),
        (None, Some((None, None))) if !answer.act => String::new(),
        (None, Some((first, last))) => format!(" {word} {}", between_text(first.clone(), last.clone())),
        _ => String::new(),
    };
    let since = day(if answer.act { "on" } else { "since" }, &answer.since, &answer.since_between);
    format!("{truth}{}{since}{}", answer.text, day("until", &answer.until, &answer.until_between))
}

pub(crate) fn reply(world: &World<'_>, question: &Question, view: &View, outcome: &Outcome) -> Reply {
    let Some(surely) = question.surely else { return reply_in_time(world, question, view, outcome) };
    // What may be before an event, and may be after it, is possibly before it.
    let sure = Question { during: Some(surely), surely: None, ..question.clone() };
    let sure = reply_in_time(world, &sure, view, outcome).answers;
    let mut reply = reply_in_time(world, question, view, outcome);
    for answer in &mut reply.answers {
        if !sure.iter().any(|it| it.text == answer.text && it.truth == Truth::Certain) {
            answer.truth = Truth::Possible;
        }
    }
    reply
}

fn reply_in_time(world: &World<'_>, question: &Question, view: &View, outcome: &Outcome) -> Reply {
    let model = world.model;
    let day = question.on.or(view.on);
    let on = day.unwrap_or_else(|| world.last_day());
    let all_days = question.is_of_all_days(view);
    let during = question.own_time();
    let mut answers = match &question.form {
        Form::Acts { patterns, asked, negated } => {
            let done = acts(world, outcome, patterns, asked, question, day);
            let counts = question.asks_how_many()
                && asked.iter().all(|at| model.program.actions[patterns[0].action.index()].holes[*at] != Hole::Number);
            match (*negated, done.is_empty()) {
                (true, _) => undone(world, &done, question, outcome),
                (false, true) => match on_wholes(world, outcome, patterns, asked, question, day) {
                    all if counts && !all.is_empty() => counted(world, all),
                    all => all,
                },
                (false, false) if counts => counted(world, done),
                (false, false) => done,
            }
        }
        Form::Happened(thing) => happened(world, outcome, (*thing, question.asks_within()), false, day, during),
        Form::Did(actor) => happened(world, outcome, (Some(*actor), false), true, day, during),
        Form::Knowledge { actor, thing } => knowledge(world, outcome, *actor, *thing, on),
        Form::Learnt { actor, thing } => learnt(world, outcome, *actor, *thing, on),
        Form::Secrets(actor) => secrets(world, outcome, *actor, on),
        Form::Statuses(norm) => statuses(world, outcome, *norm, on),
        Form::Says(thing) | Form::Named(thing) if outcome.unknown.contains(thing) => Vec::new(),
        Form::Says(thing) => says(world, outcome, *thing),
        Form::Claims(of) => claims(world, outcome, view, of, day, during),
        Form::Apart(from, to) => apart(world, outcome, *from, *to),
        Form::ApartFrom { event, first } => apart_from(world, outcome, question, (*event, *first)),
        Form::Against { of, by } => against(world, outcome, view, *of, *by),
        Form::Named(thing) => named(world, *thing),
        Form::Holders { by, of } => holders(world, outcome, (*by, *of), view),
        Form::Norms(of) => norms::answers(world, outcome, question, of, view, on),
        Form::Cause => {
            let mut acts = causes(world, outcome, question, view);
            let again = broken_again(world, outcome, question, view).into_iter().filter_map(Broken::into_cause);
            acts.extend(again.filter(|again| acts.iter().all(|known| known.text != again.text)).collect::<Vec<_>>());
            acts
        }
        Form::Count if !all_days => counted(world, held(world, outcome, question, on)),
        Form::Count => counted(world, intervals(world, outcome, question, view)),
        Form::Since | Form::Until if !all_days => match end_of(question, held(world, outcome, question, on)) {
            // Of what is so no more it is asked since when it was.
            none if none.is_empty() && day.is_none() => no_more(intervals(world, outcome, question, view)),
            now => now,
        },
        _ if all_days => {
            let mut answers = intervals(world, outcome, question, view);
            if question.turn == Some(Turn::Begins) {
                again_in_time(world, outcome, question, view, &mut answers);
            }
            answers
        }
        _ => {
            let mut answers = held(world, outcome, question, on);
            if let ([only], Form::Whether) = (answers.as_mut_slice(), &question.form) {
                let reasons = steps::why_not(world, question, outcome, on);
                if question.text.to_lowercase().starts_with("why ") {
                    only.which.extend(reasons.instead);
                }
                let figures = steps::of_figures(world, outcome, &question.conditions, on);
                let new: Vec<Told> =
                    reasons.steps.into_iter().chain(figures).filter(|it| !only.steps.contains(it)).collect();
                only.steps.splice(0..0, new);
            }
            answers
        }
    };
    if matches!(question.form, Form::Whether | Form::Which) && !all_days {
        leave_open(world, outcome, question, on, &mut answers);
        let unknown = "a number is not known, or known for a whole and not for its parts";
        may_be_so(world, (outcome, question.open), question, on, Some(unknown), &mut answers);
        may_be_equal(world, outcome, question, on, &mut answers);
        insiders(world, outcome, question, on, &mut answers);
        readers(world, outcome, question, on, &mut answers);
        untold(world, outcome, question, &mut answers);
        if matches!(question.form, Form::Whether) {
            compared_untold(world, outcome, question, &mut answers);
        }
    }
    if matches!(question.form, Form::Whether | Form::Which | Form::What) && !all_days && answers.is_empty() {
        let whole = "what is said of a whole place may be so of each place within it, and what is said of an article of its treaty";
        may_be_so(world, (outcome, question.as_whole), question, on, Some(whole), &mut answers);
    }
    if matches!(question.form, Form::What) && !all_days && answers.is_empty() {
        answers = of_parts(world, outcome, question, on);
    }
    if matches!(question.form, Form::HowMany | Form::What) {
        unstated(world, outcome, question, view, &mut answers);
    }
    if !all_days {
        for_whom(world, outcome, question, on, &mut answers);
        hidden::not_yet_made(world, question, on, &mut answers);
        hidden::verdicts(world, outcome, question, (view, on), &mut answers);
        if view.seen_by.is_none() {
            afterwards(world, outcome, question, on, &mut answers);
        }
    }
    secrets_made(world, question, on, all_days, &mut answers);
    if let Some(since) = question.since {
        let since = model.show_tick(since);
        answers.retain_mut(|it| is_or_may_be(&since, (&it.since, &it.since_between), &mut it.truth));
    }
    if let Some(until) = question.until {
        let until = model.show_tick(until);
        answers.retain_mut(|it| is_or_may_be(&until, (&it.until, &it.until_between), &mut it.truth));
    }
    if let Some(act) = question.by_act {
        made_by(world, outcome, question, view, act, &mut answers);
    }
    if !outcome.precise && !matches!(question.form, Form::Happened(_)) {
        for answer in answers.iter_mut().filter(|answer| !answer.is_precise) {
            (answer.since_between, answer.until_between) = (None, None);
        }
    }
    if !all_days && fillings(outcome, question.doubted, on).values().any(|it| it.at.iter().any(Option::is_some)) {
        answers.iter_mut().for_each(|answer| answer.truth = Truth::Possible);
    }
    let broken = match question.kept {
        Some(bound) => keeping(world, outcome, question, (bound, on, all_days), &mut answers),
        None => Vec::new(),
    };
    if question.kept.is_some() && question.asks_how_many() {
        answers = counted(world, answers);
    }
    let broken = match &question.never {
        Some(asked) if broken.is_empty() => denied(world, outcome, asked, &mut answers),
        // What is not kept is denied rightly.
        Some(asked) => {
            answers.push(answer(world, told(model, asked), true, vec![None], vec![None]));
            Vec::new()
        }
        None => broken,
    };
    if matches!(question.form, Form::Whether) && !all_days {
        let note = elsewhen::without_effect(world, outcome, question, on);
        answers.iter_mut().for_each(|answer| answer.which.extend(note.clone()));
    }
    if let Some(which) = question.extreme {
        extreme(which, &mut answers);
    }
    if question.certainly {
        answers.retain(|answer| answer.truth == Truth::Certain);
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
        Form::Norms(of) => norms::no(world, outcome, question, of, view, on),
        Form::Statuses(norm) => elsewhen::stood(world, outcome, *norm, view, on),
        Form::Holders { of: Some(of), .. } => {
            let all = holders(world, outcome, (None, Some(*of)), view);
            let instead = all.iter().map(|answer| format!("held by {}", answer.text)).collect();
            No { searched: vec![format!("who holds {}", model.name(*of))], instead, ..No::default() }
        }
        _ => steps::no(world, question, outcome, view, on),
    });
    let negative = negative.map(|no| unknown_to(world, outcome, question, view, no));
    let negative = negative.map(|mut no| {
        if let Form::Acts { patterns, negated: false, .. } = &question.form {
            elsewhen::done(world, outcome, patterns, question, &mut no);
            elsewhen::moves(world, outcome, patterns, question, (view, on), &mut no);
        }
        if matches!(question.form, Form::Cause) && is_of_breach(model, question) {
            no.instead.extend(run_out(world, outcome, question, view));
        }
        if no.instead.is_empty() && matches!(question.form, Form::Whether) {
            elsewhen::told_of(world, outcome, question, on, &mut no);
        }
        if let Form::Acts { patterns, asked, negated: true } = &question.form {
            // What is denied was done.
            for act in acts(world, outcome, patterns, asked, question, day) {
                no.instead.push(plain(&act));
                no.steps.extend(act.steps);
            }
        }
        if !broken.is_empty() {
            // What is denied is the breach of none, and what is told are the breaches.
            no.instead.clear();
        }
        for norm in joined(broken) {
            let of_breach = question.kept.is_some() && question.never.is_none() && is_of_breach(model, question);
            let possibly = if norm.truth == Truth::Certain { "" } else { "possibly " };
            no.instead.push(if of_breach { format!("{possibly}{}", breach_text(&norm)) } else { plain(&norm) });
            no.steps.extend(norm.steps);
        }
        no
    });
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
        contradictions: kept::contradictory(world, outcome, on),
        no: negative,
        tried_numbers: outcome.stated.is_some(),
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

/// Whether a day is the one asked for, or may be it.
fn is_or_may_be(day: &str, (one, between): (&Option<String>, &Option<Between>), truth: &mut Truth) -> bool {
    if let Some(one) = one {
        return one == day;
    }
    let Some((Some(first), Some(last))) = between else { return false };
    *truth = Truth::Possible;
    first.as_str() <= day && day <= last.as_str()
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
        which: Vec::new(),
        act: false,
        is_dated: false,
        is_precise: false,
        place: None,
        steps: Vec::new(),
        assumptions: Vec::new(),
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

/// Adds what ended it to the steps of an answer about an end.
fn and_why_no_more(world: &World<'_>, ended: Option<(&Run, StepId)>, answer: &mut Answer) {
    let Some((run, step)) = ended else { return };
    let told = steps::trace(world, run, step, None);
    let new: Vec<Told> = told.steps.into_iter().filter(|step| !answer.steps.contains(step)).collect();
    answer.steps.extend(new);
    answer
        .assumptions
        .extend(told.assumptions.into_iter().filter(|it| !answer.assumptions.contains(it)).collect::<Vec<_>>());
}

/// When an interval begins and ends; no bound is claimed that only a sample of the chronologies has.
pub(crate) fn ends(
    world: &World<'_>,
    outcome: &Outcome,
    sinces: &[Option<i64>],
    untils: &[Option<i64>],
) -> (Ends, Ends) {
    let (since, until) = (Ends::since(&world.dating, sinces), Ends::until(&world.dating, untils));
    if outcome.precise { (since, until) } else { (since.unbounded(), until.unbounded()) }
}
