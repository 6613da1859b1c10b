//! How an event is related to others: `after X`, `the day after X`, `within 6 days of X`.

use servanda_diagnostics::Span;
use servanda_syntax::{Statement, TokenKind};

use crate::elaborate::Elaborator;
use crate::elaborate::sentence::duration;
use crate::elaborate::trouble::Trouble;
use crate::elaborate::words::{Word, all, span_of, split, text_of};
use crate::model::{Lapse, Relation};
use crate::program::Clock;

impl Elaborator<'_> {
    /// Relations to other events: `after X`, `the day after X`, `within 6 days of X`, `10 months after X`.
    pub(in crate::elaborate) fn relations(&mut self, statement: &Statement) -> Vec<Relation> {
        let mut all_relations = Vec::new();
        for clause in &statement.clauses {
            let words = all(&clause.tokens);
            let mut full = Vec::new();
            match clause.keyword {
                Some(keyword @ ("after" | "before" | "within" | "then")) => {
                    full.push(Word {
                        kind: TokenKind::Word,
                        text: keyword.to_owned(),
                        lower: keyword.to_owned(),
                        number: None,
                        span: clause.keyword_span,
                    });
                    full.extend(words);
                }
                None if relation_start(&words) => full = words,
                _ => continue,
            }
            match self.relation(&full, clause.span) {
                Ok(relation) => all_relations.extend(relation),
                Err(trouble) => self.complain(statement, trouble),
            }
        }
        all_relations
    }

    pub(super) fn relation(&mut self, words: &[Word], span: Span) -> Result<Vec<Relation>, Trouble> {
        let bad = || {
            Trouble::new("bad-relation", span, format!("`{}` relates to no other event", text_of(words)))
                .help("write `after X`, `before X`, `same day as X`, `the day after X`, `6 days after X`, `within 6 days of X`")
        };
        let clock = self.model.program.clock;
        let days = |n: i64| Some(Lapse::Days(n * clock.day()));
        let plain: Vec<Word> = words.iter().filter(|word| !word.is("the")).cloned().collect();
        let lower: Vec<&str> = plain.iter().map(|word| word.lower.as_str()).collect();
        let (from, at_least, at_most, then) = match lower.as_slice() {
            ["then", ..] => (1, days(0), days(0), true),
            ["same", "day", "as", ..] => (3, days(0), days(0), false),
            ["day", "after", ..] | ["next", "day", "after", ..] => {
                (if lower[0] == "day" { 2 } else { 3 }, days(1), days(1), false)
            }
            ["day", "before", ..] => (2, days(-1), days(-1), false),
            ["after", ..] => (1, days(1), None, false),
            ["not", "before", ..] => (2, days(0), None, false),
            ["before", ..] => (1, None, days(-1), false),
            ["not", "after", ..] => (2, None, days(0), false),
            ["within", ..] => {
                let of = lower.iter().position(|word| *word == "of").ok_or_else(bad)?;
                let lapse = lapse(&plain[1..of], clock).ok_or_else(bad)?;
                (of + 1, days(0), Some(lapse), false)
            }
            _ => {
                let at = lower.iter().position(|word| *word == "after" || *word == "before").ok_or_else(bad)?;
                let lapse = lapse(&plain[..at], clock).ok_or_else(bad)?;
                let lapse = if lower[at] == "before" { negated(lapse) } else { lapse };
                (at + 1, Some(lapse), Some(lapse), false)
            }
        };
        let names = split(&plain[from..], ",");
        let mut relations = Vec::new();
        for name in names {
            let other = self.model.lexicon.entity(&text_of(name));
            let other = other.filter(|id| {
                let event = self.model.hooks.event;
                self.model.lexicon.is_of_kind(*id, event)
            });
            let Some(other) = other else {
                let text = text_of(name);
                let events: Vec<&str> = self.model.lexicon.all_names().collect();
                let trouble = Trouble::new("unknown-event", span_of(name), format!("no event is called `{text}`"));
                return Err(match servanda_diagnostics::suggest(&text, events) {
                    Some(near) => trouble.help(format!("did you mean `{near}`?")),
                    None => trouble.help("give the other event a name: `event DATE Name: …`"),
                });
            };
            relations.push(Relation { other, at_least, at_most, then, span });
        }
        Ok(relations)
    }
}

pub(super) fn relation_start(words: &[Word]) -> bool {
    let lower: Vec<&str> = words.iter().take(4).map(|word| word.lower.as_str()).collect();
    matches!(
        lower.as_slice(),
        ["the", "day", "after" | "before", ..]
            | ["day", "after" | "before", ..]
            | ["same", "day", ..]
            | ["the", "same", "day", ..]
            | ["not", "before" | "after", ..]
    ) || (words
        .first()
        .is_some_and(|word| word.number.is_some() || duration(std::slice::from_ref(word), Clock::Days).is_some())
        && words.iter().any(|word| word.is("after") || word.is("before")))
}

fn lapse(words: &[Word], clock: Clock) -> Option<Lapse> {
    use crate::value::Duration;
    Some(match duration(words, clock)? {
        Duration::Ticks(n) => Lapse::Days(i64::from(n)),
        Duration::Months(n) => Lapse::Months(i64::from(n)),
        Duration::Years(n) => Lapse::Months(i64::from(n) * 12),
    })
}

fn negated(lapse: Lapse) -> Lapse {
    match lapse {
        Lapse::Days(n) => Lapse::Days(-n),
        Lapse::Months(n) => Lapse::Months(-n),
    }
}
