//! The two files as one workspace: immutable, cheap to clone.
//!
//! A [`Workspace`] holds what was read of `plugins.yaml` and
//! `remote_plugins.yaml`, whatever state they are in. Where the files are is
//! `locate`'s, how they can be written is `writing`'s, what their entries are is
//! `model`'s, those that are commented out `disabled`'s, their comments `comment`'s,
//! edits are `operation`'s, two readings that went apart are `merge`'s, a text with
//! some of the changes of another is `partial`'s, entries from a text that was copied
//! elsewhere `pasted`'s, what Kubernetes mounts is `kubernetes`'s, what a long text seems to hold `glimpse`'s; reading and
//! writing them is `io`'s.

pub mod comment;
pub mod diff;
pub mod disabled;
pub mod glimpse;
pub mod kubernetes;
pub mod locate;
pub mod matching;
pub mod merge;
pub mod model;
pub mod modeline;
pub mod operation;
pub mod partial;
pub mod pasted;
pub mod schema;
pub mod secret;
pub mod writing;

use std::fmt;
use std::sync::Arc;
use std::thread;

pub use locate::{Environment, Location, PathSource};

use crate::yaml::Document;

/// Which of the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What the API server loads: `plugins.yaml`.
    Api,
    /// What controllers get: `remote_plugins.yaml`.
    Remote,
}

impl Role {
    /// Both lists, in the order of the screens.
    pub const ALL: [Self; 2] = [Self::Api, Self::Remote];

    /// Returns the name on the command line and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Remote => "remote",
        }
    }

    /// Returns the name that `SkyPilot` gives to the file.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Api => "plugins.yaml",
            Self::Remote => "remote_plugins.yaml",
        }
    }

    /// Returns the other list.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Api => Self::Remote,
            Self::Remote => Self::Api,
        }
    }

    /// Does the same for either list, at the same time where that is worth a thread.
    pub fn each<T: Send>(at_once: bool, one: impl Fn(Self) -> T + Sync) -> [T; 2] {
        if !at_once {
            return Self::ALL.map(one);
        }
        thread::scope(|scope| {
            let remote = scope.spawn(|| one(Self::Remote));
            let api = one(Self::Api);
            match remote.join() {
                Ok(remote) => [api, remote],
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    const fn index(self) -> usize {
        match self {
            Self::Api => 0,
            Self::Remote => 1,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was found at a path.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing, or a dangling link: `SkyPilot` reads "no configuration".
    Absent,
    /// UTF-8 text, whether or not it is YAML.
    Text(Arc<Document>),
    /// Something that is no text.
    Unreadable(Unreadable),
}

impl Content {
    /// Tells whether this is the same as another one without a look at the text of both.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Arc::ptr_eq(a, b),
            (Self::Absent, Self::Absent) => true,
            (Self::Unreadable(a), Self::Unreadable(b)) => a == b,
            _ => false,
        }
    }
}

/// Why a file is no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What keeps it from being read.
    pub reason: UnreadableReason,
    /// What the operating system or the decoder says, for people.
    pub problem: String,
    /// The bytes, where they were read: shown, never written back.
    pub bytes: Option<Arc<[u8]>>,
}

/// What keeps a file from being read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableReason {
    /// A directory: Python raises `IsADirectoryError`.
    Directory,
    /// No permission: `PermissionError`.
    Permission,
    /// A FIFO, or a device without an end: `SkyPilot` waits forever. Never opened.
    Endless,
    /// Not UTF-8, from this byte on: `UnicodeDecodeError`.
    Encoding {
        /// The offset of the first byte that is wrong.
        offset: usize,
    },
    /// Larger than this program reads (see `io::load`).
    TooLarge,
    /// Any other error of the operating system.
    Other,
}

/// One of the two files.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Where it is.
    pub location: Location,
    /// What is there.
    pub content: Content,
}

/// Both files.
#[derive(Clone, Debug)]
pub struct Workspace {
    files: [ConfigFile; 2],
}

impl Workspace {
    /// Returns the workspace of these two files.
    #[must_use]
    pub const fn new(api: ConfigFile, remote: ConfigFile) -> Self {
        Self { files: [api, remote] }
    }

    /// Returns one of the files.
    #[must_use]
    pub const fn file(&self, role: Role) -> &ConfigFile {
        &self.files[role.index()]
    }

    /// Returns the document of a file, none where it is absent or no text.
    #[must_use]
    pub const fn document(&self, role: Role) -> Option<&Arc<Document>> {
        match &self.file(role).content {
            Content::Text(document) => Some(document),
            Content::Absent | Content::Unreadable(_) => None,
        }
    }

    /// Returns the text of a file, none where it is absent or no text.
    #[must_use]
    pub fn text(&self, role: Role) -> Option<&str> {
        self.document(role).map(|document| document.text())
    }

    /// Returns the workspace with other content in one file.
    #[must_use]
    pub fn with_content(&self, role: Role, content: Content) -> Self {
        let mut new = self.clone();
        new.files[role.index()].content = content;
        new
    }

    /// Returns the workspace with one file elsewhere.
    #[must_use]
    pub fn with_location(&self, role: Role, location: Location) -> Self {
        let mut new = self.clone();
        new.files[role.index()].location = location;
        new
    }
}
