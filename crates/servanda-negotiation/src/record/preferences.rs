//! From preferences that somebody stated to a scenario that can be analysed.
//!
//! Nothing is filled in: an issue on which one side's preference is stated and another's is not is an error, and so is a
//! value that only one side rates.

use std::collections::BTreeMap;
use std::fmt;

use servanda_model::negotiation::{Preference, Term, TermValue};
use servanda_model::{EntityId, Number as Decimal};

use super::{Seen, Sight, in_order, listed, names, passages, settlement, term_text};
use crate::number::Number;
use crate::scenario::{Attribution, Evaluation, Issue, IssueEvaluations, Scale, Scenario, Side, Values, Weight};

/// Why stated preferences make no scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PreferenceError {
    /// Nobody has stated any.
    NoneStated {
        /// Of which negotiation.
        negotiation: String,
    },
    /// The author asked for has stated none.
    NotByAuthor {
        /// The author asked for.
        author: String,
        /// Those who have.
        known: Vec<String>,
    },
    /// Several authors state preferences of one side on one issue.
    SeveralAuthors {
        /// The side.
        side: String,
        /// The issue.
        issue: String,
        /// The authors.
        authors: Vec<String>,
    },
    /// A side's preference on an issue is missing, while another's is stated.
    MissingSide {
        /// The side.
        side: String,
        /// The issue.
        issue: String,
    },
    /// A side leaves out a value that another rates.
    MissingValue {
        /// The side.
        side: String,
        /// The issue.
        issue: String,
        /// The value.
        value: String,
    },
    /// A side rates a value twice.
    TwiceRated {
        /// The side.
        side: String,
        /// The issue.
        issue: String,
        /// The value.
        value: String,
    },
    /// Preferences without any value.
    NoValues {
        /// The issue.
        issue: String,
    },
}

impl fmt::Display for PreferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PreferenceError::NoneStated { negotiation } => {
                write!(f, "nobody has stated what the sides of {negotiation} preferred, and nothing is invented here")
            }
            PreferenceError::NotByAuthor { author, known } => {
                write!(f, "{author} states no preferences; these do: {}", known.join(", "))
            }
            PreferenceError::SeveralAuthors { side, issue, authors } => {
                write!(f, "what {side} preferred on {issue} is stated by {}; choose one", authors.join(" and by "))
            }
            PreferenceError::MissingSide { side, issue } => {
                write!(f, "what {side} preferred on {issue} is not stated, while another side's preference is")
            }
            PreferenceError::MissingValue { side, issue, value } => {
                write!(f, "{side} leaves “{value}” of {issue} without a worth, while another side rates it")
            }
            PreferenceError::TwiceRated { side, issue, value } => {
                write!(f, "{side} rates “{value}” of {issue} twice")
            }
            PreferenceError::NoValues { issue } => write!(f, "no value of {issue} is given a worth"),
        }
    }
}

impl std::error::Error for PreferenceError {}

/// The scenario that the stated preferences make, those of one author if several state some.
///
/// # Errors
/// See [`PreferenceError`].
pub fn scenario(sight: &Sight<'_>, author: Option<EntityId>) -> Result<Scenario, PreferenceError> {
    let (model, negotiation) = (sight.model, sight.negotiation);
    let name = |id: EntityId| model.name(id).to_owned();
    if negotiation.preferences.is_empty() {
        return Err(PreferenceError::NoneStated { negotiation: name(negotiation.entity) });
    }
    let by = |it: &&Preference| author.is_none_or(|author| it.according_to.contains(&author));
    let stated: Vec<&Preference> = negotiation.preferences.iter().filter(by).collect();
    if stated.is_empty() {
        let mut known: Vec<String> =
            negotiation.preferences.iter().flat_map(|it| names(model, &it.according_to)).collect();
        known.sort();
        known.dedup();
        return Err(PreferenceError::NotByAuthor { author: author.map_or_else(String::new, name), known });
    }
    let mut scenario = Scenario {
        name: model.lexicon.entities[negotiation.entity.index()].label.clone(),
        issues: Vec::new(),
        sides: negotiation.sides.iter().map(|side| empty_side(name(*side))).collect(),
    };
    for at in issues(&stated) {
        add_issue(sight, &stated, at, &mut scenario)?;
    }
    for (side, entity) in scenario.sides.iter_mut().zip(&negotiation.sides) {
        let own = stated.iter().filter(|it| it.side == *entity);
        side.reservation = own.clone().find_map(|it| it.no_agreement).map(exact);
        let authors: Vec<EntityId> = own.flat_map(|it| it.according_to.iter().copied()).collect();
        side.attribution.author = authors.first().map(|author| name(*author));
    }
    Ok(scenario)
}

/// The issues on which something is stated.
fn issues(stated: &[&Preference]) -> Vec<usize> {
    let mut all: Vec<usize> = stated.iter().filter_map(|it| it.issue).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn empty_side(name: String) -> Side {
    Side {
        name,
        weights: Vec::new(),
        evaluations: Vec::new(),
        reservation: None,
        discount: None,
        bias: Number::default(),
        attribution: Attribution::default(),
    }
}

/// The values of an issue that anybody rates, each once.
fn values<'p>(stated: &[&'p Preference], issue: usize) -> Vec<&'p Term> {
    let mut all: Vec<&Term> = Vec::new();
    for (term, _) in stated.iter().filter(|it| it.issue == Some(issue)).flat_map(|it| &it.values) {
        if !all.iter().any(|known| same(known, term)) {
            all.push(term);
        }
    }
    all
}

fn same(a: &Term, b: &Term) -> bool {
    a.value == b.value && a.negated == b.negated
}

fn add_issue(
    sight: &Sight<'_>,
    stated: &[&Preference],
    at: usize,
    scenario: &mut Scenario,
) -> Result<(), PreferenceError> {
    let model = sight.model;
    let issue = sight.negotiation.issues[at].name.clone();
    let values = values(stated, at);
    if values.is_empty() {
        return Err(PreferenceError::NoValues { issue });
    }
    let label = |term: &Term| term_text(sight, Some(at), term);
    for (place, entity) in sight.negotiation.sides.iter().enumerate() {
        let side = model.name(*entity).to_owned();
        let own: Vec<&&Preference> = stated.iter().filter(|it| it.issue == Some(at) && it.side == *entity).collect();
        let Some(first) = own.first() else {
            return Err(PreferenceError::MissingSide { side, issue });
        };
        if let Some(other) = own.iter().find(|it| it.according_to != first.according_to) {
            let authors = [*first, other].map(|it| listed(&names(model, &it.according_to), "and")).to_vec();
            return Err(PreferenceError::SeveralAuthors { side, issue, authors });
        }
        let attribution = Attribution {
            author: Some(listed(&names(model, &first.according_to), "and")),
            source: passages(model, &[first.origin]).first().map(|it| it.source.clone()),
        };
        let weight = own.iter().find_map(|it| it.weight).map_or_else(|| Number::from(1), exact);
        let mut evaluations = Vec::new();
        for value in &values {
            let mut rated = own.iter().flat_map(|it| &it.values).filter(|(term, _)| same(term, value));
            let Some((_, worth)) = rated.next() else {
                return Err(PreferenceError::MissingValue { side, issue, value: label(value) });
            };
            if rated.next().is_some() {
                return Err(PreferenceError::TwiceRated { side, issue, value: label(value) });
            }
            evaluations.push(Evaluation { value: exact(*worth), attribution: None });
        }
        let into = &mut scenario.sides[place];
        into.weights.push(Weight { value: weight, attribution: Some(attribution) });
        into.evaluations.push(IssueEvaluations { scale: Scale::OfMaximum, values: evaluations });
    }
    let values = values.into_iter().map(label).collect();
    scenario.issues.push(Issue { name: issue, values: Values::Named(values) });
    Ok(())
}

fn exact(number: Decimal) -> Number {
    number.to_string().parse().expect("a decimal of the model is a decimal")
}

/// What was settled on the issues of the scenario, in its values; `Err` names the issues for which there is no such value.
///
/// # Errors
/// The names of issues that were not settled, or settled at a value that nobody rates.
pub fn settled_terms(sight: &Sight<'_>, author: Option<EntityId>) -> Result<BTreeMap<String, String>, Vec<String>> {
    let seen: Vec<Seen<'_>> = in_order(sight);
    let by = |it: &&Preference| author.is_none_or(|author| it.according_to.contains(&author));
    let stated: Vec<&Preference> = sight.negotiation.preferences.iter().filter(by).collect();
    let mut terms = BTreeMap::new();
    let mut missing = Vec::new();
    for at in issues(&stated) {
        let name = &sight.negotiation.issues[at].name;
        let settled = settlement::last(&seen, at).and_then(|last| last.it.term.as_ref());
        let found = settled.and_then(|settled| {
            let values = values(&stated, at);
            let alike =
                |value: &&&Term| same(value, settled) || figure(value).is_some_and(|it| Some(it) == figure(settled));
            values.iter().find(alike).map(|value| term_text(sight, Some(at), value))
        });
        match found {
            Some(value) => _ = terms.insert(name.clone(), value),
            None => missing.push(name.clone()),
        }
    }
    if missing.is_empty() { Ok(terms) } else { Err(missing) }
}

/// `at most 20 000` is rated as 20 000.
fn figure(term: &Term) -> Option<Decimal> {
    match &term.value {
        TermValue::Number(range) if !term.negated => range.max.or(range.min),
        _ => None,
    }
}
