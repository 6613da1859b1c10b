//! `servanda law [CHAPTER]`.

use std::path::Path;

use serde_json::json;

use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(chapter: Option<&str>, write: Option<&Path>, out: &Terminal) -> Exit {
    let chosen: Vec<(&str, &str)> =
        servanda::law::chapters().filter(|(name, _)| chapter.is_none_or(|chapter| chapter == *name)).collect();
    if chosen.is_empty() {
        let name = chapter.unwrap_or_default();
        let near = servanda_diagnostics::suggest(name, servanda::law::chapters().map(|(name, _)| name));
        let help =
            near.map_or_else(|| "`servanda law` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
        out.complain(&format!("error[unknown-chapter]: there is no chapter of law `{name}`\nhelp: {help}\n"));
        return Exit::CouldNot;
    }
    if let Some(folder) = write {
        return written(&chosen, folder, out);
    }
    if chapter.is_some() {
        out.print(chosen[0].1);
        return Exit::Yes;
    }
    if out.json() {
        let all: Vec<_> = chosen
            .iter()
            .map(|(name, text)| {
                let (title, summary) = servanda::law::summary(text);
                json!({ "chapter": name, "title": title, "summary": summary })
            })
            .collect();
        out.print_json(&all);
        return Exit::Yes;
    }
    for (name, text) in chosen {
        let (title, summary) = servanda::law::summary(text);
        out.print(&format!("{}  {title}\n    {}\n", out.bold(&format!("{name:<14}")), out.wrap(&summary, 4)));
    }
    Exit::Yes
}

fn written(chosen: &[(&str, &str)], folder: &Path, out: &Terminal) -> Exit {
    for (name, _) in chosen {
        let path = folder.join(format!("{name}.md"));
        if path.exists() {
            out.complain(&format!("error[exists]: {} is there already; nothing was written\n", path.display()));
            return Exit::CouldNot;
        }
    }
    if let Err(error) = std::fs::create_dir_all(folder) {
        out.complain(&format!("error[cannot-write]: {}: {error}\n", folder.display()));
        return Exit::CouldNot;
    }
    for (name, text) in chosen {
        let path = folder.join(format!("{name}.md"));
        if let Err(error) = servanda::archive::write_whole(&path, text.as_bytes()) {
            out.complain(&format!("error[cannot-write]: {}: {error}\n", path.display()));
            return Exit::CouldNot;
        }
        out.print(&format!("{}\n", path.display()));
    }
    Exit::Yes
}
