//! A timeline kept up to date against one worked out from scratch, on random programs and random changes.
//!
//! `SERVANDA_INCREMENTAL_FIRST` and `SERVANDA_INCREMENTAL_CASES` choose other seeds than those of a usual run.

use servanda_engine::{Compiled, Contradiction, Happened, Incremental, Instance, Options, Record, Solution, solve};
use servanda_model::{Kinded, NumberRange, Occurrence, Value};
use servanda_testkit::generate::{Case, Dice, case};
use servanda_testkit::listing::list;
use std::collections::{BTreeMap, BTreeSet};

/// A solution with its ranges numbered as another numbers them.
struct Renumbered<'a> {
    ranges: &'a [NumberRange],
    wanted: &'a [NumberRange],
}

impl Renumbered<'_> {
    fn value(&self, value: Value) -> Value {
        let Kinded::Range(id) = value.kinded() else { return value };
        let range = self.ranges[id.index()];
        let place = self.wanted.iter().position(|other| *other == range).expect("a range that both have");
        Value::range(servanda_model::RangeId(u32::try_from(place).unwrap()))
    }

    fn all(&self, values: &[Value]) -> Vec<Value> {
        values.iter().map(|value| self.value(*value)).collect()
    }

    fn instance(&self, instance: &Instance) -> Instance {
        let mut intervals = instance.intervals.clone();
        intervals.iter_mut().for_each(|interval| interval.value = self.value(interval.value));
        Instance { fluent: instance.fluent, args: self.all(&instance.args).into(), intervals }
    }

    fn contradiction(&self, contradiction: &Contradiction) -> Contradiction {
        let mut values = self.all(&contradiction.values);
        values.sort_unstable();
        Contradiction { args: self.all(&contradiction.args), values, ..contradiction.clone() }
    }

    fn happened(&self, happened: &Happened) -> Happened {
        Happened { args: self.all(&happened.args), ..happened.clone() }
    }
}

/// A solution without its ranges, in order.
type Plain = (Vec<Instance>, Vec<Contradiction>, BTreeSet<Happened>);

fn plain(solution: &Solution, wanted: &[NumberRange]) -> Plain {
    let names = Renumbered { ranges: &solution.ranges, wanted };
    let mut instances: Vec<Instance> = solution.instances.iter().map(|it| names.instance(it)).collect();
    instances.sort_by(|a, b| (a.fluent, &a.args).cmp(&(b.fluent, &b.args)));
    let mut contradictions: Vec<Contradiction> =
        solution.contradictions.iter().map(|it| names.contradiction(it)).collect();
    contradictions.sort();
    (instances, contradictions, solution.events.iter().map(|it| names.happened(it)).collect())
}

/// The instances that differ between two solutions of one program.
fn differing(before: &Plain, after: &Plain) -> usize {
    let by_name = |plain: &Plain| -> BTreeMap<_, _> {
        plain.0.iter().map(|it| ((it.fluent, it.args.clone()), it.intervals.clone())).collect()
    };
    let (before, after) = (by_name(before), by_name(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(name) != after.get(name)).count()
}

fn other(dice: &mut Dice, narrative: &[Occurrence], horizon: i64) -> Option<Occurrence> {
    if narrative.is_empty() {
        return None;
    }
    let mut made = narrative[dice.roll(narrative.len())].clone();
    made.tick = dice.between(0, horizon);
    made.step = u32::from(dice.chance(25));
    Some(made)
}

struct Followed<'c> {
    compiled: &'c Compiled,
    options: Options,
    kept: Incremental<'c>,
    narrative: Vec<Occurrence>,
}

impl Followed<'_> {
    /// Makes one change at random and compares; says how, if the two then differ.
    fn step(&mut self, dice: &mut Dice, pool: &[Occurrence], horizon: i64) -> Option<String> {
        let before = solve(self.compiled, &self.narrative, &self.options);
        let (said, update) = match dice.roll(3) {
            0 if !self.narrative.is_empty() => {
                let gone = self.narrative.swap_remove(dice.roll(self.narrative.len()));
                let said = format!("without {gone:?}");
                (said, self.kept.remove(&gone).expect("it was there"))
            }
            1 if !self.narrative.is_empty() => {
                let at = dice.roll(self.narrative.len());
                let new = other(dice, pool, horizon)?;
                let old = std::mem::replace(&mut self.narrative[at], new.clone());
                let said = format!("{new:?} for {old:?}");
                (said, self.kept.replace(&old, new).expect("it fits").expect("it was there"))
            }
            _ => {
                let new = other(dice, pool, horizon)?;
                self.narrative.push(new.clone());
                (format!("with {new:?}"), self.kept.insert(new).expect("it fits"))
            }
        };
        let found = self.kept.solution();
        let expected = plain(&solve(self.compiled, &self.narrative, &self.options), &found.ranges);
        let is = plain(&found, &found.ranges);
        if is != expected {
            let (expected, is) = (format!("{expected:#?}"), format!("{is:#?}"));
            return Some(format!("{said}\n{}\nfrom scratch {expected}", first_difference(&expected, &is)));
        }
        let told = differing(&plain(&before, &found.ranges), &expected);
        (told != update.changed.len()).then(|| format!("{said}\n{told} instances changed, told {:?}", update.changed))
    }
}

fn follow(seed: u64, case: &Case) -> Result<usize, String> {
    let Ok(compiled) = Compiled::new(&case.program) else { return Ok(0) };
    let mut dice = Dice::new(seed ^ 0xABCD);
    let until = if dice.chance(50) { Some(case.horizon) } else { None };
    let options = Options { until, horizon: case.horizon, record: Record::Timeline };
    let narrative = case.narrative.clone();
    let kept = Incremental::with_stretches_of(&compiled, &narrative, &options, 1 + dice.roll(3));
    let mut followed = Followed { compiled: &compiled, options, kept, narrative };
    for change in 0..6 {
        if let Some(wrong) = followed.step(&mut dice, &case.narrative, case.horizon) {
            return Err(format!("change {change}: {wrong}"));
        }
    }
    Ok(6)
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// Where two listings first differ.
fn first_difference(expected: &str, found: &str) -> String {
    let mut lines = expected.lines().zip(found.lines());
    lines.find(|(a, b)| a != b).map_or_else(String::new, |(a, b)| format!("{a} from scratch, {b} kept up"))
}

#[test]
fn a_timeline_kept_up_to_date_is_the_one_from_scratch() {
    let first = setting("SERVANDA_INCREMENTAL_FIRST", 0);
    let cases = setting("SERVANDA_INCREMENTAL_CASES", 3_000);
    let mut changes = 0;
    let mut wrong = Vec::new();
    for seed in first..first + cases {
        let case = case(seed);
        match follow(seed, &case) {
            Ok(made) => changes += made,
            Err(how) => wrong.push(format!("seed {seed}\n{}{how}", list(&case))),
        }
    }
    println!("{changes} changes compared");
    assert!(wrong.is_empty(), "{} of {cases} programs, among them {}", wrong.len(), wrong[0]);
}
