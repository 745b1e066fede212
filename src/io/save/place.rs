//! The place of a file: its directory, held open, and its name in it.
//!
//! All steps of a save go through the open directory, so that they stay
//! together whatever happens to the path meanwhile. Here is also the look at
//! how a file can be written.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, Mode, OFlags, StatVfsMountFlags};
use rustix::io::{Errno, retry_on_intr};

use super::{SaveError, failed};
use crate::config::writing::{InPlace, ReadOnly, Strategy, Target};

/// Links followed before a chain is called a cycle, as Linux does it.
const MAX_LINKS: usize = 40;
/// Bits of `st_mode` that `chmod` sets.
pub(super) const MODE_BITS: u32 = 0o7777;
/// The owner's right to write.
const OWNER_WRITE: u32 = 0o200;
/// Everybody's right to read.
const OTHERS_READ: u32 = 0o004;
/// Everybody's right to go through a directory.
const OTHERS_PASS: u32 = 0o001;
/// New files get the group of such a directory.
const SET_GROUP: u32 = 0o2000;
/// The link that Kubernetes swaps in the volumes that it makes of its objects.
const SWAPPED: &str = "..data";

/// A name in an open directory.
#[derive(Debug)]
pub(in crate::io) struct Place {
    /// The directory.
    pub(in crate::io) directory: OwnedFd,
    /// Its path, for what is said.
    pub(in crate::io) folder: PathBuf,
    /// The name.
    pub(in crate::io) name: OsString,
}

impl Place {
    /// Opens the directory of a file, whose links are followed already.
    pub(in crate::io) fn open(target: &Path) -> io::Result<Self> {
        let folder = folder(target);
        let name = target.file_name().ok_or_else(|| io::Error::other("it has no file name"))?.to_owned();
        Ok(Self { directory: open_directory(&folder)?, folder, name })
    }

    /// Returns the path of the file.
    pub(in crate::io) fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// Opens the file, never a link; none where there is none.
    pub(in crate::io) fn file(&self, how: OFlags) -> io::Result<Option<File>> {
        open_at(&self.directory, &self.name, how)
    }

    /// Reads the file; none where there is none.
    pub(in crate::io) fn read(&self) -> io::Result<Option<Vec<u8>>> {
        let Some(mut file) = self.file(OFlags::RDONLY)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

/// Tells whether every directory above a file lets everybody through.
fn others_pass(file: &Path) -> bool {
    let lets_pass = |path: &Path| fs::metadata(path).is_ok_and(|found| found.mode() & OTHERS_PASS != 0);
    fs::canonicalize(file).is_ok_and(|file| file.ancestors().skip(1).all(lets_pass))
}

/// Returns the directory of a path.
fn folder(target: &Path) -> PathBuf {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn open_directory(path: &Path) -> io::Result<OwnedFd> {
    let open =
        |how| retry_on_intr(|| rustix::fs::openat(CWD, path, how | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()));
    let opened = open(OFlags::RDONLY);
    // Names can be used that cannot be listed.
    #[cfg(target_os = "linux")]
    let opened = opened.or_else(|error| if error == Errno::ACCESS { open(OFlags::PATH) } else { Err(error) });
    Ok(opened?)
}

/// Opens a regular file or whatever else lies there, but no link, and waits for nobody.
pub(in crate::io) fn open_at(directory: &OwnedFd, name: &OsStr, how: OFlags) -> io::Result<Option<File>> {
    let how = how | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match retry_on_intr(|| rustix::fs::openat(directory, name, how, Mode::empty())) {
        Ok(file) => Ok(Some(File::from(file))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Follows a chain of links by hand: the last one may lead to nothing yet.
///
/// Tells too whether it leads through a volume of Kubernetes. A link that cannot be read
/// is taken for the file, and then not opened: no link is written over.
pub(super) fn follow(path: &Path) -> Result<(PathBuf, bool), SaveError> {
    let mut at = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&at) else {
            let swapped = at.components().any(|part| part.as_os_str() == SWAPPED);
            return Ok((at, swapped));
        };
        at = at.parent().unwrap_or_else(|| Path::new("")).join(target);
    }
    Err(failed("follow the links at", path)(io::Error::other("too many levels of symbolic links")))
}

/// Looks at how a file can be written; nothing is.
///
/// # Errors
///
/// Returns [`SaveError`] where the path cannot be looked at, or is no file.
pub fn look(path: &Path) -> Result<Target, SaveError> {
    let (file, swapped) = follow(path)?;
    let metadata = match fs::metadata(&file) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed("look at", &file)(error)),
    };
    if metadata.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return Err(SaveError::NoFile(file));
    }
    let strategy = match &metadata {
        _ if swapped => Strategy::ReadOnly(ReadOnly::ConfigMap),
        None => for_new(&file),
        Some(metadata) => for_old(&file, metadata),
    };
    let mode = metadata.map(|metadata| metadata.mode() & MODE_BITS);
    let is_open = mode.is_some_and(|mode| mode & OTHERS_READ != 0) && others_pass(&file);
    Ok(Target { file, strategy, mode, is_open })
}

/// A file that is to be made: the nearest directory that is there decides.
fn for_new(file: &Path) -> Strategy {
    let there = file.ancestors().skip(1).map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let Some(directory) = there.into_iter().find(|path| path.exists()) else { return Strategy::Rename };
    if is_read_only(directory) {
        Strategy::ReadOnly(ReadOnly::FileSystem)
    } else if is_allowed(directory, Access::WRITE_OK | Access::EXEC_OK) {
        Strategy::Rename
    } else {
        Strategy::ReadOnly(ReadOnly::Permission)
    }
}

fn for_old(file: &Path, metadata: &Metadata) -> Strategy {
    if is_read_only(file) {
        return Strategy::ReadOnly(ReadOnly::FileSystem);
    }
    // The directory may allow a rename all the same: the mode is a wish.
    if metadata.mode() & OWNER_WRITE == 0 {
        return Strategy::ReadOnly(ReadOnly::Mode);
    }
    let (mount_root, immutable) = attributes(file);
    if immutable {
        return Strategy::ReadOnly(ReadOnly::Immutable);
    }
    let folder = folder(file);
    let in_place = if mount_root || fs::metadata(&folder).is_ok_and(|folder| folder.dev() != metadata.dev()) {
        Some(InPlace::MountPoint)
    } else if metadata.nlink() > 1 {
        Some(InPlace::HardLinks(metadata.nlink()))
    } else if !can_keep_owner(metadata, &folder) {
        Some(InPlace::Owner)
    } else if !is_allowed(&folder, Access::WRITE_OK | Access::EXEC_OK) {
        Some(InPlace::Directory)
    } else {
        None
    };
    match in_place {
        None => Strategy::Rename,
        Some(why) if is_allowed(file, Access::WRITE_OK) => Strategy::InPlace(why),
        Some(_) => Strategy::ReadOnly(ReadOnly::Permission),
    }
}

fn is_read_only(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
}

fn is_allowed(path: &Path, access: Access) -> bool {
    rustix::fs::accessat(CWD, path, access, AtFlags::EACCESS).is_ok()
}

/// Tells whether something is mounted on a file, and whether its attributes keep it as it is.
#[cfg(target_os = "linux")]
fn attributes(path: &Path) -> (bool, bool) {
    use rustix::fs::{StatxAttributes as Is, StatxFlags, statx};
    let Ok(found) = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BASIC_STATS) else { return (false, false) };
    let is = found.stx_attributes;
    (is.contains(Is::MOUNT_ROOT), is.intersects(Is::IMMUTABLE | Is::APPEND))
}

#[cfg(not(target_os = "linux"))]
fn attributes(_: &Path) -> (bool, bool) {
    (false, false)
}

fn can_keep_owner(metadata: &Metadata, folder: &Path) -> bool {
    let user = rustix::process::geteuid();
    if user.is_root() {
        return true;
    }
    let group = metadata.gid();
    let inherited = || fs::metadata(folder).is_ok_and(|m| m.permissions().mode() & SET_GROUP != 0 && m.gid() == group);
    let is_member = || rustix::process::getgroups().is_ok_and(|all| all.iter().any(|one| one.as_raw() == group));
    metadata.uid() == user.as_raw() && (rustix::process::getegid().as_raw() == group || is_member() || inherited())
}
