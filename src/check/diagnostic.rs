//! What a problem is: code, severity, place, effect, hint, fix.
//!
//! What each code means for people is in `code`.

use std::borrow::Cow;
use std::path::PathBuf;

pub use super::code::{Code, Seen};
use crate::config::{Role, Workspace};
use crate::text::visible::visible;
use crate::text::{Position, Span, Splice};
use crate::yaml::{Document, Pointer};

/// How bad it is, by consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not what was meant.
    Warning,
    /// SkyPilot refuses or crashes, or the launch fails.
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
    /// Returns the kind of a list's file.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Api => Self::Api,
            Role::Remote => Self::Remote,
        }
    }

    /// Returns the list whose file it is.
    #[must_use]
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Api => Some(Role::Api),
            Self::Remote => Some(Role::Remote),
            Self::Wheels | Self::Server => None,
        }
    }

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

impl Place {
    /// Returns a place that is not inside a text.
    #[must_use]
    pub const fn whole(file: FileKind, path: Option<PathBuf>) -> Self {
        Self { file, path, pointer: None, span: None, positions: None }
    }

    /// Returns the place of one of the two files as a whole.
    #[must_use]
    pub fn file(workspace: &Workspace, role: Role) -> Self {
        Self::whole(FileKind::of(role), workspace.file(role).location.told(role))
    }

    /// Returns the place of bytes of a document.
    #[must_use]
    pub fn span(workspace: &Workspace, role: Role, document: &Document, span: Span, pointer: Option<Pointer>) -> Self {
        let positions = Some((document.position(span.start), document.position(span.end)));
        Self { pointer, span: Some(span), positions, ..Self::file(workspace, role) }
    }
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
    /// What SkyPilot does with it.
    pub effect: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
    /// Whether it follows from the text alone, so that a save is stopped by it
    /// where it is an error.
    pub from_text: bool,
}

impl Diagnostic {
    /// Returns a problem of the text at `place`, without hint and fix.
    #[must_use]
    pub fn new(
        code: Code,
        severity: Severity,
        place: Place,
        message: impl Into<String>,
        effect: impl Into<String>,
    ) -> Self {
        let (message, effect) = (message.into(), effect.into());
        let from_text = place.file.role().is_some();
        Self { code, severity, place, message, effect, hint: None, fix: None, from_text }
    }

    /// Returns the entry of a list that it is about.
    #[must_use]
    pub fn entry(&self) -> Option<usize> {
        match self.place.pointer.as_ref()?.tokens() {
            [list, index, ..] if list == "plugins" => index.parse().ok(),
            _ => None,
        }
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds an edit that mends it, if there is one.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Escapes what cannot be seen in all that is shown of it: nothing of a file
    /// may reach a terminal as more than text.
    pub(super) fn make_visible(&mut self) {
        let label = self.fix.as_mut().map(|fix| &mut fix.label);
        for text in [Some(&mut self.message), Some(&mut self.effect), self.hint.as_mut(), label].into_iter().flatten() {
            if let Cow::Owned(shown) = visible(text) {
                *text = shown;
            }
        }
    }

    /// Says that it follows from more than the text.
    #[must_use]
    pub const fn from_outside(mut self) -> Self {
        self.from_text = false;
        self
    }
}
