//! The example of the first run: the sample in a home of its own, in the same window.
//!
//! The screens of a person's own files wait meanwhile. What is still on its way
//! from the example when it is left belongs to nobody and is dropped.

use std::sync::mpsc::Sender;

use tempfile::TempDir;

use super::{Program, worker};
use crate::app::message::{Effect, Message};
use crate::app::screen::Files;
use crate::app::{self, State, Tone};
use crate::cli::demo;
use crate::io::Options;
use crate::io::perform::Outside;

/// What waits while the example is open.
pub(super) struct Own {
    state: State,
    outside: Outside,
    effects: Sender<Effect>,
    run: u32,
    /// The files of the example, gone with it.
    _home: TempDir,
}

impl Program {
    /// Opens the example.
    pub(super) fn open_example(&mut self) -> anyhow::Result<()> {
        let home = match demo::unpack() {
            Ok(home) => home,
            Err(error) => return self.take_message(Message::NoExample(format!("{error:#}"))),
        };
        let options = Options {
            server_cwd: Some(home.path().to_owned()),
            plugins: None,
            remote_plugins: None,
            configmap: None,
            ..self.outside.options.clone()
        };
        let environment = demo::environment(&self.outside.environment, home.path().as_os_str().to_owned());
        // Nothing watches it: nobody else knows of it.
        let outside = Outside::new(options, environment);
        self.runs += 1;
        let effects = worker(outside.clone(), self.sender.clone(), self.runs);
        let settings = app::Settings { files: Files::Example, read_only: false, ..self.state.settings };
        let mut state = State::new(settings, self.state.size);
        state.mouse = self.state.mouse;
        state.preferences = self.state.preferences.clone();
        self.own = Some(Own {
            state: std::mem::replace(&mut self.state, state),
            outside: std::mem::replace(&mut self.outside, outside),
            effects: std::mem::replace(&mut self.effects, effects),
            run: std::mem::replace(&mut self.run, self.runs),
            _home: home,
        });
        self.ask(Effect::Open)
    }

    /// Goes back to a person's own files.
    pub(super) fn leave_example(&mut self, own: Own) -> anyhow::Result<()> {
        self.outside.running.end();
        let _ = self.outside.journal().close(false);
        let (size, mouse) = (self.state.size, self.state.mouse);
        // The theme may have been changed there.
        let preferences = std::mem::take(&mut self.state.preferences);
        let Own { state, outside, effects, run, _home } = own;
        (self.state, self.outside, self.effects, self.run) = (state, outside, effects, run);
        self.state.mouse = mouse;
        self.state.preferences = preferences;
        self.state.say(Tone::Told, "Back at your own files; the example is gone.");
        self.take_message(Message::Resized(size.0, size.1))?;
        self.take_message(Message::FocusGained)
    }
}
