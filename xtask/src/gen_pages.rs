//! Pages of `docs/reference` that are made from the code.

use std::process::Command;

use crate::codes;

/// A page: its path, and how it is made.
type Page = (&'static str, fn() -> Option<String>);

const PAGES: [Page; 3] = [
    ("docs/reference/grammar.md", grammar),
    ("docs/reference/commands.md", commands),
    ("docs/reference/diagnostics.md", diagnostics),
];

const MADE: &str = "<!-- Made by `cargo xtask gen`. -->\n\n";

/// Writes all pages.
pub(crate) fn write() -> bool {
    let mut ok = true;
    for (path, make) in PAGES {
        let Some(text) = make() else {
            ok = false;
            continue;
        };
        std::fs::write(path, text).expect("docs/reference can be written");
        eprintln!("{path}");
    }
    ok
}

/// Whether all pages are as they would be written.
pub(crate) fn check() -> bool {
    let mut ok = true;
    for (path, make) in PAGES {
        if make().is_none_or(|text| std::fs::read_to_string(path).unwrap_or_default() != text) {
            eprintln!("{path} is out of date: run `cargo xtask gen`");
            ok = false;
        }
    }
    ok
}

fn grammar() -> Option<String> {
    Some(format!("{MADE}{}", servanda_syntax::grammar::reference_markdown()))
}

fn commands() -> Option<String> {
    let help = help_of(&[])?;
    let mut page = format!(
        "{MADE}# Commands\n\nExit status: 0 the answer is yes, or all is well; 1 the answer is no (errors, failed \
         expectations); 2 it could not be tried. `DIR` is the current folder unless given. `--format json` works with \
         every command that answers.\n"
    );
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    for verb in verbs.filter_map(|line| line.split_whitespace().next()).filter(|verb| *verb != "help") {
        let text = help_of(&[verb])?;
        let (about, rest) = text.split_once("\n\n").unwrap_or(("", &text));
        page.push_str(&format!("\n## `servanda {verb}`\n\n{about}\n\n```text\n{}\n```\n", rest.trim_end()));
    }
    Some(page)
}

fn help_of(words: &[&str]) -> Option<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--release", "--quiet", "--package", "servanda-cli", "--"]).args(words).arg("--help");
    let output = command.env("COLUMNS", "100").output().ok().filter(|output| output.status.success());
    if output.is_none() {
        eprintln!("`servanda {} --help` failed", words.join(" "));
    }
    String::from_utf8(output?.stdout).ok()
}

fn diagnostics() -> Option<String> {
    let mut page = format!(
        "{MADE}# Diagnostic codes\n\nA code never changes its meaning; its sentence may improve. `…` stands for a name or \
         a number.\n\n| code | severity | says |\n|---|---|---|\n"
    );
    for (code, found) in codes::all() {
        page.push_str(&format!("| `{code}` | {} | {} |\n", found.severity, found.says.join("; ")));
    }
    Some(page)
}
