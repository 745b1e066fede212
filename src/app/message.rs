//! What happens to the program, and what it asks of the outside.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use super::export::{ExportFailure, Exported};
use super::keymap::Key;
use super::mouse::Pointed;
use super::recovery::Met;
use super::restart::LogEnd;
use super::run::{Ended, Program, Purpose};
use crate::check::Facts;
use crate::check::serving::Serving;
use crate::check::verify::{Mode, Verified};
use crate::config::glimpse::Glimpse;
use crate::config::kubernetes::Request;
use crate::config::writing::{InPlace, ReadOnly, Target};
use crate::config::{Content, Role, Workspace};
use crate::python::Catalog;
use crate::wheel::contents::Inspection;
use crate::yaml::Document;

/// Something that happened. Names are in the past tense.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Pressed(Key),
    /// Keys came all at once, faster than anybody types.
    Burst(Vec<Key>),
    /// The mouse was used.
    Pointed(Pointed),
    /// Text was pasted, as one event.
    Pasted(String),
    /// The terminal has this size now, in cells and rows.
    Resized(u16, u16),
    /// It is this time of day, for what follows.
    Clocked(String),
    /// The terminal got the focus again: files may have changed meanwhile.
    FocusGained,
    /// Something changed at the places that are watched.
    Noticed(Noticed),
    /// The first lines of long files were looked at, before they are read.
    Glimpsed(Box<[Glimpse; 2]>),
    /// Both files and the facts were read.
    Opened(Box<(Workspace, Facts)>),
    /// The wheel directory was looked at.
    Scanned(Box<Facts>),
    /// Wheels were read, each with its absolute path: some of those that were asked for.
    Inspected(Vec<(PathBuf, Arc<Inspection>)>),
    /// Plugin classes were looked for.
    Classified(Box<Catalog>),
    /// Both files were read again.
    Reread {
        /// What is there now, API list first.
        contents: Box<[Content; 2]>,
        /// How the files can be written now.
        targets: BTreeMap<PathBuf, Target>,
        /// Why that was asked for.
        reason: Reason,
    },
    /// A file was written, or not.
    Saved {
        /// Which one.
        role: Role,
        /// Its text.
        text: Arc<str>,
        /// How it went.
        result: Result<SavedFile, SaveFailure>,
    },
    /// Lists were written into their manifest, or not.
    SavedManifest {
        /// Which, with their texts.
        texts: Vec<(Role, Arc<str>)>,
        /// How it went.
        result: Result<SavedFile, SaveFailure>,
    },
    /// What interrupted saves had left was put right; each is told in a sentence.
    Tidied(Vec<String>),
    /// The saved versions of a file were read, the last one first, or why not.
    BackupsRead {
        /// Which file.
        role: Role,
        /// The versions.
        result: Result<Vec<SavedVersion>, String>,
    },
    /// A directory was listed.
    Listed(Listing),
    /// Drafts were written, or why not.
    Drafted(Result<Vec<(Role, PathBuf)>, String>),
    /// The copy for the external editor is ready.
    Staged(Result<Staged, String>),
    /// The external editor has ended.
    Edited {
        /// What it was to edit.
        target: EditTarget,
        /// The text it left, or why there is none.
        result: Result<String, String>,
    },
    /// The clipboard of the terminal was asked to take a text.
    Copied {
        /// What it was.
        what: String,
        /// The number of characters.
        characters: usize,
        /// How it was sent, or why not.
        result: Result<&'static str, String>,
    },
    /// A real SkyPilot has answered, or why not.
    Verified(Box<Result<Verified, String>>),
    /// It is known what would be run, or why nothing would.
    Planned(Result<Program, String>),
    /// The program that runs has printed lines.
    Printed {
        /// The lines, made visible.
        lines: Vec<String>,
        /// How many before them were dropped.
        dropped: usize,
    },
    /// The program that ran has ended.
    RunEnded(Ended),
    /// The API server was looked at.
    ServerSeen(Box<Serving>),
    /// The end of its log was read, or why not.
    LogRead(Result<LogEnd, String>),
    /// Both lists were exported, or not.
    Exported {
        /// What was asked for.
        request: Box<Request>,
        /// What came of it.
        result: Result<Exported, ExportFailure>,
    },
    /// It was looked who else runs on the files, and what was left unsaved.
    Met(Box<Met>),
    /// An edit could not be put into the recovery journal, and why not.
    NotKept(String),
    /// The example cannot be opened, and why not.
    NoExample(String),
    /// The program cannot be suspended here.
    NotSuspended(&'static str),
}

/// Where something changed outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noticed {
    /// At one of the files.
    pub files: bool,
    /// In the wheel directory.
    pub wheels: bool,
}

impl Noticed {
    /// Tells whether anything changed.
    #[must_use]
    pub const fn any(self) -> bool {
        self.files || self.wheels
    }

    /// Adds another change.
    pub const fn add(&mut self, other: Self) {
        self.files |= other.files;
        self.wheels |= other.wheels;
    }
}

/// What is watched for changes from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Absolute paths of files.
    pub files: Vec<PathBuf>,
    /// Absolute paths of directories.
    pub directories: Vec<PathBuf>,
}

/// Why both files are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A person asked for it.
    Asked,
    /// They may have changed: they are watched, or the terminal got the focus again.
    Noticed,
    /// A save found another text on disk.
    Conflict(Role),
}

/// What a save did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFile {
    /// The file written, links followed.
    pub path: PathBuf,
    /// Whether there was no file before.
    pub created: bool,
    /// What could not be kept as it was, and where a copy of a text replaced unseen is.
    pub notes: Vec<String>,
    /// How it can be written now.
    pub target: Option<Target>,
}

/// A version of a file that was saved over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedVersion {
    /// When it was saved over, for people.
    pub when: String,
    /// Its text, or why it has none.
    pub text: Result<Arc<str>, String>,
}

/// Why a save did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveFailure {
    /// The file is not what was read.
    Changed,
    /// It can be written in place only.
    InPlace(InPlace),
    /// It cannot be written.
    ReadOnly(ReadOnly),
    /// Anything else, in words.
    Other(String),
}

/// A directory below another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDirectory {
    /// Its name.
    pub name: OsString,
    /// How many wheels it holds.
    pub wheels: usize,
}

/// What is below a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The directory.
    pub path: PathBuf,
    /// The one above, none at the root.
    pub parent: Option<PathBuf>,
    /// The directories in it.
    pub entries: Vec<ListedDirectory>,
    /// How many wheels it holds itself.
    pub wheels_here: usize,
    /// Whether not all names were looked at.
    pub truncated: bool,
    /// Why it cannot be listed.
    pub problem: Option<String>,
}

/// What the external editor edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditTarget {
    /// The text of a file.
    File(Role),
    /// The lines of an entry of a list.
    Entry(Role, usize),
    /// The text in the open area.
    Area,
}

/// A copy that waits for the external editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// What it is a copy of.
    pub target: EditTarget,
    /// The copy.
    pub path: PathBuf,
    /// The directory the editor runs in.
    pub directory: PathBuf,
    /// The program and its arguments.
    pub argv: Vec<OsString>,
}

/// What a save may replace.
#[derive(Clone, Debug)]
pub enum Replaces {
    /// Nothing: there was no file.
    Nothing,
    /// This text.
    Text(Arc<str>),
    /// Whatever is there; a copy of it is kept.
    Anything,
}

/// The text of a list in a manifest.
#[derive(Clone, Debug)]
pub struct ManifestText {
    /// Which list.
    pub role: Role,
    /// Its new text.
    pub text: Arc<str>,
    /// What is known of it, to be proved before.
    pub known: Option<Arc<Document>>,
    /// What may be replaced.
    pub replaces: Replaces,
}

/// Something asked of the outside. Names are imperative.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Look at the first lines of both files where they are long.
    Glimpse,
    /// Find and read both files, gather the facts.
    Open,
    /// Look who else runs on the files and what was left unsaved, and show that this copy runs.
    Meet {
        /// Where they are, API list first.
        paths: Box<[Option<PathBuf>; 2]>,
        /// Whether nothing may be changed: nothing is written then.
        read_only: bool,
    },
    /// Take the sign away that this copy runs: it edits no more.
    StepBack,
    /// Remove a journal that an earlier run has left, once this copy's own holds what it needs of it.
    Forget(PathBuf),
    /// Watch these places, and no others.
    Watch(Places),
    /// Look at the wheel directory that the workspace names.
    Scan(Box<(Workspace, Facts)>),
    /// Read these wheels, as many as a batch has time for.
    Inspect {
        /// Their absolute paths.
        paths: Vec<PathBuf>,
        /// How many more files they may list.
        room: usize,
    },
    /// Look for plugin classes in the wheels and in the server's Python.
    Classes(Box<(Workspace, Facts)>),
    /// Read both files again.
    Reread {
        /// The workspace, for its places.
        workspace: Box<Workspace>,
        /// The directory of the server.
        base: PathBuf,
        /// Why.
        reason: Reason,
    },
    /// Write a file.
    Save {
        /// Which one.
        role: Role,
        /// Where it is.
        path: PathBuf,
        /// The new text.
        text: Arc<str>,
        /// What is known of it, to be proved before.
        known: Option<Arc<Document>>,
        /// What may be replaced.
        replaces: Replaces,
        /// Whether it may be written in place, where nothing else works.
        in_place: bool,
    },
    /// Write lists into the manifest that they are in, at once.
    SaveManifest {
        /// Where it is.
        path: PathBuf,
        /// The lists.
        texts: Vec<ManifestText>,
        /// Whether it may be written in place, where nothing else works.
        in_place: bool,
    },
    /// Put right what interrupted saves have left of these files and beside them.
    Tidy(Vec<PathBuf>),
    /// Read the saved versions of a file.
    ReadBackups {
        /// Which file.
        role: Role,
        /// Where it is.
        path: PathBuf,
    },
    /// Remember the wheels of a directory as they are now.
    Remember(PathBuf),
    /// Remember which project a wheel was built from.
    RememberBuild {
        /// The wheel.
        wheel: PathBuf,
        /// The project.
        project: PathBuf,
    },
    /// List the directories below one.
    List(PathBuf),
    /// Write texts to the state directory.
    Draft(Vec<(Role, Arc<str>)>),
    /// Write a copy for the external editor.
    Stage {
        /// What it is a copy of.
        target: EditTarget,
        /// The text.
        text: Arc<str>,
        /// The line to start at, from 1.
        line: usize,
    },
    /// Run the external editor on the copy.
    Edit(Staged),
    /// Remove the copy.
    Unstage(Staged),
    /// Ask a real SkyPilot about the files on disk.
    Verify {
        /// How far the question goes.
        mode: Mode,
        /// Whether secrets are left in its answer.
        show_secrets: bool,
    },
    /// Find out what would be run.
    Plan {
        /// What for.
        purpose: Purpose,
        /// The API server's Python, where it is known.
        python: Option<PathBuf>,
    },
    /// Run a program, and tell its output.
    Run(Box<Program>),
    /// Stop the program that runs, with all that it started.
    StopRun,
    /// Look at the API server, and ask it how it is.
    SeeServer,
    /// Read the end of the server's log.
    ReadLog {
        /// What its lines shall hold; all do where it is empty.
        filter: String,
        /// Whether secrets are left in them.
        show_secrets: bool,
    },
    /// Write both lists as objects of Kubernetes.
    Export(Box<Request>),
    /// Ask the terminal to put a text into the clipboard.
    Copy {
        /// The text.
        text: String,
        /// What it is.
        what: String,
    },
    /// Stop until the shell continues the program.
    Suspend,
    /// Have the terminal report the mouse, or no more.
    SetMouse(bool),
    /// Open the example in place of the files.
    OpenExample,
    /// Draw the whole screen again.
    Redraw,
}

impl Effect {
    /// Tells whether the loop does it itself: it needs the terminal, or comes before any other message.
    #[must_use]
    pub const fn needs_loop(&self) -> bool {
        matches!(
            self,
            Self::Meet { .. }
                | Self::Edit(_)
                | Self::Copy { .. }
                | Self::Suspend
                | Self::SetMouse(_)
                | Self::OpenExample
                | Self::Redraw
        )
    }

    /// Tells whether it may take so long that others do not wait for it, or must not wait for them.
    #[must_use]
    pub const fn is_long(&self) -> bool {
        matches!(
            self,
            Self::Verify { .. } | Self::Classes(_) | Self::Run(_) | Self::StopRun | Self::Plan { .. } | Self::SeeServer
        )
    }
}
