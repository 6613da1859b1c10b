//! What follows from what within one moment, as far as names tell: which fluents an action may change.

use std::collections::{BTreeMap, BTreeSet};

use super::Elaborator;
use crate::ids::{ActionId, EntityId, FluentId};
use crate::program::{Condition, Effect, Expr, Happening, Rule, Term, Trigger};

type Reached = (BTreeSet<ActionId>, BTreeSet<FluentId>);

impl Elaborator<'_> {
    /// Whether the fluent may change at the very moment at which the action happens, and because of it. Looks at names
    /// only, not at arguments and conditions, so it may say yes too often.
    pub(crate) fn may_change(&self, action: ActionId, fluent: FluentId) -> bool {
        self.reached(BTreeSet::from([action]), BTreeSet::new()).1.contains(&fluent)
    }

    /// Whether a fluent may change, or have to wait, at the very moment at which the other changes, and because of it.
    pub(crate) fn may_follow(&self, first: FluentId, then: FluentId) -> bool {
        let waits =
            |rule: &Rule, actions: &BTreeSet<ActionId>| rule.unless.iter().any(|it| actions.contains(&it.action));
        self.reached_by(BTreeSet::new(), BTreeSet::from([first]), &waits).1.contains(&then)
    }

    /// Whether anything told by the dossier, or by the rows of a feed, may lead to the action at its moment.
    pub(crate) fn may_come_to(&self, action: ActionId) -> bool {
        let leads = |effect: &Effect| matches!(effect, Effect::Happen(pattern) if pattern.action == action);
        if !self.model.rules.iter().flat_map(|rule| &rule.item.effects).any(leads) {
            return false;
        }
        let mut actions = BTreeSet::new();
        let mut fluents = BTreeSet::new();
        for happening in self.model.events.iter().flat_map(|event| &event.happenings) {
            match happening {
                Happening::Action(action, _) => drop(actions.insert(*action)),
                Happening::FactBegins(fluent, ..) | Happening::FactEnds(fluent, ..) => drop(fluents.insert(*fluent)),
            }
        }
        self.is_fed() || self.reached(actions, fluents).0.contains(&action)
    }

    /// What is named in the statements that may change a fluent at their moment; everything where rows bring more.
    pub(crate) fn told_with(&self, fluent: FluentId) -> BTreeSet<EntityId> {
        if self.is_fed() {
            return (0..self.model.lexicon.entities.len()).map(EntityId::from_index).collect();
        }
        let mut by_action = BTreeMap::new();
        let mut by_fluent = BTreeMap::new();
        let mut told = BTreeSet::new();
        for happening in self.model.events.iter().flat_map(|event| &event.happenings) {
            let (changes, args) = match happening {
                Happening::Action(action, args) => {
                    (*by_action.entry(*action).or_insert_with(|| self.may_change(*action, fluent)), args)
                }
                Happening::FactBegins(first, args, _) | Happening::FactEnds(first, args, _) => {
                    (*by_fluent.entry(*first).or_insert_with(|| self.may_follow(*first, fluent)), args)
                }
            };
            if changes {
                told.extend(args.iter().filter_map(|value| value.as_entity()));
            }
        }
        told
    }

    /// Whether an action may happen, or have to wait, at the very moment at which one of the fluents changes, and because of it.
    pub(crate) fn may_set_off(&self, fluents: BTreeSet<FluentId>, action: ActionId) -> bool {
        let waits =
            |rule: &Rule, actions: &BTreeSet<ActionId>| rule.unless.iter().any(|it| actions.contains(&it.action));
        self.reached_by(BTreeSet::new(), fluents, &waits).0.contains(&action)
    }

    /// Whether rows bring anything.
    fn is_fed(&self) -> bool {
        let mut statements = self.documents.iter().flat_map(|file| &file.document.statements);
        statements.any(|statement| statement.keyword() == Some("feed"))
    }

    /// Whether a fluent may hold at all, by what is told: looks at names only. How norms stand is not known yet, so they may
    /// stand in any way.
    pub(crate) fn may_hold(&self, fluent: FluentId) -> bool {
        let statuses = self.model.hooks.statuses.iter().map(|(_, fluent)| *fluent);
        let mut fluents: BTreeSet<FluentId> = statuses.collect();
        let hooks = &self.model.hooks;
        fluents.extend([hooks.bears, hooks.owed_by_each, hooks.permissive, hooks.belongs_to]);
        fluents.extend(self.model.initial.iter().map(|it| it.item.fluent));
        let mut actions = BTreeSet::new();
        for happening in self.model.events.iter().flat_map(|event| &event.happenings) {
            match happening {
                Happening::Action(action, _) => drop(actions.insert(*action)),
                Happening::FactBegins(fluent, ..) | Happening::FactEnds(fluent, ..) => drop(fluents.insert(*fluent)),
            }
        }
        loop {
            let before = actions.len() + fluents.len();
            for rule in self.model.rules.iter().map(|it| &it.item) {
                let sets_off = |it: &Trigger| may_match(it, &actions, &fluents);
                if !rule.triggers.iter().any(sets_off) || !may_be(&rule.conditions, &fluents) {
                    continue;
                }
                for effect in &rule.effects {
                    match effect {
                        Effect::Happen(pattern) => drop(actions.insert(pattern.action)),
                        Effect::Initiate { fluent, .. } | Effect::Increase { fluent, .. } => {
                            fluents.insert(*fluent);
                        }
                        Effect::Terminate { .. } => {}
                    }
                }
            }
            let definitions = self.model.definitions.iter().map(|it| &it.item);
            fluents.extend(
                definitions.filter(|it| may_be(&it.conditions, &fluents)).map(|it| it.fluent).collect::<Vec<_>>(),
            );
            if actions.len() + fluents.len() == before {
                return self.is_fed() || fluents.contains(&fluent);
            }
        }
    }

    /// The actions and fluents that may follow from these at one moment.
    fn reached(&self, actions: BTreeSet<ActionId>, fluents: BTreeSet<FluentId>) -> Reached {
        self.reached_by(actions, fluents, &|_, _| false)
    }

    fn reached_by(
        &self,
        mut actions: BTreeSet<ActionId>,
        mut fluents: BTreeSet<FluentId>,
        waits: &dyn Fn(&Rule, &BTreeSet<ActionId>) -> bool,
    ) -> Reached {
        loop {
            let before = actions.len() + fluents.len();
            for rule in &self.model.rules {
                let sets_off = |trigger: &Trigger| sets_off(trigger, &actions, &fluents);
                if rule.item.triggers.iter().any(sets_off) || waits(&rule.item, &actions) {
                    for effect in &rule.item.effects {
                        match effect {
                            Effect::Happen(pattern) => drop(actions.insert(pattern.action)),
                            Effect::Initiate { fluent, .. } | Effect::Increase { fluent, .. } => {
                                fluents.insert(*fluent);
                            }
                            Effect::Terminate { pattern } => drop(fluents.insert(pattern.fluent)),
                        }
                    }
                }
            }
            for definition in &self.model.definitions {
                let mut rests = false;
                each_fluent(&definition.item.conditions, &mut |on, _| rests |= fluents.contains(&on));
                each_fluent_of(&definition.item.value, &mut |on, _| rests |= fluents.contains(&on));
                if rests {
                    fluents.insert(definition.item.fluent);
                }
            }
            if actions.len() + fluents.len() == before {
                return (actions, fluents);
            }
        }
    }
}

fn sets_off(trigger: &Trigger, actions: &BTreeSet<ActionId>, fluents: &BTreeSet<FluentId>) -> bool {
    match trigger {
        Trigger::Happens(pattern) => actions.contains(&pattern.action),
        Trigger::Initiated(pattern) | Trigger::Begins(pattern) | Trigger::Ends(pattern) => {
            fluents.contains(&pattern.fluent)
        }
        // These come of what was before the moment.
        Trigger::Comes(_) | Trigger::HasHeld { .. } | Trigger::After { .. } => false,
    }
}

fn may_match(trigger: &Trigger, actions: &BTreeSet<ActionId>, fluents: &BTreeSet<FluentId>) -> bool {
    match trigger {
        Trigger::Happens(pattern) => actions.contains(&pattern.action),
        Trigger::Initiated(pattern)
        | Trigger::Begins(pattern)
        | Trigger::Ends(pattern)
        | Trigger::Comes(pattern)
        | Trigger::HasHeld { pattern, .. } => fluents.contains(&pattern.fluent),
        Trigger::After { trigger, .. } => may_match(trigger, actions, fluents),
    }
}

/// Whether conditions may be so, where only these fluents ever hold.
fn may_be(conditions: &[Condition], fluents: &BTreeSet<FluentId>) -> bool {
    conditions.iter().all(|condition| match condition {
        Condition::Holds(pattern) => fluents.contains(&pattern.fluent),
        Condition::AnyOf(lists) => lists.iter().any(|list| may_be(list, fluents)),
        _ => true,
    })
}

/// Calls for each fluent that conditions read, with its arguments and, where the condition names it, its value.
pub(crate) fn each_fluent(conditions: &[Condition], visit: &mut dyn FnMut(FluentId, &[Term])) {
    for condition in conditions {
        match condition {
            Condition::Holds(pattern) => {
                visit(pattern.fluent, &pattern.args);
                visit(pattern.fluent, &[pattern.value]);
            }
            Condition::Not(list) => each_fluent(list, visit),
            Condition::AnyOf(lists) => lists.iter().for_each(|list| each_fluent(list, visit)),
            Condition::Compare { left, right, .. } | Condition::Undecided { left, right, .. } => {
                each_fluent_of(left, visit);
                each_fluent_of(right, visit);
            }
            Condition::Let(_, expr) => each_fluent_of(expr, visit),
            Condition::IsKind(..) => {}
        }
    }
}

fn each_fluent_of(expr: &Expr, visit: &mut dyn FnMut(FluentId, &[Term])) {
    match expr {
        Expr::Fluent(fluent, args) => visit(*fluent, args),
        Expr::Arith(_, left, right) => {
            each_fluent_of(left, visit);
            each_fluent_of(right, visit);
        }
        Expr::Aggregate(it) => {
            each_fluent_of(&it.of, visit);
            each_fluent(&it.over, visit);
        }
        Expr::Value(_) | Expr::Var(_) | Expr::Now => {}
    }
}
