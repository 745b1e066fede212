//! How a file can be written: replaced as a whole, in place, or not at all.
//!
//! `io` finds it by looking, without writing; the screens tell it before
//! anything is edited, and a save holds to it. A pure vocabulary with its words.

use std::fmt;
use std::path::PathBuf;

/// How a file can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// A new file takes its name in one step.
    Rename,
    /// Its bytes are overwritten, after a backup and a question.
    InPlace(InPlace),
    /// It cannot be written.
    ReadOnly(ReadOnly),
}

/// Why no other file can take the place of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InPlace {
    /// Something is mounted on it: a bind mount, a `subPath` of Kubernetes.
    MountPoint,
    /// It has so many names.
    HardLinks(u64),
    /// A new file would belong to somebody else.
    Owner,
    /// A new file would not have its access list.
    AccessList,
    /// No file can be made beside it.
    Directory,
}

/// Why a file cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// Kubernetes swaps its directory as a whole (`..data`).
    ConfigMap,
    /// Its file system is mounted so.
    FileSystem,
    /// Its own mode says so.
    Mode,
    /// Its attributes say so (`chattr +i`, `+a`).
    Immutable,
    /// This user may not.
    Permission,
}

impl fmt::Display for InPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MountPoint => f.write_str("it is a mount point, and no other file can take its place"),
            Self::HardLinks(number) => {
                write!(f, "it has {number} names (hard links), and a new file would part them")
            }
            Self::Owner => f.write_str("a new file could not keep its owner and group"),
            Self::AccessList => f.write_str("a new file could not keep its access list"),
            Self::Directory => f.write_str("its directory lets you make no file beside it"),
        }
    }
}

impl fmt::Display for ReadOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConfigMap => {
                "it is in a ConfigMap or Secret volume of Kubernetes, which is changed through the cluster"
            }
            Self::FileSystem => "its file system is mounted read-only",
            Self::Mode => "its owner has no write permission (chmod u+w allows it)",
            Self::Immutable => "it is marked immutable or append-only (chattr -i, -a)",
            Self::Permission => "you have no permission to write it",
        })
    }
}

/// What is known of the place that a save writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file itself, links followed; it may not be there.
    pub file: PathBuf,
    /// How it can be written.
    pub strategy: Strategy,
    /// Its mode, where it is there.
    pub mode: Option<u32>,
    /// Whether every user of this machine can read it: its mode allows that, and every directory above lets them through.
    pub is_open: bool,
}

impl Target {
    /// Says how a save writes, in one line.
    #[must_use]
    pub fn told(&self) -> String {
        match (self.strategy, self.mode) {
            (Strategy::Rename, Some(mode)) => format!("replaced as a whole, owner and mode {mode:04o} kept"),
            (Strategy::Rename, None) => "made new, mode 0600".to_owned(),
            (Strategy::InPlace(why), _) => format!("written in place after a question, backup first: {why}"),
            (Strategy::ReadOnly(why), _) => format!("not writable: {why}"),
        }
    }

    /// Returns why it cannot be written in the few cells that a title has.
    fn short(&self, why: ReadOnly) -> String {
        match (why, self.mode) {
            (ReadOnly::ConfigMap, _) => "ConfigMap".to_owned(),
            (ReadOnly::FileSystem, _) => "file system".to_owned(),
            // The bits say what is missing.
            (ReadOnly::Mode, Some(mode)) => format!("mode {mode:04o}"),
            (ReadOnly::Mode, None) => "its mode".to_owned(),
            (ReadOnly::Immutable, _) => "immutable".to_owned(),
            (ReadOnly::Permission, _) => "not yours".to_owned(),
        }
    }

    /// Returns what stands in a title: nothing where all is as usual.
    #[must_use]
    pub fn mark(&self) -> Option<String> {
        match self.strategy {
            Strategy::Rename => None,
            Strategy::InPlace(_) => Some("in place".to_owned()),
            Strategy::ReadOnly(why) => Some(format!("read-only: {}", self.short(why))),
        }
    }
}
