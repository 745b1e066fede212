//! What was read of files, kept by path, size and date.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use super::mentions::Mentions;
use crate::python::source::{self, MAX_SOURCE, Source, SourceError};

/// The most files that are kept; beyond that all are forgotten, and read again where they are asked for.
const MAX_KEPT: usize = 50_000;

/// By what a change of a file is noticed: its size in bytes and its date.
pub(super) type Stamp = (u64, Option<SystemTime>);

/// What is kept of a file.
#[derive(Default)]
struct Kept {
    stamp: Stamp,
    mentions: Option<Arc<Mentions>>,
    source: Option<Result<Arc<Source>, SourceError>>,
}

static CACHE: LazyLock<Mutex<HashMap<PathBuf, Kept>>> = LazyLock::new(Mutex::default);

/// Returns the stamp of a regular file.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((found.len(), found.modified().ok()))
}

/// Reads a regular file, unless it is too large for a source.
pub(super) fn bytes(path: &Path, size: u64) -> Option<Vec<u8>> {
    if size > MAX_SOURCE as u64 {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_SOURCE as u64 + 1).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn with<T>(path: &Path, stamp: Stamp, act: impl FnOnce(&mut Kept) -> T) -> T {
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() > MAX_KEPT {
        cache.clear();
    }
    let kept = cache.entry(path.to_owned()).or_default();
    if kept.stamp != stamp {
        *kept = Kept { stamp, ..Kept::default() };
    }
    act(kept)
}

/// Returns what a file mentions.
pub(super) fn mentions(path: &Path, stamp: Stamp, read: impl FnOnce() -> Option<Vec<u8>>) -> Option<Arc<Mentions>> {
    if let Some(known) = with(path, stamp, |kept| kept.mentions.clone()) {
        return Some(known);
    }
    let found = Arc::new(Mentions::of(&read()?));
    with(path, stamp, |kept| kept.mentions = Some(found.clone()));
    Some(found)
}

/// Returns the facts of a source file; none where it is refused.
pub(super) fn source(path: &Path, stamp: Stamp, read: impl FnOnce() -> Option<Vec<u8>>) -> Option<Arc<Source>> {
    if let Some(known) = with(path, stamp, |kept| kept.source.clone()) {
        return known.ok();
    }
    let found = source::read(&read()?).map(Arc::new);
    with(path, stamp, |kept| kept.source = Some(found.clone()));
    found.ok()
}
