//! Runs the command as a user would, in folders of its own, and compares what it prints with files.
#![allow(dead_code, reason = "each test file uses a part of this")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run of the command left behind.
pub(crate) struct Ran {
    /// Exit status.
    pub(crate) status: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

/// Runs the command in a folder.
pub(crate) fn servanda<S: AsRef<std::ffi::OsStr>>(folder: &Path, args: &[S]) -> Ran {
    servanda_reading(folder, args, "")
}

/// Runs the command in a folder, with something to read.
pub(crate) fn servanda_reading<S: AsRef<std::ffi::OsStr>>(folder: &Path, args: &[S], input: &str) -> Ran {
    use std::io::Write;
    let mut command = Command::new(env!("CARGO_BIN_EXE_servanda"));
    command.current_dir(folder).args(args).env("COLUMNS", "100").env_remove("NO_COLOR");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("cargo has built the command");
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints UTF-8");
    Ran { status: output.status.code().expect("it ends by itself"), out: text(output.stdout), err: text(output.stderr) }
}

/// An empty folder for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder for tests can be made");
    path
}

/// A folder with one dossier file.
pub(crate) fn dossier(name: &str, text: &str) -> PathBuf {
    let path = folder(name);
    std::fs::write(path.join("dossier.md"), text).expect("a file can be written");
    path
}

/// Whether expected outputs are to be written anew: read the difference afterwards.
pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}

/// What is wrong with an output, if it is not what the file of this path says. `UPDATE_EXPECTED` writes it anew.
pub(crate) fn unexpected(path: &Path, text: &str) -> Option<String> {
    if updating() {
        std::fs::write(path, text).expect("expected outputs can be written");
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    let differs = settled(&expected) != settled(text);
    differs.then(|| format!("{}: expected\n{expected}\nbut found\n{text}", path.display()))
}

/// What may differ without harm: the lines on which law chapters stand.
pub(crate) fn settled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("law/") {
        let end = rest[at..].find(".md:").map(|n| at + n + 4);
        let Some(end) = end.filter(|end| !rest[at..*end].contains(char::is_whitespace)) else {
            out.push_str(&rest[..at + 4]);
            rest = &rest[at + 4..];
            continue;
        };
        out.push_str(&rest[..end]);
        out.push('…');
        rest = rest[end..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    out
}
