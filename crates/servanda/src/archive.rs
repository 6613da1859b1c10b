//! Where files come from: a folder on disk, or texts in memory.

use std::fmt;
use std::path::{Path, PathBuf};

/// A file of a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path below the dossier's folder, with `/`.
    pub path: String,
    /// What is in it, or why that could not be read as text.
    pub text: Result<String, Unreadable>,
}

/// Why a file is no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not UTF-8 from this byte on.
    NotUtf8 {
        /// The offset of the first bad byte.
        at: usize,
    },
    /// It leads out of the dossier's folder.
    Outside,
    /// It is larger than [`LARGEST`].
    TooLarge,
    /// The operating system said no.
    System(String),
}

/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 64 << 20;

/// The folder could not be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveError {
    /// What was asked for.
    pub path: PathBuf,
    /// Why not.
    pub reason: String,
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for ArchiveError {}

/// All `.md` files of a folder and the folders in it, by path. A single file is an archive of one.
///
/// # Errors
/// The folder does not exist or cannot be listed. Files that cannot be read are entries with the reason.
pub fn read(path: &Path) -> Result<Vec<Entry>, ArchiveError> {
    let failed = |reason: String| ArchiveError { path: path.to_path_buf(), reason };
    let root = path.canonicalize().map_err(|error| failed(plain(&error)))?;
    let mut entries = Vec::new();
    if root.is_file() {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        entries.push(Entry { path: name, text: text_of(&root) });
        return Ok(entries);
    }
    walk(&root, &root, &mut entries, 0).map_err(failed)?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    if entries.is_empty() {
        return Err(failed("no .md file in this folder".to_owned()));
    }
    Ok(entries)
}

fn walk(root: &Path, folder: &Path, entries: &mut Vec<Entry>, depth: usize) -> Result<(), String> {
    if depth > 32 {
        return Ok(());
    }
    let list = std::fs::read_dir(folder).map_err(|error| plain(&error))?;
    for item in list {
        let path = item.map_err(|error| plain(&error))?.path();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let below = path.strip_prefix(root).unwrap_or(&path);
        let shown = below.to_string_lossy().replace('\\', "/");
        let inside = path.canonicalize().is_ok_and(|real| real.starts_with(root));
        if path.is_dir() {
            if inside {
                walk(root, &path, entries, depth + 1)?;
            }
        } else if name.ends_with(".md") {
            let text = if inside || !path.exists() { text_of(&path) } else { Err(Unreadable::Outside) };
            entries.push(Entry { path: shown, text });
        }
    }
    Ok(())
}

/// The text of a file.
///
/// # Errors
/// See [`Unreadable`].
pub fn text_of(path: &Path) -> Result<String, Unreadable> {
    let system = |error: std::io::Error| Unreadable::System(plain(&error));
    if std::fs::metadata(path).map_err(system)?.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    let bytes = std::fs::read(path).map_err(system)?;
    String::from_utf8(bytes).map_err(|error| Unreadable::NotUtf8 { at: error.utf8_error().valid_up_to() })
}

/// An error of the operating system without its number.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Writes a file whole or not at all: beside it first, then in its place.
///
/// # Errors
/// What the operating system said; the file is then as it was.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    use std::io::Write;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let beside = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = std::fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        plain(&error)
    })
}
