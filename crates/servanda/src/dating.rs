//! The chronology of a dossier: its events as points, what it says of their days as constraints.

use std::collections::HashMap;

use servanda_calendar::Day;
use servanda_chronology::{
    Bound, Chronology, ChronologyError, Constraint, ConstraintId, Horizon, Monotone, Network, Point, Relation,
    Scenario, Shift,
};
use servanda_diagnostics::{Diagnostic, Span};
use servanda_model::{Clock, EntityId, EventId, Lapse, Model, Standing};

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
}

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
struct Months(i64);

impl Monotone for Months {
    fn at(&self, tick: i64) -> i64 {
        Day(tick).add_months(self.0).0
    }

    fn offsets(&self) -> Option<(i64, i64)> {
        let (short, long) = (self.0.saturating_mul(28), self.0.saturating_mul(31));
        Some((short.min(long) - 3, short.max(long) + 3))
    }

    fn period(&self) -> Option<i64> {
        Some(146_097)
    }
}

/// Draws every conclusion from what the dossier says about days.
#[must_use]
pub fn date(model: &Model) -> Dating {
    let mut network = Network::new();
    let points: Vec<Option<Point>> =
        model.events.iter().map(|event| (event.standing == Standing::Stated).then(|| network.add_point())).collect();
    let mut said = Vec::new();
    let mut failed: Option<Vec<ConstraintId>> = None;
    let mut add = |network: &mut Network, event: usize, span: Span, text: String, constraint: Constraint| {
        let id = ConstraintId(said.len() as u32);
        said.push(Said { event: EventId::from_index(event), span, text });
        if network.add(id, constraint).is_err() {
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
            for constraint in constraints(other, point, relation.at_least, relation.at_most) {
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
    Dating { chronology, contradiction, points, said, horizon }
}

fn constraints(other: Point, point: Point, at_least: Option<Lapse>, at_most: Option<Lapse>) -> Vec<Constraint> {
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
            all.push(Constraint::Moved { from: other, to: point, by: Shift::new(Months(n)), relation });
        }
    }
    all
}

impl Dating {
    /// The first and last day that an event can be on.
    #[must_use]
    pub fn bounds(&self, event: EventId) -> (Option<i64>, Option<i64>) {
        match (&self.chronology, self.points[event.index()]) {
            (Some(chronology), Some(point)) => chronology.bounds(point),
            _ => (None, None),
        }
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

    /// Contradictory dates as a diagnostic that names each statement.
    #[must_use]
    pub fn diagnostic(&self, model: &Model) -> Option<Diagnostic> {
        let ids = self.contradiction.as_ref()?;
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
        Some(diagnostic.help("drop or widen any one of them; the others are then consistent"))
    }
}

/// The first line of a span.
fn first_line(model: &Model, file: servanda_diagnostics::FileId, span: Span) -> Span {
    let Some(file) = model.files.get(file) else { return span };
    let text = span.of(&file.text);
    let length = text.find('\n').unwrap_or(text.len());
    Span { start: span.start, end: span.start + length as u32 }
}

/// Whether ticks are days.
#[must_use]
pub fn in_days(model: &Model) -> bool {
    model.program.clock == Clock::Days
}
