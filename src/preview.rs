//! What the next controller launch uploads and installs.
//!
//! Follows `SkyPilot`'s own order: the remote file first, `plugins.yaml` only
//! where that has an entry, then the directory, its wheels, the task that
//! carries them, the install script on the controller (`sky/server/plugin_utils.py`
//! and `sky/utils/controller_utils.py`, 0.14.1). Pure: what lies in the
//! directory comes as [`Facts`]. A directory that was not looked at counts as
//! missing, so callers look first (`io::scan::add_wheel_directory`).

mod launch;
mod path;
mod plan;
mod problems;
mod shell;
mod steps;
mod task;

use std::ffi::OsStr;
use std::path::PathBuf;

pub use launch::FILE_GONE;
pub use plan::{Fate, Launch, Mount, NotSent, Outcome, Preview, Reason, WheelDirectory};
pub use steps::{Step, StepKind, steps};

use crate::check::{self, Controller, Diagnostic, Facts, Status, Verdict};
use crate::config::{ConfigFile, Content, Role, Workspace, locate, model};
use crate::wheel::{Directory, DirectoryEntry, EntryKind, Found, filename, limits};
use crate::yaml::Value;

/// Where wheels go on a controller.
pub const REMOTE_WHEELS: &str = "~/.sky/plugins/wheels";
/// Where the remote file goes on a controller.
pub const REMOTE_CONFIG: &str = "~/.sky/plugins.yaml";

/// Says what the next controller launch uploads and installs.
#[must_use]
pub fn preview(workspace: &Workspace, facts: &Facts) -> Preview {
    judged(workspace, facts, &verdicts(workspace))
}

fn verdicts(workspace: &Workspace) -> [Verdict; 2] {
    Role::ALL.map(|role| check::verdict(workspace.file(role), role))
}

/// Says the same where the verdicts on both files are known.
pub(crate) fn judged(workspace: &Workspace, facts: &Facts, verdicts: &[Verdict; 2]) -> Preview {
    let mut preview = uploads(workspace, facts, verdicts);
    let task = carry(facts, &mut preview);
    predict(facts, &mut preview);
    preview.diagnostics = problems::find(workspace, facts, &verdicts[0], &preview, task.as_ref());
    preview
}

/// Says what is uploaded, as far as `SkyPilot` decides that before it writes the task.
fn uploads(workspace: &Workspace, facts: &Facts, verdicts: &[Verdict; 2]) -> Preview {
    let mut preview = Preview {
        status: Status::Ok,
        exception: None,
        message: None,
        verdict: Outcome::Sent,
        reason: None,
        wheel_dir: wheel_directory(workspace, facts),
        mounts: Vec::new(),
        config_uploaded: None,
        warnings: Vec::new(),
        launches: None,
        not_sent: Vec::new(),
        diagnostics: Vec::new(),
    };
    if let Err(stop) = upload(workspace, facts, verdicts, &mut preview) {
        stop.apply(&mut preview);
    }
    consolidate(facts, &mut preview);
    preview
}

/// What ends `SkyPilot`'s own code before anything is sent.
enum Stop {
    /// It finds nothing to send.
    Nothing(Reason),
    /// It does not get through.
    Crash { status: Status, exception: Option<&'static str>, message: Option<String>, reason: Reason },
}

impl Stop {
    fn crash(exception: &'static str, message: String, reason: Reason) -> Self {
        Self::Crash { status: Status::Crash, exception: Some(exception), message: Some(message), reason }
    }

    fn apply(self, preview: &mut Preview) {
        match self {
            Self::Nothing(reason) => {
                preview.verdict = Outcome::Nothing;
                preview.reason = Some(reason);
            }
            Self::Crash { status, exception, message, reason } => {
                preview.status = status;
                preview.exception = exception;
                preview.message = message;
                preview.verdict = Outcome::Fails;
                preview.reason = Some(reason);
            }
        }
    }
}

/// The data of a file that `SkyPilot` accepts, none where it reads no configuration.
fn accepted<'w>(file: &'w ConfigFile, verdict: &Verdict) -> Result<Option<&'w Value>, Stop> {
    let refused = |status| Stop::Crash {
        status,
        exception: verdict.exception,
        message: verdict.message.clone(),
        reason: Reason::RefusedFile,
    };
    match verdict.status {
        Status::Absent => Ok(None),
        Status::Ok => {
            let Content::Text(document) = &file.content else { return Ok(None) };
            Ok(document.data().ok().filter(|data| data.is_truthy()))
        }
        Status::SchemaError | Status::YamlError | Status::Crash => Err(refused(Status::Crash)),
        Status::Hang | Status::Killed => Err(refused(verdict.status)),
    }
}

/// Follows `get_plugin_mounts_and_commands`.
fn upload(
    workspace: &Workspace,
    facts: &Facts,
    [api, controllers]: &[Verdict; 2],
    preview: &mut Preview,
) -> Result<(), Stop> {
    let remote = workspace.file(Role::Remote);
    match accepted(remote, controllers)?.and_then(|data| data.get("plugins")) {
        None => return Err(Stop::Nothing(Reason::NoRemotePlugins)),
        Some(Value::Null) => {
            let message = "'NoneType' object is not iterable".to_owned();
            return Err(Stop::crash("TypeError", message, Reason::RefusedFile));
        }
        Some(plugins) if !plugins.is_truthy() => return Err(Stop::Nothing(Reason::NoRemotePlugins)),
        Some(_) => {}
    }
    let written = accepted(workspace.file(Role::Api), api)?.and_then(|data| data.get("controller_wheel_path"));
    if !written.is_some_and(Value::is_truthy) {
        preview.warnings.push(warning::NO_WHEEL_PATH.to_owned());
        return Err(Stop::Nothing(Reason::NoWheelPath));
    }
    let Some(wheels) = preview.wheel_dir.clone() else {
        return Err(Stop::crash("ValueError", "embedded null byte".to_owned(), Reason::BrokenPath));
    };
    let shown = wheels.local.to_string_lossy();
    let directory = facts.directories.get(&wheels.resolved);
    match directory.map_or(&Found::Missing, |directory| &directory.found) {
        Found::Missing => {
            preview.warnings.push(format!("{}{shown}", warning::MISSING));
            return Err(Stop::Nothing(Reason::MissingDirectory));
        }
        Found::NotADirectory => {
            preview.warnings.push(format!("{}{shown}", warning::NOT_A_DIRECTORY));
            return Err(Stop::Nothing(Reason::NotADirectory));
        }
        Found::Unreadable(_) => return Err(Stop::Nothing(Reason::UnreadableDirectory)),
        Found::Failed { exception, problem } => {
            return Err(Stop::crash(exception, format!("{problem}: '{shown}'"), Reason::BrokenPath));
        }
        Found::Listed(_) => {}
    }
    if let Some(directory) = directory {
        preview.mounts = mounts(&wheels, directory);
        preview.not_sent = not_sent(&wheels, directory);
    }
    if preview.mounts.is_empty() {
        return Err(Stop::Nothing(Reason::NoWheels));
    }
    preview.config_uploaded.clone_from(&remote.location.path);
    Ok(())
}

/// What `SkyPilot` 0.14.1 logs as a warning, in its words.
mod warning {
    pub(super) const NO_WHEEL_PATH: &str = "Remote plugins are specified but controller_wheel_path is not \
                                            specified in plugins.yaml. Skipping wheel upload.";
    pub(super) const MISSING: &str = "Controller wheel directory does not exist: ";
    pub(super) const NOT_A_DIRECTORY: &str = "Controller wheel path is not a directory: ";
}

fn mounts(wheels: &WheelDirectory, directory: &Directory) -> Vec<Mount> {
    let mount = |entry: &DirectoryEntry| Mount {
        name: entry.name.clone(),
        remote: format!("{REMOTE_WHEELS}/{}", entry.name.to_string_lossy()),
        local: below(wheels, &entry.name),
        size: entry.size,
        kind: entry.kind,
    };
    directory.wheels().map(mount).collect()
}

fn not_sent(wheels: &WheelDirectory, directory: &Directory) -> Vec<NotSent> {
    let why = |entry: &DirectoryEntry| match entry.kind {
        _ if entry.name.as_encoded_bytes().to_ascii_lowercase().ends_with(b".whl") => {
            "the suffix is not .whl in lower case"
        }
        EntryKind::Directory => "a sub-directory: not searched",
        _ => "not a .whl file",
    };
    directory.others().map(|entry| NotSent { path: below(wheels, &entry.name), why: why(entry) }).collect()
}

/// Returns the path of a name in the directory as `pathlib` writes it.
fn below(wheels: &WheelDirectory, name: &OsStr) -> PathBuf {
    if wheels.local.as_os_str() == "." { PathBuf::from(name) } else { wheels.local.join(name) }
}

/// Leaves all of it out where controllers run inside the API server.
fn consolidate(facts: &Facts, preview: &mut Preview) {
    // In consolidation mode all this is read and decided, and left out at the end.
    let consolidated = match facts.controller {
        Controller::Jobs => facts.consolidation.jobs,
        Controller::Serve => facts.consolidation.serve,
    };
    if consolidated && preview.status == Status::Ok && preview.reason != Some(Reason::NoRemotePlugins) {
        preview.mounts.clear();
        preview.not_sent.clear();
        preview.config_uploaded = None;
        preview.verdict = Outcome::Nothing;
        preview.reason = Some(Reason::Consolidation);
    }
}

/// Follows the uploads through the task that carries them.
fn carry(facts: &Facts, preview: &mut Preview) -> Option<task::Task> {
    let config = preview.config_uploaded.as_ref()?;
    let listed = preview.wheel_dir.as_ref().and_then(|wheels| Some((wheels, facts.directories.get(&wheels.resolved)?)));
    let task = match listed {
        Some((wheels, listed)) if task::is_plain_directory(wheels, listed, config, facts) => {
            task::of_plain(&preview.mounts)
        }
        _ => task::check(&preview.mounts, config, facts),
    };
    if task.fails() {
        let dangling = task.broken.is_none() && task.other.is_empty();
        preview.verdict = Outcome::Fails;
        preview.reason = Some(if dangling { Reason::DanglingWheel } else { Reason::BrokenTask });
    }
    Some(task)
}

fn predict(facts: &Facts, preview: &mut Preview) {
    let names: Option<Vec<&str>> =
        preview.mounts.iter().map(|mount| mount.name.to_str().filter(|name| filename::is_plain(name))).collect();
    preview.launches = names.filter(|names| !names.is_empty()).map(|names| launch::predict(&names, facts.version));
}

/// Returns the wheel directory that `plugins.yaml` names, as the API server resolves it.
///
/// None where it names none, or where Python fails on the name of a user in it.
#[must_use]
pub fn wheel_directory(workspace: &Workspace, facts: &Facts) -> Option<WheelDirectory> {
    let value = model::wheel_path(workspace.document(Role::Api)?)?;
    resolve_wheel_path(value.as_str()?, facts)
}

/// Returns the directory that a `controller_wheel_path` would name, as [`wheel_directory`] does.
#[must_use]
pub fn resolve_wheel_path(written: &str, facts: &Facts) -> Option<WheelDirectory> {
    if written.is_empty() {
        return None;
    }
    if path::names_impossible_user(OsStr::new(written)) {
        return None;
    }
    let expanded = locate::expand_user(OsStr::new(written), &facts.environment);
    let local = path::pathlib(expanded.as_os_str());
    let resolved = if local.as_os_str() == "." { facts.server_cwd.clone() } else { facts.server_cwd.join(&local) };
    Some(WheelDirectory { written: written.to_owned(), local, resolved })
}

/// Returns the wheels of the wheel directory that can be read and are not known as
/// they are now, for `io::inspect` to read.
#[must_use]
pub fn wheels_to_read(workspace: &Workspace, facts: &Facts) -> Vec<PathBuf> {
    let Some(directory) = listed_wheels(workspace, facts) else { return Vec::new() };
    let is_file = |entry: &&DirectoryEntry| matches!(entry.kind, EntryKind::File | EntryKind::Symlink);
    let readable = directory.wheels().filter(is_file).map(|entry| (directory.path.join(&entry.name), entry));
    let is_known = |path: &PathBuf, entry: &DirectoryEntry| {
        facts.wheels.get(path).is_some_and(|known| known.stamp == (entry.size, entry.modified))
    };
    readable.filter(|(path, entry)| !is_known(path, entry)).map(|(path, _)| path).collect()
}

/// Returns the wheel directory as it was looked at.
#[must_use]
pub fn listed_wheels<'a>(workspace: &Workspace, facts: &'a Facts) -> Option<&'a Directory> {
    facts.directories.get(&wheel_directory(workspace, facts)?.resolved)
}

/// Returns how many more files the wheels may list.
#[must_use]
pub fn room_for_members(facts: &Facts) -> usize {
    let listed = facts.wheels.values().filter_map(|one| one.contents.as_ref().ok()).map(|one| one.members.len());
    limits::MAX_KEPT_MEMBERS.saturating_sub(listed.sum())
}

/// Returns what is wrong with the wheels of the wheel directory, whether they are sent or not.
#[must_use]
pub fn wheel_problems(workspace: &Workspace, facts: &Facts) -> Vec<Diagnostic> {
    let mut all = preview(workspace, facts);
    if let (Some(wheels), Some(directory)) = (&all.wheel_dir, listed_wheels(workspace, facts)) {
        all.mounts = mounts(wheels, directory);
        all.not_sent = not_sent(wheels, directory);
    }
    problems::of_wheels(workspace, facts, &all)
}

/// Returns the paths outside the wheel directory that decide whether the
/// launch fails, for `io::scan` to look at: what a task reads where a path does
/// not come through it unchanged.
#[must_use]
pub fn sources_to_look_at(workspace: &Workspace, facts: &Facts) -> Vec<PathBuf> {
    let Some(wheels) = wheel_directory(workspace, facts) else { return Vec::new() };
    // Without a wheel nothing is uploaded, whatever else there is.
    let Some(listed) = facts.directories.get(&wheels.resolved).filter(|listed| listed.wheels().next().is_some()) else {
        return Vec::new();
    };
    let config = workspace.file(Role::Remote).location.path.as_deref();
    if config.is_some_and(|config| task::is_plain_directory(&wheels, listed, config, facts)) {
        return Vec::new();
    }
    let preview = uploads(workspace, facts, &verdicts(workspace));
    let Some(config) = &preview.config_uploaded else { return Vec::new() };
    task::unknown_sources(&preview.mounts, config, facts).into_iter().collect()
}
