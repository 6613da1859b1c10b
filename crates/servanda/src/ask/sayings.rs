//! What an answer says: what fills the holes of a question, or the question with its words in the order of a statement.

use servanda_engine::Solution;
use servanda_model::lexicon::Piece;
use servanda_model::{Condition, Model, Term, Value};

use super::Between;
use crate::ends::between_text;
use crate::question::Question;
use crate::say;

/// A day, or that it is some day between two.
pub(super) fn day_or_between(day: &Option<String>, between: &Option<Between>) -> Option<String> {
    let bounds = || between.as_ref().map(|(first, last)| between_text(first.clone(), last.clone()));
    day.clone().or_else(bounds)
}

/// What fills the holes of a question, or the question as a statement.
pub(super) fn text_of(model: &Model, question: &Question, key: &[Value], solution: &Solution) -> String {
    if key.is_empty() {
        return statement(model, question);
    }
    let shown: Vec<String> = key.iter().map(|value| say::value(model, solution, *value)).collect();
    shown.join(", ")
}

/// What a yes says: the question as a sentence, where it is a single one.
pub(super) fn statement(model: &Model, question: &Question) -> String {
    match question.conditions.as_slice() {
        [one @ Condition::Holds(it)] if !it.args.contains(&Term::Any) && it.value != Term::Any => {
            say::condition(model, one, &question.vars)
        }
        [one @ Condition::Compare { .. }] if question.body.to_lowercase().starts_with("is ") => {
            say::condition(model, one, &question.vars)
        }
        [_, _, ..] if question.body.contains(" and ") && question.conditions.iter().all(is_plain) => {
            let said = question.conditions.iter().map(|it| say::condition(model, it, &question.vars));
            said.collect::<Vec<_>>().join(" and ")
        }
        _ => told(model, &question.body),
    }
}

/// Whether a condition, or what it denies, is a single thing that is so.
fn is_plain(condition: &Condition) -> bool {
    match condition {
        Condition::Holds(it) => !it.args.contains(&Term::Any) && it.value != Term::Any,
        Condition::Not(list) => matches!(list.as_slice(), [one @ Condition::Holds(_)] if is_plain(one)),
        _ => false,
    }
}

/// A yes-or-no question with its words in the order of a statement: `is Ceiling observed` says `Ceiling is observed`.
pub(super) fn told(model: &Model, question: &str) -> String {
    let body = question.trim_end_matches('?').trim();
    let words: Vec<&str> = body.split_whitespace().collect();
    let Some((first, rest)) = words.split_first() else { return body.to_owned() };
    // `is not Ceiling breached`
    if rest.first().is_some_and(|word| word.eq_ignore_ascii_case("not")) {
        let positive = told(model, &[&[*first], &rest[1..]].concat().join(" "));
        let auxiliary = format!(" {} ", first.to_lowercase());
        return match positive.split_once(auxiliary.as_str()) {
            Some((subject, rest)) => format!("{subject}{auxiliary}not {rest}"),
            None => body.to_owned(),
        };
    }
    let Some(end) = subject_end(model, rest) else { return body.to_owned() };
    match first.to_lowercase().as_str() {
        aux @ ("is" | "was" | "are" | "were" | "has" | "had") => {
            format!("{} {aux} {}", rest[..end].join(" "), rest[end..].join(" "))
        }
        aux @ ("does" | "did" | "do") if rest.get(end).is_some_and(|word| word.eq_ignore_ascii_case("not")) => {
            format!("{} {aux} {}", rest[..end].join(" "), rest[end..].join(" "))
        }
        aux @ ("does" | "did" | "do") => match conjugated(model, &rest[end..], aux) {
            Some(said) => format!("{} {said}", rest[..end].join(" ")),
            None => rest.join(" "),
        },
        _ => body.to_owned(),
    }
}

/// Where the subject ends that some words begin with: a name or several, anybody at all, `no norm of Sele`.
fn subject_end(model: &Model, words: &[&str]) -> Option<usize> {
    let is =
        |at: usize, all: &[&str]| words.get(at).is_some_and(|word| all.iter().any(|it| word.eq_ignore_ascii_case(it)));
    let named = |from: usize| {
        let ends = (from + 1..words.len()).rev();
        ends.into_iter().find(|end| model.lexicon.entity(&words[from..*end].join(" ")).is_some())
    };
    if is(0, &["somebody", "nobody", "anybody"]) {
        return Some(1);
    }
    if is(0, &["both", "either", "neither"]) && is(1, &["party", "parties", "sides"]) {
        return Some(2);
    }
    if is(0, &["no"]) {
        return if is(2, &["of"]) { named(3) } else { Some(2) };
    }
    let mut end = named(usize::from(is(0, &["both", "either", "neither"])))?;
    while is(end, &["and", "or", "nor"])
        && let Some(next) = named(end + 1)
    {
        end = next;
    }
    Some(end)
}

/// Verbs for what is done with norms, in their three forms.
const OF_NORMS: [[&str; 3]; 4] = [
    ["breach", "breaches", "breached"],
    ["observe", "observes", "observed"],
    ["keep", "keeps", "kept"],
    ["meet", "meets", "met"],
];

/// The words behind a subject with their verb in the form that goes without `does` or `did`.
fn conjugated(model: &Model, words: &[&str], auxiliary: &str) -> Option<String> {
    let form = match auxiliary {
        "does" => 1,
        "did" => 2,
        _ => 0,
    };
    let verb = words.first()?.to_lowercase();
    let pieces = model.lexicon.wordings.iter().flat_map(|wording| &wording.pieces);
    let forms = pieces.filter_map(|piece| match piece {
        Piece::Word(forms) if forms.len() > 2 && forms[0] == verb => Some(forms),
        _ => None,
    });
    // What is said of norms is no phrase of the dossier.
    let of_norms = || OF_NORMS.iter().find(|forms| forms[0] == verb).map(|forms| forms[form].to_owned());
    let said = forms.into_iter().next().map(|forms| forms[form].clone()).or_else(of_norms);
    said.map(|said| [&[said.as_str()], &words[1..]].concat().join(" "))
}
