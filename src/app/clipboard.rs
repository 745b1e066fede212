//! The text that was copied last, to be looked at and selected by hand where the terminal did not take it.

use super::message::Effect;
use super::modal::{Answer, Menu, Modal, Notice};
use super::{State, Tone};
use crate::config::secret;
use crate::text::visible::visible;
use crate::yaml::Document;

/// A text that was sent to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedText {
    /// What it is.
    pub what: String,
    /// The text.
    pub text: String,
}

/// Remembers what is sent to the clipboard.
pub(super) fn remember(state: &mut State, effects: &[Effect]) {
    for effect in effects {
        if let Effect::Copy { text, what } = effect {
            state.copied = Some(CopiedText { what: what.clone(), text: text.clone() });
        }
    }
}

/// Tells whether a text has gone to the clipboard, and by which way.
pub(super) fn told(state: &mut State, what: &str, characters: usize, result: Result<&'static str, String>) {
    match result {
        Ok(way) => {
            state.say(Tone::Done, format!("Copied {what}: {characters} characters, by {way}. :clipboard shows it."));
        }
        Err(why) => state.say(Tone::Failed, format!("Not copied: {why}. :clipboard shows it.")),
    }
}

/// Shows the text that was copied last, after a question where it holds secrets.
pub(super) fn open(state: &mut State) {
    let Some(copied) = &state.copied else {
        state.say(Tone::Told, "Nothing was copied yet: y copies what is under the cursor.");
        return;
    };
    let is_secret = secret::is_secret_text(&copied.text)
        || copied.what.contains("behind the stars")
        || secret::masked(&Document::parse(copied.text.as_str())) != copied.text;
    if !is_secret || state.settings.show_secrets {
        return show(state);
    }
    let text = vec!["It holds values that the other screens show as stars.".to_owned()];
    let menu = Menu::new(format!("Show {}?", copied.what), text)
        .item('c', "leave it covered", "", Answer::Leave)
        .careful('v', "show it", "as long as it is open", Answer::ShowCopied);
    state.modals.push(Modal::Menu(menu));
}

/// Shows the text, nothing beside it in its rows.
pub(super) fn show(state: &mut State) {
    let Some(copied) = &state.copied else { return };
    let text = copied.text.lines().map(|line| visible(&line.replace('\t', "    ")).into_owned()).collect();
    let title = format!("Copied: {}", copied.what);
    state.modals.push(Modal::Notice(Notice { title, text, bare: true, ..Notice::default() }));
}
