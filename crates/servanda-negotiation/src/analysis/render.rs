//! An analysis as plain text for people.

use std::fmt::Write;

use super::Semantics;
use super::report::{Agreement, Analysis, FrontierPoint, Solution};
use super::sensitivity::Sensitivity;
use super::settlement::Settlement;
use crate::number::Number;

/// How many points of a frontier, outcomes of a tie or dominating points are written out.
const SHOWN: usize = 24;

/// The analysis as text, ending in a newline.
pub fn text(analysis: &Analysis) -> String {
    let mut out = String::new();
    write_all(&mut out, analysis).expect("writing to a String does not fail");
    out
}

/// The ranges of weights as text, one line per weight and solution.
pub fn sensitivity_text(sensitivities: &[Sensitivity]) -> String {
    let mut out = String::new();
    for sensitivity in sensitivities {
        write_sensitivity(&mut out, sensitivity).expect("writing to a String does not fail");
    }
    out
}

fn write_all(out: &mut String, analysis: &Analysis) -> std::fmt::Result {
    writeln!(out, "{}: {} outcomes", analysis.scenario, analysis.outcomes)?;
    writeln!(out, "utilities: {}", semantics_words(analysis.semantics))?;
    for side in &analysis.sides {
        let stated = if side.reservation_stated { "" } else { " (not stated)" };
        writeln!(
            out,
            "  {}: {} to {}, no agreement {}{stated}",
            side.name,
            short(&side.worst),
            short(&side.best),
            short(&side.reservation)
        )?;
    }
    for finding in &analysis.findings {
        writeln!(out, "note[{}]: {}", finding.code, finding.message)?;
    }
    writeln!(out, "\nPareto frontier, {} utility points:", analysis.frontier.len())?;
    for (index, point) in analysis.frontier.iter().enumerate().take(SHOWN) {
        writeln!(out, "  #{index} {}", point_words(point))?;
    }
    write_rest(out, analysis.frontier.len(), "points")?;
    write_solutions(out, analysis)?;
    analysis.settlement.iter().try_for_each(|settlement| write_settlement(out, analysis, settlement))
}

fn semantics_words(semantics: Option<Semantics>) -> &'static str {
    match semantics {
        Some(Semantics::Genius) => "genius, weight × evaluation ÷ greatest evaluation of the issue",
        Some(Semantics::Raw) => "raw, weight × evaluation",
        None => "as tabulated",
    }
}

fn write_solutions(out: &mut String, analysis: &Analysis) -> std::fmt::Result {
    let Some(solutions) = &analysis.solutions else {
        return match &analysis.agreement {
            Agreement::UnacceptableTo { statement, .. } | Agreement::NoCommonGround { statement } => {
                writeln!(out, "\nNo solution: {statement}.")
            }
            Agreement::Possible { .. } => Ok(()),
        };
    };
    writeln!(out, "\nSolutions among the points acceptable to all:")?;
    for (name, solution) in solutions.named() {
        write!(out, "  {:<22} ", title(name))?;
        write_solution(out, analysis, solution)?;
    }
    Ok(())
}

fn title(name: &str) -> &str {
    match name {
        "nash" => "Nash",
        "ks" => "Kalai–Smorodinsky",
        "ks_maxmin" => "K–S, greatest least",
        other => other,
    }
}

fn write_solution(out: &mut String, analysis: &Analysis, solution: &Solution) -> std::fmt::Result {
    let shown: Vec<String> = solution
        .points
        .iter()
        .take(SHOWN)
        .map(|&point| format!("#{point} ({})", utilities(&analysis.frontier[point].exact)))
        .collect();
    let rest = solution.points.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let note = solution.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
    writeln!(out, "{}{more}{note}", shown.join(", "))
}

fn point_words(point: &FrontierPoint) -> String {
    let mut words = format!("({})", utilities(&point.exact));
    if point.outcome_count > 1 {
        let _ = write!(words, " {} outcomes tie, first", point.outcome_count);
    }
    if let Some(outcome) = point.outcomes.first() {
        let _ = write!(words, " {}", outcome.join(" · "));
    }
    if !point.individually_rational {
        words.push_str(" — below a reservation value");
    }
    words
}

fn write_settlement(out: &mut String, analysis: &Analysis, settlement: &Settlement) -> std::fmt::Result {
    writeln!(out, "\nThe settlement gives ({}).", utilities(&settlement.exact))?;
    if settlement.dominated {
        writeln!(
            out,
            "  It is dominated: {} some side more and no side less.",
            match settlement.dominated_by.len() {
                1 => "1 point gives".to_owned(),
                many => format!("{many} points give"),
            }
        )?;
        for dominator in settlement.dominated_by.iter().take(SHOWN) {
            writeln!(out, "    #{} more by ({})", dominator.point, utilities(&dominator.more))?;
        }
        write_rest(out, settlement.dominated_by.len(), "points")?;
    } else {
        writeln!(out, "  Nothing dominates it.")?;
    }
    for side in &settlement.unacceptable_to {
        writeln!(out, "  It gives {side} less than no agreement.")?;
    }
    writeln!(
        out,
        "  Distance to the frontier {:.4}, with each side's span of utilities as 1.",
        settlement.frontier_distance
    )?;
    for distance in &settlement.solution_distances {
        let (name, more) = (title(distance.solution), utilities(&distance.more));
        let sides: Vec<&str> = analysis.sides.iter().map(|side| side.name.as_str()).collect();
        writeln!(out, "  {name:<22} {:.4}; there {} would have ({more}) more", distance.distance, sides.join(", "))?;
    }
    Ok(())
}

fn write_sensitivity(out: &mut String, sensitivity: &Sensitivity) -> std::fmt::Result {
    let author = sensitivity.attribution.author.as_deref().map(|author| format!(" ({author})")).unwrap_or_default();
    writeln!(
        out,
        "{}, \"{}\": weight {} of {}{author}",
        sensitivity.side,
        sensitivity.issue,
        short(&sensitivity.weight),
        short(&sensitivity.sum)
    )?;
    if sensitivity.ranges.is_empty() {
        return writeln!(out, "  nothing to vary");
    }
    for range in &sensitivity.ranges {
        write!(out, "  {:<22} ", title(range.solution))?;
        if range.down_to_zero && range.up_to_sum {
            writeln!(out, "the same at every weight tried")?;
        } else {
            writeln!(out, "the same from {:.5} to {:.5}", range.unchanged_from, range.unchanged_to)?;
        }
    }
    Ok(())
}

fn write_rest(out: &mut String, all: usize, what: &str) -> std::fmt::Result {
    if all > SHOWN { writeln!(out, "  and {} more {what}", all - SHOWN) } else { Ok(()) }
}

fn utilities(exact: &[Number]) -> String {
    exact.iter().map(short).collect::<Vec<_>>().join("; ")
}

/// A number as a reader wants it: exact while it is short, else to six decimals.
fn short(number: &Number) -> String {
    let exact = number.to_string();
    if exact.len() <= 12 && !exact.contains('/') {
        return exact;
    }
    let rounded = format!("{:.6}", number.to_f64());
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}
