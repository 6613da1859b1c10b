//! Questions in other words than those of the phrases: what is understood, what is answered, and what help is given.

use servanda::archive::Entry;
use servanda::ask::{AskError, Reply, Truth, ask};
use servanda::load::{DefaultLaw, model_of};
use servanda::world::World;
use servanda_model::{Model, View};

const GULF: &str = r#"
polity Ostland, Vinland, Norden, Karst
place Gulf, Skerry, Harbour
fact: Skerry lies in Gulf
kind cabinet "cabinet"
kind minister "minister"
minister Holm
cabinet HolmCabinet
fluent agreed berths of {a: polity} in {p: place}: number
fluent fishing boats of {a: polity} in {p: place}: number
fluent pilot boats of {a: polity} in {p: place}: number
action {a: polity} pay/pays/paid {n: number} crowns to {b: polity}
action {a: polity} sell/sells/sold {p: place} to {b: polity}
action {a: polity} assist/assists/assisted {b: polity}
action {a: polity} assist/assists/assisted enemies of {b: polity}
action {a: polity} bring/brings/brought first pilots into {p: place}
action {g: cabinet} take/takes/took office
doctrine OpenSea "The sea is open to all"
  held by Vinland and Norden
treaty GulfPact between Ostland and Vinland
  enters into force 1901-01-01
article 1 "Price"
norm Price: Ostland must pay 500 crowns to Vinland
  within 20 years
article 2 "Peace"
norm Peace: each party must not annex Gulf
norm Fishing: Vinland may cross Gulf
action {a: polity} cross/crosses/crossed {p: place}
reading Narrow of Fishing, held by Ostland
treaty OldPact between Norden and Karst
  enters into force 1850-01-01
norm NoSale: each party must not sell Gulf to the other
event 1860-01-01: OldPact terminates
fact: agreed berths of Ostland in Gulf is 4
fact: fishing boats of Ostland in Gulf is 5
fact: pilot boats of Ostland in Gulf is 6
event 1902-05-01: Ostland takes control of Gulf
event 1905-05-01 Transfer: Vinland takes control of Gulf
event 1906-03-01: Karst brings first pilots into Harbour
event 1906-04-01: HolmCabinet takes office
claim 1907-01-01 by Norden: "Ostland kidnapped two pilots"
event 1903-01-01: Ostland cedes Harbour to Norden
event 1904-01-01: Ostland refuses "any pilot of Vinland"
"#;

fn model() -> Model {
    let text = format!("# Gulf\n```servanda\n{GULF}\n```\n");
    let model = model_of(&[Entry { path: "gulf.md".into(), text: Ok(text) }], DefaultLaw::Library);
    let wrong: Vec<&str> = model.diagnostics.iter().map(|it| it.message.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    model
}

fn reply(question: &str) -> Reply {
    let model = model();
    match ask(&mut World::new(&model), question, &View::default()) {
        Ok(reply) => reply,
        Err(AskError::Trouble(trouble)) => panic!("{question}: {}; {:?}", trouble.message, trouble.help),
        Err(AskError::Program(errors)) => panic!("{errors:?}"),
    }
}

fn texts(question: &str) -> Vec<String> {
    reply(question).answers.into_iter().map(|answer| answer.text).collect()
}

fn help(question: &str) -> String {
    let model = model();
    match ask(&mut World::new(&model), question, &View::default()) {
        Err(AskError::Trouble(trouble)) => trouble.help.expect("there is help"),
        other => panic!("{question} is understood: {:?}", other.map(|reply| reply.answers)),
    }
}

#[test]
fn words_for_actors_and_places_that_are_no_kinds_ask_as_who_and_what() {
    for question in
        ["which state controls Gulf", "which power controlled Gulf on 1906-01-01", "which country controls Gulf"]
    {
        assert_eq!(texts(question), ["Vinland"], "{question}");
    }
    assert_eq!(texts("which territory did Ostland cede to Norden"), ["Harbour"]);
    assert_eq!(texts("which states are parties to GulfPact"), ["Ostland", "Vinland"]);
}

#[test]
fn numbers_units_and_roles_may_be_left_out() {
    for question in ["must Ostland pay Vinland on 1902-01-01", "must Ostland pay crowns to Vinland on 1902-01-01"] {
        let text = texts(question);
        assert!(text[0].starts_with("required by Price"), "{question}: {text:?}");
    }
    // What is left out must be no more than that: whoever is helped is not their enemies.
    assert!(texts("did Ostland assist Vinland").is_empty());
}

#[test]
fn the_first_words_of_a_number_may_be_left_out_where_one_number_has_the_others() {
    assert_eq!(texts("how many berths of Ostland in Gulf"), ["4"]);
    let model = model();
    let Err(AskError::Trouble(trouble)) =
        ask(&mut World::new(&model), "how many boats of Ostland in Gulf", &View::default())
    else {
        panic!("it may be either")
    };
    assert_eq!(trouble.code, "ambiguous-question");
    let help = trouble.help.expect("both are named");
    assert!(help.contains("fishing boats of Ostland") && help.contains("pilot boats of Ostland"), "{help}");
}

#[test]
fn what_began_and_ended_is_asked_in_many_words() {
    assert_eq!(texts("did Ostland lose Gulf in 1905").len(), 1);
    assert!(texts("did Ostland lose Gulf in 1904").is_empty());
    assert_eq!(texts("when did Ostland lose Gulf"), ["1905-05-01"]);
    assert_eq!(texts("who gained Gulf in 1905"), ["Vinland"]);
    assert_eq!(texts("who lost Gulf in 1905"), ["Ostland"]);
    assert_eq!(texts("when did Ostland cease to control Gulf"), ["1905-05-01"]);
    assert_eq!(texts("when did Vinland begin to control Gulf"), ["1905-05-01"]);
    assert_eq!(texts("in which year did Ostland stop controlling Gulf"), ["1905-05-01"]);
    assert_eq!(texts("did Ostland stop controlling Gulf before 1905-01-01"), Vec::<String>::new());
}

#[test]
fn until_when_looks_for_the_end_of_what_is_no_more() {
    assert_eq!(texts("until when does OldPact bind Norden"), ["1860-01-01"]);
    assert_eq!(texts("until when did Ostland control Gulf"), ["1905-05-01"]);
    assert_eq!(texts("until when does Vinland control Gulf"), ["without end"]);
}

#[test]
fn who_moves_is_moved_by_somebody() {
    assert_eq!(texts("when did pilots come into Harbour"), ["1906-03-01"]);
    assert_eq!(texts("when did first pilots enter Harbour"), ["1906-03-01"]);
    assert!(texts("did pilots come into Gulf").is_empty());
}

#[test]
fn doctrines_and_readings_have_holders() {
    assert_eq!(texts("who holds OpenSea"), ["Vinland", "Norden"]);
    assert_eq!(texts("who holds Narrow"), ["Ostland"]);
    assert_eq!(texts("by whom is OpenSea held"), ["Vinland", "Norden"]);
    assert_eq!(texts("which doctrines are held by Norden"), ["OpenSea"]);
    assert_eq!(texts("which readings does Ostland hold"), ["Narrow"]);
    assert_eq!(texts("does Vinland hold OpenSea"), ["Vinland holds OpenSea"]);
    let no = reply("does Ostland hold OpenSea").no.expect("it does not");
    assert_eq!(no.instead, ["held by Vinland", "held by Norden"]);
}

#[test]
fn norms_that_forbid_and_allow_are_asked_for_by_these_verbs() {
    let forbidden = texts("which norms forbid Ostland to annex Gulf on 1902-01-01");
    assert_eq!(forbidden, ["forbidden by Peace: each party must not annex Gulf"]);
    assert_eq!(texts("does GulfPact forbid Ostland from annexing Gulf on 1902-01-01"), forbidden);
    assert!(texts("does OldPact forbid Ostland to annex Gulf on 1902-01-01").is_empty());
    assert!(texts("does GulfPact allow Vinland to cross Gulf on 1902-01-01")[0].starts_with("permitted by Fishing"));
    assert!(texts("is it unlawful for Ostland to annex Gulf on 1902-01-01")[0].starts_with("forbidden by Peace"));
    assert!(texts("by what right may Vinland cross Gulf on 1902-01-01")[0].starts_with("permitted by Fishing"));
}

#[test]
fn small_words_change_nothing() {
    assert_eq!(texts("does Vinland still control Gulf"), ["Vinland controls Gulf"]);
    assert_eq!(texts("what was Gulf's controller on 1903-01-01"), ["Ostland"]);
}

#[test]
fn places_that_are_part_of_others_lie_in_them() {
    assert_eq!(texts("is Skerry part of Gulf"), ["Skerry lies in Gulf"]);
    assert!(texts("is Gulf part of Skerry").is_empty());
}

#[test]
fn norms_are_exceeded_and_honoured_as_they_are_breached_and_observed() {
    assert_eq!(texts("was Peace honoured by Ostland"), texts("was Peace observed by Ostland"));
    assert_eq!(texts("did Ostland exceed Peace"), texts("did Ostland breach Peace"));
    assert!(!texts("was Peace honoured by Ostland").is_empty());
}

#[test]
fn how_many_somebody_has_is_how_many_there_are_of_theirs() {
    assert_eq!(texts("how many berths does Ostland have in Gulf"), ["4"]);
}

#[test]
fn by_which_treaty_is_not_whether() {
    assert!(!help("by which treaty did Vinland gain Gulf").is_empty());
}

#[test]
fn help_is_about_the_question_asked() {
    assert_eq!(help("may Ostland help Vinland"), "did you mean `may Ostland assist Vinland`?");
    let office = help("when did Holm take office");
    assert!(office.starts_with("did you mean `when did HolmCabinet take office`?"), "{office}");
    assert!(help("did Ostland kidnap pilots").contains("“Ostland kidnapped two pilots”"));
    let juggle = help("may Ostland juggle");
    assert!(juggle.contains("`may/must/can X …`") && !juggle.contains("`when …`"), "{juggle}");
    let eats = help("who eats Gulf");
    assert!(eats.contains("`which KIND`") && eats != juggle, "{eats}");
    assert!(!help("did Ostland lomce Gulf").contains("`some`"));
}

#[test]
fn a_word_is_never_taken_for_a_near_one() {
    // `buy` and `sell` are near, and the other way round.
    let model = model();
    let asked = ask(&mut World::new(&model), "did Ostland buy Gulf", &View::default());
    assert!(matches!(asked, Err(AskError::Trouble(_))));
}

#[test]
fn untranslated_articles_are_told() {
    let text = "# Sele\n```servanda\npolity Arvenia, Belmark\ntreaty Sele between Arvenia and Belmark\narticle 1 \"Aid\"\n  untranslated \
                \"mutual support in all affairs\"\n```\n";
    let model = model_of(&[Entry { path: "sele.md".into(), text: Ok(text.to_owned()) }], DefaultLaw::Library);
    for question in ["what does Sele say", "what does Article 1 of Sele say"] {
        let reply = ask(&mut World::new(&model), question, &View::default()).expect("understood");
        assert_eq!(reply.answers[0].text, "Sele.1: “mutual support in all affairs” (not encoded)", "{question}");
        assert_eq!(reply.answers[0].truth, Truth::Certain);
    }
}

#[test]
fn times_are_understood_as_people_write_them() {
    for time in [
        "on 28 Dec 1903",
        "on the 28th of December 1903",
        "on 28.12.1903",
        "at the end of December 1903",
        "in the winter of 1904",
        "on the eve of 1904-01-01",
        "in late 1904",
    ] {
        assert_eq!(texts(&format!("who controlled Gulf {time}")), ["Ostland"], "{time}");
    }
    assert_eq!(texts("did Vinland take control of Gulf in early 1905").len(), 0);
    assert_eq!(texts("did Vinland take control of Gulf in mid-1905").len(), 1);
}

#[test]
fn a_day_that_no_calendar_has_is_said_to_be_none() {
    for day in ["1905-02-30", "31 November 1905"] {
        let model = model();
        match ask(&mut World::new(&model), &format!("who controlled Gulf on {day}"), &View::default()) {
            Err(AskError::Trouble(trouble)) => assert!(trouble.message.contains("no day"), "{}", trouble.message),
            other => panic!("{day}: {:?}", other.map(|reply| reply.answers)),
        }
    }
}

#[test]
fn a_time_may_be_told_by_what_happened() {
    assert_eq!(texts("who controlled Gulf before Transfer"), ["Ostland"]);
    assert_eq!(texts("who controlled Gulf on the day of Transfer"), ["Vinland"]);
    assert_eq!(texts("who controlled Gulf on the eve of Transfer"), ["Ostland"]);
    assert_eq!(texts("did HolmCabinet take office after Transfer").len(), 1);
}

#[test]
fn who_is_asked_for_may_stand_in_front_with_what_belongs_to_it() {
    assert_eq!(texts("to whom was Harbour ceded"), ["Norden"]);
    assert_eq!(texts("in whose eyes is GulfPact in force"), ["Ostland", "Vinland"]);
    assert_eq!(texts("who has title to Gulf"), texts("who holds title to Gulf"));
    assert_eq!(texts("by whom was NoSale breached"), texts("who breached NoSale"));
}

#[test]
fn nothing_is_answered_by_leaving_a_word_out() {
    // A claim of law is not answered by the fact.
    help("did Ostland lawfully cede Harbour to Norden");
    // One of two is not anybody, and nobody is not somebody.
    assert!(texts("did Karst or Norden cede Harbour to Norden").is_empty());
    assert_eq!(texts("did Karst or Ostland cede Harbour to Norden").len(), 1);
    assert!(texts("did nobody cede Harbour to Norden").is_empty());
    assert_eq!(texts("did nobody cede Skerry to Norden").len(), 1);
    // Pilots are counted by no number of boats.
    help("how many pilots did Ostland have in Gulf");
    // A number is no place.
    help("where are the agreed berths of Ostland in Gulf");
}

#[test]
fn two_sentences_of_one_subject_are_each_denied_by_themselves() {
    assert_eq!(texts("was GulfPact in force and not signed on 1902-01-01").len(), 1);
    assert!(texts("was GulfPact in force and not in force on 1902-01-01").is_empty());
}

#[test]
fn two_numbers_are_compared() {
    assert_eq!(texts("is fishing boats of Ostland in Gulf more than agreed berths of Ostland in Gulf").len(), 1);
    assert!(texts("is fishing boats of Ostland in Gulf less than agreed berths of Ostland in Gulf").is_empty());
}

#[test]
fn a_treaty_is_observed_by_whom_breaks_none_of_its_norms() {
    assert!(texts("did Ostland observe OldPact").is_empty());
    assert_eq!(texts("did Vinland respect GulfPact on 1903-01-01").len(), 1);
    // What is not paid within twenty years is broken.
    assert!(texts("did Ostland observe GulfPact on 1930-01-01").is_empty());
    let no = reply("did Ostland observe GulfPact on 1930-01-01").no.expect("it is a no");
    assert!(no.instead.iter().any(|text| text.starts_with("Price breached")), "{:?}", no.instead);
}

#[test]
fn an_end_is_told_by_what_ended_it() {
    for question in ["when did Ostland lose Gulf", "until when did Ostland control Gulf"] {
        let reply = reply(question);
        let days: Vec<&str> = reply.answers.iter().map(|answer| answer.text.as_str()).collect();
        assert_eq!(days, ["1905-05-01"], "{question}");
        let told = |text: &str| reply.answers[0].steps.iter().any(|step| step.text.contains(text));
        assert!(told("Vinland takes control of Gulf"), "{question}");
    }
    let act = texts("by which act did Ostland lose Gulf");
    assert_eq!(act, ["Transfer: Vinland takes control of Gulf"]);
}

#[test]
fn who_lost_a_thing_has_it_no_longer() {
    let lost = reply("did Ostland lose Gulf");
    assert_eq!(lost.answers[0].text, "Ostland controls Gulf no longer");
    assert_eq!(lost.answers[0].since.as_deref(), Some("1905-05-01"));
    assert!(reply("did Ostland lose Gulf in 1904").answers.is_empty());
    assert_eq!(texts("did Ostland gain Gulf"), ["Ostland controls Gulf"]);
}

#[test]
fn states_are_counted_by_any_word_for_them() {
    for word in ["states", "powers", "countries", "polities"] {
        assert_eq!(texts(&format!("how many {word} are party to GulfPact")), ["2"], "{word}");
    }
}

#[test]
fn what_is_not_possibly_so_is_not_so() {
    assert_eq!(texts("not possibly Karst controls Gulf").len(), 1);
    assert!(texts("not possibly Ostland controlled Gulf on 1903-01-01").is_empty());
}

#[test]
fn a_phrase_in_the_passive_alone_is_asked_in_the_active_too() {
    let dossier = GULF.replace(
        "claim 1907-01-01",
        "action {a: polity} is robbed by {b: polity}\nevent 1908-01-01: Karst is robbed by Norden\nclaim 1907-01-01",
    );
    let text = format!("# Gulf\n```servanda\n{dossier}\n```\n");
    let model = model_of(&[Entry { path: "gulf.md".into(), text: Ok(text) }], DefaultLaw::Library);
    for question in ["who robbed Karst", "by whom was Karst robbed", "who was Karst robbed by"] {
        let reply = ask(&mut World::new(&model), question, &View::default()).unwrap_or_else(|_| panic!("{question}"));
        let texts: Vec<&str> = reply.answers.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(texts, ["Norden"], "{question}");
    }
}

#[test]
fn a_title_is_told_with_for_whom_it_is_one() {
    let reply = reply("who holds title to Harbour on 1904-01-01");
    assert!(reply.answers.iter().all(|it| it.which.iter().any(|text| text.starts_with("for "))), "{:?}", reply.answers);
}

#[test]
fn what_is_denied_of_all_days_was_on_none() {
    assert!(texts("did Ostland not cede Harbour to Norden").is_empty());
    assert_eq!(texts("did Karst not cede Harbour to Norden").len(), 1);
    // Kept and not kept are never the same.
    assert_eq!(texts("did Ostland observe GulfPact").len(), 1);
    assert!(texts("did Ostland not observe GulfPact").is_empty());
    assert_eq!(texts("did Ostland not breach GulfPact").len(), 1);
    assert_eq!(texts("did nobody breach GulfPact"), ["nobody breached GulfPact"]);
}

#[test]
fn two_names_are_not_answered_with_the_first() {
    for question in [
        "may Vinland and Ostland cross Gulf on 1902-01-01",
        "how many fishing boats of Ostland in Gulf and Harbour",
        "may nobody cross Gulf on 1902-01-01",
    ] {
        help(question);
    }
    assert_eq!(texts("how many parties does GulfPact have"), ["2"]);
}

#[test]
fn turns_of_speech_are_put_in_the_words_of_phrases() {
    // Price falls due, and is broken twenty years after 1 January 1901.
    assert_eq!(texts("did both parties observe GulfPact on 1903-01-01"), ["Ostland and Vinland observed GulfPact"]);
    assert!(texts("did both parties observe GulfPact on 1930-01-01").is_empty());
    assert_eq!(texts("who observes GulfPact on 1930-01-01"), ["Vinland"]);
    assert_eq!(texts("does neither Norden nor Karst control Gulf on 1906-01-01").len(), 1);
    assert!(texts("does neither Vinland nor Karst control Gulf on 1906-01-01").is_empty());
    assert_eq!(texts("which norms does GulfPact have"), ["Price", "Peace", "Fishing"]);
    assert_eq!(texts("how many articles are there in GulfPact"), ["2"]);
    assert_eq!(texts("is Price in force on 1902-01-01"), ["Price binds somebody"]);
    assert!(texts("is Price in force on 1900-01-01").is_empty());
    assert_eq!(texts("is Article 1 of GulfPact in force on 1902-01-01"), ["Price"]);
    assert_eq!(texts("are there fishing boats of Ostland in Gulf").len(), 1);
    assert!(texts("are there no fishing boats of Ostland in Gulf").is_empty());
    assert_eq!(texts("did Ostland have more than 4 fishing boats in Gulf").len(), 1);
    assert_eq!(texts("who has Gulf on 1906-01-01"), ["Vinland"]);
    assert_eq!(texts("when did Gulf pass to Vinland"), ["1905-05-01"]);
    assert_eq!(texts("which article contains Price"), ["GulfPact.1"]);
    assert_eq!(texts("who controlled Gulf last"), ["Vinland"]);
    assert_eq!(texts("which treaties did Ostland breach on 1930-01-01").len(), 0);
    assert_eq!(texts("which treaties are breached on 1930-01-01"), ["GulfPact"]);
    assert_eq!(texts("was Ostland in breach of Price on 1930-01-01").len(), 1);
    help("how many readings does Fishing have");
}

#[test]
fn what_was_said_is_found_by_some_of_its_words() {
    assert_eq!(texts("did Ostland refuse pilots of Vinland"), ["Ostland refuses “any pilot of Vinland”"]);
    assert_eq!(texts("who refused pilots"), ["Ostland"]);
    help("did Vinland refuse any pilot");
    help("did Ostland refuse crowns");
}

#[test]
fn a_clause_of_time_is_the_day_of_its_act() {
    assert_eq!(texts("who controlled Gulf when Karst brought first pilots into Harbour"), ["Vinland"]);
    assert_eq!(texts("did Ostland take control of Gulf before HolmCabinet took office").len(), 1);
    assert!(texts("did Ostland take control of Gulf after HolmCabinet took office").is_empty());
}

#[test]
fn what_is_asked_of_a_time_was_done_in_it() {
    assert_eq!(texts("did Ostland cede Harbour to Norden in 1903").len(), 1);
    assert!(texts("did Ostland cede Harbour to Norden in 1904").is_empty());
    // It was broken in 1921 and goes on being so.
    assert_eq!(texts("did Ostland breach Price in 1921").len(), 1);
    assert!(texts("did Ostland breach Price in 1925").is_empty());
    assert_eq!(texts("was Price breached on 1925-01-01").len(), 1);
}
