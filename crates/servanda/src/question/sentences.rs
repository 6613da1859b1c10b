//! Sentences of phrases, with what is asked for in them, as definitions.

use servanda_model::lexicon::{Piece, Target};
use servanda_model::{
    Asked, Condition, Deed, Definition, DefinitionId, EntityId, EventPattern, Expr, FluentId, FluentType, Happening,
    Hole, OriginId, Scope, Term, Trouble, Value, VarId,
};

use super::reword::MOST_REWORDED;
use super::words::{self, ASKED, all_orders, of_status};
use super::{Form, Preparing, Question, Turn, statuses, terms};

/// The most ways of filling a sentence up that are tried.
const MOST_TRIED: usize = 60;

impl Preparing<'_> {
    /// A sentence in any order of words: `which place did Lithuania cede` is also tried with what is asked for put back
    /// behind the verb, `Lithuania was attacked by Poland` made active, and `did USSR breach Ceiling` as a status.
    pub(super) fn sentence(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        // What is met, observed or broken is a norm, whatever else a phrase of the dossier meets.
        let words: Vec<&str> = text.split_whitespace().collect();
        let norm = self.model.hooks.norm;
        let of_norm = |what: &str| {
            let named = self.entity(what).is_ok_and(|thing| self.model.lexicon.is_of_kind(thing, norm));
            named || what.to_lowercase().starts_with("which norm")
        };
        if of_status(&words).is_some_and(|(.., what)| of_norm(&what)) && self.status_sentence(text, question) {
            return Ok(());
        }
        let first = match self.said(text, question) {
            Ok(()) => return Ok(()),
            Err(trouble) => trouble,
        };
        if text.split_whitespace().count() > MOST_REWORDED {
            return Err(first);
        }
        let mut tried: Vec<String> = Vec::new();
        for order in all_orders(text) {
            for fuller in self.fuller(&order) {
                if tried.len() >= MOST_TRIED || tried.contains(&fuller) {
                    continue;
                }
                if self.plain_sentence(&fuller, question).is_ok() {
                    return Ok(());
                }
                tried.push(fuller);
            }
        }
        Err(first)
    }

    /// As [`Preparing::sentence`], with all the words of the phrase.
    pub(super) fn said(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let orders = all_orders(text);
        let mut trouble = None;
        for order in &orders {
            match self.plain_sentence(order, question) {
                Ok(()) => return Ok(()),
                Err(first) => trouble = trouble.or(Some(first)),
            }
        }
        if self.status_sentence(text, question) {
            return Ok(());
        }
        Err(trouble.expect("the words are tried as they stand"))
    }

    /// `USSR breach Ceiling`, `MutualAssistance breached by USSR`: said of norms, or of the norms of an instrument.
    pub(super) fn status_sentence(&mut self, text: &str, question: &mut Question) -> bool {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (who, status, what) = match of_status(&words) {
            Some((who, status, what)) => (Some(who), status, what),
            None => {
                let Some(at) = words.iter().position(|word| word.eq_ignore_ascii_case("breached")) else {
                    return false;
                };
                let plain = |part: &[&str]| -> String {
                    let kept: Vec<&str> = part
                        .iter()
                        .copied()
                        .filter(|word| !words::AUXILIARY.contains(&word.to_lowercase().as_str()))
                        .collect();
                    kept.join(" ")
                };
                let who = words.get(at + 2..).filter(|rest| !rest.is_empty()).map(plain);
                (who, "breached", plain(&words[..at]))
            }
        };
        let asked = ASKED.iter().any(|word| what.to_lowercase().starts_with(word));
        let hooks = &self.model.hooks;
        let whole = self.entity(&what).ok().filter(|thing| !self.model.lexicon.is_of_kind(*thing, hooks.norm));
        let what = match whole {
            Some(whole) if !asked => format!("which norms of {}", self.model.name(whole)),
            _ => what,
        };
        let text = match who {
            Some(who) => format!("{what} is {status} by {who}"),
            None => format!("{what} is {status}"),
        };
        self.plain_sentence(&text, question).is_ok()
    }

    pub(super) fn plain_sentence(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        let mut scope = Scope::default();
        let at_a_time = question.during.is_some() || question.on.is_some() && question.that_day;
        if (matches!(question.form, Form::When) || question.ever && at_a_time)
            && let Ok(patterns) = self.asker.happenings(text, &mut scope)
            && patterns.iter().any(|(pattern, _)| self.is_told(pattern))
        {
            self.happened(patterns, scope, text, question);
            return Ok(());
        }
        let mut scope = Scope::default();
        match self.asker.sentence(text, &mut scope)? {
            Asked::Conditions(mut conditions) => {
                if let [Condition::Holds(it)] = conditions.as_mut_slice()
                    && it.value == Term::Any
                    && it.args.iter().all(|term| matches!(term, Term::Value(_)))
                    && let Some(hole) = self.value_wanted(it.fluent, &question.form)
                {
                    if hole == Hole::Number && self.is_counted(it.fluent) {
                        question.form = Form::HowMany;
                        let count = self.number_at(it.fluent, &it.args, &mut scope);
                        self.define(question, Vec::new(), Vec::new(), FluentType::Number, count, Vec::new(), scope);
                        return Ok(());
                    }
                    let var = scope.declare("value", hole);
                    it.value = Term::Var(var);
                    let pattern = it.clone();
                    question.of_parts = self.of_its_parts(&pattern, hole, &scope, &question.text);
                    question.form = Form::What;
                    let truth = Expr::Value(Value::TRUE);
                    let args = vec![Term::Var(var)];
                    self.define(question, vec![hole], args, FluentType::Truth, truth, conditions, scope);
                    return Ok(());
                }
                let asked = asked_vars(&conditions, &scope);
                if !asked.is_empty() && !matches!(question.form, Form::When) {
                    question.form = Form::Which;
                }
                if asked.is_empty()
                    && let [Condition::Not(list)] = conditions.as_slice()
                    && let [var] = asked_vars(list, &scope)[..]
                    && asks(text)
                {
                    let list = list.clone();
                    self.none_of(&list, var, &scope, question);
                    return Ok(());
                }
                let holes: Vec<Hole> = asked.iter().map(|var| scope.vars[var.index()].hole).collect();
                let args: Vec<Term> = asked.iter().map(|var| Term::Var(*var)).collect();
                question.asked = asked;
                question.undecided = self.left_undecided(&conditions, &holes, &args, &scope, &question.text);
                if let Ok(acts) = self.asker.happenings(text, &mut Scope::default()) {
                    let verb =
                        |it: &Condition| matches!(it, Condition::Holds(it) if self.is_other_word(it.fluent, text));
                    if at_a_time && question.ever && conditions.iter().any(verb) {
                        question.turn = Some(Turn::Begins);
                    }
                    question.told_as = acts.into_iter().map(|(pattern, _)| pattern).collect();
                }
                // What is done with stays so; it came to be so in the time that is asked about.
                if at_a_time && question.ever && conditions.iter().any(|it| statuses::is_done(self.model, it)) {
                    question.turn = Some(Turn::Begins);
                }
                if let [Condition::Holds(it)] = conditions.as_slice() {
                    question.open = self.may_be_there(it, &holes, &args, &scope, &question.text);
                    if question.open.is_none() {
                        question.as_whole = self.as_the_whole(it, &holes, &args, &scope, &question.text);
                    }
                }
                if let [rest @ .., Condition::Compare { left, op, right }] = conditions.as_slice() {
                    // What a number leaves open is possible.
                    let mut open = rest.to_vec();
                    open.push(Condition::Undecided { left: left.clone(), op: *op, right: right.clone() });
                    let fluent = self.add_fluent(holes.clone(), FluentType::Truth);
                    self.questions.definitions.push(Definition {
                        id: DefinitionId(0),
                        name: question.text.clone(),
                        vars: scope.vars.clone(),
                        fluent,
                        args: args.clone(),
                        value: Expr::Value(Value::TRUE),
                        conditions: open,
                        origin: OriginId(0),
                    });
                    question.open = Some(fluent);
                }
                let put = statuses::unbroken(self.model, &conditions);
                self.define(question, holes, args, FluentType::Truth, Expr::Value(Value::TRUE), put, scope);
                question.conditions = conditions;
                Ok(())
            }
            Asked::Happenings(happenings) => {
                self.happened(happenings, scope, text, question);
                Ok(())
            }
        }
    }

    pub(super) fn happened(&mut self, deeds: Vec<Deed>, scope: Scope, text: &str, question: &mut Question) {
        let (patterns, compared): (Vec<EventPattern>, Vec<Vec<Condition>>) = deeds.into_iter().unzip();
        let asked = patterns.first().map(|pattern| {
            let var = |term: &Term| matches!(term, Term::Var(_));
            (0..pattern.args.len()).filter(|at| var(&pattern.args[*at])).collect()
        });
        self.questions.acts.extend(patterns.iter().cloned());
        question.vars = scope.vars;
        let negated = text.split_whitespace().any(|word| word.eq_ignore_ascii_case("not"));
        question.compared = compared;
        question.form = Form::Acts { patterns, asked: asked.unwrap_or_default(), negated };
    }

    /// Whether a fluent is meant by another word than its own: who `signed` is a signatory.
    pub(super) fn is_other_word(&self, fluent: FluentId, text: &str) -> bool {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let main = self.model.lexicon.wordings.iter().find(|it| it.main && it.target == Target::Fluent(fluent));
        main.is_some_and(|main| {
            !main.pieces.iter().any(|piece| match piece {
                Piece::Word(forms) => forms.iter().any(|form| form.len() > 3 && words.contains(form)),
                Piece::Hole(_) => false,
            })
        })
    }

    /// Whether the dossier tells of such an act.
    pub(super) fn is_told(&self, pattern: &EventPattern) -> bool {
        let differs = |term: &Term, value: &Value| matches!(term, Term::Value(wanted) if wanted != value);
        let is_it = |happening: &Happening| match happening {
            Happening::Action(action, args) => {
                *action == pattern.action && !pattern.args.iter().zip(args).any(|(term, value)| differs(term, value))
            }
            _ => false,
        };
        self.model.events.iter().flat_map(|event| &event.happenings).any(is_it)
    }

    /// `which norms are not breached`: each thing of the kind for which it is not so.
    pub(super) fn none_of(&mut self, list: &[Condition], var: VarId, scope: &Scope, question: &mut Question) {
        let Hole::Kind(kind) = scope.vars[var.index()].hole else { return };
        let lexicon = &self.model.lexicon;
        let all: Vec<EntityId> =
            (0..lexicon.entities.len()).map(EntityId::from_index).filter(|id| lexicon.is_of_kind(*id, kind)).collect();
        let fluent = self.add_fluent(vec![Hole::Kind(kind)], FluentType::Truth);
        // `of MutualAssistance` says which norms are meant, and is not denied.
        let meant = |condition: &Condition| match condition {
            Condition::Holds(it) => it.args.iter().all(|arg| *arg == Term::Var(var) || matches!(arg, Term::Value(_))),
            _ => false,
        };
        let (such, said): (Vec<_>, Vec<_>) =
            list.iter().cloned().enumerate().partition(|(at, condition)| *at > 0 && meant(condition));
        let plain = |all: Vec<(usize, Condition)>| all.into_iter().map(|(_, it)| it).collect::<Vec<_>>();
        let (such, said) = (plain(such), plain(said));
        for thing in all {
            let put = terms::Put { terms: [(var, Term::Value(Value::entity(thing)))].into(), today: None };
            self.questions.definitions.push(Definition {
                id: DefinitionId(0),
                name: question.text.clone(),
                vars: scope.vars.clone(),
                fluent,
                args: vec![Term::Value(Value::entity(thing))],
                value: Expr::Value(Value::TRUE),
                conditions: [put.conditions(&such), vec![Condition::Not(put.conditions(&said))]].concat(),
                origin: OriginId(0),
            });
        }
        question.fluent = Some(fluent);
        question.form = Form::Which;
    }
}

/// Whether a sentence asks for something, and does not only say it.
pub(super) fn asks(text: &str) -> bool {
    text.split_whitespace().any(|word| ASKED.contains(&word.to_lowercase().as_str()))
}

/// The variables of conditions that stand for what is asked, in order.
pub(super) fn asked_vars(conditions: &[Condition], scope: &Scope) -> Vec<VarId> {
    let mut vars = Vec::new();
    // A number that is compared is not asked for.
    let compared = |var: &VarId| {
        let is = |expr: &Expr| matches!(expr, Expr::Var(it) if it == var);
        conditions.iter().any(|it| matches!(it, Condition::Compare { left, right, .. } if is(left) || is(right)))
    };
    let mut note = |term: &Term| {
        if let Term::Var(var) = term
            && !vars.contains(var)
            && !compared(var)
            && scope.vars[var.index()].name.starts_with('_')
        {
            vars.push(*var);
        }
    };
    for condition in conditions {
        if let Condition::Holds(pattern) = condition {
            pattern.args.iter().for_each(&mut note);
            note(&pattern.value);
        }
    }
    vars
}
