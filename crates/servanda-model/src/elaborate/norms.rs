//! Norms turned into fluents, rules and definitions: what their statuses are, and when they change.
//!
//! A single duty keeps its status (`due`, `met`, `met late`, `breached`, `excused`, `lapsed`) in an inertial fluent, one
//! instance for each way it was set off. A prohibition is `observed` until an act breaks it. A duty about a condition is
//! `observed` or `breached` exactly while the condition holds or not. Every norm also feeds the fluents `NORM is STATUS by
//! BEARER`, which rules and questions use without knowing what kind of norm it is.

mod bearers;
mod builder;
mod duty;
mod exceptions;
mod modal;
mod owed;
mod own;
mod parted;
mod parts;
mod reach;
mod read;
mod resting;
mod standing;
mod time;

use servanda_syntax::{Clause, Statement};

use self::builder::Builder;
pub(super) use self::exceptions::BeginsToExcuse;
use self::read::trigger_terms;
use super::trouble::Trouble;
use super::words::{all, span_of, text_of};
use super::{EXCUSE, Elaborator, key, value_of};
use crate::ids::{ActionId, EntityId, FluentId, KindId, OriginId, VarId};
use crate::model::{Guard, Modality, Norm};
use crate::program::{Condition, Definition, EventPattern, FluentType, Hole, Mode, Term, Trigger, Var};
use crate::value::{Duration, Value};

/// What a norm says, read.
struct Content {
    vars: Vec<Var>,
    modality: Modality,
    bearer: Term,
    /// `the other`, if anything says so.
    other: Option<Term>,
    /// Who is named as bearer, if anybody is.
    named: Option<Vec<EntityId>>,
    /// Binding: conditions under which the norm binds its bearer.
    base: Vec<Condition>,
    triggers: Vec<Trigger>,
    /// What else has to be so for a trigger to count, where there are several: by its place among them.
    given: Vec<Vec<Condition>>,
    /// Conditions of a single trigger, and of `if`.
    ifs: Vec<Condition>,
    excepts: Vec<Vec<Condition>>,
    until: Vec<Occasion>,
    /// The day that ends it.
    until_day: Option<i64>,
    window: Window,
    body: Body,
    /// Variables that the arguments of an instance are, in order.
    instance: Vec<VarId>,
    /// The holes of an act that must not or may be done in which a place is named, each with a variable for where it is done.
    places: Vec<(usize, VarId)>,
    /// The holes of an act in which a party is named to whom it is owed.
    creditors: Vec<usize>,
    /// The exceptions that are there as long as a state of things is one that a norm which prevails allows.
    allowed: Vec<Vec<Condition>>,
}

impl Content {
    /// Whether it allows that something is so, as long as it is so: `may keep at most 50`.
    fn allows_a_state(&self) -> bool {
        matches!((&self.body, self.modality), (Body::State(_), Modality::May | Modality::Can))
    }
}

enum Window {
    None,
    Within(Duration),
    WithinOf(Duration, Vec<Occasion>),
    By(i64),
}

/// A trigger, and what else has to be so for it to count, such as that somebody is a third party.
type Occasion = (Trigger, Vec<Condition>);

enum Body {
    Act(EventPattern, Vec<Condition>),
    State(Vec<Condition>),
}

impl Elaborator<'_> {
    pub(crate) fn norms(&mut self) {
        self.party_facts();
        if !self.is_defined(self.model.hooks.party) {
            self.model.hooks.party = self.model.hooks.named_in;
        }
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
        self.passes = self.may_come_to(self.model.hooks.passes);
        self.releases = self.may_hold(self.model.hooks.released);
        self.credits_pass = self.may_come_to(self.model.hooks.owed_instead);
        self.excuses = self.excuse().is_some_and(|excuse| self.may_come_to(excuse));
        self.norm_statements = norms.iter().copied().collect();
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
        self.define_own_statuses();
        self.set_off_by_each();
        self.exceptions_apart();
        self.exceptions_unused();
    }

    /// An exception to something that is no norm would be lost.
    fn exceptions_unused(&mut self) {
        for (norm, words, statement) in std::mem::take(&mut self.exceptions) {
            if !self.model.lexicon.is_of_kind(norm, self.model.hooks.norm) {
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
                Some("by") => Some("within"),
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
        let overs = self.prevailing(id);
        match self.read_norm(id, &sentence, &clauses, base, overs) {
            Ok(content) => {
                self.below_nothing(restated.unwrap_or(base), &content);
                self.build(id, reading, held_by, content, text_of(&sentence), guards, origin, base);
            }
            Err(trouble) => self.complain(restated.unwrap_or(base), trouble),
        }
    }

    /// The act by which the law excuses a bearer.
    fn excuse(&self) -> Option<ActionId> {
        let at = self.model.program.actions.iter().position(|action| action.name == EXCUSE);
        at.map(ActionId::from_index)
    }

    fn law_binds(&self) -> bool {
        self.is_defined(self.model.hooks.binds)
    }

    /// The kinds that the law says norms bind.
    fn bound_by_law(&self) -> Vec<KindId> {
        let definitions = self.model.definitions.iter().map(|it| &it.item);
        let of_it = definitions.filter(|it| it.fluent == self.model.hooks.binds);
        let kind = |it: &Definition| match it.args.get(1) {
            Some(Term::Var(var)) => match it.vars[var.index()].hole {
                Hole::Kind(kind) => Some(kind),
                _ => None,
            },
            _ => None,
        };
        of_it.filter_map(kind).collect()
    }

    /// A fluent that holds of those whom the law says norms may bind, and whom something told may make it bind.
    fn may_be_bound(&mut self) -> FluentId {
        if let Some(known) = self.may_be_bound {
            return known;
        }
        let name = "may be bound by norms".to_owned();
        let fluent = self.add_fluent(name, vec![Hole::Thing], FluentType::Truth, Mode::Inertial, false);
        self.may_be_bound = Some(fluent);
        let kinds = self.bound_by_law();
        let told = self.told_with(self.model.hooks.binds);
        for id in told {
            if kinds.iter().any(|kind| self.model.lexicon.is_of_kind(id, *kind)) {
                let origin = self.model.lexicon.entities[id.index()].origin;
                self.state_initially(fluent, vec![value_of(id)], Value::TRUE, origin);
            }
        }
        fluent
    }

    fn is_defined(&self, fluent: FluentId) -> bool {
        self.model.definitions.iter().any(|definition| definition.item.fluent == fluent)
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
        if content.named.is_none() && reading.is_none() {
            let fluent = self.model.hooks.owed_by_each;
            self.state_initially(fluent, vec![value_of(id)], Value::TRUE, origin);
        }
        if matches!(content.modality, Modality::May | Modality::Can) && reading.is_none() {
            let fluent = self.model.hooks.permissive;
            self.state_initially(fluent, vec![value_of(id)], Value::TRUE, origin);
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
            bearer: content.bearer,
            vars: content.vars.clone(),
            binding: content.base.clone(),
            excepts: content.excepts.clone(),
            instance: content.instance.clone(),
            places: content.places.clone(),
            owed_instead: None,
            origin,
        });
        if let Some(norm) = self.model.norms.last().cloned().filter(|_| reading.is_none()) {
            self.owed_to_oneself(&norm, statement);
            if content.triggers.is_empty() && !matches!(content.window, Window::None) {
                self.one_act_for_two(&norm, statement);
            }
        }
        let mut builder = Builder {
            this: self,
            id,
            name,
            status,
            content,
            guards,
            origin,
            holes,
            passed: None,
            renewed: None,
            waived: None,
            excepted: None,
            performed: None,
            resting: None,
            deed: None,
            over: None,
            stands: Vec::new(),
            days: Vec::new(),
            arises_once: false,
            is_counted_from: false,
            is_made: false,
        };
        builder.build();
        let stands = builder.stands;
        if let Some(norm) = self.model.norms.last_mut() {
            norm.binding.extend(stands);
        }
    }

    /// The entity of a status word.
    pub(crate) fn status_value(&self, word: &str) -> Value {
        let at = super::STATUSES.iter().position(|(known, _)| *known == word).expect("a known status");
        value_of(self.model.hooks.statuses[at].0)
    }

    pub(super) fn status_fluent(&self, word: &str) -> FluentId {
        let at = super::STATUSES.iter().position(|(known, _)| *known == word).expect("a known status");
        self.model.hooks.statuses[at].1
    }
}
