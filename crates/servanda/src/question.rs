//! Questions in words, turned into definitions that the engine can answer.
//!
//! A question becomes a fluent of its own that holds while the answer is yes, with one argument for each `who` or
//! `which`. So the engine answers it for all days at once, with a derivation, like anything else.

use servanda_calendar::Edtf;
use servanda_model::{
    Asked, Asker, Condition, Definition, DefinitionId, Effect, EntityId, EventPattern, Expr, Fluent, FluentId,
    FluentPattern, FluentType, Happening, Hole, Mode, Model, OriginId, Scope, Term, Ties, Trouble, Value, VarId,
};

use crate::world::Questions;

/// What kind of answer a question wants.
#[derive(Clone, Debug)]
pub enum Form {
    /// Yes or no.
    Whether,
    /// Who or which, one for each filling.
    Which,
    /// The intervals during which it holds.
    When,
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
    /// The norms' statuses of a thing.
    Statuses(EntityId),
    /// What happened, to whom or by whom.
    Happened(Option<EntityId>),
}

/// A question, understood.
#[derive(Clone, Debug)]
pub struct Question {
    /// As typed.
    pub text: String,
    /// Without `why`, `possibly` and the day at its end.
    pub body: String,
    /// What it wants.
    pub form: Form,
    /// The fluent that holds the answers, among the questions put together.
    pub fluent: Option<FluentId>,
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
    /// The first day of it. Only what happened can be asked of more than one.
    pub from: Option<i64>,
    /// Asked with `possibly`.
    pub possibly: bool,
}

/// Understands questions and collects what is to be put to the engine.
pub struct Preparing<'m> {
    model: &'m Model,
    asker: Asker<'m>,
    /// What to put to the engine.
    pub questions: Questions,
}

impl<'m> Preparing<'m> {
    /// Begins with no question.
    #[must_use]
    pub fn new(model: &'m Model) -> Preparing<'m> {
        Preparing { model, asker: Asker::new(model), questions: Questions::default() }
    }

    /// The ranges that values of questions may refer to.
    #[must_use]
    pub fn ranges(&self) -> &[servanda_model::NumberRange] {
        &self.asker.ranges
    }

    /// Understands one more question.
    ///
    /// # Errors
    /// What was not understood, and what to type instead.
    pub fn question(&mut self, text: &str) -> Result<Question, Trouble> {
        let mut body = text.trim().trim_end_matches('?').trim().to_owned();
        let mut question = Question {
            text: text.trim().to_owned(),
            body: String::new(),
            form: Form::Whether,
            fluent: None,
            conditions: Vec::new(),
            asked: Vec::new(),
            vars: Vec::new(),
            since: None,
            until: None,
            on: None,
            from: None,
            possibly: false,
        };
        for (word, possibly) in [("possibly ", true), ("certainly ", false), ("why ", false)] {
            if let Some(rest) = strip(&body, word) {
                body = rest.to_owned();
                question.possibly |= possibly;
            }
        }
        let mut vague = None;
        for _ in 0..3 {
            if let Some((rest, word, first, last)) = dated_end(&body) {
                match word {
                    "since" => question.since = Some(first),
                    "until" => question.until = Some(first),
                    _ => {
                        (question.from, question.on) = (Some(first), Some(last));
                        vague = (first != last).then(|| body[rest.len()..].trim().to_owned());
                    }
                }
                body = rest;
            }
        }
        match self.understand(&body, &mut question) {
            Ok(()) => match vague.filter(|_| !matches!(question.form, Form::Happened(_))) {
                Some(date) => Err(no_day(self.model, date.trim_start_matches("on "), question.on)),
                None => Ok(Question { body, ..question }),
            },
            Err(mut trouble) => {
                trouble.help = trouble.help_in(self.asker.lexicon());
                Err(trouble)
            }
        }
    }

    fn understand(&mut self, body: &str, question: &mut Question) -> Result<(), Trouble> {
        let words: Vec<&str> = body.split_whitespace().collect();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let rest = |from: usize| words[from.min(words.len())..].join(" ");
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
                question.form = Form::Happened(Some(thing));
                Ok(())
            }
            ["what", "does" | "did" | "do", middle @ ..]
                if middle.iter().any(|word| *word == "know" || *word == "knew") =>
            {
                let at = 2 + middle.iter().position(|word| *word == "know" || *word == "knew").unwrap_or(0);
                let actor = self.entity(&words[2..at].join(" "))?;
                let from =
                    at + 1 + usize::from(lower.get(at + 1).is_some_and(|word| *word == "of" || *word == "about"));
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
                    self.sentence(body, question).map_err(|_| trouble)
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

    /// A sentence in any order of words: `which place did Lithuania cede` is also tried with what is asked for put back
    /// behind the verb.
    fn sentence(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let trouble = match self.plain_sentence(text, question) {
            Ok(()) => return Ok(()),
            Err(trouble) => trouble,
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let is = |word: &&str, all: &[&str]| all.iter().any(|known| known.eq_ignore_ascii_case(word));
        let auxiliary =
            words.iter().position(|word| is(word, &["did", "does", "do", "was", "were", "is", "are", "has", "had"]));
        let (Some(at), true) =
            (auxiliary, words.first().is_some_and(|word| is(word, &["who", "whom", "what", "which", "how", "where"])))
        else {
            return Err(trouble);
        };
        let (asked, rest) = (words[..at].join(" "), &words[at + 1..]);
        let before: &[&str] = if asked.eq_ignore_ascii_case("where") { &["at ", "in ", ""] } else { &[""] };
        for place in (1..=rest.len()).rev() {
            for before in before {
                let (left, right) = (rest[..place].join(" "), rest[place..].join(" "));
                if self.plain_sentence(&format!("{left} {before}{asked} {right}"), question).is_ok() {
                    return Ok(());
                }
            }
        }
        Err(trouble)
    }

    fn plain_sentence(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let mut scope = Scope::default();
        if matches!(question.form, Form::When)
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
                        let count = Expr::Fluent(it.fluent, it.args.clone());
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
                let holes: Vec<Hole> = asked.iter().map(|var| scope.vars[var.index()].hole).collect();
                let args = asked.iter().map(|var| Term::Var(*var)).collect();
                question.asked = asked;
                self.define(question, holes, args, FluentType::Truth, Expr::Value(Value::TRUE), conditions, scope);
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
                let conditions = vec![Condition::Holds(pattern)];
                let args = vec![Term::Var(var)];
                self.define(question, vec![hole], args, FluentType::Truth, Expr::Value(Value::TRUE), conditions, scope);
                return Ok(());
            }
        }
        question.form = Form::HowMany;
        self.define(question, Vec::new(), Vec::new(), FluentType::Number, expr, Vec::new(), scope);
        Ok(())
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

    /// Whether a number is added to by rules, or made up of others.
    fn is_counted(&self, fluent: FluentId) -> bool {
        let program = &self.model.program;
        let adds = |effect: &Effect| matches!(effect, Effect::Increase { fluent: it, .. } if *it == fluent);
        self.model.rules.iter().flat_map(|rule| &rule.item.effects).any(adds)
            || program.fluents[fluent.index()].mode == Mode::Derived
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
        let fluent = FluentId::from_index(self.model.program.fluents.len() + self.questions.fluents.len());
        self.questions.fluents.push(Fluent {
            name: format!("question {}", fluent.0),
            args: holes,
            ty,
            ties: Ties::default(),
            mode: Mode::Derived,
            deadlines: Vec::new(),
        });
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

/// `on DATE`, `since DATE`, `until DATE` at the end of a question, with the first and the last day of the date.
fn dated_end(text: &str) -> Option<(String, &'static str, i64, i64)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [rest @ .., word, date] = words.as_slice() else { return None };
    let word = ["on", "since", "until"].into_iter().find(|known| known.eq_ignore_ascii_case(word))?;
    if rest.is_empty() {
        return None;
    }
    let bounds = Edtf::parse(date).ok()?.bounds().allowed();
    let (first, last) = (bounds.min.or(bounds.max)?, bounds.max.or(bounds.min)?);
    Some((rest.join(" "), word, first.0, last.0))
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
