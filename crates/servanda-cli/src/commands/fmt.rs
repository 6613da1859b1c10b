//! `servanda fmt PATHS`.

use std::path::PathBuf;

use servanda_diagnostics::FileId;
use servanda_syntax::Document;

use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(paths: &[PathBuf], check: bool, out: &Terminal) -> Exit {
    let mut exit = Exit::Yes;
    for path in paths {
        let entries = match servanda::archive::read(path) {
            Ok(entries) => entries,
            Err(error) => {
                out.complain(&format!("error[cannot-open]: {error}\n"));
                return Exit::CouldNot;
            }
        };
        for entry in entries {
            let file = if path.is_file() { path.clone() } else { path.join(&entry.path) };
            let Ok(text) = entry.text else {
                out.complain(&format!("error[unreadable]: {} is left as it is\n", file.display()));
                exit = Exit::No;
                continue;
            };
            let document = Document::parse(FileId::default(), entry.path, text.as_str());
            let formatted = servanda_syntax::format(&document);
            if document.blocks.iter().any(|block| block.broken) {
                let left = "a block that cannot be read whole is left as it is; `check` says why";
                out.complain(&format!("note[not-formatted]: {}: {left}\n", file.display()));
                if check {
                    exit = Exit::No;
                }
            }
            if formatted == text {
                continue;
            }
            if check {
                out.print(&format!("{} would be changed\n", file.display()));
                exit = Exit::No;
            } else if let Err(error) = servanda::archive::write_whole(&file, formatted.as_bytes()) {
                out.complain(&format!("error[cannot-write]: {}: {error}\n", file.display()));
                return Exit::CouldNot;
            } else {
                out.print(&format!("{}\n", file.display()));
            }
        }
    }
    exit
}
