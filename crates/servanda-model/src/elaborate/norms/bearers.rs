//! Who bears a norm on a day: from the first day on which it binds, whoever is a party then, and who takes over from whom.

use super::builder::Builder;
use crate::elaborate::value_of;
use crate::ids::{ActionId, VarId};
use crate::program::{
    Action, Condition, Effect, EventPattern, Expr, FluentPattern, FluentType, Hole, Mode, Term, Trigger, Var,
};
use crate::value::Value;

impl Builder<'_, '_> {
    /// A rule for the moment at which the norm begins to bind, which conditions on the state before cannot see: the first
    /// day on which a treaty is in force is a day of the treaty.
    pub(super) fn on_the_first_day(
        &mut self,
        what: &str,
        triggers: Vec<Trigger>,
        mut conditions: Vec<Condition>,
        effects: Vec<Effect>,
    ) {
        let hooks = self.this.model.hooks.clone();
        let Some(binding) = self.binding().filter(|it| it.fluent == hooks.binds) else { return };
        let args = vec![self.content.bearer, Term::Value(value_of(self.id))];
        let bears = FluentPattern { fluent: hooks.bears, args, value: Term::Value(Value::TRUE) };
        conditions.retain(|condition| *condition != Condition::Holds(binding.clone()));
        conditions = self.as_named(&conditions);
        conditions.insert(0, Condition::Holds(bears));
        conditions.push(Condition::Not(vec![Condition::Holds(binding.clone())]));
        let begun = self.turn("begins to bind", Trigger::Begins(binding));
        let not_yet = self.signal(&format!("does not bind yet ({what})"));
        let waits = vec![Effect::Happen(not_yet.clone())];
        self.rule(&format!("does not bind yet ({what})"), triggers.clone(), conditions.clone(), waits);
        self.unless(begun);
        self.rule(&format!("{what} as it begins to bind"), triggers, conditions, effects);
        self.unless(not_yet);
    }

    /// An event of the norm's own that tells when it begins to bind its bearer, or ceases to.
    pub(super) fn turn(&mut self, what: &str, trigger: Trigger) -> EventPattern {
        let name = format!("{} {what}", self.name);
        let actions = &mut self.this.model.program.actions;
        let known = actions.iter().position(|action| action.name == name);
        let action = ActionId::from_index(known.unwrap_or(actions.len()));
        let event = EventPattern { action, args: vec![self.content.bearer] };
        if known.is_none() {
            actions.push(Action { name, holes: vec![Hole::Thing] });
            self.rule(what, vec![trigger], Vec::new(), vec![Effect::Happen(event.clone())]);
        }
        event
    }

    /// Lets another bearer take over the status of a duty, and gives back the event by which it does.
    pub(super) fn taken_over(&mut self) -> Option<EventPattern> {
        let Term::Var(bearer) = self.content.bearer else { return None };
        if !self.this.passes || !self.content.instance.contains(&bearer) {
            return None;
        }
        let old = self.former_bearer();
        let (trigger, event) = (Trigger::Happens(self.passes(Term::Var(old))), self.passes(Term::Any));
        for word in ["due", "met", "met-late", "breached", "excused"] {
            let pattern = FluentPattern { args: self.args_of(old), ..self.is(word) };
            let was = vec![Condition::Holds(pattern)];
            self.rule(&format!("passes on as {word}"), vec![trigger.clone()], was, vec![self.becomes(word)]);
        }
        Some(event)
    }

    /// The event that the norm passes to its bearer.
    pub(super) fn passes(&self, from: Term) -> EventPattern {
        let args = vec![Term::Value(value_of(self.id)), from, self.content.bearer];
        EventPattern { action: self.this.model.hooks.passes, args }
    }

    /// A variable for whoever bore the norm before.
    pub(super) fn former_bearer(&mut self) -> VarId {
        let known = self.content.vars.iter().position(|var| var.name == "former bearer");
        let id = VarId::from_index(known.unwrap_or(self.content.vars.len()));
        if known.is_none() {
            self.content.vars.push(Var { name: "former bearer".to_owned(), hole: Hole::Thing });
        }
        id
    }

    /// The arguments of the instance with another bearer.
    pub(super) fn args_of(&self, other: VarId) -> Vec<Term> {
        let swap = |term: Term| if term == self.content.bearer { Term::Var(other) } else { term };
        self.args().into_iter().map(swap).collect()
    }

    /// The conditions with who is named in the instrument for who counts as a party to it: on the day before its first,
    /// nobody does.
    pub(super) fn as_named(&self, conditions: &[Condition]) -> Vec<Condition> {
        let (party, named_in) = (self.this.model.hooks.party, self.this.model.hooks.named_in);
        let swap = |condition: &Condition| match condition {
            Condition::Holds(pattern) if pattern.fluent == party => {
                Condition::Holds(FluentPattern { fluent: named_in, ..pattern.clone() })
            }
            Condition::Not(list) => Condition::Not(self.as_named(list)),
            Condition::AnyOf(lists) => Condition::AnyOf(lists.iter().map(|list| self.as_named(list)).collect()),
            other => other.clone(),
        };
        conditions.iter().map(swap).collect()
    }

    /// The conditions with either of the two.
    pub(super) fn or_named(&self, conditions: &[Condition]) -> Vec<Condition> {
        let (party, named_in) = (self.this.model.hooks.party, self.this.model.hooks.named_in);
        let widen = |condition: &Condition| match condition {
            Condition::Holds(pattern) if pattern.fluent == party && party != named_in => {
                Condition::AnyOf(vec![vec![condition.clone()], self.as_named(std::slice::from_ref(condition))])
            }
            other => other.clone(),
        };
        conditions.iter().map(widen).collect()
    }

    /// The event that the law excuses the bearer, if anything told may lead to it.
    pub(super) fn excused(&self) -> Option<EventPattern> {
        let action = self.this.excuse().filter(|_| self.this.excuses)?;
        Some(EventPattern { action, args: vec![Term::Value(value_of(self.id)), self.content.bearer] })
    }

    /// A bearer who is excused while nothing is due is excused from then on: it is one more exception.
    pub(super) fn excused_in_advance(&mut self) {
        let Some(excused) = self.excused().filter(|_| self.content.bearer != Term::Any) else { return };
        let name = format!("{} waived", self.name);
        let waived = self.this.add_fluent(name, vec![Hole::Thing], FluentType::Truth, Mode::Inertial, false);
        let args = vec![self.content.bearer];
        let begin = Effect::Initiate { fluent: waived, args: args.clone(), value: Expr::Value(Value::TRUE) };
        let mine = |term: &Term| if *term == self.content.bearer { *term } else { Term::Any };
        let due = FluentPattern { args: self.args().iter().map(mine).collect(), ..self.is("due") };
        let nothing_due = vec![Condition::Not(vec![Condition::Holds(due)])];
        self.rule("is excused in advance", vec![Trigger::Happens(excused)], nothing_due, vec![begin]);
        let holds = FluentPattern { fluent: waived, args, value: Term::Value(Value::TRUE) };
        self.content.excepts.push(vec![Condition::Holds(holds.clone())]);
        self.waived = Some(holds);
    }
}
