//! What answers say: the steps they lead through, and why a no is a no.

use servanda::archive::Entry;
use servanda::ask::{Reply, Truth, ask};
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
fn a_no_tells_of_claims_by_the_evidence_of_the_year() {
    let text = "# Claims\n```servanda\npolity Arvenia, Belmark\nsource paper \"A paper\"\n  published 1937\n\
                event 1936-01-01: Arvenia attacks Belmark\n  according to Belmark\n  source paper\n```\n";
    let entry = Entry { path: "claims.md".into(), text: Ok(text.to_owned()) };
    let model = model_of(&[entry], DefaultLaw::Library);
    let instead = |year| {
        let view = View { known_in: Some(year), ..View::default() };
        ask(&mut World::new(&model), "did Arvenia attack Belmark", &view)
            .expect("understood")
            .no
            .expect("it is said")
            .instead
    };
    assert_eq!(instead(1937), ["said by Belmark, and not taken as so: Arvenia attacks Belmark"]);
    assert!(instead(1936).is_empty());
}

#[test]
fn a_breach_towards_one_is_asked_for() {
    let dossier = "polity Arvenia, Belmark, Corvia\ntreaty Pact between Arvenia, Belmark and Corvia\n  \
                   enters into force 1929-01-01\nnorm NoWar: each party must not attack the other\n\
                   event 1930-01-01: Arvenia attacks Belmark";
    let since =
        |question: &str| reply(dossier, question).answers.first().map(|it| it.since.clone().unwrap_or_default());
    assert_eq!(since("is NoWar breached by Arvenia towards Belmark").as_deref(), Some("1930-01-01"));
    assert_eq!(since("is NoWar observed by Arvenia towards Corvia").as_deref(), Some("1929-01-01"));
    assert_eq!(since("is NoWar breached by Arvenia towards Corvia"), None);
    assert_eq!(since("was NoWar breached by Arvenia towards Belmark on 1929-06-01"), None);
}

#[test]
fn a_no_about_who_reserved_says_so() {
    let dossier = "polity Arvenia, Belmark, Corvia\ntreaty Pact between Arvenia, Belmark and Corvia\n  \
                   enters into force 1929-01-01\nnorm NoWar: each party must not attack the other\n\
                   event 1928-07-25: Corvia reserves against NoWar\n\
                   event 1931-05-02: Corvia withdraws reservation against NoWar";
    let no = reply(dossier, "does NoWar bind Corvia on 1930-01-01").no.expect("it does not");
    assert!(no.instead.contains(&"NoWar is reserved by Corvia (since 1928-07-25)".to_owned()), "{:#?}", no.instead);
    let yes = reply(dossier, "why does NoWar not bind Corvia on 1930-01-01");
    assert_eq!(yes.answers[0].which, ["NoWar is reserved by Corvia (since 1928-07-25)"]);
    assert!(yes.answers[0].steps.iter().any(|told| told.text == "Corvia reserves against NoWar"));
    let plain = reply(dossier, "does NoWar not bind Corvia on 1930-01-01");
    assert!(plain.answers[0].which.is_empty());
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

#[test]
fn a_number_made_of_stated_numbers_is_missing_until_they_are_stated() {
    let army = "polity Belmark\nfluent soldiers of {polity}: number\nfluent officers of {polity}: number\n\
                fluent strength of {polity}: number\n\
                define strength of host is men + leaders\n  for host: polity; men, leaders: number\n  \
                while soldiers of host is men; officers of host is leaders\n\
                fact since 1922-01-01: soldiers of Belmark is 20 000\n\
                fact since 1923-01-01: officers of Belmark is 1 500\n";
    let said = |question: &str| reply(army, question).answers.into_iter().map(|it| it.text).collect::<Vec<_>>();
    assert_eq!(said("what is strength of Belmark on 1922-06-01"), [] as [&str; 0]);
    assert_eq!(said("what is strength of Belmark on 1923-06-01"), ["21500"]);
}

const QUARREL: &str = r#"
polity Belmark, Corvia
action {a: thing} demand/demands/demanded {text} of {b: thing}
action {a: thing} do/does/did {text}
action {a: thing} meet/meets/met {b: thing} in {t: text}
treaty Sele between Belmark and Corvia
  lasts 15 years
  enters into force 1921-06-01
norm Pay: Belmark must meet Corvia in "the town hall"
  within 30 days
norm Rest: Corvia must not attack Belmark
treaty Other between Belmark and Corvia
  enters into force 1921-06-01
norm Elsewhere: Corvia must not attack Belmark
event 1922-01-05: Corvia demands "a port that will not freeze" of Belmark
event 1923-01-05: Corvia demands "a port that will not freeze" of Belmark
event 1924-02-07: Corvia attacks Belmark
claim 1922-01-06 by Belmark: "no port is worth this price"
"#;

/// The texts of the answers, with the days that belong to them.
fn said(question: &str) -> Vec<String> {
    let text = |it: servanda::ask::Answer| match (&it.since, it.is_dated) {
        (Some(since), false) => format!("{} {since}", it.text),
        _ => it.text,
    };
    reply(QUARREL, question).answers.into_iter().map(text).collect()
}

#[test]
fn a_quotation_is_one_word_of_a_question() {
    let demand = "did Corvia demand \"a port that will not freeze\" of Belmark";
    assert_eq!(said(demand), ["Corvia demands “a port that will not freeze” of Belmark 1922-01-05"]);
    assert_eq!(said("did Corvia demand \"a port that may not matter\" of Belmark"), [] as [&str; 0]);
}

#[test]
fn when_something_was_done_is_asked_of_each_time() {
    let days = ["1922-01-05", "1923-01-05"];
    assert_eq!(said("when did Corvia demand \"a port that will not freeze\" of Belmark"), days);
}

#[test]
fn what_somebody_did_on_a_day_is_of_that_day() {
    assert_eq!(said("what did Corvia do on 7 February 1924"), ["Corvia attacks Belmark 1924-02-07"]);
    assert_eq!(said("what did Corvia do on 8 February 1924"), [] as [&str; 0]);
}

#[test]
fn who_said_something_is_asked_of_claims() {
    assert_eq!(said("did Belmark say \"worth this price\""), ["“no port is worth this price” 1922-01-06"]);
    assert_eq!(said("who claimed \"worth this price\""), ["Belmark: “no port is worth this price” 1922-01-06"]);
}

#[test]
fn how_long_something_lasts_is_the_length_stated_of_it() {
    assert_eq!(said("how long does Sele last"), ["15 years"]);
    assert_eq!(said("how many years does Sele last"), ["15 years"]);
}

#[test]
fn a_norm_is_met_though_people_meet_as_well() {
    assert_eq!(said("did Belmark meet Pay"), [] as [&str; 0]);
    let late = reply(
        &format!("{QUARREL}event 1921-06-20: Belmark meets Corvia in \"the town hall\"\n"),
        "did Belmark meet Pay",
    );
    assert_eq!(late.answers[0].text, "Pay met by Belmark");
}

#[test]
fn which_norms_of_a_treaty_are_not_breached_leaves_out_the_other_treaty() {
    assert_eq!(said("which norms of Other are not breached on 1923-01-01"), ["Elsewhere"]);
}

#[test]
fn a_number_is_not_asked_of_a_text() {
    let entry = Entry { path: "sele.md".into(), text: Ok(format!("# Sele\n```servanda\n{QUARREL}\n```\n")) };
    let model = model_of(&[entry], DefaultLaw::Library);
    let asked = ask(&mut World::new(&model), "how many ships did Corvia lose in battle", &View::default());
    assert!(asked.is_err(), "{asked:?}");
}

/// The answers to a question, each with its truth.
fn truths(dossier: &str, question: &str) -> Vec<String> {
    let of = |it: servanda::ask::Answer| format!("{:?} {}", it.truth, it.text);
    reply(dossier, question).answers.into_iter().map(of).collect()
}

#[test]
fn an_act_of_some_day_of_a_year_may_be_of_any_month_of_it() {
    let raid = "polity Belmark, Corvia\nevent 1925 Raid: Belmark attacks Corvia\n";
    let may_be = ["Possible Belmark attacks Corvia"];
    assert_eq!(truths(raid, "did Belmark attack Corvia in June 1925"), may_be);
    assert_eq!(truths(raid, "did Belmark not attack Corvia in June 1925"), ["Possible Belmark did not attack Corvia"]);
    assert_eq!(truths(raid, "did Belmark attack Corvia in 1925"), ["Certain Belmark attacks Corvia"]);
    assert_eq!(truths(raid, "did Belmark attack Corvia in June 1926"), [] as [&str; 0]);
    let apart = "polity Belmark, Corvia\nevent 1925-01 or 1925-12 Raid: Belmark attacks Corvia\n";
    assert_eq!(truths(apart, "did Belmark attack Corvia in June 1925"), [] as [&str; 0]);
}

#[test]
fn acts_are_asked_about_by_kind_and_number_and_all_together() {
    let fleet = "kind ship \"ship\"\nkind cruiser \"cruiser\": ship\nkind monitor \"monitor\": ship\n\
                 polity Belmark, Corvia\ncruiser Cruz\nmonitor Dread, Ajax\n\
                 action {a: polity} scrap/scraps/scrapped {s: ship}\n\
                 event 1924-02-17: Belmark scraps Dread\nevent 1924-03-01: Corvia scraps Ajax\n";
    let none = [] as [&str; 0];
    assert_eq!(truths(fleet, "which cruisers were scrapped"), none);
    assert_eq!(truths(fleet, "which monitors were scrapped"), ["Certain Dread", "Certain Ajax"]);
    assert_eq!(truths(fleet, "how many ships were scrapped"), ["Certain 2"]);
    assert_eq!(truths(fleet, "did Belmark scrap Dread and Ajax"), none);
    assert_eq!(truths(fleet, "did Belmark scrap Dread or Ajax").len(), 1);
}

#[test]
fn what_an_open_number_is_compared_with_is_certain_possible_or_not_so() {
    let troops = "polity Belmark\nplace Fort\nevent 1908-04-01: Belmark stations between 400 and 600 troops in Fort\n";
    let truth = |question: &str| truths(troops, question).into_iter().next().map(|it| it.starts_with("Certain"));
    assert_eq!(truth("did Belmark station more than 700 troops in Fort"), None);
    assert_eq!(truth("did Belmark station at most 500 troops in Fort"), Some(false));
    assert_eq!(truth("did Belmark station 500 troops in Fort"), Some(false));
    assert_eq!(truth("did Belmark station at least 400 troops in Fort"), Some(true));
}

#[test]
fn rules_whose_timers_set_them_off_again_are_followed_to_an_end() {
    let pact = "polity Belmark, Corvia\ntreaty Sele between Belmark and Corvia\n  enters into force 1925-07-10\n\
                event 1928-03..1928-05 Raid: Belmark attacks Corvia\n\
                event 1930-10-15: Belmark refuses treaty relations with Corvia under Sele\n";
    assert_eq!(truths(pact, "when was Sele in force"), ["Certain since 1925-07-10"]);
}

#[test]
fn a_sum_with_an_open_part_may_be_any_number_it_can_reach() {
    let troops = "polity Belmark\nplace Vale, Fort\nfact: Fort lies in Vale\n\
                  event 1902-04-01: Belmark stations 2 500 troops in Fort\n\
                  event 1908-04-01: Belmark stations between 400 and 600 troops in Vale\n";
    let said = |number: &str| truths(troops, &format!("is troops of Belmark in Vale {number}"));
    assert_eq!(said("3 000"), ["Possible troops of Belmark in Vale is 3000"]);
    assert_eq!(said("2 899"), [] as [&str; 0]);
    assert_eq!(said("3 101"), [] as [&str; 0]);
}

const TERM: &str = r#"
polity Belmark, Corvia, Dorland
place Eastmarch, Fort
fact: Fort lies in Eastmarch
treaty Sele between Belmark and Corvia
  signed 1921-06-01
  enters into force 1921-06-01
norm Passage: Belmark may have troops in Eastmarch
norm Peace: each party must not attack the other
about Peace
  lasts 10 years
  renews for 5 years once unless denounced 1 year before expiry
reading Loose of Passage, held by Belmark
reading Strict of Passage, held by Corvia
"#;

#[test]
fn what_an_act_lacks_is_told_with_the_rule_that_asks_for_it() {
    let no = reply(TERM, "can Dorland accede to Sele on 1922-01-01").no.expect("a closed treaty");
    let lacks = "without effect in law, unless Sele is open to outsiders or Dorland has standing to accede to Sele";
    assert_eq!(no.instead, [lacks]);
    assert!(no.would_change.iter().any(|it| it.contains("is open to accession")), "{:?}", no.would_change);
    assert!(no.steps.iter().any(|told| told.kind == "rule"), "{:#?}", no.steps);
}

#[test]
fn when_an_act_would_have_an_effect_ends_with_its_last_day() {
    let answers = reply(TERM, "until when can Corvia denounce Sele").answers;
    let texts: Vec<&str> = answers.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["with effect in law (ArticlesDenouncedInTime): 1921-06-01 to 1930-06-02"]);
    let reserved = TERM.replace("enters into force 1921-06-01", "enters into force on last ratification");
    let reserved = format!("{reserved}event 1922-01-01: Corvia ratifies Sele\n");
    let when = reply(&reserved, "when can Corvia ratify Sele").answers;
    assert!(when.len() == 1 && when[0].text.ends_with("1921-06-01 to 1922-01-01"), "{when:#?}");
    assert!(reply(TERM, "when can Dorland denounce Sele").answers.is_empty());
}

#[test]
fn a_permission_without_a_number_says_so() {
    let no = reply(TERM, "how many troops may Belmark keep in Eastmarch on 1922-01-01").no.expect("no number");
    assert_eq!(no.instead, ["permitted, without a number, by Passage: Belmark may have troops in Eastmarch"]);
}

#[test]
fn two_readings_of_a_norm_are_not_chosen_together() {
    let text = format!("# Sele\n```servanda\n{TERM}\n```\n");
    let model = model_of(&[Entry { path: "sele.md".into(), text: Ok(text) }], DefaultLaw::Library);
    let named = |name: &str| model.lexicon.entity(name).expect("a reading");
    let asked = |under: &[&str]| {
        let view = View { under: under.iter().map(|name| named(name)).collect(), ..View::default() };
        ask(&mut World::new(&model), "is Passage permitted on 1922-01-01", &view)
    };
    assert!(asked(&["Loose"]).is_ok_and(|reply| !reply.answers.is_empty()));
    assert!(asked(&["Loose", "Strict"]).is_err());
}

#[test]
fn what_contradicts_itself_is_told_beside_the_answer() {
    let dossier = format!(
        "{CEILING}\nplace Westmarch\nfact since 1922-05-01: troops of Corvia in Westmarch is 10\nfact since 1922-05-01: troops of Corvia in Westmarch is 20"
    );
    let before = reply(&dossier, "how many troops of Corvia in Westmarch on 1922-04-30");
    assert!(before.contradictions.is_empty(), "{:?}", before.contradictions);
    let after = reply(&dossier, "how many troops of Corvia in Westmarch on 1922-06-01");
    assert_eq!(after.answers[0].text, "unknown");
    assert!(after.contradictions[0].contains("troops of Corvia in Westmarch"), "{:?}", after.contradictions);
}

#[test]
fn an_act_is_asked_for_what_it_broke() {
    let dossier = "polity Arvenia, Belmark\ntreaty Pact between Arvenia and Belmark\n  enters into force 1929-01-01\n\
                   norm NoWar: each party must not attack the other\nevent 1930-01-01 Raid: Arvenia attacks Belmark\n\
                   event 1930-02-01 March: Arvenia recognises Belmark\nevent 1931-01-01 Again: Arvenia attacks Belmark";
    let texts = |question: &str| -> Vec<String> {
        reply(dossier, question).answers.into_iter().map(|answer| answer.text).collect()
    };
    assert_eq!(texts("which norms did Raid breach"), ["NoWar"]);
    assert_eq!(texts("did Again breach NoWar"), ["Again breached NoWar"]);
    assert!(texts("did March breach NoWar").is_empty());
    // It goes on being broken in 1930, and is broken again in 1931 alone.
    assert_eq!(texts("did Arvenia breach NoWar in 1931"), ["NoWar breached by Arvenia"]);
    assert!(texts("did Arvenia breach NoWar in March 1930").is_empty());
    assert!(texts("did Belmark breach NoWar in 1931").is_empty());
}

const OPEN_DAYS: &str = "polity Arvenia, Belmark, Corvia\nplace Eastmarch\ntreaty Sele between Arvenia and Belmark\n  signed 1921-01-01\n  \
                         enters into force 1921-02..1921-03\nnorm Help: each party must assist the other\n  when Corvia attacks the other\n  within 10 days\n\
                         norm Peace: each party must not attack the other\nnorm Quiet: each party must not protest\n\
                         event 1922-05-01..1922-05-09: Arvenia attacks Belmark\nfact since 1925: Corvia controls Eastmarch\n\
                         event [1923-03-01,1925-03-01]: Corvia attacks Belmark\nevent 1925-03-05: Arvenia assists Belmark\n";

/// The day on which a thing begins or ends is told as open as it is, also beside an answer.
#[test]
fn a_no_tells_open_days_as_they_are() {
    let instead = |question: &str| reply(OPEN_DAYS, question).no.expect("no").instead;
    let told = instead("is Peace breached on 1922-04-01");
    assert!(told.iter().any(|it| it == "it is so from some day from 1922-05-01 to 1922-05-09 on"), "{told:#?}");
    let own = "Peace observed by Arvenia since some day from 1921-02-01 to 1921-03-31 until some day from 1922-05-01 to 1922-05-09";
    assert!(told.iter().any(|it| it == own), "{told:#?}");
    assert_eq!(
        instead("does Arvenia control Eastmarch on 1926-01-01"),
        ["Corvia controls Eastmarch (since some day from 1925-01-01 to 1925-12-31)"]
    );
    // Met late in one of the two chronologies alone.
    let told = instead("is Help breached");
    assert!(told.iter().any(|it| it == "possibly Help met late by Arvenia since 1925-03-05"), "{told:#?}");
    assert_eq!(
        instead("did Arvenia observe Sele"),
        [
            "Peace breached since some day from 1922-05-01 to 1922-05-09",
            "possibly Help breached since 1923-03-12 until 1925-03-05"
        ]
    );
}

const LIMITS: &str = "polity Arvenia, Belmark\nplace Vale, Eastmarch\ntreaty Sele between Arvenia and Belmark\n  signed 1930-01-01\n  \
                      enters into force 1930-02-01\nnorm Cap: Arvenia must keep at most 100 troops in Vale\n\
                      norm Other: Belmark must keep at most 300 troops in Eastmarch\n\
                      norm Escape: Belmark may keep at most 400 troops in Eastmarch\n  if Cap is breached by Arvenia\n\
                      Escape prevails over Other\nevent 1930-06-01: Belmark stations 340 troops in Eastmarch\n\
                      event 1934-01-01: Arvenia stations between 90 and 110 troops in Vale\nsource memoirs \"Memoirs\"\n  published 1950\n\
                      event 1931-06-01: Arvenia stations 50 troops in Eastmarch\n  source memoirs \"x\"\n\
                      norm Floor: Arvenia must keep at least 40 troops in Eastmarch\n";

/// A status that hangs on a number left open elsewhere is possible; what the number itself leaves open is undecided.
#[test]
fn the_status_of_a_norm_hangs_on_numbers_left_open_elsewhere() {
    let statuses = |norm: &str| -> Vec<(String, Truth)> {
        let reply = reply(LIMITS, &format!("what is status of {norm} on 1935-06-01"));
        reply.answers.iter().map(|it| (it.text.clone(), it.truth)).collect()
    };
    let possible = |text: &str| (text.to_owned(), Truth::Possible);
    assert_eq!(statuses("Other"), [possible("breached (Belmark)"), possible("excused (Belmark)")]);
    assert_eq!(statuses("Cap"), [("undecided (Arvenia)".to_owned(), Truth::Certain)]);
}

/// Of a number of which a year does not see all, no limit is certainly kept or broken.
#[test]
fn a_limit_of_a_number_not_seen_whole_is_not_certain() {
    let text = format!("# Sele\n```servanda\n{LIMITS}\n```\n");
    let entry = Entry { path: "sele.md".into(), text: Ok(text) };
    let model = model_of(&[entry], DefaultLaw::Library);
    let truths = |question: &str| -> Vec<Truth> {
        let view = View { known_in: Some(1940), ..View::default() };
        let reply = ask(&mut World::new(&model), question, &view).expect("the question is understood");
        reply.answers.iter().map(|it| it.truth).collect()
    };
    assert_eq!(truths("is Floor breached on 1931-01-01"), [Truth::Certain]);
    for question in
        ["is Floor breached on 1932-01-01", "is Floor observed on 1932-01-01", "what is status of Floor on 1932-01-01"]
    {
        assert_eq!(truths(question), [Truth::Possible], "{question}");
    }
}

/// A no about a time says when it was so all the same, and why it is not so then.
#[test]
fn a_no_about_a_time_tells_of_others() {
    let dossier = "polity Arvenia, Belmark, Corvia\nplace Vale\ntreaty Sele between Arvenia and Belmark\n  signed 1921-01-01\n  \
                   enters into force 1921-02-01\narticle I \"Help\"\nnorm Help: each party must assist the other\n  when Corvia attacks the other\n  \
                   except Arvenia occupies Vale\nnorm Rest: Arvenia may station troops in Vale\n  if Corvia is at war with Belmark\n\
                   treaty Varna between Arvenia and Corvia\n  signed 1921-01-01\n  enters into force 1921-02-01\n\
                   norm Aid: each party must assist the other\n  when Belmark attacks the other\n\
                   fact 1922-01-01..1923-01-01: Corvia is at war with Belmark\nevent 1925-05-01..1925-05-03: Arvenia attacks Belmark\n\
                   event 1926-01-01: Arvenia occupies Vale\nprotocol Annex of Sele\nnorm Loose: Arvenia must not blockade Corvia\n\
                   treaty Trade between Arvenia and Belmark\n  signed 1930-01-01\n";
    let instead = |question: &str| reply(dossier, question).no.expect("no").instead;
    assert_eq!(
        instead("did Arvenia attack Belmark before 1925-01-01"),
        ["Arvenia attacks Belmark on some day from 1925-05-01 to 1925-05-03"]
    );
    assert_eq!(
        instead("what is status of Help on 1921-01-15")[0],
        "it is so from 1921-02-01 on Help dormant by Arvenia"
    );
    assert_eq!(
        instead("what is status of Rest on 1924-01-01"),
        ["it is so from 1922-01-01 until 1923-01-01 permitted (Arvenia)"]
    );
    // Varna is no matter of Belmark's, and Help stopped.
    assert_eq!(
        instead("must Arvenia assist Belmark on 1927-01-01"),
        [
            "Help does not apply, as Arvenia occupies Vale (since 1926-01-01)",
            "Help dormant by Arvenia (since 1921-02-01)"
        ]
    );
    assert_eq!(instead("in which article does Loose stand"), ["Loose belongs to Annex"]);
    let binds = reply(dossier, "does Rest bind Arvenia on 1924-01-01").answers;
    assert_eq!(
        binds[0].which,
        ["but Rest does not stand on that day: what it permits is permitted until 1923-01-01 only"]
    );
}

/// Why something is not so has a reason, and an end is told as an end.
#[test]
fn what_is_not_so_or_no_longer_has_a_reason() {
    let dossier = "polity Arvenia, Belmark\nplace Vale\ntreaty Sele between Arvenia and Belmark\n  signed 1921-01-01\n  \
                   enters into force 1921-02-01\nnorm Peace: each party must not attack the other\n\
                   fact 1920-01-01..1922-01-01: Arvenia is neutral\nfact since 1920-01-01: Belmark controls Vale\n\
                   treaty Late between Arvenia and Belmark, known only to Belmark\n  signed 1930-01-01\n\
                   protocol Annex of Sele, known only to Belmark\n  signed 1921-01-01\n";
    let why = reply(dossier, "why is Peace not breached on 1925-01-01").answers;
    assert!(why[0].which.contains(&"Peace observed by Arvenia since 1921-02-01".to_owned()), "{:?}", why[0].which);
    let why = reply(dossier, "why does Arvenia not control Vale on 1925-01-01").answers;
    assert_eq!(why[0].which, ["Belmark controls Vale (since 1920-01-01)"]);
    let ended = reply(dossier, "how did Arvenia cease to be neutral").answers;
    assert_eq!(ended[0].text, "no longer: Arvenia is neutral");
    let secret: Vec<String> = reply(dossier, "which instruments does Arvenia not know of on 1925-01-01")
        .answers
        .iter()
        .map(|it| it.text.clone())
        .collect();
    assert_eq!(secret, ["Annex"]);
}

#[test]
fn by_the_evidence_of_a_year_nothing_later_counts() {
    let dossier = "polity Arvenia, Belmark\nsource paper \"A paper\"\n  published 1937\nsource book \"A book\"\n  \
                   published 1990\nfluent {a: polity} is armed\nfact 1936-01-01..1945-05-08: Arvenia is at war with Belmark\n  \
                   source paper\nrule ArmedByWar\n  for a, b: polity\n  when a is at war with b begins\n  then a is armed\n  \
                   source book";
    let text = format!("# War\n```servanda\n{dossier}\n```\n");
    let model = model_of(&[Entry { path: "war.md".into(), text: Ok(text) }], DefaultLaw::Library);
    let told = |question: &str, year: Option<i64>| {
        let view = View { known_in: year, ..View::default() };
        let reply = ask(&mut World::new(&model), question, &view).expect("understood");
        reply.answers.first().map(|answer| answer.until.clone())
    };
    assert_eq!(told("is Arvenia at war with Belmark on 1937-01-01", Some(1937)), Some(None));
    let end = Some(Some("1945-05-08".to_owned()));
    assert_eq!(told("is Arvenia at war with Belmark on 1937-01-01", Some(1945)), end);
    assert_eq!(told("is Arvenia armed on 1937-01-01", Some(1937)), None);
    assert_eq!(told("is Arvenia armed on 1937-01-01", Some(1990)), Some(None));
}
