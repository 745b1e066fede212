//! Edits that an earlier run could not save, and other running copies: what is asked about them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::message::Effect;
use super::modal::{Answer, Menu, Modal, Notice};
use super::value::count;
use super::{State, Tone, edits};
use crate::config::operation::Operation;
use crate::config::{Role, diff};
use crate::text::visible::visible;
use crate::yaml::Document;

/// What was met at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Other running copies on one of the files.
    pub others: Vec<OtherCopy>,
    /// Unsaved edits of copies that have ended, the latest first.
    pub kept: Vec<KeptEdits>,
    /// Why the edits of this copy are not kept, where that is so.
    pub problem: Option<String>,
}

/// Another running copy of this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherCopy {
    /// Its process.
    pub pid: u32,
    /// The name of its machine.
    pub host: String,
    /// When it started, in words.
    pub since: String,
    /// Which of the files it has open, API list first.
    pub files: [bool; 2],
    /// In which of them it has unsaved edits.
    pub unsaved: [bool; 2],
}

impl OtherCopy {
    /// Returns who it is: `pid 4242 since 02:10 on host X`, made visible.
    #[must_use]
    pub fn name(&self) -> String {
        visible(&format!("pid {} since {} on host {}", self.pid, self.since, self.host)).into_owned()
    }
}

/// Unsaved edits of a copy that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEdits {
    /// The journal.
    pub path: PathBuf,
    /// The process that made them.
    pub pid: u32,
    /// The name of its machine.
    pub host: String,
    /// When the last one was made, in words.
    pub last: String,
    /// How many there are.
    pub edits: usize,
    /// The files that they change.
    pub files: Vec<KeptFile>,
}

/// One file with unsaved edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Which one.
    pub role: Role,
    /// The text that was edited, none where there was no file.
    pub base: Option<Arc<str>>,
    /// The text with the edits.
    pub text: Arc<str>,
}

/// What is done about kept edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Asks about them.
    Ask,
    /// Makes them here, as one edit.
    Take,
    /// Shows them as a diff.
    Look,
    /// Asks whether they may be thrown away.
    AskDiscard,
    /// Throws them away.
    Discard,
    /// Leaves them for the next start.
    Later,
}

/// Takes what was met at the start.
pub fn met(state: &mut State, met: Met) -> Vec<Effect> {
    if let Some(problem) = met.problem {
        not_kept(state, &problem);
    }
    let (kept, done): (Vec<_>, Vec<_>) = met.kept.into_iter().partition(|kept| differs(state, kept));
    state.kept = kept;
    offer(state, 0);
    if !met.others.is_empty() {
        let menu = other_copies(&met.others);
        state.modals.push(Modal::Menu(menu));
    }
    // Of what the files hold already nothing is left to be offered.
    done.into_iter().filter(|_| !state.settings.read_only).map(|kept| Effect::Forget(kept.path)).collect()
}

/// Says that edits are not kept.
pub fn not_kept(state: &mut State, why: &str) {
    state.say(Tone::Failed, format!("Unsaved edits would not survive a crash: {why}. Save often."));
}

fn differs(state: &State, kept: &KeptEdits) -> bool {
    kept.files.iter().any(|file| state.workspace.text(file.role).unwrap_or_default() != &*file.text)
}

fn other_copies(others: &[OtherCopy]) -> Menu {
    let mut text: Vec<String> = others
        .iter()
        .map(|other| {
            let unsaved = if other.unsaved.contains(&true) { ", with unsaved edits" } else { "" };
            format!("{} also open in {}{unsaved}.", names(&with(other.files)), other.name())
        })
        .collect();
    text.push("A save notices what the other one has written meanwhile, and asks.".to_owned());
    Menu::new("Also open elsewhere", text)
        .item('c', "continue", "both may edit", Answer::Leave)
        .item('r', "read-only", "nothing can be changed here", Answer::ReadOnly)
        .item('q', "quit", "", Answer::Discard)
}

fn with(files: [bool; 2]) -> Vec<Role> {
    Role::ALL.into_iter().zip(files).filter(|(_, is)| *is).map(|(role, _)| role).collect()
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.file_name()).collect::<Vec<_>>().join(" and ")
}

/// Makes the screens read-only from here on.
pub fn read_only(state: &mut State) -> Vec<Effect> {
    state.settings.read_only = true;
    state.say(Tone::Told, "Read-only: nothing can be changed.");
    vec![Effect::StepBack]
}

/// Offers the kept edits again.
pub fn offer_again(state: &mut State) {
    if state.kept.is_empty() {
        state.say(Tone::Told, "No edits of an earlier run are kept for these files.");
    }
    offer(state, 0);
}

/// Asks about the kept edits at a place of the list.
fn offer(state: &mut State, at: usize) {
    let Some(kept) = state.kept.get(at) else { return };
    let roles: Vec<Role> = kept.files.iter().map(|file| file.role).collect();
    let who = visible(&format!("pid {} on host {}", kept.pid, kept.host)).into_owned();
    let mut text = vec![format!(
        "{who} ended without saving {} in {}, the last made at {}.",
        count(kept.edits, "edit"),
        names(&roles),
        kept.last
    )];
    let changed: Vec<Role> =
        kept.files.iter().filter(|file| state.disk.text(file.role) != file.base.as_deref()).map(|f| f.role).collect();
    if !changed.is_empty() {
        let verb = if changed.len() == 1 { "has" } else { "have" };
        text.push(format!("{} {verb} changed on disk since then: look before you take them.", names(&changed)));
    }
    let mut menu = Menu::new("Unsaved edits of an earlier run", text).item(
        'v',
        "look",
        "the diff against the files as they are now",
        Answer::Kept(at, Kept::Look),
    );
    if state.settings.read_only {
        menu.text.push("They cannot be taken here (--read-only).".to_owned());
    } else {
        menu = menu
            .item('t', "take", "as one edit that u takes back; nothing is saved yet", Answer::Kept(at, Kept::Take))
            .careful('d', "discard", "asks once more", Answer::Kept(at, Kept::AskDiscard));
    }
    menu.escape = "later";
    menu.on_cancel = Answer::Kept(at, Kept::Later);
    state.modals.push(Modal::Menu(menu));
}

/// Does what a person has answered about the kept edits at a place of the list.
pub fn answer(state: &mut State, at: usize, answer: Kept) -> Vec<Effect> {
    let Some(kept) = state.kept.get(at).cloned() else { return Vec::new() };
    match answer {
        Kept::Ask => {
            offer(state, at);
            Vec::new()
        }
        Kept::Look => {
            // The question waits below.
            offer(state, at);
            let notice = look(state, &kept);
            state.modals.push(Modal::Notice(notice));
            Vec::new()
        }
        Kept::Take => take(state, at, kept),
        Kept::AskDiscard => {
            let text = vec![format!("{} made at {} would be gone for good.", count(kept.edits, "edit"), kept.last)];
            let mut menu = Menu::new("Discard the unsaved edits?", text).careful(
                'x',
                "discard them",
                "cannot be undone",
                Answer::Kept(at, Kept::Discard),
            );
            menu.on_cancel = Answer::Kept(at, Kept::Ask);
            state.modals.push(Modal::Menu(menu));
            Vec::new()
        }
        Kept::Discard => {
            state.kept.remove(at);
            state.say(Tone::Done, "Discarded the unsaved edits of the earlier run.");
            offer(state, at);
            vec![Effect::Forget(kept.path)]
        }
        Kept::Later => {
            state.say(Tone::Told, "The edits stay kept: the command `kept edits` and the next start offer them.");
            offer(state, at + 1);
            Vec::new()
        }
    }
}

fn take(state: &mut State, at: usize, kept: KeptEdits) -> Vec<Effect> {
    let texts = kept.files.into_iter().map(|file| (file.role, file.text)).collect();
    let before = state.history.undo_count();
    let mut effects = edits::commit(state, &Operation::Recover(texts));
    if state.history.undo_count() > before {
        state.kept.remove(at);
        if let Some(status) = &mut state.status {
            status.text.push_str(" Nothing is saved yet: s reviews and saves.");
        }
        // Once they are in this copy's own journal.
        effects.push(Effect::Forget(kept.path));
        offer(state, at);
    }
    effects
}

/// Returns the diff from the files as they are now to the kept texts.
fn look(state: &State, kept: &KeptEdits) -> Notice {
    let (mut text, mut differs) = (Vec::new(), BTreeMap::new());
    for file in &kept.files {
        let now = state.workspace.document(file.role).cloned().unwrap_or_else(|| Arc::new(Document::parse("")));
        let lines = diff::unified(&now, &Document::parse(file.text.clone()), state.settings.show_secrets);
        text.push(format!("{}{}", file.role.file_name(), if lines.is_empty() { ": no difference" } else { "" }));
        for line in &lines {
            differs.extend(line.signed_differs().map(|at| (text.len(), at)));
            text.push(format!("{}{}", line.sign(), line.text));
        }
    }
    let title = "The files now, and with the edits".to_owned();
    Notice { title, text, is_diff: true, differs, ..Notice::default() }
}
