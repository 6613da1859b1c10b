//! `servanda report DIR`.

use std::path::Path;

use crate::ViewArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(dir: &Path, view: &ViewArgs, out: &Terminal) -> Exit {
    let _ = (dir, view, out);
    Exit::CouldNot
}
