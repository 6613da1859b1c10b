//! What somebody said, offered or refused, asked about in some of its words and without quotation marks.

use servanda_model::lexicon::{Piece, Target};
use servanda_model::{EntityId, Happening, Kinded, close_quotations};

use super::Preparing;
use super::verbs::is_form_of;
use super::words::{ASKED, AUXILIARY};

/// Words of which a text need have none in common with the question.
const EMPTY: [&str; 9] = ["a", "an", "the", "to", "of", "any", "some", "its", "their"];

impl Preparing<'_> {
    /// A question with the words behind its verb put as the text that the dossier tells of such an act: `did Arvenia refuse to
    /// sign` where it tells that Arvenia refuses “to sign”.
    pub(super) fn with_texts(&self, body: &str) -> Vec<String> {
        let words: Vec<&str> = body.split_whitespace().collect();
        let mut all: Vec<String> = Vec::new();
        let happenings = self.model.events.iter().flat_map(|event| &event.happenings);
        for happening in happenings {
            let Happening::Action(action, args) = happening else { continue };
            let text = args.iter().find_map(|value| match value.kinded() {
                Kinded::Text(id) => self.model.lexicon.texts.get(id.index()),
                _ => None,
            });
            let Some(text) = text else { continue };
            let wordings = self.model.lexicon.wordings.iter().filter(|it| it.target == Target::Action(*action));
            let verbs = wordings.flat_map(|it| &it.pieces).filter_map(|piece| match piece {
                Piece::Word(forms) if forms.len() > 2 => Some(&forms[0]),
                _ => None,
            });
            for verb in verbs {
                let Some(at) = words.iter().rposition(|word| is_form_of(word, verb)) else { continue };
                let behind = &words[at + 1..];
                let (said, rest) = if is_part_of(behind, text) { (behind, &[][..]) } else { self.apart(behind) };
                if is_part_of(said, text) && self.is_meant(&words[..at], args.first().and_then(|it| it.as_entity())) {
                    let put = format!("{} “{text}” {}", words[..=at].join(" "), rest.join(" "));
                    let put = close_quotations(put.trim());
                    if !all.contains(&put) {
                        all.push(put);
                    }
                }
            }
        }
        all
    }

    /// Whether words before a verb ask who did something, or name who did it.
    fn is_meant(&self, words: &[&str], doer: Option<EntityId>) -> bool {
        let who: Vec<&str> =
            words.iter().copied().filter(|word| !AUXILIARY.contains(&word.to_lowercase().as_str())).collect();
        let asks = who.iter().any(|word| ASKED.iter().any(|it| word.eq_ignore_ascii_case(it)));
        let who = who.strip_prefix(&["when"]).unwrap_or(&who);
        asks || self.entity(&who.join(" ")).ok() == doer
    }

    /// The words behind a verb, and the role at their end: `three treaties`, `of Arvenia`.
    fn apart<'w, 't>(&self, words: &'w [&'t str]) -> (&'w [&'t str], &'w [&'t str]) {
        let role = (1..words.len()).find(|at| {
            ["to", "of", "from"].iter().any(|way| words[*at].eq_ignore_ascii_case(way))
                && self.asker.entity(&words[at + 1..].join(" ")).is_some()
        });
        words.split_at(role.unwrap_or(words.len()))
    }
}

/// Whether all that words say stands in a text.
fn is_part_of(said: &[&str], text: &str) -> bool {
    let of_text: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let is_empty = |word: &&&str| EMPTY.contains(&word.to_lowercase().as_str());
    let mut content = said.iter().filter(|word| !is_empty(word)).peekable();
    content.peek().is_some()
        && content.all(|word| {
            let lower = word.to_lowercase();
            !AUXILIARY.contains(&lower.as_str()) && of_text.iter().any(|own| *own == lower || is_form_of(&lower, own))
        })
}
