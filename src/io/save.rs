//! Writes one of the two files so that the old text or the new one is there whole.
//!
//! The new text goes to a temporary file in the same directory, gets the old
//! file's owner and mode, is synced, takes the name in one step, and the
//! directory is synced; then it is read back. A link is followed: the file it
//! leads to is replaced, the link stays. What a save may replace is said by
//! [`Expected`]; it is compared with what is on disk right before the last
//! step, by content and not by date.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The mode of a new file: parameters may hold secrets.
const NEW_FILE_MODE: u32 = 0o600;
/// Links followed before a chain is called a cycle, as Linux does it.
const MAX_LINKS: usize = 40;
/// Bits of `st_mode` that `chmod` sets.
const MODE_BITS: u32 = 0o7777;
/// The owner's right to write.
const OWNER_WRITE: u32 = 0o200;

/// What was at the path when it was read.
#[derive(Clone, Copy, Debug)]
pub enum Expected<'a> {
    /// Nothing.
    Absent,
    /// This text.
    Text(&'a str),
    /// Whatever is there may be replaced: a person has said so.
    Anything,
}

/// What a save did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The file written, links followed.
    pub path: PathBuf,
    /// Whether there was no file before.
    pub created: bool,
    /// What could not be kept as it was, in one sentence each.
    pub notes: Vec<String>,
}

/// Why nothing was written; the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file is not what was read.
    #[error("{} has changed on disk since it was read; nothing was written", .0.display())]
    Changed(PathBuf),
    /// The file is not to be written, by its own mode.
    #[error("{} is read-only (no write permission for its owner); nothing was written. Use chmod u+w to allow it", .0.display())]
    ReadOnly(PathBuf),
    /// The path names something else than a file.
    #[error("{} is no regular file; nothing was written", .0.display())]
    NoFile(PathBuf),
    /// The operating system refused a step.
    #[error("cannot {step} {}: {cause}; the file is as it was", path.display())]
    Io {
        /// What was being done: `create a temporary file in`.
        step: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The new file is in place, but what was read back is something else.
    #[error("{} was written, but what was read back differs: check the disk", .0.display())]
    ReadBack(PathBuf),
}

/// Writes `text` to `path`; parent directories are made where they are missing.
///
/// # Errors
///
/// Returns [`SaveError`]; but for [`SaveError::ReadBack`] the file is as it was.
pub fn save(path: &Path, text: &str, expected: Expected<'_>) -> Result<Saved, SaveError> {
    let target = follow(path)?;
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&directory).map_err(failed("make the directory", &directory))?;
    let old = old_file(&target)?;
    compare(&target, expected)?;

    let mut notes = Vec::new();
    let mut temporary = tempfile::Builder::new()
        .prefix(".skyplug-tui.")
        .suffix(".tmp")
        .permissions(Permissions::from_mode(NEW_FILE_MODE))
        .tempfile_in(&directory)
        .map_err(failed("create a temporary file in", &directory))?;
    let keep = keep_attributes(temporary.as_file(), old.as_ref(), &mut notes);
    keep.map_err(failed("keep owner and mode of", &target))?;
    temporary.write_all(text.as_bytes()).map_err(failed("write to a temporary file in", &directory))?;
    temporary.as_file().sync_all().map_err(failed("sync a temporary file in", &directory))?;
    compare(&target, expected)?;
    if old.is_none() && !matches!(expected, Expected::Anything) {
        // A file that appears in this instant is not replaced.
        temporary.persist_noclobber(&target).map_err(|e| match e.error.kind() {
            io::ErrorKind::AlreadyExists => SaveError::Changed(target.clone()),
            _ => failed("put the new file in the place of", &target)(e.error),
        })?;
    } else {
        temporary.persist(&target).map_err(|e| failed("put the new file in the place of", &target)(e.error))?;
    }
    // The name is durable only once its directory is.
    if let Err(error) = File::open(&directory).and_then(|d| d.sync_all()) {
        notes.push(format!("the directory could not be synced: {error}"));
    }
    match fs::read(&target) {
        Ok(bytes) if bytes == text.as_bytes() => {}
        _ => return Err(SaveError::ReadBack(target)),
    }
    Ok(Saved { path: target, created: old.is_none(), notes })
}

fn failed(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SaveError {
    let path = path.to_owned();
    move |cause| SaveError::Io { step, path, cause }
}

/// Follows a chain of links by hand: the last one may lead to nothing yet.
fn follow(path: &Path) -> Result<PathBuf, SaveError> {
    let mut at = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&at) {
            Ok(target) => at = at.parent().unwrap_or_else(|| Path::new("")).join(target),
            Err(_) => return Ok(at),
        }
    }
    Err(failed("follow the links at", path)(io::Error::other("too many levels of symbolic links")))
}

/// Returns what is known of the file to be replaced, none where there is none.
fn old_file(target: &Path) -> Result<Option<Metadata>, SaveError> {
    let metadata = match fs::metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("look at", target)(error)),
    };
    if !metadata.is_file() {
        return Err(SaveError::NoFile(target.to_owned()));
    }
    // The directory may allow a rename all the same: the mode is a wish.
    if metadata.mode() & OWNER_WRITE == 0 {
        return Err(SaveError::ReadOnly(target.to_owned()));
    }
    Ok(Some(metadata))
}

fn compare(target: &Path, expected: Expected<'_>) -> Result<(), SaveError> {
    let found = match fs::read(target) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed("read", target)(error)),
    };
    let same = match expected {
        Expected::Anything => true,
        Expected::Absent => found.is_none(),
        Expected::Text(text) => found.as_deref() == Some(text.as_bytes()),
    };
    if same { Ok(()) } else { Err(SaveError::Changed(target.to_owned())) }
}

/// Gives the new file owner and mode of the old one; an owner that cannot be kept is an error.
fn keep_attributes(new: &File, old: Option<&Metadata>, notes: &mut Vec<String>) -> io::Result<()> {
    let Some(old) = old else { return Ok(()) };
    let made = new.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        std::os::unix::fs::fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(Permissions::from_mode(old.mode() & MODE_BITS))?;
    if old.nlink() > 1 {
        notes.push(format!("the file had {} hard links: the other names keep the old text", old.nlink()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).expect("a directory");
        let mut names: Vec<_> =
            entries.map(|e| e.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }

    #[test]
    fn mode_and_link_are_kept_and_nothing_else_is_left() {
        let at = tempfile::tempdir().expect("a directory");
        let file = at.path().join("real.yaml");
        fs::write(&file, "old\n").expect("written");
        fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("set");
        symlink("real.yaml", at.path().join("plugins.yaml")).expect("linked");
        let saved = save(&at.path().join("plugins.yaml"), "new\n", Expected::Text("old\n")).expect("saved");
        assert_eq!((saved.path.file_name(), saved.created), (file.file_name(), false));
        assert_eq!(fs::read_to_string(&file).expect("read"), "new\n");
        assert_eq!(fs::metadata(&file).expect("there").mode() & MODE_BITS, 0o640);
        assert!(fs::symlink_metadata(at.path().join("plugins.yaml")).expect("there").is_symlink());
        assert_eq!(names(at.path()), ["plugins.yaml", "real.yaml"]);
    }

    #[test]
    fn a_new_file_and_its_directory_are_made_private() {
        let at = tempfile::tempdir().expect("a directory");
        let file = at.path().join(".sky/plugins.yaml");
        assert!(save(&file, "a: 1\n", Expected::Absent).expect("saved").created);
        assert_eq!(fs::metadata(&file).expect("there").mode() & MODE_BITS, NEW_FILE_MODE);
    }

    #[test]
    fn a_file_that_changed_or_appeared_is_not_replaced() {
        let at = tempfile::tempdir().expect("a directory");
        let file = at.path().join("plugins.yaml");
        fs::write(&file, "theirs\n").expect("written");
        for expected in [Expected::Absent, Expected::Text("ours\n")] {
            assert!(matches!(save(&file, "new\n", expected), Err(SaveError::Changed(_))));
        }
        assert_eq!(fs::read_to_string(&file).expect("read"), "theirs\n");
        assert_eq!(names(at.path()), ["plugins.yaml"]);
        save(&file, "new\n", Expected::Anything).expect("a person said so");
    }

    #[test]
    fn what_is_read_only_or_no_file_stays() {
        let at = tempfile::tempdir().expect("a directory");
        let file = at.path().join("plugins.yaml");
        fs::write(&file, "old\n").expect("written");
        fs::set_permissions(&file, Permissions::from_mode(0o444)).expect("set");
        assert!(matches!(save(&file, "new\n", Expected::Text("old\n")), Err(SaveError::ReadOnly(_))));
        assert!(matches!(save(at.path(), "new\n", Expected::Anything), Err(SaveError::NoFile(_))));
    }

    #[test]
    fn a_dangling_link_creates_what_it_names_and_a_cycle_is_an_error() {
        let at = tempfile::tempdir().expect("a directory");
        symlink("there.yaml", at.path().join("plugins.yaml")).expect("linked");
        save(&at.path().join("plugins.yaml"), "x: 1\n", Expected::Absent).expect("saved");
        assert_eq!(names(at.path()), ["plugins.yaml", "there.yaml"]);
        symlink("loop", at.path().join("loop")).expect("linked");
        assert!(matches!(save(&at.path().join("loop"), "", Expected::Absent), Err(SaveError::Io { .. })));
    }
}
