//! The files of the journal's folder: their names, whose they are, whether that copy runs.
//!
//! A running copy holds a lock on its presence and on its journal for as long
//! as it lives; the system gives both up however it ends. A file gets its name
//! only once it is locked, so that nobody takes a new one for one that is left.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use rustix::io::Errno;
use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::super::state::{PRIVATE_DIRECTORY, PRIVATE_FILE};

/// The ends of the names.
pub(super) const PRESENCE: &str = "lock";
pub(super) const JOURNAL: &str = "journal";
/// How the name of a file begins that is being written.
pub(super) const UNFINISHED: &str = ".new.";
/// Digits of a path's digest in a name: enough that two paths do not share them.
const DIGITS: usize = 16;
/// Bits of a mode that let others in.
const OTHERS: u32 = 0o077;
/// The most that is read of a presence, in bytes.
const MOST_PRESENCE: u64 = 64 << 10;

/// Whose a presence is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Whose {
    /// The process.
    pub(super) pid: u32,
    /// The name of its machine.
    pub(super) host: String,
    /// When it started, in seconds since 1970.
    pub(super) started: u64,
}

/// A name in the folder: `API-REMOTE-COPY.KIND`, the digests of both paths first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The digests of both paths, API list first.
    pub(super) files: [String; 2],
    /// The copy.
    pub(super) copy: String,
}

impl Name {
    /// Returns the name of a new copy on these files.
    pub(super) fn new(paths: &[Option<PathBuf>; 2], pid: u32, nanoseconds: u128) -> Self {
        Self { files: paths.each_ref().map(|path| digest(path.as_deref())), copy: format!("{pid}_{nanoseconds:x}") }
    }

    /// Returns the name as it is in the folder.
    pub(super) fn file(&self, kind: &str) -> String {
        format!("{}-{}-{}.{kind}", self.files[0], self.files[1], self.copy)
    }

    /// Reads a name of this kind.
    pub(super) fn parse(name: &str, kind: &str) -> Option<Self> {
        let mut parts = name.strip_suffix(kind)?.strip_suffix('.')?.split('-');
        let (api, remote, copy) = (parts.next()?, parts.next()?, parts.next()?);
        let is_digest = |part: &str| part.len() == DIGITS;
        let whole = is_digest(api) && is_digest(remote) && parts.next().is_none();
        whole.then(|| Self { files: [api.to_owned(), remote.to_owned()], copy: copy.to_owned() })
    }

    /// Tells which of the files another copy has, too.
    pub(super) fn shares(&self, other: &Self) -> [bool; 2] {
        let nowhere = digest(None);
        [0, 1].map(|at| self.files[at] == other.files[at] && self.files[at] != nowhere)
    }
}

/// Returns the digest of a path, links followed as far as there is something.
fn digest(path: Option<&Path>) -> String {
    let Some(path) = path else { return "0".repeat(DIGITS) };
    let beside = || Some(fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?));
    let real = fs::canonicalize(path).ok().or_else(beside).unwrap_or_else(|| path.to_owned());
    let digest = Sha256::digest(real.as_os_str().as_bytes());
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .take(DIGITS)
        .map(|n| char::from(HEX[usize::from(n)]))
        .collect()
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// What holding a file of the folder came to.
pub(super) enum Held {
    /// Nobody holds it: what it was for has ended.
    Left(File),
    /// A running copy holds it.
    Running(File),
}

/// Opens a file of the folder; none where it is no file of ours.
///
/// No link is followed; a file of another user is none of ours, whatever it says.
pub(super) fn hold(path: &Path) -> Option<Held> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = File::from(open(path, flags, Mode::empty()).ok()?);
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.uid() != geteuid().as_raw() {
        return None;
    }
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Some(Held::Left(file)),
        Err(Errno::WOULDBLOCK) => Some(Held::Running(file)),
        // It is not known who holds it: it is left alone.
        Err(_) => None,
    }
}

/// Reads whose a presence is.
pub(super) fn whose(file: &File) -> Option<Whose> {
    let mut bytes = Vec::new();
    file.take(MOST_PRESENCE).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The sign that a copy runs; gone with it.
#[derive(Debug)]
pub(super) struct Presence {
    path: PathBuf,
    _file: File,
}

impl Presence {
    /// Shows that a copy runs.
    pub(super) fn show(folder: &Path, name: &Name, whose: &Whose) -> io::Result<Self> {
        let json = serde_json::to_vec(whose)?;
        let path = folder.join(name.file(PRESENCE));
        let (file, locked) = put(folder, &path, |file| file.write_all(&json))?;
        // A file system without locks cannot tell that this copy runs: no sign of it is left.
        if let Err(error) = locked {
            fs::remove_file(&path)?;
            return Err(error);
        }
        Ok(Self { path, _file: file })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Puts a private file in the folder, locked before it has its name, durable with it; `write` fills it.
///
/// Says beside it whether it could be locked.
pub(super) fn put(
    folder: &Path,
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<(File, io::Result<()>)> {
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .permissions(fs::Permissions::from_mode(PRIVATE_FILE))
        .tempfile_in(folder)?;
    write(file.as_file_mut())?;
    let locked = flock(file.as_file(), FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from);
    file.as_file().sync_all()?;
    let file = file.persist(path).map_err(|error| error.error)?;
    sync(folder)?;
    Ok((file, locked))
}

/// Makes the names in a directory durable.
pub(super) fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Makes the folder, private and durable, or finds it so.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut missing: Vec<&Path> = folder.ancestors().take_while(|path| !path.exists()).collect();
    while let Some(path) = missing.pop() {
        match fs::DirBuilder::new().mode(PRIVATE_DIRECTORY).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        sync(path.parent().unwrap_or(path))?;
    }
    let metadata = fs::symlink_metadata(folder)?;
    if !metadata.is_dir() || metadata.uid() != geteuid().as_raw() {
        return Err(io::Error::other("it is no directory of this user"));
    }
    if metadata.mode() & OTHERS != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(PRIVATE_DIRECTORY))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose_of_test() -> Whose {
        Whose { pid: 7, host: "here".to_owned(), started: 1 }
    }

    fn name(api: &str) -> Name {
        Name::new(&[Some(api.into()), None], 7, 1)
    }

    #[test]
    fn a_name_is_read_as_it_was_written() {
        let name = name("/tmp/a.yaml");
        assert_eq!(Name::parse(&name.file(JOURNAL), JOURNAL), Some(name.clone()));
        for other in
            [name.file(PRESENCE), ".new.x.journal".to_owned(), "journal".to_owned(), "a-b-c.journal".to_owned()]
        {
            assert_eq!(Name::parse(&other, JOURNAL), None, "{other}");
        }
    }

    #[test]
    fn two_ways_to_a_file_are_one_and_no_file_is_shared_with_none() {
        let at = tempfile::tempdir().expect("a directory");
        let file = at.path().join("a.yaml");
        assert_eq!(name("/tmp").shares(&name("/tmp")), [true, false]);
        let before = Name::new(&[Some(file.clone()), None], 7, 1);
        fs::write(&file, "").expect("written");
        std::os::unix::fs::symlink(at.path(), at.path().join("link")).expect("linked");
        let after = Name::new(&[Some(at.path().join("link/a.yaml")), None], 8, 1);
        assert_eq!(before.shares(&after), [true, false], "the digest does not change where the file is made");
    }

    #[test]
    fn a_presence_is_held_while_its_copy_runs_and_gone_afterwards() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join(name("/a").file(PRESENCE));
        let presence = Presence::show(folder.path(), &name("/a"), &whose_of_test()).expect("shown");
        let Some(Held::Running(file)) = hold(&path) else { panic!("held") };
        assert_eq!(whose(&file), Some(whose_of_test()));
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, PRIVATE_FILE);
        drop(presence);
        assert!(!path.exists());
    }

    #[test]
    fn links_and_what_is_no_file_are_not_opened() {
        let folder = tempfile::tempdir().expect("a directory");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        assert!(matches!(hold(&file), Some(Held::Left(_))));
        assert!(hold(&link).is_none());
        assert!(hold(folder.path()).is_none());
    }

    #[test]
    fn the_folder_is_private_even_where_it_was_not() {
        let home = tempfile::tempdir().expect("a directory");
        let folder = home.path().join("state/skyplug-tui/journal");
        make_folder(&folder).expect("made");
        let mode = || fs::metadata(&folder).expect("there").mode() & 0o777;
        assert_eq!(mode(), PRIVATE_DIRECTORY);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("set");
        make_folder(&folder).expect("found");
        assert_eq!(mode(), PRIVATE_DIRECTORY);
        let link = home.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).expect("linked");
        assert!(make_folder(&link).is_err());
    }
}
