//! Temporary files: made under a name of ours, locked while they are used, swept where a run left them.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;

use rustix::fs::{AtFlags, Dir, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::{Errno, retry_on_intr};

use super::place::open_at;

/// What the names start and end with; between them are the process and a number.
const PREFIX: &str = ".skyplug-tui.";
const SUFFIX: &str = ".tmp";
/// Names that are tried before a directory is given up.
const MOST_TRIES: u32 = 100;

/// A temporary file; it goes away unless it takes a name.
#[derive(Debug)]
pub(in crate::io) struct Temporary<'a> {
    directory: &'a OwnedFd,
    name: String,
    file: File,
    is_named: bool,
}

impl<'a> Temporary<'a> {
    /// Makes one in a directory, private to the user.
    pub(in crate::io) fn create(directory: &'a OwnedFd) -> io::Result<Self> {
        let how = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        for number in 0..MOST_TRIES {
            let name = format!("{PREFIX}{}.{number}{SUFFIX}", std::process::id());
            let file = match retry_on_intr(|| rustix::fs::openat(directory, &name, how, mode)) {
                Ok(file) => File::from(file),
                Err(Errno::EXIST) => continue,
                Err(error) => return Err(error.into()),
            };
            let new = Self { directory, name, file, is_named: false };
            // The lock says that it is in use. A sweep may have come in between: then another one is new.
            let locked = retry_on_intr(|| rustix::fs::flock(&new.file, FlockOperation::NonBlockingLockExclusive));
            if !matches!(locked, Err(Errno::WOULDBLOCK)) && new.file.metadata()?.nlink() > 0 {
                return Ok(new);
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "all names for a temporary file are taken"))
    }

    /// Returns the file.
    pub(in crate::io) const fn file(&self) -> &File {
        &self.file
    }

    /// Writes the bytes, down to the disk.
    pub(in crate::io) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Gives it a name, in one step; `over` says whether another file may lose it.
    ///
    /// The lock stays until the value is dropped.
    pub(in crate::io) fn take_name(&mut self, name: &OsStr, over: bool) -> io::Result<()> {
        if over {
            retry_on_intr(|| rustix::fs::renameat(self.directory, &self.name, self.directory, name))?;
        } else {
            self.take_free_name(name)?;
        }
        self.is_named = true;
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn take_free_name(&self, name: &OsStr) -> io::Result<()> {
        let rename =
            || rustix::fs::renameat_with(self.directory, &self.name, self.directory, name, RenameFlags::NOREPLACE);
        match retry_on_intr(rename) {
            Err(Errno::INVAL | Errno::NOSYS) => self.link_as(name),
            done => Ok(done?),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn take_free_name(&self, name: &OsStr) -> io::Result<()> {
        self.link_as(name)
    }

    fn link_as(&self, name: &OsStr) -> io::Result<()> {
        retry_on_intr(|| rustix::fs::linkat(self.directory, &self.name, self.directory, name, AtFlags::empty()))?;
        Ok(rustix::fs::unlinkat(self.directory, &self.name, AtFlags::empty())?)
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.is_named {
            // What stays is swept at the next start.
            let _ = rustix::fs::unlinkat(self.directory, &self.name, AtFlags::empty());
        }
    }
}

/// Removes the temporary files that a run before has left in a directory: regular ones under a
/// name of ours, of this user or of `owner`, that no live copy holds.
pub(in crate::io) fn sweep(directory: &OwnedFd, owner: Option<u32>) {
    let Ok(names) = Dir::read_from(directory) else { return };
    let ours: Vec<OsString> = names
        .flatten()
        .map(|entry| OsStr::from_bytes(entry.file_name().to_bytes()).to_owned())
        .filter(|name| is_ours(name))
        .collect();
    let user = rustix::process::geteuid().as_raw();
    for name in ours {
        let Ok(Some(file)) = open_at(directory, &name, OFlags::RDONLY) else { continue };
        let mine = |m: &std::fs::Metadata| m.is_file() && (m.uid() == user || Some(m.uid()) == owner);
        if file.metadata().is_ok_and(|metadata| mine(&metadata))
            && rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
        {
            let _ = rustix::fs::unlinkat(directory, &name, AtFlags::empty());
        }
    }
}

fn is_ours(name: &OsStr) -> bool {
    let middle = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    middle.is_some_and(|middle| !middle.is_empty() && middle.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'))
}
