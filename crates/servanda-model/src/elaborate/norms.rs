//! Norms turned into fluents, rules and definitions: what their statuses are, and when they change.
//!
//! A single duty keeps its status (`due`, `met`, `met late`, `breached`, `excused`, `lapsed`) in an inertial fluent, one
//! instance for each way it was set off. A prohibition is `observed` until an act breaks it. A duty about a condition is
//! `observed` or `breached` exactly while the condition holds or not. Every norm also feeds the fluents `NORM is STATUS by
//! BEARER`, which rules and questions use without knowing what kind of norm it is.

use servanda_syntax::{Clause, Statement};

use super::logic::{Logic, People, bind, differs};
use super::rules::declare_vars;
use super::sentence::{Filler, Trouble, Want, duration};
use super::words::{Word, all, seen, span_of, text_of};
use super::{EXCUSE, Elaborator, dates, key, value_of};
use crate::ids::{ActionId, DefinitionId, EntityId, FluentId, OriginId, RuleId, VarId};
use crate::lexicon::Target;
use crate::model::{Event, EventKind, Guard, Modality, Norm, Standing, When};
use crate::program::{
    Action, ArithOp, Clock, Condition, Definition, Effect, EventPattern, Expr, FluentPattern, FluentType, Happening,
    Hole, Mode, Rule, Term, Trigger, Var,
};
use crate::value::{Duration, Value};

/// What a norm says, read.
struct Content {
    vars: Vec<Var>,
    modality: Modality,
    bearer: Term,
    /// Who is named as bearer, if anybody is.
    named: Option<Vec<EntityId>>,
    /// Binding: conditions under which the norm binds its bearer.
    base: Vec<Condition>,
    triggers: Vec<Trigger>,
    /// Conditions of the triggers and of `if`.
    ifs: Vec<Condition>,
    excepts: Vec<Vec<Condition>>,
    until: Vec<Trigger>,
    window: Window,
    body: Body,
    /// Variables that the arguments of an instance are, in order.
    instance: Vec<VarId>,
}

enum Window {
    None,
    Within(Duration),
    WithinOf(Duration, Vec<Trigger>),
    By(i64),
}

enum Body {
    Act(EventPattern, Vec<Condition>),
    State(Vec<Condition>),
}

impl Elaborator<'_> {
    pub(crate) fn norms(&mut self) {
        self.party_facts();
        let documents = self.documents;
        let mut norms: Vec<(EntityId, &Statement)> = Vec::new();
        let mut readings: Vec<(EntityId, EntityId, &Statement)> = Vec::new();
        for file in documents {
            for statement in file.document.statements.iter().filter(|statement| !statement.broken) {
                match statement.keyword() {
                    Some("norm") => {
                        if let Some(id) = self.names.get(&key(statement)).and_then(|ids| ids.first()) {
                            norms.push((*id, statement));
                        }
                    }
                    Some("reading") => {
                        let words = all(&statement.head.tokens);
                        let reading = self.names.get(&key(statement)).and_then(|ids| ids.first()).copied();
                        let of = words.iter().position(|word| word.is("of")).map_or(words.len(), |at| at + 1);
                        let end = words[of..]
                            .iter()
                            .position(|w| w.is_sign(",") || w.is_sign(":"))
                            .map_or(words.len(), |n| of + n);
                        match (reading, self.model.lexicon.entity(&text_of(&words[of..end]))) {
                            (Some(reading), Some(norm)) => readings.push((reading, norm, statement)),
                            (None, _) => {}
                            (_, None) if of >= words.len() => {
                                let trouble =
                                    Trouble::new("norm-missing", statement.head.span, "a reading is of a norm")
                                        .help("write `reading NAME of NORM, held by ACTOR`");
                                self.complain(statement, trouble);
                            }
                            (_, None) => self.unknown_thing(statement, &words[of..end]),
                        }
                    }
                    _ => {}
                }
            }
        }
        for (id, statement) in &norms {
            let own: Vec<EntityId> =
                readings.iter().filter(|(_, norm, _)| norm == id).map(|(reading, ..)| *reading).collect();
            let mut guards: Vec<Guard> = own.iter().map(|reading| Guard::NotChosen(*reading)).collect();
            guards.push(Guard::About(*id));
            self.norm(*id, None, statement, None, guards);
        }
        for (reading, norm, statement) in readings {
            let Some((_, base)) = norms.iter().find(|(id, _)| *id == norm) else {
                let name = self.model.name(norm).to_owned();
                let trouble = Trouble::new("not-a-norm", statement.head.span, format!("`{name}` is no norm"));
                self.complain(statement, trouble);
                continue;
            };
            let guards = vec![Guard::Chosen(reading), Guard::About(norm)];
            self.norm(norm, Some(reading), base, Some(statement), guards);
        }
        self.exceptions_unused();
    }

    /// An exception to something that is no norm would be lost.
    fn exceptions_unused(&mut self) {
        for (norm, words, statement) in std::mem::take(&mut self.exceptions) {
            if !self.model.norms.iter().any(|known| known.entity == norm) {
                let name = self.model.name(norm).to_owned();
                let trouble = Trouble::new("not-a-norm", span_of(&words), format!("`{name}` is no norm"));
                self.complain(&statement, trouble);
            }
        }
    }

    fn norm(
        &mut self,
        id: EntityId,
        reading: Option<EntityId>,
        base: &Statement,
        restated: Option<&Statement>,
        guards: Vec<Guard>,
    ) {
        let origin = self.cite(restated.unwrap_or(base));
        let words = all(&base.head.tokens);
        let Some(colon) = words.iter().position(|word| word.is_sign(":")) else {
            let trouble = Trouble::new("colon-missing", base.head.span, "the sentence of a norm follows a colon")
                .help("write `norm Name: BEARER must SENTENCE`");
            return self.complain(base, trouble);
        };
        let mut sentence = words[colon + 1..].to_vec();
        let mut clauses: Vec<Clause> = base.clauses.clone();
        let mut held_by = Vec::new();
        if let Some(restated) = restated {
            let head = all(&restated.head.tokens);
            if let Some(colon) = head.iter().position(|word| word.is_sign(":")) {
                sentence = head[colon + 1..].to_vec();
            }
            if let Some(at) = head.windows(2).position(|pair| pair[0].is("held") && pair[1].is("by")) {
                let end = head[at..].iter().position(|word| word.is_sign(":")).map_or(head.len(), |n| at + n);
                held_by = self.named(restated, &head[at + 2..end]);
            }
            for clause in restated.clauses_of("held by") {
                held_by.extend(self.named(restated, &all(&clause.tokens)));
            }
            let group = |keyword: Option<&'static str>| match keyword {
                Some("or when") => Some("when"),
                Some("or if") => Some("if"),
                other => other,
            };
            let said: Vec<_> = restated.clauses.iter().map(|clause| group(clause.keyword)).collect();
            clauses.retain(|clause| !said.contains(&group(clause.keyword)));
            clauses.extend(restated.clauses.iter().cloned());
        }
        let known = [
            "when",
            "or when",
            "if",
            "or if",
            "within",
            "by",
            "until",
            "unless",
            "except",
            "judgment",
            "untranslated",
            "for",
            "text",
            "source",
            "note",
            "held by",
            "otherwise",
            "cites",
            "because",
            "from",
            "also",
        ];
        for clause in restated.unwrap_or(base).clauses.iter() {
            if !clause.keyword.is_some_and(|keyword| known.contains(&keyword)) {
                self.stray_clause(restated.unwrap_or(base), clause);
            }
            if clause.keyword == Some("also") {
                for word in all(&clause.tokens) {
                    self.model.lexicon.add_name(&word.text, id);
                }
            }
        }
        match self.read_norm(id, &sentence, &clauses, base) {
            Ok(content) => self.build(id, reading, held_by, content, text_of(&sentence), guards, origin, base),
            Err(trouble) => self.complain(restated.unwrap_or(base), trouble),
        }
    }

    fn law_binds(&self) -> bool {
        let binds = self.model.hooks.binds;
        self.model.definitions.iter().any(|definition| definition.item.fluent == binds)
    }

    fn read_norm(
        &mut self,
        id: EntityId,
        sentence: &[Word],
        clauses: &[Clause],
        statement: &Statement,
    ) -> Result<Content, Trouble> {
        let modal = sentence.iter().position(|word| ["must", "may", "can"].contains(&word.lower.as_str()));
        let Some(modal) = modal else {
            return Err(Trouble::new(
                "modal-missing",
                span_of(sentence),
                "a norm needs `must`, `must not`, `may` or `can`",
            )
            .help("write `norm Name: BEARER must SENTENCE`"));
        };
        let not = sentence.get(modal + 1).is_some_and(|word| word.is("not"));
        let modality = match (sentence[modal].lower.as_str(), not) {
            ("must", false) => Modality::Must,
            ("may", false) => Modality::May,
            ("can", false) => Modality::Can,
            _ => Modality::MustNot,
        };
        let context = self.context_of(statement);
        let instrument = context.instrument;
        let parties: Vec<EntityId> =
            instrument.map(|i| self.model.lexicon.entities[i.index()].parties.clone()).unwrap_or_default();
        let law = instrument.is_some() && self.law_binds();
        let hooks = self.model.hooks.clone();
        let precedence: Vec<EntityId> =
            self.model.precedence.iter().filter(|it| it.under == id).map(|it| it.over).collect();
        let exceptions: Vec<Vec<Word>> =
            self.exceptions.iter().filter(|(norm, ..)| *norm == id).map(|(_, words, _)| words.clone()).collect();
        let clock = self.model.program.clock;
        let mut logic = self.logic(People { instrument, bearer: None, other: None });
        logic.scope.matching = true;
        for clause in clauses.iter().filter(|clause| clause.keyword == Some("for")) {
            declare_vars(&mut logic, clause)?;
        }
        // Who.
        let bearer_words: Vec<Word> = sentence[..modal].iter().filter(|word| !word.is("the")).cloned().collect();
        let holds = |fluent: FluentId, args: Vec<Term>| {
            Condition::Holds(FluentPattern { fluent, args, value: Term::Value(Value::TRUE) })
        };
        let norm_term = Term::Value(value_of(id));
        let mut base = Vec::new();
        let filler = logic.reader.filler(&bearer_words, Hole::Thing, &logic.scope)?;
        let each_party = filler == Filler::EachParty;
        // Where the law says whom a norm binds, whoever answers for the named bearer bears it, too.
        let bearer = match &filler {
            Filler::Values(values) if values.len() == 1 && !law => Term::Value(values[0]),
            Filler::Values(_) | Filler::EachParty => {
                let var = logic.scope.declare("bearer", Hole::Thing);
                logic.bound.push(var);
                Term::Var(var)
            }
            Filler::Var(var) => Term::Var(*var),
            other => {
                let (mut terms, extra) = logic.terms(other, Hole::Thing);
                base.extend(extra);
                terms.pop().unwrap_or(Term::Any)
            }
        };
        if each_party && instrument.is_none() {
            return Err(Trouble::new("no-instrument", span_of(&bearer_words), "`each party` to what?")
                .help("put the norm below a treaty, or open one with `in NAME`"));
        }
        logic.people.bearer = Some(bearer);
        let named_bearers = matches!(&filler, Filler::Values(_) | Filler::EachParty);
        if named_bearers && (law || matches!(bearer, Term::Var(_))) {
            let fluent = if law { hooks.binds } else { hooks.bears };
            let args = if law { vec![norm_term, bearer] } else { vec![bearer, norm_term] };
            base.push(holds(fluent, args));
        }
        // The other party.
        let mentions_other = |words: &[Word]| words.windows(2).any(|pair| pair[0].is("the") && pair[1].is("other"));
        let uses_other = mentions_other(sentence) || clauses.iter().any(|clause| mentions_other(&all(&clause.tokens)));
        if uses_other && let Some(instrument) = instrument {
            let constant = match &filler {
                Filler::Values(values) if values.len() == 1 && parties.len() == 2 => {
                    parties.iter().find(|party| value_of(**party) != values[0])
                }
                _ => None,
            };
            let other = match constant {
                Some(party) => Term::Value(value_of(*party)),
                None => {
                    let var = logic.scope.declare("other", Hole::Thing);
                    logic.bound.push(var);
                    let other = Term::Var(var);
                    base.push(holds(hooks.named_in, vec![other, Term::Value(value_of(instrument))]));
                    base.push(differs(other, bearer));
                    other
                }
            };
            logic.people.other = Some(other);
        }
        for condition in &base {
            bind(condition, &mut logic.bound);
        }
        // What sets it off.
        let mut triggers = Vec::new();
        let mut ifs = Vec::new();
        for clause in clauses.iter().filter(|clause| matches!(clause.keyword, Some("when" | "or when"))) {
            for (trigger, extra) in logic.triggers(&all(&clause.tokens))? {
                triggers.push(trigger);
                ifs.extend(extra);
            }
        }
        let mut alternatives: Vec<Vec<Condition>> = Vec::new();
        for clause in clauses.iter().filter(|clause| matches!(clause.keyword, Some("if" | "or if"))) {
            let conditions = logic.conditions(&all(&clause.tokens))?;
            match clause.keyword {
                Some("or if") => alternatives.push(conditions),
                _ => ifs.extend(conditions),
            }
        }
        if !alternatives.is_empty() {
            let first = std::mem::take(&mut ifs);
            alternatives.insert(0, first);
            ifs.push(Condition::AnyOf(alternatives));
        }
        // What is to be done or to be so.
        let mut words = vec![];
        words.extend(sentence[..modal].iter().cloned());
        words.extend(sentence[modal + 1 + usize::from(not)..].iter().cloned());
        let before: Vec<VarId> = logic.bound.clone();
        let plain = seen(&words);
        let mut said = logic.reader.sentence(&plain, Want::ActionFirst, &logic.scope)?;
        if let Term::Var(var) = bearer
            && let Some(doer) = said.args.iter_mut().find(|arg| **arg == filler || **arg == Filler::EachParty)
        {
            *doer = Filler::Var(var);
        }
        let body = match said.target {
            Target::Action(_) => {
                if modality != Modality::Must {
                    // What may or must not be done to several may or must not be done to any of them.
                    for arg in &mut said.args {
                        if let Filler::Values(values) = arg
                            && values.len() > 1
                        {
                            *arg = Filler::Either(std::mem::take(values));
                        }
                    }
                }
                let mut patterns = logic.said_to_happen(&said)?;
                if patterns.len() > 1 {
                    return Err(Trouble::new("several-acts", span_of(&words), "one norm can demand one act only")
                        .help("write a norm for each of them"));
                }
                let (pattern, extra) = patterns.remove(0);
                Body::Act(pattern, extra)
            }
            Target::Fluent(_) => Body::State(logic.said(&said, &plain)?),
        };
        let mut excepts = Vec::new();
        for clause in clauses.iter().filter(|clause| matches!(clause.keyword, Some("except" | "unless"))) {
            let words = all(&clause.tokens);
            let from = usize::from(words.first().is_some_and(|word| word.is("when") || word.is("if")));
            excepts.push(logic.conditions(&words[from..])?);
        }
        for words in &exceptions {
            excepts.push(logic.conditions(words)?);
        }
        for over in precedence {
            excepts.push(vec![holds(hooks.binds, vec![Term::Value(value_of(over)), bearer])]);
        }
        let mut until = Vec::new();
        let mut window = Window::None;
        for clause in clauses {
            let words = all(&clause.tokens);
            match clause.keyword {
                Some("until") => until.extend(logic.triggers(&words)?.into_iter().map(|(trigger, _)| trigger)),
                Some("within") => {
                    let of = words.iter().position(|word| word.is("of"));
                    let time = duration(&words[..of.unwrap_or(words.len())]).ok_or_else(|| {
                        Trouble::new("not-a-duration", clause.span, "a length of time is wanted here")
                            .help("write `within 30 days` or `within 6 days of SENTENCE`")
                    })?;
                    window = match of {
                        None => Window::Within(time),
                        Some(at) => {
                            let triggers = logic.triggers(&words[at + 1..])?.into_iter().map(|(trigger, _)| trigger);
                            Window::WithinOf(time, triggers.collect())
                        }
                    };
                }
                Some("by") => {
                    let text = text_of(&words).replace(' ', "");
                    let last = match clock {
                        Clock::Days => dates::read(&text).ok().and_then(|when| when.max),
                        _ => text.parse().ok(),
                    };
                    window = Window::By(last.ok_or_else(|| {
                        Trouble::new("bad-date", clause.span, format!("`{text}` is no day"))
                            .help("write `by 1939-10-16`")
                    })?);
                }
                _ => {}
            }
        }
        let named = match &filler {
            Filler::Values(values) => Some(values.iter().filter_map(|value| value.as_entity()).collect()),
            _ => None,
        };
        let instance = instance_vars(&body, bearer, &before, &triggers, &logic);
        Ok(Content {
            vars: logic.scope.vars.clone(),
            modality,
            bearer,
            named,
            base,
            triggers,
            ifs,
            excepts,
            until,
            window,
            body,
            instance,
        })
    }

    #[allow(clippy::too_many_arguments)]
    fn build(
        &mut self,
        id: EntityId,
        reading: Option<EntityId>,
        held_by: Vec<EntityId>,
        content: Content,
        sentence: String,
        guards: Vec<Guard>,
        origin: OriginId,
        statement: &Statement,
    ) {
        let context = self.context_of(statement);
        let mut within = vec![id];
        within.extend(context.article);
        within.extend(context.instrument);
        self.model.origins[origin.index()].within = within;
        let mut name = self.model.name(id).to_owned();
        if let Some(reading) = reading {
            name = format!("{name}@{}", self.model.name(reading));
        }
        let holes: Vec<Hole> = content.instance.iter().map(|var| content.vars[var.index()].hole).collect();
        let ty = FluentType::Valued(Hole::Kind(self.model.hooks.status));
        let status = self.add_fluent(name.clone(), holes.clone(), ty, Mode::Inertial, true);
        let bearers = match (content.bearer, &content.named) {
            (_, Some(named)) => named.clone(),
            (Term::Value(value), None) => value.as_entity().into_iter().collect(),
            _ => context.instrument.map(|i| self.model.lexicon.entities[i.index()].parties.clone()).unwrap_or_default(),
        };
        for bearer in &bearers {
            let fluent = self.model.hooks.bears;
            if reading.is_none() {
                self.state_initially(fluent, vec![value_of(*bearer), value_of(id)], Value::TRUE, origin);
            }
        }
        let (act, conditions) = match &content.body {
            Body::Act(pattern, extra) => (Some(pattern.clone()), extra.clone()),
            Body::State(conditions) => (None, conditions.clone()),
        };
        self.model.norms.push(Norm {
            entity: id,
            reading,
            held_by,
            modality: content.modality,
            bearers,
            instrument: context.instrument,
            article: context.article,
            sentence,
            status,
            content: conditions,
            act,
            origin,
        });
        let mut builder = Builder { this: self, id, name, status, content, guards, origin, holes, passed: None };
        builder.build();
    }

    /// The entity of a status word.
    pub(crate) fn status_value(&self, word: &str) -> Value {
        let at = super::STATUSES.iter().position(|(known, _)| *known == word).expect("a known status");
        value_of(self.model.hooks.statuses[at].0)
    }

    fn status_fluent(&self, word: &str) -> FluentId {
        let at = super::STATUSES.iter().position(|(known, _)| *known == word).expect("a known status");
        self.model.hooks.statuses[at].1
    }
}

/// The variables that tell instances of a norm apart: those of the act, in the order of its holes, that are known
/// before it is done; the bearer; then those of the triggers.
fn instance_vars(body: &Body, bearer: Term, before: &[VarId], triggers: &[Trigger], logic: &Logic<'_>) -> Vec<VarId> {
    let mut vars = Vec::new();
    let mut add = |term: &Term| {
        if let Term::Var(var) = term
            && !vars.contains(var)
            && before.contains(var)
        {
            vars.push(*var);
        }
    };
    if let Body::Act(pattern, _) = body {
        pattern.args.iter().for_each(&mut add);
    }
    add(&bearer);
    for trigger in triggers {
        for term in trigger_terms(trigger) {
            add(&term);
        }
    }
    // A variable that not every trigger binds would be open in some instances.
    let common = |var: &VarId| {
        logic.people.bearer == Some(Term::Var(*var))
            || logic.people.other == Some(Term::Var(*var))
            || triggers.iter().all(|trigger| trigger_terms(trigger).contains(&Term::Var(*var)))
    };
    vars.retain(common);
    vars
}

fn trigger_terms(trigger: &Trigger) -> Vec<Term> {
    match trigger {
        Trigger::Happens(pattern) => pattern.args.clone(),
        Trigger::Initiated(pattern)
        | Trigger::Begins(pattern)
        | Trigger::Ends(pattern)
        | Trigger::Comes(pattern)
        | Trigger::HasHeld { pattern, .. } => {
            let mut terms = pattern.args.clone();
            terms.push(pattern.value);
            terms
        }
        Trigger::After { trigger, .. } => trigger_terms(trigger),
    }
}

struct Builder<'e, 'a> {
    this: &'e mut Elaborator<'a>,
    id: EntityId,
    name: String,
    status: FluentId,
    content: Content,
    guards: Vec<Guard>,
    origin: OriginId,
    holes: Vec<Hole>,
    /// The event that the time of a duty runs out.
    passed: Option<EventPattern>,
}

impl Builder<'_, '_> {
    fn build(&mut self) {
        let words: &[&str] = match (&self.content.body, self.content.modality) {
            (Body::Act(..), Modality::Must) => {
                self.duty();
                &["due", "met", "met-late", "breached", "excused", "lapsed"]
            }
            (Body::Act(..), Modality::MustNot) => {
                self.prohibition();
                &["observed", "breached", "excused"]
            }
            (Body::State(_), Modality::Must | Modality::MustNot) => {
                self.state_duty();
                &["observed", "breached", "undecided", "excused"]
            }
            (_, Modality::May | Modality::Can) => {
                self.permission();
                &["permitted"]
            }
        };
        for word in words {
            self.feed(word);
        }
        if !self.content.triggers.is_empty() && !self.content.base.is_empty() {
            self.dormant();
        }
    }

    fn args(&self) -> Vec<Term> {
        self.content.instance.iter().map(|var| Term::Var(*var)).collect()
    }

    fn is(&self, word: &str) -> FluentPattern {
        FluentPattern { fluent: self.status, args: self.args(), value: Term::Value(self.this.status_value(word)) }
    }

    fn becomes(&self, word: &str) -> Effect {
        let value = Expr::Value(self.this.status_value(word));
        Effect::Initiate { fluent: self.status, args: self.args(), value }
    }

    fn rule(&mut self, what: &str, triggers: Vec<Trigger>, conditions: Vec<Condition>, effects: Vec<Effect>) {
        if triggers.is_empty() {
            return;
        }
        let rule = Rule {
            id: RuleId(0),
            name: format!("{} {what}", self.name),
            vars: self.content.vars.clone(),
            triggers,
            conditions,
            unless: Vec::new(),
            effects,
            origin: self.origin,
        };
        self.this.push_rule(rule, self.guards.clone());
    }

    fn define(&mut self, what: &str, fluent: FluentId, args: Vec<Term>, value: Value, conditions: Vec<Condition>) {
        let definition = Definition {
            id: DefinitionId(0),
            name: format!("{} {what}", self.name),
            vars: self.content.vars.clone(),
            fluent,
            args,
            value: Expr::Value(value),
            conditions,
            origin: self.origin,
        };
        self.this.push_definition(definition, self.guards.clone());
    }

    /// The condition by which the norm binds its bearer, if it has one of its own.
    fn binding(&self) -> Option<FluentPattern> {
        self.content.base.iter().find_map(|condition| match condition {
            Condition::Holds(pattern)
                if pattern.fluent == self.this.model.hooks.binds || pattern.fluent == self.this.model.hooks.bears =>
            {
                Some(pattern.clone())
            }
            _ => None,
        })
    }

    /// What sets the norm off: its triggers, or that it begins to bind.
    fn arising(&self) -> Vec<Trigger> {
        if self.content.triggers.is_empty() {
            self.binding().map(Trigger::Begins).into_iter().collect()
        } else {
            self.content.triggers.clone()
        }
    }

    /// Binding and `if`, without what the trigger itself says.
    fn conditions(&self) -> Vec<Condition> {
        let mut all = self.content.base.clone();
        if self.content.triggers.is_empty()
            && let Some(binding) = self.binding()
        {
            // It has not held before the tick on which it begins.
            all.retain(|condition| *condition != Condition::Holds(binding.clone()));
        }
        all.extend(self.content.ifs.iter().cloned());
        all
    }

    fn unexcepted(&self) -> Vec<Condition> {
        self.content.excepts.iter().map(|conditions| Condition::Not(conditions.clone())).collect()
    }

    /// A single duty: due, then met, breached, met late, excused or lapsed.
    fn duty(&mut self) {
        let Body::Act(act, act_conditions) = &self.content.body else { return };
        let (act, act_conditions) = (act.clone(), act_conditions.clone());
        let arising = self.arising();
        if arising.is_empty() {
            // Nothing ever sets it off: it is due from the start.
            if self.content.instance.is_empty() {
                let value = self.this.status_value("due");
                self.this.state_initially(self.status, Vec::new(), value, self.origin);
            }
        }
        let mut due = self.conditions();
        due.extend(self.unexcepted());
        due.push(Condition::Not(vec![Condition::Holds(self.is("due"))]));
        let falls_due = self.signal("falls due");
        let becomes = vec![self.becomes("due"), Effect::Happen(falls_due.clone())];
        if act_conditions.is_empty() && self.may_wait_for(&act) {
            // Done at the very moment at which it would fall due, a duty is met and was never due.
            let mut done = due.clone();
            done.push(Condition::Not(vec![Condition::Holds(self.is("breached"))]));
            self.rule("becomes due", arising.clone(), due, becomes);
            self.unless(act.clone());
            self.rule("is met at once", arising.clone(), done, vec![self.becomes("met")]);
            self.unless(falls_due.clone());
        } else {
            self.rule("becomes due", arising.clone(), due, becomes);
        }
        self.due_from_the_first_day(&falls_due);
        for except in self.content.excepts.clone() {
            let mut excused = self.conditions();
            excused.extend(except.clone());
            self.rule("is excused", arising.clone(), excused, vec![self.becomes("excused")]);
        }
        let mut late = vec![Condition::Holds(self.is("breached"))];
        late.extend(act_conditions.iter().cloned());
        self.rule("is met late", vec![Trigger::Happens(act.clone())], late, vec![self.becomes("met-late")]);
        // A duty that arises anew is due, whatever is done about the old one.
        self.unless(falls_due.clone());
        let passed = self.passing(&act, falls_due);
        let mut met = vec![Condition::Holds(self.is("due"))];
        met.extend(act_conditions.iter().cloned());
        self.rule("is met", vec![Trigger::Happens(act)], met, vec![self.becomes("met")]);
        if let (Some(passed), Some(rule)) = (passed, self.this.model.rules.last_mut()) {
            rule.item.unless.push(passed);
        }
        self.deadline();
        if let Some(binding) = self.binding() {
            let lapsed = vec![Condition::Holds(self.is("due"))];
            self.rule("lapses", vec![Trigger::Ends(binding)], lapsed, vec![self.becomes("lapsed")]);
        }
        let until = self.content.until.clone();
        let lapsed = vec![Condition::Holds(self.is("due"))];
        self.rule("lapses", until, lapsed, vec![self.becomes("lapsed")]);
        self.excusable();
    }

    /// What sets a duty off may be the very thing that makes it bind, such as the entry into force of its treaty: then it
    /// is due, too, though it did not bind before.
    fn due_from_the_first_day(&mut self, falls_due: &EventPattern) {
        let binds = self.this.model.hooks.binds;
        let Some(binding) = self.binding().filter(|it| it.fluent == binds && !self.content.triggers.is_empty()) else {
            return;
        };
        let bears = Condition::Holds(FluentPattern {
            fluent: self.this.model.hooks.bears,
            args: vec![self.content.bearer, Term::Value(value_of(self.id))],
            value: Term::Value(Value::TRUE),
        });
        let mut conditions = self.conditions();
        conditions.retain(|condition| *condition != Condition::Holds(binding.clone()));
        conditions.insert(0, bears);
        conditions.push(Condition::Not(vec![Condition::Holds(binding.clone())]));
        let begun = EventPattern {
            action: ActionId::from_index(self.this.model.program.actions.len()),
            args: vec![self.content.bearer],
        };
        let name = format!("{} begins to bind", self.name);
        self.this.model.program.actions.push(Action { name, holes: vec![Hole::Thing] });
        self.rule("begins to bind", vec![Trigger::Begins(binding)], Vec::new(), vec![Effect::Happen(begun.clone())]);
        let not_yet = self.signal("does not bind yet");
        let triggers = self.content.triggers.clone();
        self.rule("does not bind yet", triggers.clone(), conditions.clone(), vec![Effect::Happen(not_yet.clone())]);
        self.unless(begun);
        conditions.extend(self.unexcepted());
        let effects = vec![self.becomes("due"), Effect::Happen(falls_due.clone())];
        self.rule("becomes due as it begins to bind", triggers, conditions, effects);
        self.unless(not_yet);
    }

    /// The law may excuse the bearer.
    fn excusable(&mut self) {
        let excuse = self.this.model.program.actions.iter().position(|action| action.name == EXCUSE);
        let Some(excuse) = excuse else { return };
        let args = vec![Term::Value(value_of(self.id)), self.content.bearer];
        let trigger = Trigger::Happens(EventPattern { action: ActionId::from_index(excuse), args });
        let due = vec![Condition::Holds(self.is("due"))];
        self.rule("is excused", vec![trigger], due, vec![self.becomes("excused")]);
    }

    /// Whether the act can be asked for at the moment that sets the duty off: it neither follows from rules nor is what
    /// sets it off.
    fn may_wait_for(&self, act: &EventPattern) -> bool {
        let is_it = |effect: &Effect| matches!(effect, Effect::Happen(pattern) if pattern.action == act.action);
        let follows = self.this.model.rules.iter().any(|rule| rule.item.effects.iter().any(is_it));
        let triggers = &self.content.triggers;
        let apart = |it: &Trigger| matches!(it, Trigger::Happens(pattern) if pattern.action != act.action);
        !follows && !triggers.is_empty() && triggers.iter().all(apart)
    }

    /// An event of the norm's own, by which rules tell each other what happens at one moment.
    fn signal(&mut self, what: &str) -> EventPattern {
        let action = ActionId::from_index(self.this.model.program.actions.len());
        let name = format!("{} {what}", self.name);
        self.this.model.program.actions.push(Action { name, holes: self.holes.clone() });
        EventPattern { action, args: self.args() }
    }

    /// What the passing of the time leads to: a breach; and if the act is done that very day, that from the next day on
    /// it is met late. Gives back the event of its passing.
    fn passing(&mut self, act: &EventPattern, falls_due: EventPattern) -> Option<EventPattern> {
        if matches!(self.content.window, Window::None) {
            return None;
        }
        let (passed, undone) = (self.signal("runs out"), self.signal("runs out undone"));
        let belated = self.signal("is done when its time is out");
        let due = vec![Condition::Holds(self.is("due"))];
        self.passed = Some(passed.clone());
        let happens = |pattern: &EventPattern| vec![Trigger::Happens(pattern.clone())];
        self.rule("is not done in time", happens(&passed), due.clone(), vec![Effect::Happen(undone.clone())]);
        self.unless(act.clone());
        self.rule("is not met in time", happens(&passed), due.clone(), vec![self.becomes("breached")]);
        self.rule("is done too late", happens(&passed), due, vec![Effect::Happen(belated.clone())]);
        self.unless(undone);
        let time = Expr::Value(Value::duration(Duration::Ticks(1)));
        let next_day = Trigger::After { time, trigger: Box::new(Trigger::Happens(belated)), given: Vec::new() };
        let breached = vec![Condition::Holds(self.is("breached"))];
        self.rule("is met late", vec![next_day], breached, vec![self.becomes("met-late")]);
        self.unless(falls_due);
        Some(passed)
    }

    /// The rule made last does not fire if this happens.
    fn unless(&mut self, pattern: EventPattern) {
        if let Some(rule) = self.this.model.rules.last_mut() {
            rule.item.unless.push(pattern);
        }
    }

    /// When the time of a duty runs out. The last day is included.
    fn deadline(&mut self) {
        let due = self.is("due");
        let Some(passed) = self.passed.clone() else { return };
        let breach = vec![Effect::Happen(passed)];
        match &self.content.window {
            Window::None => {}
            Window::Within(Duration::Ticks(n)) => {
                let time = Expr::Value(Value::duration(Duration::Ticks(n.saturating_add(1))));
                let trigger = Trigger::HasHeld { pattern: due, time, since_renewed: false };
                self.rule("has no time left", vec![trigger], Vec::new(), breach);
            }
            Window::Within(time) => {
                let time = *time;
                self.deadline_day(vec![Trigger::Begins(due)], time, Vec::new());
            }
            Window::WithinOf(time, triggers) => {
                let (time, triggers) = (*time, triggers.clone());
                let conditions = self.content.base.clone();
                self.deadline_day(triggers, time, conditions);
            }
            Window::By(last) => {
                let last = *last;
                let action = ActionId::from_index(self.this.model.program.actions.len());
                let name = format!("the last day of {}", self.name);
                self.this.model.program.actions.push(Action { name, holes: Vec::new() });
                let trigger = Trigger::Happens(EventPattern { action, args: Vec::new() });
                self.rule("has no time left", vec![trigger], vec![Condition::Holds(due)], breach);
                let when = When { written: String::new(), min: Some(last + 1), max: Some(last + 1), ..When::default() };
                let event = Event {
                    entity: None,
                    kind: EventKind::Happens,
                    when,
                    relations: Vec::new(),
                    happenings: vec![Happening::Action(action, Vec::new())],
                    sentence: format!("the time for {} runs out", self.name),
                    standing: Standing::Stated,
                    denied_by: Vec::new(),
                    contradicted_by: Vec::new(),
                    known_only_to: None,
                    begun_by: None,
                    mentions: vec![self.id],
                    step: 0,
                    origin: self.origin,
                };
                self.this.model.events.push(event);
            }
        }
    }

    /// Keeps the first day that is too late in a fluent, and acts when it comes.
    fn deadline_day(&mut self, triggers: Vec<Trigger>, time: Duration, conditions: Vec<Condition>) {
        let name = format!("{} too late from", self.name);
        let ty = FluentType::Valued(Hole::Day);
        let fluent = self.this.add_fluent(name, self.holes.clone(), ty, Mode::Inertial, false);
        let plus = |left: Expr, right: Value| Expr::Arith(ArithOp::Plus, Box::new(left), Box::new(Expr::Value(right)));
        let last = plus(Expr::Now, Value::duration(time));
        let value = plus(last, Value::duration(Duration::Ticks(1)));
        let set = Effect::Initiate { fluent, args: self.args(), value };
        self.rule("has its time set", triggers, conditions, vec![set]);
        let var = VarId::from_index(self.content.vars.len());
        self.content.vars.push(Var { name: "too-late".to_owned(), hole: Hole::Day });
        let comes = Trigger::Comes(FluentPattern { fluent, args: self.args(), value: Term::Var(var) });
        let due = vec![Condition::Holds(self.is("due"))];
        let passed: Vec<Effect> = self.passed.clone().map(Effect::Happen).into_iter().collect();
        self.rule("has no time left", vec![comes], due, passed);
    }

    /// Whether the norm has been set off, for norms that go on: a fluent of its own where triggers say so.
    fn standing(&mut self) -> Vec<Condition> {
        if self.content.triggers.is_empty() {
            let mut all = self.content.base.clone();
            all.extend(self.content.ifs.iter().cloned());
            return all;
        }
        let name = format!("{} set off", self.name);
        let arisen = self.this.add_fluent(name, self.holes.clone(), FluentType::Truth, Mode::Inertial, false);
        let pattern = FluentPattern { fluent: arisen, args: self.args(), value: Term::Value(Value::TRUE) };
        let begin = Effect::Initiate { fluent: arisen, args: self.args(), value: Expr::Value(Value::TRUE) };
        let conditions = self.conditions();
        self.rule("is set off", self.content.triggers.clone(), conditions, vec![begin]);
        let end = Effect::Terminate { pattern: pattern.clone() };
        let mut ends = self.content.until.clone();
        ends.extend(self.binding().map(Trigger::Ends));
        self.rule("ends", ends, vec![Condition::Holds(pattern.clone())], vec![end]);
        let mut all = vec![Condition::Holds(pattern)];
        all.extend(self.binding().map(Condition::Holds));
        all
    }

    fn prohibition(&mut self) {
        let Body::Act(act, act_conditions) = &self.content.body else { return };
        let (act, act_conditions) = (act.clone(), act_conditions.clone());
        let standing = self.standing();
        let name = format!("{} broken", self.name);
        let broken = self.this.add_fluent(name, self.holes.clone(), FluentType::Truth, Mode::Inertial, false);
        let mut conditions = standing.clone();
        conditions.extend(act_conditions.iter().cloned());
        conditions.extend(self.unexcepted());
        let begin = Effect::Initiate { fluent: broken, args: self.args(), value: Expr::Value(Value::TRUE) };
        self.rule("is broken", vec![Trigger::Happens(act)], conditions, vec![begin]);
        let broken = FluentPattern { fluent: broken, args: self.args(), value: Term::Value(Value::TRUE) };
        let breached = self.this.status_value("breached");
        self.define("is breached", self.status, self.args(), breached, vec![Condition::Holds(broken.clone())]);
        let mut observed = standing;
        observed.push(Condition::Not(vec![Condition::Holds(broken)]));
        let value = self.this.status_value("observed");
        self.define("is observed", self.status, self.args(), value, observed);
    }

    fn state_duty(&mut self) {
        let Body::State(state) = &self.content.body else { return };
        let state = state.clone();
        let must = self.content.modality == Modality::Must;
        let standing = self.standing();
        let unexcepted = self.unexcepted();
        let undecided: Vec<Condition> = state.iter().filter_map(undecided_of).collect();
        let decided = undecided.iter().map(|condition| Condition::Not(vec![condition.clone()]));
        let (good, bad) = if must { ("observed", "breached") } else { ("breached", "observed") };
        let mut holds = standing.clone();
        holds.extend(unexcepted.iter().cloned());
        let mut fails = holds.clone();
        let mut open = holds.clone();
        holds.extend(state.iter().cloned());
        fails.push(Condition::Not(state.clone()));
        fails.extend(decided);
        let value = self.this.status_value(good);
        self.define(&format!("is {good}"), self.status, self.args(), value, holds);
        let value = self.this.status_value(bad);
        self.define(&format!("is {bad}"), self.status, self.args(), value, fails);
        if let Some(first) = undecided.first() {
            open.push(first.clone());
            let value = self.this.status_value("undecided");
            self.define("is undecided", self.status, self.args(), value, open);
        }
        for except in self.content.excepts.clone() {
            let mut excused = standing.clone();
            excused.extend(except);
            let value = self.this.status_value("excused");
            self.define("is excused", self.status, self.args(), value, excused);
        }
    }

    fn permission(&mut self) {
        let mut conditions = self.standing();
        conditions.extend(self.unexcepted());
        let value = self.this.status_value("permitted");
        self.define("is permitted", self.status, self.args(), value, conditions);
    }

    /// `NORM is WORD by BEARER` follows from the status of any instance.
    fn feed(&mut self, word: &str) {
        let fluent = self.this.status_fluent(word);
        let args = vec![Term::Value(value_of(self.id)), self.content.bearer];
        if matches!(self.content.bearer, Term::Any) {
            return;
        }
        let conditions = vec![Condition::Holds(self.is(word))];
        self.define(&format!("is {word}"), fluent, args, Value::TRUE, conditions);
    }

    /// Binding, and never set off.
    fn dormant(&mut self) {
        if matches!(self.content.bearer, Term::Any) {
            return;
        }
        let fluent = self.this.status_fluent("dormant");
        let args = vec![Term::Value(value_of(self.id)), self.content.bearer];
        let Some(binding) = self.binding() else { return };
        let any: Vec<Term> = self
            .content
            .instance
            .iter()
            .map(|var| if self.content.bearer == Term::Var(*var) { Term::Var(*var) } else { Term::Any })
            .collect();
        let some = FluentPattern { fluent: self.status, args: any, value: Term::Any };
        let conditions = vec![Condition::Holds(binding), Condition::Not(vec![Condition::Holds(some)])];
        self.define("is dormant", fluent, args, Value::TRUE, conditions);
    }
}

/// The condition that a comparison is undecided.
fn undecided_of(condition: &Condition) -> Option<Condition> {
    match condition {
        Condition::Compare { left, op, right } => {
            Some(Condition::Undecided { left: left.clone(), op: *op, right: right.clone() })
        }
        _ => None,
    }
}
