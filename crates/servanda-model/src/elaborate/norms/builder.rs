//! What a norm becomes: its rules and definitions, under its own name.

use std::collections::BTreeSet;

use super::{Body, Content, Occasion, Window, trigger_terms};
use crate::elaborate::reach::each_fluent;
use crate::elaborate::{Elaborator, value_of};
use crate::ids::{ActionId, DefinitionId, EntityId, FluentId, OriginId, RuleId, VarId};
use crate::model::{Guard, Modality};
use crate::program::{
    Action, Condition, Definition, Effect, EventPattern, Expr, FluentPattern, Hole, Rule, Term, Trigger,
};
use crate::value::Value;

pub(super) struct Builder<'e, 'a> {
    pub(super) this: &'e mut Elaborator<'a>,
    pub(super) id: EntityId,
    pub(super) name: String,
    pub(super) status: FluentId,
    pub(super) content: Content,
    pub(super) guards: Vec<Guard>,
    pub(super) origin: OriginId,
    pub(super) holes: Vec<Hole>,
    /// The event that the time of a duty runs out.
    pub(super) passed: Option<EventPattern>,
    /// The event that a duty that was due is due anew, and its time begins again.
    pub(super) renewed: Option<EventPattern>,
    /// That the bearer was excused while nothing was due.
    pub(super) waived: Option<FluentPattern>,
    /// The event that an exception excuses what is due.
    pub(super) excepted: Option<EventPattern>,
    /// The event that the act is done while the duty is due.
    pub(super) performed: Option<EventPattern>,
    /// That a duty lapsed because its norm ceased to bind, and would be due again if it bound once more.
    pub(super) resting: Option<FluentPattern>,
    /// Where the act may be done with a whole of which its place is a part: the event that it is done in either way, and the
    /// act as such.
    pub(super) deed: Option<(ActionId, ActionId)>,
    /// The event that the time for which the norm stands is over.
    pub(super) over: Option<EventPattern>,
    /// Besides that it binds, what has to be so for a norm that goes on to stand: it has been set off, and is not over.
    pub(super) stands: Vec<Condition>,
    /// For days with which `today` is compared in what is defined: the fluents that they have come.
    pub(super) days: Vec<(i64, FluentId)>,
    /// Whether the norm is set off by beginning to bind, or by a day that comes, and so no more than once.
    pub(super) arises_once: bool,
    /// Whether what sets the norm off is what its time is counted from, which may come before it binds.
    pub(super) is_counted_from: bool,
    /// Whether the rule asked for last was made: one that nothing triggers is not.
    pub(super) is_made: bool,
}

impl Builder<'_, '_> {
    pub(super) fn build(&mut self) {
        self.tell_triggers_apart();
        self.excused_in_advance();
        self.done_with_the_whole();
        self.arises_on_its_day();
        self.ends_with_its_time();
        self.ends_on_its_day();
        let words: &[&str] = match (&self.content.body, self.content.modality) {
            (Body::Act(..), Modality::Must) => {
                self.duty();
                &["due", "met", "met-late", "breached", "excused", "lapsed"]
            }
            (Body::Act(..), Modality::MustNot) => {
                self.prohibition();
                &["observed", "breached", "excused"]
            }
            (Body::State(_), Modality::Must | Modality::MustNot) => {
                let is_timed = !matches!(self.content.window, Window::None);
                self.state_duty();
                let words = &["due", "observed", "breached", "undecided", "excused"];
                if is_timed { words } else { &words[1..] }
            }
            (_, Modality::May | Modality::Can) => {
                self.permission();
                &["permitted"]
            }
        };
        for word in words {
            self.feed(word);
        }
        if self.is_borne() && self.this.model.precedence.iter().any(|it| it.over == self.id) {
            self.has_its_way();
        }
        if !self.content.triggers.is_empty() && !self.content.base.is_empty() {
            self.dormant();
        }
    }

    pub(super) fn args(&self) -> Vec<Term> {
        self.content.instance.iter().map(|var| Term::Var(*var)).collect()
    }

    pub(super) fn is(&self, word: &str) -> FluentPattern {
        FluentPattern { fluent: self.status, args: self.args(), value: Term::Value(self.this.status_value(word)) }
    }

    pub(super) fn is_not(&self, word: &str) -> Condition {
        Condition::Not(vec![Condition::Holds(self.is(word))])
    }

    pub(super) fn becomes(&self, word: &str) -> Effect {
        let value = Expr::Value(self.this.status_value(word));
        Effect::Initiate { fluent: self.status, args: self.args(), value }
    }

    pub(super) fn rule(
        &mut self,
        what: &str,
        triggers: Vec<Trigger>,
        conditions: Vec<Condition>,
        effects: Vec<Effect>,
    ) {
        self.is_made = !triggers.is_empty();
        if !self.is_made {
            return;
        }
        let rule = Rule {
            id: RuleId(0),
            name: format!("{} {what}", self.name),
            vars: self.content.vars.clone(),
            triggers,
            conditions,
            unless: Vec::new(),
            effects,
            origin: self.origin,
        };
        self.this.push_rule(rule, self.guards.clone());
    }

    pub(super) fn define(
        &mut self,
        what: &str,
        fluent: FluentId,
        args: Vec<Term>,
        value: Value,
        conditions: Vec<Condition>,
    ) {
        let conditions = self.by_the_day(conditions);
        let definition = Definition {
            id: DefinitionId(0),
            name: format!("{} {what}", self.name),
            vars: self.content.vars.clone(),
            fluent,
            args,
            value: Expr::Value(value),
            conditions,
            origin: self.origin,
        };
        self.this.push_definition(definition, self.guards.clone());
    }

    /// The rule made last does not fire if this happens.
    pub(super) fn unless(&mut self, pattern: EventPattern) {
        if let Some(rule) = self.this.model.rules.last_mut().filter(|_| self.is_made) {
            rule.item.unless.push(pattern);
        }
    }

    pub(super) fn unless_any<'p>(&mut self, patterns: impl IntoIterator<Item = &'p EventPattern>) {
        patterns.into_iter().for_each(|pattern| self.unless(pattern.clone()));
    }

    /// An act with what an instance says of it; the rest of it may be anything.
    pub(super) fn of_instance(&self, act: &EventPattern) -> EventPattern {
        let known = |term: &Term| match term {
            Term::Var(var) if !self.content.instance.contains(var) => Term::Any,
            term => *term,
        };
        EventPattern { action: act.action, args: act.args.iter().map(known).collect() }
    }

    /// Whether an act may follow from how norms stand at its moment, and so have to wait for what the norm itself leads to.
    pub(super) fn follows(&self, act: &EventPattern) -> bool {
        let of_others = self.this.model.norms.iter().map(|norm| norm.status);
        let told = self.this.model.hooks.statuses.iter().map(|(_, fluent)| *fluent);
        let own = self.this.own_statuses.values().copied();
        let mut statuses: BTreeSet<FluentId> = of_others.chain(told).chain(own).collect();
        statuses.insert(self.status);
        self.this.may_set_off(statuses, act.action)
    }

    /// Acts that end the norm, where they can be asked for at the moment that sets it off: none follows from rules, or is
    /// what sets it off, is demanded or forbidden by it, or makes it bind.
    pub(super) fn ends_at_once(&self, act: Option<&EventPattern>) -> Vec<EventPattern> {
        let is_it = |it: &Trigger, end: &EventPattern| matches!(it, Trigger::Happens(it) if it.action == end.action);
        let mut all = Vec::new();
        for (trigger, given) in &self.content.until {
            let Trigger::Happens(end) = trigger else { return Vec::new() };
            let is_apart = given.is_empty()
                && act.is_none_or(|act| end.action != self.as_stated(act.action))
                && !self.follows(end)
                && !self.content.triggers.iter().any(|it| is_it(it, end))
                && self.binding().is_none_or(|it| !self.this.may_change(end.action, it.fluent));
            if !is_apart {
                return Vec::new();
            }
            all.push(self.of_instance(end));
        }
        all
    }

    /// An event of the norm's own, by which rules tell each other what happens at one moment.
    pub(super) fn signal(&mut self, what: &str) -> EventPattern {
        let action = ActionId::from_index(self.this.model.program.actions.len());
        let name = format!("{} {what}", self.name);
        self.this.model.program.actions.push(Action { name, holes: self.holes.clone() });
        EventPattern { action, args: self.args() }
    }

    /// The condition by which the norm binds its bearer, if it has one of its own.
    pub(super) fn binding(&self) -> Option<FluentPattern> {
        self.content.base.iter().find_map(|condition| match condition {
            Condition::Holds(pattern)
                if pattern.fluent == self.this.model.hooks.binds || pattern.fluent == self.this.model.hooks.bears =>
            {
                Some(pattern.clone())
            }
            _ => None,
        })
    }

    /// What sets the norm off: its triggers, or that it begins to bind.
    pub(super) fn arising(&self) -> Vec<Trigger> {
        if self.content.triggers.is_empty() {
            self.binding().map(Trigger::Begins).into_iter().collect()
        } else {
            self.content.triggers.clone()
        }
    }

    /// Binding and `if`, without what the trigger itself says.
    pub(super) fn conditions(&self) -> Vec<Condition> {
        let mut all = self.content.base.clone();
        if self.content.triggers.is_empty()
            && let Some(binding) = self.binding()
        {
            // It has not held before the tick on which it begins.
            all.retain(|condition| *condition != Condition::Holds(binding.clone()));
            all = self.or_named(&all);
        }
        all.extend(self.content.ifs.iter().cloned());
        all
    }

    pub(super) fn unexcepted(&self) -> Vec<Condition> {
        self.content.excepts.iter().map(|conditions| Condition::Not(conditions.clone())).collect()
    }

    /// Whether it can be said who bears an instance: nothing may say who, as in `norm: d may appeal` for any `d` at all.
    pub(super) fn is_borne(&self) -> bool {
        match self.content.bearer {
            Term::Any => false,
            Term::Var(var) => self.content.instance.contains(&var),
            Term::Value(_) => true,
        }
    }

    /// `NORM is WORD by BEARER` follows from the status of any instance.
    pub(super) fn feed(&mut self, word: &str) {
        let fluent = self.this.status_fluent(word);
        let args = vec![Term::Value(value_of(self.id)), self.content.bearer];
        if !self.is_borne() {
            return;
        }
        let conditions = vec![Condition::Holds(self.is(word))];
        self.define(&format!("is {word}"), fluent, args, Value::TRUE, conditions);
    }

    /// Where there are several triggers, what one of them asks for besides is no matter of the others: such a trigger becomes
    /// an event of the norm's own.
    fn tell_triggers_apart(&mut self) {
        let given = std::mem::take(&mut self.content.given);
        for (at, given) in given.into_iter().enumerate().filter(|(_, given)| !given.is_empty()) {
            let trigger = self.content.triggers[at].clone();
            let mut read = trigger_terms(&trigger);
            each_fluent(&given, &mut |_, terms| read.extend(terms));
            let mut given = given;
            if !read.contains(&self.content.bearer) && given.iter().any(|it| compares(it, self.content.bearer)) {
                read.push(self.content.bearer);
                given.splice(0..0, self.binding_or_to_come());
            }
            let of_it = |var: &&VarId| read.contains(&Term::Var(**var));
            let vars: Vec<VarId> = self.content.instance.iter().filter(of_it).copied().collect();
            let action = ActionId::from_index(self.this.model.program.actions.len());
            let holes = vars.iter().map(|var| self.content.vars[var.index()].hole).collect();
            let what = format!("comes to its occasion {}", at + 1);
            self.this.model.program.actions.push(Action { name: format!("{} {what}", self.name), holes });
            let event = EventPattern { action, args: vars.into_iter().map(Term::Var).collect() };
            self.rule(&what, vec![trigger], given, vec![Effect::Happen(event.clone())]);
            self.content.triggers[at] = Trigger::Happens(event);
        }
    }

    /// A rule for each of the occasions that ask for something of their own, and one for all the others.
    pub(super) fn rule_on(
        &mut self,
        what: &str,
        occasions: &[Occasion],
        conditions: &[Condition],
        effects: &[Effect],
        unless: &[&EventPattern],
    ) {
        let plain = occasions.iter().filter(|(_, given)| given.is_empty()).map(|(trigger, _)| trigger.clone());
        let mut all = vec![(plain.collect::<Vec<_>>(), Vec::new())];
        let others = occasions.iter().filter(|(_, given)| !given.is_empty());
        all.extend(others.map(|(trigger, given)| (vec![trigger.clone()], given.clone())));
        for (triggers, given) in all {
            let conditions = conditions.iter().cloned().chain(given).collect();
            self.rule(what, triggers, conditions, effects.to_vec());
            self.unless_any(unless.iter().copied());
        }
    }

    /// Binding, and never set off.
    pub(super) fn dormant(&mut self) {
        if !self.is_borne() {
            return;
        }
        let fluent = self.this.status_fluent("dormant");
        let args = vec![Term::Value(value_of(self.id)), self.content.bearer];
        let Some(binding) = self.binding() else { return };
        let any: Vec<Term> = self
            .content
            .instance
            .iter()
            .map(|var| if self.content.bearer == Term::Var(*var) { Term::Var(*var) } else { Term::Any })
            .collect();
        let some = FluentPattern { fluent: self.status, args: any, value: Term::Any };
        let mut conditions = vec![Condition::Holds(binding), Condition::Not(vec![Condition::Holds(some)])];
        if let Some(waived) = self.waived.clone() {
            // Nothing can come of it any more.
            let excused = conditions.iter().cloned().chain([Condition::Holds(waived.clone())]).collect();
            let fluent = self.this.status_fluent("excused");
            self.define("is excused before it is set off", fluent, args.clone(), Value::TRUE, excused);
            conditions.push(Condition::Not(vec![Condition::Holds(waived)]));
        }
        self.define("is dormant", fluent, args, Value::TRUE, conditions);
    }

    /// When a norm that prevails over another sets it aside: a duty while it is due, whatever else while it binds, and
    /// what allows a state of things only as far as it allows it.
    pub(super) fn has_its_way(&mut self) {
        let fluent = self.this.model.hooks.has_its_way;
        let towards = self.creditor().map(Term::Var);
        let towards = towards.unwrap_or(Term::Value(value_of(self.this.model.hooks.unspecified)));
        let args = vec![Term::Value(value_of(self.id)), self.content.bearer, towards];
        let words: &[&str] = match (&self.content.body, self.content.modality) {
            (Body::Act(..), Modality::Must) => &["due"],
            (_, Modality::May | Modality::Can) => &["permitted"],
            _ => &["observed", "breached", "undecided"],
        };
        for word in words {
            let mut conditions = vec![Condition::Holds(self.is(word))];
            if let (Body::State(state), Modality::May | Modality::Can) = (&self.content.body, self.content.modality) {
                conditions.extend(state.iter().cloned());
            }
            self.define("has its way", fluent, args.clone(), Value::TRUE, conditions);
        }
    }
}

/// Whether a condition compares a variable with something.
fn compares(condition: &Condition, term: Term) -> bool {
    let is_it = |expr: &Expr| matches!((expr, term), (Expr::Var(it), Term::Var(var)) if *it == var);
    matches!(condition, Condition::Compare { left, right, .. } if is_it(left) || is_it(right))
}
