//! What changes outside while a person works: what is watched, and when it is looked at.
//!
//! A change is only noted; what changed is found by reading again, and only
//! where that takes nothing out of somebody's hands: not below an open dialog,
//! not while a save runs.

use super::State;
use super::message::{Effect, Noticed, Places, Reason};
use super::modal::Modal;
use super::saving;
use crate::config::Role;

/// What is watched, and what of it was not looked at yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    noticed: Noticed,
    watched: Places,
    /// Whether a copy for the external editor is on its way.
    staging: bool,
    /// Whether a draft is being written.
    pub(super) drafting: bool,
}

impl Outside {
    /// Takes note of a change.
    pub(super) const fn notice(&mut self, noticed: Noticed) {
        self.noticed.add(noticed);
    }

    /// Says whether a copy for the external editor is on its way.
    pub(super) const fn stage(&mut self, staging: bool) {
        self.staging = staging;
    }
}

/// Returns what is to be watched, where that is something else now, and what is
/// to be looked at.
pub(super) fn look(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !state.ready {
        return effects;
    }
    let places = places(state);
    if places != state.outside.watched {
        state.outside.watched = places.clone();
        effects.push(Effect::Watch(places));
    }
    if is_free(state) {
        let noticed = std::mem::take(&mut state.outside.noticed);
        if noticed.files {
            effects.push(saving::reread(state, Reason::Noticed));
        }
        if noticed.wheels {
            effects.push(state.scan());
        }
    }
    effects
}

/// Tells whether a text can change without taking it out of somebody's hands.
pub(super) fn is_free(state: &State) -> bool {
    // What is only told takes nothing.
    let only_told = state.modals.iter().all(|modal| matches!(modal, Modal::Notice(_)));
    only_told && state.saving.is_empty() && !state.outside.staging
}

fn places(state: &State) -> Places {
    let files = Role::ALL.into_iter().filter_map(|role| state.disk.file(role).location.path.as_ref());
    let wheels = state.preview.wheel_dir.as_ref().map(|named| named.resolved.clone());
    Places {
        files: files.map(|path| state.facts.server_cwd.join(path)).collect(),
        directories: wheels.into_iter().filter(|path| path.is_absolute()).collect(),
    }
}
