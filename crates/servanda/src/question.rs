//! Questions in words, turned into definitions that the engine can answer.
//!
//! A question becomes a fluent of its own that holds while the answer is yes, with one argument for each `who` or
//! `which`. So the engine answers it for all days at once, with a derivation, like anything else.

mod deeds;
mod ends;
mod norms;
mod statuses;
mod terms;
mod wholes;
mod words;

use servanda_model::{
    Aggregate, AggregateOp, ArithOp, Asked, Asker, CompareOp, Condition, Definition, DefinitionId, Effect, EntityId,
    EventPattern, Expr, Fluent, FluentId, FluentPattern, FluentType, Happening, Hole, Mode, Model, Number, NumberRange,
    OriginId, Scope, Term, Ties, Trouble, Value, Var, VarId, View,
};

use servanda_model::lexicon::{Piece, Target};

use crate::world::{Questions, World};
pub use norms::{OfNorms, Ruling, Wants};
use words::{ASKED, all_orders, of_status, with_past_forms};

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
    Claims(EntityId),
    /// What a thing is.
    Named(EntityId),
    /// What happened, to whom or by whom.
    Happened(Option<EntityId>),
    /// What somebody did.
    Did(EntityId),
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
    /// Whether it asks for what was ever so, if no day is given.
    pub ever: bool,
    /// Whether it asks for what began in the time it names: `which treaties did Lithuania sign in 1939`.
    pub begins: bool,
    /// The acts that the same words tell of; who claims one may be of interest where the answer is no.
    pub told_as: Vec<EventPattern>,
    /// The points of view that it names itself.
    pub view: View,
    /// Asked with `possibly`.
    pub possibly: bool,
}

/// Understands questions and collects what is to be put to the engine.
pub struct Preparing<'m> {
    model: &'m Model,
    asker: Asker<'m>,
    /// The day that questions without one are about.
    day: Option<i64>,
    /// The readings and doctrines that apply.
    chosen: Vec<EntityId>,
    /// What to put to the engine.
    questions: Questions,
}

/// Ways of reading a question grow with its words.
const MOST_WORDS: usize = 40;

impl<'m> Preparing<'m> {
    /// Begins with no question.
    #[must_use]
    pub fn new(model: &'m Model) -> Preparing<'m> {
        let (day, chosen) = (None, Vec::new());
        Preparing { model, asker: Asker::new(model), day, chosen, questions: Questions::default() }
    }

    /// Questions are looked at from here: what an act would bring about hangs on the day and on the doctrine.
    #[must_use]
    pub fn seen_from(self, world: &World<'_>, view: &View) -> Preparing<'m> {
        let day = Some(view.on.unwrap_or_else(|| world.last_day()));
        Preparing { day, chosen: world.chosen(view), ..self }
    }

    /// What to put to the engine for all that was asked.
    #[must_use]
    pub fn put(self) -> Questions {
        let mut questions = self.questions;
        questions.ranges = self.asker.ranges;
        self.model.wait_for_stated(&mut questions.definitions);
        questions
    }

    /// Understands one more question.
    ///
    /// # Errors
    /// What was not understood, and what to type instead.
    pub fn question(&mut self, text: &str) -> Result<Question, Trouble> {
        let plain = text.trim().trim_end_matches(['?', '.', '!']).trim();
        if plain.split_whitespace().count() > MOST_WORDS {
            let message = format!("a question has at most {MOST_WORDS} words");
            let (span, help) = (servanda_diagnostics::Span::default(), Some("ask one thing at a time".to_owned()));
            return Err(Trouble { code: "question-too-long", message, span, help, unknown: None });
        }
        let mut body = plain.to_owned();
        let mut question = Question { text: text.trim().to_owned(), ..Question::default() };
        for (word, possibly) in
            [("is it true that ", false), ("possibly ", true), ("certainly ", false), ("why ", false), ("and ", false)]
        {
            if let Some(rest) = strip(&body, word) {
                body = rest.to_owned();
                question.possibly |= possibly;
            }
        }
        if let Some(rest) = strip(&body, "is it ")
            .and_then(|rest| rest.split_once(" for "))
            .map(|(state, deed)| (state.to_owned(), deed.to_owned()))
            && let (state, deed) = rest
            && !state.contains(' ')
            && let Some((actor, deed)) = deed.split_once(" to ")
        {
            // `is it forbidden for Lithuania to …`
            body = format!("is {actor} {state} to {deed}");
        }
        let (body, ends) = ends::take(&self.asker, self.model.program.clock, &body);
        (question.since, question.until, question.on) = (ends.since, ends.until, ends.on);
        (question.that_day, question.during, question.view) = (ends.that_day, ends.during, ends.view);
        self.chosen.extend(question.view.under.iter().copied());
        let (body, ever) = without_ever(&body);
        let body = without_will(&body);
        question.ever = ever || self.is_past(&body);
        let body = with_past_forms(self.asker.lexicon(), &body);
        let (first, last) = question.during.unwrap_or_default();
        let days = [question.since, question.until, question.on, first, last];
        if days.into_iter().flatten().any(|day| crate::world::is_too_far(self.model, day)) {
            let message = format!("`{}` is about a day too far from every day of the dossier", text.trim());
            let span = servanda_diagnostics::Span::default();
            return Err(Trouble { code: "bad-date", message, span, help: None, unknown: None });
        }
        match self.understand(&body, &mut question) {
            Ok(()) => Ok(Question { body, ..question }),
            Err(mut trouble) => {
                trouble.help = Some(self.help(&trouble));
                Err(trouble)
            }
        }
    }

    /// What to type instead of what was not understood: the nearest name or phrase, and how a question begins.
    fn help(&self, trouble: &Trouble) -> String {
        let near = trouble
            .unknown
            .as_ref()
            .and_then(|_| Trouble { help: None, ..trouble.clone() }.help_in(self.asker.lexicon()));
        let own = trouble.help.clone().filter(|_| trouble.unknown.is_none());
        let near = near.or(own);
        if let Some(meant) = near.as_ref().filter(|near| near.starts_with("did you mean")) {
            return meant.clone();
        }
        let near = near.map_or_else(String::new, |near| format!("{near} "));
        format!(
            "{near}ask `is/was/does/did SENTENCE`, `who/what/which KIND/where/how many …`, `when/since when/until when/how long …`, \
             `by which act …`, `may/must/can X …`, `what must X do`, `which norms of Y are breached`, `what does X know of Y`, \
             `what happened on DAY`"
        )
    }

    /// Whether a question asks for what was, and not for what is.
    fn is_past(&self, body: &str) -> bool {
        let words: Vec<String> = body.split_whitespace().map(str::to_lowercase).collect();
        let is = |word: &String, all: &[&str]| all.contains(&word.as_str());
        let auxiliary = words.iter().find(|word| is(word, &words::AUXILIARY));
        match auxiliary {
            Some(word) => is(word, &["was", "were", "did", "had"]),
            None => {
                !words.iter().any(|word| is(word, &["may", "must", "can", "shall"]))
                    && words.iter().any(|word| {
                        is(word, &["could", "might", "breached", "broke", "violated", "observed", "met"])
                            || self.asker.lexicon().is_past(word)
                    })
            }
        }
    }

    fn understand(&mut self, body: &str, question: &mut Question) -> Result<(), Trouble> {
        let words: Vec<&str> = body.split_whitespace().collect();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let rest = |from: usize| words[from.min(words.len())..].join(" ");
        if let Some(result) = self.of_articles(&words, &lower, question) {
            return result;
        }
        if let Some(result) = self.special(&words, &lower, question) {
            return result;
        }
        match lower.as_slice() {
            ["when", "was" | "were" | "is" | "are" | "did" | "does" | "do" | "has" | "had" | "have", ..] => {
                question.form = Form::When;
                self.sentence(&rest(2), question)
            }
            ["when", ..] => {
                question.form = Form::When;
                self.sentence(&rest(1), question)
            }
            ["what", "happened"] => {
                question.form = Form::Happened(None);
                Ok(())
            }
            ["what", "happened", "to" | "in" | "at", ..] => {
                let thing = self.entity(&rest(3))?;
                question.form = Form::Happened(Some(thing));
                Ok(())
            }
            ["what", "did" | "does" | "do", .., "do"] => {
                let thing = self.entity(&words[2..words.len() - 1].join(" "))?;
                question.form = Form::Did(thing);
                Ok(())
            }
            ["what", "does" | "did" | "do", middle @ ..]
                if middle.iter().any(|word| *word == "know" || *word == "knew") =>
            {
                let at = 2 + middle.iter().position(|word| *word == "know" || *word == "knew").unwrap_or(0);
                let actor = self.entity(&words[2..at].join(" "))?;
                let from =
                    at + 1 + usize::from(lower.get(at + 1).is_some_and(|word| *word == "of" || *word == "about"));
                if from >= words.len() {
                    question.form = Form::Secrets(actor);
                    let args = vec![Term::Value(Value::entity(actor)), Term::Any];
                    self.look_at(self.model.hooks.knows, args, question);
                    return Ok(());
                }
                let thing = self.entity(&rest(from))?;
                question.form = Form::Knowledge { actor, thing };
                let args = vec![Term::Value(Value::entity(actor)), Term::Value(Value::entity(thing))];
                self.look_at(self.model.hooks.knows, args, question);
                Ok(())
            }
            ["how", "many" | "much", ..] => {
                question.form = Form::HowMany;
                self.value(&rest(2), question).or_else(|trouble| {
                    question.form = Form::Which;
                    self.sentence(body, question).map_err(|_| trouble)?;
                    let counted = |var: &VarId| question.vars[var.index()].hole != Hole::Number;
                    if matches!(question.form, Form::Which) && question.asked.first().is_some_and(counted) {
                        question.form = Form::Count;
                    }
                    Ok(())
                })
            }
            ["what" | "who", "is" | "was" | "are" | "were", "the", "status", "of", ..]
            | ["what" | "who", "is" | "was" | "are" | "were", "status", "of", ..] => {
                let from = if lower[2] == "the" { 5 } else { 4 };
                self.status(&rest(from), question, &rest(2))
            }
            ["what" | "who", "is" | "was" | "are" | "were", ..] => {
                question.form = Form::What;
                match self.value(&rest(2), question) {
                    Ok(()) => Ok(()),
                    Err(trouble) => {
                        question.form = Form::Which;
                        self.sentence(body, question).map_err(|_| trouble)
                    }
                }
            }
            ["is" | "are" | "was" | "were", subject @ .., article, _]
                if ["a", "an"].contains(article) && self.asker.entity(&subject.join(" ")).is_some() =>
            {
                let (subject, kind) = words[1..].split_at(words.len() - 3);
                self.sentence(&format!("{} is {}", subject.join(" "), kind.join(" ")), question)
            }
            ["is" | "are" | "was" | "were" | "does" | "do" | "did" | "has" | "have" | "had", ..] => {
                self.sentence(&rest(1), question)
            }
            _ => self.sentence(body, question),
        }
    }

    fn status(&mut self, name: &str, question: &mut Question, whole: &str) -> Result<(), Trouble> {
        let norm = self.model.hooks.norm;
        match self.entity(name) {
            Ok(thing) if self.model.lexicon.is_of_kind(thing, norm) => {
                question.form = Form::Statuses(thing);
                let norms: Vec<_> = self.model.norms.iter().filter(|norm| norm.entity == thing).collect();
                for norm in norms {
                    let arity = self.model.program.fluents[norm.status.index()].args.len();
                    self.look_at(norm.status, vec![Term::Any; arity], question);
                }
                Ok(())
            }
            Ok(_) => {
                question.form = Form::What;
                self.value(whole, question)
            }
            Err(trouble) => Err(trouble),
        }
    }

    fn entity(&self, name: &str) -> Result<EntityId, Trouble> {
        let name = name.trim();
        let name = strip(name, "the ").unwrap_or(name).trim_matches('"');
        self.asker.entity(name).ok_or_else(|| Trouble {
            code: "unknown-name",
            message: format!("nothing is called `{name}`"),
            span: servanda_diagnostics::Span::default(),
            help: None,
            unknown: Some(servanda_model::Unknown { text: name.to_owned(), like: servanda_model::Like::Name }),
        })
    }

    /// Forms of question that are not sentences of phrases.
    fn special(&mut self, words: &[&str], lower: &[&str], question: &mut Question) -> Option<Result<(), Trouble>> {
        let rest = |from: usize| words[from.min(words.len())..].join(" ");
        // Without the auxiliary that stands first.
        let said = |from: usize| {
            let auxiliary = lower.get(from).is_some_and(|word| words::AUXILIARY.contains(word));
            rest(from + usize::from(auxiliary))
        };
        let form = |this: &mut Self, form: Form, text: String, question: &mut Question| {
            question.form = form.clone();
            let result = this.sentence(&text, question);
            if result.is_ok() && !matches!(question.form, Form::Acts { .. }) {
                question.form = form;
            }
            Some(result)
        };
        match lower {
            ["since" | "from" | "until" | "till", "when", ..] if norms::modal(lower).is_some() => {
                Some(self.modal_question(&words[1..], question))
            }
            ["since" | "from", "when", ..] => form(self, Form::Since, said(2), question),
            ["until" | "till", "when", ..] => form(self, Form::Until, said(2), question),
            ["for", "how", "long", ..] => form(self, Form::HowLong, said(3), question),
            ["how", "long", ..] => form(self, Form::HowLong, said(2), question),
            ["by" | "through", "which" | "what", "act" | "event" | "deed", ..] => {
                form(self, Form::Cause, said(3), question)
            }
            ["which" | "what", "act" | "event" | "deed", tail @ ..] if !tail.is_empty() => {
                let (who, status, what) = of_status(&words[1..])?;
                let _ = who;
                form(self, Form::Cause, format!("{what} {status}"), question)
            }
            ["how", auxiliary, ..] if words::AUXILIARY.contains(auxiliary) => {
                form(self, Form::Cause, rest(2), question)
            }
            ["when", "did" | "does" | "has" | "had", .., "of" | "about", _]
                if lower.iter().any(|word| ["learn", "learned", "learnt", "know", "hear", "heard"].contains(word)) =>
            {
                let verb = lower
                    .iter()
                    .rposition(|word| ["learn", "learned", "learnt", "know", "hear", "heard"].contains(word))?;
                let actor = match self.entity(&words[2..verb].join(" ")) {
                    Ok(actor) => actor,
                    Err(trouble) => return Some(Err(trouble)),
                };
                let thing = match self.entity(&rest(verb + 2)) {
                    Ok(thing) => thing,
                    Err(trouble) => return Some(Err(trouble)),
                };
                question.form = Form::Learnt { actor, thing };
                let args = vec![Term::Value(Value::entity(actor)), Term::Value(Value::entity(thing))];
                self.look_at(self.model.hooks.knows, args, question);
                Some(Ok(()))
            }
            [
                "what",
                "does" | "do" | "did",
                ..,
                "say" | "provide" | "require" | "mean" | "claim" | "allege" | "assert",
            ] => {
                let thing = self.entity(&words[2..words.len() - 1].join(" ")).ok()?;
                let hooks = &self.model.hooks;
                let kinds = [hooks.norm, hooks.article, hooks.instrument];
                let is_text = kinds.iter().any(|kind| self.model.lexicon.is_of_kind(thing, *kind))
                    || self.model.norms.iter().any(|norm| norm.reading == Some(thing));
                question.form = if is_text { Form::Says(thing) } else { Form::Claims(thing) };
                Some(Ok(()))
            }
            ["what" | "who", "is" | "was" | "are" | "were", _, ..] if self.entity(&rest(2)).is_ok() => {
                let thing = self.entity(&rest(2)).ok()?;
                question.form = Form::Named(thing);
                Some(Ok(()))
            }
            [] => Some(Err(Trouble {
                code: "no-question",
                message: "a question is missing".to_owned(),
                span: servanda_diagnostics::Span::default(),
                help: None,
                unknown: None,
            })),
            _ => {
                if let Some(result) = lower
                    .iter()
                    .any(|word| ["owe", "owes", "owed"].contains(word))
                    .then(|| self.owed(words, lower, question))
                {
                    return result;
                }
                if norms::modal(lower).is_some() {
                    return Some(self.modal_question(words, question));
                }
                let again = norms::as_modal(words, lower)?;
                let again: Vec<&str> = again.iter().map(String::as_str).collect();
                // A phrase of the dossier that reads so goes first.
                self.sentence(&rest(0), &mut question.clone()).is_err().then(|| self.modal_question(&again, question))
            }
        }
    }

    /// A sentence in any order of words: `which place did Lithuania cede` is also tried with what is asked for put back
    /// behind the verb, `Lithuania was attacked by Poland` made active, and `did USSR breach Ceiling` as a status.
    fn sentence(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let orders = all_orders(text);
        let mut trouble = None;
        for order in &orders {
            match self.plain_sentence(order, question) {
                Ok(()) => return Ok(()),
                Err(first) => trouble = trouble.or(Some(first)),
            }
        }
        if self.status_sentence(text, question) {
            return Ok(());
        }
        Err(trouble.expect("the words are tried as they stand"))
    }

    /// `USSR breach Ceiling`, `MutualAssistance breached by USSR`: said of norms, or of the norms of an instrument.
    fn status_sentence(&mut self, text: &str, question: &mut Question) -> bool {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (who, status, what) = match of_status(&words) {
            Some((who, status, what)) => (Some(who), status, what),
            None => {
                let Some(at) = words.iter().position(|word| word.eq_ignore_ascii_case("breached")) else {
                    return false;
                };
                let plain = |part: &[&str]| -> String {
                    let kept: Vec<&str> = part
                        .iter()
                        .copied()
                        .filter(|word| !words::AUXILIARY.contains(&word.to_lowercase().as_str()))
                        .collect();
                    kept.join(" ")
                };
                let who = words.get(at + 2..).filter(|rest| !rest.is_empty()).map(plain);
                (who, "breached", plain(&words[..at]))
            }
        };
        let asked = ASKED.iter().any(|word| what.to_lowercase().starts_with(word));
        let hooks = &self.model.hooks;
        let whole = self.entity(&what).ok().filter(|thing| !self.model.lexicon.is_of_kind(*thing, hooks.norm));
        let what = match whole {
            Some(whole) if !asked => format!("which norms of {}", self.model.name(whole)),
            _ => what,
        };
        let text = match who {
            Some(who) => format!("{what} is {status} by {who}"),
            None => format!("{what} is {status}"),
        };
        self.plain_sentence(&text, question).is_ok()
    }

    fn plain_sentence(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let mut scope = Scope::default();
        let at_a_time = question.during.is_some() || question.on.is_some() && question.that_day;
        if (matches!(question.form, Form::When) || question.ever && at_a_time)
            && let Ok(patterns) = self.asker.happenings(text, &mut scope)
            && patterns.iter().any(|pattern| self.is_told(pattern))
        {
            self.happened(patterns, scope, text, question);
            return Ok(());
        }
        let mut scope = Scope::default();
        match self.asker.sentence(text, &mut scope)? {
            Asked::Conditions(mut conditions) => {
                if let [Condition::Holds(it)] = conditions.as_mut_slice()
                    && it.value == Term::Any
                    && it.args.iter().all(|term| matches!(term, Term::Value(_)))
                    && let Some(hole) = self.value_wanted(it.fluent, &question.form)
                {
                    if hole == Hole::Number && self.is_counted(it.fluent) {
                        question.form = Form::HowMany;
                        let count = self.number_at(it.fluent, &it.args, &mut scope);
                        self.define(question, Vec::new(), Vec::new(), FluentType::Number, count, Vec::new(), scope);
                        return Ok(());
                    }
                    let var = scope.declare("value", hole);
                    it.value = Term::Var(var);
                    question.form = Form::What;
                    let truth = Expr::Value(Value::TRUE);
                    let args = vec![Term::Var(var)];
                    self.define(question, vec![hole], args, FluentType::Truth, truth, conditions, scope);
                    return Ok(());
                }
                let asked = asked_vars(&conditions, &scope);
                if !asked.is_empty() && !matches!(question.form, Form::When) {
                    question.form = Form::Which;
                }
                if asked.is_empty()
                    && let [Condition::Not(list)] = conditions.as_slice()
                    && let [var] = asked_vars(list, &scope)[..]
                    && asks(text)
                {
                    let list = list.clone();
                    self.none_of(&list, var, &scope, question);
                    return Ok(());
                }
                let holes: Vec<Hole> = asked.iter().map(|var| scope.vars[var.index()].hole).collect();
                let args: Vec<Term> = asked.iter().map(|var| Term::Var(*var)).collect();
                question.asked = asked;
                question.undecided = self.left_undecided(&conditions, &holes, &args, &scope, &question.text);
                if let Ok(acts) = self.asker.happenings(text, &mut Scope::default()) {
                    let verb =
                        |it: &Condition| matches!(it, Condition::Holds(it) if self.is_other_word(it.fluent, text));
                    question.begins = at_a_time && question.ever && conditions.iter().any(verb);
                    question.told_as = acts;
                }
                if let [Condition::Holds(it)] = conditions.as_slice() {
                    question.open = self.may_be_there(it, &holes, &args, &scope, &question.text);
                    if question.open.is_none() {
                        question.as_whole = self.as_the_whole(it, &holes, &args, &scope, &question.text);
                    }
                }
                if let [rest @ .., Condition::Compare { left, op, right }] = conditions.as_slice() {
                    // What a number leaves open is possible.
                    let mut open = rest.to_vec();
                    open.push(Condition::Undecided { left: left.clone(), op: *op, right: right.clone() });
                    let fluent = self.add_fluent(holes.clone(), FluentType::Truth);
                    self.questions.definitions.push(Definition {
                        id: DefinitionId(0),
                        name: question.text.clone(),
                        vars: scope.vars.clone(),
                        fluent,
                        args: args.clone(),
                        value: Expr::Value(Value::TRUE),
                        conditions: open,
                        origin: OriginId(0),
                    });
                    question.open = Some(fluent);
                }
                let put = statuses::unbroken(self.model, &conditions);
                self.define(question, holes, args, FluentType::Truth, Expr::Value(Value::TRUE), put, scope);
                question.conditions = conditions;
                Ok(())
            }
            Asked::Happenings(happenings) => {
                let patterns: Vec<EventPattern> = happenings.into_iter().map(|(pattern, _)| pattern).collect();
                self.happened(patterns, scope, text, question);
                Ok(())
            }
        }
    }

    fn happened(&mut self, patterns: Vec<EventPattern>, scope: Scope, text: &str, question: &mut Question) {
        let asked = patterns.first().map(|pattern| {
            let var = |term: &Term| matches!(term, Term::Var(_));
            (0..pattern.args.len()).filter(|at| var(&pattern.args[*at])).collect()
        });
        self.questions.acts.extend(patterns.iter().cloned());
        question.vars = scope.vars;
        let negated = text.split_whitespace().any(|word| word.eq_ignore_ascii_case("not"));
        question.form = Form::Acts { patterns, asked: asked.unwrap_or_default(), negated };
    }

    /// Whether a fluent is meant by another word than its own: who `signed` is a signatory.
    fn is_other_word(&self, fluent: FluentId, text: &str) -> bool {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let main = self.model.lexicon.wordings.iter().find(|it| it.main && it.target == Target::Fluent(fluent));
        main.is_some_and(|main| {
            !main.pieces.iter().any(|piece| match piece {
                Piece::Word(forms) => forms.iter().any(|form| form.len() > 3 && words.contains(form)),
                Piece::Hole(_) => false,
            })
        })
    }

    /// Whether the dossier tells of such an act.
    fn is_told(&self, pattern: &EventPattern) -> bool {
        let differs = |term: &Term, value: &Value| matches!(term, Term::Value(wanted) if wanted != value);
        let is_it = |happening: &Happening| match happening {
            Happening::Action(action, args) => {
                *action == pattern.action && !pattern.args.iter().zip(args).any(|(term, value)| differs(term, value))
            }
            _ => false,
        };
        self.model.events.iter().flat_map(|event| &event.happenings).any(is_it)
    }

    fn value(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let mut scope = Scope::default();
        let expr = self.asker.expression(text, &mut scope)?;
        if let Expr::Fluent(fluent, args) = &expr {
            let hole = match self.model.program.fluents[fluent.index()].ty {
                FluentType::Valued(hole) => Some(hole),
                // What is only ever stated is missing until it is; what is counted begins at nothing.
                FluentType::Number => (!self.is_counted(*fluent)).then_some(Hole::Number),
                FluentType::Truth => None,
            };
            if let Some(hole) = hole {
                // The value itself is what is asked for, and it may be missing.
                question.form = Form::What;
                let var = scope.declare("value", hole);
                let pattern = FluentPattern { fluent: *fluent, args: args.clone(), value: Term::Var(var) };
                let args = vec![Term::Var(var)];
                question.as_whole = self.as_the_whole(&pattern, &[hole], &args, &scope, &question.text);
                let conditions = vec![Condition::Holds(pattern)];
                self.define(question, vec![hole], args, FluentType::Truth, Expr::Value(Value::TRUE), conditions, scope);
                return Ok(());
            }
        }
        question.form = Form::HowMany;
        let expr = match expr {
            Expr::Fluent(fluent, args) => self.number_at(fluent, &args, &mut scope),
            other => other,
        };
        self.define(question, Vec::new(), Vec::new(), FluentType::Number, expr, Vec::new(), scope);
        Ok(())
    }

    /// A number as far as it is known: of what is only said to be somewhere in a whole, any part may be at a place within.
    fn number_at(&mut self, fluent: FluentId, args: &[Term], scope: &mut Scope) -> Expr {
        let number = Expr::Fluent(fluent, args.to_vec());
        let Some(total) = self.model.totals.iter().find(|total| total.total == fluent) else { return number };
        let holes = &self.model.program.fluents[fluent.index()].args;
        let whole = Term::Var(scope.declare("whole", holes[total.place]));
        let amount = scope.declare("amount", Hole::Number);
        let mut there = args.to_vec();
        there[total.place] = whole;
        let holds = |fluent, args, value| Condition::Holds(FluentPattern { fluent, args, value });
        let over = vec![
            holds(total.within, vec![args[total.place], whole], Term::Value(Value::TRUE)),
            holds(total.own, there, Term::Var(amount)),
        ];
        let around = Aggregate { op: AggregateOp::Sum, of: Expr::Var(amount), over };
        let (none, all) = (Some(Number::whole(0)), Some(Number::whole(1)));
        let part = Expr::Value(self.asker.range(NumberRange { min: none, max: all, approximate: false }));
        let part = Expr::Arith(ArithOp::Times, Box::new(Expr::Aggregate(Box::new(around))), Box::new(part));
        Expr::Arith(ArithOp::Plus, Box::new(number), Box::new(part))
    }

    /// A fluent that holds while what is asked of a place may be so because of a number that is only known for a whole in
    /// which the place lies.
    fn may_be_there(
        &mut self,
        asked: &FluentPattern,
        holes: &[Hole],
        args: &[Term],
        scope: &Scope,
        name: &str,
    ) -> Option<FluentId> {
        let model = self.model;
        let (total, place, read) = model.definitions.iter().find_map(|definition| {
            let definition = &definition.item;
            let positive = |var: &VarId| {
                definition.conditions.iter().any(|it| {
                    let zero = Expr::Value(Value::integer(0).expect("0 fits"));
                    matches!(it, Condition::Compare { left: Expr::Var(left), op: CompareOp::Greater, right } if left == var && *right == zero)
                })
            };
            if definition.fluent != asked.fluent || definition.conditions.len() != 2 {
                return None;
            }
            definition.conditions.iter().find_map(|condition| {
                let Condition::Holds(read) = condition else { return None };
                let total = model.totals.iter().find(|total| total.total == read.fluent)?;
                let Term::Var(number) = read.value else { return None };
                let place = |term: &Term| definition.args.iter().position(|arg| arg == term);
                let read: Option<Vec<Term>> = read.args.iter().map(|term| Some(asked.args[place(term)?])).collect();
                positive(&number).then_some((*total, total.place, read?))
            })
        })?;
        let mut scope = scope.clone();
        let whole = Term::Var(scope.declare("whole", self.model.program.fluents[total.total.index()].args[place]));
        let amount = scope.declare("amount", Hole::Number);
        let mut there = read.clone();
        there[place] = whole;
        let holds = |fluent, args, value| Condition::Holds(FluentPattern { fluent, args, value });
        let conditions = vec![
            holds(total.within, vec![read[place], whole], Term::Value(Value::TRUE)),
            holds(total.own, there, Term::Var(amount)),
            Condition::Compare {
                left: Expr::Var(amount),
                op: CompareOp::Greater,
                right: Expr::Value(Value::integer(0).expect("0 fits")),
            },
        ];
        Some(self.add_defined(name, (holes, args), [(conditions, scope.vars)]))
    }

    /// Adds a fluent that is so wherever any of some lists of conditions is, each with its variables.
    fn add_defined(
        &mut self,
        name: &str,
        (holes, args): (&[Hole], &[Term]),
        ways: impl IntoIterator<Item = (Vec<Condition>, Vec<Var>)>,
    ) -> FluentId {
        let fluent = self.add_fluent(holes.to_vec(), FluentType::Truth);
        let definitions = ways.into_iter().map(|(conditions, vars)| Definition {
            id: DefinitionId(0),
            name: name.to_owned(),
            vars,
            fluent,
            args: args.to_vec(),
            value: Expr::Value(Value::TRUE),
            conditions,
            origin: OriginId(0),
        });
        self.questions.definitions.extend(definitions);
        fluent
    }

    /// `which norms are not breached`: each thing of the kind for which it is not so.
    fn none_of(&mut self, list: &[Condition], var: VarId, scope: &Scope, question: &mut Question) {
        let Hole::Kind(kind) = scope.vars[var.index()].hole else { return };
        let lexicon = &self.model.lexicon;
        let all: Vec<EntityId> =
            (0..lexicon.entities.len()).map(EntityId::from_index).filter(|id| lexicon.is_of_kind(*id, kind)).collect();
        let fluent = self.add_fluent(vec![Hole::Kind(kind)], FluentType::Truth);
        for thing in all {
            let put = terms::Put { terms: [(var, Term::Value(Value::entity(thing)))].into(), today: None };
            self.questions.definitions.push(Definition {
                id: DefinitionId(0),
                name: question.text.clone(),
                vars: scope.vars.clone(),
                fluent,
                args: vec![Term::Value(Value::entity(thing))],
                value: Expr::Value(Value::TRUE),
                conditions: vec![Condition::Not(put.conditions(list))],
                origin: OriginId(0),
            });
        }
        question.fluent = Some(fluent);
        question.form = Form::Which;
    }

    /// The hole of a value that a question asks for though it names no hole: a day that is had is what `when` asks for,
    /// not the days on which it is had.
    fn value_wanted(&self, fluent: FluentId, form: &Form) -> Option<Hole> {
        match (self.model.program.fluents[fluent.index()].ty, form) {
            (FluentType::Truth, _) => None,
            (FluentType::Valued(hole), Form::When) => (hole == Hole::Day).then_some(hole),
            (FluentType::Number, Form::When) => None,
            (FluentType::Valued(hole), _) => Some(hole),
            (FluentType::Number, _) => Some(Hole::Number),
        }
    }

    /// Whether a number begins at nothing: rules add to it, or it is a count, a sum, or worked out from such numbers.
    fn is_counted(&self, fluent: FluentId) -> bool {
        self.begins_at_nothing(fluent, &mut Vec::new())
    }

    fn begins_at_nothing(&self, fluent: FluentId, seen: &mut Vec<FluentId>) -> bool {
        if seen.contains(&fluent) {
            return false;
        }
        seen.push(fluent);
        if let Some(total) = self.model.totals.iter().find(|total| total.total == fluent) {
            return self.begins_at_nothing(total.own, seen);
        }
        let adds = |effect: &Effect| matches!(effect, Effect::Increase { fluent: it, .. } if *it == fluent);
        self.model.rules.iter().flat_map(|rule| &rule.item.effects).any(adds)
            || self
                .model
                .definitions
                .iter()
                .filter(|definition| definition.item.fluent == fluent)
                .any(|definition| self.amounts_to_nothing(&definition.item.value, seen))
    }

    /// Whether an expression is 0 where nothing is stated.
    fn amounts_to_nothing(&self, value: &Expr, seen: &mut Vec<FluentId>) -> bool {
        match value {
            Expr::Value(_) | Expr::Var(_) | Expr::Now => false,
            Expr::Fluent(fluent, _) => self.begins_at_nothing(*fluent, seen),
            Expr::Arith(_, left, right) => self.amounts_to_nothing(left, seen) || self.amounts_to_nothing(right, seen),
            Expr::Aggregate(it) => matches!(it.op, AggregateOp::Count | AggregateOp::Sum),
        }
    }

    /// Has the engine look at a fluent for a question that reads it directly.
    fn look_at(&mut self, fluent: FluentId, args: Vec<Term>, question: &mut Question) {
        let conditions = vec![Condition::Holds(FluentPattern { fluent, args, value: Term::Any })];
        let truth = Expr::Value(Value::TRUE);
        self.define(question, Vec::new(), Vec::new(), FluentType::Truth, truth, conditions, Scope::default());
    }

    #[allow(clippy::too_many_arguments)]
    fn define(
        &mut self,
        question: &mut Question,
        holes: Vec<Hole>,
        args: Vec<Term>,
        ty: FluentType,
        value: Expr,
        conditions: Vec<Condition>,
        scope: Scope,
    ) {
        let fluent = self.add_fluent(holes, ty);
        self.questions.definitions.push(Definition {
            id: DefinitionId(0),
            name: question.text.clone(),
            vars: scope.vars.clone(),
            fluent,
            args,
            value,
            conditions: conditions.clone(),
            origin: OriginId(0),
        });
        question.fluent = Some(fluent);
        question.conditions = conditions;
        question.vars = scope.vars;
    }

    /// A fluent to hold answers.
    fn add_fluent(&mut self, holes: Vec<Hole>, ty: FluentType) -> FluentId {
        let fluent = FluentId::from_index(self.model.program.fluents.len() + self.questions.fluents.len());
        self.questions.fluents.push(Fluent {
            name: format!("question {}", fluent.0),
            args: holes,
            ty,
            ties: Ties::default(),
            mode: Mode::Derived,
            deadlines: Vec::new(),
        });
        fluent
    }
}

impl Question {
    /// Every fluent of its own that its answers are read from.
    #[must_use]
    pub fn fluents(&self) -> Vec<FluentId> {
        let mut all: Vec<FluentId> =
            self.fluent.into_iter().chain(self.open).chain(self.undecided).chain(self.as_whole).collect();
        if let Form::Norms(of) = &self.form {
            all.push(of.against);
            all.extend(of.rules.iter().map(|(fluent, ..)| *fluent));
        }
        all
    }

    /// Whether there may be several answers, each of which depends on events of its own.
    pub(crate) fn asks_for_several(&self) -> bool {
        match &self.form {
            Form::Norms(of) => of.list,
            Form::Which | Form::Count => !self.asked.is_empty(),
            _ => false,
        }
    }

    /// Whether it is about all days and not about one.
    #[must_use]
    pub fn is_of_all_days(&self, view: &View) -> bool {
        let no_day = self.on.or(view.on).is_none();
        match &self.form {
            Form::When | Form::Cause | Form::Learnt { .. } => true,
            Form::HowLong => true,
            Form::Since | Form::Until => no_day && self.ever,
            Form::Norms(of) if of.when => true,
            Form::Whether | Form::Which | Form::What | Form::HowMany | Form::Count | Form::Norms(_) => {
                self.during.is_some() || self.begins || self.ever && no_day && self.since.or(self.until).is_none()
            }
            _ => false,
        }
    }
}

/// Whether a sentence asks for something, and does not only say it.
fn asks(text: &str) -> bool {
    text.split_whitespace().any(|word| ASKED.contains(&word.to_lowercase().as_str()))
}

/// `when will Sele expire` as `when does Sele expire`.
fn without_will(text: &str) -> String {
    let form = |word: &str| if word.eq_ignore_ascii_case("will") { "does" } else { word }.to_owned();
    text.split_whitespace().map(form).collect::<Vec<_>>().join(" ")
}

/// A question without the word `ever`, and whether it had it.
fn without_ever(text: &str) -> (String, bool) {
    let all: Vec<&str> = text.split_whitespace().collect();
    let kept: Vec<&str> = all.iter().copied().filter(|word| !word.eq_ignore_ascii_case("ever")).collect();
    (kept.join(" "), kept.len() < all.len())
}

/// The variables of conditions that stand for what is asked, in order.
fn asked_vars(conditions: &[Condition], scope: &Scope) -> Vec<VarId> {
    let mut vars = Vec::new();
    // A number that is compared is not asked for.
    let compared = |var: &VarId| {
        let is = |expr: &Expr| matches!(expr, Expr::Var(it) if it == var);
        conditions.iter().any(|it| matches!(it, Condition::Compare { left, right, .. } if is(left) || is(right)))
    };
    let mut note = |term: &Term| {
        if let Term::Var(var) = term
            && !vars.contains(var)
            && !compared(var)
            && scope.vars[var.index()].name.starts_with('_')
        {
            vars.push(*var);
        }
    };
    for condition in conditions {
        if let Condition::Holds(pattern) = condition {
            pattern.args.iter().for_each(&mut note);
            note(&pattern.value);
        }
    }
    vars
}

fn strip<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text[prefix.len()..].trim_start())
}

/// That a date is not one day, and questions are about one.
#[must_use]
pub fn no_day(model: &Model, date: &str, last: Option<i64>) -> Trouble {
    let day = last.map_or_else(|| "1939-10-29".to_owned(), |day| model.show_tick(day));
    Trouble {
        code: "bad-date",
        message: format!("`{date}` is more than one day, and what is asked may not be the same on all of them"),
        span: servanda_diagnostics::Span::default(),
        help: Some(format!("write one day, as `on {day}`, or ask `when …` or `what happened on {date}`")),
        unknown: None,
    }
}
