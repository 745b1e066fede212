//! What is wrong with an upload, or worth knowing about it.
//!
//! What follows from the text of the two files is `check`'s; here is what
//! follows from the wheel directory, the server's place and the release.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Preview, Reason, WheelDirectory, launch, shell, task::Task};
use crate::check::{Code, Controller, CwdSource, Diagnostic, Facts, FileKind, Place, Severity};
use crate::config::{Role, Workspace};
use crate::text::visible::{visible, visible_name};
use crate::wheel::EntryKind;
use crate::wheel::filename::{self, Architecture, WheelName};
use crate::yaml::Pointer;

/// Finds the problems of a preview whose other fields are complete.
pub(super) fn find(workspace: &Workspace, facts: &Facts, preview: &Preview, task: Option<&Task>) -> Vec<Diagnostic> {
    let mut problems = Problems { workspace, facts, preview, found: Vec::new() };
    problems.decision();
    problems.path();
    if let Some(task) = task {
        problems.task(task);
    }
    problems.names();
    problems.packages();
    problems.found
}

struct Problems<'a> {
    workspace: &'a Workspace,
    facts: &'a Facts,
    preview: &'a Preview,
    found: Vec<Diagnostic>,
}

impl Problems<'_> {
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

    /// Why nothing is sent.
    fn decision(&mut self) {
        let launch = match self.facts.controller {
            Controller::Jobs => "sky jobs launch",
            Controller::Serve => "sky serve up",
        };
        let setting = self.setting();
        let directory = self.preview.wheel_dir.as_ref().map_or_else(String::new, shown);
        let nothing = "SkyPilot sends nothing to the controller, not the remote file either; jobs run without plugins";
        match self.preview.reason {
            Some(Reason::Consolidation) => self.add(
                Code::Consolidation,
                Severity::Info,
                Self::server(),
                format!("controllers run inside the API server: `{launch}` sends them nothing"),
                "they load the server's own plugins.yaml; the remote list is not used",
                "to have separate controllers, set consolidation_mode to false in ~/.sky/config.yaml and restart the server",
            ),
            Some(Reason::NoRemotePlugins) if self.preview.wheel_dir.is_some() => self.add(
                Code::WheelPathUnused,
                Severity::Info,
                setting,
                "controller_wheel_path is set, but the remote list has no entry".to_owned(),
                "SkyPilot uploads no wheel",
                "add the classes that controllers need to remote_plugins.yaml",
            ),
            Some(Reason::NoWheelPath) => self.add(
                Code::WheelPathUnset,
                Severity::Warning,
                setting,
                "the remote list has entries, but plugins.yaml sets no controller_wheel_path".to_owned(),
                nothing,
                "set controller_wheel_path to the directory that holds the wheels",
            ),
            Some(Reason::MissingDirectory) => self.add(
                Code::WheelDirMissing,
                Severity::Warning,
                setting,
                format!("the wheel directory {directory} does not exist"),
                nothing,
                self.base_hint(),
            ),
            Some(Reason::NotADirectory) => self.add(
                Code::WheelDirNotDirectory,
                Severity::Warning,
                setting,
                format!("controller_wheel_path names {directory}, which is no directory"),
                nothing,
                "name the directory that holds the wheels, not a wheel",
            ),
            Some(Reason::UnreadableDirectory) => self.add(
                Code::WheelDirUnreadable,
                Severity::Warning,
                setting,
                format!("the wheel directory {directory} cannot be listed by this user"),
                "where the API server cannot list it either, it finds no wheel and sends nothing, without a warning",
                "give the server's user the right to read the directory",
            ),
            Some(Reason::BrokenPath) => {
                let problem = self.preview.message.clone().unwrap_or_default();
                self.add(
                    Code::WheelDirFails,
                    Severity::Error,
                    Place { file: FileKind::Wheels, ..setting },
                    format!("SkyPilot fails on controller_wheel_path: {}", visible(&problem)),
                    "every controller launch fails",
                    "name a directory that the API server can reach",
                );
            }
            Some(Reason::NoWheels) => self.add(
                Code::NoWheels,
                Severity::Warning,
                setting,
                format!("the wheel directory {directory} holds no *.whl"),
                "SkyPilot sends nothing, not the remote file either, and does not say so",
                "put the wheels directly into the directory; sub-directories are not searched",
            ),
            _ => {}
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
        if wheels.local.is_absolute() || unused {
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
            "the API server resolves it in its own directory: the one that the first sky command was run in",
            "write the absolute path",
        );
    }

    /// Paths that do not come through the task.
    fn task(&mut self, task: &Task) {
        let config = self.preview.config_uploaded.as_deref();
        if let Some(problem) = &task.broken {
            self.add(
                Code::TaskBroken,
                Severity::Error,
                Place { path: self.preview.wheel_dir.as_ref().map(|w| w.resolved.clone()), ..Self::wheel(Path::new("")) },
                format!("a path cannot go through the task that SkyPilot writes for the controller: {}", visible(problem)),
                "SkyPilot writes paths into YAML without quotes and fails to read it again: every controller launch fails",
                "rename the directory, the wheel or the remote file: plain letters, digits, `.`, `_`, `-` and `/`",
            );
            return;
        }
        for (target, meant, read) in &task.other {
            let place = if config.and_then(Path::to_str) == Some(meant) {
                Place { path: config.map(Path::to_owned), ..Self::server() }
            } else {
                Self::wheel(Path::new(meant))
            };
            self.add(
                Code::TaskOtherSource,
                Severity::Error,
                place,
                format!("SkyPilot uploads `{}` in the place of `{}`", visible(read), visible(meant)),
                &format!(
                    "paths go into YAML without quotes, and this one means something else there: {} is not what was meant",
                    visible(target)
                ),
                "rename the directory or the file: plain letters, digits, `.`, `_`, `-` and `/`",
            );
        }
        let elsewhere: Vec<&str> =
            task.missing.iter().map(String::as_str).filter(|source| !self.told_as_missing(source)).collect();
        for source in elsewhere {
            self.add(
                Code::TaskSourceMissing,
                Severity::Error,
                Self::wheel(Path::new(source)),
                format!("`{}` is not where SkyPilot looks for it when it uploads", visible(source)),
                "SkyPilot takes `..` out of a path without following links: every controller launch fails",
                "write the absolute path of the directory without `..`",
            );
        }
    }

    /// Tells whether [`Self::names`] says of this source that it does not exist.
    fn told_as_missing(&self, source: &str) -> bool {
        self.preview.mounts.iter().any(|mount| !mount.kind.exists() && mount.local.to_str() == Some(source))
    }

    /// Each wheel by its name and kind.
    fn names(&mut self) {
        let preview = self.preview;
        for mount in &preview.mounts {
            let shown = visible_name(&mount.name);
            let place = Self::wheel(&mount.local);
            match mount.kind {
                EntryKind::Dangling | EntryKind::Unreachable => {
                    let (what, code) = if mount.kind == EntryKind::Dangling {
                        ("is a link to nothing", Code::WheelDangling)
                    } else {
                        ("is in a directory that cannot be searched", Code::WheelUnreachable)
                    };
                    self.add(
                        code,
                        Severity::Error,
                        place.clone(),
                        format!("{shown} {what}"),
                        "SkyPilot takes it for a wheel and does not find it: every controller launch fails",
                        "mend or remove it",
                    );
                }
                EntryKind::Directory | EntryKind::Special => self.add(
                    Code::WheelNotFile,
                    Severity::Warning,
                    place.clone(),
                    format!("{shown} is no file"),
                    "SkyPilot uploads it like a wheel; the installer refuses it, and the install script ends there",
                    "move it out of the directory",
                ),
                EntryKind::File | EntryKind::Symlink => {}
            }
            self.name(mount.name.to_str(), &shown, place);
        }
        for other in &preview.not_sent {
            if other.why.contains("lower case") {
                self.add(
                    Code::WheelCase,
                    Severity::Warning,
                    Self::wheel(&other.path),
                    format!("{} is not sent", visible_name(other.path.file_name().unwrap_or_default())),
                    "SkyPilot takes only names that end in .whl, in lower case",
                    "rename it so that it ends in .whl",
                );
            }
        }
    }

    fn name(&mut self, name: Option<&str>, shown: &str, place: Place) {
        let effect = name.map_or(
            Some("SkyPilot cannot write it into the controller's task, or the shell gets other bytes"),
            shell::effect,
        );
        if let Some(effect) = effect {
            let message = format!("the file name {shown} is not one of a wheel, and not plain to a shell");
            self.add(
                Code::WheelNameUnsafe,
                Severity::Error,
                place,
                message,
                effect,
                "rename the file, or build it anew",
            );
            return;
        }
        let Some(name) = name else { return };
        match WheelName::parse(name) {
            Err(problem) => self.add(
                Code::WheelNameMalformed,
                Severity::Warning,
                place,
                format!("{shown} is no name of a wheel: {}", visible(&problem.to_string())),
                "the installer refuses it, the install script ends there, and controllers fail to import what is missing",
                "give the file the name that it was built with",
            ),
            Ok(wheel) => {
                let missing: Vec<&str> = Architecture::ALL
                    .into_iter()
                    .filter(|&architecture| !wheel.installs_on(architecture))
                    .map(Architecture::name)
                    .collect();
                let (where_, severity) = match missing.len() {
                    0 => return,
                    1 => (format!("on {} controllers", missing[0]), Severity::Info),
                    _ => ("on any controller".to_owned(), Severity::Warning),
                };
                let tags = WheelName::tag_text(name).unwrap_or_default();
                self.add(
                    Code::WheelTag,
                    severity,
                    place,
                    format!("{shown} does not install {where_}: its tags are {tags}"),
                    "controllers run CPython 3.10 on Linux: the installer refuses the wheel, and the install script ends there",
                    "build it as a py3-none-any wheel, or for CPython 3.10 and Linux (manylinux)",
                );
            }
        }
    }

    /// Wheels of one package.
    fn packages(&mut self) {
        let preview = self.preview;
        let mut by_prefix: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let mut by_distribution: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for name in preview.mounts.iter().filter_map(|mount| mount.name.to_str()) {
            let prefix = filename::prefix(name);
            by_distribution.entry(filename::normalize(prefix.trim_end_matches('-'))).or_default().push(name);
            by_prefix.entry(prefix).or_default().push(name);
        }
        let stamped = self.facts.version >= launch::FIRST_WITH_STAMP;
        for (distribution, names) in &by_distribution {
            let same_prefix = by_prefix.get(&filename::prefix(names[0])).is_some_and(|same| same.len() == names.len());
            if names.len() > 1 {
                self.several(distribution, names, stamped && same_prefix);
            }
        }
        if stamped {
            self.dots(&by_prefix);
        }
    }

    fn several(&mut self, distribution: &str, names: &[&str], delete_each_other: bool) {
        let list = names.iter().map(|name| visible(name).into_owned()).collect::<Vec<_>>().join(", ");
        let place = Place { path: self.directory(), ..Self::wheel(Path::new("")) };
        let message = format!("{} wheels of one package, {}: {list}", names.len(), visible(distribution));
        let hint = "keep one wheel of each package in the directory";
        if delete_each_other {
            self.add(
                Code::WheelVersions,
                Severity::Error,
                place,
                message,
                "installing one deletes the files of the others: the first launch's install script ends with exit status 2, \
                 later launches install another one in turn",
                hint,
            );
        } else {
            self.add(
                Code::WheelVersions,
                Severity::Warning,
                place,
                message,
                "each launch installs one over the other; which one stays depends on the order of the directory",
                hint,
            );
        }
    }

    /// Prefixes that match other packages' records as regular expressions.
    fn dots(&mut self, by_prefix: &BTreeMap<String, Vec<&str>>) {
        for prefix in by_prefix.keys().filter(|prefix| prefix.contains('.')) {
            let Some(other) = by_prefix.iter().find(|(other, names)| {
                *other != prefix && names.iter().any(|name| launch::matches_expression(prefix, name))
            }) else {
                continue;
            };
            let message = format!("`{}` also matches the record of {}", visible(prefix), visible(other.1[0]));
            let place = Place { path: self.directory(), ..Self::wheel(Path::new("")) };
            self.add(
                Code::WheelPrefix,
                Severity::Warning,
                place,
                message,
                "a dot in a package's name stands for any character there: the other wheel is installed anew at every launch",
                "build the wheel with `_` in the place of the dot, as PEP 427 has it",
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
