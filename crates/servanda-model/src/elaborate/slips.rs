//! Slips of the pen that are good grammar: a clause that can be said once said twice, a point that was meant to set
//! thousands apart, a duty towards oneself.

use std::collections::BTreeSet;

use servanda_diagnostics::{Diagnostic, Span};
use servanda_syntax::{Statement, Token, TokenKind};

use super::Elaborator;
use super::words::all;
use crate::lexicon::{Piece, Slot, Target};
use crate::model::{Modality, Norm};
use crate::program::{ArithOp, Condition, Effect, EventPattern, Expr, Hole, Term, Trigger};

/// Clauses of which a statement has one at the most: of those in a row, one of them.
const ONCE: [(&[&str], &[&str]); 8] = [
    (&["norm", "reading"], &["within", "by"]),
    (&["event", "move"], &["on"]),
    (&["event", "claim", "fact", "move", "negotiation", ""], &["known only to"]),
    (&["source"], &["file"]),
    (&["source"], &["published"]),
    (&["fluent"], &["unit"]),
    (&["fluent"], &["ties"]),
    (&["move"], &["by"]),
];

impl Elaborator<'_> {
    /// Of two clauses that exclude each other only one would count, and nobody could tell which.
    pub(super) fn said_twice(&mut self, statement: &Statement) {
        let head = statement.keyword().unwrap_or_default();
        for (_, once) in ONCE.iter().filter(|(heads, _)| heads.contains(&head)) {
            let said = |keyword: Option<&'static str>| keyword.is_some_and(|keyword| once.contains(&keyword));
            let mut clauses = statement.clauses.iter().filter(|clause| said(clause.keyword));
            if let (Some(first), Some(second)) = (clauses.next(), clauses.next()) {
                self.excluded(statement, (first.keyword.unwrap_or_default(), first.span), second.span);
            }
        }
        if ["norm", "reading"].contains(&head) {
            let is_date = |token: Option<&Token>| token.is_some_and(|token| token.kind == TokenKind::Date);
            let mut days = statement.clauses_of("until").filter(|clause| is_date(clause.tokens.first()));
            if let (Some(first), Some(second)) = (days.next(), days.next()) {
                self.excluded(statement, ("until", first.span), second.span);
            }
        }
        if head == "event"
            && let Some(clause) = statement.clause("on")
        {
            let words = all(&statement.head.tokens);
            let colon = words.iter().position(|word| word.is_sign(":")).unwrap_or(0);
            let date = super::narrative::head_of(&words[..colon]).date;
            if !date.is_empty() {
                let date = super::words::span_of(&date);
                self.excluded(statement, ("on", date), clause.span);
            }
        }
    }

    fn excluded(&mut self, statement: &Statement, (keyword, first): (&str, Span), second: Span) {
        let diagnostic =
            Diagnostic::error("said-twice", format!("`{keyword}` can be said once, and only one would count"))
                .label(statement.file, first, "here")
                .label(statement.file, second, "and here")
                .headings(&statement.headings)
                .help("keep one of the two; what holds besides is a statement of its own");
        self.model.diagnostics.push(diagnostic);
    }

    /// `2.000 troops` is two, and two thousand in half of Europe.
    pub(super) fn points_for_thousands(&mut self) {
        let counted = self.counted_in_whole();
        if counted.is_empty() {
            return;
        }
        let documents = self.documents;
        for file in documents.iter().filter(|file| !file.law) {
            for statement in &file.document.statements {
                let clauses = statement.clauses.iter().map(|clause| clause.tokens.as_slice());
                for tokens in std::iter::once(statement.head.tokens.as_slice()).chain(clauses) {
                    for pair in tokens.windows(2) {
                        if is_of_thousands(&pair[0]) && counted.contains(&pair[1].text.to_lowercase()) {
                            self.point_for_thousands(statement, &pair[0], &pair[1]);
                        }
                    }
                }
            }
        }
    }

    fn point_for_thousands(&mut self, statement: &Statement, number: &Token, counted: &Token) {
        let (whole, part) = number.text.split_once('.').unwrap_or_default();
        let fraction = part.trim_end_matches('0');
        let read = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
        let message = format!("`{} {}` is read as {read} {}", number.text, counted.text, counted.text);
        let or = if fraction.is_empty() { format!(", and `{whole}` for {whole}") } else { String::new() };
        let diagnostic = Diagnostic::warning("point-for-thousands", message)
            .label(statement.file, number.span, "a point sets a fraction apart")
            .headings(&statement.headings)
            .help(format!("write `{whole} {part}` for {whole} thousand{or}"));
        self.model.diagnostics.push(diagnostic);
    }

    /// What goes in whole numbers: the words after a number of which a rule tells the reader that a part of one makes no
    /// sense.
    fn counted_in_whole(&self) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        let tells =
            |effect: &Effect| matches!(effect, Effect::Happen(it) if Some(it.action) == self.model.hooks.reader_told);
        for rule in self.model.rules.iter().map(|rule| &rule.item).filter(|rule| rule.effects.iter().any(tells)) {
            for var in rule.conditions.iter().filter_map(part_of_one) {
                for trigger in &rule.triggers {
                    let Trigger::Happens(pattern) = trigger else { continue };
                    let at = pattern.args.iter().position(|arg| *arg == Term::Var(var));
                    let of_it =
                        self.model.lexicon.wordings.iter().filter(|it| it.target == Target::Action(pattern.action));
                    for wording in of_it {
                        let after = wording.pieces.windows(2).filter_map(|pair| match pair {
                            [Piece::Hole(slot), Piece::Word(forms)] => Some((wording.slots[*slot], forms)),
                            _ => None,
                        });
                        let counted = after.filter(|((slot, hole), _)| {
                            *hole == Hole::Number && matches!(slot, Slot::Arg(arg) if Some(*arg) == at)
                        });
                        words.extend(counted.flat_map(|(_, forms)| forms.clone()));
                    }
                }
            }
        }
        words
    }

    /// `Arvenia must assist Arvenia` is owed to nobody.
    pub(super) fn owed_to_oneself(&mut self, norm: &Norm, statement: &Statement) {
        let (Some(act), [bearer]) = (&norm.act, norm.bearers.as_slice()) else { return };
        if !matches!(norm.modality, Modality::Must | Modality::MustNot) {
            return;
        }
        let holes = &self.model.program.actions[act.action.index()].holes;
        let own = Term::Value(super::value_of(*bearer));
        let doer = act.args.first().filter(|it| **it == own || **it == norm.bearer);
        let same = |(at, arg): (usize, &Term)| at > 0 && *arg == own && holes.get(at) == holes.first();
        if doer.is_none() || !act.args.iter().enumerate().any(same) {
            return;
        }
        let name = self.model.name(*bearer);
        let message = format!("`{name}` would owe this to itself: {}", norm.sentence);
        let at = statement.head.span;
        let diagnostic = Diagnostic::warning("owed-to-oneself", message)
            .label(statement.file, at, "")
            .headings(&statement.headings)
            .help(format!("name somebody else after the verb, or another bearer than `{name}`"));
        self.model.diagnostics.push(diagnostic);
    }

    /// Three instalments of the same sum, each by a day of its own: one payment meets them all.
    pub(super) fn one_act_for_two(&mut self, norm: &Norm, statement: &Statement) {
        let is_number = |hole: &Hole| *hole == Hole::Number;
        let counts = |act: &EventPattern| self.model.program.actions[act.action.index()].holes.iter().any(is_number);
        if norm.modality != Modality::Must || !norm.act.as_ref().is_some_and(counts) {
            return;
        }
        let is_like = |it: &&Norm| {
            it.entity != norm.entity
                && it.reading.is_none()
                && it.modality == norm.modality
                && it.instrument == norm.instrument
                && it.sentence == norm.sentence
                && self.timed.contains(&it.entity)
        };
        let other = self.model.norms.iter().find(is_like).map(|it| it.entity);
        self.timed.push(norm.entity);
        let Some(other) = other else { return };
        let (name, other) = (self.model.name(norm.entity), self.model.name(other));
        let message = format!("one act meets both `{other}` and `{name}`: {}", norm.sentence);
        let help = format!(
            "write `when {other} is met` below the later one, or a duty about a number that adds up: `must have …`"
        );
        let diagnostic = Diagnostic::warning("one-act-for-two", message)
            .label(statement.file, statement.head.span, "")
            .headings(&statement.headings)
            .help(help);
        self.model.diagnostics.push(diagnostic);
    }
}

/// The variable that a condition like `n mod 1 > 0` is about.
fn part_of_one(condition: &Condition) -> Option<crate::ids::VarId> {
    let Condition::Compare { left: Expr::Arith(ArithOp::Modulo, number, _), .. } = condition else { return None };
    match &**number {
        Expr::Var(var) => Some(*var),
        _ => None,
    }
}

/// Exactly three digits after a point, and a number before it that could be one of thousands.
fn is_of_thousands(token: &Token) -> bool {
    let Some((whole, part)) = token.text.split_once('.').filter(|_| token.kind == TokenKind::Number) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    (1..=3).contains(&whole.len()) && !whole.starts_with('0') && part.len() == 3 && digits(whole) && digits(part)
}
