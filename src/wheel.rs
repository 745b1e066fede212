//! A directory of wheels as facts: what `*.whl` finds and what lies beside it.
//!
//! Pure: `io::scan` looks at the directory, this module says what its names
//! mean to `SkyPilot`. What the file names say of their content is
//! [`filename`]'s, what was read inside [`contents`]', reading it [`archive`]'s
//! and [`metadata`]'s within [`limits`], and whether a controller takes it
//! [`install`]'s; nothing here opens a file.

pub mod archive;
pub mod contents;
pub mod filename;
pub mod install;
pub mod limits;
pub mod marker;
pub mod metadata;
pub mod record;
pub mod requirement;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
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
    /// A name of which nothing more can be learnt: its directory can be listed
    /// but not searched. To a program it does not exist.
    Unreachable,
}

impl EntryKind {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Special => "fifo",
            Self::Dangling => "dangling",
            Self::Unreachable => "unreachable",
        }
    }

    /// Tells whether Python's `os.path.exists` is true of it.
    #[must_use]
    pub const fn exists(self) -> bool {
        !matches!(self, Self::Dangling | Self::Unreachable)
    }
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
    /// Python's `Path.exists` raises there: a parent that cannot be searched, a
    /// name that is too long.
    Failed {
        /// The Python exception.
        exception: &'static str,
        /// What the operating system says, as Python words it: `[Errno 13] Permission denied`.
        problem: String,
    },
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

impl DirectoryEntry {
    /// Tells whether `SkyPilot` takes it for a wheel, whatever it is.
    #[must_use]
    pub fn is_wheel(&self) -> bool {
        matches_glob(&self.name)
    }
}

impl Directory {
    /// Returns all names, sorted by their bytes; none where there is no list.
    #[must_use]
    pub fn entries(&self) -> &[DirectoryEntry] {
        if let Found::Listed(entries) = &self.found { entries } else { &[] }
    }

    /// Returns the entry of a name.
    #[must_use]
    pub fn entry(&self, name: &OsStr) -> Option<&DirectoryEntry> {
        let entries = self.entries();
        entries.binary_search_by(|entry| entry.name.as_os_str().cmp(name)).ok().map(|at| &entries[at])
    }

    /// Returns the names that `*.whl` finds, whatever they are.
    pub fn wheels(&self) -> impl Iterator<Item = &DirectoryEntry> {
        self.entries().iter().filter(|entry| entry.is_wheel())
    }

    /// Returns the names that `*.whl` does not find.
    pub fn others(&self) -> impl Iterator<Item = &DirectoryEntry> {
        self.entries().iter().filter(|entry| !entry.is_wheel())
    }
}

/// Tells whether Python's `Path.glob('*.whl')` finds a name.
///
/// It heeds case, takes hidden names and the bare `.whl`, and does not care what
/// the name stands for (tried with Python 3.11).
#[must_use]
pub fn matches_glob(name: &OsStr) -> bool {
    name.as_bytes().ends_with(b".whl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_takes_hidden_names_and_heeds_case() {
        for (name, taken) in [
            ("acme-1.0-py3-none-any.whl", true),
            (".hidden-1.0-py3-none-any.whl", true),
            (".whl", true),
            ("a b (1).whl", true),
            ("acme-1.0-py3-none-any.WHL", false),
            ("acme-1.0-py3-none-any.whl ", false),
            ("acme-1.0-py3-none-any.whl\n", false),
            ("acme-1.0.tar.gz", false),
        ] {
            assert_eq!(matches_glob(OsStr::new(name)), taken, "{name:?}");
        }
    }
}
