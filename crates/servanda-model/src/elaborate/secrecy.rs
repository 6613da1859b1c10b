//! Statements that tell of secret things and of others at once.
//!
//! `A, B and C end`, of which C is secret, is one statement; but whoever does not know of C knows that A and B end. Such
//! a statement becomes several events of one day, one for each set of secrets, each with words that name no other.

use std::collections::BTreeMap;

use super::narrative::mentioned;
use super::words::{Word, text_of};
use super::{Elaborator, narrative};
use crate::ids::EntityId;
use crate::model::{Event, EventKind, Lapse, Relation};
use crate::program::Happening;

impl Elaborator<'_> {
    pub(crate) fn part_secrets(&mut self) {
        let known = self.model.events.len();
        for at in 0..known {
            let event = &self.model.events[at];
            if event.kind != EventKind::Happens || event.happenings.len() < 2 {
                continue;
            }
            let mut groups: BTreeMap<Vec<EntityId>, Vec<Happening>> = BTreeMap::new();
            for happening in &event.happenings {
                groups.entry(self.secrets(&mentioned(happening))).or_default().push(happening.clone());
            }
            // Without a certain day or a name, nothing would hold the parts to one day.
            let has_day = event.when.min.is_some() && event.when.min == event.when.max && event.relations.is_empty();
            if groups.len() < 2 || !(has_day || event.entity.is_some()) {
                continue;
            }
            let whole = self.model.events[at].clone();
            let parts: Vec<Event> = groups.into_values().map(|part| self.part_of(&whole, part)).collect();
            for (number, mut part) in parts.into_iter().enumerate() {
                match (number, whole.entity) {
                    (0, _) => self.model.events[at] = part,
                    (_, Some(name)) => {
                        let (at_least, at_most) = (Some(Lapse::Days(0)), Some(Lapse::Days(0)));
                        let span = self.model.origins[whole.origin.index()].span;
                        part.relations = vec![Relation { other: name, at_least, at_most, then: false, span }];
                        self.model.events.push(part);
                    }
                    (_, None) => self.model.events.push(part),
                }
            }
        }
    }

    fn part_of(&self, whole: &Event, happenings: Vec<Happening>) -> Event {
        let told: Vec<EntityId> = happenings.iter().flat_map(mentioned).collect();
        let all: Vec<EntityId> = whole.happenings.iter().flat_map(mentioned).collect();
        // What the statement mentions besides goes with every part of it.
        let mut mentions: Vec<EntityId> =
            whole.mentions.iter().copied().filter(|id| told.contains(id) || !all.contains(id)).collect();
        mentions.sort_unstable();
        let elsewhere: Vec<EntityId> = all.into_iter().filter(|id| !told.contains(id)).collect();
        let words = super::words::all(&servanda_syntax::tokenize(&whole.sentence));
        let sentence = self.without(&words, &elsewhere);
        Event { happenings, mentions, sentence, ..whole.clone() }
    }

    /// A sentence without some of the names joined in it.
    fn without(&self, words: &[Word], left_out: &[EntityId]) -> String {
        let joins = |word: &Word| word.is_sign(",") || word.is("and");
        let mut lists: Vec<Vec<&[Word]>> = vec![Vec::new()];
        let mut rest = words;
        while let Some((first, more)) = rest.split_first() {
            if joins(first) {
                rest = more;
                continue;
            }
            let longest = (1..=rest.len().min(8)).rev().find(|end| self.is_name(&rest[..*end])).unwrap_or(1);
            let (part, after) = rest.split_at(longest);
            let joined = words.len() > rest.len() && joins(&words[words.len() - rest.len() - 1]);
            if !joined {
                lists.push(Vec::new());
            }
            lists.last_mut().expect("there is one").push(part);
            rest = after;
        }
        let is_left_out =
            |part: &&[Word]| self.model.lexicon.entity(&text_of(part)).is_some_and(|id| left_out.contains(&id));
        let kept = lists.into_iter().filter(|list| !list.is_empty()).map(|list| {
            let names: Vec<String> = list.iter().filter(|part| !is_left_out(part)).map(|part| text_of(part)).collect();
            narrative::listed(&names)
        });
        kept.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn is_name(&self, words: &[Word]) -> bool {
        self.model.lexicon.entity(&text_of(words)).is_some()
    }

    /// The secret things that make these secret: themselves, or what they belong to.
    fn secrets(&self, things: &[EntityId]) -> Vec<EntityId> {
        let mut all: Vec<EntityId> = things.iter().filter_map(|id| self.secret(*id)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(super) fn secret(&self, thing: EntityId) -> Option<EntityId> {
        let mut next = Some(thing);
        for _ in 0..8 {
            let id = next?;
            let entity = &self.model.lexicon.entities[id.index()];
            if entity.known_only_to.is_some() {
                return Some(id);
            }
            let instrument = self.model.hooks.instrument;
            next = entity.belongs_to.iter().copied().find(|whole| self.model.lexicon.is_of_kind(*whole, instrument));
        }
        None
    }
}
