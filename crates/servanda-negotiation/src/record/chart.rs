//! Concession paths as a drawing.
//!
//! One panel for each issue that has numbers or an order. A position with a day is a mark on that day; one without is a
//! bar over the days on which it may have been taken, and the path goes through its middle. Colours are told apart by
//! shape as well.

use std::fmt::Write as _;

use super::path::{Path, Step};
use super::{Record, grouped};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 40.0;
const PANEL: f64 = 190.0;
const GAP: f64 = 62.0;
const TOP: f64 = 84.0;
const COLOURS: [&str; 4] = ["#b2182b", "#2166ac", "#5e8f22", "#7b3f98"];
const SETTLED: &str = "#222222";

/// The chart, as a document of its own. `day` writes a day.
#[must_use]
pub fn svg(record: &Record, day: &dyn Fn(i64) -> String) -> String {
    let panels: Vec<&Path> =
        record.paths.iter().filter(|path| path.steps.iter().filter(|it| drawn(it)).count() > 0).collect();
    let height = TOP + panels.len() as f64 * (PANEL + GAP) + 10.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"Georgia, 'DejaVu Serif', serif\" font-size=\"12\" role=\"img\">\n\
         <title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"24\" y=\"32\" font-size=\"19\" fill=\"{SETTLED}\">{}</text>\n",
        escape(&record.label),
        escape(&record.label),
    );
    legend(&mut out, record);
    if panels.is_empty() {
        let _ = writeln!(
            out,
            "<text x=\"24\" y=\"{TOP}\">No position on any issue has a number or an order, and a day.</text>"
        );
    }
    for (at, path) in panels.iter().enumerate() {
        panel(&mut out, record, path, TOP + at as f64 * (PANEL + GAP), day);
    }
    out.push_str("</svg>\n");
    out
}

fn drawn(step: &Step) -> bool {
    step.figure.is_some() && (step.min.is_some() || step.max.is_some())
}

fn colour(record: &Record, by: &[String]) -> &'static str {
    match by {
        [one] => record.sides.iter().position(|side| side == one).map_or(SETTLED, |at| COLOURS[at % COLOURS.len()]),
        _ => SETTLED,
    }
}

fn legend(out: &mut String, record: &Record) {
    let mut x = 24.0;
    let y = 54.0;
    for side in &record.sides {
        let by = [side.clone()];
        mark(out, record, &by, x + 6.0, y - 4.0, false);
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{y}\" fill=\"{}\">{}</text>",
            x + 17.0,
            colour(record, &by),
            escape(side)
        );
        x += 34.0 + 7.4 * side.chars().count() as f64;
    }
    let _ = writeln!(
        out,
        "<path d=\"M{:.1} {:.1} l6 6 l-6 6 l-6 -6 z\" fill=\"{SETTLED}\"/><text x=\"{:.1}\" y=\"{y}\">settled</text>\
         <rect x=\"{:.1}\" y=\"{:.1}\" width=\"26\" height=\"5\" rx=\"2.5\" fill=\"#999999\" opacity=\"0.45\"/>\
         <text x=\"{:.1}\" y=\"{y}\">the days on which it may have been</text>\
         <text x=\"{:.1}\" y=\"{y}\" font-style=\"italic\">hollow: not told, or conditional</text>",
        x + 6.0,
        y - 10.0,
        x + 17.0,
        x + 74.0,
        y - 7.0,
        x + 106.0,
        x + 330.0,
    );
}

fn panel(out: &mut String, record: &Record, path: &Path, top: f64, day: &dyn Fn(i64) -> String) {
    let steps: Vec<&Step> = path.steps.iter().filter(|step| drawn(step)).collect();
    let days = steps.iter().flat_map(|step| [step.min, step.max]).flatten();
    let (first, last) = (days.clone().min().unwrap_or(0), days.max().unwrap_or(0));
    let span = (last - first).max(1) as f64;
    let x = |day: i64| LEFT + (day - first) as f64 / span * (WIDTH - LEFT - RIGHT);
    let highest = steps.iter().filter_map(|step| step.figure).fold(f64::MIN, f64::max);
    let highest = if path.scale == "ordinal" { (path.values.len().max(2) - 1) as f64 } else { highest };
    let lowest = steps.iter().filter_map(|step| step.figure).fold(0.0, f64::min);
    let reach = if highest > lowest { highest - lowest } else { 1.0 };
    let y = |figure: f64| top + 20.0 + (highest - figure) / reach * (PANEL - 40.0);
    let _ = writeln!(
        out,
        "<text x=\"24\" y=\"{:.1}\" font-size=\"14\" fill=\"{SETTLED}\">{}{}</text>",
        top - 2.0,
        escape(&path.label),
        if path.unit.is_empty() { String::new() } else { format!(" ({})", escape(&path.unit)) },
    );
    lines(out, path, &steps, &y);
    axis(out, first, last, top, &x, day);
    let mut sides: Vec<&Vec<String>> = Vec::new();
    for step in &steps {
        if !sides.contains(&&step.by) && step.by.len() == 1 {
            sides.push(&step.by);
        }
    }
    let end = steps.iter().rev().find(|step| step.kind == "settlement");
    for by in sides {
        let told = steps.iter().filter(|step| step.by == *by && !step.aside);
        let mut points: Vec<(f64, f64)> = told.filter_map(|step| Some((x(middle(step)), y(step.figure?)))).collect();
        points.extend(end.and_then(|step| Some((x(middle(step)), y(step.figure?)))));
        let shown: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" opacity=\"0.75\"/>",
            shown.join(" "),
            colour(record, by),
        );
    }
    for step in &steps {
        let Some(figure) = step.figure else { continue };
        let (at, level) = (x(middle(step)), y(figure));
        if step.min != step.max {
            let (from, to) = (x(step.min.unwrap_or(first)), x(step.max.unwrap_or(last)));
            let _ = writeln!(
                out,
                "<rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"5\" rx=\"2.5\" fill=\"{}\" opacity=\"0.28\"/>",
                level - 2.5,
                (to - from).max(1.0),
                colour(record, &step.by),
            );
        }
        let _ = writeln!(
            out,
            "<g><title>{}: {} ({})</title>",
            escape(&step.by.join(" and ")),
            escape(&step.value),
            escape(&step.date)
        );
        mark(out, record, &step.by, at, level, step.aside);
        out.push_str("</g>\n");
    }
}

/// A step without a day of its own is drawn in the middle of its days.
fn middle(step: &Step) -> i64 {
    match (step.min, step.max) {
        (Some(a), Some(b)) => a + (b - a) / 2,
        (Some(day), None) | (None, Some(day)) => day,
        (None, None) => 0,
    }
}

/// Each side has a shape: circle, square, triangle; what is settled is a diamond.
fn mark(out: &mut String, record: &Record, by: &[String], x: f64, y: f64, hollow: bool) {
    let ink = colour(record, by);
    let fill = if hollow { "#ffffff" } else { ink };
    let shape = match by {
        [one] => record.sides.iter().position(|side| side == one),
        _ => None,
    };
    let _ = match shape {
        Some(0) => writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{fill}\" stroke=\"{ink}\"/>"),
        Some(1) => writeln!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"9\" height=\"9\" fill=\"{fill}\" stroke=\"{ink}\"/>",
            x - 4.5,
            y - 4.5
        ),
        Some(_) => {
            writeln!(out, "<path d=\"M{x:.1} {:.1} l6 10 l-12 0 z\" fill=\"{fill}\" stroke=\"{ink}\"/>", y - 6.0)
        }
        None => {
            writeln!(out, "<path d=\"M{x:.1} {:.1} l7 7 l-7 7 l-7 -7 z\" fill=\"{fill}\" stroke=\"#ffffff\"/>", y - 7.0)
        }
    };
}

/// A line for each value that somebody named.
fn lines(out: &mut String, path: &Path, steps: &[&Step], y: &dyn Fn(f64) -> f64) {
    let mut levels: Vec<f64> = steps.iter().filter_map(|step| step.figure).collect();
    if path.scale == "ordinal" {
        levels = (0..path.values.len()).map(|rank| rank as f64).collect();
    }
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    for level in levels {
        let text = if path.scale == "ordinal" {
            path.values.get(level as usize).cloned().unwrap_or_default()
        } else {
            servanda_model::Number::parse(&format!("{level}")).map_or_else(|| format!("{level}"), grouped)
        };
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"#dddddd\"/>",
            y(level),
            WIDTH - RIGHT,
            y(level),
        );
        wrapped(out, &text, y(level) + 4.0);
    }
}

/// A label left of the panel, on two lines where it is long.
fn wrapped(out: &mut String, text: &str, y: f64) {
    const ROOM: usize = 28;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is one");
        if !last.is_empty() && last.chars().count() + word.chars().count() >= ROOM {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    if lines.len() > 2 {
        lines.truncate(2);
        lines[1].push('…');
    }
    let start = y - 6.5 * (lines.len() - 1) as f64;
    for (at, line) in lines.iter().enumerate() {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#444444\">{}</text>",
            LEFT - 12.0,
            start + 13.0 * at as f64,
            escape(line),
        );
    }
}

fn axis(out: &mut String, first: i64, last: i64, top: f64, x: &dyn Fn(i64) -> f64, day: &dyn Fn(i64) -> String) {
    let base = top + PANEL - 6.0;
    let _ = writeln!(
        out,
        "<line x1=\"{LEFT}\" y1=\"{base:.1}\" x2=\"{:.1}\" y2=\"{base:.1}\" stroke=\"#888888\"/>",
        WIDTH - RIGHT
    );
    let step = ((last - first) / 5).max(1);
    let mut ticks: Vec<i64> = (0..6).map(|at| first + at * step).filter(|tick| *tick < last - step / 2).collect();
    ticks.push(last);
    ticks.dedup();
    for tick in ticks {
        let at = x(tick);
        let _ = writeln!(
            out,
            "<line x1=\"{at:.1}\" y1=\"{base:.1}\" x2=\"{at:.1}\" y2=\"{:.1}\" stroke=\"#888888\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\" fill=\"#444444\">{}</text>",
            base + 5.0,
            base + 18.0,
            escape(&day(tick)),
        );
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            sign if sign.is_control() => out.push(' '),
            sign => out.push(sign),
        }
    }
    out
}
