//! Acts that are tried out, acts upon a whole, and the reasons of a no.

use servanda::archive::Entry;
use servanda::ask::{Reply, Truth, ask};
use servanda::load::{DefaultLaw, model_of};
use servanda::world::World;
use servanda_model::{Model, View};

fn model(dossier: &str) -> Model {
    let text = format!("# Dossier\n```servanda\n{dossier}\n```\n");
    let model = model_of(&[Entry { path: "dossier.md".into(), text: Ok(text) }], DefaultLaw::Library);
    let wrong: Vec<&str> = model.diagnostics.iter().map(|it| it.message.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    model
}

fn reply(dossier: &str, question: &str) -> Reply {
    let model = model(dossier);
    ask(&mut World::new(&model), question, &View::default()).expect("the question is understood")
}

fn texts(dossier: &str, question: &str) -> Vec<String> {
    reply(dossier, question).answers.into_iter().map(|answer| answer.text).collect()
}

fn no(dossier: &str, question: &str) -> servanda::ask::No {
    let reply = reply(dossier, question);
    assert!(reply.answers.is_empty(), "{question}: {:?}", reply.answers.iter().map(|it| &it.text).collect::<Vec<_>>());
    reply.no.expect("a no has its reasons")
}

const SILOS: &str = r#"
polity Karst, Valdia, Norden
place Zone, Fort
fact: Fort lies in Zone
fluent silos of {p: polity} in {z: place}: number
  also {p: polity} hold/holds/held {value} silos in {z: place}
  sums along {p: place} lies in {q: place}
action {p: polity} dig/digs/dug {n: number} silos in {z: place}
action {p: polity} widen/widens/widened {z: place}
action {p: polity} parade/parades/paraded in {z: place}
rule Dug
  for p: polity; z: place; n: number
  when p digs n silos in z
  then silos of p in z increases by n
rule Widened
  for p: polity; z: place
  when p widens z
  then silos of p in z increases by 50
treaty Sele between Karst and Valdia
  enters into force 1950-01-01
  may be denounced on 6 months notice
norm Limit: each party must hold at most 100 silos in Zone
event 1950-02-01: Karst digs 80 silos in Fort
"#;

#[test]
fn an_act_within_a_limit_is_not_forbidden_and_one_beyond_it_is() {
    let within = reply(SILOS, "may Karst dig 20 silos in Zone on 1950-03-01");
    assert_eq!(within.answers[0].text, "not forbidden, within Limit: each party must hold at most 100 silos in Zone");
    assert_eq!(within.answers[0].truth, Truth::Certain);
    let beyond = no(SILOS, "may Karst dig 21 silos in Zone on 1950-03-01");
    assert_eq!(
        beyond.instead,
        [
            "would break Limit: each party must hold at most 100 silos in Zone, as silos of Karst in Zone is 101, more than 100"
        ]
    );
    assert!(!beyond.is_open && !beyond.steps.is_empty());
    // Before the first were dug there was room for them.
    assert_eq!(texts(SILOS, "may Karst dig 21 silos in Zone on 1950-01-15").len(), 1);
}

#[test]
fn what_an_act_does_through_a_rule_of_the_dossier_counts() {
    let beyond = no(SILOS, "may Karst widen Fort on 1950-03-01");
    assert!(beyond.instead[0].starts_with("would break Limit"), "{:?}", beyond.instead);
    // Norden is no party, so nothing is broken and nothing speaks of it.
    assert!(no(SILOS, "may Norden widen Fort on 1950-03-01").is_open);
}

#[test]
fn what_no_norm_speaks_of_is_neither_permitted_nor_forbidden() {
    let open = no(SILOS, "may Karst parade in Zone on 1950-03-01");
    assert!(open.is_open && open.instead[0].starts_with("no norm in force speaks of it"), "{:?}", open.instead);
}

#[test]
fn a_limit_left_open_by_a_number_makes_a_breach_possible() {
    let dossier = format!("{SILOS}\nevent 1950-02-10: Karst digs between 5 and 15 silos in Zone");
    let reply = reply(&dossier, "may Karst dig 10 silos in Zone on 1950-03-01");
    assert!(reply.answers.iter().all(|answer| answer.truth == Truth::Possible), "{:?}", reply.answers[0].text);
    assert!(!reply.answers.is_empty());
}

const THREE: &str = r#"
polity Karst, Valdia, Norden
treaty Sele between Karst, Valdia and Norden
  enters into force 1950-01-01
  lasts 3 years
  may be denounced on 6 months notice
event 1951-01-01: Norden withdraws from Sele
"#;

#[test]
fn outcomes_that_exclude_each_other_are_not_told_together() {
    let two = texts(THREE, "can Karst denounce Sele on 1951-06-01");
    assert!(two.contains(&"expiry of Sele is 1951-12-01 (EndsWithTheNotice)".to_owned()), "{two:?}");
    assert!(!two.iter().any(|text| text.contains("withdraws") || text.contains("today +")), "{two:?}");
    let three = texts(THREE, "can Karst denounce Sele on 1950-02-01");
    assert_eq!(three, ["1950-08-01: Karst withdraws from Sele (LeavesOnNotice)"]);
    let moved = reply(THREE, "can Karst denounce Sele on 1951-06-01");
    assert_eq!(moved.answers[0].which, ["Sele expires on 1951-12-01 instead of 1953-01-01"]);
}

const BORDER: &str = r#"
polity Karst, Valdia, Norden
place Vale, Town
fact: Town lies in Vale
action {a: polity} raid/raids/raided {b: polity}
action {a: polity} pledge/pledges/pledged {p: place} to {b: polity}
treaty Sele between Karst and Valdia
  enters into force 1950-01-10
norm NoRaid: each party must not raid the other
norm NoAnnexation: Karst must not annex Vale
treaty Other between Valdia and Norden
  enters into force 1950-01-01
norm Quiet: each party must not raid the other
event 1950-01-05: Karst raids Valdia
event 1950-06-01: Karst pledges Vale to Valdia
claim 1951-01-01 by Valdia: Norden raids Valdia
event 1952-01-01: Karst annexes Vale
"#;

#[test]
fn what_is_done_to_a_whole_is_a_possible_answer_for_a_place_within() {
    let reply = reply(BORDER, "was Town pledged to Valdia");
    assert_eq!(reply.answers[0].text, "Karst pledges Vale to Valdia, and Town lies in Vale");
    assert_eq!((reply.answers[0].truth, reply.answers[0].since.as_deref()), (Truth::Possible, Some("1950-06-01")));
    assert!(
        reply.assumptions.iter().any(|it| it.starts_with("what is done to a whole place")),
        "{:?}",
        reply.assumptions
    );
    assert_eq!(texts(BORDER, "who pledged Town"), ["Karst"]);
    assert!(texts(BORDER, "was Town pledged to Norden").is_empty());
    let happened = texts(BORDER, "what happened in Town");
    assert!(happened.contains(&"Karst pledges Vale to Valdia, and Town lies in Vale".to_owned()), "{happened:?}");
    // What is done to a state is not done to those who lie in it.
    let within = format!("{BORDER}\nfact: Norden lies in Valdia");
    assert!(texts(&within, "did Karst raid Norden").is_empty());
}

#[test]
fn a_no_about_a_breach_says_why_it_is_none() {
    let party = no(BORDER, "did Norden breach Sele");
    assert_eq!(party.instead[0], "Norden is no party to Sele, which is between Karst and Valdia");
    assert!(!party.would_change.iter().any(|it| it.contains("Quiet")), "{:?}", party.would_change);
    let early = no(BORDER, "is NoRaid breached by Karst");
    assert!(
        early.instead.contains(&"Karst raids Valdia on 1950-01-05, when NoRaid did not bind Karst".to_owned()),
        "{:?}",
        early.instead
    );
    let claimed = no(BORDER, "is Quiet breached by Norden");
    assert!(
        claimed.instead.iter().any(|it| it.starts_with("said by Valdia, and not taken as so")),
        "{:?}",
        claimed.instead
    );
}

#[test]
fn prohibitions_last_as_long_as_the_norm_and_not_until_their_breach() {
    let all = reply(BORDER, "what must Karst not do on 1951-06-01").answers;
    let annexing = all.iter().find(|it| it.text.starts_with("NoAnnexation")).expect("it must not annex");
    assert_eq!((annexing.since.as_deref(), annexing.until.as_deref()), (Some("1950-01-10"), None));
}

#[test]
fn a_no_about_a_party_tells_who_is_one() {
    let no = no(BORDER, "is Norden a party to Sele on 1951-01-01");
    let told = |text: &str| no.instead.iter().any(|it| it.starts_with(text));
    assert!(told("Karst is a party to Sele") && told("Valdia is a party to Sele"), "{:?}", no.instead);
}

#[test]
fn a_no_about_what_was_stopped_names_what_stopped_it() {
    let dossier = r#"
polity Karst
place Vale
fluent {p: place} is open
fluent {p: place} is mined
action {a: polity} unlock/unlocks/unlocked {p: place}
rule Unlocked
  for a: polity; p: place
  when a unlocks p
  if not p is mined
  then p is open
fact since 1950-01-01: Vale is mined
event 1951-01-01: Karst unlocks Vale
"#;
    let no = no(dossier, "is Vale open");
    assert_eq!(no.instead, ["Karst unlocks Vale on 1951-01-01, but Vale is mined (since 1950-01-01)"]);
}

#[test]
fn a_denied_sentence_is_answered_by_what_is_so() {
    let no = no(BORDER, "is Sele not in force on 1951-01-01");
    assert_eq!(no.instead[0], "Sele is in force (since 1950-01-10)");
}

#[test]
fn a_no_says_possibly_of_what_is_only_possible() {
    let dossier = format!("{SILOS}\nevent 1951-01-01: Valdia digs between 90 and 110 silos in Zone");
    let no = no(&dossier, "who breached Limit on 1950-06-01");
    assert!(
        no.instead.iter().any(|it| it.starts_with("possibly it is so") && it.ends_with("Valdia")),
        "{:?}",
        no.instead
    );
}

#[test]
fn who_does_not_know_of_a_thing_is_told_to_be_so() {
    let dossier = r#"
polity Karst, Valdia, Norden
treaty Sele between Karst and Valdia, known only to Karst and Valdia
  enters into force 1950-01-01
norm Limit: Karst must not annex Valdia
"#;
    let model = model(dossier);
    let view = View { seen_by: model.lexicon.entity("Norden"), ..View::default() };
    let reply = ask(&mut World::new(&model), "is Limit observed", &view).expect("understood");
    assert!(reply.answers.is_empty());
    assert_eq!(reply.no.expect("a no").instead[0], "Norden does not know of Limit");
}

#[test]
fn what_stands_in_a_secret_is_known_as_surely_as_the_secret() {
    let dossier = r#"
polity Karst, Valdia, Norden
treaty Sele between Karst and Valdia, known only to Karst and Valdia
  enters into force 1950-01-01
norm Limit: Karst must not annex Valdia
event 1951-04: Karst discloses Sele to Norden
"#;
    let answers = reply(dossier, "what does Norden know of Sele on 1951-04-15").answers;
    assert!(answers.len() > 1 && answers.iter().all(|answer| answer.truth == Truth::Possible), "{answers:#?}");
}

#[test]
fn an_act_that_is_owed_and_not_done_is_told_to_be_due() {
    let dossier = r#"
polity Karst, Valdia
action {a: polity} pay/pays/paid {n: number} crowns to {b: polity}
treaty Sele between Karst and Valdia
  enters into force 1950-01-01
norm Price: Karst must pay 500 crowns to Valdia
"#;
    let no = no(dossier, "did Karst pay 500 crowns to Valdia");
    assert_eq!(no.instead, ["Price: Karst must pay 500 crowns to Valdia (due since 1950-01-01)"]);
}

#[test]
fn a_treaty_of_which_the_articles_expire_tells_when_they_do() {
    let dossier = r#"
polity Karst, Valdia
treaty Sele between Karst and Valdia
  enters into force 1950-01-01
article 1
article 2
about article 1
  lasts 5 years
"#;
    assert_eq!(texts(dossier, "when does Sele expire"), ["Sele.1: 1955-01-01"]);
}

#[test]
fn norms_met_in_a_month_are_those_met_then() {
    let dossier = r#"
polity Karst, Valdia
place Vale, Town
treaty Sele between Karst and Valdia
  enters into force 1950-01-01
norm First: Karst must evacuate Vale
norm Second: Karst must evacuate Town
event 1950-03-05: Karst evacuates Vale
event 1950-05-05: Karst evacuates Town
"#;
    assert_eq!(texts(dossier, "which norms were met in May 1950"), ["Second"]);
}

#[test]
fn a_norm_is_told_with_the_names_of_those_asked_about() {
    let dossier = r#"
polity Karst, Valdia
action {p: polity} admit/admits/admitted inspectors of {q: polity}
action {p: polity} request/requests/requested inspection of {q: polity}
treaty Sele between Karst and Valdia
  enters into force 1950-01-01
norm Admit: x must admit inspectors of y
  for  x, y: polity
  when y requests inspection of x
event 1950-02-01: Valdia requests inspection of Karst
"#;
    assert_eq!(
        texts(dossier, "must Karst admit inspectors of Valdia on 1950-02-02"),
        ["required by Admit: Karst must admit inspectors of Valdia (due)"]
    );
}

#[test]
fn whoever_bears_a_norm_is_no_first() {
    let text = "# Sele\n```servanda\npolity Karst, Valdia\naction {p: polity} admit/admits/admitted {q: polity}\naction {p: polity} \
                ask/asks/asked {q: polity}\ntreaty Sele between Karst and Valdia\nnorm Admit: each party must admit the other\n  when \
                the other asks the first\n```\n";
    let model = model_of(&[Entry { path: "sele.md".into(), text: Ok(text.to_owned()) }], DefaultLaw::Library);
    let help = model.diagnostics.iter().find_map(|it| it.help.clone()).expect("there is help");
    assert!(help.contains("for x: KIND"), "{help}");
}

#[test]
fn who_does_not_know_of_a_norm_is_not_told_of_it() {
    let secret = "polity Karst, Valdia, Norden\nplace Vale\ntreaty Sele between Karst, Valdia and Norden\n  \
                  signed 1925-03-01\n  enters into force 1925-07-10\n\
                  protocol Hidden of Sele, between Karst and Valdia, known only to Karst and Valdia\n\
                  norm Hold: Karst may occupy Vale\nnorm Limit: Karst must keep at most 5 000 troops in Vale\n";
    for question in ["may Karst occupy Vale on 1927-01-01", "how many troops may Karst keep in Vale on 1927-01-01"] {
        let reply = reply(secret, &format!("{question} as seen by Norden"));
        let told = format!("{:?}", reply);
        assert!(!told.contains("Hold") && !told.contains("Limit"), "{question}: {told}");
    }
}

#[test]
fn a_limit_that_is_passed_already_leaves_no_room() {
    let more = format!("{SILOS}event 1951-01-01: Karst digs 40 silos in Fort\n");
    let no = no(&more, "may Karst dig 5 silos in Zone on 1951-03-01");
    assert_eq!(
        no.instead,
        [
            "would break Limit: each party must hold at most 100 silos in Zone, as silos of Karst in Zone is 125, more than 100"
        ]
    );
    assert!(texts(&more, "may Karst dig 5 silos in Fort on 1951-03-01").is_empty(), "a part of it is no room either");
}

#[test]
fn what_is_allowed_up_to_a_number_is_not_allowed_beyond_it_by_what_stands_there() {
    let allowed = SILOS.replace("each party must hold", "Karst may hold");
    assert_eq!(texts(&allowed, "may Karst dig 20 silos in Zone on 1950-03-01").len(), 1);
    let no = no(&allowed, "may Karst dig 30 silos in Zone on 1950-03-01");
    assert_eq!(
        no.instead,
        [
            "Limit permits no more: Karst may hold at most 100 silos in Zone, and silos of Karst in Zone is 110, more than 100"
        ]
    );
}

#[test]
fn what_may_be_so_in_a_place_may_possibly_be_so_in_a_part_of_it() {
    let dossier = format!("{SILOS}norm Depot: Valdia may hold at most 30 silos in Zone\n");
    let may = |silos: u32| reply(&dossier, &format!("may Valdia hold {silos} silos in Fort on 1950-03-01")).answers;
    let twenty = may(20);
    assert_eq!(twenty[0].text, "permitted by Depot: Valdia may hold at most 30 silos in Zone");
    assert_eq!(twenty[0].truth, Truth::Possible, "it does not say where in the zone");
    assert!(may(40).is_empty());
    let no = no(&dossier, "may Valdia hold 140 silos in Fort on 1950-03-01");
    assert!(no.instead.contains(&"forbidden by Limit: each party must hold at most 100 silos in Zone".to_owned()));
}

#[test]
fn what_breaks_a_norm_again_is_not_left_open() {
    let again = format!(
        "{SILOS}norm Quiet: each party must not parade in Zone\naction {{z: place}} is shaken\n\
         rule Shakes\n  for p: polity; z: place\n  when p widens z\n  then z is shaken\n\
         rule Shaken\n  for p: polity; z: place\n  when z is shaken\n  if p holds at least 50 silos in z\n  then p parades in z\n\
         event 1950-02-10: Karst widens Fort\n"
    );
    for day in ["1950-02-09", "1950-03-01"] {
        let no = no(&again, &format!("may Karst widen Fort on {day}"));
        let breaks = "would break Quiet: each party must not parade in Zone";
        assert!(no.instead.iter().any(|it| it == breaks), "{day}: {:?}", no.instead);
    }
}
