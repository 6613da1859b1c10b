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

const NORMS: &str = r#"
source paper "Paper"
polity Arvenia, Belmark, Corvia
place Eastmarch
treaty Pact between Arvenia and Belmark
  enters into force 1921-06-01
article II "Peace"
norm NoWar: each party must not attack the other
  source paper "shall not attack"
article III "Passage"
norm Passage: Belmark may have troops in Eastmarch
  source paper "may keep troops"
protocol Ban of Pact, known only to Arvenia and Belmark
norm NoPassage: Belmark must not have troops in Eastmarch
  source paper "no troops at all"
claim 1925 by Corvia: Arvenia attacks Belmark
  source paper "the other attacked"
treaty Fleet between Arvenia and Belmark
  enters into force 1921-06-01
  may be denounced on 6 months notice
"#;

/// Whether steps lead to an article with this phrase of its source.
fn lead_to(steps: &[servanda::steps::Told], article: &str, locator: &str) -> bool {
    steps.iter().any(|told| {
        told.article.as_deref() == Some(article)
            && told.sources.iter().any(|cited| cited.locator.as_deref() == Some(locator))
    })
}

#[test]
fn a_permission_and_a_prohibition_lead_to_their_articles() {
    let yes = reply(NORMS, "may Belmark station troops in Eastmarch on 1922-01-01 as seen by Corvia");
    let [answer] = yes.answers.as_slice() else { panic!("{:#?}", yes.answers) };
    assert_eq!(answer.text, "permitted by Passage: Belmark may have troops in Eastmarch");
    assert_eq!((answer.since.as_deref(), answer.until.as_deref()), (Some("1921-06-01"), None));
    assert!(lead_to(&answer.steps, "Pact.III", "may keep troops"), "{:#?}", answer.steps);

    let no = reply(NORMS, "may Arvenia attack Belmark on 1922-01-01").no.expect("it is forbidden");
    assert_eq!(no.instead, ["forbidden by NoWar: each party must not attack the other"]);
    assert!(lead_to(&no.steps, "Pact.II", "shall not attack"), "{:#?}", no.steps);
}

#[test]
fn what_no_norm_speaks_of_is_not_called_forbidden() {
    let no = reply(NORMS, "may Corvia attack Belmark on 1922-01-01").no.expect("nothing permits it");
    assert_eq!(no.instead, ["no norm in force speaks of it: it is neither permitted nor forbidden"]);
}

#[test]
fn norms_that_contradict_each_other_leave_it_open() {
    let open = reply(NORMS, "may Belmark station troops in Eastmarch on 1922-01-01");
    let [answer] = open.answers.as_slice() else { panic!("{:#?}", open.answers) };
    assert_eq!(answer.truth, servanda::ask::Truth::Possible);
    assert_eq!(answer.which, ["but forbidden by NoPassage: Belmark must not have troops in Eastmarch"]);
}

#[test]
fn a_power_is_told_by_what_it_brings_about_and_the_authority() {
    let can = reply(NORMS, "can Arvenia denounce Fleet on 1925-01-01");
    let answer = &can.answers[0];
    assert!(answer.text.contains("Fleet is denounced") && answer.text.contains("DenouncedOnNotice"), "{}", answer.text);
    assert!(answer.steps.iter().any(|told| told.sources.iter().any(|cited| cited.source == "vclt")));
    let cannot = reply(NORMS, "can Arvenia denounce Pact on 1925-01-01").no.expect("it has no way out");
    assert_eq!(cannot.instead, ["denunciation of Pact by Arvenia is without effect (DenouncedWithoutRight)"]);
}

#[test]
fn a_no_tells_of_the_claim_and_of_how_the_norm_stands() {
    let no = reply(NORMS, "did Arvenia attack Belmark").no.expect("it is only said");
    assert_eq!(no.instead, ["said by Corvia, and not taken as so: Arvenia attacks Belmark"]);
    let no = reply(NORMS, "did Arvenia breach NoWar on 1922-01-01").no.expect("it did not");
    assert!(no.instead[0].starts_with("NoWar observed by Arvenia since 1921-06-01"), "{:#?}", no.instead);
    assert!(lead_to(&no.steps, "Pact.II", "shall not attack"), "{:#?}", no.steps);
    let no = reply(NORMS, "was Pact in force on 1921-05-31").no.expect("not yet");
    assert_eq!(no.instead, ["it is so from 1921-06-01 on"]);
    assert!(!no.steps.is_empty());
}

#[test]
fn a_question_that_is_not_understood_is_told_the_forms_of_questions() {
    let text = format!("# Sele\n```servanda\n{NORMS}\n```\n");
    let model = model_of(&[Entry { path: "sele.md".into(), text: Ok(text) }], DefaultLaw::Library);
    let forms = [
        ("", "`may/must/can X …`"),
        ("?", "`may/must/can X …`"),
        ("may Arvenia juggle", "`may/must/can X …`"),
        ("what is the capital of Arvenia", "`what must X do`"),
        ("who eats Eastmarch", "`which KIND`"),
        ("when did Arvenia juggle", "`since when …`"),
    ];
    for (question, form) in forms {
        let trouble = ask(&mut World::new(&model), question, &View::default());
        let Err(servanda::ask::AskError::Trouble(trouble)) = trouble else { panic!("{question} is understood") };
        let help = trouble.help.unwrap_or_default();
        assert!(help.contains(form) && !help.contains("declare"), "{question}: {help}");
    }
}
