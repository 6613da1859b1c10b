//! Which orders of days a history hangs on, where some events may be on other days as well.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::ArithOp;
use servanda_proof::{From, Instant, Val};

use crate::value::negative;

/// Pairs of instants.
pub type Orders = BTreeSet<(Instant, Instant)>;

/// Ticks that are not the same in all chronologies, and the orders that were looked at.
#[derive(Default)]
pub(crate) struct Moving {
    /// Events that are not on the same day in all chronologies.
    pub(crate) loose: BTreeSet<u32>,
    /// The tick of the moment, and which instant it is.
    pub(crate) now: Option<(i64, Instant)>,
    /// Which instant each tick is that is a value of something.
    ticks: BTreeMap<i64, Instant>,
    /// What was looked at since the last moment that counts.
    pub(crate) fresh: Orders,
}

impl Moving {
    pub(crate) fn new(loose: &BTreeSet<u32>) -> Moving {
        Moving { loose: loose.clone(), ..Moving::default() }
    }

    /// Whether an instant is not on the same day in all chronologies.
    pub(crate) fn moves(&self, at: &Instant) -> bool {
        matches!(at.from, From::Event(tag) if self.loose.contains(&tag))
    }

    /// What is gone through hangs on the order of two instants.
    pub(crate) fn hangs_on(&mut self, a: &Instant, b: &Instant) {
        if a != b && (self.moves(a) || self.moves(b)) {
            self.fresh.insert((a.min(b).clone(), a.max(b).clone()));
        }
    }

    /// A tick is this instant; if it is another as well, they must stay together.
    pub(crate) fn name(&mut self, tick: i64, instant: Option<Instant>) {
        let instant = instant.filter(|it| self.moves(it)).unwrap_or(Instant::of(From::Tick(tick)));
        let known = self.ticks.entry(tick).or_insert_with(|| instant.clone()).clone();
        self.hangs_on(&known, &instant);
    }

    /// Which instant a tick is.
    pub(crate) fn instant(&self, tick: i64) -> Instant {
        self.ticks.get(&tick).cloned().unwrap_or(Instant::of(From::Tick(tick)))
    }

    /// The day of the moment, as a value.
    pub(crate) fn today(&mut self) -> Option<Val> {
        let (tick, at) = self.now.clone()?;
        self.name(tick, Some(at));
        Some(Val::Tick(tick))
    }

    /// A value is compared with others: what comes of it hangs on their order.
    pub(crate) fn compared(&mut self, values: impl IntoIterator<Item = Val>) {
        let days = values.into_iter().filter_map(|it| if let Val::Tick(tick) = it { Some(tick) } else { None });
        let days: BTreeSet<i64> = days.collect();
        for (a, b) in days.iter().zip(days.iter().skip(1)) {
            self.hangs_on(&self.instant(*a), &self.instant(*b));
        }
    }

    /// A value must stay what it is.
    pub(crate) fn stays(&mut self, value: Val) {
        if let Val::Tick(tick) = value {
            self.hangs_on(&self.instant(tick), &Instant::of(From::Tick(tick)));
        }
    }

    /// What arithmetic gave, of what.
    pub(crate) fn worked_out(&mut self, value: Option<Val>, a: Val, op: ArithOp, b: Val) {
        let time = if op == ArithOp::Minus { negative(b) } else { Some(b) };
        match (value, a, time) {
            (Some(Val::Tick(tick)), Val::Tick(a), Some(time)) => self.name(tick, Some(self.instant(a).after(time))),
            _ => [a, b].into_iter().for_each(|it| self.stays(it)),
        }
    }
}
