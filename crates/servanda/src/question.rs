//! Questions in words, turned into definitions that the engine can answer.
//!
//! A question becomes a fluent of its own that holds while the answer is yes, with one argument for each `who` or
//! `which`. So the engine answers it for all days at once, with a derivation, like anything else.

mod clauses;
mod dates;
mod deeds;
mod ends;
mod form;
mod help;
mod idioms;
mod keeping;
mod loose;
mod norms;
mod owed;
mod quoted;
mod reword;
mod sentences;
mod statuses;
mod terms;
mod undergone;
mod understand;
mod values;
mod verbs;
mod wholes;
mod words;

use servanda_model::{
    Asker, Condition, Definition, DefinitionId, EntityId, Expr, Fluent, FluentId, FluentPattern, FluentType, Hole,
    Mode, Model, OriginId, Scope, Term, Ties, Trouble, Value, Var, View, close_quotations, open_quotations,
};

use crate::world::{Questions, World};
pub use form::{Extreme, Form, OfClaims, Question, Turn};
pub use norms::{OfNorms, Ruling, Wants};
use understand::{without_ever, without_will};
pub(crate) use verbs::is_form_of;
use words::with_past_forms;

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
            return Err(refused("question-too-long", message, "ask one thing at a time"));
        }
        let mut body = understand::without_contractions(&close_quotations(plain));
        let mut question = Question { text: text.trim().to_owned(), ..Question::default() };
        if let Some(rest) = strip(&body, "not certainly ") {
            question.possibly = true;
            body = format!("not {rest}");
        }
        if let Some(rest) = strip(&body, "not possibly ") {
            // What is not so is not so in any chronology.
            body = format!("not {rest}");
        }
        for word in ["is it true that ", "possibly ", "certainly ", "why ", "and "] {
            if let Some(rest) = strip(&body, word) {
                body = rest.to_owned();
                question.possibly |= word == "possibly ";
                question.certainly |= word == "certainly ";
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
        let body = idioms::with_time_at_end(&body);
        let (body, ends) = ends::take(self.model, &self.asker, &body);
        (question.since, question.until, question.on) = (ends.since, ends.until, ends.on);
        (question.that_day, question.during, question.view) = (ends.that_day, ends.during, ends.view);
        (question.surely, question.beside) = (ends.surely, ends.beside);
        self.chosen.extend(question.view.under.iter().copied());
        let body = self.without_clause(&body, &mut question);
        let (body, ever) = without_ever(&body);
        let body = without_will(&body);
        question.ever = ever || self.is_past(&body);
        let body = with_past_forms(self.asker.lexicon(), &body);
        let body = self.one_of_many(&body);
        let body = self.parties_had(&body);
        let body = self.without_idioms(&body, &mut question)?;
        let (first, last) = question.during.unwrap_or_default();
        let days = [question.since, question.until, question.on, first, last];
        if days.into_iter().flatten().any(|day| crate::world::is_too_far(self.model, day)) {
            let message = format!("`{}` is about a day too far from every day of the dossier", text.trim());
            let span = servanda_diagnostics::Span::default();
            return Err(Trouble { code: "bad-date", message, span, help: None, unknown: None });
        }
        let asked = open_quotations(&body);
        let at_a_time = question.during.is_some() || question.on.is_some();
        let why = text.trim().to_lowercase().starts_with("why ");
        if why && body.split(' ').any(|word| word.eq_ignore_ascii_case("not")) {
            // Why something is not so is asked of a day.
            question.ever = false;
        }
        let denied = understand::denied_of_all_days(&body).filter(|_| question.ever && !at_a_time);
        question.never = denied.as_ref().map(|_| asked).or(question.never);
        let body = denied.unwrap_or(body);
        let mut again = question.clone();
        let mut trouble = match self.understand(&body, &mut question) {
            Ok(()) => return Ok(Question { body: open_quotations(&body), ..question }),
            Err(trouble) => trouble,
        };
        if let Some(body) = self.in_other_words(&body, &mut again) {
            return Ok(Question { body: open_quotations(&body), ..again });
        }
        if let Some(date) = dates::no_such_day(&body) {
            trouble = Trouble { code: "bad-date", message: format!("`{date}` is no day of the calendar"), ..trouble };
        }
        trouble.message = open_quotations(&trouble.message);
        trouble.help = Some(open_quotations(&self.help(&body, &trouble)));
        Err(trouble)
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

    /// Adds one way in which a fluent of a question is so.
    fn add_definition(
        &mut self,
        name: &str,
        fluent: FluentId,
        args: Vec<Term>,
        conditions: Vec<Condition>,
        vars: Vec<Var>,
    ) {
        self.questions.definitions.push(Definition {
            id: DefinitionId(0),
            name: name.to_owned(),
            vars,
            fluent,
            args,
            value: Expr::Value(Value::TRUE),
            conditions,
            origin: OriginId(0),
        });
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

fn strip<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text[prefix.len()..].trim_start())
}

/// Whether a question is about breaches.
pub(crate) fn is_of_breach(model: &Model, question: &Question) -> bool {
    question.conditions.iter().any(|it| statuses::is_breach(model, it))
}

/// Why a question is not answered as it stands, and what to ask instead.
fn refused(code: &'static str, message: String, help: &str) -> Trouble {
    let span = servanda_diagnostics::Span::default();
    Trouble { code, message, span, help: Some(help.to_owned()), unknown: None }
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
