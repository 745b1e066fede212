//! What the next controller launch uploads and installs.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::check::{Diagnostic, Facts, Status};
use crate::config::Workspace;

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
    /// A path breaks the task that is made for the controller.
    BrokenTask,
    /// A wheel is a dangling link.
    DanglingWheel,
}

/// The wheel directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelDirectory {
    /// As written in `plugins.yaml`.
    pub written: String,
    /// Where that is for the API server.
    pub resolved: PathBuf,
}

/// One upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The file name.
    pub name: OsString,
    /// The path on the controller.
    pub remote: String,
    /// The local path as `SkyPilot` writes it.
    pub local: PathBuf,
    /// The size in bytes.
    pub size: u64,
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

/// Says what the next controller launch uploads and installs.
#[must_use]
pub fn preview(workspace: &Workspace, facts: &Facts) -> Preview {
    let _ = (workspace, facts);
    Preview {
        status: Status::Ok,
        exception: None,
        message: None,
        verdict: Outcome::Nothing,
        reason: Some(Reason::NoRemotePlugins),
        wheel_dir: None,
        mounts: Vec::new(),
        config_uploaded: None,
        warnings: Vec::new(),
        launches: None,
        not_sent: Vec::new(),
        diagnostics: Vec::new(),
    }
}
