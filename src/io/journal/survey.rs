//! What lies in the journal's folder: other running copies, edits that were left; and its purge.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::copies::{self, Held, JOURNAL, Name, PRESENCE, UNFINISHED};
use super::format::{self, Replayed, Unsaved};
use super::{JournalError, failed, folder};
use crate::app::recovery::{KeptEdits, KeptFile, Met, OtherCopy};
use crate::config::{Environment, Role};
use crate::io::state;

/// The most that is read of a journal, in bytes: four times the largest file.
const MOST: u64 = 1 << 30;

/// Looks who else runs on the files, and what was left of edits on them.
pub(super) fn survey(folder: &Path, name: &Name) -> Met {
    let mut met = Met::default();
    let mut left: Vec<(u64, KeptEdits)> = Vec::new();
    for path in paths(folder) {
        if let Some(of) = named(&path, PRESENCE) {
            match copies::hold(&path) {
                Some(Held::Running(file)) => met.others.extend(other(folder, name, &of, &file)),
                Some(Held::Left(_)) => _ = fs::remove_file(&path),
                None => {}
            }
        }
    }
    for path in paths(folder) {
        let Some(of) = named(&path, JOURNAL) else { continue };
        if runs(folder, &of) {
            continue;
        }
        let Some(Held::Left(file)) = copies::hold(&path) else { continue };
        let shares = name.shares(&of);
        let Some(replayed) = read(&file).filter(|_| shares.contains(&true)) else { continue };
        // Edits of a file that is not opened here would be lost with the journal.
        let is_ours = replayed.files.iter().zip(shares).all(|(unsaved, shared)| unsaved.is_none() || shared);
        if is_ours {
            left.push((replayed.last, kept(path, replayed)));
        }
    }
    left.sort_by_key(|(last, _)| std::cmp::Reverse(*last));
    met.kept = left.into_iter().map(|(_, kept)| kept).collect();
    met
}

/// Returns the running copies on one of these files.
#[must_use]
pub fn others(paths: &[Option<PathBuf>; 2], environment: &Environment) -> Vec<OtherCopy> {
    folder(environment).map_or_else(|_| Vec::new(), |folder| survey(&folder, &Name::new(paths, 0, 0)).others)
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    if !state::is_own(folder) || !folder.parent().is_some_and(state::is_own) {
        return Vec::new();
    }
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn named(path: &Path, kind: &str) -> Option<Name> {
    Name::parse(path.file_name()?.to_str()?, kind)
}

/// Tells whether a copy shows that it runs.
fn runs(folder: &Path, name: &Name) -> bool {
    matches!(copies::hold(&folder.join(name.file(PRESENCE))), Some(Held::Running(_)))
}

fn other(folder: &Path, ours: &Name, of: &Name, presence: &File) -> Option<OtherCopy> {
    let shares = ours.shares(of);
    if !shares.contains(&true) {
        return None;
    }
    let whose = copies::whose(presence)?;
    let journal = match copies::hold(&folder.join(of.file(JOURNAL))) {
        Some(Held::Running(file) | Held::Left(file)) => read(&file),
        None => None,
    };
    let edits = |at: usize| journal.as_ref().is_some_and(|journal| journal.files[at].is_some());
    Some(OtherCopy {
        pid: whose.pid,
        host: whose.host,
        since: time(whose.started),
        files: shares,
        unsaved: [0, 1].map(|at| shares[at] && edits(at)),
    })
}

fn read(file: &File) -> Option<Replayed> {
    if file.metadata().ok()?.len() > MOST {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).ok()?;
    format::replay(&bytes)
}

fn kept(path: PathBuf, replayed: Replayed) -> KeptEdits {
    let edits = replayed.files.iter().flatten().map(|unsaved| unsaved.edits).sum();
    let file = |(role, unsaved): (Role, Option<Unsaved>)| {
        let unsaved = unsaved?;
        Some(KeptFile { role, base: unsaved.base.map(Into::into), text: unsaved.text.into() })
    };
    KeptEdits {
        path,
        pid: replayed.owner.pid,
        host: replayed.owner.host,
        last: time(replayed.last),
        edits,
        files: Role::ALL.into_iter().zip(replayed.files).filter_map(file).collect(),
    }
}

/// Returns a time as people here read it: the hour, and the day where that is another one.
fn time(seconds: u64) -> String {
    let zone = TimeZone::system();
    let Ok(then) = Timestamp::from_second(i64::try_from(seconds).unwrap_or(i64::MAX)) else {
        return "an unknown time".to_owned();
    };
    let (then, now) = (then.to_zoned_datetime(zone.clone()), Timestamp::now().to_zoned_datetime(zone));
    let form = if then.date() == now.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    then.strftime(form).to_string()
}

/// What was removed, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// How many journals of running copies stay.
    pub running: usize,
}

/// Removes the journals that no running copy holds, and what is left beside them.
///
/// # Errors
///
/// Returns [`JournalError`] where something cannot be removed.
pub fn purge(environment: &Environment, dry_run: bool) -> Result<Removed, JournalError> {
    let folder = folder(environment)?;
    let mut removed = Removed::default();
    for path in paths(&folder) {
        let journal = named(&path, JOURNAL);
        let is_unfinished = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED));
        if journal.is_none() && named(&path, PRESENCE).is_none() && !is_unfinished {
            continue;
        }
        let is_running = journal.as_ref().is_some_and(|name| runs(&folder, name));
        match copies::hold(&path) {
            Some(Held::Left(file)) if !is_running => {
                let bytes = file.metadata().map_or(0, |metadata| metadata.len());
                if !dry_run {
                    fs::remove_file(&path).or_else(gone).map_err(failed("remove", &path))?;
                }
                if journal.is_some() {
                    removed.files += 1;
                    removed.bytes += bytes;
                }
            }
            Some(_) if journal.is_some() => removed.running += 1,
            _ => {}
        }
    }
    if !dry_run && removed.files > 0 {
        copies::sync(&folder).map_err(failed("sync the directory", &folder))?;
    }
    Ok(removed)
}

fn gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;
    use std::sync::Arc;

    use super::super::Journal;
    use super::*;
    use crate::config::{ConfigFile, Content, Location, PathSource, Workspace};
    use crate::yaml::Document;

    /// A home with the state directory in it, and both files.
    struct Home(tempfile::TempDir);

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().expect("a directory"))
        }

        fn environment(&self) -> Environment {
            let mut environment = Environment { cwd: self.0.path().to_owned(), ..Environment::default() };
            environment.variables.insert("HOME".into(), self.0.path().into());
            environment
        }

        fn files(&self) -> [Option<PathBuf>; 2] {
            ["plugins.yaml", "remote_plugins.yaml"].map(|name| Some(self.0.path().join(name)))
        }

        fn meet(&self) -> (Journal, Met) {
            Journal::meet(&self.files(), &self.environment(), false)
        }

        fn folder(&self) -> PathBuf {
            self.0.path().join(".local/state/skyplug-tui/journal")
        }

        fn journals(&self) -> Vec<PathBuf> {
            paths(&self.folder()).into_iter().filter(|path| named(path, JOURNAL).is_some()).collect()
        }
    }

    fn workspace(api: Option<&str>, remote: Option<&str>) -> Workspace {
        let file = |text: Option<&str>| ConfigFile {
            location: Location { path: None, source: PathSource::Default },
            content: text.map_or(Content::Absent, |text| Content::Text(Arc::new(Document::parse(text)))),
        };
        Workspace::new(file(api), file(remote))
    }

    /// Ends a copy as `kill -9` does: nothing is tidied up, the system gives up its locks.
    fn kill(mut journal: Journal) {
        let place = journal.place.take().expect("a place");
        let path = place.folder.join(place.name.file(PRESENCE));
        let bytes = fs::read(&path).expect("there");
        drop((place, journal));
        fs::write(path, bytes).expect("written");
    }

    fn texts(kept: &KeptEdits) -> Vec<(Role, &str)> {
        kept.files.iter().map(|file| (file.role, &*file.text)).collect()
    }

    #[test]
    fn edits_of_a_killed_copy_are_met_at_the_next_start() {
        let home = Home::new();
        let (mut journal, met) = home.meet();
        assert_eq!(met, Met::default());
        let disk = workspace(Some("a: 1\n"), None);
        journal.record(&disk, &disk, [false; 2]).expect("nothing to record");
        assert!(home.journals().is_empty(), "there is no journal before the first edit");
        for text in ["a: 2\n", "a: 2\nb: 3\n"] {
            journal.record(&disk, &workspace(Some(text), None), [true, false]).expect("recorded");
        }
        journal.record(&disk, &workspace(Some("a: 2\nb: 3\n"), Some("c: 4\n")), [true; 2]).expect("recorded");
        let metadata = fs::metadata(&home.journals()[0]).expect("there");
        assert_eq!(metadata.mode() & 0o777, 0o600);
        kill(journal);

        let (_second, met) = home.meet();
        assert_eq!(met.others, Vec::new());
        let kept = &met.kept[0];
        assert_eq!(texts(kept), [(Role::Api, "a: 2\nb: 3\n"), (Role::Remote, "c: 4\n")]);
        assert_eq!((kept.edits, kept.pid), (3, std::process::id()));
        assert_eq!(kept.files[0].base.as_deref(), Some("a: 1\n"));
        assert_eq!(kept.files[1].base, None);
        super::super::forget(&kept.path).expect("removed");
        assert!(home.journals().is_empty());
    }

    #[test]
    fn a_large_text_is_found_again_as_it_was() {
        let home = Home::new();
        let (mut journal, _) = home.meet();
        let text = format!("a: 1\nb: |\n{}", "  \"ä\"\\ \t\n".repeat(super::super::LARGE / 10));
        let disk = workspace(Some(&text), None);
        let edited = text.replacen('1', "22", 1);
        for now in [&edited, &edited.replace("22", "333"), &edited] {
            journal.record(&disk, &workspace(Some(now), None), [true, false]).expect("recorded");
        }
        kill(journal);
        let met = home.meet().1;
        assert_eq!((met.kept[0].files[0].base.as_deref(), met.kept[0].edits), (Some(&*text), 3));
        assert_eq!(texts(&met.kept[0]), [(Role::Api, edited.as_str())]);
    }

    #[test]
    fn a_running_copy_is_met_and_its_journal_left_alone() {
        let home = Home::new();
        let (mut journal, _) = home.meet();
        let (second, met) = home.meet();
        assert_eq!((met.others.len(), met.others[0].pid), (1, std::process::id()));
        assert_eq!((met.others[0].files, met.others[0].unsaved), ([true; 2], [false; 2]));
        drop(second);
        let disk = workspace(Some("a: 1\n"), None);
        journal.record(&disk, &workspace(Some("a: 2\n"), None), [true, false]).expect("recorded");
        let (_third, met) = home.meet();
        assert_eq!((met.others[0].unsaved, met.kept.len()), ([true, false], 0));
        let elsewhere = [home.files()[0].clone(), Some("/elsewhere".into())];
        assert_eq!(others(&elsewhere, &home.environment())[0].files, [true, false]);
        let removed = purge(&home.environment(), false).expect("looked");
        assert_eq!(removed, Removed { running: 1, ..Removed::default() });
        assert_eq!(home.journals().len(), 1);
    }

    #[test]
    fn the_journal_goes_once_nothing_is_unsaved_and_where_edits_are_given_up() {
        let home = Home::new();
        let (mut journal, _) = home.meet();
        let (disk, edited) = (workspace(Some("a: 1\n"), Some("b: 1\n")), workspace(Some("a: 2\n"), Some("b: 2\n")));
        journal.record(&disk, &edited, [true; 2]).expect("recorded");
        // One is saved: only the other one is unsaved.
        let half = workspace(Some("a: 2\n"), Some("b: 1\n"));
        journal.record(&half, &edited, [false, true]).expect("recorded");
        let replayed = read(&File::open(&home.journals()[0]).expect("there")).expect("a journal");
        assert_eq!(replayed.files.map(|file| file.map(|file| file.text)), [None, Some("b: 2\n".to_owned())]);
        journal.record(&edited, &edited, [false; 2]).expect("recorded");
        assert!(home.journals().is_empty());
        journal.record(&edited, &disk, [true; 2]).expect("recorded");
        assert_eq!(journal.close(false), None);
        assert!(paths(&home.folder()).is_empty(), "nothing of it is left");
    }

    #[test]
    fn a_file_that_changes_below_the_edits_gives_them_a_new_base() {
        let home = Home::new();
        let (mut journal, _) = home.meet();
        let now = workspace(Some("a: 2\n"), None);
        journal.record(&workspace(Some("a: 1\n"), None), &now, [true, false]).expect("recorded");
        journal.record(&workspace(Some("theirs: 1\n"), None), &now, [true, false]).expect("recorded");
        let path = journal.close(true).expect("left");
        let unsaved = read(&File::open(path).expect("there")).expect("a journal").files[0].clone().expect("edits");
        assert_eq!((unsaved.base.as_deref(), unsaved.text.as_str()), (Some("theirs: 1\n"), "a: 2\n"));
    }

    #[test]
    fn edits_of_a_file_that_is_not_opened_here_are_not_offered() {
        let home = Home::new();
        let (mut journal, _) = home.meet();
        let disk = workspace(None, None);
        journal.record(&disk, &workspace(Some("a: 2\n"), Some("b: 2\n")), [true; 2]).expect("recorded");
        kill(journal);
        let elsewhere = [home.files()[0].clone(), Some("/elsewhere".into())];
        assert_eq!(Journal::meet(&elsewhere, &home.environment(), true).1, Met::default());
        assert_eq!(home.meet().1.kept.len(), 1);
    }

    #[test]
    fn purge_removes_what_was_left_and_can_only_say_so() {
        let home = Home::new();
        let (mut journal, _) = home.meet();
        let disk = workspace(None, None);
        journal.record(&disk, &workspace(Some("a: 2\n"), None), [true, false]).expect("recorded");
        kill(journal);
        fs::write(home.folder().join("notes.txt"), "not ours").expect("written");
        let bytes = fs::metadata(&home.journals()[0]).expect("there").len();
        for dry_run in [true, false] {
            let removed = purge(&home.environment(), dry_run).expect("looked");
            assert_eq!(removed, Removed { files: 1, bytes, running: 0 });
        }
        assert_eq!(paths(&home.folder()), [home.folder().join("notes.txt")]);
    }

    #[test]
    fn where_nothing_can_be_written_it_is_said_and_edits_go_on() {
        let home = Home::new();
        fs::write(home.0.path().join(".local"), "a file in the way").expect("written");
        let (mut journal, met) = home.meet();
        assert!(met.problem.is_some_and(|problem| problem.contains("skyplug-tui/journal")));
        let disk = workspace(None, None);
        journal.record(&disk, &workspace(Some("a: 2\n"), None), [true, false]).expect("nothing is tried");
    }

    #[test]
    fn random_edits_and_undos_are_all_found_again() {
        let home = Home::new();
        let (mut journal, _) = home.meet();
        let disk = workspace(Some("start: é\n"), None);
        let mut text = "start: é\n".to_owned();
        let mut state: u64 = 7;
        for step in 0..60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut at = usize::try_from(state >> 33).expect("31 bits") % (text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            if state & 1 << 40 == 0 {
                text.truncate(at);
            } else {
                text.insert_str(at, "ä: 1\n");
            }
            let unsaved = text != "start: é\n";
            journal.record(&disk, &workspace(Some(&text), None), [unsaved, false]).expect("recorded");
            let found = home.journals().first().and_then(|path| read(&File::open(path).ok()?));
            let found = found.and_then(|found| Some(found.files[0].clone()?.text));
            assert_eq!(found, unsaved.then(|| text.clone()), "step {step}");
        }
    }
}
