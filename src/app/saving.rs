//! From the review to the disk: what is saved, what stops a save, what changed meanwhile.

use std::sync::Arc;

use super::form::{Form, FormKind};
use super::message::{Effect, Reason, Replaces, SaveFailure, SavedFile};
use super::modal::{Answer, Menu, Modal};
use super::review::{Review, sentences};
use super::value::count;
use super::{
    Exit, Files, Pane, Screen, State, Tone, conflict, edits, forms, later, manifest, restart, takes_effect, writing,
};
use crate::config::operation::Operation;
use crate::config::writing::Strategy;
use crate::config::{Content, Role, model};
use crate::text::visible::visible;
use crate::yaml::{Document, Value};

/// Opens the review, or says that there is nothing to save.
pub fn open_review(state: &mut State) -> Vec<Effect> {
    if state.unsaved_roles().is_empty() {
        state.say(Tone::Told, "Nothing to save: both files are as on disk.");
        return Vec::new();
    }
    state.review = Some(Review::of(state));
    state.screen = Screen::Review;
    state.status = None;
    Vec::new()
}

/// Saves all changed files, or asks what to do about the errors in them.
pub fn save_all(state: &mut State) -> Vec<Effect> {
    let Some(review) = &state.review else { return open_review(state) };
    if review.first_error().is_none() {
        let roles: Vec<Role> = review.saved().map(|file| file.role).collect();
        if roles.is_empty() {
            state.say(Tone::Told, "Every change is left out: Space takes one in, Esc goes back.");
            return Vec::new();
        }
        return save(state, roles, false);
    }
    let broken: Vec<(Role, usize)> =
        review.files.iter().filter(|f| !f.errors.is_empty()).map(|f| (f.role, f.errors.len())).collect();
    let sound = review.saved().find(|file| file.errors.is_empty()).map(|file| file.role);
    let mut text = Vec::new();
    for (role, number) in &broken {
        text.push(format!("{} has {} that it did not have on disk:", role.file_name(), count(*number, "error")));
    }
    if let Some((_, error)) = review.first_error() {
        text.push(visible(&format!("E {}", sentences(error))).into_owned());
    }
    let role = broken[0].0;
    let mut menu = Menu::new("Not saved: SkyPilot would refuse this", text).item(
        'e',
        "go to the error",
        "",
        Answer::Run(super::command::Id::GoToError),
    );
    if let Some(sound) = sound {
        menu = menu.item('o', format!("save only {}", sound.file_name()), "it has no new error", Answer::SaveSound);
    }
    menu = menu.item('d', "keep a draft", "in the state directory; the files stay", Answer::Draft).careful(
        '!',
        "save it although broken",
        "asks for the name of the file",
        Answer::Force(role),
    );
    state.modals.push(Modal::Menu(menu));
    Vec::new()
}

/// Saves the files without new errors.
pub fn save_sound(state: &mut State) -> Vec<Effect> {
    let Some(review) = &state.review else { return open_review(state) };
    let sound: Vec<Role> = review.saved().filter(|file| file.errors.is_empty()).map(|file| file.role).collect();
    if sound.is_empty() {
        let told = match review.first_error() {
            Some(_) => "Each changed file has a new error: e goes to it.",
            None => "Every change is left out: Space takes one in, Esc goes back.",
        };
        state.say(Tone::Failed, told);
        return Vec::new();
    }
    save(state, sound, false)
}

/// Goes to the first error that stops the save.
pub fn go_to_error(state: &mut State) {
    let Some((role, error)) = state.review.as_ref().and_then(Review::first_error) else {
        state.say(Tone::Told, "No error stops this save: s saves.");
        return;
    };
    let (message, pointer) = (error.message.clone(), error.place.pointer.clone());
    close(state);
    state.role = role;
    state.focus = Pane::of(role);
    if let Some(pointer) = pointer {
        edits::go_to(state, role, &pointer, true);
    }
    state.say(Tone::Failed, message);
}

/// Asks for the name of a file that is saved although SkyPilot would refuse it.
pub fn ask_force(state: &mut State, role: Role) {
    let kind = FormKind::Force(role);
    let rows = vec![Form::text_row("name", "")];
    forms::open(state, Form::new(kind, format!("Save {} although broken", role.file_name()), rows));
}

/// Asks for the name of the first broken file.
pub fn ask_force_first(state: &mut State) {
    match state.review.as_ref().and_then(Review::first_error) {
        Some((role, _)) => ask_force(state, role),
        None => state.say(Tone::Told, "Nothing is broken: s saves."),
    }
}

/// Saves a file although SkyPilot would refuse it.
pub fn force(state: &mut State, role: Role) -> Vec<Effect> {
    save(state, vec![role], false)
}

/// Replaces the file on disk with the text here.
pub fn overwrite(state: &mut State, role: Role) -> Vec<Effect> {
    save(state, vec![role], true)
}

pub(super) fn save(state: &mut State, roles: Vec<Role>, anything: bool) -> Vec<Effect> {
    if state.settings.read_only {
        state.say(Tone::Failed, "Read-only (--read-only): nothing is written.");
        return Vec::new();
    }
    if state.settings.files == Files::Example {
        state.say(Tone::Told, "Save is off in the example. q goes back to your own files.");
        return Vec::new();
    }
    if !state.saving.is_empty() {
        return Vec::new();
    }
    if let Some(role) = roles.iter().copied().find(|role| state.path(*role).is_none()) {
        writing::ask_path(state, role);
        return Vec::new();
    }
    if let Some(question) = writing::question(state, &roles, anything) {
        return writing::ask(state, question);
    }
    state.saved.clear();
    state.after_save = None;
    state.replaced.clear();
    state.overwrites = anything;
    let together = manifest::save(state, &roles, anything);
    state.queued.extend(together);
    for role in roles {
        if manifest::holds(state, role) {
            continue;
        }
        let Some(path) = state.path(role) else { continue };
        let replaces = match &state.disk.file(role).content {
            _ if anything => Replaces::Anything,
            Content::Absent | Content::Unreadable(_) => Replaces::Nothing,
            Content::Text(old) => Replaces::Text(old.text().into()),
        };
        let in_place = state.in_place[Pane::of(role).index()];
        let (text, known) = (writing::text(state, role), state.workspace.document(role).cloned());
        state.queued.push_back(Effect::Save { role, path, text, known, replaces, in_place });
        state.saving.push(role);
    }
    // One after the other: what follows a failure is not tried.
    state.queued.pop_front().into_iter().collect()
}

/// Takes the result of a save.
pub fn saved(state: &mut State, role: Role, text: &Arc<str>, result: Result<SavedFile, SaveFailure>) -> Vec<Effect> {
    state.saving.retain(|one| *one != role);
    match result {
        Ok(file) => {
            let line = if state.puts_back == Some(role) {
                format!("put {} back as it was; its edits are unsaved again", role.file_name())
            } else {
                later::remember(state, role);
                told(state, role, text, &file)
            };
            if let (Some(path), Some(target)) = (state.path(role), file.target) {
                state.facts.targets.insert(path, target);
            }
            let document = match state.workspace.document(role) {
                Some(document) if document.text() == &**text => document.clone(),
                _ => Arc::new(Document::parse(text.clone())),
            };
            if state.workspace.document(role).is_none() {
                state.workspace = state.workspace.with_content(role, Content::Text(document.clone()));
            }
            state.disk = state.disk.with_content(role, Content::Text(document));
            state.set_theirs(role, None);
            state.refresh_list(role);
            state.recheck();
            state.saved.push(line);
            if let Some(next) = state.queued.pop_front() {
                return vec![next];
            }
            // Of lists in one manifest the last one ends the save: the review tells then what is left out.
            if !state.saving.is_empty() {
                return Vec::new();
            }
            finish(state);
            let effects = remember(state);
            effects.into_iter().chain(restart::saved(state)).collect()
        }
        Err(failure) => not_saved(state, role, failure),
    }
}

/// Says why a file was not saved, what was, and what can be done.
fn not_saved(state: &mut State, role: Role, failure: SaveFailure) -> Vec<Effect> {
    let mut roles = vec![role];
    roles.extend(&state.saving);
    let anything = state.overwrites;
    state.after_save = None;
    let told = writing::stop(state);
    state.puts_back = None;
    // What was written before is remembered as after any save.
    let effects = if state.saved.is_empty() { Vec::new() } else { remember(state) };
    let menu = match failure {
        SaveFailure::Changed => {
            if !told.is_empty() {
                let menu = Menu::new(format!("{} changed on disk", role.file_name()), told);
                let menu = menu.item('c', "go on to the comparison", "", Answer::Leave);
                state.modals.push(Modal::Menu(later::offer(state, menu)));
            }
            return effects.into_iter().chain([reread(state, Reason::Conflict(role))]).collect();
        }
        SaveFailure::InPlace(why) => writing::in_place(role, why, &roles, anything, told),
        SaveFailure::ReadOnly(why) => {
            // A draft that is kept now needs the command for it.
            if let Some(target) = state.path(role).and_then(|path| state.facts.targets.get_mut(&path)) {
                target.strategy = Strategy::ReadOnly(why);
            }
            writing::read_only(state, role, why, &roles, anything, told)
        }
        SaveFailure::Other(why) => writing::failed(role, &why, told),
    };
    state.modals.push(Modal::Menu(later::offer(state, menu)));
    effects
}

/// Has the wheels that are uploaded remembered, and looked at again beside that.
fn remember(state: &State) -> Vec<Effect> {
    match &state.preview.wheel_dir {
        Some(directory) => vec![Effect::Remember(directory.resolved.clone()), state.scan()],
        None => Vec::new(),
    }
}

/// Returns what to say about a saved file, and what takes effect when.
fn told(state: &State, role: Role, saved: &str, file: &SavedFile) -> String {
    let verb = if file.created { "created" } else { "saved" };
    let path = if manifest::holds(state, role) { manifest::shown(state, role) } else { state.shown_path(&file.path) };
    let effect = match role {
        _ if manifest::holds(state, role) => "takes effect once the manifest is applied",
        Role::Remote => "read at the next controller launch",
        Role::Api if only_wheel_path(state, saved) => "the wheel directory is read at each launch: no restart",
        Role::Api => &takes_effect::told(state),
    };
    let mut text = format!("{verb} {path}: {effect}");
    for note in &file.notes {
        text.push_str("; ");
        text.push_str(&visible(note));
    }
    text
}

/// Tells whether nothing but the wheel path differs from the disk in what is saved.
fn only_wheel_path(state: &State, saved: &str) -> bool {
    let Some(old) = state.disk.document(Role::Api) else { return false };
    let new = Document::parse(saved);
    let same = |key: &str| {
        let of = |document: &Document| model::effective(document).get(key).cloned().unwrap_or(Value::Null);
        of(old).same(&of(&new))
    };
    same("plugins") && model::wheel_path(old) != model::wheel_path(&new)
}

fn finish(state: &mut State) {
    let sentence = |line: &String| {
        let mut chars = line.chars();
        chars.next().map_or(String::new(), |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
    };
    let mut told: Vec<String> = state.saved.iter().map(sentence).collect();
    let left_out = state.review.as_ref().map_or(0, Review::left_out);
    if left_out > 0 {
        told.push(format!("{} left out: still unsaved.", count(left_out, "change")));
    }
    let text = told.join(" ");
    close(state);
    // What a file that is put back leaves of a save is compared still.
    if state.puts_back.take().is_none() {
        conflict::close(state);
    }
    state.say(Tone::Done, text);
}

/// Leaves the review.
pub fn close(state: &mut State) {
    state.review = None;
    if state.screen == Screen::Review {
        state.screen = Screen::Main;
    }
}

/// Returns the effect that reads both files again.
#[must_use]
pub fn reread(state: &State, reason: Reason) -> Effect {
    Effect::Reread { workspace: Box::new(state.disk.clone()), base: state.facts.server_cwd.clone(), reason }
}

/// Takes what is on disk now.
pub fn take_reread(state: &mut State, contents: &[Content; 2], reason: Reason) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut news = Vec::new();
    let mut to_show = None;
    for (role, theirs) in Role::ALL.into_iter().zip(contents) {
        let same = same_content(theirs, &state.disk.file(role).content);
        let is_known = state.theirs(role).is_some_and(|known| same_content(known, theirs));
        if same {
            if state.theirs(role).is_some() || reason == Reason::Conflict(role) {
                news.push(format!("{} is again on disk as it was read", role.file_name()));
            }
            state.set_theirs(role, None);
            continue;
        }
        // What both came to is no conflict.
        let agrees = same_content(theirs, &state.workspace.file(role).content);
        if state.is_unsaved(role) && !agrees {
            state.set_theirs(role, Some(theirs.clone()));
            if to_show.is_none() && (reason == Reason::Asked || reason == Reason::Conflict(role)) {
                to_show = Some(role);
            } else if !is_known {
                news.push(format!("{} changed on disk; your edits are kept: M compares", role.file_name()));
            }
            continue;
        }
        // An undo has led back to the text as it was read: what was told already is
        // taken when a person asks, not by chance, and the undone edits can be done again.
        if is_known && !agrees && reason == Reason::Noticed {
            continue;
        }
        let (taken, told) = take_theirs(state, role, theirs);
        effects.extend(taken);
        news.push(told);
    }
    if let Some(role) = to_show {
        conflict::open(state, role);
    }
    if !news.is_empty() {
        state.say(Tone::Told, format!("{}.", news.join("; ")));
        if state.screen == Screen::Review {
            close(state);
        }
    } else if reason == Reason::Asked && to_show.is_none() {
        state.say(Tone::Told, "Read again: both files are as they were on disk; the wheel directory was looked at.");
    }
    effects
}

/// Takes the text on disk as an edit, so that undo gives the old one back; returns what to say of it.
pub(super) fn take_theirs(state: &mut State, role: Role, theirs: &Content) -> (Vec<Effect>, String) {
    let unsaved = state.is_unsaved(role);
    state.set_theirs(role, None);
    state.disk = state.disk.with_content(role, theirs.clone());
    let is_text = state.workspace.document(role).is_some();
    let keeps = unsaved && is_text && !matches!(theirs, Content::Text(_));
    let was = &state.workspace.file(role).content;
    let operation = match (was, theirs) {
        _ if keeps => None,
        (Content::Text(_) | Content::Absent, Content::Text(new)) => {
            Some(Operation::ReplaceText { role, text: new.text().into() })
        }
        (Content::Text(_), Content::Absent) => Some(Operation::Vanish { role }),
        _ => None,
    };
    let effects = if let Some(operation) = operation {
        // Nothing of the file is changed by this.
        let read_only = std::mem::take(&mut state.settings.read_only);
        let effects = edits::commit(state, &operation);
        state.settings.read_only = read_only;
        effects
    } else if keeps {
        // What was typed is not given up for nothing.
        Vec::new()
    } else {
        // No edit leads from or to what cannot be read.
        state.history.clear();
        let workspace = state.workspace.with_content(role, theirs.clone());
        state.adopt(workspace)
    };
    state.refresh_list(role);
    state.recheck();
    let name = role.file_name();
    let told = if keeps {
        format!("{name} is gone from disk; your text is kept, and a save writes it again")
    } else {
        format!("{name} read again from disk")
    };
    (effects, told)
}

/// Tells whether the same is there.
pub(super) fn same_content(a: &Content, b: &Content) -> bool {
    match (a, b) {
        (Content::Absent, Content::Absent) => true,
        (Content::Text(a), Content::Text(b)) => a.text() == b.text(),
        (Content::Unreadable(a), Content::Unreadable(b)) => a == b,
        _ => false,
    }
}

/// Writes the unsaved texts to the state directory.
#[must_use]
pub fn draft(state: &State) -> Vec<Effect> {
    let texts = drafts(state);
    if texts.is_empty() { Vec::new() } else { vec![Effect::Draft(texts)] }
}

/// Returns the unsaved texts.
#[must_use]
pub fn drafts(state: &State) -> Vec<(Role, Arc<str>)> {
    state.unsaved_roles().into_iter().filter_map(|role| Some((role, state.workspace.text(role)?.into()))).collect()
}

/// Leaves the program, or asks about unsaved edits.
pub fn quit(state: &mut State) -> Vec<Effect> {
    let unsaved = state.unsaved_roles();
    if !state.saving.is_empty() || state.outside.drafting {
        state.say(Tone::Told, "A save is running; it takes a moment.");
        return Vec::new();
    }
    // Nothing of the example is ever saved: there is nothing to ask.
    if unsaved.is_empty() || state.settings.files == Files::Example {
        state.exit = Some(Exit::Left);
        return Vec::new();
    }
    let names: Vec<&str> = unsaved.iter().map(|role| role.file_name()).collect();
    let keeps = if state.settings.files == Files::Demo {
        "Ctrl-C once more leaves at once; the edits go with the demo."
    } else {
        "Ctrl-C once more leaves at once; the next start offers the edits again."
    };
    let text = vec![format!("Edits in {} are not saved.", names.join(" and ")), keeps.to_owned()];
    let mut menu = Menu::new("Leave?", text)
        .item('s', "review and save", "", Answer::Run(super::command::Id::Save))
        .careful('x', "discard the edits and leave", "cannot be undone", Answer::Discard);
    menu.leaving = true;
    menu.escape = "stay";
    state.modals.push(Modal::Menu(menu));
    Vec::new()
}
