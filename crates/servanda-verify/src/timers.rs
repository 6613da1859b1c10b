//! What is to come, and what waits for its time (rules 14 and 18 to 22 of `docs/semantics.md`).

use servanda_proof::{By, Claims, Filling, Instant, Kind, Moment, Shape, Val, What};

use crate::conditions::Scene;
use crate::value::later;
use crate::walk::{State, Walk};

/// What comes at an instant: it says something, as the narrative or a deadline does, or it sets a head off.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timer {
    pub(crate) until: Instant,
    pub(crate) says: Option<(What, By)>,
    pub(crate) wakes: Option<(usize, Filling)>,
    /// Since when it waits; if a value must last until then, of what, and whether until it is started again.
    pub(crate) since: Moment,
    pub(crate) lasting: Option<(Shape, Val, bool)>,
}

impl Timer {
    /// What it says. A renewable deadline waits for the renewals of the moment.
    pub(crate) fn says(&self, claims: &Claims) -> Option<(What, By)> {
        let own = self.says.clone()?;
        let renews = |(on, value, renewable): &(Shape, Val, bool)| {
            *renewable && on.said(Kind::Start, claims).any(|(it, by)| it.value == Some(*value) && *by != own.1)
        };
        if self.lasting.as_ref().is_some_and(renews) { None } else { Some(own) }
    }

    /// Whether what is said keeps what it waits for from lasting.
    fn is_broken_by(&self, it: &What) -> bool {
        let Some((_, value, renewable)) = &self.lasting else { return false };
        let (same, of_deadline) = (it.value == Some(*value), matches!(self.says, Some((_, By::Deadline(_)))));
        match it.kind {
            Kind::Start => (same && *renewable) || (!same && of_deadline),
            Kind::End => of_deadline && (same || it.value.is_none()),
            Kind::Cease => !of_deadline && same,
            _ => false,
        }
    }
}

impl Walk<'_> {
    /// Forgets the timers that something said at this moment breaks.
    pub(crate) fn break_timers(&mut self, claims: &Claims) {
        for (what, _) in claims {
            for on in what.on.of(&self.lasting).map(|(on, _)| on.clone()).collect::<Vec<Shape>>() {
                for moment in self.lasting.remove(&on).into_iter().flatten() {
                    let Some(timers) = self.coming.get_mut(&moment) else { continue };
                    let mine = |it: &Timer| it.lasting.as_ref().is_some_and(|(its, ..)| *its == on);
                    let broken = |it: &Timer| mine(it) && it.since < self.now && it.is_broken_by(what);
                    timers.extract_if(.., broken).for_each(|it| self.moving.hangs_on(&self.at, &it.until));
                    let still = Some(moment).filter(|_| timers.iter().any(mine));
                    self.lasting.entry(on.clone()).or_default().extend(still);
                }
            }
        }
    }

    /// Takes down the timers that begin at this moment.
    pub(crate) fn arm(&mut self, claims: &Claims, changes: &State<Option<Val>>) {
        let (mut all, now) = (Vec::new(), self.now.map_or(i64::MIN, |(tick, _)| tick));
        let mut add = |time: Val, since, lasting, says, wakes| {
            let due = later(self.reading.program.clock, now, time);
            all.extend(due.map(|due| (due, Timer { until: self.at.after(time), says, wakes, since, lasting })));
        };
        for (what, _) in claims {
            for it in self.reading.deadlines(what) {
                let lasting = what.value.map(|value| (what.on.clone(), value, it.renewable));
                // What breaks it on the very tick that it begins does not count.
                add(it.time, Some((now, u32::MAX)), lasting, Some((it.what, it.by)), None);
            }
        }
        for (wait, what, filling) in self.met(claims) {
            let (Some(time), before) = (wait.when.time, self.scene(wait.head)) else { continue };
            let lasting = wait.when.lasting.zip(what.value).map(|(anew, value)| (what.on.clone(), value, anew));
            let after = || changes.get(&what.on).copied().unwrap_or_else(|| self.state.get(&what.on).copied());
            if lasting.is_some() && after() != what.value {
                continue;
            }
            let scene = if lasting.is_some() { Scene { changes, ..before } } else { before };
            for mut filling in scene.solve(wait.when.given.iter().collect(), &filling) {
                if let Some(time) = scene.value(time, &filling) {
                    filling.extend(&self.heads[wait.head].known);
                    add(time, self.now, lasting.clone(), None, Some((wait.head, filling)));
                }
            }
        }
        for (on, value) in changes {
            if let Some(day @ Val::Tick(due)) = *value {
                let (until, lasting) = (self.moving.instant(due), Some((on.clone(), day, false)));
                self.moving.hangs_on(&self.at, &until);
                let says = Some((What { kind: Kind::Come, on: on.clone(), value: *value }, By::Day));
                all.push((due, Timer { until, says, wakes: None, since: self.now, lasting }));
            }
        }
        for (due, timer) in all.into_iter().filter(|(due, _)| now < *due) {
            // Timers are due at the beginning of a tick.
            if let Some((on, ..)) = &timer.lasting {
                self.lasting.entry(on.clone()).or_default().insert(Some((due, 0)));
            }
            self.coming.entry(Some((due, 0))).or_default().insert(timer);
        }
    }
}
