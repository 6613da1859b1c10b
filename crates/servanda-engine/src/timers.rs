//! Timers that are pending.
//!
//! A deadline has one length, so what is armed first is due first: a queue. Other timers of constant length likewise;
//! the rest go into a heap. Timers that were cancelled stay where they are and are thrown out when a queue has doubled,
//! so a queue is never much longer than what is really pending, however long the window.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::save::{Bytes, Saved, Source, saved};

/// Queues shorter than this are not cleaned.
const CLEAN_ABOVE: usize = 1024;

/// A deadline of one instance, armed when its value was initiated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct DeadlineTimer {
    pub(crate) armed: i64,
    pub(crate) slot: u32,
    pub(crate) step: u32,
}

/// Any other timer: what it stands on depends on the queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Timer {
    pub(crate) due: i64,
    pub(crate) armed: i64,
    /// A slot, or the place of the filling an `After` carries.
    pub(crate) item: u32,
    pub(crate) epoch: u32,
    pub(crate) step: u32,
}

/// The deadlines of one fluent's value, in the order in which they were armed.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeadlineQueue {
    entries: VecDeque<DeadlineTimer>,
    after_cleaning: usize,
}

impl DeadlineQueue {
    /// Adds a timer; returns whether it is the only one.
    #[inline]
    pub(crate) fn push(&mut self, timer: DeadlineTimer) -> bool {
        self.entries.push_back(timer);
        self.entries.len() == 1
    }

    #[inline]
    pub(crate) fn front(&self) -> Option<DeadlineTimer> {
        self.entries.front().copied()
    }

    #[inline]
    pub(crate) fn pop(&mut self) {
        self.entries.pop_front();
    }

    #[inline]
    pub(crate) fn wants_cleaning(&self) -> bool {
        self.entries.len() > 2 * self.after_cleaning + CLEAN_ABOVE
    }

    /// Puts a timer where it belongs among the others.
    pub(crate) fn insert(&mut self, timer: DeadlineTimer) {
        let at = self.entries.partition_point(|other| other.armed <= timer.armed);
        self.entries.insert(at, timer);
    }

    /// The timers armed at a tick or later, last first.
    pub(crate) fn armed_since(&self, tick: i64) -> impl Iterator<Item = &DeadlineTimer> {
        self.entries.iter().rev().take_while(move |timer| tick <= timer.armed)
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.after_cleaning = 0;
    }

    pub(crate) fn clean(&mut self, is_pending: impl FnMut(&DeadlineTimer) -> bool) {
        self.entries.retain(is_pending);
        self.after_cleaning = self.entries.len();
        if self.entries.capacity() > 4 * self.after_cleaning + 4 * CLEAN_ABOVE {
            self.entries.shrink_to(2 * self.after_cleaning + CLEAN_ABOVE);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

/// Timers of one trigger.
#[derive(Clone, Debug)]
pub(crate) struct TimerQueue {
    entries: Entries,
    after_cleaning: usize,
}

#[derive(Clone, Debug)]
enum Entries {
    InOrder(VecDeque<Timer>),
    Heap(BinaryHeap<Reverse<Timer>>),
}

impl TimerQueue {
    pub(crate) fn new(in_order: bool) -> TimerQueue {
        let entries = if in_order { Entries::InOrder(VecDeque::new()) } else { Entries::Heap(BinaryHeap::new()) };
        TimerQueue { entries, after_cleaning: 0 }
    }

    /// Adds a timer; returns whether it is now the first that is due.
    #[inline]
    pub(crate) fn push(&mut self, timer: Timer) -> bool {
        match &mut self.entries {
            Entries::InOrder(queue) => {
                queue.push_back(timer);
                queue.len() == 1
            }
            Entries::Heap(heap) => {
                let first = heap.peek().is_none_or(|first| timer.due < first.0.due);
                heap.push(Reverse(timer));
                first
            }
        }
    }

    /// Puts a timer where it belongs among the others.
    pub(crate) fn insert(&mut self, timer: Timer) {
        match &mut self.entries {
            Entries::InOrder(queue) => {
                let at = queue.partition_point(|other| other.due <= timer.due);
                queue.insert(at, timer);
            }
            Entries::Heap(heap) => heap.push(Reverse(timer)),
        }
    }

    /// The timers, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Timer> {
        let (queue, heap) = match &self.entries {
            Entries::InOrder(queue) => (Some(queue), None),
            Entries::Heap(heap) => (None, Some(heap)),
        };
        queue.into_iter().flatten().chain(heap.into_iter().flatten().map(|timer| &timer.0))
    }

    fn retain(&mut self, mut keeps: impl FnMut(&Timer) -> bool) {
        match &mut self.entries {
            Entries::InOrder(queue) => queue.retain(keeps),
            Entries::Heap(heap) => heap.retain(|timer| keeps(&timer.0)),
        }
    }

    pub(crate) fn clear(&mut self) {
        match &mut self.entries {
            Entries::InOrder(queue) => queue.clear(),
            Entries::Heap(heap) => heap.clear(),
        }
        self.after_cleaning = 0;
    }

    pub(crate) fn front(&self) -> Option<Timer> {
        match &self.entries {
            Entries::InOrder(queue) => queue.front().copied(),
            Entries::Heap(heap) => heap.peek().map(|first| first.0),
        }
    }

    pub(crate) fn pop(&mut self) {
        match &mut self.entries {
            Entries::InOrder(queue) => {
                queue.pop_front();
            }
            Entries::Heap(heap) => {
                heap.pop();
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        match &self.entries {
            Entries::InOrder(queue) => queue.len(),
            Entries::Heap(heap) => heap.len(),
        }
    }

    pub(crate) fn wants_cleaning(&self) -> bool {
        self.len() > 2 * self.after_cleaning + CLEAN_ABOVE
    }

    pub(crate) fn clean(&mut self, is_pending: impl FnMut(&Timer) -> bool) {
        self.retain(is_pending);
        self.after_cleaning = self.len();
    }
}

/// Which queue a wake-up is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum QueueId {
    Deadline { fluent: u32, deadline: u32 },
    Held(u32),
    Elapsed(u32),
    Comes(u32),
}

/// When each queue has to be looked at next. May be too early, never too late.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wakes {
    heap: BinaryHeap<Reverse<(i64, QueueId)>>,
}

impl Wakes {
    pub(crate) fn push(&mut self, due: i64, queue: QueueId) {
        self.heap.push(Reverse((due, queue)));
    }

    #[inline]
    pub(crate) fn next(&self) -> Option<i64> {
        self.heap.peek().map(|wake| wake.0.0)
    }

    pub(crate) fn clear(&mut self) {
        self.heap.clear();
    }

    /// The queue that has to be looked at first, if that is by `tick`.
    #[inline]
    pub(crate) fn due(&self, tick: i64) -> Option<QueueId> {
        self.heap.peek().filter(|wake| wake.0.0 <= tick).map(|wake| wake.0.1)
    }

    /// That queue was looked at, and has to be again when its next timer is due.
    #[inline]
    pub(crate) fn put_off(&mut self, next: Option<i64>) {
        match (self.heap.peek_mut(), next) {
            (Some(mut first), Some(due)) => first.0.0 = due,
            (Some(first), None) => drop(std::collections::binary_heap::PeekMut::pop(first)),
            (None, _) => {}
        }
    }
}

saved!(DeadlineTimer { armed, slot, step });
saved!(Timer { due, armed, item, epoch, step });
saved!(DeadlineQueue { entries, after_cleaning });
saved!(TimerQueue { entries, after_cleaning });
saved!(Wakes { heap });

impl Saved for Entries {
    fn put(&self, to: &mut Bytes) {
        match self {
            Entries::InOrder(queue) => {
                true.put(to);
                queue.put(to);
            }
            Entries::Heap(heap) => {
                false.put(to);
                heap.put(to);
            }
        }
    }

    fn get(from: &mut Source<'_>) -> Option<Entries> {
        Some(if bool::get(from)? { Entries::InOrder(Saved::get(from)?) } else { Entries::Heap(Saved::get(from)?) })
    }
}

impl<T: Saved + Ord> Saved for BinaryHeap<Reverse<T>> {
    fn put(&self, to: &mut Bytes) {
        self.len().put(to);
        self.iter().for_each(|it| it.0.put(to));
    }

    fn get(from: &mut Source<'_>) -> Option<BinaryHeap<Reverse<T>>> {
        Some(Vec::get(from)?.into_iter().map(Reverse).collect())
    }
}

impl Saved for QueueId {
    fn put(&self, to: &mut Bytes) {
        let (kind, which, deadline) = match *self {
            QueueId::Deadline { fluent, deadline } => (0_u8, fluent, deadline),
            QueueId::Held(held) => (1, held, 0),
            QueueId::Elapsed(elapsed) => (2, elapsed, 0),
            QueueId::Comes(fluent) => (3, fluent, 0),
        };
        (kind, (which, deadline)).put(to);
    }

    fn get(from: &mut Source<'_>) -> Option<QueueId> {
        let (kind, (which, deadline)) = <(u8, (u32, u32))>::get(from)?;
        match kind {
            0 => Some(QueueId::Deadline { fluent: which, deadline }),
            1 => Some(QueueId::Held(which)),
            2 => Some(QueueId::Elapsed(which)),
            3 => Some(QueueId::Comes(which)),
            _ => None,
        }
    }
}
