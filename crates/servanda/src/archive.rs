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
    /// Some of its bytes are no characters of UTF-8.
    NotUtf8 {
        /// The text, with U+FFFD in place of each run of such bytes.
        lossy: String,
        /// Where the first of these stands.
        at: usize,
        /// How many there are.
        places: usize,
    },
    /// It leads out of the dossier's folder.
    Outside,
    /// It is larger than [`LARGEST`].
    TooLarge,
    /// It is a pipe, a device or the like.
    NotAFile,
    /// It is a link to a folder that leads back to where it stands.
    Circle,
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
    if !root.is_dir() {
        return Err(failed("neither a folder nor an ordinary file".to_owned()));
    }
    walk(&root, &root, &mut entries, &mut Vec::new()).map_err(failed)?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    if entries.is_empty() {
        return Err(failed("no .md file in this folder".to_owned()));
    }
    Ok(entries)
}

/// Whether more than one file of a folder could belong to a dossier.
#[must_use]
pub fn has_others(folder: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|item| item.file_name());
    names.filter(|name| name.to_string_lossy().ends_with(".md")).count() > 1
}

/// Adds the files of a folder; `above` are the folders that it lies in, by their real paths.
fn walk(root: &Path, folder: &Path, entries: &mut Vec<Entry>, above: &mut Vec<PathBuf>) -> Result<(), String> {
    if above.len() > 32 {
        return Ok(());
    }
    above.push(folder.canonicalize().map_err(|error| plain(&error))?);
    let list = std::fs::read_dir(folder).map_err(|error| plain(&error))?;
    for item in list {
        let path = item.map_err(|error| plain(&error))?.path();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let below = path.strip_prefix(root).unwrap_or(&path);
        let shown = below.to_string_lossy().replace('\\', "/");
        let real = path.canonicalize().ok();
        let inside = real.as_ref().is_some_and(|real| real.starts_with(root));
        if path.is_dir() {
            if real.is_some_and(|real| above.contains(&real)) {
                entries.push(Entry { path: shown, text: Err(Unreadable::Circle) });
            } else if inside {
                walk(root, &path, entries, above)?;
            }
        } else if name.ends_with(".md") {
            let is_read = inside || !path.exists();
            let text = if is_read { text_of(&path) } else { Err(Unreadable::Outside) };
            entries.push(Entry { path: shown, text });
        }
    }
    above.pop();
    Ok(())
}

/// The text of a file.
///
/// # Errors
/// See [`Unreadable`].
pub fn text_of(path: &Path) -> Result<String, Unreadable> {
    String::from_utf8(bytes_of(path)?).map_err(|error| lossy(error.as_bytes()))
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let system = |error: std::io::Error| Unreadable::System(plain(&error));
    let about = std::fs::metadata(path).map_err(system)?;
    // Whoever opens a pipe that nobody writes to waits for ever, and a device may never end.
    if !about.is_file() {
        return Err(Unreadable::NotAFile);
    }
    if about.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    std::fs::read(path).map_err(system)
}

/// Bytes as text, with a sign in place of what is no character.
fn lossy(bytes: &[u8]) -> Unreadable {
    let (mut lossy, mut at, mut places) = (String::with_capacity(bytes.len()), 0, 0);
    for chunk in bytes.utf8_chunks() {
        lossy.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            at = if places == 0 { lossy.len() } else { at };
            places += 1;
            lossy.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Unreadable::NotUtf8 { lossy, at, places }
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
