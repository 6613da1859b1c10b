//! Questions about when a norm was kept and broken, of whom something is not so, and about places and their parts.

use servanda::archive::Entry;
use servanda::ask::{Reply, Truth, ask};
use servanda::load::{DefaultLaw, model_of};
use servanda::world::World;
use servanda_model::{Model, View};

fn model(dossier: &str) -> Model {
    let text = format!("# Strait\n```servanda\n{dossier}\n```\n");
    let model = model_of(&[Entry { path: "strait.md".into(), text: Ok(text) }], DefaultLaw::Library);
    let errors: Vec<_> = model.diagnostics.iter().map(|it| it.message.clone()).collect();
    assert!(errors.iter().all(|it| !it.contains("no phrase")), "{errors:?}");
    model
}

fn reply(model: &Model, question: &str) -> Reply {
    ask(&mut World::new(model), question, &View::default())
        .unwrap_or_else(|trouble| panic!("{question}: {trouble:?}"))
}

/// The texts of the answers, each with `possibly` before it where it is only possible.
fn said(model: &Model, question: &str) -> Vec<String> {
    let told = |truth: Truth| if truth == Truth::Certain { "" } else { "possibly " };
    reply(model, question).answers.iter().map(|it| format!("{}{}", told(it.truth), it.text)).collect()
}

fn answers(model: &Model, cases: &[(&str, &[&str])]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|(question, expected)| (question, said(model, question), expected))
        .filter(|(_, told, expected)| told != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

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
