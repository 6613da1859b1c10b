//! What a statement is worth: who says it, who denies it, what corrects it.

use servanda_syntax::{Statement, TokenKind};

use super::plain_event;
use super::relations::relation_start;
use crate::elaborate::trouble::Trouble;
use crate::elaborate::words::{all, text_of};
use crate::elaborate::{Elaborator, key};
use crate::ids::EntityId;
use crate::model::{Against, Event, EventKind, Guarded, Standing, When};
use crate::program::{Happening, Initial};

impl Elaborator<'_> {
    /// Who says it, who denies it, what contradicts it, who knows of it.
    pub(in crate::elaborate) fn standing(&mut self, statement: &Statement, event: &mut Event) {
        for clause in &statement.clauses {
            let words = all(&clause.tokens);
            match clause.keyword {
                Some("according to" | "held by") => {
                    let by = self.claimants(statement, &words);
                    match &mut event.standing {
                        Standing::Claimed(all) => all.extend(by),
                        _ => event.standing = Standing::Claimed(by),
                    }
                }
                Some("denied by") => event.denied_by.extend(self.named(statement, &words)),
                Some("contradicted by") => {
                    event.standing = match std::mem::take(&mut event.standing) {
                        Standing::Claimed(by) => Standing::Claimed(by),
                        _ => Standing::Contradicted,
                    };
                    let because = words.iter().position(|word| word.is("because")).unwrap_or(words.len());
                    event.contradicted_by.push(text_of(&words[..because]));
                    for part in words[..because].split(|word| word.is_sign(",") || word.is("and")) {
                        let quoted = part.first().is_none_or(|word| word.kind == TokenKind::String);
                        let named = self.model.lexicon.lookup(&text_of(part)).first().copied().filter(|_| !quoted);
                        if !quoted && named.is_none() {
                            self.unknown_thing(statement, part);
                        }
                        event.struck_by.push(named.map_or(Against::Words, Against::Named));
                    }
                }
                Some("corrects") => {
                    let corrected = self.named(statement, &words);
                    self.corrections.extend(corrected.into_iter().map(|it| (it, statement.clone())));
                }
                Some("known only to") => {
                    let named = self.named(statement, &words);
                    event.known_only_to.get_or_insert_default().extend(named);
                }
                Some(
                    "source" | "note" | "because" | "known to" | "text" | "judgment" | "untranslated" | "on" | "after"
                    | "before" | "within" | "then" | "label" | "also" | "codes",
                ) => {}
                None if relation_start(&words) => {}
                _ => self.stray_clause(statement, clause),
            }
        }
        let words = all(&statement.head.tokens);
        if let Some(at) = words.windows(3).position(|w| w[0].is("known") && w[1].is("only") && w[2].is("to")) {
            event.known_only_to = Some(self.named(statement, &words[at + 3..]));
        }
    }

    /// What a statement of the dossier corrects is not taken as a fact; what a mere claim says about it counts as said
    /// against it.
    pub(crate) fn correct(&mut self) {
        for (corrected, statement) in std::mem::take(&mut self.corrections) {
            let by = self.names.get(&key(&statement)).and_then(|ids| ids.first()).copied();
            if by == Some(corrected) {
                let message = format!("`{}` corrects itself, and would be left out", self.model.name(corrected));
                let trouble = Trouble::new("corrects-itself", statement.head.span, message)
                    .help("name the statement that is corrected, or leave the clause out");
                self.complain(&statement, trouble);
                continue;
            }
            let origin = self.origin_of(&statement);
            let words = || text_of(&all(&statement.head.tokens));
            let name = by.map_or_else(words, |by| self.model.name(by).to_owned());
            let is_stated =
                self.model.events.iter().any(|event| event.origin == origin && event.standing == Standing::Stated)
                    || self.model.initial.iter().any(|fact| fact.item.origin == origin);
            self.correct_initially(corrected, is_stated);
            let at = self.model.lexicon.entities[corrected.index()].origin;
            for event in self.model.events.iter_mut().filter(|event| event.origin == at) {
                event.contradicted_by.push(name.clone());
                if is_stated {
                    event.struck_by.push(Against::Statement(origin));
                }
                if is_stated && event.standing == Standing::Stated {
                    event.standing = Standing::Contradicted;
                }
            }
        }
    }

    /// A fact that holds from the start, and is corrected, becomes an event that does not count.
    fn correct_initially(&mut self, corrected: EntityId, is_stated: bool) {
        let origin = self.model.lexicon.entities[corrected.index()].origin;
        let is_event = self.model.lexicon.is_of_kind(corrected, self.model.hooks.event);
        if !is_stated || !is_event {
            return;
        }
        let (facts, rest) =
            std::mem::take(&mut self.model.initial).into_iter().partition(|fact| fact.item.origin == origin);
        self.model.initial = rest;
        let facts: Vec<Guarded<Initial>> = facts;
        if facts.is_empty() {
            return;
        }
        let begin = |fact: Guarded<Initial>| Happening::FactBegins(fact.item.fluent, fact.item.args, fact.item.value);
        let sentence = self.model.origins[origin.index()].label.clone();
        let sentence = sentence.split_once(':').map_or(sentence.as_str(), |(_, said)| said).trim().to_owned();
        let happenings = facts.into_iter().map(begin).collect();
        let bare = plain_event(EventKind::Begins, When::default(), origin);
        self.push_event(Event { entity: Some(corrected), happenings, sentence, ..bare });
    }
}
