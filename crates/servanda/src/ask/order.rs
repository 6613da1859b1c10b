//! Which of two acts of one day came first, as far as the dossier says so: with `then`, or with their hours.

use servanda_model::{EventId, Model};

/// The most steps from one act to another.
const MOST_STEPS: usize = 16;

/// Whether one act is said to come before another on one day, at once or through others.
pub(super) fn is_said(model: &Model, first: EventId, later: EventId) -> bool {
    let when = |id: EventId| &model.events[id.index()].when;
    if when(first).tells_hour() && when(later).tells_hour() {
        return true;
    }
    let mut reached = vec![later];
    let mut next = 0;
    while let Some(id) = reached.get(next).copied().filter(|_| next < MOST_STEPS) {
        next += 1;
        for relation in model.events[id.index()].relations.iter().filter(|it| it.then) {
            let earlier = model.events.iter().position(|event| event.entity == Some(relation.other));
            let Some(earlier) = earlier.map(EventId::from_index) else { continue };
            if earlier == first {
                return true;
            }
            if !reached.contains(&earlier) {
                reached.push(earlier);
            }
        }
    }
    false
}
