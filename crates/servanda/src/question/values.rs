//! Values and numbers that are asked for, as far as they are known.

use servanda_model::{
    Aggregate, AggregateOp, ArithOp, CompareOp, Condition, Effect, Expr, FluentId, FluentPattern, FluentType, Hole,
    Number, NumberRange, Scope, Term, Trouble, Value, VarId,
};

use super::words::AUXILIARY;
use super::{Form, Preparing, Question, loose};

/// The most words of a name.
const MOST_NAMED: usize = 5;

impl Preparing<'_> {
    /// An expression; where it counts, also of a phrase of which the first words are left out: `bases of Belmark` for `agreed bases of Belmark`.
    fn expression(&mut self, text: &str, counts: bool) -> Result<(Expr, Scope), Trouble> {
        if let Some(message) = self.names_two(text) {
            return Err(super::refused("one-name-wanted", message, "ask of each by itself"));
        }
        let mut scope = Scope::default();
        let trouble = match self.asker.expression(text, &mut scope) {
            Ok(expr) => return Ok((expr, scope)),
            Err(trouble) if !counts => return Err(trouble),
            Err(trouble) => trouble,
        };
        let words: Vec<&str> =
            text.split_whitespace().filter(|word| !AUXILIARY.contains(&word.to_lowercase().as_str())).collect();
        let mut read: Vec<(String, Expr, Scope)> = Vec::new();
        for text in loose::led_up_to(self.asker.lexicon(), &words) {
            let mut scope = Scope::default();
            if let Ok(expr) = self.asker.expression(&text, &mut scope)
                && !read.iter().any(|(_, known, _)| *known == expr)
            {
                read.push((text, expr, scope));
            }
        }
        match read.len() {
            0 => Err(trouble),
            1 => Ok(read.swap_remove(0)).map(|(_, expr, scope)| (expr, scope)),
            _ => {
                let all: Vec<String> = read.iter().map(|(text, ..)| format!("`{text}`")).collect();
                let message = format!("`{text}` can be short for several phrases");
                let help = Some(format!("write one of: {}", all.join(", ")));
                Err(Trouble { code: "ambiguous-question", message, help, unknown: None, ..trouble })
            }
        }
    }

    /// Whether two names are joined where one is meant: what is a value of the first is none of both.
    pub(super) fn names_two(&self, text: &str) -> Option<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is = |word: &str, all: &[&str]| all.iter().any(|it| word.eq_ignore_ascii_case(it));
        let named = |part: &[&str]| self.asker.entity(&part.join(" ")).is_some();
        let joined = (1..words.len().saturating_sub(1)).any(|at| {
            is(words[at], &["and", "or"])
                && !words[..at].iter().any(|word| is(word, &["between"]))
                && (at.saturating_sub(MOST_NAMED)..at).any(|from| named(&words[from..at]))
                && (at + 2..=words.len().min(at + 1 + MOST_NAMED)).any(|to| named(&words[at + 1..to]))
        });
        joined.then(|| format!("`{text}` names two where one is asked about"))
    }

    pub(super) fn value(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let (expr, scope) = self.expression(text, matches!(question.form, Form::HowMany))?;
        self.worth(expr, scope, question);
        Ok(())
    }

    /// As [`Preparing::value`], of a phrase of which the first words may be left out.
    pub(super) fn value_in_short(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let (expr, scope) = self.expression(text, true)?;
        self.worth(expr, scope, question);
        Ok(())
    }

    /// Asks for what an expression comes to.
    fn worth(&mut self, expr: Expr, mut scope: Scope, question: &mut Question) {
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
                question.of_parts = self.of_its_parts(&pattern, hole, &scope, &question.text);
                question.as_whole = self.as_the_whole(&pattern, &[hole], &args, &scope, &question.text);
                let conditions = vec![Condition::Holds(pattern)];
                self.define(question, vec![hole], args, FluentType::Truth, Expr::Value(Value::TRUE), conditions, scope);
                return;
            }
        }
        question.form = Form::HowMany;
        let expr = match expr {
            Expr::Fluent(fluent, args) => {
                question.counted = Some((fluent, args.clone()));
                self.number_at(fluent, &args, &mut scope)
            }
            other => other,
        };
        self.define(question, Vec::new(), Vec::new(), FluentType::Number, expr, Vec::new(), scope);
    }

    /// A number as far as it is known: of what is only said to be somewhere in a whole, any part may be at a place within of
    /// which no number is told.
    pub(super) fn number_at(&mut self, fluent: FluentId, args: &[Term], scope: &mut Scope) -> Expr {
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
            Condition::Compare {
                left: number.clone(),
                op: CompareOp::AtMost,
                right: Expr::Value(Value::integer(0).expect("0 fits")),
            },
        ];
        let around = Aggregate { op: AggregateOp::Sum, of: Expr::Var(amount), over };
        let (none, all) = (Some(Number::whole(0)), Some(Number::whole(1)));
        let part = Expr::Value(self.asker.range(NumberRange { min: none, max: all, approximate: false }));
        let part = Expr::Arith(ArithOp::Times, Box::new(Expr::Aggregate(Box::new(around))), Box::new(part));
        Expr::Arith(ArithOp::Plus, Box::new(number), Box::new(part))
    }

    /// Numbers of places in a sentence as far as they are known, as [`Preparing::number_at`] has them.
    pub(super) fn as_far_as_known(&mut self, conditions: &mut [Condition], scope: &mut Scope) {
        for condition in conditions {
            match condition {
                Condition::Compare { left, right, .. } => {
                    for side in [left, right] {
                        if let Expr::Fluent(fluent, args) = side {
                            *side = self.number_at(*fluent, &args.clone(), scope);
                        }
                    }
                }
                Condition::Holds(it) if matches!(it.value, Term::Value(_)) => {
                    let Term::Value(value) = it.value else { continue };
                    let left = self.number_at(it.fluent, &it.args.clone(), scope);
                    if !matches!(left, Expr::Fluent(..)) {
                        *condition = Condition::Compare { left, op: CompareOp::Equal, right: Expr::Value(value) };
                    }
                }
                _ => {}
            }
        }
    }

    /// A fluent that holds while what is asked of a place may be so because of a number that is only known for a whole in
    /// which the place lies.
    pub(super) fn may_be_there(
        &mut self,
        asked: &FluentPattern,
        holes: &[Hole],
        args: &[Term],
        scope: &Scope,
        name: &str,
    ) -> Option<FluentId> {
        let (total, place, read) = self.counted_by(asked)?;
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

    /// The total that has to be more than nothing for something to be so, its place, and of what it is read.
    pub(super) fn counted_by(&self, asked: &FluentPattern) -> Option<(servanda_model::Total, usize, Vec<Term>)> {
        let model = self.model;
        model.definitions.iter().find_map(|definition| {
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
        })
    }

    /// The hole of a value that a question asks for though it names no hole: a day that is had is what `when` asks for,
    /// not the days on which it is had.
    pub(super) fn value_wanted(&self, fluent: FluentId, form: &Form) -> Option<Hole> {
        match (self.model.program.fluents[fluent.index()].ty, form) {
            (FluentType::Truth, _) => None,
            (FluentType::Valued(hole), Form::When) => (hole == Hole::Day).then_some(hole),
            (FluentType::Number, Form::When) => None,
            (FluentType::Valued(hole), _) => Some(hole),
            (FluentType::Number, _) => Some(Hole::Number),
        }
    }

    /// Whether a number begins at nothing: rules add to it, or it is a count, a sum, or worked out from such numbers.
    pub(super) fn is_counted(&self, fluent: FluentId) -> bool {
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
}
