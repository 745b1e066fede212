//! On what a command would act now: told in the palette beside its name.

use super::command::{Context, Id};
use super::tree::Shape;
use super::value::count;
use super::{State, dialogs, pages, problems};
use crate::text::visible::{visible, visible_name};
use crate::yaml::Pointer;

/// Returns what a command would act on, or what it would do there, made visible; none where that is no one thing.
#[must_use]
pub fn of(state: &State, id: Id) -> Option<String> {
    let text = match id {
        Id::Undo => state.history.next_labels().0?.to_owned(),
        Id::Redo => state.history.next_labels().1?.to_owned(),
        Id::Fix => state.problems.get(problems::fix_at_hand(state)?)?.fix.as_ref()?.label.clone(),
        _ => format!("on {}", thing(state, id)?),
    };
    Some(visible(&text).into_owned())
}

/// Returns the thing that a command would act on.
fn thing(state: &State, id: Id) -> Option<String> {
    let text = match id {
        Id::Save => state.unsaved_roles().iter().map(|role| role.file_name()).collect::<Vec<_>>().join(" and "),
        Id::Backups => dialogs::editor_role(state).file_name().to_owned(),
        Id::GoTo | Id::Explain | Id::YankProblem if state.screen_context() == Context::Problems => {
            let one = state.problems.get(state.problem.at)?;
            format!("{} {}", one.severity.letter(), super::review::place_text(one))
        }
        Id::WheelDetail | Id::AddFromWheel | Id::YankWheel | Id::Install => {
            visible_name(&pages::wheel_row(state, state.wheel.at)?.name)
        }
        Id::Delete | Id::Copy | Id::Transfer | Id::Duplicate | Id::Disable => entries(state)?,
        Id::Open
        | Id::ChangeClass
        | Id::MoveUp
        | Id::MoveDown
        | Id::Mark
        | Id::YankClass
        | Id::YankYaml
        | Id::EditEntry
        | Id::EditComment
        | Id::EditLineComment
        | Id::SideBySide => class(state)?,
        Id::EditValue
        | Id::DeleteValue
        | Id::Rename
        | Id::ChangeType
        | Id::ValueUp
        | Id::ValueDown
        | Id::Increase
        | Id::Decrease
        | Id::DuplicateValue
        | Id::Reveal
        | Id::YankValue
        | Id::YankPath => path(state)?,
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Returns the class of the entry under the cursor.
fn class(state: &State) -> Option<String> {
    let (role, index) = state.current_entry()?;
    Some(state.list(role).entries.get(index)?.class.clone().unwrap_or_else(|| format!("#{}", index + 1)))
}

/// Returns the entries that a command of the list takes.
fn entries(state: &State) -> Option<String> {
    let list = state.list(state.role);
    let many = list.chosen().len();
    if many > 1 {
        return Some(count(many, "marked entry").replace("entrys", "entries"));
    }
    let disabled = list.current_disabled().and_then(|number| Some(list.disabled.get(number)?.class.clone()));
    disabled.or_else(|| class(state))
}

/// Returns the path of the value under the cursor.
fn path(state: &State) -> Option<String> {
    let row = state.tree.current().filter(|row| row.shape != Shape::Add)?;
    Some(Pointer::from_tokens(row.pointer.tokens().iter().skip(3).cloned()).to_path())
}
