//! Reports: what they name, and what they keep to themselves.

use servanda::archive::Entry;
use servanda::load::{DefaultLaw, model_of};
use servanda::report::{Report, report};
use servanda::world::World;
use servanda_model::View;

const SELE: &str = r#"
polity Arvenia, Belmark, Corvia
place Eastmarch
treaty Sele between Arvenia and Belmark
  signed 1921-03-12
  enters into force 1921-06-01
norm Peace: each party must not attack the other
protocol Annex of Sele, known only to Arvenia and Belmark
norm Fort: Arvenia must not attack Corvia
treaty Varna between Arvenia and Belmark
  signed 1930-01-01
  enters into force 1930-01-01
norm Later: each party must not blockade the other
protocol Letter of Varna, known only to Arvenia and Belmark
  signed 1930-01-01
event 1921-04-01 Talk: Arvenia invites Belmark
  known only to Arvenia and Belmark
event 1930-02-01 Refused: Belmark refuses "what Arvenia says"
claim 1921-05-01 by Corvia: Arvenia attacks Corvia
  contradicted by Refused because "the later word"
event 1931-01-01: Arvenia discloses Annex to Corvia
event 1932-01-01: Sele terminates
"#;

fn on(day: &str, seen_by: Option<&str>) -> Report {
    let entry = Entry { path: "sele.md".into(), text: Ok(format!("# Sele\n```servanda\n{SELE}\n```\n")) };
    let model = model_of(&[entry], DefaultLaw::Library);
    let on = day.parse::<servanda_calendar::Day>().ok().map(|day| day.0);
    let seen_by = seen_by.and_then(|name| model.lexicon.entity(name));
    let view = View { on, seen_by, ..View::default() };
    report(&mut World::new(&model), &view).expect("rules that have a meaning")
}

#[test]
fn what_is_made_later_is_not_named_on_a_day() {
    for seen_by in [None, Some("Arvenia")] {
        let text = serde_json::to_string(&on("1921-07-01", seen_by)).expect("JSON");
        for name in ["Varna", "Later", "Letter", "Refused"] {
            assert!(!text.contains(name), "{name} as seen by {seen_by:?}: {text}");
        }
        for name in ["Sele", "Peace", "Annex", "Fort"] {
            assert!(text.contains(name), "{name} as seen by {seen_by:?}: {text}");
        }
    }
    let text = serde_json::to_string(&on("1930-03-01", None)).expect("JSON");
    assert!(["Varna", "Later", "Letter", "Refused"].iter().all(|name| text.contains(name)), "{text}");
}

#[test]
fn nobody_sees_how_long_a_thing_will_last() {
    let until = |report: Report| {
        let sele = report.instruments.into_iter().find(|it| it.name == "Sele").expect("Sele is there");
        sele.status.last().and_then(|stretch| stretch.until.clone())
    };
    assert_eq!(until(on("1921-07-01", None)).as_deref(), Some("1932-01-01"));
    assert_eq!(until(on("1921-07-01", Some("Arvenia"))), None);
}

#[test]
fn what_stays_between_some_is_no_secret_to_tell_of() {
    let names: Vec<String> = on("1921-07-01", None).secrets.into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["Annex"]);
}

fn of(dossier: &str, view: View) -> Report {
    let entry = Entry { path: "sele.md".into(), text: Ok(format!("# Sele\n```servanda\n{dossier}\n```\n")) };
    let model = model_of(&[entry], DefaultLaw::Library);
    report(&mut World::new(&model), &view).expect("rules that have a meaning")
}

/// A sum falls when one of what is summed is gone: its first day is as open as that day.
#[test]
fn a_sum_has_the_open_days_of_what_is_summed() {
    let report = of(
        "polity Arvenia\nkind ship\nship Oak, Elm\nfluent tonnage of {s: ship}: number\n\
         fluent {a: polity} has {s: ship} in service\naction {a: polity} scrap/scraps/scrapped {s: ship}\n\
         fluent fleet of {a: polity}: number\nfact: tonnage of Oak is 10\nfact: tonnage of Elm is 20\n\
         fact since 1920-01-01: Arvenia has Oak in service\nfact since 1920-01-01: Arvenia has Elm in service\n\
         rule Gone\n  for a: polity; s: ship\n  when a scraps s\n  then a has s in service ends\n\
         define fleet of a is sum of n where (tonnage of s is n; a has s in service)\n  for a: polity; s: ship; n: number\n  \
         while a has some ship in service\n\
         event 1923-10: Arvenia scraps Elm\n",
        View::default(),
    );
    let fleet = report.numbers.iter().find(|it| it.of == "fleet of Arvenia").expect("the fleet is a number");
    let last = fleet.values.last().expect("it has values");
    assert_eq!((last.value.as_str(), &last.since), ("10", &None));
    assert_eq!(last.since_between, Some(("1923-10-01".to_owned(), Some("1923-10-31".to_owned()))));
    assert!(report.open.iter().any(|it| it.text.contains("Arvenia scraps Elm")), "{:#?}", report.open);
}

/// A verdict that is otherwise with other numbers is no certain one.
#[test]
fn a_verdict_hangs_on_numbers_left_open_elsewhere() {
    let report = of(
        "polity Arvenia, Belmark\nplace Vale, Eastmarch\ntreaty Sele between Arvenia and Belmark\n  signed 1930-01-01\n  \
         enters into force 1930-02-01\nnorm Cap: Arvenia must keep at most 100 troops in Vale\n\
         norm Other: Belmark must keep at most 300 troops in Eastmarch\n\
         norm Escape: Belmark may keep at most 400 troops in Eastmarch\n  if Cap is breached by Arvenia\n\
         Escape prevails over Other\nevent 1930-06-01: Belmark stations 340 troops in Eastmarch\n\
         event 1930-06-01: Arvenia stations between 90 and 110 troops in Vale\n\
         norm Count: Arvenia must keep at most 5 planes in Vale\nfluent planes of {a: polity} in {place}: number\n  \
         also {a: polity} keep {value} planes in {place}\n",
        View::default(),
    );
    let truth = |name: &str| {
        let norm = report.norms.iter().find(|it| it.name == name).expect("a norm of the dossier");
        (norm.verdict.clone().unwrap_or_default(), norm.truth)
    };
    assert_eq!(truth("Other"), ("breached".to_owned(), Some(servanda::ask::Truth::Possible)));
    assert_eq!(truth("Cap"), ("undecided".to_owned(), Some(servanda::ask::Truth::Certain)));
    let count = report.open.iter().find(|it| it.text.contains("Count")).expect("a number that nobody states is open");
    assert_eq!(count.hangs_on, ["a number for planes of Arvenia in Vale, of which none is stated"]);
}

/// What is in force until it is denounced goes on being in force until its time has run out.
#[test]
fn what_an_instrument_becomes_is_told_on_a_day() {
    let dossier = "polity Arvenia, Belmark\ntreaty Sele between Arvenia and Belmark\n  signed 1921-01-01\n  enters into force 1921-02-01\n  \
                   may be denounced on 6 months notice\nevent 1925-01-01: Arvenia denounces Sele\n";
    let on = "1924-01-01".parse::<servanda_calendar::Day>().ok().map(|day| day.0);
    let report = of(dossier, View { on, ..View::default() });
    let now = &report.instruments[0].status[0];
    assert_eq!((now.until.as_deref(), now.then.as_deref()), (Some("1925-01-01"), Some("denounced, running out")));
}

/// Who is no party is not the other one: what must be done for the one is not what must not be done for the other.
#[test]
fn a_third_state_is_not_the_other_party() {
    let report = of(
        "polity Arvenia, Belmark, Corvia\ntreaty Sele between Arvenia and Belmark\n  signed 1921-01-01\n  enters into force 1921-02-01\n\
         norm Aid: each party must assist the other\nnorm Apart: each party must not assist any third polity\n\
         norm Against: each party must not assist any polity\n",
        View::default(),
    );
    let pairs: Vec<[&str; 2]> = report.conflicts.iter().map(|it| [it.one.as_str(), it.other.as_str()]).collect();
    assert!(pairs.contains(&["Aid", "Against"]) && !pairs.contains(&["Aid", "Apart"]), "{pairs:?}");
}
