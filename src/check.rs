//! What `SkyPilot` makes of both files, and every problem found.
//!
//! [`check`] is pure: all that lies outside the two texts comes as [`Facts`].

pub mod classes;
mod code;
pub mod diagnostic;
pub mod fit;
mod fix;
mod ignore;
mod known;
mod load;
mod proof;
mod refusal;
mod repr;
mod sense;
pub mod serving;
mod shape;
pub mod startup;
mod surroundings;
mod syntax;
mod typing;
pub mod verify;
pub mod version;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use known::Known;

pub use diagnostic::{Code, Diagnostic, FileKind, Fix, Place, Seen, Severity};
pub(crate) use shape::nearest;
pub use shape::{of_document, one_line, verdict};
pub use version::{NEWEST, SkyVersion};

use crate::config::writing::Target;
use crate::config::{ConfigFile, Environment, Role, Workspace};
use crate::preview::Preview;
use crate::python::{Catalog, Module};
use crate::wheel::Directory;
use crate::wheel::contents::Inspection;
use crate::wheel::memory::Memory;
use crate::yaml::Value;

/// Where the release in force comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionSource {
    /// Found in the server's Python.
    Detected,
    /// Taken for want of a better one.
    Assumed,
    /// Given by a flag.
    Flag,
}

/// Where the server's directory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CwdSource {
    /// The one running local server.
    Server,
    /// `--server-cwd`.
    Flag,
    /// The current directory, for want of a better one.
    CurrentDirectory,
}

/// A running local API server of this user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its process.
    pub pid: u32,
    /// The port it listens on.
    pub port: u16,
    /// The directory it runs in, where it can be read.
    pub cwd: Option<PathBuf>,
    /// Its environment variables that bear on the two files, where they can be read.
    pub variables: BTreeMap<String, String>,
}

/// Which controllers are asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Controller {
    /// `sky jobs launch`
    #[default]
    Jobs,
    /// `sky serve up`
    Serve,
}

/// Whether controllers run inside the API server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consolidation {
    /// Those for jobs.
    pub jobs: bool,
    /// Those for serve.
    pub serve: bool,
    /// Whether the signal file was found.
    pub from_signal_file: bool,
}

/// What is known outside the two texts.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The environment of this process.
    pub environment: Environment,
    /// The release whose rules hold.
    pub version: SkyVersion,
    /// Where that comes from.
    pub version_source: VersionSource,
    /// The directory that the API server resolves relative paths against.
    pub server_cwd: PathBuf,
    /// Where that comes from.
    pub cwd_source: CwdSource,
    /// The local servers of this user that run.
    pub servers: Vec<Server>,
    /// The interpreter that runs the API server, where one with `SkyPilot` is known.
    pub python: Option<PathBuf>,
    /// The endpoint of a remote API server that the client talks to instead.
    pub remote_endpoint: Option<String>,
    /// Consolidation mode.
    pub consolidation: Consolidation,
    /// Which controllers are asked about.
    pub controller: Controller,
    /// What was found of the modules of the API server's list, by dotted name.
    pub modules: Arc<BTreeMap<String, Module>>,
    /// What was found at directories, by the absolute path they resolve to.
    pub directories: BTreeMap<PathBuf, Directory>,
    /// The wheels that were read, by their absolute path.
    pub wheels: BTreeMap<PathBuf, Arc<Inspection>>,
    /// How wheels are beside what is remembered of them, by their absolute path, where that is worth telling.
    pub memories: BTreeMap<PathBuf, Memory>,
    /// The plugin classes that were found.
    pub catalog: Arc<Catalog>,
    /// How files can be written, by the path that they are opened with.
    pub targets: BTreeMap<PathBuf, Target>,
}

impl Facts {
    /// Returns what is known of a machine on which nothing was looked at.
    #[must_use]
    pub fn unseen(environment: Environment, server_cwd: PathBuf) -> Self {
        Self {
            environment,
            version: NEWEST,
            version_source: VersionSource::Assumed,
            server_cwd,
            cwd_source: CwdSource::CurrentDirectory,
            servers: Vec::new(),
            python: None,
            remote_endpoint: None,
            consolidation: Consolidation { jobs: false, serve: false, from_signal_file: false },
            controller: Controller::Jobs,
            modules: Arc::default(),
            directories: BTreeMap::new(),
            wheels: BTreeMap::new(),
            memories: BTreeMap::new(),
            catalog: Arc::default(),
            targets: BTreeMap::new(),
        }
    }
}

/// How `SkyPilot` ends up with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// No file, or the variable names nothing.
    Absent,
    /// Read and valid.
    Ok,
    /// Refused by the schema.
    SchemaError,
    /// Refused by the YAML reader.
    YamlError,
    /// Another exception.
    Crash,
    /// It waits forever.
    Hang,
    /// The process dies.
    Killed,
}

impl Status {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Ok => "ok",
            Self::SchemaError => "schema_error",
            Self::YamlError => "yaml_error",
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Killed => "killed",
        }
    }
}

/// What `SkyPilot` makes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The outcome.
    pub status: Status,
    /// The name of the Python exception.
    pub exception: Option<&'static str>,
    /// `SkyPilot`'s own wording, where it is known.
    pub message: Option<String>,
    /// How many plugins the list has.
    pub plugins: usize,
}

/// What becomes of one entry at load, as far as its text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It would be imported.
    WouldImport,
    /// No dot.
    BadClassPath,
    /// The module part is empty or relative.
    BadModule,
    /// The class part is empty.
    BadAttribute,
    /// It names something that is no class.
    NotAPlugin,
    /// A parameter name that is no keyword.
    BadParameters,
}

impl Outcome {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WouldImport => "would_import",
            Self::BadClassPath => "bad_class_path",
            Self::BadModule => "bad_module",
            Self::BadAttribute => "bad_attribute",
            Self::NotAPlugin => "not_a_plugin",
            Self::BadParameters => "bad_parameters",
        }
    }
}

/// One entry at load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadEntry {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Its class path.
    pub class: String,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What `load_plugins` makes of a list; [`Load::entries`] has each entry by itself.
#[derive(Clone, Debug)]
pub struct Load {
    /// The exception that ends it, none where all entries load.
    pub exception: Option<&'static str>,
    /// Its message.
    pub message: Option<String>,
    /// The items of the list, none where there is none.
    list: Option<Arc<Vec<Value>>>,
}

/// All that is known of both files.
#[derive(Clone, Debug)]
pub struct Report {
    verdicts: [Verdict; 2],
    /// The load in the API server.
    pub load: Load,
    /// The load on a controller, none where no config is uploaded.
    pub controller_load: Option<Load>,
    /// What is wrong or worth knowing, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// What a comment in the file silences.
    pub ignored: Vec<Diagnostic>,
}

impl Report {
    /// Returns the verdict on one file.
    #[must_use]
    pub const fn verdict(&self, role: Role) -> &Verdict {
        match role {
            Role::Api => &self.verdicts[0],
            Role::Remote => &self.verdicts[1],
        }
    }

    /// Returns the errors of a file that follow from its text alone: they stop a save.
    pub fn blocking(&self, role: Role) -> impl Iterator<Item = &Diagnostic> {
        let file = FileKind::of(role);
        self.diagnostics.iter().filter(move |d| d.place.file == file && d.severity == Severity::Error && d.from_text)
    }
}

/// What was made of each file, to be taken again while it is the same, and of each entry that is.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    texts: [Option<Arc<Judgement>>; 2],
    classes: Option<Arc<classes::Looked>>,
}

/// What was made of the text of a file alone.
#[derive(Debug)]
struct Judgement {
    file: ConfigFile,
    verdict: Verdict,
    found: Vec<Diagnostic>,
    entries: Known,
}

impl Judged {
    /// Returns what was made of the file that was there last.
    fn last(&self, file: &ConfigFile, role: Role) -> Option<&Arc<Judgement>> {
        let last = match role {
            Role::Api => &self.texts[0],
            Role::Remote => &self.texts[1],
        };
        last.as_ref().filter(|last| last.file.location == file.location)
    }

    /// Returns what was made of a file.
    fn of(&self, file: &ConfigFile, role: Role) -> Option<&Arc<Judgement>> {
        self.last(file, role).filter(|known| known.file.content.is_same(&file.content))
    }
}

/// All that a check comes to.
#[derive(Debug)]
pub struct Checked {
    /// What SkyPilot makes of both files.
    pub report: Report,
    /// What the next launch uploads.
    pub preview: Preview,
    /// What the next check need not find out again.
    pub judged: Judged,
}

/// Reads both files as SkyPilot does, and finds what is wrong with them.
#[must_use]
pub fn check(workspace: &Workspace, facts: &Facts) -> Report {
    check_again(workspace, facts, &Judged::default()).report
}

/// Does the same where much of it may be known from a check before, of these texts or of those they were made of.
#[must_use]
pub fn check_again(workspace: &Workspace, facts: &Facts, known: &Judged) -> Checked {
    let is_large = |role| {
        let is_known = known.of(workspace.file(role), role).is_some();
        !is_known && workspace.text(role).is_some_and(|text| text.len() >= LARGE)
    };
    let judged = Role::each(Role::ALL.into_iter().all(is_large), |role| {
        let file = workspace.file(role);
        // They are asked for below, one after the other.
        surroundings::look_for_secrets(workspace, facts, role);
        let anew = || Arc::new(judge(workspace, role, known.last(file, role).map(|last| &**last)));
        known.of(file, role).cloned().unwrap_or_else(anew)
    });
    let verdicts = judged.each_ref().map(|one| one.verdict.clone());
    let load = |role, judged: &Judgement| load::load(workspace.file(role), &judged.verdict, &judged.entries);
    let preview = crate::preview::judged(workspace, facts, &verdicts);
    let controller_load = preview.config_uploaded.as_ref().map(|_| load(Role::Remote, &judged[1]));
    let load = load(Role::Api, &judged[0]);
    let mut diagnostics: Vec<Diagnostic> = judged.iter().flat_map(|one| one.found.iter().cloned()).collect();
    surroundings::keep_found_directory(workspace, facts, &mut diagnostics);
    surroundings::diagnose(workspace, facts, &mut diagnostics);
    let entries = [&judged[0].entries, &judged[1].entries];
    let looked = classes::diagnose(workspace, facts, entries, known.classes.as_deref(), &mut diagnostics);
    diagnostics.extend(preview.diagnostics.iter().cloned());
    let mut ignored = ignore::take(workspace, &mut diagnostics);
    ignored.iter_mut().for_each(Diagnostic::make_visible);
    diagnostics.iter_mut().for_each(Diagnostic::make_visible);
    // The order of the files, then of the text; the worst of one place first.
    diagnostics.sort_by_key(|d| (d.place.file, d.place.span.map_or(0, |s| s.start), std::cmp::Reverse(d.severity)));
    let report = Report { verdicts, load, controller_load, diagnostics, ignored };
    debug_assert!(is_as_new(workspace, facts, known, &report), "entries that were passed over have problems");
    Checked { report, preview, judged: Judged { texts: judged.map(Some), classes: Some(Arc::new(looked)) } }
}

/// Tells whether a check finds the same where nothing is known.
fn is_as_new(workspace: &Workspace, facts: &Facts, known: &Judged, report: &Report) -> bool {
    if known.texts.iter().all(Option::is_none) {
        return true;
    }
    let new = check(workspace, facts);
    let load = |load: &Load| (load.exception, load.message.clone());
    new.verdicts == report.verdicts
        && new.diagnostics == report.diagnostics
        && new.ignored == report.ignored
        && load(&new.load) == load(&report.load)
        && new.controller_load.as_ref().map(load) == report.controller_load.as_ref().map(load)
}

/// Files of this size are judged side by side, in bytes: a smaller one is done before a thread has started.
const LARGE: usize = 64 * 1024;

/// Reads one file as SkyPilot does, and finds what is wrong with its text.
fn judge(workspace: &Workspace, role: Role, last: Option<&Judgement>) -> Judgement {
    let file = workspace.file(role);
    let carried = last.map(|last| last.entries.carried(&last.file.content, &file.content)).unwrap_or_default();
    let verdict = shape::verdict_but(file, role, &carried);
    let mut found = of_text(workspace, role, &verdict, fix::BUDGET, &carried);
    proof::keep_clean(workspace, role, &mut found);
    let entries = Known::of(&file.content, &verdict, &found, carried);
    Judgement { file: file.clone(), verdict, found, entries }
}

/// Finds what is wrong with the text of one file; `budget` is how many bytes may be parsed for fixes.
fn of_text(workspace: &Workspace, role: Role, verdict: &Verdict, budget: usize, known: &Known) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    refusal::diagnose(workspace, role, verdict, budget, &mut found);
    load::diagnose(workspace, role, budget, known, &mut found);
    sense::diagnose(workspace, role, budget, known, &mut found);
    if found.iter().any(|one| one.code == Code::Encrypted) {
        // What an encryption program wrote is its own to change.
        for one in &mut found {
            one.fix = None;
        }
    }
    found
}

/// Returns the errors that follow from the text of a file and that it did not have before.
///
/// An error is the same as before wherever its entry has moved to.
#[must_use]
pub fn new_errors<'a>(before: &Report, after: &'a Report, role: Role) -> Vec<&'a Diagnostic> {
    let key = |d: &Diagnostic| (d.code, without_places(&d.message));
    let mut known: BTreeMap<(Code, String), usize> = BTreeMap::new();
    for one in before.blocking(role) {
        *known.entry(key(one)).or_default() += 1;
    }
    let is_new = |one: &&Diagnostic| match known.get_mut(&key(one)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    after.blocking(role).filter(is_new).collect()
}

/// Returns a message with each `[12]` as `[]` and without numbers of lines: both
/// shift where text above them comes or goes.
fn without_places(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = ["[", "line "].iter().filter_map(|mark| Some(rest.find(mark)? + mark.len())).min() {
        out.push_str(&rest[..at]);
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}
