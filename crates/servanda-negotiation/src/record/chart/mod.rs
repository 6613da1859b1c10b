//! The record as a drawing: one panel for each issue, with time from left to right.
//!
//! Numbers have a scale, ordered values a ladder, and both are joined by lines. Values without an order, and elements of
//! a set, have a lane each, and nothing joins what has no distance. A move with a day is a mark on that day; one without
//! is a bar over the days on which it may have been made, and its mark is put in the middle. Sides differ by shape as
//! well as by colour.

mod ink;
mod panel;

use std::fmt::Write as _;

use super::Record;
use super::path::Step;
use ink::{Shape, escape, mark};
use panel::Panel;

const WIDTH: f64 = 720.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 44.0;
const MARGIN: f64 = 20.0;
/// From the bottom of a panel to the title of the next.
const GAP: f64 = 30.0;
const INK: &str = "#222222";
const QUIET: &str = "#555555";

/// The chart, as a document of its own. `day` writes a day.
#[must_use]
pub fn svg(record: &Record, day: &dyn Fn(i64) -> String) -> String {
    let panels: Vec<Panel<'_>> = record.paths.iter().filter_map(|path| Panel::new(record, path)).collect();
    let (legend, mut top) = legend(record, &panels);
    let mut body = String::new();
    for panel in &panels {
        panel.draw(&mut body, top, day);
        top += panel.height() + GAP;
    }
    if panels.is_empty() {
        let _ =
            writeln!(body, "<text x=\"{MARGIN}\" y=\"{top}\">No move on any issue has both a value and a day.</text>");
        top += GAP;
    }
    let label = escape(&record.label);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top:.0}\" width=\"{WIDTH}\" height=\"{top:.0}\" \
         style=\"max-width:100%;height:auto\" font-family=\"Georgia, 'DejaVu Serif', serif\" font-size=\"12.5\" \
         fill=\"{INK}\" role=\"img\">\n\
         <title>{label}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{MARGIN}\" y=\"32\" font-size=\"19\">{label}</text>\n{legend}{body}</svg>\n"
    )
}

/// The sides that a step is drawn for; what is settled has a sign of its own.
fn shapes(record: &Record, step: &Step) -> Vec<Shape> {
    if step.kind == "settlement" {
        return vec![Shape::Settled];
    }
    let shape = |who: &String| record.sides.iter().position(|side| side == who).map_or(Shape::Other, Shape::Side);
    step.by.iter().map(shape).collect()
}

/// Explains only what is there, and says how far down it reaches.
fn legend(record: &Record, panels: &[Panel<'_>]) -> (String, f64) {
    // What was put off or dropped is written out and has no mark.
    let is_mark = |step: &&Step| !matches!(step.kind, "deferral" | "drop");
    let steps = || panels.iter().flat_map(|panel| panel.drawn()).filter(is_mark);
    let any = |test: &dyn Fn(&Step) -> bool| steps().any(test);
    let mut out = String::new();
    let (mut x, mut y) = (MARGIN, 56.0);
    let mut item = |wide: f64, text: &str, sign: &dyn Fn(&mut String, f64, f64)| {
        let room = wide + 8.0 + ink::width(text) + 22.0;
        if x + room > WIDTH && x > MARGIN {
            (x, y) = (MARGIN, y + 20.0);
        }
        sign(&mut out, x + wide / 2.0, y - 4.0);
        let _ = writeln!(out, "<text x=\"{:.1}\" y=\"{y}\">{}</text>", x + wide + 8.0, escape(text));
        x += room;
    };
    for (at, side) in record.sides.iter().enumerate() {
        item(12.0, side, &|out, x, y| mark(out, Shape::Side(at), x, y, false));
    }
    if any(&|step| step.by.iter().any(|who| !record.sides.contains(who)) && step.kind != "settlement") {
        item(12.0, "others", &|out, x, y| mark(out, Shape::Other, x, y, false));
    }
    if any(&|step| step.kind == "settlement") {
        item(12.0, "settled", &|out, x, y| mark(out, Shape::Settled, x, y, false));
    }
    if any(&|step| step.aside) {
        item(12.0, "not told to the others, or on a condition", &|out, x, y| mark(out, Shape::Other, x, y, true));
    }
    if any(&|step| step.kind == "refusal") {
        item(12.0, "refused", &|out, x, y| ink::cross(out, QUIET, x, y));
    }
    if any(&|step| step.kind == "red line") {
        item(26.0, "red line", &|out, x, y| ink::dashes(out, QUIET, x - 13.0, x + 13.0, y));
    }
    if any(&|step| step.min != step.max) {
        item(26.0, "made on one of these days", &|out, x, y| ink::bar(out, "#777777", x - 13.0, x + 13.0, y));
    }
    (out, y + 40.0)
}
