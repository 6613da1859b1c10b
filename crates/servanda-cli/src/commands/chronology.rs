//! `servanda chronology DIR`.

use std::path::Path;

use serde::Serialize;
use servanda::dating::{Dating, Said, date};
use servanda_chronology::Bound;
use servanda_model::{EventId, EventKind, Model, Standing};

use super::{opened, show_errors};
use crate::exit::Exit;
use crate::terminal::Terminal;

/// When everything may have happened.
#[derive(Serialize)]
struct Table {
    events: Vec<Row>,
    /// Statements that cannot all be true, as few as contradict each other.
    contradiction: Option<Vec<Ground>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitivity: Option<Vec<Moves>>,
}

/// An event, and the days it can be on.
#[derive(Serialize)]
struct Row {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    event: String,
    written: String,
    earliest: Option<String>,
    latest: Option<String>,
    earliest_rests_on: Vec<Ground>,
    latest_rests_on: Vec<Ground>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip)]
    first: Option<i64>,
}

/// A statement about a day.
#[derive(Serialize, Clone, PartialEq)]
struct Ground {
    event: String,
    says: String,
    place: Option<String>,
}

/// What would move a bound.
#[derive(Serialize)]
struct Moves {
    bound: &'static str,
    dropped: Ground,
    then: Option<String>,
}

pub(crate) fn run(dir: &Path, sensitivity: Option<&str>, out: &Terminal) -> Exit {
    let dossier = match opened(dir, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let model = &dossier.model;
    let mut dating = date(model);
    let wanted = match sensitivity.map(|name| event_called(model, name).ok_or(name)).transpose() {
        Ok(wanted) => wanted,
        Err(name) => {
            let names = model.events.iter().filter_map(|event| Some(model.name(event.entity?)));
            let near = servanda_diagnostics::suggest(name, names);
            let help = near.map_or_else(String::new, |near| format!("help: did you mean `{near}`?\n"));
            out.complain(&format!("error[unknown-event]: no event is called `{name}`\n{help}"));
            return Exit::CouldNot;
        }
    };
    let mut table = table(model, &dating);
    table.sensitivity = wanted.map(|event| moves(model, &mut dating, event));
    if out.json() {
        out.print_json(&table);
    } else if let (Some(moves), Some(event)) = (&table.sensitivity, wanted) {
        out.print(&sensitivity_text(model, &dating, event, moves, out));
    } else {
        out.print(&text(&table, out));
    }
    super::show_diagnostics(model, &dating.diagnostics(model), out);
    let is_sound = !show_errors(model, out);
    if table.contradiction.is_none() && is_sound { Exit::Yes } else { Exit::No }
}

fn table(model: &Model, dating: &Dating) -> Table {
    let stated = (0..model.events.len()).map(EventId::from_index).filter(|id| {
        let event = &model.events[id.index()];
        event.standing == Standing::Stated
    });
    let mut events: Vec<Row> = stated.map(|id| row(model, dating, id)).collect();
    events.sort_by(|a, b| (a.first.is_none(), a.first, &a.event).cmp(&(b.first.is_none(), b.first, &b.event)));
    let contradiction = dating.contradiction.as_ref().map(|ids| {
        ids.iter().filter_map(|id| dating.said.get(id.0 as usize)).map(|said| ground(model, said)).collect()
    });
    Table { events, contradiction, sensitivity: None }
}

fn row(model: &Model, dating: &Dating, id: EventId) -> Row {
    let event = &model.events[id.index()];
    let (min, max) = dating.bounds(id);
    let rests = |bound| -> Vec<Ground> { dating.rests_on(id, bound).into_iter().map(|it| ground(model, it)).collect() };
    Row {
        name: event.entity.map(|id| model.name(id).to_owned()),
        event: sentence(model, id),
        written: event.when.written.clone(),
        earliest: min.map(|day| model.show_tick(day)),
        latest: max.map(|day| model.show_tick(day)),
        earliest_rests_on: rests(Bound::Lower),
        latest_rests_on: rests(Bound::Upper),
        place: place(model, id),
        first: min.or(max),
    }
}

fn sentence(model: &Model, id: EventId) -> String {
    let event = &model.events[id.index()];
    if event.kind == EventKind::Ends { format!("no longer: {}", event.sentence) } else { event.sentence.clone() }
}

fn place(model: &Model, id: EventId) -> Option<String> {
    let origin = &model.origins[model.events[id.index()].origin.index()];
    let file = model.files.get(origin.file).filter(|_| origin.span.end > 0)?;
    Some(format!("{}:{}", file.path, file.line_column(origin.span.start).line))
}

fn ground(model: &Model, said: &Said) -> Ground {
    Ground {
        event: servanda::steps::event_name(model, said.event),
        says: said.text.clone(),
        place: place(model, said.event),
    }
}

fn event_called(model: &Model, name: &str) -> Option<EventId> {
    let entity = model.lexicon.entity(name);
    let named = model.events.iter().position(|event| event.entity.is_some() && event.entity == entity);
    let said = || model.events.iter().position(|event| event.sentence.eq_ignore_ascii_case(name.trim()));
    named.or_else(said).map(EventId::from_index)
}

fn moves(model: &Model, dating: &mut Dating, event: EventId) -> Vec<Moves> {
    let (Some(point), Some(chronology)) = (dating.points[event.index()], dating.chronology.as_mut()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (bound, word) in [(Bound::Lower, "earliest"), (Bound::Upper, "latest")] {
        for sensitive in chronology.sensitivity(point, bound) {
            let Some(said) = dating.said.get(sensitive.constraint.0 as usize) else { continue };
            let then = sensitive.without.map(|day| model.show_tick(day));
            found.push(Moves { bound: word, dropped: ground(model, said), then });
        }
    }
    found
}

fn text(table: &Table, out: &Terminal) -> String {
    let mut text = String::new();
    if let Some(grounds) = &table.contradiction {
        text.push_str(&format!("{}\n", out.bold("These statements cannot all be true")));
        grounds.iter().for_each(|it| text.push_str(&format!("  {}\n", out.wrap(&said(it), 6))));
        return text;
    }
    let exact = table.events.iter().filter(|row| row.earliest.is_some() && row.earliest == row.latest).count();
    let open = table.events.len() - exact;
    text.push_str(&format!("{exact} events and facts have one day, {open} do not.\n\n"));
    text.push_str(&format!("{}\n", out.bold("earliest    latest      event")));
    for row in &table.events {
        let show = |day: &Option<String>| day.clone().unwrap_or_else(|| "open".to_owned());
        let is_exact = row.earliest.is_some() && row.earliest == row.latest;
        let latest = if is_exact { String::new() } else { show(&row.latest) };
        let name = row.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        let place = row.place.as_ref().map_or_else(String::new, |place| format!(" [{place}]"));
        let line = format!("{name}{}{place}", row.event);
        text.push_str(&format!("{:<12}{latest:<12}{}\n", show(&row.earliest), out.wrap(&line, 24)));
        if is_exact && !row.written.is_empty() {
            continue;
        }
        if !row.written.is_empty() {
            text.push_str(&format!("{:24}{}\n", "", out.dim(&format!("written {}", row.written))));
        }
        for (word, grounds) in [("not earlier", &row.earliest_rests_on), ("not later", &row.latest_rests_on)] {
            // A bound that rests on the date as written says nothing new.
            if grounds.is_empty() || matches!(&grounds[..], [one] if one.place == row.place && !row.written.is_empty())
            {
                continue;
            }
            let all: Vec<String> = grounds.iter().map(said).collect();
            text.push_str(&format!("{:24}{}\n", "", out.dim(&out.wrap(&format!("{word}: {}", all.join("; ")), 26))));
        }
    }
    text
}

fn said(ground: &Ground) -> String {
    let place = ground.place.as_ref().map_or_else(String::new, |place| format!(" [{place}]"));
    format!("{}: {}{place}", ground.event, ground.says)
}

fn sensitivity_text(model: &Model, dating: &Dating, event: EventId, moves: &[Moves], out: &Terminal) -> String {
    let (min, max) = dating.bounds(event);
    let show = |day: Option<i64>| day.map_or_else(|| "open".to_owned(), |day| model.show_tick(day));
    let mut text = format!("{}\n  from {} to {}\n", out.bold(&sentence(model, event)), show(min), show(max));
    if moves.is_empty() {
        text.push_str("  no single statement, if dropped, would change that\n");
    }
    for it in moves {
        let then = it.then.as_deref().unwrap_or("open");
        let line = format!("without “{}” the {} day would be {then}", said(&it.dropped), it.bound);
        text.push_str(&format!("  {}\n", out.wrap(&line, 6)));
    }
    text
}
