//! The recovery journal: what is edited and not saved outlives the program.
//!
//! Each running copy has one journal in a private folder of the state
//! directory, from its first unsaved edit until nothing is unsaved any more. It
//! holds **real values**: the texts that were edited, and each edit as a splice,
//! so that an edit costs what it is large and not what the file is large. The order that makes
//! it hold when power fails: a new journal is written under another name,
//! synced, renamed, and the folder synced; an edit is appended and synced; both
//! before the loop waits for another key.
//!
//! A journal that no running copy holds was left: its edits are offered at the
//! next start on the same files. How a line looks is `format`'s, who runs is
//! `copies`'.

mod copies;
mod format;
mod survey;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use super::state;
use crate::app::recovery::Met;
use crate::config::{Environment, Role, Workspace};
use crate::text::difference;
use crate::text::visible::visible_name;
use crate::yaml::Document;
use copies::{JOURNAL, Name, Presence, Whose};
use format::{Entry, FORMAT, Lines, Owner, place};
pub use survey::{Removed, others, purge};

/// The folder in the state directory.
const FOLDER: &str = "journal";
/// A journal that has grown by this much beyond the texts is written anew, in bytes.
const GROWTH: usize = 64 << 20;
/// A text from here on, in bytes, has so many values that giving them up takes its time.
const LARGE: usize = 1 << 20;

/// Why edits are not kept.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no state directory.
    #[error("{0}")]
    Nowhere(String),
    /// The operating system refused a step.
    #[error("cannot {step} {}: {cause}", path.display())]
    Io {
        /// What was being done: `write to`.
        step: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
}

fn failed<'a>(step: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> JournalError + use<'a> {
    move |cause| JournalError::Io { step, path: path.to_owned(), cause }
}

/// Where a running copy keeps its journal.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
    name: Name,
    owner: Owner,
    _presence: Presence,
}

/// One file as it was recorded last.
#[derive(Clone, Debug)]
struct Tracked {
    base: Option<Arc<Document>>,
    text: Option<Arc<Document>>,
}

/// The journal's file.
#[derive(Debug)]
struct Log {
    file: File,
    size: usize,
    /// Whether an append has failed: what follows would not be read.
    torn: bool,
}

/// The journal of this copy.
#[derive(Debug, Default)]
pub struct Journal {
    place: Option<Place>,
    tracked: [Option<Tracked>; 2],
    log: Option<Log>,
}

impl Journal {
    /// Shows that this copy runs on both files; says which others do, and what earlier ones have left.
    ///
    /// Nothing is written where nothing may be changed.
    #[must_use]
    pub fn meet(paths: &[Option<PathBuf>; 2], environment: &Environment, read_only: bool) -> (Self, Met) {
        let folder = match folder(environment) {
            Ok(folder) => folder,
            Err(error) => return (Self::default(), Met { problem: Some(error.to_string()), ..Met::default() }),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let pid = std::process::id();
        let name = Name::new(paths, pid, now.as_nanos());
        let mut met = survey::survey(&folder, &name);
        if read_only {
            return (Self::default(), met);
        }
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let whose = Whose { pid, host, started: now.as_secs() };
        let shown = |path: &Option<PathBuf>| path.as_ref().map_or(String::new(), |path| visible_name(path.as_os_str()));
        let files = paths.each_ref().map(shown);
        let owner = Owner { format: FORMAT, pid, host: whose.host.clone(), started: whose.started, files };
        let shown = copies::make_folder(&folder).and_then(|()| Presence::show(&folder, &name, &whose));
        match shown {
            Ok(presence) => {
                let place = Place { folder, name, owner, _presence: presence };
                (Self { place: Some(place), ..Self::default() }, met)
            }
            Err(cause) => {
                met.problem = Some(failed("write to", &folder)(cause).to_string());
                (Self::default(), met)
            }
        }
    }

    /// Records what is unsaved now, durably; `unsaved` says which files are, API list first.
    ///
    /// # Errors
    ///
    /// Returns [`JournalError`]; what was recorded before holds, and the next
    /// call tries to record everything.
    pub fn record(&mut self, disk: &Workspace, now: &Workspace, unsaved: [bool; 2]) -> Result<(), JournalError> {
        if self.place.is_none() {
            return Ok(());
        }
        let tracked = Role::ALL.map(|role| {
            unsaved[place(role)]
                .then(|| Tracked { base: disk.document(role).cloned(), text: now.document(role).cloned() })
        });
        if tracked.iter().all(Option::is_none) {
            self.remove()?;
        } else if self.log.as_ref().is_none_or(|log| log.torn) {
            self.write_anew(&tracked)?;
        } else {
            let mut lines = Lines::default();
            for ((role, old), new) in Role::ALL.into_iter().zip(&self.tracked).zip(&tracked) {
                entries(role, old.as_ref(), new.as_ref(), &mut lines);
            }
            if self.can_append(&tracked, lines.len()) {
                self.append(&lines)?;
            } else {
                self.write_anew(&tracked)?;
            }
        }
        self.track(tracked);
        Ok(())
    }

    /// Takes what is recorded now, and gives up what was before.
    fn track(&mut self, tracked: [Option<Tracked>; 2]) {
        let old = std::mem::replace(&mut self.tracked, tracked);
        let is_last = |one: &Arc<Document>| Arc::strong_count(one) == 1 && one.text().len() > LARGE;
        if old.iter().flatten().any(|one| [&one.base, &one.text].into_iter().flatten().any(is_last)) {
            // Nobody else has it, and nobody is to wait until it is gone; where no thread can be had, it is given up here.
            let _ = thread::Builder::new().spawn(move || drop(old));
        }
    }

    /// Tells whether there is a place for what is recorded.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        self.place.is_some()
    }

    /// Returns the path of the journal, where something is in it.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        self.log.as_ref().and_then(|_| self.place_of_log())
    }

    /// Ends the journal: removes it, or leaves it for the next start; returns the one that is left.
    #[must_use]
    pub fn close(&mut self, keep: bool) -> Option<PathBuf> {
        if !keep {
            // What cannot be removed is offered once more: nothing is lost by that.
            let _ = self.remove();
        }
        let left = self.path();
        *self = Self::default();
        left
    }

    fn place_of_log(&self) -> Option<PathBuf> {
        self.place.as_ref().map(|place| place.folder.join(place.name.file(JOURNAL)))
    }

    fn can_append(&self, tracked: &[Option<Tracked>; 2], more: usize) -> bool {
        let texts: usize =
            tracked.iter().flatten().flat_map(|one| [&one.base, &one.text]).flatten().map(|d| d.text().len()).sum();
        self.log.as_ref().is_some_and(|log| log.size + more <= texts.saturating_mul(2) + GROWTH)
    }

    fn append(&mut self, lines: &Lines<'_>) -> Result<(), JournalError> {
        let path = self.place_of_log().unwrap_or_default();
        let Some(log) = self.log.as_mut().filter(|_| !lines.is_empty()) else { return Ok(()) };
        log.torn = true;
        lines.write_to(&mut log.file).and_then(|()| log.file.sync_data()).map_err(failed("write to", &path))?;
        log.torn = false;
        log.size += lines.len();
        Ok(())
    }

    /// Puts a journal of these edits in the place of the one that is there.
    fn write_anew(&mut self, tracked: &[Option<Tracked>; 2]) -> Result<(), JournalError> {
        let (Some(place), Some(path)) = (&self.place, self.place_of_log()) else { return Ok(()) };
        let mut lines = Lines::default();
        lines.add(&Entry::Owner(place.owner.clone()));
        for (role, tracked) in Role::ALL.into_iter().zip(tracked) {
            entries(role, None, tracked.as_ref(), &mut lines);
        }
        let put = copies::make_folder(&place.folder)
            .and_then(|()| copies::put(&place.folder, &path, |file| lines.write_to(file)));
        // Where it could not be locked the presence is what tells that this copy runs.
        let (file, _) = put.map_err(failed("write to", &path))?;
        self.log = Some(Log { file, size: lines.len(), torn: false });
        Ok(())
    }

    fn remove(&mut self) -> Result<(), JournalError> {
        let path = self.place_of_log();
        let (Some(log), Some(path)) = (&mut self.log, path) else { return Ok(()) };
        // Where this fails it may be gone all the same: what comes next must not be written behind it.
        log.torn = true;
        forget(&path)?;
        self.log = None;
        Ok(())
    }
}

/// Writes what leads from one state of a file to the next.
fn entries<'a>(role: Role, old: Option<&Tracked>, new: Option<&'a Tracked>, out: &mut Lines<'a>) {
    let same = |a: &Option<Arc<Document>>, b: &Option<Arc<Document>>| match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a.text() == b.text(),
        (None, None) => true,
        _ => false,
    };
    let Some(new) = new else {
        if old.is_some() {
            out.add(&Entry::Clean { file: role });
        }
        return;
    };
    let from = match old {
        Some(old) if same(&old.base, &new.base) => &old.text,
        _ => {
            out.add_base(role, new.base.as_ref().map(|document| document.text()));
            &new.base
        }
    };
    if same(from, &new.text) {
        return;
    }
    let (from, to) = (text(from.as_ref()), text(new.text.as_ref()));
    if let Some(splice) = difference(from, to) {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (start, end, text) = (splice.span.start, splice.span.end, splice.text.into());
        out.add(&Entry::Edit { file: role, at, start, end, text });
    }
}

fn text(document: Option<&Arc<Document>>) -> &str {
    document.map_or("", |document| document.text())
}

/// Removes a journal for good.
///
/// # Errors
///
/// Returns [`JournalError`] where it is still there, or may be after power has failed.
pub fn forget(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("remove", path)(error)),
        _ => {}
    }
    copies::sync(path.parent().unwrap_or(path)).map_err(failed("sync the directory of", path))
}

fn folder(environment: &Environment) -> Result<PathBuf, JournalError> {
    Ok(state::directory(environment).map_err(JournalError::Nowhere)?.join(FOLDER))
}
