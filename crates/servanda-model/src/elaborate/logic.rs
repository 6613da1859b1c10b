//! Conditions, expressions, triggers and effects: sentences turned into what the kernel understands.

mod effects;
mod values;

use std::collections::BTreeMap;

use super::happened::{Happened, in_the_past, is_past};
use super::sentence::{Filler, Reader, Said, Scope, Want, duration};
use super::signs::{balanced, comparison_sign, comparison_words, ending, held_at, without_parentheses};
use super::trouble::Trouble;
use super::words::{Word, seen, span_of, split, text_of};
use crate::ids::{ActionId, EntityId, FluentId, VarId};
use crate::lexicon::Target;
use crate::model::Hooks;
use crate::program::{
    Action, CompareOp, Condition, EventPattern, Expr, Fluent, FluentPattern, FluentType, Hole, Term, Trigger,
};
use crate::value::{Kinded, Value};

/// Who `each party`, `the other` and the like are, in a norm.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    pub(crate) instrument: Option<EntityId>,
    pub(crate) bearer: Option<Term>,
    pub(crate) other: Option<Term>,
}

/// What sentences are resolved against.
pub(crate) struct Logic<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) actions: &'a [Action],
    pub(crate) fluents: &'a [Fluent],
    /// For fluents that sum along places, the fluent that keeps what is at each place itself.
    pub(crate) own: &'a [Option<FluentId>],
    /// For fluents that are stated as another, that one.
    pub(crate) stated_in: Option<&'a BTreeMap<FluentId, FluentId>>,
    /// Fluents for acts that have happened; questions have none.
    pub(crate) happened: Option<&'a mut Happened>,
    pub(crate) hooks: &'a Hooks,
    pub(crate) scope: Scope,
    pub(crate) people: People,
    /// Variables that something has bound so far.
    pub(crate) bound: Vec<VarId>,
    /// Whether a number was met of which nothing has said yet whose it is.
    pub(crate) open_number: bool,
}

pub(crate) type Read<T> = Result<T, Trouble>;

impl Logic<'_> {
    /// Conditions separated by `;`.
    pub(crate) fn conditions(&mut self, words: &[Word]) -> Read<Vec<Condition>> {
        balanced(words)?;
        let parts = split(words, ";");
        let mut all: Vec<Vec<Condition>> = Vec::new();
        let mut open = Vec::new();
        for part in &parts {
            let before = (self.bound.clone(), self.scope.clone(), std::mem::take(&mut self.open_number));
            let conditions = self.condition(part)?;
            if self.open_number && parts.len() > 1 {
                // Of whom the number is, what comes later may say: then it is theirs, and nothing if they have none.
                (self.bound, self.scope) = (before.0, before.1);
                open.push(all.len());
                all.push(Vec::new());
            } else {
                all.push(conditions);
            }
            self.open_number = before.2;
        }
        let mut last = Vec::new();
        for at in open {
            let before = std::mem::take(&mut self.open_number);
            let conditions = self.condition(parts[at])?;
            if self.open_number {
                all[at] = conditions
            } else {
                last.extend(conditions)
            }
            self.open_number = before;
        }
        Ok(all.into_iter().flatten().chain(last).collect())
    }

    /// One condition; it may need several of the kernel's.
    pub(crate) fn condition(&mut self, words: &[Word]) -> Read<Vec<Condition>> {
        if let [not, rest @ ..] = words
            && not.is("not")
            && let Some(denied) = self.denied(rest)?
        {
            return Ok(denied);
        }
        if let Some((at, op, width)) = comparison_sign(words) {
            return self.compare(&words[..at], op, &words[at + width..]);
        }
        if let Some(kind) = self.kind_test(words)? {
            return Ok(kind);
        }
        let plain = seen(words);
        match self.reader.sentence(&plain, Want::FluentFirst, &self.scope) {
            Ok(said) => self.said(&said, &plain),
            Err(trouble) => match words {
                [not, rest @ ..] if not.is("not") => self.denial(rest, Self::compared_in_words).map_err(|_| trouble),
                _ => self.compared_in_words(words).map_err(|_| trouble),
            },
        }
    }

    /// What `not` denies that is no sentence of a phrase: conditions in parentheses, a comparison with a sign, or that
    /// something is of a kind. None for a sentence, whose own `not` it is.
    fn denied(&mut self, words: &[Word]) -> Read<Option<Vec<Condition>>> {
        let inside = without_parentheses(words);
        if inside.len() < words.len() {
            return self.denial(inside, Self::conditions).map(Some);
        }
        let is_kind_test = || words.iter().any(|word| word.is("is")) && !words.iter().any(|word| word.is("not"));
        if comparison_sign(words).is_some() || is_kind_test() && self.kind_test(words)?.is_some() {
            return self.denial(words, Self::condition).map(Some);
        }
        Ok(None)
    }

    fn denial(
        &mut self,
        words: &[Word],
        read: impl FnOnce(&mut Self, &[Word]) -> Read<Vec<Condition>>,
    ) -> Read<Vec<Condition>> {
        let before = self.bound.clone();
        let denied = read(self, words)?;
        self.bound = before;
        if let [Condition::Let(var, _)] = denied.as_slice() {
            let message = format!("nothing has said yet what `{}` is", self.scope.vars[var.index()].name);
            return Err(Trouble::new("unbound-variable", span_of(words), message)
                .help("name it in `when`, or in a condition before this one that is not a negation"));
        }
        Ok(vec![Condition::Not(denied)])
    }

    /// `is more than` and so on between two values.
    fn compared_in_words(&mut self, words: &[Word]) -> Read<Vec<Condition>> {
        let Some((at, op, width)) = comparison_words(words) else {
            return Err(Trouble::new("unknown-phrase", span_of(words), "nothing is compared here"));
        };
        self.compare(&words[..at], op, &words[at + width..])
    }

    fn compare(&mut self, left: &[Word], op: CompareOp, right: &[Word]) -> Read<Vec<Condition>> {
        let mut left_expr = self.expression(left)?;
        let mut right_expr = self.expression(right)?;
        match (&left_expr, &right_expr) {
            (Expr::Fluent(fluent, _), Expr::Value(_)) => right_expr = self.value_for(*fluent, right)?,
            (Expr::Value(_), Expr::Fluent(fluent, _)) => left_expr = self.value_for(*fluent, left)?,
            _ => {}
        }
        for sides in [(&left_expr, &right_expr), (&right_expr, &left_expr)] {
            self.can_be_equal(sides, span_of(left).to(span_of(right)))?;
        }
        if op == CompareOp::Equal
            && let Some(conditions) = self.value_given(&left_expr, &right_expr)
        {
            return Ok(conditions);
        }
        // `n = expression` gives an unbound variable its value.
        if op == CompareOp::Equal {
            match (&left_expr, &right_expr) {
                (Expr::Var(var), other) if !self.bound.contains(var) => {
                    self.bound.push(*var);
                    return Ok(vec![Condition::Let(*var, other.clone())]);
                }
                (other, Expr::Var(var)) if !self.bound.contains(var) => {
                    self.bound.push(*var);
                    return Ok(vec![Condition::Let(*var, other.clone())]);
                }
                _ => {}
            }
        }
        Ok(vec![Condition::Compare { left: left_expr, op, right: right_expr }])
    }

    /// `x is a KIND`, `x is not a KIND`.
    fn kind_test(&mut self, words: &[Word]) -> Read<Option<Vec<Condition>>> {
        let Some(is) = words.iter().position(|word| word.is("is")) else { return Ok(None) };
        let negated = words.get(is + 1).is_some_and(|word| word.is("not"));
        let article = is + 1 + usize::from(negated);
        if !words.get(article).is_some_and(|word| word.is("a") || word.is("an")) || article + 1 >= words.len() {
            return Ok(None);
        }
        let name: Vec<&str> = words[article + 1..].iter().map(|word| word.text.as_str()).collect();
        let Some(kind) = self.reader.lexicon.kind(&name.join(" ")) else { return Ok(None) };
        let filler = self.reader.filler(&seen(&words[..is]), Hole::Thing, &self.scope)?;
        let (terms, mut extra) = self.terms(&filler, Hole::Thing);
        let tests: Vec<Condition> = terms.into_iter().map(|term| Condition::IsKind(term, kind)).collect();
        if negated {
            extra.push(Condition::Not(tests));
        } else {
            extra.extend(tests);
        }
        Ok(Some(extra))
    }

    /// What a sentence says, as conditions.
    pub(crate) fn said(&mut self, said: &Said, words: &[Word]) -> Read<Vec<Condition>> {
        let none = said.args.iter().chain(&said.value).any(|filler| matches!(filler, Filler::None(_)));
        let before = self.bound.clone();
        let mut positive = self.said_positively(said, words)?;
        if said.negated != none {
            self.bound = before;
            positive = vec![Condition::Not(positive)];
        }
        Ok(positive)
    }

    fn said_positively(&mut self, said: &Said, words: &[Word]) -> Read<Vec<Condition>> {
        let fluent = match said.target {
            Target::Fluent(fluent) => fluent,
            Target::Action(action) => return self.has_happened(said, action, words),
        };
        let holes = self.fluents[fluent.index()].args.clone();
        let mut all = Vec::new();
        for (terms, mut extra) in self.fillings(&said.args, &holes) {
            let free = terms.iter().any(|term| match term {
                Term::Var(var) => !self.bound.contains(var),
                Term::Any => true,
                Term::Value(_) => false,
            });
            let value = said.value.clone();
            let ty = self.fluents[fluent.index()].ty;
            match (ty, value) {
                (FluentType::Truth, _) => {
                    all.push(Condition::Holds(FluentPattern { fluent, args: terms, value: Term::Value(Value::TRUE) }));
                }
                (FluentType::Number, Some(filler)) => {
                    all.extend(self.number_said(fluent, terms, free, &filler));
                }
                (FluentType::Valued(_), Some(Filler::Values(values))) => {
                    for value in values {
                        let pattern = FluentPattern { fluent, args: terms.clone(), value: Term::Value(value) };
                        all.push(Condition::Holds(pattern));
                    }
                }
                (FluentType::Valued(hole), Some(filler)) => {
                    let (values, more) = self.terms(&filler, hole);
                    for value in values {
                        all.push(Condition::Holds(FluentPattern { fluent, args: terms.clone(), value }));
                    }
                    extra.extend(more);
                }
                (_, None) => {
                    all.push(Condition::Holds(FluentPattern { fluent, args: terms, value: Term::Any }));
                }
            }
            all.extend(extra);
        }
        for condition in &all {
            bind(condition, &mut self.bound);
        }
        Ok(all)
    }

    /// An act in a condition: that it has happened. A norm may say so in the present form, too; in a rule that could as
    /// well mean that it happens at the same moment.
    fn has_happened(&mut self, said: &Said, action: ActionId, words: &[Word]) -> Read<Vec<Condition>> {
        let known = self.fluents.len();
        let tells = self.people.bearer.is_some() || is_past(self.reader.lexicon, said.target, words);
        let Some(happened) = self.happened.as_mut().filter(|_| tells) else {
            let past = in_the_past(self.reader.lexicon, said.target, words);
            let message = format!("`{}` happens at a moment and cannot hold", text_of(words));
            return Err(Trouble::new("action-as-condition", span_of(words), message).help(format!(
                "write `{past}` if it must have happened before; what happens at the same moment stands after `when` \
                 or `unless`"
            )));
        };
        let fluent = happened.fluent(action, known);
        let holes = self.actions[action.index()].holes.clone();
        let mut all = Vec::new();
        for (args, extra) in self.fillings(&said.args, &holes) {
            all.push(Condition::Holds(FluentPattern { fluent, args, value: Term::Value(Value::TRUE) }));
            all.extend(extra);
        }
        for condition in &all {
            bind(condition, &mut self.bound);
        }
        Ok(all)
    }

    /// A number compared, or given to a variable. Where every argument is known a missing number reads as 0.
    fn number_said(&mut self, fluent: FluentId, args: Vec<Term>, free: bool, filler: &Filler) -> Vec<Condition> {
        if let Filler::Values(values) = filler
            && let [value] = values.as_slice()
            && let Kinded::Range(id) = value.kinded()
            && self.reader.ranges.get(id.index()).is_some_and(|range| range.max.is_none())
        {
            // `is unknown`: it has no value, or one that may as well be nothing.
            let none = Condition::Holds(FluentPattern { fluent, args: args.clone(), value: Term::Any });
            let left = Expr::Fluent(fluent, args);
            let zero = Expr::Value(Value::integer(0).expect("0 fits"));
            let open = Condition::Undecided { left, op: CompareOp::Equal, right: zero };
            return vec![Condition::AnyOf(vec![vec![Condition::Not(vec![none])], vec![open]])];
        }
        let tests: Vec<(CompareOp, Value)> = match filler {
            Filler::Compared(tests) => tests.clone(),
            Filler::Values(values) => values.iter().map(|value| (CompareOp::Equal, *value)).collect(),
            Filler::Var(var) if !free && self.bound.contains(var) => {
                let left = Expr::Fluent(fluent, args);
                return vec![Condition::Compare { left, op: CompareOp::Equal, right: Expr::Var(*var) }];
            }
            Filler::Var(var) if !free => return vec![Condition::Let(*var, Expr::Fluent(fluent, args))],
            Filler::Var(var) => {
                self.open_number = true;
                return vec![Condition::Holds(FluentPattern { fluent, args, value: Term::Var(*var) })];
            }
            _ => return vec![Condition::Holds(FluentPattern { fluent, args, value: Term::Any })],
        };
        self.open_number |= free;
        if free {
            let var = self.scope.fresh(Hole::Number);
            let mut all = vec![Condition::Holds(FluentPattern { fluent, args, value: Term::Var(var) })];
            for (op, value) in tests {
                all.push(Condition::Compare { left: Expr::Var(var), op, right: Expr::Value(value) });
            }
            return all;
        }
        let left = Expr::Fluent(fluent, args);
        let compare = |(op, value)| Condition::Compare { left: left.clone(), op, right: Expr::Value(value) };
        tests.into_iter().map(compare).collect()
    }

    /// All ways of filling the holes when some are filled with several names, with the conditions that come along.
    pub(crate) fn fillings(&mut self, fillers: &[Filler], holes: &[Hole]) -> Vec<(Vec<Term>, Vec<Condition>)> {
        let mut all = vec![(Vec::new(), Vec::new())];
        for (filler, hole) in fillers.iter().zip(holes) {
            let (terms, extra) = self.terms(filler, *hole);
            all = all
                .into_iter()
                .flat_map(|(args, conditions): (Vec<Term>, Vec<Condition>)| {
                    let extra = &extra;
                    terms.iter().map(move |term| {
                        let mut args = args.clone();
                        args.push(*term);
                        let mut conditions = conditions.clone();
                        conditions.extend(extra.iter().cloned());
                        (args, conditions)
                    })
                })
                .collect();
        }
        all
    }

    /// The terms of a filler, and conditions on them.
    pub(crate) fn terms(&mut self, filler: &Filler, hole: Hole) -> (Vec<Term>, Vec<Condition>) {
        let mut extra = Vec::new();
        let term = match filler {
            Filler::Values(values) => {
                return (values.iter().map(|value| Term::Value(*value)).collect(), extra);
            }
            Filler::Either(values) => {
                let var = self.scope.fresh(hole);
                let is = |value: &Value| {
                    let right = Expr::Value(*value);
                    vec![Condition::Compare { left: Expr::Var(var), op: CompareOp::Equal, right }]
                };
                extra.push(Condition::AnyOf(values.iter().map(is).collect()));
                Term::Var(var)
            }
            Filler::Var(var) => Term::Var(*var),
            Filler::Some { kind, third, another } => {
                let var = self.scope.fresh(Hole::Kind(*kind));
                if let (true, Some(instrument)) = (*third, self.people.instrument) {
                    let args = vec![Term::Var(var), Term::Value(Value::entity(instrument))];
                    extra.push(Condition::Not(vec![Condition::Holds(FluentPattern {
                        fluent: self.hooks.party,
                        args,
                        value: Term::Value(Value::TRUE),
                    })]));
                }
                if let (true, Some(bearer)) = (*another, self.people.bearer) {
                    extra.push(differs(Term::Var(var), bearer));
                }
                Term::Var(var)
            }
            Filler::Asked(Some(kind)) | Filler::None(Some(kind)) => Term::Var(self.scope.fresh(Hole::Kind(*kind))),
            Filler::AskedSuch { kind, such, of, between } => {
                let var = Term::Var(self.scope.fresh(Hole::Kind(*kind)));
                let is = |fluent: FluentId, args: Vec<Term>| {
                    Condition::Holds(FluentPattern { fluent, args, value: Term::Value(Value::TRUE) })
                };
                extra.extend(such.iter().map(|fluent| is(*fluent, vec![var])));
                let whole = of.map(|whole| Term::Value(Value::entity(whole)));
                extra.extend(whole.map(|whole| is(self.hooks.belongs_to, vec![var, whole])));
                let named = |party: &EntityId| is(self.hooks.named_in, vec![Term::Value(Value::entity(*party)), var]);
                extra.extend(between.iter().map(named));
                var
            }
            Filler::Asked(None) => Term::Var(self.scope.fresh(hole)),
            Filler::None(None) | Filler::Omitted => Term::Any,
            Filler::EachParty => self.people.bearer.unwrap_or(Term::Any),
            Filler::TheOther => self.people.other.unwrap_or(Term::Any),
            Filler::Compared(tests) => {
                let var = self.scope.fresh(Hole::Number);
                for (op, value) in tests {
                    extra.push(Condition::Compare { left: Expr::Var(var), op: *op, right: Expr::Value(*value) });
                }
                Term::Var(var)
            }
        };
        (vec![term], extra)
    }

    /// An action sentence as patterns; several when names are joined.
    pub(crate) fn happening(&mut self, words: &[Word]) -> Read<Vec<(EventPattern, Vec<Condition>)>> {
        let plain = seen(words);
        let said = self.reader.sentence(&plain, Want::Action, &self.scope)?;
        self.said_to_happen(&said)
    }

    pub(crate) fn said_to_happen(&mut self, said: &Said) -> Read<Vec<(EventPattern, Vec<Condition>)>> {
        let Target::Action(action) = said.target else {
            unreachable!("an action was wanted");
        };
        let holes = self.actions[action.index()].holes.clone();
        let fillings = self.fillings(&said.args, &holes);
        Ok(fillings.into_iter().map(|(args, extra)| (EventPattern { action, args }, extra)).collect())
    }

    /// A fluent sentence as one pattern for a trigger or an effect.
    fn fluent_pattern(&mut self, words: &[Word]) -> Read<(FluentPattern, Vec<Condition>)> {
        let plain = seen(words);
        let said = self.reader.sentence(&plain, Want::Fluent, &self.scope)?;
        if said.negated {
            return Err(no_denial(words).help("`… begins` where it ends, and `… ends` where it begins"));
        }
        self.pattern_said(&said, words)
    }

    fn pattern_said(&mut self, said: &Said, words: &[Word]) -> Read<(FluentPattern, Vec<Condition>)> {
        let Target::Fluent(fluent) = said.target else { unreachable!("a fluent was wanted") };
        let holes = self.fluents[fluent.index()].args.clone();
        let mut fillings = self.fillings(&said.args, &holes);
        if fillings.len() != 1 {
            return Err(Trouble::new("one-name-wanted", span_of(words), "only one name can stand here"));
        }
        let (args, mut extra) = fillings.remove(0);
        let value = match (self.fluents[fluent.index()].ty, &said.value) {
            (FluentType::Truth, _) => Term::Value(Value::TRUE),
            (_, None) => Term::Any,
            (ty, Some(filler)) => {
                let hole = match ty {
                    FluentType::Valued(hole) => hole,
                    _ => Hole::Number,
                };
                let (mut terms, more) = self.terms(filler, hole);
                extra.extend(more);
                terms.pop().unwrap_or(Term::Any)
            }
        };
        Ok((FluentPattern { fluent, args, value }, extra))
    }

    /// What sets a rule off; conditions that come along with it.
    pub(crate) fn triggers(&mut self, words: &[Word]) -> Read<Vec<(Trigger, Vec<Condition>)>> {
        if let Some((time, rest)) = self.delay(words)? {
            let mut all = Vec::new();
            for (inner, extra) in self.triggers(rest)? {
                if matches!(inner, Trigger::After { .. } | Trigger::HasHeld { .. } | Trigger::Comes(_)) {
                    return Err(Trouble::new("nested-delay", span_of(rest), "one delay cannot wait for another"));
                }
                let trigger = Box::new(inner);
                all.push((Trigger::After { time: time.clone(), trigger, given: extra }, Vec::new()));
            }
            return Ok(all);
        }
        let all = self.plain_triggers(words)?;
        for (trigger, _) in &all {
            bind_trigger(trigger, &mut self.bound);
        }
        Ok(all)
    }

    fn plain_triggers(&mut self, words: &[Word]) -> Read<Vec<(Trigger, Vec<Condition>)>> {
        if let Some(at) = held_at(words) {
            let since_renewed = words.iter().any(|word| word.is("renewed"));
            let end = words.iter().position(|word| word.is("since")).unwrap_or(words.len());
            let time: Vec<Word> = words[at.1..end].iter().filter(|word| !word.is_sign(",")).cloned().collect();
            let time = self.time(&time)?;
            let (pattern, extra) = self.fluent_pattern(&words[..at.0])?;
            return Ok(vec![(Trigger::HasHeld { pattern, time, since_renewed }, extra)]);
        }
        if let Some((rest, ending)) = ending(words) {
            let (pattern, extra) = match self.fluent_pattern(rest) {
                Ok(read) => read,
                // `Sele ends` may be a phrase of its own.
                Err(trouble) => match self.fluent_pattern(words) {
                    Ok((pattern, extra)) => return Ok(vec![(Trigger::Begins(pattern), extra)]),
                    Err(_) => return Err(trouble),
                },
            };
            let trigger = match ending {
                "begins" => Trigger::Begins(pattern),
                "ends" => Trigger::Ends(pattern),
                "started" => Trigger::Initiated(pattern),
                _ => Trigger::Comes(pattern),
            };
            return Ok(vec![(trigger, extra)]);
        }
        let plain = seen(words);
        let said = self.reader.sentence(&plain, Want::ActionFirst, &self.scope)?;
        match said.target {
            Target::Action(_) if said.negated => Err(no_denial(words).help(
                "what did not happen sets nothing off; `unless …` says what must not happen at \
                                           the same moment, and `within …` of a norm what has to be done in a time",
            )),
            Target::Action(_) => {
                let all = self.said_to_happen(&said)?;
                Ok(all.into_iter().map(|(pattern, extra)| (Trigger::Happens(pattern), extra)).collect())
            }
            Target::Fluent(_) => {
                let (pattern, extra) = self.pattern_said(&said, words)?;
                let trigger = if said.negated { Trigger::Ends(pattern) } else { Trigger::Begins(pattern) };
                Ok(vec![(trigger, extra)])
            }
        }
    }

    /// `15 years after …`, `d after …`.
    fn delay<'w>(&mut self, words: &'w [Word]) -> Read<Option<(Expr, &'w [Word])>> {
        let Some(after) = words.iter().position(|word| word.is("after")) else { return Ok(None) };
        if after == 0 || after > 2 {
            return Ok(None);
        }
        match self.time(&words[..after]) {
            Ok(time) => Ok(Some((time, &words[after + 1..]))),
            Err(_) => Ok(None),
        }
    }

    /// A length of time: `15 years`, `5`, or a variable.
    pub(crate) fn time(&mut self, words: &[Word]) -> Read<Expr> {
        if let Some(duration) = duration(words, self.reader.clock) {
            return Ok(Expr::Value(Value::duration(duration)));
        }
        if let [word] = words
            && let Some(var) = self.scope.var(&word.text)
        {
            return Ok(Expr::Var(var));
        }
        Err(Trouble::new("not-a-duration", span_of(words), format!("`{}` is no length of time", text_of(words)))
            .help(format!("write {}, or a variable", self.reader.clock.lengths())))
    }

    pub(crate) fn own_of(&self, fluent: FluentId) -> FluentId {
        let fluent = self.stated_in.and_then(|all| all.get(&fluent)).copied().unwrap_or(fluent);
        self.own.get(fluent.index()).copied().flatten().unwrap_or(fluent)
    }
}

fn no_denial(words: &[Word]) -> Trouble {
    Trouble::new("not-out-of-place", span_of(words), "`not` cannot stand here")
}

/// That two terms are not the same.
pub(crate) fn differs(left: Term, right: Term) -> Condition {
    Condition::Compare { left: term_expr(Some(left)), op: CompareOp::NotEqual, right: term_expr(Some(right)) }
}

fn term_expr(term: Option<Term>) -> Expr {
    match term {
        Some(Term::Value(value)) => Expr::Value(value),
        Some(Term::Var(var)) => Expr::Var(var),
        Some(Term::Any) | None => Expr::Value(Value::TRUE),
    }
}

/// Notes the variables that a condition binds.
pub(crate) fn bind(condition: &Condition, bound: &mut Vec<VarId>) {
    let mut note = |term: &Term| {
        if let Term::Var(var) = term
            && !bound.contains(var)
        {
            bound.push(*var);
        }
    };
    match condition {
        Condition::Holds(pattern) => {
            pattern.args.iter().for_each(&mut note);
            note(&pattern.value);
        }
        Condition::Let(var, _) => note(&Term::Var(*var)),
        _ => {}
    }
}

pub(crate) fn bind_trigger(trigger: &Trigger, bound: &mut Vec<VarId>) {
    match trigger {
        Trigger::Happens(pattern) => {
            for term in &pattern.args {
                bind(
                    &Condition::Holds(FluentPattern { fluent: FluentId(0), args: vec![*term], value: Term::Any }),
                    bound,
                );
            }
        }
        Trigger::Initiated(pattern)
        | Trigger::Begins(pattern)
        | Trigger::Ends(pattern)
        | Trigger::Comes(pattern)
        | Trigger::HasHeld { pattern, .. } => bind(&Condition::Holds(pattern.clone()), bound),
        Trigger::After { trigger, given, .. } => {
            bind_trigger(trigger, bound);
            given.iter().for_each(|condition| bind(condition, bound));
        }
    }
}
