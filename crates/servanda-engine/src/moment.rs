//! What is being worked out: the effects, changes and events of the current moment and tick.

use hashbrown::HashTable;
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
    find: HashTable<u32>,
}

impl Events {
    pub(crate) fn new(actions: usize) -> Events {
        Events { by_action: vec![Vec::new(); actions], ..Events::default() }
    }

    /// Adds an event. `is_looked_up` events can be found again by [`Events::find`] and [`Events::of`].
    #[inline]
    pub(crate) fn push(&mut self, action: u32, args: &[Value], step: u32, is_looked_up: bool) -> u32 {
        let id = self.records.len() as u32;
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        self.records.push(EventRecord { action, start, arity: args.len() as u32, step });
        if is_looked_up {
            self.by_action[action as usize].push(id);
            let Events { records, args, find, .. } = self;
            let hash_of = |record: &EventRecord| {
                let args = &args[record.start as usize..][..record.arity as usize];
                args.iter().fold(seed(record.action), |hash, &value| hash::mix(hash, value))
            };
            find.insert_unique(hash_of(&records[id as usize]), id, |&id| hash_of(&records[id as usize]));
        }
        id
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

    /// The looked-up events of an action.
    pub(crate) fn of(&self, action: u32) -> &[u32] {
        &self.by_action[action as usize]
    }

    /// A looked-up event with exactly these arguments.
    pub(crate) fn find(&self, action: u32, args: impl Iterator<Item = Value> + Clone) -> Option<u32> {
        let hash = args.clone().fold(seed(action), hash::mix);
        let same =
            |&id: &u32| self.records[id as usize].action == action && self.args(id).iter().copied().eq(args.clone());
        self.find.find(hash, same).copied()
    }

    pub(crate) fn clear(&mut self) {
        if !self.find.is_empty() {
            for record in &self.records {
                self.by_action[record.action as usize].clear();
            }
            self.find.clear();
        }
        self.records.clear();
        self.args.clear();
    }
}

fn seed(action: u32) -> u64 {
    hash::begin().wrapping_add(u64::from(action))
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
saved!(EventRecord { action, start, arity, step });
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
        self.records.put(to);
        self.args.put(to);
        self.by_action.put(to);
    }

    pub(crate) fn get(&mut self, from: &mut Source<'_>) -> Option<()> {
        self.records = Saved::get(from)?;
        self.args = Saved::get(from)?;
        self.by_action = Saved::get(from)?;
        let Events { records, args, by_action, find } = self;
        let hash_of = |id: u32| {
            let record: &EventRecord = &records[id as usize];
            let args = &args[record.start as usize..][..record.arity as usize];
            args.iter().fold(seed(record.action), |hash, &value| hash::mix(hash, value))
        };
        find.clear();
        by_action.iter().flatten().for_each(|&id| {
            find.insert_unique(hash_of(id), id, |&id| hash_of(id));
        });
        Some(())
    }
}
