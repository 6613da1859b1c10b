//! Chronologies run, and numbers that are left open tried out in them where an answer may hang on these.
//!
//! In each chronology the numbers are first taken to be anywhere within their bounds. Where that leaves a comparison
//! undecided that certain numbers decide, the bounds of a number that it hangs on are halved, and so on. So there are as many
//! runs as ways in which the comparisons can come out, and not as many as there are numbers to try.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use servanda_engine::{Compiled, Doubt, Options, Record, Start, solve_doubting};
use servanda_model::{EventId, Model, Number, Program};

use crate::chronologies::Ticks;
use crate::numbers::{self, Figure, Part, Taken, Trial, corner, first_besides, halves};
use crate::relevance::{Relevant, Target};
use crate::sight::Sight;
use crate::slice::Slice;
use crate::world::{Chosen, MOST_RUNS, Run, Side, narrative};

/// A program made ready to run.
pub(crate) struct Ready {
    pub(crate) program: Rc<Program>,
    pub(crate) compiled: Rc<Compiled>,
}

/// What chronologies are run with.
pub(crate) struct Runner<'a> {
    pub(crate) model: &'a Model,
    pub(crate) sides: &'a [Side],
    pub(crate) sight: &'a Sight,
    pub(crate) options: Options,
}

impl Runner<'_> {
    /// What follows in a chronology, and the comparisons that numbers leave undecided in it.
    pub(crate) fn run(&self, side: usize, events: &[EventId], ticks: &Ticks) -> (Rc<Run>, Vec<Doubt>) {
        let ready = &self.sides[side].ready;
        self.run_with(side, ready, events, ticks, &Taken::stated(&ready.program), self.options)
    }

    fn run_with(
        &self,
        side: usize,
        ready: &Ready,
        events: &[EventId],
        ticks: &Ticks,
        taken: &Taken,
        options: Options,
    ) -> (Rc<Run>, Vec<Doubt>) {
        let Ready { program, compiled } = ready;
        let last = self.sight.day;
        let by = |event: &EventId| last.is_none_or(|day| ticks[event.index()].is_some_and(|tick| tick <= day));
        let seen: Vec<EventId> = events.iter().copied().filter(by).collect();
        let mut narrative = narrative(self.model, &seen, ticks, &self.sight.sets[side]);
        let stated = &self.sides[side].ready.program;
        narrative.iter_mut().for_each(|it| numbers::put(self.model, stated, taken, it));
        let start = Start { initial: &taken.initial, ranges: &taken.ranges };
        let (solution, doubted) = solve_doubting(compiled, start, &narrative, &options);
        let (ticks, numbers) = (ticks.clone(), taken.numbers.clone());
        (Rc::new(Run { program: Rc::clone(program), solution, ticks, numbers }), doubted)
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

/// A chronology, by the place of its run with the numbers as they are stated, with numbers in a part of those to try.
type Way = (usize, Part);

/// The chronologies of questions that depend on the same.
pub(crate) struct Weighing<'a> {
    runner: &'a Runner<'a>,
    relevant: &'a [Relevant],
    figures: BTreeSet<Figure>,
    as_stated: Runs,
    /// For each of these runs its side, and its doubts.
    sides: Vec<usize>,
    doubts: Vec<Vec<Doubt>>,
    /// For each side the part of its program on which anything depends.
    parts: Vec<OnceCell<Ready>>,
    trial: OnceCell<Trial>,
    /// What was doubted on ways that were tried, and the run where all numbers were certain.
    tried: BTreeMap<Way, (Vec<Doubt>, Option<Rc<Run>>)>,
    /// The number that something hung on last.
    last_hung_on: usize,
}

impl<'a> Weighing<'a> {
    /// Runs all chronologies with the numbers as they are stated.
    pub(crate) fn new(
        runner: &'a Runner<'a>,
        relevant: &'a [Relevant],
        chosen: &Chosen,
        (first, first_doubts): (&Rc<Run>, &[Doubt]),
    ) -> Weighing<'a> {
        let as_stated = Runs {
            runs: vec![Rc::clone(first)],
            cells: Vec::new(),
            exhaustive: chosen.exhaustive,
            precise: chosen.precise,
            stated: None,
        };
        let mut weighing = Weighing {
            runner,
            relevant,
            figures: relevant.iter().flat_map(|it| it.figures.iter().copied()).collect(),
            as_stated,
            sides: vec![0],
            doubts: vec![first_doubts.to_vec()],
            parts: relevant.iter().map(|_| OnceCell::new()).collect(),
            trial: OnceCell::new(),
            tried: BTreeMap::new(),
            last_hung_on: 0,
        };
        let apart =
            |ticks: &Ticks| -> Vec<Option<i64>> { chosen.uncertain.iter().map(|it| ticks[it.index()]).collect() };
        let mut known = BTreeMap::from([((0, apart(&first.ticks)), 0)]);
        for (side, earliest, latest) in &chosen.all {
            let mut place =
                |ticks: &Ticks| *known.entry((*side, apart(ticks))).or_insert_with(|| weighing.state(*side, ticks));
            let places = (place(earliest), place(latest));
            weighing.as_stated.cells.push(places);
        }
        if chosen.all.is_empty() {
            weighing.as_stated.cells.push((0, 0));
        }
        weighing
    }

    /// Runs a chronology with the numbers as they are stated; gives back its place.
    fn state(&mut self, side: usize, ticks: &Ticks) -> usize {
        let events = &self.relevant[side].events;
        let ready = self.ready(side);
        let taken = Taken::stated(&ready.program);
        let (run, doubts) = self.runner.run_with(side, ready, events, ticks, &taken, self.runner.options);
        self.as_stated.runs.push(run);
        self.doubts.push(doubts);
        self.sides.push(side);
        self.sides.len() - 1
    }

    /// The part of a side's program on which anything depends.
    fn ready(&self, side: usize) -> &Ready {
        self.parts[side].get_or_init(|| {
            let Relevant { items, initial, .. } = &self.relevant[side];
            let program = Slice::of_items(&self.runner.sides[side].ready.program, items, initial);
            let compiled = Compiled::new(&program).expect("a part of a program that has a meaning has one");
            Ready { program: Rc::new(program), compiled: Rc::new(compiled) }
        })
    }

    fn trial(&self) -> &Trial {
        self.trial.get_or_init(|| {
            let Runner { model, sides, sight, .. } = self.runner;
            let met: BTreeSet<Number> = self.relevant.iter().flat_map(|it| it.met.iter().copied()).collect();
            let told = narrative(model, &self.relevant[0].events, &self.as_stated.runs[0].ticks, &sight.sets[0]);
            Trial::new(model, &sides[0].ready.program, &self.figures, &met, &told)
        })
    }

    /// The last day that matters to targets.
    pub(crate) fn last(&self, targets: &[Target]) -> i64 {
        let last = targets.iter().map(|target| target.day.unwrap_or(i64::MAX)).max();
        last.filter(|_| !self.figures.is_empty()).unwrap_or(i64::MAX)
    }

    /// Runs for targets that look no further than a day.
    pub(crate) fn runs(&mut self, last: i64, targets: &[&Target]) -> Runs {
        let tells_ends = targets.iter().any(|target| target.tells_ends);
        let all = Matters { until: if tells_ends { i64::MAX } else { last }, ends_of: None };
        let is_doubted = self.doubts.iter().flatten().any(|doubt| doubt.0 <= all.until);
        if self.figures.is_empty() || !is_doubted {
            return self.as_stated.clone();
        }
        let whole = self.trial().whole();
        let cells = self.as_stated.cells.clone();
        let first = cells.iter().filter_map(|cell| Some(self.doubted(*cell, &whole, &all)?.1.0)).min();
        match first {
            None => self.as_stated.clone(),
            // Of many answers it is not looked for when precisely each of them ends.
            Some(first) if first > last && targets.iter().all(|target| target.each) => self.later(&whole),
            Some(first) if first > last => self.in_parts(&whole, &all),
            Some(_) => self.in_parts(&whole, &Matters { ends_of: Some((last, targets)), ..all }),
        }
    }

    /// Where nothing hangs on numbers by the day asked about, but when an answer ends does: chronologies with the numbers as
    /// they are stated, and one with them at either end.
    fn later(&mut self, whole: &Part) -> Runs {
        let mut found = Runs { precise: false, ..self.as_stated.clone() };
        for greatest in [false, true] {
            found.cells.push((found.runs.len(), found.runs.len()));
            found.runs.push(self.certain((self.as_stated.cells[0].0, corner(whole, greatest))));
        }
        found
    }

    /// All chronologies, each with as many numbers as make a difference to it.
    fn in_parts(&mut self, whole: &Part, matters: &Matters<'_>) -> Runs {
        let stated = Some(Rc::clone(&self.as_stated.runs[0]));
        let mut found = Runs { runs: Vec::new(), cells: Vec::new(), stated, ..self.as_stated.clone() };
        let mut places: BTreeMap<Way, usize> = BTreeMap::new();
        let cells = self.as_stated.cells.clone();
        for cell in &cells {
            let mut left = MOST_RUNS / cells.len();
            let mut open = vec![whole.clone()];
            while let Some(part) = open.pop() {
                let doubt = self.doubted(*cell, &part, matters);
                if let Some((place, doubt)) = doubt
                    && left > 0
                {
                    left -= 1;
                    let at = self.hangs_on(place, &part, doubt);
                    let [low, high] = halves(&part, at);
                    open.extend([high, low]);
                    continue;
                }
                found.exhaustive &= doubt.is_none();
                found.precise &= doubt.is_none();
                for greatest in [false, true].into_iter().take(1 + usize::from(doubt.is_some())) {
                    let certain = corner(&part, greatest);
                    let [earliest, latest] = [cell.0, cell.1].map(|place| {
                        *places.entry((place, certain.clone())).or_insert_with(|| {
                            found.runs.push(self.certain((place, certain.clone())));
                            found.runs.len() - 1
                        })
                    });
                    found.cells.push((earliest, latest));
                }
            }
        }
        found
    }

    /// The first comparison in a cell that numbers anywhere in a part leave undecided and certain ones do not, if it matters,
    /// with the chronology in which they do.
    fn doubted(&mut self, cell: (usize, usize), part: &Part, matters: &Matters<'_>) -> Option<(usize, Doubt)> {
        if part.iter().all(|(first, last)| first == last) {
            return None;
        }
        let certain = corner(part, false);
        let mut of = |place: usize| {
            if !self.doubts[place].iter().any(|doubt| doubt.0 <= matters.until) {
                return None;
            }
            self.run((place, part.clone()));
            let run = self.certain((place, certain.clone()));
            let doubts = |part: &Part| &self.tried[&(place, part.clone())].0;
            let doubt = first_besides(doubts(part), doubts(&certain))?;
            matters.of(&run, doubt.0).then_some((place, doubt))
        };
        let earliest = of(cell.0);
        let latest = if cell.1 == cell.0 { earliest } else { of(cell.1) };
        [earliest, latest].into_iter().flatten().min_by_key(|(_, doubt)| doubt.0)
    }

    /// A number that a comparison hangs on: which is another, or none, where this number is certain.
    fn hangs_on(&mut self, place: usize, part: &Part, doubt: Doubt) -> usize {
        let run = &self.as_stated.runs[place];
        let is_open = |at: &usize| part[*at].0 < part[*at].1 && !self.trial().is_told_after(*at, doubt.0, &run.ticks);
        let mut open: Vec<usize> = (0..part.len()).filter(is_open).collect();
        open.sort_by_key(|at| *at != self.last_hung_on);
        if let [only] = open[..] {
            return only;
        }
        for at in open {
            let mut part = part.clone();
            part[at].1 = part[at].0;
            let way = (place, part);
            self.run(way.clone());
            if !self.tried[&way].0.contains(&doubt) {
                self.last_hung_on = at;
                return at;
            }
        }
        let wide = |at: &usize| part[*at].1 - part[*at].0;
        (0..part.len()).max_by_key(wide).expect("a part that leaves something undecided is of some number")
    }

    fn run(&mut self, way: Way) {
        if self.tried.contains_key(&way) {
            return;
        }
        let (place, part) = &way;
        let side = self.sides[*place];
        let ready = self.ready(side);
        let taken = self.trial().taken(part, &ready.program, &self.relevant[side].initial);
        let is_certain = part.iter().all(|(first, last)| first == last);
        let record = if is_certain { self.runner.options.record } else { Record::Timeline };
        let options = Options { record, ..self.runner.options };
        let (events, ticks) = (&self.relevant[side].events, &self.as_stated.runs[*place].ticks);
        let (run, doubts) = self.runner.run_with(side, ready, events, ticks, &taken, options);
        self.tried.insert(way, (doubts, is_certain.then_some(run)));
    }

    /// The run with certain numbers.
    fn certain(&mut self, way: Way) -> Rc<Run> {
        self.run(way.clone());
        self.tried[&way].1.as_ref().map(Rc::clone).expect("runs with certain numbers are kept")
    }
}

/// Which comparisons matter that are left undecided.
struct Matters<'t> {
    /// Those until then.
    until: i64,
    /// After this day only those on which it may hang when what is so on the day ends.
    ends_of: Option<(i64, &'t [&'t Target])>,
}

impl Matters<'_> {
    /// Whether one on this tick does, where all is as in this run until then.
    fn of(&self, run: &Run, tick: i64) -> bool {
        let is_so_until_then = |last: i64, target: &Target| {
            target.fluents.iter().any(|(fluent, args)| {
                let mut args = args.clone();
                args.resize(run.program.fluents[fluent.index()].args.len(), None);
                let mut intervals = run.solution.instances_of(*fluent, &args).flat_map(|it| &it.intervals);
                intervals.any(|it| it.contains(last) && it.until.is_none_or(|until| tick <= until))
            })
        };
        let by_end = |(last, targets): (i64, &[&Target])| {
            tick <= last || targets.iter().any(|target| is_so_until_then(last, target))
        };
        tick <= self.until && self.ends_of.is_none_or(by_end)
    }
}
