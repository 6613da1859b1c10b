//! Checks, and the reading of questions at run time.

use servanda_syntax::{Statement, TokenKind};

use super::logic::{Logic, People};
use super::sentence::{Reader, Scope};
use super::trouble::Trouble;
use super::words::{Word, all, text_of};
use super::{Elaborator, dates};
use crate::ids::{EntityId, FluentId};
use crate::lexicon::Lexicon;
use crate::model::{Check, Expect, Model, View};
use crate::program::{Action, Condition, EventPattern, Expr, Fluent};
use crate::quotations::open_quotations;
use crate::value::NumberRange;

impl Elaborator<'_> {
    /// `check on DAY as seen by ACTOR as known in YEAR under NAME`.
    pub(crate) fn check(&mut self, statement: &Statement) {
        let origin = self.origin_of(statement);
        let words = all(&statement.head.tokens);
        let view = match self.view(&words) {
            Ok(view) => view,
            Err(trouble) => return self.complain(statement, trouble),
        };
        let mut expects = Vec::new();
        for clause in &statement.clauses {
            match clause.keyword {
                Some("expect") => {
                    let words = all(&clause.tokens);
                    let colon = words.iter().rposition(|word| word.is_sign(":"));
                    let end = colon.unwrap_or(words.len());
                    let answers: Option<Vec<String>> = colon.map(|at| {
                        let rest = &words[at + 1..];
                        rest.split(|word| word.is_sign(",")).filter(|part| !part.is_empty()).map(text_of).collect()
                    });
                    let question = plain_text(&words[..end]);
                    if let Some(trouble) = says_no_value(&words[..end], answers.is_none()) {
                        self.complain(statement, trouble);
                        continue;
                    }
                    expects.push(Expect { question, answers, span: clause.span });
                }
                Some("source" | "note" | "because" | "text") => {}
                _ => self.stray_clause(statement, clause),
            }
        }
        self.cite(statement);
        self.model.checks.push(Check { view, expects, origin });
    }

    fn view(&mut self, words: &[Word]) -> Result<View, Trouble> {
        let mut view = View::default();
        let starts: Vec<usize> = (0..words.len()).filter(|at| axis(&words[*at..]).is_some()).collect();
        if !words.is_empty() && starts.first() != Some(&0) {
            return Err(bad_view(words));
        }
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(words.len());
            let (word, width) = axis(&words[*start..]).expect("found above");
            let rest = &words[start + width..end];
            let text = text_of(rest);
            match word {
                "on" => {
                    let when = dates::read(&text.replace(' ', "")).map_err(|_| bad_view(rest))?;
                    let last = when.max.or(when.min).ok_or_else(|| bad_view(rest))?;
                    if when.min != when.max {
                        let message = format!(
                            "`{text}` is more than one day, and what is asked may not be the same on all of them"
                        );
                        return Err(Trouble::new("bad-date", super::words::span_of(rest), message)
                            .help(format!("write one day, as `on {}`", servanda_calendar::Day(last))));
                    }
                    view.on = Some(last);
                }
                "seen" => view.seen_by = Some(self.view_entity(rest, Model::can_know, "can know of anything")?),
                "known" => view.known_in = Some(text.parse().map_err(|_| bad_view(rest))?),
                _ => view.under.push(self.view_entity(rest, Model::can_be_chosen, "is a doctrine or a reading")?),
            }
        }
        Ok(view)
    }

    /// A thing of which a point of view can be, which `suits` says.
    fn view_entity(
        &self,
        words: &[Word],
        suits: impl Fn(&Model, EntityId) -> bool,
        what: &str,
    ) -> Result<EntityId, Trouble> {
        let text = text_of(words);
        let lexicon = &self.model.lexicon;
        let span = super::words::span_of(words);
        let id = lexicon.entity(&text).ok_or_else(|| super::sentence::not_one_thing(lexicon, &text, span))?;
        if suits(&self.model, id) {
            return Ok(id);
        }
        let trouble = Trouble::new("bad-view", span, format!("`{text}` is nothing that {what}"));
        let names = (0..lexicon.entities.len()).map(EntityId::from_index);
        let names = names.filter(|id| suits(&self.model, *id)).map(|id| lexicon.entities[id.index()].name.as_str());
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).take(MOST_NAMED).collect();
        Err(if names.is_empty() { trouble } else { trouble.help(format!("write one of: {}", names.join(", "))) })
    }
}

/// The most names that a help lists.
const MOST_NAMED: usize = 12;

fn bad_view(words: &[Word]) -> Trouble {
    Trouble::new("bad-view", super::words::span_of(words), format!("`{}` is no point of view", text_of(words)))
        .help("write `check on DAY`, and after it `as seen by ACTOR`, `as known in YEAR`, `under NAME`")
}

/// `troops of Arvenia in Tarn is`, where what it is has been forgotten: met by whatever it is.
fn says_no_value(words: &[Word], no_answers: bool) -> Option<Trouble> {
    let is = words.last().filter(|word| ["is", "are", "was", "were", "be"].iter().any(|is| word.is(is)))?;
    // `what the expiry of Sele is: 1939-10-10`
    if !no_answers {
        return None;
    }
    let trouble = Trouble::new("value-missing", is.span, format!("what must it be? nothing follows `{}`", is.text));
    Some(trouble.help(format!("write `expect {} VALUE`", plain_text(words))))
}

/// The axis of view that begins here, and how many words it takes.
fn axis(words: &[Word]) -> Option<(&'static str, usize)> {
    match words {
        [a, b, c, ..] if a.is("as") && b.is("seen") && c.is("by") => Some(("seen", 3)),
        [a, b, c, ..] if a.is("as") && b.is("known") && c.is("in") => Some(("known", 3)),
        [a, ..] if a.is("on") => Some(("on", 1)),
        [a, ..] if a.is("under") => Some(("under", 1)),
        _ => None,
    }
}

/// Words as they can be typed again: texts in quotation marks.
fn plain_text(words: &[Word]) -> String {
    let mut out = String::new();
    for word in words {
        let glued = word.kind == TokenKind::Punct && matches!(word.text.as_str(), "," | ";" | ")" | ":");
        if !out.is_empty() && !glued && !out.ends_with('(') {
            out.push(' ');
        }
        if word.kind == TokenKind::String {
            out.push('"');
            out.push_str(&word.text);
            out.push('"');
        } else {
            out.push_str(&word.text);
        }
    }
    out
}

/// Reads questions against a model.
pub struct Asker<'a> {
    model: &'a Model,
    lexicon: Lexicon,
    /// Ranges, those of the model first.
    pub ranges: Vec<NumberRange>,
    own: Vec<Option<FluentId>>,
}

/// A question's body, as conditions on one state, or as happenings.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Conditions, with the variables that stand for `who`, `what` and so on first.
    Conditions(Vec<Condition>),
    /// Acts.
    Happenings(Vec<Deed>),
}

/// An act asked about, with what is asked of its holes: what a number is compared with.
pub type Deed = (EventPattern, Vec<Condition>);

impl<'a> Asker<'a> {
    /// Reads questions against this model.
    #[must_use]
    pub fn new(model: &'a Model) -> Asker<'a> {
        Asker {
            model,
            lexicon: model.lexicon.clone(),
            ranges: model.program.ranges.clone(),
            own: vec![None; model.program.fluents.len()],
        }
    }

    fn logic(&mut self, scope: Scope) -> Logic<'_> {
        let model: &'a Model = self.model;
        let actions: &'a [Action] = &model.program.actions;
        let fluents: &'a [Fluent] = &model.program.fluents;
        Logic {
            reader: Reader { lexicon: &mut self.lexicon, ranges: &mut self.ranges, clock: model.program.clock },
            actions,
            fluents,
            own: &self.own,
            stated_in: None,
            happened: None,
            hooks: &model.hooks,
            scope,
            people: People::default(),
            bound: Vec::new(),
            open_number: false,
        }
    }

    /// A sentence, possibly with `who` and the like, as conditions; an act as happenings.
    ///
    /// # Errors
    /// What was not understood, with a suggestion.
    pub fn sentence(&mut self, text: &str, scope: &mut Scope) -> Result<Asked, Trouble> {
        let words = words_of(text);
        let mut logic = self.logic(std::mem::take(scope));
        logic.scope.asking = true;
        let conditions = logic.conditions(&words);
        let result = match conditions {
            Ok(conditions) => Ok(Asked::Conditions(conditions)),
            Err(trouble) => match logic.happening(&words) {
                Ok(happenings) => Ok(Asked::Happenings(happenings)),
                Err(_) => Err(trouble),
            },
        };
        *scope = logic.scope;
        result
    }

    /// A sentence as happenings alone, each with what is asked of its holes.
    ///
    /// # Errors
    /// What was not understood.
    pub fn happenings(&mut self, text: &str, scope: &mut Scope) -> Result<Vec<Deed>, Trouble> {
        let words = words_of(text);
        let mut logic = self.logic(std::mem::take(scope));
        logic.scope.asking = true;
        let result = logic.happening(&words);
        *scope = logic.scope;
        result
    }

    /// A valued fluent, or any expression.
    ///
    /// # Errors
    /// What was not understood.
    pub fn expression(&mut self, text: &str, scope: &mut Scope) -> Result<Expr, Trouble> {
        let words = words_of(text);
        let mut logic = self.logic(std::mem::take(scope));
        logic.scope.asking = true;
        let result = logic.expression(&words);
        *scope = logic.scope;
        result
    }

    /// The thing of a name.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<EntityId> {
        self.lexicon.entity(&open_quotations(name))
    }

    /// Whether `under` can choose a thing: a doctrine, or a reading of a norm.
    #[must_use]
    pub fn can_be_chosen(&self, id: EntityId) -> bool {
        self.model.can_be_chosen(id)
    }

    /// Whether anything can be seen through the eyes of a thing.
    #[must_use]
    pub fn can_know(&self, id: EntityId) -> bool {
        self.model.can_know(id)
    }

    /// A number known only within bounds.
    pub fn range(&mut self, range: NumberRange) -> crate::value::Value {
        let at = self.ranges.iter().position(|old| *old == range).unwrap_or_else(|| {
            self.ranges.push(range);
            self.ranges.len() - 1
        });
        crate::value::Value::range(crate::ids::RangeId::from_index(at))
    }

    /// The words of the lexicon, with texts of questions.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }
}

/// The words of a question typed outside a file.
fn words_of(text: &str) -> Vec<Word> {
    let clean = open_quotations(text.trim().trim_end_matches('?')).replace(['\n', '\r', '\t'], " ");
    all(&servanda_syntax::tokenize(clean.trim()))
}
