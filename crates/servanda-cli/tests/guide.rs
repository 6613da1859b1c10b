//! The guide is a dossier: its blocks are put together as a reader would, and every command shown is run on what stands
//! above it. What a command prints must be what the guide says it prints.

mod support;

use std::path::{Path, PathBuf};

use support::{folder, servanda, settled, updating};

fn pages() -> Vec<PathBuf> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(guide)
        .expect("docs/guide is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    pages.sort();
    pages
}

#[test]
fn every_block_and_every_command_of_the_guide_runs() {
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a page can be read");
        let name = page.file_name().expect("a page has a name").to_string_lossy().into_owned();
        let found = played(&text, &name);
        if updating() {
            std::fs::write(&page, &found).expect("a page can be written");
        } else if settled(&found) != settled(&text) {
            let at = found.lines().zip(text.lines()).position(|(a, b)| settled(a) != settled(b));
            panic!("{name} differs from line {:?} on; UPDATE_EXPECTED=1 writes it anew:\n{found}", at.map(|at| at + 1));
        }
    }
}

/// The page with what its commands really print.
fn played(text: &str, name: &str) -> String {
    let folder = folder(&format!("guide/{}", name.trim_end_matches(".md")));
    let mut done = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "```console" {
            std::fs::write(folder.join("dossier.md"), &done).expect("the dossier can be written");
        }
        done.push_str(line);
        done.push('\n');
        if let Some(file) = line.strip_prefix("```text ") {
            // A file that the reader is told to save.
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let path = folder.join(file.trim());
            std::fs::create_dir_all(path.parent().expect("files are in the folder")).expect("it can be made");
            std::fs::write(&path, body.join("\n") + "\n").expect("a file can be written");
            done.push_str(&format!("{}\n```\n", body.join("\n")));
        } else if line == "```console" {
            let shown: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            for command in shown.iter().filter_map(|line| line.strip_prefix("$ servanda ")) {
                let ran = servanda(&folder, &words(command));
                assert!(ran.status < 2 || !ran.err.is_empty(), "{command} says nothing");
                done.push_str(&format!("$ servanda {command}\n{}{}", ran.out, ran.err));
            }
            done.push_str("```\n");
        }
    }
    done
}

/// A command's words; quotes keep words together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("there is a word").push(c),
        }
    }
    words
}
