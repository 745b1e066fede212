//! What a preview says: the uploads, the launches, the reasons.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::check::{Diagnostic, Status};
use crate::wheel::EntryKind;

/// What reaches the controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Wheels and the remote file.
    Sent,
    /// Nothing; jobs run without plugins.
    Nothing,
    /// The launch itself fails.
    Fails,
}

impl Outcome {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Nothing => "nothing",
            Self::Fails => "fails",
        }
    }
}

/// Why nothing is sent, or why the launch fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The remote file is absent or has no entry.
    NoRemotePlugins,
    /// `controller_wheel_path` is missing or empty.
    NoWheelPath,
    /// It names nothing.
    MissingDirectory,
    /// It names no directory.
    NotADirectory,
    /// It cannot be listed.
    UnreadableDirectory,
    /// It holds no `*.whl`.
    NoWheels,
    /// Controllers run inside the API server.
    Consolidation,
    /// One of the files is refused.
    RefusedFile,
    /// `SkyPilot` crashes on the path itself: too long, a parent that cannot be searched.
    BrokenPath,
    /// A path breaks the task that is made for the controller.
    BrokenTask,
    /// A wheel is a dangling link, or otherwise not there.
    DanglingWheel,
}

impl Reason {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoRemotePlugins => "no-remote-plugins",
            Self::NoWheelPath => "no-wheel-path",
            Self::MissingDirectory => "missing-directory",
            Self::NotADirectory => "not-a-directory",
            Self::UnreadableDirectory => "unreadable-directory",
            Self::NoWheels => "no-wheels",
            Self::Consolidation => "consolidation",
            Self::RefusedFile => "refused-file",
            Self::BrokenPath => "broken-path",
            Self::BrokenTask => "broken-task",
            Self::DanglingWheel => "dangling-wheel",
        }
    }
}

/// The wheel directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelDirectory {
    /// As written in `plugins.yaml`.
    pub written: String,
    /// As `SkyPilot` writes it: `~` expanded, blank parts dropped.
    pub local: PathBuf,
    /// Where that is for the API server; the key in `Facts::directories`.
    pub resolved: PathBuf,
}

/// One upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The file name.
    pub name: OsString,
    /// The path on the controller; bytes that are not UTF-8 are replaced.
    pub remote: String,
    /// The local path as `SkyPilot` writes it.
    pub local: PathBuf,
    /// The size in bytes.
    pub size: u64,
    /// What it is.
    pub kind: EntryKind,
}

/// What a launch does with one wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is installed and recorded.
    Installs {
        /// The wheel files that are deleted with it.
        deletes: Vec<String>,
        /// The records that are taken out with it.
        forgets: Vec<String>,
    },
    /// Its file name is recorded already.
    Skipped,
    /// Its file was deleted before: the script ends with an error.
    FileGone,
    /// The script has ended before.
    NotReached,
}

/// One predicted launch on a controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The exit status of the install script.
    pub exit_code: i32,
    /// The wheels handed to uv, a failing last one included.
    pub installs: Vec<String>,
    /// The lines of the stamp file afterwards.
    pub stamp: Vec<String>,
    /// The wheel files that are left, sorted.
    pub wheels_left: Vec<String>,
    /// What becomes of each upload, in the order of `Preview::mounts`.
    pub fates: Vec<Fate>,
}

/// A file beside the wheels that is not sent, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSent {
    /// The path.
    pub path: PathBuf,
    /// Why.
    pub why: &'static str,
}

/// What the next controller launch does.
#[derive(Clone, Debug)]
pub struct Preview {
    /// How `SkyPilot` gets through its own code: ok, crash, hang or killed.
    pub status: Status,
    /// The exception of a crash.
    pub exception: Option<&'static str>,
    /// Its message, where it is known.
    pub message: Option<String>,
    /// What reaches the controller.
    pub verdict: Outcome,
    /// Why not everything.
    pub reason: Option<Reason>,
    /// The wheel directory, where one is set.
    pub wheel_dir: Option<WheelDirectory>,
    /// The uploads, in the order of the names' bytes.
    pub mounts: Vec<Mount>,
    /// The remote file, where it is uploaded.
    pub config_uploaded: Option<PathBuf>,
    /// What `SkyPilot` logs as a warning, in its words.
    pub warnings: Vec<String>,
    /// Two launches in a row on a fresh controller, none where a name's meaning
    /// to the shell is not plain.
    pub launches: Option<[Launch; 2]>,
    /// What is not sent.
    pub not_sent: Vec<NotSent>,
    /// What is wrong with the upload.
    pub diagnostics: Vec<Diagnostic>,
}

impl Preview {
    /// Returns the number of bytes of all wheels.
    #[must_use]
    pub fn total_size(&self) -> u64 {
        self.mounts.iter().map(|mount| mount.size).sum()
    }
}
