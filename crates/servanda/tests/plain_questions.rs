//! Questions as people put them, in the words of a language and not of a phrase.

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
    ask(&mut World::new(model), question, &View::default()).unwrap_or_else(|trouble| panic!("{question}: {trouble:?}"))
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
fn what_stands_in_a_secret_instrument_is_as_secret_as_it_is() {
    let model = model(
        r"
polity Aland, Borland, Corland
place Strait
treaty Pact between Aland and Borland
  signed 1919-01-01
norm Cap: Aland must keep at most 230 troops in Strait
treaty Annex between Aland and Borland
  known only to Aland and Borland
  signed 1919-02-01
article Depots of Annex
norm Stores: Aland must keep at most 20 troops in Strait
event 1925-01-01: Annex becomes public
",
    );
    answers(
        &model,
        &[
            ("is Annex secret on 1920-01-01", &["Annex is secret"]),
            ("is Stores secret on 1920-01-01", &["Stores is secret"]),
            ("is Stores public on 1920-01-01", &[]),
            ("is Stores secret on 1926-01-01", &[]),
            ("is Stores public on 1926-01-01", &["Stores is public"]),
            ("is Cap secret on 1920-01-01", &[]),
            // Nothing is secret before it is made.
            ("is Stores secret on 1918-01-01", &[]),
        ],
    );
    let early = reply(&model, "is Annex secret on 1918-01-01").no.expect("it is not made");
    assert_eq!(early.instead[0], "it is so from 1919-02-01 until 1925-01-01");
}
