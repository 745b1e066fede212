//! The loop between the terminal, the state and the outside.
//!
//! One thread reads the terminal, one performs effects (long ones get their
//! own), one waits for signals; this one owns the state. It empties the channel
//! before each draw, draws only after a change, and sleeps in `recv` otherwise:
//! no ticks. An external editor gets the terminal for itself: the reader is
//! parked first.

mod input;
mod signals;
mod terminal;

use std::io::IsTerminal as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::app::message::{Effect, Message};
use crate::app::update::update;
use crate::app::{self, State, saving};
use crate::cli::Exit;
use crate::config::Environment;
use crate::io::perform::{Outside, drafts, perform};
use crate::io::{Options, editor, run as programs};
use crate::text::visible::visible_name;
use crate::ui::{self, theme::Theme};
use input::Reader;
use terminal::Terminal;

/// How long the first frame waits for the files: one frame is better than two.
const FIRST_FRAME: Duration = Duration::from_millis(20);
/// The largest text that is sent to the clipboard, in bytes: terminals cut off more.
const CLIPBOARD_LIMIT: usize = 74_000;
/// The status of a panic, as Rust's runtime has it.
const PANICKED: i32 = 101;

/// What the command line says of the screens.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Whether frames are made of ASCII.
    pub ascii: bool,
    /// Whether there are colours.
    pub color: bool,
    /// Whether secrets are shown.
    pub show_secrets: bool,
    /// Whether the files are a throw-away copy of the sample.
    pub demo: bool,
}

/// What the loop waits for.
enum Event {
    /// Something for the state.
    Message(Message),
    /// A signal that ends the program.
    Signal(i32),
    /// The shell asks to stop.
    Stop,
    /// The shell continues the program.
    Continued,
    /// The terminal cannot be read any more.
    InputLost,
    /// A thread has panicked; the terminal is restored already.
    Panicked,
}

/// Runs the terminal UI until a person leaves it.
///
/// # Errors
///
/// Returns why there is no terminal, or why it cannot be written to.
pub fn run(options: &Options, environment: Environment, settings: Settings) -> anyhow::Result<Exit> {
    let dumb = environment.variables.get(std::ffi::OsStr::new("TERM")).is_some_and(|term| term == "dumb");
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() || dumb {
        bail!("there is no terminal to draw on; `skyplug-tui check` works without one (see `skyplug-tui --help`)");
    }
    let theme = Theme::new(settings.color, settings.ascii || !is_utf8(&environment));
    let (sender, receiver) = channel();
    let outside = Outside::new(options.clone(), environment);
    let effects = worker(outside.clone(), sender.clone());
    let noticing = sender.clone();
    outside.watching.start(move |noticed| noticing.send(Event::Message(Message::Noticed(noticed))).is_ok());
    terminal::hook_panics();
    signals::listen(sender.clone())?;
    let mut program = Program {
        state: State::new(
            app::Settings { read_only: settings.read_only, show_secrets: settings.show_secrets, demo: settings.demo },
            terminal::size(),
        ),
        theme,
        outside,
        effects,
        terminal: Terminal::enter()?,
        reader: Reader::start(sender),
        ended: None,
    };
    let looped = catch_unwind(AssertUnwindSafe(|| program.run(&receiver)));
    terminal::restore();
    program.outside.running.end();
    let panicked = looped.is_err() || matches!(program.ended, Some(Ended::Panicked));
    let kept = program.leave(panicked);
    say(&kept);
    if panicked {
        std::process::exit(PANICKED);
    }
    if let Ok(result) = looped {
        result?;
    }
    Ok(match program.ended {
        Some(Ended::Signal(number)) => Exit::Signal(u8::try_from(number).unwrap_or(0)),
        // SIGINT's number: Ctrl-C twice.
        Some(Ended::Interrupted) => Exit::Signal(2),
        _ => Exit::Fine,
    })
}

#[expect(clippy::print_stderr, reason = "what is kept is told on the normal screen")]
fn say(lines: &[String]) {
    for line in lines {
        eprintln!("skyplug-tui: {line}");
    }
}

/// Tells whether the locale's characters are UTF-8 (POSIX: the first of these that is set).
fn is_utf8(environment: &Environment) -> bool {
    let value = |name: &str| environment.variables.get(std::ffi::OsStr::new(name)).filter(|value| !value.is_empty());
    let locale = value("LC_ALL").or_else(|| value("LC_CTYPE")).or_else(|| value("LANG"));
    locale.is_some_and(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Starts the thread that performs effects one after the other.
fn worker(outside: Outside, sender: Sender<Event>) -> Sender<Effect> {
    let (effects, todo) = channel::<Effect>();
    thread::spawn(move || {
        for effect in todo {
            if effect.is_long() {
                let (outside, sender) = (outside.clone(), sender.clone());
                thread::spawn(move || perform_and_tell(effect, &outside, &sender));
            } else {
                perform_and_tell(effect, &outside, &sender);
            }
        }
    });
    effects
}

fn perform_and_tell(effect: Effect, outside: &Outside, sender: &Sender<Event>) {
    // Nobody listens any more once the program ends.
    let tell = |event| _ = sender.send(event);
    let performed = catch_unwind(AssertUnwindSafe(|| match effect {
        Effect::Run(program) => {
            programs::run(&program, outside, &mut |message| tell(Event::Message(message)));
            None
        }
        effect => perform(effect, outside),
    }));
    match performed {
        Ok(Some(message)) => tell(Event::Message(message)),
        Ok(None) => {}
        Err(_) => tell(Event::Panicked),
    }
}

/// How the loop ended.
enum Ended {
    Left,
    Interrupted,
    Signal(i32),
    Panicked,
}

struct Program {
    state: State,
    theme: Theme,
    outside: Outside,
    effects: Sender<Effect>,
    terminal: Terminal,
    reader: Reader,
    ended: Option<Ended>,
}

impl Program {
    fn run(&mut self, events: &Receiver<Event>) -> anyhow::Result<()> {
        self.ask(Effect::Open)?;
        let patience = Instant::now() + FIRST_FRAME;
        while !self.state.ready && self.ended.is_none() {
            match events.recv_timeout(patience.saturating_duration_since(Instant::now())) {
                Ok(event) => self.take(event)?,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        while self.ended.is_none() {
            self.draw()?;
            let Ok(first) = events.recv() else { break };
            self.take(first)?;
            while self.ended.is_none() {
                let Ok(more) = events.try_recv() else { break };
                self.take(more)?;
            }
        }
        Ok(())
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let (state, theme) = (&self.state, &self.theme);
        self.terminal.draw(|frame| ui::draw(state, theme, frame)).context("cannot write to the terminal")
    }

    fn take(&mut self, event: Event) -> anyhow::Result<()> {
        match event {
            Event::Message(message) => {
                #[cfg(debug_assertions)]
                self.panic_if_asked(&message);
                if let Message::Resized(width, height) = message {
                    self.terminal.resize(width, height)?;
                }
                let effects = update(&mut self.state, message);
                for effect in effects {
                    self.ask(effect)?;
                }
                self.ended = match self.state.exit {
                    Some(app::Exit::Left) => Some(Ended::Left),
                    Some(app::Exit::Interrupted) => Some(Ended::Interrupted),
                    None => None,
                };
            }
            Event::Signal(number) => self.ended = Some(Ended::Signal(number)),
            Event::Stop => self.suspend()?,
            Event::Continued => self.terminal.enter_again()?,
            // The hang-up signal follows; there is nobody to ask.
            Event::InputLost => self.ended = Some(Ended::Interrupted),
            Event::Panicked => self.ended = Some(Ended::Panicked),
        }
        Ok(())
    }

    /// Has an effect performed.
    fn ask(&mut self, effect: Effect) -> anyhow::Result<()> {
        if !effect.needs_terminal() {
            // The worker ends only with this thread.
            let _ = self.effects.send(effect);
            return Ok(());
        }
        let message = match effect {
            Effect::Redraw => {
                self.terminal.redraw();
                let (width, height) = terminal::size();
                Some(Message::Resized(width, height))
            }
            Effect::Copy { text, what } => Some(copy(&text, what)),
            Effect::Suspend => {
                self.suspend()?;
                None
            }
            Effect::Edit(staged) => {
                signals::keep_for_drafts(saving::drafts(&self.state), self.outside.clone());
                let parked = self.reader.park();
                terminal::restore();
                signals::set_editing(true);
                let result = editor::run(&staged);
                signals::set_editing(false);
                self.terminal.enter_again()?;
                drop(parked);
                signals::keep_for_drafts(Vec::new(), self.outside.clone());
                Some(Message::Edited { target: staged.target, result })
            }
            _ => None,
        };
        message.map_or(Ok(()), |message| self.take(Event::Message(message)))
    }

    #[cfg(debug_assertions)]
    fn panic_if_asked(&self, message: &Message) {
        let asked = self.outside.environment.variables.contains_key(std::ffi::OsStr::new(PANIC));
        assert!(!asked || !matches!(message, Message::Pressed(_)), "asked to by {PANIC}");
    }

    fn suspend(&mut self) -> anyhow::Result<()> {
        if let Err(why) = signals::can_stop() {
            return self.take(Event::Message(Message::NotSuspended(why)));
        }
        let parked = self.reader.park();
        terminal::restore();
        signals::stop();
        self.terminal.enter_again()?;
        drop(parked);
        let (width, height) = terminal::size();
        self.take(Event::Message(Message::Resized(width, height)))?;
        self.take(Event::Message(Message::FocusGained))
    }

    /// Keeps what a person has not thrown away; returns what to say about it.
    fn leave(&mut self, panicked: bool) -> Vec<String> {
        let wanted = panicked || matches!(self.ended, Some(Ended::Interrupted | Ended::Signal(_)) | None);
        let texts = if wanted { saving::drafts(&self.state) } else { Vec::new() };
        if texts.is_empty() {
            return Vec::new();
        }
        match drafts(&texts, &self.outside) {
            Ok(paths) => paths
                .iter()
                .zip(&texts)
                .map(|(path, (role, _))| {
                    let path = visible_name(path.as_os_str());
                    format!("the unsaved edits of {} are kept in {path}", role.file_name())
                })
                .collect(),
            Err(why) => vec![format!("the unsaved edits are lost: {why}")],
        }
    }
}

/// Sends a text to the clipboard of the terminal.
fn copy(text: &str, what: String) -> Message {
    let characters = text.chars().count();
    let problem = if text.len() > CLIPBOARD_LIMIT {
        Some(format!("{} bytes are more than terminals take ({CLIPBOARD_LIMIT})", text.len()))
    } else {
        terminal::copy(text).err().map(|error| error.to_string())
    };
    Message::Copied { what, characters, problem }
}

/// In debug builds: the first key ends in a panic, for the test that the terminal survives one.
#[cfg(debug_assertions)]
const PANIC: &str = "SKYPLUG_TUI_PANIC";
