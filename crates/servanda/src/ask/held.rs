//! Answers about one day.

use std::collections::BTreeMap;

use servanda_calendar::{Interval as Span, IntervalSet};
use servanda_engine::{Interval, StepId};
use servanda_model::{
    ActionId, Against, CompareOp, Condition, Effect, EventId, Expr, FluentId, FluentPattern, FluentType, Happening,
    Kinded, Model, OriginId, Standing, Term, Trigger, Value, View,
};

use super::known::knowledge;
use super::sayings::{statement, text_of};
use super::witness::part;
use super::{Answer, Truth, and_why_no_more, answer, because, known, undecided_patterns, why};
use crate::ends::Ends;
use crate::question::{Form, Question};
use crate::steps;
use crate::world::{Outcome, Run, World};

/// What was found for one filling of a question's holes.
pub(super) struct Found<'o> {
    /// In what.
    pub(super) outcome: &'o Outcome,
    /// The run that its values are of: ranges are numbered in each run by itself.
    pub(super) of: usize,
    /// For each run the days it holds.
    pub(super) days: Vec<IntervalSet>,
    /// For each run the interval on the day asked for, with the step that began it.
    pub(super) at: Vec<Option<Interval>>,
    /// The steps that began it in some run, and when; those of the first run first.
    pub(super) steps: Vec<(Option<i64>, &'o Run, StepId)>,
    /// The steps that ended it, likewise.
    pub(super) ends: Vec<(Option<i64>, &'o Run, StepId)>,
}

/// Who shares a secret knows of it without being told.
pub(super) fn insiders(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, answers: &mut Vec<Answer>) {
    let model = world.model;
    let [Condition::Holds(it)] = question.conditions.as_slice() else { return };
    let (true, [who, Term::Value(thing)]) = (it.fluent == model.hooks.knows, it.args.as_slice()) else { return };
    let Some(thing) = thing.as_entity().filter(|it| !outcome.unknown.contains(it)) else { return };
    for actor in known::sharers(world, thing) {
        let text = match who {
            Term::Value(value) if *value != Value::entity(actor) => continue,
            Term::Value(_) => statement(model, question),
            _ => model.name(actor).to_owned(),
        };
        if let Some(known) = knowledge(world, outcome, actor, thing, on).into_iter().next() {
            answers.retain(|answer| answer.text != text);
            answers.push(Answer { text, ..known });
        }
    }
    answers.sort_by(|one, other| one.text.cmp(&other.text));
}

/// Whoever could read a thing that is not secret may know of it, unless it is told when they came to know.
pub(super) fn readers(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64, answers: &mut Vec<Answer>) {
    let model = world.model;
    let [Condition::Holds(it)] = question.conditions.as_slice() else { return };
    let (true, [Term::Value(who), Term::Value(thing)]) = (it.fluent == model.hooks.knows, it.args.as_slice()) else {
        return;
    };
    let (Some(actor), Some(thing)) = (who.as_entity(), thing.as_entity()) else { return };
    let is_text = [model.hooks.instrument, model.hooks.article, model.hooks.norm]
        .iter()
        .any(|kind| model.lexicon.is_of_kind(thing, *kind));
    let secret = !known::sharers(world, thing).is_empty() || world.secret_root(thing).is_some();
    // What has come out may have been read by anybody from then on.
    let came_out = |run: &Run| {
        let fluents = [world.public(), world.out()].into_iter().flatten();
        let spans = fluents.filter_map(|it| run.solution.interval_at(it, &[Value::entity(thing)], on));
        spans.filter_map(|it| it.since).min()
    };
    let came_out = outcome.runs.iter().filter_map(|run| came_out(run)).min();
    let secret = secret && came_out.is_none();
    // What a state knows some of its people know; which of them is told of each, or not at all.
    let is_person = world.is_person(actor);
    let made = steps::made_on(world, thing);
    if !answers.is_empty()
        || !is_text
        || secret && !is_person
        || made.is_none_or(|made| made > on)
        || outcome.unknown.contains(&thing)
    {
        return;
    }
    // Who is told later, or reads it when it comes out, did not know before.
    let wanted = [Some(Value::entity(actor)), Some(Value::entity(thing))];
    let of_it = &wanted[1..];
    let later = |run: &Run, fluent: FluentId, args: &[Option<Value>]| {
        let spans = run.solution.instances_of(fluent, args).flat_map(|it| it.intervals.iter());
        spans.filter_map(|it| it.since).filter(|since| *since > on).min()
    };
    let is_told = |run: &Run| {
        let since = later(run, it.fluent, &wanted);
        let public = world.public().and_then(|public| later(run, public, of_it));
        let out = world.out().and_then(|out| later(run, out, of_it));
        out.is_some() || since.is_some_and(|since| public != Some(since))
    };
    if outcome.runs.iter().all(|run| is_told(run)) {
        return;
    }
    let mut one = answer(world, statement(model, question), false, vec![came_out.or(made)], vec![None]);
    let (why, what) = match secret {
        true => (format!("whether {} was told is not told", model.name(actor)), "declared secret"),
        false => ("it is not secret, and who could read it may know of it".to_owned(), "not declared secret"),
    };
    one.which = vec![why];
    let origin = model.lexicon.entities[thing.index()].origin;
    one.steps = vec![steps::of_origin(model, origin, what)];
    answers.push(one);
}

/// A number that nobody stated: what is taken for it, and who states one all the same.
pub(super) fn unstated(world: &World<'_>, outcome: &Outcome, question: &Question, view: &View, answers: &mut [Answer]) {
    let on = question.on.or(view.on).unwrap_or_else(|| world.last_day());
    let partly = question.counted.as_ref().is_some_and(|(it, args)| is_partly_hidden(world, outcome, *it, args, on));
    for answer in answers {
        if answer.text == "0" && answer.since.is_none() && answer.since_between.is_none() {
            let unknown = question.counted.as_ref().is_some_and(|(fluent, args)| {
                is_contradicted(world.model, outcome, *fluent, args)
                    || view.seen_by.is_some()
                    || view.known_in.is_some()
                    || !is_told_there(world, outcome, *fluent, args)
            });
            if unknown {
                answer.text = "unknown".to_owned();
                answer.assumptions.push("no number is stated of it to anybody who looks from here".to_owned());
            } else {
                answer.assumptions.push("no number is stated of it, which is taken to be none".to_owned());
            }
        }
        if partly && answer.text != "unknown" {
            answer.truth = Truth::Possible;
            answer.assumptions.push("not all that is told of this number is known from here".to_owned());
        }
        if answer.text == "unknown" && view.seen_by.is_none() && view.known_in.is_none() {
            for condition in &question.conditions {
                if let Condition::Holds(pattern) = condition {
                    answer.which.extend(steps::claimed_facts(world, pattern, None).into_iter().map(|(text, _)| text));
                }
            }
        }
    }
}

/// What hangs on a number of which the dossier tells nothing at all may be so.
pub(super) fn untold(world: &World<'_>, outcome: &Outcome, question: &Question, answers: &mut Vec<Answer>) {
    let Some((fluent, args)) = question.counted.as_ref().filter(|_| answers.is_empty()) else { return };
    let is_unknown = || {
        !is_ever_told(world.model, *fluent, args)
            || is_told_beside(world, outcome, *fluent, args) && !is_told_there(world, outcome, *fluent, args)
    };
    if matches!(question.form, Form::Whether) && is_unknown() {
        let mut one = answer(world, statement(world.model, question), false, vec![None], vec![None]);
        one.assumptions.push("nothing is told of how many there are".to_owned());
        answers.push(one);
    }
}

/// What is compared with a number at a place of which the dossier tells nothing may be so, and may not.
pub(super) fn compared_untold(world: &World<'_>, outcome: &Outcome, question: &Question, answers: &mut Vec<Answer>) {
    let is_untold = |expr: &Expr| match expr {
        Expr::Fluent(fluent, args) => {
            is_told_beside(world, outcome, *fluent, args) && !is_told_there(world, outcome, *fluent, args)
        }
        _ => false,
    };
    let [Condition::Compare { left, right, .. }] = question.conditions.as_slice() else { return };
    let number = |expr: &Expr| matches!(expr, Expr::Value(_));
    if !(is_untold(left) && number(right) || is_untold(right) && number(left)) {
        return;
    }
    let untold = "nothing is told of how many there are";
    if answers.is_empty() {
        answers.push(answer(world, statement(world.model, question), false, vec![None], vec![None]));
    }
    for answer in answers {
        answer.truth = Truth::Possible;
        answer.assumptions.push(untold.to_owned());
    }
}

/// Whether two numbers are stated for the same at once, so that none is taken.
fn is_contradicted(model: &Model, outcome: &Outcome, fluent: FluentId, args: &[Term]) -> bool {
    let own = model.totals.iter().find(|total| total.total == fluent).map_or(fluent, |total| total.own);
    let same =
        |values: &[Value]| args.iter().zip(values).all(|(term, value)| !matches!(term, Term::Value(it) if it != value));
    let mut all = outcome.runs.iter().flat_map(|run| &run.solution.contradictions);
    all.any(|it| it.fluent == own && same(&it.args))
}

/// Whether the dossier tells anything of such a number, of these things or of these at another place.
fn is_ever_told(model: &Model, fluent: FluentId, args: &[Term]) -> bool {
    Counted::of(model, fluent, args).is_none_or(|number| number.is_told(model))
}

/// Whether the dossier tells anything of such a number at this place, within it or around it: of how many there are in a city
/// that it never speaks of it says nothing, either.
fn is_told_there(world: &World<'_>, outcome: &Outcome, fluent: FluentId, args: &[Term]) -> bool {
    let model = world.model;
    let Some(mut number) = Counted::of(model, fluent, args) else { return true };
    if let Term::Value(place) = args[number.place] {
        let solution = &outcome.runs[0].solution;
        let nested = |wanted: [Option<Value>; 2], at: usize| -> Vec<Value> {
            let all = model.nesting.iter().flat_map(|lies| solution.instances_of(*lies, &wanted));
            all.map(|it| it.args[at]).collect()
        };
        let (within, around) = (nested([None, Some(place)], 0), nested([Some(place), None], 1));
        number.places = Some(within.into_iter().chain(around).chain([place]).collect());
    }
    number.is_told(model)
}

/// Whether the dossier tells of such a number at another part of a whole in which the place lies, so that what it tells need
/// not be all there is.
fn is_told_beside(world: &World<'_>, outcome: &Outcome, fluent: FluentId, args: &[Term]) -> bool {
    let model = world.model;
    let Some(mut number) = Counted::of(model, fluent, args) else { return false };
    let Term::Value(place) = args[number.place] else { return false };
    let solution = &outcome.runs[0].solution;
    let nested = |wanted: [Option<Value>; 2], at: usize| -> Vec<Value> {
        let all = model.nesting.iter().flat_map(|lies| solution.instances_of(*lies, &wanted));
        all.map(|it| it.args[at]).collect()
    };
    let wholes = nested([Some(place), None], 1);
    number.places = Some(wholes.into_iter().flat_map(|whole| nested([None, Some(whole)], 0)).collect());
    number.is_told(model)
}

/// Whether something that the dossier tells of such a number by a day is hidden from whoever looks.
pub(super) fn is_partly_hidden(world: &World<'_>, outcome: &Outcome, fluent: FluentId, args: &[Term], on: i64) -> bool {
    let model = world.model;
    let Some(mut number) = Counted::of(model, fluent, args) else { return false };
    if let Term::Value(place) = args[number.place] {
        let solution = &outcome.runs[0].solution;
        let wanted = [None, Some(place)];
        let within = model.nesting.iter().flat_map(|lies| solution.instances_of(*lies, &wanted));
        let on_the_day = within.filter(|it| it.intervals.iter().any(|interval| interval.contains(on)));
        number.places = Some(on_the_day.map(|it| it.args[0]).chain([place]).collect());
    }
    let events = model.events.iter().enumerate().filter(|(_, event)| event.standing == Standing::Stated);
    let hidden = events.filter(|(at, _)| !outcome.visible.contains(&EventId::from_index(*at)));
    // What a later source corrects was all there was to know before it.
    let visible = outcome.visible.iter().flat_map(|id| &model.events[id.index()].struck_by);
    let corrections: Vec<OriginId> = visible
        .filter_map(|against| match against {
            Against::Statement(origin) => Some(*origin),
            _ => None,
        })
        .collect();
    let hidden = hidden.filter(|(_, event)| !corrections.contains(&event.origin));
    let first = |at: usize| world.dating.bounds(EventId::from_index(at)).0;
    let mut by_then = hidden.filter(|(at, _)| first(*at).is_none_or(|first| first <= on));
    by_then.any(|(_, event)| event.happenings.iter().any(|it| number.is_told_by(it)))
}

/// A number that is counted at places, of these things.
struct Counted<'m> {
    model: &'m Model,
    own: FluentId,
    place: usize,
    /// The places that count; any if left out.
    places: Option<Vec<Value>>,
    wanted: Vec<Term>,
}

impl<'m> Counted<'m> {
    fn of(model: &'m Model, fluent: FluentId, args: &[Term]) -> Option<Self> {
        let total = model.totals.iter().find(|total| total.total == fluent)?;
        let told = Counted { model, own: total.own, place: total.place, places: None, wanted: Vec::new() };
        Some(Counted { wanted: told.of_whom(args), ..told })
    }

    /// Whether the dossier tells anything of it.
    fn is_told(&self, model: &Model) -> bool {
        let stated = model.events.iter().filter(|event| event.standing == Standing::Stated);
        stated.flat_map(|event| &event.happenings).any(|it| self.is_told_by(it))
            || model.initial.iter().any(|it| self.is_of(it.item.fluent, &plain(&it.item.args)))
    }

    /// The arguments but for the place.
    fn of_whom(&self, args: &[Term]) -> Vec<Term> {
        (0..args.len()).filter(|at| *at != self.place).map(|at| args[at]).collect()
    }

    /// Whether a fluent of these arguments is this number.
    fn is_of(&self, fluent: FluentId, args: &[Term]) -> bool {
        let counts = |places: &Vec<Value>| match args[self.place] {
            Term::Value(place) => places.contains(&place),
            _ => false,
        };
        fluent == self.own
            && self.places.as_ref().is_none_or(counts)
            && self.of_whom(args).iter().zip(&self.wanted).all(|pair| match pair {
                (Term::Value(value), Term::Value(wanted)) => value == wanted,
                _ => true,
            })
    }

    fn is_told_by(&self, happening: &Happening) -> bool {
        match happening {
            Happening::Action(action, args) => self.is_changed_by(*action, args),
            Happening::FactBegins(it, args, _) => self.is_of(*it, &plain(args)),
            Happening::FactEnds(..) => false,
        }
    }

    fn is_changed_by(&self, action: ActionId, values: &[Value]) -> bool {
        // Of numbers only what kind they are is looked at: a range is none of those that a rule may name.
        let may_be = |term: &Term, value: &Value| match term {
            Term::Value(it) => it == value || it.as_entity().is_none() && value.as_entity().is_none(),
            _ => true,
        };
        self.model.rules.iter().any(|rule| {
            let of_act = rule.item.triggers.iter().find_map(|trigger| match trigger {
                Trigger::Happens(it) if it.action == action => Some(&it.args),
                _ => None,
            });
            let of_act = of_act.filter(|args| args.iter().zip(values).all(|(term, value)| may_be(term, value)));
            let Some(pattern) = of_act else { return false };
            let put = |term: &Term| {
                let at = pattern.iter().position(|it| it == term && matches!(term, Term::Var(_)));
                at.map_or(*term, |at| Term::Value(values[at]))
            };
            rule.item.effects.iter().any(|effect| match effect {
                Effect::Increase { fluent, args, .. } | Effect::Initiate { fluent, args, .. } => {
                    self.is_of(*fluent, &args.iter().map(put).collect::<Vec<_>>())
                }
                _ => false,
            })
        })
    }
}

fn plain(args: &[Value]) -> Vec<Term> {
    args.iter().map(|value| Term::Value(*value)).collect()
}

/// A value that the thing asked about has not, but its parts have: when the articles of a treaty expire.
pub(super) fn of_parts(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64) -> Vec<Answer> {
    let parts = Question { fluent: question.of_parts, form: Form::Which, ..question.clone() };
    let mut answers = held(world, outcome, &parts, on);
    for answer in &mut answers {
        answer.text = answer.text.replacen(", ", ": ", 1);
    }
    answers
}

/// The arguments of a pattern that are given.
pub(crate) fn constants(pattern: &FluentPattern) -> Vec<Option<Value>> {
    let constant = |term: &Term| match term {
        Term::Value(value) => Some(*value),
        _ => None,
    };
    pattern.args.iter().map(constant).collect()
}

/// Adds as possible, with what that takes for granted, whatever a fluent of the question leaves open.
pub(super) fn may_be_so(
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
        let text = text_of(world.model, question, &key, &outcome.runs[found.of].solution);
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

/// Numbers are tried where comparisons turn. Between those tried there may be just the number that is asked about.
pub(super) fn may_be_equal(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    on: i64,
    answers: &mut Vec<Answer>,
) {
    let (Some(stated), Some(open)) = (&outcome.stated, question.open) else { return };
    if !matches!(question.conditions.as_slice(), [.., Condition::Compare { op: CompareOp::Equal, .. }]) {
        return;
    }
    for instance in stated.solution.instances_of(open, &[]) {
        let text = text_of(world.model, question, &instance.args, &stated.solution);
        let Some(interval) = instance.intervals.iter().find(|it| it.contains(on)) else { continue };
        if answers.iter().all(|answer| answer.text != text) {
            let mut one = answer(world, text, false, vec![interval.since], vec![interval.until]);
            because(world, stated, interval.begun_by, Some(on), &mut one);
            answers.push(one);
        }
    }
}

/// What a number that is not known leaves open: a norm may be breached, and may be observed.
pub(super) fn leave_open(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    on: i64,
    answers: &mut Vec<Answer>,
) {
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
pub(super) fn fillings(outcome: &Outcome, fluent: Option<FluentId>, on: i64) -> BTreeMap<Vec<Value>, Found<'_>> {
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
                    key.push(as_found(outcome, index, interval.value, &key, all));
                }
                let found = all.entry(key).or_insert_with(|| Found {
                    outcome,
                    of: index,
                    days: vec![IntervalSet::default(); runs],
                    at: vec![None; runs],
                    steps: Vec::new(),
                    ends: Vec::new(),
                });
                found.steps.extend(interval.begun_by.map(|step| (interval.since, &**run, step)));
                found.ends.extend(interval.ended_by.map(|step| (interval.until, &**run, step)));
                found.days[index] = found.days[index].union(&span_of(interval));
                if interval.contains(on) {
                    found.at[index] = Some(*interval);
                }
            }
        }
    }
}

/// A number as it is known from another run, where that has the same bounds.
fn as_found(
    outcome: &Outcome,
    run: usize,
    value: Value,
    args: &[Value],
    all: &BTreeMap<Vec<Value>, Found<'_>>,
) -> Value {
    let range = |outcome: &Outcome, run: usize, value: Value| match value.kinded() {
        Kinded::Range(id) => outcome.runs[run].solution.ranges.get(id.index()).copied(),
        _ => None,
    };
    let Some(own) = range(outcome, run, value) else { return value };
    let known = all.iter().filter(|(key, _)| key.len() == args.len() + 1 && key.starts_with(args));
    let mut same = known.filter(|(_, found)| std::ptr::eq(found.outcome, outcome));
    let same = same.find(|(key, found)| range(outcome, found.of, key[args.len()]) == Some(own));
    same.map_or(value, |(key, _)| key[args.len()])
}

fn span_of(interval: &Interval) -> IntervalSet {
    Span::new(interval.since, interval.until).map(|span| IntervalSet::from_iter([span])).unwrap_or_default()
}

/// Answers about one day.
pub(super) fn held(world: &World<'_>, outcome: &Outcome, question: &Question, on: i64) -> Vec<Answer> {
    let mut answers = Vec::new();
    let found = fillings(outcome, question.fluent, on);
    if let Some(answer) = some_day(world, outcome, question, &found) {
        return vec![answer];
    }
    for (key, found) in found {
        let Some(first) = found.at.iter().flatten().next().copied() else { continue };
        let outcome = found.outcome;
        let everywhere = found.at.iter().all(Option::is_some);
        let run = found.at.iter().position(Option::is_some).expect("some run has it");
        let sinces = found.at.iter().flatten().map(|interval| interval.since);
        let untils = found.at.iter().flatten().map(|interval| interval.until);
        let text = text_of(world.model, question, &key, &outcome.runs[found.of].solution);
        let mut answer = answer(world, text, everywhere && outcome.exhaustive, sinces.collect(), untils.collect());
        answer.is_precise = outcome.precise;
        if !everywhere {
            let is_so: Vec<bool> = found.at.iter().map(Option::is_some).collect();
            part(world, outcome, &is_so, &mut answer);
        }
        // Numbers are told as they are stated where the answer is the same with them.
        let stated = outcome.stated.as_ref().zip(question.fluent).and_then(|(stated, fluent)| {
            let valued = outcome.program.fluents.get(fluent.index()).is_some_and(|it| it.ty == FluentType::Number);
            let args = if valued { &key[..key.len() - 1] } else { &key };
            Some((stated, stated.solution.interval_at(fluent, args, on)?.begun_by))
        });
        match stated {
            Some((stated, begun_by)) => because(world, stated, begun_by, Some(on), &mut answer),
            None => why(world, outcome, run, first.begun_by, Some(on), &mut answer),
        }
        if matches!(question.form, Form::Until) {
            and_why_no_more(world, first.ended_by.map(|step| (&*outcome.runs[run], step)), &mut answer);
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

/// How many answers there are.
pub(super) fn counted(world: &World<'_>, all: Vec<Answer>) -> Vec<Answer> {
    // What is so at several times is one thing.
    let mut which: Vec<(&str, bool)> = Vec::new();
    for answer in &all {
        let sure = answer.truth == Truth::Certain;
        match which.iter_mut().find(|(text, _)| *text == answer.text) {
            Some((_, known)) => *known |= sure,
            None => which.push((&answer.text, sure)),
        }
    }
    let (certain, most) = (which.iter().filter(|(_, sure)| *sure).count(), which.len());
    let text = if certain == most { most.to_string() } else { format!("between {certain} and {most}") };
    let mut one = answer(world, text, true, vec![None], vec![None]);
    one.which = which.into_iter().map(|(text, _)| text.to_owned()).collect();
    for it in all {
        one.assumptions.extend(it.assumptions);
        one.steps.extend(it.steps);
    }
    let mut seen = std::collections::BTreeSet::new();
    one.steps.retain(|told| seen.insert(told.id));
    vec![one]
}
