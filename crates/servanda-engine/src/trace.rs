//! What a stretch of a run read and touched, for whoever has to know whether it would have gone differently.

use servanda_model::Value;

use crate::hash;
use crate::sink::Sink;
use crate::state::ABSENT;
use crate::sweep::Sweep;

/// An instance: which fluent, and its arguments.
type Touched = (u32, Box<[Value]>);

/// Everything that was looked up, as hashes, and every instance that something happened to.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    reads: Vec<u64>,
    scans: Vec<u32>,
    touched: Vec<Touched>,
}

/// A look at one instance: whether it has the value `tested`, or with `ABSENT`, which value it has.
pub(crate) fn point(fluent: u32, key: u64, tested: Value) -> u64 {
    probe(fluent, usize::MAX, key, tested)
}

/// A look through an index.
pub(crate) fn probe(fluent: u32, index: usize, key: u64, tested: Value) -> u64 {
    let place = (u64::from(fluent) << 8).wrapping_add(index as u64).wrapping_add(1);
    hash::mix(key ^ place.rotate_left(40), tested)
}

impl Trace {
    pub(crate) fn read(&mut self, hash: u64) {
        self.reads.push(hash);
    }

    pub(crate) fn scan(&mut self, fluent: u32) {
        if !self.scans.contains(&fluent) {
            self.scans.push(fluent);
        }
    }

    pub(crate) fn touch(&mut self, fluent: u32, key: &[Value]) {
        self.touched.push((fluent, key.into()));
    }

    /// Brings it in order, each thing once.
    pub(crate) fn seal(&mut self) {
        self.reads.sort_unstable();
        self.reads.dedup();
        self.reads.shrink_to_fit();
        self.scans.sort_unstable();
        self.touched.sort_unstable();
        self.touched.dedup();
    }

    /// The hashes of what was looked up, the fluents that were gone through, and the instances that something happened to.
    pub(crate) fn into_parts(self) -> (Vec<u64>, Vec<u32>, Vec<Touched>) {
        (self.reads, self.scans, self.touched)
    }
}

impl<S: Sink, const R: bool> Sweep<'_, S, R> {
    #[inline]
    pub(crate) fn trace_point(&self, fluent: u32, key: &[Value]) {
        if let Some(trace) = &self.trace {
            trace.borrow_mut().read(point(fluent, hash::hash_all(key), ABSENT));
        }
    }

    /// A timer of an instance that ran out is something that happened to it.
    #[inline]
    pub(crate) fn trace_timer(&self, fluent: u32, slot: u32) {
        if let Some(trace) = &self.trace {
            trace.borrow_mut().touch(fluent, self.world.tables[fluent as usize].key(slot));
        }
    }

    #[inline]
    pub(crate) fn trace_scan(&self, fluent: u32) {
        if let Some(trace) = &self.trace {
            trace.borrow_mut().scan(fluent);
        }
    }
}
