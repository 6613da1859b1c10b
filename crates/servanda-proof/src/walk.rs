//! One moment after another: what must happen then to the things in a scope (rules 12 to 22 of `docs/semantics.md`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use servanda_model::{
    ArithOp, Deadline, Definition, Effect, FluentId, Happening, Mode, Occurrence, Program, Rule, Ties, Trigger, Value,
    Var,
};

use crate::conditions::{Lookups, Noted, Scene, Scope, State, Values, of_shape};
use crate::format::{Atom, By, Filling, Instant, Moment, Shape, Target, What};
use crate::parts::{Part, awaited, known_early, parts, parts_of};
use crate::value::{Val, arithmetic, later};

/// What happens at one moment, and by what.
pub(crate) type Claims = BTreeSet<(What, By)>;

/// No moment is gone through more often than this.
const MOST_ROUNDS: usize = 2_000;

/// What waits for its time: a trigger of a rule, with the value that must last and whether until renewed; or a deadline.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Waiting {
    Trigger(u32, usize, Filling, Option<(Atom, Val, bool)>),
    Deadline(usize, Atom),
}

/// By the tick on which they are due, and then the tick at which they were armed, with the instant on which they are due.
type Timers = BTreeMap<i64, BTreeMap<(i64, Waiting), Instant>>;

/// A walk through the moments of a narrative, with the state of what is in the scope.
pub(crate) struct Walk<'a> {
    program: &'a Program,
    /// What the narrative says of the scope.
    narrative: BTreeMap<(i64, u32), Vec<(What, u32)>>,
    scope: Scope<'a>,
    touching: Vec<Touching<'a>>,
    /// Those of them that may be set off by something.
    waking: BTreeMap<Target, Vec<usize>>,
    groups: Vec<Group<'a>>,
    state: State,
    timers: Timers,
    /// Ticks that something has as its value.
    named: BTreeSet<i64>,
    /// What the moments so far looked at and changed, moving ones first.
    past: [Vec<Past>; 2],
    pub(crate) looked: Lookups,
    /// Whether something was looked up that no entry covers.
    incomplete: bool,
}

/// An effect of a rule that could be on an entry of the scope, with what is then known of the variables.
struct Touching<'a> {
    entry: usize,
    rule: &'a Rule,
    effect: usize,
    known: Filling,
}

/// Fluents that are defined by each other, if they are at all; with every definition that could be of an entry of the
/// scope, and what is then known of its variables.
#[derive(Default)]
struct Group<'a> {
    recursive: bool,
    fluents: BTreeSet<u32>,
    heads: Vec<(usize, &'a Definition, Filling)>,
    /// What these could rest on, for which entry.
    rests: BTreeMap<Target, Vec<(usize, Shape)>>,
}

/// What definitions give after some changes, and what was noted as it was worked out.
#[derive(Default)]
struct Derived {
    from: Option<State<Option<Val>>>,
    claims: Claims,
    noted: Noted,
}

/// What a moment looked up and changed.
struct Past {
    tick: i64,
    at: Instant,
    reads: BTreeSet<Shape>,
    writes: BTreeSet<Shape>,
}

/// One moment with what is taken to happen at it.
struct Now<'a> {
    moment: Moment,
    claims: &'a Claims,
    before: &'a State,
    changes: State<Option<Val>>,
    events: Values,
    initiated: Values,
    begun: Values,
    ended: Values,
}

impl Now<'_> {
    /// The value that an instance has after the moment.
    fn after(&self, atom: &Atom) -> Option<Val> {
        self.changes.get(atom).copied().unwrap_or_else(|| self.before.get(atom).copied())
    }
}

impl<'a> Walk<'a> {
    /// Before the first moment.
    pub(crate) fn new(
        program: &'a Program,
        narrative: &[Occurrence],
        shapes: &'a [Shape],
        goals: &[Shape],
        loose: &BTreeSet<u32>,
    ) -> Walk<'a> {
        let scope = Scope::new(program, shapes, loose);
        let (told, touching, waking, groups, state) = Default::default();
        let (timers, named, past, looked, incomplete) = Default::default();
        let mut walk = Walk {
            program,
            narrative: told,
            scope,
            touching,
            waking,
            groups,
            state,
            timers,
            named,
            past,
            looked,
            incomplete,
        };
        for it in narrative {
            if let Some(what) = walk.says(&it.what) {
                walk.narrative.entry((it.tick, it.step)).or_default().push((what, it.tag));
            }
        }
        goals.iter().for_each(|goal| _ = walk.scope.covers(goal));
        walk.touching = program.rules.iter().flat_map(|rule| walk.touching(rule)).collect();
        for (at, Touching { entry, rule, known, .. }) in walk.touching.iter().enumerate() {
            walk.scope.owner.set(Some(*entry));
            for trigger in &rule.triggers {
                let timed = matches!(trigger, Trigger::After { .. } | Trigger::HasHeld { .. });
                let early = if timed { Cow::Owned(known_early(known, trigger)) } else { Cow::Borrowed(known) };
                let (of, args, _) = awaited(trigger);
                walk.scope.covers(&walk.scene(None, &rule.vars).shape(of, args, &early));
                walk.waking.entry(of).or_default().push(at);
            }
        }
        walk.groups = walk.grouped();
        walk.keep();
        walk
    }

    fn touching(&self, rule: &'a Rule) -> Vec<Touching<'a>> {
        let mut all = Vec::new();
        for (effect, it) in rule.effects.iter().enumerate() {
            let (of, args) = match it {
                Effect::Initiate { fluent, args, .. } | Effect::Increase { fluent, args, .. } => {
                    (Target::Fluent(fluent.0), args)
                }
                Effect::Terminate { pattern } => (Target::Fluent(pattern.fluent.0), &pattern.args),
                Effect::Happen(pattern) => (Target::Action(pattern.action.0), &pattern.args),
            };
            for entry in self.scope.of(of).iter().copied() {
                let known = self.scene(None, &rule.vars).unify(args, &self.scope.shapes[entry]);
                all.extend(known.map(|known| Touching { entry, rule, effect, known }));
            }
        }
        all
    }

    /// The definitions of what is in the scope, together those of fluents that lead to each other, and before them what
    /// they lead to.
    fn grouped(&self) -> Vec<Group<'a>> {
        let mut all: BTreeMap<u32, Group<'a>> = BTreeMap::new();
        for it in &self.program.definitions {
            let scene = self.scene(None, &it.vars);
            for entry in self.scope.of(Target::Fluent(it.fluent.0)).iter().copied() {
                let Some(known) = scene.unify(&it.args, &self.scope.shapes[entry]) else { continue };
                let group = all.entry(it.fluent.0).or_default();
                let mut see = |part: Part<'_>| {
                    if let Part::Fluent(fluent, terms) = part {
                        let shape = scene.shape(Target::Fluent(fluent), terms, &known);
                        group.rests.entry(shape.of).or_default().push((entry, shape));
                    }
                };
                parts(&it.conditions, &mut see);
                parts_of(&it.value, &mut see);
                group.heads.push((entry, it, known));
            }
        }
        let reached = |from: u32| {
            let (mut reached, mut open) = (BTreeSet::new(), vec![Target::Fluent(from)]);
            while let Some(Target::Fluent(next)) = open.pop() {
                let leads = all.get(&next).into_iter().flat_map(|group| group.rests.keys());
                open.extend(leads.filter(|it| reached.insert(**it)));
            }
            reached
        };
        let reach: BTreeMap<u32, BTreeSet<Target>> = all.keys().map(|of| (*of, reached(*of))).collect();
        let mut groups: BTreeMap<(usize, u32), Group<'a>> = BTreeMap::new();
        for (of, more) in all {
            let (mine, me) = (&reach[&of], Target::Fluent(of));
            let mutual = reach.iter().filter(|(it, far)| mine.contains(&Target::Fluent(**it)) && far.contains(&me));
            let first = mutual.map(|(it, _)| *it).next().unwrap_or(of);
            // What leads to less comes first; what leads to itself is counted by that already.
            let recursive = mine.contains(&me);
            let group = groups.entry((mine.len() + usize::from(!recursive), first)).or_default();
            group.recursive = recursive;
            group.fluents.insert(of);
            group.heads.extend(more.heads);
            more.rests.into_iter().for_each(|(of, shapes)| group.rests.entry(of).or_default().extend(shapes));
        }
        groups.into_values().collect()
    }

    /// The entries of the scope that the goals need, by themselves or for others they need; and what these look up that
    /// no entry covers.
    pub(crate) fn needed(&self) -> (BTreeSet<usize>, BTreeSet<Shape>) {
        let (mut needed, mut missing, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![None]);
        while let Some(owner) = open.pop() {
            for (_, found) in self.looked.range((owner, Ok(0))..).take_while(|(it, _)| *it == owner) {
                match found {
                    Ok(entry) if needed.insert(*entry) => open.push(Some(*entry)),
                    Ok(_) => {}
                    Err(shape) => _ = missing.insert(shape.clone()),
                }
            }
        }
        (needed, missing)
    }

    /// How much that is needed is missing.
    pub(crate) fn missing(&self) -> usize {
        if self.incomplete { self.needed().1.len() } else { 0 }
    }

    /// The next moment at which something may happen, up to a tick.
    pub(crate) fn next(&self, last: Moment, through: i64) -> Moment {
        // Timers are due, and days come, at the beginning of a tick.
        let (from, day) =
            last.map_or((Bound::Unbounded, Bound::Unbounded), |last| (Bound::Excluded(last), Bound::Excluded(last.0)));
        let told = self.narrative.range((from, Bound::Unbounded)).next().map(|(moment, _)| *moment);
        let due = self.timers.range((day, Bound::Unbounded)).next().map(|(tick, _)| (*tick, 0));
        let comes = self.named.range((day, Bound::Unbounded)).next().map(|tick| (*tick, 0));
        [told, due, comes].into_iter().flatten().min().filter(|(tick, _)| *tick <= through)
    }

    /// Goes through a moment: what happens is what follows from itself, and is found by beginning with nothing. It comes
    /// in an order in which nothing is before what set it off.
    pub(crate) fn pass(&mut self, moment: Moment) -> Result<Vec<(What, By)>, String> {
        let (mut claims, mut seen, mut all) = (Claims::new(), Claims::new(), Vec::new());
        let mut derived = Derived::default();
        for _ in 0..MOST_ROUNDS {
            let next = self.follows(moment, &claims, &mut derived);
            let new: Vec<(What, By)> = next.difference(&seen).cloned().collect();
            seen.extend(new.iter().cloned());
            all.extend(new);
            // What holds from the start follows from nothing that happens then.
            if next == claims || moment.is_none() {
                self.settle(moment, &next);
                all.retain(|it| next.contains(it));
                return Ok(all);
            }
            claims = next;
        }
        Err(format!("what happens at {moment:?} does not settle"))
    }

    /// What must be so at a moment at which these claims are true.
    fn follows(&self, moment: Moment, claims: &Claims, derived: &mut Derived) -> Claims {
        self.scope.noted();
        let at = moment.map(|moment| self.at(moment));
        let mut moving = self.scope.moving.borrow_mut();
        moving.now = at.filter(|at| moving.moves(at));
        drop(moving);
        let (now, mut all) = (self.now(moment, claims), Claims::new());
        match moment {
            None => self.initially(&mut all),
            Some(moment) => {
                let told = self.narrative.get(&moment).into_iter().flatten();
                all.extend(told.map(|(what, tag)| (what.clone(), By::Narrative(*tag))));
                self.woken(&now).into_iter().for_each(|it| self.ruled(it, &now, &mut all));
                self.run_out(&now, &mut all);
                self.together(&mut all);
            }
        }
        let change = |(what, _): &(What, By)| match what {
            What::Change(atom, value) => Some((atom.clone(), *value)),
            _ => None,
        };
        let mut changes: State<Option<Val>> = all.iter().filter_map(change).collect();
        // What is defined follows from the state: from the same changes, the same again.
        if derived.from.as_ref() != Some(&changes) {
            let noted = self.scope.noted();
            *derived = Derived { from: Some(changes.clone()), ..Derived::default() };
            for group in &self.groups {
                let new = self.defined(group, moment, &changes);
                changes.extend(new.iter().filter_map(change));
                derived.claims.extend(new);
            }
            derived.noted = self.scope.noted();
            self.scope.note(&noted);
        }
        self.scope.note(&derived.noted);
        all.extend(derived.claims.iter().cloned());
        all
    }

    /// Goes on to the state after a moment of which all claims are true.
    fn settle(&mut self, moment: Moment, claims: &Claims) {
        let later = moment.map_or_else(Timers::new, |(tick, _)| self.timers.split_off(&tick.saturating_add(1)));
        let (now, mut timers) = (self.now(moment, claims), later);
        let day = |(_, value): &(Atom, Val)| if let Val::Tick(tick) = value { Some(*tick) } else { None };
        let named: Vec<i64> = now.begun.iter().filter_map(day).collect();
        let mut past = None;
        if let Some((tick, order)) = moment {
            let at = self.at((tick, order));
            timers.retain(|_, due| {
                due.retain(|(armed, waiting), until| {
                    let waits = self.still_waits(*armed == tick, waiting, &now);
                    if !waits {
                        self.hangs_on(&at, until);
                    }
                    waits
                });
                !due.is_empty()
            });
            self.arm(tick, &at, &now, &mut timers);
            for tick in &named {
                let day = self.scope.moving.borrow().instant(*tick);
                self.hangs_on(&at, &day);
            }
            self.instants((tick, order)).iter().for_each(|other| self.hangs_on(&at, other));
            let moves = !self.scope.moving.borrow().loose.is_empty();
            past = moves.then(|| self.past_of((tick, order), &now));
        }
        let changes = now.changes;
        for (atom, value) in changes {
            match value {
                Some(value) => _ = self.state.insert(atom, value),
                None => _ = self.state.remove(&atom),
            }
        }
        self.timers = timers;
        self.named.extend(named);
        past.into_iter().for_each(|past| self.passed(past));
        self.keep();
    }

    /// What has been looked at counts.
    fn keep(&mut self) {
        let lookups = self.scope.lookups.take();
        self.incomplete |= lookups.iter().any(|(_, found)| found.is_err());
        self.looked.extend(lookups);
        self.scope.moving.borrow_mut().keep();
    }

    /// What the moment is counted from, one for each thing that makes it a moment.
    fn instants(&self, moment: (i64, u32)) -> BTreeSet<Instant> {
        let told = self.narrative.get(&moment).into_iter().flatten();
        let mut all: BTreeSet<Instant> = told.map(|(_, tag)| Instant::of_event(*tag)).collect();
        if moment.1 == 0 {
            all.extend(self.due(Some(moment)).map(|(_, at)| at.clone()));
            all.extend(self.named.get(&moment.0).map(|tick| self.scope.moving.borrow().instant(*tick)));
        }
        all
    }

    /// The first of them, one that does not move if there is any.
    fn at(&self, moment: (i64, u32)) -> Instant {
        let all = self.instants(moment);
        let fixed = all.iter().any(|at| !self.scope.moving.borrow().moves(at));
        all.into_iter().find(|_| !fixed).unwrap_or_else(|| Instant::on(moment.0))
    }

    fn hangs_on(&self, a: &Instant, b: &Instant) {
        self.scope.moving.borrow_mut().hangs_on(a, b);
    }

    fn past_of(&self, (tick, order): (i64, u32), now: &Now<'_>) -> Past {
        let mut reads = self.scope.reads.take();
        reads.extend(self.due(now.moment).filter_map(|(waiting, _)| match waiting {
            Waiting::Trigger(_, _, _, Some((atom, ..))) | Waiting::Deadline(_, atom) => Some(exactly(atom)),
            Waiting::Trigger(..) => None,
        }));
        let written = now.claims.iter().map(|(what, _)| match what {
            What::End(shape, _) => shape.clone(),
            What::Event(atom) | What::Initiate(atom, _) | What::Increase(atom, _) | What::Change(atom, _) => {
                exactly(atom)
            }
        });
        let writes: BTreeSet<Shape> = written.collect();
        for arg in writes.iter().flat_map(|shape| shape.args.iter().flatten()) {
            self.scope.moving.borrow_mut().stays(*arg);
        }
        Past { tick, at: self.at((tick, order)), reads, writes }
    }

    /// A moment hangs on its order with those of its tick, and those that changed what it looked at or changed, or
    /// looked at what it changed.
    fn passed(&mut self, now: Past) {
        let meet = |some: &BTreeSet<Shape>, others: &BTreeSet<Shape>| {
            let near = |of: Target| others.range(Shape { of, args: Vec::new() }..).take_while(move |it| it.of == of);
            some.iter().any(|shape| near(shape.of).any(|other| other.meets(shape)))
        };
        let meets = |past: &&Past| {
            past.tick == now.tick
                || meet(&past.writes, &now.reads)
                || meet(&now.writes, &past.reads)
                || meet(&now.writes, &past.writes)
        };
        let mut moving = self.scope.moving.borrow_mut();
        let moves = moving.moves(&now.at);
        let fixed = self.past[1].iter().filter(|_| moves);
        self.past[0].iter().chain(fixed).filter(meets).for_each(|past| moving.hangs_on(&past.at, &now.at));
        drop(moving);
        self.past[usize::from(!moves)].push(now);
    }

    /// The orders that all this hangs on, up to a tick, if these values are to stay; and on which ticks moments move.
    pub(crate) fn orders(
        &self,
        through: i64,
        values: &[Val],
    ) -> (BTreeSet<(Instant, Instant)>, BTreeMap<i64, Instant>) {
        let mut moving = self.scope.moving.borrow_mut();
        let told = self.narrative.values().flatten().map(|(_, tag)| Instant::of_event(*tag));
        let moments = self.past[0].iter().map(|past| past.at.clone());
        let all = told.chain(self.timers.values().flat_map(BTreeMap::values).cloned()).chain(moments);
        all.for_each(|at| moving.hangs_on(&at, &Instant::on(through)));
        values.iter().for_each(|value| moving.stays(*value));
        moving.finish();
        (moving.orders.clone(), self.past[0].iter().map(|past| (past.tick, past.at.clone())).collect())
    }

    fn due(&self, moment: Moment) -> impl Iterator<Item = (&Waiting, &Instant)> {
        let tick = moment.filter(|(_, order)| *order == 0).map(|(tick, _)| tick);
        let due = tick.and_then(|tick| self.timers.get(&tick)).into_iter().flatten();
        due.map(|((_, waiting), at)| (waiting, at))
    }

    fn now<'n>(&'n self, moment: Moment, claims: &'n Claims) -> Now<'n> {
        let (events, begun, ended) = (Values::new(), Values::new(), Values::new());
        let initiated = self.initiated(claims, None);
        let mut now =
            Now { moment, claims, before: &self.state, changes: State::new(), events, initiated, begun, ended };
        for (what, _) in claims {
            match what {
                What::Event(atom) => _ = now.events.insert((atom.clone(), Val::Entity(0))),
                What::Change(atom, value) => {
                    let before = now.before.get(atom).copied();
                    now.changes.insert(atom.clone(), *value);
                    let changed = |it: Option<Val>| it.filter(|_| before != *value).map(|it| (atom.clone(), it));
                    now.begun.extend(changed(*value));
                    now.ended.extend(changed(before));
                }
                _ => {}
            }
        }
        now
    }

    /// The state before a moment.
    fn scene<'s>(&'s self, moment: Moment, vars: &'s [Var]) -> Scene<'s> {
        static NONE: State<Option<Val>> = State::new();
        let tick = moment.map(|(tick, _)| tick);
        Scene { scope: &self.scope, state: &self.state, changes: &NONE, tick, vars, forming: None }
    }

    fn listed(&self, of: Target, args: &[Value]) -> Option<Atom> {
        let atom = Atom { of, args: args.iter().map(|value| self.scope.val(*value)).collect() };
        self.scope.of(of).iter().any(|at| self.scope.shapes[*at].has(&atom)).then_some(atom)
    }

    fn deadlines(&self, atom: &Atom) -> &'a [Deadline] {
        let Target::Fluent(id) = atom.of else { return &[] };
        self.program.fluents.get(id as usize).map_or(&[], |it| &it.deadlines)
    }

    /// Rule 4.
    fn initially(&self, all: &mut Claims) {
        for (place, initial) in self.program.initial.iter().enumerate() {
            if let Some(atom) = self.listed(Target::Fluent(initial.fluent.0), &initial.args) {
                all.insert((What::Change(atom, Some(self.scope.val(initial.value))), By::Initial(place as u32)));
            }
        }
    }

    /// What a happening is to the scope, if it is anything.
    fn says(&self, happening: &Happening) -> Option<What> {
        let fluent = |fluent: FluentId, args: &[Value]| self.listed(Target::Fluent(fluent.0), args);
        Some(match happening {
            Happening::Action(action, args) => What::Event(self.listed(Target::Action(action.0), args)?),
            Happening::FactBegins(it, args, value) => What::Initiate(fluent(*it, args)?, self.scope.val(*value)),
            Happening::FactEnds(it, args, value) => {
                What::End(exactly(&fluent(*it, args)?), Some(self.scope.val(*value)))
            }
        })
    }

    /// The rules that may be set off at a moment.
    fn woken<'w>(&'w self, now: &Now<'_>) -> Vec<&'w Touching<'a>> {
        let changed = [&now.events, &now.initiated, &now.begun, &now.ended].into_iter().flatten();
        let mut all: BTreeSet<Target> = changed.map(|(atom, _)| atom.of).collect();
        all.extend(self.came(now).into_iter().map(|(atom, _)| atom.of));
        let mut woken: BTreeSet<usize> = all.iter().filter_map(|it| self.waking.get(it)).flatten().copied().collect();
        for (waiting, _) in self.due(now.moment) {
            let Waiting::Trigger(rule, ..) = waiting else { continue };
            woken.extend((0..self.touching.len()).filter(|at| self.touching[*at].rule.id.0 == *rule));
        }
        woken.into_iter().map(|at| &self.touching[at]).collect()
    }

    /// What has the day that has come as its value.
    fn came(&self, now: &Now<'_>) -> Values {
        let today = now.moment.filter(|(tick, order)| *order == 0 && self.named.contains(tick));
        let Some((tick, _)) = today else { return Values::new() };
        let today = self.state.iter().filter(|(_, value)| **value == Val::Tick(tick));
        today.map(|(atom, value)| (atom.clone(), *value)).collect()
    }

    /// Rule 13: what one effect of a rule does.
    fn ruled(&self, it: &Touching<'_>, now: &Now<'_>, all: &mut Claims) {
        let Touching { entry, rule, effect, known } = it;
        self.scope.owner.set(Some(*entry));
        let scene = self.scene(now.moment, &rule.vars);
        let matched = (0..rule.triggers.len()).flat_map(|trigger| self.matched(rule, trigger, known, now));
        let mut fired = self.scope.distinct(matched.flat_map(|it| scene.solve(&rule.conditions, &it)).collect());
        fired.retain(|filling| {
            rule.unless.iter().all(|pattern| {
                let shape = scene.shape(Target::Action(pattern.action.0), &pattern.args, filling);
                self.scope.covers(&shape);
                self.scope.reads(&shape);
                self.at_once(&rule.vars, &Trigger::Happens(pattern.clone()), filling, now).is_empty()
            })
        });
        for filling in fired {
            let what = perform(&scene, &rule.effects[*effect], &filling);
            all.extend(what.map(|what| (what, By::Rule(rule.id.0, filling, *effect as u32))));
        }
        self.scope.owner.set(None);
    }

    /// Rule 14: how a trigger is matched at the moment.
    fn matched(&self, rule: &Rule, place: usize, known: &Filling, now: &Now<'_>) -> Vec<Filling> {
        let trigger = &rule.triggers[place];
        if !matches!(trigger, Trigger::After { .. } | Trigger::HasHeld { .. }) {
            return self.at_once(&rule.vars, trigger, known, now).into_iter().map(|(.., filling)| filling).collect();
        }
        let due = self.due(now.moment).filter_map(|(waiting, _)| {
            let Waiting::Trigger(of, trigger, filling, _) = waiting else { return None };
            let mut both = known.clone();
            let fits = filling.iter().all(|(var, value)| *both.entry(*var).or_insert(*value) == *value);
            (fits && (*of, *trigger) == (rule.id.0, place)).then_some(both)
        });
        due.collect()
    }

    /// What of the moment a trigger waits for; of a timer, what arms it.
    fn at_once(&self, vars: &[Var], trigger: &Trigger, known: &Filling, now: &Now<'_>) -> Vec<(Atom, Val, Filling)> {
        let among = match trigger {
            Trigger::Happens(_) => &now.events,
            Trigger::Initiated(_) => &now.initiated,
            Trigger::Begins(_) | Trigger::HasHeld { .. } => &now.begun,
            Trigger::Ends(_) => &now.ended,
            Trigger::Comes(_) => &self.came(now),
            Trigger::After { trigger, .. } => return self.at_once(vars, trigger, known, now),
        };
        let (of, args, value) = awaited(trigger);
        let scene = self.scene(now.moment, vars);
        let shape = scene.shape(of, args, known);
        shape.args.iter().flatten().for_each(|arg| self.scope.moving.borrow_mut().stays(*arg));
        let fits = |(atom, is): &(Atom, Val)| {
            let filling = Some(known).filter(|_| shape.has(atom));
            let filling = filling.and_then(|known| scene.matched(args, value, atom, *is, known));
            filling.map(|filling| (atom.clone(), *is, filling))
        };
        if matches!(trigger, Trigger::Comes(_)) {
            self.scope.reads(&shape);
        }
        among.iter().filter_map(fits).collect()
    }

    /// Rules 21 and 22: deadlines that run out now. A renewable one waits for the renewals of the moment.
    fn run_out(&self, now: &Now<'_>, all: &mut Claims) {
        for (waiting, _) in self.due(now.moment) {
            let Waiting::Deadline(place, atom) = waiting else { continue };
            let (deadline, by) = (&self.deadlines(atom)[*place], By::Deadline(*place as u32));
            let from = self.scope.val(deadline.from);
            let others = || self.initiated(now.claims, Some(&by));
            if deadline.renewable && others().contains(&(atom.clone(), from)) {
                continue;
            }
            let what = match deadline.to {
                Some(to) => What::Initiate(atom.clone(), self.scope.val(to)),
                None => What::End(exactly(atom), Some(from)),
            };
            all.insert((what, by));
        }
    }

    /// The values that effects initiate, before ties are looked at; of increases the sum.
    fn initiated(&self, claims: &Claims, but: Option<&By>) -> Values {
        let all = || claims.iter().filter(|(_, by)| Some(by) != but).map(|(what, _)| what);
        let value = |what: &What| match what {
            What::Initiate(atom, value) => Some((atom.clone(), *value)),
            What::Increase(atom, _) => {
                let before = self.state.get(atom).copied().or(Val::whole(0));
                let sum = all().filter(|it| concerns(it, atom)).fold(before, |sum, it| match it {
                    What::Increase(_, by) => arithmetic(self.program.clock, sum?, ArithOp::Plus, *by),
                    _ => None,
                });
                sum.map(|sum| (atom.clone(), sum))
            }
            _ => None,
        };
        all().filter_map(value).collect()
    }

    /// Rule 15: what the effects on each instance come to.
    fn together(&self, all: &mut Claims) {
        let (initiated, mut new) = (self.initiated(all, None), Claims::new());
        let atoms = all.iter().flat_map(|(what, _)| match what {
            What::Initiate(atom, _) | What::Increase(atom, _) => vec![atom],
            What::End(shape, _) => of_shape(&self.state, shape).map(|(atom, _)| atom).collect(),
            _ => Vec::new(),
        });
        for atom in atoms.collect::<BTreeSet<_>>() {
            let Target::Fluent(fluent) = atom.of else { continue };
            let Some(fluent) = self.program.fluents.get(fluent as usize) else { continue };
            if fluent.mode != Mode::Inertial {
                continue;
            }
            let effects: Vec<&What> = all.iter().map(|(what, _)| what).filter(|what| concerns(what, atom)).collect();
            let started: Vec<Val> = initiated.iter().filter(|(it, _)| it == atom).map(|(_, value)| *value).collect();
            let before = self.state.get(atom).copied();
            let named = effects.iter().filter_map(|what| if let What::End(_, which) = what { *which } else { None });
            let values = before.into_iter().chain(named).chain(started.iter().copied());
            self.scope.moving.borrow_mut().all_compared(values);
            let cut = |value: Val| effects.iter().any(|what| ends(what, value));
            let ended = |value: Val| cut(value) || started.iter().any(|other| *other != value);
            let kept = before.filter(|value| !ended(*value));
            let sums = effects.iter().filter(|what| matches!(what, What::Increase(..))).count();
            let conflict = (sums > 0 && sums < effects.len())
                || (fluent.ties != Ties::EndingWins && started.len() > 1)
                || (fluent.ties == Ties::Contradiction && started.iter().any(|value| cut(*value)));
            let value = match fluent.ties {
                _ if conflict => None,
                Ties::EndingWins => started.iter().copied().find(|value| !ended(*value)).or(kept),
                _ => started.first().copied().or(kept),
            };
            if conflict || value != before {
                let by = if conflict { By::Conflict } else { By::Effects };
                new.insert((What::Change(atom.clone(), value), by));
            }
        }
        all.extend(new);
    }

    /// Rule 7: the values that the definitions of some fluents give in the state after the moment. The derived part of
    /// a state depends on nothing but the state: entries that rest on nothing that changes stay as they are.
    fn defined(&self, group: &Group<'_>, moment: Moment, changes: &State<Option<Val>>) -> Claims {
        let near =
            changes.keys().flat_map(|atom| group.rests.get(&atom.of).into_iter().flatten().map(move |it| (atom, it)));
        let touched = near.filter(|(atom, (_, body))| body.has(atom)).map(|(_, (entry, _))| *entry);
        let (mut entries, mut all): (BTreeSet<usize>, Claims) = (touched.collect(), Claims::new());
        if moment.is_none() || (group.recursive && !entries.is_empty()) {
            entries = group.heads.iter().map(|(entry, ..)| *entry).collect();
        }
        let (mut given, mut formed): (BTreeMap<(Atom, Val), By>, Values) = Default::default();
        loop {
            for (entry, definition, known) in group.heads.iter().filter(|(entry, ..)| entries.contains(entry)) {
                self.scope.owner.set(Some(*entry));
                let forming = group.recursive.then_some((&group.fluents, &formed));
                let scene = Scene { changes, forming, ..self.scene(None, &definition.vars) };
                for filling in scene.solve(&definition.conditions, known) {
                    let atom = scene.atom(Target::Fluent(definition.fluent.0), &definition.args, &filling);
                    if let Some(key) = atom.zip(scene.value(&definition.value, &filling)) {
                        given.entry(key).or_insert(By::Definition(definition.id.0, filling));
                    }
                }
            }
            let next: Values = given.keys().cloned().collect();
            if !group.recursive || next == formed {
                break;
            }
            formed = next;
        }
        self.scope.owner.set(None);
        let held = entries.iter().flat_map(|entry| of_shape(&self.state, &self.scope.shapes[*entry]));
        let atoms = held.map(|(atom, _)| atom).chain(given.keys().map(|(atom, _)| atom));
        for atom in atoms.collect::<BTreeSet<_>>() {
            let before = self.state.get(atom).copied();
            let mut values = given.iter().filter(|((it, _), _)| it == atom).map(|((_, value), by)| (*value, by));
            self.scope.moving.borrow_mut().all_compared(values.clone().map(|(value, _)| value).chain(before));
            let (value, by) = match (values.next(), values.next()) {
                (Some((value, by)), None) => (Some(value), by.clone()),
                (Some(_), Some(_)) => (None, By::Conflict),
                (None, _) => (None, By::Lapse),
            };
            if value != before {
                all.insert((What::Change(atom.clone(), value), by));
            }
        }
        all
    }

    /// Rules 18 to 21: the timers that a moment arms.
    fn arm(&self, tick: i64, at: &Instant, now: &Now<'_>, timers: &mut Timers) {
        let mut add = |time: Option<Val>, waiting: Waiting| {
            let due = time.and_then(|time| Some((later(self.program.clock, tick, time, 1)?, at.after(time))));
            if let Some((due, until)) = due.filter(|(due, _)| tick < *due) {
                let known = timers.entry(due).or_default().entry((tick, waiting)).or_insert_with(|| until.clone());
                self.hangs_on(known, &until);
            }
        };
        for (atom, value) in &now.initiated {
            for (place, deadline) in self.deadlines(atom).iter().enumerate() {
                if self.scope.val(deadline.from) == *value {
                    let time = self.scope.val(Value::duration(deadline.after));
                    add(Some(time), Waiting::Deadline(place, atom.clone()));
                }
            }
        }
        for Touching { entry, rule, known, .. } in self.woken(now) {
            self.scope.owner.set(Some(*entry));
            for (place, trigger) in rule.triggers.iter().enumerate() {
                let armed = || self.at_once(&rule.vars, trigger, &known_early(known, trigger), now);
                match trigger {
                    Trigger::After { time, given, .. } => {
                        let scene = self.scene(now.moment, &rule.vars);
                        let all = armed().into_iter().flat_map(|(.., filling)| scene.solve(given, &filling));
                        for filling in all {
                            add(scene.value(time, &filling), Waiting::Trigger(rule.id.0, place, filling, None));
                        }
                    }
                    Trigger::HasHeld { pattern, time, since_renewed } => {
                        let scene = Scene { changes: &now.changes, ..self.scene(now.moment, &rule.vars) };
                        let mut all = armed();
                        if *since_renewed {
                            let renewal = Trigger::Initiated(pattern.clone());
                            let renewed = self.at_once(&rule.vars, &renewal, &known_early(known, trigger), now);
                            all.extend(renewed.into_iter().filter(|(atom, value, _)| now.after(atom) == Some(*value)));
                        }
                        for (atom, value, filling) in all {
                            let time = scene.value(time, &filling);
                            let lasting = Some((atom, value, *since_renewed));
                            add(time, Waiting::Trigger(rule.id.0, place, filling, lasting));
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
        let initiated = |atom: &Atom, value: Val| now.initiated.contains(&(atom.clone(), value));
        match waiting {
            Waiting::Trigger(_, _, _, None) => true,
            Waiting::Trigger(_, _, _, Some((atom, value, until_renewed))) => {
                let broken = self.state.get(atom) == Some(value) && now.after(atom) != Some(*value);
                !(broken || (*until_renewed && initiated(atom, *value)))
            }
            Waiting::Deadline(place, atom) => {
                let deadline = &self.deadlines(atom)[*place];
                let from = self.scope.val(deadline.from);
                let ended = now.claims.iter().any(|(what, _)| concerns(what, atom) && ends(what, from));
                let other = now.initiated.iter().any(|(it, value)| it == atom && *value != from);
                armed_today || !(ended || other || (deadline.renewable && initiated(atom, from)))
            }
        }
    }
}

fn exactly(atom: &Atom) -> Shape {
    Shape { of: atom.of, args: atom.args.iter().copied().map(Some).collect() }
}

/// What an effect of a rule does for one filling; nothing if its value is missing.
fn perform(scene: &Scene<'_>, effect: &Effect, filling: &Filling) -> Option<What> {
    Some(match effect {
        Effect::Initiate { fluent, args, value } => {
            What::Initiate(scene.atom(Target::Fluent(fluent.0), args, filling)?, scene.value(value, filling)?)
        }
        Effect::Increase { fluent, args, by } => {
            What::Increase(scene.atom(Target::Fluent(fluent.0), args, filling)?, scene.value(by, filling)?)
        }
        Effect::Terminate { pattern: it } => {
            let shape = scene.shape(Target::Fluent(it.fluent.0), &it.args, filling);
            What::End(shape, scene.filled(it.value, filling))
        }
        Effect::Happen(it) => What::Event(scene.atom(Target::Action(it.action.0), &it.args, filling)?),
    })
}

/// Whether something is an effect on an instance.
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
