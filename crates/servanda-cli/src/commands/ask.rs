//! `servanda ask DIR "QUESTION"`.

use std::path::Path;

use servanda::ask::{Answer, Reply, Truth, ask};
use servanda::ends::between_text;
use servanda::world::World;

use super::{dir_and_question, opened, show_ask_error, view_of, warn_of_errors, write_proofs};
use crate::ViewArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(words: &[String], view: &ViewArgs, proof: Option<&Path>, out: &Terminal) -> Exit {
    let (dir, question) = dir_and_question(words);
    let dossier = match opened(dir, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let view = match view_of(&dossier.model, view, out) {
        Ok(view) => view,
        Err(exit) => return exit,
    };
    warn_of_errors(&dossier.model, out);
    let mut world = World::new(&dossier.model);
    let reply = match ask(&mut world, question, &view) {
        Ok(reply) => reply,
        Err(error) => return show_ask_error(&dossier.model, &error, out),
    };
    if let Some(path) = proof
        && let Err(exit) = write_proofs(&mut world, &[(view.clone(), vec![question.to_owned()])], path, out)
    {
        return exit;
    }
    if out.json() {
        out.print_json(&reply);
    } else if question.trim_start().to_lowercase().starts_with("why ") {
        out.print(&super::explain::text(&reply, out));
    } else {
        out.print(&text(&reply, out));
    }
    if reply.answers.is_empty() { Exit::No } else { Exit::Yes }
}

/// Two bounds, either of which may be open.
type Between = (Option<String>, Option<String>);

/// The reply as people read it.
pub(crate) fn text(reply: &Reply, out: &Terminal) -> String {
    let mut lines = String::new();
    if reply.answers.is_empty() {
        let is_open = reply.no.as_ref().is_some_and(|no| no.is_open);
        let head = if is_open { "neither permitted nor forbidden" } else { "no" };
        lines.push_str(&format!("{}\n", out.bold(head)));
        if let Some(no) = &reply.no {
            for instead in &no.instead {
                lines.push_str(&format!("  instead: {}\n", out.wrap(instead, 11)));
            }
        }
    }
    for answer in &reply.answers {
        lines.push_str(&answer_line(answer, out));
    }
    for parted in &reply.readings {
        let answers = if parted.answers.is_empty() { "no".to_owned() } else { parted.answers.join(", ") };
        let held =
            if parted.held_by.is_empty() { String::new() } else { format!(" (held by {})", parted.held_by.join(", ")) };
        lines.push_str(&format!("  under {}{held}: {answers}\n", parted.under));
    }
    if reply.precision.is_some() {
        lines.push_str("  approximate: there are more chronologies than were looked at\n");
    }
    lines
}

fn answer_line(answer: &Answer, out: &Terminal) -> String {
    let truth = if answer.truth == Truth::Certain { "" } else { "possibly " };
    let day = |day: &Option<String>, between: &Option<Between>, word: &str| match (day, between) {
        _ if answer.is_dated => String::new(),
        (Some(day), _) => format!(" {word} {day}"),
        // Of what merely may begin or end, nothing is known.
        (None, Some((None, None))) if !answer.act => String::new(),
        (None, Some((first, last))) => format!(" {word} {}", between_text(first.clone(), last.clone())),
        (None, None) => String::new(),
    };
    let mut line = format!(
        "{truth}{}{}{}\n",
        out.bold(&answer.text),
        day(&answer.since, &answer.since_between, if answer.act { "on" } else { "since" }),
        day(&answer.until, &answer.until_between, "until"),
    );
    for which in &answer.which {
        line.push_str(&format!("  {}\n", out.wrap(which, 2)));
    }
    let mut show = |witness: &Option<servanda::ask::Witness>, word: &str| {
        if let Some(days) = witness {
            let told = |(what, value): (&String, &String)| match value.parse::<f64>() {
                Ok(_) => format!("{value} for “{what}”"),
                Err(_) => format!("{what} on {value}"),
            };
            let all: Vec<String> = days.iter().map(told).collect();
            line.push_str(&format!("  {word} {}\n", all.join(", ")));
        }
    };
    show(&answer.witness, "so with");
    show(&answer.counter_witness, "not with");
    line
}
