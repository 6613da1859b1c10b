//! Runs the rules over the rows of one part of the instances.

use servanda_engine::{Contradiction, Engine};
use servanda_model::{ActionId, FluentId, Kinded, NumberRange, Occurrence, Value};

use crate::batch::{Batch, Findings, Standing};
use crate::found::{Found, Rows};
use crate::shares::Shares;

/// What does not change while it runs, and is the same for all parts.
pub(crate) struct Plan {
    pub(crate) shares: Shares,
    /// Of each action.
    pub(crate) arity: Vec<usize>,
    pub(crate) until: i64,
}

pub(crate) struct Runner<'c> {
    plan: &'c Plan,
    /// Which part, and whether there are others.
    part: usize,
    engine: Engine<'c, Found>,
    /// What the rules' own files state to have happened, in order.
    told: Vec<Occurrence>,
    next_told: usize,
}

impl<'c> Runner<'c> {
    /// Goes on after so many of the occurrences that are told.
    pub(crate) fn new(
        plan: &'c Plan,
        part: usize,
        mut engine: Engine<'c, Found>,
        forgets: &[Vec<Value>],
        told: &[Occurrence],
        next_told: usize,
    ) -> Runner<'c> {
        engine.forget(forgets.to_vec());
        let told = told.iter().filter(|it| plan.shares.hears(part, &it.what)).cloned().collect();
        Runner { plan, part, engine, told, next_told }
    }

    /// Takes in what of a batch is for this part.
    pub(crate) fn work(&mut self, batch: &Batch, findings: &mut Findings) {
        match batch.parts.get(self.part) {
            Some(part) => {
                let mut grants = part.grants.iter().peekable();
                for (at, event) in part.events.iter().enumerate() {
                    while let Some(grant) = grants.next_if(|grant| grant.row <= at) {
                        self.grant(batch, grant.grant, Some(grant.after));
                    }
                    self.take_in(event.tick, event.action, event.at, batch);
                }
                grants.for_each(|grant| self.grant(batch, grant.grant, Some(grant.after)));
                self.catch_up(batch.newest);
            }
            None => {
                let mut grants = (0..batch.grants.len()).peekable();
                for (at, event) in batch.events.iter().enumerate() {
                    while let Some(grant) = grants.next_if(|&grant| batch.grants[grant].row <= at) {
                        self.grant(batch, grant, None);
                    }
                    self.take_in(event.tick, event.action, event.at, batch);
                }
                grants.for_each(|grant| self.grant(batch, grant, None));
            }
        }
        self.hand_over(findings);
        findings.standing = batch.mark.is_some().then(|| self.standing());
    }

    #[inline]
    fn take_in(&mut self, tick: i64, action: u32, at: u32, batch: &Batch) {
        if self.told.get(self.next_told).is_some_and(|told| told.tick <= tick) {
            self.tell(tick);
        }
        let args = &batch.values[at as usize..][..self.plan.arity[action as usize]];
        self.engine
            .action(tick, 0, ActionId(action), args)
            .expect("rows are in order and fit the actions they are bound to");
    }

    /// What came before the row that a thing is granted a kind in does not know of it: where other parts have rows in
    /// between, up to the tick `after`.
    fn grant(&mut self, batch: &Batch, at: usize, after: Option<i64>) {
        let grant = &batch.grants[at];
        if let Some(after) = after.filter(|&after| !grant.is_new && after != i64::MIN) {
            self.catch_up(after);
        }
        self.engine.set_kinds(grant.entity, &grant.kinds);
    }

    /// Goes on to a tick that some part has a row of.
    fn catch_up(&mut self, tick: i64) {
        self.tell(tick);
        self.engine.reach(tick).expect("rows are in order");
    }

    /// Takes in what the rules' own files say to have happened up to a tick.
    fn tell(&mut self, tick: i64) {
        while let Some(told) = self.told.get(self.next_told).filter(|told| told.tick <= tick) {
            self.engine.push(told).expect("statements are in order and were read with the vocabulary");
            self.next_told += 1;
        }
    }

    /// Puts what was found where whoever writes it takes it from.
    fn hand_over(&mut self, findings: &mut Findings) {
        findings.rows.clear();
        std::mem::swap(&mut findings.rows, &mut self.engine.sink_mut().rows);
        findings.ranges = self.ranges_in(&findings.rows);
    }

    /// The ranges there are, if a row has one: arithmetic may have made some.
    fn ranges_in(&self, rows: &Rows) -> Option<Vec<NumberRange>> {
        if !self.engine.has_ranges() {
            return None;
        }
        let is_range = |value: Value| matches!(value.kinded(), Kinded::Range(_));
        rows.iter().any(|(row, _)| is_range(row.value)).then(|| self.engine.ranges())
    }

    /// How many contradictions were found, and the first of them.
    pub(crate) fn contradictions(&self) -> (u64, &[Contradiction]) {
        let sink = self.engine.sink();
        (sink.contradiction_count, &sink.contradictions)
    }

    pub(crate) fn kept(&self) -> usize {
        self.engine.kept_of(|FluentId(fluent)| self.plan.shares.tells(self.part, fluent as usize))
    }

    fn standing(&self) -> Standing {
        let mut engine = Vec::new();
        self.engine.save(&mut engine).expect("memory takes whatever is written");
        let (contradictions, contradicted) = self.contradictions();
        Standing { next_told: self.next_told, contradictions, contradicted: contradicted.to_vec(), engine }
    }

    /// Takes in what is still told; gives the tick of the last that was.
    pub(crate) fn tell_all(&mut self) -> Option<i64> {
        self.tell(self.plan.until);
        self.told[..self.next_told].last().map(|told| told.tick)
    }

    /// Goes on to the last tick that is looked at, and says what has ended by then.
    pub(crate) fn settle(&mut self, end: i64) -> Findings {
        self.engine.settle(end);
        let mut findings = Findings::default();
        self.hand_over(&mut findings);
        findings
    }

    /// What is open at the end.
    pub(crate) fn end(&mut self, end: i64) -> Findings {
        self.engine.end(end);
        let mut findings = Findings::default();
        self.hand_over(&mut findings);
        findings
    }
}
