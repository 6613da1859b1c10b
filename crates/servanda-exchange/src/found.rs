//! What the engine finds, on its way to whoever writes it.

use servanda_engine::{Closed, Contradiction, Sink};
use servanda_model::Value;

use crate::batch::Findings;

/// An interval. Its arguments stand beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) value: Value,
    /// [`BEGINNING`] for the beginning of time.
    pub(crate) since: i64,
    /// [`OPEN`], [`FORGOTTEN`] and [`BROKEN`] say something else than when it ended.
    pub(crate) until: i64,
    args: u32,
    pub(crate) fluent: u32,
}

pub(crate) const BEGINNING: i64 = i64::MIN;
/// It has not ended.
pub(crate) const OPEN: i64 = i64::MAX;
/// It ends with whatever happens to the instance next, which the engine does not know any more.
pub(crate) const FORGOTTEN: i64 = i64::MAX - 1;
/// It is no interval: at the tick `since` the instance has no value.
pub(crate) const BROKEN: i64 = i64::MIN;

/// Intervals in the order in which they were found.
#[derive(Clone, Default, Debug)]
pub(crate) struct Rows {
    intervals: Vec<Interval>,
    args: Vec<Value>,
}

impl Rows {
    #[inline]
    pub(crate) fn push(&mut self, fluent: u32, args: &[Value], value: Value, since: i64, until: i64) {
        self.intervals.push(Interval { value, since, until, args: self.args.len() as u32, fluent });
        // Few are copied one by one, in less time than a call takes.
        match *args {
            [a] => self.args.push(a),
            [a, b] => self.args.extend_from_slice(&[a, b]),
            [a, b, c] => self.args.extend_from_slice(&[a, b, c]),
            _ => self.args.extend_from_slice(args),
        }
    }

    /// Each with its arguments.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Interval, &[Value])> {
        let ends = self.intervals.iter().skip(1).map(|next| next.args as usize).chain([self.args.len()]);
        self.intervals.iter().zip(ends).map(|(it, end)| (it, &self.args[it.args as usize..end]))
    }

    pub(crate) fn clear(&mut self) {
        self.intervals.clear();
        self.args.clear();
    }
}

/// An interval, and its arguments.
type Row<'r> = (&'r Interval, &'r [Value]);

/// How the rows of several parts are brought in one order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum By {
    /// Tick by tick as they are told, and those of one tick part by part.
    Tick,
    /// By fluent and arguments.
    Instance,
}

/// Hands over what was found in all parts, each of which has its rows in this order.
pub(crate) fn in_order<E>(
    findings: &[Findings],
    by: By,
    each: impl FnMut(&Interval, &[Value]) -> Result<(), E>,
) -> Result<(), E> {
    // What is told while it is open has begun at that tick.
    let tick = |(it, _): &Row<'_>| if it.until == OPEN { it.since } else { it.until };
    match by {
        By::Tick => merge(findings, |row| tick(&row), each),
        By::Instance => merge(findings, |(it, args)| (it.fluent, args), each),
    }
}

#[inline]
fn merge<'f, K: Ord, E>(
    findings: &'f [Findings],
    key: impl Fn(Row<'f>) -> K,
    mut each: impl FnMut(&Interval, &[Value]) -> Result<(), E>,
) -> Result<(), E> {
    if let [only] = findings {
        return only.rows.iter().try_for_each(|(it, args)| each(it, args));
    }
    let mut parts: Vec<_> = findings.iter().map(|it| it.rows.iter().peekable()).collect();
    loop {
        let heads = parts.iter_mut().enumerate().filter_map(|(part, rows)| Some((key(*rows.peek()?), part)));
        let Some((first, part)) = heads.min() else { return Ok(()) };
        while let Some((it, args)) = parts[part].next_if(|row| key(*row) == first) {
            each(it, args)?;
        }
    }
}

/// Takes what the engine finds.
#[derive(Clone, Default)]
pub(crate) struct Found {
    /// For each fluent whether it is written.
    written: Vec<bool>,
    /// For each fluent whether what breaks off without another value has to be told, since values of it are forgotten.
    breaks: Vec<bool>,
    /// For each fluent whether nothing is said of it, since another part says it.
    is_silent: Vec<bool>,
    pub(crate) rows: Rows,
    pub(crate) contradictions: Vec<Contradiction>,
    pub(crate) contradiction_count: u64,
}

impl Found {
    pub(crate) const MOST_CONTRADICTIONS: usize = 20;

    /// Where `breaks` says nothing of a fluent, intervals that are forgotten count as open.
    pub(crate) fn new(written: Vec<bool>, breaks: Vec<bool>) -> Found {
        Found { written, breaks, ..Found::default() }
    }

    /// Says nothing of the fluents that do not pass a test.
    pub(crate) fn only(mut self, tells: impl Fn(usize) -> bool) -> Found {
        self.is_silent = (0..self.written.len()).map(|fluent| !tells(fluent)).collect();
        for (written, is_silent) in self.written.iter_mut().zip(&self.is_silent) {
            *written &= !is_silent;
        }
        self
    }

    #[inline]
    fn keep(&mut self, it: &Closed<'_>, until: i64) {
        if self.written[it.fluent.index()] {
            self.rows.push(it.fluent.0, it.args, it.value, it.since.unwrap_or(BEGINNING), until);
        }
    }

    fn tells_breaks(&self, fluent: usize) -> bool {
        self.breaks.get(fluent).copied().unwrap_or(false)
    }
}

impl Sink for Found {
    #[inline]
    fn interval(&mut self, it: &Closed<'_>) {
        self.keep(it, it.until.unwrap_or(OPEN));
    }

    #[inline]
    fn forgotten(&mut self, it: &Closed<'_>) {
        let until = if self.tells_breaks(it.fluent.index()) { FORGOTTEN } else { OPEN };
        self.keep(it, until);
    }

    fn contradiction(&mut self, contradiction: Contradiction) {
        if self.is_silent.get(contradiction.fluent.index()) == Some(&true) {
            return;
        }
        if let (Some(tick), true) = (contradiction.tick, self.tells_breaks(contradiction.fluent.index())) {
            self.rows.push(contradiction.fluent.0, &contradiction.args, Value::TRUE, tick, BROKEN);
        }
        self.contradiction_count += 1;
        if self.contradictions.len() < Found::MOST_CONTRADICTIONS {
            self.contradictions.push(contradiction);
        }
    }
}
