//! The saved versions of a file: the list, what each would change, the way back.

use super::command::Id;
use super::message::{Effect, SavedVersion};
use super::modal::Modal;
use super::{State, Tone, edits};
use crate::config::diff::{self, DiffLine};
use crate::config::operation::Operation;
use crate::config::{Content, Role};
use crate::text::visible::visible;
use crate::yaml::Document;

/// The dialog.
#[derive(Clone, Debug)]
pub struct Backups {
    /// Which file.
    pub role: Role,
    /// Its versions, the last one first.
    pub versions: Vec<SavedVersion>,
    /// The one under the cursor.
    pub cursor: usize,
    /// What taking it would change.
    pub diff: Vec<DiffLine>,
    /// The first row of that on the screen.
    pub offset: usize,
}

/// The rows that a page of the diff scrolls.
const PAGE: usize = 10;

/// Asks for the versions of a file.
#[must_use]
pub fn start(state: &State, role: Role) -> Vec<Effect> {
    state.path(role).map(|path| Effect::ReadBackups { role, path }).into_iter().collect()
}

/// Shows the versions, or says that there are none.
pub(super) fn read(state: &mut State, role: Role, result: Result<Vec<SavedVersion>, String>) {
    let name = role.file_name();
    match result {
        Err(why) => state.say(Tone::Failed, format!("The backups of {name} cannot be read: {why}.")),
        Ok(versions) if versions.is_empty() => {
            state.say(Tone::Told, format!("{name} has no backup yet: a save keeps the text that it replaces."));
        }
        Ok(versions) => {
            state.modals.pop_if(|modal| matches!(modal, Modal::Backups(_)));
            let mut backups = Backups { role, versions, cursor: 0, diff: Vec::new(), offset: 0 };
            compare(state, &mut backups);
            state.modals.push(Modal::Backups(Box::new(backups)));
        }
    }
}

/// Finds what the version under the cursor would change.
fn compare(state: &State, backups: &mut Backups) {
    backups.offset = 0;
    let version = backups.versions.get(backups.cursor).and_then(|version| version.text.as_ref().ok());
    backups.diff = version.map_or_else(Vec::new, |text| {
        let now = state.workspace.text(backups.role).unwrap_or_default();
        diff::unified(&Document::parse(now), &Document::parse(text.clone()), state.settings.show_secrets)
    });
}

/// Does what a key means in the dialog.
pub(super) fn in_backups(state: &mut State, id: Option<Id>) -> Vec<Effect> {
    let Some(Modal::Backups(mut backups)) = state.modals.pop() else { return Vec::new() };
    let last = backups.versions.len() - 1;
    let end = backups.diff.len().saturating_sub(1);
    let at = backups.cursor;
    match id {
        Some(Id::Close) => return Vec::new(),
        Some(Id::Restore) => return restore(state, backups),
        Some(Id::NextFile) => {
            let other = backups.role.other();
            state.modals.push(Modal::Backups(backups));
            return start(state, other);
        }
        Some(Id::Down) => backups.cursor = (at + 1).min(last),
        Some(Id::Up) => backups.cursor = at.saturating_sub(1),
        Some(Id::First) => backups.cursor = 0,
        Some(Id::Last) => backups.cursor = last,
        Some(Id::PageDown) => backups.offset = (backups.offset + PAGE).min(end),
        Some(Id::PageUp) => backups.offset = backups.offset.saturating_sub(PAGE),
        _ => {}
    }
    if backups.cursor != at {
        compare(state, &mut backups);
    }
    state.modals.push(Modal::Backups(backups));
    Vec::new()
}

/// Puts the cursor on a version.
pub(super) fn choose(state: &mut State, at: usize) {
    let Some(Modal::Backups(mut backups)) = state.modals.pop() else { return };
    backups.cursor = at.min(backups.versions.len().saturating_sub(1));
    compare(state, &mut backups);
    state.modals.push(Modal::Backups(backups));
}

/// Takes a version as an edit.
fn restore(state: &mut State, backups: Box<Backups>) -> Vec<Effect> {
    let (role, version) = (backups.role, &backups.versions[backups.cursor]);
    let name = role.file_name();
    let text = match (&version.text, &state.workspace.file(role).content) {
        (Err(why), _) => {
            state.say(Tone::Failed, format!("This version cannot be taken: {why}."));
            state.modals.push(Modal::Backups(backups));
            return Vec::new();
        }
        (Ok(_), Content::Unreadable(why)) => {
            state.say(Tone::Failed, format!("{name} is no text that can be edited: {}.", visible(&why.problem)));
            return Vec::new();
        }
        (Ok(text), _) => text.clone(),
    };
    let when = version.when.clone();
    let before = state.history.undo_count();
    let effects = edits::commit(state, &Operation::ReplaceText { role, text });
    if state.history.undo_count() > before {
        state.say(Tone::Done, format!("{name} is as it was before the save of {when}; u takes that back, s saves."));
    }
    effects
}
