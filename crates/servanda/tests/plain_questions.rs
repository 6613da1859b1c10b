//! Questions as people put them, in the words of a language and not of a phrase.

mod asking;

use asking::{answers, model, reply};
use servanda::ask::{Truth, ask};
use servanda::world::World;
use servanda_model::View;

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

#[test]
fn what_was_demanded_is_what_was_asked_for_and_not_who_asked() {
    let model = model(
        r"
polity Aland, Borland
place Strait
event 1919-01-01: Aland demands “ports” of Borland
event 1919-01-02: Borland offers “fishing rights” to Aland
event 1919-02-01: Aland attacks Borland
",
    );
    answers(
        &model,
        &[
            ("what was demanded of Borland", &["“ports”"]),
            ("what was offered to Aland", &["“fishing rights”"]),
            ("what was demanded of Borland by Aland", &["“ports”"]),
            ("what did Aland demand of Borland", &["“ports”"]),
            ("who demanded of Borland", &["Aland"]),
            ("was Borland attacked", &["Aland attacks Borland"]),
            ("was Aland attacked", &[]),
        ],
    );
}

#[test]
fn what_is_so_has_a_day_where_no_act_is_told() {
    let model = model(
        r#"
polity Aland, Borland, Corland
fact since 1922-12-30: Aland recognises Borland
event 1930-01-01 Late: Aland recognises Borland
  held by Corland
event 1925-05-01: Corland recognises Borland
"#,
    );
    answers(
        &model,
        &[
            ("when did Aland recognise Borland", &["since 1922-12-30"]),
            ("when did Corland recognise Borland", &["1925-05-01"]),
        ],
    );
}

#[test]
fn what_is_broken_again_counts_for_its_treaty_and_its_article() {
    let model = model(
        r"
polity Aland, Borland
treaty Pact between Aland and Borland
  signed 1919-01-01
  enters into force 1920-01-01
article 1 of Pact
norm Peace: each party must not blockade the other
article 2 of Pact
norm Never: each party must not attack the other
event 1924-05-01: Aland blockades Borland
event 1926-05-01: Aland blockades Borland
event 1926-06-01: Aland attacks Borland
",
    );
    answers(
        &model,
        &[
            ("which norms did Aland breach in May 1926", &["Peace"]),
            ("which treaties did Aland breach in May 1926", &["Pact"]),
            ("which articles did Aland breach in 1926", &["Pact.2", "Pact.1"]),
            ("which treaties did Aland breach in May 1925", &[]),
            ("which articles of Pact are in force on 1921-01-01", &["Pact.1", "Pact.2"]),
            ("which articles of Pact are in force on 1919-06-01", &[]),
        ],
    );
}

#[test]
fn acts_of_one_day_are_before_and_after_each_other_as_the_dossier_says() {
    let model = model(
        r"
polity Aland, Borland
event 1919-01-01 Ultimatum: Aland gives ultimatum to Borland
event 1919-01-01 Yielding: Borland accepts ultimatum of Aland
  then Ultimatum
event 1919-01-01 Entry: Aland invades Borland
  then Yielding
event 1919-01-01 Siege: Aland blockades Borland
",
    );
    let accepted: &[&str] = &["Borland accepts ultimatum of Aland"];
    answers(
        &model,
        &[
            ("did Borland accept ultimatum of Aland before Aland invaded Borland", accepted),
            ("did Borland accept ultimatum of Aland before Entry", accepted),
            ("did Borland accept ultimatum of Aland after Aland gave ultimatum to Borland", accepted),
            ("did Aland give ultimatum to Borland before Aland invaded Borland", &["Aland gives ultimatum to Borland"]),
            ("did Borland accept ultimatum of Aland after Aland invaded Borland", &[]),
            // Of this the dossier gives no order.
            ("did Aland blockade Borland before Aland invaded Borland", &[]),
        ],
    );
}

#[test]
fn what_hangs_on_little_is_certain_beside_what_hangs_on_too_much() {
    let payers = ["Aland", "Borland", "Corland", "Dorland", "Eorland"];
    let paid = |at: usize, who: &str| format!("event 1902-01..1902-12 Pays{at}: {who} pays 100 crowns to Bureau\n");
    let paid: String = payers.iter().enumerate().map(|(at, who)| paid(at, who)).collect();
    let model = model(&format!(
        r"
polity Aland, Borland, Corland, Dorland, Eorland, Fjordland
organisation Bureau
action {{p: polity}} pay/pays/paid {{n: number}} crowns to {{q: thing}}
treaty Pact between Aland, Borland, Corland, Dorland and Eorland
  signed 1901-01-01
  enters into force 1902-06-01
norm Pay: each party must pay 100 crowns to Bureau
  within 60 days
norm Peace: each party must not attack Fjordland
event 1902-07-01: Aland attacks Fjordland
{paid}"
    ));
    answers(&model, &[("is Peace breached on 1902-10-01", &["Peace is breached"])]);
    let all = reply(&model, "which norms are breached on 1902-10-01");
    assert_eq!(all.precision, Some("approximate"), "too few chronologies to try the case");
    let told: Vec<(&str, Truth)> = all.answers.iter().map(|it| (it.text.as_str(), it.truth)).collect();
    assert_eq!(told, [("Pay", Truth::Possible), ("Peace", Truth::Certain)]);
}

#[test]
fn plain_words_for_troops_terms_and_presence() {
    let model = model(
        r#"
polity Aland "Aland"
  also "Alandish"
polity Borland
place Strait, Town
fact Inside: Town lies in Borland
treaty Pact between Aland and Borland
  signed 1919-01-01
  enters into force 1920-01-01
  lasts 15 years
norm Leave: Aland must evacuate Strait
  by 1922-01-01
event 1921-01-01: Aland stations 240 troops in Town
"#,
    );
    answers(
        &model,
        &[
            ("how many Alandish troops were in Town on 1921-06-01", &["240"]),
            ("how many Alandish soldiers are there in Town on 1921-06-01", &["240"]),
            ("how many soldiers of Aland in Town on 1921-06-01", &["240"]),
            ("was Aland in Town on 1921-06-01", &["Aland has troops in Town"]),
            ("was Aland in Town on 1920-06-01", &[]),
            ("is Town in Borland", &["Town lies in Borland"]),
            ("what is the term of Pact", &["15 years"]),
            ("when would Pact expire", &["1935-01-01"]),
            (
                "by when must Aland evacuate Strait",
                &[
                    "required by Leave: Aland must evacuate Strait (due): 1920-01-01 to 1922-01-02",
                    "required by Leave: Aland must evacuate Strait (breached): 1922-01-02 to 1935-01-01",
                ],
            ),
        ],
    );
}

#[test]
fn a_no_in_a_year_says_what_had_not_been_published_by_then() {
    let model = model(
        r#"
polity Aland, Borland
source Papers "Papers"
  published 1920
source Memoirs "Memoirs"
  published 1950
event 1919-01-01: Aland blockades Borland
  source Memoirs
fact since 1919-02-01: Aland recognises Borland
  source Memoirs
event 1919-03-01: Aland attacks Borland
  source Papers
"#,
    );
    let told = |question: &str| {
        let view = View { known_in: Some(1930), ..View::default() };
        ask(&mut World::new(&model), question, &view).unwrap_or_else(|trouble| panic!("{question}: {trouble:?}"))
    };
    assert_eq!(told("did Aland attack Borland").answers.len(), 1);
    for (question, what) in [
        ("did Aland blockade Borland", "Aland blockades Borland"),
        ("does Aland recognise Borland on 1920-01-01", "Aland recognises Borland"),
    ] {
        let no = told(question).no.unwrap_or_else(|| panic!("{question} is answered"));
        assert_eq!(no.instead, [format!("what tells of it had not been published by 1930: {what}")], "{question}");
    }
    let no = told("did Borland blockade Aland").no.expect("nothing ever told of it");
    assert!(no.instead.is_empty(), "{no:?}");
}
