//! Questions about acts and what goes on: in a time, before and after what has no certain day, who did it and to whom.

use servanda::archive::Entry;
use servanda::ask::{Truth, ask};
use servanda::load::{DefaultLaw, model_of};
use servanda::world::World;
use servanda_model::{Model, View};

const STRAIT: &str = r#"
polity Aland, Borland, Cland
person Envoy
place Strait, Quay
fact: Quay lies in Strait
treaty Pact between Aland and Borland
  signed 1922-01-10
  may be denounced on 6 months notice
event 1922-01-10: Envoy signs Pact for Borland
event 1922-03-01: Pact enters into force
norm Guard: Aland must not fortify Quay or Isle
  within 10 years
norm Garrison: Borland may station at most 300 troops in Strait
norm Fleet: Borland must keep at most 50 troops in Quay
place Isle
action {a: polity} fortify/fortifies/fortified {p: place}
event 1924-09..1925-02 Raid: Aland attacks Borland
event 1924-11-25: Borland recognises Cland
event 1926-05-01: Borland occupies Isle
event 1930-06-01: Cland attacks Borland
event 1931-01-01: Aland stations 40 troops in Quay
event 1935-01-01: Aland fortifies Quay
event 1933-01-01 First: Cland gives ultimatum to Aland
event 1934-01-01 Second: Cland gives ultimatum to Aland
claim 1931-05 Threat by Cland: "the strait was closed"
  contradicted by First
"#;

fn model(dossier: &str) -> Model {
    let text = format!("# Strait\n```servanda\n{dossier}\n```\n");
    model_of(&[Entry { path: "strait.md".into(), text: Ok(text) }], DefaultLaw::Library)
}

/// The texts of the answers, each with `possibly` before it where it is only possible.
fn said(model: &Model, question: &str) -> Vec<String> {
    let reply = ask(&mut World::new(model), question, &View::default()).expect("the question is understood");
    let told = |truth: Truth| if truth == Truth::Certain { "" } else { "possibly " };
    reply.answers.iter().map(|it| format!("{}{}", told(it.truth), it.text)).collect()
}

#[test]
fn turns_of_speech_lead_to_what_the_dossier_tells() {
    let model = model(STRAIT);
    let cases: &[(&str, &[&str])] = &[
        // What goes on is so in every time of it, and not only in that of the act.
        ("was Isle occupied in 1928", &["Isle was occupied"]),
        ("did Borland recognise Cland in 1929", &["Borland recognises Cland"]),
        ("was Isle occupied in 1925", &[]),
        ("who recognised Cland in 1924", &["Borland"]),
        // Without an object the doer is not who suffers.
        ("did Aland attack", &["Aland attacks Borland"]),
        ("did Borland attack", &[]),
        ("who attacked first", &["Aland"]),
        ("was Borland attacked in 1930", &["Cland attacks Borland"]),
        // Before and after what has no certain day.
        ("did Borland recognise Cland before Raid", &["possibly Borland recognises Cland"]),
        ("did Borland recognise Cland after Raid", &["possibly Borland recognises Cland"]),
        ("did Borland occupy Isle after Raid", &["Borland occupies Isle"]),
        ("did Borland occupy Isle before Raid", &[]),
        // A part of a place is in it.
        ("did Aland station troops in Strait", &["Aland stations 40 troops in Quay, and Quay lies in Strait"]),
        // By whose hand, and how far apart.
        ("who signed Pact for Borland", &["Envoy"]),
        ("did Borland sign Pact", &["Borland is a signatory of Pact"]),
        ("how many days passed between signature and entry into force of Pact", &["50 days"]),
        ("how long was it from Raid to Second", &["between 3229 days and 3409 days"]),
        ("how many ultimatums did Cland give to Aland", &["2"]),
        ("how many times did Aland attack Borland", &["1"]),
        // What is said against what is said.
        ("which claims are contradicted", &["Cland: “the strait was closed”"]),
        ("what contradicts Threat", &["First"]),
        ("is Second contradicted", &[]),
        ("who said \"the sea is free\"", &[]),
        // Norms with a time, of several places, and with limits.
        ("is Guard breached", &[]),
        (
            "may Borland keep 50 troops in Quay on 1925-01-01",
            &["not forbidden, within Fleet: Borland must keep at most 50 troops in Quay"],
        ),
        ("who owes Fleet", &["Borland"]),
        ("did Pact lapse", &[]),
        ("who are the parties of Pact", &["Aland", "Borland"]),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(question, expected)| (question, said(&model, question), expected))
        .filter(|(_, told, expected)| told != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_permission_that_goes_less_far_is_told_with_the_no() {
    let model = model(STRAIT);
    let no = |question: &str| {
        ask(&mut World::new(&model), question, &View::default()).expect("understood").no.expect("it is a no").instead
    };
    assert_eq!(
        no("may Borland station 400 troops in Strait on 1925-01-01"),
        ["Garrison permits no more than this: Borland may station at most 300 troops in Strait"]
    );
}

#[test]
fn a_prohibition_stands_for_the_time_that_it_is_given() {
    let of_day = |day: &str| model(&STRAIT.replace("1935-01-01: Aland", &format!("{day}: Aland")));
    assert_eq!(said(&of_day("1932-03-01"), "is Guard breached"), ["Guard is breached"], "the last day is included");
    assert!(said(&of_day("1932-03-02"), "is Guard breached").is_empty());
}

#[test]
fn nobody_knows_in_their_own_eyes_of_what_is_not_made_yet() {
    let model = model(
        r"
polity Aland, Borland, Cland
treaty Later between Aland and Borland, known only to Aland and Borland
  signed 1970-05-01
event 1970-06-01 Word: Borland tells Cland of Later
  known only to Borland and Cland
",
    );
    let by = |question: &str, actor: &str, day: &str| {
        let on = day.parse::<servanda_calendar::Day>().ok().map(|day| day.0);
        let view = View { seen_by: model.lexicon.entity(actor), on, ..View::default() };
        let reply = ask(&mut World::new(&model), question, &view).expect("the question is understood");
        reply.answers.into_iter().map(|it| it.text).collect::<Vec<_>>()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(by("what does Aland know", "Aland", "1970-04-30"), none);
    assert_eq!(by("does Aland know of Later", "Aland", "1970-04-30"), none);
    assert_eq!(by("who knows of Later", "Borland", "1970-05-01"), ["Aland", "Borland"]);
    assert_eq!(by("what does Borland know", "Borland", "1970-05-31"), ["Later"]);
    assert_eq!(by("what does Cland know", "Cland", "1970-05-31"), none);
    assert_eq!(by("what does Cland know", "Cland", "1970-06-01"), ["Later", "Word"]);
}

const GARRISON: &str = r"
polity Aland
place Zone
norm Cap: Aland must keep at most 4 000 troops in Zone
event 1984-01-01..1984-12-31 First: Aland stations 3 500 troops in Zone
event 1984-06-15 Second: Aland stations 600 troops in Zone
";

/// The answers with their days.
fn dated(model: &Model, question: &str) -> Vec<String> {
    let reply = ask(&mut World::new(model), question, &View::default()).expect("the question is understood");
    let told = |truth: Truth| if truth == Truth::Certain { "" } else { "possibly " };
    let day = |one: &Option<String>, between: &Option<(Option<String>, Option<String>)>| match (one, between) {
        (Some(day), _) => day.clone(),
        (None, Some((Some(first), Some(last)))) => format!("{first}..{last}"),
        (None, _) => String::new(),
    };
    let line = |it: &servanda::ask::Answer| {
        let (since, until) = (day(&it.since, &it.since_between), day(&it.until, &it.until_between));
        format!("{}{} [{since}] [{until}]", told(it.truth), it.text)
    };
    reply.answers.iter().map(line).collect()
}

#[test]
fn of_two_acts_either_may_have_broken_a_limit_where_one_has_no_certain_day() {
    let model = model(GARRISON);
    assert_eq!(dated(&model, "was Cap breached"), ["Cap was breached [1984-06-15..1984-12-31] []"]);
    assert_eq!(dated(&model, "did Second breach Cap"), ["possibly Second breached Cap [1984-06-15] []"]);
    assert_eq!(dated(&model, "did First breach Cap"), ["possibly First breached Cap [1984-06-15..1984-12-31] []"]);
    assert_eq!(
        dated(&model, "which act breached Cap"),
        [
            "possibly Second: Aland stations 600 troops in Zone [1984-06-15] []",
            "possibly First: Aland stations 3 500 troops in Zone [1984-06-15..1984-12-31] []",
        ]
    );
}

#[test]
fn what_is_possible_only_begins_on_some_day_of_those_on_which_it_may() {
    let withdrawn = model(&format!("{GARRISON}event 1984-09-01: Aland withdraws 600 troops from Zone\n"));
    let range = |question: &str| dated(&withdrawn, question);
    let days = "[1984-06-15..1984-08-31] [1984-09-01]";
    assert_eq!(range("who breached Cap"), [format!("possibly Aland {days}")]);
    assert_eq!(range("how long was Cap breached"), [format!("possibly between 1 and 78 days {days}")]);
    assert_eq!(range("did First breach Cap"), [format!("possibly First breached Cap {days}")]);
    let number = "event 1984-05: Aland stations between 3 900 and 4 100 troops in Zone\nevent 1985-01-01: Aland withdraws 300 troops from Zone\n";
    let number = GARRISON.split("event").next().unwrap_or_default().to_owned() + number;
    assert_eq!(
        dated(&model(&number), "how long was Cap breached"),
        ["possibly between 215 and 245 days [1984-05-01..1984-05-31] [1985-01-01]"]
    );
}

#[test]
fn a_view_is_certain_before_and_after_the_days_on_which_its_actor_may_learn() {
    let model = model(
        r"
polity Aland, Borland, Cland
place Zone
treaty Pact between Aland and Borland
  signed 1920-01-01
  enters into force 1920-02-01
norm Cap: Aland must keep at most 100 troops in Zone
protocol Annex of Pact, known only to Aland and Borland
norm More: Aland may keep at most 300 troops in Zone
More prevails over Cap
event 1920-06-01 Send: Aland stations 200 troops in Zone
event 1921-01-01..1921-03-31 Leak: Cland learns of Annex
",
    );
    let by = |question: &str, day: &str| {
        let on = day.parse::<servanda_calendar::Day>().ok().map(|day| day.0);
        let view = View { seen_by: model.lexicon.entity("Cland"), on, ..View::default() };
        let reply = ask(&mut World::new(&model), question, &view).expect("the question is understood");
        let truths: Vec<Truth> = reply.answers.iter().map(|it| it.truth).collect();
        truths
    };
    let certain = vec![Truth::Certain];
    let possible = vec![Truth::Possible];
    for (day, breached, excused) in [
        ("1920-12-31", certain.clone(), Vec::new()),
        ("1921-01-01", possible.clone(), possible.clone()),
        ("1921-02-01", possible.clone(), possible.clone()),
        ("1921-03-31", Vec::new(), certain.clone()),
        ("1921-04-01", Vec::new(), certain.clone()),
    ] {
        assert_eq!(by("is Cap breached", day), breached, "breached on {day}");
        assert_eq!(by("is Cap excused", day), excused, "excused on {day}");
        assert_eq!(by("does Cap bind Aland", day), certain, "on {day}");
    }
}
