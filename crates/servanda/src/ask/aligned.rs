//! Which intervals of several chronologies are the same time: what is so for a while in each of them, if not on the same days.

use servanda_calendar::{Interval, IntervalSet};

/// A time: its interval in each chronology that has it, by the number of the chronology, in order.
pub(super) type Time = Vec<(usize, Interval)>;

/// The times of something, from its days in each chronology. `cells` are the pairs of chronologies between which others lie.
///
/// With as many intervals in each, the first is the same time in all, and so on. Otherwise intervals are the same time where
/// they, and the days between those of one cell, hang together; and where a chronology has several of these, they are told
/// apart by the days on which it is so in all.
pub(super) fn times(days: &[IntervalSet], cells: &[(usize, usize)]) -> Vec<Time> {
    let all = || days.iter().enumerate().flat_map(|(run, set)| set.iter().map(move |it| (run, it)));
    let count = |set: &IntervalSet| set.iter().count();
    if days.windows(2).all(|pair| count(&pair[0]) == count(&pair[1])) {
        let nth = |at: usize| (0..days.len()).filter_map(|run| Some((run, days[run].iter().nth(at)?))).collect();
        return (0..days.first().map_or(0, count)).map(nth).collect();
    }
    let spans = cells.iter().map(|(earliest, latest)| within_cell(&days[*earliest], &days[*latest]));
    let (always, ever): (Vec<IntervalSet>, Vec<IntervalSet>) = spans.unzip();
    let own = IntervalSet::from_iter(all().map(|(_, it)| it));
    let ever = ever.iter().fold(own, |any, it| any.union(it));
    let certain = always.into_iter().reduce(|all, it| all.intersection(&it)).unwrap_or_default();
    let mut times = Vec::new();
    for whole in ever.iter() {
        let within: Time = all().filter(|(_, it)| overlap(&whole, it)).collect();
        if within.windows(2).all(|pair| pair[0].0 != pair[1].0) {
            times.push(within);
            continue;
        }
        let anchors: Vec<Interval> = certain.iter().filter(|it| overlap(&whole, it)).collect();
        let on_anchor =
            |anchor: &Interval| within.iter().copied().filter(|(_, it)| overlap(anchor, it)).collect::<Time>();
        times.extend(anchors.iter().map(on_anchor));
        let rest = |it: &(usize, Interval)| !anchors.iter().any(|anchor| overlap(anchor, &it.1));
        times.extend(in_turn(within.iter().copied().filter(rest)));
    }
    times
}

/// The first of each chronology, the second, and so on.
fn in_turn(all: impl Iterator<Item = (usize, Interval)>) -> Vec<Time> {
    let mut times: Vec<Time> = Vec::new();
    let mut before = (None, 0);
    for (run, interval) in all {
        let at = if before.0 == Some(run) { before.1 + 1 } else { 0 };
        before = (Some(run), at);
        if times.len() <= at {
            times.push(Vec::new());
        }
        times[at].push((run, interval));
    }
    times
}

fn overlap(one: &Interval, other: &Interval) -> bool {
    let begins_by =
        |since: Option<i64>, until: Option<i64>| until.is_none_or(|until| since.is_none_or(|it| it < until));
    begins_by(one.since(), other.until()) && begins_by(other.since(), one.until())
}

/// The days in all and in any of the chronologies of a cell, from those of its earliest and its latest: each interval
/// moves from the one to the other.
fn within_cell(earliest: &IntervalSet, latest: &IntervalSet) -> (IntervalSet, IntervalSet) {
    let pairs = || earliest.iter().zip(latest.iter());
    let always = pairs().filter_map(|(first, last)| Interval::new(last.since(), first.until()));
    let ever = pairs().filter_map(|(first, last)| Interval::new(first.since(), last.until()));
    (IntervalSet::from_iter(always), IntervalSet::from_iter(ever))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(spans: &[(i64, i64)]) -> IntervalSet {
        spans.iter().filter_map(|(since, until)| Interval::new(Some(*since), Some(*until))).collect()
    }

    fn times_of(days: &[&[(i64, i64)]]) -> Vec<Vec<(usize, i64, i64)>> {
        let days: Vec<IntervalSet> = days.iter().map(|spans| set(spans)).collect();
        let cells: Vec<(usize, usize)> = (0..days.len()).map(|at| (at, at)).collect();
        let plain = |it: (usize, Interval)| (it.0, it.1.since().unwrap(), it.1.until().unwrap());
        times(&days, &cells).into_iter().map(|time| time.into_iter().map(plain).collect()).collect()
    }

    #[test]
    fn what_only_some_chronologies_have_is_one_time_that_hangs_together() {
        assert_eq!(times_of(&[&[(10, 30)], &[], &[(20, 30)]]), [vec![(0, 10, 30), (2, 20, 30)]]);
        assert_eq!(
            times_of(&[&[(10, 20), (50, 60)], &[(12, 20)]]),
            [vec![(0, 10, 20), (1, 12, 20)], vec![(0, 50, 60)]]
        );
    }

    #[test]
    fn a_break_that_only_some_have_makes_two_times_with_ends_that_are_open() {
        let times = times_of(&[&[(10, 90)], &[(10, 20), (40, 90)]]);
        assert_eq!(times, [vec![(0, 10, 90), (1, 10, 20)], vec![(0, 10, 90), (1, 40, 90)]]);
    }

    #[test]
    fn every_interval_is_in_some_time() {
        let times = times_of(&[&[(10, 50)], &[(10, 20), (30, 40)], &[(40, 50)], &[]]);
        for interval in [(0, 10, 50), (1, 10, 20), (1, 30, 40), (2, 40, 50)] {
            assert!(times.iter().flatten().any(|it| *it == interval), "{interval:?} in {times:?}");
        }
    }
}
