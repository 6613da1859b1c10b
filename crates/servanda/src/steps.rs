//! Derivations told step by step, in the words and with the sources of the dossier.

mod absence;
pub(crate) mod days;
mod ended;
mod reasons;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use servanda_engine::{Cause, Premise, StepId};
use servanda_model::{
    ActionId, Condition, Effect, EntityId, EventId, EventKind, Expr, FluentId, FluentPattern, Happening, Model,
    OriginId, Rule, Term, Value, Var,
};

use crate::figures::{self, Figure};
use crate::say;
use crate::world::{Outcome, Run, World};

pub(crate) use absence::{around, claimed_facts, held_since, is_place, lacking, within};
pub use absence::{no, of_figures, why_not};
pub(crate) use ended::settled;
pub(crate) use reasons::excepted;

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

impl Told {
    /// What came about, after its name where it has one.
    pub(crate) fn with_name(&self) -> String {
        self.name.as_ref().map_or_else(|| self.text.clone(), |name| format!("{name}: {}", self.text))
    }
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

/// The tag of an act that is only tried out.
pub(crate) const SUPPOSED: u32 = u32::MAX;

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
    let Some(step) = run.solution.step(id) else { return all };
    let (own, other): (Vec<&Premise>, Vec<&Premise>) = match &step.cause {
        // Much may have led to working it out anew; what its definitions read is what it rests on.
        Cause::NoDefinition { fluent, args } => {
            step.premises.iter().partition(|premise| ended::is_read(run, *fluent, args, premise))
        }
        _ => (step.premises.iter().collect(), Vec::new()),
    };
    let told = if own.is_empty() { other } else { own };
    told.into_iter().for_each(|premise| premises_of(premise, &mut all));
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
        Cause::Occurrence(SUPPOSED) => {
            Told { text: "the act that is asked about".to_owned(), kind: "supposed", ..Told::default() }
        }
        Cause::Occurrence(tag) => of_event(world, EventId(*tag)),
        Cause::Initial(index) => {
            let initial = &run.program.initial[*index as usize];
            let text = say::fluent(model, initial.fluent, &initial.args, Some(initial.value));
            Told { text, kind: "fact", ..of_origin(model, initial.origin, "") }
        }
        Cause::Rule { rule, bindings, .. } => {
            let rule = &run.program.rules[rule.index()];
            let origin = of_origin(model, rule.origin, "");
            let kind = if origin.instrument.is_some() { "norm" } else { "rule" };
            Told {
                text: brought_about_with(model, run, id, rule, bindings),
                kind,
                name: Some(rule.name.clone()),
                ..origin
            }
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

/// What a rule brought about in a step.
pub(crate) fn brought_about(model: &Model, run: &Run, id: StepId) -> String {
    match run.solution.step(id).map(|step| &step.cause) {
        Some(Cause::Rule { rule, bindings, .. }) => {
            brought_about_with(model, run, id, &run.program.rules[rule.index()], bindings)
        }
        _ => String::new(),
    }
}

/// Values that a rule worked out are told as they came out.
fn brought_about_with(model: &Model, run: &Run, id: StepId, rule: &Rule, bindings: &[Option<Value>]) -> String {
    let text = |effect: &Effect| match effect {
        Effect::Initiate { fluent, args, value } if !matches!(value, Expr::Value(_) | Expr::Var(_)) => {
            let args: Vec<Term> = args.iter().map(|term| bound(*term, bindings)).collect();
            match made(run, id, *fluent, &args) {
                Some(value) => {
                    let pattern = FluentPattern { fluent: *fluent, args, value: Term::Value(Value::TRUE) };
                    let said = say::pattern(model, &pattern, &rule.vars);
                    format!("{said} is {}", say::value(model, &run.solution, value))
                }
                None => effect_text(model, effect, &rule.vars, bindings),
            }
        }
        _ => effect_text(model, effect, &rule.vars, bindings),
    };
    rule.effects.iter().map(text).collect::<Vec<_>>().join("; ")
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
        Cause::Occurrence(SUPPOSED) => return,
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
    let origin = &model.origins[origin.index()];
    let part = origin.within.first().map(|id| format!(" ({})", model.name(*id))).unwrap_or_default();
    for judgment in &origin.judgments {
        trace.assumptions.push(format!("left to judgment: “{judgment}”{part}"));
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
    let (min, max) = match world.dating.bounds(id) {
        // What is only claimed is dated by nothing but its own words.
        (None, None) => (event.when.min, event.when.max),
        bounds => bounds,
    };
    let day = match (min, max) {
        (None, None) => None,
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
    if event.kind == servanda_model::EventKind::Ends {
        told.text = format!("no longer: {}", told.text);
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
pub fn made_on(world: &World<'_>, thing: EntityId) -> Option<i64> {
    let model = world.model;
    // Whoever looks, and on whatever day: what they do not see yet is made all the same.
    let is_told = |event: &servanda_model::Event| model.is_stated(event, None) && event.kind != EventKind::Words;
    let all = (0..model.events.len()).map(EventId::from_index);
    let stated: Vec<EventId> = all.filter(|id| is_told(&model.events[id.index()])).collect();
    let earliest = |is_about: &dyn Fn(&[Value]) -> bool| {
        let about = |id: &&EventId| {
            let is_it = |happening: &Happening| matches!(happening, Happening::Action(_, args) if is_about(args));
            model.events[id.index()].happenings.iter().any(is_it)
        };
        stated.iter().filter(about).filter_map(|id| world.earliest(*id)).min()
    };
    // Its own signature comes before what others did with it: they may have negotiated it long before.
    let own = || earliest(&|args| args.first() == Some(&Value::entity(thing)));
    let mentioned = || earliest(&|args| args.contains(&Value::entity(thing)));
    let mut moves = model.negotiations.iter().flat_map(|it| &it.moves);
    if let Some(told) = moves.find(|told| told.entity == Some(thing)) {
        return world.earliest(told.event);
    }
    let itself = || stated.iter().find(|id| model.events[id.index()].entity == Some(thing));
    match model.lexicon.is_of_kind(thing, model.hooks.event) {
        true => itself().and_then(|id| world.earliest(*id)),
        // What is not said to be made itself was made, as far as is told, with the whole that it belongs to.
        false => own()
            .or_else(|| {
                let wholes = &model.lexicon.entities[thing.index()].belongs_to;
                wholes.iter().filter_map(|whole| made_on(world, *whole)).min()
            })
            .or_else(mentioned),
    }
}
