//! Certain and possible answers of small random dossiers, against every admissible chronology day by day.

use std::ops::ControlFlow;

use servanda::archive::Entry;
use servanda::ask::{Reply, Truth, ask};
use servanda::load::{DefaultLaw, model_of};
use servanda::question::Preparing;
use servanda::world::World;
use servanda_calendar::{Day, Interval, IntervalSet};
use servanda_engine::{Compiled, Options, Record, Solution, solve};
use servanda_model::{DefinitionId, EventId, Happening, Kinded, Model, Occurrence, Value, View};

/// SplitMix64: the same dossiers everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % sides as u64) as usize
    }

    fn pick<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.roll(all.len())]
    }
}

const WORDS: &str = "
kind polity
kind place
polity Arvenia, Belmark
place Vale, Eastmarch
action {a: polity} take/takes/took {place}
action {a: polity} leave/leaves/left {place}
action {a: polity} insult/insults/insulted {b: polity}
action {a: polity} muster/musters/mustered {n: number} in {place}
action {polity} rejoice/rejoices/rejoiced
";

const FLUENTS: &[&str] = &["fluent holder of {place}: polity\n  ties ending wins", "fluent holder of {place}: polity"];

const ANGER: &[&str] = &[
    "fluent {polity} is angry",
    "fluent {polity} is angry\n  ties ending wins\n  deadline true ends after 2",
    "fluent {polity} is angry\n  ties starting wins\n  deadline true ends after 3, renewable",
];

const OTHERS: &str = "
fluent {place} is closed
  deadline true ends after 4
fluent {place} is quiet
fluent {place} is marked
fluent {place} is old
fluent {polity} is proud
fluent {polity} is worried
  ties starting wins
fluent {polity} is feared
fluent {polity} is hasty
fluent {polity} is safe
fluent {polity} is great
fluent {place} is contested
fluent strength of {polity}: number
fluent mark of {place}: day
  ties ending wins
";

const RULES: &[&str] = &[
    "rule Taking\n  for a: polity; q: place\n  when a takes q\n  then holder of q becomes a",
    "rule Leaving\n  for a: polity; q: place\n  when a leaves q\n  if holder of q is a\n  then holder of q ends",
    "rule Insulted\n  for a, b: polity\n  when a insults b\n  then b is angry begins",
    "rule Calmed\n  for a: polity; q: place\n  when a takes q\n  if a is angry\n  then a is angry ends; a rejoices",
    "rule Closing\n  for a: polity; q: place\n  when 2 after a takes q\n  if holder of q is a\n  then q is closed begins",
    "rule Quieting\n  for q: place\n  when q is closed has held for 2\n  then q is quiet begins",
    "rule Proud\n  for a, b: polity; q: place\n  when a takes q\n  unless b insults a\n  then a is proud begins",
    "rule Strength\n  for a: polity; q: place; n: number\n  when a musters n in q\n  then strength of a increases by n",
    "rule Marking\n  for a: polity; q: place\n  when a takes q\n  then mark of q becomes today + 3",
    "rule Marked\n  for q: place\n  when mark of q comes\n  then q is marked begins",
    "rule Hasty\n  for a: polity; q: place; d: day\n  when a leaves q\n  if mark of q is d; d > today\n  then a is hasty begins",
    "rule Late\n  for a: polity; q: place; d: day\n  when a leaves q\n  if mark of q is d; today - d > 1\n  then a is hasty begins",
    "define a is safe\n  for a: polity; q: place\n  while holder of q is a; not a is angry",
    "define a is great\n  for a: polity; n: number\n  while strength of a is n; n > 5",
    "define q is contested\n  for a, b: polity; q: place\n  while holder of q is a; b is angry; a != b",
    "rule Worried\n  for a: polity\n  when a is safe ends\n  then a is worried begins",
    "rule Relieved\n  for a: polity\n  when a rejoices\n  then a is worried ends",
    "rule Feared\n  for a: polity\n  when a is great begins\n  then a is feared begins",
    "rule Unfeared\n  for a: polity\n  when a is great ends\n  then a is feared ends",
    "rule Spent\n  for a: polity; q: place\n  when a leaves q\n  then strength of a decreases by 2",
    "rule Old\n  for a: polity; q: place\n  when 1 month after a takes q\n  if holder of q is a\n  then q is old begins",
    "rule Young\n  for a: polity; q: place\n  when a leaves q\n  then q is old ends",
    "rule Levy\n  for a: polity; q: place; n: number\n  when a musters n in q\n  if n >= 4\n  then a is feared begins",
    "rule Bold\n  for a: polity; q: place\n  when a takes q\n  if strength of a > 3\n  then a is proud begins",
    "rule Armed\n  for a, b: polity; q: place\n  when 3 after a insults b\n    given holder of q is b\n  then a is worried begins",
];

const QUESTIONS: &[&str] = &[
    "who is holder of Vale",
    "holder of Vale is Arvenia",
    "Arvenia is angry",
    "who is angry",
    "Vale is closed",
    "Vale is quiet",
    "which place is marked",
    "who is proud",
    "who is worried",
    "who is safe",
    "who is great",
    "who is feared",
    "who is hasty",
    "not Arvenia is safe",
    "which place is contested",
    "how many strength of Arvenia",
    "Vale is old",
    "what is mark of Vale",
    "did Arvenia rejoice",
];

fn dossier(dice: &mut Dice) -> String {
    let mut text = format!("# Random\n\n```servanda{WORDS}{}\n{}{OTHERS}", dice.pick(FLUENTS), dice.pick(ANGER));
    for rule in RULES {
        if dice.roll(3) > 0 {
            text.push_str(rule);
            text.push('\n');
        }
    }
    let polities = ["Arvenia", "Belmark"];
    let places = ["Vale", "Vale", "Eastmarch"];
    let events = 2 + dice.roll(4);
    let mut open = 0;
    let mut is_endless = false;
    for at in 0..events {
        let (a, b, q) = (dice.pick(&polities), dice.pick(&polities), dice.pick(&places));
        let n = 2 + dice.roll(4);
        let n = if dice.roll(2) == 0 { n.to_string() } else { format!("between {n} and {}", n + 1 + dice.roll(2)) };
        let what = match dice.roll(7) {
            0..3 => format!("{a} takes {q}"),
            3 => format!("{a} leaves {q}"),
            4..6 => format!("{a} insults {b}"),
            _ => format!("{a} musters {n} in {q}"),
        };
        let first = 1 + dice.roll(8);
        let wide = if open < 3 { dice.roll(5) } else { 0 };
        open += usize::from(wide > 0);
        let endless = if wide > 0 && !is_endless { dice.roll(5) } else { 0 };
        let date = match endless {
            _ if wide == 0 => format!("1921-05-{first:02}"),
            1 => String::new(),
            2 => format!("1921-05-{first:02} or earlier"),
            3 => format!("1921-05-{first:02} or later"),
            _ => format!("[1921-05-{first:02}..1921-05-{:02}]", first + wide),
        };
        if (1..=3).contains(&endless) {
            // One such event is many chronologies.
            (is_endless, open) = (true, open + 1);
        }
        let wide = if endless == 4 && wide > 2 {
            // Some days between the first and the last are left out.
            text.push_str(&format!("event [1921-05-{first:02},1921-05-{:02}] E{at}: {what}\n", first + wide));
            continue;
        } else {
            wide
        };
        text.push_str(&format!("event {date} E{at}: {what}\n"));
        if at > 0 && wide > 0 {
            let other = dice.roll(at);
            match dice.roll(6) {
                0 => text.push_str(&format!("  not before E{other}\n")),
                1 => text.push_str(&format!("  within 3 days of E{other}\n")),
                2 => text.push_str(&format!("  after E{other}\n")),
                _ => {}
            }
        }
    }
    if dice.roll(3) == 0 {
        let (a, first, last) = (dice.pick(&polities), 1 + dice.roll(6), 8 + dice.roll(6));
        let (begins, ends) = (dice.roll(2), dice.roll(3));
        text.push_str(&format!(
            "fact since [1921-05-{first:02}..1921-05-{:02}] until [1921-05-{last:02}..1921-05-{:02}]: {a} is angry\n",
            first + begins,
            last + ends
        ));
    }
    text.push_str("```\n");
    text
}

/// What is expected of one answer: its key, whether certain, and the days between which it begins and ends.
type Expected = (String, bool, Hull, Hull);
type Hull = (Option<i64>, Option<i64>);

/// No day of May 1921 leads to one that is further from it than this, by the rules above.
const FAR: i64 = 60;
/// Events that may be arbitrarily early or late are put no further than this from the others.
const ENDLESS: i64 = 100;

/// The days between which one lies; nothing where there is no such bound.
fn hull(days: impl Iterator<Item = Option<i64>>, absent: i64) -> Hull {
    let (first, last) = (day_of("1921-05-01"), day_of("1921-05-31"));
    let placed = days.map(|day| match day {
        Some(day) if day < first - ENDLESS + FAR => i64::MIN,
        Some(day) if day > last + FAR => i64::MAX,
        Some(day) => day,
        None => absent,
    });
    let all: Vec<i64> = placed.collect();
    let finite = |day: Option<i64>| day.filter(|day| *day != i64::MIN && *day != i64::MAX);
    (finite(all.iter().min().copied()), finite(all.iter().max().copied()))
}

fn since(days: impl Iterator<Item = Option<i64>>) -> Hull {
    hull(days, i64::MIN)
}

fn until(days: impl Iterator<Item = Option<i64>>) -> Hull {
    hull(days, i64::MAX)
}

fn day_of(text: &str) -> i64 {
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().expect("a day")).collect();
    Day::from_ymd(parts[0], parts[1] as u8, parts[2] as u8).expect("a day").0
}

fn shown(reply: &Reply, on: bool) -> Vec<Expected> {
    let mut all: Vec<Expected> = reply
        .answers
        .iter()
        .map(|answer| {
            let hull = |one: &Option<String>, between: &Option<(Option<String>, Option<String>)>| match (one, between) {
                (Some(day), _) => (Some(day_of(day)), Some(day_of(day))),
                (None, Some((first, last))) => (first.as_deref().map(day_of), last.as_deref().map(day_of)),
                (None, None) => (None, None),
            };
            let key = if on { answer.text.clone() } else { String::new() };
            (
                key,
                answer.truth == Truth::Certain,
                hull(&answer.since, &answer.since_between),
                hull(&answer.until, &answer.until_between),
            )
        })
        .collect();
    all.sort();
    all
}

/// Runs every admissible chronology.
fn every_case(model: &Model, text: &str) -> (Vec<Solution>, servanda::question::Question) {
    let mut preparing = Preparing::new(model);
    let question = preparing.question(text).unwrap_or_else(|trouble| panic!("{text}: {trouble:?}"));
    let mut program = model.program_under(&[]);
    let put = preparing.put();
    program.fluents.extend(put.fluents.iter().cloned());
    for definition in &put.definitions {
        let mut definition = definition.clone();
        definition.id = DefinitionId::from_index(program.definitions.len());
        program.definitions.push(definition);
    }
    let compiled = Compiled::new(&program).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut world = World::new(model);
    let points: Vec<_> = world.dating.points.iter().map(|point| point.expect("all are stated")).collect();
    let mut horizon = world.dating.horizon;
    let options = Options { until: None, horizon: horizon.last + 60 * 366, record: Record::Timeline };
    let endless = points.iter().any(|point| {
        let (first, last) = world.dating.chronology.as_ref().expect("consistent").bounds(*point);
        first.is_none() || last.is_none()
    });
    if endless {
        (horizon.first, horizon.last) = (day_of("1921-05-01") - ENDLESS, day_of("1921-05-31") + ENDLESS);
    }
    let spans: Vec<Vec<(i64, i64)>> = model.events.iter().map(|event| event.when.spans.clone()).collect();
    let numbers = every_number(model);
    let mut cases = Vec::new();
    let chronology = world.dating.chronology.as_mut().expect("consistent");
    let all = chronology.assignments(&points, horizon, 200_000, |ticks| {
        let is_on = |spans: &Vec<(i64, i64)>, tick: &i64| {
            spans.is_empty() || spans.iter().any(|(first, last)| (*first..=*last).contains(tick))
        };
        if !spans.iter().zip(ticks).all(|(spans, tick)| is_on(spans, tick)) {
            return ControlFlow::Continue(());
        }
        for numbers in &numbers {
            let mut narrative: Vec<Occurrence> = Vec::new();
            for (index, happenings) in numbers.iter().enumerate() {
                for what in happenings {
                    let tag = EventId::from_index(index).0;
                    narrative.push(Occurrence { tick: ticks[index], step: 0, what: what.clone(), tag });
                }
            }
            cases.push(solve(&compiled, &narrative, &options));
        }
        ControlFlow::Continue(())
    });
    assert!(all.expect("enumerable").exhaustive || endless);
    (cases, question)
}

/// What happens in each event, with every whole number in place of those that are left open.
fn every_number(model: &Model) -> Vec<Vec<Vec<Happening>>> {
    let mut ways: Vec<Vec<Vec<Happening>>> = vec![Vec::new()];
    for event in &model.events {
        let mut told: Vec<Vec<Happening>> = vec![event.happenings.clone()];
        for (at, happening) in event.happenings.iter().enumerate() {
            let Happening::Action(_, args) = happening else { continue };
            for (place, value) in args.iter().enumerate() {
                let Kinded::Range(id) = value.kinded() else { continue };
                let range = model.program.ranges[id.index()];
                let whole = |number: Option<servanda_model::Number>| number.expect("bounded").mantissa;
                let with = |list: &Vec<Happening>, number: i64| {
                    let mut list = list.clone();
                    if let Happening::Action(_, args) = &mut list[at] {
                        args[place] = Value::integer(number).expect("small");
                    }
                    list
                };
                let all = whole(range.min)..=whole(range.max);
                told = told.iter().flat_map(|list| all.clone().map(|number| with(list, number))).collect();
            }
        }
        ways = ways
            .iter()
            .flat_map(|way| {
                told.iter().map(|list| {
                    let mut way = way.clone();
                    way.push(list.clone());
                    way
                })
            })
            .collect();
    }
    ways
}

/// The answers on a day: for each key, in which cases it holds since and until when.
fn expected_on(model: &Model, cases: &[Solution], question: &servanda::question::Question, on: i64) -> Vec<Expected> {
    use servanda::question::Form;
    let mut found: std::collections::BTreeMap<String, Vec<Hull>> = Default::default();
    for case in cases {
        if let Form::Acts { patterns, .. } = &question.form {
            let first = case.events.iter().find(|it| {
                it.tick <= on
                    && it.action == patterns[0].action
                    && patterns[0].args.iter().zip(&it.args).all(|(term, value)| match term {
                        servanda_model::Term::Value(wanted) => wanted == value,
                        _ => true,
                    })
            });
            if let Some(first) = first {
                found.entry("act".to_owned()).or_default().push((Some(first.tick), None));
            }
            continue;
        }
        let fluent = question.fluent.expect("a fluent");
        for instance in case.instances.iter().filter(|it| it.fluent == fluent) {
            for interval in instance.intervals.iter().filter(|it| it.contains(on)) {
                let mut key: Vec<String> = instance.args.iter().map(|value| model.show(*value)).collect();
                if matches!(question.form, Form::HowMany) {
                    key.push(model.show(interval.value));
                }
                let key = if key.is_empty() { question.text.clone() } else { key.join(", ") };
                found.entry(key).or_default().push((interval.since, interval.until));
            }
        }
    }
    found
        .into_iter()
        .map(|(key, list)| {
            let certain = list.len() == cases.len();
            (key, certain, since(list.iter().map(|it| it.0)), until(list.iter().map(|it| it.1)))
        })
        .collect()
}

/// The times of a yes-or-no question: where the chronologies have not as many intervals, those that hang together over all.
fn expected_when(cases: &[Solution], question: &servanda::question::Question) -> Vec<Expected> {
    let fluent = question.fluent.expect("a fluent");
    let each: Vec<IntervalSet> = cases
        .iter()
        .map(|case| {
            let instances = case.instances.iter().filter(|it| it.fluent == fluent);
            let spans = instances.flat_map(|it| &it.intervals).filter_map(|it| Interval::new(it.since, it.until));
            spans.fold(IntervalSet::default(), |all, span| all.union(&IntervalSet::from_iter([span])))
        })
        .collect();
    let count = each[0].iter().count();
    let mut all = Vec::new();
    if each.iter().all(|set| set.iter().count() == count) {
        for at in 0..count {
            let spans: Vec<Interval> = each.iter().map(|set| set.iter().nth(at).expect("as many")).collect();
            let (begun, ended) = (spans.iter().map(|it| it.since()), spans.iter().map(|it| it.until()));
            all.push((String::new(), true, since(begun), until(ended)));
        }
    } else {
        let certain = each.iter().skip(1).fold(each[0].clone(), |all, set| all.intersection(set));
        let ever = each.iter().skip(1).fold(each[0].clone(), |all, set| all.union(set));
        let meet = |one: Interval, other: Interval| one.intersection(other).is_some();
        let mut tell = |spans: Vec<Interval>, sure: bool| {
            let (begun, ended) = (spans.iter().map(|it| it.since()), spans.iter().map(|it| it.until()));
            all.push((String::new(), sure, since(begun), until(ended)));
        };
        for whole in ever.iter() {
            let within: Vec<Vec<Interval>> =
                each.iter().map(|set| set.iter().filter(|it| meet(whole, *it)).collect()).collect();
            if within.iter().all(|list| list.len() < 2) {
                let sure = within.iter().all(|list| list.len() == 1);
                tell(within.concat(), sure);
                continue;
            }
            // What is so on days on which it is so in every chronology, and in each of the others the first, the second and so on.
            let anchors: Vec<Interval> = certain.iter().filter(|it| meet(whole, *it)).collect();
            for anchor in &anchors {
                tell(within.iter().flatten().copied().filter(|it| meet(*anchor, *it)).collect(), true);
            }
            let is_left = |it: &Interval| !anchors.iter().any(|anchor| meet(*anchor, *it));
            let left: Vec<Vec<Interval>> =
                within.iter().map(|list| list.iter().copied().filter(is_left).collect()).collect();
            for at in 0..left.iter().map(Vec::len).max().unwrap_or(0) {
                let spans: Vec<Interval> = left.iter().filter_map(|list| list.get(at).copied()).collect();
                let sure = spans.len() == each.len();
                tell(spans, sure);
            }
        }
    }
    all.sort();
    all
}

/// Compares one question of one dossier; returns what differs.
fn compare(text: &str, model: &Model, asked: &str, on: Option<i64>) -> Result<(usize, usize), String> {
    let mut world = World::new(model);
    let view = View { on, ..View::default() };
    let reply = match ask(&mut world, asked, &view) {
        Ok(reply) => reply,
        // A program with a cycle has no meaning under either.
        Err(servanda::ask::AskError::Program(_)) => return Ok((0, 0)),
        Err(error) => return Err(format!("{text}\n{asked}: {error:?}")),
    };
    let (cases, question) = every_case(model, asked);
    let (expected, found) = match on {
        Some(on) => {
            let mut found = shown(&reply, true);
            if matches!(question.form, servanda::question::Form::Acts { .. }) {
                found.iter_mut().for_each(|it| it.0 = "act".to_owned());
            }
            (expected_on(model, &cases, &question, on), found)
        }
        None => (expected_when(&cases, &question), shown(&reply, false)),
    };
    let mut expected = expected;
    expected.sort();
    if reply.precision.is_some() {
        return Err(format!("{text}\n{asked}: approximate"));
    }
    if expected != found {
        let on = on.map(|day| Day(day).to_string());
        return Err(format!("{text}\n{asked} on {on:?}\nexpected {expected:?}\nfound    {found:?}"));
    }
    Ok((expected.len(), expected.iter().filter(|it| !it.1).count()))
}

fn read(text: &str) -> Model {
    let entry = Entry { path: "random.md".to_owned(), text: Ok(text.to_owned()) };
    model_of(&[entry], DefaultLaw::None)
}

#[test]
fn oracle_answers_are_those_of_every_chronology() {
    let seeds: u64 = std::env::var("SERVANDA_SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000);
    let start: u64 = std::env::var("SERVANDA_START").ok().and_then(|it| it.parse().ok()).unwrap_or(0);
    let mut failures = Vec::new();
    let mut approximate = 0;
    let (mut compared, mut answered, mut open) = (0, 0, 0);
    for seed in start..start + seeds {
        let mut dice = Dice(seed.wrapping_mul(0x5851_f42d_4c95_7f2d));
        let text = dossier(&mut dice);
        let model = read(&text);
        let errors = model.diagnostics.iter().filter(|it| it.severity == servanda_diagnostics::Severity::Error);
        let wrong: Vec<&String> = errors.map(|it| &it.message).collect();
        assert!(wrong.is_empty(), "{text}\n{wrong:?}");
        if World::new(&model).dating.contradiction.is_some() {
            continue;
        }
        for _ in 0..4 {
            let asked = dice.pick(QUESTIONS);
            // A number that is left open is told by its bounds.
            let asked = if text.contains("between") && asked.starts_with("how many") { "who is great" } else { asked };
            let on = day_of("1921-05-01") + dice.roll(45).min(dice.roll(45)) as i64;
            let whether = !asked.starts_with("wh") && !asked.starts_with("how") && !asked.starts_with("did");
            let (asked, on) = if whether && dice.roll(2) == 0 {
                (format!("when was {}", asked.trim_start_matches("not ")), None)
            } else {
                (asked.to_owned(), Some(on))
            };
            compared += 1;
            match compare(&text, &model, &asked, on) {
                Err(reason) if reason.ends_with("approximate") => approximate += 1,
                Err(reason) => failures.push(format!("seed {seed}: {reason}")),
                Ok((answers, possible)) => {
                    answered += answers;
                    open += possible;
                }
            }
        }
    }
    println!("{compared} compared, {answered} answers, {open} of them possible, {approximate} approximate");
    assert!(open * 10 > answered, "the dossiers leave too little open");
    assert!(failures.is_empty(), "{} of {compared} differ; the first:\n{}", failures.len(), failures[0]);
    assert!(approximate * 20 <= compared, "{approximate} of {compared} are approximate");
}
