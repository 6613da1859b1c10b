//! The reasons of an answer, step by step.

use servanda::ask::Reply;
use servanda::steps::Told;

use crate::terminal::Terminal;

pub(super) fn text(reply: &Reply, out: &Terminal) -> String {
    let mut lines = super::ask::text(reply, out);
    for answer in &reply.answers {
        if answer.steps.is_empty() {
            continue;
        }
        lines.push_str(&format!("\n{}\n", out.bold(&format!("Why “{}”", answer.text))));
        for told in &answer.steps {
            lines.push_str(&step(told, out));
        }
    }
    if let Some(no) = &reply.no {
        let mut list = |title: &str, all: &[String]| {
            if !all.is_empty() {
                lines.push_str(&format!("\n{}\n", out.bold(title)));
                all.iter().for_each(|it| lines.push_str(&format!("  - {}\n", out.wrap(it, 4))));
            }
        };
        list("Looked for and not found", &no.searched);
        list("What would make it so", &no.would_change);
        if !no.steps.is_empty() {
            lines.push_str(&format!("\n{}\n", out.bold("What is so instead, and why")));
            no.steps.iter().for_each(|told| lines.push_str(&step(told, out)));
        }
    }
    if !reply.assumptions.is_empty() {
        lines.push_str(&format!("\n{}\n", out.bold("Taken for granted")));
        for assumption in &reply.assumptions {
            lines.push_str(&format!("  - {}\n", out.wrap(assumption, 4)));
        }
    }
    lines
}

fn step(told: &Told, out: &Terminal) -> String {
    let day = told.day.as_deref().unwrap_or("from the start");
    let premises: Vec<String> = told.premises.iter().map(|id| format!("[{id}]")).collect();
    let from = if premises.is_empty() { String::new() } else { format!(" from {}", premises.join(" ")) };
    let head = format!("[{}] {day}  ", told.id);
    let mut lines = format!("{head}{}\n", out.wrap_from(&told.text, head.chars().count(), 8));
    let mut about = told.kind.to_owned();
    if let Some(name) = &told.name {
        about.push_str(&format!(" {name}"));
    }
    let wholes: Vec<&String> = told.article.iter().chain(&told.instrument).collect();
    if !wholes.is_empty() {
        let list: Vec<&str> = wholes.iter().map(|it| it.as_str()).collect();
        about.push_str(&format!(" of {}", list.join(", ")));
    }
    if let Some(place) = &told.place {
        about.push_str(&format!(" ({place}, {})", told.headings.join(" › ")));
    }
    lines.push_str(&format!("      {}\n", out.dim(&out.wrap(&format!("{about}{from}"), 6))));
    for cited in &told.sources {
        let locator = cited.locator.as_ref().map_or_else(String::new, |phrase| format!(" “{phrase}”"));
        let place = cited.place.as_ref().map_or_else(String::new, |place| format!(" {place}"));
        lines.push_str(&format!(
            "      {}\n",
            out.dim(&out.wrap(&format!("source: {}{place}{locator}", cited.title), 6))
        ));
    }
    lines
}
