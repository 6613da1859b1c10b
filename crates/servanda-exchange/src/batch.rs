//! Rows understood, some thousands at a time.

use std::sync::Arc;

use servanda_engine::Contradiction;
use servanda_model::{EntityId, KindId, NumberRange, Value};

use crate::found::Rows;
use crate::line::{SHORT, Text};
use crate::shares::Shares;

/// A row as the engine takes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) tick: i64,
    pub(crate) action: u32,
    /// Where its values begin.
    pub(crate) at: u32,
}

/// From some row on, a thing is also of these kinds.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// Before which row of the batch.
    pub(crate) row: usize,
    pub(crate) entity: EntityId,
    /// All its kinds.
    pub(crate) kinds: Arc<[KindId]>,
    /// Whether it was never named before.
    pub(crate) is_new: bool,
}

/// What of a batch is for one part of the instances.
#[derive(Default, Debug)]
pub(crate) struct Part {
    pub(crate) events: Vec<Event>,
    pub(crate) grants: Vec<PartGrant>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PartGrant {
    /// Before which event of the part.
    pub(crate) row: usize,
    /// Which grant of the batch.
    pub(crate) grant: usize,
    /// The tick of the row before it.
    pub(crate) after: i64,
}

/// Rows, and what the feed brought up in them.
#[derive(Default, Debug)]
pub(crate) struct Batch {
    pub(crate) events: Vec<Event>,
    pub(crate) values: Vec<Value>,
    pub(crate) grants: Vec<Grant>,
    /// Names of things, and texts, that were not known before, in the order of their ids.
    pub(crate) things: Strings,
    pub(crate) texts: Strings,
    /// Whether the first row of the first feed gives a day or timestamp, and no bare number.
    pub(crate) is_dated: bool,
    /// Where a checkpoint is due after these rows: how reading goes on from there.
    pub(crate) mark: Option<Vec<u8>>,
    /// How many events there were, these among them, and the tick of the last.
    pub(crate) so_far: u64,
    pub(crate) newest: i64,
    /// Where instances fall into parts, what of the events is for each.
    pub(crate) parts: Vec<Part>,
}

/// What was found in a batch in one part of the instances.
#[derive(Default, Debug)]
pub(crate) struct Findings {
    pub(crate) rows: Rows,
    /// The ranges that there are, if one was found: arithmetic may have made more.
    pub(crate) ranges: Option<Vec<NumberRange>>,
    /// Where a checkpoint is due: how this part goes on from there.
    pub(crate) standing: Option<Standing>,
}

/// How a part stands between two batches.
#[derive(Default, Debug)]
pub(crate) struct Standing {
    pub(crate) next_told: usize,
    /// How many contradictions there were since the run began or went on.
    pub(crate) contradictions: u64,
    /// The first contradictions since the run began or went on.
    pub(crate) contradicted: Vec<Contradiction>,
    /// The state of the engine, saved.
    pub(crate) engine: Vec<u8>,
}

impl Batch {
    pub(crate) const ROWS: usize = 4096;

    pub(crate) fn clear(&mut self) {
        self.events.clear();
        self.values.clear();
        self.grants.clear();
        self.things.clear();
        self.texts.clear();
        self.mark = None;
    }

    /// Finds out what is for which part. `after` is the tick of the row before the first.
    pub(crate) fn fall_apart(&mut self, shares: &Shares, arity: &[usize], mut after: i64) {
        let Batch { events, values, grants, parts, .. } = self;
        parts.resize_with(shares.parts, Part::default);
        for part in &mut *parts {
            part.events.clear();
            part.grants.clear();
        }
        let mut from = 0;
        let grants = grants.iter().enumerate().map(|(grant, it)| (Some(grant), it.row));
        for (grant, row) in grants.chain([(None, events.len())]) {
            for event in &events[from..row] {
                let args = &values[event.at as usize..][..arity[event.action as usize]];
                match shares.of_action(event.action as usize, args) {
                    Some(part) => parts[part].events.push(*event),
                    None => parts.iter_mut().for_each(|part| part.events.push(*event)),
                }
            }
            after = row.checked_sub(1).map_or(after, |last| events[last].tick);
            from = row;
            let Some(grant) = grant else { break };
            parts.iter_mut().for_each(|it| it.grants.push(PartGrant { row: it.events.len(), grant, after }));
        }
    }
}

/// Many short texts in one.
#[derive(Clone, Default, Debug)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    /// Writes one of them at the end.
    #[inline(always)]
    pub(crate) fn append(&self, index: usize, to: &mut impl Text) {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        let length = self.ends[index] - start;
        let text = &self.text.as_bytes()[start..];
        match text.first_chunk() {
            // So many at once take less time than as many as there are.
            Some(some) if length <= SHORT => to.short(some, length),
            _ => to.bytes(&text[..length]),
        }
    }

    /// All of them, one after another.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter_from(&self, first: usize) -> impl ExactSizeIterator<Item = &str> {
        (first..self.len()).map(|index| self.get(index))
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(crate) fn extend(&mut self, others: &Strings) {
        let before = self.text.len();
        self.text.push_str(&others.text);
        self.ends.extend(others.ends.iter().map(|end| before + end));
    }
}
