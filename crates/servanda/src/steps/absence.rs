//! Why the answer is no: what was looked for, what is so instead, and which rules would make it so.

use servanda_engine::{Happened, Instance, Interval};
use servanda_model::{
    Condition, Definition, Effect, EntityId, EventId, EventPattern, Expr, FluentId, FluentPattern, Hole, Modality,
    Model, Norm, Term, Trigger, Value, Var, View,
};

use super::{Told, days, of_act, of_event, of_origin, reasons, trace};
use crate::ends::Ends;
use crate::question::{Form, Question};
use crate::say;
use crate::world::{Outcome, Run, World};

/// The day from which something is secret that is asked about as such: that on which it is made.
fn secret_from(world: &World<'_>, question: &Question) -> Option<i64> {
    let [Condition::Holds(it), ..] = question.conditions.as_slice() else { return None };
    match it.args.first() {
        Some(Term::Value(value)) if it.fluent == world.model.hooks.secret => super::made_on(world, value.as_entity()?),
        _ => None,
    }
}

/// Why the answer is no.
#[must_use]
pub fn no(world: &World<'_>, question: &Question, outcome: &Outcome, view: &View, on: i64) -> crate::ask::No {
    // Who does not see everything does not see everything that is said, either.
    let whole = view.seen_by.is_none();
    let model = world.model;
    let mut no = crate::ask::No::default();
    // What else is so is told with numbers as they are stated.
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return no };
    // Of what other acts breached an act is no matter.
    if let Some(act) = question.by_act {
        no.searched.push(format!("a norm breached by {}", model.name(act)));
        let event = model.events.iter().position(|event| event.entity == Some(act)).map(EventId::from_index);
        no.steps.extend(event.filter(|it| outcome.visible.contains(it)).map(|it| of_event(world, it)));
        return no;
    }
    // What is denied is told as it is, not when it is not.
    let denied = match question.conditions.as_slice() {
        [Condition::Not(list)] => reasons::holding(world, outcome, list, on, &mut no),
        _ => false,
    };
    for time in crate::ask::times(world, outcome, question).into_iter().filter(|_| !denied) {
        let (since, until) = (&time.since, &time.until);
        let (since, until) = (since.text(model), until.text(model));
        let since = match (since.is_empty(), secret_from(world, question)) {
            (true, Some(made)) => model.show_tick(made),
            (true, None) => "the beginning".to_owned(),
            (false, _) => since,
        };
        let until = if until.is_empty() { "on".to_owned() } else { format!("until {until}") };
        let possibly = if time.certain { "" } else { "possibly " };
        let label = &time.label;
        no.instead.push(format!("{possibly}it is so from {since} {until} {label}").trim_end().to_owned());
        // What is no longer so has an end that tells why not; the last one counts.
        let is_over = time.is_over(on);
        match (time.ended.filter(|_| is_over), time.begun) {
            (Some((run, step)), _) => no.steps = trace(world, run, step, None).steps,
            (None, Some((run, step))) if no.steps.is_empty() => no.steps = trace(world, run, step, None).steps,
            _ => {}
        }
    }
    let times = no.instead.len();
    let whole_of = question.conditions.iter().find_map(|condition| match condition {
        Condition::Holds(it) if it.fluent == model.hooks.belongs_to => it.args.get(1).copied(),
        _ => None,
    });
    let whole_of = whole_of.filter(|it| matches!(it, Term::Value(_)));
    let day = (!question.is_of_all_days(view)).then_some(on);
    // What came after the time asked about stood in nothing's way.
    let by = question.during.and_then(|(_, last)| last).map_or(on, |last| last.min(on));
    for condition in &question.conditions {
        if let Condition::Compare { left: Expr::Fluent(fluent, args), .. } = condition {
            // How many it is, and how many somebody says.
            let pattern = FluentPattern { fluent: *fluent, args: args.clone(), value: Term::Any };
            held_instead(world, outcome, run, &pattern, on, &mut no);
            for (text, told) in claimed_facts(world, &pattern, view.known_in).into_iter().filter(|_| whole) {
                no.instead.push(text);
                no.steps.push(told);
            }
        }
        if let Condition::Holds(pattern) = condition {
            other_statuses(world, (outcome, run), pattern, whole_of, day, &mut no);
            if whole {
                for (text, told) in claimed_facts(world, pattern, view.known_in) {
                    no.instead.push(text);
                    no.steps.push(told);
                }
            }
        }
        if let Condition::Holds(pattern) = condition {
            reasons::of_norms(world, run, (pattern, whole_of), whole.then_some(view.known_in), &mut no);
        }
        // Of one thing's parts the others are no matter.
        let open = matches!(condition, Condition::Holds(it) if it.args.iter().any(|term| matches!(term, Term::Var(_))));
        let (told, steps) = (no.instead.len(), no.steps.len());
        explain_absence(world, outcome, run, condition, (&question.vars, whole_of, times), (on, by), &mut no);
        if open && whole_of.is_some() {
            no.instead.truncate(told);
            no.steps.truncate(steps);
        }
    }
    if whole {
        question.told_as.iter().for_each(|pattern| claimed(world, pattern, view.known_in, &mut no));
    }
    if let Form::Acts { patterns, .. } = &question.form {
        for pattern in patterns {
            of_wholes(world, outcome, run, pattern, &mut no);
            reasons::owed(world, outcome, run, pattern, on, &mut no);
            if whole {
                claimed(world, pattern, view.known_in, &mut no);
            }
            no.searched.push(format!("an event “{}”", say::event_pattern(model, pattern, &question.vars)));
        }
    }
    no
}

/// What stands in the way of what is asked about, where the question denies it.
#[must_use]
pub fn why_not(world: &World<'_>, question: &Question, outcome: &Outcome, on: i64) -> crate::ask::No {
    let mut no = crate::ask::No::default();
    let [Condition::Not(list)] = question.conditions.as_slice() else { return no };
    let ([Condition::Holds(pattern)], Some(run)) = (list.as_slice(), outcome.stated.as_ref().or(outcome.runs.first()))
    else {
        return no;
    };
    reasons::stopped(world, outcome, run, pattern, on, &mut no);
    // What was so before was ended by something; what is not so yet comes of something.
    let model = world.model;
    let wanted = crate::ask::constants(pattern);
    let is_it = |it: &&Interval| matches!(pattern.value, Term::Value(value) if value == it.value);
    let held: Vec<(&Instance, &Interval)> = run
        .solution
        .instances_of(pattern.fluent, &wanted)
        .flat_map(|instance| instance.intervals.iter().filter(is_it).map(move |it| (instance, it)))
        .collect();
    let before = held.iter().filter(|(_, it)| it.until.is_some_and(|until| until <= on)).max_by_key(|it| it.1.until);
    let after = held.iter().filter(|(_, it)| it.since.is_some_and(|since| since > on)).min_by_key(|it| it.1.since);
    let days =
        |(instance, interval): &(&Instance, &Interval)| days::of_interval(world, outcome, run, instance, interval);
    let told = |no: &mut crate::ask::No, text: String, step| {
        no.instead.push(text);
        let new = trace(world, run, step, None).steps;
        no.steps.extend(new.into_iter().filter(|it| !no.steps.contains(it)).collect::<Vec<_>>());
    };
    if !no.instead.is_empty() {
        return no;
    }
    if let Some((it, step)) = before.and_then(|it| Some((it, it.1.ended_by?))) {
        told(&mut no, format!("it was so until {}", days(it).1.text(model)), step);
    }
    if let Some((it, step)) = after.and_then(|it| Some((it, it.1.begun_by?))) {
        told(&mut no, format!("it is so from {} on", days(it).0.text(model)), step);
    }
    if no.instead.is_empty() {
        // How the norm stands instead, or what is so in its place.
        other_statuses(world, (outcome, run), pattern, None, Some(on), &mut no);
    }
    if no.instead.is_empty() && matches!(pattern.value, Term::Value(value) if value != Value::TRUE) {
        held_instead(world, outcome, run, pattern, on, &mut no);
    }
    no
}

/// What made the numbers that a question compares what they are: that a limit is kept rests on them as that it is broken does.
#[must_use]
pub fn of_figures(world: &World<'_>, outcome: &Outcome, conditions: &[Condition], on: i64) -> Vec<Told> {
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return Vec::new() };
    let mut all: Vec<Told> = Vec::new();
    for condition in conditions {
        let Condition::Compare { left, right, .. } = condition else { continue };
        for side in [left, right] {
            let Expr::Fluent(fluent, args) = side else { continue };
            let pattern = FluentPattern { fluent: *fluent, args: args.clone(), value: Term::Any };
            let wanted = crate::ask::constants(&pattern);
            let held = run.solution.instances_of(*fluent, &wanted);
            let now = held.flat_map(|it| &it.intervals).find(|it| it.contains(on));
            if let Some(step) = now.and_then(|it| it.begun_by) {
                all.extend(trace(world, run, step, Some(on)).steps);
            }
        }
    }
    all
}

/// What somebody only says, or a source says wrongly, of an act that did not happen as far as the dossier states.
pub(super) fn claimed(world: &World<'_>, pattern: &EventPattern, known_in: Option<i64>, no: &mut crate::ask::No) {
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
        let stated = |it: &Happening| {
            let mut all = model.events.iter().filter(|it| model.is_stated(it, known_in));
            all.any(|other| other.happenings.contains(it))
        };
        if !event.happenings.iter().any(|it| fits(it) && !stated(it)) || !is_said(world, event, known_in) {
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
            all if all.is_empty() || known_in.is_some() => String::new(),
            all => format!(" ({})", all.join("; ")),
        };
        no.instead.push(format!("{by}: {}{against}", event.sentence));
        no.steps.push(of_event(world, id));
    }
}

/// Whether a statement is said and no more, by the evidence of a year.
fn is_said(world: &World<'_>, event: &servanda_model::Event, known_in: Option<i64>) -> bool {
    !world.model.is_stated(event, known_in) && known_in.is_none_or(|year| world.evidence_by(event.origin, year))
}

/// What is claimed of a fluent and not taken as so.
pub(crate) fn claimed_facts(world: &World<'_>, pattern: &FluentPattern, known_in: Option<i64>) -> Vec<(String, Told)> {
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
        if event.happenings.iter().any(fits) && is_said(world, event, known_in) {
            all.push((format!("{by}: {}", event.sentence), of_event(world, EventId::from_index(at))));
        }
    }
    all
}

/// The values that a fluent has on the day.
fn held_instead(
    world: &World<'_>,
    outcome: &Outcome,
    run: &Run,
    pattern: &FluentPattern,
    on: i64,
    no: &mut crate::ask::No,
) {
    for instance in run.solution.instances_of(pattern.fluent, &constants_of(pattern)).take(20) {
        if let Some(interval) = instance.intervals.iter().find(|interval| interval.contains(on)) {
            no.instead.push(held_since(world, outcome, run, instance, interval, on));
            if let (Some(step), true) = (interval.begun_by, no.steps.is_empty()) {
                no.steps = trace(world, run, step, Some(on)).steps;
            }
        }
    }
}

fn explain_absence(
    world: &World<'_>,
    outcome: &Outcome,
    run: &Run,
    condition: &Condition,
    (vars, whole_of, times): (&[Var], Option<Term>, usize),
    (on, by): (i64, i64),
    no: &mut crate::ask::No,
) {
    let model = world.model;
    no.searched.push(say::condition(model, condition, vars));
    let Condition::Holds(pattern) = condition else { return };
    if pattern.fluent == model.hooks.belongs_to {
        // In no such thing it stands, but in another.
        if let ([Term::Value(part), Term::Var(_), ..], Some(id)) =
            (pattern.args.as_slice(), pattern.args.first().and_then(of_entity))
        {
            let entity = &model.lexicon.entities[id.index()];
            let wholes = entity.belongs_to.iter().map(|whole| [*part, Value::entity(*whole)]);
            no.instead.extend(wholes.map(|args| say::fluent(model, pattern.fluent, &args, None)));
            no.steps.push(of_origin(model, entity.origin, ""));
        }
        return;
    }
    held_instead(world, outcome, run, pattern, on, no);
    // At which other times it is so does not say what stands in the way on the day.
    if no.instead.len() <= times {
        reasons::stopped(world, outcome, run, pattern, by, no);
    }
    if no.instead.is_empty() {
        reasons::beside(world, outcome, run, pattern, on, no);
    }
    if no.instead.is_empty() {
        no.instead = said_of_wholes(model, outcome, run, pattern, on);
    }
    if no.instead.is_empty() {
        no.instead = of_parts(model, outcome, run, pattern, on);
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
    // Of norms of another instrument it makes no difference how they stand.
    let is_apart = |term: &Term| match (term, whole_of) {
        (Term::Value(norm), Some(Term::Value(whole))) => match (norm.as_entity(), whole.as_entity()) {
            (Some(norm), Some(whole)) if model.lexicon.is_of_kind(norm, model.hooks.norm) => {
                !model.lexicon.entities[norm.index()].belongs_to.contains(&whole)
            }
            _ => false,
        },
        _ => false,
    };
    let defines = |it: &&Definition| {
        it.fluent == pattern.fluent
            && can_be(model, &it.args, value_term(&it.value), &it.vars, pattern)
            && !it.args.first().is_some_and(is_apart)
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
    (outcome, run): (&Outcome, &Run),
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
    let constants = constants_of(pattern);
    for (word, fluent) in statuses.iter().filter(|(_, fluent)| *fluent != pattern.fluent) {
        for instance in run.solution.instances_of(*fluent, &constants) {
            if !named && !of_whole(instance.args[0]) {
                continue;
            }
            for interval in instance.intervals.iter().filter(|it| day.is_none_or(|day| it.contains(day))) {
                if no.instead.len() >= MOST_STATUSES {
                    return;
                }
                let said = say::fluent(model, *fluent, &instance.args, None);
                let stretch = stretch_text(world, outcome, run, instance, interval);
                let sure =
                    is_sure(outcome, instance, interval, day) && !otherwise(model, outcome, instance.args[0], *word);
                let possibly = if sure { "" } else { "possibly " };
                no.instead.push(format!("{possibly}{said}{stretch}"));
                if let (Some(step), true) = (interval.begun_by, no.steps.is_empty()) {
                    no.steps = trace(world, run, step, day).steps;
                }
            }
        }
    }
}

/// Whether a single duty has had statuses in some chronology, and never the one that is told.
fn otherwise(model: &Model, outcome: &Outcome, norm: Value, word: EntityId) -> bool {
    let duty = |it: &&Norm| Value::entity(it.entity) == norm && it.modality == Modality::Must && it.act.is_some();
    outcome.runs.iter().any(|run| {
        let fluents: Vec<FluentId> = model.norms.iter().filter(duty).map(|it| it.status).collect();
        let own = run.solution.instances.iter().filter(|it| fluents.contains(&it.fluent));
        let mut all = own.flat_map(|it| &it.intervals).peekable();
        all.peek().is_some() && all.all(|it| it.value != Value::entity(word))
    })
}

/// What would have to be so for a fluent to hold: its definitions, with the law they rest on.
pub(crate) fn lacking(world: &World<'_>, outcome: &Outcome, pattern: &FluentPattern, on: i64, no: &mut crate::ask::No) {
    let Some(run) = outcome.stated.as_ref().or(outcome.runs.first()) else { return };
    let mut own = crate::ask::No::default();
    let condition = Condition::Holds(pattern.clone());
    explain_absence(world, outcome, run, &condition, (&[], None, 0), (on, on), &mut own);
    no.searched.extend(own.searched);
    no.would_change.extend(own.would_change);
    for definition in outcome.program.definitions.iter().filter(|it| it.fluent == pattern.fluent) {
        let told = of_origin(world.model, definition.origin, "");
        if !no.steps.iter().any(|known| known.place == told.place) {
            no.steps.push(Told { kind: "rule", name: Some(definition.name.clone()), ..told });
        }
    }
}

/// The most statuses of other kinds that are told of.
const MOST_STATUSES: usize = 12;

/// Acts upon a place in which the place asked about lies.
fn of_wholes(world: &World<'_>, outcome: &Outcome, run: &Run, pattern: &EventPattern, no: &mut crate::ask::No) {
    let model = world.model;
    for event in run.solution.events.iter().filter(|event| event.action == pattern.action) {
        let Some(within) = within(model, run, pattern, event).filter(|_| no.instead.len() < MOST_STATUSES) else {
            continue;
        };
        let said = say::action(model, event.action, &event.args);
        no.instead.push(format!("{said} on {}, and {within}", model.show_tick(event.tick)));
        no.steps.extend(of_act(world, outcome, run, event.action, &event.args, event.tick).steps);
    }
}

/// How the places asked about lie in those that something happened to, if they do: `Tarn lies in Eastmarch`. Only where a place
/// is meant is one in another; what is done to a state is not done to the states and towns within it.
pub(crate) fn within(model: &Model, run: &Run, pattern: &EventPattern, event: &Happened) -> Option<String> {
    nested(model, run, pattern, event, |asked, done| [asked, done])
}

/// How the places that something happened in lie in those asked about, if they do.
pub(crate) fn around(model: &Model, run: &Run, pattern: &EventPattern, event: &Happened) -> Option<String> {
    nested(model, run, pattern, event, |asked, done| [done, asked])
}

fn nested(
    model: &Model,
    run: &Run,
    pattern: &EventPattern,
    event: &Happened,
    part_and_whole: impl Fn(Value, Value) -> [Value; 2],
) -> Option<String> {
    let holes = &model.program.actions[event.action.index()].holes;
    let mut all: Vec<String> = Vec::new();
    for (at, (term, value)) in pattern.args.iter().zip(&event.args).enumerate() {
        let Term::Value(asked) = term else { continue };
        if asked == value {
            continue;
        }
        let args = part_and_whole(*asked, *value);
        let lies = model.nesting.iter().filter(|nests| is_place(model, **nests, holes[at])).any(|nests| {
            let on = |tick| run.solution.holds_at(*nests, &args, Value::TRUE, tick);
            on(event.tick) || on(event.tick - 1)
        });
        if !lies {
            return None;
        }
        all.push(format!("{} lies in {}", model.show(args[0]), model.show(args[1])));
    }
    (!all.is_empty()).then(|| all.join(", "))
}

/// Whether a hole is for places as they nest, and not for actors, whom a place may also be.
pub(crate) fn is_place(model: &Model, nests: FluentId, hole: Hole) -> bool {
    model.program.fluents[nests.index()].args.first() == Some(&hole)
}

/// What holds on a day, with since when; only possibly so where it does not in every chronology.
pub(crate) fn held_since(
    world: &World<'_>,
    outcome: &Outcome,
    run: &Run,
    instance: &Instance,
    interval: &Interval,
    on: i64,
) -> String {
    let model = world.model;
    let since = match interval.since {
        None => "from the start".to_owned(),
        Some(_) => format!("since {}", days::of_interval(world, outcome, run, instance, interval).0.text(model)),
    };
    let possibly = if is_sure(outcome, instance, interval, Some(on)) { "" } else { "possibly " };
    format!("{possibly}{} ({since})", say::fluent(model, instance.fluent, &instance.args, Some(interval.value)))
}

/// Since when and until when something is so; empty where it always is.
pub(crate) fn stretch_text(
    world: &World<'_>,
    outcome: &Outcome,
    run: &Run,
    instance: &Instance,
    interval: &Interval,
) -> String {
    let (since, until) = days::of_interval(world, outcome, run, instance, interval);
    let part = |word: &str, day: Option<i64>, ends: Ends| match day {
        Some(_) => format!(" {word} {}", ends.text(world.model)),
        None => String::new(),
    };
    format!("{}{}", part("since", interval.since, since), part("until", interval.until, until))
}

/// Whether an instance has a value in every chronology: on a day, or at some time. Chronologies that leave it out altogether had
/// no need of it, and say nothing.
fn is_sure(outcome: &Outcome, instance: &Instance, interval: &Interval, day: Option<i64>) -> bool {
    outcome.runs.iter().all(|run| match run.solution.instance(instance.fluent, &instance.args) {
        None => true,
        Some(other) => {
            let same = |it: &&Interval| it.value == interval.value && day.is_none_or(|day| it.contains(day));
            other.intervals.is_empty() || other.intervals.iter().any(|it| same(&it))
        }
    })
}

/// The arguments of a pattern that are given.
fn constants_of(pattern: &FluentPattern) -> Vec<Option<Value>> {
    let constant = |term: &Term| if let Term::Value(value) = term { Some(*value) } else { None };
    pattern.args.iter().map(constant).collect()
}

/// The most parts of a thing that are told of where the thing itself has no value.
const MOST_PARTS: usize = 3;

/// What is so of a place in which the place asked about lies.
fn said_of_wholes(model: &Model, outcome: &Outcome, run: &Run, pattern: &FluentPattern, on: i64) -> Vec<String> {
    let constants = constants_of(pattern);
    let holes = &model.program.fluents[pattern.fluent.index()].args;
    let mut told = Vec::new();
    for (at, part) in constants.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))) {
        let mut wanted = constants.clone();
        wanted[at] = None;
        for instance in run.solution.instances_of(pattern.fluent, &wanted) {
            let lies = model
                .nesting
                .iter()
                .filter(|it| is_place(model, **it, holes[at]))
                .any(|it| run.solution.holds_at(*it, &[part, instance.args[at]], Value::TRUE, on));
            let held = instance.intervals.iter().find(|interval| interval.contains(on));
            if let (true, Some(interval)) = (lies, held) {
                let possibly = if is_sure(outcome, instance, interval, Some(on)) { "" } else { "possibly " };
                let said = say::fluent(model, instance.fluent, &instance.args, Some(interval.value));
                told.push(format!(
                    "{possibly}{said}, and {} lies in {}",
                    model.show(part),
                    model.show(instance.args[at])
                ));
            }
        }
    }
    told.truncate(MOST_STATUSES);
    told
}

/// What is so of things that belong to the thing asked about.
fn of_parts(model: &Model, outcome: &Outcome, run: &Run, pattern: &FluentPattern, on: i64) -> Vec<String> {
    let constants = constants_of(pattern);
    let part_of = |part: Value, whole: Value| {
        let (Some(part), Some(whole)) = (part.as_entity(), whole.as_entity()) else { return false };
        model.lexicon.entities[part.index()].belongs_to.contains(&whole)
    };
    let mut told = Vec::new();
    for (at, whole) in constants.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))) {
        let mut wanted = constants.clone();
        wanted[at] = None;
        let parts = run.solution.instances_of(pattern.fluent, &wanted).filter(|it| part_of(it.args[at], whole));
        told.extend(parts.filter_map(|instance| {
            let interval = instance.intervals.iter().find(|interval| interval.contains(on))?;
            let possibly = if is_sure(outcome, instance, interval, Some(on)) { "" } else { "possibly " };
            Some(format!("{possibly}{}", say::fluent(model, instance.fluent, &instance.args, Some(interval.value))))
        }));
    }
    told.truncate(MOST_PARTS);
    told
}

fn of_entity(term: &Term) -> Option<EntityId> {
    match term {
        Term::Value(value) => value.as_entity(),
        _ => None,
    }
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
