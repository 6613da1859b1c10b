//! The inequalities as arcs out of each node: one block in node order, and a chain per node for those added later.

use crate::network::{Bound, Inequality, Rule};

/// No node, no arc.
pub(crate) const NONE: u32 = u32::MAX;

/// The `gain` of an arc whose step has to be asked for.
pub(crate) const CALL: i64 = i64::MIN;

/// An inequality seen from its tail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arc {
    pub(crate) head: u32,
    /// The index of the inequality.
    pub(crate) edge: u32,
    /// What is added to the tail's bound, or [`CALL`].
    pub(crate) gain: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Arcs {
    bound: Bound,
    /// The arcs of node `n` are those from `starts[n]` to `starts[n + 1]`; nodes added later have none here.
    starts: Vec<u32>,
    block: Vec<Arc>,
    /// Each with the next one out of the same node.
    later: Vec<(Arc, u32)>,
    /// The first of the later arcs of each node.
    first_later: Vec<u32>,
}

impl Arc {
    /// Its tail and the arc.
    pub(crate) fn of(inequality: &Inequality, edge: u32, bound: Bound) -> (u32, Self) {
        let (tail, head) = inequality.ends(bound);
        let gain = if let Rule::Within(ticks) = inequality.rule { -ticks } else { CALL };
        (tail, Self { head, edge, gain })
    }
}

impl Arcs {
    /// Sorts all inequalities by their tails, by counting.
    pub(crate) fn new(nodes: usize, inequalities: &[Inequality], bound: Bound) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for inequality in inequalities {
            starts[inequality.ends(bound).0 as usize] += 1;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut block = vec![Arc { head: 0, edge: 0, gain: 0 }; inequalities.len()];
        for (edge, inequality) in inequalities.iter().enumerate().rev() {
            let (tail, arc) = Arc::of(inequality, edge as u32, bound);
            let start = &mut starts[tail as usize];
            *start -= 1;
            block[*start as usize] = arc;
        }
        Self { bound, starts, block, later: Vec::new(), first_later: vec![NONE; nodes] }
    }

    pub(crate) fn add_node(&mut self) {
        self.first_later.push(NONE);
    }

    /// Adds an inequality.
    pub(crate) fn push(&mut self, inequality: &Inequality, edge: u32) {
        let (tail, arc) = Arc::of(inequality, edge, self.bound);
        let first = &mut self.first_later[tail as usize];
        let next = std::mem::replace(first, self.later.len() as u32);
        self.later.push((arc, next));
    }

    /// Takes back the last inequality added.
    pub(crate) fn pop(&mut self, inequality: &Inequality) {
        if let Some((_, next)) = self.later.pop() {
            self.first_later[inequality.ends(self.bound).0 as usize] = next;
        }
    }

    /// Whether so many arcs were added that sorting all of them again costs no more than adding them did.
    pub(crate) fn is_untidy(&self) -> bool {
        self.later.len() > 64 + self.block.len() / 2
    }

    /// Where the block's arcs of a node lie.
    pub(crate) fn span(&self, node: u32) -> std::ops::Range<usize> {
        match self.starts.get(node as usize + 1) {
            Some(&end) => self.starts[node as usize] as usize..end as usize,
            None => 0..0,
        }
    }

    pub(crate) fn in_block(&self, index: usize) -> Arc {
        self.block[index]
    }

    pub(crate) fn first_later(&self, node: u32) -> u32 {
        self.first_later[node as usize]
    }

    /// A later arc and the one after it.
    pub(crate) fn later(&self, index: u32) -> (Arc, u32) {
        self.later[index as usize]
    }

    /// All arcs out of a node.
    pub(crate) fn of(&self, node: u32) -> impl Iterator<Item = Arc> + '_ {
        let mut next = self.first_later(node);
        let later = std::iter::from_fn(move || {
            (next != NONE).then(|| {
                let (arc, after) = self.later(next);
                next = after;
                arc
            })
        });
        self.block[self.span(node)].iter().copied().chain(later)
    }
}
