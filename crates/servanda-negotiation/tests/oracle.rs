//! `oracle_*`: the analysis against naive enumeration, on seeded random scenarios small enough for it.

use std::collections::{BTreeMap, BTreeSet};

use num_rational::Ratio;
use servanda_negotiation::analysis::{Decimal, Table, TableSide, Terms};
use servanda_negotiation::{
    Analysis, Attribution, Evaluation, Ideal, Issue, IssueEvaluations, Number, Scale, Scenario, Semantics, Settings,
    Side, Values, Weight, analyse, analyse_table,
};

type Exact = Ratio<i128>;

/// SplitMix64, so that every run sees the same scenarios.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound) as i64
    }
}

/// A random scenario in hundredths. Few distinct numbers, so that ties and dominated values abound.
fn random_scenario(random: &mut Random) -> Scenario {
    let sizes: Vec<usize> = (0..1 + random.below(4)).map(|_| 1 + random.below(4) as usize).collect();
    let hundredths = |value: i64| Number::ratio(value, 100).expect("100 is not 0");
    let mut sides = Vec::new();
    for name in 0..2 + random.below(3) {
        let weights = sizes.iter().map(|_| Weight { value: hundredths(random.below(5) * 20), attribution: None });
        let weights = weights.collect();
        let mut table = |size: usize| {
            let spread = [3, 12, 700][random.below(3) as usize];
            let evaluation = |_| Evaluation { value: Number::from(random.below(spread) - 1), attribution: None };
            IssueEvaluations { scale: Scale::OfMaximum, values: (0..size).map(evaluation).collect() }
        };
        let evaluations = sizes.iter().map(|&size| table(size)).collect();
        let reservation = (random.below(3) > 0).then(|| hundredths(random.below(300) - 50));
        let (discount, attribution) = (None, Attribution::default());
        let bias = hundredths(random.below(3) * 7);
        sides.push(Side {
            name: format!("side {name}"),
            weights,
            evaluations,
            reservation,
            discount,
            bias,
            attribution,
        });
    }
    let issue = |(at, size): (usize, &usize)| Issue {
        name: format!("issue {at}"),
        values: Values::Integers { lower: 0, upper: *size as i64 - 1 },
    };
    Scenario { name: "random".to_owned(), issues: sizes.iter().enumerate().map(issue).collect(), sides }
}

fn exact(number: &Number) -> Exact {
    let text = number.to_string();
    if let Some((numerator, denominator)) = text.split_once('/') {
        return Exact::new(numerator.parse().expect("digits"), denominator.parse().expect("digits"));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    Exact::new(format!("{whole}{fraction}").parse().expect("digits"), 10i128.pow(fraction.len() as u32))
}

fn utility(scenario: &Scenario, side: &Side, semantics: Semantics, outcome: &[usize]) -> Exact {
    let mut sum = exact(&side.bias);
    for (issue, &value) in outcome.iter().enumerate() {
        let table: Vec<Exact> = side.evaluations[issue].values.iter().map(|value| exact(&value.value)).collect();
        let greatest = table.iter().max().copied().expect("issues have values");
        let evaluation = match semantics {
            Semantics::Raw => table[value],
            Semantics::Genius if greatest > Exact::from(0) => table[value] / greatest,
            Semantics::Genius => Exact::from(0),
        };
        sum += exact(&side.weights[issue].value) * evaluation;
    }
    assert_eq!(scenario.issues.len(), outcome.len());
    sum
}

/// Every utility point with its outcomes.
fn enumerate(scenario: &Scenario, semantics: Semantics) -> BTreeMap<Vec<Exact>, BTreeSet<Vec<String>>> {
    let mut outcomes: Vec<Vec<usize>> = vec![Vec::new()];
    for issue in &scenario.issues {
        let longer = |outcome: &Vec<usize>| {
            (0..issue.len()).map(|value| [outcome.clone(), vec![value]].concat()).collect::<Vec<_>>()
        };
        outcomes = outcomes.iter().flat_map(longer).collect();
    }
    let mut points: BTreeMap<Vec<Exact>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for outcome in outcomes {
        let utilities = scenario.sides.iter().map(|side| utility(scenario, side, semantics, &outcome)).collect();
        points.entry(utilities).or_default().insert(outcome.iter().map(usize::to_string).collect());
    }
    points
}

fn dominates(a: &[Exact], b: &[Exact]) -> bool {
    a != b && a.iter().zip(b).all(|(a, b)| a >= b)
}

/// The points of the frontier that score highest, among those acceptable to all.
fn best<'a>(acceptable: &[&'a Vec<Exact>], score: impl Fn(&[Exact]) -> Exact) -> BTreeSet<&'a Vec<Exact>> {
    let greatest = acceptable.iter().map(|point| score(point)).max();
    acceptable.iter().copied().filter(|point| Some(score(point)) == greatest).collect()
}

fn check(points: &BTreeMap<Vec<Exact>, BTreeSet<Vec<String>>>, reservations: &[Exact], ideal: Ideal, found: &Analysis) {
    let frontier: Vec<&Vec<Exact>> =
        points.keys().filter(|point| !points.keys().any(|other| dominates(other, point))).collect();
    let mut in_order = frontier.clone();
    in_order.sort_by(|a, b| b.cmp(a));
    let of_point = |point: usize| -> Vec<Exact> { found.frontier[point].exact.iter().map(exact).collect() };
    assert_eq!(
        (0..found.frontier.len()).map(of_point).collect::<Vec<_>>(),
        in_order.into_iter().cloned().collect::<Vec<_>>()
    );
    for (index, point) in found.frontier.iter().enumerate() {
        let outcomes = &points[&of_point(index)];
        assert_eq!(point.outcome_count, outcomes.len() as u64);
        assert_eq!(&point.outcomes.iter().cloned().collect::<BTreeSet<_>>(), outcomes);
    }
    let rational = |point: &Vec<Exact>| point.iter().zip(reservations).all(|(mine, least)| mine >= least);
    let acceptable: Vec<&Vec<Exact>> = frontier.into_iter().filter(|point| rational(point)).collect();
    let Some(solutions) = &found.solutions else { return assert!(acceptable.is_empty()) };
    let sides = reservations.len();
    let ideal: Vec<Exact> = (0..sides)
        .map(|side| {
            let hoped = points.keys().filter(|point| ideal == Ideal::AllOutcomes || rational(point));
            hoped.map(|point| point[side]).max().expect("some outcome is acceptable") - reservations[side]
        })
        .collect();
    let gains = |point: &[Exact]| (0..sides).map(|side| point[side] - reservations[side]).collect::<Vec<Exact>>();
    let shares = |point: &[Exact]| {
        let gains = gains(point).into_iter().zip(&ideal);
        gains.filter(|(_, ideal)| **ideal > Exact::from(0)).map(|(gain, ideal)| gain / ideal).collect::<Vec<Exact>>()
    };
    let least = |values: Vec<Exact>| values.into_iter().min().unwrap_or_default();
    let spread = |values: Vec<Exact>| least(values.clone()) - values.into_iter().max().unwrap_or_default();
    let expected = [
        best(&acceptable, |point| gains(point).into_iter().product()),
        best(&acceptable, |point| spread(shares(point))),
        best(&acceptable, |point| least(shares(point))),
        best(&acceptable, |point| least(gains(point))),
        best(&acceptable, |point| point.iter().sum()),
    ];
    for ((name, solution), expected) in solutions.named().into_iter().zip(expected) {
        let found: BTreeSet<Vec<Exact>> = solution.points.iter().map(|&point| of_point(point)).collect();
        assert_eq!(found, expected.into_iter().cloned().collect(), "{name}");
    }
}

fn settings(semantics: Semantics, ideal: Ideal) -> Settings {
    Settings { ideal, listed_outcomes: 1000, ..Settings::new(semantics) }
}

#[test]
fn oracle_frontier_solutions_and_ties_equal_enumeration() {
    let mut random = Random(1);
    let (mut tied, mut refused) = (0, 0);
    for _ in 0..600 {
        let scenario = random_scenario(&mut random);
        let reservations: Vec<Exact> =
            scenario.sides.iter().map(|side| side.reservation.as_ref().map_or(Exact::from(0), exact)).collect();
        for semantics in [Semantics::Raw, Semantics::Genius] {
            let points = enumerate(&scenario, semantics);
            for ideal in [Ideal::IndividuallyRational, Ideal::AllOutcomes] {
                let found = analyse(&scenario, &settings(semantics, ideal)).expect("the scenario is whole");
                check(&points, &reservations, ideal, &found);
                tied += found.frontier.iter().filter(|point| point.outcome_count > 1).count();
                refused += usize::from(found.solutions.is_none());
            }
        }
    }
    assert!(tied > 500 && refused > 100, "the scenarios must show ties ({tied}) and refusals ({refused})");
}

/// Long weights and evaluations make the same answers in 128 bits and beyond as enumeration does.
#[test]
fn oracle_wide_numbers_change_nothing() {
    let mut random = Random(2);
    for round in 0..120 {
        let mut scenario = random_scenario(&mut random);
        let reservations: Vec<Exact> =
            scenario.sides.iter().map(|side| side.reservation.as_ref().map_or(Exact::from(0), exact)).collect();
        let points = enumerate(&scenario, Semantics::Raw);
        // A huge multiple on one side and its inverse in the weights leave every utility as it was.
        let (huge, tiny) = if round % 2 == 0 { ("1e20", "1e-20") } else { ("1e90", "1e-90") };
        let scale = |number: &Number, by: &str| -> Number {
            let (value, power) = (number.to_string(), by.trim_start_matches("1e").to_owned());
            format!("{value}e{power}").parse().expect("hundredths are decimals")
        };
        for side in &mut scenario.sides {
            side.weights.iter_mut().for_each(|weight| weight.value = scale(&weight.value, tiny));
            let values = side.evaluations.iter_mut().flat_map(|issue| &mut issue.values);
            values.for_each(|value| value.value = scale(&value.value, huge));
            side.reservation = side.reservation.take().map(|value| scale(&value, "1e0"));
        }
        let found = analyse(&scenario, &settings(Semantics::Raw, Ideal::default())).expect("the scenario is whole");
        check(&points, &reservations, Ideal::default(), &found);
        // A bias of many digits on each side forces wide sums and shifts every utility alike.
        for side in &mut scenario.sides {
            let (digits, places) = if round % 3 == 0 { (20, 25) } else { (60, 80) };
            side.bias = format!("{}e-{places}", "7".repeat(digits)).parse().expect("a decimal");
        }
        let shifted = analyse(&scenario, &settings(Semantics::Raw, Ideal::default())).expect("the scenario is whole");
        let outcomes = |analysis: &Analysis| -> Vec<Vec<Vec<String>>> {
            analysis.frontier.iter().map(|point| point.outcomes.clone()).collect()
        };
        assert_eq!(outcomes(&shifted), outcomes(&found));
    }
}

#[test]
fn oracle_tables_equal_enumeration() {
    let mut random = Random(3);
    for _ in 0..400 {
        let (outcomes, sides) = (1 + random.below(60) as usize, 2 + random.below(3) as usize);
        let places = random.below(9) as u16;
        let mut cells = Vec::new();
        for _ in 0..outcomes * sides {
            cells.push(Decimal::new(i128::from(random.below(9)) - 2, places).expect("few places"));
        }
        let unit = 10i128.pow(u32::from(places));
        let mut reservation = || match random.below(4) {
            0 => None,
            1 => Number::ratio(random.below(9), 3 * unit as i64),
            _ => format!("{}e-{places}", random.below(5)).parse().ok(),
        };
        let side = |_| TableSide { name: "side".to_owned(), reservation: reservation() };
        let sides: Vec<TableSide> = (0..sides).map(side).collect();
        let stated: Vec<Exact> =
            sides.iter().map(|side| side.reservation.as_ref().map_or(Exact::from(0), exact)).collect();
        let table = Table { name: "random".to_owned(), sides, labels: Vec::new(), utilities: cells.clone() };
        let mut points: BTreeMap<Vec<Exact>, BTreeSet<Vec<String>>> = BTreeMap::new();
        for (outcome, row) in cells.chunks(stated.len()).enumerate() {
            let utilities = row.iter().map(|cell| Exact::new(cell.digits(), unit)).collect();
            points.entry(utilities).or_default().insert(vec![(outcome + 1).to_string()]);
        }
        let found = analyse_table(&table, &settings(Semantics::Raw, Ideal::default())).expect("the table is whole");
        check(&points, &stated, Ideal::default(), &found);
    }
}

#[test]
fn oracle_settlements_are_dominated_by_what_dominates_them() {
    let mut random = Random(4);
    for _ in 0..200 {
        let scenario = random_scenario(&mut random);
        let outcome: Vec<usize> =
            scenario.issues.iter().map(|issue| random.below(issue.len() as u64) as usize).collect();
        let named = scenario.issues.iter().zip(&outcome).map(|(issue, value)| (issue.name.clone(), value.to_string()));
        let mut settings = settings(Semantics::Raw, Ideal::default());
        settings.settlement = Some(Terms::Values(named.collect()));
        let analysis = analyse(&scenario, &settings).expect("the scenario is whole");
        let settlement = analysis.settlement.as_ref().expect("a settlement was given");
        let mine: Vec<Exact> =
            scenario.sides.iter().map(|side| utility(&scenario, side, Semantics::Raw, &outcome)).collect();
        assert_eq!(settlement.exact.iter().map(exact).collect::<Vec<_>>(), mine);
        let above = analysis
            .frontier
            .iter()
            .enumerate()
            .filter(|(_, point)| dominates(&point.exact.iter().map(exact).collect::<Vec<_>>(), &mine));
        let above: Vec<usize> = above.map(|(index, _)| index).collect();
        assert_eq!(settlement.dominated_by.iter().map(|dominator| dominator.point).collect::<Vec<_>>(), above);
        assert_eq!(settlement.dominated, !above.is_empty());
        assert_eq!(settlement.frontier_point.is_some(), above.is_empty());
        assert_eq!(settlement.frontier_distance == 0.0, above.is_empty());
    }
}
