//! Keeps the last saved versions of each file in the state directory.
//!
//! Each file has a folder of its own there, private to the user. No link is
//! followed below the state directory, and what belongs to somebody else is
//! not used: the copies hold real values.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, CWD, Dir, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};
use sha2::{Digest as _, Sha256};

use super::clock;
use super::save::place::open_at;
use super::save::temporary::{Temporary, sweep};
use super::state::{self, PRIVATE_DIRECTORY};
use crate::app::message::SavedVersion;
use crate::config::Environment;

/// The versions that are kept of each file.
pub const MOST_KEPT: usize = 10;
/// The folder in the state directory.
const FOLDER: &str = "backup";
/// The file that says which path a folder is about.
const PATH_FILE: &str = "path";
/// Hexadecimal digits of the path's digest in a folder's name.
const DIGITS: usize = 16;
/// What the names of versions end with.
const END: &str = ".yaml";
/// Bits of a mode that let others write.
const OTHERS_WRITE: u32 = 0o022;

/// The versions of one file.
#[derive(Debug)]
pub(in crate::io) struct Shelf {
    /// The folder, held open.
    pub(in crate::io) directory: OwnedFd,
    folder: PathBuf,
}

/// Reads the versions of a file, the last one first, for people.
///
/// # Errors
///
/// Returns why they cannot be read, in words.
pub fn read_all(path: &Path, environment: &Environment) -> Result<Vec<SavedVersion>, String> {
    let file = super::save::file_of(path).map_err(|error| error.to_string())?;
    let Some(shelf) = Shelf::find(&file, environment)? else { return Ok(Vec::new()) };
    let versions = shelf.versions().map_err(|error| format!("cannot list {}: {error}", shelf.folder.display()))?;
    Ok(versions
        .iter()
        .rev()
        .map(|one| SavedVersion { when: clock::date(one.seconds), text: shelf.text(one) })
        .collect())
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its name in the folder; a later one sorts behind.
    pub name: OsString,
    /// Where it is.
    pub path: PathBuf,
    /// When it was put away, in seconds since 1970.
    pub seconds: u64,
}

impl Shelf {
    /// Opens the shelf of a file, an absolute path without links; none where nothing was kept yet.
    pub(in crate::io) fn find(file: &Path, environment: &Environment) -> Result<Option<Self>, String> {
        Self::open(file, environment, false)
    }

    /// Opens the shelf of a file, and makes it where it is missing.
    pub(in crate::io) fn make(file: &Path, environment: &Environment) -> Result<Self, String> {
        Self::open(file, environment, true)?.ok_or_else(|| "the state directory is gone".to_owned())
    }

    fn open(file: &Path, environment: &Environment, make: bool) -> Result<Option<Self>, String> {
        let mut folder = state::directory(environment)?;
        let base = folder.parent().map(Path::to_owned).unwrap_or_default();
        let failed = |folder: &Path, error: io::Error| format!("cannot use {}: {error}", folder.display());
        if make {
            let created = fs::DirBuilder::new().recursive(true).mode(PRIVATE_DIRECTORY).create(&base);
            created.map_err(|error| failed(&base, error))?;
        }
        // Links are followed up to the state directory, never below.
        let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut at = match retry_on_intr(|| rustix::fs::openat(CWD, &base, how, Mode::empty())) {
            Ok(at) => at,
            Err(Errno::NOENT) if !make => return Ok(None),
            Err(error) => return Err(failed(&base, error.into())),
        };
        let own = folder.file_name().unwrap_or_default().to_owned();
        folder = base;
        for name in [own, OsString::from(FOLDER), shelf_name(file)] {
            folder.push(&name);
            at = match enter(&at, &name, make) {
                Ok(Some(next)) => next,
                Ok(None) => return Ok(None),
                Err(error) => return Err(failed(&folder, error)),
            };
        }
        Ok(Some(Self { directory: at, folder }))
    }

    /// Puts a version away, down to the disk, and reads it back; the oldest ones go.
    ///
    /// The same bytes are not put away twice in a row.
    pub(in crate::io) fn keep(&self, file: &Path, bytes: &[u8]) -> Result<Version, String> {
        self.keep_bytes(file, bytes).map_err(|error| format!("cannot write to {}: {error}", self.folder.display()))
    }

    fn keep_bytes(&self, file: &Path, bytes: &[u8]) -> io::Result<Version> {
        sweep(&self.directory, None);
        let versions = self.versions()?;
        if let Some(last) = versions.last()
            && self.read(&last.name).ok().flatten().as_deref() == Some(bytes)
        {
            return Ok(last.clone());
        }
        if !matches!(self.file(PATH_FILE.as_ref()), Ok(Some(_))) {
            self.put(PATH_FILE.as_ref(), file.as_os_str().as_bytes())?;
        }
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        // By number: a clock may go back.
        let number = versions.last().and_then(|last| number(&last.name)).map_or(1, |(number, _)| number + 1);
        let name = OsString::from(format!("{number:08}-{seconds}{END}"));
        self.put(&name, bytes)?;
        if self.read(&name)?.as_deref() != Some(bytes) {
            return Err(io::Error::other("what was read back differs"));
        }
        let old = (versions.len() + 1).saturating_sub(MOST_KEPT);
        for one in versions.iter().take(old) {
            let _ = rustix::fs::unlinkat(&self.directory, &one.name, AtFlags::empty());
        }
        Ok(Version { path: self.folder.join(&name), name, seconds })
    }

    /// Writes a file of the shelf, whole or not at all.
    fn put(&self, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
        let mut temporary = Temporary::create(&self.directory)?;
        temporary.write(bytes)?;
        temporary.take_name(name, true)?;
        self.sync()
    }

    /// Makes the names durable.
    pub(in crate::io) fn sync(&self) -> io::Result<()> {
        Ok(retry_on_intr(|| rustix::fs::fsync(&self.directory))?)
    }

    /// Returns the versions, the oldest first.
    pub(in crate::io) fn versions(&self) -> io::Result<Vec<Version>> {
        let mut found = Vec::new();
        for entry in Dir::read_from(&self.directory)? {
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            let Some((_, seconds)) = number(&name) else { continue };
            found.push(Version { path: self.folder.join(&name), name, seconds });
        }
        found.sort_by_key(|one| number(&one.name));
        Ok(found)
    }

    /// Returns the text of a version, or why it has none.
    fn text(&self, version: &Version) -> Result<Arc<str>, String> {
        let bytes = self.read(&version.name).map_err(|error| error.to_string())?;
        let bytes = bytes.ok_or("it is gone")?;
        String::from_utf8(bytes).map(Into::into).map_err(|_| "it is not UTF-8".to_owned())
    }

    /// Opens a file of the shelf: one of this user, no link; none where there is none.
    pub(in crate::io) fn file(&self, name: &OsStr) -> io::Result<Option<File>> {
        let Some(file) = open_at(&self.directory, name, OFlags::RDWR)? else { return Ok(None) };
        let metadata = file.metadata()?;
        if metadata.is_file() && is_mine(metadata.uid()) {
            Ok(Some(file))
        } else {
            Err(io::Error::other(format!("{} is not this user's file", name.to_string_lossy())))
        }
    }

    /// Reads a file of the shelf.
    pub(in crate::io) fn read(&self, name: &OsStr) -> io::Result<Option<Vec<u8>>> {
        let Some(mut file) = self.file(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

/// Goes into a directory of this user, which is no link; none where it is missing and not made.
fn enter(at: &OwnedFd, name: &OsStr, make: bool) -> io::Result<Option<OwnedFd>> {
    if make {
        match retry_on_intr(|| rustix::fs::mkdirat(at, name, Mode::RWXU)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let next = match retry_on_intr(|| rustix::fs::openat(at, name, how, Mode::empty())) {
        Ok(next) => next,
        Err(Errno::NOENT) if !make => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let found = rustix::fs::fstat(&next)?;
    if !is_mine(found.st_uid) {
        return Err(io::Error::other("it belongs to another user"));
    }
    if found.st_mode & OTHERS_WRITE != 0 {
        return Err(io::Error::other("others may write to it (chmod 700 mends that)"));
    }
    Ok(Some(next))
}

/// Tells whether something is this user's; the administrator may use what is anybody's.
fn is_mine(owner: u32) -> bool {
    let user = rustix::process::geteuid();
    user.is_root() || user.as_raw() == owner
}

/// Returns the number and the time that a version's name holds.
fn number(name: &OsStr) -> Option<(u64, u64)> {
    let (number, seconds) = name.to_str()?.strip_suffix(END)?.split_once('-')?;
    Some((number.parse().ok()?, seconds.parse().ok()?))
}

/// Returns the name of a file's folder: its own name, and a digest of its path.
fn shelf_name(file: &Path) -> OsString {
    let digest = Sha256::digest(file.as_os_str().as_bytes());
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push("-");
    for byte in digest.iter().take(DIGITS / 2) {
        name.push(format!("{byte:02x}"));
    }
    name
}
