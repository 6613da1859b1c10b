//! What the steps of an accepted certificate say of its goals: fluents in intervals, events with their moments.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{EventPattern, Program, Term, Trigger};
use servanda_proof::{By, Certificate, Filling, Hangs, Instant, Kind, Moment, Orders, Shape, Step, Target, Val};

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
    /// All that happens, whether it was asked about or not, and by what.
    pub(crate) acts: BTreeSet<(Moment, Shape, By)>,
    /// It stays true, with the days moved, as long as the order of each of these pairs stays as it is.
    pub(crate) orders: Orders,
    /// Which instants the ticks are that move.
    pub(crate) moving: BTreeMap<i64, Instant>,
}

impl Accepted {
    /// The events of the narrative that are an act or that an act follows from, by their numbers.
    pub(crate) fn origins(&self, program: &Program, at: Moment, on: &Shape) -> BTreeSet<u32> {
        let mut all = BTreeSet::new();
        let (mut open, mut seen) = (vec![on.clone()], BTreeSet::new());
        while let Some(on) = open.pop().filter(|on| seen.insert(on.clone())) {
            let mine = self.acts.iter().filter(|(moment, it, _)| (*moment, it) == (at, &on));
            for (.., by) in mine {
                match by {
                    By::Narrative(tag) => _ = all.insert(*tag),
                    By::Rule(rule, filling, _) => {
                        let triggers = program.rules.get(*rule as usize).into_iter().flat_map(|rule| &rule.triggers);
                        let waits =
                            triggers.filter_map(|it| if let Trigger::Happens(it) = it { Some(it) } else { None });
                        let waits: Vec<Shape> = waits.map(|it| filled(it, filling, program)).collect();
                        let led = self.acts.iter().filter(|(moment, ..)| *moment == at).map(|(_, on, _)| on);
                        open.extend(led.filter(|on| waits.iter().any(|wait| wait.covers(on))).cloned());
                    }
                    _ => {}
                }
            }
        }
        all
    }
}

/// What a trigger waits for, as far as variables have values.
fn filled(it: &EventPattern, filling: &Filling, program: &Program) -> Shape {
    let args = it.args.iter().map(|term| match term {
        Term::Value(value) => Some(Val::of(*value, &program.ranges)),
        Term::Var(var) => filling.get(var.0),
        Term::Any => None,
    });
    Shape { of: Target::Action(it.action.0), args: args.collect() }
}

/// Reads a history off the steps of a certificate that was accepted.
pub(crate) fn accepted(certificate: &Certificate, hangs: Hangs) -> Accepted {
    let mut accepted = Accepted { orders: hangs.orders, moving: hangs.moving, ..Accepted::default() };
    for Step { at, what, by, .. } in &certificate.steps {
        if what.kind == Kind::Happen {
            accepted.acts.insert((*at, what.on.clone(), by.clone()));
        }
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
