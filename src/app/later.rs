//! What a save that went wrong leaves to be done: a draft for somebody who may write the file, a first file put back.

use std::path::{Path, PathBuf};

use super::message::{Effect, Replaces};
use super::modal::{Answer, Menu, Modal};
use super::{Pane, State, Tone, manifest, writing};
use crate::config::writing::{ReadOnly, Strategy};
use crate::config::{Content, Role};
use crate::text::visible::{visible, visible_name};

/// The mode of a file that is not there yet, as a save would make it.
const NEW_MODE: u32 = 0o600;

/// Tells whether somebody with more rights could put a draft in place of a file.
#[must_use]
pub(super) const fn needs_rights(why: ReadOnly) -> bool {
    matches!(why, ReadOnly::Permission | ReadOnly::Mode)
}

/// Takes the drafts that were written: says where they are, and how one gets into its place later.
pub(super) fn drafted(state: &mut State, drafts: &[(Role, PathBuf)]) {
    let commands: Vec<String> = drafts.iter().filter_map(|(role, draft)| command(state, *role, draft)).collect();
    let names: Vec<String> = drafts.iter().map(|(_, path)| visible_name(path.as_os_str())).collect();
    let told = format!("Draft kept in {}. The files are as they were.", names.join(" and "));
    if commands.is_empty() {
        return state.say(Tone::Done, told);
    }
    let mut text = vec![told, "This puts it in place, with the mode of the file as it is:".to_owned(), String::new()];
    text.extend(commands.iter().map(|command| visible(command).into_owned()));
    let what = if commands.len() == 1 { "the command" } else { "the commands" };
    let copy = Answer::Copy { text: commands.join("\n"), what: what.to_owned() };
    let menu = Menu::new("For somebody who may write the file", text)
        .item('y', format!("copy {what}"), "to the clipboard of the terminal; :clipboard shows it", copy)
        .item('c', "go on", "nothing else happens", Answer::Leave);
    state.modals.push(Modal::Menu(menu));
}

/// Returns the command that puts a draft in place of a file which this person may not write.
fn command(state: &State, role: Role, draft: &Path) -> Option<String> {
    let target = writing::target(state, role)?;
    match target.strategy {
        Strategy::ReadOnly(why) if needs_rights(why) => {}
        _ => return None,
    }
    let mode = format!("{:o}", target.mode.unwrap_or(NEW_MODE) & 0o777);
    let words = [draft, &target.file].map(|path| path.to_str().map(str::to_owned));
    let [Some(draft), Some(file)] = words else { return None };
    Some(shell_words::join(["sudo", "install", "-m", &mode, &draft, &file]))
}

/// Remembers what a file was before a save has written it.
pub(super) fn remember(state: &mut State, role: Role) {
    // Lists of one manifest are written at once, or not at all.
    if manifest::holds(state, role) {
        return;
    }
    let was = match &state.disk.file(role).content {
        Content::Text(document) => document.text().into(),
        // Nothing is deleted: an empty file means the same as none.
        Content::Absent | Content::Unreadable(_) => "".into(),
    };
    state.replaced.push((role, was));
}

/// Adds the way to put the file back that was written before another one failed.
pub(super) fn offer(state: &State, menu: Menu) -> Menu {
    let Some((role, _)) = state.replaced.last() else { return menu };
    let label = format!("put {} back", role.file_name());
    menu.careful('b', label, "as before this save; its edits stay here, unsaved", Answer::PutBack(*role))
}

/// Writes what a file was before the last save.
pub(super) fn put_back(state: &mut State, role: Role) -> Vec<Effect> {
    let at = state.replaced.iter().position(|(one, _)| *one == role);
    let (Some(at), Some(path), Some(now)) = (at, state.path(role), state.disk.text(role)) else { return Vec::new() };
    let replaces = Replaces::Text(now.into());
    let (_, text) = state.replaced.remove(at);
    let in_place = state.in_place[Pane::of(role).index()];
    state.saved.clear();
    state.saving.push(role);
    state.puts_back = Some(role);
    vec![Effect::Save { role, path, text, known: None, replaces, in_place }]
}
