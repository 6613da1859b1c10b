//! What frontiers cost: additive ones by merging, tabulated ones by sorting, beside the floor of reading a table once.
//!
//! Times are processor time of this thread where the system tells it (`/proc/thread-self/schedstat`), else wall time;
//! the least of several batches. `cargo bench -p servanda-negotiation` prints the figures and fails on no number.

use std::hint::black_box;
use std::time::{Duration, Instant};

use servanda_negotiation::analysis::{Decimal, SensitivitySettings, Table, TableSide, sensitivity};
use servanda_negotiation::{
    Attribution, Evaluation, Issue, IssueEvaluations, Number, Scale, Scenario, Semantics, Settings, Side, Values,
    Weight, analyse, analyse_table, import,
};

/// Numbers that are the same on every run. Steele, Lea and Flood's SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// How the evaluations of the two sides relate.
#[derive(Clone, Copy)]
enum Interests {
    /// Not at all.
    Unrelated,
    /// What is better for one is worse for the other.
    Opposed,
}

fn scenario(issues: usize, values: u64, weight_digits: usize, interests: Interests) -> Scenario {
    let mut random = Random(7);
    let mut side = |name: &str, rising: bool| {
        let weights = (0..issues).map(|_| {
            let digits =
                format!("0.{:0width$}", random.next() % 10u64.pow(weight_digits as u32), width = weight_digits);
            Weight { value: digits.parse().expect("a decimal"), attribution: None }
        });
        let weights = weights.collect();
        let mut evaluation = |value: u64| {
            let value = match interests {
                Interests::Unrelated => random.below(500) + 1,
                Interests::Opposed => (if rising { value } else { values - value }) * 50 + random.below(50) + 1,
            };
            Evaluation { value: Number::from(value as i64), attribution: None }
        };
        let mut table =
            || IssueEvaluations { scale: Scale::OfMaximum, values: (0..values).map(&mut evaluation).collect() };
        Side {
            name: name.to_owned(),
            weights,
            evaluations: (0..issues).map(|_| table()).collect(),
            reservation: Some(Number::from(0)),
            discount: None,
            bias: Number::from(0),
            attribution: Attribution::default(),
        }
    };
    let sides = vec![side("one", true), side("two", false)];
    let named =
        |issue| Issue { name: format!("issue {issue}"), values: Values::Integers { lower: 1, upper: values as i64 } };
    Scenario { name: "bench".to_owned(), issues: (1..=issues).map(named).collect(), sides }
}

fn table(outcomes: usize, interests: Interests) -> Table {
    let mut random = Random(11);
    let mut utilities = Vec::with_capacity(outcomes * 2);
    for _ in 0..outcomes {
        let one = random.below(1_000_000_000) as i128;
        let two = match interests {
            Interests::Unrelated => random.below(1_000_000_000) as i128,
            Interests::Opposed => 1_000_000_000 - one + random.below(1_000) as i128,
        };
        utilities.extend([one, two].map(|digits| Decimal::new(digits, 9).expect("nine places are few")));
    }
    let side = |name: &str| TableSide { name: name.to_owned(), reservation: Some(Number::from(0)) };
    Table { name: "bench".to_owned(), sides: vec![side("one"), side("two")], labels: Vec::new(), utilities }
}

fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The least time of one run over several batches, in milliseconds. The system may update processor time only at each
/// tick, so a batch lasts for many ticks.
fn least<T>(mut work: impl FnMut() -> T) -> f64 {
    let batch = |_| {
        let (wall, processor) = (Instant::now(), processor_time());
        let mut runs = 0;
        while wall.elapsed() < Duration::from_millis(200) {
            black_box(work());
            runs += 1;
        }
        let spent = match (processor, processor_time()) {
            (Some(start), Some(end)) => end.saturating_sub(start),
            _ => wall.elapsed(),
        };
        spent / runs
    };
    (0..5).map(batch).min().unwrap_or_default().as_secs_f64() * 1e3
}

fn additive(what: &str, issues: usize, weight_digits: usize, semantics: Semantics, interests: Interests) {
    let scenario = scenario(issues, 10, weight_digits, interests);
    let settings = Settings::new(semantics);
    let points = match analyse(&scenario, &settings) {
        Ok(analysis) => analysis.frontier.len(),
        Err(error) => return println!("{what:<58} {error}"),
    };
    let time = least(|| analyse(&scenario, &settings));
    println!("{what:<58} {time:>9.2} ms  {points} points");
}

fn weights(what: &str, weight_digits: usize) {
    let scenario = scenario(6, 10, weight_digits, Interests::Unrelated);
    let (settings, search) = (Settings::new(Semantics::Raw), SensitivitySettings::default());
    let time = least(|| sensitivity(&scenario, &settings, search));
    println!("{what:<58} {time:>9.2} ms  12 weights");
}

fn reading(what: &str) {
    let table = table(1_000_000, Interests::Unrelated);
    let row = |(outcome, cells): (usize, &[Decimal])| {
        format!("[\"{outcome}\", 0.{:09}, 0.{:09}]", cells[0].digits(), cells[1].digits())
    };
    let rows: Vec<String> = table.utilities.chunks(2).enumerate().map(row).collect();
    let sides = r#"[{"name": "one"}, {"name": "two"}]"#;
    let text = format!("{{\"sides\": {sides}, \"outcomes\": [{}]}}", rows.join(",\n"));
    let source = import::Source::new("table.json", text.as_bytes());
    let rows = import::json::read_table(&source).map_or(0, |table| table.len());
    let floor = least(|| text.bytes().filter(|byte| *byte == b',').count());
    let time = least(|| import::json::read_table(&source));
    println!("{what:<58} {time:>9.2} ms  {rows} rows; floor, counting commas: {floor:.2} ms");
}

fn tabulated(what: &str, interests: Interests) {
    let table = table(1_000_000, interests);
    let settings = Settings::new(Semantics::Raw);
    let points = analyse_table(&table, &settings).map_or(0, |analysis| analysis.frontier.len());
    let floor = least(|| table.utilities.iter().max_by_key(|utility| black_box(**utility).digits()));
    let time = least(|| analyse_table(&table, &settings));
    println!("{what:<58} {time:>9.2} ms  {points} points; floor, reading it once: {floor:.2} ms");
}

fn main() {
    use Interests::{Opposed, Unrelated};
    use Semantics::{Genius, Raw};
    additive("10^6 additive, raw, weights of 2 digits", 6, 2, Raw, Unrelated);
    additive("10^6 additive, raw, weights of 17 digits", 6, 17, Raw, Unrelated);
    additive("10^6 additive, genius, weights of 17 digits", 6, 17, Genius, Unrelated);
    additive("10^6 additive, raw, 2 digits, opposed interests", 6, 2, Raw, Opposed);
    additive("10^6 additive, raw, 17 digits, opposed interests", 6, 17, Raw, Opposed);
    additive("10^9 additive, raw, weights of 2 digits", 9, 2, Raw, Unrelated);
    additive("10^9 additive, raw, weights of 17 digits", 9, 17, Raw, Unrelated);
    additive("10^9 additive, genius, weights of 17 digits", 9, 17, Genius, Unrelated);
    additive("10^9 additive, raw, 2 digits, opposed interests", 9, 2, Raw, Opposed);
    weights("10^6 additive, sensitivity to weights of 2 digits", 2);
    reading("10^6 tabulated, reading them from JSON");
    tabulated("10^6 tabulated, unrelated", Unrelated);
    tabulated("10^6 tabulated, opposed interests", Opposed);
}
