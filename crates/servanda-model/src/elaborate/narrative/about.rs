//! Clauses below a thing that say something of it.

use servanda_diagnostics::Span;
use servanda_syntax::{Clause, Statement, TokenKind};

use crate::elaborate::sentence::Want;
use crate::elaborate::trouble::{Like, Trouble, Unknown};
use crate::elaborate::words::{Word, all, span_of, text_of};
use crate::elaborate::{Elaborator, dates, things};
use crate::ids::EntityId;
use crate::model::{EventKind, When};
use crate::program::Happening;

impl Elaborator<'_> {
    /// A clause of a thing as a sentence about it: dated, an event; undated, a fact from the start.
    pub(crate) fn sentence_about(&mut self, statement: &Statement, clause: &Clause, id: EntityId) {
        if things::calendar_change(clause).is_some() {
            return;
        }
        let origin = self.origin_of(statement);
        let mut words = Vec::new();
        let name = Word {
            kind: TokenKind::Word,
            text: self.model.name(id).to_owned(),
            lower: self.model.name(id).to_lowercase(),
            number: None,
            span: clause.span,
        };
        words.push(name);
        if let Some(keyword) = clause.keyword {
            for part in keyword.split(' ') {
                words.push(Word {
                    kind: TokenKind::Word,
                    text: part.to_owned(),
                    lower: part.to_owned(),
                    number: None,
                    span: clause.keyword_span,
                });
            }
        }
        words.extend(all(&clause.tokens).into_iter().filter(|word| !word.is_sign(",")));
        let dated = |word: &Word| word.kind == TokenKind::Date || is_year(word);
        let whole = self.happenings(&words, Want::FluentFirst);
        let at = words.iter().position(dated);
        let result = match (whole, at) {
            (Ok(happenings), _) => Ok((happenings, When::default())),
            (Err(_), Some(at)) => {
                let mut rest = words.clone();
                let mut date = vec![rest.remove(at)];
                if rest.get(at).is_some_and(|word| word.is("julian")) {
                    date.push(rest.remove(at));
                }
                if at > 0
                    && rest.get(at - 1).is_some_and(|word| ["on", "since", "from", "in"].contains(&word.lower.as_str()))
                {
                    rest.remove(at - 1);
                }
                let country = Some(id).filter(|id| self.reforms.first_gregorian(self.model.name(*id)).is_some());
                let Some(when) = self.when(statement, &date, country) else { return };
                self.happenings(&rest, Want::ActionFirst).map(|happenings| (happenings, when))
            }
            (Err(trouble), None) => Err(trouble),
        };
        match result {
            Err(mut trouble) => {
                if let Some(date) = spelt_out(&words) {
                    let message = format!("`{}` is no date", text_of(date));
                    let help = dates::meant_day(&text_of(date))
                        .map_or("write for example `1939-10-10`".to_owned(), |meant| format!("write `{meant}`"));
                    trouble = Trouble::new("bad-date", span_of(date), message).help(help);
                } else if matches!(trouble.code, "unknown-name" | "unknown-phrase") {
                    trouble = said_about(trouble, &words, &clause_text(clause));
                }
                // The thing's own name is not in the text: point at the clause.
                if trouble.span.start < clause.span.start || trouble.span == Span::default() {
                    trouble.span = clause.span;
                }
                self.complain(statement, trouble);
            }
            Ok((happenings, when)) if when.written.is_empty() => {
                for happening in happenings {
                    match happening {
                        Happening::FactBegins(fluent, args, value) => self.state_initially(fluent, args, value, origin),
                        _ => {
                            // An act whose day nobody tells.
                            let mut event = self.bare_event(statement, EventKind::Happens, When::default(), origin);
                            event.entity = None;
                            event.sentence = text_of(&words);
                            event.mentions = vec![id];
                            event.happenings = vec![happening];
                            self.push_event(event);
                        }
                    }
                }
            }
            Ok((happenings, when)) => {
                let begins = matches!(happenings.first(), Some(Happening::FactBegins(..)));
                let kind = if begins { EventKind::Begins } else { EventKind::Happens };
                let mut event = self.bare_event(statement, kind, when, origin);
                event.entity = None;
                event.sentence = text_of(&words);
                event.happenings = happenings;
                event.mentions = vec![id];
                self.push_event(event);
            }
        }
    }
}

/// A date in words: `10 October 1939`.
fn spelt_out(words: &[Word]) -> Option<&[Word]> {
    let is_month =
        |word: &Word| word.kind == TokenKind::Word && dates::meant_day(&format!("1 {} 2000", word.text)).is_some();
    let is_day = |word: &Word| word.text.starts_with(|sign: char| sign.is_ascii_digit()) && word.text.len() <= 4;
    let three = words
        .windows(3)
        .find(|it| is_year(&it[2]) && (is_day(&it[0]) && is_month(&it[1]) || is_month(&it[0]) && is_day(&it[1])));
    three.or_else(|| words.windows(2).find(|it| is_month(&it[0]) && is_year(&it[1])))
}

/// What is said below a thing is a sentence that begins with it.
fn said_about(trouble: Trouble, words: &[Word], clause: &str) -> Trouble {
    let thing = &words[0].text;
    let message = format!("no phrase reads `{}`", text_of(words));
    let mut said = Trouble::new(trouble.code, trouble.span, message).help(format!(
        "a clause here says something that begins with `{thing}`; anything else is a statement of its own: `fact: {clause}`, or `event DATE: …`"
    ));
    said.unknown = trouble.unknown.map(|_| Unknown { text: text_of(words), like: Like::Phrase });
    said
}

fn clause_text(clause: &Clause) -> String {
    let words = text_of(&all(&clause.tokens));
    clause.keyword.map_or(words.clone(), |keyword| format!("{keyword} {words}"))
}

fn is_year(word: &Word) -> bool {
    word.kind == TokenKind::Number && word.text.len() == 4 && word.text.bytes().all(|b| b.is_ascii_digit())
}
