//! Exceptions that come to hold while a duty is due, and breaches that a duty set off anew leaves behind.

use std::collections::BTreeSet;

use super::builder::Builder;
use crate::elaborate::Elaborator;
use crate::elaborate::logic::bind;
use crate::ids::{ActionId, FluentId, VarId};
use crate::mentions::Mention;
use crate::program::{Action, Condition, Effect, EventPattern, Expr, FluentPattern, FluentType, Mode, Term, Trigger};
use crate::value::Value;

/// A rule by which an exception that begins excuses what is due.
pub(crate) struct BeginsToExcuse {
    /// Its place among the rules.
    rule: usize,
    exception: FluentId,
    status: FluentId,
}

impl Builder<'_, '_> {
    /// Whether it is a norm of nobody in particular and of no instrument: a feed may set off millions of its instances, which
    /// are told by their statuses alone.
    pub(super) fn is_of_anybody(&self) -> bool {
        self.content.base.is_empty() && !matches!(self.content.bearer, Term::Value(_))
    }

    /// A duty that is due is excused when an exception comes to hold, and when one holds as its time runs out.
    pub(super) fn excepted_while_due(&mut self, done: &EventPattern, passed: Option<&EventPattern>) {
        let Some(excepted) = self.excepted.clone() else { return };
        let due = vec![Condition::Holds(self.is("due"))];
        let for_each = self.none_in_question();
        for except in self.lasting_excepts() {
            let mut holds = self.content.base.clone();
            holds.extend(except);
            holds.extend(for_each.clone());
            let effects = vec![Effect::Happen(excepted.clone())];
            if let Some(begins) = self.exception_begins(holds.clone()) {
                self.rule("is excepted", vec![begins], due.clone(), effects.clone());
                let performed = self.performed.clone();
                self.unless_any(passed.into_iter().chain([done]).chain(&performed));
            }
            if let Some(passed) = passed {
                let conditions = due.iter().cloned().chain(holds).collect();
                let when = vec![Trigger::Happens(passed.clone())];
                self.rule("is excepted as its time runs out", when, conditions, effects);
            }
        }
        let when = vec![Trigger::Happens(excepted)];
        self.rule("is excused by an exception", when, due, vec![self.becomes("excused")]);
    }

    /// The exceptions that may begin while the duty is due: a waiver in advance is one only while nothing is.
    pub(super) fn lasting_excepts(&self) -> Vec<Vec<Condition>> {
        let waived = self.waived.clone().map(|it| vec![Condition::Holds(it)]);
        self.content.excepts.iter().filter(|it| Some(*it) != waived.as_ref()).cloned().collect()
    }

    /// With several others an exception must be there for each of them: that none is left for whom there is none.
    fn none_in_question(&mut self) -> Option<Condition> {
        let bound = bound_by(&self.content.base);
        let has_others = bound.iter().any(|var| !self.content.instance.contains(var));
        let read = self.content.excepts.iter().flat_map(|except| mentioned(except));
        if !has_others || !read.collect::<BTreeSet<_>>().is_subset(&bound.iter().copied().collect()) {
            return None;
        }
        let mut open = self.content.base.clone();
        open.extend(self.unexcepted());
        let question = self.derived("in question", open);
        Some(Condition::Not(vec![Condition::Holds(question)]))
    }

    /// The trigger that an exception comes to hold; none where a definition of its own cannot say when it holds.
    fn exception_begins(&mut self, holds: Vec<Condition>) -> Option<Trigger> {
        let bound: BTreeSet<VarId> = bound_by(&holds).into_iter().collect();
        let read = mentioned(&holds).into_iter().filter(|var| self.content.instance.contains(var));
        if !read.collect::<BTreeSet<_>>().is_subset(&bound) || holds.iter().any(reads_the_day) {
            return None;
        }
        let exception = self.derived("exception", holds);
        let rule = self.this.model.rules.len();
        self.this.exceptions_that_begin.push(BeginsToExcuse { rule, exception: exception.fluent, status: self.status });
        Some(Trigger::Begins(exception))
    }

    /// The pattern of an exception that may come to an end; none where a definition of its own cannot say when it holds.
    pub(super) fn exception_ends(&mut self, holds: Vec<Condition>) -> Option<FluentPattern> {
        let bound: BTreeSet<VarId> = bound_by(&holds).into_iter().collect();
        let read = mentioned(&holds).into_iter().filter(|var| self.content.instance.contains(var));
        let says_when = read.collect::<BTreeSet<_>>().is_subset(&bound) && !holds.iter().any(reads_the_day);
        says_when.then(|| self.derived("set aside", holds))
    }

    /// An event of the norm's own at which an exception ends. It never comes where the exception may itself follow, at its
    /// moment, from how the norm stands.
    pub(super) fn turn_to_event(&mut self, what: &str, exception: FluentPattern) -> EventPattern {
        let event = EventPattern { args: exception.args.clone(), ..self.signal_of(what, &exception) };
        let rule = self.this.model.rules.len();
        let ends = vec![Trigger::Ends(exception.clone())];
        self.rule(what, ends, Vec::new(), vec![Effect::Happen(event.clone())]);
        self.this.exceptions_that_begin.push(BeginsToExcuse { rule, exception: exception.fluent, status: self.status });
        event
    }

    fn signal_of(&mut self, what: &str, pattern: &FluentPattern) -> EventPattern {
        let holes = self.this.model.program.fluents[pattern.fluent.index()].args.clone();
        let action = ActionId::from_index(self.this.model.program.actions.len());
        self.this.model.program.actions.push(Action { name: format!("{} {what}", self.name), holes });
        EventPattern { action, args: Vec::new() }
    }

    /// A fluent of the norm's own that holds while the conditions do, of what they say of an instance.
    fn derived(&mut self, what: &str, conditions: Vec<Condition>) -> FluentPattern {
        let bound = bound_by(&conditions);
        let known = self.content.instance.iter().filter(|var| bound.contains(var));
        let vars: Vec<VarId> = known.copied().collect();
        let holes = vars.iter().map(|var| self.content.vars[var.index()].hole).collect();
        let name = format!("{} {what}", self.name);
        let fluent = self.this.add_fluent(name, holes, FluentType::Truth, Mode::Derived, false);
        let args: Vec<Term> = vars.into_iter().map(Term::Var).collect();
        self.define(what, fluent, args.clone(), Value::TRUE, conditions);
        FluentPattern { fluent, args, value: Term::Value(Value::TRUE) }
    }

    /// A breach goes on to be told when the duty is set off anew, until what was to be done is done.
    pub(super) fn breach_stands(&mut self, act: &EventPattern, act_conditions: &[Condition], falls_due: &EventPattern) {
        if self.content.triggers.is_empty() || self.is_of_anybody() || !self.is_borne() {
            return;
        }
        let name = format!("{} broken before", self.name);
        let stands = self.this.add_fluent(name, self.holes.clone(), FluentType::Truth, Mode::Inertial, false);
        let breached = vec![Condition::Holds(self.is("breached"))];
        let begin = Effect::Initiate { fluent: stands, args: self.args(), value: Expr::Value(Value::TRUE) };
        self.rule("stays broken", vec![Trigger::Happens(falls_due.clone())], breached, vec![begin]);
        self.unless(act.clone());
        let pattern = FluentPattern { fluent: stands, args: self.args(), value: Term::Value(Value::TRUE) };
        let mut made_good = vec![Condition::Holds(pattern.clone())];
        made_good.extend(act_conditions.iter().cloned());
        let end = Effect::Terminate { pattern: pattern.clone() };
        self.rule("is made good", vec![Trigger::Happens(act.clone())], made_good, vec![end]);
        let fluent = self.this.status_fluent("breached");
        let args = vec![Term::Value(crate::elaborate::value_of(self.id)), self.content.bearer];
        self.define("is still breached", fluent, args, Value::TRUE, vec![Condition::Holds(pattern)]);
    }
}

impl Elaborator<'_> {
    /// Takes back the rules by which an exception excuses at once where it may itself come of how the duty stands: such a
    /// one counts when the time of the duty runs out.
    pub(super) fn exceptions_apart(&mut self) {
        let mut all = std::mem::take(&mut self.exceptions_that_begin);
        all.retain(|it| self.may_follow(it.status, it.exception));
        for it in all {
            self.model.rules[it.rule].item.effects.clear();
        }
    }
}

pub(super) fn bound_by(conditions: &[Condition]) -> Vec<VarId> {
    let mut bound = Vec::new();
    conditions.iter().for_each(|it| bind(it, &mut bound));
    bound
}

/// The variables that conditions read.
pub(super) fn mentioned(conditions: &[Condition]) -> BTreeSet<VarId> {
    let mut all = BTreeSet::new();
    for condition in conditions {
        condition.mentions(&mut |mention| {
            if let Mention::Var(var) = mention {
                all.insert(var);
            }
        });
    }
    all
}

fn reads_the_day(condition: &Condition) -> bool {
    fn in_expr(expr: &Expr) -> bool {
        match expr {
            Expr::Now => true,
            Expr::Arith(_, left, right) => in_expr(left) || in_expr(right),
            Expr::Aggregate(it) => in_expr(&it.of) || it.over.iter().any(reads_the_day),
            Expr::Value(_) | Expr::Var(_) | Expr::Fluent(..) => false,
        }
    }
    match condition {
        Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
            in_expr(left) || in_expr(right)
        }
        Condition::Let(_, expr) => in_expr(expr),
        Condition::Not(list) => list.iter().any(reads_the_day),
        Condition::AnyOf(lists) => lists.iter().flatten().any(reads_the_day),
        Condition::Holds(_) | Condition::IsKind(..) => false,
    }
}
