//! What sort of thing an expression gives: a text is never the same as a word of `one of`.

use servanda_diagnostics::Span;

use super::logic::{Logic, Read, bind};
use super::sentence::{can_fill, sort_of};
use super::trouble::Trouble;
use crate::ids::FluentId;
use crate::program::{Condition, Expr, FluentPattern, FluentType, Hole, Term};
use crate::value::Kinded;

impl Logic<'_> {
    /// `vote of p on m = aye` looks for a `p` that nothing else binds.
    pub(super) fn value_given(&mut self, left: &Expr, right: &Expr) -> Option<Vec<Condition>> {
        let (fluent, args, value) = match (left, right) {
            (Expr::Fluent(fluent, args), value) | (value, Expr::Fluent(fluent, args)) => (*fluent, args, value),
            _ => return None,
        };
        let is_open = |term: &Term| matches!(term, Term::Var(var) if !self.bound.contains(var));
        let value = match value {
            Expr::Value(value) => Term::Value(*value),
            Expr::Var(var) => Term::Var(*var),
            _ => return None,
        };
        let is_number = self.fluents[fluent.index()].ty == FluentType::Number;
        if !args.iter().any(is_open) || is_number && !is_open(&value) {
            return None;
        }
        let found = Condition::Holds(FluentPattern { fluent, args: args.clone(), value });
        bind(&found, &mut self.bound);
        Some(vec![found])
    }

    /// Whether a value can be one of a fluent's at all.
    pub(crate) fn suits_fluent(&self, fluent: FluentId, value: &Expr, span: Span) -> Read<()> {
        let hole = match self.fluents[fluent.index()].ty {
            FluentType::Truth => return Ok(()),
            FluentType::Number => Hole::Number,
            FluentType::Valued(hole) => hole,
        };
        match self.sort(value) {
            Some(sort) if !can_fill(sort, hole) => {
                let lexicon = &*self.reader.lexicon;
                let (is, wanted) = (sort_of(sort, lexicon), sort_of(hole, lexicon));
                Err(Trouble::new("wrong-kind", span, format!("{is} stands here, and {wanted} is wanted")))
            }
            _ => Ok(()),
        }
    }

    /// Refuses to compare what can never be the same, such as a text and a word of `one of`.
    pub(super) fn can_be_equal(&self, (left, right): (&Expr, &Expr), span: Span) -> Read<()> {
        match (left, self.sort(right)) {
            (Expr::Fluent(fluent, _), Some(Hole::Text | Hole::Kind(_) | Hole::Thing)) => {
                self.suits_fluent(*fluent, right, span)
            }
            (Expr::Var(var), Some(sort @ (Hole::Text | Hole::Kind(_) | Hole::Thing)))
                if !can_fill(sort, self.scope.vars[var.index()].hole) =>
            {
                let lexicon = &*self.reader.lexicon;
                let (one, other) = (sort_of(self.scope.vars[var.index()].hole, lexicon), sort_of(sort, lexicon));
                Err(Trouble::new("wrong-kind", span, format!("{one} is never the same as {other}")))
            }
            _ => Ok(()),
        }
    }

    /// What sort of thing an expression gives, where that can be told.
    fn sort(&self, value: &Expr) -> Option<Hole> {
        match value {
            Expr::Var(var) => Some(self.scope.vars[var.index()].hole),
            Expr::Value(value) => match value.kinded() {
                Kinded::Entity(_) => Some(Hole::Thing),
                Kinded::Text(_) => Some(Hole::Text),
                _ => None,
            },
            Expr::Fluent(fluent, _) => match self.fluents[fluent.index()].ty {
                FluentType::Number => Some(Hole::Number),
                FluentType::Valued(hole) => Some(hole),
                FluentType::Truth => None,
            },
            _ => None,
        }
    }
}
