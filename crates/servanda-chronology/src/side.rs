//! One side of all bounds: the greatest lower bound of every point, or, with ticks negated, the least upper one.
//!
//! **The problem.** Every constraint, plain or monotone, has the form "the head is at least so much, given that the tail
//! is at least so much". The least values that satisfy all of them are the lower bounds. Because all steps are monotone,
//! the values form a lattice: those least values are themselves a chronology, so the bounds are exact and one side
//! alone decides whether there is any chronology at all. Upper bounds are the same problem with ticks negated.
//!
//! **The method.** For differences this is the longest path from the origin. It is found by Bellman and Ford's algorithm
//! with a queue, and with R. E. Tarjan's subtree disassembly: the arcs that gave each node its value form a tree, and
//! when a node's value rises, everything below it in the tree is taken out, since it will rise in turn; its old values
//! are not passed on. If the tail of the arc is found below its head, the arc closes a cycle. For plain distances this is
//! a contradiction, seen in the moment it comes about, and a simple cycle is a minimal one: what remains without any one
//! of its arcs is a path. The tree path to a point is what its bound rests on.
//!
//! **Points without a bound** start at [`FLOOR`], far below all real values, and are raised among themselves, from tick 0
//! as it were. This finds contradictions between things that no date is known of. Nothing passes from below to above
//! but by the origin's own arcs: whatever an unbounded point says of a bounded one, it can be met by moving the former down.
//!
//! **Monotone functions** change three things. Raising a node need not raise what is below it; such a node goes back to
//! its place when its own arc is tried again. A cycle need not be a contradiction: it may lift its head a little and come
//! to rest ("three months after", and back again); then the head keeps its place in the tree, with the cycle noted as a
//! *lift*. And a cycle may go on for ever, which `lap.rs` cuts short.
//!
//! **Cost.** With plain distances O(nodes · arcs) at worst and close to linear on chronologies; a cycle adds at most as
//! many rounds as its functions' common period has ticks. Adding an arc costs what it changes. Where it is not optimal:
//! the queue is first in, first out, so an addition that changes very much may raise a node more than once.

use std::collections::{BTreeMap, VecDeque};

use crate::arcs::{Arc, Arcs, CALL, NONE};
use crate::lap::Lift;
use crate::network::{Bound, Inequality, Network, Step};
use crate::undo::Before;
use crate::{ConstraintId, LIMIT};

/// Tick 0 for points without a bound. `FLOOR + LIMIT`, and one gain more, is still below `-LIMIT`.
pub(crate) const FLOOR: i64 = -(1 << 62);

const ATTACHED: u32 = 1;
const QUEUED: u32 = 2;
pub(crate) const LIFTED: u32 = 4;

/// What stops the raising. The numbers are indices of inequalities.
#[derive(Debug)]
pub(crate) enum Halt {
    /// These cannot all hold, though some of them may be superfluous.
    Conflict(Vec<u32>),
    OutOfRange(Vec<u32>),
    Unsettled(Vec<u32>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) value: i64,
    /// The inequality that gave the value, or [`NONE`].
    pub(crate) reason: u32,
    /// Its tail.
    pub(crate) parent: u32,
    child: u32,
    next: u32,
    previous: u32,
    pub(crate) flags: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) bound: Bound,
    pub(crate) nodes: Vec<Node>,
    pub(crate) arcs: Arcs,
    pub(crate) lifts: BTreeMap<u32, Lift>,
    /// What to restore, while there is something to go back to.
    pub(crate) log: Vec<Before>,
    pub(crate) recording: bool,
    /// A constraint that is left out, for "what if it were dropped".
    pub(crate) left_out: Option<ConstraintId>,
    pub(crate) laps: u32,
    queue: VecDeque<u32>,
    below: Vec<u32>,
}

impl Node {
    const NEW: Node =
        Node { value: FLOOR, reason: NONE, parent: NONE, child: NONE, next: NONE, previous: NONE, flags: ATTACHED };

    pub(crate) fn is_bounded(&self) -> bool {
        self.value >= -LIMIT
    }

    pub(crate) fn is_attached(&self) -> bool {
        self.flags & ATTACHED != 0
    }
}

impl Side {
    pub(crate) fn new(network: &Network, bound: Bound) -> Self {
        let mut nodes = vec![Node::NEW; network.point_count()];
        nodes[0].value = 0;
        Self {
            bound,
            arcs: Arcs::new(nodes.len(), &network.inequalities, bound),
            nodes,
            lifts: BTreeMap::new(),
            log: Vec::new(),
            recording: false,
            left_out: None,
            laps: 0,
            queue: VecDeque::new(),
            below: Vec::new(),
        }
    }

    pub(crate) fn add_node(&mut self) {
        self.nodes.push(Node::NEW);
        self.arcs.add_node();
    }

    /// The bound of a point in ticks.
    pub(crate) fn tick(&self, node: u32) -> Option<i64> {
        self.public(self.nodes[node as usize].value)
    }

    /// A stored value in ticks.
    pub(crate) fn public(&self, value: i64) -> Option<i64> {
        (value >= -LIMIT).then_some(if self.bound == Bound::Lower { value } else { -value })
    }

    /// Raises everything from scratch: first what hangs on the origin, then what is left.
    pub(crate) fn tighten(&mut self, network: &Network) -> Result<(), Halt> {
        self.enqueue(0);
        self.settle(network)?;
        for node in 1..self.nodes.len() as u32 {
            if !self.nodes[node as usize].is_bounded() {
                self.enqueue(node);
            }
        }
        self.settle(network)
    }

    /// Sorts added arcs in with the others.
    pub(crate) fn tidy(&mut self, network: &Network) {
        self.arcs = Arcs::new(self.nodes.len(), &network.inequalities, self.bound);
    }

    /// Passes values on until nothing rises. After a halt the queue is empty, but the values are only good for undoing.
    pub(crate) fn settle(&mut self, network: &Network) -> Result<(), Halt> {
        self.laps = 0;
        while let Some(node) = self.queue.pop_front() {
            let at = &mut self.nodes[node as usize];
            at.flags &= !QUEUED;
            if at.is_attached() {
                self.scan(network, node).inspect_err(|_| self.clear_queue())?;
            }
        }
        Ok(())
    }

    pub(crate) fn clear_queue(&mut self) {
        for node in self.queue.drain(..) {
            self.nodes[node as usize].flags &= !QUEUED;
        }
    }

    fn scan(&mut self, network: &Network, node: u32) -> Result<(), Halt> {
        let value = self.nodes[node as usize].value;
        for index in self.arcs.span(node) {
            let arc = self.arcs.in_block(index);
            let head = &self.nodes[arc.head as usize];
            // The hot line: most arcs raise nothing. `CALL` never passes for a gain.
            if arc.gain != CALL && value + arc.gain <= head.value && head.is_attached() {
                continue;
            }
            self.relax(network, node, arc)?;
            if !self.nodes[node as usize].is_attached() {
                return Ok(());
            }
        }
        let mut next = self.arcs.first_later(node);
        while next != NONE {
            let (arc, after) = self.arcs.later(next);
            self.relax(network, node, arc)?;
            if !self.nodes[node as usize].is_attached() {
                return Ok(());
            }
            next = after;
        }
        Ok(())
    }

    /// Raises the head of an arc if it has to. What hangs on it waits for [`Side::settle`], and so does an arc whose
    /// tail is out of the tree: all arcs out of it are tried when it is back.
    pub(crate) fn relax(&mut self, network: &Network, tail: u32, arc: Arc) -> Result<(), Halt> {
        let Node { value, .. } = self.nodes[tail as usize];
        if !self.nodes[tail as usize].is_attached() {
            return Ok(());
        }
        let step = if arc.gain == CALL { self.call(network, value, arc)? } else { Some(value + arc.gain) };
        // A bound outside the range of ticks is no bound.
        let step = step.filter(|candidate| value < -LIMIT || *candidate >= -LIMIT);
        let head = &self.nodes[arc.head as usize];
        match step {
            Some(candidate) if candidate > head.value => self.improve(network, tail, arc, candidate),
            _ if !head.is_attached() && head.reason == arc.edge => {
                self.record(arc.head);
                self.attach(arc.head, tail);
                self.enqueue(arc.head);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The step of a monotone function. Points without a bound can be anywhere, so only a function that repeats itself
    /// can be asked about them; of any other, what it surely gains is used.
    fn call(&self, network: &Network, value: i64, arc: Arc) -> Result<Option<i64>, Halt> {
        let inequality = &network.inequalities[arc.edge as usize];
        if value < -LIMIT {
            return Ok(self.call_anywhere(network, value, inequality));
        }
        match inequality.step(&network.functions, self.bound, value) {
            Step::To(to) => Ok(Some(to.clamp(-LIMIT - 1, LIMIT + 1))),
            Step::Nothing => Ok(None),
            Step::Nowhere if self.is_left_out(inequality) => Ok(None),
            Step::Nowhere => Err(Halt::Conflict(self.grounds(network, inequality, arc.edge))),
        }
    }

    fn call_anywhere(&self, network: &Network, value: i64, inequality: &Inequality) -> Option<i64> {
        if inequality.period(&network.functions).is_none() {
            return inequality.sure_gain(&network.functions).map(|gain| value + gain.clamp(-LIMIT, LIMIT));
        }
        match inequality.step(&network.functions, self.bound, value - FLOOR) {
            Step::To(to) => Some(FLOOR + to.clamp(-LIMIT - 1, LIMIT + 1)),
            Step::Nothing | Step::Nowhere => None,
        }
    }

    fn is_left_out(&self, inequality: &Inequality) -> bool {
        self.left_out.is_some() && inequality.label == self.left_out
    }

    /// The head of an arc is to rise: the one place where values change.
    fn improve(&mut self, network: &Network, tail: u32, arc: Arc, candidate: i64) -> Result<(), Halt> {
        let bounded = self.nodes[tail as usize].is_bounded();
        let inequality = &network.inequalities[arc.edge as usize];
        if self.is_left_out(inequality) {
            return Ok(());
        }
        // The origin stays where it is, and every tick is within the limits.
        if arc.head == 0 || bounded && candidate > LIMIT {
            return Err(Halt::Conflict(self.grounds(network, inequality, arc.edge)));
        }
        if candidate > FLOOR + LIMIT && !bounded {
            return Err(Halt::OutOfRange(self.grounds(network, inequality, arc.edge)));
        }
        self.record(arc.head);
        if self.disassemble(arc.head, tail) {
            return self.lap(network, tail, arc, candidate);
        }
        self.detach(arc.head);
        self.forget_lift(arc.head);
        let head = &mut self.nodes[arc.head as usize];
        (head.value, head.reason) = (candidate, arc.edge);
        self.attach(arc.head, tail);
        self.enqueue(arc.head);
        Ok(())
    }

    /// What a step rests on: the tree path to its tail, and the inequality itself.
    fn grounds(&self, network: &Network, inequality: &Inequality, edge: u32) -> Vec<u32> {
        let mut grounds = self.path(network, NONE, inequality.ends(self.bound).0);
        grounds.push(edge);
        grounds
    }

    /// The inequalities, lifts included, from one node down the tree to another; from the root if `top` is [`NONE`].
    pub(crate) fn path(&self, network: &Network, top: u32, bottom: u32) -> Vec<u32> {
        let mut path = Vec::new();
        let mut node = bottom;
        while node != top && node != NONE {
            let at = &self.nodes[node as usize];
            if at.flags & LIFTED != 0 {
                path.extend(self.lifts.get(&node).iter().flat_map(|lift| lift.edges.iter().rev()));
            }
            if at.reason == NONE {
                break;
            }
            path.push(at.reason);
            node = network.inequalities[at.reason as usize].ends(self.bound).0;
        }
        path.reverse();
        path
    }

    /// Takes everything below a node out of the tree; whether `sought` is the node or was below it.
    pub(crate) fn disassemble(&mut self, top: u32, sought: u32) -> bool {
        let mut found = top == sought;
        self.push_children(top);
        while let Some(node) = self.below.pop() {
            found |= node == sought;
            self.record(node);
            self.push_children(node);
            let at = &mut self.nodes[node as usize];
            at.flags &= !ATTACHED;
            (at.next, at.previous) = (NONE, NONE);
        }
        found
    }

    /// A node and everything below it.
    pub(crate) fn subtree(&self, top: u32) -> Vec<u32> {
        let mut nodes = vec![top];
        let mut done = 0;
        while let Some(&node) = nodes.get(done) {
            let mut child = self.nodes[node as usize].child;
            while child != NONE {
                nodes.push(child);
                child = self.nodes[child as usize].next;
            }
            done += 1;
        }
        nodes
    }

    fn push_children(&mut self, node: u32) {
        let mut child = std::mem::replace(&mut self.nodes[node as usize].child, NONE);
        while child != NONE {
            self.below.push(child);
            child = self.nodes[child as usize].next;
        }
    }

    pub(crate) fn attach(&mut self, node: u32, parent: u32) {
        let next = if parent == NONE { NONE } else { self.nodes[parent as usize].child };
        if next != NONE {
            self.nodes[next as usize].previous = node;
        }
        if parent != NONE {
            self.nodes[parent as usize].child = node;
        }
        let at = &mut self.nodes[node as usize];
        (at.parent, at.next, at.previous) = (parent, next, NONE);
        at.flags |= ATTACHED;
    }

    pub(crate) fn detach(&mut self, node: u32) {
        let at = &mut self.nodes[node as usize];
        if !at.is_attached() {
            return;
        }
        at.flags &= !ATTACHED;
        let (parent, next, previous) = (at.parent, at.next, at.previous);
        (at.next, at.previous) = (NONE, NONE);
        if next != NONE {
            self.nodes[next as usize].previous = previous;
        }
        if previous != NONE {
            self.nodes[previous as usize].next = next;
        } else if parent != NONE {
            self.nodes[parent as usize].child = next;
        }
    }

    pub(crate) fn enqueue(&mut self, node: u32) {
        let at = &mut self.nodes[node as usize];
        if at.flags & QUEUED == 0 {
            at.flags |= QUEUED;
            self.queue.push_back(node);
        }
    }
}
