//! The record as people read it.

use std::fmt::Write as _;

use super::{Answer, Entry, Passage, Path, Record, Settled, listed};

/// The whole record. Headings are lines of their own, set off by `heading`.
#[must_use]
pub fn text(record: &Record, heading: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut part = |title: &str, body: String| {
        if !body.is_empty() {
            let _ = write!(out, "\n{}\n{body}", heading(title));
        }
    };
    part("Moves", moves(record));
    part("Where each issue stands", table(record));
    part("Who moved", record.paths.iter().map(path).collect());
    part("What was settled, and from whose list", record.settlement.iter().map(settled).collect());
    part("Red lines", red_lines(record));
    part(
        "Threats, deadlines and alternatives, beside the moves that came after (which is no proof of cause)",
        pressures(record),
    );
    part("What became of the alternatives", alternatives(record));
    part("What was settled against what came later", conduct(record));
    part("Gaps and contradictions", findings(record));
    format!("{}\n{} between {}\n{out}", heading(&record.label), record.negotiation, listed(&record.sides, "and"))
}

fn passage(passage: &Passage) -> String {
    let place = passage.place.as_ref().map_or_else(String::new, |place| format!(" {place}"));
    let locator = passage.locator.as_ref().map_or_else(String::new, |locator| format!(" “{locator}”"));
    format!("{}{place}{locator}", passage.source)
}

/// By side, and within a side by issue.
fn moves(record: &Record) -> String {
    let mut out = String::new();
    let mut sides: Vec<Vec<String>> = Vec::new();
    for it in &record.moves {
        if !sides.contains(&it.by) {
            sides.push(it.by.clone());
        }
    }
    // The negotiating sides come first, then several together, then others.
    sides.sort_by_key(|by| {
        let place = (by.len() == 1).then(|| record.sides.iter().position(|side| *side == by[0])).flatten();
        (place.unwrap_or(usize::MAX), by.iter().any(|who| !record.sides.contains(who)))
    });
    for by in sides {
        let _ = writeln!(out, "  {}", listed(&by, "and"));
        let own: Vec<&Entry> = record.moves.iter().filter(|it| it.by == by).collect();
        let mut issues: Vec<&[String]> = Vec::new();
        for it in &own {
            if !issues.contains(&it.issues.as_slice()) {
                issues.push(&it.issues);
            }
        }
        for issue in issues {
            let title = if issue.is_empty() { "on none in particular".to_owned() } else { issue.join(", ") };
            let _ = writeln!(out, "    {title}");
            for it in own.iter().filter(|it| it.issues == issue) {
                entry(&mut out, it);
            }
        }
    }
    out
}

fn entry(out: &mut String, it: &Entry) {
    let value = it.value.as_ref().map_or_else(String::new, |value| format!(": {value}"));
    let _ = writeln!(out, "      {:>3}  {:<24} {}{value}", it.n, it.date, it.kind);
    if let Some(by) = &it.according_to {
        let by = if by.is_empty() { "somebody".to_owned() } else { listed(by, "and") };
        let _ = writeln!(out, "           hearsay, according to {by}");
    }
    if !it.contradicted_by.is_empty() {
        let _ = writeln!(out, "           contradicted by {}", it.contradicted_by.join(", "));
    }
    if let Some(actors) = &it.known_only_to {
        let _ = writeln!(out, "           known only to {}", listed(actors, "and"));
    }
    for source in &it.sources {
        let _ = writeln!(out, "           {}", passage(source));
    }
}

fn table(record: &Record) -> String {
    if record.table.days.is_empty() {
        return String::new();
    }
    let cell = |cell: &super::Cell| {
        let mut text = cell.status.word().to_owned();
        if !cell.possibly.is_empty() {
            let _ = write!(text, "?");
        }
        text
    };
    let wide = record.table.rows.iter().map(|row| row.issue.chars().count()).max().unwrap_or(0).max(5);
    let mut out = format!("  {:<wide$}", "");
    // The year is said once, and again where it changes.
    let mut year = String::new();
    for day in &record.table.days {
        let (this, rest) = day.split_at_checked(day.len().saturating_sub(6)).unwrap_or(("", day));
        let shown = if this == year { rest.trim_start_matches('-').to_owned() } else { day.clone() };
        year = this.to_owned();
        let _ = write!(out, "  {shown:<10}");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    for row in &record.table.rows {
        let _ = write!(out, "  {:<wide$}", row.issue);
        for it in &row.cells {
            let _ = write!(out, "  {:<10}", cell(it));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    if record.table.rows.iter().flat_map(|row| &row.cells).any(|cell| !cell.possibly.is_empty()) {
        out.push_str("  ? a move without a day of its own may have changed this already\n");
    }
    let mut ties: Vec<String> = Vec::new();
    for row in &record.table.rows {
        for other in row.cells.iter().flat_map(|cell| &cell.linked_with) {
            let tie = format!("{} with {other}", row.issue);
            if !ties.contains(&tie) && !ties.contains(&format!("{other} with {}", row.issue)) {
                ties.push(tie);
            }
        }
    }
    if !ties.is_empty() {
        let _ = writeln!(out, "  linked: {}", ties.join("; "));
    }
    out
}

fn path(path: &Path) -> String {
    let unit = if path.unit.is_empty() { String::new() } else { format!(" ({})", path.unit) };
    let mut out = format!("  {}: {}{unit}\n", path.issue, path.label);
    let mut sides: Vec<&Vec<String>> = Vec::new();
    for step in &path.steps {
        if !sides.contains(&&step.by) {
            sides.push(&step.by);
        }
    }
    for by in sides {
        let own = path.steps.iter().filter(|step| step.by == *by);
        let steps: Vec<String> = own
            .map(|step| {
                let aside = if step.aside { format!(", {}", step.kind) } else { String::new() };
                format!("{} [{}; {}{aside}]", step.value, step.n, step.date)
            })
            .collect();
        let _ = writeln!(out, "    {}: {}", listed(by, "and"), steps.join(" → "));
    }
    let ordinal = if path.scale == "ordinal" { ", counted in steps of the order" } else { "" };
    for share in &path.shares {
        let moved = if path.scale == "ordinal" {
            format!("{} step{}", share.moved, if share.moved == 1.0 { "" } else { "s" })
        } else {
            figure(share.moved)
        };
        let _ = writeln!(
            out,
            "    {} went {moved} of the way, {:.0} % of the gap{ordinal}, giving ground {} before the settlement",
            share.side,
            share.share * 100.0,
            times(share.concessions),
        );
    }
    if path.shares.len() > 2 {
        out.push_str("    the gap is that between the two openings furthest apart\n");
    }
    if !path.without_position.is_empty() {
        let _ = writeln!(out, "    without a position of its own: {}", listed(&path.without_position, "and"));
    }
    if let Some(why) = &path.no_shares {
        let _ = writeln!(out, "    no shares: {why}");
    }
    out
}

fn times(count: usize) -> String {
    match count {
        0 => "not once".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

fn figure(number: f64) -> String {
    let text = format!("{number}");
    servanda_model::Number::parse(&text).map_or(text, super::grouped)
}

fn settled(settled: &Settled) -> String {
    let mut out = format!("  {} [{}; {}]: {}\n", settled.issue, settled.n, settled.date, settled.value);
    for (side, value, n) in &settled.openings {
        let _ = writeln!(out, "    {side} began with: {value} [{n}]");
    }
    if !settled.named_by.is_empty() {
        let by: Vec<String> = settled.named_by.iter().map(|(side, n)| format!("{side} [{n}]")).collect();
        let _ = writeln!(out, "    this value was first named by {}", by.join(", then by "));
    }
    for member in &settled.members {
        let whose = match member.named_by.as_slice() {
            [] => "on no list".to_owned(),
            [one] => format!("on the list of {one}"),
            several => format!("on the lists of {}", listed(several, "and")),
        };
        let number = member.number.as_ref().map_or_else(String::new, |number| format!(" ({number})"));
        let _ = writeln!(out, "    {}{number}: {whose}", member.name);
    }
    if !settled.lists.is_empty() {
        let count = |(whose, count): &(String, usize)| format!("{whose} {count}");
        let counts: Vec<String> = settled.lists.iter().map(count).collect();
        let _ = writeln!(out, "    of {}: {}", settled.members.len(), counts.join(", "));
    }
    match (&settled.sum, &settled.altogether) {
        (Some(sum), Some(whole)) if sum != whole => {
            let _ = writeln!(out, "    the parts make {sum}, the whole is said to be {whole}");
        }
        (_, Some(whole)) => _ = writeln!(out, "    altogether {whole}"),
        _ => {}
    }
    for carrier in &settled.carried_by {
        let secret = if carrier.secret { " (secret)" } else { "" };
        let _ = writeln!(out, "    carried by {}{secret}: {}", carrier.name, carrier.text);
    }
    for source in &settled.sources {
        let _ = writeln!(out, "    {}", passage(source));
    }
    out
}

fn red_lines(record: &Record) -> String {
    let line = |line: &super::RedLine| {
        let (by, issue) = (listed(&line.by, "and"), &line.issue);
        format!("  [{}] {by} on {issue}, {}: {} ({})\n", line.n, line.line, line.outcome, line.because)
    };
    record.red_lines.iter().map(line).collect()
}

fn pressures(record: &Record) -> String {
    let mut out = String::new();
    for it in &record.pressures {
        let hearsay = if it.hearsay { ", hearsay" } else { "" };
        let on = if it.issues.is_empty() { String::new() } else { format!(" on {}", it.issues.join(", ")) };
        let _ = writeln!(
            out,
            "  [{}; {}] {} of {}{on}{hearsay}: {}",
            it.n,
            it.date,
            it.kind,
            listed(&it.by, "and"),
            it.text
        );
        if let (Some(day), Some(outcome)) = (&it.until, it.outcome) {
            let _ = writeln!(out, "       to be settled by {day}: {outcome}");
        }
        if it.followed_by.is_empty() {
            out.push_str("       nothing by others on this is recorded after it\n");
        }
        for after in &it.followed_by {
            let sure = if after.certainly_later { "later" } else { "the order is not certain" };
            let _ = writeln!(out, "       then [{}; {}] {} ({sure})", after.n, after.date, after.sentence);
        }
    }
    out
}

fn alternatives(record: &Record) -> String {
    let mut out = String::new();
    for it in &record.alternatives {
        let answer = |answer: &Answer| {
            let fate = if it.fate == "divided" { format!("{} ", answer.fate) } else { String::new() };
            format!("{fate}by {} [{}]", listed(&answer.by, "and"), answer.n)
        };
        let answers: Vec<String> = it.answers.iter().map(answer).collect();
        let colon = if it.fate == "divided" { ":" } else { "" };
        let fate = format!("{}{colon} {}", it.fate, listed(&answers, "and"));
        let _ = writeln!(out, "  [{}] {}, by {}: {}", it.n, it.value, listed(&it.by, "and"), fate.trim_end());
    }
    let refused = record.alternatives.iter().filter(|it| it.fate == "refused").count();
    if refused > 0 {
        let _ = writeln!(out, "  refused: {refused} of {}", record.alternatives.len());
    }
    out
}

fn conduct(record: &Record) -> String {
    let mut out = String::new();
    for it in &record.conduct {
        let _ = writeln!(out, "  {}: {}", it.issue, it.settled);
        for row in &it.rows {
            let possibly = if row.certain { "" } else { "possibly " };
            let _ = writeln!(out, "    {:<24} {possibly}{}", row.date, row.text);
            for source in &row.sources {
                let _ = writeln!(out, "    {:<24} {}", "", passage(source));
            }
        }
    }
    out
}

fn findings(record: &Record) -> String {
    let mut out = String::new();
    for finding in record.findings.iter().filter(|finding| finding.code != "undated") {
        let moves: Vec<String> = finding.moves.iter().map(ToString::to_string).collect();
        let at = if moves.is_empty() { String::new() } else { format!("[{}] ", moves.join(", ")) };
        let _ = writeln!(out, "  {at}{}: {}", finding.code, finding.message);
    }
    out.push_str(&undated(record));
    out
}

/// Moves without a day of their own, by the days between which they lie.
fn undated(record: &Record) -> String {
    let mut spans: Vec<(&Entry, Vec<String>)> = Vec::new();
    for it in record.moves.iter().filter(|it| !it.dated) {
        match spans.iter_mut().find(|(first, _)| first.date == it.date) {
            Some((_, moves)) => moves.push(it.n.to_string()),
            None => spans.push((it, vec![it.n.to_string()])),
        }
    }
    let line = |(first, moves): (&Entry, Vec<String>)| {
        let placed = first.min.is_some() || first.max.is_some();
        let date = if placed { format!("only {}", first.date) } else { "nothing more is known".to_owned() };
        format!("  [{}] undated: {date}\n", moves.join(", "))
    };
    spans.into_iter().map(line).collect()
}
