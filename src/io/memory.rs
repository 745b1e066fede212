//! Remembers wheels by their SHA-256: a controller skips a wheel whose name it
//! has installed, so that one that is built anew under that name never gets there.
//!
//! At each save the wheels of the directory are remembered, and at each build
//! the project that a wheel comes from.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{inspect, state};
use crate::config::Environment;
use crate::wheel::memory::Memory;
use crate::wheel::{Directory, EntryKind};

/// The file in the state directory.
const FILE: &str = "wheels.json";
/// The most that is read of that file, in bytes.
const MOST_READ: u64 = 16 << 20;
/// Larger wheels are not hashed, in bytes.
const MOST_HASHED: u64 = 512 << 20;
/// The most wheels that are remembered; those that are gone go first.
const MOST_KEPT: usize = 10_000;
/// The most files of a project that are looked at, and the levels of its directories.
const MOST_SOURCES: usize = 2_000;
const DEEPEST: usize = 8;
/// Directories that are no source.
const NO_SOURCE: [&str; 6] = ["build", "dist", "node_modules", "venv", "env", "__pycache__"];

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Kept {
    /// The form of this file.
    schema_version: u32,
    wheels: BTreeMap<PathBuf, Known>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
struct Known {
    sha256: String,
    size: u64,
    /// Seconds and nanoseconds since 1970.
    modified: (i64, i64),
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<PathBuf>,
}

/// The form that is written.
const SCHEMA: u32 = 1;

/// Remembers the wheels of a directory as they are now.
///
/// # Errors
///
/// Returns why that cannot be written, in words.
pub fn remember(directory: &Directory, environment: &Environment) -> Result<(), String> {
    let paths: Vec<PathBuf> = files(directory).collect();
    if paths.is_empty() {
        return Ok(());
    }
    keep(&paths, None, environment)
}

/// Remembers that a wheel was built from a project.
///
/// # Errors
///
/// Returns why that cannot be written, in words.
pub fn remember_build(wheel: &Path, project: &Path, environment: &Environment) -> Result<(), String> {
    keep(&[wheel.to_owned()], Some(project), environment)
}

fn keep(paths: &[PathBuf], project: Option<&Path>, environment: &Environment) -> Result<(), String> {
    let mut kept = read(environment);
    kept.schema_version = SCHEMA;
    let before = kept.wheels.clone();
    for path in paths {
        let Some(mut known) = look(path, kept.wheels.get(path)) else { continue };
        known.project = project.map(Path::to_owned).or_else(|| kept.wheels.get(path)?.project.clone());
        kept.wheels.insert(path.clone(), known);
    }
    if kept.wheels.len() > MOST_KEPT {
        kept.wheels.retain(|path, _| path.exists());
    }
    while kept.wheels.len() > MOST_KEPT {
        kept.wheels.pop_first();
    }
    if kept.wheels == before {
        return Ok(());
    }
    let text = serde_json::to_vec_pretty(&kept).map_err(|error| error.to_string())?;
    state::replace(FILE, &text, environment)
}

/// Says how the wheels of a directory are beside what is remembered of them.
#[must_use]
pub fn recall(directory: &Directory, environment: &Environment) -> BTreeMap<PathBuf, Memory> {
    let kept = read(environment);
    let mut out = BTreeMap::new();
    if kept.wheels.is_empty() {
        return out;
    }
    for path in files(directory) {
        let Some(known) = kept.wheels.get(&path) else { continue };
        let Some(now) = look(&path, Some(known)) else { continue };
        let newer_source = known.project.as_ref().and_then(|project| {
            let built = fs::metadata(&path).ok()?.modified().ok()?;
            Some((project.clone(), newer_source(project, built)?))
        });
        let memory = Memory { rebuilt: now.sha256 != known.sha256, newer_source };
        if memory != Memory::default() {
            out.insert(path, memory);
        }
    }
    out
}

fn files(directory: &Directory) -> impl Iterator<Item = PathBuf> {
    let plain = directory.wheels().filter(|one| matches!(one.kind, EntryKind::File | EntryKind::Symlink));
    plain.map(|one| directory.path.join(&one.name))
}

fn read(environment: &Environment) -> Kept {
    let kept = state::recall::<Kept>(FILE, MOST_READ, environment);
    kept.filter(|kept| kept.schema_version == SCHEMA).unwrap_or_default()
}

/// Looks at a wheel: what has size and date as before has the bytes as before.
fn look(path: &Path, known: Option<&Known>) -> Option<Known> {
    let metadata = fs::metadata(path).ok().filter(|m| m.is_file() && m.len() <= MOST_HASHED)?;
    let (size, modified) = stamp(&metadata);
    if let Some(known) = known.filter(|known| (known.size, known.modified) == (size, modified)) {
        return Some(known.clone());
    }
    Some(Known { sha256: inspect::digest(path)?, size, modified, project: None })
}

fn stamp(metadata: &Metadata) -> (u64, (i64, i64)) {
    (metadata.len(), (metadata.mtime(), metadata.mtime_nsec()))
}

/// Returns a source file of a project that is newer than `built`, if one is.
fn newer_source(project: &Path, built: SystemTime) -> Option<PathBuf> {
    let mut open = vec![(project.to_owned(), 0)];
    let mut looked_at = 0;
    while let Some((folder, depth)) = open.pop() {
        let Ok(names) = fs::read_dir(&folder) else { continue };
        for entry in names.flatten() {
            looked_at += 1;
            if looked_at > MOST_SOURCES {
                return None;
            }
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if depth < DEEPEST && !NO_SOURCE.contains(&name) && !name.ends_with(".egg-info") {
                    open.push((entry.path(), depth + 1));
                }
                continue;
            }
            let is_source = ["py", "toml", "cfg"].iter().any(|end| entry.path().extension().is_some_and(|e| e == *end));
            let newer = || entry.metadata().and_then(|m| m.modified()).is_ok_and(|modified| modified > built);
            if kind.is_file() && is_source && newer() {
                return Some(entry.path());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::scan::directory;

    fn environment(home: &Path) -> Environment {
        let mut environment = Environment { cwd: home.to_owned(), ..Environment::default() };
        environment.variables.insert("HOME".into(), home.into());
        environment
    }

    #[test]
    fn other_bytes_under_the_same_name_are_noticed_until_the_next_save() {
        let home = tempfile::tempdir().expect("a directory");
        let environment = environment(home.path());
        let dist = home.path().join("dist");
        fs::create_dir(&dist).expect("made");
        let wheel = dist.join("acme-1.0-py3-none-any.whl");
        fs::write(&wheel, "one").expect("written");
        assert!(recall(&directory(&dist), &environment).is_empty(), "never saved");
        remember(&directory(&dist), &environment).expect("kept");
        assert!(recall(&directory(&dist), &environment).is_empty(), "as it was");
        fs::write(&wheel, "other").expect("written");
        assert!(recall(&directory(&dist), &environment)[&wheel].rebuilt);
        // A copy with another date has the same bytes.
        remember(&directory(&dist), &environment).expect("kept");
        let later = SystemTime::now() + std::time::Duration::from_mins(1);
        fs::File::options().write(true).open(&wheel).and_then(|file| file.set_modified(later)).expect("dated");
        assert!(recall(&directory(&dist), &environment).is_empty());
    }

    #[test]
    fn a_project_that_changed_after_the_build_is_noticed() {
        let home = tempfile::tempdir().expect("a directory");
        let environment = environment(home.path());
        let (dist, project) = (home.path().join("dist"), home.path().join("project"));
        fs::create_dir_all(project.join("acme")).expect("made");
        fs::create_dir(&dist).expect("made");
        let source = project.join("acme/__init__.py");
        fs::write(&source, "").expect("written");
        let wheel = dist.join("acme-1.0-py3-none-any.whl");
        fs::write(&wheel, "one").expect("written");
        let at = |seconds| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        let date = |path: &Path, seconds| {
            fs::File::options().write(true).open(path).and_then(|file| file.set_modified(at(seconds))).expect("dated");
        };
        date(&source, 1000);
        date(&wheel, 2000);
        remember_build(&wheel, &project, &environment).expect("kept");
        assert!(recall(&directory(&dist), &environment).is_empty());
        date(&source, 3000);
        let memory = &recall(&directory(&dist), &environment)[&wheel];
        assert_eq!((memory.rebuilt, &memory.newer_source), (false, &Some((project, source))));
    }

    #[test]
    fn what_cannot_be_read_is_as_if_it_were_not_there() {
        let home = tempfile::tempdir().expect("a directory");
        let environment = environment(home.path());
        for text in ["", "{", "[]", r#"{"schema_version": 9, "wheels": {}}"#] {
            state::replace(FILE, text.as_bytes(), &environment).expect("written");
            assert!(read(&environment).wheels.is_empty(), "{text}");
        }
    }
}
