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
