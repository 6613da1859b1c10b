//! `servanda new NAME`.

use std::path::Path;

use crate::exit::Exit;
use crate::terminal::Terminal;

/// The files of a new dossier: path and text.
pub(crate) const FILES: [(&str, &str); 4] = [
    ("README.md", include_str!("../../template/README.md")),
    ("treaty.md", include_str!("../../template/treaty.md")),
    ("chronicle.md", include_str!("../../template/chronicle.md")),
    ("sources/herald.txt", include_str!("../../template/sources/herald.txt")),
];

pub(crate) fn run(name: &Path, out: &Terminal) -> Exit {
    if name.exists() {
        out.complain(&format!(
            "error[exists]: {} is there already; nothing was written\nhelp: choose another name\n",
            name.display()
        ));
        return Exit::CouldNot;
    }
    match written(name) {
        Ok(()) => {
            for (path, _) in FILES {
                out.print(&format!("{}\n", name.join(path).display()));
            }
            let shown = name.display();
            out.print(&format!("\nNow try:\n  servanda check {shown}\n  servanda report {shown}\n"));
            Exit::Yes
        }
        Err((path, reason)) => {
            // What was begun is of no use by itself.
            let _ = std::fs::remove_dir_all(name);
            out.complain(&format!("error[cannot-write]: {}: {reason}\n", path.display()));
            Exit::CouldNot
        }
    }
}

fn written(name: &Path) -> Result<(), (std::path::PathBuf, String)> {
    for (path, text) in FILES {
        let path = name.join(path);
        let folder = path.parent().unwrap_or(name);
        std::fs::create_dir_all(folder).map_err(|error| (folder.to_path_buf(), error.to_string()))?;
        servanda::archive::write_whole(&path, text.as_bytes()).map_err(|reason| (path.clone(), reason))?;
    }
    Ok(())
}
