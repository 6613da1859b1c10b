//! The chronology of a dossier: its events as points, what it says of their days as constraints.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use servanda_calendar::Day;
use servanda_chronology::{
    Bound, Chronology, ChronologyError, Condition, Constraint, ConstraintId, Horizon, Monotone, Network, Point,
    Relation, Scenario, Shift,
};
use servanda_diagnostics::{Diagnostic, Span};
use servanda_model::{Clock, EntityId, Event, EventId, Lapse, Model};

/// When everything may have happened.
pub struct Dating {
    /// The tightened chronology; absent where the dossier contradicts itself.
    pub chronology: Option<Chronology>,
    /// The statements that cannot all be true.
    pub contradiction: Option<Vec<ConstraintId>>,
    /// For each event its point; claims have none.
    pub points: Vec<Option<Point>>,
    /// What each constraint says.
    pub said: Vec<Said>,
    /// First and last day that anything is dated to.
    pub horizon: Horizon,
    /// From where to where events are put that may be arbitrarily early or late: so far off that no day counted from
    /// such an event is taken for one that the dossier speaks of.
    pub reach: Horizon,
    /// The last day of the chronicle: as the horizon's, but where something may have come later, the first day by which
    /// it can have.
    pub last: i64,
    /// The runs of days of events whose date leaves days out between its first and its last.
    pub spans: BTreeMap<EventId, Vec<(i64, i64)>>,
    /// Whether something may be arbitrarily late.
    pub is_endless: bool,
    /// How many ticks a year is, at most.
    year: i64,
}

/// Years after the last dated day that are looked at, for terms and deadlines still running.
pub const YEARS_AHEAD: i64 = 60;

/// How many years before all dated days events are put that may be arbitrarily early.
const YEARS_BEFORE: i64 = 1_000;

/// How many years after all dated days events are put that may be arbitrarily late. Terms are followed that much longer
/// then.
const YEARS_AFTER: i64 = 200;

/// How many years after all dated days no day is taken for one that is known, where there are such events.
const YEARS_KNOWN: i64 = 150;

/// What a constraint comes from.
#[derive(Clone, Debug)]
pub struct Said {
    /// Of which event.
    pub event: EventId,
    /// The clause, or the statement.
    pub span: Span,
    /// In words.
    pub text: String,
}

/// Some months later, on the same day of the month or its last.
struct Months {
    count: i64,
    /// How many ticks a day is.
    day: i64,
}

impl Monotone for Months {
    fn at(&self, tick: i64) -> i64 {
        let (day, of_day) = (tick.div_euclid(self.day), tick.rem_euclid(self.day));
        Day(day).add_months(self.count).0.saturating_mul(self.day).saturating_add(of_day)
    }

    fn offsets(&self) -> Option<(i64, i64)> {
        let (short, long) = (self.count.saturating_mul(28), self.count.saturating_mul(31));
        let ticks = |days: i64| days.saturating_mul(self.day);
        Some((ticks(short.min(long).saturating_sub(3)), ticks(short.max(long).saturating_add(3))))
    }

    fn period(&self) -> Option<i64> {
        Some(146_097 * self.day)
    }
}

/// Draws every conclusion from what the dossier says about days.
#[must_use]
pub fn date(model: &Model) -> Dating {
    date_without(model, &BTreeSet::new())
}

/// The same, as if some of the statements about days were not made.
fn date_without(model: &Model, dropped: &BTreeSet<ConstraintId>) -> Dating {
    let mut network = Network::new();
    let points: Vec<Option<Point>> =
        model.events.iter().map(|event| model.may_count(event).then(|| network.add_point())).collect();
    let mut said = Vec::new();
    let mut failed: Option<Vec<ConstraintId>> = None;
    let mut add = |network: &mut Network, event: usize, span: Span, text: String, constraint: Constraint| {
        let id = ConstraintId(said.len() as u32);
        said.push(Said { event: EventId::from_index(event), span, text });
        if !dropped.contains(&id) && network.add(id, constraint).is_err() {
            failed.get_or_insert_with(|| vec![id]);
        }
    };
    let mut named: HashMap<EntityId, usize> = HashMap::new();
    for (index, event) in model.events.iter().enumerate() {
        if let (Some(name), None) = (event.entity, event.begun_by) {
            named.entry(name).or_insert(index);
        }
    }
    let by_name = |name: EntityId| points[*named.get(&name)?];
    for (index, event) in model.events.iter().enumerate() {
        let Some(point) = points[index] else { continue };
        let span = model.origins[event.origin.index()].span;
        let (min, max) = (event.when.min, event.when.max);
        if min.is_some() || max.is_some() {
            let constraint = Constraint::Apart { from: Point::ORIGIN, to: point, at_least: min, at_most: max };
            add(&mut network, index, span, format!("it is dated {}", event.when.written), constraint);
        }
        if let Some(begun) = event.begun_by.and_then(|id| points[id.index()]) {
            let text = "a fact ends after it begins".to_owned();
            add(&mut network, index, span, text, Constraint::at_least_after(begun, point, 0));
        }
        for relation in &event.relations {
            let Some(other) = by_name(relation.other) else { continue };
            let text = model.files.get(model.origins[event.origin.index()].file).map_or("", |file| &file.text);
            let text = relation.span.of(text).trim().to_owned();
            let clock = model.program.clock;
            for constraint in constraints(clock, other, point, (relation.at_least, relation.at_most)) {
                add(&mut network, index, relation.span, text.clone(), constraint);
            }
        }
    }
    let dated = model.events.iter().flat_map(|event| [event.when.min, event.when.max]).flatten();
    let first = dated.clone().min().unwrap_or(0);
    let last = dated.max().unwrap_or(0);
    let horizon = Horizon { first, last };
    let (chronology, contradiction) = match (failed, network.tighten()) {
        (Some(ids), _) => (None, Some(ids)),
        (None, Ok(chronology)) => (Some(chronology), None),
        (
            None,
            Err(
                ChronologyError::Contradiction { constraints }
                | ChronologyError::OutOfRange { constraints }
                | ChronologyError::Unsettled { constraints },
            ),
        ) => (None, Some(constraints)),
        (None, Err(ChronologyError::UnknownPoint { .. })) => (None, Some(Vec::new())),
    };
    let has_spans = |index: &usize| points[*index].is_some() && !model.events[*index].when.spans.is_empty();
    let with_spans = (0..model.events.len()).filter(has_spans);
    let spans = with_spans.map(|index| (EventId::from_index(index), model.events[index].when.spans.clone())).collect();
    let year = 366 * model.program.clock.day();
    let reach =
        Horizon { first: first.saturating_sub(YEARS_BEFORE * year), last: last.saturating_add(YEARS_AFTER * year) };
    let mut dating =
        Dating { chronology, contradiction, points, said, horizon, reach, last, spans, is_endless: false, year };
    dating.leave_gaps(model);
    if let Some(come) = dating.come() {
        (dating.is_endless, dating.last) = (true, come);
    }
    dating
}

fn constraints(
    clock: Clock,
    other: Point,
    point: Point,
    (at_least, at_most): (Option<Lapse>, Option<Lapse>),
) -> Vec<Constraint> {
    let days = |lapse: Option<Lapse>| match lapse {
        Some(Lapse::Days(n)) => Some(n),
        _ => None,
    };
    let mut all = Vec::new();
    if days(at_least).is_some() || days(at_most).is_some() {
        all.push(Constraint::Apart { from: other, to: point, at_least: days(at_least), at_most: days(at_most) });
    }
    for (lapse, relation) in [(at_least, Relation::AtLeast), (at_most, Relation::AtMost)] {
        if let Some(Lapse::Months(n)) = lapse {
            all.push(Constraint::Moved {
                from: other,
                to: point,
                by: Shift::new(Months { count: n, day: clock.day() }),
                relation,
            });
        }
    }
    all
}

impl Dating {
    /// Whether a day stands for one of which it is not known how early or how late it is.
    #[must_use]
    pub fn is_open(&self, day: i64) -> bool {
        day < self.reach.first.midpoint(self.horizon.first)
            || self.is_endless && self.horizon.last.saturating_add(YEARS_KNOWN * self.year) < day
    }

    /// How many ticks after the last that anything is dated to terms and deadlines are followed.
    pub(crate) fn ticks_ahead(&self, years: i64) -> i64 {
        (years + if self.is_endless { YEARS_AFTER } else { 0 }) * self.year
    }

    /// Moves bounds that lie between the runs of days of their event to the nearest day it can be on.
    fn leave_gaps(&mut self, model: &Model) {
        let Some(chronology) = &mut self.chronology else { return };
        loop {
            let mut moved = false;
            for (event, spans) in &self.spans {
                let Some(point) = self.points[event.index()] else { continue };
                let (low, high) = chronology.bounds(point);
                let next = low.and_then(|low| spans.iter().find(|it| low <= it.1)).map(|it| it.0);
                let before = high.and_then(|high| spans.iter().rev().find(|it| it.0 <= high)).map(|it| it.1);
                let low = next.filter(|next| low.is_some_and(|low| low < *next));
                let high = before.filter(|before| high.is_some_and(|high| *before < high));
                if low.is_none() && high.is_none() {
                    continue;
                }
                let it = &model.events[event.index()];
                let text = format!("it is dated {}", it.when.written);
                let id = ConstraintId(self.said.len() as u32);
                self.said.push(Said { event: *event, span: model.origins[it.origin.index()].span, text });
                let within = Constraint::Apart { from: Point::ORIGIN, to: point, at_least: low, at_most: high };
                match chronology.add(id, within) {
                    Ok(_) => moved = true,
                    Err(ChronologyError::Contradiction { constraints }) => {
                        (self.chronology, self.contradiction) = (None, Some(constraints));
                        return;
                    }
                    Err(_) => return,
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// The ways in which these events can be on one or another of their runs of days.
    pub(crate) fn on_spans(&self, events: &[EventId]) -> Vec<Vec<Constraint>> {
        let run = |point: Point, (first, last): (i64, i64)| {
            let (at_least, at_most) = ((first != i64::MIN).then_some(first), (last != i64::MAX).then_some(last));
            Constraint::Apart { from: Point::ORIGIN, to: point, at_least, at_most }
        };
        let ways = |event: &EventId| {
            let (spans, point) = (self.spans.get(event)?, self.points[event.index()]?);
            Some(spans.iter().map(|it| run(point, *it)).collect())
        };
        events.iter().filter_map(ways).collect()
    }

    /// Whether an event can be on a day, as far as the runs of days of its date say.
    #[must_use]
    pub fn is_within_spans(&self, event: EventId, day: i64) -> bool {
        self.spans.get(&event).is_none_or(|spans| spans.iter().any(|(first, last)| (*first..=*last).contains(&day)))
    }

    /// The first day by which everything can have come about that may be later than all days named.
    fn come(&mut self) -> Option<i64> {
        let last = self.horizon.last;
        let chronology = self.chronology.as_mut()?;
        let open = self.points.iter().flatten().filter(|point| chronology.upper(**point).is_none());
        let later: Vec<Point> = open.copied().collect();
        let bounds: Vec<Constraint> =
            later.iter().map(|point| Constraint::not_before(*point, last.saturating_add(1))).collect();
        let horizon = self.horizon;
        let scenario = chronology.assuming(&bounds, |all| all.earliest(horizon)).ok()?.ok()?;
        later.iter().filter_map(|point| scenario.tick(*point)).max()
    }

    /// The first and last day that an event can be on.
    #[must_use]
    pub fn bounds(&self, event: EventId) -> (Option<i64>, Option<i64>) {
        match (&self.chronology, self.points[event.index()]) {
            (Some(chronology), Some(point)) => chronology.bounds(point),
            _ => (None, None),
        }
    }

    /// The first and last day on which something may have been said that is no event of the chronology: as it is dated, and as
    /// it stands to events.
    #[must_use]
    pub fn said_between(&self, model: &Model, event: &Event) -> (Option<i64>, Option<i64>) {
        let (mut min, mut max) = (event.when.min, event.when.max);
        for relation in &event.relations {
            let other = model.events.iter().position(|it| it.entity == Some(relation.other));
            let Some((first, last)) = other.map(|at| self.bounds(EventId::from_index(at))) else { continue };
            if let (Some(Lapse::Days(days)), Some(first)) = (relation.at_least, first) {
                min = Some(min.map_or(first + days, |min| min.max(first + days)));
            }
            if let (Some(Lapse::Days(days)), Some(last)) = (relation.at_most, last) {
                max = Some(max.map_or(last + days, |max| max.min(last + days)));
            }
        }
        (min, max)
    }

    /// The least and the most ticks from one event to another; `None` where either may be arbitrarily early or late.
    #[must_use]
    pub fn apart(&self, from: EventId, to: EventId) -> Option<(i64, i64)> {
        let (start, end) = (self.points[from.index()]?, self.points[to.index()]?);
        let mut chronology = self.chronology.clone()?;
        let ((first, last), (out, gone)) = (self.bounds(from), self.bounds(to));
        let (least, most) = (out? - last?, gone? - first?);
        let mut may = |bound: Constraint| chronology.possible(&Condition::Holds(bound)).unwrap_or(true);
        // What else is said of both, as that one comes so long after the other, narrows what their days leave.
        let nearest = first_where(least, most, |ticks| may(Constraint::at_most_after(start, end, ticks)));
        let farthest = -first_where(-most, -least, |ticks| may(Constraint::at_least_after(start, end, -ticks)));
        Some((nearest, farthest))
    }

    /// The statements that a bound of an event rests on.
    #[must_use]
    pub fn rests_on(&self, event: EventId, bound: Bound) -> Vec<&Said> {
        match (&self.chronology, self.points[event.index()]) {
            (Some(chronology), Some(point)) => {
                chronology.explain(point, bound).into_iter().filter_map(|id| self.said.get(id.0 as usize)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The chronology in which everything happens as early as it can.
    pub fn earliest(&mut self) -> Option<Scenario> {
        let horizon = self.horizon;
        self.chronology.as_mut()?.earliest(horizon).ok()
    }

    /// Contradictory dates as diagnostics that name each statement: one for each contradiction that is left when the
    /// statements of those before it are dropped.
    #[must_use]
    pub fn diagnostics(&self, model: &Model) -> Vec<Diagnostic> {
        let mut dropped = BTreeSet::new();
        let mut found = Vec::new();
        let mut next = self.contradiction.clone();
        while let Some(ids) = next.filter(|_| found.len() < MOST_CONTRADICTIONS) {
            found.push(self.contradictory(model, &ids));
            let known = dropped.len();
            dropped.extend(ids);
            next = if dropped.len() > known { date_without(model, &dropped).contradiction } else { None };
        }
        found
    }

    fn contradictory(&self, model: &Model, ids: &[ConstraintId]) -> Diagnostic {
        let mut diagnostic = Diagnostic::error("contradictory-dates", "these statements about days cannot all be true");
        for id in ids {
            let Some(said) = self.said.get(id.0 as usize) else { continue };
            let origin = &model.origins[model.events[said.event.index()].origin.index()];
            if diagnostic.headings.is_empty() {
                diagnostic = diagnostic.headings(&origin.headings);
            }
            let line = if said.span == Span::default() { origin.span } else { said.span };
            diagnostic = diagnostic.label(origin.file, first_line(model, origin.file, line), said.text.clone());
        }
        let said = |id: &ConstraintId| self.said.get(id.0 as usize).and_then(|it| it.text.strip_prefix("after "));
        if let Some(name) = ids.iter().find_map(said) {
            return diagnostic.help(format!(
                "drop or widen any one of them; `after` means another day: for the same day write `then {name}` (or `not before {name}`) in the \
                 place of `after {name}`",
            ));
        }
        diagnostic.help("drop or widen any one of them; the others are then consistent")
    }
}

/// The most contradictions of dates that are told of at once.
const MOST_CONTRADICTIONS: usize = 8;

/// The first line of a span.
fn first_line(model: &Model, file: servanda_diagnostics::FileId, span: Span) -> Span {
    let Some(file) = model.files.get(file) else { return span };
    let text = span.of(&file.text);
    let length = text.find('\n').unwrap_or(text.len());
    Span { start: span.start, end: span.start + length as u32 }
}

/// The first number from `least` to `most` at which something is so that is so of all later ones, too.
fn first_where(least: i64, most: i64, mut is_so: impl FnMut(i64) -> bool) -> i64 {
    let (mut low, mut high) = (least, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_so(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
