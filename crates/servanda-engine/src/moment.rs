//! What is being worked out: the effects, changes and events of the current moment and tick.

use servanda_model::Value;

use crate::compile::direct::Test;
use crate::hash;
use crate::save::{Bytes, Saved, Source, saved};
use crate::state::{ABSENT, NONE};

/// An instance that something happened to in the current tick.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Touch {
    pub(crate) fluent: u32,
    pub(crate) slot: u32,
    /// Its value when the tick began.
    pub(crate) start: Value,
    /// Its value before the current moment.
    pub(crate) before: Value,
    /// The last effect on it in the moment `moment`, or [`NONE`].
    pub(crate) effects: u32,
    /// The moment these effects belong to.
    pub(crate) moment: u64,
    /// Whether its value after the moment has been worked out.
    pub(crate) is_settled: bool,
    /// With derivations: the step of its last change in this tick.
    pub(crate) step: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EffectKind {
    Initiate,
    /// The value `ABSENT` ends every value.
    Terminate,
    Increase,
}

/// One effect, chained to the one before on the same instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EffectRecord {
    pub(crate) kind: EffectKind,
    pub(crate) value: Value,
    pub(crate) slot: u32,
    pub(crate) next: u32,
    pub(crate) step: u32,
}

/// An ending of all instances that match.
#[derive(Clone, Debug)]
pub(crate) struct WildEnding {
    pub(crate) fluent: u32,
    /// `ABSENT` matches anything.
    pub(crate) key: Box<[Value]>,
    pub(crate) value: Value,
    pub(crate) step: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct EventRecord {
    pub(crate) action: u32,
    start: u32,
    arity: u32,
    pub(crate) step: u32,
    /// Where its sites begin.
    sites: u32,
    /// Of its arguments.
    hash: u64,
}

/// A timer that is due, as its listener sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) item: u32,
    pub(crate) armed: i64,
    pub(crate) step: u32,
}

/// The events of a moment.
#[derive(Debug, Default)]
pub(crate) struct Events {
    records: Vec<EventRecord>,
    args: Vec<Value>,
    /// Those that can be looked up, and for which actions there are any.
    by_action: Vec<Vec<u32>>,
    looked_up: Vec<u32>,
    find: Places,
    /// Of each event the instances of its sites, as far as they were looked up.
    located: Vec<Located>,
    /// How many sites each action has.
    sites: Vec<u32>,
}

/// The instance that a site of an event names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located {
    /// Its value before the moment.
    pub(crate) held: Value,
    /// Where it is; that it was made in the moment itself is known to effects alone.
    slot: u32,
}

const NOT_LOCATED: Located = Located { held: ABSENT, slot: UNKNOWN };

/// The slot of a site that was not looked up yet.
const UNKNOWN: u32 = NONE - 1;

/// Where looked-up events are found by their hash: of a place only what was put there in this moment counts, so that
/// forgetting them all costs nothing.
#[derive(Debug, Default)]
struct Places {
    /// In which moment, counted from 1, and which event.
    places: Vec<(u32, u32)>,
    moment: u32,
    used: usize,
}

impl Places {
    /// The first of these events that passes the test, or the place for one more.
    #[inline]
    fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Result<u32, usize> {
        let last = self.places.len().wrapping_sub(1);
        let mut at = hash as usize & last;
        while let Some(&(_, id)) = self.places.get(at).filter(|place| place.0 == self.moment) {
            if is_it(id) {
                return Ok(id);
            }
            at = (at + 1) & last;
        }
        Err(at)
    }

    #[inline]
    fn put(&mut self, at: usize, id: u32) {
        self.places[at] = (self.moment, id);
        self.used += 1;
    }

    fn is_full(&self) -> bool {
        2 * self.used >= self.places.len()
    }

    fn clear(&mut self) {
        self.used = 0;
        self.moment = self.moment.wrapping_add(1);
        if self.moment == 0 {
            self.places.fill((0, 0));
            self.moment = 1;
        }
    }
}

impl Events {
    /// With the number of sites of each action.
    pub(crate) fn new(sites: Vec<u32>) -> Events {
        let find = Places { places: vec![(0, 0); 64], moment: 1, used: 0 };
        Events { by_action: vec![Vec::new(); sites.len()], find, sites, ..Events::default() }
    }

    /// Adds an event. `is_looked_up` events can be found again by [`Events::has`] and [`Events::of`].
    #[inline]
    pub(crate) fn push(&mut self, action: u32, args: &[Value], step: u32, is_looked_up: bool) -> u32 {
        let start = self.args.len() as u32;
        self.copy(args);
        let id = self.record_one(action, (start, args.len() as u32), step, hash::hash_all(args));
        if is_looked_up {
            self.find_later(id);
        }
        id
    }

    /// Adds a looked-up event, unless the same one is there.
    pub(crate) fn push_new(&mut self, action: u32, args: &[Value], step: u32) -> Option<u32> {
        let hash = hash::hash_all(args);
        let is_it = |id| self.is(id, action, hash, args.iter().copied());
        let at = self.find.find(place_of(action, hash), is_it).err()?;
        let start = self.args.len() as u32;
        self.copy(args);
        let id = self.record_one(action, (start, args.len() as u32), step, hash);
        self.put_at(id, at);
        Some(id)
    }

    /// The same with the arguments of another event.
    pub(crate) fn push_alike(&mut self, action: u32, other: u32, step: u32) -> Option<u32> {
        let EventRecord { start, arity, hash, .. } = self.records[other as usize];
        let is_it = |id| self.is_alike(id, action, other);
        let at = self.find.find(place_of(action, hash), is_it).err()?;
        // They have their arguments in common.
        let id = self.record_one(action, (start, arity), step, hash);
        self.put_at(id, at);
        Some(id)
    }

    #[inline]
    fn copy(&mut self, args: &[Value]) {
        // Few are copied one by one, in less time than a call takes.
        match *args {
            [a] => self.args.push(a),
            [a, b] => self.args.extend_from_slice(&[a, b]),
            [a, b, c] => self.args.extend_from_slice(&[a, b, c]),
            _ => self.args.extend_from_slice(args),
        }
    }

    #[inline]
    fn record_one(&mut self, action: u32, (start, arity): (u32, u32), step: u32, hash: u64) -> u32 {
        let id = self.records.len() as u32;
        let sites = self.located.len() as u32;
        match self.sites[action as usize] {
            0 => {}
            1 => self.located.push(NOT_LOCATED),
            more => self.located.resize((sites + more) as usize, NOT_LOCATED),
        }
        self.records.push(EventRecord { action, start, arity, step, sites, hash });
        id
    }

    /// Whether the instance of a site has been looked up.
    #[inline]
    pub(crate) fn is_located(&self, id: u32, site: u32) -> bool {
        self.slot(id, site) != UNKNOWN
    }

    /// Says which instance a site is, and what it is before the moment.
    #[inline]
    pub(crate) fn locate(&mut self, id: u32, site: u32, slot: u32, held: Value) {
        let at = self.records[id as usize].sites + site;
        self.located[at as usize] = Located { held, slot };
    }

    /// Says which instance a site is that was made in this moment.
    #[inline]
    pub(crate) fn set_slot(&mut self, id: u32, site: u32, slot: u32) {
        let at = self.records[id as usize].sites + site;
        self.located[at as usize].slot = slot;
    }

    /// The instances of an event's sites.
    #[inline]
    pub(crate) fn located(&self, id: u32) -> &[Located] {
        let record = &self.records[id as usize];
        &self.located[record.sites as usize..][..self.sites[record.action as usize] as usize]
    }

    #[inline]
    pub(crate) fn slot(&self, id: u32, site: u32) -> u32 {
        self.located[(self.records[id as usize].sites + site) as usize].slot
    }

    /// Those of some events, whose sites were looked up, that pass tests.
    #[inline]
    pub(crate) fn passing(&self, tests: &[Test], ids: &[u32], passing: &mut Vec<u32>) {
        let Events { records, located, .. } = self;
        passing.clear();
        passing.extend_from_slice(ids);
        for test in tests {
            let mut count = 0;
            // Which of them pass cannot be foreseen, so that each is put down in any case.
            for at in 0..passing.len() {
                let id = passing[at];
                let held = located[(records[id as usize].sites + test.site) as usize].held;
                passing[count] = id;
                count += usize::from((held == test.value) == test.wanted);
            }
            passing.truncate(count);
        }
    }

    /// Puts an event where it will be looked for.
    #[inline]
    fn find_later(&mut self, id: u32) {
        let EventRecord { action, hash, .. } = self.records[id as usize];
        if let Err(at) = self.find.find(place_of(action, hash), |_| false) {
            self.put_at(id, at);
        }
    }

    #[inline]
    fn put_at(&mut self, id: u32, at: usize) {
        let action = self.records[id as usize].action;
        let alike = &mut self.by_action[action as usize];
        if alike.is_empty() {
            self.looked_up.push(action);
        }
        alike.push(id);
        self.find.put(at, id);
        if self.find.is_full() {
            self.find_all_again();
        }
    }

    #[cold]
    fn find_all_again(&mut self) {
        self.find.clear();
        let looked_up = self.by_action.iter().map(Vec::len).sum::<usize>();
        if 4 * looked_up > self.find.places.len() {
            self.find.places = vec![(0, 0); (4 * looked_up).next_power_of_two()];
        }
        for &id in self.by_action.iter().flatten() {
            let EventRecord { action, hash, .. } = self.records[id as usize];
            if let Err(at) = self.find.find(place_of(action, hash), |_| false) {
                self.find.put(at, id);
            }
        }
    }

    #[inline]
    pub(crate) fn record(&self, id: u32) -> EventRecord {
        self.records[id as usize]
    }

    #[inline]
    pub(crate) fn args(&self, id: u32) -> &[Value] {
        let record = &self.records[id as usize];
        &self.args[record.start as usize..][..record.arity as usize]
    }

    /// The hash of an event's arguments.
    #[inline]
    pub(crate) fn hash(&self, id: u32) -> u64 {
        self.records[id as usize].hash
    }

    #[inline]
    fn is(&self, id: u32, action: u32, hash: u64, args: impl Iterator<Item = Value>) -> bool {
        let record = &self.records[id as usize];
        record.hash == hash && record.action == action && self.args(id).iter().copied().eq(args)
    }

    #[inline]
    fn is_alike(&self, id: u32, action: u32, other: u32) -> bool {
        let (one, other) = (&self.records[id as usize], &self.records[other as usize]);
        let args = |it: &EventRecord| &self.args[it.start as usize..][..it.arity as usize];
        one.hash == other.hash && one.action == action && (one.start == other.start || args(one) == args(other))
    }

    /// The looked-up events of an action.
    pub(crate) fn of(&self, action: u32) -> &[u32] {
        &self.by_action[action as usize]
    }

    /// Whether there is a looked-up event with exactly these arguments.
    #[inline]
    pub(crate) fn has(&self, action: u32, args: impl Iterator<Item = Value> + Clone) -> bool {
        if self.by_action[action as usize].is_empty() {
            return false;
        }
        let hash = args.clone().fold(hash::begin(), hash::mix);
        self.find.find(place_of(action, hash), |id| self.is(id, action, hash, args.clone())).is_ok()
    }

    /// The same with the arguments of another event.
    #[inline]
    pub(crate) fn has_alike(&self, action: u32, other: u32) -> bool {
        if self.by_action[action as usize].is_empty() {
            return false;
        }
        let hash = self.records[other as usize].hash;
        self.find.find(place_of(action, hash), |id| self.is_alike(id, action, other)).is_ok()
    }

    pub(crate) fn clear(&mut self) {
        if self.find.used > 0 {
            self.looked_up.drain(..).for_each(|action| self.by_action[action as usize].clear());
            self.find.clear();
        }
        self.records.clear();
        self.args.clear();
        self.located.clear();
    }
}

/// Where an event is looked for whose arguments have this hash.
#[inline]
fn place_of(action: u32, hash: u64) -> u64 {
    hash.wrapping_add(u64::from(action).wrapping_mul(hash::begin()))
}

/// A set of nodes to be processed in ascending order.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    words: Vec<u64>,
    from: usize,
}

impl Ready {
    pub(crate) fn new(nodes: usize) -> Ready {
        Ready { words: vec![0; nodes.div_ceil(64)], from: usize::MAX }
    }

    #[inline]
    pub(crate) fn insert(&mut self, node: u32) {
        let word = node as usize / 64;
        self.words[word] |= 1 << (node % 64);
        self.from = self.from.min(word);
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<u32> {
        while let Some(word) = self.words.get_mut(self.from) {
            if *word == 0 {
                self.from += 1;
                continue;
            }
            let bit = word.trailing_zeros();
            *word &= *word - 1;
            return Some(self.from as u32 * 64 + bit);
        }
        self.from = usize::MAX;
        None
    }
}

impl Touch {
    pub(crate) fn new(fluent: u32, slot: u32, start: Value, moment: u64) -> Touch {
        Touch { fluent, slot, start, before: start, effects: NONE, moment, is_settled: false, step: NONE }
    }
}

saved!(Touch { fluent, slot, start, before, effects, moment, is_settled, step });
saved!(EffectRecord { kind, value, slot, next, step });
saved!(WildEnding { fluent, key, value, step });
saved!(Due { item, armed, step });
saved!(Ready { words, from });

impl Saved for EffectKind {
    fn put(&self, to: &mut Bytes) {
        (*self as u8).put(to);
    }

    fn get(from: &mut Source<'_>) -> Option<EffectKind> {
        [EffectKind::Initiate, EffectKind::Terminate, EffectKind::Increase].get(usize::from(u8::get(from)?)).copied()
    }
}

impl Events {
    pub(crate) fn put(&self, to: &mut Bytes) {
        self.records.len().put(to);
        for record in &self.records {
            (record.action, record.step).put(to);
        }
        let args = self.records.iter().flat_map(|it| &self.args[it.start as usize..][..it.arity as usize]);
        args.copied().collect::<Vec<Value>>().put(to);
        self.by_action.put(to);
    }

    /// `arity` is that of each action.
    pub(crate) fn get(&mut self, from: &mut Source<'_>, arity: impl Fn(u32) -> Option<usize>) -> Option<()> {
        let records: Vec<(u32, u32)> = Saved::get(from)?;
        let args: Vec<Value> = Saved::get(from)?;
        let by_action: Vec<Vec<u32>> = Saved::get(from)?;
        self.clear();
        let mut rest = args.as_slice();
        for (action, step) in records {
            let (its, others) = rest.split_at_checked(arity(action)?)?;
            self.push(action, its, step, false);
            rest = others;
        }
        self.looked_up = (0..by_action.len() as u32).filter(|&it| !by_action[it as usize].is_empty()).collect();
        self.by_action = by_action;
        self.find_all_again();
        Some(())
    }
}
