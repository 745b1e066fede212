//! The comments of an entry: shown, and edited in fields of their own.

use super::form::{Form, FormKind};
use super::message::Effect;
use super::modal::{Area, AreaOf, Modal};
use super::{State, Tone, forms};
use crate::config::Role;
use crate::config::comment;
use crate::text::visible::visible;

/// Returns the comments of an entry on one line: the one above, then the one behind its class.
#[must_use]
pub fn told(state: &State, role: Role, index: usize) -> String {
    let Some((document, entry)) = state.workspace.document(role).zip(state.list(role).entries.get(index)) else {
        return String::new();
    };
    let above: Vec<String> = comment::above(document, entry).into_iter().filter(|line| !line.is_empty()).collect();
    let above = if above.is_empty() { String::new() } else { format!("# {}", above.join(" ")) };
    let text = match (above.is_empty(), comment::behind(document, entry).trim()) {
        (_, "") => above,
        (true, behind) => format!("behind: # {behind}"),
        (false, behind) => format!("{above}   behind: # {behind}"),
    };
    visible(&text).into_owned()
}

/// Opens the area for the comment above the entry at hand.
pub fn edit_above(state: &mut State) -> Vec<Effect> {
    let Some((role, index)) = at_hand(state) else { return Vec::new() };
    let text = state
        .workspace
        .document(role)
        .zip(state.list(role).entries.get(index))
        .map(|(document, entry)| comment::above(document, entry).join("\n"))
        .unwrap_or_default();
    state.modals.push(Modal::Area(Box::new(Area {
        title: format!("Comment above #{} in {}, without #", index + 1, role.file_name()),
        role,
        about: AreaOf::Comment(index),
        editor: forms::text_area(&text),
        was: text,
    })));
    Vec::new()
}

/// Opens the field for the comment behind the class of the entry at hand.
pub fn edit_behind(state: &mut State) -> Vec<Effect> {
    let Some((role, index)) = at_hand(state) else { return Vec::new() };
    let text = state
        .workspace
        .document(role)
        .zip(state.list(role).entries.get(index))
        .map(|(document, entry)| comment::behind(document, entry).to_owned())
        .unwrap_or_default();
    let title = format!("Comment behind the class of #{} in {}", index + 1, role.file_name());
    let form = Form::new(FormKind::CommentBehind { role, index }, title, vec![Form::text_row("comment", text)]);
    forms::open(state, form);
    Vec::new()
}

/// Returns the entry that is shown, or says that there is none.
fn at_hand(state: &mut State) -> Option<(Role, usize)> {
    if state.refuses_edits() {
        return None;
    }
    let entry = state.current_entry();
    if entry.is_none() {
        state.say(Tone::Told, "There is no entry here that a comment could belong to.");
    }
    entry
}
