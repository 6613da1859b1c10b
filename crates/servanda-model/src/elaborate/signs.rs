//! The signs and words by which conditions, expressions and triggers are taken apart: what stands outside parentheses.

use servanda_syntax::TokenKind;

use super::trouble::Trouble;
use super::words::Word;
use crate::program::{AggregateOp, ArithOp, CompareOp};

/// `… begins`, `… ends`, `… is started`, `… comes` at the end of a trigger or effect.
pub(super) fn ending(words: &[Word]) -> Option<(&[Word], &'static str)> {
    let (last, rest) = words.split_last()?;
    if rest.is_empty() {
        return None;
    }
    let word = ["begins", "ends", "started", "comes"].into_iter().find(|word| last.is(word))?;
    let rest = match rest.split_last() {
        Some((is, before)) if word == "started" && is.is("is") => before,
        _ => rest,
    };
    Some((rest, word))
}

/// Where `has held for` stands.
pub(super) fn held_at(words: &[Word]) -> Option<(usize, usize)> {
    let at = words.windows(2).position(|pair| pair[0].is("held") && pair[1].is("for"))?;
    let start = if at > 0 && words[at - 1].is("has") { at - 1 } else { at };
    Some((start, at + 2))
}

pub(super) fn last_sign(words: &[Word], signs: &[(&str, ArithOp)]) -> Option<(usize, ArithOp)> {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate().rev() {
        if word.is_sign(")") {
            depth += 1;
        } else if word.is_sign("(") {
            depth = depth.saturating_sub(1);
        } else if word.is("where") {
            // What follows belongs to the aggregate.
            continue;
        } else if depth == 0
            && at > 0
            && let Some((_, op)) = signs.iter().find(|(sign, _)| word.is_sign(sign) || word.is(sign))
            && !inside_aggregate(words, at)
        {
            return Some((at, *op));
        }
    }
    None
}

/// Whether an aggregate outside parentheses has begun before: what stands between its first words and `where`, as in
/// `sum of n * k where …`, belongs to it, and so does what follows `where`.
fn inside_aggregate(words: &[Word], at: usize) -> bool {
    let mut depth = 0_usize;
    let mut has_begun = false;
    for (place, word) in words.iter().enumerate() {
        if word.is_sign("(") {
            depth += 1;
        } else if word.is_sign(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && word.is("where") {
            return place < at || has_begun;
        } else if depth == 0 && place < at && aggregate_op(&words[place..]).is_some() {
            has_begun = true;
        }
    }
    false
}

/// `count of`, `sum of` and so on at the beginning.
pub(super) fn aggregate_op(words: &[Word]) -> Option<AggregateOp> {
    let [first, second, ..] = words else { return None };
    match first.lower.as_str() {
        _ if !second.is("of") => None,
        "count" | "number" => Some(AggregateOp::Count),
        "sum" | "total" => Some(AggregateOp::Sum),
        "least" | "earliest" => Some(AggregateOp::Least),
        "greatest" | "latest" => Some(AggregateOp::Greatest),
        _ => None,
    }
}

pub(super) fn comparison_sign(words: &[Word]) -> Option<(usize, CompareOp, usize)> {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        if word.is_sign("(") {
            depth += 1;
        } else if word.is_sign(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && word.kind == TokenKind::Punct && !inside_aggregate(words, at) {
            let op = match word.text.as_str() {
                "=" => CompareOp::Equal,
                "!=" => CompareOp::NotEqual,
                "<" => CompareOp::Less,
                "<=" => CompareOp::AtMost,
                ">" => CompareOp::Greater,
                ">=" => CompareOp::AtLeast,
                _ => continue,
            };
            return Some((at, op, 1));
        }
    }
    None
}

/// `is`, `is not`, `is at most` and so on, where no phrase was meant.
pub(super) fn comparison_words(words: &[Word]) -> Option<(usize, CompareOp, usize)> {
    const FORMS: [(&[&str], CompareOp); 17] = [
        (&["is", "not", "at", "most"], CompareOp::Greater),
        (&["is", "not", "at", "least"], CompareOp::Less),
        (&["is", "not", "more", "than"], CompareOp::AtMost),
        (&["is", "no", "more", "than"], CompareOp::AtMost),
        (&["is", "not", "less", "than"], CompareOp::AtLeast),
        (&["is", "not", "fewer", "than"], CompareOp::AtLeast),
        (&["is", "not", "after"], CompareOp::AtMost),
        (&["is", "not", "before"], CompareOp::AtLeast),
        (&["is", "at", "most"], CompareOp::AtMost),
        (&["is", "at", "least"], CompareOp::AtLeast),
        (&["is", "more", "than"], CompareOp::Greater),
        (&["is", "less", "than"], CompareOp::Less),
        (&["is", "fewer", "than"], CompareOp::Less),
        (&["is", "after"], CompareOp::Greater),
        (&["is", "before"], CompareOp::Less),
        (&["is", "not"], CompareOp::NotEqual),
        (&["is"], CompareOp::Equal),
    ];
    let fits = |at: usize, form: &[&str]| {
        form.iter().enumerate().all(|(n, word)| words.get(at + n).is_some_and(|w| w.is(word)))
    };
    // The first that stands outside parentheses and aggregates; the longest of those that begin there.
    let outside = |at: &usize| words[*at].is("is") && depth_at(words, *at) == 0 && !inside_aggregate(words, *at);
    (1..words.len())
        .filter(outside)
        .find_map(|at| FORMS.iter().find(|(form, _)| fits(at, form)).map(|(form, op)| (at, *op, form.len())))
}

/// Refuses parentheses of which one is missing.
pub(super) fn balanced(words: &[Word]) -> Result<(), Trouble> {
    let mut open: Vec<&Word> = Vec::new();
    for word in words {
        if word.is_sign("(") {
            open.push(word);
        } else if word.is_sign(")") && open.pop().is_none() {
            return Err(Trouble::new("unclosed-parenthesis", word.span, "nothing is opened that this closes"));
        }
    }
    match open.first() {
        Some(word) => Err(Trouble::new("unclosed-parenthesis", word.span, "this parenthesis is never closed")),
        None => Ok(()),
    }
}

/// `(A; B)` as `A; B`.
pub(super) fn without_parentheses(words: &[Word]) -> &[Word] {
    match words {
        [open, inside @ .., close]
            if open.is_sign("(") && close.is_sign(")") && (1..=inside.len()).all(|at| depth_at(words, at) > 0) =>
        {
            inside
        }
        _ => words,
    }
}

/// How many parentheses are open before a word.
fn depth_at(words: &[Word], at: usize) -> usize {
    words[..at].iter().fold(0, |depth, word| match () {
        () if word.is_sign("(") => depth + 1,
        () if word.is_sign(")") => depth.saturating_sub(1),
        () => depth,
    })
}
