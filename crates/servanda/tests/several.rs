//! Answers about several norms at once, each with the others and the events that concern it.

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

fn texts(reply: &Reply) -> Vec<&str> {
    reply.answers.iter().map(|answer| answer.text.as_str()).collect()
}

const LEAGUE: &str = r#"
polity Arvenia, Belmark, Corvia, Doria
treaty League between Arvenia, Belmark and Corvia
  enters into force 1900-02-01
norm Peace: each party must not attack the other
norm Aid: each party must assist the other
  when   Doria attacks the other
  within 30 days
event 1901-05-01: Arvenia attacks Belmark
event 1910-01-01: League terminates
"#;

#[test]
fn what_is_owed_to_somebody_concerns_them_alone() {
    let reply_to = |who: &str| reply(LEAGUE, &format!("what does Arvenia owe {who} on 1901-06-01"));
    assert_eq!(
        texts(&reply_to("Belmark")),
        [
            "Peace: each party must not attack the other (breached towards Belmark)",
            "Aid: each party must assist the other (dormant)"
        ]
    );
    assert_eq!(
        texts(&reply_to("Corvia")),
        ["Peace: each party must not attack the other", "Aid: each party must assist the other (dormant)"]
    );
    let who = reply(LEAGUE, "who owes Arvenia on 1901-06-01");
    assert!(!who.answers.is_empty());
    assert!(texts(&who).iter().all(|text| !text.starts_with("Arvenia")), "{:#?}", texts(&who));
}

#[test]
fn a_breach_in_a_list_says_towards_whom() {
    let reply = reply(LEAGUE, "what must Arvenia not do on 1901-06-01");
    assert_eq!(
        texts(&reply),
        [
            "Peace: each party must not attack the other (breached towards Belmark)",
            "Peace: each party must not attack the other (towards Corvia)"
        ]
    );
}

#[test]
fn a_duty_lasts_beyond_its_breach() {
    let reply = reply(LEAGUE, "what does Arvenia owe Belmark on 1901-04-01");
    assert_eq!(reply.answers[0].text, "Peace: each party must not attack the other");
    assert_eq!(reply.answers[0].until.as_deref(), Some("1910-01-01"));
}

#[test]
fn what_has_not_been_set_off_is_not_required() {
    for (who, other) in [("Arvenia", "Belmark"), ("Belmark", "Arvenia")] {
        let reply = reply(LEAGUE, &format!("must {who} assist {other} on 1901-04-01"));
        assert_eq!(texts(&reply), [""; 0]);
        let no = reply.no.expect("it is a no");
        assert!(no.instead.iter().any(|it| it.contains("Aid") && it.contains("dormant")), "{:#?}", no.instead);
    }
}

/// Each limit hangs on the order of two events of its own; all together they come in more orders than can be looked at.
#[test]
fn norms_that_hang_on_different_events_are_looked_at_apart() {
    const LIMITS: usize = 14;
    let mut dossier =
        "polity Belmark, Corvia\ntreaty Sele between Belmark and Corvia\n  enters into force 1921-06-01\n".to_owned();
    for at in 0..LIMITS {
        dossier
            .push_str(&format!("place Vale{at}\nnorm Limit{at}: Belmark must keep at most 100 troops in Vale{at}\n"));
    }
    for at in 0..LIMITS {
        dossier.push_str(&format!(
            "event 1922-03-01..1922-03-09: Belmark stations 200 troops in Vale{at}\n\
             event 1922-03-05..1922-03-20: Belmark withdraws 150 troops from Vale{at}\n"
        ));
    }
    let reply = reply(&dossier, "which norms are breached on 1922-03-10");
    assert_eq!(reply.precision, None);
    assert_eq!(reply.answers.len(), LIMITS);
    assert!(reply.answers.iter().all(|answer| answer.truth == Truth::Possible && answer.witness.is_some()));
}

const REGION: &str = r#"
polity Arvenia, Belmark
place Region, Town, Village, Far
fact: Town lies in Region
fact: Village lies in Region
fluent sway over {p: place}: polity
fluent {a: polity} settle/settles/settled {p: place}
fact 1922-03-01: sway over Region is Belmark
fact 1922-03-01: sway over Village is Arvenia
fact 1922-03-01: Belmark settles Region
fact 1922-03-01: Arvenia settles Village
"#;

#[test]
fn what_is_said_of_a_whole_may_be_so_of_its_parts() {
    let on = |question: &str| reply(REGION, &format!("{question} on 1922-04-01"));
    let town = on("who settles Town");
    assert_eq!((texts(&town), town.answers[0].truth), (vec!["Belmark"], Truth::Possible));
    let lies = |reply: &Reply| reply.answers[0].steps.iter().any(|told| told.text == "Town lies in Region");
    assert!(lies(&town), "{:#?}", town.answers[0].steps);
    let sway = on("what is sway over Town");
    assert_eq!((texts(&sway), sway.answers[0].truth), (vec!["Belmark"], Truth::Possible));
    // What is said of the part itself counts, and nothing of a whole in which it does not lie.
    assert_eq!(texts(&on("who settles Village")), ["Arvenia"]);
    assert_eq!(texts(&on("does Belmark settle Village")), [""; 0]);
    assert_eq!(texts(&on("who settles Far")), [""; 0]);
}

#[test]
fn articles_are_as_the_norms_in_them() {
    let dossier = r#"
polity Arvenia, Belmark, Corvia
treaty Sele between Arvenia and Belmark
  enters into force 1900-02-01
article I
norm Peace: each party must not attack the other
article II
norm Aid: Belmark must assist Arvenia
  when Corvia attacks Arvenia
treaty Other between Arvenia and Corvia
  enters into force 1900-02-01
article I
norm Calm: each party must not attack the other
event 1901-05-01: Arvenia attacks Belmark
event 1901-05-01: Arvenia attacks Corvia
"#;
    let on = |question: &str| reply(dossier, &format!("{question} on 1901-06-01"));
    assert_eq!(texts(&on("which articles of Sele are breached")), ["Sele.I"]);
    assert_eq!(texts(&on("which articles of Sele are breached by Belmark")), [""; 0]);
    assert_eq!(texts(&on("which articles of Sele bind Arvenia")), ["Sele.I"]);
    assert_eq!(texts(&on("which articles of Sele bind Belmark")), ["Sele.I", "Sele.II"]);
}

#[test]
fn what_is_done_to_an_article_may_be_done_to_the_treaty() {
    let dossier = r#"
polity Arvenia, Belmark
fluent {a: instrument} touches {b: thing}
treaty Sele between Arvenia and Belmark
  enters into force 1900-02-01
article I
norm Peace: each party must not attack the other
treaty Other between Arvenia and Belmark
  enters into force 1901-02-01
fact 1901-02-01: Other touches Sele.I
"#;
    let on = |question: &str| reply(dossier, &format!("{question} on 1901-06-01"));
    let which = on("which instruments touches Sele");
    assert_eq!((texts(&which), which.answers[0].truth), (vec!["Other"], Truth::Possible));
    assert_eq!(on("which instruments touches Sele.I").answers[0].truth, Truth::Certain);
    assert_eq!(texts(&on("which instruments touches Other")), [""; 0]);
}

#[test]
fn who_broke_something_is_asked_of_all_days() {
    let dossier = "polity Arvenia, Belmark, Corvia\ntreaty Sele between Arvenia and Belmark\n  enters into force 1921-06-01\n\
                   norm Peace: each party must not attack Corvia\nevent 1922-05-01: Arvenia attacks Corvia";
    for question in ["who breached Peace", "who violated Peace", "who broke Peace"] {
        assert_eq!(texts(&reply(dossier, question)), ["Arvenia"], "{question}");
    }
}

#[test]
fn a_secret_text_is_not_read_out_to_others() {
    let dossier = "polity Arvenia, Belmark, Corvia\ntreaty Sele between Arvenia and Belmark, known only to Arvenia and Belmark\n  \
                   enters into force 1921-06-01\nnorm Aid: each party must assist the other\n  within 30 days\n\
                   event 1922-05-01: Arvenia discloses Sele to Corvia";
    for what in ["what does Sele say", "what is Sele", "what does Aid say"] {
        assert!(reply(dossier, &format!("{what} as seen by Corvia on 1922-04-30")).no.is_some(), "{what}");
        assert!(reply(dossier, &format!("{what} as seen by Corvia on 1922-05-01")).no.is_none(), "{what}");
        assert!(reply(dossier, &format!("{what} as seen by Belmark on 1921-07-01")).no.is_none(), "{what}");
    }
}

#[test]
fn a_number_is_told_with_what_is_left_open_of_it() {
    let dossier = "polity Belmark\nplace Vale\nevent 1921-05-01: Belmark brings 400 troops into Vale\n\
                   event 1921-06-01: Belmark brings unknown troops into Vale";
    let texts = |day: &str| -> Vec<String> {
        let reply = reply(dossier, &format!("how many troops of Belmark in Vale on {day}"));
        reply.answers.iter().map(|answer| answer.text.clone()).collect()
    };
    assert_eq!(texts("1921-05-20"), ["400"]);
    assert_eq!(texts("1921-06-02"), ["at least 400"]);
}

#[test]
fn a_claim_has_its_day() {
    let dossier = "polity Arvenia, Belmark\nclaim 1922-05-01 by Arvenia: Belmark attacks Arvenia\n\
                   claim by Arvenia: \"peace is a habit\"";
    assert_eq!(texts(&reply(dossier, "what does Arvenia claim on 1922-04-30")), ["“peace is a habit”"]);
    let all = reply(dossier, "what does Arvenia claim");
    assert_eq!(all.answers.iter().map(|it| it.since.as_deref()).collect::<Vec<_>>(), [None, Some("1922-05-01")]);
}

/// Eight numbers of ten to twenty come to 80 at least and to 160 at most.
#[test]
fn many_numbers_left_open_are_weighed_against_one_limit() {
    let comes = |at: usize| {
        let (year, month) = (1921 + at / 12, 1 + at % 12);
        format!("event {year}-{month:02}-02: Belmark brings between 10 and 20 troops into Vale\n")
    };
    let moves: String = (0..14).map(comes).collect();
    let dossier = format!(
        "polity Arvenia, Belmark\nplace Vale\ntreaty Sele between Arvenia and Belmark\n  enters into force 1920-06-01\n\
         norm Limit: Belmark must keep at most 100 troops in Vale\n{moves}"
    );
    let truth = |day: &str| {
        let reply = reply(&dossier, &format!("is Limit breached on {day}"));
        assert_eq!(reply.precision, None, "{day}");
        reply.answers.first().map(|answer| answer.truth)
    };
    assert_eq!(truth("1921-05-15"), None);
    assert_eq!(truth("1921-08-15"), Some(Truth::Possible));
    assert_eq!(truth("1921-11-15"), Some(Truth::Certain));
}
