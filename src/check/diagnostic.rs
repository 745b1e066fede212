//! What a problem is: code, severity, place, effect, hint, fix.

use std::path::PathBuf;

use crate::text::{Position, Span, Splice};
use crate::yaml::Pointer;

/// How bad it is, by consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not what was meant.
    Warning,
    /// `SkyPilot` refuses or crashes, or the launch fails.
    Error,
}

impl Severity {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Returns the letter on the screens.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Info => 'i',
            Self::Warning => 'W',
            Self::Error => 'E',
        }
    }
}

/// What a diagnostic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// `plugins.yaml`
    Api,
    /// `remote_plugins.yaml`
    Remote,
    /// The wheel directory.
    Wheels,
    /// The API server and its environment.
    Server,
}

impl FileKind {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Remote => "remote",
            Self::Wheels => "wheels",
            Self::Server => "server",
        }
    }
}

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is about.
    pub file: FileKind,
    /// The path of that file, directory or wheel.
    pub path: Option<PathBuf>,
    /// The pointer to the value, where there is one.
    pub pointer: Option<Pointer>,
    /// The bytes, where there are any.
    pub span: Option<Span>,
    /// The first and the last position, both from 1; the last one exclusive.
    pub positions: Option<(Position, Position)>,
}

/// An edit that takes the problem away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, imperative: `remove the key`.
    pub label: String,
    /// Whether it does what was surely meant.
    pub safe: bool,
    /// The edits of the file in `Place::file`, sorted.
    pub edits: Vec<Splice>,
    /// The same as RFC 6902, none where that cannot say it.
    pub patch: Option<serde_json::Value>,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What `SkyPilot` does with it.
    pub effect: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
    /// Whether it follows from the text alone, so that a save is stopped by it
    /// where it is an error.
    pub from_text: bool,
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// `plugins:` without a value.
    PluginsNull,
}

impl Code {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::PluginsNull];

    /// Returns the name: `plugins-null`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        "plugins-null"
    }

    /// Returns what `explain` says: what happens, why, how to mend it.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        ""
    }
}
