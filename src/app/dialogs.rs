//! The keys in what lies over a screen: fields, questions, help, texts, the area.

use tui_textarea::CursorMove;

use super::command::{Context, Id};
use super::field::clean_paste;
use super::keymap::{Code, Key};
use super::message::{EditTarget, Effect};
use super::modal::{Answer, Menu, MenuItem, Modal, Notice};
use super::preferences::{Meaning, meaning};
use super::{
    Exit, Screen, State, Tone, backups, browse, burst, choice, clipboard, completion, edits, export, external, forms,
    later, lists, look, motion, palette, parameters, paste, problems, programs, recovery, restart, saving, update,
    verify, writing,
};
use crate::config::Role;
use crate::config::operation::Operation;

/// Does what a key means in the topmost dialog.
pub fn press(state: &mut State, key: Key) -> Vec<Effect> {
    let context = state.context();
    let id = match meaning(state, context, key) {
        Meaning::Chord => return Vec::new(),
        Meaning::Command(command) => command.map(|command| command.id),
    };
    if matches!(state.modals.last(), Some(Modal::Themes(_))) {
        return look::in_themes(state, key, id);
    }
    match context {
        Context::Field => in_form(state, key, id),
        Context::Commands => palette::in_commands(state, key, id),
        Context::Menu => in_menu(state, key, id),
        Context::Area => in_area(state, key, id),
        Context::Browse => browse::in_browse(state, id),
        Context::Backups => backups::in_backups(state, id),
        Context::Choice => choice::in_choice(state, key, id),
        Context::Run => programs::in_run(state, id),
        _ => {
            if id == Some(Id::Close) {
                state.modals.pop();
            } else if id == Some(Id::Fix) {
                problems::fix_explained(state);
            } else if let Some(id) = id {
                motion::apply(state, id);
            }
            Vec::new()
        }
    }
}

/// Takes a pasted text in the topmost dialog.
pub fn take_paste(state: &mut State, text: &str) -> Vec<Effect> {
    match state.modals.last_mut() {
        Some(Modal::Form(_)) => paste::in_field(state, text),
        Some(Modal::Area(area)) => {
            area.editor.insert_str(clean_paste(text));
            Vec::new()
        }
        Some(Modal::Commands(commands)) => {
            commands.field.paste(text);
            palette::refill(state);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn in_form(state: &mut State, key: Key, id: Option<Id>) -> Vec<Effect> {
    let Some(Modal::Form(form)) = state.modals.last_mut() else { return Vec::new() };
    let active = form.active;
    let in_field = form.field().is_some();
    match id {
        Some(Id::Accept) => return forms::accept(state),
        Some(Id::Cancel) => {
            forms::cancel(state);
            return Vec::new();
        }
        Some(id @ (Id::NextSuggestion | Id::PreviousSuggestion)) if form.offers() => {
            completion::step(form, id == Id::NextSuggestion);
        }
        Some(Id::NextRow | Id::NextSuggestion) => form.step(true),
        Some(Id::PreviousRow | Id::PreviousSuggestion) => form.step(false),
        Some(Id::CycleType) => {
            if let Some(row) = form.row_of("type") {
                form.turn(row, true);
            }
        }
        Some(Id::ShowHidden) => {
            if let Some(field) = form.field() {
                field.hidden = false;
            }
        }
        Some(Id::Browse) => {
            if form.is_directory() {
                return browse::browse(state);
            }
        }
        Some(id) if in_field => {
            form.field().map(|field| field.apply(id));
        }
        Some(Id::CharLeft) => form.turn(active, false),
        Some(Id::CharRight) => form.turn(active, true),
        Some(_) => return Vec::new(),
        None => match (key.typed(), form.field()) {
            (Some(c), Some(field)) => field.insert(c),
            (Some(' '), None) => form.turn(active, true),
            // Letters choose nothing here; the choice is by arrows.
            _ => return Vec::new(),
        },
    }
    forms::changed(state)
}

// Help and palette.

// Questions.

fn in_menu(state: &mut State, key: Key, id: Option<Id>) -> Vec<Effect> {
    let Some(Modal::Menu(menu)) = state.modals.last() else { return Vec::new() };
    let leaving = menu.leaving;
    // The printed letters come before the keys that move.
    let by_letter = key.typed().and_then(|c| menu.items.iter().position(|item| item.key == c));
    if let Some(at) = by_letter {
        return answer_item(state, at);
    }
    let ctrl_c = Key { code: Code::Char('c'), ctrl: true, alt: false };
    match id {
        _ if key == ctrl_c && leaving => {
            state.exit = Some(Exit::Interrupted);
            Vec::new()
        }
        _ if key == ctrl_c || key.typed() == Some('q') => cancel_menu(state),
        Some(Id::Accept) => {
            let Some(Modal::Menu(menu)) = state.modals.last() else { return Vec::new() };
            match menu.items.get(menu.cursor) {
                Some(MenuItem { by_enter: true, .. }) => {
                    let at = menu.cursor;
                    answer_item(state, at)
                }
                Some(item) => {
                    let text = format!("Press {} itself for that.", item.key);
                    state.say(Tone::Told, text);
                    Vec::new()
                }
                None => cancel_menu(state),
            }
        }
        Some(Id::Cancel) => cancel_menu(state),
        Some(id) => {
            motion::apply(state, id);
            Vec::new()
        }
        None => Vec::new(),
    }
}

fn cancel_menu(state: &mut State) -> Vec<Effect> {
    let Some(Modal::Menu(menu)) = state.modals.pop() else { return Vec::new() };
    answer(state, menu.on_cancel)
}

fn answer_item(state: &mut State, at: usize) -> Vec<Effect> {
    let Some(Modal::Menu(mut menu)) = state.modals.pop() else { return Vec::new() };
    if at >= menu.items.len() {
        return Vec::new();
    }
    answer(state, menu.items.swap_remove(at).answer)
}

fn answer(state: &mut State, answer: Answer) -> Vec<Effect> {
    match answer {
        Answer::Leave => Vec::new(),
        Answer::Run(id) => update::run(state, id),
        Answer::Discard => {
            state.exit = Some(Exit::Left);
            Vec::new()
        }
        Answer::Convert(kind) => parameters::convert(state, kind),
        Answer::Style(style) => parameters::restyle(state, style),
        Answer::Pasted(text) => paste::on_list(state, &text),
        Answer::Keys(keys) => burst::press_all(state, keys),
        Answer::Edit(staged) => vec![Effect::Edit(*staged)],
        Answer::EditAgain(role, line) => external::open_at(state, role, line),
        Answer::Unstage(staged) => vec![Effect::Unstage(*staged)],
        Answer::Draft => saving::draft(state),
        Answer::SaveSound => saving::save_sound(state),
        Answer::Force(role) => {
            saving::ask_force(state, role);
            Vec::new()
        }
        Answer::WriteInPlace { role, roles, anything } => writing::agree(state, role, roles, anything),
        Answer::SaveThese { roles, anything } => saving::save(state, roles, anything),
        Answer::AnotherPath(role) => {
            writing::ask_path(state, role);
            Vec::new()
        }
        Answer::CopyText(role) => writing::copy(state, role),
        Answer::Copy { text, what } => vec![Effect::Copy { text, what }],
        Answer::ShowCopied => {
            clipboard::show(state);
            Vec::new()
        }
        Answer::CopyEntry(role, index) => lists::copy(state, role, index, vec![index]),
        Answer::MoveEntry(role, index) => lists::transfer(state, role, index, vec![index]),
        Answer::PutBack(role) => later::put_back(state, role),
        Answer::Verify(mode) => verify::agree(state, mode),
        Answer::RunProgram(program) => programs::agree(state, *program),
        Answer::StopProgram => programs::stop(state),
        Answer::KeepArea => forms::accept_area(state),
        Answer::DropArea => {
            state.modals.pop();
            Vec::new()
        }
        Answer::WriteOut(operation) => edits::commit_written_out(state, &operation),
        Answer::Commit(operation) => edits::commit(state, &operation),
        Answer::EditPaste { role, at, text } => {
            paste::open_area(state, role, at, &text);
            Vec::new()
        }
        Answer::PasteLines(lines, text) => paste::lines(state, lines, &text),
        Answer::Kept(at, kept) => recovery::answer(state, at, kept),
        Answer::GoToEntry(entry) => {
            restart::go_to_entry(state, entry);
            Vec::new()
        }
        Answer::GoBack(back) => restart::go_back(state, back.0, &back.1),
        Answer::Export(request) => export::replace(*request),
        Answer::ReadOnly => recovery::read_only(state),
        Answer::RemoveWheelPath => edits::commit(state, &Operation::SetWheelPath(None)),
    }
}

// The area.

fn in_area(state: &mut State, key: Key, id: Option<Id>) -> Vec<Effect> {
    let Some(Modal::Area(area)) = state.modals.last_mut() else { return Vec::new() };
    let editor = &mut area.editor;
    match id {
        Some(Id::Accept) => return forms::accept_area(state),
        Some(Id::Cancel) => {
            if area.text() == area.was {
                state.modals.pop();
            } else {
                let menu = Menu::new("The text was changed", Vec::new())
                    .item('k', "keep it", "the edit can be undone", Answer::KeepArea)
                    .careful('x', "drop the changes", "", Answer::DropArea);
                state.modals.push(Modal::Menu(menu));
            }
            return Vec::new();
        }
        Some(Id::Editor) => {
            let text = area.text().into();
            return vec![Effect::Stage { target: EditTarget::Area, text, line: 1 }];
        }
        Some(Id::CharLeft) => editor.move_cursor(CursorMove::Back),
        Some(Id::CharRight) => editor.move_cursor(CursorMove::Forward),
        Some(Id::NextRow) => editor.move_cursor(CursorMove::Down),
        Some(Id::PreviousRow) => editor.move_cursor(CursorMove::Up),
        Some(Id::WordLeft) => editor.move_cursor(CursorMove::WordBack),
        Some(Id::WordRight) => editor.move_cursor(CursorMove::WordForward),
        Some(Id::LineStart) => editor.move_cursor(CursorMove::Head),
        Some(Id::LineEnd) => editor.move_cursor(CursorMove::End),
        Some(Id::DeleteLeft) => _ = editor.delete_char(),
        Some(Id::DeleteRight) => _ = editor.delete_next_char(),
        Some(Id::DeleteWord) => _ = editor.delete_word(),
        Some(Id::DeleteToStart) => _ = editor.delete_line_by_head(),
        Some(Id::DeleteToEnd) => _ = editor.delete_line_by_end(),
        Some(Id::PasteKilled) => _ = editor.paste(),
        _ => match (key.typed(), key.code) {
            (Some(c), _) => editor.insert_char(c),
            (None, Code::Enter) => editor.insert_newline(),
            (None, Code::Tab) => _ = editor.insert_tab(),
            (None, Code::PageUp) => (0..10).for_each(|_| editor.move_cursor(CursorMove::Up)),
            (None, Code::PageDown) => (0..10).for_each(|_| editor.move_cursor(CursorMove::Down)),
            _ => {}
        },
    }
    Vec::new()
}

// The choice of a directory.

/// Shows a text to read.
pub fn notice(state: &mut State, title: impl Into<String>, text: Vec<String>) {
    state.modals.push(Modal::Notice(Notice { title: title.into(), text, ..Notice::default() }));
}

/// Returns the page on plugins.
#[must_use]
pub fn about() -> Vec<String> {
    let lines = [
        "SkyPilot's API server loads plugin classes when it starts. They are listed in plugins.yaml, from top to bottom: one that cannot be loaded keeps the whole server from starting.",
        "",
        "Controllers (for managed jobs and for serve) can load plugins too. Their list is remote_plugins.yaml. At a launch the API server copies it to the controller as ~/.sky/plugins.yaml, together with every *.whl of controller_wheel_path, and installs the wheels there.",
        "",
        "Nothing is sent when the remote list is empty, when controller_wheel_path is missing or leads to no directory, or when that directory holds no wheel. Of the path SkyPilot warns in the API server's log, of the rest nowhere; the launch goes on without plugins. The upload preview (p) tells what the next launch does, and why.",
        "",
        "An entry has a class, module.Class, and parameters for its constructor. SkyPilot reads YAML 1.1: yes, no, on and off are bools, 010 is 8, 12:30 is 750. The parameter screen shows both what is written and what is read.",
        "",
        "A change of plugins.yaml takes effect at the next start of the API server (sky api stop; sky api start), one of remote_plugins.yaml at the next launch of a controller.",
    ];
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Asks before the external editor runs: its arguments and its directory are shown.
pub fn ask_editor(state: &mut State, staged: super::message::Staged) {
    let argv: Vec<String> = staged.argv.iter().map(|word| crate::text::visible::visible_name(word)).collect();
    let directory = crate::text::visible::visible_name(staged.directory.as_os_str());
    let what = match &staged.target {
        EditTarget::File(role) => {
            format!("A copy of {} with its unsaved edits opens in your editor.", role.file_name())
        }
        EditTarget::Entry(role, index) => {
            format!("The lines of entry {} of {} open in your editor.", index + 1, role.file_name())
        }
        EditTarget::Area => "The text opens in your editor.".to_owned(),
    };
    let text = vec![
        what,
        "What you save there becomes one edit here, which u takes back; the file itself is not touched.".to_owned(),
        String::new(),
        format!("runs  {}", shell_like(&argv)),
        format!("in    {directory}"),
    ];
    let mut menu = Menu::new("Open in the external editor?", text).item(
        'o',
        "open it",
        "Enter",
        Answer::Edit(Box::new(staged.clone())),
    );
    menu.on_cancel = Answer::Unstage(Box::new(staged));
    state.modals.push(Modal::Menu(menu));
}

/// Returns an argument vector with quotes where words need them, to be read by people.
pub(super) fn shell_like(argv: &[String]) -> String {
    let quoted = |word: &String| if word.contains(' ') || word.is_empty() { format!("'{word}'") } else { word.clone() };
    argv.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Returns the list that the editor command is about.
#[must_use]
pub fn editor_role(state: &State) -> Role {
    match (state.screen, state.focus, state.problems.get(state.problem.at)) {
        (Screen::Main, super::Pane::Problems, Some(one)) if one.place.file == crate::check::FileKind::Remote => {
            Role::Remote
        }
        (Screen::Main, super::Pane::Problems, Some(one)) if one.place.file == crate::check::FileKind::Api => Role::Api,
        _ => state.role,
    }
}
