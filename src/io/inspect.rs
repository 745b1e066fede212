//! Reads the wheels of the wheel directory: their archives, and their digests where asked for.
//!
//! Only regular files and links to them are opened: a FIFO would be waited on for
//! ever. What was opened is asked again, so that nothing is swapped in between. Of
//! a wheel its directory and its `.dist-info` are read; the whole file only for a digest.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use rawzip::{FileReader, ReaderAt};
use sha2::{Digest as _, Sha256};

use super::share;
use crate::check::Facts;
use crate::config::Workspace;
use crate::preview;
use crate::wheel::contents::{Contents, Inspection};
use crate::wheel::{limits, metadata};

/// How many bytes are read at once for a digest.
const BUFFER: usize = 64 * 1024;

/// Wheels that were read, each with its absolute path.
pub type Found = Vec<(PathBuf, Arc<Inspection>)>;

/// Reads wheels in their order, until `until` has come; at least the first.
///
/// `room` is for how many more files all wheels together may list.
#[must_use]
pub fn read(paths: &[PathBuf], mut room: usize, until: Option<Instant>) -> Found {
    let mut found = Vec::new();
    for path in paths {
        if !found.is_empty() && until.is_some_and(|until| Instant::now() >= until) {
            break;
        }
        found.push((path.clone(), kept(inspect(path), &mut room)));
    }
    found
}

/// Reads all wheels of the wheel directory that are not known as they are now.
pub fn read_all(workspace: &Workspace, facts: &mut Facts) {
    let paths = preview::wheels_to_read(workspace, facts);
    let mut room = preview::room_for_members(facts);
    let mut inspected = Vec::with_capacity(paths.len());
    for batch in paths.chunks(BATCH) {
        inspected.extend(inspect_all(batch).into_iter().map(|one| kept(one, &mut room)));
    }
    // In one go: they come in order, and to find the place of a path takes longer than to read a small wheel's directory.
    facts.wheels.append(&mut paths.into_iter().zip(inspected).collect());
}

/// Wheels whose lists of files are held at the same time before there is room for them or not.
const BATCH: usize = 512;
/// Wheels for which a thread is worth starting: fewer are read before it has.
const SHARE: usize = 32;

/// Reads wheels, many of them on several threads; they come back in their order.
fn inspect_all(paths: &[PathBuf]) -> Vec<Inspection> {
    share::each(paths, SHARE, |path| inspect(path))
}

/// Takes the list of files of a wheel off where there is no room for it.
fn kept(mut inspection: Inspection, room: &mut usize) -> Arc<Inspection> {
    if let Ok(contents) = &mut inspection.contents {
        keep_within(contents, room);
    }
    Arc::new(inspection)
}

/// Adds the digest of each wheel of the wheel directory that was read.
pub fn add_digests(facts: &mut Facts) {
    for (path, inspection) in &mut facts.wheels {
        if inspection.sha256.is_none() {
            Arc::make_mut(inspection).sha256 = digest(path);
        }
    }
}

/// Returns the SHA-256 of a wheel in hexadecimal, none where it cannot be read.
#[must_use]
pub fn digest(path: &Path) -> Option<String> {
    open(path).ok().and_then(|(file, _)| sha256(file).ok())
}

/// Leaves the list of files out where all wheels together list enough.
fn keep_within(contents: &mut Contents, room: &mut usize) {
    if let Some(left) = room.checked_sub(contents.members.len()) {
        *room = left;
        return;
    }
    contents.members = Vec::new();
    let kept = limits::MAX_KEPT_MEMBERS;
    contents.oddities.push(format!("its files are not listed here: the wheels before it have {kept} already"));
}

/// Reads one wheel.
#[must_use]
pub fn inspect(path: &Path) -> Inspection {
    match open_at_once(path).map_or_else(|| open(path), Ok) {
        Err(problem) => Inspection { stamp: stamp_of(path), contents: Err(problem), sha256: None },
        Ok((file, stamp)) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let contents = metadata::read(bytes(file, stamp.0), stamp.0, &name);
            Inspection { stamp, contents: contents.map_err(|error| error.to_string()), sha256: None }
        }
    }
}

/// Wheels up to this size are read in one go, in bytes: to look at each part of it takes longer.
const SMALL: u64 = 64 * 1024;

/// The bytes of a wheel: those of a small one are held.
#[derive(Debug)]
pub enum Bytes {
    /// All of them.
    Held(Vec<u8>),
    /// They are read where they are asked for.
    Left(FileReader),
}

/// Returns the bytes of a file of that size.
#[must_use]
pub fn bytes(file: File, size: u64) -> Bytes {
    whole(&file, size).map_or_else(|| Bytes::Left(file.into()), Bytes::Held)
}

impl ReaderAt for Bytes {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let held = match self {
            Self::Held(held) => held,
            Self::Left(file) => return file.read_at(buffer, offset),
        };
        let end = offset.checked_add(buffer.len() as u64).and_then(|end| i64::try_from(end).ok());
        if end.is_none() {
            // As the system answers where no file can be that long.
            return Err(io::ErrorKind::InvalidInput.into());
        }
        held.as_slice().read_at(buffer, offset)
    }
}

/// Returns the bytes of a small file, fewer where it has become shorter meanwhile.
fn whole(file: &File, size: u64) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size).ok().filter(|_| size <= SMALL)?];
    let mut end = 0;
    while end < bytes.len() {
        match file.read_at(&mut bytes[end..], end as u64) {
            Ok(0) => break,
            Ok(read) => end += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What is wrong is told where it is read part by part.
            Err(_) => return None,
        }
    }
    bytes.truncate(end);
    Some(bytes)
}

type Stamp = (u64, Option<SystemTime>);

/// Opens a regular file, or a link to one.
pub(super) fn open(path: &Path) -> Result<(File, Stamp), String> {
    let words = |error: &io::Error| format!("it cannot be read: {error}");
    // Opening a device can do something by itself, so it is asked first.
    if !std::fs::metadata(path).map_err(|error| words(&error))?.is_file() {
        return Err("it is no file".to_owned());
    }
    // Keeps the open from waiting where a FIFO was put in place meanwhile.
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| words(&error))?;
    let metadata = file.metadata().map_err(|error| words(&error))?;
    if !metadata.is_file() {
        return Err("it is no file any more".to_owned());
    }
    Ok((file, (metadata.len(), metadata.modified().ok())))
}

/// Opens what was listed as a regular file, none where it is something else meanwhile or cannot be opened.
///
/// A link is not followed and a FIFO not waited on; to put a device in its place takes the rights of root.
fn open_at_once(path: &Path) -> Option<(File, Stamp)> {
    let flags = (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).ok()?;
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some((file, (metadata.len(), metadata.modified().ok())))
}

fn stamp_of(path: &Path) -> Stamp {
    std::fs::metadata(path).map_or((0, None), |metadata| (metadata.len(), metadata.modified().ok()))
}

/// Returns the SHA-256 of what is left of a file, in hexadecimal.
fn sha256(mut file: File) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut text = String::new();
    for byte in digest.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_opened() {
        let directory = tempfile::tempdir().expect("a directory");
        let fifo = directory.path().join("acme-1.0-py3-none-any.whl");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR).expect("a FIFO");
        assert_eq!(inspect(&fifo).contents, Err("it is no file".to_owned()));
        assert_eq!(inspect(directory.path()).contents, Err("it is no file".to_owned()));
        let gone = inspect(&directory.path().join("gone.whl"));
        assert!(gone.contents.is_err_and(|why| why.contains("No such file")));
    }

    #[test]
    fn a_small_file_answers_as_the_file_itself_does() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x");
        std::fs::write(&path, "0123456789").expect("written");
        let file = || File::open(&path).expect("opened");
        let (part, all) = (Bytes::Left(file().into()), bytes(file(), 10));
        assert!(matches!(all, Bytes::Held(_)));
        for offset in [0, 4, 9, 10, 11, 1 << 40, i64::MAX.cast_unsigned(), 1 << 63, u64::MAX] {
            let (mut one, mut other) = ([0; 6], [0; 6]);
            let ends = [part.read_at(&mut one, offset), all.read_at(&mut other, offset)];
            let [one_end, other_end] = ends.map(|end| end.map_err(|error| error.kind()));
            assert_eq!((one_end, one), (other_end, other), "{offset}");
        }
        assert_eq!(whole(&file(), 20).map(|bytes| bytes.len()), Some(10), "it was longer");
        assert_eq!(whole(&file(), SMALL + 1), None);
    }

    #[test]
    fn a_digest_is_that_of_the_whole_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x");
        std::fs::write(&path, "abc").expect("written");
        let digest = sha256(open(&path).expect("opened").0).expect("read");
        assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn many_come_back_in_their_order() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |place: usize| directory.path().join(format!("acme_{place}-1.0-py3-none-any.whl"));
        let paths: Vec<PathBuf> = (0..=5 * SHARE).map(path).collect();
        for (place, path) in paths.iter().enumerate() {
            std::fs::write(path, "x".repeat(place)).expect("written");
        }
        let sizes: Vec<u64> = inspect_all(&paths).iter().map(|one| one.stamp.0).collect();
        assert_eq!(sizes, (0..paths.len() as u64).collect::<Vec<_>>());
    }

    #[test]
    fn files_are_listed_while_there_is_room() {
        let three = || Contents {
            members: vec![crate::wheel::contents::Member { path: "x".into(), size: 1 }; 3],
            ..Contents::default()
        };
        let mut room = 4;
        let (mut first, mut second) = (three(), three());
        keep_within(&mut first, &mut room);
        keep_within(&mut second, &mut room);
        assert_eq!((first.members.len(), second.members.len(), room), (3, 0, 1));
        assert_eq!(second.oddities.len(), 1);
    }
}
