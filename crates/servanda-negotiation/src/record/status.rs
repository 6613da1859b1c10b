//! Where each issue stands, day by day.
//!
//! A move whose day is not known may or may not have been made on a day between its bounds. So a cell gives the status by
//! the moves that certainly had been made, and besides it every status that the others could have brought about.

use std::collections::BTreeSet;

use serde::Serialize;
use servanda_model::EntityId;
use servanda_model::negotiation::MoveKind;

use super::{Seen, Sight, is_position};

/// Where an issue stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nobody has brought it up.
    NotRaised,
    /// Being negotiated.
    Open,
    /// Being negotiated, and tied to another issue that is.
    Linked,
    /// Put off.
    Deferred,
    /// Settled.
    Agreed,
    /// Given up.
    Dropped,
}

impl Status {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Status::NotRaised => "–",
            Status::Open => "open",
            Status::Linked => "linked",
            Status::Deferred => "deferred",
            Status::Agreed => "agreed",
            Status::Dropped => "dropped",
        }
    }
}

/// Issues by day.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The days on which anything changes or may have changed.
    pub days: Vec<String>,
    /// One row for each issue.
    pub rows: Vec<Row>,
}

/// One issue on all those days.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The issue.
    pub issue: String,
    /// One cell for each day.
    pub cells: Vec<Cell>,
}

/// One issue on one day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cell {
    /// By the moves that had certainly been made.
    pub status: Status,
    /// By those that may have been made as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possibly: Vec<Status>,
    /// The issues it is tied to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub linked_with: Vec<String>,
}

pub(super) fn table(sight: &Sight<'_>, seen: &[Seen<'_>]) -> Table {
    let counting: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.counts()).collect();
    let on_issue = counting.iter().filter(|seen| !seen.it.issues.is_empty());
    let mut days: BTreeSet<i64> = on_issue.flat_map(|seen| [seen.min, seen.max]).flatten().collect();
    if let (Some(on), Some(first)) = (sight.on, days.first().copied()) {
        days.retain(|day| *day <= on);
        days.insert(on.max(first));
    }
    let issues = 0..sight.negotiation.issues.len();
    let mut kept: Vec<(i64, Vec<Cell>)> = Vec::new();
    for day in days {
        let cells: Vec<Cell> = issues.clone().map(|issue| cell(sight, &counting, issue, day)).collect();
        if kept.last().is_none_or(|(_, last)| *last != cells) {
            kept.push((day, cells));
        }
    }
    Table {
        days: kept.iter().map(|(day, _)| sight.model.show_tick(*day)).collect(),
        rows: issues
            .map(|issue| Row {
                issue: sight.negotiation.issues[issue].name.clone(),
                cells: kept.iter().map(|(_, cells)| cells[issue].clone()).collect(),
            })
            .collect(),
    }
}

pub(super) fn cell(sight: &Sight<'_>, seen: &[&Seen<'_>], issue: usize, day: i64) -> Cell {
    let sure = |seen: &Seen<'_>| seen.max.is_some_and(|max| max <= day);
    let may = |seen: &Seen<'_>| !sure(seen) && seen.min.is_none_or(|min| min <= day);
    let base = status(sight, seen.iter().copied().filter(|seen| sure(seen)), issue);
    let open = seen.iter().filter(|seen| may(seen)).count();
    let mut possibly = BTreeSet::new();
    for most in 1..=open {
        let mut left = most;
        let chosen = seen.iter().copied().filter(|seen| {
            let take = sure(seen) || (may(seen) && left > 0);
            left -= usize::from(take && !sure(seen));
            take
        });
        let chosen: Vec<&Seen<'_>> = chosen.collect();
        possibly.insert(status(sight, chosen.into_iter(), issue).0);
    }
    possibly.remove(&base.0);
    Cell { status: base.0, possibly: possibly.into_iter().collect(), linked_with: base.1 }
}

/// The status after these moves, and the issues it is then tied to.
fn status<'s>(sight: &Sight<'_>, moves: impl Iterator<Item = &'s Seen<'s>>, issue: usize) -> (Status, Vec<String>) {
    let mut all = vec![Status::NotRaised; sight.negotiation.issues.len()];
    let mut links: BTreeSet<usize> = BTreeSet::new();
    let mut standing: Vec<&Seen<'_>> = Vec::new();
    for seen in moves {
        for at in &seen.it.issues {
            all[*at] = after(sight, all[*at], seen, *at, &standing);
        }
        if seen.it.kind == MoveKind::Link && seen.is_on(issue) {
            links.extend(seen.it.issues.iter().filter(|other| **other != issue));
        }
        standing.push(seen);
    }
    links.retain(|other| !matches!(all[*other], Status::Agreed | Status::Dropped));
    let status = if all[issue] == Status::Open && !links.is_empty() { Status::Linked } else { all[issue] };
    let tied = status == Status::Linked;
    let names = links.iter().filter(|_| tied).map(|other| sight.negotiation.issues[*other].name.clone());
    (status, names.collect())
}

fn after(sight: &Sight<'_>, before: Status, seen: &Seen<'_>, issue: usize, earlier: &[&Seen<'_>]) -> Status {
    match seen.it.kind {
        MoveKind::Settle => Status::Agreed,
        MoveKind::Defer => Status::Deferred,
        MoveKind::Drop => Status::Dropped,
        MoveKind::Accept if meets_all(sight, seen, issue, earlier) => Status::Agreed,
        MoveKind::Demand | MoveKind::Offer | MoveKind::Concede | MoveKind::Alternative => Status::Open,
        // What is said of an issue brings it up, but does not reopen it.
        _ if before == Status::NotRaised => Status::Open,
        _ => before,
    }
}

/// Whether an acceptance puts every side at the same value.
fn meets_all(sight: &Sight<'_>, accepted: &Seen<'_>, issue: usize, earlier: &[&Seen<'_>]) -> bool {
    let value = |seen: &Seen<'_>| seen.it.term.as_ref().map(|term| (term.value.clone(), term.negated));
    let stands = |side: &EntityId| {
        let own = |seen: &&&Seen<'_>| seen.is_on(issue) && is_position(seen.it.kind) && seen.it.by.contains(side);
        accepted.it.by.contains(side) || earlier.iter().rev().find(own).is_some_and(|own| value(own) == value(accepted))
    };
    accepted.it.term.is_some() && sight.negotiation.sides.iter().all(stands)
}
