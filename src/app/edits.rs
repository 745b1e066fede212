//! The edits of lists and parameters: from a command to an operation.
//!
//! Every change of the two texts goes through [`commit`]; read-only is
//! enforced there and nowhere else.

use super::command::Id;
use super::history::Focus;
use super::list::Body;
use super::message::Effect;
use super::modal::{Answer, Menu, Modal};
use super::tree::{Row, Shape, parameters_of};
use super::value::{self, Type, count};
use super::{Pane, Screen, State, Tone, forms};
use crate::check::{self, Diagnostic, Report};
use crate::config::Role;
use crate::config::operation::{self, Change, Operation, OperationError};
use crate::text::visible::visible;
use crate::yaml::edit::{NewValue, Written};
use crate::yaml::{Document, Pointer, Value};

/// Texts larger than this are not checked while a field is typed in.
const LIVE_CHECK_LIMIT: usize = 1 << 20;

/// Applies an operation: the workspace, the history and the status line follow.
pub fn commit(state: &mut State, operation: &Operation) -> Vec<Effect> {
    if state.settings.read_only {
        state.say(Tone::Failed, "Read-only (--read-only): nothing can be changed.");
        return Vec::new();
    }
    match operation::apply(&state.workspace, operation) {
        Err(error) => {
            state.say(Tone::Failed, format!("Not changed: {error}."));
            Vec::new()
        }
        Ok(change) if change.files.is_empty() => {
            state.say(Tone::Told, "Nothing to change: it is like that already.");
            Vec::new()
        }
        Ok(change) => take(state, change),
    }
}

/// Takes the result of an operation.
fn take(state: &mut State, change: Change) -> Vec<Effect> {
    let before = focus(state);
    state.history.push(&change, before);
    for list in &mut state.lists {
        list.selected.clear();
        list.anchor = None;
    }
    let label = sentence(&change.label);
    let effects = state.adopt(change.workspace);
    if let Some((role, pointer)) = change.focus {
        go_to(state, role, &pointer, false);
    }
    state.say(Tone::Done, label);
    effects
}

/// Returns a label as a sentence.
fn sentence(label: &str) -> String {
    let mut chars = label.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str().trim_end_matches('.')),
        None => "Changed.".to_owned(),
    }
}

/// Returns where the cursor is, for undo.
#[must_use]
pub fn focus(state: &State) -> Focus {
    let in_tree = state.screen == Screen::Parameters || (state.screen == Screen::Main && state.focus == Pane::Detail);
    if in_tree && let Some(row) = state.tree.current() {
        return Some((state.role, row.pointer.clone()));
    }
    let index = state.list(state.role).current()?;
    Some((state.role, Pointer::from_tokens(["plugins".to_owned(), index.to_string()])))
}

/// Puts the cursor on a place; `open` also opens the screen or pane that shows it.
pub fn go_to(state: &mut State, role: Role, pointer: &Pointer, open: bool) {
    let tokens = pointer.tokens();
    if tokens.first().is_none_or(|first| first != "plugins") {
        if open {
            state.screen = Screen::Main;
            state.role = role;
            state.focus = Pane::of(role);
        }
        return;
    }
    let index: Option<usize> = tokens.get(1).and_then(|token| token.parse().ok());
    state.role = role;
    if let Some(index) = index {
        state.list_mut(role).go_to(index);
    }
    if matches!(state.focus, Pane::Api | Pane::Remote) || open {
        state.focus = Pane::of(role);
    }
    state.settle_tree();
    let in_parameters = tokens.len() > 2 && tokens[2] != "class";
    if in_parameters {
        if state.tree.level.is_some() || state.layout_size() <= super::layout::Size::One {
            state.tree.level = (tokens.len() > 4).then(|| Pointer::from_tokens(&tokens[..tokens.len() - 1]));
        }
        state.tree.open_above(pointer);
        state.touch_tree();
        state.tree.go_to(pointer);
    }
    if open {
        state.screen = if in_parameters { Screen::Parameters } else { Screen::Main };
    }
}

/// Takes the last edit back, or does an undone one again.
pub fn undo(state: &mut State, redo: bool) -> Vec<Effect> {
    if !state.saving.is_empty() {
        state.say(Tone::Told, "A save is running.");
        return Vec::new();
    }
    let workspace = state.workspace.clone();
    let step = if redo { state.history.redo(&workspace) } else { state.history.undo(&workspace) };
    let Some((new, step)) = step else {
        state.say(Tone::Told, if redo { "Nothing to redo." } else { "Nothing to undo." });
        return Vec::new();
    };
    let label = step.label.clone();
    let focus = if redo { step.after.clone() } else { step.before.clone() };
    let effects = state.adopt(new);
    if let Some((role, pointer)) = focus {
        go_to(state, role, &pointer, false);
    }
    let left = if redo { state.history.redo_count() } else { state.history.undo_count() };
    let (verb, more) = if redo { ("Redid", "to redo") } else { ("Undid", "to undo") };
    state.say(Tone::Done, format!("{verb}: {label}. {left} more {more}."));
    effects
}

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
        Id::Filter => {
            let form = forms::filter(state, role);
            forms::open(state, form);
        }
        _ => {
            let Some(index) = current else {
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
    if let Some(index) = list.current() {
        if !list.selected.remove(&index) {
            list.selected.insert(index);
        }
        list.cursor = (list.cursor + 1).min(list.len().saturating_sub(1));
    }
}

fn mark_all(state: &mut State, role: Role) {
    let list = state.list_mut(role);
    let all: std::collections::BTreeSet<usize> = (0..list.len()).filter_map(|row| list.entry_at(row)).collect();
    list.anchor = None;
    list.selected = if list.selected == all { std::collections::BTreeSet::new() } else { all };
    let number = state.list(role).selected.len();
    state.say(
        Tone::Told,
        format!(
            "{} marked: d deletes, c copies, m moves them. Esc clears the marks.",
            count(number, "entry").replace("entrys", "entries")
        ),
    );
}

fn on_entry(state: &mut State, role: Role, index: usize, id: Id) -> Vec<Effect> {
    let chosen = state.list(role).chosen();
    let entry = |state: &State| state.list(role).entries.get(index).cloned();
    match id {
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
        Id::Duplicate => commit(state, &Operation::Duplicate { role, indices: chosen }),
        Id::Copy => {
            let effects = commit(state, &Operation::Copy { from: role, indices: chosen, at: None });
            stay(state, role, index);
            effects
        }
        Id::Transfer => {
            let effects = commit(state, &Operation::Transfer { from: role, indices: chosen, at: None });
            stay(state, role, index);
            effects
        }
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

/// Keeps the cursor in the list it was in, after a copy or a move to the other one.
fn stay(state: &mut State, role: Role, index: usize) {
    state.role = role;
    state.focus = Pane::of(role);
    state.list_mut(role).go_to(index);
}

/// Runs a command on the parameters.
pub fn on_tree(state: &mut State, id: Id) -> Vec<Effect> {
    let Some((role, index)) = state.current_entry() else {
        state.say(Tone::Told, "There is no entry here: a in a list adds one.");
        return Vec::new();
    };
    let Some(row) = state.tree.current().cloned() else {
        return if id == Id::AddValue { add_value(state, role, parameters_of(index)) } else { Vec::new() };
    };
    if row.shadowed && !matches!(id, Id::Fold | Id::Unfold | Id::AddValue | Id::Reveal) {
        state.say(Tone::Failed, "This key is written again below, and the later one counts: e opens the text.");
        return Vec::new();
    }
    match (id, &row.shape) {
        (Id::EditValue, Shape::Add) | (Id::AddValue, _) => {
            let level = level_for_adding(state, &row);
            add_value(state, role, level)
        }
        (Id::EditValue, Shape::Map(_) | Shape::List(_)) => {
            fold(state, &row, !row.open);
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

fn add_value(state: &mut State, role: Role, level: Pointer) -> Vec<Effect> {
    let form = forms::add_value(state, role, level);
    forms::open(state, form);
    Vec::new()
}

fn edit_value(state: &mut State, role: Role, row: &Row) -> Vec<Effect> {
    if let Some(Value::Bool(on)) = value_at(state.workspace.document(role), &row.pointer) {
        let written = bool_like(state, role, row, !on);
        return commit(state, &Operation::Set { role, pointer: row.pointer.clone(), value: written });
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

/// Returns the value at a place.
#[must_use]
pub fn value_at(document: Option<&std::sync::Arc<Document>>, pointer: &Pointer) -> Option<Value> {
    let document = document?;
    let mut value = document.data().ok()?;
    let mut at = Pointer::root();
    for token in pointer.tokens() {
        at = at.join(token);
        value = match value {
            Value::List(items) => items.get(token.parse::<usize>().ok()?)?,
            Value::Map(pairs) => {
                // A key that is no string goes by its source text.
                let by_name = pairs.iter().find(|(key, _)| key.as_str() == Some(token));
                let by_source = || {
                    let read = Document::parse(token.as_str());
                    let key = read.data().ok()?.clone();
                    pairs.iter().find(|(known, _)| known.same_key(&key))
                };
                &by_name.or_else(by_source)?.1
            }
            _ => return None,
        };
    }
    Some(value.clone())
}

fn fold(state: &mut State, row: &Row, open: bool) {
    if state.layout_size() <= super::layout::Size::One {
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
        let names = super::tree::names_at(&document, &level);
        let fresh = (2..=names.len() + 2).map(|n| format!("{name}_{n}")).find(|name| !names.contains(name));
        level.join(fresh.unwrap_or_default())
    };
    commit(state, &Operation::Insert { role, pointer: place, value: NewValue::of(value) })
}

fn reorder(state: &mut State, role: Role, row: &Row, down: bool) -> Vec<Effect> {
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

/// What a form would do, tried on a copy.
pub struct Tentative {
    /// The change.
    pub change: Change,
    /// The problems that it would bring.
    pub fresh: Vec<Diagnostic>,
}

/// Tries an operation; none where the texts are too large to be checked while typing.
#[must_use]
pub fn tentative(state: &State, operation: &Operation) -> Option<Result<Tentative, OperationError>> {
    let size: usize = Role::ALL.iter().filter_map(|role| state.workspace.text(*role)).map(str::len).sum();
    if size > LIVE_CHECK_LIMIT {
        return None;
    }
    Some(operation::apply(&state.workspace, operation).map(|change| {
        let report = check::check(&change.workspace, &state.facts);
        Tentative { fresh: fresh(&state.report, &report), change }
    }))
}

/// Returns the problems of `after` that `before` did not have, by kind and wording.
#[must_use]
pub fn fresh(before: &Report, after: &Report) -> Vec<Diagnostic> {
    let mut known: Vec<(_, _, &str)> =
        before.diagnostics.iter().map(|one| (one.code, one.place.file, one.message.as_str())).collect();
    let mut out: Vec<Diagnostic> = after
        .diagnostics
        .iter()
        .filter(|one| {
            let same = |known: &(_, _, &str)| *known == (one.code, one.place.file, one.message.as_str());
            match known.iter().position(same) {
                Some(at) => {
                    known.swap_remove(at);
                    false
                }
                None => true,
            }
        })
        .cloned()
        .collect();
    out.sort_by_key(|one| std::cmp::Reverse(one.severity));
    out
}

/// Returns the first lines of a source, masked where it is a secret.
#[must_use]
pub fn written_lines(document: &Document, source: &str) -> Vec<String> {
    const LINES: usize = 3;
    let _ = document;
    let mut lines: Vec<String> = source.lines().take(LINES).map(|line| visible(line).into_owned()).collect();
    if source.lines().nth(LINES).is_some() {
        lines.push("...".to_owned());
    }
    lines
}
