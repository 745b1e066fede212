//! The small vocabulary of the state: screens, panes, cursors, status, ways to leave.

use crate::config::Role;

/// What the command line says of the screens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Whether secrets are shown.
    pub show_secrets: bool,
    /// Whether the files are a throw-away copy of the sample.
    pub demo: bool,
}

/// A screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// The two lists, detail, problems, upload.
    #[default]
    Main,
    /// The parameters of one entry.
    Parameters,
    /// The wheels.
    Wheels,
    /// The upload preview.
    Preview,
    /// The review before a save.
    Review,
    /// Mine and theirs, where a file changed on disk.
    Conflict,
    /// A file as text.
    Source,
}

/// A pane of the main screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The API list.
    #[default]
    Api,
    /// The remote list.
    Remote,
    /// The detail of an entry.
    Detail,
    /// The problems.
    Problems,
    /// The upload.
    Upload,
}

impl Pane {
    /// All panes, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Api, Self::Remote, Self::Detail, Self::Problems, Self::Upload];

    /// Returns the place in that order, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Returns the pane of a list.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Api => Self::Api,
            Role::Remote => Self::Remote,
        }
    }
}

/// What a status line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something is worth knowing.
    Told,
    /// Something was refused or failed.
    Failed,
}

/// One sentence on what happened last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Which kind.
    pub tone: Tone,
    /// The sentence, made visible.
    pub text: String,
}

/// A cursor in a list of rows, with its scrolling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The row.
    pub at: usize,
    /// The first row on the screen.
    pub offset: usize,
}

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// A person left.
    Left,
    /// Ctrl-C twice: unsaved edits stay in the recovery journal.
    Interrupted,
}
