//! Proofs of what a run over feeds found, made when somebody asks for them.
//!
//! A run records nothing. To prove what became of one instance, its history is drafted from the events that its scope
//! sees, and these are looked for in the feeds anew whenever the scope has grown. The checker reads the feeds, too: which
//! events a scope sees is for it to find.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use servanda_engine::{Compiled, Options, Record, solve};
use servanda_model::{ActionId, EntityId, FluentId, Happening, Kinded, NumberRange, Occurrence, Program, Value};
use servanda_proof::{By, Certificate, Shape, Target, Val};
use servanda_verify::check;

use super::history::accepted;
use super::stage::plain;
use super::{Refusal, draft};

/// The name and version of the format.
pub const FEED_FORMAT: &str = "servanda-proof-of-feed 3";

/// The most events of the feeds that one history may hang on.
pub const MOST_EVENTS: usize = 20_000;

/// Of one fluent or action so many entries; where more are looked at, all of it is.
const WIDEST: usize = 400;

/// A file of proofs of rows of a result.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedProofFile {
    /// [`FEED_FORMAT`].
    pub format: String,
    /// SHA-256 over the files of the rules.
    pub rules: String,
    /// The last tick looked at, if one was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<String>,
    /// One for each instance.
    pub proofs: Vec<FeedProof>,
}

/// The proof that these are all the rows of one instance.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedProof {
    /// The instance, as the first two cells of its rows name it.
    pub of: String,
    /// The rows, as a run writes them.
    pub rows: Vec<String>,
    /// The history of the instance.
    pub certificate: Certificate,
}

/// An instance, and the values that it had: from when, and until when.
pub struct History {
    /// Its fluent.
    pub fluent: FluentId,
    /// Its arguments.
    pub args: Vec<Value>,
    /// In order of time.
    pub spans: Vec<(Value, Option<i64>, Option<i64>)>,
    /// What the ranges among these values are.
    pub ranges: Vec<NumberRange>,
}

/// Feeds that can be read as often as there is need.
pub trait Feeds {
    /// Why they cannot be read.
    type Error;
    /// Shows every event, in order of time.
    ///
    /// # Errors
    /// They cannot be read.
    fn each(&mut self, show: &mut dyn FnMut(i64, ActionId, &[Value])) -> Result<(), Self::Error>;
}

/// What does not hang on the events of feeds: the rules, what they themselves say to have happened, and the last tick.
pub struct Setting<'a> {
    /// The rules, with the kinds of things that the feeds name.
    pub program: &'a Program,
    /// What their own files state.
    pub told: &'a [Occurrence],
    /// The last tick looked at.
    pub end: i64,
    /// Events of feeds are numbered from here on.
    pub first: u32,
    /// Things that came to be of a kind only after they had been named. The rules have them of it from the start.
    pub changed: &'a BTreeSet<EntityId>,
}

/// Everything that is said of an instance.
#[must_use]
pub fn goal(program: &Program, fluent: FluentId, args: &[Value]) -> Shape {
    let args = args.iter().map(|arg| Some(Val::of(*arg, &program.ranges))).collect();
    Shape { of: Target::Fluent(fluent.0), args }
}

/// The history of an instance, as a certificate and as what it comes to; or why there is none.
pub type Proved = Result<(Certificate, History), String>;

/// Writes the histories of instances.
///
/// # Errors
/// The feeds cannot be read. Why there is no proof of one instance is said in its place.
pub fn prove<F: Feeds>(setting: &Setting<'_>, goals: &[Shape], feeds: &mut F) -> Result<Vec<Proved>, F::Error> {
    let mut all: Vec<Option<Proved>> = goals.iter().map(|_| None).collect();
    let mut scopes: Vec<Vec<Shape>> = goals.iter().map(|goal| vec![goal.clone()]).collect();
    let mut read: Vec<Slice> = goals.iter().map(|_| Ok(setting.told.to_vec())).collect();
    let mut leads = draft::Leads::default();
    let compiled = Compiled::new(setting.program).map_err(|_| "the rules have no meaning".to_owned());
    loop {
        for (at, goal) in goals.iter().enumerate().filter(|(at, _)| all[*at].is_none()).collect::<Vec<_>>() {
            all[at] = match &read[at] {
                Err(why) => Some(Err(why.clone())),
                Ok(narrative) => {
                    draft_one(setting, &compiled, goal, narrative, &mut scopes[at], &mut leads).transpose()
                }
            };
        }
        if all.iter().all(Option::is_some) {
            return Ok(all.into_iter().flatten().collect());
        }
        let open: Vec<&[Shape]> =
            scopes.iter().zip(&all).map(|(scope, done)| if done.is_none() { scope.as_slice() } else { &[] }).collect();
        read = slices(setting, &open, feeds)?;
    }
}

/// A history from the events that a scope sees, unless it turns out that it looks at more: then the scope has grown.
fn draft_one(
    setting: &Setting<'_>,
    compiled: &Result<Compiled, String>,
    goal: &Shape,
    narrative: &[Occurrence],
    scope: &mut Vec<Shape>,
    leads: &mut draft::Leads,
) -> Result<Option<(Certificate, History)>, String> {
    let goals = std::slice::from_ref(goal);
    let (none, mut wanted) = (BTreeSet::new(), scope.clone());
    let (program, through) = (setting.program, setting.end);
    let task = draft::Task { program, narrative, loose: &none, goals, through, widest: WIDEST };
    let (mut certificate, _) = draft::draft(task, &mut wanted, leads)?;
    if !certificate.scope.iter().all(|shape| scope.iter().any(|mine| mine.covers(shape))) {
        draft::join(scope, certificate.scope.into_iter(), WIDEST);
        return Ok(None);
    }
    // It may see less than was looked for; its events are numbered among those that it sees.
    let seen: Vec<Occurrence> =
        narrative.iter().filter(|it| is_seen(setting, &certificate.scope, it)).cloned().collect();
    let numbers: BTreeMap<u32, u32> =
        seen.iter().map(|it| it.tag).filter(|tag| *tag >= setting.first).zip(setting.first..).collect();
    for step in &mut certificate.steps {
        if let By::Narrative(tag) = &mut step.by {
            *tag = numbers.get(tag).copied().unwrap_or(*tag);
        }
    }
    let told = setting.told.iter().cloned();
    let happened = seen.into_iter().filter(|it| it.tag >= setting.first).map(|it| (it.tick, it.what));
    let narrative = numbered(setting, told.collect(), happened.collect());
    let history = accept(setting, &certificate, &narrative).map_err(|it| it.reason)?;
    // The engine, on these events alone, must say the same.
    let options = Options { until: Some(setting.end), horizon: setting.end, record: Record::Timeline };
    let solution = solve(compiled.as_ref().map_err(String::clone)?, &narrative, &options);
    let mine = |it: &&servanda_engine::Instance| it.fluent == history.fluent && *it.args == *history.args;
    let intervals = solution.instances.iter().find(mine).into_iter().flat_map(|it| &it.intervals);
    let found = intervals.map(|it| (Val::of(it.value, &solution.ranges), it.since, it.until));
    if !found.eq(history.spans.iter().map(|(value, since, until)| (Val::of(*value, &history.ranges), *since, *until))) {
        return Err("the engine and the checker do not agree on it, which is a fault in one of them".to_owned());
    }
    Ok(Some((certificate, history)))
}

fn is_seen(setting: &Setting<'_>, scope: &[Shape], it: &Occurrence) -> bool {
    let Happening::Action(action, args) = &it.what else { return true };
    let args = args.iter().map(|arg| Some(Val::of(*arg, &setting.program.ranges))).collect();
    let event = Shape { of: Target::Action(action.0), args };
    scope.iter().any(|shape| shape.covers(&event))
}

/// Accepts proofs, or says what is wrong with the first that is not: for each the history of its instance.
///
/// # Errors
/// The feeds cannot be read.
pub fn verify<F: Feeds>(
    setting: &Setting<'_>,
    proofs: &[FeedProof],
    feeds: &mut F,
) -> Result<Result<Vec<History>, Refusal>, F::Error> {
    let scopes: Vec<&[Shape]> = proofs.iter().map(|proof| proof.certificate.scope.as_slice()).collect();
    let slices = slices(setting, &scopes, feeds)?;
    let accepted = proofs.iter().zip(slices).enumerate().map(|(at, (proof, slice))| {
        let narrative = slice.map_err(Refusal::of);
        let history = narrative.and_then(|narrative| accept(setting, &proof.certificate, &narrative));
        history.map_err(|refusal| Refusal { proof: Some(at), ..refusal })
    });
    Ok(accepted.collect())
}

fn accept(setting: &Setting<'_>, certificate: &Certificate, narrative: &[Occurrence]) -> Result<History, Refusal> {
    let [goal] = certificate.goals.as_slice() else { return Err(Refusal::of("it is not about one instance")) };
    let args: Option<Vec<Val>> = goal.args.iter().copied().collect();
    let (Target::Fluent(fluent), Some(args)) = (goal.of, args) else {
        return Err(Refusal::of("it is not about one instance"));
    };
    if certificate.through != setting.end {
        return Err(Refusal::of("it does not end where a run over these feeds does"));
    }
    let words = certificate.steps.iter().position(|step| !(step.text.is_empty() && step.origin.is_empty()));
    if words.is_some() {
        return Err(Refusal { step: words, ..Refusal::of("its words are not worked out, and so not shown") });
    }
    let hangs = check(setting.program, narrative, &BTreeSet::new(), certificate)
        .map_err(|it| Refusal { step: it.step, ..Refusal::of(it.reason) })?;
    let intervals = accepted(certificate, hangs).intervals;
    let mut ranges = setting.program.ranges.clone();
    let spans = intervals.get(goal).into_iter().flatten();
    let spans = spans.map(|span| (plain(span.value, &mut ranges), span.since, span.until)).collect();
    let args = args.into_iter().map(|arg| plain(arg, &mut ranges)).collect();
    Ok(History { fluent: FluentId(fluent), args, spans, ranges })
}

fn too_many() -> String {
    format!(
        "its history hangs on more than {MOST_EVENTS} events, perhaps on all: rules lead from it to instances with \
         whatever arguments. It can be proved of a shorter feed, or of a run with `--until`"
    )
}

/// What a scope sees of the feeds, with what the rules tell; or why that cannot be gone through.
type Slice = Result<Vec<Occurrence>, String>;

/// Reads the feeds once, for all scopes.
fn slices<F: Feeds>(setting: &Setting<'_>, scopes: &[&[Shape]], feeds: &mut F) -> Result<Vec<Slice>, F::Error> {
    let ranges = &setting.program.ranges;
    let mut wanted: Vec<Vec<(usize, &Shape)>> = vec![Vec::new(); setting.program.actions.len()];
    for (at, scope) in scopes.iter().enumerate() {
        for shape in *scope {
            let Target::Action(action) = shape.of else { continue };
            // A scope that names what is not in the rules is refused by the checker.
            wanted.get_mut(action as usize).into_iter().for_each(|it| it.push((at, shape)));
        }
    }
    let mut found: Vec<Result<Vec<(i64, Happening)>, String>> = vec![Ok(Vec::new()); scopes.len()];
    let mut vals: Vec<Option<Val>> = Vec::new();
    feeds.each(&mut |tick, action, args| {
        let wanted = &wanted[action.index()];
        if wanted.is_empty() {
            return;
        }
        vals.clear();
        vals.extend(args.iter().map(|arg| Some(Val::of(*arg, ranges))));
        let fits = |shape: &Shape| {
            shape.args.len() == vals.len()
                && shape.args.iter().zip(&vals).all(|(mine, it)| mine.is_none() || mine == it)
        };
        let mut last = None;
        for (at, _) in wanted.iter().filter(|(_, shape)| fits(shape)) {
            if last.replace(*at) == Some(*at) {
                continue;
            }
            let Ok(mine) = &mut found[*at] else { continue };
            let has_changed = |arg: &Value| matches!(arg.kinded(), Kinded::Entity(id) if setting.changed.contains(&id));
            if mine.len() == MOST_EVENTS {
                found[*at] = Err(too_many());
            } else if args.iter().any(has_changed) {
                found[*at] = Err("it is about a thing that came to be of a kind after it had been named".to_owned());
            } else {
                mine.push((tick, Happening::Action(action, args.into())));
            }
        }
    })?;
    let told = || setting.told.to_vec();
    Ok(found.into_iter().map(|found| found.map(|found| numbered(setting, told(), found))).collect())
}

/// What is told, and what happened, numbered in an order that does not hang on how the rows of one tick lie.
fn numbered(setting: &Setting<'_>, told: Vec<Occurrence>, mut happened: Vec<(i64, Happening)>) -> Vec<Occurrence> {
    happened.sort();
    let happened = happened.into_iter().zip(setting.first..);
    let mut all: Vec<Occurrence> =
        happened.map(|((tick, what), tag)| Occurrence { tick, step: 0, what, tag }).chain(told).collect();
    all.sort();
    all
}
