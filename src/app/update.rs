//! How messages change the state, and which command does what.

use super::command::{Command, Context, Id};
use super::keymap::{self, Code, Key};
use super::layout::Size;
use super::list::{Body, kind_of};
use super::message::{EditTarget, Effect, Message, Reason};
use super::modal::Modal;
use super::{Exit, Pane, Screen, State, Tone, dialogs, edits, forms, motion, pages, review, saving};
use crate::check::FileKind;
use crate::config::operation::Operation;
use crate::config::{Content, Role};
use crate::text::visible::{visible, visible_name};

/// Takes a message; returns what is asked of the outside for it.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let effects = match message {
        Message::Pressed(key) => press(state, key),
        Message::Pasted(text) => paste(state, &text),
        Message::Resized(width, height) => {
            state.size = (width, height);
            Vec::new()
        }
        Message::FocusGained if state.ready && state.saving.is_empty() && state.modals.is_empty() => {
            vec![saving::reread(state, Reason::Focus)]
        }
        Message::FocusGained => Vec::new(),
        Message::Opened(opened) => {
            let (workspace, facts) = *opened;
            open(state, workspace, facts)
        }
        Message::Scanned(facts) => {
            // Answers may come late: what was looked at is added, nothing else.
            let mut now = state.facts.clone();
            now.directories.extend(facts.directories);
            now.modules.extend(facts.modules);
            state.take_facts(now);
            // Told anew, asked nothing: an answer that leads to a question would never end.
            forms::retell(state);
            Vec::new()
        }
        Message::Reread { contents, reason } => saving::take_reread(state, &contents, reason),
        Message::Saved { role, text, result } => saving::saved(state, role, &text, result),
        Message::Listed(listing) => dialogs::listed(state, listing),
        Message::Drafted(result) => drafted(state, result),
        Message::Staged(result) => {
            match result {
                Ok(staged) => dialogs::ask_editor(state, staged),
                Err(why) => state.say(Tone::Failed, why),
            }
            Vec::new()
        }
        Message::Edited { target, result } => edited(state, &target, result),
        Message::Copied { what, characters, problem } => {
            match problem {
                None => state.say(
                    Tone::Done,
                    format!("Copied {what}: {characters} characters, by OSC 52 (the terminal may refuse)."),
                ),
                Some(why) => state.say(Tone::Failed, format!("Not copied: {why}.")),
            }
            Vec::new()
        }
        Message::NotSuspended(why) => {
            state.say(Tone::Told, why);
            Vec::new()
        }
    };
    state.settle_tree();
    motion::settle(state);
    effects
}

fn open(state: &mut State, workspace: crate::config::Workspace, facts: crate::check::Facts) -> Vec<Effect> {
    state.facts = facts;
    state.disk = workspace.clone();
    state.workspace = workspace.clone();
    for role in Role::ALL {
        state.refresh_list(role);
    }
    state.mark_scanned();
    let effects = state.adopt(workspace);
    state.ready = true;
    if state.list(Role::Api).is_empty()
        && !state.list(Role::Remote).is_empty()
        && state.list(Role::Api).body == Body::Absent
    {
        state.role = Role::Remote;
        state.focus = Pane::Remote;
    }
    if state.settings.demo {
        state.say(
            Tone::Told,
            "A throw-away copy of the sample: every key works, nothing of yours is touched. ? shows the keys.",
        );
    } else if state.settings.read_only {
        state.say(Tone::Told, "Read-only: nothing can be changed.");
    }
    effects
}

fn drafted(state: &mut State, result: Result<Vec<std::path::PathBuf>, String>) -> Vec<Effect> {
    match result {
        Ok(paths) => {
            let names: Vec<String> = paths.iter().map(|path| visible_name(path.as_os_str())).collect();
            state.say(Tone::Done, format!("Draft kept in {}. The files are as they were.", names.join(" and ")));
        }
        Err(why) => state.say(Tone::Failed, format!("No draft was written: {why}.")),
    }
    Vec::new()
}

fn edited(state: &mut State, target: &EditTarget, result: Result<String, String>) -> Vec<Effect> {
    let text = match result {
        Ok(text) => text,
        Err(why) => {
            state.say(Tone::Failed, why);
            return Vec::new();
        }
    };
    match target {
        EditTarget::Area => {
            if let Some(Modal::Area(area)) = state.modals.last_mut() {
                // Editors end the last line; the value has no such end.
                let text = if area.was.ends_with('\n') { &text } else { text.strip_suffix('\n').unwrap_or(&text) };
                let mut editor = tui_textarea::TextArea::new(text.split('\n').map(str::to_owned).collect());
                editor.set_tab_length(2);
                forms::plain(&mut editor);
                area.editor = editor;
            }
            Vec::new()
        }
        EditTarget::File(role) => {
            if state.workspace.text(*role) == Some(text.as_str())
                || (text.is_empty() && state.workspace.document(*role).is_none())
            {
                state.say(Tone::Told, "The editor left the text as it was.");
                return Vec::new();
            }
            edits::commit(state, &Operation::ReplaceText { role: *role, text: text.into() })
        }
    }
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if state.layout_size() == Size::TooSmall {
        return press_blind(state, key);
    }
    if !state.modals.is_empty() {
        return dialogs::press(state, key);
    }
    if !state.ready {
        // Nothing can be lost yet.
        if keymap::find(Context::List, key).is_some_and(|command| command.id == Id::Quit) {
            state.exit = Some(Exit::Left);
        }
        return Vec::new();
    }
    let context = state.screen_context();
    let Some(command) = keymap::find(context, key) else {
        state.say(Tone::Told, format!("{key}: no action here (? shows the keys)."));
        return Vec::new();
    };
    // q closes an inner screen; Ctrl-C and F10 always mean the program.
    if command.id == Id::Quit && key.typed() == Some('q') && state.screen != Screen::Main {
        return run(state, Id::Back);
    }
    state.status = None;
    run(state, command.id)
}

/// On a screen too small to show what is done, only leaving works.
fn press_blind(state: &mut State, key: Key) -> Vec<Effect> {
    let ctrl_c = Key { code: Code::Char('c'), ctrl: true, alt: false };
    let asks = matches!(state.modals.last(), Some(Modal::Menu(menu)) if menu.leaving);
    match (key.typed(), asks) {
        _ if key == ctrl_c && asks => {
            state.exit = Some(Exit::Interrupted);
            Vec::new()
        }
        (Some('x'), true) => {
            state.exit = Some(Exit::Left);
            Vec::new()
        }
        (_, true) if key.code == Code::Esc => {
            state.modals.pop();
            Vec::new()
        }
        (Some('q'), false) => saving::quit(state),
        _ if key == ctrl_c => saving::quit(state),
        _ => Vec::new(),
    }
}

fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    if !state.modals.is_empty() {
        return dialogs::paste(state, text);
    }
    state.say(Tone::Told, "Pasted text goes into a field: press a or Enter first.");
    Vec::new()
}

/// Returns why a command cannot run now, for the palette.
#[must_use]
pub fn unavailable(state: &State, id: Id) -> Option<&'static str> {
    match id {
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
        Id::Fix if fix_at_hand(state).is_none() => Some("no problem here offers one"),
        Id::NextProblem | Id::PreviousProblem if state.problems.is_empty() => Some("there is no problem"),
        Id::Copy | Id::Transfer | Id::Delete | Id::Duplicate | Id::ChangeClass | Id::MoveUp | Id::MoveDown
            if state.list(state.role).current().is_none() =>
        {
            Some("the list is empty")
        }
        _ => None,
    }
}

/// Runs a command.
pub fn run(state: &mut State, id: Id) -> Vec<Effect> {
    let context = state.screen_context();
    if motion::apply(state, id) {
        return Vec::new();
    }
    match id {
        Id::Help => dialogs::open_commands(state, false),
        Id::Palette => dialogs::open_commands(state, true),
        Id::About => dialogs::notice(state, "What are plugins?", dialogs::about()),
        Id::Undo => return edits::undo(state, false),
        Id::Redo => return edits::undo(state, true),
        Id::Save => return saving::open_review(state),
        Id::Quit => return saving::quit(state),
        Id::Editor => return open_editor(state),
        Id::Reload => return vec![saving::reread(state, Reason::Asked), state.scan()],
        Id::Preview => go_to_screen(state, Screen::Preview),
        Id::Wheels => go_to_screen(state, Screen::Wheels),
        Id::WheelPath => {
            if state.list(Role::Api).body == Body::Absent || forms::is_editable(state, Role::Api) {
                let form = forms::wheel_path(state);
                forms::open(state, form);
                return forms::changed(state);
            }
            state.say(Tone::Failed, "plugins.yaml cannot be read: mend it first (e opens it).");
        }
        Id::Browse => return dialogs::browse(state),
        Id::NextProblem => next_problem(state, true),
        Id::PreviousProblem => next_problem(state, false),
        Id::Fix => return fix(state),
        Id::NextPane | Id::PreviousPane => step_pane(state, id == Id::NextPane),
        Id::Pane1 | Id::Pane2 | Id::Pane3 | Id::Pane4 | Id::Pane5 => go_to_pane(state, id),
        Id::Back => back(state),
        Id::Redraw => return vec![Effect::Redraw],
        Id::Suspend => return vec![Effect::Suspend],
        Id::GoTo => go_to_problem(state),
        Id::Explain => explain(state),
        Id::YankProblem => {
            return state
                .problems
                .get(state.problem.at)
                .map(|one| Effect::Copy {
                    text: format!("{} {}", one.severity.letter(), review::problem_text(one)),
                    what: "the problem".to_owned(),
                })
                .into_iter()
                .collect();
        }
        Id::NextSection => state.sections.0 = (state.sections.0 + 1) % pages::SECTIONS.len(),
        Id::PreviousSection => state.sections.0 = (state.sections.0 + 2) % pages::SECTIONS.len(),
        Id::AddRemote => {
            state.role = Role::Remote;
            state.focus = Pane::Remote;
            let form = forms::add_class(state, Role::Remote, None, false);
            forms::open(state, form);
        }
        Id::EditLine => {
            if let Some(form) = forms::line(state, state.role) {
                forms::open(state, form);
            }
        }
        _ => return run_in(state, context, id),
    }
    Vec::new()
}

/// Runs a command that only one kind of screen has.
fn run_in(state: &mut State, context: Context, id: Id) -> Vec<Effect> {
    match context {
        Context::List | Context::FirstRun => edits::on_list(state, id),
        Context::Parameters => edits::on_tree(state, id),
        Context::Review => in_review(state, id),
        _ => Vec::new(),
    }
}

fn in_review(state: &mut State, id: Id) -> Vec<Effect> {
    match id {
        Id::SaveNow => return saving::save_all(state),
        Id::SaveSound => return saving::save_sound(state),
        Id::GoToError => saving::go_to_error(state),
        Id::Draft => return saving::draft(state),
        Id::Force => saving::ask_force_first(state),
        Id::NextFile => {
            if let Some(review) = &mut state.review {
                review.file = (review.file + 1) % review.files.len().max(1);
                review.offset = 0;
            }
        }
        Id::NextChange | Id::PreviousChange => {
            if let Some(review) = &mut state.review {
                review.step(id == Id::NextChange);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn go_to_screen(state: &mut State, screen: Screen) {
    state.screen = screen;
    state.sections = (0, [0; 3]);
    state.wheel = super::Cursor::default();
}

fn back(state: &mut State) {
    match state.screen {
        Screen::Review => saving::close(state),
        Screen::Parameters if state.tree.level.is_some() => {
            let _ = edits::on_tree(state, Id::Fold);
        }
        Screen::Parameters => edits::leave(state),
        Screen::Wheels | Screen::Preview => state.screen = Screen::Main,
        Screen::Main => {
            let role = state.role;
            let list = state.list_mut(role);
            if !list.selected.is_empty() || list.anchor.is_some() {
                list.selected.clear();
                list.anchor = None;
            } else if !list.filter.is_empty() {
                list.set_filter(String::new());
            } else {
                state.focus = Pane::of(role);
            }
        }
    }
}

fn step_pane(state: &mut State, forward: bool) {
    let all = Pane::ALL;
    let step = if forward { 1 } else { all.len() - 1 };
    focus(state, all[(state.focus.index() + step) % all.len()]);
}

fn go_to_pane(state: &mut State, id: Id) {
    let pane = match id {
        Id::Pane1 => Pane::Api,
        Id::Pane2 => Pane::Remote,
        Id::Pane3 => Pane::Detail,
        Id::Pane4 => Pane::Problems,
        _ => Pane::Upload,
    };
    if state.screen != Screen::Main {
        state.screen = Screen::Main;
    }
    focus(state, pane);
}

fn focus(state: &mut State, pane: Pane) {
    state.focus = pane;
    match pane {
        Pane::Api => state.role = Role::Api,
        Pane::Remote => state.role = Role::Remote,
        _ => {}
    }
}

// Problems.

/// Goes to the next or the previous problem, around the end.
fn next_problem(state: &mut State, forward: bool) {
    let count = state.problems.len();
    if count == 0 {
        state.say(Tone::Told, "There is no problem.");
        return;
    }
    state.problem.at = match (state.problem_shown, forward) {
        // The first press shows the problem under the cursor.
        (false, true) => state.problem.at,
        (true, true) => (state.problem.at + 1) % count,
        (_, false) => (state.problem.at + count - 1) % count,
    };
    state.problem_shown = true;
    let pane = state.focus;
    go_to_problem(state);
    if pane == Pane::Problems && state.screen == Screen::Main {
        state.focus = pane;
    }
}

/// Goes to the place that the problem under the cursor is about.
fn go_to_problem(state: &mut State) {
    let Some(one) = state.problems.get(state.problem.at).cloned() else { return };
    let number = state.problem.at + 1;
    let total = state.problems.len();
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
    let text = format!("{number}/{total} {} {}{fix}", one.severity.letter(), one.message);
    state.say(Tone::Told, text);
}

fn explain(state: &mut State) {
    let Some(one) = state.problems.get(state.problem.at).cloned() else { return };
    let mut text = vec![
        format!("{}  {}", one.severity.letter(), review::place_text(&one)),
        visible(&one.message).into_owned(),
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
    dialogs::notice(state, one.code.name(), text);
}

/// Returns the problem whose fix is meant: that of the row, else the one under the cursor.
fn fix_at_hand(state: &State) -> Option<usize> {
    let has_fix = |number: &usize| state.problems.get(*number).is_some_and(|one| one.fix.is_some());
    if state.focus == Pane::Problems && state.screen == Screen::Main {
        return Some(state.problem.at).filter(has_fix);
    }
    let in_tree = state.screen_context() == Context::Parameters;
    let entry = state.current_entry();
    let of_entry = entry.and_then(|(role, index)| state.list(role).problems.get(&index));
    let pointer = state.tree.current().map(|row| &row.pointer);
    let of_row = of_entry
        .into_iter()
        .flatten()
        .copied()
        .find(|number| in_tree && has_fix(number) && state.problems[*number].place.pointer.as_ref() == pointer);
    let first = of_entry.into_iter().flatten().copied().find(has_fix);
    let of_text = || {
        let kind = kind_of(state.role);
        (state.screen_context() == Context::Text)
            .then(|| state.problems.iter().position(|one| one.place.file == kind && one.fix.is_some()))
            .flatten()
    };
    of_row.or(first).or_else(of_text).or_else(|| Some(state.problem.at).filter(has_fix))
}

fn fix(state: &mut State) -> Vec<Effect> {
    let Some(number) = fix_at_hand(state) else {
        state.say(Tone::Told, "No problem here offers a fix: x on a problem explains it.");
        return Vec::new();
    };
    let one = &state.problems[number];
    let role = match one.place.file {
        FileKind::Api => Role::Api,
        FileKind::Remote => Role::Remote,
        FileKind::Wheels | FileKind::Server => return Vec::new(),
    };
    let Some(fix) = &one.fix else { return Vec::new() };
    let operation = Operation::Splices { role, splices: fix.edits.clone(), label: fix.label.clone() };
    edits::commit(state, &operation)
}

/// Asks for a copy of the text for the external editor.
fn open_editor(state: &mut State) -> Vec<Effect> {
    let role = dialogs::editor_role(state);
    if state.settings.read_only {
        state.say(Tone::Failed, "Read-only (--read-only): nothing can be changed.");
        return Vec::new();
    }
    let text = match &state.workspace.file(role).content {
        Content::Text(document) => document.text().into(),
        Content::Absent => "".into(),
        Content::Unreadable(why) => {
            let text = format!("{} cannot be opened here: {}.", role.file_name(), why.problem);
            state.say(Tone::Failed, text);
            return Vec::new();
        }
    };
    vec![Effect::Stage { target: EditTarget::File(role), text, line: line_of_cursor(state, role) }]
}

/// Returns the line of what is under the cursor, from 1.
fn line_of_cursor(state: &State, role: Role) -> usize {
    let Some(document) = state.workspace.document(role) else { return 1 };
    if !forms::is_editable(state, role) {
        return state.text[Pane::of(role).index()].at + 1;
    }
    let in_tree = state.screen_context() == Context::Parameters;
    let node = in_tree.then(|| state.tree.current().and_then(|row| row.node)).flatten();
    let entry = state.list(role).current().and_then(|index| state.list(role).entries.get(index));
    let offset = node.map(|node| document.span(node).start).or_else(|| entry.map(|entry| entry.span.start));
    offset.map_or(1, |offset| document.position(offset).line)
}

/// Returns the commands of the key bar, the most useful first.
#[must_use]
pub fn bar(state: &State) -> Vec<&'static Command> {
    let context = state.context();
    let mut commands: Vec<&'static Command> = super::command::table()
        .iter()
        .filter(|command| !command.bar.is_empty() && command.contexts.contains(&context) && !command.keys.is_empty())
        .filter(|command| unavailable(state, command.id).is_none())
        .collect();
    let small = state.layout_size() <= Size::One;
    commands.sort_by_key(|command| bar_rank(command, small));
    commands
}

/// The main edits come first, then saving and the preview, then the rest.
fn bar_rank(command: &Command, small: bool) -> u8 {
    match command.id {
        Id::Accept | Id::Cancel => 0,
        Id::Add | Id::AddValue | Id::Open | Id::EditValue | Id::EditLine | Id::GoTo | Id::SaveNow => 1,
        Id::Save | Id::Editor if small || command.id == Id::Save => 3,
        Id::Delete | Id::DeleteValue | Id::Copy | Id::Transfer | Id::ChangeType | Id::AddRemote if !small => 2,
        Id::Delete | Id::DeleteValue | Id::Copy | Id::Transfer | Id::ChangeType | Id::AddRemote => 4,
        Id::Preview => 5,
        Id::Mark | Id::ChangeClass | Id::Rename | Id::Reveal | Id::Undo => 7,
        _ if command.contexts.len() == 1 => 6,
        Id::Filter | Id::NextSection | Id::NextFile => 6,
        _ => 8,
    }
}
