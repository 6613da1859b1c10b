//! A sentence that says when: `who held Tarn when Sele was signed`, `did Belmark protest before Arvenia ratified Sele`.

use servanda_model::{Asked, Event, EventId, EventPattern, Expr, FluentType, Scope, Standing, Value};

use super::dates::Days;
use super::ends::time_around;
use super::sentences::is_done_in;
use super::words::all_orders;
use super::{Form, Preparing, Question};

/// Words that begin such a clause.
pub(super) const JOINTS: [&str; 7] = ["when", "while", "before", "after", "since", "until", "once"];

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
            let said = self.with_what_it_means(&words[at + 1..], &words[..at]);
            let said: Vec<&str> = said.iter().map(String::as_str).collect();
            let Some((act, (first, last))) = self.act_of_clause(&said) else { continue };
            match words[at].to_lowercase().as_str() {
                word @ ("before" | "after") => {
                    let (may, surely) = time_around(word, (first, last));
                    (question.during, question.surely) = (Some(may), surely);
                    question.beside = Some((act, word == "before"));
                }
                "since" => question.since = first.or(last),
                "until" => question.until = first.or(last),
                _ if first == last => question.on = first,
                _ => question.during = Some((first, last)),
            }
            return words[..at].join(" ");
        }
        body.to_owned()
    }

    /// A clause with the last thing named before it in place of the `it` that it begins with.
    fn with_what_it_means(&self, clause: &[&str], before: &[&str]) -> Vec<String> {
        let mut clause: Vec<String> = clause.iter().map(|word| (*word).to_owned()).collect();
        if clause.first().is_some_and(|word| word.eq_ignore_ascii_case("it")) {
            let ends = (1..=before.len()).rev();
            let named = ends.flat_map(|to| (to.saturating_sub(5)..to).map(move |from| before[from..to].join(" ")));
            let named = named.into_iter().find_map(|name| self.entity(&name).ok());
            if let Some(named) = named {
                self.model.name(named).clone_into(&mut clause[0]);
            }
        }
        clause
    }

    /// The first act of a kind, and its days as the dossier dates it; of an instrument its signature.
    fn act_of_clause(&mut self, words: &[&str]) -> Option<(EventId, Days)> {
        let text = words.join(" ");
        let named = self.entity(&text).ok();
        let is_text = named.is_some_and(|it| self.model.lexicon.is_of_kind(it, self.model.hooks.instrument));
        let text = if is_text { format!("{text} was signed") } else { text };
        for order in all_orders(&text) {
            let Ok(deeds) = self.asker.happenings(&order, &mut Scope::default()) else { continue };
            let told = deeds.iter().flat_map(|(pattern, _)| self.told_days(pattern));
            let told = told.min_by_key(|(id, (first, last))| (first.or(*last), *last, *id));
            if told.is_some() {
                return told;
            }
        }
        None
    }

    /// `how many days passed between Signing and Ratification`, `how long after signature of Sele did Sele enter into force`:
    /// two acts of which the dossier tells.
    pub(super) fn length_between(&mut self, words: &[&str], question: &mut Question) -> Option<Form> {
        let is = |word: &str, all: &[&str]| all.iter().any(|it| word.eq_ignore_ascii_case(it));
        let from = match words {
            [how, many, unit, ..]
                if is(how, &["how"]) && is(many, &["many"]) && is(unit, &["days", "weeks", "months", "years"]) =>
            {
                3
            }
            [how, long, ..] if is(how, &["how"]) && is(long, &["long"]) => 2,
            _ => return None,
        };
        let joint = from + words[from..].iter().position(|word| is(word, &["between", "from", "after", "before"]))?;
        let fill = [
            "passed", "pass", "lay", "lie", "elapsed", "went", "by", "were", "was", "are", "is", "there", "did", "it",
            "take", "time",
        ];
        if !words[from..joint].iter().all(|word| is(word, &fill)) {
            return None;
        }
        let rest = &words[joint + 1..];
        let ends = match words[joint].to_lowercase().as_str() {
            "between" => vec!["and"],
            "from" => vec!["to", "until", "till"],
            _ => vec!["did", "was", "were", "came"],
        };
        let middle = (1..rest.len()).filter(|at| is(rest[*at], &ends));
        let pairs: Vec<(String, String)> = middle.map(|at| (rest[..at].join(" "), rest[at + 1..].join(" "))).collect();
        pairs.into_iter().find_map(|(one, other)| {
            // `signature and entry into force of Sele`.
            let of = other.rsplit_once(" of ").map(|(_, whole)| whole).filter(|_| !one.contains(" of "));
            let at_length = of.map(|of| format!("{one} of {of}"));
            let first = self.act_named(&one).or_else(|| self.act_named(at_length.as_ref()?));
            let second = self.act_named(&other);
            let before = is(words[joint], &["before"]);
            match (first, second) {
                (Some(one), Some(other)) if before => Some(Form::Apart(other, one)),
                (Some(one), Some(other)) => Some(Form::Apart(one, other)),
                // What no statement tells of may be worked out: when a treaty comes into force.
                (Some(event), None) => {
                    self.comes_into_force(&other, question).then_some(Form::ApartFrom { event, first: !before })
                }
                (None, Some(event)) => {
                    let begins = [Some(one), at_length].into_iter().flatten();
                    let found = begins.into_iter().any(|text| self.comes_into_force(&text, question));
                    found.then_some(Form::ApartFrom { event, first: before })
                }
                (None, None) => None,
            }
        })
    }

    /// Whether words name the entry into force of an instrument; then the question looks at when it is in force.
    fn comes_into_force(&mut self, text: &str, question: &mut Question) -> bool {
        const VERBS: [&str; 8] = [
            " enter into force",
            " enters into force",
            " entered into force",
            " come into force",
            " comes into force",
            " came into force",
            " enter in force",
            " entered in force",
        ];
        let plain = text.strip_prefix("the ").unwrap_or(text);
        let whole = plain.strip_prefix("entry into force of ");
        let whole = whole.or_else(|| VERBS.iter().find_map(|verb| plain.strip_suffix(verb)));
        let Some(whole) = whole.and_then(|whole| self.entity(whole).ok()) else { return false };
        let mut scope = Scope::default();
        let said = format!("{} is in force", self.model.name(whole));
        let Ok(Asked::Conditions(conditions)) = self.asker.sentence(&said, &mut scope) else { return false };
        let yes = Expr::Value(Value::TRUE);
        self.define(question, Vec::new(), Vec::new(), FluentType::Truth, yes, conditions, scope);
        true
    }

    /// The first stated act that words tell of: its name, a sentence, or `signature of Sele`.
    fn act_named(&mut self, text: &str) -> Option<EventId> {
        const NOUNS: [(&[&str], &str); 5] = [
            (&["signature", "signing", "conclusion"], "signed"),
            (&["entry into force"], "enters into force"),
            (&["ratification"], "ratified"),
            (&["termination"], "terminated"),
            (&["publication"], "published"),
        ];
        let plain = text.strip_prefix("the ").unwrap_or(text);
        if let Ok(named) = self.entity(plain) {
            let own = self.model.events.iter().position(|event| event.entity == Some(named));
            if let Some(at) = own {
                return Some(EventId::from_index(at));
            }
        }
        let of_noun = plain.split_once(" of ").and_then(|(noun, whole)| {
            let (_, verb) = NOUNS.iter().find(|(all, _)| all.iter().any(|it| noun.eq_ignore_ascii_case(it)))?;
            Some(format!("{whole} {verb}"))
        });
        let said = of_noun.unwrap_or_else(|| plain.to_owned());
        let orders = all_orders(&said).into_iter().chain(all_orders(&format!("any thing {said}")));
        let mut told: Vec<(Days, EventId)> = Vec::new();
        for order in orders {
            let Ok(deeds) = self.asker.happenings(&order, &mut Scope::default()) else { continue };
            let events = deeds.iter().flat_map(|(pattern, _)| self.told_events(pattern));
            told.extend(events.map(|(id, event)| ((event.when.min, event.when.max), id)));
            if !told.is_empty() {
                break;
            }
        }
        told.into_iter().min_by_key(|((first, last), _)| (first.or(*last), *last)).map(|(_, id)| id)
    }

    /// Each stated act of a kind that has a day, with the days that it may have.
    fn told_days(&self, pattern: &EventPattern) -> Vec<(EventId, Days)> {
        let days = self.told_events(pattern).map(|(id, event)| (id, (event.when.min, event.when.max)));
        days.filter(|(_, (first, last))| first.is_some() || last.is_some()).collect()
    }

    /// The stated acts of a kind.
    fn told_events<'e>(&'e self, pattern: &'e EventPattern) -> impl Iterator<Item = (EventId, &'e Event)> {
        let all = self.model.events.iter().enumerate().filter(|(_, event)| event.standing == Standing::Stated);
        let told = all.filter(|(_, event)| event.happenings.iter().any(|it| is_done_in(pattern, it)));
        told.map(|(at, event)| (EventId::from_index(at), event))
    }
}
