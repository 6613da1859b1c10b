//! Norms that go on: prohibitions, duties about a state of things, permissions.

use super::Body;
use super::builder::Builder;
use super::exceptions::bound_by;
use crate::elaborate::value_of;
use crate::model::Modality;
use crate::program::{Condition, Effect, EventPattern, Expr, FluentPattern, FluentType, Mode, Term, Ties, Trigger};
use crate::value::Value;

impl Builder<'_, '_> {
    /// Whether the norm has been set off, for norms that go on: a fluent of its own where triggers say so.
    pub(super) fn standing(&mut self) -> Vec<Condition> {
        if self.content.triggers.is_empty() {
            let mut all = self.content.base.clone();
            all.extend(self.content.ifs.iter().cloned());
            let not_over = self.not_over();
            self.stands.extend(not_over.clone());
            all.extend(not_over);
            return all;
        }
        let name = format!("{} set off", self.name);
        let arisen = self.this.add_fluent(name, self.holes.clone(), FluentType::Truth, Mode::Inertial, false);
        let pattern = FluentPattern { fluent: arisen, args: self.args(), value: Term::Value(Value::TRUE) };
        self.this.model.program.fluents[arisen.index()].ties = Ties::EndingWins;
        let begin = Effect::Initiate { fluent: arisen, args: self.args(), value: Expr::Value(Value::TRUE) };
        let conditions = match self.is_counted_from {
            true => self.binding_or_to_come().into_iter().chain(self.content.ifs.iter().cloned()).collect(),
            false => self.conditions(),
        };
        let ends_at_once = match &self.content.body {
            Body::Act(act, _) => self.ends_at_once(Some(&act.clone())),
            Body::State(_) => self.ends_at_once(None),
        };
        self.rule("is set off", self.content.triggers.clone(), conditions.clone(), vec![begin]);
        self.unless_any(&ends_at_once);
        let end = Effect::Terminate { pattern: pattern.clone() };
        let held = vec![Condition::Holds(pattern.clone())];
        if !self.content.until.is_empty() {
            // What ends it ends what was set off before; what is set off at that very moment goes on.
            let again = self.signal("is set off anew");
            let mut conditions = conditions;
            conditions.extend(held.iter().cloned());
            let effects = vec![Effect::Happen(again.clone())];
            self.rule("is set off anew", self.content.triggers.clone(), conditions, effects);
            self.rule_on("ends", &self.content.until.clone(), &held, &[end], &[&again]);
        }
        let mut all = vec![Condition::Holds(pattern)];
        self.stands.clone_from(&all);
        all.extend(self.binding().map(Condition::Holds));
        all
    }

    /// That what was to end a norm has not happened, for one that nothing sets off.
    fn not_over(&mut self) -> Option<Condition> {
        if self.content.until.is_empty() {
            return None;
        }
        let name = format!("{} over", self.name);
        let over = self.this.add_fluent(name, self.holes.clone(), FluentType::Truth, Mode::Inertial, false);
        let begin = Effect::Initiate { fluent: over, args: self.args(), value: Expr::Value(Value::TRUE) };
        let (until, bound) = (self.content.until.clone(), self.binding_or_to_come());
        self.rule_on("is over", &until, &bound, &[begin], &[]);
        let over = FluentPattern { fluent: over, args: self.args(), value: Term::Value(Value::TRUE) };
        Some(Condition::Not(vec![Condition::Holds(over)]))
    }

    pub(super) fn prohibition(&mut self) {
        let Body::Act(act, act_conditions) = &self.content.body else { return };
        let (act, act_conditions) = (act.clone(), act_conditions.clone());
        let standing = self.standing();
        let name = format!("{} broken", self.name);
        let broken = self.this.add_fluent(name, self.holes.clone(), FluentType::Truth, Mode::Inertial, false);
        let mut conditions = standing.clone();
        conditions.extend(act_conditions.iter().cloned());
        conditions.extend(self.unexcepted());
        let begin = vec![Effect::Initiate { fluent: broken, args: self.args(), value: Expr::Value(Value::TRUE) }];
        let when = vec![Trigger::Happens(act.clone())];
        // The first day on which a norm binds counts, and the first on which it does not is free; but an act that ends the
        // norm itself is judged by what bound before.
        let stated = self.as_stated(act.action);
        let apart = self.binding().filter(|it| !self.this.may_change(stated, it.fluent));
        let ceased = apart.map(|binding| self.turn("ceases to bind", Trigger::Ends(binding)));
        self.rule("is broken", when.clone(), conditions.clone(), begin.clone());
        let free: Vec<EventPattern> = ceased.iter().chain(&self.over).cloned().collect();
        self.unless_any(&free);
        let mut anyway = standing.clone();
        anyway.extend(act_conditions.iter().cloned());
        self.beyond_what_is_allowed(&when, &anyway, &begin, &free);
        if let Some(ceased) = ceased {
            self.on_the_first_day("is broken", when, conditions, begin, Some(ceased));
        }
        let broken = FluentPattern { fluent: broken, args: self.args(), value: Term::Value(Value::TRUE) };
        let breached = self.this.status_value("breached");
        self.define("is breached", self.status, self.args(), breached, vec![Condition::Holds(broken.clone())]);
        let mut observed = standing;
        // Who has not broken it yet is known where it is declared.
        if let Term::Var(bearer) = self.content.bearer
            && !bound_by(&observed).contains(&bearer)
            && self.content.instance.contains(&bearer)
        {
            let args = vec![self.content.bearer, Term::Value(value_of(self.id))];
            let fluent = self.this.model.hooks.bears;
            observed.push(Condition::Holds(FluentPattern { fluent, args, value: Term::Value(Value::TRUE) }));
        }
        observed.push(Condition::Not(vec![Condition::Holds(broken)]));
        let value = self.this.status_value("observed");
        self.define("is observed", self.status, self.args(), value, observed);
    }

    /// What prevails over a prohibition and allows a state of things sets it aside for such acts only as leave things in that
    /// state: `may keep at most 50`, and 70 are brought.
    fn beyond_what_is_allowed(
        &mut self,
        when: &[Trigger],
        conditions: &[Condition],
        begin: &[Effect],
        free: &[EventPattern],
    ) {
        for allowed in self.content.allowed.clone() {
            let mut holds = self.content.base.clone();
            holds.extend(allowed.clone());
            let Some(no_more) = self.exception_ends(holds) else { continue };
            let over = self.turn_to_event("is set aside no longer", no_more);
            let under: Vec<Condition> = conditions.iter().cloned().chain(allowed).collect();
            let kept = self.signal("is set aside for the act");
            self.rule("is set aside for the act", when.to_vec(), under.clone(), vec![Effect::Happen(kept.clone())]);
            self.unless(over);
            self.rule("is broken beyond what is allowed", when.to_vec(), under, begin.to_vec());
            self.unless_any([&kept].into_iter().chain(free));
        }
    }

    pub(super) fn state_duty(&mut self) {
        let Body::State(state) = &self.content.body else { return };
        let state = state.clone();
        let must = self.content.modality == Modality::Must;
        let mut standing = self.standing();
        if let Some(up) = self.time_is_up() {
            let mut due = standing.clone();
            due.extend(self.unexcepted());
            due.push(Condition::Not(vec![up.clone()]));
            let value = self.this.status_value("due");
            self.define("is due", self.status, self.args(), value, due);
            standing.push(up);
        }
        let unexcepted = self.unexcepted();
        let undecided: Vec<Condition> = state.iter().filter_map(undecided_of).collect();
        let decided = undecided.iter().map(|condition| Condition::Not(vec![condition.clone()]));
        let (good, bad) = if must { ("observed", "breached") } else { ("breached", "observed") };
        let mut holds = standing.clone();
        holds.extend(unexcepted.iter().cloned());
        // A number that nobody stated is missing, and not nothing.
        let stated = self.stated_numbers(&state);
        let missing: Vec<Vec<Condition>> = stated.iter().map(|it| vec![Condition::Not(vec![it.clone()])]).collect();
        if !missing.is_empty() {
            let mut unknown = holds.clone();
            unknown.push(Condition::AnyOf(missing));
            let value = self.this.status_value("undecided");
            self.define("is undecided, as a number is missing", self.status, self.args(), value, unknown);
            holds.extend(stated);
        }
        let mut fails = holds.clone();
        let mut open = holds.clone();
        holds.extend(state.iter().cloned());
        fails.push(Condition::Not(state.clone()));
        fails.extend(decided);
        let value = self.this.status_value(good);
        self.define(&format!("is {good}"), self.status, self.args(), value, holds);
        let value = self.this.status_value(bad);
        self.define(&format!("is {bad}"), self.status, self.args(), value, fails);
        if let Some(first) = undecided.first() {
            open.push(first.clone());
            let value = self.this.status_value("undecided");
            self.define("is undecided", self.status, self.args(), value, open);
        }
        if self.content.excepts.is_empty() {
            return;
        }
        // With several others the exception must be there for each of them.
        let name = format!("{} in question", self.name);
        let asked = self.this.add_fluent(name, self.holes.clone(), FluentType::Truth, Mode::Derived, false);
        let mut questioned = standing.clone();
        questioned.extend(unexcepted);
        self.define("is in question", asked, self.args(), Value::TRUE, questioned);
        let asked = FluentPattern { fluent: asked, args: self.args(), value: Term::Value(Value::TRUE) };
        for except in self.content.excepts.clone() {
            let mut excused = standing.clone();
            excused.extend(except);
            excused.push(Condition::Not(vec![Condition::Holds(asked.clone())]));
            let value = self.this.status_value("excused");
            self.define("is excused", self.status, self.args(), value, excused);
        }
    }

    /// Of the numbers compared those that are only ever stated, and so may be missing: that they are there.
    pub(super) fn stated_numbers(&self, state: &[Condition]) -> Vec<Condition> {
        let sides = || {
            state.iter().flat_map(|condition| match condition {
                Condition::Compare { left, right, .. } => vec![left, right],
                _ => Vec::new(),
            })
        };
        // Which numbers are only stated takes a look at every rule, and few norms are about a number.
        if !sides().any(|side| matches!(side, Expr::Fluent(..))) {
            return Vec::new();
        }
        let numbers = self.this.model.stated_numbers();
        let stated = |expr: &Expr| match expr {
            Expr::Fluent(fluent, args) if numbers.contains(fluent) => {
                Some(Condition::Holds(FluentPattern { fluent: *fluent, args: args.clone(), value: Term::Any }))
            }
            _ => None,
        };
        sides().filter_map(stated).collect()
    }

    pub(super) fn permission(&mut self) {
        let mut conditions = self.standing();
        conditions.extend(self.unexcepted());
        let value = self.this.status_value("permitted");
        self.define("is permitted", self.status, self.args(), value, conditions);
    }
}

/// The condition that a comparison is undecided.
fn undecided_of(condition: &Condition) -> Option<Condition> {
    match condition {
        Condition::Compare { left, op, right } => {
            Some(Condition::Undecided { left: left.clone(), op: *op, right: right.clone() })
        }
        _ => None,
    }
}
