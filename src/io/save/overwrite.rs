//! Writes a file in place, and puts right what an interrupted run has left.
//!
//! The backup is on the disk first, then a note beside it that a write goes on
//! (`pending`, locked while it does). The disk's room is asked for, the new
//! bytes go over the old ones in one write, the rest is cut off. Whatever fails
//! puts the old bytes back, which need no more room than they had. Where the
//! process dies in between, the next start finds the note and does it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::FileExt as _;

use rustix::fs::{AtFlags, FlockOperation, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::place::Place;
use super::temporary::Temporary;
use crate::io::backup::{Shelf, Version};

/// The note's name in the shelf.
const PENDING: &str = "pending";

/// What a write in place goes from and to.
#[derive(Debug, Deserialize, Serialize)]
struct Pending {
    /// The backup of the old text.
    old: String,
    /// The new text.
    new: String,
}

/// Why the new text is not there.
#[derive(Debug)]
pub(super) enum Failure {
    /// The file was another one right before.
    Changed,
    /// A step failed; the old bytes are there.
    Before(io::Error),
    /// A step failed, and putting the old bytes back did too.
    Torn(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Before(error)
    }
}

/// Overwrites a file whose old bytes are a backup on the shelf.
pub(super) fn overwrite(place: &Place, shelf: &Shelf, backup: &Version, old: &[u8], new: &str) -> Result<(), Failure> {
    let mut file = place.file(OFlags::RDWR)?.ok_or(Failure::Changed)?;
    if read(&mut file)? != old {
        return Err(Failure::Changed);
    }
    let note = Pending { old: backup.name.to_string_lossy().into_owned(), new: new.to_owned() };
    let note = serde_json::to_vec(&note).map_err(io::Error::other)?;
    let mut pending = Temporary::create(&shelf.directory)?;
    pending.write(&note)?;
    pending.take_name(OsStr::new(PENDING), true)?;
    let written = shelf
        .sync()
        .and_then(|()| reserve(&file, old.len(), new.len()))
        .and_then(|()| write(&mut file, old.len(), new));
    if let Err(error) = written {
        put_back(&mut file, old).map_err(Failure::Torn)?;
        forget(shelf);
        return Err(Failure::Before(error));
    }
    forget(shelf);
    Ok(())
}

/// Asks for the room that the new bytes need beyond the old ones.
fn reserve(file: &File, old: usize, new: usize) -> io::Result<()> {
    if new <= old {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::FallocateFlags;
        let reserved =
            rustix::io::retry_on_intr(|| rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, 0, new as u64));
        // Not every file system can: any other error says so.
        if let Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG | Errno::IO)) = reserved {
            return Err(error.into());
        }
    }
    Ok(())
}

/// Writes the new bytes, with blank lines as far as the old ones go, so that YAML is there
/// at each instant; then cuts those off.
fn write(file: &mut File, old: usize, new: &str) -> io::Result<()> {
    file.write_all_at(&padded(new, old), 0)?;
    file.set_len(new.len() as u64)?;
    file.sync_all()?;
    if read(file)? == new.as_bytes() { Ok(()) } else { Err(io::Error::other("what was read back differs")) }
}

fn padded(new: &str, length: usize) -> Vec<u8> {
    let mut bytes = new.as_bytes().to_vec();
    bytes.resize(length.max(new.len()), b'\n');
    bytes
}

fn put_back(file: &mut File, old: &[u8]) -> io::Result<()> {
    file.write_all_at(old, 0)?;
    file.set_len(old.len() as u64)?;
    file.sync_all()?;
    if read(file)? == old { Ok(()) } else { Err(io::Error::other("what was read back differs")) }
}

fn read(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn forget(shelf: &Shelf) {
    let _ = rustix::fs::unlinkat(&shelf.directory, PENDING, AtFlags::empty());
    let _ = shelf.sync();
}

/// Puts back a file that a run before has left half-written; returns what to say about it.
pub(super) fn recover(place: &Place, shelf: &Shelf) -> Option<String> {
    let mut note = shelf.file(OsStr::new(PENDING)).ok()??;
    // A live copy is at it.
    rustix::fs::flock(&note, FlockOperation::NonBlockingLockExclusive).ok()?;
    let path = super::absolute(&place.path());
    let told = |what: &str| Some(format!("a save of {} was interrupted: {what}", path.display()));
    let known = read(&mut note).ok().and_then(|bytes| serde_json::from_slice::<Pending>(&bytes).ok());
    let Some(known) = known else {
        forget(shelf);
        return None;
    };
    // What cannot be read now can be mended at the next start.
    let (old, found) = (shelf.read(OsStr::new(&known.old)).ok()?, place.read().ok()?);
    let (Some(old), Some(found)) = (old, found) else {
        forget(shelf);
        return None;
    };
    if found == old || found == known.new.as_bytes() {
        forget(shelf);
        return None;
    }
    if !is_mixed(&found, &old, &known.new) {
        forget(shelf);
        return told("the file is neither the old nor the new text; the old one is among its backups");
    }
    // Somebody may have written by hand what only looks like that.
    if let Err(why) = shelf.keep(&path, &found) {
        return told(&format!("its old text is not put back, for what is there cannot be kept: {why}"));
    }
    let file = place.file(OFlags::RDWR).ok().flatten();
    match file.ok_or_else(|| io::Error::other("it cannot be opened")).and_then(|mut file| put_back(&mut file, &old)) {
        Ok(()) => {
            forget(shelf);
            told("its old text was put back; what was there is among its backups")
        }
        Err(error) => told(&format!("its old text cannot be put back ({error}); it is among its backups")),
    }
}

/// Tells whether bytes are what an interrupted write leaves: each from the old or from the new text.
fn is_mixed(found: &[u8], old: &[u8], new: &str) -> bool {
    let new_bytes = padded(new, old.len());
    let length = found.len();
    (length == old.len() || length == new.len() || (length > old.len() && length < new.len()))
        && found.iter().enumerate().all(|(at, byte)| old.get(at) == Some(byte) || new_bytes.get(at) == Some(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_write_leaves_is_taken_for_its_work() {
        assert!(is_mixed(b"bbaa", b"aaaa", "bbb"));
        assert!(is_mixed(b"bbb\n", b"aaaa", "bbb"));
        assert!(is_mixed(b"aabb", b"aa", "bbbbb"));
        assert!(!is_mixed(b"aaaac", b"aaaa", "bbbbb"), "somebody has written behind it");
        assert!(!is_mixed(b"a", b"aaaa", "bbb"), "somebody has cut it off");
    }
}
