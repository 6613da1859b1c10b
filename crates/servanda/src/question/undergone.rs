//! A passive that does not say by whom: `was Arvenia coerced`, `what was demanded of Arvenia`.

use servanda_model::lexicon::{Piece, Target};
use servanda_model::{EventPattern, Scope, Term};

use super::words::{AUXILIARY, agentless, all_orders, is};
use super::{Preparing, Question};

impl Preparing<'_> {
    /// The sentence in which somebody did what is asked about, where the words could also be read as if who underwent it, or what
    /// was done, had done it.
    pub(super) fn undergone(&mut self, text: &str, question: &Question) -> Option<String> {
        if !is_undergone(text, question) {
            return None;
        }
        let doer = all_orders(text).iter().find_map(|order| self.deed_in(order)).filter(|act| self.is_active(act))?;
        if doer.args.first().is_none_or(|who| *who == Term::Any) {
            return None;
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let turned = agentless(&words);
        let fuller = turned.iter().flat_map(|order| self.fuller(order)).collect::<Vec<_>>();
        turned.into_iter().chain(fuller).find(|order| {
            let again = self.deed_in(order);
            again.is_some_and(|act| act.action == doer.action && act.args.first() == Some(&Term::Any))
        })
    }

    /// Of the longer sentences that a question may be short for those that are not of what somebody did who underwent it; what
    /// the dossier tells of comes first.
    pub(super) fn as_undergone(&mut self, mut all: Vec<String>, text: &str, question: &Question) -> Vec<String> {
        if is_undergone(text, question) {
            all.retain(|order| {
                let act = self.deed_in(order).filter(|act| self.is_active(act));
                act.is_none_or(|act| act.args.first() == Some(&Term::Any))
            });
            all.sort_by_cached_key(|order| self.deed_in(order).is_some_and(|act| !self.is_told(&act)));
        }
        all
    }

    fn deed_in(&mut self, text: &str) -> Option<EventPattern> {
        let deeds = self.asker.happenings(text, &mut Scope::default()).ok()?;
        deeds.into_iter().next().map(|(pattern, _)| pattern)
    }

    /// Whether an act has somebody who does it to somebody or something: `{a} demands {text} of {b}`.
    fn is_active(&self, act: &EventPattern) -> bool {
        let Some(main) = self.model.lexicon.main_wording(Target::Action(act.action)) else { return false };
        main.slots.len() > 1
            && matches!(main.pieces.as_slice(), [Piece::Hole(_), Piece::Word(forms), ..] if forms.len() == 3)
    }
}

/// Whether a question is a passive that does not say by whom.
fn is_undergone(text: &str, question: &Question) -> bool {
    let auxiliary = question.text.split_whitespace().find(|word| is(word, &AUXILIARY));
    auxiliary.is_some_and(|it| is(it, &["is", "are", "was", "were", "been"]))
        && !text.split(' ').any(|word| is(word, &["by"]))
}
