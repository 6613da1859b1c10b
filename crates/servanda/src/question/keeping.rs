//! Questions about whether, when and by whom a norm or a whole treaty is kept, and about those of whom it is not so.

use servanda_model::{
    Asked, CompareOp, Condition, EntityId, Expr, FluentId, FluentPattern, FluentType, Hole, Modality, Scope, Term,
    Value, VarId,
};

use super::sentences::asked_vars;
use super::statuses::status_fluent;
use super::terms::Put;
use super::words::{self, AUXILIARY, of_status};
use super::{Form, Preparing, Question};

impl Preparing<'_> {
    /// Whether somebody keeps the whole of an instrument or an article: it binds them, and they break none of its norms. Those
    /// they break are asked for, each by itself.
    pub(super) fn keeps(&mut self, norms: &str, who: Option<&str>, question: &mut Question) -> bool {
        let mut scope = Scope::default();
        let (binds, broken) = kept_and_broken(norms, who);
        let Ok(Asked::Conditions(bound)) = self.asker.sentence(&binds, &mut scope) else {
            return false;
        };
        let fluent = self.add_defined(&question.text.clone(), (&[], &[]), [(bound, scope.vars)]);
        let understood = self.plain_sentence(&broken, question).is_ok();
        // What goes on being broken is not kept, whenever it was first broken.
        question.turn = None;
        question.kept = Some(fluent).filter(|_| understood);
        understood
    }

    /// `when was Pact observed`, `how long did Arvenia keep Pact`: the times in which it binds and none of its norms is broken.
    pub(super) fn kept_times(&mut self, norms: &str, who: Option<&str>, question: &mut Question) -> bool {
        if self.entity(norms).is_ok_and(|it| self.can_be_observed(it)) {
            let by = who.map_or_else(String::new, |who| format!(" by {who}"));
            return self.plain_sentence(&format!("{norms} is observed{by}"), question).is_ok();
        }
        let (binds, broken) = kept_and_broken(norms, who);
        let (mut bound, mut breach) = (Scope::default(), Scope::default());
        let Ok(Asked::Conditions(binds)) = self.asker.sentence(&binds, &mut bound) else { return false };
        let Ok(Asked::Conditions(broken)) = self.asker.sentence(&broken, &mut breach) else { return false };
        let is_open = self.left_undecided(&broken, &[], &[], &breach, &question.text);
        // Both are said of things of their own.
        let moved = |at: usize| VarId::from_index(bound.vars.len() + at);
        let terms = (0..breach.vars.len()).map(|at| (VarId::from_index(at), Term::Var(moved(at)))).collect();
        let breaks = Put { terms, today: None }.conditions(&broken);
        bound.vars.extend(breach.vars);
        let conditions = [binds, vec![Condition::Not(breaks)]].concat();
        let yes = Expr::Value(Value::TRUE);
        self.define(question, Vec::new(), Vec::new(), FluentType::Truth, yes, conditions, bound);
        question.undecided = is_open;
        question.conditions = broken;
        true
    }

    /// Whether a norm says how things have to stand, or what is not to be done: it is observed from day to day.
    fn can_be_observed(&self, norm: EntityId) -> bool {
        let mut own = self.model.norms.iter().filter(|it| it.entity == norm);
        own.any(|it| it.modality == Modality::MustNot || it.act.is_none())
    }

    /// Who keeps the whole of a text: whom it binds and who breaks none of its norms.
    pub(super) fn keepers(&mut self, whole: EntityId, question: &mut Question) {
        self.bound_without(whole, &["breached"], Hole::Thing, question);
    }

    /// `who did not meet Pay`, `which states did not breach Pact`, `who is not bound by Pay`: whom it binds, or who is a party to
    /// it, and of whom it is not so.
    pub(super) fn of_whom_not(&mut self, text: &str, question: &mut Question) -> bool {
        let words: Vec<&str> = text.split_whitespace().collect();
        let Some((asked, rest)) = denied_of_whom(&words) else { return false };
        let hole = match asked.as_str() {
            "who" | "whom" | "which party" | "which parties" => Hole::Thing,
            other => match other.split_once(' ').and_then(|(_, kind)| self.asker.lexicon().kind(kind)) {
                Some(kind) => Hole::Kind(kind),
                None => return false,
            },
        };
        let hooks = &self.model.hooks;
        if hole == Hole::Kind(hooks.norm) {
            return self.of_norms_not(&rest, question);
        }
        let texts = [hooks.norm, hooks.article, hooks.instrument];
        let named = |this: &Self, name: &[&str]| {
            let thing = this.entity(&name.join(" ")).ok()?;
            texts.iter().any(|kind| this.model.lexicon.is_of_kind(thing, *kind)).then_some(thing)
        };
        if let [bound, by, name @ ..] = rest.as_slice()
            && bound.eq_ignore_ascii_case("bound")
            && by.eq_ignore_ascii_case("by")
        {
            return named(self, name).is_some_and(|thing| self.parties_without(thing, hole, question));
        }
        let (first, name) = match rest.as_slice() {
            [verb, name @ ..] if !name.is_empty() && of_status(&["X", verb, "Y"]).is_some() => (*verb, name),
            [name @ .., verb] if !name.is_empty() && of_status(&["X", verb, "Y"]).is_some() => (*verb, name),
            _ => return false,
        };
        let Some((thing, (_, status, _))) = named(self, name).zip(of_status(&["X", first, "Y"])) else { return false };
        let is_norm = self.model.lexicon.is_of_kind(thing, hooks.norm);
        match status {
            "breached" => self.bound_without(thing, &["breached"], hole, question),
            "met" if is_norm => self.bound_without(thing, &["met"], hole, question),
            _ => return self.status_sentence(&format!("{asked} breached {}", name.join(" ")), question),
        }
        true
    }

    /// `which norms did Arvenia not breach`, `which norms of Pact were not met by Arvenia`: those that bind somebody and of which it
    /// is not so.
    fn of_norms_not(&mut self, rest: &[&str], question: &mut Question) -> bool {
        let (mut rest, mut whole) = (rest, None);
        if let ["of", named @ ..] = rest {
            let of = (1..named.len()).rev().find_map(|end| Some((end, self.entity(&named[..end].join(" ")).ok()?)));
            let Some((end, thing)) = of else { return false };
            (rest, whole) = (&named[end..], Some(thing));
        }
        let (verb, who) = match rest {
            [verb, by, who @ ..] if by.eq_ignore_ascii_case("by") => (*verb, who),
            [who @ .., verb] => (*verb, who),
            [] => return false,
        };
        let Some((_, status, _)) = of_status(&["X", verb, "Y"]) else { return false };
        let said = if status == "met" { "met" } else { "breached" };
        let (Ok(who), Some(stands)) = (self.entity(&who.join(" ")), status_fluent(self.model, said)) else {
            return false;
        };
        let hooks = &self.model.hooks;
        let mut scope = Scope::default();
        let norm = Term::Var(scope.declare("_norm", Hole::Kind(hooks.norm)));
        let args = vec![norm, Term::Value(Value::entity(who))];
        let of_whole = whole.map(|it| holds(hooks.belongs_to, vec![norm, Term::Value(Value::entity(it))]));
        // Only what asks for an act is ever met.
        let duties = self.model.norms.iter().filter(|it| it.modality == Modality::Must && it.act.is_some());
        let is_one = |it: &servanda_model::Norm| {
            let (left, right) = (Expr::Var(VarId::from_index(0)), Expr::Value(Value::entity(it.entity)));
            vec![Condition::Compare { left, op: CompareOp::Equal, right }]
        };
        let is_duty = (said == "met").then(|| Condition::AnyOf(duties.map(is_one).collect()));
        let bound = [holds(hooks.binds, args.clone())].into_iter().chain(of_whole).chain(is_duty).collect();
        self.of_these_without(bound, vec![holds(stands, args)], norm, scope, question);
        true
    }

    /// Whom a text binds and of whom none of its norms stands so.
    fn bound_without(&mut self, whole: EntityId, statuses: &[&str], hole: Hole, question: &mut Question) {
        let hooks = &self.model.hooks;
        let mut scope = Scope::default();
        let who = Term::Var(scope.declare("_who", hole));
        let norm = Term::Var(scope.declare("norm", Hole::Kind(hooks.norm)));
        let of_whole = |fluent| {
            if self.model.lexicon.is_of_kind(whole, hooks.norm) {
                return vec![holds(fluent, vec![Term::Value(Value::entity(whole)), who])];
            }
            vec![holds(fluent, vec![norm, who]), holds(hooks.belongs_to, vec![norm, Term::Value(Value::entity(whole))])]
        };
        let standing: Vec<FluentId> = statuses.iter().filter_map(|word| status_fluent(self.model, word)).collect();
        let (bound, said) = (of_whole(hooks.binds), standing.first().map(|it| of_whole(*it)).unwrap_or_default());
        self.of_these_without(bound, said, who, scope, question);
    }

    /// The parties to the instrument of a text whom it, or none of its norms, binds.
    fn parties_without(&mut self, text: EntityId, hole: Hole, question: &mut Question) -> bool {
        let hooks = &self.model.hooks;
        let own = |it: &&servanda_model::Norm| [Some(it.entity), it.article, it.instrument].contains(&Some(text));
        let Some(instrument) = self.model.norms.iter().filter(own).find_map(|it| it.instrument) else { return false };
        let mut scope = Scope::default();
        let who = Term::Var(scope.declare("_who", hole));
        let norm = Term::Var(scope.declare("norm", Hole::Kind(hooks.norm)));
        let value = |it| Term::Value(Value::entity(it));
        let parties = vec![holds(hooks.party, vec![who, value(instrument)])];
        let binds = match self.model.lexicon.is_of_kind(text, hooks.norm) {
            true => vec![holds(hooks.binds, vec![value(text), who])],
            false => {
                vec![holds(hooks.binds, vec![norm, who]), holds(hooks.belongs_to, vec![norm, value(text)])]
            }
        };
        self.of_these_without(parties, binds, who, scope, question);
        true
    }

    /// Those of whom one thing is so and another is not.
    fn of_these_without(
        &mut self,
        these: Vec<Condition>,
        said: Vec<Condition>,
        who: Term,
        scope: Scope,
        question: &mut Question,
    ) {
        let (holes, args) = ([Hole::Thing], [who]);
        question.kept = Some(self.add_defined(&question.text, (&holes, &args), [(these, scope.vars.clone())]));
        question.form = Form::Which;
        question.asked = asked_vars(&said, &scope);
        let (holes, args) = (holes.to_vec(), args.to_vec());
        question.undecided = self.left_undecided(&said, &holes, &args, &scope, &question.text);
        self.define(question, holes, args, FluentType::Truth, Expr::Value(Value::TRUE), said, scope);
    }
}

fn holds(fluent: FluentId, args: Vec<Term>) -> Condition {
    Condition::Holds(FluentPattern { fluent, args, value: Term::Value(Value::TRUE) })
}

/// That a text binds somebody, and that they, or anybody, broke it.
fn kept_and_broken(norms: &str, who: Option<&str>) -> (String, String) {
    match who {
        Some(who) => (format!("{norms} bind {who}"), format!("{norms} is breached by {who}")),
        None => (format!("{norms} bind somebody"), format!("{norms} is breached")),
    }
}

/// Whether a question asks for the times in which something is so, or how many they are.
pub(super) fn asks_times(question: &Question) -> bool {
    let counts = || question.text.to_lowercase().starts_with("how many times ");
    matches!(question.form, Form::When | Form::Since | Form::Until | Form::HowLong | Form::Cause) || counts()
}

/// What a question asks for and what it denies of it: `which states` and `breach Pact` of `which states did not breach Pact`.
fn denied_of_whom<'w>(words: &[&'w str]) -> Option<(String, Vec<&'w str>)> {
    let by = usize::from(words.first()?.eq_ignore_ascii_case("by"));
    let asked = match words.get(by)?.to_lowercase().as_str() {
        "who" | "whom" => 1,
        "which" | "what" => 2,
        _ => return None,
    };
    let (said, rest) = words[by..].split_at_checked(asked)?;
    if !rest.iter().any(|word| word.eq_ignore_ascii_case("not")) {
        return None;
    }
    let kept = |word: &&&str| !words::is(word, &AUXILIARY) && !words::is(word, &["not", "yet"]);
    let said = said.join(" ").to_lowercase();
    Some((said.replacen("what ", "which ", 1), rest.iter().filter(kept).copied().collect()))
}
