//! Pressure beside what came after it, the fate of alternatives, and what the record lacks.

use std::collections::BTreeSet;

use serde::Serialize;
use servanda_model::negotiation::{IssueKind, MoveKind, TermValue};
use servanda_model::{EntityId, Number};

use super::status::{self, Cell, Status};
use super::{Seen, Sight, date_text, grouped, hearsay, listed, names, passages, settlement, value_text};

/// How many of the moves that follow are set beside a threat.
const BESIDE: usize = 4;

/// A threat or a deadline. That a move follows is evidence and no proof that it follows from it.
#[derive(Clone, Debug, Serialize)]
pub struct Pressure {
    /// The number of the move.
    pub n: usize,
    /// Who exerts it.
    pub by: Vec<String>,
    /// `threat`, `deadline` or `alternative`.
    pub kind: &'static str,
    /// On which issues; on none, on all.
    pub issues: Vec<String>,
    /// What is threatened or asked.
    pub text: String,
    /// When, in words.
    pub date: String,
    /// Only by hearsay.
    pub hearsay: bool,
    /// The last day that a deadline leaves, if it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether its issues were settled by then: `met`, `missed`, `undecided` (the days leave it open) or `running`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Moves by others that follow.
    pub followed_by: Vec<Follower>,
}

/// A move that follows.
#[derive(Clone, Debug, Serialize)]
pub struct Follower {
    /// The number of the move.
    pub n: usize,
    /// When, in words.
    pub date: String,
    /// The move, as written.
    pub sentence: String,
    /// Whether the days leave no doubt that it came later.
    pub certainly_later: bool,
}

/// An alternative put forward.
#[derive(Clone, Debug, Serialize)]
pub struct Alternative {
    /// The number of the move.
    pub n: usize,
    /// Who puts it forward.
    pub by: Vec<String>,
    /// The issue.
    pub issue: String,
    /// What is put forward.
    pub value: String,
    /// `refused`, `accepted`, `divided` (some accept, some refuse), `settled` or `unanswered`.
    pub fate: &'static str,
    /// The last word of each who answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

/// What others make of an alternative.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The number of the move.
    pub n: usize,
    /// By whom.
    pub by: Vec<String>,
    /// `refused`, `accepted` or `settled`.
    pub fate: &'static str,
}

/// Something to know before relying on the record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// A name for programs; it does not change.
    pub code: &'static str,
    /// The moves concerned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<usize>,
    /// What was found.
    pub message: String,
}

pub(super) fn pressures(sight: &Sight<'_>, seen: &[Seen<'_>]) -> Vec<Pressure> {
    let exerted = |kind| matches!(kind, MoveKind::Threaten | MoveKind::Deadline | MoveKind::Alternative);
    seen.iter()
        .filter(|seen| exerted(seen.it.kind))
        .map(|pressure| Pressure {
            n: pressure.n,
            by: names(sight.model, &pressure.it.by),
            kind: pressure.it.kind.word(),
            issues: pressure.it.issues.iter().map(|at| sight.negotiation.issues[*at].name.clone()).collect(),
            text: value_text(sight, pressure.it).unwrap_or_else(|| pressure.it.sentence.clone()),
            date: date_text(sight.model, pressure.min, pressure.max),
            hearsay: !pressure.counts(),
            until: pressure.it.until.map(|day| sight.model.show_tick(day)),
            outcome: pressure.it.until.map(|day| kept(sight, seen, pressure, day)),
            followed_by: followers(sight, seen, pressure),
        })
        .collect()
}

/// Whether what a deadline is about was settled by its last day.
fn kept(sight: &Sight<'_>, seen: &[Seen<'_>], deadline: &Seen<'_>, until: i64) -> &'static str {
    let counting: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.counts()).collect();
    let every: Vec<usize> = (0..sight.negotiation.issues.len()).collect();
    let issues = if deadline.it.issues.is_empty() { &every } else { &deadline.it.issues };
    let cells: Vec<Cell> = issues.iter().map(|issue| status::cell(sight, &counting, *issue, until)).collect();
    let agreed = |cell: &Cell| cell.status == Status::Agreed;
    if cells.iter().all(|cell| agreed(cell) && cell.possibly.is_empty()) {
        "met"
    } else if sight.on.is_some_and(|on| on < until) {
        "running"
    } else if cells.iter().all(|cell| agreed(cell) || cell.possibly.contains(&Status::Agreed)) {
        "undecided"
    } else {
        "missed"
    }
}

fn followers(sight: &Sight<'_>, seen: &[Seen<'_>], pressure: &Seen<'_>) -> Vec<Follower> {
    let concerned = |other: &&Seen<'_>| {
        let others = other.it.by.iter().any(|who| !pressure.it.by.contains(who));
        let same = pressure.it.issues.is_empty() || pressure.it.issues.iter().any(|issue| other.is_on(*issue));
        // Nothing that must have come before, even if it is listed after.
        let later = other.max.zip(pressure.min).is_none_or(|(theirs, mine)| theirs >= mine);
        other.n > pressure.n && others && same && later && other.counts()
    };
    let follower = |other: &Seen<'_>| Follower {
        n: other.n,
        date: date_text(sight.model, other.min, other.max),
        sentence: other.it.sentence.clone(),
        certainly_later: other.min.zip(pressure.max).is_some_and(|(theirs, mine)| mine < theirs),
    };
    seen.iter().filter(concerned).take(BESIDE).map(follower).collect()
}

pub(super) fn alternatives(sight: &Sight<'_>, seen: &[Seen<'_>]) -> Vec<Alternative> {
    let mut all = Vec::new();
    for put in seen.iter().filter(|seen| seen.it.kind == MoveKind::Alternative && seen.counts()) {
        let issue = put.it.issues.first().copied();
        let values = match (put.it.term.as_ref().map(|term| &term.value), issue) {
            (Some(TermValue::Choices(all)), Some(at)) => match &sight.negotiation.issues[at].kind {
                IssueKind::OneOf { values, .. } | IssueKind::SomeOf { values } => {
                    all.iter().map(|(value, _)| (Some(*value), values[*value].label.clone())).collect()
                }
                _ => Vec::new(),
            },
            _ => vec![(None, value_text(sight, put.it).unwrap_or_default())],
        };
        for (member, value) in values {
            let answers = answers(sight, seen, put, issue, member);
            let all_say = |fate| answers.iter().all(|answer: &Answer| answer.fate == fate);
            let fate = match answers.last().map(|answer| answer.fate) {
                None => "unanswered",
                Some("settled") => "settled",
                Some(fate) if all_say(fate) => fate,
                Some(_) => "divided",
            };
            let issue = issue.map_or_else(String::new, |at| sight.negotiation.issues[at].name.clone());
            all.push(Alternative { n: put.n, by: names(sight.model, &put.it.by), issue, value, fate, answers });
        }
    }
    all
}

/// The last word of each who answered, in order.
fn answers(
    sight: &Sight<'_>,
    seen: &[Seen<'_>],
    put: &Seen<'_>,
    issue: Option<usize>,
    member: Option<usize>,
) -> Vec<Answer> {
    let mut heard: BTreeSet<EntityId> = BTreeSet::new();
    let mut answers = Vec::new();
    for other in seen.iter().rev() {
        let Some(fate) = fate(other, put, issue, member) else { continue };
        // A word given before, by one who has spoken again since, no longer stands.
        if other.it.by.iter().filter(|who| heard.insert(**who)).count() > 0 {
            answers.push(Answer { n: other.n, by: names(sight.model, &other.it.by), fate });
        }
    }
    answers.reverse();
    answers
}

/// What a later move makes of one alternative; a refusal of nothing in particular refuses all.
fn fate(other: &Seen<'_>, put: &Seen<'_>, issue: Option<usize>, member: Option<usize>) -> Option<&'static str> {
    if other.n <= put.n || !other.counts() || !issue.is_none_or(|issue| other.is_on(issue)) {
        return None;
    }
    let by_other = other.it.by.iter().any(|who| !put.it.by.contains(who));
    let about = match other.it.term.as_ref().map(|term| &term.value) {
        Some(TermValue::Choices(all)) => member.is_some_and(|member| all.iter().any(|(at, _)| *at == member)),
        _ => true,
    };
    match other.it.kind {
        MoveKind::Refuse if by_other && about => Some("refused"),
        MoveKind::Accept if by_other && about => Some("accepted"),
        MoveKind::Settle if about && other.it.term.is_some() => Some("settled"),
        _ => None,
    }
}

pub(super) fn findings(sight: &Sight<'_>, seen: &[Seen<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    undated(sight, seen, &mut found);
    second_hand(sight, seen, &mut found);
    differing(sight, seen, &mut found);
    sums(seen, &mut found);
    partial(sight, seen, &mut found);
    gaps(sight, seen, &mut found);
    found
}

fn undated(sight: &Sight<'_>, seen: &[Seen<'_>], found: &mut Vec<Finding>) {
    for seen in seen.iter().filter(|seen| seen.min.is_none() || seen.min != seen.max) {
        let date = date_text(sight.model, seen.min, seen.max);
        let message = match (seen.min, seen.max) {
            (None, None) => format!("no day is known: {}", seen.it.sentence),
            _ => format!("no day is known, only {date}: {}", seen.it.sentence),
        };
        found.push(Finding { code: "undated", moves: vec![seen.n], message });
    }
}

fn second_hand(sight: &Sight<'_>, seen: &[Seen<'_>], found: &mut Vec<Finding>) {
    for seen in seen {
        let event = &sight.model.events[seen.it.event.index()];
        let against = if event.contradicted_by.is_empty() {
            String::new()
        } else {
            format!("; against it: {}", event.contradicted_by.join(", "))
        };
        if let Some(by) = hearsay(seen.it) {
            let by = if by.is_empty() { "somebody".to_owned() } else { listed(&names(sight.model, by), "and") };
            let message = format!("only according to {by}: {}{against}", seen.it.sentence);
            found.push(Finding { code: "hearsay", moves: vec![seen.n], message });
        } else if !event.contradicted_by.is_empty() {
            let message = format!("contradicted: {}{against}", seen.it.sentence);
            found.push(Finding { code: "contradicted", moves: vec![seen.n], message });
        }
        if !event.denied_by.is_empty() {
            let by = listed(&names(sight.model, &event.denied_by), "and");
            let message = format!("denied by {by}: {}", seen.it.sentence);
            found.push(Finding { code: "denied", moves: vec![seen.n], message });
        }
    }
}

/// The same move of the same side at the same time, told with different values.
fn differing(sight: &Sight<'_>, seen: &[Seen<'_>], found: &mut Vec<Finding>) {
    for (at, a) in seen.iter().enumerate() {
        for b in &seen[at + 1..] {
            let same = a.it.kind == b.it.kind && a.it.by == b.it.by && a.it.issues == b.it.issues;
            let told_apart = hearsay(a.it).is_some() != hearsay(b.it).is_some();
            let meets = a.min.zip(b.max).is_none_or(|(a, b)| a <= b) && b.min.zip(a.max).is_none_or(|(b, a)| b <= a);
            let (one, other) = (value_text(sight, a.it), value_text(sight, b.it));
            if same && told_apart && meets && one != other && !a.it.issues.is_empty() {
                let whose = |seen: &Seen<'_>, value: Option<String>| {
                    let value = value.unwrap_or_default();
                    match hearsay(seen.it) {
                        Some(by) => format!("{value} according to {}", listed(&names(sight.model, by), "and")),
                        None => value,
                    }
                };
                let issue = &sight.negotiation.issues[a.it.issues[0]].name;
                let message = format!(
                    "two accounts of the {} on {issue}: {}; {}",
                    a.it.kind.word(),
                    whose(a, one),
                    whose(b, other)
                );
                found.push(Finding { code: "differing-accounts", moves: vec![a.n, b.n], message });
            }
        }
    }
}

fn sums(seen: &[Seen<'_>], found: &mut Vec<Finding>) {
    for seen in seen {
        let (Some(whole), Some(term)) = (seen.it.altogether, &seen.it.term) else { continue };
        let parts: Vec<Option<Number>> = match &term.value {
            TermValue::Things(all) => all.iter().map(|(_, number)| *number).collect(),
            TermValue::Choices(all) => all.iter().map(|(_, number)| *number).collect(),
            TermValue::Number(_) => continue,
        };
        let sum = parts.into_iter().try_fold(Number::whole(0), |sum, part| sum.plus(part?));
        if let Some(sum) = sum.filter(|sum| *sum != whole) {
            let gap = whole.minus(sum).map_or_else(String::new, |gap| format!(", {} apart", grouped(gap)));
            let message = format!("the parts make {}, the whole is said to be {}{gap}", grouped(sum), grouped(whole));
            found.push(Finding { code: "parts-and-whole", moves: vec![seen.n], message });
        }
    }
}

/// Settlements that not every side made.
fn partial(sight: &Sight<'_>, seen: &[Seen<'_>], found: &mut Vec<Finding>) {
    for seen in seen.iter().filter(|seen| seen.it.kind == MoveKind::Settle && seen.counts()) {
        let absent: Vec<EntityId> =
            sight.negotiation.sides.iter().copied().filter(|side| !seen.it.by.contains(side)).collect();
        if !absent.is_empty() {
            let message =
                format!("settled without {}: {}", listed(&names(sight.model, &absent), "or"), seen.it.sentence);
            found.push(Finding { code: "not-by-all", moves: vec![seen.n], message });
        }
    }
}

fn gaps(sight: &Sight<'_>, seen: &[Seen<'_>], found: &mut Vec<Finding>) {
    for seen in seen {
        if passages(sight.model, &[seen.it.origin, sight.model.events[seen.it.event.index()].origin]).is_empty() {
            let message = format!("no source is given: {}", seen.it.sentence);
            found.push(Finding { code: "no-source", moves: vec![seen.n], message });
        }
    }
    for (at, issue) in sight.negotiation.issues.iter().enumerate() {
        let about: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.is_on(at)).collect();
        if about.is_empty() {
            let message = format!("no move is about {}", issue.name);
            found.push(Finding { code: "no-moves", moves: Vec::new(), message });
        } else if settlement::last(seen, at).is_none() && !about.iter().any(|seen| seen.it.kind == MoveKind::Drop) {
            let message = format!("{} was never settled, as far as is recorded", issue.name);
            found.push(Finding { code: "never-settled", moves: Vec::new(), message });
        }
        let silent: Vec<EntityId> = sight
            .negotiation
            .sides
            .iter()
            .copied()
            .filter(|side| !about.iter().any(|seen| seen.counts() && seen.it.by.contains(side)))
            .collect();
        if !about.is_empty() && !silent.is_empty() {
            let message =
                format!("no move of {} on {} is recorded", listed(&names(sight.model, &silent), "or"), issue.name);
            found.push(Finding { code: "one-sided", moves: Vec::new(), message });
        }
    }
}
