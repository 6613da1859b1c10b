//! The word of a norm that says whether something must, must not, may or can be done.

use super::super::trouble::Trouble;
use super::super::words::{Word, span_of, text_of};
use crate::model::Modality;

/// The words that make a norm.
const MODALS: [&str; 3] = ["must", "may", "can"];

/// Words that people write in their place, and what is written here.
const INSTEAD: [(&str, &str); 10] = [
    ("shall", "must"),
    ("should", "must"),
    ("will", "must"),
    ("ought", "must"),
    ("always", "must"),
    ("never", "must not"),
    ("cannot", "must not"),
    ("shan’t", "must not"),
    ("mustn’t", "must not"),
    ("might", "may"),
];

/// Where the modal stands, and what it says with the `not` after it.
pub(super) fn modal(sentence: &[Word]) -> Result<(usize, bool, Modality), Trouble> {
    let is_modal = |word: &Word| MODALS.iter().any(|modal| word.is(modal));
    let Some(at) = sentence.iter().position(is_modal) else { return Err(without(sentence)) };
    let not = sentence.get(at + 1).is_some_and(|word| word.is("not"));
    if let Some(trouble) = with_another(sentence, at, not) {
        return Err(trouble);
    }
    let modality = match (sentence[at].lower.as_str(), not) {
        ("must", false) => Modality::Must,
        ("may", false) => Modality::May,
        ("can", false) => Modality::Can,
        _ => Modality::MustNot,
    };
    match denied(&sentence[..at]) {
        Some(of) => Err(nobody(sentence, at, not, &of)),
        None => Ok((at, not, modality)),
    }
}

/// No modal at all: perhaps another word stands in its place.
fn without(sentence: &[Word]) -> Trouble {
    let message = "a norm needs `must`, `must not`, `may` or `can`";
    let stands = sentence.iter().enumerate().find_map(|(at, word)| Some((at, instead(word)?)));
    let Some((at, modal)) = stands else {
        return Trouble::new("modal-missing", span_of(sentence), message)
            .help("write `norm Name: BEARER must SENTENCE`");
    };
    let rest = &sentence[at + 1..];
    let not = rest.first().is_some_and(|word| word.is("not"));
    let modal = if not && modal == "must" { "must not" } else { modal };
    let from = usize::from(not) + usize::from(rest.get(usize::from(not)).is_some_and(|word| word.is("to")));
    // After `never` and `always` the verb has the form of the present, and after `must` its first one.
    let rest = match sentence[at].lower.as_str() {
        "never" | "always" => "…".to_owned(),
        _ => text_of(&rest[from..]),
    };
    let trouble = Trouble::new("modal-missing", sentence[at].span, message);
    trouble.help(format!("write `{modal}`: `{} {modal} {rest}`", text_of(&sentence[..at])))
}

fn instead(word: &Word) -> Option<&'static str> {
    let lower = word.lower.replace('\'', "’");
    INSTEAD.iter().find(|(other, _)| word.is(other) || lower == *other).map(|(_, modal)| *modal)
}

/// `must never`, `never may`, `must always`: the one or the other is to go.
fn with_another(sentence: &[Word], at: usize, not: bool) -> Option<Trouble> {
    let before = at.checked_sub(1).map(|before| &sentence[before]);
    let after = sentence.get(at + 1 + usize::from(not));
    let odd = [before, after].into_iter().flatten().find(|word| word.is("never") || word.is("always"))?;
    let modal = if not || odd.is("never") { "must not" } else { sentence[at].lower.as_str() };
    let kept = |words: &[Word]| {
        let words: Vec<Word> = words.iter().filter(|word| word.span != odd.span).cloned().collect();
        text_of(&words)
    };
    let (who, what) = (kept(&sentence[..at]), kept(&sentence[at + 1 + usize::from(not)..]));
    let trouble = Trouble::new("modal-missing", odd.span, format!("`{}` says nothing beside `{modal}`", odd.text));
    Some(trouble.help(format!("write `{who} {modal} {what}`")))
}

/// Of whom a bearer like `nobody`, `no party` or `neither party` says that there is none.
fn denied(bearer: &[Word]) -> Option<String> {
    let (first, rest) = bearer.split_first()?;
    let rest: Vec<Word> = rest.iter().filter(|word| !word.is("of") && !word.is("the")).cloned().collect();
    let one = ["one", "parties"].iter().any(|word| rest.len() == 1 && rest[0].is(word));
    match first.lower.as_str() {
        "nobody" | "nothing" | "no-one" => Some("party".to_owned()),
        "no" | "none" | "neither" if rest.is_empty() || one => Some("party".to_owned()),
        "no" | "none" | "neither" => Some(text_of(&rest)),
        _ => None,
    }
}

/// What nobody may do all must not do; that nobody must do it would forbid nothing.
fn nobody(sentence: &[Word], at: usize, not: bool, of: &str) -> Trouble {
    let who = text_of(&sentence[..at]);
    let (said, what) = (sentence[at].lower.as_str(), text_of(&sentence[at + 1 + usize::from(not)..]));
    let modal = if not { "must" } else { "must not" };
    let each = if of == "party" { "each party".to_owned() } else { format!("any {of}") };
    let message = format!("`{who} {said}{}` would bind nobody", if not { " not" } else { "" });
    Trouble::new("bound-nobody", span_of(&sentence[..=at]), message)
        .help(format!("write `{modal}` of whoever it binds: `{each} {modal} {what}`"))
}
