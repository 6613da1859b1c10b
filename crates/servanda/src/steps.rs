//! Derivations told step by step, in the words and with the sources of the dossier.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use servanda_engine::{Cause, Premise, StepId};
use servanda_model::{
    ActionId, Condition, Definition, Effect, EntityId, EventId, EventPattern, Expr, FluentId, FluentPattern, Hole,
    Model, OriginId, Rule, Term, Trigger, Value, Var, View,
};

use crate::figures::{self, Figure};
use crate::question::{Form, Question};
use crate::say;
use crate::world::{Outcome, Run, World};

/// One step, told.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Told {
    /// Its number in the proof.
    pub id: u32,
    /// What came about.
    pub text: String,
    /// On which day; none for what holds from the start.
    pub day: Option<String>,
    /// `event`, `fact`, `rule`, `definition`, `deadline`, `norm` or `given`.
    pub kind: &'static str,
    /// The name of the event, rule or norm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The article it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The instrument it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// The headings above it.
    pub headings: Vec<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What it cites.
    pub sources: Vec<Cited>,
    /// Steps it rests on.
    pub premises: Vec<u32>,
    /// What was looked for and not found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
}

/// A citation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cited {
    /// The source's name.
    pub source: String,
    /// Its title.
    pub title: String,
    /// The phrase that marks the passage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// Article or page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A derivation with what it takes for granted.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Premises before what follows from them.
    pub steps: Vec<Told>,
    /// Assumptions in words.
    pub assumptions: Vec<String>,
}

/// The most steps that are told of one derivation.
const MOST_STEPS: usize = 400;

/// What a step rests on, back to the events. Numbers that it compares are told as they are on the day asked about, too.
#[must_use]
pub fn trace(world: &World<'_>, run: &Run, from: StepId, on: Option<i64>) -> Trace {
    let mut wanted: BTreeMap<StepId, Vec<Figure>> = BTreeMap::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if wanted.len() >= MOST_STEPS || wanted.contains_key(&id) {
            continue;
        }
        let figures = figures::read(world.model, run, id, on);
        open.extend(rests_on(run, id, &figures));
        wanted.insert(id, figures);
    }
    let mut trace = Trace::default();
    for id in in_order(run, &wanted) {
        tell(world, run, id, &wanted[&id], &mut trace);
    }
    let mut seen = BTreeSet::new();
    trace.assumptions.retain(|assumption| seen.insert(assumption.clone()));
    trace
}

/// The steps that a step rests on.
fn rests_on(run: &Run, id: StepId, figures: &[Figure]) -> Vec<StepId> {
    let mut all: Vec<StepId> = figures.iter().flat_map(|figure| figure.by.iter().copied()).collect();
    let premises = run.solution.step(id).map_or(&[][..], |step| &step.premises);
    premises.iter().for_each(|premise| premises_of(premise, &mut all));
    all
}

/// Premises before what follows from them. A number may be younger than the status that still rests on it.
fn in_order(run: &Run, wanted: &BTreeMap<StepId, Vec<Figure>>) -> Vec<StepId> {
    let mut left: BTreeMap<StepId, Vec<StepId>> =
        wanted.iter().map(|(id, figures)| (*id, rests_on(run, *id, figures))).collect();
    let mut order = Vec::new();
    while let Some(first) = left.keys().next().copied() {
        let ready = left.iter().find(|(_, premises)| premises.iter().all(|id| !left.contains_key(id)));
        let next = ready.map_or(first, |(id, _)| *id);
        left.remove(&next);
        order.push(next);
    }
    order
}

pub(crate) fn premises_of(premise: &Premise, open: &mut Vec<StepId>) {
    match premise {
        Premise::Holds { by, .. }
        | Premise::Happened { by, .. }
        | Premise::Initiated { by, .. }
        | Premise::Began { by, .. }
        | Premise::Ended { by, .. }
        | Premise::Timer { by, .. } => open.extend(by.iter().copied()),
        Premise::Effect(by) => open.push(*by),
        Premise::Tally { fillings, .. } => fillings.iter().flatten().for_each(|it| premises_of(it, open)),
        Premise::NotHolds(_) | Premise::NotHappened(_) | Premise::NoValue { .. } => {}
    }
}

fn tell(world: &World<'_>, run: &Run, id: StepId, figures: &[Figure], trace: &mut Trace) {
    let model = world.model;
    let Some(step) = run.solution.step(id) else { return };
    let mut told = match &step.cause {
        Cause::Occurrence(tag) => of_event(world, EventId(*tag)),
        Cause::Initial(index) => {
            let initial = &run.program.initial[*index as usize];
            let text = say::fluent(model, initial.fluent, &initial.args, Some(initial.value));
            Told { text, kind: "fact", ..of_origin(model, initial.origin, "") }
        }
        Cause::Rule { rule, bindings, .. } => {
            let rule = &run.program.rules[rule.index()];
            let effects: Vec<String> =
                rule.effects.iter().map(|effect| effect_text(model, effect, &rule.vars, bindings)).collect();
            let origin = of_origin(model, rule.origin, "");
            let kind = if origin.instrument.is_some() { "norm" } else { "rule" };
            Told { text: effects.join("; "), kind, name: Some(rule.name.clone()), ..origin }
        }
        Cause::Definition { definition, bindings } => {
            let definition = &run.program.definitions[definition.index()];
            let question = definition.fluent.index() >= model.program.fluents.len();
            let args: Vec<Term> = definition.args.iter().map(|term| bound(*term, bindings)).collect();
            let text = if question {
                definition.name.clone()
            } else {
                let value = match &definition.value {
                    Expr::Value(value) => Term::Value(*value),
                    Expr::Var(var) => bound(Term::Var(*var), bindings),
                    _ => Term::Any,
                };
                let made = made(run, id, definition.fluent, &args);
                let truth = value == Term::Value(Value::TRUE) || value == Term::Any;
                let pattern = FluentPattern {
                    fluent: definition.fluent,
                    args,
                    value: if truth { Term::Value(Value::TRUE) } else { value },
                };
                made.filter(|_| value == Term::Any).map_or_else(
                    || say::pattern(model, &pattern, &definition.vars),
                    |value| {
                        format!(
                            "{} is {}",
                            say::pattern(model, &pattern, &definition.vars),
                            say::value(model, &run.solution, value)
                        )
                    },
                )
            };
            let origin = of_origin(model, definition.origin, "");
            let kind = match (question, origin.instrument.is_some()) {
                (true, _) => "question",
                (_, true) => "norm",
                _ => "definition",
            };
            Told { text, kind, name: (!question).then(|| definition.name.clone()), ..origin }
        }
        Cause::NoDefinition { fluent, args } => {
            let text = format!("no longer: {}", fluent_text(model, *fluent, args));
            Told { text, kind: "definition", ..Told::default() }
        }
        Cause::Deadline { fluent, index } => {
            let deadline = &run.program.fluents[fluent.index()].deadlines[*index as usize];
            let text = format!("the time of {} runs out", run.program.fluents[fluent.index()].name);
            Told { text, kind: "deadline", ..of_origin(model, deadline.origin, "") }
        }
        Cause::Increases { fluent, args } => {
            let text = fluent_text(model, *fluent, args);
            let terms: Vec<Term> = args.iter().copied().map(Term::Value).collect();
            let text = match made(run, id, *fluent, &terms) {
                Some(value) => format!("{text} comes to {}", say::value(model, &run.solution, value)),
                None => format!("{text} changes"),
            };
            Told { text, kind: "rule", ..Told::default() }
        }
        Cause::Contradiction { fluent, args } => Told {
            text: format!("what is said of “{}” contradicts itself", fluent_text(model, *fluent, args)),
            kind: "contradiction",
            ..Told::default()
        },
    };
    told.id = id.0;
    told.day = step.tick.filter(|tick| !world.dating.is_open(*tick)).map(|tick| model.show_tick(tick));
    if !figures.is_empty() {
        let read: Vec<&str> = figures.iter().map(|figure| figure.text.as_str()).collect();
        told.text = format!("{}, as {}", told.text, read.join("; "));
    }
    told.premises = rests_on(run, id, figures).into_iter().map(|id| id.0).collect();
    told.premises.sort_unstable();
    told.premises.dedup();
    for premise in &step.premises {
        if figures.is_empty() || !figures::only_compares(premise) {
            absent(model, premise, told.day.as_deref(), &mut told.absent);
        }
    }
    for (fluent, args) in figures.iter().flat_map(|figure| &figure.unstated) {
        let text = no_number(model, *fluent, args, told.day.as_deref());
        if !told.absent.contains(&text) {
            told.absent.push(text);
        }
    }
    trace.assumptions.extend(told.absent.iter().map(|text| format!("not so, as far as is stated: {text}")));
    assumptions(world, &step.cause, run, trace);
    trace.steps.push(told);
}

/// The value that a step gave to an instance, if it kept it to the end of the day.
fn made(run: &Run, id: StepId, fluent: FluentId, args: &[Term]) -> Option<Value> {
    let value = |term: &Term| match term {
        Term::Value(value) => Some(*value),
        Term::Var(_) | Term::Any => None,
    };
    let args: Vec<Value> = args.iter().map(value).collect::<Option<_>>()?;
    let intervals = &run.solution.instance(fluent, &args)?.intervals;
    intervals.iter().find(|interval| interval.begun_by == Some(id)).map(|interval| interval.value)
}

fn fluent_text(model: &Model, fluent: FluentId, args: &[Value]) -> String {
    if fluent.index() < model.program.fluents.len() {
        say::fluent(model, fluent, args, None)
    } else {
        "the answer".to_owned()
    }
}

fn bound(term: Term, bindings: &[Option<Value>]) -> Term {
    match term {
        Term::Var(var) => bindings.get(var.index()).copied().flatten().map_or(term, Term::Value),
        other => other,
    }
}

fn effect_text(model: &Model, effect: &Effect, vars: &[Var], bindings: &[Option<Value>]) -> String {
    let bind_all = |args: &[Term]| args.iter().map(|term| bound(*term, bindings)).collect::<Vec<Term>>();
    let say = |fluent, args: &[Term], value| {
        say::pattern(model, &FluentPattern { fluent, args: bind_all(args), value }, vars)
    };
    match effect {
        Effect::Initiate { fluent, args, value } => {
            let value = match value {
                Expr::Value(value) => Term::Value(*value),
                Expr::Var(var) => bound(Term::Var(*var), bindings),
                other => {
                    return format!(
                        "{} is {}",
                        say(*fluent, args, Term::Value(Value::TRUE)),
                        say::expr(model, other, vars)
                    );
                }
            };
            say(*fluent, args, value)
        }
        Effect::Terminate { pattern } => {
            format!("no longer: {}", say(pattern.fluent, &pattern.args, bound(pattern.value, bindings)))
        }
        Effect::Increase { fluent, args, by } => {
            let by = match by {
                Expr::Var(var) => match bound(Term::Var(*var), bindings) {
                    Term::Value(value) => model.show(value),
                    _ => say::expr(model, by, vars),
                },
                other => say::expr(model, other, vars),
            };
            format!("{} changes by {by}", say(*fluent, args, Term::Value(Value::TRUE)))
        }
        Effect::Happen(pattern) => {
            let args = bind_all(&pattern.args);
            say::event_pattern(model, &servanda_model::EventPattern { action: pattern.action, args }, vars)
        }
    }
}

/// What a rule brings about with these values of its variables.
pub(crate) fn effects_text(model: &Model, rule: &Rule, values: &[Value]) -> String {
    let unspecified = Value::entity(model.hooks.unspecified);
    let bindings: Vec<Option<Value>> = values.iter().map(|value| (*value != unspecified).then_some(*value)).collect();
    let all: Vec<String> =
        rule.effects.iter().map(|effect| effect_text(model, effect, &rule.vars, &bindings)).collect();
    all.join("; ")
}

/// The time after which a rule fires, with these values of its variables.
pub(crate) fn time_text(model: &Model, time: &Expr, rule: &Rule, values: &[Value]) -> String {
    match time {
        Expr::Var(var) => values.get(var.index()).map_or_else(String::new, |value| model.show(*value)),
        other => say::expr(model, other, &rule.vars),
    }
}

/// What is missing where a number counts as 0. It may be stated later.
fn no_number(model: &Model, fluent: FluentId, args: &[Value], day: Option<&str>) -> String {
    let day = day.map_or_else(String::new, |day| format!(" by {day}"));
    format!("a number for {}{day}", say::fluent(model, fluent, args, None))
}

fn absent(model: &Model, premise: &Premise, day: Option<&str>, out: &mut Vec<String>) {
    match premise {
        Premise::NotHolds(conditions) => {
            let hidden = conditions.iter().any(|condition| serves_machinery(model, condition));
            if !hidden {
                let texts: Vec<String> = conditions.iter().map(|it| say::condition(model, it, &[])).collect();
                out.push(texts.join(", and "));
            }
        }
        Premise::NotHappened(pattern) => out.push(say::event_pattern(model, pattern, &[])),
        Premise::NoValue { fluent, args } if fluent.index() < model.program.fluents.len() => {
            out.push(no_number(model, *fluent, args, day));
        }
        _ => {}
    }
}

/// Conditions that the making of norms adds, and that say nothing to a reader.
fn serves_machinery(model: &Model, condition: &Condition) -> bool {
    match condition {
        Condition::Holds(pattern) => !model.shown.get(pattern.fluent.index()).copied().unwrap_or(true),
        Condition::Undecided { .. } => true,
        _ => false,
    }
}

fn assumptions(world: &World<'_>, cause: &Cause, run: &Run, trace: &mut Trace) {
    let model = world.model;
    let origin = match cause {
        Cause::Occurrence(tag) => {
            let event = &model.events[*tag as usize];
            if let Some(doubt) = event.when.doubt {
                trace.assumptions.push(format!("“{}” is dated {}, {doubt}", event.sentence, event.when.written));
            }
            if event.when.by_season {
                trace.assumptions.push(format!(
                    "“{}” is dated {}: seasons are taken as three whole months, by convention",
                    event.sentence, event.when.written
                ));
            }
            trace.assumptions.extend(missing_number(world, EventId(*tag)));
            if !event.denied_by.is_empty() {
                let by: Vec<&str> = event.denied_by.iter().map(|id| model.name(*id)).collect();
                trace.assumptions.push(format!(
                    "“{}” is taken as stated, though {} denies it",
                    event.sentence,
                    by.join(", ")
                ));
            }
            event.origin
        }
        Cause::Rule { rule, .. } => run.program.rules[rule.index()].origin,
        Cause::Definition { definition, .. } => run.program.definitions[definition.index()].origin,
        _ => return,
    };
    for judgment in &model.origins[origin.index()].judgments {
        trace.assumptions.push(format!(
            "left to judgment: “{judgment}” ({})",
            model.origins[origin.index()].within.first().map_or("", |id| model.name(*id))
        ));
    }
}

/// What an event leaves open of a number.
#[must_use]
pub fn missing_number(world: &World<'_>, id: EventId) -> Option<String> {
    use servanda_model::{Happening, Kinded};
    let model = world.model;
    let event = &model.events[id.index()];
    let range = |value: &Value| match value.kinded() {
        Kinded::Range(id) => model.program.ranges.get(id.index()),
        _ => None,
    };
    let ranges = event.happenings.iter().flat_map(|happening| match happening {
        Happening::Action(_, args) => args.iter().filter_map(range).collect::<Vec<_>>(),
        Happening::FactBegins(_, args, value) | Happening::FactEnds(_, args, value) => {
            args.iter().chain([value]).filter_map(range).collect()
        }
    });
    let range = ranges.into_iter().next()?;
    let known = if range.min.is_none() && range.max.is_none() { "is not known" } else { "is not known exactly" };
    Some(format!("missing: how many {known} in “{}”", event.sentence))
}

/// An origin as a step of its own.
#[must_use]
pub fn of_origin(model: &Model, origin: OriginId, text: &str) -> Told {
    let it = &model.origins[origin.index()];
    let kind_of =
        |kind| it.within.iter().find(|id| model.lexicon.is_of_kind(**id, kind)).map(|id| model.name(*id).to_owned());
    let mut sources: Vec<Cited> = it.citations.iter().map(|at| cited(model, *at)).collect();
    if sources.is_empty() {
        // A statement without a source of its own stands in its article, and that in its instrument.
        for whole in &it.within {
            let whole = model.lexicon.entities[whole.index()].origin;
            sources = model.origins[whole.index()].citations.iter().map(|at| cited(model, *at)).collect();
            if !sources.is_empty() {
                break;
            }
        }
    }
    let file = model.files.get(it.file).filter(|_| it.span.end > 0);
    Told {
        id: 0,
        text: if text.is_empty() { it.label.clone() } else { text.to_owned() },
        day: None,
        kind: "given",
        name: None,
        article: kind_of(model.hooks.article),
        instrument: kind_of(model.hooks.instrument),
        headings: it.headings.clone(),
        place: file.map(|file| format!("{}:{}", file.path, file.line_column(it.span.start).line)),
        sources,
        premises: Vec::new(),
        absent: Vec::new(),
    }
}

/// A citation in words.
#[must_use]
pub fn cited(model: &Model, at: usize) -> Cited {
    let citation = &model.citations[at];
    let source = &model.sources[citation.source.index()];
    Cited {
        source: model.name(source.entity).to_owned(),
        title: model.lexicon.entities[source.entity.index()].label.clone(),
        locator: citation.locator.clone(),
        place: (!citation.place.is_empty()).then(|| citation.place.clone()),
    }
}

/// An event of the dossier as a step.
#[must_use]
pub fn of_event(world: &World<'_>, id: EventId) -> Told {
    let model = world.model;
    let event = &model.events[id.index()];
    let (min, max) = world.dating.bounds(id);
    let day = match (min, max) {
        (Some(min), Some(max)) if min == max => Some(model.show_tick(min)),
        (min, max) => {
            let show = |day: Option<i64>| day.map_or_else(String::new, |day| model.show_tick(day));
            Some(format!("{}..{}", show(min), show(max)))
        }
    };
    let mut told = of_origin(model, event.origin, &event.sentence);
    // What an event of an instrument mentions first is what it belongs to.
    if told.instrument.is_none() {
        let instrument = model.hooks.instrument;
        told.instrument = event
            .mentions
            .iter()
            .find(|id| model.lexicon.is_of_kind(**id, instrument))
            .map(|id| model.name(*id).to_owned());
    }
    told.id = id.0;
    told.kind = if event.kind == servanda_model::EventKind::Happens { "event" } else { "fact" };
    told.day = day;
    told.name = event.entity.map(|id| model.name(id).to_owned());
    told
}

/// What an event is called: its name, or its sentence.
#[must_use]
pub fn event_name(model: &Model, id: EventId) -> String {
    let event = &model.events[id.index()];
    event.entity.map_or_else(|| event.sentence.clone(), |id| model.name(id).to_owned())
}

/// What the day of an event is the day of: an act, or the beginning or the end of what holds.
#[must_use]
pub fn moment_name(model: &Model, id: EventId) -> String {
    let name = event_name(model, id);
    match model.events[id.index()].kind {
        servanda_model::EventKind::Begins => format!("beginning of {name}"),
        servanda_model::EventKind::Ends => format!("end of {name}"),
        _ => name,
    }
}

/// Why an act happened: the statement that says so, or the rule that made it.
#[must_use]
pub fn of_act(world: &World<'_>, outcome: &Outcome, run: &Run, action: ActionId, args: &[Value], tick: i64) -> Trace {
    let produced = run.solution.events.iter().find(|it| it.action == action && it.args == args && it.tick == tick);
    if let Some(by) = produced.and_then(|event| event.by) {
        return trace(world, run, by, None);
    }
    let stated = outcome.visible.iter().find(|id| {
        run.ticks[id.index()] == Some(tick)
            && world.model.events[id.index()]
                .happenings
                .iter()
                .any(|happening| matches!(happening, servanda_model::Happening::Action(a, list) if *a == action && list == args))
    });
    let mut trace = Trace::default();
    if let Some(id) = stated {
        trace.steps.push(of_event(world, *id));
        assumptions(world, &Cause::Occurrence(id.0), run, &mut trace);
    }
    trace
}

/// The first day on which something happened to a thing: its signature, as a rule.
#[must_use]
pub fn made_on(world: &World<'_>, outcome: &Outcome, thing: EntityId) -> Option<i64> {
    let model = world.model;
    let days = outcome.visible.iter().filter_map(|id| {
        let event = &model.events[id.index()];
        let about = event.happenings.iter().any(|happening| {
            matches!(happening, servanda_model::Happening::Action(_, args) if args.first() == Some(&Value::entity(thing)) || args.contains(&Value::entity(thing)))
        });
        about.then(|| world.earliest(*id)).flatten()
    });
    let itself = || outcome.visible.iter().find(|id| model.events[id.index()].entity == Some(thing));
    match model.lexicon.is_of_kind(thing, model.hooks.event) {
        true => itself().and_then(|id| world.earliest(*id)),
        false => days.min(),
    }
}

/// Why the answer is no.
#[must_use]
pub fn no(world: &World<'_>, question: &Question, outcome: &Outcome, view: &View, on: i64) -> crate::ask::No {
    // Who does not see everything does not see everything that is said, either.
    let whole = view.seen_by.is_none() && view.known_in.is_none();
    let model = world.model;
    let mut no = crate::ask::No::default();
    // What else is so is told with numbers as they are stated.
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return no };
    for (label, sinces, untils, begun) in crate::ask::times(world, outcome, question) {
        let (since, until) = crate::ask::ends(world, outcome, &sinces, &untils);
        let (since, until) = (since.text(model), until.text(model));
        let since = if since.is_empty() { "the beginning".to_owned() } else { since };
        let until = if until.is_empty() { "on".to_owned() } else { format!("until {until}") };
        no.instead.push(format!("it is so from {since} {until} {label}").trim_end().to_owned());
        if let (Some((run, step)), true) = (begun, no.steps.is_empty()) {
            no.steps = trace(world, run, step, None).steps;
        }
    }
    let whole_of = question.conditions.iter().find_map(|condition| match condition {
        Condition::Holds(it) if it.fluent == model.hooks.belongs_to => it.args.get(1).copied(),
        _ => None,
    });
    let day = (!question.is_of_all_days(view)).then_some(on);
    for condition in &question.conditions {
        if let Condition::Holds(pattern) = condition {
            other_statuses(world, run, pattern, whole_of, day, &mut no);
            if whole {
                for (text, told) in claimed_facts(world, pattern) {
                    no.instead.push(text);
                    no.steps.push(told);
                }
            }
        }
        // Of one thing's parts the others are no matter.
        let open = matches!(condition, Condition::Holds(it) if it.args.iter().any(|term| matches!(term, Term::Var(_))));
        let (told, steps) = (no.instead.len(), no.steps.len());
        explain_absence(world, outcome, run, condition, &question.vars, on, &mut no);
        if open && whole_of.is_some() {
            no.instead.truncate(told);
            no.steps.truncate(steps);
        }
    }
    if whole {
        question.told_as.iter().for_each(|pattern| claimed(world, pattern, &mut no));
    }
    if let Form::Acts { patterns, .. } = &question.form {
        for pattern in patterns {
            of_wholes(world, outcome, run, pattern, &mut no);
            if whole {
                claimed(world, pattern, &mut no);
            }
            no.searched.push(format!("an event “{}”", say::event_pattern(model, pattern, &question.vars)));
        }
    }
    no
}

/// What somebody only says, or a source says wrongly, of an act that did not happen as far as the dossier states.
fn claimed(world: &World<'_>, pattern: &EventPattern, no: &mut crate::ask::No) {
    use servanda_model::{Happening, Standing};
    let model = world.model;
    let fits = |happening: &Happening| match happening {
        Happening::Action(action, args) => {
            *action == pattern.action
                && pattern.args.iter().zip(args).all(|(term, value)| !matches!(term, Term::Value(it) if it != value))
        }
        _ => false,
    };
    for (at, event) in model.events.iter().enumerate() {
        let id = EventId::from_index(at);
        if !event.happenings.iter().any(fits) {
            continue;
        }
        let by = match &event.standing {
            Standing::Stated => continue,
            Standing::Claimed(by) if by.is_empty() => "said, and not taken as so".to_owned(),
            Standing::Claimed(by) => {
                let by: Vec<&str> = by.iter().map(|id| model.name(*id)).collect();
                format!("said by {}, and not taken as so", by.join(" and "))
            }
            Standing::Contradicted => "said by its source, and contradicted".to_owned(),
        };
        let against = match event.contradicted_by.as_slice() {
            [] => String::new(),
            all => format!(" ({})", all.join("; ")),
        };
        no.instead.push(format!("{by}: {}{against}", event.sentence));
        no.steps.push(of_event(world, id));
    }
}

/// What is claimed of a fluent and not taken as so.
pub(crate) fn claimed_facts(world: &World<'_>, pattern: &FluentPattern) -> Vec<(String, Told)> {
    use servanda_model::{Happening, Standing};
    let model = world.model;
    let own = model.totals.iter().find(|total| total.total == pattern.fluent).map(|total| total.own);
    let fits = |happening: &Happening| match happening {
        Happening::FactBegins(fluent, args, _) => {
            (*fluent == pattern.fluent || Some(*fluent) == own)
                && pattern.args.iter().zip(args).all(|(term, value)| !matches!(term, Term::Value(it) if it != value))
        }
        _ => false,
    };
    let mut all = Vec::new();
    for (at, event) in model.events.iter().enumerate() {
        let by = match &event.standing {
            Standing::Stated => continue,
            Standing::Claimed(by) if !by.is_empty() => {
                let by: Vec<&str> = by.iter().map(|id| model.name(*id)).collect();
                format!("said by {}, and not taken as so", by.join(" and "))
            }
            _ => "said, and not taken as so".to_owned(),
        };
        if event.happenings.iter().any(fits) {
            all.push((format!("{by}: {}", event.sentence), of_event(world, EventId::from_index(at))));
        }
    }
    all
}

fn explain_absence(
    world: &World<'_>,
    outcome: &Outcome,
    run: &Run,
    condition: &Condition,
    vars: &[Var],
    on: i64,
    no: &mut crate::ask::No,
) {
    let model = world.model;
    no.searched.push(say::condition(model, condition, vars));
    let Condition::Holds(pattern) = condition else { return };
    if pattern.fluent == model.hooks.belongs_to {
        return;
    }
    let constants: Vec<Option<Value>> = pattern
        .args
        .iter()
        .map(|term| match term {
            Term::Value(value) => Some(*value),
            _ => None,
        })
        .collect();
    for instance in run.solution.instances_of(pattern.fluent, &constants).take(20) {
        if let Some(interval) = instance.intervals.iter().find(|interval| interval.contains(on)) {
            let since = interval
                .since
                .map_or_else(|| "from the start".to_owned(), |day| format!("since {}", model.show_tick(day)));
            no.instead.push(format!(
                "{} ({since})",
                say::fluent(model, instance.fluent, &instance.args, Some(interval.value))
            ));
            if let (Some(step), true) = (interval.begun_by, no.steps.is_empty()) {
                no.steps = trace(world, run, step, Some(on)).steps;
            }
        }
    }
    if no.instead.is_empty() {
        no.instead = said_of_wholes(model, run, pattern, &constants, on);
    }
    if no.instead.is_empty() {
        no.instead = of_parts(model, run, pattern, &constants, on);
    }
    for rule in &outcome.program.rules {
        let brings = rule.effects.iter().any(|effect| match effect {
            Effect::Initiate { fluent, args, value } => {
                *fluent == pattern.fluent && can_be(model, args, value_term(value), &rule.vars, pattern)
            }
            Effect::Increase { fluent, args, .. } => {
                *fluent == pattern.fluent && can_be(model, args, Term::Any, &rule.vars, pattern)
            }
            _ => false,
        });
        if brings && no.would_change.len() < 12 {
            let triggers: Vec<String> =
                rule.triggers.iter().map(|trigger| trigger_text(model, trigger, &rule.vars)).collect();
            no.would_change.push(format!(
                "{}: when {}",
                model.origins[rule.origin.index()].label,
                triggers.join(", or ")
            ));
        }
    }
    let defines = |it: &&Definition| {
        it.fluent == pattern.fluent && can_be(model, &it.args, value_term(&it.value), &it.vars, pattern)
    };
    for definition in outcome.program.definitions.iter().filter(defines) {
        if no.would_change.len() < 12 {
            let conditions: Vec<String> =
                definition.conditions.iter().map(|it| say::condition(model, it, &definition.vars)).collect();
            no.would_change.push(format!("{}: while {}", definition.name, conditions.join("; ")));
        }
    }
}

/// How norms stand that do not stand as it was asked: a norm that is named, or those of an instrument. Without a day, how
/// they ever stood.
fn other_statuses(
    world: &World<'_>,
    run: &Run,
    pattern: &FluentPattern,
    whole: Option<Term>,
    day: Option<i64>,
    no: &mut crate::ask::No,
) {
    let model = world.model;
    let statuses = &model.hooks.statuses;
    let of_whole = |norm: Value| match (whole, norm.as_entity()) {
        (Some(Term::Value(whole)), Some(norm)) => {
            whole.as_entity().is_some_and(|whole| model.lexicon.entities[norm.index()].belongs_to.contains(&whole))
        }
        _ => false,
    };
    let named = matches!(pattern.args.first(), Some(Term::Value(_)));
    if !(named || whole.is_some()) || !statuses.iter().any(|(_, fluent)| *fluent == pattern.fluent) {
        return;
    }
    let constant = |term: &Term| if let Term::Value(value) = term { Some(*value) } else { None };
    let constants: Vec<Option<Value>> = pattern.args.iter().map(constant).collect();
    for (_, fluent) in statuses.iter().filter(|(_, fluent)| *fluent != pattern.fluent) {
        for instance in run.solution.instances_of(*fluent, &constants) {
            if !named && !of_whole(instance.args[0]) {
                continue;
            }
            for interval in instance.intervals.iter().filter(|it| day.is_none_or(|day| it.contains(day))) {
                if no.instead.len() >= MOST_STATUSES {
                    return;
                }
                let said = say::fluent(model, *fluent, &instance.args, None);
                let since = interval.since.map_or_else(String::new, |it| format!(" since {}", model.show_tick(it)));
                let until = interval.until.map_or_else(String::new, |it| format!(" until {}", model.show_tick(it)));
                no.instead.push(format!("{said}{since}{until}"));
                if let (Some(step), true) = (interval.begun_by, no.steps.is_empty()) {
                    no.steps = trace(world, run, step, day).steps;
                }
            }
        }
    }
}

/// The most statuses of other kinds that are told of.
const MOST_STATUSES: usize = 12;

/// Acts upon a place in which the place asked about lies.
fn of_wholes(world: &World<'_>, outcome: &Outcome, run: &Run, pattern: &EventPattern, no: &mut crate::ask::No) {
    let model = world.model;
    for event in run.solution.events.iter().filter(|event| event.action == pattern.action) {
        let mut within: Vec<String> = Vec::new();
        let fits = pattern.args.iter().zip(&event.args).all(|(term, value)| match term {
            Term::Value(asked) if asked == value => true,
            Term::Value(asked) => {
                let lies = model.nesting.iter().any(|nests| {
                    let args = [*asked, *value];
                    let on = |tick| run.solution.holds_at(*nests, &args, Value::TRUE, tick);
                    on(event.tick) || on(event.tick - 1)
                });
                if lies {
                    within.push(format!("{} lies in {}", model.show(*asked), model.show(*value)));
                }
                lies
            }
            _ => true,
        });
        if fits && !within.is_empty() && no.instead.len() < MOST_STATUSES {
            let said = say::action(model, event.action, &event.args);
            no.instead.push(format!("{said} on {}, and {}", model.show_tick(event.tick), within.join(", ")));
            no.steps.extend(of_act(world, outcome, run, event.action, &event.args, event.tick).steps);
        }
    }
}

/// The most parts of a thing that are told of where the thing itself has no value.
const MOST_PARTS: usize = 3;

/// What is so of a place in which the place asked about lies.
fn said_of_wholes(
    model: &Model,
    run: &Run,
    pattern: &FluentPattern,
    constants: &[Option<Value>],
    on: i64,
) -> Vec<String> {
    let mut told = Vec::new();
    for (at, part) in constants.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))) {
        let mut wanted = constants.to_vec();
        wanted[at] = None;
        for instance in run.solution.instances_of(pattern.fluent, &wanted) {
            let lies =
                model.nesting.iter().any(|it| run.solution.holds_at(*it, &[part, instance.args[at]], Value::TRUE, on));
            let held = instance.intervals.iter().find(|interval| interval.contains(on));
            if let (true, Some(interval)) = (lies, held) {
                let said = say::fluent(model, instance.fluent, &instance.args, Some(interval.value));
                told.push(format!("{said}, and {} lies in {}", model.show(part), model.show(instance.args[at])));
            }
        }
    }
    told.truncate(MOST_STATUSES);
    told
}

/// What is so of things that belong to the thing asked about.
fn of_parts(model: &Model, run: &Run, pattern: &FluentPattern, constants: &[Option<Value>], on: i64) -> Vec<String> {
    let part_of = |part: Value, whole: Value| {
        let (Some(part), Some(whole)) = (part.as_entity(), whole.as_entity()) else { return false };
        model.lexicon.entities[part.index()].belongs_to.contains(&whole)
    };
    let mut told = Vec::new();
    for (at, whole) in constants.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))) {
        let mut wanted = constants.to_vec();
        wanted[at] = None;
        let parts = run.solution.instances_of(pattern.fluent, &wanted).filter(|it| part_of(it.args[at], whole));
        told.extend(parts.filter_map(|instance| {
            let interval = instance.intervals.iter().find(|interval| interval.contains(on))?;
            Some(say::fluent(model, instance.fluent, &instance.args, Some(interval.value)))
        }));
    }
    told.truncate(MOST_PARTS);
    told
}

fn value_term(value: &Expr) -> Term {
    match value {
        Expr::Value(value) => Term::Value(*value),
        Expr::Var(var) => Term::Var(*var),
        _ => Term::Any,
    }
}

/// Whether what a rule or a definition gives can be what was asked, as far as its constants and kinds say.
fn can_be(model: &Model, args: &[Term], value: Term, vars: &[Var], asked: &FluentPattern) -> bool {
    let fits = |given: &Term, asked: &Term| match (given, asked) {
        (Term::Value(given), Term::Value(asked)) => given == asked,
        (Term::Var(var), Term::Value(asked)) => match (vars[var.index()].hole, asked.as_entity()) {
            (Hole::Kind(kind), Some(entity)) => model.lexicon.is_of_kind(entity, kind),
            _ => true,
        },
        _ => true,
    };
    args.iter().zip(&asked.args).all(|(given, asked)| fits(given, asked)) && fits(&value, &asked.value)
}

fn trigger_text(model: &Model, trigger: &Trigger, vars: &[Var]) -> String {
    match trigger {
        Trigger::Happens(pattern) => say::event_pattern(model, pattern, vars),
        Trigger::Initiated(it) => format!("{} is started", say::pattern(model, it, vars)),
        Trigger::Begins(it) => format!("{} begins", say::pattern(model, it, vars)),
        Trigger::Ends(it) => format!("{} ends", say::pattern(model, it, vars)),
        Trigger::HasHeld { pattern, time, .. } => {
            format!("{} has held for {}", say::pattern(model, pattern, vars), say::expr(model, time, vars))
        }
        Trigger::After { time, trigger, .. } => {
            format!("{} after {}", say::expr(model, time, vars), trigger_text(model, trigger, vars))
        }
        Trigger::Comes(it) => format!("{} comes", say::pattern(model, it, vars)),
    }
}
