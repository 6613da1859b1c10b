//! One issue: its lanes, its marks, and its days.

use std::fmt::Write as _;

use super::ink::{self, Shape, bar, cross, dashes, escape, mark, wrapped};
use super::{INK, LEFT, MARGIN, QUIET, RIGHT, WIDTH, shapes};
use crate::record::path::{Path, Step};
use crate::record::{Record, grouped, listed};

/// Letters of a lane's label on one line.
const ROOM: usize = 25;
/// From the title's line to the first lane.
const HEAD: f64 = 25.0;
/// Between two lanes, and between two whose labels take two lines.
const LANE: f64 = 24.0;
const HIGH_LANE: f64 = 33.0;
/// From the highest number to the lowest.
const SCALE: f64 = 118.0;
/// From the last lane to the days, and from there to the bottom.
const FOOT: f64 = 18.0;
const DAYS: f64 = 22.0;
/// Marks nearer to each other than this are put side by side.
const NEAR: f64 = 11.0;

pub(super) struct Panel<'a> {
    record: &'a Record,
    path: &'a Path,
    steps: Vec<&'a Step>,
    around: Vec<&'a Step>,
    lanes: Vec<Lane>,
    first: i64,
    last: i64,
}

struct Lane {
    label: String,
    /// On a scale of numbers.
    figure: f64,
    /// Below the first lane.
    depth: f64,
}

fn has_day(step: &Step) -> bool {
    step.min.is_some() || step.max.is_some()
}

impl<'a> Panel<'a> {
    /// None if no move on the issue has both a value and a day.
    pub(super) fn new(record: &'a Record, path: &'a Path) -> Option<Panel<'a>> {
        let dated = |steps: &'a [Step]| steps.iter().filter(|step| has_day(step)).collect::<Vec<&Step>>();
        let (steps, around) = (dated(&path.steps), dated(&path.around));
        let lanes = match path.scale {
            "number" => numbers(&steps, &around),
            _ => names(path, &steps, &around),
        };
        let mut panel = Panel { record, path, steps, around, lanes, first: 0, last: 0 };
        panel.steps.retain(|step| !lanes_of(&panel.lanes, step).is_empty());
        if panel.steps.is_empty() {
            return None;
        }
        let days = panel.drawn().flat_map(|step| [step.min, step.max]).flatten();
        let (first, last) = days.fold((i64::MAX, i64::MIN), |(a, b), day| (a.min(day), b.max(day)));
        Some(Panel { first, last, ..panel })
    }

    pub(super) fn drawn(&self) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().chain(&self.around).copied()
    }

    pub(super) fn height(&self) -> f64 {
        HEAD + self.depth() + FOOT + DAYS
    }

    fn depth(&self) -> f64 {
        self.lanes.iter().fold(0.0, |most, lane| lane.depth.max(most))
    }

    fn x(&self, day: i64) -> f64 {
        let span = (self.last - self.first).max(1) as f64;
        LEFT + 10.0 + (day - self.first) as f64 / span * (WIDTH - LEFT - RIGHT - 10.0)
    }

    /// A move without a day of its own stands in the middle of its days.
    fn middle(&self, step: &Step) -> f64 {
        let (from, to) = self.days_of(step);
        (self.x(from) + self.x(to)) / 2.0
    }

    fn days_of(&self, step: &Step) -> (i64, i64) {
        (step.min.unwrap_or(self.first), step.max.unwrap_or(self.last))
    }

    pub(super) fn draw(&self, out: &mut String, top: f64, day: &dyn Fn(i64) -> String) {
        let unit = if self.path.unit.is_empty() { String::new() } else { format!(" ({})", self.path.unit) };
        let title = format!("{}{unit}", self.path.label);
        let _ = writeln!(out, "<text x=\"{MARGIN}\" y=\"{top:.1}\" font-size=\"14.5\">{}</text>", escape(&title));
        let top = top + HEAD;
        self.rules(out, top);
        self.red_lines(out, top);
        self.routes(out, top);
        self.marks(out, top);
        self.axis(out, top + self.depth() + FOOT, day);
    }

    /// A thin line and a label for each lane; a label that would touch the one above it is left out.
    fn rules(&self, out: &mut String, top: f64) {
        let mut free = f64::MIN;
        for lane in &self.lanes {
            let y = top + lane.depth;
            let _ = writeln!(out, "<path d=\"M{LEFT} {y:.1} H{:.1}\" stroke=\"#dddddd\"/>", WIDTH - RIGHT);
            let lines = wrapped(&lane.label, ROOM);
            if y < free {
                continue;
            }
            free = y + 13.0;
            let start = y + 4.0 - 6.5 * (lines.len() - 1) as f64;
            for (at, line) in lines.iter().enumerate() {
                let _ = writeln!(
                    out,
                    "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"{QUIET}\">{}</text>",
                    LEFT - 10.0,
                    start + 13.0 * at as f64,
                    escape(line),
                );
            }
        }
    }

    fn red_lines(&self, out: &mut String, top: f64) {
        for step in self.around.iter().filter(|step| step.kind == "red line") {
            let colour = shapes(self.record, step).first().map_or(QUIET, |shape| shape.colour());
            for lane in lanes_of(&self.lanes, step) {
                told(out, step);
                let from = self.middle(step).min(WIDTH - RIGHT - 30.0);
                dashes(out, colour, from, WIDTH - RIGHT, top + lane.depth);
                out.push_str("</g>\n");
            }
        }
    }

    /// What joins the positions of one side, where there is a distance between them.
    fn routes(&self, out: &mut String, top: f64) {
        if !matches!(self.path.scale, "number" | "ordinal") {
            return;
        }
        for (at, side) in self.record.sides.iter().enumerate() {
            let own = self.steps.iter().filter(|step| step.by.contains(side) && !step.aside);
            let points: Vec<String> = own
                .flat_map(|step| lanes_of(&self.lanes, step).into_iter().map(move |lane| (step, lane)))
                .map(|(step, lane)| format!("{:.1},{:.1}", self.middle(step), top + lane.depth))
                .collect();
            if points.len() > 1 {
                let _ = writeln!(
                    out,
                    "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" opacity=\"0.7\"/>",
                    points.join(" "),
                    Shape::Side(at).colour(),
                );
            }
        }
    }

    fn marks(&self, out: &mut String, top: f64) {
        let refusals = self.around.iter().filter(|step| step.kind == "refusal");
        let positions = self.steps.iter().map(|step| (*step, lanes_of(&self.lanes, step), false));
        let refused = refusals.map(|step| (*step, self.refused(step), true));
        let all: Vec<(&Step, Shape, f64, bool)> = positions
            .chain(refused)
            .flat_map(|(step, lanes, crossed)| {
                let each = move |lane: &Lane| {
                    let y = top + lane.depth;
                    shapes(self.record, step).into_iter().map(move |shape| (step, shape, y, crossed))
                };
                lanes.into_iter().flat_map(each).collect::<Vec<_>>()
            })
            .collect();
        for (step, shape, y, _) in all.iter().filter(|(step, ..)| step.min != step.max) {
            let (from, to) = self.days_of(step);
            bar(out, shape.colour(), self.x(from), self.x(to), *y);
        }
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for (step, shape, y, crossed) in all {
            let mut x = self.middle(step);
            while taken.iter().any(|(a, b)| (a - x).abs() < NEAR && (b - y).abs() < NEAR) {
                x += NEAR;
            }
            taken.push((x, y));
            told(out, step);
            if crossed {
                cross(out, shape.colour(), x, y)
            } else {
                mark(out, shape, x, y, step.aside)
            }
            out.push_str("</g>\n");
        }
    }

    /// Whoever refuses nothing in particular refuses all that others had put forward.
    fn refused(&self, refusal: &Step) -> Vec<&Lane> {
        if !refusal.members.is_empty() || refusal.figure.is_some() {
            return lanes_of(&self.lanes, refusal);
        }
        let earlier = self.steps.iter().filter(|step| step.n < refusal.n && !step.aside && step.kind != "settlement");
        let others = earlier.filter(|step| step.by.iter().all(|who| !refusal.by.contains(who)));
        let names: Vec<&Step> = others.copied().collect();
        self.lanes.iter().filter(|lane| names.iter().any(|step| is_on(lane, step))).collect()
    }

    fn axis(&self, out: &mut String, base: f64, day: &dyn Fn(i64) -> String) {
        let _ = writeln!(out, "<path d=\"M{LEFT} {base:.1} H{:.1}\" stroke=\"#888888\"/>", WIDTH - RIGHT);
        let stride = ((self.last - self.first + 4) / 5).max(1);
        let mut ticks: Vec<i64> = (0..5).map(|at| self.first + at * stride).collect();
        ticks.retain(|tick| *tick == self.first || self.x(self.last) - self.x(*tick) > 76.0);
        if self.last > self.first {
            ticks.push(self.last);
        }
        for tick in ticks {
            let x = self.x(tick);
            let _ = writeln!(
                out,
                "<path d=\"M{x:.1} {base:.1} v5\" stroke=\"#888888\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\" fill=\"{QUIET}\">{}</text>",
                base + 17.0,
                escape(&day(tick)),
            );
        }
        let mut written: Vec<(f64, &str)> = Vec::new();
        for step in &self.around {
            let word = match step.kind {
                "deferral" => "put off",
                "drop" => "dropped",
                _ => continue,
            };
            let x = self.middle(step).clamp(LEFT + 24.0, WIDTH - RIGHT - 20.0);
            if written.iter().any(|(at, said)| (at - x).abs() < ink::width(word) && *said == word) {
                continue;
            }
            written.push((x, word));
            told(out, step);
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\" font-style=\"italic\" \
                 fill=\"{INK}\">{word}</text></g>",
                base - 4.0,
            );
        }
    }
}

/// Opens a group that says, when pointed at, what it stands for.
fn told(out: &mut String, step: &Step) {
    let value = if step.value.is_empty() { step.kind.to_owned() } else { format!("{}: {}", step.kind, step.value) };
    let title = format!("[{}; {}] {}: {value}", step.n, step.date, listed(&step.by, "and"));
    let _ = write!(out, "<g><title>{}</title>", escape(&title));
}

fn is_on(lane: &Lane, step: &Step) -> bool {
    if step.members.is_empty() { step.figure == Some(lane.figure) } else { step.members.contains(&lane.label) }
}

fn lanes_of<'l>(lanes: &'l [Lane], step: &Step) -> Vec<&'l Lane> {
    lanes.iter().filter(|lane| is_on(lane, step)).collect()
}

/// A lane for each number that is named, at its place between the greatest and the least.
fn numbers(steps: &[&Step], around: &[&Step]) -> Vec<Lane> {
    let mut figures: Vec<f64> = steps.iter().chain(around).filter_map(|step| step.figure).collect();
    figures.sort_by(|a, b| b.total_cmp(a));
    figures.dedup();
    let (Some(most), Some(least)) = (figures.first().copied(), figures.last().copied()) else { return Vec::new() };
    let depth = |figure: f64| if most > least { (most - figure) / (most - least) * SCALE } else { 0.0 };
    let label = |figure: f64| {
        let text = format!("{figure}");
        servanda_model::Number::parse(&text).map_or(text, grouped)
    };
    figures.iter().map(|figure| Lane { label: label(*figure), figure: *figure, depth: depth(*figure) }).collect()
}

/// A lane for each value: of an order, from the last down to the first; of a set, also what it is said to exclude.
fn names(path: &Path, steps: &[&Step], around: &[&Step]) -> Vec<Lane> {
    let mut names = path.values.clone();
    for name in steps.iter().chain(around).flat_map(|step| &step.members) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    if path.scale == "ordinal" {
        names.reverse();
    }
    let tall = names.iter().any(|name| wrapped(name, ROOM).len() > 1);
    let between = if tall { HIGH_LANE } else { LANE };
    let lane = |(at, label): (usize, String)| Lane { label, figure: f64::NAN, depth: between * at as f64 };
    names.into_iter().enumerate().map(lane).collect()
}
