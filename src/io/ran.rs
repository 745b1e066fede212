//! Remembers the text of a list that a server has started with: what one can go back to.
//!
//! One file in the state directory, private to the user: the texts hold real
//! values. It is no backup of saves, which `backup` keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::state;
use crate::check::serving::Process;
use crate::config::Environment;

/// The file in the state directory.
pub(super) const FILE: &str = "ran.json";
/// The most that is read of that file, in bytes.
const MOST_READ: u64 = 16 << 20;
/// Longer lists are not remembered, in bytes.
const LONGEST: usize = 1 << 20;
/// The most lists that are remembered; the oldest go.
const MOST_KEPT: usize = 8;
/// By how much two looks at the start of one process may differ: the clock is set now and then.
const SAME_START: Duration = Duration::from_secs(2);

/// A text that a server has started with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Ran {
    /// The text.
    pub(super) text: String,
    /// When that was remembered, in seconds since 1970.
    pub(super) seconds: u64,
    /// The process of the server.
    pid: u32,
    /// When that was started, in milliseconds since 1970.
    started: u128,
}

impl Ran {
    /// Tells whether it is about this process, which numbers alone do not tell.
    pub(super) fn is_of(&self, process: &Process) -> bool {
        let started = process.started.as_ref().map(|started| milliseconds(started.at));
        started
            .is_some_and(|started| self.pid == process.pid && started.abs_diff(self.started) < SAME_START.as_millis())
    }
}

#[derive(Default, Deserialize, Serialize)]
struct Kept {
    /// The form of this file.
    schema_version: u32,
    lists: BTreeMap<PathBuf, Ran>,
}

/// The form that is written.
const SCHEMA: u32 = 1;

/// Remembers the text that a server runs with.
///
/// # Errors
///
/// Returns why that cannot be written, in words.
pub(super) fn remember(list: &Path, text: &str, process: &Process, environment: &Environment) -> Result<(), String> {
    let Some(started) = &process.started else { return Ok(()) };
    if text.len() > LONGEST {
        return Ok(());
    }
    let mut kept = read(environment);
    let list = real(list);
    if kept.lists.get(&list).is_some_and(|ran| ran.text == text && ran.is_of(process)) {
        return Ok(());
    }
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let ran = Ran { text: text.to_owned(), seconds, pid: process.pid, started: milliseconds(started.at) };
    kept.schema_version = SCHEMA;
    kept.lists.insert(list, ran);
    while kept.lists.len() > MOST_KEPT {
        let oldest = kept.lists.iter().min_by_key(|(_, ran)| ran.seconds).map(|(path, _)| path.clone());
        oldest.map(|path| kept.lists.remove(&path));
    }
    let bytes = serde_json::to_vec(&kept).map_err(|error| error.to_string())?;
    state::replace(FILE, &bytes, environment)
}

/// Returns what a server has last started with.
#[must_use]
pub(super) fn recall(list: &Path, environment: &Environment) -> Option<Ran> {
    read(environment).lists.remove(&real(list))
}

/// Returns the path of a list with its links followed, as far as it is there.
fn real(list: &Path) -> PathBuf {
    fs::canonicalize(list).unwrap_or_else(|_| list.to_owned())
}

fn milliseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis()
}

fn read(environment: &Environment) -> Kept {
    let kept = state::recall::<Kept>(FILE, MOST_READ, environment);
    kept.filter(|kept| kept.schema_version == SCHEMA).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::check::serving::Moment;

    #[test]
    fn the_last_text_of_each_list_is_kept_in_private() {
        let home = tempfile::tempdir().expect("a directory");
        let mut environment = Environment::default();
        environment.variables.insert("HOME".into(), home.path().into());
        let started = Moment { at: UNIX_EPOCH + Duration::from_secs(1_000), shown: String::new() };
        let process = Process { pid: 7, started: Some(started), ..Process::default() };
        let list = home.path().join("plugins.yaml");
        for text in ["a: 1\n", "a: 2\n"] {
            remember(&list, text, &process, &environment).expect("kept");
        }
        let ran = recall(&list, &environment).expect("remembered");
        assert_eq!(ran.text, "a: 2\n");
        assert!(ran.is_of(&process));
        assert!(!ran.is_of(&Process { pid: 8, ..process.clone() }));
        assert!(!ran.is_of(&Process { started: None, ..process }));
        assert_eq!(recall(&home.path().join("other.yaml"), &environment), None);
        let file = home.path().join(".local/state/skyplug-tui").join(FILE);
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        fs::write(&file, "{").expect("written");
        assert_eq!(recall(&list, &environment), None);
    }
}
