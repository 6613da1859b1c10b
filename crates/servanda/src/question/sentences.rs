//! Sentences of phrases, with what is asked for in them, as definitions.

use servanda_model::lexicon::{Piece, Target, Wording};
use servanda_model::{
    Asked, CompareOp, Condition, Deed, Definition, DefinitionId, Effect, EntityId, Event, EventPattern, Expr, FluentId,
    FluentPattern, FluentType, Happening, Hole, Kinded, OriginId, Scope, Standing, Term, Trouble, Value, VarId,
};

use super::keeping::asks_times;
use super::loose::is_preposition;
use super::reword::MOST_REWORDED;
use super::verbs::{is_form_of, is_past_form};
use super::words::{self, ASKED, agentless, all_orders, of_status};
use super::{Form, Preparing, Question, Turn, refused, statuses, terms};

/// The most words of a name that begins a sentence.
const MOST_NAMING: usize = 8;

/// The most ways of filling a sentence up that are tried.
const MOST_TRIED: usize = 60;

impl Preparing<'_> {
    /// A sentence in any order of words: `which place did Lithuania cede` is also tried with what is asked for put back
    /// behind the verb, `Lithuania was attacked by Poland` made active, and `did USSR breach Ceiling` as a status.
    pub(super) fn sentence(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        // What is met, observed or broken is a norm, whatever else a phrase of the dossier meets.
        if self.of_whom_not(text, question) {
            return Ok(());
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let hooks = &self.model.hooks;
        let kinds = [hooks.norm, hooks.article, hooks.instrument];
        let of_norm = |what: &str| {
            let is_text = |thing| kinds.iter().any(|kind| self.model.lexicon.is_of_kind(thing, *kind));
            let named = self.entity(what).is_ok_and(is_text);
            named || what.to_lowercase().starts_with("which norm")
        };
        let suffers = words.iter().position(|word| suffered(word).is_some()).map(|at| words[..at].join(" "));
        let is_of_norm =
            of_status(&words).is_some_and(|(.., what)| of_norm(&what)) || suffers.is_some_and(|what| of_norm(&what));
        if is_of_norm && self.status_sentence(text, question) {
            return Ok(());
        }
        if let Some(turned) = self.undergone(text, question)
            && self.plain_sentence(&turned, question).is_ok()
        {
            return Ok(());
        }
        let before = question.clone();
        let (orders, turned) = orders_of(text, &question.text);
        let first = match self.said_in(&orders, text, question) {
            Ok(()) => {
                self.told_at_length(&orders, text, before, question);
                return Ok(());
            }
            Err(trouble) => trouble,
        };
        if text.split_whitespace().count() > MOST_REWORDED {
            return Err(first);
        }
        let mut fuller: Vec<String> = Vec::new();
        for order in &orders {
            let longer = self.fuller(order);
            for text in self.as_undergone(longer, text, question) {
                if fuller.len() < MOST_TRIED && !fuller.contains(&text) {
                    fuller.push(text);
                }
            }
        }
        if let Some(read) = self.at_length(&fuller, &before) {
            *question = read;
            return Ok(());
        }
        if !turned.is_empty() && self.said_in(&turned, text, question).is_ok() {
            return Ok(());
        }
        Err(first)
    }

    /// Where nothing is told of acts in the words of a question, and of acts that say more something is, these are meant: who
    /// declared independence from somebody declared it.
    fn told_at_length(&mut self, orders: &[String], text: &str, before: Question, question: &mut Question) {
        let is_told = |this: &Self, question: &Question| match &question.form {
            Form::Acts { patterns, .. } => patterns.iter().any(|it| this.is_told(it) || this.is_brought_about(it)),
            _ => true,
        };
        if is_told(self, question) || text.split_whitespace().count() > MOST_REWORDED {
            return;
        }
        let fuller: Vec<String> = orders.iter().flat_map(|order| self.fuller(order)).take(MOST_TRIED).collect();
        let read = self.at_length(&fuller, &before);
        if let Some(read) = read.filter(|own| matches!(own.form, Form::Acts { .. }) && is_told(self, own)) {
            *question = read;
        }
    }

    /// What sentences mean that say at length what one leaves out: the first that is understood; of acts all of which something
    /// is told, whichever of them is meant.
    fn at_length(&mut self, fuller: &[String], before: &Question) -> Option<Question> {
        let mut first: Option<Question> = None;
        let mut told: Option<Question> = None;
        for text in fuller {
            let mut own = before.clone();
            let (fluents, definitions) = (self.questions.fluents.len(), self.questions.definitions.len());
            if self.plain_sentence(text, &mut own).is_err() {
                continue;
            }
            let Form::Acts { patterns, asked, .. } = &own.form else {
                if first.is_none() {
                    return Some(own);
                }
                // Nothing is put to the engine for what is not meant.
                self.questions.fluents.truncate(fluents);
                self.questions.definitions.truncate(definitions);
                continue;
            };
            let is_told = patterns.iter().any(|it| self.is_told(it) || self.is_brought_about(it));
            match &mut told {
                Some(known) if is_told => known.or_these(patterns, asked, &own),
                None if is_told => told = Some(own.clone()),
                _ => {}
            }
            first = first.or(Some(own));
        }
        told.or(first)
    }

    /// Whether a rule makes such an act happen.
    fn is_brought_about(&self, pattern: &EventPattern) -> bool {
        let effects = self.model.rules.iter().flat_map(|rule| &rule.item.effects);
        effects.into_iter().any(|effect| matches!(effect, Effect::Happen(it) if it.action == pattern.action))
    }

    /// As [`Preparing::sentence`], with all the words of the phrase.
    pub(super) fn said(&mut self, text: &str, question: &mut Question) -> Result<(), Trouble> {
        self.said_in(&all_orders(text), text, question)
    }

    fn said_in(&mut self, orders: &[String], text: &str, question: &mut Question) -> Result<(), Trouble> {
        let mut trouble = None;
        for order in orders {
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
                let said = words.iter().enumerate().find_map(|(at, word)| suffered(word).map(|status| (at, status)));
                let Some((at, status)) = said else { return false };
                let plain = |part: &[&str]| -> String {
                    let kept: Vec<&str> = part
                        .iter()
                        .copied()
                        .filter(|word| !words::AUXILIARY.contains(&word.to_lowercase().as_str()))
                        .collect();
                    kept.join(" ")
                };
                let who = words.get(at + 2..).filter(|rest| !rest.is_empty()).map(plain);
                (who, status, plain(&words[..at]))
            }
        };
        let hooks = &self.model.hooks;
        // What is broken is broken by an act, too.
        let act = who.as_ref().and_then(|who| self.entity(who).ok());
        let act = act.filter(|it| status == "breached" && self.model.lexicon.is_of_kind(*it, hooks.event));
        question.by_act = act;
        let who = who.filter(|_| act.is_none());
        let asked = ASKED.iter().any(|word| what.to_lowercase().starts_with(word));
        let by_whom = who.clone();
        let whole = self.entity(&what).ok().filter(|thing| !self.model.lexicon.is_of_kind(*thing, hooks.norm));
        let what = match whole {
            Some(whole) if !asked => format!("which norms of {}", self.model.name(whole)),
            _ => what,
        };
        let denied = |text: &str| text.split_whitespace().any(|word| word.eq_ignore_ascii_case("not"));
        let by_many = by_whom.as_ref().is_some_and(|who| who.contains(" and ") || who.contains(" or ") || denied(who));
        let is_norm = self.entity(&what).is_ok_and(|it| self.model.lexicon.is_of_kind(it, hooks.norm));
        let all_days = question.ever && question.on.is_none();
        let kept = !asked && (status != "breached") && (whole.is_some() || is_norm && status == "observed" && all_days);
        if kept && asks_times(question) {
            return self.kept_times(&what, by_whom.as_deref(), question);
        }
        // Two keep it where neither breaks it.
        let joined = by_whom.as_ref().filter(|who| who.contains(" and ") && !who.contains(" or ") && !denied(who));
        if kept && by_many {
            return joined.is_some_and(|who| self.keeps(&what, Some(&who.replace(" and ", " or ")), question));
        }
        let whole = whole.or_else(|| self.entity(&what).ok());
        if let (true, Some(whole), Some(who)) = (kept, whole, &by_whom)
            && (is_anybody(who)
                || asks(who) && (who.split(' ').count() <= 2 || who.to_lowercase().starts_with("how many ")))
        {
            self.keepers(whole, question);
            return true;
        }
        if kept && by_whom.as_ref().is_none_or(|who| !asks(who)) {
            return self.keeps(&what, by_whom.as_deref(), question);
        }
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
            && (matches!(question.form, Form::When) || !self.is_left_behind(text))
            && (patterns.iter().any(|(pattern, _)| self.is_stated(pattern)) || !self.goes_on(text))
            && (patterns.iter().any(|(pattern, _)| self.is_told_in(pattern, question)) || !self.goes_on(text))
        {
            self.happened(patterns, scope, text, question);
            return Ok(());
        }
        let mut scope = Scope::default();
        let mut apart = scope.clone();
        let mut sentence = self.asker.sentence(text, &mut scope);
        if is_divided(text, sentence.as_ref().ok())
            && let Some(conditions) = self.conjoined(text, &mut apart)
        {
            (sentence, scope) = (Ok(Asked::Conditions(conditions)), apart);
        } else if text.to_lowercase().contains(" and not ") {
            return Err(two_questions(text));
        }
        if sentence.is_err()
            && let Some(compared) = compared_in_signs(text)
        {
            scope = Scope::default();
            sentence = self.asker.sentence(&compared, &mut scope).or(sentence);
        }
        match sentence? {
            Asked::Conditions(mut conditions) => {
                if asks_where(text) && is_number(&conditions, &scope) {
                    return Err(no_place(text));
                }
                if conditions.iter().any(is_of_two_names) {
                    let message = format!("no phrase reads `{text}`: two names are no sentence");
                    return Err(refused("unknown-phrase", message, "say what is so of it"));
                }
                self.day_in_time(&mut conditions, &mut scope, question);
                let asks_number = asks(text) && !matches!(question.form, Form::When);
                if let [Condition::Holds(it)] = conditions.as_mut_slice()
                    && it.value == Term::Any
                    && let Some(hole) = self.value_wanted(it.fluent, &question.form)
                    && let is_whole = it.args.iter().all(|term| matches!(term, Term::Value(_)))
                    && let of_each = it.args.iter().all(|term| matches!(term, Term::Value(_) | Term::Any))
                    // A number of which not all is said is asked of each for which there is one.
                    && (is_whole || of_each && hole == Hole::Number && asks_number)
                {
                    if is_whole && hole == Hole::Number && self.is_counted(it.fluent) {
                        question.form = Form::HowMany;
                        question.counted = Some((it.fluent, it.args.clone()));
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
                let said = conditions.clone();
                conditions.iter_mut().for_each(|it| self.in_what_nests(it));
                self.as_far_as_known(&mut conditions, &mut scope);
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
                    if self.is_no_answer(text, scope.vars[var.index()].hole) {
                        return Err(of_what_kind(text));
                    }
                    self.none_of(&list, var, &scope, question);
                    return Ok(());
                }
                if let [Condition::Not(list)] = conditions.as_slice()
                    && let [Condition::Holds(it)] = list.as_slice()
                {
                    // What may be so is not certainly denied.
                    let it = it.clone();
                    question.doubted = self.may_be_there(&it, &[], &[], &scope, &question.text);
                }
                let holes: Vec<Hole> = asked.iter().map(|var| scope.vars[var.index()].hole).collect();
                let args: Vec<Term> = asked.iter().map(|var| Term::Var(*var)).collect();
                question.asked = asked;
                question.undecided = self.left_undecided(&conditions, &holes, &args, &scope, &question.text);
                if let Ok(acts) = self.asker.happenings(text, &mut Scope::default()) {
                    question.told_as = acts.into_iter().map(|(pattern, _)| pattern).collect();
                }
                // What was done stays so; it came to be so in the time that is asked about.
                if at_a_time && question.ever && conditions.iter().any(|it| self.was_done(it, text, question)) {
                    question.turn = Some(Turn::Begins);
                }
                if let [Condition::Holds(it)] = conditions.as_slice() {
                    question.open = self.may_be_there(it, &holes, &args, &scope, &question.text);
                    if holes.is_empty() {
                        question.counted = self.counted_by(it).map(|(total, _, read)| (total.total, read));
                    }
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
                let put: Vec<Condition> = conditions.iter().map(as_stated).collect();
                let put = statuses::unbroken(self.model, &put);
                self.define(question, holes, args, FluentType::Truth, Expr::Value(Value::TRUE), put, scope);
                question.conditions = said;
                Ok(())
            }
            Asked::Happenings(_) if asks(text) && text.split_whitespace().any(|it| it.eq_ignore_ascii_case("not")) => {
                Err(of_what_kind(text))
            }
            Asked::Happenings(happenings) => {
                self.happened(happenings, scope, text, question);
                Ok(())
            }
        }
    }

    /// `Sele signed and not in force`, `which treaties bind Arvenia and not Belmark`: two sentences of which one leaves out what it
    /// has in common with the other, each with its own `not`.
    fn conjoined(&mut self, text: &str, scope: &mut Scope) -> Option<Vec<Condition>> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let joints = (1..words.len()).filter(|at| words[*at].eq_ignore_ascii_case("and"));
        let pairs: Vec<(String, String)> = joints.flat_map(|at| self.taken_apart(&words, at)).collect();
        pairs.into_iter().find_map(|(first, second)| {
            let mut own = scope.clone();
            let mut read = |text: &str| match self.asker.sentence(text, &mut own) {
                Ok(Asked::Conditions(conditions)) => Some((asked_in(&conditions, &own), conditions)),
                _ => None,
            };
            let ((asked, said), (again, more)) = (read(&first)?, read(&second)?);
            let again: Vec<VarId> = again.into_iter().filter(|var| !asked.contains(var)).collect();
            if asked.len() != again.len() {
                return None;
            }
            // What is asked for is the same in both.
            let terms = again.into_iter().zip(asked.into_iter().map(Term::Var)).collect();
            let put = terms::Put { terms, today: None };
            *scope = own;
            Some([said, put.conditions(&more)].concat())
        })
    }

    /// The sentences that two parts of one can stand for: of one subject, or of two names in one place.
    fn taken_apart(&self, words: &[&str], at: usize) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let named = |from: usize, to: usize| self.entity(&words[from..to].join(" ")).is_ok();
        let subject = match words[0] {
            asked if ASKED.contains(&asked.to_lowercase().as_str()) => {
                let auxiliary =
                    words[..at].iter().position(|word| words::AUXILIARY.contains(&word.to_lowercase().as_str()));
                auxiliary.map(|at| at + 1)
            }
            _ => (1..at.min(MOST_NAMING)).rev().find(|end| named(0, *end)),
        };
        if let Some(subject) = subject {
            all.push((words[..at].join(" "), [&words[..subject], &words[at + 1..]].concat().join(" ")));
        }
        if words.get(at + 1).is_some_and(|word| word.eq_ignore_ascii_case("not")) {
            let second = (at + 3..=words.len().min(at + 2 + MOST_NAMING)).rev().find(|end| named(at + 2, *end));
            let first = (at.saturating_sub(MOST_NAMING)..at).find(|from| named(*from, at));
            if let (Some(first), Some(second)) = (first, second) {
                let without = [&words[..at], &words[second..]].concat().join(" ");
                let other = [&words[..first], &words[at + 2..]].concat().join(" ");
                all.insert(0, (without, format!("not {other}")));
            }
        }
        all
    }

    /// `does Sele expire in 1954`: the time is that of the day which is its value, and not the one from which it is looked at.
    fn day_in_time(&self, conditions: &mut Vec<Condition>, scope: &mut Scope, question: &mut Question) {
        let [Condition::Holds(it)] = conditions.as_mut_slice() else { return };
        let is_day = self.model.program.fluents[it.fluent.index()].ty == FluentType::Valued(Hole::Day);
        let time = question.own_time().filter(|_| it.value == Term::Any && is_day);
        let (Some((first, last)), false) = (time, matches!(question.form, Form::When)) else { return };
        let day = scope.declare("day", Hole::Day);
        it.value = Term::Var(day);
        for (op, bound) in [(CompareOp::AtLeast, first), (CompareOp::AtMost, last)] {
            if let Some(bound) = bound.and_then(Value::tick) {
                conditions.push(Condition::Compare { left: Expr::Var(day), op, right: Expr::Value(bound) });
            }
        }
        (question.on, question.during, question.that_day) = (None, None, false);
    }

    pub(super) fn happened(&mut self, deeds: Vec<Deed>, scope: Scope, text: &str, question: &mut Question) {
        let (patterns, compared): (Vec<EventPattern>, Vec<Vec<Condition>>) = deeds.into_iter().unzip();
        // Of `A or B` it is known who is meant.
        let named = |var: &VarId| compared.iter().flatten().any(|it| is_one_of_named(it, *var));
        let asked = patterns.first().map(|pattern| {
            let var = |term: &Term| matches!(term, Term::Var(var) if !named(var));
            (0..pattern.args.len()).filter(|at| var(&pattern.args[*at])).collect()
        });
        self.questions.acts.extend(patterns.iter().cloned());
        question.vars = scope.vars;
        // `did nobody protest` is a yes if it is not so that somebody did.
        let negated = text.split_whitespace().any(|word| word.eq_ignore_ascii_case("not")) != says_nobody(text);
        question.compared = compared;
        question.form = Form::Acts { patterns, asked: asked.unwrap_or_default(), negated };
    }

    /// Whether one named place lies in another is asked of all the places between them.
    fn in_what_nests(&self, condition: &mut Condition) {
        match condition {
            Condition::Not(list) => list.iter_mut().for_each(|it| self.in_what_nests(it)),
            Condition::Holds(it) if it.args.iter().all(|term| matches!(term, Term::Value(_))) => {
                if let Some(closure) = self.nests_by(it.fluent) {
                    it.fluent = closure;
                }
            }
            _ => {}
        }
    }

    /// The relation that follows from another through the places between.
    fn nests_by(&self, said: FluentId) -> Option<FluentId> {
        let definitions = self.model.definitions.iter().map(|it| &it.item);
        let mut closures = definitions.filter(|it| self.model.nesting.contains(&it.fluent) && it.fluent != said);
        let reads = |it: &Condition| matches!(it, Condition::Holds(pattern) if pattern.fluent == said);
        closures.find(|it| it.conditions.iter().any(reads)).map(|it| it.fluent)
    }

    /// Whether a condition says that something was done: by an act that goes by another word, by its own words, or as a norm is
    /// broken or done with.
    fn was_done(&self, condition: &Condition, text: &str, question: &Question) -> bool {
        let Condition::Holds(it) = condition else { return false };
        !question.told_as.is_empty() && self.is_other_word(it.fluent, text) && !self.is_same_verb(it.fluent, text)
            || self.is_perfect(it.fluent)
            || statuses::is_done(self.model, condition)
            || statuses::is_breach(self.model, condition) && (question.during.is_some() || names_a_deed(&question.text))
    }

    /// Whether an act of these words leaves behind a state that the words mean, too: all that was signed is of signatories,
    /// and only some of it is told of as acts of signing.
    fn is_left_behind(&mut self, text: &str) -> bool {
        let Ok(Asked::Conditions(conditions)) = self.asker.sentence(text, &mut Scope::default()) else { return false };
        let said = |form: &str| text.split_whitespace().any(|word| is_form_of(word, form));
        conditions.iter().any(|it| matches!(it, Condition::Holds(it) if !self.has_word_of(it.fluent, &said)))
    }

    /// Whether a fluent is meant by another word than its own, or by another form of it: who `signed` is a signatory.
    fn is_other_word(&self, fluent: FluentId, text: &str) -> bool {
        !self.has_word_of(fluent, &|form| text.split_whitespace().any(|word| word.eq_ignore_ascii_case(form)))
    }

    /// Whether a fluent has a word of its own, no preposition, of which something is so.
    fn has_word_of(&self, fluent: FluentId, is_so: &dyn Fn(&str) -> bool) -> bool {
        self.main_wording(fluent).is_none_or(|main| {
            main.pieces.iter().any(|piece| match piece {
                Piece::Word(forms) if !is_preposition(&forms[0]) => {
                    forms.iter().any(|form| form.len() > 3 && is_so(form))
                }
                _ => false,
            })
        })
    }

    fn main_wording(&self, fluent: FluentId) -> Option<&Wording> {
        self.model.lexicon.main_wording(Target::Fluent(fluent))
    }

    /// Whether a fluent says that something was done, and holds from then on: `{a} has ceded {p}`.
    fn is_perfect(&self, fluent: FluentId) -> bool {
        let is_status = self.model.hooks.statuses.iter().any(|(_, it)| *it == fluent);
        let pieces = self.main_wording(fluent).map_or(&[][..], |main| &main.pieces);
        match pieces {
            [Piece::Hole(_), Piece::Word(forms), ..] if !is_status => {
                forms.len() == 1 && (forms[0].ends_with("ed") || is_past_form(&forms[0]))
            }
            _ => false,
        }
    }

    /// Whether the dossier states such an act, and does not only say who claims it, or a rule may make it happen.
    fn is_stated(&self, pattern: &EventPattern) -> bool {
        let stated = self.model.events.iter().filter(|event| event.standing == Standing::Stated);
        stated.flat_map(|event| &event.happenings).any(|it| is_done_in(pattern, it)) || self.is_brought_about(pattern)
    }

    /// Whether the dossier tells of such an act.
    pub(super) fn is_told(&self, pattern: &EventPattern) -> bool {
        self.model.events.iter().flat_map(|event| &event.happenings).any(|it| is_done_in(pattern, it))
    }

    /// Whether the dossier may tell of such an act in the time that a question names, if it names one.
    fn is_told_in(&self, pattern: &EventPattern, question: &Question) -> bool {
        let Some((first, last)) = question.own_time() else { return true };
        let fits = |event: &&Event| {
            let (min, max) = (event.when.min, event.when.max);
            min.zip(last).is_none_or(|(min, last)| min <= last)
                && max.zip(first).is_none_or(|(max, first)| first <= max)
        };
        let mut done = self.model.events.iter().filter(fits).flat_map(|event| &event.happenings);
        done.any(|it| is_done_in(pattern, it))
    }

    /// Whether a sentence also says, in the words of an act, that something goes on: who occupied a land in 1943 need not have
    /// entered it in that year.
    fn goes_on(&mut self, text: &str) -> bool {
        let Ok(Asked::Conditions(conditions)) = self.asker.sentence(text, &mut Scope::default()) else { return false };
        conditions.iter().all(|it| match it {
            Condition::Holds(it) => self.is_same_verb(it.fluent, text) && !self.is_perfect(it.fluent),
            _ => false,
        })
    }

    /// Whether a fluent is meant by some form of its own verb: who `occupied` a land `occupies` it.
    fn is_same_verb(&self, fluent: FluentId, text: &str) -> bool {
        let Some(main) = self.main_wording(fluent) else { return false };
        let own: Vec<&String> = main
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Word(forms) if !is_preposition(&forms[0]) => forms.first(),
                _ => None,
            })
            .collect();
        let wordings = self.model.lexicon.wordings.iter().filter(|it| it.target == Target::Fluent(fluent));
        wordings.flat_map(|it| &it.pieces).any(|piece| match piece {
            Piece::Word(forms) => {
                forms.iter().any(|form| own.contains(&form) && form.len() > 3)
                    && text.split_whitespace().any(|word| forms.iter().any(|form| word.eq_ignore_ascii_case(form)))
            }
            _ => false,
        })
    }

    /// Whether things of a kind cannot be told as those of whom something is not so: there are too many, or the question asks
    /// for somebody.
    fn is_no_answer(&self, text: &str, hole: Hole) -> bool {
        let Hole::Kind(kind) = hole else { return true };
        let hooks = &self.model.hooks;
        let texts = [hooks.norm, hooks.article, hooks.instrument, hooks.event];
        let somebody = text.split_whitespace().any(|word| words::is(word, &["who", "whom"]));
        somebody && texts.iter().any(|it| self.model.lexicon.is_subkind(kind, *it))
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
        // Each hangs on events of its own.
        question.asked = vec![var];
        question.vars.clone_from(&scope.vars);
    }
}

/// Whether a sentence with `and` is two: one is denied and the other not, or they give one thing two values.
fn is_divided(text: &str, read: Option<&Asked>) -> bool {
    let lower = text.to_lowercase();
    let Some((first, second)) = lower.split_once(" and ") else { return false };
    let denied = |part: &str| part.split(' ').any(|word| word == "not");
    match read {
        Some(Asked::Conditions(conditions)) => {
            let holds = |it: &Condition| match it {
                Condition::Holds(it) => Some((it.fluent, it.args.clone(), it.value)),
                _ => None,
            };
            let said: Vec<_> = conditions.iter().filter_map(holds).collect();
            let differ = |a: &(_, Vec<Term>, _), b: &(_, Vec<Term>, _)| {
                let asked = a.1.iter().zip(&b.1).all(|(a, b)| a == b || matches!((a, b), (Term::Var(_), Term::Var(_))));
                a.0 == b.0 && asked && a.2 != b.2
            };
            denied(first) != denied(second) || said.iter().any(|a| said.iter().any(|b| differ(a, b)))
        }
        _ => true,
    }
}

/// `A is more than B` as `A > B`, where B is no figure.
fn compared_in_signs(text: &str) -> Option<String> {
    const SIGNS: [(&str, &str); 8] = [
        (" more than ", ">"),
        (" greater than ", ">"),
        (" larger than ", ">"),
        (" less than ", "<"),
        (" fewer than ", "<"),
        (" smaller than ", "<"),
        (" at least ", ">="),
        (" at most ", "<="),
    ];
    let (words, sign) = SIGNS.iter().find(|(words, _)| text.contains(words))?;
    let (left, right) = text.split_once(words)?;
    let left = left.trim_end_matches(" is").trim_end_matches(" are").trim_end_matches(" was").trim_end_matches(" were");
    (!right.starts_with(|c: char| c.is_ascii_digit())).then(|| format!("{left} {sign} {right}"))
}

/// A number that is only known within bounds is just so where it is stated with these bounds.
fn as_stated(condition: &Condition) -> Condition {
    match condition {
        Condition::Compare { left: Expr::Fluent(fluent, args), op: CompareOp::Equal, right: Expr::Value(value) }
            if matches!(value.kinded(), Kinded::Range(_)) =>
        {
            Condition::Holds(FluentPattern { fluent: *fluent, args: args.clone(), value: Term::Value(*value) })
        }
        other => other.clone(),
    }
}

/// Whether a condition says that a variable is one of some things.
fn is_one_of_named(condition: &Condition, var: VarId) -> bool {
    let is_it = |it: &Condition| matches!(it, Condition::Compare { left: Expr::Var(own), op: CompareOp::Equal, right: Expr::Value(_) } if *own == var);
    matches!(condition, Condition::AnyOf(lists) if lists.iter().flatten().any(is_it))
}

/// Whether a condition compares one thing with another by name: that is so or not whatever happens.
fn is_of_two_names(condition: &Condition) -> bool {
    let name = |expr: &Expr| matches!(expr, Expr::Value(value) if value.as_entity().is_some());
    matches!(condition, Condition::Compare { left, right, .. } if name(left) && name(right))
}

/// Whether a question of a day asks what was done on it, and not how things stood.
fn names_a_deed(text: &str) -> bool {
    let stands = ["was", "were", "is", "are"];
    !text.split_whitespace().any(|word| stands.iter().any(|it| word.eq_ignore_ascii_case(it)))
}

/// Whether a happening is an act of a kind.
pub(super) fn is_done_in(pattern: &EventPattern, happening: &Happening) -> bool {
    let differs = |term: &Term, value: &Value| matches!(term, Term::Value(wanted) if wanted != value);
    match happening {
        Happening::Action(action, args) => {
            *action == pattern.action && !pattern.args.iter().zip(args).any(|(term, value)| differs(term, value))
        }
        _ => false,
    }
}

/// Whether a word stands for anybody at all.
pub(super) fn is_anybody(who: &str) -> bool {
    ["somebody", "anybody", "anyone", "someone"].iter().any(|word| who.eq_ignore_ascii_case(word))
}

/// Whether a sentence denies of everybody what it says.
fn says_nobody(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.split_whitespace().any(|word| word == "nobody") || lower.contains("no one ")
}

/// What is asked for in conditions, also in those that are denied.
fn asked_in(conditions: &[Condition], scope: &Scope) -> Vec<VarId> {
    let flat: Vec<Condition> = conditions
        .iter()
        .flat_map(|it| if let Condition::Not(list) = it { list.clone() } else { vec![it.clone()] })
        .collect();
    asked_vars(&flat, scope)
}

fn of_what_kind(text: &str) -> Trouble {
    let message = format!("`{text}` asks for all of whom it is not so, and does not say among whom");
    refused("no-kind", message, "ask who did or does, or `which KIND … not …` of what is so")
}

fn two_questions(text: &str) -> Trouble {
    let message = format!("`{text}` says one thing and denies another, and is not understood as one question");
    refused("two-questions", message, "ask each by itself")
}

/// Whether a sentence asks for a place.
fn asks_where(text: &str) -> bool {
    text.split_whitespace().any(|word| word.eq_ignore_ascii_case("where"))
}

/// Whether what a sentence leaves open is a number alone.
fn is_number(conditions: &[Condition], scope: &Scope) -> bool {
    let counts = |var: &VarId| matches!(scope.vars[var.index()].hole, Hole::Number | Hole::Text | Hole::Day);
    asked_vars(conditions, scope).iter().all(counts)
}

fn no_place(text: &str) -> Trouble {
    let message = format!("`where` asks for a place, and `{text}` has none");
    refused("wrong-kind", message, "ask `how many …`, or with the phrase that says in what place it is so")
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

/// The orders of words to try of a sentence, and those to try where none of them is understood: without `was` nobody who stands
/// before the verb suffers the act, `did Arvenia attack`.
fn orders_of(text: &str, question: &str) -> (Vec<String>, Vec<String>) {
    const PASSIVE: [&str; 7] = ["is", "are", "was", "were", "be", "been", "being"];
    let words: Vec<&str> = text.split_whitespace().collect();
    let has_passive =
        |text: &str| text.split_whitespace().any(|word| PASSIVE.iter().any(|it| word.eq_ignore_ascii_case(it)));
    let turned = if has_passive(question) || has_passive(text) { Vec::new() } else { agentless(&words) };
    all_orders(text).into_iter().partition(|order| !turned.contains(order))
}

/// What a participle says of a norm: `Ceiling broken`.
fn suffered(word: &str) -> Option<&'static str> {
    match word.to_lowercase().as_str() {
        "breached" | "broken" | "broke" | "violated" => Some("breached"),
        "observed" | "kept" => Some("observed"),
        _ => None,
    }
}
