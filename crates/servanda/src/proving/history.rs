//! What the steps of an accepted certificate say of its goals: fluents in intervals, events with their moments.

use std::collections::BTreeMap;

use servanda_proof::{Certificate, Hangs, Instant, Kind, Orders, Shape, Step, Val};

/// The time from `since` (or the beginning) to before `until` (or the last tick looked at) with one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) value: Val,
    pub(crate) since: Option<i64>,
    pub(crate) until: Option<i64>,
}

/// What an accepted certificate says of its goals.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Accepted {
    pub(crate) intervals: BTreeMap<Shape, Vec<Span>>,
    pub(crate) events: Vec<(i64, u32, Shape)>,
    /// It stays true, with the days moved, as long as the order of each of these pairs stays as it is.
    pub(crate) orders: Orders,
    /// Which instants the ticks are that move.
    pub(crate) moving: BTreeMap<i64, Instant>,
}

/// Reads a history off the steps of a certificate that was accepted.
pub(crate) fn accepted(certificate: &Certificate, hangs: Hangs) -> Accepted {
    let mut accepted = Accepted { orders: hangs.orders, moving: hangs.moving, ..Accepted::default() };
    for Step { at, what, .. } in &certificate.steps {
        if !certificate.goals.iter().any(|goal| goal.covers(&what.on)) {
            continue;
        }
        let tick = at.map(|(tick, _)| tick);
        match (what.kind, what.value, at) {
            (Kind::Happen, _, Some((tick, order))) => accepted.events.push((*tick, *order, what.on.clone())),
            (Kind::Begin, Some(value), _) => {
                let spans = accepted.intervals.entry(what.on.clone()).or_default();
                match spans.last_mut() {
                    // It had ceased on this very tick: then it goes on.
                    Some(last) if last.until == tick && tick.is_some() && last.value == value => last.until = None,
                    _ => spans.push(Span { value, since: tick, until: None }),
                }
            }
            (Kind::Cease, ..) => {
                let spans = accepted.intervals.entry(what.on.clone()).or_default();
                if let Some(last) = spans.last_mut() {
                    last.until = tick;
                }
                // What begins and ceases on one tick leaves no interval.
                spans.retain(|span| span.since != span.until || span.since.is_none());
            }
            _ => {}
        }
    }
    accepted.intervals.retain(|_, spans| !spans.is_empty());
    accepted.events.sort();
    accepted.events.dedup();
    accepted
}
