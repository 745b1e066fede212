//! Watches the two files and the wheel directory, and says when something there changed.
//!
//! The directories are watched, not the files: a save that renames gives a file
//! another inode. Where a file is a link, the directory of each link is watched
//! too: a `ConfigMap` changes by another target for `..data`. What changed is
//! not told, only that something did: readers compare contents. Where the
//! operating system cannot watch, or does not hear of what other machines
//! write, the places are looked at every `PERIOD`; else the thread sleeps.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::app::message::{Noticed, Places};

/// How often places are looked at that cannot be watched.
const PERIOD: Duration = Duration::from_secs(2);
/// How long nothing more may happen before a change is told: a save is several steps.
const QUIET: Duration = Duration::from_millis(60);
/// How long a change is held back at the most while more happens.
const PATIENCE: Duration = Duration::from_millis(600);
/// How often is looked for directories that are made while others are watched.
const ROUNDS: usize = 16;
/// Links followed before a chain is called a cycle, as Linux does it.
const MAX_LINKS: usize = 40;
/// File systems that are written by other machines or programs without a word
/// to this kernel (`statfs(2)`, `linux/magic.h`): NFS, SMB, CIFS, SMB2, FUSE, 9P, Ceph, AFS, Coda.
const UNHEARD: [u64; 9] =
    [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x6573_5546, 0x0102_1997, 0x00c3_6400, 0x5346_414f, 0x7375_7245];

/// Where places are given to the thread that watches; without one nothing is watched.
#[derive(Default)]
pub struct Watching {
    begun: Mutex<Begun>,
}

/// Whether there is a thread that watches.
#[derive(Default)]
enum Begun {
    /// Nobody wants to hear of changes.
    #[default]
    Never,
    /// It begins with the first places.
    Waiting(Box<Tell>),
    /// It is there.
    Running(Sender<Wake>),
}

/// What is told of each change; it says whether somebody still listens.
type Tell = dyn Fn(Noticed) -> bool + Send;

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watching").finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum Wake {
    Places(Places),
    Event(notify::Result<Event>),
}

impl Watching {
    /// Has `tell` called for each change until it returns false; the thread for it begins with the first places.
    pub fn start(&self, tell: impl Fn(Noticed) -> bool + Send + 'static) {
        *self.begun.lock().unwrap_or_else(PoisonError::into_inner) = Begun::Waiting(Box::new(tell));
    }

    /// Watches these places, and no others.
    pub fn watch(&self, places: Places) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        *begun = match std::mem::take(&mut *begun) {
            Begun::Waiting(tell) => {
                let (sender, wakes) = channel();
                let to_thread = sender.clone();
                thread::spawn(move || Thread::new(to_thread).run(&wakes, &*tell));
                Begun::Running(sender)
            }
            begun => begun,
        };
        if let Begun::Running(wakes) = &*begun {
            // A thread that has ended watches nothing: that is no error here.
            let _ = wakes.send(Wake::Places(places));
        }
    }
}

struct Thread {
    sender: Sender<Wake>,
    watcher: Option<RecommendedWatcher>,
    places: Places,
    /// The names beside which a change of a file can be told, each with its directory as it really is.
    names: BTreeSet<(PathBuf, OsString)>,
    /// The directories of which all is told, as they really are.
    directories: Vec<PathBuf>,
    /// The directories that are watched, each with its device and inode.
    watched: BTreeMap<PathBuf, Identity>,
    /// What the places were like when they were last looked at, where they cannot be watched.
    stamps: Option<Stamps>,
}

/// The device and the inode; none where it cannot be looked at.
type Identity = Option<(u64, u64)>;

type Stamp = Option<(u64, u64, i64, i64)>;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stamps {
    files: Vec<Stamp>,
    directories: Vec<Vec<(OsString, Stamp)>>,
}

impl Thread {
    const fn new(sender: Sender<Wake>) -> Self {
        Self {
            sender,
            watcher: None,
            places: Places { files: Vec::new(), directories: Vec::new() },
            names: BTreeSet::new(),
            directories: Vec::new(),
            watched: BTreeMap::new(),
            stamps: None,
        }
    }

    fn run(mut self, wakes: &Receiver<Wake>, tell: &dyn Fn(Noticed) -> bool) {
        let mut noticed = Noticed::default();
        // When the first of the changes that are held back came.
        let mut since: Option<Instant> = None;
        // When the places are looked at next, where they cannot be watched: a busy
        // neighbour must not put that off.
        let mut next_look = Instant::now() + PERIOD;
        loop {
            let look = self.stamps.as_ref().map(|_| next_look.saturating_duration_since(Instant::now()));
            let wait = [since.map(|_| QUIET), look].into_iter().flatten().min();
            let wake = match wait {
                None => wakes.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => wakes.recv_timeout(wait),
            };
            match wake {
                Ok(Wake::Places(places)) => {
                    self.places = places;
                    let _ = self.watch_again();
                    // What happened before this instant was not heard.
                    if !tell(Noticed { files: true, wheels: true }) {
                        return;
                    }
                }
                Ok(Wake::Event(event)) => {
                    let new = self.bears(&event);
                    noticed.add(new);
                    if new.any() {
                        since.get_or_insert_with(Instant::now);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) if since.is_some() => {
                    if !self.pass_on(&mut noticed, &mut since, tell) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.stamps.is_some() && Instant::now() >= next_look {
                next_look = Instant::now() + PERIOD;
                noticed.add(self.poll());
                if noticed.any() && !self.pass_on(&mut noticed, &mut since, tell) {
                    return;
                }
            }
            if since.is_some_and(|since| since.elapsed() >= PATIENCE) && !self.pass_on(&mut noticed, &mut since, tell) {
                return;
            }
        }
    }

    /// Tells what was noticed; whether somebody still listens.
    fn pass_on(&mut self, noticed: &mut Noticed, since: &mut Option<Instant>, tell: &dyn Fn(Noticed) -> bool) -> bool {
        // First: a directory may be another one now, a link may lead elsewhere.
        if self.watch_again() {
            // What happened there before this instant was not heard.
            noticed.add(Noticed { files: true, wheels: true });
        }
        *since = None;
        tell(std::mem::take(noticed))
    }

    /// Watches what has to be watched for the places as they are now; tells whether
    /// that is something else than before.
    fn watch_again(&mut self) -> bool {
        let mut any = false;
        // A directory that is made before the one above it is watched is heard of by nobody.
        for _ in 0..ROUNDS {
            let names = self.places.files.iter().flat_map(|file| names(file));
            self.names = names.map(|(directory, name)| (real(&directory), name)).collect();
            self.directories = self.places.directories.iter().map(|place| real(place)).collect();
            let parents = self.names.iter().map(|(directory, _)| directory);
            let wanted = parents.chain(&self.directories).map(|path| nearest(path));
            let wanted = wanted.map(|path| (identity(&path), path)).map(|(identity, path)| (path, identity)).collect();
            if wanted == self.watched {
                break;
            }
            any = true;
            self.watch_these(wanted);
        }
        any
    }

    /// Watches these directories, and no others.
    fn watch_these(&mut self, wanted: BTreeMap<PathBuf, Identity>) {
        let mut all_watched = !wanted.keys().any(|path| is_unheard(path));
        if self.watcher.is_none() && !wanted.is_empty() {
            let sender = self.sender.clone();
            self.watcher = notify::recommended_watcher(move |event| _ = sender.send(Wake::Event(event))).ok();
        }
        match &mut self.watcher {
            None => all_watched = wanted.is_empty(),
            Some(watcher) => {
                // All of them anew, as two may be one directory: whoever is told of this reads all anew too.
                for path in self.watched.keys() {
                    // It may be gone, and its watch with it.
                    let _ = watcher.unwatch(path);
                }
                let failed = wanted.keys().filter(|path| watcher.watch(path, RecursiveMode::NonRecursive).is_err());
                all_watched &= failed.count() == 0;
            }
        }
        self.watched = wanted;
        self.stamps = (!all_watched).then(|| self.look());
    }

    /// Returns what an event bears on.
    fn bears(&mut self, event: &notify::Result<Event>) -> Noticed {
        let Ok(event) = event else { return self.forget() };
        if matches!(event.kind, EventKind::Access(_)) {
            return Noticed::default();
        }
        // The kernel has dropped events.
        if event.need_rescan() || event.paths.is_empty() {
            return self.forget();
        }
        let mut noticed = Noticed::default();
        for path in &event.paths {
            if matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
                // What has this name afterwards is another directory, be its inode the same; so is all below.
                let gone = self.watched.iter_mut().filter(|(watched, _)| watched.starts_with(path));
                gone.for_each(|(_, identity)| *identity = None);
            }
            let is_named = path
                .parent()
                .zip(path.file_name())
                .is_some_and(|(parent, name)| self.names.contains(&(parent.to_owned(), name.to_owned())));
            // A directory above that was made, moved or removed.
            let above = |place: &PathBuf| place.starts_with(path);
            noticed.files |= is_named || self.names.iter().any(|(directory, _)| above(directory));
            noticed.wheels |=
                self.directories.iter().any(|place| above(place) || path.parent() == Some(place.as_path()));
        }
        noticed
    }

    /// Takes nothing that is watched for watched any more: events were lost.
    fn forget(&mut self) -> Noticed {
        self.watched.values_mut().for_each(|identity| *identity = None);
        Noticed { files: true, wheels: true }
    }

    /// Looks at the places, where they cannot be watched.
    fn poll(&mut self) -> Noticed {
        if self.stamps.is_none() {
            return Noticed::default();
        }
        let now = self.look();
        let before = self.stamps.replace(now.clone()).unwrap_or_default();
        Noticed { files: before.files != now.files, wheels: before.directories != now.directories }
    }

    fn look(&self) -> Stamps {
        let entries = |directory: &PathBuf| {
            let listed = fs::read_dir(directory).into_iter().flatten().flatten();
            let mut listed: Vec<_> = listed.map(|entry| (entry.file_name(), stamp(&entry.path()))).collect();
            listed.sort();
            listed
        };
        Stamps {
            files: self.places.files.iter().map(|path| stamp(path)).collect(),
            directories: self.places.directories.iter().map(entries).collect(),
        }
    }
}

/// Returns a directory without links, as far as it is there.
fn real(directory: &Path) -> PathBuf {
    let there = nearest(directory);
    let rest = directory.strip_prefix(&there).unwrap_or(Path::new("")).to_owned();
    let real = fs::canonicalize(&there).unwrap_or(there);
    if rest.as_os_str().is_empty() { real } else { real.join(rest) }
}

fn identity(path: &Path) -> Identity {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

fn stamp(path: &Path) -> Stamp {
    fs::metadata(path).ok().map(|found| (found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}

/// Returns the names that lead to a file, each with its directory: its own, that
/// of what it links to, and of every link on the way.
fn names(file: &Path) -> Vec<(PathBuf, OsString)> {
    let mut found = Vec::new();
    let mut left: Vec<PathBuf> = vec![file.to_owned()];
    while let Some(path) = left.pop() {
        if found.len() >= MAX_LINKS {
            break;
        }
        // Each part may be a link: `..data` is one.
        let mut at = PathBuf::new();
        let parts: Vec<&OsStr> = path.iter().collect();
        for (number, part) in parts.iter().enumerate() {
            let last = number + 1 == parts.len();
            let whole = at.join(part);
            let target = fs::read_link(&whole).ok();
            if last || target.is_some() {
                found.push((at.clone(), (*part).to_owned()));
            }
            if let Some(target) = target {
                let rest: PathBuf = parts[number + 1..].iter().collect();
                left.push(at.join(target).join(rest));
                break;
            }
            at = whole;
        }
    }
    found
}

/// Returns the directory itself, or the nearest one above that is there.
fn nearest(directory: &Path) -> PathBuf {
    let there = directory.ancestors().find(|path| !path.as_os_str().is_empty() && path.is_dir());
    there.map_or_else(|| PathBuf::from("/"), Path::to_owned)
}

/// Tells whether a directory is on a file system that others write without a word.
fn is_unheard(directory: &Path) -> bool {
    rustix::fs::statfs(directory).is_ok_and(|found| {
        #[expect(clippy::cast_sign_loss, reason = "a magic number, negative where it fills 32 bits")]
        let kind = found.f_type as u64 & 0xffff_ffff;
        UNHEARD.contains(&kind)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Waits for a change; fails where none is told.
    fn told(changes: &Receiver<Noticed>) -> Noticed {
        changes.recv_timeout(Duration::from_mins(1)).expect("a change was told")
    }

    fn watching(files: &[&Path], directories: &[&Path]) -> (Watching, Receiver<Noticed>) {
        let (sender, changes) = channel();
        let watching = Watching::default();
        watching.start(move |noticed| sender.send(noticed).is_ok());
        let owned = |paths: &[&Path]| paths.iter().map(|path| path.to_path_buf()).collect();
        watching.watch(Places { files: owned(files), directories: owned(directories) });
        assert_eq!(told(&changes), BOTH, "what came before was not heard");
        (watching, changes)
    }

    const BOTH: Noticed = Noticed { files: true, wheels: true };
    const FILES: Noticed = Noticed { files: true, wheels: false };
    const WHEELS: Noticed = Noticed { files: false, wheels: true };

    #[test]
    fn a_file_that_is_written_or_replaced_is_told_and_its_neighbours_are_not() {
        let at = tempfile::tempdir().expect("a directory");
        let file = at.path().join("plugins.yaml");
        fs::write(&file, "a").expect("written");
        let (_watching, changes) = watching(&[&file], &[]);
        for _ in 0..3 {
            fs::write(at.path().join("other"), "x").expect("written");
            fs::write(at.path().join("new"), "b").expect("written");
            fs::rename(at.path().join("new"), &file).expect("renamed");
            assert_eq!(told(&changes), FILES);
        }
        fs::remove_file(&file).expect("removed");
        assert_eq!(told(&changes), FILES);
        fs::write(at.path().join("other"), "y").expect("written");
        fs::write(&file, "c").expect("written");
        assert_eq!(told(&changes), FILES);
        fs::write(at.path().join("other"), "z").expect("written");
        assert!(changes.recv_timeout(QUIET * 5).is_err(), "a neighbour is nothing to tell of");
    }

    #[test]
    fn a_directory_that_is_made_later_is_watched_from_then_on() {
        let at = tempfile::tempdir().expect("a directory");
        let dist = at.path().join("a/dist");
        let (_watching, changes) = watching(&[], &[&dist]);
        fs::create_dir_all(&dist).expect("made");
        assert_eq!(told(&changes), BOTH, "it is watched now, what came before was not heard");
        for number in 0..3 {
            fs::write(dist.join(format!("{number}.whl")), "").expect("written");
            assert_eq!(told(&changes), WHEELS);
        }
        // The same name, and maybe the same inode.
        fs::remove_dir_all(&dist).expect("removed");
        fs::create_dir(&dist).expect("made");
        while told(&changes) != BOTH {}
        fs::write(dist.join("new.whl"), "").expect("written");
        assert_eq!(told(&changes), WHEELS);
    }

    #[test]
    fn a_directory_that_is_made_while_watching_begins_is_not_missed() {
        for number in 0..60 {
            let at = tempfile::tempdir().expect("a directory");
            let dist = at.path().join("dist");
            let (sender, changes) = channel();
            let watching = Watching::default();
            watching.start(move |noticed| sender.send(noticed).is_ok());
            watching.watch(Places { files: Vec::new(), directories: vec![dist.clone()] });
            // Before, while and after the thread looks and watches.
            thread::sleep(Duration::from_micros(10 * number));
            fs::create_dir(&dist).expect("made");
            fs::write(dist.join("a.whl"), "").expect("written");
            // Whoever is told looks: that has to come after both.
            let is_there = || dist.join("a.whl").is_file();
            let mut was_there = false;
            while !was_there {
                let _ = told(&changes);
                was_there = is_there();
            }
            while changes.recv_timeout(QUIET * 2).is_ok() {}
            fs::write(dist.join("b.whl"), "").expect("written");
            assert!(told(&changes).wheels);
        }
    }

    #[test]
    fn two_names_of_one_directory_are_both_watched() {
        let at = tempfile::tempdir().expect("a directory");
        fs::create_dir(at.path().join("data")).expect("made");
        symlink("data", at.path().join("sky")).expect("linked");
        let file = at.path().join("sky/plugins.yaml");
        let dist = at.path().join("sky/dist");
        let (_watching, changes) = watching(&[&file], &[&dist]);
        fs::write(&file, "a").expect("written");
        assert_eq!(told(&changes), FILES);
        fs::create_dir(&dist).expect("made");
        assert_eq!(told(&changes), BOTH, "another directory is watched now");
        fs::write(&file, "b").expect("written");
        assert_eq!(told(&changes), FILES);
        fs::write(dist.join("a.whl"), "").expect("written");
        assert_eq!(told(&changes), WHEELS);
    }

    #[test]
    fn a_config_map_changes_by_another_target_of_its_link() {
        let at = tempfile::tempdir().expect("a directory");
        for (name, text) in [("..1", "old"), ("..2", "new")] {
            fs::create_dir(at.path().join(name)).expect("made");
            fs::write(at.path().join(name).join("plugins.yaml"), text).expect("written");
        }
        symlink("..1", at.path().join("..data")).expect("linked");
        let file = at.path().join("plugins.yaml");
        symlink("..data/plugins.yaml", &file).expect("linked");
        let (_watching, changes) = watching(&[&file], &[]);
        symlink("..2", at.path().join("..tmp")).expect("linked");
        fs::rename(at.path().join("..tmp"), at.path().join("..data")).expect("renamed");
        assert_eq!(told(&changes), BOTH, "another directory is watched now");
        // What the link leads to now is watched as well.
        fs::write(at.path().join("..2/plugins.yaml"), "newer").expect("written");
        assert_eq!(told(&changes), FILES);
    }

    #[test]
    fn places_that_cannot_be_watched_are_looked_at() {
        let at = tempfile::tempdir().expect("a directory");
        let (file, dist) = (at.path().join("plugins.yaml"), at.path().join("dist"));
        fs::create_dir(&dist).expect("made");
        let mut thread = Thread::new(channel().0);
        thread.places = Places { files: vec![file.clone()], directories: vec![dist.clone()] };
        thread.stamps = Some(thread.look());
        assert_eq!(thread.poll(), Noticed::default());
        fs::write(&file, "a").expect("written");
        assert_eq!(thread.poll(), FILES);
        fs::write(dist.join("a.whl"), "a").expect("written");
        assert_eq!(thread.poll(), WHEELS);
        fs::write(dist.join("a.whl"), "more").expect("written");
        assert_eq!(thread.poll(), WHEELS);
        assert_eq!(thread.poll(), Noticed::default());
    }
}
