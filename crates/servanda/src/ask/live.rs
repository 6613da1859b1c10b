//! What can come to be at all, of what is told: rules that nothing sets off, and definitions of which a part never holds,
//! make no difference to any answer.

use servanda_model::{Condition, Definition, Effect, Happening, Model, Rule, Trigger};

/// By fluent and by action whether it may ever hold or happen. Looks at names only, so it may say yes too often.
pub(super) struct Live {
    fluents: Vec<bool>,
    actions: Vec<bool>,
}

impl Live {
    pub(super) fn of(model: &Model) -> Live {
        let program = &model.program;
        // What a feed may tell is not known here.
        let from_feeds = !model.feeds.is_empty();
        let mut live =
            Live { fluents: vec![from_feeds; program.fluents.len()], actions: vec![from_feeds; program.actions.len()] };
        model.initial.iter().for_each(|it| live.fluents[it.item.fluent.index()] = true);
        for happening in model.events.iter().flat_map(|event| &event.happenings) {
            match happening {
                Happening::Action(action, _) => live.actions[action.index()] = true,
                Happening::FactBegins(fluent, ..) | Happening::FactEnds(fluent, ..) => {
                    live.fluents[fluent.index()] = true;
                }
            }
        }
        while live.grows(model) {}
        live
    }

    /// One round; whether it added anything.
    fn grows(&mut self, model: &Model) -> bool {
        let mut grown = false;
        for rule in &model.rules {
            if !self.rule(&rule.item) {
                continue;
            }
            for effect in &rule.item.effects {
                let place = match effect {
                    Effect::Initiate { fluent, .. } | Effect::Increase { fluent, .. } => {
                        &mut self.fluents[fluent.index()]
                    }
                    Effect::Terminate { pattern } => &mut self.fluents[pattern.fluent.index()],
                    Effect::Happen(pattern) => &mut self.actions[pattern.action.index()],
                };
                grown |= !std::mem::replace(place, true);
            }
        }
        for definition in &model.definitions {
            if self.definition(&definition.item) {
                grown |= !std::mem::replace(&mut self.fluents[definition.item.fluent.index()], true);
            }
        }
        grown
    }

    pub(super) fn rule(&self, rule: &Rule) -> bool {
        rule.triggers.iter().any(|it| self.trigger(it)) && self.all(&rule.conditions)
    }

    pub(super) fn definition(&self, definition: &Definition) -> bool {
        self.all(&definition.conditions)
    }

    fn all(&self, conditions: &[Condition]) -> bool {
        conditions.iter().all(|condition| match condition {
            Condition::Holds(it) => self.fluents.get(it.fluent.index()).copied().unwrap_or(true),
            Condition::AnyOf(lists) => lists.iter().any(|list| self.all(list)),
            _ => true,
        })
    }

    fn trigger(&self, trigger: &Trigger) -> bool {
        match trigger {
            Trigger::Happens(it) => self.actions[it.action.index()],
            Trigger::Initiated(it)
            | Trigger::Begins(it)
            | Trigger::Ends(it)
            | Trigger::Comes(it)
            | Trigger::HasHeld { pattern: it, .. } => self.fluents[it.fluent.index()],
            Trigger::After { trigger, .. } => self.trigger(trigger),
        }
    }
}
