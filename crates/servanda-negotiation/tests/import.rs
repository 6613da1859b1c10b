//! What files may look like, and what is said of those that cannot be read.

use std::collections::BTreeMap;

use servanda_negotiation::analysis::{Agreement, SensitivitySettings, Terms, sensitivity};
use servanda_negotiation::import::{self, ImportError, Imported, Source, genius};
use servanda_negotiation::{Analysis, AnalysisError, Semantics, Settings, analyse, analyse_table, render};

const DOMAIN: &str = r#"<negotiation_template><utility_space number_of_issues="2">
<objective index="0" name="root">
 <issue index="1" name="Line" type="discrete">
  <item index="1" value="river" description="the old course"/><item index="2" value="ridge"/>
 </issue>
 <issue index="2" name="Toll" type="integer" lowerbound="0" upperbound="4"/>
</objective></utility_space></negotiation_template>"#;

const ONE: &str = r#"<utility_space>
<objective index="0" name="root">
 <weight value="0.75" index="2"/> <weight index="1" value="0.25"/>
 <issue name="Line" index="1"><!-- in another order -->
  <item evaluation="5" value="ridge"/><item evaluation="10" value="river"/>
 </issue>
 <issue type="integer" index="2" name="Toll" lowerbound="0" upperbound="4">
  <evaluator ftype="linear" offset="0.2" slope="0.3"/>
 </issue>
</objective><reservation value="0.1"/><discount_factor value="0.9"/></utility_space>"#;

const TWO: &str = r#"<utility_space><objective index="0" name="root">
 <issue index="1" name="Line"><item value="river" evaluation="1"/><item value="ridge" evaluation="4"/></issue>
 <issue index="2" name="Toll" type="integer"><range lowerbound="0" upperbound="4"/>
  <evaluator ftype="triangular" parameter0="-1" parameter1="3" parameter2="1"/></issue>
 <weight index="1" value="0.5"/><weight index="2" value="0.5"/>
</objective></utility_space>"#;

fn read(domain: &str, one: &str, two: &str) -> Result<Imported, ImportError> {
    let sides = [Source::new("ruritania.xml", one.as_bytes()), Source::new("graustark.xml", two.as_bytes())];
    genius::read(Some(&Source::new("border.xml", domain.as_bytes())), &sides, &genius::Options::default())
}

fn refusal(domain: &str, one: &str, two: &str) -> String {
    read(domain, one, two).expect_err("the files cannot be read").to_string()
}

fn analysed(imported: &Imported, semantics: Semantics) -> Analysis {
    analyse(&imported.scenario, &Settings::new(semantics)).expect("the scenario is whole")
}

#[test]
fn genius_files_are_read_whatever_their_order() {
    let read = read(DOMAIN, ONE, TWO).unwrap_or_else(|error| panic!("{error}"));
    let [one, two] = &read.scenario.sides[..] else { panic!("two sides") };
    assert_eq!((one.name.as_str(), two.name.as_str()), ("ruritania", "graustark"));
    let evaluations = |side: usize, issue: usize| -> Vec<String> {
        let values = &read.scenario.sides[side].evaluations[issue].values;
        values.iter().map(|evaluation| evaluation.value.to_string()).collect()
    };
    assert_eq!(evaluations(0, 0), ["10", "5"]);
    assert_eq!(evaluations(0, 1), ["0.2", "0.5", "0.8", "1.1", "1.4"]);
    assert_eq!(evaluations(1, 1), ["0.5", "1", "0.5", "0", "0"]);
    assert_eq!(one.weights[0].value.to_string(), "0.25");
    assert_eq!(one.reservation.as_ref().map(ToString::to_string).as_deref(), Some("0.1"));
    assert_eq!(two.reservation, None);
    assert_eq!(read.findings, []);
}

/// In genius, a table is divided by its maximum and a function is cut to 0 through 1; in raw, neither.
#[test]
fn the_two_semantics_differ_as_named() {
    let read = read(DOMAIN, ONE, TWO).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(analysed(&read, Semantics::Genius).sides[0].best.to_string(), "1");
    assert_eq!(analysed(&read, Semantics::Raw).sides[0].best.to_string(), "3.55");
    let codes: Vec<&str> = analysed(&read, Semantics::Raw).findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["no-reservation"]);
}

#[test]
fn byte_order_marks_and_encodings_are_read() {
    let plain = read(DOMAIN, ONE, TWO).unwrap_or_else(|error| panic!("{error}"));
    let with_mark = [&[0xEF, 0xBB, 0xBF], ONE.as_bytes()].concat();
    let wide: Vec<u8> =
        [0xFFFE_u16.swap_bytes()].into_iter().chain(TWO.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin1 = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{}",
        DOMAIN.replace("the old", "le vieux c\u{f4}t\u{e9}")
    );
    let latin1: Vec<u8> = latin1.chars().map(|letter| letter as u8).collect();
    let sides = [Source::new("ruritania.xml", &with_mark), Source::new("graustark.xml", &wide)];
    let read = genius::read(Some(&Source::new("border.xml", &latin1)), &sides, &Default::default());
    assert_eq!(read.unwrap_or_else(|error| panic!("{error}")), plain);
    let bytes = Source::new("noise.xml", &[0xC3, 0x28]);
    assert!(matches!(genius::read(None, &[bytes, bytes], &Default::default()), Err(ImportError::NotText { .. })));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_a_remedy() {
    let cases = [
        (refusal(&DOMAIN.replace("</objective>", ""), ONE, TWO), "border.xml:7:1: broken XML: "),
        (refusal("<html/>", ONE, TWO), "border.xml:1:1 (html): this is a <html> file; give one that begins with"),
        (refusal("<utility_space/>", ONE, TWO), "border.xml:1:1 (utility_space): there is no issue to negotiate"),
        (
            refusal("<utility_space><issue name=\"Line\"/></utility_space>", ONE, TWO),
            "border.xml:1:16 (issue \"Line\"): issue \"Line\" has no value; give it at least one",
        ),
        (
            refusal(DOMAIN, &ONE.replace("<item evaluation=\"5\" value=\"ridge\"/>", ""), TWO),
            "ruritania.xml:4:2 (issue \"Line\"): ruritania does not evaluate \"ridge\" of issue \"Line\"",
        ),
        (
            refusal(DOMAIN, &ONE.replace("evaluation=\"5\" ", ""), TWO),
            "ruritania.xml:5:3 (item \"ridge\"): ruritania does not evaluate \"ridge\"",
        ),
        (
            refusal(DOMAIN, &ONE.replace("\"river\"", "\"coast\""), TWO),
            "ruritania.xml:5:39 (item \"coast\"): ruritania speaks of another domain",
        ),
        (
            refusal(DOMAIN, ONE, &TWO.replace("Toll", "Fee")),
            "graustark.xml:3:2 (issue \"Fee\"): graustark speaks of another",
        ),
        (
            refusal(DOMAIN, &ONE.replace("\"10\"", "\"NaN\""), TWO),
            "ruritania.xml:5:39 (item \"river\"): \"NaN\" is not a finite",
        ),
        (
            refusal(DOMAIN, &ONE.replace("\"10\"", "\"1,5\""), TWO),
            "ruritania.xml:5:39 (item \"river\"): \"1,5\" is not a decimal",
        ),
        (
            refusal(DOMAIN, &ONE.replace("index=\"1\" value=\"0.25\"", "index=\"9\" value=\"0.25\""), TWO),
            "ruritania.xml:4:2 (issue \"Line\"): ruritania weighs other issues",
        ),
        (
            refusal(DOMAIN, &ONE.replace("ftype=\"linear\"", "ftype=\"faratin\""), TWO),
            "ruritania.xml:8:3 (evaluator): the evaluation function \"faratin\" is not",
        ),
        (
            refusal(&DOMAIN.replace("\"4\"", "\"-1\""), ONE, TWO),
            "border.xml:6:2 (issue \"Toll\"): issue \"Toll\" ranges from 0 to -1",
        ),
        (
            refusal(&DOMAIN.replace("\"4\"", "\"999999999999\""), ONE, TWO),
            "border.xml:6:2 (issue \"Toll\"): issue \"Toll\" ranges",
        ),
        (
            refusal(&DOMAIN.replace("type=\"integer\"", "type=\"real\""), ONE, TWO),
            "border.xml:6:2 (issue \"Toll\"): the real-valued issue",
        ),
        (
            refusal(DOMAIN, "<utility_space><utility_function><ufun/></utility_function></utility_space>", TWO),
            "ruritania.xml:1:16 (utility_function): a utility space of constraints",
        ),
    ];
    for (found, expected) in cases {
        assert!(found.starts_with(expected), "{found}\n  should begin {expected}");
    }
}

#[test]
fn real_issues_are_cut_into_steps_on_request() {
    let real = |text: &str| text.replace("type=\"integer\"", "type=\"real\"");
    let (domain, one, two) = (real(DOMAIN), real(ONE), real(TWO));
    let sides = [Source::new("one.xml", one.as_bytes()), Source::new("two.xml", two.as_bytes())];
    let options = genius::Options { real_steps: Some(3), ..Default::default() };
    let read = genius::read(Some(&Source::new("border.xml", domain.as_bytes())), &sides, &options);
    let read = read.unwrap_or_else(|error| panic!("{error}"));
    let toll = &read.scenario.issues[1];
    assert_eq!((0..toll.len()).map(|at| toll.label(at)).collect::<Vec<_>>(), ["0", "4/3", "8/3", "4"]);
    assert_eq!(read.scenario.sides[1].evaluations[1].values[1].value.to_string(), "5/6");
    assert_eq!(read.findings[0].code, "real-issue-in-steps");
}

#[test]
fn weights_that_do_not_sum_to_one_are_pointed_out() {
    let read = read(DOMAIN, &ONE.replace("0.75", "0.5"), TWO).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.findings[0].code, "weights-not-one");
    assert_eq!(read.findings[0].place.as_deref(), Some("ruritania.xml:4:2 (issue \"Line\")"));
    let codes =
        |semantics| -> Vec<&str> { analysed(&read, semantics).findings.iter().map(|found| found.code).collect() };
    assert_eq!(codes(Semantics::Genius), ["weights-not-one", "no-reservation"]);
    assert_eq!(codes(Semantics::Raw), ["no-reservation"]);
}

#[test]
fn a_reservation_above_every_outcome_is_a_stated_result() {
    let read = read(DOMAIN, &ONE.replace("\"0.1\"", "\"7\""), TWO).unwrap_or_else(|error| panic!("{error}"));
    let analysis = analysed(&read, Semantics::Raw);
    assert!(!analysis.frontier.is_empty() && analysis.solutions.is_none());
    let Agreement::UnacceptableTo { sides, statement } = &analysis.agreement else {
        panic!("{:?}", analysis.agreement)
    };
    assert_eq!(sides, &["ruritania"]);
    assert_eq!(statement, "no outcome is acceptable to ruritania: the best gives 3.55, no agreement 7");
    assert!(render::text(&analysis).contains("No solution: no outcome is acceptable to ruritania"));
}

const JSON: &str = r#"{"scenario": "Border", "tables": [
 {"name": "Ruritania", "author": "Rassendyll", "reserved": 1, "issues": [
  {"issue": "Line", "weight": 0.75, "values": [["river", 3], {"value": "ridge", "evaluation": 1, "source": "diary, f. 3"}]},
  {"issue": "Toll", "weight": 0.25, "values": [["none", 0], ["full", 8]]}]},
 {"name": "Graustark", "issues": [
  {"issue": "Toll", "weight": 0.5, "values": [["full", 0], ["none", 4]]},
  {"issue": "Line", "weight": 0.5, "values": [["ridge", 2], ["river", 1.5]]}]}]}"#;

fn json(text: &str) -> Result<Imported, ImportError> {
    import::json::read(&Source::new("border.json", text.as_bytes()))
}

#[test]
fn json_scenarios_are_read_with_who_said_what() {
    let read = json(JSON).unwrap_or_else(|error| panic!("{error}"));
    let ruritania = &read.scenario.sides[0];
    assert_eq!(ruritania.attribution.author.as_deref(), Some("Rassendyll"));
    let diary = ruritania.evaluations[0].values[1].attribution.as_ref().expect("the ridge has its own source");
    assert_eq!(diary.source.as_deref(), Some("diary, f. 3"));
    assert_eq!(read.scenario.sides[1].evaluations[0].values[0].value.to_string(), "1.5");
}

#[test]
fn broken_json_is_refused_with_its_place() {
    let cases = [
        (JSON.replace("\"weight\": 0.75", "\"weight\": NaN"), "border.json:3:31: \"NaN\" is not a finite number"),
        (
            JSON.replace("\"weight\": 0.75", "\"weight\": -Infinity"),
            "border.json:3:31: \"-Infinity\" is not a finite number",
        ),
        (JSON.replace("[\"river\", 3]", "[\"river\"]"), "border.json:3:5"),
        (JSON.replace("[\"river\", 3],", ""), "border.json:7:61 (river): Graustark speaks of another domain"),
        (JSON.replace("[\"full\", 0],", ""), "border.json:6:3 (Toll): Graustark does not evaluate \"full\""),
        (JSON.replace("[[\"none\", 0], [\"full\", 8]]", "[]"), "border.json:"),
        (JSON.replace("\"tables\"", "\"table\""), "border.json:1:1: \"tables\" is missing"),
        (
            JSON.replace("\"Toll\", \"weight\": 0.25", "\"Line\", \"weight\": 0.25"),
            "border.json:4:3: issue \"Line\" stands here for the second",
        ),
        (JSON[..200].to_owned(), "border.json:"),
        ("[]".to_owned(), "border.json:1:1"),
    ];
    for (text, expected) in cases {
        let found = json(&text).expect_err("the text cannot be read").to_string();
        assert!(found.starts_with(expected), "{found}\n  should begin {expected}");
    }
}

#[test]
fn tables_of_outcomes_are_read_and_analysed() {
    let text = r#"{"scenario": "Drafts", "sides": [{"name": "a", "reserved": 0.5}, {"name": "b"}],
      "outcomes": [["first", 1, 2.50], ["second", 2, 1], ["third", 1.0, 2.5], ["fourth", 0.9, 2.5]]}"#;
    let table = import::json::read_table(&Source::new("drafts.json", text.as_bytes()));
    let table = table.unwrap_or_else(|error| panic!("{error}"));
    let mut settings = Settings::new(Semantics::Raw);
    settings.settlement = Some(Terms::Outcome("fourth".to_owned()));
    let analysis = analyse_table(&table, &settings).expect("the table is whole");
    assert_eq!(analysis.frontier[1].outcomes, [["first"], ["third"]]);
    let settlement = analysis.settlement.expect("a settlement was given");
    assert_eq!(settlement.dominated_by[0].more[0].to_string(), "0.1");
    for (good, bad) in [("2.50]", "2.50, 3]"), ("2.50]", "]"), ("2.50]", "\"x\"]"), ("2.50]", "1e400000000]")] {
        let broken = text.replace(good, bad);
        assert!(import::json::read_table(&Source::new("drafts.json", broken.as_bytes())).is_err(), "{bad}");
    }
}

#[test]
fn a_settlement_in_other_terms_is_refused() {
    let read = json(JSON).unwrap_or_else(|error| panic!("{error}"));
    let with = |pairs: &[(&str, &str)]| {
        let terms: BTreeMap<String, String> = pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let settings = Settings { settlement: Some(Terms::Values(terms)), ..Settings::new(Semantics::Raw) };
        analyse(&read.scenario, &settings)
    };
    assert!(matches!(with(&[("Line", "river")]), Err(AnalysisError::UnsettledIssue { .. })));
    assert!(matches!(with(&[("Line", "sea"), ("Toll", "full")]), Err(AnalysisError::UnknownValue { .. })));
    assert!(matches!(with(&[("Fee", "full")]), Err(AnalysisError::UnknownIssue { .. })));
    let settled = with(&[("Line", "ridge"), ("Toll", "full")]).expect("all is settled");
    let text = render::text(&settled);
    assert!(text.contains("The settlement gives (2.75; 1)."), "{text}");
}

#[test]
fn a_scenario_too_large_is_refused_and_not_attempted() {
    let read = json(JSON).unwrap_or_else(|error| panic!("{error}"));
    let settings = Settings { candidate_limit: 3, ..Settings::new(Semantics::Raw) };
    let error = analyse(&read.scenario, &settings).expect_err("four candidates are more than three");
    assert_eq!(error, AnalysisError::TooManyPoints { issue: "Toll".to_owned(), candidates: 4, limit: 3 });
}

/// Ruritania weighs the line w and the toll 1−w. River and full toll give it 3w + 8(1−w); ridge and full toll give
/// w + 8(1−w). The utilitarian points compare 2w with Graustark's loss of 0.25 and 8(1−w) with its loss of 2.
#[test]
fn sensitivity_finds_where_the_sum_turns() {
    let read = json(JSON).unwrap_or_else(|error| panic!("{error}"));
    let found = sensitivity(&read.scenario, &Settings::new(Semantics::Raw), SensitivitySettings::default());
    let found = found.expect("the scenario is whole");
    let line = &found[0];
    assert_eq!((line.side.as_str(), line.issue.as_str()), ("Ruritania", "Line"));
    assert_eq!(line.attribution.author.as_deref(), Some("Rassendyll"));
    let sum = line.ranges.iter().find(|range| range.solution == "utilitarian").expect("it has a solution");
    // At w = 0.75 the toll brings Ruritania exactly what it costs Graustark, so both outcomes tie, and any change decides.
    assert!((sum.unchanged_from - 0.75).abs() < 1e-3 && (sum.unchanged_to - 0.75).abs() < 1e-3, "{sum:?}");
    assert!(render::sensitivity_text(&found).contains("Ruritania, \"Line\": weight 0.75 of 1 (Rassendyll)"));
}

/// Every truncation and every byte overwritten is read or refused.
#[test]
fn no_panic_on_damaged_files() {
    for text in [DOMAIN, ONE] {
        for at in 0..text.len() {
            for byte in [b'"', b'<', b'-', b'9', 0xFF] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                for bytes in [&bytes[..], &bytes[..at]] {
                    let sides = [Source::new("one.xml", bytes), Source::new("two.xml", TWO.as_bytes())];
                    for domain in [Some(Source::new("border.xml", DOMAIN.as_bytes())), None] {
                        if let Ok(read) = genius::read(domain.as_ref(), &sides, &Default::default()) {
                            let _ = analyse(&read.scenario, &Settings::new(Semantics::Genius));
                        }
                    }
                }
            }
        }
    }
    for at in 0..JSON.len() {
        for byte in [b'"', b'{', b'-', b'9', b'N', 0xFF] {
            let mut bytes = JSON.as_bytes().to_vec();
            bytes[at] = byte;
            for bytes in [&bytes[..], &bytes[..at]] {
                if let Ok(read) = import::json::read(&Source::new("border.json", bytes)) {
                    let _ = analyse(&read.scenario, &Settings::new(Semantics::Raw));
                }
            }
        }
    }
}

#[test]
fn results_serialise_under_stable_names() {
    let read = json(JSON).unwrap_or_else(|error| panic!("{error}"));
    let value = serde_json::to_value(analysed(&read, Semantics::Raw)).expect("all fields are plain");
    let names: Vec<&String> = value.as_object().expect("an object").keys().collect();
    assert_eq!(
        names,
        ["agreement", "findings", "frontier", "outcomes", "scenario", "semantics", "settlement", "sides", "solutions"]
    );
    assert_eq!(value["semantics"], "raw");
    assert_eq!(value["agreement"]["status"], "possible");
    assert_eq!(value["frontier"][0]["exact"][0], "4.25");
    assert_eq!(value["solutions"]["ks_maxmin"]["points"].as_array().map(Vec::len), Some(1));
}
