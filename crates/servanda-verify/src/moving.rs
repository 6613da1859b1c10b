//! Which orders of days a history hangs on, where some events may be on other days as well.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::ArithOp;
use servanda_proof::{Filling, From, Instant, Orders, Val};

use crate::value::negative;

/// Ticks that are not the same in all chronologies, and the orders that were looked at.
#[derive(Default)]
pub(crate) struct Moving {
    /// Events that are not on the same day in all chronologies.
    pub(crate) loose: BTreeSet<u32>,
    /// Which instant each tick is that is a value of something.
    ticks: RefCell<BTreeMap<i64, Instant>>,
    /// What was looked at since the last moment that counts.
    pub(crate) fresh: RefCell<Orders>,
}

impl Moving {
    /// Whether an instant is not on the same day in all chronologies.
    pub(crate) fn moves(&self, at: &Instant) -> bool {
        matches!(at.from, From::Event(tag) if self.loose.contains(&tag))
    }

    /// What is gone through hangs on the order of two instants.
    pub(crate) fn hangs_on(&self, a: &Instant, b: &Instant) {
        if a != b && (self.moves(a) || self.moves(b)) {
            self.fresh.borrow_mut().insert((a.min(b).clone(), a.max(b).clone()));
        }
    }

    /// The value that a tick is, which is this instant; if it is another as well, they must stay together.
    pub(crate) fn name(&self, tick: i64, instant: Instant) -> Val {
        let instant = if self.moves(&instant) { instant } else { Instant::of(From::Tick(tick)) };
        let known = self.ticks.borrow_mut().entry(tick).or_insert_with(|| instant.clone()).clone();
        self.hangs_on(&known, &instant);
        Val::Tick(tick)
    }

    /// A value that is the same in all chronologies.
    pub(crate) fn fixed(&self, value: Val) -> Val {
        if let Val::Tick(tick) = value { self.name(tick, Instant::of(From::Tick(tick))) } else { value }
    }

    /// Which instant a tick is.
    pub(crate) fn instant(&self, tick: i64) -> Instant {
        self.ticks.borrow().get(&tick).cloned().unwrap_or(Instant::of(From::Tick(tick)))
    }

    /// Values are compared with each other: what comes of it hangs on their order.
    pub(crate) fn compared(&self, values: impl IntoIterator<Item = Val>) {
        let days: BTreeSet<i64> = values.into_iter().filter_map(Val::tick).collect();
        for (a, b) in days.iter().zip(days.iter().skip(1)) {
            self.hangs_on(&self.instant(*a), &self.instant(*b));
        }
    }

    /// Fillings are told apart.
    pub(crate) fn distinct(&self, all: Vec<Filling>) -> BTreeSet<Filling> {
        for var in all.iter().skip(1).flat_map(Filling::vars).collect::<BTreeSet<_>>() {
            self.compared(all.iter().filter_map(|filling| filling.get(var)));
        }
        all.into_iter().collect()
    }

    /// Values must stay what they are.
    pub(crate) fn stay(&self, values: impl IntoIterator<Item = Val>) {
        for tick in values.into_iter().filter_map(Val::tick) {
            self.hangs_on(&self.instant(tick), &Instant::of(From::Tick(tick)));
        }
    }

    /// What arithmetic gave, of what.
    pub(crate) fn worked_out(&self, value: Option<Val>, a: Val, op: ArithOp, b: Val) -> Option<Val> {
        let time = if op == ArithOp::Minus { negative(b) } else { Some(b) };
        match (value, a, time) {
            (Some(Val::Tick(tick)), Val::Tick(a), Some(time)) => _ = self.name(tick, self.instant(a).after(time)),
            _ => self.stay([a, b]),
        }
        value
    }
}
