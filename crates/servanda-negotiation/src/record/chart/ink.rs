//! Signs and words of the chart.

use std::fmt::Write as _;

/// Dark enough on white, and told apart by the colour-blind.
const COLOURS: [&str; 5] = ["#b2182b", "#2166ac", "#3f7d20", "#7b3f98", "#a35a00"];

/// Whose mark it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A negotiating side, by its place among them.
    Side(usize),
    /// Somebody else.
    Other,
    /// What all of them settled.
    Settled,
}

impl Shape {
    pub(super) fn colour(self) -> &'static str {
        match self {
            Shape::Side(at) => COLOURS[at % COLOURS.len()],
            Shape::Other => "#666666",
            Shape::Settled => super::INK,
        }
    }
}

pub(super) fn mark(out: &mut String, shape: Shape, x: f64, y: f64, hollow: bool) {
    let ink = shape.colour();
    let fill = if hollow { "#ffffff" } else { ink };
    let path = match shape {
        Shape::Side(at) => match at % 5 {
            0 => {
                let _ = writeln!(
                    out,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.8\" fill=\"{fill}\" stroke=\"{ink}\" stroke-width=\"1.4\"/>"
                );
                return;
            }
            1 => "m-4.5 -4.5 h9 v9 h-9 z",
            2 => "m0 -5.5 l5.5 9.5 h-11 z",
            3 => "m0 5.5 l5.5 -9.5 h-11 z",
            _ => "m-1.8 -5 h3.6 v3.2 h3.2 v3.6 h-3.2 v3.2 h-3.6 v-3.2 h-3.2 v-3.6 h3.2 z",
        },
        Shape::Other => "m-5 0 l2.5 -4.4 h5 l2.5 4.4 l-2.5 4.4 h-5 z",
        Shape::Settled => "m0 -6.5 l6.5 6.5 l-6.5 6.5 l-6.5 -6.5 z",
    };
    let _ = writeln!(out, "<path d=\"M{x:.1} {y:.1} {path}\" fill=\"{fill}\" stroke=\"{ink}\" stroke-width=\"1.4\"/>");
}

pub(super) fn cross(out: &mut String, colour: &str, x: f64, y: f64) {
    let _ = writeln!(
        out,
        "<path d=\"M{x:.1} {y:.1} m-4.5 -4.5 l9 9 m0 -9 l-9 9\" stroke=\"{colour}\" stroke-width=\"2.2\" fill=\"none\"/>"
    );
}

/// The days on which something may have been.
pub(super) fn bar(out: &mut String, colour: &str, from: f64, to: f64, y: f64) {
    let _ = writeln!(
        out,
        "<rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"5\" rx=\"2.5\" fill=\"{colour}\" opacity=\"0.28\"/>",
        y - 2.5,
        (to - from).max(1.0),
    );
}

pub(super) fn dashes(out: &mut String, colour: &str, from: f64, to: f64, y: f64) {
    let _ = writeln!(
        out,
        "<path d=\"M{from:.1} {y:.1} H{to:.1}\" stroke=\"{colour}\" stroke-width=\"2.2\" stroke-dasharray=\"6 4\" \
         fill=\"none\"/>"
    );
}

/// About how wide a text is: fonts differ, so this is on the generous side.
pub(super) fn width(text: &str) -> f64 {
    6.9 * text.chars().count() as f64
}

/// The lines of a label that has little room; what does not fit on two ends with an ellipsis.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is one");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > room {
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
    for line in &mut lines {
        if line.chars().count() > room + 1 {
            *line = line.chars().take(room).chain(['…']).collect();
        }
    }
    lines
}

pub(super) fn escape(text: &str) -> String {
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
