//! Signals in line mode: what ends the program says first where the unsaved edits are kept.
//!
//! Nothing has to be put right at the terminal. Unsaved edits are in the recovery
//! journal whenever a line is waited for; what a line has asked for is done first.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::io::perform::Outside;

/// How long a signal waits for what a line has asked for.
const PATIENCE: Duration = Duration::from_secs(2);
/// What a shell adds to the number of a signal.
const SIGNAL_STATUS: i32 = 128;

/// What the loop and the thread that waits for signals share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Whether the loop waits for a line, with what is to be said of the unsaved edits then.
    resting: Mutex<Option<Vec<String>>>,
    changed: Condvar,
    /// Whether a program runs, which Ctrl-C stops.
    running: AtomicBool,
    /// Whether an external editor has the terminal: its Ctrl-C is not ours.
    editing: AtomicBool,
}

impl Shared {
    /// Starts the work of the loop.
    pub(super) fn work(&self) -> Work<'_> {
        self.set(None);
        Work(self)
    }

    pub(super) fn set_running(&self, running: bool) {
        self.running.store(running, Ordering::SeqCst);
    }

    pub(super) fn set_editing(&self, editing: bool) {
        self.editing.store(editing, Ordering::SeqCst);
    }

    fn set(&self, resting: Option<Vec<String>>) {
        *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = resting;
        self.changed.notify_all();
    }
}

/// The work of the loop, between one line and the next question.
pub(super) struct Work<'s>(&'s Shared);

impl Work<'_> {
    /// Lets signals end the program: a line is waited for.
    pub(super) fn rest(&mut self, kept: Vec<String>) {
        self.0.set(Some(kept));
    }

    /// Goes on with a line.
    pub(super) fn resume(&mut self) {
        self.0.set(None);
    }
}

/// Starts the thread that waits for signals.
///
/// # Errors
///
/// Returns why signals cannot be caught.
pub(super) fn listen(shared: Arc<Shared>, outside: Outside) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT]).context("cannot catch signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGINT | SIGQUIT if shared.editing.load(Ordering::SeqCst) => {}
                SIGINT if shared.running.load(Ordering::SeqCst) => outside.running.stop(),
                number => end(number, &shared, &outside),
            }
        }
    });
    Ok(())
}

/// Ends the program, once what a line has asked for is done.
fn end(signal: i32, shared: &Shared, outside: &Outside) {
    outside.running.end();
    let resting = shared.resting.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = shared.changed.wait_timeout_while(resting, PATIENCE, |resting| resting.is_none());
    let (resting, _) = waited.unwrap_or_else(PoisonError::into_inner);
    let mut error = std::io::stderr();
    let _ = writeln!(error);
    for line in resting.iter().flatten() {
        let _ = writeln!(error, "skyplug-tui: {line}");
    }
    if resting.is_some() {
        // The loop holds it otherwise; its journal stays all the same.
        let _ = outside.journal().close(true);
    }
    std::process::exit(SIGNAL_STATUS + signal);
}
