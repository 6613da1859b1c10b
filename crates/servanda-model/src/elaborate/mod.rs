//! From statements to the model: names first, then phrases, then everything that is said with them.
//!
//! Nothing depends on the order of files or statements, except that articles, norms and readings belong to the
//! instrument opened last in their file. Whatever cannot be understood is reported and left out; the rest goes on.

pub(crate) mod dates;
mod feeds;
mod happened;
mod logic;
mod narrative;
mod negotiation;
mod norms;
mod parts;
mod reach;
mod rules;
mod scripts;
mod secrecy;
mod sentence;
mod signs;
mod slips;
mod sorts;
mod stated;
mod things;
mod trouble;
mod vocabulary;
mod wordings;
mod words;

use std::collections::{BTreeMap, HashMap};

use servanda_calendar::ReformTable;
use servanda_diagnostics::{Diagnostic, SourceMap, Span};
use servanda_syntax::{Clause, Document, HeadKind, Statement};

use crate::ids::{DefinitionId, EntityId, FluentId, KindId, OriginId, RuleId, SourceId};
use crate::lexicon::{Entity, Kind, Piece, Slot, Target, UNSEEN, Wording};
use crate::model::{Guard, Guarded, Model, Origin};
use crate::program::{Action, Clock, Definition, FluentType, Hole, Mode, Rule};
use crate::value::Value;
pub use dates::meant_day;
use happened::Happened;
use logic::{Logic, People};
use parts::names_of_parts;
use sentence::Reader;
pub use sentence::{Filler, Said, Scope};
pub use trouble::{Like, Trouble, Unknown};
use words::{Word, span_of, text_of};

pub use self::question::{Asked, Asker, Deed};
mod question;

/// One file of a dossier or of the law.
pub struct File {
    /// Its statements.
    pub document: Document,
    /// Whether it is a chapter of law.
    pub law: bool,
}

/// Builds the model of these files.
#[must_use]
pub fn elaborate(files: SourceMap, documents: &[File]) -> Model {
    let mut elaborator = Elaborator {
        model: Model { files, ..Model::default() },
        documents,
        origins: HashMap::new(),
        context: HashMap::new(),
        names: HashMap::new(),
        looks: (0, HashMap::new()),
        sums: Vec::new(),
        stated_as: Vec::new(),
        stated_in: BTreeMap::new(),
        requirements: Vec::new(),
        own: Vec::new(),
        words: Vec::new(),
        fluent_origins: Vec::new(),
        rule_names: HashMap::new(),
        replaced: Vec::new(),
        source_ids: HashMap::new(),
        exceptions: Vec::new(),
        passes: false,
        credits_pass: false,
        releases: false,
        own_statuses: BTreeMap::new(),
        excuses: false,
        may_be_bound: None,
        exceptions_that_begin: Vec::new(),
        norm_statements: BTreeMap::new(),
        corrections: Vec::new(),
        reforms: ReformTable::default(),
        happened: Happened::default(),
        timed: Vec::new(),
    };
    elaborator.run();
    elaborator.model
}

/// Which instrument and article a statement belongs to.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Context {
    pub(crate) instrument: Option<EntityId>,
    pub(crate) article: Option<EntityId>,
}

type Key = (u32, u32);

pub(crate) struct Elaborator<'a> {
    pub(crate) model: Model,
    documents: &'a [File],
    origins: HashMap<Key, OriginId>,
    context: HashMap<Key, Context>,
    /// The thing that a statement declares.
    names: HashMap<Key, Vec<EntityId>>,
    /// Names with letters of another script, by what they look like in Latin ones; of so many of the things.
    looks: (usize, HashMap<String, EntityId>),
    sums: Vec<(FluentId, Statement, Clause)>,
    /// Fluents in whose words another is stated.
    stated_as: Vec<(FluentId, Statement, Clause)>,
    /// For a fluent that is stated as another, that one.
    stated_in: BTreeMap<FluentId, FluentId>,
    /// What actions require: the action, the names of its holes, and where it is written.
    requirements: Vec<(crate::ids::ActionId, Vec<String>, Statement, Clause)>,
    own: Vec<Option<FluentId>>,
    words: Vec<EntityId>,
    fluent_origins: Vec<OriginId>,
    rule_names: HashMap<String, Vec<RuleSlot>>,
    replaced: Vec<(String, EntityId, Statement)>,
    source_ids: HashMap<EntityId, SourceId>,
    exceptions: Vec<(EntityId, Vec<Word>, Statement)>,
    /// Whether anything told may have a norm pass from one bearer to another.
    passes: bool,
    /// Whether anything told may have what is owed to one be owed to another.
    credits_pass: bool,
    /// Whether anything told may release a norm between two.
    releases: bool,
    /// For a norm that rules name, and a status word, the fluent of its own that says so.
    own_statuses: BTreeMap<(EntityId, FluentId), FluentId>,
    /// The fluent of those whom norms may come to bind, once a norm asks for it.
    may_be_bound: Option<FluentId>,
    /// Whether anything told may excuse a bearer.
    excuses: bool,
    /// Exceptions that excuse what is due as they come to hold.
    exceptions_that_begin: Vec<norms::BeginsToExcuse>,
    /// Where norms are written.
    norm_statements: BTreeMap<EntityId, &'a Statement>,
    /// What is corrected, by which statement.
    corrections: Vec<(EntityId, Statement)>,
    /// Until when countries used the Julian calendar, by name.
    reforms: ReformTable,
    happened: Happened,
    /// Duties with a time, which nothing sets off but that they bind.
    timed: Vec<EntityId>,
}

#[derive(Clone, Copy)]
enum RuleSlot {
    Rule(usize),
    Definition(usize),
}

pub(crate) fn key(statement: &Statement) -> Key {
    (statement.file.0, statement.span.start)
}

impl<'a> Elaborator<'a> {
    fn run(&mut self) {
        let documents = self.documents;
        for file in documents {
            self.model.diagnostics.extend(file.document.diagnostics.iter().cloned());
        }
        // The origin of whatever has no place in the text.
        self.model.origins.push(Origin::default());
        self.built_in();
        self.each("uses", Self::uses);
        self.each("kind", Self::kind_names);
        self.each("kind", Self::kind_parents);
        let shared = names_of_parts(documents);
        for file in documents {
            self.declare_things(file);
        }
        for file in documents {
            self.declare_parts(file, &shared);
            self.declare_negotiations(file);
        }
        self.each("kind", Self::kind_members);
        self.each("action", Self::action);
        self.each("fluent", Self::fluent);
        // What makes no sense is for the law to say, too.
        let told = self.model.program.actions.iter().position(|it| it.name == READER_TOLD && it.holes == [Hole::Text]);
        self.model.hooks.reader_told = told.map(crate::ids::ActionId::from_index);
        self.required();
        self.stated_otherwise();
        self.nest_sums();
        for file in documents {
            for statement in &file.document.statements {
                self.statement(statement);
            }
        }
        self.precedence_circles();
        self.part_secrets();
        self.correct();
        self.order_by_time_of_day();
        self.each("rule", Self::rule);
        self.each("define", Self::define);
        self.sum_definitions();
        self.norms();
        self.negotiations();
        self.correct();
        self.apply_replacements();
        self.each("feed", Self::feed_row);
        self.each("check", Self::check);
        self.points_for_thousands();
        self.finish();
    }

    fn each(&mut self, head: &str, mut work: impl FnMut(&mut Self, &Statement)) {
        let documents = self.documents;
        for file in documents {
            for statement in &file.document.statements {
                if statement.keyword() == Some(head) && !statement.broken {
                    work(self, statement);
                }
            }
        }
    }

    fn statement(&mut self, statement: &Statement) {
        if statement.broken {
            return;
        }
        self.said_twice(statement);
        match statement.kind {
            HeadKind::Keyword("event") => self.event(statement),
            HeadKind::Keyword("fact") => self.fact(statement),
            HeadKind::Keyword("claim") => self.claim(statement),
            HeadKind::Keyword("about" | "term") => self.about(statement),
            HeadKind::Keyword("source") => self.source(statement),
            HeadKind::Keyword("left") => self.left_out(statement),
            HeadKind::Keyword("doctrine") => self.doctrine(statement),
            HeadKind::Keyword("chapter") => self.chapter(statement),
            HeadKind::Keyword("article") => self.thing_clauses(statement),
            HeadKind::Sentence => self.sentence_statement(statement),
            HeadKind::Keyword(_) => {}
        }
    }

    fn uses(&mut self, statement: &Statement) {
        let words = words::all(&statement.head.tokens);
        let text = text_of(&words);
        if let Some(clock) = text.strip_prefix("clock ").or_else(|| text.strip_prefix("time in ")) {
            self.model.program.clock = match clock {
                "days" => Clock::Days,
                "seconds" => Clock::Seconds,
                "integers" | "ticks" => Clock::Integers,
                _ => {
                    let trouble = Trouble::new("unknown-clock", statement.head.span, format!("no clock `{clock}`"))
                        .help("write `uses clock days`, `uses clock seconds` or `uses clock integers`");
                    self.complain(statement, trouble);
                    return;
                }
            };
        } else if !text.starts_with("law") {
            let trouble = Trouble::new("unknown-use", statement.head.span, format!("`{text}` cannot be used"))
                .help("write `uses law NAME, …`, `uses law none` or `uses clock integers`");
            self.complain(statement, trouble);
        }
    }

    pub(crate) fn complain(&mut self, statement: &Statement, trouble: Trouble) {
        let span = if trouble.span == Span::default() { statement.head.span } else { trouble.span };
        let help = trouble.help_in(&self.model.lexicon);
        let mut diagnostic = Diagnostic::error(trouble.code, trouble.message)
            .label(statement.file, span, "")
            .headings(&statement.headings);
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        self.model.diagnostics.push(diagnostic);
    }

    pub(crate) fn stray_clause(&mut self, statement: &Statement, clause: &Clause) {
        let words = words::all(&clause.tokens);
        let what = clause.keyword.map_or_else(|| text_of(&words), str::to_owned);
        let head = statement.keyword().unwrap_or("such a statement");
        let known: Vec<&str> =
            servanda_syntax::grammar::clauses_of(statement.kind).map(|clause| clause.keyword).collect();
        // Of a misspelt keyword as many words are looked at as the keyword has.
        let begins = |count: usize| words.get(..count).map(text_of).filter(|_| clause.keyword.is_none());
        let near = [3, 2, 1].into_iter().find_map(|count| {
            let of_length = known.iter().copied().filter(|keyword| keyword.split(' ').count() == count);
            servanda_diagnostics::suggest(&begins(count)?, of_length)
        });
        if let Some(near) = near {
            let meant = &words[..near.split(' ').count()];
            let message = format!("`{}` begins no clause of `{head}`", text_of(meant));
            let trouble = Trouble::new("unknown-clause", span_of(meant), message);
            return self.complain(statement, trouble.help(format!("did you mean `{near}`?")));
        }
        let trouble = Trouble::new("unknown-clause", clause.span, format!("`{what}` is no clause of `{head}`"));
        let trouble = match servanda_diagnostics::suggest(&what, known.iter().copied()) {
            Some(near) => trouble.help(format!("did you mean `{near}`?")),
            None if !known.is_empty() => trouble.help(format!("its clauses are: {}", known.join(", "))),
            None => trouble,
        };
        self.complain(statement, trouble);
    }

    pub(crate) fn unknown_thing(&mut self, statement: &Statement, words: &[Word]) {
        let text = text_of(words);
        let mut trouble = sentence::not_one_thing(&self.model.lexicon, &text, span_of(words));
        let of = words.iter().position(|word| word.is("of")).unwrap_or(0);
        let named = |end: &usize| !self.model.lexicon.lookup(&text_of(&words[..*end])).is_empty();
        if let Some(at) = (1..of).find(named) {
            // `place Washington of USA, Moscow of USSR`
            let (whole, more) = (text_of(&words[..at]), text_of(&words[at..]));
            trouble = trouble.help(format!(
                "`of {whole}` ends the list of names: declare `{more}` in a statement of its own, on a line of its own"
            ));
        } else if trouble.help.is_none() {
            trouble = trouble.help("declare it first: `KIND NAME \"label\"`");
        }
        self.complain(statement, trouble);
    }

    /// The origin of a statement, with its citations; made once.
    pub(crate) fn origin_of(&mut self, statement: &Statement) -> OriginId {
        if let Some(id) = self.origins.get(&key(statement)) {
            return *id;
        }
        let id = OriginId::from_index(self.model.origins.len());
        self.origins.insert(key(statement), id);
        let law = self.documents.iter().any(|file| file.law && file.document.file == statement.file);
        let text = self.model.files.get(statement.file).map_or("", |file| &file.text);
        let head = statement.head.span.of(text).lines().next().unwrap_or("").trim().to_owned();
        self.model.origins.push(Origin {
            file: statement.file,
            span: statement.span,
            headings: statement.headings.to_vec(),
            label: head,
            within: Vec::new(),
            citations: Vec::new(),
            judgments: Vec::new(),
            law,
        });
        id
    }

    pub(crate) fn context_of(&self, statement: &Statement) -> Context {
        self.context.get(&key(statement)).copied().unwrap_or_default()
    }

    /// What sentences are resolved against, with a clean scope.
    pub(crate) fn logic(&mut self, people: People) -> Logic<'_> {
        let model = &mut self.model;
        Logic {
            reader: Reader {
                lexicon: &mut model.lexicon,
                ranges: &mut model.program.ranges,
                clock: model.program.clock,
            },
            actions: &model.program.actions,
            fluents: &model.program.fluents,
            own: &self.own,
            stated_in: Some(&self.stated_in),
            happened: Some(&mut self.happened),
            hooks: &model.hooks,
            scope: Scope::default(),
            people,
            bound: Vec::new(),
            open_number: false,
        }
    }

    pub(crate) fn push_rule(&mut self, mut rule: Rule, guards: Vec<Guard>) -> usize {
        self.name_statuses(&mut rule.triggers, &mut rule.conditions);
        rule.id = RuleId::from_index(self.model.rules.len());
        self.model.rules.push(Guarded { item: rule, guards });
        self.model.rules.len() - 1
    }

    pub(crate) fn push_definition(&mut self, mut definition: Definition, guards: Vec<Guard>) -> usize {
        self.name_statuses(&mut [], &mut definition.conditions);
        definition.id = DefinitionId::from_index(self.model.definitions.len());
        self.model.program.fluents[definition.fluent.index()].mode = Mode::Derived;
        self.model.definitions.push(Guarded { item: definition, guards });
        self.model.definitions.len() - 1
    }

    /// Kinds, words and phrases that the kernel itself looks at.
    fn built_in(&mut self) {
        let model = &mut self.model;
        let mut kind = |name: &str, label: &str, parents: &[KindId]| {
            let kind =
                Kind { name: name.to_owned(), label: label.to_owned(), parents: parents.to_vec(), origin: OriginId(0) };
            model.lexicon.add_kind(kind).expect("each built-in kind is named once")
        };
        let thing = kind("thing", "thing", &[]);
        let instrument = kind("instrument", "instrument", &[]);
        let provision = kind("provision", "provision", &[]);
        let norm = kind("norm", "norm", &[provision]);
        let article = kind("article", "article", &[provision]);
        let event = kind("occurrence", "event", &[]);
        let status = kind("status", "status", &[]);
        kind("source-of-evidence", "source", &[]);
        kind("reading-of-norm", "reading", &[]);
        kind("school-of-law", "doctrine", &[]);
        model.hooks.thing = thing;
        model.hooks.instrument = instrument;
        model.hooks.norm = norm;
        model.hooks.article = article;
        model.hooks.event = event;
        model.hooks.status = status;
        // Entity 0 is the value of boolean fluents.
        for (name, label) in [("true", "true"), ("unspecified", "unspecified")] {
            self.word_entity(name, label, status, OriginId(0));
        }
        self.model.hooks.unspecified = EntityId(1);
        let t = Hole::Thing;
        let n = Hole::Kind(norm);
        let i = Hole::Kind(instrument);
        let belongs = self.built_in_fluent(
            "belongs_to",
            &[("a", t), ("b", t)],
            &["{a} belong/belongs/belonged to {b}", "{a} of {b}"],
        );
        let named = self.built_in_fluent("named_in", &[("a", t), ("b", i)], &["{a} named in {b}"]);
        let party = self.built_in_fluent(
            "counts_as_party",
            &[("a", t), ("b", i)],
            &["{a} count/counts/counted as party to {b}"],
        );
        let owed = self.built_in_fluent("owed_by_each_party", &[("n", n)], &["{n} owed by each party"]);
        self.model.hooks.permissive = self.built_in_fluent("is_permissive", &[("n", n)], &["{n} is permissive"]);
        let way = self.built_in_fluent(
            "has_its_way",
            &[("n", n), ("a", t), ("b", t)],
            &["{n} has its way with {a} towards {b}", "{n} has its way with {a}"],
        );
        let holes = [("n", n), ("a", t), ("b", t)];
        self.model.hooks.released =
            self.built_in_fluent("released_between", &holes, &["{n} released between {a} and {b}"]);
        let bears = self.built_in_fluent("bears", &[("a", t), ("b", n)], &["{a} bear/bears/bore {b}"]);
        let binds = self.built_in_fluent(
            "binds",
            &[("n", n), ("a", t)],
            &["{n} bind/binds/bound {a}", "{a} bound by {n}", "{n} bind/binds/bound"],
        );
        let knows = self.built_in_fluent(
            "knows_of",
            &[("a", t), ("b", t)],
            &["{a} know/knows/knew of {b}", "{a} know/knows/knew about {b}"],
        );
        let hooks = &mut self.model.hooks;
        (hooks.belongs_to, hooks.named_in, hooks.bears, hooks.binds, hooks.knows) =
            (belongs, named, bears, binds, knows);
        (hooks.party, hooks.owed_by_each, hooks.has_its_way) = (party, owed, way);
        self.model.hooks.secret = self.built_in_fluent("is_secret", &[("a", t)], &["{a} is secret"]);
        for (word, phrase) in STATUSES {
            let entity = self.word_entity(word, phrase, status, OriginId(0));
            let forms: Vec<String> = [
                format!("{{n}} {phrase} by {{a}}"),
                format!("{{n}} {phrase} for {{a}}"),
                format!("{{n}} {phrase} from {{a}}"),
                format!("{{n}} {phrase}"),
            ]
            .into();
            let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
            // Bearers may go by numbers.
            let holes = [("n", n), ("a", Hole::Any)];
            let fluent = self.built_in_fluent(&format!("is_{}", word.replace('-', "_")), &holes, &forms);
            self.model.hooks.statuses.push((entity, fluent));
        }
        // What excuses a bearer is for the law to say.
        let excuse = Target::Action(crate::ids::ActionId::from_index(self.model.program.actions.len()));
        self.model.program.actions.push(Action { name: EXCUSE.to_owned(), holes: vec![n, t] });
        self.built_in_wording(excuse, &[("n", n), ("a", t)], "{n} excused for {a}", true);
        // And so is when another bearer takes over what one owes.
        let pass = crate::ids::ActionId::from_index(self.model.program.actions.len());
        self.model.program.actions.push(Action { name: "passes_from_to".to_owned(), holes: vec![n, t, t] });
        let phrase = "{n} pass/passes/passed from {a} to {b}";
        self.built_in_wording(Target::Action(pass), &[("n", n), ("a", t), ("b", t)], phrase, true);
        self.model.hooks.passes = pass;
        // Or another creditor what is owed to one.
        let owed = crate::ids::ActionId::from_index(self.model.program.actions.len());
        self.model.program.actions.push(Action { name: "owed_to_instead_of".to_owned(), holes: vec![n, t, t] });
        let phrase = "{n} owed to {b} instead of {a}";
        self.built_in_wording(Target::Action(owed), &[("n", n), ("a", t), ("b", t)], phrase, true);
        self.model.hooks.owed_instead = owed;
    }

    fn built_in_fluent(&mut self, name: &str, holes: &[(&str, Hole)], phrases: &[&str]) -> FluentId {
        let args = holes.iter().map(|(_, hole)| *hole).collect();
        let id = self.add_fluent(name.to_owned(), args, FluentType::Truth, Mode::Inertial, false);
        for (at, phrase) in phrases.iter().enumerate() {
            self.built_in_wording(Target::Fluent(id), holes, phrase, at == 0);
        }
        id
    }

    fn built_in_wording(&mut self, target: Target, holes: &[(&str, Hole)], phrase: &str, main: bool) {
        let mut pieces = Vec::new();
        let mut slots = Vec::new();
        for word in phrase.split(' ') {
            match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
                Some(hole) => {
                    let at = holes.iter().position(|(name, _)| *name == hole).expect("the hole is declared");
                    pieces.push(Piece::Hole(slots.len()));
                    slots.push((Slot::Arg(at), holes[at].1));
                }
                None if UNSEEN.contains(&word) => {}
                None => pieces.push(Piece::Word(word.split('/').map(str::to_owned).collect())),
            }
        }
        self.model.lexicon.add_wording(Wording { target, pieces, slots, written: phrase.to_owned(), main });
    }

    /// What is defined by other fluents cannot be stated or changed: it is reported and left out.
    fn leave_out_changes_of_defined(&mut self) {
        use crate::program::{Effect, Happening};
        let derived = |fluent: FluentId, model: &Model| {
            model.program.fluents.get(fluent.index()).is_some_and(|fluent| fluent.mode == Mode::Derived)
        };
        let mut complaints: Vec<(OriginId, FluentId)> = Vec::new();
        let model = &mut self.model;
        let mut initial = std::mem::take(&mut model.initial);
        initial.retain(|fact| {
            let bad = derived(fact.item.fluent, model);
            if bad {
                complaints.push((fact.item.origin, fact.item.fluent));
            }
            !bad
        });
        model.initial = initial;
        let mut events = std::mem::take(&mut model.events);
        for event in &mut events {
            let origin = event.origin;
            event.happenings.retain(|happening| match happening {
                Happening::FactBegins(fluent, ..) | Happening::FactEnds(fluent, ..) if derived(*fluent, model) => {
                    complaints.push((origin, *fluent));
                    false
                }
                _ => true,
            });
        }
        model.events = events;
        let mut rules = std::mem::take(&mut model.rules);
        for rule in &mut rules {
            let origin = rule.item.origin;
            rule.item.effects.retain(|effect| {
                let fluent = match effect {
                    Effect::Initiate { fluent, .. } | Effect::Increase { fluent, .. } => *fluent,
                    Effect::Terminate { pattern } => pattern.fluent,
                    Effect::Happen(_) => return true,
                };
                let bad = derived(fluent, model);
                if bad {
                    complaints.push((origin, fluent));
                }
                !bad
            });
        }
        model.rules = rules;
        complaints.dedup();
        for (origin, fluent) in complaints {
            let written = self.model.lexicon.wordings.iter().find(|w| w.target == Target::Fluent(fluent) && w.main);
            let phrase = written.map_or_else(String::new, |wording| wording.written.clone());
            let definition = self.model.definitions.iter().find(|it| it.item.fluent == fluent).map(|it| it.item.origin);
            let origin = &self.model.origins[origin.index()];
            let mut diagnostic = Diagnostic::error(
                "defined-and-changed",
                format!("`{phrase}` follows from a definition, and cannot be stated or changed"),
            )
            .label(origin.file, origin.span, "")
            .headings(&origin.headings)
            .help("state what it follows from instead");
            if let Some(definition) = definition.map(|id| &self.model.origins[id.index()]) {
                diagnostic = diagnostic.label(definition.file, definition.span, "defined here");
            }
            self.model.diagnostics.push(diagnostic);
        }
    }

    fn finish(&mut self) {
        self.make_happened();
        self.wait_for_stated_numbers();
        self.leave_out_changes_of_defined();
        let entity_kinds = self.model.lexicon.entity_kinds.clone();
        self.model.program.entity_kinds = entity_kinds;
        // Every thing is a thing.
        let thing = self.model.hooks.thing;
        for kinds in &mut self.model.program.entity_kinds {
            if let Err(at) = kinds.binary_search(&thing) {
                kinds.insert(at, thing);
            }
        }
    }
}

/// Status words, and how they are said.
pub(crate) const STATUSES: [(&str, &str); 10] = [
    ("dormant", "dormant"),
    ("due", "due"),
    ("met", "met"),
    ("met-late", "met late"),
    ("breached", "breached"),
    ("excused", "excused"),
    ("lapsed", "lapsed"),
    ("observed", "observed"),
    ("permitted", "permitted"),
    ("undecided", "undecided"),
];

/// The action by which the law tells the reader that something makes no sense.
const READER_TOLD: &str = "reader_told";

/// The action by which the law excuses a bearer.
pub(crate) const EXCUSE: &str = "excused_for";

/// An entity with no more than a name.
pub(crate) fn plain_entity(name: &str, label: &str, kind: KindId, origin: OriginId) -> Entity {
    Entity {
        name: name.to_owned(),
        label: label.to_owned(),
        kinds: vec![kind],
        belongs_to: Vec::new(),
        parties: Vec::new(),
        known_only_to: None,
        origin,
    }
}

/// A value that is a thing.
pub(crate) fn value_of(entity: EntityId) -> Value {
    Value::entity(entity)
}
