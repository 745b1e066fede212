//! Gathers the facts outside the two files: servers, releases, directories.
//!
//! Files are looked at, not opened, but for the few small ones that `server`
//! reads; nothing is executed.

pub mod browse;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use browse::{BrowseEntry, Listing, browse};

use crate::check::{CwdSource, Facts, NEWEST, VersionSource};
use crate::config::{Content, Environment, Role, Workspace};
use crate::io::{Options, server, share};
use crate::preview;
use crate::wheel::{Directory, DirectoryEntry, EntryKind, Found};

/// Builds the environment from this process.
#[must_use]
pub fn environment() -> Environment {
    let (homes, own_home) = server::user_table();
    Environment {
        variables: std::env::vars_os().collect::<BTreeMap<OsString, OsString>>(),
        homes,
        own_home,
        cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
    }
}

/// Gathers all facts but the directories.
#[must_use]
pub fn facts(options: &Options, environment: Environment) -> Facts {
    let servers = server::running(&environment);
    let (server_cwd, cwd_source) = match (&options.server_cwd, servers.as_slice()) {
        (Some(given), _) => (physical(&environment.cwd.join(given)), CwdSource::Flag),
        (None, [server::Server { cwd: Some(cwd), .. }]) => (cwd.clone(), CwdSource::Server),
        (None, _) => (environment.cwd.clone(), CwdSource::CurrentDirectory),
    };
    let python = interpreter(options, &environment, &servers);
    let (version, version_source) = options.sky_version.map_or_else(
        || {
            python
                .as_deref()
                .and_then(server::version_of)
                .map_or((NEWEST, VersionSource::Assumed), |version| (version, VersionSource::Detected))
        },
        |version| (version, VersionSource::Flag),
    );
    let settings = server::Settings::read(&environment);
    let consolidation = settings.consolidation(&server::environment_of(&servers, &environment));
    Facts {
        version,
        version_source,
        server_cwd,
        cwd_source,
        servers,
        python,
        remote_endpoint: settings.remote_endpoint(&environment),
        consolidation,
        controller: options.controller,
        modules: Arc::default(),
        directories: BTreeMap::new(),
        wheels: BTreeMap::new(),
        memories: BTreeMap::new(),
        catalog: Arc::default(),
        targets: BTreeMap::new(),
        environment,
    }
}

/// Finds the interpreter that runs the API server: that of the flag, or the one
/// behind `sky`, or that of the one running server.
#[must_use]
pub fn interpreter(options: &Options, environment: &Environment, servers: &[server::Server]) -> Option<PathBuf> {
    if let Some(python) = &options.python {
        return Some(environment.cwd.join(python));
    }
    // A `sky` whose interpreter has no SkyPilot is another program.
    let behind_sky = server::python_of_sky(environment).filter(|python| server::version_of(python).is_some());
    behind_sky.or_else(|| match servers {
        [one] => server::python_of_server(one),
        _ => None,
    })
}

/// Looks at the wheel directory that `workspace` names, and adds it to the facts,
/// with what else decides whether the upload works; looks again at what is there
/// already.
pub fn add_wheel_directory(workspace: &Workspace, facts: &mut Facts) {
    let mut paths: Vec<PathBuf> = facts.directories.keys().cloned().collect();
    paths.extend(preview::wheel_directory(workspace, facts).map(|wheels| wheels.resolved));
    look_at(paths, facts);
    let sources = preview::sources_to_look_at(workspace, facts);
    look_at(sources, facts);
}

fn look_at(mut paths: Vec<PathBuf>, facts: &mut Facts) {
    paths.sort();
    paths.dedup();
    for path in paths {
        let found = directory(&path);
        facts.directories.insert(path, found);
    }
}

/// Looks beside the remote list where that is not there: it may go by another name.
pub fn add_neighbours(workspace: &Workspace, facts: &mut Facts) {
    let file = workspace.file(Role::Remote);
    let (Content::Absent, Some(path)) = (&file.content, &file.location.path) else { return };
    if let Some(parent) = facts.server_cwd.join(path).parent() {
        facts.directories.insert(parent.to_owned(), directory(parent));
    }
}

/// Looks at a directory. Nothing in it is opened.
#[must_use]
pub fn directory(path: &Path) -> Directory {
    Directory { path: path.to_owned(), found: find(path) }
}

fn find(path: &Path) -> Found {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_dir() => Found::NotADirectory,
        Ok(_) => list(path),
        Err(error) if is_missing(&error) => Found::Missing,
        Err(error) => failed(&error),
    }
}

/// Tells whether Python's `Path.exists` takes an error for "no": `ENOENT`,
/// `ENOTDIR`, `EBADF`, `ELOOP`, and a NUL in the path (`pathlib.py`, 3.11).
fn is_missing(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::InvalidInput
        || error.raw_os_error().is_some_and(|code| {
            let ignored = [rustix::io::Errno::NOENT, rustix::io::Errno::NOTDIR, rustix::io::Errno::BADF];
            ignored.iter().chain(&[rustix::io::Errno::LOOP]).any(|errno| errno.raw_os_error() == code)
        })
}

fn failed(error: &std::io::Error) -> Found {
    let exception = match error.kind() {
        ErrorKind::PermissionDenied => "PermissionError",
        _ => "OSError",
    };
    Found::Failed { exception, problem: python_wording(error) }
}

/// Words an error as Python does: `[Errno 13] Permission denied`.
fn python_wording(error: &std::io::Error) -> String {
    let text = error.to_string();
    let Some(code) = error.raw_os_error() else { return text };
    let plain = text.strip_suffix(&format!(" (os error {code})")).unwrap_or(&text);
    format!("[Errno {code}] {plain}")
}

/// Names for which a thread is worth starting: fewer are looked at before it has.
const SHARE: usize = 256;

fn list(path: &Path) -> Found {
    let names = match fs::read_dir(path) {
        Ok(names) => names,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Found::Unreadable(error.to_string()),
        Err(error) => return failed(&error),
    };
    let names = match names.collect::<Result<Vec<_>, _>>() {
        Ok(names) => names,
        Err(error) => return failed(&error),
    };
    let mut entries = share::each(&names, SHARE, |name| entry(path, name));
    entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Found::Listed(entries)
}

fn entry(directory: &Path, found: &fs::DirEntry) -> DirectoryEntry {
    let name = found.file_name();
    // The list tells most kinds: what is no link needs one look, from the directory that is open already.
    if found.file_type().is_ok_and(|kind| !kind.is_symlink())
        && let Ok(metadata) = found.metadata()
        && !metadata.is_symlink()
    {
        let kind = kind(false, &metadata);
        return DirectoryEntry { name, kind, size: metadata.len(), modified: metadata.modified().ok() };
    }
    let path = directory.join(&name);
    let link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
    let (kind, size, modified) = match fs::metadata(&path) {
        Ok(metadata) => (kind(link, &metadata), metadata.len(), metadata.modified().ok()),
        Err(_) if link => (EntryKind::Dangling, 0, None),
        Err(_) => (EntryKind::Unreachable, 0, None),
    };
    DirectoryEntry { name, kind, size, modified }
}

fn kind(link: bool, metadata: &Metadata) -> EntryKind {
    if link {
        EntryKind::Symlink
    } else if metadata.is_dir() {
        EntryKind::Directory
    } else if metadata.is_file() {
        EntryKind::File
    } else {
        EntryKind::Special
    }
}

/// Returns the path as the kernel tells it to a process that runs there.
fn physical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_listed_by_kind_and_sorted_by_bytes() {
        let top = tempfile::tempdir().expect("a directory");
        let at = |name: &str| top.path().join(name);
        fs::write(at("b.whl"), "12345").expect("written");
        fs::create_dir(at("a.whl")).expect("made");
        std::os::unix::fs::symlink("b.whl", at("link.whl")).expect("linked");
        std::os::unix::fs::symlink("nowhere", at("dangling.whl")).expect("linked");
        std::os::unix::fs::symlink("loop.whl", at("loop.whl")).expect("linked");
        rustix::fs::mknodat(rustix::fs::CWD, at("fifo.whl"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .expect("made");
        let found = directory(top.path());
        let rows: Vec<(&str, EntryKind, u64)> = found
            .entries()
            .iter()
            .map(|entry| {
                (
                    entry.name.to_str().expect("UTF-8"),
                    entry.kind,
                    if entry.kind == EntryKind::Directory { 0 } else { entry.size },
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("a.whl", EntryKind::Directory, 0),
                ("b.whl", EntryKind::File, 5),
                ("dangling.whl", EntryKind::Dangling, 0),
                ("fifo.whl", EntryKind::Special, 0),
                ("link.whl", EntryKind::Symlink, 5),
                ("loop.whl", EntryKind::Dangling, 0),
            ]
        );
    }

    #[test]
    fn what_is_no_directory_is_told_as_python_tells_it() {
        let found = |path: &str| directory(Path::new(path)).found;
        assert_eq!(found("/nowhere/at/all"), Found::Missing);
        assert_eq!(found("/dev/null"), Found::NotADirectory);
        assert_eq!(found("/dev/null/x"), Found::Missing);
        assert_eq!(found("/a\0b"), Found::Missing);
        let problem = "[Errno 36] File name too long".to_owned();
        assert_eq!(found(&format!("/{}", "w".repeat(300))), Found::Failed { exception: "OSError", problem });
    }
}
