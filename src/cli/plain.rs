//! The loop of line mode: a question is asked, a line is read, what follows from it is done to its end.
//!
//! The terminal stays as it is: its own line editing, no escape sequence, no
//! signal but those that end the program. Standard input may be a file or a pipe;
//! then each answer is repeated behind its question. Before an answer is taken
//! the files are looked at, so that nothing has to be watched; once it is
//! taken, and before the next question, what was edited is in the recovery journal.

mod signals;

use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal as _, Read as _, Write};
use std::sync::Arc;

use anyhow::Context as _;

use super::Exit;
use crate::app::message::{Effect, Message, Noticed};
use crate::app::update::update;
use crate::app::{Settings, State};
use crate::config::secret::MASK;
use crate::config::{Environment, Role};
use crate::io::keep::{self, Keeping};
use crate::io::perform::{Outside, perform};
use crate::io::{Options, editor, run as programs};
use crate::plain::Dialogue;
use crate::text::visible::visible;
use crate::yaml::Document;
use signals::Shared;

/// The longest line that is read, in bytes: nobody types more.
const LONGEST_LINE: u64 = 1 << 20;
/// The size of the screen that is not there: nothing is too small for it.
const SIZE: (u16, u16) = (240, 1_000);

/// How a dialogue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A person left, or the input ended with nothing unsaved.
    Left,
    /// The input ended, or nobody reads the output, while edits are unsaved.
    Lost,
}

/// Runs line mode on standard input and output until a person leaves it.
///
/// # Errors
///
/// Returns why the terminal cannot be written to, or signals not be caught.
pub(super) fn run(
    options: &Options,
    environment: Environment,
    settings: Settings,
    complaint: Option<String>,
) -> anyhow::Result<Exit> {
    let outside = Outside::new(options.clone(), environment);
    let shared = Arc::new(Shared::default());
    signals::listen(shared.clone(), outside.clone())?;
    let opened = perform(Effect::Open, &outside).context("the files were not read")?;
    let input = io::stdin();
    let is_terminal = input.is_terminal();
    let mut talk = Talk::new(&outside, settings, io::stdout(), !is_terminal);
    talk.shared = shared;
    // Keys stay those of the program, as the status lines name them; what is wrong with the settings is told.
    talk.state.preferences.complaint = complaint;
    let ended = match talk.run(opened, &mut input.lock()) {
        // Who reads no more has left.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ended::Lost,
        result => result.context("cannot write to standard output")?,
    };
    outside.running.end();
    Ok(match ended {
        Ended::Left => {
            let _ = outside.journal().close(false);
            Exit::Fine
        }
        Ended::Lost => {
            let kept = keep::kept(&talk.state, &outside);
            let _ = outside.journal().close(true);
            for line in &kept {
                let _ = writeln!(io::stderr(), "skyplug-tui: the input has ended: {line}");
            }
            if kept.is_empty() { Exit::Fine } else { Exit::Failure }
        }
    })
}

/// A dialogue with its state.
pub struct Talk<'o, W> {
    /// The state that the questions are about.
    pub state: State,
    dialogue: Dialogue,
    outside: &'o Outside,
    output: W,
    /// Whether answers are repeated, as nobody sees them typed.
    repeats: bool,
    keeping: Keeping,
    shared: Arc<Shared>,
}

impl<'o, W: Write> Talk<'o, W> {
    /// Returns a dialogue in which nothing was said.
    pub fn new(outside: &'o Outside, settings: Settings, output: W, repeats: bool) -> Self {
        let (dialogue, keeping, shared) = (Dialogue::default(), Keeping::default(), Arc::default());
        Self { state: State::new(settings, SIZE), dialogue, outside, output, repeats, keeping, shared }
    }

    /// Asks and takes answers until a person leaves or the input ends.
    ///
    /// # Errors
    ///
    /// Returns why the output cannot be written.
    pub fn run(&mut self, opened: Message, input: &mut dyn BufRead) -> io::Result<Ended> {
        // A signal waits until what a line asks for is done.
        let shared = self.shared.clone();
        let mut working = shared.work();
        self.line("skyplug-tui, line mode: ? helps at every question, quit leaves.")?;
        self.send(opened)?;
        let mut asked_to_leave = false;
        while self.state.exit.is_none() {
            self.keep()?;
            self.ask()?;
            working.rest(keep::kept(&self.state, self.outside));
            let line = read(input);
            working.resume();
            match line {
                Line::Ended if self.state.unsaved_roles().is_empty() => break,
                // Ctrl-D is an answer once; an input that has ended says it again.
                Line::Ended if asked_to_leave || self.repeats => {
                    self.line("")?;
                    self.output.flush()?;
                    return Ok(Ended::Lost);
                }
                Line::Ended => {
                    asked_to_leave = true;
                    self.line("")?;
                    self.state.modals.clear();
                    let effects = crate::app::saving::quit(&mut self.state);
                    self.perform(effects)?;
                }
                Line::Refused(why) => self.line(why)?,
                Line::Read(line) => {
                    asked_to_leave = false;
                    self.take(&line)?;
                }
            }
        }
        // What the last answer did is told too.
        if let Some(status) = self.state.status.take() {
            self.line(&status.text)?;
        }
        self.output.flush()?;
        Ok(Ended::Left)
    }

    /// Tells what there is to tell, and asks.
    fn ask(&mut self) -> io::Result<()> {
        for line in self.dialogue.say(&mut self.state) {
            self.line(&line)?;
        }
        let prompt = self.dialogue.prompt(&self.state);
        write!(self.output, "{}", visible(&prompt))?;
        self.output.flush()
    }

    fn take(&mut self, line: &str) -> io::Result<()> {
        if self.repeats {
            let shown = if self.dialogue.hides(&self.state) && !line.is_empty() { MASK.into() } else { visible(line) };
            let shown = shown.into_owned();
            self.line(&shown)?;
        }
        let texts = |state: &State| Role::ALL.map(|role| state.workspace.document(role).cloned());
        let before = texts(&self.state);
        self.send(Message::Noticed(Noticed { files: true, wheels: true }))?;
        let is_same = |(a, b): (&Option<Arc<Document>>, &Option<Arc<Document>>)| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        if let Some(status) = self.state.status.take() {
            self.line(&status.text)?;
        }
        if !before.iter().zip(&texts(&self.state)).all(is_same) {
            // It was given about what is not there any more.
            self.dialogue.look_again();
            return self.line("Your answer was not taken: look again.");
        }
        let effects = self.dialogue.answer(&mut self.state, line);
        self.perform(effects)
    }

    fn send(&mut self, message: Message) -> io::Result<()> {
        let effects = update(&mut self.state, message);
        self.perform(effects)
    }

    /// Performs effects and what follows from them, one after the other.
    fn perform(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        let mut todo = VecDeque::from(effects);
        while let Some(effect) = todo.pop_front() {
            let messages = match effect {
                // There is nothing to be watched, to be drawn or to be put into a clipboard.
                Effect::Watch(_) | Effect::Redraw | Effect::SetMouse(_) | Effect::StopRun => Vec::new(),
                Effect::Copy { what, .. } => {
                    let result = Err("line mode sends no control sequence to the terminal".to_owned());
                    vec![Message::Copied { what, characters: 0, result }]
                }
                Effect::Suspend => vec![Message::NotSuspended("The terminal's own Ctrl-Z suspends the program here.")],
                Effect::Forget(_) => {
                    self.keeping.defer(effect);
                    Vec::new()
                }
                Effect::Edit(staged) => {
                    let result = self.edit(&staged)?;
                    let left = result.is_ok();
                    todo.extend(update(&mut self.state, Message::Edited { target: staged.target.clone(), result }));
                    // The copy goes once its text is held elsewhere.
                    self.keep()?;
                    if left {
                        editor::unstage(&staged);
                    }
                    Vec::new()
                }
                Effect::Run(program) => self.run_program(&program)?,
                Effect::Verify { .. } => {
                    // It takes some seconds: that is told before them.
                    if let Some(status) = self.state.status.take() {
                        self.line(&status.text)?;
                    }
                    perform(effect, self.outside).into_iter().collect()
                }
                effect => perform(effect, self.outside).into_iter().collect(),
            };
            for message in messages {
                let reads = matches!(message, Message::Inspected(_));
                todo.extend(update(&mut self.state, message));
                if let Some(progress) = self.state.reading.progress().filter(|_| reads) {
                    self.line(&format!("Wheels: {progress}."))?;
                }
            }
        }
        Ok(())
    }

    /// Has the external editor run on the terminal.
    fn edit(&mut self, staged: &crate::app::message::Staged) -> io::Result<Result<String, String>> {
        if self.repeats {
            editor::unstage(staged);
            return Ok(Err("There is no terminal for an editor: standard input is none.".to_owned()));
        }
        self.keep()?;
        self.shared.set_editing(true);
        let result = editor::run(staged);
        self.shared.set_editing(false);
        Ok(result)
    }

    /// Runs a program; its output is told as it comes.
    fn run_program(&mut self, program: &crate::app::run::Program) -> io::Result<Vec<Message>> {
        self.line("Ctrl-C stops it. Its output:")?;
        let mut messages = Vec::new();
        let mut written = Ok(());
        let output = &mut self.output;
        self.shared.set_running(true);
        programs::run(program, self.outside, &mut |message| {
            if let Message::Printed { lines, .. } = &message {
                for line in lines {
                    let done = writeln!(output, "{}", visible(line)).and_then(|()| output.flush());
                    written = std::mem::replace(&mut written, Ok(())).and(done);
                }
            }
            messages.push(message);
        });
        self.shared.set_running(false);
        written.map(|()| messages)
    }

    /// Puts what is unsaved into the recovery journal.
    fn keep(&mut self) -> io::Result<()> {
        match self.keeping.keep(&self.state, self.outside) {
            Ok(effects) => {
                for effect in effects {
                    let _ = perform(effect, self.outside);
                }
                Ok(())
            }
            Err(why) => why.map_or(Ok(()), |why| self.send(Message::NotKept(why))),
        }
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output, "{}", visible(text))
    }
}

/// What came of reading a line.
enum Line {
    Read(String),
    Refused(&'static str),
    Ended,
}

/// Reads a line; the rest of one that is too long is left out.
fn read(input: &mut dyn BufRead) -> Line {
    let mut bytes = Vec::new();
    match input.take(LONGEST_LINE).read_until(b'\n', &mut bytes) {
        Ok(0) | Err(_) => return Line::Ended,
        Ok(_) => {}
    }
    if !bytes.ends_with(b"\n") && bytes.len() as u64 >= LONGEST_LINE {
        while let Ok(count @ 1..) = input.take(LONGEST_LINE).read_until(b'\n', &mut bytes) {
            if bytes.ends_with(b"\n") || (count as u64) < LONGEST_LINE {
                break;
            }
            bytes.clear();
        }
        return Line::Refused("That line is too long: nothing was taken.");
    }
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    String::from_utf8(bytes).map_or(Line::Refused("That line is no UTF-8: nothing was taken."), Line::Read)
}
