//! What waits for its time (rules 14 and 18 to 22 of `docs/semantics.md`).

use servanda_model::{Deadline, Value};
use servanda_proof::{By, Filling, Instant, Kind, Moment, Shape, Target, Val, What};

use crate::conditions::Scene;
use crate::scope::State;
use crate::value::later;
use crate::walk::{Claims, Head, Walk, ends, said};

/// What waits, since when; if a value must last until then, of what, and whether until it is started again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timer {
    armed: i64,
    pub(crate) fires: Fires,
    pub(crate) lasting: Option<(Shape, Val, bool)>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fires {
    /// The day comes that the value is.
    Day,
    /// A deadline of the fluent whose value must last.
    Deadline(usize),
    /// A trigger of a rule.
    Trigger(u32, usize, Filling),
}

impl Timer {
    /// Whether it outlasts what happens at a moment before it is due; it was armed earlier, or on this very tick.
    pub(crate) fn outlasts(&self, tick: i64, claims: &Claims) -> bool {
        let Some((on, value, renewable)) = &self.lasting else { return true };
        let same = |(it, _): &(What, By)| it.value == Some(*value);
        let renewed = *renewable && said(claims, Kind::Start, on).any(same);
        if !matches!(self.fires, Fires::Deadline(_)) {
            return !(renewed || said(claims, Kind::Cease, on).any(same));
        }
        let other = said(claims, Kind::Start, on).any(|it| !same(it));
        self.armed == tick || !(renewed || other || ends(claims, on).any(|it| it.is_none_or(|it| it == *value)))
    }
}

impl<'a> Walk<'a> {
    fn deadlines(&self, on: &Shape) -> &'a [Deadline] {
        let Target::Fluent(id) = on.of else { return &[] };
        self.scope.program.fluents.get(id as usize).map_or(&[], |it| &it.deadlines)
    }

    /// What a timer by itself does as it runs out. A renewable deadline waits for the renewals of the moment.
    pub(crate) fn runs_out(&self, timer: &Timer, claims: &Claims) -> Option<(What, By)> {
        let (on, value, renewable) = timer.lasting.clone()?;
        let place = match timer.fires {
            Fires::Trigger(..) => return None,
            Fires::Day => return Some((What { kind: Kind::Come, on, value: Some(value) }, By::Day)),
            Fires::Deadline(place) => place,
        };
        let by = By::Deadline(place as u32);
        let renews = |(it, other): &(What, By)| renewable && it.value == Some(value) && *other != by;
        if said(claims, Kind::Start, &on).any(renews) {
            return None;
        }
        let to = self.deadlines(&on)[place].to.map(|to| self.scope.val(to));
        let kind = if to.is_some() { Kind::Start } else { Kind::End };
        Some((What { kind, on, value: to.or(Some(value)) }, by))
    }

    /// The timers that a moment arms, and when they are due.
    pub(crate) fn armed(
        &self,
        moment: Moment,
        at: &Instant,
        claims: &Claims,
        changes: &State<Option<Val>>,
    ) -> Vec<(i64, Instant, Timer)> {
        let (mut all, tick) = (Vec::new(), moment.map_or(i64::MIN, |(tick, _)| tick));
        let mut add = |time: Option<Val>, fires, lasting| {
            let due = time.and_then(|time| Some((later(self.scope.program.clock, tick, time, 1)?, at.after(time))));
            all.extend(due.map(|(due, until)| (due, until, Timer { armed: tick, fires, lasting })));
        };
        for (what, _) in claims.iter().filter(|(what, _)| what.kind == Kind::Start) {
            for (place, it) in self.deadlines(&what.on).iter().enumerate() {
                let from = self.scope.val(it.from);
                if what.value == Some(from) {
                    let lasting = Some((what.on.clone(), from, it.renewable));
                    add(Some(self.scope.val(Value::duration(it.after))), Fires::Deadline(place), lasting);
                }
            }
        }
        for Head { entry, rule, known, waits, .. } in self.woken(moment, claims) {
            self.scope.owner.set(Some(*entry));
            for (place, wait) in waits.iter().enumerate() {
                let Some(timed) = &wait.timed else { continue };
                let before = self.scene(&rule.vars);
                let scene = if timed.lasting.is_some() { Scene { changes, ..before } } else { before };
                let mut begun = self.at_once(&before, wait, wait.kind, &wait.early(known), claims);
                if timed.lasting == Some(true) {
                    let renewed = self.at_once(&before, wait, Kind::Start, &wait.early(known), claims).into_iter();
                    let after = |on| changes.get(on).copied().unwrap_or_else(|| self.state.get(on).copied());
                    begun.extend(renewed.filter(|(what, _)| after(&what.on) == what.value));
                }
                for (what, filling) in begun {
                    let lasting = timed.lasting.zip(what.value);
                    let lasting = lasting.map(|(renewable, value)| (what.on.clone(), value, renewable));
                    for filling in scene.solve(timed.given, &filling) {
                        let time = scene.value(timed.time, &filling);
                        add(time, Fires::Trigger(rule.id.0, place, filling), lasting.clone());
                    }
                }
            }
        }
        self.scope.owner.set(None);
        for (on, value) in changes {
            if let Some(day @ Val::Tick(due)) = *value {
                let (until, lasting) = (self.scope.moving.borrow().instant(due), Some((on.clone(), day, false)));
                self.scope.moving.borrow_mut().hangs_on(at, &until);
                all.push((due, until, Timer { armed: tick, fires: Fires::Day, lasting }));
            }
        }
        all
    }
}
