//! The external editor: what it gets, and what becomes of what it leaves.
//!
//! It gets a copy of the text with its unsaved edits, or of the lines of one
//! entry. What it leaves is one edit that can be taken back; where SkyPilot
//! would refuse that, it is kept and offered for another round, as `visudo` does.

use super::command::Context;
use super::message::{EditTarget, Effect, Staged};
use super::modal::{Answer, Menu, Modal};
use super::review::sentences;
use super::value::count;
use super::{Pane, State, Tone, dialogs, edits, forms};
use crate::check;
use crate::config::operation::Operation;
use crate::config::{Content, Role};
use crate::text::{Span, visible::visible};
use crate::yaml::{Pointer, edit};

/// Opens the file under the cursor.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let role = dialogs::editor_role(state);
    let line = line_of_cursor(state, role);
    open_at(state, role, line)
}

/// Opens a file at a line, from 1.
pub(super) fn open_at(state: &mut State, role: Role, line: usize) -> Vec<Effect> {
    if state.refuses_edits() {
        return Vec::new();
    }
    let text = match &state.workspace.file(role).content {
        Content::Text(document) => document.text().into(),
        Content::Absent => "".into(),
        Content::Unreadable(why) => {
            let text = format!("{} cannot be opened here: {}.", role.file_name(), why.problem);
            state.say(Tone::Failed, text);
            return Vec::new();
        }
    };
    state.outside.stage(true);
    vec![Effect::Stage { target: EditTarget::File(role), text, line }]
}

/// Opens the lines of an entry.
pub(super) fn open_entry(state: &mut State, role: Role, index: usize) -> Vec<Effect> {
    if state.refuses_edits() {
        return Vec::new();
    }
    let Some((text, span)) = state.workspace.text(role).zip(lines(state, role, index)) else {
        state.say(Tone::Failed, "This entry shares its lines with others: e opens the whole file.");
        return Vec::new();
    };
    let text = span.of(text).into();
    state.outside.stage(true);
    vec![Effect::Stage { target: EditTarget::Entry(role, index), text, line: 1 }]
}

/// Returns the lines of an entry with the comments above it.
fn lines(state: &State, role: Role, index: usize) -> Option<Span> {
    let document = state.workspace.document(role)?;
    let at = Pointer::from_tokens(["plugins".to_owned(), index.to_string()]);
    edit::lines_of(document, document.find(&at)?)
}

/// Takes the copy for the editor, or why there is none.
pub(super) fn staged(state: &mut State, result: Result<Staged, String>) -> Vec<Effect> {
    state.outside.stage(false);
    match result {
        Ok(staged) => dialogs::ask_editor(state, staged),
        Err(why) => state.say(Tone::Failed, why),
    }
    Vec::new()
}

/// Takes what the editor has left.
pub(super) fn edited(state: &mut State, target: &EditTarget, result: Result<String, String>) -> Vec<Effect> {
    let text = match result {
        Ok(text) => text,
        Err(why) => {
            state.say(Tone::Failed, why);
            return Vec::new();
        }
    };
    match target {
        EditTarget::Area => {
            if let Some(Modal::Area(area)) = state.modals.last_mut() {
                // Editors end the last line; the value has no such end.
                let text = if area.was.ends_with('\n') { &text } else { text.strip_suffix('\n').unwrap_or(&text) };
                area.editor = forms::text_area(text);
            }
            Vec::new()
        }
        EditTarget::File(role) => take(state, *role, text),
        EditTarget::Entry(role, index) => {
            // Nothing else changes a text while the editor has the terminal.
            let Some((whole, span)) = state.workspace.text(*role).zip(lines(state, *role, *index)) else {
                return Vec::new();
            };
            let ends = text.is_empty() || text.ends_with('\n') || span.end == whole.len();
            let text = [&whole[..span.start], &text, if ends { "" } else { "\n" }, &whole[span.end..]].concat();
            take(state, *role, text)
        }
    }
}

fn take(state: &mut State, role: Role, text: String) -> Vec<Effect> {
    if state.workspace.text(role) == Some(text.as_str())
        || (text.is_empty() && state.workspace.document(role).is_none())
    {
        state.say(Tone::Told, "The editor left the text as it was.");
        return Vec::new();
    }
    let before = state.report.clone();
    let effects = edits::commit(state, &Operation::ReplaceText { role, text: text.into() });
    let errors = check::new_errors(&before, &state.report, role);
    if let Some(first) = errors.first() {
        let line = first.place.positions.map_or(1, |(start, _)| start.line);
        let text = vec![
            format!("What the editor left in {} has {}:", role.file_name(), count(errors.len(), "new error")),
            visible(&format!("E {}", sentences(first))).into_owned(),
            "It is kept here as an unsaved edit; the file on disk is as it was.".to_owned(),
        ];
        let menu = Menu::new("SkyPilot would refuse this", text)
            .item('e', "edit again", "at the first error", Answer::EditAgain(role, line))
            .item('k', "keep it", "a save asks again", Answer::Leave)
            .item('u', "take it back", "U does it again", Answer::Run(super::command::Id::Undo));
        state.modals.push(Modal::Menu(menu));
    }
    effects
}

/// Returns the line of what is under the cursor, from 1.
fn line_of_cursor(state: &State, role: Role) -> usize {
    let Some(document) = state.workspace.document(role) else { return 1 };
    if !forms::is_editable(state, role) {
        return state.text[Pane::of(role).index()].at + 1;
    }
    let in_tree = state.screen_context() == Context::Parameters;
    let node = in_tree.then(|| state.tree.current().and_then(|row| row.node)).flatten();
    let entry = state.list(role).current().and_then(|index| state.list(role).entries.get(index));
    let offset = node.map(|node| document.span(node).start).or_else(|| entry.map(|entry| entry.span.start));
    offset.map_or(1, |offset| document.position(offset).line)
}
