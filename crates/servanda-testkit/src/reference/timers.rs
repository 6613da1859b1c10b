//! Rules 18 to 22: timers, found by looking back at what earlier moments armed.

use super::World;
use super::scene::Scene;
use super::settle::{Settled, no_instances};
use super::state::{Change, Deed, Filling, Instance, Record, Source, State, Timer, difference};
use servanda_model::{Expr, Rule, Trigger, Value, VarId};
use std::collections::BTreeSet;

/// What is due at step 0 of a tick.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Due {
    /// Which trigger of which rule is matched, and how.
    pub(crate) rules: BTreeSet<(servanda_model::RuleId, usize, Filling)>,
    /// Which deadline (by its place in its fluent's table) runs out for which instance.
    pub(crate) deadlines: BTreeSet<(usize, Instance)>,
}

impl World<'_> {
    /// Rule 18: everything due on a tick.
    pub(crate) fn due(&self, history: &[Record], tick: i64) -> Due {
        let mut due = Due::default();
        for (place, record) in history.iter().enumerate() {
            for (_, timer) in record.armed.iter().filter(|(at, _)| *at == tick) {
                self.consult(timer, record, &history[place + 1..], &mut due);
            }
        }
        due
    }

    /// Whether a timer still runs, after everything that has happened since it was armed.
    fn consult(&self, timer: &Timer, armed_at: &Record, since: &[Record], due: &mut Due) {
        match timer {
            // Rule 19: without a break; and counted from the last renewal, if it is to be counted from that.
            Timer::HasHeld { rule, trigger, filling, instance, value, since_renewed } => {
                let what = (instance.clone(), *value);
                let broken = since.iter().any(|record| record.ended.contains(&what));
                let renewed = *since_renewed && since.iter().any(|record| record.initiated.contains(&what));
                if !broken && !renewed {
                    due.rules.insert((*rule, *trigger, filling.clone()));
                }
            }
            // Rule 20: nothing cancels it.
            Timer::After { rule, trigger, filling } => {
                due.rules.insert((*rule, *trigger, filling.clone()));
            }
            // Rule 21: only what lies strictly between counts; the records end before the tick on which it is due.
            Timer::Deadline { index, instance } => {
                let deadline = &self.program.fluents[instance.fluent.index()].deadlines[*index];
                let mut between = since.iter().filter(|record| armed_at.tick < record.tick);
                let cancels = |record: &Record| {
                    breaks(record, instance, deadline.from)
                        || (deadline.renewable && record.initiated.contains(&(instance.clone(), deadline.from)))
                };
                if !between.any(cancels) {
                    due.deadlines.insert((*index, instance.clone()));
                }
            }
        }
    }

    /// The effects of the deadlines that are due. Rule 22: a renewable one gives way to a renewal at this very moment,
    /// by anything but itself.
    pub(crate) fn run_out(&self, due: &Due, before: &State, deeds: &BTreeSet<Deed>) -> BTreeSet<Deed> {
        let mut effects = BTreeSet::new();
        for (index, instance) in &due.deadlines {
            let deadline = &self.program.fluents[instance.fluent.index()].deadlines[*index];
            let source = Source::Deadline(instance.fluent, *index);
            let by_others = deeds.iter().filter(|deed| deed.source != source);
            let renewal = (instance.clone(), deadline.from);
            if deadline.renewable && self.initiations(before, by_others).contains(&renewal) {
                continue;
            }
            let change = match deadline.to {
                Some(to) => Change::Initiate(instance.clone(), to),
                None => {
                    let args = instance.args.iter().map(|arg| Some(*arg)).collect();
                    Change::End(instance.fluent, args, Some(deadline.from))
                }
            };
            effects.insert(Deed { source, change });
        }
        effects
    }

    /// The timers that a moment arms, with the ticks on which they are due.
    pub(crate) fn arm(&self, tick: i64, before: &State, settled: &Settled) -> BTreeSet<(i64, Timer)> {
        let mut armed = BTreeSet::new();
        for rule in &self.program.rules {
            for (place, trigger) in rule.triggers.iter().enumerate() {
                match trigger {
                    Trigger::HasHeld { .. } => armed.extend(self.arm_has_held(rule, place, tick, before, settled)),
                    Trigger::After { .. } => armed.extend(self.arm_after(rule, place, tick, before, settled)),
                    _ => {}
                }
            }
        }
        for (instance, value) in &settled.initiated {
            let deadlines = self.program.fluents[instance.fluent.index()].deadlines.iter().enumerate();
            for (index, deadline) in deadlines.filter(|(_, deadline)| deadline.from == *value) {
                let timer = Timer::Deadline { index, instance: instance.clone() };
                let scene = Scene { world: self, state: before, tick, vars: &[], forming: no_instances() };
                armed.extend(scene.later(tick, Value::duration(deadline.after)).map(|due| (due, timer)));
            }
        }
        // Rule 18: a timer whose time is not positive is never armed.
        armed.retain(|(due, _)| tick < *due);
        armed
    }

    /// Rule 19: from each beginning, or also from each renewal; its time is worked out in the state after it.
    fn arm_has_held(
        &self,
        rule: &Rule,
        trigger: usize,
        tick: i64,
        before: &State,
        settled: &Settled,
    ) -> Vec<(i64, Timer)> {
        let Trigger::HasHeld { pattern, time, since_renewed } = &rule.triggers[trigger] else { return Vec::new() };
        let mut from = difference(&settled.after, before);
        if *since_renewed {
            let holds = |(instance, value): &&(Instance, Value)| settled.after.get(instance) == Some(value);
            from.extend(settled.initiated.iter().filter(holds).cloned());
        }
        let scene = Scene { world: self, state: &settled.after, tick, vars: &rule.vars, forming: no_instances() };
        let timer = |(instance, value): (Instance, Value)| {
            let filling = scene.match_fluent(pattern, &instance, value, &Filling::new())?;
            let due = scene.due_after(time, &filling)?;
            let (rule, since_renewed) = (rule.id, *since_renewed);
            Some((due, Timer::HasHeld { rule, trigger, filling, instance, value, since_renewed }))
        };
        from.into_iter().filter_map(timer).collect()
    }

    /// Rule 20: from each match of the inner trigger, if `given` holds in the state before.
    fn arm_after(&self, rule: &Rule, place: usize, tick: i64, before: &State, settled: &Settled) -> Vec<(i64, Timer)> {
        let Trigger::After { time, trigger, given } = &rule.triggers[place] else { return Vec::new() };
        let scene = Scene { world: self, state: before, tick, vars: &rule.vars, forming: no_instances() };
        let starts = self.matched_at_once(&rule.vars, trigger, before, settled);
        let fillings: BTreeSet<Filling> = starts.iter().flat_map(|start| scene.fillings(given, start)).collect();
        let timer = |filling: Filling| {
            let due = scene.due_after(time, &filling)?;
            Some((due, Timer::After { rule: rule.id, trigger: place, filling }))
        };
        fillings.into_iter().filter_map(timer).collect()
    }
}

impl Scene<'_> {
    fn due_after(&self, time: &Expr, filling: &std::collections::BTreeMap<VarId, Value>) -> Option<i64> {
        self.later(self.tick, self.value_of(time, filling)?)
    }
}

/// Rule 21: an effect ended the value or initiated another, whether or not that changed anything.
fn breaks(record: &Record, instance: &Instance, value: Value) -> bool {
    record.deeds.iter().any(|deed| deed.change.ends_value(instance, value))
        || record.initiated.iter().any(|(i, other)| i == instance && *other != value)
}
