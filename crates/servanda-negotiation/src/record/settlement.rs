//! What was settled: from whose list each term came, what carries it, and which red lines held.

use serde::Serialize;
use servanda_model::negotiation::{MoveKind, Term, TermValue};
use servanda_model::{EntityId, Number};

use super::{Passage, Seen, Sight, date_text, grouped, is_position, names, passages, path, term_text, value_text};

/// What was settled on one issue, by the last settlement of it.
#[derive(Clone, Debug, Serialize)]
pub struct Settled {
    /// The issue.
    pub issue: String,
    /// What to call it.
    pub label: String,
    /// The number of the move.
    pub n: usize,
    /// When, in words.
    pub date: String,
    /// The term.
    pub value: String,
    /// Settlements of the same issue before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<usize>,
    /// Where each side began: its name, its first position, and the number of the move.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<(String, String, usize)>,
    /// Which sides had named this very value, each with the number of the move that first did.
    pub named_by: Vec<(String, usize)>,
    /// For sets: each element and the sides that had named it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// For sets: how many stood on each side's list, on the lists of several, and on none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<(String, usize)>,
    /// For elements with numbers: their sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
    /// What the parts are said to come to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altogether: Option<String>,
    /// What carries it.
    pub carried_by: Vec<Carrier>,
    /// The passages of the move.
    pub sources: Vec<Passage>,
}

/// An element of a settled set.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its number, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The sides on whose lists it stood.
    pub named_by: Vec<String>,
}

/// A norm, article or instrument.
#[derive(Clone, Debug, Serialize)]
pub struct Carrier {
    /// Its name.
    pub name: String,
    /// What to call it; of a norm, what it says.
    pub text: String,
    /// Whether it is secret.
    pub secret: bool,
    /// Its passages.
    pub sources: Vec<Passage>,
}

/// A line that a side would not cross.
#[derive(Clone, Debug, Serialize)]
pub struct RedLine {
    /// The number of the move.
    pub n: usize,
    /// Whose line.
    pub by: Vec<String>,
    /// On which issue.
    pub issue: String,
    /// The line.
    pub line: String,
    /// `held`, `crossed`, `open` (nothing settled) or `in words` (nothing to compare).
    pub outcome: &'static str,
    /// Why.
    pub because: String,
}

pub(super) fn settled(sight: &Sight<'_>, seen: &[Seen<'_>]) -> Vec<Settled> {
    (0..sight.negotiation.issues.len()).filter_map(|issue| settled_on(sight, seen, issue)).collect()
}

/// The last settlement of an issue.
pub(super) fn last<'s, 'a>(seen: &'s [Seen<'a>], issue: usize) -> Option<&'s Seen<'a>> {
    seen.iter().rev().find(|seen| seen.counts() && seen.it.kind == MoveKind::Settle && seen.is_on(issue))
}

fn settled_on(sight: &Sight<'_>, seen: &[Seen<'_>], issue: usize) -> Option<Settled> {
    let last = last(seen, issue)?;
    let earlier: Vec<usize> = seen
        .iter()
        .filter(|seen| seen.counts() && seen.it.kind == MoveKind::Settle && seen.is_on(issue) && seen.n < last.n)
        .map(|seen| seen.n)
        .collect();
    let before: Vec<&Seen<'_>> = seen
        .iter()
        .filter(|seen| seen.counts() && seen.n < last.n && seen.is_on(issue))
        .filter(|seen| is_position(seen.it.kind) || seen.it.kind == MoveKind::Promise)
        .collect();
    let mut settled = Settled {
        issue: sight.negotiation.issues[issue].name.clone(),
        label: sight.negotiation.issues[issue].label.clone(),
        n: last.n,
        date: date_text(sight.model, last.min, last.max),
        value: value_text(sight, last.it).unwrap_or_default(),
        earlier,
        openings: openings(sight, seen, issue, last),
        named_by: named_by(sight, &before, last),
        members: Vec::new(),
        lists: Vec::new(),
        sum: None,
        altogether: last.it.altogether.map(grouped),
        carried_by: carriers(sight, issue, last),
        sources: passages(sight.model, &[last.it.origin, sight.model.events[last.it.event.index()].origin]),
    };
    if let Some(members) = last.it.term.as_ref().and_then(|term| members_of(sight, issue, term)) {
        lists(sight, &before, issue, &members, &mut settled);
    }
    Some(settled)
}

/// The first position of each side, told to the others before the settlement.
fn openings(sight: &Sight<'_>, seen: &[Seen<'_>], issue: usize, last: &Seen<'_>) -> Vec<(String, String, usize)> {
    let first = |side: &EntityId| {
        let opening = seen.iter().find(|seen| {
            let told = is_position(seen.it.kind) || path::refused_position(seen.it).is_some();
            seen.n < last.n && told && seen.counts() && seen.is_on(issue) && seen.it.by.contains(side)
        })?;
        let value = value_text(sight, opening.it)?;
        let value = if opening.it.kind == MoveKind::Refuse { format!("not {value}") } else { value };
        Some((sight.model.name(*side).to_owned(), value, opening.n))
    };
    sight.negotiation.sides.iter().filter_map(first).collect()
}

fn named_by(sight: &Sight<'_>, before: &[&Seen<'_>], last: &Seen<'_>) -> Vec<(String, usize)> {
    let Some(wanted) = path::figure(last.it) else { return Vec::new() };
    let first = |side: &EntityId| {
        let own = before.iter().find(|seen| seen.it.by.contains(side) && path::figure(seen.it) == Some(wanted))?;
        Some((sight.model.name(*side).to_owned(), own.n))
    };
    let mut all: Vec<(String, usize)> = sight.negotiation.sides.iter().filter_map(first).collect();
    all.sort_by_key(|(_, n)| *n);
    all
}

/// The elements of a set, named.
fn members_of(sight: &Sight<'_>, issue: usize, term: &Term) -> Option<Vec<(String, Option<Number>)>> {
    use servanda_model::negotiation::IssueKind;
    match (&term.value, &sight.negotiation.issues[issue].kind) {
        (TermValue::Things(all), _) if !term.negated => {
            Some(all.iter().map(|(id, n)| (sight.model.lexicon.entities[id.index()].label.clone(), *n)).collect())
        }
        (TermValue::Choices(all), IssueKind::SomeOf { values }) if !term.negated => {
            Some(all.iter().map(|(at, n)| (values[*at].label.clone(), *n)).collect())
        }
        _ => None,
    }
}

fn lists(
    sight: &Sight<'_>,
    before: &[&Seen<'_>],
    issue: usize,
    members: &[(String, Option<Number>)],
    settled: &mut Settled,
) {
    let list = |side: EntityId| -> Vec<String> {
        let own = before.iter().filter(|seen| seen.it.by.contains(&side));
        let terms = own.filter_map(|seen| members_of(sight, issue, seen.it.term.as_ref()?));
        terms.flatten().map(|(name, _)| name).collect()
    };
    let sides: Vec<(String, Vec<String>)> =
        sight.negotiation.sides.iter().map(|side| (sight.model.name(*side).to_owned(), list(*side))).collect();
    for (name, number) in members {
        let named_by = sides.iter().filter(|(_, list)| list.contains(name)).map(|(side, _)| side.clone()).collect();
        settled.members.push(Member { name: name.clone(), number: number.map(grouped), named_by });
    }
    let count = |wanted: &dyn Fn(&Member) -> bool| settled.members.iter().filter(|member| wanted(member)).count();
    let mut counts: Vec<(String, usize)> = sides
        .iter()
        .map(|(side, _)| (side.clone(), count(&|member: &Member| member.named_by.contains(side))))
        .collect();
    counts.push(("on more than one list".to_owned(), count(&|member: &Member| member.named_by.len() > 1)));
    counts.push(("on no list".to_owned(), count(&|member: &Member| member.named_by.is_empty())));
    settled.lists = counts;
    let numbers: Vec<Number> = members.iter().filter_map(|(_, number)| *number).collect();
    if numbers.len() == members.len() {
        let sum = numbers.into_iter().try_fold(Number::whole(0), Number::plus);
        settled.sum = sum.map(grouped);
    }
}

fn carriers(sight: &Sight<'_>, issue: usize, last: &Seen<'_>) -> Vec<Carrier> {
    let model = sight.model;
    let mut ids = last.it.carried_by.clone();
    ids.extend(sight.negotiation.issues[issue].carried_by.iter().copied());
    let mut kept: Vec<EntityId> = Vec::new();
    ids.retain(|id| (!kept.contains(id)).then(|| kept.push(*id)).is_some());
    let carrier = |id: EntityId| {
        let entity = &model.lexicon.entities[id.index()];
        let norm = model.norms.iter().find(|norm| norm.entity == id && norm.reading.is_none());
        let text = norm.map_or_else(|| entity.label.clone(), |norm| norm.sentence.clone());
        let owners = std::iter::once(id).chain(entity.belongs_to.iter().copied());
        let secret = owners.into_iter().any(|id| model.lexicon.entities[id.index()].known_only_to.is_some());
        let origin = norm.map_or(entity.origin, |norm| norm.origin);
        Carrier { name: entity.name.clone(), text, secret, sources: passages(model, &[origin]) }
    };
    ids.into_iter().map(carrier).collect()
}

pub(super) fn red_lines(sight: &Sight<'_>, seen: &[Seen<'_>]) -> Vec<RedLine> {
    let lines = seen.iter().filter(|seen| seen.it.kind == MoveKind::RedLine && seen.counts());
    lines
        .flat_map(|seen| seen.it.issues.iter().map(move |issue| (seen, *issue)))
        .map(|(line, issue)| {
            let (outcome, because) = judge(sight, seen, line, issue);
            RedLine {
                n: line.n,
                by: names(sight.model, &line.it.by),
                issue: sight.negotiation.issues[issue].name.clone(),
                line: value_text(sight, line.it).unwrap_or_default(),
                outcome,
                because,
            }
        })
        .collect()
}

fn judge(sight: &Sight<'_>, seen: &[Seen<'_>], line: &Seen<'_>, issue: usize) -> (&'static str, String) {
    let Some(settled) = last(seen, issue) else { return ("open", "nothing was settled".to_owned()) };
    let (Some(drawn), Some(term)) = (&line.it.term, &settled.it.term) else {
        return ("in words", "there is nothing to compare".to_owned());
    };
    let verdict = |held: bool, because: String| (if held { "held" } else { "crossed" }, because);
    let shown = term_text(sight, Some(issue), term);
    match (&drawn.value, &term.value) {
        (TermValue::Number(line), TermValue::Number(settled)) => {
            let above = line.min.is_none_or(|min| settled.min.or(settled.max).is_some_and(|number| number >= min));
            let below = line.max.is_none_or(|max| settled.max.or(settled.min).is_some_and(|number| number <= max));
            verdict((above && below) != drawn.negated, format!("settled: {shown}"))
        }
        (TermValue::Choices(line), TermValue::Choices(settled)) => {
            let one = |at: &usize| line.iter().any(|(value, _)| value == at);
            let any = settled.iter().any(|(at, _)| one(at));
            verdict(any != drawn.negated, format!("settled: {shown}"))
        }
        (TermValue::Things(line), TermValue::Things(settled)) => {
            let label = |id: EntityId| sight.model.lexicon.entities[id.index()].label.clone();
            let inside = |id: EntityId| {
                line.iter().find(|(zone, _)| *zone == id || (sight.within)(id, *zone)).map(|(zone, _)| label(*zone))
            };
            let crossing: Vec<String> = settled
                .iter()
                .filter(|(id, _)| inside(*id).is_some() == drawn.negated)
                .map(|(id, _)| label(*id))
                .collect();
            let all = settled.iter().map(|(id, _)| label(*id)).collect::<Vec<_>>().join(", ");
            let zones: Vec<String> = line.iter().map(|(zone, _)| label(*zone)).collect();
            let because = match (crossing.is_empty(), drawn.negated) {
                (true, true) => format!("none of {all} is said to lie in {}", zones.join(" or ")),
                (true, false) => format!("all of {all} lie in {}", zones.join(" or ")),
                (false, true) => format!("{} in {}", crossing.join(", "), zones.join(" or ")),
                (false, false) => format!("{} not in {}", crossing.join(", "), zones.join(" or ")),
            };
            verdict(crossing.is_empty(), because)
        }
        _ => ("in words", "there is nothing to compare".to_owned()),
    }
}
