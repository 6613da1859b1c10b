//! A sentence that says when: `who held Tarn when Sele was signed`, `did Belmark protest before Arvenia ratified Sele`.

use servanda_model::{EventPattern, Scope, Standing};

use super::dates::Days;
use super::sentences::is_done_in;
use super::words::all_orders;
use super::{Preparing, Question};

/// Words that begin such a clause.
const JOINTS: [&str; 7] = ["when", "while", "before", "after", "since", "until", "once"];

impl Preparing<'_> {
    /// Takes a clause of time off the end of a question, where the dossier tells on which day it was so.
    pub(super) fn without_clause(&mut self, body: &str, question: &mut Question) -> String {
        let words: Vec<&str> = body.split_whitespace().collect();
        let is_joint = |word: &str| JOINTS.iter().any(|joint| word.eq_ignore_ascii_case(joint));
        let joints: Vec<usize> = (2..words.len()).filter(|at| is_joint(words[*at])).collect();
        if body.contains(['"', '“']) || question.during.is_some() || question.on.is_some() {
            return body.to_owned();
        }
        for at in joints {
            let Some((first, last)) = self.days_of_clause(&words[at + 1..]) else { continue };
            match words[at].to_lowercase().as_str() {
                "before" => question.during = Some((None, first.map(|day| day - 1))),
                "after" => question.during = Some((last.map(|day| day + 1), None)),
                "since" => question.since = first.or(last),
                "until" => question.until = first.or(last),
                _ if first == last => question.on = first,
                _ => question.during = Some((first, last)),
            }
            return words[..at].join(" ");
        }
        body.to_owned()
    }

    /// The days on which an act was done, as the dossier dates the first of that kind; of an instrument those of its signature.
    fn days_of_clause(&mut self, words: &[&str]) -> Option<Days> {
        let text = words.join(" ");
        let named = self.entity(&text).ok();
        let is_text = named.is_some_and(|it| self.model.lexicon.is_of_kind(it, self.model.hooks.instrument));
        let text = if is_text { format!("{text} was signed") } else { text };
        for order in all_orders(&text) {
            let Ok(deeds) = self.asker.happenings(&order, &mut Scope::default()) else { continue };
            let mut told: Vec<Days> = deeds.iter().flat_map(|(pattern, _)| self.told_days(pattern)).collect();
            told.sort_by_key(|(first, last)| (first.or(*last), *last));
            if let Some(days) = told.first() {
                return Some(*days);
            }
        }
        None
    }

    /// The days of each stated act of a kind.
    fn told_days(&self, pattern: &EventPattern) -> Vec<Days> {
        let events = self.model.events.iter().filter(|event| event.standing == Standing::Stated);
        let told = events.filter(|event| event.happenings.iter().any(|it| is_done_in(pattern, it)));
        let dated = told.filter(|event| event.when.min.is_some() || event.when.max.is_some());
        dated.map(|event| (event.when.min, event.when.max)).collect()
    }
}
