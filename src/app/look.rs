//! The choice of a theme: moving through the list shows it, Esc takes it back.
//!
//! The state knows the themes by name alone; what they look like is the screens'.

use super::command::Id;
use super::keymap::Key;
use super::message::Effect;
use super::modal::Modal;
use super::{State, Tone};

/// The themes to choose from.
#[derive(Clone, Debug, Default)]
pub struct Themes {
    /// Their names.
    pub names: Vec<String>,
    /// The one in force.
    pub chosen: usize,
    /// Why there is nothing to choose, where that is so.
    pub fixed: Option<&'static str>,
}

/// The list of themes while it is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The row under the cursor: the theme that is shown.
    pub cursor: usize,
}

/// Returns the number of the theme that is to be drawn with.
#[must_use]
pub fn shown(state: &State) -> usize {
    match state.modals.last() {
        Some(Modal::Themes(choice)) => choice.cursor,
        _ => state.preferences.themes.chosen,
    }
}

/// Opens the list.
pub(super) fn open(state: &mut State) {
    if let Some(why) = state.preferences.themes.fixed {
        state.say(Tone::Told, format!("theme: {why}."));
        return;
    }
    state.modals.push(Modal::Themes(Choice { cursor: state.preferences.themes.chosen }));
}

/// Does what a key means in the list.
pub(super) fn in_themes(state: &mut State, key: Key, id: Option<Id>) -> Vec<Effect> {
    let last = state.preferences.themes.names.len().saturating_sub(1);
    let Some(Modal::Themes(choice)) = state.modals.last_mut() else { return Vec::new() };
    match id {
        Some(Id::Down) => choice.cursor = (choice.cursor + 1).min(last),
        Some(Id::Up) => choice.cursor = choice.cursor.saturating_sub(1),
        Some(Id::First | Id::PageUp) => choice.cursor = 0,
        Some(Id::Last | Id::PageDown) => choice.cursor = last,
        Some(Id::Accept) => {
            let cursor = choice.cursor;
            state.modals.pop();
            choose(state, cursor);
        }
        Some(Id::Cancel) => _ = state.modals.pop(),
        _ if key.typed() == Some('q') => _ = state.modals.pop(),
        _ => {}
    }
    Vec::new()
}

/// Chooses the theme of a palette line `theme NAME`; tells whether it is one.
pub(super) fn choose_by_name(state: &mut State, typed: &str) -> bool {
    let themes = &state.preferences.themes;
    let named = typed.strip_prefix("theme ").map(str::trim);
    let found = named.and_then(|named| themes.names.iter().position(|name| name == named));
    match found {
        Some(at) if themes.fixed.is_none() => choose(state, at),
        Some(_) => open(state),
        None => return false,
    }
    true
}

fn choose(state: &mut State, at: usize) {
    let themes = &mut state.preferences.themes;
    let Some(name) = themes.names.get(at) else { return };
    themes.chosen = at;
    let text = format!("Theme {name} until you leave; theme = \"{name}\" in config.toml keeps it.");
    state.say(Tone::Done, text);
}
