//! What is wrong with an upload, or worth knowing about it.
//!
//! What follows from the text of the two files is `check`'s; here is what
//! follows from the wheel directory, the server's place and the release.

mod dependencies;
mod inspected;
mod memory;
mod wheels;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::task::{Broken, Task};
use super::{Preview, Reason, WheelDirectory};
use serde_json::json;

use crate::check::{Code, Controller, CwdSource, Diagnostic, Facts, FileKind, Fix, Place, Severity, Verdict};
use crate::config::{Role, Workspace};
use crate::text::visible::{visible, visible_name};
use crate::yaml::edit::{self, NewValue, PatchOp};
use crate::yaml::{Pointer, Value};

/// Finds the problems of a preview whose other fields are complete.
pub(super) fn find(
    workspace: &Workspace,
    facts: &Facts,
    api: &Verdict,
    preview: &Preview,
    task: Option<&Task>,
) -> Vec<Diagnostic> {
    let is_taken = api.exception.is_none();
    let mut problems = Problems { workspace, facts, is_taken, preview, found: Vec::new() };
    problems.decision();
    problems.path();
    if let Some(task) = task {
        problems.task(task);
    }
    problems.wheels();
    problems.found
}

/// Finds what is wrong with the wheels alone.
pub(super) fn of_wheels(workspace: &Workspace, facts: &Facts, preview: &Preview) -> Vec<Diagnostic> {
    let mut problems = Problems { workspace, facts, is_taken: true, preview, found: Vec::new() };
    problems.wheels();
    problems.found
}

/// The size from which on no fix is worked out, in bytes: proving it means to
/// parse the text again, at every change.
const LARGE: usize = 1 << 20;

struct Problems<'a> {
    workspace: &'a Workspace,
    facts: &'a Facts,
    /// Whether SkyPilot takes the API server's list.
    is_taken: bool,
    preview: &'a Preview,
    found: Vec<Diagnostic>,
}

impl Problems<'_> {
    fn wheels(&mut self) {
        self.names();
        self.packages();
        let read = self.read_wheels();
        self.inspected(&read);
        self.dependencies(&read);
        self.memories();
    }

    fn add(&mut self, code: Code, severity: Severity, place: Place, message: String, effect: &str, hint: &str) {
        self.found.push(Diagnostic {
            code,
            severity,
            place,
            message,
            effect: effect.to_owned(),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
            fix: None,
            from_text: false,
        });
    }

    /// Returns the place of `controller_wheel_path`, or of the file where it is not set.
    fn setting(&self) -> Place {
        let file = self.workspace.file(Role::Api);
        let mut place =
            Place { file: FileKind::Api, path: file.location.path.clone(), pointer: None, span: None, positions: None };
        if let Some(document) = self.workspace.document(Role::Api) {
            let pointer = Pointer::from_tokens(["controller_wheel_path"]);
            if let Some(node) = document.find(&pointer) {
                let span = document.span(node);
                place.pointer = Some(pointer);
                place.span = Some(span);
                place.positions = Some((document.position(span.start), document.position(span.end)));
            }
        }
        place
    }

    fn server() -> Place {
        Place { file: FileKind::Server, path: None, pointer: None, span: None, positions: None }
    }

    fn wheel(path: &Path) -> Place {
        Place { file: FileKind::Wheels, path: Some(path.to_owned()), pointer: None, span: None, positions: None }
    }

    /// Why nothing is sent, or why SkyPilot does not get as far as that.
    fn decision(&mut self) {
        let Some(reason) = self.preview.reason else { return };
        let directory = self.preview.wheel_dir.as_ref().map_or_else(String::new, shown);
        let place = match reason {
            Reason::Consolidation => Self::server(),
            // The text itself is fine.
            Reason::BrokenPath => Place { file: FileKind::Wheels, ..self.setting() },
            _ => self.setting(),
        };
        let (code, severity, message) = match reason {
            Reason::Consolidation => {
                let message = format!("controllers run inside the API server: `{}` sends them nothing", self.launch());
                (Code::Consolidation, Severity::Info, message)
            }
            Reason::NoRemotePlugins if self.preview.wheel_dir.is_some() && self.is_taken => {
                let message = "controller_wheel_path is set, but the remote list has no entry".to_owned();
                (Code::WheelPathUnused, Severity::Info, message)
            }
            Reason::NoWheelPath => {
                let message = "the remote list has entries, but plugins.yaml sets no controller_wheel_path".to_owned();
                (Code::WheelPathUnset, Severity::Warning, message)
            }
            Reason::MissingDirectory => {
                (Code::WheelDirMissing, Severity::Warning, format!("the wheel directory {directory} does not exist"))
            }
            Reason::NotADirectory => {
                let message = format!("controller_wheel_path names {directory}, which is no directory");
                (Code::WheelDirNotDirectory, Severity::Warning, message)
            }
            Reason::UnreadableDirectory => {
                let message = format!("the wheel directory {directory} cannot be listed by this user");
                (Code::WheelDirUnreadable, Severity::Warning, message)
            }
            Reason::BrokenPath => {
                let problem = self.preview.message.as_deref().unwrap_or_default();
                let message = format!("SkyPilot fails on controller_wheel_path: {}", visible(problem));
                (Code::WheelDirFails, Severity::Error, message)
            }
            Reason::NoWheels => {
                (Code::NoWheels, Severity::Warning, format!("the wheel directory {directory} holds no *.whl"))
            }
            // `check` tells of refused files; the other ones are told below.
            Reason::NoRemotePlugins | Reason::RefusedFile | Reason::BrokenTask | Reason::DanglingWheel => return,
        };
        let (effect, hint) = self.remedy(reason);
        self.add(code, severity, place, message, effect, hint);
    }

    /// Returns what SkyPilot does for this reason, and what to do about it.
    const fn remedy(&self, reason: Reason) -> (&'static str, &'static str) {
        const NOTHING: &str = "Nothing is sent to controllers, not the remote file either; jobs run without plugins.";
        match reason {
            Reason::Consolidation => (
                "They load the server's own plugins.yaml; the remote list is not used.",
                "to have separate controllers, set consolidation_mode to false for them in ~/.sky/config.yaml and \
                 restart the server",
            ),
            Reason::NoRemotePlugins => {
                ("No wheel is uploaded.", "add the classes that controllers need to remote_plugins.yaml")
            }
            Reason::NoWheelPath => (NOTHING, "set controller_wheel_path to the directory that holds the wheels"),
            Reason::MissingDirectory => (NOTHING, self.base_hint()),
            Reason::NotADirectory => (NOTHING, "name the directory that holds the wheels, not a wheel"),
            Reason::UnreadableDirectory => (
                "Where the API server cannot list it either, it finds no wheel and sends nothing, without a warning.",
                "give the server's user the right to read the directory",
            ),
            Reason::NoWheels => (
                "Nothing is sent to controllers, not the remote file either, and no log says so.",
                "put the wheels directly into the directory; sub-directories are not searched",
            ),
            Reason::BrokenPath | Reason::RefusedFile | Reason::BrokenTask | Reason::DanglingWheel => {
                ("Every controller launch fails.", "name a directory that the API server can reach")
            }
        }
    }

    const fn launch(&self) -> &'static str {
        match self.facts.controller {
            Controller::Jobs => "sky jobs launch",
            Controller::Serve => "sky serve up",
        }
    }

    const fn base_hint(&self) -> &'static str {
        match self.facts.cwd_source {
            CwdSource::CurrentDirectory => {
                "a relative path starts at the directory that the API server runs in; give an absolute path, or that \
                 directory with --server-cwd"
            }
            CwdSource::Server | CwdSource::Flag => {
                "a relative path starts at the directory that the API server runs in; give an absolute path"
            }
        }
    }

    /// A relative path.
    fn path(&mut self) {
        let Some(wheels) = &self.preview.wheel_dir else { return };
        let unused = matches!(self.preview.reason, Some(Reason::Consolidation | Reason::NoRemotePlugins));
        if wheels.local.is_absolute() || unused || !self.is_taken {
            return;
        }
        let (severity, base) = match self.facts.cwd_source {
            CwdSource::Server => (Severity::Info, "the directory of the running API server"),
            CwdSource::Flag => (Severity::Info, "the directory given with --server-cwd"),
            CwdSource::CurrentDirectory => {
                (Severity::Warning, "the current directory here, as the API server's is not known")
            }
        };
        let message = format!(
            "controller_wheel_path is relative: `{}` is looked for in {base}: {}",
            visible(&wheels.written),
            shown(wheels)
        );
        let place = self.setting();
        self.add(
            Code::WheelPathRelative,
            severity,
            place,
            message,
            "The API server resolves it in its own directory: the one that the first sky command was run in.",
            "write the absolute path",
        );
        let fix = self.absolute(wheels).filter(|_| severity == Severity::Info);
        if let Some(one) = self.found.last_mut() {
            one.fix = fix;
        }
    }

    /// Returns the edit that writes the path in full.
    fn absolute(&self, wheels: &WheelDirectory) -> Option<Fix> {
        let document = self.workspace.document(Role::Api).filter(|document| document.text().len() < LARGE)?;
        // Blanks around it are most likely no part of it.
        let path = wheels.resolved.to_str().filter(|_| wheels.written.trim() == wheels.written)?;
        let pointer = Pointer::from_tokens(["controller_wheel_path"]);
        let replace = PatchOp::Replace { path: pointer.clone(), value: NewValue::of(Value::str(path)) };
        let edited = edit::apply(document, &[replace]).ok()?;
        Some(Fix {
            label: format!("write {}", shown(wheels)),
            safe: false,
            edits: edited.splices,
            patch: Some(json!([{"op": "replace", "path": pointer.to_string(), "value": path}])),
        })
    }

    /// Paths that do not come through the task.
    fn task(&mut self, task: &Task) {
        let config = self.preview.config_uploaded.as_deref();
        if let Some(Broken { path, problem }) = &task.broken {
            let place = if Some(path.as_path()) == config {
                Place { path: Some(path.clone()), ..Self::server() }
            } else {
                Self::wheel(path)
            };
            self.add(
                Code::TaskBroken,
                Severity::Error,
                place,
                format!(
                    "the path `{}` does not go through the task that SkyPilot writes for the controller: {}",
                    visible_name(path.as_os_str()),
                    visible(problem)
                ),
                "Paths go into YAML without quotes, and SkyPilot fails to read that again: every controller launch fails.",
                "rename the directory, the wheel or the remote file: plain letters, digits, `.`, `_`, `-` and `/`",
            );
            return;
        }
        let is_config = |meant: &str| config.and_then(Path::to_str) == Some(meant);
        for of_config in [false, true] {
            let mut of_kind = task.other.iter().filter(|(_, meant, _)| is_config(meant) == of_config);
            let Some((target, meant, read)) = of_kind.next() else { continue };
            let server = Place { path: config.map(Path::to_owned), ..Self::server() };
            let place = if of_config { server } else { Self::wheel(Path::new(meant)) };
            self.add(
                Code::TaskOtherSource,
                Severity::Error,
                place,
                format!(
                    "SkyPilot looks for `{}` in the place of `{}`{}",
                    visible(read),
                    visible(meant),
                    and_more(of_kind.count())
                ),
                &format!(
                    "Paths go into YAML without quotes, and this one means something else there: {}",
                    if task.missing.contains(read) {
                        "it does not exist, and every controller launch fails.".to_owned()
                    } else {
                        format!("that is what comes to {}.", visible(target))
                    }
                ),
                "rename the directory or the file: plain letters, digits, `.`, `_`, `-` and `/`",
            );
        }
        // Another problem says already that these are not there.
        let read = task.other.iter().map(|(_, _, read)| read.as_str());
        let gone = self.preview.mounts.iter().filter(|mount| !mount.kind.exists()).filter_map(|m| m.local.to_str());
        let told: HashSet<&str> = read.chain(gone).collect();
        let mut elsewhere = task.missing.iter().filter(|source| !told.contains(source.as_str()));
        if let Some(source) = elsewhere.next() {
            let more = and_more(elsewhere.count());
            self.add(
                Code::TaskSourceMissing,
                Severity::Error,
                Self::wheel(Path::new(source)),
                format!("`{}` is not where SkyPilot looks for it when it uploads{more}", visible(source)),
                "`..` is taken out of the path there without following links: every controller launch fails.",
                "write the absolute path of the directory without `..`",
            );
        }
    }

    fn directory(&self) -> Option<PathBuf> {
        self.preview.wheel_dir.as_ref().map(|wheels| wheels.resolved.clone())
    }
}

fn shown(wheels: &WheelDirectory) -> String {
    visible_name(wheels.resolved.as_os_str())
}

fn and_more(count: usize) -> String {
    if count == 0 { String::new() } else { format!(", and {count} more") }
}
