//! Reads the two files, whatever lies at their paths.
//!
//! A FIFO or a device is never opened: SkyPilot would wait on it for ever, and
//! so would this program. What kind of thing it is, is asked of the opened file
//! again, so that nothing is swapped in between.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::manifest;
use crate::config::glimpse::Glimpse;
use crate::config::{ConfigFile, Content, Location, PathSource, Role, Unreadable, UnreadableReason};
use crate::yaml::Document;

/// The largest file that is read, in bytes. Spans are 32 bits wide, and
/// SkyPilot itself would need minutes and gigabytes for a tenth of this.
pub const MAX_SIZE: u64 = 256 * 1024 * 1024;

/// How much of a file is looked at before it is read, in bytes: more entries than a usual screen has.
const HEAD: u64 = 16 << 10;

/// Returns the path of a file as this process opens it; a relative one is one of `base`.
#[must_use]
pub fn absolute(location: &Location, base: &Path) -> Option<PathBuf> {
    location.path.as_ref().map(|path| base.join(path))
}

/// Reads the list at `location`; a relative path is one of `base`, the server's directory.
#[must_use]
pub fn load(location: Location, role: Role, base: &Path) -> ConfigFile {
    let content = load_again(&location, role, base, &Content::Absent);
    ConfigFile { location, content }
}

/// Reads the list at `location`; the text that is known is not parsed again.
#[must_use]
pub fn load_again(location: &Location, role: Role, base: &Path, known: &Content) -> Content {
    match absolute(location, base) {
        Some(path) if location.source == PathSource::ConfigMap => manifest::read(&path, role, known),
        Some(path) => read_again(&path, known),
        None => Content::Absent,
    }
}

/// Reads whatever lies at `path`.
#[must_use]
pub fn read(path: &Path) -> Content {
    read_again(path, &Content::Absent)
}

/// Reads whatever lies at `path`; the text that is known is not parsed again.
#[must_use]
pub fn read_again(path: &Path, known: &Content) -> Content {
    // Python's `os.path.exists` is false for whatever cannot be asked.
    let Ok(metadata) = std::fs::metadata(path) else { return Content::Absent };
    let kind = metadata.file_type();
    if kind.is_dir() {
        return unreadable(UnreadableReason::Directory, "it is a directory");
    }
    if kind.is_char_device() && metadata.rdev() == NULL_DEVICE {
        // Python reads nothing from it and goes on: an empty file.
        return decode(Vec::new());
    }
    if kind.is_fifo() || kind.is_char_device() || kind.is_block_device() {
        return unreadable(UnreadableReason::Endless, "it is a FIFO or a device, which may never end");
    }
    let file = match OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path) {
        Ok(file) => file,
        Err(error) => return failed(&error),
    };
    let size = match file.metadata() {
        Ok(now) if !now.is_file() => {
            return unreadable(UnreadableReason::Endless, "it has become something else than a file");
        }
        Ok(now) if now.len() > MAX_SIZE => return too_large(),
        Ok(now) => now.len(),
        Err(error) => return failed(&error),
    };
    match read_all(file, size, MAX_SIZE + 1) {
        // It may have grown meanwhile, and what lies in `/proc` has no size.
        Ok(bytes) if bytes.len() as u64 > MAX_SIZE => too_large(),
        Ok(bytes) if matches!(known, Content::Text(document) if document.text().as_bytes() == bytes) => known.clone(),
        Ok(bytes) => decode(bytes),
        Err(error) => failed(&error),
    }
}

/// Looks at the first lines of a list.
#[must_use]
pub fn glimpse(location: &Location, base: &Path) -> Glimpse {
    let is_file = location.source != PathSource::ConfigMap;
    let head = absolute(location, base).filter(|_| is_file).and_then(|path| head(&path));
    head.map(|head| Glimpse::of(text_of(&head))).unwrap_or_default()
}

/// Returns what begins as text, up to where it was cut or is none.
fn text_of(bytes: &[u8]) -> &str {
    let whole = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    std::str::from_utf8(&bytes[..whole]).unwrap_or_default()
}

fn head(path: &Path) -> Option<Vec<u8>> {
    // What may never end is not opened.
    let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    let file = OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path).ok()?;
    read_all(file, size, HEAD).ok()
}

fn too_large() -> Content {
    unreadable(UnreadableReason::TooLarge, &format!("it has more than {MAX_SIZE} bytes, the most that is read"))
}

/// The number of `/dev/null`, the one device that surely ends: major 1, minor 3
/// (Linux, `Documentation/admin-guide/devices.txt`).
const NULL_DEVICE: u64 = 0x103;

/// Keeps the open from waiting where a FIFO was put in place meanwhile.
const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

/// Reads a file that seems to have `size` bytes, up to a limit.
fn read_all(file: File, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    // Without room from the start it is read in pieces that begin at 32 bytes.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or_default() + 1);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Takes the bytes of a file as UTF-8 text.
#[must_use]
pub fn decode(bytes: Vec<u8>) -> Content {
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(Arc::new(Document::parse(text))),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            Content::Unreadable(Unreadable {
                reason: UnreadableReason::Encoding { offset },
                problem: format!("it is not UTF-8: byte 0x{:02x} at offset {offset}", error.as_bytes()[offset]),
                bytes: Some(error.into_bytes().into()),
            })
        }
    }
}

fn unreadable(reason: UnreadableReason, problem: &str) -> Content {
    Content::Unreadable(Unreadable { reason, problem: problem.to_owned(), bytes: None })
}

fn failed(error: &io::Error) -> Content {
    let reason = match error.kind() {
        io::ErrorKind::PermissionDenied => UnreadableReason::Permission,
        io::ErrorKind::IsADirectory => UnreadableReason::Directory,
        _ => UnreadableReason::Other,
    };
    unreadable(reason, &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(content: &Content) -> Option<UnreadableReason> {
        if let Content::Unreadable(why) = content { Some(why.reason) } else { None }
    }

    #[test]
    fn every_kind_of_thing_is_told_and_none_is_waited_for() {
        let at = tempfile::tempdir().expect("a directory");
        assert_eq!(reason(&read(at.path())), Some(UnreadableReason::Directory));
        assert_eq!(reason(&read(Path::new("/dev/zero"))), Some(UnreadableReason::Endless));
        assert!(matches!(read(&at.path().join("none")), Content::Absent));
        std::os::unix::fs::symlink("nowhere", at.path().join("dangling")).expect("linked");
        assert!(matches!(read(&at.path().join("dangling")), Content::Absent));
        std::fs::write(at.path().join("latin1"), b"a: \xfc\n").expect("written");
        assert_eq!(reason(&read(&at.path().join("latin1"))), Some(UnreadableReason::Encoding { offset: 3 }));
        std::fs::write(at.path().join("text"), "a: 1\n").expect("written");
        assert!(matches!(read(&at.path().join("text")), Content::Text(_)));
    }

    #[test]
    fn what_cannot_be_asked_for_is_absent() {
        let at = tempfile::tempdir().expect("a directory");
        std::os::unix::fs::symlink("loop", at.path().join("loop")).expect("linked");
        std::fs::write(at.path().join("file"), "").expect("written");
        for name in ["loop", "file/below", "nul\0", &"x".repeat(300), &"x/".repeat(3000)] {
            assert!(matches!(read(&at.path().join(name)), Content::Absent), "{name:?}");
        }
    }

    #[test]
    fn the_null_device_is_an_empty_file_and_a_socket_none() {
        let Content::Text(document) = read(Path::new("/dev/null")) else { panic!("it is text") };
        assert_eq!(document.text(), "");
        let at = tempfile::tempdir().expect("a directory");
        let _socket = std::os::unix::net::UnixListener::bind(at.path().join("socket")).expect("bound");
        assert_eq!(reason(&read(&at.path().join("socket"))), Some(UnreadableReason::Other));
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_read() {
        let at = tempfile::tempdir().expect("a directory");
        let file = File::create(at.path().join("large")).expect("made");
        // Nothing but a size: the disk holds no byte of it.
        file.set_len(MAX_SIZE + 1).expect("sized");
        assert_eq!(reason(&read(&at.path().join("large"))), Some(UnreadableReason::TooLarge));
    }

    #[test]
    fn the_first_lines_of_a_file_are_looked_at() {
        let at = tempfile::tempdir().expect("a directory");
        let entry = "- class: acme.Audit\n";
        let seen = |text: String| {
            std::fs::write(at.path().join("list"), text).expect("written");
            let location = Location { path: Some("list".into()), source: PathSource::Default };
            glimpse(&location, at.path()).rows.len()
        };
        assert_eq!(seen(format!("plugins:\n{entry}{entry}")), 2);
        assert_eq!(seen(format!("plugins:\n{entry}#{}\n{entry}", "x".repeat(70_000))), 1);
    }

    #[test]
    fn a_fifo_is_not_opened() {
        let at = tempfile::tempdir().expect("a directory");
        let path = at.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .expect("made");
        assert_eq!(reason(&read(&path)), Some(UnreadableReason::Endless));
    }
}
