//! The `servanda` command.
fn main() {}
