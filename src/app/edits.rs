//! The edits of lists and parameters: from a command to an operation.
//!
//! Every change of the two texts goes through [`commit`]; read-only is
//! enforced there and nowhere else.

use super::history::Focus;
use super::message::Effect;
use super::modal::{Answer, Menu, Modal};
use super::{Pane, Screen, State, Tone};
use crate::check::{self, Code, Diagnostic, Report};
use crate::config::Role;
use crate::config::operation::{self, Change, Operation, OperationError};
use crate::text::visible::visible;
use crate::yaml::edit::{EditError, Shared, Sharing};
use crate::yaml::{Document, Pointer, Value};

/// Texts larger than this are not checked while a field is typed in.
const LIVE_CHECK_LIMIT: usize = 1 << 20;

/// Applies an operation: the workspace, the history and the status line follow.
///
/// Where it changes what several places share, a question comes first.
pub fn commit(state: &mut State, operation: &Operation) -> Vec<Effect> {
    commit_with(state, operation, Sharing::Ask)
}

/// Applies an operation after the question whether shared values are written out.
pub fn commit_written_out(state: &mut State, operation: &Operation) -> Vec<Effect> {
    let before = state.history.undo_count();
    let effects = commit_with(state, operation, Sharing::WriteOut);
    if state.history.undo_count() > before && matches!(state.modals.last(), Some(Modal::Form(_) | Modal::Area(_))) {
        // What was typed is taken.
        state.modals.pop();
    }
    effects
}

fn commit_with(state: &mut State, operation: &Operation, sharing: Sharing) -> Vec<Effect> {
    if state.refuses_edits() {
        return Vec::new();
    }
    match operation::apply(&state.workspace, operation, sharing) {
        Err(OperationError::Edit { role, source: EditError::Shared(shared) }) => {
            state.modals.push(Modal::Menu(shared_question(role, &shared, operation)));
            Vec::new()
        }
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

/// Asks whether an edit may write out what its place shares with others.
fn shared_question(role: Role, shared: &Shared, operation: &Operation) -> Menu {
    let text = vec![
        visible(&format!("In {}, {shared}.", role.file_name())).into_owned(),
        "No other place changes its value.".to_owned(),
    ];
    Menu::new("A shared value", text)
        .item(
            'w',
            "write it out",
            "then make the change; undo takes back both",
            Answer::WriteOut(Box::new(operation.clone())),
        )
        .item('c', "cancel", "nothing changes", Answer::Leave)
}

/// Puts a dialog back whose edit was not taken: under the question, where one is asked.
pub fn put_back(state: &mut State, dialog: Modal) {
    let asked = matches!(state.modals.last(), Some(Modal::Menu(_)));
    state.modals.insert(state.modals.len() - usize::from(asked), dialog);
}

/// Takes the result of an operation.
fn take(state: &mut State, change: Change) -> Vec<Effect> {
    let before = focus(state);
    state.history.push(&state.workspace, &change, before);
    state.found = None;
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
        if !state.tree.go_to(pointer) && !state.tree.filter.is_empty() {
            // A filter that hides it is cleared, as in the lists.
            state.tree.filter = String::new();
            state.touch_tree();
            state.tree.go_to(pointer);
        }
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
    Some(operation::apply(&state.workspace, operation, Sharing::WriteOut).map(|change| {
        let checked = check::check_again(&change.workspace, &state.facts, &state.judged);
        Tentative { fresh: fresh(&state.report, &checked.report), change }
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
        // That nothing was looked at is told of the list, and no news of what is typed.
        .filter(|one| one.code != Code::ClassUnchecked)
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

/// Returns the first lines of a source, made visible.
#[must_use]
pub fn written_lines(source: &str) -> Vec<String> {
    const LINES: usize = 3;
    let mut lines: Vec<String> = source.lines().take(LINES).map(|line| visible(line).into_owned()).collect();
    if source.lines().nth(LINES).is_some() {
        lines.push("...".to_owned());
    }
    lines
}
