//! Which orders of days a history hangs on, where some events may be on other days as well.

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::ArithOp;

use crate::format::{From, Instant};
use crate::value::{Val, negative};

/// Ticks that are not the same in all chronologies, and the orders that were looked at.
#[derive(Default)]
pub(crate) struct Moving {
    /// Events that are not on the same day in all chronologies.
    pub(crate) loose: BTreeSet<u32>,
    /// The day of the moment, if it moves.
    pub(crate) now: Option<Instant>,
    ticks: BTreeMap<i64, Instant>,
    fixed: BTreeSet<i64>,
    /// The orders of the moments gone through, and those looked at in this one.
    pub(crate) orders: BTreeSet<(Instant, Instant)>,
    pub(crate) fresh: BTreeSet<(Instant, Instant)>,
}

impl Moving {
    pub(crate) fn new(loose: &BTreeSet<u32>) -> Moving {
        Moving { loose: loose.clone(), ..Moving::default() }
    }

    /// What a tick is.
    pub(crate) fn instant(&self, tick: i64) -> Instant {
        self.ticks.get(&tick).cloned().unwrap_or_else(|| Instant::on(tick))
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
    fn name(&mut self, tick: i64, instant: &Instant) {
        let known = self.ticks.entry(tick).or_insert_with(|| instant.clone()).clone();
        self.hangs_on(&known, instant);
    }

    /// The program names a value.
    pub(crate) fn named(&mut self, value: Val) {
        if let Val::Tick(tick) = value {
            self.fixed.insert(tick);
        }
    }

    /// The day of the moment is used as a value.
    pub(crate) fn today(&mut self, tick: i64) {
        match self.now.clone() {
            Some(now) => self.name(tick, &now),
            None => self.named(Val::Tick(tick)),
        }
    }

    /// Two values are compared: what comes of it hangs on their order.
    pub(crate) fn compared(&mut self, a: Val, b: Val) {
        if let (Val::Tick(a), Val::Tick(b)) = (a, b)
            && a != b
        {
            self.hangs_on(&self.instant(a), &self.instant(b));
        }
    }

    /// Each of these is compared with each.
    pub(crate) fn all_compared(&mut self, values: impl Iterator<Item = Val>) {
        let mut days: Vec<Val> = values.filter(|value| matches!(value, Val::Tick(_))).collect();
        days.sort_unstable();
        days.windows(2).for_each(|pair| self.compared(pair[0], pair[1]));
    }

    /// A value must stay what it is.
    pub(crate) fn stays(&mut self, value: Val) {
        if let Val::Tick(tick) = value {
            self.hangs_on(&self.instant(tick), &Instant::on(tick));
        }
    }

    /// What arithmetic gave, of what.
    pub(crate) fn worked_out(&mut self, value: Option<Val>, a: Val, op: ArithOp, b: Val) {
        let before = if let Val::Tick(a) = a { self.ticks.get(&a).cloned() } else { None };
        let time = if op == ArithOp::Minus { negative(b) } else { Some(b) };
        match (value, before, time) {
            (Some(Val::Tick(tick)), Some(before), Some(time)) => self.name(tick, &before.after(time)),
            (Some(day @ Val::Tick(_)), None, _) => self.named(day),
            _ => [a, b].into_iter().for_each(|it| self.stays(it)),
        }
    }

    /// A moment has been gone through: what it hangs on counts.
    pub(crate) fn keep(&mut self) {
        self.orders.extend(std::mem::take(&mut self.fresh));
    }

    /// At the end, what is also a fixed tick must stay there.
    pub(crate) fn finish(&mut self) {
        let both: Vec<i64> = self.fixed.iter().copied().filter(|tick| self.ticks.contains_key(tick)).collect();
        both.into_iter().for_each(|tick| self.stays(Val::Tick(tick)));
        self.keep();
    }
}
