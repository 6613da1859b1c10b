//! The checker stays small enough to be read through by whoever does not want to trust it.

#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::Path;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every line of every file counts, comments as well.
#[test]
fn the_checker_is_shorter_than_a_thousand_lines() {
    let mut lines = 0;
    let mut folders = vec![here().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources are there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                lines += fs::read_to_string(path).expect("it is text").lines().count();
            }
        }
    }
    println!("{lines} lines");
    assert!((500..1_000).contains(&lines), "{lines} lines");
}

#[test]
fn the_checker_needs_nothing_but_the_model_and_the_form_of_a_proof() {
    let needs = |path: &str| -> Vec<String> {
        let text = fs::read_to_string(here().join(path)).expect("it is there");
        let list = text.split("[dependencies]\n").nth(1).expect("it needs something");
        let names = list.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
        names.map(str::to_owned).collect()
    };
    assert_eq!(needs("Cargo.toml"), ["servanda-model", "servanda-proof"]);
    assert_eq!(needs("../servanda-proof/Cargo.toml"), ["servanda-model", "serde"]);
}
