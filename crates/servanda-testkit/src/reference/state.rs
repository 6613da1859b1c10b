//! Rules 3 to 6: instances, states and the history that timers look back on.

use servanda_model::{ActionId, FluentId, RuleId, Value, VarId};
use std::collections::{BTreeMap, BTreeSet};

/// A fluent with its arguments.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Instance {
    /// Which fluent.
    pub fluent: FluentId,
    /// Its arguments.
    pub args: Vec<Value>,
}

/// An action with its holes filled.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Event {
    /// Which action.
    pub action: ActionId,
    /// What fills its holes.
    pub args: Vec<Value>,
}

/// Rule 5: at most one value an instance; an instance that is absent has none.
pub type State = BTreeMap<Instance, Value>;

/// What the variables of one rule or definition stand for.
pub type Filling = BTreeMap<VarId, Value>;

/// Every instance of one fluent that has a value.
pub(crate) fn instances_of(state: &State, fluent: FluentId) -> impl Iterator<Item = (&Instance, Value)> {
    let first = Instance { fluent, args: Vec::new() };
    state.range(first..).take_while(move |(instance, _)| instance.fluent == fluent).map(|(i, value)| (i, *value))
}

/// The instances with their values that are in `these` and not in `those`.
pub(crate) fn difference(these: &State, those: &State) -> BTreeSet<(Instance, Value)> {
    these.iter().filter(|(i, value)| those.get(i) != Some(value)).map(|(i, value)| (i.clone(), *value)).collect()
}

/// What set an effect off.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// A stated fact.
    Narrative,
    /// A deadline of the fluent, by its place in the table.
    Deadline(FluentId, usize),
    /// A rule that fired for a filling, and which of its effects.
    Rule(RuleId, Filling, usize),
}

/// One effect on inertial fluents.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Change {
    /// The instance takes the value.
    Initiate(Instance, Value),
    /// Every instance whose arguments match loses the value; `None` matches anything.
    End(FluentId, Vec<Option<Value>>, Option<Value>),
    /// The number goes up.
    Increase(Instance, Value),
}

/// An effect and where it came from. Two fillings of one rule are two deeds, even when they do the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Deed {
    pub(crate) source: Source,
    pub(crate) change: Change,
}

impl Change {
    /// Whether this is an explicit ending that covers the instance.
    pub(crate) fn ends(&self, instance: &Instance) -> bool {
        matches!(self, Change::End(fluent, args, _) if *fluent == instance.fluent
            && args.iter().zip(&instance.args).all(|(wanted, arg)| wanted.is_none_or(|wanted| wanted == *arg)))
    }

    /// Whether this is an explicit ending of that value of the instance.
    pub(crate) fn ends_value(&self, instance: &Instance, value: Value) -> bool {
        self.ends(instance) && matches!(self, Change::End(_, _, which) if which.is_none_or(|which| which == value))
    }
}

/// A timer armed at a moment, with the tick on which it is due.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timer {
    /// Rule 19.
    HasHeld { rule: RuleId, trigger: usize, filling: Filling, instance: Instance, value: Value, since_renewed: bool },
    /// Rule 20.
    After { rule: RuleId, trigger: usize, filling: Filling },
    /// Rule 21.
    Deadline { index: usize, instance: Instance },
}

/// What one moment leaves behind for later moments to look back on.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) tick: i64,
    /// Every value that an effect initiated, whether or not that changed anything.
    pub(crate) initiated: BTreeSet<(Instance, Value)>,
    /// The effects as they were.
    pub(crate) deeds: BTreeSet<Deed>,
    /// The values that held before the moment and no longer after it.
    pub(crate) ended: BTreeSet<(Instance, Value)>,
    /// The timers armed, with the ticks on which they are due.
    pub(crate) armed: BTreeSet<(i64, Timer)>,
}
