//! Proofs of what a run over feeds found, made when somebody asks for them.
//!
//! A run records nothing. To prove what became of one instance, its history is drafted from the events that its scope
//! sees, and these are looked for in the feeds anew whenever the scope has grown. The checker reads the feeds, too: which
//! events a scope sees is for it to find.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use servanda_engine::{Compiled, Options, Record, solve};
use servanda_model::{ActionId, EntityId, FluentId, Happening, Kinded, NumberRange, Occurrence, Program, Value};
use servanda_proof::{By, Certificate, Moment, Shape, Target, Val, What};
use servanda_verify::check;
use sha2::{Digest, Sha256};

use super::history::{Accepted, accepted};
use super::stage::plain;
use super::{Refusal, draft, hex};

/// The name and version of the format.
pub const FEED_FORMAT: &str = "servanda-proof-of-feed 4";

/// The most events of the feeds that one history may hang on.
pub const MOST_EVENTS: usize = 2_000_000;

/// Up to so many events, each instance has a history of its own.
const FEW_EVENTS: usize = 5_000;

/// Up to so many events, all steps are listed.
const MOST_LISTED: usize = 20_000;

/// Of one fluent or action so many entries; where more are looked at, all of it is. The second is for long histories.
const WIDEST: usize = 400;
const WIDEST_OF_LONG: usize = 16;

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
    /// One for each instance; one for all whose histories are long.
    pub proofs: Vec<FeedProof>,
}

/// The proof that these are all the rows of some instances.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedProof {
    /// The instances, in the order of the goals.
    pub instances: Vec<Claimed>,
    /// The history on which they hang.
    pub certificate: Certificate,
    /// If only the steps about the instances are listed: what stands for all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub all_steps: Option<AllSteps>,
}

/// What is claimed of an instance.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claimed {
    /// The instance, as the first two cells of its rows name it.
    pub of: String,
    /// The rows, as a run writes them.
    pub rows: Vec<String>,
}

/// The steps of a history that is too long to be listed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllSteps {
    /// How many there are.
    pub count: u64,
    /// SHA-256 over them, each as it would stand in the list and with an end of line.
    pub sha256: String,
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

/// A history, and what it comes to for each of its instances.
pub struct Written {
    /// The history.
    pub certificate: Certificate,
    /// What stands for its steps, if they are not listed.
    pub all_steps: Option<AllSteps>,
    /// What it says of its instances.
    pub histories: Vec<History>,
}

/// Instances, by their places among those asked about, that are proved together.
struct Group {
    goals: Vec<usize>,
    scope: Vec<Shape>,
    is_long: bool,
    /// What its scope sees, where that was read.
    read: Option<Slice>,
    done: Option<Result<Written, String>>,
}

/// Writes the histories of instances, each with the places of those that it is about.
///
/// # Errors
/// The feeds cannot be read. Why there is no proof of an instance is said in the place of its history.
#[allow(clippy::type_complexity)]
pub fn prove<F: Feeds>(
    setting: &Setting<'_>,
    goals: &[Shape],
    feeds: &mut F,
) -> Result<Vec<(Vec<usize>, Result<Written, String>)>, F::Error> {
    let told = || setting.told.to_vec();
    let alone = |(at, goal): (usize, &Shape)| Group {
        goals: vec![at],
        scope: vec![goal.clone()],
        is_long: false,
        read: Some(Ok(told())),
        done: None,
    };
    let mut groups: Vec<Group> = goals.iter().enumerate().map(alone).collect();
    let mut leads = draft::Leads::default();
    let compiled = Compiled::new(setting.program).map_err(|_| "the rules have no meaning".to_owned());
    loop {
        for group in groups.iter_mut().filter(|it| it.done.is_none()) {
            let goals: Vec<Shape> = group.goals.iter().map(|at| goals[*at].clone()).collect();
            group.done = match group.read.take() {
                None => None,
                Some(Err(why)) => Some(Err(why.to_string())),
                Some(Ok(narrative)) => write(setting, &compiled, &goals, narrative, group, &mut leads).transpose(),
            };
        }
        if groups.iter().all(|it| it.done.is_some()) {
            groups.sort_by(|a, b| a.goals.cmp(&b.goals));
            return Ok(groups.into_iter().filter_map(|it| Some((it.goals, it.done?))).collect());
        }
        let open: Vec<_> = groups.iter().filter(|it| it.done.is_none()).map(|it| (&*it.scope, it.most())).collect();
        let mut read = slices(setting, &open, feeds)?.into_iter();
        for group in groups.iter_mut().filter(|it| it.done.is_none()) {
            group.read = read.next();
        }
        together(&mut groups);
    }
}

impl Group {
    fn most(&self) -> usize {
        if self.is_long { MOST_EVENTS } else { FEW_EVENTS }
    }
}

/// Instances whose histories are long have one together, as they hang on much the same.
fn together(groups: &mut Vec<Group>) {
    let too_long = |it: &mut Group| it.done.is_none() && !it.is_long && matches!(it.read, Some(Err(NoSlice::TooMany)));
    let more: Vec<Group> = groups.extract_if(.., too_long).collect();
    if more.is_empty() {
        return;
    }
    // What was read for those that were long before does not count: the scope is another.
    let before = groups.extract_if(.., |it| it.done.is_none() && it.is_long);
    let mut all = Group { goals: Vec::new(), scope: Vec::new(), is_long: true, read: None, done: None };
    for group in before.collect::<Vec<_>>().into_iter().chain(more) {
        all.goals.extend(group.goals);
        draft::join(&mut all.scope, group.scope.into_iter(), WIDEST_OF_LONG);
    }
    all.goals.sort_unstable();
    groups.push(all);
}

/// A history from the events that a scope sees, unless it turns out that it looks at more: then the scope has grown.
fn write(
    setting: &Setting<'_>,
    compiled: &Result<Compiled, String>,
    goals: &[Shape],
    narrative: Vec<Occurrence>,
    group: &mut Group,
    leads: &mut draft::Leads,
) -> Result<Option<Written>, String> {
    let (none, mut wanted) = (BTreeSet::new(), group.scope.clone());
    let (program, through, lists_all) = (setting.program, setting.end, narrative.len() <= MOST_LISTED);
    let widest = if group.is_long { WIDEST_OF_LONG } else { WIDEST };
    let task = draft::Task { program, narrative: &narrative, loose: &none, goals, through, widest, lists_all };
    let (mut certificate, _) = draft::draft(task, &mut wanted, leads)?;
    if !certificate.scope.iter().all(|shape| group.scope.iter().any(|mine| mine.covers(shape))) {
        draft::join(&mut group.scope, certificate.scope.into_iter(), widest);
        return Ok(None);
    }
    // It may see less than was looked for; its events are numbered among those that it sees.
    let seen: Vec<Occurrence> = narrative.into_iter().filter(|it| is_seen(setting, &certificate.scope, it)).collect();
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
    let (histories, all_steps) = accept(setting, &certificate, &narrative, lists_all).map_err(|it| it.reason)?;
    // The engine, on these events alone, must say the same.
    let options = Options { until: Some(setting.end), horizon: setting.end, record: Record::Timeline };
    let solution = solve(compiled.as_ref().map_err(String::clone)?, &narrative, &options);
    for history in &histories {
        let mine = |it: &&servanda_engine::Instance| it.fluent == history.fluent && *it.args == *history.args;
        let intervals = solution.instances.iter().find(mine).into_iter().flat_map(|it| &it.intervals);
        let found = intervals.map(|it| (Val::of(it.value, &solution.ranges), it.since, it.until));
        let spans = history.spans.iter();
        if !found.eq(spans.map(|(value, since, until)| (Val::of(*value, &history.ranges), *since, *until))) {
            return Err("the engine and the checker do not agree on it, which is a fault in one of them".to_owned());
        }
    }
    Ok(Some(Written { certificate, all_steps, histories }))
}

fn is_seen(setting: &Setting<'_>, scope: &[Shape], it: &Occurrence) -> bool {
    let Happening::Action(action, args) = &it.what else { return true };
    let args = args.iter().map(|arg| Some(Val::of(*arg, &setting.program.ranges))).collect();
    let event = Shape { of: Target::Action(action.0), args };
    scope.iter().any(|shape| shape.covers(&event))
}

/// Accepts proofs, or says what is wrong with the first that is not: for each the histories of its instances.
///
/// # Errors
/// The feeds cannot be read.
pub fn verify<F: Feeds>(
    setting: &Setting<'_>,
    proofs: &[FeedProof],
    feeds: &mut F,
) -> Result<Result<Vec<Vec<History>>, Refusal>, F::Error> {
    let scopes: Vec<_> = proofs.iter().map(|proof| (&*proof.certificate.scope, MOST_EVENTS)).collect();
    let slices = slices(setting, &scopes, feeds)?;
    let accepted = proofs.iter().zip(slices).enumerate().map(|(at, (proof, slice))| {
        let narrative = slice.map_err(|why| Refusal::of(why.to_string()));
        let lists_all = proof.all_steps.is_none();
        let accepted = narrative.and_then(|narrative| accept(setting, &proof.certificate, &narrative, lists_all));
        let accepted = accepted.and_then(|(histories, all_steps)| {
            let same = all_steps == proof.all_steps;
            if same { Ok(histories) } else { Err(Refusal::of("its steps together are others than it claims")) }
        });
        accepted.map_err(|refusal| Refusal { proof: Some(at), ..refusal })
    });
    Ok(accepted.collect())
}

/// What a history says of its instances, and what stands for its steps if they are not all listed.
fn accept(
    setting: &Setting<'_>,
    certificate: &Certificate,
    narrative: &[Occurrence],
    lists_all: bool,
) -> Result<(Vec<History>, Option<AllSteps>), Refusal> {
    if certificate.through != setting.end {
        return Err(Refusal::of("it does not end where a run over these feeds does"));
    }
    let words = certificate.steps.iter().position(|step| !(step.text.is_empty() && step.origin.is_empty()));
    if words.is_some() {
        return Err(Refusal { step: words, ..Refusal::of("its words are not worked out, and so not shown") });
    }
    let (mut count, mut hash) = (0, Sha256::new());
    let lists = |at: Moment, what: &What, by: &By| {
        if lists_all {
            return true;
        }
        count += 1;
        hash.update(serde_json::to_vec(&Line { at, what, by }).expect("a step is plain data"));
        hash.update(b"\n");
        certificate.goals.iter().any(|goal| goal.covers(&what.on))
    };
    let hangs = check(setting.program, narrative, &BTreeSet::new(), certificate, lists)
        .map_err(|it| Refusal { step: it.step, ..Refusal::of(it.reason) })?;
    let all_steps = (!lists_all).then(|| AllSteps { count, sha256: hex(hash) });
    let accepted = accepted(certificate, hangs);
    let histories: Option<Vec<History>> = certificate.goals.iter().map(|goal| said(setting, goal, &accepted)).collect();
    Ok((histories.ok_or_else(|| Refusal::of("it is not about single instances"))?, all_steps))
}

/// A step, as it would stand in the list.
#[derive(Serialize)]
struct Line<'a> {
    at: Moment,
    what: &'a What,
    by: &'a By,
}

/// What an accepted history says of an instance.
fn said(setting: &Setting<'_>, goal: &Shape, accepted: &Accepted) -> Option<History> {
    let args: Vec<Val> = goal.args.iter().copied().collect::<Option<_>>()?;
    let Target::Fluent(fluent) = goal.of else { return None };
    let mut ranges = setting.program.ranges.clone();
    let spans = accepted.intervals.get(goal).into_iter().flatten();
    let spans = spans.map(|span| (plain(span.value, &mut ranges), span.since, span.until)).collect();
    let args = args.into_iter().map(|arg| plain(arg, &mut ranges)).collect();
    Some(History { fluent: FluentId(fluent), args, spans, ranges })
}

/// What a scope sees of the feeds, with what the rules tell; or why that cannot be gone through.
type Slice = Result<Vec<Occurrence>, NoSlice>;

/// Why events are not gone through.
enum NoSlice {
    TooMany,
    Changed,
}

impl fmt::Display for NoSlice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoSlice::TooMany => write!(
                f,
                "its history hangs on more than {MOST_EVENTS} events. It can be proved of a shorter feed, or of a run \
                 with `--until`"
            ),
            NoSlice::Changed => f.write_str("it is about a thing that came to be of a kind after it had been named"),
        }
    }
}

/// Reads the feeds once, for all scopes, each of which may see so many events.
fn slices<F: Feeds>(
    setting: &Setting<'_>,
    scopes: &[(&[Shape], usize)],
    feeds: &mut F,
) -> Result<Vec<Slice>, F::Error> {
    let ranges = &setting.program.ranges;
    let mut wanted: Vec<Vec<(usize, &Shape)>> = vec![Vec::new(); setting.program.actions.len()];
    for (at, (scope, _)) in scopes.iter().enumerate() {
        for shape in *scope {
            let Target::Action(action) = shape.of else { continue };
            // A scope that names what is not in the rules is refused by the checker.
            wanted.get_mut(action as usize).into_iter().for_each(|it| it.push((at, shape)));
        }
    }
    let mut found: Vec<Result<Vec<(i64, Happening)>, NoSlice>> = scopes.iter().map(|_| Ok(Vec::new())).collect();
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
            if mine.len() == scopes[*at].1 {
                found[*at] = Err(NoSlice::TooMany);
            } else if args.iter().any(has_changed) {
                found[*at] = Err(NoSlice::Changed);
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
