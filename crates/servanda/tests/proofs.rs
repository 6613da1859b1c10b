//! Every verdict of the Lithuanian dossier has a proof that is accepted.

use std::path::Path;
use std::time::Instant;

use servanda::load::{DefaultLaw, open};
use servanda::proving::{NoProof, file, prove, verify};
use servanda::world::World;
use servanda_model::View;

/// Every expectation, and the status of every norm.
fn questions(model: &servanda_model::Model) -> Vec<(String, View)> {
    let mut all = Vec::new();
    for check in &model.checks {
        all.extend(check.expects.iter().map(|expect| (expect.question.clone(), check.view.clone())));
    }
    for norm in model.norms.iter().filter(|norm| norm.reading.is_none()) {
        all.push((format!("what is the status of {}", model.name(norm.entity)), View::default()));
    }
    all
}

#[test]
fn every_verdict_of_the_lithuanian_dossier_is_accepted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dossiers/lithuania-1939");
    let dossier = open(&root, DefaultLaw::Library).expect("the dossier is there");
    let mut world = World::new(&dossier.model);
    let (mut proved, mut steps, mut cases, mut not, mut bytes) = (0, 0, 0, 0, 0);
    let (mut proving, mut checking) = (0.0, 0.0);
    let only = std::env::var("SERVANDA_PROOF_ONLY").ok();
    let mut wrong = Vec::new();
    for (question, view) in questions(&dossier.model) {
        if only.as_ref().is_some_and(|only| !question.contains(only.as_str())) {
            continue;
        }
        let start = Instant::now();
        let proof = prove(&mut world, &question, &view);
        let took = start.elapsed().as_secs_f64();
        proving += took;
        match proof {
            Ok(proof) => {
                proved += 1;
                cases += proof.cases.len();
                steps += proof.cases.iter().map(|case| case.certificate.steps.len()).sum::<usize>();
                let file = file(&dossier.model, vec![proof.clone()]);
                let text = serde_json::to_string(&file).expect("plain data");
                bytes += text.len();
                let start = Instant::now();
                let read = serde_json::from_str(&text).expect("what was written can be read");
                if let Err(refusal) = verify(&world, &read) {
                    wrong.push(format!("{question}: refused: {refusal:?}"));
                }
                checking += start.elapsed().as_secs_f64();
                let (c, s) = (proof.cases.len(), proof.cases.iter().map(|case| case.certificate.steps.len()).sum::<usize>());
                println!("{took:.2}s {c} cases, {s} steps, scope {}: {question} {:?}", proof.cases[0].certificate.scope.len(), proof.answers.iter().map(|it| format!("{} {}", it.truth, it.text)).collect::<Vec<_>>());
            }
            Err(NoProof::NotCheckable(why)) => {
                not += 1;
                println!("{took:.2}s {question}: not checkable: {why}");
            }
            Err(NoProof::Ask(error)) => println!("{question}: {error:?}"),
            Err(NoProof::Disagree(why)) => wrong.push(format!("{question}: {why}")),
        }
    }
    println!("{proved} proved ({cases} chronologies, {steps} steps, {bytes} bytes), {not} not checkable; {proving:.1} s to prove, {checking:.1} s to check");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
