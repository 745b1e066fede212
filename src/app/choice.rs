//! A list to choose from: what a search has found, the edits of the session.
//!
//! Enter or the number in front of a row chooses it. What was found stays at
//! hand: Back comes back to it until something is edited.

use super::command::Id;
use super::keymap::Key;
use super::message::Effect;
use super::modal::Modal;
use super::{State, find, layout, motion, pages, past};
use crate::config::Role;
use crate::yaml::Pointer;

/// Where a row leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To a place of a file.
    Place(Role, Pointer),
    /// To a wheel, by its place in the directory, and perhaps a file in it.
    Wheel(usize, Option<String>),
    /// To the texts after so many edits.
    Edits(usize),
}

/// One row.
#[derive(Clone, Debug)]
pub struct ChoiceRow {
    /// What it is, made visible.
    pub label: String,
    /// What is told of it, made visible.
    pub detail: String,
    /// Where it leads.
    pub goal: Goal,
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The title, made visible.
    pub title: String,
    /// What is told beside it.
    pub right: String,
    /// The rows.
    pub rows: Vec<ChoiceRow>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row on the screen.
    pub offset: usize,
}

/// Returns how many rows fit.
#[must_use]
pub fn page(screen: ratatui::layout::Rect, rows: usize) -> usize {
    layout::rows_in(layout::dialog(screen, pages::COMMANDS_WIDTH, height(rows)))
}

/// Returns the height of the dialog, frame included.
#[must_use]
pub fn height(rows: usize) -> u16 {
    u16::try_from(rows.max(1) + 3).unwrap_or(u16::MAX)
}

/// Does what a key means in the dialog.
pub(super) fn in_choice(state: &mut State, key: Key, id: Option<Id>) -> Vec<Effect> {
    let Some(Modal::Choice(choice)) = state.modals.last_mut() else { return Vec::new() };
    let number = key.typed().and_then(|c| c.to_digit(10)).and_then(|digit| usize::try_from(digit).ok());
    match (id, number) {
        (_, Some(number @ 1..)) if choice.offset + number <= choice.rows.len() => {
            choice.cursor = choice.offset + number - 1;
            take(state)
        }
        (Some(Id::Accept), _) => take(state),
        (Some(Id::Close), _) => {
            state.modals.pop();
            Vec::new()
        }
        (Some(id), _) => {
            motion::apply(state, id);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Goes where the row under the cursor leads.
fn take(state: &mut State) -> Vec<Effect> {
    let Some(Modal::Choice(choice)) = state.modals.pop() else { return Vec::new() };
    match choice.rows.get(choice.cursor).map(|row| row.goal.clone()) {
        Some(Goal::Edits(count)) => past::go(state, count),
        Some(goal) => {
            find::go(state, choice, &goal);
            Vec::new()
        }
        None => Vec::new(),
    }
}
