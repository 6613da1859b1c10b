//! Norms that cannot both be kept, or of which one forbids what the other allows, and that nothing puts in order.
//!
//! Two norms are in conflict when they bind one bearer on one day, one says `must` or `may` and the other `must not` of
//! the same act, or when they set limits to one number that exclude each other; unless `X prevails over Y` settles which
//! of them (or of their articles, or instruments) gives way. Which one does is a question of law, so it is asked and
//! never answered here.

use serde::Serialize;
use servanda_calendar::{Interval as Span, IntervalSet};
use servanda_diagnostics::Diagnostic;
use servanda_engine::Solution;
use servanda_model::{CompareOp, Condition, EntityId, Expr, FluentId, Modality, Model, Norm, Number, Term, Value};

use crate::diagnose;
use crate::world::World;

/// Two norms that nobody has put in order.
#[derive(Clone, Debug, Serialize)]
pub struct Conflict {
    /// One norm.
    pub one: String,
    /// What it says.
    pub one_says: String,
    /// The other.
    pub other: String,
    /// What that says.
    pub other_says: String,
    /// Whom both bind.
    pub bearer: String,
    /// Since when.
    pub since: Option<String>,
    /// Until when.
    pub until: Option<String>,
    /// How they clash, in a few words.
    pub clash: &'static str,
    #[serde(skip)]
    norms: (usize, usize),
    #[serde(skip)]
    days: (Option<i64>, Option<i64>),
}

impl Conflict {
    /// Whether both bind on that day.
    #[must_use]
    pub fn on(&self, day: i64) -> bool {
        self.days.0.is_none_or(|since| since <= day) && self.days.1.is_none_or(|until| day < until)
    }
}

/// The conflicts among the norms that bind in one timeline, readings and doctrines as chosen for it.
#[must_use]
pub fn conflicts(world: &World<'_>, solution: &Solution, chosen: &[EntityId]) -> Vec<Conflict> {
    let model = world.model;
    let in_use: Vec<usize> = (0..model.norms.len()).filter(|at| is_in_use(model, &model.norms[*at], chosen)).collect();
    let mut found = Vec::new();
    for (place, &a) in in_use.iter().enumerate() {
        for &b in &in_use[place + 1..] {
            let (one, other) = (&model.norms[a], &model.norms[b]);
            let Some(clash) = clash(one, other) else { continue };
            if is_settled(model, one, other) {
                continue;
            }
            for bearer in one.bearers.iter().filter(|bearer| other.bearers.contains(bearer)) {
                let both =
                    binding(world, solution, one, *bearer).intersection(&binding(world, solution, other, *bearer));
                for span in both.iter() {
                    found.push(Conflict {
                        one: model.name(one.entity).to_owned(),
                        one_says: one.sentence.clone(),
                        other: model.name(other.entity).to_owned(),
                        other_says: other.sentence.clone(),
                        bearer: model.name(*bearer).to_owned(),
                        since: span.since().map(|day| model.show_tick(day)),
                        until: span.until().map(|day| model.show_tick(day)),
                        clash,
                        norms: (a, b),
                        days: (span.since(), span.until()),
                    });
                }
            }
        }
    }
    found
}

/// Conflicts as findings: one for each pair of norms, at the first of the two.
#[must_use]
pub fn diagnostics(model: &Model, conflicts: &[Conflict]) -> Vec<Diagnostic> {
    let mut seen: Vec<(usize, usize)> = Vec::new();
    let mut findings = Vec::new();
    for conflict in conflicts {
        if seen.contains(&conflict.norms) {
            continue;
        }
        seen.push(conflict.norms);
        let Conflict { one, other, bearer, clash, .. } = conflict;
        let when = match (&conflict.since, &conflict.until) {
            (Some(since), Some(until)) => format!(" from {since} to {until}"),
            (Some(since), None) => format!(" since {since}"),
            (None, Some(until)) => format!(" until {until}"),
            (None, None) => String::new(),
        };
        let finding = Diagnostic::question(
            "unsettled-conflict",
            format!("`{one}` and `{other}` both bind {bearer}{when}, and {clash}"),
        );
        let (a, b) = conflict.norms;
        let finding = diagnose::at(model, model.norms[a].origin, finding, "one of them");
        let finding = diagnose::at(model, model.norms[b].origin, finding, "the other");
        findings
            .push(finding.help(format!("write `{one} prevails over {other}`, or the other way round, with a source")));
    }
    findings
}

/// A reading counts when it is chosen, the norm as written when none of its readings is.
fn is_in_use(model: &Model, norm: &Norm, chosen: &[EntityId]) -> bool {
    match norm.reading {
        Some(reading) => chosen.contains(&reading),
        None => !model
            .norms
            .iter()
            .any(|other| other.entity == norm.entity && other.reading.is_some_and(|reading| chosen.contains(&reading))),
    }
}

fn binding(world: &World<'_>, solution: &Solution, norm: &Norm, bearer: EntityId) -> IntervalSet {
    if norm.instrument.is_none() {
        return IntervalSet::from_iter([Span::ALWAYS]);
    }
    let args = [Value::entity(norm.entity), Value::entity(bearer)];
    let intervals = solution.holds_for(world.model.hooks.binds, &args, Value::TRUE);
    intervals.filter_map(|it| Span::new(it.since, it.until)).collect()
}

/// Whether a stated precedence decides between two norms, their articles or their instruments.
fn is_settled(model: &Model, one: &Norm, other: &Norm) -> bool {
    let wholes = |norm: &Norm| [Some(norm.entity), norm.article, norm.instrument];
    let (one, other) = (wholes(one), wholes(other));
    model.precedence.iter().any(|it| {
        let has = |all: &[Option<EntityId>; 3], id: EntityId| all.contains(&Some(id));
        (has(&one, it.over) && has(&other, it.under)) || (has(&other, it.over) && has(&one, it.under))
    })
}

fn clash(one: &Norm, other: &Norm) -> Option<&'static str> {
    if may_be_one(one, other) {
        return match (one.modality, other.modality) {
            (Modality::Must, Modality::MustNot) | (Modality::MustNot, Modality::Must) => {
                Some("one demands what the other forbids")
            }
            (Modality::May | Modality::Can, Modality::MustNot) | (Modality::MustNot, Modality::May | Modality::Can) => {
                Some("one allows what the other forbids")
            }
            _ => None,
        };
    }
    let mine = limits(one);
    let theirs = limits(other);
    mine.iter().find_map(|limit| theirs.iter().find_map(|other| limit.clash(other)))
}

/// Whether one act can be what both norms are about.
fn may_be_one(one: &Norm, other: &Norm) -> bool {
    let (Some(act), Some(its)) = (&one.act, &other.act) else { return false };
    let meet = |a: &Term, b: &Term| match (choices(one, a), choices(other, b)) {
        (Some(some), Some(others)) => some.iter().any(|value| others.contains(value)),
        _ => true,
    };
    let apart = |a: &Term, b: &Term| {
        one.instrument == other.instrument
            && (is_third(one, a) && is_the_other(other, b) || is_third(other, b) && is_the_other(one, a))
    };
    act.action == its.action
        && act
            .args
            .iter()
            .zip(&its.args)
            .all(|(a, b)| meet(a, b) && !apart(a, b) && numbers_clash((one, a), (other, b)))
}

/// The numbers that a term of a norm's act may be: at least and at most.
type Bounds = (Option<Number>, Option<Number>);

fn bounds(norm: &Norm, term: &Term) -> Option<Bounds> {
    let number = |value: &Value| match value.kinded() {
        servanda_model::Kinded::Number(number) => Some(number),
        _ => None,
    };
    let var = match term {
        Term::Value(value) => return number(value).map(|it| (Some(it), Some(it))),
        Term::Var(var) => var,
        Term::Any => return None,
    };
    let mut all: Bounds = (None, None);
    for condition in &norm.content {
        let Condition::Compare { left: Expr::Var(it), op, right: Expr::Value(value) } = condition else { continue };
        let Some(bound) = number(value).filter(|_| it == var) else { continue };
        let (least, most) = match op {
            CompareOp::AtLeast | CompareOp::Greater => (Some(bound), None),
            CompareOp::AtMost | CompareOp::Less => (None, Some(bound)),
            CompareOp::Equal => (Some(bound), Some(bound)),
            CompareOp::NotEqual => (None, None),
        };
        all = (all.0.max(least), if all.1.is_none() { most } else { all.1.min(most.or(all.1)) });
    }
    (all != (None, None)).then_some(all)
}

/// Whether the numbers that two norms name leave no way of keeping both, as far as they name any: of what is demanded all would
/// be forbidden, or something that is allowed.
fn numbers_clash((one, a): (&Norm, &Term), (other, b): (&Norm, &Term)) -> bool {
    let (Some(mine), Some(theirs)) = (bounds(one, a), bounds(other, b)) else { return true };
    let meet = [(mine, theirs), (theirs, mine)]
        .iter()
        .all(|(one, other)| one.0.zip(other.1).is_none_or(|(least, most)| least <= most));
    let is_within = |one: Bounds, other: Bounds| {
        other.0.is_none_or(|bound| one.0.is_some_and(|it| bound <= it))
            && other.1.is_none_or(|bound| one.1.is_some_and(|it| it <= bound))
    };
    match (one.modality, other.modality) {
        (Modality::Must, Modality::MustNot) => meet && is_within(mine, theirs),
        (Modality::MustNot, Modality::Must) => meet && is_within(theirs, mine),
        _ => meet,
    }
}

/// Whether a term of a norm is somebody who is no party to its instrument.
fn is_third(norm: &Norm, term: &Term) -> bool {
    let is_outside = |condition: &Condition| match condition {
        Condition::Not(list) => matches!(list.as_slice(), [Condition::Holds(it)] if it.args.first() == Some(term)
            && it.args.get(1) == norm.instrument.map(|id| Term::Value(Value::entity(id))).as_ref()),
        _ => false,
    };
    matches!(term, Term::Var(_)) && norm.content.iter().chain(&norm.binding).any(is_outside)
}

/// Whether a term of a norm is the other party to its instrument: one that it binds, or is owed to, besides its bearer.
fn is_the_other(norm: &Norm, term: &Term) -> bool {
    let says_so = |condition: &Condition| matches!(condition, Condition::Holds(it) if it.args.contains(term));
    matches!(term, Term::Var(_))
        && *term != norm.bearer
        && !is_third(norm, term)
        && norm.sentence.contains("the other")
        && norm.binding.iter().any(says_so)
}

/// What a term of a norm's act can only be: `Guam or Wake`. None where it can be anything.
fn choices(norm: &Norm, term: &Term) -> Option<Vec<Value>> {
    let var = match term {
        Term::Value(value) => return Some(vec![*value]),
        Term::Var(var) => var,
        Term::Any => return None,
    };
    let chosen = |list: &Vec<Condition>| match list.as_slice() {
        [Condition::Compare { left: Expr::Var(it), op: CompareOp::Equal, right: Expr::Value(value) }] if it == var => {
            Some(*value)
        }
        _ => None,
    };
    norm.content.iter().find_map(|condition| match condition {
        Condition::AnyOf(lists) => lists.iter().map(chosen).collect(),
        _ => None,
    })
}

fn agree(one: &Term, other: &Term) -> bool {
    match (one, other) {
        (Term::Value(a), Term::Value(b)) => a == b,
        _ => true,
    }
}

/// A bound that a norm sets to a number.
struct Limit<'m> {
    fluent: FluentId,
    args: &'m [Term],
    bound: Number,
    is_ceiling: bool,
    modality: Modality,
}

fn limits(norm: &Norm) -> Vec<Limit<'_>> {
    let mut all = Vec::new();
    for condition in &norm.content {
        let Condition::Compare { left: Expr::Fluent(fluent, args), op, right: Expr::Value(value) } = condition else {
            continue;
        };
        let servanda_model::Kinded::Number(bound) = value.kinded() else { continue };
        let is_ceiling = match op {
            CompareOp::AtMost | CompareOp::Less => true,
            CompareOp::AtLeast | CompareOp::Greater => false,
            CompareOp::Equal | CompareOp::NotEqual => continue,
        };
        all.push(Limit { fluent: *fluent, args, bound, is_ceiling, modality: norm.modality });
    }
    all
}

impl Limit<'_> {
    fn clash(&self, other: &Limit<'_>) -> Option<&'static str> {
        let same = self.fluent == other.fluent && self.args.iter().zip(other.args).all(|(a, b)| agree(a, b));
        if !same {
            return None;
        }
        let ordered = [(self, other), (other, self)];
        ordered.into_iter().find_map(|(one, other)| match (one.modality, other.modality) {
            (Modality::Must, Modality::Must) if one.is_ceiling && !other.is_ceiling && one.bound < other.bound => {
                Some("their limits exclude each other")
            }
            (Modality::Must, Modality::May) if one.is_ceiling && other.is_ceiling && one.bound < other.bound => {
                Some("one allows more than the other")
            }
            _ => None,
        })
    }
}
