//! How each side moved on each issue, and its share of the way.
//!
//! The gap is that between the two first positions that lie furthest apart; a side's share is how far it went from its
//! own to what was settled. The shares of two sides add up to the gap if that lies between them; those of more need not. Values without numbers are counted in steps of their order where they have one, and not at all otherwise.

use serde::Serialize;
use servanda_model::negotiation::{Choice, IssueKind, Move, MoveKind, TermValue};
use servanda_model::{EntityId, Number};

use super::{Seen, Sight, date_text, grouped, is_position, names, value_text};

/// The positions taken on one issue.
#[derive(Clone, Debug, Serialize)]
pub struct Path {
    /// The issue.
    pub issue: String,
    /// What to call it.
    pub label: String,
    /// `number`, `ordinal` (a choice with an order), `choice` (one without), `set` or `words`.
    pub scale: &'static str,
    /// Of what the number is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The values to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The positions, in order.
    pub steps: Vec<Step>,
    /// What else a drawing shows: refusals, red lines, deferrals and drops.
    #[serde(skip)]
    pub around: Vec<Step>,
    /// Each side's part of the way.
    pub shares: Vec<Share>,
    /// Sides that named no position of their own, where others did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_position: Vec<String>,
    /// Why there are no shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_shares: Option<String>,
}

/// One position.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// The number of the move.
    pub n: usize,
    /// Who takes it.
    pub by: Vec<String>,
    /// By what kind of move.
    pub kind: &'static str,
    /// As written.
    pub value: String,
    /// As a number, or as the rank in an order.
    pub figure: Option<f64>,
    /// The values of a choice or the elements of a set that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// When, in words.
    pub date: String,
    /// First possible day.
    #[serde(skip)]
    pub min: Option<i64>,
    /// Last possible day.
    #[serde(skip)]
    pub max: Option<i64>,
    /// Not told to the other side, or only on a condition.
    pub aside: bool,
}

/// One side's part of the way.
#[derive(Clone, Debug, Serialize)]
pub struct Share {
    /// The side.
    pub side: String,
    /// Where it began.
    pub opening: String,
    /// Where it ended: what was settled.
    pub settled: String,
    /// How far that is.
    pub moved: f64,
    /// As a share of the gap between the two openings that lie furthest apart.
    pub share: f64,
    /// How many times it gave ground before the settlement.
    pub concessions: usize,
}

pub(super) fn paths(sight: &Sight<'_>, seen: &[Seen<'_>]) -> Vec<Path> {
    let issues = 0..sight.negotiation.issues.len();
    issues.map(|issue| path(sight, seen, issue)).filter(|path| !path.steps.is_empty()).collect()
}

fn path(sight: &Sight<'_>, seen: &[Seen<'_>], issue: usize) -> Path {
    let kind = &sight.negotiation.issues[issue].kind;
    let about: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.counts() && seen.is_on(issue)).collect();
    let says = |seen: &Seen<'_>| seen.it.term.is_some() || !seen.it.words.is_empty();
    let on: Vec<&Seen<'_>> = about.iter().copied().filter(|seen| is_step(seen.it) && says(seen)).collect();
    let aside = |it: &Move| {
        matches!(it.kind, MoveKind::RedLine | MoveKind::Defer | MoveKind::Drop)
            || (it.kind == MoveKind::Refuse && !is_step(it))
    };
    let steps = on.iter().map(|seen| step(sight, issue, seen)).collect();
    let around = about.iter().filter(|seen| aside(seen.it)).map(|seen| step(sight, issue, seen)).collect();
    let dropped = about.iter().any(|seen| seen.it.kind == MoveKind::Drop);
    let (shares, no_shares) = match shares(sight, &on, kind) {
        Ok(shares) => (shares, None),
        Err("nothing was settled") if dropped => (Vec::new(), Some("it was dropped".to_owned())),
        Err(why) => (Vec::new(), Some(why.to_owned())),
    };
    let silent = |side: &&EntityId| !shares.iter().any(|share: &Share| share.side == sight.model.name(**side));
    let without_position = match shares.as_slice() {
        [] => Vec::new(),
        _ => sight.negotiation.sides.iter().filter(silent).map(|side| sight.model.name(*side).to_owned()).collect(),
    };
    let labels = |values: &[Choice]| values.iter().map(|value| value.label.clone()).collect::<Vec<_>>();
    let (scale, unit, values) = match kind {
        IssueKind::Number { unit } => ("number", unit.clone(), Vec::new()),
        IssueKind::OneOf { values, ordered: true } => ("ordinal", String::new(), labels(values)),
        IssueKind::OneOf { values, ordered: false } => ("choice", String::new(), labels(values)),
        IssueKind::SomeOf { values } => ("set", String::new(), labels(values)),
        IssueKind::SetOf { .. } => ("set", String::new(), Vec::new()),
        IssueKind::Words => ("words", String::new(), Vec::new()),
    };
    let (name, label) = (&sight.negotiation.issues[issue].name, &sight.negotiation.issues[issue].label);
    Path {
        issue: name.clone(),
        label: label.clone(),
        scale,
        unit,
        values,
        steps,
        around,
        shares,
        without_position,
        no_shares,
    }
}

/// Whether a move says where its side stands, or where all came to stand.
fn is_step(it: &Move) -> bool {
    use MoveKind::{Alternative, Mandate, Prefer, Promise, Settle};
    is_position(it.kind)
        || matches!(it.kind, Settle | Promise | Mandate | Prefer | Alternative)
        || refused_position(it).is_some()
}

fn step(sight: &Sight<'_>, issue: usize, seen: &Seen<'_>) -> Step {
    let measured = is_measured(&sight.negotiation.issues[issue].kind);
    Step {
        n: seen.n,
        by: names(sight.model, &seen.it.by),
        kind: seen.it.kind.word(),
        value: position(sight, seen),
        figure: figure(seen.it).filter(|_| measured).map(approximate),
        members: members(sight, issue, seen.it),
        date: date_text(sight.model, seen.min, seen.max),
        min: seen.min,
        max: seen.max,
        aside: matches!(seen.it.kind, MoveKind::Promise | MoveKind::Mandate | MoveKind::Prefer),
    }
}

/// Where a side stands by a move, as people read it.
fn position(sight: &Sight<'_>, seen: &Seen<'_>) -> String {
    match refused_position(seen.it) {
        Some(number) => grouped(number),
        None => value_text(sight, seen.it).unwrap_or_default(),
    }
}

/// What a move names of a choice or a set; what it excludes from a set, as `not X`.
fn members(sight: &Sight<'_>, issue: usize, it: &Move) -> Vec<String> {
    let Some(term) = &it.term else { return Vec::new() };
    match (&term.value, &sight.negotiation.issues[issue].kind) {
        (TermValue::Choices(all), IssueKind::OneOf { values, .. } | IssueKind::SomeOf { values }) => {
            all.iter().map(|(at, _)| values[*at].label.clone()).collect()
        }
        (TermValue::Things(all), _) => {
            let not = if term.negated { "not " } else { "" };
            let label = |id: EntityId| &sight.model.lexicon.entities[id.index()].label;
            all.iter().map(|(id, _)| format!("{not}{}", label(*id))).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether one can say how far apart two values are.
fn is_measured(kind: &IssueKind) -> bool {
    matches!(kind, IssueKind::Number { .. } | IssueKind::OneOf { ordered: true, .. })
}

/// Whether a move tells the others where its side stands, without conditions.
pub(super) fn is_told(it: &Move) -> bool {
    is_position(it.kind) || refused_position(it).is_some()
}

/// Who refuses more than 5 stands at 5.
pub(super) fn refused_position(it: &Move) -> Option<Number> {
    match (it.kind, it.term.as_ref().map(|term| &term.value)) {
        (MoveKind::Refuse, Some(TermValue::Number(range))) if range.min.is_some() != range.max.is_some() => {
            range.min.or(range.max)
        }
        _ => None,
    }
}

/// A position as a number, or as a rank.
pub(super) fn figure(it: &Move) -> Option<Number> {
    if it.kind == MoveKind::Refuse {
        return refused_position(it);
    }
    let term = it.term.as_ref().filter(|term| !term.negated)?;
    match &term.value {
        TermValue::Number(range) => range.max.or(range.min),
        TermValue::Choices(all) => match all.as_slice() {
            [(rank, _)] => Some(Number::whole(*rank as i64)),
            _ => None,
        },
        TermValue::Things(_) => None,
    }
}

fn approximate(number: Number) -> f64 {
    number.mantissa as f64 / 10_f64.powi(i32::from(number.scale))
}

fn shares(sight: &Sight<'_>, on: &[&Seen<'_>], kind: &IssueKind) -> Result<Vec<Share>, &'static str> {
    if !is_measured(kind) {
        return Err("its values have no order");
    }
    let settled = on.iter().rev().find(|seen| seen.it.kind == MoveKind::Settle);
    let Some((settled, end)) = settled.and_then(|seen| Some((seen, figure(seen.it)?))) else {
        return Err("nothing was settled");
    };
    let told = |side: EntityId| {
        let before = on.iter().take_while(|seen| seen.n < settled.n);
        let own = before.filter(move |seen| seen.it.by.contains(&side) && is_told(seen.it));
        own.filter_map(|seen| Some((*seen, figure(seen.it)?))).collect::<Vec<_>>()
    };
    let first = |side: &EntityId| told(*side).first().map(|(seen, number)| (*side, *seen, *number));
    let openings: Vec<(EntityId, &Seen<'_>, Number)> = sight.negotiation.sides.iter().filter_map(first).collect();
    match openings.len() {
        0 => return Err("no side named a position of its own before"),
        1 => return Err("only one side named a position of its own before"),
        _ => {}
    }
    let figures = || openings.iter().map(|(_, _, number)| approximate(*number));
    let gap = figures().fold(f64::MIN, f64::max) - figures().fold(f64::MAX, f64::min);
    if gap == 0.0 {
        return Err("they began at the same point");
    }
    let share = |(side, opening, number): &(EntityId, &Seen<'_>, Number)| {
        let toward = if number > &end { -1.0 } else { 1.0 };
        let moved = (approximate(*number) - approximate(end)).abs();
        let all = told(*side);
        let gave = all.windows(2).filter(|pair| (approximate(pair[1].1) - approximate(pair[0].1)) * toward > 0.0);
        Share {
            side: sight.model.name(*side).to_owned(),
            opening: position(sight, opening),
            settled: value_text(sight, settled.it).unwrap_or_default(),
            moved,
            share: moved / gap,
            concessions: gave.count(),
        }
    };
    Ok(openings.iter().map(share).collect())
}
