//! Values to be worked out.

use servanda_syntax::TokenKind;

use super::{Logic, Read, no_denial, term_expr};
use crate::elaborate::sentence::{Filler, Want, duration};
use crate::elaborate::signs::{aggregate_op, last_sign, without_parentheses};
use crate::elaborate::trouble::Trouble;
use crate::elaborate::words::{Word, seen, span_of, text_of};
use crate::lexicon::Target;
use crate::program::{Aggregate, ArithOp, Expr, FluentType, Hole};
use crate::value::Value;

impl Logic<'_> {
    /// A value to be worked out: `troops of a in p + n * 2`.
    pub(crate) fn expression(&mut self, words: &[Word]) -> Read<Expr> {
        if words.is_empty() {
            return Err(Trouble::new("expression-missing", span_of(words), "a value is missing here"));
        }
        let sums = [("+", ArithOp::Plus), ("-", ArithOp::Minus)];
        let products = [("*", ArithOp::Times), ("/", ArithOp::DividedBy), ("mod", ArithOp::Modulo)];
        for signs in [&sums[..], &products[..]] {
            if let Some((at, op)) = last_sign(words, signs) {
                let left = self.expression(&words[..at])?;
                let right = self.expression(&words[at + 1..])?;
                return Ok(Expr::Arith(op, Box::new(left), Box::new(right)));
            }
        }
        self.atom(words)
    }

    fn atom(&mut self, words: &[Word]) -> Read<Expr> {
        if let (Some(first), Some(last)) = (words.first(), words.last())
            && first.is_sign("(")
            && last.is_sign(")")
        {
            return self.expression(&words[1..words.len() - 1]);
        }
        if let [word] = words {
            if word.is("today") || word.is("now") {
                return Ok(Expr::Now);
            }
            if let Some(var) = self.scope.var(&word.text) {
                return Ok(Expr::Var(var));
            }
        }
        if let Some(aggregate) = self.aggregate(words)? {
            return Ok(aggregate);
        }
        for hole in [Hole::Number, Hole::Day] {
            let dated = words.len() == 1 && words[0].kind == TokenKind::Date;
            if (hole == Hole::Day) != dated {
                continue;
            }
            match self.reader.filler(words, hole, &self.scope) {
                Ok(Filler::Values(values)) if values.len() == 1 => return Ok(Expr::Value(values[0])),
                Ok(Filler::Compared(tests)) => return Ok(Expr::Value(self.reader.amount_within(&tests))),
                _ => {}
            }
        }
        if let Some(duration) = duration(words, self.reader.clock) {
            return Ok(Expr::Value(Value::duration(duration)));
        }
        let plain = seen(words);
        if let Ok(Filler::Values(values)) = self.reader.filler(&plain, Hole::Any, &self.scope)
            && let [value] = values.as_slice()
        {
            return Ok(Expr::Value(*value));
        }
        match plain.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().as_slice() {
            ["other"] | ["the", "other"] => return Ok(term_expr(self.people.other)),
            ["each", "party"] | ["bearer"] => return Ok(term_expr(self.people.bearer)),
            _ => {}
        }
        let said = self.reader.sentence(&plain, Want::Fluent, &self.scope)?;
        if said.negated {
            return Err(no_denial(words).help("`not` stands before the whole of a condition"));
        }
        let Target::Fluent(fluent) = said.target else { unreachable!("a fluent was wanted") };
        let holes = self.fluents[fluent.index()].args.clone();
        if self.fluents[fluent.index()].ty == FluentType::Truth || said.value.is_some() {
            return Err(Trouble::new("not-a-value", span_of(words), format!("`{}` is no value", text_of(words))));
        }
        let mut fillings = self.fillings(&said.args, &holes);
        Ok(Expr::Fluent(fluent, fillings.remove(0).0))
    }

    /// `count of x where …`, `sum of n where …`.
    fn aggregate(&mut self, words: &[Word]) -> Read<Option<Expr>> {
        let Some(op) = aggregate_op(words) else { return Ok(None) };
        let Some(at) = words.iter().position(|word| word.is("where")) else { return Ok(None) };
        if let [name] = &words[2..at]
            && name.kind == TokenKind::Word
            && self.scope.var(&name.text).is_none()
            && self.reader.lexicon.lookup(&name.text).is_empty()
        {
            let message = format!("`{}` is no variable here", name.text);
            return Err(Trouble::new("unknown-variable", name.span, message)
                .help(format!("declare it: `for {}: KIND`, or `: number`", name.text)));
        }
        let before = self.bound.clone();
        let over = self.conditions(without_parentheses(&words[at + 1..]))?;
        let of = self.expression(&words[2..at])?;
        self.bound = before;
        Ok(Some(Expr::Aggregate(Box::new(Aggregate { op, of, over }))))
    }
}
