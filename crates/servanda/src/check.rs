//! Checking a dossier: its dates, its rules, contradictions of facts, and every expectation.

use std::rc::Rc;

use servanda_diagnostics::{Diagnostic, Severity};
use servanda_engine::{Cause, Contradiction, Premise, Record, Solution, StepId};
use servanda_model::{Check, Expect, Model, OriginId, View};

use crate::ask::{self, AskError, How, Reply, Truth};
use crate::world::{Questions, Run, World};
use crate::{conflicts, diagnose, facts, say};

/// What checking found.
pub struct Checked {
    /// Everything wrong or noteworthy, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// How many expectations there are.
    pub expectations: usize,
    /// How many were met.
    pub met: usize,
}

impl Checked {
    /// Whether the dossier is free of errors.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
    }
}

/// Checks a dossier.
///
/// Most dossiers are as they should be, so the runs keep no reasons; where something is to be explained, it is asked
/// once more.
#[must_use]
pub fn check(world: &mut World<'_>) -> Checked {
    let model = world.model;
    let mut checked = Checked { diagnostics: model.diagnostics.clone(), expectations: 0, met: 0 };
    checked.diagnostics.extend(world.dating.diagnostics(model));
    let groups = groups(model);
    world.foresee(groups.iter().map(|(view, _)| view));
    let checked = without_reasons(world, |world| check_groups(world, &groups, checked));
    world.foresee([]);
    checked
}

fn without_reasons<T>(world: &mut World<'_>, go: impl FnOnce(&mut World<'_>) -> T) -> T {
    let before = std::mem::replace(&mut world.record, Record::Timeline);
    let found = go(world);
    world.record = before;
    found
}

fn with_reasons<T>(world: &mut World<'_>, go: impl FnOnce(&mut World<'_>) -> T) -> T {
    let before = std::mem::replace(&mut world.record, Record::Derivations);
    let found = go(world);
    world.record = before;
    found
}

fn check_groups(world: &mut World<'_>, groups: &[Group<'_>], mut checked: Checked) -> Checked {
    let model = world.model;
    // The run that what is asked from no particular point of view needs also shows contradictions and conflicts.
    let plain = groups.iter().position(|(view, _)| *view == View::default());
    let asked = plain.and_then(|at| {
        let (replies, run) = ask::ask_in_run(world, &texts(model, &groups[at]), &groups[at].0, How::of(false)).ok()?;
        Some((at, replies, run?))
    });
    let run = match &asked {
        Some((.., run)) => Ok(Rc::clone(run)),
        None => world.ask(&View::default(), &Questions::default()).map(|outcome| Rc::clone(&outcome.runs[0])),
    };
    match run {
        Ok(run) => {
            contradictions(world, &run.solution, &mut checked);
            let found = conflicts::conflicts(world, &run.solution, &world.chosen(&View::default()));
            checked.diagnostics.extend(conflicts::diagnostics(model, &found));
            facts_in_doubt(world, &run, &mut checked);
        }
        Err(errors) => {
            checked.diagnostics.extend(errors.iter().map(|error| diagnose::program_error(model, error)));
            checked.expectations = model.checks.iter().map(|check| check.expects.len()).sum();
            servanda_diagnostics::sort(&mut checked.diagnostics);
            return checked;
        }
    }
    let mut asked = asked;
    for (at, group) in groups.iter().enumerate() {
        match asked.take_if(|(place, ..)| *place == at) {
            Some((_, replies, _)) => judge(world, group, Ok(replies), &mut checked),
            None => {
                let replies = ask::ask_all(world, &texts(model, group), &group.0, false);
                judge(world, group, replies, &mut checked);
            }
        }
    }
    servanda_diagnostics::sort(&mut checked.diagnostics);
    checked
}

/// What the dossier itself contradicts; a question that has two answers is no contradiction.
fn contradictions(world: &mut World<'_>, found: &Solution, checked: &mut Checked) {
    let model = world.model;
    let is_own = |it: &&Contradiction| it.fluent.index() < model.program.fluents.len();
    if !found.contradictions.iter().any(|it| is_own(&it)) {
        return;
    }
    let Ok(outcome) = with_reasons(world, |world| world.ask(&View::default(), &Questions::default())) else { return };
    let run = &outcome.runs[0];
    let own = run.solution.contradictions.iter().filter(is_own);
    checked.diagnostics.extend(own.map(|contradiction| contradicted(model, run, contradiction)));
}

/// Facts that cannot be as they are stated.
fn facts_in_doubt(world: &mut World<'_>, run: &Rc<Run>, checked: &mut Checked) {
    let mut run = Rc::clone(run);
    if !facts::in_run(world.model, &run).is_empty()
        && let Ok(outcome) = with_reasons(world, |world| world.ask(&View::default(), &Questions::default()))
    {
        run = Rc::clone(&outcome.runs[0]);
    }
    checked.diagnostics.extend(facts::diagnostics(world, &run));
}

/// Two statements gave one thing two values on one day.
fn contradicted(model: &Model, run: &Run, contradiction: &Contradiction) -> Diagnostic {
    let what = say::fluent(model, contradiction.fluent, &contradiction.args, None);
    let values: Vec<String> = contradiction.values.iter().map(|value| model.show(*value)).collect();
    let day =
        contradiction.tick.map_or_else(|| "from the start".to_owned(), |tick| format!("on {}", model.show_tick(tick)));
    let mut diagnostic = Diagnostic::error(
        "two-values-on-one-day",
        format!(
            "{day} “{what}” is given {}",
            if values.len() > 1 { values.join(" and ") } else { "a beginning and an end".to_owned() }
        ),
    );
    let mut blamed = Vec::new();
    for step in &contradiction.steps {
        stated_by(model, run, *step, &mut blamed);
    }
    for (origin, text) in blamed {
        diagnostic = diagnose::at(model, origin, diagnostic, &text);
    }
    let by_deadline =
        |id: &StepId| run.solution.step(*id).is_some_and(|step| matches!(step.cause, Cause::Deadline { .. }));
    if contradiction.steps.iter().any(by_deadline) {
        return diagnostic
            .note("a deadline `after 30` sets its value on the 30th day, and what happens that day sets another")
            .help("write `after 31` for the 30th day to be in time, or `ties ending wins` for neither to be set");
    }
    if contradiction.tick.is_none() {
        return diagnostic.help("leave one of them out, or say from when on it is so: `fact since DATE: …`");
    }
    diagnostic
        .help("put one after the other: below the later one `then NAME` with the name of the earlier; correct a date, or declare `ties ending wins` for the fluent")
}

/// The statements of the dossier that brought a step about at its moment, each with what it says; where there are none,
/// the rule that did.
pub(crate) fn stated_by(model: &Model, run: &Run, id: StepId, blamed: &mut Vec<(OriginId, String)>) {
    let Some(step) = run.solution.step(id) else { return };
    let known = blamed.len();
    match &step.cause {
        Cause::Occurrence(tag) => {
            let event = &model.events[*tag as usize];
            blamed.push((event.origin, event.sentence.clone()));
        }
        Cause::Initial(index) => {
            let fact = &run.program.initial[*index as usize];
            blamed.push((fact.origin, say::fluent(model, fact.fluent, &fact.args, Some(fact.value))));
        }
        cause => {
            let same_moment = |by: &StepId| run.solution.step(*by).is_some_and(|it| it.tick == step.tick);
            let happened = step.premises.iter().filter_map(|premise| match premise {
                Premise::Happened { by, .. }
                | Premise::Holds { by, .. }
                | Premise::Initiated { by, .. }
                | Premise::Began { by, .. }
                | Premise::Ended { by, .. } => *by,
                _ => None,
            });
            for by in happened.filter(same_moment) {
                stated_by(model, run, by, blamed);
            }
            if let (true, Cause::Rule { rule, .. }) = (blamed.len() == known, cause) {
                let rule = &run.program.rules[rule.index()];
                blamed.push((rule.origin, rule.name.clone()));
            }
        }
    }
    blamed.dedup();
}

/// A point of view, and what is expected from there.
type Group<'m> = (View, Vec<(&'m Check, &'m Expect)>);

/// Checks with one point of view together: the dossier is run once for each.
fn groups(model: &Model) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for check in &model.checks {
        for expect in &check.expects {
            // What an actor knows depends on the day; otherwise one run serves all days.
            let key = View { on: check.view.seen_by.and(check.view.on), ..check.view.clone() };
            match groups.iter_mut().find(|(view, _)| *view == key) {
                Some((_, list)) => list.push((check, expect)),
                None => groups.push((key, vec![(check, expect)])),
            }
        }
    }
    groups
}

/// The questions of a group; the day of each check travels with its question.
fn texts(model: &Model, (_, list): &Group<'_>) -> Vec<String> {
    let text = |(check, expect): &(&Check, &Expect)| {
        let question = denied(expect).map_or_else(|| expect.question.clone(), str::to_owned);
        let first = question.split(' ').next().unwrap_or_default().to_lowercase();
        // `no norm of Sele is breached`, as a question.
        let question = if ["no", "neither"].contains(&first.as_str()) { format!("does {question}") } else { question };
        match check.view.on {
            Some(on) if !has_day(&question) => format!("{question} by {}", model.show_tick(on)),
            _ => question,
        }
    };
    list.iter().map(text).collect()
}

/// The question of which an expectation denies that the answer is yes: `not may Arvenia attack Belmark`.
fn denied(expect: &Expect) -> Option<&str> {
    let rest = expect.question.trim_start().strip_prefix("not ")?;
    let modal = rest.split(' ').next()?;
    ["may", "must", "can"].contains(&modal).then_some(rest)
}

/// A reply to each of the questions of a group.
type Replies = Result<Vec<Result<Reply, AskError>>, AskError>;

/// Compares what was answered with what was expected.
fn judge(world: &mut World<'_>, group: &Group<'_>, replies: Replies, checked: &mut Checked) {
    let (_, list) = group;
    let model = world.model;
    checked.expectations += list.len();
    let replies = match replies {
        Ok(replies) => replies,
        Err(AskError::Program(errors)) => {
            checked.diagnostics.extend(errors.iter().map(|error| diagnose::program_error(model, error)));
            return;
        }
        Err(AskError::Trouble(_)) => return,
    };
    let is_unmet = |(_, expect): &(&Check, &Expect), reply: &Result<Reply, AskError>| matches!(reply, Ok(reply) if verdict(model, expect, reply).is_err());
    let replies = match list.iter().zip(&replies).any(|(expected, reply)| is_unmet(expected, reply)) {
        true => {
            with_reasons(world, |world| ask::ask_all(world, &texts(model, group), &group.0, false)).unwrap_or(replies)
        }
        false => replies,
    };
    for ((check, expect), reply) in list.iter().zip(replies) {
        let headings = &model.origins[check.origin.index()].headings;
        let file = model.origins[check.origin.index()].file;
        match reply {
            Err(AskError::Trouble(trouble)) => {
                let mut diagnostic =
                    Diagnostic::error(trouble.code, trouble.message).label(file, expect.span, "").headings(headings);
                if let Some(help) = trouble.help {
                    diagnostic = diagnostic.help(help);
                }
                checked.diagnostics.push(diagnostic);
            }
            Err(AskError::Program(_)) => {}
            Ok(reply) => match verdict(model, expect, &reply) {
                Ok(()) => checked.met += 1,
                Err(found) => {
                    let diagnostic = Diagnostic::error("expectation-failed", format!("expected {}", wanted(expect)))
                        .label(file, expect.span, found)
                        .headings(headings)
                        .note(why_not(&reply));
                    checked.diagnostics.push(diagnostic);
                }
            },
        }
    }
}

fn has_day(question: &str) -> bool {
    let words: Vec<&str> = question.split_whitespace().collect();
    let is_date = |word: &str| servanda_calendar::Edtf::parse(word).is_ok();
    words.len() > 2
        && ["on", "by", "in", "during", "before", "after"].contains(&words[words.len() - 2])
        && is_date(words[words.len() - 1])
}

fn wanted(expect: &Expect) -> String {
    match &expect.answers {
        Some(answers) => format!("“{}” to be {}", expect.question, answers.join(", ")),
        None => format!("“{}”", expect.question),
    }
}

fn why_not(reply: &Reply) -> String {
    match (&reply.no, reply.answers.first()) {
        (Some(no), _) if !no.instead.is_empty() => format!("instead: {}", no.instead.join("; ")),
        (Some(no), _) => format!("not found: {}", no.searched.join("; ")),
        (None, Some(answer)) => {
            let days: Vec<String> = answer
                .steps
                .iter()
                .rev()
                .take(3)
                .map(|told| told.text.clone())
                .filter(|text| !text.is_empty())
                .collect();
            format!("because {}", days.join("; "))
        }
        (None, None) => String::new(),
    }
}

/// Whether a reply is what was expected; if not, what it is.
fn verdict(model: &Model, expect: &Expect, reply: &Reply) -> Result<(), String> {
    let found: Vec<String> = reply
        .answers
        .iter()
        .map(
            |answer| {
                if answer.truth == Truth::Certain { answer.text.clone() } else { format!("possibly {}", answer.text) }
            },
        )
        .collect();
    let Some(answers) = &expect.answers else {
        let asked = expect.question.trim_start().to_lowercase();
        let is_quoted = asked.contains(['"', '“']);
        let possibly = ["possibly ", "not certainly "].iter().any(|word| asked.starts_with(word))
            || !is_quoted && asked.contains(" possibly ");
        if denied(expect).is_some() {
            return if found.is_empty() { Ok(()) } else { Err(format!("found {}", found.join(", "))) };
        }
        return match reply.answers.first() {
            Some(answer) if answer.truth == Truth::Certain || possibly => Ok(()),
            Some(_) => Err("this is only possible".to_owned()),
            None => Err("this is not so".to_owned()),
        };
    };
    let nothing = ["nobody", "nothing", "none", "no one", "never", "no"];
    let wanted: Vec<&str> =
        answers.iter().map(String::as_str).filter(|answer| !nothing.contains(&answer.trim())).collect();
    let same = |wanted: &str, found: &str| {
        let (wanted_possible, wanted) = possibly(wanted);
        let (found_possible, found) = possibly(found);
        // `Assist: each party must assist the other` is the norm of that name.
        let name = found.split(':').next().unwrap_or(found);
        wanted_possible == found_possible
            && (plain(wanted) == plain(found) || same_thing(model, wanted, found) || same_thing(model, wanted, name))
    };
    let is_met = |wanted: &[&str]| {
        wanted.iter().all(|wanted| found.iter().any(|found| same(wanted, found)))
            && found.iter().all(|found| wanted.iter().any(|wanted| same(wanted, found)))
    };
    // The last two of a list are joined by `and`, which may stand in an answer, too.
    let apart = |last: &str| -> Vec<String> { last.split(" and ").map(str::to_owned).collect() };
    let listed: Vec<String> = wanted.iter().flat_map(|wanted| apart(wanted)).collect();
    if is_met(&wanted) || is_met(&listed.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(())
    } else if found.is_empty() {
        Err("found nothing".to_owned())
    } else {
        Err(format!("found {}", found.join(", ")))
    }
}

fn possibly(text: &str) -> (bool, &str) {
    match text.trim().strip_prefix("possibly ") {
        Some(rest) => (true, rest),
        None => (false, text.trim()),
    }
}

fn plain(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !matches!(c, '“' | '”' | '"')).collect();
    let number: String = kept.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if number.chars().all(|c| c.is_ascii_digit() || c == '.') { number } else { kept.trim().to_lowercase() }
}

fn same_thing(model: &Model, a: &str, b: &str) -> bool {
    match (model.lexicon.entity(a), model.lexicon.entity(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}
