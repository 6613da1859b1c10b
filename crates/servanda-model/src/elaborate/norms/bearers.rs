//! Who bears a norm on a day: from the first day on which it binds, whoever is a party then, and who takes over from whom.

use super::builder::Builder;
use crate::elaborate::value_of;
use crate::ids::{ActionId, VarId};
use crate::program::{
    Action, Condition, Effect, EventPattern, Expr, FluentPattern, FluentType, Hole, Mode, Term, Trigger, Var,
};
use crate::value::Value;

impl Builder<'_, '_> {
    /// A rule for the moment at which the norm begins to bind its bearer, or `the other` to be a party, which conditions on the
    /// state before cannot see: the first day on which a treaty is in force, for whomever, is a day of the treaty. An act of
    /// the day on which the norm ceases to bind is `free`.
    pub(super) fn on_the_first_day(
        &mut self,
        what: &str,
        triggers: Vec<Trigger>,
        mut conditions: Vec<Condition>,
        effects: Vec<Effect>,
        free: Option<EventPattern>,
    ) {
        let Some(binding) = self.binding().filter(|it| it.fluent == self.this.model.hooks.binds) else { return };
        let binds = Condition::Holds(binding.clone());
        conditions.retain(|condition| *condition != binds);
        let is_told =
            |term: &Term| !triggers.is_empty() && triggers.iter().all(|it| super::trigger_terms(it).contains(term));
        // Where the occasion names `the other`, it tells whether that one becomes a party at that moment.
        let known = self.args();
        let party = self.party_of_other(&conditions).filter(|it| is_told(&it.args[0]) && known.contains(&it.args[0]));
        if let Some(party) = &party {
            conditions.retain(|condition| *condition != Condition::Holds(party.clone()));
        }
        conditions = self.as_named(&conditions);
        if let Some(party) = &party {
            conditions.insert(0, self.may_become_party(party));
        }
        conditions.insert(0, self.may_come_to_bear());
        let not_yet = self.signal(&format!("does not bind yet ({what})"));
        let mut turns = vec![("begins to bind", self.content.bearer, binding)];
        turns.extend(party.map(|party| ("has a new party", party.args[0], party)));
        let mut missing = Vec::new();
        for (word, whose, pattern) in turns {
            let not_before = vec![Condition::Not(vec![Condition::Holds(pattern.clone())])];
            let begun = self.turn_of(word, Trigger::Begins(pattern), whose);
            let conditions = conditions.iter().chain(&not_before).cloned().collect();
            let waits = vec![Effect::Happen(not_yet.clone())];
            self.rule(&format!("does not bind yet ({what})"), triggers.clone(), conditions, waits);
            self.unless(begun);
            missing.push(not_before);
        }
        match missing.as_mut_slice() {
            [only] => conditions.append(only),
            _ => conditions.push(Condition::AnyOf(missing)),
        }
        self.rule(&format!("{what} as it begins to bind"), triggers, conditions, effects);
        self.unless_any([&not_yet].into_iter().chain(&free));
    }

    /// Of the conditions the one that `the other` counts as a party.
    fn party_of_other(&self, conditions: &[Condition]) -> Option<FluentPattern> {
        let hooks = &self.this.model.hooks;
        let is_it = |it: &FluentPattern| {
            it.fluent == hooks.party && hooks.party != hooks.named_in && it.args.first() == self.content.other.as_ref()
        };
        conditions.iter().find_map(|condition| match condition {
            Condition::Holds(it) if is_it(it) => Some(it.clone()),
            _ => None,
        })
    }

    /// That `the other` is named in the instrument, or may come to be a party.
    fn may_become_party(&mut self, party: &FluentPattern) -> Condition {
        let named = FluentPattern { fluent: self.this.model.hooks.named_in, ..party.clone() };
        let fluent = self.this.may_be_bound();
        let may = FluentPattern { fluent, args: vec![party.args[0]], value: Term::Value(Value::TRUE) };
        Condition::AnyOf(vec![vec![Condition::Holds(named)], vec![Condition::Holds(may)]])
    }

    /// That somebody is named as a bearer of the norm, or is one of those whom the law says norms may bind: whoever
    /// joins a treaty, or succeeds to a party, is not named on the day before.
    fn may_come_to_bear(&mut self) -> Condition {
        let args = vec![self.content.bearer, Term::Value(value_of(self.id))];
        let bears = FluentPattern { fluent: self.this.model.hooks.bears, args, value: Term::Value(Value::TRUE) };
        let fluent = self.this.may_be_bound();
        let may = FluentPattern { fluent, args: vec![self.content.bearer], value: Term::Value(Value::TRUE) };
        Condition::AnyOf(vec![vec![Condition::Holds(bears)], vec![Condition::Holds(may)]])
    }

    /// An event of the norm's own that tells when it begins to bind its bearer, or ceases to.
    pub(super) fn turn(&mut self, what: &str, trigger: Trigger) -> EventPattern {
        self.turn_of(what, trigger, self.content.bearer)
    }

    fn turn_of(&mut self, what: &str, trigger: Trigger, whose: Term) -> EventPattern {
        let name = format!("{} {what}", self.name);
        let actions = &mut self.this.model.program.actions;
        let known = actions.iter().position(|action| action.name == name);
        let action = ActionId::from_index(known.unwrap_or(actions.len()));
        let event = EventPattern { action, args: vec![whose] };
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
