//! What the documents name must exist.

use std::path::Path;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_path_in_the_architecture_page_exists() {
    for word in page("docs/architecture.md").split(['`', '(', ')', ' ', '\n']) {
        let is_path = ["crates/", "docs/", "law/", "dossiers/", "xtask/"].iter().any(|start| word.starts_with(start));
        if is_path {
            assert!(root().join(word).exists(), "docs/architecture.md names {word}");
        }
    }
}

#[test]
fn every_crate_stands_in_the_architecture_page() {
    let text = page("docs/architecture.md");
    for entry in std::fs::read_dir(root().join("crates")).expect("crates/ is there") {
        let entry = entry.expect("it can be listed");
        let name = entry.file_name().into_string().expect("crates have plain names");
        // A crate without a manifest is only being begun.
        if entry.path().join("Cargo.toml").exists() {
            assert!(text.contains(&format!("crates/{name}`")), "docs/architecture.md says nothing of {name}");
        }
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    for path in
        ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/design.md", "docs/guide/first-dossier.md"]
    {
        let text = page(path);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            if link.contains("://") || link.starts_with('#') {
                continue;
            }
            let target = root().join(path).parent().expect("files stand in folders").join(link);
            assert!(target.exists(), "{path} links to {link}");
        }
    }
}

#[test]
fn every_command_has_its_section() {
    let text = page("docs/reference/commands.md");
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_servanda")).arg("--help").output().expect("it runs");
    let help = String::from_utf8(help.stdout).expect("it prints UTF-8");
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    for verb in verbs.filter_map(|line| line.split_whitespace().next()).filter(|verb| *verb != "help") {
        assert!(text.contains(&format!("## `servanda {verb}")), "docs/reference/commands.md says nothing of {verb}");
    }
}
