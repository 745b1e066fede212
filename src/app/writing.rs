//! How a file is written: what is told before, what is asked, which ways lead out where it cannot be.

use std::path::PathBuf;
use std::sync::Arc;

use super::message::{Effect, Reason};
use super::modal::{Answer, Menu, Modal};
use super::{Pane, State, Tone, dialogs, export, form, forms, later, saving};
use crate::config::locate::expand_user;
use crate::config::writing::{InPlace, ReadOnly, Strategy, Target};
use crate::config::{Content, Location, PathSource, Role};
use crate::text::visible::visible;

/// Returns what is known of the place that a file is saved to.
#[must_use]
pub fn target(state: &State, role: Role) -> Option<&Target> {
    state.facts.targets.get(&state.path(role)?)
}

/// Says at the start what will keep a file from being saved as usual, and has leftovers put right.
pub(super) fn opened(state: &mut State) -> Vec<Effect> {
    if state.settings.read_only {
        return Vec::new();
    }
    let told = |role: Role| {
        let text = match target(state, role)?.strategy {
            Strategy::Rename => return None,
            Strategy::InPlace(why) => format!("is written in place, once a save has asked: {why}"),
            Strategy::ReadOnly(why) => format!("cannot be saved where it is: {why}; a save offers another path"),
        };
        Some(format!("{} {text}.", role.file_name()))
    };
    let told: Vec<String> = Role::ALL.into_iter().filter_map(told).collect();
    if !told.is_empty() {
        state.say(Tone::Told, told.join(" "));
    }
    vec![Effect::Tidy(Role::ALL.into_iter().filter_map(|role| state.path(role)).collect())]
}

/// Takes what was put right, and looks at the files again.
pub(super) fn tidied(state: &mut State, notes: &[String]) -> Vec<Effect> {
    if notes.is_empty() {
        return Vec::new();
    }
    let text = notes.iter().map(|note| format!("{}.", visible(note))).collect();
    dialogs::notice(state, "An interrupted save", text);
    vec![saving::reread(state, Reason::Noticed)]
}

/// Returns the question that comes before these files are saved, where one does.
pub(super) fn question(state: &State, roles: &[Role], anything: bool) -> Option<Menu> {
    for role in roles {
        match target(state, *role).map(|target| target.strategy) {
            Some(Strategy::ReadOnly(why)) => return Some(read_only(state, *role, why, roles, anything, Vec::new())),
            Some(Strategy::InPlace(why)) if !state.in_place[Pane::of(*role).index()] => {
                return Some(in_place(*role, why, roles, anything, Vec::new()));
            }
            _ => {}
        }
    }
    None
}

/// Asks whether a file may be written in place.
pub(super) fn in_place(role: Role, why: InPlace, roles: &[Role], anything: bool, mut text: Vec<String>) -> Menu {
    text.extend([
        format!("{} cannot be replaced as a whole: {why}.", role.file_name()),
        "Its bytes are overwritten instead, after a backup. Who reads it in that instant may see half of it; \
         if this program dies then, its next start puts the old text back."
            .to_owned(),
    ]);
    let save = Answer::WriteInPlace { role, roles: roles.to_vec(), anything };
    let menu = Menu::new(format!("Write {} in place?", role.file_name()), text).item(
        'w',
        "write it in place",
        "not asked again until you leave",
        save,
    );
    with_ways_out(menu, role)
}

/// Says that a file cannot be written, with the ways out.
pub(super) fn read_only(
    state: &State,
    role: Role,
    why: ReadOnly,
    roles: &[Role],
    anything: bool,
    mut text: Vec<String>,
) -> Menu {
    text.push(format!("{} cannot be saved where it is: {why}.", role.file_name()));
    if later::needs_rights(why) {
        text.push("A draft comes with the `sudo install` command that puts it in place later.".to_owned());
    }
    let mut menu = with_ways_out(Menu::new(format!("{} is read-only", role.file_name()), text), role);
    // A volume of Kubernetes is changed where it comes from.
    if matches!(why, ReadOnly::ConfigMap | ReadOnly::FileSystem) {
        menu = export::offer(menu);
    }
    let is_writable = |role: &Role| !matches!(target(state, *role).map(|t| t.strategy), Some(Strategy::ReadOnly(_)));
    let others: Vec<Role> = roles.iter().copied().filter(|one| *one != role).filter(is_writable).collect();
    if let [other] = others.as_slice() {
        let label = format!("save only {}", other.file_name());
        menu = menu.item('o', label, "", Answer::SaveThese { roles: others, anything });
    }
    menu
}

/// Says why a file was not saved, with the ways out.
pub(super) fn failed(role: Role, why: &str, mut text: Vec<String>) -> Menu {
    text.insert(0, format!("{}.", visible(why).trim_end_matches('.')));
    text.push("Nothing is lost: the edits are still here.".to_owned());
    with_ways_out(Menu::new(format!("{} was not saved", role.file_name()), text), role)
}

fn with_ways_out(menu: Menu, role: Role) -> Menu {
    menu.item('p', "another path", "SkyPilot goes on reading the old one", Answer::AnotherPath(role))
        .item('y', "copy the text", "to the clipboard of the terminal, with real values", Answer::CopyText(role))
        .item('d', "keep a draft", "in the state directory; the files stay", Answer::Draft)
}

/// Takes a person's word for this run, and saves.
pub(super) fn agree(state: &mut State, role: Role, roles: Vec<Role>, anything: bool) -> Vec<Effect> {
    state.in_place[Pane::of(role).index()] = true;
    saving::save(state, roles, anything)
}

/// Asks for another path.
pub(super) fn ask_path(state: &mut State, role: Role) {
    let now = state.path(role).map(|path| state.shown_path(&path)).unwrap_or_default();
    let row = form::Form::text_row("path", now);
    let title = format!("Where to write {}", role.file_name());
    forms::open(state, form::Form::new(form::FormKind::SavePath(role), title, vec![row]));
}

/// Takes another path: nothing is known of what lies there until the save looks.
pub(super) fn take_path(state: &mut State, role: Role, typed: &str) {
    let environment = &state.facts.environment;
    let path: PathBuf = environment.cwd.join(expand_user(typed.as_ref(), environment));
    if state.path(role).as_ref() == Some(&path) {
        return;
    }
    let location = Location { path: Some(path), source: PathSource::Flag };
    state.workspace = state.workspace.with_location(role, location.clone());
    state.disk = state.disk.with_location(role, location).with_content(role, Content::Absent);
    state.in_place[Pane::of(role).index()] = false;
    state.set_theirs(role, None);
    state.refresh_list(role);
    state.recheck();
}

/// Sends the text of a file to the clipboard.
pub(super) fn copy(state: &State, role: Role) -> Vec<Effect> {
    let text = state.workspace.text(role).unwrap_or_default().to_owned();
    vec![Effect::Copy { text, what: format!("the text of {}", role.file_name()) }]
}

/// Ends a save after a failure: the files behind it are not tried. Returns what is said of the others.
pub(super) fn stop(state: &mut State) -> Vec<String> {
    let untried: Vec<&str> = state.saving.iter().map(|role| role.file_name()).collect();
    let mut text = Vec::new();
    if state.saved.is_empty() && !untried.is_empty() {
        text.push(format!("Nothing was written: {} was not tried.", untried.join(" and ")));
    }
    text.extend(state.saved.iter().map(|line| format!("Written before that: {line}.")));
    state.saving.clear();
    state.queued.clear();
    if let Some(review) = &state.review {
        state.review = Some(review.again(state));
    }
    text
}

/// Puts a question over the screen.
pub(super) fn ask(state: &mut State, menu: Menu) -> Vec<Effect> {
    state.modals.push(Modal::Menu(menu));
    Vec::new()
}

/// Returns the text that a save writes: of a review what is not left out.
#[must_use]
pub(super) fn text(state: &State, role: Role) -> Arc<str> {
    if let Some(text) = state.review.as_ref().and_then(|review| review.text(role)) {
        return text.into();
    }
    // Nothing is deleted: an undone creation leaves an empty file, which means the same.
    state.workspace.text(role).unwrap_or_default().into()
}
