//! The commands on the two lists.

use std::collections::BTreeSet;

use super::command::Id;
use super::edits::{self, commit};
use super::list::Body;
use super::message::Effect;
use super::modal::{Answer, Menu, Modal};
use super::value::pairs_count;
use super::{Pane, Screen, State, Tone, external, forms, sides};
use crate::config::Role;
use crate::config::operation::Operation;
use crate::text::visible::visible;
use crate::yaml::Pointer;
use crate::yaml::edit::NewValue;

/// Runs a command on a list.
pub fn on_list(state: &mut State, id: Id) -> Vec<Effect> {
    let role = state.role;
    if matches!(state.list(role).body, Body::Unreadable(_)) {
        state.say(Tone::Failed, format!("{} is no text and cannot be edited.", role.file_name()));
        return Vec::new();
    }
    let current = state.list(role).current();
    match id {
        Id::Add | Id::AddBefore => {
            let form = forms::add_class(state, role, current, id == Id::AddBefore);
            forms::open(state, form);
            return Vec::new();
        }
        Id::Mark => mark(state, role),
        Id::MarkAll => mark_all(state, role),
        Id::MarkRange => {
            let list = state.list_mut(role);
            list.anchor = if list.anchor.is_some() { None } else { Some(list.cursor) };
            list.selected.extend(current);
        }
        Id::Disable if state.list(role).current_disabled().is_some() => {
            let number = state.list(role).current_disabled().unwrap_or(0);
            return commit(state, &Operation::Enable { role, number });
        }
        _ => {
            let Some(index) = current else {
                if state.list(role).current_disabled().is_some() {
                    state.say(Tone::Told, "This entry is commented out: # brings it back.");
                    return Vec::new();
                }
                state.say(Tone::Told, "The list is empty: a adds a class.");
                return Vec::new();
            };
            return on_entry(state, role, index, id);
        }
    }
    Vec::new()
}

fn mark(state: &mut State, role: Role) {
    let list = state.list_mut(role);
    list.anchor = None;
    if list.current_disabled().is_some() {
        list.cursor = (list.cursor + 1).min(list.len().saturating_sub(1));
    } else if let Some(index) = list.current() {
        if !list.selected.remove(&index) {
            list.selected.insert(index);
        }
        list.cursor = (list.cursor + 1).min(list.len().saturating_sub(1));
    }
}

fn mark_all(state: &mut State, role: Role) {
    let list = state.list_mut(role);
    let all: BTreeSet<usize> = (0..list.len()).filter_map(|row| list.entry_at(row)).collect();
    list.anchor = None;
    list.selected = if list.selected == all { BTreeSet::new() } else { all };
    let number = state.list(role).selected.len();
    state.say(
        Tone::Told,
        format!("{} marked: d deletes, c copies, m moves them. Esc clears the marks.", pairs_count(number)),
    );
}

fn on_entry(state: &mut State, role: Role, index: usize, id: Id) -> Vec<Effect> {
    let chosen = state.list(role).chosen();
    let entry = |state: &State| state.list(role).entries.get(index).cloned();
    match id {
        Id::EditEntry => external::open_entry(state, role, index),
        Id::Open => {
            state.screen = Screen::Parameters;
            Vec::new()
        }
        Id::ChangeClass => {
            let class = entry(state).and_then(|entry| entry.class).unwrap_or_default();
            let form = forms::change_class(role, index, &class);
            forms::open(state, form);
            Vec::new()
        }
        Id::Delete => commit(state, &Operation::Remove { role, indices: chosen }),
        Id::Disable => commit(state, &Operation::Disable { role, indices: chosen }),
        Id::Duplicate => commit(state, &Operation::Duplicate { role, indices: chosen }),
        Id::Copy => match (chosen.as_slice(), sides::place(state, role, index)) {
            ([one], Some(there)) if *one == index && !state.settings.read_only => {
                ask_about_twin(state, role, index, there, false);
                Vec::new()
            }
            _ => copy(state, role, index, chosen),
        },
        Id::Transfer => match (chosen.as_slice(), sides::place(state, role, index)) {
            ([one], Some(there)) if *one == index && !state.settings.read_only => {
                ask_about_twin(state, role, index, there, true);
                Vec::new()
            }
            _ => transfer(state, role, index, chosen),
        },
        Id::MoveUp if index == 0 => {
            state.say(Tone::Told, "It is the first entry already.");
            Vec::new()
        }
        Id::MoveUp => commit(state, &Operation::Reorder { role, from: index, to: index - 1 }),
        Id::MoveDown if index + 1 >= state.list(role).entries.len() => {
            state.say(Tone::Told, "It is the last entry already.");
            Vec::new()
        }
        Id::MoveDown => commit(state, &Operation::Reorder { role, from: index, to: index + 1 }),
        Id::YankClass => match entry(state).and_then(|entry| entry.class) {
            Some(class) => vec![Effect::Copy { text: class, what: "the class path".to_owned() }],
            None => Vec::new(),
        },
        Id::YankYaml => match (entry(state), state.workspace.document(role)) {
            (Some(entry), Some(document)) => {
                let text = entry.span.of(document.text()).to_owned();
                vec![Effect::Copy { text, what: "the entry as YAML, with its real values".to_owned() }]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Copies entries to the other list.
pub(super) fn copy(state: &mut State, role: Role, index: usize, indices: Vec<usize>) -> Vec<Effect> {
    let effects = commit(state, &Operation::Copy { from: role, indices, at: None });
    stay(state, role, index);
    effects
}

/// Moves entries to the other list.
pub(super) fn transfer(state: &mut State, role: Role, index: usize, indices: Vec<usize>) -> Vec<Effect> {
    let effects = commit(state, &Operation::Transfer { from: role, indices, at: None });
    stay(state, role, index);
    effects
}

/// Asks what becomes of a class that the other list has already: SkyPilot would load it twice.
fn ask_about_twin(state: &mut State, role: Role, index: usize, there: usize, moves: bool) {
    let Some(class) = state.list(role).entries.get(index).and_then(|entry| entry.class.clone()) else { return };
    let other = role.other().file_name();
    let told = sides::told(state, role, index).replace("  (= compares)", "");
    let text = vec![format!("{other} has it already: {told}.")];
    let place = |role: Role, index: usize| {
        let pointer = Pointer::from_tokens(["plugins".to_owned(), index.to_string(), "parameters".to_owned()]);
        (edits::value_at(state.workspace.document(role), &pointer), pointer)
    };
    let ((here, _), (_, pointer)) = (place(role, index), place(role.other(), there));
    let role_there = role.other();
    let operation = match here {
        Some(value) => Operation::Set { role: role_there, pointer, value: NewValue::of(value) },
        None => Operation::Unset { role: role_there, pointer },
    };
    let verb = if moves { "Move" } else { "Copy" };
    let mut menu = Menu::new(visible(&format!("{verb} {class}?")), text).item(
        '=',
        "compare both",
        "side by side; nothing changes",
        Answer::Run(Id::SideBySide),
    );
    if !told.ends_with("same parameters") {
        let detail = format!("#{} there gets those from here", there + 1);
        menu = menu.item('p', "copy the parameters", detail, Answer::Commit(Box::new(operation)));
    }
    let second = "a second one: SkyPilot loads both";
    menu = if moves {
        let gone = Operation::Remove { role, indices: vec![index] };
        menu.item('d', "delete it here", "the one there stays as it is", Answer::Commit(Box::new(gone))).item(
            'm',
            "move the entry",
            second,
            Answer::MoveEntry(role, index),
        )
    } else {
        menu.item('c', "copy the entry", second, Answer::CopyEntry(role, index))
    };
    state.modals.push(Modal::Menu(menu));
}

/// Keeps the cursor in the list it was in, after a copy or a move to the other one.
fn stay(state: &mut State, role: Role, index: usize) {
    state.role = role;
    state.focus = Pane::of(role);
    state.list_mut(role).go_to(index);
}
