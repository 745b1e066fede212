//! Signals: those that end the program, and the shell's job control.
//!
//! A signal that ends the program is handed to the loop, which restores the
//! terminal; where the loop does not answer (an external editor has the
//! terminal), the thread here does it instead. Unsaved edits are in the
//! recovery journal before either waits for anything.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Signal, getpgrp, getpid, getppid, getsid, kill_current_process_group};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::{Event, terminal};

/// How long the loop may take to end on a signal.
const PATIENCE: Duration = Duration::from_secs(2);
/// What a shell adds to the number of a signal.
const SIGNAL_STATUS: i32 = 128;

/// Whether an external editor has the terminal: its Ctrl-C is not ours.
static EDITING: AtomicBool = AtomicBool::new(false);
/// Whether the stop signal on its way is the one that we sent ourselves.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// What is to be said of the unsaved edits while the loop cannot be asked for that.
static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Says whether an external editor has the terminal.
pub(super) fn set_editing(editing: bool) {
    EDITING.store(editing, Ordering::SeqCst);
}

/// Leaves here what is to be said of the unsaved edits while the loop waits for an external editor.
pub(super) fn say_at_end(lines: Vec<String>) {
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = lines;
}

/// Starts the thread that waits for signals.
///
/// # Errors
///
/// Returns why signals cannot be caught.
pub(super) fn listen(sender: Sender<Event>) -> anyhow::Result<()> {
    let caught = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT];
    let mut signals = Signals::new(caught).context("cannot catch signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = match signal {
                SIGTSTP if STOPPING.swap(false, Ordering::SeqCst) => continue,
                SIGTSTP => Event::Stop,
                SIGCONT | SIGINT | SIGQUIT if EDITING.load(Ordering::SeqCst) => continue,
                SIGCONT => Event::Continued,
                number => Event::Signal(number),
            };
            let ends = matches!(event, Event::Signal(_));
            let _ = sender.send(event);
            if ends {
                thread::sleep(PATIENCE);
                end(signal);
            }
        }
    });
    Ok(())
}

/// Ends the program where the loop did not.
fn end(signal: i32) {
    terminal::restore();
    super::say(&KEPT.lock().unwrap_or_else(PoisonError::into_inner));
    std::process::exit(SIGNAL_STATUS + signal);
}

/// Tells whether somebody could continue the program once it is stopped.
///
/// # Errors
///
/// Returns why not, as a sentence.
pub(super) fn can_stop() -> Result<(), &'static str> {
    let session = getsid(None).map_err(|_| "The program cannot be suspended here.")?;
    if session == getpid() {
        return Err("There is no shell to go back to: the program cannot be suspended here.");
    }
    let same_session = getppid().is_some_and(|parent| getsid(Some(parent)).is_ok_and(|of| of == session));
    // A group without a parent in the session is orphaned: it would never be continued.
    if same_session && getpgrp() != session {
        Ok(())
    } else {
        Err("There is no job control here: the program cannot be suspended.")
    }
}

/// Stops this process and its group until the shell continues them.
pub(super) fn stop() {
    STOPPING.store(true, Ordering::SeqCst);
    let _ = kill_current_process_group(Signal::TSTP);
    // Our own handler has eaten the signal: the default action follows by hand.
    let _ = emulate_default_handler(SIGTSTP);
}
