//! Keys that came all at once: a paste that the terminal does not mark must not run as commands.
//!
//! Which keys came at once is told by whoever reads them; here is what is done
//! about it. In a field they are typed. Anywhere else a question comes first.

use super::command::Context;
use super::keymap::{Code, Key};
use super::message::Effect;
use super::modal::{Answer, Menu, Modal};
use super::{State, paste, update};

/// Takes keys that came at once.
pub(super) fn take(state: &mut State, keys: Vec<Key>) -> Vec<Effect> {
    if matches!(state.context(), Context::Field | Context::Area | Context::Commands) {
        return press_all(state, keys);
    }
    // A long paste comes in pieces.
    let mut all = asked(state).unwrap_or_default();
    all.extend(keys);
    let on_list = state.modals.is_empty() && paste::is_taken(state);
    let mut text = vec![format!("{} keys came at once, as from a paste that the terminal does not mark.", all.len())];
    text.push("None of them was taken as a command.".to_owned());
    let mut menu = Menu::new("Was this pasted?", text);
    if on_list {
        menu =
            menu.item('p', "take it as pasted text", "shown before anything is inserted", Answer::Pasted(typed(&all)));
    }
    let menu = menu.item('d', "drop them", "nothing happens", Answer::Leave).careful(
        'k',
        "they were keys",
        "run them one after the other",
        Answer::Keys(all),
    );
    state.modals.push(Modal::Menu(menu));
    Vec::new()
}

/// Takes back the question that is open, with the keys that it is about.
fn asked(state: &mut State) -> Option<Vec<Key>> {
    let keys = match state.modals.last() {
        Some(Modal::Menu(menu)) => menu.items.iter().find_map(|item| match &item.answer {
            Answer::Keys(keys) => Some(keys.clone()),
            _ => None,
        }),
        _ => None,
    }?;
    state.modals.pop();
    Some(keys)
}

/// Runs keys one after the other.
pub(super) fn press_all(state: &mut State, keys: Vec<Key>) -> Vec<Effect> {
    keys.into_iter().flat_map(|key| update::press(state, key)).collect()
}

/// Returns the text that keys type.
fn typed(keys: &[Key]) -> String {
    let character = |key: &Key| match key.code {
        Code::Enter => Some('\n'),
        Code::Tab => Some('\t'),
        _ => key.typed(),
    };
    keys.iter().filter_map(character).collect()
}
