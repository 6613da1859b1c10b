//! What sources or states do not agree on.

use std::collections::BTreeSet;

use servanda_model::{Event, EventId, Standing, View};

use super::because::{Because, because_of};
use super::{Disagreement, Making, sentence};
use crate::steps;

impl Making<'_, '_> {
    pub(super) fn clashes(&self) -> Vec<Disagreement> {
        let shown =
            self.solution.contradictions.iter().filter(|it| self.model.shown.get(it.fluent.index()) == Some(&true));
        shown
            .map(|it| {
                let values: Vec<String> = it.values.iter().map(|value| self.show(*value)).collect();
                let what = sentence(self.model, it.fluent, &it.args);
                let roots: BTreeSet<EventId> =
                    it.steps.iter().filter_map(|step| self.roots.root(Some(*step))).collect();
                let causes: Vec<Because> = roots.into_iter().map(|event| because_of(self.world, event)).collect();
                let said = |it: &Because| match &it.place {
                    Some(place) => format!("{} [{place}]", it.text),
                    None => it.text.clone(),
                };
                Disagreement {
                    text: if values.len() > 1 {
                        format!("{what} is given {}", values.join(" and "))
                    } else {
                        format!("{what} both begins and ends")
                    },
                    day: it.tick.map(|day| self.model.show_tick(day)),
                    said_by: Vec::new(),
                    against: causes.iter().map(said).collect(),
                    place: None,
                    sources: Vec::new(),
                }
            })
            .collect()
    }

    pub(super) fn contradicted(&self, view: &View) -> Vec<Disagreement> {
        let events = (0..self.model.events.len()).map(EventId::from_index);
        let wrong = events.filter(|id| {
            let event = &self.model.events[id.index()];
            let said = event.standing == Standing::Contradicted || !event.contradicted_by.is_empty();
            let is_hidden = event.mentions.iter().chain(&event.entity).any(|id| self.is_hidden(*id));
            let by_then = self.on.is_none_or(|day| event.when.min.is_none_or(|first| first <= day));
            let shown_by_then = event.contradicted_by.is_empty() || self.against(event).next().is_some();
            said && by_then
                && !(event.standing == Standing::Contradicted && self.model.is_stated(event, view.known_in))
                && shown_by_then
                && !is_hidden
                && view.known_in.is_none_or(|year| self.world.evidence_by(event.origin, year))
        });
        wrong
            .map(|id| {
                let event = &self.model.events[id.index()];
                let against = self.against(event).map(|name| self.what_is(name)).collect();
                self.disagreement(id, against)
            })
            .collect()
    }

    /// What speaks against a statement by the day of the view, and is known of.
    fn against<'e>(&self, event: &'e Event) -> impl Iterator<Item = &'e String> {
        let known = |name: &&String| {
            let thing = self.model.lexicon.entity(name);
            thing.is_none_or(|id| !self.is_hidden(id) && !self.is_to_come(id))
        };
        event.contradicted_by.iter().filter(known)
    }

    /// A name with what stands behind it.
    pub(super) fn what_is(&self, name: &str) -> String {
        let entity = self.model.lexicon.entity(name);
        let event = entity.and_then(|id| self.model.events.iter().position(|event| event.entity == Some(id)));
        match event {
            Some(at) => {
                let told = because_of(self.world, EventId::from_index(at));
                let day = told.day.map_or_else(String::new, |day| format!(" ({day})"));
                format!("{name}: {}{day}", told.text)
            }
            None => match entity {
                Some(id) => format!("{name} ({})", self.model.lexicon.entities[id.index()].label),
                None => name.to_owned(),
            },
        }
    }

    pub(super) fn disputed(&self) -> Vec<Disagreement> {
        let disputed = self.outcome.visible.iter().filter(|id| !self.model.events[id.index()].denied_by.is_empty());
        disputed.map(|id| self.disagreement(*id, self.names(&self.model.events[id.index()].denied_by))).collect()
    }

    fn disagreement(&self, id: EventId, against: Vec<String>) -> Disagreement {
        let event = &self.model.events[id.index()];
        let told = steps::of_origin(self.model, event.origin, &event.sentence);
        let said_by = match &event.standing {
            Standing::Claimed(by) => self.names(by),
            _ => Vec::new(),
        };
        Disagreement {
            text: told.text,
            day: Some(event.when.written.clone()).filter(|day| !day.is_empty()),
            said_by,
            against,
            place: told.place,
            sources: told.sources,
        }
    }
}
