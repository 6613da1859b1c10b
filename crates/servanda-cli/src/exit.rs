//! Exit status: one meaning for every command.

use std::process::ExitCode;

/// What a command has to say to the shell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// The answer is yes, or all is well.
    Yes,
    /// The answer is no: errors, failed expectations, a bad proof.
    No,
    /// It could not be tried.
    CouldNot,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Yes => ExitCode::SUCCESS,
            Exit::No => ExitCode::from(1),
            Exit::CouldNot => ExitCode::from(2),
        }
    }
}
