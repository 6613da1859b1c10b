//! A dossier of a few lines, and what it answers.

use servanda::archive::Entry;
use servanda::ask::{Reply, Truth, ask};
use servanda::load::{DefaultLaw, model_of};
use servanda::world::World;
use servanda_model::{Model, View};

pub(crate) fn model(dossier: &str) -> Model {
    let text = format!("# Strait\n```servanda\n{dossier}\n```\n");
    let model = model_of(&[Entry { path: "strait.md".into(), text: Ok(text) }], DefaultLaw::Library);
    let errors: Vec<_> = model.diagnostics.iter().map(|it| it.message.clone()).collect();
    assert!(errors.iter().all(|it| !it.contains("no phrase")), "{errors:?}");
    model
}

pub(crate) fn reply(model: &Model, question: &str) -> Reply {
    ask(&mut World::new(model), question, &View::default()).unwrap_or_else(|trouble| panic!("{question}: {trouble:?}"))
}

/// The texts of the answers, each with `possibly` before it where it is only possible.
pub(crate) fn said(model: &Model, question: &str) -> Vec<String> {
    let told = |truth: Truth| if truth == Truth::Certain { "" } else { "possibly " };
    reply(model, question).answers.iter().map(|it| format!("{}{}", told(it.truth), it.text)).collect()
}

pub(crate) fn answers(model: &Model, cases: &[(&str, &[&str])]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|(question, expected)| (question, said(model, question), expected))
        .filter(|(_, told, expected)| told != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
