//! The edits of the session as a list, and the way to any point of it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::choice::{Choice, ChoiceRow, Goal};
use super::history::Point;
use super::message::Effect;
use super::modal::Modal;
use super::{State, Tone, edits};
use crate::config::{Role, Workspace};
use crate::text::visible::visible;

/// Returns a digest of both texts.
#[must_use]
pub fn digest(workspace: &Workspace) -> u64 {
    let mut hasher = DefaultHasher::new();
    for role in Role::ALL {
        workspace.text(role).hash(&mut hasher);
    }
    hasher.finish()
}

/// Shows the edits, the first one on top.
pub(super) fn open(state: &mut State) {
    let now = state.history.undo_count();
    let disk = digest(&state.disk);
    let points = state.history.points();
    if points.len() < 2 {
        state.say(Tone::Told, "Nothing was edited yet.");
        return;
    }
    let last = points.len() - 1;
    let rows = points.into_iter().enumerate().map(|(count, point)| {
        let Point { label, when, texts } = point;
        let mut detail = Vec::new();
        if count == now {
            detail.push("here");
        }
        if texts == disk {
            detail.push("as on disk");
        }
        if count > now {
            detail.push("undone");
        }
        if !when.is_empty() {
            detail.push(when);
        }
        let label = label.map_or_else(|| "before the first edit".to_owned(), |label| visible(label).into_owned());
        ChoiceRow { label, detail: detail.join(", "), goal: Goal::Edits(count) }
    });
    let rows = rows.collect();
    let right = super::value::count(last, "edit");
    let title = "Edits of this session".to_owned();
    state.modals.push(Modal::Choice(Box::new(Choice { title, right, rows, cursor: now, offset: 0 })));
}

/// Takes edits back, or does them again, until so many are done.
pub(super) fn go(state: &mut State, count: usize) -> Vec<Effect> {
    if !state.saving.is_empty() {
        state.say(Tone::Told, "A save is running.");
        return Vec::new();
    }
    let now = state.history.undo_count();
    let Some((workspace, focus)) = state.history.go(&state.workspace, count) else {
        state.say(Tone::Told, "The texts are at that point already.");
        return Vec::new();
    };
    let effects = state.adopt(workspace);
    if let Some((role, pointer)) = focus {
        edits::go_to(state, role, &pointer, false);
    }
    let steps = now.abs_diff(state.history.undo_count());
    let (verb, way) = if count < now { ("Undid", "U does them again") } else { ("Redid", "u takes them back") };
    state.say(Tone::Done, format!("{verb} {}; {way}.", super::value::count(steps, "edit")));
    effects
}
