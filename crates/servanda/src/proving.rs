//! Proofs of answers: written for a question, and checked again from the dossier and the file alone.
//!
//! Both sides meet in the `stage`: the dossier's program with the question put to it, what the actor of a view does
//! not know, and which events count. A proof has histories that stand for all chronologies (see `cells`). What the
//! checker accepts of them is read the way any other outcome is, and must give the answers that the proof claims.

mod cells;
mod days;
mod draft;
pub mod feeds;
mod history;
mod stage;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use servanda_model::{EntityId, FluentId, Model, Value, View};
use servanda_proof::{Certificate, Refused, Shape, Target, Val};
use sha2::{Digest, Sha256};

use crate::ask::{self, AskError, Reply, Truth};
use crate::question::{Form, Preparing, Question};
use crate::world::{Questions, World};
pub use cells::{Given, How, MOST_CASES};
use days::Days;
use history::{Accepted, Span};
use stage::Stage;
pub use write::Prover;

/// The name and version of the format.
pub const FORMAT: &str = "servanda-proof 4";

/// A file of proofs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// [`FORMAT`].
    pub format: String,
    /// SHA-256 over the dossier's files, law included.
    pub dossier: String,
    /// One for each question.
    pub proofs: Vec<Proof>,
}

/// The proof of the answers to one question.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// As asked.
    pub question: String,
    /// From where.
    pub view: ViewOf,
    /// What is proved; none means no.
    pub answers: Vec<Answered>,
    /// Whether the cases stand for all chronologies. Without that nothing is certain.
    pub exhaustive: bool,
    /// Whether it is left open since when and until when the answers are so.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub undated: bool,
    /// Histories.
    pub cases: Vec<Case>,
    /// For a view of an actor: histories of what it was told.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub knowledge: Vec<Case>,
}

/// A view in words.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ViewOf {
    pub on: Option<String>,
    #[serde(rename = "as")]
    pub seen_by: Option<String>,
    pub known: Option<i64>,
    pub under: Vec<String>,
}

/// One answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Answered {
    pub text: String,
    pub truth: String,
    pub since: Option<String>,
    pub until: Option<String>,
}

/// A history, and the chronologies that it stands for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The orders by which these chronologies are told from others.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub given: Vec<Given>,
    /// The ticks that the events without a certain day have in one of them, by their numbers.
    pub days: BTreeMap<u32, i64>,
    /// The history of what was asked.
    pub certificate: Certificate,
}

/// Why there is no proof.
#[derive(Debug)]
pub enum NoProof {
    /// The question has no answer to prove.
    Ask(AskError),
    /// It is outside what proofs are made of; the reason.
    NotCheckable(String),
    /// The checker does not agree with the engine. That is a fault in one of them.
    Disagree(String),
}

/// Why a proof is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// In words.
    pub reason: String,
    /// Which of the file's proofs.
    pub proof: Option<usize>,
    /// Which of its chronologies.
    pub case: Option<usize>,
    /// Which step.
    pub step: Option<usize>,
}

impl Refusal {
    fn of(reason: impl Into<String>) -> Refusal {
        Refusal { reason: reason.into(), proof: None, case: None, step: None }
    }

    fn in_case(case: usize, refused: Refused) -> Refusal {
        Refusal { reason: refused.reason, proof: None, case: Some(case), step: refused.step }
    }
}

/// The digest of everything a dossier says, with the law it uses.
#[must_use]
pub fn digest(model: &Model) -> String {
    let mut hash = Sha256::new();
    for (_, file) in model.files.iter() {
        for part in [&*file.path, &*file.text] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    hex(hash)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file of these proofs.
#[must_use]
pub fn file(model: &Model, proofs: Vec<Proof>) -> ProofFile {
    ProofFile { format: FORMAT.to_owned(), dossier: digest(model), proofs }
}

/// The answers of a reply, as a proof claims them: with their days, or without.
fn answered(reply: &Reply, undated: bool) -> Vec<Answered> {
    let truth = |truth| if truth == Truth::Certain { "certain" } else { "possible" }.to_owned();
    let claimed = |day: &Option<String>| day.clone().filter(|_| !undated);
    let answer = |it: &ask::Answer| Answered {
        text: it.text.clone(),
        truth: truth(it.truth),
        since: claimed(&it.since),
        until: claimed(&it.until),
    };
    reply.answers.iter().map(answer).collect()
}

/// The question and what is put to the program for it.
fn prepared(world: &World<'_>, text: &str, view: &View) -> Result<(Question, Questions, View), AskError> {
    let mut preparing = Preparing::new(world.model).seen_from(world, view);
    let question = preparing.question(text).map_err(AskError::Trouble)?;
    let view = ask::own_view(&question, view);
    let view = View { on: view.on.or(question.on), ..view };
    Ok((question, preparing.put(), view))
}

/// The days of a world's dossier, read anew.
fn days_of(world: &World<'_>) -> Result<Days, String> {
    let horizon = world.dating.reach;
    Days::of(world.model, horizon.first, horizon.last).map_err(|error| match error {
        days::Undated::Contradiction => "what the dossier says of days contradicts itself".to_owned(),
        days::Undated::Unsettled => "the bounds of days do not settle".to_owned(),
    })
}

/// The stage on which it is shown what an actor knows.
fn knowing<'m>(world: &World<'m>, days: &'m Days, actor: EntityId, view: &View) -> Result<Stage<'m>, String> {
    let question = Question { form: Form::Knowledge { actor, thing: actor }, ..Question::default() };
    let plain = View { seen_by: None, ..view.clone() };
    let mut stage = Stage::new(world, days, question, &Questions::default(), &plain, &[])?;
    let mut things = secrets(world);
    things.extend(published(world, view));
    let shape = |(fluent, args): (FluentId, Vec<Option<Value>>)| Shape {
        of: Target::Fluent(fluent.0),
        args: args.into_iter().map(|it| Some(Val::Entity(it?.as_entity()?.0))).collect(),
    };
    stage.goals = things.into_iter().flat_map(|thing| world.knowing_of(actor, thing)).map(shape).collect();
    Ok(stage)
}

/// What may come out after the day of a view, and what it belongs to.
fn published(world: &World<'_>, view: &View) -> BTreeSet<EntityId> {
    let all = world.published(view);
    all.into_iter().flat_map(|id| chain(world.model, id)).collect()
}

/// Secret things, and what they belong to.
fn secrets(world: &World<'_>) -> BTreeSet<EntityId> {
    let entities = &world.model.lexicon.entities;
    let secret = (0..entities.len()).map(EntityId::from_index).filter(|id| world.secret_root(*id).is_some());
    secret.flat_map(|id| chain(world.model, id)).collect()
}

/// A thing and what it belongs to, one in another, as far as who knows of the whole knows of the part: not beyond what
/// is secret by itself.
fn chain(model: &Model, id: EntityId) -> Vec<EntityId> {
    let entity = |id: &EntityId| &model.lexicon.entities[id.index()];
    let whole = |id: &EntityId| entity(id).belongs_to.first().copied().filter(|_| entity(id).known_only_to.is_none());
    std::iter::successors(Some(id), whole).take(8).collect()
}

/// The things that the actor of a view does not know of, by accepted histories of what it was told. They stand for all
/// chronologies and come to the same in each.
fn known(world: &World<'_>, days: &Days, view: &View, cases: &[Case]) -> Result<Vec<EntityId>, Refusal> {
    let Some(actor) = view.seen_by else { return Ok(Vec::new()) };
    let stage = knowing(world, days, actor, view).map_err(Refusal::of)?;
    let accepted: Vec<Accepted> =
        cases.iter().enumerate().map(|(at, case)| stage.accept(at, case)).collect::<Result<_, _>>()?;
    let pairs: Vec<(&Case, &Accepted)> = cases.iter().zip(&accepted).collect();
    cells::cover(&stage, &pairs).map_err(|(case, why)| Refusal { case: Some(case), ..Refusal::of(why) })?;
    let mut each = accepted.iter().map(|accepted| unknown_in(world, view, actor, accepted));
    let first = each.next().ok_or_else(|| Refusal::of("it does not show what the actor knows"))?;
    match each.all(|other| other == first) {
        true => Ok(first),
        false => Err(Refusal::of("what the actor knows hangs on days that are open")),
    }
}

/// The secret things that an actor does not know of at the end of one history.
fn unknown_in(world: &World<'_>, view: &View, actor: EntityId, accepted: &Accepted) -> Vec<EntityId> {
    let day = view.on.unwrap_or(world.last_day());
    let told = |thing: &EntityId| {
        let holds =
            |span: &Span| span.since.is_none_or(|since| since <= day) && span.until.is_none_or(|until| day < until);
        world.knowing_of(actor, *thing).into_iter().any(|(fluent, args)| {
            let args = args.into_iter().map(|it| Some(Val::Entity(it?.as_entity()?.0))).collect();
            let spans = accepted.intervals.get(&Shape { of: Target::Fluent(fluent.0), args });
            spans.is_some_and(|spans| spans.iter().any(holds))
        })
    };
    let insider = |thing: &EntityId| {
        let actors = &world.model.lexicon.entities[thing.index()].known_only_to;
        actors.as_ref().is_some_and(|actors| actors.contains(&actor))
    };
    let party = |thing: &EntityId| world.model.lexicon.entities[thing.index()].parties.contains(&actor);
    let entities = (0..world.model.lexicon.entities.len()).map(EntityId::from_index);
    let secret = entities.filter(|id| world.secret_root(*id).is_some());
    let hidden = secret.filter(|id| !chain(world.model, *id).iter().any(|it| insider(it) || told(it)));
    let coming = world.published(view).into_iter();
    let coming = coming.filter(|id| !chain(world.model, *id).iter().any(|it| party(it) || told(it)));
    hidden.chain(coming).collect()
}

/// Checks every proof of a file against a dossier. Nothing in the file is taken on trust, and the engine is not asked.
///
/// # Errors
/// The first thing found wrong.
pub fn verify(world: &World<'_>, file: &ProofFile) -> Result<(), Refusal> {
    if file.format != FORMAT {
        return Err(Refusal::of(format!("its format is `{}`, and this reads `{FORMAT}`", file.format)));
    }
    if file.dossier != digest(world.model) {
        return Err(Refusal::of("it was made from another dossier, or from this one before it was changed"));
    }
    let days = days_of(world).map_err(Refusal::of)?;
    let mut seen = Vec::new();
    for (at, proof) in file.proofs.iter().enumerate() {
        verify_one(world, &days, proof, &mut seen).map_err(|refusal| Refusal { proof: Some(at), ..refusal })?;
    }
    Ok(())
}

/// What actors do not know, by accepted histories: the same are not gone through for each proof.
type Seen<'p> = Vec<(View, &'p [Case], Vec<EntityId>)>;

fn verify_one<'p>(world: &World<'_>, days: &Days, proof: &'p Proof, seen: &mut Seen<'p>) -> Result<(), Refusal> {
    let view = view_of(world.model, &proof.view)?;
    let (question, questions, view) = prepared(world, &proof.question, &view).map_err(|error| match error {
        AskError::Trouble(trouble) => Refusal::of(format!("its question is not understood: {}", trouble.message)),
        AskError::Program(_) => Refusal::of("the dossier has no meaning"),
    })?;
    if !proof.knowledge.is_empty() && view.seen_by.is_none() {
        return Err(Refusal::of("nobody's knowledge was asked for"));
    }
    let mut unknown = match seen.iter().find(|(of, cases, _)| *of == view && *cases == proof.knowledge) {
        Some((.., unknown)) => unknown.clone(),
        None => {
            let unknown = known(world, days, &view, &proof.knowledge)?;
            seen.push((view.clone(), &proof.knowledge, unknown.clone()));
            unknown
        }
    };
    unknown.extend(undocumented(world, &view));
    let stage = Stage::new(world, days, question, &questions, &view, &unknown).map_err(Refusal::of)?;
    let stage = stage.with_wholes(&proof.answers);
    let accepted: Vec<Accepted> =
        proof.cases.iter().enumerate().map(|(at, case)| stage.accept(at, case)).collect::<Result<_, _>>()?;
    let cases: Vec<(&Case, &Accepted)> = proof.cases.iter().zip(&accepted).collect();
    if cases.is_empty() || (!proof.exhaustive && proof.answers.is_empty()) {
        return Err(Refusal::of("it looks at too few chronologies for its answer"));
    }
    if proof.exhaustive {
        cells::cover(&stage, &cases).map_err(|(case, why)| Refusal { case: Some(case), ..Refusal::of(why) })?;
    }
    if answered(&comes_to(world, &stage, &cases, proof.exhaustive)?, proof.undated) != proof.answers {
        return Err(Refusal::of("what it shows gives other answers than it claims"));
    }
    Ok(())
}

/// What histories come to. If they do not stand for all chronologies, each speaks for its own alone.
fn comes_to(
    world: &World<'_>,
    stage: &Stage<'_>,
    cases: &[(&Case, &Accepted)],
    exhaustive: bool,
) -> Result<Reply, Refusal> {
    let (mut runs, mut cells) = (Vec::new(), Vec::new());
    for (case, accepted) in cases {
        let first = runs.len();
        if exhaustive {
            runs.extend(cells::ends(stage, case, accepted)?);
        } else {
            runs.push(stage.run(accepted, stage.ticks(&case.days)));
        }
        cells.push((first, runs.len() - 1));
    }
    Ok(stage.reply(world, runs, cells, exhaustive))
}

/// What no source by the year of a view tells of.
fn undocumented(world: &World<'_>, view: &View) -> Vec<EntityId> {
    view.known_in.map(|year| world.undocumented(year)).unwrap_or_default()
}

/// What a view in words means in a dossier.
fn view_of(model: &Model, view: &ViewOf) -> Result<View, Refusal> {
    let entity =
        |name: &String| model.lexicon.entity(name).ok_or_else(|| Refusal::of(format!("nothing is called `{name}`")));
    let on = view.on.as_ref().map(|text| {
        let date = servanda_calendar::parse_written(text).ok();
        let day = date.and_then(|date| date.bounds().allowed().max).map(|day| day.0);
        day.filter(|_| model.program.clock == servanda_model::Clock::Days).or_else(|| text.parse().ok())
    });
    if on == Some(None) {
        return Err(Refusal::of("its day is no day"));
    }
    Ok(View {
        on: on.flatten(),
        seen_by: view.seen_by.as_ref().map(entity).transpose()?,
        known_in: view.known,
        under: view.under.iter().map(entity).collect::<Result<_, _>>()?,
    })
}
