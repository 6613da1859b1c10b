//! Questions about when a norm was kept and broken, of whom something is not so, and about places and their parts.

mod asking;

use asking::{answers, model, reply, said};
use servanda::ask::ask;
use servanda::proving::Prover;
use servanda::world::World;
use servanda_model::View;

#[test]
fn a_norm_is_observed_in_the_times_in_which_it_is_not_broken() {
    let model = model(
        r"
polity Aland, Borland
place Strait, Bay
treaty Pact between Aland and Borland
  signed 1919-01-01
  enters into force 1920-01-01
norm Cap: Aland must keep at most 230 troops in Strait
norm Never: Aland must not attack Borland
event 1924-05-01: Aland stations 240 troops in Strait
event 1925-01-01: Aland withdraws 50 troops from Strait
event 1926-01-01: Aland stations 10 troops in Bay
",
    );
    let both: &[&str] = &["1920-01-01 to 1924-05-01", "since 1925-01-01"];
    answers(
        &model,
        &[
            ("when was Cap observed", both),
            ("when did Aland observe Cap", both),
            ("when was Pact observed", both),
            ("when did Aland observe Pact", both),
            ("how long was Cap observed", &["1582 days", "without end"]),
            ("since when was Cap observed", &["1920-01-01", "1925-01-01"]),
            ("how many times was Cap observed", &["2"]),
            ("when was Never observed", &["since 1920-01-01"]),
            ("was Cap observed", &[]),
        ],
    );
}

#[test]
fn those_of_whom_it_is_not_so_are_those_whom_the_norm_binds() {
    let model = model(
        r"
polity Aland, Borland, Cland
organisation Bureau
action {p: polity} pay/pays/paid {n: number} crowns to {q: thing}
treaty Pact between Aland and Borland
  signed 1901-01-01
  enters into force 1901-02-01
norm Pay: each party must pay at least 100 crowns to Bureau
  within 60 days
norm Own: Borland must not attack Cland
event 1901-03-01: Aland pays 100 crowns to Bureau
event 1901-07-01: Aland pays 100 crowns to Bureau
",
    );
    answers(
        &model,
        &[
            ("who did not meet Pay", &["Borland"]),
            ("which parties did not meet Pay", &["Borland"]),
            ("by whom was Pay not met", &["Borland"]),
            ("which polity did not meet Pay", &["Borland"]),
            ("which states did not breach Pay", &["Aland"]),
            ("who did not breach Pact", &["Aland"]),
            ("who is not bound by Own", &["Aland"]),
            ("who is not bound by Pay", &[]),
        ],
    );
    assert_eq!(said(&model, "who did not observe Pact"), said(&model, "who breached Pact"));
    assert_eq!(said(&model, "who did not observe Pay"), ["Borland"]);
    let refused = ask(&mut World::new(&model), "who does not own Pact", &View::default());
    assert!(refused.is_err());
}

#[test]
fn what_is_done_in_a_part_is_done_in_the_whole_as_the_places_lay_then() {
    let model = model(
        r"
polity Dorne, Calva
place Shore, Islet
action {p: polity} mine/mines/mined {l: place}
fact until 1905-01-01: Islet lies in Shore
fact since 1905-01-01: Islet lies in Calva
event 1905-06-01: Dorne mines Islet
event 1904-08-01: Dorne mines Islet
",
    );
    let islet = "possibly Dorne mines Islet, and Islet lies in Shore";
    answers(
        &model,
        &[
            ("did Dorne mine Shore on 1905-06-01", &[]),
            ("did Dorne mine Shore on 1904-08-01", &[islet]),
            ("when did Dorne mine Shore", &["possibly 1904-08-01"]),
            ("how many times did Dorne mine Shore", &["between 0 and 1"]),
            ("what happened in Shore", &["Dorne mines Islet, and Islet lies in Shore"]),
            ("what happened to Shore", &[]),
        ],
    );
}

#[test]
fn proofs_of_acts_in_parts_and_of_secrets_agree() {
    let dossiers = [
        (
            r"
polity Dorne
place Shore, Islet
fact: Islet lies in Shore
action {p: polity} mine/mines/mined {l: place}
event 1904-08-01: Dorne mines Islet
",
            vec!["did Dorne mine Shore", "who mined Shore", "how many times did Dorne mine Shore"],
        ),
        (
            r"
polity Aland, Borland, Dorne
treaty Concord between Aland, Borland and Dorne
  signed 1901-05-01
protocol Annex of Concord, known only to Aland and Dorne
event 1904-09 Leak: Borland learns of Annex
",
            vec!["does Aland know of Annex", "who knows of Annex"],
        ),
    ];
    for (dossier, questions) in dossiers {
        let model = model(dossier);
        let mut world = World::new(&model);
        let mut prover = Prover::new(&world).expect("its days are in order");
        for question in questions {
            for proof in prover.prove(&mut world, &[question.to_owned()], &View::default()) {
                assert!(proof.is_ok(), "{question}: {:?}", proof.err());
            }
        }
    }
}

#[test]
fn a_permission_with_a_number_is_told_with_it_and_of_whom_it_is() {
    let model = model(
        r"
polity Aland, Borland
place Strait, Saar
treaty Pact between Aland and Borland
  signed 1919-06-28
  enters into force 1920-01-10
norm Garrison: Borland may station at most 60 000 troops in Strait
norm Entry: Aland must not station at least 1 troops in Strait
event 1920-02-01: Borland stations 50 000 troops in Strait
",
    );
    let how_many = reply(&model, "how many troops may Borland station in Strait");
    assert!(how_many.no.is_none() && how_many.answers[0].which[0].contains("at most 60 000"), "{how_many:?}");
    let other = reply(&model, "may Aland station 500 troops in Saar").no.expect("no norm speaks of it");
    assert!(other.instead.iter().all(|it| !it.contains("does not stand")), "{:?}", other.instead);
}

#[test]
fn a_claim_that_is_asked_of_a_time_was_made_in_it() {
    let model = model(
        r#"
polity Aland, Borland
claim 1931-05-01 by Aland: "the strait was closed"
claim 1933-06-14 by Aland: "the strait was open"
"#,
    );
    answers(
        &model,
        &[
            ("what did Aland claim on 1933-06-14", &["“the strait was open”"]),
            ("what did Aland claim in May 1931", &["“the strait was closed”"]),
            ("what did Aland claim by 1933-06-14", &["“the strait was closed”", "“the strait was open”"]),
        ],
    );
}

#[test]
fn who_must_hand_over_a_whole_must_hand_over_its_parts() {
    let model = model(
        r"
polity Aland, Borland
place March, Town, Spa
treaty Pact between Aland and Borland
  signed 1919-01-01
  enters into force 1920-01-01
norm Cession: Aland must hand over March to Borland
norm Lease: Borland must lease berths in March to Aland
action {a: polity} lease/leases/leased berths in {p: place} to {b: polity}
fact Inside: Town lies in March
event 1920-06-01: Aland hands over March to Borland
",
    );
    let day = |question: &str| format!("{question} on 1920-03-01");
    answers(
        &model,
        &[
            (
                &day("must Aland hand over Town to Borland"),
                &["required by Cession: Aland must hand over March to Borland (due)"],
            ),
            (&day("who must hand over Town"), &["Aland"]),
            (&day("must Aland hand over Spa to Borland"), &[]),
            (&day("must Borland hand over Town"), &[]),
            // Where in a whole something is to be done is left open.
            (
                &day("must Borland lease berths in Town to Aland"),
                &["possibly required by Lease: Borland must lease berths in March to Aland (due)"],
            ),
        ],
    );
    let told = reply(&model, &day("must Aland hand over Town to Borland"));
    assert_eq!(told.answers[0].which, ["with the whole around it"]);
    let later = reply(&model, "must Aland hand over Town to Borland on 1920-07-01").no.expect("it has done so");
    assert!(later.instead.iter().any(|it| it.starts_with("Cession met")), "{later:?}");
}
