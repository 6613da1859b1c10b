//! Verdicts of the Lithuanian dossier have proofs that are accepted, and altered proofs are refused.

use std::path::Path;

use serde_json::Value;
use servanda::load::{DefaultLaw, Dossier, open};
use servanda::proving::{Case, Proof, ProofFile, Prover, file, verify};
use servanda::world::World;
use servanda_model::{Check, View};

fn dossier() -> Dossier {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dossiers/lithuania-1939");
    open(&root, DefaultLaw::Library).expect("the dossier is there")
}

/// Proves the answers to all these questions and checks them as they are read from a file.
fn all_accepted(dossier: &Dossier, questions: &[(View, Vec<String>)]) {
    let mut world = World::new(&dossier.model);
    let mut prover = Prover::new(&world).expect("its days are in order");
    let mut wrong = Vec::new();
    for (view, texts) in questions {
        let mut proofs = Vec::new();
        for (text, proof) in texts.iter().zip(prover.prove(&mut world, texts, view)) {
            match proof {
                Ok(proof) => proofs.push(proof),
                Err(error) => wrong.push(format!("{text}: {error:?}")),
            }
        }
        let written = serde_json::to_string(&file(&dossier.model, proofs)).expect("plain data");
        let read: ProofFile = serde_json::from_str(&written).expect("what was written can be read");
        let refused = verify(&world, &read).err();
        wrong.extend(refused.map(|it| format!("{texts:?}: refused: {it:?}")));
        let partial = read.proofs.iter().filter(|proof| !proof.exhaustive);
        wrong.extend(partial.map(|it| format!("{}: only some chronologies were looked at", it.question)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The questions of a dossier's checks.
fn checks(dossier: &Dossier) -> Vec<(View, Vec<String>)> {
    let texts = |check: &Check| check.expects.iter().map(|expect| expect.question.clone()).collect();
    dossier.model.checks.iter().map(|it| (it.view.clone(), texts(it))).collect()
}

/// Some of these, or all of them where `SERVANDA_PROOFS=all` says so: all take some minutes.
fn chosen<T>(step: usize, all: impl IntoIterator<Item = T>) -> Vec<T> {
    let step = if std::env::var("SERVANDA_PROOFS").is_ok_and(|it| it == "all") { 1 } else { step };
    all.into_iter().step_by(step).collect()
}

#[test]
fn verdicts_of_the_lithuanian_dossier_are_accepted() {
    let dossier = dossier();
    all_accepted(&dossier, &chosen(8, checks(&dossier)));
}

#[test]
fn what_sentences_mean_is_proved_as_it_is_answered() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/literate/sentences.md");
    let dossier = open(&path, DefaultLaw::Library).expect("it is there");
    all_accepted(&dossier, &checks(&dossier));
}

#[test]
fn what_is_broken_again_is_proved_by_the_acts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/literate/broken-again.md");
    let dossier = open(&path, DefaultLaw::Library).expect("it is there");
    all_accepted(&dossier, &checks(&dossier));
    let mut world = World::new(&dossier.model);
    let mut prover = Prover::new(&world).expect("its days are in order");
    let accepted = |world: &World<'_>, proof| verify(world, &file(&dossier.model, vec![proof]));
    // The first was a breach in 1930, which goes on: the others are shown by what was done then.
    for text in ["did Arvenia breach NoWar in 1931", "did Parade breach NoDrill", "did Arvenia breach NoWar in 1933"] {
        let text = text.to_owned();
        let proof = prover
            .prove(&mut world, std::slice::from_ref(&text), &View::default())
            .remove(0)
            .expect("it can be proved");
        assert_eq!((accepted(&world, proof.clone()), proof.answers.len()), (Ok(()), 1), "{text}");
        let denied = Proof { answers: Vec::new(), exhaustive: true, ..proof.clone() };
        assert!(accepted(&world, denied).is_err(), "{text}");
        let mut other = proof.clone();
        other.answers[0].truth = if other.answers[0].truth == "certain" { "possible" } else { "certain" }.to_owned();
        assert!(accepted(&world, other).is_err(), "{text}");
        for at in 0..proof.cases[0].certificate.steps.len() {
            let mut less = proof.clone();
            less.cases[0].certificate.steps.remove(at);
            assert!(accepted(&world, less).is_err(), "{text} without step {at}");
        }
    }
}

#[test]
fn statuses_of_norms_of_the_lithuanian_dossier_are_accepted() {
    let dossier = dossier();
    let norms = chosen(4, dossier.model.norms.iter().filter(|norm| norm.reading.is_none()));
    let texts = norms.into_iter().map(|norm| format!("what is the status of {}", dossier.model.name(norm.entity)));
    all_accepted(&dossier, &[(View::default(), texts.collect())]);
}

/// Neither the proof of what may be so nor any part of it, taken for all there is, can be turned into one that it is not.
#[test]
fn what_may_be_is_not_denied() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/literate/vague-acts.md");
    let dossier = open(&path, DefaultLaw::Library).expect("it is there");
    let mut world = World::new(&dossier.model);
    let mut prover = Prover::new(&world).expect("its days are in order");
    for (view, texts) in checks(&dossier) {
        for text in texts {
            let proof =
                prover.prove(&mut world, std::slice::from_ref(&text), &view).remove(0).expect("it can be proved");
            let accepted = |proof| verify(&world, &file(&dossier.model, vec![proof]));
            assert_eq!(accepted(proof.clone()), Ok(()), "{text}");
            let denied = Proof { answers: Vec::new(), exhaustive: true, ..proof };
            assert!(accepted(denied.clone()).is_err(), "{text}");
            for case in &denied.cases {
                let alone = Case { given: Vec::new(), ..case.clone() };
                assert!(accepted(Proof { cases: vec![alone], ..denied.clone() }).is_err(), "{text}: {:?}", case.given);
            }
        }
    }
}

/// A fixed series of numbers, each less than what it is asked for.
fn dice(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |most| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % most.max(1)
    }
}

/// Every place where something is listed that a proof rests on.
fn premises(proof: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for part in ["cases", "knowledge"] {
        for case in 0..proof[part].as_array().map_or(0, Vec::len) {
            all.push(format!("/{part}/{case}"));
            for list in ["given", "certificate/scope", "certificate/steps"] {
                let list = format!("/{part}/{case}/{list}");
                let length = proof.pointer(&list).and_then(Value::as_array).map_or(0, Vec::len);
                all.extend((0..length).map(|at| format!("{list}/{at}")));
            }
            let days = proof[part][case]["days"].as_object().into_iter().flat_map(|days| days.keys());
            all.extend(days.map(|id| format!("/{part}/{case}/days/{id}")));
        }
    }
    all
}

#[test]
fn nothing_can_be_dropped_from_a_proof() {
    let dossier = dossier();
    let mut world = World::new(&dossier.model);
    let mut prover = Prover::new(&world).expect("its days are in order");
    let checks = chosen(16, checks(&dossier));
    let all: Vec<(View, String)> =
        checks.into_iter().flat_map(|(view, texts)| texts.into_iter().map(move |text| (view.clone(), text))).collect();
    let mut roll = dice(5);
    let mut dropped = 0;
    for _ in 0..4 {
        let (view, text) = &all[roll(all.len())];
        let proof = prover.prove(&mut world, std::slice::from_ref(text), view).remove(0).expect("it can be proved");
        let whole = serde_json::to_value(&proof).expect("plain data");
        let premises = premises(&whole);
        for _ in 0..20 {
            let place = &premises[roll(premises.len())];
            let (list, last) = place.rsplit_once('/').expect("it is in something");
            let mut less = whole.clone();
            match less.pointer_mut(list) {
                Some(Value::Array(list)) => _ = list.remove(last.parse::<usize>().expect("a place")),
                Some(Value::Object(map)) => _ = map.remove(last),
                _ => panic!("{list} is not there"),
            }
            let read: Proof = serde_json::from_value(less).expect("it is still a proof");
            assert!(verify(&world, &file(&dossier.model, vec![read])).is_err(), "{text} without {place}");
            dropped += 1;
        }
    }
    assert_eq!(dropped, 80);
}

/// The places of all that is not a list or an object.
fn leaves(value: &Value, path: String, all: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, it)| leaves(it, format!("{path}/{at}"), all));
        }
        Value::Object(map) => map.iter().for_each(|(key, it)| leaves(it, format!("{path}/{key}"), all)),
        _ => all.push(path),
    }
}

/// The same with something altered: a number, a word, a truth; or an entry of a list dropped, doubled or moved.
fn altered(whole: &Value, places: &[String], roll: &mut impl FnMut(usize) -> usize) -> Value {
    let mut new = whole.clone();
    let place = &places[roll(places.len())];
    if roll(3) == 0 {
        let above: Vec<&str> = place.match_indices('/').map(|(at, _)| &place[..at]).collect();
        let lists: Vec<&&str> = above.iter().filter(|it| whole.pointer(it).is_some_and(Value::is_array)).collect();
        if let Some(Value::Array(list)) = lists.last().and_then(|list| new.pointer_mut(list)) {
            let (at, to) = (roll(list.len()), roll(list.len()));
            match roll(3) {
                0 => _ = list.remove(at),
                1 => list.insert(to, list[at].clone()),
                _ => list.swap(at, to),
            }
        }
        return new;
    }
    let leaf = new.pointer_mut(place).expect("it was there");
    *leaf = match &*leaf {
        Value::Number(number) => (number.as_i64().unwrap_or_default() + [1, -1, 30][roll(3)]).into(),
        Value::Bool(truth) => (!truth).into(),
        Value::String(text) => match text.as_str() {
            "certain" => "possible".into(),
            "before" => "after".into(),
            "same" => "before".into(),
            text => text.replacen(|it: char| it.is_ascii_digit(), "7", 1).replacen("USSR", "Lithuania", 1).into(),
        },
        _ => 0.into(),
    };
    new
}

#[test]
fn no_altered_proof_is_accepted_unless_it_is_still_true() {
    let dossier = dossier();
    let mut world = World::new(&dossier.model);
    let mut prover = Prover::new(&world).expect("its days are in order");
    let on =
        |day: &str| servanda_calendar::parse_written(day).ok().and_then(|it| it.bounds().allowed().max).map(|it| it.0);
    let mut prove = |world: &mut World<'_>, text: &str, view: &View| -> Proof {
        prover.prove(world, &[text.to_owned()], view).remove(0).expect("it can be proved")
    };
    let questions = [
        ("who controls Vilnius", "1939-09-18", 120),
        ("USSR ceded VilniusTerritory to Lithuania", "1939-10-26", 680),
        ("not LeagueOfNations recognises title to VilniusRegion of Poland", "1923-04-01", 380),
        ("troops of USSR in Alytus is 8 000", "1939-12-01", 100),
    ];
    let mut roll = dice(7);
    let mut tried = 0;
    for (text, day, times) in questions {
        let view = View { on: on(day), ..View::default() };
        let proof = prove(&mut world, text, &view);
        let whole = serde_json::to_value(file(&dossier.model, vec![proof.clone()])).expect("plain data");
        let mut places = Vec::new();
        leaves(&whole, String::new(), &mut places);
        for _ in 0..times {
            let altered = altered(&whole, &places, &mut roll);
            if altered == whole {
                continue;
            }
            tried += 1;
            let Ok(read) = serde_json::from_value::<ProofFile>(altered.clone()) else { continue };
            if verify(&world, &read).is_err() {
                continue;
            }
            for other in &read.proofs {
                let view = View { on: other.view.on.as_deref().and_then(on), ..View::default() };
                assert_eq!(other.answers, prove(&mut world, &other.question, &view).answers, "{altered}");
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}
