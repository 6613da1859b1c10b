//! A single duty: due, then met, breached, met late, excused or lapsed.

use super::builder::Builder;
use super::{Body, Window};
use crate::program::{Condition, Effect, EventPattern, Expr, Trigger};
use crate::value::{Duration, Value};

impl Builder<'_, '_> {
    /// A single duty: due, then met, breached, met late, excused or lapsed.
    pub(super) fn duty(&mut self) {
        let Body::Act(act, act_conditions) = &self.content.body else { return };
        let (act, act_conditions) = (act.clone(), act_conditions.clone());
        let arising = self.arising();
        if arising.is_empty() {
            // Nothing ever sets it off: it is due from the start.
            if self.content.instance.is_empty() {
                let value = self.this.status_value("due");
                self.this.state_initially(self.status, Vec::new(), value, self.origin);
            }
        }
        let mut due = self.conditions();
        due.extend(self.unexcepted());
        // What arises by binding arises once: a suspension brings back what it made lapse, and nothing that was settled.
        let still: &[&str] = match self.content.triggers.is_empty() {
            true => &["due", "met", "met-late", "breached", "excused"],
            false => &["due"],
        };
        due.extend(still.iter().map(|word| Condition::Not(vec![Condition::Holds(self.is(word))])));
        let falls_due = self.signal("falls due");
        let becomes = vec![self.becomes("due"), Effect::Happen(falls_due.clone())];
        let mut settled = vec![falls_due.clone()];
        // What is taken over arises from its former bearer's, and not anew.
        let taken_over = self.taken_over();
        let before = self.this.model.rules.len();
        if act_conditions.is_empty() && self.may_wait_for(&act) {
            // Done at the very moment at which it would fall due, a duty is met and was never due.
            let mut done = due.clone();
            done.push(Condition::Not(vec![Condition::Holds(self.is("breached"))]));
            self.rule("becomes due", arising.clone(), due, becomes);
            self.unless(act.clone());
            let at_once = self.signal("is done at once");
            let effects = vec![self.becomes("met"), Effect::Happen(at_once.clone())];
            self.rule("is met at once", arising.clone(), done, effects);
            self.unless(falls_due.clone());
            settled.push(at_once);
        } else {
            self.rule("becomes due", arising.clone(), due, becomes);
        }
        self.due_from_the_first_day(&falls_due);
        for rule in &mut self.this.model.rules[before..] {
            rule.item.unless.extend(taken_over.clone());
        }
        // With several others the exception must be there for each of them.
        for except in self.content.excepts.clone() {
            let mut excused = self.conditions();
            excused.extend(except.clone());
            self.rule("is excused", arising.clone(), excused, vec![self.becomes("excused")]);
            settled.iter().for_each(|signal| self.unless(signal.clone()));
        }
        let mut late = vec![Condition::Holds(self.is("breached"))];
        late.extend(act_conditions.iter().cloned());
        self.rule("is met late", vec![Trigger::Happens(act.clone())], late, vec![self.becomes("met-late")]);
        // A duty that arises anew is due, whatever is done about the old one.
        self.unless(falls_due.clone());
        let passed = self.passing(&act, falls_due);
        let mut met = vec![Condition::Holds(self.is("due"))];
        met.extend(act_conditions.iter().cloned());
        let done = self.signal("is done");
        let effects = vec![self.becomes("met"), Effect::Happen(done.clone())];
        self.rule("is met", vec![Trigger::Happens(act)], met, effects);
        passed.iter().for_each(|passed| self.unless(passed.clone()));
        self.deadline();
        // What is done, or runs out, on the very day on which the duty would end is judged as what it was.
        let mut ends: Vec<Vec<Trigger>> = self.binding().map(|it| vec![Trigger::Ends(it)]).into_iter().collect();
        ends.push(self.content.until.clone());
        for triggers in ends.into_iter().filter(|triggers| !triggers.is_empty()) {
            let due = vec![Condition::Holds(self.is("due"))];
            self.rule("lapses", triggers, due, vec![self.becomes("lapsed")]);
            self.unless(done.clone());
            passed.iter().for_each(|passed| self.unless(passed.clone()));
        }
        self.excusable(&done);
    }

    /// What sets a duty off may be the very thing that makes it bind, such as the entry into force of its treaty: then it
    /// is due, too, though it did not bind before.
    pub(super) fn due_from_the_first_day(&mut self, falls_due: &EventPattern) {
        if self.content.triggers.is_empty() {
            return;
        }
        let mut conditions = self.conditions();
        conditions.extend(self.unexcepted());
        let effects = vec![self.becomes("due"), Effect::Happen(falls_due.clone())];
        self.on_the_first_day("becomes due", self.content.triggers.clone(), conditions, effects);
    }

    /// Whether the act can be asked for at the moment that sets the duty off: it neither follows from rules nor is what
    /// sets it off, or makes it bind.
    pub(super) fn may_wait_for(&self, act: &EventPattern) -> bool {
        let is_it = |effect: &Effect| matches!(effect, Effect::Happen(pattern) if pattern.action == act.action);
        let follows = self.this.model.rules.iter().any(|rule| rule.item.effects.iter().any(is_it));
        let triggers = &self.content.triggers;
        let apart = |it: &Trigger| matches!(it, Trigger::Happens(pattern) if pattern.action != act.action);
        let binds = self.binding().is_some_and(|it| !self.this.may_change(act.action, it.fluent));
        !follows && if triggers.is_empty() { binds } else { triggers.iter().all(apart) }
    }

    /// The law may excuse the bearer.
    pub(super) fn excusable(&mut self, done: &EventPattern) {
        let Some(excused) = self.excused() else { return };
        let due = vec![Condition::Holds(self.is("due"))];
        self.rule("is excused", vec![Trigger::Happens(excused)], due, vec![self.becomes("excused")]);
        self.unless(done.clone());
    }

    /// What the passing of the time leads to: a breach; and if the act is done that very day, that from the next day on
    /// it is met late. Gives back the event of its passing.
    pub(super) fn passing(&mut self, act: &EventPattern, falls_due: EventPattern) -> Option<EventPattern> {
        if matches!(self.content.window, Window::None) {
            return None;
        }
        let (passed, undone) = (self.signal("runs out"), self.signal("runs out undone"));
        let belated = self.signal("is done when its time is out");
        let due = vec![Condition::Holds(self.is("due"))];
        self.passed = Some(passed.clone());
        let happens = |pattern: &EventPattern| vec![Trigger::Happens(pattern.clone())];
        self.rule("is not done in time", happens(&passed), due.clone(), vec![Effect::Happen(undone.clone())]);
        self.unless(act.clone());
        self.rule("is not met in time", happens(&passed), due.clone(), vec![self.becomes("breached")]);
        self.rule("is done too late", happens(&passed), due, vec![Effect::Happen(belated.clone())]);
        self.unless(undone);
        let time = Expr::Value(Value::duration(Duration::Ticks(1)));
        let next_day = Trigger::After { time, trigger: Box::new(Trigger::Happens(belated)), given: Vec::new() };
        let breached = vec![Condition::Holds(self.is("breached"))];
        self.rule("is met late", vec![next_day], breached, vec![self.becomes("met-late")]);
        self.unless(falls_due);
        Some(passed)
    }
}
