//! Finds the listeners that an event, an initiation or a change may set off, by the constants they ask for.

use std::collections::BTreeMap;

use servanda_model::Value;

use super::ops::{Listener, Match};
use crate::hash;

/// Listeners to one action or one fluent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dispatch {
    /// Those that ask for no constant.
    plain: Vec<u32>,
    keyed: Vec<Keyed>,
}

/// Listeners that ask for constants at the same places, by the hash of those constants. The listener's own pattern
/// decides, so a clash of hashes costs time and nothing else.
#[derive(Clone, Debug)]
struct Keyed {
    positions: Box<[u8]>,
    /// In order of the hash.
    by_hash: Vec<(u64, Vec<u32>)>,
}

impl Dispatch {
    /// `with_value` also looks at the constant asked for as value; it counts as the argument after the last.
    pub(crate) fn new(listeners: &[Listener], ids: &[u32], with_value: bool) -> Dispatch {
        Dispatch::of(ids.iter().map(|&id| {
            let listener = &listeners[id as usize];
            (id, listener.args.iter().chain(with_value.then_some(&listener.value)))
        }))
    }

    /// Of whatever has numbers and patterns.
    pub(crate) fn of<'p, P: IntoIterator<Item = &'p Match>>(all: impl IntoIterator<Item = (u32, P)>) -> Dispatch {
        let mut dispatch = Dispatch::default();
        let mut groups: BTreeMap<Vec<u8>, Vec<(u64, u32)>> = BTreeMap::new();
        for (id, patterns) in all {
            let mut positions = Vec::new();
            let mut hash = hash::begin();
            for (at, pattern) in patterns.into_iter().enumerate() {
                if let Match::Value(value) = pattern {
                    positions.push(at as u8);
                    hash = hash::mix(hash, *value);
                }
            }
            if positions.is_empty() {
                dispatch.plain.push(id);
            } else {
                groups.entry(positions).or_default().push((hash, id));
            }
        }
        for (positions, ids) in groups {
            let mut by_hash: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
            for (hash, id) in ids {
                by_hash.entry(hash).or_default().push(id);
            }
            dispatch.keyed.push(Keyed { positions: positions.into(), by_hash: by_hash.into_iter().collect() });
        }
        dispatch
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.keyed.is_empty()
    }

    #[inline]
    pub(crate) fn each(&self, args: &[Value], value: Value, mut listener: impl FnMut(u32)) {
        self.plain.iter().for_each(|&id| listener(id));
        for Keyed { positions, by_hash } in &self.keyed {
            let at = |position: u8| args.get(position as usize).copied().unwrap_or(value);
            let hash = positions.iter().fold(hash::begin(), |hash, &position| hash::mix(hash, at(position)));
            if let Ok(at) = by_hash.binary_search_by_key(&hash, |entry| entry.0) {
                by_hash[at].1.iter().for_each(|&id| listener(id));
            }
        }
    }
}
