//! One moment after another: what must happen then to the things in a scope (rules 12 to 22 of `docs/semantics.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use servanda_model::{ArithOp, Happening, Mode, Occurrence, Program, Rule, Ties, Value, Var};
use servanda_proof::{By, Filling, From, Instant, Kind, Moment, Shape, Target, Val, What};

use crate::conditions::Scene;
use crate::definitions::Group;
use crate::moving::Orders;
use crate::rules::{Wait, done, perform};
use crate::scope::{Owner, Scope, State, of_shape};
use crate::timers::{Fires, Timer};
use crate::value::{arithmetic, whole};

/// What is said of one moment, and by what.
pub type Claims = BTreeSet<(What, By)>;

/// No moment is gone through more often than this.
const MOST_ROUNDS: usize = 2_000;

/// An effect of a rule that could be on an entry of the scope, with what is then known of the variables.
pub(crate) struct Head<'a> {
    pub(crate) entry: usize,
    pub(crate) rule: &'a Rule,
    effect: usize,
    pub(crate) known: Filling,
    pub(crate) waits: Vec<Wait<'a>>,
}

/// What a moment looked up and changed.
struct Past {
    at: Instant,
    tick: i64,
    reads: BTreeSet<Shape>,
    writes: BTreeSet<Shape>,
}

/// A walk through the moments of a narrative, with the state of what is in the scope.
pub struct Walk<'a> {
    pub(crate) scope: Scope<'a>,
    goals: &'a [Shape],
    /// What the program and the narrative say of the scope.
    told: BTreeMap<Moment, Claims>,
    heads: Vec<Head<'a>>,
    /// Those of them that wait for something, or may have waited for it when a timer was armed.
    waking: BTreeMap<(Kind, Target), Vec<usize>>,
    groups: Vec<Group<'a>>,
    pub(crate) state: State,
    /// By the tick on which they are due; with the instant that it is.
    timers: BTreeMap<i64, BTreeMap<Timer, Instant>>,
    past: Vec<Past>,
    /// What was looked up for the goals, or for which entry: other entries, and what no entry covers.
    pub looked: BTreeMap<Owner, BTreeSet<usize>>,
    /// What no entry covers.
    pub unlisted: BTreeSet<(Owner, Shape)>,
    /// In whatever chronology these instants come in the same order, the same is said of each moment.
    pub orders: Orders,
}

impl<'a> Walk<'a> {
    /// Before the first moment. Events that are `loose` may be on other days as well.
    #[must_use]
    pub fn new(
        program: &'a Program,
        narrative: &[Occurrence],
        loose: &BTreeSet<u32>,
        goals: &'a [Shape],
        shapes: &'a [Shape],
    ) -> Walk<'a> {
        let scope = Scope::new(program, narrative, shapes, loose);
        let (told, waking, groups, state, timers) = Default::default();
        let (heads, past, looked, unlisted, orders) = Default::default();
        let mut walk =
            Walk { scope, goals, told, heads, waking, groups, state, timers, past, looked, unlisted, orders };
        for (it, place) in program.initial.iter().zip(0..) {
            let of = Target::Fluent(it.fluent.0);
            walk.tell(None, (Kind::Begin, of, &it.args, Some(it.value)), By::Initial(place));
        }
        for it in narrative {
            let what = match &it.what {
                Happening::Action(of, args) => (Kind::Happen, Target::Action(of.0), args, None),
                Happening::FactBegins(of, args, value) => (Kind::Start, Target::Fluent(of.0), args, Some(*value)),
                Happening::FactEnds(of, args, value) => (Kind::End, Target::Fluent(of.0), args, Some(*value)),
            };
            walk.tell(Some((it.tick, it.step)), what, By::Narrative(it.tag));
        }
        goals.iter().for_each(|goal| _ = walk.scope.looks_up(goal));
        let initial = walk.told.get(&None).map(changes).unwrap_or_default();
        walk.heads = program.rules.iter().flat_map(|rule| walk.heads_of(rule, &initial)).collect();
        for (at, head) in walk.heads.iter().enumerate() {
            for wait in &head.waits {
                let renewed = wait.timed.as_ref().is_some_and(|timed| timed.lasting == Some(true));
                let kinds = [Some(wait.kind), Some(Kind::Start).filter(|_| renewed)];
                kinds.into_iter().flatten().for_each(|kind| walk.waking.entry((kind, wait.of)).or_default().push(at));
            }
        }
        walk.groups = Group::all(&walk.scope, &initial);
        walk.keep();
        walk
    }

    /// Takes down what is told of the scope.
    fn tell(&mut self, at: Moment, (kind, of, args, value): (Kind, Target, &Vec<Value>, Option<Value>), by: By) {
        let on = Shape { of, args: args.iter().map(|value| Some(self.scope.val(*value))).collect() };
        if self.scope.entry(&on).is_some() {
            let value = value.map(|value| self.scope.val(value));
            self.told.entry(at).or_default().insert((What { kind, on, value }, by));
        }
    }

    fn heads_of(&self, rule: &'a Rule, initial: &State<Option<Val>>) -> Vec<Head<'a>> {
        let mut all = Vec::new();
        let scene = Scene { changes: initial, ..self.scene(&rule.vars) };
        let rigid = self.scope.rigid(&rule.conditions);
        for (effect, it) in rule.effects.iter().enumerate() {
            let (_, of, args) = done(it);
            for (shape, entry) in self.scope.of(of) {
                let Some(known) = scene.matched(args, shape, None, &Filling::new()) else { continue };
                self.scope.owner.set(Some(entry));
                for known in scene.solve(&rigid, &known) {
                    let waits: Vec<Wait<'_>> = rule.triggers.iter().map(Wait::of).collect();
                    for wait in &waits {
                        self.scope.looks_up(&scene.shape(wait.of, wait.args, &wait.early(&known)));
                    }
                    all.push(Head { entry, rule, effect, known, waits });
                }
            }
        }
        self.scope.owner.set(None);
        all
    }

    /// The entries of the scope that the goals need, by themselves or for others they need; and what these look up that
    /// no entry covers.
    #[must_use]
    pub fn needed(&self) -> (BTreeSet<usize>, BTreeSet<Shape>) {
        let (mut needed, mut open) = (BTreeSet::new(), vec![None]);
        while let Some(owner) = open.pop() {
            let found = self.looked.get(&owner).into_iter().flatten();
            open.extend(found.filter(|entry| needed.insert(**entry)).map(|entry| Some(*entry)));
        }
        let missing = self.unlisted.iter().filter(|(owner, _)| owner.is_none_or(|it| needed.contains(&it)));
        let missing = missing.map(|(_, shape)| shape.clone()).collect();
        (needed, missing)
    }

    /// The next moment at which something may happen, up to a tick.
    #[must_use]
    pub fn next(&self, last: Moment, through: i64) -> Moment {
        // Timers are due at the beginning of a tick.
        let day = last.map_or(Bound::Unbounded, |(tick, _)| Bound::Excluded(tick));
        let due = self.timers.range((day, Bound::Unbounded)).next().map(|(tick, _)| (*tick, 0));
        let told = self.told.range((Bound::Excluded(last), Bound::Unbounded)).next().and_then(|(moment, _)| *moment);
        [told, due].into_iter().flatten().min().filter(|(tick, _)| *tick <= through)
    }

    /// Goes through a moment: what is said of it is what follows from itself, and is found by beginning with nothing.
    ///
    /// # Errors
    /// Nothing comes of what happens.
    pub fn pass(&mut self, moment: Moment) -> Result<Claims, String> {
        let (mut own, mut derived) = (Claims::new(), Claims::new());
        for _ in 0..MOST_ROUNDS {
            let claims = &own | &derived;
            let next = self.follows(moment, &claims);
            if next != own {
                own = next;
                continue;
            }
            let given = self.defined(moment, &own);
            if given == derived {
                self.settle(moment, &claims);
                return Ok(claims);
            }
            derived = given;
        }
        Err(format!("what happens at {moment:?} does not settle"))
    }

    /// What else must be so at a moment of which these claims are true: but for what is defined.
    fn follows(&self, moment: Moment, claims: &Claims) -> Claims {
        self.scope.begin(moment.map(|(tick, _)| (tick, self.at(moment))));
        let mut all = self.told.get(&moment).cloned().unwrap_or_default();
        self.woken(moment, claims).for_each(|head| self.ruled(head, moment, claims, &mut all));
        all.extend(self.due(moment).filter_map(|(timer, _)| self.runs_out(timer, claims)));
        self.together(&mut all);
        all
    }

    /// What changes by definition where this is so.
    fn defined(&self, moment: Moment, own: &Claims) -> Claims {
        let (mut changes, mut all) = (changes(own), Claims::new());
        for group in &self.groups {
            let new = group.follows(&Scene { changes: &changes, ..self.scene(&[]) }, moment.is_none());
            changes.extend(self::changes(&new));
            all.extend(new);
        }
        all
    }

    /// Goes on to the state after a moment of which all claims are true.
    fn settle(&mut self, moment: Moment, claims: &Claims) {
        let changes = changes(claims);
        let (at, instants, tick) = (self.at(moment), self.instants(moment), moment.map_or(i64::MIN, |(tick, _)| tick));
        instants.iter().for_each(|other| self.hangs_on(&at, other));
        let waiting: Vec<Shape> = self.due(moment).filter_map(|(timer, _)| Some(timer.lasting.clone()?.0)).collect();
        let mut timers = self.timers.split_off(&tick.saturating_add(1));
        for due in timers.values_mut() {
            due.retain(|timer, until| {
                let waits = timer.outlasts(tick, claims);
                if !waits {
                    self.hangs_on(&at, until);
                }
                waits
            });
        }
        timers.retain(|_, due| !due.is_empty());
        for (due, until, timer) in self.armed(moment, &at, claims, &changes).into_iter().filter(|(due, ..)| tick < *due)
        {
            let known = timers.entry(due).or_default().entry(timer).or_insert_with(|| until.clone());
            self.hangs_on(known, &until);
        }
        self.timers = timers;
        if moment.is_some() && !self.scope.moving.borrow().loose.is_empty() {
            let looked = self.scope.fresh.borrow();
            let reads = looked.iter().map(|(_, shape)| shape.clone()).chain(waiting).collect();
            drop(looked);
            let writes = claims.iter().map(|(what, _)| what.on.clone()).collect();
            self.passed(Past { at, tick, reads, writes });
        }
        let asked = claims.iter().filter(|(it, _)| self.goals.iter().any(|goal| goal.covers(&it.on)));
        asked.filter_map(|(it, _)| it.value).for_each(|value| self.scope.moving.borrow_mut().stays(value));
        for (on, value) in changes {
            match value {
                Some(value) => _ = self.state.insert(on, value),
                None => _ = self.state.remove(&on),
            }
        }
        self.keep();
    }

    /// What has been looked at counts.
    fn keep(&mut self) {
        for (owner, shape) in self.scope.fresh.take() {
            match self.scope.entry(&shape) {
                Some(entry) => _ = self.looked.entry(owner).or_default().insert(entry),
                None => _ = self.unlisted.insert((owner, shape)),
            }
        }
        self.orders.append(&mut self.scope.moving.borrow_mut().fresh);
    }

    /// What the moment is counted from, one for each thing that makes it a moment.
    fn instants(&self, moment: Moment) -> Vec<Instant> {
        let told = self.told.get(&moment).into_iter().flatten().filter_map(event);
        told.chain(self.due(moment).map(|(_, at)| at.clone())).collect()
    }

    /// The first of them; the tick, if any of them does not move.
    fn at(&self, moment: Moment) -> Instant {
        let all = self.instants(moment);
        let fixed = all.iter().any(|at| !self.scope.moving.borrow().moves(at));
        let tick = From::Tick(moment.map_or(i64::MIN, |(tick, _)| tick));
        all.into_iter().min().filter(|_| !fixed).unwrap_or(Instant::of(tick))
    }

    fn hangs_on(&self, a: &Instant, b: &Instant) {
        self.scope.moving.borrow_mut().hangs_on(a, b);
    }

    /// A moment hangs on its order with those of its tick, and those that changed what it looked at or changed, or
    /// looked at what it changed.
    fn passed(&mut self, now: Past) {
        now.writes.iter().flat_map(|it| &it.args).flatten().for_each(|it| self.scope.moving.borrow_mut().stays(*it));
        let moves = |past: &Past| self.scope.moving.borrow().moves(&past.at);
        let now_moves = moves(&now);
        for past in self.past.iter().filter(|past| now_moves || moves(past)) {
            let meets = past.tick == now.tick
                || meet(&past.writes, &now.reads)
                || meet(&now.writes, &past.reads)
                || meet(&now.writes, &past.writes);
            if meets {
                self.hangs_on(&past.at, &now.at);
            }
        }
        self.past.push(now);
    }

    /// At the end: whatever moves hangs on its order with the last tick looked at. Says on which ticks moments move.
    pub fn finish(&mut self, through: i64) -> BTreeMap<i64, Instant> {
        let told = self.told.values().flatten().filter_map(event);
        let waiting = self.timers.values().flat_map(BTreeMap::values).cloned();
        let all = told.chain(waiting).chain(self.past.iter().map(|past| past.at.clone()));
        all.for_each(|at| self.hangs_on(&at, &Instant::of(From::Tick(through))));
        self.keep();
        let moving = self.past.iter().filter(|past| self.scope.moving.borrow().moves(&past.at));
        moving.map(|past| (past.tick, past.at.clone())).collect()
    }

    fn due(&self, moment: Moment) -> impl Iterator<Item = (&Timer, &Instant)> {
        let tick = moment.filter(|(_, order)| *order == 0).map(|(tick, _)| tick);
        tick.and_then(|tick| self.timers.get(&tick)).into_iter().flatten()
    }

    /// The state before a moment.
    pub(crate) fn scene<'s>(&'s self, vars: &'s [Var]) -> Scene<'s> {
        static NONE: State<Option<Val>> = State::new();
        Scene { scope: &self.scope, state: &self.state, changes: &NONE, vars, forming: None }
    }

    /// The effects of rules that may be set off at a moment: by nothing that holds from the start (rule 4).
    pub(crate) fn woken(&self, moment: Moment, claims: &Claims) -> impl Iterator<Item = &Head<'a>> {
        let due = self.due(moment).filter_map(|(timer, _)| match &timer.fires {
            Fires::Trigger(rule, place, _) => {
                Some(Wait::of(&self.scope.program.rules[*rule as usize].triggers[*place]))
            }
            Fires::Day | Fires::Deadline(_) => None,
        });
        let said = claims.iter().filter(|_| moment.is_some()).map(|(what, _)| (what.kind, what.on.of));
        let said: BTreeSet<(Kind, Target)> = said.chain(due.map(|wait| (wait.kind, wait.of))).collect();
        let woken: BTreeSet<usize> = said.iter().filter_map(|it| self.waking.get(it)).flatten().copied().collect();
        woken.into_iter().map(|at| &self.heads[at])
    }

    /// Rule 13: what one effect of a rule does.
    fn ruled(&self, head: &Head<'_>, moment: Moment, claims: &Claims, all: &mut Claims) {
        self.scope.owner.set(Some(head.entry));
        let (rule, scene) = (head.rule, self.scene(&head.rule.vars));
        let matched = (0..head.waits.len()).flat_map(|place| self.matched(head, place, moment, claims));
        let solved: Vec<Filling> = matched.flat_map(|it| scene.solve(&rule.conditions, &it)).collect();
        for filling in self.scope.distinct(solved) {
            let excepted = rule.unless.iter().any(|it| {
                let shape = scene.shape(Target::Action(it.action.0), &it.args, &filling);
                self.scope.looks_up(&shape);
                said(claims, Kind::Happen, &shape)
                    .any(|(what, _)| scene.matched(&it.args, &what.on, None, &filling).is_some())
            });
            let what = perform(&scene, &rule.effects[head.effect], &filling).filter(|_| !excepted);
            all.extend(what.map(|what| (what, By::Rule(rule.id.0, filling, head.effect as u32))));
        }
        self.scope.owner.set(None);
    }

    /// Rule 14: how a trigger is matched at the moment.
    fn matched(&self, head: &Head<'_>, place: usize, moment: Moment, claims: &Claims) -> Vec<Filling> {
        let Head { rule, known, waits, .. } = head;
        if waits[place].timed.is_none() {
            let found = self.at_once(&self.scene(&rule.vars), &waits[place], waits[place].kind, known, claims);
            return found.into_iter().map(|(_, filling)| filling).collect();
        }
        let due = self.due(moment).filter_map(|(timer, _)| {
            let Fires::Trigger(of, trigger, filling) = &timer.fires else { return None };
            let mut both = known.clone();
            let fits = filling.iter().all(|(var, value)| *both.entry(*var).or_insert(*value) == *value);
            (fits && (*of, *trigger) == (rule.id.0, place)).then_some(both)
        });
        due.collect()
    }

    /// What is said of the moment that something waits for; of what is timed, what its time begins with.
    pub(crate) fn at_once<'c>(
        &self,
        scene: &Scene<'_>,
        wait: &Wait<'_>,
        kind: Kind,
        known: &Filling,
        claims: &'c Claims,
    ) -> Vec<(&'c What, Filling)> {
        let shape = scene.shape(wait.of, wait.args, known);
        shape.args.iter().flatten().for_each(|arg| self.scope.moving.borrow_mut().stays(*arg));
        let fits = |(what, _): &'c (What, By)| {
            let value = what.value.map(|value| (wait.value, value));
            Some((what, scene.matched(wait.args, &what.on, value, known)?))
        };
        said(claims, kind, &shape).filter_map(fits).collect()
    }

    /// Rule 15: what the effects on each instance come to.
    fn together(&self, all: &mut Claims) {
        let mut new = Claims::new();
        let on = all.iter().flat_map(|(what, _)| match what.kind {
            Kind::Start | Kind::Add => vec![&what.on],
            Kind::End => of_shape(&self.state, &what.on).map(|(on, _)| on).collect(),
            _ => Vec::new(),
        });
        for on in on.collect::<BTreeSet<_>>() {
            let Target::Fluent(fluent) = on.of else { continue };
            let Some(fluent) = self.scope.program.fluents.get(fluent as usize) else { continue };
            if fluent.mode != Mode::Inertial {
                continue;
            }
            let before = self.state.get(on).copied();
            let mut started: Vec<Val> = said(all, Kind::Start, on).filter_map(|(it, _)| it.value).collect();
            started.dedup();
            let ends: Vec<Option<Val>> = ends(all, on).collect();
            let added: Vec<Val> = said(all, Kind::Add, on).filter_map(|(it, _)| it.value).collect();
            let others = !started.is_empty() || !ends.is_empty();
            let mixed = others && !added.is_empty();
            if !added.is_empty() && !mixed {
                let plus = |sum, by| arithmetic(self.scope.program.clock, sum, ArithOp::Plus, by);
                let sum = before.or(whole(0)).and_then(|before| added.into_iter().try_fold(before, plus));
                started.extend(sum);
                new.extend(sum.map(|_| (What { kind: Kind::Start, on: on.clone(), value: sum }, By::Effects)));
            }
            let named = ends.iter().copied().flatten();
            self.scope.moving.borrow_mut().compared(before.into_iter().chain(named).chain(started.iter().copied()));
            let cut = |value: Val| ends.iter().any(|which| which.is_none_or(|it| it == value));
            let ended = |value: Val| cut(value) || started.iter().any(|other| *other != value);
            let kept = before.filter(|value| !ended(*value));
            let conflict = mixed
                || (fluent.ties != Ties::EndingWins && started.len() > 1)
                || (fluent.ties == Ties::Contradiction && started.iter().any(|value| cut(*value)));
            let value = match fluent.ties {
                _ if conflict => None,
                Ties::EndingWins => started.iter().copied().find(|value| !ended(*value)).or(kept),
                _ => started.first().copied().or(kept),
            };
            change(&mut new, on, before, value, if conflict { &By::Conflict } else { &By::Effects });
        }
        all.extend(new);
    }
}

/// The day of the event that says something.
fn event((_, by): &(What, By)) -> Option<Instant> {
    if let By::Narrative(tag) = by { Some(Instant::of(From::Event(*tag))) } else { None }
}

/// What is said of everything of a shape.
pub(crate) fn said<'c>(claims: &'c Claims, kind: Kind, shape: &Shape) -> impl Iterator<Item = &'c (What, By)> {
    let first = What { kind, on: shape.beginning(), value: None };
    let near = claims.range((first.clone(), By::Effects)..);
    let near = near.take_while(move |(what, _)| what.kind == kind && first.on.begins(&what.on));
    near.filter(|(what, _)| shape.covers(&what.on))
}

/// Which values of an instance effects end; `None` is whatever value it has.
pub(crate) fn ends(claims: &Claims, on: &Shape) -> impl Iterator<Item = Option<Val>> {
    let all = claims.iter().filter(|(what, _)| what.kind == Kind::End && what.on.covers(on));
    all.map(|(what, _)| what.value)
}

/// That an instance has another value than before, if it has.
pub(crate) fn change(all: &mut Claims, on: &Shape, before: Option<Val>, value: Option<Val>, by: &By) {
    if before != value {
        let what = |kind, value| (What { kind, on: on.clone(), value: Some(value) }, by.clone());
        all.extend(before.map(|before| what(Kind::Cease, before)));
        all.extend(value.map(|value| what(Kind::Begin, value)));
    }
}

/// The values that instances then have which had others before.
fn changes(claims: &Claims) -> State<Option<Val>> {
    let changed = |(what, _): &(What, By)| match what.kind {
        Kind::Cease => Some((what.on.clone(), None)),
        Kind::Begin => Some((what.on.clone(), what.value)),
        _ => None,
    };
    // What ceases comes before what begins.
    claims.iter().filter_map(changed).collect()
}

fn meet(some: &BTreeSet<Shape>, others: &BTreeSet<Shape>) -> bool {
    let near = |of| others.range(Shape { of, args: Vec::new() }..).take_while(move |it| it.of == of);
    some.iter().any(|shape| near(shape.of).any(|other| other.meets(shape)))
}
