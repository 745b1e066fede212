//! Which commands can run now, and which of them the key bar shows first.

use super::command::{Command, Context, Id, table};
use super::form::{Form, FormRow};
use super::layout::Size;
use super::list::Body;
use super::modal::Modal;
use super::tree::Shape;
use super::{State, export, problems, programs, sides, verify};
use crate::config::Role;

/// Returns why a command cannot run now, for the palette.
#[must_use]
pub fn unavailable(state: &State, id: Id) -> Option<&'static str> {
    if let Some(Modal::Form(form)) = state.modals.last()
        && let Some(why) = not_in_form(form, id)
    {
        return Some(why);
    }
    match id {
        Id::EditLine | Id::Editor if matches!(state.list(state.role).body, Body::Unreadable(_)) => {
            Some("it is no text and cannot be edited")
        }
        id if state.settings.read_only && edits(id) => Some("read-only (--read-only)"),
        Id::EditComment | Id::EditLineComment if state.current_entry().is_none() => Some("there is no entry here"),
        Id::Verify => verify::unavailable(state),
        Id::Export => export::unavailable(state),
        Id::Theme => state.preferences.themes.fixed,
        Id::Build | Id::Install | Id::Restart => programs::unavailable(state, id),
        Id::Undo if state.history.undo_count() == 0 => Some("nothing to undo"),
        Id::Redo if state.history.redo_count() == 0 => Some("nothing to redo"),
        Id::Save if state.unsaved_roles().is_empty() => Some("nothing to save"),
        Id::GoToError | Id::Force | Id::SaveSound
            if state.review.as_ref().is_none_or(|review| review.first_error().is_none()) =>
        {
            Some("no error stops the save")
        }
        Id::SaveSound
            if state.review.as_ref().is_some_and(|review| review.files.iter().all(|file| !file.errors.is_empty())) =>
        {
            Some("each changed file has an error")
        }
        Id::NextFile if state.review.as_ref().is_some_and(|review| review.files.len() < 2) => Some("one file changed"),
        Id::Compare if Role::ALL.iter().all(|role| state.theirs(*role).is_none()) => {
            Some("no edited file is known to have changed on disk (R looks)")
        }
        Id::Accept | Id::TakeMine | Id::TakeTheirs | Id::NextChange | Id::PreviousChange
            if state.conflict.as_ref().is_some_and(|view| view.merge.is_err()) =>
        {
            Some("there is no merge")
        }
        Id::Fix if problems::fix_at_hand(state).is_none() => Some("no problem here offers one"),
        Id::SideBySide
            if state.current_entry().is_none_or(|(role, index)| sides::place(state, role, index).is_none()) =>
        {
            Some("the other list does not have this class")
        }
        Id::NextProblem | Id::PreviousProblem if state.problems.is_empty() => Some("there is no problem"),
        Id::Copy
        | Id::Transfer
        | Id::Delete
        | Id::Duplicate
        | Id::ChangeClass
        | Id::MoveUp
        | Id::MoveDown
        | Id::Open
        | Id::EditEntry
        | Id::YankClass
        | Id::YankYaml
            if state.list(state.role).current_disabled().is_some() =>
        {
            Some("it is commented out (# brings it back)")
        }
        Id::Copy
        | Id::Transfer
        | Id::Delete
        | Id::Duplicate
        | Id::Disable
        | Id::ChangeClass
        | Id::MoveUp
        | Id::MoveDown
        | Id::Mark
        | Id::MarkAll
        | Id::Open
        | Id::EditEntry
        | Id::YankClass
        | Id::YankYaml
            if state.list(state.role).current().is_none() && state.list(state.role).current_disabled().is_none() =>
        {
            Some("the list is empty")
        }
        _ => None,
    }
}

/// Tells whether a command edits something, or does nothing but for an edit.
const fn edits(id: Id) -> bool {
    matches!(
        id,
        Id::Add
            | Id::AddBefore
            | Id::AddFromWheel
            | Id::AddRemote
            | Id::AddValue
            | Id::Browse
            | Id::ChangeClass
            | Id::Decrease
            | Id::Duplicate
            | Id::DuplicateValue
            | Id::EditorSchema
            | Id::EditLine
            | Id::EditValue
            | Id::Editor
            | Id::Increase
            | Id::Mark
            | Id::MarkAll
            | Id::MarkRange
            | Id::MoveDown
            | Id::MoveUp
            | Id::ValueDown
            | Id::ValueUp
            | Id::Delete
            | Id::DeleteValue
            | Id::Disable
            | Id::Copy
            | Id::Transfer
            | Id::ChangeType
            | Id::Rename
            | Id::EditEntry
            | Id::Fix
            | Id::WheelPath
            | Id::PasteEntries
            | Id::EditComment
            | Id::EditLineComment
    )
}

/// Returns why a command of text fields means nothing in this one.
#[must_use]
pub fn not_in_form(form: &Form, id: Id) -> Option<&'static str> {
    match id {
        Id::NextRow if form.rows.len() < 2 => Some("there is one field"),
        Id::NextSuggestion | Id::PreviousSuggestion if form.rows.len() < 2 && form.completion.rows.is_empty() => {
            Some("nothing is suggested here")
        }
        Id::CycleType if form.row_of("type").is_none() => Some("there is no type to choose"),
        Id::ShowHidden if !form.rows.iter().any(|row| matches!(row, FormRow::Text { field, .. } if field.hidden)) => {
            Some("nothing is masked here")
        }
        Id::Browse if !form.is_directory() => Some("this is no directory"),
        Id::DeleteToStart if !matches!(form.rows.get(form.active), Some(FormRow::Text { field, .. }) if !field.text().is_empty()) => {
            Some("the field is empty")
        }
        _ => None,
    }
}

/// Returns the commands of the key bar, the most useful first.
#[must_use]
pub fn bar(state: &State) -> Vec<&'static Command> {
    let context = state.context();
    let mut commands: Vec<&'static Command> = table()
        .iter()
        .filter(|command| !command.bar.is_empty() && command.contexts.contains(&context))
        .filter(|command| !state.preferences.keymap.keys(command.id, context).is_empty())
        .filter(|command| unavailable(state, command.id).is_none())
        .collect();
    let small = state.layout_size() <= Size::One;
    commands.sort_by_key(|command| bar_rank(command, context, small));
    commands
}

/// Returns what the key bar says of a command: on a row with rows below it, Enter opens or folds it.
#[must_use]
pub fn label(state: &State, command: &Command) -> &'static str {
    let row = state.tree.current().filter(|_| command.id == Id::EditValue);
    match row.map(|row| (&row.shape, row.open)) {
        Some((Shape::Map(_) | Shape::List(_), true)) => "fold",
        Some((Shape::Map(_) | Shape::List(_), false)) => "open",
        _ => command.bar,
    }
}

/// The main edits come first, then saving and the preview, then the rest.
fn bar_rank(command: &Command, context: Context, small: bool) -> u8 {
    match command.id {
        Id::Accept | Id::Cancel | Id::Compare | Id::TakeMine | Id::TakeTheirs => 0,
        Id::Add | Id::AddValue | Id::Open | Id::EditValue | Id::EditLine | Id::GoTo | Id::SaveNow => 1,
        Id::Save => 3,
        Id::Editor if context == Context::Text => 3,
        Id::Delete | Id::DeleteValue | Id::Copy | Id::Transfer | Id::ChangeType | Id::AddRemote if !small => 2,
        Id::Delete | Id::DeleteValue | Id::Copy | Id::Transfer | Id::ChangeType | Id::AddRemote => 4,
        Id::Preview => 5,
        Id::Sort => 9,
        Id::Mark | Id::ChangeClass | Id::Rename | Id::Reveal | Id::Undo => 7,
        _ if command.contexts.len() == 1 => 6,
        Id::NextSection | Id::NextFile => 6,
        Id::Filter if context == Context::Wheels => 6,
        _ => 8,
    }
}
