//! A directory of wheels as facts: what `*.whl` finds and what lies beside it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::SystemTime;

/// What a name in the directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A link to something that exists.
    Symlink,
    /// A FIFO, a socket or a device: never opened.
    Special,
    /// A link to nothing.
    Dangling,
}

/// One name in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The name, perhaps not UTF-8.
    pub name: OsString,
    /// What it is.
    pub kind: EntryKind,
    /// The size in bytes, of the target for a link.
    pub size: u64,
    /// The date of the last change.
    pub modified: Option<SystemTime>,
}

/// What was found at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or a dangling link.
    Missing,
    /// Something that is no directory.
    NotADirectory,
    /// A directory that cannot be listed, and why.
    Unreadable(String),
    /// Its names, sorted by their bytes.
    Listed(Vec<DirectoryEntry>),
}

/// A directory, looked at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The absolute path.
    pub path: PathBuf,
    /// What is there.
    pub found: Found,
}
