//! Lists inside a manifest of Kubernetes: saved together, as one write of one file.

use std::sync::Arc;

use super::message::{Effect, ManifestText, Replaces, SaveFailure, SavedFile};
use super::{Pane, State, saving, writing};
use crate::config::{Content, PathSource, Role};

/// Tells whether a list is inside a manifest.
#[must_use]
pub fn holds(state: &State, role: Role) -> bool {
    state.workspace.file(role).location.source == PathSource::ConfigMap
}

/// Returns where a list is, as it is shown: in a manifest with its key.
#[must_use]
pub fn shown(state: &State, role: Role) -> String {
    let told = state.workspace.file(role).location.told(role);
    told.map_or_else(|| role.file_name().to_owned(), |path| state.shown_path(&state.facts.server_cwd.join(path)))
}

/// Returns the save of all lists that are inside the manifest, none where there is no such.
pub(super) fn save(state: &mut State, roles: &[Role], anything: bool) -> Option<Effect> {
    let roles: Vec<Role> = roles.iter().copied().filter(|role| holds(state, *role)).collect();
    let path = state.path(*roles.first()?)?;
    let in_place = roles.iter().all(|role| state.in_place[Pane::of(*role).index()]);
    let mut texts = Vec::new();
    for role in roles {
        let replaces = match &state.disk.file(role).content {
            _ if anything => Replaces::Anything,
            Content::Absent | Content::Unreadable(_) => Replaces::Nothing,
            Content::Text(old) => Replaces::Text(old.text().into()),
        };
        let (text, known) = (writing::text(state, role), state.workspace.document(role).cloned());
        texts.push(ManifestText { role, text, known, replaces });
        state.saving.push(role);
    }
    Some(Effect::SaveManifest { path, texts, in_place })
}

/// Takes the result: one after the other, as of files of their own.
pub(super) fn saved(
    state: &mut State,
    texts: &[(Role, Arc<str>)],
    result: &Result<SavedFile, SaveFailure>,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (role, text) in texts {
        effects = saving::saved(state, *role, text, result.clone());
        if result.is_err() {
            break;
        }
    }
    effects
}
