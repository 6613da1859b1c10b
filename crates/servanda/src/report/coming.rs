//! What is yet to come on the day of a report, and so is no matter of that day: what was made later is not named.

use std::collections::BTreeMap;

use servanda_model::{EntityId, EventId, Happening, Model, Standing, Value};

use super::Making;
use crate::dating::Dating;

/// The first day on which anything happened to a thing, or of the event that a name stands for.
pub(super) fn first_days(model: &Model, dating: &Dating) -> BTreeMap<EntityId, i64> {
    let mut first = BTreeMap::new();
    for (at, event) in model.events.iter().enumerate() {
        let (Some(day), _) = dating.bounds(EventId::from_index(at)) else { continue };
        let done = event.happenings.iter().filter_map(|happening| match happening {
            Happening::Action(_, args) if event.standing == Standing::Stated => Some(args),
            _ => None,
        });
        let things = done.flatten().filter_map(|value| value.as_entity()).chain(event.entity);
        for thing in things {
            first.entry(thing).and_modify(|known: &mut i64| *known = day.min(*known)).or_insert(day);
        }
    }
    first
}

impl Making<'_, '_> {
    /// Whether an instrument is in some state on a day, as an annex of which nothing is said can be.
    fn has_status(&self, id: EntityId, day: i64) -> bool {
        self.fluents().filter(|(_, fluent)| self.is_status_of_instruments(fluent)).any(|(fluent, _)| {
            let mut own = self.instances(fluent).filter(|it| it.args[0] == Value::entity(id));
            own.any(|it| it.intervals.iter().any(|interval| interval.contains(day)))
        })
    }

    /// Whether a thing that is made once, such as an instrument, an event, or what stands in an instrument, is made later
    /// than the day of the view.
    pub(super) fn is_to_come(&self, id: EntityId) -> bool {
        let Some(day) = self.on else { return false };
        let lexicon = &self.model.lexicon;
        let hooks = &self.model.hooks;
        let made_once = |id| [hooks.instrument, hooks.event].iter().any(|kind| lexicon.is_of_kind(id, *kind));
        if made_once(id) {
            return self.first_days.get(&id).is_some_and(|first| day < *first) && !self.has_status(id, day);
        }
        lexicon.entities[id.index()].belongs_to.iter().any(|whole| made_once(*whole) && self.is_to_come(*whole))
    }
}
