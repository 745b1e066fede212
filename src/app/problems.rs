//! Walking through the problems, and applying the fixes that they offer.

use super::command::Context;
use super::message::Effect;
use super::modal::{Answer, Menu, Modal, Notice};
use super::{Pane, Screen, State, Tone, dialogs, edits, filters, forms, review};
use crate::check::{Code, Diagnostic, FileKind};
use crate::config::operation::{self, Operation};
use crate::config::{Role, diff};
use crate::text::visible::visible;
use crate::yaml::Document;
use crate::yaml::edit::Sharing;

/// Goes to the next or the previous problem, around the end.
pub(super) fn next_problem(state: &mut State, forward: bool) {
    let shown = filters::problems(state);
    let at = shown.iter().position(|number| *number == state.problem.at).unwrap_or(0);
    let count = shown.len();
    if count == 0 {
        let text = if state.problems.is_empty() {
            "There is no problem."
        } else {
            "The filter of the problems shows none: 4 and Esc show all."
        };
        state.say(Tone::Told, text);
        return;
    }
    state.problem.at = match (state.problem_shown, forward) {
        // The first press shows the problem under the cursor.
        (false, true) => shown[at],
        (true, true) => shown[(at + 1) % count],
        (_, false) => shown[(at + count - 1) % count],
    };
    state.problem_shown = true;
    let pane = state.focus;
    go_to_problem(state);
    if pane == Pane::Problems && state.screen == Screen::Main {
        state.focus = pane;
    }
}

/// Goes to the place that the problem under the cursor is about.
pub(super) fn go_to_problem(state: &mut State) {
    let Some(one) = state.problems.get(state.problem.at).cloned() else { return };
    let shown = filters::problems(state);
    let number = shown.iter().position(|number| *number == state.problem.at).map_or(0, |at| at + 1);
    let total = shown.len();
    match one.place.file {
        FileKind::Api | FileKind::Remote => {
            let role = if one.place.file == FileKind::Api { Role::Api } else { Role::Remote };
            state.role = role;
            state.focus = Pane::of(role);
            if let Some((start, _)) = &one.place.positions {
                state.text[Pane::of(role).index()].at = start.line.saturating_sub(1);
            }
            match &one.place.pointer {
                Some(pointer) if forms::is_editable(state, role) => edits::go_to(state, role, pointer, true),
                _ => state.screen = Screen::Main,
            }
        }
        FileKind::Wheels => state.screen = Screen::Wheels,
        FileKind::Server => {
            state.screen = Screen::Main;
            state.focus = Pane::Problems;
        }
    }
    let fix = one.fix.as_ref().map_or(String::new(), |fix| format!(" [f] {}", fix.label));
    let text = format!("{number}/{total} {} {}{fix}", one.severity.letter(), review::counted(&one.message));
    state.say(Tone::Told, text);
}

pub(super) fn explain(state: &mut State) {
    let Some(one) = at_hand(state, |_| true).map(|number| state.problems[number].clone()) else {
        return state.say(Tone::Told, "There is no problem to explain here.");
    };
    let mut text = vec![
        format!("{}  {}", one.severity.letter(), review::place_text(&one)),
        visible(&review::counted(&one.message)).into_owned(),
        String::new(),
        visible(&one.effect).into_owned(),
    ];
    if let Some(hint) = &one.hint {
        text.extend([String::new(), visible(hint).into_owned()]);
    }
    if let Some(fix) = &one.fix {
        text.extend([String::new(), visible(&format!("f: {}", fix.label)).into_owned()]);
    }
    text.push(String::new());
    text.extend(one.code.explanation().lines().map(|line| visible(line).into_owned()));
    text.extend([String::new(), format!("Releases: {}", one.code.seen().told())]);
    let fixes = one.fix.is_some().then(|| Box::new(one.clone()));
    let title = one.code.name().to_owned();
    state.modals.push(Modal::Notice(Notice { title, text, fixes, ..Notice::default() }));
}

/// Returns the problem whose fix is meant: that of the row, else the one under the cursor.
pub(super) fn fix_at_hand(state: &State) -> Option<usize> {
    at_hand(state, |one| one.fix.is_some())
}

/// Returns the problem that is meant, of those that count: that of the row, else the one under the cursor.
fn at_hand(state: &State, counts: impl Fn(&Diagnostic) -> bool) -> Option<usize> {
    let is_meant = |number: &usize| state.problems.get(*number).is_some_and(&counts);
    if state.focus == Pane::Problems && state.screen == Screen::Main {
        return Some(state.problem.at).filter(is_meant);
    }
    if state.screen_context() == Context::Upload {
        // The worst of what keeps the upload from being as meant.
        let worst = state.preview.diagnostics.iter().max_by_key(|one| one.severity);
        let number = worst.and_then(|worst| state.problems.iter().position(|one| one == worst));
        return number.filter(is_meant);
    }
    let in_tree = state.screen_context() == Context::Parameters;
    let entry = state.current_entry();
    let of_entry = entry.and_then(|(role, index)| state.list(role).problems.get(&index));
    let pointer = state.tree.current().map(|row| &row.pointer);
    let of_row = of_entry
        .into_iter()
        .flatten()
        .copied()
        .find(|number| in_tree && is_meant(number) && state.problems[*number].place.pointer.as_ref() == pointer);
    let first = of_entry.into_iter().flatten().copied().find(is_meant);
    // Without an entry under the cursor, the file itself is meant.
    let of_file = || {
        let kind = FileKind::of(state.role);
        let is_here = entry.is_none() && matches!(state.screen_context(), Context::List | Context::Text);
        is_here.then(|| state.problems.iter().position(|one| one.place.file == kind && counts(one))).flatten()
    };
    of_row.or(first).or_else(of_file).or_else(|| Some(state.problem.at).filter(is_meant))
}

/// Shows what the fix at hand would change, and asks.
pub(super) fn fix(state: &mut State) -> Vec<Effect> {
    let Some(one) = fix_at_hand(state).map(|number| state.problems[number].clone()) else {
        let text = without_fix(state);
        state.say(Tone::Told, text);
        return Vec::new();
    };
    propose(state, &one);
    Vec::new()
}

/// Says what can be done where no problem at hand offers a fix.
fn without_fix(state: &State) -> String {
    let Some(one) = at_hand(state, |_| true).and_then(|number| state.problems.get(number)) else {
        return "There is no problem here, so nothing to fix.".to_owned();
    };
    let what = match one.code {
        Code::WheelPathUnset
        | Code::WheelDirMissing
        | Code::WheelDirNotDirectory
        | Code::WheelDirUnreadable
        | Code::WheelDirFails
        | Code::NoWheels => "b sets or browses the wheel directory",
        _ => one.hint.as_deref().unwrap_or("mend it by hand"),
    };
    format!("No fix to apply: {what} (x explains {}).", one.code.name())
}

/// Goes on from the explanation of a problem to what its fix would change.
pub(super) fn fix_explained(state: &mut State) {
    let Some(Modal::Notice(Notice { fixes: Some(one), .. })) = state.modals.last().cloned() else { return };
    // Below a text to be read the files are read again where they change.
    if state.problems.contains(&one) {
        propose(state, &one);
    } else {
        state.modals.pop();
        state.say(Tone::Told, "The file has changed meanwhile: this problem is not in it any more.");
    }
}

/// Shows what the fix of a problem would change, and asks.
fn propose(state: &mut State, one: &Diagnostic) {
    let (Some(fix), Some(role)) = (&one.fix, one.place.file.role()) else { return };
    if state.refuses_edits() {
        return;
    }
    // Which problem it was: not always the one under the cursor.
    let label = format!("fixed: {} at {}", fix.label, review::place_text(one));
    let operation = Operation::Splices { role, splices: fix.edits.clone(), label };
    let change = match operation::apply(&state.workspace, &operation, Sharing::WriteOut) {
        Ok(change) => change,
        Err(error) => return state.say(Tone::Failed, format!("Not changed: {error}.")),
    };
    let empty = || Document::parse("").into();
    let [old, new] =
        [&state.workspace, &change.workspace].map(|workspace| workspace.document(role).cloned().unwrap_or_else(empty));
    let text = vec![visible(&format!("{} {}", one.severity.letter(), review::problem_text(one))).into_owned()];
    let mut menu = Menu::new(visible(&format!("Fix: {}?", fix.label)), text).item(
        'f',
        "apply it",
        "Enter; u takes it back",
        Answer::Commit(Box::new(operation)),
    );
    menu.diff = diff::around(&old, &new, 1, state.settings.show_secrets);
    // Of an explanation nothing is left to be read once its fix is seen.
    state.modals.pop_if(|modal| matches!(modal, Modal::Notice(_)));
    state.modals.push(Modal::Menu(menu));
}

/// Shows what comments in the files silence.
pub fn show_ignored(state: &mut State) {
    let one =
        |one: &Diagnostic| format!("{} {}  {}", one.severity.letter(), one.code.name(), review::problem_text(one));
    let lines: Vec<String> = state.report.ignored.iter().map(one).collect();
    if lines.is_empty() {
        return state
            .say(Tone::Told, "Nothing is ignored: `# skyplug: ignore[NAME]` in a file silences a warning there.");
    }
    dialogs::notice(state, "Ignored by comments in the files", lines);
}
