//! The commands on the parameters of an entry.

use super::command::Id;
use super::edits::{commit, value_at};
use super::layout::Size;
use super::message::Effect;
use super::modal::{Answer, Menu, Modal};
use super::tree::{Row, Shape, names_at, parameters_of};
use super::value::{self, Type};
use super::{Pane, Screen, State, Tone, completion, forms, literal};
use crate::config::Role;
use crate::config::operation::Operation;
use crate::yaml::edit::{NewValue, Written};
use crate::yaml::{Pointer, Value};

/// Runs a command on the parameters.
pub fn on_tree(state: &mut State, id: Id) -> Vec<Effect> {
    let Some((role, index)) = state.current_entry() else {
        state.say(Tone::Told, "There is no entry here: a in a list adds one.");
        return Vec::new();
    };
    if matches!(id, Id::Wrap | Id::ShowUnset) {
        switch_view(state, id, (role, index));
        return Vec::new();
    }
    let Some(row) = state.tree.current().cloned() else {
        return if id == Id::AddValue { add_value(state, role, parameters_of(index), None) } else { Vec::new() };
    };
    if row.shadowed && !matches!(id, Id::Fold | Id::Unfold | Id::AddValue | Id::Reveal) {
        state.say(Tone::Failed, "This key is written again below, and the later one counts: e opens the text.");
        return Vec::new();
    }
    match (id, &row.shape) {
        (Id::EditValue, Shape::Add) | (Id::AddValue, _) => {
            let level = level_for_adding(state, &row);
            let name = row.unset.filter(|_| id == Id::EditValue).map(|(name, _)| name);
            add_value(state, role, level, name)
        }
        (Id::EditValue, Shape::Map(_) | Shape::List(_)) => {
            fold(state, &row, !row.open);
            Vec::new()
        }
        (Id::EditValue, Shape::Alias(name)) => {
            let name = name.clone();
            tell_of_alias(state, role, &row, &name);
            Vec::new()
        }
        (Id::EditValue, _) => edit_value(state, role, &row),
        (Id::Fold, _) => {
            fold_or_leave(state, &row);
            Vec::new()
        }
        (Id::Unfold, Shape::Map(_) | Shape::List(_)) => {
            fold(state, &row, true);
            Vec::new()
        }
        (Id::Unfold, _) => Vec::new(),
        (_, Shape::Add) => {
            state.say(Tone::Told, "Enter or a adds something here.");
            Vec::new()
        }
        (Id::DeleteValue, _) => commit(state, &Operation::Unset { role, pointer: row.pointer }),
        (Id::Rename, _) => {
            let form = forms::rename(state, role, &row);
            forms::open_or_say(state, form);
            Vec::new()
        }
        (Id::DuplicateValue, _) => duplicate(state, role, &row),
        (Id::ValueUp, _) => reorder(state, role, &row, false),
        (Id::ValueDown, _) => reorder(state, role, &row, true),
        (Id::ChangeType, _) => {
            type_menu(state, &row);
            Vec::new()
        }
        (Id::Increase, _) => add_to(state, role, &row, 1),
        (Id::Decrease, _) => add_to(state, role, &row, -1),
        (Id::Reveal, _) => {
            reveal(state, row);
            Vec::new()
        }
        (Id::YankValue, _) => yank(state, role, &row),
        (Id::YankPath, _) => {
            vec![Effect::Copy { text: row.pointer.to_path(), what: "the path".to_owned() }]
        }
        _ => Vec::new(),
    }
}

/// Says where the value of an alias is written: in its place nothing else can be typed.
fn tell_of_alias(state: &mut State, role: Role, row: &Row, name: &str) {
    let document = state.workspace.document(role);
    let target = document.zip(row.node).and_then(|(document, node)| {
        let target = document.tree().ok()?.target(node);
        Some(document.position(document.span(target).start).line)
    });
    let place = target.map_or_else(String::new, |line| format!(" in line {line}"));
    let text = format!(
        "*{name} stands for what is written at &{name}{place}: a change there holds here too. d and then a gives this place a \
         value of its own."
    );
    state.say(Tone::Told, text);
}

fn reveal(state: &mut State, row: Row) {
    if row.secret {
        state.tree.revealed = if state.tree.revealed.is_some() { None } else { Some(row.pointer) };
    } else {
        state.say(Tone::Told, "This value is not masked.");
    }
}

/// Returns the level that something is added to: an open one itself, else the one around.
fn level_for_adding(state: &State, row: &Row) -> Pointer {
    let inside = match row.shape {
        Shape::Add | Shape::Map(0) | Shape::List(0) => true,
        Shape::Map(_) | Shape::List(_) => row.open,
        _ => false,
    };
    match (inside, row.pointer.split_last()) {
        (false, Some((above, _))) if !row.stray => above,
        (false, _) => parameters_of(state.current_entry().map_or(0, |(_, index)| index)),
        (true, _) => row.pointer.clone(),
    }
}

fn add_value(state: &mut State, role: Role, level: Pointer, name: Option<String>) -> Vec<Effect> {
    let mut form = forms::add_value(state, role, level);
    if let Some(name) = name
        && let Some(field) = form.field()
    {
        field.set(name);
        form.active = 1;
    }
    forms::open(state, form);
    Vec::new()
}

/// Switches between long values on one line and on several, or what is not given on and off.
fn switch_view(state: &mut State, id: Id, (role, index): (Role, usize)) {
    let tree = &mut state.tree;
    let text = if id == Id::Wrap {
        tree.wraps = !tree.wraps;
        if tree.wraps { "Long values take several lines." } else { "Values take one line." }
    } else {
        tree.shows_unset = !tree.shows_unset;
        match (tree.shows_unset, completion::missing(state, role, &parameters_of(index)).is_empty()) {
            (true, true) => "No parameter is known that is not given.",
            (true, false) => "Parameters that are not given are shown; Enter on one adds it.",
            (false, _) => "Only what is given is shown.",
        }
    };
    state.touch_tree();
    state.say(Tone::Told, text);
}

fn edit_value(state: &mut State, role: Role, row: &Row) -> Vec<Effect> {
    if let Some(Value::Bool(on)) = value_at(state.workspace.document(role), &row.pointer) {
        let written = bool_like(state, role, row, !on);
        return commit(state, &Operation::Set { role, pointer: row.pointer.clone(), value: written });
    }
    if let Some(effects) = literal::turn(state, role, row) {
        return effects;
    }
    forms::edit_value(state, role, row);
    Vec::new()
}

/// Returns the other bool in the spelling of the one that is there: `no` for `yes`.
fn bool_like(state: &State, role: Role, row: &Row, on: bool) -> NewValue {
    const PAIRS: [(&str, &str); 3] = [("true", "false"), ("yes", "no"), ("on", "off")];
    let value = Value::Bool(on);
    let source = state.workspace.document(role).zip(row.node).map_or("", |(document, node)| document.source(node));
    let word = PAIRS.iter().find_map(|(yes, no)| {
        let (from, to) = if on { (no, yes) } else { (yes, no) };
        let capital = || to[..1].to_uppercase() + &to[1..];
        match source {
            _ if source == *from => Some((*to).to_owned()),
            _ if source == from.to_uppercase() => Some(to.to_uppercase()),
            _ if source.to_lowercase() == *from => Some(capital()),
            _ => None,
        }
    });
    NewValue { value, written: word.map(Written::Source) }
}

fn fold(state: &mut State, row: &Row, open: bool) {
    if state.layout_size() <= Size::One {
        // Too narrow for a tree: go down a level.
        if open {
            state.tree.level = Some(row.pointer.clone());
            state.tree.cursor = 0;
        }
    } else {
        state.tree.set_open(&row.pointer, open);
    }
    state.touch_tree();
}

/// Folds an open level, goes to the level above, or leaves the tree.
fn fold_or_leave(state: &mut State, row: &Row) {
    if let Some(level) = state.tree.level.clone() {
        let above = level.split_last().map(|(above, _)| above).filter(|above| above.tokens().len() > 3);
        state.tree.level = above;
        state.touch_tree();
        state.tree.go_to(&level);
    } else if row.open {
        fold(state, row, false);
    } else if row.depth > 0 {
        let above =
            if row.shape == Shape::Add { Some(row.pointer.clone()) } else { row.pointer.split_last().map(|(p, _)| p) };
        if let Some(above) = above {
            state.tree.go_to(&above);
        }
    } else {
        leave(state);
    }
}

/// Leaves the parameters for the list.
pub fn leave(state: &mut State) {
    state.screen = Screen::Main;
    state.focus = Pane::of(state.role);
}

fn duplicate(state: &mut State, role: Role, row: &Row) -> Vec<Effect> {
    let document = state.workspace.document(role).cloned();
    let Some(value) = value_at(document.as_ref(), &row.pointer) else { return Vec::new() };
    let Some((level, name)) = row.pointer.split_last() else { return Vec::new() };
    let Some(document) = document else { return Vec::new() };
    let is_list =
        document.find(&level).is_some_and(|node| document.tree().is_ok_and(|t| t.is_sequence(t.target(node))));
    let place = if is_list {
        level.join(name.parse::<usize>().map_or(0, |index| index + 1))
    } else {
        let names = names_at(&document, &level);
        let fresh = (2..=names.len() + 2).map(|n| format!("{name}_{n}")).find(|name| !names.contains(name));
        level.join(fresh.unwrap_or_default())
    };
    commit(state, &Operation::Insert { role, pointer: place, value: NewValue::of(value) })
}

fn reorder(state: &mut State, role: Role, row: &Row, down: bool) -> Vec<Effect> {
    if !state.tree.filter.is_empty() {
        state.say(Tone::Told, "A filter hides some of its siblings: Esc shows all, then K and J move it.");
        return Vec::new();
    }
    let Some((level, _)) = row.pointer.split_last() else { return Vec::new() };
    let siblings: Vec<&Pointer> = state
        .tree
        .rows
        .iter()
        .filter(|one| {
            one.shape != Shape::Add && !one.stray && one.depth == row.depth && one.pointer.starts_with(&level)
        })
        .map(|one| &one.pointer)
        .collect();
    let Some(at) = siblings.iter().position(|pointer| **pointer == row.pointer) else { return Vec::new() };
    let to = if down { at + 1 } else { at.wrapping_sub(1) };
    if to >= siblings.len() {
        state.say(Tone::Told, if down { "It is the last one already." } else { "It is the first one already." });
        return Vec::new();
    }
    commit(state, &Operation::ReorderValue { role, pointer: row.pointer.clone(), to })
}

fn add_to(state: &mut State, role: Role, row: &Row, step: i64) -> Vec<Effect> {
    if let Some(Value::Int(number)) = value_at(state.workspace.document(role), &row.pointer) {
        let value = NewValue::of(Value::Int(number.saturating_add(step)));
        return commit(state, &Operation::Set { role, pointer: row.pointer.clone(), value });
    }
    state.say(Tone::Told, "+ and - work on an int.");
    Vec::new()
}

fn yank(state: &State, role: Role, row: &Row) -> Vec<Effect> {
    let document = state.workspace.document(role);
    let text = match &value_at(document, &row.pointer) {
        Some(Value::Str(text)) => text.to_string(),
        _ => document.zip(row.node).map_or(String::new(), |(document, node)| document.source(node).to_owned()),
    };
    let what = if row.secret { "the real value behind the stars" } else { "the value" };
    vec![Effect::Copy { text, what: what.to_owned() }]
}

/// Asks for a type, or for the style of a string.
fn type_menu(state: &mut State, row: &Row) {
    let title = format!("Type of {}", row.name);
    let mut menu = Menu::new(title, vec![format!("now: {} {}", row.kind, if row.secret { "" } else { &row.text })]);
    let types = [
        ('n', Type::Null, "null, nothing"),
        ('b', Type::Bool, "true or false"),
        ('i', Type::Int, "a whole number"),
        ('f', Type::Float, "a number with a fraction"),
        ('s', Type::String, "text on one line"),
        ('x', Type::Text, "text of several lines"),
        ('l', Type::List, "a list: what is there becomes its first item"),
        ('m', Type::Map, "keys with values"),
    ];
    for (key, kind, detail) in types {
        menu = menu.item(key, kind.name(), detail, Answer::Convert(kind));
    }
    if row.kind == "str" {
        for (key, label, style) in [
            ('1', "'single quotes'", Written::SingleQuoted),
            ('2', "\"double quotes\"", Written::DoubleQuoted),
            ('3', "| literal block", Written::Literal),
            ('4', "> folded block", Written::Folded),
        ] {
            menu = menu.item(key, label, "the same text, written so", Answer::Style(style));
        }
    }
    menu.cursor = types.iter().position(|(_, kind, _)| kind.name() == row.kind).unwrap_or(0);
    state.modals.push(Modal::Menu(menu));
}

/// Gives the value under the cursor another type.
pub fn convert(state: &mut State, kind: Type) -> Vec<Effect> {
    let (Some((role, _)), Some(row)) = (state.current_entry(), state.tree.current().cloned()) else {
        return Vec::new();
    };
    let Some(value) = value_at(state.workspace.document(role), &row.pointer) else { return Vec::new() };
    if kind == Type::Text {
        forms::open_area(state, role, &row.pointer, false, value.as_str().unwrap_or_default());
        return Vec::new();
    }
    if let Some(new) = value::converted(&value, kind) {
        return commit(state, &Operation::Set { role, pointer: row.pointer, value: new });
    }
    // No value of that type follows from this one: it is typed.
    forms::edit_value_as(state, role, &row, kind);
    Vec::new()
}

/// Writes the string under the cursor in a style.
pub fn restyle(state: &mut State, style: Written) -> Vec<Effect> {
    let (Some((role, _)), Some(row)) = (state.current_entry(), state.tree.current().cloned()) else {
        return Vec::new();
    };
    let Some(value) = value_at(state.workspace.document(role), &row.pointer) else { return Vec::new() };
    let value = NewValue { value, written: Some(style) };
    commit(state, &Operation::Set { role, pointer: row.pointer, value })
}
