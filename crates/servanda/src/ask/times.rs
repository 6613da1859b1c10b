//! When the answer to a question is yes, for whoever wants to know why it is a no.

use servanda_engine::StepId;
use servanda_model::Value;

use super::ends;
use super::held::fillings;
use super::spells::{self, Spell};
use crate::ends::Ends;
use crate::question::Question;
use crate::say;
use crate::steps::days::{self, End};
use crate::world::{Outcome, Run, World};

/// When the answer to a question is yes.
pub(crate) struct Time<'o> {
    /// What fills its holes.
    pub(crate) label: String,
    /// In every chronology.
    pub(crate) certain: bool,
    /// The first day.
    pub(crate) since: Ends,
    /// The one after the last.
    pub(crate) until: Ends,
    /// The last day that may be the one after the last.
    over: Option<i64>,
    /// The step that began it in some run.
    pub(crate) begun: Option<(&'o Run, StepId)>,
    /// The step that ended it in some run.
    pub(crate) ended: Option<(&'o Run, StepId)>,
}

impl Time<'_> {
    /// Whether it is over by a day, in every chronology.
    pub(crate) fn is_over(&self, on: i64) -> bool {
        self.over.is_some_and(|over| over <= on)
    }
}

/// When the answer to a question is yes, in order of time.
pub(crate) fn times<'o>(world: &World<'_>, outcome: &'o Outcome, question: &Question) -> Vec<Time<'o>> {
    let mut all = spells::spells(fillings(outcome, question.fluent, i64::MIN));
    all.sort_by(|a, b| (a.sinces.iter().min(), &a.key).cmp(&(b.sinces.iter().min(), &b.key)));
    let mut all: Vec<Time<'o>> = all.into_iter().map(|it| time(world, it)).collect();
    join(&mut all);
    all
}

fn time<'o>(world: &World<'_>, it: Spell<'o>) -> Time<'o> {
    let shown = |value: &Value| say::value(world.model, &it.run().solution, *value);
    let label = it.key.iter().map(shown).collect::<Vec<_>>().join(", ");
    let (since, until) = ends(world, it.outcome, &it.sinces, &it.untils);
    let end = |step: Option<(&'o Run, StepId)>, days: &[Option<i64>], end: End| {
        let (run, step) = step?;
        let runs = &it.outcome.runs;
        let of_each = days.len() == runs.len();
        let day = of_each.then(|| runs.iter().position(|other| std::ptr::eq(&**other, run))).flatten();
        let told = days::Told { run, day: day.and_then(|at| days[at]), step: Some(step) };
        let each: Vec<(&Run, Option<i64>)> = runs.iter().map(|run| &**run).zip(days.iter().copied()).collect();
        told.day.map(|_| days::of_end(world, it.outcome, &told, &each, end))
    };
    let since = end(it.begun(), &it.sinces, End::Since).unwrap_or(since);
    let until = end(it.ended(), &it.untils, End::Until).unwrap_or(until);
    let over = it.untils.iter().copied().collect::<Option<Vec<i64>>>().and_then(|all| all.into_iter().max());
    Time { label, certain: it.certain, since, until, over, begun: it.begun(), ended: it.ended() }
}

/// What may be so just before or after it certainly is makes its first or its last day an open one.
fn join(all: &mut Vec<Time<'_>>) {
    let mut at = 0;
    while at < all.len() {
        let (one, certain) = (&all[at], all[at].certain);
        let meets = |other: &Time<'_>| {
            !certain
                && other.certain
                && other.label == one.label
                && other.since.one.is_some()
                && one.since.one.is_some()
        };
        let next = all.iter().position(|other| meets(other) && other.since.one == one.until.one);
        let before = all.iter().position(|other| meets(other) && other.until.one == one.since.one);
        let (since, until, over) = (one.since, one.until, one.over);
        match (next, before) {
            (Some(next), _) => {
                all[next].since = Ends { one: None, between: Some((since.one, until.one)) };
            }
            (None, Some(before)) if until.between.is_none() => {
                all[before].until = Ends { one: None, between: Some((since.one, until.one)) };
                all[before].over = over;
            }
            _ => {
                at += 1;
                continue;
            }
        }
        all.remove(at);
    }
}
