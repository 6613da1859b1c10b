//! What definitions give in a state (rule 7 of `docs/semantics.md`).

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{Definition, Mention, Term};
use servanda_proof::{By, Filling, Shape, Target, Val};

use crate::conditions::Scene;
use crate::scope::{Scope, State, Values, of_shape};

use crate::walk::{Claims, change};

/// Fluents that are defined by each other, if they are at all; with every definition that could be of an entry of the
/// scope, and what is then known of its variables.
#[derive(Default)]
pub(crate) struct Group<'a> {
    recursive: bool,
    fluents: BTreeSet<u32>,
    heads: Vec<(usize, &'a Definition, Filling)>,
    /// What these could rest on, for which entry.
    rests: BTreeMap<Target, Vec<(usize, Shape)>>,
}

impl<'a> Group<'a> {
    /// The definitions of what is in the scope; before each, those of what it leads to.
    pub(crate) fn all(scope: &Scope<'a>, initial: &State<Option<Val>>) -> Vec<Group<'a>> {
        let leads = leads(scope);
        let mut groups: BTreeMap<(usize, u32), Group<'a>> = BTreeMap::new();
        for it in defining(scope) {
            let (of, all) = (it.fluent.0, &leads[&it.fluent.0]);
            let recursive = all.contains(&of);
            let mutual = all.iter().find(|far| leads.get(far).is_some_and(|it| it.contains(&of)));
            // What leads to less comes first; what leads to itself is counted by that already.
            let place = (all.len() + usize::from(!recursive), *mutual.unwrap_or(&of));
            let scene = Scene { scope, state: &State::new(), changes: initial, vars: &it.vars, forming: None };
            let rigid = scope.rigid(&it.conditions);
            for (shape, entry) in scope.of(Target::Fluent(of)) {
                let Some(known) = scene.matched(&it.args, shape, None, &Filling::new()) else { continue };
                let group = groups.entry(place).or_default();
                (group.recursive, _) = (recursive, group.fluents.insert(of));
                scope.owner.set(Some(entry));
                for known in scene.solve(&rigid, &known) {
                    for (fluent, terms) in rests(it) {
                        let shape = scene.shape(Target::Fluent(fluent), terms, &known);
                        group.rests.entry(shape.of).or_default().push((entry, shape));
                    }
                    group.heads.push((entry, it, known));
                }
            }
        }
        scope.owner.set(None);
        groups.into_values().collect()
    }

    /// What changes by the definitions in the state after some changes; at the beginning, all that they give. They
    /// depend on nothing but the state: entries that rest on nothing that changes stay as they are.
    pub(crate) fn follows(&self, scene: &Scene<'_>, beginning: bool) -> Claims {
        let Scene { scope, state, changes, .. } = *scene;
        let near = changes.keys().flat_map(|on| self.rests.get(&on.of).into_iter().flatten().map(move |it| (on, it)));
        let mut touched: BTreeSet<usize> =
            near.filter(|(on, (_, body))| body.covers(on)).map(|(_, (entry, _))| *entry).collect();
        if beginning || (self.recursive && !touched.is_empty()) {
            touched = self.heads.iter().map(|(entry, ..)| *entry).collect();
        }
        let (mut given, mut formed) = (BTreeMap::<(Shape, Val), By>::new(), Values::new());
        loop {
            for (entry, it, known) in self.heads.iter().filter(|(entry, ..)| touched.contains(entry)) {
                scope.owner.set(Some(*entry));
                let forming = self.recursive.then_some((&self.fluents, &formed));
                let scene = Scene { vars: &it.vars, forming, ..*scene };
                for filling in scene.solve(&it.conditions, known) {
                    let on = scene.shape(Target::Fluent(it.fluent.0), &it.args, &filling);
                    if let Some(value) = scene.value(&it.value, &filling).filter(|_| on.is_single()) {
                        given.entry((on, value)).or_insert(By::Definition(it.id.0, filling));
                    }
                }
            }
            scope.owner.set(None);
            let next = given.keys().cloned().collect();
            if !self.recursive || next == formed {
                break;
            }
            formed = next;
        }
        let held = self.heads.iter().filter(|(entry, ..)| touched.contains(entry));
        let held = held.flat_map(|(entry, ..)| of_shape(state, &scope.shapes[*entry])).map(|(on, _)| on);
        let mut all = Claims::new();
        for on in held.chain(given.keys().map(|(on, _)| on)).collect::<BTreeSet<_>>() {
            let before = state.get(on).copied();
            let mut values = given.iter().filter(|((it, _), _)| it == on).map(|((_, value), by)| (*value, by));
            scope.moving.borrow_mut().compared(values.clone().map(|(value, _)| value).chain(before));
            let (value, by) = match (values.next(), values.next()) {
                (Some((value, by)), None) => (Some(value), by),
                (Some(_), Some(_)) => (None, &By::Conflict),
                (None, _) => (None, &By::Lapse),
            };
            change(&mut all, on, before, value, by);
        }
        all
    }
}

/// Which fluents a definition rests on.
fn rests(it: &Definition) -> Vec<(u32, &[Term])> {
    let mut all = Vec::new();
    let mut see = |mention| {
        if let Mention::Fluent(fluent, terms) = mention {
            all.push((fluent.0, terms));
        }
    };
    it.conditions.iter().for_each(|condition| condition.mentions(&mut see));
    it.value.mentions(&mut see);
    all
}

/// The definitions of fluents that the scope lists something of.
fn defining<'a>(scope: &Scope<'a>) -> impl Iterator<Item = &'a Definition> {
    scope.program.definitions.iter().filter(|it| scope.of(Target::Fluent(it.fluent.0)).next().is_some())
}

/// All fluents that each defined fluent leads to, by way of those that the scope lists something of.
fn leads(scope: &Scope<'_>) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut all: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for it in defining(scope) {
        all.entry(it.fluent.0).or_default().extend(rests(it).into_iter().map(|(of, _)| of));
    }
    loop {
        let further = |it: &u32| all.get(it).into_iter().flatten().copied().chain([*it]).collect::<Vec<_>>();
        let next = all.iter().map(|(of, near)| (*of, near.iter().flat_map(further).collect())).collect();
        if next == all {
            return all;
        }
        all = next;
    }
}
