//! Keeps what is edited and not saved: into the journal as it is made, into words as the program ends.

use super::journal::JournalError;
use super::perform::Outside;
use crate::app::message::Effect;
use crate::app::{Files, State};
use crate::config::Role;
use crate::text::visible::visible_name;

/// What waits until the journal of this copy holds the edits.
#[derive(Debug, Default)]
pub struct Keeping {
    /// The journals of earlier runs that go then.
    forget: Vec<Effect>,
    /// Whether it was said that edits cannot be kept.
    told: bool,
}

impl Keeping {
    /// Takes an effect that forgets the journal of an earlier run.
    pub fn defer(&mut self, effect: Effect) {
        self.forget.push(effect);
    }

    /// Puts what is unsaved into the recovery journal.
    ///
    /// Returns what is to be done once it is there.
    ///
    /// # Errors
    ///
    /// Returns why it is not, where that was not said yet.
    pub fn keep(&mut self, state: &State, outside: &Outside) -> Result<Vec<Effect>, Option<String>> {
        match record(state, outside) {
            Ok(()) => {
                // Where this copy has no journal, theirs alone hold the edits.
                let holds = outside.journal().is_kept();
                Ok(std::mem::take(&mut self.forget).into_iter().filter(|_| holds).collect())
            }
            Err(error) => {
                // Their journals stay: nothing else holds the edits.
                self.forget.clear();
                let told = std::mem::replace(&mut self.told, true);
                Err((!told).then(|| error.to_string()))
            }
        }
    }
}

/// Puts what is unsaved into the recovery journal.
///
/// # Errors
///
/// Returns why it is not there.
pub fn record(state: &State, outside: &Outside) -> Result<(), JournalError> {
    outside.journal().record(&state.disk, &state.workspace, state.unsaved)
}

/// Returns what to say of the unsaved edits where the program ends now.
#[must_use]
pub fn kept(state: &State, outside: &Outside) -> Vec<String> {
    // Those of the sample go with its files.
    if state.settings.files != Files::Own {
        return Vec::new();
    }
    let names = state.unsaved_roles().into_iter().map(Role::file_name).collect::<Vec<_>>().join(" and ");
    match outside.journal().path() {
        Some(path) => {
            let path = visible_name(path.as_os_str());
            vec![format!("the unsaved edits of {names} are kept in {path}; the next start offers them")]
        }
        None if names.is_empty() => Vec::new(),
        None => vec![format!("the unsaved edits of {names} are lost: there was no place to keep them")],
    }
}
