//! Lists inside a manifest: read out of it, and written back with it as one file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::load;
use super::save::{Expected, Request, SaveError, Saved, save};
use crate::config::kubernetes::manifest::{Manifest, ManifestError};
use crate::config::{Content, Environment, Role, Unreadable, UnreadableReason};
use crate::yaml::Document;

/// A list that is to have another text.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Which one.
    pub role: Role,
    /// The text that is replaced, none where the manifest has no key for it.
    pub old: Option<&'a str>,
    /// The text.
    pub new: &'a str,
    /// Whether whatever is there may be replaced.
    pub anything: bool,
}

/// Why a manifest was not written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestSaveError {
    /// The file could not be written.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// It cannot hold the texts.
    #[error("{0}; nothing was written")]
    Manifest(#[from] ManifestError),
    /// There is none that could be overwritten.
    #[error("{} is not there any more, and a list is only a part of it; nothing was written: put it back and save again, or take another path", .0.display())]
    Gone(PathBuf),
    /// What is there now is none that could be overwritten.
    #[error("{} cannot be read any more: {problem}; nothing was written: mend that and save again, or take another path", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
}

/// Reads a list out of the manifest at `path`; a text that is known is not parsed again.
#[must_use]
pub fn read(path: &Path, role: Role, known: &Content) -> Content {
    // Once: what comes back in between is a manifest, and no list.
    let document = match load::read(path) {
        Content::Text(document) => document,
        other => return other,
    };
    match Manifest::parse(document.text()) {
        Ok(manifest) => match (manifest.list(role), known) {
            (None, _) => Content::Absent,
            (Some(text), Content::Text(known)) if known.text() == text => Content::Text(known.clone()),
            (Some(text), _) => Content::Text(Arc::new(Document::parse(text))),
        },
        Err(error) => Content::Unreadable(Unreadable {
            reason: UnreadableReason::Other,
            problem: format!("it cannot be taken out of the manifest: {error}"),
            bytes: None,
        }),
    }
}

/// Says why the manifest at `path` cannot be edited.
///
/// # Errors
///
/// Returns that in words, with the path.
pub fn check(path: &Path) -> Result<(), String> {
    let shown = path.display();
    match load::read(path) {
        Content::Absent => Err(format!("{shown}: no such file")),
        Content::Unreadable(why) => Err(format!("{shown} cannot be read: {}", why.problem)),
        Content::Text(document) => Manifest::parse(document.text())
            .map(|_| ())
            .map_err(|error| format!("{shown} cannot be edited as a manifest: {error}")),
    }
}

/// Returns the list in the text of a manifest.
///
/// # Errors
///
/// Returns why there is none, in words.
pub fn list_of(text: &str, role: Role) -> Result<Arc<str>, String> {
    let manifest = Manifest::parse(text).map_err(|error| error.to_string())?;
    manifest.list(role).map(Into::into).ok_or_else(|| format!("it had no {}", role.file_name()))
}

/// Writes lists into the manifest at `path`, all in one save.
///
/// # Errors
///
/// Returns [`SaveError::Changed`] where a list there is not the one that was read, that there is
/// no manifest to be overwritten,
/// what keeps the file from being written, or that it cannot hold a text.
pub fn save_lists(
    path: &Path,
    changes: &[Change],
    in_place: bool,
    environment: &Environment,
) -> Result<Saved, ManifestSaveError> {
    let anything = changes.iter().any(|change| change.anything);
    let document = match load::read(path) {
        Content::Text(document) => document,
        // A person has answered to the change already: what hinders now is told.
        Content::Absent if anything => return Err(ManifestSaveError::Gone(path.to_owned())),
        Content::Unreadable(why) if anything => {
            return Err(ManifestSaveError::Unreadable { path: path.to_owned(), problem: why.problem });
        }
        Content::Absent | Content::Unreadable(_) => return Err(SaveError::Changed(path.to_owned()).into()),
    };
    let old = document.text();
    let mut new = old.to_owned();
    for change in changes {
        let manifest = Manifest::parse(&new)?;
        if !change.anything && manifest.list(change.role) != change.old {
            return Err(SaveError::Changed(path.to_owned()).into());
        }
        new = manifest.with(change.role, change.new)?;
    }
    let expected = Expected::Text(old);
    Ok(save(&Request { path, text: &new, expected, in_place, environment })?)
}
