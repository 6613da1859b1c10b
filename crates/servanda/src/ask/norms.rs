//! Answers about what somebody may, must or can do.

use std::collections::BTreeMap;

use servanda_calendar::{Interval as Span, IntervalSet};
use servanda_engine::{Interval, StepId};
use servanda_model::{
    CompareOp, Condition, EntityId, Expr, FluentId, FluentPattern, Kinded, Modality, Model, Norm, OriginId, Term,
    Value, View,
};

use super::spells::{Spell, asked_for, span_text, spells};
use super::trial::Trial;
use super::witness::part;
use super::{Answer, Found, No, answer, because, ends, fillings};
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
    let direct = standing.into_iter().map(|it| (it, false));
    for ((key, spell), is_around) in direct.chain(around.into_iter().map(|it| (it, true))) {
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

fn text(model: &Model, of: &OfNorms, said: &Said<'_>, days: Option<String>) -> String {
    let asked: Vec<String> = said
        .asked
        .iter()
        .map(|value| match value.as_entity() == Some(model.hooks.unspecified) {
            true => "any".to_owned(),
            false => model.show(*value),
        })
        .collect();
    if of.how_many {
        let limit = limit(model, said.norm);
        return if asked.is_empty() { limit } else { format!("{}: {limit}", asked.join(", ")) };
    }
    let norm = by(model, of, said);
    let days = days.map_or_else(String::new, |days| format!(": {days}"));
    if of.list {
        return if asked.is_empty() { format!("{norm}{days}") } else { format!("{}: {norm}{days}", asked.join(", ")) };
    }
    if !asked.is_empty() {
        return format!("{}{days}", asked.join(", "));
    }
    let leaves =
        |(at, ruling): &(usize, Ruling)| model.norms[*at].entity == said.norm.entity && *ruling == Ruling::Leaves;
    let word = match said.norm.modality {
        _ if of.norms.iter().any(leaves) => "not forbidden, within",
        Modality::May => "permitted by",
        Modality::Can => "empowered by",
        Modality::Must if of.wants == Wants::MustNot => "forbidden by",
        Modality::Must => "required by",
        Modality::MustNot => "forbidden by",
    };
    format!("{word} {norm}{days}")
}

/// Whether a norm only leaves room for what is asked, within the limit that it sets.
fn leaves(model: &Model, of: &OfNorms, norm: &Norm) -> bool {
    let is_it = |at: usize| model.norms[at].entity == norm.entity;
    of.norms.iter().any(|(at, ruling)| is_it(*at) && *ruling == Ruling::Leaves)
}

/// A norm with what it says and how it stands.
fn by(model: &Model, of: &OfNorms, said: &Said<'_>) -> String {
    let name = model.name(said.norm.entity);
    let towards = said.towards.map(|other| format!("towards {}", model.show(other)));
    let notes: Vec<&str> = said.named_status().into_iter().chain(towards.as_deref()).collect();
    let sentence = with_names(model, of, said.norm);
    match notes.is_empty() {
        true => format!("{name}: {sentence}"),
        false => format!("{name}: {sentence} ({})", notes.join(" ")),
    }
}

/// What a norm says, with names in place of the variables that the question settles.
fn with_names(model: &Model, of: &OfNorms, norm: &Norm) -> String {
    let own = of.names.iter().filter(|(at, ..)| model.norms[*at].entity == norm.entity);
    let own: Vec<(&str, Value)> = own.map(|(_, name, value)| (name.as_str(), *value)).collect();
    let put = |word: &str| {
        let bare = word.trim_end_matches(',');
        // Two ways of laying the norm over the question leave it open which is meant.
        let mut all = own.iter().filter(|(name, _)| *name == bare).map(|(_, value)| *value);
        match (all.next(), all.next()) {
            (Some(value), None) => format!("{}{}", model.show(value), &word[bare.len()..]),
            _ => word.to_owned(),
        }
    };
    let words: Vec<&str> = norm.sentence.split(' ').collect();
    let before = |at: usize| at.checked_sub(1).map_or("", |at| words[at]);
    // `the other` is nobody's name.
    let told = words.iter().enumerate().map(|(at, word)| match ["the", "each", "a", "any"].contains(&before(at)) {
        true => (*word).to_owned(),
        false => put(word),
    });
    told.collect::<Vec<_>>().join(" ")
}

/// How many a norm lets there be.
fn limit(model: &Model, norm: &Norm) -> String {
    let mut all = Vec::new();
    for condition in &norm.content {
        if let Condition::Compare { op, right: Expr::Value(value), .. } = condition {
            let denied = norm.modality == Modality::MustNot;
            let word = match (op, denied) {
                (CompareOp::AtMost, false) | (CompareOp::Greater, true) => "at most ",
                (CompareOp::AtLeast, false) | (CompareOp::Less, true) => "at least ",
                (CompareOp::Less, false) | (CompareOp::AtLeast, true) => "less than ",
                (CompareOp::Greater, false) | (CompareOp::AtMost, true) => "more than ",
                (CompareOp::Equal, false) | (CompareOp::NotEqual, true) => "",
                (CompareOp::NotEqual, false) | (CompareOp::Equal, true) => "not ",
            };
            all.push(format!("{word}{}", model.show(*value)));
        }
    }
    if let (true, Some(act)) = (all.is_empty(), &norm.act) {
        let number = |term: &servanda_model::Term| match term {
            servanda_model::Term::Value(value) if value.as_entity().is_none() => Some(model.show(*value)),
            _ => None,
        };
        all.extend(act.args.iter().find_map(number));
    }
    all.join(" and ")
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

/// Why no norm says so, and what they say instead.
pub(super) fn no(world: &World<'_>, outcome: &Outcome, question: &Question, of: &OfNorms, view: &View, on: i64) -> No {
    let model = world.model;
    let mut no = No::default();
    let wanted = match of.wants {
        Wants::May => "a norm in force that permits or requires it",
        Wants::Can => "a norm in force that permits it, or a rule that would give it an effect",
        Wants::Must => "a norm in force that requires it",
        Wants::MustNot => "a norm in force that forbids it",
    };
    no.searched.push(wanted.to_owned());
    let trial = (of.is_plain() && of.wants == Wants::May).then(|| Trial::of(world, outcome, of, view, on)).flatten();
    let broken = trial.as_ref().map(|trial| trial.broken(world, outcome)).unwrap_or_default();
    let mut forbidding: Vec<EntityId> = Vec::new();
    for (key, standing) in on_day(world, outcome, Some(of.against), on) {
        let Some(said) = read(model, &key, of) else { continue };
        if broken.iter().any(|it| it.norm == said.norm.entity) && !forbids(model, of, said.norm) {
            continue;
        }
        forbidding.push(said.norm.entity);
        let word = match said.norm.modality {
            _ if of.how_many && is_permission(said.norm) && !is_limit(said.norm) => "permitted, without a number, by",
            _ if of.wants != Wants::MustNot && !forbids(model, of, said.norm) => "limited by",
            Modality::MustNot => "forbidden by",
            Modality::Must if of.wants != Wants::MustNot => "forbidden by",
            Modality::Must => "required by",
            Modality::May | Modality::Can => "permitted by",
        };
        let possibly = if standing.certain { "" } else { "possibly " };
        no.instead.push(format!("{possibly}{word} {}", by(model, of, &said)));
        let mut told = answer(world, String::new(), true, vec![None], vec![None]);
        begun_by(world, standing.begun, on, &mut told);
        cite(model, said.norm.origin, &mut told.steps);
        no.steps.extend(told.steps);
    }
    for it in broken.iter().filter(|it| !forbidding.contains(&it.norm)) {
        let Some(norm) = model.norms.iter().find(|norm| norm.entity == it.norm) else { continue };
        let possibly = if it.certain { "" } else { "possibly " };
        let figures = if it.figures.is_empty() { String::new() } else { format!(", as {}", it.figures.join("; ")) };
        no.instead.push(format!("{possibly}would break {}: {}{figures}", model.name(norm.entity), norm.sentence));
        no.steps.extend(it.steps.iter().cloned());
        cite(model, norm.origin, &mut no.steps);
    }
    for (key, standing) in on_day(world, outcome, question.fluent, on) {
        let Some(said) = read(model, &key, of) else { continue };
        let possibly = if standing.certain { "" } else { "possibly " };
        let beyond = trial.as_ref().filter(|_| allows_a_number(said.norm)).and_then(|it| it.beyond(model, said.norm));
        no.instead.push(match beyond {
            Some(figure) => format!(
                "{possibly}{} permits no more: {}, and {figure}",
                model.name(said.norm.entity),
                said.norm.sentence
            ),
            None => format!("{possibly}{}", text(model, of, &said, None)),
        });
    }
    if of.asked == 0 && !of.how_many && no.instead.is_empty() {
        permitted_less(world, outcome, question, of, on, &mut no);
    }
    performed(world, outcome, of, on, &mut no);
    done_that_day(world, outcome, of, on, &mut no);
    let lacking = lacking(outcome, of, on);
    for it in lacking.iter().filter(|it| it.certain) {
        no.instead.push(format!("without effect in law, unless {}", told_of(model, it.patterns)));
        it.patterns.iter().for_each(|pattern| steps::lacking(world, outcome, pattern, on, &mut no));
    }
    // What only keeps a note of the act says nothing of one that nobody can do.
    let notes = of.rules.iter().filter(|(_, _, effective)| !effective && !lacking.iter().any(|it| it.certain));
    for (fluent, rule, _) in notes {
        for answer in of_rule(world, outcome, *fluent, *rule, on) {
            if !no.instead.contains(&answer.text) {
                no.instead.push(answer.text);
                no.steps.extend(answer.steps);
            }
        }
    }
    let against = !no.instead.is_empty();
    if !against && !of.list {
        no.instead.push(match of.wants {
            Wants::MustNot => "no norm in force forbids it".to_owned(),
            Wants::Must => "no norm in force requires it".to_owned(),
            _ => "no norm in force speaks of it: it is neither permitted nor forbidden".to_owned(),
        });
        no.is_open = matches!(of.wants, Wants::May | Wants::Can);
    }
    for (at, ruling) in &of.norms {
        let norm = &model.norms[*at];
        let says = match ruling {
            Ruling::Permits => "permits it",
            Ruling::Requires => "requires it",
            Ruling::Forbids => "forbids it",
            Ruling::Limits | Ruling::Leaves => "sets a limit to it",
            // Of another place, unless that one lies in it.
            Ruling::Around => continue,
        };
        // Who does not know of a norm is not told of it.
        let is_hidden =
            outcome.unknown.contains(&norm.entity) || norm.instrument.is_some_and(|it| outcome.unknown.contains(&it));
        if is_hidden || of.doer.is_some_and(|doer| !can_bind(world, outcome, norm, doer)) {
            continue;
        }
        let wants = match of.wants {
            Wants::MustNot => *ruling == Ruling::Forbids,
            _ => *ruling != Ruling::Forbids,
        };
        if wants && !of.list && no.would_change.len() < 12 {
            // One that stands says something else: of another place, say.
            let is_standing = stands(outcome, norm, on);
            if is_standing && is_permission(norm) {
                continue;
            }
            let text = format!("{}: {}; {says} while it binds and stands", model.name(norm.entity), norm.sentence);
            if !no.would_change.contains(&text) {
                no.would_change.push(text);
                if !against && !is_standing && of.wants != Wants::Must {
                    let text = format!("{} {says}, but does not stand then", model.name(norm.entity));
                    if !no.instead.contains(&text) {
                        no.instead.push(text);
                    }
                }
                if !against {
                    no.steps.push(Told { kind: "norm", ..steps::of_origin(model, norm.origin, "") });
                }
            }
        }
    }
    no
}

/// Permissions that stand and do not go as far as what is asked.
fn permitted_less(world: &World<'_>, outcome: &Outcome, question: &Question, of: &OfNorms, on: i64, no: &mut No) {
    let model = world.model;
    let permitting: Vec<Vec<Value>> = on_day(world, outcome, question.fluent, on).into_iter().map(|it| it.0).collect();
    for (key, standing) in on_day(world, outcome, Some(of.less), on) {
        let [norm, ..] = key.as_slice() else { continue };
        let Some(norm) = model.norms.iter().find(|it| Some(it.entity) == norm.as_entity()) else { continue };
        if permitting.contains(&key) {
            continue;
        }
        let possibly = if standing.certain { "" } else { "possibly " };
        let how =
            if norm.act.is_some() { "permits no more than this" } else { "permits it for a whole around it only" };
        no.instead.push(format!("{possibly}{} {how}: {}", model.name(norm.entity), norm.sentence));
        let mut told = answer(world, String::new(), true, vec![None], vec![None]);
        begun_by(world, standing.begun, on, &mut told);
        cite(model, norm.origin, &mut told.steps);
        no.steps.extend(told.steps);
    }
}

/// Whether some instance of a permission stands on a day.
fn stands(outcome: &Outcome, norm: &Norm, on: i64) -> bool {
    let any = vec![None; norm.instance.len()];
    outcome.runs.iter().any(|run| {
        let mut instances = run.solution.instances_of(norm.status, &any);
        instances.any(|it| it.intervals.iter().any(|interval| interval.contains(on)))
    })
}

/// Whether a norm is one of somebody: of who it names, or of a party to its instrument, or it binds them at some time.
fn can_bind(world: &World<'_>, outcome: &Outcome, norm: &Norm, somebody: Value) -> bool {
    let model = world.model;
    let Some(who) = somebody.as_entity() else { return true };
    let wanted = [Some(Value::entity(norm.entity)), Some(somebody)];
    let binds = outcome.runs.iter().any(|run| run.solution.instances_of(model.hooks.binds, &wanted).next().is_some());
    let named = norm.bearers.is_empty() || norm.bearers.contains(&who);
    // Of a norm that binds somebody it is known whom.
    let is_known = || {
        let wanted = [Some(Value::entity(norm.entity)), None];
        outcome.runs.iter().any(|run| run.solution.instances_of(model.hooks.binds, &wanted).next().is_some())
    };
    binds || named && !is_known()
}

/// Whether a norm asks for an act towards the other party, and an act is towards somebody who is none.
fn is_owed_to_others(model: &Model, norm: &Norm, act: &servanda_model::EventPattern) -> bool {
    let Some(parties) = norm.instrument.map(|it| &model.lexicon.entities[it.index()].parties) else { return false };
    let (Some(own), false) = (&norm.act, parties.is_empty()) else { return false };
    let towards_the_other = norm.sentence.contains("the other");
    let is_outsider = |(own, asked): (&Term, &Term)| match (own, asked) {
        (Term::Var(_), Term::Value(value)) if *own != norm.bearer => {
            towards_the_other && value.as_entity().is_some_and(|id| !parties.contains(&id))
        }
        // What is owed to one by name may pass to another, and is not owed to them before it has.
        (Term::Value(own), Term::Value(asked)) => {
            own != asked && own.as_entity().is_some_and(|id| parties.contains(&id))
        }
        _ => false,
    };
    own.action == act.action && own.args.iter().zip(&act.args).any(is_outsider)
}

/// An act that was done on the very day on which it is asked whether it can be: what follows from it is so already.
fn done_that_day(world: &World<'_>, outcome: &Outcome, of: &OfNorms, on: i64, no: &mut No) {
    let (Some(act), Wants::Can) = (&of.act, of.wants) else { return };
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return };
    for event in run.solution.events.iter().filter(|it| it.action == act.action && it.tick == on) {
        let same = |(term, value): (&Term, &Value)| !matches!(term, Term::Value(wanted) if wanted != value);
        if act.args.iter().zip(&event.args).all(same) {
            let said = crate::say::action(world.model, event.action, &event.args);
            no.instead.push(format!("{said} on that very day, and what follows from it is so by its end"));
            no.steps.extend(steps::of_act(world, outcome, run, event.action, &event.args, event.tick).steps);
        }
    }
}

/// Duties that would require it and are done with: met, lapsed or excused.
fn performed(world: &World<'_>, outcome: &Outcome, of: &OfNorms, on: i64, no: &mut No) {
    let model = world.model;
    if of.wants != Wants::Must || of.list {
        return;
    }
    let run = &outcome.runs[0];
    let somebody_else = |at: usize| of.act.as_ref().is_some_and(|act| is_owed_to_others(model, &model.norms[at], act));
    for (at, _) in of.norms.iter().filter(|(at, ruling)| *ruling == Ruling::Requires && !somebody_else(*at)) {
        let own = of.names.iter().filter(|(of, ..)| of == at);
        let own = own.filter_map(|(_, name, value)| {
            let var = model.norms[*at].vars.iter().position(|var| var.name == *name)?;
            Some((servanda_model::VarId::from_index(var), *value))
        });
        let mut put: BTreeMap<servanda_model::VarId, Value> = own.collect();
        if let (Term::Var(bearer), Some(doer)) = (model.norms[*at].bearer, of.doer) {
            put.insert(bearer, doer);
        }
        steps::excepted(world, outcome, &model.norms[*at], &put, on, no);
        let norm = Some(Value::entity(model.norms[*at].entity));
        for (_, fluent) in &model.hooks.statuses {
            for instance in run.solution.instances_of(*fluent, &[norm, None]) {
                // What others have to do is no matter of who is asked about.
                let other = of.doer.is_some_and(|doer| {
                    let as_bearer = doer.as_entity().is_some() && instance.args[1].as_entity().is_some();
                    as_bearer && instance.args[1] != doer
                });
                let Some(interval) = instance.intervals.iter().find(|it| it.contains(on) && !other) else { continue };
                let text = steps::held_since(world, outcome, run, instance, interval, on);
                if no.instead.contains(&text) {
                    continue;
                }
                no.instead.push(text);
                if let Some(step) = interval.begun_by {
                    no.steps.extend(steps::trace(world, run, step, Some(on)).steps);
                }
            }
        }
    }
}
