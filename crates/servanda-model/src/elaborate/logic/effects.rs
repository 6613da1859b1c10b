//! What a rule brings about.

use super::{Logic, Read, no_denial};
use crate::elaborate::sentence::{Filler, Said, Want};
use crate::elaborate::signs::ending;
use crate::elaborate::trouble::Trouble;
use crate::elaborate::words::{Word, seen, span_of, text_of};
use crate::ids::FluentId;
use crate::lexicon::Target;
use crate::program::{ArithOp, Condition, Effect, EventPattern, Expr, FluentPattern, FluentType, Hole, Term};
use crate::value::Value;

impl Logic<'_> {
    /// One effect; several when names are joined.
    pub(crate) fn effects(&mut self, words: &[Word]) -> Read<Vec<Effect>> {
        if let Some(at) = words.iter().position(|word| word.is("becomes")) {
            let (pattern, _) = self.fluent_pattern(&words[..at])?;
            let value = self.value_for(pattern.fluent, &words[at + 1..])?;
            self.suits_fluent(pattern.fluent, &value, span_of(&words[at + 1..]))?;
            let fluent = self.own_of(pattern.fluent);
            return Ok(vec![Effect::Initiate { fluent, args: pattern.args, value }]);
        }
        for (word, sign) in [("increases", 1), ("decreases", -1)] {
            if let Some(at) = words.iter().position(|found| found.is(word)) {
                let from = at + 1 + usize::from(words.get(at + 1).is_some_and(|found| found.is("by")));
                let by = self.expression(&words[from..])?;
                let minus = || Expr::Value(Value::integer(0).expect("0 fits"));
                let by = if sign > 0 { by } else { Expr::Arith(ArithOp::Minus, Box::new(minus()), Box::new(by)) };
                let (pattern, _) = self.fluent_pattern(&words[..at])?;
                let fluent = self.own_of(pattern.fluent);
                return Ok(vec![Effect::Increase { fluent, args: pattern.args, by }]);
            }
        }
        if let Some((rest, word)) = ending(words)
            && word != "comes"
        {
            let plain = seen(rest);
            if self.reader.sentence(&plain, Want::Fluent, &self.scope).is_ok_and(|said| said.negated) {
                return Err(no_denial(rest).help("`… begins` where it ends, and `… ends` where it begins"));
            }
            return self.begin_or_end(rest, word == "ends");
        }
        let plain = seen(words);
        let said = self.reader.sentence(&plain, Want::ActionFirst, &self.scope);
        match said {
            Ok(Said { target: Target::Action(_), negated: false, .. }) => {
                let all = self.said_to_happen(&said?)?;
                // A hole that the wording leaves out stays open in what happens, too.
                let unspecified = Term::Value(Value::entity(self.hooks.unspecified));
                let told = |(term, hole): (Term, &Hole)| match (term, hole) {
                    (Term::Any, Hole::Kind(_) | Hole::Thing | Hole::Any) => unspecified,
                    _ => term,
                };
                let happen = |(EventPattern { action, args }, _): (EventPattern, Vec<Condition>)| {
                    let holes = &self.actions[action.index()].holes;
                    Effect::Happen(EventPattern { action, args: args.into_iter().zip(holes).map(told).collect() })
                };
                Ok(all.into_iter().map(happen).collect())
            }
            Ok(Said { target: Target::Action(_), .. }) => {
                Err(Trouble::new("effect-denied", span_of(words), "an effect cannot be that something does not happen"))
            }
            Ok(Said { negated, .. }) => self.begin_or_end(words, negated),
            Err(trouble) => Err(trouble),
        }
    }

    /// What a fluent may be worth: of several things of one name the one that it can be.
    pub(super) fn value_for(&mut self, fluent: FluentId, words: &[Word]) -> Read<Expr> {
        if let FluentType::Valued(hole @ Hole::Kind(_)) = self.fluents[fluent.index()].ty
            && let Ok(Filler::Values(values)) = self.reader.filler(&seen(words), hole, &self.scope)
            && let [value] = values.as_slice()
        {
            return Ok(Expr::Value(*value));
        }
        self.expression(words)
    }

    fn begin_or_end(&mut self, words: &[Word], end: bool) -> Read<Vec<Effect>> {
        let plain = seen(words);
        let said = self.reader.sentence(&plain, Want::Fluent, &self.scope)?;
        let Target::Fluent(fluent) = said.target else { unreachable!("a fluent was wanted") };
        let holes = self.fluents[fluent.index()].args.clone();
        let ty = self.fluents[fluent.index()].ty;
        let target = self.own_of(fluent);
        let mut all = Vec::new();
        for (args, _) in self.fillings(&said.args, &holes) {
            let value = match (&said.value, ty) {
                (_, FluentType::Truth) => Term::Value(Value::TRUE),
                (None, _) => Term::Any,
                (Some(filler), FluentType::Valued(hole)) => self.terms(filler, hole).0.pop().unwrap_or(Term::Any),
                (Some(filler), _) => self.terms(filler, Hole::Number).0.pop().unwrap_or(Term::Any),
            };
            if end {
                all.push(Effect::Terminate { pattern: FluentPattern { fluent: target, args, value } });
                continue;
            }
            let value = match value {
                Term::Value(value) => Expr::Value(value),
                Term::Var(var) => Expr::Var(var),
                Term::Any => {
                    return Err(Trouble::new("value-missing", span_of(words), "this fluent takes a value")
                        .help(format!("`{} becomes …`", text_of(words))));
                }
            };
            all.push(Effect::Initiate { fluent: target, args, value });
        }
        Ok(all)
    }
}
