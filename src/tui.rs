//! The loop between the terminal, the state and the outside.
//!
//! One thread reads the terminal, one performs effects (long ones get their
//! own), one waits for signals; this one owns the state. It empties the channel
//! before each draw, draws only after a change, and sleeps in `recv` otherwise:
//! no ticks. An external editor gets the terminal for itself: the reader is
//! parked first.
//!
//! Once the channel is empty, and before a frame is drawn and the reader reads
//! on, what was edited goes to the recovery journal: whatever a person has
//! seen on the screen outlives the program.

mod clipboard;
mod example;
mod input;
mod mouse;
mod signals;
mod terminal;
mod wire;

use std::io::{IsTerminal as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use ratatui::buffer::Buffer;
use rustix::io::Errno;
use signal_hook::consts::SIGHUP;

use crate::app::look;
use crate::app::message::{Effect, Message};
use crate::app::mouse::Marks;
use crate::app::preferences::Preferences;
use crate::app::update::update;
use crate::app::{self, State};
use crate::cli::Exit;
use crate::config::Environment;
use crate::io::keep::{self, Keeping};
use crate::io::perform::{Outside, perform};
use crate::io::{Options, clock, editor, run as programs};
use crate::ui;
use crate::ui::theme::depth::Depth;
use crate::ui::theme::{Origin, Themes};
use example::Own;
use input::Reader;
use terminal::Terminal;

/// How long the first frame waits for the files: one frame is better than two.
const FIRST_FRAME: Duration = Duration::from_millis(20);
/// The status of a panic, as Rust's runtime has it.
const PANICKED: i32 = 101;

/// What the command line and the settings say of the screens.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the state knows of it.
    pub screens: app::Settings,
    /// The keys, the names of the themes, what is wrong with the settings.
    pub preferences: Preferences,
    /// How things look.
    pub look: Look,
}

/// How things look.
#[derive(Clone, Debug)]
pub struct Look {
    /// The themes to choose from.
    pub themes: Vec<Origin>,
    /// How many colours the terminal has.
    pub depth: Depth,
    /// Whether frames are made of ASCII; none where the locale says it.
    pub ascii: Option<bool>,
}

/// What the loop waits for.
enum Event {
    /// Something for the state.
    Message(Message),
    /// What an effect came to, with the number of the files that it was for.
    Performed(u32, Message),
    /// What was read of the terminal in one turn; the reader waits until it is dealt with.
    Input(Vec<Message>),
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
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        bail!("there is no terminal to draw on; `skyplug-tui check` works without one (see `skyplug-tui --help`)");
    }
    let ascii = settings.look.ascii.unwrap_or_else(|| !is_utf8(&environment));
    let themes = Themes::new(settings.look.themes, settings.look.depth, ascii);
    let (sender, receiver) = channel();
    let outside = Outside::new(options.clone(), environment);
    // While the terminal is made ready, and on a thread that a file system without an answer may hold up.
    let (seen, first_rows) = channel();
    let looking = outside.clone();
    thread::spawn(move || _ = seen.send(perform(Effect::Glimpse, &looking)));
    let effects = worker(outside.clone(), sender.clone(), 0);
    let noticing = sender.clone();
    outside.watching.start(move |noticed| noticing.send(Event::Message(Message::Noticed(noticed))).is_ok());
    terminal::hook_panics();
    signals::listen(sender.clone())?;
    let size = terminal::size();
    let mut state = State::new(settings.screens, size);
    state.preferences = settings.preferences;
    let mut program = Program {
        state,
        themes,
        outside,
        effects,
        behind: Vec::new(),
        terminal: Terminal::enter()?,
        marks: Marks::default(),
        reader: Reader::default(),
        sender,
        run: 0,
        runs: 0,
        own: None,
        keeping: Keeping::default(),
        ended: None,
    };
    let looped = catch_unwind(AssertUnwindSafe(|| match program.run(&first_rows, &receiver) {
        // The signal may be on its way still.
        Err(error) if has_hung_up(&error) => {
            program.ended = Some(Ended::Signal(SIGHUP));
            Ok(())
        }
        result => result,
    }));
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

/// Says on the normal screen what is kept; the terminal may be gone.
fn say(lines: &[String]) {
    for line in lines {
        let _ = writeln!(std::io::stderr(), "skyplug-tui: {line}");
    }
}

/// Tells whether the terminal is gone.
fn has_hung_up(error: &anyhow::Error) -> bool {
    let of_system = error.root_cause().downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
    of_system == Some(Errno::IO.raw_os_error())
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
fn worker(outside: Outside, sender: Sender<Event>, run: u32) -> Sender<Effect> {
    let (effects, todo) = channel::<Effect>();
    thread::spawn(move || {
        for effect in todo {
            if effect.is_long() {
                let (outside, sender) = (outside.clone(), sender.clone());
                thread::spawn(move || perform_and_tell(effect, &outside, &sender, run));
            } else {
                perform_and_tell(effect, &outside, &sender, run);
            }
        }
    });
    effects
}

fn perform_and_tell(effect: Effect, outside: &Outside, sender: &Sender<Event>, run: u32) {
    // Nobody listens any more once the program ends.
    let tell = |event| _ = sender.send(event);
    let performed = catch_unwind(AssertUnwindSafe(|| match effect {
        Effect::Run(program) => {
            programs::run(&program, outside, &mut |message| tell(Event::Performed(run, message)));
            None
        }
        effect => perform(effect, outside),
    }));
    match performed {
        Ok(Some(message)) => tell(Event::Performed(run, message)),
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
    themes: Themes,
    outside: Outside,
    effects: Sender<Effect>,
    /// What is performed once the next frame is written, and by which worker.
    behind: Vec<(Sender<Effect>, Effect)>,
    terminal: Terminal,
    /// Where things are on the last frame.
    marks: Marks,
    reader: Reader,
    sender: Sender<Event>,
    /// The number of the files on the screens, and of those opened so far.
    run: u32,
    runs: u32,
    /// What waits while the example is open.
    own: Option<Own>,
    keeping: Keeping,
    ended: Option<Ended>,
}

impl Program {
    /// Draws a first frame, then takes what comes until it ends.
    fn run(&mut self, first_rows: &Receiver<Option<Message>>, events: &Receiver<Event>) -> anyhow::Result<()> {
        let first_rows = first_rows.recv_timeout(FIRST_FRAME);
        if matches!(first_rows, Err(RecvTimeoutError::Disconnected)) {
            // The hook has given the terminal back.
            self.ended = Some(Ended::Panicked);
            return Ok(());
        }
        if let Ok(Some(message)) = first_rows {
            self.take_message(message)?;
            self.draw()?;
            // Behind them: what reads and parses would take a processor from the first rows.
            self.ask(Effect::Open)?;
        } else {
            self.ask(Effect::Open)?;
            self.wait_for_files(events)?;
            if self.ended.is_some() {
                return Ok(());
            }
            self.draw()?;
        }
        // Nothing is to put the first frame off: the terminal keeps what is typed.
        self.reader.start(self.sender.clone(), self.state.size);
        while self.ended.is_none() {
            let Ok(first) = events.recv() else { break };
            let was_read = self.take_and_keep(first, events)?;
            if self.ended.is_none() {
                self.draw()?;
            }
            // Behind the frame: the reader would take a processor from what a person waits for.
            if was_read {
                self.reader.release();
            }
        }
        Ok(())
    }

    /// Takes what comes until there is something to show, but not for long.
    fn wait_for_files(&mut self, events: &Receiver<Event>) -> anyhow::Result<()> {
        let patience = Instant::now() + FIRST_FRAME;
        while !self.state.has_something_to_show() && self.ended.is_none() {
            match events.recv_timeout(patience.saturating_duration_since(Instant::now())) {
                Ok(event) => _ = self.take_and_keep(event, events)?,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Takes an event and those that wait behind it, keeps the edits; tells whether the reader waits now.
    fn take_and_keep(&mut self, first: Event, events: &Receiver<Event>) -> anyhow::Result<bool> {
        let mut next = Some(first);
        let mut was_read = false;
        while let Some(event) = next {
            was_read |= matches!(event, Event::Input(_));
            self.take(event)?;
            next = if self.ended.is_none() { events.try_recv().ok() } else { None };
        }
        self.keep()?;
        Ok(was_read)
    }

    /// Puts what is unsaved into the recovery journal.
    fn keep(&mut self) -> anyhow::Result<()> {
        match self.keeping.keep(&self.state, &self.outside) {
            Ok(effects) => {
                // At once: the program may end before the worker comes to it, and they would be offered again.
                for effect in effects {
                    let _ = perform(effect, &self.outside);
                }
                Ok(())
            }
            Err(why) => why.map_or(Ok(()), |why| self.take_message(Message::NotKept(why))),
        }
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let (state, marks) = (&self.state, &mut self.marks);
        let theme = self.themes.get(look::shown(state)).context("there is no theme")?;
        let render = |buffer: &mut Buffer| {
            let drawn = ui::draw_on(state, theme, buffer);
            *marks = drawn.marks;
            drawn.cursor
        };
        self.terminal.draw(render).context("cannot write to the terminal")?;
        for (worker, effect) in self.behind.drain(..) {
            let _ = worker.send(effect);
        }
        Ok(())
    }

    fn take(&mut self, event: Event) -> anyhow::Result<()> {
        match event {
            Event::Message(message) => self.take_message(message)?,
            Event::Performed(run, message) if run == self.run => self.take_message(message)?,
            // It comes from the example, which was left, or from what waits behind it.
            Event::Performed(..) => {}
            Event::Input(messages) => {
                self.take_message(Message::Clocked(clock::now()))?;
                let last = messages.len().saturating_sub(1);
                for (at, message) in messages.into_iter().enumerate() {
                    self.state.typed.more_follows = at < last;
                    self.take_message(message)?;
                    if self.ended.is_some() {
                        break;
                    }
                }
                self.state.typed.more_follows = false;
            }
            Event::Signal(number) => self.ended = Some(Ended::Signal(number)),
            Event::Stop => self.suspend()?,
            Event::Continued => self.terminal.enter_again()?,
            // The signal follows; there is nobody to ask.
            Event::InputLost => self.ended = Some(Ended::Signal(SIGHUP)),
            Event::Panicked => self.ended = Some(Ended::Panicked),
        }
        Ok(())
    }

    fn take_message(&mut self, mut message: Message) -> anyhow::Result<()> {
        #[cfg(debug_assertions)]
        self.panic_if_asked(&message);
        if let Message::Resized(width, height) = message {
            self.terminal.resize(width, height);
        }
        if let Message::Pointed(pointed) = &mut message {
            pointed.on = self.marks.at(self.state.context(), pointed.x, pointed.y);
        }
        let effects = update(&mut self.state, message);
        for effect in effects {
            self.ask(effect)?;
        }
        if self.state.exit.is_some()
            && let Some(own) = self.own.take()
        {
            return self.leave_example(own);
        }
        // What ends the program otherwise is not taken back.
        match self.state.exit {
            Some(app::Exit::Left) => self.ended = Some(Ended::Left),
            Some(app::Exit::Interrupted) => self.ended = Some(Ended::Interrupted),
            None => {}
        }
        Ok(())
    }

    /// Has an effect performed.
    fn ask(&mut self, effect: Effect) -> anyhow::Result<()> {
        if matches!(effect, Effect::Forget(_)) {
            self.keeping.defer(effect);
            return Ok(());
        }
        // It has a thread of its own, which would take a processor from the frame.
        if matches!(effect, Effect::Classes(_)) {
            self.behind.push((self.effects.clone(), effect));
            return Ok(());
        }
        if !effect.needs_loop() {
            // The worker ends only with this thread.
            let _ = self.effects.send(effect);
            return Ok(());
        }
        let message = match effect {
            // No key may come before it is known.
            Effect::Meet { .. } => perform(effect, &self.outside),
            Effect::Redraw => {
                self.terminal.redraw();
                let (width, height) = terminal::size();
                Some(Message::Resized(width, height))
            }
            Effect::SetMouse(on) => {
                terminal::set_mouse(on).context("cannot write to the terminal")?;
                None
            }
            Effect::OpenExample => {
                self.open_example()?;
                None
            }
            Effect::Copy { text, what } => Some(copy(&text, what, &self.outside.environment)),
            Effect::Suspend => {
                self.suspend()?;
                None
            }
            Effect::Edit(staged) => {
                self.keep()?;
                signals::say_at_end(keep::kept(&self.state, &self.outside));
                let parked = self.reader.park();
                terminal::restore();
                signals::set_editing(true);
                let result = editor::run(&staged);
                signals::set_editing(false);
                let entered = self.terminal.enter_again();
                drop(parked);
                signals::say_at_end(Vec::new());
                let left = result.is_ok();
                self.take_message(Message::Edited { target: staged.target.clone(), result })?;
                // The copy goes once its text is held elsewhere, whatever became of the terminal.
                self.keep()?;
                if left {
                    editor::unstage(&staged);
                }
                return entered;
            }
            _ => None,
        };
        message.map_or(Ok(()), |message| self.take_message(message))
    }

    #[cfg(debug_assertions)]
    fn panic_if_asked(&self, message: &Message) {
        let asked = self.outside.environment.get(PANIC).and_then(|asked| asked.to_str());
        let Message::Pressed(key) = message else { return };
        assert!(asked.is_none_or(|asked| asked != "1" && asked != key.to_string()), "asked to by {PANIC}");
    }

    fn suspend(&mut self) -> anyhow::Result<()> {
        if let Err(why) = signals::can_stop() {
            return self.take_message(Message::NotSuspended(why));
        }
        self.keep()?;
        let parked = self.reader.park();
        terminal::restore();
        signals::stop();
        self.terminal.enter_again()?;
        drop(parked);
        let (width, height) = terminal::size();
        self.take_message(Message::Resized(width, height))?;
        self.take_message(Message::FocusGained)
    }

    /// Ends the journal as the program ends; returns what to say of the unsaved edits.
    fn leave(&mut self, panicked: bool) -> Vec<String> {
        if matches!(self.ended, Some(Ended::Left)) && !panicked {
            let _ = self.outside.journal().close(false);
            return Vec::new();
        }
        // After a panic the state may be half changed: what was recorded before it holds.
        let recorded = if panicked { Ok(()) } else { keep::record(&self.state, &self.outside) };
        let mut lines = keep::kept(&self.state, &self.outside);
        if let Err(error) = recorded {
            lines.push(format!("the last unsaved edits are lost: {error}"));
        }
        let _ = self.outside.journal().close(true);
        lines
    }
}

/// Sends a text to the clipboard of the terminal.
fn copy(text: &str, what: String, environment: &Environment) -> Message {
    let result = clipboard::Way::of(environment).map_err(str::to_owned).and_then(|way| {
        terminal::send(&way.sequence(text)?).map_err(|error| error.to_string())?;
        Ok(way.name())
    });
    Message::Copied { what, characters: text.chars().count(), result }
}

/// In debug builds: this key ends in a panic, any where it is 1: for the tests of what survives one.
#[cfg(debug_assertions)]
const PANIC: &str = "SKYPLUG_TUI_PANIC";
