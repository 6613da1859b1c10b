//! Literate dossiers: each file of `tests/literate` checks clean; each of `tests/bad` is found wrong in just the ways its
//! first line lists.

#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};

use servanda::load::{DefaultLaw, open};
use servanda::world::World;
use servanda_diagnostics::Severity;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder is here").map(|entry| entry.expect("readable").path()).collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

#[test]
fn every_literate_dossier_checks_clean() {
    let mut failed = Vec::new();
    for path in files("literate") {
        let dossier = open(&path, DefaultLaw::Library).expect("a readable file");
        let mut world = World::new(&dossier.model);
        let checked = servanda::check::check(&mut world);
        if !checked.is_clean() || checked.met == 0 || checked.met != checked.expectations {
            failed.push(servanda::diagnose::text(&dossier.model, &checked.diagnostics, false, 100));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_bad_dossier_is_found_wrong_as_it_says() {
    for path in files("bad") {
        let text = std::fs::read_to_string(&path).expect("readable");
        let first = text.lines().next().unwrap_or_default();
        let mut wanted: Vec<&str> =
            first.trim_start_matches("<!--").trim_end_matches("-->").split_whitespace().collect();
        let dossier = open(&path, DefaultLaw::Library).expect("a readable file");
        let mut world = World::new(&dossier.model);
        let checked = servanda::check::check(&mut world);
        let mut found: Vec<&str> = checked
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|diagnostic| diagnostic.code)
            .collect();
        wanted.sort_unstable();
        found.sort_unstable();
        let shown = servanda::diagnose::text(&dossier.model, &checked.diagnostics, false, 100);
        assert_eq!(found, wanted, "{}\n{shown}", path.display());
    }
}

#[test]
fn the_order_of_files_and_statements_does_not_matter() {
    use servanda::archive::Entry;
    use servanda::load::model_of;
    let parts = [
        "```servanda\npolity A1, B1\nplace P1\n```\n",
        "```servanda\nevent 1920-01-01: A1 takes control of P1\n```\n",
        "```servanda\nevent 1921-01-01: B1 takes control of P1\n```\n",
    ];
    let answer = |order: [usize; 3]| {
        let entries: Vec<Entry> = order
            .iter()
            .enumerate()
            .map(|(at, part)| Entry { path: format!("{at}.md"), text: Ok(parts[*part].to_owned()) })
            .collect();
        let model = model_of(&entries, DefaultLaw::Library);
        let mut world = World::new(&model);
        let view = servanda_model::View::default();
        let reply = servanda::ask::ask(&mut world, "when did A1 control P1", &view).expect("understood");
        reply.answers.iter().map(|answer| answer.text.clone()).collect::<Vec<_>>()
    };
    let first = answer([0, 1, 2]);
    assert_eq!(first, ["1920-01-01 to 1921-01-01"]);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(answer(order), first);
    }
}

#[test]
fn an_act_stated_twice_for_one_day_is_told() {
    use servanda::archive::Entry;
    use servanda::load::model_of;
    let warnings = |second: &str| {
        let text = format!(
            "# Twice\n```servanda\npolity Arvenia, Belmark\nplace Land\n\
             event 1930-06-02 One: Arvenia stations 300 troops in Land\n{second}\n```\n"
        );
        let model = model_of(&[Entry { path: "twice.md".into(), text: Ok(text) }], DefaultLaw::Library);
        let checked = servanda::check::check(&mut World::new(&model));
        checked.diagnostics.into_iter().map(|it| (it.code, it.help)).collect::<Vec<_>>()
    };
    let told = warnings("event 1930-06-02 Two: Arvenia stations 300 troops in Land");
    let [("act-stated-twice", help)] = told.as_slice() else { panic!("{told:?}") };
    assert!(help.iter().any(|it| it.contains("`then One`")), "{help:?}");
    for other in [
        "event 1930-06-02 Two: Arvenia stations 300 troops in Land\n  then One",
        "event 1930-06-03 Two: Arvenia stations 300 troops in Land",
        "event 1930-06-02 Two: Arvenia stations 301 troops in Land",
        "event 1930-06-02 Two: Belmark stations 300 troops in Land",
        "event 1930-06-02 Two: Arvenia stations 300 troops in Land\n  according to Belmark",
    ] {
        assert_eq!(warnings(other), [], "{other}");
    }
}

#[test]
fn what_makes_no_sense_is_told() {
    use servanda::archive::Entry;
    use servanda::load::model_of;
    let told = |statements: &str| {
        let text = format!("# Odd\n```servanda\npolity Arvenia, Belmark\nplace Land\n{statements}\n```\n");
        let model = model_of(&[Entry { path: "odd.md".into(), text: Ok(text) }], DefaultLaw::Library);
        let checked = servanda::check::check(&mut World::new(&model));
        checked
            .diagnostics
            .into_iter()
            .map(|it| {
                assert!(it.help.is_some() && (it.code == "below-nothing" || !it.labels.is_empty()), "{it:?}");
                format!("{}: {}", it.code, it.message)
            })
            .collect::<Vec<_>>()
    };
    let odd = [
        ("event 1930-01-01: Arvenia attacks Arvenia", "makes-no-sense: no state uses force against itself"),
        (
            "event 1930-01-01: Arvenia cedes Land to Arvenia",
            "makes-no-sense: no state cedes or hands over a place to itself",
        ),
        ("event 1930-01-01: Arvenia stations -10 troops in Land", "makes-no-sense: troops are at least one man"),
        (
            "fluent guns of {a: polity}: number\naction {a: polity} melt/melts/melted {n: number} guns\nrule Melt\n  \
             for a: polity; n: number\n  when a melts n guns\n  then guns of a decreases by n\n\
             fact 1930-01-01: guns of Arvenia is 10\nevent 1931-01-01: Arvenia melts 30 guns",
            "below-nothing: guns of Arvenia is -20 since 1931-01-01: more left than were there",
        ),
        ("event 1930-01-01: Arvenia stations 10.5 troops in Land", "makes-no-sense: troops are whole men"),
        (
            "treaty Pact between Arvenia and Belmark\n  enters into force 1929-01-01\n  signed 1930-01-01",
            "makes-no-sense: a treaty was signed after it had entered into force",
        ),
        (
            "treaty Pact between Arvenia and Belmark\n  signed 1930-01-01\n  signed 1930-02-01",
            "makes-no-sense: a treaty is signed once",
        ),
        (
            "treaty Pact between Arvenia and Belmark\n  enters into force 1929-01-01\n  lasts 0 days",
            "makes-no-sense: a term ends after it has begun",
        ),
        (
            "norm Cap: Arvenia must keep at most -5 troops in Land",
            "limit-below-nothing: a limit below nothing: less than none cannot be anywhere",
        ),
        (
            "event 1930-01-01 Raid: Arvenia attacks Belmark\n  corrects Raid",
            "corrects-itself: `Raid` corrects itself, and would be left out",
        ),
        ("event 1930-01-01: Arvenia assists Arvenia", "makes-no-sense: no state has dealings of this sort with itself"),
        (
            "treaty Pact between Arvenia and Belmark\n  enters into force 1929-01-01\n  enters into force 1929-03-01",
            "makes-no-sense: a treaty enters into force once",
        ),
        (
            "treaty Pact between Arvenia and Belmark\n  enters into force 1929-01-01\n  may be denounced on 6 months notice\n  \
             may be denounced on 12 months notice",
            "makes-no-sense: a treaty has one length of notice",
        ),
        (
            "norm Aid: Arvenia must assist Arvenia",
            "owed-to-oneself: `Arvenia` would owe this to itself: Arvenia must assist Arvenia",
        ),
        (
            "norm One: Arvenia must withdraw 100 troops from Land\n  by 1931-01-01\n\
             norm Two: Arvenia must withdraw 100 troops from Land\n  by 1932-01-01",
            "one-act-for-two: one act meets both `One` and `Two`: Arvenia must withdraw 100 troops from Land",
        ),
        (
            "event 1930-01-01: Arvenia stations 2.000 troops in Land",
            "point-for-thousands: `2.000 troops` is read as 2 troops",
        ),
        (
            "norm Cap: Arvenia must keep at most 1.500 troops in Land",
            "point-for-thousands: `1.500 troops` is read as 1.5 troops",
        ),
        ("treaty Pact between Arvenia and Arvenia", "party-named-twice: `Arvenia` is named twice among the parties"),
    ];
    for (statements, wanted) in odd {
        assert!(told(statements).iter().any(|it| it == wanted), "{statements}: {:?}", told(statements));
    }
    let plain = "treaty Pact between Arvenia and Belmark\n  signed 1930-01-01\n  enters into force 1930-02-01\n  lasts 1 year\n\
                 event 1930-01-02: Arvenia attacks Belmark\nevent 1930-01-02: Arvenia stations 10 troops in Land\n\
                 event 1930-01-03: Arvenia cedes Land to Belmark";
    assert_eq!(told(plain), [""; 0]);
}

#[test]
fn what_only_unused_chapters_look_at_is_told() {
    use servanda::archive::Entry;
    use servanda::load::model_of;
    let told = |uses: &str| {
        let text = format!(
            "# Part of the law\n```servanda\n{uses}\npolity Arvenia, Belmark\nplace Land\n\
             treaty Pact between Arvenia and Belmark\n  enters into force 1920-02-01\n  lasts 5 years\n\
             norm Peace: Arvenia must not attack Belmark\nevent 1921-01-01: Arvenia stations 5 troops in Land\n```\n"
        );
        let model = model_of(&[Entry { path: "part.md".into(), text: Ok(text) }], DefaultLaw::Library);
        let unused = model.diagnostics.into_iter().filter(|it| it.code == "chapter-not-used");
        unused.map(|it| it.help.unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let help = |chapter: &str| format!("add to `uses law`: {chapter}; or leave `uses law` out for the whole library");
    assert_eq!(told("uses law making"), [help("observance"), help("term"), help("force")]);
    assert_eq!(told("uses law making, observance, term"), [help("force")]);
    assert!(told("uses law all").is_empty());
    assert!(told("uses law none").is_empty());
    assert!(told("").is_empty());
}

/// The findings of a dossier of two states with a treaty and these statements: codes, messages and helps.
fn findings(statements: &str) -> Vec<String> {
    use servanda::archive::Entry;
    use servanda::load::model_of;
    let text = format!(
        "# Told\n```servanda\npolity Arvenia, Belmark\nplace Land\n\
         action {{a: polity}} pay/pays/paid {{n: number}} crowns to {{b: polity}}\n\
         fluent tons of {{a: polity}}: number\ntreaty Pact between Arvenia and Belmark\n  signed 1930-01-01\n  \
         enters into force on signature\n{statements}\n```\n"
    );
    let model = model_of(&[Entry { path: "told.md".into(), text: Ok(text) }], DefaultLaw::Library);
    let checked = servanda::check::check(&mut World::new(&model));
    let told = |it: &servanda_diagnostics::Diagnostic| format!("{}: {}: {:?}", it.code, it.message, it.help);
    checked.diagnostics.iter().map(told).collect()
}

#[test]
fn what_was_meant_for_no_name_is_told_how_to_write() {
    for (statements, help) in [
        ("norm N: each polity must not attack Arvenia", "write `any polity`"),
        ("norm N: any polity must not attack Arvenia\n  except a attacked Belmark", "`for a: KIND`"),
        ("norm N: Belmark may occupy Land\n  within 2 days of signature of Pact", "`TREATY signed`"),
        ("norm N: tons of Belmark must be at most 8", "with who has it"),
        ("define tons of {a: polity} is count of 1", "a variable stands for it"),
        ("place Port of Arvenia, Bay of Belmark", "`of Arvenia` ends the list of names"),
    ] {
        let all = findings(statements);
        assert!(all.iter().any(|it| it.contains(help)), "{statements}: {all:?}");
    }
}

#[test]
fn numbers_that_never_meet_are_no_conflict() {
    let conflict = |duty: &str, ban: &str| {
        let norms = format!(
            "norm Due: Belmark must pay {duty} crowns to Arvenia\n  by 1931-01-01\nnorm Ban: Belmark must not pay {ban} crowns to Arvenia"
        );
        findings(&norms).iter().any(|it| it.starts_with("unsettled-conflict"))
    };
    assert!(!conflict("at least 100", "at most 99"));
    assert!(!conflict("at least 100", "more than 200"));
    assert!(conflict("at least 100", "more than 50"));
    assert!(conflict("100", "100"));
}
