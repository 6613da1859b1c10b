//! Values that need not be kept once they hold.
//!
//! A duty that is met, excused or lapsed is at an end, and nothing looks at it any more unless a rule says so. Where
//! intervals are written as they close, such a duty is written as it ends. Where they are sorted, what it comes to later is
//! found among the rows of the same duty (see [`crate::group`]); that must then be all there is, so nothing may end the
//! value without giving another.

use servanda_model::{Effect, Expr, Happening, Mode, Model, Occurrence, Program, Ties, Value};

use crate::run::Order;
use crate::slice::looks_at;

const ENDS: [&str; 4] = ["met", "met-late", "excused", "lapsed"];

/// For each fluent the values that need not be kept.
pub(crate) fn forgets(model: &Model, program: &Program, told: &[Occurrence], order: Order) -> Vec<Vec<Value>> {
    let word = |entity: &servanda_model::EntityId| model.lexicon.entities[entity.index()].name.as_str();
    let statuses = model.hooks.statuses.iter().map(|(entity, _)| entity);
    let ends: Vec<Value> = statuses.filter(|it| ENDS.contains(&word(it))).map(|it| Value::entity(*it)).collect();
    let mut forgets = vec![Vec::new(); program.fluents.len()];
    for norm in &model.norms {
        let fluent = norm.status.index();
        let is_sure = order == Order::AsTheyClose || only_changes(program, told, fluent);
        if !is_sure || program.fluents[fluent].mode == Mode::Derived {
            continue;
        }
        forgets[fluent] = ends.iter().filter(|end| may_be_forgotten(program, fluent, **end)).copied().collect();
    }
    forgets
}

fn may_be_forgotten(program: &Program, fluent: usize, value: Value) -> bool {
    let gives = |effect: &Effect| matches!(effect, Effect::Initiate { fluent: of, value: Expr::Value(it), .. } if of.index() == fluent && *it == value);
    program.rules.iter().any(|rule| rule.effects.iter().any(gives))
        && program.fluents[fluent].deadlines.iter().all(|deadline| deadline.from != value)
        && !looks_at(program, fluent, value)
}

/// Whether a value of the fluent ends only with another one, or with a contradiction that is reported.
fn only_changes(program: &Program, told: &[Occurrence], fluent: usize) -> bool {
    let ends = |effect: &Effect| match effect {
        Effect::Terminate { pattern } => pattern.fluent.index() == fluent,
        Effect::Increase { fluent: of, .. } => of.index() == fluent,
        Effect::Initiate { .. } | Effect::Happen(_) => false,
    };
    let is_ended = |it: &Occurrence| matches!(&it.what, Happening::FactEnds(of, ..) if of.index() == fluent);
    program.fluents[fluent].ties != Ties::EndingWins
        && program.fluents[fluent].deadlines.iter().all(|deadline| deadline.to.is_some())
        && !program.rules.iter().any(|rule| rule.effects.iter().any(ends))
        && !told.iter().any(is_ended)
}
