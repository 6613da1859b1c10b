//! What is in a scope, and one moment of it after another.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use servanda_model::Condition;
use servanda_proof::{
    Certificate, Claims, Deed, Filling, From, Hangs, Instant, Moment, Orders, Place, Reading, Shape, Target, Told, Val,
    When,
};

use crate::conditions::Scene;
use crate::moment::changes;
use crate::moving::Moving;
use crate::timers::Timer;

/// What has a value in a state; or the changes of a state, with what then has none.
pub(crate) type State<V = Val> = BTreeMap<Shape, V>;
/// For which entry of the scope (none: for the goals) something was looked up.
pub type Owner = Option<usize>;

/// A deed that could be on an entry of the scope, with what is then known of the variables.
pub(crate) struct Head<'a> {
    pub(crate) entry: usize,
    pub(crate) deed: &'a Deed<'a>,
    pub(crate) known: Filling,
}

/// What a trigger of a head waits for, with what is known of the variables that it binds.
pub(crate) struct Wait<'a> {
    pub(crate) head: usize,
    pub(crate) when: When<'a>,
    pub(crate) on: Shape,
    pub(crate) known: Filling,
}

/// A moment that was gone through: what was said of it, and what it looked at and changed.
pub(crate) struct Past {
    pub(crate) moment: Moment,
    pub(crate) at: Instant,
    pub(crate) claims: Claims,
    touched: State<()>,
}

/// A walk through the moments of a narrative, with the state of what is in the scope.
pub struct Walk<'a> {
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) proof: &'a Certificate,
    told: &'a Told,
    entries: State<usize>,
    pub(crate) heads: Vec<Head<'a>>,
    pub(crate) waits: BTreeMap<Target, Vec<Wait<'a>>>,
    /// Heads by the places of their fluents; those of rules have none.
    pub(crate) definitions: BTreeMap<Option<Place>, Vec<usize>>,
    /// The moment, and from what it is counted.
    pub now: Moment,
    pub(crate) at: Instant,
    /// What makes it a moment, and what is to come later.
    pub(crate) due: Vec<Timer>,
    pub(crate) coming: BTreeMap<Moment, BTreeSet<Timer>>,
    /// When timers are due, or were, that wait for something to last.
    pub(crate) lasting: State<BTreeSet<Moment>>,
    /// The state before it.
    pub(crate) state: State,
    pub(crate) past: Vec<Past>,
    pub(crate) moving: Moving,
    /// What was looked up since the last moment that counts.
    fresh: RefCell<BTreeSet<(Owner, Shape)>>,
    /// What was looked up before that, and for which entries.
    pub looked: State<BTreeSet<Owner>>,
    orders: Orders,
}

impl<'a> Walk<'a> {
    /// Before the first moment of a history that is to have the goals and the scope of a proof.
    #[must_use]
    pub fn new(reading: &'a Reading<'a>, told: &'a Told, proof: &'a Certificate) -> Walk<'a> {
        let (entries, at) = (proof.scope.iter().cloned().zip(0..).collect(), Instant::of(From::Tick(i64::MIN)));
        let (heads, waits, definitions, now, due, coming, lasting) = Default::default();
        let (state, past, moving, fresh, looked, orders) = Default::default();
        #[rustfmt::skip]
        let mut walk = Walk {
            reading, told, proof, entries, heads, waits, definitions, now, at, due, coming, lasting, state, past, moving,
            fresh, looked, orders,
        };
        walk.moving.loose.clone_from(&told.loose);
        for (moment, what, by) in &told.all {
            if walk.entry(&what.on).is_some() {
                what.on.args.iter().flatten().chain(&what.value).for_each(|it| _ = walk.moving.fixed(*it));
                let (until, says) = (by.event().unwrap_or(walk.at.clone()), Some((what.clone(), by.clone())));
                let timer = Timer { until, says, wakes: None, since: None, lasting: None };
                walk.coming.entry(*moment).or_default().insert(timer);
            }
        }
        walk.due = walk.coming.remove(&None).into_iter().flatten().collect();
        proof.goals.iter().for_each(|goal| walk.looks_up(None, goal));
        walk.find_heads();
        walk.keep();
        walk
    }

    /// Finds what could be done to the entries of the scope, and what it waits for. What it needs and never changes is so
    /// from the start.
    fn find_heads(&mut self) {
        let (mut heads, mut waits, mut definitions) = <(Vec<_>, BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>)>::default();
        let initial = changes(&self.due.iter().filter_map(|it| it.says.clone()).collect());
        for (shape, entry) in &self.entries {
            for deed in self.reading.deeds(shape.of) {
                let scene = Scene { walk: self, deed, owner: Some(*entry), changes: &initial, forming: None };
                let rigid: Vec<&Condition> = deed.conditions.iter().filter(|it| self.is_rigid(it)).collect();
                let known = scene.matched(shape.beside(deed.args), &Filling::new()).into_iter();
                for known in known.flat_map(|known| scene.solve(rigid.clone(), &known)) {
                    for when in deed.triggers.iter().map(When::of) {
                        let mut known = known.clone();
                        // Until the time comes, variables that are bound by something else are open.
                        known.retain(|var| when.time.is_none() || when.binds().contains(&var));
                        let on = scene.shape(when.of, when.args, &known);
                        self.looks_up(scene.owner, &on);
                        waits.entry(when.of).or_default().push(Wait { head: heads.len(), when, on, known });
                    }
                    definitions.entry(self.reading.place(shape.of)).or_default().push(heads.len());
                    heads.push(Head { entry: *entry, deed, known });
                }
            }
        }
        (self.heads, self.waits, self.definitions) = (heads, waits, definitions);
    }

    /// Whether a condition holds always if it holds from the start.
    pub(crate) fn is_rigid(&self, condition: &Condition) -> bool {
        let changes = |of: Target| self.told.of.contains(&of) || !self.reading.deeds(of).is_empty();
        matches!(condition, Condition::Holds(it) if !changes(Target::Fluent(it.fluent.0)))
    }

    /// The entry of the scope that covers a shape.
    pub fn entry(&self, shape: &Shape) -> Owner {
        let wider = || shape.of.of(&self.entries).find(|(it, _)| it.covers(shape)).map(|(_, at)| *at);
        self.entries.get(shape).copied().or_else(wider)
    }

    /// Looks a shape up, whatever is the case.
    pub(crate) fn looks_up(&self, owner: Owner, shape: &Shape) {
        self.moving.stay(shape.args.iter().copied().flatten());
        self.fresh.borrow_mut().insert((owner, shape.clone()));
    }

    /// What has been looked at counts.
    fn keep(&mut self) {
        for (owner, shape) in self.fresh.take() {
            self.looked.entry(shape).or_default().insert(owner);
        }
        self.orders.append(&mut self.moving.fresh.take());
    }

    /// The entries of the scope that the goals need, by themselves or for others they need; and what these look up that
    /// no entry covers.
    pub fn needed(&self) -> (BTreeSet<Owner>, BTreeSet<Shape>) {
        let mut needed = BTreeSet::from([None]);
        loop {
            let looked = self.looked.iter().filter(|(_, owners)| !owners.is_disjoint(&needed));
            let looked: Vec<(&Shape, Owner)> = looked.map(|(shape, _)| (shape, self.entry(shape))).collect();
            if looked.iter().all(|(_, entry)| needed.contains(entry)) {
                let missing = looked.into_iter().filter(|(_, entry)| entry.is_none());
                return (needed, missing.map(|(shape, _)| shape.clone()).collect());
            }
            needed.extend(looked.into_iter().map(|(_, entry)| entry));
        }
    }

    /// Goes on to the next moment at which something happens, if there is one up to the last tick.
    pub fn advance(&mut self) -> bool {
        let last = Some((self.proof.through, u32::MAX));
        while let Some(next) = self.coming.first_entry().filter(|it| *it.key() <= last) {
            let (moment, due) = next.remove_entry();
            (self.now, self.due) = (moment, due.into_iter().collect());
            // It is counted from the first of what makes it a moment; from its tick, if any of that does not move.
            let moves = self.due.iter().all(|it| self.moving.moves(&it.until));
            let first = self.due.iter().map(|it| &it.until).min().filter(|_| moves).cloned();
            self.at = first.unwrap_or(Instant::of(From::Tick(moment.map_or(i64::MIN, |(tick, _)| tick))));
            self.due.iter().for_each(|it| self.moving.hangs_on(&self.at, &it.until));
            self.keep();
            if !self.due.is_empty() {
                return true;
            }
        }
        false
    }

    /// Goes through the moment: what is said of it is what follows from itself, and is found by beginning with nothing.
    ///
    /// # Errors
    /// Nothing comes of what happens.
    pub fn pass(&mut self) -> Result<Claims, String> {
        let (mut own, mut derived) = (Claims::new(), Claims::new());
        // Programs whose moments do not settle are not made; here is an end even so.
        for _ in 0..2_000 {
            (self.fresh, self.moving.fresh) = Default::default();
            let claims = &own | &derived;
            let mut next: Claims = self.due.iter().filter_map(|it| it.says(&claims)).collect();
            self.ruled(&claims, &mut next);
            self.together(&mut next);
            let given = if next == own { self.defined(&own) } else { derived.clone() };
            if (&next, &given) == (&own, &derived) {
                self.settle(&claims);
                return Ok(claims);
            }
            (own, derived) = (next, given);
        }
        Err(format!("what happens at {:?} does not settle", self.now))
    }

    /// Goes on to the state after the moment, of which all these claims are true.
    fn settle(&mut self, claims: &Claims) {
        let changes = changes(claims);
        self.break_timers(claims);
        self.arm(claims, &changes);
        // Where nothing moves, moments have no other order.
        if self.now.is_some() && !self.moving.loose.is_empty() {
            let mut touched: State<()> = self.fresh.borrow().iter().map(|(_, shape)| (shape.clone(), ())).collect();
            touched.extend(self.due.iter().filter_map(|it| Some((it.lasting.clone()?.0, ()))));
            touched.extend(claims.iter().map(|(what, _)| (what.on.clone(), ())));
            self.moving.stay(claims.iter().flat_map(|(what, _)| what.on.args.iter().copied().flatten()));
            let now = Past { moment: self.now, at: self.at.clone(), claims: claims.clone(), touched };
            let moves = |past: &Past| self.moving.moves(&past.at);
            let past = self.past.iter().filter(|past| (moves(&now) || moves(past)) && meet(past, &now));
            past.for_each(|past| self.moving.hangs_on(&past.at, &now.at));
            self.past.push(now);
        }
        let asked = claims.iter().filter(|(it, _)| self.proof.goals.iter().any(|goal| goal.covers(&it.on)));
        self.moving.stay(asked.filter_map(|(it, _)| it.value));
        for (on, value) in changes {
            self.state.remove(&on);
            self.state.extend(value.map(|value| (on, value)));
        }
        self.keep();
    }

    /// At the end: whatever moves hangs on its order with the last tick looked at. Says on what all hangs.
    pub fn finish(mut self) -> Hangs {
        let (moving, last) = (&self.moving, Instant::of(From::Tick(self.proof.through)));
        let waiting = self.coming.values().flatten().map(|timer| &timer.until);
        waiting.chain(self.past.iter().map(|past| &past.at)).for_each(|at| moving.hangs_on(at, &last));
        let moved = self.past.iter().filter(|past| moving.moves(&past.at));
        let moved = moved.filter_map(|past| Some((past.moment?.0, past.at.clone()))).collect();
        self.keep();
        Hangs { orders: self.orders, moving: moved }
    }

    /// The state before the moment, as a head sees it.
    pub(crate) fn scene(&self, head: usize) -> Scene<'_> {
        static NONE: State<Option<Val>> = State::new();
        let Head { entry, deed, .. } = &self.heads[head];
        Scene { walk: self, deed, owner: Some(*entry), changes: &NONE, forming: None }
    }
}

/// Whether two moments are on one tick, or one of them changed what the other looked at or changed.
fn meet(one: &Past, other: &Past) -> bool {
    let changed = |claims: &Claims, touched: &State<()>| {
        claims.iter().any(|(what, _)| what.on.of.of(touched).any(|(it, ())| it.meets(&what.on)))
    };
    let tick = |past: &Past| past.moment.unzip().0;
    tick(one) == tick(other) || changed(&one.claims, &other.touched) || changed(&other.claims, &one.touched)
}
