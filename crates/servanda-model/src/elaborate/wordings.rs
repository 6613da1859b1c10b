//! How a phrase is laid over the words of a sentence, and the shorter ways of saying it.

use super::words::Word;
use crate::lexicon::{Piece, Slot, Wording};
use crate::program::Hole;

/// For each hole in turn the words that fill it.
pub(super) type Spans = Vec<(usize, usize)>;

/// `not` anywhere in a sentence denies the whole of it.
pub(super) fn without_not(words: &[Word]) -> (Vec<Word>, bool) {
    let is_not = |at: usize, word: &Word| word.is("not") && !words.get(at + 1).is_some_and(|next| next.is("more"));
    let kept: Vec<Word> =
        words.iter().enumerate().filter(|(at, word)| !is_not(*at, word)).map(|(_, word)| word.clone()).collect();
    let negated = kept.len() < words.len();
    (kept, negated)
}

/// The shorter ways of saying a phrase: without a number or a text, and if the tail may be missing, too, without what
/// follows the verb and its object (`… in favour of {b: polity}`).
pub(super) fn shortened(wording: &Wording, tail: bool) -> Vec<Vec<Piece>> {
    let left_out = |piece: &Piece| matches!(piece, Piece::Hole(slot) if matches!(wording.slots[*slot].1, Hole::Number | Hole::Text | Hole::Day | Hole::Duration));
    let is_word = |piece: &Piece| matches!(piece, Piece::Word(_));
    let mut all = Vec::new();
    let full = &wording.pieces;
    let without: Vec<Piece> = full.iter().filter(|piece| !left_out(piece)).cloned().collect();
    for pieces in [full, &without].into_iter().filter(|_| tail) {
        // A tail begins at a word after a hole, and some word stands before it.
        for at in (2..pieces.len()).filter(|at| is_word(&pieces[*at]) && pieces[1..*at].iter().any(is_word)) {
            all.push(pieces[..at].to_vec());
        }
    }
    // Whoever looks for something or ends it need not say with what value.
    let is_value = |piece: &Piece| matches!(piece, Piece::Hole(slot) if wording.slots[*slot].0 == Slot::Value);
    for pieces in [full, &without].into_iter().filter(|_| !tail) {
        let valueless: Vec<Piece> = pieces.iter().filter(|piece| !is_value(piece)).cloned().collect();
        if valueless.len() < pieces.len() && valueless.iter().any(is_word) {
            all.push(valueless);
        }
    }
    if without.len() < full.len() && without.iter().any(is_word) {
        all.push(without);
    }
    // Who asks whether barley was paid need not say in what measure.
    let measured = full.windows(3).position(|part| {
        left_out(&part[0]) && is_word(&part[1]) && matches!(&part[2], Piece::Word(forms) if forms[0] == "of")
    });
    if let (Some(at), true) = (measured, tail) {
        let rest = full[..at].iter().chain(&full[at + 3..]).cloned().collect::<Vec<Piece>>();
        if rest.iter().any(is_word) {
            all.push(rest);
        }
    }
    all
}

/// All ways of laying a phrase over a sentence.
pub(super) fn align(pieces: &[Piece], words: &[Word], at: usize, spans: &mut Spans, found: &mut Vec<Spans>) {
    if found.len() > 64 {
        return;
    }
    match pieces.split_first() {
        None => {
            if at == words.len() {
                found.push(spans.clone());
            }
        }
        Some((Piece::Word(forms), rest)) => {
            if words.get(at).is_some_and(|word| forms.contains(&word.lower)) {
                align(rest, words, at + 1, spans, found);
            }
        }
        Some((Piece::Hole(_), rest)) => {
            let needed = rest.len();
            // Without a further word to stop at, the last hole takes all that is left.
            let latest = words.len().saturating_sub(needed);
            let first = if rest.is_empty() { latest } else { at + 1 };
            for end in first.max(at + 1)..=latest {
                spans.push((at, end));
                align(rest, words, end, spans, found);
                spans.pop();
            }
        }
    }
}
