//! Going back: a log of what nodes were before they changed.

use crate::arcs::NONE;
use crate::lap::Lift;
use crate::side::{LIFTED, Node, Side};

#[derive(Clone, Debug)]
pub(crate) struct Before {
    pub(crate) node: u32,
    pub(crate) value: i64,
    reason: u32,
    parent: u32,
    attached: bool,
    lift: Option<Box<Lift>>,
}

impl Side {
    /// To be called before a node's value, reason or place changes.
    pub(crate) fn record(&mut self, node: u32) {
        if !self.recording {
            return;
        }
        let Node { value, reason, parent, flags, .. } = self.nodes[node as usize];
        let lift = if flags & LIFTED == 0 { None } else { self.lifts.get(&node).cloned().map(Box::new) };
        let attached = self.nodes[node as usize].is_attached();
        self.log.push(Before { node, value, reason, parent, attached, lift });
    }

    /// Restores everything that was recorded since the log had this length.
    pub(crate) fn undo(&mut self, length: usize) {
        self.clear_queue();
        while self.log.len() > length {
            let Some(before) = self.log.pop() else { return };
            self.detach(before.node);
            self.forget_lift(before.node);
            let at = &mut self.nodes[before.node as usize];
            (at.value, at.reason, at.parent) = (before.value, before.reason, before.parent);
            if let Some(lift) = before.lift {
                at.flags |= LIFTED;
                self.lifts.insert(before.node, *lift);
            }
            if before.attached {
                self.attach(before.node, before.parent);
            }
        }
    }

    /// The nodes whose bound is not what it was when the log had this length.
    pub(crate) fn changed_since(&self, length: usize) -> Vec<u32> {
        let mut earliest: Vec<_> = self.log[length..].iter().map(|before| (before.node, before.value)).collect();
        earliest.sort_by_key(|(node, _)| *node);
        earliest.dedup_by_key(|(node, _)| *node);
        earliest.retain(|(node, value)| self.tick(*node) != self.public(*value));
        earliest.into_iter().map(|(node, _)| node).collect()
    }

    /// Takes a node's value and place away, as if nothing were known of it.
    pub(crate) fn reset(&mut self, node: u32) {
        self.record(node);
        self.detach(node);
        self.forget_lift(node);
        let at = &mut self.nodes[node as usize];
        (at.value, at.reason) = (crate::side::FLOOR, NONE);
        self.attach(node, NONE);
    }
}
