//! Derivations: what made what hold.

use servanda_model::{ActionId, Condition, DefinitionId, EventPattern, FluentId, RuleId, Value};

/// A step of a derivation, by its place in [`crate::Solution::steps`]. Premises have smaller ids than what follows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StepId(pub u32);

impl StepId {
    pub(crate) fn some(id: u32) -> Option<StepId> {
        (id != crate::state::NONE).then_some(StepId(id))
    }
}

/// Something that came about, why, and from what.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// When; absent for what holds since the beginning of time.
    pub tick: Option<i64>,
    /// The step within the tick.
    pub step: u32,
    /// By what.
    pub cause: Cause,
    /// From what.
    pub premises: Vec<Premise>,
}

/// What brought a step about.
#[derive(Clone, PartialEq, Debug)]
pub enum Cause {
    /// An occurrence of the narrative, by its tag.
    Occurrence(u32),
    /// It holds from the start, by its place in [`servanda_model::Program::initial`].
    Initial(u32),
    /// A rule fired.
    Rule {
        /// Which.
        rule: RuleId,
        /// Its variables; absent where this way of firing leaves one open.
        bindings: Vec<Option<Value>>,
        /// Which of its triggers set it off.
        trigger: u32,
    },
    /// A definition's conditions hold.
    Definition {
        /// Which.
        definition: DefinitionId,
        /// Its variables.
        bindings: Vec<Option<Value>>,
    },
    /// A derived fluent instance lost its value: no definition gives it this one any longer. The premises are the
    /// changes that led to working it out anew.
    NoDefinition {
        /// Which fluent.
        fluent: FluentId,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// A deadline ran out; the premise is the timer.
    Deadline {
        /// Of which fluent.
        fluent: FluentId,
        /// Its place among the fluent's deadlines.
        index: u32,
    },
    /// Increases were added up; the premises are the steps that made them and the value before.
    Increases {
        /// Of which fluent.
        fluent: FluentId,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// Effects contradicted each other; the premises are the steps that made them.
    Contradiction {
        /// On which fluent.
        fluent: FluentId,
        /// Its arguments.
        args: Vec<Value>,
    },
}

/// What a step rests on.
#[derive(Clone, PartialEq, Debug)]
pub enum Premise {
    /// The instance had this value in the state read: before the moment for rules, after it for definitions.
    Holds {
        /// Which fluent.
        fluent: FluentId,
        /// Its arguments.
        args: Vec<Value>,
        /// Its value.
        value: Value,
        /// The step that made it hold.
        by: Option<StepId>,
    },
    /// The event happened at this moment.
    Happened {
        /// Which action.
        action: ActionId,
        /// Its holes, filled.
        args: Vec<Value>,
        /// The step that made it happen.
        by: Option<StepId>,
    },
    /// An effect at this moment gave the instance this value, whether or not that changed anything.
    Initiated {
        /// Which fluent.
        fluent: FluentId,
        /// Its arguments.
        args: Vec<Value>,
        /// The value.
        value: Value,
        /// The step that has the effect.
        by: Option<StepId>,
    },
    /// The instance came to have this value at this moment.
    Began {
        /// Which fluent.
        fluent: FluentId,
        /// Its arguments.
        args: Vec<Value>,
        /// The value.
        value: Value,
        /// The step that made it.
        by: Option<StepId>,
    },
    /// The instance lost this value at this moment.
    Ended {
        /// Which fluent.
        fluent: FluentId,
        /// Its arguments.
        args: Vec<Value>,
        /// The value it had.
        value: Value,
        /// The step that ended it.
        by: Option<StepId>,
    },
    /// A timer is due that was armed at `armed`.
    Timer {
        /// The tick at which it was armed.
        armed: i64,
        /// The step that armed it.
        by: Option<StepId>,
    },
    /// Nothing makes all of these hold. Variables of the rule that were bound are replaced by their values.
    NotHolds(Vec<Condition>),
    /// No event of this form happens at this moment.
    NotHappened(EventPattern),
    /// The instance has no value; a number then counts as 0.
    NoValue {
        /// Which fluent.
        fluent: FluentId,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// An aggregate, with what each filling rests on, and no other filling.
    Tally {
        /// The conditions counted over, bound variables replaced.
        over: Vec<Condition>,
        /// The premises of each filling.
        fillings: Vec<Vec<Premise>>,
    },
    /// An effect that takes part in a sum or a contradiction.
    Effect(StepId),
}

/// The steps of a run.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) steps: Vec<Step>,
}

impl Recorder {
    pub(crate) fn add(&mut self, step: Step) -> u32 {
        self.steps.push(step);
        (self.steps.len() - 1) as u32
    }
}
