//! What is being worked out: the effects, changes and events of the current moment and tick.

use servanda_model::Value;

use crate::hash;
use crate::save::{Bytes, Saved, Source, saved};
use crate::state::NONE;

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
    /// Where the slots of its sites begin.
    slots: u32,
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
    by_action: Vec<Vec<u32>>,
    find: Places,
    /// Of each event the slots of its sites, as far as they were looked up.
    slots: Vec<u32>,
    /// How many sites each action has.
    sites: Vec<u32>,
}

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
        if is_looked_up {
            let hash = hash_of(action, args.iter().copied());
            self.push_at(action, args, step, hash)
        } else {
            self.record_one(action, args, step)
        }
    }

    /// Adds a looked-up event, unless the same one is there.
    pub(crate) fn push_new(&mut self, action: u32, args: &[Value], step: u32) -> Option<u32> {
        let hash = hash_of(action, args.iter().copied());
        match self.find.find(hash, |id| self.is(id, action, args.iter().copied())) {
            Ok(_) => None,
            Err(_) => Some(self.push_at(action, args, step, hash)),
        }
    }

    fn record_one(&mut self, action: u32, args: &[Value], step: u32) -> u32 {
        let id = self.records.len() as u32;
        let start = self.args.len() as u32;
        let slots = self.slots.len() as u32;
        self.args.extend(args.iter().copied());
        self.slots.extend(std::iter::repeat_n(UNKNOWN, self.sites[action as usize] as usize));
        self.records.push(EventRecord { action, start, arity: args.len() as u32, step, slots });
        id
    }

    /// Whether the instance of a site has been looked up.
    #[inline]
    pub(crate) fn is_located(&self, id: u32, site: u32) -> bool {
        self.slots[(self.records[id as usize].slots + site) as usize] != UNKNOWN
    }

    #[inline]
    pub(crate) fn set_slot(&mut self, id: u32, site: u32, slot: u32) {
        let at = self.records[id as usize].slots + site;
        self.slots[at as usize] = slot;
    }

    /// The slots of an event's sites.
    #[inline]
    pub(crate) fn slots(&self, id: u32) -> &[u32] {
        let record = &self.records[id as usize];
        &self.slots[record.slots as usize..][..self.sites[record.action as usize] as usize]
    }

    /// The arguments of an event, and the slots of its sites.
    #[inline]
    pub(crate) fn parts(&self, id: u32) -> (&[Value], &[u32]) {
        let record = &self.records[id as usize];
        let args = &self.args[record.start as usize..][..record.arity as usize];
        (args, &self.slots[record.slots as usize..][..self.sites[record.action as usize] as usize])
    }

    fn push_at(&mut self, action: u32, args: &[Value], step: u32, hash: u64) -> u32 {
        let id = self.record_one(action, args, step);
        self.by_action[action as usize].push(id);
        if self.find.is_full() {
            self.find_all_again();
        } else if let Err(at) = self.find.find(hash, |_| false) {
            self.find.put(at, id);
        }
        id
    }

    #[cold]
    fn find_all_again(&mut self) {
        self.find.clear();
        let looked_up = self.by_action.iter().map(Vec::len).sum::<usize>();
        if 4 * looked_up > self.find.places.len() {
            self.find.places = vec![(0, 0); (4 * looked_up).next_power_of_two()];
        }
        for at in 0..self.by_action.len() {
            for &id in &self.by_action[at] {
                let record = self.records[id as usize];
                let hash = hash_of(record.action, self.args(id).iter().copied());
                if let Err(at) = self.find.find(hash, |_| false) {
                    self.find.put(at, id);
                }
            }
        }
    }

    #[inline]
    pub(crate) fn record(&self, id: u32) -> EventRecord {
        self.records[id as usize]
    }

    #[inline]
    pub(crate) fn args(&self, id: u32) -> &[Value] {
        let record = self.records[id as usize];
        &self.args[record.start as usize..][..record.arity as usize]
    }

    #[inline]
    fn is(&self, id: u32, action: u32, args: impl Iterator<Item = Value>) -> bool {
        self.records[id as usize].action == action && self.args(id).iter().copied().eq(args)
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
        let hash = hash_of(action, args.clone());
        self.find.find(hash, |id| self.is(id, action, args.clone())).is_ok()
    }

    pub(crate) fn clear(&mut self) {
        if self.find.used > 0 {
            for record in &self.records {
                self.by_action[record.action as usize].clear();
            }
            self.find.clear();
        }
        self.records.clear();
        self.args.clear();
        self.slots.clear();
    }
}

#[inline]
fn hash_of(action: u32, args: impl Iterator<Item = Value>) -> u64 {
    args.fold(hash::begin().wrapping_add(u64::from(action)), hash::mix)
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
        self.args.put(to);
        self.by_action.put(to);
    }

    /// `arity` is that of each action.
    pub(crate) fn get(&mut self, from: &mut Source<'_>, arity: impl Fn(u32) -> Option<usize>) -> Option<()> {
        let records: Vec<(u32, u32)> = Saved::get(from)?;
        let args: Vec<Value> = Saved::get(from)?;
        let by_action = Saved::get(from)?;
        self.clear();
        let mut rest = args.as_slice();
        for (action, step) in records {
            let (its, others) = rest.split_at_checked(arity(action)?)?;
            self.record_one(action, its, step);
            rest = others;
        }
        self.by_action = by_action;
        self.find_all_again();
        Some(())
    }
}
