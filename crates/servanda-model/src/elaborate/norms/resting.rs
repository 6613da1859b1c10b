//! Duties that lapse because their norm binds no longer, and are due again if it does so once more: what a suspension sets aside
//! it does not undo.

use super::Body;
use super::builder::Builder;
use crate::program::{Condition, Effect, Expr, FluentPattern, FluentType, Mode, Term, Trigger};
use crate::value::Value;

impl Builder<'_, '_> {
    /// Keeps in mind what lapsed so, until it is due again, is done or ends.
    pub(super) fn rests(&mut self) {
        let Body::Act(act, act_conditions) = &self.content.body else { return };
        let (act, act_conditions) = (act.clone(), act_conditions.clone());
        let Some(binding) = self.binding().filter(|it| it.fluent == self.this.model.hooks.binds) else { return };
        let name = format!("{} rests", self.name);
        let fluent = self.this.add_fluent(name, self.holes.clone(), FluentType::Truth, Mode::Inertial, false);
        let resting = FluentPattern { fluent, args: self.args(), value: Term::Value(Value::TRUE) };
        self.resting = Some(resting.clone());
        let rests = vec![Condition::Holds(resting.clone())];
        let over = Effect::Terminate { pattern: resting };
        let done = rests.iter().cloned().chain(act_conditions).collect();
        self.rule("is done while it rests", vec![Trigger::Happens(act)], done, vec![over.clone()]);
        let until = self.content.until.clone();
        self.rule_on("ends while it rests", &until, &rests, std::slice::from_ref(&over), &[]);
        let begins = vec![Trigger::Begins(binding)];
        if self.content.triggers.is_empty() {
            // It arises anew as it begins to bind.
            return self.rule("rests no longer", begins, rests, vec![over]);
        }
        let due = rests.iter().cloned().chain(self.unexcepted()).collect();
        self.rule("is due again", begins.clone(), due, vec![self.becomes("due"), over.clone()]);
        for except in self.content.excepts.clone() {
            let excused = rests.iter().cloned().chain(except).collect();
            self.rule(
                "is excused as it is due again",
                begins.clone(),
                excused,
                vec![self.becomes("excused"), over.clone()],
            );
        }
    }

    /// What arises by binding arises once: that it has not lapsed, or did so only because it did not bind for a time.
    pub(super) fn rests_or_never_was(&self) -> Option<Condition> {
        let resting = self.resting.clone().filter(|_| self.content.triggers.is_empty())?;
        Some(Condition::AnyOf(vec![vec![self.is_not("lapsed")], vec![Condition::Holds(resting)]]))
    }

    pub(super) fn begins(&self, pattern: FluentPattern) -> Effect {
        Effect::Initiate { fluent: pattern.fluent, args: pattern.args, value: Expr::Value(Value::TRUE) }
    }
}
