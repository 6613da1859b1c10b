//! Answers about all days: when something was so, ever so, since when, how long, and what led to it.

use std::collections::BTreeMap;

use servanda_calendar::Interval as Span;
use servanda_engine::{Happened, StepId};
use servanda_model::{
    ActionId, Clock, Condition, Effect, EntityId, EventId, EventPattern, Hole, Modality, Model, Norm, Term, Trigger,
    Value, VarId, View,
};

use super::aligned;
use super::sayings::{day_or_between, text_of};
use super::{Answer, Found, Truth, and_why_no_more, answer, because, dated, ends, fillings};
use crate::ends::Ends;
use crate::question::{Form, Question, Turn};
use crate::steps::{self, Told};
use crate::world::{Outcome, Run, World};

/// A time during which something is so.
pub(super) struct Spell<'o> {
    /// In what it was found.
    pub(super) outcome: &'o Outcome,
    /// The run that the values in its key are of.
    of: usize,
    /// What fills the question's holes.
    pub(super) key: Vec<Value>,
    /// In every chronology.
    pub(super) certain: bool,
    /// Its first day in each.
    pub(super) sinces: Vec<Option<i64>>,
    /// The first day after it in each.
    pub(super) untils: Vec<Option<i64>>,
    /// The step that began it in each.
    begins: Vec<Option<(&'o Run, StepId)>>,
    /// The step that ended it in each.
    ends: Vec<Option<(&'o Run, StepId)>>,
}

impl Spell<'_> {
    /// Whether it has a day in common with a time: in every chronology, or in some.
    fn meets(&self, (first, last): (Option<i64>, Option<i64>)) -> Option<bool> {
        let begins = |since: &Option<i64>| last.is_none_or(|last| since.is_none_or(|since| since <= last));
        let goes_on = |until: &Option<i64>| first.is_none_or(|first| until.is_none_or(|until| first < until));
        let ever = self.sinces.iter().any(begins) && self.untils.iter().any(goes_on);
        let always = self.sinces.iter().all(begins) && self.untils.iter().all(goes_on);
        ever.then_some(always)
    }
}

/// Whether a day is in a time: in every chronology, or in some. Between the earliest and the latest day any may be it.
fn in_time(days: &[Option<i64>], (first, last): (Option<i64>, Option<i64>)) -> Option<bool> {
    let within = |day: &Option<i64>| {
        day.is_some_and(|day| first.is_none_or(|first| first <= day) && last.is_none_or(|last| day <= last))
    };
    let known = || days.iter().copied().flatten();
    let (earliest, latest) = (known().min()?, known().max()?);
    let may_be = first.is_none_or(|first| first <= latest) && last.is_none_or(|last| earliest <= last);
    may_be.then(|| days.iter().all(within))
}

/// The times of a fluent of a question, certain and possible.
pub(super) fn spells(fillings: BTreeMap<Vec<Value>, Found<'_>>) -> Vec<Spell<'_>> {
    let mut spells = Vec::new();
    for (key, found) in fillings {
        let all = aligned::times(&found.days, &found.outcome.cells);
        spells.extend(all.into_iter().map(|time| spell(&key, &found, &time)));
    }
    spells
}

fn spell<'o>(key: &[Value], found: &Found<'o>, time: &[(usize, Span)]) -> Spell<'o> {
    let outcome = found.outcome;
    let steps = |all: &[(Option<i64>, &'o Run, StepId)], day: fn(Span) -> Option<i64>| {
        let of = |(run, span): &(usize, Span)| step_on(all, &outcome.runs[*run], day(*span));
        time.iter().map(of).collect::<Vec<_>>()
    };
    Spell {
        outcome,
        of: found.of,
        key: key.to_vec(),
        certain: outcome.exhaustive && time.len() == found.days.len(),
        sinces: time.iter().map(|(_, span)| span.since()).collect(),
        untils: time.iter().map(|(_, span)| span.until()).collect(),
        begins: steps(&found.steps, Span::since),
        ends: steps(&found.ends, Span::until),
    }
}

impl<'o> Spell<'o> {
    /// The run that the values in its key are of.
    pub(super) fn run(&self) -> &'o Run {
        &self.outcome.runs[self.of]
    }

    /// The step that began it in some run.
    pub(super) fn begun(&self) -> Option<(&'o Run, StepId)> {
        self.begins.iter().flatten().next().copied()
    }

    /// The step that ended it in some run.
    pub(super) fn ended(&self) -> Option<(&'o Run, StepId)> {
        self.ends.iter().flatten().next().copied()
    }

    /// The same in some of its chronologies only.
    fn only_in(&self, which: &[usize]) -> Spell<'o> {
        let days = |all: &[Option<i64>]| which.iter().map(|at| all[*at]).collect();
        let steps = |all: &[Option<(&'o Run, StepId)>]| which.iter().map(|at| all[*at]).collect();
        Spell {
            key: self.key.clone(),
            certain: self.certain && which.len() == self.sinces.len(),
            sinces: days(&self.sinces),
            untils: days(&self.untils),
            begins: steps(&self.begins),
            ends: steps(&self.ends),
            ..*self
        }
    }
}

/// The step in a run that began or ended something on a day.
fn step_on<'o>(steps: &[(Option<i64>, &'o Run, StepId)], run: &'o Run, day: Option<i64>) -> Option<(&'o Run, StepId)> {
    steps.iter().find(|it| std::ptr::eq(it.1, run) && it.0 == day).map(|it| (it.1, it.2))
}

/// The times that a question asks for: within the time it names, and by the day from which it looks.
pub(super) fn asked_for<'o>(
    world: &World<'_>,
    question: &Question,
    view: &View,
    all: Vec<Spell<'o>>,
) -> Vec<Spell<'o>> {
    let by = match &question.form {
        Form::When => None,
        Form::Norms(of) if of.when => None,
        _ => Some(question.on.or(view.on).unwrap_or_else(|| world.last_day())),
    };
    let period = question.during.unwrap_or((question.on.filter(|_| question.turn.is_some()), by));
    let mut kept = Vec::new();
    for mut spell in all {
        let met = match question.turn {
            Some(Turn::Begins) => in_time(&spell.sinces, period),
            Some(Turn::Ends) => in_time(&spell.untils, period),
            None if matches!(question.form, Form::Cause) => in_time(&spell.sinces, period),
            None => spell.meets(period),
        };
        let Some(always) = met else { continue };
        spell.certain &= always;
        kept.push(spell);
    }
    // Until when it is so is asked of the present time, and of all where it is so no more.
    if let (Form::Until, None, false, Some(by)) = (&question.form, question.turn, question.ever, by)
        && kept.iter().any(|spell| spell.meets((Some(by), Some(by))).is_some())
    {
        kept.retain(|spell| spell.meets((Some(by), Some(by))).is_some());
    }
    kept
}

/// The answers about all days.
pub(super) fn intervals(world: &World<'_>, outcome: &Outcome, question: &Question, view: &View) -> Vec<Answer> {
    let model = world.model;
    let mut all = spells(fillings(outcome, question.fluent, i64::MIN));
    if matches!(question.form, Form::Whether | Form::Which | Form::When) {
        all.extend(left_open(outcome, question));
    }
    if !matches!(question.form, Form::When) {
        all.sort_by(|a, b| (a.sinces.iter().min(), &a.key).cmp(&(b.sinces.iter().min(), &b.key)));
    }
    if let Some(act) = question.by_act {
        all = all.into_iter().map(|spell| begun_by(world, spell, act)).collect();
    }
    let mut answers = Vec::new();
    for spell in asked_for(world, question, view, all) {
        let text = text_of(model, question, &spell.key, &spell.run().solution);
        let label = if spell.key.is_empty() { String::new() } else { format!("{text}: ") };
        let (first, last) = ends(world, outcome, &spell.sinces, &spell.untils);
        let (since, until) = (first.text(model), last.text(model));
        let nothing = matches!(question.form, Form::HowMany) && text == "0";
        let text = match question.form {
            Form::Since if since.is_empty() => format!("{label}always"),
            Form::Since => format!("{label}{since}"),
            Form::Until if until.is_empty() => format!("{label}without end"),
            Form::Until => format!("{label}{until}"),
            Form::HowLong => format!("{label}{}", length(world, outcome, &spell)),
            Form::When => format!("{label}{}", span_text(model, first, last)),
            // How many times it was so: each is one.
            Form::Count if spell.key.is_empty() => span_text(model, first, last),
            _ if nothing => continue,
            // Who lost a thing has it no more: that it was theirs would read as a no.
            Form::Whether if question.turn == Some(Turn::Ends) => format!("{text} no longer"),
            _ => text,
        };
        let (first, last) = match (&question.form, question.turn) {
            (Form::Whether, Some(Turn::Ends)) => (last, Ends::default()),
            _ => (first, last),
        };
        let mut answer = dated(world, text, spell.certain, first, last);
        answer.act = matches!(question.form, Form::Whether) && question.turn == Some(Turn::Ends);
        answer.is_dated = matches!(question.form, Form::When | Form::Since | Form::Until);
        if let Some((run, step)) = spell.begun() {
            because(world, run, Some(step), None, &mut answer);
        }
        if matches!(question.form, Form::Until) || question.turn == Some(Turn::Ends) {
            and_why_no_more(world, spell.ended(), &mut answer);
        }
        answers.push(answer);
    }
    answers
}

/// The times during which a missing number leaves it open whether a norm is breached.
fn left_open<'o>(outcome: &'o Outcome, question: &Question) -> Vec<Spell<'o>> {
    let mut all = spells(fillings(outcome, question.undecided, i64::MIN));
    all.iter_mut().for_each(|spell| spell.certain = false);
    all
}

/// How long something was so.
fn length(world: &World<'_>, outcome: &Outcome, spell: &Spell<'_>) -> String {
    let is_open = |day: &i64| world.dating.is_open(*day);
    if !outcome.precise || spell.sinces.iter().chain(&spell.untils).flatten().any(is_open) {
        return "an unknown time".to_owned();
    }
    let days = |ticks: i64| world.model.show_ticks(ticks);
    let between = |least: i64, most: i64| match world.model.program.clock {
        Clock::Days => format!("between {least} and {}", days(most)),
        _ => format!("between {} and {}", days(least), days(most)),
    };
    let each: Option<Vec<i64>> =
        spell.sinces.iter().zip(&spell.untils).map(|(since, until)| Some((*until)? - (*since)?)).collect();
    match each.as_deref() {
        Some(all) => {
            // The ends may be open apart from each other.
            let bounds = |list: &[Option<i64>]| {
                let known = || list.iter().flatten().copied();
                (known().min().unwrap_or_default(), known().max().unwrap_or_default())
            };
            let ((first, last), (out, gone)) = (bounds(&spell.sinces), bounds(&spell.untils));
            let (least, most) = (out - last, gone - first);
            if first == last || out == gone || all.len() == 1 {
                let (least, most) =
                    (all.iter().min().copied().unwrap_or(least), all.iter().max().copied().unwrap_or(most));
                if least == most { days(least) } else { between(least, most) }
            } else {
                between(least, most)
            }
        }
        None => match (spell.sinces.iter().all(Option::is_some), spell.untils.iter().all(Option::is_some)) {
            (true, false) => "without end".to_owned(),
            (false, true) => "from the start".to_owned(),
            _ => "always".to_owned(),
        },
    }
}

/// How long it was from one event to another, where the view sees both.
pub(super) fn apart(world: &World<'_>, outcome: &Outcome, from: EventId, to: EventId) -> Vec<Answer> {
    let model = world.model;
    if !outcome.visible.contains(&from) || !outcome.visible.contains(&to) {
        return Vec::new();
    }
    let text = match world.dating.apart(from, to) {
        Some((least, most)) if least == most => model.show_ticks(least),
        Some((least, most)) => format!("between {} and {}", model.show_ticks(least), model.show_ticks(most)),
        None => "an unknown time".to_owned(),
    };
    let ends = |id: EventId| Ends::bounds(world.dating.bounds(id));
    let mut one = dated(world, text, true, ends(from), ends(to));
    one.steps = [from, to].map(|id| steps::of_event(world, id)).into();
    vec![one]
}

/// How long it was from an event to the first day on which what a question looks at was so, or from that to the event.
pub(super) fn apart_from(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    (event, first): (EventId, bool),
) -> Vec<Answer> {
    let model = world.model;
    let Some(fluent) = question.fluent.filter(|_| outcome.visible.contains(&event)) else { return Vec::new() };
    type Ends = (Option<i64>, Option<i64>);
    let mut all: Vec<Ends> = Vec::new();
    let mut begun = None;
    for run in &outcome.runs {
        let Some(interval) = run.solution.instance(fluent, &[]).and_then(|it| it.intervals.first()) else {
            return Vec::new();
        };
        begun = begun.or(interval.begun_by.map(|step| (run, step)));
        let (at, since) = (run.ticks[event.index()], interval.since);
        all.push(if first { (at, since) } else { (since, at) });
    }
    let lengths: Option<Vec<i64>> = all.iter().map(|(from, to)| Some((*to)? - (*from)?)).collect();
    let text = match lengths.map(|all| (all.iter().min().copied(), all.iter().max().copied())) {
        Some((Some(least), Some(most))) if least == most => model.show_ticks(least),
        Some((Some(least), Some(most))) if outcome.precise => {
            format!("between {} and {}", model.show_ticks(least), model.show_ticks(most))
        }
        _ => "an unknown time".to_owned(),
    };
    let (from, to): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    let mut one = answer(world, text, true, from, to);
    if let Some((run, step)) = begun {
        because(world, run, Some(step), None, &mut one);
    }
    one.steps.insert(0, steps::of_event(world, event));
    vec![one]
}

/// Since when something has been so, or until when it is: from what is so on the day.
pub(super) fn end_of(question: &Question, answers: Vec<Answer>) -> Vec<Answer> {
    let mut all = Vec::new();
    for mut answer in answers {
        let (day, between) = match question.form {
            Form::Since => (&answer.since, &answer.since_between),
            _ => (&answer.until, &answer.until_between),
        };
        let open = if matches!(question.form, Form::Since) { "always" } else { "without end" };
        let said = day_or_between(day, between).unwrap_or_else(|| open.to_owned());
        answer.is_dated = true;
        answer.text = if question.asked.is_empty() { said } else { format!("{}: {said}", answer.text) };
        all.push(answer);
    }
    all
}

/// What was so once, told as what is so no more.
pub(super) fn no_more(mut answers: Vec<Answer>) -> Vec<Answer> {
    for answer in &mut answers {
        let Some(until) = day_or_between(&answer.until, &answer.until_between) else { continue };
        answer.which.push(format!("it is so no more: until {until}"));
    }
    answers
}

/// The acts by which something came to be so. Which they are may not be the same in every chronology.
pub(super) fn causes(world: &World<'_>, outcome: &Outcome, question: &Question, view: &View) -> Vec<Answer> {
    let all = spells(fillings(outcome, question.fluent, i64::MIN));
    let mut answers: Vec<Answer> = Vec::new();
    for spell in asked_for(world, question, view, all) {
        let ends = question.turn == Some(Turn::Ends);
        let (begun, days) = if ends { (&spell.ends, &spell.untils) } else { (&spell.begins, &spell.sinces) };
        let mut found: Vec<Cause> = Vec::new();
        for (at, (step, day)) in begun.iter().zip(days).enumerate() {
            let Some((run, step)) = *step else { continue };
            let trace = steps::trace(world, run, step, None);
            for (text, own) in causes_in(world, (spell.outcome, run), question, *day, &trace) {
                match found.iter_mut().find(|known| known.text == text) {
                    Some(known) => known.in_runs.push(at),
                    None => found.push(Cause { text, own, trace: trace.clone(), in_runs: vec![at] }),
                }
            }
        }
        for cause in found {
            let in_all = cause.in_runs.len() == begun.len();
            let days = cause.in_runs.iter().map(|at| days[*at]).collect();
            let mut one = answer(world, cause.text, spell.certain && in_all, days, vec![None]);
            if let Some(own) = cause.own {
                (one.since, one.since_between) = (own, None);
            }
            one.act = true;
            one.steps = cause.trace.steps;
            one.assumptions = cause.trace.assumptions;
            match answers.iter_mut().find(|known| known.text == one.text) {
                Some(known) if known.truth == Truth::Possible && one.truth == Truth::Certain => *known = one,
                Some(_) => {}
                None => answers.push(one),
            }
        }
    }
    answers
}

/// An act that led to something.
struct Cause {
    text: String,
    /// Its own day, where it was not on the day on which what it led to began.
    own: Option<Option<String>>,
    trace: steps::Trace,
    /// Where it did so, of the chronologies of a spell.
    in_runs: Vec<usize>,
}

/// The acts that led to something in one chronology, each with its own day where that is another.
fn causes_in(
    world: &World<'_>,
    (outcome, run): (&Outcome, &Run),
    question: &Question,
    tick: Option<i64>,
    trace: &steps::Trace,
) -> Vec<(String, Option<Option<String>>)> {
    let day = tick.filter(|day| !world.dating.is_open(*day)).map(|day| world.model.show_tick(day));
    let acts = trace.steps.iter().filter(|told| matches!(told.kind, "event" | "fact"));
    let mut causes: Vec<Told> = acts.clone().filter(|told| told.day == day).cloned().collect();
    if causes.is_empty() {
        // What ended a hindrance leaves no step of its own, but it was on that day and about the same things.
        causes = tick.map_or_else(Vec::new, |day| about_it(world, outcome, run, question, day));
    }
    if causes.is_empty() && !ran_out(world.model, question, day.as_ref(), acts.clone()) {
        causes = acts.max_by(|a, b| a.day.cmp(&b.day)).into_iter().cloned().collect();
    }
    let own = |told: &Told| (told.day != day).then(|| told.day.clone());
    causes.iter().map(|told| (told.with_name(), own(told))).collect()
}

/// Whether a breach came of nothing being done in time: all that led to it was done before, and what is broken asks for an act.
fn ran_out<'t>(
    model: &Model,
    question: &Question,
    day: Option<&String>,
    mut acts: impl Iterator<Item = &'t steps::Told>,
) -> bool {
    let norms = of_breach(model, question);
    let asks_act = |norm: &&Norm| norm.modality == Modality::Must && norm.act.is_some();
    question.turn != Some(Turn::Ends)
        && !norms.is_empty()
        && norms.iter().all(asks_act)
        && day.is_some_and(|day| acts.all(|told| told.day.as_ref().is_none_or(|it| it < day)))
}

/// The breaches of which no act is the cause, as time ran out.
pub(super) fn run_out(world: &World<'_>, outcome: &Outcome, question: &Question, view: &View) -> Vec<String> {
    let norms = of_breach(world.model, question);
    if !norms.iter().all(|norm| norm.modality == Modality::Must && norm.act.is_some()) {
        return Vec::new();
    }
    let all = asked_for(world, question, view, spells(fillings(outcome, question.fluent, i64::MIN)));
    let days = all.iter().filter_map(|spell| spell.sinces.first().copied().flatten());
    let text = |day: i64| {
        let names: Vec<&str> = norms.iter().map(|norm| world.model.name(norm.entity)).collect();
        let last = world.model.show_tick(day - world.model.program.clock.day());
        format!("by no act: the time to meet {} ran out on {last}", names.join(", "))
    };
    days.filter(|day| !world.dating.is_open(*day)).map(text).collect()
}

/// An act by which a norm was broken: the first, or one of those done while it was broken.
pub(super) struct Broken {
    /// The norm, and who broke it.
    of: [Option<Value>; 2],
    /// Its words, as an answer has them; none where it follows from what is not told of that day.
    told: Option<String>,
    /// The answer, without words.
    answer: Answer,
}

impl Broken {
    /// The act as what led to the breach.
    pub(super) fn into_cause(self) -> Option<Answer> {
        Some(Answer { text: self.told?, ..self.answer })
    }
}

/// The norms that a question about breaches is about and that forbid an act: none where it cannot be seen which are meant.
pub(crate) fn forbidding<'m>(model: &'m Model, question: &Question) -> Vec<&'m Norm> {
    let all = of_breach(model, question).into_iter();
    all.filter(|norm| norm.reading.is_none() && norm.modality == Modality::MustNot && norm.act.is_some()).collect()
}

/// Whether an act can only have made a breach that a question is about by being forbidden, or by what followed from it being
/// so, and not by any state that it led to.
pub(crate) fn is_of_acts_alone(model: &Model, question: &Question) -> bool {
    let (all, forbidding) = (of_breach(model, question), forbidding(model, question));
    let mut acts: Vec<ActionId> = forbidding.iter().filter_map(|norm| Some(norm.act.as_ref()?.action)).collect();
    let mut next = 0;
    while let Some(action) = acts.get(next).copied() {
        let makes = |it: &Effect| matches!(it, Effect::Happen(it) if it.action == action);
        for rule in model.rules.iter().map(|it| &it.item).filter(|rule| rule.effects.iter().any(makes)) {
            for trigger in &rule.triggers {
                let Trigger::Happens(it) = trigger else { return false };
                if !acts.contains(&it.action) {
                    acts.push(it.action);
                }
            }
        }
        next += 1;
    }
    !all.is_empty() && all.len() == forbidding.len() && asks_norm_or_nothing(question)
}

/// The norms of which a question asks whether they are breached: all, one, or those of an instrument or an article.
fn of_breach<'m>(model: &'m Model, question: &Question) -> Vec<&'m Norm> {
    let breached = model.hooks.statuses.iter().find(|(word, _)| model.name(*word) == "breached");
    let [Condition::Holds(it), others @ ..] = question.conditions.as_slice() else { return Vec::new() };
    let (Some((_, fluent)), [wanted, _, ..]) = (breached, it.args.as_slice()) else { return Vec::new() };
    if it.fluent != *fluent {
        return Vec::new();
    }
    let mut wholes: Vec<EntityId> = Vec::new();
    for condition in others {
        match condition {
            // What the norm belongs to is of a kind, or belongs to something in its turn.
            Condition::IsKind(Term::Var(_), _) => {}
            Condition::Holds(of)
                if of.fluent == model.hooks.belongs_to && matches!(of.args.first(), Some(Term::Var(_))) =>
            {
                wholes.extend(of.args.get(1).and_then(|it| match it {
                    Term::Value(value) => value.as_entity(),
                    _ => None,
                }));
            }
            _ => return Vec::new(),
        }
    }
    let is_wanted = |norm: &&Norm| match wanted {
        Term::Value(value) => value.as_entity() == Some(norm.entity),
        _ => wholes.iter().all(|whole| [norm.article, norm.instrument].contains(&Some(*whole))),
    };
    model.norms.iter().filter(is_wanted).collect()
}

/// By whom a norm is breached in a question.
fn breaker(question: &Question) -> Option<Value> {
    match question.conditions.first() {
        Some(Condition::Holds(it)) => it.args.get(1).and_then(|by| match by {
            Term::Value(by) => Some(*by),
            _ => None,
        }),
        _ => None,
    }
}

fn asks_norm_or_nothing(question: &Question) -> bool {
    let asks_norm = match question.conditions.first() {
        Some(Condition::Holds(it)) => matches!(it.args.first(), Some(Term::Var(var)) if question.asked == [*var]),
        _ => false,
    };
    asks_norm || question.asked.is_empty()
}

/// The acts by which norms were broken, also again while they were broken: each that they forbid, done by whom they bind.
pub(super) fn broken_again(world: &World<'_>, outcome: &Outcome, question: &Question, view: &View) -> Vec<Broken> {
    let model = world.model;
    let last = question.on.or(view.on).unwrap_or_else(|| world.last_day());
    let period = question.own_time().unwrap_or((None, Some(last)));
    let mut all: Vec<Broken> = Vec::new();
    for norm in forbidding(model, question) {
        for Act { of, args, first, days } in acts_against(world, outcome, norm, breaker(question)) {
            let Some(always) = in_time(&days, period) else { continue };
            let (run, action) = (&outcome.runs[first], norm.act.as_ref().map(|act| act.action));
            let (Some(tick), Some(action)) = (days[first], action) else { continue };
            let trace = steps::of_act(world, outcome, run, action, args, tick);
            let day = Some(model.show_tick(tick));
            let told = trace.steps.iter().filter(|told| matches!(told.kind, "event" | "fact"));
            // An act that is told of itself has the days between which it was.
            let is_it = |told: &&Told| told.day == day || told.day.is_none() || trace.steps.len() == 1;
            let told = told.filter(is_it).max_by(|a, b| a.day.cmp(&b.day)).map(Told::with_name);
            if told.is_some() && all.iter().any(|known| known.told == told && known.of == of) {
                continue;
            }
            let is_sure = outcome.exhaustive && always;
            let days = days.into_iter().filter(Option::is_some);
            let mut answer = answer(world, String::new(), is_sure, days.collect(), vec![None]);
            answer.act = true;
            (answer.steps, answer.assumptions) = (trace.steps, trace.assumptions);
            all.push(Broken { of, told, answer });
        }
    }
    all
}

/// An act against a norm: with the same arguments, the first, the second and so on is the same in every chronology.
struct Act<'o> {
    /// The norm, and who broke it.
    of: [Option<Value>; 2],
    args: &'o [Value],
    /// The first run that has it.
    first: usize,
    /// Its day in each run.
    days: Vec<Option<i64>>,
}

/// The acts against a norm in order of time.
fn acts_against<'o>(world: &World<'_>, outcome: &'o Outcome, norm: &Norm, by: Option<Value>) -> Vec<Act<'o>> {
    let model = world.model;
    let breached = model.hooks.statuses.iter().find(|(word, _)| model.name(*word) == "breached");
    let (Some(act), Some((breached, _))) = (&norm.act, breached) else { return Vec::new() };
    let mut all: BTreeMap<_, Act<'o>> = BTreeMap::new();
    for (at, run) in outcome.runs.iter().enumerate() {
        let mut times: BTreeMap<&[Value], usize> = BTreeMap::new();
        for event in run.solution.events.iter().filter(|it| it.action == act.action) {
            let time = times.entry(&event.args).or_default();
            *time += 1;
            let Some(put) = settled_by(model, run, norm, act, event) else { continue };
            let breaker = match norm.bearer {
                Term::Var(var) => put.get(&var).copied(),
                Term::Value(value) => Some(value),
                Term::Any => None,
            };
            if matches!((by, breaker), (Some(by), Some(breaker)) if by != breaker) {
                continue;
            }
            let instance: Vec<Option<Value>> = norm.instance.iter().map(|var| put.get(var).copied()).collect();
            let held = run.solution.instances_of(norm.status, &instance);
            let mut broken = held.flat_map(|it| &it.intervals);
            if broken.any(|it| it.value == Value::entity(*breached) && it.contains(event.tick)) {
                let of = [Some(Value::entity(norm.entity)), breaker];
                let new = || Act { of, args: &event.args, first: at, days: vec![None; outcome.runs.len()] };
                all.entry((of, &*event.args, *time)).or_insert_with(new).days[at] = Some(event.tick);
            }
        }
    }
    let mut all: Vec<Act<'o>> = all.into_values().collect();
    all.sort_by_key(|act| act.days[act.first]);
    all
}

/// In place of the hole of a breach: what the norm belongs to.
const WHOLE: usize = usize::MAX;

/// What was broken again in the time that a question asks about, in the words of its answer: a breach that goes on is not
/// begun then, and yet the norm was breached.
pub(super) fn again_in_time(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    view: &View,
    answers: &mut Vec<Answer>,
) {
    let [Condition::Holds(it), ..] = question.conditions.as_slice() else { return };
    let (model, lexicon) = (world.model, &world.model.lexicon);
    // What is asked for is the norm, who broke it, or the instrument or article to which the norm belongs.
    let is_whole = |condition: &Condition, var: VarId| {
        matches!(condition, Condition::Holds(part) if part.fluent == model.hooks.belongs_to
            && part.args[0] == it.args[0] && part.args[1] == Term::Var(var))
    };
    let place = |var: &VarId| {
        let own = (0..it.args.len().min(2)).find(|at| it.args[*at] == Term::Var(*var));
        let whole = || question.conditions.iter().any(|condition| is_whole(condition, *var)).then_some(WHOLE);
        Some((own.or_else(whole)?, question.vars.get(var.index())?.hole))
    };
    let wanted: Option<Vec<(usize, Hole)>> = question.asked.iter().map(place).collect();
    let Some(wanted) = wanted.filter(|_| matches!(question.form, Form::Whether | Form::Which)) else { return };
    let whole_of = |norm: Value, hole: Hole| {
        let all = &lexicon.entities[norm.as_entity()?.index()].belongs_to;
        let is_meant = |id: &&EntityId| matches!(hole, Hole::Kind(kind) if lexicon.is_of_kind(**id, kind));
        all.iter().find(is_meant).map(|id| Value::entity(*id))
    };
    for Broken { of, told, answer } in broken_again(world, outcome, question, view) {
        let value = |(at, hole): &(usize, Hole)| if *at == WHOLE { whole_of(of[0]?, *hole) } else { of[*at] };
        let key: Option<Vec<Value>> = wanted.iter().map(value).collect();
        let Some(key) = key else { continue };
        let text = text_of(world.model, question, &key, &outcome.runs[0].solution);
        let which = told.map(|told| format!("by {told}")).into_iter().collect();
        if answers.iter().all(|known| known.text != text) {
            answers.push(Answer { text, which, ..answer });
        }
    }
}

/// A spell in those chronologies in which an act began it; as it is where it began with it in none.
fn begun_by<'o>(world: &World<'_>, spell: Spell<'o>, act: EntityId) -> Spell<'o> {
    let name = world.model.name(act);
    let is_of_act = |begun: &Option<(&'o Run, StepId)>| {
        begun.is_some_and(|(run, step)| began_with(&steps::trace(world, run, step, None).steps, name))
    };
    let which: Vec<usize> = (0..spell.begins.len()).filter(|at| is_of_act(&spell.begins[*at])).collect();
    if which.is_empty() { spell } else { spell.only_in(&which) }
}

/// Whether an act is among the steps to something, on the day of the last: that it is so, on the day on which it began.
fn began_with(all: &[Told], name: &str) -> bool {
    let since = all.last().and_then(|told| told.day.as_ref());
    let is_it = |told: &Told| told.name.as_deref() == Some(name) && told.kind == "event";
    all.iter().any(|told| is_it(told) && (since.is_none() || told.day.as_ref() == since))
}

/// Keeps the breaches that an act made: those that began with it, and those that it repeated.
pub(super) fn made_by(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    view: &View,
    act: EntityId,
    answers: &mut Vec<Answer>,
) {
    let name = world.model.name(act);
    let mut own: Vec<Answer> = Vec::new();
    if asks_norm_or_nothing(question) {
        let all = broken_again(world, outcome, question, view).into_iter();
        for it in all.filter(|it| it.told.as_ref().is_some_and(|told| told.starts_with(&format!("{name}: ")))) {
            let key: Vec<Value> = it.of[0].into_iter().filter(|_| !question.asked.is_empty()).collect();
            let text = text_of(world.model, question, &key, &outcome.runs[0].solution);
            own.push(Answer { text, ..it.answer });
        }
    }
    answers.retain(|answer| {
        let is_own = |own: &Answer| {
            own.text == answer.text && own.since == answer.since && own.since_between == answer.since_between
        };
        own.iter().any(is_own) || began_with(&answer.steps, name)
    });
    for one in own {
        if answers.iter().all(|known| known.text != one.text) {
            answers.push(one);
        }
    }
}

/// What an act of a norm settles of its variables. What is done in a part of a place that it names is an act of it.
fn settled_by(
    model: &Model,
    run: &Run,
    norm: &Norm,
    act: &EventPattern,
    done: &Happened,
) -> Option<BTreeMap<VarId, Value>> {
    let mut args = done.args.to_vec();
    for (at, _) in &norm.places {
        if let Term::Value(whole) = act.args[*at]
            && model.nesting.iter().any(|it| run.solution.holds_at(*it, &[args[*at], whole], Value::TRUE, done.tick))
        {
            args[*at] = whole;
        }
    }
    steps::settled(&act.args, &args)
}

/// What was done in a chronology on a day to the things that a question names.
fn about_it(world: &World<'_>, outcome: &Outcome, run: &Run, question: &Question, day: i64) -> Vec<Told> {
    let mut things = Vec::new();
    for condition in &question.conditions {
        if let Condition::Holds(it) = condition {
            things.extend(it.args.iter().filter_map(|term| match term {
                Term::Value(value) => value.as_entity(),
                _ => None,
            }));
        }
    }
    let on_day = outcome.visible.iter().filter(|id| run.ticks[id.index()] == Some(day));
    let about = on_day.filter(|id| world.model.events[id.index()].mentions.iter().any(|it| things.contains(it)));
    about.map(|id| steps::of_event(world, *id)).collect()
}

/// An interval, with the days between which its ends lie where they are not the same in every chronology.
pub(super) fn span_text(model: &Model, since: Ends, until: Ends) -> String {
    let (since, until) = (since.text(model), until.text(model));
    match (since.is_empty(), until.is_empty()) {
        (false, false) => format!("{since} to {until}"),
        (false, true) => format!("since {since}"),
        (true, false) => format!("until {until}"),
        (true, true) => "always".to_owned(),
    }
}
