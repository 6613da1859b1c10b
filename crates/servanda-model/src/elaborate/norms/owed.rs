//! To whom a duty is owed: to whoever is the other on the day, and from whom another creditor takes it over.

use super::builder::Builder;
use crate::elaborate::value_of;
use crate::ids::{FluentId, VarId};
use crate::program::{CompareOp, Condition, Effect, EventPattern, Expr, FluentPattern, Hole, Term, Trigger, Var};

impl Builder<'_, '_> {
    /// The variable of `the other`, where each other has an instance.
    pub(super) fn creditor(&self) -> Option<VarId> {
        match self.content.other {
            Some(Term::Var(var)) if self.content.instance.contains(&var) => Some(var),
            _ => None,
        }
    }

    /// Whether what is owed to one may come to be owed to another.
    pub(super) fn credit_may_pass(&self) -> bool {
        self.this.credits_pass && self.creditor().is_some()
    }

    /// The event that the norm is owed to its creditor instead of another.
    pub(super) fn owed_from(&self, from: Term) -> Option<EventPattern> {
        let creditor = self.creditor().filter(|_| self.this.credits_pass)?;
        let args = vec![Term::Value(value_of(self.id)), from, Term::Var(creditor)];
        Some(EventPattern { action: self.this.model.hooks.owed_instead, args })
    }

    /// Lets another creditor, who is owed nothing yet, take over the status of a duty, unless it is done that day; gives back
    /// the event by which it does.
    pub(super) fn owed_instead(&mut self) -> Option<EventPattern> {
        let old = self.credit_may_pass().then(|| self.former_creditor())?;
        let (trigger, event) = (Trigger::Happens(self.owed_from(Term::Var(old))?), self.owed_from(Term::Any)?);
        let own = FluentPattern { value: Term::Any, ..self.is("due") };
        for word in ["due", "met", "met-late", "breached", "excused"] {
            let was = FluentPattern { args: self.args_owed_to(old), ..self.is(word) };
            let mut conditions = vec![Condition::Holds(was), Condition::Not(vec![Condition::Holds(own.clone())])];
            conditions.extend(self.not_to_oneself());
            self.rule(
                &format!("is owed to another as {word}"),
                vec![trigger.clone()],
                conditions,
                vec![self.becomes(word)],
            );
        }
        Some(event)
    }

    /// What is due to one creditor lapses as it comes to be owed to another; what is done, or runs out, on that very day is
    /// judged as what it was.
    pub(super) fn owed_no_longer(&mut self, done: &EventPattern, passed: Option<&EventPattern>) {
        let Some(creditor) = self.creditor().filter(|_| self.credit_may_pass()) else { return };
        let args = vec![Term::Value(value_of(self.id)), Term::Var(creditor), Term::Any];
        let event = EventPattern { action: self.this.model.hooks.owed_instead, args };
        let due = vec![Condition::Holds(self.is("due"))];
        self.rule("is owed to another", vec![Trigger::Happens(event)], due, vec![self.becomes("lapsed")]);
        let (renewed, excepted) = (self.renewed.clone(), self.excepted.clone());
        self.unless_any(passed.into_iter().chain([done]).chain(&renewed).chain(&excepted));
        self.broken_no_longer();
    }

    /// A breach is owed amends to whoever takes over the claim.
    fn broken_no_longer(&mut self) {
        let (Some(creditor), true) = (self.creditor(), self.credit_may_pass()) else { return };
        let heir = self.former_creditor();
        let args = vec![Term::Value(value_of(self.id)), Term::Var(creditor), Term::Var(heir)];
        let event = EventPattern { action: self.this.model.hooks.owed_instead, args };
        let own = FluentPattern { args: self.args_owed_to(heir), value: Term::Any, ..self.is("due") };
        let conditions = vec![Condition::Holds(self.is("breached")), Condition::Not(vec![Condition::Holds(own)])];
        let lapses = vec![self.becomes("lapsed")];
        self.rule("is owed to another, broken", vec![Trigger::Happens(event)], conditions, lapses);
    }

    /// The time left passes on, too.
    pub(super) fn time_owed_instead(&mut self, fluent: FluentId, day: VarId) {
        let Some(old) = self.credit_may_pass().then(|| self.former_creditor()) else { return };
        let Some(event) = self.owed_from(Term::Var(old)) else { return };
        let was = FluentPattern { fluent, args: self.args_owed_to(old), value: Term::Var(day) };
        let set = Effect::Initiate { fluent, args: self.args(), value: Expr::Var(day) };
        let conditions = vec![Condition::Holds(was)];
        self.rule("is owed to another with its time", vec![Trigger::Happens(event)], conditions, vec![set]);
    }

    fn not_to_oneself(&self) -> Option<Condition> {
        let (Some(creditor), Term::Var(bearer)) = (self.creditor(), self.content.bearer) else { return None };
        Some(Condition::Compare { left: Expr::Var(creditor), op: CompareOp::NotEqual, right: Expr::Var(bearer) })
    }

    fn former_creditor(&mut self) -> VarId {
        let known = self.content.vars.iter().position(|var| var.name == "former creditor");
        let id = VarId::from_index(known.unwrap_or(self.content.vars.len()));
        if known.is_none() {
            self.content.vars.push(Var { name: "former creditor".to_owned(), hole: Hole::Thing });
        }
        id
    }

    fn args_owed_to(&self, other: VarId) -> Vec<Term> {
        let creditor = self.creditor().map(Term::Var);
        let swap = |term: Term| if Some(term) == creditor { Term::Var(other) } else { term };
        self.args().into_iter().map(swap).collect()
    }
}
