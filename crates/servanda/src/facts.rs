//! Stated facts that cannot be as stated: two values at a time, places in a circle, less than nothing.

use std::collections::{BTreeMap, BTreeSet};

use servanda_diagnostics::Diagnostic;
use servanda_engine::{Cause, StepId};
use servanda_model::{
    ActionId, Event, EventId, EventKind, FluentId, FluentType, Happening, Hole, Kinded, Model, OriginId, Standing,
    Value,
};

use crate::world::{Run, World};
use crate::{diagnose, say};

/// Everything of the kind that can be seen in the dossier and in what follows from it.
pub(crate) fn diagnostics(world: &World<'_>, run: &Run) -> Vec<Diagnostic> {
    let mut found = overlapping(world);
    found.extend(told_twice(world));
    found.extend(in_run(world.model, run));
    found
}

/// What can be seen only in what follows from the dossier. In a run without reasons it is seen, too, but not where it comes
/// from.
pub(crate) fn in_run(model: &Model, run: &Run) -> Vec<Diagnostic> {
    let mut found = in_circles(model, run);
    found.extend(below_nothing(model, run));
    found.extend(crate::oddities::in_run(model, run));
    found
}

/// Two statements of one act on one day: all that happens on a day is a set, so that a number they speak of counts once.
fn told_twice(world: &World<'_>) -> Vec<Diagnostic> {
    let model = world.model;
    let mut first: BTreeMap<(i64, u32, ActionId, &[Value]), EventId> = BTreeMap::new();
    let mut found = Vec::new();
    for (id, event) in numbered(model).filter(|(_, event)| event.kind == EventKind::Happens) {
        let (Some(day), Some(last)) = world.dating.bounds(id) else { continue };
        if day != last || event.relations.iter().any(|relation| relation.then) {
            continue;
        }
        for happening in &event.happenings {
            let Happening::Action(action, args) = happening else { continue };
            if !model.program.actions[action.index()].holes.contains(&Hole::Number) {
                continue;
            }
            let told = first.entry((day, event.step, *action, args)).or_insert(id);
            let other = &model.events[told.index()];
            if other.origin != event.origin {
                found.push(counts_once(model, (day, other, event), say::action(model, *action, args)));
            }
        }
    }
    found
}

fn counts_once(model: &Model, (day, one, other): (i64, &Event, &Event), said: String) -> Diagnostic {
    let day = model.show_tick(day);
    let mut diagnostic =
        Diagnostic::warning("act-stated-twice", format!("“{said}” is stated twice for {day}, and counts once"));
    for event in [one, other] {
        diagnostic = diagnose::at(model, event.origin, diagnostic, "");
    }
    let after = match one.entity {
        Some(first) => format!("put the second after the first: `then {}`", model.name(first)),
        None => "give the first a name and put the second after it: `then NAME`".to_owned(),
    };
    diagnostic.help(format!("if there were two, state one with the sum, or {after}; if there was one, state it once"))
}

/// A fact and the days on which it begins and ends.
struct Stated {
    value: Value,
    origin: OriginId,
    /// The last day on which it can begin; absent from the start.
    begins: Option<i64>,
    /// The first day on which it can begin.
    not_before: Option<i64>,
    /// The first day on which it can end, if it is said to end.
    ends: Option<i64>,
}

/// Facts that give one thing two values at one time, whatever their days: the one is said to last until after the other
/// begins.
fn overlapping(world: &World<'_>) -> Vec<Diagnostic> {
    let model = world.model;
    let mut found = Vec::new();
    for ((fluent, args), facts) in stated(world) {
        if model.program.fluents[fluent.index()].ty == FluentType::Truth {
            continue;
        }
        for (at, one) in facts.iter().enumerate() {
            for other in facts.iter().skip(at + 1).filter(|other| other.value != one.value) {
                let (first, second) = if one.begins <= other.begins { (one, other) } else { (other, one) };
                let overlap = first.begins < second.not_before
                    && second.begins.zip(first.ends).is_some_and(|(begins, ends)| begins < ends);
                if overlap {
                    found.push(two_values(model, (fluent, &args), first, second));
                }
            }
        }
    }
    found
}

fn two_values(model: &Model, (fluent, args): (FluentId, &[Value]), first: &Stated, second: &Stated) -> Diagnostic {
    let said = |fact: &Stated| say::fluent(model, fluent, args, Some(fact.value));
    let since = second.begins.map_or_else(String::new, |day| model.show_tick(day));
    let message = format!("from {since} on “{}” and “{}” cannot both be so", said(first), said(second));
    let mut diagnostic = Diagnostic::error("facts-contradict", message);
    for fact in [first, second] {
        diagnostic = diagnose::at(model, fact.origin, diagnostic, &said(fact));
    }
    diagnostic.help("correct a date, or say of one of them who holds it or what contradicts it")
}

fn stated(world: &World<'_>) -> BTreeMap<(FluentId, Vec<Value>), Vec<Stated>> {
    let model = world.model;
    let mut all: BTreeMap<(FluentId, Vec<Value>), Vec<Stated>> = BTreeMap::new();
    let ends: BTreeMap<EventId, EventId> =
        numbered(model).filter_map(|(id, event)| Some((event.begun_by?, id))).collect();
    for (id, event) in numbered(model) {
        let (begins, end) = match (event.kind, event.begun_by) {
            (EventKind::Begins, _) => (Some(id), ends.get(&id).copied()),
            // What held from the start and ends.
            (EventKind::Ends, None) => (None, Some(id)),
            _ => continue,
        };
        let bounds = |id: Option<EventId>| id.map_or((None, None), |id| world.dating.bounds(id));
        let ((not_before, begins), (ends, _)) = (bounds(begins), bounds(end));
        if event.kind == EventKind::Begins && (not_before.is_none() || begins.is_none()) {
            continue;
        }
        for happening in &event.happenings {
            let (Happening::FactBegins(fluent, args, value) | Happening::FactEnds(fluent, args, value)) = happening
            else {
                continue;
            };
            let fact = Stated { value: *value, origin: event.origin, begins, not_before, ends };
            all.entry((*fluent, args.clone())).or_default().push(fact);
        }
    }
    all
}

fn numbered(model: &Model) -> impl Iterator<Item = (EventId, &servanda_model::Event)> {
    let all = model.events.iter().enumerate().map(|(at, event)| (EventId::from_index(at), event));
    all.filter(|(_, event)| event.standing == Standing::Stated)
}

/// Places that lie in themselves by way of others: what is there would be counted twice.
fn in_circles(model: &Model, run: &Run) -> Vec<Diagnostic> {
    let solution = &run.solution;
    let mut found = Vec::new();
    for instance in solution.instances.iter().filter(|it| model.nesting.contains(&it.fluent)) {
        let [part, whole] = &*instance.args else { continue };
        if part != whole {
            continue;
        }
        for interval in &instance.intervals {
            let place = model.show(*part);
            let since = interval
                .since
                .map_or_else(|| "from the start".to_owned(), |day| format!("since {}", model.show_tick(day)));
            let mut diagnostic =
                Diagnostic::error("nested-in-a-circle", format!("{since} `{place}` lies in itself, by way of others"));
            let mut blamed = Vec::new();
            stated_at_root(model, run, interval.begun_by, &mut blamed);
            for (origin, text) in blamed {
                diagnostic = diagnose::at(model, origin, diagnostic, &text);
            }
            found.push(diagnostic.help("leave one of them out, or say until when it was so"));
        }
    }
    found
}

/// The statements that a step rests on, however far off.
fn stated_at_root(model: &Model, run: &Run, step: Option<StepId>, blamed: &mut Vec<(OriginId, String)>) {
    let mut open: Vec<StepId> = step.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(step) = run.solution.step(id).filter(|_| seen.insert(id)) else { continue };
        match &step.cause {
            Cause::Occurrence(tag) => {
                let event = &model.events[*tag as usize];
                blamed.push((event.origin, event.sentence.clone()));
            }
            Cause::Initial(at) => {
                let fact = &run.program.initial[*at as usize];
                blamed.push((fact.origin, say::fluent(model, fact.fluent, &fact.args, Some(fact.value))));
            }
            _ => step.premises.iter().for_each(|premise| crate::steps::premises_of(premise, &mut open)),
        }
    }
    blamed.sort();
    blamed.dedup();
}

/// Whether a number is of what there is: so much is stated to be there, never less than nothing, and acts take from it.
fn is_stock(model: &Model, fluent: FluentId) -> bool {
    let stated = model.events.iter().flat_map(|event| &event.happenings).filter_map(|it| match it {
        servanda_model::Happening::FactBegins(of, _, value) if *of == fluent => Some(*value),
        _ => None,
    });
    let initial = model.initial.iter().filter(|it| it.item.fluent == fluent).map(|it| it.item.value);
    let mut numbers = stated.chain(initial).peekable();
    let is_amount = |value: servanda_model::Value| match value.kinded() {
        Kinded::Number(number) => number.mantissa >= 0,
        Kinded::Range(_) => true,
        _ => false,
    };
    numbers.peek().is_some() && numbers.all(is_amount)
}

/// Numbers that were brought below nothing, though what is counted or measured cannot be.
fn below_nothing(model: &Model, run: &Run) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let summed =
        |fluent: FluentId| model.program.fluents[fluent.index()].name.ends_with("_itself") || is_stock(model, fluent);
    let instances = run.solution.instances.iter();
    for instance in instances.filter(|it| it.fluent.index() < model.program.fluents.len() && summed(it.fluent)) {
        let below = instance.intervals.iter().find(|interval| match interval.value.kinded() {
            Kinded::Number(number) => number.mantissa < 0,
            Kinded::Range(id) => {
                run.solution.ranges.get(id.index()).is_some_and(|it| it.max.is_some_and(|max| max.mantissa < 0))
            }
            _ => false,
        });
        let Some(interval) = below else { continue };
        let what = say::fluent(model, instance.fluent, &instance.args, None);
        let value = say::value(model, &run.solution, interval.value);
        let since = interval.since.map_or_else(String::new, |day| format!(" since {}", model.show_tick(day)));
        let mut diagnostic =
            Diagnostic::warning("below-nothing", format!("{what} is {value}{since}: more left than were there"));
        let mut blamed = Vec::new();
        if let Some(step) = interval.begun_by {
            crate::check::stated_by(model, run, step, &mut blamed);
        }
        for (origin, text) in blamed {
            diagnostic = diagnose::at(model, origin, diagnostic, &text);
        }
        found.push(diagnostic.help("state what was there before, or correct a number"));
    }
    found
}
