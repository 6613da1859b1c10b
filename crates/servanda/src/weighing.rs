//! Chronologies run, and numbers that are left open tried out in them where an answer may hang on these.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use servanda_engine::{Compiled, Doubt, Options, ProgramError, Record, solve_doubting};
use servanda_model::{EventId, FluentId, Model, Number, Program, Value};

use crate::chronologies::Ticks;
use crate::numbers::{self, Figure, Numbers, Trial, first_besides};
use crate::relevance::{Relevant, Target};
use crate::sight::Sight;
use crate::world::{Chosen, MOST_RUNS, Run, Side, narrative};

/// In how many chronologies it is tested whether anything hangs on a number.
const MOST_TESTED: usize = 3;

/// What chronologies are run with.
pub(crate) struct Runner<'a> {
    pub(crate) model: &'a Model,
    pub(crate) sides: &'a [Side],
    pub(crate) sight: &'a Sight,
    pub(crate) options: Options,
}

impl Runner<'_> {
    /// What follows in a chronology, and the comparisons that numbers leave undecided in it.
    pub(crate) fn run(&self, side: usize, events: &[EventId], ticks: Ticks, tried: &Tried) -> (Rc<Run>, Vec<Doubt>) {
        self.run_with(side, events, ticks, tried, &self.options)
    }

    fn run_with(
        &self,
        side: usize,
        events: &[EventId],
        ticks: Ticks,
        tried: &Tried,
        options: &Options,
    ) -> (Rc<Run>, Vec<Doubt>) {
        let Side { program: stated, compiled, .. } = &self.sides[side];
        let (program, compiled) =
            tried.programs.get(side).map_or((stated, compiled), |(program, compiled)| (program, &**compiled));
        let last = self.sight.day;
        let by = |event: &EventId| last.is_none_or(|day| ticks[event.index()].is_some_and(|tick| tick <= day));
        let seen: Vec<EventId> = events.iter().copied().filter(by).collect();
        let mut narrative = narrative(self.model, &seen, &ticks, &self.sight.sets[side]);
        narrative.iter_mut().for_each(|it| numbers::put(self.model, stated, &tried.numbers, it));
        let (solution, doubted) = solve_doubting(compiled, &narrative, options);
        (Rc::new(Run { program: Rc::clone(program), solution, ticks, numbers: tried.numbers.clone() }), doubted)
    }
}

/// Numbers in place of those left open, and programs to run with them, where these are not those of the sides.
#[derive(Default)]
pub(crate) struct Tried {
    numbers: Numbers,
    programs: Vec<(Rc<Program>, Rc<Compiled>)>,
}

impl Tried {
    /// Nothing in place of them yet; only what is relevant compares anything.
    fn within(sides: &[Side], relevant: &[Relevant]) -> Result<Tried, Vec<ProgramError>> {
        let mut programs = Vec::new();
        for (side, relevant) in sides.iter().zip(relevant) {
            let program = numbers::within(&side.program, &relevant.items);
            let compiled = Compiled::new(&program)?;
            programs.push((Rc::new(program), Rc::new(compiled)));
        }
        Ok(Tried { numbers: Numbers::new(), programs })
    }

    fn with(&self, numbers: Numbers) -> Result<Tried, Vec<ProgramError>> {
        let mut programs = self.programs.clone();
        if numbers.keys().any(|figure| matches!(figure, Figure::Initial(..))) {
            for (program, compiled) in &mut programs {
                let put = numbers::program_with(program, &numbers);
                *compiled = Rc::new(Compiled::new(&put)?);
                *program = Rc::new(put);
            }
        }
        Ok(Tried { numbers, programs })
    }
}

/// Runs that stand for all chronologies.
#[derive(Clone)]
pub(crate) struct Runs {
    pub(crate) runs: Vec<Rc<Run>>,
    pub(crate) cells: Vec<(usize, usize)>,
    pub(crate) exhaustive: bool,
    pub(crate) precise: bool,
    /// Where numbers were tried out: the earliest chronology with these as they are stated.
    pub(crate) stated: Option<Rc<Run>>,
}

/// What is run with numbers in place of those left open.
struct Prepared {
    narrow: Tried,
    trial: Trial,
    /// With all numbers at their least, and at their greatest.
    ends: [Tried; 2],
}

/// A chronology in which an answer may hang on a number.
struct Test {
    side: usize,
    ticks: Ticks,
    /// What is undecided for other reasons, with all numbers at either end.
    noise: [Vec<Doubt>; 2],
}

/// The chronologies of questions that depend on the same.
pub(crate) struct Weighing<'a> {
    runner: &'a Runner<'a>,
    relevant: &'a [Relevant],
    chosen: &'a Chosen,
    figures: BTreeSet<Figure>,
    /// For each cell its side and its two chronologies.
    cells: Vec<(usize, Ticks, Ticks)>,
    as_stated: Runs,
    /// For each of these runs.
    doubts: Vec<Vec<Doubt>>,
    prepared: Option<Prepared>,
    /// By run, its doubts with certain numbers at both ends, and with those left open.
    weighed: BTreeMap<usize, ([Vec<Doubt>; 2], Vec<Doubt>)>,
}

impl<'a> Weighing<'a> {
    /// Runs all chronologies with the numbers as they are stated.
    pub(crate) fn new(
        runner: &'a Runner<'a>,
        relevant: &'a [Relevant],
        chosen: &'a Chosen,
        (first, first_doubts): (&Rc<Run>, &[Doubt]),
    ) -> Weighing<'a> {
        let figures: BTreeSet<Figure> = relevant.iter().flat_map(|it| it.figures.iter().copied()).collect();
        let mut runs = Placed::new(chosen);
        runs.add(0, &first.ticks, || Rc::clone(first));
        let mut doubts = vec![first_doubts.to_vec()];
        let mut places = Vec::new();
        for (side, earliest, latest) in &chosen.all {
            let mut place = |ticks: &Ticks| {
                runs.add(*side, ticks, || {
                    let (run, open) = runner.run(*side, &relevant[*side].events, ticks.clone(), &Tried::default());
                    doubts.push(open);
                    run
                })
            };
            places.push((place(earliest), place(latest)));
        }
        let mut cells = chosen.all.clone();
        if cells.is_empty() {
            places.push((0, 0));
            cells.push((0, first.ticks.clone(), first.ticks.clone()));
        }
        let as_stated = Runs {
            runs: runs.runs,
            cells: places,
            exhaustive: chosen.exhaustive,
            precise: chosen.precise,
            stated: None,
        };
        Weighing {
            runner,
            relevant,
            chosen,
            figures,
            cells,
            as_stated,
            doubts,
            prepared: None,
            weighed: BTreeMap::new(),
        }
    }

    /// The last day that matters to targets.
    pub(crate) fn last(&self, targets: &[Target]) -> i64 {
        let last = targets.iter().map(|target| target.day.unwrap_or(i64::MAX)).max();
        last.filter(|_| !self.figures.is_empty()).unwrap_or(i64::MAX)
    }

    /// Runs for targets that look no further than a day.
    pub(crate) fn runs(&mut self, last: i64, targets: &[&Target]) -> Result<Runs, Vec<ProgramError>> {
        let tells_ends = targets.iter().any(|target| target.tells_ends);
        let matters = |tick: i64| tells_ends || tick <= last;
        let is_doubted = |at: &usize| self.doubts[*at].iter().any(|doubt| matters(doubt.0));
        let doubted: BTreeSet<usize> = (0..self.doubts.len()).filter(is_doubted).collect();
        if self.figures.is_empty() || doubted.is_empty() {
            return Ok(self.as_stated.clone());
        }
        let prepared = match self.prepared.take() {
            Some(prepared) => prepared,
            None => self.prepare()?,
        };
        let runs = self.weigh(&prepared, &doubted, last, targets, matters);
        self.prepared = Some(prepared);
        runs
    }

    fn weigh(
        &mut self,
        prepared: &Prepared,
        doubted: &BTreeSet<usize>,
        last: i64,
        targets: &[&Target],
        matters: impl Fn(i64) -> bool,
    ) -> Result<Runs, Vec<ProgramError>> {
        let (tests, first_doubt) = self.tests(prepared, doubted, last);
        let Some(first_doubt) = first_doubt.filter(|tick| matters(*tick)) else { return Ok(self.as_stated.clone()) };
        let later = first_doubt > last;
        if later && targets.iter().all(|target| target.each) {
            // Of many answers it is not looked for when precisely each of them ends.
            return Ok(self.later(prepared));
        }
        let mut trial = prepared.trial.clone();
        trial.retain(|numbers, end| {
            prepared.narrow.with(numbers).map_or(true, |tried| {
                let open =
                    |test: &Test| first_besides(&self.doubts_of(test.side, &test.ticks, &tried), &test.noise[end]);
                tests.iter().take(MOST_TESTED).any(|test| open(test).is_some())
            })
        });
        let (ways, whole) = trial.ways();
        let found = match whole || self.hangs(prepared, &ways, &tests[0], targets)? {
            true => self.tried(prepared, ways)?,
            false => None,
        };
        Ok(match found {
            Some(found) => {
                Runs { exhaustive: found.exhaustive && (whole || later), precise: found.precise && whole, ..found }
            }
            None if later => self.later(prepared),
            None => Runs { exhaustive: false, precise: false, ..self.as_stated.clone() },
        })
    }

    /// Where nothing hangs on numbers by the day asked about, but when an answer ends does: chronologies with the numbers as
    /// they are stated, and one with them at either end.
    fn later(&self, prepared: &Prepared) -> Runs {
        let mut found = Runs { precise: false, ..self.as_stated.clone() };
        let (side, ticks, _) = &self.cells[0];
        for tried in &prepared.ends {
            found.cells.push((found.runs.len(), found.runs.len()));
            found.runs.push(self.runner.run(*side, &self.relevant[*side].events, ticks.clone(), tried).0);
        }
        found
    }

    fn prepare(&self) -> Result<Prepared, Vec<ProgramError>> {
        let Runner { model, sides, sight, .. } = self.runner;
        let narrow = Tried::within(sides, self.relevant)?;
        let met: BTreeSet<Number> = self.relevant.iter().flat_map(|it| it.met.iter().copied()).collect();
        let told = narrative(model, &self.relevant[0].events, &self.as_stated.runs[0].ticks, &sight.sets[0]);
        let trial = Trial::new(model, &sides[0].program, &self.figures, &met, &told);
        let ends = [narrow.with(trial.at_end(false))?, narrow.with(trial.at_end(true))?];
        Ok(Prepared { narrow, trial, ends })
    }

    fn doubts_of(&self, side: usize, ticks: &Ticks, tried: &Tried) -> Vec<Doubt> {
        let options = Options { record: Record::Timeline, ..self.runner.options };
        self.runner.run_with(side, &self.relevant[side].events, ticks.clone(), tried, &options).1
    }

    /// Chronologies in which something relevant is undecided, and the first tick on which it is in any. What is still
    /// undecided with certain numbers throughout has nothing to do with the question.
    fn tests(&mut self, prepared: &Prepared, doubted: &BTreeSet<usize>, last: i64) -> (Vec<Test>, Option<i64>) {
        let mut tests: Vec<Test> = Vec::new();
        let mut first_doubt: Option<i64> = None;
        let mut seen = BTreeSet::new();
        for (places, (side, first, end)) in self.as_stated.cells.iter().zip(&self.cells) {
            for (at, ticks) in [(places.0, first), (places.1, end)] {
                if !doubted.contains(&at) || !seen.insert(at) {
                    continue;
                }
                if !self.weighed.contains_key(&at) {
                    let noise = [0, 1].map(|end| self.doubts_of(*side, ticks, &prepared.ends[end]));
                    let open = self.doubts_of(*side, ticks, &prepared.narrow);
                    self.weighed.insert(at, (noise, open));
                }
                let (noise, open) = &self.weighed[&at];
                if let Some(tick) = noise.iter().filter_map(|noise| first_besides(open, noise)).min() {
                    first_doubt = Some(first_doubt.map_or(tick, |known| known.min(tick)));
                    tests.push(Test { side: *side, ticks: ticks.clone(), noise: noise.clone() });
                }
                if tests.len() >= MOST_TESTED && first_doubt.is_some_and(|tick| tick <= last) {
                    return (tests, first_doubt);
                }
            }
        }
        (tests, first_doubt)
    }

    /// Where numbers are too many to try each with each: whether the answers are others with any that are tried.
    fn hangs(
        &self,
        prepared: &Prepared,
        ways: &[Numbers],
        test: &Test,
        targets: &[&Target],
    ) -> Result<bool, Vec<ProgramError>> {
        let events = &self.relevant[test.side].events;
        let run = |tried: &Tried| self.runner.run(test.side, events, test.ticks.clone(), tried).0;
        let stated = run(&Tried::default());
        for numbers in ways {
            let other = run(&prepared.narrow.with(numbers.clone())?);
            if targets.iter().any(|target| said(&stated, target) != said(&other, target)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All chronologies with the numbers in all these ways, unless they are too many.
    fn tried(&self, prepared: &Prepared, ways: Vec<Numbers>) -> Result<Option<Runs>, Vec<ProgramError>> {
        let mut all = Runs {
            runs: Vec::new(),
            cells: Vec::new(),
            stated: Some(Rc::clone(&self.as_stated.runs[0])),
            ..self.as_stated.clone()
        };
        for numbers in ways {
            let tried = prepared.narrow.with(numbers)?;
            let mut runs = Placed { runs: std::mem::take(&mut all.runs), ..Placed::new(self.chosen) };
            for (side, earliest, latest) in &self.cells {
                if runs.runs.len() >= MOST_RUNS {
                    return Ok(None);
                }
                let mut place = |ticks: &Ticks| {
                    runs.add(*side, ticks, || {
                        self.runner.run(*side, &self.relevant[*side].events, ticks.clone(), &tried).0
                    })
                };
                all.cells.push((place(earliest), place(latest)));
            }
            all.runs = runs.runs;
        }
        Ok(Some(all))
    }
}

/// Runs by what tells their chronologies apart.
struct Placed<'a> {
    chosen: &'a Chosen,
    runs: Vec<Rc<Run>>,
    known: BTreeMap<(usize, Vec<Option<i64>>), usize>,
}

impl<'a> Placed<'a> {
    fn new(chosen: &'a Chosen) -> Placed<'a> {
        Placed { chosen, runs: Vec::new(), known: BTreeMap::new() }
    }

    /// The place of a chronology's run, which is made if there is none yet.
    fn add(&mut self, side: usize, ticks: &Ticks, run: impl FnOnce() -> Rc<Run>) -> usize {
        let key = (side, self.chosen.uncertain.iter().map(|it| ticks[it.index()]).collect());
        *self.known.entry(key).or_insert_with(|| {
            self.runs.push(run());
            self.runs.len() - 1
        })
    }
}

/// The first day of something and the day after its last.
type Span = (Option<i64>, Option<i64>);

/// What a run says of a target.
#[derive(PartialEq)]
struct SaidOf {
    held: Vec<(FluentId, Vec<Value>, Value, Span)>,
    done: Vec<(servanda_model::ActionId, Vec<Value>, i64)>,
}

fn said(run: &Run, target: &Target) -> SaidOf {
    let mut held = Vec::new();
    for (fluent, args) in &target.fluents {
        let mut wanted = args.clone();
        if let Some(arity) = run.program.fluents.get(fluent.index()).map(|it| it.args.len()) {
            wanted.resize(arity, None);
        }
        for instance in run.solution.instances_of(*fluent, &wanted) {
            for it in instance.intervals.iter().filter(|it| target.day.is_none_or(|day| it.contains(day))) {
                let span = if target.day.is_none() || target.tells_ends { (it.since, it.until) } else { (None, None) };
                held.push((*fluent, instance.args.to_vec(), it.value, span));
            }
        }
    }
    held.sort();
    let mut done: Vec<(servanda_model::ActionId, Vec<Value>, i64)> = run
        .solution
        .events
        .iter()
        .filter(|it| target.acts.iter().any(|act| act.action == it.action))
        .filter(|it| target.day.is_none_or(|day| it.tick <= day))
        .map(|it| (it.action, it.args.to_vec(), it.tick))
        .collect();
    done.sort();
    SaidOf { held, done }
}
