//! The API server as it runs, held against the files on disk: what it reads, what it has loaded.
//!
//! Who looks at processes and asks the server is `io::serving`; here is what it
//! found, what follows from it, and the sentences for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Consolidation;
use crate::config::Role;
use crate::text::visible::{visible, visible_name};

/// How long after its start a server may still be about to read its list: imports come first.
const READS_WITHIN: Duration = Duration::from_secs(3);

/// A time with the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time.
    pub at: SystemTime,
    /// As the clock on the wall shows it: `2026-11-27 19:02:52`.
    pub shown: String,
}

/// The process of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// The directory it runs in, where it can be read.
    pub cwd: Option<PathBuf>,
    /// When it was started.
    pub started: Option<Moment>,
    /// Its environment variables that bear on the two files; passwords in addresses are left out.
    pub variables: BTreeMap<String, String>,
    /// Its arguments behind `-m sky.server.server`.
    pub arguments: Vec<String>,
    /// The interpreter, where its command line names it by its whole path.
    pub python: Option<PathBuf>,
}

/// What the server answers when it is asked how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It was not asked, and why.
    NotAsked(&'static str),
    /// It answers that it is well.
    Healthy {
        /// The release that it names.
        version: Option<String>,
    },
    /// It answers otherwise, or not at all.
    Silent(String),
}

/// A plugin as `/api/plugins` tells of it: hidden ones are not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its commit.
    pub commit: Option<String>,
}

/// Whether the server has loaded a file as it is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// It was not changed since, or it is read anew at each launch.
    Current,
    /// It was changed after it was loaded.
    Older,
    /// That cannot be told.
    Unknown,
}

/// One of the two files beside the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedFile {
    /// Which one.
    pub role: Role,
    /// The file that this program edits.
    pub path: Option<PathBuf>,
    /// The file that the server reads, where that is known and another one.
    pub server_reads: Option<PathBuf>,
    /// When it was changed last; none where it is not there.
    pub modified: Option<Moment>,
    /// Whether the server has loaded it as it is.
    pub currency: Currency,
}

/// What is known of the server that the client of this user talks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// The address: `http://127.0.0.1:46580`. User names and passwords are left out.
    pub endpoint: String,
    /// Whether that is another machine, or may be: nothing local matters then.
    pub remote: bool,
    /// The local process of that address.
    pub process: Option<Process>,
    /// The numbers of other servers of this user.
    pub others: Vec<u32>,
    /// What it answers.
    pub health: Health,
    /// What it has loaded; none where it does not say.
    pub loaded: Option<Vec<Loaded>>,
    /// The requests that run, without the server's own; none where it does not say.
    pub requests: Option<Vec<String>>,
    /// Whether controllers run inside it.
    pub consolidation: Consolidation,
    /// Both files, API list first.
    pub files: [ServedFile; 2],
}

/// Finds out whether a file was loaded as it is, by the times alone.
///
/// A change in the first seconds of the server may have been seen or not.
#[must_use]
pub fn currency(started: Option<SystemTime>, modified: Option<SystemTime>) -> Currency {
    match (started, modified) {
        (Some(started), Some(modified)) if modified <= started => Currency::Current,
        (Some(started), Some(modified)) if modified > started + READS_WITHIN => Currency::Older,
        _ => Currency::Unknown,
    }
}

impl Serving {
    /// Tells whether the server answers that it is well.
    #[must_use]
    pub const fn is_healthy(&self) -> bool {
        matches!(self.health, Health::Healthy { .. })
    }

    /// Tells whether all is as a person wants it: it runs, with the list as it is on disk; or none of it is local.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.remote || self.is_healthy() && self.files.iter().all(|file| file.currency != Currency::Older)
    }

    /// Returns all of it in lines for people, made visible.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.head()];
        if self.remote {
            lines.push(
                "The client talks to that server: the files here, and servers here, matter to no one.".to_owned(),
            );
            lines.push("No local server was looked at.".to_owned());
            return lines;
        }
        if let Some(process) = &self.process {
            lines.extend(process.lines());
        }
        if let Some(others) = self.others_told() {
            lines.push(others);
        }
        lines.extend(self.files.iter().flat_map(|file| file.lines(self.process.is_some() || self.is_healthy())));
        lines.push(consolidation_told(self.consolidation));
        lines.extend(self.loaded_lines());
        if let Some(requests) = self.requests.as_ref().filter(|requests| !requests.is_empty()) {
            lines.push(format!("requests that run: {}", named(requests)));
        }
        lines
    }

    fn head(&self) -> String {
        let endpoint = visible(&self.endpoint);
        let pid = self.process.as_ref().map_or_else(String::new, |process| format!(" (pid {})", process.pid));
        match &self.health {
            _ if self.remote => format!("API server: {endpoint} (remote)"),
            Health::Healthy { version } => {
                let version =
                    version.as_deref().map_or_else(String::new, |version| format!(", SkyPilot {}", visible(version)));
                format!("API server: runs at {endpoint}{pid}{version}")
            }
            Health::Silent(why) if self.process.is_some() => {
                format!("API server: the process is there{pid}, but {endpoint} does not answer: {}", visible(why))
            }
            Health::Silent(why) => format!("API server: none runs at {endpoint}: {}", visible(why)),
            Health::NotAsked(why) => format!("API server: {endpoint} was not asked: {why}"),
        }
    }

    fn others_told(&self) -> Option<String> {
        let pids: Vec<String> = self.others.iter().map(ToString::to_string).collect();
        (!pids.is_empty()).then(|| format!("other servers of this user, on other ports: pid {}", pids.join(", ")))
    }

    fn loaded_lines(&self) -> Vec<String> {
        match &self.loaded {
            None => Vec::new(),
            Some(loaded) if loaded.is_empty() => vec!["loaded: no plugin, or none that it shows".to_owned()],
            Some(loaded) => {
                let mut lines = vec!["loaded, as /api/plugins shows it:".to_owned()];
                lines.extend(loaded.iter().map(|one| format!("  {one}")));
                lines
            }
        }
    }
}

/// Returns the classes of a list beside what the server shows of what it has loaded.
///
/// It names plugins, not classes; where it shows as many as there are entries
/// they stand in the same order (`get_plugins`, `sky/server/plugins.py`, 0.14.1).
#[must_use]
pub fn beside(classes: &[String], loaded: &[Loaded]) -> Vec<String> {
    let plugins = format!("it shows {}", counted(loaded.len(), "loaded plugin"));
    let mut lines = vec![format!("plugins.yaml lists {}, {plugins}:", counted(classes.len(), "class"))];
    if classes.len() == loaded.len() {
        let rows = classes.iter().zip(loaded).enumerate();
        lines.extend(rows.map(|(at, (class, one))| format!("  {:>2}  {}  {one}", at + 1, visible(class))));
        return lines;
    }
    lines.extend(classes.iter().enumerate().map(|(at, class)| format!("  {:>2}  {}", at + 1, visible(class))));
    lines.extend(loaded.iter().map(|one| format!("  loaded: {one}")));
    lines.push("Hidden plugins are not shown, nor those that load elsewhere than in the server.".to_owned());
    lines
}

fn counted(number: usize, noun: &str) -> String {
    let plural = if noun.ends_with('s') { "es" } else { "s" };
    format!("{number} {noun}{}", if number == 1 { "" } else { plural })
}

/// Returns some of many names in one line.
#[must_use]
pub fn named(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = names.iter().take(SHOWN).map(|name| visible(name).into_owned()).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        let _ = write!(text, " and {} more", names.len() - SHOWN);
    }
    text
}

impl Process {
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(started) = &self.started {
            lines.push(format!("started: {}", started.shown));
        }
        let directory = self.cwd.as_deref().map_or_else(|| "unknown".to_owned(), shown);
        lines.push(format!("directory: {directory}"));
        if let Some(python) = &self.python {
            lines.push(format!("python: {}", shown(python)));
        }
        lines.extend(self.variables.iter().map(|(name, value)| format!("  {}={}", visible(name), visible(value))));
        lines
    }
}

impl ServedFile {
    fn lines(&self, runs: bool) -> Vec<String> {
        let name = self.role.file_name();
        let Some(path) = &self.path else {
            return vec![format!("{name}: none is read (the variable is set to nothing)")];
        };
        let changed =
            self.modified.as_ref().map_or_else(|| "not there".to_owned(), |at| format!("changed {}", at.shown));
        let effect = match (self.role, self.currency) {
            (Role::Remote, _) => "read at each controller launch",
            (Role::Api, Currency::Older) => "changed after the server started: THE SERVER RUNS AN OLDER VERSION",
            (Role::Api, Currency::Current) => "loaded as it is",
            (Role::Api, Currency::Unknown) if !runs => "loaded when a server starts",
            (Role::Api, Currency::Unknown) => "whether this version is loaded is not known",
        };
        let mut lines = vec![format!("{name}: {} ({changed}): {effect}", shown(path))];
        if let Some(other) = &self.server_reads {
            lines.push(format!("  the server reads another file: {}", shown(other)));
        }
        lines
    }
}

impl std::fmt::Display for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", visible(self.name.as_deref().unwrap_or("(no name)")))?;
        if let Some(version) = &self.version {
            write!(f, " {}", visible(version))?;
        }
        if let Some(commit) = &self.commit {
            write!(f, " ({})", visible(commit))?;
        }
        Ok(())
    }
}

fn shown(path: &Path) -> String {
    visible_name(path.as_os_str())
}

fn consolidation_told(mode: Consolidation) -> String {
    let told = match (mode.jobs, mode.serve) {
        (false, false) => "off: controllers get the remote list",
        (true, false) => "on for jobs: their controllers load the server's own list",
        (false, true) => "on for serve: its controllers load the server's own list",
        (true, true) => "on: controllers load the server's own list",
    };
    format!("consolidation mode: {told}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_change_before_the_start_was_loaded_and_one_long_after_was_not() {
        let told = |modified| currency(Some(at(100)), Some(at(modified)));
        assert_eq!(
            [99, 100, 102, 104].map(told),
            [Currency::Current, Currency::Current, Currency::Unknown, Currency::Older]
        );
        assert_eq!(currency(None, Some(at(1))), Currency::Unknown);
    }

    #[test]
    fn what_a_server_says_is_made_visible() {
        let loaded = Loaded { name: Some("a\x1b[2J".to_owned()), version: Some("1\n2".to_owned()), commit: None };
        assert_eq!(loaded.to_string(), "a\\x1b[2J 1\\n2");
    }
}
