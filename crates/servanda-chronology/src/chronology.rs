//! A consistent network with its tight bounds, which can be added to and asked.

use crate::arcs::Arc;
use crate::conflict::{LabelIndex, report};
use crate::network::Bound;
use crate::side::{Halt, Side};
use crate::{ChronologyError, Constraint, ConstraintId, Network, Point};

/// All constraints together, found to be consistent, with the tight bounds of every point: each bound is reached in some
/// admissible chronology, and none goes beyond it.
///
/// Questions that try something out take `&mut self`; they leave everything as it was.
#[derive(Clone, Debug)]
pub struct Chronology {
    pub(crate) network: Network,
    pub(crate) lower: Side,
    pub(crate) upper: Side,
    pub(crate) labels: LabelIndex,
    /// How many frames are open.
    depth: usize,
    /// How many inequalities there were before the outermost of them.
    settled: usize,
}

/// Whether assumptions fit what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assumed {
    /// There is a chronology in which they are true.
    Consistent,
    /// There is none, and these constraints suffice to rule the assumptions out; none of them could be spared. Empty if
    /// the assumptions contradict each other.
    RuledOut {
        /// In the order in which they follow from each other where that is known.
        by: Vec<ConstraintId>,
    },
}

/// A state to go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    depth: usize,
    inequalities: usize,
    functions: usize,
    lower: usize,
    upper: usize,
}

/// Why something could not be inserted.
pub(crate) enum Refusal {
    Halted(Halt),
    Invalid(ChronologyError),
}

impl Chronology {
    pub(crate) fn new(network: Network, lower: Side, upper: Side) -> Self {
        Self { network, lower, upper, labels: LabelIndex::default(), depth: 0, settled: 0 }
    }

    /// The network, with everything added since.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// A new point, of which nothing is known. See [`Network::add_point`].
    pub fn add_point(&mut self) -> Point {
        let point = self.network.add_point();
        if self.network.point_count() > self.lower.nodes.len() {
            self.lower.add_node();
            self.upper.add_node();
        }
        point
    }

    /// The first tick at which a point can be; `None` if there is none, or no such point.
    pub fn lower(&self, point: Point) -> Option<i64> {
        self.bound(point, Bound::Lower)
    }

    /// The last tick at which a point can be; `None` if there is none, or no such point.
    pub fn upper(&self, point: Point) -> Option<i64> {
        self.bound(point, Bound::Upper)
    }

    /// Both bounds. With plain distances the point can be at every tick between them; with monotone functions not always
    /// (the first days of months), though always at both ends.
    pub fn bounds(&self, point: Point) -> (Option<i64>, Option<i64>) {
        (self.lower(point), self.upper(point))
    }

    /// One of the two bounds.
    pub fn bound(&self, point: Point, bound: Bound) -> Option<i64> {
        if point.0 >= self.network.points { None } else { self.side(bound).tick(point.0) }
    }

    /// Adds a constraint and tightens. Costs what it changes: often a microsecond or less.
    ///
    /// # Errors
    /// As [`Network::add`] and [`Network::tighten`]; everything is then as it was before, so that the next constraint can
    /// be tried.
    ///
    /// Returns the points whose bounds changed, each once and in rising order. Within [`Chronology::assuming`] the
    /// constraint is taken back with the assumptions.
    pub fn add(&mut self, id: ConstraintId, constraint: Constraint) -> Result<Vec<Point>, ChronologyError> {
        self.tidy();
        let frame = self.open();
        match self.insert(Some(id), &constraint) {
            Ok(()) => {
                let changed = self.changed_since(frame);
                self.commit(frame);
                Ok(changed)
            }
            Err(refusal) => {
                let error = self.explain_refusal(refusal);
                self.roll_back(frame);
                Err(error)
            }
        }
    }

    /// Whether there is an admissible chronology in which all these are true as well. Several are tested together: each
    /// alone may be possible when both are not.
    ///
    /// # Errors
    /// As [`Chronology::add`], save that a contradiction is an answer here.
    pub fn with_assumed(&mut self, assumptions: &[Constraint]) -> Result<Assumed, ChronologyError> {
        match self.assuming(assumptions, |_| ()) {
            Ok(()) => Ok(Assumed::Consistent),
            Err(ChronologyError::Contradiction { constraints }) => Ok(Assumed::RuledOut { by: constraints }),
            Err(error) => Err(error),
        }
    }

    /// Asks something with assumptions made, then takes them back. Can be nested.
    ///
    /// # Errors
    /// [`ChronologyError::Contradiction`] with what rules the assumptions out (see [`Assumed::RuledOut`]), and the rest as
    /// [`Chronology::add`].
    pub fn assuming<T>(
        &mut self,
        assumptions: &[Constraint],
        ask: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, ChronologyError> {
        let frame = self.open();
        let made = self.insert_all(None, assumptions).map_err(|refusal| self.explain_refusal(refusal));
        let answer = made.map(|()| ask(self));
        self.roll_back(frame);
        answer
    }

    pub(crate) fn side(&self, bound: Bound) -> &Side {
        match bound {
            Bound::Lower => &self.lower,
            Bound::Upper => &self.upper,
        }
    }

    /// How many inequalities are there for good.
    pub(crate) fn settled(&self) -> usize {
        if self.depth == 0 { self.network.inequalities.len() } else { self.settled }
    }

    /// Begins something that may have to be undone.
    pub(crate) fn open(&mut self) -> Frame {
        if self.depth == 0 {
            self.settled = self.network.inequalities.len();
        }
        let depth = self.depth;
        self.depth += 1;
        (self.lower.recording, self.upper.recording) = (true, true);
        Frame {
            depth,
            inequalities: self.network.inequalities.len(),
            functions: self.network.functions.len(),
            lower: self.lower.log.len(),
            upper: self.upper.log.len(),
        }
    }

    /// Keeps what was done since; for good, if this is the outermost.
    pub(crate) fn commit(&mut self, frame: Frame) {
        self.close(frame);
        if self.depth == 0 {
            self.lower.log.clear();
            self.upper.log.clear();
        }
    }

    /// Undoes what was done since, and closes this frame and all that are open within it.
    pub(crate) fn roll_back(&mut self, frame: Frame) {
        self.lower.undo(frame.lower);
        self.upper.undo(frame.upper);
        while self.network.inequalities.len() > frame.inequalities {
            let Some(inequality) = self.network.inequalities.pop() else { break };
            self.lower.arcs.pop(&inequality);
            self.upper.arcs.pop(&inequality);
        }
        self.network.functions.truncate(frame.functions);
        self.close(frame);
    }

    fn close(&mut self, frame: Frame) {
        self.depth = frame.depth;
        (self.lower.recording, self.upper.recording) = (self.depth > 0, self.depth > 0);
    }

    /// Adds and tightens. On a refusal the caller rolls back.
    pub(crate) fn insert(&mut self, label: Option<ConstraintId>, constraint: &Constraint) -> Result<(), Refusal> {
        self.insert_all(label, std::slice::from_ref(constraint))
    }

    /// Adds all before tightening, so that what rules them out is told of all together.
    fn insert_all(&mut self, label: Option<ConstraintId>, constraints: &[Constraint]) -> Result<(), Refusal> {
        let before = self.network.inequalities.len();
        let inserted = constraints.iter().try_for_each(|constraint| self.network.insert(label, constraint));
        let taken_in = self.take_in(before);
        inserted.map_err(Refusal::Invalid)?;
        taken_in.map_err(Refusal::Halted)
    }

    /// Tightens by the inequalities from this one on, which have been added to the network.
    pub(crate) fn take_in(&mut self, first: usize) -> Result<(), Halt> {
        let (lower, upper, network) = (&mut self.lower, &mut self.upper, &self.network);
        let added = || network.inequalities.iter().enumerate().skip(first).map(|(edge, it)| (edge as u32, it));
        for (edge, inequality) in added() {
            lower.arcs.push(inequality, edge);
            upper.arcs.push(inequality, edge);
        }
        for side in [lower, upper] {
            for (edge, inequality) in added() {
                let (tail, arc) = Arc::of(inequality, edge, side.bound);
                side.relax(network, tail, arc)?;
            }
            side.settle(network)?;
        }
        Ok(())
    }

    /// Must be called before rolling back, while what was refused is still there.
    pub(crate) fn explain_refusal(&mut self, refusal: Refusal) -> ChronologyError {
        match refusal {
            Refusal::Invalid(error) => error,
            Refusal::Halted(halt) => {
                self.labels.cover(&self.network, self.settled);
                report(&self.network, halt, &self.labels, self.settled)
            }
        }
    }

    /// Sorts added arcs in with the others, now and then, so that adding them stays cheap on the whole.
    fn tidy(&mut self) {
        if self.depth == 0 && self.lower.arcs.is_untidy() {
            self.lower.tidy(&self.network);
            self.upper.tidy(&self.network);
        }
    }

    fn changed_since(&self, frame: Frame) -> Vec<Point> {
        let mut changed = self.lower.changed_since(frame.lower);
        changed.extend(self.upper.changed_since(frame.upper));
        changed.sort_unstable();
        changed.dedup();
        changed.into_iter().map(Point).collect()
    }
}
