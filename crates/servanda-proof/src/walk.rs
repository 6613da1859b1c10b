//! What must happen to the things in a scope at one moment, given what is claimed to happen (rules 12 to 22 of
//! `docs/semantics.md`). Nothing is solved: every rule that could touch the scope is tried, once, against the claims.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{
    ArithOp, Condition, Deadline, Effect, FluentId, Happening, Mode, Occurrence, Program, Rule, Term, Ties, Trigger,
    Value, Var,
};

use crate::conditions::{Formed, Found, Scene, Scope, State, distinct};
use crate::format::{Atom, By, Filling, Shape, Target, What};
use crate::parts::{components, pattern_vars, surely_bound, term_vars};
use crate::value::{Val, arithmetic, later};

/// A tick and the order within it; `None` is before the first.
pub type Moment = Option<(i64, u32)>;
/// What is claimed of one moment, with the numbers of the steps.
pub type Claims = BTreeMap<(What, By), usize>;
/// What must be so at one moment: each step with its premises and the entries of the scope it searched.
pub type Expected = BTreeMap<(What, By), (BTreeSet<usize>, BTreeSet<usize>)>;

/// What waits for its time: a trigger of a rule, with the value that must last and whether until renewed; or a deadline.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Waiting {
    Trigger(u32, usize, Filling, Option<(Atom, Val, bool)>),
    Deadline(usize, Atom),
}
/// By the tick on which they are due and the tick at which they were armed.
type Timers = BTreeMap<(i64, i64, Waiting), Found>;
/// Values that instances have, or take, with the steps that make it so.
type Values = BTreeMap<(Atom, Val), BTreeSet<usize>>;

/// A walk through the moments of a narrative, with the state of what is in the scope.
pub struct Walk<'a> {
    program: &'a Program,
    narrative: &'a [Occurrence],
    scope: Scope<'a>,
    /// Every rule effect that could be on something in the scope, with what is then known of the variables.
    touching: Vec<(&'a Rule, usize, Filling)>,
    /// Fluents that are defined by each other, and whether they are at all.
    components: BTreeSet<(BTreeSet<u32>, bool)>,
    state: State,
    timers: Timers,
    /// Ticks that something has as its value.
    named: BTreeSet<i64>,
}

/// One moment with what is claimed of it, sorted by what can trigger.
struct Now<'a> {
    moment: Moment,
    claims: &'a Claims,
    after: State,
    events: Values,
    initiated: Values,
    begun: Values,
    ended: Values,
}

impl<'a> Walk<'a> {
    /// Before the first moment.
    #[must_use]
    pub fn new(program: &'a Program, narrative: &'a [Occurrence], shapes: &'a [Shape]) -> Walk<'a> {
        let scope = Scope { shapes, used: RefCell::default(), missing: RefCell::default() };
        let (touching, components) = (Vec::new(), components(program));
        let (state, timers, named) = (State::new(), Timers::new(), BTreeSet::new());
        let mut walk = Walk { program, narrative, scope, touching, components, state, timers, named };
        walk.touching = shapes.iter().flat_map(|shape| walk.touching(shape)).collect();
        walk
    }

    /// Asks for a goal to be in the scope.
    pub fn want(&self, goal: &Shape) {
        self.scope.entry(goal);
    }

    /// The entries of the scope that something was looked up in so far, and what was looked up that is not in it.
    #[must_use]
    pub fn looked(&self) -> (BTreeSet<usize>, BTreeSet<Shape>) {
        (self.scope.used.borrow().clone(), self.scope.missing.borrow().clone())
    }

    /// Forgets what was looked up since.
    pub fn look_back(&self, (used, missing): (BTreeSet<usize>, BTreeSet<Shape>)) {
        self.scope.used.replace(used);
        self.scope.missing.replace(missing);
    }

    /// The next moment at which something may happen, up to a tick.
    #[must_use]
    pub fn next(&self, last: Moment, through: i64) -> Moment {
        let told = self.narrative.iter().map(|it| (it.tick, it.step));
        let timed = self.timers.keys().map(|(due, ..)| *due).chain(self.named.iter().copied()).map(|tick| (tick, 0));
        told.chain(timed).filter(|moment| last.is_none_or(|last| last < *moment) && moment.0 <= through).min()
    }

    /// What must be so at a moment if the claims are true.
    #[must_use]
    pub fn expected(&self, moment: Moment, claims: &Claims) -> Expected {
        let now = self.now(moment, claims);
        let mut all = Expected::new();
        if moment.is_none() {
            self.initially(&mut all);
        } else {
            self.told(moment, &mut all);
            self.touching.iter().for_each(|(rule, place, known)| self.ruled(rule, *place, known, &now, &mut all));
            self.run_out(&now, &mut all);
            self.together(&now, &mut all);
        }
        // The derived part of a state depends on nothing but the state.
        if moment.is_none() || claims.keys().any(|(what, _)| matches!(what, What::Change(..))) {
            self.components.iter().for_each(|(fluents, recursive)| self.defined(fluents, *recursive, &now, &mut all));
        }
        all
    }

    /// Goes on to the state after a moment of which everything claimed is true.
    pub fn settle(&mut self, moment: Moment, claims: &Claims) {
        let now = self.now(moment, claims);
        if let Some((tick, _)) = moment {
            let mut timers = std::mem::take(&mut self.timers);
            timers.retain(|(due, armed, waiting), _| tick < *due && self.still_waits(*armed == tick, waiting, &now));
            self.arm(tick, &now, &mut timers);
            self.timers = timers;
        }
        self.named.extend(now.begun.keys().filter_map(|(_, value)| match value {
            Val::Tick(tick) => Some(*tick),
            _ => None,
        }));
        self.state = now.after;
    }

    /// Whether something more in the narrative would change nothing of a moment of which the claims are true.
    #[must_use]
    pub fn inert(&self, (tick, order): (i64, u32), claims: &Claims, more: &[Happening]) -> bool {
        let mut with = claims.clone();
        for what in more {
            match self.says(what) {
                Some(What::Event(atom)) => _ = with.insert((What::Event(atom), By::Narrative(u32::MAX)), usize::MAX),
                Some(_) => return false,
                None => {}
            }
        }
        let moment = Some((tick, order));
        let armed = |claims: &Claims| {
            let mut timers = Timers::new();
            self.arm(tick, &self.now(moment, claims), &mut timers);
            timers.into_keys().collect::<Vec<_>>()
        };
        with.len() == claims.len()
            || (self.expected(moment, &with) == self.expected(moment, claims) && armed(&with) == armed(claims))
    }

    fn now<'n>(&self, moment: Moment, claims: &'n Claims) -> Now<'n> {
        let (after, initiated) = (self.state.clone(), self.initiated(claims, None));
        let (events, begun, ended) = (Values::new(), Values::new(), Values::new());
        let mut now = Now { moment, claims, after, events, initiated, begun, ended };
        for ((what, _), id) in claims {
            if let What::Event(atom) = what {
                now.events.entry((atom.clone(), Val::Entity(0))).or_default().insert(*id);
            }
            let What::Change(atom, value) = what else { continue };
            let before = match value {
                Some(value) => now.after.insert(atom.clone(), (*value, *id)),
                None => now.after.remove(atom),
            };
            let before = before.map(|(value, _)| value);
            for (values, it) in [(&mut now.begun, *value), (&mut now.ended, before)] {
                if let Some(it) = it.filter(|_| before != *value) {
                    values.insert((atom.clone(), it), BTreeSet::from([*id]));
                }
            }
        }
        now
    }

    fn scene<'s>(&'s self, state: &'s State, moment: Moment, vars: &'s [Var]) -> Scene<'s> {
        let tick = moment.map(|(tick, _)| tick);
        Scene { program: self.program, scope: &self.scope, state, tick, vars, forming: None }
    }

    fn val(&self, value: Value) -> Val {
        Val::of(value, &self.program.ranges)
    }

    fn listed(&self, of: Target, args: &[Value]) -> Option<Atom> {
        let atom = Atom { of, args: args.iter().map(|value| self.val(*value)).collect() };
        self.scope.shapes.iter().any(|shape| shape.has(&atom)).then_some(atom)
    }

    fn is(&self, atom: &Atom, mode: Mode) -> bool {
        matches!(atom.of, Target::Fluent(id) if self.program.fluents.get(id as usize).is_some_and(|it| it.mode == mode))
    }

    fn deadlines(&self, atom: &Atom) -> &'a [Deadline] {
        let Target::Fluent(id) = atom.of else { return &[] };
        self.program.fluents.get(id as usize).map_or(&[], |it| &it.deadlines)
    }

    /// Rule 4.
    fn initially(&self, all: &mut Expected) {
        for (place, initial) in self.program.initial.iter().enumerate() {
            if let Some(atom) = self.listed(Target::Fluent(initial.fluent.0), &initial.args) {
                let what = What::Change(atom, Some(self.val(initial.value)));
                all.insert((what, By::Initial(place as u32)), Default::default());
            }
        }
    }

    /// What the narrative says of a moment.
    fn told(&self, moment: Moment, all: &mut Expected) {
        for it in self.narrative.iter().filter(|it| Some((it.tick, it.step)) == moment) {
            all.extend(self.says(&it.what).map(|what| ((what, By::Narrative(it.tag)), Default::default())));
        }
    }

    /// What a happening is to the scope, if it is anything.
    fn says(&self, happening: &Happening) -> Option<What> {
        let fluent = |fluent: FluentId, args: &[Value]| self.listed(Target::Fluent(fluent.0), args);
        Some(match happening {
            Happening::Action(action, args) => What::Event(self.listed(Target::Action(action.0), args)?),
            Happening::FactBegins(it, args, value) => What::Initiate(fluent(*it, args)?, self.val(*value)),
            Happening::FactEnds(it, args, value) => What::End(exactly(&fluent(*it, args)?), Some(self.val(*value))),
        })
    }

    fn touching(&self, shape: &Shape) -> Vec<(&'a Rule, usize, Filling)> {
        let mut all = Vec::new();
        for rule in &self.program.rules {
            for (place, effect) in rule.effects.iter().enumerate() {
                let (of, args) = match effect {
                    Effect::Initiate { fluent, args, .. } | Effect::Increase { fluent, args, .. } => {
                        (Target::Fluent(fluent.0), args)
                    }
                    Effect::Terminate { pattern } => (Target::Fluent(pattern.fluent.0), &pattern.args),
                    Effect::Happen(pattern) => (Target::Action(pattern.action.0), &pattern.args),
                };
                let known = self.scene(&self.state, None, &rule.vars).unify(args, shape);
                all.extend(known.filter(|_| of == shape.of).map(|known| (rule, place, known)));
            }
        }
        all
    }

    /// Rule 13: what one effect of a rule does.
    fn ruled(&self, rule: &Rule, place: usize, known: &Filling, now: &Now<'_>, all: &mut Expected) {
        let scene = self.scene(&self.state, now.moment, &rule.vars);
        let matched = (0..rule.triggers.len()).flat_map(|trigger| self.matched(rule, trigger, known, now));
        let mut fired = distinct(matched.flat_map(|found| scene.solve(&rule.conditions, found)).collect());
        fired.retain_mut(|found| {
            rule.unless.iter().all(|pattern| {
                let (of, trigger) = (Target::Action(pattern.action.0), Trigger::Happens(pattern.clone()));
                found.searched.extend(self.scope.entry(&scene.shape(of, &pattern.args, &found.filling)));
                self.at_once(&rule.vars, &trigger, &found.filling, now).is_empty()
            })
        });
        for mut found in fired {
            let filling = found.filling.clone();
            if let Some(what) = perform(&scene, &rule.effects[place], &mut found) {
                all.entry((what, By::Rule(rule.id.0, filling, place as u32)))
                    .or_insert((found.premises, found.searched));
            }
        }
    }

    /// Rule 14: how a trigger is matched at the moment.
    fn matched(&self, rule: &Rule, place: usize, known: &Filling, now: &Now<'_>) -> Vec<Found> {
        let at_once = self.at_once(&rule.vars, &rule.triggers[place], known, now);
        let mut all: Vec<Found> = at_once.into_iter().map(|(_, _, found)| found).collect();
        for ((_, _, waiting), found) in self.timers.iter().filter(|((due, ..), _)| Some((*due, 0)) == now.moment) {
            let Waiting::Trigger(of, trigger, filling, _) = waiting else { continue };
            let mut both = known.clone();
            let fits = filling.iter().all(|(var, value)| *both.entry(*var).or_insert(*value) == *value);
            if fits && (*of, *trigger) == (rule.id.0, place) {
                all.push(Found { filling: both, ..found.clone() });
            }
        }
        all
    }

    /// The triggers that need nothing but this moment, with the instance that each match is about.
    fn at_once(&self, vars: &[Var], trigger: &Trigger, known: &Filling, now: &Now<'_>) -> Vec<(Atom, Val, Found)> {
        let (pattern, among) = match trigger {
            Trigger::Happens(it) => ((Target::Action(it.action.0), &it.args, Term::Any), &now.events),
            Trigger::Initiated(it) => ((Target::Fluent(it.fluent.0), &it.args, it.value), &now.initiated),
            Trigger::Begins(it) => ((Target::Fluent(it.fluent.0), &it.args, it.value), &now.begun),
            Trigger::Ends(it) => ((Target::Fluent(it.fluent.0), &it.args, it.value), &now.ended),
            Trigger::Comes(it) => {
                let today = now.moment.filter(|(_, order)| *order == 0).map(|(tick, _)| Val::Tick(tick));
                let came = self.state.iter().filter(|(_, (value, _))| Some(*value) == today);
                let came = came.map(|(atom, (value, id))| ((atom.clone(), *value), BTreeSet::from([*id])));
                ((Target::Fluent(it.fluent.0), &it.args, it.value), &came.collect())
            }
            Trigger::HasHeld { .. } | Trigger::After { .. } => return Vec::new(),
        };
        let (of, args, wanted) = pattern;
        let scene = self.scene(&self.state, now.moment, vars);
        let shape = scene.shape(of, args, known);
        self.scope.entry(&shape);
        let fits = |((atom, value), premises): (&(Atom, Val), &BTreeSet<usize>)| {
            let mut found = Found { premises: premises.clone(), ..Found::with(known) };
            let fits = shape.has(atom) && scene.bind_all(args, &atom.args, &mut found.filling);
            (fits && scene.bind(wanted, *value, &mut found.filling)).then(|| (atom.clone(), *value, found))
        };
        among.iter().filter_map(fits).collect()
    }

    /// Rules 21 and 22: deadlines that run out now. A renewable one waits for the renewals of the moment.
    fn run_out(&self, now: &Now<'_>, all: &mut Expected) {
        for ((due, _, waiting), found) in &self.timers {
            let Waiting::Deadline(place, atom) = waiting else { continue };
            let (deadline, by) = (&self.deadlines(atom)[*place], By::Deadline(*place as u32));
            let from = self.val(deadline.from);
            let others = || self.initiated(now.claims, Some(&by));
            let renewed = deadline.renewable && others().contains_key(&(atom.clone(), from));
            if Some((*due, 0)) == now.moment && !renewed {
                let what = match deadline.to {
                    Some(to) => What::Initiate(atom.clone(), self.val(to)),
                    None => What::End(exactly(atom), Some(from)),
                };
                all.insert((what, by), (found.premises.clone(), found.searched.clone()));
            }
        }
    }

    /// The values that effects initiate, before ties are looked at, with the steps that do.
    fn initiated(&self, claims: &Claims, but: Option<&By>) -> Values {
        let mut all = Values::new();
        let claims: Vec<(&What, usize)> =
            claims.iter().filter(|((_, by), _)| Some(by) != but).map(|((what, _), id)| (what, *id)).collect();
        for (what, id) in &claims {
            let found = match what {
                What::Initiate(atom, value) => Some((atom, Some(*value))),
                What::Increase(atom, _) => {
                    // The value before (or 0) and all increases, if nothing else happens to the instance.
                    let before = self.state.get(atom).map_or_else(|| Val::whole(0), |(value, _)| Some(*value));
                    let mine = claims.iter().filter(|(what, _)| concerns(what, atom));
                    let sum = mine.fold(before, |sum, (what, _)| match what {
                        What::Increase(_, by) => arithmetic(self.program.clock, sum?, ArithOp::Plus, *by),
                        _ => None,
                    });
                    Some((atom, sum))
                }
                _ => None,
            };
            if let Some((atom, Some(value))) = found {
                all.entry((atom.clone(), value)).or_default().insert(*id);
            }
        }
        all
    }

    /// Rule 15: what the effects on each instance come to.
    fn together(&self, now: &Now<'_>, all: &mut Expected) {
        let named = now.claims.keys().filter_map(|(what, _)| match what {
            What::Initiate(atom, _) | What::Increase(atom, _) => Some(atom),
            _ => None,
        });
        for atom in self.state.keys().chain(named).filter(|atom| self.is(atom, Mode::Inertial)).collect::<BTreeSet<_>>()
        {
            let mine = now.claims.iter().filter(|((what, _), _)| concerns(what, atom));
            let (effects, mut premises): (Vec<&What>, BTreeSet<usize>) =
                mine.map(|((what, _), id)| (what, *id)).unzip();
            let Target::Fluent(fluent) = atom.of else { continue };
            let ties = self.program.fluents[fluent as usize].ties;
            let started: Vec<Val> =
                now.initiated.keys().filter(|(it, _)| it == atom).map(|(_, value)| *value).collect();
            let cut = |value: Val| effects.iter().any(|what| ends(what, value));
            let ended = |value: Val| cut(value) || started.iter().any(|other| *other != value);
            let before = self.state.get(atom).copied();
            let kept = before.map(|(value, _)| value).filter(|value| !ended(*value));
            let sums = effects.iter().filter(|what| matches!(what, What::Increase(..))).count();
            let conflict = (sums > 0 && sums < effects.len())
                || (ties != Ties::EndingWins && started.len() > 1)
                || (ties == Ties::Contradiction && started.iter().any(|value| cut(*value)));
            let value = match ties {
                _ if conflict => None,
                Ties::EndingWins => started.iter().copied().find(|value| !ended(*value)).or(kept),
                _ => started.first().copied().or(kept),
            };
            if conflict || (!effects.is_empty() && value != before.map(|(value, _)| value)) {
                premises.extend(before.filter(|_| sums > 0).map(|(_, id)| id));
                let by = if conflict { By::Conflict } else { By::Effects };
                all.insert((What::Change(atom.clone(), value), by), (premises, BTreeSet::new()));
            }
        }
    }

    /// Rule 7: the values that the definitions of some fluents give in the state after the moment.
    fn defined(&self, fluents: &BTreeSet<u32>, recursive: bool, now: &Now<'_>, all: &mut Expected) {
        let mut given: BTreeMap<(Atom, Val), (By, Found)> = BTreeMap::new();
        let mut formed = Formed::new();
        let mut looked = BTreeSet::new();
        loop {
            for definition in self.program.definitions.iter().filter(|it| fluents.contains(&it.fluent.0)) {
                let of = Target::Fluent(definition.fluent.0);
                let mut scene = self.scene(&now.after, None, &definition.vars);
                scene.forming = recursive.then_some((fluents, &formed));
                for shape in self.scope.shapes.iter().filter(|shape| shape.of == of) {
                    let Some(known) = scene.unify(&definition.args, shape) else { continue };
                    let (found, seen) = scene.looking(|| scene.solve(&definition.conditions, Found::with(&known)));
                    looked.extend(seen);
                    for mut found in found {
                        let by = By::Definition(definition.id.0, found.filling.clone());
                        let atom = scene.atom(of, &definition.args, &found.filling);
                        if let Some(key) = atom.zip(scene.value(&definition.value, &mut found)) {
                            given.entry(key).or_insert((by, found));
                        }
                    }
                }
            }
            let next: Formed = given.keys().cloned().collect();
            if !recursive || next == formed {
                break;
            }
            formed = next;
        }
        let of = |atom: &Atom| matches!(atom.of, Target::Fluent(id) if fluents.contains(&id));
        let held = self.state.keys().filter(|atom| of(atom));
        let atoms: BTreeSet<Atom> = held.chain(given.keys().map(|(atom, _)| atom)).cloned().collect();
        for atom in atoms {
            let mut values = given.iter().filter(|((it, _), _)| *it == atom);
            let (value, by, found) = match (values.next(), values.next()) {
                (Some(((_, value), (by, found))), None) => (Some(*value), by.clone(), found.clone()),
                (Some(_), Some(_)) => (None, By::Conflict, Found::default()),
                (None, _) => (None, By::Lapse, Found { searched: looked.clone(), ..Found::default() }),
            };
            if value != self.state.get(&atom).map(|(value, _)| *value) {
                all.insert((What::Change(atom, value), by), (found.premises, found.searched));
            }
        }
    }

    /// Rules 18 to 21: the timers that a moment arms.
    fn arm(&self, tick: i64, now: &Now<'_>, timers: &mut Timers) {
        let mut add = |time: Option<Val>, waiting: Waiting, found: Found| {
            let due = time.and_then(|time| later(self.program.clock, tick, time, 1));
            if let Some(due) = due.filter(|due| tick < *due) {
                timers.entry((due, tick, waiting)).or_insert(found);
            }
        };
        for ((atom, value), premises) in &now.initiated {
            for (place, deadline) in self.deadlines(atom).iter().enumerate() {
                if self.val(deadline.from) == *value {
                    let found = Found { premises: premises.clone(), ..Found::default() };
                    let time = self.val(Value::duration(deadline.after));
                    add(Some(time), Waiting::Deadline(place, atom.clone()), found);
                }
            }
        }
        for (rule, _, known) in &self.touching {
            let of = rule.id.0;
            for (place, trigger) in rule.triggers.iter().enumerate() {
                match trigger {
                    Trigger::After { time, trigger, given } => {
                        let scene = self.scene(&self.state, now.moment, &rule.vars);
                        let started = self.at_once(&rule.vars, trigger, &only(known, trigger, given), now);
                        for mut found in started.into_iter().flat_map(|(_, _, found)| scene.solve(given, found)) {
                            let (filling, time) = (found.filling.clone(), scene.value(time, &mut found));
                            add(time, Waiting::Trigger(of, place, filling, None), found);
                        }
                    }
                    Trigger::HasHeld { pattern, time, since_renewed } => {
                        let scene = self.scene(&now.after, now.moment, &rule.vars);
                        let begins = Trigger::Begins(pattern.clone());
                        let known = only(known, &begins, &[]);
                        let mut all = self.at_once(&rule.vars, &begins, &known, now);
                        if *since_renewed {
                            let renewed = self.at_once(&rule.vars, &Trigger::Initiated(pattern.clone()), &known, now);
                            all.extend(renewed.into_iter().filter(|(atom, value, _)| has(&now.after, atom, *value)));
                        }
                        for (atom, value, mut found) in all {
                            let (filling, time) = (found.filling.clone(), scene.value(time, &mut found));
                            add(time, Waiting::Trigger(of, place, filling, Some((atom, value, *since_renewed))), found);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether a timer armed earlier (or on this very tick) outlives what happens at a moment before it is due.
    fn still_waits(&self, armed_today: bool, waiting: &Waiting, now: &Now<'_>) -> bool {
        let initiated = |atom: &Atom, value: Val| now.initiated.contains_key(&(atom.clone(), value));
        match waiting {
            Waiting::Trigger(_, _, _, None) => true,
            Waiting::Trigger(_, _, _, Some((atom, value, until_renewed))) => {
                let broken = has(&self.state, atom, *value) && !has(&now.after, atom, *value);
                !(broken || (*until_renewed && initiated(atom, *value)))
            }
            Waiting::Deadline(place, atom) => {
                let deadline = &self.deadlines(atom)[*place];
                let from = self.val(deadline.from);
                let ended = now.claims.keys().any(|(what, _)| concerns(what, atom) && ends(what, from));
                let other = now.initiated.keys().any(|(it, value)| it == atom && *value != from);
                armed_today || !(ended || other || (deadline.renewable && initiated(atom, from)))
            }
        }
    }
}

fn has(state: &State, atom: &Atom, value: Val) -> bool {
    state.get(atom).is_some_and(|(it, _)| *it == value)
}

fn exactly(atom: &Atom) -> Shape {
    Shape { of: atom.of, args: atom.args.iter().copied().map(Some).collect() }
}

/// What is known of the variables that a timer's trigger binds: the others are open while it is armed.
fn only(known: &Filling, trigger: &Trigger, given: &[Condition]) -> Filling {
    let mut bound = surely_bound(given);
    match trigger {
        Trigger::Happens(it) => bound.extend(term_vars(&it.args)),
        Trigger::Initiated(it) | Trigger::Begins(it) | Trigger::Ends(it) => bound.extend(pattern_vars(it)),
        _ => {}
    }
    known.iter().filter(|(var, _)| bound.contains(var)).map(|(var, value)| (*var, *value)).collect()
}

/// What an effect of a rule does for one filling; nothing if its value is missing.
fn perform(scene: &Scene<'_>, effect: &Effect, found: &mut Found) -> Option<What> {
    let filling = found.filling.clone();
    Some(match effect {
        Effect::Initiate { fluent, args, value } => {
            What::Initiate(scene.atom(Target::Fluent(fluent.0), args, &filling)?, scene.value(value, found)?)
        }
        Effect::Increase { fluent, args, by } => {
            What::Increase(scene.atom(Target::Fluent(fluent.0), args, &filling)?, scene.value(by, found)?)
        }
        Effect::Terminate { pattern: it } => {
            let shape = scene.shape(Target::Fluent(it.fluent.0), &it.args, &filling);
            What::End(shape, scene.filled(it.value, &filling))
        }
        Effect::Happen(it) => What::Event(scene.atom(Target::Action(it.action.0), &it.args, &filling)?),
    })
}

/// Whether a step is an effect on an instance.
fn concerns(what: &What, atom: &Atom) -> bool {
    match what {
        What::Initiate(it, _) | What::Increase(it, _) => it == atom,
        What::End(shape, _) => shape.has(atom),
        What::Event(_) | What::Change(..) => false,
    }
}

/// Whether an effect is the explicit end of a value.
fn ends(what: &What, value: Val) -> bool {
    matches!(what, What::End(_, which) if which.is_none_or(|which| which == value))
}
