//! What makes a program one that cannot be run.

use servanda_model::OriginId;

/// Why a program cannot be run, and where it says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProgramError {
    /// What is wrong.
    pub kind: ProgramErrorKind,
    /// The name of the rule, definition or fluent it is about.
    pub name: String,
    /// Where that is written, where it has a place of its own.
    pub origin: Option<OriginId>,
}

/// The ways in which a program can be wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProgramErrorKind {
    /// Rules that set each other off within one moment, first to last and back to the first (semantics 17).
    Cycle(Vec<CycleLink>),
    /// Definitions that depend on their own absence, sum or value (semantics 7).
    UnstratifiedRecursion(Vec<CycleLink>),
    /// A variable is used where nothing has bound it. A negation, comparison, aggregate or effect binds nothing.
    UnboundVariable(String),
    /// A phrase has more or fewer terms than it was declared with.
    WrongArity {
        /// The action or fluent.
        phrase: String,
        /// How many were declared.
        declared: usize,
        /// How many stand here.
        found: usize,
    },
    /// An id that no table of the program has.
    UnknownId(&'static str),
    /// A rule changes a derived fluent, or a derived fluent is given a value at the beginning or a deadline.
    DerivedIsChanged(String),
    /// A definition for a fluent that keeps its value.
    InertialIsDefined(String),
    /// `Any` where one value is needed: the arguments of an initiated fluent, of an event that follows, of a fluent in
    /// an expression.
    AnyWhereValueNeeded,
    /// `After` around another timer.
    NestedTimer,
    /// A definition that reads the clock: states change only at moments.
    NowInDefinition,
    /// Months or years on a clock of bare integers.
    CalendarOnIntegers,
}

/// One member of a cycle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CycleLink {
    /// The rule, the derived fluent, or the fluent whose deadline it is.
    pub name: String,
    /// Where it is written.
    pub origin: Option<OriginId>,
}

impl std::fmt::Display for ProgramError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = &self.name;
        let chain = |links: &[CycleLink]| {
            let mut names: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
            names.extend(links.first().map(|link| link.name.as_str()));
            names.join(" → ")
        };
        match &self.kind {
            ProgramErrorKind::Cycle(links) => write!(f, "a cycle within one moment: {}", chain(links)),
            ProgramErrorKind::UnstratifiedRecursion(links) => {
                write!(f, "definitions depend on their own absence or value: {}", chain(links))
            }
            ProgramErrorKind::UnboundVariable(variable) => write!(f, "`{name}`: nothing binds `{variable}`"),
            ProgramErrorKind::WrongArity { phrase, declared, found } => {
                write!(f, "`{name}`: `{phrase}` takes {declared} terms and has {found}")
            }
            ProgramErrorKind::UnknownId(what) => write!(f, "`{name}`: there is no such {what}"),
            ProgramErrorKind::DerivedIsChanged(fluent) => {
                write!(f, "`{name}`: `{fluent}` is defined by other fluents and cannot be changed")
            }
            ProgramErrorKind::InertialIsDefined(fluent) => {
                write!(f, "`{name}`: `{fluent}` keeps its value and cannot be defined")
            }
            ProgramErrorKind::AnyWhereValueNeeded => write!(f, "`{name}`: one value is needed where anything stands"),
            ProgramErrorKind::NestedTimer => write!(f, "`{name}`: a timer cannot set off another timer"),
            ProgramErrorKind::NowInDefinition => write!(f, "`{name}`: a definition cannot read the clock"),
            ProgramErrorKind::CalendarOnIntegers => write!(f, "`{name}`: bare integers have no months or years"),
        }
    }
}

impl std::error::Error for ProgramError {}
