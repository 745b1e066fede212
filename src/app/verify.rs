//! The question to a real `SkyPilot`: asked for once per run, answered in a text to read.

use std::path::Path;

use super::dialogs::shell_like;
use super::message::Effect;
use super::modal::{Answer, Menu, Modal, Notice};
use super::{State, Tone, manifest};
use crate::check::verify::{DIRECTORY, Mode, Verified, arguments};
use crate::config::Role;
use crate::text::visible::{visible, visible_name};

/// What is known of the question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verify {
    /// How far a person lets it go; none until that was asked.
    pub agreed: Option<Mode>,
    /// Whether it is being asked now.
    pub running: bool,
}

/// Returns why nobody can be asked.
#[must_use]
pub fn unavailable(state: &State) -> Option<&'static str> {
    if state.settings.read_only {
        Some("read-only (--read-only)")
    } else if Role::ALL.into_iter().any(|role| manifest::holds(state, role)) {
        Some("SkyPilot reads no manifest (--configmap)")
    } else if state.facts.python.is_none() {
        Some("no Python with SkyPilot is known (--python)")
    } else if state.verify.running {
        Some("SkyPilot is being asked already")
    } else {
        None
    }
}

/// Asks, or asks first whether that may be.
pub fn start(state: &mut State) -> Vec<Effect> {
    if let Some(why) = unavailable(state) {
        state.say(Tone::Failed, format!("Not verified: {why}."));
        return Vec::new();
    }
    if let Some(mode) = state.verify.agreed {
        return ask(state, mode);
    }
    let Some(python) = &state.facts.python else { return Vec::new() };
    let temporary = state.facts.environment.get("TMPDIR").map_or_else(|| Path::new("/tmp"), Path::new);
    let argv = arguments(python, &temporary.join("skyplug-tui.*"));
    let argv: Vec<String> = argv.iter().map(|word| visible_name(word)).collect();
    let mut text = vec![
        "SkyPilot is imported in a process of its own, in a new private folder with a HOME of its own.".to_owned(),
        "Its config readers and its upload planner are called; no plugin is loaded, nothing is installed.".to_owned(),
    ];
    if !state.unsaved_roles().is_empty() {
        text.push("It reads the files on disk: your unsaved edits are not in them.".to_owned());
    }
    text.extend([String::new(), format!("runs  {}", shell_like(&argv)), format!("in    {DIRECTORY}")]);
    let menu = Menu::new("Ask a real SkyPilot?", text)
        .item('a', "ask it", "not asked again until you leave", Answer::Verify(Mode::Config))
        .careful('i', "import the classes too", "runs the code of their modules", Answer::Verify(Mode::Import));
    state.modals.push(Modal::Menu(menu));
    Vec::new()
}

/// Takes a person's word for this run, and asks.
pub(super) fn agree(state: &mut State, mode: Mode) -> Vec<Effect> {
    state.verify.agreed = Some(mode);
    ask(state, mode)
}

fn ask(state: &mut State, mode: Mode) -> Vec<Effect> {
    state.verify.running = true;
    state.say(Tone::Told, "SkyPilot is being asked: that takes some seconds.");
    vec![Effect::Verify { mode, show_secrets: state.settings.show_secrets }]
}

/// Shows what came of it.
pub(super) fn done(state: &mut State, result: &Result<Verified, String>) {
    state.verify.running = false;
    let mut text = match result {
        Ok(verified) => {
            match (verified.differences.len(), verified.answer.is_some()) {
                (_, false) => state.say(Tone::Failed, "SkyPilot was not asked."),
                (0, true) => state.say(Tone::Done, "SkyPilot agrees."),
                (many, true) => state.say(Tone::Failed, format!("SkyPilot differs: {many} of its answers.")),
            }
            verified.lines()
        }
        Err(why) => {
            state.say(Tone::Failed, "SkyPilot was not asked.");
            why.lines().map(|line| visible(line).into_owned()).collect()
        }
    };
    if !state.unsaved_roles().is_empty() {
        text.push("note: this is about the files on disk, without your unsaved edits".to_owned());
    }
    // Below what a person is typing into.
    state.modals.insert(0, Modal::Notice(Notice { title: "What SkyPilot says".to_owned(), text, ..Notice::default() }));
}
