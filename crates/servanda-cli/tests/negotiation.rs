//! `servanda negotiation` on invented talks between three states, on stated preferences, and on files from elsewhere.

mod support;

use std::path::{Path, PathBuf};

use support::{Ran, folder, servanda, settled, updating};

const CONFERENCE: &str = include_str!("negotiation/conference.md");
const PREFERENCES: &str = include_str!("negotiation/preferences.md");

/// Name of the expected output, arguments, exit status. `talks` is the conference, `both` has the preferences as well.
const RUNS: &[(&str, &[&str], i32)] = &[
    ("record.txt", &["negotiation", "talks"], 0),
    ("record.csv", &["negotiation", "talks", "River", "--format", "csv"], 0),
    ("record.svg", &["negotiation", "talks", "--format", "svg"], 0),
    ("on-a-day.txt", &["negotiation", "talks", "--on", "1924-06-12"], 0),
    ("analysis.txt", &["negotiation", "both", "Pair", "--analyse"], 0),
    ("before-it-began.txt", &["negotiation", "talks", "--on", "1924-01-01"], 1),
    ("unknown-name.txt", &["negotiation", "talks", "Rivver"], 2),
    ("another-thing.txt", &["negotiation", "talks", "Holt"], 2),
    ("which-one.txt", &["negotiation", "both"], 2),
    ("nobody-prefers.txt", &["negotiation", "talks", "--analyse"], 2),
    ("not-by-that-author.txt", &["negotiation", "both", "Pair", "--analyse", "--author", "Corvia"], 2),
    ("no-such-author.txt", &["negotiation", "both", "Pair", "--analyse", "--author", "Hold"], 2),
    ("no-chart-of-an-analysis.txt", &["negotiation", "both", "Pair", "--analyse", "--format", "svg"], 2),
];

fn talks(test: &str) -> PathBuf {
    let folder = folder(&format!("negotiation-{test}"));
    for (name, texts) in [("talks", vec![CONFERENCE]), ("both", vec![CONFERENCE, PREFERENCES])] {
        std::fs::create_dir(folder.join(name)).expect("a folder can be made");
        for (at, text) in texts.iter().enumerate() {
            std::fs::write(folder.join(name).join(format!("{at}.md")), text).expect("a dossier can be written");
        }
    }
    folder
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

#[test]
fn every_view_of_the_talks_is_as_expected() {
    let folder = talks("views");
    let expected_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/negotiation/expected");
    let mut wrong = Vec::new();
    for (name, args, status) in RUNS {
        let ran = servanda(&folder, args);
        assert_eq!(ran.status, *status, "{args:?}: {}{}", ran.out, ran.err);
        let text = format!("{}{}", ran.out, ran.err);
        let path = expected_in.join(name);
        if updating() {
            std::fs::write(&path, &text).expect("expected outputs can be written");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if settled(&expected) != settled(&text) {
            wrong.push(format!("{name}: expected\n{expected}\nbut found\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECTED=1 writes them anew\n{}", wrong.join("\n"));
    for entry in std::fs::read_dir(expected_in).expect("the folder is there") {
        let name = entry.expect("it can be listed").file_name().into_string().expect("names are plain");
        assert!(RUNS.iter().any(|(known, ..)| *known == name), "nothing makes {name}");
    }
}
