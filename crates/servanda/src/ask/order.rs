//! What was done before something else, or after it, on the same day: the dossier says so with `then`.

use servanda_model::{EventId, EventPattern, Happening, Model, Term};

use super::{Answer, Truth, acts};
use crate::question::{Form, Question};
use crate::world::{Outcome, World};

/// The most steps from one act to another.
const MOST_STEPS: usize = 16;

/// Acts that are said to be before or after another on its very day.
pub(super) fn in_order(world: &World<'_>, outcome: &Outcome, question: &Question, answers: &mut Vec<Answer>) {
    let model = world.model;
    let (Form::Acts { patterns, asked, negated: false }, Some((beside, before))) = (&question.form, question.beside)
    else {
        return;
    };
    if !outcome.visible.contains(&beside) {
        return;
    }
    let free = Question { during: None, surely: None, beside: None, ..question.clone() };
    for id in outcome.visible.iter().filter(|id| **id != beside) {
        let (first, later) = if before { (*id, beside) } else { (beside, *id) };
        let mut said = model.events[id.index()].happenings.iter().filter_map(|it| own_act(patterns, it)).peekable();
        if said.peek().is_none() || !comes_first(model, first, later) {
            continue;
        }
        for act in said {
            for one in acts(world, outcome, &[act], asked, &free, None) {
                match answers.iter_mut().find(|known| known.text == one.text) {
                    Some(known) if known.truth == Truth::Certain => {}
                    Some(known) => *known = one,
                    None => answers.push(one),
                }
            }
        }
    }
}

/// What happened, as an act of its own, if it is one of those asked about.
fn own_act(patterns: &[EventPattern], happening: &Happening) -> Option<EventPattern> {
    let Happening::Action(action, args) = happening else { return None };
    let fits = |pattern: &&EventPattern| {
        let differs = |(term, value): (&Term, _)| matches!(term, Term::Value(wanted) if wanted != value);
        pattern.action == *action && !pattern.args.iter().zip(args).any(differs)
    };
    patterns.iter().find(fits)?;
    Some(EventPattern { action: *action, args: args.iter().map(|value| Term::Value(*value)).collect() })
}

/// Whether one act is said to come before another on one day, at once or through others.
fn comes_first(model: &Model, first: EventId, later: EventId) -> bool {
    let mut reached = vec![later];
    let mut next = 0;
    while let Some(id) = reached.get(next).copied().filter(|_| next < MOST_STEPS) {
        next += 1;
        for relation in model.events[id.index()].relations.iter().filter(|it| it.then) {
            let earlier = model.events.iter().position(|event| event.entity == Some(relation.other));
            let Some(earlier) = earlier.map(EventId::from_index) else { continue };
            if earlier == first {
                return true;
            }
            if !reached.contains(&earlier) {
                reached.push(earlier);
            }
        }
    }
    false
}
