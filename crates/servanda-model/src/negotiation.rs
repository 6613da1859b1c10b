//! Negotiations: what was to be settled, who made which move, and what somebody says each side preferred.

use crate::ids::{EntityId, EventId, KindId, OriginId};
use crate::model::Standing;
use crate::value::{Number, NumberRange};

/// A negotiation as a record of moves.
#[derive(Clone, Debug)]
pub struct Negotiation {
    /// The thing it is.
    pub entity: EntityId,
    /// Who negotiates; others may make moves as well.
    pub sides: Vec<EntityId>,
    /// What is to be settled.
    pub issues: Vec<Issue>,
    /// What was said and done, in the order of the text.
    pub moves: Vec<Move>,
    /// What the sides are said to prefer.
    pub preferences: Vec<Preference>,
    /// Where it is written.
    pub origin: OriginId,
}

/// One thing to settle. Its name is known within its negotiation only.
#[derive(Clone, Debug)]
pub struct Issue {
    /// Its name.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// What values it takes.
    pub kind: IssueKind,
    /// The norms, articles and instruments that carry what was settled.
    pub carried_by: Vec<EntityId>,
    /// The number that measures later conduct, as an expression of the dossier's vocabulary.
    pub measured_by: Option<String>,
    /// Events to set beside the settlement.
    pub afterwards: Vec<EntityId>,
    /// Where it is written.
    pub origin: OriginId,
}

/// The values of an issue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IssueKind {
    /// A number of something.
    Number {
        /// Of what; may be empty.
        unit: String,
    },
    /// One of several values.
    OneOf {
        /// Those values.
        values: Vec<Choice>,
        /// Whether they run from one end to the other.
        ordered: bool,
    },
    /// Any number of several values.
    SomeOf {
        /// Those values.
        values: Vec<Choice>,
    },
    /// Things of a kind.
    SetOf {
        /// Which kind.
        kind: KindId,
    },
    /// Free words.
    Words,
}

/// A value with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// What to call it.
    pub label: String,
}

/// What a move does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)]
pub enum MoveKind {
    Demand,
    Offer,
    Concede,
    Refuse,
    Accept,
    Defer,
    Threaten,
    Promise,
    Mandate,
    RedLine,
    Alternative,
    Deadline,
    Prefer,
    Link,
    Drop,
    Argue,
    Invite,
    Settle,
}

/// The verbs of moves: kind, infinitive, present. The last words of either may be several.
pub const VERBS: [(MoveKind, &str, &str); 18] = [
    (MoveKind::Demand, "demand", "demands"),
    (MoveKind::Offer, "offer", "offers"),
    (MoveKind::Concede, "concede", "concedes"),
    (MoveKind::Refuse, "refuse", "refuses"),
    (MoveKind::Accept, "accept", "accepts"),
    (MoveKind::Defer, "defer", "defers"),
    (MoveKind::Threaten, "threaten", "threatens"),
    (MoveKind::Promise, "promise", "promises"),
    (MoveKind::Mandate, "mandate", "mandates"),
    (MoveKind::RedLine, "draw red line", "draws red line"),
    (MoveKind::Alternative, "put forward", "puts forward"),
    (MoveKind::Deadline, "set deadline", "sets deadline"),
    (MoveKind::Prefer, "prefer", "prefers"),
    (MoveKind::Link, "link", "links"),
    (MoveKind::Drop, "drop", "drops"),
    (MoveKind::Argue, "argue", "argues"),
    (MoveKind::Invite, "invite", "invites"),
    (MoveKind::Settle, "settle", "settles"),
];

impl MoveKind {
    /// The word that names it in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            MoveKind::Demand => "demand",
            MoveKind::Offer => "offer",
            MoveKind::Concede => "concession",
            MoveKind::Refuse => "refusal",
            MoveKind::Accept => "acceptance",
            MoveKind::Defer => "deferral",
            MoveKind::Threaten => "threat",
            MoveKind::Promise => "promise",
            MoveKind::Mandate => "mandate",
            MoveKind::RedLine => "red line",
            MoveKind::Alternative => "alternative",
            MoveKind::Deadline => "deadline",
            MoveKind::Prefer => "preference",
            MoveKind::Link => "link",
            MoveKind::Drop => "drop",
            MoveKind::Argue => "argument",
            MoveKind::Invite => "invitation",
            MoveKind::Settle => "settlement",
        }
    }
}

/// A move.
#[derive(Clone, Debug)]
pub struct Move {
    /// The event it is: one of the chronicle, or one made for it.
    pub event: EventId,
    /// Whether the event is one of the chronicle.
    pub told_elsewhere: bool,
    /// Its name, if it has one of its own.
    pub entity: Option<EntityId>,
    /// Who makes it.
    pub by: Vec<EntityId>,
    /// What it does.
    pub kind: MoveKind,
    /// On which issues, as indexes into [`Negotiation::issues`].
    pub issues: Vec<usize>,
    /// What is said about the issue, if that is a value of it.
    pub term: Option<Term>,
    /// What else is said, in the words of the dossier.
    pub words: Vec<String>,
    /// The last day that a deadline leaves.
    pub until: Option<i64>,
    /// What the parts are said to come to.
    pub altogether: Option<Number>,
    /// The norms, articles and instruments that carry it.
    pub carried_by: Vec<EntityId>,
    /// How the dossier stands to it.
    pub standing: Standing,
    /// If secret, who knows of it.
    pub known_only_to: Option<Vec<EntityId>>,
    /// As written, after the colon.
    pub sentence: String,
    /// Where it is written.
    pub origin: OriginId,
}

/// What a move says about an issue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// The value, or values.
    pub value: TermValue,
    /// Said to be excluded: `not X`, `nothing in X`.
    pub negated: bool,
    /// As written.
    pub shown: String,
}

/// A value of an issue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TermValue {
    /// Of a number.
    Number(NumberRange),
    /// Of a choice: indexes into its values, each with a number if one was given.
    Choices(Vec<(usize, Option<Number>)>),
    /// Of a set of things, each with a number if one was given.
    Things(Vec<(EntityId, Option<Number>)>),
}

/// What somebody says one side preferred on one issue, or about no agreement.
#[derive(Clone, Debug)]
pub struct Preference {
    /// Whose preference.
    pub side: EntityId,
    /// On which issue; on none, it is about no agreement.
    pub issue: Option<usize>,
    /// Who says so.
    pub according_to: Vec<EntityId>,
    /// How much the issue matters.
    pub weight: Option<Number>,
    /// What each value is worth: the value as shown, its name, and its worth.
    pub values: Vec<(Term, Number)>,
    /// What no agreement is worth.
    pub no_agreement: Option<Number>,
    /// Where it is written.
    pub origin: OriginId,
}
