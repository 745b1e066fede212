//! The account of a launch step by step, in our own words, for text and screen.

use super::{Fate, Launch, Outcome, Preview, Reason, launch};
use crate::check::{self, Controller, Facts, Severity, Status};
use crate::config::Role;
use crate::text::visible::{visible, visible_name};

/// Which part of a launch a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// What the API server reads.
    Read,
    /// What it decides.
    Decide,
    /// What it uploads.
    Upload,
    /// What the first launch does on the controller.
    FirstLaunch,
    /// What the second one does.
    SecondLaunch,
}

impl StepKind {
    /// Returns the heading of the part.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Read => "The API server reads",
            Self::Decide => "It decides",
            Self::Upload => "It uploads",
            Self::FirstLaunch => "The first launch, on a fresh controller",
            Self::SecondLaunch => "The second launch, on the same controller",
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which part it belongs to.
    pub kind: StepKind,
    /// How bad it is, none where all is well.
    pub severity: Option<Severity>,
    /// What happens, safe to show.
    pub text: String,
}

/// Returns the account of a launch.
#[must_use]
pub fn steps(preview: &Preview, facts: &Facts) -> Vec<Step> {
    let mut account = Account { preview, facts, steps: Vec::new() };
    account.reads();
    account.decides();
    if preview.verdict == Outcome::Sent {
        account.uploads();
        account.launches();
    }
    account.steps
}

impl Fate {
    /// Returns what becomes of a wheel in a few words, for a table.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Installs { deletes, .. } if !deletes.is_empty() => {
                format!("installs; deletes the file of {}", list(deletes.iter().map(|name| short(name))))
            }
            Self::Installs { forgets, .. } if !forgets.is_empty() => {
                format!("installs; takes out the record of {}", list(forgets.iter().map(|name| short(name))))
            }
            Self::Installs { .. } => "installs".to_owned(),
            Self::Skipped => "skipped: already recorded".to_owned(),
            Self::FileGone => format!("file gone: script stops, exit {}", launch::FILE_GONE),
            Self::NotReached => "not reached".to_owned(),
        }
    }

    /// Returns how bad that is, none where all is well.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        match self {
            Self::FileGone => Some(Severity::Error),
            Self::NotReached => Some(Severity::Warning),
            Self::Installs { deletes, .. } if !deletes.is_empty() => Some(Severity::Warning),
            Self::Installs { forgets, .. } if !forgets.is_empty() => Some(Severity::Warning),
            Self::Installs { .. } | Self::Skipped => None,
        }
    }
}

/// Returns the name and the version of a wheel: `acme-1.1` of `acme-1.1-py3-none-any.whl`.
fn short(name: &str) -> String {
    let stem = name.strip_suffix(".whl").unwrap_or(name);
    let parts: Vec<&str> = stem.splitn(3, '-').collect();
    visible(&parts[..parts.len().min(2)].join("-")).into_owned()
}

fn list(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

struct Account<'a> {
    preview: &'a Preview,
    facts: &'a Facts,
    steps: Vec<Step>,
}

impl Account<'_> {
    fn step(&mut self, kind: StepKind, severity: Option<Severity>, text: impl Into<String>) {
        self.steps.push(Step { kind, severity, text: text.into() });
    }

    fn reads(&mut self) {
        let preview = self.preview;
        if let Some(note) = self.facts.version.note() {
            self.step(StepKind::Read, Some(Severity::Info), note);
        }
        let read_all = !matches!(preview.reason, Some(Reason::NoRemotePlugins | Reason::RefusedFile));
        if preview.reason == Some(Reason::RefusedFile) {
            let problem = match preview.status {
                Status::Hang => "one of the files never ends: the launch waits forever".to_owned(),
                Status::Killed => "one of the files is nested so deep that the process dies".to_owned(),
                _ => format!(
                    "one of the files is refused: {}{}",
                    preview.exception.unwrap_or("an exception"),
                    preview
                        .message
                        .as_ref()
                        .map_or_else(String::new, |m| format!(": {}", visible(&check::one_line(m))))
                ),
            };
            self.step(StepKind::Read, Some(Severity::Error), problem);
            return;
        }
        if preview.reason == Some(Reason::NoRemotePlugins) {
            self.step(StepKind::Read, None, format!("{}: no entry", Role::Remote.file_name()));
            return;
        }
        self.step(StepKind::Read, None, format!("{}: it has entries", Role::Remote.file_name()));
        if read_all {
            let text = match &preview.wheel_dir {
                Some(wheels) => format!(
                    "{}: controller_wheel_path is `{}`, which is {}",
                    Role::Api.file_name(),
                    visible(&wheels.written),
                    visible_name(wheels.resolved.as_os_str())
                ),
                None => format!("{}: no controller_wheel_path", Role::Api.file_name()),
            };
            self.step(StepKind::Read, None, text);
        }
        if !preview.mounts.is_empty() || !preview.not_sent.is_empty() {
            let text = format!(
                "the directory: {} and {} that are not sent",
                count(preview.mounts.len(), "wheel"),
                count(preview.not_sent.len(), "other name")
            );
            self.step(StepKind::Read, None, text);
        }
    }

    fn decides(&mut self) {
        let preview = self.preview;
        let launch = match self.facts.controller {
            Controller::Jobs => "`sky jobs launch`",
            Controller::Serve => "`sky serve up`",
        };
        let because = match preview.reason {
            None => String::new(),
            Some(Reason::NoRemotePlugins) => "the remote list has no entry".to_owned(),
            Some(Reason::NoWheelPath) => "controller_wheel_path is not set".to_owned(),
            Some(Reason::MissingDirectory) => "the wheel directory does not exist".to_owned(),
            Some(Reason::NotADirectory) => "controller_wheel_path names no directory".to_owned(),
            Some(Reason::UnreadableDirectory) => "the wheel directory cannot be listed".to_owned(),
            Some(Reason::NoWheels) => "the wheel directory holds no *.whl".to_owned(),
            Some(Reason::Consolidation) => "controllers run inside the API server and load its plugins.yaml".to_owned(),
            Some(Reason::RefusedFile) => "a file is refused".to_owned(),
            Some(Reason::BrokenPath) => "the path of the wheel directory fails".to_owned(),
            Some(Reason::BrokenTask) => "a path does not come through the task for the controller".to_owned(),
            Some(Reason::DanglingWheel) => "a wheel is not there".to_owned(),
        };
        let (severity, text) = match preview.verdict {
            Outcome::Sent => (None, format!("{launch} sends {}", count(preview.mounts.len(), "wheel"))),
            Outcome::Nothing => {
                let meant = matches!(preview.reason, Some(Reason::NoRemotePlugins | Reason::Consolidation));
                let severity = if meant { Severity::Info } else { Severity::Warning };
                (Some(severity), format!("{launch} sends nothing: {because}"))
            }
            Outcome::Fails => (Some(Severity::Error), format!("{launch} fails: {because}")),
        };
        self.step(StepKind::Decide, severity, text);
        for warning in &preview.warnings {
            self.step(StepKind::Decide, Some(Severity::Warning), format!("the server's log: {}", visible(warning)));
        }
    }

    fn uploads(&mut self) {
        let preview = self.preview;
        for mount in &preview.mounts {
            let text = format!("{} -> {}", visible_name(mount.local.as_os_str()), visible(&mount.remote));
            self.step(StepKind::Upload, None, text);
        }
        if let Some(config) = &preview.config_uploaded {
            let text = format!("{} -> {}", visible_name(config.as_os_str()), super::REMOTE_CONFIG);
            self.step(StepKind::Upload, None, text);
        }
    }

    fn launches(&mut self) {
        let Some(launches) = &self.preview.launches else {
            let text = "what is installed cannot be told: a file name means more than itself to the shell";
            self.step(StepKind::FirstLaunch, Some(Severity::Error), text);
            return;
        };
        for (kind, launch) in [StepKind::FirstLaunch, StepKind::SecondLaunch].into_iter().zip(launches) {
            self.launch(kind, launch);
        }
    }

    fn launch(&mut self, kind: StepKind, launch: &Launch) {
        for (mount, fate) in self.preview.mounts.iter().zip(&launch.fates) {
            self.step(kind, fate.severity(), format!("{}: {}", visible_name(&mount.name), fate.summary()));
        }
        if launch.exit_code == 0 {
            self.step(kind, None, "the remote file becomes the controller's plugins.yaml");
        } else {
            let text = "the remote file becomes the controller's plugins.yaml all the same: the controller imports what is \
                        not installed";
            self.step(kind, Some(Severity::Error), text);
        }
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
