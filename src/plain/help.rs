//! What can be answered, told at the question mark.

use super::{Dialogue, commands};
use crate::app::State;
use crate::app::command::{Command, table};
use crate::app::offers;

/// What holds at every place.
const EVERYWHERE: [&str; 5] = [
    "Everywhere: a number chooses what has it; a word is the name of a command, its start, or its key on the screens.",
    "back goes one step back, home to the start; api, remote, problems, preview, wheels, save, quit go there.",
    "undo (u) takes the last edit back, redo (U) does it again; an empty line tells the place again.",
    "more goes on in a long list; commands tells all commands that work here.",
    "E is an error: SkyPilot refuses or crashes; W is probably not what was meant; i is worth knowing.",
];

impl Dialogue {
    /// Tells the answers of the place.
    pub(super) fn help(&mut self, state: &State) {
        if let Some(page) = self.page(state) {
            self.said.extend(page.tell());
        }
        self.said.extend(EVERYWHERE.map(str::to_owned));
    }

    /// Tells all commands that work here, and those that line mode has elsewhere.
    pub(super) fn help_commands(&mut self, state: &State) {
        let context = state.screen_context();
        let here = |command: &&Command| command.contexts.contains(&context) && commands::is_here(command.id);
        self.tell("Commands here, each with its key:");
        for command in table().iter().filter(here) {
            let key = command.keys.iter().find(|key| key.chars().count() == 1);
            let key = key.map_or(String::new(), |key| format!(" ({key})"));
            let why = offers::unavailable(state, command.id).map_or(String::new(), |why| format!(" Not now: {why}."));
            self.said.push(format!("{}{key}: {}{why}", command.name, command.sentence));
        }
    }

    pub(super) fn help_question(&mut self) {
        self.again();
        self.tell(
            "Answer with a number, with the letter, or with the words. What could lose something takes no number.",
        );
    }

    pub(super) fn help_form(&mut self, offered: Vec<String>) {
        self.said.extend(offered);
        self.tell("An empty line keeps what stands in brackets; everything else is taken as it is typed.");
        self.tell("back leaves; what begins with = is taken without it: = alone is nothing, =back the word.");
    }

    pub(super) fn help_area(&mut self) {
        self.again();
        self.tell("1 starts with no line, 2 behind those that are there; a dot alone ends the text, then 4 keeps it.");
    }
}
