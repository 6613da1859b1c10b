//! The resolved dossier: the kernel program and everything around it that answers are made of.

use std::collections::BTreeSet;

use servanda_diagnostics::{Diagnostic, FileId, SourceMap, Span};

use crate::ids::{ActionId, EntityId, EventId, FluentId, KindId, OriginId, SourceId, VarId};
use crate::lexicon::Lexicon;
use crate::program::{
    Clock, CompareOp, Condition, Definition, FluentPattern, Happening, Hole, Initial, Program, Rule, Term, Var,
};
use crate::value::Value;

/// A dossier with its law, names resolved, not yet solved.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Files read, law chapters included.
    pub files: SourceMap,
    /// Names and phrases.
    pub lexicon: Lexicon,
    /// Vocabulary, and what always applies; rules and definitions in it are in `rules` and `definitions`.
    pub program: Program,
    /// All rules with when they apply.
    pub rules: Vec<Guarded<Rule>>,
    /// All definitions with when they apply.
    pub definitions: Vec<Guarded<Definition>>,
    /// What holds from the start, with when it applies.
    pub initial: Vec<Guarded<Initial>>,
    /// Which fluents are the author's (the others serve the machinery and are not shown).
    pub shown: Vec<bool>,
    /// How `run` writes a fluent: name and template of arguments, if declared.
    pub columns: Vec<Option<(String, String)>>,
    /// Norms, each reading on its own.
    pub norms: Vec<Norm>,
    /// Events, facts and claims.
    pub events: Vec<Event>,
    /// Sources.
    pub sources: Vec<Source>,
    /// Every citation of a source.
    pub citations: Vec<Citation>,
    /// Passages said not to be encoded, with the reason.
    pub left_out: Vec<Citation>,
    /// Schools of law.
    pub doctrines: Vec<Doctrine>,
    /// `X prevails over Y`.
    pub precedence: Vec<Precedence>,
    /// Exceptions that are statements of their own (`X does not apply when …`): of which norm, and where they are written.
    pub exceptions: Vec<(EntityId, OriginId)>,
    /// Law chapters in use.
    pub chapters: Vec<Chapter>,
    /// `check` statements.
    pub checks: Vec<Check>,
    /// What rows of feeds mean, where the dossier says so.
    pub feeds: Vec<FeedRow>,
    /// Places in the text.
    pub origins: Vec<Origin>,
    /// Fluents and actions that the kernel itself looks at.
    pub hooks: Hooks,
    /// Negotiations.
    pub negotiations: Vec<crate::negotiation::Negotiation>,
    /// What must be so for somebody to be able to do something.
    pub requirements: Vec<Requirement>,
    /// Pairs of a part and a whole by some fluent that amounts are summed along.
    pub nesting: Vec<FluentId>,
    /// Fluents that are totals along places.
    pub totals: Vec<Total>,
    /// Fluents that hold from an act of an action on.
    pub happened: Vec<(FluentId, crate::ids::ActionId)>,
    /// For a fluent that says of one norm how it stands, the fluent that says so of all, and the norm.
    pub own_statuses: Vec<(FluentId, FluentId, EntityId)>,
    /// What was found wrong while reading.
    pub diagnostics: Vec<Diagnostic>,
}

/// What an action requires: whoever asks whether it can be done is told no while this does not hold. An act that is told
/// of as done is believed all the same.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The action.
    pub action: crate::ids::ActionId,
    /// One of these must hold; their variables are the action's holes by number.
    pub patterns: Vec<FluentPattern>,
}

/// A fluent whose number at a place takes in what is at the places within.
#[derive(Clone, Copy, Debug)]
pub struct Total {
    /// The total.
    pub total: FluentId,
    /// What is at each place itself.
    pub own: FluentId,
    /// That one place is within another.
    pub within: FluentId,
    /// Which argument is the place.
    pub place: usize,
}

/// A component and when it applies.
#[derive(Clone, Debug)]
pub struct Guarded<T> {
    /// The component.
    pub item: T,
    /// Applies when all of these do.
    pub guards: Vec<Guard>,
}

/// When a component applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// The reading or doctrine is chosen.
    Chosen(EntityId),
    /// It is not.
    NotChosen(EntityId),
    /// The component says something about this thing, and is of no use to who does not know of it.
    About(EntityId),
}

/// Where something comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Which file.
    pub file: FileId,
    /// Which bytes of it.
    pub span: Span,
    /// The headings above it.
    pub headings: Vec<String>,
    /// Its name, or the first words of it.
    pub label: String,
    /// What it belongs to: norm, article, instrument; innermost first.
    pub within: Vec<EntityId>,
    /// Its citations, as indexes into [`Model::citations`].
    pub citations: Vec<usize>,
    /// Phrases it leaves to judgment or leaves untranslated.
    pub judgments: Vec<String>,
    /// True for law chapters.
    pub law: bool,
}

/// The four modals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Modality {
    /// An obligation.
    Must,
    /// A prohibition.
    MustNot,
    /// A permission.
    May,
    /// A power: it changes the legal position.
    Can,
}

impl Modality {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Modality::Must => "must",
            Modality::MustNot => "must not",
            Modality::May => "may",
            Modality::Can => "can",
        }
    }
}

/// A norm in one reading.
#[derive(Clone, Debug)]
pub struct Norm {
    /// The thing it is.
    pub entity: EntityId,
    /// Which reading, if not the norm as written.
    pub reading: Option<EntityId>,
    /// Who holds this reading.
    pub held_by: Vec<EntityId>,
    /// What kind of norm.
    pub modality: Modality,
    /// Everyone it may bind: the named bearer, or the parties.
    pub bearers: Vec<EntityId>,
    /// Its instrument, if it has one.
    pub instrument: Option<EntityId>,
    /// Its article, if it has one.
    pub article: Option<EntityId>,
    /// The sentence of the norm, as written.
    pub sentence: String,
    /// The fluent that carries its status: arguments are its bindings, its value is the status.
    pub status: FluentId,
    /// For the norms about a condition, which must hold: the conditions tested. For those about an act: what its
    /// variables may stand for.
    pub content: Vec<Condition>,
    /// For norms about an act: the action and the constants among its holes.
    pub act: Option<crate::program::EventPattern>,
    /// Whom it binds: somebody named, or one of its variables.
    pub bearer: Term,
    /// Its variables.
    pub vars: Vec<Var>,
    /// What says whom it binds, and who the other is; of one that goes on also that it has been set off and is not over.
    pub binding: Vec<Condition>,
    /// Where one of these lists holds, it does not apply.
    pub excepts: Vec<Vec<Condition>>,
    /// The variables that tell its instances apart: the arguments of `status`.
    pub instance: Vec<VarId>,
    /// Of an act that must not or may be done: the holes in which a place is named, each with a variable for the place where it
    /// is done, which may be a part of the one that is named.
    pub places: Vec<(usize, VarId)>,
    /// Who has come to be owed it instead of a party that it names, where that may be.
    pub owed_instead: Option<OwedInstead>,
    /// Where it is written.
    pub origin: OriginId,
}

/// Who has come to be owed what was owed to a party that a norm names.
#[derive(Clone, Debug)]
pub struct OwedInstead {
    /// Holds who is owed it now, and the party instead of whom.
    pub fluent: FluentId,
    /// The holes of the act in which the party is named.
    pub holes: Vec<usize>,
}

impl When {
    /// Whether the hour is told, too.
    #[must_use]
    pub fn tells_hour(&self) -> bool {
        crate::elaborate::dates::time_of_day(&self.written).is_some()
    }
}

/// A date as written, and the days it allows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct When {
    /// As written; empty where nothing was.
    pub written: String,
    /// First day it can be; absent when unbounded or unknown.
    pub min: Option<i64>,
    /// Last day it can be.
    pub max: Option<i64>,
    /// Where it leaves days out between these bounds, the runs of days it can be.
    pub spans: Vec<(i64, i64)>,
    /// Written as a set of which all are meant: the bounds of each date.
    pub each: Vec<(i64, i64)>,
    /// What its source holds of it, in words: written with `~`, `?` or `%`.
    pub doubt: Option<&'static str>,
    /// Whether its bounds are those that seasons have by convention.
    pub by_season: bool,
    /// The date covers a period (`1939-10/1940-06`) and is not one uncertain day.
    pub period: bool,
}

/// A relation of an event's day to another's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Relation {
    /// The other event.
    pub other: EntityId,
    /// At least this long after it.
    pub at_least: Option<Lapse>,
    /// At most this long after it.
    pub at_most: Option<Lapse>,
    /// On the same day, in that order.
    pub then: bool,
    /// The clause it is from.
    pub span: Span,
}

/// A time from one day to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lapse {
    /// Days, negative for before.
    Days(i64),
    /// Calendar months.
    Months(i64),
}

/// How the dossier stands to what an event says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Standing {
    /// The dossier states it.
    #[default]
    Stated,
    /// Somebody says it, and the dossier does not.
    Claimed(Vec<EntityId>),
    /// A source says it, and something else shows it wrong.
    Contradicted,
}

/// What shows a statement wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Against {
    /// A statement of the dossier.
    Statement(OriginId),
    /// Something with a name: a source, or a statement.
    Named(EntityId),
    /// Words of the author.
    Words,
}

/// What an event statement is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// Something happens.
    Happens,
    /// A fluent begins to hold.
    Begins,
    /// A fluent ceases to hold.
    Ends,
    /// Words that are not sentences of the vocabulary.
    Words,
}

/// An event, the beginning or end of a stated fact, or a claim.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name as a thing, if it has one.
    pub entity: Option<EntityId>,
    /// What it is.
    pub kind: EventKind,
    /// When.
    pub when: When,
    /// Relations to other events.
    pub relations: Vec<Relation>,
    /// What happens; several for several doers.
    pub happenings: Vec<Happening>,
    /// As written.
    pub sentence: String,
    /// How the dossier stands to it.
    pub standing: Standing,
    /// Who denies it.
    pub denied_by: Vec<EntityId>,
    /// What contradicts it, by name or in words.
    pub contradicted_by: Vec<String>,
    /// The same, as far as it can be told when it could first be read.
    pub struck_by: Vec<Against>,
    /// If secret, who knows of it.
    pub known_only_to: Option<Vec<EntityId>>,
    /// For the end of a fact: the event of its beginning.
    pub begun_by: Option<EventId>,
    /// What it mentions: whoever does not know of these does not know of it.
    pub mentions: Vec<EntityId>,
    /// Order among events of one tick.
    pub step: u32,
    /// Where it is written.
    pub origin: OriginId,
}

/// A source of evidence.
#[derive(Clone, Debug)]
pub struct Source {
    /// The thing it is.
    pub entity: EntityId,
    /// Path of its text, relative to the file that declares it.
    pub file: Option<String>,
    /// The year from which it can be used as evidence.
    pub published: Option<i64>,
    /// Locators of passages that are not the source's own text.
    pub ignored: Vec<String>,
    /// Where it is declared.
    pub origin: OriginId,
}

/// A passage of a source cited by a statement.
#[derive(Clone, Debug)]
pub struct Citation {
    /// Which source.
    pub source: SourceId,
    /// Short phrase, or `start … end`; what else stands there (`34`, `Art. 5`) is in `place`.
    pub locator: Option<String>,
    /// Article, page or the like.
    pub place: String,
    /// Why a passage is left out; empty for ordinary citations.
    pub reason: String,
    /// The statement that cites.
    pub origin: OriginId,
    /// Where the citation stands.
    pub span: Span,
}

/// A school of law that `under` can choose.
#[derive(Clone, Debug)]
pub struct Doctrine {
    /// The thing it is.
    pub entity: EntityId,
    /// Chosen when nothing else is.
    pub default: bool,
    /// Who holds it.
    pub held_by: Vec<EntityId>,
}

/// `X prevails over Y`.
#[derive(Clone, Debug)]
pub struct Precedence {
    /// The one that prevails.
    pub over: EntityId,
    /// The one that gives way.
    pub under: EntityId,
    /// Where it is written.
    pub origin: OriginId,
}

/// A chapter of law in use.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Which file.
    pub file: FileId,
}

/// From where things are looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct View {
    /// On which day.
    pub on: Option<i64>,
    /// As seen by whom.
    pub seen_by: Option<EntityId>,
    /// As known in which year.
    pub known_in: Option<i64>,
    /// Readings and doctrines chosen.
    pub under: Vec<EntityId>,
}

/// A `feed` statement: what the rows of one name mean.
#[derive(Clone, Debug)]
pub struct FeedRow {
    /// What stands in the `action` column; `any` for every row.
    pub name: String,
    /// The action that each row is.
    pub action: ActionId,
    /// What fills its holes, in order; `None` where nothing was said.
    pub args: Vec<Option<FeedCell>>,
    /// Only rows of which all of these are so.
    pub only: Vec<FeedTest>,
    /// Where it is written.
    pub origin: OriginId,
}

/// What fills a hole.
#[derive(Clone, PartialEq, Debug)]
pub enum FeedCell {
    /// What the column of this name says.
    Column(String),
    /// Always the same.
    Value(Value),
}

/// A test of a column.
#[derive(Clone, PartialEq, Debug)]
pub struct FeedTest {
    /// Which column.
    pub column: String,
    /// How it is compared.
    pub op: CompareOp,
    /// With what: as numbers where both are, else as texts.
    pub with: String,
}

/// A `check` statement.
#[derive(Clone, Debug)]
pub struct Check {
    /// From where.
    pub view: View,
    /// What is expected.
    pub expects: Vec<Expect>,
    /// Where it is written.
    pub origin: OriginId,
}

/// An expectation: a question, and what the answer should be.
#[derive(Clone, Debug)]
pub struct Expect {
    /// The sentence or question, as written.
    pub question: String,
    /// The answers expected, where the question has a hole.
    pub answers: Option<Vec<String>>,
    /// Where it stands.
    pub span: Span,
}

/// What the kernel looks at by itself.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Hooks {
    pub thing: KindId,
    pub norm: KindId,
    pub instrument: KindId,
    pub article: KindId,
    pub event: KindId,
    pub status: KindId,
    pub belongs_to: FluentId,
    pub named_in: FluentId,
    /// Who counts as a party to an instrument: what the law defines, or else who is named in it.
    pub party: FluentId,
    /// That a norm is owed by each party, whoever that is.
    pub owed_by_each: FluentId,
    /// That a norm says what its bearers may or can do.
    pub permissive: FluentId,
    /// That a norm allows or demands something of a bearer now; only of norms that prevail over another.
    pub has_its_way: FluentId,
    /// `{norm} passes from {thing} to {thing}`: another bearer takes over what is due, done and undone.
    pub passes: ActionId,
    /// `{norm} owed to {thing} instead of {thing}`: another creditor takes over what is owed, done and undone.
    pub owed_instead: ActionId,
    /// `reader told {text}`, where it is declared: what a dossier tells makes no sense, as the rule says by which it happens; the text says what to
    /// write instead.
    pub reader_told: Option<ActionId>,
    /// `{norm} released between {thing} and {thing}`: neither owes it to the other; for the law to define.
    pub released: FluentId,
    pub bears: FluentId,
    pub binds: FluentId,
    pub knows: FluentId,
    /// What is declared `known only to` some is secret, until the law says otherwise.
    pub secret: FluentId,
    /// For each status word its entity and the fluent `{norm} is WORD by {thing}`.
    pub statuses: Vec<(EntityId, FluentId)>,
    pub unspecified: EntityId,
}

impl Model {
    /// The year from which something that shows a statement wrong can be read: none where nothing does, or where it has
    /// always been at hand.
    #[must_use]
    pub fn struck_from(&self, event: &Event) -> Option<i64> {
        let years = event.struck_by.iter().map(|against| match against {
            Against::Statement(origin) => self.told_from(*origin),
            Against::Named(id) => match self.sources.iter().find(|source| source.entity == *id) {
                Some(source) => source.published,
                None => self.told_from(self.lexicon.entities[id.index()].origin),
            },
            Against::Words => None,
        });
        years.collect::<Option<Vec<i64>>>()?.into_iter().min()
    }

    /// Whether `under` can choose a thing: a doctrine, or a reading of a norm.
    #[must_use]
    pub fn can_be_chosen(&self, id: EntityId) -> bool {
        self.doctrines.iter().any(|doctrine| doctrine.entity == id)
            || self.norms.iter().any(|norm| norm.reading == Some(id))
            || self.lexicon.kind("doctrine").is_some_and(|kind| self.lexicon.is_of_kind(id, kind))
    }

    /// Whether a thing can know of anything, so that something can be seen through its eyes. What is agreed, said or cited
    /// cannot, nor can a place that is nothing else: of no sort that does anything.
    #[must_use]
    pub fn can_know(&self, id: EntityId) -> bool {
        let lexicon = &self.lexicon;
        let is_of = |kind: KindId| lexicon.is_of_kind(id, kind);
        let built_in = ["instrument", "provision", "source", "doctrine", "status"];
        let cannot = built_in.iter().filter_map(|name| lexicon.kind(name)).chain([self.hooks.event, self.hooks.norm]);
        if lexicon.words.contains(&id) || cannot.into_iter().any(is_of) {
            return false;
        }
        let of_kind = |hole: &Hole| match hole {
            Hole::Kind(kind) => Some(*kind),
            _ => None,
        };
        let nested = self.nesting.iter().flat_map(|fluent| &self.program.fluents[fluent.index()].args);
        let places: BTreeSet<KindId> = nested.filter_map(of_kind).collect();
        let mut doers = self.program.actions.iter().filter_map(|action| action.holes.first().and_then(of_kind));
        !places.iter().any(|kind| is_of(*kind)) || doers.any(|kind| !places.contains(&kind) && is_of(kind))
    }

    /// The first year in which a source of a statement can be read, if each of them has one.
    fn told_from(&self, origin: OriginId) -> Option<i64> {
        let cited = self.origins[origin.index()].citations.iter();
        let years = cited.map(|at| self.sources[self.citations[*at].source.index()].published);
        years.collect::<Option<Vec<i64>>>()?.into_iter().min()
    }

    /// Whether the dossier states it, from some point of view at least: what was shown wrong by a later source alone is so
    /// by the evidence of the years before.
    #[must_use]
    pub fn may_count(&self, event: &Event) -> bool {
        let has_a_day = || event.relations.is_empty() && (event.when.min.is_some() || event.when.max.is_some());
        match event.standing {
            Standing::Stated => true,
            Standing::Contradicted => has_a_day() && self.struck_from(event).is_some(),
            Standing::Claimed(_) => false,
        }
    }

    /// Whether the dossier states it, as known in a year.
    #[must_use]
    pub fn is_stated(&self, event: &Event, known_in: Option<i64>) -> bool {
        let before = |from: Option<i64>| known_in.zip(from).is_some_and(|(year, from)| year < from);
        event.standing == Standing::Stated || self.may_count(event) && before(self.struck_from(event))
    }

    /// The program that applies when these readings and doctrines are chosen.
    #[must_use]
    pub fn program_under(&self, chosen: &[EntityId]) -> Program {
        self.program_where(|guard| match guard {
            Guard::Chosen(entity) => chosen.contains(&entity),
            Guard::NotChosen(entity) => !chosen.contains(&entity),
            Guard::About(_) => true,
        })
    }

    /// The program of all components whose guards pass.
    #[must_use]
    pub fn program_where(&self, pass: impl Fn(Guard) -> bool) -> Program {
        fn kept<'a, T>(all: &'a [Guarded<T>], pass: &impl Fn(Guard) -> bool) -> Vec<&'a T> {
            all.iter().filter(|it| it.guards.iter().all(|guard| pass(*guard))).map(|it| &it.item).collect()
        }
        let mut program = self.program.clone();
        program.rules = kept(&self.rules, &pass).into_iter().cloned().collect();
        for (index, rule) in program.rules.iter_mut().enumerate() {
            rule.id = crate::ids::RuleId::from_index(index);
        }
        program.definitions = kept(&self.definitions, &pass).into_iter().cloned().collect();
        for (index, definition) in program.definitions.iter_mut().enumerate() {
            definition.id = crate::ids::DefinitionId::from_index(index);
        }
        program.initial = kept(&self.initial, &pass).into_iter().cloned().collect();
        program
    }

    /// The name of an entity as it is shown.
    #[must_use]
    pub fn name(&self, entity: EntityId) -> &str {
        &self.lexicon.entities[entity.index()].name
    }

    /// A value as it is shown and can be typed.
    #[must_use]
    pub fn show(&self, value: Value) -> String {
        use crate::value::{Duration, Kinded};
        match value.kinded() {
            Kinded::Entity(id) if id.0 == 0 => "true".to_owned(),
            Kinded::Entity(id) => self.name(id).to_owned(),
            Kinded::Number(number) => number.to_string(),
            Kinded::Range(id) if self.lexicon.range_words.contains_key(&id) => self.lexicon.range_words[&id].clone(),
            Kinded::Range(id) => self.program.ranges.get(id.index()).map_or_else(
                || "unknown".to_owned(),
                |range| match (range.min, range.max) {
                    (Some(a), Some(b)) if a == b => format!("about {a}"),
                    (Some(a), Some(b)) => format!("between {a} and {b}"),
                    // Not less than nothing is said of what nobody counted.
                    (Some(a), None) if a == crate::value::Number::whole(0) => "unknown".to_owned(),
                    (Some(a), None) => format!("at least {a}"),
                    (None, Some(b)) => format!("at most {b}"),
                    (None, None) => "unknown".to_owned(),
                },
            ),
            Kinded::Tick(tick) => self.show_tick(tick),
            Kinded::Duration(duration) => match duration {
                Duration::Ticks(n) => self.show_ticks(i64::from(n)),
                Duration::Months(n) => format!("{n} month{}", if n == 1 { "" } else { "s" }),
                Duration::Years(n) => format!("{n} year{}", if n == 1 { "" } else { "s" }),
            },
            // A text that only a question has is not among them.
            Kinded::Text(id) => format!("“{}”", self.lexicon.texts.get(id.index()).map_or("…", String::as_str)),
        }
    }

    /// A length of time as it is shown: in days, or in the largest unit of the clock that it is whole in.
    #[must_use]
    pub fn show_ticks(&self, ticks: i64) -> String {
        let units: &[(i64, &str)] = match self.program.clock {
            Clock::Days => &[(1, "day")],
            Clock::Seconds => &[(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")],
            Clock::Integers => &[(1, "tick")],
        };
        let whole = |each: &&(i64, &str)| ticks % each.0 == 0;
        let (each, unit) = units.iter().find(whole).copied().unwrap_or((1, "tick"));
        let count = ticks / each;
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    }

    /// A tick as it is shown: an ISO day, a second of it in UTC, or the number.
    #[must_use]
    pub fn show_tick(&self, tick: i64) -> String {
        let day = |day: i64| servanda_calendar::Day(day).to_string();
        let of_day = tick.rem_euclid(86_400);
        match self.program.clock {
            Clock::Days => day(tick),
            Clock::Seconds if of_day == 0 => day(tick.div_euclid(86_400)),
            Clock::Seconds => {
                let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
                format!("{}T{hour:02}:{minute:02}:{second:02}Z", day(tick.div_euclid(86_400)))
            }
            Clock::Integers => tick.to_string(),
        }
    }
}
