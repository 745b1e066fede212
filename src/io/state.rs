//! Where this program keeps what is no configuration: drafts, copies, what it remembers.
//!
//! All of it is private to the user: it may hold real values.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::config::Environment;

/// The name of the directory.
const NAME: &str = "skyplug-tui";
/// The mode of the directories.
pub const PRIVATE_DIRECTORY: u32 = 0o700;
/// The mode of the files in them.
pub const PRIVATE_FILE: u32 = 0o600;

/// Returns the directory (XDG base directories).
///
/// # Errors
///
/// Returns why there is none, in words.
pub fn directory(environment: &Environment) -> Result<PathBuf, String> {
    let variable = |name: &str| environment.variables.get(OsStr::new(name)).map(PathBuf::from);
    let absolute = variable("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let home = || variable("HOME").or_else(|| environment.own_home.clone()).map(|home| home.join(".local/state"));
    let base = absolute.or_else(home).ok_or("there is no home directory to keep it in")?;
    Ok(base.join(NAME))
}

/// Tells whether a directory is this user's own and no link: behind one nothing is written or removed.
#[must_use]
pub fn is_own(directory: &Path) -> bool {
    let found = fs::symlink_metadata(directory);
    found.is_ok_and(|found| found.is_dir() && found.uid() == rustix::process::geteuid().as_raw())
}

/// Returns what a file of the directory holds as JSON, where it has no more bytes than `most`.
///
/// None where it is not there, not this user's own, no plain file or something else.
#[must_use]
pub fn recall<T: DeserializeOwned>(name: &str, most: u64, environment: &Environment) -> Option<T> {
    let path = directory(environment).ok().filter(|directory| is_own(directory))?.join(name);
    // Opening a FIFO would wait, and a link leads to what is not ours.
    fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Writes bytes to a new file in a folder of the directory; returns its path.
///
/// # Errors
///
/// Returns what cannot be done, in words.
pub fn keep(folder: &str, like: &Path, bytes: &[u8], environment: &Environment) -> Result<PathBuf, String> {
    let directory = directory(environment)?.join(folder);
    let failed = |error: std::io::Error| failed(&directory, &error);
    let stem = like.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let file = temporary(&directory, &format!("{stem}."), bytes).map_err(failed)?;
    let (_, path) = file.keep().map_err(|error| failed(error.error))?;
    Ok(path)
}

/// Puts bytes in the place of a file of the directory, whole or not at all.
///
/// # Errors
///
/// Returns what cannot be done, in words.
pub fn replace(name: &str, bytes: &[u8], environment: &Environment) -> Result<(), String> {
    let directory = directory(environment)?;
    let failed = |error: std::io::Error| failed(&directory, &error);
    let file = temporary(&directory, name, bytes).map_err(failed)?;
    file.persist(directory.join(name)).map_err(|error| failed(error.error))?;
    Ok(())
}

fn temporary(directory: &Path, prefix: &str, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    fs::DirBuilder::new().recursive(true).mode(PRIVATE_DIRECTORY).create(directory)?;
    let above = directory.parent().filter(|_| !directory.ends_with(NAME));
    if !is_own(directory) || !above.is_none_or(is_own) {
        return Err(std::io::Error::other("it is a link, or belongs to somebody else"));
    }
    let mut file = tempfile::Builder::new()
        .prefix(prefix)
        .suffix(".yaml")
        .permissions(Permissions::from_mode(PRIVATE_FILE))
        .tempfile_in(directory)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all())?;
    Ok(file)
}

fn failed(directory: &Path, error: &std::io::Error) -> String {
    format!("cannot write to {}: {error}", directory.display())
}
