//! Answers about what somebody may, must or can do.

mod denied;
mod wording;

use std::collections::BTreeMap;

use servanda_calendar::{Interval as Span, IntervalSet};
use servanda_engine::{Interval, StepId};
use servanda_model::{
    CompareOp, Condition, EntityId, Expr, FluentId, FluentPattern, Kinded, Modality, Model, Norm, OriginId, Value, View,
};

use denied::is_touched;
pub(super) use denied::no;
use wording::{by, leaves, text};

use super::spells::{Spell, asked_for, span_text, spells};
use super::trial::Trial;
use super::witness::part;
use super::{Answer, Found, answer, because, ends, fillings};
use crate::question::{OfNorms, Question, Ruling, Wants};
use crate::steps::{self, Told};
use crate::world::{Outcome, Run, World};

/// What is said of one norm: the norm, its status, and what was asked for.
struct Said<'k> {
    norm: &'k Norm,
    status: String,
    asked: &'k [Value],
    /// To whom it is owed, where the norm says so and the question lists norms.
    towards: Option<Value>,
}

impl Said<'_> {
    /// The status, unless it is the one that goes without saying.
    fn named_status(&self) -> Option<&str> {
        Some(self.status.as_str()).filter(|status| !UNNAMED.contains(status))
    }
}

/// The statuses of what is as it should be.
const UNNAMED: [&str; 2] = ["observed", "permitted"];

fn read<'k>(model: &'k Model, key: &'k [Value], of: &OfNorms) -> Option<Said<'k>> {
    let [norm, status, rest @ ..] = key else { return None };
    let (asked, towards) = rest.split_at(if of.list { of.asked.min(rest.len()) } else { rest.len() });
    let somebody = |value: &Value| value.as_entity() != Some(model.hooks.unspecified);
    let norm = norm.as_entity()?;
    let mut all = of.norms.iter().map(|(at, _)| &model.norms[*at]);
    let norm = all.find(|it| it.entity == norm)?;
    let status = model.lexicon.entities[status.as_entity()?.index()].label.clone();
    let towards = towards.first().copied().filter(somebody);
    Some(Said { norm, status, asked, towards })
}

/// Of which place a norm speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Of the one that is asked about, or of none.
    Itself,
    /// Of a whole around it, and what is done to that is done to it.
    WithWhole,
    /// Of a whole around it.
    Around,
}

/// The answers: each norm that says so, and each rule that the act would set off.
pub(super) fn answers(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    of: &OfNorms,
    view: &View,
    on: i64,
) -> Vec<Answer> {
    let model = world.model;
    let mut all: Vec<Answer> = Vec::new();
    let mut standing = standing(world, outcome, question, question.fluent, view, on);
    let is_room = |key: &[Value]| read(model, key, of).is_some_and(|said| leaves(model, of, said.norm));
    if standing.iter().any(|(key, _)| !is_room(key)) {
        // What is permitted need not be looked for in the room that limits leave.
        standing.retain(|(key, _)| !is_room(key));
    }
    let broken: Vec<EntityId> = standing
        .iter()
        .filter_map(|(key, _)| read(model, key, of))
        .filter(|said| said.status == "breached")
        .map(|said| said.norm.entity)
        .collect();
    let trial = of.is_plain().then(|| Trial::of(world, outcome, of, view, on)).flatten();
    let mut covered: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    let around = self::standing(world, outcome, question, Some(of.around), view, on);
    let with_whole = self::standing(world, outcome, question, Some(of.with_whole), view, on);
    let found = [(standing, Place::Itself), (with_whole, Place::WithWhole), (around, Place::Around)];
    let found = found.into_iter().flat_map(|(all, place)| all.into_iter().map(move |it| (it, place)));
    for ((key, spell), place) in found {
        let is_around = place == Place::Around;
        let Some(mut said) = read(model, &key, of) else { continue };
        // Where one speaks of the place itself, what is said of a whole around it adds nothing.
        if is_around && all.iter().any(|it| it.truth == super::Truth::Certain) {
            continue;
        }
        // What is allowed up to a number is not allowed beyond it.
        let exceeds = match &trial {
            Some(trial) if of.wants == Wants::May && allows_a_number(said.norm) => trial.exceeds(model, said.norm),
            _ => Vec::new(),
        };
        if !exceeds.is_empty() && exceeds.iter().all(|it| *it) {
            continue;
        }
        // Whom a breach concerns is told; where there is none it makes no difference.
        said.towards = said.towards.filter(|_| broken.contains(&said.norm.entity));
        // Whoever it is that a norm leaves open is nobody to name.
        if said.asked.iter().any(|it| it.as_entity() == Some(model.hooks.unspecified)) {
            continue;
        }
        // What only would be required if something happened is not.
        let plain = of.wants == Wants::Must && !of.list && !of.how_many && !of.when;
        if plain && said.status == "dormant" {
            continue;
        }
        // A limit that is to be reached is none yet.
        if of.how_many && said.norm.act.is_none() && said.status == "due" {
            continue;
        }
        let days = of.when.then(|| {
            let (since, until) = ends(world, spell.outcome, &spell.sinces, &spell.untils);
            span_text(model, since, until)
        });
        let text = text(model, of, &said, days);
        let mut one = answer(world, text, spell.certain, spell.sinces, spell.untils);
        begun_by(world, spell.begun, on, &mut one);
        one.is_dated = of.when;
        if !spell.is_so.iter().all(|is_so| *is_so) {
            part(world, spell.outcome, &spell.is_so, &mut one);
        }
        cite(model, said.norm.origin, &mut one.steps);
        if of.asked > 0 || of.how_many {
            one.which = vec![by(model, of, &said)];
        }
        if exceeds.contains(&true) {
            one.truth = super::Truth::Possible;
            one.which.push(format!("but beyond {}", by(model, of, &said)));
        }
        if is_around {
            one.truth = super::Truth::Possible;
            one.which.push("said of a whole around it; where in that is not said".to_owned());
        }
        if place == Place::WithWhole {
            one.which.push("with the whole around it".to_owned());
        }
        // What is so in some status in every chronology is certain, whichever that is.
        let so = covered.entry(one.text.clone()).or_insert_with(|| vec![false; spell.is_so.len()]);
        so.iter_mut().zip(&spell.is_so).for_each(|(so, is_so)| *so |= is_so);
        let everywhere = !is_around && so.len() > 1 && so.iter().all(|so| *so) && spell.outcome.exhaustive;
        let text = one.text.clone();
        match all.iter_mut().find(|known| known.text == text) {
            Some(known) => join(known, one),
            None => all.push(one),
        }
        if let Some(known) = all.iter_mut().find(|known| everywhere && known.text == text) {
            (known.truth, known.witness, known.counter_witness) = (super::Truth::Certain, None, None);
        }
    }
    if matches!(of.wants, Wants::May | Wants::Can) && !of.how_many && !of.list && !of.when {
        opposed(world, outcome, question, of, view, on, &mut all);
    }
    if of.wants == Wants::May
        && let Some(trial) = &trial
    {
        tried(world, outcome, of, trial, on, &mut all);
    }
    if all.is_empty() && of.when {
        return in_law(world, outcome, question, of, view, on);
    }
    // A norm that gives the power needs nothing else.
    let lacking = if all.is_empty() { lacking(outcome, of, on) } else { Vec::new() };
    if lacking.iter().any(|it| it.certain) {
        return all;
    }
    let by_norms = all.len();
    if all.is_empty() || of.wants == Wants::Can {
        match &trial {
            Some(trial) => all.extend(of_trial(world, of, trial)),
            None => {
                let effective = of.rules.iter().filter(|(.., effective)| *effective);
                all.extend(effective.flat_map(|(fluent, rule, _)| of_rule(world, outcome, *fluent, *rule, on)));
            }
        }
    }
    for one in &mut all[by_norms..] {
        for it in &lacking {
            one.truth = super::Truth::Possible;
            one.which.push(format!("but only if {}", told_of(model, it.patterns)));
        }
    }
    all
}

/// When the rules of law would give an act an effect: while what they ask for holds, before the last day and after the first
/// that they set, and while it has what it requires.
fn in_law(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    of: &OfNorms,
    view: &View,
    on: i64,
) -> Vec<Answer> {
    let model = world.model;
    let wanted = (!question.is_of_all_days(view)).then_some(on);
    let mut all: Vec<(Answer, Vec<String>)> = Vec::new();
    for times in &of.times {
        let rule = &model.rules[times.rule].item;
        for spell in spells(fillings(outcome, Some(times.fluent), i64::MIN)) {
            let begun = spell.begun();
            let (mut sinces, mut untils) = (spell.sinces, spell.untils);
            for (op, day) in times.bounds.iter().zip(&spell.key[times.vars..]) {
                let Kinded::Tick(day) = day.kinded() else { continue };
                let (first, end) = match op {
                    CompareOp::AtMost => (None, Some(day + 1)),
                    CompareOp::Less => (None, Some(day)),
                    CompareOp::AtLeast => (Some(day), None),
                    CompareOp::Greater => (Some(day + 1), None),
                    CompareOp::Equal => (Some(day), Some(day + 1)),
                    CompareOp::NotEqual => (None, None),
                };
                clip(&mut sinces, &mut untils, first, end);
            }
            for (fluent, _) in &of.required {
                let held = spells(fillings(outcome, Some(*fluent), i64::MIN));
                match held.iter().find(|it| overlap((sinces[0], untils[0]), (it.sinces[0], it.untils[0]))) {
                    Some(it) => clip(&mut sinces, &mut untils, it.sinces[0], it.untils[0]),
                    None => untils.clone_from(&sinces),
                }
            }
            let asked = wanted.map_or((None, None), |on| (Some(on), Some(on + 1)));
            let spans = || sinces.iter().zip(&untils).map(|(since, until)| (*since, *until));
            if !spans().all(|span| overlap(span, (None, None))) || !spans().any(|span| overlap(span, asked)) {
                continue;
            }
            let (since, until) = ends(world, spell.outcome, &sinces, &untils);
            let days = span_text(model, since, until);
            let one = answer(world, days, spell.certain, sinces, untils);
            let told = Told {
                kind: "rule",
                name: Some(rule.name.clone()),
                ..steps::of_origin(model, rule.origin, &steps::effects_text(model, rule, &spell.key[..times.vars]))
            };
            match all.iter_mut().find(|(known, _)| known.text == one.text && known.truth == one.truth) {
                Some((known, names)) => {
                    if !names.contains(&rule.name) {
                        names.push(rule.name.clone());
                        known.steps.push(told);
                    }
                }
                None => {
                    let mut one = one;
                    begun_by(world, begun, on, &mut one);
                    one.steps.push(told);
                    one.is_dated = true;
                    all.push((one, vec![rule.name.clone()]));
                }
            }
        }
    }
    all.sort_by(|one, other| (&one.0.since, &one.0.until).cmp(&(&other.0.since, &other.0.until)));
    let named = |(answer, names): (Answer, Vec<String>)| Answer {
        text: format!("with effect in law ({}): {}", names.join(", "), answer.text),
        ..answer
    };
    all.into_iter().map(named).collect()
}

/// Whether two times, of which the first is not empty, have a day in common.
fn overlap(one: (Option<i64>, Option<i64>), other: (Option<i64>, Option<i64>)) -> bool {
    let begins = one.0.max(other.0);
    let ends = [one.1, other.1].into_iter().flatten().min();
    begins.is_none_or(|begins| ends.is_none_or(|ends| begins < ends))
}

/// Keeps of times what is from one day on and before another.
fn clip(sinces: &mut [Option<i64>], untils: &mut [Option<i64>], first: Option<i64>, end: Option<i64>) {
    for since in sinces {
        *since = (*since).max(first);
    }
    for until in untils {
        *until = match (*until, end) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// What an act requires and what is not so, or may not be so.
struct Lacking<'q> {
    patterns: &'q [FluentPattern],
    /// That it is not so.
    certain: bool,
}

fn lacking<'q>(outcome: &Outcome, of: &'q OfNorms, on: i64) -> Vec<Lacking<'q>> {
    let mut all = Vec::new();
    for (fluent, patterns) in &of.required {
        let found = fillings(outcome, Some(*fluent), on);
        let is_ever = found.values().any(|it| it.at.iter().any(Option::is_some));
        let is_always = found.values().any(|it| it.outcome.exhaustive && it.at.iter().all(Option::is_some));
        if !is_always {
            all.push(Lacking { patterns, certain: !is_ever });
        }
    }
    all
}

fn told_of(model: &Model, patterns: &[FluentPattern]) -> String {
    let told = |it: &FluentPattern| crate::say::condition(model, &Condition::Holds(it.clone()), &[]);
    patterns.iter().map(told).collect::<Vec<_>>().join(" or ")
}

/// What an act would do to the norms of who does it. One that breaks a limit is not permitted, and one that breaks another norm
/// only possibly; one that keeps within the limits that are set to it is not forbidden.
fn tried(world: &World<'_>, outcome: &Outcome, of: &OfNorms, trial: &Trial, on: i64, all: &mut Vec<Answer>) {
    let model = world.model;
    let broken = trial.broken(world, outcome);
    for it in &broken {
        let Some(norm) = model.norms.iter().find(|norm| norm.entity == it.norm) else { continue };
        if it.certain && is_limit(norm) {
            all.clear();
            continue;
        }
        for answer in all.iter_mut() {
            answer.truth = super::Truth::Possible;
            let but = format!("but would break {}: {}", model.name(norm.entity), norm.sentence);
            let known = format!("but forbidden by {}:", model.name(norm.entity));
            if !answer.which.iter().any(|which| *which == but || which.starts_with(&known)) {
                answer.which.push(but);
            }
        }
    }
    if !all.is_empty() || broken.iter().any(|it| it.certain) {
        return;
    }
    let possible = !broken.is_empty();
    for (key, standing) in on_day(world, outcome, Some(of.against), on) {
        let Some(said) = read(model, &key, of) else { continue };
        if forbids(model, of, said.norm) || is_permission(said.norm) {
            all.clear();
            return;
        }
        // A limit of somebody else, or to another number, says nothing of the act.
        if !is_touched(world, outcome, of, trial, said.norm) {
            continue;
        }
        let text = format!("not forbidden, within {}", by(model, of, &said));
        let mut one = answer(world, text, standing.certain && !possible, standing.sinces, standing.untils);
        begun_by(world, standing.begun, on, &mut one);
        cite(model, said.norm.origin, &mut one.steps);
        all.push(one);
    }
}

/// What the rules would bring about that the act would set off, each on its day.
fn of_trial(world: &World<'_>, of: &OfNorms, trial: &Trial) -> Vec<Answer> {
    let model = world.model;
    let rules: Vec<OriginId> = of
        .rules
        .iter()
        .filter(|(.., effective)| *effective)
        .map(|(_, rule, _)| model.rules[*rule].item.origin)
        .collect();
    let mut all: Vec<Answer> = Vec::new();
    for effect in trial.effects(world, &rules) {
        let later = if effect.day > trial.on() { format!("{}: ", model.show_tick(effect.day)) } else { String::new() };
        let text = format!("{later}{} ({})", effect.text, effect.rule);
        let mut one = answer(world, text, effect.certain, vec![None], vec![None]);
        one.steps = effect.steps;
        one.steps.push(Told {
            kind: "rule",
            name: Some(effect.rule),
            ..steps::of_origin(model, effect.origin, &effect.text)
        });
        all.push(one);
    }
    if let Some(first) = all.first_mut() {
        first.which = trial.moved_days(world);
    }
    all
}

/// What one norm permits another may forbid. A limit that is passed leaves nothing to permit; where two norms contradict
/// each other the law is open, and so is the answer.
fn opposed(
    world: &World<'_>,
    outcome: &Outcome,
    question: &Question,
    of: &OfNorms,
    view: &View,
    on: i64,
    all: &mut Vec<Answer>,
) {
    let model = world.model;
    for (key, standing) in standing(world, outcome, question, Some(of.against), view, on) {
        let Some(said) = read(model, &key, of) else { continue };
        if !forbids(model, of, said.norm) && !is_permission(said.norm) {
            continue;
        }
        let asked = (of.asked > 0).then(|| text(model, of, &said, None));
        let same = |answer: &Answer| asked.as_ref().is_none_or(|asked| answer.text == *asked);
        if standing.certain && is_limit(said.norm) && !is_permission(said.norm) {
            all.retain(|answer| !same(answer));
            continue;
        }
        for answer in all.iter_mut().filter(|answer| same(answer)) {
            answer.truth = super::Truth::Possible;
            let but = if is_permission(said.norm) { "but beyond" } else { "but forbidden by" };
            answer.which.push(format!("{but} {}", by(model, of, &said)));
        }
    }
}

/// Whether a norm forbids what is asked, and does not only limit it.
fn forbids(model: &Model, of: &OfNorms, norm: &Norm) -> bool {
    of.norms.iter().any(|(at, ruling)| model.norms[*at].entity == norm.entity && *ruling == Ruling::Forbids)
}

/// Whether a norm allows something: what is against it is more than it allows.
fn is_permission(norm: &Norm) -> bool {
    matches!(norm.modality, Modality::May | Modality::Can)
}

/// Whether a norm allows something to be so up to a number, or from one on.
fn allows_a_number(norm: &Norm) -> bool {
    is_permission(norm) && norm.act.is_none() && is_limit(norm)
}

fn is_limit(norm: &Norm) -> bool {
    norm.content.iter().any(|condition| matches!(condition, Condition::Compare { right: Expr::Value(_), .. }))
}

/// Two norms that give one answer.
fn join(known: &mut Answer, other: Answer) {
    known.which.extend(other.which);
    if other.truth == super::Truth::Certain {
        known.truth = other.truth;
    }
    if other.since < known.since {
        known.since = other.since;
        known.since_between = other.since_between;
    }
    if known.until.is_some() && other.until.as_ref().is_none_or(|until| Some(until) > known.until.as_ref()) {
        known.until = other.until;
        known.until_between = other.until_between;
    }
    let ids: Vec<u32> = known.steps.iter().map(|told| told.id).collect();
    known.steps.extend(other.steps.into_iter().filter(|told| !ids.contains(&told.id)));
    known.assumptions.extend(other.assumptions);
}

/// A norm stands in its article, whose source is the last step.
fn cite(model: &Model, origin: OriginId, told: &mut Vec<Told>) {
    let place = steps::of_origin(model, origin, "").place;
    if !told.iter().any(|it| it.place == place) {
        told.push(Told { kind: "norm", ..steps::of_origin(model, origin, "") });
    }
}

fn begun_by(world: &World<'_>, begun: Option<(&Run, StepId)>, on: i64, answer: &mut Answer) {
    if let Some((run, step)) = begun {
        because(world, run, Some(step), Some(on), answer);
    }
}

/// A time with what it takes to say why.
struct Standing<'o> {
    outcome: &'o Outcome,
    certain: bool,
    sinces: Vec<Option<i64>>,
    untils: Vec<Option<i64>>,
    begun: Option<(&'o Run, StepId)>,
    /// Whether it is so in each run; empty where all days are asked about.
    is_so: Vec<bool>,
}

/// What a fluent of the question holds on the day, or on all days.
fn standing<'o>(
    world: &World<'_>,
    outcome: &'o Outcome,
    question: &Question,
    fluent: Option<FluentId>,
    view: &View,
    on: i64,
) -> Vec<(Vec<Value>, Standing<'o>)> {
    if question.is_of_all_days(view) {
        let all = asked_for(world, question, view, spells(fillings(outcome, fluent, i64::MIN)));
        let of_spell = |it: Spell<'o>| Standing {
            outcome,
            certain: it.certain,
            begun: it.begun(),
            sinces: it.sinces,
            untils: it.untils,
            is_so: Vec::new(),
        };
        return all.into_iter().map(|it| (it.key.clone(), of_spell(it))).collect();
    }
    on_day(world, outcome, fluent, on)
}

/// Whether a norm, in a key of it and its status, is in one that goes without saying.
fn is_unnamed(model: &Model, key: &[Value]) -> bool {
    let status = key.get(1).and_then(|status| status.as_entity());
    status.is_some_and(|status| UNNAMED.contains(&model.lexicon.entities[status.index()].label.as_str()))
}

/// Since when and until when a norm stands, in whatever status, in each run in which it does so on the day.
fn stays(fluent: Option<FluentId>, key: &[Value], found: &Found<'_>, on: i64) -> Vec<(Option<i64>, Option<i64>)> {
    // Each key may have chronologies of its own; its other statuses are looked up in these.
    let wanted: Vec<Option<Value>> = key.iter().enumerate().map(|(at, value)| (at != 1).then_some(*value)).collect();
    let in_run = |(run, held): (usize, &Option<Interval>)| {
        let held = held.as_ref()?;
        let same = found.outcome.runs[run].solution.instances_of(fluent?, &wanted);
        let intervals = same.flat_map(|instance| &instance.intervals);
        let spans = intervals.filter_map(|it| Span::new(it.since, it.until));
        let days = IntervalSet::from_iter(spans);
        let span = days.iter().find(|span| span.contains(on));
        Some(span.map_or((held.since, held.until), |span| (span.since(), span.until())))
    };
    found.at.iter().enumerate().filter_map(in_run).collect()
}

fn on_day<'o>(
    world: &World<'_>,
    outcome: &'o Outcome,
    fluent: Option<FluentId>,
    on: i64,
) -> Vec<(Vec<Value>, Standing<'o>)> {
    let mut standing = Vec::new();
    for (key, found) in &fillings(outcome, fluent, on) {
        let key = key.clone();
        let Some(run) = found.at.iter().position(Option::is_some) else { continue };
        let outcome = found.outcome;
        let held: Vec<&Interval> = found.at.iter().flatten().collect();
        let is_so: Vec<bool> = found.at.iter().map(Option::is_some).collect();
        let spans = match is_unnamed(world.model, &key) {
            true => stays(fluent, &key, found, on),
            false => held.iter().map(|it| (it.since, it.until)).collect(),
        };
        standing.push((
            key,
            Standing {
                outcome,
                certain: !is_so.contains(&false) && outcome.exhaustive,
                sinces: spans.iter().map(|span| span.0).collect(),
                untils: spans.iter().map(|span| span.1).collect(),
                begun: held[0].begun_by.map(|step| (&*outcome.runs[run], step)),
                is_so,
            },
        ));
    }
    standing
}

/// What a rule would bring about.
fn of_rule(world: &World<'_>, outcome: &Outcome, fluent: FluentId, rule: usize, on: i64) -> Vec<Answer> {
    let model = world.model;
    let rule = &model.rules[rule].item;
    let mut all = Vec::new();
    for (key, standing) in on_day(world, outcome, Some(fluent), on) {
        let later = rule.triggers.iter().find_map(|trigger| match trigger {
            servanda_model::Trigger::After { time, .. } => Some(steps::time_text(model, time, rule, &key)),
            _ => None,
        });
        let later = later.map_or_else(String::new, |time| format!("{time} later: "));
        let text = format!("{later}{} ({})", steps::effects_text(model, rule, &key), rule.name);
        let mut one = answer(world, text, standing.certain, vec![None], vec![None]);
        begun_by(world, standing.begun, on, &mut one);
        one.steps.push(Told {
            kind: "rule",
            name: Some(rule.name.clone()),
            ..steps::of_origin(model, rule.origin, &steps::effects_text(model, rule, &key))
        });
        all.push(one);
    }
    all
}
