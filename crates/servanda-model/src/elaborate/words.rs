//! Tokens as sentences are made of: with `the`, `is` and the like set aside, numbers read, lower case at hand.

use servanda_diagnostics::Span;
use servanda_syntax::{Token, TokenKind};

use crate::lexicon::UNSEEN;
use crate::value::Number;

/// One word of a sentence.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) kind: TokenKind,
    pub(crate) text: String,
    pub(crate) lower: String,
    pub(crate) number: Option<Number>,
    pub(crate) span: Span,
}

impl Word {
    pub(crate) fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.lower == word
    }

    pub(crate) fn is_sign(&self, sign: &str) -> bool {
        self.kind == TokenKind::Punct && self.text == sign
    }
}

/// All tokens of a line as words.
pub(crate) fn all(tokens: &[Token]) -> Vec<Word> {
    tokens
        .iter()
        .map(|token| Word {
            kind: token.kind,
            text: token.punct().map_or_else(|| token.text.to_string(), str::to_owned),
            lower: token.text.to_lowercase(),
            number: token.number().and_then(|text| Number::parse(&text)),
            span: token.span,
        })
        .collect()
}

/// The words that sentences are matched with. `the` stays before `other`, commas inside a sentence go.
pub(crate) fn seen(words: &[Word]) -> Vec<Word> {
    let mut kept = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let unseen = word.kind == TokenKind::Word && UNSEEN.contains(&word.lower.as_str());
        let the_other = word.is("the") && words.get(at + 1).is_some_and(|next| next.is("other"));
        if !unseen || the_other {
            kept.push(word.clone());
        }
    }
    kept
}

/// The place that a run of words covers.
pub(crate) fn span_of(words: &[Word]) -> Span {
    match (words.first(), words.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::default(),
    }
}

/// Splits at a sign outside parentheses.
pub(crate) fn split<'a>(words: &'a [Word], sign: &str) -> Vec<&'a [Word]> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, word) in words.iter().enumerate() {
        if word.is_sign("(") {
            depth += 1;
        } else if word.is_sign(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && word.is_sign(sign) {
            parts.push(&words[start..at]);
            start = at + 1;
        }
    }
    parts.push(&words[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// The words as text, for messages and reports.
pub(crate) fn text_of(words: &[Word]) -> String {
    let mut out = String::new();
    for word in words {
        let glued = word.kind == TokenKind::Punct && matches!(word.text.as_str(), "," | ";" | ")" | ":");
        if !out.is_empty() && !glued && !out.ends_with('(') {
            out.push(' ');
        }
        match word.kind {
            TokenKind::String => {
                out.push('“');
                out.push_str(&word.text);
                out.push('”');
            }
            TokenKind::Hole => {
                out.push('{');
                out.push_str(&word.text);
                out.push('}');
            }
            _ => out.push_str(&word.text),
        }
    }
    out
}
