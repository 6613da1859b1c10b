//! What a question wants, and what was understood of it.

use servanda_model::{Condition, EntityId, EventId, EventPattern, FluentId, Term, VarId, View};

use super::norms::OfNorms;

/// What kind of answer a question wants.
#[derive(Clone, Debug, Default)]
pub enum Form {
    /// Yes or no.
    #[default]
    Whether,
    /// Who or which, one for each filling.
    Which,
    /// The intervals during which it holds.
    When,
    /// Since when it has been so.
    Since,
    /// Until when it is so.
    Until,
    /// How long it was so.
    HowLong,
    /// How many there are for which it is so.
    Count,
    /// The acts by which it came to be so.
    Cause,
    /// A value.
    What,
    /// A number.
    HowMany,
    /// Acts that happened: yes or no, who, or when.
    Acts {
        /// The acts.
        patterns: Vec<EventPattern>,
        /// The places among the arguments that were asked for.
        asked: Vec<usize>,
        /// Asked with `not`: yes if it did not happen.
        negated: bool,
    },
    /// What an actor knows of a thing.
    Knowledge {
        /// Who.
        actor: EntityId,
        /// Of what.
        thing: EntityId,
    },
    /// Since when an actor knows of a thing.
    Learnt {
        /// Who.
        actor: EntityId,
        /// Of what.
        thing: EntityId,
    },
    /// Which secrets an actor knows of.
    Secrets(EntityId),
    /// The norms' statuses of a thing.
    Statuses(EntityId),
    /// What norms say of what somebody may, must or can do.
    Norms(OfNorms),
    /// What the norms of a thing say.
    Says(EntityId),
    /// What somebody claims.
    Claims(OfClaims),
    /// How long it was from one event to another.
    Apart(EventId, EventId),
    /// How long it was from an event to the first day on which something was so, or from that to the event.
    ApartFrom {
        /// The event.
        event: EventId,
        /// Whether it is the one from which it is counted.
        first: bool,
    },
    /// What or who speaks against a statement.
    Against {
        /// The statement.
        of: EntityId,
        /// Who, if somebody is named.
        by: Option<EntityId>,
    },
    /// What a thing is.
    Named(EntityId),
    /// What happened, to whom or by whom.
    Happened(Option<EntityId>),
    /// What somebody did.
    Did(EntityId),
    /// Who holds a reading or a doctrine, or which somebody holds.
    Holders {
        /// Who.
        by: Option<EntityId>,
        /// What.
        of: Option<EntityId>,
    },
}

/// Which statements that somebody makes are asked about.
#[derive(Clone, Debug, Default)]
pub struct OfClaims {
    /// Who says so; anybody if left out.
    pub by: Option<EntityId>,
    /// In these words; anything if left out.
    pub text: Option<String>,
    /// The statement of this name; any if left out.
    pub named: Option<EntityId>,
    /// Only those that something speaks against, whether somebody is said to say so or not.
    pub contradicted: bool,
}

/// The beginning or the end of what a sentence says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// The first day on which it is so.
    Begins,
    /// The first day on which it no longer is.
    Ends,
}

/// Which of several is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extreme {
    /// What began before all others.
    First,
    /// What began after all others.
    Last,
}

/// A question, understood.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// As typed.
    pub text: String,
    /// Without `why`, `possibly` and the day at its end.
    pub body: String,
    /// What it wants.
    pub form: Form,
    /// The fluent that holds the answers, among the questions put together.
    pub fluent: Option<FluentId>,
    /// The fluent that holds what a number leaves open that is only known for a whole.
    pub open: Option<FluentId>,
    /// The fluent that holds what would be an answer if a missing number were known: a norm that may be breached.
    pub undecided: Option<FluentId>,
    /// The fluent that holds what would be an answer if a place were as the whole in which it lies.
    pub as_whole: Option<FluentId>,
    /// The fluent that holds the values that parts of the thing asked about have, each with its part.
    pub of_parts: Option<FluentId>,
    /// Where it denies of all days what was understood, as it was typed: `did nobody invade Tarn`.
    pub never: Option<String>,
    /// Where it asks whether a whole is kept by breaking none of its norms: the fluent that holds while one of them binds.
    pub kept: Option<FluentId>,
    /// The fluent that holds what may be so of what the question denies.
    pub doubted: Option<FluentId>,
    /// The number that is asked for, and of what.
    pub counted: Option<(FluentId, Vec<Term>)>,
    /// What was asked, for explaining a no.
    pub conditions: Vec<Condition>,
    /// Those of the variables that stand for what is asked, in the order of the answer's parts.
    pub asked: Vec<VarId>,
    /// The variables of these conditions.
    pub vars: Vec<servanda_model::Var>,
    /// `since DATE` and `until DATE` at its end.
    pub since: Option<i64>,
    /// See `since`.
    pub until: Option<i64>,
    /// `on DATE` at its end; the last day of it.
    pub on: Option<i64>,
    /// Whether an act asked for has to be of that day itself.
    pub that_day: bool,
    /// The first and last day of `in DATE`, `before DATE` and the like.
    pub during: Option<(Option<i64>, Option<i64>)>,
    /// The act before or after which something was done, where it is asked so, and whether before it.
    pub beside: Option<(EventId, bool)>,
    /// Where this time hangs on an event that has no certain day: the days that surely are of it.
    pub surely: Option<(Option<i64>, Option<i64>)>,
    /// Whether it asks for what was ever so, if no day is given.
    pub ever: bool,
    /// What has to be in the time it names, where not all of it: `which treaties did Lithuania sign in 1939`, `did it lose Tarn`.
    pub turn: Option<Turn>,
    /// Whose norms alone it asks about: those of an instrument or an article, or the norm itself.
    pub within: Option<EntityId>,
    /// The acts that the same words tell of; who claims one may be of interest where the answer is no.
    pub told_as: Vec<EventPattern>,
    /// Whether any of the acts is meant, as the words may be short for each of them.
    pub any_act: bool,
    /// For each of the acts asked about what its numbers are compared with.
    pub compared: Vec<Vec<Condition>>,
    /// The points of view that it names itself.
    pub view: View,
    /// The act by which a norm was broken, where only that is asked about.
    pub by_act: Option<EntityId>,
    /// Where only the first or the last of its answers is asked for.
    pub extreme: Option<Extreme>,
    /// Asked with `possibly`.
    pub possibly: bool,
    /// Asked with `certainly`: what is only possible is no answer.
    pub certainly: bool,
}

impl Question {
    /// Adds acts that its words may mean as well, where the same is asked of them.
    pub(super) fn or_these(&mut self, more: &[EventPattern], places: &[usize], other: &Question) {
        let same_vars = self.vars.iter().map(|it| it.hole).eq(other.vars.iter().map(|it| it.hole));
        let Form::Acts { patterns, asked, .. } = &mut self.form else { return };
        if !same_vars || asked != places || other.compared.len() != more.len() {
            return;
        }
        for (pattern, compared) in more.iter().zip(&other.compared) {
            if !patterns.contains(pattern) {
                patterns.push(pattern.clone());
                self.compared.push(compared.clone());
                self.any_act = true;
            }
        }
    }

    /// The time that it names for what was done: a very day, or a span of days.
    #[must_use]
    pub fn own_time(&self) -> Option<(Option<i64>, Option<i64>)> {
        self.during.or_else(|| self.on.filter(|_| self.that_day).map(|day| (Some(day), Some(day))))
    }

    /// Whether it asks when something was done.
    #[must_use]
    pub fn asks_when(&self) -> bool {
        self.body.to_lowercase().starts_with("when")
    }

    /// Whether it asks how many there are, or how often something was done.
    #[must_use]
    pub fn asks_how_many(&self) -> bool {
        self.body.to_lowercase().starts_with("how many ")
    }

    /// Whether it asks for what happened in a place, and not to it.
    #[must_use]
    pub fn asks_within(&self) -> bool {
        let body = self.body.to_lowercase();
        ["what happened in ", "what happened at "].iter().any(|it| body.starts_with(it))
    }

    /// Every fluent of its own that its answers are read from.
    #[must_use]
    pub fn fluents(&self) -> Vec<FluentId> {
        let mut all: Vec<FluentId> = self
            .fluent
            .into_iter()
            .chain(self.open)
            .chain(self.undecided)
            .chain(self.as_whole)
            .chain(self.of_parts)
            .chain(self.doubted)
            .chain(self.kept)
            .collect();
        if let Form::Norms(of) = &self.form {
            all.extend([of.against, of.less, of.around, of.with_whole]);
            all.extend(of.rules.iter().map(|(fluent, ..)| *fluent));
            all.extend(of.times.iter().map(|it| it.fluent));
            all.extend(of.required.iter().map(|(fluent, _)| *fluent));
        }
        all
    }

    /// Whether there may be several answers, each of which depends on events of its own.
    pub(crate) fn asks_for_several(&self) -> bool {
        match &self.form {
            Form::Norms(of) => of.list || of.asked > 0,
            Form::Which | Form::Count => !self.asked.is_empty(),
            _ => false,
        }
    }

    /// Whether it is about all days and not about one.
    #[must_use]
    pub fn is_of_all_days(&self, view: &View) -> bool {
        let no_day = self.on.or(view.on).is_none();
        match &self.form {
            Form::When | Form::Cause | Form::Learnt { .. } | Form::ApartFrom { .. } => true,
            Form::HowLong => true,
            Form::Since => no_day && self.ever,
            // Until when it is, or was: what is no longer so has had its end.
            Form::Until => no_day,
            Form::Norms(of) if of.when => true,
            Form::Whether | Form::Which | Form::What | Form::HowMany | Form::Count | Form::Norms(_) => {
                self.during.is_some() || self.turn.is_some() || self.ever && no_day
            }
            _ => false,
        }
    }
}
