//! How long tightening, finding a contradiction, adding and asking take, and how they grow.
//!
//! `cargo bench -p servanda-chronology`. Figures are the best of several runs, in CPU-bound wall time on one thread. The
//! floor is one pass over all inequalities with a read at either end: nothing can tighten in less.

use std::hint::black_box;
use std::time::{Duration, Instant};

use servanda_chronology::{
    Bound, ChronologyError, Condition, Constraint, ConstraintId, Horizon, Network, Point, Shift,
};

/// Five inequalities a point, as many as a dossier full of synchronisms has.
const PER_POINT: usize = 5;

fn main() {
    println!("A conflict is of ten statements, or of a tenth as many as there are points.");
    println!(
        "{:>8} {:>9} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "points", "inequal.", "floor", "tighten", "months", "conflict", "long one"
    );
    for points in [1_000, 10_000, 100_000] {
        whole(points);
    }
    println!(
        "\n{:>8} {:>10} {:>10} {:>10} {:>10} {:>12}",
        "points", "add", "refused", "certain", "in force", "sensitivity"
    );
    for points in [1_000, 10_000, 100_000] {
        one_more(points);
    }
}

fn whole(points: usize) {
    let plain = dossier(points, false);
    let months = dossier(points, true);
    let broken = [contradictory(points, 10), contradictory(points, points / 10)];
    let floor = best(20, || plain.pass());
    let tighten = best_of(5, || plain.network(), |network| black_box(network.tighten()).is_ok());
    let with_months = best_of(5, || months.network(), |network| black_box(network.tighten()).is_ok());
    let [short, long] = broken.map(|it| best_of(5, || it.network(), |network| black_box(network.tighten()).is_err()));
    let edges = plain.constraints.len();
    println!(
        "{points:>8} {edges:>9} {floor:>10.2?} {tighten:>10.2?} {with_months:>10.2?} {short:>10.2?} {long:>10.2?}"
    );
}

fn one_more(points: usize) {
    let dossier = dossier(points, false);
    let Ok(mut chronology) = dossier.network().tighten() else { return };
    let mut dice = Dice(7);
    let pairs: Vec<(Point, Point, i64)> = (0..10_000)
        .map(|_| {
            let (one, other) = (dice.below(points), dice.below(points));
            (dossier.points[one], dossier.points[other], dossier.ticks[other] - dossier.ticks[one])
        })
        .collect();
    let certain = each(&pairs, |(from, to, apart)| {
        let _ = black_box(chronology.with_assumed(&[Constraint::at_least_after(*from, *to, apart + 40)]));
    });
    let in_force = each(&pairs, |(since, until, _)| {
        let tick = chronology.lower(*until).unwrap_or(0);
        let _ = black_box(chronology.truth(&Condition::in_force(*since, Some(*until), tick)));
    });
    let refused = each(&pairs, |(from, to, apart)| {
        let _ =
            black_box(chronology.add(ConstraintId(u32::MAX), Constraint::at_least_after(*from, *to, apart + 100_000)));
    });
    let mut id = 1 << 20;
    let add = each(&pairs, |(from, to, apart)| {
        id += 1;
        let _ = black_box(chronology.add(ConstraintId(id), Constraint::at_most_after(*from, *to, apart + 20)));
    });
    let sensitivity = each(&pairs[..20], |(from, _, _)| {
        black_box(chronology.sensitivity(*from, Bound::Upper));
    });
    println!("{points:>8} {add:>10.2?} {refused:>10.2?} {certain:>10.2?} {in_force:>10.2?} {sensitivity:>12.2?}");
    let _ = black_box(chronology.earliest(Horizon { first: 0, last: 0 }));
}

/// A chronology that happened, and statements that are true of it.
struct Dossier {
    ticks: Vec<i64>,
    points: Vec<Point>,
    constraints: Vec<Constraint>,
}

impl Dossier {
    fn network(&self) -> Network {
        let mut network = Network::new();
        for _ in 1..self.ticks.len() {
            network.add_point();
        }
        for (index, constraint) in self.constraints.iter().enumerate() {
            let added: Result<(), ChronologyError> = network.add(ConstraintId(index as u32), constraint.clone());
            assert!(added.is_ok(), "the points were made above");
        }
        network
    }

    fn pass(&self) -> i64 {
        let distance = |constraint: &Constraint| match constraint {
            Constraint::Apart { from, to, at_least, at_most } => {
                let given = at_least.or(*at_most).unwrap_or(0);
                self.ticks[to.0 as usize] - self.ticks[from.0 as usize] - given
            }
            Constraint::Moved { .. } => 0,
        };
        self.constraints.iter().map(distance).fold(0, i64::max)
    }
}

/// Events over two centuries; one in ten dated to within a month, the others placed by their neighbours and by a few
/// far-off ones. With `months`, one statement in ten is "about so many months after".
fn dossier(points: usize, months: bool) -> Dossier {
    let mut dice = Dice(points as u64);
    let mut ticks: Vec<i64> = (0..points).map(|_| dice.below(73_000) as i64).collect();
    ticks.sort_unstable();
    ticks.insert(0, 0);
    let all: Vec<Point> = (0..=points as u32).map(Point).collect();
    let mut constraints = Vec::new();
    for index in 1..=points {
        if index % 10 == 1 {
            let slack = dice.below(30) as i64;
            constraints.push(Constraint::not_before(all[index], ticks[index] - slack));
            constraints.push(Constraint::not_after(all[index], ticks[index] + 30 - slack));
        }
    }
    while constraints.len() < PER_POINT * points {
        let near = dice.below(4) > 0;
        let from = 1 + dice.below(points);
        let to = if near { 1 + (from + dice.below(40)) % points } else { 1 + dice.below(points) };
        let apart = ticks[to] - ticks[from];
        if months && dice.below(10) == 0 {
            constraints.push(Constraint::Moved {
                from: all[from],
                to: all[to],
                by: Shift::new(Months { months: (apart * 12).div_euclid(365) - 2 }),
                relation: servanda_chronology::Relation::AtLeast,
            });
        } else if dice.below(2) == 0 {
            constraints.push(Constraint::at_least_after(all[from], all[to], apart - dice.below(60) as i64));
        } else {
            constraints.push(Constraint::at_most_after(all[from], all[to], apart + dice.below(60) as i64));
        }
    }
    Dossier { ticks, points: all, constraints }
}

/// The same with a loop that cannot be: so many new events, each a day or more after the one before, and the last not
/// long enough after the first. Every statement of the loop has two sides, so it has to be shown that none can be spared.
fn contradictory(points: usize, length: usize) -> Dossier {
    let mut dossier = dossier(points, false);
    for step in 0..length {
        let point = Point(dossier.ticks.len() as u32);
        dossier.ticks.push(0);
        dossier.points.push(point);
        if step > 0 {
            dossier.constraints.push(Constraint::apart(Point(point.0 - 1), point, 1, 1_000));
        }
    }
    let (first, last) = (dossier.points[points + 1], dossier.points[points + length]);
    dossier.constraints.push(Constraint::apart(first, last, 0, length as i64 - 2));
    dossier
}

/// So many months after, in a calendar of twelve months of 30 days and 5 days more.
struct Months {
    months: i64,
}

impl servanda_chronology::Monotone for Months {
    fn at(&self, tick: i64) -> i64 {
        let (year, day) = (tick.div_euclid(365), tick.rem_euclid(365));
        let month = (day / 30).min(11);
        let moved = year * 12 + month + self.months;
        let last = if moved.rem_euclid(12) == 11 { 34 } else { 29 };
        moved.div_euclid(12) * 365 + moved.rem_euclid(12) * 30 + (day - month * 30).min(last)
    }

    fn period(&self) -> Option<i64> {
        Some(365)
    }
}

fn best(runs: usize, mut run: impl FnMut() -> i64) -> Duration {
    best_of(runs, || (), |()| black_box(run()) != i64::MIN)
}

fn best_of<T>(runs: usize, mut prepare: impl FnMut() -> T, mut run: impl FnMut(T) -> bool) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..runs {
        let input = prepare();
        let start = Instant::now();
        assert!(black_box(run(input)), "the outcome is known beforehand");
        best = best.min(start.elapsed());
    }
    best
}

fn each<T>(inputs: &[T], mut run: impl FnMut(&T)) -> Duration {
    let start = Instant::now();
    inputs.iter().for_each(&mut run);
    start.elapsed() / inputs.len() as u32
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}
