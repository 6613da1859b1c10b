//! When the time of a duty runs out.

use super::builder::Builder;
use super::{Body, Occasion, Window};
use crate::elaborate::narrative::plain_event;
use crate::elaborate::value_of;
use crate::ids::{ActionId, FluentId, VarId};
use crate::model::{Event, EventKind, Modality, When};
use crate::program::{
    Action, ArithOp, Clock, CompareOp, Condition, Effect, EventPattern, Expr, FluentPattern, FluentType, Happening,
    Hole, Mode, Term, Trigger, Var,
};
use crate::value::{Duration, Kinded, Value};

impl Builder<'_, '_> {
    /// When the time of a duty runs out. The last day is included.
    pub(super) fn deadline(&mut self) {
        let due = self.is("due");
        let Some(passed) = self.passed.clone() else { return };
        let breach = vec![Effect::Happen(passed)];
        match &self.content.window {
            Window::None => {}
            Window::Within(Duration::Ticks(n)) if !self.this.passes && !self.credit_may_pass() => {
                let time = Expr::Value(Value::duration(Duration::Ticks(n.saturating_add(1))));
                let trigger = Trigger::HasHeld { pattern: due, time, since_renewed: self.renewed.is_some() };
                self.rule("has no time left", vec![trigger], Vec::new(), breach);
            }
            Window::Within(time) => {
                let time = *time;
                let anew = self.renewed.clone().map(Trigger::Happens);
                let triggers = std::iter::once(Trigger::Begins(due)).chain(anew);
                self.deadline_day(&triggers.map(|it| (it, Vec::new())).collect::<Vec<_>>(), time, Vec::new());
            }
            Window::WithinOf(time, triggers) => {
                let (time, triggers) = (*time, triggers.clone());
                let conditions = self.binding_or_to_come();
                self.deadline_day(&triggers, time, conditions);
            }
            Window::By(last) => {
                let last = *last;
                let trigger = Trigger::Happens(self.comes_after(last));
                self.rule("has no time left", vec![trigger], vec![Condition::Holds(due.clone())], breach);
                if let Some(last) = Value::tick(last) {
                    let right = Expr::Value(last);
                    self.overdue(Condition::Compare { left: Expr::Now, op: CompareOp::Greater, right });
                }
            }
        }
    }

    /// The event that the day after the last one comes.
    fn comes_after(&mut self, last: i64) -> EventPattern {
        let sentence = format!("the time for {} runs out", self.name);
        self.day_comes(last + 1, format!("the last day of {}", self.name), sentence)
    }

    /// The event that a day comes.
    fn day_comes(&mut self, day: i64, name: String, sentence: String) -> EventPattern {
        let action = ActionId::from_index(self.this.model.program.actions.len());
        self.this.model.program.actions.push(Action { name, holes: Vec::new() });
        let written = match self.this.model.program.clock {
            Clock::Days => servanda_calendar::Day(day).to_string(),
            Clock::Seconds | Clock::Integers => day.to_string(),
        };
        let when = When { written, min: Some(day), max: Some(day), ..When::default() };
        let event = Event {
            happenings: vec![Happening::Action(action, Vec::new())],
            sentence,
            mentions: vec![self.id],
            ..plain_event(EventKind::Happens, when, self.origin)
        };
        self.this.model.events.push(event);
        EventPattern { action, args: Vec::new() }
    }

    /// `if today >= 1926-07-01`: a duty that nothing else sets off arises when that day comes, or when it begins to bind later.
    pub(super) fn arises_on_its_day(&mut self) {
        self.arises_once = self.content.triggers.is_empty();
        let is_duty = self.content.modality == Modality::Must && matches!(self.content.body, Body::Act(..));
        let Some(binding) = self.binding().filter(|_| self.arises_once && is_duty) else { return };
        let first = |condition: &Condition| match condition {
            Condition::Compare { left: Expr::Now, op: CompareOp::AtLeast, right } => tick_of(right),
            Condition::Compare { left: Expr::Now, op: CompareOp::Greater, right } => tick_of(right).map(|it| it + 1),
            Condition::Compare { left, op: CompareOp::AtMost, right: Expr::Now } => tick_of(left),
            Condition::Compare { left, op: CompareOp::Less, right: Expr::Now } => tick_of(left).map(|it| it + 1),
            _ => None,
        };
        let Some(day) = self.content.ifs.iter().filter_map(first).max() else { return };
        let sentence = format!("the first day of {} comes", self.name);
        let comes = self.day_comes(day, format!("the first day of {}", self.name), sentence);
        self.content.triggers = vec![Trigger::Happens(comes), Trigger::Begins(binding)];
    }

    /// `until 1922-01-01`: what ends the norm is that the day comes.
    pub(super) fn ends_on_its_day(&mut self) {
        let Some(day) = self.content.until_day else { return };
        let over = self.comes_after(day - 1);
        self.is_over(over);
    }

    /// Conditions with what they ask of `today`, compared with a day, told by fluents: a definition has no clock.
    pub(super) fn by_the_day(&mut self, conditions: Vec<Condition>) -> Vec<Condition> {
        conditions.into_iter().map(|condition| self.condition_by_the_day(condition)).collect()
    }

    fn condition_by_the_day(&mut self, condition: Condition) -> Condition {
        match condition {
            Condition::Not(list) => Condition::Not(self.by_the_day(list)),
            Condition::AnyOf(lists) => Condition::AnyOf(lists.into_iter().map(|list| self.by_the_day(list)).collect()),
            Condition::Compare { left: Expr::Now, op, right } if tick_of(&right).is_some() => {
                let day = tick_of(&right).expect("it is one");
                match op {
                    CompareOp::AtLeast => self.has_come(day),
                    CompareOp::Greater => self.has_come(day + 1),
                    CompareOp::Less => Condition::Not(vec![self.has_come(day)]),
                    CompareOp::AtMost => Condition::Not(vec![self.has_come(day + 1)]),
                    CompareOp::Equal | CompareOp::NotEqual => {
                        let (on, after) = (self.has_come(day), self.has_come(day + 1));
                        let before = Condition::Not(vec![on.clone()]);
                        match op {
                            CompareOp::Equal => Condition::AnyOf(vec![vec![on, Condition::Not(vec![after])]]),
                            _ => Condition::AnyOf(vec![vec![before], vec![after]]),
                        }
                    }
                }
            }
            Condition::Compare { left, op, right: Expr::Now } if tick_of(&left).is_some() => {
                let op = match op {
                    CompareOp::AtLeast => CompareOp::AtMost,
                    CompareOp::AtMost => CompareOp::AtLeast,
                    CompareOp::Less => CompareOp::Greater,
                    CompareOp::Greater => CompareOp::Less,
                    same => same,
                };
                self.condition_by_the_day(Condition::Compare { left: Expr::Now, op, right: left })
            }
            other => other,
        }
    }

    /// That a day has come.
    fn has_come(&mut self, day: i64) -> Condition {
        let of = |fluent: FluentId| {
            Condition::Holds(FluentPattern { fluent, args: Vec::new(), value: Term::Value(Value::TRUE) })
        };
        if let Some((_, fluent)) = self.days.iter().find(|(known, _)| *known == day) {
            return of(*fluent);
        }
        let name = format!("a day of {} has come", self.name);
        let event = self.day_comes(day, name.clone(), format!("a day of which {} speaks comes", self.name));
        let fluent = self.this.add_fluent(name, Vec::new(), FluentType::Truth, Mode::Inertial, false);
        let begin = Effect::Initiate { fluent, args: Vec::new(), value: Expr::Value(Value::TRUE) };
        self.rule("has a day that comes", vec![Trigger::Happens(event)], Vec::new(), vec![begin]);
        self.days.push((day, fluent));
        of(fluent)
    }

    /// What must not be done, or may be done, `within 50 years` or `by 1997-06-30` must not, or may, be done up to that day: a norm
    /// that goes on ends with its time.
    pub(super) fn ends_with_its_time(&mut self) {
        if self.content.modality == Modality::Must {
            return;
        }
        let window = std::mem::replace(&mut self.content.window, Window::None);
        let (time, from) = match window {
            Window::None => return,
            Window::By(last) => {
                let over = self.comes_after(last);
                self.is_over(over);
                return;
            }
            Window::Within(time) => (time, self.arising().into_iter().map(|it| (it, Vec::new())).collect()),
            Window::WithinOf(time, triggers) => {
                if self.content.triggers.is_empty() && triggers.iter().all(|(_, given)| given.is_empty()) {
                    // Before it has happened there is no such time.
                    self.content.triggers = triggers.iter().map(|(trigger, _)| trigger.clone()).collect();
                    self.is_counted_from = true;
                }
                (time, triggers)
            }
        };
        let over = self.had_its_time(time, &from);
        self.is_over(over);
    }

    /// The event that a time has passed since something happened.
    fn had_its_time(&mut self, time: Duration, from: &[Occasion]) -> EventPattern {
        let name = format!("{} over from", self.name);
        let ty = FluentType::Valued(Hole::Day);
        let fluent = self.this.add_fluent(name, self.holes.clone(), ty, Mode::Inertial, false);
        let set = Effect::Initiate { fluent, args: self.args(), value: first_day_after(time) };
        let conditions = self.binding_or_to_come();
        let is_passed = self.this.passes && matches!(self.content.bearer, Term::Var(_));
        let passes = self.passes(Term::Any);
        let unless: Vec<&EventPattern> = is_passed.then_some(&passes).into_iter().collect();
        self.rule_on("has its time set", from, &conditions, &[set], &unless);
        let var = VarId::from_index(self.content.vars.len());
        self.content.vars.push(Var { name: "over".to_owned(), hole: Hole::Day });
        let comes = Trigger::Comes(FluentPattern { fluent, args: self.args(), value: Term::Var(var) });
        let over = self.signal("has had its time");
        self.rule("has had its time", vec![comes], Vec::new(), vec![Effect::Happen(over.clone())]);
        if is_passed {
            // Who takes a norm over has the time that is left, and none where it has run out.
            let old = self.former_bearer();
            let passes = vec![Trigger::Happens(self.passes(Term::Var(old)))];
            let was = Condition::Holds(FluentPattern { fluent, args: self.args_of(old), value: Term::Var(var) });
            let set = Effect::Initiate { fluent, args: self.args(), value: Expr::Var(var) };
            self.rule("passes on with its time", passes.clone(), vec![was.clone()], vec![set]);
            let (left, right) = (Expr::Var(var), Expr::Now);
            let gone = vec![was, Condition::Compare { left, op: CompareOp::AtMost, right }];
            self.rule("passes on without time", passes, gone, vec![Effect::Happen(over.clone())]);
        }
        over
    }

    /// A state of things that must be reached `within 3 years`, or `by 1991-06-01`, has to be there from the day after the last one on:
    /// that this day has come.
    pub(super) fn time_is_up(&mut self) -> Option<Condition> {
        if self.content.modality != Modality::Must {
            return None;
        }
        let (time, from) = match std::mem::replace(&mut self.content.window, Window::None) {
            Window::None => return None,
            Window::By(last) => {
                let passed = Trigger::Happens(self.comes_after(last));
                return Some(self.is_up(Vec::new(), Vec::new(), passed));
            }
            Window::Within(time) => (time, self.arising().into_iter().map(|it| (it, Vec::new())).collect()),
            Window::WithinOf(time, triggers) => (time, triggers),
        };
        let passed = Trigger::Happens(self.had_its_time(time, &from));
        Some(self.is_up(self.holes.clone(), self.args(), passed))
    }

    fn is_up(&mut self, holes: Vec<Hole>, args: Vec<Term>, passed: Trigger) -> Condition {
        let name = format!("{} has to be so by now", self.name);
        let fluent = self.this.add_fluent(name, holes, FluentType::Truth, Mode::Inertial, false);
        let begin = Effect::Initiate { fluent, args: args.clone(), value: Expr::Value(Value::TRUE) };
        self.rule("has to be so by now", vec![passed], Vec::new(), vec![begin]);
        Condition::Holds(FluentPattern { fluent, args, value: Term::Value(Value::TRUE) })
    }

    fn is_over(&mut self, over: EventPattern) {
        self.content.until.push((Trigger::Happens(over.clone()), Vec::new()));
        self.over = Some(over);
    }

    /// What the norm says of whom it binds, where it need not bind yet: a time may be counted from before that, such as
    /// from the signature, or from the very day of the entry into force.
    pub(super) fn binding_or_to_come(&self) -> Vec<Condition> {
        let hooks = &self.this.model.hooks;
        let bears = FluentPattern {
            fluent: hooks.bears,
            args: vec![self.content.bearer, Term::Value(value_of(self.id))],
            value: Term::Value(Value::TRUE),
        };
        let either = |condition: &Condition| match condition {
            Condition::Holds(pattern) if pattern.fluent == hooks.binds => {
                Condition::AnyOf(vec![vec![condition.clone()], vec![Condition::Holds(bears.clone())]])
            }
            other => other.clone(),
        };
        let base: Vec<Condition> = self.content.base.iter().map(either).collect();
        self.or_named(&base)
    }

    /// Keeps the first day that is too late in a fluent, and acts when it comes.
    pub(super) fn deadline_day(&mut self, triggers: &[Occasion], time: Duration, conditions: Vec<Condition>) {
        let name = format!("{} too late from", self.name);
        let ty = FluentType::Valued(Hole::Day);
        let fluent = self.this.add_fluent(name, self.holes.clone(), ty, Mode::Inertial, false);
        let set = Effect::Initiate { fluent, args: self.args(), value: first_day_after(time) };
        let is_passed = self.this.passes && matches!(self.content.bearer, Term::Var(_));
        let passes = self.passes(Term::Any);
        let instead = self.owed_from(Term::Any);
        let unless: Vec<&EventPattern> = is_passed.then_some(&passes).into_iter().chain(&instead).collect();
        self.rule_on("has its time set", triggers, &conditions, &[set], &unless);
        let var = VarId::from_index(self.content.vars.len());
        self.content.vars.push(Var { name: "too-late".to_owned(), hole: Hole::Day });
        if is_passed {
            let old = self.former_bearer();
            let passes = Trigger::Happens(self.passes(Term::Var(old)));
            let was = FluentPattern { fluent, args: self.args_of(old), value: Term::Var(var) };
            let set = Effect::Initiate { fluent, args: self.args(), value: Expr::Var(var) };
            self.rule("passes on with its time", vec![passes], vec![Condition::Holds(was)], vec![set]);
        }
        self.time_owed_instead(fluent, var);
        let comes = Trigger::Comes(FluentPattern { fluent, args: self.args(), value: Term::Var(var) });
        let due = vec![Condition::Holds(self.is("due"))];
        let passed: Vec<Effect> = self.passed.clone().map(Effect::Happen).into_iter().collect();
        self.rule("has no time left", vec![comes], due, passed);
        let (left, right) = (Expr::Fluent(fluent, self.args()), Expr::Now);
        self.overdue(Condition::Compare { left, op: CompareOp::AtMost, right });
    }

    /// A duty that arises when its time is already out has been undone on the day after.
    pub(super) fn overdue(&mut self, already: Condition) {
        let Some(passed) = self.passed.clone() else { return };
        let trigger = Box::new(Trigger::Begins(self.is("due")));
        let time = Expr::Value(Value::duration(Duration::Ticks(1)));
        let next_day = Trigger::After { time, trigger, given: Vec::new() };
        let due = vec![Condition::Holds(self.is("due")), already];
        self.rule("was out of time when it fell due", vec![next_day], due, vec![Effect::Happen(passed)]);
    }
}

/// The day after the last one of a time that begins now.
fn first_day_after(time: Duration) -> Expr {
    let plus = |left: Expr, right: Value| Expr::Arith(ArithOp::Plus, Box::new(left), Box::new(Expr::Value(right)));
    plus(plus(Expr::Now, Value::duration(time)), Value::duration(Duration::Ticks(1)))
}

/// The tick that an expression is.
fn tick_of(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Value(value) => match value.kinded() {
            Kinded::Tick(tick) => Some(tick),
            _ => None,
        },
        _ => None,
    }
}
