//! Writes one of the two files so that the old text or the new one is there whole.
//!
//! How a file can be written is looked at first ([`look`]). As a rule the new
//! text goes to a temporary file in the same directory, gets the old file's
//! owner, attributes and mode, is synced, takes the name in one step, and the
//! directory is synced; then it is read back. Where no other file can take the
//! name, the bytes are overwritten, if a person has agreed to that. A link is
//! followed: the file it leads to is written, the link stays. The old text is
//! put among the backups first. What a save may replace is said by
//! [`Expected`]; it is compared with what is on disk right before the last
//! step, by content and not by date.

mod attributes;
mod overwrite;
pub(super) mod place;
pub(super) mod temporary;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::{Errno, retry_on_intr};

use self::attributes::Lost;
use self::overwrite::Failure;
use self::place::Place;
pub use self::place::look;
use self::temporary::{Temporary, sweep};
use super::backup::{Shelf, Version};
use crate::config::Environment;
use crate::config::writing::{InPlace, ReadOnly, Strategy, Target};

/// What was at the path when it was read.
#[derive(Clone, Copy, Debug)]
pub enum Expected<'a> {
    /// Nothing.
    Absent,
    /// This text.
    Text(&'a str),
    /// Whatever is there may be replaced: a person has said so.
    Anything,
}

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Where.
    pub path: &'a Path,
    /// What.
    pub text: &'a str,
    /// What may be replaced.
    pub expected: Expected<'a>,
    /// Whether the file may be written in place, where nothing else works.
    pub in_place: bool,
    /// Where the backups are.
    pub environment: &'a Environment,
}

/// What a save did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The file written, links followed.
    pub path: PathBuf,
    /// Whether there was no file before.
    pub created: bool,
    /// Where the old text is kept.
    pub backup: Option<PathBuf>,
    /// What could not be kept as it was, in one sentence each.
    pub notes: Vec<String>,
}

/// Why nothing was written; but for the last three the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file is not what was read.
    #[error("{} has changed on disk since it was read; nothing was written", .0.display())]
    Changed(PathBuf),
    /// The file cannot be written.
    #[error("{} is read-only: {why}; nothing was written", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// Why.
        why: ReadOnly,
    },
    /// The file can be written in place only, and nobody has agreed to that.
    #[error("{} can only be written in place: {why}; nothing was written", path.display())]
    InPlace {
        /// The file.
        path: PathBuf,
        /// Why.
        why: InPlace,
    },
    /// The path names something else than a file.
    #[error("{} is no regular file; nothing was written", .0.display())]
    NoFile(PathBuf),
    /// No backup can be kept, and without one nothing may be overwritten.
    #[error("no backup of {} can be kept: {why}; nothing was written", path.display())]
    Backup {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The operating system refused a step.
    #[error("cannot {step} {}: {cause}; the file is as it was", path.display())]
    Io {
        /// What was being done: `create a temporary file in`.
        step: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The new text was written, but what was read back is something else.
    #[error("{} was written, but what was read back differs: check the disk", .0.display())]
    ReadBack(PathBuf),
    /// The new text was written, but cannot be read back.
    #[error("{} was written, but cannot be read back: {cause}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// Writing in place failed, and so did putting the old text back.
    #[error("{} was being written in place when that failed, and its old text cannot be put back: {cause}. \
             The old text is in {}", path.display(), backup.display())]
    Torn {
        /// The file.
        path: PathBuf,
        /// Where the old text is.
        backup: PathBuf,
        /// Why not.
        cause: io::Error,
    },
}

/// Writes a text; parent directories are made where they are missing.
///
/// # Errors
///
/// Returns [`SaveError`], which says whether the file is as it was.
pub fn save(request: &Request<'_>) -> Result<Saved, SaveError> {
    let mut notes = tidy(request.path, request.environment);
    let target = look(request.path)?;
    let writes = Writes { request, target: &target };
    let in_place = match target.strategy {
        Strategy::ReadOnly(why) => return Err(SaveError::ReadOnly { path: target.file, why }),
        Strategy::InPlace(why) => Some(why),
        Strategy::Rename => None,
    };
    let place = writes.open()?;
    let old = writes.read(&place)?;
    if old.as_deref() == Some(request.text.as_bytes()) {
        return Ok(Saved { path: target.file.clone(), created: false, backup: None, notes });
    }
    if let Some(why) = in_place {
        writes.agreed(why)?;
    }
    let backup = match &old {
        Some(old) => writes.back_up(old, in_place.is_some(), &mut notes)?,
        None => None,
    };
    let blocked = match in_place {
        Some(why) => Some(why),
        None => writes.rename(&place, old.as_deref(), &mut notes)?,
    };
    if let Some(why) = blocked {
        writes.agreed(why)?;
        let (Some(old), Some(kept)) = (&old, &backup) else {
            let why = "none was kept, and a write in place needs one".to_owned();
            return Err(SaveError::Backup { path: target.file, why });
        };
        writes.overwrite(&place, kept, old)?;
    }
    writes.read_back()?;
    let backup = backup.map(|(_, version)| version.path);
    Ok(Saved { path: target.file.clone(), created: old.is_none(), backup, notes })
}

/// Puts right what an interrupted run has left of a file and beside it; returns what to say.
#[must_use]
pub fn tidy(path: &Path, environment: &Environment) -> Vec<String> {
    let Ok((target, _)) = place::follow(path) else { return Vec::new() };
    let Ok(place) = Place::open(&target) else { return Vec::new() };
    let owner = fs::metadata(&target).ok().map(|metadata| metadata.uid());
    sweep(&place.directory, owner);
    let Ok(Some(shelf)) = Shelf::find(&absolute(&target), environment) else { return Vec::new() };
    sweep(&shelf.directory, None);
    overwrite::recover(&place, &shelf).into_iter().collect()
}

/// Returns the file that a path leads to, under the path that its backups are known by.
pub(super) fn file_of(path: &Path) -> Result<PathBuf, SaveError> {
    place::follow(path).map(|(file, _)| absolute(&file))
}

/// Returns a path under which a file is known whatever the current directory is.
fn absolute(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // Links in the directories lead to one file by several ways.
    match (absolute.parent().map(fs::canonicalize), absolute.file_name()) {
        (Some(Ok(parent)), Some(name)) => parent.join(name),
        _ => absolute,
    }
}

/// One save, with what was seen of its target.
struct Writes<'a> {
    request: &'a Request<'a>,
    target: &'a Target,
}

impl Writes<'_> {
    fn path(&self) -> PathBuf {
        self.target.file.clone()
    }

    fn agreed(&self, why: InPlace) -> Result<(), SaveError> {
        if self.request.in_place { Ok(()) } else { Err(SaveError::InPlace { path: self.path(), why }) }
    }

    fn open(&self) -> Result<Place, SaveError> {
        let file = &self.target.file;
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(failed("make the directory", folder))?;
        }
        Place::open(file).map_err(failed("open the directory of", file))
    }

    /// Reads what is there, and holds it against what was expected.
    fn read(&self, place: &Place) -> Result<Option<Vec<u8>>, SaveError> {
        let found = place.read().map_err(failed("read", &self.target.file))?;
        let same = match self.request.expected {
            Expected::Anything => true,
            Expected::Absent => found.is_none(),
            Expected::Text(text) => found.as_deref() == Some(text.as_bytes()),
        };
        if same { Ok(found) } else { Err(SaveError::Changed(self.path())) }
    }

    /// Puts the old text away; where nothing depends on that, a failure is a note.
    fn back_up(
        &self,
        old: &[u8],
        in_place: bool,
        notes: &mut Vec<String>,
    ) -> Result<Option<(Shelf, Version)>, SaveError> {
        let file = absolute(&self.target.file);
        let kept = Shelf::make(&file, self.request.environment).and_then(|shelf| {
            let version = shelf.keep(&file, old)?;
            Ok((shelf, version))
        });
        match kept {
            Ok(kept) => Ok(Some(kept)),
            Err(why) if in_place || matches!(self.request.expected, Expected::Anything) => {
                Err(SaveError::Backup { path: self.path(), why })
            }
            Err(why) => {
                notes.push(format!("no backup of the old text was kept: {why}"));
                Ok(None)
            }
        }
    }

    /// Puts a new file in the place of the old one; returns why that cannot be.
    fn rename(&self, place: &Place, old: Option<&[u8]>, notes: &mut Vec<String>) -> Result<Option<InPlace>, SaveError> {
        let in_folder = |step| failed(step, &place.folder);
        let over = old.is_some();
        let mut temporary = Temporary::create(&place.directory).map_err(in_folder("create a temporary file in"))?;
        match keep_attributes(place, temporary.file(), over, notes) {
            Ok(()) => {}
            Err(Lost::InPlace(why)) => return Ok(Some(why)),
            Err(Lost::Io(error)) => return Err(failed("keep owner and mode of", &self.target.file)(error)),
        }
        temporary.write(self.request.text.as_bytes()).map_err(in_folder("write to a temporary file in"))?;
        // Whatever may be replaced: what was put away is what goes.
        if self.read(place)?.as_deref() != old {
            return Err(SaveError::Changed(self.path()));
        }
        if let Err(error) = temporary.take_name(&place.name, over) {
            return self.not_named(place, over, error);
        }
        // The name is durable only once its directory is.
        if let Err(error) = retry_on_intr(|| rustix::fs::fsync(&place.directory)) {
            notes.push(format!("the directory could not be synced: {error}"));
        }
        Ok(None)
    }

    /// Says what a rename that failed means.
    fn not_named(&self, at: &Place, replaces: bool, cause: io::Error) -> Result<Option<InPlace>, SaveError> {
        match cause.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::BUSY | Errno::XDEV) if replaces => Ok(Some(InPlace::MountPoint)),
            Some(Errno::EXIST) if !replaces => Err(SaveError::Changed(self.path())),
            // Over a network the answer may get lost, not the deed.
            _ if at.read().ok().flatten().as_deref() == Some(self.request.text.as_bytes()) => Ok(None),
            _ => Err(failed("put the new file in the place of", &self.target.file)(cause)),
        }
    }

    fn overwrite(&self, place: &Place, kept: &(Shelf, Version), old: &[u8]) -> Result<(), SaveError> {
        let backup = &kept.1;
        overwrite::overwrite(place, &kept.0, backup, old, self.request.text).map_err(|failure| match failure {
            Failure::Changed => SaveError::Changed(self.path()),
            Failure::Before(error) => failed("write in place", &self.target.file)(error),
            Failure::Torn(cause) => SaveError::Torn { path: self.path(), backup: backup.path.clone(), cause },
        })
    }

    /// Reads by the path, as SkyPilot will.
    fn read_back(&self) -> Result<(), SaveError> {
        match fs::read(&self.target.file) {
            Ok(bytes) if bytes == self.request.text.as_bytes() => Ok(()),
            Ok(_) => Err(SaveError::ReadBack(self.path())),
            Err(cause) => Err(SaveError::Unread { path: self.path(), cause }),
        }
    }
}

/// Gives the new file what the old one has, where there is one.
fn keep_attributes(place: &Place, new: &File, over: bool, notes: &mut Vec<String>) -> Result<(), Lost> {
    if !over {
        return Ok(());
    }
    let Some(old) = place.file(OFlags::RDONLY)? else { return Ok(()) };
    let metadata = old.metadata()?;
    attributes::keep(new, &old, &metadata, notes)
}

fn failed(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SaveError {
    let path = path.to_owned();
    move |cause| SaveError::Io { step, path, cause }
}

#[cfg(test)]
mod tests;
