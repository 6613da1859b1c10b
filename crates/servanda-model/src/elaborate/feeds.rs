//! `feed NAME: SENTENCE`: what the rows of a feed mean, in the words of the vocabulary.

use servanda_syntax::{Clause, Statement, TokenKind};

use super::Elaborator;
use super::logic::People;
use super::sentence::{Filler, Want};
use super::trouble::Trouble;
use super::words::{Word, all, seen, span_of, split, text_of};
use crate::lexicon::Target;
use crate::model::{FeedCell, FeedRow, FeedTest};
use crate::program::{CompareOp, Hole};

impl Elaborator<'_> {
    pub(crate) fn feed_row(&mut self, statement: &Statement) {
        let origin = self.origin_of(statement);
        for clause in &statement.clauses {
            if !matches!(clause.keyword, Some("where" | "note" | "source")) {
                self.stray_clause(statement, clause);
            }
        }
        match self.read_feed_row(statement) {
            Ok(row) => self.model.feeds.push(FeedRow { origin, ..row }),
            Err(trouble) => self.complain(statement, trouble),
        }
    }

    fn read_feed_row(&mut self, statement: &Statement) -> Result<FeedRow, Trouble> {
        let words = all(&statement.head.tokens);
        let colon = words.iter().position(|word| word.is_sign(":")).ok_or_else(|| {
            Trouble::new("colon-missing", statement.head.span, "what a row means follows a colon")
                .help("write `feed NAME: SENTENCE`, with `{column}` for what a column says")
        })?;
        let name = words[..colon].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(Trouble::new("name-missing", statement.head.span, "which rows?")
                .help("write what stands in the column `action`, or `any`: `feed NAME: SENTENCE`"));
        }
        let mut logic = self.logic(People::default());
        // Columns are read as variables, under names that nobody can give a variable.
        let mut columns = Vec::new();
        let mut sentence = Vec::new();
        for word in &words[colon + 1..] {
            let mut word = word.clone();
            if word.kind == TokenKind::Hole {
                let column = word.text.trim().to_owned();
                word.kind = TokenKind::Word;
                word.text = format!("{{{column}}}");
                word.lower.clone_from(&word.text);
                logic.scope.declare(&word.text, Hole::Any);
                columns.push(column);
            }
            sentence.push(word);
        }
        let said = logic.reader.sentence(&seen(&sentence), Want::Action, &logic.scope)?;
        let Target::Action(action) = said.target else { unreachable!("an action was wanted") };
        let mut args = Vec::new();
        for filler in &said.args {
            args.push(match filler {
                Filler::Var(var) => Some(FeedCell::Column(columns[var.index()].clone())),
                Filler::Values(values) if values.len() == 1 => Some(FeedCell::Value(values[0])),
                Filler::Omitted => None,
                _ => {
                    return Err(Trouble::new(
                        "one-name-wanted",
                        span_of(&sentence),
                        "a hole of a feed's sentence takes a column or one value",
                    ));
                }
            });
        }
        let mut only = Vec::new();
        for clause in statement.clauses_of("where") {
            for part in split(&all(&clause.tokens), ";") {
                only.push(feed_test(part, clause)?);
            }
        }
        Ok(FeedRow { name, action, args, only, origin: crate::ids::OriginId(0) })
    }
}

/// `COLUMN = VALUE`.
fn feed_test(words: &[Word], clause: &Clause) -> Result<FeedTest, Trouble> {
    const SIGNS: [(&str, CompareOp); 6] = [
        ("=", CompareOp::Equal),
        ("!=", CompareOp::NotEqual),
        ("<", CompareOp::Less),
        ("<=", CompareOp::AtMost),
        (">", CompareOp::Greater),
        (">=", CompareOp::AtLeast),
    ];
    let found = words.iter().enumerate().find_map(|(at, word)| {
        let (_, op) = SIGNS.iter().find(|(sign, _)| word.is_sign(sign))?;
        Some((at, *op))
    });
    let (at, op) = found.filter(|(at, _)| *at > 0 && at + 1 < words.len()).ok_or_else(|| {
        Trouble::new("bad-test", clause.span, "this is no test of a column")
            .help("write `where COLUMN = VALUE`, or `!=`, `<`, `<=`, `>`, `>=`")
    })?;
    let text = |words: &[Word]| match words {
        [word] => word.text.clone(),
        _ => text_of(words),
    };
    Ok(FeedTest { column: text(&words[..at]), op, with: text(&words[at + 1..]) })
}
