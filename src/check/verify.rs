//! What a real `SkyPilot` answered, held against what is said here.
//!
//! `io::verify` asks; this module only compares and words the result.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Facts, LoadEntry, Outcome, Report, SkyVersion, Status, Verdict};
use crate::config::Role;
use crate::config::secret::Mask;
use crate::preview::{Preview, REMOTE_WHEELS};
use crate::text::visible::{visible, visible_name};

/// How far the question goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The config readers and the upload planner.
    Config,
    /// The classes of the API server's list are imported too.
    Import,
}

impl Mode {
    /// Returns the name on the command line and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Import => "import",
        }
    }
}

/// The directory that the other Python starts in: no module lies there.
pub const DIRECTORY: &str = "/";
/// The release of PyYAML whose reading this program follows.
const PYYAML: &str = "6.0.3";
/// The name of what it runs.
pub const SCRIPT: &str = "verify.py";

/// Returns the argument vector of the question; `folder` is a private one.
#[must_use]
pub fn arguments(python: &Path, folder: &Path) -> Vec<OsString> {
    // -B: an import leaves no compiled files in the packages of others.
    vec![python.into(), "-B".into(), folder.join(SCRIPT).into()]
}

/// What `SkyPilot` made of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileAnswer {
    /// The name of a [`Status`], or `unknown` where this release was not asked, or `unanswered`.
    pub status: String,
    /// The name of the Python exception.
    pub exception: Option<String>,
    /// Its message.
    pub message: Option<String>,
    /// How many plugins the list has.
    pub plugins: usize,
    /// The signal that ended the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// Whether `SkyPilot` changed to its slower YAML reader in the middle of the file.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fell_back: bool,
}

/// What `SkyPilot`'s planner would upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UploadAnswer {
    /// As in [`FileAnswer`].
    pub status: String,
    /// The name of the Python exception.
    pub exception: Option<String>,
    /// Its message.
    pub message: Option<String>,
    /// Paths on the controller and local ones.
    pub file_mounts: BTreeMap<String, String>,
    /// The remote file, where it is uploaded.
    pub config_uploaded: Option<String>,
    /// What was logged as a warning.
    pub warnings: Vec<String>,
    /// The signal that ended the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// As in [`FileAnswer`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fell_back: bool,
}

/// What became of one class up to its constructor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClassAnswer {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Its class path.
    pub class: String,
    /// The name of an [`Outcome`], or `abstract`.
    pub outcome: String,
    /// The name of the Python exception.
    pub exception: Option<String>,
    /// Its message.
    pub message: Option<String>,
}

/// All that `SkyPilot` answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its release.
    #[serde(skip_serializing)]
    pub sky_version: String,
    /// The release of its YAML reader, where it told.
    #[serde(default)]
    pub pyyaml_version: Option<String>,
    /// The API server's list.
    pub api: FileAnswer,
    /// The controllers' list.
    pub remote: FileAnswer,
    /// The upload.
    pub upload: UploadAnswer,
    /// The classes of the API server's list, where they were imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<ClassAnswer>>,
}

impl Answer {
    /// Returns what was made of one file.
    #[must_use]
    pub const fn file(&self, role: Role) -> &FileAnswer {
        match role {
            Role::Api => &self.api,
            Role::Remote => &self.remote,
        }
    }

    /// Tells whether each question has an answer.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        [&self.api.status, &self.remote.status, &self.upload.status].iter().all(|status| *status != "unanswered")
    }

    fn mask(&mut self, mask: &Mask) {
        let apply = |text: &mut Option<String>| *text = text.as_deref().map(|text| mask.apply(text));
        apply(&mut self.api.message);
        apply(&mut self.remote.message);
        apply(&mut self.upload.message);
        self.classes.iter_mut().flatten().for_each(|class| apply(&mut class.message));
    }
}

/// One thing that `SkyPilot` sees in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub what: String,
    /// What is said here.
    pub ours: String,
    /// What `SkyPilot` says.
    pub theirs: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: here {}, SkyPilot {}", self.what, self.ours, self.theirs)
    }
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How far it went.
    pub mode: Mode,
    /// Whom it went to.
    pub python: PathBuf,
    /// The answer, none where it was not asked.
    pub answer: Option<Answer>,
    /// Where it differs from what is said here.
    pub differences: Vec<Difference>,
    /// What else is to be known of the answer.
    pub notes: Vec<String>,
}

impl Verified {
    /// Returns what comes of a question that is not asked.
    #[must_use]
    pub const fn not_asked(mode: Mode, python: PathBuf, notes: Vec<String>) -> Self {
        Self { mode, python, answer: None, differences: Vec::new(), notes }
    }

    /// Holds an answer against what is said here.
    #[must_use]
    pub fn new(mode: Mode, python: PathBuf, report: &Report, preview: &Preview, facts: &Facts, answer: Answer) -> Self {
        let mut comparison = Comparison::default();
        comparison.release(facts.version, &answer.sky_version);
        for role in Role::ALL {
            comparison.file(role, report.verdict(role), answer.file(role));
        }
        comparison.upload(preview, &answer.upload);
        if let Some(classes) = &answer.classes {
            comparison.classes(&report.load.entries(), classes);
        }
        if !comparison.differences.is_empty() {
            comparison.reader(answer.pyyaml_version.as_deref());
        }
        let Comparison { differences, notes } = comparison;
        Self { mode, python, answer: Some(answer), differences, notes }
    }

    /// Covers secrets that `SkyPilot` repeats in its messages.
    pub fn mask(&mut self, mask: &Mask) {
        for one in &mut self.differences {
            one.ours = mask.apply(&one.ours);
            one.theirs = mask.apply(&one.theirs);
        }
        if let Some(answer) = &mut self.answer {
            answer.mask(mask);
        }
    }

    /// Returns the result in lines, made visible.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let python = visible_name(self.python.as_os_str());
        let mut lines = Vec::new();
        if let Some(answer) = &self.answer {
            let result = match self.differences.len() {
                0 => "agrees".to_owned(),
                1 => "1 difference".to_owned(),
                many => format!("{many} differences"),
            };
            lines.push(format!("verified with SkyPilot {} ({python}): {result}", answer.sky_version));
            lines.extend(Role::ALL.map(|role| format!("  {}: {}", role.file_name(), file_words(answer.file(role)))));
            lines.push(format!("  upload: {}", upload_words(&answer.upload)));
            lines.extend(answer.classes.iter().flatten().map(|class| format!("  {}", class_words(class))));
        } else {
            lines.push(format!("not verified with {python}"));
        }
        lines.extend(self.differences.iter().map(|one| format!("differs: {one}")));
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines.iter().map(|line| visible(line).into_owned()).collect()
    }
}

fn raised(status: &str, exception: Option<&str>, signal: Option<i32>) -> String {
    match (exception, signal) {
        (Some(exception), _) => format!("{}: {exception}", status.replace('_', " ")),
        (None, Some(signal)) => format!("process died with signal {signal}"),
        (None, None) => status.replace('_', " "),
    }
}

fn file_words(file: &FileAnswer) -> String {
    match file.status.as_str() {
        "ok" => format!("ok, {} plugin{}", file.plugins, if file.plugins == 1 { "" } else { "s" }),
        status => raised(status, file.exception.as_deref(), file.signal),
    }
}

fn upload_words(upload: &UploadAnswer) -> String {
    match upload.status.as_str() {
        "ok" => format!("ok, {} wheels", upload.file_mounts.len()),
        status => raised(status, upload.exception.as_deref(), upload.signal),
    }
}

fn class_words(class: &ClassAnswer) -> String {
    let outcome = class.outcome.replace('_', " ");
    match (&class.exception, &class.message) {
        (Some(exception), Some(message)) => format!("{}: {outcome}: {exception}: {message}", class.class),
        (None, Some(message)) => format!("{}: {outcome}: {message}", class.class),
        _ => format!("{}: {outcome}", class.class),
    }
}

#[derive(Default)]
struct Comparison {
    differences: Vec<Difference>,
    notes: Vec<String>,
}

impl Comparison {
    fn differ(&mut self, what: String, ours: impl Into<String>, theirs: impl Into<String>) {
        let (ours, theirs) = (ours.into(), theirs.into());
        if ours != theirs {
            self.differences.push(Difference { what, ours, theirs });
        }
    }

    fn release(&mut self, ours: SkyVersion, theirs: &str) {
        let judged = ours.judged_as();
        if theirs.parse() != Ok(judged) {
            self.notes
                .push(format!("the rules here are those of SkyPilot {judged}, the one that was asked is {theirs}"));
        }
    }

    /// Notes where another YAML reader may be why something differs.
    fn reader(&mut self, theirs: Option<&str>) {
        if let Some(theirs) = theirs.filter(|theirs| *theirs != PYYAML) {
            self.notes.push(format!("YAML is read here as PyYAML {PYYAML} does, there by PyYAML {theirs}"));
        }
    }

    /// Tells whether an answer can be compared; says why not.
    fn comparable(&mut self, what: &str, status: &str, message: Option<&str>, fell_back: bool) -> bool {
        if fell_back {
            self.notes.push(format!(
                "{what}: not compared: SkyPilot's fast YAML reader failed in the middle, and its slow one read the rest"
            ));
        } else if status == "unknown" {
            self.notes.push(format!("{what}: not asked: {}", message.unwrap_or("this release cannot be asked")));
        }
        !fell_back && status != "unknown"
    }

    fn file(&mut self, role: Role, ours: &Verdict, theirs: &FileAnswer) {
        let name = role.file_name();
        if !self.comparable(name, &theirs.status, theirs.message.as_deref(), theirs.fell_back) {
            return;
        }
        let here = raised(ours.status.name(), ours.exception, None);
        if !same_end(ours.status, ours.exception, &theirs.status, theirs.exception.as_deref()) {
            self.differ(name.to_owned(), here, file_words(theirs));
        } else if let (Some(ours), Some(theirs)) = (&ours.message, &theirs.message) {
            if !same_message(ours, theirs) {
                self.differ(format!("{name}: message"), format!("{ours:?}"), format!("{theirs:?}"));
            }
        } else if ours.status == Status::Ok {
            self.differ(format!("{name}: plugins"), ours.plugins.to_string(), theirs.plugins.to_string());
        }
    }

    fn upload(&mut self, ours: &Preview, theirs: &UploadAnswer) {
        if !self.comparable("upload", &theirs.status, theirs.message.as_deref(), theirs.fell_back) {
            return;
        }
        if !same_end(ours.status, ours.exception, &theirs.status, theirs.exception.as_deref()) {
            self.differ("upload".to_owned(), raised(ours.status.name(), ours.exception, None), upload_words(theirs));
            return;
        }
        if ours.status != Status::Ok {
            return;
        }
        let here: BTreeMap<String, String> = ours
            .mounts
            .iter()
            .map(|mount| {
                let local = visible_name(mount.local.as_os_str());
                (format!("{REMOTE_WHEELS}/{}", visible_name(&mount.name)), local)
            })
            .collect();
        let there: BTreeMap<String, String> = theirs
            .file_mounts
            .iter()
            .map(|(remote, local)| (visible(remote).into_owned(), visible(local).into_owned()))
            .collect();
        for remote in here.keys().chain(there.keys().filter(|remote| !here.contains_key(*remote))) {
            let from = |mounts: &BTreeMap<String, String>| {
                mounts.get(remote).map_or_else(|| "not sent".to_owned(), |local| format!("from {local}"))
            };
            self.differ(format!("upload: {remote}"), from(&here), from(&there));
        }
        let none = || "none".to_owned();
        let config = ours.config_uploaded.as_ref().map_or_else(none, |path| visible_name(path.as_os_str()));
        let uploaded = theirs.config_uploaded.as_ref().map_or_else(none, |path| visible(path).into_owned());
        self.differ("upload: config".to_owned(), config, uploaded);
        let sorted = |rows: &[String]| {
            let mut rows = rows.to_vec();
            rows.sort_unstable();
            if rows.is_empty() { none() } else { rows.join("; ") }
        };
        self.differ("upload: warnings".to_owned(), sorted(&ours.warnings), sorted(&theirs.warnings));
    }

    fn classes(&mut self, ours: &[LoadEntry], theirs: &[ClassAnswer]) {
        for class in theirs {
            let Some(entry) = ours.iter().find(|entry| entry.index == class.index) else {
                self.differ(format!("plugins[{}]", class.index), "no entry", class_words(class));
                continue;
            };
            if entry.outcome.name() != class.outcome {
                let here = match entry.outcome {
                    Outcome::WouldImport => "nothing against it in the text".to_owned(),
                    outcome => outcome.name().replace('_', " "),
                };
                self.differ(format!("plugins[{}]", class.index), here, class_words(class));
            }
        }
        if theirs.len() < ours.len() {
            self.notes.push(format!("{} of {} classes were imported", theirs.len(), ours.len()));
        }
    }
}

/// Tells whether both end in the same way.
fn same_end(ours: Status, exception: Option<&str>, theirs: &str, raised: Option<&str>) -> bool {
    ours.name() == theirs && exception == raised
}

/// Tells whether two wordings say the same: long values are cut here, and the
/// order of a set and the inside of a cycle are Python's own affair.
fn same_message(ours: &str, theirs: &str) -> bool {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    ours == theirs || ours.contains('…') || ours.contains("{...}") || letters(ours) == letters(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(compare: impl FnOnce(&mut Comparison)) -> (Vec<String>, Vec<String>) {
        let mut comparison = Comparison::default();
        compare(&mut comparison);
        (comparison.differences.iter().map(ToString::to_string).collect(), comparison.notes)
    }

    fn verdict(status: Status, exception: Option<&'static str>, message: Option<&str>) -> Verdict {
        Verdict { status, exception, message: message.map(str::to_owned), plugins: 2 }
    }

    fn file(status: &str, exception: Option<&str>, message: Option<&str>) -> FileAnswer {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let (status, exception, message) = (status.to_owned(), own(exception), own(message));
        FileAnswer { status, exception, message, plugins: 2, ..FileAnswer::default() }
    }

    #[test]
    fn files_agree_by_status_exception_message_and_number() {
        let crash = verdict(Status::Crash, Some("TypeError"), None);
        let agrees = |ours: &Verdict, theirs: &FileAnswer| compared(|c| c.file(Role::Api, ours, theirs)).0;
        assert!(agrees(&crash, &file("crash", Some("TypeError"), Some("any"))).is_empty());
        let differs = agrees(&crash, &file("crash", Some("KeyError"), None));
        assert_eq!(differs, ["plugins.yaml: here crash: TypeError, SkyPilot crash: KeyError"]);
        let ok = verdict(Status::Ok, None, None);
        assert!(agrees(&ok, &file("ok", None, None)).is_empty());
        let more = FileAnswer { plugins: 3, ..file("ok", None, None) };
        assert_eq!(agrees(&ok, &more), ["plugins.yaml: plugins: here 2, SkyPilot 3"]);
        let worded = verdict(Status::SchemaError, Some("E"), Some("{1, 2} is no list"));
        assert!(agrees(&worded, &file("schema_error", Some("E"), Some("{2, 1} is no list"))).is_empty());
        assert_eq!(agrees(&worded, &file("schema_error", Some("E"), Some("no"))).len(), 1);
    }

    #[test]
    fn a_process_that_dies_agrees_with_killed() {
        let killed = FileAnswer { signal: Some(11), ..file("killed", None, None) };
        let ours = verdict(Status::Killed, None, None);
        assert!(compared(|c| c.file(Role::Api, &ours, &killed)).0.is_empty());
        let ok = verdict(Status::Ok, None, None);
        let differs = compared(|c| c.file(Role::Remote, &ok, &killed)).0;
        assert_eq!(differs, ["remote_plugins.yaml: here ok, SkyPilot process died with signal 11"]);
    }

    #[test]
    fn what_cannot_be_compared_is_noted() {
        let ok = verdict(Status::Ok, None, None);
        let slow = FileAnswer { fell_back: true, ..file("crash", None, None) };
        let unknown = file("unknown", None, Some("this release has no reader"));
        for theirs in [slow, unknown] {
            let (differences, notes) = compared(|c| c.file(Role::Api, &ok, &theirs));
            assert_eq!((differences.len(), notes.len()), (0, 1), "{notes:?}");
        }
        assert_eq!(compared(|c| c.reader(Some("6.0.4"))).1.len(), 1);
        assert_eq!(compared(|c| c.reader(Some(PYYAML))).1.len(), 0);
        let notes = |theirs: &str| compared(|c| c.release(SkyVersion::new(0, 14, 1), theirs)).1.len();
        assert_eq!((notes("0.14.1"), notes("0.14.1rc1"), notes("0.14.10"), notes("1.0.0.dev20260101")), (0, 0, 1, 1));
    }

    #[test]
    fn classes_are_compared_one_by_one() {
        let entry = |index, outcome| crate::check::LoadEntry { index, class: "a.B".to_owned(), outcome };
        let entries = vec![entry(0, Outcome::WouldImport), entry(1, Outcome::BadClassPath)];
        let class = |index, outcome: &str| ClassAnswer {
            index,
            class: "a.B".to_owned(),
            outcome: outcome.to_owned(),
            exception: Some("ImportError".to_owned()),
            message: Some("none".to_owned()),
        };
        let theirs = [class(0, "bad_module"), class(1, "bad_class_path")];
        let differs = compared(|c| c.classes(&entries, &theirs)).0;
        let want = "plugins[0]: here nothing against it in the text, SkyPilot a.B: bad module: ImportError: none";
        assert_eq!(differs, [want]);
        assert_eq!(compared(|c| c.classes(&entries, &theirs[1..])).1, ["1 of 2 classes were imported"]);
    }
}
