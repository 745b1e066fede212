//! Performs what the screens ask of the outside, but for what needs the terminal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::classes::{self, Extent};
use super::journal::{self, Journal};
use super::manifest::{self, Change, ManifestSaveError};
use super::run::{self, Running};
use super::save::{Expected, Request, SaveError, Saved, look, save, tidy};
use super::verify::{LIMIT, Question, verify};
use super::watch::Watching;
use super::{Options, backup, editor, export, inspect, load, memory, open, refresh, restart, scan, state, targets};
use crate::app::message::{
    Effect, ListedDirectory, Listing, ManifestText, Message, Replaces, SaveFailure, SavedFile, SavedVersion,
};
use crate::check::verify::{Mode, Verified};
use crate::config::{Content, Environment, Role, Workspace};
use crate::wheel::limits;
use crate::yaml::{Document, UNPROVEN};

/// What the effects need to know.
#[derive(Clone, Debug)]
pub struct Outside {
    /// What the command line says.
    pub options: Options,
    /// The process's environment.
    pub environment: Environment,
    /// The program that runs.
    pub running: Arc<Running>,
    /// What is edited and not saved.
    journal: Arc<Mutex<Journal>>,
    /// What is watched.
    pub watching: Arc<Watching>,
}

impl Outside {
    /// Returns the outside of a process in which no program runs yet.
    #[must_use]
    pub fn new(options: Options, environment: Environment) -> Self {
        Self { options, environment, running: Arc::default(), watching: Arc::default(), journal: Arc::default() }
    }

    /// Returns the journal of this copy.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Performs an effect; none for those that answer nothing.
#[must_use]
pub fn perform(effect: Effect, outside: &Outside) -> Option<Message> {
    Some(match effect {
        Effect::Glimpse => return glimpse(outside),
        Effect::Open => Message::Opened(Box::new(open(&outside.options, outside.environment.clone()))),
        Effect::Meet { paths, read_only } => {
            let mut journal = outside.journal();
            // The one before it, if any, is not to be met.
            let _ = journal.close(false);
            let (new, met) = Journal::meet(&paths, &outside.environment, read_only);
            *journal = new;
            Message::Met(Box::new(met))
        }
        Effect::StepBack => {
            let _ = outside.journal().close(false);
            return None;
        }
        Effect::Forget(path) => {
            // What cannot be removed is offered once more.
            let _ = journal::forget(&path);
            return None;
        }
        Effect::Scan(known) => {
            let (workspace, mut facts) = *known;
            refresh(&outside.options, &workspace, &mut facts);
            Message::Scanned(Box::new(facts))
        }
        Effect::Inspect { paths, room } => {
            Message::Inspected(inspect::read(&paths, room, Some(Instant::now() + limits::BATCH_TIME)))
        }
        Effect::Classes(known) => {
            let (workspace, facts) = *known;
            let found = classes::catalog(&outside.options, &workspace, &facts, Extent::All, &|| false);
            Message::Classified(Box::new(found))
        }
        Effect::Reread { workspace, base, reason } => {
            let read = |role| read_again(&workspace, role, &base);
            let contents = Box::new([read(Role::Api), read(Role::Remote)]);
            Message::Reread { contents, targets: targets(&workspace, &base), reason }
        }
        Effect::Save { role, path, text, known, replaces, in_place } => {
            restart::remember_before_save(role, &path, outside);
            let result = proven(known.as_deref()).and_then(|()| write(&path, &text, &replaces, in_place, outside));
            Message::Saved { role, text, result }
        }
        Effect::SaveManifest { path, texts, in_place } => {
            let proven = texts.iter().try_for_each(|one| proven(one.known.as_deref()));
            let result = proven.and_then(|()| write_lists(&path, &texts, in_place, outside));
            Message::SavedManifest { texts: texts.into_iter().map(|one| (one.role, one.text)).collect(), result }
        }
        Effect::Tidy(paths) => {
            Message::Tidied(paths.iter().flat_map(|path| tidy(path, &outside.environment)).collect())
        }
        Effect::ReadBackups { role, path } => Message::BackupsRead { role, result: backups(&path, role, outside) },
        Effect::Watch(places) => {
            outside.watching.watch(places);
            return None;
        }
        Effect::Remember(directory) => {
            // A memory that cannot be kept is none: nothing depends on it.
            let _ = memory::remember(&scan::directory(&directory), &outside.environment);
            return None;
        }
        Effect::RememberBuild { wheel, project } => {
            let _ = memory::remember_build(&wheel, &project, &outside.environment);
            return None;
        }
        Effect::List(path) => Message::Listed(listing(scan::browse(&path))),
        Effect::Draft(texts) => Message::Drafted(drafts(&texts, outside)),
        Effect::Stage { target, text, line } => {
            Message::Staged(editor::stage(target, &text, line, &outside.environment))
        }
        Effect::Unstage(staged) => {
            editor::unstage(&staged);
            return None;
        }
        Effect::Verify { mode, show_secrets } => Message::Verified(Box::new(ask(mode, show_secrets, outside))),
        Effect::Plan { purpose, python } => Message::Planned(run::plan(purpose, python, outside)),
        Effect::SeeServer => Message::ServerSeen(Box::new(restart::see(outside))),
        Effect::ReadLog { filter, show_secrets } => Message::LogRead(restart::read_log(&filter, show_secrets, outside)),
        Effect::Export(request) => {
            let result = export::write(&request, &outside.environment);
            Message::Exported { request, result }
        }
        Effect::StopRun => {
            outside.running.stop();
            return None;
        }
        // Its messages are many: `run::run` tells them.
        Effect::Run(_)
        | Effect::Edit(_)
        | Effect::Copy { .. }
        | Effect::Suspend
        | Effect::SetMouse(_)
        | Effect::OpenExample
        | Effect::Redraw => return None,
    })
}

/// Makes sure of a text of which an edit parsed parts alone.
fn proven(known: Option<&Document>) -> Result<(), SaveFailure> {
    if known.is_none_or(Document::is_proven) { Ok(()) } else { Err(SaveFailure::Other(UNPROVEN.to_owned())) }
}

/// Looks at the first lines of both files; none where they are short.
fn glimpse(outside: &Outside) -> Option<Message> {
    let location = |role| outside.options.locate(role, &outside.environment);
    let glimpses = Role::ALL.map(|role| load::glimpse(&location(role), &outside.environment.cwd));
    let is_seen = glimpses.iter().any(|glimpse| !glimpse.rows.is_empty());
    is_seen.then(|| Message::Glimpsed(Box::new(glimpses)))
}

/// Asks about the files as they are now.
fn ask(mode: Mode, show_secrets: bool, outside: &Outside) -> Result<Verified, String> {
    let (workspace, facts) = open(&outside.options, outside.environment.clone());
    let python = facts.python.clone().ok_or("no Python with SkyPilot is known (--python)")?;
    let python_path = outside.options.python_path.clone();
    let question = Question { python, mode, limit: LIMIT, show_secrets, python_path };
    verify(&question, &workspace, &facts)
}

fn read_again(workspace: &Workspace, role: Role, base: &Path) -> Content {
    let file = workspace.file(role);
    load::load_again(&file.location, role, base, &file.content)
}

fn write(
    path: &Path,
    text: &str,
    replaces: &Replaces,
    in_place: bool,
    outside: &Outside,
) -> Result<SavedFile, SaveFailure> {
    let expected = match replaces {
        Replaces::Nothing => Expected::Absent,
        Replaces::Text(old) => Expected::Text(old),
        Replaces::Anything => Expected::Anything,
    };
    let anything = matches!(expected, Expected::Anything);
    match save(&Request { path, text, expected, in_place, environment: &outside.environment }) {
        Ok(saved) => Ok(saved_file(path, saved, anything)),
        Err(error) => Err(failure(error)),
    }
}

fn saved_file(path: &Path, saved: Saved, anything: bool) -> SavedFile {
    let mut notes = saved.notes;
    // What a person chose to replace unseen is told of.
    if let (Some(kept), true) = (&saved.backup, anything) {
        notes.push(format!("the replaced text is kept in {}", kept.display()));
    }
    SavedFile { path: saved.path, created: saved.created, notes, target: look(path).ok() }
}

fn failure(error: SaveError) -> SaveFailure {
    match error {
        SaveError::Changed(_) => SaveFailure::Changed,
        SaveError::InPlace { why, .. } => SaveFailure::InPlace(why),
        SaveError::ReadOnly { why, .. } => SaveFailure::ReadOnly(why),
        error => SaveFailure::Other(error.to_string()),
    }
}

/// Writes lists into their manifest.
fn write_lists(
    path: &Path,
    texts: &[ManifestText],
    in_place: bool,
    outside: &Outside,
) -> Result<SavedFile, SaveFailure> {
    let change = |one: &ManifestText| {
        let old = if let Replaces::Text(old) = &one.replaces { Some(&**old) } else { None };
        let anything = matches!(one.replaces, Replaces::Anything);
        (one.role, old.map(str::to_owned), one.text.clone(), anything)
    };
    let changes: Vec<_> = texts.iter().map(change).collect();
    let changes: Vec<Change> = changes
        .iter()
        .map(|(role, old, new, anything)| Change { role: *role, old: old.as_deref(), new, anything: *anything })
        .collect();
    let anything = changes.iter().any(|change| change.anything);
    match manifest::save_lists(path, &changes, in_place, &outside.environment) {
        Ok(saved) => Ok(saved_file(path, saved, anything)),
        Err(ManifestSaveError::Save(error)) => Err(failure(error)),
        Err(error) => Err(SaveFailure::Other(error.to_string())),
    }
}

/// Reads the saved versions of a file; those of a manifest are versions of the list in it.
fn backups(path: &Path, role: Role, outside: &Outside) -> Result<Vec<SavedVersion>, String> {
    let mut versions = backup::read_all(path, &outside.environment)?;
    if outside.options.manifest(&outside.environment).as_deref() == Some(path) {
        for version in &mut versions {
            version.text = version.text.clone().and_then(|text| manifest::list_of(&text, role));
        }
    }
    Ok(versions)
}

/// Writes texts to the state directory; returns their paths.
///
/// # Errors
///
/// Returns what cannot be done, in words.
pub fn drafts(texts: &[(Role, Arc<str>)], outside: &Outside) -> Result<Vec<(Role, PathBuf)>, String> {
    texts
        .iter()
        .map(|(role, text)| {
            let path = state::keep("drafts", Path::new(role.file_name()), text.as_bytes(), &outside.environment)?;
            Ok((*role, path))
        })
        .collect()
}

fn listing(found: scan::Listing) -> Listing {
    let entries = found.entries.into_iter().map(|entry| ListedDirectory { name: entry.name, wheels: entry.wheels });
    Listing {
        path: found.path,
        parent: found.parent,
        entries: entries.collect(),
        wheels_here: found.wheels_here,
        truncated: found.truncated,
        problem: found.problem,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::state::{PRIVATE_DIRECTORY, PRIVATE_FILE};
    use super::*;

    fn outside(home: &Path) -> Outside {
        let mut environment = Environment { cwd: home.to_owned(), ..Environment::default() };
        environment.variables.insert("HOME".into(), home.into());
        Outside::new(Options::default(), environment)
    }

    #[test]
    fn drafts_are_private_and_whole() {
        let home = tempfile::tempdir().expect("a directory");
        let drafts = drafts(&[(Role::Api, "a: 1\n".into())], &outside(home.path())).expect("written");
        let [(Role::Api, draft)] = drafts.as_slice() else { panic!("{drafts:?}") };
        assert_eq!(fs::read_to_string(draft).expect("read"), "a: 1\n");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(draft), mode(draft.parent().expect("a folder"))), (PRIVATE_FILE, PRIVATE_DIRECTORY));
    }

    #[test]
    fn what_is_overwritten_unseen_is_kept() {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join("plugins.yaml");
        fs::write(&path, "theirs: 1\n").expect("written");
        let saved = write(&path, "ours: 1\n", &Replaces::Anything, false, &outside(home.path())).expect("saved");
        let kept = saved.notes[0].rsplit(' ').next().expect("a path");
        assert_eq!(fs::read_to_string(kept).expect("read"), "theirs: 1\n");
        assert_eq!(write(&path, "x", &Replaces::Nothing, false, &outside(home.path())), Err(SaveFailure::Changed));
    }
}
