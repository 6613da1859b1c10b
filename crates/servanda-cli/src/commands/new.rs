//! `servanda new NAME`.

use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn run(name: &str, out: &Terminal) -> Exit {
    let _ = (name, out);
    Exit::CouldNot
}
