//! What a question about the status of norms means: a norm with several instances, and a status that a missing number leaves
//! open.

use servanda_model::{
    Condition, Definition, DefinitionId, Expr, FluentId, FluentPattern, FluentType, Hole, Model, OriginId, Scope, Term,
    Trouble, Value,
};

use super::reword::text_kind;
use super::sentences::is_anybody;
use super::words::{AUXILIARY, of_status};
use super::{Form, Preparing, Question, Turn};

/// The fluent that holds norms of a status.
pub(super) fn status_fluent(model: &Model, name: &str) -> Option<FluentId> {
    model.hooks.statuses.iter().find(|(word, _)| model.name(*word) == name).map(|(_, fluent)| *fluent)
}

/// Whether a condition is that a norm is breached.
pub(super) fn is_breach(model: &Model, condition: &Condition) -> bool {
    matches!(condition, Condition::Holds(it) if Some(it.fluent) == status_fluent(model, "breached"))
}

/// Whether a condition is that a norm is done with.
pub(super) fn is_done(model: &Model, condition: &Condition) -> bool {
    let done = ["met", "met late", "lapsed", "excused"].map(|word| status_fluent(model, word));
    matches!(condition, Condition::Holds(it) if done.contains(&Some(it.fluent)))
}

/// Conditions as they are put: a norm is observed by somebody only where no instance of it is breached by them. What is owed to
/// two and denied to one is not observed.
pub(super) fn unbroken(model: &Model, conditions: &[Condition]) -> Vec<Condition> {
    let (observed, breached) = (status_fluent(model, "observed"), status_fluent(model, "breached"));
    let put = |condition: &Condition| match (condition, breached) {
        (Condition::Holds(it), Some(breached)) if Some(it.fluent) == observed => {
            let broken = Condition::Holds(FluentPattern { fluent: breached, ..it.clone() });
            vec![condition.clone(), Condition::Not(vec![broken])]
        }
        (Condition::Not(list), _) => vec![Condition::Not(unbroken(model, list))],
        _ => vec![condition.clone()],
    };
    conditions.iter().flat_map(put).collect()
}

impl Preparing<'_> {
    /// `which articles of Sele are breached by Belmark`, `which articles of Sele bind Belmark`, `which treaties did Belmark
    /// breach`: those in which such a norm stands.
    pub(super) fn of_articles(
        &mut self,
        words: &[&str],
        lower: &[&str],
        question: &mut Question,
    ) -> Option<Result<(), Trouble>> {
        let hooks = &self.model.hooks;
        let of_kind = |word: &&str| self.asker.lexicon().kind(word).or_else(|| text_kind(self.asker.lexicon(), word));
        let (kind, whole, from) = match lower {
            ["which" | "what", "article" | "articles" | "provisions", "of", ..] => (hooks.article, true, 3),
            ["which" | "what", "article" | "articles" | "provisions", ..] => (hooks.article, false, 2),
            ["which" | "what", texts, ..] => (of_kind(texts)?, false, 2),
            _ => return None,
        };
        if !whole && kind != hooks.article && !self.asker.lexicon().is_subkind(kind, hooks.instrument) {
            return None;
        }
        let named = |word: &str| hooks.statuses.iter().find(|(it, _)| self.model.name(*it) == word).map(|it| it.1);
        // Where the name of the instrument ends, what the norms are, and where it says of whom.
        let (end, fluent, who) = (from + usize::from(whole)..lower.len()).find_map(|at| {
            let next = lower.get(at + 1).copied().unwrap_or_default();
            match lower[at] {
                "bind" | "binds" | "bound" => Some((at, hooks.binds, at + 1..lower.len())),
                it if AUXILIARY.contains(&it) => {
                    let of_verb = of_status(&["who", lower[lower.len() - 1], "it"]).map(|(_, status, _)| status);
                    match (named(next), of_verb.and_then(named)) {
                        (Some(fluent), _) => Some((at, fluent, at + 2..lower.len())),
                        // `which treaties did Belmark breach`
                        (None, Some(fluent)) if at + 2 < lower.len() => Some((at, fluent, at + 1..lower.len() - 1)),
                        _ => None,
                    }
                }
                _ => None,
            }
        })?;
        if !whole && (end != from || kind != hooks.article && fluent == hooks.binds) {
            return None;
        }
        let whole = match whole.then(|| self.entity(&words[from..end].join(" "))) {
            Some(Ok(whole)) => Some(Term::Value(Value::entity(whole))),
            Some(Err(trouble)) => return Some(Err(trouble)),
            None => None,
        };
        let by = usize::from(lower.get(who.start).is_some_and(|word| ["by", "for", "from"].contains(word)));
        let who = match Some(&words[who.start + by..who.end])
            .filter(|words| !words.is_empty() && !is_anybody(&words.join(" ")))
        {
            Some(who) => match self.entity(&who.join(" ")) {
                Ok(act) if self.model.lexicon.is_of_kind(act, hooks.event) => {
                    question.by_act = Some(act);
                    Term::Any
                }
                Ok(who) => Term::Value(Value::entity(who)),
                Err(trouble) => return Some(Err(trouble)),
            },
            None => Term::Any,
        };
        let mut scope = Scope::default();
        let text = scope.declare("_text", Hole::Kind(kind));
        let norm = Term::Var(scope.declare("norm", Hole::Kind(hooks.norm)));
        let truth = Term::Value(Value::TRUE);
        let holds = |fluent, args| Condition::Holds(FluentPattern { fluent, args, value: truth });
        let mut conditions = vec![holds(fluent, vec![norm, who]), holds(hooks.belongs_to, vec![norm, Term::Var(text)])];
        conditions.push(Condition::IsKind(Term::Var(text), kind));
        conditions.extend(whole.map(|whole| holds(hooks.belongs_to, vec![Term::Var(text), whole])));
        let (holes, args) = (vec![Hole::Kind(kind)], vec![Term::Var(text)]);
        if named("observed") == Some(fluent) {
            // What binds is observed by whom none of its norms is breached.
            let with = |fluent| match conditions.split_first() {
                Some((_, rest)) => [&[holds(fluent, vec![norm, who])], rest].concat(),
                None => Vec::new(),
            };
            let bound = with(hooks.binds);
            conditions = with(named("breached")?);
            question.kept =
                Some(self.add_defined(&question.text.clone(), (&holes, &args), [(bound, scope.vars.clone())]));
        }
        if question.ever && question.own_time().is_some() && named("breached") == Some(fluent) {
            question.turn = Some(Turn::Begins);
        }
        question.form = Form::Which;
        question.asked = vec![text];
        question.undecided = self.left_undecided(&conditions, &holes, &args, &scope, &question.text);
        self.define(question, holes, args, FluentType::Truth, Expr::Value(Value::TRUE), conditions, scope);
        Some(Ok(()))
    }

    /// `Peace is breached by Arvenia towards Belmark`: how a norm stands that is owed to each of several others.
    pub(super) fn towards(&mut self, text: &str, question: &mut Question) -> Option<()> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let at = lower.iter().rposition(|word| word == "towards")?;
        let by = lower[..at].iter().position(|word| word == "by")?;
        let is_said = |word: &&&str| !AUXILIARY.contains(&word.to_lowercase().as_str());
        let said: Vec<&str> = words[..by].iter().filter(is_said).copied().collect();
        let (norm, status) = (1..said.len()).find_map(|from| {
            let name = said[from..].join(" ").to_lowercase();
            let status = self.model.hooks.statuses.iter().find(|(word, _)| self.model.name(*word) == name)?.0;
            Some((self.entity(&said[..from].join(" ")).ok()?, status))
        })?;
        let who = Value::entity(self.entity(&words[by + 1..at].join(" ")).ok()?);
        let other = Value::entity(self.entity(&words[at + 1..].join(" ")).ok()?);
        let of_norm = self.model.norms.iter().filter(|it| it.entity == norm);
        let ways = of_norm.filter_map(|norm| {
            let creditor = self.other_of(norm)?;
            let args: Vec<Term> = norm.instance.iter().map(|var| Term::Var(*var)).collect();
            let laid = |term: &Term| match *term {
                it if it == norm.bearer => Term::Value(who),
                it if it == creditor => Term::Value(other),
                _ => Term::Any,
            };
            let value = Term::Value(Value::entity(status));
            let args = args.contains(&creditor).then(|| args.iter().map(laid).collect())?;
            Some(vec![Condition::Holds(FluentPattern { fluent: norm.status, args, value })])
        });
        let ways: Vec<Vec<Condition>> = ways.collect();
        if ways.is_empty() {
            return None;
        }
        question.form = Form::Whether;
        let (conditions, yes) = (vec![Condition::AnyOf(ways)], Expr::Value(Value::TRUE));
        self.define(question, Vec::new(), Vec::new(), FluentType::Truth, yes, conditions, Scope::default());
        Some(())
    }

    /// A fluent that holds what would be so of a norm whose status is undecided: everything else that was asked holds.
    pub(super) fn left_undecided(
        &mut self,
        conditions: &[Condition],
        holes: &[Hole],
        args: &[Term],
        scope: &Scope,
        name: &str,
    ) -> Option<FluentId> {
        let undecided = status_fluent(self.model, "undecided")?;
        let decided = ["breached", "observed"].map(|word| status_fluent(self.model, word));
        let mut any = false;
        let mut put = conditions.to_vec();
        for condition in &mut put {
            if let Condition::Holds(it) = condition
                && decided.contains(&Some(it.fluent))
            {
                it.fluent = undecided;
                any = true;
            }
        }
        if !any {
            return None;
        }
        let fluent = self.add_fluent(holes.to_vec(), FluentType::Truth);
        self.questions.definitions.push(Definition {
            id: DefinitionId(0),
            name: name.to_owned(),
            vars: scope.vars.clone(),
            fluent,
            args: args.to_vec(),
            value: Expr::Value(Value::TRUE),
            conditions: put,
            origin: OriginId(0),
        });
        Some(fluent)
    }
}
