//! Deletes what the program has kept of the files: journals, backups, replaced texts, drafts, lists that ran.
//!
//! All of it may hold real values. What is remembered of wheels stays, and so
//! does the journal of a copy that runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::{self, JournalError, Removed};
use super::{ran, state};
use crate::config::Environment;

/// The folders of the state directory beside that of the journals, and what a file in each is.
const FOLDERS: [(&str, &str); 3] = [("backup", "backup"), ("replaced", "replaced text"), ("drafts", "draft")];
/// The levels of folders that are gone down.
const DEEPEST: usize = 8;

/// Why something is still there.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// There is no state directory.
    #[error("{0}")]
    Nowhere(String),
    /// A journal cannot be removed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The operating system refused a step.
    #[error("cannot {step} {}: {cause}", path.display())]
    Io {
        /// What was being done: `remove`.
        step: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
}

/// Deletes it, or only says what would be deleted: what each is called, and how much of it there was.
///
/// # Errors
///
/// Returns [`PurgeError`] at the first that cannot be deleted.
pub fn purge(environment: &Environment, dry_run: bool) -> Result<Vec<(&'static str, Removed)>, PurgeError> {
    let directory = state::directory(environment).map_err(PurgeError::Nowhere)?;
    if !state::is_own(&directory) {
        // There is nothing, or what is behind a link is not ours.
        return Ok(Vec::new());
    }
    let mut removed = vec![("journal", journal::purge(environment, dry_run)?)];
    for (folder, noun) in FOLDERS {
        let mut of = Removed::default();
        empty(&directory.join(folder), dry_run, DEEPEST, &mut of)?;
        removed.push((noun, of));
    }
    // The lists that servers have started with hold real values too.
    let mut of = Removed::default();
    let ran = directory.join(ran::FILE);
    if let Some(metadata) = fs::symlink_metadata(&ran).ok().filter(fs::Metadata::is_file) {
        if !dry_run {
            fs::remove_file(&ran).map_err(|cause| PurgeError::Io { step: "remove", path: ran, cause })?;
        }
        of = Removed { files: 1, bytes: metadata.len(), ..Removed::default() };
    }
    removed.push(("remembered list", of));
    Ok(removed)
}

/// Removes the files below a folder, then the folder; a link is removed and not followed.
fn empty(folder: &Path, dry_run: bool, depth: usize, removed: &mut Removed) -> Result<(), PurgeError> {
    let failed = |step, path: &Path| {
        let path = path.to_owned();
        move |cause| PurgeError::Io { step, path, cause }
    };
    match fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => {}
        // A link in the place of the folder leads to what is not ours.
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed("look at", folder)(error)),
    }
    for entry in fs::read_dir(folder).map_err(failed("list", folder))? {
        let path = entry.map_err(failed("list", folder))?.path();
        let metadata = fs::symlink_metadata(&path).map_err(failed("look at", &path))?;
        if metadata.is_dir() {
            if depth > 0 {
                empty(&path, dry_run, depth - 1, removed)?;
            }
            continue;
        }
        if !dry_run {
            fs::remove_file(&path).map_err(failed("remove", &path))?;
        }
        removed.files += 1;
        removed.bytes += metadata.len();
    }
    if !dry_run {
        // One that is filled again at this moment stays.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_goes_and_nothing_else() {
        let home = tempfile::tempdir().expect("a directory");
        let mut environment = Environment::default();
        environment.variables.insert("HOME".into(), home.path().into());
        let state = home.path().join(".local/state/skyplug-tui");
        for name in
            ["drafts/a.yaml", "backup/x/1.yaml", "backup/x/2.yaml", "replaced/r.yaml", "ran.json", "wheels.json"]
        {
            fs::create_dir_all(state.join(name).parent().expect("a folder")).expect("made");
            fs::write(state.join(name), "1234").expect("written");
        }
        fs::write(home.path().join("theirs"), "stays").expect("written");
        std::os::unix::fs::symlink(home.path(), state.join("backup/link")).expect("linked");
        for dry_run in [true, false] {
            let removed = purge(&environment, dry_run).expect("purged");
            let files: Vec<(&str, usize)> = removed.iter().map(|(noun, of)| (*noun, of.files)).collect();
            assert_eq!(
                files,
                [("journal", 0), ("backup", 3), ("replaced text", 1), ("draft", 1), ("remembered list", 1)]
            );
            assert_eq!(removed[3].1.bytes, 4);
        }
        let left: Vec<_> = fs::read_dir(&state).expect("there").map(|e| e.expect("an entry").file_name()).collect();
        assert_eq!(left, ["wheels.json"]);
        assert!(home.path().join("theirs").exists());
    }

    #[test]
    fn a_link_in_the_place_of_a_folder_is_not_followed() {
        let home = tempfile::tempdir().expect("a directory");
        let mut environment = Environment::default();
        environment.variables.insert("HOME".into(), home.path().into());
        let state = home.path().join(".local/state/skyplug-tui");
        fs::create_dir_all(&state).expect("made");
        fs::create_dir(home.path().join("theirs")).expect("made");
        fs::write(home.path().join("theirs/file"), "stays").expect("written");
        std::os::unix::fs::symlink(home.path().join("theirs"), state.join("drafts")).expect("linked");
        purge(&environment, false).expect("purged");
        assert!(home.path().join("theirs/file").exists());
    }
}
