//! Totals of aggregates, kept up change by change (see `compile/totals.rs`).
//!
//! A total is known after the moment and before it. What cannot be taken away again (ranges, values that are missing or
//! no numbers, sums that grew too long) is only counted: as long as there is any, the aggregate is worked out afresh.
//! Where derivations or what is read are recorded there are no totals.

use std::collections::BTreeMap;

use hashbrown::HashTable;
use servanda_model::{AggregateOp, ArithOp, Clock, Number, Value};

use crate::amount::{self, Amount};
use crate::compile::totals::{Change, TotalPlan};
use crate::exec::View;
use crate::hash;
use crate::moment::Touch;
use crate::sink::Sink;
use crate::state::{ABSENT, At};
use crate::sweep::Sweep;

/// What a total comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Sum {
    /// How many fillings there are.
    count: u64,
    /// How many of them cannot be taken away again.
    odd: u64,
    /// The sum, or the least or greatest; what it is where some are odd means nothing.
    number: Option<Number>,
}

const NOTHING: Sum = Sum { count: 0, odd: 0, number: None };

#[derive(Clone, Debug)]
struct Total {
    after: Sum,
    /// Before the moment in which it was last changed.
    before: Sum,
    /// That moment.
    moment: u64,
    /// Of a least or greatest: every number, and how often.
    all: BTreeMap<Number, u64>,
}

/// All totals of one aggregate.
#[derive(Debug)]
pub(crate) struct Totals {
    op: AggregateOp,
    width: usize,
    find: HashTable<u32>,
    keys: Vec<Value>,
    totals: Vec<Total>,
    free: Vec<u32>,
    /// The moment up to which they are worked out, and those that were changed in it.
    moment: u64,
    changed: Vec<u32>,
}

impl Totals {
    fn new(plan: &TotalPlan) -> Totals {
        Totals {
            op: plan.op,
            width: plan.key,
            find: HashTable::new(),
            keys: Vec::new(),
            totals: Vec::new(),
            free: Vec::new(),
            moment: 0,
            changed: Vec::new(),
        }
    }

    fn key(&self, at: u32) -> &[Value] {
        &self.keys[at as usize * self.width..][..self.width]
    }

    /// What the aggregate comes to; nothing where it has to be worked out.
    #[inline]
    pub(crate) fn read(&self, key: impl Iterator<Item = Value> + Clone, at: At, moment: u64) -> Option<Option<Amount>> {
        let hash = key.clone().fold(hash::begin(), hash::mix);
        let found = self.find.find(hash, |&total| self.key(total).iter().copied().eq(key.clone()));
        let sum = found.map_or(NOTHING, |&total| self.totals[total as usize].at(at, moment));
        if sum.odd > 0 {
            return None;
        }
        Some(match self.op {
            AggregateOp::Count => i64::try_from(sum.count).ok().map(|count| Amount::Number(Number::whole(count))),
            AggregateOp::Sum => Some(sum.number.map_or(Amount::ZERO, Amount::Number)),
            AggregateOp::Least | AggregateOp::Greatest => sum.number.map(Amount::Number),
        })
    }

    /// Those that are other than before this moment.
    pub(crate) fn changed(&self, moment: u64) -> impl Iterator<Item = &[Value]> {
        let changed = if self.moment == moment { self.changed.as_slice() } else { &[] };
        let is_other = |total: &Total| total.before != total.after || total.after.odd > 0;
        changed.iter().filter(move |&&at| is_other(&self.totals[at as usize])).map(|&at| self.key(at))
    }

    /// Drops those that are empty.
    fn begin(&mut self, moment: u64) {
        self.moment = moment;
        while let Some(at) = self.changed.pop() {
            if self.totals[at as usize].after.count > 0 {
                continue;
            }
            let hash = hash::hash_all(self.key(at));
            if let Ok(entry) = self.find.find_entry(hash, |&other| other == at) {
                entry.remove();
            }
            self.free.push(at);
        }
    }

    fn find_or_insert(&mut self, key: &[Value]) -> u32 {
        let hash = hash::hash_all(key);
        if let Some(&at) = self.find.find(hash, |&at| self.key(at) == key) {
            return at;
        }
        let fresh = Total { after: NOTHING, before: NOTHING, moment: 0, all: BTreeMap::new() };
        let at = match self.free.pop() {
            Some(at) => {
                self.totals[at as usize] = fresh;
                at
            }
            None => {
                self.totals.push(fresh);
                self.keys.resize(self.keys.len() + self.width, ABSENT);
                self.totals.len() as u32 - 1
            }
        };
        let Totals { find, keys, width, .. } = self;
        keys[at as usize * *width..][..*width].copy_from_slice(key);
        find.insert_unique(hash, at, |&at| hash::hash_all(&keys[at as usize * *width..][..*width]));
        at
    }

    /// Adds a filling, or takes it away again.
    fn put(&mut self, key: &[Value], of: Option<Amount>, adds: bool) {
        let at = self.find_or_insert(key);
        let total = &mut self.totals[at as usize];
        if total.moment != self.moment {
            total.moment = self.moment;
            total.before = total.after;
            self.changed.push(at);
        }
        total.put(self.op, of, adds);
    }
}

impl Total {
    #[inline]
    fn at(&self, at: At, moment: u64) -> Sum {
        if at == At::Before && self.moment == moment { self.before } else { self.after }
    }

    fn put(&mut self, op: AggregateOp, of: Option<Amount>, adds: bool) {
        let one = |count: u64| if adds { count + 1 } else { count.saturating_sub(1) };
        self.after.count = one(self.after.count);
        match (op, of) {
            (AggregateOp::Count, _) => {}
            (_, None | Some(Amount::Range(_) | Amount::Other(_))) => self.after.odd = one(self.after.odd),
            (AggregateOp::Sum, Some(Amount::Number(number))) => self.add(number, adds),
            (AggregateOp::Least | AggregateOp::Greatest, Some(Amount::Number(number))) => {
                let times = self.all.entry(number).or_default();
                *times = one(*times);
                if *times == 0 {
                    self.all.remove(&number);
                }
                let extreme =
                    if op == AggregateOp::Least { self.all.first_key_value() } else { self.all.last_key_value() };
                self.after.number = extreme.map(|(number, _)| *number);
            }
        }
        if self.after.count == 0 {
            self.after = NOTHING;
        }
    }

    fn add(&mut self, number: Number, adds: bool) {
        let op = if adds { ArithOp::Plus } else { ArithOp::Minus };
        let so_far = Amount::Number(self.after.number.unwrap_or(Number::whole(0)));
        match amount::arithmetic(Clock::Integers, op, so_far, Amount::Number(number)) {
            Some(Amount::Number(sum)) if Value::number(sum).is_some() => self.after.number = Some(sum),
            // Too long to be followed; it stays so until there is nothing left.
            _ => self.after.odd += 1 << 32,
        }
    }
}

impl Change {
    /// Whether one of the instances at the places before has changed, too.
    fn is_counted_earlier(&self, view: &View<'_>, frame: &[Value], moment: u64) -> bool {
        self.earlier.iter().any(|(fluent, key)| {
            let table = &view.tables[*fluent as usize];
            if table.active.is_empty() {
                return false;
            }
            let hash = key.iter().fold(hash::begin(), |hash, arg| hash::mix(hash, arg.value(frame)));
            let same = |other: &[Value]| key.iter().zip(other).all(|(arg, value)| arg.value(frame) == *value);
            table.find_by(hash, same).is_some_and(|slot| {
                let cell = table.cell(slot);
                let touch: Option<&Touch> = view.touches.get(cell.touch as usize);
                touch.is_some_and(|touch| touch.moment == moment && touch.before != cell.value)
            })
        })
    }
}

impl<S: Sink, const R: bool> Sweep<'_, S, R> {
    /// From now on, keeps the totals of aggregates.
    pub(crate) fn keep_totals(&mut self) {
        self.totals = self.compiled.totals.iter().map(Totals::new).collect();
        for id in 0..self.totals.len() {
            self.count_again(id);
        }
    }

    /// After entities have become something else: of totals that mind, and of what is followed change by change.
    pub(crate) fn kinds_changed(&mut self) {
        self.stale.fill(true);
        for id in 0..self.totals.len() {
            if self.compiled.totals[id].minds_kinds {
                self.totals[id] = Totals::new(&self.compiled.totals[id]);
                self.count_again(id);
            }
        }
    }

    fn count_again(&mut self, id: usize) {
        let plan = &self.compiled.totals[id];
        let mut totals = Totals::new(plan);
        let mut frame = self.take_frame(plan.vars);
        let view = self.view(At::Before);
        view.run(&plan.full, &mut frame, &mut |frame| {
            let of = view.amount_of(plan, frame);
            totals.put(&frame[..plan.key], of, true);
            false
        });
        self.frame = frame;
        totals.changed.clear();
        self.totals[id] = totals;
    }

    /// Works out the totals of an aggregate after the moment. Every instance it reads must be settled.
    pub(crate) fn update_totals(&mut self, id: u32) {
        let compiled = self.compiled;
        let Some(totals) = self.totals.get_mut(id as usize).filter(|totals| totals.moment != self.moment) else {
            return;
        };
        let plan = &compiled.totals[id as usize];
        let is_touched = |change: &Change| !self.world.tables[change.fluent as usize].active.is_empty();
        if !plan.changes.iter().any(is_touched) {
            return;
        }
        let mut totals = std::mem::replace(totals, Totals::new(plan));
        totals.begin(self.moment);
        let mut frame = self.take_room(plan.vars);
        let views = [self.view(At::Before), self.view(At::After)];
        for change in &plan.changes {
            let table = &self.world.tables[change.fluent as usize];
            for &touch in &table.active {
                let Touch { slot, before, .. } = self.touches[touch as usize];
                let after = table.cell(slot).value;
                if after == before {
                    continue;
                }
                for (view, held) in views.iter().zip([before, after]) {
                    view.follow(plan, change, (table.key(slot), held), &mut frame, &mut totals);
                }
            }
        }
        self.frame = frame;
        self.totals[id as usize] = totals;
    }
}

impl View<'_> {
    /// Takes one changed instance into the totals: away as it was before the moment, and in as it is after it.
    fn follow(
        &self,
        plan: &TotalPlan,
        change: &Change,
        (key, held): (&[Value], Value),
        frame: &mut [Value],
        totals: &mut Totals,
    ) {
        if self.reads(&change.args, change.value, (key, held), frame) {
            self.run(&change.plan, frame, &mut |frame| {
                if !change.is_counted_earlier(self, frame, self.moment) {
                    let of = self.amount_of(plan, frame);
                    totals.put(&frame[..plan.key], of, self.at == At::After);
                }
                false
            });
        }
    }

    /// What a filling contributes.
    fn amount_of(&self, plan: &TotalPlan, frame: &mut [Value]) -> Option<Amount> {
        if plan.op == AggregateOp::Count {
            return None;
        }
        let number = self.plain(&plan.of, frame).map(Amount::Number);
        number.or_else(|| self.amount(&plan.of, frame))
    }
}
