//! Chores: `cargo xtask test`, `cargo xtask ci`, `cargo xtask fuzz [SECONDS]`, `cargo xtask gen [--check]`.

mod codes;
mod gen_pages;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
usage: cargo xtask test          all tests, and a check of the law and of every dossier
       cargo xtask ci            what CI runs: format, lints, documentation, generated pages, tests
       cargo xtask fuzz SECONDS  new inputs for every reader, for so long each (default 60)
       cargo xtask gen           writes the generated pages of docs/reference anew
       cargo xtask gen --check   fails if one of them is not as it would be written";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    std::env::set_current_dir(root()).expect("the workspace is there");
    let ok = match *words {
        ["test"] => test(),
        ["ci"] => ci(),
        ["fuzz"] => fuzz("60"),
        ["fuzz", seconds] => fuzz(seconds),
        ["gen"] => gen_pages::write(),
        ["gen", "--check"] => gen_pages::check(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn cargo(args: &[&str]) -> bool {
    cargo_with(args, &[])
}

fn cargo_with(args: &[&str], variables: &[(&str, &str)]) -> bool {
    eprintln!("$ cargo {}", args.join(" "));
    let mut command = Command::new(env!("CARGO"));
    command.args(args).envs(variables.iter().copied());
    command.status().is_ok_and(|status| status.success())
}

/// Whether all of what has been run went well. Everything is run even after a failure, so that one run tells all.
fn all<const N: usize>(done: [bool; N]) -> bool {
    !done.contains(&false)
}

fn test() -> bool {
    let tests = cargo(&["test", "--workspace", "--quiet", "--no-fail-fast"]);
    all([tests, texts()])
}

/// Tries new inputs on every reader. One that fails is kept in `crates/servanda-cli/tests/corpus`, to be committed with
/// what mends it.
fn fuzz(seconds: &str) -> bool {
    let words = ["test", "--package", "servanda-cli", "--test", "fuzz", "--", "--nocapture"];
    cargo_with(&words, &[("SERVANDA_FUZZ_SECONDS", seconds)])
}

/// The texts of the project: the law and the dossiers are formatted, and every dossier checks clean.
fn texts() -> bool {
    let servanda = ["run", "--release", "--quiet", "--package", "servanda-cli", "--"];
    let run = |args: &[&str]| cargo(&[&servanda[..], args].concat());
    let mut done = vec![run(&["fmt", "--check", "law", "dossiers"])];
    let mut dossiers: Vec<String> = std::fs::read_dir("dossiers")
        .expect("dossiers/ is there")
        .map(|entry| entry.expect("it can be listed").path().to_string_lossy().into_owned())
        .collect();
    dossiers.sort();
    for dossier in dossiers {
        done.push(run(&["check", &dossier]));
        done.push(run(&["sources", &dossier]));
    }
    !done.contains(&false)
}

fn ci() -> bool {
    all([
        cargo(&["fmt", "--all", "--check"]),
        cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]),
        cargo_with(
            &["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"],
            &[("RUSTDOCFLAGS", "-D warnings")],
        ),
        gen_pages::check(),
        test(),
    ])
}
