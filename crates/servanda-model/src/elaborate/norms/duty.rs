//! A single duty: due, then met, breached, met late, excused or lapsed.

use super::builder::Builder;
use super::{Body, Window};
use crate::program::{Condition, Effect, EventPattern, Expr, FluentPattern, Trigger};
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
        due.extend(self.not_settled_yet());
        self.rests();
        due.extend(self.rests_or_never_was());
        let falls_due = self.signal("falls due");
        // What is taken over arises from its former bearer's, and not anew.
        let taken_over: Vec<EventPattern> = self.taken_over().into_iter().chain(self.owed_instead()).collect();
        let before = self.this.model.rules.len();
        let excused_now = self.excused().filter(|_| !self.is_of_anybody());
        let fresh = due.clone();
        let settled = self.arises(&act, act_conditions.is_empty(), due, &falls_due);
        self.due_from_the_first_day(&falls_due);
        for rule in &mut self.this.model.rules[before..] {
            rule.item.unless.extend(taken_over.clone());
            rule.item.unless.extend(excused_now.clone());
        }
        if excused_now.is_some() {
            // The bearer is excused at the very moment at which the duty would fall due.
            self.rule("is excused as it is set off", arising.clone(), fresh, vec![self.becomes("excused")]);
            self.unless_any(settled.iter().chain(&taken_over));
        }
        // With several others the exception must be there for each of them.
        for except in self.content.excepts.clone() {
            let mut excused = self.conditions();
            excused.extend(except.clone());
            excused.extend(["due", "breached"].map(|word| self.is_not(word)));
            self.rule("is excused", arising.clone(), excused, vec![self.becomes("excused")]);
            settled.iter().for_each(|signal| self.unless(signal.clone()));
        }
        self.breach_stands(&act, &act_conditions, &falls_due);
        self.excepted = (!self.lasting_excepts().is_empty()).then(|| self.signal("is excepted"));
        let mut late = vec![Condition::Holds(self.is("breached"))];
        late.extend(act_conditions.iter().cloned());
        self.rule("is met late", vec![Trigger::Happens(act.clone())], late, vec![self.becomes("met-late")]);
        // A duty that arises anew is due, whatever is done about the old one.
        self.unless(falls_due.clone());
        let again = self.set_off_again(&falls_due);
        let passed = self.passing(&act, falls_due, again.as_ref());
        let mut met = vec![Condition::Holds(self.is("due"))];
        met.extend(act_conditions.iter().cloned());
        let done = self.signal("is done");
        let effects = vec![self.becomes("met"), Effect::Happen(done.clone())];
        self.rule("is met", vec![Trigger::Happens(act.clone())], met, effects);
        self.unless_any(passed.iter().chain(&again));
        if let Some(again) = &again {
            self.renews(again, &act, act_conditions, passed.as_ref());
        }
        self.deadline();
        self.excepted_while_due(&done, passed.as_ref());
        self.lapses(&done, passed.as_ref(), again.as_ref());
        self.owed_no_longer(&done, passed.as_ref());
        self.excusable(&done, passed.as_ref());
    }

    /// A duty that is set off is due; but what is done, or ended, at that very moment is met, or lapsed, and was never due.
    /// Gives back the events by which it is settled.
    fn arises(
        &mut self,
        act: &EventPattern,
        is_plain: bool,
        due: Vec<Condition>,
        falls_due: &EventPattern,
    ) -> Vec<EventPattern> {
        let arising = self.arising();
        let becomes = vec![self.becomes("due"), Effect::Happen(falls_due.clone())];
        let waits = is_plain && self.may_wait_for(act);
        let ends_at_once = self.ends_at_once(Some(act));
        if !waits && ends_at_once.is_empty() {
            self.rule("becomes due", arising, due, becomes);
            return vec![falls_due.clone()];
        }
        let mut settled = vec![falls_due.clone()];
        let mut open = falls_due.clone();
        if ends_at_once.is_empty() {
            self.rule("becomes due", arising.clone(), due.clone(), becomes);
            self.unless(act.clone());
        } else {
            open = self.signal("is set off");
            self.rule("is set off", arising.clone(), due.clone(), vec![Effect::Happen(open.clone())]);
            if waits {
                self.unless(act.clone());
            }
            let is_open = vec![Trigger::Happens(open.clone())];
            self.rule("becomes due", is_open.clone(), Vec::new(), becomes);
            self.unless_any(&ends_at_once);
            self.rule("lapses at once", is_open, Vec::new(), vec![self.becomes("lapsed")]);
            self.unless(falls_due.clone());
            settled.push(open.clone());
        }
        if waits {
            // What is done while it is breached is about that breach.
            let mut fresh = due;
            fresh.push(self.is_not("breached"));
            let at_once = self.signal("is done at once");
            let effects = vec![self.becomes("met"), Effect::Happen(at_once.clone())];
            self.rule("is met at once", arising, fresh, effects);
            self.unless(open);
            settled.push(at_once);
        }
        settled
    }

    /// The event that a duty which is due already is set off again. Then what is done, or ends it, is about the old one, and
    /// the new one is due; and so it is where the old one is breached. No other status is looked at: a duty at an end need
    /// not be kept.
    fn set_off_again(&mut self, falls_due: &EventPattern) -> Option<EventPattern> {
        if self.arises_once {
            return None;
        }
        let triggers = self.content.triggers.clone();
        // The first day on which a norm does not bind is free.
        let changes = |trigger: &Trigger, binding: &FluentPattern| match trigger {
            Trigger::Happens(act) => self.this.may_change(act.action, binding.fluent),
            _ => true,
        };
        let apart = self.binding().filter(|binding| !triggers.iter().any(|trigger| changes(trigger, binding)));
        let ceased = apart.map(|binding| self.turn("ceases to bind", Trigger::Ends(binding)));
        let again = self.signal("is set off again");
        let mut conditions = self.conditions();
        conditions.extend(self.unexcepted());
        let while_it_is = |word: &str| {
            let is_so = std::iter::once(Condition::Holds(self.is(word)));
            conditions.iter().cloned().chain(is_so).collect::<Vec<_>>()
        };
        let (due, breached) = (while_it_is("due"), while_it_is("breached"));
        self.rule("is set off again", triggers.clone(), due, vec![Effect::Happen(again.clone())]);
        self.unless_any(&ceased);
        let effects = vec![self.becomes("due"), Effect::Happen(falls_due.clone())];
        self.rule("becomes due once more", triggers, breached, effects);
        self.unless_any(&ceased);
        Some(again)
    }

    /// What is done or ended at the moment at which it is set off again is due anew.
    fn renews(
        &mut self,
        again: &EventPattern,
        act: &EventPattern,
        act_conditions: Vec<Condition>,
        passed: Option<&EventPattern>,
    ) {
        let due = vec![Condition::Holds(self.is("due"))];
        let mut settling = Vec::new();
        if act_conditions.is_empty() {
            settling.push(self.of_instance(act));
        } else {
            let acts = self.signal("is performed");
            let conditions = due.iter().cloned().chain(act_conditions).collect();
            let effects = vec![Effect::Happen(acts.clone())];
            self.rule("is performed", vec![Trigger::Happens(act.clone())], conditions, effects);
            settling.push(acts);
        }
        self.performed = settling.first().cloned();
        if !self.content.until.is_empty() {
            let over = self.signal("is to end");
            let effects = vec![Effect::Happen(over.clone())];
            self.rule_on("is to end", &self.content.until.clone(), &due, &effects, &[]);
            settling.push(over);
        }
        let (goes_on, renewed) = (self.signal("goes on"), self.signal("is due anew"));
        let is_again = vec![Trigger::Happens(again.clone())];
        self.rule("goes on", is_again.clone(), due.clone(), vec![Effect::Happen(goes_on.clone())]);
        self.unless_any(&settling);
        let effects = vec![self.becomes("due"), Effect::Happen(renewed.clone())];
        self.rule("is due anew", is_again, due, effects);
        self.unless_any(passed.into_iter().chain([&goes_on]).chain(&self.excepted.clone()));
        self.renewed = Some(renewed);
    }

    /// What is done, or runs out, on the very day on which the duty would end is judged as what it was.
    fn lapses(&mut self, done: &EventPattern, passed: Option<&EventPattern>, again: Option<&EventPattern>) {
        let due = vec![Condition::Holds(self.is("due"))];
        let binding = self.binding().map(Trigger::Ends).into_iter().collect();
        let rests = self.resting.clone().map(|it| self.begins(it));
        let lapse = std::iter::once(self.becomes("lapsed")).chain(rests).collect();
        self.rule("lapses", binding, due.clone(), lapse);
        let (renewed, excepted) = (self.renewed.clone(), self.excepted.clone());
        self.unless_any(passed.into_iter().chain([done]).chain(&renewed).chain(&excepted));
        let unless: Vec<&EventPattern> = passed.into_iter().chain([done]).chain(again).chain(&excepted).collect();
        self.rule_on("lapses", &self.content.until.clone(), &due, &[self.becomes("lapsed")], &unless);
    }

    /// What sets a duty off may be the very thing that makes it bind, such as the entry into force of its treaty: then it
    /// is due, too, though it did not bind before.
    pub(super) fn due_from_the_first_day(&mut self, falls_due: &EventPattern) {
        if self.content.triggers.is_empty() {
            return;
        }
        let mut conditions = self.conditions();
        conditions.extend(self.unexcepted());
        if self.arises_once {
            conditions.extend(self.not_settled_yet());
        }
        let effects = vec![self.becomes("due"), Effect::Happen(falls_due.clone())];
        self.on_the_first_day("becomes due", self.content.triggers.clone(), conditions, effects, None);
    }

    /// That it is not due already; what arises by binding arises once: a suspension brings back what it made lapse, and nothing
    /// that was settled.
    fn not_settled_yet(&self) -> Vec<Condition> {
        let words: &[&str] = match self.arises_once {
            true => &["due", "met", "met-late", "breached", "excused"],
            false => &["due"],
        };
        words.iter().map(|word| self.is_not(word)).collect()
    }

    /// Whether the act can be asked for at the moment that sets the duty off: it neither follows from rules nor is what
    /// sets it off, or makes it bind.
    pub(super) fn may_wait_for(&self, act: &EventPattern) -> bool {
        let triggers = &self.content.triggers;
        let stated = self.as_stated(act.action);
        let apart = |it: &Trigger| matches!(it, Trigger::Happens(pattern) if pattern.action != stated);
        let binds = self.binding().is_some_and(|it| !self.this.may_change(stated, it.fluent));
        !self.follows(act) && if triggers.is_empty() { binds } else { triggers.iter().all(apart) }
    }

    /// The law may excuse the bearer.
    pub(super) fn excusable(&mut self, done: &EventPattern, passed: Option<&EventPattern>) {
        let Some(excused) = self.excused() else { return };
        let due = vec![Condition::Holds(self.is("due"))];
        self.rule("is excused", vec![Trigger::Happens(excused)], due, vec![self.becomes("excused")]);
        let (renewed, excepted) = (self.renewed.clone(), self.excepted.clone());
        self.unless_any(passed.into_iter().chain([done]).chain(&renewed).chain(&excepted));
    }

    /// What the passing of the time leads to: a breach; and if the act is done that very day, that from the next day on
    /// it is met late; if it is set off anew that very day, that from the next day on it is due. Gives back the event of
    /// its passing.
    fn passing(
        &mut self,
        act: &EventPattern,
        falls_due: EventPattern,
        again: Option<&EventPattern>,
    ) -> Option<EventPattern> {
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
        self.unless_any(&self.excepted.clone());
        self.rule("is done too late", happens(&passed), due.clone(), vec![Effect::Happen(belated.clone())]);
        self.unless(undone);
        if let Some(again) = again {
            self.due_after_breach(&passed, due, again, &falls_due);
        }
        let time = Expr::Value(Value::duration(Duration::Ticks(1)));
        let next_day = Trigger::After { time, trigger: Box::new(Trigger::Happens(belated)), given: Vec::new() };
        let breached = vec![Condition::Holds(self.is("breached"))];
        self.rule("is met late", vec![next_day], breached, vec![self.becomes("met-late")]);
        self.unless(falls_due);
        Some(passed)
    }

    /// What is set off on the day of the breach is due from the next day on, so that there is a breach.
    fn due_after_breach(
        &mut self,
        passed: &EventPattern,
        due: Vec<Condition>,
        again: &EventPattern,
        falls_due: &EventPattern,
    ) {
        let (alone, anew) = (self.signal("runs out alone"), self.signal("runs out and is set off"));
        let runs_out = vec![Trigger::Happens(passed.clone())];
        self.rule("runs out alone", runs_out.clone(), due.clone(), vec![Effect::Happen(alone.clone())]);
        self.unless(again.clone());
        self.rule("runs out and is set off", runs_out, due, vec![Effect::Happen(anew.clone())]);
        self.unless(alone);
        let time = Expr::Value(Value::duration(Duration::Ticks(1)));
        let next_day = Trigger::After { time, trigger: Box::new(Trigger::Happens(anew)), given: Vec::new() };
        let mut conditions = self.content.base.clone();
        conditions.push(Condition::Holds(self.is("breached")));
        let effects = vec![self.becomes("due"), Effect::Happen(falls_due.clone())];
        self.rule("becomes due after its breach", vec![next_day], conditions, effects);
    }
}
