//! Why a sentence was not understood, and what may have been meant.

use servanda_diagnostics::{Span, suggest};

use super::scripts::{as_it_looks, odd_letter};
use crate::lexicon::{Lexicon, Piece};

/// Why a sentence was not understood.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    /// Diagnostic code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to type instead.
    pub help: Option<String>,
    /// Words that mean nothing; looking for something like them waits until the trouble is shown.
    pub unknown: Option<Unknown>,
}

/// Words to find like ones for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unknown {
    /// As typed.
    pub text: String,
    /// What may be like them.
    pub like: Like,
}

/// What unknown words may have been meant for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Like {
    /// A name.
    Name,
    /// A name or a word of a phrase.
    Word,
    /// A name or a whole phrase.
    Phrase,
}

impl Trouble {
    pub(crate) fn new(code: &'static str, span: Span, message: impl Into<String>) -> Trouble {
        Trouble { code, message: message.into(), span, help: None, unknown: None }
    }

    /// The help, or what comes nearest to the unknown words.
    #[must_use]
    pub fn help_in(&self, lexicon: &Lexicon) -> Option<String> {
        self.unknown.as_ref().and_then(|unknown| unknown.nearest(lexicon)).or_else(|| self.help.clone())
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Trouble {
        self.help = Some(help.into());
        self
    }
}

impl Unknown {
    fn nearest(&self, lexicon: &Lexicon) -> Option<String> {
        let words = lexicon.all_words().filter(|_| self.like == Like::Word);
        // Names come first, and each list in one order, so that ties are settled alike every time.
        let mut words: Vec<&str> = words.collect();
        words.sort_unstable();
        let near = suggest(&self.text, lexicon.all_names().chain(words));
        let phrase = || (self.like == Like::Phrase).then(|| nearest_phrase(&self.text, lexicon)).flatten();
        let meant = |near: &str| match as_it_looks(&self.text).filter(|it| it == near).and(odd_letter(&self.text)) {
            Some(odd) => format!("{odd}; did you mean `{near}`?"),
            None => format!("did you mean `{near}`?"),
        };
        near.map(meant).or_else(|| phrase().map(|near| format!("the nearest phrase is `{near}`")))
    }
}

/// The phrase that shares the most words with a text, and of those the shortest.
fn nearest_phrase<'l>(text: &str, lexicon: &'l Lexicon) -> Option<&'l str> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    // `at` and `of` tell little of what is meant.
    let weight = |word: &String| if word.len() > 2 { 3 } else { 1 };
    let shared = |pieces: &[Piece]| {
        let said = pieces.iter().filter_map(|piece| match piece {
            Piece::Word(forms) => words.iter().find(|word| forms.contains(word)).map(weight),
            Piece::Hole(_) => None,
        });
        (said.sum::<usize>(), std::cmp::Reverse(pieces.len()))
    };
    let best = lexicon.wordings.iter().max_by_key(|wording| shared(&wording.pieces))?;
    (shared(&best.pieces).0 > 2).then_some(best.written.as_str())
}
