//! What must happen at a moment (rules 7, 12 to 15 and 22 of `docs/semantics.md`).

use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{ArithOp, Mode, Ties};
use servanda_proof::{By, Claims, Filling, Kind, Place, Shape, Target, Val, What};

use crate::conditions::Scene;
use crate::value::arithmetic;
use crate::walk::{State, Wait, Walk};

impl<'a> Walk<'a> {
    /// What triggers wait for and these claims say: by nothing that holds from the start (rule 4).
    pub(crate) fn met<'s>(&'s self, claims: &'s Claims) -> impl Iterator<Item = (&'s Wait<'a>, &'s What, Filling)> {
        claims.iter().filter(|_| self.now.is_some()).flat_map(move |(what, _)| {
            let waits = self.waits.get(&what.on.of).into_iter().flatten();
            let waits = waits.filter(|it| it.when.waits_for(what.kind) && it.on.covers(&what.on));
            waits.filter_map(move |wait| {
                let said = what.on.beside(wait.when.args).chain(what.value.map(|value| (wait.when.value, value)));
                Some((wait, what, self.scene(wait.head).matched(said, &wait.known)?))
            })
        })
    }

    /// Rules 13 and 14: what rules do whose triggers are met.
    pub(crate) fn ruled(&self, claims: &Claims, all: &mut Claims) {
        let mut met: BTreeMap<usize, Vec<Filling>> = BTreeMap::new();
        let at_once = self.met(claims).filter(|(wait, ..)| wait.when.time.is_none());
        let at_once = at_once.map(|(wait, _, filling)| (wait.head, filling));
        for (head, filling) in at_once.chain(self.due.iter().filter_map(|it| it.wakes.clone())) {
            met.entry(head).or_default().push(filling);
        }
        for (at, fillings) in met {
            let scene = self.scene(at);
            let solved =
                fillings.iter().flat_map(|it| scene.solve(scene.deed.conditions.iter().collect(), it)).collect();
            for filling in self.moving.distinct(solved) {
                let excepted = scene.deed.unless.iter().any(|it| {
                    let shape = scene.shape(Target::Action(it.action.0), &it.args, &filling);
                    self.looks_up(scene.owner, &shape);
                    let fits = |what: &What| scene.matched(what.on.beside(&it.args), &filling).is_some();
                    shape.said(Kind::Happen, claims).any(|(what, _)| fits(what))
                });
                let what = scene.done(&filling).filter(|_| !excepted);
                all.extend(what.map(|what| (what, scene.deed.by(filling))));
            }
        }
    }

    /// Rule 15: what the effects on each instance come to.
    pub(crate) fn together(&self, all: &mut Claims) {
        let mut new = Claims::new();
        let effects = all.iter().filter(|(it, _)| matches!(it.kind, Kind::Start | Kind::End | Kind::Add));
        let ends: Vec<&What> = effects.clone().map(|(what, _)| what).filter(|it| it.kind == Kind::End).collect();
        let on = effects.flat_map(|(what, _)| what.on.of(&self.state).map(|(on, _)| on).chain([&what.on]));
        for on in on.filter(|on| on.is_single()).collect::<BTreeSet<_>>() {
            let Some(fluent) = self.reading.fluent(on.of).filter(|it| it.mode == Mode::Inertial) else { continue };
            let before = self.state.get(on).copied();
            let mut started: BTreeSet<Val> = on.said(Kind::Start, all).filter_map(|(it, _)| it.value).collect();
            let ends: BTreeSet<_> = ends.iter().filter(|it| it.on.covers(on)).map(|it| it.value).collect();
            let added: Vec<Val> = on.said(Kind::Add, all).filter_map(|(it, _)| it.value).collect();
            let others = !started.is_empty() || !ends.is_empty();
            let mixed = others && !added.is_empty();
            if !others && !added.is_empty() {
                let plus = |sum, by| arithmetic(self.reading.program.clock, sum, ArithOp::Plus, by);
                let sum = before.or(Val::whole(0)).and_then(|before| added.into_iter().try_fold(before, plus));
                started.extend(sum);
                new.extend(sum.map(|_| (What { kind: Kind::Start, on: on.clone(), value: sum }, By::Effects)));
            }
            let named = ends.iter().copied().chain([before]).flatten();
            self.moving.compared(named.chain(started.iter().copied()));
            let cut = |value: &Val| ends.contains(&None) || ends.contains(&Some(*value));
            let ended = |value: &Val| cut(value) || started.iter().any(|other| other != value);
            let clash = started.len() > 1 || (fluent.ties == Ties::Contradiction && started.iter().any(cut));
            let conflict = mixed || (clash && fluent.ties != Ties::EndingWins);
            let begun = started.iter().find(|value| fluent.ties != Ties::EndingWins || !ended(value)).copied();
            let value = begun.or(before.filter(|value| !ended(value))).filter(|_| !conflict);
            change(&mut new, on, before, value, if conflict { &By::Conflict } else { &By::Effects });
        }
        all.extend(new);
    }

    /// The entries for which something was looked up that changes.
    fn touched(&self, changes: &State<Option<Val>>) -> BTreeSet<usize> {
        changes.keys().flat_map(|on| on.wider(&self.looked)).flat_map(|(_, owners)| owners).copied().flatten().collect()
    }

    /// Rule 7: what changes by definition where this is so; at the beginning, all that definitions give. They depend on
    /// nothing but the state: where nothing changes that was looked up, all stays as it is.
    pub(crate) fn defined(&self, own: &Claims) -> Claims {
        let (mut state, mut all) = (changes(own), Claims::new());
        let mut touched = self.touched(&state);
        for (place, heads) in &self.definitions {
            let Some(place) = place else { continue };
            let is_touched = |at: &&usize| self.now.is_none() || touched.contains(&self.heads[**at].entry);
            let whole = place.recursive && heads.iter().any(|at| is_touched(&at));
            let heads: Vec<usize> = heads.iter().filter(|at| whole || is_touched(at)).copied().collect();
            let formed = self.formed(*place, &state, &heads);
            let held = heads.iter().flat_map(|at| self.proof.scope[self.heads[*at].entry].of(&self.state));
            let mut new = Claims::new();
            for on in held.map(|(on, _)| on).chain(formed.keys()).collect::<BTreeSet<_>>() {
                let before = self.state.get(on).copied();
                let given: Vec<(&Val, &By)> = formed.get(on).into_iter().flatten().collect();
                self.moving.compared(given.iter().map(|(value, _)| **value).chain(before));
                let (value, by) = match given[..] {
                    [] => (None, &By::Lapse),
                    [(value, by)] => (Some(*value), by),
                    _ => (None, &By::Conflict),
                };
                change(&mut new, on, before, value, by);
            }
            let further = changes(&new);
            touched.append(&mut self.touched(&further));
            state.extend(further);
            all.append(&mut new);
        }
        all
    }

    /// The values that the definitions of one place give; where they look at each other, beginning with none.
    fn formed(&self, place: Place, changes: &State<Option<Val>>, heads: &[usize]) -> State<BTreeMap<Val, By>> {
        let mut formed = State::new();
        loop {
            let mut given: State<BTreeMap<Val, By>> = State::new();
            for at in heads {
                let scene = Scene { changes, forming: Some((place, &formed)), ..self.scene(*at) };
                for filling in scene.solve(scene.deed.conditions.iter().collect(), &self.heads[*at].known) {
                    if let Some(What { on, value: Some(value), .. }) = scene.done(&filling) {
                        given.entry(on).or_default().entry(value).or_insert(scene.deed.by(filling));
                    }
                }
            }
            if !place.recursive || given == formed {
                return given;
            }
            formed = given;
        }
    }
}

/// That an instance has another value than before, if it has.
pub(crate) fn change(all: &mut Claims, on: &Shape, before: Option<Val>, value: Option<Val>, by: &By) {
    let changed = [(Kind::Cease, before), (Kind::Begin, value)].into_iter().filter(|_| before != value);
    let what = |(kind, value): (Kind, Option<Val>)| What { kind, on: on.clone(), value };
    all.extend(changed.filter(|(_, value)| value.is_some()).map(|it| (what(it), by.clone())));
}

/// The values that instances then have which had others before.
pub(crate) fn changes(claims: &Claims) -> State<Option<Val>> {
    let changed = claims.iter().filter(|(what, _)| matches!(what.kind, Kind::Cease | Kind::Begin));
    // What ceases comes before what begins.
    changed.map(|(what, _)| (what.on.clone(), what.value.filter(|_| what.kind == Kind::Begin))).collect()
}
