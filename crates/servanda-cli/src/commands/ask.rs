//! `servanda ask DIR "QUESTION"` and `servanda explain DIR "QUESTION"`.

use servanda::ask::{Answer, Between, Reply, Truth, ask};
use servanda::ends::between_text;
use servanda::world::World;

use super::{dir_and_question, opened, show_ask_error, view_of, warn_of_errors, write_proofs};
use crate::AskArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Answers the question, with the reasons if they are wanted or the question is why.
pub(crate) fn run(args: &AskArgs, with_reasons: bool, out: &Terminal) -> Exit {
    answered(args, with_reasons, out).unwrap_or_else(|exit| exit)
}

fn answered(args: &AskArgs, with_reasons: bool, out: &Terminal) -> Result<Exit, Exit> {
    let (dir, question) = dir_and_question(&args.words);
    let dossier = opened(dir, out)?;
    let view = view_of(&dossier.model, &args.view, out)?;
    warn_of_errors(&dossier.model, out);
    let mut world = World::new(&dossier.model);
    let reply = ask(&mut world, question, &view).map_err(|error| show_ask_error(&dossier.model, &error, out))?;
    if let Some(path) = &args.proof {
        write_proofs(&mut world, &[(view, vec![question.to_owned()])], path, out)?;
    }
    if out.json() {
        out.print_json(&reply);
    } else if with_reasons || question.trim_start().to_lowercase().starts_with("why ") {
        out.print(&super::explain::text(&reply, out));
    } else {
        out.print(&text(&reply, out));
    }
    Ok(if reply.answers.is_empty() { Exit::No } else { Exit::Yes })
}

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
    for contradiction in &reply.contradictions {
        lines.push_str(&format!("  but {}\n", out.wrap(contradiction, 6)));
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
            let told = out.wrap_from(&all.join(", "), word.len() + 3, 6);
            line.push_str(&format!("  {word} {told}\n"));
        }
    };
    show(&answer.witness, "so with");
    show(&answer.counter_witness, "not with");
    line
}
