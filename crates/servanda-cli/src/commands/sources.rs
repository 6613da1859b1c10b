//! `servanda sources DIR`.

use std::path::Path;

use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(dir: &Path, out: &Terminal) -> Exit {
    let _ = (dir, out);
    Exit::CouldNot
}
