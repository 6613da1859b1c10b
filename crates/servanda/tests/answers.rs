//! What answers say: the steps they lead through, and why a no is a no.

use servanda::archive::Entry;
use servanda::ask::{Reply, ask};
use servanda::load::{DefaultLaw, model_of};
use servanda::world::World;
use servanda_model::View;

fn reply(dossier: &str, question: &str) -> Reply {
    let text = format!("# Sele\n```servanda\n{dossier}\n```\n");
    let entry = Entry { path: "sele.md".into(), text: Ok(text) };
    let model = model_of(&[entry], DefaultLaw::Library);
    ask(&mut World::new(&model), question, &View::default()).expect("the question is understood")
}

/// The texts of the steps, in their order.
fn steps(dossier: &str, question: &str) -> Vec<String> {
    let reply = reply(dossier, question);
    let answer = reply.answers.first().expect("the answer is yes");
    let place = |id: &u32| answer.steps.iter().position(|told| told.id == *id).expect("premises are told");
    for (at, told) in answer.steps.iter().enumerate() {
        assert!(told.premises.iter().all(|id| place(id) < at), "{} comes before what it rests on", told.text);
    }
    answer.steps.iter().map(|told| told.text.clone()).collect()
}

const CEILING: &str = r#"
polity Belmark, Corvia
place Eastmarch, Fort
fact: Fort lies in Eastmarch
treaty Sele between Belmark and Corvia
  enters into force 1921-06-01
norm Ceiling: Belmark must keep at most 20 000 troops in Eastmarch
event 1922-03-01: Belmark stations 12 000 troops in Eastmarch
event 1924-03-01: Belmark stations 11 000 troops in Fort
event 1925-03-01: Belmark withdraws 20 000 troops from Eastmarch
event 1926-03-01: Belmark brings unknown troops into Eastmarch
"#;

#[test]
fn a_broken_limit_leads_to_all_that_made_the_number() {
    let told = steps(CEILING, "is Ceiling breached on 1924-06-01");
    let has = |text: &str| told.iter().any(|it| it == text);
    assert!(has("Belmark stations 12 000 troops in Eastmarch"), "{told:#?}");
    assert!(has("Belmark stations 11 000 troops in Fort"), "{told:#?}");
    assert!(
        has("Ceiling for Belmark is breached, as troops of Belmark in Eastmarch is 23 000, more than 20 000"),
        "{told:#?}"
    );
}

#[test]
fn a_kept_limit_leads_to_the_number_on_the_day() {
    let told = steps(CEILING, "is Ceiling observed on 1923-01-01");
    let has = |text: &str| told.iter().any(|it| it == text);
    assert!(has("Belmark stations 12 000 troops in Eastmarch"), "{told:#?}");
    assert!(!has("Belmark stations 11 000 troops in Fort"), "{told:#?}");
    assert!(
        has("Ceiling for Belmark is observed, as troops of Belmark in Eastmarch is 0, at most 20 000; \
             on 1923-01-01 troops of Belmark in Eastmarch is 12 000, at most 20 000"),
        "{told:#?}"
    );
    let before = reply(CEILING, "is Ceiling observed on 1921-07-01");
    let missing = "not so, as far as is stated: a number for troops of Belmark in Eastmarch by 1921-06-01";
    assert!(before.assumptions.iter().any(|it| it == missing), "{:#?}", before.assumptions);
}

#[test]
fn an_undecided_limit_leads_to_the_unknown_number() {
    let told = steps(CEILING, "is Ceiling undecided on 1926-06-01");
    let has = |text: &str| told.iter().any(|it| it.contains(text));
    assert!(has("Belmark brings unknown troops into Eastmarch"), "{told:#?}");
    assert!(has("so it is open whether at most 20 000"), "{told:#?}");
}

#[test]
fn a_rule_that_denies_a_comparison_tells_the_number_before() {
    let dossier = r#"
polity Belmark
fluent strength of {polity}: number
fluent {polity} is feared
action {a: polity} muster/musters/mustered {n: number}
action {a: polity} march/marches/marched
rule Mustering
  for a: polity; n: number
  when a musters n
  then strength of a increases by n
rule Fear
  for a: polity
  when a marches
  if not strength of a is at most 5
  then a is feared begins
event 1922-01-01: Belmark musters 7
event 1922-03-01: Belmark musters 4
event 1922-03-01: Belmark marches
"#;
    let told = steps(dossier, "is Belmark feared");
    assert!(told.iter().any(|it| it == "Belmark is feared, as strength of Belmark is 7, more than 5"), "{told:#?}");
    assert!(told.iter().any(|it| it == "Belmark musters 7"), "{told:#?}");
}

const TWO_CEILINGS: &str = r#"
polity Belmark, Corvia
place Eastmarch, Vale
treaty Sele between Belmark and Corvia
  enters into force 1921-06-01
norm Ceiling: Belmark must keep at most 20 000 troops in Eastmarch
norm Other: Corvia must keep at most 100 troops in Vale
"#;

#[test]
fn a_no_leaves_out_what_makes_other_norms_so() {
    let no = reply(TWO_CEILINGS, "is Ceiling breached").no.expect("it is not");
    assert!(no.would_change.iter().any(|it| it.starts_with("Ceiling is breached")), "{:#?}", no.would_change);
    assert!(!no.would_change.iter().any(|it| it.contains("Other")), "{:#?}", no.would_change);
}

#[test]
fn a_no_about_a_whole_tells_of_its_parts() {
    let dossier = r#"
polity Belmark, Corvia
treaty Sele between Belmark and Corvia
  enters into force 1921-06-01
article I
article II
fluent worth of {thing}: number
fact: worth of Sele.II is 7
"#;
    let no = reply(dossier, "what is worth of Sele").no.expect("it has none");
    assert_eq!(no.instead, ["worth of Sele.II is 7"]);
}

#[test]
fn a_condition_speaks_of_anything_in_words() {
    let dossier = r#"
kind ship "warship"
polity Belmark
ship Hawk
fluent {s: ship} serves {polity}
fluent {polity} is helpless
fluent {polity} is armed
define a is helpless
  for a: polity
  while a is armed; no ship serves a
fact: Hawk serves Belmark
"#;
    let no = reply(dossier, "is Belmark helpless").no.expect("it is not");
    assert_eq!(no.would_change, ["a is helpless: while a is armed; no warship serves a"]);
}
