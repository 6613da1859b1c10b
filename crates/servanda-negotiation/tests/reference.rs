//! Results on public scenarios against exact reference figures, from XML and from JSON.
//!
//! The figures are kept beside the workspace, not in it; without them the test says so and passes.

use std::path::{Path, PathBuf};

use servanda_negotiation::import::{self, Source};
use servanda_negotiation::{Analysis, Scenario, Semantics, Settings, analyse};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/negotiation")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(data().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn from_xml(stem: &str) -> Scenario {
    let [domain, one, two] = ["domain", "ufun1", "ufun2"].map(|part| bytes(&format!("{stem}-{part}.xml")));
    let sides = [Source::new("one.xml", &one), Source::new("two.xml", &two)];
    let read = import::genius::read(Some(&Source::new("domain.xml", &domain)), &sides, &Default::default());
    read.unwrap_or_else(|error| panic!("{error}")).scenario
}

fn from_json(name: &str) -> Scenario {
    let text = bytes(&format!("{name}.json"));
    import::json::read(&Source::new("scenario.json", &text)).unwrap_or_else(|error| panic!("{error}")).scenario
}

/// Points as in the reference: sides by `;`, tied points by `|`.
fn points(cell: &str) -> Vec<Vec<f64>> {
    let number = |text: &str| text.trim().parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut points: Vec<Vec<f64>> = cell.split('|').map(|point| point.split(';').map(number).collect()).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    points
}

fn assert_same(found: Vec<Vec<f64>>, expected: &[Vec<f64>], what: &str) {
    let mut found = found;
    found.sort_by(|a, b| a[0].total_cmp(&b[0]));
    assert_eq!(found.len(), expected.len(), "{what}: {found:?} and not {expected:?}");
    for (found, expected) in found.iter().zip(expected) {
        let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(near, "{what}: {found:?} and not {expected:?}");
    }
}

fn check(analysis: &Analysis, row: &[&str]) {
    let solutions = analysis.solutions.as_ref().expect("both scenarios have acceptable outcomes");
    assert_eq!(analysis.outcomes, row[2]);
    assert_eq!(analysis.frontier.len().to_string(), row[3]);
    let outcomes: u64 = analysis.frontier.iter().map(|point| point.outcome_count).sum();
    assert_eq!(outcomes.to_string(), row[4]);
    for ((name, solution), cell) in solutions.named().into_iter().zip(&row[5..]) {
        let found = solution.points.iter().map(|&point| analysis.frontier[point].utilities.clone());
        assert_same(found.collect(), &points(cell), name);
    }
}

#[test]
fn public_scenarios_equal_the_reference_from_xml_and_from_json() {
    if !data().join("reference.csv").exists() {
        eprintln!("skipped: no reference figures beside the workspace");
        return;
    }
    let reference = String::from_utf8(bytes("reference.csv")).expect("the reference is UTF-8");
    let mut compared = 0;
    for line in reference.lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        let stem = row[0].split('_').next().unwrap_or_default();
        for scenario in [from_xml(stem), from_json(row[0])] {
            let analysis = analyse(&scenario, &Settings::new(Semantics::Raw)).expect("the scenario is whole");
            check(&analysis, &row);
            compared += 1;
        }
    }
    assert!(compared >= 8);
}

#[test]
fn the_frontiers_in_the_json_files_are_found() {
    for name in ["EnglandZimbabwe_576", "Camera_3600"] {
        if !data().join(format!("{name}.json")).exists() {
            eprintln!("skipped: no {name} beside the workspace");
            continue;
        }
        let file: serde_json::Value = serde_json::from_slice(&bytes(&format!("{name}.json"))).expect("valid JSON");
        let number = |value: &serde_json::Value| value.as_f64().expect("a utility");
        let point = |value: &serde_json::Value| value.as_array().expect("a point").iter().map(number).collect();
        let mut expected: Vec<Vec<f64>> = file["pareto_utils"].as_array().expect("points").iter().map(point).collect();
        expected.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let analysis = analyse(&from_json(name), &Settings::new(Semantics::Raw)).expect("the scenario is whole");
        assert_same(analysis.frontier.iter().map(|point| point.utilities.clone()).collect(), &expected, name);
    }
}
