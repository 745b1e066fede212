//! What a person has chosen of the screens, and what follows for keys: chords wait here.

use super::State;
use super::bindings::{Keymap, Stroke};
use super::command::{Command, Context};
use super::keymap::{Code, Key};
use super::look::Themes;
use super::screen::Tone;

/// What the settings say of the screens.
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    /// The keys in force.
    pub keymap: Keymap,
    /// The first key of a chord that waits for the second.
    pub pending: Option<Key>,
    /// The themes to choose from.
    pub themes: Themes,
    /// Whether the mouse works from the start.
    pub mouse: bool,
    /// What is wrong with the settings, in a sentence.
    pub complaint: Option<String>,
}

/// What a key means now.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// It runs a command, or none.
    Command(Option<&'static Command>),
    /// It waits for a second one, or ends a chord that means nothing: it is dealt with.
    Chord,
}

/// Returns what a key means in a context; the first key of a chord waits in the state.
pub fn meaning(state: &mut State, context: Context, key: Key) -> Meaning {
    let preferences = &mut state.preferences;
    if let Some(first) = preferences.pending.take() {
        let stroke = Stroke { first, then: Some(key) };
        if let Some(command) = preferences.keymap.find(context, stroke) {
            state.status = None;
            return Meaning::Command(Some(command));
        }
        if key.code == Code::Esc {
            state.status = None;
        } else {
            state.say(Tone::Told, format!("{stroke}: no action here (? shows the keys)."));
        }
        return Meaning::Chord;
    }
    if preferences.keymap.choices(context, key).is_empty() {
        return Meaning::Command(preferences.keymap.find(context, Stroke { first: key, then: None }));
    }
    preferences.pending = Some(key);
    state.say(Tone::Told, format!("{key} and one more key; Esc leaves it."));
    Meaning::Chord
}

/// Tells what is wrong with the settings.
pub(super) fn complain(state: &mut State) {
    if let Some(complaint) = state.preferences.complaint.clone() {
        state.say(Tone::Failed, complaint);
    }
}
