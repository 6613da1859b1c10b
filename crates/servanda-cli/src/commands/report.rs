//! `servanda report DIR`.

use std::path::Path;

use servanda::ask::Truth;
use servanda::report::{Because, Holding, NormLine, Report, Stretch, report};
use servanda::world::World;

use super::{count, opened, show_diagnostics, view_of};
use crate::ViewArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(dir: &Path, view: &ViewArgs, out: &Terminal) -> Exit {
    let dossier = match opened(dir, out) {
        Ok(dossier) => dossier,
        Err(exit) => return exit,
    };
    let view = match view_of(&dossier.model, view, out) {
        Ok(view) => view,
        Err(exit) => return exit,
    };
    let errors: Vec<_> = dossier
        .model
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == servanda_diagnostics::Severity::Error)
        .cloned()
        .collect();
    let mut world = World::new(&dossier.model);
    let contradictions = world.dating.diagnostics(&dossier.model);
    let is_sound = errors.is_empty() && contradictions.is_empty();
    let report = match report(&mut world, &view) {
        Ok(report) => report,
        Err(errors) => {
            let all: Vec<_> =
                errors.iter().map(|error| servanda::diagnose::program_error(&dossier.model, error)).collect();
            show_diagnostics(&dossier.model, &all, out);
            return Exit::No;
        }
    };
    if out.json() {
        out.print_json(&report);
    } else {
        let name = dir.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        out.print(&Page { out, text: String::new() }.of(&report, &name.unwrap_or_default()));
    }
    let findings: Vec<_> = errors.into_iter().chain(contradictions).collect();
    show_diagnostics(&dossier.model, &findings, out);
    if is_sound && report.clashes.is_empty() { Exit::Yes } else { Exit::No }
}

/// A report as people read it.
struct Page<'t> {
    out: &'t Terminal,
    text: String,
}

/// How many rows of a kind are shown before the rest is counted.
const MOST: usize = 40;

impl Page<'_> {
    fn of(mut self, report: &Report, name: &str) -> String {
        self.head(report, name);
        self.instruments(report);
        self.holdings(report);
        self.numbers(report);
        self.norms(report);
        self.open(report);
        self.secrets(report);
        self.conflicts(report);
        self.disagreements(report);
        self.text
    }

    fn title(&mut self, title: &str) {
        self.text.push_str(&format!("\n{}\n", self.out.bold(title)));
    }

    /// A line after `indent` columns, going on under `hang` columns.
    fn line(&mut self, indent: usize, hang: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        let broken = self.out.wrap_from(text, indent, hang);
        self.text.push_str(&broken);
        self.text.push('\n');
    }

    fn dim_line(&mut self, indent: usize, text: &str) {
        self.text.push_str(&" ".repeat(indent));
        let broken = self.out.wrap_from(text, indent, indent);
        self.text.push_str(&self.out.dim(&broken));
        self.text.push('\n');
    }

    fn head(&mut self, report: &Report, name: &str) {
        let scope = &report.scope;
        let mut view = vec![match &report.view.on {
            Some(day) => format!("on {day}"),
            None => format!("from {} to {}", scope.first, scope.last),
        }];
        view.extend(report.view.seen_by.as_ref().map(|actor| format!("as seen by {actor}")));
        view.extend(report.view.known.map(|year| format!("as known in {year}")));
        view.extend((!report.view.under.is_empty()).then(|| format!("under {}", report.view.under.join(", "))));
        self.text.push_str(&format!("{}, {}\n", self.out.bold(name), view.join(", ")));
        let mut text = format!(
            "{}, {}, {}; {} of law.",
            count(scope.events, "event or fact", "events and facts"),
            count(scope.claims, "claim", "claims"),
            count(report.norms.len(), "norm", "norms"),
            count(scope.chapters, "chapter", "chapters"),
        );
        if scope.undated > 0 {
            text.push_str(&format!(
                " {} no certain day: a day that hangs on one is given as a range, and what is otherwise when all are late as possible.",
                count(scope.undated, "has", "have")
            ));
        }
        self.line(0, 0, &text);
    }

    fn instruments(&mut self, report: &Report) {
        if report.instruments.is_empty() {
            return;
        }
        self.title("Instruments");
        let shown = || report.instruments.iter().filter(|it| !it.status.is_empty());
        let width = shown().map(|it| it.name.chars().count()).max().unwrap_or(0).min(28);
        for instrument in shown() {
            let status = history(&instrument.status);
            let secret = if instrument.secret { " (secret)" } else { "" };
            let text = format!("{:<width$}  {status}{secret}", instrument.name);
            self.columns(2, width + 4, &text);
            if report.view.on.is_some()
                && let Some(last) = instrument.status.last()
                && let Some(because) = &last.because
            {
                self.dim_line(width + 4, &why(last, because, false));
            }
        }
        let rest: Vec<&str> =
            report.instruments.iter().filter(|it| it.status.is_empty()).map(|it| it.name.as_str()).collect();
        if !rest.is_empty() {
            let what = if report.view.on.is_some() { "Nothing is said of" } else { "No status" };
            self.line(2, 4, &format!("{what}: {}.", rest.join(", ")));
        }
    }

    /// A line whose first column is kept as it is.
    fn columns(&mut self, indent: usize, hang: usize, text: &str) {
        let split = text.char_indices().nth(hang - indent).map_or(text.len(), |(at, _)| at);
        let (first, rest) = text.split_at(split);
        let first_width = first.chars().count() + indent;
        let broken = self.out.wrap_from(rest, first_width, hang);
        self.text.push_str(&format!("{}{first}{broken}\n", " ".repeat(indent)));
    }

    fn holdings(&mut self, report: &Report) {
        for holdings in &report.holdings {
            self.title(&sentence_case(&holdings.fluent));
            for row in holdings.rows.iter().take(MOST) {
                self.holding(row, report.view.on.is_some());
            }
            self.rest(holdings.rows.len());
        }
    }

    fn holding(&mut self, row: &Holding, on_a_day: bool) {
        let for_whom = if row.for_whom.is_empty() { String::new() } else { format!(" for {}", list(&row.for_whom)) };
        let text = format!("{}{for_whom}: {}", list(&row.of), history(&row.values));
        self.line(2, 6, &text);
        if on_a_day
            && let Some(last) = row.values.last()
            && let Some(because) = &last.because
        {
            self.dim_line(6, &why(last, because, true));
        }
    }

    fn rest(&mut self, all: usize) {
        if all > MOST {
            self.line(2, 4, &format!("… and {} more; `--format json` has them all.", all - MOST));
        }
    }

    fn numbers(&mut self, report: &Report) {
        if report.numbers.is_empty() {
            return;
        }
        self.title("Numbers, and the limits set to them");
        for number in report.numbers.iter().take(MOST) {
            self.line(2, 6, &format!("{}: {}", number.of, history(&number.values)));
            for limit in &number.limits {
                let status =
                    if limit.statuses.is_empty() { "not binding".to_owned() } else { history(&limit.statuses) };
                self.line(6, 8, &format!("{}, {}: {status}", limit.norm, grouped(&limit.limit)));
            }
        }
        self.rest(report.numbers.len());
    }

    fn norms(&mut self, report: &Report) {
        if report.norms.is_empty() {
            return;
        }
        self.title("Norms");
        let order = [
            "breached",
            "undecided",
            "due",
            "met late",
            "lapsed",
            "excused",
            "met",
            "observed",
            "permitted",
            "dormant",
        ];
        for verdict in order {
            let of: Vec<&NormLine> =
                report.norms.iter().filter(|norm| norm.verdict.as_deref() == Some(verdict)).collect();
            for norm in of {
                self.norm(norm, verdict);
            }
        }
        let idle: Vec<String> =
            report.norms.iter().filter(|norm| norm.verdict.is_none()).map(|norm| norm.name.clone()).collect();
        if !idle.is_empty() {
            self.line(2, 4, &format!("Without a status: {}.", idle.join(", ")));
        }
    }

    fn norm(&mut self, norm: &NormLine, verdict: &str) {
        let reading = norm.reading.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
        let from = norm.article.as_ref().or(norm.instrument.as_ref()).map_or_else(String::new, |it| format!(", {it}"));
        let mark = if norm.truth == Some(Truth::Possible) { "?" } else { "" };
        let head = format!("{:<9}  {}{reading}{from}: {}", format!("{verdict}{mark}"), norm.name, norm.sentence);
        self.columns(2, 13, &head);
        // What deserves a look is told with its source; the rest with its place.
        let grave = ["breached", "undecided", "due", "met late", "met", "excused"].contains(&verdict);
        let mut lines: Vec<(String, Vec<String>, String)> = Vec::new();
        for case in &norm.cases {
            let main = case.statuses.iter().find(|it| it.value == verdict).or(case.statuses.last());
            let Some(main) = main else { continue };
            let because = main.because.as_ref().map_or_else(String::new, |it| why(main, it, grave));
            let text = history(&case.statuses);
            match lines.iter_mut().find(|(known, _, _)| *known == text) {
                Some((_, of, _)) => of.push(parties(&case.of)),
                None => lines.push((text, vec![parties(&case.of)], because)),
            }
        }
        lines.sort_by_key(|(text, _, _)| !text.contains(verdict));
        const SHOWN: usize = 3;
        for (text, of, because) in lines.iter().take(SHOWN) {
            let of = if of.iter().all(String::is_empty) { String::new() } else { format!("{}: ", list(of)) };
            self.line(13, 15, &format!("{of}{text}"));
            if !because.is_empty() && (grave || lines.len() == 1) {
                self.dim_line(15, because);
            }
        }
        if lines.len() > SHOWN {
            self.line(13, 15, &format!("… and {} more", lines.len() - SHOWN));
        }
        if !norm.judgments.is_empty() {
            let all: Vec<String> = norm.judgments.iter().map(|it| format!("“{it}”")).collect();
            self.dim_line(13, &format!("left to judgment: {}", all.join(", ")));
        }
    }

    fn open(&mut self, report: &Report) {
        if report.open.is_empty() {
            return;
        }
        self.title("Open");
        for open in report.open.iter().take(MOST) {
            let place = open.place.as_ref().map_or_else(String::new, |place| format!(" [{place}]"));
            let (lead, hangs) = match open.kind {
                "unknown-number" => ("a number is missing: ", String::new()),
                "undated" => ("", format!("; on it hangs: {}", shortened(&open.hangs_on, 4))),
                _ => ("", format!("; it hangs on: {}", open.hangs_on.join("; "))),
            };
            self.line(2, 6, &format!("{lead}{}{place}{hangs}", open.text));
        }
        self.rest(report.open.len());
    }

    fn secrets(&mut self, report: &Report) {
        if report.secrets.is_empty() {
            return;
        }
        self.title("Who knew");
        for secret in &report.secrets {
            self.line(2, 6, &format!("{}: {} from the start", secret.name, list(&secret.from_the_start)));
            for learnt in &secret.learnt {
                let because = &learnt.since.because;
                let why = because.as_ref().map_or_else(String::new, |it| format!(": {}", why(&learnt.since, it, true)));
                let truth = if learnt.since.truth == Truth::Possible { "possibly " } else { "" };
                let text = format!("{truth}{} since {}{why}", crowd(&learnt.who), since(&learnt.since));
                self.line(6, 8, &text);
            }
        }
    }

    fn conflicts(&mut self, report: &Report) {
        if report.conflicts.is_empty() {
            return;
        }
        self.title("Questions of law");
        for conflict in report.conflicts.iter().take(MOST) {
            let when = match (&conflict.since, &conflict.until) {
                (Some(since), Some(until)) => format!(" from {since} to {until}"),
                (Some(since), None) => format!(" since {since}"),
                _ => String::new(),
            };
            let text = format!(
                "{} and {} both bind {}{when}: {}, and nothing says which prevails",
                conflict.one, conflict.other, conflict.bearer, conflict.clash
            );
            self.line(2, 6, &text);
            self.dim_line(6, &format!("{}; {}", conflict.one_says, conflict.other_says));
        }
        self.rest(report.conflicts.len());
    }

    fn disagreements(&mut self, report: &Report) {
        let groups = [
            ("Two values on one day", &report.clashes),
            ("Said, and shown wrong", &report.contradicted),
            ("Taken as fact, and denied", &report.disputed),
        ];
        for (title, all) in groups {
            if all.is_empty() {
                continue;
            }
            self.title(title);
            for it in all.iter().take(MOST) {
                let day = it.day.as_ref().map_or_else(String::new, |day| format!(" ({day})"));
                let says = if it.said_by.len() == 1 { "says" } else { "say" };
                let said = if it.said_by.is_empty() { String::new() } else { format!(" {says} {}", list(&it.said_by)) };
                let place = it.place.as_ref().map_or_else(String::new, |place| format!(" [{place}]"));
                let text = if title.starts_with("Two") { it.text.clone() } else { quoted(&it.text) };
                self.line(2, 6, &format!("{text}{day}{said}{place}"));
                if !it.against.is_empty() {
                    self.dim_line(6, &format!("against it: {}", it.against.join("; ")));
                }
            }
            self.rest(all.len());
        }
    }
}

/// Values in order of time. What ends as the next begins needs no end.
fn history(stretches: &[Stretch]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (at, it) in stretches.iter().enumerate() {
        let next = stretches.get(at + 1);
        let goes_over = next.is_some_and(|next| next.since.is_some() && next.since == it.until)
            || next.is_some_and(|next| next.since_between.is_some() && next.since_between == it.until_between);
        let truth = if it.truth == Truth::Possible { "possibly " } else { "" };
        let mut text = format!("{truth}{}", grouped(&it.value));
        let since = since(it);
        if !since.is_empty() {
            text.push_str(&format!(" since {since}"));
        }
        if !goes_over {
            let until = match (&it.until, &it.until_between) {
                (Some(day), _) => Some(day.clone()),
                (None, Some(days)) => Some(range(days)),
                (None, None) => None,
            };
            if let Some(until) = until {
                text.push_str(&format!(" until {until}"));
            }
            if let Some(then) = &it.then {
                text.push_str(&format!(", then {then}"));
            }
        }
        parts.push(text);
    }
    const SHOWN: usize = 8;
    if parts.len() > SHOWN {
        let more = parts.len() - SHOWN;
        let last = parts.pop().expect("there are more than a few");
        parts.truncate(SHOWN - 1);
        parts.push(format!("… ({more} more)"));
        parts.push(last);
    }
    parts.join(", ")
}

fn since(stretch: &Stretch) -> String {
    match (&stretch.since, &stretch.since_between) {
        (Some(day), _) => day.clone(),
        (None, Some(days)) => range(days),
        (None, None) => String::new(),
    }
}

fn range((first, last): &(String, Option<String>)) -> String {
    match last {
        Some(last) => format!("{first}..{last}"),
        None => format!("{first} or later"),
    }
}

/// An event, its place and perhaps what it cites, in one line; and its day, unless that is the day since when it is so.
fn why(stretch: &Stretch, because: &Because, with_sources: bool) -> String {
    let told = Some(since(stretch));
    let day = because.day.as_ref().filter(|day| told.as_ref() != Some(day));
    let day = day.map_or_else(String::new, |day| format!("{day}: "));
    let mut cited: Vec<String> = because.place.iter().cloned().collect();
    let most = if with_sources { 2 } else { 0 };
    cited.extend(because.sources.iter().take(most).map(|it| match (&it.locator, it.place.as_deref()) {
        (Some(locator), _) => format!("{} “{locator}”", it.source),
        (None, Some(place)) => format!("{} {place}", it.source),
        (None, None) => it.source.clone(),
    }));
    let cited = if cited.is_empty() { String::new() } else { format!(" [{}]", cited.join("; ")) };
    format!("{day}{}{cited}", because.text)
}

fn quoted(text: &str) -> String {
    if text.starts_with('“') { text.to_owned() } else { format!("“{text}”") }
}

/// The first few of a list, and how many more there are.
fn shortened(all: &[String], most: usize) -> String {
    let more = if all.len() > most { format!(", and {} more", all.len() - most) } else { String::new() };
    format!("{}{more}", all[..all.len().min(most)].join(", "))
}

/// A whole number in groups of three digits, as dossiers write it.
fn grouped(text: &str) -> String {
    let group = |word: &str| {
        if word.len() < 5 || !word.bytes().all(|b| b.is_ascii_digit()) {
            return word.to_owned();
        }
        let mut out = String::new();
        for (at, digit) in word.chars().enumerate() {
            if at > 0 && (word.len() - at).is_multiple_of(3) {
                out.push('\u{a0}');
            }
            out.push(digit);
        }
        out
    };
    text.split(' ').map(group).collect::<Vec<_>>().join(" ")
}

/// The bearer, and behind it whom and what else a case is about.
fn parties(of: &[String]) -> String {
    match of {
        [] => String::new(),
        [one] => one.clone(),
        [bearer, rest @ ..] => format!("{bearer} ({})", rest.join(", ")),
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// Many names, shortened.
fn crowd(names: &[String]) -> String {
    if names.len() <= 8 { list(names) } else { format!("{} and {} more", names[..6].join(", "), names.len() - 6) }
}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
