//! How a norm that answers is told: its name, what it says, and how it stands.

use servanda_model::{CompareOp, Condition, Expr, Modality, Model, Norm, Value};

use super::Said;
use crate::question::{OfNorms, Ruling, Wants};

pub(super) fn text(model: &Model, of: &OfNorms, said: &Said<'_>, days: Option<String>) -> String {
    let asked: Vec<String> = said
        .asked
        .iter()
        .map(|value| match value.as_entity() == Some(model.hooks.unspecified) {
            true => "any".to_owned(),
            false => model.show(*value),
        })
        .collect();
    if of.how_many {
        let limit = limit(model, said.norm);
        return if asked.is_empty() { limit } else { format!("{}: {limit}", asked.join(", ")) };
    }
    let norm = by(model, of, said);
    let days = days.map_or_else(String::new, |days| format!(": {days}"));
    if of.list {
        return if asked.is_empty() { format!("{norm}{days}") } else { format!("{}: {norm}{days}", asked.join(", ")) };
    }
    if !asked.is_empty() {
        return format!("{}{days}", asked.join(", "));
    }
    let leaves =
        |(at, ruling): &(usize, Ruling)| model.norms[*at].entity == said.norm.entity && *ruling == Ruling::Leaves;
    let word = match said.norm.modality {
        _ if of.norms.iter().any(leaves) => "not forbidden, within",
        Modality::May => "permitted by",
        Modality::Can => "empowered by",
        Modality::Must if of.wants == Wants::MustNot => "forbidden by",
        Modality::Must => "required by",
        Modality::MustNot => "forbidden by",
    };
    format!("{word} {norm}{days}")
}

/// Whether a norm only leaves room for what is asked, within the limit that it sets.
pub(super) fn leaves(model: &Model, of: &OfNorms, norm: &Norm) -> bool {
    let is_it = |at: usize| model.norms[at].entity == norm.entity;
    of.norms.iter().any(|(at, ruling)| is_it(*at) && *ruling == Ruling::Leaves)
}

/// A norm with what it says and how it stands.
pub(super) fn by(model: &Model, of: &OfNorms, said: &Said<'_>) -> String {
    let name = model.name(said.norm.entity);
    let towards = said.towards.map(|other| format!("towards {}", model.show(other)));
    let notes: Vec<&str> = said.named_status().into_iter().chain(towards.as_deref()).collect();
    let sentence = with_names(model, of, said.norm);
    match notes.is_empty() {
        true => format!("{name}: {sentence}"),
        false => format!("{name}: {sentence} ({})", notes.join(" ")),
    }
}

/// What a norm says, with names in place of the variables that the question settles.
fn with_names(model: &Model, of: &OfNorms, norm: &Norm) -> String {
    let own = of.names.iter().filter(|(at, ..)| model.norms[*at].entity == norm.entity);
    let own: Vec<(&str, Value)> = own.map(|(_, name, value)| (name.as_str(), *value)).collect();
    let put = |word: &str| {
        let bare = word.trim_end_matches(',');
        // Two ways of laying the norm over the question leave it open which is meant.
        let mut all = own.iter().filter(|(name, _)| *name == bare).map(|(_, value)| *value);
        match (all.next(), all.next()) {
            (Some(value), None) => format!("{}{}", model.show(value), &word[bare.len()..]),
            _ => word.to_owned(),
        }
    };
    let words: Vec<&str> = norm.sentence.split(' ').collect();
    let before = |at: usize| at.checked_sub(1).map_or("", |at| words[at]);
    // `the other` is nobody's name.
    let told = words.iter().enumerate().map(|(at, word)| match ["the", "each", "a", "any"].contains(&before(at)) {
        true => (*word).to_owned(),
        false => put(word),
    });
    told.collect::<Vec<_>>().join(" ")
}

/// How many a norm lets there be.
fn limit(model: &Model, norm: &Norm) -> String {
    let mut all = Vec::new();
    for condition in &norm.content {
        if let Condition::Compare { op, right: Expr::Value(value), .. } = condition {
            let denied = norm.modality == Modality::MustNot;
            let word = match (op, denied) {
                (CompareOp::AtMost, false) | (CompareOp::Greater, true) => "at most ",
                (CompareOp::AtLeast, false) | (CompareOp::Less, true) => "at least ",
                (CompareOp::Less, false) | (CompareOp::AtLeast, true) => "less than ",
                (CompareOp::Greater, false) | (CompareOp::AtMost, true) => "more than ",
                (CompareOp::Equal, false) | (CompareOp::NotEqual, true) => "",
                (CompareOp::NotEqual, false) | (CompareOp::Equal, true) => "not ",
            };
            all.push(format!("{word}{}", model.show(*value)));
        }
    }
    if let (true, Some(act)) = (all.is_empty(), &norm.act) {
        let number = |term: &servanda_model::Term| match term {
            servanda_model::Term::Value(value) if value.as_entity().is_none() => Some(model.show(*value)),
            _ => None,
        };
        all.extend(act.args.iter().find_map(number));
    }
    all.join(" and ")
}
