//! What must happen to the things in a scope at one moment, given what is claimed to happen (rules 12 to 22 of
//! `docs/semantics.md`). Nothing is solved: every rule that could touch the scope is tried, once, against the claims.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::{
    ArithOp, Condition, Deadline, Definition, Effect, FluentId, Happening, Mode, Occurrence, Program, Rule, Term, Ties,
    Trigger, Value, Var,
};

use crate::conditions::{Formed, Found, Scene, Scope, State, distinct};
use crate::format::{Atom, By, Filling, From, Instant, Shape, Target, What};
use crate::parts::{parts, parts_of, pattern_vars, surely_bound, term_vars};
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
/// By the tick on which they are due and the tick at which they were armed, with the instant on which they are due.
type Timers = BTreeMap<(i64, i64, Waiting), (Found, Instant)>;
/// Values that instances have, or take, with the steps that make it so.
type Values = BTreeMap<(Atom, Val), BTreeSet<usize>>;

/// A walk through the moments of a narrative, with the state of what is in the scope.
pub struct Walk<'a> {
    program: &'a Program,
    /// What the narrative says of the scope.
    narrative: BTreeMap<(i64, u32), Vec<(What, u32)>>,
    scope: Scope<'a>,
    /// Events that are not on the same day in all chronologies.
    loose: &'a BTreeSet<u32>,
    /// What the moments so far looked at and changed, moving ones first.
    past: [Vec<Past>; 2],
    /// For each entry of the scope every rule effect that could be on it, with what is then known of the variables.
    touching: Vec<(usize, &'a Rule, usize, Filling)>,
    components: Vec<Component<'a>>,
    state: State,
    timers: Timers,
    /// Ticks that something has as its value.
    named: BTreeSet<i64>,
}

/// Fluents that are defined by each other, if they are at all; with every definition that could be of an entry of the
/// scope, what is then known of its variables, and what it could rest on.
struct Component<'a> {
    recursive: bool,
    heads: Vec<(usize, &'a Definition, Filling, Vec<Shape>)>,
    fluents: BTreeSet<u32>,
}

/// What a moment looked at and changed.
struct Past {
    tick: i64,
    at: Instant,
    reads: Vec<Shape>,
    writes: Vec<Shape>,
}

/// One moment with what is claimed of it, sorted by what can trigger.
struct Now<'a> {
    moment: Moment,
    claims: &'a Claims,
    after: Cow<'a, State>,
    /// Whatever happens, or changes, now.
    targets: BTreeSet<Target>,
    due: Vec<(&'a Waiting, &'a Found)>,
    events: Values,
    initiated: Values,
    begun: Values,
    ended: Values,
}

impl<'a> Walk<'a> {
    /// Before the first moment.
    #[must_use]
    pub fn new(
        program: &'a Program,
        narrative: &[Occurrence],
        shapes: &'a [Shape],
        loose: &'a BTreeSet<u32>,
    ) -> Walk<'a> {
        let (touching, components, past) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        let (state, timers, named) = (State::new(), Timers::new(), BTreeSet::new());
        let (scope, said) = (Scope::new(shapes), BTreeMap::new());
        let mut walk =
            Walk { program, narrative: said, scope, loose, past, touching, components, state, timers, named };
        for it in narrative {
            let what = walk.says(&it.what).map(|what| (what, it.tag));
            walk.narrative.entry((it.tick, it.step)).or_default().extend(what);
        }
        walk.narrative.retain(|_, what| !what.is_empty());
        walk.touching = (0..shapes.len()).flat_map(|entry| walk.touching(entry)).collect();
        let all = crate::parts::components(program);
        walk.components = all.into_iter().map(|(fluents, recursive)| walk.component(fluents, recursive)).collect();
        for (entry, rule, _, known) in &walk.touching {
            walk.scope.owner.set(Some(*entry));
            rule.triggers.iter().for_each(|it| walk.watch(rule, it, known));
        }
        walk.scope.owner.set(None);
        walk
    }

    fn component(&self, fluents: BTreeSet<u32>, recursive: bool) -> Component<'a> {
        let mut heads = Vec::new();
        for it in self.program.definitions.iter().filter(|it| fluents.contains(&it.fluent.0)) {
            let scene = self.scene(&self.state, None, &it.vars);
            for entry in self.scope.of(Target::Fluent(it.fluent.0)) {
                let Some(known) = scene.unify(&it.args, &self.scope.shapes[entry]) else { continue };
                let mut body = Vec::new();
                let mut note = |fluent, terms: &[Term]| body.push(scene.shape(Target::Fluent(fluent), terms, &known));
                it.conditions.iter().for_each(|it| parts(it, &mut |_| {}, &mut note));
                parts_of(&it.value, &mut |_| {}, &mut note);
                heads.push((entry, it, known, body));
            }
        }
        Component { recursive, heads, fluents }
    }

    /// Asks for what a trigger waits for to be in the scope.
    fn watch(&self, rule: &Rule, trigger: &Trigger, known: &Filling) {
        let (of, args) = match trigger {
            Trigger::After { trigger, given, .. } => return self.watch(rule, trigger, &only(known, trigger, given)),
            Trigger::HasHeld { pattern, .. } => {
                return self.watch(rule, &Trigger::Begins(pattern.clone()), known);
            }
            Trigger::Happens(it) => (Target::Action(it.action.0), &it.args),
            Trigger::Initiated(it) | Trigger::Begins(it) | Trigger::Ends(it) | Trigger::Comes(it) => {
                (Target::Fluent(it.fluent.0), &it.args)
            }
        };
        self.scope.entry(&self.scene(&self.state, None, &rule.vars).shape(of, args, known));
    }

    /// Asks for a goal to be in the scope.
    pub fn want(&self, goal: &Shape) {
        self.scope.entry(goal);
    }

    /// The entries of the scope that the goals depend on so far, and what is looked up for them that is not in it.
    #[must_use]
    pub fn looked(&self) -> (BTreeSet<usize>, BTreeSet<Shape>) {
        self.scope.needed()
    }

    /// Does something without noting what is looked up for it.
    pub fn aside<T>(&self, what: impl FnOnce() -> T) -> T {
        self.scope.noting.set(false);
        let result = what();
        self.scope.noting.set(true);
        result
    }

    /// The next moment at which something may happen, up to a tick.
    #[must_use]
    pub fn next(&self, last: Moment, through: i64) -> Moment {
        let told = self.narrative.keys().copied();
        let timed = self.timers.keys().map(|(due, ..)| *due).chain(self.named.iter().copied()).map(|tick| (tick, 0));
        told.chain(timed).filter(|moment| last.is_none_or(|last| last < *moment) && moment.0 <= through).min()
    }

    /// What must be so at a moment if the claims are true.
    #[must_use]
    pub fn expected(&self, moment: Moment, claims: &Claims) -> Expected {
        let now = self.now(moment, claims);
        self.scope.moving.borrow_mut().now = moment.map(|at| self.at(at)).filter(|at| self.moves(at));
        let mut all = Expected::new();
        if moment.is_none() {
            self.initially(&mut all);
        } else {
            self.told(moment, &mut all);
            for (entry, rule, place, known) in &self.touching {
                self.scope.owner.set(Some(*entry));
                self.ruled(rule, *place, known, &now, &mut all);
            }
            self.run_out(&now, &mut all);
            self.together(&now, &mut all);
        }
        self.components.iter().for_each(|component| self.defined(component, &now, &mut all));
        self.scope.owner.set(None);
        all
    }

    /// Goes on to the state after a moment of which everything claimed is true.
    pub fn settle(&mut self, moment: Moment, claims: &Claims) {
        let now = self.now(moment, claims);
        let mut timers = self.timers.clone();
        let named =
            now.begun.keys().filter_map(|(_, value)| if let Val::Tick(tick) = value { Some(*tick) } else { None });
        let named: Vec<i64> = named.collect();
        if let Some((tick, order)) = moment {
            let at = self.at((tick, order));
            timers.retain(|(due, armed, waiting), (_, until)| {
                let waits = tick < *due && self.still_waits(*armed == tick, waiting, &now);
                if tick < *due && !waits {
                    self.hangs_on(&at, until);
                }
                waits
            });
            self.arm(tick, &at, &now, &mut timers);
            for tick in &named {
                let day = self.scope.moving.borrow().instant(*tick);
                self.hangs_on(&at, &day);
            }
            self.instants((tick, order)).iter().for_each(|other| self.hangs_on(&at, other));
        }
        let past = moment.map(|moment| self.past_of(moment, &now));
        let state = now.after.into_owned();
        (self.state, self.timers) = (state, timers);
        self.named.extend(named);
        self.scope.reads.take();
        past.into_iter().for_each(|past| self.passed(past));
    }

    /// What the moment is counted from, one for each thing that makes it a moment.
    fn instants(&self, moment: (i64, u32)) -> BTreeSet<Instant> {
        let event = |(_, tag): &(What, u32)| Instant { from: From::Event(*tag), plus: Vec::new() };
        let mut all: BTreeSet<Instant> = self.narrative.get(&moment).into_iter().flatten().map(event).collect();
        if moment.1 == 0 {
            all.extend(self.due(Some(moment)).map(|(_, (_, at))| at.clone()));
            all.extend(self.named.get(&moment.0).map(|tick| self.scope.moving.borrow().instant(*tick)));
        }
        all
    }

    /// The first of them, one that does not move if there is any.
    fn at(&self, moment: (i64, u32)) -> Instant {
        let all = self.instants(moment);
        let fixed = all.iter().any(|at| !self.moves(at));
        all.into_iter().find(|_| !fixed).unwrap_or_else(|| Instant::on(moment.0))
    }

    /// Whether an instant is not on the same day in all chronologies.
    fn moves(&self, at: &Instant) -> bool {
        matches!(at.from, From::Event(tag) if self.loose.contains(&tag))
    }

    /// Something hangs on the order of two instants.
    fn hangs_on(&self, a: &Instant, b: &Instant) {
        if self.moves(a) || self.moves(b) {
            self.scope.moving.borrow_mut().hangs_on(a, b);
        }
    }

    fn past_of(&self, moment: (i64, u32), now: &Now<'_>) -> Past {
        let mut reads = self.scope.reads.borrow().clone();
        reads.extend(now.due.iter().filter_map(|(waiting, _)| match waiting {
            Waiting::Trigger(_, _, _, Some((atom, ..))) | Waiting::Deadline(_, atom) => Some(exactly(atom)),
            Waiting::Trigger(..) => None,
        }));
        let writes: BTreeSet<Shape> = now
            .claims
            .keys()
            .map(|(what, _)| match what {
                What::End(shape, _) => shape.clone(),
                What::Event(atom) | What::Initiate(atom, _) | What::Increase(atom, _) | What::Change(atom, _) => {
                    exactly(atom)
                }
            })
            .collect();
        for arg in writes.iter().flat_map(|shape| shape.args.iter().flatten()) {
            self.scope.moving.borrow_mut().stays(*arg);
        }
        Past {
            tick: moment.0,
            at: self.at(moment),
            reads: reads.into_iter().collect(),
            writes: writes.into_iter().collect(),
        }
    }

    /// A moment hangs on its order with those of its tick, and those that changed what it looked at or changed, or
    /// looked at what it changed.
    fn passed(&mut self, now: Past) {
        let moves = self.moves(&now.at);
        let meet = |some: &[Shape], others: &[Shape]| some.iter().any(|a| others.iter().any(|b| a.meets(b)));
        let meets = |past: &&Past| {
            past.tick == now.tick
                || meet(&past.writes, &now.reads)
                || meet(&past.reads, &now.writes)
                || meet(&past.writes, &now.writes)
        };
        let fixed = self.past[1].iter().filter(|_| moves);
        let mut moving = self.scope.moving.borrow_mut();
        self.past[0].iter().chain(fixed).filter(meets).for_each(|past| moving.hangs_on(&past.at, &now.at));
        drop(moving);
        self.past[usize::from(!moves)].push(now);
    }

    /// The orders that all this hangs on, up to a tick, if these values are to stay; and on which ticks moments move.
    #[must_use]
    pub fn orders(&self, through: i64, values: &[Val]) -> (BTreeSet<(Instant, Instant)>, BTreeMap<i64, Instant>) {
        let event = |tag: &u32| Instant { from: From::Event(*tag), plus: Vec::new() };
        let pending = self.timers.values().map(|(_, at)| at.clone());
        let told = self.narrative.values().flatten().map(|(_, tag)| event(tag));
        let moments = self.past[0].iter().map(|past| past.at.clone());
        told.chain(pending).chain(moments).for_each(|at| self.hangs_on(&at, &Instant::on(through)));
        let mut moving = self.scope.moving.borrow_mut();
        values.iter().for_each(|value| moving.stays(*value));
        (moving.orders(), self.past[0].iter().map(|past| (past.tick, past.at.clone())).collect())
    }

    fn due(&self, moment: Moment) -> impl Iterator<Item = (&(i64, i64, Waiting), &(Found, Instant))> {
        self.timers.iter().filter(move |((due, ..), _)| Some((*due, 0)) == moment)
    }

    fn now<'n>(&'n self, moment: Moment, claims: &'n Claims) -> Now<'n> {
        let (after, initiated) = (Cow::Borrowed(&self.state), self.initiated(claims, None));
        let (events, begun, ended) = (Values::new(), Values::new(), Values::new());
        let due = self.due(moment).map(|((_, _, waiting), (found, _))| (waiting, found)).collect();
        let mut now = Now { moment, claims, after, targets: BTreeSet::new(), due, events, initiated, begun, ended };
        for ((what, _), id) in claims {
            if let What::Event(atom) = what {
                now.events.entry((atom.clone(), Val::Entity(0))).or_default().insert(*id);
            }
            let What::Change(atom, value) = what else { continue };
            let before = match value {
                Some(value) => now.after.to_mut().insert(atom.clone(), (*value, *id)),
                None => now.after.to_mut().remove(atom),
            };
            let before = before.map(|(value, _)| value);
            for (values, it) in [(&mut now.begun, *value), (&mut now.ended, before)] {
                if let Some(it) = it.filter(|_| before != *value) {
                    values.insert((atom.clone(), it), BTreeSet::from([*id]));
                }
            }
        }
        let all = [&now.events, &now.initiated, &now.begun, &now.ended];
        now.targets = all.into_iter().flat_map(|values| values.keys().map(|(atom, _)| atom.of)).collect();
        now
    }

    fn scene<'s>(&'s self, state: &'s State, moment: Moment, vars: &'s [Var]) -> Scene<'s> {
        let tick = moment.map(|(tick, _)| tick);
        Scene { program: self.program, scope: &self.scope, state, tick, vars, forming: None }
    }

    fn val(&self, value: Value) -> Val {
        self.scope.val(value, &self.program.ranges)
    }

    fn listed(&self, of: Target, args: &[Value]) -> Option<Atom> {
        let atom = Atom { of, args: args.iter().map(|value| self.val(*value)).collect() };
        self.scope.of(of).any(|at| self.scope.shapes[at].has(&atom)).then_some(atom)
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
        for (what, tag) in moment.and_then(|moment| self.narrative.get(&moment)).into_iter().flatten() {
            all.insert((what.clone(), By::Narrative(*tag)), Default::default());
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

    fn touching(&self, entry: usize) -> Vec<(usize, &'a Rule, usize, Filling)> {
        let (shape, mut all) = (&self.scope.shapes[entry], Vec::new());
        for rule in &self.program.rules {
            for (place, effect) in rule.effects.iter().enumerate() {
                let (of, args) = match effect {
                    Effect::Initiate { fluent, args, .. } | Effect::Increase { fluent, args, .. } => {
                        (Target::Fluent(fluent.0), args)
                    }
                    Effect::Terminate { pattern } => (Target::Fluent(pattern.fluent.0), &pattern.args),
                    Effect::Happen(pattern) => (Target::Action(pattern.action.0), &pattern.args),
                };
                if of == shape.of {
                    let known = self.scene(&self.state, None, &rule.vars).unify(args, shape);
                    all.extend(known.map(|known| (entry, rule, place, known)));
                }
            }
        }
        all
    }

    /// Rule 13: what one effect of a rule does.
    fn ruled(&self, rule: &Rule, place: usize, known: &Filling, now: &Now<'_>, all: &mut Expected) {
        let timed = |(waiting, _): &(&Waiting, &Found)| matches!(waiting, Waiting::Trigger(of, ..) if *of == rule.id.0);
        if !rule.triggers.iter().any(|it| self.may_match(it, now)) && !now.due.iter().any(timed) {
            return;
        }
        let scene = self.scene(&self.state, now.moment, &rule.vars);
        let matched = (0..rule.triggers.len()).flat_map(|trigger| self.matched(rule, trigger, known, now));
        let mut fired = distinct(&self.scope, matched.flat_map(|found| scene.solve(&rule.conditions, found)).collect());
        fired.retain_mut(|found| {
            rule.unless.iter().all(|pattern| {
                let (of, trigger) = (Target::Action(pattern.action.0), Trigger::Happens(pattern.clone()));
                let shape = scene.shape(of, &pattern.args, &found.filling);
                found.searched.extend(self.scope.entry(&shape));
                self.scope.reads.borrow_mut().insert(shape);
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
        for (waiting, found) in &now.due {
            let Waiting::Trigger(of, trigger, filling, _) = waiting else { continue };
            let mut both = known.clone();
            let fits = filling.iter().all(|(var, value)| *both.entry(*var).or_insert(*value) == *value);
            if fits && (*of, *trigger) == (rule.id.0, place) {
                all.push(Found { filling: both, ..Found::clone(found) });
            }
        }
        all
    }

    /// Whether anything of the moment is what a trigger waits for.
    fn may_match(&self, trigger: &Trigger, now: &Now<'_>) -> bool {
        match trigger {
            Trigger::Happens(it) => now.targets.contains(&Target::Action(it.action.0)),
            Trigger::Initiated(it) | Trigger::Begins(it) | Trigger::Ends(it) => {
                now.targets.contains(&Target::Fluent(it.fluent.0))
            }
            Trigger::Comes(_) => now.moment.is_some_and(|(tick, order)| order == 0 && self.named.contains(&tick)),
            Trigger::HasHeld { pattern, .. } => now.targets.contains(&Target::Fluent(pattern.fluent.0)),
            Trigger::After { trigger, .. } => self.may_match(trigger, now),
        }
    }

    /// The triggers that need nothing but this moment, with the instance that each match is about.
    fn at_once(&self, vars: &[Var], trigger: &Trigger, known: &Filling, now: &Now<'_>) -> Vec<(Atom, Val, Found)> {
        if !self.may_match(trigger, now) {
            return Vec::new();
        }
        let (pattern, among) = match trigger {
            Trigger::Happens(it) => ((Target::Action(it.action.0), &it.args, Term::Any), &now.events),
            Trigger::Initiated(it) => ((Target::Fluent(it.fluent.0), &it.args, it.value), &now.initiated),
            Trigger::Begins(it) => ((Target::Fluent(it.fluent.0), &it.args, it.value), &now.begun),
            Trigger::Ends(it) => ((Target::Fluent(it.fluent.0), &it.args, it.value), &now.ended),
            Trigger::Comes(it) => {
                let Some(today) = now.moment.map(|(tick, _)| Val::Tick(tick)) else { return Vec::new() };
                let scene = self.scene(&self.state, now.moment, vars);
                let shape = scene.shape(Target::Fluent(it.fluent.0), &it.args, known);
                self.scope.reads.borrow_mut().insert(shape);
                let came = self.state.iter().filter(|(_, (value, _))| *value == today);
                let came = came.map(|(atom, (value, id))| ((atom.clone(), *value), BTreeSet::from([*id])));
                ((Target::Fluent(it.fluent.0), &it.args, it.value), &came.collect())
            }
            Trigger::HasHeld { .. } | Trigger::After { .. } => return Vec::new(),
        };
        let (of, args, wanted) = pattern;
        let scene = self.scene(&self.state, now.moment, vars);
        let shape = scene.shape(of, args, known);
        shape.args.iter().flatten().for_each(|arg| self.scope.moving.borrow_mut().stays(*arg));
        let fits = |((atom, value), premises): (&(Atom, Val), &BTreeSet<usize>)| {
            let mut found = Found { premises: premises.clone(), ..Found::with(known) };
            let fits = shape.has(atom) && scene.bind_all(args, &atom.args, &mut found.filling);
            (fits && scene.bind(wanted, *value, &mut found.filling)).then(|| (atom.clone(), *value, found))
        };
        among.iter().filter_map(fits).collect()
    }

    /// Rules 21 and 22: deadlines that run out now. A renewable one waits for the renewals of the moment.
    fn run_out(&self, now: &Now<'_>, all: &mut Expected) {
        for (waiting, found) in &now.due {
            let Waiting::Deadline(place, atom) = waiting else { continue };
            let (deadline, by) = (&self.deadlines(atom)[*place], By::Deadline(*place as u32));
            let from = self.val(deadline.from);
            let others = || self.initiated(now.claims, Some(&by));
            let renewed = deadline.renewable && others().contains_key(&(atom.clone(), from));
            if !renewed {
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
        let named = now.claims.keys().flat_map(|(what, _)| match what {
            What::Initiate(atom, _) | What::Increase(atom, _) => vec![atom],
            What::End(shape, _) => self.state.keys().filter(|atom| shape.has(atom)).collect(),
            _ => Vec::new(),
        });
        for atom in named.filter(|atom| self.is(atom, Mode::Inertial)).collect::<BTreeSet<_>>() {
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
            let which = |what: &&What| if let What::End(_, which) = what { *which } else { None };
            let values = before.map(|(value, _)| value).into_iter().chain(effects.iter().filter_map(which));
            self.scope.moving.borrow_mut().all_compared(values.chain(started.iter().copied()).collect());
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

    /// Rule 7: the values that the definitions of some fluents give in the state after the moment. The derived part of
    /// a state depends on nothing but the state: entries that rest on nothing that changes stay as they are.
    fn defined(&self, component: &Component<'_>, now: &Now<'_>, all: &mut Expected) {
        let changed = |body: &[Shape]| {
            let within = |what: &What| matches!(what, What::Change(atom, _) if body.iter().any(|it| it.has(atom)));
            now.moment.is_none() || now.claims.keys().any(|(what, _)| within(what))
        };
        let touched: BTreeSet<usize> =
            component.heads.iter().filter(|(.., body)| changed(body)).map(|(entry, ..)| *entry).collect();
        if touched.is_empty() {
            return;
        }
        let mine = |entry: &usize| component.recursive || touched.contains(entry);
        let mut given: BTreeMap<(Atom, Val), (By, Found)> = BTreeMap::new();
        let mut formed = Formed::new();
        let mut looked = BTreeSet::new();
        loop {
            for (entry, definition, known, _) in component.heads.iter().filter(|(entry, ..)| mine(entry)) {
                self.scope.owner.set(Some(*entry));
                let mut scene = self.scene(&now.after, None, &definition.vars);
                scene.forming = component.recursive.then_some((&component.fluents, &formed));
                let (found, seen) = scene.looking(|| scene.solve(&definition.conditions, Found::with(known)));
                looked.extend(seen);
                for mut found in found {
                    let by = By::Definition(definition.id.0, found.filling.clone());
                    let atom = scene.atom(Target::Fluent(definition.fluent.0), &definition.args, &found.filling);
                    if let Some(key) = atom.zip(scene.value(&definition.value, &mut found)) {
                        given.entry(key).or_insert((by, found));
                    }
                }
            }
            let next: Formed = given.keys().cloned().collect();
            if !component.recursive || next == formed {
                break;
            }
            formed = next;
        }
        let entries: BTreeSet<usize> = component.heads.iter().map(|(entry, ..)| *entry).filter(mine).collect();
        let of = |atom: &Atom| entries.iter().any(|entry| self.scope.shapes[*entry].has(atom));
        let held = self.state.keys().filter(|atom| of(atom));
        let atoms: BTreeSet<Atom> = held.chain(given.keys().map(|(atom, _)| atom)).cloned().collect();
        for atom in atoms {
            let before = self.state.get(&atom).map(|(value, _)| *value);
            let mut values = given.iter().filter(|((it, _), _)| *it == atom);
            let every = values.clone().map(|((_, value), _)| *value).chain(before).collect();
            self.scope.moving.borrow_mut().all_compared(every);
            let (value, by, found) = match (values.next(), values.next()) {
                (Some(((_, value), (by, found))), None) => (Some(*value), by.clone(), found.clone()),
                (Some(_), Some(_)) => (None, By::Conflict, Found::default()),
                (None, _) => (None, By::Lapse, Found { searched: looked.clone(), ..Found::default() }),
            };
            if value != before {
                all.insert((What::Change(atom, value), by), (found.premises, found.searched));
            }
        }
    }

    /// Rules 18 to 21: the timers that a moment arms.
    fn arm(&self, tick: i64, at: &Instant, now: &Now<'_>, timers: &mut Timers) {
        let mut add = |time: Option<Val>, waiting: Waiting, found: Found| {
            let due = time.and_then(|time| Some((later(self.program.clock, tick, time, 1)?, at.after(time))));
            if let Some((due, until)) = due.filter(|(due, _)| tick < *due) {
                let known = timers.entry((due, tick, waiting)).or_insert((found, until.clone()));
                self.hangs_on(&known.1, &until);
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
        for (entry, rule, _, known) in &self.touching {
            self.scope.owner.set(Some(*entry));
            let of = rule.id.0;
            for (place, trigger) in rule.triggers.iter().enumerate() {
                match trigger {
                    _ if !self.may_match(trigger, now) => {}
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
        self.scope.owner.set(None);
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
