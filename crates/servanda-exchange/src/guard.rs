//! What a run reads must not be what it writes.

use std::path::{Path, PathBuf};

use crate::error::RunError;

/// Refuses a run that would write over a file that it reads, or two things into one file, before anything is written.
///
/// # Errors
/// `output-is-input` or `output-twice`, with the file.
pub fn keep_apart(reads: &[PathBuf], writes: &[PathBuf]) -> Result<(), RunError> {
    for (at, output) in writes.iter().enumerate() {
        if let Some(input) = reads.iter().find(|input| is_same(input, output)) {
            let also = if input == output { String::new() } else { format!(", which is {}", input.display()) };
            return Err(RunError::Unfit {
                code: "output-is-input",
                message: format!("the run reads {}{also}, and would write over it", output.display()),
                help: "write to another file".to_owned(),
            });
        }
        if writes[..at].iter().any(|other| is_same(other, output)) {
            return Err(RunError::Unfit {
                code: "output-twice",
                message: format!("two things would be written to {}", output.display()),
                help: "name a file for each".to_owned(),
            });
        }
    }
    Ok(())
}

/// Whether two paths lead to one ordinary file, by links of any sort or by another way through the folders. Of files that
/// are not there yet the folders are looked at.
fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(folder.canonicalize().ok()?.join(path.file_name()?))
        })
    };
    let is_place = || place(one).is_some_and(|it| place(other) == Some(it));
    match (one.metadata(), other.metadata()) {
        (Ok(a), Ok(b)) => a.is_file() && b.is_file() && (is_place() || is_linked(&a, &b)),
        (Err(_), Err(_)) => is_place(),
        _ => false,
    }
}

#[cfg(unix)]
fn is_linked(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_linked(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
    false
}
